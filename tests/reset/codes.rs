//! D. The one-time password, mailed or handed over.

use crate::support::caller::{LOCKED, OTP};
use crate::support::visitor::{Page, encoded, parameter, piece};
use crate::support::world::{BY_OTP, LINK, NEW, OFFLINE, OLD, TOM, World};

fn is_code(text: &str) -> bool {
    text.len() == 6 && text.chars().all(|c| c.is_ascii_uppercase() || c.is_ascii_digit())
}

/// A world in which tom has a code, and the code.
fn handed_over() -> (World, String) {
    let world = World::new(&[OFFLINE]);
    world.admin().trigger(TOM);
    let code = world.admin().single_claim(TOM, OTP).unwrap();
    (world, code)
}

// D47
#[test]
fn the_mail_holds_a_code_and_the_claim_does_not() {
    let world = World::new(&[BY_OTP]);
    let admin = world.admin();
    admin.trigger(TOM);
    let code = world.mailed_otp();
    assert!(is_code(&code), "{code}");
    assert_eq!(world.stored("SELECT scenario FROM recovery"), "ADMIN_FORCED_PASSWORD_RESET_VIA_OTP");
    assert_eq!(admin.single_claim(TOM, OTP).filter(|value| !value.is_empty()), None);
    assert_eq!(admin.claim(TOM, OTP).filter(|value| !value.is_empty()), None);
}

// D48, D54
#[test]
fn the_code_leads_through_the_login_form_to_the_new_password() {
    for option in [BY_OTP, OFFLINE] {
        let world = World::new(&[option]);
        let admin = world.admin();
        admin.trigger(TOM);
        let code = if option == BY_OTP { world.mailed_otp() } else { admin.single_claim(TOM, OTP).unwrap() };
        let mut browser = world.browser();
        let answer = browser.log_in(TOM, &code);
        let address = answer.location().to_owned();
        let start = format!("{}/accountrecoveryendpoint/confirmrecovery.do?", world.public_url());
        assert!(address.starts_with(&start), "{address}");
        assert_eq!(piece(&address, "confirmation"), Some(code.as_str()), "{address}");
        let page = browser.follow(&answer);
        assert!(page.text().contains("Enter New Password"), "{}", page.text());
        assert!(browser.choose(&page, NEW).text().contains("Updated the password successfully"));
        assert!(world.lets_in(TOM, NEW));
        world.assert_refused(TOM, OLD);
        world.assert_refused(TOM, &code);
    }
}

/// Whoever copies it from a mail has a blank or the end of the line with it.
#[test]
fn a_code_may_be_pasted_with_blanks_around_it() {
    let world = World::new(&[OFFLINE]);
    let admin = world.admin();
    admin.trigger(TOM);
    let code = admin.single_claim(TOM, OTP).unwrap();
    for pasted in [format!("{code} "), format!(" {code}"), format!("\t{code}\n")] {
        let answer = world.browser().log_in(TOM, &pasted);
        assert_eq!(piece(answer.location(), "confirmation"), Some(code.as_str()), "{pasted:?}");
    }
    let mut browser = world.browser();
    let answer = browser.log_in(TOM, &format!("{code} "));
    let page = browser.follow(&answer);
    assert!(browser.choose(&page, NEW).text().contains("Updated the password successfully"));
    assert!(world.lets_in(TOM, NEW));
}

// D49
#[test]
fn the_profile_shows_the_code_once_its_claim_is_supported_by_default() {
    let world = World::empty(|_| {});
    let admin = world.admin();
    let payload = format!(
        "<c:updateLocalClaim xmlns:c=\"http://org.apache.axis2/xsd\"><c:localClaim \
         xmlns:d=\"http://dto.mgt.metadata.claim.identity.carbon.wso2.org/xsd\"><d:attributeMappings>\
         <d:attributeName>oneTimePassword</d:attributeName><d:userStoreDomain>PRIMARY</d:userStoreDomain>\
         </d:attributeMappings><d:claimProperties><d:propertyName>DisplayName</d:propertyName>\
         <d:propertyValue>One Time Password</d:propertyValue></d:claimProperties><d:claimProperties>\
         <d:propertyName>SupportedByDefault</d:propertyName><d:propertyValue>true</d:propertyValue>\
         </d:claimProperties><d:localClaimURI>{OTP}</d:localClaimURI></c:localClaim></c:updateLocalClaim>"
    );
    admin.done("ClaimMetadataManagementService", "updateLocalClaim", &payload);
    admin.add_user(TOM, OLD, &[]);
    world.options(&[OFFLINE]);
    admin.trigger(TOM);
    let payload = format!(
        "<mgt:getUserProfile><mgt:username>{TOM}</mgt:username><mgt:profileName>default</mgt:profileName>\
         </mgt:getUserProfile>"
    );
    let profile = admin.results("UserProfileMgtService", "getUserProfile", &payload);
    let field = profile[0]
        .children
        .iter()
        .find(|field| field.value("claimUri") == Some(OTP))
        .expect("the claim is part of the profile");
    assert_eq!(field.value("displayName"), Some("One Time Password"));
    assert!(is_code(field.value("fieldValue").unwrap()));
}

