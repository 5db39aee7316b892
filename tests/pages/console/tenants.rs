//! Tenants: listed, added, changed, switched off and on, by administrators of the super tenant alone.

use super::super::server::Running;
use super::operations::{HTML, add_tenant, is_closed, with_ann};
use super::{Console, location, plain, stored};

fn new(domain: &str) -> Vec<(&str, &str)> {
    vec![
        ("domain", domain),
        ("admin", "boss"),
        ("email", "boss@example.org"),
        ("firstName", "Bö"),
        ("lastName", "Ss"),
        ("password", "Secret@1"),
        ("password2", "Secret@1"),
    ]
}

fn with<'f>(mut fields: Vec<(&'f str, &'f str)>, name: &'f str, value: &'f str) -> Vec<(&'f str, &'f str)> {
    fields.retain(|(known, _)| *known != name);
    fields.push((name, value));
    fields
}

#[tokio::test]
async fn a_tenant_is_added_and_its_administrator_signs_in_is_kept_out_and_let_in_again() {
    let running = Running::start().await;
    let console = Console::admin(&running).await;
    assert!(console.open("tenants").await.body.contains("There are no tenants beside this one."));
    assert!(console.open("tenants?part=x").await.body.contains("No tenants match."));
    let added = console.submit("tenants/add", &new("Acme.com")).await.body;
    assert!(added.contains("The tenant acme.com was added."), "{added}");
    assert!(added.contains("<td>boss@example.org</td>") && !added.contains("Secret@1"), "{added}");
    Console::of(&running, "boss@acme.com", "Secret@1").await;
    let question = console.open("tenants/deactivate?domain=acme.com").await.body;
    assert!(question.contains("Do you want to deactivate the tenant acme.com?"), "{question}");
    Console::of(&running, "boss@acme.com", "Secret@1").await;
    let off = console.submit("tenants/deactivate", &[("domain", "acme.com")]).await.body;
    assert!(
        off.contains("The tenant acme.com was deactivated.") && off.contains(">Inactive</span>"),
        "{off}"
    );
    let kept_out = Console::new(&running);
    assert!(location(&kept_out.log_in("boss@acme.com", "Secret@1").await).contains("loginStatus=false"));
    let on = console.submit("tenants/activate", &[("domain", "acme.com")]).await.body;
    assert!(on.contains("The tenant acme.com was activated."), "{on}");
    Console::of(&running, "boss@acme.com", "Secret@1").await;
    let audited = "SELECT group_concat(action, ', ') FROM (SELECT action FROM audit WHERE target = 'acme.com' ORDER BY id)";
    assert_eq!(stored(&running, audited), "Add Tenant, Deactivate Tenant, Activate Tenant");
}

#[tokio::test]
async fn names_address_and_password_of_a_tenants_administrator_are_changed() {
    let running = Running::start().await;
    let console = Console::admin(&running).await;
    console.submit("tenants/add", &new("acme.com")).await;
    let form = plain(&console.open("tenants/edit?domain=acme.com").await.body);
    for part in ["<dd>boss</dd>", "value=\"Bö\"", "value=\"Ss\"", "value=\"boss@example.org\""] {
        assert!(form.contains(part), "{part}: {form}");
    }
    let fields =
        [("domain", "acme.com"), ("firstName", "Ann"), ("lastName", "Lee"), ("email", "ann@example.org")];
    let saved = console.submit("tenants/edit", &fields).await.body;
    assert!(saved.contains("The tenant acme.com was updated.") && saved.contains("<td>ann@example.org</td>"));
    Console::of(&running, "boss@acme.com", "Secret@1").await;
    let mut fields = fields.to_vec();
    fields.extend([("password", "Other@12"), ("password2", "Other@12")]);
    console.submit("tenants/edit", &fields).await;
    Console::of(&running, "boss@acme.com", "Other@12").await;
    let form = plain(&console.open("tenants/edit?domain=acme.com").await.body);
    assert!(form.contains("value=\"Ann\"") && form.contains("value=\"Lee\"") && !form.contains("Other@12"));
}

