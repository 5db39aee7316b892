//! Moments as SAML writes them, and as milliseconds of the epoch.

use ::time::OffsetDateTime;
use ::time::format_description::well_known::Rfc3339;

/// `2017-01-16T08:30:00.123Z`
#[must_use]
pub fn written(milliseconds: i64) -> String {
    let moment = OffsetDateTime::from_unix_timestamp_nanos(i128::from(milliseconds) * 1_000_000)
        .unwrap_or(OffsetDateTime::UNIX_EPOCH);
    let (date, time) = (moment.date(), moment.time());
    format!(
        "{:04}-{:02}-{:02}T{:02}:{:02}:{:02}.{:03}Z",
        date.year(),
        u8::from(date.month()),
        date.day(),
        time.hour(),
        time.minute(),
        time.second(),
        time.millisecond()
    )
}

/// Milliseconds of the epoch. SAML asks for UTC; other zones are understood.
#[must_use]
pub fn read(text: &str) -> Option<i64> {
    let moment = OffsetDateTime::parse(text.trim(), &Rfc3339).ok()?;
    i64::try_from(moment.unix_timestamp_nanos() / 1_000_000).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_moment_is_read_as_it_was_written() {
        for moment in [0, 1_484_555_400_123, 4_102_444_799_999] {
            assert_eq!(read(&written(moment)), Some(moment));
        }
        assert_eq!(written(1_484_555_400_123), "2017-01-16T08:30:00.123Z");
        assert_eq!(read("2017-01-16T08:30:00Z"), Some(1_484_555_400_000));
        assert_eq!(read("2017-01-16T09:30:00+01:00"), Some(1_484_555_400_000));
        assert_eq!(read("yesterday"), None);
    }
}
