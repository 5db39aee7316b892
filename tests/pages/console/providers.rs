//! Identity providers of partners: listed, added, changed, switched, deleted; files, secrets and refusals.

use super::super::SAME_SITE_FORM;
use super::super::server::{Answer, Running, add_role, call};
use super::operations::{HTML, add_tenant, is_closed, with_ann};
use super::{Console, borrowed, database, location, plain, stored, untouched};
use base64::Engine as _;

const SAML: &str = "way__SAMLSSOAuthenticator__";
const GOOGLE: &str = "way__GoogleOIDCAuthenticator__";

fn with<'f>(mut fields: Vec<(&'f str, &'f str)>, name: &'f str, value: &'f str) -> Vec<(&'f str, &'f str)> {
    fields.retain(|(known, _)| *known != name);
    fields.push((name, value));
    fields
}

fn basic(name: &str) -> Vec<(&str, &str)> {
    vec![
        ("name", name),
        ("displayName", "Partner ö"),
        ("description", "What it is"),
        ("homeRealmId", "realm"),
        ("alias", "https://localhost/alias"),
    ]
}

/// Sends a form with a file in it, as a browser does.
async fn upload(console: &Console<'_>, path: &str, fields: &[(&str, &str)], file: &[u8]) -> Answer {
    let mut body = Vec::new();
    let token = console.token();
    let token = [("csrf", token.as_str())];
    for (name, value) in fields.iter().chain(&token) {
        body.extend(
            format!("--xYx\r\nContent-Disposition: form-data; name=\"{name}\"\r\n\r\n{value}\r\n")
                .into_bytes(),
        );
    }
    let head = "--xYx\r\nContent-Disposition: form-data; name=\"certificate\"; filename=\"../c.pem\"\r\n\
                Content-Type: application/x-pem-file\r\n\r\n";
    body.extend_from_slice(head.as_bytes());
    body.extend_from_slice(file);
    body.extend_from_slice(b"\r\n--xYx--\r\n");
    let cookie = console.cookie("carbonSession").unwrap();
    let request = format!(
        "POST /carbon/{path} HTTP/1.1\r\nHost: localhost\r\nContent-Type: multipart/form-data; boundary=xYx\r\n\
         Cookie: carbonSession={cookie}\r\n{SAME_SITE_FORM}Content-Length: {}\r\n\r\n",
        body.len()
    );
    let mut wire = console.running.connect().await;
    wire.send(request.as_bytes()).await;
    wire.send(&body).await;
    wire.answer().await
}

fn certificate(running: &Running) -> Vec<u8> {
    std::fs::read(running.folder.0.join("tls-cert.pem")).unwrap()
}

