use super::*;
use crate::domain::fixture::*;
use crate::domain::password::NewPassword;

const ORGANIZATION: &str = "http://wso2.org/claims/organization";
const LAST_NAME: &str = "http://wso2.org/claims/lastname";
/// An external claim that stands for the given name.
const SCIM_GIVEN_NAME: &str = "urn:scim:schemas:core:1.0:name.givenName";
const QUESTION: &str = "http://wso2.org/claims/identity/primaryChallenge";

fn refusal(outcome: Result<(), Error>) -> String {
    outcome.unwrap_err().to_string()
}

/// What one claim operation of the administrator on tom answers.
fn on_tom(
    world: &World,
    work: impl FnOnce(&mut Tx<'_>, Now, &Realm, &User) -> Result<(), Error> + Send + 'static,
) -> Result<(), String> {
    let tom = world.find("tom");
    as_admin(world, SUPER, move |tx, now, realm, _| work(tx, now, realm, &tom))
}

fn sets_single(world: &World, uri: &'static str, value: Option<&'static str>) -> Result<(), String> {
    on_tom(world, move |tx, now, realm, tom| set_single(tx, now, realm, tom, uri, value))
}

fn reads_single(world: &World, uri: &str) -> Result<Option<String>, Error> {
    let tom = world.find("tom");
    world.store.read(|tx| single(tx, &world.realm, &tom, uri))
}

fn finds(world: &World, uri: &str, value: &str) -> Vec<String> {
    world.read(|tx| search(tx, &world.realm, SUPER, uri, value))
}

#[test]
fn a_claim_is_written_read_and_taken_away() {
    let world = World::new();
    let tom = world.find("tom");
    world.claims(&tom, &[(GIVEN_NAME, Some("Tom")), (ORGANIZATION, Some("Example"))]).unwrap();
    assert_eq!(world.claim(&tom, GIVEN_NAME).as_deref(), Some("Tom"));
    world.claims(&tom, &[(GIVEN_NAME, None), (ORGANIZATION, Some(""))]).unwrap();
    assert_eq!(world.claim(&tom, GIVEN_NAME), None);
    assert_eq!(world.claim(&tom, ORGANIZATION), None, "written empty is taken away");
}

#[test]
fn a_claim_goes_by_any_letter_case_and_by_its_external_names() {
    let world = World::new();
    let tom = world.find("tom");
    world.claims(&tom, &[("HTTP://wso2.org/claims/GIVENNAME", Some("Tom"))]).unwrap();
    assert_eq!(world.claim(&tom, GIVEN_NAME).as_deref(), Some("Tom"));
    world.claims(&tom, &[(SCIM_GIVEN_NAME, Some("Thomas"))]).unwrap();
    assert_eq!(world.claim(&tom, GIVEN_NAME).as_deref(), Some("Thomas"));
    assert_eq!(world.claim(&tom, SCIM_GIVEN_NAME).as_deref(), Some("Thomas"));
}

#[test]
fn an_unknown_claim_refuses_the_whole_write() {
    let world = World::new();
    let tom = world.find("tom");
    let outcome =
        world.claims(&tom, &[(GIVEN_NAME, Some("Tom")), ("http://wso2.org/claims/none", Some("x"))]);
    assert_eq!(refusal(outcome), "Error in obtaining claim mapping for user : tom");
    assert_eq!(world.claim(&tom, GIVEN_NAME), None);
    let outcome = world.claims(&tom, &[(ROLE, Some("admin"))]);
    assert!(refusal(outcome).contains("not supported by underlying LDAP for user : tom"));
}

#[test]
fn a_claim_without_a_name_is_passed_over() {
    let world = World::new();
    let tom = world.find("tom");
    world.claims(&tom, &[("", Some("x")), (" ", None), (GIVEN_NAME, Some("Tom"))]).unwrap();
    assert_eq!(world.claim(&tom, GIVEN_NAME).as_deref(), Some("Tom"));
}

#[test]
fn the_names_that_a_directory_asks_for_stay() {
    let world = World::new();
    let tom = world.find("tom");
    let refused = "Profile information could not be updated in LDAP user store for user : tom";
    for (uri, value) in [(LAST_NAME, Some("")), ("http://wso2.org/claims/fullname", None)] {
        let outcome = world.claims(&tom, &[(GIVEN_NAME, Some("Tom")), (uri, value)]);
        assert_eq!(refusal(outcome), refused, "{uri}");
        assert_eq!(world.claim(&tom, GIVEN_NAME), None, "nothing of it is done");
    }
    world.claims(&tom, &[(LAST_NAME, Some("Miller"))]).unwrap();
    assert_eq!(sets_single(&world, LAST_NAME, Some("")).unwrap_err(), refused);
    assert_eq!(on_tom(&world, |tx, _, realm, tom| remove(tx, realm, tom, LAST_NAME)).unwrap_err(), refused);
    assert_eq!(world.claim(&tom, LAST_NAME).as_deref(), Some("Miller"));
    // Who came from elsewhere without one may post that back; and databases ask for none.
    let id = tom.id.0;
    world.write(move |tx| Ok(store::user::set_attribute(tx, id, DEFAULT_PROFILE, "sn", None)?));
    world.claims(&tom, &[(LAST_NAME, Some(""))]).unwrap();
    world.second_store("EMP");
    let other = world.user_in(SUPER, "EMP", "tom");
    world.claims(&other, &[(LAST_NAME, Some(""))]).unwrap();
}

#[test]
fn a_profile_name_may_be_anything_without_signs_and_means_the_default_one() {
    let world = World::new();
    let tom = world.find("tom");
    let writes = |profile: &'static str| {
        let tom = tom.clone();
        as_admin(&world, SUPER, move |tx, now, realm, actor| {
            let mut changes = Changes::default();
            changes.set(GIVEN_NAME, Some(format!("by {profile}")));
            write(tx, now, realm, actor, &tom, profile, changes)
        })
    };
    for profile in ["default", "", "home"] {
        writes(profile).unwrap();
        assert_eq!(world.claim(&tom, GIVEN_NAME), Some(format!("by {profile}")));
    }
    for profile in ["my profile", "a/b", "a-b"] {
        assert_eq!(writes(profile).unwrap_err(), "profile name contains invalid characters!");
    }
}

