//! Forms that were opened before somebody else changed the same thing: they take nothing back.

use super::super::server::{Running, add_role, add_user, claim};
use super::{Console, borrowed, plain, stored, untouched};

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
    let page = ann.open("users/profile?name=tom").await.body;
    let early = |changes: &[(&str, &str)]| {
        let named: Vec<(String, &str)> =
            changes.iter().map(|(uri, value)| (format!("claim__{uri}"), *value)).collect();
        let named: Vec<(&str, &str)> = named.iter().map(|(name, value)| (name.as_str(), *value)).collect();
        filled(&page, "userProfile", &named)
    };
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

#[tokio::test]
async fn permissions_that_somebody_else_ticks_meanwhile_stay_and_what_he_took_comes_back_only_on_request() {
    const LOGIN: &str = "/permission/admin/login";
    const USERS: &str = "/permission/admin/manage/identity/usermgt";
    const HELD: &str = "SELECT coalesce(group_concat(resource, ' '), '') FROM (SELECT g.resource FROM role_grant g \
        JOIN role r ON r.id = g.role_id WHERE r.name = 'helpdesk' ORDER BY g.resource)";
    let running = Running::start().await;
    add_role(&running, "helpdesk", "admin", &format!("{USERS}/list")).await;
    let (ann, bob) = (Console::admin(&running).await, Console::admin(&running).await);
    let early = ann.open("roles/permissions?name=helpdesk").await.body;
    let with = |on: &[&str], off: &[&str]| ticked(&early, "rolePermissions", "permission", on, off);
    let (list, create) = (format!("{USERS}/list"), format!("{USERS}/create"));
    let saved = save(&bob, "roles/permissions", with(&[LOGIN], &[&list])).await;
    assert!(saved.contains("Role helpdesk updated successfully."), "{saved}");
    let saved = save(&ann, "roles/permissions", with(&[&create], &[])).await;
    assert!(saved.contains("Role helpdesk updated successfully."), "{saved}");
    assert_eq!(stored(&running, HELD), format!("{LOGIN} {create}"));
    // Who ticks the whole branch means the permission that was taken, too.
    let asked = save(&ann, "roles/permissions", with(&[USERS], &[])).await;
    assert!(
        asked.contains("Nothing was saved") && asked.contains("User Management > List is empty or off"),
        "{asked}"
    );
    assert_eq!(stored(&running, HELD), format!("{LOGIN} {create}"), "nothing was written");
    let saved = save(&ann, "roles/permissions", untouched(&asked, "rolePermissions")).await;
    assert!(saved.contains("Role helpdesk updated successfully."), "{saved}");
    assert_eq!(stored(&running, HELD), format!("{LOGIN} {USERS}"));
    // A branch that somebody else gave whole loses what an early form takes out of it.
    let early = ann.open("roles/permissions?name=helpdesk").await.body;
    let with = |on: &[&str], off: &[&str]| ticked(&early, "rolePermissions", "permission", on, off);
    save(&bob, "roles/permissions", with(&["/permission/admin/manage/identity"], &[])).await;
    let saved = save(&ann, "roles/permissions", with(&[], &[USERS, &list])).await;
    assert!(saved.contains("Role helpdesk updated successfully."), "{saved}");
    let held = stored(&running, HELD);
    assert!(!held.contains(&list) && !held.split(' ').any(|path| path == USERS), "{held}");
    assert!(held.contains(&create) && held.contains("/permission/admin/manage/identity/idpmgt"), "{held}");
}

/// A form that was opened, with other values in some of its fields.
fn filled(page: &str, form: &str, changes: &[(&str, &str)]) -> Vec<(String, String)> {
    let mut fields = untouched(page, form);
    for (name, value) in changes {
        let field = fields.iter_mut().find(|(known, _)| known == name);
        field.unwrap_or_else(|| panic!("no field {name}")).1 = (*value).to_owned();
    }
    fields
}

