//! The contract of `UserProfileMgtService`, in wire spelling (IS 5.3.0, UserProfileAdmin).

use crate::services::Call;
use crate::soap::{Filled, Kept, Vary, Varying};
use crate::{dto, service};
use std::sync::Arc;

dto! {
    /// One claim of a profile, with its display hints.
    pub struct UserFieldDTO in "http://mgt.profile.user.identity.carbon.wso2.org/xsd" {
        checkedAttribute: bool,
        claimUri: Option<Arc<str>>,
        displayName: Option<Arc<str>>,
        displayOrder: i32,
        fieldValue: Varying,
        readOnly: bool,
        regEx: Option<Arc<str>>,
        required: bool,
    }

    /// The claims of a user under a profile name.
    pub struct UserProfileDTO in "http://mgt.profile.user.identity.carbon.wso2.org/xsd" {
        fieldValues: Option<Vec<Option<Filled<UserFieldDTO>>>>,
        profileConfigurations: Vec<Option<String>>,
        profileConifuration: Option<String>,
        profileName: Option<String>,
    }

    /// An identity at another provider that belongs to the caller.
    pub struct AssociatedAccountDTO in "http://mgt.profile.user.identity.carbon.wso2.org/xsd" {
        identityProviderName: Option<String>,
        username: Option<String>,
    }

    /// The base class of the service's own class, which `getInstance` publishes.
    pub struct AbstractAdmin in "http://core.carbon.wso2.org/xsd", abstract {}

    /// What the getters of the service's class give when it is published itself.
    pub struct UserProfileAdmin in "http://mgt.profile.user.identity.carbon.wso2.org/xsd" extends AbstractAdmin {
        addProfileEnabled: bool,
        associatedIDs: Vec<Option<AssociatedAccountDTO>>,
        profileFieldsForInternalStore: Option<UserProfileDTO>,
        readOnlyUserStore: bool,
    }

    /// The base of the identity exceptions.
    pub struct IdentityException in "http://base.identity.carbon.wso2.org/xsd" {
        errorCode: Option<String>,
    }

    /// The declared exception of every operation but `getInstance`.
    pub struct UserProfileException in "http://mgt.profile.user.identity.carbon.wso2.org/xsd" extends IdentityException {}
}

service! {
    /// Reads and writes the claims of users.
    pub UserProfileMgtService in "http://mgt.profile.user.identity.carbon.wso2.org" with Call,
    each ([faults UserProfileException] [needs "/permission/admin/login"]) {
        fn isReadOnlyUserStore() -> bool;
        fn getUserProfiles(username: Option<String>) -> Vec<Option<UserProfileDTO>>;
        fn setUserProfile(username: Option<String>, profile: Option<UserProfileDTO>);
        fn deleteUserProfile(username: Option<String>, profileName: Option<String>);
        fn getProfileFieldsForInternalStore() -> Option<UserProfileDTO>;
        fn getUserProfile(username: Option<String>, profileName: Option<String>) -> Option<Kept<UserProfileDTO>>;
        fn isAddProfileEnabled() -> bool;
        fn isAddProfileEnabledForDomain(domain: Option<String>) -> bool;
        fn getInstance() -> Option<UserProfileAdmin> [faults none];
        fn associateID(idpID: Option<String>, associatedID: Option<String>);
        fn getNameAssociatedWith(idpID: Option<String>, associatedID: Option<String>) -> Option<String>;
        fn getAssociatedIDs() -> Vec<Option<AssociatedAccountDTO>>;
        fn removeAssociateID(idpID: Option<String>, associatedID: Option<String>);
    }
}

impl Vary for UserFieldDTO {
    fn varying(&mut self) -> &mut Varying {
        &mut self.fieldValue
    }
}
