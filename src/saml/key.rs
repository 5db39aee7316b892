//! RSA keys: the one this server signs with, and those in certificates of service providers.

use aws_lc_rs::digest;
use aws_lc_rs::rsa::KeyPair;
use aws_lc_rs::signature::{self, KeyPair as _, RsaParameters, UnparsedPublicKey};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;

/// How a signature is made. SHA-1 is accepted from others only.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Algorithm {
    /// `rsa-sha1`
    Sha1,
    /// `rsa-sha256`
    Sha256,
    /// `rsa-sha384`
    Sha384,
    /// `rsa-sha512`
    Sha512,
}

/// Every algorithm, with what it is called as a signature and as a hash.
pub(super) const NAMES: [(Algorithm, &str, &str); 4] = [
    (Algorithm::Sha1, "http://www.w3.org/2000/09/xmldsig#rsa-sha1", "http://www.w3.org/2000/09/xmldsig#sha1"),
    (
        Algorithm::Sha256,
        "http://www.w3.org/2001/04/xmldsig-more#rsa-sha256",
        "http://www.w3.org/2001/04/xmlenc#sha256",
    ),
    (
        Algorithm::Sha384,
        "http://www.w3.org/2001/04/xmldsig-more#rsa-sha384",
        "http://www.w3.org/2001/04/xmldsig-more#sha384",
    ),
    (
        Algorithm::Sha512,
        "http://www.w3.org/2001/04/xmldsig-more#rsa-sha512",
        "http://www.w3.org/2001/04/xmlenc#sha512",
    ),
];

impl Algorithm {
    /// The algorithm of a `SignatureMethod` or `SigAlg`.
    #[must_use]
    pub fn of(uri: &str) -> Option<Self> {
        NAMES.iter().find(|(_, name, _)| *name == uri).map(|(algorithm, _, _)| *algorithm)
    }

    /// The algorithm of a `DigestMethod`.
    #[must_use]
    pub fn of_digest(uri: &str) -> Option<Self> {
        NAMES.iter().find(|(_, _, name)| *name == uri).map(|(algorithm, _, _)| *algorithm)
    }

    fn names(self) -> (&'static str, &'static str) {
        let named = NAMES.iter().find(|(algorithm, _, _)| *algorithm == self);
        named.map_or(("", ""), |(_, signature, digest)| (signature, digest))
    }

    /// The hash of a text.
    #[must_use]
    pub fn digest(self, text: &[u8]) -> Vec<u8> {
        let algorithm = match self {
            Self::Sha1 => &digest::SHA1_FOR_LEGACY_USE_ONLY,
            Self::Sha256 => &digest::SHA256,
            Self::Sha384 => &digest::SHA384,
            Self::Sha512 => &digest::SHA512,
        };
        digest::digest(algorithm, text).as_ref().to_vec()
    }

    fn verification(self) -> &'static RsaParameters {
        match self {
            Self::Sha1 => &signature::RSA_PKCS1_2048_8192_SHA1_FOR_LEGACY_USE_ONLY,
            Self::Sha256 => &signature::RSA_PKCS1_2048_8192_SHA256,
            Self::Sha384 => &signature::RSA_PKCS1_2048_8192_SHA384,
            Self::Sha512 => &signature::RSA_PKCS1_2048_8192_SHA512,
        }
    }
}

/// Why a key cannot be used.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum BadKey {
    /// Not base64 or PEM of a certificate.
    #[error("it is no X.509 certificate in base64 or PEM form")]
    Certificate,
    /// Not RSA, or too short.
    #[error("it holds no RSA key of 2048 to 8192 bits")]
    NoRsa,
    /// The key and the certificate do not belong together.
    #[error("key and certificate do not belong together")]
    Mismatch,
    /// The library failed.
    #[error("the signature could not be made")]
    Failed,
}

/// What base64 of a certificate holds, with or without the lines of PEM around it.
pub(super) fn certificate_der(text: &str) -> Result<Vec<u8>, BadKey> {
    let lines = text.lines().filter(|line| !line.trim_start().starts_with("-----"));
    let base64: String = lines.flat_map(str::chars).filter(|one| !one.is_whitespace()).collect();
    STANDARD.decode(base64).map_err(|_| BadKey::Certificate)
}

/// The key in somebody's certificate. That the certificate is registered is what makes it trusted; its dates and issuer
/// are not looked at, as in the original.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PublicKey {
    der: Vec<u8>,
}

impl PublicKey {
    /// Reads base64 of a certificate, with or without the lines of PEM around it.
    ///
    /// # Errors
    /// [`BadKey`]
    pub fn of_certificate(text: &str) -> Result<Self, BadKey> {
        Self::of_der(&certificate_der(text)?)
    }

