//! Lists of users, roles and permissions, as rows with a word about what may be missing behind them.

use super::contract::{ClaimValue, FlaggedName, UIPermissionNode};
use super::{declared, filter_of_store, given};
use crate::domain::listing::{self, Kind, Listing, Row};
use crate::domain::permission_tree::Node;
use crate::domain::{Error, Realm, TenantId};
use crate::services::Call;
use crate::soap::Fault;
use crate::store::Tx;

/// A row as clients see it.
pub(super) fn flagged(row: Row) -> Option<FlaggedName> {
    let kind = |kind| match kind {
        Kind::External => "External",
        Kind::Internal => "Internal",
        Kind::Application => "Application",
    };
    Some(FlaggedName {
        domainName: row.domain,
        editable: row.editable,
        itemDisplayName: row.display_name,
        itemName: Some(row.name),
        roleType: row.kind.map(|one| kind(one).to_owned()),
        selected: row.selected,
        ..FlaggedName::default()
    })
}

/// The rows and the last word behind them: whether the primary store, and which of the others, may have more.
pub(super) fn with_tail(listing: Listing) -> Vec<Option<FlaggedName>> {
    let tail = FlaggedName {
        itemName: Some(listing.primary_is_full.to_string()),
        itemDisplayName: Some(listing.full_domains),
        ..FlaggedName::default()
    };
    listing.rows.into_iter().map(flagged).chain([Some(tail)]).collect()
}

/// A permission with those below it.
pub(super) fn node(node: Node) -> UIPermissionNode {
    UIPermissionNode {
        displayName: Some(node.name),
        nodeList: node.children.into_iter().map(|child| Some(self::node(child))).collect(),
        resourcePath: Some(node.path),
        selected: node.selected,
    }
}

/// Reads a list away from the threads that serve other requests.
pub(super) async fn list<T: Send + 'static>(
    call: &Call,
    work: impl Fn(&mut Tx<'_>, &Realm, TenantId) -> Result<T, Error> + Send + 'static,
) -> Result<T, Fault> {
    let tenant = call.actor()?.tenant;
    call.aside(move |app, _| app.store.read(|tx| work(tx, &app.realm, tenant))).await.map_err(declared)
}

/// Roles that match a filter; of them, with a permission, those that may execute it.
pub(super) async fn all_roles(
    call: &Call,
    filter: Option<String>,
    limit: i32,
    permission: Option<String>,
) -> Result<Vec<Option<FlaggedName>>, Fault> {
    let filter = given(filter)?;
    let found = list(call, move |tx, realm, tenant| {
        let mut found = listing::roles(tx, realm, tenant, &filter, limit.into())?;
        if let Some(permission) = &permission {
            listing::keep_permitted_roles(tx, tenant, &mut found.rows, permission)?;
        }
        Ok(found)
    });
    Ok(with_tail(found.await?))
}

/// As [`all_roles`], of users.
pub(super) async fn all_users(
    call: &Call,
    filter: Option<String>,
    limit: i32,
    permission: Option<String>,
) -> Result<Vec<Option<FlaggedName>>, Fault> {
    let filter = filter_of_store(filter)?;
    let found = list(call, move |tx, realm, tenant| {
        let mut found = listing::all_users(tx, realm, tenant, &filter, limit.into())?;
        if let Some(permission) = &permission {
            listing::keep_permitted_users(tx, tenant, &mut found.rows, permission)?;
        }
        Ok(found)
    });
    Ok(with_tail(found.await?))
}

/// Users of a claim; `None` when the claim or its value is missing.
pub(super) async fn by_claim(
    call: &Call,
    claim: Option<ClaimValue>,
    permission: Option<String>,
) -> Result<Option<Vec<Row>>, Fault> {
    let claim = given(claim)?;
    let (Some(uri), Some(value)) = (claim.claimURI, claim.value) else { return Ok(None) };
    let found = list(call, move |tx, realm, tenant| {
        let mut rows = listing::users_by_claim(tx, realm, tenant, &uri, &value)?;
        if let Some(permission) = &permission {
            listing::keep_permitted_users(tx, tenant, &mut rows, permission)?;
        }
        Ok(rows)
    });
    found.await.map(Some)
}
