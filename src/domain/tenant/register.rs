//! The register of tenants, as the super tenant's administrator reads it: lists, searches, pages, one in detail.
//!
//! The super tenant is in no list. Knows nothing of how a tenant comes to be.

use super::{SUPER_DOMAIN, Tenant, TenantId};
use crate::domain::catalogue::{GIVEN_NAME, LAST_NAME};
use crate::domain::{Error, Now, Realm, claim, user};
use crate::store::tenant::TenantRow;
use crate::store::{self, Tx};

/// Tenants on a page (`ItemsPerPage` of the original's `carbon.xml`).
const PAGE: i64 = 15;

/// A tenant with what the register says about it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Entry {
    /// The tenant.
    pub tenant: Tenant,
    /// Whom to write to about it.
    pub email: Option<String>,
    /// Since when it is said to exist.
    pub created_at: Now,
}

impl From<TenantRow> for Entry {
    fn from(row: TenantRow) -> Self {
        Self { email: row.email.clone(), created_at: Now(row.created_at), tenant: Tenant::from(row) }
    }
}

/// One page of a list.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Page {
    /// How many pages there are; none when nothing was found.
    pub pages: i64,
    /// What stands on this one.
    pub entries: Vec<Entry>,
}

/// A tenant in detail.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Described {
    /// What the register says; nothing of the super tenant, which is not in it, nor of one that does not exist.
    pub entry: Option<Entry>,
    /// The administrator's given name; empty where there is no administrator.
    pub first_name: Option<String>,
    /// His last name.
    pub last_name: Option<String>,
}

/// Tenants whose domain contains a text, by key; `%` and `_` in it stand for anything, as they did in the original.
///
/// # Errors
/// Failures of the database.
pub fn matching(tx: &mut Tx<'_>, part: &str) -> Result<Vec<Entry>, Error> {
    Ok(store::tenant::page(tx, &pattern(part), i64::MAX, 0)?.into_iter().map(Entry::from).collect())
}

/// A page of [`matching`], counted from 0. A number below is the first page, one beyond the end is the last
/// (IS 5.3.0, DataPaginator).
///
/// # Errors
/// Failures of the database.
pub fn page(tx: &mut Tx<'_>, part: &str, number: i64) -> Result<Page, Error> {
    let pattern = pattern(part);
    let pages = (store::tenant::count(tx, &pattern)? + PAGE - 1) / PAGE;
    if pages == 0 {
        return Ok(Page::default());
    }
    let number = number.clamp(0, pages - 1);
    let found = store::tenant::page(tx, &pattern, PAGE, number * PAGE)?;
    Ok(Page { pages, entries: found.into_iter().map(Entry::from).collect() })
}

fn pattern(part: &str) -> String {
    store::listing::pattern(["%", &part.trim().to_lowercase(), "%"].concat())
}

/// A tenant by its domain, with the names of its administrator.
///
/// # Errors
/// Failures of the database.
pub fn describe(tx: &mut Tx<'_>, realm: &Realm, domain: &str) -> Result<Described, Error> {
    let domain = domain.to_lowercase();
    let unnamed = Some(String::new());
    // An update changes the tenant and the names of its administrator together.
    let Some(row) = store::tenant::find_afresh(tx, &domain)? else {
        return Ok(Described { entry: None, first_name: unnamed.clone(), last_name: unnamed });
    };
    let (first_name, last_name) = match user::look_up(tx, TenantId(row.id), &row.admin_name)? {
        None => (unnamed.clone(), unnamed),
        Some(admin) => {
            let values = claim::values(tx, realm, &admin, &[GIVEN_NAME, LAST_NAME])?;
            let value = |uri: &str| values.iter().find(|(known, _)| known == uri).map(|(_, it)| it.clone());
            (value(GIVEN_NAME), value(LAST_NAME))
        }
    };
    let entry = (domain != SUPER_DOMAIN).then(|| Entry::from(row));
    Ok(Described { entry, first_name, last_name })
}
