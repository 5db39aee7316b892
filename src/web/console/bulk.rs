//! Forcing a password reset on many users: a selection, a role or an uploaded list. The pages only put the job together
//! and look at it; it is carried out here in the background, batch by batch, and goes on after a restart.

use super::flash::Flash;
use super::moment::shown;
use super::reset::{Whose, consequences};
use super::visit::{self, Visit};
use super::{Answer, texts};
use crate::domain::bulk_reset::{self, Named, Outcome, Progress, Source, list};
use crate::domain::forced_reset::Options;
use crate::domain::{Error, recovery, text_file};
use crate::store::aside;
use crate::store::reset_job::JobRow;
use crate::web::Site;
use serde::Serialize;
use std::sync::Arc;
use std::time::Duration;

/// How often the page of a job at work loads itself again.
const REFRESH_SECONDS: u32 = 2;
/// Users that were not reset on the page of a job; the file has them all.
const TROUBLES: i64 = 100;
/// Names of a draft on its page.
const FIRST: usize = 20;
/// How long a job that another node started may wait for this one.
const IDLE: Duration = Duration::from_secs(30);

/// A job of the list.
#[derive(Debug, Serialize)]
struct Line {
    address: String,
    source: String,
    by: String,
    created: String,
    state: &'static str,
}

fn state(job: &JobRow) -> &'static str {
    texts::text(match (job.started_at, job.finished_at) {
        (None, _) => "job_draft",
        (Some(_), None) => "job_running",
        (Some(_), Some(_)) => "job_done",
    })
}

fn address(id: i64) -> String {
    Visit::address("bulk-resets/job", &[("id", &id.to_string())])
}

/// The form that puts a job together, and the latest jobs.
pub async fn jobs(visit: Arc<Visit>) -> Answer {
    let mut wrong = None;
    if visit.is_post {
        match draft(&visit).await {
            Ok(id) => return visit.go(&address(id)),
            // Nobody was ticked in the list of users.
            Err(error) if visit.parameters.get("role").or(visit.parameters.get("names")).is_none() => {
                return visit.go_with(&visit.list("users"), Flash::bad(visit::refused(error)?));
            }
            Err(error) => wrong = Some(visit::refused(error)?),
        }
    }
    let jobs = visit.read(|tx| bulk_reset::latest(tx, visit.tenant()))?;
    let line = |job: JobRow| Line {
        address: address(job.id),
        created: shown(crate::domain::Now(job.created_at)),
        state: state(&job),
        source: job.source,
        by: job.user_name,
    };
    let mut context = visit.context(texts::text("bulk_title"));
    context.insert("jobs", &jobs.into_iter().map(line).collect::<Vec<_>>());
    context.insert("role", visit.text("role"));
    context.insert("names", visit.raw("names"));
    match wrong {
        Some(wrong) => visit.show_again("console/bulk.html", context, &wrong),
        None => visit.show("console/bulk.html", context),
    }
}

/// Puts a job together out of what was sent: ticked users, a role, a file, or typed names.
async fn draft(visit: &Visit) -> Result<i64, Error> {
    let chosen: Vec<String> = visit.parameters.all("user").map(str::to_owned).collect();
    let (source, told) = if !chosen.is_empty() {
        (Source::Names(chosen), texts::text("from_selection").to_owned())
    } else if !visit.text("role").is_empty() {
        let role = visit.text("role");
        (Source::Role(role.to_owned()), texts::filled("from_role", &[role]))
    } else {
        let (names, told) = listed(visit)?;
        (Source::Names(names), told)
    };
    let (now, actor) = (visit.now(), visit.actor.clone());
    visit.write(move |tx| bulk_reset::draft(tx, now, &actor, &source, &told)).await
}

