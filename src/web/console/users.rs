//! Users: searching, adding, deleting, setting a password (IS 5.3.0, `UserAdmin`).

use super::flash::Flash;
use super::paging::{Pages, ROWS};
use super::visit::{self, Confirmation, Visit};
use super::{Answer, texts};
use crate::domain::catalogue::{EMAIL_ADDRESS, GIVEN_NAME, LAST_NAME};
use crate::domain::claim::{Changes, DEFAULT_PROFILE};
use crate::domain::listing::{self, page};
use crate::domain::name::PRIMARY;
use crate::domain::onboarding::{self, Task};
use crate::domain::password::{self, NewPassword};
use crate::domain::{Error, Secret, TenantId, account, console, user};
use crate::store::{Tx, aside};
use serde::Serialize;
use std::sync::Arc;

/// What stands for every store in the choice of domains, as in the original.
pub const ALL_DOMAINS: &str = "ALL-USER-STORE-DOMAINS";
/// Roles to tick at most, of each store. Services list 100; a role that is not on the page could be neither given nor taken.
const MOST_ROLES: i64 = 5_000;
/// Claims that can be given when a user is added: field, claim, label.
const AT_ONCE: [(&str, &str, &str); 3] = [
    ("mail", EMAIL_ADDRESS, "user_mail"),
    ("given_name", GIVEN_NAME, "user_given_name"),
    ("last_name", LAST_NAME, "user_last_name"),
];

/// What a new user can be asked to do himself: task, field, label.
const TASKS: [(Task, &str, &str); 2] = [
    (Task::ConfirmAddress, "verify_email", "user_verify_email"),
    (Task::ChoosePassword, "ask_password", "user_ask_password"),
];

/// A choice of a list.
#[derive(Debug, Serialize)]
pub struct Choice {
    /// What is sent.
    pub value: String,
    /// What is read.
    pub text: String,
}

impl Choice {
    /// A choice that is sent as it is read.
    pub fn plain(value: impl Into<String>) -> Self {
        let value = value.into();
        Self { text: value.clone(), value }
    }
}

/// A user of the list, and the state of his account.
#[derive(Debug, Serialize)]
struct Line {
    name: String,
    locked: bool,
    disabled: bool,
    reset_pending: bool,
    user: String,
    delete: String,
}

/// The stores that take changes.
pub fn writable(visit: &Visit) -> Result<Vec<Choice>, Error> {
    let stores = visit.read(|tx| user::stores(tx, visit.tenant()))?;
    Ok(stores.into_iter().filter(|store| !store.read_only).map(|store| Choice::plain(store.domain)).collect())
}

/// The list.
pub async fn list(visit: Arc<Visit>) -> Answer {
    let (domain, pattern, claim) = (visit.text("domain"), visit.text("pattern"), visit.text("claim"));
    let is_everywhere = domain.is_empty() || domain == ALL_DOMAINS;
    let filter = if is_everywhere { pattern.to_owned() } else { [domain, "/", pattern].concat() };
    let found = visit.read(|tx| {
        listing::check_filter(&filter)?;
        let (tenant, after) = (visit.tenant(), visit.key("after"));
        if claim.is_empty() {
            return page::users(tx, tenant, &filter, after, ROWS + 1);
        }
        let filter = if pattern.is_empty() { [&filter, "*"].concat() } else { filter.clone() };
        page::users_by_claim(tx, visit.realm(), tenant, (claim, &filter), after, ROWS + 1)
    });
    let (mut rows, wrong) = match found {
        Ok(rows) => (rows, None),
        Err(error) => (Vec::new(), Some(visit::refused(error)?)),
    };
    let pages = Pages::of(&visit, &mut rows, |row| row.place.clone());
    let lines = visit.read(|tx| {
        let lines = rows.iter().map(|row| {
            let state = account::state(tx, row.id)?;
            Ok::<_, Error>(Line {
                locked: state.locked,
                disabled: state.disabled,
                reset_pending: state.reset_pending,
                user: visit.link("users/user", &[("name", &row.name)]),
                delete: visit.link("users/delete", &[("name", &row.name)]),
                name: row.name.clone(),
            })
        });
        lines.collect::<Result<Vec<_>, _>>()
    })?;
    let (stores, catalogue) = visit.read(|tx| {
        Ok::<_, Error>((user::stores(tx, visit.tenant())?, visit.realm().catalogues.of(tx, visit.tenant())?))
    })?;
    let everywhere = Choice { value: ALL_DOMAINS.to_owned(), text: texts::text("all_domains").to_owned() };
    let domains: Vec<Choice> =
        [everywhere].into_iter().chain(stores.into_iter().map(|store| Choice::plain(store.domain))).collect();
    let none = Choice { value: String::new(), text: texts::text("no_claim").to_owned() };
    let supported = catalogue.local().iter().filter(|claim| claim.flag("SupportedByDefault"));
    let choices = supported.filter_map(|claim| {
        Some(Choice { value: claim.uri.clone(), text: claim.property("DisplayName")?.to_owned() })
    });
    let claims: Vec<Choice> = [none].into_iter().chain(choices).collect();
    let mut context = visit.context(texts::text("users_title"));
    context.insert("lines", &lines);
    context.insert("pages", &pages);
    context.insert("domains", &domains);
    context.insert("domain", domain);
    context.insert("pattern", pattern);
    context.insert("claims", &claims);
    context.insert("claim", claim);
    match wrong {
        Some(wrong) => visit.show_again("console/users.html", context, &wrong),
        None => visit.show("console/users.html", context),
    }
}

