//! Service providers of single sign-on: listed, added by form and by metadata, changed, deleted; what files say, and what is
//! refused.

use super::super::server::{Running, call};
use super::operations::{HTML, add_tenant, is_closed, with_ann};
use super::{Console, borrowed, database, field, plain, stored, untouched};

const APP: &str = "https://app.example";
const ACS: &str = "https://app.example/acs";

fn metadata(entity: &str, more: &str) -> String {
    format!(
        "\u{feff}<m:EntityDescriptor xmlns:m='urn:oasis:names:tc:SAML:2.0:metadata' entityID='{entity}'>\
         <m:SPSSODescriptor WantAssertionsSigned='true' AuthnRequestsSigned='true' \
         protocolSupportEnumeration='urn:oasis:names:tc:SAML:2.0:protocol'>{more}\
         <m:AssertionConsumerService Binding='urn:oasis:names:tc:SAML:2.0:bindings:HTTP-POST' \
         Location='{entity}/acs' index='1'/></m:SPSSODescriptor></m:EntityDescriptor>"
    )
}

fn certificate(running: &Running) -> String {
    let pem = std::fs::read_to_string(running.folder.0.join("saml-cert.pem"));
    pem.unwrap_or_else(|_| std::fs::read_to_string(running.folder.0.join("tls-cert.pem")).unwrap())
}

/// A form as the page would send it, with some fields in other words.
fn basic<'f>(changes: &[(&'f str, &'f str)]) -> Vec<(&'f str, &'f str)> {
    let mut fields = vec![
        ("issuer", APP),
        ("assertionConsumerUrls", ACS),
        ("signResponse", "on"),
        ("signAssertion", "on"),
        ("singleLogout", "on"),
    ];
    fields.retain(|(name, _)| changes.iter().all(|(changed, _)| changed != name));
    fields.extend(changes.iter().filter(|(_, value)| !value.is_empty()).copied());
    fields
}

fn one(running: &Running, column: &str) -> String {
    stored(running, &format!("SELECT {column} FROM service_provider WHERE origin = 'service'"))
}

fn values(running: &Running, kind: &str) -> String {
    let sql = format!(
        "SELECT group_concat(value, ' ') FROM (SELECT value FROM service_provider_value v JOIN service_provider p ON \
         p.id = v.provider_id WHERE origin = 'service' AND kind = '{kind}' ORDER BY position)"
    );
    stored(running, &sql)
}

/// Adds the application and opens its form; the address of that, and what the form was made with.
async fn added(console: &Console<'_>, fields: &[(&str, &str)]) -> (String, String) {
    let list = console.submit("service-providers/add", fields).await.body;
    assert!(list.contains("The service provider was added."), "{list}");
    let address = "service-providers/edit?issuer=https%3A%2F%2Fapp.example".to_owned();
    let shown = field(&console.open(&address).await.body, "shown");
    (address, shown)
}

