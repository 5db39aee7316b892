//! Service providers of single sign-on: `[[service_provider]]` of `soapstone.toml`, and `identity/sso-idp-config.xml` of an
//! existing deployment, unmodified.

use super::address::is_web;
use super::error::Error;
use super::identity_provider::{Element, tree};
use serde::Deserialize;
use std::path::{Path, PathBuf};

/// One service provider, under the names of `soapstone.toml`.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct ServiceProvider {
    /// What requests name.
    pub issuer: String,
    /// Where answers may go; the first is the usual one.
    pub consumer_urls: Vec<String>,
    /// Another usual one.
    pub default_consumer_url: Option<String>,
    /// The certificate that requests are verified with, PEM.
    pub certificate: Option<String>,
    /// A file with it.
    pub certificate_file: Option<PathBuf>,
    /// Whether requests have to be signed.
    pub verify_requests: bool,
    /// Whether responses are signed.
    pub sign_response: bool,
    /// Whether assertions are signed.
    pub sign_assertion: bool,
    /// Whether assertions are encrypted with the key in the certificate.
    pub encrypt_assertion: bool,
    /// Whether it is told when the user signs out.
    pub single_logout: bool,
    /// Where; else at the usual consumer URL.
    pub logout_request_url: Option<String>,
    /// Where it wants the answer to its own logout request; else at the usual consumer URL.
    pub logout_response_url: Option<String>,
    /// Whether `/samlsso?spEntityID=…` may send users there.
    pub idp_initiated: bool,
    /// Whether `/samlsso?slo=true&spEntityID=…` may sign them out.
    pub idp_logout: bool,
    /// Where that may lead to.
    pub return_urls: Vec<String>,
    /// Further audiences of assertions.
    pub audiences: Vec<String>,
    /// Further recipients.
    pub recipients: Vec<String>,
    /// Claims that are sent.
    pub claims: Vec<String>,
    /// Format of the user's name.
    pub name_id_format: Option<String>,
    /// A claim that is sent as the user's name.
    pub name_id_claim: Option<String>,
    /// Whether the name has the user store in front.
    pub store_in_name: bool,
    /// Whether it has the tenant behind.
    pub tenant_in_name: bool,
    /// Whether users of every tenant may sign in.
    pub all_tenants: bool,
    /// What messages to it are signed with, beside RSA.
    pub signature_hash: Hash,
    /// What they are hashed with for that.
    pub digest_hash: Hash,
}

/// A hash of SHA-2.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Hash {
    /// `sha256`
    #[default]
    Sha256,
    /// `sha384`
    Sha384,
    /// `sha512`
    Sha512,
}

impl Hash {
    /// The one that the end of an algorithm's URI names, behind a family of them.
    fn of(uri: &str, family: &str) -> Option<Self> {
        let named = [(Self::Sha256, "sha256"), (Self::Sha384, "sha384"), (Self::Sha512, "sha512")];
        named.into_iter().find(|(_, name)| uri.ends_with(&[family, name].concat())).map(|(hash, _)| hash)
    }
}

impl Default for ServiceProvider {
    fn default() -> Self {
        Self {
            issuer: String::new(),
            consumer_urls: Vec::new(),
            default_consumer_url: None,
            certificate: None,
            certificate_file: None,
            verify_requests: false,
            sign_response: true,
            sign_assertion: true,
            encrypt_assertion: false,
            single_logout: true,
            logout_request_url: None,
            logout_response_url: None,
            idp_initiated: false,
            idp_logout: false,
            return_urls: Vec::new(),
            audiences: Vec::new(),
            recipients: Vec::new(),
            claims: Vec::new(),
            name_id_format: None,
            name_id_claim: None,
            store_in_name: false,
            tenant_in_name: false,
            all_tenants: true,
            signature_hash: Hash::default(),
            digest_hash: Hash::default(),
        }
    }
}

