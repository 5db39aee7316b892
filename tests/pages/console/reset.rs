//! Forcing a password reset in the console, on one user and on many.

use super::super::server::{Answer, Running, add_role, add_user, claim, force, govern};
use super::super::{begin, is_in, send};
use super::operations::with_ann;
use super::{Console, database, field, location, plain, stored};

const LINK: &str = "Recovery.AdminPasswordReset.RecoveryLink";
const OTP: &str = "Recovery.AdminPasswordReset.OTP";
const OFFLINE: &str = "Recovery.AdminPasswordReset.Offline";

async fn with_tom(options: &[&str]) -> Running {
    let running = Running::start().await;
    add_user(&running, "tom").await;
    add_role(&running, "test role", "tom", "/permission/admin/login").await;
    let settings: Vec<(&str, &str)> = options.iter().map(|option| (*option, "true")).collect();
    govern(&running, &settings).await;
    running
}

/// Presses a button of the page of tom.
async fn press(console: &Console<'_>, what: &str) -> Answer {
    let page = console.open("users/reset?name=tom").await.body;
    let mark = field(&page, "mark");
    console.send("users/reset", &[("name", "tom"), ("mark", &mark), ("what", what)]).await
}

fn code(page: &str) -> Option<String> {
    let rest = page.split("id=\"one-time-password\">").nth(1)?;
    Some(rest.split('<').next().unwrap().to_owned())
}

async fn tom_gets_in(running: &Running) -> bool {
    let login = begin(running).await;
    is_in(&send(running, &login.key, "tom", "Old@1234", &login.cookie).await)
}

fn pending(running: &Running) -> String {
    stored(running, "SELECT count(*) FROM recovery")
}

#[tokio::test]
async fn the_page_says_what_each_option_will_do_before_it_is_done() {
    for (options, said) in [
        (&[LINK][..], "A mail with a link to set a new password goes to tom@example.org."),
        (&[OTP], "A mail with a one-time password goes to tom@example.org."),
        (&[OFFLINE], "A one-time password is shown to you, to be handed over."),
        (&[], "No option of the forced password reset is enabled"),
    ] {
        let running = with_tom(options).await;
        let console = Console::admin(&running).await;
        let page = console.open("users/reset?name=tom").await.body;
        assert!(plain(&page).contains(said), "{options:?}: {page}");
        assert_eq!(page.contains("value=\"force\""), !options.is_empty(), "{page}");
        assert!(!page.contains("value=\"cancel\""), "nothing is pending");
        assert_eq!(pending(&running), "0", "looking at it forces nothing");
    }
}

#[tokio::test]
async fn the_code_to_hand_over_is_shown_once_and_leads_to_a_new_password() {
    let running = with_tom(&[OFFLINE]).await;
    let console = Console::admin(&running).await;
    let forced = press(&console, "force").await;
    assert!(plain(&forced.body).contains("The password of tom has to be reset."), "{}", forced.body);
    let shown = code(&forced.body).unwrap();
    assert_eq!(shown.len(), 6);
    assert!(forced.body.contains("Waiting") && forced.body.contains("Forced by"));
    let again = console.open("users/reset?name=tom").await;
    assert!(code(&again.body).is_none() && !again.body.contains(&shown), "{}", again.body);
    assert!(console.open("users?pattern=tom").await.body.contains("Reset pending"));
    assert!(!tom_gets_in(&running).await);
    let login = begin(&running).await;
    let redeemed = send(&running, &login.key, "tom", &shown, &login.cookie).await;
    assert!(location(&redeemed).contains("confirmrecovery.do"), "{}", redeemed.head);
}

