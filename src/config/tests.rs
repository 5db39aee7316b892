//! Where settings come from, who wins, and what is said about mistakes.

mod first_policies;
mod originals;

use super::*;
use std::path::{Path, PathBuf};

/// A folder that is gone after the test.
struct Folder(PathBuf);

impl Folder {
    fn new() -> Self {
        let path = std::env::temp_dir().join(format!("soapstone-config-{}", uuid::Uuid::new_v4()));
        std::fs::create_dir_all(&path).unwrap();
        Self(path)
    }

    fn write(&self, name: &str, text: &str) -> PathBuf {
        let path = self.0.join(name);
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(&path, text).unwrap();
        path
    }

    /// A file of `fixtures/config`, at the place where the original keeps it.
    fn take(&self, name: &str) {
        let fixture = Path::new("fixtures/config").join(Path::new(name).file_name().unwrap());
        self.write(name, &std::fs::read_to_string(fixture).unwrap());
    }

    /// Sources that read only the files of this folder.
    fn sources(&self) -> Sources {
        Sources {
            environment: vec![("SOAPSTONE_DATA_DIR".into(), self.0.display().to_string())],
            ..Sources::default()
        }
    }

    fn with_wso2(&self) -> Sources {
        let mut sources = self.sources();
        sources.environment.push(("SOAPSTONE_CONFIG_DIR".into(), self.0.display().to_string()));
        sources
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        let _ = std::fs::remove_dir_all(&self.0);
    }
}

fn with_variable(folder: &Folder, name: &str, value: &str) -> Sources {
    let mut sources = folder.sources();
    sources.environment.push((name.into(), value.into()));
    sources
}

fn settings(sources: &Sources) -> Settings {
    load(sources).unwrap().settings
}

fn mistake(sources: &Sources) -> String {
    load(sources).unwrap_err().to_string()
}

/// The folders of the test set back, so that what is left can be compared with the defaults.
fn without_places(mut settings: Settings) -> Settings {
    let defaults = Settings::default();
    (settings.data_dir, settings.config_dir) = (defaults.data_dir, defaults.config_dir);
    settings
}

#[test]
fn without_any_source_everything_has_its_default() {
    let folder = Folder::new();
    let loaded = load(&folder.sources()).unwrap();
    assert_eq!(without_places(loaded.settings), Settings::default());
    assert!(loaded.files.is_empty());
    assert_eq!(loaded.warnings.len(), 1, "only that mails go into files: {:?}", loaded.warnings);
}

#[test]
fn a_flag_wins_over_the_environment_that_over_the_file_that_over_the_originals_files() {
    let folder = Folder::new();
    let port = |sources: &Sources| settings(sources).https_port;
    assert_eq!(port(&folder.with_wso2()), 9443);
    folder.take("carbon.xml");
    assert_eq!(port(&folder.with_wso2()), 9445);
    folder.write("soapstone.toml", "https_port = 1001\n");
    let mut sources = folder.with_wso2();
    assert_eq!(port(&sources), 1001);
    sources.environment.push(("SOAPSTONE_HTTPS_PORT".into(), "1002".into()));
    assert_eq!(port(&sources), 1002);
    sources.flags.push(("https_port", "1003".into()));
    assert_eq!(port(&sources), 1003);
    assert_eq!(
        settings(&sources).http_port,
        9765,
        "a key that nobody overrides keeps the offset of carbon.xml"
    );
}

#[test]
fn a_section_is_merged_key_by_key() {
    let folder = Folder::new();
    folder.take("output-event-adapters.xml");
    folder.write("soapstone.toml", "[mail]\nport = 26\n");
    let mut sources = folder.with_wso2();
    sources.environment.push(("SOAPSTONE_MAIL_USER".into(), "other".into()));
    let mail = settings(&sources).mail;
    assert_eq!(
        (mail.host.as_deref(), mail.port, mail.user.as_deref()),
        (Some("127.0.0.1"), 26, Some("other"))
    );
}

