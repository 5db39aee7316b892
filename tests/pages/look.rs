//! How pages are made: for eyes and ears, without scripts, replaceable.

use super::server::{Folder, Running, clock, settings};
use super::{COMPLETE, CONFIRM, begin, below, get, send, tom_in_reset};
use soapstone::transport::Server;

#[tokio::test]
async fn pages_can_be_used_without_scripts_and_by_ear_and_are_kept_by_nobody() {
    let (running, code) = tom_in_reset(|_| {}).await;
    let login = begin(&running).await;
    let failed = format!("{}&authFailure=true&authFailureMsg=login.fail.message", login.form);
    let session = send(&running, &login.key, "admin", "admin", "").await;
    let cookie = format!("Cookie: {}\r\n", session.header("Set-Cookie").unwrap().split(';').next().unwrap());
    for (path, headers) in [
        (login.form.as_str(), ""),
        (failed.as_str(), ""),
        ("/authenticationendpoint/retry.do", ""),
        (&format!("{CONFIRM}?confirmation={code}&username=tom"), ""),
        (&format!("{COMPLETE}?confirmation={code}&username=tom"), ""),
        (&format!("{CONFIRM}?confirmation=nonsense"), ""),
        ("/dashboard", cookie.as_str()),
        ("/no/such/page", ""),
    ] {
        let page = get(&running, path, headers).await;
        assert_eq!(page.header("Content-Type"), Some("text/html; charset=UTF-8"), "{path}");
        assert_eq!(page.header("Cache-Control"), Some("no-store"), "{path}");
        assert_eq!(page.header("Referrer-Policy"), Some("no-referrer"), "{path}");
        let policy = page.header("Content-Security-Policy").unwrap();
        for part in ["default-src 'none'", "style-src 'self'", "form-action 'self'", "frame-ancestors 'none'"]
        {
            assert!(policy.contains(part), "{policy}");
        }
        let html = &page.body;
        assert_eq!(html.matches("<h1>").count(), 1, "{path}");
        assert!(html.contains("<html lang=\"en\">") && html.contains("<main"), "{path}");
        let title = if path == "/dashboard" { "My account" } else { "WSO2 Identity Server" };
        assert!(html.contains(&format!("<title>{title}</title>")), "{path}");
        assert!(!html.contains("<script") && !html.contains("<style") && !html.contains(" style="), "{path}");
        for input in html.split("<input ").skip(1).map(|rest| rest.split('>').next().unwrap()) {
            let Some(id) = input.split("id=\"").nth(1).and_then(|rest| rest.split('"').next()) else {
                assert!(input.contains("type=\"hidden\""), "{input}");
                continue;
            };
            assert!(html.contains(&format!("<label for=\"{id}\">")), "{path}: {id} has no label");
            assert!(!input.contains("type=\"password\"") || input.contains("autocomplete=\""), "{input}");
        }
        // What went wrong is said first, to ears too.
        if html.contains("alert-danger") {
            assert!(html.contains("role=\"alert\" tabindex=\"-1\" autofocus>"), "{path}");
            assert_eq!(html.matches("autofocus").count(), 1, "{path}");
        }
    }
}

#[tokio::test]
async fn the_style_sheet_is_kept_for_good_under_an_address_that_changes_with_it() {
    let running = Running::start().await;
    let page = get(&running, "/authenticationendpoint/retry.do", "").await;
    let sheet =
        page.body.split("<link rel=\"stylesheet\" href=\"").nth(1).unwrap().split('"').next().unwrap();
    let sheet = sheet.replace("&#x2F;", "/");
    let css = get(&running, &sheet, "").await;
    assert_eq!((css.status, css.header("Content-Type")), (200, Some("text/css; charset=UTF-8")));
    assert_eq!(css.header("Cache-Control"), Some("public, max-age=31536000, immutable"));
    let (path, _) = sheet.split_once('?').unwrap();
    assert_eq!(get(&running, path, "").await.header("Cache-Control"), Some("public, max-age=300"));

    let folder = Folder::with_certificate();
    std::fs::create_dir(folder.0.join("templates")).unwrap();
    std::fs::write(folder.0.join("templates/style.css"), "body { color: teal }").unwrap();
    let other = Running::of(folder, |_| {}).await.unwrap();
    let page = get(&other, "/authenticationendpoint/retry.do", "").await;
    assert!(!page.body.contains(&sheet.replace('/', "&#x2F;")) && !page.body.contains(&sheet));
    assert_eq!(get(&other, path, "").await.body, "body { color: teal }");
}

