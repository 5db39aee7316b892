//! The certificate and the TLS settings of the HTTPS listener.
//!
//! A certificate is made at the first start and kept: clients pin it. RSA, because Java key stores and clients of the
//! original's age expect it. TLS 1.2 and 1.3, with the provider named explicitly.

use crate::saml::SigningKey;
use base64::Engine as _;
use rcgen::{CertificateParams, DistinguishedName, DnType, KeyPair, PKCS_RSA_SHA256, RsaKeySize, SanType};
use rustls::ServerConfig;
use rustls::pki_types::pem::{self, PemObject as _};
use rustls::pki_types::{CertificateDer, PrivateKeyDer};
use rustls::server::{ClientHello, ResolvesServerCert};
use rustls::sign::CertifiedKey;
use std::net::IpAddr;
use std::path::{Path, PathBuf};
use std::sync::{Arc, PoisonError, RwLock};
use x509_parser::extensions::GeneralName;

/// The organization in a certificate that was made here.
const MAKER: &str = "Soapstone";

/// Where certificate and key are.
#[derive(Debug, Clone)]
pub struct Files {
    /// PEM, the server's certificate first.
    pub certificate: PathBuf,
    /// PEM.
    pub key: PathBuf,
    /// Whether they may be made when they are missing: only the ones in the data directory.
    pub own: bool,
}

/// Why there is no TLS.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// A file cannot be read or written.
    #[error("{path}: {source}")]
    Io {
        /// The file.
        path: PathBuf,
        /// What the system said.
        source: std::io::Error,
    },
    /// A file holds something else.
    #[error("{path}: {why}; expected {expected} in PEM form")]
    Content {
        /// The file.
        path: PathBuf,
        /// What was wrong.
        why: String,
        /// What should be there.
        expected: &'static str,
    },
    /// Certificate and key do not belong together, or use an algorithm nobody supports.
    #[error("certificate {certificate} and key {key} cannot be used together: {why}")]
    Mismatch {
        /// The certificate's file.
        certificate: PathBuf,
        /// The key's file.
        key: PathBuf,
        /// What the library said.
        why: String,
    },
    /// Only one of the two made files is left.
    #[error(
        "{lost} is lost, and {left} is no use without it\n\
         hint: restore it from a backup; or remove {left} too, and another pair is made, which clients have to trust anew"
    )]
    Half {
        /// What is missing.
        lost: PathBuf,
        /// What is there.
        left: PathBuf,
    },
    /// A certificate could not be made.
    #[error("a certificate could not be made: {0}")]
    Making(String),
}

/// What handshakes are answered with: a renewed certificate counts from the next one on.
#[derive(Debug)]
pub struct Presented(RwLock<Arc<CertifiedKey>>);

impl ResolvesServerCert for Presented {
    fn resolve(&self, _: ClientHello<'_>) -> Option<Arc<CertifiedKey>> {
        Some(Arc::clone(&self.0.read().unwrap_or_else(PoisonError::into_inner)))
    }
}

impl Presented {
    /// Presents what is in the files by now.
    ///
    /// # Errors
    /// As [`load`]; then what was presented so far stays.
    pub fn renew(&self, files: &Files) -> Result<Pair, Error> {
        let pair = read(files)?;
        *self.0.write().unwrap_or_else(PoisonError::into_inner) = Arc::clone(&pair.certified);
        Ok(pair)
    }
}

/// TLS as the listener uses it.
#[derive(Debug, Clone)]
pub struct Tls {
    /// For the acceptor.
    pub config: Arc<ServerConfig>,
    /// What it presents.
    pub presented: Arc<Presented>,
    /// What is in the files.
    pub pair: Pair,
}

/// What a certificate says that clients look at.
#[derive(Debug, Clone)]
pub struct Said {
    /// From when on it is good, in milliseconds since 1970.
    pub valid_from: i64,
    /// From when on it is not.
    pub valid_until: i64,
    /// The names and addresses it is for.
    pub names: Vec<String>,
    /// Whether it is one that this program makes.
    pub is_made: bool,
}

impl Said {
    fn of(certificate: &[u8]) -> Option<Self> {
        let (_, parsed) = x509_parser::parse_x509_certificate(certificate).ok()?;
        let millis = |moment: x509_parser::time::ASN1Time| moment.timestamp().saturating_mul(1000);
        let names = parsed.subject_alternative_name().ok().flatten();
        let names = names.map(|names| names.value.general_names.iter().filter_map(name).collect());
        Some(Self {
            valid_from: millis(parsed.validity().not_before),
            valid_until: millis(parsed.validity().not_after),
            names: names.unwrap_or_default(),
            is_made: parsed.issuer() == parsed.subject()
                && parsed.subject().iter_organization().any(|name| name.as_str() == Ok(MAKER)),
        })
    }
}

fn name(found: &GeneralName<'_>) -> Option<String> {
    match found {
        GeneralName::DNSName(name) => Some((*name).to_owned()),
        GeneralName::IPAddress(bytes) => match bytes.len() {
            4 => Some(IpAddr::from(<[u8; 4]>::try_from(*bytes).ok()?).to_string()),
            _ => Some(IpAddr::from(<[u8; 16]>::try_from(*bytes).ok()?).to_string()),
        },
        _ => None,
    }
}

/// A certificate with its key.
#[derive(Debug, Clone)]
pub struct Pair {
    certified: Arc<CertifiedKey>,
    /// The server's certificate, base64 of its DER form.
    pub certificate: String,
    /// What it says of itself; nothing when it cannot be read.
    pub said: Option<Said>,
    /// What messages are signed with; nothing when the key is of another kind than RSA.
    pub signer: Option<Arc<SigningKey>>,
}