#[tokio::test]
async fn a_mail_is_queued_and_a_cancelled_reset_takes_it_back() {
    let running = with_tom(&[LINK]).await;
    let console = Console::admin(&running).await;
    let forced = press(&console, "force").await;
    assert!(code(&forced.body).is_none() && forced.body.contains("Recovery Email"), "{}", forced.body);
    assert_eq!(stored(&running, "SELECT recipient FROM outbox"), "tom@example.org");
    assert!(!tom_gets_in(&running).await);
    let cancelled = press(&console, "cancel").await;
    assert!(plain(&cancelled.body).contains("The reset of tom was cancelled."), "{}", cancelled.body);
    assert_eq!(pending(&running), "0");
    assert!(tom_gets_in(&running).await);
    let audit = "SELECT group_concat(action, ', ') FROM (SELECT action FROM audit WHERE target = 'tom' \
                 AND initiator = 'admin@carbon.super' AND action LIKE '%Forced%' OR action LIKE 'Force%' ORDER BY id)";
    assert_eq!(stored(&running, audit), "Force Password Reset, Cancel Forced Password Reset");
}

#[tokio::test]
async fn a_page_that_is_loaded_again_makes_no_code_void() {
    let running = with_tom(&[OFFLINE]).await;
    let console = Console::admin(&running).await;
    let page = console.open("users/reset?name=tom").await.body;
    let mark = field(&page, "mark");
    let fields = [("name", "tom"), ("mark", mark.as_str()), ("what", "force")];
    let first = console.send("users/reset", &fields).await;
    let shown = code(&first.body).unwrap();
    let second = console.submit("users/reset", &fields).await;
    assert!(second.body.contains("The state has changed since the page was shown."), "{}", second.body);
    let login = begin(&running).await;
    let redeemed = send(&running, &login.key, "tom", &shown, &login.cookie).await;
    assert!(location(&redeemed).contains("confirmrecovery.do"), "the code that was shown is good");
}

#[tokio::test]
async fn of_many_who_force_a_reset_at_once_one_hands_over_the_code_that_counts() {
    let running = with_tom(&[OFFLINE]).await;
    let console = Console::admin(&running).await;
    let mark = field(&console.open("users/reset?name=tom").await.body, "mark");
    let fields = [("name", "tom"), ("mark", mark.as_str()), ("what", "force")];
    let send = || console.send("users/reset", &fields);
    let (one, two, three, four) = tokio::join!(send(), send(), send(), send());
    let codes: Vec<String> = [one, two, three, four].iter().filter_map(|answer| code(&answer.body)).collect();
    assert_eq!(codes, [claim(&running, "tom", "http://wso2.org/claims/oneTimePassword").await]);
}

#[tokio::test]
async fn a_reset_that_cannot_be_mailed_is_not_begun() {
    let running = with_tom(&[OTP]).await;
    database(&running).execute("DELETE FROM user_attribute WHERE name = 'mail'", []).unwrap();
    let console = Console::admin(&running).await;
    let page = console.open("users/reset?name=tom").await.body;
    assert!(plain(&page).contains("Sending email address is not configured for the user."), "{page}");
    let fields = [("name", "tom"), ("mark", "0"), ("what", "force")];
    let refused = console.send("users/reset", &fields).await;
    assert!(plain(&refused.body).contains("Sending email address is not configured"), "{}", refused.body);
    assert_eq!(pending(&running), "0");
}

#[tokio::test]
async fn nobody_forces_without_the_permission_the_token_or_a_sensible_form() {
    let running = with_tom(&[OFFLINE]).await;
    let tom = Console::of(&running, "tom", "Old@1234").await;
    assert_eq!(tom.get("/carbon/users/reset?name=admin").await.status, 403);
    for screen in ["users/reset", "bulk-resets", "bulk-resets/job"] {
        let fields = [("name", "admin"), ("what", "force"), ("mark", "0"), ("role", "admin")];
        let refused = tom.send(screen, &fields).await;
        assert_eq!(refused.status, 403, "{screen}");
        assert!(plain(&refused.body).contains("/permission/admin/manage/identity/userprofile"));
    }
    let console = Console::admin(&running).await;
    let fields = [("name", "tom"), ("mark", "0"), ("what", "force"), ("csrf", &tom.token())];
    assert_eq!(console.post_raw("/carbon/users/reset", &fields).await.status, 403);
    assert_eq!(console.send("users/reset", &[("name", "tom"), ("what", "explode")]).await.status, 400);
    assert_eq!(
        console.send("users/reset", &[("name", "tom@other.org"), ("what", "force")]).await.status,
        400
    );
    assert_eq!(pending(&running), "0");
}

