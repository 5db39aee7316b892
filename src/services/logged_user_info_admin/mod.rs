//! `LoggedUserInfoAdmin`: who calls, by the name of his session, and the permissions that the console shows him.

pub mod contract;

use super::Call;
use super::names::optional;
use crate::domain::{account, permission};
use crate::soap::Fault;
use contract::{Exception, LoggedUserInfo, Operations};

/// What the service does.
#[derive(Debug)]
pub struct Behaviour;

/// Below this stands everything.
const ROOT: &str = "/";

impl Operations for Behaviour {
    /// Passwords of the default user store do not expire.
    async fn getUserInfo(call: &Call) -> Result<Option<LoggedUserInfo>, Fault> {
        let actor = call.actor()?;
        let permissions = call
            .read(|tx, _| {
                // The name of the session may be that of somebody else in the primary store.
                let name = account::own(tx, actor)?.display_name();
                permission::resources_of_user(tx, actor.tenant, &name, Some(ROOT))
            })
            .map_err(|fault| {
                let message = Some(fault.reason.clone());
                Fault { detail: Some(Box::new(Exception { Message: message })), ..fault }
            })?;
        Ok(Some(LoggedUserInfo {
            UIPermissionOfUser: optional(permissions),
            passwordExpiration: None,
            userName: Some(actor.name.clone()),
        }))
    }
}
