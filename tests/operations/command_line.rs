//! The command line, beside a running server and alone.

use crate::support::caller::{Caller, GIVEN_NAME, LOCKED, OTP, TRIGGER};
use crate::support::installation::Installation;
use crate::support::smtp_sink::{Offer, SmtpSink};
use crate::support::visitor::Browser;
use std::process::{Output, Stdio};

const COMMANDS: [&[&str]; 30] = [
    &[],
    &["serve"],
    &["services"],
    &["user"],
    &["user", "add"],
    &["user", "list"],
    &["user", "set-password"],
    &["user", "delete"],
    &["store"],
    &["store", "add"],
    &["store", "list"],
    &["store", "disable"],
    &["store", "enable"],
    &["store", "delete"],
    &["role"],
    &["role", "add"],
    &["role", "list"],
    &["role", "assign"],
    &["claim"],
    &["claim", "get"],
    &["claim", "set"],
    &["governance"],
    &["governance", "get"],
    &["governance", "set"],
    &["admin"],
    &["admin", "set-password"],
    &["check-config"],
    &["healthcheck"],
    &["tenant"],
    &["mail"],
];

fn text(output: &Output) -> String {
    format!("{}{}", String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr))
}

#[test]
fn every_command_explains_itself() {
    let installation = Installation::new(&[]);
    for command in COMMANDS {
        let output = installation.command_line(&[command, &["--help"]].concat(), "");
        assert!(output.status.success(), "{command:?}");
        let help = text(&output);
        assert!(help.contains("Usage: soapstone"), "{command:?}: {help}");
        for flag in ["--data-dir", "--config"] {
            assert!(help.contains(flag), "{command:?} does not say {flag}");
        }
    }
    let serve = text(&installation.command_line(&["serve", "--help"], ""));
    for flag in ["--bind", "--https-port", "--http-port"] {
        assert!(serve.contains(flag), "{flag}");
    }
    assert!(!installation.data().exists(), "help makes no data directory");
}

#[test]
fn what_xml_cannot_say_is_left_out_of_answers_instead_of_breaking_them() {
    let installation = Installation::start(&[]);
    let admin = Caller::basic(installation.client(), "admin", "admin");
    let given = "givenname=To\u{1}m\u{ffff} <\u{1b}[31mred>";
    installation.must(&["user", "add", "tom", "--password-stdin", "--claim", given], "Old@1234\n");
    let shown = "Tom <[31mred>";
    assert_eq!(admin.claim("tom", GIVEN_NAME).as_deref(), Some(shown));
    let profile = "<mgt:getUserProfile><mgt:username>tom</mgt:username><mgt:profileName>default</mgt:profileName></mgt:getUserProfile>";
    let profile = admin.results("UserProfileMgtService", "getUserProfile", profile).remove(0);
    let fields = profile.all("fieldValues");
    assert!(fields.iter().any(|field| field.value("fieldValue") == Some(shown)), "{fields:?}");
}

#[test]
fn user_stores_are_made_taken_out_of_use_and_removed() {
    let installation = Installation::start(&[]);
    let client = installation.client();
    let run = |arguments: &[&str], input: &str| installation.must(arguments, input);
    let refused = |arguments: &[&str]| {
        let output = installation.command_line(arguments, "");
        assert!(!output.status.success(), "{arguments:?}: {}", text(&output));
        text(&output)
    };

    run(&["store", "add", "sales"], "");
    run(&["store", "add", "empty"], "");
    assert_eq!(run(&["store", "list"], ""), "SALES\nEMPTY\n");
    assert!(refused(&["store", "add", "Sales"]).contains("User store already exists"));
    assert!(refused(&["store", "add", "a/b"]).contains("Provided domain name : 'a/b' is invalid."));
    run(&["user", "add", "SALES/sue", "--password-stdin"], "Old@1234\n");
    run(&["role", "add", "Internal/sellers", "--permission", "/permission/admin/login"], "");
    run(&["role", "assign", "SALES/sue", "Internal/sellers"], "");
    let mut browser = Browser::new(client);
    browser.enter("SALES/sue", "Old@1234");
    assert!(browser.is_signed_in());

    run(&["store", "disable", "sales"], "");
    assert_eq!(run(&["store", "list"], ""), "SALES (disabled)\nEMPTY\n");
    assert!(!browser.is_signed_in());
    assert!(!Caller::basic(client, "SALES/sue", "Old@1234").is_known());
    run(&["store", "enable", "sales"], "");
    assert!(Caller::basic(client, "SALES/sue", "Old@1234").is_known());
    assert!(!browser.is_signed_in(), "what ended does not come back");

    assert!(refused(&["store", "delete", "sales"]).contains("It still holds users or roles"));
    run(&["store", "delete", "empty"], "");
    run(&["user", "delete", "SALES/sue"], "");
    run(&["store", "delete", "sales"], "");
    assert_eq!(run(&["store", "list"], ""), "");
    assert!(refused(&["store", "disable", "sales"]).contains("sales does not exist"));
}