#[tokio::test]
async fn an_application_is_registered_changed_and_deleted() {
    let running = Running::start().await;
    let console = Console::admin(&running).await;
    let list = console.open("service-providers").await.body;
    assert!(list.contains(">wso2.my.dashboard</a>") && list.contains("Configuration file"), "{list}");
    let form = console.open("service-providers/add").await.body;
    assert!(form.contains("/samlsso</dd>") && form.contains("/identity/metadata/saml2"), "{form}");
    for field in ["signResponse", "signAssertion", "singleLogout"] {
        assert!(
            form.contains(&format!("name=\"{field}\" type=\"checkbox\" value=\"on\" checked")),
            "{field}"
        );
    }
    let full = basic(&[
        ("name", "The App"),
        ("assertionConsumerUrls", "https://app.example/acs\r\n\r\n https://app.example/other \r\n"),
        ("defaultAssertionConsumerUrl", "https://app.example/other"),
        ("isSaas", "on"),
        ("nameIdFormat", "urn:oasis:names:tc:SAML:2.0:nameid-format:persistent"),
        ("nameIdClaim", "http://wso2.org/claims/emailaddress"),
        ("storeInSubject", "on"),
        ("tenantInSubject", "on"),
        ("certAlias", "wso2carbon"),
        ("validateSignatures", "on"),
        ("sloRequestUrl", "https://app.example/slo"),
        ("sloResponseUrl", "https://app.example/slo2"),
        ("sendAttributes", "on"),
        ("claims", "http://wso2.org/claims/role\nhttp://wso2.org/claims/emailaddress"),
        ("audiences", "urn:a\nurn:b"),
        ("recipients", "https://app.example/recipient"),
        ("idpInitiatedSso", "on"),
        ("idpInitiatedSlo", "on"),
        ("returnToUrls", "https://app.example/bye"),
    ]);
    let (address, _) = added(&console, &full).await;
    // The service of the same work tells the same.
    let told = call(
        &running,
        "IdentitySAMLSSOConfigService",
        "<s:getServiceProviders xmlns:s=\"http://org.apache.axis2/xsd\"/>",
    )
    .await
    .body;
    for part in [
        "issuer>https://app.example<",
        "assertionConsumerUrls>https://app.example/other<",
        "certAlias>wso2carbon<",
        "nameIDFormat>urn/oasis/names/tc/SAML/2.0/nameid-format/persistent<",
        "doValidateSignatureInRequests>true<",
        "idPInitSLOEnabled>true<",
        "idpInitSLOReturnToURLs>https://app.example/bye<",
        "requestedAudiences>urn:b<",
        "requestedClaims>http://wso2.org/claims/role<",
        "sloResponseURL>https://app.example/slo2<",
    ] {
        assert!(told.contains(part), "{part}: {told}");
    }
    assert!(!one(&running, "certificate").is_empty() && !one(&running, "attribute_index").is_empty());
    let form = plain(&console.open(&address).await.body);
    for part in [
        "name=\"name\" type=\"text\" value=\"The App\"",
        "\nhttps://app.example/acs\nhttps://app.example/other</textarea>",
        "<option value=\"http://wso2.org/claims/emailaddress\" selected>",
        "<option value=\"wso2carbon\" selected>",
        "name=\"claims\" type=\"checkbox\" value=\"http://wso2.org/claims/role\" checked> <label for=\"claim-1\">Role (",
        "name=\"claims\" type=\"checkbox\" value=\"http://wso2.org/claims/country\">",
        "There is a certificate.",
        "name=\"isSaas\" type=\"checkbox\" value=\"on\" checked",
        "<dd id=\"issuer\">https://app.example</dd>",
    ] {
        assert!(form.contains(part), "{part}: {form}");
    }
    let everything = "SELECT group_concat(kind || position || value, ' ') FROM service_provider_value";
    let before = stored(&running, everything);
    let untouched = untouched(&console.open(&address).await.body, "serviceProvider");
    let saved = console.submit("service-providers/edit", &borrowed(&untouched)).await.body;
    assert!(saved.contains("The service provider was updated."), "{saved}");
    assert_eq!(stored(&running, everything), before);
    let audit = "SELECT count(*) FROM audit WHERE action = 'change service provider'";
    assert_eq!(stored(&running, audit), "0", "nothing was touched");

    let saved = console.submit_whole(&address, &basic(&[("signResponse", "")])).await.body;
    assert!(saved.contains("The service provider was updated."), "{saved}");
    assert_eq!(one(&running, "sign_response || sign_assertion || verify_requests || saas"), "0100");
    assert_eq!((values(&running, "consumer"), values(&running, "audience")), (ACS.to_owned(), String::new()));
    let audit =
        "SELECT count(*) FROM audit WHERE action IN ('add service provider', 'change service provider')";
    assert_eq!(stored(&running, audit), "2");

    let delete = address.replace("edit", "delete");
    let question = plain(&console.open(&delete).await.body);
    assert!(question.contains("delete the service provider https://app.example?"), "{question}");
    assert_eq!(one(&running, "count(*)"), "1", "a question deletes nothing");
    let deleted = console.submit("service-providers/delete", &[("issuer", APP)]).await.body;
    assert!(deleted.contains("The service provider was deleted.") && !deleted.contains(APP), "{deleted}");
    let again = console.submit("service-providers/delete", &[("issuer", APP)]).await.body;
    assert!(plain(&again).contains("There is no service provider https://app.example."), "{again}");
}