#[test]
fn an_identity_claim_needs_no_mapping_and_keeps_an_empty_value() {
    let world = World::new();
    let tom = world.find("tom");
    let own = "http://wso2.org/claims/identity/of/our/own";
    world.claims(&tom, &[(own, Some("a, b ,"))]).unwrap();
    assert_eq!(world.claim(&tom, own).as_deref(), Some("a, b ,"), "taken literally");
    world.claims(&tom, &[(own, Some(""))]).unwrap();
    assert_eq!(world.claim(&tom, own).as_deref(), Some(""));
}

#[test]
fn several_values_are_kept_without_blanks_and_empty_parts() {
    let world = World::new();
    let tom = world.find("tom");
    world.claims(&tom, &[(ORGANIZATION, Some(" a , b,, c "))]).unwrap();
    assert_eq!(world.claim(&tom, ORGANIZATION).as_deref(), Some("a,b,c"));
    world.claims(&tom, &[(ORGANIZATION, Some(" , ,"))]).unwrap();
    assert_eq!(world.claim(&tom, ORGANIZATION), None);
}

#[test]
fn a_crowd_of_values_is_kept_and_found_by_the_first_of_them() {
    let world = World::new();
    let tom = world.find("tom");
    let many: Vec<String> = (0..5_000).map(|number| format!("v{number}")).collect();
    world.claims(&tom, &[(ORGANIZATION, Some(&many.join(",")))]).unwrap();
    assert_eq!(world.claim(&tom, ORGANIZATION), Some(many.join(",")));
    assert_eq!(finds(&world, ORGANIZATION, "v999"), ["tom"]);
    let rows = "SELECT count(*) FROM user_attribute_term";
    assert_eq!(world.read(|tx| Ok(tx.one(rows, &[], "rows", |row| row.int(0))?)), 1_000);
    world.claims(&tom, &[(ORGANIZATION, None)]).unwrap();
    assert_eq!(world.read(|tx| Ok(tx.one(rows, &[], "rows", |row| row.int(0))?)), 0);
}

