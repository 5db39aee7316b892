//! The screens of users: what an administrator does there, and what is refused.

use super::super::server::{Running, add_role, add_user, claim, govern, set_claim};
use super::{Console, borrowed, database, field, location, plain, stored, untouched};

const HTML: &str = "<b>\"x'&<i>";
const GIVEN: &str = "http://wso2.org/claims/givenname";

fn new_user<'a>(name: &'a str, password: &'a str) -> Vec<(&'a str, &'a str)> {
    vec![("name", name), ("password", password), ("password2", password), ("domain", "PRIMARY")]
}

/// A server where ann may do what the permissions say.
async fn with_ann(permissions: &[&str]) -> Running {
    let running = Running::start().await;
    add_user(&running, "ann").await;
    add_role(&running, "signers", "ann", "/permission/admin/login").await;
    for (number, permission) in permissions.iter().enumerate() {
        add_role(&running, &format!("role {number}"), "ann", permission).await;
    }
    running
}

#[tokio::test]
async fn a_new_user_is_mailed_a_link_to_choose_his_password_where_his_tenant_has_users_do_so() {
    let running = Running::start().await;
    let console = Console::admin(&running).await;
    assert!(!console.open("users/add").await.body.contains("ask_password"));
    govern(&running, &[("EmailVerification.Enable", "true")]).await;
    let mut fields = new_user("tom", "Old@1234");
    fields.push(("ask_password", "true"));
    let refused = console.submit("users/add", &fields).await.body;
    assert!(plain(&refused).contains("Sending email address is not configured for the user."), "{refused}");
    assert!(refused.contains("name=\"ask_password\" type=\"checkbox\" value=\"true\" checked"), "{refused}");
    fields.push(("mail", "tom@example.org"));
    let added = console.submit("users/add", &fields).await;
    assert!(plain(&added.body).contains("User tom is added successfully."), "{}", added.body);
    let mail = stored(&running, "SELECT template || ' ' || recipient FROM outbox");
    assert_eq!(mail, "askpassword tom@example.org");
    assert_eq!(claim(&running, "tom", "http://wso2.org/claims/identity/accountLocked").await, "true");
}

#[tokio::test]
async fn a_user_is_added_found_changed_and_deleted() {
    let running = Running::start().await;
    add_role(&running, "test role", "admin", "/permission/admin/login").await;
    let console = Console::admin(&running).await;
    let mut fields = new_user("tom", "Old@1234");
    fields.extend([("role", "test role"), ("mail", "tom@example.org"), ("given_name", "Tom Ö")]);
    let added = console.submit("users/add", &fields).await;
    assert!(plain(&added.body).contains("User tom is added successfully."), "{}", added.body);
    assert!(plain(&added.body).contains("test role, Internal/everyone"), "{}", added.body);
    assert_eq!(claim(&running, "tom", GIVEN).await, "Tom Ö");
    assert_eq!(claim(&running, "tom", "http://wso2.org/claims/emailaddress").await, "tom@example.org");
    Console::of(&running, "tom", "Old@1234").await;

    let list = console.open("users?pattern=t*").await.body;
    assert!(list.contains(">tom</a>") && !list.contains(">admin</a>"), "{list}");
    let by_claim = console.open("users?claim=http://wso2.org/claims/emailaddress&pattern=tom@*").await.body;
    assert!(by_claim.contains(">tom</a>") && !by_claim.contains(">admin</a>"), "{by_claim}");

    let profile = console.open("users/profile?name=tom").await.body;
    assert!(plain(&profile).contains("value=\"Tom Ö\""), "{profile}");
    let saved = console.submit("users/profile", &[("name", "tom"), (&format!("claim__{GIVEN}"), HTML)]).await;
    assert!(saved.body.contains("User profile updated successfully"), "{}", saved.body);
    assert!(!saved.body.contains(HTML) && plain(&saved.body).contains(HTML), "{}", saved.body);
    assert_eq!(plain(&claim(&running, "tom", GIVEN).await), HTML);
    assert_eq!(claim(&running, "tom", "http://wso2.org/claims/emailaddress").await, "tom@example.org");

    let fields = [("name", "tom"), ("password", "New@1234"), ("password2", "New@1234")];
    let changed = console.submit("users/password", &fields).await;
    assert!(changed.body.contains("Password of user tom successfully changed"), "{}", changed.body);
    let again = Console::new(&running);
    assert!(location(&again.log_in("tom", "Old@1234").await).contains("loginStatus=false"));
    Console::of(&running, "tom", "New@1234").await;

    let question = console.open("users/delete?name=tom").await.body;
    assert!(question.contains("Do you want to delete the user tom?"), "{question}");
    assert!(console.open("users").await.body.contains(">tom</a>"), "a question deletes nobody");
    let deleted = console.submit("users/delete", &[("name", "tom")]).await;
    assert!(deleted.body.contains("User tom is deleted successfully."), "{}", deleted.body);
    assert!(!deleted.body.contains(">tom</a>"));
    let audit =
        "SELECT group_concat(action, ', ') FROM (SELECT action FROM audit WHERE target = 'tom' ORDER BY id)";
    assert_eq!(stored(&running, audit), "Add User, Change Password by Administrator, Delete User");
}