/// The steps of the original's own test, with its way of reading answers: addresses are cut at `&`, the header is looked
/// for as `Location`, pages are searched for a line, and the reset form is posted to the address of the page.
// D50
#[test]
fn the_conversation_of_the_originals_test_works_step_by_step() {
    let (world, code) = handed_over();
    assert_eq!(world.admin().claim(TOM, LOCKED).as_deref(), Some("true"));
    let mut browser = world.browser();
    let log_in = |browser: &mut crate::support::visitor::Browser, password: &str| {
        // It follows redirects of pages it opens, and none of forms it sends.
        let mut page = browser.open("/dashboard");
        while page.status == 302 {
            let address = page.location().to_owned();
            page = browser.open(&address);
        }
        let text = page.text();
        let line = text.lines().rfind(|line| line.contains("SAMLRequest")).expect("a line with SAMLRequest");
        let element = line.split('\'').next().unwrap();
        assert!(element.starts_with("<input ") && element.ends_with("/>"), "{element}");
        let request = element.split_once("value=\"").unwrap().1.split('"').next().unwrap();
        let begun = browser.post("/samlsso", &[("SAMLRequest", request)]);
        assert_eq!(begun.status, 302);
        let key = piece(begun.location(), "sessionDataKey").expect("a conversation").to_owned();
        let pairs = [
            ("username", TOM),
            ("password", password),
            ("sessionDataKey", key.as_str()),
            ("tocommonauth", "true"),
        ];
        browser.post("/samlsso", &pairs)
    };
    let refused = log_in(&mut browser, OLD);
    assert_eq!(refused.status, 302);
    assert_eq!(piece(refused.location(), "authFailureMsg"), Some("login.fail.message"));

    let redeemed = log_in(&mut browser, &code);
    assert_eq!(redeemed.status, 302);
    let address = redeemed.location().to_owned();
    assert!(address.contains("confirmrecovery.do"));
    assert_eq!(piece(&address, "confirmation"), Some(code.as_str()));

    let page = browser.open(&address);
    assert_eq!(page.status, 200);
    assert!(page.text().lines().any(|line| line.contains("Enter New Password")));

    let target = format!(
        "{}&reset-password=AbNew@123&reset-password2=AbNew@123",
        address.replace("confirmrecovery.do", "completepasswordreset.do")
    );
    let done = browser.post(&target, &[("reset-password", NEW), ("reset-password2", NEW)]);
    assert_eq!(done.status, 200);
    assert!(done.text().lines().any(|line| line.contains("Updated the password successfully")));

    let entered = log_in(&mut browser, NEW);
    assert_eq!(entered.status, 200, "{}", entered.text());
    let text = entered.text();
    let line = text.lines().rfind(|line| line.contains("SAMLResponse")).expect("a line with SAMLResponse");
    let tokens: Vec<&str> = line.split('\'').collect();
    let taken = browser.post("/dashboard/acs", &[("SAMLResponse", tokens[5])]);
    assert_eq!(taken.status, 302, "{}", taken.text());
    let referer = format!("{}/dashboard/acs", world.public_url());
    let target = taken.location().strip_prefix(world.public_url()).unwrap().to_owned();
    let home = browser.send("GET", &target, &[("Referer", &referer)], "");
    assert_eq!(home.status, 200);
    assert!(home.text().lines().any(|line| line.contains(TOM) && !line.starts_with('\'')));
}

// D51
#[test]
fn the_old_password_is_refused_like_any_wrong_one_with_locking_on_or_off() {
    for locking in ["false", "true"] {
        let world = World::new(&[BY_OTP]);
        world.admin().configure(&[("account.lock.handler.enable", locking)]);
        world.admin().trigger(TOM);
        world.assert_refused(TOM, OLD);
    }
}

