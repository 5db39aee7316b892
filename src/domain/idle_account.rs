//! Accounts that nobody uses: their owners are reminded after some days and the accounts are shut after some more, as
//! IS 5.3.0's connector `suspension.notification` has it (AccountSuspensionNotificationHandler, AccountValidatorThread).
//!
//! While the connector is on, logins are noted in the claim `lastLogonTime`; who never logged in since is left alone. Once
//! a day those are looked at whose idle days came to one of the numbers since the check before. The original looks at one
//! day only, so that a server that is down at that moment overlooks people; here nobody is overlooked, and nobody is told
//! twice. The administrator whom the tenant was made with is reminded but never shut out.

use super::account;
use super::catalogue::GIVEN_NAME;
use super::claim;
use super::lockout::{DISABLED, is_true};
use super::tenant::{self, Tenant};
use super::{Actor, Error, Now, Realm, TenantId, User, governance, notice, user};
use crate::store::idle_check::Progress;
use crate::store::{self, Store, Tx};
use std::sync::Arc;

/// `http://wso2.org/claims/identity/lastLogonTime`, epoch milliseconds.
pub const LAST_LOGON: &str = "http://wso2.org/claims/identity/lastLogonTime";
const ENABLE: &str = "suspension.notification.enable";
const SHUT_AFTER: &str = "suspension.notification.account.disable.delay";
const REMIND_AFTER: &str = "suspension.notification.delays";

const DAY: i64 = 24 * 3_600_000;
/// Users looked at in one transaction.
const PAGE: i64 = 200;

/// Whether a tenant wants to know who uses his account.
///
/// # Errors
/// Failures of the database.
pub fn is_on(tx: &mut Tx<'_>, tenant: TenantId) -> Result<bool, Error> {
    governance::flag(tx, tenant, ENABLE)
}

/// Notes a login.
///
/// # Errors
/// Failures of the database.
pub fn note_login(tx: &mut Tx<'_>, now: Now, user: i64) -> Result<(), Error> {
    store::user::set_identity_claim(tx, user, LAST_LOGON, Some(&now.0.to_string()))?;
    Ok(())
}

/// After how many milliseconds without a login something happens.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Rules {
    shut_after: Option<i64>,
    remind_after: Vec<i64>,
}

impl Rules {
    /// Days that are no positive numbers count for nothing: an account is not shut because of a slip of the pen.
    fn of(tx: &mut Tx<'_>, tenant: TenantId) -> Result<Self, Error> {
        let days = |text: &str| text.trim().parse::<i64>().ok().filter(|days| (1..=36_500).contains(days));
        let shut_after = days(&governance::text(tx, tenant, SHUT_AFTER)?).map(|days| days * DAY);
        let listed = governance::text(tx, tenant, REMIND_AFTER)?;
        let mut remind_after: Vec<i64> = listed.split(',').filter_map(days).map(|days| days * DAY).collect();
        // Whoever is shut out already needs no reminder.
        remind_after.retain(|after| shut_after.is_none_or(|shut| *after < shut));
        Ok(Self { shut_after, remind_after })
    }

    fn first(&self) -> Option<i64> {
        self.remind_after.iter().chain(&self.shut_after).min().copied()
    }
}

/// What a check did.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Done {
    /// Users who were reminded, as far as there is an address and a template.
    pub reminded: usize,
    /// Accounts that were shut.
    pub shut: usize,
}

/// The last moment of that time of day (milliseconds since midnight, UTC) that is not in the future.
#[must_use]
fn last_due(now: Now, time_of_day: i64) -> Now {
    let today = now.0.div_euclid(DAY) * DAY + time_of_day;
    Now(if today > now.0 { today - DAY } else { today })
}

/// Carries out the checks that are due, in every active tenant that wants them. Blocks; never call it on an async thread.
///
/// # Errors
/// Failures of the database. What was done is done, and the next call goes on behind it.
pub fn check_all(store: &Store, now: Now, realm: &Arc<Realm>) -> Result<Done, Error> {
    let due = last_due(now, realm.policy.idle_check_at);
    let mut all = Done::default();
    for tenant in store.read(tenant::all)?.into_iter().filter(|tenant| tenant.active) {
        // One tenant's trouble is none of the others'.
        if let Err(error) = check_one(store, now, realm, &tenant, due, &mut all) {
            let tenant = &tenant.domain;
            tracing::error!(tenant, %error, "idle accounts of a tenant could not be looked at");
        }
    }
    if all != Done::default() {
        tracing::info!(reminded = all.reminded, shut = all.shut, "idle accounts were looked at");
    }
    Ok(all)
}

