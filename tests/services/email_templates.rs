//! `I18nEmailMgtConfigService`. Numbers are those of our acceptance list.

use crate::support::caller::{Caller, Fault, GIVEN_NAME, LOGIN, escaped};
use crate::support::tree::Element;
use crate::support::world::{LINK, OLD, TOM, World};

const SERVICE: &str = "I18nEmailMgtConfigService";
const EMA: &str = "http://mgt.email.carbon.wso2.org";
const MODEL: &str = "http://model.mgt.email.carbon.wso2.org/xsd";
/// The claim whose value the original takes for the locale of mails.
const LOCALITY: &str = "http://wso2.org/claims/locality";
const IDENTITY: &str = "/permission/admin/manage/identity";
/// Whoever may log in and nothing else.
const PLAIN: (&str, &str) = ("plain", "Plain@1234");

/// A request; arguments are elements, in order.
fn request(operation: &str, arguments: &[(&str, &str)]) -> String {
    let arguments: String =
        arguments.iter().map(|(name, text)| format!("<e:{name}>{}</e:{name}>", escaped(text))).collect();
    format!("<e:{operation} xmlns:e=\"{EMA}\">{arguments}</e:{operation}>")
}

/// A request with a template.
fn with_template(operation: &str, fields: &[(&str, &str)]) -> String {
    let fields: String =
        fields.iter().map(|(name, text)| format!("<m:{name}>{}</m:{name}>", escaped(text))).collect();
    format!(
        "<e:{operation} xmlns:e=\"{EMA}\"><e:emailTemplate xmlns:m=\"{MODEL}\">{fields}</e:emailTemplate>\
         </e:{operation}>"
    )
}

fn template<'a>(display: &'a str, locale: &'a str, subject: &'a str) -> [(&'static str, &'a str); 6] {
    [
        ("body", "Hello {{user-name}} & <all>"),
        ("emailContentType", "text/html"),
        ("footer", "the footer"),
        ("locale", locale),
        ("subject", subject),
        ("templateDisplayName", display),
    ]
}

fn types(caller: &Caller) -> Vec<String> {
    let found = caller.results(SERVICE, "getEmailTemplateTypes", &request("getEmailTemplateTypes", &[]));
    found.into_iter().map(|element| element.text).collect()
}

fn templates(caller: &Caller) -> Vec<Element> {
    caller.results(SERVICE, "getAllTemplatesForTenant", &request("getAllTemplatesForTenant", &[]))
}

/// The template of a type and locale.
fn find(caller: &Caller, kind: &str, locale: &str) -> Option<Element> {
    let is =
        |found: &Element| found.value("templateType") == Some(kind) && found.value("locale") == Some(locale);
    templates(caller).into_iter().find(is)
}

fn accepted(caller: &Caller, operation: &str, payload: &str) {
    assert!(caller.done(SERVICE, operation, payload).is_none(), "{operation} answers 202");
}

fn save(caller: &Caller, fields: &[(&str, &str)]) {
    accepted(caller, "saveEmailTemplate", &with_template("saveEmailTemplate", fields));
}

/// Void operations never carry a typed detail.
fn refused(caller: &Caller, operation: &str, payload: &str) -> String {
    let fault = caller.fault(SERVICE, operation, payload);
    assert_eq!((fault.local_code(), fault.detail.as_slice()), ("Server", &[][..]), "{}", fault.text);
    fault.text
}

fn world_with_plain() -> World {
    let world = World::empty(|_| {});
    world.admin().add_user(PLAIN.0, PLAIN.1, &[]);
    world.admin().add_role("plain", &[PLAIN.0], &[LOGIN]);
    world
}

