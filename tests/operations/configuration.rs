//! Settings: where they come from, who wins, and what is said about mistakes.

use crate::support::installation::{Installation, Watch};
use std::io::{BufRead as _, BufReader};
use std::process::{Output, Stdio};

fn error(output: &Output) -> String {
    assert!(!output.status.success(), "{}", String::from_utf8_lossy(&output.stdout));
    String::from_utf8_lossy(&output.stderr).into_owned()
}

#[test]
fn every_mistake_is_named_with_its_place_and_a_hint() {
    let installation = Installation::new(&[]);
    let file = installation.folder().join("own.toml");
    let cases = [
        ("https_port = 1\nhttps_prot = 9\n", "own.toml:2:1: unknown field `https_prot`"),
        ("https_port = \"x\"\n", "own.toml:1:14: invalid type"),
        ("\n\nhost_name = [\n", "own.toml:"),
        ("bind = \"300.1.1.1\"\n", "own.toml:1:8: invalid IP address"),
        ("[mail]\nprot = 25\n", "own.toml:2:1: unknown field `prot`"),
        ("tls_key = \"key.pem\"\n", "tls_certificate"),
        ("otp_length = 3\n", "otp_length"),
        ("wrong_code_limit = 0\n", "wrong_code_limit"),
        ("public_url = \"is.example.org\"\n", "public_url"),
        ("[mail]\ntransport = \"smtp\"\n", "mail.host"),
        ("\npassword_pattern = '['\n", "own.toml:2: password_pattern: \"[\" is no expression"),
        ("username_pattern = '(a'\n", "own.toml:1: username_pattern: "),
        ("[mail]\ntransport = \"pigeon\"\n", "own.toml:2:"),
    ];
    for (text, place) in cases {
        std::fs::write(&file, text).unwrap();
        for command in [&["check-config"][..], &["--https-port", "0", "--http-port", "0"]] {
            let arguments = [&["--config", "own.toml"], command].concat();
            let output = installation.command_line(&arguments, "");
            let said = error(&output);
            assert!(said.contains(place) && said.contains("hint: "), "{text:?}: {said}");
            assert!(said.starts_with("error: "), "nothing else is said: {said}");
            assert_eq!(output.status.code(), Some(2), "{text:?}");
        }
    }
    let missing = error(&installation.command_line(&["--config", "missing.toml", "check-config"], ""));
    assert!(missing.contains("missing.toml") && missing.contains("hint: "), "{missing}");
    assert!(!installation.data().exists(), "a server with a mistake touches nothing");
}

#[test]
fn a_new_tenant_begins_with_the_policies_of_identity_event_properties() {
    let installation = Installation::new(&[]);
    let conf = installation.folder().join("conf/identity");
    std::fs::create_dir_all(&conf).unwrap();
    let file = conf.join("identity-event.properties");
    let command = |arguments: &[&str], input: &str| {
        let output = installation.command_line(&[&["--config-dir", "conf"], arguments].concat(), input);
        assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
        String::from_utf8_lossy(&output.stdout).into_owned()
    };
    std::fs::write(&file, "passwordPolicy.pattern=[\n").unwrap();
    let said = error(&installation.command_line(&["--config-dir", "conf", "check-config"], ""));
    assert!(
        said.contains("identity-event.properties:1: \"[\" is no expression") && said.contains("hint: "),
        "{said}"
    );
    let locks = "account.lock.handler.enable";
    let names = [locks, "account.lock.handler.Time", "passwordPolicy.min.length"];
    let of = |tenant| command(&[&["governance", "get", "--tenant", tenant][..], &names].concat(), "");
    let text = format!("{locks}=true\naccount.lock.handler.Time=20\n");
    std::fs::write(&file, text).unwrap();
    command(&["admin", "set-password", "--password-stdin"], "Admin@1234");
    let expected = format!("{locks} = true\naccount.lock.handler.Time = 20\npasswordPolicy.min.length = 6\n");
    assert_eq!(of("carbon.super"), expected);
    std::fs::write(&file, format!("{locks}=false\n")).unwrap();
    assert_eq!(of("carbon.super"), expected, "a tenant that is there has its own");
    command(&["tenant", "add", "acme.example", "--password-stdin"], "Admin@1234");
    assert!(of("acme.example").starts_with(&format!("{locks} = false\naccount.lock.handler.Time = 5\n")));
}

