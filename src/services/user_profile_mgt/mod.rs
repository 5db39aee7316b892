//! `UserProfileMgtService`: reads and writes the claims of users. Who may act on whom is the domain's business.
#![expect(non_snake_case, reason = "operations and their arguments are named as in the contract")]

pub mod contract;

use super::Call;
use super::fault::typed;
use crate::domain::association;
use crate::domain::claim::{Changes, DEFAULT_PROFILE, PROFILE_CONFIGURATION};
use crate::domain::profile::{self, Access, Field, Kind, Profile};
use crate::soap::{Fault, Filled, Kept, Stencil, Varying};
use contract::{
    AbstractAdmin, AssociatedAccountDTO, Operations, UserFieldDTO, UserProfileAdmin, UserProfileDTO,
    UserProfileException,
};
use std::sync::Arc;

/// What the service does.
#[derive(Debug)]
pub struct Behaviour;

fn declared(fault: Fault) -> Fault {
    typed::<UserProfileException>(fault)
}

fn field(field: Field) -> Option<Filled<UserFieldDTO>> {
    Some(field.kind.shaped(stencil).filled(field.value))
}

fn stencil(kind: &Kind) -> Stencil<UserFieldDTO> {
    Stencil::of(UserFieldDTO {
        checkedAttribute: false,
        claimUri: Some(Arc::clone(&kind.uri)),
        displayName: Some(Arc::clone(&kind.display_name)),
        displayOrder: kind.display_order,
        fieldValue: Varying::default(),
        readOnly: kind.read_only,
        regEx: kind.pattern.clone(),
        required: kind.required,
    })
}

fn profile(profile: Profile) -> UserProfileDTO {
    UserProfileDTO {
        fieldValues: Some(profile.fields.into_iter().map(field).collect()),
        profileConfigurations: Vec::new(),
        profileConifuration: Some(profile.configuration),
        profileName: Some(profile.name),
    }
}

/// The name of a profile and what a request wants of it; `None` where the original runs into something that is missing.
fn wanted(profile: UserProfileDTO) -> Option<(String, Changes)> {
    let mut changes = Changes::default();
    for field in profile.fieldValues? {
        let field = field?;
        // The request's own flag decides, not the claim's (IS 5.3.0).
        if !field.readOnly {
            let uri = field.claimUri.clone()?;
            changes.set(uri, field.value);
        }
    }
    let configuration = profile.profileConifuration.unwrap_or_else(|| DEFAULT_PROFILE.to_owned());
    changes.set(PROFILE_CONFIGURATION, Some(configuration));
    Some((profile.profileName.unwrap_or_default(), changes))
}

/// Who may not do it at all is told so before what is missing in his request.
fn refuse_stranger(call: &Call, username: Option<&str>, access: Access) -> Result<(), Fault> {
    let actor = call.actor()?;
    call.read(|tx, _| profile::check_access(tx, actor, username, access))
}

impl Operations for Behaviour {
    async fn isReadOnlyUserStore(_: &Call) -> Result<bool, Fault> {
        Ok(false)
    }

    async fn getUserProfiles(
        call: &Call,
        username: Option<String>,
    ) -> Result<Vec<Option<UserProfileDTO>>, Fault> {
        let actor = call.actor()?;
        let Some(name) = username else {
            refuse_stranger(call, None, Access::View).map_err(declared)?;
            // The original lets its null pointer through unconverted.
            return Err(Fault::invocation("getUserProfiles"));
        };
        let profiles = call.read(|tx, realm| profile::all(tx, realm, actor, &name)).map_err(declared)?;
        Ok(profiles.into_iter().map(|one| Some(profile(one))).collect())
    }

    async fn setUserProfile(
        call: &Call,
        username: Option<String>,
        profile: Option<UserProfileDTO>,
    ) -> Result<(), Fault> {
        match (username, profile.and_then(wanted)) {
            (Some(name), Some((profile_name, changes))) => {
                call.write(move |tx, now, realm, actor| {
                    profile::set(tx, now, realm, actor, &name, &profile_name, changes)
                })
                .await
            }
            (username, _) => {
                refuse_stranger(call, username.as_deref(), Access::Write)?;
                Err(Fault::unknown())
            }
        }
    }

