//! Back to the application after a reset: the conversation with the service provider outlives the new password.

use super::*;

/// tom comes from an application, and the form refuses his password because an administrator forced a reset.
fn refused_at_the_form(pages: &Pages) -> (Element, Page, String) {
    let message = request(pages, ACS);
    let begun = post(pages, &message);
    let refused = send_form(pages, &begun, OLD);
    assert!(is_refused(&refused), "{refused:?}");
    let key = begun.parameter("sessionDataKey");
    assert_eq!(refused.parameter("sessionDataKey"), key, "the same conversation");
    (message, refused, key)
}

/// Back at the form of a service provider, which says nothing of the reason.
fn is_refused(answer: &Page) -> bool {
    answer.location().starts_with("/authenticationendpoint/login.do?")
        && answer.location().ends_with("&authFailure=true&authFailureMsg=login.fail.message")
}

/// Where a page's link to go on leads.
fn way_on(page: &Page) -> String {
    let link = page.body.split("href=\"").find(|part| part.contains(">Continue<"));
    let link = link.unwrap_or_else(|| panic!("no way on: {}", page.body));
    link.split('"').next().unwrap().replace("&#x2F;", "/").replace("&amp;", "&")
}

/// The form of the reset page, sent with a new password.
fn chosen(pages: &Pages, form: &Page) -> Page {
    let names = ["confirmation", "username", "userstoredomain", "tenantdomain", "callback"];
    let fields: Vec<(&str, String)> = names.map(|name| (name, unescaped(&form.field(name)))).to_vec();
    let mut fields: Vec<(&str, &str)> = fields.iter().map(|(name, value)| (*name, value.as_str())).collect();
    fields.extend([("reset-password", NEW), ("reset-password2", NEW)]);
    let done = pages.post(COMPLETE, &fields);
    assert!(done.body.contains("Updated the password successfully"), "{}", done.body);
    done
}

fn unescaped(text: &str) -> String {
    text.replace("&#x2F;", "/").replace("&amp;", "&")
}

/// The answer that the application gets in the end, for the request it made in the beginning.
fn arrives(pages: &Pages, form: &Page, message: &Element) {
    assert!(is_refused(&send_form(pages, form, OLD)), "the old password is gone");
    let carrying = send_form(pages, form, NEW);
    assert!(carrying.body.contains("action='https://sp.example/acs?a=1&amp;b=2'"), "{}", carrying.body);
    assert!(
        carrying.body.contains("name='RelayState' value='there &amp; &#39;back&#39;'"),
        "{}",
        carrying.body
    );
    let response = answer(&carrying);
    assert!(response.success);
    assert_eq!(
        (response.name_id.as_str(), response.in_response_to.as_deref()),
        ("tom", message.attribute("ID"))
    );
}

#[test]
fn a_one_time_password_leads_through_the_reset_page_back_to_the_application() {
    for option in [OTP, OFFLINE] {
        let pages = pages_with(vec![provider()]);
        let tom = pages.force(&[option]);
        let (message, refused, key) = refused_at_the_form(&pages);
        let code = if option == OTP {
            pages.world.mails(&tom)[0].code()
        } else {
            pages.world.claim(&tom, PUBLISHED).unwrap().as_str().into()
        };
        let redeemed = send_form(&pages, &refused, code.reveal());
        let back = format!("{PUBLIC}/samlsso?sessionDataKey={key}");
        assert_eq!(redeemed.parameter("callback"), back);
        let done = chosen(&pages, &pages.get(redeemed.location()));
        assert_eq!(way_on(&done), back);
        // Nobody is signed in by a reset: the form again, of the same conversation.
        let form = pages.get(&back);
        assert_eq!(form.parameter("sessionDataKey"), key);
        arrives(&pages, &form, &message);
        // That was the end of it; he is signed in.
        assert_eq!(pages.get(&back).location(), "/dashboard");
        assert!(pages.get("/dashboard").body.contains("tom"));
    }
}

#[test]
fn a_mailed_link_is_opened_elsewhere_and_the_form_that_waits_takes_the_new_password() {
    let pages = pages_with(vec![provider()]);
    let tom = pages.force(&[LINK]);
    let (message, refused, _) = refused_at_the_form(&pages);
    let waiting = pages.cookies.replace(BTreeMap::new());
    let form = pages.get(&pages.link(&tom));
    assert_eq!(
        unescaped(&form.field("callback")),
        format!("{PUBLIC}/dashboard"),
        "nobody knows of the application there"
    );
    chosen(&pages, &form);
    *pages.cookies.borrow_mut() = waiting;
    arrives(&pages, &refused, &message);
}

