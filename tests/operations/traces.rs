//! What a server leaves behind: the log, the audit trail, memory.

use crate::support::caller::{Caller, LOGIN, MAIL, OTP, TRIGGER};
use crate::support::installation::Installation;
use crate::support::smtp_sink::{Offer, SmtpSink};
use crate::support::visitor::Browser;
use crate::support::world::Link;

/// Everything secret of a walk through all three options, the log of it at its most talkative, and every file of the data
/// directory but those whose business secrets are.
// J105
#[test]
fn no_secret_ever_reaches_the_log_the_audit_trail_or_the_database() {
    let runtime = tokio::runtime::Runtime::new().unwrap();
    let account = Some(("mailer", "smtp secret"));
    let mut sink = runtime.block_on(SmtpSink::start(Offer { account, ..Offer::default() }));
    let mut installation = Installation::new(&["--config", "soapstone.toml"]);
    let settings = format!(
        "[mail]\nhost = \"localhost\"\nport = {}\nuser = \"mailer\"\npassword = \"smtp secret\"\nfrom = \"a@example.org\"\n",
        sink.port()
    );
    std::fs::write(installation.folder().join("soapstone.toml"), settings).unwrap();
    installation.log_at("trace");
    installation.run();
    let client = installation.client().clone();
    let admin = Caller::basic(&client, "admin", "admin");
    let mut published = None;
    let mut secrets: Vec<String> =
        vec!["smtp secret".into(), "Old@1234".into(), crate::support::client::basic("admin", "admin")];
    admin.add_user("tom", "Old@1234", &[(MAIL, "tom@example.org")]);
    admin.add_role("test role", &["tom"], &[LOGIN]);
    let mut browser = Browser::new(&client);
    browser.enter("tom", "Old@1234");
    secrets.push(browser.cookie("commonAuthId").unwrap().to_owned());
    Browser::new(&client).log_in("tom", "Mistyped@1");
    secrets.push("Mistyped@1".into());
    assert!(!Caller::basic(&client, "tom", "Mistyped@2").is_known());
    secrets.push("Mistyped@2".into());
    let page = browser.visit("/dashboard/password");
    let values =
        [("old-password", "Mistyped@3"), ("new-password", "Refused@1"), ("new-password2", "Refused@1")];
    browser.submit(&page, &page.form("passwordForm"), &values);
    secrets.extend(["Mistyped@3".into(), "Refused@1".into()]);
    let form = browser.visit("/dashboard/questions").form("questionsForm");
    let of = |name: &str| form.fields.iter().find(|(known, _)| known == name).unwrap().1.clone();
    let (csrf, once) = (of("csrf"), of("once"));
    let answered = [("question1", "City where you were born ?"), ("answer1", "an answer nobody guesses")];
    let sent = [&[("csrf", csrf.as_str()), ("once", once.as_str())][..], &answered].concat();
    assert!(browser.post(&form.action, &sent).location().ends_with("done=questions"));
    secrets.push("an answer nobody guesses".into());
    let session = admin.call("UserProfileMgtService", "isReadOnlyUserStore", "<mgt:isReadOnlyUserStore/>");
    secrets.push(session.cookie("JSESSIONID").unwrap());

    for (round, option) in ["RecoveryLink", "OTP", "Offline"].into_iter().enumerate() {
        let on = |name: &str| if name == option { "true" } else { "false" };
        let names =
            ["RecoveryLink", "OTP", "Offline"].map(|name| format!("Recovery.AdminPasswordReset.{name}"));
        let values: Vec<(&str, &str)> =
            names.iter().map(|name| (name.as_str(), on(name.rsplit('.').next().unwrap()))).collect();
        admin.configure(&values);
        admin.trigger("tom");
        let password = format!("Round@{round}23");
        let page = match option {
            "RecoveryLink" => {
                let link = Link::of(&runtime.block_on(sink.next()));
                secrets.push(link.code.clone());
                browser.visit(&link.address)
            }
            _ => {
                let code = if option == "OTP" {
                    let body = runtime.block_on(sink.next()).body();
                    body.split_once("One-time password: ")
                        .unwrap()
                        .1
                        .lines()
                        .next()
                        .unwrap()
                        .trim()
                        .to_owned()
                } else {
                    published = admin.single_claim("tom", OTP);
                    published.clone().unwrap()
                };
                secrets.push(code.clone());
                let answer = browser.log_in("tom", &code);
                browser.follow(&answer)
            }
        };
        assert!(browser.choose(&page, &password).text().contains("Updated the password successfully"));
        browser.enter("tom", &password);
        secrets.push(password);
    }
    assert!(installation.stop());
    let log = installation.log();
    assert!(log.contains("TRACE") && log.contains("answered"), "the log is as talkative as it gets");
    let database = rusqlite::Connection::open(installation.data().join("soapstone.db")).unwrap();
    let mut statement =
        database.prepare("SELECT initiator || action || target || data || result FROM audit").unwrap();
    let audit: Vec<String> = statement.query_map([], |row| row.get(0)).unwrap().map(Result::unwrap).collect();
    let files: Vec<std::path::PathBuf> =
        std::fs::read_dir(installation.data()).unwrap().map(|entry| entry.unwrap().path()).collect();
    let database = files.iter().filter(|path| path.to_str().unwrap().contains("soapstone.db"));
    let database: Vec<u8> = database.flat_map(|path| std::fs::read(path).unwrap()).collect();
    let holds = |text: &str| database.windows(text.len()).any(|part| part == text.as_bytes());
    assert!(holds("tom@example.org"), "what is no secret is found");
    for secret in &secrets {
        // That one is a claim until it is used, which clients of the original read.
        assert!(Some(secret) == published.as_ref() || !holds(secret), "the database holds {secret}");
        let line = log.lines().find(|line| line.contains(secret.as_str()));
        assert!(line.is_none(), "the log holds {secret}: {}", line.unwrap());
        assert!(audit.iter().all(|row| !row.contains(secret.as_str())), "the audit trail holds {secret}");
    }
}

