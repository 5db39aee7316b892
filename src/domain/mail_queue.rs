//! The mails of a tenant as its administrators see them: what waits, what was sent, what failed and why.
//!
//! A mail's text is seen by nobody: it carries codes. It is kept, sealed, while it can be of use: while the mail waits, and
//! after a mail server refused it, until its time is over or the reset ends whose code it carries. So long a mail can be
//! sent again or dropped.

use super::{Actor, Error, Now, Tenant, TenantId, audit, recovery, tenant};
use crate::store::{self, Tx};

pub use crate::store::outbox::Listed;

/// What becomes of a mail.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum State {
    /// It waits.
    Queued,
    /// The mail server took it.
    Sent,
    /// It was refused for good, or its time was over.
    Failed,
    /// It was no longer wanted.
    Dropped,
}

impl State {
    /// All of them.
    pub const ALL: [Self; 4] = [Self::Queued, Self::Sent, Self::Failed, Self::Dropped];

    /// The word in the table.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Queued => "queued",
            Self::Sent => "sent",
            Self::Failed => "failed",
            Self::Dropped => "dropped",
        }
    }

    /// The state of that name.
    #[must_use]
    pub fn of(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|state| state.name() == name)
    }
}

/// The mails of a tenant, newest first, behind the one with the key `after`.
///
/// # Errors
/// Failures of the database.
pub fn page(
    tx: &mut Tx<'_>,
    tenant: TenantId,
    state: Option<State>,
    after: Option<i64>,
    limit: i64,
) -> Result<Vec<Listed>, Error> {
    Ok(store::outbox::page(tx, tenant.0, state.map(State::name), after, limit)?)
}

/// A mail of the tenant.
///
/// # Errors
/// One that the tenant does not have.
pub fn find(tx: &mut Tx<'_>, tenant: TenantId, id: i64) -> Result<Listed, Error> {
    store::outbox::find(tx, tenant.0, id)?.ok_or_else(no_such_mail)
}

fn no_such_mail() -> Error {
    Error::refused("There is no such mail.")
}

/// Makes a mail due at once: one that waits, or one that was refused and can still be of use.
///
/// # Errors
/// A mail that the actor's tenant does not have, or one that cannot be sent any more.
pub fn retry(tx: &mut Tx<'_>, now: Now, actor: &Actor, id: i64) -> Result<(), Error> {
    let mail = find(tx, actor.tenant, id)?;
    if !make_due(tx, now, id)? {
        return Err(left(&mail));
    }
    audit::record(tx, now, actor, "Retry Mail", &mail.recipient, &mail.template)
}

/// Whether a mail can be sent as far as its own row says.
#[must_use]
pub fn is_sendable(mail: &Listed, now: Now) -> bool {
    mail.kept && mail.expires_at.is_none_or(|until| now.0 <= until)
}

/// Makes every mail of every tenant due at once that can be of use, with those that were refused where `refused` says so;
/// how many they were. For the operator of the machine, who acts in the super tenant.
///
/// # Errors
/// Failures of the database.
pub fn retry_all(tx: &mut Tx<'_>, now: Now, actor: &Actor, refused: bool) -> Result<usize, Error> {
    let mut due = store::outbox::make_all_due(tx, now.0)?;
    if refused {
        for id in store::outbox::refused(tx)? {
            due += usize::from(make_due(tx, now, id)?);
        }
    }
    if due > 0 {
        audit::record(tx, now, actor, "Retry Mails", "*", &format!("Mails : {due}"))?;
    }
    Ok(due)
}

/// The tenant whose mail that is. For the operator of the machine, who sees the mails of all.
///
/// # Errors
/// A mail that no tenant has.
pub fn tenant_of(tx: &mut Tx<'_>, id: i64) -> Result<Tenant, Error> {
    let found = match store::outbox::tenant_of(tx, id)? {
        Some(tenant) => tenant::by_id(tx, TenantId(tenant))?,
        None => None,
    };
    found.ok_or_else(no_such_mail)
}

/// Makes a mail of any tenant due at once; `false` when it cannot be sent any more. A mail whose code is no longer good
/// never goes out this way, also where the time codes are good for was shortened after it was written.
fn make_due(tx: &mut Tx<'_>, now: Now, id: i64) -> Result<bool, Error> {
    if let Some((tenant, begun_at)) = store::outbox::recovery_of(tx, id)?
        && recovery::has_expired(now, begun_at, recovery::expiry_minutes(tx, TenantId(tenant))?)
    {
        return Ok(false);
    }
    Ok(store::outbox::make_due(tx, id, now.0)?)
}