/// The page of a job once it is done.
async fn finished(console: &Console<'_>, id: &str) -> String {
    let waits = async {
        loop {
            let page = console.open(&format!("bulk-resets/job?id={id}")).await.body;
            if page.contains("id=\"job-state\">Done<") {
                return page;
            }
            assert!(page.contains("http-equiv=\"refresh\"") && page.contains("<progress"), "{page}");
            let still = console.open(&format!("bulk-resets/job?id={id}&still=on")).await.body;
            assert!(!still.contains("http-equiv"), "whoever wants stops it: {still}");
        }
    };
    // Each look takes a request, as that of a browser does whose page loads itself again.
    tokio::time::timeout(std::time::Duration::from_secs(60), waits).await.expect("the job ends")
}

fn id_of(answer: &Answer) -> String {
    location(answer).split("id=").nth(1).unwrap().to_owned()
}

fn number(page: &str, id: &str) -> String {
    page.split(&format!("id=\"job-{id}\">")).nth(1).unwrap().split('<').next().unwrap().to_owned()
}

#[tokio::test]
async fn an_uploaded_list_is_forced_in_the_background_and_everybody_is_accounted_for() {
    let running = with_tom(&[OFFLINE]).await;
    for name in ["ann", "eve"] {
        add_user(&running, name).await;
    }
    let console = Console::admin(&running).await;
    let list = "username,mail\r\ntom,x\r\n\"ann\"\r\n=nobody<b>\r\nTOM\r\nadmin\r\n";
    let drafted = console.upload("bulk-resets", &[("names", "")], ("list", list)).await;
    let id = id_of(&drafted);
    let page = console.open(&format!("bulk-resets/job?id={id}")).await.body;
    assert_eq!(number(&page, "total"), "4");
    assert!(
        page.contains("Not started")
            && page.contains("A one-time password for everybody stands in the result"),
        "{page}"
    );
    assert_eq!(pending(&running), "0", "nobody is touched before it is started");
    console.send("bulk-resets/job", &[("id", &id), ("what", "start")]).await;
    let page = finished(&console, &id).await;
    assert_eq!([number(&page, "done"), number(&page, "failed"), number(&page, "skipped")], ["2", "1", "1"]);
    assert!(plain(&page).contains("UserNotFound: User =nobody<b>does not exist"), "{page}");
    assert!(!page.contains("<b>"), "{page}");
    let result = console.get(&format!("/carbon/bulk-resets/result?id={id}")).await;
    assert_eq!(result.header("Content-Type"), Some("text/csv; charset=UTF-8"));
    assert_eq!(
        result.header("Content-Disposition"),
        Some(&*format!("attachment; filename=\"reset-{id}.csv\""))
    );
    let lines: Vec<&str> = result.body.lines().collect();
    assert_eq!(lines[0], "\u{feff}username,result,reason,one-time password");
    let again = id_of(&console.upload("bulk-resets", &[("names", "")], ("list", &result.body)).await);
    let page = plain(&console.open(&format!("bulk-resets/job?id={again}")).await.body);
    assert_eq!(number(&page, "total"), "4", "the result is a list of the same users: {page}");
    assert!(page.contains("<li>=nobody<b></li>"), "{page}");
    assert!(lines[1].starts_with("\"tom\",\"done\",\"\",\""), "{lines:?}");
    assert!(lines[3].starts_with("\"'=nobody<b>\",\"failed\","), "{lines:?}");
    assert_eq!(lines[4], "\"admin\",\"skipped\",\"Your own account is left out\",\"\"");
    let handed_over = lines[1].split('"').nth(7).unwrap();
    let login = begin(&running).await;
    let redeemed = send(&running, &login.key, "tom", handed_over, &login.cookie).await;
    assert!(location(&redeemed).contains("confirmrecovery.do"), "{}", redeemed.head);
    assert_eq!(
        stored(
            &running,
            "SELECT count(*) FROM recovery r JOIN user u ON u.id = r.user_id WHERE u.name = 'eve'"
        ),
        "0"
    );
}

