//! The password hashes of IS 5.3.0 deployments: its JDBC store and the directories it is used with.
//!
//! They are kept as `{METHOD}salt$hash` (JDBC) or as the directory had them, until the user's next login replaces
//! them. Single-round digests: never made for a new password.

use crate::domain::{Error, Secret};
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use sha2::Digest;
use subtle::ConstantTimeEq;

/// Marks a JDBC value; `$` never occurs in base64, so the salt text ends at the first one.
const JDBC: &str = "jdbc:";

/// What becomes of an imported value.
pub(super) enum Import {
    /// A hash, in the form that [`verify`] reads.
    Hash(String),
    /// A password that was stored in clear.
    Clear(Secret),
}

/// `UM_USER_PASSWORD` under the realm's `PasswordDigest`; no digest at all means clear text there.
pub(super) fn jdbc(digest: &str, salt: &str, stored: &str) -> Result<Import, Error> {
    if digest.is_empty() || digest.eq_ignore_ascii_case("PLAIN_TEXT") {
        // The store appends the salt text even when it does not hash.
        return match stored.strip_suffix(salt).unwrap_or(stored) {
            // Whoever has none cannot sign in there; here nobody is made who signs in with nothing.
            "" => Err(Error::refused("the password is empty")),
            password => Ok(Import::Clear(Secret::from(password))),
        };
    }
    let length = known(digest)?;
    // What has another length was made by another digest, and would let nobody in.
    if salt.contains('$') || STANDARD.decode(stored).map_or(true, |hash| hash.len() != length) {
        return Err(Error::refused(format!("the password is not what {digest} makes of one")));
    }
    Ok(Import::Hash(format!("{{{JDBC}{digest}}}{salt}${stored}")))
}

/// A `userPassword` attribute.
pub(super) fn ldap(stored: &str) -> Result<Import, Error> {
    match parse(stored) {
        Some((method, value)) => {
            let salted = is_salted(method);
            let length = known(method.strip_prefix(['S', 's']).filter(|_| salted).unwrap_or(method))?;
            let is_one = STANDARD.decode(value).is_ok_and(|hash| match salted {
                true => hash.len() > length,
                false => hash.len() == length,
            });
            match is_one {
                true => Ok(Import::Hash(stored.to_owned())),
                false => Err(Error::refused(format!("the password is not what {method} makes of one"))),
            }
        }
        None => Ok(Import::Clear(Secret::from(stored))),
    }
}

/// Whether `password` hashes to `stored`; compared in constant time.
pub(super) fn verify(stored: &str, password: &Secret) -> bool {
    let Some((method, value)) = parse(stored) else { return false };
    let password = password.reveal().as_bytes();
    if let Some(digest) = method.strip_prefix(JDBC) {
        // The original appends the base64 text of the salt, not its bytes.
        let Some((salt, hash)) = value.split_once('$') else { return false };
        let Some(computed) = digest_of(digest, &[password, salt.as_bytes()]) else { return false };
        return STANDARD.encode(computed).as_bytes().ct_eq(hash.as_bytes()).into();
    }
    if is_salted(method) {
        let digest = method.strip_prefix(['S', 's']).unwrap_or(method);
        let Ok(bytes) = STANDARD.decode(value) else { return false };
        let Some(length) = digest_of(digest, &[]).map(|empty| empty.len()) else { return false };
        let Some((hash, salt)) = bytes.split_at_checked(length) else { return false };
        return digest_of(digest, &[password, salt]).is_some_and(|computed| computed.ct_eq(hash).into());
    }
    digest_of(method, &[password])
        .is_some_and(|computed| STANDARD.encode(computed).as_bytes().ct_eq(value.as_bytes()).into())
}

/// `{METHOD}value` in its two parts.
fn parse(stored: &str) -> Option<(&str, &str)> {
    stored.strip_prefix('{')?.split_once('}')
}

/// `{SSHA}` and its relatives, which other tools write into directories: base64 of digest and salt.
fn is_salted(method: &str) -> bool {
    let method = method.to_ascii_uppercase();
    method.starts_with("SSHA") || method == "SMD5"
}

/// How many bytes a digest has.
fn known(digest: &str) -> Result<usize, Error> {
    match digest_of(digest, &[]) {
        Some(bytes) => Ok(bytes.len()),
        None => Err(Error::refused(format!("passwords hashed with {digest} cannot be taken over"))),
    }
}

/// The digest, by the names that Java and directories give it.
fn digest_of(name: &str, parts: &[&[u8]]) -> Option<Vec<u8>> {
    fn run<D: Digest>(parts: &[&[u8]]) -> Vec<u8> {
        let mut digest = D::new();
        parts.iter().for_each(|part| digest.update(part));
        digest.finalize().to_vec()
    }
    Some(match name.to_ascii_uppercase().as_str() {
        "MD5" => run::<md5::Md5>(parts),
        "SHA" | "SHA1" | "SHA-1" => run::<sha1::Sha1>(parts),
        "SHA224" | "SHA-224" => run::<sha2::Sha224>(parts),
        "SHA256" | "SHA-256" => run::<sha2::Sha256>(parts),
        "SHA384" | "SHA-384" => run::<sha2::Sha384>(parts),
        "SHA512" | "SHA-512" => run::<sha2::Sha512>(parts),
        _ => return None,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_salted_directory_value_verifies() {
        let salt = [7_u8; 8];
        for (method, name) in [("SSHA", "SHA"), ("SSHA256", "SHA256"), ("SSHA512", "SHA512"), ("SMD5", "MD5")]
        {
            let mut bytes = digest_of(name, &[b"admin", &salt]).unwrap();
            bytes.extend(salt);
            let stored = format!("{{{method}}}{}", STANDARD.encode(bytes));
            assert!(matches!(ldap(&stored), Ok(Import::Hash(_))), "{method}");
            assert!(verify(&stored, &Secret::from("admin")), "{method}");
            assert!(!verify(&stored, &Secret::from("admim")), "{method}");
        }
    }

    #[test]
    fn a_damaged_value_verifies_nothing() {
        for stored in ["{SHA-256}", "{SSHA}AAAA", "{SSHA}%", "{jdbc:SHA-256}nothing", "{SHA-256", ""] {
            assert!(!verify(stored, &Secret::from("")), "{stored}");
        }
    }
}
