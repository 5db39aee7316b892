//! `IdentityGovernanceAdminService`: connectors as they are shown, and changes of one, several or unknown policies.

use crate::support::caller::{Caller, LOGIN};
use crate::support::client::release_all;
use crate::support::tree::Element;
use crate::support::world::{OLD, World};

const SERVICE: &str = "IdentityGovernanceAdminService";
const MANAGE: &str = "/permission/admin/manage";
const GET: &str = "<gov:getConnectorList/>";
const EXPIRY: &str = "Recovery.ExpiryTime";
const OPTIONS: [&str; 3] = [
    "Recovery.AdminPasswordReset.RecoveryLink",
    "Recovery.AdminPasswordReset.OTP",
    "Recovery.AdminPasswordReset.Offline",
];

fn connectors(caller: &Caller) -> Vec<Element> {
    caller.results(SERVICE, "getConnectorList", GET)
}

/// Every policy that is shown, with its value.
fn policies(caller: &Caller) -> Vec<(String, String)> {
    let list = connectors(caller);
    let properties = list.iter().flat_map(|connector| connector.all("properties"));
    let text = |property: &Element, name: &str| property.value(name).unwrap_or_default().to_owned();
    properties.map(|property| (text(property, "name"), text(property, "value"))).collect()
}

fn policy(caller: &Caller, name: &str) -> Option<String> {
    policies(caller).into_iter().find(|(known, _)| known == name).map(|(_, value)| value)
}

/// What the resident provider says of a key.
fn kept(caller: &Caller, name: &str) -> Option<String> {
    let found = caller.results("IdentityProviderMgtService", "getResidentIdP", "<idp:getResidentIdP/>");
    let properties = found.iter().flat_map(|resident| resident.all("idpProperties"));
    let named = properties.into_iter().find(|one| one.value("name") == Some(name));
    named.map(|one| one.value("value").unwrap_or_default().to_owned())
}

/// The text and the number of details of a refusal.
fn refused(caller: &Caller, values: &[(&str, &str)]) -> (String, usize) {
    let fault = caller.fault(SERVICE, "updateConfigurations", &Caller::configurations(values));
    (fault.text.clone(), fault.detail.len())
}

// 6
#[test]
fn both_operations_want_the_permission_to_manage() {
    let world = World::empty(|_| {});
    let admin = world.admin();
    for name in ["plain", "keeper", "manager"] {
        admin.add_user(name, OLD, &[]);
    }
    admin.add_role("plain", &["plain"], &[LOGIN]);
    admin.add_role("keepers", &["keeper"], &[LOGIN, "/permission/admin/manage/identity"]);
    admin.add_role("managers", &["manager"], &[LOGIN, MANAGE]);
    let change = Caller::configurations(&[(EXPIRY, "7")]);
    for name in ["plain", "keeper"] {
        let caller = world.caller(name, OLD);
        for (operation, payload) in [("getConnectorList", GET), ("updateConfigurations", change.as_str())] {
            assert_eq!(caller.fault(SERVICE, operation, payload).local_code(), "50978", "{name} {operation}");
        }
    }
    assert_eq!(policy(&admin, EXPIRY).as_deref(), Some("1440"), "nothing changed");
    let manager = world.caller("manager", OLD);
    manager.configure(&[(EXPIRY, "7")]);
    assert_eq!(policy(&manager, EXPIRY).as_deref(), Some("7"));
}

// 116
#[test]
fn a_fresh_server_shows_nine_connectors_with_their_defaults() {
    let world = World::empty(|_| {});
    let list = connectors(&world.admin());
    let shown: Vec<(&str, &str, usize)> = list
        .iter()
        .map(|one| {
            assert_eq!((one.value("order"), one.value("subCategory")), (Some("0"), Some("DEFAULT")));
            let text = |name| one.value(name).unwrap_or_default();
            (text("friendlyName"), text("category"), one.all("properties").len())
        })
        .collect();
    let (login, password, account) = ("Login Policies", "Password Policies", "Account Management Policies");
    assert_eq!(
        shown,
        [
            ("Account Locking", login, 4),
            ("Captcha for SSO Login", login, 2),
            ("Password History", password, 2),
            ("Password Patterns", password, 5),
            ("Lock Idle Accounts", account, 3),
            ("Account Recovery", account, 10),
            ("User Self Registration", account, 4),
            ("User Onboarding", account, 3),
            ("Password Reset", account, 3),
        ]
    );
    let defaults = policies(&world.admin());
    assert_eq!(defaults.len(), 36);
    for (name, value) in [
        ("passwordPolicy.min.length", "6"),
        ("passwordPolicy.max.length", "12"),
        ("suspension.notification.delays", "30,45,60,75"),
        ("SelfRegistration.LockOnCreation", "true"),
        ("EmailVerification.Enable", "false"),
        (EXPIRY, "1440"),
    ] {
        assert!(defaults.contains(&(name.to_owned(), value.to_owned())), "{name}");
    }
    let names: Vec<&str> = defaults.iter().rev().take(3).rev().map(|(name, _)| name.as_str()).collect();
    assert_eq!(names, OPTIONS, "in that order");
}