/// The names of a file or of the text area, and how they are called. Both at once are not guessed about.
fn listed(visit: &Visit) -> Result<(Vec<String>, String), Error> {
    let (typed, told) = (list::typed(visit.raw("names")), texts::text("from_list").to_owned());
    let Some(file) = visit.parameters.file("list") else { return Ok((typed, told)) };
    if !typed.is_empty() {
        return Err(Error::refused(texts::text("list_or_names")));
    }
    let refused = |key, line: usize| Error::refused(texts::filled(key, &[&line.to_string()]));
    let read = text_file::read(&file.bytes).map_err(|wrong| refused("list_not_text", wrong.line))?;
    let names = list::of_file(&read.text).map_err(|open| refused("list_unclosed", open.line))?;
    let told = if read.is_guessed() { texts::filled("from_list_in", &[read.charset]) } else { told };
    Ok((names, told))
}

/// One job: what it will do, how far it is, what became of whom.
pub async fn job(visit: Arc<Visit>) -> Answer {
    let id: i64 = visit.text("id").parse().unwrap_or(0);
    if visit.is_post {
        return change(&visit, id).await;
    }
    let (job, progress, options, minutes) = visit.read(|tx| {
        let (job, progress) = bulk_reset::find(tx, visit.tenant(), id)?;
        let options = Options::of(tx, visit.tenant())?;
        Ok::<_, Error>((job, progress, options, recovery::expiry_minutes(tx, visit.tenant())?))
    })?;
    let troubles = visit.read(|tx| bulk_reset::troubles(tx, visit.tenant(), id, TROUBLES))?;
    let troubles: Vec<[String; 2]> =
        troubles.into_iter().map(|row| [row.name, row.reason.unwrap_or_default()]).collect();
    let Progress { waiting, done, failed, skipped } = progress;
    let is_draft = job.started_at.is_none();
    let named = match is_draft {
        true => looked_up(&visit, id).await?,
        false => Named::default(),
    };
    let is_running = !is_draft && job.finished_at.is_none();
    let mut context = visit.context(texts::text("job_title"));
    context.insert("id", &id);
    context.insert("source", &job.source);
    context.insert("by", &job.user_name);
    context.insert("state", state(&job));
    context.insert("is_draft", &is_draft);
    context.insert("is_running", &is_running);
    context.insert("total", &progress.total());
    context.insert("finished", &(progress.total() - waiting));
    context.insert("done", &done);
    context.insert("failed", &failed);
    context.insert("skipped", &skipped);
    context.insert("troubles", &troubles);
    let some = |names: &[String]| names.iter().take(FIRST).cloned().collect::<Vec<_>>();
    context.insert("first", &named.first);
    context.insert("unknown", &some(&named.unknown));
    context.insert("unknown_told", &unknown_told(&named, progress.total()));
    context.insert("has_more", &(i64::try_from(named.first.len()).unwrap_or(0) < progress.total()));
    context.insert("lines", &consequences(options, Whose::OfMany, minutes));
    context.insert("obstacle", &options.check().err().map(|error| error.to_string()));
    let is_still = visit.ticked("still");
    context.insert("refresh", &(is_running && !is_still).then_some(REFRESH_SECONDS));
    context.insert("turn", &visit.here_with(&[("still", if is_still { "" } else { "on" })]));
    context.insert("result", &Visit::address("bulk-resets/result", &[("id", &id.to_string())]));
    visit.show("console/bulk_job.html", context)
}

/// Whom a draft is about, looked up beside the threads that serve other requests.
async fn looked_up(visit: &Visit, id: i64) -> Result<Named, Error> {
    let (site, tenant) = (Arc::clone(&visit.site), visit.tenant());
    let reading = aside(move || site.store.read(|tx| bulk_reset::named(tx, tenant, id, FIRST)));
    reading.await.unwrap_or(Err(Error::Broken("names could not be looked up")))
}

