//! Calls of the admin services as clients write them, by hand.

use super::client::{Answer, Client, Held, basic};
use super::tree::Element;

pub const MGT: &str = "http://mgt.profile.user.identity.carbon.wso2.org";
pub const SER: &str = "http://service.ws.um.carbon.wso2.org";
pub const GOV: &str = "http://governance.identity.carbon.wso2.org";
pub const IDP: &str = "http://mgt.idp.carbon.wso2.org";
pub const AUT: &str = "http://authentication.services.core.carbon.wso2.org";

pub const SOAP11: &str = "http://schemas.xmlsoap.org/soap/envelope/";

pub const TRIGGER: &str = "http://wso2.org/claims/identity/adminForcedPasswordReset";
pub const LOCKED: &str = "http://wso2.org/claims/identity/accountLocked";
pub const DISABLED: &str = "http://wso2.org/claims/identity/accountDisabled";
pub const OTP: &str = "http://wso2.org/claims/oneTimePassword";
pub const MAIL: &str = "http://wso2.org/claims/emailaddress";
pub const GIVEN_NAME: &str = "http://wso2.org/claims/givenname";

pub const LOGIN: &str = "/permission/admin/login";

/// Text as XML content.
pub fn escaped(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;")
}

/// A bean of applications or identity providers as it was read, to be sent back: children in their order, nils left nil.
pub fn sent_back(bean: &Element) -> String {
    let child = |child: &Element| {
        if child.is_nil() {
            return format!(
                "<mod:{} xmlns:xsi=\"http://www.w3.org/2001/XMLSchema-instance\" xsi:nil=\"true\"/>",
                child.name
            );
        }
        let inside = if child.children.is_empty() { escaped(&child.text) } else { sent_back(child) };
        format!("<mod:{0}>{inside}</mod:{0}>", child.name)
    };
    bean.children.iter().map(child).collect()
}

/// The same, with another content of fields that stand directly in it.
pub fn sent_back_with(bean: &Element, changes: &[(&str, &str)]) -> String {
    let mut kept = bean.clone();
    kept.children.retain(|child| !changes.iter().any(|(name, _)| child.name == *name));
    let changed: String =
        changes.iter().map(|(name, content)| format!("<mod:{name}>{content}</mod:{name}>")).collect();
    sent_back(&kept) + &changed
}

/// An envelope around a payload that uses the prefixes of the documentation.
pub fn envelope(namespace: &str, payload: &str) -> String {
    format!(
        "<soapenv:Envelope xmlns:soapenv=\"{namespace}\" xmlns:mgt=\"{MGT}\" xmlns:xsd=\"{MGT}/xsd\" \
         xmlns:ser=\"{SER}\" xmlns:dao=\"http://dao.service.ws.um.carbon.wso2.org/xsd\" \
         xmlns:com=\"http://common.mgt.user.carbon.wso2.org/xsd\" xmlns:gov=\"{GOV}\" xmlns:idp=\"{IDP}\" \
         xmlns:mod=\"http://model.common.application.identity.carbon.wso2.org/xsd\" xmlns:aut=\"{AUT}\">\
         <soapenv:Header/><soapenv:Body>{payload}</soapenv:Body></soapenv:Envelope>"
    )
}

/// The payload of `setUserProfile`, as the documentation shows it.
pub fn set_user_profile(user: &str, claims: &[(&str, &str)]) -> String {
    let fields: String = claims
        .iter()
        .map(|(uri, value)| {
            let value = escaped(value);
            format!(
                "<xsd:fieldValues><xsd:claimUri>{uri}</xsd:claimUri>\
                 <xsd:fieldValue>{value}</xsd:fieldValue></xsd:fieldValues>"
            )
        })
        .collect();
    let user = escaped(user);
    format!(
        "<mgt:setUserProfile><mgt:username>{user}</mgt:username><mgt:profile>{fields}\
         <xsd:profileName>default</xsd:profileName></mgt:profile></mgt:setUserProfile>"
    )
}

/// A fault, whatever its version.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Fault {
    /// `{namespace}code`.
    pub code: String,
    pub text: String,
    /// What stands in the detail.
    pub detail: Vec<Element>,
}

impl Fault {
    /// The fault in an answer.
    pub fn of(answer: &Answer) -> Self {
        let root = Element::parse(&answer.text()).unwrap();
        let fault = root.find("Fault").unwrap_or_else(|| panic!("no fault in {}", answer.text()));
        let (code, text, detail) = match fault.child("Code") {
            Some(code) => (code.child("Value"), fault.find("Text"), fault.child("Detail")),
            None => (fault.child("faultcode"), fault.child("faultstring"), fault.child("detail")),
        };
        let code = code.expect("a fault has a code");
        Self {
            code: code.qualified(&code.text),
            text: text.expect("a fault has a text").text.clone(),
            detail: detail.expect("the original always writes a detail").children.clone(),
        }
    }

