//! `UserAccountAssociationService`.

use crate::support::caller::{Caller, DISABLED, Fault, LOGIN, escaped};
use crate::support::client::Answer;
use crate::support::world::{LINK, NEW, OLD, TOM, World};

const SERVICE: &str = "UserAccountAssociationService";
const ANN: &str = "ann";
const BOB: &str = "tom@acme.example";
const ASSOCIATION: &str = "/permission/admin/manage/identity/user/association";

/// tom and ann of the super tenant, and another tom of acme.example.
fn world() -> World {
    let world = World::new(&[]);
    world.admin().add_user(ANN, OLD, &[]);
    world.admin().add_role("helpers", &[ANN], &[LOGIN]);
    world.tenant_with_tom("acme.example", &[]);
    world
}

fn texts(arguments: &[(&str, &str)]) -> String {
    arguments.iter().map(|(name, text)| format!("<{name}>{}</{name}>", escaped(text))).collect()
}

/// One element per character, as the contract wants it.
fn password(name: &str, password: &str) -> String {
    password.chars().map(|letter| texts(&[(name, letter.to_string().as_str())])).collect()
}

fn request(operation: &str, content: &str) -> String {
    format!(
        "<a:{operation} xmlns:a=\"http://association.account.user.identity.carbon.wso2.org\">{content}</a:{operation}>"
    )
}

fn accepted(caller: &Caller, operation: &str, content: &str) {
    let answers = caller.results(SERVICE, operation, &request(operation, content));
    assert!(answers.len() == 1 && answers.iter().all(|one| one.is_nil()), "{operation}: {answers:?}");
}

fn fault(caller: &Caller, operation: &str, content: &str) -> Fault {
    caller.fault(SERVICE, operation, &request(operation, content))
}

/// A refusal with the declared exception in its detail.
fn refused(caller: &Caller, operation: &str, content: &str) -> String {
    let fault = fault(caller, operation, content);
    let names: Vec<&str> = fault.detail.iter().map(|element| element.name.as_str()).collect();
    assert_eq!(
        names,
        ["UserAccountAssociationServiceUserAccountAssociationClientException"],
        "{}",
        fault.text
    );
    fault.text
}

fn list(caller: &Caller, operation: &str, content: &str) -> Vec<String> {
    let found = caller.results(SERVICE, operation, &request(operation, content));
    let part =
        |one: &crate::support::tree::Element, name: &str| one.value(name).unwrap_or_default().to_owned();
    found
        .iter()
        .map(|one| format!("{}/{}@{}", part(one, "domain"), part(one, "username"), part(one, "tenantDomain")))
        .collect()
}

fn mine(caller: &Caller) -> Vec<String> {
    list(caller, "getAccountAssociationsOfUser", "")
}

fn associate(caller: &Caller, user: &str, secret: &str) {
    let content = [texts(&[("userName", user)]), password("password", secret)].concat();
    accepted(caller, "createUserAccountAssociation", &content);
}

#[test]
fn a_user_links_an_account_whose_password_he_knows_also_in_another_tenant() {
    let world = world();
    let tom = world.caller(TOM, OLD);
    assert!(mine(&tom).is_empty());
    associate(&tom, ANN, OLD);
    associate(&tom, BOB, OLD);
    assert_eq!(mine(&tom), ["PRIMARY/ann@carbon.super", "PRIMARY/tom@acme.example"]);
    assert_eq!(mine(&world.caller(ANN, OLD)), ["PRIMARY/tom@carbon.super", "PRIMARY/tom@acme.example"]);
    let audited = "SELECT initiator || '|' || target || '|' || data FROM audit WHERE action = 'Associate User Account' \
                   ORDER BY id DESC LIMIT 1";
    assert_eq!(world.stored(audited), "tom@carbon.super|tom|Account : tom@acme.example");
}

#[test]
fn a_password_in_one_element_is_understood_too() {
    let world = world();
    let content = texts(&[("userName", ANN), ("password", OLD)]);
    accepted(&world.caller(TOM, OLD), "createUserAccountAssociation", &content);
    assert_eq!(mine(&world.caller(ANN, OLD)), ["PRIMARY/tom@carbon.super"]);
}

#[test]
fn links_that_cannot_be_made_are_refused_with_the_codes_of_the_original() {
    let world = world();
    let tom = world.caller(TOM, OLD);
    let create = |user: &str, secret: &str| {
        let content = [texts(&[("userName", user)]), password("password", secret)].concat();
        refused(&tom, "createUserAccountAssociation", &content)
    };
    let wrong = "8526 - The user name or password you entered is incorrect";
    assert_eq!(create(ANN, "Wrong@1234"), wrong);
    assert_eq!(create("nobody", OLD), wrong, "who is not there reads like a wrong password");
    assert_eq!(create("", OLD), wrong);
    assert_eq!(create(ANN, ""), wrong);
    assert_eq!(create("ann@nowhere.example", OLD), "8524 - Invalid or inactivated tenant domain");
    assert_eq!(create(TOM, OLD), "8533 - User can not associate logged in user account to itself");
    associate(&tom, ANN, OLD);
    assert_eq!(create(ANN, OLD), "8525 - Provided user account is already associated to the logged in user");
    let null = fault(&tom, "createUserAccountAssociation", "");
    assert_eq!(
        (null.text.as_str(), null.detail.len()),
        ("Exception occurred while trying to invoke service method createUserAccountAssociation", 0)
    );
}

