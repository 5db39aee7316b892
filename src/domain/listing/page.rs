//! Pages of long lists: users, roles, members of a role. A page begins behind the last row of the one before it, so that
//! it costs the same wherever it is; the lists of the services know limits only.

use super::super::claim::{self, Wanted};
use super::super::name::{APPLICATION, INTERNAL, shown};
use super::super::user::{self, stores_of_filter};
use super::super::{Error, Realm, TenantId, role};
use super::like_filter;
use crate::store::Tx;
use crate::store::listing::{self as rows, Cut, Paged, after_prefix};

/// A row of a page.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Line {
    /// Key of the user or role.
    pub id: i64,
    /// The name as clients see it.
    pub name: String,
    /// What the next page begins behind, when this is the last row.
    pub place: String,
}

/// Reads through domains in their order, from a place on, until there are enough rows.
fn through(
    tx: &mut Tx<'_>,
    tenant: TenantId,
    domains: &[String],
    filter: &str,
    after: &str,
    limit: usize,
    mut read: impl FnMut(&mut Tx<'_>, Cut<'_>) -> Result<Vec<Paged>, crate::store::Error>,
) -> Result<Vec<Line>, Error> {
    let (prefix, pattern) = like_filter(filter);
    let until = after_prefix(&prefix);
    let place = after.split_once('/').and_then(|(domain, name)| {
        Some((domains.iter().position(|known| known == domain)?, [name, "\0"].concat()))
    });
    let (start, behind) = place.unwrap_or_default();
    let mut found: Vec<Line> = Vec::new();
    for (at, domain) in domains.iter().enumerate().skip(start) {
        let wanted = limit.saturating_sub(found.len());
        if wanted == 0 {
            break;
        }
        let from = if at == start && behind > prefix { &behind } else { &prefix };
        let limit = i64::try_from(wanted).unwrap_or(i64::MAX);
        let cut = Cut { tenant: tenant.0, domain, from, until: &until, pattern: &pattern, limit };
        found.extend(read(tx, cut)?.into_iter().map(|(id, name, folded)| Line {
            id,
            name: shown(domain, &name),
            place: [domain, "/", &folded].concat(),
        }));
    }
    Ok(found)
}

/// Users that match a filter: `*` stands for anything, an empty filter for everything, `DOM/` in front for one store.
///
/// # Errors
/// Failures of the database.
pub fn users(
    tx: &mut Tx<'_>,
    tenant: TenantId,
    filter: &str,
    after: &str,
    limit: usize,
) -> Result<Vec<Line>, Error> {
    let (stores, filter) = stores_of_filter(tx, tenant, filter)?;
    let domains: Vec<String> = stores.into_iter().map(|store| store.domain).collect();
    through(tx, tenant, &domains, filter, after, limit, rows::user_page)
}

/// Users whose claim has a value, with the wildcards and the store in front that [`claim::find_users`] knows; in the order
/// of [`users`].
///
/// # Errors
/// Names the claim when it has no mapping.
pub fn users_by_claim(
    tx: &mut Tx<'_>,
    realm: &Realm,
    tenant: TenantId,
    (uri, value): (&str, &str),
    after: &str,
    limit: usize,
) -> Result<Vec<Line>, Error> {
    let Wanted { stores, value, is_pattern } = claim::wanted(tx, realm, tenant, uri, value)?;
    let domains: Vec<String> = stores.iter().map(|(store, _)| store.domain.clone()).collect();
    through(tx, tenant, &domains, "", after, limit, |tx, cut| {
        let attribute = stores.iter().find(|(store, _)| store.domain == cut.domain);
        let attribute = attribute.map_or("", |(_, attribute)| attribute.as_str());
        rows::user_page_by_attribute(tx, cut, (attribute, &value), is_pattern)
    })
}

/// Roles that match a filter, those of the stores first, then `Internal/…` and `Application/…`.
///
/// # Errors
/// Failures of the database.
pub fn roles(
    tx: &mut Tx<'_>,
    tenant: TenantId,
    filter: &str,
    after: &str,
    limit: usize,
) -> Result<Vec<Line>, Error> {
    let stores = user::stores(tx, tenant)?.into_iter().map(|store| store.domain);
    let mut domains: Vec<String> = stores.chain([INTERNAL.to_owned(), APPLICATION.to_owned()]).collect();
    let mut filter = filter;
    if let Some((domain, rest)) = filter.split_once('/')
        && domains.iter().any(|known| known.eq_ignore_ascii_case(domain))
    {
        domains.retain(|known| known.eq_ignore_ascii_case(domain));
        filter = rest;
    }
    through(tx, tenant, &domains, filter, after, limit, rows::role_page)
}