// D52
#[test]
fn the_letter_case_of_the_code_counts() {
    // A code of digits only has no other case; three tries are enough to get a letter.
    for _ in 0..3 {
        let (world, code) = handed_over();
        if code.to_lowercase() != code {
            world.assert_refused(TOM, &code.to_lowercase());
            world.redeem(&mut world.browser(), TOM, &code).form("passwordResetForm");
            return;
        }
    }
    panic!("three codes without a letter");
}

// D53
#[test]
fn the_redirect_names_user_store_and_tenant_apart() {
    let (world, code) = handed_over();
    let answer = world.browser().log_in(TOM, &code);
    let of = |name| parameter(answer.location(), name);
    assert_eq!(of("username").as_deref(), Some(TOM));
    assert_eq!(of("userstoredomain").as_deref(), Some("PRIMARY"));
    assert_eq!(of("tenantdomain").as_deref(), Some("carbon.super"));
    assert_eq!(of("isSaaSApp").as_deref(), Some("true"));
    assert_eq!(of("confirmation").as_deref(), Some(code.as_str()));
}

// D55
#[test]
fn a_service_call_cannot_redeem_the_code_and_does_not_use_it_up() {
    let (world, code) = handed_over();
    let call = |password: &str| {
        let tom = world.caller(TOM, password);
        tom.call("UserProfileMgtService", "isReadOnlyUserStore", "<mgt:isReadOnlyUserStore/>")
    };
    let (with_code, with_nonsense) = (call(&code), call("Nonsense@1"));
    assert_eq!(with_code.status, with_nonsense.status);
    assert_eq!(with_code.text(), with_nonsense.text());
    assert!(!world.caller(TOM, &code).is_known() && !world.caller(TOM, OLD).is_known());
    let payload = format!(
        "<aut:login><aut:username>{TOM}</aut:username><aut:password>{code}</aut:password>\
         <aut:remoteAddress>127.0.0.1</aut:remoteAddress></aut:login>"
    );
    let answer = world.caller(TOM, &code).done("AuthenticationAdmin", "login", &payload).unwrap();
    assert_eq!(answer.find("return").unwrap().text, "false");
    world.redeem(&mut world.browser(), TOM, &code).form("passwordResetForm");
}

// D56
#[test]
fn a_used_code_is_gone_from_the_claims() {
    let (world, code) = handed_over();
    let mut browser = world.browser();
    let page = world.redeem(&mut browser, TOM, &code);
    browser.choose(&page, NEW);
    let admin = world.admin();
    assert_eq!(admin.single_claim(TOM, OTP).filter(|value| !value.is_empty()), None);
    assert_eq!(admin.claim(TOM, OTP).filter(|value| !value.is_empty()), None);
    assert_eq!(admin.claim(TOM, LOCKED).as_deref(), Some("false"));
}

// D57
#[test]
fn neither_the_code_nor_the_old_password_can_be_the_new_one() {
    let (world, code) = handed_over();
    let mut browser = world.browser();
    let page = world.redeem(&mut browser, TOM, &code);
    for password in [code.as_str(), OLD] {
        let answer = browser.choose(&page, password);
        let again = Page { address: page.address.clone(), answer };
        again.form("passwordResetForm");
        assert!(!again.text().contains("Updated the password successfully"));
        assert!(again.text().contains("server-error-msg"), "{}", again.text());
    }
    assert!(browser.choose(&page, NEW).text().contains("Updated the password successfully"));
}

// decision 20
#[test]
fn using_the_link_takes_the_published_code_away() {
    let world = World::new(&[LINK, OFFLINE]);
    let admin = world.admin();
    admin.trigger(TOM);
    let (link, code) = (world.mailed_link(), admin.single_claim(TOM, OTP).unwrap());
    let mut browser = world.browser();
    let page = browser.visit(&link.address);
    browser.choose(&page, NEW);
    assert_eq!(admin.single_claim(TOM, OTP).filter(|value| !value.is_empty()), None);
    world.assert_refused(TOM, &code);
    let stale = encoded(&[("confirmation", &code), ("username", TOM), ("tenantdomain", "carbon.super")]);
    let page = browser.visit(&format!("/accountrecoveryendpoint/confirmrecovery.do?{stale}"));
    assert!(page.try_form("passwordResetForm").is_none());
}
