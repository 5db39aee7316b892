//! What a new tenant starts with: claims, roles, its administrator, account policies and templates.

use super::catalogue::LOCAL_DIALECT;
use super::claim::{self, Changes};
use super::credential::Credential;
use super::name::{INTERNAL, PRIMARY, QualifiedName, folded, is_reserved};
use super::permission::EXECUTE;
use super::tenant::{self, SUPER_DOMAIN, Tenant, TenantId};
use super::{Error, Now, Realm, User, UserId, challenge, governance, template};
use crate::store::{self, Tx};
use std::collections::HashMap;

const CLAIMS: &str = include_str!("../../schemas/data/claims.tsv");
const EXTERNAL_CLAIMS: &str = include_str!("../../schemas/data/external-claims.tsv");

/// The administrator a tenant starts with.
#[derive(Debug, Clone)]
pub struct Administrator {
    /// User name.
    pub name: String,
    /// Hashed password.
    pub credential: Credential,
}

/// Refuses a first administrator who could never sign in: what stands in front of a slash is a user store, and he is of the
/// primary one.
///
/// # Errors
/// [`Error::Refused`], for the operator.
pub fn check_name(name: &str) -> Result<(), Error> {
    match QualifiedName::parse(name).domain {
        Some(_) => Err(Error::refused(format!(
            "{name:?} cannot be the first administrator: with a slash in his name he could never sign in\n\
             hint: set admin_name, or AdminUser/UserName in user-mgt.xml, to a name without a user store"
        ))),
        None => Ok(()),
    }
}

/// Creates the super tenant on an empty store; does nothing on any other. Says whether it did something.
///
/// # Errors
/// Failures of the database.
pub fn first_start(tx: &mut Tx<'_>, now: Now, realm: &Realm, admin: &Administrator) -> Result<bool, Error> {
    if tenant::by_id(tx, TenantId::SUPER)?.is_some() {
        return Ok(false);
    }
    store::tenant::insert(tx, Some(TenantId::SUPER.0), SUPER_DOMAIN, None, now.0, &admin.name)?;
    let user = fill(tx, now, realm, TenantId::SUPER, &realm.policy.host_name, admin)?;
    claim::set_at_creation(tx, now, realm, &user, claim::DEFAULT_PROFILE, &Changes::default())?;
    Ok(true)
}

/// What the role of the administrators holds in the super tenant, and in every other.
const RIGHTS: (&str, &str) = ("/permission", "/permission/admin");

fn rights_in(tenant: TenantId) -> &'static str {
    if tenant == TenantId::SUPER { RIGHTS.0 } else { RIGHTS.1 }
}

/// The tenants whose administrators' role lost what it holds from the start, with the role's key. One call is enough to
/// take it, by whoever may grant, and afterwards nobody is left who could give it back.
///
/// # Errors
/// Failures of the database.
pub fn powerless(tx: &mut Tx<'_>) -> Result<Vec<(TenantId, i64)>, Error> {
    let first = (TenantId::SUPER.0, RIGHTS.0);
    let found = store::grant::lacking(tx, super::role::ADMIN, EXECUTE, first, RIGHTS.1)?;
    Ok(found.into_iter().map(|(tenant, role)| (TenantId(tenant), role)).collect())
}

/// Gives those roles their rights back (IS 5.3.0 does so whenever it starts, JDBCAuthorizationManager).
///
/// # Errors
/// Failures of the database.
pub fn empower(tx: &mut Tx<'_>, roles: &[(TenantId, i64)]) -> Result<(), Error> {
    for (tenant, role) in roles {
        store::role::set_grant(tx, *role, rights_in(*tenant), EXECUTE, true)?;
    }
    Ok(())
}

/// Another tenant.
#[derive(Debug)]
pub struct NewTenant<'a> {
    /// Its key, if that was chosen.
    pub id: Option<TenantId>,
    /// Its domain; kept in lower case.
    pub domain: &'a str,
    /// Whom to write to about it.
    pub email: Option<&'a str>,
    /// Since when it is said to exist.
    pub created_at: Now,
    /// Its administrator.
    pub admin: &'a Administrator,
    /// The administrator's claims.
    pub claims: &'a Changes,
}

