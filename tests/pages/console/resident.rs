//! The resident identity provider: the account policies by clicks, and what is refused.

use super::super::server::{Running, call, govern};
use super::operations::{HTML, add_tenant, is_closed, with_ann};
use super::{Console, plain, stored};

const LINK: &str = "property__Recovery.AdminPasswordReset.RecoveryLink";

/// What stands in the form of a page, as a browser would send it.
fn filled(page: &str) -> Vec<(String, String)> {
    let form = page.split("id=\"residentIdp\"").nth(1).unwrap().split("</form>").next().unwrap();
    let attribute = |tag: &str, name: &str| {
        let rest = tag.split_once(&format!("{name}=\""))?.1;
        Some(plain(rest.split('"').next().unwrap()))
    };
    let mut fields = Vec::new();
    for input in form.split("<input ").skip(1) {
        let tag = input.split('>').next().unwrap();
        if tag.contains("type=\"checkbox\"") && !tag.contains(" checked") {
            continue;
        }
        fields.push((attribute(tag, "name").unwrap(), attribute(tag, "value").unwrap()));
    }
    for area in form.split("<textarea ").skip(1) {
        let (tag, rest) = area.split_once('>').unwrap();
        let text = rest.split("</textarea>").next().unwrap().trim_start_matches('\n');
        fields.push((attribute(tag, "name").unwrap(), plain(text)));
    }
    fields.retain(|(name, _)| name != "csrf");
    fields
}

/// The form with changes: an empty value for a box takes its tick away.
fn changed<'f>(fields: &'f [(String, String)], changes: &[(&'f str, &'f str)]) -> Vec<(&'f str, &'f str)> {
    let mut sent: Vec<(&str, &str)> = fields
        .iter()
        .map(|(name, value)| (name.as_str(), value.as_str()))
        .filter(|(name, _)| changes.iter().all(|(changed, _)| changed != name))
        .collect();
    sent.extend(changes.iter().filter(|(name, value)| !(name.starts_with("property__") && value.is_empty())));
    sent
}

fn setting(running: &Running, name: &str) -> String {
    stored(
        running,
        &format!(
            "SELECT value FROM idp_property p JOIN identity_provider i ON i.id = p.idp_id \
             WHERE i.tenant_id = -1234 AND p.name = '{name}'"
        ),
    )
}

fn last_audit(running: &Running) -> String {
    stored(running, "SELECT action || ': ' || data FROM audit ORDER BY id DESC LIMIT 1")
}

#[tokio::test]
async fn the_three_options_of_the_password_reset_come_first_and_are_switched_by_ticks() {
    let running = Running::start().await;
    let console = Console::admin(&running).await;
    let page = console.open("idp/resident").await.body;
    let legends: Vec<&str> =
        page.split("<legend>").skip(1).map(|rest| rest.split('<').next().unwrap()).collect();
    assert_eq!(legends[0], "Password Reset");
    for legend in ["Account Recovery", "Account Locking", "Password History", "Password Patterns"] {
        assert!(legends.contains(&legend), "{legends:?}");
    }
    let order = ["Account Management Policies", "Login Policies", "Password Policies"];
    let places: Vec<usize> = order.iter().map(|heading| page.find(heading).unwrap()).collect();
    assert!(places.is_sorted());
    for label in [
        "Enable Password Reset via Recovery Email",
        "Enable Password Reset via OTP",
        "Enable Password Reset Offline",
    ] {
        assert!(page.contains(&format!("{label}</label>")), "{label}");
    }
    let fields = filled(&page);
    let saved = console.submit("idp/resident", &changed(&fields, &[(LINK, "true")])).await.body;
    assert!(saved.contains("Successfully updated Resident Identity Provider"), "{saved}");
    assert_eq!(setting(&running, "Recovery.AdminPasswordReset.RecoveryLink"), "true");
    assert_eq!(setting(&running, "Recovery.AdminPasswordReset.OTP"), "false");
    assert_eq!(
        last_audit(&running),
        "Update Resident Identity Provider: Recovery.AdminPasswordReset.RecoveryLink",
        "only what was changed is written"
    );
    let fields = filled(&saved);
    assert!(fields.contains(&(LINK.to_owned(), "true".to_owned())));
    console.submit("idp/resident", &changed(&fields, &[(LINK, "")])).await;
    assert_eq!(setting(&running, "Recovery.AdminPasswordReset.RecoveryLink"), "false");
}

