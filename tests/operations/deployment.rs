//! The files of an existing deployment, taken over as they are.

use crate::support::caller::{Caller, MAIL};
use crate::support::installation::Installation;
use crate::support::smtp_sink::{Offer, SmtpSink};
use crate::support::visitor::Browser;

const CARBON: &str = r#"<?xml version="1.0" encoding="ISO-8859-1"?>
<Server xmlns="http://wso2.org/projects/carbon/carbon.xml">
    <Name>Example Identity Server</Name>
    <ServerKey>IS</ServerKey>
    <Version>5.3.0</Version>
    <HostName>is.example.org</HostName>
    <MgtHostName>is.example.org</MgtHostName>
    <ServerURL>local:/${carbon.context}/services/</ServerURL>
    <Ports>
        <Offset>0</Offset>
        <JMX><RMIRegistryPort>9999</RMIRegistryPort></JMX>
    </Ports>
    <HideAdminServiceWSDLs>true</HideAdminServiceWSDLs>
    <EnableEmailUserName>true</EnableEmailUserName>
</Server>
"#;

const USER_MGT: &str = r#"<UserManager>
    <Realm>
        <Configuration>
            <AddAdmin>true</AddAdmin>
            <AdminRole>admin</AdminRole>
            <AdminUser>
                <UserName>root.admin</UserName>
                <Password>Rooted@123</Password>
            </AdminUser>
            <EveryOneRoleName>everyone</EveryOneRoleName>
            <Property name="dataSource">jdbc/WSO2CarbonDB</Property>
        </Configuration>
        <UserStoreManager class="org.wso2.carbon.user.core.jdbc.JDBCUserStoreManager">
            <Property name="UsernameJavaRegEx">^[\S]{3,40}$</Property>
            <Property name="PasswordJavaRegEx">^[\S]{8,30}$</Property>
            <Property name="PasswordJavaRegExViolationErrorMsg">Eight to thirty characters, please</Property>
        </UserStoreManager>
    </Realm>
</UserManager>
"#;

const AUTHENTICATION: &str = r#"<ApplicationAuthentication xmlns="http://wso2.org/projects/carbon/application-authentication.xml">
    <AuthenticatorConfigs>
        <AuthenticatorConfig name="BasicAuthenticator" enabled="true">
            <Parameter name="showAuthFailureReason">true</Parameter>
        </AuthenticatorConfig>
    </AuthenticatorConfigs>
</ApplicationAuthentication>
"#;

fn with_files(files: &[(&str, &str)]) -> Installation {
    let installation = Installation::new(&["--config-dir", "conf"]);
    for (name, text) in files {
        let path = installation.folder().join("conf").join(name);
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(path, text).unwrap();
    }
    installation
}

#[test]
fn carbon_user_mgt_and_authentication_files_mean_what_they_meant() {
    let mut installation = with_files(&[
        ("carbon.xml", CARBON),
        ("user-mgt.xml", USER_MGT),
        ("identity/application-authentication.xml", AUTHENTICATION),
    ]);
    installation.run();
    let client = installation.client();
    let admin = Caller::basic(client, "root.admin", "Rooted@123");
    assert!(admin.is_known(), "the administrator of user-mgt.xml");
    let hidden = client.get("/services/UserProfileMgtService?wsdl", &[]);
    assert_eq!(hidden.status, 403, "HideAdminServiceWSDLs of carbon.xml");
    assert!(installation.log().contains("HideAdminServiceWSDLs"), "the log names the key");
    let challenge = Caller::anonymous(client).call(
        "UserProfileMgtService",
        "isReadOnlyUserStore",
        "<mgt:isReadOnlyUserStore/>",
    );
    assert_eq!(challenge.header("WWW-Authenticate"), Some("Basic realm=\"Example Identity Server\""));

    // EnableEmailUserName and the patterns of the store.
    admin.add_user("tom@mail.example", "Old@12345", &[]);
    admin.add_role("test role", &["tom@mail.example"], &["/permission/admin/login"]);
    Browser::new(client).enter("tom@mail.example", "Old@12345");
    let payload = "<ser:addUser><ser:userName>zoe</ser:userName><ser:credential>short</ser:credential>\
                   <ser:profileName>default</ser:profileName><ser:requirePasswordChange>false</ser:requirePasswordChange></ser:addUser>";
    let fault = admin.fault("RemoteUserStoreManagerService", "addUser", payload);
    assert!(fault.text.starts_with("Credential not valid"), "{}", fault.text);

    // showAuthFailureReason.
    let refused = Browser::new(client).log_in("nobody", "Wrong@1234");
    assert!(refused.location().contains("errorCode=17001"), "{}", refused.location());
}