/// How a service provider is written, for the reference of the settings.
pub(super) const REFERENCE: &str = r#"
# Service providers of SAML 2.0 single sign-on, one table each. Only issuer and consumer_urls have to be there.
# [[service_provider]]
# issuer = "https://app.example.org"
# consumer_urls = ["https://app.example.org/saml/acs"]
# default_consumer_url = ""       # where answers go that no address was asked for; else the first of consumer_urls
# certificate_file = ""           # PEM, relative to this file; or certificate = "-----BEGIN CERTIFICATE-----..."
# verify_requests = false         # refuse requests that are not signed with it
# sign_response = true
# sign_assertion = true
# encrypt_assertion = false       # with the key in its certificate
# single_logout = true            # tell it when a session ends
# logout_request_url = ""         # where; else the usual consumer URL
# logout_response_url = ""        # where its own logout request is answered; else the usual consumer URL
# idp_initiated = false           # /samlsso?spEntityID=ISSUER sends users there
# idp_logout = false              # /samlsso?slo=true&spEntityID=ISSUER signs them out
# return_urls = []                # where that may lead to
# audiences = []                  # beside the issuer
# recipients = []
# claims = []                     # sent as attributes
# name_id_format = "urn:oasis:names:tc:SAML:1.1:nameid-format:emailAddress"
# name_id_claim = ""              # sent in place of the user name
# store_in_name = false           # DOMAIN/name for users of secondary stores
# tenant_in_name = false          # name@tenant; always so for users of other tenants
# all_tenants = true              # whether users of every tenant may sign in
# signature_hash = "sha256"       # what messages to it are signed with; or sha384, sha512
# digest_hash = "sha256"
"#;

/// Where the file lies.
const PLACES: [&str; 3] =
    ["identity/sso-idp-config.xml", "sso-idp-config.xml", "security/sso-idp-config.xml"];

/// Reads the file of the original. Certificates are in its key store, which is not read: of a provider with a
/// `CertAlias`, `<alias>.pem` is looked for beside the file.
pub(super) fn read(
    folder: &Path,
    files: &mut Vec<PathBuf>,
    warnings: &mut Vec<String>,
) -> Result<Vec<ServiceProvider>, Error> {
    let Some(path) = PLACES.iter().map(|place| folder.join(place)).find(|path| path.is_file()) else {
        return Ok(Vec::new());
    };
    let bytes = std::fs::read(&path).map_err(|source| Error::Io { path: path.clone(), source })?;
    let document = tree(&path, &bytes)?;
    let mut found: Vec<ServiceProvider> = Vec::new();
    for element in document.all("ServiceProvider") {
        let mut warn = |text: String| warnings.push(format!("{}: {text}", path.display()));
        let own = provider(element, &path, &mut warn);
        if own.issuer.is_empty() || found.iter().any(|known| known.issuer == own.issuer) {
            warn(format!("a service provider without an Issuer of its own ({:?}) is left out", own.issuer));
        } else {
            if let Some(url) = own.consumer_urls.iter().find(|url| !is_web(url)) {
                warn(format!(
                    "AssertionConsumerServiceURL {url:?} of {:?} is no address of the web",
                    own.issuer
                ));
            } else if own.consumer_urls.is_empty() {
                warn(format!(
                    "nobody can sign in at {:?}, because it has no AssertionConsumerServiceURL to send the answer to",
                    own.issuer
                ));
            }
            found.push(own);
        }
    }
    files.push(path);
    Ok(found)
}

fn provider(element: &Element, path: &Path, warn: &mut dyn FnMut(String)) -> ServiceProvider {
    let value = |name: &str| {
        let first = element.all(name).next().map(|found| found.text.trim().to_owned());
        first.filter(|text| !text.is_empty())
    };
    let values = |name: &str| -> Vec<String> {
        let texts = element.all(name).map(|found| found.text.trim().to_owned());
        texts.filter(|text| !text.is_empty()).collect()
    };
    let flag =
        |name: &str, default: bool| value(name).map_or(default, |text| text.eq_ignore_ascii_case("true"));
    let when = |on: bool, values: Vec<String>| if on { values } else { Vec::new() };
    let issuer = value("Issuer").unwrap_or_default();
    if value("CustomLoginPage").is_some_and(|text| !text.eq_ignore_ascii_case("false")) {
        warn(format!("CustomLoginPage of {issuer:?} is not used: the login page is the same for all"));
    }
    let mut hash = |name: &str, family: &str| {
        let Some(uri) = value(name) else { return Hash::default() };
        Hash::of(&uri, family).unwrap_or_else(|| {
            warn(format!("{name} {uri} of {issuer:?} is not used: messages are signed with SHA-256"));
            Hash::default()
        })
    };
    let signature_hash = hash("SAMLDefaultSigningAlgorithmURI", "#rsa-");
    let digest_hash = hash("SAMLDefaultDigestAlgorithmURI", "#");
    let alias = value("CertAlias");
    let attributes = flag("EnableAttributeProfile", false) && flag("IncludeAttributeByDefault", false);
    let mut consumer_urls = values("AssertionConsumerServiceURL");
    // The name of releases before 5.0.0.
    consumer_urls.extend(values("AssertionConsumerService"));
    let own = ServiceProvider {
        consumer_urls,
        default_consumer_url: value("DefaultAssertionConsumerServiceURL"),
        certificate: alias.as_deref().and_then(|alias| certificate(path, alias)),
        verify_requests: flag("ValidateSignatures", false),
        sign_response: flag("SignResponse", false),
        sign_assertion: flag("SignAssertion", true),
        encrypt_assertion: flag("EncryptAssertion", false),
        single_logout: flag("EnableSingleLogout", true),
        logout_request_url: value("SLORequestURL").or_else(|| value("LogoutURL")),
        logout_response_url: value("SLOResponseURL"),
        idp_initiated: flag("EnableIdPInitiatedSSO", false),
        idp_logout: flag("EnableIdPInitSLO", false),
        return_urls: values("ReturnToURL"),
        audiences: when(flag("EnableAudienceRestriction", false), values("Audience")),
        recipients: when(flag("EnableRecipients", false), values("Recipient")),
        claims: when(attributes, values("Claim")),
        signature_hash,
        digest_hash,
        issuer,
        ..ServiceProvider::default()
    };
    if own.certificate.is_none() {
        want_certificate(&own, alias.as_deref(), warn);
    }
    own
}

