//! Recoveries under way: at most one per user, their codes kept as keyed hashes.

use super::{Error, Row, Tx};

/// A recovery to begin.
#[derive(Debug, Clone, Copy)]
pub struct NewRecovery<'a> {
    /// Whose it is.
    pub user: i64,
    /// The scenario's name in IS 5.3.0.
    pub scenario: &'a str,
    /// The step's name in IS 5.3.0.
    pub step: &'a str,
    /// Keyed hash of the code in a mailed link.
    pub link_hash: Option<&'a [u8]>,
    /// Keyed hash of the one-time password.
    pub otp_hash: Option<&'a [u8]>,
    /// When the codes were issued, epoch milliseconds.
    pub created_at: i64,
    /// Who set the claim.
    pub forced_by: Option<&'a str>,
}

/// A recovery, with the user it belongs to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RecoveryRow {
    /// Key of the row.
    pub id: i64,
    /// Whose it is.
    pub user: i64,
    /// The user's tenant.
    pub tenant: i64,
    /// The user's store.
    pub domain: String,
    /// The user's lower-cased name without domain.
    pub folded: String,
    /// The scenario's name.
    pub scenario: String,
    /// The step's name.
    pub step: String,
    /// Keyed hash of the code in a mailed link.
    pub link_hash: Option<Vec<u8>>,
    /// Keyed hash of the one-time password.
    pub otp_hash: Option<Vec<u8>>,
    /// When the codes were issued.
    pub created_at: i64,
    /// Wrong codes presented since.
    pub wrong_codes: i64,
    /// Set when they were too many.
    pub voided_at: Option<i64>,
    /// Who set the claim.
    pub forced_by: Option<String>,
    /// Set when the codes were found to be too old.
    pub expired_at: Option<i64>,
}

const COLUMNS: &str = "SELECT r.id, r.user_id, u.tenant_id, u.domain, u.folded, r.scenario, r.step, r.link_hash, \
                       r.otp_hash, r.created_at, r.wrong_codes, r.voided_at, r.forced_by, r.expired_at \
                       FROM recovery r JOIN user u ON u.id = r.user_id";

fn recovery(row: &Row<'_>) -> Result<RecoveryRow, Error> {
    Ok(RecoveryRow {
        id: row.int(0)?,
        user: row.int(1)?,
        tenant: row.int(2)?,
        domain: row.text(3)?,
        folded: row.text(4)?,
        scenario: row.text(5)?,
        step: row.text(6)?,
        link_hash: row.opt_bytes(7)?,
        otp_hash: row.opt_bytes(8)?,
        created_at: row.int(9)?,
        wrong_codes: row.int(10)?,
        voided_at: row.opt_int(11)?,
        forced_by: row.opt_text(12)?,
        expired_at: row.opt_int(13)?,
    })
}

/// Begins a recovery. The user must have none: see [`delete_of_user`].
pub fn insert(tx: &mut Tx<'_>, new: &NewRecovery<'_>) -> Result<i64, Error> {
    tx.insert(
        "INSERT INTO recovery (user_id, scenario, step, link_hash, otp_hash, created_at, forced_by, tenant_id) \
         VALUES ($1, $2, $3, $4, $5, $6, $7, (SELECT tenant_id FROM user WHERE id = $1))",
        &[
            new.user.into(),
            new.scenario.into(),
            new.step.into(),
            new.link_hash.into(),
            new.otp_hash.into(),
            new.created_at.into(),
            new.forced_by.into(),
        ],
    )
}

/// The recovery of a user.
pub fn of_user(tx: &mut Tx<'_>, user: i64) -> Result<Option<RecoveryRow>, Error> {
    tx.opt(&format!("{COLUMNS} WHERE r.user_id = $1"), &[user.into()], recovery)
}

/// The recovery whose mailed link carries the code of that hash.
pub fn by_link(tx: &mut Tx<'_>, hash: &[u8]) -> Result<Option<RecoveryRow>, Error> {
    tx.opt(&format!("{COLUMNS} WHERE r.link_hash = $1"), &[hash.into()], recovery)
}

/// The recoveries with the one-time password of that hash; two users may have drawn the same.
pub fn by_otp(tx: &mut Tx<'_>, hash: &[u8]) -> Result<Vec<RecoveryRow>, Error> {
    tx.query(&format!("{COLUMNS} WHERE r.otp_hash = $1"), &[hash.into()], recovery)
}

/// The tenants in which some user has a code that is not known to be too old.
pub fn tenants_with_codes(tx: &mut Tx<'_>) -> Result<Vec<i64>, Error> {
    tx.query("SELECT DISTINCT tenant_id FROM recovery WHERE expired_at IS NULL", &[], |row| row.int(0))
}

