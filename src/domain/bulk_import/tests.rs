use super::*;
use crate::domain::fixture::*;
use crate::domain::{claim, role};

const PATTERN: &str =
    "Credential not valid. Credential must be a non null string with following format, ^[\\S]{5,30}$";

fn import(world: &World, domain: &str, file: impl AsRef<[u8]>) -> Result<Report, Error> {
    let actor = world.read(|tx| admin(tx, SUPER));
    let file = File::csv(file.as_ref()).map_err(no_text)?;
    run(&world.store, world.now(), &world.realm, &actor, domain, file, |_| {})
}

fn refusal(result: Result<Report, Error>) -> Option<String> {
    result.and_then(Report::into_result).err().map(|error| error.to_string())
}

#[test]
fn users_come_with_passwords_claims_and_roles_and_the_first_line_is_a_heading() {
    let world = World::new();
    let text = "\u{feff}UserName,Password,Claims\r\n\
                ann,Ann@1234,http://wso2.org/claims/emailaddress=ann@example.org,role=admin:Internal/everyone\r\n\
                \"bob\",\"Bob,@1234\",\"http://wso2.org/claims/givenname=Bob\"\r\n\r\n\
                OTHER/cid,Cid@1234\r\n";
    let report = import(&world, "", text).unwrap();
    assert_eq!((report.added, report.seen()), (3, 3));
    assert!(world.gets_in("ann", "Ann@1234") && world.gets_in("bob", "Bob,@1234"));
    assert!(world.gets_in("cid", "Cid@1234"), "the domain of a line does not count");
    assert_eq!(world.claim(&world.find("ann"), MAIL).as_deref(), Some("ann@example.org"));
    assert_eq!(world.claim(&world.find("bob"), GIVEN_NAME).as_deref(), Some("Bob"));
    assert_eq!(
        {
            let ann = world.find("ann");
            world.read(|tx| role::of_user(tx, &ann))
        },
        ["admin", "Internal/everyone"]
    );
    assert_eq!(world.audited(&world.find("ann")), ["Add User"]);
    assert_eq!(claim::DEFAULT_PROFILE, "default");
}

/// What is refused behind the moment at which a user is there leaves nothing of him, and the others are added.
#[test]
fn whom_no_link_can_be_mailed_is_not_added_and_the_others_are() {
    let world = World::new();
    world.set("EmailVerification.Enable", "true");
    let ask = "http://wso2.org/claims/identity/askPassword=true";
    let mail = "http://wso2.org/claims/emailaddress=bob@example.org";
    let report = import(&world, "", format!("h\nann,Ann@1234,{ask}\nbob,Bob@1234,{ask},{mail}\n")).unwrap();
    assert_eq!((report.added, report.failed.len()), (1, 1), "{report:?}");
    assert!(world.read(|tx| user::look_up(tx, SUPER, "ann")).is_none());
    assert_eq!(world.mails(&world.find("bob")).len(), 1);
}

#[test]
fn whoever_came_with_a_file_still_signs_in_after_a_day() {
    let world = World::new();
    import(&world, "", "h\nann,Ann@1234\n").unwrap();
    world.pass_minutes(25 * 60);
    assert!(world.gets_in("ann", "Ann@1234"));
}

