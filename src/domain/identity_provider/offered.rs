//! What a server of IS 5.3.0 has installed: the authenticators and provisioning connectors that an identity provider
//! can be given, with the properties they describe. Texts are what consoles show.

/// An authenticator or a provisioning connector.
#[derive(Debug)]
pub struct Offered {
    /// Name.
    pub name: &'static str,
    /// Name for people.
    pub display_name: &'static str,
    /// The properties it describes.
    pub properties: &'static [OfferedProperty],
}

/// What stands in a property.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// A text.
    Text,
    /// `true`, or nothing.
    Flag,
    /// The URI of a local claim.
    Claim,
    /// A file, in base64.
    File,
}

/// A property of an authenticator or connector.
#[derive(Debug)]
pub struct OfferedProperty {
    /// Key.
    pub name: &'static str,
    /// Name for people.
    pub display_name: &'static str,
    /// Place in a form.
    pub order: i32,
    /// Whether it must be filled in.
    pub required: bool,
    /// Whether it is a secret.
    pub confidential: bool,
    /// What it is for; `None` where the original says nothing.
    pub description: Option<&'static str>,
    /// What a form starts with.
    pub value: Option<&'static str>,
    /// What stands in it.
    pub kind: Kind,
}

const fn property(
    name: &'static str,
    display_name: &'static str,
    order: i32,
    description: Option<&'static str>,
) -> OfferedProperty {
    OfferedProperty {
        name,
        display_name,
        order,
        required: false,
        confidential: false,
        description,
        value: None,
        kind: Kind::Text,
    }
}

const fn required(
    name: &'static str,
    display_name: &'static str,
    order: i32,
    description: Option<&'static str>,
) -> OfferedProperty {
    OfferedProperty { required: true, ..property(name, display_name, order, description) }
}

const fn secret(
    name: &'static str,
    display_name: &'static str,
    order: i32,
    description: Option<&'static str>,
) -> OfferedProperty {
    OfferedProperty { confidential: true, ..required(name, display_name, order, description) }
}

const CALLBACK: Option<&str> = Some("Enter value corresponding to callback url.");

/// Every authenticator.
pub const AUTHENTICATORS: &[Offered] = &[
    Offered { name: "SAMLSSOAuthenticator", display_name: "samlsso", properties: &[] },
    Offered { name: "OpenIDConnectAuthenticator", display_name: "openidconnect", properties: &[] },
    Offered { name: "PassiveSTSAuthenticator", display_name: "passivests", properties: &[] },
    Offered { name: "FacebookAuthenticator", display_name: "facebook", properties: &[] },
    Offered {
        name: "GoogleOIDCAuthenticator",
        display_name: "Google",
        properties: &[
            required("ClientId", "Client Id", 1, Some("Enter Google IDP client identifier value")),
            secret("ClientSecret", "Client Secret", 2, Some("Enter Google IDP client secret value")),
            property("callbackUrl", "Callback Url", 3, CALLBACK),
            OfferedProperty {
                value: Some("scope=openid email profile"),
                ..property(
                    "AdditionalQueryParameters",
                    "Additional Query Parameters",
                    4,
                    Some("Additional query parameters. e.g: paramName1=value1"),
                )
            },
        ],
    },
    Offered {
        name: "MicrosoftWindowsLiveAuthenticator",
        display_name: "Microsoft (Hotmail, MSN, Live)",
        properties: &[
            property("callbackUrl", "Callback Url", 3, CALLBACK),
            required("ClientId", "Client Id", 1, Some("Enter Microsoft Live client identifier value")),
            secret("ClientSecret", "Client Secret", 2, Some("Enter Microsoft Live client secret value")),
        ],
    },
    Offered {
        name: "YahooOAuth2Authenticator",
        display_name: "Yahoo",
        properties: &[
            required("ClientId", "Client Id", 1, Some("Enter Yahoo IDP client identifier value")),
            secret("ClientSecret", "Client Secret", 2, Some("Enter Yahoo IDP client secret value")),
            property("callbackUrl", "Callback URL", 3, CALLBACK),
        ],
    },
    Offered {
        name: "IWAKerberosAuthenticator",
        display_name: "IWA Kerberos",
        properties: &[
            required("SPNName", "Service Principal Name", 1, None),
            secret("SPNPassword", "Service Principal Password", 2, None),
            property("UserStoreDomains", "User Store Domains", 3, None),
        ],
    },
];

const fn setting(name: &'static str, display_name: &'static str) -> OfferedProperty {
    property(name, display_name, 0, None)
}

const fn hidden(name: &'static str, display_name: &'static str) -> OfferedProperty {
    OfferedProperty { confidential: true, ..setting(name, display_name) }
}

const fn claim(name: &'static str, display_name: &'static str) -> OfferedProperty {
    OfferedProperty { kind: Kind::Claim, ..setting(name, display_name) }
}

/// Every provisioning connector. The original's service describes no properties of theirs; its console knows these.
pub const CONNECTORS: &[Offered] = &[
    Offered {
        name: "googleapps",
        display_name: "Google",
        properties: &[
            setting("google_prov_domain_name", "Google Domain"),
            claim("google_prov_email_claim_dropdown", "Primary Email"),
            setting("google_prov_givenname", "Given Name Default Value"),
            claim("google_prov_givenname_claim_dropdown", "Given Name"),
            setting("google_prov_familyname", "Family Name Default Value"),
            claim("google_prov_familyname_claim_dropdown", "Family Name"),
            setting("google_prov_service_acc_email", "Service Account Email"),
            OfferedProperty {
                kind: Kind::File,
                ..hidden("google_prov_private_key", "Service Account Private Key")
            },
            setting("google_prov_admin_email", "Administrator Email"),
            setting("google_prov_application_name", "Application Name"),
            setting("google_prov_pattern", "Google Outbound Provisioning Pattern"),
            setting("google_prov_separator", "Google Provisioning Separator"),
        ],
    },
    Offered {
        name: "salesforce",
        display_name: "Salesforce",
        properties: &[
            setting("sf-api-version", "API Version"),
            setting("sf-domain-name", "Domain Name"),
            setting("sf-clientid", "Client ID"),
            hidden("sf-client-secret", "Client Secret"),
            setting("sf-username", "Username"),
            hidden("sf-password", "Password"),
            setting("sf-token-endpoint", "OAuth2 Token Endpoint"),
            setting("sf-prov-pattern", "Provisioning Pattern"),
            setting("sf-prov-separator", "Provisioning Separator"),
            setting("sf-prov-domainName", "Provisioning Domain"),
        ],
    },
    Offered {
        name: "scim",
        display_name: "SCIM",
        properties: &[
            setting("scim-username", "Username"),
            hidden("scim-password", "Password"),
            setting("scim-user-ep", "User Endpoint"),
            setting("scim-group-ep", "Group Endpoint"),
            setting("scim-user-store-domain", "User Store Domain"),
            OfferedProperty {
                kind: Kind::Flag,
                ..setting("scim-enable-pwd-provisioning", "Enable Password Provisioning")
            },
            hidden("scim-default-pwd", "Default Password"),
        ],
    },
    Offered {
        name: "spml",
        display_name: "SPML",
        properties: &[
            setting("spml-username", "Username"),
            hidden("spml-password", "Password"),
            setting("spml-ep", "SPML Endpoint"),
            setting("spml-oc", "SPML ObjectClass"),
        ],
    },
];
