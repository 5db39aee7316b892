//! Documents about the services: `?wsdl`, `?wsdl2`, `?xsd`, `?info`. No login, no session, no transport check.

use super::app::App;
use super::{Connection, Published, find};
use crate::soap::{info, wsdl, wsdl2};
use hyper::header::{CONTENT_TYPE, HOST, HeaderMap, HeaderValue};
use hyper::{Response, StatusCode};

/// Which document a query asks for: its beginning decides, in lower case only.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Document {
    /// WSDL 1.1.
    Wsdl,
    /// WSDL 2.0.
    Wsdl2,
    /// The schemas.
    Xsd,
    /// A page for people.
    Info,
}

/// The document that a query asks for.
pub fn asked(query: &str) -> Option<Document> {
    let (name, _) = query.split_once(['&', '=']).unwrap_or((query, ""));
    Some(match name {
        "wsdl" => Document::Wsdl,
        "wsdl2" => Document::Wsdl2,
        "xsd" => Document::Xsd,
        "info" => Document::Info,
        _ => return None,
    })
}

/// Answers for a document of the service that the path names; a slash before the query names none.
pub fn answer(
    app: &App,
    path: &str,
    query: &str,
    document: Document,
    headers: &HeaderMap,
    connection: &Connection,
) -> Response<Vec<u8>> {
    let name = path.rsplit_once("/services/").map_or("", |(_, rest)| rest);
    let Some(published) = find(name) else {
        return page(StatusCode::NOT_FOUND, "Not Found", "There is no such service");
    };
    let service = published.contract;
    if app.publication.hide_wsdls && !service.open {
        tracing::info!(service = service.name, "a document is hidden: HideAdminServiceWSDLs is true");
        let text = format!("Access to service metadata for service: {} has been forbidden", service.name);
        return page(StatusCode::FORBIDDEN, "Forbidden", &text);
    }
    let base = base_address(app, headers, connection);
    let prefixes = &app.publication.bean_prefixes;
    let value = |name: &str| {
        form_urlencoded::parse(query.as_bytes())
            .find(|(key, _)| key == name)
            .map(|(_, value)| value.into_owned())
    };
    match document {
        Document::Wsdl if value("wsdl").is_some_and(|import| !import.is_empty()) => {
            page(StatusCode::NOT_FOUND, "Not Found", "The document imports no other")
        }
        Document::Wsdl => {
            let document = wsdl::render(service, &base, prefixes);
            let sheet = "<?xml-stylesheet   type=\"text/xsl\" href=\"/styles/annotated-wsdl.xsl\"?>";
            xml(if value("annotation").is_some_and(|value| value == "true") {
                [sheet, &document].concat()
            } else {
                document
            })
        }
        Document::Wsdl2 => xml(wsdl2::render(service, &base, prefixes)),
        Document::Xsd => match (value("id"), value("xsd").filter(|name| !name.is_empty())) {
            (Some(id), _) => match id.parse().ok().and_then(|id| info::schema(service, id, prefixes)) {
                Some(schema) => xml(schema),
                None => page(StatusCode::NOT_FOUND, "Not Found", "There is no such schema"),
            },
            (None, Some(name)) if name.ends_with(".xsd") => {
                page(StatusCode::NOT_FOUND, "Not Found", "There is no such schema")
            }
            (None, Some(name)) => page(
                StatusCode::INTERNAL_SERVER_ERROR,
                "Internal Server Error",
                &format!("Invalid schema {name} requested"),
            ),
            // The schemas are inside the document; the original answers with nothing.
            (None, None) => xml(String::new()),
        },
        Document::Info => html(StatusCode::OK, info::page(service)),
    }
}