/// Creates another tenant with its administrator. It is active at once.
///
/// # Errors
/// A domain or key that is taken, and a domain that is none.
pub fn tenant(tx: &mut Tx<'_>, now: Now, realm: &Realm, new: &NewTenant<'_>) -> Result<Tenant, Error> {
    tenant::check_domain(new.domain)?;
    let domain = new.domain.to_lowercase();
    if tenant::find(tx, &domain)?.is_some() {
        return Err(Error::refused("Domain is not available to register"));
    }
    let failed = || Error::refused(format!("Error in adding tenant with domain: {}", new.domain));
    if let Some(id) = new.id
        && (id.0 > LARGEST_CHOSEN || tenant::by_id(tx, id)?.is_some())
    {
        return Err(failed());
    }
    let name = new.admin.name.as_str();
    let texts = [Some(name), Some(&*domain), new.email];
    if name.trim().is_empty()
        || name.contains('/')
        || is_reserved(name)
        || !texts.into_iter().flatten().all(fits)
    {
        return Err(failed());
    }
    if realm.policy.email_user_names && !name.contains('@') {
        return Err(Error::refused(format!(
            "{name:?} could never sign in there: where mail addresses are user names, {name}@{domain} is a user of \
             {SUPER_DOMAIN}; name the administrator by a mail address"
        )));
    }
    let key = new.id.map(|id| id.0);
    let id = TenantId(store::tenant::insert(tx, key, &domain, new.email, new.created_at.0, &new.admin.name)?);
    let user = fill(tx, now, realm, id, "localhost", new.admin)?;
    claim::set_at_creation(tx, now, realm, &user, claim::DEFAULT_PROFILE, new.claims)?;
    Ok(Tenant { id, domain, active: true, admin_name: new.admin.name.clone() })
}

/// The key that may be chosen at most. Keys go out as 32 bits, and the next tenants have the keys behind it.
const LARGEST_CHOSEN: i64 = 1 << 30;

/// Whether a text goes into a column of the original.
fn fits(text: &str) -> bool {
    text.chars().count() <= 255
}

/// Everything but the claims of the administrator, whom it returns.
fn fill(
    tx: &mut Tx<'_>,
    now: Now,
    realm: &Realm,
    tenant: TenantId,
    home_realm: &str,
    admin: &Administrator,
) -> Result<User, Error> {
    dialects(tx, tenant)?;
    let policy = &realm.policy;
    governance::seed(tx, tenant, home_realm, policy)?;
    template::refresh(tx, tenant.0, &policy.templates)?;
    challenge::seed(tx, tenant)?;
    store::role::insert(tx, tenant.0, INTERNAL, "everyone", "everyone")?;
    let role = store::role::insert(tx, tenant.0, PRIMARY, super::role::ADMIN, super::role::ADMIN)?;
    store::role::set_grant(tx, role, rights_in(tenant), EXECUTE, true)?;
    let id = store::user::insert(
        tx,
        &store::user::NewUser {
            tenant: tenant.0,
            domain: PRIMARY,
            name: &admin.name,
            folded: &folded(&admin.name),
            credential: admin.credential.stored(),
            require_change: false,
            created_at: now.0,
        },
    )?;
    store::role::add_member(tx, role, id)?;
    Ok(User { id: UserId(id), tenant, domain: PRIMARY.to_owned(), name: admin.name.clone() })
}

/// The dialects of the original with their claims, in the order that clients of IS 5.3.0 see.
fn dialects(tx: &mut Tx<'_>, tenant: TenantId) -> Result<(), Error> {
    let dialect = store::claim::insert_dialect(tx, tenant.0, LOCAL_DIALECT)?;
    let mut local = HashMap::new();
    for (position, row) in (1..).zip(rows(CLAIMS)) {
        let mut columns = row.split('\t');
        let mut next = || columns.next().unwrap_or_default();
        let uri = next();
        let claim = store::claim::insert(tx, dialect, uri, position, None)?;
        local.insert(uri, claim);
        let (display_name, description) = (next(), next());
        store::claim::insert_attribute(tx, claim, PRIMARY, next(), 1)?;
        for (name, value) in [
            ("DisplayName", display_name),
            ("Description", description),
            ("Required", next()),
            ("DisplayOrder", next()),
            ("SupportedByDefault", next()),
            ("RegEx", next()),
            ("ReadOnly", next()),
        ] {
            if !value.is_empty() {
                store::claim::insert_property(tx, claim, name, value)?;
            }
        }
    }
    let mut dialect = ("", 0);
    for (position, row) in (1..).zip(rows(EXTERNAL_CLAIMS)) {
        let mut columns = row.split('\t');
        let mut next = || columns.next().unwrap_or_default();
        let (of, uri, stands_for) = (next(), next(), next());
        if dialect.0 != of {
            dialect = (of, store::claim::insert_dialect(tx, tenant.0, of)?);
        }
        store::claim::insert(tx, dialect.1, uri, position, local.get(stands_for).copied())?;
    }
    store::claim::bump(tx, tenant.0, "claims")?;
    Ok(())
}

