//! `UserStoreConfigAdminService` and `UserStoreCountService`.
#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

use crate::support::caller::{Caller, Fault, GIVEN_NAME, LOGIN};
use crate::support::tree::Element;
use crate::support::world::{OLD, TOM, World};

const CONFIG: &str = "UserStoreConfigAdminService";
const COUNT: &str = "UserStoreCountService";
const USERSTORE: &str = "/permission/admin/manage/identity/userstore";
const JDBC: &str = "org.wso2.carbon.user.core.jdbc.JDBCUserStoreManager";

/// tom in the primary store; sue and sam in the secondary store SALES.
fn world() -> World {
    let world = World::new(&[]);
    let database = rusqlite::Connection::open(world.settings.data_dir.join("soapstone.db")).unwrap();
    let add = "INSERT INTO user_store (tenant_id, domain, position) VALUES (-1234, 'SALES', 0), (-1234, 'EMPTY', 1)";
    assert_eq!(database.execute(add, []).unwrap(), 2);
    let admin = world.admin();
    admin.add_user("SALES/sue", OLD, &[(GIVEN_NAME, "Susan")]);
    admin.add_user("SALES/sam", OLD, &[(GIVEN_NAME, "Samuel")]);
    world
}

fn request(operation: &str, content: &str) -> String {
    format!(
        "<ax:{operation} xmlns:ax=\"http://org.apache.axis2/xsd\" \
         xmlns:c=\"http://dto.count.store.user.identity.carbon.wso2.org/xsd\" \
         xmlns:d=\"http://dto.configuration.store.user.identity.carbon.wso2.org/xsd\">{content}</ax:{operation}>"
    )
}

fn texts(arguments: &[(&str, &str)]) -> String {
    arguments.iter().map(|(name, text)| format!("<ax:{name}>{text}</ax:{name}>")).collect()
}

fn results(caller: &Caller, service: &str, operation: &str, content: &str) -> Vec<Element> {
    caller.results(service, operation, &request(operation, content))
}

fn fault(caller: &Caller, service: &str, operation: &str, content: &str) -> Fault {
    caller.fault(service, operation, &request(operation, content))
}

/// A refusal with the declared exception in its detail.
fn refused(caller: &Caller, service: &str, operation: &str, content: &str) -> String {
    let fault = fault(caller, service, operation, content);
    let exception = if service == CONFIG {
        "UserStoreConfigAdminServiceIdentityUserStoreMgtException"
    } else {
        "UserStoreCountServiceUserStoreCounterException"
    };
    assert_eq!(fault.detail.first().unwrap().name, exception, "{}", fault.text);
    fault.text
}

fn done(caller: &Caller, operation: &str, content: &str) {
    let answers = results(caller, CONFIG, operation, content);
    assert!(answers.len() == 1 && answers.iter().all(Element::is_nil), "{operation}: {answers:?}");
}

fn count(caller: &Caller, operation: &str, content: &str) -> String {
    results(caller, COUNT, operation, content).remove(0).text
}

fn pairs(caller: &Caller, operation: &str, content: &str) -> Vec<(String, String)> {
    let text = |pair: &Element, name: &str| pair.value(name).unwrap().to_owned();
    let all = results(caller, COUNT, operation, content);
    all.iter().map(|pair| (text(pair, "key"), text(pair, "value"))).collect()
}

fn counts(pairs: &[(&str, &str)]) -> Vec<(String, String)> {
    pairs.iter().map(|(key, value)| ((*key).to_owned(), (*value).to_owned())).collect()
}

