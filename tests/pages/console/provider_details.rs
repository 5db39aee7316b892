//! What hangs on an identity provider: properties that are removed, connectors, just-in-time provisioning; and two
//! administrators at the same form.

use super::super::server::{Running, add_role, call};
use super::{Console, borrowed, database, field, plain, stored, untouched};

const SAML: &str = "way__SAMLSSOAuthenticator__";
const SCIM: &str = "out__scim__";

fn named(begin: &str, end: &str) -> String {
    [begin, end].concat()
}

/// Puts a value in the place of what a form sends, or beside it.
fn put(fields: &mut Vec<(String, String)>, name: &str, value: &str) {
    fields.retain(|(known, _)| known != name);
    fields.push((name.to_owned(), value.to_owned()));
}

fn untick(fields: &mut Vec<(String, String)>, name: &str) {
    fields.retain(|(known, _)| known != name);
}

async fn form(console: &Console<'_>) -> Vec<(String, String)> {
    untouched(&console.open("idp/edit?oldName=partner").await.body, "identityProvider")
}

async fn save(console: &Console<'_>, fields: &[(String, String)]) {
    let page = console.submit("idp/edit", &borrowed(fields)).await.body;
    assert!(page.contains("Identity Provider information updated successfully"), "{}", plain(&page));
}

/// Everything that is stored of providers, but for keys.
fn everything(running: &Running) -> Vec<String> {
    let connection = database(running);
    let ask = |sql: &str| -> Vec<String> {
        let mut statement = connection.prepare(sql).unwrap();
        let rows = statement.query_map([], |row| row.get::<_, Option<String>>(0)).unwrap();
        rows.map(|row| row.unwrap().unwrap_or_default()).collect()
    };
    [
        "SELECT concat_ws('|', name, enabled, federation_hub, home_realm, alias, display_name, description, certificate, \
         provisioning_role, jit_enabled, jit_user_store, local_dialect, user_claim, role_claim, default_authenticator, \
         default_connector) FROM identity_provider WHERE name = 'partner'",
        "SELECT concat_ws('|', a.name, a.enabled, p.name, p.value, p.confidential) FROM idp_authenticator a LEFT JOIN \
         idp_authenticator_property p ON p.authenticator_id = a.id JOIN identity_provider i ON i.id = a.idp_id \
         WHERE i.name = 'partner' ORDER BY 1",
        "SELECT concat_ws('|', c.name, c.enabled, c.blocking, p.name, CASE WHEN p.sealed THEN '*' ELSE p.value END, \
         p.confidential, p.blob) FROM idp_connector c LEFT JOIN idp_connector_property p ON p.connector_id = c.id ORDER BY 1",
        "SELECT concat_ws('|', m.local_claim, m.default_value, m.requested) FROM idp_claim_mapping m ORDER BY 1",
        "SELECT name FROM idp_role ORDER BY 1",
    ]
    .into_iter()
    .flat_map(ask)
    .collect()
}

async fn add(console: &Console<'_>, fields: &[(&str, &str)]) {
    let mut all = vec![("name", "partner")];
    all.extend(fields);
    let page = console.submit("idp/add", &all).await.body;
    assert!(page.contains("added successfully"), "{}", plain(&page));
}

/// The value of a property of the authenticator, however it is kept.
fn properties(running: &Running) -> String {
    stored(
        running,
        "SELECT group_concat(name, ' ') FROM (SELECT name FROM idp_authenticator_property ORDER BY name)",
    )
}

#[tokio::test]
async fn a_form_that_nobody_touched_changes_nothing() {
    let running = Running::start().await;
    add_role(&running, "test role", "admin", "/permission/admin/login").await;
    let console = Console::admin(&running).await;
    let (name, value, secret) = (named(SAML, "newName"), named(SAML, "newValue"), named(SAML, "newSecret"));
    add(
        &console,
        &[
            ("displayName", "Partner ö"),
            ("claimRemote", "urn:mail"),
            ("claimLocal", "http://wso2.org/claims/emailaddress"),
            ("claimDefault", "none"),
            ("claimRequested", "0"),
            ("claimRemote", "urn:extra"),
            ("claimLocal", ""),
            ("claimDefault", ""),
            ("roleRemote", "staff"),
            ("roleLocal", "test role"),
            ("roleRemote", "unmapped"),
            ("roleLocal", ""),
            ("provisioningRole", "test role"),
            ("jit", "on"),
            ("jitUserStore", "PRIMARY"),
            (&named(SAML, "enabled"), "on"),
            (&name, "IdPEntityId"),
            (&value, "urn:partner"),
            (&name, "Text"),
            (&value, "<a>\nb"),
            (&name, "Key"),
            (&value, "hidd3n"),
            (&secret, "2"),
            ("defaultWay", "SAMLSSOAuthenticator"),
            (&named(SCIM, "enabled"), "on"),
            (&named(SCIM, "p__scim-username"), "me"),
            (&named(SCIM, "p__scim-password"), "s3cret"),
            (&named(SCIM, "p__scim-default-pwd"), "d3fault"),
            (&named(SCIM, "p__scim-enable-pwd-provisioning"), "true"),
            ("defaultConnector", "scim"),
        ],
    )
    .await;
    let before = everything(&running);
    assert!(
        before.len() > 10 && before.iter().any(|row| row.starts_with("scim|1|0|scim-password|*|1")),
        "{before:?}"
    );
    let sealed = "SELECT group_concat(value) FROM idp_authenticator_property WHERE sealed";
    let key = stored(&running, sealed);
    let page = console.open("idp/edit?oldName=partner").await.body;
    for secret in ["hidd3n", "s3cret", "d3fault", "random-password", "UniqueID"] {
        assert!(!page.contains(secret), "{secret}: {page}");
    }
    let flag = named(SCIM, "p__scim-enable-pwd-provisioning");
    assert!(form(&console).await.contains(&(flag, "true".to_owned())), "a box to tick is no secret: {page}");
    for _ in 0..2 {
        save(&console, &form(&console).await).await;
        assert_eq!(everything(&running), before);
    }
    // Nor does the switch in the list.
    console.submit("idp/enable", &[("name", "partner")]).await;
    console.submit("idp/enable", &[("name", "partner"), ("enable", "on")]).await;
    assert_eq!(everything(&running), before);
    let told = call(
        &running,
        "IdentityProviderMgtService",
        "<s:getIdPByName xmlns:s=\"http://mgt.idp.carbon.wso2.org\"><s:idPName>partner</s:idPName></s:getIdPByName>",
    )
    .await
    .body;
    assert!(told.contains("value>d3fault<") && told.contains("value>hidd3n<"), "{told}");
    assert_ne!(key, "");
}

