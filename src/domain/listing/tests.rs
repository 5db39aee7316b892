use super::members::members;
use super::roles::matches;
use super::*;
use crate::domain::fixture::*;
use crate::domain::role::{self, Grant};
use crate::domain::user;
use crate::store;

/// tom and others in the primary store, two in a secondary one, some roles.
fn world() -> World {
    let world = World::with(|policy| (policy.list_limit, policy.role_list_limit) = (4, 4));
    world.write(|tx| Ok(store_of(tx, "SALES")?));
    world.user("Ann");
    world.user("bert");
    world.user_in(SUPER, "SALES", "sue");
    world.user_in(SUPER, "SALES", "Sam");
    let realm = std::sync::Arc::clone(&world.realm);
    world.write(move |tx| {
        let admin = admin(tx, SUPER)?;
        let texts = |names: &[&str]| names.iter().map(|name| (*name).to_owned()).collect::<Vec<_>>();
        let grant = Grant { resource: "/permission/admin/login".into(), action: permission::EXECUTE.into() };
        role::add(tx, START, &realm, &admin, "writers", &texts(&["tom", "Ann"]), &[grant])?;
        role::add(tx, START, &realm, &admin, "Internal/desk", &texts(&["tom", "SALES/sue"]), &[])?;
        role::add(tx, START, &realm, &admin, "Application/shop", &texts(&["tom"]), &[])?;
        role::add(tx, START, &realm, &admin, "SALES/sellers", &texts(&["SALES/sue"]), &[])
    });
    world
}

fn store_of(tx: &mut Tx<'_>, domain: &str) -> Result<usize, crate::store::Error> {
    crate::store::user::add_store(tx, SUPER.0, domain)
}

fn names(rows: &[Row]) -> Vec<&str> {
    rows.iter().map(|row| row.name.as_str()).collect()
}

fn ticked(rows: &[Row]) -> Vec<&str> {
    rows.iter().filter(|row| row.selected).map(|row| row.name.as_str()).collect()
}

#[test]
fn users_are_listed_by_store_and_people_get_them_in_one_order() {
    let world = world();
    let users = |filter: &str, limit| world.read(|tx| users(tx, &world.realm, SUPER, filter, limit));
    let all = ["Ann", "admin", "bert", "tom", "SALES/Sam", "SALES/sue"];
    assert_eq!(names(&users("*", -1).rows), all);
    assert_eq!(names(&users("", 100).rows), all);
    assert_eq!(names(&users("a*", -1).rows), ["Ann", "admin"]);
    assert_eq!(names(&users("TOM", -1).rows), ["tom"]);
    assert_eq!(names(&users("*", 1).rows), ["admin", "SALES/Sam"], "a limit holds for each store");
    assert_eq!(names(&users("sales/*", -1).rows), ["SALES/Sam", "SALES/sue"]);
    assert_eq!(names(&users("/*", -1).rows), ["Ann", "admin", "bert", "tom"]);
    assert_eq!(names(&users("PRIMARY/t*", -1).rows), ["tom"]);
    assert!(users("NOWHERE/*", -1).rows.is_empty());
    assert!(users("*", 0).rows.is_empty());
    let found = world.read(|tx| all_users(tx, &world.realm, SUPER, "*", -1));
    assert_eq!(names(&found.rows), ["admin", "Ann", "bert", "SALES/Sam", "SALES/sue", "tom"]);
    assert!(found.rows.iter().all(|row| row.editable && row.display_name.as_ref() == Some(&row.name)));
    assert!(found.primary_is_full, "four users and room for four");
    assert_eq!(found.full_domains, "");
    assert!(!users("t*", -1).primary_is_full);
}

#[test]
fn a_full_secondary_store_is_named() {
    let world = world();
    for name in ["sid", "sol"] {
        world.user_in(SUPER, "SALES", name);
    }
    let found = world.read(|tx| all_users(tx, &world.realm, SUPER, "SALES/*", -1));
    assert_eq!((found.primary_is_full, found.full_domains.as_str()), (false, "SALES"));
}

