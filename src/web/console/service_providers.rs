//! Service providers of single sign-on: the list, adding one by form or by its metadata, changing and deleting (IS 5.3.0,
//! *Service Providers > Inbound Authentication Configuration > SAML2 Web SSO Configuration*).
//!
//! Those of configuration files are shown and changed in their files only.

use super::flash::Flash;
use super::paging::{self, Pages};
use super::service_provider_form::{self as form, ALIAS, DIGEST, ISSUER, SIGNATURE};
use super::sheet::{SHOWN, Sheet, agreed};
use super::users::Choice;
use super::visit::{self, Confirmation, Visit};
use super::{Answer, texts};
use crate::domain::service_provider::{
    self, DIGESTS, EMAIL_FORMAT, SIGNATURES, ServiceProvider, USUAL_SIGNATURE,
};
use crate::domain::{Error, Realm, TenantId, resident_idp, single_sign_on, tenant};
use crate::saml::{PartnerMetadata, PublicKey};
use crate::store::Tx;
use crate::web::sheet::Merged;
use crate::web::sso;
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde::Serialize;
use std::sync::Arc;

const FORM: &str = "console/service_provider.html";
const UPLOAD: &str = "console/service_provider_upload.html";
const LIST: &str = "service-providers";

/// A service provider of the list.
#[derive(Debug, Serialize)]
struct Line {
    issuer: String,
    name: String,
    urls: Vec<String>,
    of_file: bool,
    /// Whether every request of it is refused, because there is nothing to verify it with.
    is_deaf: bool,
    edit: String,
    delete: String,
}

fn is_deaf(one: &ServiceProvider) -> bool {
    one.verify_requests && one.certificate.is_none()
}

fn line(visit: &Visit, one: ServiceProvider) -> Line {
    Line {
        edit: visit.link("service-providers/edit", &[(ISSUER, &one.issuer)]),
        delete: visit.link("service-providers/delete", &[(ISSUER, &one.issuer)]),
        of_file: one.of_file,
        is_deaf: is_deaf(&one),
        name: if one.name == one.issuer { String::new() } else { one.name },
        issuer: one.issuer,
        urls: one.consumer_urls,
    }
}

/// The list.
pub async fn list(visit: Arc<Visit>) -> Answer {
    let (part, after) = (visit.text("part"), visit.key("after"));
    let mut rows =
        visit.read(|tx| service_provider::page(tx, visit.tenant(), part, after, paging::ROWS + 1))?;
    let pages = Pages::of(&visit, &mut rows, |row| row.issuer.clone());
    let mut context = visit.context(texts::text("sps_title"));
    context.insert("lines", &rows.into_iter().map(|row| line(&visit, row)).collect::<Vec<_>>());
    context.insert("pages", &pages);
    context.insert("part", part);
    visit.show("console/service_providers.html", context)
}

fn known(visit: &Visit, issuer: &str) -> Result<ServiceProvider, Error> {
    let found = visit.read(|tx| service_provider::visible(tx, visit.tenant(), issuer))?;
    found.ok_or_else(|| Error::refused(texts::filled("no_such_sp", &[issuer])))
}

/// What the application has to be told of this server, and what of itself.
fn addresses(visit: &Visit, stored: Option<&ServiceProvider>) -> Result<Vec<(&'static str, String)>, Error> {
    let own = visit.read(|tx| {
        let own = tenant::by_id(tx, visit.tenant())?;
        own.map(|own| resident_idp::saml(tx, visit.realm(), &own)).transpose()
    })?;
    let own = own.ok_or(Error::NoSuchTenant)?;
    let query = crate::web::form::encoded(&[("tenantDomain", &visit.actor.domain)]);
    let metadata = [visit.realm().policy.public_url.as_str(), sso::METADATA, "?", &query].concat();
    // An application of a tenant says which one.
    let called = stored.map(|one| match visit.tenant() {
        tenant if tenant == TenantId::SUPER || one.of_file => one.issuer.clone(),
        _ => [&one.issuer, "@", &visit.actor.domain].concat(),
    });
    let sent_there = called.as_ref().filter(|_| stored.is_some_and(|one| one.idp_initiated)).map(|called| {
        [&own.sign_on_url, "?", &crate::web::form::encoded(&[("spEntityID", called)])].concat()
    });
    let mut told = vec![
        (texts::text("resident_entity"), own.entity_id),
        (texts::text("sp_sso_url"), own.sign_on_url),
        (texts::text("sp_slo_url"), own.logout_url),
        (texts::text("sp_metadata"), metadata),
        (
            texts::text("sp_signed_with"),
            stored.map_or(USUAL_SIGNATURE, ServiceProvider::signature).to_owned(),
        ),
    ];
    told.extend(called.map(|called| (texts::text("sp_called"), called)));
    told.extend(sent_there.map(|address| (texts::text("sp_sent_there"), address)));
    Ok(told)
}

