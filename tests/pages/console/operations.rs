//! The mail queue, the pending resets and the audit log: what an administrator sees and does there, and what is refused.

use super::super::server::{Running, add_role, add_user, call, force, govern};
use super::{Console, database, location, plain, stored};

pub const HTML: &str = "<b>\"x'&<i>";
const LINK: &str = "Recovery.AdminPasswordReset.RecoveryLink";

/// A server where ann may sign in to the console and do what one permission says.
pub async fn with_ann(permission: &str) -> Running {
    let running = Running::start().await;
    add_user(&running, "ann").await;
    add_role(&running, "signers", "ann", "/permission/admin/login").await;
    if !permission.is_empty() {
        add_role(&running, "helpers", "ann", permission).await;
    }
    running
}

/// A tenant of that domain, with the administrator `admin` of the password `admin123`.
pub async fn add_tenant(running: &Running, domain: &str) {
    let payload = format!(
        "<s:addTenant xmlns:s=\"http://services.mgt.tenant.carbon.wso2.org\" \
         xmlns:b=\"http://beans.common.stratos.carbon.wso2.org/xsd\"><s:tenantInfoBean><b:active>true</b:active>\
         <b:admin>admin</b:admin><b:adminPassword>admin123</b:adminPassword><b:email>a@{domain}</b:email>\
         <b:firstname>A</b:firstname><b:lastname>B</b:lastname><b:tenantDomain>{domain}</b:tenantDomain>\
         </s:tenantInfoBean></s:addTenant>"
    );
    let answer = call(running, "TenantMgtAdminService", &payload).await;
    assert_eq!(answer.status, 200, "{}", answer.body);
}

/// Asserts that somebody without the permission gets neither the screen nor its form, and learns what he lacks.
pub async fn is_closed(console: &Console<'_>, screen: &str, needed: &str) {
    let refused = console.get(&format!("/carbon/{screen}")).await;
    assert_eq!(refused.status, 403, "{screen}");
    assert!(plain(&refused.body).contains(needed), "{screen}: {}", refused.body);
    let path = screen.split('?').next().unwrap();
    assert_eq!(console.send(path, &[("name", "tom"), ("id", "1")]).await.status, 403, "{screen}");
    assert!(!console.open("").await.body.contains(&format!("\"/carbon/{path}\"")), "{screen}");
}

/// A server with tom in reset by a mailed link.
async fn with_reset() -> Running {
    let running = Running::start().await;
    add_user(&running, "tom").await;
    govern(&running, &[(LINK, "true")]).await;
    force(&running, "tom").await;
    running
}

/// A mail that waits for an hour; its key.
fn add_mail(running: &Running, recipient: &str) -> String {
    let sql = "INSERT INTO outbox (tenant_id, state, created_at, due_at, expires_at, attempts, template, recipient, \
               subject, body, content_type, message_id, last_error) VALUES (-1234, 'queued', 1700000000000, \
               1700003600000, 1800000000000, 2, 'accountlock', ?1, 'secret subject', 'secret body', 'text/plain', 'm', ?2)";
    let connection = database(running);
    connection.execute(sql, [recipient, HTML]).unwrap();
    connection.last_insert_rowid().to_string()
}

#[tokio::test]
async fn a_mail_that_waits_is_seen_hurried_and_dropped_but_never_read() {
    let running = Running::start().await;
    let id = add_mail(&running, "tom@example.org");
    let console = Console::admin(&running).await;
    let queue = console.open("mails?state=queued").await.body;
    assert!(queue.contains(
        "<td>tom@example.org</td><td>accountlock</td><td class=\"when\">2023-11-14 22:13:20 UTC</td>"
    ));
    assert!(queue.contains("next attempt: 2023-11-14 23:13:20 UTC"), "{queue}");
    assert!(!queue.contains("secret") && !queue.contains(HTML) && plain(&queue).contains(HTML), "{queue}");
    let question = console.open(&format!("mails/drop?id={id}")).await.body;
    assert!(question.contains("The mail accountlock to tom@example.org will not be sent."), "{question}");
    assert_eq!(stored(&running, "SELECT state FROM outbox"), "queued", "a question drops nothing");
    let dropped = console.submit("mails/drop", &[("id", &id)]).await.body;
    assert!(dropped.contains("The mail was dropped.") && dropped.contains(">Dropped</span>"), "{dropped}");
    assert_eq!(stored(&running, "SELECT subject || body || state FROM outbox"), "dropped");
    let again = console.submit("mails/retry", &[("id", &id)]).await.body;
    assert!(again.contains("cannot be sent any more"), "{again}");
    assert!(console.open("mails?state=queued").await.body.contains("There are no mails."));

    let other = add_mail(&running, "ann@example.org");
    let hurried = console.submit("mails/retry", &[("id", &other)]).await.body;
    assert!(hurried.contains("The mail is sent now."), "{hurried}");
    let audited = "SELECT group_concat(action || ' ' || target, ', ') FROM audit WHERE target LIKE '%@%'";
    assert_eq!(stored(&running, audited), "Drop Mail tom@example.org, Retry Mail ann@example.org");
}

