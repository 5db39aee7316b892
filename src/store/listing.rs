//! SQL of the lists that administrators page through: users and roles by pattern, members of a role. Every list is one
//! statement over an index, however many rows there are beside the ones it shows.

use super::{Error, Row, Tx};

/// Bytes of the longest `LIKE` pattern that the engine takes.
const LONGEST_PATTERN: usize = 50_000;

/// A `LIKE` pattern that the engine takes. Whatever a longer one is meant to find, no name and no value is like that:
/// this one finds nothing.
#[must_use]
pub fn pattern(text: String) -> String {
    if text.len() > LONGEST_PATTERN { String::new() } else { text }
}

/// What a list is narrowed down to.
#[derive(Debug, Clone, Copy)]
pub struct Search<'a> {
    /// Tenant.
    pub tenant: i64,
    /// User store, or the domain of hybrid roles; upper case.
    pub domain: &'a str,
    /// The part of the pattern before its first wildcard; it bounds the index range.
    pub prefix: &'a str,
    /// A `LIKE` pattern over folded names.
    pub pattern: &'a str,
    /// Most rows.
    pub limit: i64,
}

/// A user or role in a list.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Listed {
    /// Key.
    pub id: i64,
    /// Name as it was created, without domain.
    pub name: String,
    /// Whether it belongs to what the list was asked about.
    pub member: bool,
}

fn listed(row: &Row<'_>) -> Result<Listed, Error> {
    Ok(Listed { id: row.int(0)?, name: row.text(1)?, member: row.flag(2)? })
}

/// A text that sorts behind everything that begins with `prefix`.
#[must_use]
pub fn after_prefix(prefix: &str) -> String {
    [prefix, "\u{10ffff}"].concat()
}

const USERS: &str = "SELECT u.id, u.name, EXISTS (SELECT 1 FROM role_member m WHERE m.role_id = $1 AND m.user_id = u.id) \
    FROM user u WHERE u.tenant_id = $2 AND u.domain = $3 AND u.folded >= $4 AND u.folded < $5 \
    AND u.folded LIKE $6 ESCAPE '\\' ORDER BY u.folded LIMIT $7";

/// Users of a store, in the order of their folded names, with whether they are members of `role`.
///
/// # Errors
/// Failures of the database; so it is for every function here.
pub fn users(tx: &mut Tx<'_>, search: Search<'_>, role: Option<i64>) -> Result<Vec<Listed>, Error> {
    tx.query(
        USERS,
        &[
            role.into(),
            search.tenant.into(),
            search.domain.into(),
            search.prefix.into(),
            (&after_prefix(search.prefix)).into(),
            search.pattern.into(),
            search.limit.into(),
        ],
        listed,
    )
}

/// What a page of a list is cut out of.
#[derive(Debug, Clone, Copy)]
pub struct Cut<'a> {
    /// Tenant.
    pub tenant: i64,
    /// User store, or the domain of hybrid roles; upper case.
    pub domain: &'a str,
    /// The first folded name that may be in it.
    pub from: &'a str,
    /// The first one behind it.
    pub until: &'a str,
    /// A `LIKE` pattern over folded names.
    pub pattern: &'a str,
    /// Most rows.
    pub limit: i64,
}

/// A row of a page: key, name as it was created, folded name.
pub type Paged = (i64, String, String);

const USER_PAGE: &str = "SELECT u.id, u.name, u.folded FROM user u WHERE u.tenant_id = $1 AND u.domain = $2 \
    AND u.folded >= $3 AND u.folded < $4 AND u.folded LIKE $5 ESCAPE '\\' ORDER BY u.folded LIMIT $6";
const ROLE_PAGE: &str = "SELECT r.id, r.name, r.folded FROM role r WHERE r.tenant_id = $1 AND r.domain = $2 \
    AND r.folded >= $3 AND r.folded < $4 AND r.folded LIKE $5 ESCAPE '\\' ORDER BY r.folded LIMIT $6";