#[tokio::test]
async fn a_provider_is_added_changed_switched_and_deleted() {
    let running = Running::start().await;
    add_role(&running, "test role", "admin", "/permission/admin/login").await;
    let console = Console::admin(&running).await;
    assert!(console.open("idp").await.body.contains("No Identity Providers registered"));
    let mut fields = basic("partner");
    fields.extend([
        ("claimRemote", "urn:mail"),
        ("claimLocal", "http://wso2.org/claims/emailaddress"),
        ("claimDefault", "none@example.org"),
        ("claimRemote", "urn:extra"),
        ("claimLocal", ""),
        ("claimDefault", ""),
        ("claimRequested", "0"),
        ("userClaim", "urn:mail"),
        ("roleRemote", "staff"),
        ("roleLocal", "test role"),
        ("roleRemote", "guests"),
        ("roleLocal", "Internal/everyone"),
        ("way__SAMLSSOAuthenticator__enabled", "on"),
        ("way__SAMLSSOAuthenticator__newName", "IdPEntityId"),
        ("way__SAMLSSOAuthenticator__newValue", "urn:partner"),
        ("defaultWay", "SAMLSSOAuthenticator"),
    ]);
    let added = console.submit("idp/add", &fields).await.body;
    assert!(added.contains("Identity Provider information added successfully"), "{added}");
    assert!(added.contains(">partner</a><br>Partner ö</td><td>What it is</td>"), "{added}");
    let form = plain(&console.open("idp/edit?oldName=partner").await.body);
    for part in [
        "name=\"claimRemote\" value=\"urn:mail\"",
        "name=\"claimRemote\" value=\"urn:extra\"",
        "<option value=\"http://wso2.org/claims/emailaddress\" selected>",
        "name=\"claimDefault\" value=\"none@example.org\"",
        "name=\"claimRequested\" value=\"0\" aria-label=\"Requested 1\" checked",
        "name=\"roleRemote\" value=\"staff\"",
        "name=\"roleLocal\" value=\"test role\"",
        "name=\"roleLocal\" value=\"Internal/everyone\"",
        "name=\"way__SAMLSSOAuthenticator__p__IdPEntityId\" type=\"text\" value=\"urn:partner\"",
        "<option value=\"SAMLSSOAuthenticator\" selected>",
    ] {
        assert!(form.contains(part), "{part}: {form}");
    }
    let mut fields = basic("partner two");
    fields.push(("oldName", "partner"));
    let saved = console.submit_whole("idp/edit?oldName=partner", &fields).await.body;
    assert!(saved.contains("Identity Provider information updated successfully"), "{saved}");
    assert!(saved.contains(">partner two</a>") && !saved.contains(">partner</a>"), "{saved}");
    assert_eq!(stored(&running, "SELECT count(*) FROM idp_claim_mapping"), "0");

    let off = console.submit("idp/enable", &[("name", "partner two")]).await.body;
    assert!(off.contains(">Disabled</span>"), "{off}");
    let on = console.submit("idp/enable", &[("name", "partner two"), ("enable", "on")]).await.body;
    assert!(on.contains(">Enabled</span>"), "{on}");
    assert_eq!(
        stored(&running, "SELECT value FROM idp_authenticator_property"),
        "urn:partner",
        "switching keeps everything else"
    );
    let question = console.open("idp/delete?name=partner+two").await.body;
    assert!(question.contains("Do you want to delete the identity provider partner two"), "{question}");
    assert!(console.open("idp").await.body.contains(">partner two</a>"), "a question deletes nothing");
    let deleted = console.submit("idp/delete", &[("name", "partner two")]).await.body;
    assert!(deleted.contains("Successfully deleted Identity Provider information"), "{deleted}");
    let again = console.submit("idp/delete", &[("name", "partner two")]).await.body;
    assert!(again.contains("Error occurred while deleting Identity Provider information. Trying to delete"));
}

#[tokio::test]
async fn a_certificate_is_uploaded_kept_replaced_and_deleted() {
    let running = Running::start().await;
    let console = Console::admin(&running).await;
    let pem = certificate(&running);
    let added = upload(&console, "idp/add", &basic("partner"), &pem).await;
    assert!(location(&added).ends_with("/carbon/idp"), "{}", added.head);
    let sql = "SELECT coalesce(certificate, '-') FROM identity_provider WHERE name = 'partner'";
    let expected = base64::engine::general_purpose::STANDARD.encode(&pem);
    assert_eq!(stored(&running, sql), expected);
    let mut fields = basic("partner");
    fields.push(("oldName", "partner"));
    assert!(location(&upload(&console, "idp/edit", &fields, b"").await).ends_with("/carbon/idp"));
    assert_eq!(stored(&running, sql), expected, "no file chosen: it stays");
    let wrong = upload(&console, "idp/edit", &fields, b"-----BEGIN CERTIFICATE-----\nnonsense").await;
    assert!(wrong.body.contains("Malformed Public Certificate file has been provided."), "{}", wrong.body);
    assert_eq!(stored(&running, sql), expected);
    assert!(console.open("idp/edit?oldName=partner").await.body.contains("There is a certificate."));
    fields.push(("deleteCertificate", "on"));
    console.submit("idp/edit", &fields).await;
    assert!(stored(&running, sql).len() < 2);
}

