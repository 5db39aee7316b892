//! What the steps answer, in the words of IS 5.3.0.

use super::contract::{NotificationDataDTO, VerificationBean};
use crate::domain::Secret;
use crate::domain::recovery_dialogue::{Problem, ToSend};
use crate::services::Call;
use crate::soap::Fault;

/// That it failed, and why.
pub(super) fn failed(error: impl Into<String>) -> VerificationBean {
    VerificationBean { error: Some(error.into()), ..VerificationBean::default() }
}

/// That it is right.
pub(super) fn verified() -> VerificationBean {
    VerificationBean { verified: true, ..VerificationBean::default() }
}

/// The next step: the name without its tenant, and the key.
pub(super) fn next((name, key): (String, Secret)) -> VerificationBean {
    VerificationBean { userId: Some(name), key: Some(key.reveal().to_owned()), ..verified() }
}

/// A text of the original for a problem: `bad_name` and `bad_key` are the step's own.
pub(super) fn told(problem: &Problem, user: &str, bad_name: &str, bad_key: &str) -> String {
    match problem {
        Problem::BadName => bad_name.to_owned(),
        Problem::ExpiredKey => "18002 The code is expired".to_owned(),
        Problem::InvalidKey => bad_key.to_owned(),
        Problem::NoSuchUser => format!("18003 User does not exist : {user}"),
        Problem::Disabled => format!("17003 Account is disabled for user {user}. Can not allow to recover."),
        Problem::Locked => format!("18013 Error verifying user : {user}"),
        Problem::NoMail(_) => format!("18015: 18013 Error when sending recovery message for user: {user}"),
        Problem::NoQuestion => format!("18016 Error when getting user challenge questions for user : {user}"),
        Problem::Password(_) => format!("18013 Error while updating credential for user: {user}"),
        Problem::Internal(_) => format!("18013 Error verifying user : {user}"),
    }
}

/// Says in the log why a step was not taken, whatever the client reads: what failed inside to who runs the server.
pub(super) fn note(problem: &Problem) {
    match problem {
        Problem::Internal(error) if error.is_failure() => {
            tracing::error!(%error, "a recovery failed inside");
        }
        refusal => tracing::debug!(%refusal, "a step of a recovery was refused"),
    }
}

/// What a program is given to send itself; headers of the request are not handed on.
pub(super) fn to_send(
    call: &Call,
    sent: ToSend,
    kind: &str,
    channel: Option<String>,
) -> Result<NotificationDataDTO, Fault> {
    Ok(NotificationDataDTO {
        domainName: Some(call.actor()?.domain.clone()),
        firstName: sent.first_name,
        notification: Some(kind.to_owned()),
        notificationAddress: Some(sent.address),
        notificationCode: sent.code.map(|code| code.reveal().to_owned()),
        notificationType: channel,
        userId: Some(sent.user.display_name()),
        ..NotificationDataDTO::default()
    })
}

/// Why somebody cannot be registered. The original looks for pieces of the kernel's text; most of its refusals have none of
/// them.
pub(super) fn registration_refusal(reason: &str, user: &str) -> String {
    if reason.contains("Credential must be a non null string") {
        format!("17002 Credential not valid. Credential must be a non null for the user : {user}")
    } else if reason.contains("Password at least should have") {
        format!("18013 {reason}")
    } else {
        format!("18013 Error occurred while adding user : {user}")
    }
}
