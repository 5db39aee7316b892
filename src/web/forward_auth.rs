//! What reverse proxies ask (nginx `auth_request`, Traefik `forwardAuth`, Caddy `forward_auth`), so that any web
//! application can stand behind the login form.
//!
//! A proxy sends the cookies of a request here. While they belong to an open session it is told who the user is, and lets
//! the request pass; otherwise the browser is sent to the form and, once its user is in, back to where it wanted to go.
//! Only origins that the operator named are addresses to go back to.

use super::{Site, dashboard, login, page, texts};
use crate::domain::catalogue::{EMAIL_ADDRESS, GIVEN_NAME, LAST_NAME};
use crate::domain::session::Session;
use crate::domain::tenant::SUPER_DOMAIN;
use crate::domain::{Error, claim, role};
use crate::web::form::{Parameters, cookie, encoded};
use hyper::body::Bytes;
use hyper::header::{CACHE_CONTROL, HeaderMap, HeaderName, HeaderValue};
use hyper::{Request, Response, StatusCode};
use std::sync::Arc;

/// For proxies that want a 401 and redirect themselves.
const CHECK: &str = "/forward-auth/check";
/// For proxies that pass on whatever is not a 2xx.
const REDIRECT: &str = "/forward-auth/redirect";
/// Where a browser is sent that has no session.
const LOGIN: &str = "/forward-auth/login";

/// Whether a path is one of these.
pub(super) fn concerns(path: &str) -> bool {
    matches!(path, CHECK | REDIRECT | LOGIN)
}

/// An address to go back to, if it belongs to one of the origins that the operator named.
pub(super) fn allowed(site: &Site, address: &str) -> Option<String> {
    let origins = &site.realm.policy.forward_auth_origins;
    origins.iter().any(|origin| belongs_to(address, origin)).then(|| address.to_owned())
}

/// The origin among those that an address belongs to, for the policy of a page whose form ends there.
pub(super) fn origin_of<'s>(site: &'s Site, address: &str) -> Option<&'s str> {
    let origins = &site.realm.policy.forward_auth_origins;
    origins.iter().find(|origin| belongs_to(address, origin)).map(|origin| origin.trim_end_matches('/'))
}

/// Whether an address is of an origin: nothing but a path, a query or a fragment may follow it, and nothing that browsers
/// take for something else.
fn belongs_to(address: &str, origin: &str) -> bool {
    let origin = origin.trim_end_matches('/');
    let head = address.get(..origin.len());
    let rest = address.get(origin.len()..).unwrap_or_default();
    head.is_some_and(|head| head.eq_ignore_ascii_case(origin))
        && (rest.is_empty() || rest.starts_with(['/', '?', '#']))
        && !address.contains(|letter: char| letter == '\\' || letter.is_whitespace() || letter.is_control())
}

/// Answers a proxy, or a browser that a proxy sent.
pub(super) async fn answer(site: &Arc<Site>, request: &Request<Bytes>) -> Response<Vec<u8>> {
    let session = match session_of(site, request).await {
        Ok(session) => session,
        Err(error) => return login::failed(site, &error),
    };
    let parameters = Parameters::of(request);
    if request.uri().path() == LOGIN {
        let asked = wanted(request.uri().query().unwrap_or(""));
        let wanted = asked.as_deref().and_then(|address| allowed(site, address));
        return match (wanted, session) {
            (None, _) => {
                let host = asked.as_deref().map(host);
                tracing::warn!(
                    ?host,
                    "an address that is no application's was refused as the way back from a login"
                );
                page::refusal(site, StatusCode::BAD_REQUEST, texts::FOREIGN_APPLICATION)
            }
            (Some(wanted), Some(_)) => page::redirect(site, &wanted),
            (Some(wanted), None) => login::begin_back(site, request, Some(&wanted)).await,
        };
    }
    let admitted = Admitted::by(&parameters);
    match session {
        Some(session) => match known(site, &session, &admitted) {
            Ok(response) => response,
            Err(error) => login::failed(site, &error),
        },
        None => unknown(site, request),
    }
}

/// The host of an address. What stands before and behind it may be secret.
fn host(address: &str) -> &str {
    let rest = address.split_once("://").map_or(address, |(_, rest)| rest);
    let authority = rest.split(['/', '?', '#']).next().unwrap_or_default();
    authority.rsplit('@').next().unwrap_or_default()
}

