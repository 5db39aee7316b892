//! Claims of users, one by one and several at once.

use super::*;
use crate::support::caller::TRIGGER;

const MOBILE: &str = "http://wso2.org/claims/mobile";
const UNMAPPED: &str = "org.wso2.carbon.user.core.UserStoreException: Mapped attribute cannot be found for claim : http://none in user store : PRIMARY";

fn value(caller: &Caller, user: &str, claim: &str) -> Option<String> {
    one(caller, "getUserClaimValue", &[("userName", user), ("claim", claim), ("profileName", "default")])
}

/// Everything a user has, as `(claim, value)`, sorted.
fn everything(caller: &Caller, user: &str) -> Vec<(String, String)> {
    let found = results(caller, "getUserClaimValues", &[("userName", user), ("profileName", "default")]);
    let mut all: Vec<(String, String)> = found
        .iter()
        .map(|claim| {
            for unset in ["description", "dialectURI", "displayTag", "regEx"] {
                assert!(claim.child(unset).unwrap().is_nil(), "{unset} is never set");
            }
            for unset in ["required", "supportedByDefault"] {
                assert_eq!(claim.value(unset), Some("false"));
            }
            assert_eq!(claim.value("displayOrder"), Some("0"));
            (claim.value("claimUri").unwrap().to_owned(), claim.value("value").unwrap().to_owned())
        })
        .collect();
    all.sort_unstable();
    all
}

fn has(all: &[(String, String)], claim: &str, value: &str) -> bool {
    all.iter().any(|(known, text)| known == claim && text == value)
}

#[test]
fn one_claim_is_set_appended_to_read_and_removed() {
    let world = World::new(&[]);
    let admin = world.admin();
    let with = |claim: &'static str, value: &'static str| {
        [("userName", TOM), ("claimURI", claim), ("claimValue", value), ("profileName", "default")]
    };
    assert_eq!(value(&admin, TOM, MOBILE), None);
    accepted(&admin, "setUserClaimValue", &with(MOBILE, "1"));
    assert_eq!(value(&admin, TOM, MOBILE).as_deref(), Some("1"));
    assert_eq!(value(&admin, "PRIMARY/TOM", MOBILE).as_deref(), Some("1"));
    accepted(&admin, "addUserClaimValue", &with(MOBILE, "2"));
    assert_eq!(value(&admin, TOM, MOBILE).as_deref(), Some("1,2"));
    accepted(&admin, "addUserClaimValue", &with(MOBILE, "2"));
    assert_eq!(value(&admin, TOM, MOBILE).as_deref(), Some("1,2,2"), "nobody looks for it");
    accepted(&admin, "addUserClaimValue", &with(MOBILE, ""));
    assert_eq!(value(&admin, TOM, MOBILE), None, "an empty value is written as it is");
    accepted(&admin, "addUserClaimValue", &with(MOBILE, "3"));
    assert_eq!(value(&admin, TOM, MOBILE).as_deref(), Some("3"));
    let named = [("userName", TOM), ("claimURI", MOBILE), ("profileName", "default")];
    accepted(&admin, "deleteUserClaimValue", &named);
    assert_eq!(value(&admin, TOM, MOBILE), None);
    accepted(&admin, "deleteUserClaimValue", &named);
    accepted(&admin, "setUserClaimValue", &with(MOBILE, "4"));
    accepted(&admin, "setUserClaimValue", &with(MOBILE, ""));
    assert_eq!(value(&admin, TOM, MOBILE), None, "an empty value removes");
    // Commas part values, except those of names.
    accepted(&admin, "setUserClaimValue", &with(MOBILE, " 5 ,, 6"));
    assert_eq!(value(&admin, TOM, MOBILE).as_deref(), Some("5,6"));
    accepted(&admin, "setUserClaimValue", &with(LAST_NAME, "Smith, John"));
    assert_eq!(value(&admin, TOM, LAST_NAME).as_deref(), Some("Smith, John"));
    // A claim of another dialect means the local one.
    accepted(&admin, "setUserClaimValue", &with("http://axschema.org/namePerson/last", "Sawyer"));
    assert_eq!(value(&admin, TOM, LAST_NAME).as_deref(), Some("Sawyer"));
    assert_eq!(
        value(&admin, TOM, "http://wso2.org/claims/role").as_deref(),
        Some("test role,Internal/everyone")
    );
    admin.set_claims(TOM, &[(LOCKED, "false")]);
    assert_eq!(value(&admin, TOM, LOCKED), None, "only the reads of several claims know identity claims");
    let identity = "InvalidOperation This operation is not supported for Identity claims";
    for operation in ["setUserClaimValue", "addUserClaimValue"] {
        assert_eq!(refused_void(&admin, operation, &with(LOCKED, "true")), identity, "{operation}");
        assert_eq!(refused_void(&admin, operation, &with(TRIGGER, "true")), identity, "{operation}");
    }
    assert_eq!(admin.claim(TOM, LOCKED).as_deref(), Some("false"));
    accepted(&admin, "deleteUserClaimValue", &[("userName", TOM), ("claimURI", LOCKED)]);
    assert_eq!(admin.claim(TOM, LOCKED).as_deref(), Some("false"), "the account keeps its own");
}