fn rows(table: &'static str) -> impl Iterator<Item = &'static str> {
    table.lines().filter(|line| !line.starts_with('#') && !line.is_empty())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::fixture::*;

    /// `admin@acme.example` would be looked for in `carbon.super`.
    #[test]
    fn where_mail_addresses_are_names_an_administrator_of_another_tenant_has_one() {
        let world = World::with(|policy| policy.email_user_names = true);
        let refused = adds(&world, None, "acme.example", "admin").unwrap_err();
        assert!(refused.contains("name the administrator by a mail address"), "{refused}");
        assert!(world.read(|tx| tenant::find(tx, "acme.example")).is_none());
        adds(&world, None, "acme.example", "root@acme.example").unwrap();
    }

    #[test]
    fn every_shipped_external_claim_stands_for_a_shipped_local_one() {
        let local: Vec<&str> = rows(CLAIMS).filter_map(|row| row.split('\t').next()).collect();
        assert_eq!(local.len(), 75);
        let external: Vec<Vec<&str>> = rows(EXTERNAL_CLAIMS).map(|row| row.split('\t').collect()).collect();
        assert_eq!(external.len(), 104);
        for row in external {
            assert!(row.len() == 3 && local.contains(&row[2]), "{row:?}");
        }
    }

    fn adds(
        world: &World,
        id: Option<i64>,
        domain: &'static str,
        name: &'static str,
    ) -> Result<Tenant, String> {
        let (realm, now) = (world.realm.clone(), world.now());
        let added = world.store.write_blocking(move |tx| {
            let admin = Administrator { name: name.into(), credential: Credential::from("x".to_owned()) };
            let new = NewTenant {
                id: id.map(TenantId),
                domain,
                email: Some("chief@acme.example"),
                created_at: Now(5),
                admin: &admin,
                claims: &Changes::default(),
            };
            tenant(tx, now, &realm, &new)
        });
        added.map_err(|error: Error| error.to_string())
    }

    #[test]
    fn a_first_start_happens_once() {
        let world = World::new();
        let realm = world.realm.clone();
        let admin = Administrator { name: "second".into(), credential: Credential::from("x".to_owned()) };
        assert!(!world.write(move |tx| first_start(tx, START, &realm, &admin)));
        assert!(world.read(|tx| super::super::user::look_up(tx, SUPER, "second")).is_none());
    }

    #[test]
    fn the_first_administrator_may_do_everything_and_a_tenants_all_below_admin() {
        let world = World::new();
        let other = world.tenant("acme.example");
        let may = |tenant, path: &str| {
            world.read(|tx| {
                let admin = admin(tx, tenant)?;
                admin.may(tx, &[path])
            })
        };
        assert!(may(SUPER, "/permission/protected/manage") && may(SUPER, "/permission/admin/manage"));
        assert!(may(other, "/permission/admin/manage") && !may(other, "/permission/protected/manage"));
        assert!(!may(other, "/permission/other"));
    }

    #[test]
    fn a_new_tenant_is_active_at_once_with_the_same_claims_as_the_first() {
        let world = World::new();
        let added = adds(&world, Some(77), "Acme.Example", "chief").unwrap();
        assert_eq!((added.id, added.domain.as_str(), added.active), (TenantId(77), "acme.example", true));
        assert_eq!(world.read(|tx| tenant::find(tx, "acme.example")).unwrap().admin_name, "chief");
        let claims = |tenant| world.read(|tx| world.realm.catalogues.of(tx, tenant)).local().to_vec();
        assert_eq!(claims(added.id), claims(SUPER));
        let roles = |tenant| world.read(|tx| super::super::role::list(tx, &world.realm, tenant));
        assert_eq!(roles(added.id), ["admin", "Internal/everyone"]);
    }

    #[test]
    fn a_domain_or_key_that_is_taken_is_refused_and_so_is_an_administrator_without_a_name() {
        let world = World::new();
        adds(&world, Some(77), "acme.example", "chief").unwrap();
        assert_eq!(
            adds(&world, None, "ACME.example", "chief").unwrap_err(),
            "Domain is not available to register"
        );
        for (id, domain, name) in
            [(Some(77), "b.example", "chief"), (None, "b.example", " "), (None, "b.example", "EMP/chief")]
        {
            let refusal = adds(&world, id, domain, name).unwrap_err();
            assert_eq!(refusal, "Error in adding tenant with domain: b.example", "{id:?} {name:?}");
        }
        for none in ["", "no domain", "a/b"] {
            assert!(adds(&world, None, none, "chief").is_err(), "{none:?}");
        }
        assert!(world.read(|tx| tenant::find(tx, "b.example")).is_none(), "nothing of it is left");
    }
}
