//! The forced password reset as its clients see it: administrators over SOAP, users in a browser and in their mailbox.
//!
//! Every test begins with the scenario it shows, by the letter and number of our acceptance list. What needs a service
//! that is not published yet is not here.

#![expect(clippy::unwrap_used, clippy::panic, clippy::indexing_slicing, reason = "a test fails by panicking")]

#[path = "../support/mod.rs"]
mod support;

mod codes;
mod expiry;
mod link;
mod mails;
mod onboarding;
mod options;
mod pages;
mod races;
mod rules;
mod safety;
mod sessions;
mod tenants;
mod trigger;