fn page(tx: &mut Tx<'_>, sql: &str, cut: Cut<'_>) -> Result<Vec<Paged>, Error> {
    let Cut { tenant, domain, from, until, pattern, limit } = cut;
    tx.query(
        sql,
        &[tenant.into(), domain.into(), from.into(), until.into(), pattern.into(), limit.into()],
        |row| Ok((row.int(0)?, row.text(1)?, row.text(2)?)),
    )
}

/// A page of the users of a store, in the order of their folded names.
///
/// # Errors
/// As [`users`].
pub fn user_page(tx: &mut Tx<'_>, cut: Cut<'_>) -> Result<Vec<Paged>, Error> {
    page(tx, USER_PAGE, cut)
}

/// The users with a value of an attribute: the attribute is `$1`, the value `$2`.
macro_rules! by_value {
    () => {
        "SELECT user_id FROM user_attribute WHERE name = $1 AND lower(value) = $2 \
         UNION ALL SELECT user_id FROM user_attribute_term WHERE name = $1 AND term = $2"
    };
}
/// Those with a value that is like the pattern `$2`.
macro_rules! by_pattern {
    () => {
        "SELECT user_id FROM user_attribute WHERE name = $1 AND lower(value) LIKE $2 ESCAPE '\\' \
         UNION ALL SELECT user_id FROM user_attribute_term WHERE name = $1 AND term LIKE $2 ESCAPE '\\'"
    };
}

/// Users that are put in order here when no more have a value; of more, the first ones are found in their order.
pub const MOST_SORTED: usize = 500;

// The values come first: in SQLite a cross join is carried out as it is written.
const FEW_BY_VALUE: &str = concat!(
    "SELECT DISTINCT u.id, u.name, u.folded FROM (",
    by_value!(),
    ") a CROSS JOIN user u WHERE u.id = a.user_id AND u.tenant_id = $3 AND u.domain = $4 LIMIT $5"
);
const FEW_BY_PATTERN: &str = concat!(
    "SELECT DISTINCT u.id, u.name, u.folded FROM (",
    by_pattern!(),
    ") a CROSS JOIN user u WHERE u.id = a.user_id AND u.tenant_id = $3 AND u.domain = $4 LIMIT $5"
);
// Each user's own few attributes are looked at, not the index of all values: the joined text keeps the engine from it.
const MANY_BY_VALUE: &str = "SELECT u.id, u.name, u.folded FROM user u WHERE u.tenant_id = $1 AND u.domain = $2 \
    AND u.folded >= $3 AND u.folded < $4 AND (EXISTS (SELECT 1 FROM user_attribute a WHERE a.user_id = u.id \
    AND a.name || '' = $5 AND lower(a.value) = $6) OR EXISTS (SELECT 1 FROM user_attribute_term t \
    WHERE t.user_id = u.id AND t.name = $5 AND t.term = $6)) ORDER BY u.folded LIMIT $7";
const MANY_BY_PATTERN: &str = "SELECT u.id, u.name, u.folded FROM user u WHERE u.tenant_id = $1 AND u.domain = $2 \
    AND u.folded >= $3 AND u.folded < $4 AND (EXISTS (SELECT 1 FROM user_attribute a WHERE a.user_id = u.id \
    AND a.name || '' = $5 AND lower(a.value) LIKE $6 ESCAPE '\\') OR EXISTS (SELECT 1 FROM user_attribute_term t \
    WHERE t.user_id = u.id AND t.name || '' = $5 AND t.term LIKE $6 ESCAPE '\\')) ORDER BY u.folded LIMIT $7";