#[tokio::test]
async fn what_is_wrong_with_a_new_user_is_said_on_the_form_with_what_was_typed() {
    let running = Running::start().await;
    let console = Console::admin(&running).await;
    for (fields, said) in [
        (new_user("", "Old@1234"), "Entered user name is empty. Please enter a valid user name."),
        (new_user("PRIMARY/tom", "Old@1234"), "Entered user name contains a domain."),
        (
            vec![("name", "tom"), ("password", "Old@1234"), ("password2", "Old@12345")],
            "Password and Password Repeat do not match. Please re-enter.",
        ),
        (new_user("tom", "x"), "Could not add user tom. Error is: Credential not valid."),
        (new_user("admin", "Old@1234"), "Could not add user admin. Error is: UserAlreadyExisting"),
        (new_user(HTML, "Old@1234"), "Error is: Username <b>\"x'&<i> is not valid."),
        (
            vec![("name", "tim"), ("password", "Old@1234"), ("password2", "Old@1234"), ("domain", "NOSUCH")],
            "Invalid Domain Name",
        ),
        ([new_user("tim", "Old@1234"), vec![("role", "no such role")]].concat(), "Could not add user tim."),
    ] {
        let answer = console.submit("users/add", &fields).await;
        assert!(plain(&answer.body).contains(said), "{fields:?}: {}", answer.body);
        assert!(!answer.body.contains(HTML) && !answer.body.contains("Old@1234"), "{}", answer.body);
        if answer.body.contains("id=\"addUser\"") && !fields[0].1.contains('/') {
            assert_eq!(field(&answer.body, "name"), fields[0].1, "what was typed stays");
        }
    }
    let list = console.open("users").await.body;
    assert!(!list.contains("tim"), "{list}");
}

#[tokio::test]
async fn a_long_list_is_paged_through_from_any_place() {
    let running = Running::start().await;
    let many = "WITH RECURSIVE n(i) AS (SELECT 0 UNION ALL SELECT i + 1 FROM n WHERE i < 59) \
        INSERT INTO user (tenant_id, domain, name, folded, credential, created_at, password_changed_at) \
        SELECT -1234, 'PRIMARY', printf('u%03d', i), printf('u%03d', i), '', 0, 0 FROM n";
    database(&running).execute(many, []).unwrap();
    let console = Console::admin(&running).await;
    let (mut path, mut seen) = ("users?pattern=u*".to_owned(), Vec::new());
    for page in 0..3 {
        let body = console.open(&path).await.body;
        seen.extend(
            body.split(">u").skip(1).map(|rest| rest[..3].to_owned()).filter(|n| n.parse::<u32>().is_ok()),
        );
        assert_eq!(body.contains(">Beginning</a>"), page > 0, "{body}");
        let next = body.split("<a href=\"").find(|link| link.contains("rel=\"next\""));
        match next {
            Some(link) => path = plain(link.split('"').next().unwrap())["/carbon/".len()..].to_owned(),
            None => assert_eq!(page, 2),
        }
    }
    let expected: Vec<String> = (0..60).map(|number| format!("{number:03}")).collect();
    assert_eq!(seen, expected);
    let odd = console.open("users?pattern=u**").await.body;
    assert!(odd.contains("Invalid character sequence entered for user serch."), "{odd}");
}

