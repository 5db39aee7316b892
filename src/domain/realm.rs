//! The realm: what the rules need besides the transaction and the time. Settings as plain values, the key, caches.

use super::catalogue::Catalogues;
use super::credential::Verified;
use super::{SecretKey, otp, template};
use std::sync::Arc;

/// The rules of an installation, as its operator set them. `Default` is what IS 5.3.0 does out of the box.
#[derive(Debug, Clone)]
pub struct Policy {
    /// Full match for user names, with any prefix that was typed (`UsernameJavaRegEx`).
    pub username_pattern: String,
    /// Full match for role names (`RolenameJavaRegEx`); blanks are allowed so that "test role" can exist.
    pub role_pattern: String,
    /// Full match for passwords (`PasswordJavaRegEx`).
    pub password_pattern: String,
    /// What a broken password pattern is answered with (`PasswordJavaRegExViolationErrorMsg`).
    pub password_message: String,
    /// Whether a single `@` belongs to the user name (`EnableEmailUserName`).
    pub email_user_names: bool,
    /// Users that a store lists at most (`MaxUserNameListLength`).
    pub list_limit: i64,
    /// Roles that a store lists at most (`MaxRoleNameListLength`).
    pub role_list_limit: i64,
    /// What stands between a challenge question and the proof of its answer (`Challenge.Question.Separator`).
    pub challenge_separator: String,
    /// Length and alphabet of one-time passwords.
    pub otp: otp::Shape,
    /// Wrong one-time passwords until the code is void.
    pub wrong_code_limit: i64,
    /// Minutes a key leads from one step of a recovery to the next (`Notification.Expire.Time`).
    pub recovery_key_minutes: i64,
    /// Whether recoveries ask for the text of a picture (`Captcha.Verification.Internally.Managed`).
    pub captcha: bool,
    /// Whether the recovery API says who exists, as IS 5.3.0 does.
    pub tells_who_exists: bool,
    /// Whether nothing takes more permissions than in IS 5.3.0.
    pub original_permissions: bool,
    /// Where browsers reach this server, without a slash at the end.
    pub public_url: String,
    /// Origins of the applications behind a proxy, where browsers may be sent back to.
    pub forward_auth_origins: Vec<String>,
    /// Domain of the session cookie; this host alone without one.
    pub session_cookie_domain: Option<String>,
    /// Host name of this server, as the resident identity provider shows it.
    pub host_name: String,
    /// SAML entity id of this server (`SSOService.EntityId`).
    pub saml_entity_id: String,
    /// Names of the identity providers that are kept in files of the server; no other can take them.
    pub file_providers: Vec<String>,
    /// Whether forcing and finishing a reset also sends the mails of account locking.
    pub show_lock_mails: bool,
    /// Locale of mails when the user has none.
    pub default_locale: String,
    /// Templates for tenants that have not edited theirs.
    pub templates: Vec<template::Template>,
    /// Values that the account policies of a new tenant begin with, where they are not those of IS 5.3.0.
    pub first_policies: Vec<(String, String)>,
    /// Minutes an administrator's session lives without use.
    pub admin_idle_minutes: i64,
    /// Minutes a browser session lives without use, until the tenant says otherwise.
    pub session_idle_minutes: i64,
    /// Minutes a remembered browser session lives.
    pub remember_me_minutes: i64,
    /// Time of day at which idle accounts are looked at, milliseconds since midnight in UTC.
    pub idle_check_at: i64,
    /// The signing certificate, base64 of its DER form, as the resident identity provider publishes it.
    pub certificate: String,
}

impl Default for Policy {
    fn default() -> Self {
        Self {
            username_pattern: r"[a-zA-Z0-9._-|//]{3,30}$".into(),
            role_pattern: r"[a-zA-Z0-9._-|// ]{3,30}$".into(),
            password_pattern: r"^[\S]{5,30}$".into(),
            password_message: "Password length should be within 5 to 30 characters".into(),
            email_user_names: false,
            list_limit: 100,
            role_list_limit: 100,
            challenge_separator: "!".into(),
            otp: otp::Shape::default(),
            wrong_code_limit: 5,
            recovery_key_minutes: 5,
            captcha: true,
            tells_who_exists: false,
            original_permissions: false,
            public_url: "https://localhost:9443".into(),
            forward_auth_origins: Vec::new(),
            session_cookie_domain: None,
            host_name: "localhost".into(),
            saml_entity_id: "localhost".into(),
            file_providers: vec!["default".into()],
            show_lock_mails: false,
            default_locale: template::DEFAULT_LOCALE.into(),
            templates: template::shipped().to_vec(),
            first_policies: Vec::new(),
            admin_idle_minutes: 15,
            session_idle_minutes: 15,
            remember_me_minutes: 20160,
            idle_check_at: 20 * 3_600_000,
            certificate: String::new(),
        }
    }
}

/// What every rule may look at.
#[derive(Debug)]
pub struct Realm {
    /// The operator's rules.
    pub policy: Policy,
    /// Key of the hashes of codes.
    pub key: Arc<SecretKey>,
    /// Claims by tenant.
    pub catalogues: Catalogues,
    /// Logins verified within the last minute.
    pub verified: Verified,
}

impl Realm {
    /// A realm with empty caches.
    #[must_use]
    pub fn new(policy: Policy, key: Arc<SecretKey>) -> Self {
        Self { policy, key, catalogues: Catalogues::default(), verified: Verified::default() }
    }
}