/// A page of the users of a store with a value of an attribute, or one like a pattern, in the order of their folded names.
/// Rare values are looked up by themselves; where many users have one, the users are gone through in their order, and the
/// page is full soon. What is looked for is in lower case; the pattern of `cut` does not count.
///
/// # Errors
/// As [`users`].
pub fn user_page_by_attribute(
    tx: &mut Tx<'_>,
    cut: Cut<'_>,
    (attribute, value): (&str, &str),
    is_pattern: bool,
) -> Result<Vec<Paged>, Error> {
    let Cut { tenant, domain, from, until, limit, .. } = cut;
    let read = |row: &Row<'_>| Ok((row.int(0)?, row.text(1)?, row.text(2)?));
    let (few, many) =
        if is_pattern { (FEW_BY_PATTERN, MANY_BY_PATTERN) } else { (FEW_BY_VALUE, MANY_BY_VALUE) };
    let most = i64::try_from(MOST_SORTED).unwrap_or(i64::MAX);
    let mut found = tx.query(
        few,
        &[attribute.into(), value.into(), tenant.into(), domain.into(), most.saturating_add(1).into()],
        read,
    )?;
    if found.len() <= MOST_SORTED {
        found.retain(|one: &Paged| from <= one.2.as_str() && one.2.as_str() < until);
        found.sort_unstable_by(|one, other| one.2.cmp(&other.2));
        found.truncate(usize::try_from(limit).unwrap_or(0));
        return Ok(found);
    }
    tx.query(
        many,
        &[
            tenant.into(),
            domain.into(),
            from.into(),
            until.into(),
            attribute.into(),
            value.into(),
            limit.into(),
        ],
        read,
    )
}

/// A page of the roles of a domain, in the order of their folded names.
///
/// # Errors
/// As [`users`].
pub fn role_page(tx: &mut Tx<'_>, cut: Cut<'_>) -> Result<Vec<Paged>, Error> {
    page(tx, ROLE_PAGE, cut)
}

const MEMBER_PAGE: &str = "SELECT u.id, u.domain, u.name FROM role_member m JOIN user u ON u.id = m.user_id \
    WHERE m.role_id = $1 AND m.user_id > $2 ORDER BY m.user_id LIMIT $3";

/// A page of the members of a role, in the order in which they were added to the tenant: key, domain and name.
///
/// # Errors
/// As [`users`].
pub fn member_page(
    tx: &mut Tx<'_>,
    role: i64,
    after: i64,
    limit: i64,
) -> Result<Vec<(i64, String, String)>, Error> {
    tx.query(MEMBER_PAGE, &[role.into(), after.into(), limit.into()], |row| {
        Ok((row.int(0)?, row.text(1)?, row.text(2)?))
    })
}

const ROLES: &str = "SELECT r.id, r.name, EXISTS (SELECT 1 FROM role_member m WHERE m.user_id = $1 AND m.role_id = r.id) \
    FROM role r WHERE r.tenant_id = $2 AND r.domain = $3 AND r.folded >= $4 AND r.folded < $5 \
    AND $6 || r.folded LIKE $7 ESCAPE '\\' ORDER BY r.folded LIMIT $8";

/// Roles of a domain, in the order of their folded names, with whether `user` is a member. The pattern is held against
/// `shown` followed by the name.
///
/// # Errors
/// As [`users`].
pub fn roles(
    tx: &mut Tx<'_>,
    search: Search<'_>,
    shown: &str,
    user: Option<i64>,
) -> Result<Vec<Listed>, Error> {
    tx.query(
        ROLES,
        &[
            user.into(),
            search.tenant.into(),
            search.domain.into(),
            search.prefix.into(),
            (&after_prefix(search.prefix)).into(),
            shown.into(),
            search.pattern.into(),
            search.limit.into(),
        ],
        listed,
    )
}

const MEMBERS_OF_STORE: &str = "SELECT u.domain, u.name FROM user u WHERE u.tenant_id = $1 AND u.domain = $2 \
    AND u.folded >= $3 AND u.folded < $4 AND $5 || u.folded LIKE $6 ESCAPE '\\' \
    AND EXISTS (SELECT 1 FROM role_member m WHERE m.role_id = $7 AND m.user_id = u.id)";
