//! Whom somebody means who cannot sign in: by name, or by what else he knows of himself.

use crate::domain::name::{QualifiedName, folded};
use crate::domain::tenant::Tenant;
use crate::domain::{Error, Realm, TenantId, User, claim, user};
use crate::store::{self, Tx};
use std::collections::BTreeSet;

/// Whom a description fits.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Named {
    /// Nobody.
    Nobody,
    /// Exactly one user.
    One(User),
    /// Several: nobody is chosen.
    Several,
}

/// Whom a name without tenant means: with a domain the user of that store, without one whoever has the name in any store.
///
/// # Errors
/// Failures of the database.
pub fn by_name(tx: &mut Tx<'_>, tenant: &Tenant, typed: &str) -> Result<Named, Error> {
    let mut found = all_by_name(tx, tenant, typed)?;
    match (found.pop(), found.is_empty()) {
        (None, _) => Ok(Named::Nobody),
        (Some(one), true) => Ok(Named::One(one)),
        (Some(_), false) => Ok(Named::Several),
    }
}

/// Everybody whom such a name may mean: without a domain one of each store, in the order in which they are asked.
///
/// # Errors
/// Failures of the database.
pub fn all_by_name(tx: &mut Tx<'_>, tenant: &Tenant, typed: &str) -> Result<Vec<User>, Error> {
    let typed = typed.trim();
    let name = QualifiedName::parse(typed);
    if name.domain.is_some() {
        return match user::look_up(tx, tenant.id, typed) {
            Ok(found) => Ok(found.into_iter().collect()),
            Err(Error::UnknownDomain) => Ok(Vec::new()),
            Err(error) => Err(error),
        };
    }
    let mut found = Vec::new();
    for one in store::login::in_chain(tx, tenant.id.0, &folded(&name.name))? {
        found.extend(User::by_id(tx, one.user)?);
    }
    Ok(found)
}

/// Whom all of these claims fit (IS 5.3.0, username recovery). A claim without value is passed over; claims that are not
/// in the tenant's catalogue, and patterns, fit nobody.
///
/// # Errors
/// Failures of the database.
pub fn by_claims(
    tx: &mut Tx<'_>,
    realm: &Realm,
    tenant: TenantId,
    claims: &[(String, String)],
) -> Result<Named, Error> {
    let mut common: Option<BTreeSet<i64>> = None;
    for (uri, value) in claims.iter().filter(|(_, value)| !value.trim().is_empty()) {
        let found = if value.contains('*') {
            Vec::new()
        } else {
            match claim::find_users(tx, realm, tenant, uri, value.trim()) {
                Err(Error::Refused(_)) => Vec::new(),
                found => found?,
            }
        };
        let found: BTreeSet<i64> = found.into_iter().map(|one| one.id.0).collect();
        common = Some(match common {
            Some(earlier) => earlier.intersection(&found).copied().collect(),
            None => found,
        });
    }
    let common = common.unwrap_or_default();
    match (common.first(), common.len()) {
        (Some(id), 1) => Ok(User::by_id(tx, *id)?.map_or(Named::Nobody, Named::One)),
        (Some(_), _) => Ok(Named::Several),
        (None, _) => Ok(Named::Nobody),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::fixture::*;

    fn tenant() -> Tenant {
        Tenant { id: SUPER, domain: "carbon.super".into(), active: true, admin_name: String::new() }
    }

    #[test]
    fn a_name_means_the_only_user_who_has_it_in_any_store() {
        let world = World::new();
        world.second_store("SECOND");
        let ann = world.user_in(SUPER, "SECOND", "ann");
        world.user_in(SUPER, "SECOND", "tom");
        let named = |typed: &str| world.read(|tx| by_name(tx, &tenant(), typed));
        assert_eq!(named(" ANN "), Named::One(ann.clone()));
        assert_eq!(named("second/ann"), Named::One(ann));
        assert_eq!(named("tom"), Named::Several);
        assert_eq!(named("PRIMARY/tom"), Named::One(world.find("tom")));
        for nobody in ["", "nobody", "PRIMARY/ann", "NOWHERE/tom", "*"] {
            assert_eq!(named(nobody), Named::Nobody, "{nobody}");
        }
    }

    #[test]
    fn claims_mean_the_one_user_whom_all_of_them_fit() {
        let world = World::new();
        let (tom, ann) = (world.find("tom"), world.user("ann"));
        for user in [&tom, &ann] {
            world.claims(user, &[(GIVEN_NAME, Some("Chris"))]).unwrap();
        }
        let found = |claims: &[(&str, &str)]| {
            let claims: Vec<(String, String)> =
                claims.iter().map(|(uri, value)| ((*uri).to_owned(), (*value).to_owned())).collect();
            world.read(|tx| by_claims(tx, &world.realm, SUPER, &claims))
        };
        assert_eq!(found(&[(GIVEN_NAME, "Chris")]), Named::Several);
        assert_eq!(found(&[(GIVEN_NAME, "Chris"), (MAIL, "ann@example.org")]), Named::One(ann.clone()));
        assert_eq!(found(&[(GIVEN_NAME, " "), (MAIL, "ann@example.org")]), Named::One(ann));
        for claims in [
            &[][..],
            &[(MAIL, "")],
            &[(MAIL, "*")],
            &[(GIVEN_NAME, "Chris"), (MAIL, "admin@example.org")],
            &[("http://wso2.org/claims/nothing", "x")],
        ] {
            assert_eq!(found(claims), Named::Nobody, "{claims:?}");
        }
    }
}