#[test]
fn whoever_forgot_his_password_gets_a_link_that_leads_back_to_the_application() {
    let pages = pages_with(vec![provider()]);
    pages.world.set("Recovery.Notification.Password.Enable", "true");
    let message = request(&pages, ACS);
    let begun = post(&pages, &message);
    let back = format!("{PUBLIC}/samlsso?sessionDataKey={}", begun.parameter("sessionDataKey"));
    let form = pages.get(begun.location());
    let offer = form.body.split("<a ").find(|part| part.contains("passwordRecoverLink")).unwrap();
    let offer = offer.split("href=\"").nth(1).unwrap().split('"').next().unwrap();
    let page = pages.get(&unescaped(offer));
    assert_eq!(unescaped(&page.field("callback")), back);
    let sent = pages.post(
        "/accountrecoveryendpoint/verify.do",
        &[("username", "tom"), ("recoveryOption", "EMAIL"), ("callback", &back)],
    );
    assert_eq!(way_back(&pages.get(sent.location())), back);
    let tom = pages.world.find("tom");
    // The mail is written behind the answer; a write that comes later waits for it.
    pages.world.write(|_| Ok(()));
    let done = chosen(&pages, &pages.get(&pages.link(&tom)));
    assert_eq!(way_on(&done), back);
    arrives(&pages, &pages.get(&back), &message);
}

fn way_back(page: &Page) -> String {
    let link = page.body.split("href=\"").find(|part| part.contains("sessionDataKey")).unwrap();
    unescaped(link.split('"').next().unwrap())
}

#[test]
fn the_way_back_is_good_for_the_browser_that_came_from_the_application_and_for_an_hour() {
    let pages = pages_with(vec![provider()]);
    let begun = post(&pages, &request(&pages, ACS));
    let back = format!("/samlsso?sessionDataKey={}", begun.parameter("sessionDataKey"));
    let own = pages.cookies.replace(BTreeMap::new());
    // Somebody else's browser, signed in or not, cannot be made to finish it.
    assert!(
        pages.get(&back).location().starts_with("/authenticationendpoint/login.do?"),
        "a script keeps no cookies"
    );
    assert!(pages.gets_in("tom", OLD));
    assert_eq!(pages.get(&back).location(), "/dashboard", "nothing of the application");
    assert_eq!(count(&pages, "sso_participant"), 0);
    *pages.cookies.borrow_mut() = own;
    assert_eq!(pages.get(&back).parameter("sessionDataKey"), begun.parameter("sessionDataKey"));
    for wrong in ["", "x", "..%2F..%2Fcarbon", "https%3A%2F%2Fevil.example"] {
        let answer = pages.get(&format!("/samlsso?sessionDataKey={wrong}"));
        assert_eq!(answer.location(), "/dashboard", "{wrong}");
    }
    forget_conversations(&pages);
    assert_eq!(pages.get(&back).location(), "/dashboard");
}

/// What housekeeping does after an hour.
fn forget_conversations(pages: &Pages) {
    let now = pages.world.now().0;
    pages.world.write(move |tx| Ok(crate::store::login_context::delete_older(tx, now + 1)?));
}

// L119
#[test]
fn after_a_reset_that_took_longer_than_the_conversation_the_way_on_is_a_fresh_login_page() {
    let pages = pages_with(vec![provider()]);
    let tom = pages.force(&[OTP]);
    let (_, refused, _) = refused_at_the_form(&pages);
    let redeemed = send_form(&pages, &refused, pages.world.mails(&tom)[0].code().reveal());
    let form = pages.get(redeemed.location());
    forget_conversations(&pages);
    let done = chosen(&pages, &form);
    assert_eq!(pages.get(&way_on(&done)).location(), "/dashboard");
    let fresh = pages.post("/samlsso", &[("SAMLRequest", &own_request(&pages))]);
    assert!(!fresh.location().contains("authFailure"), "{}", fresh.location());
    assert!(pages.get(fresh.location()).body.contains("id=\"loginForm\""));
    assert!(send_form(&pages, &fresh, NEW).body.contains("name='SAMLResponse'"));
}
