//! Moments on the wire: `xs:dateTime`, read and written as Axis2 does (its `ConverterUtil`).
//!
//! Knows the calendar and nothing of who uses it. A text without a zone is taken for UTC.

use super::contract::Shape;
use super::fault::Fault;
use super::value::{Found, Value, simple};
use super::writer::{Prefix, Writer};

/// A moment, in milliseconds since 1970-01-01 UTC.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord)]
pub struct DateTime(pub i64);

const DAY: i64 = 86_400_000;
/// What stands in front of a fraction of a second: `2017-01-16T08:30:00`.
const LENGTH: usize = 19;

impl Value for DateTime {
    fn shape() -> Shape {
        simple("dateTime", true)
    }
    fn read(found: Found<'_>) -> Result<Self, Fault> {
        let Some(element) = found.first_value() else { return Ok(Self::default()) };
        parse(element.text().trim()).map(Self).map_err(Fault::server)
    }
    fn write(&self, writer: &mut Writer, prefix: Prefix, name: &str) {
        writer.text(prefix, name, &self.to_string());
    }
}

impl std::fmt::Display for DateTime {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let (year, month, day) = civil(self.0.div_euclid(DAY));
        let of_day = self.0.rem_euclid(DAY);
        let (seconds, millis) = (of_day / 1000, of_day % 1000);
        let (hour, minute, second) = (seconds / 3600, seconds / 60 % 60, seconds % 60);
        write!(f, "{year:04}-{month:02}-{day:02}T{hour:02}:{minute:02}:{second:02}.{millis:03}+00:00")
    }
}

/// Reads the text of a moment; the refusals are Axis2's.
fn parse(text: &str) -> Result<i64, String> {
    if text.len() < LENGTH {
        return Err("date string can not be less than 19 characters".into());
    }
    let misplaced = |what: &str| format!("invalid date format ({text}) with out {what} at correct place ");
    let head = text.get(..LENGTH).filter(|head| head.is_ascii()).ok_or_else(|| misplaced("- s"))?;
    let at = |index: usize| head.as_bytes().get(index).copied();
    if at(4) != Some(b'-') || at(7) != Some(b'-') {
        return Err(misplaced("- s"));
    }
    if at(10) != Some(b'T') || at(13) != Some(b':') || at(16) != Some(b':') {
        return Err(misplaced(":"));
    }
    let number = |from: usize, to: usize| -> Result<i64, String> {
        let digits = head.get(from..to).unwrap_or_default();
        digits.parse::<u32>().map(i64::from).map_err(|_| format!("For input string: \"{digits}\""))
    };
    let (year, month, day) = (number(0, 4)?, number(5, 7)?, number(8, 10)?);
    let (hour, minute, second) = (number(11, 13)?, number(14, 16)?, number(17, 19)?);
    let days = days(year, month, day);
    if civil(days) != (year, month, day) || hour > 23 || minute > 59 || second > 59 {
        return Err(format!("invalid date format ({text})"));
    }
    let (millis, offset) = fraction_and_zone(text.get(LENGTH..).unwrap_or_default())?;
    Ok(days * DAY + (hour * 60 + minute - offset) * 60_000 + second * 1000 + millis)
}

/// What follows the seconds: milliseconds, and the zone in minutes.
fn fraction_and_zone(rest: &str) -> Result<(i64, i64), String> {
    let wrong = || String::from("in valid time zone attribute");
    let (millis, zone) = match rest.strip_prefix('.') {
        None => (0, rest),
        Some(rest) => {
            let end = rest.find(|c: char| !c.is_ascii_digit()).unwrap_or(rest.len());
            let (digits, zone) = rest.split_at(end);
            let padded: String = digits.chars().chain("000".chars()).take(3).collect();
            (padded.parse().map_err(|_| wrong())?, zone)
        }
    };
    let sign = match zone.chars().next() {
        None | Some('Z') if zone.len() <= 1 => return Ok((millis, 0)),
        Some('+') => 1,
        Some('-') => -1,
        _ => return Err(wrong()),
    };
    let (hours, minutes) = zone.get(1..).and_then(|zone| zone.split_once(':')).ok_or_else(wrong)?;
    let number = |text: &str| text.parse::<u8>().map(i64::from).map_err(|_| wrong());
    Ok((millis, sign * (number(hours)? * 60 + number(minutes)?)))
}

