//! The users of a tenant who are in reset: since when, by whom, how they can get out, and whether the mail went.

use super::cancel;
use crate::domain::name::PRIMARY;
use crate::domain::{Actor, Error, Now, Realm, TenantId, notice, recovery, user};
use crate::store::{self, Tx};

/// How far a reset is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Stage {
    /// Its code can be used.
    Open,
    /// Its code is too old. The user stays in reset until it is forced again or cancelled.
    Expired,
    /// Its one-time password was guessed at too often.
    Voided,
}

/// How the user gets his code.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Way {
    /// A link by mail.
    pub link: bool,
    /// A one-time password by mail.
    pub otp: bool,
    /// A one-time password that an administrator hands over.
    pub offline: bool,
}

/// A user in reset.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Waiting {
    /// Place in the list.
    pub key: i64,
    /// The user as administrators write him.
    pub user: String,
    /// Session name of who forced it.
    pub forced_by: String,
    /// When it was forced.
    pub since: Now,
    /// Until when the code is good.
    pub expires: Now,
    /// How far it is.
    pub stage: Stage,
    /// How the user gets his code.
    pub way: Way,
    /// State of the mail with the code, as the mail queue calls it; of several, the one to look after.
    pub mail: Option<String>,
}

/// The users of a tenant who are in reset, latest first, behind the one with the key `after`.
///
/// # Errors
/// Failures of the database.
pub fn waiting(
    tx: &mut Tx<'_>,
    now: Now,
    tenant: TenantId,
    after: Option<i64>,
    limit: i64,
) -> Result<Vec<Waiting>, Error> {
    let minutes = recovery::expiry_minutes(tx, tenant)?;
    let rows = store::recovery::forced(tx, tenant.0, after, limit)?;
    Ok(rows.into_iter().map(|row| shown(now, minutes, row)).collect())
}

fn shown(now: Now, minutes: i64, row: store::recovery::Forced) -> Waiting {
    let is_voided = row.voided_at.is_some();
    let stage = if is_voided && !row.link {
        Stage::Voided
    } else if recovery::is_over(now, (row.created_at, row.expired_at), minutes) {
        Stage::Expired
    } else {
        Stage::Open
    };
    let mailed_otp = row.mail.as_ref().is_some_and(|(template, _)| template == notice::FORCED_RESET_OTP);
    // A one-time password that was guessed at too often is no way out any more where there is another.
    let offline = row.otp && !mailed_otp && !(is_voided && row.link);
    let user = if row.domain == PRIMARY { row.name } else { [&row.domain, "/", &row.name].concat() };
    Waiting {
        key: row.id,
        user,
        forced_by: row.forced_by,
        since: Now(row.created_at),
        expires: Now(row.created_at).plus_minutes(minutes),
        stage,
        way: Way { link: row.link, otp: mailed_otp, offline },
        mail: row.mail.map(|(_, state)| state),
    }
}

