//! What a service provider cannot be registered with. Refusals in the words of IS 5.3.0, SAMLSSOConfigAdmin; it has none
//! about addresses.

use super::{ServiceProvider, algorithm};
use crate::domain::Error;

/// Whether an address is one of the web: anything else would be a script in a page of ours.
#[must_use]
pub fn is_web(url: &str) -> bool {
    url.starts_with("https://") || url.starts_with("http://")
}

/// Whether nothing in an address could end it, or the line of a request that it is put into.
#[must_use]
pub fn is_one_word(url: &str) -> bool {
    !url.contains(|letter: char| letter.is_whitespace() || letter.is_control())
}

/// Refuses what could never work, and what would be a danger to who signs in.
///
/// # Errors
/// The texts.
pub(super) fn acceptable(one: &ServiceProvider) -> Result<(), Error> {
    if one.issuer.is_empty() {
        return Err(Error::refused("A value for the Issuer is mandatory"));
    }
    if one.issuer.contains('@') {
        return Err(Error::refused(
            "'@' is a reserved character. Cannot be used for Service Provider Entity ID",
        ));
    }
    let usual = Some(&one.default_url).filter(|url| !url.is_empty());
    if !one.consumer_urls.iter().chain(usual).all(|url| is_web(url)) {
        return Err(Error::refused("An Assertion Consumer URL must begin with https:// or http://"));
    }
    let mut logout = one.logout_request_url.iter().chain(&one.logout_response_url).chain(&one.return_urls);
    if !logout.all(|url| is_web(url)) {
        return Err(Error::refused("An address for logout must begin with https:// or http://"));
    }
    // They stand in the requests that are sent there.
    let addresses = one.consumer_urls.iter().chain([&one.default_url]).chain(&one.return_urls);
    let mut addresses = addresses.chain(&one.logout_request_url).chain(&one.logout_response_url);
    if !addresses.all(|url| is_one_word(url)) {
        return Err(Error::refused("An address holds no blanks and no line breaks"));
    }
    algorithm::acceptable(one)?;
    if one.encrypt_assertion && one.certificate.is_none() {
        return Err(Error::refused(
            "Assertions cannot be encrypted without a certificate of the service provider",
        ));
    }
    Ok(())
}