// 126, 127
#[test]
fn a_fresh_server_has_the_seventeen_types_of_the_original() {
    let world = World::empty(|_| {});
    let mut names = types(&world.admin());
    names.sort_unstable();
    assert_eq!(
        names,
        [
            "AccountConfirmation",
            "AccountDisable",
            "AccountEnable",
            "AccountIdRecovery",
            "AccountLock",
            "AccountUnLock",
            "AdminForcedPasswordReset",
            "AdminForcedPasswordResetWithOTP",
            "AskPassword",
            "EmailConfirm",
            "OneTimePassword",
            "PasswordReset",
            "ResendAccountConfirmation",
            "TemporaryPassword",
            "idleAccountReminder",
            "initiateRecovery",
            "passwordResetSucess",
        ]
    );
    let all = templates(&world.admin());
    assert_eq!(all.len(), 17);
    let with_otp = find(&world.admin(), "adminforcedpasswordresetwithotp", "en_US").unwrap();
    assert_eq!(with_otp.kind.as_deref(), Some(format!("{{{MODEL}}}EmailTemplate").as_str()));
    let fields: Vec<&str> = with_otp.children.iter().map(|field| field.name.as_str()).collect();
    assert_eq!(
        fields,
        ["body", "emailContentType", "footer", "locale", "subject", "templateDisplayName", "templateType"]
    );
    assert_eq!(with_otp.value("emailContentType"), Some("text/plain"));
    assert_eq!(with_otp.value("templateDisplayName"), Some("AdminForcedPasswordResetWithOTP"));
    // The wording is ours; that of the original comes with its file.
    assert_eq!(with_otp.value("subject"), Some("An administrator asks you to set a new password"));
    let body = with_otp.value("body").unwrap();
    assert!(body.contains("\nOne-time password: {{confirmation-code}}\n"), "{body}");
    assert!(!body.contains("confirmrecovery.do"), "a code is for the login form: {body}");
    assert_eq!(all.iter().filter(|one| one.value("locale") == Some("en_US")).count(), 17);
}

// 128, 130
#[test]
fn what_was_saved_is_read_back_mailed_and_still_there_after_a_restart() {
    let mut world = World::new(&[LINK]);
    let admin = world.admin();
    save(&admin, &template("AdminForcedPasswordReset", "en_US", "Subject of our own"));
    save(&admin, &template("New Type", "en_US", "new"));
    world.restart();
    let admin = world.admin();
    let new = find(&admin, "newtype", "en_US").unwrap();
    assert_eq!(new.value("templateDisplayName"), Some("New Type"));
    assert_eq!(new.value("body"), Some("Hello {{user-name}} & <all>"));
    assert_eq!(new.value("footer"), Some("the footer"));
    assert_eq!(new.value("emailContentType"), Some("text/html"));
    assert!(types(&admin).contains(&"New Type".to_owned()));
    admin.trigger(TOM);
    let mail = world.mail();
    assert_eq!(mail.subject(), "Subject of our own");
    assert!(mail.body().contains("Hello tom"), "{}", mail.body());
}

// 129
#[test]
fn adding_overwrites_and_the_type_of_the_request_is_ignored() {
    let world = World::empty(|_| {});
    let admin = world.admin();
    let mut fields = template("AccountLock", "EN_us", "two").to_vec();
    fields.push(("templateType", "somethingelse"));
    accepted(&admin, "addEmailTemplate", &with_template("addEmailTemplate", &fields));
    assert_eq!(templates(&admin).len(), 17);
    assert_eq!(find(&admin, "accountlock", "EN_us").unwrap().value("subject"), Some("two"));
    // Without a content type there is none.
    fields.retain(|(name, _)| *name != "emailContentType");
    accepted(&admin, "addEmailTemplate", &with_template("addEmailTemplate", &fields));
    let stored = find(&admin, "accountlock", "EN_us").unwrap();
    assert!(stored.child("emailContentType").unwrap().is_nil());
}

// 131, 134
#[test]
fn a_type_is_one_whatever_its_blanks_and_letter_case() {
    let world = World::empty(|_| {});
    let admin = world.admin();
    let name = |text| request("addEmailTemplateType", &[("emailTemplateDisplayName", text)]);
    accepted(&admin, "addEmailTemplateType", &name("New Type"));
    assert_eq!((types(&admin).len(), templates(&admin).len()), (18, 17), "a type without templates");
    assert!(types(&admin).contains(&"New Type".to_owned()));
    for taken in ["newtype", "NEW\tTYPE", "  ", "!!!"] {
        assert_eq!(
            refused(&admin, "addEmailTemplateType", &name(taken)),
            "Error while adding email template type to carbon.super tenant.",
            "{taken}"
        );
    }
    assert_eq!(types(&admin).len(), 18);
    let delete = |text| request("deleteEmailTemplateType", &[("emailTemplateDisplayName", text)]);
    accepted(&admin, "deleteEmailTemplateType", &delete("newTYPE"));
    assert!(!types(&admin).contains(&"New Type".to_owned()));
    accepted(&admin, "deleteEmailTemplateType", &delete("AccountLock"));
    assert!(find(&admin, "accountlock", "en_US").is_none(), "a type takes its templates with it");
    assert_eq!(
        refused(&admin, "deleteEmailTemplateType", &delete("ghost")),
        "Error occurred while deleting email template type 'ghost' of carbon.super tenant."
    );
    assert_eq!((types(&admin).len(), templates(&admin).len()), (16, 16));
}

