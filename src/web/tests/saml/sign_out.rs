//! Signing out by messages, and who is told of it.

use super::*;

#[test]
fn signing_out_at_one_ends_the_session_and_the_others_are_to_be_told() {
    let second = ServiceProvider { issuer: "second".into(), ..provider() };
    let pages = pages_with(vec![provider(), second]);
    assert!(pages.gets_in("tom", OLD));
    let response = answer(&post(&pages, &request(&pages, ACS)));
    let other = saml::authn_request(pages.world.now().0, "second", PUBLIC, ACS).unwrap();
    assert!(answer(&post(&pages, &other)).success);
    let index = response.session_index.unwrap();
    let said = |page: &Page| {
        let text = binding::decode(Binding::Post, &carried(page, "SAMLResponse")).unwrap();
        let message = Message::read(&text).unwrap();
        message.verify(&signer().public()).unwrap();
        match message.asked {
            Asked::SignedOut(answer) => answer.success,
            other => panic!("{other:?}"),
        }
    };
    // Neither the name of another user nor another session.
    assert!(!said(&post(&pages, &logout(&pages, "admin", &index, None))));
    assert!(!said(&post(&pages, &logout(&pages, "tom", "guess", None))));
    assert_eq!(pages.get("/dashboard").status, 200);
    let right = logout(&pages, "tom", &index, None);
    assert!(pages.keeping_cookies(|| said(&post(&pages, &right))));
    assert!(post(&pages, &right).location().starts_with(NOTICE));
    assert_eq!(pages.get("/dashboard").status, 302);
    let told = pages.world.read(|tx: &mut Tx<'_>| {
        let sql = "SELECT p.issuer FROM logout_notice n JOIN service_provider p ON p.id = n.provider_id";
        Ok(tx.query(sql, &[], |row| row.text(0))?)
    });
    assert_eq!(told, ["second"]);
}

#[test]
fn the_dashboard_signs_out_by_messages() {
    let pages = Pages::new();
    assert!(pages.gets_in("tom", OLD));
    let page = pages.get("/dashboard/samlsso.jag?logout=true");
    let message = page.field("SAMLRequest");
    let answered = pages.keeping_cookies(|| pages.post("/samlsso", &[("SAMLRequest", &message)]));
    let back = pages.post("/dashboard/acs", &[("SAMLResponse", &carried(&answered, "SAMLResponse"))]);
    assert_eq!(back.location(), "/dashboard");
    assert_eq!(pages.get("/dashboard").status, 302);
}

#[test]
fn a_forced_reset_is_told_to_those_where_the_user_is_signed_in() {
    let pages = pages_with(vec![provider()]);
    assert!(pages.gets_in("tom", OLD));
    assert!(answer(&post(&pages, &request(&pages, ACS))).success);
    assert_eq!(count(&pages, "logout_notice"), 0);
    pages.force(&[OTP]);
    assert_eq!(count(&pages, "logout_notice"), 1);
}
