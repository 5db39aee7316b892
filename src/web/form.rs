//! What a browser sends: parameters of query and form, cookies, and where a form comes from.

use hyper::Request;
use hyper::body::Bytes;
use hyper::header::{COOKIE, HOST, HeaderMap, ORIGIN};

/// Parameters of a request, those of the body first.
#[derive(Debug)]
pub struct Parameters(Vec<(String, String)>);

impl Parameters {
    /// Reads body and query.
    pub fn of(request: &Request<Bytes>) -> Self {
        let mut pairs: Vec<(String, String)> = form_urlencoded::parse(request.body()).into_owned().collect();
        let query = request.uri().query().unwrap_or("");
        pairs.extend(form_urlencoded::parse(query.as_bytes()).into_owned());
        Self(pairs)
    }

    /// The first value of a name.
    pub fn get(&self, name: &str) -> Option<&str> {
        self.0.iter().find(|(known, _)| known == name).map(|(_, value)| value.as_str())
    }

    /// The first value of a name that is not blank.
    pub fn filled(&self, name: &str) -> Option<&str> {
        self.get(name).filter(|value| !value.trim().is_empty())
    }
}

/// The value of a cookie.
pub fn cookie<'h>(headers: &'h HeaderMap, name: &str) -> Option<&'h str> {
    headers
        .get_all(COOKIE)
        .iter()
        .filter_map(|value| value.to_str().ok())
        .flat_map(|value| value.split(';'))
        .filter_map(|pair| pair.trim().split_once('='))
        .find(|(known, _)| *known == name)
        .map(|(_, value)| value.trim_matches('"'))
}

/// Whether a form was sent by a page of another site. Browsers say where a form comes from; scripts say nothing, and no
/// other site can make a script's user send one.
pub fn is_foreign(headers: &HeaderMap, public_url: &str) -> bool {
    let text = |name: &str| headers.get(name).and_then(|value| value.to_str().ok());
    if text("sec-fetch-site") == Some("cross-site") {
        return true;
    }
    let Some(origin) = text(ORIGIN.as_str()) else { return false };
    let own = text(HOST.as_str()).map(|host| format!("https://{host}"));
    !(origin == public_url || Some(origin) == own.as_deref())
}

/// Writes parameters for an address.
pub fn encoded(pairs: &[(&str, &str)]) -> String {
    form_urlencoded::Serializer::new(String::new()).extend_pairs(pairs).finish()
}
