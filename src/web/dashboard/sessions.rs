//! Where one is signed in, and how to end it.

use super::{SESSIONS, Visit, text};
use crate::domain::session::{self, Kind, Own};
use crate::domain::{Error, Now};
use crate::web::page;
use hyper::Response;
use serde::Serialize;

/// A row of the table.
#[derive(Serialize)]
struct Shown {
    name: String,
    kind: &'static str,
    opened: String,
    used: String,
    origin: Option<String>,
    is_this: bool,
}

impl From<Own> for Shown {
    fn from(own: Own) -> Self {
        let kind = match own.kind {
            Some(Kind::Browser) => "kind_browser",
            Some(Kind::Console) => "kind_console",
            Some(Kind::Admin) | None => "kind_admin",
        };
        Self {
            name: own.name,
            kind: text(kind),
            opened: shown_time(own.opened_at),
            used: shown_time(own.used_at),
            origin: own.origin,
            is_this: own.is_this,
        }
    }
}

/// `2017-01-16 08:30 UTC`
fn shown_time(moment: Now) -> String {
    let stamp = moment.to_timestamp().replace('T', " ");
    format!("{} UTC", stamp.get(..16).unwrap_or(&stamp))
}

/// Shows the table, or ends what was chosen.
pub(super) async fn answer(visit: &Visit<'_>) -> Result<Response<Vec<u8>>, Error> {
    let (store, user, now) = (&visit.site.store, visit.session.user.id, visit.site.now());
    if !visit.is_post {
        let own = store.read(|tx| session::of_user(tx, now, user, &visit.id))?;
        let mut context = visit.context();
        context.insert("several", &(own.len() > 1));
        context.insert("sessions", &own.into_iter().map(Shown::from).collect::<Vec<_>>());
        return Ok(visit.show("dashboard/sessions.html", context));
    }
    let id = visit.id.clone();
    match visit.parameters.get("end") {
        Some("all") => {
            store.write(move |tx| session::close_all(tx, user)).await?;
            let mut response = page::redirect(visit.site, "/dashboard");
            page::set_session_cookie(visit.site, &mut response, "", Some(0));
            Ok(response)
        }
        Some("others") => {
            store.write(move |tx| session::close_others(tx, user, &id)).await?;
            Ok(visit.done(SESSIONS, "sessions"))
        }
        Some(name) => {
            let name = name.to_owned();
            store.write(move |tx| session::close_one(tx, now, user, &name)).await?;
            Ok(visit.done(SESSIONS, "session"))
        }
        None => Ok(page::redirect(visit.site, SESSIONS)),
    }
}
