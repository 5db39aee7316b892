//! Checks of what is set for applications behind a proxy.

use super::Settings;
use super::address::is_of;
use super::settings::Mistake;

/// The first origin that cannot work.
pub(super) fn mistake(settings: &Settings) -> Option<Mistake> {
    let key = "forward_auth_origins";
    for origin in &settings.forward_auth_origins {
        let Some(host) = host_of(origin) else {
            let hint = "write it like https://app.example.org, without a path";
            return Some(Mistake { key, why: format!("{origin:?} is no origin of a page over TLS"), hint });
        };
        // Browsers send a cookie to every port of a host.
        let own = settings.public_url.as_deref().and_then(host_of).unwrap_or_else(|| settings.host());
        let is_below = settings.session_cookie_domain.as_deref().is_some_and(|domain| is_of(host, domain));
        if !host.eq_ignore_ascii_case(own) && !is_below {
            let why = format!("browsers keep the session cookie of {own} from {origin}");
            let hint = "set session_cookie_domain to a domain that both hosts are of";
            return Some(Mistake { key, why, hint });
        }
    }
    None
}

/// The host of an origin.
fn host_of(origin: &str) -> Option<&str> {
    let authority = origin.strip_prefix("https://")?.trim_end_matches('/');
    let (host, port) = authority.rsplit_once(':').unwrap_or((authority, ""));
    let is_host = !host.is_empty() && host.bytes().all(|b| b.is_ascii_alphanumeric() || b"-.".contains(&b));
    (is_host && port.bytes().all(|b| b.is_ascii_digit())).then_some(host)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn with(origin: &str, domain: Option<&str>) -> Option<&'static str> {
        let settings = Settings {
            public_url: Some("https://sso.example.org:9443".into()),
            forward_auth_origins: vec![origin.into()],
            session_cookie_domain: domain.map(str::to_owned),
            ..Settings::default()
        };
        mistake(&settings).map(|mistake| mistake.hint)
    }

    #[test]
    fn an_application_must_be_where_the_session_cookie_is_sent() {
        assert_eq!(with("https://sso.example.org", None), None);
        assert_eq!(with("https://SSO.example.org:8443/", None), None);
        assert_eq!(with("https://app.example.org", Some("example.org")), None);
        assert_eq!(with("https://app.example.org", Some(".example.org")), None);
        for (origin, domain) in [
            ("https://app.example.org", None),
            ("https://app.example.org", Some("ample.org")),
            ("https://other.org", Some("example.org")),
        ] {
            assert_eq!(
                with(origin, domain),
                Some("set session_cookie_domain to a domain that both hosts are of")
            );
        }
        for origin in
            ["http://app.example.org", "app.example.org", "https://", "https://a/b", "https://a@b", "*"]
        {
            assert_eq!(
                with(origin, None),
                Some("write it like https://app.example.org, without a path"),
                "{origin}"
            );
        }
    }
}
