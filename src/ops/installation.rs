//! A data directory: made at the first start, opened by the server and by the command line.

use crate::domain::seed::{self, Administrator};
use crate::domain::{Clock, Policy, Realm, Secret, SecretKey, TenantId, credential::Credential, tenant};
use crate::store::{self, Store, Tx};
use std::fs::File;
use std::io::{Read as _, Write as _};
use std::os::unix::fs::{OpenOptionsExt as _, PermissionsExt as _};
use std::path::{Path, PathBuf};
use std::sync::Arc;

/// What in the database can be read or checked with the installation's key only.
pub const MADE_WITH_KEY: &str = "codes, answers to challenge questions, mails that wait, secrets of identity providers and \
    applications, and the keys that tenants sign with";

/// Why a data directory cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// A file or folder cannot be made, read or written.
    #[error(
        "{path}: {source}\nhint: the data directory has to be writable for the user who runs this, and its disk not full"
    )]
    Io {
        /// The file.
        path: PathBuf,
        /// What the system said.
        source: std::io::Error,
    },
    /// Nothing was ever made there.
    #[error(
        "there is no installation in {0}\n\
         hint: check --data-dir; `soapstone admin set-password` and the first start of the server make one"
    )]
    Nothing(PathBuf),
    /// A server of an older version runs.
    #[error(
        "an older soapstone server runs on {0}, and this program would change the database under it\n\
         hint: stop that server and start this one, or use the older program's commands"
    )]
    OlderServer(PathBuf),
    /// The key file holds something else.
    #[error(
        "{0} is damaged: it must hold 64 hexadecimal digits\n\
         hint: restore it from a backup, the database depends on it: {MADE_WITH_KEY}", MADE_WITH_KEY = MADE_WITH_KEY
    )]
    Key(PathBuf),
    /// The key file is gone, and a database is there that needs it.
    #[error(
        "{0} is lost, and the database beside it depends on it: {MADE_WITH_KEY}\n\
         hint: restore it from a backup; to go on without them, put 64 hexadecimal digits there, such as \
         `openssl rand -hex 32` prints", MADE_WITH_KEY = MADE_WITH_KEY
    )]
    KeyLost(PathBuf),
    /// The database is gone, and files are there that were made when there was one.
    #[error(
        "{path} is lost or empty, though a server ran here before: it made {beside}\n\
         hint: restore it from a backup, and with it the -wal beside it if that was copied from a running server; \
         to begin anew, remove {beside} too"
    )]
    DatabaseLost {
        /// The database's file.
        path: PathBuf,
        /// What says that there was one.
        beside: PathBuf,
    },
    /// The database is damaged, as found after a server did not end in order.
    #[error(
        "{path}: {source}\n\
         hint: restore it from a backup into a folder without the old soapstone.db-wal, which belongs to the old file \
         and spoils any other"
    )]
    Spoilt {
        /// The file.
        path: PathBuf,
        /// What was found.
        source: store::Error,
    },
    /// The database's file is something else, or cannot be used.
    #[error("{path}: {source}\nhint: restore it from a backup, or give the server another --data-dir")]
    Database {
        /// The file.
        path: PathBuf,
        /// What SQLite said.
        source: store::Error,
    },
    /// The database takes nothing.
    #[error("{folder}: {source}\nhint: look whether the disk is full, and whether the folder may be written")]
    Unwritable {
        /// The folder.
        folder: PathBuf,
        /// What SQLite said.
        source: store::Error,
    },
    /// The database.
    #[error(transparent)]
    Store(#[from] store::Error),
    /// The rules.
    #[error(transparent)]
    Domain(#[from] crate::domain::Error),
}

impl Error {
    /// The same with the folder, where the database does not say itself which it is.
    #[must_use]
    pub fn in_folder(self, folder: &Path) -> Self {
        use store::Error::{Lost, Sqlite};
        match self {
            Self::Database { source, .. } if source.is_for_want_of_room() => {
                Self::Unwritable { folder: folder.to_owned(), source }
            }
            Self::Store(source @ (Lost(_) | Sqlite(_)))
            | Self::Domain(crate::domain::Error::Internal(source @ (Lost(_) | Sqlite(_)))) => {
                Self::Unwritable { folder: folder.to_owned(), source }
            }
            other => other,
        }
    }
}

/// An opened data directory.
#[derive(Debug)]
pub struct Installation {
    /// The folder.
    pub folder: PathBuf,
    /// The database.
    pub store: Store,
    /// The key of its codes.
    pub key: SecretKey,
}

/// The lock that one server holds while it runs.
#[derive(Debug)]
pub struct Lock {
    file: File,
    path: PathBuf,
}

impl Lock {
    /// Leaves word where browsers reach the server: commands that force a reset meanwhile write links into mails, and know
    /// nothing of its flags and environment.
    ///
    /// # Errors
    /// What the system said.
    pub fn say_served_at(&self, url: &str) -> Result<(), Error> {
        let mut file = &self.file;
        file.set_len(0).and_then(|()| file.write_all(url.as_bytes())).map_err(failed(&self.path))
    }
}

/// The word of the server that runs on a folder; whoever stopped left his behind.
fn word_of_server(folder: &Path) -> Option<File> {
    let file = File::open(folder.join(LOCK)).ok()?;
    matches!(file.try_lock_shared(), Err(std::fs::TryLockError::WouldBlock)).then_some(file)
}

/// Where browsers reach the server that runs on a folder; `None` when none does.
#[must_use]
pub fn served_at(folder: &Path) -> Option<String> {
    let mut url = String::new();
    word_of_server(folder)?.read_to_string(&mut url).ok()?;
    Some(url).filter(|url| !url.is_empty())
}

/// Refuses to bring a database up to date under the server that runs on it: that is an older program, which would go on
/// with what it knows.
///
/// # Errors
/// [`Error::OlderServer`].
pub fn must_not_overtake(folder: &Path) -> Result<(), Error> {
    match word_of_server(folder).is_some() && Store::is_behind(folder)? {
        true => Err(Error::OlderServer(folder.to_owned())),
        false => Ok(()),
    }
}

/// The file that says what programs present to the recovery API; made by the first server that serves the folder.
pub const API_CLIENT: &str = "recovery-api-client";

/// The password of the first administrator where nobody chose another; everybody knows it.
pub const KNOWN_PASSWORD: &str = "admin";

/// The file that a server locks, in the folder.
const LOCK: &str = "server.lock";

/// The database's file in the folder.
const DATABASE: &str = "soapstone.db";

fn failed(path: &Path) -> impl FnOnce(std::io::Error) -> Error {
    let path = path.to_owned();
    move |source| Error::Io { path, source }
}

/// Makes the folder, readable by its owner only, if it is not there.
///
/// # Errors
/// What the system said.
pub fn make_folder(folder: &Path) -> Result<(), Error> {
    use std::os::unix::fs::DirBuilderExt as _;
    std::fs::DirBuilder::new().recursive(true).mode(0o700).create(folder).map_err(failed(folder))
}

/// Takes the lock of a server.
///
/// # Errors
/// [`store::Error::InUse`] when another server has it.
pub fn lock(folder: &Path) -> Result<Lock, Error> {
    let path = folder.join(LOCK);
    let mut options = File::options();
    // Whoever can open it can lock it, too. A group may be let use the command line, which has to see who serves.
    options.create(true).truncate(false).write(true).mode(0o600);
    let file = options.open(&path).map_err(failed(&path))?;
    keep_from(0o007, &file);
    match file.try_lock() {
        Ok(()) => Ok(Lock { file, path }),
        Err(std::fs::TryLockError::WouldBlock) => Err(store::Error::InUse(folder.to_owned()).into()),
        Err(std::fs::TryLockError::Error(source)) => Err(Error::Io { path, source }),
    }
}

/// Refuses a folder without a database, for commands that would have nothing to do in a new one: it was mistyped.
///
/// # Errors
/// [`Error::Nothing`].
pub fn must_exist(folder: &Path) -> Result<(), Error> {
    if folder.join(DATABASE).exists() { Ok(()) } else { Err(Error::Nothing(folder.to_owned())) }
}

/// Whether a server that is gone left something in the write-ahead log: it did not end in order. Asked while no other runs,
/// and before the database is opened.
#[must_use]
pub fn was_interrupted(folder: &Path) -> bool {
    folder.join(DATABASE).with_extension("db-wal").metadata().is_ok_and(|log| log.len() > 0)
}

/// Looks the database over, for who starts after an interruption. A crash does no harm, but then a backup may have been put
/// in the place of the database, and the log that stayed behind is written into it: a mixture that nobody should be let in
/// by.
///
/// # Errors
/// [`Error::Spoilt`].
pub fn must_be_sound(folder: &Path, store: &Store) -> Result<(), Error> {
    store.look_over().map_err(|source| Error::Spoilt { path: folder.join(DATABASE), source })
}

/// Opens database and key.
///
/// # Errors
/// What cannot be opened, and why.
pub fn open(folder: &Path) -> Result<Installation, Error> {
    make_folder(folder)?;
    hide(&folder.join(DATABASE))?;
    let store = Store::open(folder).map_err(|error| match error {
        store::Error::Sqlite(_) => Error::Database { path: folder.join(DATABASE), source: error },
        error => error.into(),
    })?;
    refuse_lost(&store, folder)?;
    let key = key(&store, folder.join("secret.key"))?;
    Ok(Installation { folder: folder.to_owned(), store, key })
}

/// Refuses a database with nothing in it where a server has served: who begins anew has an administrator whose password
/// everybody knows, and a backup that is restored later would meet what was written meanwhile.
fn refuse_lost(store: &Store, folder: &Path) -> Result<(), Error> {
    let beside = folder.join(API_CLIENT);
    if beside.exists() && is_new(store)? {
        // Nothing of this one may be mixed with the backup.
        store.close();
        return Err(Error::DatabaseLost { path: folder.join(DATABASE), beside });
    }
    Ok(())
}

/// Makes the database's file, if there is none, for its owner only: the folder may have been there before, open to all.
/// One that is there, such as a restored backup, is kept from everybody who is not of its group. SQLite gives its other
/// files the same mode.
fn hide(database: &Path) -> Result<(), Error> {
    let made = File::options().append(true).create(true).mode(0o600).open(database);
    made.map(|file| keep_from(0o007, &file)).map_err(failed(database))
}

/// Takes rights away from a file, where its owner is who runs this.
fn keep_from(whom: u32, file: &File) {
    let rights = file.metadata().map(|known| known.permissions());
    if let Ok(mut rights) = rights
        && rights.mode() & whom != 0
    {
        rights.set_mode(rights.mode() & !whom);
        // Somebody else's stays as it is; it works as well.
        let _ = file.set_permissions(rights);
    }
}

/// The key of the installation.
fn key(store: &Store, path: PathBuf) -> Result<SecretKey, Error> {
    match stored_key(&path)? {
        Some(key) => Ok(key),
        None => store.write_blocking(move |tx| first_key(tx, &path)),
    }
}

/// The key of the installation, if there is one.
fn stored_key(path: &Path) -> Result<Option<SecretKey>, Error> {
    match std::fs::read_to_string(path) {
        Ok(text) => {
            let bytes = from_hex(text.trim()).ok_or_else(|| Error::Key(path.to_owned()))?;
            Ok(Some(SecretKey::new(&bytes)?))
        }
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => Ok(None),
        Err(source) => Err(Error::Io { path: path.to_owned(), source }),
    }
}

/// The key of an installation that begins. Nobody else writes meanwhile: of two processes that begin it together, the second
/// finds the key of the first.
fn first_key(tx: &mut Tx<'_>, path: &Path) -> Result<SecretKey, Error> {
    match stored_key(path)? {
        Some(key) => Ok(key),
        // A crash in the middle of the first start leaves a database that nothing is in.
        None if tenant::by_id(tx, TenantId::SUPER)?.is_none() => make_key(path),
        None => Err(Error::KeyLost(path.to_owned())),
    }
}

fn make_key(path: &Path) -> Result<SecretKey, Error> {
    use std::io::Write as _;
    use std::os::unix::fs::OpenOptionsExt as _;
    let bytes = SecretKey::generate()?;
    let hex: String = bytes.iter().map(|byte| format!("{byte:02x}")).collect();
    // Written aside and renamed: a crash leaves no half key.
    let aside = path.with_extension("new");
    let mut file = File::options()
        .write(true)
        .create(true)
        .truncate(true)
        .mode(0o600)
        .open(&aside)
        .map_err(failed(&aside))?;
    file.write_all(hex.as_bytes()).and_then(|()| file.sync_all()).map_err(failed(&aside))?;
    std::fs::rename(&aside, path).map_err(failed(path))?;
    Ok(SecretKey::new(&bytes)?)
}

fn from_hex(text: &str) -> Option<[u8; 32]> {
    let mut bytes = [0; 32];
    if text.len() != 64 {
        return None;
    }
    for (index, byte) in bytes.iter_mut().enumerate() {
        *byte = u8::from_str_radix(text.get(index * 2..index * 2 + 2)?, 16).ok()?;
    }
    Some(bytes)
}

impl Installation {
    /// The realm of this installation.
    #[must_use]
    pub fn realm(self, policy: Policy) -> (Store, Arc<Realm>) {
        (self.store, Arc::new(Realm::new(policy, Arc::new(self.key))))
    }
}

/// Whether the store holds no super tenant yet.
///
/// # Errors
/// Failures of the database.
pub fn is_new(store: &Store) -> Result<bool, Error> {
    let found = store.read(|tx| tenant::by_id(tx, TenantId::SUPER))?;
    Ok(found.is_none())
}

/// The password of an administrator who is made at the first start: the one in the settings, where a blank one is none.
#[must_use]
pub fn first_password(configured: &str) -> Secret {
    Secret::from(if configured.trim().is_empty() { KNOWN_PASSWORD } else { configured })
}

/// Fills an empty store with the super tenant and its administrator. Says whether it did. In any other, administrators
/// who lost their rights get them back.
///
/// # Errors
/// Failures of the database, and a password that cannot be hashed.
pub fn fill_if_new(
    store: &Store,
    clock: &dyn Clock,
    realm: &Arc<Realm>,
    admin_name: &str,
    admin_password: &Secret,
) -> Result<bool, Error> {
    if !is_new(store)? {
        let powerless = store.read(seed::powerless)?;
        if !powerless.is_empty() {
            let tenants: Vec<i64> = powerless.iter().map(|(tenant, _)| tenant.0).collect();
            tracing::warn!(?tenants, "administrators had lost their rights and got them back");
            store.write_blocking(move |tx| seed::empower(tx, &powerless))?;
        }
        return Ok(false);
    }
    seed::check_name(admin_name)?;
    let admin = Administrator { name: admin_name.to_owned(), credential: Credential::hash(admin_password)? };
    let (realm, now) = (Arc::clone(realm), clock.now());
    Ok(store.write_blocking(move |tx| seed::first_start(tx, now, &realm, &admin))?)
}

/// Whether the super tenant's administrator still has [`KNOWN_PASSWORD`].
///
/// # Errors
/// Failures of the database.
pub fn has_known_password(store: &Store) -> Result<bool, Error> {
    let credential = store.read(|tx| {
        let Some(tenant) = tenant::by_id(tx, TenantId::SUPER)? else {
            return Ok::<_, crate::domain::Error>(None);
        };
        match crate::domain::user::look_up(tx, tenant.id, &tenant.admin_name)? {
            Some(admin) => crate::domain::password::current(tx, admin.id.0),
            None => Ok(None),
        }
    })?;
    Ok(credential.is_some_and(|credential| credential.verify(&Secret::from(KNOWN_PASSWORD))))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::permission::Holder;
    use crate::domain::{TenantId, clock::SystemClock, fixture::*, permission, role};
    use std::sync::Barrier;

    #[test]
    fn all_who_begin_an_installation_together_have_the_same_key() {
        let folder = std::env::temp_dir().join(format!("soapstone-key-{}", uuid::Uuid::new_v4()));
        make_folder(&folder).unwrap();
        let together = Barrier::new(8);
        let opening = || {
            together.wait();
            open(&folder).unwrap().key.hash(&Secret::from("a code"))
        };
        let hashes: Vec<_> = std::thread::scope(|scope| {
            let openers: Vec<_> = (0..8).map(|_| scope.spawn(opening)).collect();
            openers.into_iter().map(|opener| opener.join().unwrap()).collect()
        });
        std::fs::remove_dir_all(&folder).unwrap();
        assert!(hashes.iter().all(|hash| *hash == hashes[0]));
    }

    #[test]
    fn administrators_who_lost_their_rights_get_them_back_at_the_next_start() {
        let world = World::new();
        let other = world.tenant("acme.example");
        let may = |tenant, path: &str| {
            world.read(|tx| {
                let admin = admin(tx, tenant)?;
                admin.may(tx, &[path])
            })
        };
        let starts =
            || fill_if_new(&world.store, &SystemClock, &world.realm, "admin", &Secret::from("x")).unwrap();
        for tenant in [TenantId::SUPER, other] {
            let holder = Holder::Role(role::ADMIN.to_owned());
            as_admin(&world, tenant, move |tx, now, _, actor| {
                permission::clear_all(tx, now, actor, &holder)?;
                permission::set(tx, now, actor, &holder, "/permission", permission::EXECUTE, false)
            })
            .unwrap();
            assert!(!may(tenant, permission::LOGIN));
        }
        assert!(!starts(), "it is not the first one");
        assert!(may(TenantId::SUPER, "/permission/protected") && may(other, permission::LOGIN));
        assert!(!may(other, "/permission/protected") && !may(other, "/permission/other"));
    }
}
