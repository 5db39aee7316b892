//! `IdentitySAMLSSOConfigService`.
#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

use crate::support::caller::Caller;
use crate::support::tree::Element;
use crate::support::world::{OLD, TOM, World};

const SERVICE: &str = "IdentitySAMLSSOConfigService";

fn request(operation: &str, inner: &str) -> String {
    format!(
        "<s:{operation} xmlns:s=\"http://org.apache.axis2/xsd\" \
         xmlns:d=\"http://dto.saml.sso.identity.carbon.wso2.org/xsd\">{inner}</s:{operation}>"
    )
}

fn results(caller: &Caller, operation: &str, inner: &str) -> Vec<Element> {
    caller.results(SERVICE, operation, &request(operation, inner))
}

fn text(caller: &Caller, operation: &str, inner: &str) -> String {
    results(caller, operation, inner).first().unwrap().text.clone()
}

fn refused(caller: &Caller, operation: &str, inner: &str) -> String {
    caller.fault(SERVICE, operation, &request(operation, inner)).text
}

fn provider(issuer: &str, rest: &str) -> String {
    format!(
        "<s:spDto><d:assertionConsumerUrls>https://app.example/acs</d:assertionConsumerUrls>\
         <d:certAlias>wso2carbon</d:certAlias><d:doSignResponse>true</d:doSignResponse>\
         <d:enableAttributeProfile>true</d:enableAttributeProfile>\
         <d:enableAttributesByDefault>true</d:enableAttributesByDefault>{rest}<d:issuer>{issuer}</d:issuer>\
         <d:nameIDFormat>urn/oasis/names/tc/SAML/1.1/nameid-format/emailAddress</d:nameIDFormat></s:spDto>"
    )
}

#[test]
fn a_service_provider_is_registered_shown_and_removed() {
    let world = World::new(&[]);
    let admin = world.admin();
    assert!(results(&admin, "getServiceProviders", "").first().unwrap().all("serviceProviders").is_empty());
    assert_eq!(text(&admin, "addRPServiceProvider", &provider("app", "")), "true");
    assert_eq!(text(&admin, "addRPServiceProvider", &provider("app", "")), "false", "the issuer is taken");
    assert_eq!(
        text(&admin, "addRPServiceProvider", &provider("wso2.my.dashboard", "")),
        "false",
        "the server's own"
    );
    let info = results(&admin, "getServiceProviders", "");
    let [app] = info.first().unwrap().all("serviceProviders")[..] else { panic!("{info:?}") };
    for (name, value) in [
        ("issuer", "app"),
        ("assertionConsumerUrls", "https://app.example/acs"),
        ("certAlias", "wso2carbon"),
        ("doSignResponse", "true"),
        ("doSignAssertions", "false"),
        ("enableAttributesByDefault", "true"),
        ("nameIDFormat", "urn/oasis/names/tc/SAML/1.1/nameid-format/emailAddress"),
    ] {
        assert_eq!(app.value(name), Some(value), "{name}");
    }
    assert!(app.value("attributeConsumingServiceIndex").unwrap().parse::<u32>().is_ok());
    assert_eq!(text(&admin, "removeServiceProvider", "<s:issuer>app</s:issuer>"), "true");
    assert_eq!(text(&admin, "removeServiceProvider", "<s:issuer>app</s:issuer>"), "false");
    assert_eq!(text(&admin, "removeServiceProvider", "<s:issuer>wso2.my.dashboard</s:issuer>"), "false");
}

#[test]
fn what_could_never_work_is_refused() {
    let world = World::new(&[]);
    let admin = world.admin();
    assert_eq!(
        refused(&admin, "addRPServiceProvider", &provider("", "")),
        "A value for the Issuer is mandatory"
    );
    assert_eq!(
        refused(&admin, "addRPServiceProvider", &provider("a@b", "")),
        "'@' is a reserved character. Cannot be used for Service Provider Entity ID"
    );
    let script = "<d:defaultAssertionConsumerUrl>javascript:alert(1)</d:defaultAssertionConsumerUrl>";
    assert!(
        refused(&admin, "addRPServiceProvider", &provider("a", script)).contains("must begin with https://")
    );
    for (name, value) in [
        ("sloResponseURL", "javascript:alert(1)"),
        ("sloRequestURL", "file:///etc/passwd"),
        ("idpInitSLOReturnToURLs", "//evil.example"),
    ] {
        let rest = format!("<d:{name}>{value}</d:{name}>");
        let text = refused(&admin, "addRPServiceProvider", &provider("a", &rest));
        assert_eq!(text, "An address for logout must begin with https:// or http://", "{name}");
    }
    for metadata in ["", "&lt;a/>", "&lt;!DOCTYPE a>&lt;a/>"] {
        assert_eq!(
            refused(&admin, "uploadRPServiceProvider", &format!("<s:metadata>{metadata}</s:metadata>")),
            "Error while uploading service provider"
        );
    }
    assert!(results(&admin, "getServiceProviders", "").first().unwrap().all("serviceProviders").is_empty());
}

