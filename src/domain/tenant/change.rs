//! Adding, changing, activating and deactivating tenants (IS 5.3.0, TenantMgtAdminService of carbon-multitenancy 4.6.1).
//!
//! The order of the checks and the texts are the original's; a refusal leaves nothing behind, where the original may
//! have written half of it.

use super::{SUPER_DOMAIN, Tenant, TenantId, check_domain};
use crate::domain::catalogue::{EMAIL_ADDRESS, GIVEN_NAME, LAST_NAME};
use crate::domain::claim::{self, Changes, DEFAULT_PROFILE};
use crate::domain::credential::Credential;
use crate::domain::password::NewPassword;
use crate::domain::permission::{self, EXECUTE};
use crate::domain::seed::{self, Administrator};
use crate::domain::{Actor, Error, Now, Realm, audit, pattern, role, session, user};
use crate::store::{self, Tx};

/// What the administrator's role of a tenant may do.
const ADMIN_PERMISSION: &str = "/permission/admin";

/// A tenant to add.
#[derive(Debug, Default)]
pub struct NewTenant {
    /// Its key, when it is chosen: another installation has it under that one.
    pub id: Option<TenantId>,
    /// Its domain.
    pub domain: Option<String>,
    /// Whom to write to about it; the administrator's mail address, too.
    pub email: Option<String>,
    /// Since when it is said to exist; now, unless it is given.
    pub created_at: Option<Now>,
    /// Name of its administrator.
    pub admin: Option<String>,
    /// His password, hashed.
    pub credential: Option<Credential>,
    /// His given name.
    pub first_name: Option<String>,
    /// His last name.
    pub last_name: Option<String>,
}

/// Adds a tenant. It is active at once, and nothing that adding a user triggers is triggered for its administrator.
///
/// # Errors
/// The original's refusals: mail address, domain, a taken domain or key, no administrator.
pub fn add(
    tx: &mut Tx<'_>,
    now: Now,
    realm: &Realm,
    actor: &Actor,
    new: &NewTenant,
) -> Result<Tenant, Error> {
    let email = new.email.as_deref().filter(|email| is_email(email)).ok_or_else(invalid_email)?;
    let domain = new.domain.as_deref().unwrap_or_default();
    check_domain(domain)?;
    let mut claims = Changes::default();
    for (uri, value) in [
        (GIVEN_NAME, new.first_name.as_ref()),
        (LAST_NAME, new.last_name.as_ref()),
        (EMAIL_ADDRESS, Some(&email.to_owned())),
    ] {
        if let Some(value) = value {
            claims.set(uri, Some(value.clone()));
        }
    }
    let (Some(name), Some(credential)) = (new.admin.clone(), new.credential.clone()) else {
        return Err(Error::refused(format!("Error in adding tenant with domain: {domain}")));
    };
    let admin = Administrator { name, credential };
    let created_at = new.created_at.unwrap_or(now);
    let new = seed::NewTenant {
        id: new.id,
        domain,
        email: Some(email),
        created_at,
        admin: &admin,
        claims: &claims,
    };
    found(tx, now, realm, actor, &new)
}

/// Adds a tenant that need not have a mail address, as the operator of the machine does.
///
/// # Errors
/// As [`add`], but for the mail address.
pub fn found(
    tx: &mut Tx<'_>,
    now: Now,
    realm: &Realm,
    actor: &Actor,
    new: &seed::NewTenant<'_>,
) -> Result<Tenant, Error> {
    let tenant = seed::tenant(tx, now, realm, new)?;
    audit::record(tx, now, actor, "Add Tenant", &tenant.domain, &format!("Admin : {}", tenant.admin_name))?;
    Ok(tenant)
}

/// Does again what follows the creation of a tenant: its administrators may administer. For tenants that came with a
/// user store which another installation keeps.
///
/// # Errors
/// There must be such a tenant, and it is not the super tenant.
pub fn renew(tx: &mut Tx<'_>, now: Now, actor: &Actor, domain: &str) -> Result<(), Error> {
    let Some(tenant) = registered(tx, domain)? else {
        return Err(Error::refused(format!("Tenant is not added in user store {domain}")));
    };
    let admins = role::find(tx, tenant.id, role::ADMIN)?
        .ok_or_else(|| Error::refused("Error performing post tenant creation actions"))?;
    if !permission::role_authorized(tx, tenant.id, role::ADMIN, ADMIN_PERMISSION, EXECUTE)? {
        store::role::set_grant(tx, admins, ADMIN_PERMISSION, EXECUTE, true)?;
    }
    audit::record(tx, now, actor, "Add Tenant", &tenant.domain, "")
}

/// Changes to a tenant.
#[derive(Debug)]
pub struct Update {
    /// Its key.
    pub id: TenantId,
    /// Its domain.
    pub domain: String,
    /// A new mail address for the register; blank leaves it.
    pub email: Option<String>,
    /// The administrator's given name; none takes it away.
    pub first_name: Option<String>,
    /// His last name; the directory does not let go of the one he has.
    pub last_name: Option<String>,
    /// Whose password is set.
    pub admin: Option<String>,
    /// The password.
    pub password: Option<NewPassword>,
}

