//! Claims and dialects: what is shown, changed and refused.

use super::super::server::{ADMIN, Running, add_user, get_profile};
use super::operations::{HTML, add_tenant, is_closed, with_ann};
use super::{Console, borrowed, field, plain, stored, untouched};

const CODE: &str = "http://wso2.org/claims/oneTimePassword";

fn claim<'f>(uri: &'f str, name: &'f str) -> Vec<(&'f str, &'f str)> {
    vec![
        ("uri", uri),
        ("displayName", name),
        ("description", "What it is"),
        ("attribute__PRIMARY", "shoeSize"),
        ("displayOrder", "7"),
    ]
}

fn with<'f>(mut fields: Vec<(&'f str, &'f str)>, name: &'f str, value: &'f str) -> Vec<(&'f str, &'f str)> {
    fields.retain(|(known, _)| *known != name);
    fields.push((name, value));
    fields
}

fn property(running: &Running, uri: &str, name: &str) -> String {
    stored(
        running,
        &format!(
            "SELECT coalesce((SELECT p.value FROM claim c JOIN claim_dialect d ON d.id = c.dialect_id \
             JOIN claim_property p ON p.claim_id = c.id \
             WHERE d.tenant_id = -1234 AND c.uri = '{uri}' AND p.name = '{name}'), '-')"
        ),
    )
}

#[tokio::test]
async fn the_one_time_password_is_supported_by_default_with_one_tick_and_loses_nothing_else() {
    let running = Running::start().await;
    add_user(&running, "tom").await;
    let console = Console::admin(&running).await;
    assert!(!running.ask(&get_profile("tom", ADMIN)).await.body.contains(CODE));
    let local = console.open("claims/dialect?dialect=http://wso2.org/claims").await.body;
    assert!(plain(&local).contains(&format!("<td>{CODE}</td>")), "{local}");
    let names: Vec<String> = local
        .split("/carbon/claims/edit?")
        .skip(1)
        .map(|link| link.split(['>', '<']).nth(1).unwrap().to_lowercase())
        .collect();
    assert!(names.len() > 70 && names.is_sorted(), "by what people read: {names:?}");
    let page = console.open(&format!("claims/edit?uri={CODE}")).await.body;
    let mut fields = vec![("uri", CODE), ("supported", "on")];
    let sent: Vec<(String, String)> =
        ["displayName", "description", "attribute__PRIMARY", "regEx", "displayOrder"]
            .into_iter()
            .map(|name| (name.to_owned(), field(&page, name)))
            .collect();
    fields.extend(sent.iter().map(|(name, value)| (name.as_str(), value.as_str())));
    let before = [property(&running, CODE, "DisplayName"), property(&running, CODE, "Description")];
    let saved = console.submit("claims/edit", &fields).await.body;
    assert!(plain(&saved).contains(&format!("The claim {CODE} was saved.")), "{saved}");
    assert_eq!(property(&running, CODE, "SupportedByDefault"), "true");
    assert_eq!([property(&running, CODE, "DisplayName"), property(&running, CODE, "Description")], before);
    let profile = running.ask(&get_profile("tom", ADMIN)).await.body;
    assert!(profile.contains(CODE), "{profile}");
    let mut without = fields.clone();
    without.retain(|(name, _)| *name != "supported");
    console.submit_whole(&format!("claims/edit?uri={CODE}"), &without).await;
    assert!(!running.ask(&get_profile("tom", ADMIN)).await.body.contains(CODE));
}

#[tokio::test]
async fn a_claim_is_added_changed_with_all_its_properties_and_removed() {
    let running = Running::start().await;
    let console = Console::admin(&running).await;
    let uri = "http://wso2.org/claims/shoe";
    let mut fields = claim(uri, "Shoe size");
    fields.extend([("regEx", "[0-9]+"), ("readOnly", "on"), ("required", "on")]);
    fields.extend([("extraName", "Unit"), ("extraValue", "cm"), ("extraName", ""), ("extraValue", "lost")]);
    let added = console.submit("claims/add", &fields).await.body;
    assert!(added.contains("was saved.") && added.contains("Shoe size"), "{added}");
    let expected = [
        ("DisplayName", "Shoe size"),
        ("Description", "What it is"),
        ("RegEx", "[0-9]+"),
        ("DisplayOrder", "7"),
        ("SupportedByDefault", "false"),
        ("Required", "true"),
        ("ReadOnly", "true"),
        ("Unit", "cm"),
    ];
    for (name, value) in expected {
        assert_eq!(property(&running, uri, name), value, "{name}");
    }
    let page = console.open(&format!("claims/edit?uri={uri}")).await.body;
    assert!(page.contains("name=\"readOnly\" type=\"checkbox\" value=\"on\" checked"), "{page}");
    assert!(
        page.contains("name=\"extraName\" value=\"Unit\"")
            && page.contains("name=\"extraValue\" value=\"cm\"")
    );
    console.submit_whole(&format!("claims/edit?uri={uri}"), &claim(uri, "Boot size")).await;
    assert_eq!(property(&running, uri, "DisplayName"), "Boot size");
    assert_eq!(property(&running, uri, "Unit"), "-");
    let twice = console.submit("claims/add", &claim(uri, "Again")).await.body;
    let said = format!("Error while adding claim {uri}. There is one of this URI already.");
    assert!(plain(&twice).contains(&said) && twice.contains("Again"), "{twice}");
    let question = console.open(&format!("claims/delete?uri={uri}")).await.body;
    assert!(plain(&question).contains(&format!("Do you want to remove the claim {uri}?")), "{question}");
    assert_eq!(property(&running, uri, "DisplayName"), "Boot size", "a question removes nothing");
    let removed = console.submit("claims/delete", &[("uri", uri)]).await.body;
    assert!(removed.contains("was removed.") && !removed.contains("Boot size"), "{removed}");
    assert_eq!(console.send("claims/delete", &[("uri", uri)]).await.status, 400);
}

