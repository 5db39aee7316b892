//! Passwords of provisioning connectors are not shown: a phrase stands in their place, and a property `UniqueID` says
//! that it does (IS 5.3.0, RandomPasswordProcessor).
//!
//! The original remembers in one process which phrase stands for what. Here the phrase itself is enough: whoever sends
//! it back means the stored password.

use super::Connector;

const PHRASE: &str = "random-password-generated!@#$%^&*(0)+_";
/// What every phrase begins with, whatever was cut off.
const RECOGNISED: &str = "random-password-generated";
/// The property that says which masking a client has seen.
pub const UNIQUE_ID: &str = "UniqueID";
const PASSWORD: &str = "password";

/// Puts phrases in the place of passwords. The extra property is added even when there was no password, as clients of
/// the original expect.
pub(super) fn mask(connectors: &mut [Connector]) {
    for connector in connectors.iter_mut().filter(|connector| !connector.properties.is_empty()) {
        let id = uuid::Uuid::new_v4().to_string();
        for property in &mut connector.properties {
            if property.name.contains(PASSWORD) && property.value.is_some() {
                property.value = Some([PHRASE, &id].concat());
            }
        }
        let extra = super::Property { name: UNIQUE_ID.into(), value: Some(id), ..Default::default() };
        connector.properties.push(extra);
    }
}

/// Puts the stored passwords back in the place of phrases. A phrase that stands for nothing leaves no value.
pub(super) fn unmask(sent: &mut [Connector], stored: &[Connector]) {
    for connector in sent {
        connector.properties.retain(|property| property.name != UNIQUE_ID);
        let known = stored.iter().find(|known| known.name == connector.name);
        for property in &mut connector.properties {
            let is_phrase = property.value.as_deref().is_some_and(|value| value.starts_with(RECOGNISED));
            if property.name.contains(PASSWORD) && is_phrase {
                let same = known.and_then(|known| {
                    known.properties.iter().find(|candidate| candidate.name == property.name)
                });
                property.value = same.and_then(|same| same.value.clone());
            }
        }
    }
}
