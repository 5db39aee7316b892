//! What a server of IS 5.3.0 has installed: the authenticators and provisioning connectors that an identity provider
//! can be given, with the properties they describe. Texts are what consoles show.

/// An authenticator.
#[derive(Debug)]
pub struct Offered {
    /// Name.
    pub name: &'static str,
    /// Name for people.
    pub display_name: &'static str,
    /// The properties it describes.
    pub properties: &'static [OfferedProperty],
}

/// A property that an authenticator describes.
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

/// Names of the provisioning connectors; they describe no properties.
pub const CONNECTORS: [&str; 4] = ["googleapps", "salesforce", "scim", "spml"];
