//! `IdentityGovernanceAdminService`: the account policies of the caller's tenant.

pub mod contract;

use super::Call;
use super::fault::typed;
use crate::domain::governance;
use crate::domain::identity_provider::Setting;
use crate::services::identity_provider_mgt::contract::Property;
use crate::soap::{Fault, Nil};
use contract::{ConnectorConfig, IdentityGovernanceException, Operations};

/// What the service does.
#[derive(Debug)]
pub struct Behaviour;

impl Operations for Behaviour {
    /// IS 5.3.0 reports success even when nothing was stored; here a refusal is a fault.
    async fn updateConfigurations(call: &Call, configurations: Vec<Option<Property>>) -> Result<Nil, Fault> {
        let changes: Vec<Setting> = configurations
            .into_iter()
            .flatten()
            .map(|property| Setting {
                name: property.name.unwrap_or_default(),
                value: property.value,
                display_name: None,
            })
            .collect();
        let stored = call.write(move |tx, now, _, actor| governance::update(tx, now, actor, &changes)).await;
        stored.map_err(typed::<IdentityGovernanceException>)?;
        Ok(Nil)
    }

    async fn getConnectorList(call: &Call) -> Result<Vec<Option<ConnectorConfig>>, Fault> {
        let tenant = call.actor()?.tenant;
        let connectors = call
            .read(|tx, _| governance::connectors(tx, tenant))
            .map_err(typed::<IdentityGovernanceException>)?;
        Ok(connectors
            .into_iter()
            .map(|(connector, properties)| {
                let properties = properties.into_iter().map(|(property, value)| {
                    Some(Property {
                        name: Some(property.name.to_owned()),
                        value: Some(value),
                        displayName: Some(property.display_name.to_owned()),
                        description: Some(property.description.to_owned()).filter(|text| !text.is_empty()),
                        ..Property::default()
                    })
                });
                Some(ConnectorConfig {
                    category: Some(connector.category.to_owned()),
                    friendlyName: Some(connector.friendly_name.to_owned()),
                    order: 0,
                    properties: properties.collect(),
                    subCategory: Some("DEFAULT".to_owned()),
                })
            })
            .collect())
    }
}