#[tokio::test]
async fn dialects_and_their_claims_are_added_renamed_and_removed() {
    let running = Running::start().await;
    let console = Console::admin(&running).await;
    let added = console.submit("claims/dialects/add", &[("uri", "urn:mine")]).await.body;
    assert!(added.contains(">urn:mine</a>"), "{added}");
    let taken = console.submit("claims/dialects/add", &[("uri", "urn:mine")]).await.body;
    let said = "Error while adding claim dialect urn:mine. There is one of this URI already.";
    assert!(taken.contains(said), "{taken}");
    let fields =
        [("dialect", "urn:mine"), ("uri", "urn:mine:mail"), ("local", "http://wso2.org/claims/emailaddress")];
    let claims = console.submit("claims/external/add", &fields).await.body;
    assert!(plain(&claims).contains("<td>http://wso2.org/claims/emailaddress</td>"), "{claims}");
    let form = console.open("claims/external/edit?dialect=urn:mine&uri=urn:mine:mail").await.body;
    assert!(plain(&form).contains("selected>http://wso2.org/claims/emailaddress<"), "{form}");
    let fields =
        [("dialect", "urn:mine"), ("uri", "urn:mine:mail"), ("local", "http://wso2.org/claims/mobile")];
    let claims = console.submit("claims/external/edit", &fields).await.body;
    assert!(plain(&claims).contains("<td>http://wso2.org/claims/mobile</td>"), "{claims}");
    let fields = [("dialect", "urn:mine"), ("uri", "urn:mine:x"), ("local", "urn:unknown")];
    let refused = console.submit("claims/external/add", &fields).await.body;
    assert!(plain(&refused).contains("Invalid Claim URI : urn:unknown for Claim Dialect"), "{refused}");
    let mapped = console.submit("claims/delete", &[("uri", "http://wso2.org/claims/mobile")]).await.body;
    assert!(mapped.contains("while having associations with external claims."), "{mapped}");
    let fields = [("dialect", "urn:mine"), ("uri", "urn:mine:mail")];
    let gone = console.submit("claims/external/delete", &fields).await.body;
    assert!(gone.contains("This dialect has no claims."), "{gone}");
    let renamed =
        console.submit("claims/dialects/rename", &[("dialect", "urn:mine"), ("uri", "urn:ours")]).await;
    assert!(renamed.body.contains(">urn:ours</a>") && !renamed.body.contains(">urn:mine</a>"));
    let question = console.open("claims/dialects/delete?dialect=urn:ours").await.body;
    assert!(question.contains("Do you want to remove the dialect urn:ours"), "{question}");
    let removed = console.submit("claims/dialects/delete", &[("dialect", "urn:ours")]).await.body;
    assert!(
        removed.contains("The claim dialect urn:ours was removed.") && !removed.contains(">urn:ours</a>")
    );
    let local = [("dialect", "http://wso2.org/claims"), ("uri", "urn:x")];
    for screen in ["claims/dialects/delete", "claims/dialects/rename"] {
        let refused = console.submit(screen, &local).await.body;
        assert!(
            plain(&refused).contains("Invalid external claim dialect http://wso2.org/claims"),
            "{refused}"
        );
    }
}

#[tokio::test]
async fn what_is_wrong_with_a_claim_is_said_and_what_was_typed_is_kept() {
    let running = Running::start().await;
    let console = Console::admin(&running).await;
    let good = claim("http://wso2.org/claims/shoe", "Shoe size");
    let long = "x".repeat(256);
    for (name, value, said) in [
        ("uri", " ", "Claim URI is required"),
        ("displayName", "", "Display Name is required"),
        ("description", "", "Description is required"),
        ("attribute__PRIMARY", " ", "At least one mapped attribute is required"),
        ("displayOrder", "first", "Display Order must be a number"),
        ("regEx", &long, "Error while adding claim properties"),
        ("attribute__PRIMARY", &long, "Error while adding attribute mappings"),
    ] {
        let page = console.submit("claims/add", &with(good.clone(), name, value)).await.body;
        assert!(page.contains(said), "{name}: {page}");
        assert!(page.contains("What it is") || page.contains("Shoe size"), "{page}");
    }
    let mut twice = good.clone();
    twice.extend([("extraName", "ReadOnly"), ("extraValue", "true")]);
    let page = console.submit("claims/add", &twice).await.body;
    assert!(page.contains("cannot be an additional one."), "{page}");
    assert_eq!(property(&running, "http://wso2.org/claims/shoe", "DisplayName"), "-");
    for address in
        ["claims/edit?uri=urn:x", "claims/dialect?dialect=urn:x", "claims/external/add?dialect=urn:x"]
    {
        assert_eq!(console.get(&format!("/carbon/{address}")).await.status, 400, "{address}");
    }
}

