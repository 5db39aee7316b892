//! Values that a form cannot show as they are, line breaks in fields of one line and blanks around them: who saves
//! something else leaves them to the letter.

use super::super::server::{Running, add_user};
use super::{Console, borrowed, database, stored, untouched};

const PHONE: &str = "http://wso2.org/claims/telephone";

/// Opens a form, changes one field of it, and saves it.
async fn change(console: &Console<'_>, screen: &str, query: &str, form: &str, (name, value): (&str, &str)) {
    let mut fields = untouched(&console.open(&format!("{screen}?{query}")).await.body, form);
    fields.retain(|(known, _)| known != name);
    fields.push((name.to_owned(), value.to_owned()));
    let saved = console.submit(screen, &borrowed(&fields)).await;
    assert!(saved.body.contains("class=\"alert good\""), "{screen}: {}", saved.body);
}

#[tokio::test]
async fn what_a_form_cannot_show_stays_as_it_is_when_something_else_is_changed() {
    let running = Running::start().await;
    add_user(&running, "tom").await;
    let console = Console::admin(&running).await;
    let row = [("claimRemote", ""), ("claimLocal", PHONE), ("claimDefault", "1")];
    let role = [("roleRemote", "boss"), ("roleLocal", "PRIMARY/admin")];
    let fields = [&[("name", "partner"), ("localDialect", "on")][..], &row, &role].concat();
    console.submit("idp/add", &fields).await;
    let fields = [("uri", PHONE), ("displayName", "Telephone"), ("description", "x"), ("regEx", "")];
    let more = [
        ("attribute__PRIMARY", "telephoneNumber"),
        ("supported", "on"),
        ("extraName", "own"),
        ("extraValue", "x"),
    ];
    console.submit("claims/edit", &[&fields[..], &more].concat()).await;

    // As older systems may have written them.
    let folder = running.stop().await;
    let file = rusqlite::Connection::open(folder.0.join("soapstone.db")).unwrap();
    file.execute_batch(
        "UPDATE identity_provider SET description = 'a' || char(10) || 'b ', display_name = ' Part' || char(13) || 'ner', \
             jit_user_store = 'PRIMARY' WHERE name = 'partner';
         UPDATE idp_claim_mapping SET default_value = ' 1' || char(10) || '2 ';
         UPDATE claim_property SET value = 'a' || char(10) || 'b ' WHERE (name = 'own' OR (name = 'Description' AND value = 'x'));
         UPDATE email_template SET subject = ' a' || char(10) || 'b', body = char(10) || 'x' || char(13) || 'y ', edited = 1 \
             WHERE key = 'accountdisable';
         INSERT INTO user_attribute (user_id, profile, name, value) \
             SELECT id, 'default', 'organizationName', 'Main Street 1' || char(10) || 'Berlin ' FROM user WHERE name = 'tom';",
    )
    .unwrap();
    drop(file);
    let running = Running::of(folder, |_| {}).await.unwrap();
    let console = Console::admin(&running).await;
    let odd = || {
        let texts = |sql: &str| -> Vec<String> {
            let connection = database(&running);
            let mut statement = connection.prepare(sql).unwrap();
            let rows = statement.query_map([], |row| row.get::<_, Option<String>>(0)).unwrap();
            rows.map(|row| row.unwrap().unwrap_or_default()).collect()
        };
        [
            "SELECT description FROM identity_provider WHERE name = 'partner'",
            "SELECT display_name FROM identity_provider WHERE name = 'partner'",
            "SELECT jit_user_store FROM identity_provider WHERE name = 'partner'",
            "SELECT default_value FROM idp_claim_mapping",
            "SELECT value FROM claim_property WHERE name = 'own'",
            "SELECT p.value FROM claim_property p JOIN claim c ON c.id = p.claim_id WHERE c.uri LIKE '%telephone' AND name = 'Description'",
            "SELECT subject FROM email_template WHERE key = 'accountdisable'",
            "SELECT body FROM email_template WHERE key = 'accountdisable'",
            "SELECT value FROM user_attribute WHERE name = 'organizationName'",
        ]
        .map(texts)
    };
    let before = odd();
    assert!(before.iter().all(|values| values.iter().any(|value| !value.is_empty())), "{before:?}");
    change(&console, "idp/edit", "oldName=partner", "identityProvider", ("alias", "new")).await;
    change(&console, "claims/edit", &format!("uri={PHONE}"), "localClaim", ("displayOrder", "77")).await;
    let place = "display=AccountDisable&locale=en_US";
    change(&console, "templates/edit", place, "emailTemplate", ("footer", "new")).await;
    let given = "claim__http://wso2.org/claims/givenname";
    change(&console, "users/profile", "name=tom", "userProfile", (given, "Thomas")).await;
    assert_eq!(odd(), before);
    // All of it was written.
    for (sql, new) in [
        ("SELECT alias FROM identity_provider WHERE name = 'partner'", "new"),
        ("SELECT value FROM claim_property WHERE name = 'DisplayOrder' AND value = '77'", "77"),
        ("SELECT footer FROM email_template WHERE key = 'accountdisable' AND edited = 1", "new"),
        ("SELECT value FROM user_attribute WHERE name = 'givenName' AND value = 'Thomas'", "Thomas"),
    ] {
        assert_eq!(stored(&running, sql), new, "{sql}");
    }
}
