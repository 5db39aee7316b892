//! Identity providers in files of an existing deployment: `identity/identity-providers/*.xml`.
//!
//! The elements are found as the original finds them: by local name, and what stands inside a list may be called
//! anything, which is why no declared document type can describe these files.

use super::document::{events, mistake};
use super::error::Error;
use super::settings::Hidden;
use std::path::{Path, PathBuf};
use xml::reader::XmlEvent;

/// What one file says.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
#[expect(missing_docs, reason = "the names are those of the file")]
pub struct IdentityProvider {
    pub name: String,
    pub description: Option<String>,
    pub alias: Option<String>,
    pub display_name: Option<String>,
    pub is_primary: bool,
    pub is_enabled: bool,
    pub is_federation_hub: bool,
    pub home_realm: Option<String>,
    pub provisioning_role: Option<String>,
    pub certificate: Option<String>,
    pub authenticators: Vec<Part>,
    pub default_authenticator: Option<String>,
    pub connectors: Vec<Part>,
    pub default_connector: Option<String>,
    pub local_claim_dialect: bool,
    pub role_claim: Option<String>,
    pub user_claim: Option<String>,
    pub claims: Vec<String>,
    pub claim_mappings: Vec<ClaimMapping>,
    pub roles: Vec<String>,
    pub role_mappings: Vec<RoleMapping>,
    pub is_provisioning_enabled: bool,
    pub provisioning_user_store: Option<String>,
}

/// A claim of the provider and what it is here.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct ClaimMapping {
    pub local_claim: Option<String>,
    pub remote_claim: Option<String>,
    pub default_value: Option<String>,
    pub is_requested: bool,
}

/// A role of the provider and what it is here.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct RoleMapping {
    pub remote_role: Option<String>,
    pub user_store: Option<String>,
    pub local_role: Option<String>,
}

/// An authenticator or a provisioning connector.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
#[expect(missing_docs, reason = "the names are those of the file")]
pub struct Part {
    pub name: String,
    pub display_name: Option<String>,
    pub is_enabled: bool,
    pub is_blocking: bool,
    pub properties: Vec<Property>,
}

/// A property; its value may be a secret.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
#[expect(missing_docs, reason = "the names are those of the file")]
pub struct Property {
    pub name: String,
    pub value: Option<Hidden>,
    pub is_confidential: bool,
    pub is_blob: bool,
}

/// Reads the files below a folder, in the order of their names. What a file says that makes no sense is a warning, and
/// the file does not count, as in the original.
pub(super) fn read(
    folder: &Path,
    files: &mut Vec<PathBuf>,
    warnings: &mut Vec<String>,
) -> Result<Vec<IdentityProvider>, Error> {
    let places = ["identity/identity-providers", "identity-providers"];
    let Some(folder) = places.iter().map(|place| folder.join(place)).find(|path| path.is_dir()) else {
        return Ok(Vec::new());
    };
    let io = |source| Error::Io { path: folder.clone(), source };
    let mut paths: Vec<PathBuf> = std::fs::read_dir(&folder)
        .and_then(|entries| entries.map(|entry| entry.map(|entry| entry.path())).collect())
        .map_err(io)?;
    paths.retain(|path| path.extension().is_some_and(|extension| extension == "xml"));
    paths.sort();
    let mut found = Vec::new();
    for path in paths {
        let bytes = std::fs::read(&path).map_err(|source| Error::Io { path: path.clone(), source })?;
        match provider(&tree(&path, &bytes)?) {
            Ok(provider) => {
                if found.iter().any(|known: &IdentityProvider| known.name == provider.name) {
                    let name = &provider.name;
                    warnings
                        .push(format!("{}: another file names {name}, too; this one counts", path.display()));
                }
                found.push(provider);
            }
            Err(why) => warnings.push(format!("{}: {why}; the file is left out", path.display())),
        }
        files.push(path);
    }
    Ok(found)
}

/// An element of a file.
#[derive(Default)]
pub(super) struct Element {
    name: String,
    pub(super) text: String,
    children: Vec<Element>,
}

impl Element {
    /// The elements of that name, however deep inside.
    pub(super) fn all<'e>(&'e self, name: &'e str) -> Box<dyn Iterator<Item = &'e Self> + 'e> {
        Box::new(self.children.iter().flat_map(move |child| {
            let own = (child.name == name).then_some(child);
            own.into_iter().chain(child.all(name))
        }))
    }

    fn child(&self, name: &str) -> Option<&Self> {
        self.children.iter().rfind(|child| child.name == name)
    }

    fn text(&self, name: &str) -> Option<String> {
        Some(self.child(name)?.text.clone())
    }

    fn flag(&self, name: &str) -> bool {
        self.child(name).is_some_and(|child| child.text.trim().eq_ignore_ascii_case("true"))
    }

    fn list(&self, name: &str) -> &[Self] {
        self.child(name).map_or(&[], |child| &child.children)
    }
}