#[test]
fn no_value_is_as_long_as_a_request_may_be() {
    let world = World::new();
    let tom = world.find("tom");
    let longest: &'static str = "x".repeat(LONGEST).leak();
    let longer: &'static str = "x".repeat(LONGEST + 1).leak();
    world.claims(&tom, &[(ORGANIZATION, Some(longest))]).unwrap();
    let text = |uri: &str| format!("The value of the claim {uri} is longer than 1048576 bytes");
    for uri in [ORGANIZATION, QUESTION] {
        let tried = world.claims(&tom, &[(GIVEN_NAME, Some("Tommy")), (uri, Some(longer))]);
        assert_eq!(refusal(tried), text(uri));
    }
    assert_eq!(sets_single(&world, ORGANIZATION, Some(longer)), Err(text(ORGANIZATION)));
    let added = on_tom(&world, |tx, now, realm, tom| append(tx, now, realm, tom, ORGANIZATION, Some("y")));
    assert_eq!(added, Err(text(ORGANIZATION)));
    let mut changes = Changes::default();
    changes.set(ORGANIZATION, Some(longer.to_owned()));
    let new = world.store.read(|tx| check_known(tx, &world.realm, SUPER, &changes));
    assert_eq!(refusal(new), text(ORGANIZATION));
    assert_eq!(world.claim(&tom, ORGANIZATION).as_deref(), Some(longest), "all as it was");
    assert_eq!(world.claim(&tom, GIVEN_NAME), None);
}

#[test]
fn every_write_stamps_the_time_of_the_change_and_leaves_that_of_the_creation() {
    let world = World::new();
    let tom = world.find("tom");
    let created = world.claim(&tom, CREATED).unwrap();
    for write in [true, false] {
        let before = world.claim(&tom, MODIFIED).unwrap();
        world.pass_minutes(1);
        if write {
            world.claims(&tom, &[(GIVEN_NAME, Some("Tom"))]).unwrap();
        } else {
            sets_single(&world, GIVEN_NAME, Some("Thomas")).unwrap();
        }
        assert!(world.claim(&tom, MODIFIED).unwrap() > before);
    }
    assert_eq!(world.claim(&tom, CREATED).unwrap(), created);
}

#[test]
fn a_new_user_has_an_id_of_his_own_and_the_names_that_a_directory_asks_for() {
    let world = World::new();
    let (tom, zoe) = (world.find("tom"), world.user("zoe"));
    let id = world.claim(&tom, USER_ID).unwrap();
    assert!(uuid::Uuid::parse_str(&id).is_ok(), "{id}");
    assert_ne!(world.claim(&zoe, USER_ID).unwrap(), id);
    assert_eq!(world.claim(&tom, LAST_NAME).as_deref(), Some("tom"));
}

#[test]
fn ids_sort_in_the_order_in_which_users_were_added_even_at_one_moment() {
    let at = |millis, key| sortable_id(Now(millis), UserId(key));
    let ids = [at(START.0, 1), at(START.0, 2), at(START.0, 300), at(START.0, 70_000), at(START.0 + 1, 3)];
    assert!(ids.is_sorted(), "{ids:?}");
    let id = uuid::Uuid::parse_str(&ids[0]).unwrap();
    assert_eq!((id.get_version_num(), id.get_variant()), (7, uuid::Variant::RFC4122));
    assert_ne!(at(START.0, 1), ids[0], "another installation may add its first user at that moment, too");
}

/// Adds a user with these claims.
fn zoe_with(world: &World, given: &[(&str, &str)]) -> User {
    let password = NewPassword::first(OLD.into()).unwrap();
    let mut claims = Changes::default();
    given.iter().for_each(|(uri, value)| claims.set(*uri, Some((*value).to_owned())));
    let added = as_admin(world, SUPER, move |tx, now, realm, admin| {
        let new = user::NewUser {
            name: "zoe",
            password: &password,
            roles: &[],
            claims: &claims,
            profile: DEFAULT_PROFILE,
            require_change: false,
        };
        user::add(tx, now, realm, admin, &new)
    });
    added.unwrap()
}

