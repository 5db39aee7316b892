//! The contract of `AuthenticationAdmin`, in wire spelling (IS 5.3.0, carbon-kernel 4.4.11).

use super::message_context::MessageContext;
use crate::services::Call;
use crate::{dto, service};

dto! {
    /// The declared exception of the logins.
    pub struct AuthenticationException in "http://common.core.carbon.wso2.org/xsd" {
        uiErrorCode: Option<String>,
    }

    /// What a client keeps to be recognised for a week.
    pub struct RememberMeData in "http://authentication.services.core.carbon.wso2.org/xsd" {
        authenticated: bool,
        maxAge: i32,
        value: Option<String>,
    }
}

service! {
    /// Signs callers in and out: the session it opens is the `JSESSIONID` cookie of the answer.
    pub AuthenticationAdmin in "http://authentication.services.core.carbon.wso2.org" with Call,
    each ([open] [faults AuthenticationException]) {
        fn logout();
        fn loginWithRememberMeCookie(cookie: Option<String>) -> bool [faults none];
        fn authenticateWithRememberMe(messageContext: Option<MessageContext>) -> bool [faults none];
        fn getAuthenticatorName() -> Option<String> [faults none];
        fn loginWithRememberMeOption(username: Option<String>, password: Option<String>, remoteAddress: Option<String>) -> Option<RememberMeData>;
        fn login(username: Option<String>, password: Option<String>, remoteAddress: Option<String>) -> bool;
        fn isDisabled() -> bool [faults none];
        fn getPriority() -> i32 [faults none];
    }
}
