//! The console's settings by clicks: claims, mail templates, providers, tenants, mail queue, pending resets, audit log; and
//! whether anybody is shut out of these pages. Pages run no scripts.

use super::{House, choose, force, set_profile};
use serde_json::json;

const MAIL: &str = "http://wso2.org/claims/emailaddress";

fn sign_in(house: &mut House) {
    let site = house.address("/carbon/");
    house.chromium.fresh();
    house.chromium.open(&site);
    house.chromium.sign_in("admin", "admin");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_administrator_looks_after_claims_templates_and_mails_by_clicks() {
    let Some(mut house) = House::open().await else { return };
    assert_eq!(set_profile(&house.client(), "admin", &[(MAIL, "admin@example.org")]).status, 202);
    sign_in(&mut house);
    let chromium = &mut house.chromium;
    chromium.follow("Claims");
    chromium.follow("http://wso2.org/claims");
    chromium.follow("One Time Password");
    chromium.tick("Supported by Default");
    chromium.picture("console-claim");
    chromium.press("Update");
    chromium.shows("The claim http://wso2.org/claims/oneTimePassword was saved.");

    chromium.follow("Email Templates");
    chromium.picture("console-templates");
    chromium.follow("AdminForcedPasswordResetWithOTP en_US");
    chromium.fill("Subject", "Für {{user-name}}");
    chromium.press("Preview");
    chromium.shows("Für admin");
    chromium.shows("SAMPLE-CODE");
    chromium.picture("console-template-preview");
    chromium.press("Send me a test");
    chromium.shows("A test mail to admin@example.org is on its way.");
    let mail = house.mails.next().await;
    assert!(mail.body().contains("SAMPLE-CODE"), "{}", mail.body());
    let chromium = &mut house.chromium;
    chromium.press("Save");
    chromium.shows("Email Template successfully Saved.");
    chromium.follow("Mail Queue");
    chromium.shows("admin@example.org");
    chromium.picture("console-mails");

    choose(&house.client(), false, true, false);
    force(&house.client(), "tom");
    let mail = house.mails.next().await;
    assert!(mail.body().contains("tom"), "{}", mail.body());
    let chromium = &mut house.chromium;
    chromium.follow("Pending Resets");
    chromium.shows("OTP by mail");
    chromium.picture("console-resets");
    chromium.follow("Cancel reset: tom");
    chromium.shows("tom can sign in with the old password again");
    chromium.press("Cancel reset");
    chromium.shows("The password reset of tom was cancelled.");
    chromium.follow("Audit Log");
    chromium.fill("Target", "tom");
    chromium.press("Filter");
    chromium.shows("Cancel Forced Password Reset");
    chromium.picture("console-audit");
    assert_eq!(chromium.complaints(), Vec::<String>::new());
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_administrator_adds_a_tenant_and_a_provider_by_clicks() {
    let Some(mut house) = House::bare().await else { return };
    let certificate = std::fs::read_to_string(house.server.data().join("tls-cert.pem")).unwrap();
    sign_in(&mut house);
    let chromium = &mut house.chromium;
    chromium.follow("Tenants");
    chromium.follow("Add New Tenant");
    for (label, value) in [
        ("Domain", "acme.com"),
        ("Admin User Name", "boss"),
        ("First Name", "عمر"),
        ("Last Name", "<b>Ö</b>"),
        ("Email", "boss@acme.com"),
        ("Admin Password", "Secret@1"),
        ("Password Repeat", "Secret@1"),
    ] {
        chromium.fill(label, value);
    }
    chromium.picture("console-tenant");
    chromium.press("Add");
    chromium.shows("The tenant acme.com was added.");
    chromium.picture("console-tenants");

    chromium.follow("Identity Providers");
    chromium.shows("No Identity Providers registered");
    chromium.follow("Add New Identity Provider");
    chromium.fill("Identity Provider Name", "partner");
    chromium.tell(json!({
        "command": "upload", "label": "Identity Provider Public Certificate", "name": "partner.pem",
        "text": certificate
    }));
    chromium.picture("console-provider");
    chromium.press("Add");
    chromium.shows("Identity Provider information added successfully");
    chromium.follow("partner");
    let page = chromium.ask("text");
    assert!(page.contains("There is a certificate."), "{page}");
    assert_eq!(chromium.complaints(), Vec::<String>::new());

    let site = house.address("/carbon/");
    let chromium = &mut house.chromium;
    chromium.fresh();
    chromium.open(&site);
    chromium.sign_in("boss@acme.com", "Secret@1");
    let page = chromium.ask("spoken");
    assert!(page.contains("Resident Identity Provider") && !page.contains("Tenants"), "{page}");
}

/// What an application publishes of itself.
const METADATA: &str = "<m:EntityDescriptor xmlns:m='urn:oasis:names:tc:SAML:2.0:metadata' entityID='https://app.example'>\
    <m:SPSSODescriptor protocolSupportEnumeration='urn:oasis:names:tc:SAML:2.0:protocol'>\
    <m:AssertionConsumerService Binding='urn:oasis:names:tc:SAML:2.0:bindings:HTTP-POST' \
    Location='https://app.example/acs' index='1'/></m:SPSSODescriptor></m:EntityDescriptor>";

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_administrator_registers_an_application_by_its_metadata_and_a_user_is_sent_there() {
    let Some(mut house) = House::open().await else { return };
    let site = house.address("");
    sign_in(&mut house);
    let chromium = &mut house.chromium;
    chromium.follow("Service Providers");
    chromium.follow("wso2.my.dashboard");
    chromium.shows("set in a configuration file and can be changed only there.");
    chromium.follow("Back");
    chromium.follow("Upload SP Metadata");
    chromium
        .tell(json!({ "command": "upload", "label": "Metadata file", "name": "app.xml", "text": METADATA }));
    chromium.press("Upload");
    chromium.shows("The service provider was added.");
    chromium.tick("Enable IdP Initiated SSO");
    chromium.fill("NameID format", "urn:oasis:names:tc:SAML:2.0:nameid-format:persistent");
    chromium.picture("console-service-provider");
    chromium.press("Update");
    chromium.shows("The service provider was updated.");
    chromium.picture("console-service-providers");
    assert_eq!(chromium.complaints(), Vec::<String>::new());

    // Where tom signs in from now on.
    chromium.fresh();
    let address = format!("{site}/samlsso?spEntityID=https%3A%2F%2Fapp.example");
    chromium.open(&address);
    chromium.sign_in("tom", "Old@1234");
    let page = chromium.ask("spoken");
    assert!(page.contains("Continue"), "{page}");

    chromium.fresh();
    chromium.open(&format!("{site}/carbon/"));
    chromium.sign_in("admin", "admin");
    chromium.follow("Service Providers");
    chromium.follow("Delete https://app.example");
    chromium.shows("Do you want to delete the service provider https://app.example?");
    chromium.press("Delete");
    chromium.shows("The service provider was deleted.");
    chromium.fresh();
    chromium.open(&address);
    chromium.shows("Error when processing the authentication request!");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn nothing_in_the_settings_shuts_anybody_out() {
    let Some(mut house) = House::open().await else { return };
    choose(&house.client(), false, true, false);
    force(&house.client(), "tom");
    sign_in(&mut house);
    let site = house.address("/carbon/");
    let chromium = &mut house.chromium;
    chromium.open(&format!("{site}idp/add"));
    chromium.fill("Identity Provider Name", "partner");
    chromium.press("Add");
    chromium.open(&format!("{site}service-providers/add"));
    chromium.fill("Issuer", "app");
    chromium.fill("Assertion Consumer URLs", "https://app.example/acs");
    chromium.press("Add");
    chromium.open(&format!("{site}tenants/add"));
    for (label, value) in [
        ("Domain", "acme.com"),
        ("Admin User Name", "boss"),
        ("Email", "boss@acme.com"),
        ("Admin Password", "Secret@1"),
        ("Password Repeat", "Secret@1"),
    ] {
        chromium.fill(label, value);
    }
    chromium.press("Add");
    for dark in [false, true] {
        let suffix = if dark { "-dark" } else { "" };
        // The width of a small telephone.
        chromium.tell(json!({ "command": "start", "dark": dark, "width": 320, "height": 640 }));
        chromium.open(&site);
        chromium.sign_in("admin", "admin");
        for screen in [
            "idp/resident",
            "idp",
            "idp/add",
            "idp/edit?oldName=partner",
            "idp/delete?name=partner",
            "service-providers",
            "service-providers/add",
            "service-providers/upload",
            "service-providers/edit?issuer=wso2.my.dashboard",
            "service-providers/edit?issuer=app",
            "service-providers/delete?issuer=app",
            "claims",
            "claims/add",
            "claims/dialect?dialect=http://wso2.org/claims",
            "claims/dialect?dialect=http://wso2.org/oidc/claim",
            "claims/edit?uri=http://wso2.org/claims/oneTimePassword",
            "claims/external/add?dialect=http://wso2.org/oidc/claim",
            "claims/dialects/add",
            "templates",
            "templates/add",
            "templates/edit?display=PasswordReset&locale=en_US",
            "templates/types/add",
            "mails",
            "resets",
            "audit",
            "tenants",
            "tenants/add",
            "tenants/edit?domain=acme.com",
            "tenants/deactivate?domain=acme.com",
        ] {
            assert_eq!(chromium.open(&format!("{site}{screen}")), 200, "{screen}");
            chromium.tell(json!({ "command": "unfold" }));
            assert_eq!(chromium.barriers(), Vec::<String>::new(), "{screen}{suffix}");
            assert!(!chromium.is_wide(), "{screen} has to be scrolled sideways");
            let name: String =
                screen.chars().map(|c| if c.is_ascii_alphanumeric() { c } else { '-' }).collect();
            chromium.picture(&format!("console-{name}-telephone{suffix}"));
        }
    }
    assert_eq!(chromium.complaints(), Vec::<String>::new());
}