// 132, 133, 136
#[test]
fn an_incomplete_template_is_refused_in_the_words_of_its_operation() {
    let world = World::empty(|_| {});
    let admin = world.admin();
    let before = templates(&admin);
    for missing in ["footer", "body", "subject", "locale", "templateDisplayName"] {
        let mut fields = template("Lost", "en_US", "s").to_vec();
        fields.retain(|(name, _)| *name != missing);
        assert_eq!(
            refused(&admin, "saveEmailTemplate", &with_template("saveEmailTemplate", &fields)),
            "Error occurred while updating email template in carbon.super tenant registry.",
            "{missing}"
        );
    }
    let shouting = template("!!!", "en_US", "s");
    assert_eq!(
        refused(&admin, "addEmailTemplate", &with_template("addEmailTemplate", &shouting)),
        "Error occurred while adding email template to carbon.super tenant registry"
    );
    let slashed = template("Lost", "en/US", "s");
    assert_eq!(
        refused(&admin, "saveEmailTemplate", &with_template("saveEmailTemplate", &slashed)),
        "Locale contains invalid special characters : en/US"
    );
    let mut slashes = slashed.to_vec();
    for locale in ["../en_US", "en\\US", "en\"US", "en`US", "<en>", "en_US\u{3000}/x"] {
        slashes[3].1 = locale;
        for operation in ["saveEmailTemplate", "addEmailTemplate"] {
            let text = refused(&admin, operation, &with_template(operation, &slashes));
            assert_eq!(text, format!("Locale contains invalid special characters : {locale}"));
        }
    }
    assert_eq!(templates(&admin), before);
    assert!(!types(&admin).contains(&"Lost".to_owned()), "a refused template leaves no type behind");
}

#[test]
fn a_call_without_arguments_is_refused_like_any_other() {
    let world = World::empty(|_| {});
    let admin = world.admin();
    for (operation, text) in [
        ("addEmailTemplate", "Error occurred while adding email template to carbon.super tenant registry"),
        (
            "saveEmailTemplate",
            "Error occurred while updating email template in carbon.super tenant registry.",
        ),
        ("addEmailTemplateType", "Error while adding email template type to carbon.super tenant."),
        (
            "deleteEmailTemplateType",
            "Error occurred while deleting email template type 'null' of carbon.super tenant.",
        ),
        (
            "deleteEmailTemplate",
            "Error occurred while deleting email template type 'null' of locale 'null' in carbon.super tenant registry.",
        ),
    ] {
        assert_eq!(refused(&admin, operation, &request(operation, &[])), text);
    }
}

// 135, 138
#[test]
fn a_deleted_template_stays_away_and_a_deleted_type_comes_back_with_the_next_start() {
    let mut world = World::empty(|_| {});
    let delete = |name, locale| {
        request("deleteEmailTemplate", &[("emailTemplateDisplayName", name), ("locale", locale)])
    };
    let admin = world.admin();
    assert_eq!(
        refused(&admin, "deleteEmailTemplate", &delete("AccountLock", "fr_FR")),
        "Error occurred while deleting email template type 'AccountLock' of locale 'fr_FR' in carbon.super tenant \
         registry."
    );
    assert_eq!(
        refused(&admin, "deleteEmailTemplate", &delete("AccountLock", "en/US")),
        "Locale contains invalid special characters : en/US"
    );
    let shipped = templates(&admin);
    accepted(&admin, "deleteEmailTemplate", &delete("AccountLock", "en_us"));
    save(&admin, &template("AccountUnLock", "en_US", "edited"));
    save(&admin, &template("AccountUnLock", "fr_FR", "edited"));
    let kind = request("deleteEmailTemplateType", &[("emailTemplateDisplayName", "AccountUnLock")]);
    accepted(&admin, "deleteEmailTemplateType", &kind);
    assert_eq!(templates(&admin).len(), 15);
    world.restart();
    let admin = world.admin();
    assert!(find(&admin, "accountlock", "en_US").is_none());
    assert!(types(&admin).contains(&"AccountLock".to_owned()));
    // What comes back is the default, not what it was edited to; everything else is as it was.
    let name = |one: &Element| {
        (one.value("templateType").map(str::to_owned), one.value("locale").map(str::to_owned))
    };
    let sorted = |mut all: Vec<Element>| {
        all.sort_by_key(name);
        all
    };
    let expected = shipped.into_iter().filter(|one| one.value("templateType") != Some("accountlock"));
    assert_eq!(sorted(templates(&admin)), sorted(expected.collect()));
}