/// Carries out the check that is due in a tenant, page by page.
fn check_one(
    store: &Store,
    now: Now,
    realm: &Arc<Realm>,
    tenant: &Tenant,
    due: Now,
    all: &mut Done,
) -> Result<(), Error> {
    while store.read(|tx| next(tx, tenant, due))?.is_some() {
        let (realm, tenant) = (Arc::clone(realm), tenant.clone());
        let done = store.write_blocking(move |tx| turn_page(tx, now, &realm, &tenant, due))?;
        all.reminded += done.reminded;
        all.shut += done.shut;
    }
    Ok(())
}

/// How far the check that is due has got; `None` when there is nothing to do.
fn next(tx: &mut Tx<'_>, tenant: &Tenant, due: Now) -> Result<Option<Progress>, Error> {
    if !is_on(tx, tenant.id)? {
        return Ok(None);
    }
    let known = store::idle_check::progress(tx, tenant.id.0)?;
    // The first check looks back a day, as every one of the original does.
    let known = known.unwrap_or(Progress { checked_until: due.0 - DAY, due_at: due.0, after_user: 0 });
    if known.checked_until >= due.0 {
        return Ok(None);
    }
    // One that was under way when the server stopped is finished first, as what it was.
    Ok(Some(if known.due_at > known.checked_until {
        known
    } else {
        Progress { due_at: due.0, after_user: 0, ..known }
    }))
}

/// Looks at the next users and notes how far that is.
fn turn_page(tx: &mut Tx<'_>, now: Now, realm: &Realm, tenant: &Tenant, due: Now) -> Result<Done, Error> {
    let mut done = Done::default();
    let Some(at) = next(tx, tenant, due)? else { return Ok(done) };
    let rules = Rules::of(tx, tenant.id)?;
    let found = match rules.first() {
        Some(first) => {
            let until = at.due_at - first;
            store::idle_check::idle_since(tx, tenant.id.0, LAST_LOGON, until, at.after_user, PAGE)?
        }
        None => Vec::new(),
    };
    for (id, last_logon) in &found {
        look_at(tx, now, realm, tenant, &rules, &at, (*id, *last_logon), &mut done)?;
    }
    let is_last = i64::try_from(found.len()).unwrap_or(PAGE) < PAGE;
    let to = match found.last() {
        Some((id, _)) if !is_last => Progress { after_user: *id, ..at },
        _ => Progress { checked_until: at.due_at, due_at: at.due_at, after_user: 0 },
    };
    store::idle_check::advance(tx, tenant.id.0, to)?;
    Ok(done)
}

#[expect(clippy::too_many_arguments, reason = "one step of turn_page, with all it has at hand")]
fn look_at(
    tx: &mut Tx<'_>,
    now: Now,
    realm: &Realm,
    tenant: &Tenant,
    rules: &Rules,
    at: &Progress,
    (id, last_logon): (i64, i64),
    done: &mut Done,
) -> Result<(), Error> {
    if is_true(store::login::identity_claim(tx, id, DISABLED)?.as_deref()) {
        return Ok(());
    }
    let Some(user) = User::by_id(tx, id)? else { return Ok(()) };
    // Whose store is out of use cannot sign in, and is not idle by his own choice.
    if !user::is_store(tx, user.tenant, &user.domain)? {
        return Ok(());
    }
    let idle = at.due_at - last_logon;
    if rules.shut_after.is_some_and(|after| idle >= after) {
        if !user::is_primary_admin(tenant, &user) {
            let system = Actor::system(tenant);
            account::set_disabled(tx, now, realm, &system, &user.display_name(), true, Some("email"))?;
            done.shut += 1;
        }
        return Ok(());
    }
    let before = at.checked_until - last_logon;
    if rules.remind_after.iter().any(|after| idle >= *after && before < *after) {
        remind(tx, now, realm, rules, &user, last_logon)?;
        done.reminded += 1;
    }
    Ok(())
}

/// Queues the mail `idleAccountReminder`, with the placeholders that the original fills.
fn remind(
    tx: &mut Tx<'_>,
    now: Now,
    realm: &Realm,
    rules: &Rules,
    user: &User,
    last_logon: i64,
) -> Result<(), Error> {
    let first_name =
        claim::values(tx, realm, user, &[GIVEN_NAME])?.into_iter().next().map(|(_, value)| value);
    let mut properties = vec![("first-name".to_owned(), first_name.unwrap_or_default())];
    if let Some(after) = rules.shut_after {
        // 2017-01-16T… as the original writes it, 16-01-2017.
        let stamp = Now(last_logon + after).to_timestamp();
        let mut parts: Vec<&str> = stamp.split('T').next().unwrap_or_default().split('-').collect();
        parts.reverse();
        properties.push(("suspension-date".to_owned(), parts.join("-")));
    }
    notice::tell(tx, now, realm, user, notice::IDLE_REMINDER, &properties)
}

#[cfg(test)]
mod tests;
