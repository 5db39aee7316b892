//! What the commands do on a data directory, also while a server runs on it.

use super::cli::{Admin, Claim, Governance, Of, Password, Role, Tenant, User};
use super::hints;
use super::installation::{self, Installation};
use super::progress::Progress;
use crate::domain::bulk_import::{self, File, Report};
use crate::domain::claim::{Changes, DEFAULT_PROFILE};
use crate::domain::credential::Credential;
use crate::domain::identity_provider::Setting;
use crate::domain::name::PRIMARY;
use crate::domain::password::NewPassword;
use crate::domain::permission::EXECUTE;
use crate::domain::role::Grant;
use crate::domain::seed::{Administrator, NewTenant};
use crate::domain::take_over::Meant;
use crate::domain::{
    Actor, Clock, Error, Now, Policy, Realm, Secret, account, claim, clock::SystemClock, connectors,
    governance, password, role, tenant, user,
};
use crate::store::{self, Store, Tx};
use std::io::{BufRead as _, IsTerminal as _, Write as _};
use std::path::Path;
use std::sync::Arc;

/// Why a command failed.
#[derive(Debug, thiserror::Error)]
pub enum Failure {
    /// The data directory.
    #[error(transparent)]
    Installation(#[from] installation::Error),
    /// The rules said no.
    #[error("{0}")]
    Refused(#[from] Error),
    /// What was typed makes no sense.
    #[error("{0}")]
    Usage(String),
    /// Reading or printing.
    #[error(transparent)]
    Io(#[from] std::io::Error),
}

impl From<store::Error> for Failure {
    fn from(error: store::Error) -> Self {
        Self::Refused(error.into())
    }
}

/// A data directory at the hands of the command line.
#[derive(Debug)]
pub struct Desk {
    store: Store,
    realm: Arc<Realm>,
    now: Now,
}

impl Desk {
    /// Opens a data directory and fills it if it is new.
    ///
    /// # Errors
    /// What cannot be opened.
    pub fn open(
        folder: &Path,
        policy: Policy,
        admin_name: &str,
        admin_password: &Secret,
    ) -> Result<Self, Failure> {
        installation::must_not_overtake(folder)?;
        let public_url = installation::served_at(folder).unwrap_or(policy.public_url);
        let policy = Policy { public_url, ..policy };
        let opened: Installation = installation::open(folder)?;
        let (store, realm) = opened.realm(policy);
        installation::fill_if_new(&store, &SystemClock, &realm, admin_name, admin_password)?;
        Ok(Self { store, realm, now: SystemClock.now() })
    }

    pub(super) fn actor(&self, of: &Of) -> Result<Actor, Failure> {
        let found = self.store.read(|tx| tenant::find(tx, &of.tenant.to_lowercase()))?;
        let tenant = found.ok_or_else(|| Failure::Usage(format!("there is no tenant {}", of.tenant)))?;
        Ok(Actor::system(&tenant))
    }

    /// The server itself in the super tenant, where what concerns several tenants is done.
    pub(super) fn operator(&self) -> Result<Actor, Failure> {
        Ok(Actor::system(&self.super_tenant()?))
    }

    fn super_tenant(&self) -> Result<tenant::Tenant, Failure> {
        let found = self.store.read(|tx| tenant::by_id(tx, tenant::TenantId::SUPER))?;
        found.ok_or_else(|| Failure::Usage("the data directory has no administrator".into()))
    }

    pub(super) fn read<T>(&self, work: impl Fn(&mut Tx<'_>) -> Result<T, Error>) -> Result<T, Failure> {
        Ok(self.store.read(work)?)
    }

    pub(super) fn write<T: Send + 'static>(
        &self,
        work: impl FnOnce(&mut Tx<'_>, Now, &Realm) -> Result<T, Error> + Send + 'static,
    ) -> Result<T, Failure> {
        let (realm, now) = (Arc::clone(&self.realm), self.now);
        let done = self.store.write_blocking(move |tx| work(tx, now, &realm));
        self.store.wait_for_others();
        Ok(done?)
    }

    /// `user …`
    ///
    /// # Errors
    /// What the rules refuse.
    pub fn user(&self, command: User) -> Result<(), Failure> {
        match command {
            User::Add { name, claims, roles, password, of } => {
                let actor = self.actor(&of)?;
                let mut changes = Changes::default();
                for text in claims {
                    let (uri, value) = text
                        .split_once('=')
                        .ok_or_else(|| Failure::Usage(format!("{text:?} is not CLAIM=VALUE")))?;
                    changes.set(full_uri(uri), Some(value.to_owned()));
                }
                let password = NewPassword::first(ask(&password, &name)?)?;
                let (added, hint) = self.write(move |tx, now, realm| {
                    let hint = hints::of_new_user(tx, actor.tenant, &changes)?;
                    let new = user::NewUser {
                        name: &name,
                        password: &password,
                        roles: &roles,
                        claims: &changes,
                        profile: DEFAULT_PROFILE,
                        require_change: false,
                    };
                    Ok((user::add(tx, now, realm, &actor, &new)?, hint))
                })?;
                say_with(&format!("added {}", added.display_name()), hint)
            }
            User::List { filter, of } => {
                let actor = self.actor(&of)?;
                let names = self.store.read(|tx| user::list_up_to(tx, actor.tenant, &filter, i64::MAX))?;
                names.iter().try_for_each(|name| say(name))
            }
            User::Import { file, store, of } => self.import(&self.actor(&of)?, &file, &store),
            User::TakeOver { folder, digest, store, bases, tenant_id, of } => {
                let store = if store.is_empty() { PRIMARY.to_owned() } else { store.to_uppercase() };
                self.take_over(&self.actor(&of)?, &folder, &Meant { tenant_id, store, digest, bases })
            }
            User::SetPassword { name, password, of } => self.set_password(&self.actor(&of)?, name, &password),
            User::Delete { name, of } => {
                let actor = self.actor(&of)?;
                let shown = name.clone();
                self.write(move |tx, now, _| user::delete(tx, now, &actor, &name))?;
                say(&format!("deleted {shown}"))
            }
        }
    }

    /// Adds the users of a file and says on standard error how far it is and who could not be added.
    fn import(&self, actor: &Actor, path: &Path, store: &str) -> Result<(), Failure> {
        let read = File::csv(&std::fs::read(path).map_err(unreadable(path))?);
        let file = read.map_err(|wrong| Failure::Usage(format!("{}, {wrong}", path.display())))?;
        let guessed = file.guessed();
        let mut progress = Progress::begin("users", file.len());
        let mut told = 0;
        let show = |report: &Report| {
            // Who was refused stands above the bar, once.
            for (name, reason) in report.failed.iter().skip(told) {
                progress.interrupt(&format!("{name}: {reason}"));
            }
            told = report.failed.len();
            progress.show(report.seen());
        };
        let report = bulk_import::run(&self.store, self.now, &self.realm, actor, store, file, show)?;
        self.store.wait_for_others();
        let (added, there, failed) = (report.added, report.duplicates.len(), report.failed.len());
        say(&format!("added {added} users, {there} were there already, {failed} could not be added"))?;
        if let Some(charset) = guessed {
            let path = path.display();
            let hint = "if it holds letters of other languages, they are wrong now";
            let _ = writeln!(std::io::stderr(), "{path} is not UTF-8 and was read as {charset}; {hint}");
        }
        if failed > 0 {
            return Err(Failure::Usage(format!("{failed} users could not be added")));
        }
        Ok(())
    }

    fn set_password(&self, actor: &Actor, name: String, given: &Password) -> Result<(), Failure> {
        let plain = ask(given, &name)?;
        let earlier = self.store.read(|tx| match user::look_up(tx, actor.tenant, &name)? {
            Some(user) => password::earlier(tx, actor.tenant, user.id.0),
            None => Ok(password::Earlier::default()),
        })?;
        let new = password::prepare(plain, &earlier)?;
        let (actor, shown) = (actor.clone(), name.clone());
        self.write(move |tx, now, realm| user::set_password_by_admin(tx, now, realm, &actor, &name, &new))?;
        say(&format!("password of {shown} set"))
    }

    /// `role …`
    ///
    /// # Errors
    /// What the rules refuse.
    pub fn role(&self, command: Role) -> Result<(), Failure> {
        match command {
            Role::Add { name, permissions, users, of } => {
                let actor = self.actor(&of)?;
                let grant = |resource: String| Grant { resource, action: EXECUTE.to_owned() };
                let grants: Vec<Grant> = permissions.into_iter().map(grant).collect();
                let shown = name.clone();
                self.write(move |tx, now, realm| role::add(tx, now, realm, &actor, &name, &users, &grants))?;
                say(&format!("added {shown}"))
            }
            Role::List { user: None, of } => {
                let actor = self.actor(&of)?;
                let names = self.store.read(|tx| role::list(tx, &self.realm, actor.tenant))?;
                names.iter().try_for_each(|name| say(name))
            }
            Role::List { user: Some(name), of } => {
                let actor = self.actor(&of)?;
                let names = self.store.read(|tx| {
                    let user = user::find(tx, actor.tenant, &name)?;
                    role::of_user(tx, &user)
                })?;
                names.iter().try_for_each(|name| say(name))
            }
            Role::Assign { user, roles, of } => {
                let actor = self.actor(&of)?;
                let shown = format!("{user} has {}", roles.join(", "));
                self.write(move |tx, now, _| role::update_of_user(tx, now, &actor, &user, &[], &roles))?;
                say(&shown)
            }
        }
    }

    /// `claim …`
    ///
    /// # Errors
    /// What the rules refuse.
    pub fn claim(&self, command: Claim) -> Result<(), Failure> {
        match command {
            Claim::Get { user: name, claims, of } => {
                let actor = self.actor(&of)?;
                let uris: Vec<String> = claims.iter().map(|claim| full_uri(claim)).collect();
                let values = self.store.read(|tx| {
                    let user = user::find(tx, actor.tenant, &name)?;
                    uris.iter().try_for_each(|uri| check_claim(tx, &self.realm, actor.tenant, uri))?;
                    if uris.is_empty() {
                        claim::all_values(tx, &self.realm, &user)
                    } else {
                        let uris: Vec<&str> = uris.iter().map(String::as_str).collect();
                        claim::values(tx, &self.realm, &user, &uris)
                    }
                })?;
                values.iter().try_for_each(|(uri, value)| say(&format!("{uri} = {value}")))
            }
            Claim::Set { user: name, claim, value, of } => {
                let actor = self.actor(&of)?;
                let (uri, mut changes) = (full_uri(&claim), Changes::default());
                changes.set(uri.as_str(), Some(value));
                let hint = self.write(move |tx, now, realm| {
                    let user = user::find(tx, actor.tenant, &name)?;
                    check_claim(tx, realm, actor.tenant, &uri)?;
                    let hint = hints::of_claims(tx, actor.tenant, &changes)?;
                    claim::write(tx, now, realm, &actor, &user, DEFAULT_PROFILE, changes)?;
                    Ok(hint)
                })?;
                say_with("stored", hint)
            }
        }
    }

    /// `governance …`
    ///
    /// # Errors
    /// What the rules refuse.
    pub fn governance(&self, command: Governance) -> Result<(), Failure> {
        match command {
            Governance::Get { names, of } => {
                let actor = self.actor(&of)?;
                let all = self.store.read(|tx| governance::all(tx, actor.tenant))?;
                for name in &names {
                    if !all.iter().any(|(known, _)| known == name) {
                        return Err(Failure::Usage(format!("there is no policy {name}")));
                    }
                }
                all.iter()
                    .filter(|(name, _)| names.is_empty() || names.contains(name))
                    .try_for_each(|(name, value)| say(&format!("{name} = {value}")))
            }
            Governance::Set { name, value, of } => {
                let actor = self.actor(&of)?;
                let known = self.store.read(|tx| governance::all(tx, actor.tenant))?;
                if !known.iter().any(|(known, _)| *known == name) {
                    return Err(Failure::Usage(format!(
                        "there is no policy {name}; `soapstone governance get` lists them"
                    )));
                }
                if let Some(expected) = governance::expected(&name, &value) {
                    return Err(Failure::Usage(format!(
                        "{value:?} is not {expected}, which {name} should be"
                    )));
                }
                let idle = connectors::is_idle(&name)
                    .then_some("this server keeps the policy and does not act on it");
                let setting = Setting { name, value: Some(value), display_name: None };
                self.write(move |tx, now, _| governance::update(tx, now, &actor, &[setting]))?;
                say_with("stored", idle)
            }
        }
    }

    /// `tenant …`
    ///
    /// # Errors
    /// What the rules refuse.
    pub fn tenant(&self, command: Tenant) -> Result<(), Failure> {
        match command {
            Tenant::Add { domain, admin, password } => {
                let credential = Credential::hash(&ask(&password, &admin)?)?;
                let admin = Administrator { name: admin, credential };
                let actor = self.operator()?;
                let added = self.write(move |tx, now, realm| {
                    let (domain, admin, claims) = (domain.as_str(), &admin, &Changes::default());
                    let new = NewTenant { id: None, domain, email: None, created_at: now, admin, claims };
                    tenant::found(tx, now, realm, &actor, &new)
                })?;
                say(&format!("added {}", added.domain))
            }
            Tenant::List => {
                let all = self.store.read(tenant::all)?;
                all.iter().try_for_each(|one| {
                    say(&format!("{}{}", one.domain, if one.active { "" } else { " (deactivated)" }))
                })
            }
            Tenant::Activate { domain } => self.set_active(domain, true),
            Tenant::Deactivate { domain } => self.set_active(domain, false),
        }
    }

    fn set_active(&self, domain: String, active: bool) -> Result<(), Failure> {
        let id = self.actor(&Of { tenant: domain.clone() })?.tenant;
        if id == tenant::TenantId::SUPER && !active {
            return Err(Failure::Usage("the super tenant cannot be deactivated".to_owned()));
        }
        let (actor, shown) = (self.operator()?, domain.clone());
        self.write(move |tx, now, _| match active {
            true => tenant::activate(tx, now, &actor, &domain),
            false => tenant::deactivate(tx, now, &actor, &domain),
        })?;
        say(&format!("{shown} is {}", if active { "active" } else { "deactivated" }))
    }

    /// `admin …`
    ///
    /// # Errors
    /// What the rules refuse.
    pub fn admin(&self, command: Admin) -> Result<(), Failure> {
        let Admin::SetPassword { password } = command;
        let tenant = self.super_tenant()?;
        let (actor, name) = (Actor::system(&tenant), tenant.admin_name);
        self.set_password(&actor, name.clone(), &password)?;
        // A new password alone does not let in who was locked or disabled.
        let shown = name.clone();
        if self.write(move |tx, now, realm| account::let_in(tx, now, realm, &actor, &name))? {
            say(&format!("{shown} was locked or disabled and is let in again"))?;
        }
        Ok(())
    }
}

/// A claim by its whole URI, or by what stands behind the dialect.
fn full_uri(claim: &str) -> String {
    if claim.contains("://") { claim.to_owned() } else { format!("http://wso2.org/claims/{claim}") }
}

/// Says what was done and, beside it, what was not.
fn say_with(done: &str, hint: Option<&str>) -> Result<(), Failure> {
    say(done)?;
    if let Some(hint) = hint {
        let _ = writeln!(std::io::stderr(), "{hint}");
    }
    Ok(())
}

/// Names a claim that the tenant does not have: the original's refusal does not say which one it means.
fn check_claim(tx: &mut Tx<'_>, realm: &Realm, tenant: tenant::TenantId, uri: &str) -> Result<(), Error> {
    match realm.catalogues.of(tx, tenant)?.find(uri) {
        Some(_) => Ok(()),
        None => Err(Error::refused(format!("there is no claim {uri}"))),
    }
}

/// What cannot be read, by its name: the system's words alone do not say which of many files it is.
pub(super) fn unreadable(path: &Path) -> impl FnOnce(std::io::Error) -> Failure {
    move |error| Failure::Usage(format!("{}: {error}", path.display()))
}

/// Prints a line. Whoever reads no further, like `head`, has what he wanted: what was begun goes on without him.
pub fn say(line: &str) -> Result<(), Failure> {
    match writeln!(std::io::stdout().lock(), "{line}") {
        Err(error) if error.kind() == std::io::ErrorKind::BrokenPipe => Ok(()),
        said => Ok(said?),
    }
}

/// The password: given, from standard input, or typed. An empty one is what a script has that failed to get it.
fn ask(given: &Password, name: &str) -> Result<Secret, Failure> {
    let password = read_password(given, name)?;
    match password.reveal().trim().is_empty() {
        true => Err(Failure::Usage("the password is empty".to_owned())),
        false => Ok(password),
    }
}

fn read_password(given: &Password, name: &str) -> Result<Secret, Failure> {
    if let Some(password) = &given.password {
        return Ok(Secret::from(password.as_str()));
    }
    if !given.password_stdin {
        if std::io::stdin().is_terminal() {
            let typed = Secret::new(rpassword::prompt_password(format!("Password of {name}: "))?);
            // Nobody sees what he types.
            let again = Secret::new(rpassword::prompt_password(format!("Password of {name}, once more: "))?);
            return match typed.matches(again.reveal()) {
                true => Ok(typed),
                false => Err(Failure::Usage("the two passwords differ; nothing was changed".to_owned())),
            };
        }
        return Err(Failure::Usage(
            "no password: use --password-stdin, SOAPSTONE_PASSWORD, or a terminal to type it".to_owned(),
        ));
    }
    let mut line = String::new();
    std::io::stdin().lock().read_line(&mut line)?;
    Ok(Secret::from(line.trim_end_matches(['\r', '\n'])))
}
