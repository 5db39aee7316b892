//! `UserAccountAssociationService`: accounts that belong to one person.
//!
//! Three operations are open: whoever calls them proves with passwords who he is. Names carry their tenant; without one
//! they are names of the super tenant, also when the caller is of another one (IS 5.3.0).
#![expect(non_snake_case, reason = "operations and their arguments are named as in the contract")]

pub mod contract;

use super::fault::{self, typed};
use super::{Call, authenticate};
use crate::domain::account;
use crate::domain::linked_account::{self, INVALID_TENANT, Linked, NOT_AUTHENTIC};
use crate::domain::login::{Outcome, Presented, Refusal, SignedIn};
use crate::domain::session::{self, Kind};
use crate::soap::{Fault, Nil};
use contract::{Operations, UserAccountAssociationClientException, UserAccountAssociationDTO};

/// What the service does.
#[derive(Debug)]
pub struct Behaviour;

fn declared(fault: Fault) -> Fault {
    typed::<UserAccountAssociationClientException>(fault)
}

/// A name that must be there; the original runs into a null pointer.
fn given(name: Option<String>, operation: &str) -> Result<String, Fault> {
    name.ok_or_else(|| Fault::invocation(operation))
}

fn dto(linked: Linked) -> Option<UserAccountAssociationDTO> {
    Some(UserAccountAssociationDTO {
        domain: Some(linked.store),
        tenantDomain: Some(linked.tenant),
        username: Some(linked.name),
    })
}

/// Who a password proves the caller to be; the refusal tells an unknown tenant from everything else and no more.
async fn proved(call: &Call, user_name: String, password: Vec<Option<String>>) -> Result<SignedIn, Fault> {
    // A client that sends the whole password in one element is understood as well.
    let password: String = password.into_iter().flatten().collect();
    let presented = Presented { user_name, password: password.into() };
    match authenticate::attempt(call.app(), call.now(), call.peer, presented).await.map_err(fault::of)? {
        Outcome::In(signed_in) => Ok(signed_in),
        Outcome::Refused(Refusal::UnknownTenant | Refusal::InactiveTenant) => {
            Err(declared(Fault::server(INVALID_TENANT)))
        }
        Outcome::Redeem(_) | Outcome::Refused(_) => Err(declared(Fault::server(NOT_AUTHENTIC))),
    }
}

impl Operations for Behaviour {
    async fn getAccountAssociations(
        call: &Call,
        username: Option<String>,
    ) -> Result<Vec<Option<UserAccountAssociationDTO>>, Fault> {
        let (name, actor) = (given(username, "getAccountAssociations")?, call.actor()?);
        let found = call.read(|tx, realm| linked_account::others_by_name(tx, realm, actor, &name));
        Ok(found.map_err(declared)?.into_iter().map(dto).collect())
    }

    /// The session goes on as the other user's, under a new id: whoever knew the old one is not taken along.
    async fn switchLoggedInUser(call: &Call, userName: Option<String>) -> Result<bool, Fault> {
        let name = userName.unwrap_or_default();
        let (actor, at) = (call.actor()?, call.now().to_audit_time());
        let from = format!("'{}' [{}]", actor.name, actor.tenant.0);
        let (typed, old) = (name.clone(), call.session.clone());
        let switched = call.write(move |tx, now, realm, actor| {
            let Some(other) = linked_account::switch(tx, now, realm, actor, &typed)? else { return Ok(None) };
            if let Some(old) = old {
                session::close(tx, old.reveal())?;
            }
            let id = session::open(tx, now, Kind::Admin, &other, realm.policy.admin_idle_minutes)?;
            Ok(Some((other, id)))
        });
        let Some((other, id)) = switched.await.map_err(declared)? else {
            tracing::warn!(target: "AUDIT_LOG", "Failed to switch from {from} to '{name}' at [{at}]");
            return Ok(false);
        };
        call.hand_out(id);
        let to = format!("'{}@{} [{}]'", other.name, other.domain, other.tenant.0);
        tracing::info!(target: "AUDIT_LOG", "{from} switched to {to} successfully at [{at}]");
        Ok(true)
    }

