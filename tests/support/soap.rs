//! The calls of the walkthrough, as an administrator's SoapUI project sends them.

use super::caller::escaped;
use super::client::{Answer, Client};

/// The claim that forces a reset.
pub const FORCE: &str = "http://wso2.org/claims/identity/adminForcedPasswordReset";
/// The claim that shows the offline one-time password.
pub const ONE_TIME_PASSWORD: &str = "http://wso2.org/claims/oneTimePassword";
/// The claim that shows a lock.
pub const LOCKED: &str = "http://wso2.org/claims/identity/accountLocked";
/// The mail address.
pub const MAIL: &str = "http://wso2.org/claims/emailaddress";

const SER: &str = "xmlns:ser=\"http://service.ws.um.carbon.wso2.org\"";

/// Adds a user with a mail address.
pub fn add_user(client: &Client, name: &str, password: &str, mail: Option<&str>) -> Answer {
    let claims = mail.map_or(String::new(), |mail| {
        format!(
            "<ser:claims><x:claimURI xmlns:x=\"http://common.mgt.user.carbon.wso2.org/xsd\">{MAIL}</x:claimURI>\
             <x:value xmlns:x=\"http://common.mgt.user.carbon.wso2.org/xsd\">{}</x:value></ser:claims>",
            escaped(mail)
        )
    });
    let payload = format!(
        "<ser:addUser {SER}><ser:userName>{}</ser:userName><ser:credential>{}</ser:credential>{claims}\
         <ser:profileName>default</ser:profileName><ser:requirePasswordChange>false</ser:requirePasswordChange></ser:addUser>",
        escaped(name),
        escaped(password)
    );
    client.admin("RemoteUserStoreManagerService", "addUser", &payload)
}

/// Adds a role that may log in, with a member.
pub fn add_login_role(client: &Client, role: &str, member: &str) -> Answer {
    let payload = format!(
        "<ser:addRole {SER}><ser:roleName>{role}</ser:roleName><ser:userList>{member}</ser:userList><ser:permissions>\
         <x:action xmlns:x=\"http://dao.service.ws.um.carbon.wso2.org/xsd\">ui.execute</x:action>\
         <x:resourceId xmlns:x=\"http://dao.service.ws.um.carbon.wso2.org/xsd\">/permission/admin/login</x:resourceId>\
         </ser:permissions></ser:addRole>"
    );
    client.admin("RemoteUserStoreManagerService", "addRole", &payload)
}

/// Sets account policies.
pub fn govern(client: &Client, settings: &[(&str, &str)]) -> Answer {
    let rows: String = settings
        .iter()
        .map(|(name, value)| {
            format!(
                "<gov:configurations><m:name>{name}</m:name><m:value>{}</m:value></gov:configurations>",
                escaped(value)
            )
        })
        .collect();
    let payload = format!(
        "<gov:updateConfigurations xmlns:gov=\"http://governance.identity.carbon.wso2.org\" \
         xmlns:m=\"http://model.common.application.identity.carbon.wso2.org/xsd\">{rows}</gov:updateConfigurations>"
    );
    client.admin("IdentityGovernanceAdminService", "updateConfigurations", &payload)
}

/// Chooses the options of the forced reset.
pub fn choose(client: &Client, link: bool, otp: bool, offline: bool) {
    let text = |on| if on { "true" } else { "false" };
    let answer = govern(
        client,
        &[
            ("Recovery.AdminPasswordReset.RecoveryLink", text(link)),
            ("Recovery.AdminPasswordReset.OTP", text(otp)),
            ("Recovery.AdminPasswordReset.Offline", text(offline)),
        ],
    );
    assert_eq!(answer.status, 200, "{}", answer.text());
}

/// The payload of `setUserProfile`.
pub fn profile(user: &str, claims: &[(&str, &str)]) -> String {
    let fields: String = claims
        .iter()
        .map(|(uri, value)| {
            format!(
                "<xsd:fieldValues><xsd:claimUri>{uri}</xsd:claimUri><xsd:fieldValue>{}</xsd:fieldValue></xsd:fieldValues>",
                escaped(value)
            )
        })
        .collect();
    format!(
        "<mgt:setUserProfile xmlns:mgt=\"http://mgt.profile.user.identity.carbon.wso2.org\" \
         xmlns:xsd=\"http://mgt.profile.user.identity.carbon.wso2.org/xsd\"><mgt:username>{}</mgt:username><mgt:profile>\
         {fields}<xsd:profileName>default</xsd:profileName></mgt:profile></mgt:setUserProfile>",
        escaped(user)
    )
}

/// Sets claims as the administrator.
pub fn set_profile(client: &Client, user: &str, claims: &[(&str, &str)]) -> Answer {
    client.admin("UserProfileMgtService", "setUserProfile", &profile(user, claims))
}

/// Forces a reset; it must be accepted.
pub fn force(client: &Client, user: &str) {
    let answer = set_profile(client, user, &[(FORCE, "true")]);
    assert_eq!((answer.status, answer.body.len()), (202, 0), "{}", answer.text());
}

/// The single-claim read.
pub fn claim(client: &Client, user: &str, uri: &str) -> Option<String> {
    let payload = format!(
        "<ser:getUserClaimValue {SER}><ser:userName>{user}</ser:userName><ser:claim>{uri}</ser:claim>\
         <ser:profileName>default</ser:profileName></ser:getUserClaimValue>"
    );
    result(&client.admin("RemoteUserStoreManagerService", "getUserClaimValue", &payload))
}

/// The multi-claim read of one claim.
pub fn claim_of_several(client: &Client, user: &str, uri: &str) -> Option<String> {
    let payload = format!(
        "<ser:getUserClaimValuesForClaims {SER}><ser:userName>{user}</ser:userName><ser:claims>{uri}</ser:claims>\
         <ser:profileName>default</ser:profileName></ser:getUserClaimValuesForClaims>"
    );
    let answer = client.admin("RemoteUserStoreManagerService", "getUserClaimValuesForClaims", &payload);
    let text = answer.text();
    let value = text.split(":value>").nth(1)?.split('<').next()?;
    Some(value.to_owned())
}

/// The text of a scalar result; `None` for nil.
pub fn result(answer: &Answer) -> Option<String> {
    assert_eq!(answer.status, 200, "{}", answer.text());
    let text = answer.text();
    let value = text.split("<ns:return>").nth(1)?.split("</ns:return>").next()?;
    Some(value.replace("&lt;", "<").replace("&amp;", "&"))
}

/// The fault text of an answer.
pub fn fault(answer: &Answer) -> String {
    assert_eq!(answer.status, 500, "{}", answer.text());
    let text = answer.text();
    let reason = text.split("<faultstring>").nth(1).unwrap().split("</faultstring>").next().unwrap();
    reason.replace("&lt;", "<").replace("&amp;", "&")
}
