//! The files of an existing deployment, unmodified.

use super::*;

#[test]
fn carbon_xml_gives_names_ports_and_what_is_published() {
    let folder = Folder::new();
    folder.take("carbon.xml");
    let loaded = load(&folder.with_wso2()).unwrap();
    let found = loaded.settings;
    assert_eq!(found.realm_name, "Example Identity Server");
    assert_eq!(found.host_name.as_deref(), Some("is.example.org"));
    assert_eq!((found.https_port, found.http_port), (9445, 9765));
    assert_eq!(found.http_admin_services, ["UserProfileMgtService", "RemoteUserStoreManagerService"]);
    assert!(found.hide_admin_service_wsdls && found.email_user_names);
    assert!(loaded.warnings.iter().any(|warning| warning.contains("HideAdminServiceWSDLs")));
}

#[test]
fn what_carbon_xml_leaves_to_variables_of_the_original_keeps_its_default() {
    let folder = Folder::new();
    folder.write(
        "carbon.xml",
        "<Server><Name> </Name><HostName>${carbon.host}</HostName><Ports><Offset>${offset}</Offset></Ports></Server>",
    );
    let found = settings(&folder.with_wso2());
    assert_eq!((found.host_name, found.https_port), (None, 9443));
    assert_eq!(found.realm_name, Settings::default().realm_name);
}

#[test]
fn user_mgt_xml_gives_the_administrator_and_the_patterns_of_the_primary_store() {
    let folder = Folder::new();
    folder.take("user-mgt.xml");
    let found = settings(&folder.with_wso2());
    assert_eq!(found.admin_name, "root.admin");
    assert_eq!(found.admin_password.0, " Rooted & 123", "blanks belong to a password");
    assert_eq!(found.username_pattern, "^[a-z.@]{3,40}$");
    assert_eq!(found.password_pattern, r"^[\S]{8,30}$", "of the first store");
    assert_eq!(found.password_message, "Eight to thirty characters, please");
    assert_eq!(found.role_pattern, Settings::default().role_pattern, "blanks in role names stay allowed");
    assert_eq!((found.user_list_limit, found.role_list_limit), (250, 100), "the lists are as long as there");
}

#[test]
fn the_shipped_password_counts_as_none() {
    let folder = Folder::new();
    for password in ["admin", ""] {
        let text = format!(
            "<UserManager><Realm><Configuration><AdminUser><UserName>admin</UserName><Password>{password}</Password>\
             </AdminUser></Configuration></Realm></UserManager>"
        );
        folder.write("user-mgt.xml", &text);
        assert_eq!(settings(&folder.with_wso2()).admin_password, Hidden::default(), "{password}");
    }
}

#[test]
fn identity_xml_gives_the_times_of_sessions_and_falls_back_like_the_original() {
    let folder = Folder::new();
    folder.take("identity/identity.xml");
    let found = settings(&folder.with_wso2());
    assert_eq!((found.session_minutes, found.remember_me_minutes), (30, 10_080));
    for bad in ["", "soon", "0", "-1"] {
        let text = format!(
            "<Server><TimeConfig><SessionIdleTimeout>{bad}</SessionIdleTimeout></TimeConfig></Server>"
        );
        folder.write("identity/identity.xml", &text);
        assert_eq!(settings(&folder.with_wso2()).session_minutes, 15, "{bad:?}");
    }
}

#[test]
fn identity_xml_gives_the_separator_of_challenge_questions_unless_it_could_be_a_part_of_them() {
    let folder = Folder::new();
    let write = |separator: &str| {
        let text = format!(
            "<Server><Recovery><Question><Password><Separator>{separator}</Separator></Password></Question></Recovery></Server>"
        );
        folder.write("identity/identity.xml", &text);
    };
    for (written, expected) in [("|", "|"), (" ", "!"), ("||", "||")] {
        write(written);
        assert_eq!(settings(&folder.with_wso2()).challenge_separator, expected, "{written:?}");
    }
    for bad in ["/", "a", "="] {
        write(bad);
        let said = mistake(&folder.with_wso2());
        assert!(said.contains("challenge_separator") && said.contains("\nhint: "), "{said}");
    }
}

