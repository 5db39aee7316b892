//! One visit of a screen: who is there, what was sent, what he may, and how an answer is made.

use super::flash::Flash;
use super::screens::{Group, SCREENS, Screen};
use super::sign_in::{self, Signed};
use super::{Answer, common, texts};
use crate::domain::{Actor, Error, Now, Realm, Secret, TenantId};
use crate::store::{Tx, WriteError};
use crate::web::form::Parameters;
use crate::web::late::{self, Next};
use crate::web::{Site, page};
use hyper::body::Bytes;
use hyper::header::{CONTENT_DISPOSITION, CONTENT_TYPE};
use hyper::{Method, Request, Response, StatusCode};
use serde::Serialize;
use std::collections::BTreeMap;
use std::sync::Arc;
use tera::Context;

/// The parameter that says which list something was reached from, and how that was filtered.
const FROM: &str = "from_list";

/// A visit.
pub struct Visit {
    /// The server.
    pub site: Arc<Site>,
    /// Who is there.
    pub actor: Actor,
    /// What was sent, in the form or the address.
    pub parameters: Parameters,
    /// Whether a form was sent. Its token was checked before a screen is asked.
    pub is_post: bool,
    session: Secret,
    screen: Option<&'static Screen>,
    query: String,
    /// The page that is there, to come back to: of a form that was sent, the one it was opened at.
    here: String,
    /// What of the menu and of the buttons is his: `users/add` to see, `POST users/add` to send.
    may: BTreeMap<String, bool>,
    flash: Option<Flash>,
}

impl std::fmt::Debug for Visit {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Visit")
    }
}

/// A heading of the menu with what is below it.
#[derive(Debug, Serialize)]
struct Entries {
    heading: &'static str,
    entries: Vec<Entry>,
}

#[derive(Debug, Serialize)]
struct Entry {
    address: String,
    text: &'static str,
    is_here: bool,
}

/// What has to be confirmed before it is done.
#[derive(Debug, Clone, Copy)]
pub struct Confirmation<'a> {
    /// Heading.
    pub title: &'a str,
    /// What is about to happen, one sentence a line.
    pub lines: &'a [String],
    /// Path of the screen that does it, below `/carbon/`.
    pub action: &'a str,
    /// What it is told.
    pub fields: &'a [(&'a str, &'a str)],
    /// Text of the button.
    pub button: &'a str,
    /// Where to go instead, an address that [`Visit::address`] made.
    pub back: &'a str,
}

impl Visit {
    /// Finds out what a signed-in user may.
    pub(super) fn new(
        site: &Arc<Site>,
        signed: Signed,
        screen: Option<&'static Screen>,
        request: &Request<Bytes>,
        parameters: Parameters,
    ) -> Result<Self, Error> {
        let actor = signed.session.actor();
        let may = site.store.read(|tx| {
            let mut may = BTreeMap::new();
            for screen in SCREENS {
                may.insert(screen.path.to_owned(), actor.may(tx, screen.sees)?);
                may.insert(["POST ", screen.path].concat(), actor.may(tx, screen.changes)?);
            }
            Ok::<_, Error>(may)
        })?;
        let is_post = request.method() == Method::POST;
        let asked = request.uri().path_and_query().map(|all| all.as_str());
        let here = if is_post { parameters.get(sign_in::HERE) } else { asked };
        Ok(Self {
            site: Arc::clone(site),
            actor,
            here: sign_in::destination(here).to_owned(),
            parameters,
            is_post,
            flash: Flash::of(request.headers(), &site.realm, signed.id.reveal()),
            session: signed.id,
            screen,
            query: request.uri().query().unwrap_or_default().to_owned(),
            may,
        })
    }