#[tokio::test]
async fn a_changed_policy_leaves_the_mark_of_the_primary_provider_where_it_is() {
    let running = Running::start().await;
    let console = Console::admin(&running).await;
    let of = |operation: &str, primary: bool| {
        let name = if operation == "updateIdP" { "<i:oldIdPName>partner</i:oldIdPName>" } else { "" };
        format!(
            "<i:{operation} xmlns:i=\"http://mgt.idp.carbon.wso2.org\" \
             xmlns:m=\"http://model.common.application.identity.carbon.wso2.org/xsd\">{name}<i:identityProvider>\
             <m:identityProviderName>partner</m:identityProviderName><m:enable>true</m:enable>\
             <m:primary>{primary}</m:primary></i:identityProvider></i:{operation}>"
        )
    };
    let primary = || {
        stored(&running, "SELECT coalesce(group_concat(name), '-') FROM identity_provider WHERE is_primary")
    };
    let save = async |option: &str| {
        let fields = filled(&console.open("idp/resident").await.body);
        let page = console.submit("idp/resident", &changed(&fields, &[(LINK, option)])).await.body;
        assert!(page.contains("Successfully updated Resident Identity Provider"), "{page}");
    };
    assert_eq!(call(&running, "IdentityProviderMgtService", &of("addIdP", true)).await.status, 200);
    assert_eq!(primary(), "partner");
    save("true").await;
    assert_eq!(primary(), "partner");
    let delete = "<i:deleteIdP xmlns:i=\"http://mgt.idp.carbon.wso2.org\"><i:idPName>partner</i:idPName></i:deleteIdP>";
    assert_eq!(call(&running, "IdentityProviderMgtService", delete).await.status, 200);
    assert_eq!(primary(), "-");
    save("").await;
    assert_eq!(primary(), "LOCAL");
}

#[tokio::test]
async fn every_policy_is_on_the_page_and_none_changes_when_nothing_was_changed() {
    let running = Running::start().await;
    let console = Console::admin(&running).await;
    let sql = "SELECT group_concat(name || '=' || value, ';') FROM (SELECT * FROM idp_property ORDER BY idp_id, position)";
    let before = stored(&running, sql);
    let page = console.open("idp/resident").await.body;
    assert_eq!(page.matches("name=\"property__").count(), 36);
    assert_eq!(page.matches("does not act on it").count(), 8, "what is only kept is told");
    let fields = filled(&page);
    let saved = console.submit("idp/resident", &changed(&fields, &[])).await.body;
    assert!(saved.contains("Successfully updated"), "{saved}");
    assert_eq!(stored(&running, sql), before);
    assert_eq!(
        stored(&running, "SELECT count(*) FROM idp_authenticator_property WHERE name LIKE 'Dest%'"),
        "0"
    );
}

