//! `RemoteUserStoreManagerService`.

pub mod contract;