#[test]
fn a_claim_given_with_a_new_user_replaces_what_the_directory_would_put_there() {
    let world = World::new();
    let zoe = zoe_with(&world, &[(LAST_NAME, "Zimmer"), (USER_ID, "from elsewhere")]);
    assert_eq!(world.claim(&zoe, LAST_NAME).as_deref(), Some("Zimmer"));
    assert_eq!(world.claim(&zoe, USER_ID).as_deref(), Some("from elsewhere"));
}

/// What an application may know a user by: nobody is to pass for somebody else there.
#[test]
fn nobody_is_called_by_another_name_than_his_own() {
    const NAME: &str = "http://wso2.org/claims/username";
    let world = World::new();
    let tom = world.find("tom");
    let refused = "Profile information could not be updated in LDAP user store for user : tom";
    for uri in [NAME, "urn:scim:schemas:core:1.0:userName"] {
        let outcome = world.claims(&tom, &[(GIVEN_NAME, Some("Tom")), (uri, Some("admin"))]);
        assert_eq!(refusal(outcome), refused, "{uri}");
    }
    assert_eq!(sets_single(&world, NAME, Some("admin")).unwrap_err(), refused);
    assert_eq!((world.claim(&tom, NAME).as_deref(), world.claim(&tom, GIVEN_NAME)), (Some("tom"), None));
    world.claims(&tom, &[(NAME, Some("tom"))]).unwrap();
    world.second_store("EMP");
    let other = world.user_in(SUPER, "EMP", "tom");
    assert!(world.claims(&other, &[(NAME, Some("admin"))]).is_err());
    let zoe = zoe_with(&world, &[(NAME, "admin")]);
    assert_eq!(world.claim(&zoe, NAME).as_deref(), Some("zoe"));
}

#[test]
fn the_single_claim_operations_do_not_know_identity_claims() {
    let world = World::new();
    let tom = world.find("tom");
    world.claims(&tom, &[(QUESTION, Some("kept with the account"))]).unwrap();
    assert_eq!(
        sets_single(&world, QUESTION, Some("x")).unwrap_err(),
        "InvalidOperation This operation is not supported for Identity claims"
    );
    assert_eq!(reads_single(&world, LOCKED).unwrap(), None);
    let removed = on_tom(&world, |tx, _, realm, tom| remove(tx, realm, tom, LOCKED));
    assert_eq!(removed, Ok(()));
    assert_eq!(world.claim(&tom, QUESTION).as_deref(), Some("kept with the account"));
}

#[test]
fn the_single_claim_operations_name_a_claim_without_mapping() {
    let world = World::new();
    let expected = "org.wso2.carbon.user.core.UserStoreException: Mapped attribute cannot be found for claim : urn:none in \
                    user store : PRIMARY";
    assert_eq!(reads_single(&world, "urn:none").unwrap_err().to_string(), expected);
    let removed = on_tom(&world, |tx, _, realm, tom| remove(tx, realm, tom, "urn:none"));
    assert_eq!(removed.unwrap_err(), "Error in obtaining claim mapping for user : tom");
    assert_eq!(
        sets_single(&world, "urn:none", Some("x")).unwrap_err(),
        "Error in obtaining claim mapping for user : tom"
    );
    let found = world.store.read(|tx| search(tx, &world.realm, SUPER, "urn:none", "x"));
    assert!(found.unwrap().is_empty(), "nobody has a value of it");
    assert_eq!(on_tom(&world, |tx, _, realm, tom| clear(tx, realm, tom, "urn:none")), Ok(()));
}