/// The address of the first link that begins so, below the console.
fn link(page: &str, beginning: &str) -> String {
    let rest = page.split(&format!("href=\"/carbon/{beginning}")).nth(1);
    let rest = rest.unwrap_or_else(|| panic!("no {beginning} in {page}"));
    plain(&[beginning, rest.split('"').next().unwrap()].concat())
}

#[tokio::test]
async fn whoever_does_something_to_a_line_of_a_list_comes_back_to_its_page_and_filter() {
    let running = Running::start().await;
    let many = "WITH RECURSIVE n(i) AS (SELECT 0 UNION ALL SELECT i + 1 FROM n WHERE i < 25) \
        INSERT INTO user (tenant_id, domain, name, folded, credential, created_at, password_changed_at) \
        SELECT -1234, 'PRIMARY', printf('ü&%03d', i), printf('ü&%03d', i), '', 0, 0 FROM n";
    database(&running).execute(many, []).unwrap();
    let console = Console::admin(&running).await;
    let first = console.open("users?pattern=%C3%BC%26*").await.body;
    let next = link(&first, "users?pattern=");
    assert!(next.contains("&after="), "{next}");
    let second = console.open(&next).await.body;
    assert!(second.contains("ü&amp;025"), "{second}");
    // To the question and back; by way of his page, a change, and back.
    let question = console.open(&link(&second, "users/delete?")).await.body;
    assert_eq!(link(&question, "users?"), next);
    let user = console.open(&link(&second, "users/user?")).await.body;
    assert_eq!(link(&user, "users?"), next);
    let profile = console.open(&link(&user, "users/profile?")).await.body;
    let saved = console.submit("users/profile", &borrowed(&untouched(&profile, "userProfile"))).await.body;
    let user = console.open(&link(&saved, "users/user?")).await.body;
    assert_eq!(link(&user, "users?"), next);
    // The only one of the last page: there is a way to the others.
    let fields = untouched(&question, "confirmForm");
    let deleted = console.send("users/delete", &borrowed(&fields)).await;
    assert!(location(&deleted).ends_with(&format!("/carbon/{next}")), "{}", deleted.head);
    let left = console.open(&next).await.body;
    assert!(left.contains("No users match.") && left.contains(">Beginning</a>"), "{left}");
    // Nobody is led elsewhere.
    for from in [
        "https://evil.example/?a=b",
        "//evil.example?a=b",
        "users/delete?name=x",
        "admin/logout_action.jsp?a=b",
        "users",
    ] {
        let from = form_urlencoded::byte_serialize(from.as_bytes()).collect::<String>();
        let question = console.open(&format!("users/delete?name=admin&from_list={from}")).await.body;
        assert!(question.contains("href=\"/carbon/users\""), "{from}: {question}");
    }
    // What is done in the list itself, and what has a form of its own.
    for name in ["one", "two", "other"] {
        console.submit("idp/add", &[("name", name), ("description", "x")]).await;
    }
    let list = console.open("idp?part=o").await.body;
    assert_eq!(field(&list, "here"), "/carbon/idp?part=o");
    let sent = [("name", "one"), ("here", "/carbon/idp?part=o")];
    assert!(location(&console.send("idp/enable", &sent).await).ends_with("/carbon/idp?part=o"));
    let form = console.open(&link(&list, "idp/edit?oldName=one")).await.body;
    assert_eq!(link(&form, "idp?"), "idp?part=o");
    let edited = console.send("idp/edit", &borrowed(&untouched(&form, "identityProvider"))).await;
    assert!(location(&edited).ends_with("/carbon/idp?part=o"), "{}", edited.head);
}

#[tokio::test]
async fn what_is_wrong_with_a_form_is_where_a_keyboard_and_a_screen_reader_begin() {
    let running = Running::start().await;
    let console = Console::admin(&running).await;
    let wrong = console.submit("users/add", &new_user("x/y", "Old@1234")).await.body;
    assert!(wrong.contains("id=\"error-msg\" role=\"alert\" tabindex=\"-1\" autofocus>"), "{wrong}");
    let refused = console.get("/carbon/users/user?name=nobody").await.body;
    assert!(refused.contains("id=\"error-msg\" role=\"alert\" tabindex=\"-1\" autofocus>"), "{refused}");
    let done = console.submit("users/add", &new_user("tom", "Old@1234")).await.body;
    assert!(done.contains("id=\"info-msg\" role=\"status\" tabindex=\"-1\" autofocus>"), "{done}");
}

