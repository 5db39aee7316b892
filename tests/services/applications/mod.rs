//! `IdentityApplicationManagementService`.
#![expect(clippy::unwrap_used, clippy::panic, clippy::indexing_slicing, reason = "a test fails by panicking")]

mod life;
mod others;
mod updating;

use crate::support::caller::{Caller, escaped, sent_back_with};
use crate::support::tree::Element;

pub const SERVICE: &str = "IdentityApplicationManagementService";
pub const MANAGE: &str = "/permission/admin/manage/identity/applicationmgt";

/// The request element of an operation: its wrapper stands in another namespace than the service.
pub fn request(operation: &str, inner: &str) -> String {
    format!("<s:{operation} xmlns:s=\"http://org.apache.axis2/xsd\">{inner}</s:{operation}>")
}

/// A field of a bean.
pub fn field(name: &str, text: &str) -> String {
    format!("<mod:{name}>{}</mod:{name}>", escaped(text))
}

/// `createApplication` of one with that name and description, as tests of the original send it.
pub fn creating(name: &str, description: &str) -> String {
    let bean = [field("applicationName", name), field("description", description)].concat();
    request("createApplication", &format!("<s:serviceProvider>{bean}</s:serviceProvider>"))
}

/// `updateApplication` with that bean.
pub fn updating(bean: &str) -> String {
    request("updateApplication", &format!("<s:serviceProvider>{bean}</s:serviceProvider>"))
}

/// `deleteApplication`.
pub fn deleting(name: &str) -> String {
    request("deleteApplication", &format!("<s:applicationName>{}</s:applicationName>", escaped(name)))
}

/// `getApplication`.
pub fn getting(name: &str) -> String {
    request("getApplication", &format!("<s:applicationName>{}</s:applicationName>", escaped(name)))
}

/// The operation that a payload asks for.
pub fn operation(payload: &str) -> &str {
    payload.trim_start_matches("<s:").split([' ', '>']).next().unwrap()
}

/// Every void operation has an empty output message: 200 with a nil result.
pub fn accepted(caller: &Caller, payload: &str) {
    let results = caller.results(SERVICE, operation(payload), payload);
    assert!(results.len() == 1 && results[0].is_nil(), "{payload}: {results:?}");
}

/// Refused with the declared exception as detail, which says the same; the text.
pub fn refused(caller: &Caller, payload: &str) -> String {
    let fault = caller.fault(SERVICE, operation(payload), payload);
    assert_eq!(fault.local_code(), "Server");
    let typed = fault.detail.first().unwrap_or_else(|| panic!("no detail beside {}", fault.text));
    assert_eq!(typed.name, "IdentityApplicationManagementServiceIdentityApplicationManagementException");
    assert_eq!(typed.namespace, "http://org.apache.axis2/xsd");
    assert_eq!(typed.find("message").unwrap().text, fault.text);
    fault.text
}

/// Refused for the lack of a permission.
pub fn denied(caller: &Caller, payload: &str) {
    assert_eq!(caller.fault(SERVICE, operation(payload), payload).local_code(), "50978", "{payload}");
}

/// The results of an operation without arguments.
pub fn all(caller: &Caller, operation: &str) -> Vec<Element> {
    caller.results(SERVICE, operation, &request(operation, ""))
}

/// An application that must be there.
pub fn found(caller: &Caller, name: &str) -> Element {
    let mut results = caller.results(SERVICE, "getApplication", &getting(name));
    assert_eq!(results.len(), 1);
    results.pop().unwrap()
}

/// The names of the applications that are listed.
pub fn names(caller: &Caller) -> Vec<String> {
    let listed = all(caller, "getAllApplicationBasicInfo");
    listed.iter().map(|one| one.value("applicationName").unwrap().to_owned()).collect()
}

/// Changes an application as a client does that read it; its bean afterwards.
pub fn changed(caller: &Caller, name: &str, changes: &[(&str, &str)]) -> Element {
    accepted(caller, &updating(&sent_back_with(&found(caller, name), changes)));
    let renamed = changes.iter().find(|(field, _)| *field == "applicationName");
    found(caller, renamed.map_or(name, |(_, name)| *name))
}

/// Texts of the elements of that name, at any depth.
pub fn texts<'e>(bean: &'e Element, name: &str) -> Vec<&'e str> {
    bean.all(name).into_iter().map(|one| one.text.as_str()).collect()
}