/// Takes a mail out of the queue unsent, or gives up one that was refused.
///
/// # Errors
/// As [`retry`].
pub fn drop(tx: &mut Tx<'_>, now: Now, actor: &Actor, id: i64) -> Result<(), Error> {
    let mail = find(tx, actor.tenant, id)?;
    if !store::outbox::drop(tx, id, now.0)? {
        return Err(left(&mail));
    }
    audit::record(tx, now, actor, "Drop Mail", &mail.recipient, &mail.template)
}

fn left(mail: &Listed) -> Error {
    Error::refused(format!(
        "The mail to {} cannot be sent any more: it has left the queue, or what it says is no longer true. Do again what \
         it was sent for.",
        mail.recipient
    ))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::fixture::{LINK, NEW, OFFLINE, OTP, SUPER, TRIGGER, World, as_admin};

    fn waiting(world: &World, tenant: TenantId) -> Vec<Listed> {
        world.read(|tx| page(tx, tenant, Some(State::Queued), None, 10))
    }

    /// A world in which tom has a reset mail, with its key.
    fn with_mail() -> (World, i64) {
        let world = World::new();
        world.set(LINK, "true");
        world.trigger(&world.find("tom")).unwrap();
        let id = waiting(&world, SUPER)[0].id;
        (world, id)
    }

    #[test]
    fn a_tenant_sees_its_own_mails_newest_first_page_by_page() {
        let world = World::new();
        let acme = world.tenant("acme.com");
        world.set(LINK, "true");
        world.set_in(acme, LINK, "true");
        for name in ["ann", "bob", "cem"] {
            world.trigger(&world.user(name)).unwrap();
        }
        world.trigger(&world.user_in(acme, "PRIMARY", "eve")).unwrap();
        let mails = waiting(&world, SUPER);
        let names: Vec<&str> = mails.iter().map(|mail| mail.recipient.as_str()).collect();
        assert_eq!(names, ["cem@example.org", "bob@example.org", "ann@example.org"]);
        let rest = world.read(|tx| page(tx, SUPER, None, Some(mails[1].id), 10));
        assert_eq!(rest, mails[2..]);
        assert_eq!(waiting(&world, acme).len(), 1);
        assert!(world.read(|tx| page(tx, SUPER, Some(State::Sent), None, 10)).is_empty());
    }

    #[test]
    fn a_mail_that_waits_is_hurried_or_dropped_and_both_are_audited() {
        let (world, id) = with_mail();
        world.write(move |tx| Ok(store::outbox::postpone(tx, id, i64::MAX, "no route")?));
        as_admin(&world, SUPER, move |tx, now, _, actor| retry(tx, now, actor, id)).unwrap();
        let mail = world.read(|tx| find(tx, SUPER, id));
        assert_eq!((mail.due_at, mail.last_error.as_deref()), (world.now().0, Some("no route")));
        as_admin(&world, SUPER, move |tx, now, _, actor| drop(tx, now, actor, id)).unwrap();
        assert_eq!(world.read(|tx| find(tx, SUPER, id)).state, "dropped");
        let audited = world.read(|tx| {
            let search = store::audit::Search {
                tenant: SUPER.0,
                target: Some("Tom@example.org"),
                limit: 9,
                ..Default::default()
            };
            Ok(store::audit::page(tx, &search)?)
        });
        let actions: Vec<&str> = audited.iter().map(|row| row.action.as_str()).collect();
        assert_eq!(actions, ["Drop Mail", "Retry Mail"]);
    }

    #[test]
    fn what_has_left_the_queue_or_belongs_to_another_tenant_is_out_of_reach() {
        let (world, id) = with_mail();
        let acme = world.tenant("acme.com");
        for tried in [
            as_admin(&world, acme, move |tx, now, _, actor| retry(tx, now, actor, id)),
            as_admin(&world, acme, move |tx, now, _, actor| drop(tx, now, actor, id)),
        ] {
            assert_eq!(tried.unwrap_err(), "There is no such mail.");
        }
        as_admin(&world, SUPER, move |tx, now, _, actor| drop(tx, now, actor, id)).unwrap();
        let again = as_admin(&world, SUPER, move |tx, now, _, actor| retry(tx, now, actor, id));
        assert!(again.unwrap_err().starts_with("The mail to tom@example.org cannot be sent any more"));
    }

    /// The mail server refuses the mail of that key for good.
    fn refuse(world: &World, id: i64) {
        let now = world.now().0;
        world.write(move |tx| {
            assert!(store::outbox::finish(tx, id, store::outbox::End::Refused, now, Some("550 unknown"))?);
            Ok(())
        });
    }

    fn again(world: &World, id: i64) -> Result<(), String> {
        as_admin(world, SUPER, move |tx, now, _, actor| retry(tx, now, actor, id))
    }

    #[test]
    fn a_refused_mail_is_sent_again_with_the_same_code_while_that_is_good() {
        let (world, id) = with_mail();
        let code = world.mails(&world.find("tom"))[0].code();
        refuse(&world, id);
        let mail = world.read(|tx| find(tx, SUPER, id));
        assert!(mail.state == "failed" && is_sendable(&mail, world.now()));
        assert!(world.all_mails().is_empty());
        again(&world, id).unwrap();
        assert_eq!(world.mails(&world.find("tom"))[0].code().reveal(), code.reveal());
        assert_eq!(world.problem(&code, NEW), None);
    }

    #[test]
    fn a_refused_mail_is_never_sent_again_once_its_code_is_no_longer_good() {
        type End = fn(&World);
        let ends: [(&str, End); 6] = [
            ("used", |world| {
                let tom = world.find("tom");
                let id = waiting_or_refused(world);
                again(world, id).unwrap();
                let code = world.mails(&tom)[0].code();
                refuse(world, id);
                world.complete(&code, NEW).unwrap();
            }),
            ("replaced", |world| {
                world.trigger(&world.find("tom")).unwrap();
                world.write(|tx| Ok(tx.execute("DELETE FROM outbox WHERE state = 'queued'", &[])?));
            }),
            ("cancelled", |world| {
                world.claims(&world.find("tom"), &[(TRIGGER, Some("false"))]).unwrap();
            }),
            ("expired", |world| world.pass_minutes(1_441)),
            ("expired by a shorter time", |world| {
                world.set("Recovery.ExpiryTime", "10");
                world.pass_minutes(11);
            }),
            ("user gone", |world| {
                world.write(|tx| Ok(tx.execute("DELETE FROM user WHERE name = 'tom'", &[])?));
            }),
        ];
        for (why, end) in ends {
            let (world, id) = with_mail();
            refuse(&world, id);
            end(&world);
            let refused = again(&world, id).expect_err(why);
            assert!(
                refused.starts_with("The mail to tom@example.org cannot be sent any more"),
                "{why}: {refused}"
            );
            assert_eq!(all_again(&world, true), 0, "{why}");
            assert!(world.all_mails().is_empty(), "{why}");
        }
    }

    fn all_again(world: &World, refused: bool) -> usize {
        as_admin(world, SUPER, move |tx, now, _, actor| retry_all(tx, now, actor, refused)).unwrap()
    }

    fn waiting_or_refused(world: &World) -> i64 {
        world.read(|tx| page(tx, SUPER, None, None, 10))[0].id
    }

    #[test]
    fn a_mailed_one_time_password_that_was_voided_is_not_sent_and_a_link_is() {
        for (option, sent) in [(OTP, 0), (LINK, 1)] {
            let world = World::new();
            world.set(option, "true");
            if sent > 0 {
                world.set(OFFLINE, "true");
            }
            let tom = world.find("tom");
            world.trigger(&tom).unwrap();
            for _ in 0..world.realm.policy.wrong_code_limit {
                world.login("tom", "WRONG1");
            }
            assert!(world.row(&tom).unwrap().voided_at.is_some());
            assert_eq!(world.mails(&tom).len(), sent, "{option}");
        }
    }

    #[test]
    fn the_operator_makes_all_due_that_wait_and_on_request_all_that_were_refused() {
        let (world, id) = with_mail();
        refuse(&world, id);
        let eva = world.user("eva");
        world.trigger(&eva).unwrap();
        assert_eq!(all_again(&world, false), 1);
        assert_eq!(world.all_mails().len(), 1);
        assert_eq!(all_again(&world, true), 2);
        assert_eq!(world.all_mails().len(), 2);
        // A dropped one is not among them.
        as_admin(&world, SUPER, move |tx, now, _, actor| drop(tx, now, actor, id)).unwrap();
        assert_eq!(all_again(&world, true), 1);
    }
}