#[test]
fn mistakes_in_environment_and_files_of_the_original_are_named_too() {
    let installation = Installation::new(&[]);
    let output =
        installation.command().arg("check-config").env("SOAPSTONE_HTTPS_PORT", "many").output().unwrap();
    let said = error(&output);
    assert!(
        said.contains("SOAPSTONE_HTTPS_PORT") && said.contains("many") && said.contains("hint: "),
        "{said}"
    );

    let conf = installation.folder().join("conf");
    std::fs::create_dir(&conf).unwrap();
    for (name, root) in [
        ("carbon.xml", "Server"),
        ("output-event-adapters.xml", "outputEventAdaptersConfig"),
        ("email-admin-config.xml", "configurations"),
        ("user-mgt.xml", "UserManager"),
        ("identity.xml", "Server"),
    ] {
        let text = format!("<?xml version=\"1.0\"?>\n<{root}>\n  <b>\n</{root}>\n");
        std::fs::write(conf.join(name), text).unwrap();
        let said = error(&installation.command_line(&["--config-dir", "conf", "check-config"], ""));
        assert!(said.contains(&format!("{name}:4")) && said.contains("hint: "), "{said}");
        std::fs::remove_file(conf.join(name)).unwrap();
    }
    let store = "<UserManager><Realm><UserStoreManager>\n<Property name=\"UsernameJavaRegEx\">(a</Property>\n\
                 </UserStoreManager></Realm></UserManager>";
    std::fs::write(conf.join("user-mgt.xml"), store).unwrap();
    let said = error(&installation.command_line(&["--config-dir", "conf", "check-config"], ""));
    let expected = "user-mgt.xml:2: UsernameJavaRegEx: username_pattern: \"(a\" is no expression";
    assert!(said.contains(expected) && said.contains("hint: "), "{said}");
}

#[test]
fn what_a_start_would_refuse_is_refused_by_the_check_too() {
    let installation = Installation::new(&[]);
    let own = installation.folder().join("own.toml");
    let check = |text: &str| {
        std::fs::write(&own, text).unwrap();
        installation.command_line(&["--config", "own.toml", "check-config"], "")
    };
    std::fs::write(installation.folder().join("none.pem"), "nothing\n").unwrap();
    for (text, named) in [
        ("bind = \"0.0.0.0\"\n", "SOAPSTONE_ADMIN_PASSWORD"),
        ("tls_certificate = \"no.pem\"\ntls_key = \"no.key\"\n", "own.toml:1: tls_certificate: no.pem: "),
        ("tls_certificate = \"none.pem\"\ntls_key = \"none.pem\"\n", "none.pem"),
        ("[mail]\nhost = \"mail.example.org\"\nfrom = \"nobody\"\n", "own.toml:3: mail.from"),
        (
            "[mail]\nhost = \"m\"\ntrusted_certificates = \"no.pem\"\n",
            "own.toml:3: mail.trusted_certificates: no.pem: ",
        ),
    ] {
        let said = error(&check(text));
        assert!(said.contains(named), "{text:?}: {said}");
    }
    let templates = installation.data().join("templates");
    std::fs::create_dir_all(&templates).unwrap();
    std::fs::write(templates.join("login.html"), "{{ foo ").unwrap();
    let said = error(&check(""));
    assert!(said.contains("templates") && said.contains("login.html"), "{said}");
    std::fs::write(templates.join("login.html"), "{{ foo }}").unwrap();
    let good = check("bind = \"0.0.0.0\"\nadmin_password = \"Better@123\"\n");
    assert!(good.status.success(), "{}", String::from_utf8_lossy(&good.stderr));
    assert!(!installation.data().join("soapstone.db").exists(), "a check makes nothing");
}

