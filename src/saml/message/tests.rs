use super::*;

const AT: &str = "IssueInstant='2017-01-16T08:30:00Z'";
const NAMES: &str =
    "xmlns:p='urn:oasis:names:tc:SAML:2.0:protocol' xmlns:s='urn:oasis:names:tc:SAML:2.0:assertion'";

fn read(text: &str) -> Result<Asked, Unreadable> {
    Message::read(text).map(|message| message.asked)
}

fn request(attributes: &str, inner: &str) -> String {
    format!("<p:AuthnRequest {NAMES} {attributes}>{inner}</p:AuthnRequest>")
}

#[test]
fn a_request_says_who_asks_and_for_what() {
    let text = request(
        &format!(
            "ID='_1' Version='2.0' {AT} Destination='https://idp/samlsso' ForceAuthn='1' IsPassive='false' AssertionConsumerServiceURL=' https://sp/acs '"
        ),
        "<s:Issuer> sp.example </s:Issuer><s:Subject><s:NameID>tom</s:NameID></s:Subject>",
    );
    let expected = AuthnRequest {
        id: "_1".into(),
        issuer: "sp.example".into(),
        issued_at: 1_484_555_400_000,
        destination: Some("https://idp/samlsso".into()),
        consumer_url: Some("https://sp/acs".into()),
        force: true,
        passive: false,
        subject: Some("tom".into()),
    };
    assert_eq!(read(&text), Ok(Asked::SignIn(expected)));
}

#[test]
fn what_is_not_a_message_of_saml_2_is_refused() {
    let good = format!("ID='_1' Version='2.0' {AT}");
    let issuer = "<s:Issuer>sp</s:Issuer>";
    for (text, why) in [
        (request(&format!("ID='_1' Version='1.1' {AT}"), issuer), "the message is not of SAML 2.0"),
        (request(&format!("Version='2.0' {AT}"), issuer), "the message lacks an ID"),
        (request("ID='_1' Version='2.0'", issuer), "the message lacks the time it was made"),
        (request(&good, ""), "the message lacks an issuer"),
        (request(&good, "<s:Issuer> </s:Issuer>"), "the message lacks an issuer"),
        (request(&good, &issuer.repeat(2)), "the message lacks an issuer"),
        (
            request(&good, "<s:Issuer Format='urn:other'>sp</s:Issuer>"),
            "the message must not have an issuer of another format",
        ),
        (
            request(&good, &format!("{issuer}<s:Subject><s:SubjectConfirmation/></s:Subject>")),
            "the message must not have a subject confirmation",
        ),
        ("<AuthnRequest/>".to_owned(), "the message is a AuthnRequest, which nobody sends here"),
        (
            format!("<p:ArtifactResolve {NAMES} Version='2.0'/>"),
            "the message is a ArtifactResolve, which nobody sends here",
        ),
        ("<!DOCTYPE x><x/>".to_owned(), "a document type is not allowed"),
    ] {
        assert_eq!(read(&text).unwrap_err().to_string(), why);
    }
}

#[test]
fn a_logout_request_names_the_user_and_his_sessions() {
    let text = format!(
        "<p:LogoutRequest {NAMES} ID='_2' Version='2.0' {AT} NotOnOrAfter='2017-01-16T08:35:00Z'><s:Issuer>sp</s:Issuer>\
         <s:NameID>tom</s:NameID><p:SessionIndex>1</p:SessionIndex><p:SessionIndex>2</p:SessionIndex></p:LogoutRequest>"
    );
    let Ok(Asked::SignOut(request)) = read(&text) else { panic!("{:?}", read(&text)) };
    assert_eq!((request.name_id.as_str(), request.session_indexes), ("tom", vec!["1".into(), "2".into()]));
    assert_eq!(request.expires_at, Some(1_484_555_700_000));
    let nobody = text.replace("<s:NameID>tom</s:NameID>", "");
    assert_eq!(read(&nobody), Err(Unreadable::Lacks("the name of the user")));
}
