//! Users from `UM_USER` and `UM_USER_ATTRIBUTE`, and their identity claims from `IDN_IDENTITY_USER_DATA`.

use super::export::{Export, Files, Meant};
use super::{Fact, OldUser, Stored};
use crate::domain::claim::{DEFAULT_PROFILE, is_identity};
use crate::domain::exported::Row;
use crate::domain::name::{QualifiedName, folded};
use crate::domain::{Error, Now};
use std::collections::HashMap;

/// Reads the users and says who has which key in the tables.
pub(super) fn read(
    files: &Files,
    meant: &Meant,
    export: &mut Export,
) -> Result<HashMap<String, String>, Error> {
    let mut places = HashMap::new();
    for row in files.tables.get("UM_USER").into_iter().flat_map(|table| table.of_tenant(meant.tenant_id)) {
        let key = row.must("UM_ID")?.trim().to_owned();
        if places.insert(key, export.users.len()).is_some() {
            return Err(row.refuse("UM_ID is there twice"));
        }
        export.users.push(user(&row)?);
    }
    let attributes = files.tables.get("UM_USER_ATTRIBUTE");
    for row in attributes.into_iter().flat_map(|table| table.of_tenant(meant.tenant_id)) {
        if row.text("UM_PROFILE_ID").is_some_and(|profile| profile != DEFAULT_PROFILE) {
            export.pass_over("attributes of other profiles than the default one");
            continue;
        }
        let owner = places.get(row.must("UM_USER_ID")?.trim()).and_then(|place| export.users.get_mut(*place));
        match (owner, row.text("UM_ATTR_VALUE")) {
            (Some(user), Some(value)) => user.add(row.must("UM_ATTR_NAME")?, value),
            // An empty value is none.
            (Some(_), None) => {}
            (None, _) => export.pass_over("attributes of users who are not there"),
        }
    }
    let data = files.tables.get("IDN_IDENTITY_USER_DATA");
    for row in data.into_iter().flat_map(|table| table.of_tenant(meant.tenant_id)) {
        let (name, uri) = (QualifiedName::parse(row.must("USER_NAME")?), row.must("DATA_KEY")?);
        if name.domain_or_primary() != meant.store {
            export.pass_over("identity claims of users of other user stores");
        } else if !is_identity(uri) {
            export.pass_over("rows of IDN_IDENTITY_USER_DATA that are no identity claims");
        } else {
            let value = row.text("DATA_VALUE").map(str::to_owned);
            export.facts.push(Fact { user: folded(&name.name), uri: uri.to_owned(), value });
        }
    }
    let name_at = |place: usize| export.users.get(place).map(|user| folded(&user.name)).unwrap_or_default();
    Ok(places.into_iter().map(|(key, place)| (key, name_at(place))).collect())
}

fn user(row: &Row<'_>) -> Result<OldUser, Error> {
    let name = row.must("UM_USER_NAME")?;
    let password = Stored::Database {
        salt: row.text("UM_SALT_VALUE").unwrap_or_default().to_owned(),
        // Without one anybody could sign in.
        value: row.must("UM_USER_PASSWORD")?.to_owned(),
    };
    let changed_at = match row.text("UM_CHANGED_TIME") {
        Some(text) => Some(moment(text).ok_or_else(|| {
            row.refuse(&format!(
                "UM_CHANGED_TIME is {text:?}; it has to look like 2017-01-16 08:30:00 (in Oracle, set NLS_TIMESTAMP_FORMAT)"
            ))
        })?),
        None => None,
    };
    Ok(OldUser {
        place: row.place(),
        name: name.to_owned(),
        password,
        require_change: row.flag("UM_REQUIRE_CHANGE"),
        changed_at,
        attributes: Vec::new(),
    })
}

impl OldUser {
    /// Adds a value; several of one attribute stand behind each other with commas, as claims show them.
    pub(super) fn add(&mut self, attribute: &str, value: &str) {
        match self.attributes.iter_mut().find(|(known, _)| known.eq_ignore_ascii_case(attribute)) {
            Some((_, values)) => *values = [values, ",", value].concat(),
            None => self.attributes.push((attribute.to_owned(), value.to_owned())),
        }
    }
}

/// A moment as databases export it, taken as UTC: `2017-01-16 08:30:00.0`.
fn moment(text: &str) -> Option<Now> {
    let mut numbers = text.split(|letter: char| !letter.is_ascii_digit());
    let mut number = || numbers.next()?.parse::<u16>().ok();
    let year = number()?;
    let [month, day, hour, minute, second] = [number()?, number()?, number()?, number()?, number()?]
        .map(|part| u8::try_from(part).unwrap_or(u8::MAX));
    let date = time::Date::from_calendar_date(year.into(), month.try_into().ok()?, day).ok()?;
    let clock = time::Time::from_hms(hour, minute, second).ok()?;
    Some(Now(time::PrimitiveDateTime::new(date, clock).assume_utc().unix_timestamp().checked_mul(1000)?))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn moments_are_read_in_the_ways_databases_write_them() {
        for text in ["2017-01-16 08:30:00.0", "2017-01-16 08:30:00", "2017-01-16T08:30:00.123456Z"] {
            assert_eq!(moment(text), Some(Now(1_484_555_400_000)), "{text}");
        }
        for text in ["", "yesterday", "16-JAN-17", "2017-13-16 08:30:00", "2017-01-16 25:30:00"] {
            assert_eq!(moment(text), None, "{text}");
        }
    }
}