#[test]
fn a_service_that_is_not_there_is_missed_where_it_is_named() {
    let installation = Installation::new(&[]);
    let own = installation.folder().join("own.toml");
    std::fs::write(&own, "http_admin_services = [\"UserAdmin\", \"UserAdmn\"]\n").unwrap();
    let said = installation.must(&["--config", "own.toml", "check-config"], "");
    let warning = "warning: own.toml:1: http_admin_services: there is no service UserAdmn";
    assert_eq!(
        said.lines().filter(|line| line.contains("there is no service")).collect::<Vec<_>>(),
        [warning]
    );
}

#[test]
fn flags_win_over_the_environment_and_that_over_files() {
    let installation = Installation::new(&[]);
    let conf = installation.folder().join("conf");
    std::fs::create_dir(&conf).unwrap();
    std::fs::write(
        conf.join("carbon.xml"),
        "<Server><HostName>carbon.example</HostName><Ports><Offset>5</Offset></Ports></Server>",
    )
    .unwrap();
    let shown = |toml: &str, variable: Option<&str>, flag: Option<&str>| {
        std::fs::write(installation.folder().join("own.toml"), toml).unwrap();
        let mut command = installation.command();
        command.args(["--config-dir", "conf", "--config", "own.toml"]);
        if let Some(value) = variable {
            command.env("SOAPSTONE_HTTPS_PORT", value);
        }
        command.args(flag.iter().flat_map(|value| ["--https-port", value]));
        let output = command.arg("check-config").output().unwrap();
        assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
        let text = String::from_utf8(output.stdout).unwrap();
        let line = text.lines().find(|line| line.trim().starts_with("https_port")).unwrap().to_owned();
        line.trim().trim_end_matches(',').to_owned()
    };
    assert_eq!(shown("", None, None), "https_port: 9448", "the offset of carbon.xml");
    assert_eq!(shown("https_port = 1001\n", None, None), "https_port: 1001");
    assert_eq!(shown("https_port = 1001\n", Some("1002"), None), "https_port: 1002");
    assert_eq!(shown("https_port = 1001\n", Some("1002"), Some("1003")), "https_port: 1003");
}

#[test]
fn the_printed_defaults_are_a_file_that_changes_nothing() {
    let installation = Installation::new(&[]);
    let defaults = installation.must(&["check-config", "--print-defaults"], "");
    std::fs::write(installation.folder().join("own.toml"), &defaults).unwrap();
    let settings = |arguments: &[&str]| {
        let text = installation.must(arguments, "");
        text[text.find("Settings {").unwrap()..].to_owned()
    };
    assert_eq!(settings(&["--config", "own.toml", "check-config"]), settings(&["check-config"]));
    // Every key can come from the environment.
    for name in ["SOAPSTONE_DATA_DIR", "SOAPSTONE_BIND", "SOAPSTONE_HTTP_PORT", "SOAPSTONE_MAIL_HOST"] {
        assert!(defaults.contains(name), "{name}");
    }
}

#[test]
fn a_secret_setting_is_shown_to_nobody() {
    let installation = Installation::new(&[]);
    std::fs::write(installation.folder().join("secret"), "hidden-one\n").unwrap();
    let output = installation
        .command()
        .arg("check-config")
        .env("SOAPSTONE_MAIL_PASSWORD_FILE", "secret")
        .env("SOAPSTONE_ADMIN_PASSWORD", "hidden-two")
        .output()
        .unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    let text = String::from_utf8(output.stdout).unwrap();
    assert!(!text.contains("hidden-") && text.contains("***"), "{text}");
}

