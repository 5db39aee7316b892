//! SQL of the audit trail: one row for every change, read newest first.

use super::{Error, Row, Tx, Value};

/// A row of the trail.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AuditRow {
    /// Key; together with `at` the place in the trail.
    pub id: i64,
    /// When it was, epoch milliseconds.
    pub at: i64,
    /// Who did it, with his tenant.
    pub initiator: String,
    /// What was done.
    pub action: String,
    /// To whom or what.
    pub target: String,
    /// What else there is to say; never a secret.
    pub data: String,
    /// `Success`; what was refused is in the log.
    pub result: String,
}

/// What the trail is narrowed down to. Names are compared whole, in any letter case.
#[derive(Debug, Clone, Copy, Default)]
pub struct Search<'a> {
    /// Tenant.
    pub tenant: i64,
    /// Who did it, with his tenant.
    pub initiator: Option<&'a str>,
    /// What was done, as it is written.
    pub action: Option<&'a str>,
    /// To whom or what.
    pub target: Option<&'a str>,
    /// Not before this moment.
    pub from: Option<i64>,
    /// Before this moment.
    pub until: Option<i64>,
    /// Behind this row: its moment and key.
    pub after: Option<(i64, i64)>,
    /// Most rows.
    pub limit: i64,
}

/// Writes a record.
///
/// # Errors
/// Failures of the database; so it is for every function here.
pub fn insert(
    tx: &mut Tx<'_>,
    tenant: i64,
    at: i64,
    initiator: &str,
    action: &str,
    target: &str,
    data: &str,
) -> Result<i64, Error> {
    tx.insert(
        "INSERT INTO audit (tenant_id, at, initiator, action, target, data, result) \
         VALUES ($1, $2, $3, $4, $5, $6, 'Success')",
        &[tenant.into(), at.into(), initiator.into(), action.into(), target.into(), data.into()],
    )
}

/// The statement for a search. Every column that is asked for has an index that continues with the time, so that
/// whatever is asked, the rows come in their order and the reading stops at the limit.
fn statement(search: &Search<'_>) -> String {
    let mut sql =
        "SELECT id, at, initiator, action, target, data, result FROM audit WHERE tenant_id = $1 AND at >= $2 \
         AND at < $3 AND (at, id) < ($4, $5)"
            .to_owned();
    let asked =
        [(search.initiator, "lower(initiator)"), (search.action, "action"), (search.target, "lower(target)")];
    for (number, (_, column)) in (6..).zip(asked.iter().filter(|(value, _)| value.is_some())) {
        sql.push_str(&format!(" AND {column} = ${number}"));
    }
    sql.push_str(" ORDER BY at DESC, id DESC LIMIT ");
    sql.push_str(&search.limit.to_string());
    sql
}

/// The newest records first.
///
/// # Errors
/// As [`insert`].
pub fn page(tx: &mut Tx<'_>, search: &Search<'_>) -> Result<Vec<AuditRow>, Error> {
    // The database folds ASCII letters only.
    let [initiator, target] = [search.initiator, search.target].map(|name| name.map(str::to_ascii_lowercase));
    let (at, id) = search.after.unwrap_or((i64::MAX, i64::MAX));
    let mut values: Vec<Value<'_>> = vec![
        search.tenant.into(),
        search.from.unwrap_or(i64::MIN).into(),
        search.until.unwrap_or(i64::MAX).into(),
        at.into(),
        id.into(),
    ];
    let asked = [initiator.as_deref(), search.action, target.as_deref()];
    values.extend(asked.into_iter().flatten().map(Value::from));
    tx.query(&statement(search), &values, row)
}

fn row(row: &Row<'_>) -> Result<AuditRow, Error> {
    Ok(AuditRow {
        id: row.int(0)?,
        at: row.int(1)?,
        initiator: row.text(2)?,
        action: row.text(3)?,
        target: row.text(4)?,
        data: row.text(5)?,
        result: row.text(6)?,
    })
}

/// From one action to the next one along the index: the number of rows does not matter.
const ACTIONS: &str = "WITH RECURSIVE known(action) AS (\
    SELECT (SELECT min(action) FROM audit WHERE tenant_id = $1) UNION ALL \
    SELECT (SELECT min(action) FROM audit WHERE tenant_id = $1 AND action > known.action) FROM known \
    WHERE known.action IS NOT NULL) SELECT action FROM known WHERE action IS NOT NULL";

/// Every action that occurs in a tenant, in the order of the alphabet.
///
/// # Errors
/// As [`insert`].
pub fn actions(tx: &mut Tx<'_>, tenant: i64) -> Result<Vec<String>, Error> {
    tx.query(ACTIONS, &[tenant.into()], |row| row.text(0))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::store::listing::tests::plan;

    #[test]
    fn every_search_walks_along_an_index_in_the_order_of_the_list() {
        for asked in 0..8u8 {
            let given = |bit: u8| (asked & bit > 0).then_some("x");
            let search = Search {
                initiator: given(1),
                action: given(2),
                target: given(4),
                limit: 26,
                ..Search::default()
            };
            let plan = plan(&statement(&search));
            assert!(plan.contains("SEARCH audit USING INDEX audit_by_"), "{asked}: {plan}");
            assert!(!plan.contains("TEMP B-TREE"), "{asked}: {plan}");
        }
        assert!(!plan(ACTIONS).contains("SCAN audit"), "{}", plan(ACTIONS));
    }
}
