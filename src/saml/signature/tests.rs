use super::*;
use crate::saml::SigningKey;
use crate::saml::scratch::{key_of, own_key as key};
use crate::saml::xml::parse;

fn request() -> Element {
    Element::new("samlp", "urn:p", "AuthnRequest")
        .with("ID", "_1")
        .with("Destination", "https://idp.example/samlsso")
        .child(Element::new("saml", "urn:a", "Issuer").text_of("sp"))
        .child(Element::new("saml", "urn:a", "NameID").text_of("tom"))
}

fn signed() -> String {
    text_of(&sign(request(), key().usual(), 1).unwrap())
}

fn verdict(text: &str) -> Result<(), Distrust> {
    verify(&parse(text).unwrap(), &key().public())
}

#[test]
fn what_we_signed_is_verified_also_when_it_was_written_in_another_way() {
    let text = signed();
    assert_eq!(verdict(&text), Ok(()));
    let other = text
        .replace("<saml:Issuer xmlns:saml=\"urn:a\">", "<saml:Issuer   xmlns:saml='urn:a'  >")
        .replace("ID=\"_1\"", "  ID='_1'")
        .replace("sp<", "<!-- harmless -->&#115;p<");
    assert_ne!(text, other);
    assert_eq!(verdict(&format!("<?xml version='1.0'?>\n{other}")), Ok(()));
}

#[test]
fn what_was_changed_or_signed_by_others_is_not() {
    let text = signed();
    assert_eq!(verdict(&text.replace(">tom<", ">admin<")), Err(Distrust::Digest));
    assert_eq!(verdict(&text.replace("https://idp", "https://evil")), Err(Distrust::Digest));
    assert_eq!(verdict(&text_of(&request())), Err(Distrust::Unsigned));
    let digest = text.split("<ds:DigestValue>").nth(1).unwrap().split('<').next().unwrap();
    let other = STANDARD.encode(Algorithm::Sha256.digest(b"something else"));
    assert_eq!(verdict(&text.replace(digest, &other)), Err(Distrust::Key));
    // His certificate is in the message, and is not looked at.
    let evil = key_of("evil.example");
    assert_eq!(verdict(&text_of(&sign(request(), evil.usual(), 1).unwrap())), Err(Distrust::Key));
    let pair = rcgen::KeyPair::generate_rsa_for(&rcgen::PKCS_RSA_SHA256, rcgen::RsaKeySize::_2048).unwrap();
    assert_eq!(SigningKey::new(&pair.serialize_der(), key().certificate()).unwrap_err(), BadKey::Mismatch);
}

#[test]
fn a_wrapped_signature_says_nothing_of_what_is_around_it() {
    let text = signed();
    let signature = {
        let start = text.find("<ds:Signature ").unwrap();
        let end = text.find("</ds:Signature>").unwrap() + "</ds:Signature>".len();
        text[start..end].to_owned()
    };
    let evil = "<samlp:AuthnRequest xmlns:samlp=\"urn:p\" ID=\"_2\"><saml:NameID xmlns:saml=\"urn:a\">admin</saml:NameID>";
    let end = "</samlp:AuthnRequest>";
    // The signed message inside a new one, with and without its signature moved out of it.
    assert_eq!(verdict(&format!("{evil}{text}{end}")), Err(Distrust::Unsigned));
    let original = text.replace(&signature, "");
    let moved = format!("{evil}{signature}{original}{end}");
    assert_eq!(verdict(&moved), Err(Distrust::Form("it refers to something else")));
    let hidden =
        signature.replace("</ds:Signature>", &format!("<ds:Object>{original}</ds:Object></ds:Signature>"));
    assert_eq!(verdict(&format!("{evil}{hidden}{end}")), Err(Distrust::Form("it refers to something else")));
    // The same name on both is no way around it.
    let same = format!("{}{signature}{original}{end}", evil.replace("_2", "_1"));
    assert!(parse(&same).is_err());
    assert_eq!(
        verdict(&text.replace("</samlp:AuthnRequest>", &format!("{signature}</samlp:AuthnRequest>"))),
        Err(Distrust::Form("several signatures"))
    );
}

#[test]
fn only_what_saml_allows_is_a_signature() {
    let text = signed();
    for (from, to) in [
        (
            "http://www.w3.org/2000/09/xmldsig#enveloped-signature",
            "http://www.w3.org/TR/1999/REC-xpath-19991116",
        ),
        ("URI=\"#_1\"", "URI=\"\""),
        ("URI=\"#_1\"", "URI=\"#_7\""),
        ("URI=\"#_1\"", "URI=\"http://evil.example/\""),
        ("<ds:DigestMethod", "<ds:Other"),
    ] {
        let changed = text.replace(from, to).replace(
            "</ds:DigestMethod>",
            if from.contains("Digest") { "</ds:Other>" } else { "</ds:DigestMethod>" },
        );
        assert_ne!(changed, text, "{from}");
        assert!(matches!(verdict(&changed), Err(Distrust::Form(_))), "{to}: {:?}", verdict(&changed));
    }
    let hmac = text.replace(key().usual().signature_name(), "http://www.w3.org/2000/09/xmldsig#hmac-sha1");
    assert_eq!(verdict(&hmac), Err(Distrust::Algorithm));
}
