//! Times of sessions, the name of the SAML provider and what parts security questions (`identity.xml`); first values of
//! account policies are read elsewhere.

use super::{Found, plain, text};
use crate::config::document::Leaf;
use toml::Value;
use yaserde::YaDeserialize;

#[derive(Debug, Default, YaDeserialize)]
#[yaserde(rename = "Server")]
pub(super) struct Identity {
    #[yaserde(rename = "TimeConfig")]
    times: Option<TimeConfig>,
    #[yaserde(rename = "SSOService")]
    sso: Option<SsoService>,
    #[yaserde(rename = "Recovery")]
    recovery: Option<RecoveryConfig>,
}

#[derive(Debug, Default, YaDeserialize)]
struct RecoveryConfig {
    #[yaserde(rename = "Question")]
    question: Option<QuestionConfig>,
}

#[derive(Debug, Default, YaDeserialize)]
struct QuestionConfig {
    #[yaserde(rename = "Password")]
    password: Option<QuestionPassword>,
}

#[derive(Debug, Default, YaDeserialize)]
struct QuestionPassword {
    #[yaserde(rename = "Separator")]
    separator: Option<Leaf>,
}

#[derive(Debug, Default, YaDeserialize)]
struct SsoService {
    #[yaserde(rename = "EntityId")]
    entity_id: Option<Leaf>,
}

#[derive(Debug, Default, YaDeserialize)]
struct TimeConfig {
    #[yaserde(rename = "SessionIdleTimeout")]
    idle: Option<Leaf>,
    #[yaserde(rename = "RememberMeTimeout")]
    remember: Option<Leaf>,
}

impl Identity {
    pub(super) fn apply(&self, found: &mut Found) {
        if let Some((line, entity_id)) = self.sso.as_ref().and_then(|sso| plain(sso.entity_id.as_ref())) {
            found.set("saml_entity_id", line, "EntityId", text(entity_id));
        }
        let question = self.recovery.as_ref().and_then(|recovery| recovery.question.as_ref());
        let separator = question.and_then(|question| question.password.as_ref()?.separator.as_ref());
        if let Some((line, separator)) = plain(separator) {
            let place = "Recovery/Question/Password/Separator";
            found.set("challenge_separator", line, place, text(separator));
        }
        let Some(times) = &self.times else { return };
        for (value, key, name) in [
            (&times.idle, "session_minutes", "SessionIdleTimeout"),
            (&times.remember, "remember_me_minutes", "RememberMeTimeout"),
        ] {
            // What is no number falls back to the default, as in the original.
            let Some(value) = value else { continue };
            if let Some(minutes) = value.text().trim().parse::<i64>().ok().filter(|n| *n > 0) {
                found.set(key, value.line, name, Value::Integer(minutes));
            }
        }
    }
}
