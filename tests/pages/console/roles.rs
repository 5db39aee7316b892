//! The screens of roles: what an administrator does there, and what is refused.

use super::super::server::{Running, add_role, add_user, call};
use super::{Console, borrowed, field, location, plain, stored, untouched};

const LOGIN: &str = "/permission/admin/login";
const USERS: &str = "/permission/admin/manage/identity/usermgt";
const GRANTS: &str = "SELECT group_concat(resource, ' ') FROM (SELECT iif(g.allowed, '', '-') || g.resource AS resource \
    FROM role_grant g JOIN role r ON r.id = g.role_id WHERE r.name = 'test role' ORDER BY g.resource)";

/// Whether the box of a path is ticked.
fn is_ticked(html: &str, path: &str) -> bool {
    html.contains(&format!("value=\"{path}\" checked"))
}

#[tokio::test]
async fn a_role_is_added_changed_renamed_and_deleted() {
    let running = Running::start().await;
    add_user(&running, "tom").await;
    let console = Console::admin(&running).await;
    let fields =
        [("name", "test role"), ("domain", "PRIMARY"), ("permission", LOGIN), ("users", "tom\r\n\r\ntom")];
    let added = console.submit("roles/add", &fields).await.body;
    assert!(added.contains("Role test role is added successfully."), "{added}");
    assert_eq!(stored(&running, GRANTS), LOGIN, "ticking Login grants Login alone");
    Console::of(&running, "tom", "Old@1234").await;

    let page = console.open("roles/permissions?name=test+role").await.body;
    assert!(is_ticked(&page, LOGIN) && !is_ticked(&page, USERS) && !is_ticked(&page, "/permission/admin"));
    let fields = [("name", "test role"), ("permission", LOGIN), ("permission", USERS)];
    let saved = console.submit("roles/permissions", &fields).await.body;
    assert!(saved.contains("Role test role updated successfully."), "{saved}");
    assert!(is_ticked(&saved, &format!("{USERS}/list")), "what is below comes with it");
    assert_eq!(stored(&running, GRANTS), format!("{LOGIN} {USERS}"));
    let kept = saved
        .split("name=\"permission\"")
        .skip(1)
        .filter(|box_| box_.split('>').next().unwrap().contains(" checked"));
    let paths: Vec<String> =
        kept.map(|tag| tag.split("value=\"").nth(1).unwrap().split('"').next().unwrap().to_owned()).collect();
    let list = format!("{USERS}/list");
    let mut fields = vec![("name", "test role")];
    fields.extend(paths.iter().filter(|path| **path != list).map(|path| ("permission", path.as_str())));
    let saved = console.submit("roles/permissions", &fields).await.body;
    assert!(
        !is_ticked(&saved, &list)
            && !is_ticked(&saved, USERS)
            && is_ticked(&saved, &format!("{USERS}/create"))
    );

    let fields = [("name", "test role"), ("leave", "tom"), ("users", "admin")];
    let saved = console.submit("roles/members", &fields).await.body;
    assert!(saved.contains("value=\"admin\"") && !saved.contains("value=\"tom\""), "{saved}");
    assert!(location(&Console::new(&running).log_in("tom", "Old@1234").await).contains("loginStatus=false"));

    let renamed =
        console.submit("roles/rename", &[("name", "test role"), ("new_name", "proof role")]).await.body;
    assert!(
        renamed.contains("Role proof role updated successfully.") && renamed.contains(">proof role<"),
        "{renamed}"
    );
    let question = console.open("roles/delete?name=proof+role").await.body;
    assert!(question.contains("Do you want to delete the role proof role?"), "{question}");
    let deleted = console.submit("roles/delete", &[("name", "proof role")]).await.body;
    assert!(deleted.contains("Role proof role is deleted successfully."), "{deleted}");
    assert!(!deleted.contains(">proof role<"), "{deleted}");
}

