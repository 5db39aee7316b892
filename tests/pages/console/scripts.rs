//! Forms that scripts send: they do not say what they were made with, and mean only what they speak of.

use super::super::server::Running;
use super::{Console, stored, untouched};

const APP: &str = "https://app.example";

/// The fields that another page of the same form has other values in, but for those that are made for each page.
fn changed<'f>(before: &'f [(String, String)], after: &'f [(String, String)]) -> Vec<&'f str> {
    let is_made = |name: &str| ["shown", "once"].contains(&name);
    let differ = before.iter().zip(after).filter(|(was, is)| was != is && !is_made(&was.0));
    differ.map(|(was, _)| was.0.as_str()).collect()
}

#[tokio::test]
async fn a_scripts_form_that_names_one_field_changes_that_field_only() {
    let running = Running::start().await;
    let console = Console::admin(&running).await;
    let fields = [
        ("issuer", APP),
        ("assertionConsumerUrls", "https://app.example/acs"),
        ("audiences", "urn:a"),
        ("name", "App"),
        ("isSaas", "on"),
        ("signResponse", "on"),
        ("signAssertion", "on"),
    ];
    console.submit("service-providers/add", &fields).await;
    let sent = [("issuer", APP), ("sloRequestUrl", "https://app.example/slo"), ("signResponse", "false")];
    let saved = console.submit("service-providers/edit", &sent).await.body;
    assert!(saved.contains("The service provider was updated."), "{saved}");
    let one = "SELECT name || ' ' || saas || sign_assertion || sign_response || ' ' || logout_request_url \
        FROM service_provider WHERE origin = 'service'";
    assert_eq!(stored(&running, one), "App 110 https://app.example/slo");
    let audience = "SELECT group_concat(value, ' ') FROM service_provider_value WHERE kind = 'audience' AND value LIKE 'urn:%'";
    assert_eq!(stored(&running, audience), "urn:a");

    let row = [
        ("claimRemote", "mail"),
        ("claimLocal", "http://wso2.org/claims/emailaddress"),
        ("claimDefault", ""),
    ];
    let way = [
        ("way__SAMLSSOAuthenticator__enabled", "on"),
        ("way__SAMLSSOAuthenticator__p__IdPEntityId", "partner"),
    ];
    let flag = [("out__scim__p__scim-enable-pwd-provisioning", "true"), ("homeRealmId", "realm")];
    let fields =
        [&[("name", "partner"), ("description", "x"), ("federationHub", "on")][..], &row, &way, &flag]
            .concat();
    let added = console.submit("idp/add", &fields).await.body;
    assert!(added.contains("added successfully"), "{added}");
    let before = untouched(&console.open("idp/edit?oldName=partner").await.body, "identityProvider");
    let saved = console.submit("idp/edit", &[("oldName", "partner"), ("description", "y")]).await.body;
    assert!(saved.contains("updated successfully"), "{saved}");
    let after = untouched(&console.open("idp/edit?oldName=partner").await.body, "identityProvider");
    let without = |fields: Vec<(String, String)>| -> Vec<(String, String)> {
        fields
            .into_iter()
            .filter(|(name, _)| !["description", "shown", "once"].contains(&name.as_str()))
            .collect()
    };
    assert!(after.contains(&("description".into(), "y".into())), "{after:?}");
    assert_eq!(without(before), without(after));

    let before = untouched(&console.open("idp/resident").await.body, "residentIdp");
    let saved = console.submit("idp/resident", &[("SessionIdleTimeout", "20")]).await.body;
    assert!(saved.contains("Successfully updated Resident Identity Provider"), "{saved}");
    let after = untouched(&console.open("idp/resident").await.body, "residentIdp");
    let other = changed(&before, &after);
    assert_eq!(other.len(), 1, "{other:?}");

    let place = [("display", "AccountDisable"), ("locale", "en_US"), ("subject", "New")];
    let form = "templates/edit?display=AccountDisable&locale=en_US";
    let before = untouched(&console.open(form).await.body, "emailTemplate");
    console.submit("templates/edit", &place).await;
    let after = untouched(&console.open(form).await.body, "emailTemplate");
    let other = changed(&before, &after);
    assert_eq!(other.len(), 1, "{other:?}");

    let uri = "http://wso2.org/claims/telephone";
    let form = "claims/edit?uri=http%3A%2F%2Fwso2.org%2Fclaims%2Ftelephone";
    let before = untouched(&console.open(form).await.body, "localClaim");
    console.submit("claims/edit", &[("uri", uri), ("displayOrder", "77")]).await;
    let after = untouched(&console.open(form).await.body, "localClaim");
    let other = changed(&before, &after);
    assert!(other.len() == 1 && before.len() == after.len(), "{other:?}");
}