#[tokio::test]
async fn a_selection_and_a_role_are_lists_too_and_a_draft_can_be_thrown_away() {
    let running = with_tom(&[OFFLINE]).await;
    add_user(&running, "ann").await;
    let console = Console::admin(&running).await;
    let list = console.open("users").await.body;
    assert!(list.contains("name=\"user\" value=\"tom\""), "{list}");
    let selected = id_of(&console.send("bulk-resets", &[("user", "tom"), ("user", "ann")]).await);
    assert_eq!(number(&console.open(&format!("bulk-resets/job?id={selected}")).await.body, "total"), "2");
    console.send("bulk-resets/job", &[("id", &selected), ("what", "discard")]).await;
    assert_eq!(console.get(&format!("/carbon/bulk-resets/job?id={selected}")).await.status, 400);
    let role = id_of(&console.send("bulk-resets", &[("role", "test role")]).await);
    console.send("bulk-resets/job", &[("id", &role), ("what", "start")]).await;
    assert_eq!(number(&finished(&console, &role).await, "done"), "1");
    let late = console.submit("bulk-resets/job", &[("id", &role), ("what", "discard")]).await.body;
    assert!(late.contains("was started meanwhile and cannot be discarded"), "{late}");
    let none = console.send("bulk-resets/job", &[("id", &selected), ("what", "discard")]).await;
    assert_eq!((none.status, none.body.matches("There is no such job").count()), (400, 1), "{}", none.body);
    // Nobody was ticked.
    let none = console.submit("bulk-resets", &[("here", "/carbon/users?pattern=t*")]).await.body;
    assert!(none.contains("There is no user to reset") && none.contains("value=\"t*\""), "{none}");
    for fields in [vec![("role", "no such role")], vec![("names", "\n\n")]] {
        let refused = console.send("bulk-resets", &fields).await;
        assert!(refused.status == 200 && refused.body.contains("role=\"alert\""), "{}", refused.body);
    }
    let binary = console.upload("bulk-resets", &[], ("list", "tom")).await;
    assert_eq!(binary.status, 302);
}

#[tokio::test]
async fn a_job_goes_on_after_a_restart() {
    let running = with_tom(&[OFFLINE]).await;
    let console = Console::admin(&running).await;
    let id = id_of(&console.send("bulk-resets", &[("names", "tom")]).await);
    let folder = running.stop().await;
    // It was started and not a step was done when the machine went away.
    let connection = rusqlite::Connection::open(folder.0.join("soapstone.db")).unwrap();
    connection.execute("UPDATE reset_job SET started_at = 1", []).unwrap();
    drop(connection);
    let running = Running::of(folder, |_| {}).await.unwrap();
    let console = Console::admin(&running).await;
    assert_eq!(number(&finished(&console, &id).await, "done"), "1");
    assert_eq!(pending(&running), "1");
}

#[tokio::test]
async fn jobs_of_another_tenant_are_not_there() {
    let running = with_tom(&[OFFLINE]).await;
    force(&running, "tom").await;
    let console = Console::admin(&running).await;
    let id = id_of(&console.send("bulk-resets", &[("names", "tom")]).await);
    database(&running)
        .execute(
            "INSERT INTO tenant (id, domain, active, admin_name, created_at) VALUES (7, 'other.org', 1, 'admin', 0)",
            [],
        )
        .unwrap();
    database(&running).execute("UPDATE reset_job SET tenant_id = 7", []).unwrap();
    for path in [format!("job?id={id}"), format!("result?id={id}")] {
        assert_eq!(console.get(&format!("/carbon/bulk-resets/{path}")).await.status, 400, "{path}");
    }
    for what in ["start", "stop", "discard"] {
        console.send("bulk-resets/job", &[("id", &id), ("what", what)]).await;
    }
    assert_eq!(stored(&running, "SELECT count(*) FROM reset_job WHERE started_at IS NULL"), "1");
}