#[tokio::test]
async fn pending_resets_say_who_since_when_and_by_whom_and_can_be_cancelled() {
    let running = with_reset().await;
    let console = Console::admin(&running).await;
    let list = plain(&console.open("resets").await.body);
    for part in [
        ">tom</a>",
        "<td class=\"when\">2023-11-14 22:13:20 UTC</td><td class=\"when\">2023-11-15 22:13:20 UTC</td><td>admin</td>",
        "Recovery Email",
        "Mail: ",
        ">Waiting</span>",
    ] {
        assert!(list.contains(part), "{part}: {list}");
    }
    let question = console.open("resets/cancel?name=tom").await.body;
    assert!(question.contains("tom can sign in with the old password again"), "{question}");
    assert_eq!(stored(&running, "SELECT count(*) FROM recovery"), "1", "a question cancels nothing");
    let cancelled = console.submit("resets/cancel", &[("name", "tom")]).await.body;
    assert!(cancelled.contains("The password reset of tom was cancelled."), "{cancelled}");
    assert!(cancelled.contains("No password reset is pending."), "{cancelled}");
    let again = console.submit("resets/cancel", &[("name", "tom")]).await.body;
    assert!(again.contains("There is no pending password reset of tom."), "{again}");
    let unknown = console.send("resets/cancel", &[("name", HTML)]).await;
    assert!(unknown.status == 400 && !unknown.body.contains(HTML), "{}", unknown.body);
}

#[tokio::test]
async fn an_expired_reset_stays_in_the_list() {
    let running = with_reset().await;
    running.clock.advance(25 * 3_600_000);
    let list = Console::admin(&running).await.open("resets").await.body;
    assert!(list.contains(">tom</a>") && list.contains(">Code expired</span>"), "{list}");
}

#[tokio::test]
async fn the_audit_log_is_filtered_and_shows_what_was_typed_as_text() {
    let running = with_reset().await;
    running.clock.advance(24 * 3_600_000);
    let html = format!(
        "INSERT INTO audit (tenant_id, at, initiator, action, target, data, result) VALUES \
        (-1234, {}, 'eve@carbon.super', 'Odd', ?1, ?1, 'Success')",
        1_700_000_000_000_i64 + 24 * 3_600_000
    );
    database(&running).execute(&html, [HTML]).unwrap();
    let console = Console::admin(&running).await;
    let all = console.open("audit").await.body;
    assert!(!all.contains(HTML) && plain(&all).contains(HTML), "{all}");
    assert!(all.contains("<td>Force Password Reset</td><td>tom</td><td>RecoveryLink</td>"), "{all}");
    assert!(all.contains("<option value=\"Add User\">"), "{all}");
    let rows = |page: String| page.split("<tbody>").nth(1).map_or(0, |body| body.matches("<tr>").count());
    for (query, expected) in [
        ("initiator=eve", 1),
        ("initiator=EVE@carbon.super&action=Odd", 1),
        ("initiator=eve&action=Add+User", 0),
        ("target=TOM&action=Force+Password+Reset", 1),
        ("from=2023-11-15", 1),
        ("until=2023-11-14&action=Force+Password+Reset", 1),
        ("from=2023-11-15&until=2023-11-15&action=Odd", 1),
        ("from=2023-11-16", 0),
        ("initiator=%25", 0),
    ] {
        assert_eq!(rows(console.open(&format!("audit?{query}")).await.body), expected, "{query}");
    }
    let wrong = console.open("audit?from=yesterday").await.body;
    assert!(wrong.contains("A day is written like") && wrong.contains("value=\"yesterday\""), "{wrong}");
    let odd = console.open("audit?after=1.x&initiator=eve").await.body;
    assert!(plain(&odd).contains(HTML), "a place that is none is the beginning");
}

#[tokio::test]
async fn a_long_list_is_gone_through_page_by_page_without_losing_its_filter() {
    let running = Running::start().await;
    let connection = database(&running);
    for number in 0..60 {
        let sql = "INSERT INTO audit (tenant_id, at, initiator, action, target, data, result) VALUES \
                   (-1234, 5, 'x@carbon.super', 'Odd', ?1, '', 'Success')";
        connection.execute(sql, [format!("target {number:02}")]).unwrap();
    }
    let console = Console::admin(&running).await;
    let (mut seen, mut next) = (Vec::new(), Some("/carbon/audit?action=Odd".to_owned()));
    while let Some(address) = next {
        let page = plain(&console.get(&address).await.body);
        seen.extend(page.split("<td>target ").skip(1).map(|rest| rest[..2].to_owned()));
        next = page
            .split_once("\" rel=\"next\"")
            .map(|(before, _)| before.rsplit_once("href=\"").unwrap().1.to_owned());
    }
    let expected: Vec<String> = (0..60).rev().map(|number| format!("{number:02}")).collect();
    assert_eq!(seen, expected);
}