#[tokio::test]
async fn a_form_of_permissions_leaves_what_it_does_not_show_and_what_is_denied() {
    let running = Running::start().await;
    add_role(&running, "test role", "admin", USERS).await;
    let (delete, own) = (format!("{USERS}/delete"), "/permission/admin/ourapp/orders");
    for (operation, resource) in [("denyRole", delete.as_str()), ("authorizeRole", own)] {
        let payload = format!(
            "<s:{operation} xmlns:s=\"http://service.ws.um.carbon.wso2.org\"><s:roleName>test role</s:roleName>\
             <s:resourceId>{resource}</s:resourceId><s:action>ui.execute</s:action></s:{operation}>"
        );
        assert_eq!(call(&running, "RemoteAuthorizationManagerService", &payload).await.status, 202);
    }
    let console = Console::admin(&running).await;
    let page = console.open("roles/permissions?name=test+role").await.body;
    assert!(is_ticked(&page, USERS) && !is_ticked(&page, &delete), "what is denied is not ticked: {page}");
    let mut fields = untouched(&page, "rolePermissions");
    fields.push(("permission".to_owned(), LOGIN.to_owned()));
    console.submit("roles/permissions", &borrowed(&fields)).await;
    assert_eq!(stored(&running, GRANTS), format!("{LOGIN} {USERS} -{delete} {own}"));
    // Ticking it says that it is denied no more.
    let page = console.open("roles/permissions?name=test+role").await.body;
    let mut fields = untouched(&page, "rolePermissions");
    fields.push(("permission".to_owned(), delete));
    console.submit("roles/permissions", &borrowed(&fields)).await;
    assert_eq!(stored(&running, GRANTS), format!("{LOGIN} {USERS} {own}"));
    let fields = [("name", "test role"), ("permission", LOGIN)];
    console.submit("roles/permissions", &fields).await;
    assert_eq!(stored(&running, GRANTS), format!("{LOGIN} {own}"));
}

#[tokio::test]
async fn internal_roles_stand_beside_those_of_the_stores() {
    let running = Running::start().await;
    let console = Console::admin(&running).await;
    let fields = [("name", "helpers"), ("domain", "Internal"), ("users", "admin")];
    let added = console.submit("roles/add", &fields).await.body;
    assert!(plain(&added).contains("Role Internal/helpers is added successfully."), "{added}");
    let members = console.open("roles/members?name=Internal/helpers").await.body;
    assert!(members.contains("value=\"admin\""), "{members}");
    let list = plain(&console.open("roles?pattern=Internal/h*").await.body);
    assert!(list.contains(">Internal/helpers<") && !list.contains(">Internal/everyone<"), "{list}");
    let renamed =
        console.submit("roles/rename", &[("name", "Internal/helpers"), ("new_name", "aides")]).await.body;
    assert!(plain(&renamed).contains(">Internal/aides<"), "{renamed}");
}

#[tokio::test]
async fn what_cannot_be_is_refused_in_the_originals_words_and_changes_nothing() {
    let running = Running::start().await;
    add_role(&running, "test role", "admin", LOGIN).await;
    let console = Console::admin(&running).await;
    for (fields, said) in [
        (vec![("name", "")], "Entered role name is empty. Please enter a valid role name."),
        (vec![("name", "a/b")], "Entered role name contains a domain."),
        (vec![("name", "TEST role")], "Role name: TEST role in the system. Please pick another role name."),
        (vec![("name", "x<b>\"'&")], "Could not add role x<b>\"'&. Error is:"),
        (vec![("name", "fine"), ("users", "nobody")], "Could not add role fine. Error is:"),
        (
            vec![("name", "fine"), ("domain", "NOSUCH")],
            "Could not add role NOSUCH/fine. Error is: Invalid Domain",
        ),
        (vec![("name", "fine"), ("permission", "/permission/<b>")], "this page does not know"),
    ] {
        let answer = console.submit("roles/add", &fields).await.body;
        assert!(plain(&answer).contains(said), "{fields:?}: {answer}");
        assert!(!answer.contains("<b>"), "{answer}");
    }
    for (screen, fields, said) in [
        ("roles/delete", vec![("name", "admin")], "Could not delete role admin."),
        ("roles/delete", vec![("name", "Internal/everyone")], "Could not delete role Internal/everyone."),
        (
            "roles/rename",
            vec![("name", "test role"), ("new_name", "admin")],
            "Could not update role test role.",
        ),
        ("roles/rename", vec![("name", "test role"), ("new_name", "a/b")], "contains a domain"),
        ("roles/permissions", vec![("name", "admin"), ("permission", LOGIN)], "UI permissions of Admin"),
        (
            "roles/members",
            vec![("name", "admin"), ("leave", "admin")],
            "Can not remove Admin user from Admin role",
        ),
        ("roles/members", vec![("name", "test role"), ("users", "nobody")], "User nobodydoes not exist"),
        ("roles/members", vec![("name", "Internal/everyone"), ("leave", "admin")], "Invalid data"),
        ("roles/delete", vec![("name", "no such <b>")], "There is no role no such <b>."),
    ] {
        let answer = console.submit(screen, &fields).await.body;
        assert!(plain(&answer).contains(said), "{screen} {fields:?}: {answer}");
        assert!(!answer.contains("<b>"), "{answer}");
    }
    let roles =
        "SELECT group_concat(name, ', ') FROM (SELECT name FROM role WHERE tenant_id = -1234 ORDER BY name)";
    assert_eq!(stored(&running, roles), "admin, everyone, test role");
}

