//! A small world for the tests of logins and resets: a store with tenants and users, and a clock that obeys.

pub(crate) use super::catalogue::{EMAIL_ADDRESS as MAIL, GIVEN_NAME};
use super::claim::Changes;
use super::login::{Face, Outcome, Presented, Refusal};
use super::password::{self, NewPassword};
use super::recovery::{self, Completed, Hint, Presenter};
use super::*;
pub(crate) use super::{forced_reset::TRIGGER, lockout::LOCKED};
use crate::store::scratch::Scratch;
use crate::store::{Store, Tx};
use std::sync::{Arc, Mutex};

pub(crate) const START: Now = Now(1_700_000_000_000);
pub(crate) const SUPER: TenantId = TenantId::SUPER;
pub(crate) const LINK: &str = "Recovery.AdminPasswordReset.RecoveryLink";
pub(crate) const OTP: &str = "Recovery.AdminPasswordReset.OTP";
pub(crate) const OFFLINE: &str = "Recovery.AdminPasswordReset.Offline";
pub(crate) const PUBLISHED: &str = forced_reset::PUBLISHED_CODE;

/// The old password of every user.
pub(crate) const OLD: &str = "Old@1234";
/// A new one.
pub(crate) const NEW: &str = "AbNew@123";

/// The world. Time stands still until it is moved.
pub(crate) struct World {
    pub(crate) store: Store,
    pub(crate) realm: Arc<Realm>,
    now: Mutex<Now>,
    dir: Scratch,
}

/// A mail as it waits in the outbox, opened.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Mail {
    pub(crate) template: String,
    pub(crate) recipient: String,
    pub(crate) subject: String,
    pub(crate) body: String,
    pub(crate) content_type: String,
    pub(crate) expires_at: i64,
}

impl Mail {
    /// The code in a link or after "One-time password: ".
    pub(crate) fn code(&self) -> Secret {
        let after = |mark: &str| self.body.split_once(mark).map(|(_, rest)| rest);
        let rest = after("confirmation=").or_else(|| after("One-time password: ")).expect("a code");
        Secret::new(
            rest.chars().take_while(|letter| letter.is_ascii_alphanumeric() || *letter == '-').collect(),
        )
    }
}

impl World {
    /// The super tenant with admin and tom, who has a mail address; no option is on.
    pub(crate) fn new() -> Self {
        Self::with(|_| {})
    }

    /// The same under a changed policy.
    pub(crate) fn with(change: impl FnOnce(&mut Policy)) -> Self {
        let dir = Scratch::new();
        let store = Store::open(dir.path()).unwrap();
        store.serve();
        let mut policy = Policy::default();
        change(&mut policy);
        let realm = Arc::new(Realm::new(policy, Arc::new(SecretKey::new(&[7; 32]).unwrap())));
        let world = Self { store, realm, now: Mutex::new(START), dir };
        let kept = Arc::clone(&world.realm);
        world.write(move |tx| seed::first_start(tx, START, &kept, &administrator()));
        world.claims(&world.find("admin"), &[(MAIL, Some("admin@example.org"))]).unwrap();
        world.user("tom");
        world
    }

