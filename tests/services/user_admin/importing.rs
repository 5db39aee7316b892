//! Users from a file.

use super::*;
use crate::support::client;
use base64::Engine as _;

#[test]
fn a_file_of_users_is_imported() {
    let world = world();
    let admin = world.admin();
    let encoded = |bytes: &[u8]| base64::engine::general_purpose::STANDARD.encode(bytes);
    let file =
        format!("UserName,Password\nbulkUser1,{OLD},{GIVEN_NAME}=Bulk\nbulkUser2,{OLD},role=test role\n");
    let file = encoded(file.as_bytes());
    let import = |name: &str, content: &str| {
        let arguments = [
            ("userStoreDomain", "PRIMARY"),
            ("fileName", name),
            ("handler", content),
            ("defaultPassword", "ignored"),
        ];
        admin.call(SERVICE, "bulkImportUsers", &request("bulkImportUsers", &texts(&arguments)))
    };
    let answer = import("users.csv", &file);
    assert_eq!((answer.status, answer.body.len()), (202, 0), "{}", answer.text());
    assert!(world.caller("bulkUser1", OLD).is_known() && world.caller("bulkUser2", OLD).is_known());
    assert_eq!(admin.claim("bulkUser1", GIVEN_NAME).as_deref(), Some("Bulk"));
    let text = |name: &str, content: &str| {
        let answer = import(name, content);
        assert_eq!(answer.status, 500);
        Fault::of(&answer).text
    };
    assert_eq!(
        text("users.csv", &file),
        "Detected 2 duplicate user names. Failed to import duplicate users. Non-duplicate user names were successfully \
         imported."
    );
    assert_eq!(text("users.txt", &file), "Unsupported format");
    assert!(text("users.xlsx", &encoded(include_bytes!("../../../fixtures/import/users.xlsx"))).starts_with(
        "Error occurs while importing user names. All user names were not imported. Last error was : Credential not valid."
    ));
    let unreadable = "Error occured while adding userlist";
    for name in ["users.xlsx", "users.xls"] {
        assert_eq!(text(name, &file), unreadable);
    }
    // As Excel writes it, and what is no text in any charset.
    let excel = [b"UserName,Password\nltn1,P\xe4ssw0rd1,", GIVEN_NAME.as_bytes(), b"=J\xfcrgen\n"].concat();
    assert_eq!(import("users.csv", &encoded(&excel)).status, 202);
    assert!(world.caller("ltn1", "Pässw0rd1").is_known());
    assert_eq!(admin.claim("ltn1", GIVEN_NAME).as_deref(), Some("Jürgen"));
    assert_eq!(text("users.csv", &encoded(b"UserName,Password\nltn2,P\x81ssw0rd1\n")), unreadable);
    let spaces = text("users.csv", &encoded(b"UserName Password\nsemi Passw0rd1\n"));
    assert!(spaces.contains("Username of line 2 is not valid.") && !spaces.contains("Passw0rd1"), "{spaces}");
    assert_eq!(
        refused_robust(&admin, "bulkImportUsers", &[("fileName", "users.csv")]),
        "Required data not provided"
    );
}

#[test]
fn a_file_makes_administrators_for_the_primary_administrator_only() {
    let world = world();
    let import = |caller: &Caller, name: &str| {
        let file = format!("UserName,Password\n{name},{OLD},role=admin\n");
        let file = base64::engine::general_purpose::STANDARD.encode(file);
        let arguments = texts(&[("fileName", "users.csv"), ("handler", file.as_str())]);
        caller.call(SERVICE, "bulkImportUsers", &request("bulkImportUsers", &arguments))
    };
    // What adding such a user alone is refused with.
    let answer = import(&world.caller(HUGO, OLD), "bulkUser1");
    assert_eq!(answer.status, 500, "{}", answer.text());
    assert_eq!(
        Fault::of(&answer).text,
        "Error occurs while importing user names. All user names were not imported. Last error was : You have not \
         privilege to assign user to Admin permission role"
    );
    assert!(!world.caller("bulkUser1", OLD).is_known());
    assert_eq!(import(&world.admin(), "bulkUser2").status, 202);
    assert!(world.caller("bulkUser2", OLD).is_known());
}