/// Members of a role; of the role of everyone, all users.
///
/// # Errors
/// Failures of the database.
pub fn members(
    tx: &mut Tx<'_>,
    tenant: TenantId,
    typed: &str,
    after: &str,
    limit: usize,
) -> Result<Vec<Line>, Error> {
    if role::is_everyone(typed) {
        return users(tx, tenant, "", after, limit);
    }
    let Some(id) = role::find(tx, tenant, typed)? else { return Ok(Vec::new()) };
    let limit = i64::try_from(limit).unwrap_or(i64::MAX);
    let found = rows::member_page(tx, id, after.parse().unwrap_or(0), limit)?;
    let line = |(id, domain, name): (i64, String, String)| Line {
        id,
        name: shown(&domain, &name),
        place: id.to_string(),
    };
    Ok(found.into_iter().map(line).collect())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::fixture::*;

    #[test]
    fn pages_follow_each_other_through_every_store_without_a_gap() {
        let world = World::new();
        world.write(|tx| {
            tx.execute("INSERT INTO user_store (tenant_id, domain, position) VALUES (-1234, 'AAA', 1)", &[])
                .map_err(Error::from)
        });
        for name in ["Ann", "bob", "ärger", "zoe_1", "zoe%"] {
            world.user(name);
            world.user_in(SUPER, "AAA", name);
        }
        let all: Vec<String> =
            world.read(|tx| users(tx, SUPER, "", "", 100)).into_iter().map(|line| line.name).collect();
        assert_eq!(all.len(), 12);
        assert_eq!(all.first().map(String::as_str), Some("admin"));
        assert_eq!(all.last().map(String::as_str), Some("AAA/ärger"));
        for size in 1..5 {
            let (mut seen, mut after) = (Vec::new(), String::new());
            loop {
                let page = world.read(|tx| users(tx, SUPER, "", &after, size));
                let Some(last) = page.last() else { break };
                after.clone_from(&last.place);
                seen.extend(page.into_iter().map(|line| line.name));
            }
            assert_eq!(seen, all, "{size} a page");
        }
        let found = |filter: &str, after: &str| -> Vec<String> {
            world.read(|tx| users(tx, SUPER, filter, after, 10)).into_iter().map(|line| line.name).collect()
        };
        assert_eq!(found("zoe*", ""), ["zoe%", "zoe_1", "AAA/zoe%", "AAA/zoe_1"]);
        assert_eq!(found("zoe*", "PRIMARY/zoe%"), ["zoe_1", "AAA/zoe%", "AAA/zoe_1"]);
        assert_eq!(found("aaa/*b", ""), ["AAA/bob"]);
        assert_eq!(found("zoe_*", ""), ["zoe_1", "AAA/zoe_1"]);
        assert_eq!(found("", "NO SUCH/place"), all[..10]);
    }

    #[test]
    fn users_with_a_claim_come_in_pages_too_few_of_them_and_many() {
        let world = World::new();
        world.second_store("SALES");
        let country = "http://wso2.org/claims/country";
        let found = |value: &str, after: &str, limit: usize| -> Vec<Line> {
            world.read(|tx| users_by_claim(tx, &world.realm, SUPER, (country, value), after, limit))
        };
        let names = |lines: Vec<Line>| lines.into_iter().map(|line| line.name).collect::<Vec<_>>();
        assert!(found("*", "", 10).is_empty());
        let many = rows::MOST_SORTED + 20;
        for number in 0..many {
            let user = world.user_in(
                SUPER,
                if number % 3 == 0 { "SALES" } else { "PRIMARY" },
                &format!("u{number:04}"),
            );
            let value = if number == 7 { "Norway_1" } else { "Norway" };
            let attribute = (user.id.0, "country", value);
            world.write(move |tx| {
                let sql = "INSERT INTO user_attribute (user_id, name, value) VALUES ($1, $2, $3)";
                Ok(tx.execute(sql, &[attribute.0.into(), attribute.1.into(), attribute.2.into()])?)
            });
        }
        // Through all of them, without a gap and without a name twice, however many a page has.
        for (value, count) in
            [("*", many), ("nor*", many), ("Norway", many - 1), ("*_1", 1), ("SALES/*", many.div_ceil(3))]
        {
            let (mut seen, mut after) = (Vec::new(), String::new());
            loop {
                let page = found(value, &after, 100);
                let Some(last) = page.last() else { break };
                after.clone_from(&last.place);
                seen.extend(names(page));
            }
            let mut sorted = seen.clone();
            sorted.sort();
            sorted.dedup();
            assert_eq!((seen.len(), sorted.len()), (count, count), "{value}");
        }
        assert_eq!(names(found("*_1", "", 10)), ["u0007"]);
        assert_eq!(names(found("Norway", "", 3)), ["u0001", "u0002", "u0004"]);
        assert_eq!(names(found("*", "PRIMARY/u0004", 2)), ["u0005", "u0007"]);
        assert_eq!(names(found("*", "SALES/u0003", 2)), ["SALES/u0006", "SALES/u0009"]);
        assert_eq!(found("norway", "", 10).len(), 10);
        assert!(found("norwa", "", 10).is_empty(), "without a wildcard it is the whole value");
        assert!(found("%", "", 10).is_empty());
        let unknown =
            world.store.read(|tx| users_by_claim(tx, &world.realm, SUPER, ("http://x", "*"), "", 10));
        assert!(unknown.unwrap().is_empty(), "nobody has what is no claim");
    }

    #[test]
    fn users_of_other_tenants_are_on_no_page() {
        let world = World::new();
        let other = world.tenant("other.org");
        world.user_in(other, "PRIMARY", "olga");
        let names = |tenant| -> Vec<String> {
            world.read(|tx| users(tx, tenant, "*", "", 10)).into_iter().map(|line| line.name).collect()
        };
        assert_eq!(names(SUPER), ["admin", "tom"]);
        assert_eq!(names(other), ["admin", "olga"]);
    }
}