#[test]
fn types_have_the_prefixes_that_were_chosen_for_them() {
    let namespace = "http://dao.service.ws.um.carbon.wso2.org/xsd";
    let world =
        World::configured(&[], |settings| settings.answer_prefixes = vec![format!("ax2615={namespace}")]);
    let payload = request("getUserClaimValues", &[("userName", TOM), ("profileName", "default")]);
    // An answer that is asked for again may be copied.
    for _ in 0..3 {
        let text = world.admin().call(SERVICE, "getUserClaimValues", &payload).text();
        assert!(text.contains(&format!(" xmlns:ax2615=\"{namespace}\"")), "{text}");
        assert!(text.contains(&format!("<ax2615:claimUri>{MAIL}</ax2615:claimUri>")), "{text}");
        assert!(text.contains(&format!("<ax2615:value>{TOMS_MAIL}</ax2615:value>")), "{text}");
    }
}

#[test]
fn a_claim_without_mapping_and_a_user_who_is_not_there_are_refused() {
    let world = World::new(&[]);
    let admin = world.admin();
    let before = everything(&admin, TOM);
    let nobody = "UserNotFound: User nobodydoes not exist in: PRIMARY";
    for (operation, claim, value) in [
        ("setUserClaimValue", "claimURI", true),
        ("addUserClaimValue", "claimURI", true),
        ("deleteUserClaimValue", "claimURI", false),
        ("deleteUserClaimValues", "claims", false),
    ] {
        let call = |user: &str, uri: &str| {
            let mut arguments = vec![("userName", user), (claim, uri)];
            arguments.extend(value.then_some(("claimValue", "x")));
            refused_void(&admin, operation, &arguments)
        };
        assert_eq!(call("nobody", MOBILE), nobody, "{operation}");
        assert_eq!(call("NOWHERE/tom", MOBILE), "Invalid Domain Name", "{operation}");
        let unmapped = match operation {
            "addUserClaimValue" => UNMAPPED,
            _ => "Error in obtaining claim mapping for user : tom",
        };
        assert_eq!(call(TOM, "http://none"), unmapped, "{operation}");
        assert_eq!(refused_void(&admin, operation, &[(claim, MOBILE)]), "unknown", "{operation}");
    }
    for operation in ["setUserClaimValue", "addUserClaimValue", "deleteUserClaimValue"] {
        assert_eq!(refused_void(&admin, operation, &[("userName", TOM)]), "unknown", "{operation}");
    }
    for (operation, text) in [
        ("setUserClaimValues", "Error in obtaining claim mapping for user : tom"),
        ("addUserClaimValues", UNMAPPED),
    ] {
        let call = |user: &str, claims: &[(&str, &str)]| {
            admin.fault(SERVICE, operation, &with_claims(operation, user, claims)).text
        };
        assert_eq!(call("nobody", &[(MOBILE, "x")]), nobody);
        assert_eq!(call(TOM, &[(MOBILE, "x"), ("http://none", "x")]), text, "the first claim is not written");
        let nameless = "<ser:claims><com:value>x</com:value></ser:claims>";
        let payload = with_claims(operation, TOM, &[(MOBILE, "x")])
            .replace("</ser:claims>", &["</ser:claims>", nameless].concat());
        assert_eq!(admin.fault(SERVICE, operation, &payload).text, "unknown");
    }
    assert_eq!(
        refused(&admin, "getUserClaimValue", &[("userName", TOM), ("claim", "http://none")]),
        UNMAPPED
    );
    assert_eq!(refused(&admin, "getUserClaimValue", &[("userName", "nobody"), ("claim", MOBILE)]), nobody);
    assert_eq!(refused(&admin, "getUserClaimValue", &[("userName", TOM)]), "unknown");
    for operation in ["getUserClaimValues", "getUserClaimValuesForClaims"] {
        assert_eq!(refused(&admin, operation, &[("userName", "nobody")]), nobody, "{operation}");
        assert_eq!(refused(&admin, operation, &[]), "unknown", "{operation}");
    }
    assert_eq!(everything(&admin, TOM), before, "nothing was written");
}

