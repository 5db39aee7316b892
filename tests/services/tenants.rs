//! `TenantMgtAdminService`, and the tenants that it makes.

#![expect(clippy::expect_used, clippy::panic, reason = "a test stops at what is wrong")]

mod adding;
mod permissions;

use crate::support::caller::{Caller, Fault, MAIL, escaped};
use crate::support::tree::Element;
use crate::support::world::{NEW, OLD, World};

const SERVICE: &str = "TenantMgtAdminService";
const NAMESPACE: &str = "http://services.mgt.tenant.carbon.wso2.org";
const BEAN: &str = "http://beans.common.stratos.carbon.wso2.org/xsd";
const LAST_NAME: &str = "http://wso2.org/claims/lastname";
const MONITOR: &str = "/permission/protected/manage/monitor/tenants";
const LIST: &str = "/permission/protected/manage/monitor/tenants/list";
const MODIFY: &str = "/permission/protected/manage/modify/tenants";
const PASSWORD: &str = "Acme@1234";

const SEARCHES: &[&str] = &[
    "addTenant",
    "addSkeletonTenant",
    "getTenant",
    "retrievePaginatedTenants",
    "retrievePartialSearchTenants",
    "retrievePaginatedPartialSearchTenants",
];
const CHANGES: &[&str] = &["updateTenant", "activateTenant", "deactivateTenant", "deleteTenant"];

fn request(operation: &str, content: &str) -> String {
    format!("<t:{operation} xmlns:t=\"{NAMESPACE}\" xmlns:b=\"{BEAN}\">{content}</t:{operation}>")
}

fn bean(fields: &[(&str, &str)]) -> String {
    let fields: String =
        fields.iter().map(|(name, text)| format!("<b:{name}>{}</b:{name}>", escaped(text))).collect();
    format!("<t:tenantInfoBean>{fields}</t:tenantInfoBean>")
}

fn domain(name: &str) -> String {
    format!("<t:tenantDomain>{name}</t:tenantDomain>")
}

/// What the console sends for a new tenant, with some of it changed or, where the text is `-`, left out.
fn new(changes: &[(&str, &str)]) -> String {
    let mut fields = vec![
        ("active", "true"),
        ("admin", "admin"),
        ("adminPassword", PASSWORD),
        ("createdDate", "2017-01-16T08:30:00.250+05:30"),
        ("email", "root@acme.example"),
        ("firstname", "Ada"),
        ("lastname", "Root"),
        ("originatedService", ""),
        ("successKey", ""),
        ("tenantDomain", "acme.example"),
        ("tenantId", "0"),
        ("usagePlan", "Demo"),
    ];
    for (name, text) in changes {
        let (_, value) = fields.iter_mut().find(|(known, _)| known == name).expect("a property of the bean");
        *value = text;
    }
    fields.retain(|(_, text)| *text != "-");
    bean(&fields)
}

fn result(caller: &Caller, operation: &str, content: &str) -> Element {
    let mut found = caller.results(SERVICE, operation, &request(operation, content));
    assert_eq!(found.len(), 1, "{operation}: {found:?}");
    found.remove(0)
}

/// A void operation, which answers 200 with a nil return.
fn accepted(caller: &Caller, operation: &str, content: &str) {
    assert!(result(caller, operation, content).is_nil(), "{operation} answers nil");
}

fn add(caller: &Caller, changes: &[(&str, &str)]) {
    let token = result(caller, "addTenant", &new(changes));
    assert_eq!(token.text.len(), 36, "a UUID: {}", token.text);
}

fn get(caller: &Caller, name: &str) -> Element {
    let found = result(caller, "getTenant", &domain(name));
    assert_eq!(found.kind.as_deref(), Some(format!("{{{BEAN}}}TenantInfoBean").as_str()));
    found
}

fn domains(found: &[Element]) -> Vec<&str> {
    found.iter().filter_map(|tenant| tenant.value("tenantDomain")).collect()
}

fn fault(caller: &Caller, operation: &str, content: &str) -> Fault {
    caller.fault(SERVICE, operation, &request(operation, content))
}

/// A refusal with the declared exception, which is `java.lang.Exception`: its element stands in itself.
fn refused(caller: &Caller, operation: &str, content: &str) -> String {
    let fault = fault(caller, operation, content);
    assert_eq!((fault.local_code(), fault.detail.len()), ("Server", 1), "{}", fault.text);
    let Some(outer) = fault.detail.first() else { panic!("no detail: {fault:?}") };
    let inner = outer.child("TenantMgtAdminServiceException").expect("the same element again");
    assert_eq!(
        (outer.name.as_str(), outer.namespace.as_str()),
        ("TenantMgtAdminServiceException", NAMESPACE)
    );
    let message = inner.child("Message").expect("the message");
    assert_eq!((message.namespace.as_str(), message.text.as_str()), (NAMESPACE, fault.text.as_str()));
    fault.text
}