#[tokio::test]
async fn a_mail_template_keeps_the_subject_of_one_and_the_footer_of_another() {
    const COLUMNS: &str = "SELECT subject || '|' || footer FROM email_template WHERE tenant_id = -1234 AND key = \
        'accountdisable' AND folded_locale = 'en_us' AND deleted = 0";
    let running = Running::start().await;
    let (ann, bob) = (Console::admin(&running).await, Console::admin(&running).await);
    let early = ann.open("templates/edit?display=AccountDisable&locale=en_US").await.body;
    let with = |changes: &[(&str, &str)]| filled(&early, "emailTemplate", changes);
    let saved = save(&bob, "templates/edit", with(&[("subject", "Closed")])).await;
    assert!(saved.contains("Email Template successfully Saved."), "{saved}");
    // Looking at it first does not make the form a fresh one.
    let mut look = with(&[("footer", "Bye")]);
    look.push(("do".to_owned(), "preview".to_owned()));
    let seen = ann.submit("templates/edit", &borrowed(&look)).await.body;
    let saved = save(&ann, "templates/edit", untouched(&seen, "emailTemplate")).await;
    assert!(saved.contains("Email Template successfully Saved."), "{saved}");
    assert_eq!(stored(&running, COLUMNS), "Closed|Bye");
    let asked = save(&ann, "templates/edit", with(&[("subject", "Shut"), ("footer", "Bye")])).await;
    assert!(asked.contains("Subject is “Closed”") && asked.contains("value=\"Shut\""), "{asked}");
    assert_eq!(stored(&running, COLUMNS), "Closed|Bye", "nothing was written");
    let saved = save(&ann, "templates/edit", untouched(&asked, "emailTemplate")).await;
    assert!(saved.contains("Email Template successfully Saved."), "{saved}");
    assert_eq!(stored(&running, COLUMNS), "Shut|Bye");
}

#[tokio::test]
async fn a_claim_keeps_the_name_of_one_and_the_description_and_properties_of_another() {
    let running = Running::start().await;
    let (ann, bob) = (Console::admin(&running).await, Console::admin(&running).await);
    let property = |name: &str| {
        let sql = format!(
            "SELECT coalesce((SELECT p.value FROM claim c JOIN claim_dialect d ON d.id = c.dialect_id \
             JOIN claim_property p ON p.claim_id = c.id \
             WHERE d.tenant_id = -1234 AND c.uri = '{PHONE}' AND p.name = '{name}'), '-')"
        );
        stored(&running, &sql)
    };
    let early = ann.open(&format!("claims/edit?uri={PHONE}")).await.body;
    let with = |changes: &[(&str, &str)], more: &[(&str, &str)]| {
        let mut fields = filled(&early, "localClaim", changes);
        fields.extend(more.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())));
        fields
    };
    let more = [("extraName", "Colour"), ("extraValue", "red")];
    let saved = save(&bob, "claims/edit", with(&[("displayName", "Phone")], &more)).await;
    assert!(saved.contains("was saved."), "{saved}");
    let saved = save(&ann, "claims/edit", with(&[("description", "Digits")], &[("required", "on")])).await;
    assert!(saved.contains("was saved."), "{saved}");
    let all = || ["DisplayName", "Description", "Required", "Colour"].map(&property).join("|");
    assert_eq!(all(), "Phone|Digits|true|red");
    let more = [("extraName", "Colour"), ("extraValue", "blue"), ("readOnly", "on")];
    let asked = save(&ann, "claims/edit", with(&[("displayName", "Mobile")], &more)).await;
    assert!(asked.contains("Display Name is “Phone”; Colour is “red”"), "{asked}");
    assert_eq!(all(), "Phone|Digits|true|red");
    assert_eq!(property("ReadOnly"), "false", "nothing was written");
    let saved = save(&ann, "claims/edit", untouched(&asked, "localClaim")).await;
    assert!(saved.contains("was saved."), "{saved}");
    assert_eq!(all(), "Mobile|Digits|true|blue");
    assert_eq!(property("ReadOnly"), "true");
}

