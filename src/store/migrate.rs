//! Brings a database file to the schema of this program: numbered SQL files, one transaction each.

use super::{Error, attribute};
use rusqlite::Connection;
use std::path::Path;

/// Every migration in order; the number of the last one is the schema version.
const MIGRATIONS: &[&str] = &[
    include_str!("../../schemas/sql/sqlite/0001_create_schema.sql"),
    include_str!("../../schemas/sql/sqlite/0002_origin_of_sessions.sql"),
    include_str!("../../schemas/sql/sqlite/0003_lists_of_the_console.sql"),
    include_str!("../../schemas/sql/sqlite/0004_question_recovery.sql"),
    include_str!("../../schemas/sql/sqlite/0005_single_sign_on.sql"),
    include_str!("../../schemas/sql/sqlite/0006_count_changes.sql"),
    include_str!("../../schemas/sql/sqlite/0007_reset_jobs.sql"),
    include_str!("../../schemas/sql/sqlite/0008_mails_sent_again.sql"),
    include_str!("../../schemas/sql/sqlite/0009_tenant_keys.sql"),
    include_str!("../../schemas/sql/sqlite/0010_idle_accounts.sql"),
    include_str!("../../schemas/sql/sqlite/0011_encrypted_assertions.sql"),
    include_str!("../../schemas/sql/sqlite/0012_values_by_their_parts.sql"),
    include_str!("../../schemas/sql/sqlite/0013_applications.sql"),
    include_str!("../../schemas/sql/sqlite/0014_mails_to_an_address.sql"),
    include_str!("../../schemas/sql/sqlite/0015_expired_codes.sql"),
];
/// The one that brings the terms that attributes are found by; the engine cannot make them of what is there.
const TERMS: u32 = 12;

/// Whether a file lacks what this program would bring to it.
pub(super) fn is_behind(connection: &Connection) -> Result<bool, Error> {
    let found: u32 = connection.query_row("PRAGMA user_version", [], |row| row.get(0))?;
    Ok(found > 0 && MIGRATIONS.len() > found as usize)
}

/// Applies what is missing. An existing file is copied to `<file>.v<N>.bak` first; a newer file is refused.
pub(super) fn run(connection: &mut Connection, path: &Path) -> Result<(), Error> {
    let known = u32::try_from(MIGRATIONS.len()).unwrap_or(u32::MAX);
    let found: u32 = connection.query_row("PRAGMA user_version", [], |row| row.get(0))?;
    if found > known {
        return Err(Error::NewerSchema { path: path.to_owned(), found, known });
    }
    if found > 0 && found < known {
        back_up(connection, path, found)?;
    }
    for (number, sql) in (1u32..).zip(MIGRATIONS).skip(found as usize) {
        let transaction = connection.transaction_with_behavior(rusqlite::TransactionBehavior::Immediate)?;
        // Another process may have migrated while this one waited for the lock.
        let now: u32 = transaction.query_row("PRAGMA user_version", [], |row| row.get(0))?;
        if now < number {
            transaction.execute_batch(sql)?;
            if number == TERMS {
                add_terms(&transaction)?;
            }
            transaction.pragma_update(None, "user_version", number)?;
        }
        transaction.commit()?;
        tracing::info!(version = number, "database schema brought up to date");
    }
    Ok(())
}

fn add_terms(connection: &Connection) -> Result<(), Error> {
    let mut all = connection.prepare("SELECT user_id, name, value FROM user_attribute")?;
    let mut add = connection
        .prepare("INSERT OR IGNORE INTO user_attribute_term (user_id, name, term) VALUES (?, ?, ?)")?;
    let mut rows = all.query([])?;
    while let Some(row) = rows.next()? {
        let (user, name, value): (i64, String, String) = (row.get(0)?, row.get(1)?, row.get(2)?);
        for term in attribute::terms(&name, &value) {
            add.execute((user, &name, term))?;
        }
    }
    Ok(())
}

/// Copies the database beside it, for its owner only as it is itself.
fn back_up(connection: &Connection, path: &Path, version: u32) -> Result<(), Error> {
    use std::os::unix::fs::{OpenOptionsExt as _, PermissionsExt as _};
    let mut copy = path.as_os_str().to_owned();
    copy.push(format!(".v{version}.bak"));
    // SQLite would make it readable for all, and one that is there already may be so.
    let owners = std::fs::File::options().append(true).create(true).mode(0o600).open(&copy);
    owners
        .and_then(|file| file.set_permissions(std::fs::Permissions::from_mode(0o600)))
        .map_err(|source| Error::Io { path: copy.clone().into(), source })?;
    connection.backup(rusqlite::MAIN_DB, copy, None::<fn(rusqlite::backup::Progress)>)?;
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::super::scratch::Scratch;
    use super::super::{Error, Store, listing, user};
    use super::*;

    #[test]
    fn what_was_there_before_terms_is_found_by_them() {
        let dir = Scratch::new();
        let written = Store::open(dir.path()).unwrap();
        let added = written.write_blocking(|tx| {
            tx.execute("INSERT INTO tenant (id, domain, active, created_at, admin_name) VALUES (1, '', 1, 0, '')", &[])?;
            tx.execute(
                "INSERT INTO user (id, tenant_id, domain, name, folded, credential, created_at, password_changed_at) \
                 VALUES (1, 1, '', 'tom', 'tom', '', 0, 0)",
                &[],
            )?;
            user::set_attribute(tx, 1, "default", "mail", Some("tom@example.org,T2@example.org"))?;
            user::set_attribute(tx, 1, "default", "sn", Some("Übel, Jr."))
        });
        added.unwrap_or_else(|error: Error| panic!("{error}"));
        written.close();
        drop(written);
        let connection = Connection::open(dir.path().join("soapstone.db")).unwrap();
        let back = "DROP TABLE application_inbound; DROP TABLE application_step; DROP TABLE application_claim; \
            DROP TABLE application_connector; DROP TABLE application_value; DROP TABLE application; \
            DROP INDEX outbox_of_recipient; ALTER TABLE recovery DROP COLUMN expired_at; \
            CREATE TABLE idp_reference (id INTEGER PRIMARY KEY); DROP TABLE user_attribute_term; DROP INDEX user_attribute_by_value; \
            CREATE INDEX user_attribute_by_value ON user_attribute (name, value)";
        connection.execute_batch(back).unwrap();
        connection.pragma_update(None, "user_version", TERMS - 1).unwrap();
        drop(connection);
        let store = Store::open(dir.path()).unwrap();
        let copy = dir.path().join(format!("soapstone.db.v{}.bak", TERMS - 1));
        let mode = std::os::unix::fs::PermissionsExt::mode(&copy.metadata().unwrap().permissions());
        assert_eq!(mode & 0o777, 0o600, "the copy is its owner's alone, too");
        for (wanted, found) in
            [(("mail", "t2@example.org"), 1), (("sn", "übel, jr."), 1), (("sn", "übel"), 0)]
        {
            let hits = store.read(|tx| listing::by_attribute(tx, 1, "", wanted, false, None));
            assert_eq!(hits.unwrap_or_else(|error: Error| panic!("{error}")).len(), found, "{wanted:?}");
        }
    }
}