pub(super) fn tree(path: &Path, bytes: &[u8]) -> Result<Element, Error> {
    let mut open = vec![Element::default()];
    for event in events(bytes) {
        let event = event.map_err(|error| {
            let ((line, column), why) = mistake(bytes, &error);
            Error::Syntax {
                path: path.to_owned(),
                line,
                column,
                why,
                hint: "compare with the file as it was shipped",
            }
        })?;
        match event {
            XmlEvent::StartElement { name, .. } => {
                open.push(Element { name: name.local_name, ..Element::default() });
            }
            XmlEvent::EndElement { .. } => {
                if let (Some(closed), Some(parent)) = (open.pop(), open.last_mut()) {
                    parent.children.push(closed);
                }
            }
            XmlEvent::Characters(text) => {
                if let Some(element) = open.last_mut() {
                    element.text.push_str(&text);
                }
            }
            _ => {}
        }
    }
    Ok(open.pop().and_then(|mut document| document.children.pop()).unwrap_or_default())
}

fn provider(file: &Element) -> Result<IdentityProvider, String> {
    let name = file.text("IdentityProviderName").filter(|name| !name.is_empty());
    let name = name.ok_or("IdentityProviderName is missing")?;
    let authenticators = parts(file.list("FederatedAuthenticatorConfigs"), "Properties");
    let connectors = parts(file.list("ProvisioningConnectorConfigs"), "ProvisioningProperties");
    let default = |key: &str, parts: &[Part]| {
        let name = file.text(key).filter(|name| !name.trim().is_empty());
        match &name {
            Some(name) if parts.iter().any(|part| part.name == *name) => Ok(Some(name.clone())),
            None if parts.is_empty() => Ok(None),
            _ => Err(format!("{key} names none of those in the file")),
        }
    };
    let default_authenticator = default("DefaultAuthenticatorConfig", &authenticators)?;
    let default_connector = default("DefaultProvisioningConnectorConfig", &connectors)?;
    let nothing = Element::default();
    let claims = file.child("ClaimConfig").unwrap_or(&nothing);
    let roles = file.child("PermissionAndRoleConfig").unwrap_or(&nothing);
    let jit = file.child("JustInTimeProvisioningConfig").unwrap_or(&nothing);
    let uri = |mapping: &Element, side: &str| mapping.child(side).and_then(|claim| claim.text("ClaimUri"));
    let claim_mapping = |mapping: &Element| ClaimMapping {
        local_claim: uri(mapping, "LocalClaim"),
        remote_claim: uri(mapping, "RemoteClaim"),
        default_value: mapping.text("DefaultValue"),
        is_requested: mapping.flag("RequestClaim"),
    };
    let role_mapping = |mapping: &Element| {
        let local = mapping.child("localRole").unwrap_or(&nothing);
        RoleMapping {
            remote_role: mapping.text("remoteRole"),
            user_store: local.text("UserStoreId"),
            local_role: local.text("LocalRoleName"),
        }
    };
    Ok(IdentityProvider {
        name,
        description: file.text("IdentityProviderDescription"),
        alias: file.text("Alias"),
        display_name: file.text("DisplayName"),
        is_primary: file.flag("IsPrimary"),
        // The shipped files do not say it; the original would switch the provider off at the second start.
        is_enabled: file.child("IsEnabled").is_none() || file.flag("IsEnabled"),
        is_federation_hub: file.flag("IsFederationHub"),
        home_realm: file.text("HomeRealmId"),
        provisioning_role: file.text("ProvisioningRole"),
        certificate: file.text("Certificate").filter(|text| !text.trim().is_empty()),
        authenticators,
        default_authenticator,
        connectors,
        default_connector,
        local_claim_dialect: claims.flag("LocalClaimDialect"),
        role_claim: claims.text("RoleClaimURI"),
        user_claim: claims.text("UserClaimURI"),
        claims: claims.list("IdpClaims").iter().filter_map(|claim| claim.text("ClaimUri")).collect(),
        claim_mappings: claims.list("ClaimMappings").iter().map(claim_mapping).collect(),
        roles: roles.list("IdpRoles").iter().map(|role| role.text.clone()).collect(),
        role_mappings: roles.list("RoleMappings").iter().map(role_mapping).collect(),
        is_provisioning_enabled: jit.flag("IsProvisioningEnabled"),
        provisioning_user_store: jit.text("ProvisioningUserStore"),
    })
}