    /// Another tenant.
    pub(crate) fn tenant(&self, domain: &str) -> TenantId {
        let (domain, realm) = (domain.to_owned(), Arc::clone(&self.realm));
        let claims = Changes::default();
        let new = move |tx: &mut Tx<'_>| {
            let new = seed::NewTenant {
                id: None,
                domain: &domain,
                email: None,
                created_at: START,
                admin: &administrator(),
                claims: &claims,
            };
            seed::tenant(tx, START, &realm, &new)
        };
        self.write(new).id
    }

    /// A user of the super tenant's primary store, with the old password and `<name>@example.org`.
    pub(crate) fn user(&self, name: &str) -> User {
        self.user_in(SUPER, "PRIMARY", name)
    }

    /// A user anywhere.
    pub(crate) fn user_in(&self, tenant: TenantId, domain: &str, name: &str) -> User {
        let (domain, name, realm) = (domain.to_owned(), name.to_owned(), Arc::clone(&self.realm));
        let user = self.write(move |tx| {
            let id = crate::store::user::insert(
                tx,
                &crate::store::user::NewUser {
                    tenant: tenant.0,
                    domain: &domain,
                    name: &name,
                    folded: &name::folded(&name),
                    credential: old_hash().stored(),
                    require_change: false,
                    created_at: START.0,
                },
            )?;
            let user = User::by_id(tx, id)?.unwrap();
            claim::set_at_creation(tx, START, &realm, &user, claim::DEFAULT_PROFILE, &Changes::default())?;
            Ok(user)
        });
        self.claims(&user, &[(MAIL, Some(&format!("{}@example.org", user.name)))]).unwrap();
        user
    }

    /// Another user store of the super tenant.
    pub(crate) fn second_store(&self, domain: &str) {
        let domain = domain.to_owned();
        self.write(move |tx| {
            let sql = "INSERT INTO user_store (tenant_id, domain, position) VALUES ($1, $2, 1)";
            Ok(tx.execute(sql, &[SUPER.0.into(), (&domain).into()])?)
        });
    }

    /// The user of that name in the super tenant.
    pub(crate) fn find(&self, name: &str) -> User {
        self.read(|tx| user::find(tx, SUPER, name))
    }

    pub(crate) fn now(&self) -> Now {
        *self.now.lock().unwrap()
    }

    pub(crate) fn pass(&self, millis: i64) {
        let mut now = self.now.lock().unwrap();
        *now = now.plus_millis(millis);
    }

    pub(crate) fn pass_minutes(&self, minutes: i64) {
        self.pass(minutes * 60_000);
    }

    pub(crate) fn read<T>(&self, work: impl Fn(&mut Tx<'_>) -> Result<T, Error>) -> T {
        self.store.read(work).unwrap()
    }

    pub(crate) fn write<T: Send + 'static>(
        &self,
        work: impl FnOnce(&mut Tx<'_>) -> Result<T, Error> + Send + 'static,
    ) -> T {
        self.store.write_blocking(work).unwrap()
    }

    /// A governance setting of the super tenant.
    pub(crate) fn set(&self, name: &str, value: &str) {
        self.set_in(SUPER, name, value);
    }

    pub(crate) fn set_in(&self, tenant: TenantId, name: &str, value: &str) {
        let (name, value) = (name.to_owned(), value.to_owned());
        self.write(move |tx| {
            let resident = crate::store::idp::find(tx, tenant.0, governance::RESIDENT)?.unwrap();
            crate::store::idp::set_property(tx, resident.id, &name, &value)?;
            Ok(())
        });
    }

    /// Writes claims as an administrator does, with everything that follows.
    pub(crate) fn claims(&self, user: &User, claims: &[(&str, Option<&str>)]) -> Result<(), Error> {
        let mut changes = Changes::default();
        for (uri, value) in claims {
            changes.set(*uri, value.map(str::to_owned));
        }
        let (realm, user, now) = (Arc::clone(&self.realm), user.clone(), self.now());
        self.store.write_blocking(move |tx| {
            let actor = admin(tx, user.tenant)?;
            claim::write(tx, now, &realm, &actor, &user, "default", changes)
        })
    }

    /// Sets the claim that forces a reset.
    pub(crate) fn trigger(&self, user: &User) -> Result<(), Error> {
        self.claims(user, &[(TRIGGER, Some("true"))])
    }

    /// What administrators read; identity claims included.
    pub(crate) fn claim(&self, user: &User, uri: &str) -> Option<String> {
        let realm = Arc::clone(&self.realm);
        self.read(|tx| {
            Ok(claim::values(tx, &realm, user, &[uri])?.into_iter().next().map(|(_, value)| value))
        })
    }

    /// Scenario and step of the user's recovery.
    pub(crate) fn row(&self, user: &User) -> Option<crate::store::recovery::RecoveryRow> {
        self.read(|tx| Ok(crate::store::recovery::of_user(tx, user.id.0)?))
    }

    /// The waiting mails to that user, oldest first.
    pub(crate) fn mails(&self, user: &User) -> Vec<Mail> {
        let mut mails = self.all_mails();
        mails.retain(|mail| mail.recipient == format!("{}@example.org", user.name));
        mails
    }

    /// Every waiting mail, oldest first.
    pub(crate) fn all_mails(&self) -> Vec<Mail> {
        let key = Arc::clone(&self.realm.key);
        self.read(|tx| {
            let sealed = tx.query(
                "SELECT template, recipient, subject, body, content_type, expires_at, message_id FROM outbox \
                 WHERE state = 'queued' ORDER BY id",
                &[],
                |row| {
                    let id = row.text(6)?;
                    let open = |sealed: String| key.open(&id, &sealed).unwrap().reveal().to_owned();
                    Ok(Mail {
                        template: row.text(0)?,
                        recipient: row.text(1)?,
                        subject: open(row.text(2)?),
                        body: open(row.text(3)?),
                        content_type: row.text(4)?,
                        expires_at: row.int(5)?,
                    })
                },
            )?;
            Ok(sealed)
        })
    }

    /// A login at the form.
    pub(crate) fn login(&self, name: &str, password: &str) -> Outcome {
        self.login_at(Face::Browser, name, password)
    }

    pub(crate) fn login_at(&self, face: Face, name: &str, password: &str) -> Outcome {
        let presented = Presented { user_name: name.to_owned(), password: password.into() };
        login::attempt(&self.store, self.now(), &self.realm, &presented, face).unwrap()
    }

    /// What a login at the form is refused for; `None` when it is not refused.
    pub(crate) fn refusal(&self, name: &str, password: &str) -> Option<Refusal> {
        match self.login(name, password) {
            Outcome::Refused(refusal) => Some(refusal),
            _ => None,
        }
    }

    pub(crate) fn gets_in(&self, name: &str, password: &str) -> bool {
        matches!(self.login(name, password), Outcome::In(_))
    }

    pub(crate) fn redeems(&self, name: &str, code: &Secret) -> bool {
        matches!(self.login(name, code.reveal()), Outcome::Redeem(_))
    }

    /// Sets a new password by a code, as the reset page and the recovery API do.
    pub(crate) fn complete(&self, code: &Secret, password: &str) -> Result<Completed, recovery::Refusal> {
        self.complete_for(code, &Hint::default(), password)
    }

    pub(crate) fn complete_for(
        &self,
        code: &Secret,
        hint: &Hint,
        password: &str,
    ) -> Result<Completed, recovery::Refusal> {
        recovery::set_password(
            &self.store,
            self.now(),
            &self.realm,
            code,
            hint,
            &password.into(),
            &Presenter::default(),
        )
    }

    /// The error code that [`World::complete`] answers; `None` when it succeeds.
    pub(crate) fn problem(&self, code: &Secret, password: &str) -> Option<u32> {
        self.complete(code, password).err().map(|refusal| refusal.code())
    }

    /// A new password, compared with what is stored now.
    pub(crate) fn prepared(&self, user: &User, plain: &str) -> NewPassword {
        let earlier = self.read(|tx| password::earlier(tx, user.tenant, user.id.0));
        password::prepare(plain.into(), &earlier).unwrap()
    }

    /// A session row of that user.
    pub(crate) fn open_session(&self, user: &User) {
        let (user, now) = (user.clone(), self.now());
        self.write(move |tx| {
            let tenant = tenant::by_id(tx, user.tenant)?.unwrap();
            session::open(tx, now, session::Kind::Browser, &Actor::of(&tenant, &user, &user.name), 15)
        });
    }

    pub(crate) fn sessions(&self, user: &User) -> i64 {
        self.read(|tx| {
            Ok(tx.one(
                "SELECT COUNT(*) FROM session WHERE user_id = $1",
                &[user.id.0.into()],
                "n",
                |row| row.int(0),
            )?)
        })
    }

    /// Actions in the audit trail about that user, oldest first.
    pub(crate) fn audited(&self, user: &User) -> Vec<String> {
        let target = user.display_name();
        self.read(|tx| {
            Ok(tx.query(
                "SELECT action FROM audit WHERE target = $1 ORDER BY id",
                &[(&target).into()],
                |row| row.text(0),
            )?)
        })
    }

    /// Every byte of the data directory, for secrets that must not be there.
    pub(crate) fn dump(&self) -> Vec<u8> {
        let mut bytes = Vec::new();
        for entry in std::fs::read_dir(self.dir.path()).unwrap() {
            bytes.extend(std::fs::read(entry.unwrap().path()).unwrap());
        }
        // Tom is in it: what is not there is not missing because nothing was read.
        let known = b"tom@example.org";
        assert!(bytes.windows(known.len()).any(|part| part == known));
        bytes
    }
}