#[test]
fn a_file_comes_as_an_attachment_however_mail_libraries_write_it() {
    let world = world();
    let arguments = texts(&[("userStoreDomain", "PRIMARY"), ("fileName", "users.csv")]);
    let include =
        "<handler><i:Include xmlns:i=\"http://www.w3.org/2004/08/xop/include\" href=\"cid:f@x\"/></handler>";
    let payload = request("bulkImportUsers", &[&arguments, include].concat());
    for (name, encoding) in [("plain", "binary"), ("coded", "base64"), ("quoted", "quoted-printable")] {
        let file = format!("UserName,Password\n{name},{OLD},{GIVEN_NAME}=Bulk\n");
        let content = match encoding {
            "base64" => base64::engine::general_purpose::STANDARD.encode(&file),
            "quoted-printable" => file.replace('=', "=3D"),
            _ => file,
        };
        let body = format!(
            "--MB\r\nContent-Type: application/xop+xml; type=\"text/xml\"\r\n\r\n{}\r\n--MB\r\n\
             Content-Transfer-Encoding: {encoding}\r\nContent-ID:\r\n <f@x>\r\n\r\n{content}\r\n--MB--\r\n",
            client::envelope(&payload)
        );
        let headers = [
            (
                "Content-Type",
                "multipart/related; boundary=MB; type=\"application/xop+xml\"; start-info=\"text/xml\"",
            ),
            ("SOAPAction", "\"urn:bulkImportUsers\""),
            ("Authorization", &client::basic("admin", "admin")),
        ];
        let answer = world.client().send("POST", "/services/UserAdmin", &headers, body.as_bytes());
        assert_eq!(answer.status, 202, "{encoding}: {}", answer.text());
        assert_eq!(world.admin().claim(name, GIVEN_NAME).as_deref(), Some("Bulk"), "{encoding}");
    }
}

#[test]
fn the_command_line_says_who_could_not_be_imported() {
    let world = world();
    let import = |content: &[u8]| {
        let path = world.folder.path().join("some.csv");
        std::fs::write(&path, content).unwrap();
        let output = std::process::Command::new(env!("CARGO_BIN_EXE_soapstone"))
            .arg("--data-dir")
            .arg(&world.settings.data_dir)
            .args(["user", "import"])
            .arg(&path)
            .output()
            .unwrap();
        let text = |bytes| String::from_utf8(bytes).unwrap();
        (text(output.stdout), text(output.stderr), output.status)
    };
    let file = format!("UserName,Password\nann,{OLD}\ntom,{OLD}\nx,{OLD}\n");
    let (said, complained, status) = import(file.as_bytes());
    assert_eq!(said, "added 1 users, 1 were there already, 1 could not be added\n");
    assert!(complained.contains("x: Username x is not valid."), "{complained}");
    assert!(complained.contains("100 % 3/3 users"), "{complained}");
    assert!(!status.success());
    assert!(world.caller("ann", OLD).is_known());
    let (said, complained, status) = import(b"UserName;Password\neve;\xc4 \nbob;B\xf6b@1234\n");
    assert_eq!(said, "added 1 users, 0 were there already, 1 could not be added\n");
    assert!(complained.contains("some.csv is not UTF-8 and was read as windows-1252"), "{complained}");
    assert!(!status.success() && world.caller("bob", "Böb@1234").is_known());
    let (said, complained, status) = import(b"UserName,Password\nkim,K\xc3\xb6m@1234\nlea,L\xf6a@1234\n");
    assert!(said.is_empty() && !status.success());
    assert!(complained.contains("some.csv, line 3: this is neither UTF-8"), "{complained}");
    let (_, complained, _) = import(b"UserName Password\nkim Secret@1\n");
    assert!(complained.contains("line 2: Username of line 2 is not valid."), "{complained}");
    assert!(!complained.contains("Secret@1"), "{complained}");
}
