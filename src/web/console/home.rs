//! The first page of the console: what there is to do, for who is there.
//!
//! Most of it is in the menu. Who may change something and not see the list of it finds his way from here.

use super::visit::Visit;
use super::{Answer, texts};
use serde::Serialize;
use std::sync::Arc;

/// What can be added, in which list it stands, and what it is called.
const ADDING: [(&str, &str, &str); 8] = [
    ("users", "users/add", "add_user_title"),
    ("roles", "roles/add", "add_role_title"),
    ("claims", "claims/add", "add_claim_title"),
    ("claims", "claims/dialects/add", "add_dialect_title"),
    ("idp", "idp/add", "add_provider_title"),
    ("service-providers", "service-providers/add", "add_sp_title"),
    ("service-providers", "service-providers/upload", "upload_sp_title"),
    ("tenants", "tenants/add", "add_tenant_title"),
];

/// What can be done to somebody or something of a name that is known: the screen, what it is told, and the button.
type Way = (&'static str, &'static str, &'static str);

const OF_USER: [Way; 9] = [
    ("users/reset", "", "force_reset"),
    ("users/profile", "", "user_profile"),
    ("users/password", "", "change_password"),
    ("users/roles", "", "assign_roles"),
    ("users/state", "lock", "lock_user"),
    ("users/state", "unlock", "unlock_user"),
    ("users/state", "disable", "disable_user"),
    ("users/state", "enable", "enable_user"),
    ("users/delete", "", "delete"),
];
const OF_ROLE: [Way; 4] = [
    ("roles/permissions", "", "permissions"),
    ("roles/members", "", "members"),
    ("roles/rename", "", "rename"),
    ("roles/delete", "", "delete"),
];
const NAMED: [(&str, &str, &[Way]); 2] =
    [("users", "new_user_name", &OF_USER), ("roles", "role_name", &OF_ROLE)];

/// A form that asks for a name and leads to what can be done there.
#[derive(Debug, Serialize)]
struct Asking {
    list: &'static str,
    label: &'static str,
    ways: Vec<[String; 3]>,
}

/// Shows it.
pub async fn show(visit: Arc<Visit>) -> Answer {
    let adding = ADDING.iter().filter(|(list, path, _)| !visit.may(list) && visit.may(path));
    let adding: Vec<[String; 2]> =
        adding.map(|(_, path, text)| [Visit::address(path, &[]), texts::text(text).to_owned()]).collect();
    let ways = |own: &[Way]| -> Vec<[String; 3]> {
        let his = own.iter().filter(|(path, _, _)| visit.may(path));
        let way = |(path, what, text): &Way| {
            [Visit::address(path, &[]), (*what).to_owned(), texts::text(text).to_owned()]
        };
        his.map(way).collect()
    };
    let asking = NAMED.iter().filter(|(list, _, _)| !visit.may(list));
    let asking = asking.map(|(list, label, own)| Asking { list, label: texts::text(label), ways: ways(own) });
    let mut context = visit.context(texts::text("home_title"));
    context.insert("adding", &adding);
    context.insert("asking", &asking.filter(|form| !form.ways.is_empty()).collect::<Vec<_>>());
    visit.show("console/home.html", context)
}
