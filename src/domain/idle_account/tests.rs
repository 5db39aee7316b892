use super::*;
use crate::domain::fixture::GIVEN_NAME;
use crate::domain::fixture::*;
use crate::domain::login::{Face, Refusal};

const NOON: i64 = 12 * 3_600_000;

/// A world that checks at noon, with the connector on, in which tom has just logged in.
fn watching() -> World {
    let world = World::with(|policy| policy.idle_check_at = NOON);
    world.set(ENABLE, "true");
    assert!(world.gets_in("tom", OLD));
    world
}

fn pass_days(world: &World, days: i64) {
    world.pass(days * DAY);
}

fn check(world: &World) -> (usize, usize) {
    let done = check_all(&world.store, world.now(), &world.realm).unwrap();
    (done.reminded, done.shut)
}

fn last_logon(world: &World, user: &User) -> Option<String> {
    world.claim(user, LAST_LOGON)
}

fn reminders(world: &World, user: &User) -> usize {
    world.mails(user).iter().filter(|mail| mail.template == notice::IDLE_REMINDER).count()
}

#[test]
fn a_login_at_any_door_is_noted_while_the_connector_is_on() {
    let world = World::new();
    let tom = world.find("tom");
    assert!(world.gets_in("tom", OLD));
    assert_eq!(last_logon(&world, &tom), None, "it is off");
    world.set(ENABLE, "true");
    for face in [Face::Browser, Face::Services] {
        world.pass_minutes(10);
        assert!(matches!(world.login_at(face, "tom", OLD), crate::domain::login::Outcome::In(_)));
        assert_eq!(last_logon(&world, &tom), Some(world.now().0.to_string()), "{face:?}");
    }
    let before = last_logon(&world, &tom);
    world.pass_minutes(10);
    assert!(!world.gets_in("tom", "Wrong@123"));
    assert_eq!(last_logon(&world, &tom), before, "a refused one is none");
}

#[test]
fn a_user_is_reminded_once_after_each_number_of_days_and_shut_out_after_the_last() {
    let world = watching();
    let tom = world.find("tom");
    let mut seen = Vec::new();
    for day in 1..=100 {
        pass_days(&world, 1);
        let (reminded, shut) = check(&world);
        if reminded + shut > 0 {
            seen.push((day, reminded, shut));
        }
        assert_eq!(check(&world), (0, 0), "once a day");
        // Mails without a code are not kept for ever; what counts is that they were made.
        world.write(|tx| Ok(tx.execute("DELETE FROM outbox", &[])?));
    }
    // The login was in the evening, so that the days are full at noon of the day after.
    assert_eq!(seen, [(31, 1, 0), (46, 1, 0), (61, 1, 0), (76, 1, 0), (91, 0, 1)]);
    assert_eq!(world.refusal("tom", OLD), Some(Refusal::Disabled));
    assert_eq!(world.audited(&tom).last().map(String::as_str), Some("Disable user account"));
}

#[test]
fn a_login_begins_the_days_anew() {
    let world = watching();
    let tom = world.find("tom");
    pass_days(&world, 29);
    assert_eq!(check(&world), (0, 0));
    assert!(world.gets_in("tom", OLD));
    pass_days(&world, 29);
    assert_eq!(check(&world), (0, 0));
    pass_days(&world, 2);
    assert_eq!(check(&world), (1, 0));
    assert_eq!(reminders(&world, &tom), 1);
    let mail = world.mails(&tom).pop().unwrap();
    assert_eq!(mail.subject, "Your account has not been used for a while");
}

#[test]
fn the_mail_knows_the_name_and_the_day_as_the_originals_does() {
    let world = watching();
    let tom = world.find("tom");
    world.claims(&tom, &[(GIVEN_NAME, Some("Thomas"))]).unwrap();
    as_admin(&world, SUPER, |tx, _, _, actor| {
        let sql = "UPDATE email_template SET body = 'Dear {{first-name}}, until {{suspension-date}}.' \
                   WHERE tenant_id = $1 AND key = $2";
        assert!(tx.execute(sql, &[actor.tenant.0.into(), notice::IDLE_REMINDER.into()])? > 0);
        Ok(())
    })
    .unwrap();
    pass_days(&world, 31);
    assert_eq!(check(&world), (1, 0));
    let mail = world.mails(&tom).pop().unwrap();
    // Logged in on 14 November 2023, shut 90 days later.
    assert!(mail.body.contains("Dear Thomas, until 12-02-2024."), "{}", mail.body);
}

#[test]
fn who_never_logged_in_or_is_shut_already_is_left_alone_and_so_is_everybody_while_it_is_off() {
    let world = World::with(|policy| policy.idle_check_at = NOON);
    assert!(world.gets_in("tom", OLD));
    pass_days(&world, 400);
    assert_eq!(check(&world), (0, 0));
    let world = watching();
    let eva = world.user("eva");
    pass_days(&world, 31);
    assert_eq!(check(&world), (1, 0));
    assert_eq!(reminders(&world, &eva), 0, "nobody knows since when");
    world.claims(&world.find("tom"), &[(DISABLED, Some("true"))]).unwrap();
    pass_days(&world, 60);
    assert_eq!(check(&world), (0, 0));
    world.claims(&world.find("tom"), &[(DISABLED, Some("false"))]).unwrap();
    world.set(ENABLE, "false");
    pass_days(&world, 60);
    assert_eq!(check(&world), (0, 0));
    assert!(world.gets_in("tom", OLD));
}

