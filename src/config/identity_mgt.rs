//! `identity-mgt.properties` of an existing deployment: the switches of the recovery services. The rest of the file
//! belongs to a listener that is switched off in the original.

use super::properties;
use toml::Value;

/// What a property says.
#[derive(Debug, Clone, PartialEq)]
pub enum Read {
    /// Yes or no, in a word.
    Flag(String),
    /// A value.
    Value(Value),
    /// A number that makes no sense; it counts as absent, as in the original.
    Nonsense(String),
}

/// The settings that the text of the file says something about: key, line, name of the property, what it says.
pub fn read(bytes: &[u8]) -> Vec<(&'static str, u32, &'static str, Read)> {
    let mut found = Vec::new();
    for (number, name, value) in properties::read(bytes) {
        match (name.as_str(), value.trim()) {
            ("Captcha.Verification.Internally.Managed", value) => found.push((
                "recovery_captcha",
                number,
                "Captcha.Verification.Internally.Managed",
                Read::Flag(value.to_owned()),
            )),
            // Shipped as 0, which is meant to say nothing.
            ("Notification.Expire.Time", value) if !["", "0"].contains(&value) => {
                let minutes = match value.parse::<i64>() {
                    Ok(minutes) if minutes > 0 => Read::Value(Value::Integer(minutes)),
                    _ => Read::Nonsense(value.to_owned()),
                };
                found.push(("recovery_key_minutes", number, "Notification.Expire.Time", minutes));
            }
            ("Challenge.Question.Separator", value) if !value.is_empty() => {
                let separator = Read::Value(Value::String(value.to_owned()));
                found.push(("challenge_separator", number, "Challenge.Question.Separator", separator));
            }
            _ => {}
        }
    }
    found
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_switches_of_the_recovery_services_are_read_and_the_rest_is_left_alone() {
        let found = read(
            "# Captcha.Verification.Internally.Managed=true\n\nCaptcha.Verification.Internally.Managed = false\n \
             Notification.Expire.Time=30\nChallenge.Question.Separator=|\nUserInfoRecovery.SaaSEnable=false\nno value\n"
                .as_bytes(),
        );
        let found: Vec<_> = found.into_iter().map(|(key, line, _, value)| (key, line, value)).collect();
        let expected = [
            ("recovery_captcha", 3, Read::Flag("false".to_owned())),
            ("recovery_key_minutes", 4, Read::Value(Value::Integer(30))),
            ("challenge_separator", 5, Read::Value(Value::String("|".to_owned()))),
        ];
        assert_eq!(found, expected);
        let odd = read(b"Notification.Expire.Time=soon\nNotification.Expire.Time=0\n");
        let soon = Read::Nonsense("soon".to_owned());
        assert_eq!(odd, [("recovery_key_minutes", 1, "Notification.Expire.Time", soon)]);
    }
}
