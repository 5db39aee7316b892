//! The mail queue: what waits, what was sent, what failed and why; sending at once and dropping.

use super::paging::{Pages, ROWS};
use super::users::Choice;
use super::visit::{Confirmation, Visit};
use super::{Answer, moment, texts};
use crate::domain::mail_queue::{self, Listed, State};
use crate::domain::{Error, Now};
use serde::Serialize;
use std::sync::Arc;

/// A mail of the list.
#[derive(Debug, Serialize)]
struct Line {
    id: i64,
    recipient: String,
    template: String,
    queued: String,
    attempts: i64,
    state: &'static str,
    /// `good`, `bad` or neither: how the state is marked.
    mark: &'static str,
    waits: bool,
    /// Whether it can be sent, now or again.
    sendable: bool,
    /// When it will be tried again, or when it was over.
    at: String,
    error: String,
    drop: String,
}

/// What a state is called.
pub fn state_text(state: State) -> &'static str {
    match state {
        State::Queued => texts::text("mail_queued"),
        State::Sent => texts::text("mail_sent"),
        State::Failed => texts::text("mail_failed"),
        State::Dropped => texts::text("mail_dropped"),
    }
}

fn line(visit: &Visit, mail: Listed) -> Line {
    let state = State::of(&mail.state);
    let waits = state == Some(State::Queued);
    let sendable = mail_queue::is_sendable(&mail, visit.now());
    let at = if waits { Some(mail.due_at) } else { mail.finished_at };
    Line {
        id: mail.id,
        queued: moment::shown(Now(mail.created_at)),
        attempts: mail.attempts,
        state: state.map_or("", state_text),
        mark: match state {
            Some(State::Sent) => "good",
            Some(State::Failed) => "bad",
            _ => "",
        },
        waits,
        sendable,
        at: at.map(|at| moment::shown(Now(at))).unwrap_or_default(),
        error: mail.last_error.unwrap_or_default(),
        drop: visit.link("mails/drop", &[("id", &mail.id.to_string())]),
        recipient: mail.recipient,
        template: mail.template,
    }
}

/// The list.
pub async fn list(visit: Arc<Visit>) -> Answer {
    let state = State::of(visit.text("state"));
    let after = visit.text("after").parse().ok();
    let limit = i64::try_from(ROWS + 1).unwrap_or(i64::MAX);
    let mut rows = visit.read(|tx| mail_queue::page(tx, visit.tenant(), state, after, limit))?;
    let pages = Pages::of(&visit, &mut rows, |row| row.id.to_string());
    let all = Choice { value: String::new(), text: texts::text("mail_any_state").to_owned() };
    let states = State::ALL
        .into_iter()
        .map(|state| Choice { value: state.name().to_owned(), text: state_text(state).to_owned() });
    let mut context = visit.context(texts::text("mails_title"));
    context.insert("lines", &rows.into_iter().map(|mail| line(&visit, mail)).collect::<Vec<_>>());
    context.insert("pages", &pages);
    context.insert("states", &[all].into_iter().chain(states).collect::<Vec<_>>());
    context.insert("state", state.map_or("", State::name));
    visit.show("console/mails.html", context)
}

/// The mail of a form or an address.
fn id(visit: &Visit) -> Result<i64, Error> {
    visit.text("id").parse().map_err(|_| Error::refused(texts::text("no_such_mail")))
}

/// Trying one again now.
pub async fn retry(visit: Arc<Visit>) -> Answer {
    let (id, now, actor) = (id(&visit)?, visit.now(), visit.actor.clone());
    if !visit.is_post {
        return visit.go(&visit.list("mails"));
    }
    let done = visit.write(move |tx| mail_queue::retry(tx, now, &actor, id)).await;
    visit.onward(&visit.list("mails"), done, texts::text("mail_hurried"))
}

/// Dropping one, after a question.
pub async fn drop(visit: Arc<Visit>) -> Answer {
    let (id, now, actor) = (id(&visit)?, visit.now(), visit.actor.clone());
    if !visit.is_post {
        let mail = visit.read(|tx| mail_queue::find(tx, visit.tenant(), id))?;
        return visit.confirm(Confirmation {
            title: texts::text("drop_mail_title"),
            lines: &[texts::filled("drop_mail_question", &[&mail.template, &mail.recipient])],
            action: "mails/drop",
            fields: &[("id", visit.text("id"))],
            button: texts::text("drop_mail"),
            back: &visit.list("mails"),
        });
    }
    let done = visit.write(move |tx| mail_queue::drop(tx, now, &actor, id)).await;
    visit.onward(&visit.list("mails"), done, texts::text("mail_was_dropped"))
}