    async fn deleteUserAccountAssociation(call: &Call, userName: Option<String>) -> Result<Nil, Fault> {
        let name = given(userName, "deleteUserAccountAssociation")?;
        call.write(move |tx, now, realm, actor| linked_account::unlink_own(tx, now, realm, actor, &name))
            .await
            .map_err(declared)?;
        Ok(Nil)
    }

    async fn createUserAccountAssociation(
        call: &Call,
        userName: Option<String>,
        password: Vec<Option<String>>,
    ) -> Result<Nil, Fault> {
        let name = given(userName, "createUserAccountAssociation")?;
        let other = proved(call, name, password).await?;
        call.write(move |tx, now, _, actor| {
            let own = account::own(tx, actor)?;
            linked_account::link(tx, now, actor, &own, &other.user)
        })
        .await
        .map_err(declared)?;
        Ok(Nil)
    }

    async fn deleteMyAssociations(call: &Call) -> Result<Nil, Fault> {
        call.write(|tx, now, _, actor| {
            let own = account::own(tx, actor)?;
            linked_account::unlink(tx, now, actor, &own)
        })
        .await
        .map_err(declared)?;
        Ok(Nil)
    }

    async fn getAccountAssociationsOfUser(
        call: &Call,
    ) -> Result<Vec<Option<UserAccountAssociationDTO>>, Fault> {
        let user = call.actor()?.user;
        let found = call.read(|tx, _| linked_account::others(tx, user.0));
        Ok(found.map_err(declared)?.into_iter().map(dto).collect())
    }

    async fn deleteMyAssociationsWithoutLogin(
        call: &Call,
        initiateUser: Option<String>,
        password: Vec<Option<String>>,
        userName: Option<String>,
    ) -> Result<Nil, Fault> {
        let operation = "deleteMyAssociationsWithoutLogin";
        let (initiator, name) = (given(initiateUser, operation)?, given(userName, operation)?);
        let own = proved(call, initiator, password).await?;
        call.write_as(own.actor(), move |tx, now, realm, actor| {
            linked_account::unlink_own(tx, now, realm, actor, &name)
        })
        .await
        .map_err(declared)?;
        Ok(Nil)
    }

    async fn deleteAssociationsOfUser(call: &Call, userName: Option<String>) -> Result<Nil, Fault> {
        let name = userName.unwrap_or_default();
        call.write(move |tx, now, realm, actor| linked_account::unlink_by_name(tx, now, realm, actor, &name))
            .await
            .map_err(declared)?;
        Ok(Nil)
    }

    async fn getMyAccountAssociationsWithoutLogin(
        call: &Call,
        userName: Option<String>,
        password: Vec<Option<String>>,
    ) -> Result<Vec<Option<UserAccountAssociationDTO>>, Fault> {
        let name = given(userName, "getMyAccountAssociationsWithoutLogin")?;
        let own = proved(call, name, password).await;
        // This operation has a text of its own, with the original's blank at its end.
        let own = own.map_err(|_| declared(Fault::server("Invalid credential provided ")))?;
        let found = call.read(|tx, _| linked_account::others(tx, own.user.id.0));
        Ok(found.map_err(declared)?.into_iter().map(dto).collect())
    }

    async fn associateTwoAccounts(
        call: &Call,
        userName1: Option<String>,
        userName2: Option<String>,
    ) -> Result<Nil, Fault> {
        let (first, second) = (userName1.unwrap_or_default(), userName2.unwrap_or_default());
        call.write(move |tx, now, realm, actor| {
            linked_account::link_by_name(tx, now, realm, actor, &first, &second)
        })
        .await
        .map_err(declared)?;
        Ok(Nil)
    }

    async fn associateMyAccounts(
        call: &Call,
        userName1: Option<String>,
        password1: Vec<Option<String>>,
        userName2: Option<String>,
        password2: Vec<Option<String>>,
    ) -> Result<Nil, Fault> {
        let operation = "associateMyAccounts";
        let (first, second) = (given(userName1, operation)?, given(userName2, operation)?);
        let (first, second) = (proved(call, first, password1).await, proved(call, second, password2).await);
        let (first, second) = (first?, second?);
        call.write_as(first.actor(), move |tx, now, _, actor| {
            linked_account::link(tx, now, actor, &first.user, &second.user)
        })
        .await
        .map_err(declared)?;
        Ok(Nil)
    }
}
