//! The audit log: who did what to whom and when, with filters.

use super::paging::{Pages, ROWS};
use super::users::Choice;
use super::visit::Visit;
use super::{Answer, moment, texts};
use crate::domain::audit::{self, Filter, Record};
use crate::domain::{Error, Now};
use serde::Serialize;
use std::sync::Arc;

/// A day, in minutes.
const DAY: i64 = 1_440;

/// A record of the list.
#[derive(Debug, Serialize)]
struct Line {
    at: String,
    initiator: String,
    action: String,
    target: String,
    data: String,
}

impl From<Record> for Line {
    fn from(record: Record) -> Self {
        Self {
            at: moment::shown(Now(record.at)),
            initiator: record.initiator,
            action: record.action,
            target: record.target,
            data: record.data,
        }
    }
}

/// The place behind a record, as an address carries it.
fn place(text: &str) -> Option<(i64, i64)> {
    let (at, id) = text.split_once('.')?;
    Some((at.parse().ok()?, id.parse().ok()?))
}

/// The filter of an address, and what is wrong with it.
fn filter(visit: &Visit) -> (Filter, Option<&'static str>) {
    let given = |name: &str| Some(visit.text(name).to_owned()).filter(|text| !text.is_empty());
    let day = |name: &str| given(name).map(|text| moment::start_of_day(&text));
    let (from, until) = (day("from"), day("until"));
    let is_wrong = from == Some(None) || until == Some(None);
    let filter = Filter {
        initiator: given("initiator"),
        action: given("action"),
        target: given("target"),
        from: from.flatten(),
        // The last day belongs to the time that is looked at.
        until: until.flatten().map(|day| day.plus_minutes(DAY)),
    };
    (filter, is_wrong.then(|| texts::text("no_day")))
}

/// The list.
pub async fn list(visit: Arc<Visit>) -> Answer {
    let (filter, wrong) = filter(&visit);
    let limit = i64::try_from(ROWS + 1).unwrap_or(i64::MAX);
    let (mut rows, actions) = visit.read(|tx| {
        let rows = match wrong {
            Some(_) => Vec::new(),
            None => audit::page(tx, &visit.actor, &filter, place(visit.text("after")), limit)?,
        };
        Ok::<_, Error>((rows, audit::actions(tx, &visit.actor)?))
    })?;
    let pages = Pages::of(&visit, &mut rows, |row| format!("{}.{}", row.at, row.id));
    let any = Choice { value: String::new(), text: texts::text("any_action").to_owned() };
    let actions: Vec<Choice> = [any].into_iter().chain(actions.into_iter().map(Choice::plain)).collect();
    let mut context = visit.context(texts::text("audit_title"));
    context.insert("lines", &rows.into_iter().map(Line::from).collect::<Vec<_>>());
    context.insert("pages", &pages);
    context.insert("choices", &actions);
    for name in ["initiator", "action", "target", "from", "until"] {
        context.insert(name, visit.text(name));
    }
    match wrong {
        Some(wrong) => visit.show_again("console/audit.html", context, wrong),
        None => visit.show("console/audit.html", context),
    }
}
