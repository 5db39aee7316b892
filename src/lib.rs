//! Soapstone: SOAP admin services compatible with WSO2 Identity Server 5.3.0.
//!
//! Data flows one way: [`transport`] hands a request to a face ([`services`] for SOAP, [`web`] for
//! browsers), a face calls the [`domain`], the domain works on the [`store`]. [`soap`] is a pure codec
//! that knows nothing of ours, [`mail`] sends what the domain queued, [`ops`] is the command line.
//! `ARCHITECTURE.md` tells the story in two pages; `tests/architecture.rs` keeps the arrows straight.

pub mod config;
pub mod domain;
pub mod mail;
pub mod ops;
pub mod run;
pub mod saml;
pub mod services;
pub mod soap;
pub mod store;
pub mod transport;
pub mod web;
