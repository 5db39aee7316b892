//! Users from a file.

use super::*;
use crate::support::client;
use base64::Engine as _;

#[test]
fn a_file_of_users_is_imported() {
    let world = world();
    let admin = world.admin();
    let encoded = |text: &str| base64::engine::general_purpose::STANDARD.encode(text);
    let file = encoded(&format!(
        "UserName,Password\nbulkUser1,{OLD},{GIVEN_NAME}=Bulk\nbulkUser2,{OLD},role=test role\n"
    ));
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
    assert!(text("users.xlsx", &file).starts_with(
        "Error occurs while importing user names. All user names were not imported. Last error was : Credential not valid."
    ));
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
    let path = world.folder.path().join("some.csv");
    std::fs::write(&path, format!("UserName,Password\nann,{OLD}\ntom,{OLD}\nx,{OLD}\n")).unwrap();
    let output = std::process::Command::new(env!("CARGO_BIN_EXE_soapstone"))
        .arg("--data-dir")
        .arg(&world.settings.data_dir)
        .args(["user", "import"])
        .arg(&path)
        .output()
        .unwrap();
    let (said, complained) =
        (String::from_utf8(output.stdout).unwrap(), String::from_utf8(output.stderr).unwrap());
    assert_eq!(said, "added 1 users, 1 were there already, 1 could not be added\n");
    assert!(complained.contains("x: Username x is not valid."), "{complained}");
    assert!(complained.contains("100 % 3/3 users"), "{complained}");
    assert!(!output.status.success());
    assert!(world.caller("ann", OLD).is_known());
}