#[tokio::test]
async fn what_two_administrators_change_at_the_same_time_is_all_kept_or_asked_about() {
    let running = Running::start().await;
    let console = Console::admin(&running).await;
    let (_, shown) = added(&console, &basic(&[("audiences", "urn:a")])).await;
    let sent = |changes: &[(&'static str, &'static str)]| {
        let mut fields = basic(changes);
        if changes.iter().all(|(name, _)| *name != "audiences") {
            fields.push(("audiences", "urn:a"));
        }
        fields.extend([
            ("name", APP),
            ("nameIdFormat", "urn:oasis:names:tc:SAML:1.1:nameid-format:emailAddress"),
        ]);
        fields
    };
    let with = |mut fields: Vec<(&'static str, &'static str)>, shown: &'static str| {
        fields.push(("shown", shown));
        fields
    };
    let shown: &'static str = Box::leak(shown.into_boxed_str());
    let first = sent(&[("audiences", "urn:a\nurn:b"), ("signResponse", ""), ("recipients", "https://a/1")]);
    assert!(console.submit("service-providers/edit", &with(first, shown)).await.body.contains("was updated"));
    // The other form was opened before that.
    let second = sent(&[("audiences", "urn:a\nurn:c"), ("idpInitiatedSso", "on")]);
    assert!(
        console.submit("service-providers/edit", &with(second, shown)).await.body.contains("was updated")
    );
    assert_eq!(values(&running, "audience"), "urn:a urn:b urn:c");
    assert_eq!(values(&running, "recipient"), "https://a/1");
    assert_eq!(one(&running, "sign_response || idp_initiated"), "01");
    // Both say otherwise where the application wants to be told of a logout.
    let third = sent(&[("sloRequestUrl", "https://a/slo")]);
    assert!(console.submit("service-providers/edit", &with(third, shown)).await.body.contains("was updated"));
    let fourth = sent(&[("sloRequestUrl", "https://a/other"), ("idpInitiatedSlo", "on")]);
    let asked = console.submit("service-providers/edit", &with(fourth.clone(), shown)).await.body;
    assert!(plain(&asked).contains("Now: SLO Request URL is “https://a/slo”."), "{asked}");
    assert!(plain(&asked).contains("value=\"https://a/other\""), "what was typed stays: {asked}");
    assert_eq!(one(&running, "logout_request_url || idp_logout"), "https://a/slo0", "nothing was written");
    let mut again = fourth;
    let fresh = field(&asked, "shown");
    again.push(("shown", &fresh));
    assert!(console.submit("service-providers/edit", &again).await.body.contains("was updated"));
    assert_eq!(one(&running, "logout_request_url || idp_logout"), "https://a/other1");
}

#[tokio::test]
async fn two_who_each_take_an_address_away_do_not_leave_an_application_without_any() {
    let running = Running::start().await;
    let (ann, bob) = (Console::admin(&running).await, Console::admin(&running).await);
    let two = format!("{ACS}\nhttps://app.example/other");
    let (_, shown) = added(&ann, &basic(&[("assertionConsumerUrls", &two)])).await;
    let with = |urls| basic(&[("assertionConsumerUrls", urls), ("shown", &shown)]);
    let saved = ann.submit("service-providers/edit", &with(ACS)).await.body;
    assert!(saved.contains("The service provider was updated."), "{saved}");
    let refused = bob.submit("service-providers/edit", &with("https://app.example/other")).await.body;
    assert!(refused.contains("class=\"alert bad\""), "{refused}");
    assert_eq!(values(&running, "consumer"), ACS);
}

