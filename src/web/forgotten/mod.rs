//! What somebody does who cannot sign in: ask for a mail, answer security questions, ask for the user name. Under the
//! paths and field names of the original's pages.
//!
//! Every page is the same whether or not the account exists; what a name or a description comes to is found out after
//! the answer, or costs the same for everybody.

mod question;

use super::form::{Parameters, encoded};
use super::page::{self, Message};
use super::texts::account::text;
use super::{Site, login, reset, texts};
use crate::domain::catalogue::{EMAIL_ADDRESS, GIVEN_NAME, LAST_NAME};
use crate::domain::question_recovery;
use crate::domain::tenant::{self, Tenant};
use crate::domain::{Error, TenantId, governance, profile, recovery, recovery_dialogue};
use hyper::body::Bytes;
use hyper::{Method, Request, Response, StatusCode};
use serde::Serialize;
use std::sync::Arc;
use tera::Context;

/// Where the pages are.
const BELOW: &str = "/accountrecoveryendpoint/";
/// Where a password is recovered.
pub(super) const PASSWORD: &str = "/accountrecoveryendpoint/recoverpassword.do";
/// Where a user name is recovered.
pub(super) const USERNAME: &str = "/accountrecoveryendpoint/recoverusername.do";

/// The pages, with the file each can be overridden by.
pub(super) const TEMPLATES: &[(&str, &str)] = &[
    ("recovery/password.html", include_str!("../templates/recovery/password.html")),
    ("recovery/username.html", include_str!("../templates/recovery/username.html")),
    ("recovery/question.html", include_str!("../templates/recovery/question.html")),
];

/// Claims that a form for a forgotten name asks for, as the original's does.
const DESCRIBING: [&str; 3] = [GIVEN_NAME, LAST_NAME, EMAIL_ADDRESS];
/// Longest name or value that is looked at.
const LONGEST: usize = 1024;

/// Which ways a tenant offers.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Offered {
    /// A mail with a link to set a new password.
    pub mail: bool,
    /// Security questions.
    pub questions: bool,
    /// A mail with the user name.
    pub name: bool,
}

impl Offered {
    /// Reads the settings of a tenant.
    pub(super) fn of(site: &Site, tenant: TenantId) -> Result<Self, Error> {
        site.store.read(|tx| {
            Ok(Self {
                mail: governance::flag(tx, tenant, governance::MAILS_LINKS)?,
                questions: question_recovery::is_enabled(tx, tenant)?,
                name: governance::flag(tx, tenant, governance::MAILS_NAMES)?,
            })
        })
    }

    /// Whether there is a way to a new password.
    pub(super) fn password(self) -> bool {
        self.mail || self.questions
    }
}

/// Whether a path is one of these pages.
pub(super) fn concerns(path: &str) -> bool {
    path.strip_prefix(BELOW).is_some_and(|page| page_of(page).is_some())
}

/// Whether names or answers are sent there.
pub(super) fn takes(path: &str) -> bool {
    let page = path.strip_prefix(BELOW).and_then(page_of);
    matches!(page, Some(Page::Verify | Page::Answers))
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Page {
    Password,
    Username,
    UsernameDone,
    Verify,
    Answers,
    Question,
}

fn page_of(name: &str) -> Option<Page> {
    Some(match name {
        "recoverpassword.do" | "recoveraccountrouter.do" => Page::Password,
        "recoverusername.do" => Page::Username,
        "recoverusernamecomplete.do" => Page::UsernameDone,
        "verify.do" => Page::Verify,
        "processsecurityquestions.do" => Page::Answers,
        "viewsecurityquestions.do" => Page::Question,
        _ => return None,
    })
}

/// A request of somebody who cannot sign in.
struct Visit<'a> {
    site: &'a Arc<Site>,
    parameters: Parameters,
    /// Where to go afterwards; an address that may be shown and followed.
    callback: String,
}

impl Visit<'_> {
    /// The tenant that the request names, for what it offers; the super tenant when it names none of ours.
    fn tenant(&self) -> Result<Tenant, Error> {
        let named =
            self.parameters.filled("tenantDomain").unwrap_or(tenant::SUPER_DOMAIN).trim().to_lowercase();
        self.site.store.read(|tx| {
            let found = tenant::find(tx, &named)?.filter(|tenant| tenant.active);
            match found {
                Some(tenant) => Ok(tenant),
                None => tenant::find(tx, tenant::SUPER_DOMAIN)?.ok_or(Error::NoSuchTenant),
            }
        })
    }

    fn context(&self, tenant: &Tenant) -> Context {
        let mut context = Context::new();
        context.insert("t", texts::account::all());
        context.insert("callback", &self.callback);
        context.insert("tenant", &tenant.domain);
        context.insert("message", &None::<&str>);
        context
    }

    /// A page that says what happens next, the same for everybody.
    fn sent(&self, line: &'static str) -> Response<Vec<u8>> {
        let message = Message {
            title: texts::INFORMATION,
            heading: texts::INFORMATION,
            id: "info-msg",
            is_error: false,
            lines: &[text(line)],
            link: Some((&self.callback, texts::TO_LOGIN)),
        };
        page::message(self.site, StatusCode::OK, message)
    }

    fn not_offered(&self) -> Response<Vec<u8>> {
        page::refusal(self.site, StatusCode::FORBIDDEN, text("not_offered"))
    }
}

