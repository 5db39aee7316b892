//! Service providers of the configuration, as the domain takes them; the server's own dashboard is the first of them.

use crate::config::{Hash, ServiceProvider as Configured, Settings};
use crate::domain::service_provider::{DASHBOARD, DIGESTS, EMAIL_FORMAT, SIGNATURES, ServiceProvider};

/// The service providers of a server at that address.
pub fn all(settings: &Settings, public_url: &str) -> Vec<ServiceProvider> {
    let others = settings.service_providers.iter().filter(|one| one.issuer != DASHBOARD);
    let place = |one: &Configured| provider(one, public_url);
    std::iter::once(ServiceProvider::dashboard(public_url)).chain(others.map(place)).collect()
}

/// Fills in what the original's files leave to the server.
fn filled(text: &str, public_url: &str) -> String {
    let (protocol, rest) = public_url.split_once("://").unwrap_or(("https", public_url));
    let (host, port) = rest.rsplit_once(':').unwrap_or((rest, "443"));
    text.replace("${carbon.protocol}", protocol)
        .replace("${carbon.host}", host)
        .replace("${carbon.management.port}", port)
        .replace("${carbon.context}", "")
        .replace("${carbon.proxycontext}", "")
}

/// The algorithm with that hash; none where it is the usual one.
fn asked([_, sha384, sha512]: &[&str; 3], hash: Hash) -> Option<String> {
    match hash {
        Hash::Sha256 => None,
        Hash::Sha384 => Some((*sha384).to_owned()),
        Hash::Sha512 => Some((*sha512).to_owned()),
    }
}

fn provider(one: &Configured, public_url: &str) -> ServiceProvider {
    let list = |values: &[String]| values.iter().map(|value| filled(value, public_url)).collect();
    let some = |value: &Option<String>| value.as_ref().map(|value| filled(value, public_url));
    ServiceProvider {
        issuer: one.issuer.clone(),
        name: one.issuer.clone(),
        is_saas: one.all_tenants,
        consumer_urls: list(&one.consumer_urls),
        default_url: some(&one.default_consumer_url).unwrap_or_default(),
        name_id_format: one.name_id_format.clone().unwrap_or_else(|| EMAIL_FORMAT.to_owned()),
        name_id_claim: one.name_id_claim.clone(),
        store_in_subject: one.store_in_name,
        tenant_in_subject: one.tenant_in_name,
        certificate: one.certificate.clone(),
        verify_requests: one.verify_requests,
        sign_response: one.sign_response,
        sign_assertion: one.sign_assertion,
        encrypt_assertion: one.encrypt_assertion,
        single_logout: one.single_logout,
        logout_request_url: some(&one.logout_request_url),
        logout_response_url: some(&one.logout_response_url),
        idp_initiated: one.idp_initiated,
        idp_logout: one.idp_logout,
        return_urls: list(&one.return_urls),
        audiences: one.audiences.clone(),
        recipients: list(&one.recipients),
        send_attributes: !one.claims.is_empty(),
        claims: one.claims.clone(),
        signing_algorithm: asked(&SIGNATURES, one.signature_hash),
        digest_algorithm: asked(&DIGESTS, one.digest_hash),
        ..ServiceProvider::default()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn addresses_of_the_originals_files_are_filled_in() {
        let text = "${carbon.protocol}://${carbon.host}:${carbon.management.port}${carbon.context}/app/acs";
        assert_eq!(filled(text, "https://is.example.org:9444"), "https://is.example.org:9444/app/acs");
    }

    #[test]
    fn the_dashboard_is_the_servers_own_whatever_a_file_says() {
        let shipped = Configured {
            issuer: DASHBOARD.to_owned(),
            consumer_urls: vec!["https://localhost:9443/dashboard/acs".to_owned()],
            ..Configured::default()
        };
        let settings = Settings { service_providers: vec![shipped], ..Settings::default() };
        let all = all(&settings, "https://is.example.org");
        assert_eq!(all, [ServiceProvider::dashboard("https://is.example.org")]);
    }
}