#[test]
fn the_server_opens_up_to_the_network_only_with_a_password_of_its_own() {
    let installation = Installation::new(&[]);
    let serve = ["--bind", "0.0.0.0", "--https-port", "0", "--http-port", "0"];
    let said = error(&installation.command_line(&serve, ""));
    assert!(said.contains("admin set-password"), "{said}");
    installation.must(&["admin", "set-password", "--password-stdin"], "Better@123");
    let mut open = installation;
    open.add_flags(&["--bind", "0.0.0.0"]);
    open.run();
    assert!(open.stop());

    // The same from the environment, before the first start.
    let fresh = Installation::new(&[]);
    let mut child = fresh
        .command()
        .args(serve)
        .env("SOAPSTONE_ADMIN_PASSWORD", "Better@123")
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .spawn()
        .unwrap();
    let _watch = Watch::over(&child);
    let mut line = String::new();
    BufReader::new(child.stdout.take().unwrap()).read_line(&mut line).unwrap();
    child.kill().unwrap();
    child.wait().unwrap();
    assert!(line.starts_with("https listening on 0.0.0.0:"), "{line}");
}

#[test]
fn a_port_that_is_taken_is_named_with_its_flag() {
    let taken = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let port = taken.local_addr().unwrap().port().to_string();
    let installation = Installation::new(&[]);
    let said = error(&installation.command_line(&["--https-port", &port, "--http-port", "0"], ""));
    assert!(said.contains(&port) && said.contains("--https-port"), "{said}");
    // An address that is for documentation (RFC 5737).
    let installation = Installation::new(&[]);
    installation.must(&["admin", "set-password", "--password-stdin"], "Better@123");
    let said = error(&installation.command_line(&["--bind", "203.0.113.5", "--https-port", "0"], ""));
    assert!(said.contains("no such address") && said.contains("--bind"), "{said}");
}

/// What the first start prints on its standard output.
fn first_start(installation: &Installation, arguments: &[&str]) -> String {
    let mut child = installation
        .command()
        .args(["--https-port", "0", "--http-port", "0"])
        .args(arguments)
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .spawn()
        .unwrap();
    let _watch = Watch::over(&child);
    let mut first = String::new();
    for line in BufReader::new(child.stdout.take().unwrap()).lines() {
        let line = line.unwrap();
        first += &format!("{line}\n");
        if line.starts_with("Users sign in at") {
            break;
        }
    }
    child.kill().unwrap();
    child.wait().unwrap();
    first
}

#[test]
fn the_first_start_says_where_everything_is_and_what_to_do_next() {
    let installation = Installation::new(&[]);
    let first = first_start(&installation, &[]);
    for expected in [
        "https listening on 127.0.0.1:",
        "http listening on 127.0.0.1:",
        "/services/UserProfileMgtService?wsdl",
        "/services/IdentityGovernanceAdminService?wsdl",
        "admin set-password",
        "/dashboard",
    ] {
        assert!(first.contains(expected), "{expected} is missing in:\n{first}");
    }
    assert!(first.contains(installation.data().to_str().unwrap()), "{first}");
}

#[test]
fn the_first_start_names_no_wsdl_that_is_hidden() {
    let installation = Installation::new(&[]);
    std::fs::write(installation.folder().join("own.toml"), "hide_admin_service_wsdls = true\n").unwrap();
    let first = first_start(&installation, &["--config", "own.toml"]);
    let named: Vec<&str> = first.lines().filter(|line| line.ends_with("?wsdl")).collect();
    assert!(matches!(named[..], [open] if open.contains("/AuthenticationAdmin?wsdl")), "{named:?}");
    let output = installation.command_line(&["--config", "own.toml", "check-config"], "");
    let said = String::from_utf8(output.stdout).unwrap();
    let expected = "own.toml:1: WSDLs of admin services are hidden; hide_admin_service_wsdls = false";
    assert!(said.contains(expected), "{said}");
}
