//! Brings a database file to the schema of this program: numbered SQL files, one transaction each.

use super::Error;
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
];

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
            transaction.pragma_update(None, "user_version", number)?;
        }
        transaction.commit()?;
        tracing::info!(version = number, "database schema brought up to date");
    }
    Ok(())
}

fn back_up(connection: &Connection, path: &Path, version: u32) -> Result<(), Error> {
    let mut copy = path.as_os_str().to_owned();
    copy.push(format!(".v{version}.bak"));
    connection.backup(rusqlite::MAIN_DB, copy, None::<fn(rusqlite::backup::Progress)>)?;
    Ok(())
}