#[test]
fn a_report_counts_who_was_added_who_was_there_and_who_was_refused() {
    let world = World::new();
    let refused = refusal(import(&world, "PRIMARY", "h\nann,Ann@1234\ntom,Tom@1234\nx,Xxx@1234\nbob,b\n"));
    assert_eq!(
        refused.unwrap(),
        format!(
            "Error occurs while importing user names. Success count: 1, Fail count: 2, Duplicate count: 1. Last error \
             was : {PATTERN}"
        )
    );
    let refused = refusal(import(&world, "", "h\neve\n"));
    let all = "Error occurs while importing user names. All user names were not imported. Last error was : ";
    assert_eq!(refused.unwrap(), format!("{all}{PATTERN}"), "a name alone has no password");
    let refused = refusal(import(&world, "", "h\neve,Eve@1234,http://wso2.org/claims/givenname\n"));
    assert_eq!(refused.unwrap(), format!("{all}Claims and values are not in correct format"));
    let refused = refusal(import(&world, "", "h\neve,Eve@1234,http://wso2.org/claims/none=1\n"));
    assert_eq!(
        refused.unwrap(),
        format!("{all}Invalid claim uri has been provided: http://wso2.org/claims/none")
    );
    let refused = refusal(import(&world, "", "h\neve,Eve@1234,role=none\n"));
    assert_eq!(refused.unwrap(), format!("{all}External role is not exist : none"));
    let there = "Detected 2 duplicate user names. Failed to import duplicate users. Non-duplicate user names were \
                 successfully imported.";
    let refused = refusal(import(&world, "", "h\ntom,Tom@1234\neve,Eve@1234\nEVE,Eve@1234\n"));
    assert_eq!(refused.unwrap(), there, "the same name twice in one file is there the second time");
    assert!(world.gets_in("eve", "Eve@1234"));
    assert_eq!(refusal(import(&world, "", "h\n")), None);
    assert_eq!(
        refusal(import(&world, "NOWHERE", "h\nx1y,Xxx@1234\n")).unwrap(),
        "Error occured while adding userlist"
    );
}

#[test]
fn users_go_into_the_store_that_is_named() {
    let world = World::new();
    world.write(|tx| Ok(crate::store::user::add_store(tx, SUPER.0, "SALES")?));
    import(&world, "sales", "h\nsue,Sue@1234\nPRIMARY/sam,Sam@1234\n").unwrap();
    for name in ["SALES/sue", "SALES/sam"] {
        assert_eq!(world.find(name).domain, "SALES");
    }
}

#[test]
fn progress_is_told_as_it_is_made() {
    let world = World::new();
    let lines: String = (0..AT_ONCE + 5).map(|number| format!("u{number:03},x\n")).collect();
    let actor = world.read(|tx| admin(tx, SUPER));
    let mut seen = Vec::new();
    let file = File::csv(format!("h\n{lines}").as_bytes()).unwrap();
    assert_eq!((file.len(), file.is_empty()), (AT_ONCE + 5, false));
    run(&world.store, world.now(), &world.realm, &actor, "", file, |report| seen.push(report.seen()))
        .unwrap();
    assert_eq!(seen, [AT_ONCE, AT_ONCE + 5]);
}

#[test]
fn a_cell_is_cut_at_its_equals_signs_as_java_does() {
    let line = |cell: &str| Line { number: 2, cells: ["ann", "Ann@1234", cell].map(str::to_owned).to_vec() };
    for (cell, good) in
        [("a=b", true), ("a=b=", true), ("a=", false), ("a", false), ("a=b=c", false), ("", true)]
    {
        assert_eq!(Candidate::of(&line(cell), "ann".into()).is_ok(), good, "{cell}");
    }
}

#[test]
fn names_and_passwords_arrive_to_the_letter_in_whatever_charset_they_were_written() {
    let world = World::with(|policy| policy.username_pattern = r"^[\S]{3,30}$".into());
    let text = |number: u8| {
        format!("Näme,Password\njürgen{number},P€ssw{number}rd,http://wso2.org/claims/givenname=Jürgen\n")
    };
    let windows = |number: u8| encoding_rs::WINDOWS_1252.encode(&text(number)).0.into_owned();
    let utf16 = |number: u8| -> Vec<u8> {
        ["\u{feff}", &text(number)].concat().encode_utf16().flat_map(u16::to_le_bytes).collect()
    };
    for (number, file) in [
        (1, text(1).into_bytes()),
        (2, ["\u{feff}", &text(2)].concat().into_bytes()),
        (3, windows(3)),
        (4, utf16(4)),
    ] {
        assert_eq!(import(&world, "", &file).unwrap().added, 1, "{number}");
        let name = format!("jürgen{number}");
        assert!(world.gets_in(&name, &format!("P€ssw{number}rd")), "{number}");
        assert_eq!(world.claim(&world.find(&name), GIVEN_NAME).as_deref(), Some("Jürgen"), "{number}");
    }
    assert_eq!(File::csv(&windows(3)).unwrap().guessed(), Some("windows-1252"));
    assert_eq!(File::csv(&utf16(4)).unwrap().guessed(), None);
    let mixed = [text(5).as_bytes(), b"j\xfcrgen6,Passw0rd\n"].concat();
    let half = [&utf16(5)[..], b"x"].concat();
    for unreadable in [mixed.as_slice(), &half, b"h\nt\0o\0m\0\n"] {
        assert_eq!(refusal(import(&world, "", unreadable)).unwrap(), "Error occured while adding userlist");
    }
    assert!(world.read(|tx| user::look_up(tx, SUPER, "jürgen5")).is_none(), "nobody of a file that is none");
}

