//! A way to sign in at an identity provider, or to provision users to it: its fields in the form of the provider, what was
//! sent, and the properties that come of it.
//!
//! Secrets are not put into a page: their fields are empty, and stay what they are until something is typed.

use super::sheet::{SHOWN, Sheet, lines};
use super::visit::Visit;
use crate::domain::identity_provider::{
    AUTHENTICATORS, CONNECTORS, IdentityProvider, Kind, Offered, OfferedProperty, Property, UNIQUE_ID,
    is_secret,
};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;

/// What the fields of an authenticator begin with; its name follows.
const WAY: &str = "way__";
/// What those of a provisioning connector begin with.
const OUTBOUND: &str = "out__";
/// The fields of one begin with its own and go on with these.
const ENABLED: &str = "enabled";
pub const VALUE: &str = "p__";
const NAMES: &str = "names";
const SECRET: &str = "secret__";
const DROP: &str = "drop";
/// What a form that is shown again had dropped already.
const GONE: &str = "gone";

/// A way to sign in at the provider, or to provision users to it.
#[derive(Debug, Clone, Copy)]
pub struct Part<'p> {
    pub name: &'p str,
    /// What a server has installed of that name.
    pub offered: Option<&'static Offered>,
    /// Whether it is on, and its properties; nothing where the provider has none of that name.
    pub known: Option<(bool, &'p [Property])>,
    beginning: &'static str,
}

impl<'p> Part<'p> {
    /// Whether a sheet says that it is on.
    pub fn is_on(&self, sheet: &Sheet) -> bool {
        sheet.is_on(&[&self.field(), ENABLED].concat())
    }

    /// What its fields begin with.
    pub fn field(&self) -> String {
        [self.beginning, self.name, "__"].concat()
    }

    /// Its properties, but for the mark of a masking.
    pub fn properties(&self) -> impl Iterator<Item = &'p Property> {
        let all = self.known.map(|(_, properties)| properties).unwrap_or_default();
        all.iter().filter(|one| one.name != UNIQUE_ID)
    }

    fn described(&self, property: &str) -> Option<&'static OfferedProperty> {
        self.offered.and_then(|offered| offered.properties.iter().find(|one| one.name == property))
    }

    /// What stands in a property.
    pub fn kind(&self, property: &str) -> Kind {
        self.described(property).map_or(Kind::Text, |one| one.kind)
    }

    /// Whether a property is shown to nobody.
    pub fn is_confidential(&self, property: &Property) -> bool {
        // A box to tick hides nothing, whatever its name sounds like.
        self.kind(&property.name) != Kind::Flag
            && (property.blob
                || is_secret(property)
                || self.described(&property.name).is_some_and(|one| one.confidential))
    }

    /// Puts its fields into a form.
    pub fn write(&self, sheet: &mut Sheet) {
        let field = self.field();
        sheet.tick(&[&field, ENABLED].concat(), self.known.is_some_and(|(enabled, _)| enabled));
        sheet.list(&[&field, NAMES].concat(), self.properties().map(|one| one.name.clone()));
        for one in self.properties() {
            if !self.is_confidential(one) {
                sheet.write_raw(&[&field, VALUE, &one.name].concat(), &shown_value(one));
            }
            sheet.tick(&[&field, SECRET, &one.name].concat(), one.confidential);
        }
    }

    /// What was sent over what was shown. A field that was not on the form says nothing; an empty one of something new
    /// neither.
    pub fn typed(&self, visit: &Visit, shown: &Sheet, sheet: &mut Sheet) {
        let field = self.field();
        let within = |end: &str| [&field, end].concat();
        // A script's form means only what it speaks of.
        let is_script = visit.parameters.get(SHOWN).is_none();
        let enabled = match visit.parameters.get(&within(ENABLED)) {
            None if is_script => self.is_on(shown),
            _ => visit.ticked(&within(ENABLED)),
        };
        let (value_field, secret_field) = (within(VALUE), within(SECRET));
        let posted: Vec<(&str, &str)> = visit.parameters.below(&value_field).collect();
        let dropped_field = within(DROP);
        let dropped: Vec<&str> = visit.parameters.all(&dropped_field).collect();
        let mut names: Vec<String> = Vec::new();
        let mut keep = |sheet: &mut Sheet, name: &str, value: &str, is_secret: bool| {
            sheet.write_lines(&[&value_field, name].concat(), value);
            sheet.tick(&[&secret_field, name].concat(), is_secret);
            if !names.iter().any(|known| known == name) {
                names.push(name.to_owned());
            }
        };
        let gone_field = within(GONE);
        let gone: Vec<&str> = visit.parameters.all(&gone_field).collect();
        let before = shown.all(&within(NAMES)).iter().filter(|name| !gone.contains(&name.as_str()));
        let before: Vec<&String> = before.collect();
        for name in before.iter().filter(|name| !dropped.contains(&name.as_str())) {
            let value = match posted.iter().find(|(known, _)| known == name) {
                Some((_, value)) => value,
                // A box that is not ticked is not sent, nor is one that was not.
                None if !is_script
                    && self.kind(name) == Kind::Flag
                    && shown.text(&[&value_field, name.as_str()].concat()) == "true" =>
                {
                    continue;
                }
                None => shown.text(&[&value_field, name.as_str()].concat()),
            };
            keep(sheet, name, value, shown.is_on(&[&secret_field, name.as_str()].concat()));
        }
        for (name, value) in
            posted.iter().filter(|(name, _)| !before.iter().any(|known| known.as_str() == *name))
        {
            let usual = self.described(name).and_then(|one| one.value).filter(|_| !enabled);
            if !value.is_empty() && usual != Some(value) {
                keep(sheet, name, value, self.described(name).is_some_and(|one| one.confidential));
            }
        }
        for one in self.offered.iter().flat_map(|one| one.properties).filter(|one| one.kind == Kind::File) {
            if let Some(file) = visit.parameters.file(&[&value_field, one.name].concat()) {
                keep(sheet, one.name, &STANDARD.encode(&file.bytes), one.confidential);
            }
        }
        let (new_name, new_value, new_secret) = (within("newName"), within("newValue"), within("newSecret"));
        let secret: Vec<&str> = visit.parameters.all(&new_secret).collect();
        let new = visit.parameters.all(&new_name).map(str::trim).zip(visit.parameters.all(&new_value));
        for (number, (name, value)) in new.enumerate().filter(|(_, (name, _))| !name.is_empty()) {
            keep(sheet, name, value, secret.contains(&number.to_string().as_str()));
        }
        sheet.list(&within(NAMES), names);
        sheet.tick(&within(ENABLED), enabled);
    }

    /// Its properties as a sheet says. An empty secret is the one there was.
    pub fn applied(&self, sheet: &Sheet) -> Vec<Property> {
        let field = self.field();
        let value_field = [&field, VALUE].concat();
        let listed = sheet.all(&[&field, NAMES].concat()).iter().map(String::as_str);
        let mut names: Vec<&str> = listed.collect();
        // Somebody else dropped what was given a value here.
        let valued: Vec<&str> = sheet.below(&value_field).map(|(name, _)| name).collect();
        names.extend(
            valued
                .into_iter()
                .filter(|name| !sheet.all(&[&field, NAMES].concat()).iter().any(|one| one == name)),
        );
        let mut properties = Vec::new();
        for name in names {
            let before = self.properties().find(|one| one.name == name);
            let value = sheet.text(&[&value_field, name].concat());
            let like = Property { name: name.to_owned(), ..before.cloned().unwrap_or_default() };
            let confidential = sheet.is_on(&[&field, SECRET, name].concat()) || self.is_confidential(&like);
            match before {
                Some(before) if confidential && value.is_empty() => properties.push(before.clone()),
                Some(before) if before.confidential == confidential && shown_value(before) == value => {
                    properties.push(before.clone());
                }
                None if confidential && value.is_empty() => {}
                _ => properties.push(Property {
                    value: Some(value.to_owned()),
                    confidential,
                    blob: like.blob || self.kind(name) == Kind::File,
                    ..like
                }),
            }
        }
        properties
    }
}

