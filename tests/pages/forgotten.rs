//! What somebody sees who cannot sign in.

use super::dashboard::field;
use super::recovery_steps::{tom_answers, with_tom, with_toms_mails};
use super::server::{Answer, Running, add_user, govern};
use super::{CONFIRM, begin, below, get, post, tom_is_in};

const PASSWORD: &str = "/accountrecoveryendpoint/recoverpassword.do";
const USERNAME: &str = "/accountrecoveryendpoint/recoverusername.do";
const VERIFY: &str = "/accountrecoveryendpoint/verify.do";
const ANSWERS: &str = "/accountrecoveryendpoint/processsecurityquestions.do";
const BY_MAIL: (&str, &str) = ("Recovery.Notification.Password.Enable", "true");
const BY_NAME: (&str, &str) = ("Recovery.Notification.Username.Enable", "true");
const BY_QUESTIONS: (&str, &str) = ("Recovery.Question.Password.Enable", "true");

/// A page without what is drawn by lot.
fn shape(answer: &Answer) -> (u16, String) {
    let drawn = ["key", "once"].into_iter().filter_map(|name| {
        let (_, rest) = answer.body.split_once(&format!("name=\"{name}\" value=\""))?;
        rest.split('"').next()
    });
    (answer.status, drawn.fold(answer.body.clone(), |body, drawn| body.replace(drawn, "…")))
}

async fn login_page(running: &Running) -> String {
    let login = begin(running).await;
    get(running, &login.form, &login.cookie).await.body
}

#[tokio::test]
async fn the_login_page_offers_what_the_connector_allows_and_nothing_else() {
    let running = with_tom(false).await;
    let page = login_page(&running).await;
    assert!(!page.contains("passwordRecoverLink") && !page.contains("usernameRecoverLink"));
    for path in [PASSWORD, USERNAME] {
        assert_eq!(get(&running, path, "").await.status, 403, "{path}");
    }
    govern(&running, &[BY_MAIL]).await;
    let page = login_page(&running).await;
    assert!(page.contains("passwordRecoverLink") && !page.contains("usernameRecoverLink"), "{page}");
    let form = get(&running, PASSWORD, "").await.body;
    assert!(form.contains("name=\"recoveryOption\" value=\"EMAIL\"") && !form.contains("radio"), "{form}");
    govern(&running, &[BY_QUESTIONS, BY_NAME]).await;
    let page = login_page(&running).await;
    assert!(page.contains("passwordRecoverLink") && page.contains("usernameRecoverLink"));
    let form = get(&running, PASSWORD, "").await.body;
    assert!(
        form.contains("value=\"EMAIL\" checked") && form.contains("value=\"SECURITY_QUESTIONS\""),
        "{form}"
    );
    assert!(
        get(&running, USERNAME, "").await.body.contains("http:&#x2F;&#x2F;wso2.org")
            || get(&running, USERNAME, "").await.body.contains("http://wso2.org/claims/emailaddress")
    );
}

#[tokio::test]
async fn a_mailed_link_sets_a_new_password_and_nobody_learns_who_exists() {
    let (running, mut mails) = with_toms_mails().await;
    govern(&running, &[BY_MAIL]).await;
    let ask = async |name: &str| {
        let fields = [("username", name), ("recoveryOption", "EMAIL"), ("callback", "/dashboard")];
        let answer = post(&running, VERIFY, &fields, "").await;
        assert_eq!(answer.status, 302, "{name}: {}", answer.body);
        let target = below(&running, answer.header("Location").unwrap());
        (target.clone(), shape(&get(&running, &target, "").await))
    };
    let nobody = ask("nobody").await;
    assert!(nobody.1.1.contains("If there is an account of that name"), "{}", nobody.1.1);
    for name in ["tom", "tom@no.where", "NOWHERE/tom", "<b>", "'; --", "Jürgen", "דוד"] {
        assert_eq!(ask(name).await, nobody, "{name}");
    }
    let mail = mails.next().await.body();
    let link = mail.split(CONFIRM).nth(1).unwrap().split_whitespace().next().unwrap().to_owned();
    assert!(link.contains("callback="), "{link}");
    let page = get(&running, &format!("{CONFIRM}{link}"), "").await;
    assert!(page.body.contains("Enter New Password"), "{}", page.body);
    let code = field(&page.body, "confirmation");
    let fields =
        [("confirmation", code.as_str()), ("reset-password", "AbNew@123"), ("reset-password2", "AbNew@123")];
    let done = post(&running, super::COMPLETE, &fields, "").await;
    assert!(done.body.contains("Updated the password successfully"), "{}", done.body);
    assert!(tom_is_in(&running, "AbNew@123").await && !tom_is_in(&running, "Old@1234").await);
    for fields in [vec![("username", " "), ("recoveryOption", "EMAIL")], vec![("username", "tom")]] {
        let refused = post(&running, VERIFY, &fields, "").await;
        assert!(refused.status == 200 && refused.body.contains("role=\"alert\""), "{}", refused.body);
    }
}