#[test]
fn semicolons_and_tabs_divide_what_the_heading_says_they_divide() {
    let world = World::new();
    for (file, name, password) in [
        ("UserName;Password\nann;Ann,@1;http://wso2.org/claims/givenname=A, B\n", "ann", "Ann,@1"),
        ("\"User, name\";\"Password\"\n\n\"bob\";\"Bob;@1\"\n", "bob", "Bob;@1"),
        ("UserName\tPassword\ncid\tCid@1234\n", "cid", "Cid@1234"),
        // A heading is whatever somebody liked to write there; the lines have the last word.
        ("users; as of today\ndan,Dan;@1\n", "dan", "Dan;@1"),
        ("UserName,Password;\neve,Eve;@1\n", "eve", "Eve;@1"),
    ] {
        assert_eq!(refusal(import(&world, "", file)), None, "{file}");
        assert!(world.gets_in(name, password), "{file}");
    }
    assert_eq!(world.claim(&world.find("ann"), GIVEN_NAME).as_deref(), Some("A, B"));
}

#[test]
fn no_report_quotes_what_may_be_a_password() {
    let world = World::new();
    for file in [
        "UserName,Password\ntom2;Secret1,x\n",
        "h\nann;Secret1\n",
        "h\nann\tSecret1\n",
        "h\nann Secret1\n",
        "h\nann|Secret1\n",
        "h\n\"ann,Secret1\"\n",
        "h\n\"ann,Secret1\nbob,Secret1\n",
        "h\n\"ann,Secret1\n\"bob,Bob@1234\n",
        "h\nann,Ann@1234,\"role=desk\nbob,Secret1\n",
        "h\nann,Ann@1234,\"claim\nbob,Secret1=\n",
        "h\nAAA/;Secret1\n",
        "h\nann,Secret1,\n\"bob,Bob@1234\n",
    ] {
        let report = import(&world, "", file).unwrap();
        let told =
            format!("{:?} {:?}", report.failed, report.clone().into_result().err().map(|e| e.to_string()));
        assert!(!report.failed.is_empty() && !told.contains("Secret1"), "{file}: {told}");
    }
    let pattern = &world.realm.policy.username_pattern;
    let format = format!("User name must be a non null string with following format, {pattern}");
    let report = import(&world, "", "h\n\nann;Secret1\n-a,Ann@1234\na\n").unwrap();
    let failed = [("line 3", "of line 3"), ("-a", "-a"), ("line 5", "of line 5")]
        .map(|(who, name)| (who.to_owned(), format!("Username {name} is not valid. {format}")));
    assert_eq!(report.failed, failed);
}

#[test]
fn a_spreadsheet_has_no_passwords_and_what_is_none_is_unreadable() {
    let world = World::new();
    let sheet = include_bytes!("../../../fixtures/import/users.xlsx");
    let told = |bytes: &[u8]| spreadsheet(&world.realm, bytes).to_string();
    assert!(told(sheet).ends_with(&format!("Last error was : {PATTERN}")));
    assert_eq!(told(b"UserName\ntom\n"), "Error occured while adding userlist");
    assert_eq!(told(&sheet[..sheet.len() / 2]), "Error occured while adding userlist");
}