/// A value as its field shows it.
fn shown_value(property: &Property) -> String {
    lines(property.value.as_deref().unwrap_or_default())
}

/// What the server has, and what the provider has besides.
fn parts<'p>(
    beginning: &'static str,
    offered: &'static [Offered],
    known: Vec<(&'p str, bool, &'p [Property])>,
) -> Vec<Part<'p>> {
    let find = |name: &str| known.iter().find(|(known, ..)| *known == name).map(|(_, on, all)| (*on, *all));
    let installed = offered.iter().map(|one| Part {
        name: one.name,
        offered: Some(one),
        known: find(one.name),
        beginning,
    });
    let others = known.iter().filter(|(name, ..)| offered.iter().all(|one| one.name != *name));
    let others =
        others.map(|(name, on, all)| Part { name, offered: None, known: Some((*on, *all)), beginning });
    installed.chain(others).collect()
}

/// The ways to sign in at a provider.
pub fn ways(provider: &IdentityProvider) -> Vec<Part<'_>> {
    let known = provider.authenticators.iter().map(|one| (one.name.as_str(), one.enabled, &*one.properties));
    parts(WAY, AUTHENTICATORS, known.collect())
}

/// The ways to provision users to it.
pub fn connectors(provider: &IdentityProvider) -> Vec<Part<'_>> {
    let known = provider.connectors.iter().map(|one| (one.name.as_str(), one.enabled, &*one.properties));
    parts(OUTBOUND, CONNECTORS, known.collect())
}

/// Whether a field holds the names of properties.
pub fn is_names(field: &str) -> bool {
    field.ends_with(&["__", NAMES].concat())
}

/// For a form that is shown again: hidden fields that say what it dropped.
pub fn gone(visit: &Visit) -> Vec<(String, &str)> {
    let ended = |name: &str, end: &str| name.strip_suffix(end).is_some_and(|rest| rest.ends_with("__"));
    let sent = visit.parameters.below("").filter(|(name, _)| ended(name, DROP) || ended(name, GONE));
    let field = |name: &str| [name.trim_end_matches(DROP).trim_end_matches(GONE), GONE].concat();
    sent.map(|(name, property)| (field(name), property)).collect()
}