#[test]
fn several_claims_are_set_appended_to_read_and_removed() {
    let world = World::new(&[]);
    let admin = world.admin();
    let set = |operation: &str, claims: &[(&str, &str)]| {
        accepted_as(&admin, operation, &with_claims(operation, TOM, claims));
    };
    set("setUserClaimValues", &[(MOBILE, "lost"), (GIVEN_NAME, "Thomas"), (LOCKED, "false"), (MOBILE, "1")]);
    let all = everything(&admin, TOM);
    for (claim, value) in [
        (MOBILE, "1"),
        (GIVEN_NAME, "Thomas"),
        (LOCKED, "false"),
        (LAST_NAME, TOM),
        (MAIL, TOMS_MAIL),
        ("http://wso2.org/claims/role", "test role,Internal/everyone"),
    ] {
        assert!(has(&all, claim, value), "{claim} = {value} in {all:?}");
    }
    assert!(!all.iter().any(|(claim, _)| claim.ends_with("/country")), "a claim without value is no row");
    set(
        "addUserClaimValues",
        &[(MOBILE, "2"), (MOBILE, "3"), (MOBILE, "1"), (GIVEN_NAME, "THOMAS"), (LAST_NAME, " ")],
    );
    let all = everything(&admin, TOM);
    assert!(
        has(&all, MOBILE, "1,2,3") && has(&all, GIVEN_NAME, "Thomas") && has(&all, LAST_NAME, TOM),
        "{all:?}"
    );
    // Asked for by name: what has a value, and identity claims also without one.
    set("setUserClaimValues", &[(LOCKED, ""), (GIVEN_NAME, "")]);
    let asked = [
        ("userName", TOM),
        ("claims", MOBILE),
        ("claims", GIVEN_NAME),
        ("claims", LOCKED),
        ("claims", "http://none"),
        ("claims", MOBILE),
    ];
    let found = results(&admin, "getUserClaimValuesForClaims", &asked);
    let mut named: Vec<(&str, &str)> =
        found.iter().map(|one| (one.value("claimURI").unwrap(), one.value("value").unwrap())).collect();
    named.sort_unstable();
    assert_eq!(named, [(LOCKED, ""), (MOBILE, "1,2,3")]);
    let removed = [("userName", TOM), ("claims", MOBILE), ("claims", LAST_NAME)];
    let mandatory = refused_void(&admin, "deleteUserClaimValues", &removed);
    assert_eq!(mandatory, "Profile information could not be updated in LDAP user store for user : tom");
    assert!(has(&everything(&admin, TOM), MOBILE, "1,2,3"), "all of them go or none");
    accepted(&admin, "deleteUserClaimValues", &removed[..2]);
    let all = everything(&admin, TOM);
    assert!(!all.iter().any(|(claim, _)| claim == MOBILE), "{all:?}");
    assert!(has(&all, MAIL, TOMS_MAIL), "{all:?}");
    accepted(&admin, "deleteUserClaimValues", &[("userName", TOM)]);
}

#[test]
fn users_are_found_by_the_value_of_a_claim() {
    let world = world_with_sales();
    let admin = world.admin();
    admin.add_user("ann", OLD, &[(GIVEN_NAME, "Susanne"), (MAIL, "ann@example.org")]);
    admin.set_claims(TOM, &[("http://wso2.org/claims/url", "http://example.org/tom"), (LOCKED, "true")]);
    let find = |claim: &str, value: &str| {
        list(&admin, "getUserList", &[("claimUri", claim), ("claimValue", value), ("profile", "default")])
    };
    assert_eq!(find(GIVEN_NAME, "Susan"), ["SALES/sue"]);
    assert_eq!(find(GIVEN_NAME, "Su*"), ["SALES/sue", "ann"]);
    assert_eq!(find(GIVEN_NAME, "SALES/Su*"), ["SALES/sue"]);
    assert_eq!(find(GIVEN_NAME, "PRIMARY/Su*"), ["ann"]);
    assert_eq!(find(GIVEN_NAME, "S"), [""; 0]);
    assert_eq!(find(MAIL, TOMS_MAIL), [TOM]);
    assert_eq!(find(MAIL, &TOMS_MAIL.to_uppercase()), [TOM], "whatever the letter case");
    admin.set_claims("ann", &[(MAIL, "ann@example.org, anna@example.org")]);
    assert_eq!(find(MAIL, "anna@example.org"), ["ann"], "one of several");
    assert_eq!(
        find("http://wso2.org/claims/url", "http://example.org/tom"),
        [""; 0],
        "cut off at the first slash"
    );
    assert_eq!(find(LOCKED, "true"), [""; 0], "identity claims are kept elsewhere");
    assert_eq!(find("http://none", "x"), [""; 0], "nobody has a value of what is no claim");
    assert_eq!(refused(&admin, "getUserList", &[("claimUri", GIVEN_NAME)]), "unknown");
    assert_eq!(refused(&admin, "getUserList", &[("claimValue", "x")]), "unknown");
    // Of another tenant nobody is found.
    let acme = world.tenant_with_tom("acme.com", &[]);
    assert_eq!(list(&acme, "getUserList", &[("claimUri", GIVEN_NAME), ("claimValue", "Su*")]), [""; 0]);
}
