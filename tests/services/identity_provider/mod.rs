//! `IdentityProviderMgtService`.
#![expect(clippy::unwrap_used, clippy::panic, clippy::indexing_slicing, reason = "a test fails by panicking")]

mod access;
mod adding;
mod certificates;
mod deleting;
mod metadata;
mod reading;
mod resident;
mod tenants;
mod updating;

use crate::support::caller::{Caller, escaped};
use crate::support::tree::Element;

pub const SERVICE: &str = "IdentityProviderMgtService";
pub const MANAGE: &str = "/permission/admin/manage/identity/idpmgt";

/// A field of a bean.
pub fn field(name: &str, text: &str) -> String {
    format!("<mod:{name}>{}</mod:{name}>", escaped(text))
}

/// A property of an authenticator.
pub fn property(name: &str, value: &str) -> String {
    format!("<mod:properties>{}{}</mod:properties>", field("name", name), field("value", value))
}

/// A property of a connector.
pub fn provisioning(name: &str, value: &str) -> String {
    format!(
        "<mod:provisioningProperties>{}{}</mod:provisioningProperties>",
        field("name", name),
        field("value", value)
    )
}

/// An authenticator that is on.
pub fn authenticator(name: &str, properties: &str) -> String {
    format!(
        "<mod:federatedAuthenticatorConfigs><mod:enabled>true</mod:enabled>{}{properties}\
         </mod:federatedAuthenticatorConfigs>",
        field("name", name)
    )
}

/// A connector that is on.
pub fn connector(name: &str, properties: &str) -> String {
    format!(
        "<mod:provisioningConnectorConfigs><mod:enabled>true</mod:enabled>{}{properties}\
         </mod:provisioningConnectorConfigs>",
        field("name", name)
    )
}

/// A free property.
pub fn setting(name: &str, value: &str) -> String {
    format!("<mod:idpProperties>{}{}</mod:idpProperties>", field("name", name), field("value", value))
}

/// The configuration of claims: what the provider has, and pairs of local and remote ones.
pub fn claims(own: &[&str], mappings: &[(&str, &str)], further: &str) -> String {
    let own: String =
        own.iter().map(|uri| format!("<mod:idpClaims>{}</mod:idpClaims>", field("claimUri", uri))).collect();
    let mappings: String = mappings
        .iter()
        .map(|(local, remote)| {
            format!(
                "<mod:claimMappings><mod:defaultValue>of {local}</mod:defaultValue><mod:localClaim>{}</mod:localClaim>\
                 <mod:remoteClaim>{}</mod:remoteClaim><mod:requested>true</mod:requested></mod:claimMappings>",
                field("claimUri", local),
                field("claimUri", remote)
            )
        })
        .collect();
    format!("<mod:claimConfig>{mappings}{own}{further}</mod:claimConfig>")
}

/// The configuration of roles: what the provider has, and mappings as (user store, local role, remote role).
pub fn roles(own: &[&str], mappings: &[(Option<&str>, &str, &str)]) -> String {
    let own: String = own.iter().map(|role| field("idpRoles", role)).collect();
    let mappings: String = mappings
        .iter()
        .map(|(user_store, local, remote)| {
            let user_store = user_store.map(|name| field("userStoreId", name)).unwrap_or_default();
            format!(
                "<mod:roleMappings><mod:localRole>{}{user_store}</mod:localRole>{}</mod:roleMappings>",
                field("localRoleName", local),
                field("remoteRole", remote)
            )
        })
        .collect();
    format!("<mod:permissionAndRoleConfig>{own}{mappings}</mod:permissionAndRoleConfig>")
}

/// `addIdP` of a provider with that name and content.
pub fn adding(name: &str, content: &str) -> String {
    let name = field("identityProviderName", name);
    format!("<idp:addIdP><idp:identityProvider>{content}{name}</idp:identityProvider></idp:addIdP>")
}

/// `updateIdP`.
pub fn updating(old: &str, name: &str, content: &str) -> String {
    let name = field("identityProviderName", name);
    format!(
        "<idp:updateIdP><idp:oldIdPName>{}</idp:oldIdPName><idp:identityProvider>{content}{name}\
         </idp:identityProvider></idp:updateIdP>",
        escaped(old)
    )
}