#[tokio::test]
async fn properties_of_an_authenticator_are_removed_and_others_stay() {
    let running = Running::start().await;
    let console = Console::admin(&running).await;
    let (name, value, secret) = (named(SAML, "newName"), named(SAML, "newValue"), named(SAML, "newSecret"));
    add(
        &console,
        &[
            (&named(SAML, "enabled"), "on"),
            (&name, "IdPEntityId"),
            (&value, "urn:partner"),
            (&name, "Key"),
            (&value, "hidden"),
            (&secret, "1"),
            (&name, "DestinationURI.1"),
            (&value, "https://a"),
            ("way__GoogleOIDCAuthenticator__p__ClientSecret", "s3cret"),
            ("way__GoogleOIDCAuthenticator__p__ClientId", "me"),
        ],
    )
    .await;
    assert_eq!(properties(&running), "ClientId ClientSecret DestinationURI.1 IdPEntityId Key");
    let mut fields = form(&console).await;
    let drop = named(SAML, "drop");
    fields.extend([(drop.clone(), "Key".to_owned()), (drop.clone(), "DestinationURI.1".to_owned())]);
    fields.push(("way__GoogleOIDCAuthenticator__drop".to_owned(), "ClientSecret".to_owned()));
    save(&console, &fields).await;
    assert_eq!(properties(&running), "ClientId IdPEntityId");
    // What is not there any more has an empty field, and an emptied one is not a removed one.
    let page = console.open("idp/edit?oldName=partner").await.body;
    assert!(!page.contains("p__Key") && page.contains("p__ClientSecret\""), "{page}");
    let mut fields = form(&console).await;
    put(&mut fields, &named(SAML, "p__IdPEntityId"), "");
    save(&console, &fields).await;
    assert_eq!(
        stored(&running, "SELECT value FROM idp_authenticator_property WHERE name = 'IdPEntityId'"),
        ""
    );
    // A refused form removes nothing and keeps what was ticked away ticked away when it is mended.
    let mut fields = form(&console).await;
    fields.push((drop, "IdPEntityId".to_owned()));
    put(&mut fields, "roleLocal", "no such role");
    put(&mut fields, "roleRemote", "x");
    let refused = console.submit("idp/edit", &borrowed(&fields)).await.body;
    assert!(refused.contains("Cannot find tenant role no such role"), "{refused}");
    assert_eq!(properties(&running), "ClientId IdPEntityId");
    let mut again = untouched(&refused, "identityProvider");
    put(&mut again, "roleLocal", "");
    save(&console, &again).await;
    assert_eq!(properties(&running), "ClientId");
}

