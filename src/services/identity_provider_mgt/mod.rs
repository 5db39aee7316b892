//! `IdentityProviderMgtService`.

pub mod contract;
