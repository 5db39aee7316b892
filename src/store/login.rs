//! Everything a login decision looks at, in one statement per user name.

use super::{Error, Row, Tx};
use std::sync::{Arc, LazyLock};

/// A user who may be meant, and the state that decides whether he gets in.
#[derive(Clone, PartialEq, Eq)]
pub struct Candidate {
    /// Key of the user.
    pub user: i64,
    /// The user's store.
    pub domain: String,
    /// The name as it was created.
    pub name: String,
    /// What the password is checked against.
    pub credential: String,
    /// The password must be changed …
    pub require_change: bool,
    /// … and was set then.
    pub password_changed_at: i64,
    /// The claims `accountDisabled`, `accountLocked`, `unlockTime`, `failedLoginAttempts`, `failedLoginLockoutCount`.
    pub claims: [Option<String>; 5],
    /// The attribute `active`.
    pub active: Option<String>,
    /// The recovery under way.
    pub recovery: Option<Pending>,
}

impl std::fmt::Debug for Candidate {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Candidate").field("user", &self.user).finish_non_exhaustive()
    }
}

/// A recovery as a login sees it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Pending {
    /// Key of the row.
    pub id: i64,
    /// The scenario's name.
    pub scenario: String,
    /// Keyed hash of the one-time password.
    pub otp_hash: Option<Vec<u8>>,
    /// When it was issued.
    pub created_at: i64,
    /// Set when too many wrong codes were presented.
    pub voided_at: Option<i64>,
    /// Set when it was found to be too old.
    pub expired_at: Option<i64>,
}

const COLUMNS: &str = "SELECT u.id, u.domain, u.name, u.credential, u.require_change, u.password_changed_at, \
    (SELECT value FROM identity_claim WHERE user_id = u.id \
     AND uri = 'http://wso2.org/claims/identity/accountDisabled'), \
    (SELECT value FROM identity_claim WHERE user_id = u.id \
     AND uri = 'http://wso2.org/claims/identity/accountLocked'), \
    (SELECT value FROM identity_claim WHERE user_id = u.id \
     AND uri = 'http://wso2.org/claims/identity/unlockTime'), \
    (SELECT value FROM identity_claim WHERE user_id = u.id \
     AND uri = 'http://wso2.org/claims/identity/failedLoginAttempts'), \
    (SELECT value FROM identity_claim WHERE user_id = u.id \
     AND uri = 'http://wso2.org/claims/identity/failedLoginLockoutCount'), \
    (SELECT value FROM user_attribute WHERE user_id = u.id AND profile = 'default' AND name = 'active'), \
    r.id, r.scenario, r.otp_hash, r.created_at, r.voided_at, r.expired_at \
    FROM user u LEFT JOIN recovery r ON r.user_id = u.id";

fn candidate(row: &Row<'_>) -> Result<Candidate, Error> {
    let recovery = match row.opt_int(12)? {
        Some(id) => Some(Pending {
            id,
            scenario: row.text(13)?,
            otp_hash: row.opt_bytes(14)?,
            created_at: row.int(15)?,
            voided_at: row.opt_int(16)?,
            expired_at: row.opt_int(17)?,
        }),
        None => None,
    };
    Ok(Candidate {
        user: row.int(0)?,
        domain: row.text(1)?,
        name: row.text(2)?,
        credential: row.text(3)?,
        require_change: row.flag(4)?,
        password_changed_at: row.int(5)?,
        claims: [row.opt_text(6)?, row.opt_text(7)?, row.opt_text(8)?, row.opt_text(9)?, row.opt_text(10)?],
        active: row.opt_text(11)?,
        recovery,
    })
}

static IN_STORE: LazyLock<String> = LazyLock::new(|| {
    format!(
        "{COLUMNS} WHERE u.tenant_id = $1 AND u.domain = $2 AND u.folded = $3 AND (u.domain = 'PRIMARY' OR EXISTS \
         (SELECT 1 FROM user_store s WHERE s.tenant_id = u.tenant_id AND s.domain = u.domain AND s.disabled = 0))"
    )
});

/// The user of that name in one store, unless the store is disabled.
pub fn in_store(
    tx: &mut Tx<'_>,
    tenant: i64,
    domain: &str,
    folded: &str,
) -> Result<Option<Arc<Candidate>>, Error> {
    tx.remembered("who may sign in", tenant, &[domain, "/", folded].concat(), |tx| {
        Ok(tx.opt(&IN_STORE, &[tenant.into(), domain.into(), folded.into()], candidate)?.map(Arc::new))
    })
}

/// The users of that name in the stores that logins try, the primary one first, then the others in their order.
pub fn in_chain(tx: &mut Tx<'_>, tenant: i64, folded: &str) -> Result<Vec<Arc<Candidate>>, Error> {
    let mut found: Vec<Arc<Candidate>> = in_store(tx, tenant, "PRIMARY", folded)?.into_iter().collect();
    for (domain, _) in super::user::secondary_stores(tx, tenant)? {
        found.extend(in_store(tx, tenant, &domain, folded)?);
    }
    Ok(found)
}

/// The user of that key, for a second look inside a write.
pub fn by_user(tx: &mut Tx<'_>, user: i64) -> Result<Option<Candidate>, Error> {
    tx.opt(&format!("{COLUMNS} WHERE u.id = $1"), &[user.into()], candidate)
}

/// What a user's password is checked against.
pub fn credential(tx: &mut Tx<'_>, user: i64) -> Result<Option<String>, Error> {
    tx.opt("SELECT credential FROM user WHERE id = $1", &[user.into()], |row| row.text(0))
}

/// Stores the same password under a better hash, unless it was changed meanwhile.
pub fn upgrade_credential(tx: &mut Tx<'_>, user: i64, old: &str, new: &str) -> Result<(), Error> {
    tx.execute(
        "UPDATE user SET credential = $1 WHERE id = $2 AND credential = $3",
        &[new.into(), user.into(), old.into()],
    )?;
    Ok(())
}

/// One identity claim of a user.
pub fn identity_claim(tx: &mut Tx<'_>, user: i64, uri: &str) -> Result<Option<String>, Error> {
    tx.opt(
        "SELECT value FROM identity_claim WHERE user_id = $1 AND uri = $2",
        &[user.into(), uri.into()],
        |row| row.opt_text(0),
    )
    .map(Option::flatten)
}

/// Counts a refused login by its reason.
pub fn tally(tx: &mut Tx<'_>, reason: &str) -> Result<(), Error> {
    tx.execute_aside(
        "INSERT INTO login_tally (reason, count) VALUES ($1, 1) ON CONFLICT (reason) DO UPDATE SET count = count + 1",
        &[reason.into()],
    )?;
    Ok(())
}

/// Refused logins by reason, for the metrics.
pub fn tallies(tx: &mut Tx<'_>) -> Result<Vec<(String, i64)>, Error> {
    tx.query("SELECT reason, count FROM login_tally ORDER BY reason", &[], |row| {
        Ok((row.text(0)?, row.int(1)?))
    })
}