#[test]
fn identity_xml_gives_the_saml_entity_id_unless_it_is_a_placeholder() {
    let folder = Folder::new();
    for (entity_id, expected) in
        [("this_is_a_test", "this_is_a_test"), ("${carbon.host}", "localhost"), (" ", "localhost")]
    {
        let text = format!("<Server><SSOService><EntityId>{entity_id}</EntityId></SSOService></Server>");
        folder.write("identity/identity.xml", &text);
        assert_eq!(settings(&folder.with_wso2()).saml_entity_id, expected);
    }
}

#[test]
fn application_authentication_xml_gives_the_parameter_of_its_basic_authenticator() {
    let folder = Folder::new();
    folder.take("identity/application-authentication.xml");
    assert!(settings(&folder.with_wso2()).show_auth_failure_reason);
}

#[test]
fn output_event_adapters_xml_gives_the_mail_server_and_ignores_the_other_adapters() {
    let folder = Folder::new();
    folder.take("output-event-adapters.xml");
    let loaded = load(&folder.with_wso2()).unwrap();
    let mail = &loaded.settings.mail;
    assert_eq!((mail.host.as_deref(), mail.port), (Some("127.0.0.1"), 2525));
    assert_eq!((mail.user.as_deref(), mail.password.0.as_str()), (Some("mailer"), "mail secret & more"));
    assert_eq!(mail.from.as_deref(), Some("noreply@example.org"));
    assert!(mail.starttls && mail.auth && !mail.starttls_required && !mail.tls);
    assert_eq!(mail.concurrency, 8);
    assert!(loaded.warnings.is_empty(), "{:?}", loaded.warnings);
}

#[test]
fn a_property_of_javamail_that_has_no_counterpart_is_named() {
    let folder = Folder::new();
    let adapters = |properties: &str| {
        format!(
            "<a:all xmlns:a=\"urn:x\"><a:adapterConfig type=\"email\">{properties}</a:adapterConfig></a:all>"
        )
    };
    let text = adapters(
        "<a:property key=\"mail.smtp.host\"> mail.example.org </a:property>\
         <a:property key=\"mail.smtp.ssl.trust\">*</a:property>\
         <a:property key=\"mail.smtp.timeout\">1500</a:property>\
         <a:property key=\"mail.smtp.dsn.notify\">NEVER</a:property>",
    )
    .replace("a:all", "a:outputEventAdaptersConfig");
    folder.write("output-event-adapters.xml", &text);
    let loaded = load(&folder.with_wso2()).unwrap();
    let mail = &loaded.settings.mail;
    assert_eq!(mail.host.as_deref(), Some("mail.example.org"), "whatever the namespaces are");
    assert!(mail.trust_any_certificate);
    assert_eq!(mail.timeout_seconds, 1);
    assert!(
        loaded.warnings.iter().any(|warning| warning.contains("mail.smtp.dsn.notify is not used")),
        "{:?}",
        loaded.warnings
    );
}

#[test]
fn email_admin_config_xml_gives_templates_and_says_which_it_cannot_take() {
    let folder = Folder::new();
    folder.take("email/email-admin-config.xml");
    let found = settings(&folder.with_wso2()).templates;
    let [template] = found.as_slice() else { panic!("{found:?}") };
    assert_eq!((template.display.as_str(), template.locale.as_str()), ("AdminForcedPasswordReset", "en_US"));
    assert_eq!(template.content_type, "text/plain");
    assert_eq!(template.subject, "Choose a new password, {{user-name}}");
    let body = "Dear {{user.claim.givenname}},\n\nopen {{carbon.product-url}}/accountrecoveryendpoint/confirmrecovery.do?\
                confirmation={{confirmation-code}}&userstoredomain={{userstore-domain}}&username={{url:user-name}}\
                &tenantdomain={{tenant-domain}}\n";
    assert_eq!(template.body, body, "to its last line, behind which the footer follows");
    assert_eq!(template.footer, "The help desk");

    folder.write(
        "email/email-admin-config.xml",
        "<configurations><configuration display=\"A\"><subject>s</subject><body>b</body></configuration>\
         <configuration display=\"C\"><subject>s</subject><body>b</body><footer>\n </footer></configuration>\
         <configuration><subject>s</subject><body>b</body><footer>f</footer></configuration>\
         <configuration display=\"B\"><Subject>s</Subject><BODY>b</BODY><footer>f</footer></configuration></configurations>",
    );
    let loaded = load(&folder.with_wso2()).unwrap();
    let names: Vec<&str> = loaded.settings.templates.iter().map(|one| one.display.as_str()).collect();
    assert_eq!(names, ["B"]);
    for lacking in ["template A lacks", "template C lacks"] {
        let said = loaded.warnings.iter().any(|warning| warning.contains(lacking));
        assert!(said, "{lacking}: {:?}", loaded.warnings);
    }
    assert!(loaded.warnings.iter().any(|warning| warning.contains("without display name")));
}