/// Keeps that the codes of a tenant that were issued before a moment are too old.
pub fn mark_expired(tx: &mut Tx<'_>, tenant: i64, before: i64, now: i64) -> Result<usize, Error> {
    tx.execute(
        "UPDATE recovery SET expired_at = $1 WHERE tenant_id = $2 AND expired_at IS NULL AND created_at < $3",
        &[now.into(), tenant.into(), before.into()],
    )
}

/// The users of a tenant whose one-time password was issued before that moment.
pub fn with_older_otp(tx: &mut Tx<'_>, tenant: i64, before: i64) -> Result<Vec<i64>, Error> {
    tx.query(
        "SELECT r.user_id FROM recovery r JOIN user u ON u.id = r.user_id \
         WHERE u.tenant_id = $1 AND r.otp_hash IS NOT NULL AND r.created_at < $2",
        &[tenant.into(), before.into()],
        |row| row.int(0),
    )
}

/// Ends a recovery; `false` when it had ended already, so that one of two requests goes on.
pub fn delete(tx: &mut Tx<'_>, id: i64) -> Result<bool, Error> {
    Ok(tx.execute("DELETE FROM recovery WHERE id = $1", &[id.into()])? > 0)
}

/// Counts a wrong code and says how many there are now; voids the codes when they reach `limit`.
pub fn count_wrong_code(tx: &mut Tx<'_>, id: i64, now: i64, limit: i64) -> Result<i64, Error> {
    tx.execute(
        "UPDATE recovery SET wrong_codes = wrong_codes + 1, \
         voided_at = CASE WHEN voided_at IS NULL AND wrong_codes + 1 >= $1 THEN $2 ELSE voided_at END WHERE id = $3",
        &[limit.into(), now.into(), id.into()],
    )?;
    let count = tx.opt("SELECT wrong_codes FROM recovery WHERE id = $1", &[id.into()], |row| row.int(0))?;
    Ok(count.unwrap_or(0))
}

/// A forced reset as administrators list it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Forced {
    /// Key of the row; newer ones have greater keys.
    pub id: i64,
    /// The user's store.
    pub domain: String,
    /// The user's name without domain.
    pub name: String,
    /// Whether a link was made.
    pub link: bool,
    /// Whether a one-time password was made.
    pub otp: bool,
    /// When the codes were issued, epoch milliseconds.
    pub created_at: i64,
    /// Set when too many wrong codes were presented.
    pub voided_at: Option<i64>,
    /// Set when the codes were found to be too old.
    pub expired_at: Option<i64>,
    /// Who forced it.
    pub forced_by: String,
    /// Template and state of the mail with the code, if there was one; of several, which go to as many addresses, the state
    /// that is furthest from sent.
    pub mail: Option<(String, String)>,
}

const FORCED: &str = "SELECT r.id, u.domain, u.name, r.link_hash IS NOT NULL, r.otp_hash IS NOT NULL, r.created_at, \
    r.voided_at, r.forced_by, (SELECT o.template FROM outbox o WHERE o.recovery_id = r.id ORDER BY o.id DESC LIMIT 1), \
    (SELECT o.state FROM outbox o WHERE o.recovery_id = r.id ORDER BY CASE o.state WHEN 'failed' THEN 0 \
    WHEN 'dropped' THEN 1 WHEN 'queued' THEN 2 ELSE 3 END LIMIT 1), r.expired_at \
    FROM recovery r JOIN user u ON u.id = r.user_id \
    WHERE r.tenant_id = $1 AND r.forced_by IS NOT NULL AND r.id < $2 ORDER BY r.id DESC LIMIT $3";

/// The forced resets of a tenant, newest first, behind the one with the key `after`.
pub fn forced(tx: &mut Tx<'_>, tenant: i64, after: Option<i64>, limit: i64) -> Result<Vec<Forced>, Error> {
    let after = after.unwrap_or(i64::MAX);
    tx.query(FORCED, &[tenant.into(), after.into(), limit.into()], |row| {
        Ok(Forced {
            id: row.int(0)?,
            domain: row.text(1)?,
            name: row.text(2)?,
            link: row.flag(3)?,
            otp: row.flag(4)?,
            created_at: row.int(5)?,
            voided_at: row.opt_int(6)?,
            forced_by: row.text(7)?,
            mail: row.opt_text(8)?.zip(row.opt_text(9)?),
            expired_at: row.opt_int(10)?,
        })
    })
}

#[cfg(test)]
mod tests {
    use super::FORCED;
    use crate::store::listing::tests::plan;

    #[test]
    fn forced_resets_of_a_tenant_are_found_in_their_order_without_looking_at_those_of_others() {
        let plan = plan(FORCED);
        assert!(plan.contains("recovery_forced (tenant_id=? AND id<?)"), "{plan}");
        assert!(plan.contains("outbox_of_recovery") && !plan.contains("SCAN"), "{plan}");
    }
}
