use super::*;
use crate::store::{Store, scratch::Scratch};

use crate::domain::{TenantId, UserId};

const TENANT: i64 = 1;
const NOW: Now = Now(1_700_000_000_000);

fn actor() -> Actor {
    Actor { tenant: TenantId(TENANT), domain: "a".into(), user: UserId(7), name: "admin".into() }
}

/// Runs `work` in a tenant that has the shipped templates.
fn in_tenant(work: impl FnOnce(&mut Tx<'_>) -> Result<(), Problem> + Send + 'static) {
    let dir = Scratch::new();
    let store = Store::open(dir.path()).unwrap();
    store
        .write_blocking::<_, Problem>(|tx| {
            tx.execute(
                "INSERT INTO tenant (id, domain, active, created_at, admin_name) VALUES (1, 'a', 1, 0, 'admin')",
                &[],
            )?;
            refresh(tx, TENANT, shipped()).unwrap();
            work(tx)
        })
        .unwrap();
}

fn template(display: &str, locale: &str, subject: &str) -> Template {
    Template {
        display: display.into(),
        locale: locale.into(),
        content_type: "text/html".into(),
        subject: subject.into(),
        body: "body".into(),
        footer: "footer".into(),
    }
}

fn subject(tx: &mut Tx<'_>, key: &str, locale: Option<&str>) -> Option<String> {
    choose(tx, TENANT, key, locale, DEFAULT_LOCALE).unwrap().map(|found| found.subject)
}

#[test]
fn every_type_of_the_original_ships_with_its_placeholders() {
    const LINK: [&str; 4] = ["confirmation-code", "userstore-domain", "user-name", "tenant-domain"];
    for (display, placeholders) in [
        ("PasswordReset", &LINK[..]),
        ("EmailConfirm", &LINK),
        ("AccountIdRecovery", &LINK[1..]),
        ("AccountConfirmation", &LINK),
        ("ResendAccountConfirmation", &LINK),
        ("TemporaryPassword", &["user-name", "temporary-password"]),
        ("OneTimePassword", &["otp-password"]),
        ("AskPassword", &LINK),
        ("AdminForcedPasswordReset", &LINK),
        ("AdminForcedPasswordResetWithOTP", &["user-name", "confirmation-code"]),
        ("AccountUnLock", &["user-name"]),
        ("AccountLock", &["user-name"]),
        ("AccountEnable", &["user-name"]),
        ("AccountDisable", &["user-name"]),
        ("passwordResetSucess", &[]),
        ("initiateRecovery", &[]),
        ("idleAccountReminder", &[]),
    ] {
        let found = shipped().iter().find(|template| template.display == display).expect(display);
        let text = format!("{}{}{}", found.subject, found.body, found.footer);
        let names = crate::domain::placeholder::names(&text);
        assert!(placeholders.iter().all(|name| names.contains(name)), "{display}: {names:?}");
        assert!(names.contains(&"user.claim.givenname"), "{display}");
        assert!(
            !found.subject.contains('\n') && !found.subject.is_empty() && !found.footer.trim().is_empty()
        );
    }
    assert_eq!(shipped().len(), 17);
}

#[test]
fn the_link_of_a_forced_reset_is_the_only_one_in_its_mail_and_names_no_host() {
    let found = shipped().iter().find(|template| template.display == "AdminForcedPasswordReset").unwrap();
    assert_eq!(format!("{}{}", found.body, found.footer).matches("://").count(), 0);
    assert_eq!(format!("{}{}", found.body, found.footer).matches("{{carbon.product-url}}").count(), 1);
    assert!(found.body.contains(
        "{{carbon.product-url}}/accountrecoveryendpoint/confirmrecovery.do?confirmation={{confirmation-code}}\
         &userstoredomain={{userstore-domain}}&username={{url:user-name}}&tenantdomain={{tenant-domain}}\n"
    ));
}

// I96
#[test]
fn a_new_tenant_has_every_template() {
    in_tenant(|tx| {
        assert_eq!(types(tx, TENANT)?.len(), 17);
        assert_eq!(all(tx, TENANT)?.len(), 17);
        assert!(subject(tx, "adminforcedpasswordreset", None).is_some());
        assert!(subject(tx, "passwordresetsucess", None).is_some());
        Ok(())
    });
}

// K112
#[test]
fn an_edited_template_survives_a_restart_and_an_untouched_one_follows_the_file() {
    in_tenant(|tx| {
        save(tx, NOW, &actor(), &template("Account Lock", "en_US", "edited"))?;
        let file = [
            template("AccountLock", "en_US", "from the file"),
            template("AccountUnLock", "en_US", "from the file"),
        ];
        refresh(tx, TENANT, &file).unwrap();
        assert_eq!(subject(tx, "accountlock", None).unwrap(), "edited");
        assert_eq!(subject(tx, "accountunlock", None).unwrap(), "from the file");
        Ok(())
    });
}

#[test]
fn a_new_locale_in_the_file_is_added_to_an_existing_type() {
    in_tenant(|tx| {
        refresh(tx, TENANT, &[template("AccountLock", "fr_FR", "verrouillé")]).unwrap();
        assert_eq!(subject(tx, "accountlock", Some("fr_FR")).unwrap(), "verrouillé");
        Ok(())
    });
}

#[test]
fn a_deleted_template_stays_away_until_its_whole_type_is_gone() {
    in_tenant(|tx| {
        delete(tx, NOW, &actor(), "AccountLock", "en_US")?;
        refresh(tx, TENANT, shipped()).unwrap();
        assert_eq!(subject(tx, "accountlock", None), None);
        assert!(types(tx, TENANT)?.contains(&"AccountLock".to_owned()));
        assert!(matches!(delete(tx, NOW, &actor(), "AccountLock", "en_US"), Err(Problem::Missing(_))));
        delete_type(tx, NOW, &actor(), "AccountLock")?;
        refresh(tx, TENANT, shipped()).unwrap();
        assert!(subject(tx, "accountlock", None).is_some());
        Ok(())
    });
}

#[test]
fn adding_and_saving_are_the_same_upsert_and_make_the_type() {
    in_tenant(|tx| {
        save(tx, NOW, &actor(), &template("My Type", "en_US", "one"))?;
        save(tx, NOW, &actor(), &template("MYTYPE", "EN_us", "two"))?;
        let mine: Vec<Template> =
            all(tx, TENANT)?.into_iter().filter(|template| type_of(&template.display) == "mytype").collect();
        assert_eq!(mine, [template("MYTYPE", "EN_us", "two")]);
        assert!(types(tx, TENANT)?.contains(&"My Type".to_owned()), "the type keeps its first display name");
        assert!(matches!(add_type(tx, NOW, &actor(), "my type"), Err(Problem::TypeExists(_))));
        delete_type(tx, NOW, &actor(), "m y t y p e")?;
        assert_eq!(subject(tx, "mytype", None), None);
        assert!(matches!(delete_type(tx, NOW, &actor(), "my type"), Err(Problem::Missing(_))));
        Ok(())
    });
}

#[test]
fn what_cannot_be_a_template_is_refused() {
    in_tenant(|tx| {
        for name in ["", "  ", "|", "~!@"] {
            assert!(matches!(add_type(tx, NOW, &actor(), name), Err(Problem::BadName(_))), "{name}");
        }
        for name in ["My-Type", "a|b", "1 2"] {
            add_type(tx, NOW, &actor(), name)?;
        }
        assert!(matches!(save(tx, NOW, &actor(), &template("x", " ", "s")), Err(Problem::NoLocale)));
        let slashed = save(tx, NOW, &actor(), &template("x", "en/US", "s")).unwrap_err();
        assert_eq!(slashed.to_string(), "Locale contains invalid special characters : en/US");
        for locale in ["!!!", "//"] {
            let made_of_nothing = save(tx, NOW, &actor(), &template("x", locale, "s"));
            assert!(matches!(made_of_nothing, Err(Problem::NoLocale)), "{locale}");
        }
        assert!(matches!(save(tx, NOW, &actor(), &template("x", "en/US", " ")), Err(Problem::Incomplete)));
        assert!(matches!(save(tx, NOW, &actor(), &template("x", "en_US", " ")), Err(Problem::Incomplete)));
        assert!(matches!(delete(tx, NOW, &actor(), "AccountLock", ""), Err(Problem::NoLocale)));
        assert!(matches!(delete(tx, NOW, &actor(), " ", "en_US"), Err(Problem::BadName(_))));
        assert!(matches!(delete(tx, NOW, &actor(), "!!!", "en_US"), Err(Problem::Missing(_))));
        Ok(())
    });
}

// K110
#[test]
fn the_locale_falls_back_to_the_language_and_then_to_the_default() {
    in_tenant(|tx| {
        save(tx, NOW, &actor(), &template("AccountLock", "fr_FR", "français"))?;
        save(tx, NOW, &actor(), &template("AccountLock", "de", "deutsch"))?;
        let default = subject(tx, "accountlock", None);
        assert_eq!(subject(tx, "accountlock", Some("fr_FR")).unwrap(), "français");
        assert_eq!(subject(tx, "accountlock", Some("FR-fr")).unwrap(), "français");
        assert_eq!(subject(tx, "accountlock", Some("de_AT")).unwrap(), "deutsch");
        for town in ["Colombo, LK", "fr_CA", "fr_", "", "Bern", "f/../x", "en_US;x"] {
            assert_eq!(subject(tx, "accountlock", Some(town)), default, "{town}");
        }
        Ok(())
    });
}

#[test]
fn a_locale_written_as_browsers_do_is_the_one_that_java_writes_in_templates_and_in_claims() {
    in_tenant(|tx| {
        save(tx, NOW, &actor(), &template("AccountLock", "de-DE", "deutsch"))?;
        save(tx, NOW, &actor(), &template("AccountLock", "zh_Hans_CN", "中文"))?;
        save(tx, NOW, &actor(), &template("AccountLock", "de", "allgemein"))?;
        for (wanted, found) in [
            ("de-DE", "deutsch"),
            ("de_DE", "deutsch"),
            ("DE_de", "deutsch"),
            ("zh-Hans-CN", "中文"),
            ("zh_hans_cn", "中文"),
            ("de-AT", "allgemein"),
        ] {
            assert_eq!(subject(tx, "accountlock", Some(wanted)).unwrap(), found, "{wanted}");
        }
        // Where both are there, the one as it is written.
        save(tx, NOW, &actor(), &template("AccountLock", "de_DE", "unten"))?;
        assert_eq!(subject(tx, "accountlock", Some("de-DE")).unwrap(), "deutsch");
        assert_eq!(subject(tx, "accountlock", Some("de_DE")).unwrap(), "unten");
        Ok(())
    });
}
