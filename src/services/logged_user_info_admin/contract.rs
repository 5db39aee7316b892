//! The contract of `LoggedUserInfoAdmin`, in wire spelling (IS 5.3.0, carbon-kernel 4.4.11).

use crate::services::Call;
use crate::{dto, service};

dto! {
    /// Who calls, and what he may see of the console.
    pub struct LoggedUserInfo in "http://common.core.carbon.wso2.org/xsd" {
        UIPermissionOfUser: Vec<Option<String>>,
        passwordExpiration: Option<String>,
        userName: Option<String>,
    }

    /// The declared exception: `java.lang.Exception` itself.
    pub struct Exception in "http://loggeduserinfo.services.core.carbon.wso2.org" {
        Message: Option<String>,
    }
}

service! {
    /// Tells a caller about himself.
    pub LoggedUserInfoAdmin in "http://loggeduserinfo.services.core.carbon.wso2.org" with Call,
    each ([faults Exception] [needs "/permission/admin/login"]) {
        fn getUserInfo() -> Option<LoggedUserInfo>;
    }
}
