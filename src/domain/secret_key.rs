//! The key of an installation: keyed hashes of codes, and texts sealed while they wait in the database.
//!
//! It lives in a file beside the database, so that a copy of the database alone opens no code. Every node of an
//! installation uses the same one.

use super::{Error, Secret};
use aws_lc_rs::{aead, hmac};
use base64::Engine;
use base64::engine::general_purpose::STANDARD_NO_PAD;

/// Marks a sealed text, with the version of the recipe.
const SEALED: &str = "sealed1:";

/// 32 random bytes, made at the first start.
pub struct SecretKey {
    hashing: hmac::Key,
    sealing: aead::RandomizedNonceKey,
}

impl std::fmt::Debug for SecretKey {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("SecretKey(***)")
    }
}

impl SecretKey {
    /// The key of `bytes`; hashing and sealing use different ones derived from it.
    ///
    /// # Errors
    /// [`Error::Broken`] when the cipher cannot be set up.
    pub fn new(bytes: &[u8; 32]) -> Result<Self, Error> {
        let root = hmac::Key::new(hmac::HMAC_SHA256, bytes);
        let hashing = hmac::sign(&root, b"soapstone code hash");
        let sealing = hmac::sign(&root, b"soapstone sealed text");
        Ok(Self {
            hashing: hmac::Key::new(hmac::HMAC_SHA256, hashing.as_ref()),
            sealing: aead::RandomizedNonceKey::new(&aead::AES_256_GCM, sealing.as_ref())
                .map_err(|_| Error::Broken("the sealing key could not be set up"))?,
        })
    }

    /// The bytes of a new key.
    ///
    /// # Errors
    /// [`Error::Broken`] when the system has no randomness to give.
    pub fn generate() -> Result<[u8; 32], Error> {
        let mut bytes = [0_u8; 32];
        aws_lc_rs::rand::fill(&mut bytes).map_err(|_| Error::Broken("no randomness"))?;
        Ok(bytes)
    }

    /// HMAC-SHA-256 of a code, which is all the database keeps of it.
    #[must_use]
    pub fn hash(&self, code: &Secret) -> [u8; 32] {
        let mut hash = [0_u8; 32];
        hash.copy_from_slice(hmac::sign(&self.hashing, code.reveal().as_bytes()).as_ref());
        hash
    }

    /// A text that only this key opens again; `place` says what it belongs to and must be the same at opening.
    ///
    /// # Errors
    /// [`Error::Broken`] when the cipher fails.
    pub fn seal(&self, place: &str, text: &str) -> Result<String, Error> {
        let mut sealed = text.as_bytes().to_vec();
        let nonce = self
            .sealing
            .seal_in_place_append_tag(aead::Aad::from(place.as_bytes()), &mut sealed)
            .map_err(|_| Error::Broken("a text could not be sealed"))?;
        let mut bytes = nonce.as_ref().to_vec();
        bytes.append(&mut sealed);
        Ok(format!("{SEALED}{}", STANDARD_NO_PAD.encode(bytes)))
    }

    /// What was sealed, or `None` for anything this key did not seal for that place.
    #[must_use]
    pub fn open(&self, place: &str, sealed: &str) -> Option<Secret> {
        let mut bytes = STANDARD_NO_PAD.decode(sealed.strip_prefix(SEALED)?).ok()?;
        let (nonce, text) = bytes.split_at_mut_checked(aead::NONCE_LEN)?;
        let nonce = aead::Nonce::try_assume_unique_for_key(nonce).ok()?;
        let text = self.sealing.open_in_place(nonce, aead::Aad::from(place.as_bytes()), text).ok()?;
        Some(Secret::from(std::str::from_utf8(text).ok()?))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn key(byte: u8) -> SecretKey {
        SecretKey::new(&[byte; 32]).unwrap()
    }

    #[test]
    fn a_sealed_text_opens_with_its_key_and_place_only() {
        let sealed = key(1).seal("mail 1", "code 4711 – ü").unwrap();
        assert!(!sealed.contains("4711"));
        assert_eq!(key(1).open("mail 1", &sealed).unwrap().reveal(), "code 4711 – ü");
        assert!(key(2).open("mail 1", &sealed).is_none());
        assert!(key(1).open("mail 2", &sealed).is_none());
        assert!(key(1).open("mail 1", "code 4711").is_none());
        assert!(key(1).open("mail 1", "sealed1:AAAA").is_none());
    }

    #[test]
    fn a_text_is_never_sealed_the_same_way_twice() {
        assert_ne!(key(1).seal("a", "x").unwrap(), key(1).seal("a", "x").unwrap());
    }

    #[test]
    fn a_code_hashes_to_the_same_value_under_one_key_only() {
        let code = Secret::from("ABC123");
        assert_eq!(key(1).hash(&code), key(1).hash(&code));
        assert_ne!(key(1).hash(&code), key(2).hash(&code));
        assert_ne!(key(1).hash(&code), key(1).hash(&Secret::from("ABC124")));
    }

    #[test]
    fn generated_keys_differ() {
        assert_ne!(SecretKey::generate().unwrap(), SecretKey::generate().unwrap());
    }
}
