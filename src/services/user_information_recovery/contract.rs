//! The contract of `UserInformationRecoveryService`, in wire spelling (IS 5.3.0, identity.mgt 5.7.5).

use crate::services::Call;
use crate::services::user_identity_management_admin::contract::{
    ChallengeQuestionDTO, IdentityMgtServiceException, UserChallengesDTO, UserIdentityClaimDTO,
};
use crate::services::user_profile_mgt::contract::IdentityException;
use crate::{dto, service};

dto! {
    /// A picture whose text has to be read, and what somebody read.
    pub struct CaptchaInfoBean in "http://beans.mgt.captcha.carbon.wso2.org/xsd" {
        imagePath: Option<String>,
        secretKey: Option<String>,
        userAnswer: Option<String>,
    }

    /// A header of a mail.
    pub struct TransportHeader in "http://mail.mgt.identity.carbon.wso2.org/xsd" {
        headerName: Option<String>,
        headerValue: Option<String>,
    }

    /// What a program needs to send a mail itself.
    pub struct NotificationDataDTO in "http://dto.mgt.identity.carbon.wso2.org/xsd" {
        domainName: Option<String>,
        firstName: Option<String>,
        notification: Option<String>,
        notificationAddress: Option<String>,
        notificationCode: Option<String>,
        notificationSent: bool,
        notificationSubject: Option<String>,
        notificationType: Option<String>,
        transportHeaders: Vec<Option<TransportHeader>>,
        userId: Option<String>,
    }

    /// Question sets, with the key of the next step.
    pub struct ChallengeQuestionIdsDTO in "http://dto.mgt.identity.carbon.wso2.org/xsd" {
        error: Option<String>,
        ids: Vec<Option<String>>,
        key: Option<String>,
    }

    /// Questions, with the key of the next step.
    pub struct UserChallengesCollectionDTO in "http://dto.mgt.identity.carbon.wso2.org/xsd" {
        error: Option<String>,
        key: Option<String>,
        userChallengesDTOs: Vec<Option<UserChallengesDTO>>,
    }

    /// How a step ended.
    pub struct VerificationBean in "http://beans.mgt.identity.carbon.wso2.org/xsd" {
        error: Option<String>,
        key: Option<String>,
        notificationData: Option<NotificationDataDTO>,
        redirectPath: Option<String>,
        userId: Option<String>,
        verified: bool,
    }
}

service! {
    /// Leads programs through the recovery of a password, step by step, and registers users.
    pub UserInformationRecoveryService in "http://services.mgt.identity.carbon.wso2.org" with Call,
    each ([faults IdentityMgtServiceException] [needs "/permission/admin/login"]) {
        fn getAllChallengeQuestions() -> Vec<Option<ChallengeQuestionDTO>>;
        fn sendRecoveryNotification(
            username: Option<String>,
            key: Option<String>,
            notificationType: Option<String>,
        ) -> Option<VerificationBean>;
        fn getCaptcha() -> Option<CaptchaInfoBean>;
        fn verifyConfirmationCode(
            username: Option<String>,
            code: Option<String>,
            captcha: Option<CaptchaInfoBean>,
        ) -> Option<VerificationBean>;
        fn getUserChallengeQuestionIds(username: Option<String>, confirmation: Option<String>)
            -> Option<ChallengeQuestionIdsDTO>;
        fn getUserChallengeQuestion(
            userName: Option<String>,
            confirmation: Option<String>,
            questionId: Option<String>,
        ) -> Option<UserChallengesDTO>;
        fn confirmUserSelfRegistration(
            username: Option<String>,
            code: Option<String>,
            captcha: Option<CaptchaInfoBean>,
            tenantDomain: Option<String>,
        ) -> Option<VerificationBean>;
        fn verifyUserChallengeAnswer(
            userName: Option<String>,
            confirmation: Option<String>,
            questionId: Option<String>,
            answer: Option<String>,
        ) -> Option<VerificationBean>;
        fn resendSignUpConfiramtionCode(
            userName: Option<String>,
            code: Option<String>,
            profileName: Option<String>,
            tenantDomain: Option<String>,
        ) -> Option<VerificationBean>;
        fn getUserChallengeQuestions(userName: Option<String>, confirmation: Option<String>)
            -> Option<UserChallengesCollectionDTO>;
        fn verifyUserChallengeAnswers(
            userName: Option<String>,
            confirmation: Option<String>,
            userChallengesDTOs: Vec<Option<UserChallengesDTO>>,
        ) -> Option<VerificationBean>;
        fn updatePassword(
            username: Option<String>,
            confirmationCode: Option<String>,
            newPassword: Option<String>,
        ) -> Option<VerificationBean>;
        fn registerUser(
            userName: Option<String>,
            password: Option<String>,
            claims: Vec<Option<UserIdentityClaimDTO>>,
            profileName: Option<String>,
            tenantDomain: Option<String>,
        ) -> Option<VerificationBean>;
        fn getUserIdentitySupportedClaims(dialect: Option<String>) -> Vec<Option<UserIdentityClaimDTO>>
            [faults IdentityException];
        fn verifyAccount(
            claims: Vec<Option<UserIdentityClaimDTO>>,
            captcha: Option<CaptchaInfoBean>,
            tenantDomain: Option<String>,
        ) -> Option<VerificationBean>;
        fn verifyUser(username: Option<String>, captcha: Option<CaptchaInfoBean>) -> Option<VerificationBean>;
    }
}
