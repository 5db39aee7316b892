//! Checks of numbers: none is so small that nothing works, or so large that it cannot be counted.

use super::Settings;
use super::settings::Mistake;

/// More seconds than anybody waits, and than every clock can count.
const LONGEST: u64 = 365 * 86_400;

/// The first number that cannot work.
pub(super) fn mistake(settings: &Settings) -> Option<Mistake> {
    for (key, value) in [
        ("user_list_limit", settings.user_list_limit),
        ("role_list_limit", settings.role_list_limit),
        ("wrong_code_limit", settings.wrong_code_limit),
        ("recovery_key_minutes", settings.recovery_key_minutes),
        ("admin_session_minutes", settings.admin_session_minutes),
        ("session_minutes", settings.session_minutes),
        ("remember_me_minutes", settings.remember_me_minutes),
        ("attempts_per_minute", i64::from(settings.attempts_per_minute)),
        ("connections", i64::try_from(settings.connections).unwrap_or(i64::MAX)),
        ("mail.concurrency", i64::try_from(settings.mail.concurrency).unwrap_or(i64::MAX)),
        ("mail.port", i64::from(settings.mail.port)),
        ("body_limit", i64::try_from(settings.body_limit).unwrap_or(i64::MAX)),
        ("header_limit", i64::try_from(settings.header_limit).unwrap_or(i64::MAX)),
        ("requests_per_connection", i64::try_from(settings.requests_per_connection).unwrap_or(i64::MAX)),
        ("handshake_seconds", i64::try_from(settings.handshake_seconds).unwrap_or(i64::MAX)),
        ("header_seconds", i64::try_from(settings.header_seconds).unwrap_or(i64::MAX)),
        ("body_seconds", i64::try_from(settings.body_seconds).unwrap_or(i64::MAX)),
    ] {
        if value < 1 {
            let why = format!("{value} is too small");
            return Some(Mistake { key, why, hint: "use a number greater than 0" });
        }
    }
    for (key, value, most) in [
        ("connections", u64::try_from(settings.connections).unwrap_or(u64::MAX), 1_000_000),
        ("handshake_seconds", settings.handshake_seconds, LONGEST),
        ("header_seconds", settings.header_seconds, LONGEST),
        ("body_seconds", settings.body_seconds, LONGEST),
        ("shutdown_seconds", settings.shutdown_seconds, LONGEST),
        ("mail.timeout_seconds", settings.mail.timeout_seconds, LONGEST),
    ] {
        if value > most {
            let why = format!("{value} is too large");
            return Some(Mistake { key, why, hint: "use a smaller number" });
        }
    }
    None
}
