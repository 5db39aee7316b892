//! A browser without a screen: cookies, forms, and redirects that are looked at one by one.

use super::client::{Answer, Client};

/// A browser with its cookies.
#[derive(Debug, Clone)]
pub struct Browser {
    client: Client,
    cookies: Vec<(String, String)>,
}

/// What a browser sends with every request for a page.
const ACCEPT: &str = "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8";

impl Browser {
    /// A browser that has never been here.
    pub fn new(client: &Client) -> Self {
        Self { client: client.clone(), cookies: Vec::new() }
    }

    /// The same browser at another server of the same host: it sends the same cookies.
    pub fn at(&self, client: &Client) -> Self {
        Self { client: client.clone(), cookies: self.cookies.clone() }
    }

    /// The value of a cookie it keeps.
    pub fn cookie(&self, name: &str) -> Option<&str> {
        self.cookies.iter().find(|(known, _)| known == name).map(|(_, value)| value.as_str())
    }

    /// Sends a request with the cookies of this browser and keeps those that come back.
    pub fn send(&mut self, method: &str, path: &str, headers: &[(&str, &str)], body: &str) -> Answer {
        let pairs: Vec<String> = self.cookies.iter().map(|(name, value)| format!("{name}={value}")).collect();
        let cookies = pairs.join("; ");
        let mut headers = headers.to_vec();
        headers.push(("Accept", ACCEPT));
        if !cookies.is_empty() {
            headers.push(("Cookie", &cookies));
        }
        let answer = self.client.send(method, path, &headers, body.as_bytes());
        for cookie in answer.all("Set-Cookie") {
            let mut parts = cookie.split(';').map(str::trim);
            let (name, value) = parts.next().unwrap().split_once('=').expect("a cookie is name=value");
            let ended = parts.any(|part| part.eq_ignore_ascii_case("Max-Age=0"));
            self.cookies.retain(|(known, _)| known != name);
            if !ended && !value.is_empty() {
                self.cookies.push((name.to_owned(), value.to_owned()));
            }
        }
        answer
    }

    /// Opens an address without following where it leads.
    pub fn open(&mut self, address: &str) -> Answer {
        self.send("GET", &target(address), &[], "")
    }

    /// Opens an address and follows redirects until there is a page; where the page was, and the page.
    pub fn visit(&mut self, address: &str) -> Page {
        let mut at = address.to_owned();
        for _ in 0..10 {
            let mut answer = self.open(&at);
            // Pages with one button, which a script presses in browsers that run scripts.
            while answer.status == 200 {
                let page = Page { address: at.clone(), answer: answer.clone() };
                let Some(form) = page.try_form("continueForm") else { return page };
                at = page.resolve(&form.action);
                answer = self.submit(&page, &form, &[]);
            }
            if answer.status != 302 {
                return Page { address: at, answer };
            }
            at = answer.location().to_owned();
            assert!(at.starts_with("https://"), "a redirect is an absolute address: {at}");
        }
        panic!("{address} leads nowhere");
    }

    /// Follows a redirect.
    pub fn follow(&mut self, answer: &Answer) -> Page {
        assert_eq!(answer.status, 302, "{}", answer.text());
        self.visit(answer.location())
    }

    /// Posts pairs to an address.
    pub fn post(&mut self, address: &str, pairs: &[(&str, &str)]) -> Answer {
        let body = encoded(pairs);
        let form = [("Content-Type", "application/x-www-form-urlencoded")];
        self.send("POST", &target(address), &form, &body)
    }

    /// Fills a form of a page in and sends it.
    pub fn submit(&mut self, page: &Page, form: &Form, values: &[(&str, &str)]) -> Answer {
        let mut pairs: Vec<(&str, &str)> = Vec::new();
        for (name, value) in &form.fields {
            match values.iter().find(|(filled, _)| filled == name) {
                Some((_, value)) => pairs.push((name, value)),
                None => pairs.push((name, value)),
            }
        }
        for (name, _) in values {
            assert!(form.fields.iter().any(|(known, _)| known == name), "the form has no field {name}");
        }
        self.post(&page.resolve(&form.action), &pairs)
    }

    /// The login page of the dashboard.
    pub fn login_page(&mut self) -> Page {
        let page = self.visit("/commonauth?relyingParty=wso2.my.dashboard");
        assert_eq!(page.answer.status, 200, "{}", page.text());
        page
    }

    /// Opens the dashboard, fills the login form in and sends it; the redirect that answers.
    pub fn log_in(&mut self, user: &str, password: &str) -> Answer {
        let page = self.login_page();
        let answer =
            self.submit(&page, &page.form("loginForm"), &[("username", user), ("password", password)]);
        assert_eq!(answer.status, 302, "{}", answer.text());
        answer
    }