/// `deleteIdP`.
pub fn deleting(name: &str) -> String {
    format!("<idp:deleteIdP><idp:idPName>{}</idp:idPName></idp:deleteIdP>", escaped(name))
}

/// `updateResidentIdP` with that content besides the home realm.
pub fn updating_resident(content: &str) -> String {
    format!(
        "<idp:updateResidentIdP><idp:identityProvider><mod:enable>true</mod:enable>\
         <mod:homeRealmId>localhost</mod:homeRealmId><mod:identityProviderName>LOCAL</mod:identityProviderName>\
         {content}<mod:primary>true</mod:primary></idp:identityProvider></idp:updateResidentIdP>"
    )
}

/// The operation that a payload asks for.
fn operation(payload: &str) -> &str {
    payload.trim_start_matches("<idp:").split(['>', '/']).next().unwrap()
}

/// Every void operation has an empty output message: 200 with a nil result.
pub fn accepted(caller: &Caller, payload: &str) {
    let results = caller.results(SERVICE, operation(payload), payload);
    assert!(results.len() == 1 && results[0].is_nil(), "{payload}: {results:?}");
}

/// Refused with the declared exception as detail; the text.
pub fn refused(caller: &Caller, payload: &str) -> String {
    let fault = caller.fault(SERVICE, operation(payload), payload);
    assert_eq!(fault.local_code(), "Server");
    let typed = fault.detail.first().unwrap_or_else(|| panic!("no detail beside {}", fault.text));
    assert_eq!(typed.name, "IdentityProviderMgtServiceIdentityProviderManagementException");
    assert!(typed.find("errorCode").unwrap().is_nil());
    fault.text
}

/// Refused without detail, as arguments that make no sense are; the text.
pub fn senseless(caller: &Caller, payload: &str) -> String {
    let fault = caller.fault(SERVICE, operation(payload), payload);
    assert_eq!(fault.local_code(), "Server");
    assert!(fault.detail.is_empty(), "{:?}", fault.detail);
    fault.text
}

/// Refused for the lack of a permission.
pub fn denied(caller: &Caller, payload: &str) {
    assert_eq!(caller.fault(SERVICE, operation(payload), payload).local_code(), "50978", "{payload}");
}

/// The results of an operation without arguments.
pub fn all(caller: &Caller, operation: &str) -> Vec<Element> {
    caller.results(SERVICE, operation, &format!("<idp:{operation}/>"))
}

/// A provider by its name; `None` for nil.
pub fn by_name(caller: &Caller, name: &str) -> Option<Element> {
    let payload =
        format!("<idp:getIdPByName><idp:idPName>{}</idp:idPName></idp:getIdPByName>", escaped(name));
    let mut results = caller.results(SERVICE, "getIdPByName", &payload);
    assert_eq!(results.len(), 1);
    results.pop().filter(|result| !result.is_nil())
}

/// A provider that must be there.
pub fn found(caller: &Caller, name: &str) -> Element {
    by_name(caller, name).unwrap_or_else(|| panic!("no provider {name}"))
}

/// The resident provider.
pub fn resident(caller: &Caller) -> Element {
    all(caller, "getResidentIdP").pop().unwrap()
}

/// The names of listed providers.
pub fn names(listed: &[Element]) -> Vec<&str> {
    listed.iter().map(|one| one.value("identityProviderName").unwrap()).collect()
}

/// An authenticator or connector of a provider, by name.
pub fn part<'a>(provider: &'a Element, kind: &str, name: &str) -> &'a Element {
    let mut parts = provider.children.iter().filter(|child| child.name == kind);
    parts.find(|part| part.value("name") == Some(name)).unwrap_or_else(|| panic!("no {kind} {name}"))
}

/// Names and values of the properties of a part.
pub fn values<'a>(part: &'a Element, kind: &str) -> Vec<(&'a str, Option<&'a str>)> {
    let properties = part.children.iter().filter(|child| child.name == kind);
    properties.map(|one| (one.value("name").unwrap(), one.value("value"))).collect()
}

/// The value of one property of an authenticator.
pub fn of_authenticator(provider: &Element, authenticator: &str, name: &str) -> Option<String> {
    let part = part(provider, "federatedAuthenticatorConfigs", authenticator);
    let found = values(part, "properties").into_iter().find(|(known, _)| *known == name)?;
    found.1.map(str::to_owned)
}
