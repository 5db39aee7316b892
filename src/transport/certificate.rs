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

/// Says so where clients would refuse it.
pub(super) fn tell_expired(pair: &tls::Pair, files: &tls::Files, now: Now) {
    if pair.valid_until.is_some_and(|until| until < now.0) {
        let file = files.certificate.display();
        tracing::warn!(%file, "the certificate has expired, and clients refuse it; another counts from the next start or SIGHUP");
    }
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
