//! Every text of the pages, in one place. Texts that clients of IS 5.3.0 look for are the original's.

pub mod account;

use crate::domain::password::{Refused, Rules};
use serde::Serialize;

/// Labels of the forms.
#[derive(Debug, Clone, Copy, Serialize)]
pub struct Labels {
    pub sign_in: &'static str,
    pub user_name: &'static str,
    pub password: &'static str,
    pub remember_me: &'static str,
    pub reset_password: &'static str,
    pub new_password: &'static str,
    pub confirm_password: &'static str,
    pub submit: &'static str,
    pub dashboard: &'static str,
    pub mail: &'static str,
    pub tenant: &'static str,
    pub sign_out: &'static str,
    pub continue_heading: &'static str,
    pub continue_text: &'static str,
    pub continue_button: &'static str,
}

/// English.
pub const LABELS: Labels = Labels {
    sign_in: "Sign in",
    user_name: "Username",
    password: "Password",
    remember_me: "Remember me on this computer",
    reset_password: "Reset Password",
    new_password: "Enter New Password",
    confirm_password: "Confirm Password",
    submit: "Submit",
    dashboard: "My account",
    mail: "Mail",
    tenant: "Organization",
    sign_out: "Sign out",
    continue_heading: "One moment",
    continue_text: "You are being taken on. If nothing happens, press Continue.",
    continue_button: "Continue",
};

pub const TITLE: &str = "WSO2 Identity Server";
pub const LOGIN_FAILED: &str = "Login failed! Please recheck the username and password and try again.";
pub const RESET_PENDING: &str = "Password reset is required. A password reset link has been sent to your registered email address, please check your inbox.";
pub const CONFIRMATION_PENDING: &str = "Account is unverified. An account activation link has been sent to your registered email address, please check your inbox.";
pub const WRONG_TENANT: &str =
    "Application you are trying to access does not allow users from your organization.";
pub const CAPTCHA: &str = "reCaptcha validation is required for user.";
pub const AUTHENTICATION_FAILED: &str = "Authentication Failed! Please Retry";
pub const NOT_AUTHORIZED: &str = "You are not authorized to login";
pub const RETRY_HEADING: &str = "Authentication Error !";
pub const REFUSED_HEADING: &str = "This is not possible";
pub const RETRY: &str =
    "Something went wrong during the authentication process. Please try signing in again.";
pub const SAML_FAILED: &str = "Error when processing the authentication request!";
pub const SAML_FAILED_HINT: &str = "Please try login again.";
pub const SAML_INVALID: &str = "Not a valid SAML 2.0 Request Message!";
pub const SAML_INVALID_HINT: &str =
    "The message was not recognized by the SAML 2.0 SSO Provider. Please check the logs for more details";
pub const SAML_START_AGAIN: &str = "Go back to the application and start from there. If this happens again, its administrator has to look at how it is registered here.";
pub const LOGGED_OUT: &str = "You have successfully logged out.";
pub const PASSWORD_EMPTY: &str = "Password cannot be empty.";
pub const PASSWORDS_DIFFER: &str = "Passwords did not match. Please try again.";
pub const INFORMATION: &str = "Information";
pub const UPDATED: &str = "Updated the password successfully";
pub const CODE_MISSING: &str =
    "Cannot process the email notification confirmation. confirmation code is missing.";
pub const CONFIRM_ACCOUNT: &str = "Confirm your account";
pub const CONFIRM_ACCOUNT_HINT: &str =
    "Press Confirm to show that this address is yours. Afterwards you can sign in to the account:";
pub const CONFIRM: &str = "Confirm";
pub const ACCOUNT_CONFIRMED: &str = "Your account is confirmed. You can sign in now.";
pub const LINK_INVALID: &str = "This link is no longer valid. It was used, replaced or has expired. Ask your administrator for a new one.";
pub const LINK_OVERTAKEN: &str = "Another link was opened in this browser since. Open the link of this page again, from its mail, or sign in with the one-time password again.";
pub const TO_DASHBOARD: &str = "Go to my account";
pub const TO_APPLICATION: &str = "Continue";
pub const FOREIGN_APPLICATION: &str = "The address to return to belongs to no application of this server. Open the application again, or ask its administrator.";
pub const TO_LOGIN: &str = "Sign in";
pub const NOT_FOUND: &str = "There is no such page.";
pub const FOREIGN_FORM: &str =
    "The form was sent from another site. Open the page again and repeat what you did.";
pub const TOO_MANY: &str = "Too many attempts. Wait a minute and try again.";
pub const TOO_MUCH: &str = "There is more in the form than is read.";
pub const NO_JSON: &str = "The request is not the JSON that this operation takes";
pub const PASSWORD_UNUSABLE: &str = "The password is missing or too long";
pub const SERVER_ERROR: &str = "The server encountered an internal error. Please contact administrator.";
pub const INTERNAL: &str = "The server could not do this now. Please try again later.";

/// What a key in the address of the login page shows; never the key itself.
pub fn login_message(key: Option<&str>) -> &'static str {
    match key {
        Some("login.fail.message") => LOGIN_FAILED,
        Some("password.reset.pending") => RESET_PENDING,
        Some("account.confirmation.pending") => CONFIRMATION_PENDING,
        Some("user.tenant.domain.mismatch.message") => WRONG_TENANT,
        Some("recaptcha.fail.message") => CAPTCHA,
        _ => AUTHENTICATION_FAILED,
    }
}

/// A message of the policy as a page shows it: the quotation marks around it are part of the shipped value.
fn unquoted(message: &str) -> &str {
    let message = message.trim();
    message.strip_prefix('\'').and_then(|rest| rest.strip_suffix('\'')).unwrap_or(message)
}

/// Why a password is not taken, for people.
pub fn refused(refused: &Refused) -> String {
    unquoted(&refused.to_string()).to_owned()
}

/// The rules of a new password, one a line.
pub fn rules(rules: &Rules) -> Vec<String> {
    let mut lines = vec![rules.store.clone()];
    if let Some(policy) = &rules.policy {
        lines.push(format!("Between {} and {} characters", policy.shortest, policy.longest));
        lines.push("Different from the username".to_owned());
        lines.push(unquoted(&policy.pattern).to_owned());
    }
    lines.push("Different from the present password".to_owned());
    if let Some(count) = rules.remembered {
        lines.push(format!("None of the last {count} passwords"));
    }
    lines.retain(|line| !line.trim().is_empty());
    lines
}
