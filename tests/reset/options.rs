//! A. Options and configuration.

use crate::support::caller::{Caller, LOCKED, OTP, TRIGGER};
use crate::support::tree::Element;
use crate::support::world::{BY_OTP, LINK, NEW, OFFLINE, OLD, TOM, World};

fn connector(admin: &Caller, friendly_name: &str) -> Element {
    let list = admin.results("IdentityGovernanceAdminService", "getConnectorList", "<gov:getConnectorList/>");
    let found = list.into_iter().find(|connector| connector.value("friendlyName") == Some(friendly_name));
    found.unwrap_or_else(|| panic!("no connector {friendly_name}"))
}

/// Name, value, display name and description of every property.
fn properties(connector: &Element) -> Vec<[String; 4]> {
    let text = |property: &Element, name: &str| property.value(name).unwrap_or("").to_owned();
    let of =
        |property: &Element| ["name", "value", "displayName", "description"].map(|name| text(property, name));
    connector.children.iter().filter(|child| child.name == "properties").map(of).collect()
}

// A1
#[test]
fn a_fresh_server_offers_the_three_options_and_has_none_on() {
    let world = World::empty(|_| {});
    let connector = connector(&world.admin(), "Password Reset");
    assert_eq!(connector.value("category"), Some("Account Management Policies"));
    assert_eq!(connector.value("subCategory"), Some("DEFAULT"));
    assert_eq!(connector.value("order"), Some("0"));
    let expected = [
        [
            "Recovery.AdminPasswordReset.RecoveryLink",
            "false",
            "Enable Password Reset via Recovery Email",
            "User gets notified with a link to reset password",
        ],
        [
            "Recovery.AdminPasswordReset.OTP",
            "false",
            "Enable Password Reset via OTP",
            "User gets notified with a one time password to try with SSO login",
        ],
        [
            "Recovery.AdminPasswordReset.Offline",
            "false",
            "Enable Password Reset Offline",
            "An OTP generated and stored in users claims",
        ],
    ];
    assert_eq!(properties(&connector), expected.map(|row| row.map(str::to_owned)));
}

// A2
#[test]
fn account_locking_has_four_properties_and_is_off() {
    let world = World::empty(|_| {});
    let connector = connector(&world.admin(), "Account Locking");
    let found: Vec<(String, String)> =
        properties(&connector).into_iter().map(|[name, value, ..]| (name, value)).collect();
    let expected = [
        ("account.lock.handler.enable", "false"),
        ("account.lock.handler.On.Failure.Max.Attempts", "5"),
        ("account.lock.handler.Time", "5"),
        ("account.lock.handler.login.fail.timeout.ratio", "2"),
    ];
    assert_eq!(found, expected.map(|(name, value)| (name.to_owned(), value.to_owned())));
}

// A3
#[test]
fn without_an_option_the_claim_is_stored_and_means_nothing() {
    let world = World::new(&[]);
    let admin = world.admin();
    admin.trigger(TOM);
    assert_ne!(admin.claim(TOM, LOCKED).as_deref(), Some("true"));
    assert_eq!(admin.claim(TOM, TRIGGER).as_deref(), Some("true"));
    assert_eq!(world.pending(), "0");
    world.assert_no_mail();
    assert!(world.lets_in(TOM, OLD));
}

// A4
#[test]
fn an_option_that_comes_later_waits_for_the_next_trigger() {
    let world = World::new(&[]);
    world.admin().trigger(TOM);
    world.options(&[LINK]);
    assert!(world.lets_in(TOM, OLD));
    world.admin().trigger(TOM);
    world.assert_refused(TOM, OLD);
}

// A5
#[test]
fn one_property_is_changed_alone_and_at_once() {
    let world = World::empty(|_| {});
    let admin = world.admin();
    let all = || {
        let list =
            admin.results("IdentityGovernanceAdminService", "getConnectorList", "<gov:getConnectorList/>");
        list.iter().flat_map(properties).map(|[name, value, ..]| (name, value)).collect::<Vec<_>>()
    };
    let before = all();
    admin.configure(&[(BY_OTP, "true")]);
    let after = all();
    assert_eq!(before.len(), after.len());
    for ((name, old), (_, new)) in before.iter().zip(&after) {
        let expected = if name == BY_OTP { "true" } else { old };
        assert_eq!(new, expected, "{name}");
    }
}