/// Cancels the reset of a user by name, as writing `false` to the claim does.
///
/// # Errors
/// Unknown users, and users who are not in reset.
pub fn withdraw(tx: &mut Tx<'_>, now: Now, realm: &Realm, actor: &Actor, typed: &str) -> Result<(), Error> {
    let found = user::find(tx, actor.tenant, typed)?;
    if cancel(tx, now, realm, actor, &found)? {
        return Ok(());
    }
    Err(Error::refused(format!("There is no pending password reset of {}.", found.display_name())))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::fixture::{LINK, MAIL, OFFLINE, OTP, SUPER, World, as_admin};
    use crate::store::outbox::End;

    fn all(world: &World, tenant: TenantId) -> Vec<Waiting> {
        world.read(|tx| waiting(tx, world.now(), tenant, None, 10))
    }

    #[test]
    fn each_option_shows_how_the_code_comes_and_whether_its_mail_went() {
        for (options, way, mail) in [
            (&[LINK][..], Way { link: true, otp: false, offline: false }, Some("queued")),
            (&[OTP], Way { link: false, otp: true, offline: false }, Some("queued")),
            (&[OFFLINE], Way { link: false, otp: false, offline: true }, None),
            (&[LINK, OFFLINE], Way { link: true, otp: false, offline: true }, Some("queued")),
        ] {
            let world = World::new();
            options.iter().for_each(|option| world.set(option, "true"));
            world.trigger(&world.find("tom")).unwrap();
            let found = all(&world, SUPER);
            assert_eq!(found.len(), 1);
            assert_eq!((found[0].way, found[0].mail.as_deref()), (way, mail), "{options:?}");
            assert_eq!((found[0].user.as_str(), found[0].forced_by.as_str()), ("tom", "admin"));
            assert_eq!(found[0].since, world.now());
            assert_eq!(found[0].expires, world.now().plus_minutes(1440));
        }
    }

    #[test]
    fn of_mails_to_several_addresses_the_one_that_did_not_come_is_told() {
        let world = World::new();
        world.set(LINK, "true");
        let tom = world.find("tom");
        world.claims(&tom, &[(MAIL, Some("old@example.org, new@example.org"))]).unwrap();
        world.trigger(&tom).unwrap();
        let now = world.now().0;
        for (id, end, told) in [(1, End::Refused, "failed"), (2, End::Sent, "failed")] {
            world.write(move |tx| Ok(store::outbox::finish(tx, id, end, now, None)?));
            assert_eq!(all(&world, SUPER)[0].mail.as_deref(), Some(told));
        }
        world.write(move |tx| Ok(store::outbox::make_due(tx, 1, now)?));
        assert_eq!(all(&world, SUPER)[0].mail.as_deref(), Some("queued"), "it is tried again");
        world.write(move |tx| Ok(store::outbox::finish(tx, 1, End::Sent, now, None)?));
        assert_eq!(all(&world, SUPER)[0].mail.as_deref(), Some("sent"));
    }

    #[test]
    fn a_reset_whose_time_is_over_stays_in_the_list_and_says_so() {
        let world = World::new();
        world.set(OFFLINE, "true");
        world.trigger(&world.find("tom")).unwrap();
        assert_eq!(all(&world, SUPER)[0].stage, Stage::Open);
        world.pass_minutes(1441);
        assert_eq!(all(&world, SUPER)[0].stage, Stage::Expired);
    }

    #[test]
    fn a_code_that_was_guessed_at_too_often_is_no_way_out_any_more_and_the_link_is() {
        for (options, stage, way) in [
            (&[OFFLINE][..], Stage::Voided, Way { link: false, otp: false, offline: true }),
            (&[LINK, OFFLINE], Stage::Open, Way { link: true, otp: false, offline: false }),
        ] {
            let world = World::new();
            options.iter().for_each(|option| world.set(option, "true"));
            world.trigger(&world.find("tom")).unwrap();
            for _ in 0..5 {
                assert!(!world.gets_in("tom", "WRONG1"));
            }
            let found = all(&world, SUPER);
            assert_eq!((found[0].stage, found[0].way), (stage, way), "{options:?}");
        }
    }

    #[test]
    fn resets_are_listed_by_tenant_latest_first_and_recoveries_that_users_began_are_none() {
        let world = World::new();
        world.second_store("LDAP");
        let acme = world.tenant("acme.com");
        world.set(LINK, "true");
        world.set_in(acme, LINK, "true");
        world.trigger(&world.find("tom")).unwrap();
        world.trigger(&world.user_in(SUPER, "LDAP", "ann")).unwrap();
        world.trigger(&world.user_in(acme, "PRIMARY", "eve")).unwrap();
        let (bob, realm, now) = (world.user("bob"), world.realm.clone(), world.now());
        world.write(move |tx| {
            let codes = recovery::Codes::default();
            recovery::begin(tx, now, &realm, &bob, recovery::Scenario::Forgotten, codes, None)
        });
        let found = all(&world, SUPER);
        let names: Vec<&str> = found.iter().map(|one| one.user.as_str()).collect();
        assert_eq!(names, ["LDAP/ann", "tom"]);
        let rest = world.read(|tx| waiting(tx, world.now(), SUPER, Some(found[0].key), 10));
        assert_eq!(rest, found[1..]);
        assert_eq!(all(&world, acme).len(), 1);
    }

    #[test]
    fn a_reset_is_withdrawn_once_and_only_in_its_own_tenant() {
        let world = World::new();
        let acme = world.tenant("acme.com");
        world.set(OFFLINE, "true");
        world.trigger(&world.find("tom")).unwrap();
        let cancel =
            |tenant| as_admin(&world, tenant, |tx, now, realm, actor| withdraw(tx, now, realm, actor, "tom"));
        assert!(cancel(acme).unwrap_err().contains("does not exist"));
        cancel(SUPER).unwrap();
        assert!(all(&world, SUPER).is_empty() && world.gets_in("tom", crate::domain::fixture::OLD));
        assert_eq!(cancel(SUPER).unwrap_err(), "There is no pending password reset of tom.");
    }
}