#[test]
fn the_folder_of_the_originals_files_can_be_named_in_the_file() {
    let folder = Folder::new();
    folder.take("conf/carbon.xml");
    let conf = folder.0.join("conf");
    folder.write("soapstone.toml", &format!("config_dir = '{}'\n", conf.display()));
    let loaded = load(&folder.sources()).unwrap();
    assert_eq!(loaded.settings.https_port, 9445);
    assert_eq!(loaded.files, [folder.0.join("soapstone.toml"), conf.join("carbon.xml")]);
}

#[test]
fn a_folder_without_any_known_file_is_worth_a_word() {
    let folder = Folder::new();
    let warnings = load(&folder.with_wso2()).unwrap().warnings;
    assert!(warnings.iter().any(|warning| warning.contains("none of the files")), "{warnings:?}");
    let mut mistyped = folder.sources();
    let nowhere = folder.0.join("nowhere").display().to_string();
    mistyped.environment.push(("SOAPSTONE_CONFIG_DIR".into(), nowhere.clone()));
    let said = mistake(&mistyped);
    assert!(said.starts_with(&format!("{nowhere}: ")) && said.contains("\nhint: "), "{said}");
}

#[test]
fn a_server_for_other_machines_is_told_that_its_links_lead_to_this_one() {
    let folder = Folder::new();
    for (text, expected) in [
        ("", false),
        ("bind = \"0.0.0.0\"\n", true),
        ("bind = \"0.0.0.0\"\npublic_url = \"https://is.example.org\"\n", false),
        ("bind = \"0.0.0.0\"\nhost_name = \"is.example.org\"\n", false),
    ] {
        folder.write("soapstone.toml", text);
        let warnings = load(&folder.sources()).unwrap().warnings;
        let said = warnings.iter().any(|warning| warning.contains("soapstone.toml:1: links in mails"));
        assert_eq!(said, expected, "{text:?}: {warnings:?}");
    }
}

#[test]
fn a_file_that_was_asked_for_must_be_there_and_the_usual_one_need_not() {
    let folder = Folder::new();
    let path = folder.write("own.toml", "https_port = 1001\n");
    let named = |file: PathBuf| Sources { file: Some(file), ..folder.sources() };
    assert_eq!(settings(&named(path)).https_port, 1001);
    let said = mistake(&named(folder.0.join("missing.toml")));
    assert!(said.contains("missing.toml: ") && said.contains("hint: "), "{said}");
}

#[test]
fn any_variable_can_be_read_from_a_file() {
    let folder = Folder::new();
    let secret = folder.write("secret", " begins with a blank\r\n");
    let path = secret.display().to_string();
    let loaded = settings(&with_variable(&folder, "SOAPSTONE_MAIL_PASSWORD_FILE", &path));
    assert_eq!(loaded.mail.password.0, " begins with a blank", "only the end of the line is taken away");
    let port = folder.write("port", "1001\n").display().to_string();
    assert_eq!(settings(&with_variable(&folder, "SOAPSTONE_HTTPS_PORT_FILE", &port)).https_port, 1001);

    let mut both = with_variable(&folder, "SOAPSTONE_MAIL_PASSWORD_FILE", &path);
    both.environment.push(("SOAPSTONE_MAIL_PASSWORD".into(), "direct".into()));
    assert_eq!(settings(&both).mail.password.0, "direct", "the variable itself wins");

    let mut unset = with_variable(&folder, "SOAPSTONE_MAIL_PASSWORD_FILE", &path);
    unset.environment.push(("SOAPSTONE_MAIL_PASSWORD".into(), String::new()));
    assert_eq!(settings(&unset).mail.password.0, " begins with a blank", "unless it is passed on empty");

    let said = mistake(&with_variable(&folder, "SOAPSTONE_MAIL_PASSWORD_FILE", "/nowhere/secret"));
    let expected = "environment variable SOAPSTONE_MAIL_PASSWORD_FILE: mail.password: /nowhere/secret: ";
    assert!(said.starts_with(expected) && said.contains("hint: "), "{said}");
}

