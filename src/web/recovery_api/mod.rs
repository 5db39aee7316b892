//! The recovery API `/api/identity/recovery/v0.9`, which the original's pages call: JSON, for callers with the secret of
//! this installation, or for users who may manage.
//!
//! Unless the operator wants the original's answers, calls that name a user answer alike whether or not he exists.

mod password;
mod question;
mod username;

use super::form::{Parameters, Peer};
use super::{Site, page, texts};
use crate::domain::login::{self, Face, Outcome, Presented, SignedIn};
use crate::domain::question_recovery::Pace;
use crate::domain::{Error, Secret, SecretKey, Tenant, permission, tenant};
use crate::store::aside;
use base64::Engine as _;
use hyper::body::Bytes;
use hyper::header::{ALLOW, AUTHORIZATION, CONTENT_TYPE, HeaderMap, RETRY_AFTER, WWW_AUTHENTICATE};
use hyper::{Method, Request, Response, StatusCode};
use serde::{Deserialize, Serialize};
use std::net::IpAddr;
use std::sync::Arc;

/// The path of the API; `/t/<tenant>` may stand before it.
const BASE: &str = "/api/identity/recovery/v0.9";
/// What a user must hold.
const MANAGE: &str = "/permission/admin/manage";
/// The application that the original ships. Its secret there is known to everybody; ours is made for each installation.
const CLIENT: &str = "dashboard";
/// A call of the API: what is called, and of which tenant if the path says so.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Call<'a> {
    /// The tenant in the path. It wins over any that the request names.
    pub tenant: Option<&'a str>,
    operation: Operation,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Operation {
    SetPassword,
    RecoverPassword,
    RecoverUsername,
    Claims,
    Question,
    Questions,
    ValidateAnswer,
}

impl<'a> Call<'a> {
    /// Reads a path; `None` when it names something else.
    pub fn of(path: &'a str) -> Option<Self> {
        let (tenant, rest) = match path.strip_prefix("/t/") {
            None => (None, path),
            Some(rest) => {
                let (domain, _) = rest.split_once('/')?;
                (Some(domain), rest.get(domain.len()..)?)
            }
        };
        let operation = match rest.strip_prefix(BASE)?.trim_end_matches('/') {
            "/set-password" => Operation::SetPassword,
            "/recover-password" => Operation::RecoverPassword,
            "/recover-username" => Operation::RecoverUsername,
            "/claims" => Operation::Claims,
            "/security-question" => Operation::Question,
            "/security-questions" => Operation::Questions,
            "/validate-answer" => Operation::ValidateAnswer,
            _ => return None,
        };
        Some(Self { tenant, operation })
    }

    fn method(self) -> Method {
        match self.operation {
            Operation::Claims | Operation::Question | Operation::Questions => Method::GET,
            _ => Method::POST,
        }
    }
}

/// A request that was let in.
struct Asked<'a> {
    site: &'a Arc<Site>,
    call: Call<'a>,
    parameters: Parameters,
    body: &'a [u8],
    /// Where the call comes from.
    address: Option<IpAddr>,
}

impl Asked<'_> {
    /// The tenant that is meant: of the path, else what the request says, else the super tenant.
    fn tenant(&self, named: Option<&str>) -> Result<Option<Tenant>, Error> {
        let named = named.map(str::trim).filter(|named| !named.is_empty());
        let domain = self.call.tenant.or(named).unwrap_or(tenant::SUPER_DOMAIN).to_lowercase();
        let found = self.site.store.read(|tx| tenant::find(tx, &domain))?;
        Ok(found.filter(|tenant| tenant.active))
    }

    /// `notify` of the query: whether the server sends the mail, whatever the tenant's setting says.
    fn notify(&self) -> Option<bool> {
        let value = self.parameters.filled("notify")?;
        Some(value.trim().eq_ignore_ascii_case("true"))
    }

    fn tells_who_exists(&self) -> bool {
        self.site.realm.policy.tells_who_exists
    }
}

/// The tenant whose users may call, which is the one that the path names.
fn home<'a>(call: Call<'a>) -> &'a str {
    call.tenant.unwrap_or(tenant::SUPER_DOMAIN)
}