#[tokio::test]
async fn answered_questions_lead_to_the_form_for_a_new_password() {
    let running = with_tom(false).await;
    add_user(&running, "ann").await;
    govern(&running, &[BY_QUESTIONS]).await;
    tom_answers(&running).await;
    let ask = async |name: &str| {
        let fields = [("username", name), ("recoveryOption", "SECURITY_QUESTIONS")];
        post(&running, VERIFY, &fields, "").await
    };
    let say = async |page: &Answer, answer: &str| {
        let (key, set) = (field(&page.body, "key"), field(&page.body, "questionSetId"));
        let set = set.replace("&#x2F;", "/");
        let fields = [("key", key.as_str()), ("questionSetId", &set), ("securityQuestionAnswer", answer)];
        post(&running, ANSWERS, &fields, "").await
    };
    // Whoever asks is asked, always the same, and a wrong answer looks the same.
    let tom = shape(&ask("tom").await).1.replace(|c: char| c.is_ascii_alphanumeric(), "");
    for name in ["nobody", "ann", "tom@no.where", "<b>"] {
        let page = ask(name).await;
        assert_eq!(page.status, 200);
        assert_eq!(shape(&page), shape(&ask(name).await), "{name}");
        let punctuation = shape(&page).1.replace(|c: char| c.is_ascii_alphanumeric(), "");
        // Questions differ from name to name, so the frames are compared.
        assert_eq!(punctuation.matches('<').count(), tom.matches('<').count(), "{name}");
        let page = ask(name).await;
        let wrong = say(&page, "no").await;
        assert!(
            wrong.body.contains("That is not the right answer.") && wrong.status == 200,
            "{}",
            wrong.body
        );
    }
    let first = ask("tom").await;
    let wrong = say(&first, "no").await;
    assert!(wrong.body.contains("That is not the right answer."));
    let second = say(&wrong, "zürich").await;
    assert!(second.body.contains("securityQuestionForm") && !second.body.contains("role=\"alert\""));
    let form = say(&second, "REX").await;
    assert!(form.body.contains("Enter New Password"), "{}", form.body);
    let code = field(&form.body, "confirmation");
    let fields =
        [("confirmation", code.as_str()), ("reset-password", "AbNew@123"), ("reset-password2", "AbNew@123")];
    assert!(post(&running, super::COMPLETE, &fields, "").await.body.contains("Updated the password"));
    assert!(tom_is_in(&running, "AbNew@123").await);
    // The way back, a reload and a made-up key lead nowhere.
    assert!(say(&first, "zürich").await.body.contains("This recovery has ended."));
    for path in [VERIFY, ANSWERS, "/accountrecoveryendpoint/viewsecurityquestions.do"] {
        assert_eq!(get(&running, path, "").await.status, 302, "{path}");
    }
}

#[tokio::test]
async fn a_forgotten_name_is_mailed_and_nobody_learns_whom_a_description_fits() {
    let (running, mut mails) = with_toms_mails().await;
    govern(&running, &[BY_NAME]).await;
    let ask = async |mail: &str| {
        let fields = [("isUsernameRecovery", "true"), ("http://wso2.org/claims/emailaddress", mail)];
        let answer = post(&running, VERIFY, &fields, "").await;
        assert_eq!(answer.status, 302, "{}", answer.body);
        let target = below(&running, answer.header("Location").unwrap());
        shape(&get(&running, &target, "").await)
    };
    let nobody = ask("nobody@example.org").await;
    for mail in ["tom@example.org", "*", "<b>\"'"] {
        assert_eq!(ask(mail).await, nobody, "{mail}");
    }
    let mail = mails.next().await.body();
    assert!(mail.contains("tom"), "{mail}");
    assert!(mails.waiting().is_empty());
    let fields = [("isUsernameRecovery", "true"), ("http://wso2.org/claims/role", "admin")];
    assert!(post(&running, VERIFY, &fields, "").await.body.contains("Please fill at least one"));
}

#[tokio::test]
async fn forms_of_other_sites_and_addresses_of_other_sites_are_not_taken() {
    let running = with_tom(false).await;
    govern(&running, &[BY_MAIL, BY_QUESTIONS]).await;
    let fields = [("username", "tom"), ("recoveryOption", "EMAIL")];
    for headers in ["Origin: https://evil.example\r\n", "Origin: null\r\nSec-Fetch-Site: cross-site\r\n"] {
        assert_eq!(post(&running, VERIFY, &fields, headers).await.status, 403, "{headers}");
    }
    for evil in ["https://evil.example/", "//evil.example", "/\\evil.example", "javascript:alert(1)"] {
        let query = form_urlencoded::Serializer::new(String::new()).append_pair("callback", evil).finish();
        let page = get(&running, &format!("{PASSWORD}?{query}"), "").await.body;
        assert!(!page.contains("evil") && !page.contains("javascript:"), "{page}");
    }
    let page = get(&running, &format!("{PASSWORD}?username=%3Cscript%3E&done=%3Cb%3E"), "").await.body;
    assert!(!page.contains("<script>") && !page.contains("<b>"));
}
