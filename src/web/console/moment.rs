//! Moments and days as people read and type them. The console shows UTC: administrators of one server live in several
//! places, and the log files it is compared with are in UTC.

use crate::domain::Now;

/// `2017-01-16 08:30:59 UTC`
pub fn shown(moment: Now) -> String {
    [&moment.to_timestamp().replace('T', " "), " UTC"].concat()
}

/// The first moment of a day, as `<input type="date">` sends it; none when it is no day.
pub fn start_of_day(text: &str) -> Option<Now> {
    let mut parts = text.splitn(3, '-');
    let (year, month, day) = (parts.next()?, parts.next()?, parts.next()?);
    let month = time::Month::try_from(month.parse::<u8>().ok()?).ok()?;
    let date = time::Date::from_calendar_date(year.parse().ok()?, month, day.parse().ok()?).ok()?;
    Some(Now(date.midnight().assume_utc().unix_timestamp() * 1000))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_day_begins_at_midnight_and_what_is_no_day_is_none() {
        assert_eq!(start_of_day("2017-01-16").map(shown).as_deref(), Some("2017-01-16 00:00:00 UTC"));
        for text in ["", "2017-02-30", "2017-13-01", "tomorrow", "2017-01", "2017-01-16T00:00", "-1-1-1"] {
            assert_eq!(start_of_day(text), None, "{text}");
        }
    }
}