#[tokio::test]
async fn two_administrators_do_not_undo_each_others_changes() {
    let running = Running::start().await;
    let console = Console::admin(&running).await;
    let fields = filled(&console.open("idp/resident").await.body);
    govern(&running, &[("Recovery.AdminPasswordReset.OTP", "true")]).await;
    let time = "property__account.lock.handler.Time";
    console.submit("idp/resident", &changed(&fields, &[(time, "7")])).await;
    assert_eq!(setting(&running, "Recovery.AdminPasswordReset.OTP"), "true");
    assert_eq!(setting(&running, "account.lock.handler.Time"), "7");
    // The same goes for what stands beside the policies.
    let destinations = "https://a.example.org/acs\r\nhttps://b.example.org/acs";
    let first = [("homeRealmId", "first"), ("destinations", destinations), ("oidcEntityId", "urn:first")];
    console.submit("idp/resident", &changed(&fields, &first)).await;
    let second = [("samlEntityId", "urn:second"), ("SessionIdleTimeout", "33")];
    let page = console.submit("idp/resident", &changed(&fields, &second)).await.body;
    let now = filled(&page);
    for (name, value) in first.into_iter().chain(second) {
        assert!(now.contains(&(name.to_owned(), value.replace('\r', ""))), "{name}: {now:?}");
    }
    // Lines are added and taken away one by one; where both say otherwise, it is asked about.
    let third = [("destinations", "https://c.example.org/acs"), ("SessionIdleTimeout", "44"), (time, "8")];
    let asked = plain(&console.submit("idp/resident", &changed(&fields, &third)).await.body);
    assert!(
        asked.contains("Nothing was saved") && asked.contains("Idle Session Time Out is “33”"),
        "{asked}"
    );
    assert!(asked.contains("Account Unlock Time is “7”"), "{asked}");
    assert_eq!(setting(&running, "account.lock.handler.Time"), "7", "nothing was written");
    let again = filled(&asked);
    let lines = "https://a.example.org/acs\nhttps://b.example.org/acs\nhttps://c.example.org/acs";
    assert!(again.contains(&("destinations".to_owned(), lines.to_owned())), "{again:?}");
    let page = console.submit("idp/resident", &changed(&again, &[])).await.body;
    assert!(page.contains("Successfully updated"), "{page}");
    assert_eq!(setting(&running, "account.lock.handler.Time"), "8");
    assert!(filled(&page).contains(&("SessionIdleTimeout".to_owned(), "44".to_owned())));
}

#[tokio::test]
async fn session_times_realm_and_saml_addresses_are_changed_and_read_back() {
    let running = Running::start().await;
    let console = Console::admin(&running).await;
    let fields = filled(&console.open("idp/resident").await.body);
    let changes = [
        ("homeRealmId", "realm ö"),
        ("SessionIdleTimeout", "30"),
        ("RememberMeTimeout", "99"),
        ("samlEntityId", "https://idp.example.org"),
        ("destinations", "https://a.example.org/acs\r\nhttps://b.example.org/acs"),
    ];
    let saved = console.submit("idp/resident", &changed(&fields, &changes)).await.body;
    assert!(saved.contains("Successfully updated"), "{saved}");
    assert_eq!(setting(&running, "SessionIdleTimeout") + &setting(&running, "RememberMeTimeout"), "3099");
    let again = filled(&saved);
    for (name, value) in changes {
        let value = value.replace('\r', "");
        assert!(again.contains(&(name.to_owned(), value)), "{name}: {again:?}");
    }
    let fields = filled(&saved);
    let one = [("destinations", "https://b.example.org/acs")];
    let saved = console.submit("idp/resident", &changed(&fields, &one)).await.body;
    assert!(filled(&saved).contains(&("destinations".to_owned(), one[0].1.to_owned())), "{saved}");
}

#[tokio::test]
async fn what_is_wrong_is_said_and_what_was_typed_is_kept() {
    let running = Running::start().await;
    let console = Console::admin(&running).await;
    let fields = filled(&console.open("idp/resident").await.body);
    for (name, value, said) in [
        ("homeRealmId", " ", "Resident Home Realm ID cannot be empty"),
        ("samlEntityId", "", "Resident IdP Entity ID cannot be empty"),
        ("SessionIdleTimeout", "0", "Resident IdP Idle Session Timeout must be numeric value greater than 0"),
        ("SessionIdleTimeout", "99999999999", "Resident IdP Idle Session Timeout must be numeric"),
        ("RememberMeTimeout", "1.5", "Resident IdP Remember Me Period must be numeric value greater than 0"),
        ("destinations", "", "You should have atleast one destination URL."),
        ("destinations", "javascript:alert(1)", "Please enter a valid destination"),
        ("destinations", "https://a\nhttps://a", "Destination URL already exist"),
        (
            "property__Recovery.ExpiryTime",
            "0",
            "Recovery.ExpiryTime should be a number of minutes greater than 0",
        ),
        (
            "property__passwordPolicy.pattern",
            &"x".repeat(256),
            "Error occurred while updating Identity Provider",
        ),
    ] {
        let changes = [(name, value), (LINK, "true")];
        let page = console.submit("idp/resident", &changed(&fields, &changes)).await.body;
        assert!(plain(&page).contains(said), "{name}={value}: {page}");
        assert!(filled(&page).contains(&(LINK.to_owned(), "true".to_owned())), "the tick is kept");
        assert_eq!(setting(&running, "Recovery.AdminPasswordReset.RecoveryLink"), "false", "{name}");
    }
}

