//! What the columns of the original hold. It finds out after the rest was written and leaves that behind; here nothing is
//! written.

use super::{Application, Setting};
use crate::domain::Error;
use std::collections::HashSet;

const NAME: usize = 255;
const CLAIM: usize = 512;
const TEXT: usize = 1024;

fn fits(text: &str, most: usize) -> bool {
    text.chars().count() <= most
}

fn opt_fits(text: Option<&String>, most: usize) -> bool {
    text.is_none_or(|text| fits(text, most))
}

/// Whether a text goes into a column that has to hold one.
fn is_name(text: &str) -> bool {
    !text.is_empty() && fits(text, NAME)
}

/// Refuses a name or description that is too long.
pub(super) fn named(name: &str, description: Option<&String>) -> Result<(), Error> {
    all(fits(name, NAME) && opt_fits(description, TEXT))
}

/// Refuses what no column holds.
pub(super) fn whole(one: &Application) -> Result<(), Error> {
    let profile = &one.profile;
    named(&profile.name, profile.description.as_ref())?;
    all(fits(&profile.authentication, NAME))?;
    all([&profile.subject_claim, &profile.role_claim, &profile.provisioning_store]
        .into_iter()
        .all(|text| opt_fits(text.as_ref(), CLAIM)))?;
    all(one.inbound.iter().all(|one| {
        [&one.kind, &one.key, &one.config].into_iter().all(|text| fits(text, NAME))
            && one.properties.iter().all(|(name, value)| fits(name, NAME) && fits(value, TEXT))
    }))?;
    all(one
        .steps
        .iter()
        .flat_map(|step| &step.local)
        .all(|one| fits(&one.name, NAME) && opt_fits(one.display_name.as_ref(), NAME)))?;
    all(one.claims.iter().all(|one| {
        fits(&one.local, CLAIM) && fits(&one.remote, CLAIM) && opt_fits(one.default_value.as_ref(), NAME)
    }))?;
    all(one.connectors.iter().all(|one| is_name(&one.idp_name) && is_name(&one.connector)))?;
    all(one.roles.iter().all(|one| is_name(&one.local) && is_name(&one.remote)))?;
    all(one.request_paths.iter().chain(&one.permissions).all(|text| is_name(text)))?;
    settings(&one.properties)
}

/// Refuses free properties that are too long, have no name, or are there twice.
pub(super) fn settings(properties: &[Setting]) -> Result<(), Error> {
    let mut names = HashSet::new();
    all(properties.iter().all(|one| {
        names.insert(&one.name)
            && is_name(&one.name)
            && fits(&one.value, NAME)
            && opt_fits(one.display_name.as_ref(), NAME)
    }))
}

fn all(fits: bool) -> Result<(), Error> {
    if fits {
        Ok(())
    } else {
        Err(Error::refused("A part of the application is missing, too long, or there twice"))
    }
}