#[test]
fn a_server_that_was_down_overlooks_nobody_and_tells_nobody_twice() {
    let world = watching();
    let tom = world.find("tom");
    pass_days(&world, 10);
    assert_eq!(check(&world), (0, 0));
    // It comes back after two of the reminders were due.
    pass_days(&world, 40);
    assert_eq!(check(&world), (1, 0));
    assert_eq!(reminders(&world, &tom), 1);
    pass_days(&world, 100);
    assert_eq!(check(&world), (0, 1), "no reminder for somebody who is shut out");
}

#[test]
fn the_first_administrator_is_reminded_but_not_shut_out() {
    let world = watching();
    assert!(world.gets_in("admin", OLD));
    pass_days(&world, 31);
    assert_eq!(check(&world), (2, 0));
    pass_days(&world, 100);
    assert_eq!(check(&world), (0, 1));
    assert!(world.gets_in("admin", OLD) && !world.gets_in("tom", OLD));
}

#[test]
fn a_store_out_of_use_holds_nobody_up_and_its_users_are_left_alone() {
    let world = watching();
    world.second_store("SALES");
    let sue = world.user_in(SUPER, "SALES", "sue");
    assert!(world.gets_in("SALES/sue", OLD));
    let take = |disabled| {
        as_admin(&world, SUPER, move |tx, now, _, admin| {
            crate::domain::user_store::set_disabled(tx, now, admin, "SALES", disabled)
        })
        .unwrap();
    };
    take(true);
    pass_days(&world, 91);
    assert_eq!(check(&world), (0, 1), "tom");
    assert_eq!(world.claim(&sue, DISABLED), None);
    take(false);
    pass_days(&world, 1);
    assert_eq!(check(&world), (0, 1), "sue");
}

#[test]
fn a_tenant_that_cannot_be_looked_at_holds_no_other_up() {
    let world = watching();
    let acme = world.tenant("acme.com");
    world.user_in(acme, "PRIMARY", "tom");
    world.set_in(acme, ENABLE, "true");
    assert!(world.gets_in("tom@acme.com", OLD));
    let broken = "CREATE TRIGGER broken BEFORE INSERT ON idle_check WHEN NEW.tenant_id = -1234 \
                  BEGIN SELECT RAISE(ABORT, 'broken'); END";
    world.write(|tx| Ok(tx.execute(broken, &[])?));
    pass_days(&world, 91);
    assert_eq!(check(&world), (0, 1), "acme's tom");
}

#[test]
fn each_tenant_has_its_own_days_and_numbers_that_make_no_sense_do_nothing() {
    let world = watching();
    let acme = world.tenant("acme.com");
    let other = world.user_in(acme, "PRIMARY", "tom");
    world.set_in(acme, ENABLE, "true");
    world.set_in(acme, SHUT_AFTER, "soon");
    world.set_in(acme, REMIND_AFTER, "x, 2 ,-1,,0,2");
    assert!(world.gets_in("tom@acme.com", OLD));
    pass_days(&world, 3);
    assert_eq!(check(&world), (1, 0));
    assert_eq!(
        world.mails(&other).last().map(|mail| mail.template.clone()),
        Some(notice::IDLE_REMINDER.to_owned())
    );
    pass_days(&world, 500);
    assert_eq!(check(&world), (0, 1), "the super tenant's tom");
    assert!(world.gets_in("tom@acme.com", OLD));
    world.set_in(acme, SHUT_AFTER, "5");
    pass_days(&world, 7);
    world.write(move |tx| tenant::set_active(tx, acme, false));
    assert_eq!(check(&world), (0, 0), "a tenant that is not active is at rest");
    world.write(move |tx| tenant::set_active(tx, acme, true));
    assert_eq!(check(&world), (0, 1));
}

#[test]
fn a_large_tenant_is_looked_at_page_by_page_and_goes_on_where_it_was() {
    let world = watching();
    let at = world.now().0;
    for number in 0..(PAGE * 2 + 7) {
        let user = world.user(&format!("user{number}"));
        world.write(move |tx| note_login(tx, Now(at), user.id.0));
    }
    pass_days(&world, 31);
    let (now, realm) = (world.now(), Arc::clone(&world.realm));
    let due = last_due(now, NOON);
    let tenant = world.read(|tx| tenant::by_id(tx, SUPER)).unwrap();
    // The server stops behind the first page.
    let first = world.write(move |tx| turn_page(tx, now, &realm, &tenant, due));
    assert_eq!(first.reminded, 200);
    pass_days(&world, 1);
    assert_eq!(check(&world), (208, 0));
    let all = world.all_mails().into_iter().filter(|mail| mail.template == notice::IDLE_REMINDER);
    let mut to: Vec<String> = all.map(|mail| mail.recipient).collect();
    to.sort();
    let count = to.len();
    to.dedup();
    assert_eq!((count, to.len()), (408, 408), "everybody once");
}

#[test]
fn a_check_is_due_at_its_time_of_day_and_not_before() {
    let day = 20_000 * DAY;
    assert_eq!(last_due(Now(day + NOON), NOON), Now(day + NOON));
    assert_eq!(last_due(Now(day + NOON - 1), NOON), Now(day - DAY + NOON));
    assert_eq!(last_due(Now(day + DAY - 1), NOON), Now(day + NOON));
    assert_eq!(last_due(Now(day), 0), Now(day));
}
