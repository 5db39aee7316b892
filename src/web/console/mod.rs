//! The management console below `/carbon/`: what the admin services do, by clicks.
//!
//! Every screen is a line in `screens.rs`, which also says who may see it and who may change something there. A screen
//! calls the functions of the domain that the service of the same work calls, so that rules, audit records and texts
//! agree. Nothing here needs a script; every change is a posted form with a token of the session.

mod bulk;
mod claim;
mod claims;
mod external_claim;
mod flash;
mod home;
mod mail_templates;
mod mails;
mod moment;
mod paging;
mod provider_form;
mod provider_part;
mod provider_sheet;
mod providers;
mod reset;
mod resets;
mod resident;
mod role_permissions;
mod roles;
mod screens;
mod service_provider_form;
mod service_providers;
mod sheet;
mod sign_in;
mod tenants;
mod texts;
mod trail;
mod user;
mod user_profile;
mod users;
mod visit;

pub(super) use screens::SCREENS;

use super::form::{Parameters, Source};
use super::{Site, page};
use crate::domain::Error;
use hyper::body::Bytes;
use hyper::{Method, Request, Response, StatusCode};
use std::net::IpAddr;
use std::pin::Pin;
use std::sync::Arc;
use visit::Visit;

pub use bulk::work_off;
pub(super) use sign_in::concerns;

/// What a screen answers. A refusal that a screen lets through is shown on a page of its own.
pub(super) type Answer = Result<Response<Vec<u8>>, Error>;
/// A screen at work.
type Work = Pin<Box<dyn Future<Output = Answer> + Send>>;

/// Where the login form of the console is, as in the original.
const LOGIN: &str = "/carbon/admin/login.jsp";
/// Where it is sent to.
pub(super) const SIGN_IN: &str = "/carbon/admin/login_action.jsp";
const SIGN_OUT: &str = "/carbon/admin/logout_action.jsp";

/// The pages of the console, with the file each can be overridden by.
pub(super) const TEMPLATES: &[(&str, &str)] = &[
    ("console/parts.html", include_str!("../templates/console/parts.html")),
    ("console/layout.html", include_str!("../templates/console/layout.html")),
    ("console/login.html", include_str!("../templates/console/login.html")),
    ("console/message.html", include_str!("../templates/console/message.html")),
    ("console/confirm.html", include_str!("../templates/console/confirm.html")),
    ("console/users.html", include_str!("../templates/console/users.html")),
    ("console/user.html", include_str!("../templates/console/user.html")),
    ("console/user_add.html", include_str!("../templates/console/user_add.html")),
    ("console/user_password.html", include_str!("../templates/console/user_password.html")),
    ("console/user_profile.html", include_str!("../templates/console/user_profile.html")),
    ("console/user_roles.html", include_str!("../templates/console/user_roles.html")),
    ("console/roles.html", include_str!("../templates/console/roles.html")),
    ("console/role_add.html", include_str!("../templates/console/role_add.html")),
    ("console/role_permissions.html", include_str!("../templates/console/role_permissions.html")),
    ("console/role_rename.html", include_str!("../templates/console/role_rename.html")),
    ("console/role_members.html", include_str!("../templates/console/role_members.html")),
    ("console/tree.html", include_str!("../templates/console/tree.html")),
    ("console/mails.html", include_str!("../templates/console/mails.html")),
    ("console/resets.html", include_str!("../templates/console/resets.html")),
    ("console/audit.html", include_str!("../templates/console/audit.html")),
    ("console/providers.html", include_str!("../templates/console/providers.html")),
    ("console/provider.html", include_str!("../templates/console/provider.html")),
    ("console/service_providers.html", include_str!("../templates/console/service_providers.html")),
    ("console/service_provider.html", include_str!("../templates/console/service_provider.html")),
    (
        "console/service_provider_upload.html",
        include_str!("../templates/console/service_provider_upload.html"),
    ),
    ("console/resident.html", include_str!("../templates/console/resident.html")),
    ("console/templates.html", include_str!("../templates/console/templates.html")),
    ("console/template.html", include_str!("../templates/console/template.html")),
    ("console/template_type.html", include_str!("../templates/console/template_type.html")),
    ("console/reset.html", include_str!("../templates/console/reset.html")),
    ("console/bulk.html", include_str!("../templates/console/bulk.html")),
    ("console/bulk_job.html", include_str!("../templates/console/bulk_job.html")),
    ("console/claims.html", include_str!("../templates/console/claims.html")),
    ("console/dialect.html", include_str!("../templates/console/dialect.html")),
    ("console/dialect_form.html", include_str!("../templates/console/dialect_form.html")),
    ("console/claim.html", include_str!("../templates/console/claim.html")),
    ("console/external_claim.html", include_str!("../templates/console/external_claim.html")),
    ("console/tenants.html", include_str!("../templates/console/tenants.html")),
    ("console/tenant.html", include_str!("../templates/console/tenant.html")),
    ("console/home.html", include_str!("../templates/console/home.html")),
];

/// Answers everything below `/carbon`.
pub(super) async fn answer(
    site: &Arc<Site>,
    request: Request<Bytes>,
    source: Source,
    peer: IpAddr,
) -> Response<Vec<u8>> {
    let path = request.uri().path();
    match path {
        LOGIN => return sign_in::show(site, &request),
        SIGN_IN => return sign_in::attempt(site, &request, peer).await,
        "/carbon/style.css" => return site.look.console_style.answer(request.uri().query()),
        "/carbon" | "/carbon/admin/index.jsp" | "/carbon/admin" => return page::redirect(site, "/carbon/"),
        _ => {}
    }
    let session = match sign_in::session_of(site, &request).await {
        Ok(Some(session)) => session,
        Ok(None) => return sign_in::begin(site, &request),
        Err(error) => return super::login::failed(site, &error),
    };
    if path == SIGN_OUT {
        return sign_in::sign_out(site, &request, source, session).await;
    }
    let below = path.strip_prefix("/carbon/").unwrap_or_default().trim_end_matches('/');
    let screen = SCREENS.iter().find(|screen| screen.path == below);
    let is_post = request.method() == Method::POST;
    let parameters = Parameters::of(&request);
    let visit = match Visit::new(site, session, screen, &request, parameters) {
        Ok(visit) => Arc::new(visit),
        Err(error) => return super::login::failed(site, &error),
    };
    let Some(screen) = screen else {
        return visit.refuse(StatusCode::NOT_FOUND, texts::text("no_page"), &[]);
    };
    if let Some(missing) = visit.missing(screen, is_post) {
        tracing::debug!(screen = screen.path, "a screen was refused for want of a permission");
        return visit.refuse(StatusCode::FORBIDDEN, texts::text("no_permission"), missing);
    }
    if is_post && (source == Source::Elsewhere || !visit.is_own_form()) {
        tracing::warn!(%peer, screen = screen.path, "a form without the token of the session was refused");
        if let Some(kept) = visit.keep(&request) {
            return kept;
        }
        return visit.refuse(StatusCode::FORBIDDEN, texts::text("foreign_form"), &[]);
    }
    match (screen.show)(Arc::clone(&visit)).await {
        Ok(response) => response,
        Err(error) => visit.failed(&error),
    }
}

/// The texts for the templates, and the address of the style sheet.
fn common(site: &Site, context: &mut tera::Context) {
    context.insert("t", texts::all());
    context.insert("console_style", &site.look.console_style.address("/carbon/style.css"));
}