    /// The permissions of which one is missing, if he may not.
    pub(super) fn missing(&self, screen: &Screen, to_change: bool) -> Option<&'static [&'static str]> {
        let path = if to_change { ["POST ", screen.path].concat() } else { screen.path.to_owned() };
        let allowed = self.may.get(&path).copied().unwrap_or(false);
        (!allowed).then_some(if to_change { screen.changes } else { screen.sees })
    }

    /// Whether a screen is his to see (`users/add`), or its form to send (`POST users/add`).
    pub fn may(&self, what: &str) -> bool {
        self.may.get(what).copied().unwrap_or(false)
    }

    /// Whether a form carries the token of this session.
    pub(super) fn is_own_form(&self) -> bool {
        let sent = Secret::from(self.parameters.get("csrf").unwrap_or(""));
        sent.matches(&sign_in::token(&self.site, self.session.reveal()))
    }

    /// The page that keeps a form of another session.
    pub(super) fn keep(&self, request: &Request<Bytes>) -> Option<Response<Vec<u8>>> {
        let token = sign_in::token(&self.site, self.session.reveal());
        late::keep(
            &self.site,
            request,
            Next::Send { token: &token, who: &self.actor.name, leave: "/carbon/" },
        )
    }

    /// The time.
    pub fn now(&self) -> Now {
        self.site.now()
    }

    /// What the rules look at.
    pub fn realm(&self) -> &Arc<Realm> {
        &self.site.realm
    }

    /// The tenant that everything is about.
    pub fn tenant(&self) -> TenantId {
        self.actor.tenant
    }

    /// A parameter that somebody typed, trimmed; empty when it is missing.
    pub fn text(&self, name: &str) -> &str {
        self.parameters.get(name).unwrap_or("").trim()
    }

    /// A parameter that a link or a hidden field of ours brings: what a thing is called, to the letter. Names may
    /// begin and end with blanks, and without them another thing may be meant.
    pub fn key(&self, name: &str) -> &str {
        self.raw(name)
    }

    /// A parameter as it was typed, for passwords and texts with blanks at their ends.
    pub fn raw(&self, name: &str) -> &str {
        self.parameters.get(name).unwrap_or("")
    }

    /// Whether a box was ticked.
    pub fn ticked(&self, name: &str) -> bool {
        matches!(self.parameters.get(name), Some("on" | "true" | "1"))
    }

    /// Looks something up.
    ///
    /// # Errors
    /// Those of the work, and failures of the database.
    pub fn read<T, E: From<crate::store::Error>>(
        &self,
        work: impl Fn(&mut Tx<'_>) -> Result<T, E>,
    ) -> Result<T, E> {
        self.site.store.read(work)
    }

    /// Changes something, in one transaction that is on the disk when this returns.
    ///
    /// # Errors
    /// Those of the work, and failures of the database.
    pub async fn write<T: Send + 'static, E: WriteError>(
        &self,
        work: impl FnOnce(&mut Tx<'_>) -> Result<T, E> + Send + 'static,
    ) -> Result<T, E> {
        self.site.store.write(work).await
    }

    /// The address of a screen, for templates and redirects: `users` with `name` set to `tom`.
    pub fn address(path: &str, pairs: &[(&str, &str)]) -> String {
        let pairs: Vec<(&str, &str)> = pairs.iter().filter(|(_, value)| !value.is_empty()).copied().collect();
        let query = crate::web::form::encoded(&pairs);
        if query.is_empty() { ["/carbon/", path].concat() } else { ["/carbon/", path, "?", &query].concat() }
    }

    /// The list that this is, or was come from, with its page and filter; none when it was the whole list from its
    /// beginning. Below `/carbon/`.
    fn from(&self) -> Option<String> {
        let listed = |address: &str| {
            let (path, query) = address.split_once('?')?;
            let path = path.trim_end_matches('/');
            let is_list = SCREENS.iter().any(|screen| screen.menu.is_some() && screen.path == path);
            (is_list && !query.is_empty()).then(|| [path, "?", query].concat())
        };
        let here = self.here.strip_prefix("/carbon/")?;
        let (path, query) = here.split_once('?')?;
        listed(here).or_else(|| {
            let is_below = SCREENS.iter().any(|screen| screen.menu.is_none() && screen.path == path);
            let mut known =
                form_urlencoded::parse(query.as_bytes()).filter(|(name, _)| is_below && name == FROM);
            listed(&known.next()?.1)
        })
    }

    /// As [`Visit::address`], for what belongs to a list: whoever goes there comes back to the page and the filter that he
    /// left.
    pub fn link(&self, path: &str, pairs: &[(&str, &str)]) -> String {
        let from = self.from().unwrap_or_default();
        Self::address(path, &[pairs, &[(FROM, &from)]].concat())
    }

    /// Back to the list that one came from, or else to the beginning of the one at `path`.
    pub fn list(&self, path: &str) -> String {
        let from = self.from().unwrap_or_else(|| path.to_owned());
        let (path, query) = from.split_once('?').unwrap_or((&from, ""));
        let pairs: Vec<(String, String)> = form_urlencoded::parse(query.as_bytes()).into_owned().collect();
        let pairs: Vec<(&str, &str)> = pairs.iter().map(|(name, value)| (&**name, &**value)).collect();
        Self::address(path, &pairs)
    }

    /// This very address with other parameters: an empty value takes one away. For paging and filters.
    pub fn here_with(&self, changes: &[(&str, &str)]) -> String {
        let known = form_urlencoded::parse(self.query.as_bytes()).into_owned();
        let mut pairs: Vec<(String, String)> =
            known.filter(|(name, _)| changes.iter().all(|(changed, _)| changed != name)).collect();
        pairs.extend(changes.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())));
        let pairs: Vec<(&str, &str)> =
            pairs.iter().map(|(name, value)| (name.as_str(), value.as_str())).collect();
        Self::address(self.screen.map_or("", |screen| screen.path), &pairs)
    }

    /// What every page needs; a screen adds its own.
    pub fn context(&self, title: &str) -> Context {
        let mut context = Context::new();
        common(&self.site, &mut context);
        context.insert("title", title);
        // Whom or what a screen is about, so that several of them can be told apart by the titles of their windows.
        let about =
            ["name", "oldName", "issuer", "uri", "dialect", "display", "domain"].map(|key| self.key(key));
        let about =
            if self.is_listed() { "" } else { about.into_iter().find(|key| !key.is_empty()).unwrap_or("") };
        context.insert("about", if about == title { "" } else { about });
        context.insert("is_error", &self.flash.as_ref().is_some_and(|flash| flash.is_error));
        context.insert("menu", &self.menu());
        context.insert("may", &self.may);
        context.insert("csrf", &sign_in::token(&self.site, self.session.reveal()));
        context.insert(sign_in::HERE, &self.here);
        context.insert(FROM, &self.from().map(|_| self.way_to(&self.list(""))).unwrap_or_default());
        context.insert("viewer", &self.actor.name);
        context.insert("viewer_tenant", &self.actor.domain);
        context.insert("is_super_tenant", &(self.actor.tenant == TenantId::SUPER));
        context.insert("flash", &self.flash);
        context
    }

    /// Whether this screen stands in the menu: what it is sent is a filter, and not the name of one thing.
    fn is_listed(&self) -> bool {
        self.screen.is_none_or(|screen| screen.menu.is_some())
    }

    /// The menu, of what he may see. The screen he is on, or the nearest one above it, is marked.
    fn menu(&self) -> Vec<Entries> {
        let here = self.screen.map_or("", |screen| screen.path);
        let below = |path: &str| here.strip_prefix(path).is_some_and(|rest| rest.starts_with('/'));
        let shown = |screen: &&Screen| self.may.get(screen.path).copied().unwrap_or(false);
        let exact = SCREENS.iter().any(|screen| screen.menu.is_some() && screen.path == here);
        let entries = |group: Group| -> Vec<Entry> {
            let own = SCREENS.iter().filter(shown).filter_map(|screen| Some((screen, screen.menu?)));
            own.filter(|(_, (known, _))| *known == group)
                .map(|(screen, (_, text))| Entry {
                    address: Self::address(screen.path, &[]),
                    text: texts::text(text),
                    is_here: if exact { screen.path == here } else { below(screen.path) },
                })
                .collect()
        };
        let groups = Group::ALL.into_iter().map(|group| (group, entries(group)));
        let filled = groups.filter(|(_, entries)| !entries.is_empty());
        filled.map(|(group, entries)| Entries { heading: texts::text(group.text()), entries }).collect()
    }

    /// A page.
    pub fn show(&self, template: &str, context: Context) -> Answer {
        Ok(self.render(StatusCode::OK, template, context))
    }

    /// A page that says first what was wrong with a form.
    pub fn show_again(&self, template: &str, mut context: Context, wrong: &str) -> Answer {
        context.insert("flash", &Flash::bad(wrong));
        context.insert("is_error", &true);
        Ok(self.render(StatusCode::OK, template, context))
    }

    fn render(&self, status: StatusCode, template: &str, context: Context) -> Response<Vec<u8>> {
        let mut response = page::render(&self.site, status, template, context);
        if self.flash.is_some() {
            Flash::take_away(&mut response);
        }
        response
    }

    /// An address that [`Visit::address`] made, if he may see what is there, and else the start page, which says what
    /// he may do: somebody may be allowed to add users and not to look at them.
    pub fn way_to(&self, address: &str) -> String {
        let path = address.split('?').next().unwrap_or_default();
        let path = path.strip_prefix("/carbon/").unwrap_or_default();
        if self.may(path) { address.to_owned() } else { Self::address("", &[]) }
    }

    /// On to an address that [`Visit::address`] made, as far as [`Visit::way_to`] lets him.
    pub fn go(&self, address: &str) -> Answer {
        Ok(page::redirect(&self.site, &self.way_to(address)))
    }

    /// As [`Visit::go`], with a message on the page there. What is said never holds a secret.
    pub fn go_with(&self, address: &str, flash: Flash) -> Answer {
        let mut response = page::redirect(&self.site, &self.way_to(address));
        flash.put(&mut response, &self.site.realm, self.session.reveal());
        Ok(response)
    }

    /// As [`Visit::go_with`], with what became of a change: good news, or why it was refused.
    pub fn onward(&self, address: &str, done: Result<(), Error>, said: impl Into<String>) -> Answer {
        let flash = match done {
            Ok(()) => Flash::good(said),
            Err(error) => Flash::bad(refused(error)?),
        };
        self.go_with(address, flash)
    }

    /// Asks before something is done.
    pub fn confirm(&self, asked: Confirmation<'_>) -> Answer {
        let mut context = self.context(asked.title);
        context.insert("lines", asked.lines);
        context.insert("action", &Self::address(asked.action, &[]));
        let fields: Vec<[&str; 2]> = asked.fields.iter().map(|(name, value)| [*name, *value]).collect();
        context.insert("fields", &fields);
        context.insert("button", asked.button);
        context.insert("back", &self.way_to(asked.back));
        self.show("console/confirm.html", context)
    }

    /// A file to keep, under a name of ours.
    pub fn download(&self, name: &str, content_type: &str, bytes: Vec<u8>) -> Answer {
        let mut response = Response::new(bytes);
        page::set(&mut response, CONTENT_TYPE, content_type);
        page::set(&mut response, CONTENT_DISPOSITION, &format!("attachment; filename=\"{name}\""));
        page::guard(&mut response);
        Ok(response)
    }

    /// A page that only refuses; `missing` are permissions of which one would help.
    pub(super) fn refuse(&self, status: StatusCode, text: &str, missing: &[&str]) -> Response<Vec<u8>> {
        let mut context = self.context(texts::text("refused_title"));
        context.insert("text", text);
        context.insert("missing", missing);
        self.render(status, "console/message.html", context)
    }

    /// What a screen let through: refusals in their own words, failures in ours.
    pub(super) fn failed(&self, error: &Error) -> Response<Vec<u8>> {
        match said(error) {
            Some(text) => self.refuse(StatusCode::BAD_REQUEST, &text, &[]),
            None => {
                tracing::error!(%error, "a screen of the console failed");
                self.refuse(StatusCode::INTERNAL_SERVER_ERROR, texts::text("failed_inside"), &[])
            }
        }
    }
}

/// The words of a refusal; none of a failure, which is for the log.
fn said(error: &Error) -> Option<String> {
    (!error.is_failure()).then(|| error.to_string())
}

/// The words of a refusal, for a form that is shown again. A failure goes on.
///
/// # Errors
/// The failure.
pub fn refused(error: Error) -> Result<String, Error> {
    said(&error).ok_or(error)
}