#[tokio::test]
async fn certificates_are_uploaded_kept_replaced_and_taken_away() {
    let running = Running::start().await;
    let console = Console::admin(&running).await;
    let pem = certificate(&running);
    let base64: String = pem.lines().filter(|line| !line.starts_with("---")).collect();
    let add = basic(&[("validateSignatures", "on")]);
    let wrong = console.upload("service-providers/add", &add, ("certificate", "no certificate")).await.body;
    assert!(wrong.contains("The certificate cannot be used: it is no X.509 certificate"), "{wrong}");
    assert_eq!(one(&running, "count(*)"), "0");
    let done =
        console.upload("service-providers/add", &add, ("certificate", &format!("subject=x\n{pem}"))).await;
    assert_eq!(done.status, 302, "{}", done.body);
    assert_eq!(
        (one(&running, "certificate"), one(&running, "certificate_alias")),
        (base64.clone(), APP.to_owned())
    );
    // What is encrypted is encrypted for the application, whose key has to be known.
    let address = "service-providers/edit?issuer=https%3A%2F%2Fapp.example";
    let secret = basic(&[("certAlias", APP), ("encryptAssertion", "on")]);
    assert!(console.submit_whole(address, &secret).await.body.contains("was updated"));
    let without = basic(&[("encryptAssertion", "on")]);
    let refused = console.submit_whole(address, &without).await.body;
    assert!(refused.contains("Assertions cannot be encrypted without a certificate"), "{refused}");
    assert_eq!(one(&running, "encrypt_assertion || (certificate IS NOT NULL)"), "11");
    let kept = basic(&[("certAlias", APP)]);
    console.submit_whole(address, &kept).await;
    assert_eq!(one(&running, "certificate"), base64, "no file chosen, same alias: it stays");
    let done = console.upload("service-providers/edit", &kept, ("certificate", "nonsense")).await;
    assert!(done.body.contains("The certificate cannot be used") && one(&running, "certificate") == base64);
    let deaf = basic(&[("validateSignatures", "on")]);
    let list = console.submit_whole(address, &deaf).await.body;
    assert!(list.contains(">No certificate</span>") && one(&running, "certificate").is_empty(), "{list}");
    let form = console.open(address).await.body;
    assert!(form.contains("Every request of this application is refused"), "{form}");
}

#[tokio::test]
async fn metadata_of_an_application_register_it_and_bad_ones_are_explained() {
    let running = Running::start().await;
    let console = Console::admin(&running).await;
    for (text, said) in [
        ("", "Choose a file."),
        ("no metadata", "The metadata cannot be used: "),
        ("<!DOCTYPE a [<!ENTITY x 'y'>]><a>&x;</a>", "The metadata cannot be used: "),
        (&metadata("a@b", ""), "The metadata cannot be used: "),
        (&metadata("javascript:alert(1)//", ""), "The metadata cannot be used: "),
    ] {
        let page = console.upload("service-providers/upload", &[], ("metadata", text)).await.body;
        assert!(plain(&page).contains(said), "{text}: {page}");
    }
    let base64: String = certificate(&running).lines().filter(|line| !line.starts_with("---")).collect();
    let more = format!(
        "<m:KeyDescriptor use='signing'><d:KeyInfo xmlns:d='http://www.w3.org/2000/09/xmldsig#'><d:X509Data>\
         <d:X509Certificate>{base64}</d:X509Certificate></d:X509Data></d:KeyInfo></m:KeyDescriptor>\
         <m:SingleLogoutService Binding='urn:oasis:names:tc:SAML:2.0:bindings:HTTP-POST' Location='{APP}/slo'/>"
    );
    let text = metadata(APP, &more);
    let done = console.upload("service-providers/upload", &[], ("metadata", &text)).await;
    assert!(
        super::location(&done).ends_with("/carbon/service-providers/edit?issuer=https%3A%2F%2Fapp.example")
    );
    assert_eq!(one(&running, "verify_requests || sign_assertion || sign_response || single_logout"), "1111");
    assert_eq!((one(&running, "certificate"), one(&running, "default_url")), (base64, ACS.to_owned()));
    assert_eq!(one(&running, "logout_response_url"), "https://app.example/slo");
    let twice = console.upload("service-providers/upload", &[], ("metadata", &text)).await.body;
    assert!(
        plain(&twice)
            .contains("A service provider with the issuer https://app.example is registered already.")
    );
}

