//! The mails of all tenants, as the operator of the machine sees them: without their texts.

use super::cli::Mail;
use super::commands::{Desk, Failure, say};
use crate::domain::mail_queue::{self, State};
use crate::domain::{Actor, Now};
use crate::store;
use std::io::Write as _;

/// Mails that are listed at most, the newest.
const SHOWN: usize = 1000;

impl Desk {
    /// `mail …`
    ///
    /// # Errors
    /// A mail that is not there.
    pub fn mail(&self, command: Mail) -> Result<(), Failure> {
        match command {
            Mail::List { state } => self.list_mails(state.as_deref()),
            Mail::Retry { id: Some(id), .. } => {
                self.write(move |tx, now, _| {
                    let actor = Actor::system(&mail_queue::tenant_of(tx, id)?);
                    mail_queue::retry(tx, now, &actor, id)
                })?;
                say("1 mails are due now")
            }
            Mail::Retry { id: None, failed } => {
                let actor = self.operator()?;
                let done = self.write(move |tx, now, _| mail_queue::retry_all(tx, now, &actor, failed))?;
                say(&format!("{done} mails are due now"))
            }
            Mail::Drop { id } => {
                self.write(move |tx, now, _| {
                    let actor = Actor::system(&mail_queue::tenant_of(tx, id)?);
                    mail_queue::drop(tx, now, &actor, id)
                })?;
                say("dropped")
            }
        }
    }

    fn list_mails(&self, state: Option<&str>) -> Result<(), Failure> {
        if let Some(name) = state.filter(|name| State::of(name).is_none()) {
            let known = State::ALL.map(State::name).join(", ");
            return Err(Failure::Usage(format!("there is no state {name}; a mail is one of {known}")));
        }
        // One more tells whether there are more.
        let asked = i64::try_from(SHOWN + 1).unwrap_or(i64::MAX);
        let mails = self.read(|tx| Ok(store::outbox::list(tx, state, asked)?))?;
        mails.iter().take(SHOWN).try_for_each(|mail| {
            let error = mail.last_error.as_deref().map(|text| format!(": {text}")).unwrap_or_default();
            say(&format!(
                "{} {} {} to {} ({}), queued {}, {} attempts{error}",
                mail.id,
                mail.state,
                mail.template,
                mail.recipient,
                mail.tenant,
                Now(mail.created_at).to_timestamp(),
                mail.attempts
            ))
        })?;
        if mails.len() > SHOWN {
            let more = format!(
                "there are more; these are the newest {SHOWN}. --state NAME lists those of one state"
            );
            let _ = writeln!(std::io::stderr(), "{more}");
        }
        Ok(())
    }
}