#[tokio::test]
async fn connectors_and_just_in_time_provisioning_are_edited_as_the_service_tells_them() {
    let running = Running::start().await;
    let console = Console::admin(&running).await;
    add(&console, &[]).await;
    let mut fields = form(&console).await;
    for (name, value) in [
        ("jit", "on"),
        ("jitUserStore", "As in username"),
        ("provisioningRole", "a,b"),
        ("defaultConnector", "scim"),
        (&named(SCIM, "enabled"), "on"),
        (&named(SCIM, "p__scim-user-ep"), "https://p/Users"),
        (&named(SCIM, "p__scim-password"), "s3cret"),
        (&named(SCIM, "p__scim-enable-pwd-provisioning"), "true"),
        ("out__googleapps__p__google_prov_email_claim_dropdown", "http://wso2.org/claims/emailaddress"),
    ] {
        put(&mut fields, name, value);
    }
    save(&console, &fields).await;
    let ask = || {
        call(
            &running,
            "IdentityProviderMgtService",
            "<s:getIdPByName xmlns:s=\"http://mgt.idp.carbon.wso2.org\"><s:idPName>partner</s:idPName></s:getIdPByName>",
        )
    };
    let told = ask().await.body;
    for part in [
        "provisioningEnabled>true<",
        "provisioningUserStore>As in username<",
        "provisioningRole>a,b<",
        "value>https://p/Users<",
        "name>google_prov_email_claim_dropdown<",
        "value>random-password-generated",
    ] {
        assert!(told.contains(part), "{part}: {told}");
    }
    let secret = "SELECT sealed || confidential FROM idp_connector_property WHERE name = 'scim-password'";
    assert_eq!(stored(&running, secret), "11");
    // The password stays where its field is empty; boxes are unticked; a property is removed.
    let mut fields = form(&console).await;
    untick(&mut fields, "jit");
    untick(&mut fields, &named(SCIM, "p__scim-enable-pwd-provisioning"));
    fields.push((named(SCIM, "drop"), "scim-user-ep".to_owned()));
    save(&console, &fields).await;
    let left = "SELECT group_concat(p.name, ' ') FROM idp_connector_property p JOIN idp_connector c ON c.id = p.connector_id \
                WHERE c.name = 'scim'";
    assert_eq!(stored(&running, left), "scim-password");
    assert_eq!(stored(&running, secret), "11");
    assert_eq!(
        stored(
            &running,
            "SELECT jit_enabled || coalesce(jit_user_store, '-') FROM identity_provider WHERE name = 'partner'"
        ),
        "0-"
    );
    let mut fields = form(&console).await;
    fields.push((named(SCIM, "drop"), "scim-password".to_owned()));
    save(&console, &fields).await;
    assert_eq!(
        stored(&running, "SELECT count(*) FROM idp_connector_property WHERE name = 'scim-password'"),
        "0"
    );
}

#[tokio::test]
async fn what_two_administrators_change_at_the_same_time_is_all_kept_or_asked_about() {
    let running = Running::start().await;
    let console = Console::admin(&running).await;
    let (name, value) = (named(SAML, "newName"), named(SAML, "newValue"));
    add(
        &console,
        &[
            ("description", "first"),
            ("claimRemote", "urn:a"),
            ("claimLocal", "http://wso2.org/claims/emailaddress"),
            ("claimDefault", ""),
            (&named(SAML, "enabled"), "on"),
            (&name, "One"),
            (&value, "1"),
            (&name, "Two"),
            (&value, "2"),
        ],
    )
    .await;
    let opened = form(&console).await;
    let row = |fields: &mut Vec<(String, String)>, remote: &str| {
        let spare =
            fields.iter_mut().find(|(name, value)| name == "claimRemote" && value.is_empty()).unwrap();
        remote.clone_into(&mut spare.1);
    };
    let mut mine = opened.clone();
    put(&mut mine, "description", "mine");
    row(&mut mine, "urn:mine");
    mine.push((named(SAML, "drop"), "One".to_owned()));
    mine.push(("out__spml__p__spml-username".to_owned(), "mine".to_owned()));
    save(&console, &mine).await;
    let mut theirs = opened.clone();
    put(&mut theirs, "displayName", "theirs");
    row(&mut theirs, "urn:theirs");
    put(&mut theirs, &named(SAML, "p__Two"), "22");
    put(&mut theirs, "out__scim__p__scim-username", "theirs");
    save(&console, &theirs).await;
    let profile = "SELECT description || ' ' || display_name FROM identity_provider WHERE name = 'partner'";
    assert_eq!(stored(&running, profile), "mine theirs");
    let claims = "SELECT group_concat(uri, ' ') FROM (SELECT uri FROM idp_claim ORDER BY uri)";
    assert_eq!(stored(&running, claims), "urn:a urn:mine urn:theirs");
    let rest = "SELECT group_concat(name || '=' || value, ' ') FROM idp_authenticator_property";
    assert_eq!(stored(&running, rest), "Two=22");
    let connectors =
        "SELECT group_concat(value, ' ') FROM (SELECT value FROM idp_connector_property ORDER BY value)";
    assert_eq!(stored(&running, connectors), "mine theirs");
    // The same field, and a value for what was removed.
    let mut late = opened;
    put(&mut late, "description", "late");
    put(&mut late, &named(SAML, "p__One"), "11");
    let before = everything(&running);
    let asked = console.submit("idp/edit", &borrowed(&late)).await.body;
    let said = plain(&asked);
    assert!(said.contains("Description is “mine”; SAMLSSOAuthenticator One is empty or off."), "{said}");
    assert_eq!(everything(&running), before, "nothing was written");
    let mut again = untouched(&asked, "identityProvider");
    assert!(field(&asked, "description") == "late", "what was typed stays");
    put(&mut again, "alias", "x");
    save(&console, &again).await;
    assert_eq!(stored(&running, profile), "late theirs");
    assert_eq!(stored(&running, rest), "Two=22 One=11");
}
