//! The rules: users, claims, logins and the forced password reset.
//!
//! Everything here is synchronous and takes the transaction, the time and its inputs; nothing knows SOAP, HTTP
//! or SMTP. One function per use case, named by module and verb: `claim::write`, `login::attempt`.

pub mod clock;
pub mod credential;
mod error;
pub mod otp;
pub mod pattern;
pub mod placeholder;
mod secret;
mod secret_key;
pub mod template;

pub use clock::{Clock, Now};
pub use error::Error;
pub use secret::Secret;
pub use secret_key::SecretKey;