/// The session of a browser that is here, or at an application of the domain, which has a cookie of its own.
async fn session_of(site: &Arc<Site>, request: &Request<Bytes>) -> Result<Option<Session>, Error> {
    if let Some((_, session)) = dashboard::session_of(site, request).await? {
        return Ok(Some(session));
    }
    let sealed = cookie(request.headers(), page::TOLD);
    let Some(id) = sealed.and_then(|sealed| site.realm.key.open(page::TOLD, sealed)) else { return Ok(None) };
    Ok(dashboard::open_session(site, id.reveal()).await?.map(|(_, session)| session))
}

/// Where a browser wants to go back to. nginx cannot encode an address, so one that is not goes to the end of the query.
fn wanted(query: &str) -> Option<String> {
    match query.strip_prefix("rd=") {
        Some(plain) if plain.contains("://") => Some(plain.to_owned()),
        _ => Parameters::of_query(query).get("rd").map(str::to_owned),
    }
}

/// Somebody without a session: 401, or the way to the form.
fn unknown(site: &Arc<Site>, request: &Request<Bytes>) -> Response<Vec<u8>> {
    let wanted = forwarded(request.headers()).and_then(|address| allowed(site, &address));
    match wanted {
        Some(wanted) if request.uri().path() == REDIRECT => {
            page::redirect(site, &format!("{LOGIN}?{}", encoded(&[("rd", &wanted)])))
        }
        _ => bare(StatusCode::UNAUTHORIZED),
    }
}

/// What a proxy says of the request that it was sent: Traefik and Caddy. A form that was sent to an application is not
/// repeated after a login.
fn forwarded(headers: &HeaderMap) -> Option<String> {
    let text = |name: &str| headers.get(name).and_then(|value| value.to_str().ok());
    if !text("x-forwarded-method").is_none_or(|method| matches!(method, "GET" | "HEAD")) {
        return None;
    }
    let (scheme, host) = (text("x-forwarded-proto")?, text("x-forwarded-host")?);
    Some(format!("{scheme}://{host}{}", text("x-forwarded-uri").unwrap_or("/")))
}

/// Whom an application lets in. Tenants name their users and roles as they like: without a word of the application only
/// users of the super tenant are let in, and where several tenants are, names and roles have their tenant behind.
struct Admitted<'p> {
    /// Any of these roles, as the headers name them; none is needed when there are none.
    roles: Vec<&'p str>,
    /// Users of these tenants; `*` is every tenant.
    tenants: Vec<&'p str>,
}

impl<'p> Admitted<'p> {
    fn by(parameters: &'p Parameters) -> Self {
        let mut tenants: Vec<&str> = parameters.all("tenant").collect();
        if tenants.is_empty() {
            tenants.push(SUPER_DOMAIN);
        }
        Self { roles: parameters.all("role").collect(), tenants }
    }

    fn is_of_them(&self, domain: &str) -> bool {
        self.tenants.iter().any(|known| *known == "*" || known.eq_ignore_ascii_case(domain))
    }

    /// What follows every name of that tenant.
    fn suffix(&self, domain: &str) -> String {
        match self.tenants.as_slice() {
            [one] if *one != "*" => String::new(),
            _ => format!("@{domain}"),
        }
    }
}

/// Somebody with a session: who he is, in headers for the application; 403 unless he is one of those it lets in.
fn known(site: &Site, session: &Session, admitted: &Admitted<'_>) -> Result<Response<Vec<u8>>, Error> {
    let domain = session.tenant.domain.as_str();
    if !admitted.is_of_them(domain) {
        return Ok(bare(StatusCode::FORBIDDEN));
    }
    let uris = [EMAIL_ADDRESS, GIVEN_NAME, LAST_NAME];
    let (claims, roles) = site.store.read(|tx| {
        let claims = claim::values(tx, &site.realm, &session.user, &uris)?;
        Ok::<_, Error>((claims, role::of_user(tx, &session.user)?))
    })?;
    let suffix = admitted.suffix(domain);
    let wanted = &admitted.roles;
    let is_wanted = |role: &String| wanted.contains(&&*[role, &*suffix].concat());
    if !wanted.is_empty() && !roles.iter().any(is_wanted) {
        return Ok(bare(StatusCode::FORBIDDEN));
    }
    let of =
        |uri: &str| claims.iter().find(|(known, _)| known == uri).map_or("", |(_, value)| value.as_str());
    let name = [of(GIVEN_NAME), of(LAST_NAME)].join(" ");
    let user = [&session.user.display_name(), &*suffix].concat();
    let mut response = bare(StatusCode::OK);
    for (header, value) in [
        ("remote-user", user.as_str()),
        ("remote-tenant", domain),
        ("remote-name", name.trim()),
        ("remote-email", of(EMAIL_ADDRESS)),
        ("remote-groups", &groups(&roles, &suffix)),
    ] {
        put(&mut response, header, value);
    }
    Ok(response)
}

