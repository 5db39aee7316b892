//! What a service provider wants messages to it signed with.
//!
//! Every hash of SHA-2 is done as asked. SHA-1 was the original's default, so its clients and files ask for it without
//! having chosen it: they are registered as ever, and what they get is signed with SHA-256, which every library of the
//! last fifteen years verifies by what the signature itself says. Anything else is refused.

use super::ServiceProvider;
use crate::domain::Error;

/// What messages are signed with unless something else is asked for.
pub const USUAL_SIGNATURE: &str = "http://www.w3.org/2001/04/xmldsig-more#rsa-sha256";
/// What is hashed with for that.
pub const USUAL_DIGEST: &str = "http://www.w3.org/2001/04/xmlenc#sha256";
/// Everything that can be asked for, the usual first.
pub const SIGNATURES: [&str; 3] = [
    USUAL_SIGNATURE,
    "http://www.w3.org/2001/04/xmldsig-more#rsa-sha384",
    "http://www.w3.org/2001/04/xmldsig-more#rsa-sha512",
];
/// The same of hashes.
pub const DIGESTS: [&str; 3] = [
    USUAL_DIGEST,
    "http://www.w3.org/2001/04/xmldsig-more#sha384",
    "http://www.w3.org/2001/04/xmlenc#sha512",
];
const SHA1_SIGNATURE: &str = "http://www.w3.org/2000/09/xmldsig#rsa-sha1";
const SHA1_DIGEST: &str = "http://www.w3.org/2000/09/xmldsig#sha1";

/// The one of those that was asked for, else the usual one.
fn honoured(known: &'static [&'static str], asked: Option<&str>, usual: &'static str) -> &'static str {
    known.iter().copied().find(|known| asked == Some(known)).unwrap_or(usual)
}

impl ServiceProvider {
    /// What messages to it are signed with.
    #[must_use]
    pub fn signature(&self) -> &'static str {
        honoured(&SIGNATURES, self.signing_algorithm.as_deref(), USUAL_SIGNATURE)
    }

    /// What is hashed with for that.
    #[must_use]
    pub fn digest(&self) -> &'static str {
        honoured(&DIGESTS, self.digest_algorithm.as_deref(), USUAL_DIGEST)
    }
}

/// Refuses what is never done.
///
/// # Errors
/// The text, with what could be asked for.
pub(super) fn acceptable(one: &ServiceProvider) -> Result<(), Error> {
    for (what, asked, known, weak) in [
        ("signature", &one.signing_algorithm, SIGNATURES, SHA1_SIGNATURE),
        ("digest", &one.digest_algorithm, DIGESTS, SHA1_DIGEST),
    ] {
        if let Some(asked) = asked
            && asked != weak
            && !known.contains(&asked.as_str())
        {
            let known = known.join(", ");
            return Err(Error::refused(format!(
                "The {what} algorithm {asked} is not supported. Supported are {known}"
            )));
        }
    }
    Ok(())
}