#[test]
fn an_account_in_reset_is_linked_by_nobody() {
    let world = world();
    world.options(&[LINK]);
    world.admin().add_user("eve", OLD, &[("http://wso2.org/claims/emailaddress", "eve@example.org")]);
    world.admin().trigger("eve");
    let content = [texts(&[("userName", "eve")]), password("password", OLD)].concat();
    assert_eq!(
        refused(&world.caller(TOM, OLD), "createUserAccountAssociation", &content),
        "8526 - The user name or password you entered is incorrect"
    );
}

#[test]
fn an_administrator_links_lists_and_unlinks_with_one_permission_each() {
    let world = world();
    let (admin, tom) = (world.admin(), world.caller(TOM, OLD));
    let both = texts(&[("userName1", TOM), ("userName2", ANN)]);
    for (operation, content, permission) in [
        ("associateTwoAccounts", both.clone(), "create"),
        ("getAccountAssociations", texts(&[("username", ANN)]), "view"),
        ("deleteAssociationsOfUser", texts(&[("userName", ANN)]), "delete"),
    ] {
        assert_eq!(fault(&tom, operation, &content).local_code(), "50978", "{operation}");
        let role = format!("only {permission}");
        admin.add_role(&role, &[TOM], &[&format!("{ASSOCIATION}/{permission}")]);
        let answer = tom.call(SERVICE, operation, &request(operation, &content));
        assert_eq!(answer.status, 200, "{}", answer.text());
    }
    assert!(mine(&tom).is_empty());
    accepted(&admin, "associateTwoAccounts", &both);
    assert_eq!(
        list(&admin, "getAccountAssociations", &texts(&[("username", TOM)])),
        ["PRIMARY/ann@carbon.super"]
    );
    assert!(list(&admin, "getAccountAssociations", &texts(&[("username", "nobody")])).is_empty());
    accepted(&admin, "deleteAssociationsOfUser", &texts(&[("userName", "nobody")]));
    accepted(&admin, "deleteAssociationsOfUser", &texts(&[("userName", TOM)]));
    assert!(mine(&world.caller(ANN, OLD)).is_empty());
    let inputs = "8500 - Valid username and password must be provided";
    assert_eq!(refused(&admin, "deleteAssociationsOfUser", ""), inputs);
    assert_eq!(refused(&admin, "associateTwoAccounts", &texts(&[("userName1", TOM)])), inputs);
    assert_eq!(refused(&admin, "associateTwoAccounts", ""), inputs);
    let tenant = "8524 - Invalid or inactivated tenant domain";
    let far = texts(&[("userName1", TOM), ("userName2", "x@nowhere.example")]);
    assert_eq!(refused(&admin, "associateTwoAccounts", &far), tenant);
    assert_eq!(
        refused(&admin, "deleteAssociationsOfUser", &texts(&[("userName", "x@nowhere.example")])),
        tenant
    );
    assert_eq!(
        refused(&admin, "associateTwoAccounts", &texts(&[("userName1", TOM), ("userName2", "nobody")])),
        "8501 - Error occurred while associating the user account"
    );
}

#[test]
fn a_tenants_administrator_reaches_nobody_of_another_tenant() {
    let world = world();
    let boss = world.caller("admin@acme.example", "Tenant@123");
    let tenant = "8524 - Invalid or inactivated tenant domain";
    for (operation, content) in [
        // Without a tenant a name is one of the super tenant.
        ("associateTwoAccounts", texts(&[("userName1", BOB), ("userName2", "admin")])),
        ("associateTwoAccounts", texts(&[("userName1", TOM), ("userName2", BOB)])),
        ("getAccountAssociations", texts(&[("username", TOM)])),
        ("deleteAssociationsOfUser", texts(&[("userName", TOM)])),
    ] {
        assert_eq!(refused(&boss, operation, &content), tenant, "{operation}");
    }
    accepted(
        &boss,
        "associateTwoAccounts",
        &texts(&[("userName1", BOB), ("userName2", "admin@acme.example")]),
    );
}

#[test]
fn a_user_unlinks_accounts_of_his_own_only() {
    let world = world();
    let (tom, ann) = (world.caller(TOM, OLD), world.caller(ANN, OLD));
    world.admin().add_user("eve", OLD, &[]);
    associate(&tom, ANN, OLD);
    let delete = |user: &str| refused(&tom, "deleteUserAccountAssociation", &texts(&[("userName", user)]));
    let not_linked = "8529 - User does not have valid association to proceed with this operation";
    assert_eq!(delete("eve"), not_linked);
    assert_eq!(delete("nobody"), not_linked);
    assert_eq!(delete("x@nowhere.example"), "8524 - Invalid or inactivated tenant domain");
    accepted(&tom, "deleteUserAccountAssociation", &texts(&[("userName", "ANN")]));
    assert!(mine(&tom).is_empty() && mine(&ann).is_empty());
    associate(&tom, ANN, OLD);
    accepted(&ann, "deleteMyAssociations", "");
    assert!(mine(&tom).is_empty());
    accepted(&ann, "deleteMyAssociations", "");
}