#[test]
fn a_number_or_a_flag_that_is_passed_on_empty_is_not_set() {
    let folder = Folder::new();
    folder.write("soapstone.toml", "https_port = 1001\n[mail]\nauth = false\n");
    let mut sources = with_variable(&folder, "SOAPSTONE_HTTPS_PORT", "");
    sources.environment.push(("SOAPSTONE_MAIL_AUTH".into(), " ".into()));
    let settings = settings(&sources);
    assert_eq!((settings.https_port, settings.mail.auth), (1001, false));
}

#[test]
fn a_file_that_a_setting_names_is_missed_with_the_place_of_the_setting() {
    let folder = Folder::new();
    let there = folder.write("there.pem", "").display().to_string();
    for (text, key) in [
        (
            format!("\ntls_certificate = \"gone.pem\"\ntls_key = {there:?}\n"),
            "2: tls_certificate: gone.pem: ",
        ),
        (format!("tls_certificate = {there:?}\ntls_key = \"gone.pem\"\n"), "2: tls_key: gone.pem: "),
        ("[mail]\ntrusted_certificates = \"gone.pem\"".into(), "2: mail.trusted_certificates: gone.pem: "),
    ] {
        folder.write("soapstone.toml", &text);
        let said = load(&folder.sources()).unwrap().check_files().unwrap_err().to_string();
        assert!(said.contains(&format!("soapstone.toml:{key}")), "{said}");
        let here = std::env::current_dir().unwrap();
        assert!(said.contains(&format!("which counts from {}", here.display())), "{said}");
    }
    folder.write("soapstone.toml", &format!("tls_certificate = {there:?}\ntls_key = {there:?}\n"));
    load(&folder.sources()).unwrap().check_files().unwrap();
}

#[test]
fn a_variable_that_is_no_setting_is_worth_a_word() {
    let folder = Folder::new();
    let mut sources = folder.sources();
    for name in [
        "SOAPSTONE_CONFIG",
        "SOAPSTONE_PASSWORD",
        "SOAPSTONE_PORT_9443_TCP",
        "SOAPSTONE_SERVICE_HOST",
        "OTHER",
    ] {
        sources.environment.push((name.into(), "x".into()));
    }
    let said = |sources: &Sources| -> Vec<String> {
        let warnings = load(sources).unwrap().warnings;
        warnings.into_iter().filter(|warning| warning.starts_with("environment variable")).collect()
    };
    assert!(said(&sources).is_empty(), "{:?}", said(&sources));
    sources.environment.push(("SOAPSTONE_PORT".into(), "tcp://10.0.0.1:9443".into()));
    assert!(said(&sources).is_empty(), "{:?}", said(&sources));
    for name in ["SOAPSTONE_HTTPS_PORTT", "SOAPSTONE_PORT"] {
        let mut sources = folder.sources();
        sources.environment.push((name.into(), "9444".into()));
        assert_eq!(said(&sources), [format!("environment variable {name}: there is no such setting")]);
    }
}

#[test]
fn a_variable_that_is_no_text_is_a_mistake_where_it_is_a_setting_and_nothing_elsewhere() {
    use std::os::unix::ffi::OsStringExt as _;
    let latin = std::ffi::OsString::from_vec(b"caf\xe9".to_vec());
    let found = |name: &str| environment([(name.into(), latin.clone())].into_iter());
    assert_eq!(found("OTHER").unwrap(), []);
    let said = found("SOAPSTONE_MAIL_PASSWORD").unwrap_err().to_string();
    assert!(said.contains("SOAPSTONE_MAIL_PASSWORD: it is not UTF-8\nhint: "), "{said}");
    let good = [("SOAPSTONE_BIND".into(), "::1".into()), ("HOME".into(), "/".into())];
    assert_eq!(environment(good.into_iter()).unwrap(), [("SOAPSTONE_BIND".to_owned(), "::1".to_owned())]);
}