#[tokio::test]
async fn html_in_every_field_is_shown_as_text() {
    let running = Running::start().await;
    let console = Console::admin(&running).await;
    let mut fields = claim(HTML, HTML);
    fields = with(with(fields, "description", HTML), "attribute__PRIMARY", HTML);
    fields.extend([("regEx", HTML), ("extraName", HTML), ("extraValue", HTML)]);
    let list = console.submit("claims/add", &fields).await.body;
    let encoded = form_urlencoded::byte_serialize(HTML.as_bytes()).collect::<String>();
    let form = console.open(&format!("claims/edit?uri={encoded}")).await.body;
    let dialects = console.submit("claims/dialects/add", &[("uri", HTML)]).await.body;
    let question = console.open(&format!("claims/dialects/delete?dialect={encoded}")).await.body;
    let refused = console.submit("claims/dialects/add", &[("uri", HTML)]).await.body;
    for page in [list, form, dialects, question, refused] {
        assert!(!page.contains(HTML) && plain(&page).contains(HTML), "{page}");
    }
}

#[tokio::test]
async fn claims_are_closed_to_who_may_not_and_to_forms_of_others() {
    let running = with_ann("/permission/admin/manage/identity/claimmgt/metadata/view").await;
    let ann = Console::of(&running, "ann", "Old@1234").await;
    let base = "/permission/admin/manage/identity/claimmgt/metadata";
    for (screen, needed) in [
        ("claims/add", "create"),
        ("claims/edit", "update"),
        ("claims/delete", "delete"),
        ("claims/dialects/add", "create"),
        ("claims/dialects/rename", "update"),
        ("claims/dialects/delete", "delete"),
        ("claims/external/add", "create"),
        ("claims/external/edit", "update"),
        ("claims/external/delete", "delete"),
    ] {
        is_closed(&ann, screen, &format!("{base}/{needed}")).await;
    }
    let list = ann.open("claims").await.body;
    let local = ann.open("claims/dialect?dialect=http://wso2.org/claims").await.body;
    for link in
        ["/carbon/claims/add", "/carbon/claims/edit", "/carbon/claims/delete", "/carbon/claims/dialects/"]
    {
        assert!(!list.contains(link) && !local.contains(link), "{link}");
    }
    let console = Console::admin(&running).await;
    let token = ann.token();
    for path in ["claims/edit", "claims/delete"] {
        let mut fields = claim(CODE, "Foreign");
        fields.push(("csrf", &token));
        assert_eq!(console.post_raw(&format!("/carbon/{path}"), &fields).await.status, 403, "{path}");
    }
    assert_ne!(property(&running, CODE, "DisplayName"), "Foreign");
}

#[tokio::test]
async fn a_tenant_changes_its_own_claims_only() {
    let running = Running::start().await;
    add_tenant(&running, "acme.com").await;
    let acme = Console::of(&running, "admin@acme.com", "admin123").await;
    acme.submit("claims/edit", &claim(CODE, "Of acme")).await;
    acme.submit("claims/dialects/add", &[("uri", "urn:acme")]).await;
    assert!(acme.open("claims/dialect?dialect=http://wso2.org/claims").await.body.contains("Of acme"));
    assert_ne!(property(&running, CODE, "DisplayName"), "Of acme");
    let console = Console::admin(&running).await;
    assert!(!console.open("claims").await.body.contains("urn:acme"));
    assert_eq!(console.send("claims/dialects/delete", &[("dialect", "urn:acme")]).await.status, 400);
}

#[tokio::test]
async fn an_expression_that_is_none_is_refused_before_nobody_can_meet_it() {
    let running = Running::start().await;
    let console = Console::admin(&running).await;
    let uri = "http://wso2.org/claims/telephone";
    let form = console.open(&format!("claims/edit?uri={uri}")).await.body;
    let fields = untouched(&form, "localClaim");
    for expression in ["([", "a)", "(?<x", "*"] {
        let mut fields = fields.clone();
        fields.retain(|(name, _)| name != "regEx");
        fields.push(("regEx".to_owned(), expression.to_owned()));
        let page = console.submit("claims/edit", &borrowed(&fields)).await.body;
        let is_kept = plain(&page).contains(&format!("value=\"{expression}\""));
        assert!(page.contains("Regular Expression is none") && is_kept, "{expression}: {page}");
    }
    assert_ne!(property(&running, uri, "RegEx"), "([");
}