/// Answers these pages.
pub(super) async fn answer(site: &Arc<Site>, request: &Request<Bytes>) -> Response<Vec<u8>> {
    let page = request.uri().path().strip_prefix(BELOW).and_then(page_of);
    let parameters = Parameters::of(request);
    let callback = reset::callback(site, parameters.get("callback"));
    let visit = Visit { site, parameters, callback };
    let is_post = request.method() == Method::POST;
    let answered = match page {
        Some(Page::Verify) if is_post => verify(&visit).await,
        Some(Page::Answers) if is_post => question::answer(&visit).await,
        Some(Page::Password) => password(&visit, None),
        Some(Page::Username) => username(&visit, None),
        Some(Page::UsernameDone) => Ok(visit.sent("name_sent")),
        // These have nothing to show on their own: a reload, or the way back.
        _ => Ok(page::redirect(site, PASSWORD)),
    };
    answered.unwrap_or_else(|error| login::failed(site, &error))
}

/// The form for a forgotten password.
fn password(visit: &Visit<'_>, message: Option<&str>) -> Result<Response<Vec<u8>>, Error> {
    if visit.parameters.get("done") == Some("mail") {
        return Ok(visit.sent("link_sent"));
    }
    let tenant = visit.tenant()?;
    let offered = Offered::of(visit.site, tenant.id)?;
    if !offered.password() {
        return Ok(visit.not_offered());
    }
    let mut context = visit.context(&tenant);
    context.insert("message", &message);
    context.insert("by_mail", &offered.mail);
    context.insert("by_questions", &offered.questions);
    context.insert("user_name", visit.parameters.get("username").unwrap_or(""));
    Ok(page::render(visit.site, StatusCode::OK, "recovery/password.html", context))
}

/// A field of the form for a forgotten name.
#[derive(Serialize)]
struct Field {
    name: &'static str,
    label: String,
}

/// The form for a forgotten name.
fn username(visit: &Visit<'_>, message: Option<&str>) -> Result<Response<Vec<u8>>, Error> {
    let tenant = visit.tenant()?;
    if !Offered::of(visit.site, tenant.id)?.name {
        return Ok(visit.not_offered());
    }
    let known = visit.site.store.read(|tx| profile::fields(tx, &visit.site.realm, tenant.id))?;
    let fields: Vec<Field> = DESCRIBING
        .into_iter()
        .filter_map(|name| {
            let field = known.iter().find(|field| *field.uri == *name)?;
            Some(Field { name, label: field.display_name.to_string() })
        })
        .collect();
    let mut context = visit.context(&tenant);
    context.insert("message", &message);
    context.insert("fields", &fields);
    Ok(page::render(visit.site, StatusCode::OK, "recovery/username.html", context))
}

/// Takes either form.
async fn verify(visit: &Visit<'_>) -> Result<Response<Vec<u8>>, Error> {
    if visit.parameters.get("isUsernameRecovery") == Some("true") {
        return name_wanted(visit);
    }
    let typed = visit.parameters.get("username").unwrap_or("").trim().to_owned();
    if typed.is_empty() || typed.len() > LONGEST {
        return password(visit, Some(text("name_missing")));
    }
    let (site, now) = (visit.site, visit.site.now());
    // The name says which tenant's rules hold; what they are for others is nobody's business.
    let (local, domain) = tenant::split_name(&site.realm, &typed);
    let whose = site.store.read(|tx| tenant::find(tx, &domain))?.filter(|tenant| tenant.active);
    match visit.parameters.get("recoveryOption") {
        Some("SECURITY_QUESTIONS") => question::begin(visit, whose, &local, &typed).await,
        Some("EMAIL") => {
            let callback = ("callback".to_owned(), visit.callback.clone());
            recovery::forgot_quietly(&site.store, now, &site.realm, whose, &local, vec![callback])?;
            let query = encoded(&[("done", "mail"), ("callback", &visit.callback)]);
            Ok(page::redirect(site, &format!("{PASSWORD}?{query}")))
        }
        _ => password(visit, Some(text("way_missing"))),
    }
}

/// Takes the description of somebody who forgot his name.
fn name_wanted(visit: &Visit<'_>) -> Result<Response<Vec<u8>>, Error> {
    let tenant = visit.tenant()?;
    if !Offered::of(visit.site, tenant.id)?.name {
        return Ok(visit.not_offered());
    }
    let described = DESCRIBING.into_iter().filter_map(|uri| {
        let value = visit.parameters.filled(uri).filter(|value| value.len() <= LONGEST)?;
        Some((uri.to_owned(), value.trim().to_owned()))
    });
    let claims: Vec<(String, String)> = described.collect();
    if claims.is_empty() {
        return username(visit, Some(text("description_missing")));
    }
    let (site, now) = (visit.site, visit.site.now());
    recovery_dialogue::send_name_quietly(&site.store, now, &site.realm, tenant.id, claims)?;
    let query = encoded(&[("callback", &visit.callback)]);
    Ok(page::redirect(site, &format!("{BELOW}recoverusernamecomplete.do?{query}")))
}
