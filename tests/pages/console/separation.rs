//! What stands between organizations, and between a session and what became of its user.

use super::super::server::{Running, add_role, add_user, call, force, govern};
use super::operations::{add_tenant, with_ann};
use super::{Console, location, plain, stored};

const OFFLINE: &str = "Recovery.AdminPasswordReset.Offline";

#[tokio::test]
async fn an_administrator_of_another_tenant_sees_and_reaches_his_own_users_and_roles_only() {
    let running = Running::start().await;
    add_user(&running, "tom").await;
    add_role(&running, "test role", "tom", "/permission/admin/login").await;
    govern(&running, &[(OFFLINE, "true")]).await;
    add_tenant(&running, "acme.com").await;
    let acme = Console::of(&running, "admin@acme.com", "admin123").await;
    assert!(acme.open("").await.body.contains("admin@acme.com</span>"));
    assert!(!acme.open("users").await.body.contains(">tom<"));
    assert!(!acme.open("roles").await.body.contains(">test role<"));
    let tree = acme.open("roles/add").await.body;
    assert!(
        tree.contains("value=\"/permission/admin/\"") && !tree.contains("/permission/protected"),
        "{tree}"
    );
    for typed in ["tom", "tom@carbon.super", "PRIMARY/tom"] {
        let name = form_urlencoded::Serializer::new(String::new()).append_pair("name", typed).finish();
        for screen in
            ["users/user", "users/profile", "users/password", "users/roles", "users/delete", "users/reset"]
        {
            assert_eq!(acme.get(&format!("/carbon/{screen}?{name}")).await.status, 400, "{screen} {typed}");
        }
        for (screen, field) in [
            ("users/password", ("password", "New@1234")),
            ("users/roles", ("role", "admin")),
            ("users/profile", ("claim__http://wso2.org/claims/givenname", "Eve")),
            ("users/reset", ("what", "force")),
        ] {
            let sent = [("name", typed), field, ("password2", "New@1234"), ("mark", "0")];
            assert_eq!(acme.send(screen, &sent).await.status, 400, "{screen} {typed}");
        }
        let deleted = acme.submit("users/delete", &[("name", typed)]).await;
        assert!(plain(&deleted.body).contains("Could not delete user"), "{}", deleted.body);
        let locked = acme.submit("users/state", &[("name", typed), ("what", "lock")]).await;
        assert_eq!(locked.status, 400, "{}", locked.body);
    }
    for screen in ["roles/permissions", "roles/members", "roles/rename", "roles/delete"] {
        assert_eq!(
            acme.send(screen, &[("name", "test role"), ("new_name", "x")]).await.status,
            400,
            "{screen}"
        );
    }
    let beyond = [("name", "too much"), ("domain", "PRIMARY"), ("permission", "/permission/protected")];
    assert!(acme.submit("roles/add", &beyond).await.body.contains("this page does not know"));
    // A role of that name and a bulk reset of everybody stay at home.
    acme.submit("roles/add", &[("name", "test role"), ("domain", "PRIMARY")]).await;
    let job = location(&acme.send("bulk-resets", &[("role", "Internal/everyone")]).await);
    let page = acme.get(&super::super::below(&running, &job)).await.body;
    assert!(page.contains("id=\"job-total\">1<"), "{page}");
    assert_eq!(stored(&running, "SELECT count(*) FROM recovery"), "0");
    let state = Console::admin(&running).await.open("users/user?name=tom").await.body;
    assert!(state.contains("Active") && plain(&state).contains("test role, Internal/everyone"), "{state}");
}

#[tokio::test]
async fn a_session_ends_with_a_forced_reset_a_new_password_and_the_user_himself() {
    let running = Running::start().await;
    govern(&running, &[(OFFLINE, "true")]).await;
    for name in ["tom", "ann", "eve"] {
        add_user(&running, name).await;
        add_role(&running, &format!("{name} role"), name, "/permission/admin/login").await;
    }
    let (tom, ann, eve) = (
        Console::of(&running, "tom", "Old@1234").await,
        Console::of(&running, "ann", "Old@1234").await,
        Console::of(&running, "eve", "Old@1234").await,
    );
    assert!(tom.open("").await.body.contains("your roles let you do nothing here"));
    force(&running, "tom").await;
    let admin = Console::admin(&running).await;
    let fields = [("name", "ann"), ("password", "New@1234"), ("password2", "New@1234")];
    admin.submit("users/password", &fields).await;
    admin.submit("users/delete", &[("name", "eve")]).await;
    for console in [&tom, &ann, &eve] {
        assert!(location(&console.get("/carbon/").await).contains("login.jsp"));
    }
    admin.open("").await;
}