#[test]
fn a_file_of_the_original_that_is_broken_is_named_with_line_and_hint() {
    for (name, root) in [
        ("carbon.xml", "Server"),
        ("user-mgt.xml", "UserManager"),
        ("identity.xml", "Server"),
        ("identity/identity.xml", "Server"),
        ("application-authentication.xml", "ApplicationAuthentication"),
        ("identity/application-authentication.xml", "ApplicationAuthentication"),
        ("output-event-adapters.xml", "outputEventAdaptersConfig"),
        ("email-admin-config.xml", "configurations"),
        ("email/email-admin-config.xml", "configurations"),
    ] {
        let folder = Folder::new();
        folder.write(name, "<?xml version=\"1.0\"?>\n<other/>\n");
        let said = mistake(&folder.with_wso2());
        assert!(said.contains(&format!("{name}:2:1: ")) && said.contains(&format!("<{root}>")), "{said}");
        folder.write(name, &format!("<?xml version=\"1.0\"?>\n<{root}>\n  <b>\n</{root}>\n"));
        let said = mistake(&folder.with_wso2());
        assert!(said.contains(&format!("{name}:4:")) && said.contains("\nhint: "), "{said}");
    }
}

/// A file with nothing but a property of the mail adapter, on line 3.
fn mail_property(property: &str) -> String {
    format!(
        "<outputEventAdaptersConfig>\n<adapterConfig type=\"email\">\n{property}\n</adapterConfig>\n\
         </outputEventAdaptersConfig>"
    )
}

/// One with nothing but a property of the first user store, on line 3.
fn store_property(property: &str) -> String {
    format!("<UserManager><Realm>\n<UserStoreManager>\n{property}\n</UserStoreManager></Realm></UserManager>")
}

#[test]
fn a_value_of_the_originals_files_that_cannot_work_is_named_with_its_line_and_element() {
    let carbon = |element: &str| format!("<!-- a comment\nof two lines -->\n<Server>\n  {element}</Server>");
    let offset = |offset: &str| carbon(&format!("<Ports>\n<Offset>{offset}</Offset></Ports>"));
    let mail = |key: &str, value: &str| mail_property(&format!("<property key=\"{key}\">{value}</property>"));
    let separator = "<Server><Recovery><Question>\n<Password>\n\n<Separator>a</Separator></Password></Question></Recovery></Server>";
    for (name, text, named) in [
        (
            "carbon.xml",
            offset("some"),
            "carbon.xml:5: Ports/Offset: https_port: invalid type: string \"some\"",
        ),
        (
            "carbon.xml",
            offset("60000"),
            "carbon.xml:5: Ports/Offset: https_port: invalid type: string \"9443 + 60000\"",
        ),
        (
            "carbon.xml",
            carbon("<HostName>https://is</HostName>"),
            "carbon.xml:4: HostName: host_name: \"https://is\" is no",
        ),
        (
            "user-mgt.xml",
            store_property("<Property name=\"MaxUserNameListLength\">-1</Property>"),
            "user-mgt.xml:3: MaxUserNameListLength: user_list_limit: -1 is too small",
        ),
        ("identity.xml", separator.to_owned(), "identity.xml:4: Recovery/Question/Password/Separator: "),
        (
            "identity-mgt.properties",
            "# one\n\nChallenge.Question.Separator=/\n".to_owned(),
            "identity-mgt.properties:3: Challenge.Question.Separator: challenge_separator: ",
        ),
        (
            "output-event-adapters.xml",
            mail("mail.smtp.port", "smtp"),
            "adapters.xml:3: mail.smtp.port: mail.port: invalid type: string \"smtp\"",
        ),
        (
            "output-event-adapters.xml",
            mail("minThread", "0"),
            "adapters.xml:3: minThread: mail.concurrency: 0 is too small",
        ),
    ] {
        let folder = Folder::new();
        folder.write(name, &text);
        let said = mistake(&folder.with_wso2());
        assert!(said.contains(named) && said.contains("\nhint: "), "{said}");
    }
}