/// A claim that can be sent.
#[derive(Debug, Serialize)]
struct ClaimBox {
    uri: String,
    label: String,
    on: bool,
}

/// Those that are sent, in their order, and the others behind them.
fn claim_boxes(sheet: &Sheet, locals: &[(&str, &str)]) -> Vec<ClaimBox> {
    let asked = sheet.all("claims");
    let label = |uri: &str| {
        let name = locals.iter().find(|(known, name)| *known == uri && !name.is_empty());
        name.map_or_else(|| uri.to_owned(), |(_, name)| format!("{name} ({uri})"))
    };
    let one = |uri: &str, on: bool| ClaimBox { uri: uri.to_owned(), label: label(uri), on };
    let others = locals.iter().filter(|(uri, _)| !asked.iter().any(|known| known == uri));
    asked.iter().map(|uri| one(uri, true)).chain(others.map(|(uri, _)| one(uri, false))).collect()
}

/// What is said where an application of the same issuer asks for claims of its own.
fn claims_told(visit: &Visit, stored: Option<&ServiceProvider>) -> Result<Option<String>, Error> {
    let Some(stored) = stored else { return Ok(None) };
    let asked = visit.read(|tx| single_sign_on::claims_of_application(tx, stored))?;
    Ok((!asked.is_empty()).then(|| texts::filled("sp_claims_of_application", &[&asked.join(", ")])))
}

/// Algorithms to choose from; one that was registered and is not among them is said not to be used.
fn algorithms(known: &[&str], chosen: &str) -> Vec<Choice> {
    let called = |uri: &str| uri.rsplit('#').next().unwrap_or(uri).to_uppercase();
    let usual = Choice { value: String::new(), text: texts::text("sp_usual_algorithm").to_owned() };
    let all = known.iter().map(|uri| Choice { value: (*uri).to_owned(), text: called(uri) });
    let unused = Some(chosen).filter(|chosen| !chosen.is_empty() && !known.contains(chosen));
    let unused = unused.map(|uri| Choice {
        value: uri.to_owned(),
        text: texts::filled("sp_unused_algorithm", &[&called(uri)]),
    });
    std::iter::once(usual).chain(all).chain(unused).collect()
}

/// The page with a form in it; `stored` is what it is about, and none for a new one.
fn page(
    visit: &Visit,
    stored: Option<&ServiceProvider>,
    sheet: &Sheet,
    shown: &Sheet,
) -> Result<tera::Context, Error> {
    let (catalogue, aliases) = visit.read(|tx| {
        let catalogue = visit.realm().catalogues.of(tx, visit.tenant())?;
        Ok::<_, Error>((catalogue, service_provider::aliases(tx, visit.tenant())?))
    })?;
    let mut named: Vec<(&str, &str)> = catalogue
        .local()
        .iter()
        .map(|claim| (claim.uri.as_str(), claim.property("DisplayName").unwrap_or_default()))
        .collect();
    named.sort_unstable();
    let locals: Vec<&str> = named.iter().map(|(uri, _)| *uri).collect();
    let choices = |none: &'static str, known: &[&str], chosen: &str| -> Vec<Choice> {
        let none = Choice { value: String::new(), text: texts::text(none).to_owned() };
        let unknown = Some(chosen).filter(|chosen| !chosen.is_empty() && !known.contains(chosen));
        let all = known.iter().copied().chain(unknown).map(Choice::plain);
        std::iter::once(none).chain(all).collect()
    };
    let aliases: Vec<&str> = aliases.iter().map(String::as_str).collect();
    let of_file = stored.is_some_and(|one| one.of_file);
    let sent_to = if stored.is_some() { "service-providers/edit" } else { "service-providers/add" };
    let title = match stored {
        None => "add_sp_title",
        Some(_) if of_file => "show_sp_title",
        Some(_) => "edit_sp_title",
    };
    let mut context = visit.context(texts::text(title));
    context.insert("action", &Visit::address(sent_to, &[]));
    context.insert("is_new", &stored.is_none());
    context.insert("of_file", &of_file);
    context.insert("is_closed", &(of_file || !visit.may(&["POST ", sent_to].concat())));
    context.insert("is_deaf", &stored.is_some_and(is_deaf));
    context.insert("has_certificate", &stored.is_some_and(|one| one.certificate.is_some()));
    context.insert("addresses", &addresses(visit, stored)?);
    context.insert("claims", &choices("sp_no_claim", &locals, sheet.text("nameIdClaim")));
    context.insert("signatures", &algorithms(&SIGNATURES, sheet.text(SIGNATURE)));
    context.insert("digests", &algorithms(&DIGESTS, sheet.text(DIGEST)));
    context.insert("aliases", &choices("sp_no_certificate", &aliases, sheet.text(ALIAS)));
    context.insert("claims_told", &claims_told(visit, stored)?);
    context.insert("claim_boxes", &claim_boxes(sheet, &named));
    context.insert("form", &form::shown(sheet));
    context.insert(SHOWN, &shown.packed());
    Ok(context)
}