#[tokio::test]
async fn an_account_is_locked_disabled_and_opened_again() {
    let running = Running::start().await;
    add_user(&running, "tom").await;
    let console = Console::admin(&running).await;
    let answer = console.submit("users/state", &[("name", "tom"), ("what", "lock")]).await;
    assert!(plain(&answer.body).contains("Account locking is switched off"), "{}", answer.body);
    govern(&running, &[("account.lock.handler.enable", "true")]).await;
    for (what, badge) in
        [("lock", "Locked"), ("unlock", "Active"), ("disable", "Disabled"), ("enable", "Active")]
    {
        let answer = console.submit("users/state", &[("name", "tom"), ("what", what)]).await;
        let state = answer.body.split("id=\"state\"").nth(1).unwrap().split("</dd>").next().unwrap();
        assert!(state.contains(badge), "{what}: {state}");
    }
    for (screen, title) in [
        ("users/roles?name=tom", "<title>Roles of User: tom – Management Console</title>"),
        ("users?domain=PRIMARY", "<title>Users – Management Console</title>"),
    ] {
        assert!(console.open(screen).await.body.contains(title), "{screen}");
    }
    let wrong = [("name", "tom"), ("password", "a"), ("password2", "b")];
    let wrong = console.submit("users/password", &wrong).await.body;
    assert!(wrong.contains("<title>Error: Change Password: tom – Management Console</title>"), "{wrong}");
    // Whoever presses the button is asked first.
    for (before, what) in
        [("unlock", "lock"), ("lock", "unlock"), ("enable", "disable"), ("disable", "enable")]
    {
        console.send("users/state", &[("name", "tom"), ("what", before)]).await;
        let page = console.open("users/user?name=tom").await.body;
        let asks = page.contains(&format!("href=\"/carbon/users/state?name=tom&amp;what={what}\""));
        assert!(asks && !page.contains("action=\"/carbon/users/state\""), "{what}: {page}");
    }
    console.send("users/state", &[("name", "tom"), ("what", "enable")]).await;
    console.send("users/state", &[("name", "tom"), ("what", "unlock")]).await;
    for what in ["lock", "unlock", "disable", "enable"] {
        let asked = console.open(&format!("users/state?name=tom&what={what}")).await.body;
        assert!(asked.contains(&format!("Do you want to {what} the account of tom?")), "{asked}");
        assert_eq!(field(&asked, "what"), what);
        assert!(console.open("users/user?name=tom").await.body.contains("Active"));
    }
    assert_eq!(console.get("/carbon/users/state?name=tom&what=explode").await.status, 302);
    let odd = console.submit("users/state", &[("name", "tom"), ("what", "explode")]).await;
    assert!(odd.body.contains("The form holds something that this page does not know."), "{}", odd.body);
}

#[tokio::test]
async fn every_role_can_be_given_and_taken_however_many_there_are() {
    let running = Running::start().await;
    add_user(&running, "tom").await;
    let many = "WITH RECURSIVE n(i) AS (SELECT 0 UNION ALL SELECT i + 1 FROM n WHERE i < 299) \
        INSERT INTO role (tenant_id, domain, name, folded) SELECT -1234, 'PRIMARY', printf('r%03d', i), printf('r%03d', i) FROM n";
    database(&running).execute(many, []).unwrap();
    let console = Console::admin(&running).await;
    let mut fields = untouched(&console.open("users/roles?name=tom").await.body, "userRoles");
    fields.push(("role".into(), "r299".into()));
    let given = console.submit("users/roles", &borrowed(&fields)).await.body;
    assert!(given.contains("value=\"r299\" checked"), "{given}");
    let mut fields = untouched(&given, "userRoles");
    fields.retain(|(name, _)| name != "role");
    let taken = console.submit("users/roles", &borrowed(&fields)).await.body;
    assert!(taken.contains("value=\"r299\"> "), "{taken}");
    assert!(console.open("users/add").await.body.contains("value=\"r299\""));
}