#[tokio::test]
async fn a_tenant_and_a_claim_of_another_dialect_are_changed_by_two_without_a_loss() {
    const MAIL_OF: &str = "SELECT email FROM tenant WHERE domain = 'acme.com'";
    let running = Running::start().await;
    let (ann, bob) = (Console::admin(&running).await, Console::admin(&running).await);
    super::operations::add_tenant(&running, "acme.com").await;
    let early = ann.open("tenants/edit?domain=acme.com").await.body;
    let with = |changes: &[(&str, &str)]| filled(&early, "tenant", changes);
    assert!(save(&bob, "tenants/edit", with(&[("email", "new@acme.com")])).await.contains("was updated"));
    assert!(save(&ann, "tenants/edit", with(&[("lastName", "Later")])).await.contains("was updated"));
    assert_eq!(stored(&running, MAIL_OF), "new@acme.com");
    let asked = save(&ann, "tenants/edit", with(&[("email", "other@acme.com"), ("lastName", "Later")])).await;
    assert!(
        asked.contains("Email is “new@acme.com”") && asked.contains("value=\"other@acme.com\""),
        "{asked}"
    );
    assert_eq!(stored(&running, MAIL_OF), "new@acme.com", "nothing was written");
    assert!(save(&ann, "tenants/edit", untouched(&asked, "tenant")).await.contains("was updated"));
    assert_eq!(stored(&running, MAIL_OF), "other@acme.com");

    ann.submit("claims/dialects/add", &[("uri", "urn:a")]).await;
    ann.submit("claims/external/add", &[("dialect", "urn:a"), ("uri", "urn:a:x"), ("local", MAIL)]).await;
    let early = ann.open("claims/external/edit?dialect=urn:a&uri=urn:a:x").await.body;
    let with = |local: &str| filled(&early, "externalClaim", &[("local", local)]);
    let now_for = |page: &str, local: &str| page.contains(&format!("<td>{local}</td>"));
    assert!(now_for(&save(&bob, "claims/external/edit", with(PHONE)).await, PHONE));
    assert!(now_for(&save(&ann, "claims/external/edit", with(MAIL)).await, PHONE), "she left it alone");
    let asked = save(&ann, "claims/external/edit", with(GIVEN)).await;
    assert!(asked.contains(&format!("Mapped Local Claim is “{PHONE}”")), "{asked}");
    assert!(now_for(&save(&ann, "claims/external/edit", untouched(&asked, "externalClaim")).await, GIVEN));
}

/// Browsers give a page that they come back to what was typed and ticked there, the boxes of one name in their order.
/// Where that may have changed meanwhile, Safari ticked one role's box for another's.
#[tokio::test]
async fn what_was_ticked_in_a_list_is_not_kept_for_another_line_of_it() {
    let running = Running::start().await;
    add_user(&running, "tom").await;
    add_role(&running, "helpdesk", "tom", "/permission/admin/login").await;
    add_role(&running, "desk", "tom", "/permission/admin/login").await;
    let console = Console::admin(&running).await;
    let mut lists = Vec::new();
    for screen in [
        "users",
        "users/roles?name=tom",
        "roles/members?name=helpdesk",
        "roles/permissions?name=helpdesk",
        "roles/add",
        "idp/add",
        "idp/resident",
        "claims/add",
        "claims/edit?uri=http%3A%2F%2Fwso2.org%2Fclaims%2Fgivenname",
        "service-providers/add",
        "templates/add",
        "users/add",
        "tenants/add",
        "bulk-resets",
    ] {
        let page = console.open(screen).await.body;
        for form in page.split("<form ").skip(1) {
            let (tag, rest) = form.split_once('>').unwrap();
            let inside = rest.split("</form>").next().unwrap();
            let controls = inside.split('<').filter(|piece| {
                piece.contains("type=\"checkbox\"")
                    || piece.starts_with("select ")
                    || piece.starts_with("textarea ")
            });
            let names: Vec<&str> = controls
                .map(|control| control.split(" name=\"").nth(1).unwrap().split('"').next().unwrap())
                .collect();
            let distinct: std::collections::BTreeSet<&str> = names.iter().copied().collect();
            if distinct.len() < names.len() {
                assert!(tag.contains("autocomplete=\"off\""), "{screen}: {tag}");
                lists.push(screen);
            }
        }
    }
    assert!(lists.len() >= 5, "{lists:?}");
}
