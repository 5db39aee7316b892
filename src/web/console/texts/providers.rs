//! Texts of the identity providers, the resident one among them. Those that the console of IS 5.3.0 has are worded as
//! there.

/// Keys and texts.
pub const TEXTS: &[(&str, &str)] = &[
    ("resident_menu", "Resident Identity Provider"),
    ("resident_title", "Resident Identity Provider"),
    ("resident_read_only", "You may look at these settings, but not change them."),
    ("resident_realm", "Resident Realm Configuration"),
    ("resident_idle", "Idle Session Time Out"),
    ("resident_remember", "Remember Me Period"),
    ("resident_minutes", "In minutes"),
    ("resident_inbound", "Inbound Authentication Configuration"),
    ("resident_saml", "SAML2 Web SSO Configuration"),
    ("resident_oidc", "OAuth2/OpenID Connect Configuration"),
    ("resident_passive", "WS-Federation (Passive) Configuration"),
    ("resident_openid", "OpenID Configuration"),
    ("resident_oauth1", "OAuth10a Configuration"),
    ("resident_sts", "Security Token Service Configuration"),
    ("resident_provisioning", "Inbound Provisioning Configuration"),
    ("resident_entity", "Identity Provider Entity Id"),
    ("resident_destinations", "Destination URLs"),
    ("resident_one_a_line", "One address a line."),
    ("resident_saved", "Successfully updated Resident Identity Provider"),
    ("resident_no_realm", "Resident Home Realm ID cannot be empty"),
    ("resident_no_entity", "Resident IdP Entity ID cannot be empty"),
    ("resident_bad_idle", "Resident IdP Idle Session Timeout must be numeric value greater than 0"),
    ("resident_bad_remember", "Resident IdP Remember Me Period must be numeric value greater than 0"),
    ("resident_bad_destination", "Please enter a valid destination"),
    ("resident_same_destination", "Destination URL already exist"),
    (
        "resident_no_destination",
        "You should have atleast one destination URL. Add another URL to remove the last URL",
    ),
    ("idp_home_realm", "Home Realm Identifier"),
];