/// What is said about the files of a folder, without that mails go into files.
fn warnings(folder: &Folder) -> Vec<String> {
    let said = load(&folder.with_wso2()).unwrap().warnings;
    said.into_iter().filter(|warning| warning.contains(".xml")).collect()
}

#[test]
fn what_the_cipher_tool_has_put_into_its_vault_is_no_value_and_is_told() {
    const VAULT: &str = "xmlns:svns=\"http://org.wso2.securevault/configuration\"";
    let folder = Folder::new();
    folder.write(
        "user-mgt.xml",
        &format!(
            "<UserManager {VAULT}><Realm><Configuration><AdminUser><UserName>root</UserName>\n\
             <Password svns:secretAlias=\"UserManager.AdminUser.Password\">password</Password></AdminUser></Configuration>\
             <UserStoreManager><Property name=\"ConnectionPassword\" svns:secretAlias=\"x\">password</Property>\
             </UserStoreManager></Realm></UserManager>"
        ),
    );
    let sealed = "<property key=\"mail.smtp.password\" svns:secretAlias=\"mail\">password</property>";
    let text = mail_property(sealed).replace("Config>\n<adapter", &format!("Config {VAULT}>\n<adapter"));
    folder.write("output-event-adapters.xml", &text);
    let found = settings(&folder.with_wso2());
    assert_eq!((found.admin_password, found.mail.password), (Hidden::default(), Hidden::default()));
    assert_eq!(found.admin_name, "root");
    let said = warnings(&folder);
    let told =
        |place: &str| said.iter().any(|one| one.contains(place) && one.contains("vault of the cipher tool"));
    assert!(
        told("user-mgt.xml:2: AdminUser/Password: ") && told("adapters.xml:3: mail.smtp.password: "),
        "{said:?}"
    );
    assert!(said.iter().any(|one| one.ends_with("set mail.password in soapstone.toml or the environment")));
    assert_eq!(said.len(), 2, "what is not used is not missed: {said:?}");
}

#[test]
fn a_placeholder_that_nobody_fills_in_is_no_value_and_is_told() {
    for placeholder in ["${smtp.host}", "$env{SMTP_HOST}"] {
        let folder = Folder::new();
        let property = format!("<property key=\"mail.smtp.host\"> {placeholder} </property>");
        folder.write("output-event-adapters.xml", &mail_property(&property));
        folder.write(
            "carbon.xml",
            &format!("<Server><HostName>{placeholder}</HostName><Ports><Offset>{placeholder}</Offset></Ports></Server>"),
        );
        folder.write(
            "user-mgt.xml",
            &format!(
                "<UserManager><Realm><Configuration><AdminUser><Password>{placeholder}</Password></AdminUser>\
                 </Configuration></Realm></UserManager>"
            ),
        );
        assert_eq!(
            without_places(settings(&folder.with_wso2())),
            Settings::default(),
            "{placeholder} is nothing"
        );
        let said = warnings(&folder);
        for place in [
            "adapters.xml:3: mail.smtp.host: ",
            "carbon.xml:1: HostName: ",
            "carbon.xml:1: Ports/Offset: ",
            "user-mgt.xml:1: AdminUser/Password: ",
        ] {
            assert!(
                said.iter().any(|one| one.contains(place) && one.contains("placeholder")),
                "{place}: {said:?}"
            );
        }
    }
}

