//! The resident identity provider: what this server is towards others, with the account policies as its properties.
//!
//! Endpoint addresses follow the configuration; what an administrator set wins (IS 5.3.0, IdentityProviderManager).

use super::governance::{self, RESIDENT};
use super::identity_provider::{
    self, Authenticator, Connector, IdentityProvider, Occasion, Profile, Property, check_certificate,
    check_mappings, is_storable, local_roles, merge_authenticator, replace_connectors, replace_mappings,
    update_failed,
};
use super::tenant::SUPER_DOMAIN;
use super::{Actor, Error, Now, Realm, Tenant, audit, tenant_key};
use crate::store::{self, Tx};

/// The one provisioning connector that the resident provider shows.
const PROVISIONING: &str = "scim";
/// Authenticators that the original only computes; the others have rows from the start.
const NEVER_STORED: [&str; 3] = ["openid", "oauth10a", "wstrust"];

/// What a request without a home realm is answered.
pub const NO_HOME_REALM: &str =
    "Invalid argument: Resident Identity Provider Home Realm Identifier value is empty";

/// Whether a request names a home realm.
#[must_use]
pub fn has_home_realm(new: &IdentityProvider) -> bool {
    new.profile.home_realm.as_deref().is_some_and(|home_realm| !home_realm.is_empty())
}

fn find(tx: &mut Tx<'_>, actor: &Actor) -> Result<Profile, Error> {
    store::idp::find(tx, actor.tenant.0, RESIDENT)?.ok_or_else(|| {
        Error::refused(format!("Could not find Resident Identity Provider for tenant {}", actor.domain))
    })
}

/// The resident identity provider of the actor's tenant, with what the server computes.
///
/// # Errors
/// The original's text when there is none.
pub fn get(tx: &mut Tx<'_>, realm: &Realm, actor: &Actor) -> Result<IdentityProvider, Error> {
    let profile = find(tx, actor)?;
    let mut resident = identity_provider::read(tx, realm, profile)?;
    let mut authenticators = computed(realm, actor);
    for stored in &resident.authenticators {
        match authenticators.iter_mut().find(|known| known.name == stored.name) {
            Some(known) => {
                known.enabled = stored.enabled;
                overlay(&mut known.properties, &stored.properties);
            }
            None => authenticators.push(Authenticator { display_name: None, ..stored.clone() }),
        }
    }
    let mut provisioning = computed_provisioning(realm);
    if let Some(stored) = resident.connectors.iter().find(|known| known.name == PROVISIONING) {
        (provisioning.enabled, provisioning.blocking) = (stored.enabled, stored.blocking);
        overlay(&mut provisioning.properties, &stored.properties);
    }
    resident.authenticators = authenticators;
    resident.connectors = vec![provisioning];
    // Never the one that was sent (IS 5.3.0 takes it from the key store on every read).
    resident.profile.certificate = tenant_key::certificate(tx, realm, actor.tenant)?;
    Ok(resident)
}

/// What service providers know of this server.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Saml {
    /// Its entity id.
    pub entity_id: String,
    /// Where users are sent to sign in.
    pub sign_on_url: String,
    /// Where they are sent to sign out.
    pub logout_url: String,
    /// Where signed requests may say that they were sent.
    pub destinations: Vec<String>,
}

/// What service providers of a tenant know of this server.
///
/// # Errors
/// As [`get`].
pub fn saml(tx: &mut Tx<'_>, realm: &Realm, tenant: &Tenant) -> Result<Saml, Error> {
    let resident = get(tx, realm, &Actor::system(tenant))?;
    Ok(Saml::of(&resident))
}