#[tokio::test]
async fn who_mistypes_one_of_many_members_types_the_others_only_once() {
    let running = Running::start().await;
    add_role(&running, "test role", "admin", LOGIN).await;
    add_user(&running, "tom").await;
    add_user(&running, "ann").await;
    let console = Console::admin(&running).await;
    console.submit("roles/members", &[("name", "test role"), ("users", "ann")]).await;
    let page = console.open("roles/members?name=test+role").await.body;
    let action =
        plain(page.split("action=\"/carbon/roles/members").nth(1).unwrap().split('"').next().unwrap());
    let fields = [("name", "test role"), ("users", "tom\r\nnobdy"), ("leave", "ann")];
    let refused = plain(&console.submit(&format!("roles/members{action}"), &fields).await.body);
    assert!(refused.contains("Could not update role test role."), "{refused}");
    assert!(
        refused.contains(">\ntom\nnobdy</textarea>") || refused.contains(">\ntom\r\nnobdy</textarea>"),
        "{refused}"
    );
    assert!(
        refused.contains("value=\"ann\" checked") && !refused.contains("value=\"admin\" checked"),
        "{refused}"
    );
    assert!(!refused.contains("value=\"tom\""), "nothing was written: {refused}");
}

#[tokio::test]
async fn a_viewer_of_roles_sees_them_and_changes_none() {
    let running = Running::start().await;
    add_user(&running, "ann").await;
    add_role(&running, "signers", "ann", LOGIN).await;
    add_role(&running, "viewers", "ann", "/permission/admin/manage/identity/rolemgt/view").await;
    let ann = Console::of(&running, "ann", "Old@1234").await;
    let list = ann.open("roles").await.body;
    assert!(list.contains(">signers<") && !list.contains("/carbon/roles/"), "{list}");
    for screen in ["add", "permissions", "members", "rename", "delete"] {
        let path = format!("roles/{screen}");
        assert_eq!(ann.get(&format!("/carbon/{path}?name=signers")).await.status, 403, "{screen}");
        let fields =
            [("name", "signers"), ("permission", "/permission"), ("users", "ann"), ("new_name", "x")];
        assert_eq!(ann.send(&path, &fields).await.status, 403, "{screen}");
    }
    let console = Console::admin(&running).await;
    let fields = [("name", "signers"), ("permission", "/permission"), ("csrf", "0")];
    assert_eq!(console.post_raw("/carbon/roles/permissions", &fields).await.status, 403);
}

#[tokio::test]
async fn a_link_leads_to_its_own_role_whatever_blanks_its_name_begins_and_ends_with() {
    let running = Running::start().await;
    for name in ["lead", " lead", "lead "] {
        add_role(&running, name, "admin", LOGIN).await;
    }
    let console = Console::admin(&running).await;
    let list = console.open("roles?pattern=*lead*").await.body;
    for link in ["roles/delete?name=+lead&", "roles/delete?name=lead+&", "roles/delete?name=lead&"] {
        assert!(plain(&list).contains(link), "{link}: {list}");
    }
    let question = console.open("roles/delete?name=+lead").await.body;
    assert_eq!(field(&question, "name"), " lead");
    for (screen, more) in [
        ("roles/members", ("users", "")),
        ("roles/permissions", ("permission", USERS)),
        ("roles/rename", ("new_name", "head")),
    ] {
        let page = console.open(&format!("{screen}?name=lead+")).await.body;
        let name = field(&page, "name");
        assert_eq!(name, "lead ", "{screen}");
        let said = console.submit(screen, &[("name", &name), more]).await.body;
        assert!(said.contains("updated successfully."), "{screen}: {said}");
    }
    let deleted = console.submit("roles/delete", &[("name", " lead")]).await.body;
    assert!(plain(&deleted).contains("Role  lead is deleted successfully."), "{deleted}");
    let left = "SELECT group_concat(name || ':' || (SELECT resource FROM role_grant WHERE role_id = role.id), ', ') \
                FROM (SELECT * FROM role WHERE name LIKE '%ead%' ORDER BY name) AS role";
    assert_eq!(stored(&running, left), format!("head:{USERS}, lead:{LOGIN}"));
}