/// The hash of the old password, made once.
fn old_hash() -> credential::Credential {
    static HASH: std::sync::OnceLock<credential::Credential> = std::sync::OnceLock::new();
    HASH.get_or_init(|| credential::Credential::hash(&OLD.into()).unwrap()).clone()
}

fn administrator() -> seed::Administrator {
    seed::Administrator { name: "admin".into(), credential: old_hash() }
}

/// The administrator of a tenant.
pub(crate) fn admin(tx: &mut Tx<'_>, tenant: TenantId) -> Result<Actor, Error> {
    let tenant = tenant::by_id(tx, tenant)?.unwrap();
    Ok(Actor::of(&tenant, &user::find(tx, tenant.id, "admin")?, "admin"))
}

/// What the administrator of a tenant gets for a write.
pub(crate) fn as_admin<T: Send + 'static>(
    world: &World,
    tenant: TenantId,
    work: impl FnOnce(&mut Tx<'_>, Now, &Realm, &Actor) -> Result<T, Error> + Send + 'static,
) -> Result<T, String> {
    let (realm, now) = (world.realm.clone(), world.now());
    let done = world.store.write_blocking(move |tx| {
        let actor = admin(tx, tenant)?;
        work(tx, now, &realm, &actor)
    });
    done.map_err(|error: Error| error.to_string())
}