/// Days since 1970-01-01 of a date of the Gregorian calendar; years begin in March, so that leap days come last.
fn days(year: i64, month: i64, day: i64) -> i64 {
    let year = if month <= 2 { year - 1 } else { year };
    let of_era = year.rem_euclid(400);
    let of_year = (153 * (month + if month > 2 { -3 } else { 9 }) + 2) / 5 + day - 1;
    year.div_euclid(400) * 146_097 + of_era * 365 + of_era / 4 - of_era / 100 + of_year - 719_468
}

/// Year, month and day of a number of days since 1970-01-01.
fn civil(days: i64) -> (i64, i64, i64) {
    let days = days + 719_468;
    let of_era = days.rem_euclid(146_097);
    let year_of_era = (of_era - of_era / 1460 + of_era / 36_524 - of_era / 146_096) / 365;
    let of_year = of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
    let from_march = (5 * of_year + 2) / 153;
    let month = if from_march < 10 { from_march + 3 } else { from_march - 9 };
    let year = year_of_era + days.div_euclid(146_097) * 400 + i64::from(month <= 2);
    (year, month, of_year - (153 * from_march + 2) / 5 + 1)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_moment_is_written_with_milliseconds_and_the_zone() {
        assert_eq!(DateTime(0).to_string(), "1970-01-01T00:00:00.000+00:00");
        assert_eq!(DateTime(1_700_000_000_042).to_string(), "2023-11-14T22:13:20.042+00:00");
        assert_eq!(DateTime(-1).to_string(), "1969-12-31T23:59:59.999+00:00");
        assert_eq!(DateTime(951_782_400_000).to_string(), "2000-02-29T00:00:00.000+00:00");
    }

    #[test]
    fn every_form_of_a_moment_is_read() {
        for (text, millis) in [
            ("2023-11-14T22:13:20.042Z", 1_700_000_000_042),
            ("2023-11-14T22:13:20Z", 1_700_000_000_000),
            ("2023-11-14T22:13:20", 1_700_000_000_000),
            ("2023-11-15T03:43:20.5+05:30", 1_700_000_000_500),
            ("2023-11-14T14:13:20.123456-08:00", 1_700_000_000_123),
            ("1969-12-31T23:59:59.999Z", -1),
        ] {
            assert_eq!(parse(text), Ok(millis), "{text}");
        }
        for millis in [0, -62_135_596_800_000, 253_402_300_799_999, 1_709_164_800_000] {
            assert_eq!(parse(&DateTime(millis).to_string()), Ok(millis));
        }
    }

    #[test]
    fn what_is_no_moment_is_refused_in_axis2s_words() {
        assert_eq!(parse("?"), Err("date string can not be less than 19 characters".into()));
        assert_eq!(parse("2023-11-14 22:13"), Err("date string can not be less than 19 characters".into()));
        let text = "2023/11/14T22:13:20Z";
        let expected = format!("invalid date format ({text}) with out - s at correct place ");
        assert_eq!(parse(text), Err(expected));
        for text in
            ["2023-02-29T00:00:00Z", "2023-13-01T00:00:00Z", "2023-01-01T24:00:00Z", "2023-00-10T00:00:00Z"]
        {
            assert_eq!(parse(text), Err(format!("invalid date format ({text})")), "{text}");
        }
        for text in ["2023-11-14T22:13:20 UTC", "2023-11-14T22:13:20+5", "2023-11-14T22:13:20Zx"] {
            assert_eq!(parse(text), Err("in valid time zone attribute".into()), "{text}");
        }
        assert!(parse("2023-1x-14T22:13:20Z").is_err());
        assert!(parse("äääää-11-14T22:13:20Z").is_err());
    }
}
