use super::*;
use crate::domain::fixture::*;
use crate::domain::lockout;

fn actor(world: &World, user: &User) -> Actor {
    let tenant = world.read(|tx| tenant::by_id(tx, user.tenant)).unwrap();
    Actor::of(&tenant, user, &user.name)
}

fn tie(world: &World, first: &User, second: &User) -> Result<(), Error> {
    let (actor, now) = (actor(world, first), world.now());
    let (first, second) = (first.clone(), second.clone());
    world.store.write_blocking(move |tx| link(tx, now, &actor, &first, &second))
}

fn names(world: &World, user: &User) -> Vec<String> {
    let found = world.read(|tx| others(tx, user.id.0));
    found.into_iter().map(|one| format!("{}/{}@{}", one.store, one.name, one.tenant)).collect()
}

fn go(world: &World, user: &User, typed: &str) -> Result<Option<Actor>, Error> {
    let actor = actor(world, user);
    world.store.read(|tx| switch(tx, world.now(), &world.realm, &actor, typed))
}

/// Everybody may log in.
fn open_to_all(world: &World, tenant: TenantId, user: &User) {
    let id = user.id.0;
    world.write(move |tx| {
        let role = store::role::insert(tx, tenant.0, "INTERNAL", &format!("r{id}"), &format!("r{id}"))?;
        store::role::add_member(tx, role, id)?;
        store::role::set_grant(tx, role, permission::LOGIN, permission::EXECUTE, true)?;
        Ok(())
    });
}

#[test]
fn links_join_groups_across_tenants() {
    let world = World::new();
    let acme = world.tenant("acme.example");
    let (tom, ann, bob) = (world.find("tom"), world.user("ann"), world.user_in(acme, "PRIMARY", "bob"));
    let eve = world.user("eve");
    tie(&world, &tom, &ann).unwrap();
    tie(&world, &bob, &eve).unwrap();
    assert_eq!(names(&world, &ann), ["PRIMARY/tom@carbon.super"]);
    tie(&world, &ann, &bob).unwrap();
    assert_eq!(
        names(&world, &tom),
        ["PRIMARY/ann@carbon.super", "PRIMARY/bob@acme.example", "PRIMARY/eve@carbon.super"]
    );
    for (first, second) in [(&tom, &ann), (&eve, &tom)] {
        let text = tie(&world, first, second).unwrap_err().to_string();
        assert_eq!(text, "8525 - Provided user account is already associated to the logged in user");
    }
    let text = tie(&world, &tom, &tom).unwrap_err().to_string();
    assert_eq!(text, "8533 - User can not associate logged in user account to itself");
}

#[test]
fn a_deleted_user_is_linked_with_nobody() {
    let world = World::new();
    let (tom, ann) = (world.find("tom"), world.user("ann"));
    tie(&world, &tom, &ann).unwrap();
    let (now, id) = (world.now(), ann.id.0);
    world.write(move |tx| {
        let admin = admin(tx, SUPER)?;
        user::delete(tx, now, &admin, "ann")
    });
    assert!(names(&world, &tom).is_empty());
    assert!(world.read(|tx| others(tx, id)).is_empty());
}

#[test]
fn by_permission_nobody_reaches_beyond_his_tenant_but_the_super_tenant() {
    let world = World::new();
    let acme = world.tenant("acme.example");
    world.user_in(acme, "PRIMARY", "bob");
    let boss = world.read(|tx| admin(tx, acme));
    let chief = world.read(|tx| admin(tx, SUPER));
    let by_name = |actor: &Actor, first: &'static str, second: &'static str| {
        let (actor, realm, now) = (actor.clone(), world.realm.clone(), world.now());
        let done = world.store.write_blocking(move |tx| link_by_name(tx, now, &realm, &actor, first, second));
        done.map_err(|error| error.to_string())
    };
    assert_eq!(by_name(&boss, "bob@acme.example", "admin"), Err(INVALID_TENANT.to_owned()));
    assert_eq!(by_name(&boss, "tom", "bob@acme.example"), Err(INVALID_TENANT.to_owned()));
    assert_eq!(by_name(&boss, "bob@acme.example", "admin@acme.example"), Ok(()));
    assert_eq!(by_name(&chief, "tom", "bob@acme.example"), Ok(()));
    assert_eq!(by_name(&chief, "tom", "x@nowhere.example"), Err(INVALID_TENANT.to_owned()));
    assert_eq!(by_name(&chief, "tom", "nobody"), Err(CANNOT_LINK.to_owned()));
    assert_eq!(by_name(&chief, "tom", "NOSTORE/x"), Err(CANNOT_LINK.to_owned()));
    assert_eq!(by_name(&chief, " ", "tom"), Err(INVALID_INPUTS.to_owned()));
    let found = world.store.read(|tx| others_by_name(tx, &world.realm, &boss, "tom"));
    assert_eq!(found.unwrap_err().to_string(), INVALID_TENANT);
}

#[test]
fn a_switch_needs_a_link_and_an_account_that_a_login_would_let_in() {
    let world = World::new();
    let acme = world.tenant("acme.example");
    let (tom, bob) = (world.find("tom"), world.user_in(acme, "PRIMARY", "bob"));
    let text = |typed: &str| go(&world, &tom, typed).unwrap_err().to_string();
    assert_eq!(text("bob@acme.example"), NOT_LINKED);
    assert_eq!(text("nobody@acme.example"), NOT_LINKED);
    assert_eq!(text("bob@nowhere.example"), INVALID_TENANT);
    assert_eq!(text(""), INVALID_INPUTS);
    tie(&world, &tom, &bob).unwrap();
    assert_eq!(go(&world, &tom, "bob@acme.example").unwrap(), None, "bob may not log in");
    open_to_all(&world, acme, &bob);
    let other = go(&world, &tom, "BOB@acme.example").unwrap().unwrap();
    assert_eq!((other.user, other.tenant, other.name.as_str()), (bob.id, acme, "bob"));
    world.claims(&bob, &[(lockout::DISABLED, Some("true"))]).unwrap();
    assert_eq!(text("bob@acme.example"), CANNOT_SWITCH);
    world.claims(&bob, &[(lockout::DISABLED, Some("false"))]).unwrap();
    world.set_in(acme, LINK, "true");
    world.trigger(&bob).unwrap();
    assert_eq!(text("bob@acme.example"), CANNOT_SWITCH, "a forced reset is not slipped past");
    world.claims(&bob, &[(TRIGGER, Some("false"))]).unwrap();
    assert!(go(&world, &tom, "bob@acme.example").unwrap().is_some());
    world.write(move |tx| tenant::set_active(tx, acme, false));
    assert_eq!(go(&world, &tom, "bob@acme.example").unwrap(), None);
}

#[test]
fn the_accounts_of_a_group_are_found_by_an_index() {
    let world = World::new();
    let plan = world.read(|tx| {
        Ok(tx.query(
            "EXPLAIN QUERY PLAN SELECT other.user_id FROM linked_account own \
             JOIN linked_account other ON other.group_key = own.group_key WHERE own.user_id = 1",
            &[],
            |row| row.text(3),
        )?)
    });
    assert!(plan.iter().all(|step| step.starts_with("SEARCH")), "{plan:?}");
}