#[tokio::test]
async fn roles_of_a_user_are_given_and_taken_and_nothing_else_is_touched() {
    let running = Running::start().await;
    add_user(&running, "tom").await;
    add_role(&running, "first", "tom", "/permission/admin/login").await;
    add_role(&running, "second", "admin", "/permission/admin/login").await;
    let console = Console::admin(&running).await;
    let page = console.open("users/roles?name=tom").await.body;
    assert!(page.contains("value=\"first\" checked") && !page.contains("value=\"second\" checked"), "{page}");
    let fields = [("name", "tom"), ("shown", "role=first"), ("role", "second")];
    let saved = console.submit("users/roles", &fields).await.body;
    assert!(saved.contains("User tom updated successfully."), "{saved}");
    assert!(
        saved.contains("value=\"second\" checked") && !saved.contains("value=\"first\" checked"),
        "{saved}"
    );
    let fields = [("name", "tom"), ("shown", "role=second"), ("role", "second"), ("role", "no such role")];
    let refused = console.submit("users/roles", &fields).await.body;
    assert!(plain(&refused).contains("Could not update role list of user tom."), "{refused}");
}

#[tokio::test]
async fn who_lacks_the_permission_sees_no_link_gets_403_and_changes_nothing() {
    let running = with_ann(&["/permission/admin/manage/identity/usermgt/list"]).await;
    add_user(&running, "tom").await;
    let ann = Console::of(&running, "ann", "Old@1234").await;
    let list = ann.open("users").await.body;
    assert!(list.contains(">tom</a>") && !list.contains("/carbon/users/add"), "{list}");
    assert!(!list.contains("/carbon/users/delete"), "{list}");
    for (screen, needed) in [
        ("users/add", "usermgt/create"),
        ("users/delete?name=tom", "usermgt/delete"),
        ("users/password?name=tom", "usermgt/update"),
        ("users/roles?name=tom", "usermgt"),
        ("users/profile?name=tom", "userprofile/view"),
    ] {
        let answer = ann.get(&format!("/carbon/{screen}")).await;
        assert_eq!(answer.status, 403, "{screen}");
        assert!(
            plain(&answer.body).contains(&format!("identity/{}", needed.trim_start_matches("identity/")))
        );
        let path = screen.split('?').next().unwrap();
        let fields =
            [("name", "tom"), ("password", "New@1234"), ("password2", "New@1234"), ("role", "admin")];
        assert_eq!(ann.send(path, &fields).await.status, 403, "{screen}");
    }
    assert_eq!(ann.send("users/state", &[("name", "tom"), ("what", "lock")]).await.status, 403);
    let state = Console::admin(&running).await.open("users/user?name=tom").await.body;
    assert!(state.contains("Active"), "{state}");
}

#[tokio::test]
async fn who_may_read_profiles_may_not_write_them_and_only_known_claims_are_taken() {
    let running = with_ann(&["/permission/admin/manage/identity/userprofile/view"]).await;
    add_user(&running, "tom").await;
    let ann = Console::of(&running, "ann", "Old@1234").await;
    ann.open("users/profile?name=tom").await;
    let given = format!("claim__{GIVEN}");
    assert_eq!(ann.send("users/profile", &[("name", "tom"), (&given, "Eve")]).await.status, 403);
    let console = Console::admin(&running).await;
    for (field, value, said) in [
        ("claim__http://wso2.org/claims/identity/accountLocked", "true", "this page does not know"),
        ("claim__http://wso2.org/claims/emailaddress", "", "Email must not be empty."),
        (
            "claim__http://wso2.org/claims/emailaddress",
            "nonsense",
            "not in the format that the claim asks for",
        ),
    ] {
        let answer =
            console.submit("users/profile", &[("name", "tom"), (&given, "Eve"), (field, value)]).await;
        assert!(plain(&answer.body).contains(said), "{field}: {}", answer.body);
    }
    assert_eq!(claim(&running, "tom", GIVEN).await, "", "a refused form changes nothing at all");
}

