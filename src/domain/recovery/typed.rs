//! One-time passwords as people type them: short, so that it has to be said whose they are, and wrong ones are counted.

use super::{CodeProblem, Hint};
use crate::domain::name::{QualifiedName, folded};
use crate::domain::tenant;
use crate::domain::{Actor, Error, Now, Realm, Secret, TenantId, User, audit, forced_reset};
use crate::store::recovery::RecoveryRow;
use crate::store::{self, Tx};

/// Whom a hint may mean, in the forms that rows have; what it does not say is none.
struct Meant {
    name: Option<String>,
    domain: Option<String>,
    tenant: Option<TenantId>,
}

impl Meant {
    fn is(&self, row: &RecoveryRow) -> bool {
        self.name.as_ref().is_none_or(|name| *name == row.folded)
            && self.domain.as_ref().is_none_or(|domain| *domain == row.domain)
            && self.tenant.is_none_or(|tenant| tenant.0 == row.tenant)
    }
}

impl Hint {
    /// Our own addresses say store and tenant beside the name, in which an `@` or a slash may be; scripts may write them into
    /// it. So a name is read as it stands first, and then taken apart. A name without a tenant is one of `carbon.super`, so
    /// that it is known against whom a wrong code counts.
    fn readings(&self, tx: &mut Tx<'_>, realm: &Realm) -> Result<Vec<Meant>, CodeProblem> {
        let is_said = |text: &&str| !text.trim().is_empty();
        let domain = self.store.as_deref().filter(is_said).map(|domain| domain.trim().to_uppercase());
        let tenant = match self.tenant.as_deref().filter(is_said) {
            Some(domain) => Some(tenant_called(tx, domain)?.ok_or(CodeProblem::Invalid)?),
            None => None,
        };
        let Some(typed) = self.user_name.as_deref().filter(is_said) else {
            return Ok(vec![Meant { name: None, domain, tenant }]);
        };
        let stands = Meant {
            name: Some(folded(typed)),
            domain: domain.clone(),
            tenant: tenant.or(Some(TenantId::SUPER)),
        };
        let (local, its_tenant) = tenant::split_name(realm, typed);
        let tenant = match tenant {
            Some(tenant) => Some(tenant),
            None => tenant_called(tx, &its_tenant)?,
        };
        let apart = QualifiedName::parse(&local);
        let apart = Meant { name: Some(folded(&apart.name)), domain: domain.or(apart.domain), tenant };
        Ok([Some(stands), Some(apart).filter(|apart| apart.tenant.is_some())].into_iter().flatten().collect())
    }
}

fn tenant_called(tx: &mut Tx<'_>, domain: &str) -> Result<Option<TenantId>, Error> {
    Ok(tenant::find(tx, &domain.trim().to_lowercase())?.map(|tenant| tenant.id))
}

/// The one recovery among those with the same one-time password that the hint fits. A hint that fits none is not
/// overlooked: the password might be somebody else's.
pub(super) fn the_one(
    realm: &Realm,
    rows: Vec<RecoveryRow>,
    hint: &Hint,
    tx: &mut Tx<'_>,
) -> Result<RecoveryRow, CodeProblem> {
    for meant in hint.readings(tx, realm)? {
        let mut fitting = rows.iter().filter(|row| meant.is(row));
        match (fitting.next(), fitting.next()) {
            (Some(row), None) => return Ok(row.clone()),
            (Some(_), Some(_)) => return Err(CodeProblem::Invalid),
            (None, _) => {}
        }
    }
    Err(CodeProblem::Invalid)
}

/// Whether a code may be a one-time password, which somebody typed or guesses. Those in links have a form of their own.
#[must_use]
pub fn is_typed(code: &Secret) -> bool {
    let code = code.reveal().trim();
    !code.is_empty() && uuid::Uuid::try_parse(code).is_err()
}

/// Counts a code that was presented for somebody and is none, as the login form counts wrong one-time passwords. The code
/// of an old link is no guess.
///
/// # Errors
/// Failures of the database.
pub fn note_wrong_code(
    tx: &mut Tx<'_>,
    now: Now,
    realm: &Realm,
    code: &Secret,
    hint: &Hint,
) -> Result<(), Error> {
    if !is_typed(code) {
        return Ok(());
    }
    let readings = match hint.readings(tx, realm) {
        Ok(readings) => readings,
        Err(CodeProblem::Internal(error)) => return Err(error),
        Err(_) => return Ok(()),
    };
    let mut counted = Vec::new();
    for Meant { name, domain, tenant } in readings {
        let (Some(name), Some(tenant)) = (name, tenant) else { continue };
        let candidates = match domain {
            Some(domain) => store::login::in_store(tx, tenant.0, &domain, &name)?.into_iter().collect(),
            None => store::login::in_chain(tx, tenant.0, &name)?,
        };
        for candidate in candidates {
            let recovery = candidate.recovery.as_ref();
            let pending = recovery.filter(|one| one.otp_hash.is_some() && one.voided_at.is_none());
            if let (Some(pending), false) = (pending, counted.contains(&candidate.user))
                && let Some(user) = User::by_id(tx, candidate.user)?
            {
                count_wrong_code(tx, now, realm, &user, pending.id)?;
                counted.push(candidate.user);
            }
        }
    }
    Ok(())
}

/// Counts a wrong one-time password; the one that reaches the limit voids the code.
///
/// # Errors
/// Failures of the database.
pub fn count_wrong_code(
    tx: &mut Tx<'_>,
    now: Now,
    realm: &Realm,
    user: &User,
    recovery: i64,
) -> Result<(), Error> {
    let limit = realm.policy.wrong_code_limit;
    if store::recovery::count_wrong_code(tx, recovery, now.0, limit)? >= limit {
        forced_reset::clear_published_code(tx, realm, user)?;
        // A link is as good as before; of a one-time password no mail is sent any more.
        if store::recovery::of_user(tx, user.id.0)?.is_some_and(|row| row.link_hash.is_none()) {
            store::outbox::drop_of_recovery(tx, recovery, now.0)?;
        }
        let tenant = tenant::by_id(tx, user.tenant)?.ok_or(store::Error::Missing("tenant"))?;
        let system = Actor::system(&tenant);
        audit::record(tx, now, &system, "Void One Time Password", &user.display_name(), "Wrong codes")?;
    }
    Ok(())
}