/// Roles as one text. Commas part them, so that one with a comma in its name would be two others, perhaps more powerful
/// ones: it is left out.
fn groups(roles: &[String], suffix: &str) -> String {
    let named: Vec<String> =
        roles.iter().filter(|role| !role.contains(',')).map(|role| [role, suffix].concat()).collect();
    named.join(",")
}

/// A header in UTF-8; an empty one is put, too, so that nothing a browser sent passes for it. What could end it becomes
/// a blank.
fn put(response: &mut Response<Vec<u8>>, name: &'static str, value: &str) {
    let value: String = value.chars().map(|c| if c.is_control() { ' ' } else { c }).collect();
    if let Ok(value) = HeaderValue::from_bytes(value.as_bytes()) {
        response.headers_mut().insert(HeaderName::from_static(name), value);
    }
}

fn bare(status: StatusCode) -> Response<Vec<u8>> {
    let mut response = Response::new(Vec::new());
    *response.status_mut() = status;
    page::set(&mut response, CACHE_CONTROL, "no-store");
    response
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn of_a_refused_address_the_host_alone_is_logged() {
        for address in
            ["https://evil.example:8/x?code=1#y", "https://tom:secret@evil.example:8", "evil.example:8"]
        {
            assert_eq!(host(address), "evil.example:8", "{address}");
        }
    }

    #[test]
    fn only_addresses_of_a_named_origin_are_addresses_to_go_back_to() {
        let origin = "https://app.example.org:8443";
        for own in ["", "/", "/a?b=c#d", "?x", "#y"] {
            assert!(belongs_to(&[origin, own].concat(), origin), "{own}");
        }
        assert!(belongs_to("HTTPS://App.example.org:8443/x", "https://app.example.org:8443/"));
        for foreign in [
            "https://app.example.org:84430/",
            "https://app.example.org:8443.evil.example/",
            "https://app.example.org:8443@evil.example/",
            "https://app.example.org:8443\\@evil.example/",
            "https://app.example.org:8443/\\evil.example",
            "https://app.example.org:8443/a b",
            "https://app.example.org:8443/\r\nSet-Cookie: x=y",
            "https://app.example.org/",
            "http://app.example.org:8443/",
            "//app.example.org:8443/",
            "javascript:alert(1)",
            "https://app.example.or",
            "",
        ] {
            assert!(!belongs_to(foreign, origin), "{foreign:?}");
        }
    }

    #[test]
    fn the_way_back_is_read_encoded_and_as_nginx_writes_it() {
        for (query, expected) in [
            ("rd=https%3A%2F%2Fa.example%2Fx%3Fb%3D1%26c%3D2", Some("https://a.example/x?b=1&c=2")),
            ("rd=https://a.example/x?b=1&c=%20+", Some("https://a.example/x?b=1&c=%20+")),
            ("x=1&rd=https%3A%2F%2Fa.example", Some("https://a.example")),
            ("", None),
        ] {
            assert_eq!(wanted(query).as_deref(), expected, "{query}");
        }
    }

    #[test]
    fn a_role_with_a_comma_in_its_name_is_no_other_role() {
        let roles = ["test role", "Internal/x,admin", "Internal/everyone"].map(str::to_owned);
        assert_eq!(groups(&roles, ""), "test role,Internal/everyone");
        assert_eq!(groups(&["admin,".to_owned()], "@a.example"), "");
    }

    #[test]
    fn a_name_cannot_add_a_header() {
        let mut response = bare(StatusCode::OK);
        put(&mut response, "remote-name", "Jürgen\r\nRemote-Groups: admin");
        put(&mut response, "remote-email", "");
        let value = response.headers().get("remote-name").unwrap().as_bytes();
        assert_eq!(value, "Jürgen  Remote-Groups: admin".as_bytes());
        assert_eq!(response.headers().get("remote-email").unwrap(), "");
        assert_eq!(response.headers().len(), 3);
    }
}