#[test]
fn an_example_that_nobody_filled_in_and_a_second_adapter_are_told() {
    let folder = Folder::new();
    let shipped = "<property key=\"mail.smtp.host\">smtp.gmail.com</property>\
                   <property key=\"mail.smtp.user\">abcd</property><property key=\"mail.smtp.password\">xxxx</property>";
    folder.write("output-event-adapters.xml", &mail_property(shipped));
    assert!(
        warnings(&folder).concat().contains("adapters.xml:2: the account at smtp.gmail.com is an example")
    );
    let own = shipped.replace("xxxx", "own");
    folder.write("output-event-adapters.xml", &mail_property(&own));
    assert!(warnings(&folder).concat().contains("soapstone@localhost, which most mail servers refuse"));
    let from = "<property key=\"mail.smtp.from\">is@example.org</property>";
    folder.write("output-event-adapters.xml", &mail_property(&[&own, from].concat()));
    assert!(warnings(&folder).is_empty());
    let two = "<property key=\"mail.smtp.host\">one</property></adapterConfig>\n<adapterConfig type=\"email\">\
               <property key=\"mail.smtp.host\">two</property>";
    folder.write("output-event-adapters.xml", &mail_property(two));
    assert_eq!(settings(&folder.with_wso2()).mail.host.as_deref(), Some("two"));
    assert!(warnings(&folder).concat().contains("adapters.xml:4: another adapter for mail"));
    folder.write(
        "output-event-adapters.xml",
        "<outputEventAdaptersConfig><AdapterConfig/></outputEventAdaptersConfig>",
    );
    assert!(warnings(&folder).concat().contains("adapters.xml: there is no adapterConfig of the type email"));
}

#[test]
fn any_certificate_will_do_of_the_hosts_that_are_named_only() {
    for (hosts, expected) in
        [("*", true), ("other MAIL.example.org", true), ("other.example.org", false), ("mail", false)]
    {
        let folder = Folder::new();
        let properties = format!(
            "<property key=\"mail.smtp.ssl.trust\">{hosts}</property><property key=\"mail.smtp.host\">mail.example.org</property>"
        );
        folder.write("output-event-adapters.xml", &mail_property(&properties));
        assert_eq!(settings(&folder.with_wso2()).mail.trust_any_certificate, expected, "{hosts}");
    }
}

#[test]
fn what_is_kept_elsewhere_or_not_at_all_is_told() {
    let folder = Folder::new();
    folder.write(
        "identity.xml",
        "<Server>\n<Recovery>\n<AdminPasswordReset><OTP>true</OTP></AdminPasswordReset>\n<ExpiryTime>3</ExpiryTime>\
         <Question><Password><Separator>!</Separator></Password></Question></Recovery></Server>",
    );
    folder.write(
        "user-mgt.xml",
        &store_property("<Property name=\"RolenameJavaRegEx\">^[a-z]{1,9}$</Property>"),
    );
    folder.write(
        "carbon.xml",
        "<Server><ProxyContextPath>is</ProxyContextPath>\n<EnableEmailUserName>ture</EnableEmailUserName></Server>",
    );
    folder.write(
        "identity-mgt.properties",
        "Captcha.Verification.Internally.Managed=no\nNotification.Expire.Time=soon\n",
    );
    let template = |body: &str| {
        format!(
            "<configurations>\n<configuration display=\"AdminForcedPasswordReset\"><subject>s</subject><body>{body}</body>\
             <footer>f</footer></configuration></configurations>"
        )
    };
    folder.write("email-admin-config.xml", &template("open the link"));
    folder.write(
        "identity/sso-idp-config.xml",
        "<SSOIdentityProviderConfig><ServiceProviders><ServiceProvider><Issuer>none</Issuer></ServiceProvider>\
         <ServiceProvider><Issuer>odd</Issuer><AssertionConsumerServiceURL>app</AssertionConsumerServiceURL></ServiceProvider>\
         </ServiceProviders></SSOIdentityProviderConfig>",
    );
    for name in ["a", "b"] {
        let text =
            "<IdentityProvider><IdentityProviderName>SHARED_one</IdentityProviderName></IdentityProvider>";
        folder.write(&format!("identity/identity-providers/{name}.xml"), text);
    }
    let said: Vec<String> = load(&folder.with_wso2()).unwrap().warnings;
    for expected in [
        "carbon.xml:1: ProxyContextPath is is not used",
        "carbon.xml:2: EnableEmailUserName: \"ture\" is neither true nor false",
        "properties:1: Captcha.Verification.Internally.Managed: \"no\" is neither",
        "properties:2: Notification.Expire.Time: \"soon\" is no number above 0",
        "email-admin-config.xml:2: template AdminForcedPasswordReset has no {{confirmation-code}}",
        "nobody can sign in at \"none\", because it has no AssertionConsumerServiceURL",
        "AssertionConsumerServiceURL \"app\" of \"odd\" is no address",
        "b.xml: another file names SHARED_one, too",
        "user-mgt.xml:3: RolenameJavaRegEx is not used",
    ] {
        assert!(said.iter().any(|one| one.contains(expected)), "{expected}: {said:?}");
    }
    assert_eq!(said.len(), 10, "no mail server, and: {said:?}");
    folder.write("email-admin-config.xml", &template("code: {{confirmation-code}}"));
    assert_eq!(load(&folder.with_wso2()).unwrap().warnings.len(), 9);
}

