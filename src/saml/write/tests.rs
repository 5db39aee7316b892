use super::*;
use crate::saml::key::NAMES;
use crate::saml::scratch::own_key as key;
use crate::saml::{Algorithm, Asked, Manner, Message, Response, text_of};
use std::process::Command;

const NOW: Instant = 1_484_555_400_000;

fn written_response(sign_assertion: bool, sign_response: bool) -> String {
    response_in(Manner::default(), sign_assertion, sign_response)
}

fn response_in(manner: Manner, sign_assertion: bool, sign_response: bool) -> String {
    let key = key();
    let attributes = [("http://wso2.org/claims/role".to_owned(), vec!["a & b".to_owned(), "<ü>".to_owned()])];
    let subject = Subject {
        name_id: "tom@carbon.super",
        format: "urn:oasis:names:tc:SAML:1.1:nameid-format:emailAddress",
        session_index: Some("index"),
        authenticated_at: NOW,
        attributes: &attributes,
    };
    let audiences = ["sp".to_owned(), "carbonServer".to_owned()];
    let bearer = Bearer { audiences: &audiences, recipients: &[], until: NOW + 300_000, readable_by: None };
    let to = Answer {
        issuer: "localhost",
        in_response_to: Some("_1"),
        destination: "https://sp.example/acs?a=1&b=2",
        now: NOW,
    };
    let key = Some(key.with(manner));
    let response =
        response(&to, &subject, &bearer, key.filter(|_| sign_assertion), key.filter(|_| sign_response));
    text_of(&response.unwrap())
}

#[test]
fn a_response_is_read_as_it_was_written() {
    let text = written_response(true, true);
    let message = Message::read(&text).unwrap();
    message.verify(&key().public()).unwrap();
    let Asked::SignedIn(read) = message.asked else { panic!("{text}") };
    let expected = Response {
        id: read.id.clone(),
        issuer: "localhost".into(),
        in_response_to: Some("_1".into()),
        destination: Some("https://sp.example/acs?a=1&b=2".into()),
        success: true,
        name_id: "tom@carbon.super".into(),
        recipients: vec!["https://sp.example/acs?a=1&b=2".into()],
        audiences: vec!["sp".into(), "carbonServer".into()],
        good_from: Some(NOW),
        good_until: Some(NOW + 300_000),
        session_index: Some("index".into()),
    };
    assert_eq!(*read, expected);
    assert!(text.contains("xsi:type=\"xs:string\">a &amp; b<"), "{text}");
}

#[test]
fn a_refusal_says_why_and_signs_nobody_in() {
    let to =
        Answer { issuer: "localhost", in_response_to: Some("_1"), destination: "https://sp/acs", now: NOW };
    let text = text_of(&refusal(&to, Status::NoPassive, "nobody", Some(key().usual())).unwrap());
    let message = Message::read(&text).unwrap();
    message.verify(&key().public()).unwrap();
    let Asked::SignedIn(read) = message.asked else { panic!("{text}") };
    assert!(!read.success && read.name_id.is_empty());
    assert!(text.contains("urn:oasis:names:tc:SAML:2.0:status:NoPassive") && text.contains(">nobody<"));
}