#[test]
fn everything_can_be_changed_while_the_server_runs_and_counts_at_once() {
    let installation = Installation::start(&[]);
    let client = installation.client();
    let admin = Caller::basic(client, "admin", "admin");
    let run = |arguments: &[&str], input: &str| installation.must(arguments, input);

    run(&["user", "add", "tom", "--password-stdin", "--claim", "emailaddress=tom@example.org"], "Old@1234\n");
    run(&["role", "add", "test role", "--permission", "/permission/admin/login"], "");
    run(&["role", "assign", "tom", "test role"], "");
    Browser::new(client).enter("tom", "Old@1234");
    assert_eq!(admin.claim("tom", "http://wso2.org/claims/emailaddress").as_deref(), Some("tom@example.org"));
    assert!(run(&["user", "list"], "").lines().any(|line| line == "tom"));
    assert_eq!(run(&["user", "list", "t*"], ""), "tom\n");
    assert!(run(&["role", "list", "--user", "tom"], "").contains("test role"));

    run(&["user", "set-password", "tom", "--password-stdin"], "Second@12");
    assert!(!Caller::basic(client, "tom", "Old@1234").is_known());
    assert!(Caller::basic(client, "tom", "Second@12").is_known());

    // The claim is set, and the reset forced, through the same rules.
    run(&["governance", "set", "Recovery.AdminPasswordReset.Offline", "true"], "");
    assert!(run(&["governance", "get"], "").contains("Recovery.AdminPasswordReset.Offline = true"));
    run(&["claim", "set", "tom", "givenname", "Thomas"], "");
    assert_eq!(admin.claim("tom", "http://wso2.org/claims/givenname").as_deref(), Some("Thomas"));
    run(&["claim", "set", "tom", TRIGGER, "true"], "");
    assert_eq!(admin.claim("tom", LOCKED).as_deref(), Some("true"));
    let shown = run(&["claim", "get", "tom", "oneTimePassword"], "");
    let code = shown.trim().rsplit(' ').next().unwrap().to_owned();
    assert_eq!(admin.single_claim("tom", OTP).as_deref(), Some(code.as_str()));
    assert!(!Caller::basic(client, "tom", "Second@12").is_known());
    run(&["user", "set-password", "tom", "--password-stdin"], "Third@123");
    Browser::new(client).enter("tom", "Third@123");

    run(&["user", "delete", "tom"], "");
    assert!(!Caller::basic(client, "tom", "Third@123").is_known());

    run(&["admin", "set-password", "--password-stdin"], "Better@123");
    assert!(!admin.is_known());
    let admin = Caller::basic(client, "admin", "Better@123");
    assert!(admin.is_known());

    // Whoever shut himself out gets in by it.
    run(&["claim", "set", "admin", "http://wso2.org/claims/identity/accountDisabled", "true"], "");
    assert!(!admin.is_known());
    let said = run(&["admin", "set-password", "--password-stdin"], "Better@124");
    assert!(said.contains("admin was locked or disabled and is let in again"), "{said}");
    let admin = Caller::basic(client, "admin", "Better@124");
    assert!(admin.is_known());
    assert!(!run(&["admin", "set-password", "--password-stdin"], "Better@125").contains("let in again"));
}

#[test]
fn an_installation_can_be_filled_before_its_first_start() {
    let mut installation = Installation::new(&[]);
    installation.must(&["admin", "set-password", "--password-stdin"], "Better@123");
    installation.must(&["user", "add", "tom", "--password-stdin"], "Old@1234");
    installation
        .must(&["role", "add", "test role", "--user", "tom", "--permission", "/permission/admin/login"], "");
    installation.run();
    assert!(Caller::basic(installation.client(), "admin", "Better@123").is_known());
    assert!(!Caller::basic(installation.client(), "admin", "admin").is_known());
    Browser::new(installation.client()).enter("tom", "Old@1234");
}

