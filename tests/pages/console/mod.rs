//! The management console as a browser sees it: signed in, with the token of its session in each form.

mod claims;
mod mail_templates;
mod meanwhile;
mod operations;
mod provider_details;
mod providers;
mod reset;
mod resident;
mod roles;
mod scripts;
mod separation;
mod service_providers;
mod sign_in;
mod tenants;
mod to_the_letter;
mod users;

use super::server::{Answer, Running};
use super::{SAME_SITE_FORM, get, post};
use std::cell::RefCell;
use std::collections::BTreeMap;

pub const LOGIN: &str = "/carbon/admin/login.jsp";
pub const SIGN_IN: &str = "/carbon/admin/login_action.jsp";

/// A browser at the console.
pub struct Console<'r> {
    pub running: &'r Running,
    cookies: RefCell<BTreeMap<String, String>>,
    token: RefCell<String>,
}

impl<'r> Console<'r> {
    /// A browser that was never here.
    pub fn new(running: &'r Running) -> Self {
        Self { running, cookies: RefCell::default(), token: RefCell::default() }
    }

    /// Somebody who is in.
    pub async fn of(running: &'r Running, user: &str, password: &str) -> Self {
        let console = Self::new(running);
        let answer = console.log_in(user, password).await;
        assert!(location(&answer).ends_with("/carbon/"), "{user} is not let in: {}", answer.head);
        console.open("").await;
        console
    }

    /// The administrator.
    pub async fn admin(running: &'r Running) -> Self {
        Self::of(running, "admin", "admin").await
    }

    /// Opens the login page and sends its form.
    pub async fn log_in(&self, user: &str, password: &str) -> Answer {
        let page = self.get(LOGIN).await;
        let token = field(&page.body, "csrf");
        self.post_raw(SIGN_IN, &[("username", user), ("password", password), ("csrf", &token)]).await
    }

    fn headers(&self) -> String {
        let cookies = self.cookies.borrow();
        if cookies.is_empty() {
            return String::new();
        }
        let pairs: Vec<String> = cookies.iter().map(|(name, value)| format!("{name}={value}")).collect();
        format!("Cookie: {}\r\n", pairs.join("; "))
    }

    fn keep(&self, answer: &Answer) {
        for cookie in answer.headers("Set-Cookie") {
            assert!(cookie.contains("; Secure; HttpOnly; SameSite=Lax"), "{cookie}");
            let (name, value) = cookie.split(';').next().unwrap().split_once('=').unwrap();
            if value.is_empty() || cookie.contains("Max-Age=0") {
                self.cookies.borrow_mut().remove(name);
            } else {
                self.cookies.borrow_mut().insert(name.to_owned(), value.to_owned());
            }
        }
        if answer.body.contains("id=\"signOut\"") {
            *self.token.borrow_mut() = field(&answer.body, "csrf");
        }
    }

    /// Opens a path without following where it leads.
    pub async fn get(&self, path: &str) -> Answer {
        let answer = get(self.running, path, &self.headers()).await;
        self.keep(&answer);
        answer
    }

    /// Opens a screen, which must be there.
    pub async fn open(&self, screen: &str) -> Answer {
        let answer = self.get(&format!("/carbon/{screen}")).await;
        assert_eq!(answer.status, 200, "{screen}: {}", answer.body);
        answer
    }

    /// Sends a form as it is.
    pub async fn post_raw(&self, path: &str, fields: &[(&str, &str)]) -> Answer {
        let headers = format!("{}{SAME_SITE_FORM}", self.headers());
        let answer = post(self.running, path, fields, &headers).await;
        self.keep(&answer);
        answer
    }

    /// Sends a form of this session to a screen.
    pub async fn send(&self, screen: &str, fields: &[(&str, &str)]) -> Answer {
        let token = self.token.borrow().clone();
        let mut fields = fields.to_vec();
        fields.push(("csrf", &token));
        self.post_raw(&format!("/carbon/{screen}"), &fields).await
    }

    /// Sends a form and follows it to the page behind it.
    pub async fn submit(&self, screen: &str, fields: &[(&str, &str)]) -> Answer {
        let answer = self.send(screen, fields).await;
        if answer.status != 302 {
            return answer;
        }
        let path = super::below(self.running, answer.header("Location").unwrap());
        self.get(&path).await
    }

    /// Sends a form of a page with these fields and no others: what is not among them is off or empty.
    pub async fn submit_whole(&self, page: &str, fields: &[(&str, &str)]) -> Answer {
        let shown = field(&self.open(page).await.body, "shown");
        let screen = page.split('?').next().unwrap();
        self.submit(screen, &[fields, &[("shown", &shown)]].concat()).await
    }

