//! A login conversation: what is kept between the request for a login, the form and its answer, and where it leads.

use super::{AUTHENTICATORS, DASHBOARD, SAML, failed};
use crate::domain::session::{Kind, fingerprint};
use crate::domain::{Error, Secret};
use crate::store;
use crate::store::login_context::LoginContext;
use crate::web::form::{Peer, Source, cookie, encoded};
use crate::web::sso::Asked;
use crate::web::{Site, dashboard, forward_auth, page, too_many};
use hyper::body::Bytes;
use hyper::{Request, Response};
use serde::{Deserialize, Serialize};
use std::sync::Arc;

/// The cookie that tells browsers apart while they log in.
const BROWSER: &str = "loginBrowser";

/// What is kept of a conversation.
#[derive(Serialize, Deserialize)]
pub struct State {
    /// Fingerprint of the browser's cookie.
    browser: String,
    /// Address of an application to go back to; the dashboard without one.
    #[serde(default)]
    back: Option<String>,
    /// What a service provider asked for.
    #[serde(default)]
    pub asked: Option<Asked>,
}

/// A conversation under its key.
pub struct Conversation {
    /// What addresses name it by.
    pub key: String,
    relying_party: String,
    /// What is kept of it.
    pub state: State,
}

impl Conversation {
    /// The part of the addresses that names the conversation, in the original's order.
    pub fn query(&self) -> String {
        let key = &self.key;
        let Some(asked) = &self.state.asked else {
            return format!(
                "commonAuthCallerPath=%2Fdashboard&forceAuth=false&passiveAuth=false&tenantDomain=carbon.super&\
                 sessionDataKey={key}&relyingParty={DASHBOARD}&type=dashboard&sp=wso2_sp_dashboard&isSaaSApp=true"
            );
        };
        let hint =
            asked.session_hint.as_ref().map(|hint| format!("SSOAuthSessionID={hint}&")).unwrap_or_default();
        let (force, tenant, saas) = (asked.force, &asked.tenant, asked.is_saas);
        let parties = |name: &str, value: &str| encoded(&[(name, value)]);
        format!(
            "{hint}commonAuthCallerPath=%2Fsamlsso&forceAuth={force}&passiveAuth=false&{}&sessionDataKey={key}&{}&\
             type={SAML}&{}&isSaaSApp={saas}",
            parties("tenantDomain", tenant),
            parties("relyingParty", &self.relying_party),
            parties("sp", &asked.name),
        )
    }

    /// The conversation of that key, if it is this browser's.
    pub fn find(
        site: &Site,
        request: &Request<Bytes>,
        source: Source,
        key: &str,
    ) -> Result<Option<Self>, Error> {
        let hash = fingerprint(key);
        let Some(context) = site.store.read(|tx| store::login_context::find(tx, &hash))? else {
            return Ok(None);
        };
        if !belongs(&context, request, source) {
            return Ok(None);
        }
        let Ok(state) = serde_json::from_str(&context.state) else { return Ok(None) };
        Ok(Some(Self { key: key.to_owned(), relying_party: context.relying_party, state }))
    }

    /// Where the conversation leads. An origin that is no longer the operator's leads to the dashboard.
    pub fn leads_to(&self, site: &Site) -> String {
        let back = self.state.back.as_deref().and_then(|back| forward_auth::allowed(site, back));
        back.unwrap_or_else(|| dashboard::address(site))
    }

    /// Where somebody goes on who had to choose a new password first: the same conversation, if it is an application's.
    pub fn after_reset(&self, site: &Site) -> String {
        if self.state.asked.is_some() && self.relying_party != DASHBOARD {
            return format!("{}/samlsso?sessionDataKey={}", site.realm.policy.public_url, self.key);
        }
        self.leads_to(site)
    }

