//! Users who register themselves through a program, and those found by what they say of themselves (IS 5.3.0,
//! UserInformationRecoveryService). Nothing is confirmed here: the original's listener for that is switched off.

use super::catalogue::LOCAL_DIALECT;
use super::claim::{self, Changes};
use super::password::NewPassword;
use super::permission::{EXECUTE, LOGIN};
use super::role::{self, Grant};
use super::user::{self, NewUser};
use super::{Actor, Error, Now, Realm, TenantId, User};
use crate::store::Tx;

/// The role of everybody who registered himself; it lets him log in.
const SELF_REGISTERED: &str = "Internal/identity";
/// The display name of a claim that no form shows.
const HIDDEN: &str = "0";

/// Adds a user who may log in.
///
/// # Errors
/// What [`user::add`] refuses.
pub fn register(
    tx: &mut Tx<'_>,
    now: Now,
    realm: &Realm,
    actor: &Actor,
    name: &str,
    password: &NewPassword,
    (claims, profile): (&Changes, &str),
) -> Result<User, Error> {
    let new = NewUser { name, password, roles: &[], claims, profile, require_change: false };
    let user = user::add(tx, now, realm, actor, &new)?;
    let members = [user.display_name()];
    if role::find(tx, actor.tenant, SELF_REGISTERED)?.is_some() {
        role::update_members(tx, now, actor, SELF_REGISTERED, &[], &members)?;
    } else {
        let grant = Grant { resource: LOGIN.to_owned(), action: EXECUTE.to_owned() };
        role::add(tx, now, realm, actor, SELF_REGISTERED, &members, &[grant])?;
    }
    Ok(user)
}

/// A claim that a form for registering asks for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Asked {
    /// The claim, in the dialect that was asked for.
    pub uri: String,
    /// Name for people.
    pub display_name: String,
    /// Whether it has to be filled.
    pub required: bool,
}

/// The claims of a dialect that a form asks for: supported by default, with a name for people, not read-only.
///
/// # Errors
/// Failures of the database.
pub fn asked(tx: &mut Tx<'_>, realm: &Realm, tenant: TenantId, dialect: &str) -> Result<Vec<Asked>, Error> {
    let catalogue = realm.catalogues.of(tx, tenant)?;
    let local = catalogue.local().iter().map(|claim| (claim.uri.as_str(), claim));
    let found: Vec<_> =
        if dialect == LOCAL_DIALECT { local.collect() } else { catalogue.external(dialect).collect() };
    let asked = |(uri, claim): (&str, &super::catalogue::Claim)| {
        let display_name = claim.property("DisplayName").filter(|name| *name != HIDDEN)?.to_owned();
        let shown = claim.flag("SupportedByDefault") && !claim.flag("ReadOnly");
        shown.then(|| Asked { uri: uri.to_owned(), display_name, required: claim.flag("Required") })
    };
    Ok(found.into_iter().filter_map(asked).collect())
}

