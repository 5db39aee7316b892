//! The mail templates: listing, adding, changing, deleting, looking at one filled in, and trying it out.

use super::super::server::{Running, add_user};
use super::operations::{HTML, add_tenant, is_closed, with_ann};
use super::{Console, plain, stored};

const EDIT: &str = "templates/edit?display=AdminForcedPasswordReset&locale=en_US";

fn template<'f>(
    display: &'f str,
    locale: &'f str,
    subject: &'f str,
    body: &'f str,
) -> Vec<(&'f str, &'f str)> {
    vec![
        ("display", display),
        ("locale", locale),
        ("contentType", "text/plain"),
        ("subject", subject),
        ("body", body),
        ("footer", "The footer"),
    ]
}

fn with<'f>(mut fields: Vec<(&'f str, &'f str)>, name: &'f str, value: &'f str) -> Vec<(&'f str, &'f str)> {
    fields.retain(|(known, _)| *known != name);
    fields.push((name, value));
    fields
}

fn saved(running: &Running, column: &str, display: &str, locale: &str) -> String {
    stored(
        running,
        &format!(
            "SELECT coalesce((SELECT {column} FROM email_template WHERE tenant_id = -1234 AND deleted = 0 AND \
             key = '{}' AND folded_locale = '{}'), '-')",
            display.to_lowercase(),
            locale.to_lowercase()
        ),
    )
}

#[tokio::test]
async fn a_template_is_changed_as_it_was_typed_and_used_for_the_next_mail() {
    let running = Running::start().await;
    let console = Console::admin(&running).await;
    let list = console.open("templates").await.body;
    for name in ["AdminForcedPasswordReset", "AdminForcedPasswordResetWithOTP", "PasswordReset"] {
        assert!(list.contains(&format!("<h2>{name}</h2>")), "{name}: {list}");
    }
    let form = plain(&console.open(EDIT).await.body);
    assert!(form.contains("{{confirmation-code}}"), "{form}");
    let fields = template("AdminForcedPasswordReset", "en_US", "New ö subject", "\r\n  First\r\nlast\r\n");
    let list = console.submit("templates/edit", &fields).await.body;
    assert!(list.contains("Email Template successfully Saved.") && list.contains("New ö subject"), "{list}");
    assert_eq!(saved(&running, "body", "AdminForcedPasswordReset", "en_US"), "\n  First\nlast\n");
    let again = console.open(EDIT).await.body;
    assert!(again.contains(">\n\n  First\nlast\n</textarea>"), "nothing is lost on the way: {again}");
    let audited = "SELECT action || ' ' || target || ' ' || data FROM audit ORDER BY id DESC LIMIT 1";
    assert_eq!(stored(&running, audited), "Save Email Template AdminForcedPasswordReset en_US");
}

#[tokio::test]
async fn templates_and_types_are_added_and_deleted_after_a_question() {
    let running = Running::start().await;
    let console = Console::admin(&running).await;
    let added = console.submit("templates/types/add", &[("display", "My Type")]).await.body;
    assert!(
        added.contains("The email template type My Type was added.") && added.contains("has no templates")
    );
    let twice = console.submit("templates/types/add", &[("display", "my type")]).await.body;
    assert!(
        plain(&twice).contains("'my type' already exists") && twice.contains("value=\"my type\""),
        "{twice}"
    );
    assert!(console.open("templates/add?display=My+Type").await.body.contains("selected>My Type</option>"));
    let list = console.submit("templates/add", &template("My Type", "de_DE", "Betreff", "Text")).await.body;
    assert!(list.contains("Betreff"), "{list}");
    let twice =
        console.submit("templates/add", &template("my type", " DE_de", "Anderer", "Text 2")).await.body;
    assert!(
        twice.contains("There is a template My Type in de_DE already.") && twice.contains("Text 2"),
        "{twice}"
    );
    assert!(
        plain(&twice).contains("href=\"/carbon/templates/edit?display=My+Type&locale=de_DE\""),
        "{twice}"
    );
    assert_eq!(saved(&running, "subject", "mytype", "de_DE"), "Betreff", "nothing is replaced");
    let question = console.open("templates/delete?display=My+Type&locale=de_DE").await.body;
    assert!(question.contains("Do you want to delete the template My Type in de_DE?"), "{question}");
    assert_eq!(saved(&running, "subject", "mytype", "de_DE"), "Betreff", "a question deletes nothing");
    let fields = [("display", "My Type"), ("locale", "de_DE")];
    let deleted = console.submit("templates/delete", &fields).await.body;
    assert!(deleted.contains("The template My Type in de_DE was deleted."), "{deleted}");
    let again = console.submit("templates/delete", &fields).await.body;
    assert!(plain(&again).contains("There is no email template or type 'My Type'."), "{again}");
    let question = console.open("templates/types/delete?display=My+Type").await.body;
    assert!(question.contains("with all its templates"), "{question}");
    let gone = console.submit("templates/types/delete", &[("display", "My Type")]).await.body;
    assert!(gone.contains("The email template type My Type was deleted.") && !gone.contains("<h2>My Type"));
}

