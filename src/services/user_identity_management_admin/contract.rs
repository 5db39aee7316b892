//! The contract of `UserIdentityManagementAdminService`, in wire spelling (IS 5.3.0, identity.mgt 5.7.5).

use crate::services::Call;
use crate::services::user_profile_mgt::contract::IdentityException;
use crate::soap::Nil;
use crate::{dto, service};

dto! {
    /// A question that a tenant asks.
    pub struct ChallengeQuestionDTO in "http://dto.mgt.identity.carbon.wso2.org/xsd" {
        order: i32,
        promoteQuestion: bool,
        question: Option<String>,
        questionSetId: Option<String>,
    }

    /// A question with a user's answer to it.
    pub struct UserChallengesDTO in "http://dto.mgt.identity.carbon.wso2.org/xsd" {
        answer: Option<String>,
        error: Option<String>,
        id: Option<String>,
        key: Option<String>,
        order: i32,
        primary: bool,
        question: Option<String>,
        verfied: bool,
    }

    /// The questions of one set.
    pub struct UserChallengesSetDTO in "http://dto.mgt.identity.carbon.wso2.org/xsd" {
        challengesDTOs: Vec<Option<UserChallengesDTO>>,
        id: Option<String>,
    }

    /// A claim with its value.
    pub struct UserIdentityClaimDTO in "http://dto.mgt.identity.carbon.wso2.org/xsd" {
        claimUri: Option<String>,
        claimValue: Option<String>,
        displayName: Option<String>,
        required: bool,
    }

    /// The declared exception of every operation.
    pub struct IdentityMgtServiceException in "http://mgt.identity.carbon.wso2.org/xsd" extends IdentityException {}
}

service! {
    /// Locks, disables and deletes accounts, and keeps the challenge questions of tenants and users.
    pub UserIdentityManagementAdminService in "http://services.mgt.identity.carbon.wso2.org" with Call,
    each ([faults IdentityMgtServiceException] [needs "/permission/admin/login"]) {
        fn getAllChallengeQuestions() -> Vec<Option<ChallengeQuestionDTO>>;
        fn getChallengeQuestionsOfUser(userName: Option<String>) -> Vec<Option<UserChallengesDTO>>;
        fn disableUserAccount(userName: Option<String>, notificationType: Option<String>) -> Nil
            [needs "/permission/admin/manage/identity/identitymgt/update"];
        fn isReadOnlyUserStore(userName: Option<String>, tenantDomain: Option<String>) -> bool
            [needs "/permission/admin/manage/identity/identitymgt/view"];
        fn updateUserIdentityClaims(userIdentityClaims: Vec<Option<UserIdentityClaimDTO>>) -> Nil;
        fn setChallengeQuestionsOfUser(userName: Option<String>, challengesDTOs: Vec<Option<UserChallengesDTO>>) -> Nil;
        fn deleteUser(userName: Option<String>) -> Nil [needs "/permission/admin/manage/identity/identitymgt/delete"];
        fn getAllPromotedUserChallenge() -> Vec<Option<UserChallengesSetDTO>>
            [needs "/permission/admin/manage/identity/identitymgt/view"];
        fn setChallengeQuestions(challengeQuestionDTOs: Vec<Option<ChallengeQuestionDTO>>) -> Nil
            [needs "/permission/admin/manage/identity/identitymgt/view"];
        fn getAllUserIdentityClaims() -> Vec<Option<UserIdentityClaimDTO>>;
        fn unlockUserAccount(userName: Option<String>, notificationType: Option<String>) -> Nil
            [needs "/permission/admin/manage/identity/identitymgt/update"];
        fn resetUserPassword(userName: Option<String>, newPassword: Option<String>) -> Nil
            [needs "/permission/admin/manage/identity/identitymgt/update"];
        fn enableUserAccount(userName: Option<String>, notificationType: Option<String>) -> Nil
            [needs "/permission/admin/manage/identity/identitymgt/update"];
        fn lockUserAccount(userName: Option<String>) -> Nil
            [needs "/permission/admin/manage/identity/identitymgt/update"];
        fn changeUserPassword(newPassword: Option<String>, oldPassword: Option<String>) -> Nil;
    }
}
