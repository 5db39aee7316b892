//! Mails waiting to be sent, and what became of the others.
//!
//! A worker takes a mail by moving its due time on: if the process dies, the mail becomes due again and another
//! attempt follows. Once a mail is out of the queue its text is blanked; only of one that a mail server refused it is
//! kept, sealed, until what the mail says is no longer true.

use super::{Error, Row, Tx, Value};

/// A mail to queue.
#[derive(Debug, Clone, Copy)]
pub struct NewMail<'a> {
    /// The recipient's tenant.
    pub tenant: i64,
    /// Now, epoch milliseconds; the first attempt is due at once.
    pub created_at: i64,
    /// No attempt after this moment.
    pub expires_at: i64,
    /// Type of the template it was made from.
    pub template: &'a str,
    /// One address.
    pub recipient: &'a str,
    /// Subject and body, sealed.
    pub subject: &'a str,
    /// See `subject`.
    pub body: &'a str,
    /// `text/plain` or `text/html`.
    pub content_type: &'a str,
    /// Stays the same over all attempts.
    pub message_id: &'a str,
    /// The recovery whose code it carries.
    pub recovery: Option<i64>,
}

/// A mail taken for an attempt.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Taken {
    /// Key of the row.
    pub id: i64,
    /// Type of the template it was made from.
    pub template: String,
    /// One address.
    pub recipient: String,
    /// Sealed.
    pub subject: String,
    /// Sealed.
    pub body: String,
    /// `text/plain` or `text/html`.
    pub content_type: String,
    /// Without angle brackets.
    pub message_id: String,
    /// Attempts including this one.
    pub attempts: i64,
    /// When it was queued.
    pub created_at: i64,
    /// No attempt after this moment.
    pub expires_at: i64,
}

/// A mail as the operator sees it: everything but its text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Listed {
    /// Key of the row, for `retry` and `drop`.
    pub id: i64,
    /// Domain of the tenant.
    pub tenant: String,
    /// `queued`, `sent`, `failed` or `dropped`.
    pub state: String,
    /// Type of the template.
    pub template: String,
    /// One address.
    pub recipient: String,
    /// Attempts so far.
    pub attempts: i64,
    /// When it was queued.
    pub created_at: i64,
    /// When the next attempt is due, while queued.
    pub due_at: i64,
    /// No attempt after this moment.
    pub expires_at: Option<i64>,
    /// What the last attempt said.
    pub last_error: Option<String>,
    /// When it was sent or given up.
    pub finished_at: Option<i64>,
    /// Whether its text is kept, so that it can be sent.
    pub kept: bool,
}

/// Queues a mail and wakes the worker after the commit.
pub fn insert(tx: &mut Tx<'_>, mail: &NewMail<'_>) -> Result<i64, Error> {
    let id = tx.insert(
        "INSERT INTO outbox (tenant_id, state, created_at, due_at, expires_at, template, recipient, subject, body, \
         content_type, message_id, recovery_id) VALUES ($1, 'queued', $2, $2, $3, $4, $5, $6, $7, $8, $9, $10)",
        &[
            mail.tenant.into(),
            mail.created_at.into(),
            mail.expires_at.into(),
            mail.template.into(),
            mail.recipient.into(),
            mail.subject.into(),
            mail.body.into(),
            mail.content_type.into(),
            mail.message_id.into(),
            mail.recovery.into(),
        ],
    )?;
    tx.wake_outbox();
    Ok(id)
}

/// How many mails of a template were queued for an address after that moment, counting no further than `limit`.
pub fn count_to(
    tx: &mut Tx<'_>,
    tenant: i64,
    template: &str,
    recipient: &str,
    after: i64,
    limit: i64,
) -> Result<i64, Error> {
    tx.one(
        COUNT_TO,
        &[tenant.into(), template.into(), recipient.into(), after.into(), limit.into()],
        "a count",
        |row| row.int(0),
    )
}

const COUNT_TO: &str = "SELECT COUNT(*) FROM (SELECT 1 FROM outbox WHERE tenant_id = $1 AND template = $2 \
    AND recipient = $3 AND created_at > $4 LIMIT $5) AS lately";

/// When the next attempt is due, if anything is queued.
pub fn next_due(tx: &mut Tx<'_>) -> Result<Option<i64>, Error> {
    tx.opt("SELECT due_at FROM outbox WHERE state = 'queued' ORDER BY due_at LIMIT 1", &[], |row| row.int(0))
}