/// Whether xmlsec1 (Debian package) agrees; skipped without it, except where nothing may be.
fn xmlsec1_verifies(text: &str, root: &str) -> Option<bool> {
    let name = new_id().unwrap();
    let file = |ending: &str| std::env::temp_dir().join(format!("{name}.{ending}"));
    let (document, certificate) = (file("xml"), file("pem"));
    std::fs::write(&document, text).unwrap();
    let key = key();
    let lines = key.certificate().as_bytes().chunks(64).map(|line| std::str::from_utf8(line).unwrap());
    let pem = lines.collect::<Vec<_>>().join("\n");
    std::fs::write(&certificate, format!("-----BEGIN CERTIFICATE-----\n{pem}\n-----END CERTIFICATE-----\n"))
        .unwrap();
    let done = Command::new("xmlsec1")
        .args(["--verify", "--enabled-key-data", "rsa", "--pubkey-cert-pem"])
        .arg(&certificate)
        .args(["--id-attr:ID", root, "--id-attr:ID", "urn:oasis:names:tc:SAML:2.0:assertion:Assertion"])
        .arg(&document)
        .output();
    for path in [&document, &certificate] {
        std::fs::remove_file(path).unwrap();
    }
    match done {
        Ok(output) => {
            if !output.status.success() {
                eprintln!("{}", String::from_utf8_lossy(&output.stderr));
            }
            Some(output.status.success())
        }
        Err(_) => {
            assert!(std::env::var_os("SOAPSTONE_TEST_ALL").is_none(), "xmlsec1 is not installed");
            None
        }
    }
}

#[test]
fn xmlsec1_verifies_our_signatures_and_refuses_what_was_changed() {
    let root = "urn:oasis:names:tc:SAML:2.0:protocol:Response";
    for (assertion, whole) in [(true, false), (false, true), (true, true)] {
        let text = written_response(assertion, whole);
        assert_ne!(xmlsec1_verifies(&text, root), Some(false), "{assertion} {whole}: {text}");
        let changed = text.replace(">tom@", ">admin@");
        assert_ne!(xmlsec1_verifies(&changed, root), Some(true), "{changed}");
    }
    let key = key();
    let entity = crate::saml::Entity {
        id: "localhost",
        certificate: Some(key.certificate()),
        sign_on_url: "https://localhost:9443/samlsso",
        logout_url: "https://localhost:9443/samlsso",
        valid_until: NOW,
    };
    let document = entity.document("_1", Some(&key)).unwrap();
    assert_ne!(
        xmlsec1_verifies(&document, "urn:oasis:names:tc:SAML:2.0:metadata:EntityDescriptor"),
        Some(false),
        "{document}"
    );
}

#[test]
fn xmlsec1_verifies_every_manner_of_signing() {
    let root = "urn:oasis:names:tc:SAML:2.0:protocol:Response";
    let safe = || NAMES.iter().filter(|(algorithm, _, _)| *algorithm != Algorithm::Sha1);
    for (signature, digest) in safe().flat_map(|(_, one, _)| safe().map(move |(_, _, other)| (one, other))) {
        let text = response_in(Manner::of(signature, digest), true, true);
        for (element, name) in [("Signature", signature), ("Digest", digest)] {
            let method = format!("<ds:{element}Method Algorithm=\"{name}\">");
            assert_eq!(text.matches(&method).count(), 2, "{method}: {text}");
        }
        assert_ne!(xmlsec1_verifies(&text, root), Some(false), "{signature} {digest}: {text}");
        let changed = text.replace(">tom@", ">admin@");
        assert_ne!(xmlsec1_verifies(&changed, root), Some(true), "{changed}");
        Message::read(&text).unwrap().verify(&key().public()).unwrap();
    }
}

#[test]
fn nothing_is_signed_with_sha1_or_with_what_nobody_knows() {
    for (signature, digest) in [
        ("http://www.w3.org/2000/09/xmldsig#rsa-sha1", "http://www.w3.org/2000/09/xmldsig#sha1"),
        ("http://www.w3.org/2001/04/xmldsig-more#ecdsa-sha512", "md5"),
        ("", ""),
    ] {
        assert_eq!(Manner::of(signature, digest), Manner::default(), "{signature}");
    }
    let text = written_response(true, true);
    assert_eq!(
        (text.matches("#rsa-sha256\"").count(), text.matches("xmlenc#sha256\"").count()),
        (2, 2),
        "{text}"
    );
}

#[test]
fn no_two_messages_have_the_same_name() {
    let (first, second) = (new_id().unwrap(), new_id().unwrap());
    assert!(first != second && first.len() == 40 && first.bytes().all(|one| (b'a'..=b'p').contains(&one)));
}