    async fn deleteUserProfile(
        call: &Call,
        username: Option<String>,
        profileName: Option<String>,
    ) -> Result<(), Fault> {
        let (Some(name), Some(profile)) = (username.clone(), profileName) else {
            refuse_stranger(call, username.as_deref(), Access::Delete)?;
            return Err(Fault::unknown());
        };
        call.write(move |tx, _, _, actor| profile::delete(tx, actor, &name, &profile)).await
    }

    async fn getProfileFieldsForInternalStore(call: &Call) -> Result<Option<UserProfileDTO>, Fault> {
        let tenant = call.actor()?.tenant;
        let fields = call.read(|tx, realm| profile::fields(tx, realm, tenant)).map_err(declared)?;
        Ok(Some(UserProfileDTO {
            fieldValues: Some(fields.into_iter().map(field).collect()),
            ..UserProfileDTO::default()
        }))
    }

    async fn getUserProfile(
        call: &Call,
        username: Option<String>,
        profileName: Option<String>,
    ) -> Result<Option<Kept<UserProfileDTO>>, Fault> {
        let (Some(name), Some(asked)) = (username, profileName) else {
            return Err(declared(Fault::server("Invalid input parameters")));
        };
        let actor = call.actor()?;
        call.read(|tx, realm| {
            profile::get(tx, realm, actor, &name, &asked, |found| Kept::new(profile(found)))
        })
        .map_err(declared)
    }

    /// The default user store knows one profile.
    async fn isAddProfileEnabled(_: &Call) -> Result<bool, Fault> {
        Ok(false)
    }

    async fn isAddProfileEnabledForDomain(_: &Call, _domain: Option<String>) -> Result<bool, Fault> {
        Ok(false)
    }

    /// The original publishes its own object, which calls its getters to be written.
    async fn getInstance(call: &Call) -> Result<Option<UserProfileAdmin>, Fault> {
        Ok(Some(UserProfileAdmin {
            base: AbstractAdmin::default(),
            addProfileEnabled: false,
            associatedIDs: Self::getAssociatedIDs(call).await?,
            profileFieldsForInternalStore: Self::getProfileFieldsForInternalStore(call).await?,
            readOnlyUserStore: false,
        }))
    }

    async fn associateID(
        call: &Call,
        idpID: Option<String>,
        associatedID: Option<String>,
    ) -> Result<(), Fault> {
        call.write(move |tx, _, _, actor| {
            association::add(tx, actor, idpID.as_deref(), associatedID.as_deref())
        })
        .await
    }

    async fn getNameAssociatedWith(
        call: &Call,
        idpID: Option<String>,
        associatedID: Option<String>,
    ) -> Result<Option<String>, Fault> {
        let (Some(provider), Some(external)) = (idpID, associatedID) else { return Ok(None) };
        let tenant = call.actor()?.tenant;
        call.read(|tx, _| association::user_of(tx, tenant, &provider, &external)).map_err(declared)
    }

    async fn getAssociatedIDs(call: &Call) -> Result<Vec<Option<AssociatedAccountDTO>>, Fault> {
        let actor = call.actor()?;
        let found = call.read(|tx, _| association::of_actor(tx, actor)).map_err(declared)?;
        let account = |(provider, external)| {
            Some(AssociatedAccountDTO { identityProviderName: Some(provider), username: Some(external) })
        };
        Ok(found.into_iter().map(account).collect())
    }

    async fn removeAssociateID(
        call: &Call,
        idpID: Option<String>,
        associatedID: Option<String>,
    ) -> Result<(), Fault> {
        let (Some(provider), Some(external)) = (idpID, associatedID) else { return Ok(()) };
        call.write(move |tx, _, _, actor| association::remove(tx, actor, &provider, &external)).await
    }
}
