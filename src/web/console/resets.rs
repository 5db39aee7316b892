//! The password resets that are pending: who, since when, until when, by whom, how the code comes. And cancelling them.

use super::mails::state_text;
use super::paging::{Pages, ROWS};
use super::visit::{Confirmation, Visit};
use super::{Answer, moment, texts};
use crate::domain::forced_reset::{self, Stage, Waiting, Way};
use crate::domain::mail_queue::State;
use crate::domain::user;
use serde::Serialize;
use std::sync::Arc;

/// A user of the list.
#[derive(Debug, Serialize)]
struct Line {
    name: String,
    since: String,
    expires: String,
    forced_by: String,
    ways: Vec<&'static str>,
    mail: &'static str,
    stage: &'static str,
    is_open: bool,
    user: String,
    cancel: String,
}

/// How a code comes, in words.
pub(super) fn ways(way: Way) -> Vec<&'static str> {
    let named = [
        (way.link, texts::text("way_link")),
        (way.otp, texts::text("way_otp")),
        (way.offline, texts::text("way_offline")),
    ];
    named.into_iter().filter(|(on, _)| *on).map(|(_, text)| text).collect()
}

/// How far a reset is, in words.
pub(super) fn stage_text(stage: Stage) -> &'static str {
    texts::text(match stage {
        Stage::Open => "stage_open",
        Stage::Expired => "stage_expired",
        Stage::Voided => "stage_voided",
    })
}

fn line(visit: &Visit, reset: Waiting) -> Line {
    Line {
        since: moment::shown(reset.since),
        expires: moment::shown(reset.expires),
        forced_by: reset.forced_by,
        ways: ways(reset.way),
        mail: reset.mail.as_deref().and_then(State::of).map_or("", state_text),
        stage: stage_text(reset.stage),
        is_open: reset.stage == Stage::Open,
        user: visit.link("users/user", &[("name", &reset.user)]),
        cancel: visit.link("resets/cancel", &[("name", &reset.user)]),
        name: reset.user,
    }
}

/// The list.
pub async fn list(visit: Arc<Visit>) -> Answer {
    let after = visit.text("after").parse().ok();
    let limit = i64::try_from(ROWS + 1).unwrap_or(i64::MAX);
    let mut rows = visit.read(|tx| forced_reset::waiting(tx, visit.now(), visit.tenant(), after, limit))?;
    let pages = Pages::of(&visit, &mut rows, |row| row.key.to_string());
    let mut context = visit.context(texts::text("resets_title"));
    context.insert("lines", &rows.into_iter().map(|row| line(&visit, row)).collect::<Vec<_>>());
    context.insert("pages", &pages);
    visit.show("console/resets.html", context)
}

/// Cancelling one, after a question.
pub async fn cancel(visit: Arc<Visit>) -> Answer {
    let name = visit.read(|tx| user::find(tx, visit.tenant(), visit.key("name")))?.display_name();
    if !visit.is_post {
        return visit.confirm(Confirmation {
            title: texts::text("cancel_reset_title"),
            lines: &[texts::filled("cancel_reset_question", &[&name])],
            action: "resets/cancel",
            fields: &[("name", &name)],
            button: texts::text("cancel_reset"),
            back: &visit.list("resets"),
        });
    }
    let (now, realm, actor, typed) =
        (visit.now(), Arc::clone(visit.realm()), visit.actor.clone(), name.clone());
    let done = visit.write(move |tx| forced_reset::withdraw(tx, now, &realm, &actor, &typed)).await;
    visit.onward(&visit.list("resets"), done, texts::filled("reset_cancelled", &[&name]))
}