#[test]
fn whoever_knows_the_passwords_needs_no_login() {
    let world = world();
    let stranger = Caller::anonymous(&world.client());
    let pair = |first: &str, one: &str, second: &str, other: &str| {
        [
            texts(&[("userName1", first)]),
            password("password1", one),
            texts(&[("userName2", second)]),
            password("password2", other),
        ]
        .concat()
    };
    let wrong = "8526 - The user name or password you entered is incorrect";
    assert_eq!(refused(&stranger, "associateMyAccounts", &pair(TOM, OLD, BOB, "Wrong@1234")), wrong);
    assert_eq!(refused(&stranger, "associateMyAccounts", &pair("nobody", OLD, BOB, OLD)), wrong);
    assert_eq!(
        refused(&stranger, "associateMyAccounts", &pair(TOM, OLD, "x@nowhere.example", OLD)),
        "8524 - Invalid or inactivated tenant domain"
    );
    accepted(&stranger, "associateMyAccounts", &pair(TOM, OLD, BOB, OLD));
    let own =
        |user: &str, secret: &str| [texts(&[("userName", user)]), password("password", secret)].concat();
    let operation = "getMyAccountAssociationsWithoutLogin";
    assert_eq!(list(&stranger, operation, &own(BOB, OLD)), ["PRIMARY/tom@carbon.super"]);
    for (user, secret) in [(BOB, "Wrong@1234"), ("nobody", OLD), ("x@nowhere.example", OLD)] {
        assert_eq!(refused(&stranger, operation, &own(user, secret)), "Invalid credential provided ");
    }
    let gone = |initiator: &str, secret: &str, user: &str| {
        [texts(&[("initiateUser", initiator)]), password("password", secret), texts(&[("userName", user)])]
            .concat()
    };
    let operation = "deleteMyAssociationsWithoutLogin";
    assert_eq!(refused(&stranger, operation, &gone(TOM, "Wrong@1234", BOB)), wrong);
    assert_eq!(
        refused(&stranger, operation, &gone(TOM, OLD, ANN)),
        "8529 - User does not have valid association to proceed with this operation"
    );
    accepted(&stranger, operation, &gone(TOM, OLD, BOB));
    assert!(mine(&world.caller(TOM, OLD)).is_empty());
}

fn switch(caller: &Caller, user: &str) -> Answer {
    caller.call(SERVICE, "switchLoggedInUser", &request("switchLoggedInUser", &texts(&[("userName", user)])))
}

fn session_of(answer: &Answer) -> String {
    answer.cookie("JSESSIONID").unwrap_or_default()
}

#[test]
fn a_session_goes_on_as_the_linked_user_under_a_new_id() {
    let world = world();
    let tom = world.caller(TOM, OLD);
    associate(&tom, BOB, OLD);
    let opened = session_of(&tom.call(
        SERVICE,
        "getAccountAssociationsOfUser",
        &request("getAccountAssociationsOfUser", ""),
    ));
    let session = Caller::session(&world.client(), &opened);
    let answer = switch(&session, BOB);
    assert!(answer.text().contains("<ns:return>true</ns:return>"), "{}", answer.text());
    let other = Caller::session(&world.client(), &session_of(&answer));
    assert_eq!(mine(&other), ["PRIMARY/tom@carbon.super"], "the new session is the other tom's");
    let again =
        session.call(SERVICE, "getAccountAssociationsOfUser", &request("getAccountAssociationsOfUser", ""));
    assert_eq!(again.status, 401, "the old id is nobody's any more");
}

#[test]
fn nobody_switches_to_an_account_that_is_not_his_or_may_not_log_in() {
    let world = world();
    let tom = world.caller(TOM, OLD);
    let refusal = |user: &str| refused(&tom, "switchLoggedInUser", &texts(&[("userName", user)]));
    assert_eq!(refusal(ANN), "8529 - User does not have valid association to proceed with this operation");
    assert_eq!(refusal("x@nowhere.example"), "8524 - Invalid or inactivated tenant domain");
    assert_eq!(
        refused(&tom, "switchLoggedInUser", ""),
        "8500 - Valid username and password must be provided"
    );
    world.admin().add_user("eve", NEW, &[]);
    associate(&tom, "eve", NEW);
    let answer = switch(&tom, "eve");
    assert!(answer.text().contains("<ns:return>false</ns:return>"), "eve may not log in: {}", answer.text());
    associate(&tom, ANN, OLD);
    world.admin().set_claims(ANN, &[(DISABLED, "true")]);
    assert_eq!(refusal(ANN), "8531 - Error occurred while switching the user account");
}