/// When the last of what is queued is due.
pub fn last_due(tx: &mut Tx<'_>) -> Result<Option<i64>, Error> {
    tx.opt("SELECT due_at FROM outbox WHERE state = 'queued' ORDER BY due_at DESC LIMIT 1", &[], |row| {
        row.int(0)
    })
}

/// How many mails are due, counting no further than `limit`.
pub fn count_due(tx: &mut Tx<'_>, now: i64, limit: i64) -> Result<i64, Error> {
    tx.one(
        "SELECT COUNT(*) FROM (SELECT 1 FROM outbox WHERE state = 'queued' AND due_at <= $1 LIMIT $2) AS due",
        &[now.into(), limit.into()],
        "a count",
        |row| row.int(0),
    )
}

/// Whether the time of a mail that could be sent is over.
pub fn has_expired(tx: &mut Tx<'_>, now: i64) -> Result<bool, Error> {
    for sql in [
        "SELECT 1 FROM outbox WHERE state = 'queued' AND expires_at < $1 LIMIT 1",
        "SELECT 1 FROM outbox WHERE state = 'failed' AND body <> '' AND expires_at < $1 LIMIT 1",
    ] {
        if tx.opt(sql, &[now.into()], |_| Ok(()))?.is_some() {
            return Ok(true);
        }
    }
    Ok(false)
}

/// When the oldest finished mail left the queue.
pub fn oldest_finished(tx: &mut Tx<'_>) -> Result<Option<i64>, Error> {
    tx.opt("SELECT finished_at FROM outbox WHERE state <> 'queued' ORDER BY id LIMIT 1", &[], |row| {
        row.opt_int(0)
    })
    .map(Option::flatten)
}

/// Takes at most `limit` mails that are due; until `hidden_until` nobody else takes them.
pub fn take_due(tx: &mut Tx<'_>, now: i64, hidden_until: i64, limit: i64) -> Result<Vec<Taken>, Error> {
    tx.query(
        "UPDATE outbox SET due_at = $1, attempts = attempts + 1 WHERE id IN \
         (SELECT id FROM outbox WHERE state = 'queued' AND due_at <= $2 ORDER BY due_at, id LIMIT $3) \
         RETURNING id, template, recipient, subject, body, content_type, message_id, attempts, created_at, expires_at",
        &[hidden_until.into(), now.into(), limit.into()],
        |row| {
            Ok(Taken {
                id: row.int(0)?,
                template: row.text(1)?,
                recipient: row.text(2)?,
                subject: row.text(3)?,
                body: row.text(4)?,
                content_type: row.text(5)?,
                message_id: row.text(6)?,
                attempts: row.int(7)?,
                created_at: row.int(8)?,
                expires_at: row.opt_int(9)?.unwrap_or(i64::MAX),
            })
        },
    )
}

/// Plans another attempt and keeps what the last one said.
pub fn postpone(tx: &mut Tx<'_>, id: i64, due_at: i64, error: &str) -> Result<(), Error> {
    tx.execute(
        "UPDATE outbox SET due_at = $1, last_error = $2 WHERE id = $3 AND state = 'queued'",
        &[due_at.into(), error.into(), id.into()],
    )?;
    Ok(())
}

/// Makes mails due that would wait beyond the longest pause there is: a clock was ahead when they were postponed.
pub fn bring_forward(tx: &mut Tx<'_>, latest: i64, now: i64) -> Result<usize, Error> {
    tx.execute(
        "UPDATE outbox SET due_at = $1 WHERE state = 'queued' AND due_at > $2",
        &[now.into(), latest.into()],
    )
}

/// How a mail leaves the queue.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum End {
    /// The mail server took it; the text is blanked.
    Sent,
    /// The mail server will never take it as things are; the text is kept for those who mend them.
    Refused,
}

/// Takes a mail out of the queue. `false` when it was not queued any more.
pub fn finish(tx: &mut Tx<'_>, id: i64, end: End, now: i64, error: Option<&str>) -> Result<bool, Error> {
    let sql = match end {
        End::Sent => {
            "UPDATE outbox SET state = 'sent', finished_at = $1, subject = '', body = '', \
             last_error = COALESCE($2, last_error) WHERE id = $3 AND state = 'queued'"
        }
        End::Refused => {
            "UPDATE outbox SET state = 'failed', finished_at = $1, last_error = COALESCE($2, last_error) \
             WHERE id = $3 AND state = 'queued'"
        }
    };
    Ok(tx.execute(sql, &[now.into(), error.into(), id.into()])? > 0)
}

