//! Applications of tenants, and what tenants sign with.

use super::*;

/// The key in the metadata of a tenant, which is what they are signed with.
fn key_of(pages: &Pages, tenant: &str) -> saml::PublicKey {
    let page = pages.get(&format!("/identity/metadata/saml2?tenantDomain={tenant}"));
    assert_eq!(page.status, 200, "{}", page.body);
    let (_, rest) = page.body.split_once("IDPSSODescriptor").unwrap();
    let certificate = rest.split("X509Certificate>").nth(1).unwrap().split('<').next().unwrap();
    let key = saml::PublicKey::of_certificate(certificate).unwrap();
    saml::verify(&saml::parse(&page.body).unwrap(), &key).unwrap();
    key
}

#[test]
fn an_application_of_one_tenant_lets_nobody_else_in() {
    let pages = pages_with(vec![]);
    let tenant = pages.world.tenant("wso2.com");
    pages.world.user_in(tenant, "PRIMARY", "tom");
    pages.world.write(move |tx| {
        let actor = admin(tx, tenant)?;
        let own = ServiceProvider { is_saas: false, ..provider() };
        assert!(service_provider::add(tx, START, &actor, &own)?);
        assert!(!service_provider::add(tx, START, &actor, &own)?);
        Ok(())
    });
    let ask = |name: &str| {
        pages.forget_cookies();
        let fields =
            [("SAMLRequest", posted(&request(&pages, ACS))), ("tenantDomain", "wso2.com".to_owned())];
        let fields: Vec<(&str, &str)> = fields.iter().map(|(name, value)| (*name, value.as_str())).collect();
        let begun = pages.post("/samlsso", &fields);
        assert_eq!(begun.parameter("tenantDomain"), "wso2.com");
        pages.post(
            "/samlsso",
            &[
                ("username", name),
                ("password", OLD),
                ("sessionDataKey", &begun.parameter("sessionDataKey")),
                ("tocommonauth", "true"),
            ],
        )
    };
    assert!(ask("tom").location().ends_with("&authFailureMsg=user.tenant.domain.mismatch.message"));
    let carrying = ask("tom@wso2.com");
    assert_eq!(answer_signed_by(&carrying, &key_of(&pages, "wso2.com")).name_id, "tom");
    let text = binding::decode(Binding::Post, &carried(&carrying, "SAMLResponse")).unwrap();
    let message = Message::read(&text).unwrap();
    assert!(message.verify(&signer().public()).is_err(), "the server's key is the super tenant's");
    // Without its tenant it is not known. It can say it with its name, which is then whom the answer is for.
    assert!(post(&pages, &request(&pages, ACS)).location().starts_with(NOTICE));
    let called = format!("{SP}@wso2.com");
    let named = saml::authn_request(pages.world.now().0, &called, &format!("{PUBLIC}/samlsso"), ACS).unwrap();
    let read = answer_signed_by(&post(&pages, &named), &key_of(&pages, "wso2.com"));
    assert_eq!((read.name_id.as_str(), read.audiences), ("tom", vec![called, "everybody".to_owned()]));
}

#[test]
fn the_metadata_is_signed_and_says_where_to_go() {
    let pages = Pages::new();
    let page = pages.get("/identity/metadata/saml2");
    assert_eq!(page.header("content-type"), "application/samlmetadata+xml; charset=UTF-8");
    let root = saml::parse(&page.body).unwrap();
    saml::verify(&root, &signer().public()).unwrap();
    assert_eq!(root.attribute("entityID"), Some("localhost"));
    assert!(page.body.contains("Location=\"https://localhost:9443/samlsso\""));
    assert_eq!(pages.get("/identity/metadata/saml2?tenantDomain=nowhere").status, 404);
    pages.world.tenant("acme.example");
    let acme = key_of(&pages, "acme.example");
    assert_ne!(acme, signer().public());
    assert_eq!(key_of(&pages, "acme.example"), acme, "it keeps its key");
    assert_eq!(key_of(&pages, "carbon.super"), signer().public());
}