#[tokio::test]
async fn where_nothing_can_be_forced_the_page_says_what_to_do_about_it() {
    let running = with_ann("/permission/admin/manage/identity/userprofile").await;
    let (admin, ann) = (Console::admin(&running).await, Console::of(&running, "ann", "Old@1234").await);
    let page = admin.open("users/reset?name=ann").await.body;
    assert!(page.contains("<a href=\"/carbon/idp/resident\">Choose how passwords are reset"), "{page}");
    let page = ann.open("users/reset?name=ann").await.body;
    assert!(page.contains("Ask an administrator who may change the Account Management Policies"), "{page}");
    assert!(!page.contains("/carbon/idp/resident"), "{page}");
    // The administrator has no mail address.
    govern(&running, &[(LINK, "true")]).await;
    let page = admin.open("users/reset?name=admin").await.body;
    assert!(page.contains("<a href=\"/carbon/users/profile?name=admin\">Look at the profile"), "{page}");
}

/// The names that a draft shows.
fn names_of(page: &str, id: &str) -> Vec<String> {
    let list = page.split(&format!("id=\"{id}\"")).nth(1).unwrap_or_else(|| panic!("no {id}: {page}"));
    let items = list.split("</ul>").next().unwrap().split("<li>").skip(1);
    items.map(|item| plain(item.split("</li>").next().unwrap())).collect()
}

#[tokio::test]
async fn a_draft_says_whom_it_is_about_and_who_of_them_is_unknown() {
    let running = with_tom(&[OFFLINE]).await;
    let console = Console::admin(&running).await;
    let typed = "tom\r\ntom,ann\r\nx\"y\r\nmüller\r\nNOSUCH/tom\r\n<b>";
    let id = id_of(&console.send("bulk-resets", &[("names", typed)]).await);
    let page = console.open(&format!("bulk-resets/job?id={id}")).await.body;
    assert_eq!(number(&page, "total"), "6");
    assert_eq!(names_of(&page, "names"), ["tom", "tom,ann", "x\"y", "müller", "NOSUCH/tom", "<b>"]);
    assert_eq!(names_of(&page, "unknown"), ["tom,ann", "x\"y", "müller", "NOSUCH/tom", "<b>"]);
    assert!(page.contains("Unknown users: 5.") && !page.contains("<b>"), "{page}");
    let utf16: Vec<u8> =
        "\u{feff}tom\tTom\r\nmüller\t\r\n".encode_utf16().flat_map(u16::to_le_bytes).collect();
    for (file, names, source) in [
        (b"tom;Tom;Smith\r\n=x;;\r\n".as_slice(), ["tom", "=x"], "List<"),
        (b"tom;Tom\r\nm\xfcller;M\xfcller\r\n", ["tom", "müller"], "List, read as windows-1252<"),
        (&utf16, ["tom", "müller"], "List<"),
    ] {
        let id = id_of(&console.upload("bulk-resets", &[("names", " \r\n")], ("list", file)).await);
        let page = console.open(&format!("bulk-resets/job?id={id}")).await.body;
        assert_eq!(names_of(&page, "names"), names);
        assert!(page.contains(source), "{page}");
    }
    let role = id_of(&console.send("bulk-resets", &[("role", "test role")]).await);
    let page = console.open(&format!("bulk-resets/job?id={role}")).await.body;
    assert!(names_of(&page, "names") == ["tom"] && !page.contains("id=\"unknown\""), "{page}");
}

#[tokio::test]
async fn a_list_that_is_refused_says_why_and_keeps_what_was_typed() {
    let running = with_tom(&[OFFLINE]).await;
    let console = Console::admin(&running).await;
    for (names, file, said) in [
        ("ann\r\neve", b"tom".as_slice(), "There are a file and typed names."),
        ("", b"tom\n\"ann\nbob", "in line 2 of the file is never closed"),
        ("", b"tom\nann\x00", "Line 2 of the file is neither UTF-8 nor"),
    ] {
        let refused = console.upload("bulk-resets", &[("names", names)], ("list", file)).await;
        assert!(refused.status == 200 && refused.body.contains(said), "{}", refused.body);
        let area = refused.body.split("<textarea").nth(1).unwrap().split("</textarea>").next().unwrap();
        assert!(area.ends_with(names), "{area}");
    }
    assert_eq!(stored(&running, "SELECT count(*) FROM reset_job"), "0");
}
