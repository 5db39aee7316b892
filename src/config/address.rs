//! Checks of the names under which browsers find this server, and of the domain of its cookie: a browser says nothing when
//! it drops a cookie, so whatever it would drop is refused here.

use super::Settings;
use super::settings::Mistake;
use std::net::IpAddr;

/// The first name that cannot work.
pub(super) fn mistake(settings: &Settings) -> Option<Mistake> {
    let found = |key, why: String, hint| Some(Mistake { key, why, hint });
    if let Some(name) = &settings.host_name
        && !is_host(name)
    {
        let hint = "write it like is.example.org, without protocol, port and path, in parts of at most 63 characters";
        return found("host_name", format!("{name:?} is no host name"), hint);
    }
    if let Some(url) = &settings.public_url
        && !host_of(url).is_some_and(is_host)
    {
        let why = format!("{url:?} is no address");
        return found("public_url", why, "write it like https://is.example.org:9443");
    }
    let domain = settings.session_cookie_domain.as_deref()?;
    let key = "session_cookie_domain";
    let bare = domain.strip_prefix('.').unwrap_or(domain);
    if !is_host(bare) || bare.split('.').any(str::is_empty) || bare.parse::<IpAddr>().is_ok() {
        let hint = "write it like example.org, without protocol and port";
        return found(key, format!("{domain:?} is no domain"), hint);
    }
    if !bare.contains('.') {
        let hint = "use one with at least two parts, like example.org";
        return found(key, format!("browsers take no cookie for all of {domain:?}"), hint);
    }
    let own = settings.public_url.as_deref().and_then(host_of).unwrap_or_else(|| settings.host());
    if !is_of(own, bare) {
        let why = format!(
            "{own} is not in {domain}, so that browsers would drop the cookie and nobody could sign in"
        );
        return found(key, why, "use a domain that the host of public_url is of");
    }
    None
}

/// Whether a text begins like an address that browsers go to.
pub(super) fn is_web(url: &str) -> bool {
    url.starts_with("https://") || url.starts_with("http://")
}

/// The host of an address, which may have a port and a path.
fn host_of(url: &str) -> Option<&str> {
    let rest = url.strip_prefix("https://").or_else(|| url.strip_prefix("http://"))?;
    let (authority, path) = rest.split_at(rest.find('/').unwrap_or(rest.len()));
    if path.contains(['?', '#']) || path.contains(char::is_whitespace) {
        return None;
    }
    let (host, port) = match authority.rsplit_once(':') {
        Some((host, port)) if !port.contains(']') => (host, port),
        _ => (authority, "0"),
    };
    port.parse::<u16>().ok()?;
    Some(host.strip_prefix('[').and_then(|host| host.strip_suffix(']')).unwrap_or(host))
}

/// Whether a text is a name as DNS has them, at most 253 characters of parts of at most 63, or an address.
fn is_host(text: &str) -> bool {
    let is_part = |part: &str| {
        (1..=63).contains(&part.len())
            && part.bytes().all(|b| b.is_ascii_alphanumeric() || b"-_".contains(&b))
    };
    // A dot at the end says that the name is whole.
    let bare = text.strip_suffix('.').unwrap_or(text);
    (text.len() <= 253 && bare.split('.').all(is_part)) || text.parse::<IpAddr>().is_ok()
}

/// Whether a host is of a domain, or is that domain.
pub(super) fn is_of(host: &str, domain: &str) -> bool {
    let (host, domain) = (host.to_ascii_lowercase(), domain.trim_start_matches('.').to_ascii_lowercase());
    host == domain || host.strip_suffix(&domain).is_some_and(|rest| rest.ends_with('.'))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn why(change: impl FnOnce(&mut Settings)) -> Option<String> {
        let mut settings =
            Settings { public_url: Some("https://sso.example.org:9443".into()), ..Settings::default() };
        change(&mut settings);
        mistake(&settings).map(|mistake| format!("{}: {}; {}", mistake.key, mistake.why, mistake.hint))
    }

    #[test]
    fn a_cookie_domain_has_to_be_one_that_browsers_take_from_this_host() {
        let domain = |domain: &str| why(|settings| settings.session_cookie_domain = Some(domain.to_owned()));
        for good in ["example.org", ".example.org", "sso.example.org", "EXAMPLE.org"] {
            assert_eq!(domain(good), None, "{good}");
        }
        for (bad, reason) in [
            ("https://example.org", "is no domain"),
            ("example.org:9443", "is no domain"),
            ("example.org; Secure", "is no domain"),
            ("example.org\r\nX: y", "is no domain"),
            ("..example.org", "is no domain"),
            ("example..org", "is no domain"),
            ("", "is no domain"),
            ("127.0.0.1", "is no domain"),
            ("org", "for all of \"org\""),
            ("ample.org", "sso.example.org is not in ample.org"),
            ("app.example.org", "sso.example.org is not in app.example.org"),
            ("example.com", "sso.example.org is not in example.com"),
        ] {
            let said = domain(bad).unwrap_or_else(|| panic!("{bad:?} passes"));
            assert!(said.starts_with("session_cookie_domain: ") && said.contains(reason), "{bad:?}: {said}");
        }
        let by_host = why(|settings| {
            settings.public_url = None;
            settings.host_name = Some("is.example.net".into());
            settings.session_cookie_domain = Some("example.org".into());
        });
        assert!(by_host.unwrap().contains("is.example.net is not in example.org"));
    }

    #[test]
    fn a_host_name_is_a_name_and_a_public_address_has_one() {
        for good in ["is.example.org", "localhost", "192.0.2.7", "::1", "my_host"] {
            assert_eq!(why(|settings| settings.host_name = Some(good.into())), None, "{good}");
        }
        for bad in [
            "",
            "a..b",
            &"a".repeat(64),
            "https://is.example.org",
            "is.example.org:9443",
            "is.example.org/carbon",
            "a b",
            "a@b",
        ] {
            let said = why(|settings| settings.host_name = Some(bad.into())).unwrap_or_default();
            assert!(said.starts_with("host_name: "), "{bad:?}: {said}");
        }
        for good in ["https://is.example.org", "http://is:9443/", "https://[::1]:9443", "https://is/sso"] {
            assert_eq!(why(|settings| settings.public_url = Some(good.into())), None, "{good}");
        }
        for bad in [
            "is.example.org",
            "https://",
            "https://:9443",
            "https://a:b",
            "https://a@b",
            "https://a/?b",
            "ftp://a",
        ] {
            let said = why(|settings| settings.public_url = Some(bad.into())).unwrap_or_default();
            assert!(said.starts_with("public_url: "), "{bad:?}: {said}");
        }
    }
}