    /// Sends a form with a file to a screen.
    pub async fn upload(
        &self,
        screen: &str,
        fields: &[(&str, &str)],
        file: (&str, impl AsRef<[u8]>),
    ) -> Answer {
        let token = self.token();
        let mut body = String::new();
        for (name, value) in fields.iter().chain(&[("csrf", token.as_str())]) {
            body += &format!("--x42\r\nContent-Disposition: form-data; name=\"{name}\"\r\n\r\n{value}\r\n");
        }
        let (field, content) = file;
        body += &format!(
            "--x42\r\nContent-Disposition: form-data; name=\"{field}\"; filename=\"a.csv\"\r\n\
             Content-Type: text/csv\r\n\r\n"
        );
        let body = [body.as_bytes(), content.as_ref(), b"\r\n--x42--\r\n"].concat();
        let request = format!(
            "POST /carbon/{screen} HTTP/1.1\r\nHost: localhost\r\n{}{SAME_SITE_FORM}\
             Content-Type: multipart/form-data; boundary=x42\r\nContent-Length: {}\r\n\r\n",
            self.headers(),
            body.len()
        );
        let mut wire = self.running.connect().await;
        wire.send(&[request.as_bytes(), &body].concat()).await;
        let answer = wire.answer().await;
        self.keep(&answer);
        answer
    }

    /// The token of the session.
    pub fn token(&self) -> String {
        self.token.borrow().clone()
    }

    /// The value of a cookie.
    pub fn cookie(&self, name: &str) -> Option<String> {
        self.cookies.borrow().get(name).cloned()
    }
}

/// Where a redirect leads.
pub fn location(answer: &Answer) -> String {
    assert_eq!(answer.status, 302, "{}", answer.body);
    answer.header("Location").unwrap().to_owned()
}

/// The value of the first field of that name.
pub fn field(html: &str, name: &str) -> String {
    let mark = format!("name=\"{name}\" ");
    let rest = html.split_once(&mark).unwrap_or_else(|| panic!("no field {name} in {html}")).1;
    let tag = rest.split('>').next().unwrap();
    let value = tag.split_once("value=\"").map_or("", |(_, value)| value.split('"').next().unwrap());
    plain(value)
}

/// What a browser sends of a form on which nobody touched anything.
pub fn untouched(html: &str, form: &str) -> Vec<(String, String)> {
    let rest = html.split_once(&format!("id=\"{form}\"")).unwrap_or_else(|| panic!("no {form} in {html}")).1;
    let form = rest.split("</form>").next().unwrap();
    let attribute = |tag: &str, name: &str| {
        tag.split_once(&format!(" {name}=\"")).map(|(_, value)| plain(value.split('"').next().unwrap()))
    };
    let mut sent = Vec::new();
    let mut select: Option<(String, Option<String>)> = None;
    for part in form.split('<').skip(1) {
        let (tag, text) = part.split_once('>').unwrap();
        let kind = attribute(tag, "type").unwrap_or_default();
        if tag.starts_with("input ") && attribute(tag, "name").is_some_and(|name| name != "csrf") {
            let is_box = kind == "checkbox";
            if kind != "file" && (!is_box || tag.contains(" checked")) {
                let usual = if is_box { "on" } else { "" };
                let value = attribute(tag, "value").unwrap_or_else(|| usual.to_owned());
                // What browsers do with fields of one line.
                let value = if kind == "hidden" { value } else { value.replace(['\r', '\n'], "") };
                sent.push((attribute(tag, "name").unwrap(), value));
            }
        } else if tag.starts_with("textarea ") {
            let text = plain(text.strip_prefix('\n').unwrap_or(text));
            sent.push((attribute(tag, "name").unwrap(), text.replace('\n', "\r\n")));
        } else if tag.starts_with("select ") {
            select = Some((attribute(tag, "name").unwrap(), None));
        } else if tag.starts_with("option ") {
            let (_, chosen) = select.as_mut().unwrap();
            if chosen.is_none() || tag.ends_with(" selected") {
                *chosen = Some(attribute(tag, "value").unwrap());
            }
        } else if tag == "/select" {
            let (name, chosen) = select.take().unwrap();
            sent.push((name, chosen.unwrap_or_default()));
        }
    }
    sent
}

/// The fields of a form, to be sent.
pub fn borrowed(fields: &[(String, String)]) -> Vec<(&str, &str)> {
    fields.iter().map(|(name, value)| (name.as_str(), value.as_str())).collect()
}

/// Text as it is read, not as it is written in a page.
pub fn plain(html: &str) -> String {
    let mut text = html.to_owned();
    for (written, read) in [
        ("&#x2F;", "/"),
        ("&#x27;", "'"),
        ("&#39;", "'"),
        ("&quot;", "\""),
        ("&lt;", "<"),
        ("&gt;", ">"),
        ("&amp;", "&"),
    ] {
        text = text.replace(written, read);
    }
    text
}

/// The database of a running server.
pub fn database(running: &Running) -> rusqlite::Connection {
    rusqlite::Connection::open(running.folder.0.join("soapstone.db")).unwrap()
}

/// One value out of it.
pub fn stored(running: &Running, sql: &str) -> String {
    database(running)
        .query_row(sql, [], |row| {
            Ok(match row.get_ref(0)? {
                rusqlite::types::ValueRef::Null => String::new(),
                rusqlite::types::ValueRef::Integer(number) => number.to_string(),
                other => other.as_str().unwrap_or("").to_owned(),
            })
        })
        .unwrap()
}
