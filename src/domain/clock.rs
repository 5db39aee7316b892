//! The time, as a parameter: rules never ask for it, they are told.

use std::sync::atomic::{AtomicI64, Ordering};

/// A moment, in milliseconds since 1970-01-01 UTC.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Now(pub i64);

impl Now {
    /// The moment `minutes` later.
    #[must_use]
    pub fn plus_minutes(self, minutes: i64) -> Self {
        Self(self.0.saturating_add(minutes.saturating_mul(60_000)))
    }

    /// The moment `millis` milliseconds later.
    #[must_use]
    pub fn plus_millis(self, millis: i64) -> Self {
        Self(self.0.saturating_add(millis))
    }
}

/// `0000-01-01T00:00:00`
const FIRST_SECOND: i64 = -62_167_219_200;
/// `9999-12-31T23:59:59`
const LAST_SECOND: i64 = 253_402_300_799;

impl Now {
    /// The moment as claims store it, `2017-01-16T08:30:00`, in UTC.
    ///
    /// A moment that has no year of four digits is the nearest one that has: a code that is good for thousands of years
    /// must not read as one that has expired.
    #[must_use]
    pub fn to_timestamp(self) -> String {
        let seconds = self.0.div_euclid(1000).clamp(FIRST_SECOND, LAST_SECOND);
        let moment =
            time::OffsetDateTime::from_unix_timestamp(seconds).unwrap_or(time::OffsetDateTime::UNIX_EPOCH);
        let (date, clock) = (moment.date(), moment.time());
        // Every write of claims stamps the user; the formatting machinery would cost as much as storing it.
        let mut text = String::with_capacity("2017-01-16T08:30:00".len());
        let [century, year] =
            [date.year() / 100, date.year() % 100].map(|half| u8::try_from(half).unwrap_or(0));
        for (mark, number) in [
            ("", century),
            ("", year),
            ("-", u8::from(date.month())),
            ("-", date.day()),
            ("T", clock.hour()),
            (":", clock.minute()),
            (":", clock.second()),
        ] {
            text.push_str(mark);
            text.push(char::from(b'0' + number / 10 % 10));
            text.push(char::from(b'0' + number % 10));
        }
        text
    }
}

impl Now {
    /// The moment as the audit log writes it, `2017-01-16 08:30:00,123+0000`.
    #[must_use]
    pub fn to_audit_time(self) -> String {
        format!("{},{:03}+0000", self.to_timestamp().replace('T', " "), self.0.rem_euclid(1000))
    }
}

/// Where a face gets the time from.
pub trait Clock: Send + Sync + std::fmt::Debug {
    /// The present moment.
    fn now(&self) -> Now;
}

/// The clock of the machine.
#[derive(Debug, Clone, Copy, Default)]
pub struct SystemClock;

impl Clock for SystemClock {
    #[expect(clippy::disallowed_methods, reason = "the one place where the machine is asked for the time")]
    fn now(&self) -> Now {
        let since = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH).unwrap_or_default();
        Now(i64::try_from(since.as_millis()).unwrap_or(i64::MAX))
    }
}

/// A clock that stands still until it is moved; expiry and locking are tested with it.
#[derive(Debug)]
pub struct ManualClock(AtomicI64);

impl ManualClock {
    /// A clock standing at `now`.
    #[must_use]
    pub fn at(now: Now) -> Self {
        Self(AtomicI64::new(now.0))
    }

    /// Moves the clock on by `millis` milliseconds.
    pub fn advance(&self, millis: i64) {
        self.0.fetch_add(millis, Ordering::SeqCst);
    }
}

impl Clock for ManualClock {
    fn now(&self) -> Now {
        Now(self.0.load(Ordering::SeqCst))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_timestamp_has_two_digits_everywhere_and_four_for_the_year() {
        for (millis, expected) in [
            (0, "1970-01-01T00:00:00"),
            (1_484_555_400_999, "2017-01-16T08:30:00"),
            (-1, "1969-12-31T23:59:59"),
            (253_402_300_799_000, "9999-12-31T23:59:59"),
            (253_402_300_800_000, "9999-12-31T23:59:59"),
            (i64::MAX, "9999-12-31T23:59:59"),
            (i64::MIN, "0000-01-01T00:00:00"),
        ] {
            assert_eq!(Now(millis).to_timestamp(), expected);
        }
    }
}
