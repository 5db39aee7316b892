//! Forcing a password reset on one user: what it would do under the options that are on, what is pending, and the way
//! back. It sets the claim that `setUserProfile` sets; the rules are those of `domain::forced_reset`.

use super::flash::Flash;
use super::moment::shown;
use super::resets::{stage_text, ways};
use super::visit::{self, Visit};
use super::{Answer, texts};
use crate::domain::claim::{self, Changes, DEFAULT_PROFILE};
use crate::domain::forced_reset::{self, Options, Outlook, PUBLISHED_CODE, TRIGGER, Waiting};
use crate::domain::{Error, User, profile, user};
use std::sync::Arc;

/// Whose password is to be reset.
#[derive(Debug, Clone, Copy)]
pub enum Whose<'a> {
    /// One user's, whose mails go there.
    Of(&'a [String]),
    /// Those of many users.
    OfMany,
}

/// What forcing a reset does under some options, a sentence a line.
pub fn consequences(options: Options, whose: Whose<'_>, minutes: i64) -> Vec<String> {
    let mut lines = Vec::new();
    let mailed = |one: &'static str, many: &'static str| match whose {
        // What stands in the way then is said on its own.
        Whose::Of([]) => None,
        Whose::Of(addresses) => Some(texts::filled(one, &[&addresses.join(", ")])),
        Whose::OfMany => Some(texts::text(many).to_owned()),
    };
    if options.link {
        lines.extend(mailed("does_mail_link", "does_mail_links"));
    } else if options.otp {
        lines.extend(mailed("does_mail_otp", "does_mail_otps"));
    }
    if options.offline {
        let key = if matches!(whose, Whose::OfMany) { "does_publish_codes" } else { "does_publish_code" };
        lines.push(texts::text(key).to_owned());
    }
    if !lines.is_empty() {
        lines.push(texts::text("does_refuse_password").to_owned());
        lines.push(texts::text("does_end_sessions").to_owned());
        lines.push(texts::filled("does_expire", &[&minutes.to_string()]));
    }
    lines
}

/// What is pending, for people.
fn told(pending: &Waiting) -> Vec<[String; 2]> {
    let row = |key, value: String| [texts::text(key).to_owned(), value];
    vec![
        row("state", stage_text(pending.stage).to_owned()),
        row("pending_way", ways(pending.way).join(", ")),
        row("pending_since", shown(pending.since)),
        row("pending_until", shown(pending.expires)),
        row("pending_by", pending.forced_by.clone()),
    ]
}

fn look(visit: &Visit) -> Result<(User, Outlook, Option<Waiting>), Error> {
    visit.read(|tx| {
        let user = user::find(tx, visit.tenant(), visit.key("name"))?;
        let outlook = forced_reset::outlook(tx, visit.realm(), &user)?;
        let pending = forced_reset::pending(tx, visit.now(), &user)?;
        Ok((user, outlook, pending))
    })
}

/// Which pending reset a form was made for; a form that was sent already was made for another one.
fn mark(pending: Option<&Waiting>) -> String {
    pending.map_or(0, |pending| pending.key).to_string()
}

/// Shows the screen and does what it offers.
pub async fn show(visit: Arc<Visit>) -> Answer {
    let name = visit.read(|tx| user::find(tx, visit.tenant(), visit.key("name")))?.display_name();
    let (mut wrong, mut code, mut did) = (None, None, None);
    if visit.is_post {
        let is_force = match visit.text("what") {
            "force" => true,
            "cancel" => false,
            _ => return Err(Error::refused(texts::text("unknown_choice"))),
        };
        match set(&visit, &name, is_force).await {
            Ok(Done::Elsewhere) => {
                let here = visit.link("users/reset", &[("name", &name)]);
                return visit.go_with(&here, Flash::bad(texts::text("reset_meanwhile")));
            }
            Ok(Done::Here(published)) => {
                code = published;
                let key = if is_force { "reset_forced" } else { "reset_withdrawn" };
                did = Some(texts::filled(key, &[&name]));
            }
            Err(error) => wrong = Some(visit::refused(error)?),
        }
    }
    let (user, outlook, pending) = look(&visit)?;
    let mut context = visit.context(texts::text("reset_title"));
    context.insert("name", &name);
    context.insert("is_own", &(user.id == visit.actor.user));
    context.insert("lines", &consequences(outlook.options, Whose::Of(&outlook.addresses), outlook.minutes));
    context.insert("obstacle", &outlook.obstacle);
    context.insert("pending", &pending.as_ref().map(told));
    context.insert("mark", &mark(pending.as_ref()));
    context.insert("code", &code);
    let options = outlook.options;
    context.insert("no_option", &(!options.link && !options.otp && !options.offline));
    context.insert("profile", &visit.link("users/profile", &[("name", &name)]));
    context.insert("back", &visit.way_to(&visit.link("users/user", &[("name", &name)])));
    if let Some(did) = did {
        context.insert("flash", &Flash::good(did));
    }
    match wrong {
        Some(wrong) => visit.show_again("console/reset.html", context, &wrong),
        None => visit.show("console/reset.html", context),
    }
}

/// What became of a form.
enum Done {
    /// What it says, with the one-time password to hand over, if one was published.
    Here(Option<String>),
    /// Nothing: another page forced or cancelled a reset meanwhile.
    Elsewhere,
}

/// Sets the claim, unless a page that is loaded again, another tab or another administrator was first: that must not make
/// the code void that was just handed over.
async fn set(visit: &Visit, name: &str, force: bool) -> Result<Done, Error> {
    let (now, realm, actor) = (visit.now(), Arc::clone(visit.realm()), visit.actor.clone());
    let (typed, made_for) = (name.to_owned(), visit.text("mark").to_owned());
    visit
        .write(move |tx| {
            let user = user::find(tx, actor.tenant, &typed)?;
            if made_for != mark(forced_reset::pending(tx, now, &user)?.as_ref()) {
                return Ok(Done::Elsewhere);
            }
            if force {
                Options::of(tx, actor.tenant)?.check()?;
            }
            let mut changes = Changes::default();
            changes.set(TRIGGER, Some(force.to_string()));
            profile::set(tx, now, &realm, &actor, &typed, DEFAULT_PROFILE, changes)?;
            let codes = claim::values(tx, &realm, &user, &[PUBLISHED_CODE])?;
            Ok::<_, Error>(Done::Here(codes.into_iter().next().map(|(_, code)| code).filter(|_| force)))
        })
        .await
}
