//! Stored passwords: Argon2id for everything new, and the hashes that imported deployments bring along.
//!
//! Verification takes one Argon2 computation whatever is stored, and so does the verification of nobody, so that
//! time tells no one which user exists. Knows no user and no rule; never called inside a write.

mod argon;
mod imported;
mod many;
mod verified;

#[cfg(test)]
pub(super) use argon::COMPUTED;
pub use many::hash_all;
pub use verified::{Proof, Verified};

use super::{Error, Secret};
use argon2::password_hash::phc::PasswordHash;

/// What the `credential` column of a user holds: a PHC string, or an imported scheme.
#[derive(Clone, PartialEq, Eq)]
pub struct Credential(String);

impl std::fmt::Debug for Credential {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Credential(***)")
    }
}

impl From<String> for Credential {
    /// Takes over what the column holds.
    fn from(stored: String) -> Self {
        Self(stored)
    }
}

impl Credential {
    /// Hashes a new password. Slow on purpose: keep it out of writes and off the async threads.
    ///
    /// # Errors
    /// [`Error::Broken`] when there is no randomness or no memory.
    pub fn hash(password: &Secret) -> Result<Self, Error> {
        let hash = argon::hash(password).ok_or(Error::Broken("a password could not be hashed"))?;
        Ok(Self(hash.to_string()))
    }

    /// A row of an imported `UM_USER` table: the realm's `PasswordDigest`, `UM_SALT_VALUE` (empty without salting)
    /// and `UM_USER_PASSWORD`. A password that was stored in clear is hashed here and never stored as it was.
    ///
    /// # Errors
    /// [`Error::Refused`] for a digest nobody can verify, [`Error::Broken`] as in [`Credential::hash`].
    pub fn import_jdbc(digest: &str, salt: &str, stored: &str) -> Result<Self, Error> {
        match imported::jdbc(digest, salt, stored)? {
            imported::Import::Hash(text) => Ok(Self(text)),
            imported::Import::Clear(password) => Self::hash(&password),
        }
    }

    /// A `userPassword` value of an imported directory: `{METHOD}…`, or the password itself, which is hashed here.
    ///
    /// # Errors
    /// As [`Credential::import_jdbc`].
    pub fn import_ldap(stored: &str) -> Result<Self, Error> {
        match imported::ldap(stored)? {
            imported::Import::Hash(text) => Ok(Self(text)),
            imported::Import::Clear(password) => Self::hash(&password),
        }
    }

    /// Whether `password` is the one. As slow as [`Credential::hash`], and equally so for every scheme and answer.
    #[must_use]
    pub fn verify(&self, password: &Secret) -> bool {
        self.verify_unless(password, || false)
    }

    /// As [`Credential::verify`], for many who present the same at the same time: whoever has waited for a processor and
    /// finds it `known` by then is spared the computation.
    #[must_use]
    pub fn verify_unless(&self, password: &Secret, known: impl FnOnce() -> bool) -> bool {
        match PasswordHash::new(&self.0) {
            Ok(hash) => argon::verify(password, &hash, known),
            Err(_) => {
                let right = imported::verify(&self.0, password);
                verify_nobody(password);
                right
            }
        }
    }

    /// Whether the next successful login should replace it: an imported scheme, or weaker settings than today's.
    #[must_use]
    pub fn needs_upgrade(&self) -> bool {
        PasswordHash::new(&self.0).map_or(true, |hash| argon::is_outdated(&hash))
    }

    /// The text for the `credential` column.
    #[must_use]
    pub fn stored(&self) -> &str {
        &self.0
    }
}

/// Spends the time of one verification, for users that do not exist or may not log in.
pub fn verify_nobody(password: &Secret) {
    std::hint::black_box(argon::hash(password));
}

#[cfg(test)]
mod tests {
    use super::*;
    use argon2::{Algorithm, Argon2, Params, PasswordHasher, PasswordVerifier, Version};

    fn secret(text: &str) -> Secret {
        Secret::from(text)
    }

    #[test]
    fn a_new_password_is_kept_as_argon2id_with_a_salt_of_its_own() {
        let first = Credential::hash(&secret("Old@1234")).unwrap();
        let second = Credential::hash(&secret("Old@1234")).unwrap();
        assert!(first.stored().starts_with("$argon2id$v=19$m=19456,t=2,p=1$"), "{}", first.stored());
        assert_ne!(first.stored(), second.stored());
        assert!(first.verify(&secret("Old@1234")) && second.verify(&secret("Old@1234")));
        assert!(!first.verify(&secret("old@1234")) && !first.verify(&secret("")));
        assert!(!first.needs_upgrade());
    }

    #[test]
    fn any_other_program_can_verify_what_is_kept() {
        let kept = Credential::hash(&secret("Old@1234")).unwrap();
        let hash = PasswordHash::new(kept.stored()).unwrap();
        assert!(Argon2::default().verify_password(b"Old@1234", &hash).is_ok());
        assert!(Argon2::default().verify_password(b"Old@1235", &hash).is_err());
    }