/// Changes the names, the mail address and, when one is given, the password of a tenant's administrator. The claim
/// holds the mail address that the register had before, as it does in the original.
///
/// # Errors
/// [`Error::NoSuchTenant`]; a mail address that is none; what a password is refused for, in a sentence around it.
pub fn update(tx: &mut Tx<'_>, now: Now, realm: &Realm, actor: &Actor, update: &Update) -> Result<(), Error> {
    // The original looks each of them up by itself, and sets the password of whom the key names: the super tenant's
    // administrator, too. Nobody means two tenants.
    let tenant = registered(tx, &update.domain)?.filter(|tenant| tenant.id == update.id);
    let tenant = tenant.ok_or(Error::NoSuchTenant)?;
    let mut claims = Changes::default();
    claims.set(GIVEN_NAME, update.first_name.clone());
    if let Some(name) = update.last_name.clone().filter(|name| !name.is_empty()) {
        claims.set(LAST_NAME, Some(name));
    }
    if let Some(row) = store::tenant::by_id(tx, tenant.id.0)? {
        claims.set(EMAIL_ADDRESS, row.email);
    }
    let itself = Actor::system(&tenant);
    user::find(tx, tenant.id, &tenant.admin_name)
        .and_then(|admin| claim::write(tx, now, realm, &itself, &admin, DEFAULT_PROFILE, claims))
        .map_err(|error| error.reworded(|_| "Error in adding claims to the user.".into()))?;
    if let Some(email) = update.email.as_deref().filter(|email| !email.trim().is_empty()) {
        if !is_email(email) {
            return Err(invalid_email());
        }
        store::tenant::set_email(tx, tenant.id.0, email)?;
    }
    if let Some(password) = &update.password {
        let name = update.admin.as_deref().unwrap_or_default();
        user::set_password_by_admin(tx, now, realm, &itself, name, password).map_err(|error| {
            error.reworded(|why| {
                let domain = &update.domain;
                format!(
                    "Error in changing the tenant admin password, tenant domain: {domain}. {why} for: {name}"
                )
            })
        })?;
    }
    audit::record(tx, now, actor, "Update Tenant", &tenant.domain, "")
}

/// Lets the users of a tenant sign in. A domain that no tenant has is no error in the original, nor is the super
/// tenant's.
///
/// # Errors
/// Failures of the database.
pub fn activate(tx: &mut Tx<'_>, now: Now, actor: &Actor, domain: &str) -> Result<(), Error> {
    switch(tx, now, actor, domain, true)
}

/// Keeps the users of a tenant out, from their next call or page on: their sessions are over, and nobody finds one again
/// when the tenant is activated. Otherwise as [`activate`].
///
/// # Errors
/// Failures of the database.
pub fn deactivate(tx: &mut Tx<'_>, now: Now, actor: &Actor, domain: &str) -> Result<(), Error> {
    switch(tx, now, actor, domain, false)
}

fn switch(tx: &mut Tx<'_>, now: Now, actor: &Actor, domain: &str, active: bool) -> Result<(), Error> {
    let Some(tenant) = registered(tx, domain)? else { return Ok(()) };
    super::set_active(tx, tenant.id, active)?;
    if !active {
        session::close_of_tenant(tx, tenant.id)?;
    }
    let action = if active { "Activate Tenant" } else { "Deactivate Tenant" };
    audit::record(tx, now, actor, action, &tenant.domain, "")
}

/// Never deletes: the original trips over a setting that its configuration does not have, and says so.
///
/// # Errors
/// Always: the refusal with domain and key, -1 for a domain that no tenant has.
pub fn delete(tx: &mut Tx<'_>, domain: &str) -> Result<(), Error> {
    let id = super::find(tx, &domain.to_lowercase())?.map_or(-1, |tenant| tenant.id.0);
    Err(Error::refused(format!("Error deleting tenant with domain: {domain} and tenant id: {id}.")))
}

/// The tenant of a domain in any letter case, unless it is the super tenant, which is in no register.
fn registered(tx: &mut Tx<'_>, domain: &str) -> Result<Option<Tenant>, Error> {
    let found = super::find(tx, &domain.to_lowercase())?;
    Ok(found.filter(|tenant| tenant.domain != SUPER_DOMAIN))
}

fn invalid_email() -> Error {
    Error::refused("Invalid email is provided.")
}

/// What passes for a mail address there.
fn is_email(text: &str) -> bool {
    let text = text.trim();
    let forbidden = |c| matches!(c, '(' | ')' | '<' | '>' | ',' | ';' | ':' | '\\' | '"' | '[' | ']');
    !text.contains(forbidden) && pattern::matches(r"^[^@]+@[^@.]+\.[^@]*\w\w$", text)
}
