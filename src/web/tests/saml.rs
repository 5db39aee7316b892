//! Single sign-on, message by message: the dashboard's own and that of service providers elsewhere.

use super::*;
use crate::saml::binding::{self, Binding, deflated, posted};
use crate::saml::{self, Asked, Element, Message, SigningKey};
use crate::store::Tx;

mod after_reset;
mod altered;
mod sign_out;
mod tenants;

const SP: &str = "https://sp.example";
const ACS: &str = "https://sp.example/acs?a=1&b=2";
const NOTICE: &str = "/authenticationendpoint/samlsso_notification.do?";

/// A service provider elsewhere.
fn provider() -> ServiceProvider {
    ServiceProvider {
        issuer: SP.into(),
        name: "the app".into(),
        is_saas: true,
        consumer_urls: vec!["https://sp.example/other".into(), ACS.into()],
        default_url: "https://sp.example/other".into(),
        name_id_format: service_provider::EMAIL_FORMAT.into(),
        sign_response: true,
        sign_assertion: true,
        single_logout: true,
        send_attributes: true,
        claims: vec![MAIL.into(), GIVEN_NAME.into()],
        audiences: vec!["everybody".into()],
        ..ServiceProvider::default()
    }
}

fn pages_with(others: Vec<ServiceProvider>) -> Pages {
    let pages = Pages::new();
    pages.world.write(move |tx| {
        let all: Vec<_> = std::iter::once(ServiceProvider::dashboard(PUBLIC)).chain(others).collect();
        service_provider::settle(tx, &all)
    });
    pages
}

fn request(pages: &Pages, consumer: &str) -> Element {
    saml::authn_request(pages.world.now().0, SP, &format!("{PUBLIC}/samlsso"), consumer).unwrap()
}

fn post(pages: &Pages, message: &Element) -> Page {
    pages.post("/samlsso", &[("SAMLRequest", &posted(message)), ("RelayState", "there & 'back'")])
}

/// The value of a field as the client of the original's test finds it.
fn carried(page: &Page, name: &str) -> String {
    let line = page.body.lines().rfind(|line| line.contains(name)).unwrap_or_else(|| panic!("{}", page.body));
    line.split('\'').nth(5).unwrap().to_owned()
}

fn answer(page: &Page) -> saml::Response {
    answer_signed_by(page, &signer().public())
}

fn answer_signed_by(page: &Page, key: &saml::PublicKey) -> saml::Response {
    let text = binding::decode(Binding::Post, &carried(page, "SAMLResponse")).unwrap();
    let message = Message::read(&text).unwrap();
    message.verify(key).unwrap();
    match message.asked {
        Asked::SignedIn(response) => *response,
        other => panic!("{other:?}"),
    }
}

/// The request that the dashboard's own page carries.
fn own_request(pages: &Pages) -> String {
    assert_eq!(pages.get("/dashboard").location(), "/dashboard/samlsso.jag?login=true");
    let page = pages.get("/dashboard/samlsso.jag?login=true");
    let line = page.body.lines().rfind(|line| line.contains("SAMLRequest")).unwrap();
    line.split("value=\"").nth(1).unwrap().split('"').next().unwrap().to_owned()
}

/// Signs in to the dashboard by messages; what `/samlsso` answers the login form.
fn dashboard_sign_in(pages: &Pages, password: &str) -> Page {
    let begun = pages.post("/samlsso", &[("SAMLRequest", &own_request(pages))]);
    send_form(pages, &begun, password)
}

fn send_form(pages: &Pages, begun: &Page, password: &str) -> Page {
    assert_eq!(begun.parameter("type"), "samlsso");
    let form = pages.get(begun.location());
    assert!(form.body.contains("action=\"/samlsso\""), "{}", form.body);
    let (key, mark) = (form.field("sessionDataKey"), form.field("tocommonauth"));
    pages.post(
        "/samlsso",
        &[("username", "tom"), ("password", password), ("sessionDataKey", &key), ("tocommonauth", &mark)],
    )
}

/// Asks for the end of a session, signed if there is a key.
fn logout(pages: &Pages, name: &str, index: &str, key: Option<&SigningKey>) -> Element {
    let subject = saml::Subject {
        name_id: name,
        format: "x",
        session_index: Some(index),
        authenticated_at: 0,
        attributes: &[],
    };
    let (now, to) = (pages.world.now().0, format!("{PUBLIC}/samlsso"));
    saml::logout_request(now, SP, &to, &subject, now + 60_000, key.map(SigningKey::usual)).unwrap()
}

