//! The contract of `ServerAdmin`, in wire spelling (IS 5.3.0, carbon-kernel 4.4.11).

use crate::services::Call;
use crate::{dto, service};

dto! {
    /// What the server says of itself.
    pub struct ServerData in "http://common.admin.server.carbon.wso2.org/xsd" {
        axis2Location: Option<String>,
        carbonVersion: Option<String>,
        dbDriverName: Option<String>,
        dbDriverVersion: Option<String>,
        dbName: Option<String>,
        dbURL: Option<String>,
        dbVersion: Option<String>,
        javaHome: Option<String>,
        javaRuntimeName: Option<String>,
        javaVMVendor: Option<String>,
        javaVMVersion: Option<String>,
        javaVersion: Option<String>,
        osName: Option<String>,
        osVersion: Option<String>,
        registryType: Option<String>,
        remoteRegistryChroot: Option<String>,
        remoteRegistryURL: Option<String>,
        repoLocation: Option<String>,
        serverIp: Option<String>,
        serverName: Option<String>,
        serverStartTime: Option<String>,
        serverStartUpDuration: Option<String>,
        serverUpTime: Option<ServerUpTime>,
        userCountry: Option<String>,
        userHome: Option<String>,
        userName: Option<String>,
        userTimezone: Option<String>,
    }

    /// How long the server has been running.
    pub struct ServerUpTime in "http://common.admin.server.carbon.wso2.org/xsd" {
        days: i64,
        hours: i32,
        minutes: i32,
        seconds: i32,
    }

    /// The declared exception: `java.lang.Exception` itself.
    pub struct Exception in "http://org.apache.axis2/xsd" {
        Message: Option<String>,
    }
}

service! {
    /// The server itself: what it is and whether it is well.
    pub ServerAdmin in "http://service.admin.server.carbon.wso2.org" schema "http://org.apache.axis2/xsd" with Call,
    each ([faults Exception] [needs "/permission/protected/server-admin"]) {
        fn getServerData() -> Option<ServerData>
            [needs "/permission/admin/login"];
        fn isAlive() -> bool [faults none];
        fn restartGracefully() -> bool;
        fn endMaintenance();
        fn getServerStatus() -> Option<String>;
        fn shutdownGracefully() -> bool [faults none];
        fn restart() -> bool;
        fn getServerVersion() -> Option<String> [faults none];
        fn startMaintenance();
        fn getServerDataAsString() -> Option<String>;
        fn shutdown() -> bool [faults none];
    }
}
