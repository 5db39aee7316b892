//! The server's certificate and key: where they are, whether they are still good, and what is signed with them.

use super::tls::{self, Error};
use crate::config::Settings;
use crate::domain::Now;
use crate::saml::SigningKey;
use std::path::{Path, PathBuf};
use std::sync::Arc;

/// Where certificate and key are: where the settings say, or in the data directory.
pub(super) fn files(settings: &Settings, folder: &Path) -> tls::Files {
    match (&settings.tls_certificate, &settings.tls_key) {
        (Some(certificate), Some(key)) => {
            tls::Files { certificate: certificate.clone(), key: key.clone(), own: false }
        }
        _ => {
            let own = |name: &str| -> PathBuf { folder.join(name) };
            tls::Files { certificate: own("tls-cert.pem"), key: own("tls-key.pem"), own: true }
        }
    }
}

/// How long before its end a certificate is worth a word, in milliseconds: who renews them by hand needs some days.
const SOON: i64 = 14 * 24 * 3_600_000;

/// Says so where clients refuse it, or soon will.
pub(super) fn tell_flaws(pair: &tls::Pair, files: &tls::Files, host: &str, now: Now) {
    let Some(said) = &pair.said else { return };
    for flaw in flaws(said, host, now) {
        tracing::warn!(file = %files.certificate.display(), "{flaw}");
    }
}

/// What is wrong with a certificate. A name is missed in one of our own making only: others may be for what stands in front,
/// or for many names.
fn flaws(said: &tls::Said, host: &str, now: Now) -> Vec<String> {
    let mut found = Vec::new();
    let renewal = "another counts from the next start or SIGHUP";
    if said.valid_until < now.0 {
        found.push(format!("the certificate has expired, and clients refuse it; {renewal}"));
    } else if said.valid_until < now.0.saturating_add(SOON) {
        let end = Now(said.valid_until).to_timestamp();
        found.push(format!("the certificate expires at {end}, and clients will refuse it then; {renewal}"));
    }
    if said.valid_from > now.0 {
        let begin = Now(said.valid_from).to_timestamp();
        found.push(format!("the certificate is not valid before {begin}, and clients refuse it until then"));
    }
    let address = |text: &str| text.parse::<std::net::IpAddr>().ok();
    let is_for = |name: &String| {
        name.eq_ignore_ascii_case(host) || (address(host).is_some() && address(name) == address(host))
    };
    if said.is_made && !said.names.iter().any(is_for) {
        found.push(format!(
            "the certificate was made before host_name was {host}, and is for {}; without it and its key the next start \
             makes another pair, which clients and service providers have to be given",
            said.names.join(", ")
        ));
    }
    found
}

/// What messages are signed with: the server's key, or one of its own beside it where that is not RSA.
pub(super) fn signer(settings: &Settings, folder: &Path, tls: &tls::Pair) -> Result<Arc<SigningKey>, Error> {
    if let Some(signer) = &tls.signer {
        return Ok(Arc::clone(signer));
    }
    let own = |name: &str| folder.join(name);
    let files = tls::Files { certificate: own("saml-cert.pem"), key: own("saml-key.pem"), own: true };
    tls::make_if_missing(&files, settings.host())?;
    let made = tls::load(&files)?.pair.signer;
    made.ok_or_else(|| Error::Making("saml-key.pem holds no RSA key".to_owned()))
}

#[cfg(test)]
mod tests {
    use super::*;

    const DAY: i64 = 24 * 3_600_000;

    #[test]
    fn a_certificate_that_clients_refuse_or_soon_will_is_told() {
        let said = |is_made: bool| tls::Said {
            valid_from: 10 * DAY,
            valid_until: 100 * DAY,
            names: vec!["is.example.org".into(), "::1".into()],
            is_made,
        };
        let told =
            |day: i64, is_made: bool, host: &str| flaws(&said(is_made), host, Now(day * DAY)).join("; ");
        assert_eq!(told(50, true, "0:0:0:0:0:0:0:1"), "");
        assert_eq!(told(50, true, "IS.example.org"), "");
        assert!(told(9, true, "is.example.org").contains("is not valid before 1970-01-11T"));
        assert!(told(87, true, "is.example.org").contains("expires at 1970-04-11T"));
        assert!(told(101, true, "is.example.org").contains("has expired"));
        assert!(told(50, true, "localhost").contains("is for is.example.org, ::1; without it and its key"));
        assert_eq!(told(50, false, "localhost"), "", "something in front may have the name");
    }
}
