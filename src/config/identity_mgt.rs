//! `identity-mgt.properties` of an existing deployment: the switches of the recovery services. The rest of the file
//! belongs to a listener that is switched off in the original.

use toml::Value;

/// The settings that the text of the file says something about: key, line, name of the property, value. Numbers that make no
/// sense count as absent, as in the original.
pub fn read(text: &str) -> Vec<(&'static str, u32, &'static str, Value)> {
    let mut found = Vec::new();
    for (number, line) in (1..).zip(text.lines().map(str::trim)) {
        if line.starts_with(['#', '!']) {
            continue;
        }
        let Some((name, value)) = line.split_once(['=', ':']) else { continue };
        match (name.trim(), value.trim()) {
            ("Captcha.Verification.Internally.Managed", value) => found.push((
                "recovery_captcha",
                number,
                "Captcha.Verification.Internally.Managed",
                Value::Boolean(value.eq_ignore_ascii_case("true")),
            )),
            ("Notification.Expire.Time", value) => {
                if let Some(minutes) = value.parse::<i64>().ok().filter(|minutes| *minutes > 0) {
                    let minutes = Value::Integer(minutes);
                    found.push(("recovery_key_minutes", number, "Notification.Expire.Time", minutes));
                }
            }
            ("Challenge.Question.Separator", value) if !value.is_empty() => {
                let separator = Value::String(value.to_owned());
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
             Notification.Expire.Time=30\nChallenge.Question.Separator=|\nUserInfoRecovery.SaaSEnable=false\nno value\n",
        );
        let found: Vec<_> = found.into_iter().map(|(key, line, _, value)| (key, line, value)).collect();
        let expected = [
            ("recovery_captcha", 3, Value::Boolean(false)),
            ("recovery_key_minutes", 4, Value::Integer(30)),
            ("challenge_separator", 5, Value::String("|".to_owned())),
        ];
        assert_eq!(found, expected);
        assert!(read("Notification.Expire.Time=soon\nNotification.Expire.Time=0\n").is_empty());
    }
}
