//! The mails of a tenant as its administrators see them: what waits, what was sent, what failed and why.
//!
//! A mail's text is seen by nobody: it carries codes. Once a mail has left the queue the text is gone, so that only what
//! still waits can be hurried or dropped.

use super::{Actor, Error, Now, TenantId, audit};
use crate::store::{self, Tx, outbox::End};

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
    store::outbox::find(tx, tenant.0, id)?.ok_or_else(|| Error::refused("There is no such mail."))
}

/// Makes a mail that waits due at once.
///
/// # Errors
/// A mail that the actor's tenant does not have, or one that has left the queue.
pub fn retry(tx: &mut Tx<'_>, now: Now, actor: &Actor, id: i64) -> Result<(), Error> {
    let mail = find(tx, actor.tenant, id)?;
    if !store::outbox::make_due(tx, id, now.0)? {
        return Err(left(&mail));
    }
    audit::record(tx, now, actor, "Retry Mail", &mail.recipient, &mail.template)
}

/// Takes a mail out of the queue unsent.
///
/// # Errors
/// As [`retry`].
pub fn drop(tx: &mut Tx<'_>, now: Now, actor: &Actor, id: i64) -> Result<(), Error> {
    let mail = find(tx, actor.tenant, id)?;
    if !store::outbox::finish(tx, id, End::Dropped, now.0, None)? {
        return Err(left(&mail));
    }
    audit::record(tx, now, actor, "Drop Mail", &mail.recipient, &mail.template)
}

fn left(mail: &Listed) -> Error {
    Error::refused(format!(
        "The mail to {} has left the queue. Its text is not kept; do again what it was sent for.",
        mail.recipient
    ))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::fixture::{LINK, SUPER, World, as_admin};

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
        assert!(again.unwrap_err().starts_with("The mail to tom@example.org has left the queue."));
    }
}