#[tokio::test]
async fn an_operator_replaces_pages_with_his_own_and_is_told_when_one_is_broken() {
    let folder = Folder::with_certificate();
    let own = folder.0.join("templates");
    std::fs::create_dir(&own).unwrap();
    std::fs::write(
        own.join("login.html"),
        "<h1>Acme</h1>{% if message %}{{ message }}{% endif %}<form action=\"{{ action }}\">{{ session_data_key }}</form>",
    )
    .unwrap();
    let running = Running::of(folder, |_| {}).await.unwrap();
    let page = get(&running, "/authenticationendpoint/login.do?sessionDataKey=%3Cb%3E", "").await;
    assert!(page.body.starts_with("<h1>Acme</h1>") && page.body.contains("&lt;b&gt;"), "{}", page.body);
    assert!(get(&running, "/authenticationendpoint/retry.do", "").await.body.contains("<html lang"));
    let folder = running.stop().await;
    std::fs::write(folder.0.join("templates/reset.html"), "\n{% if %}").unwrap();
    let error = Server::start(&settings(&folder.0), clock()).await.unwrap_err().to_string();
    assert!(error.contains("templates") && error.contains("reset.html") && error.contains(":2:"), "{error}");
}

#[tokio::test]
async fn what_is_not_there_and_what_cannot_be_done_is_said() {
    let running = Running::start().await;
    let missing = get(&running, "/authenticationendpoint/nothing.do", "").await;
    assert!(missing.status == 404 && missing.body.contains("There is no such page."), "{}", missing.body);
    assert!(missing.body.contains("<h1>This is not possible</h1>"), "nobody signs in: {}", missing.body);
    for method in ["PUT", "DELETE", "OPTIONS"] {
        let answer = running
            .ask(&format!("{method} /dashboard HTTP/1.1\r\nHost: localhost\r\nContent-Length: 0\r\n\r\n"))
            .await;
        assert_eq!((answer.status, answer.header("Allow")), (405, Some("GET, HEAD, POST")), "{method}");
    }
    for (root, there) in [("/", "/carbon/"), ("/carbon", "/carbon/"), ("/carbon/", "/carbon/admin/login.jsp")]
    {
        let answer = get(&running, root, "").await;
        assert_eq!(below(&running, answer.header("Location").unwrap()), there, "{root}");
    }
}

/// Relative luminance of `#rgb` or `#rrggbb` (WCAG 2.1).
fn luminance(color: &str) -> f64 {
    let digits: String = match color.len() {
        3 => color.chars().flat_map(|digit| [digit, digit]).collect(),
        _ => color.to_owned(),
    };
    let part = |at: usize| {
        let value = f64::from(u8::from_str_radix(&digits[at..at + 2], 16).unwrap()) / 255.0;
        if value <= 0.03928 { value / 12.92 } else { ((value + 0.055) / 1.055).powf(2.4) }
    };
    0.2126 * part(0) + 0.7152 * part(2) + 0.0722 * part(4)
}

#[test]
fn where_something_can_be_typed_is_seen_on_every_page_by_day_and_by_night() {
    for sheet in [
        include_str!("../../src/web/templates/style.css"),
        include_str!("../../src/web/templates/console/style.css"),
    ] {
        let colors = |name: &str| -> Vec<f64> {
            let mark = format!("{name}: #");
            let found = sheet.split(&mark).skip(1);
            found.map(|rest| luminance(rest.split(';').next().unwrap())).collect()
        };
        let (fields, cards) = (colors("--field"), colors("--card"));
        assert_eq!((fields.len(), cards.len()), (2, 2));
        for (field, card) in fields.iter().zip(&cards) {
            let contrast = (field.max(*card) + 0.05) / (field.min(*card) + 0.05);
            assert!(contrast >= 3.0, "{contrast}");
        }
        // Fields of text, choices and areas.
        assert!(sheet.contains("background: transparent; border: 1px solid var(--field)"));
    }
}