#[test]
fn what_cannot_be_done_is_said_and_ends_with_a_failure() {
    let installation = Installation::new(&[]);
    installation.must(&["admin", "set-password", "--password-stdin"], "Better@123");
    installation.must(&["user", "add", "tom", "--password-stdin"], "Old@1234");
    let cases: [(&[&str], &str, &str); 20] = [
        (&["user", "add", "tom", "--password-stdin"], "Old@1234", "already exists"),
        (&["user", "add", "x", "--password-stdin"], "Old@1234", "x"),
        (&["user", "add", "zoe", "--password-stdin"], "a b", "Credential"),
        (&["user", "add", "zoe"], "", "--password-stdin"),
        (&["user", "add", "zoe", "--password-stdin", "--claim", "nothing"], "Old@1234", "CLAIM=VALUE"),
        (&["user", "set-password", "nobody", "--password-stdin"], "Old@1234", "nobody"),
        (&["user", "delete", "admin"], "", "admin"),
        (&["role", "assign", "tom", "no such role"], "", "no such role"),
        (&["claim", "set", "nobody", "givenname", "x"], "", "nobody"),
        (&["governance", "set", "No.Such.Policy", "true"], "", "No.Such.Policy"),
        (
            &["governance", "set", "Recovery.AdminPasswordReset.OTP", "ture"],
            "",
            "\"ture\" is not true or false",
        ),
        (&["governance", "set", "account.lock.handler.Time", "5m"], "", "\"5m\" is not a whole number"),
        (&["governance", "set", "passwordPolicy.pattern", "["], "", "\"[\" is not a Java expression"),
        (&["user", "list", "--tenant", "no.example"], "", "no.example"),
        (
            &["claim", "get", "tom", "givenname", "nosuch"],
            "",
            "there is no claim http://wso2.org/claims/nosuch",
        ),
        (&["claim", "set", "tom", "urn:nosuch://x", "x"], "", "there is no claim urn:nosuch://x"),
        (&["mail", "list", "--state", "waiting"], "", "queued, sent, failed, dropped"),
        (&["mail", "retry", "4711"], "", "There is no such mail."),
        (&["tenant", "add", "acme.example", "--password", ""], "", "the password is empty"),
        (&["tenant", "add", "acme.example", "--password-stdin"], "\n", "the password is empty"),
    ];
    for (arguments, input, named) in cases {
        let output = installation.command_line(arguments, input);
        assert!(!output.status.success(), "{arguments:?} ended well");
        let error = String::from_utf8_lossy(&output.stderr).into_owned();
        assert!(error.contains(named) && error.starts_with("error: "), "{arguments:?}: {error}");
        assert!(output.stdout.is_empty(), "{arguments:?}");
    }
    assert_eq!(installation.must(&["tenant", "list"], ""), "carbon.super\n");
}

#[test]
fn a_password_can_come_from_the_environment() {
    let installation = Installation::new(&[]);
    installation.must(&["admin", "set-password", "--password-stdin"], "Better@123");
    let output = installation
        .command()
        .args(["user", "add", "tom"])
        .env("SOAPSTONE_PASSWORD", "Old@1234")
        .stdin(Stdio::null())
        .output()
        .unwrap();
    assert!(output.status.success(), "{}", text(&output));
    assert!(!text(&output).contains("Old@1234"));
    let help = text(
        &installation
            .command()
            .args(["user", "add", "--help"])
            .env("SOAPSTONE_PASSWORD", "Old@1234")
            .output()
            .unwrap(),
    );
    assert!(!help.contains("Old@1234"), "help shows no secret of the environment");
}

#[test]
fn the_list_of_services_is_the_originals() {
    let installation = Installation::new(&[]);
    let list = installation.must(&["services"], "");
    let mut lines = list.lines();
    assert_eq!(lines.next(), Some("Admin services deployed on this server:"));
    for (number, line) in (1..).zip(lines.clone()) {
        let name = line.split(", ").nth(1).unwrap();
        assert_eq!(line, format!("{number}. {name}, {name}, https://localhost:9443/services/{name}/ "));
    }
    for service in [
        "UserProfileMgtService",
        "IdentityGovernanceAdminService",
        "RemoteUserStoreManagerService",
        "IdentityProviderMgtService",
    ] {
        assert!(list.contains(&format!(" {service}, ")), "{service}");
    }
}

