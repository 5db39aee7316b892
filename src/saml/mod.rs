//! SAML 2.0 messages and nothing else: reading, writing, signing, verifying, and the two bindings browsers carry them by.
//!
//! Pure: bytes, keys and times in, messages out. It knows no service provider, no user and no session; which key belongs
//! to whom and what a message may ask for is decided in `domain`, what a browser sees in `web`. Follows the OASIS
//! specifications saml-core-2.0, saml-bindings-2.0 and saml-metadata-2.0, in the choices IS 5.3.0 makes of them.

pub mod binding;
mod canonical;
mod encryption;
mod key;
mod message;
mod metadata;
mod partner;
#[cfg(test)]
pub(crate) mod scratch;
mod signature;
mod time;
mod write;
mod xml;

pub use encryption::Recipient;
pub use key::{Algorithm, BadKey, Manner, PublicKey, Signer, SigningKey};
pub use message::{
    Asked, AuthnRequest, Instant, LogoutRequest, LogoutResponse, Message, Response, Unreadable,
};
pub use metadata::{Entity, PartnerMetadata};
pub use partner::{Partner, Useless};
#[cfg(test)]
pub(crate) use signature::sign;
pub use signature::{Distrust, text_of, verify};
pub use write::{
    Answer, Bearer, Status, Subject, authn_request, logout_request, logout_response, refusal, response,
};
pub use xml::{Element, Malformed, parse};