const COUNT_OF_ROLE: &str = "SELECT count(*) FROM (SELECT 1 FROM role_member WHERE role_id = $1 LIMIT $2)";
const COUNT_OF_RANGE: &str = "SELECT count(*) FROM (SELECT 1 FROM user WHERE tenant_id = $1 AND domain = $2 \
    AND folded >= $3 AND folded < $4 LIMIT $5)";

/// Domains and names of the members of a role in one store, found among the users whose names begin with the prefix. The
/// pattern is held against `shown` followed by the name. For large roles; [`members`] goes through all members.
///
/// # Errors
/// As [`users`].
pub fn members_of_store(
    tx: &mut Tx<'_>,
    search: Search<'_>,
    shown: &str,
    role: i64,
) -> Result<Vec<(String, String)>, Error> {
    tx.query(
        MEMBERS_OF_STORE,
        &[
            search.tenant.into(),
            search.domain.into(),
            search.prefix.into(),
            (&after_prefix(search.prefix)).into(),
            shown.into(),
            search.pattern.into(),
            role.into(),
        ],
        |row| Ok((row.text(0)?, row.text(1)?)),
    )
}

/// How many members a role has; counting ends at `most`.
///
/// # Errors
/// As [`users`].
pub fn count_members(tx: &mut Tx<'_>, role: i64, most: i64) -> Result<i64, Error> {
    tx.one(COUNT_OF_ROLE, &[role.into(), most.into()], "count", |row| row.int(0))
}

/// How many users of a store have names that begin with the prefix; counting ends at the limit.
///
/// # Errors
/// As [`users`].
pub fn count_prefixed(tx: &mut Tx<'_>, search: Search<'_>) -> Result<i64, Error> {
    let Search { tenant, domain, prefix, limit, .. } = search;
    let end = after_prefix(prefix);
    tx.one(
        COUNT_OF_RANGE,
        &[tenant.into(), domain.into(), prefix.into(), (&end).into(), limit.into()],
        "count",
        |row| row.int(0),
    )
}

const MEMBERS: &str = "SELECT u.domain, u.name FROM role_member m JOIN user u ON u.id = m.user_id WHERE m.role_id = $1 \
    AND CASE u.domain WHEN 'PRIMARY' THEN u.folded ELSE lower(u.domain) || '/' || u.folded END \
    LIKE $2 ESCAPE '\\'";

/// Domains and names of the members of a role whose shown name, with the domain of a secondary store, matches.
///
/// # Errors
/// As [`users`].
pub fn members(tx: &mut Tx<'_>, role: i64, pattern: &str) -> Result<Vec<(String, String)>, Error> {
    tx.query(MEMBERS, &[role.into(), pattern.into()], |row| Ok((row.text(0)?, row.text(1)?)))
}

const BY_VALUE: &str = concat!(
    "SELECT DISTINCT u.id, u.name, s.value FROM (",
    by_value!(),
    ") a CROSS JOIN user u LEFT JOIN user_attribute s ON s.user_id = u.id AND s.profile = 'default' AND s.name = $3 \
     WHERE u.id = a.user_id AND u.tenant_id = $4 AND u.domain = $5 ORDER BY u.name"
);
const BY_PATTERN: &str = concat!(
    "SELECT DISTINCT u.id, u.name, s.value FROM (",
    by_pattern!(),
    ") a CROSS JOIN user u LEFT JOIN user_attribute s ON s.user_id = u.id AND s.profile = 'default' AND s.name = $3 \
     WHERE u.id = a.user_id AND u.tenant_id = $4 AND u.domain = $5 ORDER BY u.name"
);

/// A user whose attribute has a value that was looked for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Hit {
    /// Key.
    pub id: i64,
    /// Name without domain.
    pub name: String,
    /// The attribute that was to be shown with it.
    pub shown: Option<String>,
}