/// Where the original runs into a null pointer.
fn broken(caller: &Caller, operation: &str, content: &str) {
    let fault = fault(caller, operation, content);
    assert_eq!((fault.local_code(), fault.detail.len()), ("Server", 0));
    assert_eq!(fault.text, format!("Exception occurred while trying to invoke service method {operation}"));
}

#[test]
fn an_unknown_tenant_is_an_empty_bean_and_the_super_tenant_almost() {
    let world = World::empty(|_| {});
    let admin = world.admin();
    for content in [domain("nowhere.example"), domain(""), String::new()] {
        let found = result(&admin, "getTenant", &content);
        assert_eq!((found.value("tenantId"), found.value("active")), (Some("0"), Some("false")));
        assert_eq!((found.value("firstname"), found.value("lastname")), (Some(""), Some("")));
        for name in ["admin", "createdDate", "email", "tenantDomain"] {
            assert_eq!(found.value(name), None, "{name}");
        }
    }
    let found = get(&admin, "carbon.super");
    assert_eq!((found.value("tenantId"), found.value("tenantDomain")), (Some("0"), None));
    assert_eq!((found.value("firstname"), found.value("lastname")), (None, Some("admin")));
}

#[test]
fn tenants_are_listed_searched_and_paged_without_the_super_tenant() {
    let world = World::empty(|_| {});
    let admin = world.admin();
    let list =
        |operation: &str, content: &str| admin.results(SERVICE, operation, &request(operation, content));
    let page = |operation: &str, content: &str, number: &str| {
        let content = format!("{content}<t:pageNumber>{number}</t:pageNumber>");
        let page = result(&admin, operation, &content);
        let entries: Vec<Element> = page.all("tenantInfoBeans").into_iter().cloned().collect();
        (page.value("numberOfPages").unwrap().to_owned(), entries)
    };
    assert!(domains(&list("retrieveTenants", "")).is_empty());
    let (pages, none) = page("retrievePaginatedTenants", "", "0");
    assert_eq!((pages.as_str(), domains(&none).len()), ("0", 0));
    // Made in the store: hashing a password for each takes long.
    let database = rusqlite::Connection::open(world.settings.data_dir.join("soapstone.db")).unwrap();
    for number in 1..=31 {
        let sql = "INSERT INTO tenant (id, domain, email, active, created_at, admin_name) VALUES (?1, ?2, NULL, ?3, 0, 'admin')";
        let domain = format!("{}{number:02}.example", if number % 2 == 0 { "even" } else { "odd" });
        database.execute(sql, (number, domain, number != 2)).unwrap();
    }
    let all = list("retrieveTenants", "");
    assert_eq!(all.len(), 31);
    assert_eq!(domains(&all)[..3], ["odd01.example", "even02.example", "odd03.example"]);
    let second = &all[1];
    assert_eq!((second.value("active"), second.value("tenantId")), (Some("false"), Some("2")));
    assert_eq!(second.value("createdDate"), Some("1970-01-01T00:00:00.000+00:00"));
    for name in ["admin", "adminPassword", "email", "firstname", "lastname", "usagePlan"] {
        assert_eq!(second.value(name), None, "{name}");
    }
    let part = |text: &str| format!("<t:domain>{text}</t:domain>");
    assert_eq!(list("retrievePartialSearchTenants", &part(" EVEN ")).len(), 15);
    assert_eq!(list("retrievePartialSearchTenants", &part("")).len(), 31);
    assert_eq!(
        domains(&list("retrievePartialSearchTenants", &part("dd1_.exa")))[..2],
        ["odd11.example", "odd13.example"]
    );
    assert!(domains(&list("retrievePartialSearchTenants", &part("carbon.super"))).is_empty());
    for (number, first, count) in [
        ("0", "odd01.example", 15),
        ("1", "even16.example", 15),
        ("2", "odd31.example", 1),
        ("3", "odd31.example", 1),
        ("2147483646", "odd31.example", 1),
        ("2147483647", "odd01.example", 15),
        ("-1", "odd01.example", 15),
    ] {
        let (pages, entries) = page("retrievePaginatedTenants", "", number);
        assert_eq!(pages, "3");
        assert_eq!((domains(&entries)[0], entries.len()), (first, count), "page {number}");
    }
    let (pages, entries) = page("retrievePaginatedPartialSearchTenants", &part("odd"), "1");
    assert_eq!((pages.as_str(), domains(&entries)), ("2", vec!["odd31.example"]));
    assert_eq!(page("retrievePaginatedPartialSearchTenants", &part("none"), "5").0, "0");
    broken(&admin, "retrievePartialSearchTenants", "");
    broken(&admin, "retrievePaginatedPartialSearchTenants", "<t:pageNumber>0</t:pageNumber>");
    // A number that is missing makes the original fail.
    assert_eq!(fault(&admin, "retrievePaginatedTenants", "").local_code(), "Server");
}