// 137
#[test]
fn a_user_gets_mails_in_the_locale_of_his_locality() {
    let world = World::new(&[LINK]);
    let admin = world.admin();
    save(&admin, &template("AdminForcedPasswordReset", "fr_FR", "Réinitialisation"));
    admin.set_claims(TOM, &[(LOCALITY, "fr_FR"), (GIVEN_NAME, "Thomas")]);
    admin.trigger(TOM);
    assert_eq!(world.mail().subject(), "Réinitialisation");
    // A locale that has no template, one that no longer has one, and a town: the default locale.
    let english = find(&admin, "adminforcedpasswordreset", "en_US").unwrap();
    let in_english = |locality| {
        admin.set_claims(TOM, &[(LOCALITY, locality)]);
        admin.trigger(TOM);
        assert_eq!(Some(world.mail().subject().as_str()), english.value("subject"), "{locality}");
    };
    in_english("de_DE");
    in_english("Colombo");
    let french = [("emailTemplateDisplayName", "AdminForcedPasswordReset"), ("locale", "fr_FR")];
    accepted(&admin, "deleteEmailTemplate", &request("deleteEmailTemplate", &french));
    in_english("fr_FR");
}

// 7
#[test]
fn whoever_may_only_log_in_reads_templates_and_writes_none() {
    let world = world_with_plain();
    let plain = world.caller(PLAIN.0, PLAIN.1);
    let (kinds, before) = (types(&plain), templates(&plain));
    assert_eq!((kinds.len(), before.len()), (17, 17));
    let denied = |fault: Fault| {
        assert_eq!((fault.local_code(), fault.text.as_str()), ("50978", "Access Denied."));
    };
    for operation in ["saveEmailTemplate", "addEmailTemplate"] {
        let payload = with_template(operation, &template("AccountLock", "en_US", "mine"));
        denied(plain.fault(SERVICE, operation, &payload));
    }
    for operation in ["addEmailTemplateType", "deleteEmailTemplateType", "deleteEmailTemplate"] {
        for name in ["AccountLock", "New Type"] {
            let arguments = [("emailTemplateDisplayName", name), ("locale", "en_US")];
            denied(plain.fault(SERVICE, operation, &request(operation, &arguments)));
        }
    }
    assert_eq!((types(&plain), templates(&plain)), (kinds, before), "nothing changed");
    world.admin().add_user("warden", OLD, &[]);
    world.admin().add_role("wardens", &["warden"], &[LOGIN, IDENTITY]);
    save(&world.caller("warden", OLD), &template("AccountLock", "en_US", "mine"));
    assert_eq!(find(&plain, "accountlock", "en_US").unwrap().value("subject"), Some("mine"));
    // Without the permission to log in nothing is shown either.
    world.admin().add_user("nobody", OLD, &[]);
    denied(world.caller("nobody", OLD).fault(
        SERVICE,
        "getEmailTemplateTypes",
        &request("getEmailTemplateTypes", &[]),
    ));
}

#[test]
fn an_operator_can_have_the_permissions_of_the_original() {
    let world = World::empty(|settings| settings.original_permissions = true);
    world.admin().add_user(PLAIN.0, PLAIN.1, &[]);
    world.admin().add_role("plain", &[PLAIN.0], &[LOGIN]);
    let plain = world.caller(PLAIN.0, PLAIN.1);
    save(&plain, &template("AccountLock", "en_US", "mine"));
    assert_eq!(find(&plain, "accountlock", "en_US").unwrap().value("subject"), Some("mine"));
}