#[test]
fn a_single_claim_is_set_and_removed() {
    let world = World::new();
    sets_single(&world, GIVEN_NAME, Some("Tom")).unwrap();
    assert_eq!(reads_single(&world, GIVEN_NAME).unwrap().as_deref(), Some("Tom"));
    sets_single(&world, GIVEN_NAME, Some("")).unwrap();
    assert_eq!(reads_single(&world, GIVEN_NAME).unwrap(), None);
    for clearing in [false, true] {
        sets_single(&world, GIVEN_NAME, Some("Tom")).unwrap();
        on_tom(&world, move |tx, _, realm, tom| {
            if clearing { clear(tx, realm, tom, GIVEN_NAME) } else { remove(tx, realm, tom, GIVEN_NAME) }
        })
        .unwrap();
        assert_eq!(reads_single(&world, GIVEN_NAME).unwrap(), None);
    }
}

#[test]
fn a_part_is_added_to_a_claim_once() {
    let world = World::new();
    let adds = |value: Option<&'static str>| {
        on_tom(&world, move |tx, now, realm, tom| append(tx, now, realm, tom, ORGANIZATION, value)).unwrap();
        reads_single(&world, ORGANIZATION).unwrap()
    };
    assert_eq!(adds(Some("one")).as_deref(), Some("one"));
    assert_eq!(adds(Some("two")).as_deref(), Some("one,two"));
    for nothing_new in [Some(" TWO "), Some("one"), Some("  "), Some(""), None] {
        assert_eq!(adds(nothing_new).as_deref(), Some("one,two"), "{nothing_new:?}");
    }
}

#[test]
fn the_roles_of_a_user_are_a_claim_that_is_computed() {
    let world = World::new();
    let admin = world.find("admin");
    assert_eq!(world.claim(&admin, ROLE).as_deref(), Some("admin,Internal/everyone"));
    assert_eq!(reads_single(&world, ROLE).unwrap().as_deref(), Some("Internal/everyone"));
    // Under any name of it, and not what an attribute of that name says.
    let tom = world.find("tom");
    let id = tom.id.0;
    world.write(move |tx| Ok(store::user::set_attribute(tx, id, DEFAULT_PROFILE, "role", Some("admin"))?));
    let capitals = "http://wso2.org/claims/Role";
    assert_eq!(world.claim(&tom, capitals).as_deref(), Some("Internal/everyone"));
    assert_eq!(reads_single(&world, capitals).unwrap().as_deref(), Some("Internal/everyone"));
}

#[test]
fn a_reading_gives_every_claim_once_and_only_those_with_a_value() {
    let world = World::new();
    let tom = world.find("tom");
    let own = "http://wso2.org/claims/identity/of/our/own";
    world.claims(&tom, &[(GIVEN_NAME, Some("Tom")), (own, Some("x"))]).unwrap();
    let asked = [GIVEN_NAME, ORGANIZATION, GIVEN_NAME, "urn:none"];
    let found = world.read(|tx| values(tx, &world.realm, &tom, &asked));
    assert_eq!(found, [(GIVEN_NAME.to_owned(), "Tom".to_owned())]);
    let all = world.read(|tx| all_values(tx, &world.realm, &tom));
    for (uri, value) in
        [(GIVEN_NAME, "Tom"), (MAIL, "tom@example.org"), (ROLE, "Internal/everyone"), (own, "x")]
    {
        let hits: Vec<_> =
            all.iter().filter(|(known, _)| known == uri).map(|(_, value)| value.as_str()).collect();
        assert_eq!(hits, [value], "{uri}");
    }
    assert!(all.iter().all(|(uri, _)| uri != ORGANIZATION));
}

#[test]
fn users_are_found_by_a_value_or_a_part_of_it_in_every_store() {
    let world = World::new();
    world.second_store("EMP");
    let (tom, zoe) = (world.find("tom"), world.user("zoe"));
    let other = world.user_in(SUPER, "EMP", "tom");
    for (user, value) in [(&tom, "Example Inc"), (&zoe, "Elsewhere"), (&other, "Example Inc")] {
        world.claims(user, &[(ORGANIZATION, Some(value))]).unwrap();
    }
    assert_eq!(finds(&world, ORGANIZATION, "Example Inc"), ["EMP/tom", "tom"]);
    assert_eq!(finds(&world, ORGANIZATION, "E*e*"), ["EMP/tom", "tom", "zoe"]);
    assert_eq!(finds(&world, ORGANIZATION, "emp/Example Inc"), ["EMP/tom"], "in the store that is named");
    assert_eq!(finds(&world, ORGANIZATION, "nowhere/Elsewhere"), ["zoe"], "an unknown store is cut off");
    assert!(finds(&world, ORGANIZATION, "Example").is_empty());
    assert!(finds(&world, ORGANIZATION, "100%").is_empty() && finds(&world, ORGANIZATION, "%*").is_empty());
}

