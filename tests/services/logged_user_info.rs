//! `LoggedUserInfoAdmin`.
#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

use crate::support::caller::{Caller, LOGIN};
use crate::support::tree::Element;
use crate::support::world::{NEW, OLD, TOM, World};

const REQUEST: &str = "<l:getUserInfo xmlns:l=\"http://loggeduserinfo.services.core.carbon.wso2.org\"/>";
const USERMGT: &str = "/permission/admin/manage/identity/usermgt";

/// The name and the permissions that a caller is told.
fn info(caller: &Caller) -> (String, Vec<String>) {
    let answers = caller.results("LoggedUserInfoAdmin", "getUserInfo", REQUEST);
    let info = answers.first().unwrap();
    assert!(info.child("passwordExpiration").unwrap().is_nil(), "passwords do not expire");
    let texts = |all: Vec<&Element>| all.into_iter().map(|one| one.text.clone()).collect();
    (info.value("userName").unwrap().to_owned(), texts(info.all("UIPermissionOfUser")))
}

#[test]
fn a_caller_is_told_his_name_and_what_was_granted_to_him() {
    let world = World::new(&[]);
    let admin = world.admin();
    assert_eq!(info(&admin), ("admin".into(), vec!["/permission".into(), LOGIN.into()]));
    assert_eq!(info(&world.caller(TOM, OLD)), (TOM.into(), vec![LOGIN.into()]));
    admin.add_role("desk", &[TOM], &[USERMGT, "/permission/admin/manage/identity/usermgt/list"]);
    assert_eq!(
        info(&world.caller(TOM, OLD)).1,
        [LOGIN, USERMGT],
        "what lies directly below a grant is not said twice"
    );
}

#[test]
fn the_name_is_that_of_the_session() {
    let world = World::new(&[]);
    assert_eq!(info(&world.caller("PRIMARY/tom", OLD)).0, "PRIMARY/tom");
    assert_eq!(info(&world.caller("TOM", OLD)).0, "TOM");
}

#[test]
fn who_signed_in_to_another_store_without_its_prefix_is_told_what_is_his() {
    let world = World::new(&[]);
    let admin = world.admin();
    let database = rusqlite::Connection::open(world.settings.data_dir.join("soapstone.db")).unwrap();
    let add = "INSERT INTO user_store (tenant_id, domain, position) VALUES (-1234, 'SALES', 0)";
    assert_eq!(database.execute(add, []).unwrap(), 1);
    for (name, password) in [("dual", NEW), ("SALES/dual", OLD)] {
        admin.add_user(name, password, &[]);
    }
    admin.add_role("Internal/primary", &["dual"], &[LOGIN, USERMGT]);
    admin.add_role("Internal/sales", &["SALES/dual"], &[LOGIN]);
    assert_eq!(info(&world.caller("dual", OLD)), ("dual".into(), vec![LOGIN.into()]));
    assert_eq!(info(&world.caller("dual", NEW)).1, [LOGIN, USERMGT]);
}

#[test]
fn a_tenant_knows_its_own_users_and_grants() {
    let world = World::new(&[]);
    let acme = world.tenant_with_tom("acme.example", &[]);
    acme.add_role("desk", &["admin"], &[USERMGT]);
    assert_eq!(info(&world.caller("tom@acme.example", OLD)), (TOM.into(), vec![LOGIN.into()]));
    assert!(!info(&world.admin()).1.contains(&USERMGT.to_owned()), "nobody here was granted it");
}

#[test]
fn who_may_not_sign_in_to_the_console_is_told_nothing() {
    let world = World::new(&[]);
    world.admin().add_user("ann", OLD, &[]);
    let fault = world.caller("ann", OLD).fault("LoggedUserInfoAdmin", "getUserInfo", REQUEST);
    assert_eq!(fault.local_code(), "50978");
}