#[tokio::test]
async fn a_file_that_is_too_large_is_refused_by_the_server_and_a_form_cut_short_has_no_token() {
    let running = Running::with(|settings| settings.body_limit = 100_000).await;
    let console = Console::admin(&running).await;
    let answer = upload(&console, "idp/add", &basic("partner"), &vec![b'x'; 200_000]).await;
    assert_eq!(answer.status, 413, "{}", answer.head);
    let mut wire = running.connect().await;
    let body =
        "--xYx\r\nContent-Disposition: form-data; name=\"name\"\r\n\r\npartner\r\n--xYx\r\nContent-Dispo";
    let cookie = console.cookie("carbonSession").unwrap();
    let request = format!(
        "POST /carbon/idp/add HTTP/1.1\r\nHost: localhost\r\nContent-Type: multipart/form-data; boundary=xYx\r\n\
         Cookie: carbonSession={cookie}\r\n{SAME_SITE_FORM}Content-Length: {}\r\n\r\n{body}",
        body.len()
    );
    wire.send(request.as_bytes()).await;
    assert_eq!(wire.answer().await.status, 403);
    assert_eq!(stored(&running, "SELECT count(*) FROM identity_provider WHERE name = 'partner'"), "0");
}

#[tokio::test]
async fn secrets_are_in_no_page_stay_when_their_field_is_empty_and_are_sealed_at_rest() {
    let running = Running::start().await;
    let console = Console::admin(&running).await;
    let mut fields = basic("google");
    fields.extend([
        ("way__GoogleOIDCAuthenticator__enabled", "on"),
        ("way__GoogleOIDCAuthenticator__p__ClientId", "my client"),
        ("way__GoogleOIDCAuthenticator__p__ClientSecret", "s3cret"),
        ("way__GoogleOIDCAuthenticator__newName", "Key"),
        ("way__GoogleOIDCAuthenticator__newValue", "hidden9"),
        ("way__GoogleOIDCAuthenticator__newSecret", "0"),
    ]);
    console.submit("idp/add", &fields).await;
    let value = |name: &str| {
        stored(&running, &format!("SELECT value FROM idp_authenticator_property WHERE name = '{name}'"))
    };
    let sealed = [value("ClientSecret"), value("Key")];
    assert!(!sealed[0].contains("s3cret") && !sealed[1].contains("hidden9"), "{sealed:?}");
    let form = console.open("idp/edit?oldName=google").await.body;
    assert!(!form.contains("s3cret") && !form.contains("hidden9") && form.contains("my client"), "{form}");
    assert!(form.contains("Leave empty to keep what there is."), "{form}");
    let secret = [GOOGLE, "p__ClientSecret"].concat();
    let (client, key) = ([GOOGLE, "p__ClientId"].concat(), [GOOGLE, "p__Key"].concat());
    let enabled = [GOOGLE, "enabled"].concat();
    let mut fields = basic("google");
    fields.extend([
        ("oldName", "google"),
        (enabled.as_str(), "on"),
        (client.as_str(), "other client"),
        (secret.as_str(), ""),
        (key.as_str(), ""),
    ]);
    let saved = console.submit("idp/edit", &fields).await.body;
    assert!(saved.contains("updated successfully"), "{saved}");
    assert_eq!(value("ClientId"), "other client");
    assert_eq!([value("ClientSecret"), value("Key")], sealed);
    let refused = console.submit("idp/edit", &with(fields.clone(), "roleRemote", "x")).await.body;
    assert!(refused.contains("updated successfully"), "a role without a local one is only a role");
    let mut wrong = with(fields.clone(), "roleRemote", "x");
    wrong.push(("roleLocal", "no such role"));
    let refused = console.submit("idp/edit", &wrong).await.body;
    assert!(refused.contains("Error while updating Identity Provider information."), "{refused}");
    assert!(refused.contains("p__Key\"") && !refused.contains("hidden9"), "the field stays: {refused}");
    console.submit("idp/edit", &with(fields, &secret, "n3w")).await;
    assert_ne!(value("ClientSecret"), sealed[0]);
}