#[tokio::test]
async fn html_in_a_policy_is_shown_as_text_and_unknown_settings_are_not_written() {
    let running = Running::start().await;
    let console = Console::admin(&running).await;
    let fields = filled(&console.open("idp/resident").await.body);
    let changes = [
        ("property__passwordPolicy.errorMsg", HTML),
        ("homeRealmId", HTML),
        ("property__admin-forced-password-reset.AlreadyWritten", "false"),
        ("property__no.such.setting", "true"),
        ("identityProviderName", "OTHER"),
    ];
    let saved = console.submit("idp/resident", &changed(&fields, &changes)).await.body;
    assert!(saved.contains("Successfully updated") && !saved.contains(HTML), "{saved}");
    assert_eq!(setting(&running, "passwordPolicy.errorMsg"), HTML);
    assert_eq!(setting(&running, "admin-forced-password-reset.AlreadyWritten"), "true");
    let unknown = "SELECT count(*) FROM idp_property WHERE name = 'no.such.setting'";
    assert_eq!(stored(&running, unknown), "0");
    assert_eq!(stored(&running, "SELECT name FROM identity_provider"), "LOCAL");
}

#[tokio::test]
async fn who_may_look_may_not_change_and_nobody_changes_without_the_token() {
    let running = with_ann("/permission/admin/manage/identity/idpmgt/view").await;
    let ann = Console::of(&running, "ann", "Old@1234").await;
    let page = ann.open("idp/resident").await.body;
    assert!(page.contains("You may look at these settings, but not change them."));
    assert!(!page.contains(">Update</button>"), "{page}");
    let fields = filled(&page);
    let sent = changed(&fields, &[(LINK, "true")]);
    let refused = ann.send("idp/resident", &sent).await;
    assert_eq!(refused.status, 403);
    assert!(plain(&refused.body).contains("/permission/admin/manage/identity/idpmgt/update"));
    let console = Console::admin(&running).await;
    let mut foreign = sent.clone();
    let token = ann.token();
    foreign.push(("csrf", &token));
    assert_eq!(console.post_raw("/carbon/idp/resident", &foreign).await.status, 403);
    assert_eq!(setting(&running, "Recovery.AdminPasswordReset.RecoveryLink"), "false");
    let nobody = with_ann("").await;
    let ann = Console::of(&nobody, "ann", "Old@1234").await;
    is_closed(&ann, "idp/resident", "/permission/admin/manage/identity/idpmgt/view").await;
}

#[tokio::test]
async fn a_tenant_changes_its_own_policies_only() {
    let running = Running::start().await;
    add_tenant(&running, "acme.com").await;
    let acme = Console::of(&running, "admin@acme.com", "admin123").await;
    let page = acme.open("idp/resident").await.body;
    let page = plain(&page);
    assert!(page.contains("/services/t/acme.com/wso2carbon-sts"), "{page}");
    let metadata = acme.get("/identity/metadata/saml2?tenantDomain=acme.com").await;
    assert!(
        page.contains("href=\"/identity/metadata/saml2?tenantDomain=acme.com\"") && metadata.status == 200
    );
    let fields = filled(&page);
    acme.submit("idp/resident", &changed(&fields, &[(LINK, "true")])).await;
    assert_eq!(setting(&running, "Recovery.AdminPasswordReset.RecoveryLink"), "false");
    let own = "SELECT value FROM idp_property p JOIN identity_provider i ON i.id = p.idp_id WHERE i.tenant_id = 1 \
               AND p.name = 'Recovery.AdminPasswordReset.RecoveryLink'";
    assert_eq!(stored(&running, own), "true");
}