#[test]
fn mails_that_wait_can_be_listed_retried_and_dropped() {
    let installation = Installation::new(&["--config", "soapstone.toml"]);
    std::fs::write(
        installation.folder().join("soapstone.toml"),
        // Nobody listens there.
        "[mail]\nhost = \"127.0.0.1\"\nport = 1\n",
    )
    .unwrap();
    let run = |arguments: &[&str], input: &str| installation.must(arguments, input);
    run(&["admin", "set-password", "--password-stdin"], "Better@123");
    run(&["governance", "set", "Recovery.AdminPasswordReset.RecoveryLink", "true"], "");
    for name in ["tom", "zoe"] {
        run(
            &[
                "user",
                "add",
                name,
                "--password-stdin",
                "--claim",
                &format!("emailaddress={name}@example.org"),
            ],
            "Old@1234",
        );
        run(&["claim", "set", name, TRIGGER, "true"], "");
    }
    let list = run(&["mail", "list"], "");
    assert!(list.contains("tom@example.org") && list.contains("zoe@example.org"), "{list}");
    assert!(list.lines().all(|line| line.contains("queued")) && !list.contains("confirmation="), "{list}");
    let id = list.lines().find(|line| line.contains("tom@")).unwrap().split(' ').next().unwrap();
    run(&["mail", "drop", id], "");
    assert!(!installation.command_line(&["mail", "drop", "4711"], "").status.success());
    assert!(!run(&["mail", "list", "--state", "queued"], "").contains("tom@"), "dropped");
    run(&["mail", "retry"], "");
    // One that a mail server refused is sent again by its number, or with all others of its kind.
    let zoe = list.lines().find(|line| line.contains("zoe@")).unwrap().split(' ').next().unwrap();
    let refuse = || {
        let database = rusqlite::Connection::open(installation.data().join("soapstone.db")).unwrap();
        assert_eq!(database.execute("UPDATE outbox SET state = 'failed' WHERE id = ?1", [zoe]).unwrap(), 1);
    };
    for again in [&["mail", "retry", zoe][..], &["mail", "retry", "--failed"]] {
        refuse();
        assert!(run(&["mail", "retry"], "").contains("0 mails are due now"), "only on request");
        assert!(run(again, "").contains("1 mails are due now"));
        assert!(run(&["mail", "list", "--state", "queued"], "").contains("zoe@"));
    }
    // But never with a code that is no longer good.
    refuse();
    run(&["claim", "set", "zoe", TRIGGER, "false"], "");
    let refused = installation.command_line(&["mail", "retry", zoe], "");
    assert!(!refused.status.success() && text(&refused).contains("cannot be sent"), "{}", text(&refused));
    assert!(!installation.command_line(&["mail", "retry", zoe, "--failed"], "").status.success());
}

/// The services store them without a word, as the original does.
#[test]
fn claims_that_do_not_do_what_they_say_are_stored_with_a_hint() {
    let installation = Installation::new(&[]);
    let run = |arguments: &[&str], input: &str| {
        let output = installation.command_line(arguments, input);
        assert!(output.status.success(), "{arguments:?}: {}", text(&output));
        text(&output)
    };
    let add = |name: &str, claim: &str| {
        run(&["user", "add", name, "--password-stdin", "--claim", claim], "Old@1234")
    };
    installation.must(&["admin", "set-password", "--password-stdin"], "Admin@1234");
    assert!(add("ann", "identity/askPassword=true").contains("EmailVerification.Enable true"));
    assert!(add("bob", "identity/adminForcedPasswordReset=true").contains("once the user is there"));
    assert!(add("cid", "identity/accountLocked=true").contains("keeps nobody out"));
    let lock = || run(&["claim", "set", "ann", "identity/accountLocked", "true"], "");
    assert!(lock().contains("account.lock.handler.enable true"));
    run(&["governance", "set", "account.lock.handler.enable", "true"], "");
    assert!(!lock().contains("keeps nobody out"));
    assert!(!run(&["governance", "set", "EmailVerification.Enable", "true"], "").contains("does not act"));
    assert!(
        run(&["governance", "set", "SelfRegistration.Enable", "true"], "").contains("does not act on it")
    );
    let reachable = ["--claim", "emailaddress=dan@example.org", "--claim", "identity/askPassword=true"];
    let added = run(&[&["user", "add", "dan", "--password-stdin"][..], &reachable].concat(), "Old@1234");
    assert!(added.starts_with("added dan\n") && !added.contains("this mails"), "{added}");
    assert!(run(&["mail", "list"], "").contains("dan@example.org"));
}

