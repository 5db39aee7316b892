//! Messages that were replayed, altered or wrapped around a signature, at `/samlsso` itself: each leads to a page that
//! says what to do next and to a line in the log, and changes nothing.

use super::*;
use crate::domain::session;
use crate::saml::scratch::key_of;
use crate::saml::{SigningKey, sign};
use crate::web::tests::saml::binding::address;
use std::cell::RefCell;
use std::io;
use std::sync::Once;

const PROTOCOL: &str = "urn:oasis:names:tc:SAML:2.0:protocol";
const DS: &str = "http://www.w3.org/2000/09/xmldsig#";
const LOGIN_PAGE: &str = "/authenticationendpoint/login.do?";
const FAILED: &str = "status=Error+when+processing+the+authentication+request%21";
const INVALID: &str = "status=Not+a+valid+SAML+2.0+Request+Message%21";

/// The key of the service provider.
fn key() -> &'static SigningKey {
    static MADE: std::sync::LazyLock<SigningKey> = std::sync::LazyLock::new(|| key_of("sp.example"));
    &MADE
}

/// The key of somebody who is registered under another name.
fn key_of_another() -> &'static SigningKey {
    static MADE: std::sync::LazyLock<SigningKey> = std::sync::LazyLock::new(|| key_of("other.example"));
    &MADE
}

/// Pages with two service providers whose requests have to be signed.
fn strict() -> Pages {
    let of = |key: &SigningKey, issuer: &str| ServiceProvider {
        issuer: issuer.into(),
        verify_requests: true,
        certificate: Some(key.certificate().to_owned()),
        ..provider()
    };
    pages_with(vec![of(key(), SP), of(key_of_another(), "https://other.example")])
}

fn signed(message: Element) -> Element {
    sign(message, key().usual(), 1).unwrap()
}

fn encode(text: &str) -> String {
    base64::Engine::encode(&base64::engine::general_purpose::STANDARD, text)
}

fn post_text(pages: &Pages, text: &str) -> Page {
    pages.post("/samlsso", &[("SAMLRequest", &encode(text))])
}

/// Everything that a message can change.
fn state(pages: &Pages) -> Vec<i64> {
    ["login_context", "saml_message", "session", "sso_participant", "logout_notice", "audit"]
        .map(|table| count(pages, table))
        .to_vec()
}

thread_local! {
    /// What this thread logged.
    static LOGGED: RefCell<Vec<u8>> = const { RefCell::new(Vec::new()) };
}

/// Writes into the log of its thread. One subscriber for the whole process: where threads set one of their own each, what
/// a thread logs while another one comes or goes can be lost.
struct Log;

