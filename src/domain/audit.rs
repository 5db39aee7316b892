//! The audit trail: a row for every administrative change, and the log line of the original.

use super::{Actor, Error, Now};
use crate::store::{self, Tx};

/// Records what an actor did, in the transaction of the change. The line goes to the log target `AUDIT_LOG` in the
/// format of IS 5.3.0.
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
    let initiator = [&actor.name, "@", &actor.domain].concat();
    store::session::audit(tx, actor.tenant.0, now.0, &initiator, action, target, data)?;
    tracing::info!(
        target: "AUDIT_LOG",
        "Initiator : {initiator} | Action : {action} | Target : {target} | Data : {{ {data} }} | Result : Success "
    );
    Ok(())
}