#[tokio::test]
async fn what_is_wrong_is_said_and_what_was_typed_is_kept() {
    let running = Running::start().await;
    let console = Console::admin(&running).await;
    let https = "must begin with https:// or http://";
    for (name, value, said) in [
        ("issuer", "", "A value for the Issuer is mandatory"),
        ("issuer", "a@b", "'@' is a reserved character. Cannot be used for Service Provider Entity ID"),
        (
            "issuer",
            "wso2.my.dashboard",
            "A service provider with the issuer wso2.my.dashboard is registered already.",
        ),
        ("assertionConsumerUrls", " \n", "Assertion Consumer URLs cannot be empty"),
        ("assertionConsumerUrls", "https://a/\njavascript:alert(1)", https),
        ("defaultAssertionConsumerUrl", "javascript:alert(1)", https),
        ("sloRequestUrl", "file:///etc/passwd", https),
        ("sloResponseUrl", "javascript:alert(1)", https),
        ("returnToUrls", "//evil.example", https),
    ] {
        let page =
            console.submit("service-providers/add", &basic(&[("name", "typed ö"), (name, value)])).await.body;
        assert!(plain(&page).contains(said), "{name}={value}: {page}");
        assert!(page.contains("value=\"typed ö\""), "{page}");
    }
    assert_eq!(one(&running, "count(*)"), "0");
    added(&console, &basic(&[])).await;
    let page = console.submit("service-providers/edit", &basic(&[("sloResponseUrl", "data:x")])).await.body;
    assert!(page.contains(https) && page.contains("value=\"data:x\""), "{page}");
    assert_eq!(one(&running, "logout_response_url"), "");
    for issuer in ["", "nobody", HTML] {
        let query = form_urlencoded::byte_serialize(issuer.as_bytes()).collect::<String>();
        for screen in ["edit", "delete"] {
            let page = console.get(&format!("/carbon/service-providers/{screen}?issuer={query}")).await;
            assert!(page.status == 400 && !page.body.contains(HTML), "{screen} {issuer}: {}", page.body);
        }
        let fields = basic(&[("issuer", issuer)]);
        assert_eq!(console.send("service-providers/edit", &fields).await.status, 400, "{issuer}");
    }
}

#[tokio::test]
async fn what_a_configuration_file_says_is_shown_and_changed_there_only() {
    let running = Running::start().await;
    let console = Console::admin(&running).await;
    let page = console.open("service-providers/edit?issuer=wso2.my.dashboard").await.body;
    assert!(page.contains("set in a configuration file and can be changed only there."), "{page}");
    assert!(page.contains("\" disabled>") && !page.contains("<button type=\"submit\">Update"), "{page}");
    let before = "SELECT count(*) FROM service_provider WHERE origin = 'file' AND sign_response = 1";
    let fields = basic(&[("issuer", "wso2.my.dashboard"), ("signResponse", "")]);
    let refused = console.submit("service-providers/edit", &fields).await.body;
    assert!(refused.contains("set in a configuration file"), "{refused}");
    assert_eq!(console.get("/carbon/service-providers/delete?issuer=wso2.my.dashboard").await.status, 400);
    let refused = console.submit("service-providers/delete", &[("issuer", "wso2.my.dashboard")]).await.body;
    assert!(refused.contains("There is no service provider"), "{refused}");
    assert_eq!(stored(&running, before), "1");
}

#[tokio::test]
async fn html_in_every_field_is_shown_as_text() {
    let running = Running::start().await;
    let console = Console::admin(&running).await;
    let url = format!("https://{HTML}");
    let names =
        ["issuer", "name", "nameIdFormat", "nameIdClaim", "certAlias", "claims", "audiences", "recipients"];
    let urls = [
        "assertionConsumerUrls",
        "defaultAssertionConsumerUrl",
        "sloRequestUrl",
        "sloResponseUrl",
        "returnToUrls",
    ];
    let mut fields: Vec<(&str, &str)> = names.into_iter().map(|name| (name, HTML)).collect();
    fields.extend(urls.into_iter().map(|name| (name, url.as_str())));
    let list = console.submit("service-providers/add", &fields).await.body;
    assert!(list.contains("was added"), "{list}");
    let query = form_urlencoded::byte_serialize(HTML.as_bytes()).collect::<String>();
    let form = console.open(&format!("service-providers/edit?issuer={query}")).await.body;
    let question = console.open(&format!("service-providers/delete?issuer={query}")).await.body;
    let refused = console.submit("service-providers/add", &fields).await.body;
    assert!(plain(&form).matches(HTML).count() >= 13, "{form}");
    for page in [list, form, question, refused] {
        assert!(!page.contains(HTML) && plain(&page).contains(HTML), "{page}");
    }
}

