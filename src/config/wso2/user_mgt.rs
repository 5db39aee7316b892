//! The administrator, and the patterns and lists of the first user store (`user-mgt.xml`).

use super::{Found, NamedProperty, number, plain, text};
use crate::config::document::Leaf;
use toml::Value;
use yaserde::YaDeserialize;

#[derive(Debug, Default, YaDeserialize)]
#[yaserde(rename = "UserManager")]
pub(super) struct UserMgt {
    #[yaserde(rename = "Realm")]
    realm: Option<RealmConfig>,
}

#[derive(Debug, Default, YaDeserialize)]
struct RealmConfig {
    #[yaserde(rename = "Configuration")]
    configuration: Option<RealmBasics>,
    #[yaserde(rename = "UserStoreManager")]
    stores: Vec<UserStore>,
}

#[derive(Debug, Default, YaDeserialize)]
struct RealmBasics {
    #[yaserde(rename = "AdminRole")]
    admin_role: Option<Leaf>,
    #[yaserde(rename = "AdminUser")]
    admin: Option<AdminUser>,
}

#[derive(Debug, Default, YaDeserialize)]
struct AdminUser {
    #[yaserde(rename = "UserName")]
    name: Option<Leaf>,
    #[yaserde(rename = "Password")]
    password: Option<Leaf>,
}

#[derive(Debug, Default, YaDeserialize)]
struct UserStore {
    #[yaserde(rename = "Property")]
    properties: Vec<NamedProperty>,
}

/// Expressions for the names of roles that the file is shipped with, for a directory and for a database, and what they are
/// here: blanks are allowed as well.
const SHIPPED_FOR_ROLES: [(&str, Option<&str>); 3] =
    [("[a-zA-Z0-9._-|//]{3,30}$", None), (r"^[\S]{3,30}$", Some(r"^[\S ]{3,30}$")), ("", None)];

/// What the role of the administrators is called here.
const ADMIN_ROLE: &str = "admin";

/// What a text of a file is as a value.
type Reading = fn(&str) -> Value;

/// An expression for whatever is not empty.
const ANYTHING: &str = r"[\s\S]+";

impl UserMgt {
    pub(super) fn apply(&self, found: &mut Found) {
        let Some(realm) = &self.realm else { return };
        let role = realm.configuration.as_ref().and_then(|basics| basics.admin_role.as_ref());
        if let Some((line, role)) = plain(role).filter(|(_, role)| *role != ADMIN_ROLE) {
            found.warn(
                line,
                &format!(
                    "AdminRole {role} is not used: the role of the administrators is {ADMIN_ROLE} here; `soapstone user take-over` \
                     takes {role} over with its members and permissions"
                ),
            );
        }
        if let Some(admin) = realm.configuration.as_ref().and_then(|basics| basics.admin.as_ref()) {
            let written = admin.name.as_ref().filter(|name| !name.text().is_empty());
            if let Some(name) = written.filter(|name| found.counts("admin_name", "AdminUser/UserName", name))
            {
                found.set("admin_name", name.line, "AdminUser/UserName", text(name.text()));
            }
            // The shipped password is the default anyway; an own one is taken over.
            let own = admin.password.as_ref().filter(|password| password.text() != "admin");
            if let Some(password) =
                own.filter(|password| found.counts("admin_password", "AdminUser/Password", password))
            {
                found.set("admin_password", password.line, "AdminUser/Password", text(password.text()));
            }
        }
        let Some(primary) = realm.stores.first() else { return };
        if let Some(roles) = NamedProperty::find(&primary.properties, "RolenameJavaRegEx") {
            match SHIPPED_FOR_ROLES.iter().find(|(shipped, _)| *shipped == roles.value()) {
                Some((_, Some(ours))) => {
                    found.set("role_pattern", roles.line, "RolenameJavaRegEx", text(ours));
                }
                Some((_, None)) => {}
                None => found.warn(
                    roles.line,
                    "RolenameJavaRegEx is not used, because blanks stay allowed; set role_pattern",
                ),
            }
        }
        let properties: [(_, _, Reading, _); 5] = [
            // An empty expression is none in the original: everything matches but nothing at all.
            ("UsernameJavaRegEx", "username_pattern", text, Some(ANYTHING)),
            ("PasswordJavaRegEx", "password_pattern", text, Some(ANYTHING)),
            ("PasswordJavaRegExViolationErrorMsg", "password_message", text, None),
            ("MaxUserNameListLength", "user_list_limit", number, None),
            ("MaxRoleNameListLength", "role_list_limit", number, None),
        ];
        for (name, key, value, empty) in properties {
            let Some(property) = NamedProperty::find(&primary.properties, name) else { continue };
            let written = property.value.as_deref().filter(|value| !value.trim().is_empty());
            if let Some(written) = written.or(empty) {
                found.set(key, property.line, name, value(written));
            }
        }
    }
}