/// How many of a draft nobody is called, if there are any.
fn unknown_told(named: &Named, total: i64) -> Option<String> {
    let (count, looked_up) = (named.unknown.len().to_string(), named.looked_up.to_string());
    let are_all = i64::try_from(named.looked_up).is_ok_and(|looked_up| looked_up == total);
    let said = match are_all {
        true => texts::filled("job_unknown", &[&count]),
        false => texts::filled("job_unknown_of", &[&count, &looked_up]),
    };
    (!named.unknown.is_empty()).then_some(said)
}

/// Starts, stops or discards a job.
async fn change(visit: &Visit, id: i64) -> Answer {
    // There is no page of it to go back to.
    visit.read(|tx| bulk_reset::find(tx, visit.tenant(), id))?;
    let (now, actor, what) = (visit.now(), visit.actor.clone(), visit.text("what").to_owned());
    let is_gone = what == "discard";
    let done = visit.write(move |tx| match what.as_str() {
        "start" => bulk_reset::start(tx, now, &actor, id),
        "stop" => bulk_reset::stop(tx, now, &actor, id),
        "discard" => bulk_reset::discard(tx, actor.tenant, id),
        _ => Err(Error::refused(texts::text("unknown_choice"))),
    });
    let done = done.await;
    visit.site.work.notify_one();
    match done {
        Ok(()) if is_gone => visit.go(&Visit::address("bulk-resets", &[])),
        Ok(()) => visit.go(&address(id)),
        Err(error) => visit.go_with(&address(id), Flash::bad(visit::refused(error)?)),
    }
}

/// What became of everybody, as a file.
pub async fn result(visit: Arc<Visit>) -> Answer {
    let id: i64 = visit.text("id").parse().unwrap_or(0);
    let (site, tenant) = (Arc::clone(&visit.site), visit.tenant());
    let reading =
        aside(move || site.store.read(|tx| bulk_reset::outcomes(tx, &site.realm, tenant, id, i64::MIN, -1)));
    let outcomes = reading.await.unwrap_or(Err(Error::Broken("a result could not be read")))?;
    // The mark at the beginning tells spreadsheets that it is UTF-8; the heading lets it be uploaded again.
    let mut text = String::from("\u{feff}username,result,reason,one-time password\r\n");
    for Outcome { name, state, reason, code, .. } in outcomes {
        let cells = [name, state, reason, code].map(|cell| cell_of(&cell));
        text.push_str(&cells.join(","));
        text.push_str("\r\n");
    }
    visit.download(&format!("reset-{id}.csv"), "text/csv; charset=UTF-8", text.into_bytes())
}

/// A cell: always in quotes, and never a formula when a spreadsheet opens the file.
fn cell_of(text: &str) -> String {
    let is_formula = text.starts_with(['=', '+', '-', '@', '\t', '\r']);
    let guard = if is_formula { "'" } else { "" };
    format!("\"{guard}{}\"", text.replace('"', "\"\""))
}

/// Carries out jobs until the server stops.
pub async fn work_off(site: Arc<Site>, stop: impl Future<Output = ()>) {
    tokio::pin!(stop);
    loop {
        let (realm, now) = (Arc::clone(&site.realm), site.now());
        let step = site.store.write(move |tx| bulk_reset::step(tx, now, &realm));
        let more = tokio::select! {
            biased;
            () = &mut stop => return,
            done = step => done,
        };
        match more {
            Ok(true) => continue,
            Ok(false) => {}
            Err(error) => tracing::error!(%error, "a bulk reset could not go on"),
        }
        tokio::select! {
            () = &mut stop => return,
            () = site.work.notified() => {}
            () = tokio::time::sleep(IDLE) => {}
        }
    }
}

#[cfg(test)]
mod tests {
    use super::cell_of;

    #[test]
    fn a_name_is_never_a_formula() {
        for (text, cell) in [
            ("tom", "\"tom\""),
            ("=1+1", "\"'=1+1\""),
            ("-2", "\"'-2\""),
            ("@sum", "\"'@sum\""),
            ("a\"b,c", "\"a\"\"b,c\""),
            ("", "\"\""),
        ] {
            assert_eq!(cell_of(text), cell);
        }
    }
}
