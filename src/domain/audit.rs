//! The audit trail: a row for every administrative change, and the log line of the original. Administrators read that of
//! their own tenant.

use super::{Actor, Error, Now};
use crate::store::{self, Tx};

/// Records what an actor did, in the transaction of the change. The line goes to the log target `AUDIT_LOG` in the
/// format of IS 5.3.0, once the change is durable: it says that it was a success.
///
/// # Errors
/// Failures of the database.
pub fn record(
    tx: &mut Tx<'_>,
    now: Now,
    actor: &Actor,
    action: &str,
    target: &str,
    data: &str,
) -> Result<(), Error> {
    let initiator = initiator(actor);
    store::audit::insert(tx, actor.tenant.0, now.0, &initiator, action, target, data)?;
    let line = line(&initiator, action, target, data, "Success");
    tx.say_once_durable(move || tracing::info!(target: "AUDIT_LOG", "{line}"));
    Ok(())
}

/// Says in the log, and nowhere else, what an actor tried in vain where somebody may be guessing. IS 5.3.0 says nothing.
pub fn say_failed(actor: &Actor, action: &str, target: &str) {
    let line = line(&initiator(actor), action, target, "", "Failed");
    tracing::warn!(target: "AUDIT_LOG", "{line}");
}

fn initiator(actor: &Actor) -> String {
    [&actor.name, "@", &actor.domain].concat()
}

fn line(initiator: &str, action: &str, target: &str, data: &str, result: &str) -> String {
    format!(
        "Initiator : {initiator} | Action : {action} | Target : {target} | Data : {{ {data} }} | Result : {result} "
    )
}

pub use crate::store::audit::AuditRow as Record;

/// What is looked for; what is not given is not asked.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Filter {
    /// Who did it; with or without his tenant.
    pub initiator: Option<String>,
    /// What was done.
    pub action: Option<String>,
    /// To whom or what.
    pub target: Option<String>,
    /// Not before this moment.
    pub from: Option<Now>,
    /// Before this moment.
    pub until: Option<Now>,
}

/// The records of the actor's tenant, newest first, behind the place `after`.
///
/// # Errors
/// Failures of the database.
pub fn page(
    tx: &mut Tx<'_>,
    actor: &Actor,
    filter: &Filter,
    after: Option<(i64, i64)>,
    limit: i64,
) -> Result<Vec<Record>, Error> {
    let initiator = filter.initiator.as_deref().map(|name| match name.contains('@') {
        true => name.to_owned(),
        false => [name, "@", &actor.domain].concat(),
    });
    let search = store::audit::Search {
        tenant: actor.tenant.0,
        initiator: initiator.as_deref(),
        action: filter.action.as_deref(),
        target: filter.target.as_deref(),
        from: filter.from.map(|now| now.0),
        until: filter.until.map(|now| now.0),
        after,
        limit,
    };
    Ok(store::audit::page(tx, &search)?)
}

/// Every action that occurs in the actor's tenant.
///
/// # Errors
/// Failures of the database.
pub fn actions(tx: &mut Tx<'_>, actor: &Actor) -> Result<Vec<String>, Error> {
    Ok(store::audit::actions(tx, actor.tenant.0)?)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::TenantId;
    use crate::domain::fixture::{SUPER, World, admin, as_admin};

    fn note(world: &World, tenant: TenantId, action: &'static str, target: &'static str) {
        as_admin(world, tenant, move |tx, now, _, actor| record(tx, now, actor, action, target, "")).unwrap();
    }

    fn found(world: &World, tenant: TenantId, filter: &Filter) -> Vec<(String, String)> {
        let rows = world.read(|tx| {
            let actor = admin(tx, tenant)?;
            page(tx, &actor, filter, None, 100)
        });
        rows.into_iter().map(|row| (row.action, row.target)).collect()
    }

    fn pairs(expected: &[(&str, &str)]) -> Vec<(String, String)> {
        expected.iter().map(|(action, target)| ((*action).to_owned(), (*target).to_owned())).collect()
    }

    /// Three records of a new tenant, a minute apart, beside one of the super tenant.
    fn world() -> (World, TenantId, Now) {
        let world = World::new();
        let acme = world.tenant("acme.com");
        let start = world.now();
        note(&world, acme, "Add Thing", "Tom");
        world.pass_minutes(1);
        note(&world, acme, "Change Thing", "ann");
        note(&world, SUPER, "Add Thing", "tom");
        world.pass_minutes(1);
        note(&world, acme, "Add Thing", "ann");
        (world, acme, start)
    }

    #[test]
    fn a_tenant_reads_its_own_records_newest_first() {
        let (world, acme, _) = world();
        let all = pairs(&[("Add Thing", "ann"), ("Change Thing", "ann"), ("Add Thing", "Tom")]);
        assert_eq!(found(&world, acme, &Filter::default()), all);
        let actions = world.read(|tx| {
            let actor = admin(tx, acme)?;
            actions(tx, &actor)
        });
        assert_eq!(actions, ["Add Thing", "Change Thing"]);
    }

    #[test]
    fn the_trail_is_narrowed_by_who_what_whom_and_when() {
        let (world, acme, start) = world();
        let by = |filter: Filter| found(&world, acme, &filter);
        let some = |text: &str| Some(text.to_owned());
        assert_eq!(by(Filter { target: some("tom"), ..Filter::default() }), pairs(&[("Add Thing", "Tom")]));
        let changed = by(Filter { action: some("Change Thing"), ..Filter::default() });
        assert_eq!(changed, pairs(&[("Change Thing", "ann")]));
        for name in ["admin", "ADMIN@acme.com"] {
            assert_eq!(by(Filter { initiator: some(name), ..Filter::default() }).len(), 3, "{name}");
        }
        for name in ["tom", "admin@carbon.super", "%", "admin' OR '1'='1"] {
            assert!(by(Filter { initiator: some(name), ..Filter::default() }).is_empty(), "{name}");
        }
        let (from, until) = (Some(start.plus_minutes(1)), Some(start.plus_minutes(2)));
        assert_eq!(by(Filter { from, until, ..Filter::default() }), pairs(&[("Change Thing", "ann")]));
        let both = Filter { action: some("Add Thing"), target: some("ANN"), from, ..Filter::default() };
        assert_eq!(by(both), pairs(&[("Add Thing", "ann")]));
    }

    #[test]
    fn pages_follow_each_other_without_gap_even_within_one_moment() {
        let world = World::new();
        let acme = world.tenant("acme.com");
        for target in ["a", "b", "c", "d", "e"] {
            note(&world, acme, "Add Thing", target);
        }
        let (mut seen, mut after) = (Vec::new(), None);
        loop {
            let rows = world.read(|tx| {
                let actor = admin(tx, acme)?;
                page(tx, &actor, &Filter::default(), after, 2)
            });
            let Some(last) = rows.last() else { break };
            after = Some((last.at, last.id));
            seen.extend(rows.into_iter().map(|row| row.target));
        }
        assert_eq!(seen, ["e", "d", "c", "b", "a"]);
    }
}