/// Answers a call.
pub async fn answer(site: &Arc<Site>, request: &Request<Bytes>, call: Call<'_>) -> Response<Vec<u8>> {
    if request.method() != call.method() {
        let mut response = empty(StatusCode::METHOD_NOT_ALLOWED);
        page::set(&mut response, ALLOW, call.method().as_str());
        return response;
    }
    if let Err(response) = admit(site, request.headers(), home(call)).await {
        return response;
    }
    let json = request.headers().get(CONTENT_TYPE).and_then(|value| value.to_str().ok());
    if request.method() == Method::POST
        && !json.is_some_and(|kind| kind.to_ascii_lowercase().starts_with("application/json"))
    {
        return empty(StatusCode::UNSUPPORTED_MEDIA_TYPE);
    }
    let query = request.uri().query().unwrap_or("");
    let address = request.extensions().get::<Peer>().map(|peer| peer.0);
    let asked = Asked { site, call, parameters: Parameters::of_query(query), body: request.body(), address };
    let answered = match call.operation {
        Operation::SetPassword => password::set(&asked).await,
        Operation::RecoverPassword => password::recover(&asked).await,
        Operation::RecoverUsername => username::recover(&asked).await,
        Operation::Claims => username::claims(&asked),
        Operation::Question => question::begin(&asked, Pace::One).await,
        Operation::Questions => question::begin(&asked, Pace::All).await,
        Operation::ValidateAnswer => question::validate(&asked).await,
    };
    answered.unwrap_or_else(|error| {
        tracing::error!(%error, "a call of the recovery API failed");
        problem(StatusCode::INTERNAL_SERVER_ERROR, "18013", texts::SERVER_ERROR, None)
    })
}

/// What every operation that takes further properties understands by one.
#[derive(Deserialize)]
struct Property {
    key: String,
    value: Option<String>,
}

fn pairs(properties: Option<Vec<Property>>) -> Vec<(String, String)> {
    let properties = properties.unwrap_or_default().into_iter();
    properties.map(|property| (property.key, property.value.unwrap_or_default())).collect()
}

fn bad(code: &str, description: &str) -> Response<Vec<u8>> {
    problem(StatusCode::BAD_REQUEST, code, description, None)
}

fn no_json(code: &str) -> Response<Vec<u8>> {
    bad(code, texts::NO_JSON)
}

fn invalid_tenant(domain: &str) -> Response<Vec<u8>> {
    bad("18016", &format!("Invalid tenant'{domain}.'"))
}

/// The refusal of a name that is no single user's.
fn no_one(name: &str, names_store: bool, are_several: bool) -> Response<Vec<u8>> {
    match (names_store, are_several) {
        (true, _) => bad("18003", &format!("Invalid User '{name}.'")),
        (false, false) => {
            bad("20015", &format!("Unable to find an user with username: {name} in the system."))
        }
        (false, true) => bad(
            "20015",
            &format!(
                "There are multiple users with username: {name} in the system, \
                 please send the correct user-store domain along with the username."
            ),
        ),
    }
}

fn json(status: StatusCode, value: &impl Serialize) -> Response<Vec<u8>> {
    let mut response = Response::new(serde_json::to_vec(value).unwrap_or_default());
    *response.status_mut() = status;
    page::guard(&mut response);
    page::set(&mut response, CONTENT_TYPE, "application/json");
    response
}

/// A word that the caller takes as it is: a code, a name.
fn plain(status: StatusCode, text: &str) -> Response<Vec<u8>> {
    let mut response = empty(status);
    *response.body_mut() = text.as_bytes().to_vec();
    page::set(&mut response, CONTENT_TYPE, "text/plain; charset=UTF-8");
    response
}

/// The secret of [`CLIENT`], the same on every node that shares the key.
fn client_secret(key: &SecretKey) -> Secret {
    let hash = key.hash(&Secret::from("recovery api, client dashboard"));
    Secret::new(hash.iter().map(|byte| format!("{byte:02x}")).collect())
}

/// What a program presents after `Authorization: Client`, before base64.
pub fn client_credentials(key: &SecretKey) -> Secret {
    Secret::new(format!("{CLIENT}:{}", client_secret(key).reveal()))
}

#[derive(Serialize)]
struct Problem<'a> {
    #[serde(skip_serializing_if = "Option::is_none")]
    key: Option<&'a str>,
    code: &'a str,
    message: &'a str,
    description: &'a str,
}

/// Lets callers in, or says what the original says to those it does not.
async fn admit(site: &Arc<Site>, headers: &HeaderMap, tenant: &str) -> Result<(), Response<Vec<u8>>> {
    let Some(header) = headers.get(AUTHORIZATION) else { return Err(challenge("")) };
    let parts: Vec<&str> = header.to_str().unwrap_or("").split_whitespace().collect();
    let [scheme, token] = parts.as_slice() else { return Err(empty(StatusCode::BAD_REQUEST)) };
    let decoded = base64::engine::general_purpose::STANDARD.decode(token).ok();
    // Java and Python write Latin-1 unless told otherwise.
    let text = |bytes| {
        String::from_utf8(bytes)
            .unwrap_or_else(|error| encoding_rs::mem::decode_latin1(error.as_bytes()).into_owned())
    };
    let decoded = decoded.map(|bytes| Secret::new(text(bytes)));
    let pair = decoded.as_ref().and_then(|text| text.reveal().split_once(':'));
    let Some((name, secret)) = pair else { return Err(challenge("")) };
    if scheme.eq_ignore_ascii_case("client") {
        let known = client_secret(&site.realm.key).matches(secret);
        return if known && name == CLIENT { Ok(()) } else { Err(challenge("")) };
    }
    if !scheme.eq_ignore_ascii_case("basic") {
        return Err(challenge(""));
    }
    let presented = Presented { user_name: name.to_owned(), password: secret.into() };
    let (work, now) = (Arc::clone(site), site.now());
    let decided = aside(move || {
        let Some(signed_in) = recognised(&work, now, &presented)? else { return Ok(None) };
        let (tenant, user) = (signed_in.tenant.id, signed_in.user.id);
        let may = work.store.read(|tx| permission::authorized(tx, tenant, user, &[MANAGE]))?;
        Ok(Some((signed_in.tenant.domain, may)))
    });
    match decided.await.unwrap_or(Err(Error::Broken("a login panicked"))) {
        Ok(Some((domain, true))) if domain.eq_ignore_ascii_case(tenant) => Ok(()),
        Ok(Some(_)) => Err(empty(StatusCode::FORBIDDEN)),
        Ok(None) => Err(challenge(name)),
        Err(error) => {
            tracing::error!(%error, "a login failed inside");
            Err(empty(StatusCode::INTERNAL_SERVER_ERROR))
        }
    }
}