/// A role that can be ticked.
#[derive(Debug, Serialize)]
pub struct Tick {
    /// Name.
    pub name: String,
    /// Whether it is ticked.
    pub on: bool,
}

/// The roles that somebody could have, his own ticked.
pub fn roles_of(visit: &Visit, name: &str) -> Result<Vec<Tick>, Error> {
    visit.read(|tx| roles_within(tx, visit, name))
}

/// As [`roles_of`], within a change.
pub fn roles_within(tx: &mut Tx<'_>, visit: &Visit, name: &str) -> Result<Vec<Tick>, Error> {
    let found = listing::roles_of_user_up_to(tx, MOST_ROLES, visit.tenant(), name, "*", -1)?.rows.into_iter();
    // Everybody has the role of everyone, and nobody can lose it.
    let real = found.filter(|row| !row.name.eq_ignore_ascii_case("Internal/everyone"));
    Ok(real.map(|row| Tick { name: row.name, on: row.selected }).collect())
}

/// Adding one.
pub async fn add(visit: Arc<Visit>) -> Answer {
    let wrong = if visit.is_post { added(&visit).await? } else { None };
    if visit.is_post && wrong.is_none() {
        let name = qualified(visit.text("domain"), visit.text("name"));
        let said = texts::filled("user_added", &[&name]);
        return visit.go_with(&Visit::address("users/user", &[("name", &name)]), Flash::good(said));
    }
    let chosen: Vec<&str> = visit.parameters.all("role").collect();
    let mut roles = roles_of(&visit, "")?;
    for role in &mut roles {
        role.on = chosen.contains(&role.name.as_str());
    }
    let mut context = visit.context(texts::text("add_user_title"));
    context.insert("domains", &writable(&visit)?);
    context.insert("domain", visit.text("domain"));
    context.insert("name", visit.text("name"));
    context.insert("roles", &roles);
    let at_once: Vec<[&str; 3]> =
        AT_ONCE.iter().map(|(field, _, label)| [*field, texts::text(label), visit.text(field)]).collect();
    context.insert("claims", &at_once);
    let tasks: Vec<(&str, &str, bool)> = match visit.read(|tx| onboarding::is_enabled(tx, visit.tenant()))? {
        true => TASKS
            .iter()
            .map(|(_, field, label)| (*field, texts::text(label), visit.text(field) == "true"))
            .collect(),
        false => Vec::new(),
    };
    context.insert("tasks", &tasks);
    context.insert("password_hint", &visit.realm().policy.password_message);
    match wrong {
        Some(wrong) => visit.show_again("console/user_add.html", context, &wrong),
        None => visit.show("console/user_add.html", context),
    }
}

/// A name with its domain in front, unless it is the primary one.
pub fn qualified(domain: &str, name: &str) -> String {
    if domain.is_empty() || domain == PRIMARY { name.to_owned() } else { [domain, "/", name].concat() }
}