fn parts(list: &[Element], properties: &str) -> Vec<Part> {
    let property = |one: &Element| Property {
        name: one.text("Name").unwrap_or_default(),
        value: one.text("Value").map(Hidden),
        is_confidential: one.flag("IsConfidential"),
        is_blob: one.text("Type").is_some_and(|kind| kind == "BLOB"),
    };
    let part = |one: &Element| Part {
        name: one.text("Name").unwrap_or_default(),
        display_name: one.text("DisplayName"),
        is_enabled: one.flag("IsEnabled"),
        is_blocking: one.flag("IsBlocking"),
        properties: one.list(properties).iter().map(property).collect(),
    };
    list.iter().map(part).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    const SHARED: &str = "<IdentityProvider xmlns=\"urn:any\">
        <IdentityProviderName>SHARED_partner</IdentityProviderName><DisplayName>Partner &amp; co</DisplayName>
        <FederatedAuthenticatorConfigs><SAML2><Name>SAMLSSOAuthenticator</Name><IsEnabled>true</IsEnabled>
        <Properties><Property><Name>IdPEntityId</Name><Value>urn:p</Value></Property>
        <p><Name>Key</Name><Value> s3cret </Value><IsConfidential>true</IsConfidential></p></Properties></SAML2>
        </FederatedAuthenticatorConfigs>
        <DefaultAuthenticatorConfig>SAMLSSOAuthenticator</DefaultAuthenticatorConfig>
        <ClaimConfig><IdpClaims><Claim><ClaimUri>mail</ClaimUri></Claim></IdpClaims><ClaimMappings><ClaimMapping>
        <LocalClaim><ClaimUri>http://wso2.org/claims/emailaddress</ClaimUri></LocalClaim>
        <RemoteClaim><ClaimUri>mail</ClaimUri></RemoteClaim><RequestClaim>true</RequestClaim></ClaimMapping>
        </ClaimMappings></ClaimConfig>
        <PermissionAndRoleConfig><IdpRoles><Role>r</Role></IdpRoles></PermissionAndRoleConfig></IdentityProvider>";

    fn parsed(text: &str) -> Result<IdentityProvider, String> {
        provider(&tree(Path::new("p.xml"), text.as_bytes()).unwrap())
    }

    #[test]
    fn a_file_is_read_as_the_original_reads_it() {
        let found = parsed(SHARED).unwrap();
        assert_eq!(
            (found.name.as_str(), found.display_name.as_deref()),
            ("SHARED_partner", Some("Partner & co"))
        );
        assert!(found.is_enabled && !found.is_primary);
        let saml = &found.authenticators[0];
        assert!(saml.is_enabled && saml.properties[1].is_confidential);
        // White space belongs to values.
        assert_eq!(saml.properties[1].value, Some(Hidden(" s3cret ".into())));
        assert!(!format!("{found:?}").contains("s3cret"));
        assert_eq!(found.default_authenticator.as_deref(), Some("SAMLSSOAuthenticator"));
        assert_eq!(found.claims, ["mail"]);
        assert_eq!(found.claim_mappings[0].remote_claim.as_deref(), Some("mail"));
        assert!(found.claim_mappings[0].is_requested);
        assert_eq!(found.roles, ["r"]);
    }

    #[test]
    fn a_file_without_name_or_with_a_wrong_default_does_not_count() {
        assert!(
            parsed("<IdentityProvider><Alias>a</Alias></IdentityProvider>").unwrap_err().contains("Name")
        );
        let wrong = SHARED.replace("<DefaultAuthenticatorConfig>SAML", "<DefaultAuthenticatorConfig>X");
        assert!(parsed(&wrong).unwrap_err().contains("DefaultAuthenticatorConfig"));
        // As the original ships its one file.
        let empty = "<IdentityProvider><IdentityProviderName>default</IdentityProviderName>\
            <DefaultAuthenticatorConfig>\n\t</DefaultAuthenticatorConfig></IdentityProvider>";
        assert_eq!(parsed(empty).unwrap().name, "default");
    }

    #[test]
    fn a_mistake_is_told_with_its_place() {
        let error =
            tree(Path::new("p.xml"), b"<IdentityProvider>\n<Alias></IdentityProvider>").err().unwrap();
        assert!(error.to_string().starts_with("p.xml:2:"), "{error}");
    }
}