#[test]
fn roles_beside_the_stores_are_never_named_as_full_ones() {
    let world = world();
    let listed = |role: &str, limit| {
        let found = world.read(|tx| users_of_role(tx, &world.realm, SUPER, role, Some("*"), limit));
        (found.rows.len(), found.primary_is_full, found.full_domains)
    };
    assert_eq!(listed("writers", -1), (4, true, String::new()), "as many as a store ever gives");
    assert_eq!(listed("Internal/everyone", 2), (4, false, String::new()), "as many, of two stores");
}

#[test]
fn a_filter_that_the_directory_does_not_take_is_refused() {
    let world = world();
    for filter in ["t?m", "a**"] {
        let refused = world.store.read(|tx| users(tx, &world.realm, SUPER, filter, -1)).unwrap_err();
        assert_eq!(
            refused.to_string(),
            "Invalid character sequence entered for user serch. Please enter valid sequence."
        );
    }
}

#[test]
fn users_of_other_tenants_are_in_no_list() {
    let world = world();
    let acme = world.tenant("acme.example");
    world.user_in(acme, "PRIMARY", "amy");
    assert_eq!(names(&world.read(|tx| users(tx, &world.realm, acme, "*", -1)).rows), ["admin", "amy"]);
    assert!(world.read(|tx| users(tx, &world.realm, SUPER, "amy", -1)).rows.is_empty());
    let roles = world.read(|tx| roles(tx, &world.realm, acme, "*", -1));
    assert_eq!(names(&roles.rows), ["admin", "Internal/everyone"]);
    assert!(ticked(&roles.rows).is_empty());
}

#[test]
fn roles_of_stores_are_limited_and_hybrid_ones_are_not() {
    let world = world();
    let roles = |filter: &str, limit| world.read(|tx| roles(tx, &world.realm, SUPER, filter, limit));
    let hybrid = ["Application/shop", "Internal/desk", "Internal/everyone"];
    let all = roles("*", -1);
    let (first, rest) = (["admin"], ["SALES/sellers", "writers"]);
    assert_eq!(names(&all.rows), [&first[..], &hybrid[..], &rest[..]].concat());
    let kinds: Vec<Option<Kind>> = all.rows.iter().map(|row| row.kind).collect();
    let [external, internal, application] = [Kind::External, Kind::Internal, Kind::Application].map(Some);
    assert_eq!(kinds, [external, application, internal, internal, external, external]);
    assert_eq!(names(&roles("*", 0).rows), hybrid);
    assert_eq!(names(&roles("Internal/d*", -1).rows), ["Internal/desk"]);
    assert_eq!(names(&roles("Application/*", -1).rows), ["Application/shop"]);
    assert_eq!(names(&roles("SALES/*", -1).rows), ["SALES/sellers"]);
    assert_eq!(names(&roles("w*", -1).rows), ["writers"]);
    assert_eq!(names(&roles("*shop", -1).rows), ["Application/shop"]);
}

#[test]
fn the_roles_of_a_user_are_ticked_among_those_he_could_have() {
    let world = world();
    let roles = |user: &str, filter: &str, limit| {
        world.read(|tx| roles_of_user(tx, &world.realm, SUPER, user, filter, limit))
    };
    let all = roles("tom", "*", -1).rows;
    assert_eq!(names(&all), ["admin", "writers", "Internal/desk", "Internal/everyone", "Application/shop"]);
    assert_eq!(ticked(&all), ["writers", "Internal/desk", "Internal/everyone", "Application/shop"]);
    let domains: Vec<Option<&str>> = all.iter().map(|row| row.domain.as_deref()).collect();
    assert_eq!(domains, [None, None, Some("Internal"), Some("Internal"), Some("Internal")]);
    assert!(all.iter().all(|row| row.kind.is_none()));
    assert_eq!(names(&roles("tom", "internal", -1).rows), Vec::<&str>::new(), "no role is called internal");
    assert_eq!(
        names(&roles("tom", "internal/*", -1).rows),
        ["Internal/desk", "Internal/everyone", "Application/shop"]
    );
    let sue = roles("SALES/sue", "SALES/*", -1).rows;
    assert_eq!((names(&sue), ticked(&sue)), (vec!["SALES/sellers"], vec!["SALES/sellers"]));
    assert_eq!(sue.first().unwrap().domain.as_deref(), Some("SALES"));
    assert_eq!(
        names(&roles("tom", "*", 0).rows),
        ["Internal/desk", "Application/shop", "writers", "Internal/everyone"]
    );
    assert_eq!(names(&roles("tom", "Internal/*", 0).rows), ["Internal/desk", "writers", "Internal/everyone"]);
    assert_eq!(names(&roles("tom", "W*RS", 0).rows), ["writers"]);
    assert_eq!(names(&roles("nobody", "*", 0).rows), ["Internal/everyone"]);
    assert_eq!(ticked(&roles("nobody", "*", -1).rows), ["Internal/everyone"]);
}

