//! The rows of one tenant, whatever tables there are: found by `tenant_id`, or by what they hang on.

use crate::support::world::START;
use rusqlite::Connection;
use rusqlite::types::Value;
use std::collections::BTreeMap;

/// Tables whose rows belong to no tenant: login conversations before anybody is known, counters, captchas, messages that
/// were answered, notices to service providers.
const OF_NOBODY: &[&str] =
    &["change_count", "login_context", "login_tally", "captcha", "saml_message", "logout_notice"];

/// Text by which a row of the filler is known.
pub const FILLED: &str = "beta-filled";

/// Every table with the condition that picks a tenant's rows.
#[derive(Debug)]
pub struct Tables(BTreeMap<String, String>);

struct Reference {
    group: i64,
    table: String,
    from: String,
    to: String,
}

fn references(database: &Connection, table: &str) -> Vec<Reference> {
    let mut statement = database.prepare(&format!("PRAGMA foreign_key_list({table})")).unwrap();
    let rows = statement.query_map([], |row| {
        Ok(Reference { group: row.get(0)?, table: row.get(2)?, from: row.get(3)?, to: row.get(4)? })
    });
    rows.unwrap().map(Result::unwrap).collect()
}

struct Column {
    name: String,
    kind: String,
    is_key: bool,
    required: bool,
}

fn columns(database: &Connection, table: &str) -> Vec<Column> {
    let mut statement = database.prepare(&format!("PRAGMA table_info({table})")).unwrap();
    let rows = statement.query_map([], |row| {
        let default: Option<String> = row.get(4)?;
        let required = row.get::<_, bool>(3)? && default.is_none();
        Ok(Column { name: row.get(1)?, kind: row.get(2)?, is_key: row.get::<_, i64>(5)? > 0, required })
    });
    rows.unwrap().map(Result::unwrap).collect()
}

impl Tables {
    /// Reads the schema. A table that belongs to no tenant and is not known as such is a mistake.
    pub fn of(database: &Connection) -> Self {
        let sql =
            "SELECT name FROM sqlite_schema WHERE type = 'table' AND name NOT LIKE 'sqlite_%' ORDER BY name";
        let mut statement = database.prepare(sql).unwrap();
        let names: Vec<String> =
            statement.query_map([], |row| row.get(0)).unwrap().map(Result::unwrap).collect();
        let mut conditions = BTreeMap::from([("tenant".to_owned(), "id = ?1".to_owned())]);
        loop {
            let before = conditions.len();
            for table in &names {
                if conditions.contains_key(table) {
                    continue;
                }
                let own = columns(database, table).iter().any(|column| column.name == "tenant_id");
                let hangs_on = references(database, table)
                    .into_iter()
                    .find_map(|one| conditions.get(&one.table).map(|condition| (condition.clone(), one)));
                let condition = match hangs_on {
                    _ if own => "tenant_id = ?1".to_owned(),
                    Some((condition, one)) => {
                        format!("{} IN (SELECT {} FROM {} WHERE {condition})", one.from, one.to, one.table)
                    }
                    None => continue,
                };
                conditions.insert(table.clone(), condition);
            }
            if conditions.len() == before {
                break;
            }
        }
        let stray: Vec<&String> = names
            .iter()
            .filter(|name| !conditions.contains_key(*name) && !OF_NOBODY.contains(&name.as_str()))
            .collect();
        assert!(stray.is_empty(), "these tables carry no tenant and hang on none: {stray:?}");
        Self(conditions)
    }

    /// Every row of a tenant as text, sorted, by table.
    pub fn dump(&self, database: &Connection, tenant: i64) -> BTreeMap<String, Vec<String>> {
        let mut dump = BTreeMap::new();
        for (table, condition) in &self.0 {
            let sql = format!("SELECT * FROM {table} WHERE {condition}");
            let mut statement = database.prepare_cached(&sql).unwrap();
            let width = statement.column_count();
            let rows = statement.query_map([tenant], |row| {
                (0..width).map(|index| row.get::<_, Value>(index)).collect::<Result<Vec<Value>, _>>()
            });
            let mut rows: Vec<String> = rows.unwrap().map(|row| format!("{:?}", row.unwrap())).collect();
            rows.sort_unstable();
            dump.insert(table.clone(), rows);
        }
        dump
    }