/// The file of IS 5.3.0 has another expression for the names of roles in a database than for those in a directory.
#[test]
fn roles_are_called_as_in_the_kind_of_user_store_that_was_there_and_with_blanks() {
    let folder = Folder::new();
    let directory = "[a-zA-Z0-9._-|//]{3,30}$";
    let ours = Settings::default().role_pattern;
    for (theirs, expected) in [(r"^[\S]{3,30}$", r"^[\S ]{3,30}$"), (directory, ours.as_str()), ("", &ours)] {
        folder.write(
            "user-mgt.xml",
            &store_property(&format!("<Property name=\"RolenameJavaRegEx\">{theirs}</Property>")),
        );
        assert_eq!(settings(&folder.with_wso2()).role_pattern, expected, "{theirs}");
    }
    let role = "<UserManager><Realm><Configuration>\n<AdminRole>bosses</AdminRole></Configuration></Realm></UserManager>";
    folder.write("user-mgt.xml", role);
    let said = load(&folder.with_wso2()).unwrap().warnings;
    assert!(said.iter().any(|one| one.contains("user-mgt.xml:2: AdminRole bosses is not used")), "{said:?}");
}

#[test]
fn an_empty_property_says_nothing_and_one_without_name_is_left_out() {
    for property in [
        "<property key=\"mail.smtp.user\"></property>",
        "<property key=\"mail.smtp.user\"/>",
        "<property key=\"mail.smtp.user\"><!-- none --></property>",
        "<property key=\"mail.smtp.password\"> </property>",
        "<property key=\"mail.smtp.host\"/>",
        "<property key=\"mail.smtp.port\"/>",
        "<property key=\"mail.smtp.ssl.trust\"/>",
        "<property key=\"minThread\"/>",
        "</adapterConfig><adapterConfig type=\"mqtt\"><property key=\"keepAlive\"/>",
        "</adapterConfig><adapterConfig><property key=\"mail.smtp.host\">other</property>",
    ] {
        let folder = Folder::new();
        folder.write("output-event-adapters.xml", &mail_property(property));
        assert_eq!(settings(&folder.with_wso2()).mail, Settings::default().mail, "{property}");
    }
    let folder = Folder::new();
    folder.write("output-event-adapters.xml", &mail_property("<property>a</property>"));
    let warnings = load(&folder.with_wso2()).unwrap().warnings;
    let expected = "output-event-adapters.xml:3: a property without key is left out";
    assert!(warnings.iter().any(|warning| warning.ends_with(expected)), "{warnings:?}");

    folder.write(
        "application-authentication.xml",
        "<ApplicationAuthentication><AuthenticatorConfigs><AuthenticatorConfig name=\"BasicAuthenticator\">\
         <Parameter name=\"x\"></Parameter><Parameter>true</Parameter></AuthenticatorConfig>\
         <AuthenticatorConfig/></AuthenticatorConfigs></ApplicationAuthentication>",
    );
    assert!(!settings(&folder.with_wso2()).show_auth_failure_reason);
}

#[test]
fn an_empty_expression_is_none_and_other_empty_properties_of_a_user_store_say_nothing() {
    let folder = Folder::new();
    folder.write(
        "user-mgt.xml",
        &store_property(
            "<Property name=\"UserNameAttribute\"></Property><Property>x</Property>\
             <Property name=\"PasswordJavaRegEx\"/><Property name=\"PasswordJavaRegExViolationErrorMsg\"/>\
             <Property name=\"MaxRoleNameListLength\"> </Property>",
        ),
    );
    let (found, defaults) = (settings(&folder.with_wso2()), Settings::default());
    assert_eq!(found.password_pattern, r"[\s\S]+");
    assert_eq!(found.username_pattern, defaults.username_pattern);
    assert_eq!(
        (found.password_message, found.role_list_limit),
        (defaults.password_message, defaults.role_list_limit)
    );
}