/// The services store any policy, as the original does; one that cannot be read leaves the default in force.
#[test]
fn a_password_pattern_that_is_none_is_told_once() {
    let mut installation = Installation::start(&[]);
    let admin = Caller::basic(installation.client(), "admin", "admin");
    admin.configure(&[
        ("passwordPolicy.enable", "true"),
        ("passwordPolicy.pattern", r"^\p{javaUpperCase}\w+\h?$"),
    ]);
    admin.add_user("tom", "Old1234", &[]);
    admin.configure(&[("passwordPolicy.pattern", "^[A-Z$")]);
    for number in 0..3 {
        admin.set_password("tom", &format!("Ab@{number}12345"));
    }
    assert!(installation.stop());
    let log = installation.log();
    let told = log.lines().filter(|line| line.contains("this expression cannot be compiled"));
    let told: Vec<&str> = told.collect();
    assert!(
        matches!(told.as_slice(), [line] if line.contains("WARN") && line.contains("^[A-Z$")),
        "{told:?}"
    );
}

#[test]
fn every_change_of_an_administrator_leaves_a_row_and_the_originals_log_line() {
    let mut installation = Installation::start(&[]);
    let admin = Caller::basic(installation.client(), "admin", "admin");
    admin.add_user("tom", "Old@1234", &[(MAIL, "tom@example.org")]);
    admin.add_role("test role", &["tom"], &[LOGIN]);
    admin.configure(&[("Recovery.AdminPasswordReset.Offline", "true")]);
    admin.trigger("tom");
    admin.set_password("tom", "Second@12");
    admin.delete_user("tom");
    assert!(installation.stop());
    let database = rusqlite::Connection::open(installation.data().join("soapstone.db")).unwrap();
    let mut statement = database
        .prepare("SELECT action FROM audit WHERE initiator = 'admin@carbon.super' ORDER BY id")
        .unwrap();
    let actions: Vec<String> =
        statement.query_map([], |row| row.get(0)).unwrap().map(Result::unwrap).collect();
    let log = installation.log();
    for action in ["Add User", "Add Role", "Force Password Reset", "Delete User"] {
        assert!(actions.iter().any(|known| known == action), "{action} is not in {actions:?}");
        let line = format!("Initiator : admin@carbon.super | Action : {action} | Target : ");
        let found = log.lines().any(|logged| {
            logged.contains("AUDIT_LOG") && logged.contains(&line) && logged.contains("| Result : Success")
        });
        assert!(found, "no log line for {action}");
    }
    assert!(actions.len() >= 6, "every change is recorded: {actions:?}");
}