/// Makes certificate and key in the data directory if they are not there. Says whether it did.
///
/// # Errors
/// When they cannot be made or written, and when one of two was lost.
pub fn make_if_missing(files: &Files, host: &str) -> Result<bool, Error> {
    match (files.certificate.exists(), files.key.exists()) {
        _ if !files.own => return Ok(false),
        (true, true) => return Ok(false),
        // The certificate is written last: a key alone is what an interrupted first start leaves behind.
        (true, false) => {
            return Err(Error::Half { lost: files.key.clone(), left: files.certificate.clone() });
        }
        (false, _) => {}
    }
    tracing::info!("making a key and a certificate; this happens once and takes a moment");
    let making = |error: rcgen::Error| Error::Making(error.to_string());
    let key = KeyPair::generate_rsa_for(&PKCS_RSA_SHA256, RsaKeySize::_2048).map_err(making)?;
    let mut names = vec!["localhost".to_owned()];
    if host != "localhost" {
        names.push(host.to_owned());
    }
    let mut params = CertificateParams::new(names).map_err(making)?;
    for address in [std::net::Ipv4Addr::LOCALHOST.into(), std::net::Ipv6Addr::LOCALHOST.into()] {
        params.subject_alt_names.push(SanType::IpAddress(address));
    }
    params.distinguished_name = DistinguishedName::new();
    params.distinguished_name.push(DnType::CommonName, host);
    params.distinguished_name.push(DnType::OrganizationName, MAKER);
    // Ten years: whoever pins it should not have to do so again soon.
    let today = time::OffsetDateTime::from_unix_timestamp(
        crate::domain::Clock::now(&crate::domain::clock::SystemClock).0 / 1000,
    )
    .unwrap_or(time::OffsetDateTime::UNIX_EPOCH);
    params.not_before = today - time::Duration::days(1);
    params.not_after = today + time::Duration::days(3650);
    let certificate = params.self_signed(&key).map_err(making)?;
    write(&files.key, &key.serialize_pem())?;
    write(&files.certificate, &certificate.pem())?;
    Ok(true)
}

/// Writes a file that only its owner may read, aside and then renamed: a crash leaves no half of it.
pub(super) fn write(path: &Path, text: &str) -> Result<(), Error> {
    use std::io::Write as _;
    use std::os::unix::fs::OpenOptionsExt as _;
    let failed = |source| Error::Io { path: path.to_owned(), source };
    let aside = path.with_extension("new");
    let mut file = std::fs::OpenOptions::new()
        .write(true)
        .create(true)
        .truncate(true)
        .mode(0o600)
        .open(&aside)
        .map_err(failed)?;
    file.write_all(text.as_bytes()).and_then(|()| file.sync_all()).map_err(failed)?;
    std::fs::rename(&aside, path).map_err(failed)
}

/// What is wrong with a text in PEM form. The library shows lines as the numbers of their bytes.
fn wrong(error: &pem::Error) -> String {
    match error {
        pem::Error::MissingSectionEnd { .. } => "it ends before its last line, -----END …".to_owned(),
        pem::Error::IllegalSectionStart { .. } => "a line that begins with -----BEGIN is damaged".to_owned(),
        other => other.to_string(),
    }
}

/// TLS with what is in the files.
///
/// # Errors
/// Says which file is wrong and what should be there.
pub fn load(files: &Files) -> Result<Tls, Error> {
    let pair = read(files)?;
    let presented = Arc::new(Presented(RwLock::new(Arc::clone(&pair.certified))));
    let mut config =
        ServerConfig::builder_with_provider(Arc::new(rustls::crypto::aws_lc_rs::default_provider()))
            .with_safe_default_protocol_versions()
            .map_err(|error| mismatch(files, &error))?
            .with_no_client_auth()
            .with_cert_resolver(Arc::<Presented>::clone(&presented));
    config.alpn_protocols = vec![b"http/1.1".to_vec()];
    Ok(Tls { config: Arc::new(config), presented, pair })
}

fn mismatch(files: &Files, error: &rustls::Error) -> Error {
    Error::Mismatch { certificate: files.certificate.clone(), key: files.key.clone(), why: error.to_string() }
}

/// Reads certificate and key.
fn read(files: &Files) -> Result<Pair, Error> {
    let read =
        |path: &Path| std::fs::read(path).map_err(|source| Error::Io { path: path.to_owned(), source });
    let content =
        |path: &Path, why: String, expected| Error::Content { path: path.to_owned(), why, expected };
    let pem = read(&files.certificate)?;
    let chain: Vec<CertificateDer<'static>> = CertificateDer::pem_slice_iter(&pem)
        .collect::<Result<_, _>>()
        .map_err(|error| content(&files.certificate, wrong(&error), "a certificate"))?;
    let first = chain
        .first()
        .ok_or_else(|| content(&files.certificate, "no certificate found".into(), "a certificate"))?;
    let certificate = base64::engine::general_purpose::STANDARD.encode(first);
    let said = Said::of(first);
    let key = PrivateKeyDer::from_pem_slice(&read(&files.key)?)
        .map_err(|error| content(&files.key, wrong(&error), "a private key"))?;
    let signer = SigningKey::new(key.secret_der(), &certificate).ok().map(Arc::new);
    let provider = rustls::crypto::aws_lc_rs::default_provider();
    let certified = CertifiedKey::from_der(chain, key, &provider).map_err(|error| mismatch(files, &error))?;
    Ok(Pair { certified: Arc::new(certified), certificate, said, signer })
}