/// Where the addresses in documents point: the configured host, or the one the client used, if it is one.
fn base_address(app: &App, headers: &HeaderMap, connection: &Connection) -> String {
    let port = app.publication.https_port;
    if let Some(host) = &app.publication.host_name {
        return format!("https://{host}:{port}/services/");
    }
    let asked = headers.get(HOST).and_then(|host| host.to_str().ok()).and_then(host_and_port);
    match asked {
        // A client that used another port than ours came through one that is forwarded; ours he may not reach.
        Some((host, Some(own))) if connection.secure => format!("https://{host}:{own}/services/"),
        Some((host, None)) if connection.secure => format!("https://{host}/services/"),
        // The port of the plain listener is not the one the services answer on.
        Some((host, _)) => format!("https://{host}:{port}/services/"),
        None => format!("https://localhost:{port}/services/"),
    }
}

/// A host name or address with an optional port, and nothing else.
fn host_and_port(text: &str) -> Option<(&str, Option<u16>)> {
    let (host, port) = match text.rsplit_once(':') {
        Some((host, port)) if !port.ends_with(']') => (host, Some(port.parse().ok()?)),
        _ => (text, None),
    };
    let name = |c: char| c.is_ascii_alphanumeric() || matches!(c, '.' | '-');
    let literal = host.strip_prefix('[').and_then(|rest| rest.strip_suffix(']'));
    let valid = match literal {
        Some(address) => address.parse::<std::net::Ipv6Addr>().is_ok(),
        None => !host.is_empty() && host.len() <= 253 && host.chars().all(name),
    };
    valid.then_some((host, port))
}

fn xml(body: String) -> Response<Vec<u8>> {
    respond(StatusCode::OK, "text/xml;charset=UTF-8", body)
}

fn html(status: StatusCode, body: String) -> Response<Vec<u8>> {
    respond(status, "text/html;charset=UTF-8", body)
}

/// An error page of the container.
pub(super) fn page(status: StatusCode, reason: &str, text: &str) -> Response<Vec<u8>> {
    html(status, info::error_page(status.as_u16(), reason, text))
}

fn respond(status: StatusCode, content_type: &'static str, body: String) -> Response<Vec<u8>> {
    let mut response = Response::new(body.into_bytes());
    *response.status_mut() = status;
    response.headers_mut().insert(CONTENT_TYPE, HeaderValue::from_static(content_type));
    response
}

impl Published {
    pub(super) fn is_named(&self, name: &str) -> bool {
        let service = self.contract.name;
        match name.strip_prefix(service) {
            Some("") => true,
            // Endpoints exist for every transport of the server.
            Some(endpoint) => {
                endpoint.strip_prefix('.').and_then(|text| text.strip_prefix(service)).is_some_and(|kind| {
                    matches!(
                        kind,
                        "HttpsSoap11Endpoint"
                            | "HttpsSoap12Endpoint"
                            | "HttpsEndpoint"
                            | "HttpSoap11Endpoint"
                            | "HttpSoap12Endpoint"
                            | "HttpEndpoint"
                    )
                })
            }
            None => false,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_hosts_get_into_a_document() {
        assert_eq!(host_and_port("is.example:9443"), Some(("is.example", Some(9443))));
        assert_eq!(host_and_port("[::1]:8443"), Some(("[::1]", Some(8443))));
        assert_eq!(host_and_port("[::1]"), Some(("[::1]", None)));
        for bad in ["", "a\"b", "a/b", "a b:1", "a:port", "a:1:2", "<x>", "[zz]:1"] {
            assert_eq!(host_and_port(bad), None, "{bad}");
        }
    }

    #[test]
    fn a_query_asks_by_its_beginning_in_lower_case() {
        assert_eq!(asked("wsdl"), Some(Document::Wsdl));
        assert_eq!(asked("wsdl&x=1"), Some(Document::Wsdl));
        assert_eq!(asked("wsdl2"), Some(Document::Wsdl2));
        assert_eq!(asked("xsd=xsd0.xsd"), Some(Document::Xsd));
        for other in ["WSDL", "x=1&wsdl", "policy", "wsdlx", ""] {
            assert_eq!(asked(other), None, "{other}");
        }
    }
}