#[test]
fn assertions_are_encrypted_where_that_is_asked_for_and_refused_where_it_cannot_be() {
    let world = World::new(&[]);
    let admin = world.admin();
    let asked = provider("sealed", "<d:doEnableEncryptedAssertion>true</d:doEnableEncryptedAssertion>");
    assert_eq!(text(&admin, "addRPServiceProvider", &asked), "true");
    let info = results(&admin, "getServiceProviders", "");
    let [app] = info.first().unwrap().all("serviceProviders")[..] else { panic!("{info:?}") };
    assert_eq!(app.value("doEnableEncryptedAssertion"), Some("true"));
    let without = asked.replace("<d:certAlias>wso2carbon</d:certAlias>", "").replace("sealed", "other");
    assert!(refused(&admin, "addRPServiceProvider", &without).contains("without a certificate"));
}

#[test]
fn metadata_of_a_service_provider_are_taken_over() {
    let world = World::new(&[]);
    let admin = world.admin();
    let metadata = "<m:EntityDescriptor xmlns:m='urn:oasis:names:tc:SAML:2.0:metadata' entityID='https://sp.example'>\
        <m:SPSSODescriptor WantAssertionsSigned='true' protocolSupportEnumeration='urn:oasis:names:tc:SAML:2.0:protocol'>\
        <m:SingleLogoutService Binding='urn:oasis:names:tc:SAML:2.0:bindings:HTTP-POST' Location='https://sp.example/slo'/>\
        <m:AssertionConsumerService Binding='urn:oasis:names:tc:SAML:2.0:bindings:HTTP-Artifact' Location='https://sp.example/no' index='0'/>\
        <m:AssertionConsumerService Binding='urn:oasis:names:tc:SAML:2.0:bindings:HTTP-POST' Location='https://sp.example/one' index='1'/>\
        <m:AssertionConsumerService Binding='urn:oasis:names:tc:SAML:2.0:bindings:HTTP-POST' Location='https://sp.example/two' index='2' isDefault='true'/>\
        </m:SPSSODescriptor></m:EntityDescriptor>";
    let escaped = metadata.replace('<', "&lt;");
    let answer = results(&admin, "uploadRPServiceProvider", &format!("<s:metadata>{escaped}</s:metadata>"));
    let shown = answer.first().unwrap();
    for (name, value) in [
        ("issuer", "https://sp.example"),
        ("defaultAssertionConsumerUrl", "https://sp.example/two"),
        ("doSignAssertions", "true"),
        ("doSingleLogout", "true"),
        ("sloRequestURL", "https://sp.example/slo"),
        ("doValidateSignatureInRequests", "false"),
    ] {
        assert_eq!(shown.value(name), Some(value), "{name}");
    }
    let urls: Vec<&str> = shown.all("assertionConsumerUrls").iter().map(|one| one.text.as_str()).collect();
    assert_eq!(urls, ["https://sp.example/one", "https://sp.example/two"]);
    assert_eq!(
        refused(&admin, "uploadRPServiceProvider", &format!("<s:metadata>{escaped}</s:metadata>")),
        "Error while uploading service provider",
        "it is registered already"
    );
}