#[tokio::test]
async fn service_providers_are_closed_to_who_may_not_and_to_forms_of_others() {
    let base = "/permission/admin/manage/identity/applicationmgt";
    let running = with_ann(&format!("{base}/view")).await;
    let console = Console::admin(&running).await;
    added(&console, &basic(&[])).await;
    let ann = Console::of(&running, "ann", "Old@1234").await;
    is_closed(&ann, "service-providers/add", &format!("{base}/create")).await;
    is_closed(&ann, "service-providers/delete", &format!("{base}/delete")).await;
    is_closed(&ann, "service-providers/upload", "/permission/admin/manage").await;
    let list = ann.open("service-providers").await.body;
    assert!(
        !list.contains("/service-providers/add") && !list.contains("/service-providers/delete"),
        "{list}"
    );
    let page = ann.open("service-providers/edit?issuer=https%3A%2F%2Fapp.example").await.body;
    assert!(
        page.contains("You may look at this service provider, but not change it.")
            && page.contains(" disabled>")
    );
    assert_eq!(ann.send("service-providers/edit", &basic(&[("signResponse", "")])).await.status, 403);
    let token = ann.token();
    for path in ["add", "edit", "delete", "upload"] {
        let mut fields = basic(&[("signResponse", "")]);
        fields.push(("csrf", &token));
        let path = format!("/carbon/service-providers/{path}");
        assert_eq!(console.post_raw(&path, &fields).await.status, 403, "{path}");
    }
    assert_eq!(one(&running, "count(*) || sum(sign_response)"), "11");
}

#[tokio::test]
async fn a_tenant_sees_and_changes_its_own_service_providers_only() {
    let running = Running::start().await;
    add_tenant(&running, "acme.com").await;
    let console = Console::admin(&running).await;
    added(&console, &basic(&[])).await;
    let acme = Console::of(&running, "admin@acme.com", "admin123").await;
    let list = acme.open("service-providers").await.body;
    assert!(!list.contains(APP) && list.contains("wso2.my.dashboard"), "{list}");
    assert_eq!(acme.get("/carbon/service-providers/edit?issuer=https%3A%2F%2Fapp.example").await.status, 400);
    assert_eq!(acme.send("service-providers/edit", &basic(&[("signResponse", "")])).await.status, 400);
    acme.submit("service-providers/delete", &[("issuer", APP)]).await;
    let file = console.open("service-providers/add").await.body;
    assert!(!file.contains("tenantDomain=acme.com"), "{file}");
    let own = acme.open("service-providers/add").await.body;
    assert!(own.contains("tenantDomain=acme.com"), "{own}");
    let (address, _) = added(&acme, &basic(&[("signResponse", ""), ("idpInitiatedSso", "on")])).await;
    let page = plain(&acme.open(&address).await.body);
    assert!(page.contains("<dd>https://app.example@acme.com</dd>"), "{page}");
    assert!(page.contains("/samlsso?spEntityID=https%3A%2F%2Fapp.example%40acme.com</dd>"), "{page}");
    let both = "SELECT group_concat(tenant_id || ':' || sign_response, ' ') FROM \
                (SELECT * FROM service_provider WHERE origin = 'service' ORDER BY tenant_id)";
    let acme_id = stored(&running, "SELECT id FROM tenant WHERE domain = 'acme.com'");
    assert_eq!(stored(&running, both), format!("-1234:1 {acme_id}:0"));
}