#[test]
fn the_members_of_a_role_are_ticked_among_those_who_could_be_in_it() {
    let world = world();
    let users = |role: &str, filter: Option<&str>, limit| {
        world.read(|tx| users_of_role(tx, &world.realm, SUPER, role, filter, limit))
    };
    let all = users("writers", None, -1).rows;
    assert_eq!(names(&all), ["Ann", "admin", "bert", "tom"], "the store of the role only");
    assert_eq!(ticked(&all), ["Ann", "tom"]);
    assert!(all.iter().all(|row| row.display_name.is_none()));
    let members = users("writers", Some("*"), 0).rows;
    assert_eq!(names(&members), ["Ann", "tom"]);
    assert_eq!(members.first().unwrap().display_name.as_deref(), Some("Ann"));
    assert_eq!(names(&users("writers", Some("t*"), 0).rows), ["tom"]);
    assert_eq!(names(&users("Internal/desk", Some("*"), 0).rows), ["SALES/sue", "tom"]);
    assert_eq!(ticked(&users("Internal/desk", Some("*"), -1).rows), ["tom", "SALES/sue"]);
    assert_eq!(names(&users("SALES/sellers", Some("s*"), -1).rows), ["SALES/Sam", "SALES/sue"]);
    let everyone = users("Internal/everyone", Some("*"), -1).rows;
    assert_eq!((everyone.len(), ticked(&everyone).len()), (6, 6));
    assert_eq!(ticked(&users("nothing", Some("*"), -1).rows), Vec::<&str>::new());
    assert_eq!(names(&users("nothing", Some("*"), 0).rows), Vec::<&str>::new());
}

#[test]
fn members_are_found_on_the_shorter_way_and_both_ways_find_the_same() {
    let world = world();
    for number in 10..40 {
        world.user(&format!("user{number}"));
        world.user_in(SUPER, "SALES", &format!("Seller{number}"));
    }
    let realm = std::sync::Arc::clone(&world.realm);
    world.write(move |tx| {
        let actor = admin(tx, SUPER)?;
        let members: Vec<String> = (10..40)
            .step_by(2)
            .flat_map(|number| [format!("user{number}"), format!("SALES/Seller{number}")])
            .collect();
        role::add(tx, START, &realm, &actor, "Internal/crowd", &members, &[])
    });
    let role = world.read(|tx| role::find(tx, SUPER, "Internal/crowd")).unwrap();
    let found = |filter: &str| world.read(|tx| members(tx, SUPER, role, filter));
    for (filter, expected) in [
        ("user1*", 5),
        ("user12", 1),
        ("user13", 0),
        ("sales/seller2*", 5),
        ("sal*", 15),
        ("s*r1*", 5),
        ("seller*", 0),
        ("u%r*", 0),
        ("*", 30),
        ("*3*", 10),
    ] {
        let mut short = found(filter);
        let mut all = world.read(|tx| Ok(rows::members(tx, role, &like(filter).1)?));
        short.sort();
        all.sort();
        assert_eq!((short.len(), &short), (expected, &all), "{filter}");
    }
    // A count of the members, a count of names in each store, and one search in each store: not the members one by one.
    let statements = |filter: &str| {
        world.read(|tx| {
            let before = tx.statements;
            members(tx, SUPER, role, filter)?;
            Ok(tx.statements - before)
        })
    };
    // Which stores there are is remembered.
    assert_eq!(statements("user1*"), 1 + 1 + 1, "members, names, search: other stores cannot match");
    assert_eq!(statements("*"), 1 + 2 + 1, "members are gone through when every name may match");
}