#[test]
fn what_is_offered_is_what_is_done_and_each_operation_needs_its_permission() {
    let world = World::new(&[]);
    let admin = world.admin();
    let all = |operation: &str| {
        let all = results(&admin, operation, "");
        all.iter().map(|one| one.text.clone()).collect::<Vec<_>>()
    };
    let more = "http://www.w3.org/2001/04/xmldsig-more#";
    let offered = ["rsa-sha256", "rsa-sha384", "rsa-sha512"].map(|name| format!("{more}{name}"));
    assert_eq!(all("getSigningAlgorithmUris"), offered);
    assert_eq!(all("getSigningAlgorithmUriByConfig"), [offered[0].as_str()]);
    let sha256 = "http://www.w3.org/2001/04/xmlenc#sha256";
    let offered = [sha256, &format!("{more}sha384"), "http://www.w3.org/2001/04/xmlenc#sha512"];
    assert_eq!(all("getDigestAlgorithmURIs"), offered);
    assert_eq!(all("getDigestAlgorithmURIByConfig"), [sha256]);
    assert_eq!(text(&admin, "getCertAliasOfPrimaryKeyStore", ""), "wso2carbon");
    let acme = world.tenant_with_tom("acme.example", &[]);
    assert_eq!(text(&acme, "getCertAliasOfPrimaryKeyStore", ""), "acme.example");
    for (alias, issuer) in [("acme.example", "own"), ("wso2carbon", "foreign")] {
        let content = provider(issuer, "").replace(">wso2carbon<", &format!(">{alias}<"));
        assert_eq!(text(&acme, "addRPServiceProvider", &content), "true");
    }
    let of = |issuer: &str| {
        world.stored(&format!(
            "SELECT coalesce(certificate, '') FROM service_provider WHERE issuer = '{issuer}'"
        ))
    };
    assert_eq!(of("own"), world.stored("SELECT certificate FROM tenant_key"));
    assert_eq!(of("foreign"), "", "the key of the server is the super tenant's");
    let claims = results(&admin, "getClaimURIs", "");
    assert!(claims.iter().any(|claim| claim.text == "http://wso2.org/claims/emailaddress"));
    let view = "/permission/admin/manage/identity/applicationmgt/view";
    admin.add_role("viewer", &[TOM], &[view]);
    let tom = world.caller(TOM, OLD);
    assert_eq!(text(&tom, "getCertAliasOfPrimaryKeyStore", ""), "wso2carbon");
    for (operation, inner) in [
        ("addRPServiceProvider", provider("app", "")),
        ("removeServiceProvider", "<s:issuer>app</s:issuer>".to_owned()),
        ("uploadRPServiceProvider", "<s:metadata>x</s:metadata>".to_owned()),
    ] {
        assert!(refused(&tom, operation, &inner).contains("Access Denied"), "{operation}");
    }
}

#[test]
fn an_algorithm_is_registered_if_messages_can_be_signed_with_it_and_sha1_because_clients_send_it() {
    let world = World::new(&[]);
    let admin = world.admin();
    let with = |issuer: &str, signature: &str, digest: &str| {
        format!(
            "<s:spDto><d:assertionConsumerUrls>https://app.example/acs</d:assertionConsumerUrls>\
             <d:digestAlgorithmURI>{digest}</d:digestAlgorithmURI><d:issuer>{issuer}</d:issuer>\
             <d:signingAlgorithmURI>{signature}</d:signingAlgorithmURI></s:spDto>"
        )
    };
    let (more, sha1) = ("http://www.w3.org/2001/04/xmldsig-more#", "http://www.w3.org/2000/09/xmldsig#");
    for (issuer, signature, digest) in [
        ("a", format!("{more}rsa-sha512"), format!("{more}sha384")),
        ("b", format!("{sha1}rsa-sha1"), format!("{sha1}sha1")),
    ] {
        assert_eq!(text(&admin, "addRPServiceProvider", &with(issuer, &signature, &digest)), "true");
        let info = results(&admin, "getServiceProviders", "");
        let all = info.first().unwrap().all("serviceProviders");
        let one = all.iter().find(|one| one.value("issuer") == Some(issuer)).unwrap();
        let shown = ["signingAlgorithmURI", "digestAlgorithmURI"].map(|name| one.value(name).unwrap());
        assert_eq!(shown, [&signature, &digest]);
    }
    let dsa = format!("{sha1}dsa-sha1");
    let said = refused(&admin, "addRPServiceProvider", &with("c", &dsa, ""));
    assert!(said.starts_with(&format!("The signature algorithm {dsa} is not supported.")), "{said}");
    assert_eq!(world.stored("SELECT count(*) FROM service_provider WHERE issuer = 'c'"), "0");
}