    /// Logs in and ends on the dashboard, which greets the user by name.
    pub fn enter(&mut self, user: &str, password: &str) {
        let answer = self.log_in(user, password);
        let page = self.follow(&answer);
        let name = user.split('@').next().unwrap_or(user);
        assert!(
            page.address.contains("/dashboard") && page.text().contains(name),
            "{user} is not let in: {} {}",
            page.address,
            page.text()
        );
    }

    /// Whether the dashboard knows this browser.
    pub fn is_signed_in(&mut self) -> bool {
        let answer = self.open("/dashboard");
        answer.status == 200
    }

    /// Types a new password twice into the reset form of a page.
    pub fn choose(&mut self, page: &Page, password: &str) -> Answer {
        let form = page.form("passwordResetForm");
        self.submit(page, &form, &[("reset-password", password), ("reset-password2", password)])
    }
}

/// A page and where it was found.
#[derive(Debug, Clone)]
pub struct Page {
    pub address: String,
    pub answer: Answer,
}

/// A form: where it goes and what it sends when nothing is filled in.
#[derive(Debug, Clone)]
pub struct Form {
    pub action: String,
    pub fields: Vec<(String, String)>,
}

impl Page {
    pub fn text(&self) -> String {
        self.answer.text()
    }

    /// The form of that id.
    pub fn form(&self, id: &str) -> Form {
        self.try_form(id).unwrap_or_else(|| panic!("no form {id} at {}: {}", self.address, self.text()))
    }

    /// The form of that id, if the page has one.
    pub fn try_form(&self, id: &str) -> Option<Form> {
        let text = self.text();
        let form = text.split("<form ").skip(1).find(|form| {
            let head = form.split('>').next().unwrap_or("");
            attribute(head, "id").as_deref() == Some(id)
        })?;
        let (head, rest) = form.split_once('>')?;
        let inner = rest.split("</form>").next().unwrap_or("");
        let fields = inner
            .split("<input ")
            .skip(1)
            .filter_map(|input| {
                let tag = input.split('>').next().unwrap_or("");
                // A box that nobody ticked is not sent.
                if attribute(tag, "type").as_deref() == Some("checkbox") {
                    return None;
                }
                Some((attribute(tag, "name")?, attribute(tag, "value").unwrap_or_default()))
            })
            .collect();
        Some(Form { action: attribute(head, "action").unwrap_or_default(), fields })
    }

    /// An address that the page mentions, as a browser resolves it.
    fn resolve(&self, reference: &str) -> String {
        if reference.contains("://") || reference.starts_with('/') {
            return reference.to_owned();
        }
        let own = target(&self.address);
        let folder = own.split('?').next().unwrap_or("").rsplit_once('/').map_or("", |(folder, _)| folder);
        format!("{folder}/{reference}")
    }
}

/// An attribute of a start tag, unescaped.
fn attribute(tag: &str, name: &str) -> Option<String> {
    let tag = format!(" {tag}");
    let found = ['"', '\''].into_iter().find_map(|mark| {
        let (_, rest) = tag.split_once(&format!(" {name}={mark}"))?;
        rest.split(mark).next()
    });
    let value = found?;
    // Both kinds of references that Tera writes.
    let value = value.replace("&#x2F;", "/").replace("&#39;", "'").replace("&quot;", "\"");
    Some(value.replace("&lt;", "<").replace("&gt;", ">").replace("&amp;", "&"))
}

/// The part of an address that goes into the request line.
fn target(address: &str) -> String {
    match address.split_once("://") {
        Some((_, rest)) => rest.find('/').map_or_else(|| "/".to_owned(), |at| rest[at..].to_owned()),
        None => address.to_owned(),
    }
}

/// Pairs as a form sends them.
pub fn encoded(pairs: &[(&str, &str)]) -> String {
    form_urlencoded::Serializer::new(String::new()).extend_pairs(pairs).finish()
}

/// A parameter of an address, found as the original's test finds it: the whole address is split at `&`, the first piece
/// that contains the name is taken, and of it what stands behind the first `=`.
pub fn piece<'a>(address: &'a str, name: &str) -> Option<&'a str> {
    let piece = address.split('&').find(|piece| piece.contains(name))?;
    piece.split_once('=').map(|(_, value)| value)
}

/// A parameter of an address, found as everybody else finds it.
pub fn parameter(address: &str, name: &str) -> Option<String> {
    let query = address.split_once('?').map_or("", |(_, query)| query);
    form_urlencoded::parse(query.as_bytes())
        .find(|(known, _)| known == name)
        .map(|(_, value)| value.into_owned())
}