#[tokio::test]
async fn a_script_that_speaks_of_one_claim_alone_turns_no_other_off() {
    const COUNTRY: &str = "http://wso2.org/claims/country";
    let running = Running::start().await;
    add_user(&running, "tom").await;
    running.ask(&set_claim("tom", COUNTRY, "TRUE", "Authorization: Basic YWRtaW46YWRtaW4=\r\n")).await;
    let console = Console::admin(&running).await;
    let (given, country) = (format!("claim__{GIVEN}"), format!("claim__{COUNTRY}"));
    console.submit("users/profile", &[("name", "tom"), (&given, "Thomas")]).await;
    assert_eq!(claim(&running, "tom", GIVEN).await, "Thomas");
    assert_eq!(claim(&running, "tom", COUNTRY).await, "TRUE");
    console.submit("users/profile", &[("name", "tom"), (&country, "false")]).await;
    assert_eq!(claim(&running, "tom", COUNTRY).await, "false");
    // What a browser sends of a box that is ticked, and of one that is not.
    let page = console.open("users/profile?name=tom").await.body;
    let mut fields = untouched(&page, "userProfile");
    fields.push((country.clone(), "true".to_owned()));
    console.submit("users/profile", &borrowed(&fields)).await;
    assert_eq!(claim(&running, "tom", COUNTRY).await, "true");
    let page = console.open("users/profile?name=tom").await.body;
    let mut fields = untouched(&page, "userProfile");
    fields.retain(|(name, _)| *name != country);
    console.submit("users/profile", &borrowed(&fields)).await;
    assert_eq!(claim(&running, "tom", COUNTRY).await, "false");
}

#[tokio::test]
async fn forms_without_the_token_of_this_session_change_nothing() {
    let running = Running::start().await;
    add_user(&running, "tom").await;
    let (console, other) = (Console::admin(&running).await, Console::admin(&running).await);
    for token in ["", "0", &other.token()] {
        let fields = [("name", "tom"), ("csrf", token), ("what", "lock")];
        for path in ["/carbon/users/delete", "/carbon/users/state", "/carbon/users/add"] {
            let answer = console.post_raw(path, &fields).await;
            assert_eq!(answer.status, 403);
            assert!(answer.body.contains("so nothing was saved"), "{}", answer.body);
        }
    }
    let user = console.open("users/user?name=tom").await.body;
    assert!(user.contains("Active"), "{user}");
}

#[tokio::test]
async fn names_that_nobody_has_are_answered_without_repeating_html() {
    let running = Running::start().await;
    let console = Console::admin(&running).await;
    let name = form_urlencoded::Serializer::new(String::new()).append_pair("name", HTML).finish();
    for screen in ["users/user", "users/delete", "users/password", "users/roles", "users/profile"] {
        let answer = console.get(&format!("/carbon/{screen}?{name}")).await;
        assert_eq!(answer.status, 400, "{screen}");
        assert!(!answer.body.contains(HTML), "{}", answer.body);
        assert!(plain(&answer.body).contains("UserNotFound"), "{}", answer.body);
    }
    let search = form_urlencoded::Serializer::new(String::new()).append_pair("pattern", HTML).finish();
    let list = console.open(&format!("users?{search}")).await.body;
    assert!(!list.contains(HTML) && plain(&list).contains(HTML), "{list}");
}

#[tokio::test]
async fn the_page_of_a_user_says_who_he_is_to_those_who_may_see_his_profile() {
    let running = with_ann(&["/permission/admin/manage/identity/usermgt/list"]).await;
    let (admin, ann) = (Console::admin(&running).await, Console::of(&running, "ann", "Old@1234").await);
    let last_name = "claim__http://wso2.org/claims/lastname";
    let given = format!("claim__{GIVEN}");
    admin.submit("users/profile", &[("name", "ann"), (&given, "עדה"), (last_name, HTML)]).await;
    let page = admin.open("users/user?name=ann").await.body;
    assert!(page.contains("<dt>First Name</dt><dd>עדה</dd>") && !page.contains(HTML), "{page}");
    assert!(plain(&page).contains(&format!("<dt>Last Name</dt><dd>{HTML}</dd>")), "{page}");
    assert!(page.contains("<dt>Email</dt><dd>ann@example.org</dd>"), "{page}");
    let page = ann.open("users/user?name=ann").await.body;
    assert!(page.contains("Internal/everyone") && !page.contains("ann@example.org"), "{page}");
}