/// The command knows nothing of the flags that the server was started with.
#[test]
fn a_reset_that_a_command_forces_mails_a_link_to_the_server_that_runs() {
    let runtime = tokio::runtime::Runtime::new().unwrap();
    let mut sink = runtime.block_on(SmtpSink::start(Offer::default()));
    let flags = ["--config", "soapstone.toml", "--public-url", "https://login.example.org"];
    let mut installation = Installation::new(&flags);
    let mail = format!("[mail]\nhost = \"localhost\"\nport = {}\nfrom = \"a@example.org\"\n", sink.port());
    std::fs::write(installation.folder().join("soapstone.toml"), mail).unwrap();
    installation.run();
    let run = |arguments: &[&str], input: &str| installation.command_line(arguments, input);
    let claim = ["--claim", "emailaddress=tom@example.org"];
    assert!(
        run(&[&["user", "add", "tom", "--password-stdin"][..], &claim].concat(), "Old@1234").status.success()
    );
    let forced = run(&["claim", "set", "tom", TRIGGER, "true"], "");
    assert!(
        text(&forced).contains("forces no reset") && text(&forced).contains("governance set"),
        "{}",
        text(&forced)
    );
    run(&["governance", "set", "Recovery.AdminPasswordReset.RecoveryLink", "true"], "");
    let forced = run(&["claim", "set", "tom", TRIGGER, "true"], "");
    assert!(!text(&forced).contains("forces no reset"), "{}", text(&forced));
    let link = runtime.block_on(sink.next()).body();
    assert!(link.contains("https://login.example.org/accountrecoveryendpoint/confirmrecovery.do"), "{link}");
    // A server that has stopped may be started with others.
    assert!(installation.stop());
    installation.command_line(&["claim", "set", "tom", TRIGGER, "true"], "");
    installation.run();
    let link = runtime.block_on(sink.next()).body();
    assert!(link.contains("https://localhost:9443/accountrecoveryendpoint/confirmrecovery.do"), "{link}");
}

/// It would go on with what it knows of the tables.
#[test]
fn a_newer_program_leaves_the_database_alone_while_an_older_server_runs() {
    let mut installation = Installation::start(&[]);
    let database = rusqlite::Connection::open(installation.data().join("soapstone.db")).unwrap();
    let version = || database.query_row("PRAGMA user_version", [], |row| row.get::<_, i64>(0)).unwrap();
    let (now, before) = (version(), version() - 1);
    // The last migration is a column.
    database
        .execute_batch(&format!(
            "ALTER TABLE recovery DROP COLUMN expired_at; PRAGMA user_version = {before}"
        ))
        .unwrap();
    let refused = installation.command_line(&["user", "list"], "");
    let said = text(&refused);
    assert!(!refused.status.success() && said.contains("an older soapstone server runs"), "{said}");
    assert_eq!(version(), before);
    assert!(installation.stop());
    assert!(installation.must(&["user", "list"], "").contains("admin"));
    assert_eq!(version(), now);
    assert!(installation.data().join(format!("soapstone.db.v{before}.bak")).exists());
}

#[test]
fn a_list_of_mails_that_is_cut_says_so() {
    let installation = Installation::new(&[]);
    installation.must(&["admin", "set-password", "--password-stdin"], "Better@123");
    let database = rusqlite::Connection::open(installation.data().join("soapstone.db")).unwrap();
    let insert = |from: u32, to: u32| {
        let mails = "WITH RECURSIVE number(n) AS (SELECT ?1 UNION ALL SELECT n + 1 FROM number WHERE n < ?2) \
                     INSERT INTO outbox (tenant_id, template, recipient, subject, body, state, due_at, created_at, content_type, message_id) \
                     SELECT -1234, 'Test', n || '@example.org', '', '', 'sent', 0, 0, '', '' FROM number";
        database.execute(mails, [from, to]).unwrap();
    };
    let list = || installation.command_line(&["mail", "list"], "");
    insert(1, 1000);
    let all = list();
    assert_eq!(String::from_utf8_lossy(&all.stdout).lines().count(), 1000);
    assert!(all.stderr.is_empty(), "{}", text(&all));
    insert(1001, 1001);
    let cut = list();
    let (shown, said) = (String::from_utf8_lossy(&cut.stdout), String::from_utf8_lossy(&cut.stderr));
    assert!(
        shown.lines().count() == 1000
            && shown.contains(" 1001@example.org")
            && !shown.contains(" 1@example.org")
    );
    assert!(said.contains("there are more") && said.contains("--state"), "{said}");
}

#[test]
fn a_second_server_on_the_same_data_says_so_and_leaves_the_first_alone() {
    let installation = Installation::start(&[]);
    let output = installation.command_line(&["--https-port", "0", "--http-port", "0"], "");
    assert!(!output.status.success());
    let error = text(&output);
    assert!(error.contains("data") && error.contains("another"), "{error}");
    assert!(Caller::basic(installation.client(), "admin", "admin").is_known());
}