/// What can still be sent: waiting mails, and refused ones whose text is kept.
const SENDABLE: &str = "(state = 'queued' OR state = 'failed' AND body <> '')";

/// Drops a mail that could be sent, and blanks its text. `false` when it could not be sent any more.
pub fn drop(tx: &mut Tx<'_>, id: i64, now: i64) -> Result<bool, Error> {
    let sql = format!(
        "UPDATE outbox SET state = 'dropped', finished_at = $1, subject = '', body = '' WHERE id = $2 AND {SENDABLE}"
    );
    Ok(tx.execute(&sql, &[now.into(), id.into()])? > 0)
}

/// Drops the mails that carry a code of this recovery and could be sent, because the code is no longer good.
pub fn drop_of_recovery(tx: &mut Tx<'_>, recovery: i64, now: i64) -> Result<usize, Error> {
    let sql = format!(
        "UPDATE outbox SET state = 'dropped', finished_at = $1, subject = '', body = '' \
         WHERE recovery_id = $2 AND {SENDABLE}"
    );
    tx.execute(&sql, &[now.into(), recovery.into()])
}

/// Gives up the mails whose time is over: those that wait, and says how many they were; of those that were refused the
/// text is blanked.
pub fn give_up_expired(tx: &mut Tx<'_>, now: i64) -> Result<usize, Error> {
    tx.execute(
        "UPDATE outbox SET subject = '', body = '' WHERE state = 'failed' AND body <> '' AND expires_at < $1",
        &[now.into()],
    )?;
    tx.execute(
        "UPDATE outbox SET state = 'failed', finished_at = $1, subject = '', body = '', \
         last_error = COALESCE('gave up when its code expired; last attempt: ' || last_error, \
         'its code expired before the first attempt') \
         WHERE state = 'queued' AND expires_at < $1",
        &[now.into()],
    )
}

/// Makes a mail due now, also one that was refused and whose text is kept. `false` when it cannot be sent: its text is
/// gone, its time is over, or the recovery whose code it carries has ended.
pub fn make_due(tx: &mut Tx<'_>, id: i64, now: i64) -> Result<bool, Error> {
    let sql = format!(
        "UPDATE outbox SET state = 'queued', due_at = $1, finished_at = NULL WHERE id = $2 AND {SENDABLE} \
         AND expires_at >= $1 \
         AND (recovery_id IS NULL OR EXISTS (SELECT 1 FROM recovery r WHERE r.id = outbox.recovery_id))"
    );
    let changed = tx.execute(&sql, &[now.into(), id.into()])?;
    if changed > 0 {
        tx.wake_outbox();
    }
    Ok(changed > 0)
}

/// Makes every queued mail due now and says how many they are.
pub fn make_all_due(tx: &mut Tx<'_>, now: i64) -> Result<usize, Error> {
    let changed = tx.execute("UPDATE outbox SET due_at = $1 WHERE state = 'queued'", &[now.into()])?;
    if changed > 0 {
        tx.wake_outbox();
    }
    Ok(changed)
}

/// Tenant and beginning of the recovery whose code a mail carries, if there still is one.
pub fn recovery_of(tx: &mut Tx<'_>, id: i64) -> Result<Option<(i64, i64)>, Error> {
    tx.opt(
        "SELECT o.tenant_id, r.created_at FROM outbox o JOIN recovery r ON r.id = o.recovery_id WHERE o.id = $1",
        &[id.into()],
        |row| Ok((row.int(0)?, row.int(1)?)),
    )
}

/// The tenant of a mail.
pub fn tenant_of(tx: &mut Tx<'_>, id: i64) -> Result<Option<i64>, Error> {
    tx.opt("SELECT tenant_id FROM outbox WHERE id = $1", &[id.into()], |row| row.int(0))
}

/// The refused mails whose text is kept.
pub fn refused(tx: &mut Tx<'_>) -> Result<Vec<i64>, Error> {
    let sql = "SELECT id FROM outbox WHERE state = 'failed' AND body <> '' ORDER BY id";
    tx.query(sql, &[], |row| row.int(0))
}

