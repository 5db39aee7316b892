//! The resident identity provider: what this server is towards others, with the account policies as its properties.
//!
//! Endpoint addresses follow the configuration; what an administrator set wins (IS 5.3.0, IdentityProviderManager).

use super::governance::{self, RESIDENT};
use super::tenant::SUPER_DOMAIN;
use super::{Actor, Error, Now, Realm};
use crate::store::idp::{AuthenticatorRow, IdpRow};
use crate::store::{self, Tx};

/// A way to sign in here, or to provision.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Authenticator {
    /// Name.
    pub name: String,
    /// Whether an administrator switched it on.
    pub enabled: bool,
    /// Names and values.
    pub properties: Vec<(String, Option<String>)>,
}

/// The resident identity provider of a tenant.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Resident {
    /// Whether it is in use.
    pub enabled: bool,
    /// Whether it is the default.
    pub primary: bool,
    /// Home realm.
    pub home_realm: Option<String>,
    /// Name under which this server is known elsewhere.
    pub alias: Option<String>,
    /// Name for people.
    pub display_name: Option<String>,
    /// Description.
    pub description: Option<String>,
    /// Provisioning roles.
    pub provisioning_role: Option<String>,
    /// Signing certificate, base64.
    pub certificate: Option<String>,
    /// The ways to sign in.
    pub authenticators: Vec<Authenticator>,
    /// The way to provision.
    pub provisioning: Authenticator,
    /// Timeouts and account policies.
    pub properties: Vec<(String, String)>,
}

fn missing(actor: &Actor) -> Error {
    Error::refused(format!("Could not find Resident Identity Provider for tenant {}", actor.domain))
}

/// The resident identity provider of the actor's tenant.
///
/// # Errors
/// The original's text when there is none.
pub fn get(tx: &mut Tx<'_>, realm: &Realm, actor: &Actor) -> Result<Resident, Error> {
    let row = store::idp::find(tx, actor.tenant.0, RESIDENT)?.ok_or_else(|| missing(actor))?;
    let stored = store::idp::authenticators(tx, row.id)?;
    let properties = store::idp::properties(tx, row.id)?;
    let mut authenticators = computed(realm, actor);
    for one in stored.iter().filter(|one| one.name != PROVISIONING) {
        overlay(&mut authenticators, one);
    }
    let mut provisioning = vec![computed_provisioning(realm)];
    stored.iter().filter(|one| one.name == PROVISIONING).for_each(|one| overlay(&mut provisioning, one));
    Ok(Resident {
        enabled: row.enabled,
        primary: row.primary,
        home_realm: row.home_realm,
        alias: row.alias,
        display_name: row.display_name,
        description: row.description,
        provisioning_role: row.provisioning_role,
        certificate: Some(realm.policy.certificate.clone()).filter(|text| !text.is_empty()),
        authenticators,
        provisioning: provisioning.pop().unwrap_or_default(),
        properties,
    })
}

/// The one provisioning connector that the resident provider shows.
const PROVISIONING: &str = "scim";

fn overlay(known: &mut Vec<Authenticator>, stored: &AuthenticatorRow) {
    let index = known.iter().position(|one| one.name == stored.name).unwrap_or_else(|| {
        known.push(Authenticator { name: stored.name.clone(), ..Authenticator::default() });
        known.len() - 1
    });
    let Some(target) = known.get_mut(index) else { return };
    target.enabled = stored.enabled;
    for (name, value, _) in &stored.properties {
        match target.properties.iter_mut().find(|(known, _)| known == name) {
            Some((_, known)) => known.clone_from(value),
            None => target.properties.push((name.clone(), value.clone())),
        }
    }
}

fn computed(realm: &Realm, actor: &Actor) -> Vec<Authenticator> {
    let (url, host) = (&realm.policy.public_url, &realm.policy.host_name);
    let at = |path: &str| [url, path].concat();
    let sts = if actor.domain == SUPER_DOMAIN {
        at("/services/wso2carbon-sts")
    } else {
        at(&format!("/services/t/{}/wso2carbon-sts", actor.domain))
    };
    let one = |name: &str, properties: &[(&str, String)]| Authenticator {
        name: name.to_owned(),
        enabled: false,
        properties: properties
            .iter()
            .map(|(name, value)| ((*name).to_owned(), Some(value.clone())))
            .collect(),
    };
    vec![
        one("openid", &[("OpenIdUrl", at("/openidserver"))]),
        one(
            "samlsso",
            &[("IdPEntityId", host.clone()), ("SSOUrl", at("/samlsso")), ("LogoutReqUrl", at("/samlsso"))],
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
        one("passivests", &[("IdentityProviderUrl", at("/passivests")), ("IdPEntityId", host.clone())]),
        one("wstrust", &[("IDENTITY_PROVIDER_URL", sts)]),
        one("IDPProperties", &[("CleanUpPeriod", "1140".to_owned())]),
    ]
}

fn computed_provisioning(realm: &Realm) -> Authenticator {
    let at = |path: &str| Some([&realm.policy.public_url, path].concat());
    Authenticator {
        name: PROVISIONING.to_owned(),
        enabled: false,
        properties: vec![
            ("scimUserEndpoint".to_owned(), at("/wso2/scim/Users")),
            ("scimGroupEndpoint".to_owned(), at("/wso2/scim/Groups")),
        ],
    }
}

/// What an administrator sends to change the resident identity provider.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Update {
    /// Scalars, replaced as they are sent.
    pub resident: Resident,
    /// Properties, merged; a missing value is refused.
    pub properties: Vec<(String, Option<String>)>,
}

/// Changes the resident identity provider of the actor's tenant: scalars are replaced, properties and authenticators
/// merged by name. Its own name is never changed.
///
/// # Errors
/// The original's texts for timeouts and the home realm.
pub fn update(tx: &mut Tx<'_>, now: Now, realm: &Realm, actor: &Actor, update: &Update) -> Result<(), Error> {
    let row = store::idp::find(tx, actor.tenant.0, RESIDENT)?.ok_or_else(|| missing(actor))?;
    governance::update(tx, now, actor, &update.properties)?;
    let sent = &update.resident;
    if sent.home_realm.as_deref().is_none_or(str::is_empty) {
        return Err(Error::refused(
            "Invalid argument: Resident Identity Provider Home Realm Identifier value is empty",
        ));
    }
    let computed: Vec<Authenticator> =
        computed(realm, actor).into_iter().chain([computed_provisioning(realm)]).collect();
    store::idp::update(
        tx,
        &IdpRow {
            id: row.id,
            enabled: sent.enabled,
            primary: sent.primary,
            home_realm: sent.home_realm.clone(),
            alias: sent.alias.clone(),
            display_name: sent.display_name.clone(),
            description: sent.description.clone(),
            provisioning_role: sent.provisioning_role.clone(),
        },
    )?;
    for one in &sent.authenticators {
        let default = computed.iter().find(|known| known.name == one.name);
        // What is computed anyway is not stored, so that a later change of the address shows.
        let own = |(name, value): &&(String, Option<String>)| {
            !default.is_some_and(|known| known.properties.iter().any(|(n, v)| n == name && v == value))
        };
        let properties: Vec<_> = one
            .properties
            .iter()
            .filter(own)
            .map(|(name, value)| (name.clone(), value.clone(), false))
            .collect();
        store::idp::set_authenticator(
            tx,
            row.id,
            &AuthenticatorRow {
                name: one.name.clone(),
                display_name: None,
                enabled: one.enabled,
                properties,
            },
        )?;
    }
    Ok(())
}
