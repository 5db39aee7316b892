//! SQL that counts users and roles without listing them, each in one statement over an index.

use super::listing::{Search, after_prefix};
use super::{Error, Tx, Value};

const USERS: &str = "SELECT count(*) FROM user WHERE tenant_id = $1 AND domain = $2 AND folded >= $3 AND folded < $4 \
    AND folded LIKE $5 ESCAPE '\\'";
const ROLES: &str = "SELECT count(*) FROM role WHERE tenant_id = $1 AND domain = $2 AND folded >= $3 AND folded < $4 \
    AND folded LIKE $5 ESCAPE '\\'";

/// How many users of a store match; the limit does not count.
///
/// # Errors
/// Failures of the database; so it is for every function here.
pub fn users(tx: &mut Tx<'_>, search: Search<'_>) -> Result<i64, Error> {
    count(tx, USERS, search)
}

/// How many roles of a domain match; the limit does not count.
///
/// # Errors
/// As [`users`].
pub fn roles(tx: &mut Tx<'_>, search: Search<'_>) -> Result<i64, Error> {
    count(tx, ROLES, search)
}

fn count(tx: &mut Tx<'_>, sql: &str, search: Search<'_>) -> Result<i64, Error> {
    tx.one(
        sql,
        &[
            search.tenant.into(),
            search.domain.into(),
            search.prefix.into(),
            (&after_prefix(search.prefix)).into(),
            search.pattern.into(),
        ],
        "count",
        |row| row.int(0),
    )
}

/// How many users of a store have, for each of these attributes, a value that matches its `LIKE` pattern,
/// which is in lower case.
///
/// # Errors
/// As [`users`].
pub fn by_attributes(
    tx: &mut Tx<'_>,
    tenant: i64,
    domain: &str,
    wanted: &[(&str, &str)],
) -> Result<i64, Error> {
    let mut values: Vec<Value<'_>> = vec![tenant.into(), domain.into()];
    for (attribute, pattern) in wanted {
        values.extend([Value::from(*attribute), Value::from(*pattern)]);
    }
    tx.one(&statement(wanted.len()), &values, "count", |row| row.int(0))
}

fn statement(attributes: usize) -> String {
    let mut sql = "SELECT count(*) FROM user u WHERE u.tenant_id = $1 AND u.domain = $2".to_owned();
    for place in (3..).step_by(2).take(attributes) {
        sql.push_str(&format!(
            " AND (EXISTS (SELECT 1 FROM user_attribute a WHERE a.user_id = u.id AND a.profile = 'default' \
             AND a.name = ${place} AND lower(a.value) LIKE ${pattern} ESCAPE '\\') OR EXISTS (SELECT 1 \
             FROM user_attribute_term t WHERE t.user_id = u.id AND t.name = ${place} \
             AND t.term LIKE ${pattern} ESCAPE '\\'))",
            pattern = place + 1
        ));
    }
    sql
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::store::listing::tests::plan;

    #[test]
    fn everything_is_counted_along_an_index() {
        for sql in [USERS, ROLES] {
            assert!(plan(sql).contains("COVERING INDEX") && !plan(sql).contains("SCAN"), "{}", plan(sql));
        }
        let by_two = plan(&statement(2));
        assert!(by_two.contains("COVERING INDEX") && !by_two.contains("SCAN"), "{by_two}");
        assert_eq!(by_two.matches("PRIMARY KEY (user_id=? AND profile=? AND name=?)").count(), 2, "{by_two}");
    }
}
