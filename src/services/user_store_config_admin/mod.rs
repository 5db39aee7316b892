//! `UserStoreConfigAdminService`: the secondary user stores. They can be looked at, taken out of use and back, and removed
//! when they are empty; connecting a database or directory is refused, since this server keeps its users itself.
#![expect(non_snake_case, reason = "operations and their arguments are named as in the contract")]

pub mod contract;

use super::Call;
use super::names::texts;
use crate::domain::user_store::{self, Need, OWN_CLASS, Secondary};
use crate::domain::{Actor, Error, Now};
use crate::soap::{Boxed, Fault, Nil};
use crate::store::Tx;
use contract::{IdentityUserStoreMgtException, Operations, Properties, Property, PropertyDTO, UserStoreDTO};

/// What the service does.
#[derive(Debug)]
pub struct Behaviour;

fn declared(fault: Fault) -> Fault {
    let message = Some(fault.reason.clone()).filter(|text| text != &Fault::unknown().reason);
    Fault { detail: Some(Box::new(IdentityUserStoreMgtException { message })), ..fault }
}

fn given<T>(value: Option<T>) -> Result<T, Fault> {
    value.ok_or_else(|| declared(Fault::unknown()))
}

async fn change(
    call: &Call,
    work: impl FnOnce(&mut Tx<'_>, Now, &Actor) -> Result<(), Error> + Send + 'static,
) -> Result<Nil, Fault> {
    call.write(move |tx, now, _, actor| work(tx, now, actor)).await.map(|()| Nil).map_err(declared)
}

fn shown(store: Secondary) -> Option<UserStoreDTO> {
    let property = |name: &str, value: &str| {
        Some(PropertyDTO { name: Some(name.to_owned()), value: Some(value.to_owned()) })
    };
    let text = |on| if on { "true" } else { "false" };
    Some(UserStoreDTO {
        className: Some(OWN_CLASS.to_owned()),
        description: Some(String::new()),
        disabled: Boxed(Some(store.disabled)),
        properties: vec![
            property("DomainName", &store.domain),
            property("Class", OWN_CLASS),
            property("Disabled", text(store.disabled)),
            property("ReadOnly", text(store.read_only)),
            property("ReadGroups", "true"),
            property("WriteGroups", text(!store.read_only)),
        ],
        domainId: Some(store.domain),
    })
}

impl Operations for Behaviour {
    async fn getAvailableUserStoreClasses(_: &Call) -> Result<Vec<Option<String>>, Fault> {
        Ok(user_store::classes().into_iter().map(|class| Some(class.to_owned())).collect())
    }

    async fn changeUserStoreState(
        call: &Call,
        domain: Option<String>,
        isDisable: bool,
    ) -> Result<Nil, Fault> {
        let domain = given(domain)?;
        change(call, move |tx, now, actor| user_store::set_disabled(tx, now, actor, &domain, isDisable)).await
    }

    async fn deleteUserStore(call: &Call, domainName: Option<String>) -> Result<Nil, Fault> {
        let domains = [given(domainName)?];
        change(call, move |tx, now, actor| user_store::delete(tx, now, actor, &domains)).await
    }

    async fn getSecondaryRealmConfigurations(call: &Call) -> Result<Vec<Option<UserStoreDTO>>, Fault> {
        let tenant = call.actor()?.tenant;
        let stores = call.read(|tx, _| user_store::secondary(tx, tenant)).map_err(declared)?;
        Ok(stores.into_iter().map(shown).collect())
    }

    async fn editUserStore(call: &Call, userStoreDTO: Option<UserStoreDTO>) -> Result<Nil, Fault> {
        let domain = given(given(userStoreDTO)?.domainId)?;
        change(call, move |tx, _, actor| user_store::edit(tx, actor, &domain)).await
    }

    async fn editUserStoreWithDomainName(
        call: &Call,
        previousDomainName: Option<String>,
        userStoreDTO: Option<UserStoreDTO>,
    ) -> Result<Nil, Fault> {
        let (from, to) = (given(previousDomainName)?, given(given(userStoreDTO)?.domainId)?);
        change(call, move |tx, _, actor| user_store::rename(tx, actor, &from, &to)).await
    }

    /// No database is reached from here, and so none is healthy.
    async fn testRDBMSConnection(
        _: &Call,
        _domainName: Option<String>,
        _driverName: Option<String>,
        _connectionURL: Option<String>,
        _username: Option<String>,
        _connectionPassword: Option<String>,
        _messageID: Option<String>,
    ) -> Result<bool, Fault> {
        Err(declared(Fault::server("Error while checking RDBMS connection health")))
    }

    async fn getUserStoreManagerProperties(
        _: &Call,
        className: Option<String>,
    ) -> Result<Option<Properties>, Fault> {
        let Some(all) = user_store::properties(&className.unwrap_or_default()) else { return Ok(None) };
        let of = |need: Need| {
            let wanted = all.iter().filter(|property| property.need == need);
            let property = |one: &user_store::Property| {
                Some(Property {
                    childProperties: Vec::new(),
                    description: Some(one.description.to_owned()),
                    name: Some(one.name.to_owned()),
                    value: Some(one.default.to_owned()),
                })
            };
            wanted.map(property).collect()
        };
        Ok(Some(Properties {
            advancedProperties: of(Need::Advanced),
            mandatoryProperties: of(Need::Mandatory),
            optionalProperties: of(Need::Optional),
        }))
    }

    async fn addUserStore(call: &Call, userStoreDTO: Option<UserStoreDTO>) -> Result<Nil, Fault> {
        let domain = given(given(userStoreDTO)?.domainId)?;
        change(call, move |tx, _, actor| user_store::add(tx, actor, &domain)).await
    }

    async fn deleteUserStoresSet(call: &Call, domains: Vec<Option<String>>) -> Result<Nil, Fault> {
        let domains = texts(domains);
        change(call, move |tx, now, actor| user_store::delete(tx, now, actor, &domains)).await
    }
}