/// Adds the user of a form; says what is wrong with it.
async fn added(visit: &Visit) -> Result<Option<String>, Error> {
    let name = visit.text("name");
    if name.is_empty() {
        return Ok(Some(texts::text("user_name_empty").to_owned()));
    }
    if name.contains('/') {
        return Ok(Some(texts::text("user_name_with_domain").to_owned()));
    }
    if visit.raw("password") != visit.raw("password2") {
        return Ok(Some(texts::text("passwords_differ").to_owned()));
    }
    let password = hashed(Secret::from(visit.raw("password"))).await?;
    let full = qualified(visit.text("domain"), name);
    let mut claims = Changes::default();
    for (field, uri, _) in AT_ONCE {
        if !visit.text(field).is_empty() {
            claims.set(uri, Some(visit.text(field).to_owned()));
        }
    }
    for (task, _, _) in TASKS.iter().filter(|(_, field, _)| visit.text(field) == "true") {
        claims.set(task.claim(), Some("true".to_owned()));
    }
    let mut roles: Vec<String> = visit.parameters.all("role").map(str::to_owned).collect();
    roles.sort_unstable();
    let (now, realm, actor) = (visit.now(), Arc::clone(visit.realm()), visit.actor.clone());
    let typed = full.clone();
    let done = visit.write(move |tx| {
        let new = user::NewUser {
            name: &typed,
            password: &password,
            roles: &roles,
            claims: &claims,
            profile: DEFAULT_PROFILE,
            require_change: false,
        };
        console::add_user(tx, now, &realm, &actor, &new)
    });
    match done.await {
        Ok(_) => Ok(None),
        Err(error) => Ok(Some(texts::filled("user_not_added", &[&full, &visit::refused(error)?]))),
    }
}

/// Hashes a first password beside the threads that serve other requests.
async fn hashed(plain: Secret) -> Result<NewPassword, Error> {
    let hashing = aside(move || NewPassword::first(plain));
    hashing.await.unwrap_or(Err(Error::Broken("hashing panicked")))
}

/// Deleting one, after a question.
pub async fn delete(visit: Arc<Visit>) -> Answer {
    let name = visit.key("name").to_owned();
    if !visit.is_post {
        let known = visit.read(|tx| user::find(tx, visit.tenant(), &name))?.display_name();
        return visit.confirm(Confirmation {
            title: texts::text("delete_user_title"),
            lines: &[texts::filled("delete_user_question", &[&known])],
            action: "users/delete",
            fields: &[("name", &known)],
            button: texts::text("delete"),
            back: &visit.list("users"),
        });
    }
    let (now, actor, typed) = (visit.now(), visit.actor.clone(), name.clone());
    let flash = match visit.write(move |tx| console::delete_user(tx, now, &actor, &typed)).await {
        Ok(()) => Flash::good(texts::filled("user_deleted", &[&name])),
        Err(error) => Flash::bad(texts::filled("user_not_deleted", &[&name, &visit::refused(error)?])),
    };
    visit.go_with(&visit.list("users"), flash)
}

/// Setting somebody's password.
pub async fn password(visit: Arc<Visit>) -> Answer {
    let name = visit.read(|tx| user::find(tx, visit.tenant(), visit.key("name")))?.display_name();
    let mut wrong = None;
    if visit.is_post {
        if visit.raw("password") != visit.raw("password2") {
            wrong = Some(texts::text("passwords_differ").to_owned());
        } else if let Err(error) = set_password(&visit, &name).await {
            wrong = Some(texts::filled("password_not_changed", &[&name, &visit::refused(error)?]));
        } else {
            let said = texts::filled("password_changed", &[&name]);
            return visit.go_with(&visit.link("users/user", &[("name", &name)]), Flash::good(said));
        }
    }
    let mut context = visit.context(texts::text("password_title"));
    context.insert("name", &name);
    context.insert("back", &visit.way_to(&visit.link("users/user", &[("name", &name)])));
    context.insert("password_hint", &visit.realm().policy.password_message);
    match wrong {
        Some(wrong) => visit.show_again("console/user_password.html", context, &wrong),
        None => visit.show("console/user_password.html", context),
    }
}

/// The password of a form for somebody of a tenant, compared with those that he had and hashed beside the threads that serve
/// other requests.
pub async fn prepared(visit: &Visit, tenant: TenantId, name: &str) -> Result<NewPassword, Error> {
    let (site, typed) = (Arc::clone(&visit.site), name.to_owned());
    let plain = Secret::from(visit.raw("password"));
    let hashing = aside(move || {
        let earlier = site.store.read(|tx| match user::look_up(tx, tenant, &typed)? {
            Some(user) => password::earlier(tx, tenant, user.id.0),
            None => Ok(password::Earlier::default()),
        })?;
        password::prepare(plain, &earlier)
    });
    hashing.await.unwrap_or(Err(Error::Broken("hashing panicked")))
}

/// As `UserAdmin.changePassword` does it.
async fn set_password(visit: &Visit, name: &str) -> Result<(), Error> {
    visit.read(|tx| console::check_password_change(tx, &visit.actor, name))?;
    let new = prepared(visit, visit.tenant(), name).await?;
    let (now, realm, actor) = (visit.now(), Arc::clone(visit.realm()), visit.actor.clone());
    let typed = name.to_owned();
    visit
        .write(move |tx| {
            console::check_password_change(tx, &actor, &typed)?;
            user::set_password_by_admin(tx, now, &realm, &actor, &typed, &new)
        })
        .await
}