#[tokio::test]
async fn what_is_wrong_with_a_tenant_is_said_and_what_was_typed_is_kept() {
    let running = Running::start().await;
    add_tenant(&running, "taken.com").await;
    let console = Console::admin(&running).await;
    for (name, value, said) in [
        ("domain", "", "Provided domain name is empty."),
        ("domain", ".com", "Invalid domain, starting with '.'"),
        ("domain", "a/b", "contains one or more illegal characters"),
        ("domain", "registry", "You can not use a registry reserved word:registry"),
        ("domain", "taken.com", "taken.com"),
        ("domain", "carbon.super", "carbon.super"),
        ("email", "nobody", "Invalid email is provided."),
        ("admin", "", "The admin user name is required."),
        ("password2", "Other@12", "Password and Password Repeat do not match."),
    ] {
        let page = console.submit("tenants/add", &with(new("acme.com"), name, value)).await.body;
        assert!(page.contains("id=\"error-msg\"") && plain(&page).contains(said), "{name}={value}: {page}");
        assert!(page.contains("value=\"Ss\"") && !page.contains("Secret@1"), "{page}");
    }
    let page =
        console.submit("tenants/add", &with(with(new("a.com"), "password", ""), "password2", "")).await.body;
    assert!(page.contains("The admin password is required."), "{page}");
    assert_eq!(stored(&running, "SELECT count(*) FROM tenant"), "2");
    let fields = [("domain", "taken.com"), ("password", "a"), ("password2", "b")];
    assert!(console.submit("tenants/edit", &fields).await.body.contains("do not match"));
    let fields = [("domain", "taken.com"), ("email", "a@b.org"), ("password", "x"), ("password2", "x")];
    let refused = console.submit("tenants/edit", &fields).await.body;
    assert!(plain(&refused).contains("Error in changing the tenant admin password"), "{refused}");
    for domain in ["no.such", "carbon.super", HTML] {
        for screen in ["tenants/edit", "tenants/activate", "tenants/deactivate"] {
            let answer = console.send(screen, &[("domain", domain)]).await;
            assert!(
                answer.status == 400 && !answer.body.contains(HTML),
                "{screen} {domain}: {}",
                answer.body
            );
        }
    }
}

#[tokio::test]
async fn html_in_every_field_is_shown_as_text() {
    let running = Running::start().await;
    let console = Console::admin(&running).await;
    let mut fields = new("acme.com");
    for name in ["firstName", "lastName", "email", "admin"] {
        fields = with(fields, name, HTML);
    }
    let page = console.submit("tenants/add", &fields).await.body;
    assert!(!page.contains(HTML) && plain(&page).contains(HTML), "{page}");
    let searched = console.open("tenants?part=%3Cb%3E").await.body;
    assert!(!searched.contains("<b>") && plain(&searched).contains("value=\"<b>\""), "{searched}");
}

#[tokio::test]
async fn many_tenants_are_found_by_a_part_of_their_domain_and_page_by_page() {
    let running = Running::start().await;
    let connection = super::database(&running);
    for number in 1..=40 {
        let sql = "INSERT INTO tenant (id, domain, email, active, created_at, admin_name) VALUES (?1, ?2, '', 1, 0, 'a')";
        connection.execute(sql, (number, format!("t{number:02}.example"))).unwrap();
    }
    let console = Console::admin(&running).await;
    let count = |page: &str| page.matches(".example</a>").count();
    let first = console.open("tenants").await.body;
    assert!(count(&first) == 15 && first.contains("rel=\"next\"") && !first.contains("Beginning"), "{first}");
    let last = console.open("tenants?page=2").await.body;
    assert!(count(&last) == 10 && !last.contains("rel=\"next\"") && last.contains("Beginning"), "{last}");
    assert_eq!(count(&console.open("tenants?part=T3").await.body), 10);
    for odd in ["tenants?page=99", "tenants?page=-1", "tenants?page=x"] {
        assert!(count(&console.open(odd).await.body) >= 10, "{odd}");
    }
}

#[tokio::test]
async fn tenants_are_closed_to_who_may_not_to_other_tenants_and_to_forms_of_others() {
    let running = with_ann("").await;
    add_tenant(&running, "acme.com").await;
    let ann = Console::of(&running, "ann", "Old@1234").await;
    let screens = [
        ("tenants", "/permission/protected/manage/monitor/tenants/list"),
        ("tenants/add", "/permission/protected/manage/monitor/tenants"),
        ("tenants/edit", "/permission/protected/manage/monitor/tenants"),
        ("tenants/activate", "/permission/protected/manage/modify/tenants"),
        ("tenants/deactivate", "/permission/protected/manage/modify/tenants"),
    ];
    for (screen, needed) in screens {
        is_closed(&ann, screen, needed).await;
    }
    // A role of a tenant that was given permissions of the super tenant.
    let sql = "INSERT INTO role_grant (role_id, resource, action, allowed) SELECT id, '/permission/protected', \
               'ui.execute', 1 FROM role WHERE tenant_id = 1 AND name = 'admin'";
    super::database(&running).execute(sql, []).unwrap();
    let acme = Console::of(&running, "admin@acme.com", "admin123").await;
    for (screen, needed) in screens {
        is_closed(&acme, screen, needed).await;
    }
    let console = Console::admin(&running).await;
    let token = ann.token();
    let fields = [("domain", "acme.com"), ("csrf", token.as_str())];
    assert_eq!(console.post_raw("/carbon/tenants/deactivate", &fields).await.status, 403);
    assert_eq!(console.get("/carbon/tenants/activate?domain=acme.com").await.status, 302);
    assert_eq!(stored(&running, "SELECT active FROM tenant WHERE id = 1"), "1");
}