/// What `getResidentIdP` returned, as the request element of `updateResidentIdP`, with one property changed or all left
/// out.
fn resident_idp_request(admin: &Caller, keep: impl Fn(&str, &str) -> Option<String>) -> String {
    let found = admin.results("IdentityProviderMgtService", "getResidentIdP", "<idp:getResidentIdP/>");
    let idp = found.first().unwrap();
    let mut properties = String::new();
    for property in idp.children.iter().filter(|child| child.name == "idpProperties") {
        let (name, value) = (property.value("name").unwrap(), property.value("value").unwrap_or(""));
        if let Some(value) = keep(name, value) {
            let value = crate::support::caller::escaped(&value);
            properties += &format!(
                "<mod:idpProperties><mod:name>{name}</mod:name><mod:value>{value}</mod:value></mod:idpProperties>"
            );
        }
    }
    let home = idp.value("homeRealmId").unwrap_or("localhost");
    format!(
        "<idp:updateResidentIdP><idp:identityProvider><mod:enable>true</mod:enable>\
         <mod:homeRealmId>{home}</mod:homeRealmId><mod:identityProviderName>LOCAL</mod:identityProviderName>\
         {properties}<mod:primary>true</mod:primary></idp:identityProvider></idp:updateResidentIdP>"
    )
}

// A6
#[test]
fn an_option_set_through_the_resident_identity_provider_applies() {
    let world = World::new(&[]);
    let admin = world.admin();
    let request = resident_idp_request(&admin, |name, value| {
        Some(if name == LINK { "true" } else { value }.to_owned())
    });
    let answer = admin.done("IdentityProviderMgtService", "updateResidentIdP", &request).unwrap();
    assert!(answer.find("return").unwrap().is_nil());
    admin.trigger(TOM);
    assert_eq!(admin.claim(TOM, LOCKED).as_deref(), Some("true"));
    assert_eq!(world.mail().to, ["tom@example.org"]);
    world.assert_refused(TOM, OLD);
}

// A7
#[test]
fn a_resident_identity_provider_without_properties_breaks_nothing() {
    let world = World::new(&[LINK]);
    let admin = world.admin();
    let request = resident_idp_request(&admin, |_, _| None);
    admin.done("IdentityProviderMgtService", "updateResidentIdP", &request);
    admin.set_claims(TOM, &[("http://wso2.org/claims/givenname", "Tom")]);
    admin.add_user("zoe", "Zoe@1234", &[]);
    assert!(world.lets_in(TOM, OLD));
    let connector = connector(&admin, "Password Reset");
    assert_eq!(properties(&connector).len(), 3);
}

// A8
#[test]
fn with_every_option_on_one_mail_goes_out_and_it_carries_the_link() {
    let world = World::new(&[LINK, BY_OTP, OFFLINE]);
    world.admin().trigger(TOM);
    let link = world.mailed_link();
    assert_eq!(link.code.len(), 36);
    world.assert_no_mail();
    assert_eq!(world.stored("SELECT count(*) FROM outbox"), "1");
}

// A9
#[test]
fn with_link_and_offline_the_published_code_really_opens_the_reset_page() {
    let world = World::new(&[LINK, OFFLINE]);
    let admin = world.admin();
    admin.trigger(TOM);
    let link = world.mailed_link();
    let code = admin.single_claim(TOM, OTP).filter(|code| !code.is_empty()).unwrap();
    let mut browser = world.browser();
    let page = world.redeem(&mut browser, TOM, &code);
    assert!(browser.choose(&page, NEW).text().contains("Updated the password successfully"));
    // Each use consumes both.
    assert!(browser.visit(&link.address).try_form("passwordResetForm").is_none());
    assert!(world.lets_in(TOM, NEW));
}

// A10
#[test]
fn with_otp_and_offline_the_mailed_and_the_published_code_are_the_same() {
    let world = World::new(&[BY_OTP, OFFLINE]);
    let admin = world.admin();
    admin.trigger(TOM);
    let code = world.mailed_otp();
    assert_eq!(admin.single_claim(TOM, OTP).as_deref(), Some(code.as_str()));
    let mut browser = world.browser();
    world.redeem(&mut browser, TOM, &code).form("passwordResetForm");
}

// A11
#[test]
fn changing_the_options_leaves_a_pending_reset_alone() {
    let world = World::new(&[LINK]);
    world.admin().trigger(TOM);
    let link = world.mailed_link();
    world.options(&[BY_OTP]);
    world.assert_refused(TOM, OLD);
    let mut browser = world.browser();
    let page = browser.visit(&link.address);
    assert!(browser.choose(&page, NEW).text().contains("Updated the password successfully"));
    assert!(world.lets_in(TOM, NEW));
}