#[test]
fn secondary_stores_are_counted_in_and_the_primary_one_is_not() {
    let world = world();
    let admin = world.admin();
    let stores = results(&admin, COUNT, "getCountEnabledUserStores", "");
    assert_eq!(stores.iter().map(|one| one.text.as_str()).collect::<Vec<_>>(), ["SALES", "EMPTY"]);
    let all = pairs(&admin, "countUsers", &texts(&[("filter", "%")]));
    assert_eq!(all, counts(&[("SALES", "2"), ("EMPTY", "0")]));
    let roles = pairs(&admin, "countRoles", &texts(&[("filter", "%")]));
    assert_eq!(roles, counts(&[("SALES", "0"), ("EMPTY", "0"), ("Internal", "1"), ("Application", "0")]));
    let claim = texts(&[("claimURI", GIVEN_NAME), ("valueFilter", "S%")]);
    assert_eq!(pairs(&admin, "countClaim", &claim), counts(&[("SALES", "2"), ("EMPTY", "0")]));
    let unknown = texts(&[("claimURI", "http://none"), ("valueFilter", "%")]);
    assert_eq!(pairs(&admin, "countClaim", &unknown), counts(&[("SALES", "-1"), ("EMPTY", "-1")]));
    let set = |filter: &str| {
        format!(
            "<ax:claimSetToFilter><c:key>{GIVEN_NAME}</c:key><c:value>{filter}</c:value></ax:claimSetToFilter>\
             <ax:claimSetToFilter><c:key>http://wso2.org/claims/username</c:key><c:value>su%</c:value></ax:claimSetToFilter>"
        )
    };
    assert_eq!(pairs(&admin, "countClaims", &set("S%")), counts(&[("SALES", "1"), ("EMPTY", "0")]));
    for (domain, expected) in [("SALES", "2"), ("sales", "2"), ("PRIMARY", "-1"), ("NOWHERE", "-1")] {
        let content = texts(&[("filter", "*"), ("domain", domain)]);
        assert_eq!(count(&admin, "countUsersInDomain", &content), expected, "{domain}");
    }
    assert_eq!(
        count(&admin, "countRolesInDomain", &texts(&[("filter", "every%"), ("domain", "Internal")])),
        "1"
    );
    let in_sales = [claim.as_str(), "<ax:domain>SALES</ax:domain>"].concat();
    assert_eq!(count(&admin, "countByClaimInDomain", &in_sales), "2");
    let in_sales = [set("Samuel").as_str(), "<ax:domain>SALES</ax:domain>"].concat();
    assert_eq!(count(&admin, "countByClaimsInDomain", &in_sales), "0");
    let unknown = [unknown.as_str(), "<ax:domain>SALES</ax:domain>"].concat();
    assert_eq!(
        refused(&admin, COUNT, "countByClaimInDomain", &unknown),
        "Mapped attribute cannot be found for claim : http://none in user store : SALES"
    );
    assert_eq!(refused(&admin, COUNT, "countClaim", &texts(&[("valueFilter", "%")])), "unknown");
}

#[test]
fn stores_are_shown_taken_out_of_use_and_back_and_removed_when_empty() {
    let world = world();
    let admin = world.admin();
    let stores = || results(&admin, CONFIG, "getSecondaryRealmConfigurations", "");
    let shown = stores();
    let (first, second) = (shown.first().unwrap(), shown.last().unwrap());
    assert_eq!((first.value("domainId"), second.value("domainId")), (Some("SALES"), Some("EMPTY")));
    assert_eq!((first.value("className"), first.value("disabled")), (Some(JDBC), Some("false")));
    let property = |store: &Element, name: &str| {
        let all = store.all("properties");
        let found = all.iter().find(|one| one.value("name") == Some(name)).unwrap();
        found.value("value").unwrap().to_owned()
    };
    assert_eq!(
        (property(first, "DomainName").as_str(), property(first, "ReadOnly").as_str()),
        ("SALES", "false")
    );
    assert!(world.caller("SALES/sue", OLD).is_known());
    done(&admin, "changeUserStoreState", &texts(&[("domain", "SALES"), ("isDisable", "true")]));
    assert_eq!(stores().first().unwrap().value("disabled"), Some("true"));
    assert!(!world.caller("SALES/sue", OLD).is_known());
    assert_eq!(pairs(&admin, "countUsers", &texts(&[("filter", "%")])), counts(&[("EMPTY", "0")]));
    done(&admin, "changeUserStoreState", &texts(&[("domain", "SALES"), ("isDisable", "false")]));
    assert!(world.caller("SALES/sue", OLD).is_known());
    assert_eq!(
        refused(
            &admin,
            CONFIG,
            "changeUserStoreState",
            &texts(&[("domain", "NOWHERE"), ("isDisable", "true")])
        ),
        "Cannot edit user store.NOWHERE does not exist."
    );
    let missing = fault(&admin, CONFIG, "changeUserStoreState", &texts(&[("domain", "SALES")]));
    assert_eq!(missing.text, "unknown");
    assert_eq!(
        refused(&admin, CONFIG, "deleteUserStore", &texts(&[("domainName", "SALES")])),
        "Cannot delete user store SALES. It still holds users or roles, which are kept nowhere else."
    );
    assert_eq!(refused(&admin, CONFIG, "deleteUserStoresSet", ""), "No selected user stores to delete");
    done(&admin, "deleteUserStoresSet", &texts(&[("domains", "EMPTY")]));
    assert_eq!(stores().len(), 1);
    for user in ["SALES/sue", "SALES/sam"] {
        admin.delete_user(user);
    }
    done(&admin, "deleteUserStore", &texts(&[("domainName", "SALES")]));
    assert!(stores().iter().all(Element::is_nil), "no store is one nil");
}