#[test]
fn users_are_found_whatever_the_case_of_the_letters() {
    let world = World::new();
    let (tom, zoe) = (world.find("tom"), world.user("zoe"));
    world.claims(&tom, &[(ORGANIZATION, Some("Example Inc"))]).unwrap();
    world.claims(&zoe, &[(ORGANIZATION, Some("Übersee AG"))]).unwrap();
    for value in ["example inc", "EXAMPLE INC", "example*", "*E INC", "Example Inc"] {
        assert_eq!(finds(&world, ORGANIZATION, value), ["tom"], "{value}");
    }
    for value in ["übersee ag", "ÜBERSEE AG", "Ü*", "ü*", "*see*"] {
        assert_eq!(finds(&world, ORGANIZATION, value), ["zoe"], "{value}");
    }
    world.claims(&zoe, &[(ORGANIZATION, Some("Elsewhere"))]).unwrap();
    assert!(finds(&world, ORGANIZATION, "ü*").is_empty(), "what was there before is forgotten");
}

#[test]
fn users_are_found_by_each_of_several_values() {
    let world = World::new();
    let (tom, zoe) = (world.find("tom"), world.user("zoe"));
    let second = |end: &str| format!("{end}@example.org , Second@Example.org");
    world.claims(&tom, &[(MAIL, Some(&second("first"))), (LAST_NAME, Some("Smith, Jr."))]).unwrap();
    for value in ["second@example.org", "FIRST@example.org", "second@*", "first@*g", "*@example.org"] {
        let found = finds(&world, MAIL, value);
        assert!(found.contains(&"tom".to_owned()), "{value}: {found:?}");
        assert!(found.iter().filter(|name| *name == "tom").count() == 1, "{value}: {found:?}");
    }
    assert!(finds(&world, MAIL, "econd@example.org").is_empty(), "not by a piece of one");
    // The family name is one value, whatever is in it.
    assert_eq!(finds(&world, LAST_NAME, "smith, jr."), ["tom"]);
    assert!(finds(&world, LAST_NAME, "Smith").is_empty());
    // Each value goes with the write that takes it away.
    for gone in [Some("first@example.org"), None] {
        world.claims(&tom, &[(MAIL, Some(&second("other")))]).unwrap();
        world.claims(&zoe, &[(MAIL, Some(&second("zoe")))]).unwrap();
        assert_eq!(finds(&world, MAIL, "second@example.org"), ["tom", "zoe"]);
        world.claims(&tom, &[(MAIL, gone)]).unwrap();
        assert_eq!(finds(&world, MAIL, "second@example.org"), ["zoe"]);
    }
}

#[test]
fn a_user_cannot_be_added_with_a_claim_that_is_not_known() {
    let world = World::new();
    let checked = |uri: &str| {
        let mut changes = Changes::default();
        changes.set(GIVEN_NAME, Some("Tom".into()));
        changes.set(uri, Some("x".into()));
        world.store.read(|tx| check_known(tx, &world.realm, SUPER, &changes))
    };
    assert!(checked(SCIM_GIVEN_NAME).is_ok());
    assert_eq!(refusal(checked("urn:none")), "Invalid claim uri has been provided: urn:none");
}

#[test]
fn of_two_changes_to_a_claim_the_last_one_counts() {
    let mut changes = Changes::default();
    assert!(changes.is_empty());
    changes.set("a", Some("1".into()));
    changes.set("b", None);
    changes.set("a", Some("2".into()));
    assert_eq!(changes.iter().collect::<Vec<_>>(), [("a", Some("2")), ("b", None)]);
    assert_eq!((changes.get("b"), changes.get("c")), (Some(None), None));
    changes.remove("a");
    assert_eq!(changes.get("a"), None);
}