#[test]
fn a_change_and_the_request_that_made_it_have_the_same_id_in_the_log() {
    let mut installation = Installation::start(&[]);
    let admin = Caller::basic(installation.client(), "admin", "admin");
    admin.add_user("tom", "Old@1234", &[]);
    admin.add_role("test role", &["tom"], &[LOGIN]);
    admin.configure(&[("Recovery.AdminPasswordReset.Offline", "true")]);
    admin.trigger("tom");
    let mut browser = Browser::new(installation.client());
    let answer = browser.log_in("tom", &admin.single_claim("tom", OTP).unwrap());
    let page = browser.follow(&answer);
    assert!(browser.choose(&page, "Second@12").text().contains("Updated the password successfully"));
    assert!(installation.stop());
    let log = installation.log();
    let request = |line: &str| {
        let id = line.split_once("request{id=").unwrap_or_else(|| panic!("no id: {line}")).1;
        id.split([' ', '}']).next().unwrap().to_owned()
    };
    let line = |texts: &[&str]| {
        let found = log.lines().find(|line| texts.iter().all(|text| line.contains(text)));
        found.unwrap_or_else(|| panic!("{texts:?} are not in {log}"))
    };
    let audit = line(&["AUDIT_LOG", "Action : Add User | Target : tom"]);
    assert_eq!(request(audit), request(line(&["answered", "operation=\"addUser\""])));
    // What takes a hash is done on another thread.
    let audit = line(&["AUDIT_LOG", "Action : Complete Forced Password Reset"]);
    let answered = line(&["answered", "POST", "/accountrecoveryendpoint/completepasswordreset.do"]);
    assert_eq!(request(audit), request(answered));
}

#[test]
fn a_change_on_the_command_line_leaves_the_same_traces() {
    let installation = Installation::new(&[]);
    let mut said = String::new();
    let mut run = |arguments: &[&str], input: &str| {
        let output = installation.command_line(arguments, input);
        said += &String::from_utf8_lossy(&output.stderr);
        assert!(output.status.success(), "{arguments:?}: {said}");
        String::from_utf8(output.stdout).unwrap()
    };
    run(&["admin", "set-password", "--password-stdin"], "Better@123");
    run(&["tenant", "add", "Acme.example", "--admin", "chief", "--password-stdin"], "Acme@1234");
    run(&["tenant", "deactivate", "acme.example"], "");
    run(&["tenant", "activate", "acme.example"], "");
    for tenant in ["carbon.super", "acme.example"] {
        let of = ["--tenant", tenant];
        let set = ["governance", "set", "Recovery.AdminPasswordReset.RecoveryLink", "true"];
        run(&[&set[..], &of].concat(), "");
        let mail = format!("emailaddress=tom@{tenant}");
        let add = ["user", "add", "tom", "--password-stdin", "--claim", &mail];
        run(&[&add[..], &of].concat(), "Old@1234");
        run(&[&["claim", "set", "tom", TRIGGER, "true"][..], &of].concat(), "");
    }
    let list = run(&["mail", "list"], "");
    let id = |tenant: &str| {
        list.lines().find(|line| line.contains(tenant)).unwrap().split(' ').next().unwrap().to_owned()
    };
    run(&["mail", "retry", &id("tom@acme.example")], "");
    run(&["mail", "retry"], "");
    run(&["mail", "drop", &id("tom@carbon.super")], "");
    let database = rusqlite::Connection::open(installation.data().join("soapstone.db")).unwrap();
    let rows = |sql: &str| -> Vec<String> {
        let mut statement = database.prepare(sql).unwrap();
        statement.query_map([], |row| row.get(0)).unwrap().map(Result::unwrap).collect()
    };
    let written = rows("SELECT initiator || ' | ' || action || ' | ' || target || ' | ' || data FROM audit");
    for (tenant, action, target, data) in [
        ("carbon.super", "Add Tenant", "acme.example", "Admin : chief"),
        ("carbon.super", "Deactivate Tenant", "acme.example", ""),
        ("carbon.super", "Activate Tenant", "acme.example", ""),
        ("acme.example", "Retry Mail", "tom@acme.example", "AdminForcedPasswordReset"),
        ("carbon.super", "Retry Mails", "*", "Mails : 2"),
        ("carbon.super", "Drop Mail", "tom@carbon.super", "AdminForcedPasswordReset"),
    ] {
        let row = format!("wso2.system.user@{tenant} | {action} | {target} | {data}");
        assert!(written.iter().any(|written| written.eq_ignore_ascii_case(&row)), "{row}: {written:#?}");
        let line =
            format!("Initiator : wso2.system.user@{tenant} | Action : {action} | Target : {target} | ");
        assert!(said.contains(&line), "{line}: {said}");
    }
}