#[tokio::test]
async fn a_permission_that_was_taken_away_is_gone_on_the_very_next_click() {
    let running = Running::start().await;
    add_user(&running, "ann").await;
    add_role(&running, "helpers", "ann", "/permission/admin/manage/identity/usermgt").await;
    add_role(&running, "signers", "ann", "/permission/admin/login").await;
    let ann = Console::of(&running, "ann", "Old@1234").await;
    ann.open("users").await;
    // She is no administrator and makes nobody one, herself least of all.
    let fields = [("name", "ann"), ("shown", "helpers"), ("role", "helpers"), ("role", "admin")];
    let refused = ann.submit("users/roles", &fields).await;
    assert!(plain(&refused.body).contains("Can not add users to Admin permission role"), "{}", refused.body);
    let fields =
        [("name", "mine"), ("domain", "PRIMARY"), ("permission", "/permission/admin"), ("users", "ann")];
    let refused = ann.submit("roles/add", &fields).await;
    assert!(plain(&refused.body).contains("You do not have the required privilege"), "{}", refused.body);
    let fields = [("name", "admin"), ("password", "New@1234"), ("password2", "New@1234")];
    let refused = ann.submit("users/password", &fields).await;
    assert!(
        plain(&refused.body).contains("You have not privilege to change password of Admin"),
        "{}",
        refused.body
    );
    let payload = "<s:deleteRole xmlns:s=\"http://service.ws.um.carbon.wso2.org\"><s:roleName>helpers</s:roleName></s:deleteRole>";
    assert!(matches!(call(&running, "RemoteUserStoreManagerService", payload).await.status, 200 | 202));
    assert_eq!(ann.get("/carbon/users").await.status, 403);
}

#[tokio::test]
async fn who_may_do_one_thing_finds_the_way_to_it_and_lands_where_he_may_be() {
    const MANAGE: &str = "/permission/admin/manage/identity";
    let new = [("name", "eve"), ("password", "New@1234"), ("password2", "New@1234")];
    let bob = [("name", "bob"), ("password", "New@1234"), ("password2", "New@1234")];
    for (permission, link, screen, fields, said) in [
        ("usermgt/create", "users/add", "users/add", &new[..], "User eve is added successfully."),
        (
            "usermgt/update",
            "users/password",
            "users/password",
            &bob,
            "Password of user bob successfully changed",
        ),
        (
            "identitymgt/update",
            "users/state",
            "users/state",
            &[("name", "bob"), ("what", "disable")],
            "User bob updated successfully.",
        ),
        (
            "usermgt/delete",
            "users/delete",
            "users/delete",
            &[("name", "bob")],
            "User bob is deleted successfully.",
        ),
        ("idpmgt/create", "idp/add", "idp/add", &[("name", "partner")], "added"),
    ] {
        let running = with_ann(&format!("{MANAGE}/{permission}")).await;
        add_user(&running, "bob").await;
        let ann = Console::of(&running, "ann", "Old@1234").await;
        let home = plain(&ann.open("").await.body);
        assert!(home.contains(&format!("=\"/carbon/{link}\"")), "{permission}: {home}");
        assert!(!home.contains("let you do nothing here"), "{permission}: {home}");
        let form = ann.open(&format!("{link}?name=bob&what=disable")).await.body;
        let ways = form.split("href=\"/carbon/").skip(1).map(|rest| rest.split('"').next().unwrap());
        for way in ways.filter(|way| !way.starts_with("style.css")) {
            assert_eq!(ann.get(&format!("/carbon/{way}")).await.status, 200, "{permission}: {way}");
        }
        let done = ann.submit(screen, fields).await;
        assert_eq!(done.status, 200, "{permission}: {}", done.body);
        assert!(
            done.body.contains("role=\"status\"") && done.body.contains(said),
            "{permission}: {}",
            done.body
        );
    }
    // The helpdesk forces a reset without a list of users.
    let running = with_ann(&format!("{MANAGE}/userprofile")).await;
    let ann = Console::of(&running, "ann", "Old@1234").await;
    assert!(plain(&ann.open("").await.body).contains("formaction=\"/carbon/users/reset\""));
    let form = ann.open("users/reset?name=ann").await.body;
    assert!(!form.contains("/carbon/users/user"), "{form}");
    // Whoever sees the lists needs no other way.
    let home = Console::admin(&running).await.open("").await.body;
    assert!(!home.contains("formaction") && !plain(&home).contains("\"/carbon/users/add\""), "{home}");
}
