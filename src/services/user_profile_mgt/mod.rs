//! `UserProfileMgtService`.

pub mod contract;