#[tokio::test]
async fn what_is_wrong_with_a_provider_is_said_and_what_was_typed_is_kept() {
    let running = Running::start().await;
    let console = Console::admin(&running).await;
    console.submit("idp/add", &basic("taken")).await;
    let long = "x".repeat(255);
    for (name, value, said) in [
        ("name", " ", "Identity Provider Name cannot be empty"),
        ("name", "taken", "An Identity Provider has already been registered with the name taken"),
        ("name", "LOCAL", "An Identity Provider has already been registered with the name LOCAL"),
        ("name", "SHARED_x", "Identity provider name cannot have SHARED_ as prefix."),
        ("homeRealmId", &long, "Error occurred while adding Identity Provider for tenant -1234"),
    ] {
        let page = console.submit("idp/add", &with(basic("partner"), name, value)).await.body;
        assert!(plain(&page).contains(said), "{name}={value}: {page}");
        assert!(page.contains("value=\"Partner ö\""), "{page}");
    }
    let mut fields = basic("partner");
    fields.extend([("roleRemote", "staff"), ("roleLocal", "no such role")]);
    let page = console.submit("idp/add", &fields).await.body;
    assert!(
        page.contains("Cannot find tenant role no such role") && page.contains("value=\"staff\""),
        "{page}"
    );
    for name in ["LOCAL", "nobody", HTML] {
        let encoded = form_urlencoded::byte_serialize(name.as_bytes()).collect::<String>();
        for address in [format!("idp/edit?oldName={encoded}"), format!("idp/delete?name={encoded}")] {
            let page = console.get(&format!("/carbon/{address}")).await;
            assert!(page.status == 400 && !page.body.contains(HTML), "{address}: {}", page.body);
        }
        let mut fields = basic("renamed");
        fields.push(("oldName", name));
        assert_eq!(console.send("idp/edit", &fields).await.status, 400, "{name}");
        assert_eq!(console.send("idp/enable", &[("name", name)]).await.status, 400, "{name}");
    }
    let resident = console.submit("idp/delete", &[("name", "LOCAL")]).await.body;
    assert!(resident.contains("Cannot delete Resident Identity Provider of Super Tenant"), "{resident}");
    assert_eq!(stored(&running, "SELECT count(*) FROM identity_provider"), "2");
}

#[tokio::test]
async fn html_in_every_field_is_shown_as_text() {
    let running = Running::start().await;
    let console = Console::admin(&running).await;
    let saml = [[SAML, "newName"].concat(), [SAML, "newValue"].concat()];
    let fields = vec![
        ("name", HTML),
        ("displayName", HTML),
        ("description", HTML),
        ("homeRealmId", HTML),
        ("alias", HTML),
        ("userClaim", HTML),
        ("roleClaim", HTML),
        ("claimRemote", HTML),
        ("claimLocal", HTML),
        ("claimDefault", HTML),
        ("roleRemote", HTML),
        (saml[0].as_str(), HTML),
        (saml[1].as_str(), HTML),
        ("defaultWay", HTML),
    ];
    let list = console.submit("idp/add", &fields).await.body;
    assert!(list.contains("added successfully"), "{list}");
    let encoded = form_urlencoded::byte_serialize(HTML.as_bytes()).collect::<String>();
    let form = console.open(&format!("idp/edit?oldName={encoded}")).await.body;
    let question = console.open(&format!("idp/delete?name={encoded}")).await.body;
    let refused = console.submit("idp/add", &fields).await.body;
    assert!(plain(&form).matches(HTML).count() >= 11, "{form}");
    for page in [list, form, question, refused] {
        assert!(!page.contains(HTML) && plain(&page).contains(HTML), "{page}");
    }
}

#[tokio::test]
async fn providers_are_closed_to_who_may_not_and_to_forms_of_others() {
    let running = with_ann("/permission/admin/manage/identity/idpmgt/view").await;
    let console = Console::admin(&running).await;
    console.submit("idp/add", &basic("partner")).await;
    let ann = Console::of(&running, "ann", "Old@1234").await;
    let base = "/permission/admin/manage/identity/idpmgt";
    for (screen, needed) in
        [("idp/add", "create"), ("idp/edit", "update"), ("idp/enable", "update"), ("idp/delete", "delete")]
    {
        is_closed(&ann, screen, &format!("{base}/{needed}")).await;
    }
    let list = ann.open("idp").await.body;
    assert!(
        list.contains("<td>partner<br>")
            && !list.contains("/carbon/idp/e")
            && !list.contains("/carbon/idp/d"),
        "{list}"
    );
    let token = ann.token();
    for path in ["idp/add", "idp/edit", "idp/enable", "idp/delete"] {
        let mut fields = basic("partner");
        fields.extend([("oldName", "partner"), ("csrf", &token)]);
        assert_eq!(console.post_raw(&format!("/carbon/{path}"), &fields).await.status, 403, "{path}");
    }
    assert_eq!(stored(&running, "SELECT enabled FROM identity_provider WHERE name = 'partner'"), "1");
}