fn count(pages: &Pages, table: &'static str) -> i64 {
    let sql = format!("SELECT COUNT(*) FROM {table}");
    pages.world.read(move |tx: &mut Tx<'_>| Ok(tx.one(&sql, &[], "count", |row| row.int(0))?))
}

#[test]
fn the_dashboard_signs_in_by_messages_and_shows_the_address_of_the_original() {
    let pages = Pages::new();
    let begun = pages.post("/samlsso", &[("SAMLRequest", &own_request(&pages)), ("SSOAuthSessionID", "a-1")]);
    let key = begun.parameter("sessionDataKey");
    assert_eq!(
        begun.location(),
        format!(
            "/authenticationendpoint/login.do?SSOAuthSessionID=a-1&commonAuthCallerPath=%2Fsamlsso&forceAuth=false&\
             passiveAuth=false&tenantDomain=carbon.super&sessionDataKey={key}&relyingParty=wso2.my.dashboard&\
             type=samlsso&sp=wso2_sp_dashboard&isSaaSApp=true&authenticators=BasicAuthenticator:LOCAL"
        )
    );
    assert!(is_generic_failure(&send_form(&pages, &begun, "Wrong@123")));
    let carrying = send_form(&pages, &begun, OLD);
    assert_eq!(carrying.status, 200);
    assert!(carrying.body.contains(&format!("<form method='post' action='{PUBLIC}/dashboard/acs'")));
    let policy = carrying.header("content-security-policy");
    assert!(policy.contains(&format!("form-action 'self' {PUBLIC}/dashboard/acs;")), "{policy}");
    let response = carried(&carrying, "SAMLResponse");
    assert_eq!(answer(&carrying).name_id, "tom@carbon.super");
    let taken = pages.post("/dashboard/acs", &[("SAMLResponse", &response)]);
    assert_eq!(taken.location(), "/dashboard");
    assert!(pages.get("/dashboard").body.contains("tom"));
    // Used once, and never again.
    let again = pages.post("/dashboard/acs", &[("SAMLResponse", &response)]);
    assert_eq!(again.status, 400);
}

#[test]
fn an_assertion_alone_opens_nothing() {
    let pages = Pages::new();
    let toms = carried(&dashboard_sign_in(&pages, OLD), "SAMLResponse");
    pages.forget_cookies();
    assert_eq!(pages.post("/dashboard/acs", &[("SAMLResponse", &toms)]).status, 400);
    // Nor does it in the browser of somebody else.
    let others = carried(&dashboard_sign_in(&pages, OLD), "SAMLResponse");
    assert_eq!(pages.post("/dashboard/acs", &[("SAMLResponse", &toms)]).status, 400);
    let text = binding::decode(Binding::Post, &others).unwrap();
    let altered = text.replace("tom@carbon.super", "admin@carbon.super");
    let encoded = base64::Engine::encode(&base64::engine::general_purpose::STANDARD, altered);
    assert_eq!(pages.post("/dashboard/acs", &[("SAMLResponse", &encoded)]).status, 400);
    pages.clock.advance(6 * 60_000);
    assert_eq!(pages.post("/dashboard/acs", &[("SAMLResponse", &others)]).status, 400);
    for garbage in ["", "***", "PGE+"] {
        assert_ne!(pages.post("/dashboard/acs", &[("SAMLResponse", garbage)]).status, 200);
    }
}

#[test]
fn the_state_that_comes_back_leads_to_pages_of_the_dashboard_only() {
    let pages = Pages::new();
    assert_eq!(pages.get("/dashboard/profile").location(), "/dashboard/samlsso.jag?login=true&page=profile");
    let page = pages.get("/dashboard/samlsso.jag?login=true&page=profile");
    assert_eq!(page.field("RelayState"), "profile");
    assert!(!pages.get("/dashboard/samlsso.jag?login=true&page=//evil.example").body.contains("evil"));
    for (state, reached) in [
        ("profile", "/dashboard/profile"),
        ("https://evil.example/", "/dashboard"),
        ("//evil.example", "/dashboard"),
        ("../carbon", "/dashboard"),
    ] {
        pages.forget_cookies();
        let response = carried(&dashboard_sign_in(&pages, OLD), "SAMLResponse");
        let taken = pages.post("/dashboard/acs", &[("SAMLResponse", &response), ("RelayState", state)]);
        assert_eq!(taken.location(), reached);
    }
}

#[test]
fn a_service_provider_gets_what_it_is_registered_for_and_its_state_back() {
    let pages = pages_with(vec![provider()]);
    let message = request(&pages, ACS);
    let query = form_urlencoded::Serializer::new(String::new())
        .append_pair("SAMLRequest", &deflated(&message))
        .append_pair("RelayState", "there & 'back'")
        .finish();
    let begun = pages.get(&format!("/samlsso?{query}"));
    assert_eq!((begun.parameter("relyingParty"), begun.parameter("sp")), (SP.into(), "the app".into()));
    let carrying = send_form(&pages, &begun, OLD);
    assert!(
        carrying.body.contains("name='RelayState' value='there &amp; &#39;back&#39;'"),
        "{}",
        carrying.body
    );
    assert!(carrying.body.contains("action='https://sp.example/acs?a=1&amp;b=2'"), "{}", carrying.body);
    let policy = carrying.header("content-security-policy");
    assert!(policy.contains("form-action 'self' https://sp.example/acs;"), "{policy}");
    let response = answer(&carrying);
    assert!(response.success);
    assert_eq!(response.name_id, "tom");
    assert_eq!(response.in_response_to.as_deref(), message.attribute("ID"));
    assert_eq!(response.destination.as_deref(), Some(ACS));
    assert_eq!(response.audiences, [SP, "everybody"]);
    assert_eq!(response.issuer, "localhost");
    let text = binding::decode(Binding::Post, &carried(&carrying, "SAMLResponse")).unwrap();
    assert!(text.contains("tom@example.org") && !text.contains("givenname"), "{text}");

    // Whoever is signed in is not asked again, here or at the dashboard.
    let second = answer(&post(&pages, &request(&pages, "https://sp.example/other")));
    assert_eq!(second.session_index, response.session_index);
    assert_eq!(pages.get("/dashboard").status, 200);
    // Unless the service provider wants him to be.
    let force = request(&pages, ACS).with("ForceAuthn", "true");
    let begun = post(&pages, &force);
    assert_eq!(begun.parameter("forceAuth"), "true");
    assert_eq!(answer(&send_form(&pages, &begun, OLD)).session_index, response.session_index);
}

#[test]
fn a_form_from_another_site_brings_no_cookie_and_the_login_page_knows_the_user_all_the_same() {
    let pages = pages_with(vec![provider()]);
    assert!(pages.gets_in("tom", OLD));
    let kept = pages.cookies.borrow().clone();
    pages.forget_cookies();
    let begun = post(&pages, &request(&pages, ACS));
    let own = pages.cookies.borrow().clone();
    pages.cookies.borrow_mut().extend(kept);
    pages.cookies.borrow_mut().extend(own);
    assert_eq!(answer(&pages.get(begun.location())).name_id, "tom");
    // The conversation is over.
    let again = pages.get(&format!("/samlsso?sessionDataKey={}", begun.parameter("sessionDataKey")));
    assert_eq!(again.location(), "/dashboard");
}

#[test]
fn nobody_is_asked_where_that_is_forbidden_and_the_right_one_must_come() {
    let pages = pages_with(vec![provider()]);
    let passive = post(&pages, &request(&pages, ACS).with("IsPassive", "true"));
    assert!(!answer(&passive).success);
    let wanted = |name: &str| {
        let id = Element::new("s", "urn:oasis:names:tc:SAML:2.0:assertion", "NameID").text_of(name);
        let subject = Element::new("s", "urn:oasis:names:tc:SAML:2.0:assertion", "Subject").child(id);
        request(&pages, ACS).child(subject)
    };
    assert!(pages.gets_in("tom", OLD));
    assert!(answer(&post(&pages, &wanted("tom"))).success);
    assert!(!answer(&post(&pages, &wanted("admin"))).success);
}

#[test]
fn every_message_that_is_not_right_is_refused_and_changes_nothing() {
    let pages = pages_with(vec![provider()]);
    let good = request(&pages, ACS);
    let text = saml::text_of(&good);
    let encode = |text: &str| base64::Engine::encode(&base64::engine::general_purpose::STANDARD, text);
    let at = |moment: i64| saml::authn_request(moment, SP, PUBLIC, ACS).unwrap();
    let now = pages.world.now().0;
    let failed = "Error+when+processing+the+authentication+request%21";
    let invalid = "Not+a+valid+SAML+2.0+Request+Message%21";
    for (message, status) in [
        (posted(&request(&pages, "https://evil.example/acs")), failed),
        (posted(&request(&pages, "javascript:alert(1)")), failed),
        (encode(&text.replace(">https://sp.example<", ">https://unknown.example<")), failed),
        (posted(&at(now - 61 * 60_000)), failed),
        (posted(&at(now + 6 * 60_000)), failed),
        (encode(&format!("<!DOCTYPE x [<!ENTITY e SYSTEM 'file:///etc/passwd'>]>{text}")), invalid),
        (encode(&text.replace("Version=\"2.0\"", "Version=\"1.1\"")), invalid),
        (encode(&text[..text.len() - 3]), invalid),
        (encode("<a/>"), invalid),
        ("no base64 !".to_owned(), invalid),
        (String::new(), invalid),
    ] {
        let before =
            (count(&pages, "login_context"), count(&pages, "saml_message"), count(&pages, "session"));
        let refused =
            pages.post("/samlsso", &[("SAMLRequest", &message), ("RelayState", "https://evil.example")]);
        assert!(refused.location().starts_with(&format!("{NOTICE}status={status}")), "{refused:?}");
        assert!(!refused.location().contains("evil"));
        let page = pages.get(refused.location());
        assert!(page.body.contains("Go back to the application"), "{}", page.body);
        let after = (count(&pages, "login_context"), count(&pages, "saml_message"), count(&pages, "session"));
        assert_eq!(before, after);
    }
    // The same message counts once.
    assert!(post(&pages, &good).location().starts_with("/authenticationendpoint/login.do?"));
    let begun = count(&pages, "login_context");
    assert!(post(&pages, &good).location().starts_with(NOTICE));
    assert_eq!(count(&pages, "login_context"), begun);
    // What the address says is not what the page says.
    let page = pages.get(&format!("{NOTICE}status=%3Cb%3Eevil&statusMsg=evil"));
    assert!(!page.body.contains("evil"));
}

#[test]
fn where_requests_have_to_be_signed_nothing_else_counts() {
    let certificate = signer().certificate().to_owned();
    let strict = ServiceProvider { verify_requests: true, certificate: Some(certificate), ..provider() };
    let pages = pages_with(vec![strict.clone()]);
    let login = "/authenticationendpoint/login.do?";
    let query = |message: &Element, sign: bool| {
        let key = signer();
        let address =
            binding::address("/samlsso", "SAMLRequest", message, Some("x"), sign.then_some(key.usual()));
        address.unwrap()
    };
    assert!(pages.get(&query(&request(&pages, ACS), true)).location().starts_with(login));
    assert!(pages.get(&query(&request(&pages, ACS), false)).location().starts_with(NOTICE));
    let signed = query(&request(&pages, ACS), true);
    assert!(pages.get(&signed.replace("RelayState=x", "RelayState=y")).location().starts_with(NOTICE));
    assert!(pages.get(&format!("{signed}&RelayState=z")).location().starts_with(NOTICE));
    // Sent to somebody else.
    let elsewhere =
        saml::authn_request(pages.world.now().0, SP, "https://other.example/samlsso", ACS).unwrap();
    assert!(pages.get(&query(&elsewhere, true)).location().starts_with(NOTICE));
    // In a form, the signature is inside of the message.
    assert!(post(&pages, &request(&pages, ACS)).location().starts_with(NOTICE));
    // Without a certificate nothing can be verified.
    let lost = ServiceProvider { certificate: None, ..strict };
    let pages = pages_with(vec![lost]);
    assert!(pages.get(&query(&request(&pages, ACS), true)).location().starts_with(NOTICE));
}

#[test]
fn a_service_provider_has_two_kilobytes_to_remember_where_it_was() {
    let pages = pages_with(vec![provider()]);
    let asked = |length: usize| {
        let message = posted(&request(&pages, ACS));
        let answer =
            pages.post("/samlsso", &[("SAMLRequest", &message), ("RelayState", &"x".repeat(length))]);
        answer.location().starts_with(NOTICE)
    };
    assert_eq!((asked(2_048), asked(2_049)), (false, true));
}

#[test]
fn users_are_sent_unasked_only_where_that_is_registered() {
    let pages = pages_with(vec![provider()]);
    let address = format!("/samlsso?spEntityID={}", "https%3A%2F%2Fsp.example");
    assert!(pages.get(&address).location().starts_with(NOTICE));
    let pages = pages_with(vec![ServiceProvider { idp_initiated: true, ..provider() }]);
    assert!(pages.get(&format!("{address}&acs=https%3A%2F%2Fevil.example")).location().starts_with(NOTICE));
    let response = answer(&send_form(&pages, &pages.get(&address), OLD));
    assert_eq!((response.in_response_to, response.name_id), (None, "tom".into()));
    assert_eq!(response.destination.as_deref(), Some("https://sp.example/other"));
    assert!(pages.get("/samlsso?spEntityID=nobody").location().starts_with(NOTICE));
}

#[test]
fn an_application_gets_what_it_wants_signed_with_and_sha256_where_it_wants_sha1() {
    let uri = |text: &str| Some(format!("http://www.w3.org/{text}"));
    for (signature, digest, done) in [
        (None, None, ["2001/04/xmldsig-more#rsa-sha256", "2001/04/xmlenc#sha256"]),
        (
            uri("2001/04/xmldsig-more#rsa-sha512"),
            uri("2001/04/xmldsig-more#sha384"),
            ["2001/04/xmldsig-more#rsa-sha512", "2001/04/xmldsig-more#sha384"],
        ),
        (
            uri("2000/09/xmldsig#rsa-sha1"),
            uri("2000/09/xmldsig#sha1"),
            ["2001/04/xmldsig-more#rsa-sha256", "2001/04/xmlenc#sha256"],
        ),
    ] {
        let picky = ServiceProvider { signing_algorithm: signature, digest_algorithm: digest, ..provider() };
        let pages = pages_with(vec![picky]);
        let is_done = |text: &str, signatures: usize| {
            for (method, name) in [("Signature", done[0]), ("Digest", done[1])] {
                let method = format!("<ds:{method}Method Algorithm=\"http://www.w3.org/{name}\"");
                assert_eq!(text.matches(&method).count(), signatures, "{method}: {text}");
            }
            saml::verify(&saml::parse(text).unwrap(), &signer().public()).unwrap();
        };
        let carrying = send_form(&pages, &post(&pages, &request(&pages, ACS)), OLD);
        let text = binding::decode(Binding::Post, &carried(&carrying, "SAMLResponse")).unwrap();
        is_done(&text, 2);
        // What it is told at the end of a session, too.
        let told = post(&pages, &logout(&pages, "tom", "none of ours", None));
        is_done(&binding::decode(Binding::Post, &carried(&told, "SAMLResponse")).unwrap(), 1);
    }
}

#[test]
fn an_assertion_that_is_to_be_encrypted_is_read_by_nobody_else_and_without_a_certificate_nobody_is_signed_in()
{
    let certificate = signer().certificate().to_owned();
    let sealed = ServiceProvider { encrypt_assertion: true, certificate: Some(certificate), ..provider() };
    let pages = pages_with(vec![sealed.clone()]);
    let carrying = send_form(&pages, &post(&pages, &request(&pages, ACS)), OLD);
    let text = binding::decode(Binding::Post, &carried(&carrying, "SAMLResponse")).unwrap();
    saml::verify(&saml::parse(&text).unwrap(), &signer().public()).unwrap();
    assert!(text.contains("<saml2:EncryptedAssertion") && !text.contains("<saml2:Assertion"), "{text}");
    assert!(!text.contains(">tom<"), "{text}");
    for certificate in [None, Some("MIIB".to_owned())] {
        let pages = pages_with(vec![ServiceProvider { certificate, idp_initiated: true, ..sealed.clone() }]);
        assert!(post(&pages, &request(&pages, ACS)).location().starts_with(NOTICE));
        assert!(pages.get("/samlsso?spEntityID=https%3A%2F%2Fsp.example").location().starts_with(NOTICE));
        assert_eq!((count(&pages, "login_context"), count(&pages, "saml_message")), (0, 0));
    }
}

#[test]
fn who_may_not_use_the_dashboard_may_use_other_applications() {
    let pages = pages_with(vec![provider()]);
    let eva = pages.world.user("eva");
    let begun = post(&pages, &request(&pages, ACS));
    let key = begun.parameter("sessionDataKey");
    let send = |key: &str| {
        let fields =
            [("username", "eva"), ("password", OLD), ("sessionDataKey", key), ("tocommonauth", "true")];
        pages.post("/samlsso", &fields)
    };
    assert_eq!(answer(&send(&key)).name_id, eva.name);
    let shown = pages.get(pages.get("/dashboard").location());
    assert!(shown.location().ends_with("&authz_failure=true"), "{shown:?}");
    assert!(pages.get(shown.location()).body.contains("You are not authorized to login"));
    // The session is over with that.
    assert_eq!(pages.get("/dashboard").location(), "/dashboard/samlsso.jag?login=true");
}

#[test]
fn who_sends_too_many_messages_waits_before_anything_is_kept_of_them() {
    let pages = Pages::with(|_| {}, false, 1);
    let messages: Vec<String> = (0..15).map(|_| own_request(&pages)).collect();
    let statuses: Vec<u16> =
        messages.iter().map(|message| pages.post("/samlsso", &[("SAMLRequest", message)]).status).collect();
    assert_eq!(statuses.iter().filter(|status| **status == 302).count(), 10, "{statuses:?}");
    assert_eq!(statuses[14], 429);
    assert_eq!((count(&pages, "saml_message"), count(&pages, "login_context")), (10, 10));
}