const ADAPTERS: &str = r#"<outputEventAdaptersConfig>
    <adapterConfig type="email">
        <!-- Comment mail.smtp.user and mail.smtp.password properties to support connecting SMTP servers which use trust
        based authentication rather username/password authentication -->
        <property key="mail.smtp.from">noreply@example.org</property>
        <!--property key="mail.smtp.user">abcd</property>
        <property key="mail.smtp.password">xxxx</property-->
        <property key="mail.smtp.host">localhost</property>
        <property key="mail.smtp.port">PORT</property>
        <property key="mail.smtp.starttls.enable">true</property>
        <property key="mail.smtp.auth">true</property>
        <!-- Thread Pool Related Properties -->
        <property key="minThread">8</property>
        <property key="maxThread">100</property>
        <property key="keepAliveTimeInMillis">20000</property>
        <property key="jobQueueSize">10000</property>
    </adapterConfig>
</outputEventAdaptersConfig>
"#;

const TEMPLATES: &str = r#"<configurations>
    <configuration type="adminforcedpasswordreset" display="AdminForcedPasswordReset" locale="en_US" emailContentType="text/plain">
        <subject>Our own subject for {{user-name}}</subject>
        <body>
Dear {{user.claim.givenname}},
https://localhost:9443/accountrecoveryendpoint/confirmrecovery.do?confirmation={{confirmation-code}}&amp;userstoredomain={{userstore-domain}}&amp;username={{url:user-name}}&amp;tenantdomain={{tenant-domain}}
        </body>
        <footer>
---
The operators
        </footer>
    </configuration>
</configurations>
"#;

// K113, and the templates of the operator's file, read again after an edit
#[test]
fn mail_goes_out_without_a_login_and_in_the_operators_words() {
    let runtime = tokio::runtime::Runtime::new().unwrap();
    let mut sink = runtime.block_on(SmtpSink::start(Offer::default()));
    let adapters = ADAPTERS.replace("PORT", &sink.port().to_string());
    let mut installation =
        with_files(&[("output-event-adapters.xml", &adapters), ("email/email-admin-config.xml", TEMPLATES)]);
    installation.add_flags(&["--public-url", "https://login.example.org/sso"]);
    installation.run();
    let admin = Caller::basic(installation.client(), "admin", "admin");
    admin.add_user(
        "tom",
        "Old@1234",
        &[(MAIL, "tom@example.org"), ("http://wso2.org/claims/givenname", "Tom")],
    );
    admin.configure(&[("Recovery.AdminPasswordReset.RecoveryLink", "true")]);
    admin.trigger("tom");
    let mail = runtime.block_on(sink.next());
    assert_eq!((mail.from.as_str(), mail.user.clone()), ("noreply@example.org", None));
    assert!(sink.logins().is_empty());
    assert_eq!(mail.subject(), "Our own subject for tom");
    let body = mail.body().replace("\r\n", "\n");
    let (before, rest) = body.split_once("confirmation=").unwrap();
    let (code, behind) = rest.split_once('&').unwrap();
    assert!(code.len() > 9 && code.chars().all(|letter| letter.is_alphanumeric() || letter == '-'), "{code}");
    let address = "https://login.example.org/sso/accountrecoveryendpoint/confirmrecovery.do?";
    assert_eq!(before.trim_start(), format!("Dear Tom,\n{address}"));
    let expected =
        "userstoredomain=PRIMARY&username=tom&tenantdomain=carbon.super\n        \n---\nThe operators";
    assert_eq!(behind.trim_end(), expected);

    // Editing the file counts after a restart, unlike in the original.
    let file = installation.folder().join("conf/email/email-admin-config.xml");
    std::fs::write(file, TEMPLATES.replace("Our own subject", "A newer subject")).unwrap();
    assert!(installation.stop());
    installation.run();
    Caller::basic(installation.client(), "admin", "admin").trigger("tom");
    assert_eq!(runtime.block_on(sink.next()).subject(), "A newer subject for tom");
}
