use super::*;
use crate::domain::fixture::*;
use crate::domain::{claim, role};

const PATTERN: &str =
    "Credential not valid. Credential must be a non null string with following format, ^[\\S]{5,30}$";

fn import(world: &World, domain: &str, text: &str) -> Result<Report, Error> {
    let actor = world.read(|tx| admin(tx, SUPER));
    run(&world.store, world.now(), &world.realm, &actor, domain, File::csv(text.as_bytes()), |_| {})
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
    let file = File::csv(format!("h\n{lines}").as_bytes());
    assert_eq!((file.len(), file.is_empty()), (AT_ONCE + 5, false));
    run(&world.store, world.now(), &world.realm, &actor, "", file, |report| seen.push(report.seen()))
        .unwrap();
    assert_eq!(seen, [AT_ONCE, AT_ONCE + 5]);
}

#[test]
fn a_cell_is_cut_at_its_equals_signs_as_java_does() {
    let line = |cell: &str| vec!["ann".to_owned(), "Ann@1234".to_owned(), cell.to_owned()];
    for (cell, good) in
        [("a=b", true), ("a=b=", true), ("a=", false), ("a", false), ("a=b=c", false), ("", true)]
    {
        assert_eq!(Candidate::of(&line(cell), "ann".into()).is_ok(), good, "{cell}");
    }
}