impl io::Write for Log {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        LOGGED.with_borrow_mut(|logged| logged.extend_from_slice(bytes));
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

/// What is logged while `work` is done, with what it came to.
fn logged<T>(work: impl FnOnce() -> T) -> (T, String) {
    static INSTALLED: Once = Once::new();
    INSTALLED.call_once(|| {
        let logger = tracing_subscriber::fmt().with_writer(|| Log).with_ansi(false).finish();
        tracing::subscriber::set_global_default(logger).unwrap();
    });
    LOGGED.with_borrow_mut(Vec::clear);
    let done = work();
    (done, LOGGED.with_borrow(|logged| String::from_utf8(logged.clone()).unwrap()))
}

/// Sends what must be refused: for that reason in the log, with that notification, and with nothing changed.
fn refused(pages: &Pages, notification: &str, reason: &str, send: impl FnOnce() -> Page) {
    let before = state(pages);
    let (answer, log) = logged(send);
    assert_eq!(answer.status, 302, "{reason}: {}", answer.body);
    assert!(
        answer.location().starts_with(&format!("{NOTICE}{notification}")),
        "{reason}: {}",
        answer.location()
    );
    let line = log.lines().find(|line| line.contains("a SAML message was refused"));
    let line = line.unwrap_or_else(|| panic!("{reason} is not in the log: {log}"));
    assert!(line.contains("WARN") && line.contains(reason), "{reason}: {line}");
    assert_eq!(state(pages), before, "{reason}");
    let page = pages.get(answer.location());
    assert_eq!(page.status, 200);
    assert!(page.body.contains("Go back to the application"), "{}", page.body);
}

fn without_signature(text: &str) -> (String, String) {
    let end = "</ds:Signature>";
    let (start, stop) = (text.find("<ds:Signature ").unwrap(), text.find(end).unwrap() + end.len());
    (text[start..stop].to_owned(), [&text[..start], &text[stop..]].concat())
}

/// The address that carries a signed request.
fn signed_query(pages: &Pages, state: Option<&str>) -> String {
    address("/samlsso", "SAMLRequest", &request(pages, ACS), state, Some(key().usual())).unwrap()
}

fn pairs(address: &str) -> Vec<String> {
    address.split_once('?').unwrap().1.split('&').map(str::to_owned).collect()
}

/// The query of another request, unsigned.
fn forged(pages: &Pages) -> String {
    let pair = form_urlencoded::Serializer::new(String::new())
        .append_pair("SAMLRequest", &deflated(&request(pages, "https://sp.example/other")))
        .finish();
    pair.strip_prefix("SAMLRequest=").unwrap().to_owned()
}

#[test]
fn a_signed_request_begins_one_login_and_a_copy_of_it_none() {
    let pages = strict();
    let message = signed(request(&pages, ACS));
    let begun = post(&pages, &message);
    assert!(begun.location().starts_with(LOGIN_PAGE), "{begun:?}");
    let reason = "the message was answered before";
    refused(&pages, FAILED, reason, || post(&pages, &message));
    assert!(answer(&send_form(&pages, &begun, OLD)).success);
    // Nor does it get another assertion for somebody who is signed in by now, or for another browser, or written otherwise.
    refused(&pages, FAILED, reason, || post(&pages, &message));
    let again = saml::text_of(&message).replace("<saml2:Issuer ", "<saml2:Issuer  ");
    refused(&pages, FAILED, reason, || post_text(&pages, &again));
    pages.forget_cookies();
    refused(&pages, FAILED, reason, || post(&pages, &message));
    let in_address = signed_query(&pages, None);
    assert!(pages.get(&in_address).location().starts_with(LOGIN_PAGE));
    refused(&pages, FAILED, reason, || pages.get(&in_address));
    refused(&pages, FAILED, reason, || pages.get(&format!("{in_address}&tenantDomain=carbon.super")));
    // An hour later it is too old; nothing has to be remembered for that.
    pages.pass_minutes(61);
    let now = pages.world.now();
    pages.world.write(move |tx| crate::domain::single_sign_on::forget_messages(tx, now));
    pages.world.write(|tx| Ok(tx.execute("DELETE FROM saml_message", &[])?));
    refused(
        &pages,
        FAILED,
        r#"too old, or of the future; it says that it is of "https://sp.example""#,
        || post(&pages, &message),
    );
    refused(&pages, FAILED, "too old", || pages.get(&in_address));
}

#[test]
fn a_signed_request_that_was_altered_is_not_the_one_that_was_signed() {
    let pages = strict();
    let message = signed(request(&pages, ACS));
    let text = saml::text_of(&message);
    let (_, unsigned) = without_signature(&text);
    let digest = text.split("<ds:DigestValue>").nth(1).unwrap().split('<').next().unwrap();
    let value = text.split("<ds:SignatureValue>").nth(1).unwrap().split('<').next().unwrap();
    let changed = "the message was changed after it was signed";
    let foreign = "the signature was not made with the registered key";
    let other = [if value.starts_with('A') { "B" } else { "A" }, value.get(1..).unwrap()].concat();
    for (altered, reason) in [
        (text.replace("https://sp.example/acs?a=1&amp;b=2", "https://sp.example/other"), changed),
        (text.replace("IssueInstant=\"2023", "IssueInstant=\"2024"), changed),
        (text.replace("Version=\"2.0\"", "Version=\"2.0\" ForceAuthn=\"true\""), changed),
        (text.replace("AllowCreate=\"true\"", "AllowCreate=\"false\""), changed),
        (text.replace(digest, &encode("another digest of no length")), foreign),
        (text.replace(value, &other), foreign),
        (text.replace(value, ""), foreign),
        (text.replace(value, "***"), "base64"),
        (unsigned, "the message is not signed"),
        (
            text.replace("xmldsig-more#rsa-sha256", "xmldsig-more#hmac-sha256"),
            "algorithm that is not accepted",
        ),
        (text.replace("rsa-sha256", "rsa-md5"), "algorithm that is not accepted"),
        (text.replace("xmlenc#sha256", "xmldsig-more#md5"), "algorithm that is not accepted"),
        // Whoever is registered speaks for himself only; a key that the message brings speaks for nobody.
        (text.replace(">https://sp.example</saml2:Issuer", ">https://other.example</saml2:Issuer"), foreign),
        (saml::text_of(&sign(request(&pages, ACS), key_of_another().usual(), 1).unwrap()), foreign),
        (saml::text_of(&sign(request(&pages, ACS), signer().usual(), 1).unwrap()), foreign),
        (
            text.replace(
                ">https://sp.example</saml2:Issuer",
                ">https://sp.example<!-- -->.evil</saml2:Issuer",
            ),
            "no service provider",
        ),
        (
            text.replace(">https://sp.example</saml2:Issuer", ">x&#10;INFO all is well</saml2:Issuer"),
            r#""x\nINFO all is well""#,
        ),
    ] {
        assert_ne!(altered, text, "{reason}");
        refused(&pages, FAILED, reason, || post_text(&pages, &altered));
    }
    // A comment changes no canonical form, and no meaning either.
    let commented =
        text.replace(">https://sp.example</saml2:Issuer", ">https://sp<!-- -->.example</saml2:Issuer");
    assert!(post_text(&pages, &commented).location().starts_with(LOGIN_PAGE));
}

#[test]
fn what_is_wrapped_around_a_signed_request_is_not_signed() {
    let pages = strict();
    let text = saml::text_of(&signed(request(&pages, ACS)));
    let id = text.split(" ID=\"").nth(1).unwrap().split('"').next().unwrap().to_owned();
    let (signature, original) = without_signature(&text);
    // What the attacker wants: another of the addresses.
    let (start, issuer, end) = {
        let forged = saml::text_of(&request(&pages, "https://sp.example/other"));
        let head = forged.find("<saml2:Issuer").unwrap();
        let close = "</saml2:Issuer>";
        let rest = forged.find(close).unwrap() + close.len();
        (forged[..head].to_owned(), forged[head..rest].to_owned(), forged[rest..].to_owned())
    };
    let with_same_id = {
        let own = start.split(" ID=\"").nth(1).unwrap().split('"').next().unwrap();
        start.replace(own, &id)
    };
    let extensions = |inner: &str| format!("<x:Extensions xmlns:x=\"{PROTOCOL}\">{inner}</x:Extensions>");
    let object = |inner: &str| {
        signature.replace("</ds:Signature>", &format!("<ds:Object>{inner}</ds:Object></ds:Signature>"))
    };
    let unsigned = "the message is not signed";
    let elsewhere = "it refers to something else";
    for (wrapped, notification, reason) in [
        // The signed message whole inside of the other one: beside the issuer, before it, in extensions.
        (format!("{start}{issuer}{text}{end}"), FAILED, unsigned),
        (format!("{start}{text}{issuer}{end}"), FAILED, unsigned),
        (format!("{start}{issuer}{}{end}", extensions(&text)), FAILED, unsigned),
        // Its signature taken out of it, the rest behind, before, in extensions, or in the signature itself.
        (format!("{start}{issuer}{signature}{original}{end}"), FAILED, elsewhere),
        (format!("{start}{original}{issuer}{signature}{end}"), FAILED, elsewhere),
        (format!("{start}{issuer}{signature}{}{end}", extensions(&original)), FAILED, elsewhere),
        (format!("{start}{issuer}{}{end}", object(&original)), FAILED, elsewhere),
        (format!("{start}{issuer}{}{end}", object(&text)), FAILED, elsewhere),
        // Under the same name, which only one may have.
        (format!("{with_same_id}{issuer}{signature}{original}{end}"), INVALID, "two elements have the same ID"),
        (format!("{with_same_id}{issuer}{}{end}", object(&original)), INVALID, "two elements have the same ID"),
        (format!("{with_same_id}{issuer}{signature}{end}"), FAILED, "changed after it was signed"),
        // The other way round: the forged one inside of the signed one.
        (text.replace("</saml2p:AuthnRequest>", &format!("{start}{issuer}{end}</saml2p:AuthnRequest>")), FAILED, "changed after"),
        // A signature that is not where signatures are, and two of them.
        (format!("{start}{issuer}{}{end}", extensions(&signature)), FAILED, unsigned),
        (text.replace("</saml2p:AuthnRequest>", &format!("{signature}</saml2p:AuthnRequest>")), FAILED, "several signatures"),
        // References to nothing, to the whole document, or to something of another kind.
        (text.replace(&format!("URI=\"#{id}\""), "URI=\"\""), FAILED, elsewhere),
        (text.replace(&format!("URI=\"#{id}\""), &format!("URI=\"#xpointer(id('{id}'))\"")), FAILED, elsewhere),
        (text.replace(&format!(" ID=\"{id}\""), ""), INVALID, "the message lacks an ID"),
        (text.replace(&format!(" ID=\"{id}\""), &format!(" ID=\"_x\" xml:id=\"{id}\"")), FAILED, elsewhere),
        (text.replace("</ds:Transforms>", &format!("<ds:Transform xmlns:ds=\"{DS}\" Algorithm=\"http://www.w3.org/TR/1999/REC-xslt-19991116\"/></ds:Transforms>")), FAILED, "a transform"),
        // Two issuers: neither counts.
        (text.replace("</saml2:Issuer>", "</saml2:Issuer><saml2:Issuer xmlns:saml2=\"urn:oasis:names:tc:SAML:2.0:assertion\">https://other.example</saml2:Issuer>"), INVALID, "the message lacks an issuer"),
    ] {
        refused(&pages, notification, reason, || post_text(&pages, &wrapped));
    }
    // What was wrapped was good all the time.
    assert!(post_text(&pages, &text).location().starts_with(LOGIN_PAGE));
}

/// Somebody who is signed in at the strict service provider: the name of his session there.
fn signed_in(pages: &Pages) -> String {
    let begun = post(pages, &signed(request(pages, ACS)));
    answer(&send_form(pages, &begun, OLD)).session_index.unwrap()
}

fn is_signed_in(pages: &Pages) -> bool {
    pages.get("/dashboard").status == 200
}

#[test]
fn nobody_is_signed_out_by_a_request_that_was_altered_wrapped_or_signed_by_others() {
    let pages = strict();
    let index = signed_in(&pages);
    let text = saml::text_of(&logout(&pages, "nobody", "none", Some(key())));
    let (signature, original) = without_signature(&text);
    let evil = saml::text_of(&logout(&pages, "tom", &index, None));
    let (start, rest) = evil.split_at(evil.find("<saml2:Issuer").unwrap());
    let (issuer, end) = rest.split_at(rest.find("</saml2:Issuer>").unwrap() + "</saml2:Issuer>".len());
    let hidden =
        signature.replace("</ds:Signature>", &format!("<ds:Object>{original}</ds:Object></ds:Signature>"));
    for (message, reason) in [
        (evil.clone(), "the message is not signed"),
        (saml::text_of(&logout(&pages, "tom", &index, Some(key_of_another()))), "registered key"),
        (saml::text_of(&logout(&pages, "tom", &index, Some(&signer()))), "registered key"),
        (
            text.replace(">nobody<", ">tom<").replace(">none<", &format!(">{index}<")),
            "changed after it was signed",
        ),
        (format!("{start}{issuer}{text}{end}"), "the message is not signed"),
        (format!("{start}{issuer}{signature}{original}{end}"), "it refers to something else"),
        (format!("{start}{issuer}{hidden}{end}"), "it refers to something else"),
        (
            text.replace(
                "</saml2p:LogoutRequest>",
                &format!("{}</saml2p:LogoutRequest>", end.strip_suffix("</saml2p:LogoutRequest>").unwrap()),
            ),
            "lacks the name of the user",
        ),
    ] {
        let notification = if reason.starts_with("lacks") { INVALID } else { FAILED };
        refused(&pages, notification, reason, || post_text(&pages, &message));
        assert!(is_signed_in(&pages), "{reason}");
    }
    // Sent to somebody else, or long ago.
    let now = pages.world.now().0;
    let subject = saml::Subject {
        name_id: "tom",
        format: "x",
        session_index: Some(&index),
        authenticated_at: 0,
        attributes: &[],
    };
    let made = |at: i64, to: &str, until: i64| {
        saml::logout_request(at, SP, to, &subject, until, Some(key().usual())).unwrap()
    };
    let own = format!("{PUBLIC}/samlsso");
    for (message, reason) in [
        (made(now, "https://other.example/samlsso", now + 1000), "the message was sent to"),
        (made(now - 61 * 60_000, &own, now + 1000), "too old"),
        (made(now + 6 * 60_000, &own, now + 1_000_000), "too old, or of the future"),
        (made(now, &own, now - 6 * 60_000), "too old"),
    ] {
        refused(&pages, FAILED, reason, || post(&pages, &message));
    }
    assert!(is_signed_in(&pages));
    let right = logout(&pages, "tom", &index, Some(key()));
    assert!(pages.keeping_cookies(|| post(&pages, &right)).body.contains("SAMLResponse"));
    assert!(!is_signed_in(&pages));
}

#[test]
fn a_replayed_logout_signs_nobody_out_a_second_time() {
    let pages = strict();
    let index = signed_in(&pages);
    let message = logout(&pages, "tom", &index, Some(key()));
    assert!(post(&pages, &message).body.contains("SAMLResponse"));
    // He signs in again; whoever kept the message sends it once more.
    let again = signed_in(&pages);
    assert_ne!(again, index, "another session has another name");
    refused(&pages, FAILED, "the message was answered before", || post(&pages, &message));
    assert!(is_signed_in(&pages));
    // Even where the session should have the same name.
    let renamed = index.clone();
    pages.world.write(move |tx| {
        Ok(tx.execute("UPDATE sso_participant SET session_index = $1", &[(&renamed).into()])?)
    });
    refused(&pages, FAILED, "the message was answered before", || post(&pages, &message));
    assert!(is_signed_in(&pages));
    // As a sign-on request the same name is another message.
    let id = message.attribute("ID").unwrap().to_owned();
    let mut request = request(&pages, ACS);
    for attribute in request.attributes.iter_mut().filter(|one| one.local == "ID") {
        attribute.value = id.clone();
    }
    assert!(answer(&post(&pages, &signed(request))).success);
}

#[test]
fn the_order_of_a_signed_query_says_nothing_and_another_value_beside_it_everything() {
    let pages = strict();
    for turn in 0..4 {
        let mut pairs = pairs(&signed_query(&pages, Some("a b&c=ü")));
        pairs.rotate_left(turn);
        assert!(
            pages.get(&format!("/samlsso?{}", pairs.join("&"))).location().starts_with(LOGIN_PAGE),
            "{turn}"
        );
    }
    // Percent signs as others write them: what is signed is what stands there.
    let query = form_urlencoded::Serializer::new(String::new())
        .append_pair("SAMLRequest", &deflated(&request(&pages, ACS)))
        .append_pair("RelayState", "https://sp.example/a?b=c")
        .append_pair("SigAlg", key().usual().signature_name())
        .finish();
    let lower = query.replace("%2F", "%2f").replace("%3A", "%3a").replace("%2B", "%2b").replace("%3D", "%3d");
    let signature = encode_bytes(&key().usual().sign(lower.as_bytes()).unwrap());
    let signature: String = form_urlencoded::byte_serialize(signature.as_bytes()).collect();
    assert!(pages.get(&format!("/samlsso?{lower}&Signature={signature}")).location().starts_with(LOGIN_PAGE));
    refused(&pages, FAILED, "not made with the registered key", || {
        let other = form_urlencoded::Serializer::new(String::new())
            .append_pair("SAMLRequest", &deflated(&request(&pages, ACS)))
            .finish();
        pages.get(&format!(
            "/samlsso?{other}&SigAlg={}&Signature={signature}",
            "http%3A%2F%2Fwww.w3.org%2F2001%2F04%2Fxmldsig-more%23rsa-sha256"
        ))
    });
}

fn encode_bytes(bytes: &[u8]) -> String {
    base64::Engine::encode(&base64::engine::general_purpose::STANDARD, bytes)
}

#[test]
fn a_signed_query_with_a_value_given_twice_altered_or_left_out_is_refused() {
    let pages = strict();
    let query = |state| signed_query(&pages, state);
    let forged = forged(&pages);
    let twice = "a parameter given twice";
    let foreign = "the signature was not made with the registered key";
    let unsigned = "the message is not signed";
    let without = |name: &str| {
        let pairs = pairs(&query(Some("x")));
        let kept: Vec<String> =
            pairs.into_iter().filter(|pair| !pair.starts_with(&format!("{name}="))).collect();
        format!("/samlsso?{}", kept.join("&"))
    };
    let in_front = |pair: &str| query(Some("x")).replacen("/samlsso?", &format!("/samlsso?{pair}&"), 1);
    for (address, reason) in [
        (format!("{}&SAMLRequest={forged}", query(None)), twice),
        (in_front(&format!("SAMLRequest={forged}")), twice),
        (in_front(&format!("%53AMLRequest={forged}")), twice),
        (format!("{}&RelayState=y", query(Some("x"))), twice),
        (in_front("Relay%53tate=y"), twice),
        (format!("{}&SigAlg=x", query(None)), twice),
        (format!("{}&Signature=x", query(None)), twice),
        (format!("{}&RelayState=y", query(None)), foreign),
        (query(Some("x")).replace("RelayState=x", "RelayState=y"), foreign),
        (query(Some("x")).replace("RelayState=x", "RelayState="), foreign),
        (without("RelayState"), foreign),
        (without("SigAlg"), unsigned),
        (without("Signature"), unsigned),
        (query(None).replace("rsa-sha256", "rsa-sha512"), foreign),
        (query(None).replace("rsa-sha256", "hmac-sha256"), "algorithm that is not accepted"),
        (query(None).replace("Signature=", "Signature=%2A"), "base64"),
    ] {
        refused(&pages, FAILED, reason, || pages.get(&address));
    }
    // Of two messages the first one is read, and an empty one is none.
    refused(&pages, INVALID, "the message is not deflated", || pages.get(&in_front("SAMLRequest")));
    let mut other = pairs(&query(None));
    other[0] = format!("SAMLRequest={forged}");
    refused(&pages, FAILED, foreign, || pages.get(&format!("/samlsso?{}", other.join("&"))));
}

#[test]
fn the_message_that_is_acted_on_is_the_one_whose_signature_was_verified() {
    let pages = strict();
    let forged_pair = format!("SAMLRequest={}", forged(&pages));
    // An address with a form in its hand: the address was signed, the form is not looked at.
    let address = signed_query(&pages, None);
    let begun = pages.send_from(1, pages.request("GET", &address, forged_pair));
    assert!(begun.location().starts_with(LOGIN_PAGE));
    assert_eq!(answer(&send_form(&pages, &begun, OLD)).destination.as_deref(), Some(ACS));
    pages.forget_cookies();
    // A form whose address was signed: the signature would have to be in the message.
    let address = signed_query(&pages, None);
    let own = posted(&request(&pages, "https://sp.example/other"));
    refused(&pages, FAILED, "the message is not signed", || pages.post(&address, &[("SAMLRequest", &own)]));
    // A signature in the message does not make up for one in the address.
    let inside = form_urlencoded::Serializer::new(String::new())
        .append_pair("SAMLRequest", &deflated(&signed(request(&pages, ACS))))
        .finish();
    refused(&pages, FAILED, "the message is not signed", || pages.get(&format!("/samlsso?{inside}")));
}

#[test]
fn a_session_that_was_not_begun_here_cannot_be_brought_along() {
    let pages = strict();
    let planted = session::Kind::Browser.new_id();
    pages.cookies.borrow_mut().insert("commonAuthId".into(), planted.reveal().to_owned());
    let begun = post(&pages, &signed(request(&pages, ACS)));
    assert!(begun.location().starts_with(LOGIN_PAGE));
    assert!(answer(&send_form(&pages, &begun, OLD)).success);
    assert_ne!(pages.cookies.borrow()["commonAuthId"], planted.reveal(), "a login makes a new one");
}