#[test]
fn who_signs_in_or_fails_to_is_in_the_audit_log_by_name_unless_the_name_is_nobodys() {
    let mut installation = Installation::start(&[]);
    let admin = Caller::basic(installation.client(), "admin", "admin");
    admin.add_user("tom", "Old@1234", &[]);
    let client = installation.client();
    let login = |user: &str, password: &str| {
        let payload = format!(
            "<a:login xmlns:a=\"http://authentication.services.core.carbon.wso2.org\"><a:username>{user}</a:username>\
             <a:password>{password}</a:password><a:remoteAddress>127.0.0.1</a:remoteAddress></a:login>"
        );
        client.soap("AuthenticationAdmin", "login", &payload, user, password)
    };
    login("admin", "admin");
    login("admin", "wrong");
    // Right, but he may not use the console.
    login("tom@carbon.super", "Old@1234");
    login("S3cret!typed-too-early", "x");
    let from = |headers: &[(&str, &str)], address: &str| {
        let payload = format!(
            "<a:login xmlns:a=\"http://authentication.services.core.carbon.wso2.org\"><a:username>admin</a:username>\
             <a:password>admin</a:password><a:remoteAddress>{address}</a:remoteAddress></a:login>"
        );
        Caller::anonymous(client).call_with("AuthenticationAdmin", "login", &payload, headers)
    };
    from(&[("X-Forwarded-For", "203.0.113.1")], "203.0.113.2");
    from(&[("X-Forwarded-For", "203.0.113.3, 10.0.0.1")], "");
    from(&[("X-Forwarded-For", "nowhere' logged in")], "");
    assert!(installation.stop());
    let log = installation.log();
    let lines: Vec<&str> =
        log.lines().filter(|line| line.contains("AUDIT_LOG") && line.contains("log")).collect();
    let told = |text: &str| {
        lines.iter().any(|line| line.contains(text) && line.contains("from IP address 127.0.0.1"))
    };
    assert!(told("'admin@carbon.super [-1234]' logged in at ["), "{lines:#?}");
    assert!(told("Failed Administrator login attempt 'admin[-1234]' at ["), "{lines:#?}");
    assert!(told("Failed Administrator login attempt 'tom[-1234]' at ["), "{lines:#?}");
    assert!(told("Failed Administrator login attempt '***' at ["), "{lines:#?}");
    let from =
        |address: &str| lines.iter().filter(|line| line.ends_with(&format!("address {address}"))).count();
    assert_eq!(["203.0.113.1", "203.0.113.2", "203.0.113.3"].map(from), [0, 1, 1], "{lines:#?}");
    assert!(!log.contains("nowhere'"), "what is no address is not logged as one");
    assert!(!log.contains("typed-too-early"), "a name of nobody may be somebody's password");
}

#[test]
fn what_clients_send_begins_no_line_of_its_own() {
    let mut installation = Installation::start(&[]);
    let admin = Caller::basic(installation.client(), "admin", "admin");
    admin.add_user("tom", "Old@1234", &[]);
    let payload = "<m:disableUserAccount xmlns:m=\"http://services.mgt.identity.carbon.wso2.org\"><m:userName>tom</m:userName>\
                   <m:notificationType>x&#10;INFO AUDIT_LOG: Initiator : admin@carbon.super | Action : FORGED</m:notificationType>\
                   </m:disableUserAccount>";
    let answer = admin.call("UserIdentityManagementAdminService", "disableUserAccount", payload);
    assert!(matches!(answer.status, 200 | 202), "{}", answer.text());
    assert!(installation.stop());
    let log = installation.log();
    assert!(log.lines().any(|line| line.contains("Disable") && line.contains("x INFO AUDIT_LOG")), "{log}");
    assert!(!log.lines().any(|line| line.starts_with("INFO AUDIT_LOG")), "{log}");
}