#[test]
fn an_empty_variable_of_a_key_without_default_says_nothing() {
    let folder = Folder::new();
    folder.write("soapstone.toml", "host_name = \"is.example.org\"\ntls_key = \"\"\n[mail]\nhost = \"\"\n");
    let loaded = settings(&with_variable(&folder, "SOAPSTONE_HOST_NAME", ""));
    assert_eq!(loaded.host_name.as_deref(), Some("is.example.org"));
    assert_eq!((loaded.tls_key, loaded.mail.host), (None, None));
}

#[test]
fn every_default_that_is_printed_loads_back_to_the_same() {
    let folder = Folder::new();
    folder.write("soapstone.toml", &reference());
    let loaded = without_places(settings(&Sources { file: None, ..folder.sources() }));
    assert_eq!(loaded, Settings::default());
    // And so do the keys without default, once their comment sign is taken away.
    let commented =
        |line: &str| line.strip_prefix("# ").filter(|rest| rest.ends_with(" = \"\"")).map(str::to_owned);
    let whole: Vec<String> =
        reference().lines().map(|line| commented(line).unwrap_or_else(|| line.to_owned())).collect();
    folder.write("soapstone.toml", &whole.join("\n"));
    assert_eq!(without_places(settings(&folder.sources())), Settings::default());
    for key in KEYS {
        let name = key.name.rsplit('.').next().unwrap();
        let lines = whole.iter().filter(|line| line.starts_with(&format!("{name} = "))).count();
        assert!(lines >= 1, "{name} is not in the reference");
        assert!(reference().contains(&key.variable()), "{}", key.variable());
    }
}

/// A value that is good for the key and not its default.
fn another_value(key: &Key) -> &'static str {
    match key.name {
        "bind" => "127.0.0.2",
        "public_url" => "https://is.example.org",
        "session_cookie_domain" => "example.org",
        "idle_check_at" => "03:30:00",
        "mail.from" => "a@example.org",
        "forward_auth_origins" => "https://localhost:8443",
        "answer_prefixes" => "ax7=urn:example",
        "otp_alphabet" => "0123456789",
        "challenge_separator" => "|",
        "log.level" => "debug",
        "mail.transport" => "directory",
        _ => match (key.kind, key.default) {
            (keys::Kind::Number, _) => "7",
            (keys::Kind::Flag, "true") => "false",
            (keys::Kind::Flag, _) => "true",
            (keys::Kind::Text | keys::Kind::List, _) => "something",
        },
    }
}

#[test]
fn every_key_can_be_set_by_its_variable_and_in_the_file() {
    for key in KEYS.iter().filter(|key| !["data_dir", "config_dir"].contains(&key.name)) {
        let folder = Folder::new();
        let value = another_value(key);
        let mut sources = with_variable(&folder, &key.variable(), value);
        let quoted = match key.kind {
            keys::Kind::Text => format!("\"{value}\""),
            keys::Kind::List => format!("[\"{value}\"]"),
            keys::Kind::Number | keys::Kind::Flag => value.to_owned(),
        };
        let mut text = match key.name.split_once('.') {
            Some((section, name)) => format!("[{section}]\n{name} = {quoted}\n"),
            None => format!("{} = {quoted}\n", key.name),
        };
        // These only work together.
        let mut without = Settings::default();
        for (one, other, value) in [
            ("tls_key", "tls_certificate", "other"),
            ("tls_certificate", "tls_key", "other"),
            ("session_cookie_domain", "host_name", "is.example.org"),
        ] {
            if key.name == one {
                sources.environment.push((format!("SOAPSTONE_{}", other.to_uppercase()), value.into()));
                text += &format!("{other} = \"{value}\"\n");
                without.host_name = (other == "host_name").then(|| value.to_owned());
            }
        }
        let by_variable = without_places(settings(&sources));
        assert_ne!(by_variable, without, "{} has no effect", key.variable());
        folder.write("soapstone.toml", &text);
        assert_eq!(without_places(settings(&folder.sources())), by_variable, "{}", key.name);
    }
}