#[tokio::test]
async fn a_tenant_sees_and_changes_its_own_providers_only() {
    let running = Running::start().await;
    add_tenant(&running, "acme.com").await;
    let console = Console::admin(&running).await;
    console.submit("idp/add", &basic("partner")).await;
    let acme = Console::of(&running, "admin@acme.com", "admin123").await;
    assert!(acme.open("idp").await.body.contains("No Identity Providers registered"));
    assert_eq!(acme.get("/carbon/idp/edit?oldName=partner").await.status, 400);
    acme.submit("idp/delete", &[("name", "partner")]).await;
    assert!(acme.submit("idp/add", &basic("partner")).await.body.contains("added successfully"));
    acme.submit("idp/delete", &[("name", "partner")]).await;
    let owner = "SELECT group_concat(tenant_id) FROM identity_provider WHERE name = 'partner'";
    assert_eq!(stored(&running, owner), "-1234");
}

#[tokio::test]
async fn a_long_list_is_searched_and_paged_through() {
    let running = Running::start().await;
    let many = "WITH RECURSIVE n(i) AS (SELECT 100 UNION ALL SELECT i + 1 FROM n WHERE i < 129) \
        INSERT INTO identity_provider (tenant_id, name, description) SELECT -1234, 'idp&' || i, 'Nr. ' || i FROM n";
    database(&running).execute(many, []).unwrap();
    let console = Console::admin(&running).await;
    let first = console.open("idp").await.body;
    let next = first.split("<a href=\"").find(|link| link.contains("rel=\"next\"")).unwrap();
    let second = console.open(&plain(next.split('"').next().unwrap())["/carbon/".len()..]).await.body;
    let names = |body: &str| body.matches(">idp&amp;1").count();
    assert_eq!((names(&first), names(&second)), (25, 5));
    assert!(second.contains(">idp&amp;129</a>") && second.contains(">Beginning</a>"), "{second}");
    let found = console.open("idp?part=NR.*12").await.body;
    assert_eq!(names(&found), 11, "{found}");
    assert!(console.open("idp?part=nobody").await.body.contains("No Identity Providers match."));
}

#[tokio::test]
async fn a_link_leads_to_its_own_provider_whatever_blanks_its_name_begins_with() {
    let running = Running::start().await;
    for name in ["lead", " lead"] {
        let payload = format!(
            "<a:addIdP xmlns:a=\"http://mgt.idp.carbon.wso2.org\" xmlns:b=\"http://model.common.application.identity.\
             carbon.wso2.org/xsd\"><a:identityProvider><b:enable>true</b:enable><b:identityProviderName>{name}\
             </b:identityProviderName></a:identityProvider></a:addIdP>"
        );
        let added = call(&running, "IdentityProviderMgtService", &payload).await;
        assert_eq!(added.status, 200, "{}", added.body);
    }
    let console = Console::admin(&running).await;
    let list = plain(&console.open("idp").await.body);
    assert!(list.contains("idp/edit?oldName=+lead\"") && list.contains("idp/delete?name=+lead\""), "{list}");
    let form = console.open("idp/edit?oldName=+lead").await.body;
    let mut fields = untouched(&form, "identityProvider");
    fields.retain(|(name, _)| name != "description");
    fields.push(("description".into(), "the one with a blank".into()));
    let saved = console.submit("idp/edit", &borrowed(&fields)).await.body;
    assert!(saved.contains("role=\"status\""), "{saved}");
    console.submit("idp/enable", &[("name", " lead")]).await;
    let rows = "SELECT group_concat(name || ':' || coalesce(description, '') || ':' || enabled, ', ') \
                FROM (SELECT * FROM identity_provider WHERE name LIKE '%lead' ORDER BY name)";
    assert_eq!(stored(&running, rows), " lead:the one with a blank:0, lead::1");
    let deleted = console.submit("idp/delete", &[("name", " lead")]).await.body;
    assert!(deleted.contains("role=\"status\""), "{deleted}");
    assert_eq!(stored(&running, rows), "lead::1");
}