    #[test]
    fn a_hash_without_salt_or_with_an_unknown_version_verifies_nothing() {
        for broken in [
            "$argon2id$v=19$m=19456,t=2,p=1",
            "$argon2id$v=20$m=64,t=1,p=1$c2FsdHNhbHQ$MTIzNDU2Nzg5MDEyMzQ1Ng",
            "$argon3$v=19$m=64,t=1,p=1$c2FsdHNhbHQ$MTIzNDU2Nzg5MDEyMzQ1Ng",
        ] {
            let credential = Credential::from(broken.to_owned());
            assert!(!credential.verify(&secret("")) && !credential.verify(&secret("Old@1234")), "{broken}");
        }
    }

    #[test]
    fn a_salted_jdbc_hash_verifies_and_asks_for_an_upgrade() {
        let stored = Credential::import_jdbc(
            "SHA-256",
            "c2FsdHNhbHRzYWx0c2FsdA==",
            "wcpYc6Iqx3k8rRp61TEEd91QnuRdxJpz77YEWyTjGrE=",
        )
        .unwrap();
        assert!(stored.verify(&secret("admin")) && !stored.verify(&secret("Admin")));
        assert!(stored.needs_upgrade());
    }

    #[test]
    fn an_unsalted_jdbc_hash_verifies() {
        let stored =
            Credential::import_jdbc("SHA-256", "", "jGl25bVBBBW96Qi9Te4V37Fnqchz/Eu4qB9vKrRIqRg=").unwrap();
        assert!(stored.verify(&secret("admin")) && !stored.verify(&secret("admin ")));
    }

    #[test]
    fn the_older_digests_verify() {
        for (digest, stored) in [
            ("SHA", "0DPiKuNIrrVmD8IUCuw1hQxNqZc="),
            ("MD5", "ISMvKXpXpadDiUoOSoAfww=="),
            (
                "SHA-512",
                "x61Ey612Kl2gpFL56FT9weDnpSo4AV8j8+qx2AuTHdRyY036xxzTTrw10Wq3+4qQyB+XURPWx1ONxp3Y3pB37A==",
            ),
        ] {
            let credential = Credential::import_jdbc(digest, "", stored).unwrap();
            assert!(credential.verify(&secret("admin")), "{digest}");
        }
    }

    #[test]
    fn a_directory_value_verifies_by_its_method() {
        for stored in [
            "{SHA}0DPiKuNIrrVmD8IUCuw1hQxNqZc=",
            "{SHA-256}jGl25bVBBBW96Qi9Te4V37Fnqchz/Eu4qB9vKrRIqRg=",
            "{MD5}ISMvKXpXpadDiUoOSoAfww==",
        ] {
            let credential = Credential::import_ldap(stored).unwrap();
            assert!(credential.verify(&secret("admin")) && !credential.verify(&secret("nimda")), "{stored}");
            assert!(credential.needs_upgrade());
        }
    }

    #[test]
    fn a_password_imported_in_clear_is_never_stored_in_clear() {
        for credential in [
            Credential::import_ldap("admin").unwrap(),
            Credential::import_jdbc("PLAIN_TEXT", "c2FsdA==", "adminc2FsdA==").unwrap(),
            Credential::import_jdbc("", "", "admin").unwrap(),
        ] {
            assert!(credential.stored().starts_with("$argon2id$"));
            assert!(credential.verify(&secret("admin")));
        }
    }

    #[test]
    fn a_digest_nobody_can_verify_is_refused_at_import() {
        assert!(Credential::import_jdbc("SHA-3", "", "x").is_err());
        assert!(Credential::import_jdbc("SHA-256", "", "ISMvKXpXpadDiUoOSoAfww==").is_err(), "made by MD5");
        assert!(
            Credential::import_jdbc("PLAIN_TEXT", "c2FsdA==", "c2FsdA==").is_err(),
            "nothing but the salt"
        );
        assert!(Credential::import_ldap("{BCRYPT}x").is_err());
    }

    #[test]
    fn weaker_settings_ask_for_an_upgrade() {
        let params = Params::new(8 * 1024, 1, 1, None).unwrap();
        let weak = Argon2::new(Algorithm::Argon2id, Version::V0x13, params).hash_password(b"admin").unwrap();
        let credential = Credential::from(weak.to_string());
        assert!(credential.verify(&secret("admin")) && credential.needs_upgrade());
    }

    #[test]
    fn what_is_stored_never_shows_in_debug_output() {
        assert_eq!(format!("{:?}", Credential::from("$argon2id$secret".to_owned())), "Credential(***)");
    }

    #[test]
    fn whoever_does_not_exist_takes_one_computation_the_first_time_too() {
        let before = COMPUTED.get();
        verify_nobody(&secret("Old@1234"));
        assert_eq!(COMPUTED.get() - before, 1);
    }

    #[test]
    fn something_that_is_no_credential_verifies_nothing() {
        assert!(!Credential::from(String::new()).verify(&secret("")));
        assert!(!Credential::from("admin".to_owned()).verify(&secret("admin")));
    }
}