    fn of_der(certificate: &[u8]) -> Result<Self, BadKey> {
        let (rest, parsed) =
            x509_parser::parse_x509_certificate(certificate).map_err(|_| BadKey::Certificate)?;
        if !rest.is_empty() {
            return Err(BadKey::Certificate);
        }
        let key = parsed.public_key();
        match key.parsed() {
            Ok(x509_parser::public_key::PublicKey::RSA(rsa)) if (2048..=8192).contains(&rsa.key_size()) => {
                Ok(Self { der: key.subject_public_key.data.to_vec() })
            }
            _ => Err(BadKey::NoRsa),
        }
    }

    /// Whether a signature is right.
    #[must_use]
    pub fn verifies(&self, algorithm: Algorithm, text: &[u8], signature: &[u8]) -> bool {
        UnparsedPublicKey::new(algorithm.verification(), &self.der).verify(text, signature).is_ok()
    }
}

/// The key this server signs with, and its certificate.
pub struct SigningKey {
    pair: KeyPair,
    certificate: String,
}

impl std::fmt::Debug for SigningKey {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("SigningKey(***)")
    }
}

impl SigningKey {
    /// The key of a PKCS #8 or PKCS #1 document, with base64 of the certificate that goes with it.
    ///
    /// # Errors
    /// [`BadKey`]
    pub fn new(key: &[u8], certificate: &str) -> Result<Self, BadKey> {
        let pair = KeyPair::from_pkcs8(key).or_else(|_| KeyPair::from_der(key)).map_err(|_| BadKey::NoRsa)?;
        let public = PublicKey::of_certificate(certificate)?;
        let own = Self { pair, certificate: certificate.to_owned() };
        // Compared, not tried: the first signature of a process waits for randomness longer than a start takes.
        if own.public() == public { Ok(own) } else { Err(BadKey::Mismatch) }
    }

    /// Base64 of the certificate.
    #[must_use]
    pub fn certificate(&self) -> &str {
        &self.certificate
    }

    /// The public half.
    #[must_use]
    pub fn public(&self) -> PublicKey {
        PublicKey { der: self.pair.public_key().as_ref().to_vec() }
    }

    /// Signing with SHA-256.
    #[must_use]
    pub fn usual(&self) -> Signer<'_> {
        self.with(Manner::default())
    }

    /// Signing in the manner that somebody wants.
    #[must_use]
    pub fn with(&self, manner: Manner) -> Signer<'_> {
        Signer { key: self, manner }
    }
}

/// How a message is signed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Manner {
    signature: Algorithm,
    digest: Algorithm,
}

impl Default for Manner {
    fn default() -> Self {
        Self { signature: Algorithm::Sha256, digest: Algorithm::Sha256 }
    }
}

impl Manner {
    /// With algorithms of these names. Nothing is signed with SHA-1 or with what we do not know: SHA-256 takes its place.
    #[must_use]
    pub fn of(signature: &str, digest: &str) -> Self {
        let safe = |found: Option<Algorithm>| found.filter(|found| *found != Algorithm::Sha1);
        let usual = Self::default();
        Self {
            signature: safe(Algorithm::of(signature)).unwrap_or(usual.signature),
            digest: safe(Algorithm::of_digest(digest)).unwrap_or(usual.digest),
        }
    }
}

/// A key with the manner in which it signs.
#[derive(Debug, Clone, Copy)]
pub struct Signer<'k> {
    key: &'k SigningKey,
    manner: Manner,
}

impl Signer<'_> {
    /// Base64 of the certificate that goes with the key.
    #[must_use]
    pub fn certificate(&self) -> &str {
        self.key.certificate()
    }

    /// What the signature is called.
    #[must_use]
    pub fn signature_name(&self) -> &'static str {
        self.manner.signature.names().0
    }

    /// What the hash is called.
    #[must_use]
    pub fn digest_name(&self) -> &'static str {
        self.manner.digest.names().1
    }

    /// The hash of a text that a signature refers to.
    #[must_use]
    pub fn digest(&self, text: &[u8]) -> Vec<u8> {
        self.manner.digest.digest(text)
    }

    /// The signature of a text.
    ///
    /// # Errors
    /// [`BadKey::Failed`]
    pub fn sign(&self, text: &[u8]) -> Result<Vec<u8>, BadKey> {
        let encoding = match self.manner.signature {
            Algorithm::Sha1 | Algorithm::Sha256 => &signature::RSA_PKCS1_SHA256,
            Algorithm::Sha384 => &signature::RSA_PKCS1_SHA384,
            Algorithm::Sha512 => &signature::RSA_PKCS1_SHA512,
        };
        let pair = &self.key.pair;
        let mut signature = vec![0; pair.public_modulus_len()];
        pair.sign(encoding, &aws_lc_rs::rand::SystemRandom::new(), text, &mut signature)
            .map_err(|_| BadKey::Failed)?;
        Ok(signature)
    }
}