impl Saml {
    /// What a resident identity provider says.
    #[must_use]
    pub fn of(resident: &IdentityProvider) -> Self {
        let own = resident.authenticators.iter().find(|one| one.name == "samlsso");
        let properties = own.map(|own| own.properties.as_slice()).unwrap_or_default();
        let value = |name: &str| {
            let found = properties.iter().find(|property| property.name == name);
            found.and_then(|property| property.value.clone()).unwrap_or_default()
        };
        let sign_on_url = value("SSOUrl");
        let is_destination =
            |property: &&Property| property.name.starts_with("DestinationURI.") && !is_blank(property);
        let listed = properties.iter().filter(is_destination);
        let mut destinations: Vec<String> = listed.filter_map(|property| property.value.clone()).collect();
        if destinations.is_empty() {
            destinations.push(sign_on_url.clone());
        }
        Self { entity_id: value("IdPEntityId"), logout_url: value("LogoutReqUrl"), sign_on_url, destinations }
    }
}

/// The resident provider as it is stored: without what is computed on every read.
///
/// # Errors
/// As [`get`].
pub(super) fn stored(tx: &mut Tx<'_>, realm: &Realm, actor: &Actor) -> Result<IdentityProvider, Error> {
    let profile = find(tx, actor)?;
    let rows = identity_provider::read(tx, realm, profile)?;
    let has_row = |name: &str| rows.authenticators.iter().any(|known| known.name == name);
    let shown = get(tx, realm, actor)?;
    let authenticators = shown
        .authenticators
        .into_iter()
        .filter(|one| has_row(&one.name) || !NEVER_STORED.contains(&one.name.as_str()));
    Ok(IdentityProvider { authenticators: authenticators.collect(), ..rows })
}

fn property(name: &str, value: &str) -> Property {
    Property { name: name.to_owned(), value: Some(value.to_owned()), ..Property::default() }
}

/// What is stored wins over what is computed, unless there is nothing in it: a server without a name or an address lets
/// nobody in.
fn overlay(known: &mut Vec<Property>, stored: &[Property]) {
    for property in stored {
        match known.iter_mut().find(|candidate| candidate.name == property.name) {
            Some(_) if is_blank(property) => {}
            Some(candidate) => candidate.clone_from(property),
            None => known.push(property.clone()),
        }
    }
}

fn is_blank(property: &Property) -> bool {
    property.value.as_deref().is_none_or(|value| value.trim().is_empty())
}

fn computed(realm: &Realm, actor: &Actor) -> Vec<Authenticator> {
    let (url, entity_id) = (&realm.policy.public_url, &realm.policy.saml_entity_id);
    let at = |path: &str| [url, path].concat();
    let sts = if actor.domain == SUPER_DOMAIN {
        at("/services/wso2carbon-sts")
    } else {
        at(&format!("/services/t/{}/wso2carbon-sts", actor.domain))
    };
    let one = |name: &str, properties: &[(&str, String)]| Authenticator {
        name: name.to_owned(),
        properties: properties.iter().map(|(name, value)| property(name, value)).collect(),
        ..Authenticator::default()
    };
    vec![
        one("openid", &[("OpenIdUrl", at("/openidserver"))]),
        one(
            "samlsso",
            &[
                ("IdPEntityId", entity_id.clone()),
                ("SSOUrl", at("/samlsso")),
                ("LogoutReqUrl", at("/samlsso")),
            ],
        ),
        one(
            "oauth10a",
            &[
                ("OAuth1RequestTokenUrl", at("/oauth/request-token")),
                ("OAuth1AuthorizeUrl", at("/oauth/authorize-url")),
                ("OAuth1AccessTokenUrl", at("/oauth/access-token")),
            ],
        ),
        one(
            "openidconnect",
            &[
                ("IdPEntityId", at("/oauth2/token")),
                ("OAuth2AuthzEPUrl", at("/oauth2/authorize")),
                ("OAuth2TokenEPUrl", at("/oauth2/token")),
                ("OAuth2RevokeEPUrl", at("/oauth2/revoke")),
                ("OAuth2IntrospectEPUrl", at("/oauth2/introspect")),
                ("OAuth2UserInfoEPUrl", at("/oauth2/userinfo")),
                ("OIDCCheckSessionEPUrl", at("/oidc/checksession")),
                ("OIDCLogoutEPUrl", at("/oidc/logout")),
            ],
        ),
        one("passivests", &[("IdentityProviderUrl", at("/passivests")), ("IdPEntityId", entity_id.clone())]),
        one("wstrust", &[("IDENTITY_PROVIDER_URL", sts)]),
        one("IDPProperties", &[("CleanUpPeriod", "1140".to_owned())]),
    ]
}