#[test]
fn deactivation_counts_on_the_next_call_and_activation_ends_it() {
    let world = World::empty(|_| {});
    let admin = world.admin();
    add(&admin, &[]);
    let root = world.caller("admin@acme.example", PASSWORD);
    assert!(root.is_known());
    let login = "<aut:login><aut:username>admin@acme.example</aut:username><aut:password>Acme@1234</aut:password></aut:login>";
    let answer = Caller::anonymous(&world.client()).call("AuthenticationAdmin", "login", login);
    let session = Caller::session(&world.client(), &answer.cookie("JSESSIONID").unwrap());
    let mut browser = world.browser();
    let landed = browser.log_in("admin@acme.example", PASSWORD);
    browser.follow(&landed);
    assert!(browser.is_signed_in() && session.is_known());

    accepted(&admin, "deactivateTenant", &domain("ACME.example"));
    assert_eq!(get(&admin, "acme.example").value("active"), Some("false"));
    let fault = root.fault("UserProfileMgtService", "isReadOnlyUserStore", "<mgt:isReadOnlyUserStore/>");
    assert_eq!((fault.local_code(), fault.text.as_str()), ("50977", "Authentication failure"));
    assert!(!session.is_known());
    assert!(!browser.is_signed_in());
    assert!(!world.lets_in("admin@acme.example", PASSWORD));
    let fault = Caller::anonymous(&world.client()).fault("AuthenticationAdmin", "login", login);
    assert_eq!(fault.text, "Invalid domain or unactivated tenant login");
    assert!(admin.is_known());

    accepted(&admin, "activateTenant", &domain("acme.example"));
    assert!(root.is_known());
    assert!(!session.is_known() && !browser.is_signed_in(), "what was open before has ended");
    assert!(world.lets_in("admin@acme.example", PASSWORD));
    let trail =
        "SELECT group_concat(action || ' ' || target, ', ') FROM audit WHERE action LIKE '%activate%'";
    assert_eq!(world.stored(trail), "Deactivate Tenant acme.example, Activate Tenant acme.example");
}

#[test]
fn a_domain_that_no_tenant_has_is_no_error_to_activate_and_the_super_tenant_stays_active() {
    let world = World::empty(|_| {});
    let admin = world.admin();
    for operation in ["activateTenant", "deactivateTenant"] {
        for content in
            [domain("nowhere.example"), domain("carbon.super"), domain("Carbon.Super"), String::new()]
        {
            accepted(&admin, operation, &content);
        }
    }
    assert!(admin.is_known());
    assert_eq!(world.stored("SELECT count(*) FROM audit WHERE action LIKE '%ctivate Tenant'"), "0");
}

#[test]
fn a_tenant_is_never_deleted() {
    let world = World::empty(|_| {});
    let admin = world.admin();
    add(&admin, &[]);
    for (content, text) in [
        (domain("Acme.example"), "Error deleting tenant with domain: Acme.example and tenant id: 1."),
        (domain("nowhere.example"), "Error deleting tenant with domain: nowhere.example and tenant id: -1."),
        (domain("carbon.super"), "Error deleting tenant with domain: carbon.super and tenant id: -1234."),
        (String::new(), "Error deleting tenant with domain: null and tenant id: -1."),
    ] {
        let fault = fault(&admin, "deleteTenant", &content);
        assert_eq!(fault.text, text);
        assert_eq!(fault.detail[0].name, "TenantMgtAdminServiceStratosException");
        let inner = &fault.detail[0].children[0];
        assert_eq!(
            inner.kind.as_deref(),
            Some("{http://exception.common.stratos.carbon.wso2.org/xsd}StratosException")
        );
    }
    assert!(world.caller("admin@acme.example", PASSWORD).is_known());
}

