//! `ServerAdmin`.

use crate::support::caller::{Caller, LOGIN};
use crate::support::tree::Element;
use crate::support::world::{MINUTE, OLD, World};

const SERVICE: &str = "ServerAdmin";
const SERVER_ADMIN: &str = "/permission/protected/server-admin";
/// All but `getServerData`, which takes the login permission.
const OPERATIONS: &[&str] = &[
    "isAlive",
    "getServerStatus",
    "getServerVersion",
    "getServerDataAsString",
    "restart",
    "restartGracefully",
    "shutdown",
    "shutdownGracefully",
    "startMaintenance",
    "endMaintenance",
];

fn request(operation: &str) -> String {
    format!("<s:{operation} xmlns:s=\"http://org.apache.axis2/xsd\"/>")
}

fn result(caller: &Caller, operation: &str) -> Element {
    let mut found = caller.results(SERVICE, operation, &request(operation));
    assert_eq!(found.len(), 1, "{operation}: {found:?}");
    found.remove(0)
}

/// The properties that are not nil.
fn known(data: &Element) -> Vec<&str> {
    data.children.iter().filter(|child| !child.is_nil()).map(|child| child.name.as_str()).collect()
}

#[test]
fn the_server_says_that_it_is_well_and_what_it_is_compatible_with() {
    let world = World::empty(|_| {});
    let admin = world.admin();
    assert_eq!(result(&admin, "isAlive").text, "true");
    assert_eq!(result(&admin, "getServerStatus").text, "RUNNING");
    assert_eq!(result(&admin, "getServerVersion").text, "5.3.0");
    let answer = admin.call(SERVICE, "isAlive", &request("isAlive")).text();
    assert!(
        answer.contains(
            "<ns:isAliveResponse xmlns:ns=\"http://org.apache.axis2/xsd\"><ns:return>true</ns:return>"
        ),
        "{answer}"
    );
}

#[test]
fn the_administrator_sees_the_data_of_the_server_as_it_is() {
    let world = World::empty(|_| {});
    world.clock.advance((2 * 24 * 60 + 3 * 60 + 4) * MINUTE + 5_000);
    let data = result(&world.admin(), "getServerData");
    assert_eq!(data.kind.as_deref(), Some("{http://common.admin.server.carbon.wso2.org/xsd}ServerData"));
    let folder = world.settings.data_dir.display().to_string();
    let url = format!("sqlite:{folder}/soapstone.db");
    for (name, value) in [
        ("carbonVersion", "5.3.0"),
        ("dbName", "SQLite"),
        ("dbURL", url.as_str()),
        ("dbVersion", rusqlite::version()),
        ("osName", std::env::consts::OS),
        ("registryType", "embedded"),
        ("repoLocation", folder.as_str()),
        ("serverIp", "localhost"),
        ("serverName", "WSO2"),
        ("serverStartTime", "2023-11-14 22:13:20"),
        ("serverStartUpDuration", "0"),
        ("userTimezone", "UTC"),
    ] {
        assert_eq!(data.value(name), Some(value), "{name}");
    }
    let up = data.child("serverUpTime").unwrap();
    let up: Vec<&str> = up.children.iter().map(|part| part.text.as_str()).collect();
    assert_eq!(up, ["2", "3", "4", "5"]);
    for java in
        ["axis2Location", "javaHome", "javaRuntimeName", "javaVMVendor", "javaVMVersion", "javaVersion"]
    {
        assert_eq!(data.value(java), None, "{java}");
    }
    let text = result(&world.admin(), "getServerDataAsString").text;
    assert!(text.starts_with("JVM Name='null', JVM Version='null'"), "{text}");
    assert!(text.contains(&format!("Repository Location='{folder}', ")), "{text}");
    assert!(text.ends_with(" version ='5.3.0'"), "{text}");
}

#[test]
fn who_may_only_log_in_sees_the_name_and_address_and_another_tenant_the_name() {
    let world = World::new(&[]);
    let data = result(&world.caller("tom", OLD), "getServerData");
    assert_eq!(known(&data), ["serverIp", "serverName"]);
    let acme = world.tenant_with_tom("acme.example", &[]);
    assert_eq!(known(&result(&acme, "getServerData")), ["serverName"]);
}

#[test]
fn nobody_restarts_or_stops_the_server_from_afar() {
    let world = World::empty(|_| {});
    let admin = world.admin();
    for operation in ["restart", "restartGracefully", "shutdown", "shutdownGracefully"] {
        assert_eq!(result(&admin, operation).text, "false", "{operation}");
    }
    for operation in ["startMaintenance", "endMaintenance"] {
        let fault = admin.fault(SERVICE, operation, &request(operation));
        assert_eq!(fault.text, "access denied (\"java.lang.management.ManagementPermission\" \"control\")");
        assert_eq!((fault.local_code(), fault.detail.len()), ("Server", 0));
    }
    assert_eq!(result(&admin, "getServerStatus").text, "RUNNING");
}

#[test]
fn everything_else_takes_the_permission_to_administer_the_server() {
    let world = World::new(&[]);
    let admin = world.admin();
    for (user, permission) in [("sam", SERVER_ADMIN), ("ann", "/permission/admin")] {
        admin.add_user(user, OLD, &[]);
        admin.add_role(user, &[user], &[permission]);
    }
    let acme = world.tenant_with_tom("acme.example", &[]);
    // What the tenant's administrator grants himself there opens nothing.
    acme.add_role("operators", &["admin"], &[SERVER_ADMIN, "/permission"]);
    for operation in OPERATIONS {
        for caller in [&world.caller("tom", OLD), &world.caller("ann", OLD), &acme] {
            let fault = caller.fault(SERVICE, operation, &request(operation));
            assert_eq!((fault.local_code(), fault.text.as_str()), ("50978", "Access Denied."), "{operation}");
        }
    }
    let sam = world.caller("sam", OLD);
    assert_eq!(result(&sam, "getServerVersion").text, "5.3.0");
    let fault = sam.fault(SERVICE, "getServerData", &request("getServerData"));
    assert_eq!(fault.local_code(), "50978", "that one takes {LOGIN}");
    assert!(result(&sam, "getServerDataAsString").text.contains("Server Name='WSO2'"));
}
