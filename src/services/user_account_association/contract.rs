//! The contract of `UserAccountAssociationService`, in wire spelling (IS 5.3.0, identity-user-account-association 5.1.3).

use crate::services::Call;
use crate::services::user_profile_mgt::contract::IdentityException;
use crate::soap::Nil;
use crate::{dto, service};

dto! {
    /// An account that is linked with another one.
    pub struct UserAccountAssociationDTO in "http://dto.association.account.user.identity.carbon.wso2.org/xsd" {
        domain: Option<String>,
        tenantDomain: Option<String>,
        username: Option<String>,
    }

    /// The base of the service's exceptions.
    pub struct UserAccountAssociationException
        in "http://exception.association.account.user.identity.carbon.wso2.org/xsd" extends IdentityException {}

    /// The declared exception of every operation.
    pub struct UserAccountAssociationClientException
        in "http://exception.association.account.user.identity.carbon.wso2.org/xsd"
        extends UserAccountAssociationException {}
}

service! {
    /// Links accounts of one person and goes from one to another. Passwords come one character per element.
    pub UserAccountAssociationService in "http://association.account.user.identity.carbon.wso2.org" with Call,
    each ([faults UserAccountAssociationClientException] [needs "/permission/admin/login"]) {
        fn getAccountAssociations(username: Option<String>) -> Vec<Option<UserAccountAssociationDTO>>
            [needs "/permission/admin/manage/identity/user/association/view"];
        fn switchLoggedInUser(userName: Option<String>) -> bool;
        fn deleteUserAccountAssociation(userName: Option<String>) -> Nil;
        fn createUserAccountAssociation(userName: Option<String>, password: Vec<Option<String>>) -> Nil;
        fn deleteMyAssociations() -> Nil;
        fn getAccountAssociationsOfUser() -> Vec<Option<UserAccountAssociationDTO>>;
        fn deleteMyAssociationsWithoutLogin(
            initiateUser: Option<String>,
            password: Vec<Option<String>>,
            userName: Option<String>,
        ) -> Nil [open];
        fn deleteAssociationsOfUser(userName: Option<String>) -> Nil
            [needs "/permission/admin/manage/identity/user/association/delete"];
        fn getMyAccountAssociationsWithoutLogin(userName: Option<String>, password: Vec<Option<String>>)
            -> Vec<Option<UserAccountAssociationDTO>> [open];
        fn associateTwoAccounts(userName1: Option<String>, userName2: Option<String>) -> Nil
            [needs "/permission/admin/manage/identity/user/association/create"];
        fn associateMyAccounts(
            userName1: Option<String>,
            password1: Vec<Option<String>>,
            userName2: Option<String>,
            password2: Vec<Option<String>>,
        ) -> Nil [open];
    }
}