// 143
#[test]
fn tenants_have_templates_of_their_own() {
    let world = World::empty(|_| {});
    let admin = world.admin();
    save(&admin, &template("AccountLock", "en_US", "super"));
    let other = world.tenant_with_tom("wso2.com", &[]);
    assert_eq!(types(&other).len(), 17);
    assert_ne!(find(&other, "accountlock", "en_US").unwrap().value("subject"), Some("super"));
    save(&other, &template("AccountLock", "en_US", "theirs"));
    save(&other, &template("Theirs", "en_US", "theirs"));
    assert_eq!(find(&admin, "accountlock", "en_US").unwrap().value("subject"), Some("super"));
    assert!(!types(&admin).contains(&"Theirs".to_owned()));
    let delete = request("deleteEmailTemplateType", &[("emailTemplateDisplayName", "Theirs")]);
    assert_eq!(
        refused(&admin, "deleteEmailTemplateType", &delete),
        "Error occurred while deleting email template type 'Theirs' of carbon.super tenant."
    );
    assert_eq!(
        refused(&other, "addEmailTemplateType", &request("addEmailTemplateType", &[])),
        "Error while adding email template type to wso2.com tenant."
    );
}

#[test]
fn every_change_is_in_the_audit_trail() {
    let world = World::empty(|_| {});
    let admin = world.admin();
    save(&admin, &template("Mine", "en_US", "s"));
    let name = [("emailTemplateDisplayName", "Mine"), ("locale", "en_US")];
    accepted(&admin, "deleteEmailTemplate", &request("deleteEmailTemplate", &name));
    accepted(&admin, "deleteEmailTemplateType", &request("deleteEmailTemplateType", &name[..1]));
    accepted(&admin, "addEmailTemplateType", &request("addEmailTemplateType", &name[..1]));
    let trail = "SELECT group_concat(initiator || ' ' || action || ' ' || data, ', ') FROM \
                 (SELECT * FROM audit WHERE target = 'Mine' ORDER BY id)";
    assert_eq!(
        world.stored(trail),
        "admin@carbon.super Save Email Template en_US, admin@carbon.super Delete Email Template en_US, \
         admin@carbon.super Delete Email Template Type , admin@carbon.super Add Email Template Type "
    );
}

#[test]
fn what_is_written_into_a_template_makes_one_mail_to_one_person_whatever_it_is() {
    let world = World::new(&[LINK]);
    let admin = world.admin();
    // Ends of lines, headers and messages as mail servers of all kinds understand them.
    for end in ["\r\n", "\n", "\r"] {
        let injected = format!("Hi{end}Bcc: evil@example.org{end}{end}<b>new body</b>");
        let body = format!(
            "Hello {{{{user-name}}}}{end}.{end}MAIL FROM:<evil@example.org>{end}RCPT TO:<evil@example.org>{end}DATA{end}\
             Subject: evil{end}.{end}the end"
        );
        let content_type = format!("text/plain{end}Bcc: evil@example.org");
        let fields = [
            ("body", body.as_str()),
            ("emailContentType", content_type.as_str()),
            ("footer", "the footer"),
            ("locale", "en_US"),
            ("subject", injected.as_str()),
            ("templateDisplayName", "AdminForcedPasswordReset"),
        ];
        save(&admin, &fields);
        admin.trigger(TOM);
        let mail = world.mail();
        assert_eq!(
            (mail.to.as_slice(), mail.from.as_str()),
            (&["tom@example.org".to_owned()][..], "noreply@example.org")
        );
        for name in ["Bcc", "Cc", "RCPT TO"] {
            assert_eq!(mail.header(name), None, "{end:?}");
        }
        assert!(
            mail.subject().starts_with("Hi") && mail.subject().ends_with("new body</b>"),
            "{}",
            mail.subject()
        );
        let text = mail.body();
        assert!(
            text.starts_with("Hello tom") && text.trim_end().ends_with("the footer"),
            "{end:?}: {text:?}"
        );
        assert!(text.contains("Subject: evil") && text.contains("the end"), "{end:?}: {text:?}");
        // It was one mail, and nothing of it was taken for a command.
        world.assert_no_mail();
        assert!(world.sink().waiting().is_empty());
    }
}