/// The certificate of a file that was sent, as it is stored.
fn uploaded(visit: &Visit) -> Result<Option<String>, Error> {
    let Some(file) = visit.parameters.file("certificate") else { return Ok(None) };
    let text = match std::str::from_utf8(&file.bytes) {
        Ok(text) if text.contains("-----BEGIN CERTIFICATE-----") => text
            .lines()
            .skip_while(|line| !line.starts_with("-----BEGIN CERTIFICATE-----"))
            .skip(1)
            .take_while(|line| !line.starts_with("-----END"))
            .map(str::trim)
            .collect(),
        _ => STANDARD.encode(&file.bytes),
    };
    PublicKey::of_certificate(&text)
        .map_err(|why| Error::refused(texts::filled("sp_bad_certificate", &[&why.to_string()])))?;
    Ok(Some(text))
}

/// Adding one.
pub async fn add(visit: Arc<Visit>) -> Answer {
    if !visit.is_post {
        let usual = ServiceProvider {
            name_id_format: EMAIL_FORMAT.to_owned(),
            sign_response: true,
            sign_assertion: true,
            single_logout: true,
            ..ServiceProvider::default()
        };
        return visit.show(FORM, page(&visit, None, &form::sheet(&usual), &Sheet::default())?);
    }
    let sheet = form::typed(&visit);
    match added(&visit, &sheet).await {
        Ok(()) => visit.go_with(&Visit::address(LIST, &[]), Flash::good(texts::text("sp_added"))),
        Err(error) => {
            let said = visit::refused(error)?;
            visit.show_again(FORM, page(&visit, None, &sheet, &Sheet::default())?, &said)
        }
    }
}

async fn added(visit: &Visit, sheet: &Sheet) -> Result<(), Error> {
    let mut new = ServiceProvider::default();
    form::apply(sheet, &mut new);
    check_urls(&new)?;
    let file = uploaded(visit)?;
    register(visit, new, file).await
}

/// Refuses what has no address to send anybody back to.
fn check_urls(one: &ServiceProvider) -> Result<(), Error> {
    match one.consumer_urls.is_empty() {
        true => Err(Error::refused(texts::text("sp_no_url"))),
        false => Ok(()),
    }
}

/// Adds a service provider with the certificate it brings, or else with the one its alias means.
async fn register(visit: &Visit, mut new: ServiceProvider, file: Option<String>) -> Result<(), Error> {
    visit.site.signers.ensure(visit.tenant()).await?;
    let (now, realm, actor) = (visit.now(), Arc::clone(visit.realm()), visit.actor.clone());
    let is_added = visit.write(move |tx| {
        set_certificate(tx, &realm, actor.tenant, &mut new, file)?;
        let is_added = service_provider::add(tx, now, &actor, &new)?;
        let taken = || Error::refused(texts::filled("sp_taken", &[&new.issuer]));
        if is_added { Ok(()) } else { Err(taken()) }
    });
    is_added.await
}

fn set_certificate(
    tx: &mut Tx<'_>,
    realm: &Realm,
    tenant: TenantId,
    one: &mut ServiceProvider,
    file: Option<String>,
) -> Result<(), Error> {
    let alias = one.certificate_alias.as_deref();
    if file.is_some() {
        (one.certificate, one.certificate_alias) = (file, Some(one.issuer.clone()));
    } else if one.certificate.is_none() || alias != Some(&one.issuer) {
        one.certificate = service_provider::certificate(tx, realm, tenant, alias)?;
    }
    Ok(())
}