#[tokio::test]
async fn what_is_wrong_with_a_template_is_said_and_what_was_typed_is_kept() {
    let running = Running::start().await;
    let console = Console::admin(&running).await;
    let good = template("PasswordReset", "fr_FR", "Sujet", "Corps");
    for (name, value, said) in [
        ("subject", " ", "An email template needs subject, body and footer."),
        ("body", "", "An email template needs subject, body and footer."),
        ("footer", "", "An email template needs subject, body and footer."),
        ("locale", "", "An email template needs a locale."),
        ("locale", "../x", "Locale contains invalid special characters : ../x"),
        ("display", "", "cannot be the display name"),
    ] {
        let page = console.submit("templates/add", &with(good.clone(), name, value)).await.body;
        assert!(plain(&page).contains(said), "{name}={value}: {page}");
        assert!(page.contains("Corps") || page.contains("Sujet"), "{page}");
    }
    assert_eq!(saved(&running, "subject", "passwordreset", "fr_FR"), "-");
    let nowhere = console.send("templates/edit", &good).await;
    assert_eq!(nowhere.status, 400, "only what is there can be changed: {}", nowhere.body);
    assert_eq!(console.get("/carbon/templates/edit?display=x&locale=y").await.status, 400);
}

#[tokio::test]
async fn html_in_every_field_is_shown_as_text_wherever_it_appears() {
    let running = Running::start().await;
    let console = Console::admin(&running).await;
    console.submit("templates/types/add", &[("display", &format!("T {HTML}"))]).await;
    let display = format!("T {HTML}");
    let mut fields = template(&display, "de_DE", HTML, HTML);
    fields = with(with(fields, "footer", HTML), "contentType", HTML);
    let list = console.submit("templates/add", &fields).await.body;
    assert!(!list.contains(HTML) && plain(&list).contains(HTML), "{list}");
    for action in ["preview", "test"] {
        let mut fields = fields.clone();
        fields.push(("do", action));
        let page = console.submit("templates/add", &fields).await.body;
        assert!(!page.contains(HTML) && plain(&page).contains(HTML), "{action}: {page}");
    }
    let refused = console.get("/carbon/templates/edit?display=%3Cb%3E&locale=%3Ci%3E").await.body;
    assert!(!refused.contains("<b>") && !refused.contains("<i>"), "{refused}");
}

#[tokio::test]
async fn a_preview_shows_the_mail_filled_in_and_saves_and_sends_nothing() {
    let running = Running::start().await;
    let console = Console::admin(&running).await;
    let body = "Dear {{user-name}} of {{tenant-domain}}: {{confirmation-code}}";
    let mut fields = template("PasswordReset", "en_US", "For {{user-name}}", body);
    fields.push(("do", "preview"));
    let page = console.submit("templates/edit", &fields).await.body;
    assert!(page.contains("<dd>For admin</dd>"), "{page}");
    assert!(page.contains("<pre>Dear admin of carbon.super: SAMPLE-CODEThe footer</pre>"), "{page}");
    assert!(plain(&page).contains(body), "the form keeps what was typed");
    assert_ne!(saved(&running, "subject", "PasswordReset", "en_US"), "For {{user-name}}");
    assert_eq!(stored(&running, "SELECT count(*) FROM outbox"), "0");
}

#[tokio::test]
async fn a_test_mail_goes_to_oneself_or_says_that_there_is_no_address() {
    let running = with_ann("/permission/admin/manage/identity").await;
    let ann = Console::of(&running, "ann", "Old@1234").await;
    let mut fields = template("PasswordReset", "en_US", "Trial", "{{confirmation-code}}");
    fields.push(("do", "test"));
    let page = ann.submit("templates/edit", &fields).await.body;
    assert!(page.contains("A test mail to ann@example.org is on its way."), "{page}");
    assert_eq!(
        stored(&running, "SELECT recipient || ' ' || template FROM outbox"),
        "ann@example.org passwordreset"
    );
    assert_ne!(saved(&running, "subject", "PasswordReset", "en_US"), "Trial", "it is not saved by that");
    let admin = Console::admin(&running).await;
    let page = admin.submit("templates/edit", &fields).await.body;
    assert!(page.contains("Sending email address is not configured for the user."), "{page}");
    assert_eq!(stored(&running, "SELECT count(*) FROM outbox"), "1");
}

#[tokio::test]
async fn templates_are_closed_to_who_may_not_and_to_forms_of_others() {
    let running = with_ann("").await;
    let ann = Console::of(&running, "ann", "Old@1234").await;
    for screen in [
        "templates",
        "templates/add",
        EDIT,
        "templates/delete",
        "templates/types/add",
        "templates/types/delete",
    ] {
        is_closed(&ann, screen, "/permission/admin/manage/identity").await;
    }
    let console = Console::admin(&running).await;
    let token = ann.token();
    let mut fields = template("PasswordReset", "en_US", "Foreign", "Body");
    fields.push(("csrf", &token));
    for path in ["templates/edit", "templates/add", "templates/delete", "templates/types/delete"] {
        assert_eq!(console.post_raw(&format!("/carbon/{path}"), &fields).await.status, 403, "{path}");
    }
    assert_ne!(saved(&running, "subject", "PasswordReset", "en_US"), "Foreign");
}

#[tokio::test]
async fn a_tenant_changes_its_own_templates_only() {
    let running = Running::start().await;
    add_user(&running, "tom").await;
    add_tenant(&running, "acme.com").await;
    let acme = Console::of(&running, "admin@acme.com", "admin123").await;
    acme.submit("templates/edit", &template("PasswordReset", "en_US", "Of acme", "Body")).await;
    acme.submit("templates/types/delete", &[("display", "AccountLock")]).await;
    let count =
        |condition: &str| stored(&running, &format!("SELECT count(*) FROM email_template WHERE {condition}"));
    assert_eq!(count("subject = 'Of acme' AND tenant_id = 1"), "1");
    assert_eq!(count("subject = 'Of acme' AND tenant_id = -1234"), "0");
    assert_eq!(count("key = 'accountlock' AND tenant_id = 1"), "0");
    assert_eq!(count("key = 'accountlock' AND tenant_id = -1234"), "1");
}
