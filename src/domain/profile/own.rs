//! The profile that its user edits himself, with what a form may ask of it: claims that are read-only stay as they are,
//! required ones are filled, and values match the expression of their claim. The services of IS 5.3.0 leave these checks
//! to the pages, so they are here and not in [`super::set`].

use super::{Field, Profile, read};
use crate::domain::catalogue::ROLE;
use crate::domain::claim::{self, Changes, DEFAULT_PROFILE};
use crate::domain::{Actor, Error, Now, Realm, account, pattern};
use crate::store::Tx;
use std::sync::Arc;

/// Characters that the attribute of a claim holds at most.
const LONGEST: usize = 1024;

/// What is wrong with a value.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Flaw {
    /// The claim is required.
    Missing,
    /// It does not match the expression of its claim.
    Pattern,
    /// Longer than the attribute can be.
    Long,
    /// A line break or another character that cannot be shown.
    Unprintable,
}

impl Flaw {
    fn of(field: &Field, value: &str) -> Option<Self> {
        if value.is_empty() {
            return field.required.then_some(Self::Missing);
        }
        if value.chars().count() > LONGEST {
            return Some(Self::Long);
        }
        if value.chars().any(char::is_control) {
            return Some(Self::Unprintable);
        }
        let wanted = field.pattern.as_deref().filter(|wanted| !wanted.trim().is_empty());
        wanted.is_some_and(|wanted| !pattern::matches(wanted, value)).then_some(Self::Pattern)
    }
}

/// The actor's own profile. What the account itself rests on is shown as read-only, whatever the claim says: users do not
/// write that of their own.
///
/// # Errors
/// Failures of the database.
pub fn own(tx: &mut Tx<'_>, realm: &Realm, actor: &Actor) -> Result<Profile, Error> {
    let user = account::own(tx, actor)?;
    let mut profile = read(tx, realm, &user)?;
    let catalogue = realm.catalogues.of(tx, user.tenant)?;
    for field in &mut profile.fields {
        field.read_only |= *field.uri == *ROLE || claim::is_of_account(&catalogue, &field.uri);
    }
    Ok(profile)
}

/// Takes over what the actor typed into the form of his own profile: pairs of claim and value. Fields that he may not
/// write and claims that are no fields are passed over; nothing is stored when one of the values is refused.
///
/// # Errors
/// The flaws by claim, inside `Ok`; refusals of [`claim::write`] outside.
pub fn edit(
    tx: &mut Tx<'_>,
    now: Now,
    realm: &Realm,
    actor: &Actor,
    typed: &[(String, String)],
) -> Result<Result<(), Vec<(String, Flaw)>>, Error> {
    let profile = own(tx, realm, actor)?;
    let (mut changes, mut flaws) = (Changes::default(), Vec::new());
    for field in profile.fields.iter().filter(|field| !field.read_only) {
        let Some((_, value)) = typed.iter().find(|(uri, _)| **uri == *field.uri) else { continue };
        let value = value.trim();
        // A value that was there before a rule keeps nobody from changing another one.
        if field.value.as_deref().unwrap_or_default().trim() == value && !(value.is_empty() && field.required)
        {
            continue;
        }
        match Flaw::of(field, value) {
            Some(flaw) => flaws.push((field.uri.to_string(), flaw)),
            None => changes.set(Arc::clone(&field.uri), (!value.is_empty()).then(|| value.to_owned())),
        }
    }
    if !flaws.is_empty() {
        return Ok(Err(flaws));
    }
    if !changes.is_empty() {
        let user = account::own(tx, actor)?;
        claim::write(tx, now, realm, actor, &user, DEFAULT_PROFILE, changes)?;
    }
    Ok(Ok(()))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::fixture::*;
    use crate::domain::{Tenant, User};

    const NAME: &str = "http://wso2.org/claims/lastname";
    const COUNTRY: &str = "http://wso2.org/claims/country";

    fn actor(user: &User) -> Actor {
        let tenant =
            Tenant { id: SUPER, domain: "carbon.super".into(), active: true, admin_name: String::new() };
        Actor::of(&tenant, user, &user.name)
    }

    fn typed(world: &World, user: &User, values: &[(&str, &str)]) -> Result<(), Vec<(String, Flaw)>> {
        let (realm, actor, now) = (world.realm.clone(), actor(user), world.now());
        let values: Vec<(String, String)> =
            values.iter().map(|(uri, value)| ((*uri).to_owned(), (*value).to_owned())).collect();
        world.write(move |tx| edit(tx, now, &realm, &actor, &values))
    }

    fn value(world: &World, user: &User, uri: &str) -> Option<String> {
        let profile = world.read(|tx| own(tx, &world.realm, &actor(user)));
        profile.fields.into_iter().find(|field| *field.uri == *uri).and_then(|field| field.value)
    }

    #[test]
    fn a_user_changes_what_he_may_and_every_flaw_is_named_before_anything_is_stored() {
        let world = World::new();
        let tom = world.find("tom");
        typed(&world, &tom, &[(NAME, " Müller "), (COUNTRY, "Österreich")]).unwrap();
        assert_eq!(value(&world, &tom, NAME).as_deref(), Some("Müller"));
        assert_eq!(value(&world, &tom, COUNTRY).as_deref(), Some("Österreich"));
        let long = "x".repeat(1025);
        let refused =
            typed(&world, &tom, &[(NAME, " "), (MAIL, "nobody"), (COUNTRY, "a\nb"), (GIVEN_NAME, &long)]);
        let mut flaws = refused.unwrap_err();
        flaws.sort_by(|one, other| one.0.cmp(&other.0));
        let expected = [
            (COUNTRY, Flaw::Unprintable),
            (MAIL, Flaw::Pattern),
            (GIVEN_NAME, Flaw::Long),
            (NAME, Flaw::Missing),
        ];
        assert_eq!(flaws, expected.map(|(uri, flaw)| (uri.to_owned(), flaw)));
        assert_eq!(value(&world, &tom, NAME).as_deref(), Some("Müller"), "nothing was stored");
        typed(&world, &tom, &[(COUNTRY, "")]).unwrap();
        assert_eq!(value(&world, &tom, COUNTRY), None);
    }

    #[test]
    fn roles_account_claims_and_claims_that_are_no_fields_are_passed_over() {
        let world = World::new();
        let tom = world.find("tom");
        world.set(OFFLINE, "true");
        typed(
            &world,
            &tom,
            &[
                (ROLE, "admin"),
                (TRIGGER, "true"),
                (LOCKED, "true"),
                (PUBLISHED, "ABCDEF"),
                ("http://wso2.org/claims/externalid", "1"),
                ("http://wso2.org/claims/nothing", "1"),
            ],
        )
        .unwrap();
        assert!(world.row(&tom).is_none() && world.gets_in("tom", OLD));
        let roles = value(&world, &tom, ROLE).unwrap();
        assert!(!roles.contains("admin"), "{roles}");
        let profile = world.read(|tx| own(tx, &world.realm, &actor(&tom)));
        assert!(profile.fields.iter().any(|field| *field.uri == *ROLE && field.read_only));
    }
}