/// Says what does not work without a certificate, as far as it is asked for.
fn want_certificate(own: &ServiceProvider, alias: Option<&str>, warn: &mut dyn FnMut(String)) {
    let issuer = &own.issuer;
    if own.verify_requests {
        let alias = alias.unwrap_or("wso2carbon");
        warn(format!(
            "requests of {issuer:?} are refused until its certificate is there: export {alias} from the key store \
             to {alias}.pem beside this file"
        ));
    }
    if own.encrypt_assertion {
        warn(format!(
            "nobody can sign in at {issuer:?}, which wants encrypted assertions, until its certificate is there"
        ));
    }
}

fn certificate(path: &Path, alias: &str) -> Option<String> {
    let is_name = alias.chars().all(|one| one.is_alphanumeric() || matches!(one, '-' | '_' | '.'));
    let file = path.with_file_name(format!("{alias}.pem"));
    if is_name { std::fs::read_to_string(file).ok() } else { None }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// As the original ships its file, with an application beside the dashboard.
    const SHIPPED: &str = r#"<?xml version="1.0" encoding="UTF-8"?>
<SSOIdentityProviderConfig>
  <TenantRegistrationPage>https://example.org/register</TenantRegistrationPage>
  <ServiceProviders>
    <ServiceProvider>
      <Issuer>wso2.my.dashboard</Issuer>
      <AssertionConsumerServiceURLs>
        <AssertionConsumerServiceURL>${carbon.protocol}://${carbon.host}:${carbon.management.port}/dashboard/acs</AssertionConsumerServiceURL>
      </AssertionConsumerServiceURLs>
      <DefaultAssertionConsumerServiceURL>https://localhost:9443/dashboard/acs</DefaultAssertionConsumerServiceURL>
      <SignAssertion>true</SignAssertion>
      <SignResponse>true</SignResponse>
      <EnableAudienceRestriction>true</EnableAudienceRestriction>
      <AudiencesList><Audience>carbonServer</Audience></AudiencesList>
    </ServiceProvider>
    <ServiceProvider>
      <Issuer>travelocity.com</Issuer>
      <AssertionConsumerServiceURLs>
        <AssertionConsumerServiceURL>https://app/home.jsp</AssertionConsumerServiceURL>
        <AssertionConsumerServiceURL>https://app/other.jsp</AssertionConsumerServiceURL>
      </AssertionConsumerServiceURLs>
      <SignResponse>false</SignResponse>
      <SignAssertion>false</SignAssertion>
      <ValidateSignatures>true</ValidateSignatures>
      <CertAlias>travelocity</CertAlias>
      <EnableSingleLogout>true</EnableSingleLogout>
      <SLORequestURL>https://app/slo</SLORequestURL>
      <EnableAttributeProfile>true</EnableAttributeProfile>
      <IncludeAttributeByDefault>true</IncludeAttributeByDefault>
      <Claims><Claim>http://wso2.org/claims/role</Claim></Claims>
      <EnableAudienceRestriction>false</EnableAudienceRestriction>
      <AudiencesList><Audience>nobody</Audience></AudiencesList>
      <EnableIdPInitiatedSSO>true</EnableIdPInitiatedSSO>
      <EncryptAssertion>true</EncryptAssertion>
      <SAMLDefaultSigningAlgorithmURI>http://www.w3.org/2000/09/xmldsig#rsa-sha1</SAMLDefaultSigningAlgorithmURI>
      <SAMLDefaultDigestAlgorithmURI>http://www.w3.org/2001/04/xmlenc#sha512</SAMLDefaultDigestAlgorithmURI>
    </ServiceProvider>
    <ServiceProvider><Issuer></Issuer></ServiceProvider>
  </ServiceProviders>
</SSOIdentityProviderConfig>"#;

    #[test]
    fn the_file_of_the_original_is_read_as_it_is_and_what_is_not_used_is_said() {
        let folder = std::env::temp_dir().join(format!("soapstone-{}", uuid::Uuid::new_v4()));
        std::fs::create_dir_all(folder.join("identity")).unwrap();
        std::fs::write(folder.join("identity/sso-idp-config.xml"), SHIPPED).unwrap();
        let (mut files, mut warnings) = (Vec::new(), Vec::new());
        let without = read(&folder, &mut files, &mut warnings).unwrap();
        std::fs::write(folder.join("identity/travelocity.pem"), "a certificate").unwrap();
        let (mut files, mut later) = (Vec::new(), Vec::new());
        let found = read(&folder, &mut files, &mut later).unwrap();
        std::fs::remove_dir_all(&folder).unwrap();

        assert_eq!(files.len(), 1);
        let [dashboard, app] = found.as_slice() else { panic!("{found:?}") };
        assert_eq!(dashboard.audiences, ["carbonServer"]);
        assert!(dashboard.single_logout, "without a word it takes part in single logout");
        let expected = ServiceProvider {
            issuer: "travelocity.com".into(),
            consumer_urls: vec!["https://app/home.jsp".into(), "https://app/other.jsp".into()],
            certificate: Some("a certificate".into()),
            verify_requests: true,
            sign_response: false,
            sign_assertion: false,
            encrypt_assertion: true,
            logout_request_url: Some("https://app/slo".into()),
            idp_initiated: true,
            claims: vec!["http://wso2.org/claims/role".into()],
            digest_hash: Hash::Sha512,
            ..ServiceProvider::default()
        };
        assert_eq!(*app, expected);
        assert_eq!(without[1].certificate, None);
        let said = |warnings: &[String], text: &str| warnings.iter().any(|warning| warning.contains(text));
        assert!(said(&warnings, "export travelocity from the key store to travelocity.pem"), "{warnings:?}");
        assert!(!said(&later, "export travelocity"), "{later:?}");
        assert!(
            said(&warnings, "which wants encrypted assertions") && !said(&later, "which wants encrypted")
        );
        for text in ["signed with SHA-256", "without an Issuer"] {
            assert!(said(&later, text), "{text}: {later:?}");
        }
    }

    #[test]
    fn a_key_that_does_not_exist_is_a_mistake() {
        assert!(toml::from_str::<ServiceProvider>("issuer = 'a'\nsign_respnse = false").is_err());
        let read: ServiceProvider = toml::from_str("issuer = 'a'\nconsumer_urls = ['https://a/']").unwrap();
        assert!(read.sign_response && read.sign_assertion && !read.verify_requests);
    }

    #[test]
    fn a_hash_that_is_not_of_sha_2_is_a_mistake() {
        assert!(toml::from_str::<ServiceProvider>("issuer = 'a'\nsignature_hash = 'sha1'").is_err());
        let read: ServiceProvider = toml::from_str("issuer = 'a'\nsignature_hash = 'sha384'").unwrap();
        assert_eq!((read.signature_hash, read.digest_hash), (Hash::Sha384, Hash::Sha256));
        for (uri, hash) in [
            ("http://www.w3.org/2001/04/xmldsig-more#rsa-sha512", Some(Hash::Sha512)),
            ("http://www.w3.org/2001/04/xmldsig-more#ecdsa-sha512", None),
            ("http://www.w3.org/2000/09/xmldsig#rsa-sha1", None),
        ] {
            assert_eq!(Hash::of(uri, "#rsa-"), hash, "{uri}");
        }
    }
}