    /// The local part of the code.
    pub fn local_code(&self) -> &str {
        self.code.rsplit_once('}').map_or(self.code.as_str(), |(_, local)| local)
    }
}

/// Somebody who calls services.
#[derive(Debug, Clone)]
pub struct Caller {
    client: Client,
    headers: Vec<(String, String)>,
}

impl Caller {
    /// Sends basic authentication with every call.
    pub fn basic(client: &Client, user: &str, password: &str) -> Self {
        Self::with_header(client, "Authorization", &basic(user, password))
    }

    /// Sends a session cookie with every call.
    pub fn session(client: &Client, id: &str) -> Self {
        Self::with_header(client, "Cookie", &format!("JSESSIONID={id}"))
    }

    /// Sends nothing.
    pub fn anonymous(client: &Client) -> Self {
        Self { client: client.clone(), headers: Vec::new() }
    }

    fn with_header(client: &Client, name: &str, value: &str) -> Self {
        Self { client: client.clone(), headers: vec![(name.to_owned(), value.to_owned())] }
    }

    /// Calls, SOAP 1.1.
    pub fn call(&self, service: &str, operation: &str, payload: &str) -> Answer {
        self.call_with(service, operation, payload, &[])
    }

    /// Calls with further headers.
    pub fn call_with(
        &self,
        service: &str,
        operation: &str,
        payload: &str,
        further: &[(&str, &str)],
    ) -> Answer {
        let action = format!("\"urn:{operation}\"");
        let mut headers = self.headers_of(&action);
        headers.extend(further);
        let path = format!("/services/{service}");
        self.client.send("POST", &path, &headers, envelope(SOAP11, payload).as_bytes())
    }

    /// A call that waits for its last byte; see [`client::release_all`](super::client::release_all).
    pub fn hold(&self, service: &str, operation: &str, payload: &str) -> Held {
        let action = format!("\"urn:{operation}\"");
        let path = format!("/services/{service}");
        self.client.hold("POST", &path, &self.headers_of(&action), envelope(SOAP11, payload).as_bytes())
    }