/// The newest mails first; only those in `state` when it is given.
pub fn list(tx: &mut Tx<'_>, state: Option<&str>, limit: i64) -> Result<Vec<Listed>, Error> {
    tx.query(
        &format!("{COLUMNS} WHERE $1 IS NULL OR o.state = $1 ORDER BY o.id DESC LIMIT $2"),
        &[state.into(), limit.into()],
        listed,
    )
}

const COLUMNS: &str = "SELECT o.id, t.domain, o.state, o.template, o.recipient, o.attempts, o.created_at, o.due_at, \
    o.expires_at, o.last_error, o.finished_at, o.body <> '' FROM outbox o JOIN tenant t ON t.id = o.tenant_id";

fn of_tenant(in_state: bool) -> String {
    let rest = if in_state {
        " AND o.state = $3 ORDER BY o.id DESC LIMIT $4"
    } else {
        " ORDER BY o.id DESC LIMIT $3"
    };
    [COLUMNS, " WHERE o.tenant_id = $1 AND o.id < $2", rest].concat()
}

/// The mails of a tenant, newest first, behind the one with the key `after`; only those in `state` when it is given.
pub fn page(
    tx: &mut Tx<'_>,
    tenant: i64,
    state: Option<&str>,
    after: Option<i64>,
    limit: i64,
) -> Result<Vec<Listed>, Error> {
    let mut values = vec![tenant.into(), after.unwrap_or(i64::MAX).into()];
    values.extend(state.map(Value::from));
    values.push(limit.into());
    tx.query(&of_tenant(state.is_some()), &values, listed)
}

/// A mail of a tenant.
pub fn find(tx: &mut Tx<'_>, tenant: i64, id: i64) -> Result<Option<Listed>, Error> {
    let sql = format!("{COLUMNS} WHERE o.tenant_id = $1 AND o.id = $2");
    tx.opt(&sql, &[tenant.into(), id.into()], listed)
}

fn listed(row: &Row<'_>) -> Result<Listed, Error> {
    Ok(Listed {
        id: row.int(0)?,
        tenant: row.text(1)?,
        state: row.text(2)?,
        template: row.text(3)?,
        recipient: row.text(4)?,
        attempts: row.int(5)?,
        created_at: row.int(6)?,
        due_at: row.int(7)?,
        expires_at: row.opt_int(8)?,
        last_error: row.opt_text(9)?,
        finished_at: row.opt_int(10)?,
        kept: row.flag(11)?,
    })
}

/// How many mails are in each state, for the metrics.
pub fn counts(tx: &mut Tx<'_>) -> Result<Vec<(String, i64)>, Error> {
    tx.query("SELECT state, COUNT(*) FROM outbox GROUP BY state", &[], |row| Ok((row.text(0)?, row.int(1)?)))
}

/// Forgets mails that were finished before that moment.
pub fn forget_finished(tx: &mut Tx<'_>, before: i64) -> Result<usize, Error> {
    tx.execute("DELETE FROM outbox WHERE state <> 'queued' AND finished_at < $1", &[before.into()])
}

#[cfg(test)]
mod tests {
    use super::{COUNT_TO, SENDABLE, of_tenant};
    use crate::store::listing::tests::plan;

    #[test]
    fn mails_whose_time_is_over_and_those_of_a_recovery_are_found_without_looking_at_all() {
        let refused =
            plan("SELECT 1 FROM outbox WHERE state = 'failed' AND body <> '' AND expires_at < $1 LIMIT 1");
        assert!(refused.contains("outbox_kept (expires_at<?)"), "{refused}");
        let of_recovery = plan(&format!("SELECT 1 FROM outbox WHERE recovery_id = $1 AND {SENDABLE}"));
        assert!(of_recovery.contains("outbox_of_recovery (recovery_id=?)"), "{of_recovery}");
        let lately = plan(COUNT_TO);
        assert!(lately.contains("outbox_of_recipient (recipient=? AND created_at>?)"), "{lately}");
    }

    #[test]
    fn the_mails_of_a_tenant_are_found_in_their_order_in_whatever_state() {
        let all = plan(&of_tenant(false));
        assert!(all.contains("outbox_of_tenant (tenant_id=? AND id<?)"), "{all}");
        let some = plan(&of_tenant(true));
        assert!(some.contains("outbox_by_state (tenant_id=? AND state=? AND id<?)"), "{some}");
        assert!(!all.contains("TEMP B-TREE") && !some.contains("TEMP B-TREE"));
    }
}