/// Who presents this, at the cost of a hash only the first time. Blocks.
fn recognised(
    site: &Site,
    now: crate::domain::Now,
    presented: &Presented,
) -> Result<Option<SignedIn>, Error> {
    if let Some(known) = site.store.read(|tx| login::recognise(tx, now, &site.realm, presented))? {
        return Ok(Some(known));
    }
    match login::attempt(&site.store, now, &site.realm, presented, Face::Services)? {
        Outcome::In(signed_in) => Ok(Some(signed_in)),
        Outcome::Redeem(_) | Outcome::Refused(_) => Ok(None),
    }
}

/// 401 in the form of the original, which no browser takes for a reason to ask its user.
fn challenge(name: &str) -> Response<Vec<u8>> {
    let mut response = empty(StatusCode::UNAUTHORIZED);
    page::set(&mut response, WWW_AUTHENTICATE, &format!("realm user=\"{}\"", name.replace(['"', '\\'], "")));
    response
}

/// The answer to a caller who comes too often.
pub fn too_many() -> Response<Vec<u8>> {
    let mut response = problem(StatusCode::TOO_MANY_REQUESTS, "18013", texts::TOO_MANY, None);
    page::set(&mut response, RETRY_AFTER, "60");
    response
}

fn empty(status: StatusCode) -> Response<Vec<u8>> {
    let mut response = Response::new(Vec::new());
    *response.status_mut() = status;
    page::guard(&mut response);
    response
}

fn problem(status: StatusCode, code: &str, description: &str, key: Option<&str>) -> Response<Vec<u8>> {
    let message = match status {
        StatusCode::INTERNAL_SERVER_ERROR => "Internal server error",
        StatusCode::TOO_MANY_REQUESTS => "Too Many Requests",
        // What can be tried again with the same key is told twice.
        StatusCode::PRECONDITION_FAILED => description,
        _ => "Bad Request",
    };
    json(status, &Problem { key, code, message, description })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_tenant_of_the_call_is_in_its_path() {
        let tenant = |path| Call::of(path).map(|call| call.tenant);
        assert_eq!(tenant("/api/identity/recovery/v0.9/set-password"), Some(None));
        assert_eq!(tenant("/api/identity/recovery/v0.9/recover-username/"), Some(None));
        let path = "/t/acme.example/api/identity/recovery/v0.9/set-password";
        assert_eq!(tenant(path), Some(Some("acme.example")));
        for other in [
            "/api/identity/recovery/v0.9/",
            "/api/identity/recovery/v0.9/other",
            "/t/api/identity/recovery/v0.9/set-password",
            "/t/x/y",
            "/t/x",
        ] {
            assert_eq!(tenant(other), None, "{other}");
        }
    }

    #[test]
    fn a_name_that_is_no_single_users_is_refused_in_the_words_of_the_original() {
        for (names_store, are_several, code, description) in [
            (true, false, "18003", "Invalid User 'tom.'"),
            (false, false, "20015", "Unable to find an user with username: tom in the system."),
            (
                false,
                true,
                "20015",
                "There are multiple users with username: tom in the system, please send the correct user-store domain \
                 along with the username.",
            ),
        ] {
            let answer = no_one("tom", names_store, are_several);
            let body: serde_json::Value = serde_json::from_slice(answer.body()).unwrap();
            let told = (body["code"].as_str(), body["description"].as_str());
            assert_eq!(told, (Some(code), Some(description)));
        }
    }

    #[test]
    fn every_installation_has_a_client_secret_of_its_own() {
        let key = |byte| SecretKey::new(&[byte; 32]).unwrap();
        let one = client_secret(&key(1));
        assert_eq!(one.reveal().len(), 64);
        assert!(one.matches(client_secret(&key(1)).reveal()));
        assert!(!one.matches(client_secret(&key(2)).reveal()));
    }
}