#[test]
fn flags_and_lists_are_written_in_the_environment_as_people_write_them() {
    let folder = Folder::new();
    for (text, expected) in
        [("true", true), ("1", true), ("YES", true), (" on ", true), ("off", false), ("0", false)]
    {
        let sources = with_variable(&folder, "SOAPSTONE_EMAIL_USER_NAMES", text);
        assert_eq!(settings(&sources).email_user_names, expected, "{text}");
    }
    let sources = with_variable(&folder, "SOAPSTONE_HTTP_ADMIN_SERVICES", "One, Two,,");
    assert_eq!(settings(&sources).http_admin_services, ["One", "Two"]);
}

#[test]
fn a_mistake_in_the_environment_or_a_flag_names_it_with_its_value_and_its_meaning() {
    let folder = Folder::new();
    for (name, value, named) in [
        ("SOAPSTONE_HTTPS_PORT", "many", "\"many\" is not a whole number"),
        (
            "SOAPSTONE_HTTPS_PORT",
            "70000",
            "https_port: invalid value: integer `70000`, expected a number from 0 to 65535",
        ),
        ("SOAPSTONE_BIND", "localhost", "bind: invalid IP address, write it like 127.0.0.1"),
        ("SOAPSTONE_LOG_JSON", "perhaps", "\"perhaps\" is not true or false"),
        ("SOAPSTONE_MAIL_TRANSPORT", "pigeon", "mail.transport: "),
        ("SOAPSTONE_OTP_LENGTH", "3", "otp_length: 3 is out of range"),
    ] {
        let said = mistake(&with_variable(&folder, name, value));
        assert!(said.starts_with(&format!("environment variable {name}: ")), "{said}");
        assert!(said.contains(named) && said.contains("\nhint: "), "{said}");
    }
    let flagged = Sources { flags: vec![("bind", "nowhere".into())], ..folder.sources() };
    let said = mistake(&flagged);
    assert!(said.starts_with("flag --bind: bind: ") && said.contains("\nhint: "), "{said}");
}

