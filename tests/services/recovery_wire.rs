//! Requests of the services around accounts and their recovery, which share namespaces.

use crate::support::caller::{Caller, escaped};
use crate::support::tree::Element;

pub const IDENTITY_ADMIN: &str = "UserIdentityManagementAdminService";
pub const RECOVERY: &str = "UserInformationRecoveryService";
pub const QUESTIONS_ADMIN: &str = "ChallengeQuestionManagementAdminService";

pub const FIRST_SET: &str = "http://wso2.org/claims/challengeQuestion1";
pub const SECOND_SET: &str = "http://wso2.org/claims/challengeQuestion2";
pub const CITY: &str = "City where you were born ?";
pub const CAR: &str = "Model of your first car ?";

/// The console's permission without any other.
pub const VIEW: &str = "/permission/admin/manage/identity/identitymgt/view";
pub const UPDATE: &str = "/permission/admin/manage/identity/identitymgt/update";
pub const DELETE: &str = "/permission/admin/manage/identity/identitymgt/delete";
pub const MANAGE: &str = "/permission/admin/manage/identity";

fn namespace(service: &str) -> &'static str {
    match service {
        QUESTIONS_ADMIN => "http://services.recovery.identity.carbon.wso2.org",
        _ => "http://services.mgt.identity.carbon.wso2.org",
    }
}

/// Elements with texts, in order. Bean properties are found whatever their namespace.
pub fn fields(fields: &[(&str, &str)]) -> String {
    fields.iter().map(|(name, text)| format!("<{name}>{}</{name}>", escaped(text))).collect()
}

/// An element around others.
pub fn bean(name: &str, content: &str) -> String {
    format!("<{name}>{content}</{name}>")
}

/// The request element of an operation.
pub fn request(service: &str, operation: &str, content: &str) -> String {
    format!("<x:{operation} xmlns:x=\"{}\">{content}</x:{operation}>", namespace(service))
}

/// The results of an operation.
pub fn results(caller: &Caller, service: &str, operation: &str, content: &str) -> Vec<Element> {
    caller.results(service, operation, &request(service, operation, content))
}

/// The one result of an operation.
pub fn result(caller: &Caller, service: &str, operation: &str, content: &str) -> Element {
    let mut found = results(caller, service, operation, content);
    assert_eq!(found.len(), 1, "{operation}: {found:?}");
    found.remove(0)
}

/// A void operation, which answers 200 with a nil return.
pub fn accepted(caller: &Caller, service: &str, operation: &str, content: &str) {
    assert!(result(caller, service, operation, content).is_nil(), "{operation} answers nil");
}

/// A fault with the declared exception of its service in the detail.
pub fn refused(caller: &Caller, service: &str, operation: &str, content: &str) -> String {
    let fault = caller.fault(service, operation, &request(service, operation, content));
    assert_eq!(fault.local_code(), "Server");
    let exception = match service {
        QUESTIONS_ADMIN => "IdentityRecoveryException",
        _ => "IdentityMgtServiceException",
    };
    let names: Vec<&str> = fault.detail.iter().map(|element| element.name.as_str()).collect();
    assert_eq!(names, [[service, exception].concat()], "{}", fault.text);
    let inner = fault.detail.first().and_then(|element| element.children.first());
    assert_eq!(inner.map(|element| element.name.as_str()), Some(exception));
    fault.text
}

/// A fault without detail.
pub fn broken(caller: &Caller, service: &str, operation: &str, content: &str) -> String {
    let fault = caller.fault(service, operation, &request(service, operation, content));
    assert_eq!((fault.local_code(), fault.detail.len()), ("Server", 0), "{}", fault.text);
    fault.text
}

/// Asserts that the caller lacks the permission.
pub fn denied(caller: &Caller, service: &str, operation: &str, content: &str) {
    let fault = caller.fault(service, operation, &request(service, operation, content));
    assert_eq!((fault.local_code(), fault.text.as_str()), ("50978", "Access Denied."), "{operation}");
}

/// Answers both questions of a user.
pub fn answer_both(caller: &Caller, user: &str) {
    let content = [
        fields(&[("userName", user)]),
        challenge(FIRST_SET, CITY, "Colombo"),
        challenge(SECOND_SET, CAR, "Mini"),
    ];
    accepted(caller, IDENTITY_ADMIN, "setChallengeQuestionsOfUser", &content.concat());
}

/// The answer of a user to a question, for `setChallengeQuestionsOfUser`.
pub fn challenge(set: &str, question: &str, answer: &str) -> String {
    bean("challengesDTOs", &fields(&[("answer", answer), ("id", set), ("question", question)]))
}