#[test]
fn why_somebody_was_not_let_in_is_told_to_who_asks_the_log_and_to_nobody_else() {
    let mut installation = Installation::start(&[]);
    let admin = Caller::basic(installation.client(), "admin", "admin");
    admin.add_user("tom", "Old@1234", &[]);
    let (on, most) = ("account.lock.handler.enable", "account.lock.handler.On.Failure.Max.Attempts");
    admin.configure(&[(on, "true"), (most, "2")]);
    for (user, password) in [("tom", "Wrong@1234"), ("nobody", "Old@1234")] {
        assert!(!Caller::basic(installation.client(), user, password).is_known());
        Browser::new(installation.client()).log_in(user, password);
    }
    assert!(installation.stop());
    let log = installation.log();
    let expected =
        [("tom[-1234]", "wrong_password", 1), ("tom[-1234]", "locked", 1), ("***", "unknown_user", 2)];
    for (user, reason, times) in expected {
        let told = |line: &&str| {
            let of = |text: &str| line.contains(text);
            of("request{id=") && of("a login was refused") && of(&format!("user={user} ")) && of(reason)
        };
        assert_eq!(log.lines().filter(told).count(), times, "{reason}: {log}");
    }
    let locked =
        |line: &str| line.contains("request{id=") && line.contains("an account was locked user=\"tom\"");
    assert!(log.lines().any(locked), "{log}");
    assert!(!log.contains("nobody"), "a name of nobody may be somebody's password");
}

/// Programs read one text whatever the reason was; who runs the server has to find it somewhere.
#[test]
fn what_fails_inside_is_in_the_log_though_clients_read_a_text_of_the_original() {
    let mut installation = Installation::new(&[]);
    installation.log_at("info");
    installation.run();
    let admin = Caller::basic(installation.client(), "admin", "admin");
    let database = rusqlite::Connection::open(installation.data().join("soapstone.db")).unwrap();
    database.busy_timeout(std::time::Duration::from_secs(10)).unwrap();
    database.execute_batch("DROP TABLE recovery_key").unwrap();
    let update = "<m:updatePassword xmlns:m=\"http://services.mgt.identity.carbon.wso2.org\"><m:username>admin</m:username>\
                  <m:confirmationCode>x</m:confirmationCode><m:newPassword>New@1234</m:newPassword></m:updatePassword>";
    let answer = admin.call("UserInformationRecoveryService", "updatePassword", update);
    let text = answer.text();
    assert!(text.contains("18013 Error while updating credential for user: admin"), "{text}");
    assert!(installation.stop());
    let log = installation.log();
    let told = |line: &str| line.contains("ERROR") && line.contains("no such table: recovery_key");
    assert!(log.lines().any(told), "{log}");
}

#[test]
fn who_has_nobody_to_read_his_log_serves_all_the_same() {
    let mut installation = Installation::new(&[]);
    installation.run_unheard();
    let admin = Caller::basic(installation.client(), "admin", "admin");
    admin.add_user("tom", "Old@1234", &[]);
    assert_eq!(admin.claim("tom", MAIL), None);
    assert!(installation.stop());
}

/// One of the sizes in `/proc/<pid>/status`, in KiB.
fn kib(pid: u32, name: &str) -> u64 {
    let status = std::fs::read_to_string(format!("/proc/{pid}/status")).unwrap();
    let line = status.lines().find_map(|line| line.strip_prefix(name)?.strip_prefix(':')).unwrap();
    line.split_whitespace().next().unwrap().parse().unwrap()
}

#[test]
fn memory_stays_small_after_hundreds_of_calls_and_logins() {
    let mut installation = Installation::new(&[]);
    installation.quiet();
    installation.run();
    let client = installation.client().clone();
    let admin = Caller::basic(&client, "admin", "admin");
    for number in 0..20 {
        admin.add_user(&format!("user{number}"), "Old@1234", &[(MAIL, "x@example.org")]);
    }
    std::thread::scope(|scope| {
        for _ in 0..4 {
            scope.spawn(|| {
                for number in 0..20 {
                    Caller::basic(&client, &format!("user{number}"), "Old@1234").is_known();
                    admin.claim(&format!("user{number}"), MAIL);
                }
            });
        }
    });
    // What it took for itself, and is not the program: no password hashing is left in it, 19 MiB each.
    let own = kib(installation.pid(), "RssAnon");
    assert!(own < 10 * 1024, "{own} KiB");
    // With the program, which is small when it is optimised.
    let all = kib(installation.pid(), "VmRSS");
    assert!(cfg!(debug_assertions) || all < 25 * 1024, "{all} KiB");
}