    fn headers_of<'a>(&'a self, action: &'a str) -> Vec<(&'a str, &'a str)> {
        let mut headers = vec![("Content-Type", "text/xml;charset=UTF-8"), ("SOAPAction", action)];
        headers.extend(self.headers.iter().map(|(name, value)| (name.as_str(), value.as_str())));
        headers
    }

    /// Calls; the answer must say that it worked. Its document, if there is one.
    pub fn done(&self, service: &str, operation: &str, payload: &str) -> Option<Element> {
        let answer = self.call(service, operation, payload);
        match answer.status {
            202 => {
                assert!(answer.body.is_empty(), "a 202 has no body: {}", answer.text());
                None
            }
            200 => Some(Element::parse(&answer.text()).unwrap()),
            status => panic!("{operation} was answered with {status}: {}", answer.text()),
        }
    }

    /// Calls; the answer must be a fault.
    pub fn fault(&self, service: &str, operation: &str, payload: &str) -> Fault {
        let answer = self.call(service, operation, payload);
        assert_eq!(answer.status, 500, "{operation}: {}", answer.text());
        Fault::of(&answer)
    }

    /// Calls; the results, `None` for nil.
    pub fn results(&self, service: &str, operation: &str, payload: &str) -> Vec<Element> {
        let root = self.done(service, operation, payload).expect("an answer with a body");
        root.all("return").into_iter().cloned().collect()
    }

    /// `setUserProfile`, which must work.
    pub fn set_claims(&self, user: &str, claims: &[(&str, &str)]) {
        self.done("UserProfileMgtService", "setUserProfile", &set_user_profile(user, claims));
    }

    /// `setUserProfile`, which must be refused.
    pub fn refused_claims(&self, user: &str, claims: &[(&str, &str)]) -> Fault {
        self.fault("UserProfileMgtService", "setUserProfile", &set_user_profile(user, claims))
    }

    /// Forces a password reset.
    pub fn trigger(&self, user: &str) {
        self.set_claims(user, &[(TRIGGER, "true")]);
    }

    /// A claim by the plural read, as tests of the original read it.
    pub fn claim(&self, user: &str, uri: &str) -> Option<String> {
        let user = escaped(user);
        let payload = format!(
            "<ser:getUserClaimValuesForClaims><ser:userName>{user}</ser:userName><ser:claims>{uri}</ser:claims>\
             </ser:getUserClaimValuesForClaims>"
        );
        let values = self.results("RemoteUserStoreManagerService", "getUserClaimValuesForClaims", &payload);
        let value = values.iter().find(|value| value.value("claimURI") == Some(uri))?;
        value.value("value").map(str::to_owned)
    }

    /// A claim by the single read.
    pub fn single_claim(&self, user: &str, uri: &str) -> Option<String> {
        let payload = format!(
            "<ser:getUserClaimValue><ser:userName>{user}</ser:userName><ser:claim>{uri}</ser:claim>\
             <ser:profileName>default</ser:profileName></ser:getUserClaimValue>"
        );
        let values = self.results("RemoteUserStoreManagerService", "getUserClaimValue", &payload);
        values.first().filter(|value| !value.is_nil()).map(|value| value.text.clone())
    }

    /// Adds a user with claims.
    pub fn add_user(&self, user: &str, password: &str, claims: &[(&str, &str)]) {
        let claims: String = claims
            .iter()
            .map(|(uri, value)| {
                let value = escaped(value);
                format!("<ser:claims><com:claimURI>{uri}</com:claimURI><com:value>{value}</com:value></ser:claims>")
            })
            .collect();
        let (user, password) = (escaped(user), escaped(password));
        let payload = format!(
            "<ser:addUser><ser:userName>{user}</ser:userName><ser:credential>{password}</ser:credential>{claims}\
             <ser:profileName>default</ser:profileName>\
             <ser:requirePasswordChange>false</ser:requirePasswordChange></ser:addUser>"
        );
        self.done("RemoteUserStoreManagerService", "addUser", &payload);
    }

    /// Adds a role.
    pub fn add_role(&self, role: &str, users: &[&str], permissions: &[&str]) {
        let users: String =
            users.iter().map(|user| format!("<ser:userList>{}</ser:userList>", escaped(user))).collect();
        let permissions: String = permissions
            .iter()
            .map(|path| {
                format!(
                    "<ser:permissions><dao:action>ui.execute</dao:action>\
                     <dao:resourceId>{path}</dao:resourceId></ser:permissions>"
                )
            })
            .collect();
        let payload =
            format!("<ser:addRole><ser:roleName>{role}</ser:roleName>{users}{permissions}</ser:addRole>");
        self.done("RemoteUserStoreManagerService", "addRole", &payload);
    }

    /// Puts a user into a role.
    pub fn assign(&self, role: &str, user: &str) {
        let payload = format!(
            "<ser:updateUserListOfRole><ser:roleName>{role}</ser:roleName><ser:newUsers>{}</ser:newUsers>\
             </ser:updateUserListOfRole>",
            escaped(user)
        );
        self.done("RemoteUserStoreManagerService", "updateUserListOfRole", &payload);
    }

    /// Deletes a user.
    pub fn delete_user(&self, user: &str) {
        let payload = format!("<ser:deleteUser><ser:userName>{user}</ser:userName></ser:deleteUser>");
        self.done("RemoteUserStoreManagerService", "deleteUser", &payload);
    }

    /// Sets a password as an administrator.
    pub fn set_password(&self, user: &str, password: &str) {
        let payload = format!(
            "<ser:updateCredentialByAdmin><ser:userName>{user}</ser:userName>\
             <ser:newCredential>{}</ser:newCredential></ser:updateCredentialByAdmin>",
            escaped(password)
        );
        self.done("RemoteUserStoreManagerService", "updateCredentialByAdmin", &payload);
    }

    /// The payload of `updateConfigurations`.
    pub fn configurations(values: &[(&str, &str)]) -> String {
        let values: String = values
            .iter()
            .map(|(name, value)| {
                let value = escaped(value);
                format!(
                    "<gov:configurations><mod:name>{name}</mod:name><mod:value>{value}</mod:value></gov:configurations>"
                )
            })
            .collect();
        format!("<gov:updateConfigurations>{values}</gov:updateConfigurations>")
    }

    /// Sets account policies.
    pub fn configure(&self, values: &[(&str, &str)]) {
        let payload = Self::configurations(values);
        self.done("IdentityGovernanceAdminService", "updateConfigurations", &payload);
    }

    /// Whether basic authentication lets this caller in.
    pub fn is_known(&self) -> bool {
        let answer = self.call("UserProfileMgtService", "isReadOnlyUserStore", "<mgt:isReadOnlyUserStore/>");
        match answer.status {
            200 => true,
            401 => false,
            _ => match Fault::of(&answer).local_code() {
                "50976" | "50977" => false,
                // Known, and without the permission.
                "50978" => true,
                other => panic!("{other}: {}", answer.text()),
            },
        }
    }
}