#[test]
fn a_mistake_in_the_file_names_its_line() {
    let folder = Folder::new();
    for (text, place) in [
        ("https_port = 1\nhttps_prot = 9\n", "soapstone.toml:2:1: unknown field `https_prot`"),
        ("https_port = \"x\"\n", "soapstone.toml:1:14: invalid type"),
        ("https_port = 70000\n", "soapstone.toml:1:14: "),
        ("bind = \"300.1.1.1\"\n", "soapstone.toml:1:8: invalid IP address"),
        ("\n[mail]\nprot = 25\n", "soapstone.toml:3:1: unknown field `prot`"),
        ("[smtp]\n", "soapstone.toml:1:2: unknown field `smtp`"),
        ("\nhost_name = [\n", "soapstone.toml:"),
        ("\nhttp_port = 9443\n", "soapstone.toml:2: http_port: 9443 is the port of HTTPS already"),
        ("# a comment\notp_length = 3\n", "soapstone.toml:2: otp_length: 3 is out of range"),
        ("otp_alphabet = \"AAAAAAAAAAAA\"\n", "soapstone.toml:1: otp_alphabet: "),
        ("otp_alphabet = \"ABCDEFGHIJ \"\n", "soapstone.toml:1: otp_alphabet: "),
        ("wrong_code_limit = 0\n", "soapstone.toml:1: wrong_code_limit: 0 is too small"),
        ("session_minutes = -5\n", "soapstone.toml:1: session_minutes: -5 is too small"),
        ("public_url = \"is.example.org\"\n", "soapstone.toml:1: public_url: "),
        (
            "\nsession_cookie_domain = \"example.org\"\n",
            "soapstone.toml:2: session_cookie_domain: localhost is not in",
        ),
        ("host_name = \"https://is\"\n", "soapstone.toml:1: host_name: \"https://is\" is no host name"),
        ("idle_check_at = \"8 pm\"\n", "soapstone.toml:1: idle_check_at: \"8 pm\" is no time of day"),
        ("tls_key = \"key.pem\"\n", "soapstone.toml:1: tls_key: its certificate is missing"),
        ("tls_certificate = \"cert.pem\"\n", "soapstone.toml:1: tls_certificate: its key is missing"),
        ("\n\n[log]\nlevel = \"loud\"\n", "soapstone.toml:4: log.level: \"loud\" is no level"),
        ("[mail]\nconcurrency = 0\n", "soapstone.toml:2: mail.concurrency: 0 is too small"),
        ("[mail]\n\ntransport = \"smtp\"\n", "soapstone.toml:3: mail.transport: smtp needs a mail.host"),
        ("[mail]\n\nfrom = \"nobody\"\n", "soapstone.toml:3: mail.from: \"nobody\" is no address"),
        ("[mail]\nport = 0\n", "soapstone.toml:2: mail.port: 0 is too small"),
        ("header_seconds = 0\n", "soapstone.toml:1: header_seconds: 0 is too small"),
        ("body_seconds = 31536001\n", "soapstone.toml:1: body_seconds: 31536001 is too large"),
        ("connections = 9000000000\n", "soapstone.toml:1: connections: 9000000000 is too large"),
        ("admin_name = \"\"\n", "soapstone.toml:1: admin_name: it is empty"),
        ("\n[[service_provider]]\nconsumer_urls = []\n", "soapstone.toml:2: service_provider \"\": issuer: "),
        (
            "[[service_provider]]\nissuer = 'a'\nconsumer_urls = ['https://a/']\n\n[[service_provider]]\n\
             consumer_urls = ['ftp://b/']\nissuer = 'b'\n",
            "soapstone.toml:6: service_provider \"b\": consumer_urls: \"ftp://b/\" is no address",
        ),
        (
            "[[service_provider]]\nissuer = 'a'\nconsumer_urls = ['https://a/']\ncertificate_file = 'no.pem'\n",
            "soapstone.toml:4: service_provider \"a\": certificate_file: ",
        ),
        (
            "[[service_provider]]\nissuer = 'a'\nconsumer_urls = ['https://a/']\nverify_requests = true\n",
            "soapstone.toml:4: service_provider \"a\": verify_requests: ",
        ),
        (
            "service_provider = [\n{ issuer = 'a', consumer_urls = ['https://a/'] },\n\
             { issuer = 'a', consumer_urls = ['https://b/'] },\n]\n",
            "soapstone.toml:3: service_provider \"a\": issuer: another one has it",
        ),
    ] {
        folder.write("soapstone.toml", text);
        let said = mistake(&folder.sources());
        assert!(said.contains(place) && said.contains("\nhint: "), "{text:?}: {said}");
    }
}

#[test]
fn a_file_in_another_encoding_is_refused_with_the_place() {
    let folder = Folder::new();
    std::fs::write(folder.0.join("soapstone.toml"), b"https_port = 9443\n# K\xfcche\n").unwrap();
    let said = mistake(&folder.sources());
    assert!(said.contains("soapstone.toml:2:4: ") && said.contains("hint: save the file as UTF-8"), "{said}");
}

#[test]
fn a_value_that_replaces_a_bad_one_is_enough() {
    let folder = Folder::new();
    folder.write("soapstone.toml", "otp_length = 3\n");
    assert_eq!(settings(&with_variable(&folder, "SOAPSTONE_OTP_LENGTH", "8")).otp_length, 8);
}

#[test]
fn no_secret_is_shown_in_debug_output_or_in_a_mistake() {
    let folder = Folder::new();
    folder.write("soapstone.toml", "admin_password = \"hidden-one\"\n[mail]\npassword = \"hidden-two\"\n");
    let loaded = load(&folder.sources()).unwrap();
    assert_eq!(loaded.settings.admin_password.0, "hidden-one");
    let shown = format!("{loaded:?}");
    assert!(!shown.contains("hidden") && shown.contains("***"), "{shown}");
    assert_eq!(format!("{:?}", Hidden::default()), "(not set)");
    // A password of digits, left unquoted.
    folder.write("soapstone.toml", "\nadmin_password = 47114711\n");
    let said = mistake(&folder.sources());
    assert!(said.contains("soapstone.toml:2:18: ") && said.contains("in quotes"), "{said}");
    assert!(!said.contains("4711"), "{said}");
}
