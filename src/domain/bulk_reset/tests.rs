//! Bulk resets: what becomes of whom, whatever comes in between.

use super::*;
use crate::domain::fixture::*;
use std::sync::Arc;

impl World {
    fn drafted(&self, source: Source) -> i64 {
        self.write(move |tx| {
            let actor = admin(tx, SUPER)?;
            draft(tx, START, &actor, &source, "a list")
        })
    }

    fn started(&self, source: Source) -> i64 {
        let id = self.drafted(source);
        self.write(move |tx| {
            let actor = admin(tx, SUPER)?;
            start(tx, START, &actor, id)
        });
        id
    }

    fn step(&self) -> bool {
        let realm = Arc::clone(&self.realm);
        self.write(move |tx| step(tx, START, &realm))
    }

    fn carry_out(&self) {
        while self.step() {}
    }

    fn is_pending(&self, name: &str) -> bool {
        self.row(&self.find(name)).is_some()
    }

    fn refuses<T: std::fmt::Debug + Send + 'static>(
        &self,
        work: impl FnOnce(&mut Tx<'_>) -> Result<T, Error> + Send + 'static,
    ) -> bool {
        matches!(self.store.write_blocking(work), Err(Error::Refused(_)))
    }

    fn told(&self, id: i64) -> Vec<(String, String, String)> {
        let found = self.read(|tx| outcomes(tx, &self.realm, SUPER, id, 0, 1_000));
        found.into_iter().map(|one| (one.name, one.state, one.reason)).collect()
    }
}

fn list(names: &[&str]) -> Source {
    Source::Names(names.iter().map(|name| (*name).to_owned()).collect())
}

#[test]
fn everybody_of_a_list_is_forced_and_who_cannot_be_is_named_with_the_reason() {
    let world = World::new();
    world.set(OTP, "true");
    let ann = world.user("ann");
    world.claims(&ann, &[(MAIL, Some(""))]).unwrap();
    let id = world.started(list(&["tom", "nobody", "ann", "admin", "NOSUCH/tom"]));
    assert!(!world.is_pending("tom"), "nobody is touched before his turn");
    world.carry_out();
    let told = world.told(id);
    let of = |name: &str| told.iter().find(|(known, ..)| known == name).unwrap().clone();
    assert_eq!(of("tom").1, "done");
    assert_eq!(of("nobody").2, "UserNotFound: User nobodydoes not exist in: PRIMARY");
    assert!(of("ann").2.contains("Sending email address is not configured"), "{told:?}");
    assert_eq!(of("admin"), ("admin".into(), "skipped".into(), "Your own account is left out".into()));
    assert_eq!(of("NOSUCH/tom").2, "Invalid Domain Name");
    let (job, progress) = world.read(|tx| find(tx, SUPER, id));
    assert!(job.finished_at.is_some());
    assert_eq!((progress.done, progress.failed, progress.skipped, progress.waiting), (1, 3, 1, 0));
    assert!(world.is_pending("tom") && !world.is_pending("ann") && !world.is_pending("admin"));
}

#[test]
fn a_job_goes_on_where_it_was_left_and_treats_nobody_twice() {
    let world = World::new();
    world.set(OFFLINE, "true");
    let names: Vec<String> = (0..120).map(|number| format!("u{number:03}")).collect();
    for name in &names {
        world.user(name);
    }
    let id = world.started(Source::Names(names));
    assert!(world.step());
    let (_, progress) = world.read(|tx| find(tx, SUPER, id));
    assert_eq!((progress.done, progress.waiting), (50, 70));
    let codes = |count: i64| -> Vec<String> {
        let found = world.read(|tx| outcomes(tx, &world.realm, SUPER, id, 0, count));
        found.into_iter().map(|one| one.code).collect()
    };
    let first = codes(50);
    assert!(first.iter().all(|code| code.len() == 6), "{first:?}");
    world.carry_out();
    assert_eq!(codes(50), first, "a code that was handed over stays good");
    let (job, progress) = world.read(|tx| find(tx, SUPER, id));
    assert_eq!((progress.done, progress.total()), (120, 120));
    assert!(job.finished_at.is_some() && !world.step());
}

#[test]
fn members_of_a_role_and_everybody_are_meant_by_its_name() {
    let world = World::new();
    world.set(OFFLINE, "true");
    world.user("ann");
    let realm = Arc::clone(&world.realm);
    world.write(move |tx| {
        let actor = admin(tx, SUPER)?;
        role::add(tx, START, &realm, &actor, "test role", &["ann".to_owned()], &[])
    });
    let id = world.started(Source::Role("Test Role".into()));
    world.carry_out();
    assert_eq!(world.told(id), [("ann".into(), "done".into(), String::new())]);
    assert!(!world.is_pending("tom"));
    let id = world.started(Source::Role("Internal/everyone".into()));
    world.carry_out();
    let states: Vec<String> = world.told(id).into_iter().map(|(_, state, _)| state).collect();
    assert_eq!(states, ["skipped", "done", "done"]);
}

#[test]
fn what_makes_no_sense_is_refused_and_leaves_nothing() {
    let world = World::new();
    for source in [list(&[]), Source::Role("no such role".into())] {
        assert!(world.refuses(move |tx| {
            let actor = admin(tx, SUPER)?;
            draft(tx, START, &actor, &source, "")
        }));
    }
    let long = Source::Names(vec!["tom".to_owned(); 200_001]);
    assert!(world.refuses(move |tx| {
        let actor = admin(tx, SUPER)?;
        draft(tx, START, &actor, &long, "")
    }));
    let id = world.drafted(list(&["tom"]));
    assert!(world.refuses(move |tx| {
        let actor = admin(tx, SUPER)?;
        start(tx, START, &actor, id)
    }));
    assert!(!world.step(), "without an option nothing is started");
    world.set(OFFLINE, "true");
    let other = world.tenant("other.org");
    assert!(world.refuses(move |tx| discard(tx, other, id)), "another tenant's draft");
    world.write(move |tx| discard(tx, SUPER, id));
    assert!(world.refuses(move |tx| find(tx, SUPER, id)));
}

#[test]
fn a_job_forces_nobody_any_more_once_no_option_is_on() {
    let world = World::new();
    world.set(OFFLINE, "true");
    let id = world.started(list(&["tom"]));
    world.set(OFFLINE, "false");
    world.carry_out();
    assert_eq!(world.told(id)[0].1, "failed");
    assert!(!world.is_pending("tom"));
}

#[test]
fn a_job_that_is_stopped_leaves_the_rest_as_they_are() {
    let world = World::new();
    world.set(OFFLINE, "true");
    let id = world.started(list(&["tom"]));
    world.write(move |tx| {
        let actor = admin(tx, SUPER)?;
        stop(tx, START, &actor, id)
    });
    assert!(!world.step() && !world.is_pending("tom"));
    assert_eq!(world.told(id)[0].1, "skipped");
}

#[test]
fn the_rights_count_that_who_asked_has_when_it_is_done() {
    let world = World::new();
    world.set(OFFLINE, "true");
    let ann = world.user("ann");
    let id = world.write(move |tx| {
        let tenant = tenant::by_id(tx, SUPER)?.unwrap();
        let actor = Actor::of(&tenant, &ann, "ann");
        let id = draft(tx, START, &actor, &list(&["tom"]), "")?;
        start(tx, START, &actor, id)?;
        Ok(id)
    });
    world.carry_out();
    assert_eq!(world.told(id)[0].2, "You are not authorized to perform this action.");
    assert!(!world.is_pending("tom"));
}
