//! Counting the users and roles of secondary stores (IS 5.3.0, UserStoreCountService). The primary store has no counter
//! there, since it is a directory, and so it has none here. Patterns are SQL's, `%` and `_`; `*` is taken for `%`.

use super::name::{APPLICATION, INTERNAL, PRIMARY, folded};
use super::{Error, Realm, TenantId, user};
use crate::store::listing::Search;
use crate::store::{self, Tx};

/// What the original answers for a store that it cannot count in.
pub const UNKNOWN: i64 = -1;

/// The stores that can be counted in.
///
/// # Errors
/// Failures of the database.
pub fn stores(tx: &mut Tx<'_>, tenant: TenantId) -> Result<Vec<String>, Error> {
    let all = user::stores(tx, tenant)?.into_iter().map(|store| store.domain);
    Ok(all.filter(|domain| domain != PRIMARY).collect())
}

/// How many users of a store have a name that matches.
///
/// # Errors
/// Failures of the database.
pub fn users(tx: &mut Tx<'_>, tenant: TenantId, domain: &str, filter: &str) -> Result<i64, Error> {
    let domain = domain.to_uppercase();
    if !stores(tx, tenant)?.contains(&domain) {
        return Ok(UNKNOWN);
    }
    let (prefix, pattern) = pattern(filter);
    let search = Search { tenant: tenant.0, domain: &domain, prefix: &prefix, pattern: &pattern, limit: 0 };
    Ok(store::count::users(tx, search)?)
}

/// How many roles of a store, or of the hybrid ones `Internal` and `Application`, have a name that matches.
///
/// # Errors
/// Failures of the database.
pub fn roles(tx: &mut Tx<'_>, tenant: TenantId, domain: &str, filter: &str) -> Result<i64, Error> {
    let domain = domain.to_uppercase();
    if domain != INTERNAL && domain != APPLICATION && !stores(tx, tenant)?.contains(&domain) {
        return Ok(UNKNOWN);
    }
    let (prefix, pattern) = pattern(filter);
    let search = Search { tenant: tenant.0, domain: &domain, prefix: &prefix, pattern: &pattern, limit: 0 };
    Ok(store::count::roles(tx, search)?)
}

/// How many users of a store have a matching value for each of these claims.
///
/// # Errors
/// Names a claim that has no mapping.
pub fn by_claims(
    tx: &mut Tx<'_>,
    realm: &Realm,
    tenant: TenantId,
    domain: &str,
    claims: &[(String, String)],
) -> Result<i64, Error> {
    let domain = domain.to_uppercase();
    if !stores(tx, tenant)?.contains(&domain) {
        return Ok(UNKNOWN);
    }
    let catalogue = realm.catalogues.of(tx, tenant)?;
    let mut patterns = Vec::with_capacity(claims.len());
    for (uri, filter) in claims {
        let attribute = catalogue.find(uri).and_then(|claim| claim.attribute(&domain)).ok_or_else(|| {
            Error::refused(format!(
                "Mapped attribute cannot be found for claim : {uri} in user store : {domain}"
            ))
        })?;
        patterns.push((attribute, pattern(filter).1));
    }
    let wanted: Vec<(&str, &str)> =
        patterns.iter().map(|(attribute, pattern)| (*attribute, pattern.as_str())).collect();
    Ok(store::count::by_attributes(tx, tenant.0, &domain, &wanted)?)
}

/// A filter as the part before its first wildcard and as a `LIKE` pattern, both folded. No filter takes everything.
fn pattern(filter: &str) -> (String, String) {
    let filter = if filter.is_empty() { "%".to_owned() } else { folded(filter) };
    let prefix = filter.split(['*', '%', '_']).next().unwrap_or_default().to_owned();
    (prefix, store::listing::pattern(filter.replace('\\', "\\\\").replace('*', "%")))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::fixture::*;
    use crate::domain::role;

    #[test]
    fn users_roles_and_claims_of_secondary_stores_are_counted() {
        let world = World::new();
        world.write(|tx| Ok(store::user::add_store(tx, SUPER.0, "SALES")?));
        for name in ["sue", "Sam", "tom"] {
            world.user_in(SUPER, "SALES", name);
        }
        let realm = std::sync::Arc::clone(&world.realm);
        world.write(move |tx| {
            let admin = admin(tx, SUPER)?;
            role::add(tx, START, &realm, &admin, "SALES/sellers", &[], &[])?;
            role::add(tx, START, &realm, &admin, "Internal/desk", &[], &[])
        });
        assert_eq!(world.read(|tx| stores(tx, SUPER)), ["SALES"], "not the primary store");
        let users = |domain: &str, filter: &str| world.read(|tx| users(tx, SUPER, domain, filter));
        let roles = |domain: &str, filter: &str| world.read(|tx| roles(tx, SUPER, domain, filter));
        for (filter, count) in [("%", 3), ("*", 3), ("", 3), ("s%", 2), ("S_E", 1), ("sue", 1), ("su", 0)] {
            assert_eq!(users("sales", filter), count, "{filter}");
        }
        assert_eq!(
            (users("PRIMARY", "%"), users("NOWHERE", "%"), users("", "%")),
            (UNKNOWN, UNKNOWN, UNKNOWN)
        );
        assert_eq!((roles("SALES", "%"), roles("Internal", "%"), roles("application", "%")), (1, 2, 0));
        assert_eq!(roles("PRIMARY", "%"), UNKNOWN);
        let claims = |claims: &[(&str, &str)]| {
            let claims: Vec<(String, String)> =
                claims.iter().map(|(uri, filter)| ((*uri).to_owned(), (*filter).to_owned())).collect();
            world.store.read(|tx| by_claims(tx, &world.realm, SUPER, "SALES", &claims))
        };
        assert_eq!(claims(&[(MAIL, "%@example.org")]).unwrap(), 3);
        let both = [(MAIL, "s%"), ("http://wso2.org/claims/username", "s_e")];
        assert_eq!(claims(&both).unwrap(), 1, "every claim has to match");
        let unknown = claims(&[("http://none", "%")]).unwrap_err().to_string();
        assert_eq!(unknown, "Mapped attribute cannot be found for claim : http://none in user store : SALES");
    }
}