// 117, 118, 119, 120
#[test]
fn listed_policies_change_the_last_of_a_name_counts_and_unknown_ones_are_kept_unseen() {
    let world = World::empty(|_| {});
    let admin = world.admin();
    let before = policies(&admin);
    admin.configure(&[("account.lock.handler.Time", "1"), ("account.lock.handler.Time", "30")]);
    for (name, value) in policies(&admin) {
        let expected = if name == "account.lock.handler.Time" { Some("30") } else { None };
        let was = before.iter().find(|(known, _)| *known == name).map(|(_, value)| value.as_str());
        assert_eq!(Some(value.as_str()), expected.or(was), "{name}");
    }
    admin.configure(&OPTIONS.map(|option| (option, "true")));
    assert!(OPTIONS.iter().all(|option| policy(&admin, option).as_deref() == Some("true")));
    admin.configure(&[("some.other.key", "v")]);
    assert_eq!(kept(&admin, "some.other.key").as_deref(), Some("v"));
    assert_eq!(policy(&admin, "some.other.key"), None);
}

// 121, 122
#[test]
fn a_refused_request_stores_nothing_of_it_and_an_empty_one_changes_nothing() {
    let world = World::empty(|_| {});
    let admin = world.admin();
    let before = (policies(&admin), kept(&admin, "SessionIdleTimeout"));
    let timeout = "SessionIdleTimeout of ResidentIdP should be a numeric value greater than 0 ";
    let long = "x".repeat(256);
    let too_long = "Error occurred while updating Identity Provider information  for tenant -1234";
    for (name, value, text) in [("SessionIdleTimeout", "0", timeout), ("my.key", long.as_str(), too_long)] {
        assert_eq!(refused(&admin, &[(EXPIRY, "7"), (name, value)]).0, text);
        assert_eq!((policies(&admin), kept(&admin, "SessionIdleTimeout")), before);
    }
    admin.configure(&[]);
    assert_eq!((policies(&admin), kept(&admin, "SessionIdleTimeout")), before);
}

// 123, 124
#[test]
fn a_change_survives_restarts_and_a_missing_policy_is_shown_with_its_default() {
    let mut world = World::empty(|_| {});
    world.admin().configure(&[(EXPIRY, "7"), ("passwordHistory.count", "9")]);
    world.restart();
    assert_eq!(policy(&world.admin(), EXPIRY).as_deref(), Some("7"));
    let database = rusqlite::Connection::open(world.settings.data_dir.join("soapstone.db")).unwrap();
    let removed =
        database.execute("DELETE FROM idp_property WHERE name = 'passwordHistory.count'", []).unwrap();
    assert_eq!(removed, 1);
    drop(database);
    let admin = world.admin();
    assert_eq!(policy(&admin, "passwordHistory.count").as_deref(), Some("5"));
    assert!(connectors(&admin).iter().all(|one| one.all("properties").iter().all(|shown| !shown.is_nil())));
    admin.configure(&[("passwordHistory.count", "8")]);
    assert_eq!(policy(&admin, "passwordHistory.count").as_deref(), Some("8"));
}

// 145
#[test]
fn of_ten_who_change_ten_policies_at_once_everybody_has_his_way() {
    let world = World::empty(|_| {});
    let admin = world.admin();
    let names: Vec<String> = policies(&admin)
        .into_iter()
        .filter(|(name, value)| name != EXPIRY && value.parse::<u32>().is_ok())
        .map(|(name, _)| name)
        .chain((0..10).map(|number| format!("own.key.{number}")))
        .take(10)
        .collect();
    for round in 100..110 {
        let value = round.to_string();
        let hold = |name: &String| {
            let payload = Caller::configurations(&[(name, value.as_str())]);
            admin.hold("IdentityGovernanceAdminService", "updateConfigurations", &payload)
        };
        for answer in release_all(names.iter().map(hold).collect()) {
            assert_eq!(answer.status, 200, "{}", answer.text());
        }
        for name in &names {
            assert_eq!(kept(&admin, name).as_deref(), Some(value.as_str()), "round {round}: {name}");
        }
    }
}

// 140, 143
#[test]
fn a_new_tenant_begins_with_the_defaults_whatever_was_changed_before() {
    let world = World::empty(|_| {});
    let admin = world.admin();
    let defaults = policies(&admin);
    let types = |caller: &Caller| {
        let payload = "<e:getEmailTemplateTypes xmlns:e=\"http://mgt.email.carbon.wso2.org\"/>";
        caller.results("I18nEmailMgtConfigService", "getEmailTemplateTypes", payload).len()
    };
    admin.configure(&[(EXPIRY, "7"), (OPTIONS[0], "true"), ("SessionIdleTimeout", "44"), ("own.key", "v")]);
    let delete = "<e:deleteEmailTemplateType xmlns:e=\"http://mgt.email.carbon.wso2.org\">\
                  <e:emailTemplateDisplayName>AccountLock</e:emailTemplateDisplayName></e:deleteEmailTemplateType>";
    admin.done("I18nEmailMgtConfigService", "deleteEmailTemplateType", delete);
    assert_eq!(types(&admin), 16);
    let acme = world.tenant_with_tom("acme.example", &[]);
    assert_eq!(policies(&acme), defaults);
    assert_eq!(types(&acme), 17);
    assert_eq!(kept(&acme, "SessionIdleTimeout").as_deref(), Some("15"));
    assert_eq!(kept(&acme, "own.key"), None);
    let resident = |caller: &Caller| {
        caller.results("IdentityProviderMgtService", "getResidentIdP", "<idp:getResidentIdP/>").remove(0)
    };
    assert_eq!(resident(&acme).value("identityProviderName"), Some("LOCAL"));
    // And from then on each changes its own.
    acme.configure(&[(EXPIRY, "99")]);
    assert_eq!(policy(&admin, EXPIRY).as_deref(), Some("7"));
    admin.configure(&[(EXPIRY, "8")]);
    assert_eq!(policy(&acme, EXPIRY).as_deref(), Some("99"));
}