#[test]
fn users_are_found_by_a_claim_and_shown_by_their_display_name_in_secondary_stores() {
    let world = world();
    let sue = world.read(|tx| user::find(tx, SUPER, "SALES/sue"));
    world
        .claims(&sue, &[("http://wso2.org/claims/displayName", Some("Sue S")), (GIVEN_NAME, Some("S"))])
        .unwrap();
    let tom = world.find("tom");
    world
        .claims(&tom, &[("http://wso2.org/claims/displayName", Some("Tom T")), (GIVEN_NAME, Some("S"))])
        .unwrap();
    let found = world.read(|tx| users_by_claim(tx, &world.realm, SUPER, GIVEN_NAME, "S"));
    let shown: Vec<(&str, Option<&str>)> =
        found.iter().map(|row| (row.name.as_str(), row.display_name.as_deref())).collect();
    assert_eq!(shown, [("SALES/sue", Some("SALES/Sue S")), ("tom", Some("tom"))]);
}

#[test]
fn only_those_who_may_are_kept() {
    let world = world();
    let users = |permission: &str| {
        world.read(|tx| {
            let mut found = all_users(tx, &world.realm, SUPER, "*", -1)?;
            keep_permitted_users(tx, SUPER, &mut found.rows, permission)?;
            Ok(found.rows.into_iter().map(|row| row.name).collect::<Vec<_>>())
        })
    };
    assert_eq!(users("/permission/admin/login"), ["admin", "Ann", "tom"]);
    assert_eq!(users("/permission/admin/manage"), ["admin"]);
    let roles = |permission: &str| {
        world.read(|tx| {
            let mut found = roles(tx, &world.realm, SUPER, "*", -1)?;
            keep_permitted_roles(tx, SUPER, &mut found.rows, permission)?;
            Ok(found.rows.into_iter().map(|row| row.name).collect::<Vec<_>>())
        })
    };
    assert_eq!(roles("/permission/admin/login"), ["admin", "writers"]);
    world.write(|tx| {
        let everyone = role::find(tx, SUPER, role::EVERYONE)?.unwrap();
        store::role::set_grant(tx, everyone, "/permission/admin/login", permission::EXECUTE, true)?;
        Ok(())
    });
    assert_eq!(users("/permission/admin/login").len(), 6);
}

#[test]
fn a_hundred_users_are_asked_about_in_several_statements() {
    let world = World::new();
    let ids: Vec<UserId> = (0..120).map(|number| world.user(&format!("u{number:03}")).id).collect();
    let realm = std::sync::Arc::clone(&world.realm);
    world.write(move |tx| {
        let admin = admin(tx, SUPER)?;
        let grant = Grant { resource: "/permission/admin/login".into(), action: permission::EXECUTE.into() };
        let members: Vec<String> = (0..120).step_by(2).map(|number| format!("u{number:03}")).collect();
        role::add(tx, START, &realm, &admin, "even", &members, &[grant])
    });
    let permitted = world.read(|tx| permission::users_authorized(tx, SUPER, &ids, "/permission/admin/login"));
    assert_eq!(permitted.len(), 60);
    assert!(ids.iter().step_by(2).all(|id| permitted.contains(id)));
}

#[test]
fn a_pattern_is_held_against_the_whole_text() {
    for (pattern, text, expected) in [
        ("*", "", true),
        ("", "anything", true),
        ("a*c", "abc", true),
        ("a*c", "abcd", false),
        ("*b*", "abc", true),
        ("a*b*c", "axbxc", true),
        ("ab*ba", "aba", false),
        ("abc", "abcd", false),
    ] {
        assert_eq!(matches(pattern, text), expected, "{pattern} on {text}");
    }
}
