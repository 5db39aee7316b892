//! Keys for tests.

use super::SigningKey;
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use std::sync::{Arc, LazyLock};

/// A new key, with a certificate for that host.
pub(crate) fn key_of(host: &str) -> SigningKey {
    let pair = rcgen::KeyPair::generate_rsa_for(&rcgen::PKCS_RSA_SHA256, rcgen::RsaKeySize::_2048).unwrap();
    let own = rcgen::CertificateParams::new(vec![host.to_owned()]).unwrap();
    let certificate = STANDARD.encode(own.self_signed(&pair).unwrap().der());
    SigningKey::new(&pair.serialize_der(), &certificate).unwrap()
}

/// The server's key in all tests: making one takes a while.
pub(crate) fn own_key() -> Arc<SigningKey> {
    static MADE: LazyLock<Arc<SigningKey>> = LazyLock::new(|| Arc::new(key_of("localhost")));
    Arc::clone(&MADE)
}