#[tokio::test]
async fn a_long_list_is_searched_and_paged_through() {
    let running = Running::start().await;
    let many = "WITH RECURSIVE n(i) AS (SELECT 100 UNION ALL SELECT i + 1 FROM n WHERE i < 159) \
        INSERT INTO service_provider (tenant_id, issuer, name, origin, saas, default_url, name_id_format, \
        store_in_subject, tenant_in_subject, verify_requests, sign_response, sign_assertion, single_logout, \
        idp_initiated, idp_logout, send_attributes) \
        SELECT -1234, 'sp<' || i, 'Nr. ' || i, 'service', 0, '', '', 0, 0, 0, 1, 1, 1, 0, 0, 0 FROM n";
    database(&running).execute(many, []).unwrap();
    let addresses = "INSERT INTO service_provider_value SELECT id, 'consumer', 0, 'https://' || name || '/acs' \
        FROM service_provider WHERE origin = 'service'";
    database(&running).execute(addresses, []).unwrap();
    let console = Console::admin(&running).await;
    let (mut path, mut seen) = ("service-providers?part=SP%3C".to_owned(), Vec::new());
    for page in 0..3 {
        let body = console.open(&path).await.body;
        seen.extend(body.split(">sp&lt;").skip(1).map(|rest| rest[..3].to_owned()));
        assert_eq!(body.contains(">Beginning</a>"), page > 0, "{body}");
        assert!(body.contains(&format!("https://Nr. {}/acs", 100 + 25 * page)), "{body}");
        assert_eq!(field(&body, "part"), "SP<");
        let next = body.split("<a href=\"").find(|link| link.contains("rel=\"next\""));
        match next {
            Some(link) => path = plain(link.split('"').next().unwrap())["/carbon/".len()..].to_owned(),
            None => assert_eq!(page, 2),
        }
    }
    assert_eq!(seen, (100..160).map(|number| number.to_string()).collect::<Vec<_>>());
    let one = console.open("service-providers?part=nr.%20123/").await.body;
    assert!(one.contains(">sp&lt;123</a>") && !one.contains(">sp&lt;124</a>"), "{one}");
    let none = console.open("service-providers?part=%22%3E%3Cb%3E").await.body;
    assert!(none.contains("No service providers match.") && !none.contains("\"><b>"), "{none}");
}

#[tokio::test]
async fn algorithms_are_chosen_and_one_that_is_not_used_is_said_not_to_be() {
    let running = Running::start().await;
    let console = Console::admin(&running).await;
    let sha384 = "http://www.w3.org/2001/04/xmldsig-more#rsa-sha384";
    let (address, _) = added(&console, &basic(&[("signingAlgorithm", sha384)])).await;
    let form = console.open(&address).await.body;
    assert!(form.contains(&format!("<option value=\"{sha384}\" selected>RSA-SHA384</option>")), "{form}");
    assert!(form.contains(&format!("<dt>Messages are signed with</dt><dd>{sha384}</dd>")), "{form}");
    let wrong = basic(&[("signingAlgorithm", "md5")]);
    let refused = console.submit("service-providers/edit", &wrong).await.body;
    assert!(refused.contains("The signature algorithm md5 is not supported."), "{refused}");
    assert_eq!(one(&running, "signing_algorithm"), sha384);
    let sha1 = "UPDATE service_provider SET signing_algorithm = 'http://www.w3.org/2000/09/xmldsig#rsa-sha1' \
        WHERE origin = 'service'";
    database(&running).execute(sha1, []).unwrap();
    let form = console.open(&address).await.body;
    assert!(form.contains(" selected>RSA-SHA1, in whose place SHA-256 is used</option>"), "{form}");
    assert!(form.contains("<dd>http://www.w3.org/2001/04/xmldsig-more#rsa-sha256</dd>"), "{form}");
}

#[tokio::test]
async fn a_form_says_when_the_application_of_the_issuer_asks_for_claims_of_its_own() {
    const TOLD: &str = "they are sent in place of those ticked here: mail, name.";
    let running = Running::start().await;
    let console = Console::admin(&running).await;
    let (address, _) = added(&console, &basic(&[])).await;
    assert!(!console.open(&address).await.body.contains("claims-told"));
    database(&running)
        .execute_batch(
            "INSERT INTO application (tenant_id, name, owner_domain, owner_name, authentication) \
                 VALUES (-1234, 'App', 'PRIMARY', 'admin', 'default');
             INSERT INTO application_inbound SELECT id, 0, 'samlsso', 'https://app.example', '', NULL, NULL, 0 FROM application;
             INSERT INTO application_claim SELECT id, 0, 'http://wso2.org/claims/emailaddress', 'mail', 1, 0, NULL FROM application;
             INSERT INTO application_claim SELECT id, 1, 'http://wso2.org/claims/givenname', 'name', 1, 0, NULL FROM application;",
        )
        .unwrap();
    let page = plain(&console.open(&address).await.body);
    assert!(page.contains(TOLD), "{page}");
}
