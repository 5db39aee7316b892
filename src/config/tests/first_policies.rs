//! The account policies that new tenants begin with, in the files of an existing deployment.

use super::*;

#[test]
fn identity_event_properties_give_the_policies_that_new_tenants_begin_with() {
    let folder = Folder::new();
    let text = "threadPool.size = 10\nmodule.name.1=account.lock.handler\naccount.lock.handler.enable=false\n\
                account.lock.handler.enable=TRUE\npasswordPolicy.pattern=^(?=.*\\\\d).{0,100}$\npasswordHistory.count=\n\
                suspension.notification.delays=30, 45\nRecovery.ExpiryTime=1\n";
    folder.write("identity/identity-event.properties", text);
    let first = settings(&folder.with_wso2()).first_policies;
    let said: Vec<_> = first.iter().map(|one| (one.name, one.value.as_str())).collect();
    let expected = [
        ("account.lock.handler.enable", "true"),
        ("passwordPolicy.pattern", r"^(?=.*\d).{0,100}$"),
        ("suspension.notification.delays", "30, 45"),
    ];
    assert_eq!(said, expected);
    for (bad, why) in [
        ("account.lock.handler.enable=yes", "account.lock.handler.enable: \"yes\" is not true or false"),
        ("account.lock.handler.Time=5m", "account.lock.handler.Time: \"5m\" is not a whole number"),
        ("suspension.notification.delays=1,,2", "suspension.notification.delays: \"1,,2\" is not a list of"),
    ] {
        folder.write("identity/identity-event.properties", &format!("# policies\n{bad}\n"));
        let said = load(&folder.with_wso2()).unwrap_err().to_string();
        assert!(said.contains(&format!("identity-event.properties:2: {why}")), "{said}");
    }
}

#[test]
fn identity_xml_gives_the_policies_of_recoveries_that_new_tenants_begin_with() {
    let folder = Folder::new();
    let text = |expiry: &str| {
        format!(
            "<Server xmlns=\"http://wso2.org/projects/carbon/carbon.xml\"><Recovery>\n<AdminPasswordReset>\n\
             <OTP>TRUE</OTP><Offline></Offline></AdminPasswordReset>\n<ExpiryTime>{expiry}</ExpiryTime>\n\
             <Question><Password><Separator>|</Separator>\n<MinAnswers>\n3\n</MinAnswers></Password></Question></Recovery>\n\
             <SelfRegistration><ReCaptcha>false</ReCaptcha></SelfRegistration></Server>"
        )
    };
    folder.write("identity/identity.xml", &text("60"));
    folder.write("identity/identity-event.properties", "passwordHistory.count=3\n");
    let first = settings(&folder.with_wso2()).first_policies;
    let said: Vec<_> = first
        .iter()
        .map(|one| (one.name, one.value.as_str(), one.origin.rsplit(':').next().unwrap_or_default()))
        .collect();
    let expected = [
        ("Recovery.AdminPasswordReset.OTP", "true", "3"),
        ("Recovery.ExpiryTime", "60", "4"),
        ("Recovery.Question.Password.MinAnswers", "3", "6"),
        ("SelfRegistration.ReCaptcha", "false", "9"),
        ("passwordHistory.count", "3", "1"),
    ];
    assert_eq!(said, expected);
    folder.write("identity/identity.xml", &text("0"));
    let said = load(&folder.with_wso2()).unwrap_err().to_string();
    assert!(said.contains("identity.xml:4: Recovery.ExpiryTime: \"0\" is not a number above 0"), "{said}");
}