    /// Every text that stands in a tenant's rows.
    pub fn texts(&self, database: &Connection, tenant: i64) -> Vec<String> {
        let mut texts = Vec::new();
        for (table, condition) in &self.0 {
            let mut statement =
                database.prepare(&format!("SELECT * FROM {table} WHERE {condition}")).unwrap();
            let width = statement.column_count();
            let mut rows = statement.query([tenant]).unwrap();
            while let Some(row) = rows.next().unwrap() {
                for index in 0..width {
                    if let Value::Text(text) = row.get(index).unwrap() {
                        texts.push(text);
                    }
                }
            }
        }
        texts.sort_unstable();
        texts.dedup();
        texts
    }

    /// Puts a row into every table in which a tenant has none, so that no kind of data goes untested.
    pub fn fill(&self, database: &Connection, tenant: i64) {
        let has_rows = |table: &str| {
            let condition = &self.0[table];
            let sql = format!("SELECT count(*) FROM {table} WHERE {condition}");
            database.query_row(&sql, [tenant], |row| row.get::<_, i64>(0)).unwrap() > 0
        };
        loop {
            let empty: Vec<&String> = self.0.keys().filter(|table| !has_rows(table)).collect();
            if empty.is_empty() {
                return;
            }
            let ready = empty.iter().find(|table| {
                let parents = references(database, table);
                parents.iter().all(|one| one.table == ***table || !empty.contains(&&one.table))
            });
            let table = ready.unwrap_or_else(|| panic!("{empty:?} hang on each other"));
            self.insert(database, table, tenant);
        }
    }

    fn insert(&self, database: &Connection, table: &str, tenant: i64) {
        let all = columns(database, table);
        let keys = all.iter().filter(|column| column.is_key).count();
        let mut values: BTreeMap<String, Value> = BTreeMap::new();
        for column in &all {
            let automatic = column.is_key && keys == 1 && column.kind == "INTEGER";
            let value = match column.kind.as_str() {
                "INTEGER" if column.name == "tenant_id" => Value::Integer(tenant),
                // Times are those of the tests, so that nothing is over.
                "INTEGER" if column.name.ends_with("at") => Value::Integer(START),
                "INTEGER" => Value::Integer(1),
                "BLOB" => Value::Blob(format!("{FILLED}-{table}-{}", column.name).into_bytes()),
                _ => Value::Text(format!("{FILLED}-{table}-{}", column.name)),
            };
            if !automatic || column.required {
                values.insert(column.name.clone(), value);
            }
        }
        let parents = references(database, table);
        for one in &parents {
            if one.table == table {
                values.insert(one.from.clone(), Value::Null);
            }
        }
        let mut groups: Vec<i64> =
            parents.iter().filter(|one| one.table != table).map(|one| one.group).collect();
        groups.sort_unstable();
        groups.dedup();
        for group in groups {
            let parts: Vec<&Reference> = parents.iter().filter(|one| one.group == group).collect();
            let parent = &parts[0].table;
            let wanted: Vec<&str> = parts.iter().map(|one| one.to.as_str()).collect();
            let sql = format!("SELECT {} FROM {parent} WHERE {} LIMIT 1", wanted.join(", "), self.0[parent]);
            let found: Vec<Value> = database
                .query_row(&sql, [tenant], |row| (0..parts.len()).map(|index| row.get(index)).collect())
                .unwrap();
            for (one, value) in parts.iter().zip(found) {
                values.insert(one.from.clone(), value);
            }
        }
        let names: Vec<&str> = values.keys().map(String::as_str).collect();
        let places: Vec<String> = (1..=names.len()).map(|place| format!("?{place}")).collect();
        let sql = format!("INSERT INTO {table} ({}) VALUES ({})", names.join(", "), places.join(", "));
        database
            .execute(&sql, rusqlite::params_from_iter(values.values()))
            .unwrap_or_else(|error| panic!("{sql} {values:?}: {error}"));
    }
}
