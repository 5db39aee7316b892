//! The link for users who forgot their password and ask for one themselves.
//!
//! An administrator's lock, a disabled account and a forced reset stand in its way: nobody gets around an
//! administrator's decision by asking for a mail.

use super::{Codes, Scenario, all_by_name, begin, expiry_minutes, is_over};
use crate::domain::claim::Changes;
use crate::domain::{
    Error, Now, Realm, Secret, Tenant, User, forced_reset, governance, lockout, notice, otp,
};
use crate::store::{self, Store, Tx};
use std::sync::Arc;

/// Why there is no link. The recovery API answers these codes, unless it keeps to itself who exists.
#[derive(Debug, thiserror::Error)]
pub enum Denied {
    /// 20017
    #[error("Notification based password recovery is not enabled")]
    NotEnabled,
    /// 17004
    #[error("user account is disabled '{0}.'")]
    Disabled(String),
    /// 17003
    #[error("User account is locked - '{0}.'")]
    Locked(String),
    /// 20011: no address, no template.
    #[error("Error while trigger notification for user '{0}.'")]
    NoMail(String),
    /// Below the rules.
    #[error(transparent)]
    Internal(#[from] Error),
}

impl From<store::Error> for Denied {
    fn from(error: store::Error) -> Self {
        Self::Internal(error.into())
    }
}

impl Denied {
    /// The error code of the recovery API.
    #[must_use]
    pub fn code(&self) -> u32 {
        match self {
            Self::NotEnabled => 20017,
            Self::Disabled(_) => 17004,
            Self::Locked(_) => 17003,
            Self::NoMail(_) => 20011,
            Self::Internal(_) => 18013,
        }
    }
}

/// Begins a recovery and queues the mail with its link. Returns the code instead when notifications are left to the
/// client: as `notify` says, or as the tenant does (`Recovery.Notification.InternallyManage`).
///
/// # Errors
/// Why there is no link; nothing has been changed then.
pub fn forgot(
    tx: &mut Tx<'_>,
    now: Now,
    realm: &Realm,
    user: &User,
    notify: Option<bool>,
    properties: &[(String, String)],
) -> Result<Option<Secret>, Denied> {
    if !governance::flag(tx, user.tenant, governance::MAILS_LINKS)? {
        return Err(Denied::NotEnabled);
    }
    let claim = |tx: &mut Tx<'_>, uri| store::login::identity_claim(tx, user.id.0, uri).map_err(Error::from);
    if lockout::is_true(claim(tx, lockout::DISABLED)?.as_deref()) {
        return Err(Denied::Disabled(user.name.clone()));
    }
    if forced_reset::is_pending(tx, user.id.0)? || lockout::is_true(claim(tx, lockout::LOCKED)?.as_deref()) {
        return Err(Denied::Locked(user.name.clone()));
    }
    let internally = match notify {
        Some(notify) => notify,
        None => governance::flag(tx, user.tenant, governance::MAILS_ITSELF)?,
    };
    let mail = if internally {
        let prepared = notice::prepare(tx, realm, user, notice::FORGOTTEN_PASSWORD, &Changes::default());
        Some(prepared.map_err(|error| match error {
            Error::Refused(reason) => {
                tracing::warn!(reason, "no mail for a forgotten password");
                Denied::NoMail(user.name.clone())
            }
            error => Denied::Internal(error),
        })?)
    } else {
        None
    };
    if let Some(mail) = &mail
        && notice::rests(tx, now, user, mail)?
        && has_link(tx, now, user)?
    {
        return Ok(None);
    }
    let code = otp::link_code();
    let codes = Codes { link: Some(&code), otp: None };
    let recovery = begin(tx, now, realm, user, Scenario::Forgotten, codes, None)?;
    let Some(mail) = mail else { return Ok(Some(code)) };
    let carried = notice::Carried {
        code: Some(code.reveal()),
        properties,
        recovery: Some(recovery),
        minutes: Some(expiry_minutes(tx, user.tenant)?),
    };
    notice::queue(tx, now, realm, user, &mail, carried)?;
    Ok(None)
}

/// Whether a link that the user asked for earlier still is good.
///
/// # Errors
/// Failures of the database.
pub fn has_link(tx: &mut Tx<'_>, now: Now, user: &User) -> Result<bool, Error> {
    let row = store::recovery::of_user(tx, user.id.0)?;
    let Some(row) = row.filter(|row| row.scenario == Scenario::Forgotten.name()) else { return Ok(false) };
    Ok(!is_over(now, (row.created_at, row.expired_at), expiry_minutes(tx, user.tenant)?))
}

/// The same for a name that somebody gave, whoever he is: what there is to do is done after this returns, and says
/// nothing. The mail goes to the address that the account has, and only there.
///
/// # Errors
/// Only that the store is closed.
pub fn forgot_quietly(
    store: &Store,
    now: Now,
    realm: &Arc<Realm>,
    tenant: Option<Tenant>,
    typed: &str,
    properties: Vec<(String, String)>,
) -> Result<(), Error> {
    let (realm, typed) = (Arc::clone(realm), typed.to_owned());
    store.write_later("a forgotten password", move |tx| {
        let Some(tenant) = tenant else { return Ok(()) };
        // Whoever has the name in several stores is written to for each, at the address of each: nobody can be asked which
        // one he means without being told that there are several.
        for user in all_by_name(tx, &tenant, &typed)? {
            match forgot(tx, now, &realm, &user, Some(true), &properties) {
                Ok(_) => {}
                Err(Denied::Internal(error)) => return Err(error),
                Err(denied) => tracing::info!(reason = denied.code(), "no mail for a forgotten password"),
            }
        }
        Ok::<_, Error>(())
    })?;
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::fixture::*;

    fn ask(world: &World, user: &User) -> Result<Option<Secret>, Denied> {
        let (realm, user, now) = (world.realm.clone(), user.clone(), world.now());
        let callback = [("callback".to_owned(), "https://localhost:9443/dashboard".to_owned())];
        world.store.write_blocking(move |tx| forgot(tx, now, &realm, &user, None, &callback))
    }

    fn enabled() -> (World, User) {
        let world = World::new();
        world.set("Recovery.Notification.Password.Enable", "true");
        let tom = world.find("tom");
        (world, tom)
    }

    #[test]
    fn a_forgotten_password_is_set_by_the_mailed_link_and_blocks_no_login_meanwhile() {
        let (world, tom) = enabled();
        assert!(ask(&world, &tom).unwrap().is_none());
        let mail = world.mails(&tom).remove(0);
        assert_eq!(mail.template, "passwordreset");
        assert!(mail.body.contains("&callback=https%3A%2F%2Flocalhost%3A9443%2Fdashboard"), "{}", mail.body);
        assert!(world.gets_in("tom", OLD));
        world.complete(&mail.code(), NEW).unwrap();
        assert!(world.gets_in("tom", NEW));
    }

    #[test]
    fn who_asks_for_the_link_does_not_say_where_it_leads_or_whom_it_is_for() {
        let (world, tom) = enabled();
        world.claims(&tom, &[(GIVEN_NAME, Some("Thomas"))]).unwrap();
        let sent = [
            ("carbon.product-url", "https://evil.example"),
            ("tenant-domain", "evil.example"),
            ("userstore-domain", "EVIL"),
            ("user-name", "eve"),
            ("user.claim.givenname", "Eve"),
            ("confirmation-code", "0000"),
        ];
        let sent = sent.map(|(name, value)| (name.to_owned(), value.to_owned()));
        let (realm, user, now) = (world.realm.clone(), tom.clone(), world.now());
        world.store.write_blocking(move |tx| forgot(tx, now, &realm, &user, None, &sent)).unwrap();
        let mail = world.mails(&tom).remove(0);
        let address = "https://localhost:9443/accountrecoveryendpoint/confirmrecovery.do?confirmation=";
        let rest = "&userstoredomain=PRIMARY&username=tom&tenantdomain=carbon.super&callback=";
        assert!(
            mail.body.starts_with("Hello Thomas,") && mail.body.contains(" account tom."),
            "{}",
            mail.body
        );
        assert!(mail.body.contains(&[address, mail.code().reveal(), rest].concat()), "{}", mail.body);
        world.complete(&mail.code(), NEW).unwrap();
    }

    #[test]
    fn whoever_has_a_name_in_several_stores_is_written_to_for_each() {
        let (world, _) = enabled();
        world.second_store("SECOND");
        let other = world.user_in(SUPER, "SECOND", "tom");
        world.claims(&other, &[(MAIL, Some("other@example.org"))]).unwrap();
        let tenant = world.read(|tx| crate::domain::tenant::by_id(tx, SUPER));
        let asked = |typed: &str| {
            let (realm, now) = (world.realm.clone(), world.now());
            forgot_quietly(&world.store, now, &realm, tenant.clone(), typed, Vec::new()).unwrap();
            world.store.write_blocking(|_| Ok::<_, Error>(())).unwrap();
            world.all_mails()
        };
        let mails = asked("TOM");
        let to: Vec<&str> = mails.iter().map(|mail| mail.recipient.as_str()).collect();
        assert_eq!(to, ["tom@example.org", "other@example.org"]);
        let code = mails[1].code();
        world.complete(&code, NEW).unwrap();
        assert!(world.gets_in("tom", OLD), "each link is good for its own account");
    }

    #[test]
    fn who_asks_again_and_again_has_no_more_mails_sent_and_leaves_the_last_link_good() {
        let (world, tom) = enabled();
        let queued = || {
            let count = "SELECT COUNT(*) FROM outbox WHERE template = 'passwordreset'";
            world.read(|tx| Ok(tx.one(count, &[], "count", |row| row.int(0))?))
        };
        for number in 1..=5 {
            assert!(ask(&world, &tom).unwrap().is_none(), "the same answer as ever");
            assert_eq!(queued(), number.min(3));
        }
        world.pass(15 * 60_000 - 1);
        ask(&world, &tom).unwrap();
        assert_eq!(queued(), 3);
        world.pass(1);
        ask(&world, &tom).unwrap();
        assert_eq!(queued(), 4, "after a rest");
        for _ in 0..4 {
            ask(&world, &tom).unwrap();
        }
        world.complete(&world.mails(&tom).pop().unwrap().code(), NEW).unwrap();
        assert!(world.gets_in("tom", NEW), "by the last one that was sent");
        let before = queued();
        ask(&world, &tom).unwrap();
        assert_eq!(queued(), before + 1, "the link was used");
    }

    // G79
    #[test]
    fn a_pending_reset_a_lock_and_a_disabled_account_stand_in_its_way() {
        let (world, tom) = enabled();
        world.set(LINK, "true");
        world.trigger(&tom).unwrap();
        let (row, mails) = (world.row(&tom), world.mails(&tom));
        assert_eq!(ask(&world, &tom).unwrap_err().code(), 17003);
        assert_eq!((world.row(&tom), world.mails(&tom)), (row, mails), "no mail, no new code");
        world.claims(&tom, &[(TRIGGER, Some("false"))]).unwrap();
        world.claims(&tom, &[(LOCKED, Some("true"))]).unwrap();
        assert_eq!(ask(&world, &tom).unwrap_err().to_string(), "User account is locked - 'tom.'");
        world.claims(&tom, &[(lockout::DISABLED, Some("true"))]).unwrap();
        assert_eq!(ask(&world, &tom).unwrap_err().to_string(), "user account is disabled 'tom.'");
    }

    #[test]
    fn without_the_setting_or_an_address_there_is_no_link() {
        let (world, tom) = enabled();
        world.claims(&tom, &[(MAIL, None)]).unwrap();
        assert_eq!(ask(&world, &tom).unwrap_err().code(), 20011);
        world.set("Recovery.Notification.Password.Enable", "false");
        assert_eq!(ask(&world, &tom).unwrap_err().code(), 20017);
        assert!(world.row(&tom).is_none());
    }

    #[test]
    fn a_tenant_that_leaves_mails_to_its_clients_gets_the_code() {
        let (world, tom) = enabled();
        world.set("Recovery.Notification.InternallyManage", "false");
        let code = ask(&world, &tom).unwrap().unwrap();
        assert!(world.all_mails().is_empty());
        world.complete(&code, NEW).unwrap();
    }
}