/// Changing one: what was changed on the form, over what is stored by then.
pub async fn edit(visit: Arc<Visit>) -> Answer {
    let issuer = visit.key(ISSUER).to_owned();
    let stored = known(&visit, &issuer)?;
    let now = form::sheet(&stored);
    if !visit.is_post {
        return visit.show(FORM, page(&visit, Some(&stored), &now, &now)?);
    }
    match edited(&visit, issuer).await {
        Ok(()) => visit.go_with(&visit.list(LIST), Flash::good(texts::text("sp_updated"))),
        Err(error) => {
            let said = visit::refused(error)?;
            let merged = merged(&visit, &now).sheet;
            visit.show_again(FORM, page(&visit, Some(&stored), &merged, &now)?, &said)
        }
    }
}

/// What was sent, brought to what is there.
fn merged(visit: &Visit, is: &Sheet) -> Merged {
    let mut sent = form::typed(visit).with_left_out(&visit.parameters, is, |field| Some(field));
    // Nobody typed it: the form of a stored one says which it is.
    sent.write_raw(ISSUER, is.text(ISSUER));
    sent.over(&Sheet::shown(&visit.parameters, is), is, form::is_list)
}

async fn edited(visit: &Arc<Visit>, issuer: String) -> Result<(), Error> {
    let file = uploaded(visit)?;
    visit.site.signers.ensure(visit.tenant()).await?;
    let (now, realm, actor) = (visit.now(), Arc::clone(visit.realm()), visit.actor.clone());
    let sent = Arc::clone(visit);
    let done = visit.write(move |tx| {
        service_provider::edit(tx, now, &actor, &issuer, |tx, stored| {
            let is = form::sheet(stored);
            let merged = agreed(merged(&sent, &is), &is, form::label)?;
            let had = stored.certificate_alias.clone();
            form::apply(&merged, stored);
            check_urls(stored)?;
            if file.is_some() || stored.certificate_alias != had {
                set_certificate(tx, &realm, actor.tenant, stored, file)?;
            }
            Ok(())
        })
    });
    done.await
}

/// Adding one that its metadata describe.
pub async fn upload(visit: Arc<Visit>) -> Answer {
    let context = visit.context(texts::text("upload_sp_title"));
    if !visit.is_post {
        return visit.show(UPLOAD, context);
    }
    match taken_over(&visit).await {
        Ok(issuer) => {
            let address = Visit::address("service-providers/edit", &[(ISSUER, &issuer)]);
            let address =
                if visit.may("service-providers/edit") { address } else { Visit::address(LIST, &[]) };
            visit.go_with(&address, Flash::good(texts::text("sp_added")))
        }
        Err(error) => visit.show_again(UPLOAD, context, &visit::refused(error)?),
    }
}

async fn taken_over(visit: &Visit) -> Result<String, Error> {
    let file =
        visit.parameters.file("metadata").ok_or_else(|| Error::refused(texts::text("sp_no_metadata")))?;
    let text = String::from_utf8_lossy(&file.bytes);
    let read = PartnerMetadata::read(text.trim_start_matches('\u{feff}'))
        .map_err(|why| Error::refused(texts::filled("sp_bad_metadata", &[&why.to_string()])))?;
    let new = ServiceProvider {
        issuer: read.entity_id,
        consumer_urls: read.consumer_urls,
        default_url: read.default_url,
        certificate: read.certificate,
        name_id_format: read.name_id_format.unwrap_or_default(),
        verify_requests: read.signs_requests,
        sign_assertion: read.wants_signed_assertions,
        logout_request_url: read.logout_url,
        logout_response_url: read.logout_response_url,
        ..ServiceProvider::default()
    }
    .published();
    let issuer = new.issuer.clone();
    register(visit, new, None).await?;
    Ok(issuer)
}

/// Deleting one, after a question.
pub async fn delete(visit: Arc<Visit>) -> Answer {
    let issuer = visit.key(ISSUER).to_owned();
    let no_such = texts::filled("no_such_sp", &[&issuer]);
    if !visit.is_post {
        let stored = known(&visit, &issuer)?;
        if stored.of_file {
            return Err(Error::refused(texts::text("sp_of_file")));
        }
        return visit.confirm(Confirmation {
            title: texts::text("delete_sp_title"),
            lines: &[texts::filled("delete_sp_question", &[&issuer])],
            action: "service-providers/delete",
            fields: &[(ISSUER, &issuer)],
            button: texts::text("delete"),
            back: &visit.list(LIST),
        });
    }
    let (now, actor) = (visit.now(), visit.actor.clone());
    let was_there = visit.write(move |tx| service_provider::remove(tx, now, &actor, &issuer)).await?;
    let flash = if was_there { Flash::good(texts::text("sp_deleted")) } else { Flash::bad(no_such) };
    visit.go_with(&visit.list(LIST), flash)
}
