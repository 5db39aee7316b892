//! Forms that were opened before somebody else changed the same thing: they take nothing back.

use super::super::server::{Running, add_role, add_user, claim};
use super::{Console, borrowed, plain, untouched};

const GIVEN: &str = "http://wso2.org/claims/givenname";
const MAIL: &str = "http://wso2.org/claims/emailaddress";
const PHONE: &str = "http://wso2.org/claims/telephone";

/// Sends a form; the page that answers it.
async fn save(console: &Console<'_>, screen: &str, fields: Vec<(String, String)>) -> String {
    plain(&console.submit(screen, &borrowed(&fields)).await.body)
}

#[tokio::test]
async fn a_profile_that_was_opened_before_somebody_elses_change_does_not_take_it_back() {
    let running = Running::start().await;
    add_user(&running, "tom").await;
    let (ann, bob) = (Console::admin(&running).await, Console::admin(&running).await);
    let opened = |page: String| {
        move |changes: &[(&str, &str)]| {
            let mut fields = untouched(&page, "userProfile");
            for (uri, value) in changes {
                let name = format!("claim__{uri}");
                fields.iter_mut().find(|(known, _)| *known == name).unwrap().1 = (*value).to_owned();
            }
            fields
        }
    };
    let early = opened(ann.open("users/profile?name=tom").await.body);
    let save = async |console, fields| save(console, "users/profile", fields).await;
    let saved = save(&bob, early(&[(MAIL, "new@example.com"), (PHONE, "1")])).await;
    assert!(saved.contains("User profile updated successfully"), "{saved}");
    let saved = save(&ann, early(&[(GIVEN, "Tom")])).await;
    assert!(saved.contains("User profile updated successfully"), "{saved}");
    assert_eq!(claim(&running, "tom", MAIL).await, "new@example.com");
    assert_eq!(claim(&running, "tom", GIVEN).await, "Tom");
    // Both say otherwise what his mail address is.
    let asked = save(&ann, early(&[(MAIL, "other@example.com"), (GIVEN, "Thomas")])).await;
    assert!(asked.contains("Now: ") && asked.contains("Email is “new@example.com”"), "{asked}");
    assert!(asked.contains("value=\"other@example.com\""), "what was typed stays: {asked}");
    assert_eq!(claim(&running, "tom", MAIL).await, "new@example.com");
    assert_eq!(claim(&running, "tom", GIVEN).await, "Tom", "nothing was written");
    let again = untouched(&asked, "userProfile");
    assert!(save(&ann, again).await.contains("User profile updated successfully"));
    assert_eq!(claim(&running, "tom", MAIL).await, "other@example.com");
    assert_eq!(claim(&running, "tom", GIVEN).await, "Thomas");
    assert_eq!(claim(&running, "tom", PHONE).await, "1", "he never changed that");
}

/// A form that was opened, with some of its boxes ticked and others not.
fn ticked(page: &str, form: &str, name: &str, on: &[&str], off: &[&str]) -> Vec<(String, String)> {
    let mut fields = untouched(page, form);
    fields.retain(|(known, value)| known != name || !off.contains(&value.as_str()));
    fields.extend(on.iter().map(|value| (name.to_owned(), (*value).to_owned())));
    fields
}

#[tokio::test]
async fn roles_that_somebody_else_gives_and_takes_meanwhile_stay_so() {
    let running = Running::start().await;
    add_user(&running, "tom").await;
    add_role(&running, "had", "tom", "/permission/admin/login").await;
    for role in ["first", "second", "third"] {
        add_role(&running, role, "admin", "/permission/admin/login").await;
    }
    let (ann, bob) = (Console::admin(&running).await, Console::admin(&running).await);
    let early = ann.open("users/roles?name=tom").await.body;
    let with = |on: &[&str], off: &[&str]| ticked(&early, "userRoles", "role", on, off);
    let saved = save(&bob, "users/roles", with(&["first"], &["had"])).await;
    assert!(saved.contains("User tom updated successfully."), "{saved}");
    let saved = save(&ann, "users/roles", with(&["second", "first"], &[])).await;
    assert!(saved.contains("User tom updated successfully."), "{saved}");
    for (role, is_his) in [("had", false), ("first", true), ("second", true), ("third", false)] {
        let is_ticked = saved.contains(&format!("value=\"{role}\" checked"));
        assert_eq!(is_ticked, is_his, "{role}: {saved}");
    }
}