#[test]
fn names_mail_address_and_password_of_a_tenant_are_changed() {
    let world = World::empty(|_| {});
    let admin = world.admin();
    add(&admin, &[]);
    let root = world.caller("admin@acme.example", PASSWORD);
    let changes: &[(&str, &str)] = &[
        ("active", "false"),
        ("adminPassword", ""),
        ("email", "new@acme.example"),
        ("firstname", "Grace"),
        ("lastname", "Hopper"),
        ("tenantId", "1"),
    ];
    accepted(&admin, "updateTenant", &new(changes));
    let found = get(&admin, "acme.example");
    for (name, value) in [
        ("email", "new@acme.example"),
        ("firstname", "Grace"),
        ("lastname", "Hopper"),
        ("active", "true"),
        ("createdDate", "2017-01-16T03:00:00.250+00:00"),
    ] {
        assert_eq!(found.value(name), Some(value), "{name}");
    }
    assert!(root.is_known(), "a blank password changes none");
    assert_eq!(
        root.claim("admin", MAIL).as_deref(),
        Some("root@acme.example"),
        "the claim is one change behind"
    );
    accepted(
        &admin,
        "updateTenant",
        &new(&[
            ("tenantId", "1"),
            ("email", ""),
            ("firstname", "-"),
            ("lastname", "-"),
            ("adminPassword", NEW),
        ]),
    );
    let found = get(&admin, "acme.example");
    assert_eq!((found.value("email"), found.value("firstname")), (Some("new@acme.example"), None));
    assert_eq!(found.value("lastname"), Some("Hopper"));
    assert!(!root.is_known());
    let root = world.caller("admin@acme.example", NEW);
    assert!(root.is_known());
    assert_eq!(root.claim("admin", MAIL).as_deref(), Some("new@acme.example"));
}

#[test]
fn a_refused_change_of_a_tenant_changes_nothing() {
    let world = World::empty(|_| {});
    let admin = world.admin();
    add(&admin, &[]);
    let with = |changes: &[(&'static str, &'static str)]| {
        let mut all = vec![("tenantId", "1"), ("firstname", "Grace")];
        all.extend(changes);
        new(&all)
    };
    let wrong = with(&[("email", "nobody"), ("adminPassword", NEW)]);
    assert_eq!(refused(&admin, "updateTenant", &wrong), "Invalid email is provided.");
    assert_eq!(
        refused(&admin, "updateTenant", &with(&[("adminPassword", "abc")])),
        "Error in changing the tenant admin password, tenant domain: acme.example. \
         Password length should be within 5 to 30 characters for: admin"
    );
    assert_eq!(
        refused(&admin, "updateTenant", &with(&[("admin", "nobody"), ("adminPassword", NEW)])),
        "Error in changing the tenant admin password, tenant domain: acme.example. \
         User nobody does not exisit in the user store for: nobody"
    );
    for changes in [
        &[("tenantId", "0")][..],
        &[("tenantId", "99")],
        &[("tenantDomain", "nowhere.example")],
        &[("tenantDomain", "carbon.super"), ("tenantId", "-1234")],
        &[("tenantDomain", "-")],
        // The key of one tenant and the domain of another: whose password would it be?
        &[("tenantId", "-1234"), ("adminPassword", NEW)],
    ] {
        broken(&admin, "updateTenant", &with(changes));
    }
    assert!(world.admin().is_known());
    broken(&admin, "updateTenant", "");
    assert_eq!(get(&admin, "acme.example").value("firstname"), Some("Ada"));
    assert!(world.caller("admin@acme.example", PASSWORD).is_known());
    assert!(world.admin().is_known());
}

#[test]
fn what_follows_the_creation_of_a_tenant_can_be_done_again() {
    let world = World::empty(|_| {});
    let admin = world.admin();
    add(&admin, &[]);
    let root = world.caller("admin@acme.example", PASSWORD);
    let database = rusqlite::Connection::open(world.settings.data_dir.join("soapstone.db")).unwrap();
    database.execute("DELETE FROM role_grant WHERE resource = '/permission/admin'", []).unwrap();
    let fault = root.fault("UserProfileMgtService", "isReadOnlyUserStore", "<mgt:isReadOnlyUserStore/>");
    assert_eq!(fault.local_code(), "50978");
    assert_eq!(result(&admin, "addSkeletonTenant", &new(&[])).text.len(), 36);
    root.done("UserProfileMgtService", "isReadOnlyUserStore", "<mgt:isReadOnlyUserStore/>");
    for unknown in ["nowhere.example", "carbon.super"] {
        assert_eq!(
            refused(&admin, "addSkeletonTenant", &new(&[("tenantDomain", unknown)])),
            format!("Tenant is not added in user store {unknown}")
        );
    }
    broken(&admin, "addSkeletonTenant", "");
}