/// Users whose attribute has this value among its own, or one that matches a `LIKE` pattern when `pattern` is set; with
/// the value of the attribute `shown` in the default profile. What is looked for is in lower case.
///
/// # Errors
/// As [`users`].
pub fn by_attribute(
    tx: &mut Tx<'_>,
    tenant: i64,
    domain: &str,
    (attribute, value): (&str, &str),
    pattern: bool,
    shown: Option<&str>,
) -> Result<Vec<Hit>, Error> {
    let sql = if pattern { BY_PATTERN } else { BY_VALUE };
    tx.query(sql, &[attribute.into(), value.into(), shown.into(), tenant.into(), domain.into()], |row| {
        Ok(Hit { id: row.int(0)?, name: row.text(1)?, shown: row.opt_text(2)? })
    })
}

#[cfg(test)]
pub(in crate::store) mod tests {
    use super::*;
    use crate::store::scratch::Scratch;
    use crate::store::{Store, Value};

    /// How the database goes about a statement.
    pub(in crate::store) fn plan(sql: &str) -> String {
        let dir = Scratch::new();
        let store = Store::open(dir.path()).unwrap();
        let steps = store.read(|tx| {
            let values = vec![Value::Null; (1..20).filter(|n| sql.contains(&format!("${n}"))).count()];
            tx.query(&["EXPLAIN QUERY PLAN ", sql].concat(), &values, |row| row.text(3))
        });
        steps.unwrap_or_else(|error: Error| panic!("{error}")).join("\n")
    }

    #[test]
    fn lists_walk_along_the_index_of_their_order_and_stop_at_the_limit() {
        for (sql, table) in [
            (USERS, "u"),
            (ROLES, "r"),
            (USER_PAGE, "u"),
            (ROLE_PAGE, "r"),
            (MANY_BY_VALUE, "u"),
            (MANY_BY_PATTERN, "u"),
        ] {
            let plan = plan(sql);
            let range = "(tenant_id=? AND domain=? AND folded>? AND folded<?)";
            assert!(plan.contains(&format!("SEARCH {table} USING INDEX")) && plan.contains(range), "{plan}");
            assert!(!plan.contains("SCAN") && !plan.contains("TEMP B-TREE"), "{plan}");
        }
    }

    #[test]
    fn members_and_values_are_found_by_their_index() {
        for sql in [MEMBERS, MEMBER_PAGE, MEMBERS_OF_STORE] {
            assert!(!plan(sql).contains("SCAN"), "{}", plan(sql));
        }
        for sql in [MEMBERS_OF_STORE, COUNT_OF_RANGE] {
            let range = "(tenant_id=? AND domain=? AND folded>? AND folded<?)";
            assert!(plan(sql).contains(range), "{}", plan(sql));
        }
        assert!(plan(COUNT_OF_ROLE).contains("SEARCH role_member USING PRIMARY KEY (role_id=?)"));
        for sql in [MANY_BY_VALUE, MANY_BY_PATTERN] {
            let plan = plan(sql);
            assert!(plan.contains("USING PRIMARY KEY (user_id=?)") && !plan.contains("SCAN"), "{plan}");
        }
        for sql in [FEW_BY_VALUE, FEW_BY_PATTERN, BY_VALUE, BY_PATTERN] {
            let plan = plan(sql);
            // Whom the values are of is gone through as they are found, and only that.
            let is_whole = |step: &str| step.contains("SCAN") && step != "SCAN a";
            assert!(plan.contains("user_attribute_by_value (name=?"), "{plan}");
            assert!(!plan.lines().any(is_whole) && !plan.contains("MATERIALIZE"), "{plan}");
        }
        for sql in [BY_VALUE, FEW_BY_VALUE] {
            for index in ["user_attribute_by_value (name=? AND <expr>=?)", "by_term (name=? AND term=?)"] {
                assert!(plan(sql).contains(index), "{}", plan(sql));
            }
        }
    }
}