/// Who somebody is, by claims: the first one that fits one user only, else the first user that two claims in a row fit.
/// A claim without value is passed over; one that fits nobody ends the search.
///
/// # Errors
/// No claims, claims that fit nobody, unknown claims.
pub fn find(
    tx: &mut Tx<'_>,
    realm: &Realm,
    tenant: TenantId,
    claims: &[(String, String)],
) -> Result<Option<User>, Error> {
    if claims.is_empty() {
        return Err(Error::refused("No fields found for user search"));
    }
    let mut earlier: Vec<String> = Vec::new();
    for (uri, value) in claims {
        // A pattern would be answered with whoever is the only one of his kind.
        let names =
            if value.contains('*') { Vec::new() } else { claim::search(tx, realm, tenant, uri, value)? };
        let one = match names.as_slice() {
            [] => return Err(Error::refused("No associated user is found for given claim values")),
            [one] => Some(one),
            several => earlier.iter().find(|name| several.contains(name)),
        };
        if let Some(name) = one {
            return user::find(tx, tenant, name).map(Some);
        }
        earlier = names;
    }
    Ok(None)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::fixture::*;

    const CITY: &str = "http://wso2.org/claims/locality";
    const LAST: &str = "http://wso2.org/claims/lastname";

    fn registered(world: &World, name: &'static str, claims: &[(&str, &str)]) -> Result<User, Error> {
        let mut changes = Changes::default();
        for (uri, value) in claims {
            changes.set(*uri, Some((*value).to_owned()));
        }
        let (realm, now) = (world.realm.clone(), world.now());
        let password = NewPassword::first(NEW.into()).unwrap();
        world.store.write_blocking(move |tx| {
            let actor = admin(tx, SUPER)?;
            register(tx, now, &realm, &actor, name, &password, (&changes, "default"))
        })
    }

    fn found(world: &World, claims: &[(&str, &str)]) -> Result<Option<String>, Error> {
        let claims: Vec<(String, String)> =
            claims.iter().map(|(uri, value)| ((*uri).to_owned(), (*value).to_owned())).collect();
        let found = world.store.read(|tx| find(tx, &world.realm, SUPER, &claims))?;
        Ok(found.map(|user| user.name))
    }

    #[test]
    fn whoever_registers_may_log_in_and_do_nothing_else() {
        let world = World::new();
        for name in ["ann", "bob"] {
            let user = registered(&world, name, &[(GIVEN_NAME, "Ann")]).unwrap();
            let may = |permission: &'static str| {
                world.read(|tx| crate::domain::permission::authorized(tx, SUPER, user.id, &[permission]))
            };
            assert!(may(LOGIN) && !may("/permission/admin/manage"));
            assert!(world.gets_in(name, NEW));
            assert_eq!(world.claim(&user, GIVEN_NAME).as_deref(), Some("Ann"));
        }
        let error = registered(&world, "ann", &[]).unwrap_err().to_string();
        assert!(error.contains("already exists"), "{error}");
    }

    #[test]
    fn a_registration_that_fails_leaves_nothing_behind() {
        let world = World::new();
        assert!(registered(&world, "ann", &[("http://wso2.org/claims/none", "x")]).is_err());
        assert!(world.read(|tx| user::look_up(tx, SUPER, "ann")).is_none());
        assert!(world.read(|tx| role::find(tx, SUPER, SELF_REGISTERED)).is_none());
    }

    #[test]
    fn a_form_asks_for_what_users_may_write() {
        let world = World::new();
        let found = world.read(|tx| asked(tx, &world.realm, SUPER, LOCAL_DIALECT));
        let mail = found.iter().find(|one| one.uri == MAIL).unwrap();
        assert_eq!((mail.display_name.as_str(), mail.required), ("Email", true));
        assert!(!found.iter().any(|one| one.uri == LOCKED));
        assert!(world.read(|tx| asked(tx, &world.realm, SUPER, "urn:none")).is_empty());
    }

    #[test]
    fn a_user_is_found_by_the_claim_that_is_his_alone() {
        let world = World::new();
        for (name, last) in [("ann", "Fox"), ("bob", "Fox"), ("eve", "Owl")] {
            let user = world.user(name);
            world.claims(&user, &[(LAST, Some(last)), (CITY, Some("Kandy"))]).unwrap();
        }
        assert_eq!(found(&world, &[(MAIL, "bob@example.org")]).unwrap().as_deref(), Some("bob"));
        assert_eq!(found(&world, &[(CITY, "Kandy"), (LAST, "Owl")]).unwrap().as_deref(), Some("eve"));
        // Two claims that several fit: the first whom both fit, as in the original.
        assert_eq!(found(&world, &[(CITY, "Kandy"), (LAST, "Fox")]).unwrap().as_deref(), Some("ann"));
        assert_eq!(found(&world, &[(CITY, "Kandy")]).unwrap(), None);
        for nobody in
            [&[][..], &[(MAIL, "x@example.org")], &[(MAIL, "*")], &[(MAIL, "eve*")], &[("urn:x", "y")]]
        {
            assert!(found(&world, nobody).is_err(), "{nobody:?}");
        }
    }
}