#[test]
fn databases_and_directories_are_described_and_not_connected() {
    let world = world();
    let admin = world.admin();
    let classes = results(&admin, CONFIG, "getAvailableUserStoreClasses", "");
    let names: Vec<&str> = classes.iter().map(|class| class.text.as_str()).collect();
    for class in ["jdbc.JDBC", "ldap.ReadWriteLDAP", "ldap.ReadOnlyLDAP", "ldap.ActiveDirectory"] {
        let name = format!("org.wso2.carbon.user.core.{class}UserStoreManager");
        assert!(names.contains(&name.as_str()), "{name} in {names:?}");
    }
    let properties = |class: &str| {
        results(&admin, CONFIG, "getUserStoreManagerProperties", &texts(&[("className", class)])).remove(0)
    };
    let jdbc = properties(JDBC);
    let mandatory: Vec<Option<&str>> =
        jdbc.all("mandatoryProperties").iter().map(|property| property.value("name")).collect();
    assert_eq!(mandatory, ["url", "userName", "password", "driverName"].map(Some));
    assert!(properties("java.lang.String").is_nil());
    let store = |domain: &str| {
        format!(
            "<ax:userStoreDTO><d:className>{JDBC}</d:className><d:domainId>{domain}</d:domainId></ax:userStoreDTO>"
        )
    };
    assert_eq!(
        refused(&admin, CONFIG, "addUserStore", &store("SALES")),
        "Cannot add user store SALES. User store already exists."
    );
    let connects_none = "This server keeps its users itself and connects no other store.";
    assert_eq!(
        refused(&admin, CONFIG, "addUserStore", &store("NEW")),
        format!("Cannot add user store NEW. {connects_none}")
    );
    assert_eq!(
        refused(&admin, CONFIG, "editUserStore", &store("SALES")),
        format!("Cannot edit user store SALES. {connects_none}")
    );
    assert_eq!(
        refused(&admin, CONFIG, "editUserStore", &store("NOWHERE")),
        "Cannot edit user store NOWHERE. User store cannot be edited."
    );
    let rename = [texts(&[("previousDomainName", "NOWHERE")]), store("NEW")].concat();
    assert_eq!(
        refused(&admin, CONFIG, "editUserStoreWithDomainName", &rename),
        "Cannot update user store domain name. Previous domain name NOWHERE does not exists."
    );
    assert_eq!(refused(&admin, CONFIG, "addUserStore", "<ax:userStoreDTO/>"), "unknown");
    assert_eq!(
        refused(&admin, CONFIG, "testRDBMSConnection", &texts(&[("domainName", "NEW"), ("driverName", "x")])),
        "Error while checking RDBMS connection health"
    );
}

#[test]
fn each_operation_asks_for_its_permission() {
    let world = world();
    let tom = world.caller(TOM, OLD);
    let operations = [
        (CONFIG, "getSecondaryRealmConfigurations", "config/view"),
        (CONFIG, "getAvailableUserStoreClasses", "config/view"),
        (CONFIG, "getUserStoreManagerProperties", "config/view"),
        (CONFIG, "testRDBMSConnection", "config/view"),
        (CONFIG, "addUserStore", "config/create"),
        (CONFIG, "editUserStore", "config/update"),
        (CONFIG, "editUserStoreWithDomainName", "config/update"),
        (CONFIG, "changeUserStoreState", "config/update"),
        (CONFIG, "deleteUserStore", "config/delete"),
        (CONFIG, "deleteUserStoresSet", "config/delete"),
        (COUNT, "countUsers", "count/view"),
        (COUNT, "countUsersInDomain", "count/view"),
        (COUNT, "countClaim", "count/view"),
        (COUNT, "countByClaimInDomain", "count/view"),
        (COUNT, "getCountEnabledUserStores", "count/view"),
        (COUNT, "countRoles", "count"),
        (COUNT, "countRolesInDomain", "count"),
        (COUNT, "countClaims", "count"),
        (COUNT, "countByClaimsInDomain", "count"),
    ];
    for (service, operation, _) in operations {
        assert_eq!(fault(&tom, service, operation, "").local_code(), "50978", "{operation}");
    }
    for permission in
        ["config/view", "config/create", "config/update", "config/delete", "count/view", "count"]
    {
        let role = permission.replace('/', "_");
        world.admin().add_user(&format!("user_{role}"), OLD, &[]);
        let granted = format!("{USERSTORE}/{permission}");
        world.admin().add_role(&role, &[&format!("user_{role}")], &[LOGIN, &granted]);
        let caller = world.caller(&format!("user_{role}"), OLD);
        for (service, operation, needed) in operations {
            let answer = caller.call(service, operation, &request(operation, ""));
            let denied = answer.status == 500 && Fault::of(&answer).local_code() == "50978";
            let covers = permission == needed || (permission == "count" && needed == "count/view");
            assert_eq!(denied, !covers, "{operation} with {permission}: {}", answer.text());
        }
    }
}

#[test]
fn a_tenant_has_its_own_stores() {
    let world = world();
    let acme = world.tenant_with_tom("acme.example", &[]);
    assert!(results(&acme, CONFIG, "getSecondaryRealmConfigurations", "").iter().all(Element::is_nil));
    assert!(results(&acme, COUNT, "getCountEnabledUserStores", "").iter().all(Element::is_nil));
    let sales = texts(&[("filter", "%"), ("domain", "SALES")]);
    assert_eq!(count(&acme, "countUsersInDomain", &sales), "-1");
    assert_eq!(
        refused(&acme, CONFIG, "changeUserStoreState", &texts(&[("domain", "SALES"), ("isDisable", "true")])),
        "Cannot edit user store.SALES does not exist."
    );
}
