//! The contract of `I18nEmailMgtConfigService`, in wire spelling (IS 5.3.0, identity-event-handler-notification 1.0.0).
//!
//! The original lets everybody who may log in write templates; here that takes an identity administrator, unless the
//! operator wants the original's permissions.

use crate::services::Call;
use crate::{dto, service};

dto! {
    /// A mail in one locale.
    pub struct EmailTemplate in "http://model.mgt.email.carbon.wso2.org/xsd" {
        body: Option<String>,
        emailContentType: Option<String>,
        footer: Option<String>,
        locale: Option<String>,
        subject: Option<String>,
        templateDisplayName: Option<String>,
        templateType: Option<String>,
    }

    /// The base of the exceptions of mail templates.
    pub struct I18nEmailMgtException in "http://exceptions.mgt.email.carbon.wso2.org/xsd" {}

    /// The declared exception of every operation.
    pub struct I18nEmailMgtServerException in "http://exceptions.mgt.email.carbon.wso2.org/xsd" extends I18nEmailMgtException {}
}

service! {
    /// Lists and writes the mail templates of the caller's tenant.
    pub I18nEmailMgtConfigService in "http://mgt.email.carbon.wso2.org" with Call,
    each (
        [faults I18nEmailMgtServerException]
        [needs "/permission/admin/manage/identity"]
        [originally "/permission/admin/login"]
    ) {
        fn deleteEmailTemplate(emailTemplateDisplayName: Option<String>, locale: Option<String>);
        fn getEmailTemplateTypes() -> Vec<Option<String>> [needs "/permission/admin/login"];
        fn addEmailTemplate(emailTemplate: Option<EmailTemplate>);
        fn getAllTemplatesForTenant() -> Vec<Option<EmailTemplate>> [needs "/permission/admin/login"];
        fn addEmailTemplateType(emailTemplateDisplayName: Option<String>);
        fn deleteEmailTemplateType(emailTemplateDisplayName: Option<String>);
        fn saveEmailTemplate(emailTemplate: Option<EmailTemplate>);
    }
}
