//! The contract of `ChallengeQuestionManagementAdminService`, in wire spelling (IS 5.3.0, identity-governance 1.0.2).

use crate::services::Call;
use crate::services::user_profile_mgt::contract::IdentityException;
use crate::soap::Nil;
use crate::{dto, service};

dto! {
    /// A question that a tenant asks.
    pub struct ChallengeQuestion in "http://model.recovery.identity.carbon.wso2.org/xsd" {
        locale: Option<String>,
        question: Option<String>,
        questionId: Option<String>,
        questionSetId: Option<String>,
    }

    /// What a user answered to a question.
    pub struct UserChallengeAnswer in "http://model.recovery.identity.carbon.wso2.org/xsd" {
        answer: Option<String>,
        question: Option<ChallengeQuestion>,
    }

    /// A user by store, name and tenant.
    pub struct User in "http://model.common.application.identity.carbon.wso2.org/xsd" {
        tenantDomain: Option<String>,
        userName: Option<String>,
        userStoreDomain: Option<String>,
    }

    /// The declared exception of every operation.
    pub struct IdentityRecoveryException in "http://recovery.identity.carbon.wso2.org/xsd" extends IdentityException {
        errorDescription: Option<String>,
    }
}

service! {
    /// Keeps the challenge questions of the caller's tenant, in several locales, and what its users answered.
    pub ChallengeQuestionManagementAdminService in "http://services.recovery.identity.carbon.wso2.org" with Call,
    each ([faults IdentityRecoveryException] [needs "/permission/admin/login"]) {
        fn deleteChallengeQuestionsOfTenant(
            challengeQuestions: Vec<Option<ChallengeQuestion>>,
            tenantDomain: Option<String>,
        ) -> Nil [needs "/permission/admin/manage/identity"];
        fn getChallengeQuestionsForUser(user: Option<User>) -> Vec<Option<ChallengeQuestion>>;
        fn getChallengeQuestionsForLocale(tenantDomain: Option<String>, locale: Option<String>)
            -> Vec<Option<ChallengeQuestion>>;
        fn setChallengeQuestionsOfTenant(
            challengeQuestions: Vec<Option<ChallengeQuestion>>,
            tenantDomain: Option<String>,
        ) -> Nil;
        fn getChallengeQuestionsOfTenant(tenantDomain: Option<String>) -> Vec<Option<ChallengeQuestion>>;
        fn setUserChallengeAnswers(
            user: Option<User>,
            userChallengeAnswers: Vec<Option<UserChallengeAnswer>>,
        ) -> Nil;
        fn getUserChallengeAnswers(user: Option<User>) -> Vec<Option<UserChallengeAnswer>>;
    }
}
