//! Texts of the dashboard and of recoveries: `key` and English text. Templates write `t.key`.

use std::collections::BTreeMap;
use std::sync::LazyLock;

const TEXTS: &[(&str, &str)] = &[
    ("menu", "My account"),
    ("overview", "Overview"),
    ("profile", "Profile"),
    ("password", "Password"),
    ("questions", "Security questions"),
    ("sessions", "Sessions"),
    ("skip", "Skip to the content"),
    ("save", "Save"),
    (
        "profile_hint",
        "Fields with a star are required. What is shown without a field is changed by an administrator.",
    ),
    ("profile_refused", "Nothing was saved. Please look at the marked fields."),
    ("flaw_missing", "{} is required."),
    ("flaw_pattern", "{} does not have the right form."),
    ("flaw_long", "{} is too long."),
    ("flaw_unprintable", "{} holds characters that cannot be shown."),
    (
        "flaw_contested",
        "This has been changed since the page was opened: it is “{}” now. Save again to overwrite that.",
    ),
    (
        "flaw_contested_empty",
        "{} has been changed since the page was opened: it is empty now. Save again to overwrite that.",
    ),
    ("no_value", "–"),
    ("present_password", "Current Password"),
    ("change_password", "Change Password"),
    ("password_hint", "Changing the password ends all your other sessions."),
    ("wrong_password", "The current password is not right."),
    ("session_list", "Where you are signed in"),
    ("session_kind", "What for"),
    ("session_opened", "Signed in"),
    ("session_used", "Last used"),
    ("session_origin", "From"),
    ("session_action", "Action"),
    ("this_session", "this session"),
    ("unknown_origin", "unknown"),
    ("kind_browser", "Applications in a browser"),
    ("kind_console", "Management console"),
    ("kind_admin", "Admin services"),
    ("end_session", "End this session"),
    ("end_others", "End all other sessions"),
    ("end_all", "End all sessions and sign out"),
    (
        "questions_hint",
        "If you forget your password, you can choose a new one after answering these. Answers are kept as hashes and never shown. Letter case does not matter.",
    ),
    ("no_questions", "Your organization asks no security questions."),
    ("question", "Question"),
    ("answer", "Answer"),
    ("answer_hint", "There is an answer. Leave the field empty to keep it."),
    ("no_question", "(no question)"),
    ("questions_refused", "Please choose one of the questions, and an answer of at most 250 characters."),
    ("answer_missing", "Please answer every question that you chose."),
    ("forgot_password", "Forgot Password"),
    ("forgot_username", "Forgot Username"),
    ("recover_password", "Recover Password"),
    ("recover_hint", "Enter your user name, with @ and your organization if it has one of its own."),
    ("way", "How"),
    ("by_mail", "Recover with a mail"),
    ("by_questions", "Recover with security questions"),
    ("cancel", "Cancel"),
    ("recover_username", "Recover Username"),
    ("describe_hint", "Enter what your account knows of you. The more you enter, the surer it is found."),
    ("answer_question", "Answer the Security Question"),
    ("name_missing", "Please enter your user name."),
    ("way_missing", "Please choose one of the ways."),
    ("description_missing", "Please fill at least one of the fields."),
    (
        "link_sent",
        "If there is an account of that name, a mail with a link to choose a new password is on its way to its address.",
    ),
    (
        "name_sent",
        "If exactly one account fits what you entered, a mail with its user name is on its way to its address.",
    ),
    ("not_offered", "Your organization does not offer this. Please ask your administrator."),
    ("late_ended", "Your session has ended"),
    ("late_nothing_saved", "Nothing was saved. What you typed is kept on this page."),
    (
        "late_steps",
        "Sign in, then come back to this tab and send the form again. You will be asked whether you still want it.",
    ),
    ("late_sign_in", "Sign in (opens a new tab)"),
    ("late_other", "Send the form again?"),
    (
        "late_signed_in_as",
        "The page was opened in a session that is over, so nothing was saved. Now you are signed in as {}.",
    ),
    ("late_not_kept", "Passwords, answers and files are not kept and have to be given again."),
    ("late_send", "Send the form again"),
    ("answer_wrong", "That is not the right answer. Please try again."),
    (
        "questions_over",
        "This recovery has ended. Begin it again from the login page, or ask your administrator.",
    ),
];

static ALL: LazyLock<BTreeMap<&'static str, &'static str>> =
    LazyLock::new(|| TEXTS.iter().copied().collect());

/// All of them, for templates.
pub fn all() -> &'static BTreeMap<&'static str, &'static str> {
    &ALL
}

/// One of them; an unknown key is its own text, and a test finds it.
pub fn text(key: &'static str) -> &'static str {
    ALL.get(key).copied().unwrap_or(key)
}

/// One of them with a word filled in, which is not looked at again.
pub fn filled(key: &'static str, word: &str) -> String {
    let (before, after) = text(key).split_once("{}").unwrap_or((text(key), ""));
    [before, word, after].concat()
}

/// What a change says on the page that follows it. The address names the change, never the words.
pub fn outcome(name: &str) -> Option<&'static str> {
    Some(match name {
        "profile" => "Your profile was saved.",
        "password" => "Your password was changed. All other sessions have ended.",
        "session" => "The session has ended.",
        "sessions" => "All other sessions have ended.",
        "questions" => "Your security questions were saved.",
        _ => return None,
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::path::Path;

    fn sources(folder: &Path, found: &mut String) {
        for entry in std::fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() && !path.ends_with("console") {
                sources(&path, found);
            } else if path.is_file() {
                found.push_str(&std::fs::read_to_string(path).unwrap());
            }
        }
    }

    #[test]
    fn every_text_that_a_template_names_is_there_and_every_one_is_named_somewhere() {
        let mut code = String::new();
        for folder in ["templates", "dashboard", "forgotten", "login.rs", "late.rs"] {
            let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("src/web").join(folder);
            if path.is_dir() {
                sources(&path, &mut code);
            } else {
                code.push_str(&std::fs::read_to_string(path).unwrap());
            }
        }
        // Up to the end of the word; what is spelled otherwise is no key of ours.
        let key = |rest: &str| {
            let word = rest.split(['"', ' ', '}']).next().unwrap_or_default().to_owned();
            word.chars().all(|c| c == '_' || c.is_ascii_lowercase()).then_some(word)
        };
        let named: Vec<String> = ["{{ t.", " text(\"", "(text(\"", " filled(\""]
            .into_iter()
            .flat_map(|mark| code.split(mark).skip(1).filter_map(key).collect::<Vec<_>>())
            .collect();
        let missing: Vec<&String> = named.iter().filter(|key| !ALL.contains_key(key.as_str())).collect();
        assert!(missing.is_empty(), "no text for {missing:?}");
        let unused: Vec<_> = ALL
            .keys()
            .filter(|key| !named.iter().any(|named| named == *key) && !code.contains(&format!("\"{key}\"")))
            .collect();
        assert!(unused.is_empty(), "nobody shows {unused:?}");
        assert_eq!(ALL.len(), TEXTS.len(), "a key is there twice");
        assert_eq!(filled("flaw_missing", "{} <b>"), "{} <b> is required.");
    }
}