#[tokio::test]
async fn who_lacks_the_permission_is_told_which_one_and_the_menu_leaves_the_screen_out() {
    let running = with_ann("").await;
    let ann = Console::of(&running, "ann", "Old@1234").await;
    for (screen, needed) in [
        ("mails", "/permission/admin/manage/identity"),
        ("mails/retry", "/permission/admin/manage/identity"),
        ("mails/drop", "/permission/admin/manage/identity"),
        ("resets", "/permission/admin/manage/identity/userprofile/view"),
        ("resets/cancel", "/permission/admin/manage/identity/userprofile"),
        ("audit", "/permission/admin/monitor/logging"),
    ] {
        is_closed(&ann, screen, needed).await;
    }
}

#[tokio::test]
async fn who_may_only_look_at_resets_sees_no_way_to_cancel_one() {
    let running = with_ann("/permission/admin/manage/identity/userprofile/view").await;
    add_user(&running, "tom").await;
    govern(&running, &[(LINK, "true")]).await;
    force(&running, "tom").await;
    let ann = Console::of(&running, "ann", "Old@1234").await;
    let list = ann.open("resets").await.body;
    assert!(list.contains("<td>tom</td>") && !list.contains("resets/cancel"), "{list}");
    assert_eq!(ann.send("resets/cancel", &[("name", "tom")]).await.status, 403);
    assert_eq!(stored(&running, "SELECT count(*) FROM recovery"), "1");
}

#[tokio::test]
async fn a_form_without_the_token_of_the_session_changes_nothing() {
    let running = with_reset().await;
    let id = add_mail(&running, "eve@example.org");
    let console = Console::admin(&running).await;
    let foreign = Console::admin(&running).await.token();
    for token in ["", "0", &foreign] {
        for (screen, field) in [("mails/drop", ("id", id.as_str())), ("resets/cancel", ("name", "tom"))] {
            let answer = console.post_raw(&format!("/carbon/{screen}"), &[field, ("csrf", token)]).await;
            assert_eq!(answer.status, 403, "{screen}");
        }
    }
    assert_eq!(stored(&running, "SELECT count(*) FROM recovery"), "1");
    assert_eq!(stored(&running, &format!("SELECT state FROM outbox WHERE id = {id}")), "queued");
}

#[tokio::test]
async fn another_tenant_sees_and_reaches_nothing_of_these() {
    let running = with_reset().await;
    add_tenant(&running, "acme.com").await;
    let id = add_mail(&running, "eve@example.org");
    let acme = Console::of(&running, "admin@acme.com", "admin123").await;
    assert!(!acme.open("mails").await.body.contains("@example.org"));
    assert!(!acme.open("resets").await.body.contains(">tom<"));
    assert!(!acme.open("audit?initiator=admin@carbon.super").await.body.contains("<tbody>"));
    for tampered in [id.as_str(), "0", "x", "99999999999999999999"] {
        let answer = acme.submit("mails/drop", &[("id", tampered)]).await;
        assert!(answer.body.contains("There is no such mail."), "{tampered}: {}", answer.body);
    }
    assert_eq!(acme.get(&format!("/carbon/mails/drop?id={id}")).await.status, 400);
    assert_eq!(acme.send("resets/cancel", &[("name", "tom")]).await.status, 400);
    assert!(location(&acme.get(&format!("/carbon/mails/retry?id={id}")).await).contains("/mails"));
    assert_eq!(stored(&running, &format!("SELECT state FROM outbox WHERE id = {id}")), "queued");
    assert_eq!(stored(&running, "SELECT count(*) FROM recovery"), "1");
}

#[tokio::test]
async fn the_menu_marks_the_one_screen_one_is_on_or_below() {
    let running = Running::start().await;
    let console = Console::admin(&running).await;
    for (screen, marked) in [
        ("idp/add", "/carbon/idp"),
        ("idp/resident", "/carbon/idp/resident"),
        ("templates/types/add", "/carbon/templates"),
        ("claims/dialect?dialect=http://wso2.org/claims", "/carbon/claims"),
        ("audit", "/carbon/audit"),
    ] {
        let page = plain(&console.open(screen).await.body);
        let marks: Vec<&str> = page
            .split(" aria-current=\"page\"")
            .map(|before| before.rsplit_once("href=\"").map_or("", |(_, address)| address))
            .collect();
        assert_eq!(page.matches("aria-current").count(), 1, "{screen}");
        assert_eq!(marks[0].trim_end_matches('"'), marked, "{screen}");
    }
}