    /// The address of the form, with what else it shall know.
    pub fn form(&self, rest: &str) -> String {
        format!("/authenticationendpoint/login.do?{}&{rest}", self.query())
    }
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

/// Begins a login without a message, for the dashboard or for an application behind a proxy, whose checked address is
/// gone back to.
pub async fn begin_back(site: &Arc<Site>, request: &Request<Bytes>, back: Option<&str>) -> Response<Vec<u8>> {
    if let Some(waits) = hold_back(site, request) {
        return waits;
    }
    let wish = Wish { back: back.map(str::to_owned), asked: None };
    begin_conversation(site, request, DASHBOARD, wish, AUTHENTICATORS).await
}

/// Where a conversation shall lead.
struct Wish {
    back: Option<String>,
    asked: Option<Asked>,
}

/// The answer to an address that has begun too many logins lately: to be asked before anything is kept of a request.
pub fn hold_back(site: &Site, request: &Request<Bytes>) -> Option<Response<Vec<u8>>> {
    let Peer(peer) = *request.extensions().get::<Peer>()?;
    site.begins_too_much(peer).then(|| {
        tracing::warn!(%peer, "too many logins were begun");
        too_many(site)
    })
}

/// Begins a login for a service provider, whose message was counted.
pub async fn begin_for(
    site: &Arc<Site>,
    request: &Request<Bytes>,
    issuer: &str,
    asked: Asked,
) -> Response<Vec<u8>> {
    let wish = Wish { back: None, asked: Some(asked) };
    begin_conversation(site, request, issuer, wish, AUTHENTICATORS).await
}

/// Begins a login for the dashboard after somebody was refused there: the form says so.
pub async fn begin_again(site: &Arc<Site>, request: &Request<Bytes>, asked: Asked) -> Response<Vec<u8>> {
    if let Some(waits) = hold_back(site, request) {
        return waits;
    }
    let rest = format!("{AUTHENTICATORS}&authz_failure=true");
    let wish = Wish { back: None, asked: Some(asked) };
    begin_conversation(site, request, DASHBOARD, wish, &rest).await
}

/// A conversation in the store, and the way to the form. It belongs to this browser: nobody can make another one finish
/// it, and so sign its user in as somebody else.
async fn begin_conversation(
    site: &Arc<Site>,
    request: &Request<Bytes>,
    relying_party: &str,
    wish: Wish,
    rest: &str,
) -> Response<Vec<u8>> {
    let known = cookie(request.headers(), BROWSER).filter(|id| (1..=64).contains(&id.len()));
    let browser = known.map_or_else(|| Kind::Browser.new_id(), Secret::from);
    let key = Kind::Browser.new_id();
    let hash = fingerprint(key.reveal());
    let kind = wish.asked.as_ref().map_or("", |_| SAML).to_owned();
    let state = State { browser: hex(&fingerprint(browser.reveal())), back: wish.back, asked: wish.asked };
    let context = LoginContext {
        relying_party: relying_party.to_owned(),
        kind,
        state: serde_json::to_string(&state).unwrap_or_default(),
        created_at: site.now().0,
    };
    let kept = site.store.write(move |tx| store::login_context::insert(tx, &hash, &context)).await;
    match kept {
        Ok(()) => {
            let begun =
                Conversation { key: key.reveal().to_owned(), relying_party: relying_party.to_owned(), state };
            let mut response = page::redirect(site, &begun.form(rest));
            if known.is_none() {
                page::set_cookie(&mut response, BROWSER, browser.reveal(), None);
            }
            response
        }
        Err(error) => failed(site, &error.into()),
    }
}

/// Whether a form belongs to the conversation it names. Scripts keep no cookies and say nothing; a browser does both.
fn belongs(context: &LoginContext, request: &Request<Bytes>, source: Source) -> bool {
    let Ok(state) = serde_json::from_str::<State>(&context.state) else { return false };
    match cookie(request.headers(), BROWSER) {
        Some(browser) => Secret::new(state.browser).matches(&hex(&fingerprint(browser))),
        None => matches!(source, Source::Here | Source::Unsaid),
    }
}