fn computed_provisioning(realm: &Realm) -> Connector {
    let at = |path: &str| [&realm.policy.public_url, path].concat();
    Connector {
        name: PROVISIONING.to_owned(),
        properties: vec![
            property("scimUserEndpoint", &at("/wso2/scim/Users")),
            property("scimGroupEndpoint", &at("/wso2/scim/Groups")),
        ],
        ..Connector::default()
    }
}

/// Changes the resident identity provider of the actor's tenant: scalars, claims and roles are replaced, free properties
/// and authenticators merged by name. Its own name is never changed.
///
/// # Errors
/// The original's texts for timeouts, certificate, mappings, and what cannot be stored.
pub fn update(
    tx: &mut Tx<'_>,
    now: Now,
    realm: &Realm,
    actor: &Actor,
    mut new: IdentityProvider,
) -> Result<(), Error> {
    let profile = find(tx, actor)?;
    governance::check(tx, actor, &new.properties)?;
    if !has_home_realm(&new) {
        return Err(Error::refused(NO_HOME_REALM));
    }
    let known = identity_provider::read(tx, realm, profile)?;
    let id = known.profile.id;
    check_certificate(&new)?;
    let local_roles = local_roles(tx, actor, &new.role_mappings)?;
    check_mappings(&mut new, Occasion::Update, actor.tenant.0)?;
    let properties = std::mem::take(&mut new.properties);
    new.profile =
        Profile { id, tenant: actor.tenant.0, name: RESIDENT.to_owned(), ..std::mem::take(&mut new.profile) };
    if !is_storable(&new, &known.authenticators) {
        return Err(update_failed(actor));
    }
    if new.profile.primary && !known.profile.primary {
        store::idp::clear_primary(tx, actor.tenant.0)?;
    }
    store::idp::update(tx, &new.profile)?;
    governance::put(tx, actor.tenant, id, &properties)?;
    let defaults = computed(realm, actor);
    for sent in &new.authenticators {
        let default = defaults.iter().find(|default| default.name == sent.name);
        let stored = known.authenticators.iter().find(|stored| stored.name == sent.name);
        let own = Authenticator {
            properties: without_computed(&sent.properties, default.map(|default| &default.properties)),
            ..sent.clone()
        };
        let row = merge_authenticator(tx, &realm.key, id, &own, stored)?;
        for property in &sent.properties {
            if !own.properties.contains(property) {
                store::idp::delete_authenticator_property(tx, row, &property.name)?;
            }
        }
    }
    let provisioning = computed_provisioning(realm);
    for connector in new.connectors.iter_mut().filter(|connector| connector.name == PROVISIONING) {
        connector.properties = without_computed(&connector.properties, Some(&provisioning.properties));
    }
    replace_connectors(tx, &realm.key, id, &new.connectors)?;
    replace_mappings(tx, id, &new, &local_roles)?;
    let names: Vec<&str> = properties.iter().map(|setting| setting.name.as_str()).collect();
    audit::record(tx, now, actor, governance::AUDITED, RESIDENT, &names.join(","))
}

/// What is computed anyway is not stored, so that a later change of the address shows; nor is nothing in its place.
fn without_computed(sent: &[Property], computed: Option<&Vec<Property>>) -> Vec<Property> {
    let is_computed = |property: &Property| {
        computed.is_some_and(|known| {
            known.iter().any(|known| {
                known.name == property.name && (known.value == property.value || is_blank(property))
            })
        })
    };
    sent.iter().filter(|property| !is_computed(property)).cloned().collect()
}

#[cfg(test)]
mod tests;
