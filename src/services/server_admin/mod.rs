//! `ServerAdmin`: what the server is and whether it is well.
//!
//! Nobody restarts or stops this server from afar: whoever runs it does, on its machine. The four operations for it
//! answer `false` and do nothing, which is what later kernels of the original answer where their configuration forbids
//! it (`EnableRemoteRestart`, `EnableRemoteShutdown`). Maintenance mode is refused as the original refuses it under a
//! security policy without the right to control the machine. What there is no counterpart for (Java, Axis2) is nil.

pub mod contract;

use super::{Call, Process};
use crate::domain::{Now, TenantId};
use crate::soap::Fault;
use contract::{Operations, ServerData, ServerUpTime};

/// What the service does.
#[derive(Debug)]
pub struct Behaviour;

/// The server that this one is compatible with; clients compare it.
const VERSION: &str = "5.3.0";
/// Every server of the original names itself so.
const SERVER_NAME: &str = "WSO2";
/// What one must hold to see more than the name.
const HOMEPAGE: &str = "/permission/protected/server-admin/homepage";

impl Operations for Behaviour {
    async fn getServerData(call: &Call) -> Result<Option<ServerData>, Fault> {
        server_data(call).map(Some)
    }

    async fn isAlive(_: &Call) -> Result<bool, Fault> {
        Ok(true)
    }

    async fn restartGracefully(_: &Call) -> Result<bool, Fault> {
        Ok(refused("restart"))
    }

    async fn endMaintenance(_: &Call) -> Result<(), Fault> {
        Err(no_control())
    }

    async fn getServerStatus(call: &Call) -> Result<Option<String>, Fault> {
        let status = if call.app().process.is_stopping() { "SHUTTING_DOWN" } else { "RUNNING" };
        Ok(Some(status.to_owned()))
    }

    async fn shutdownGracefully(_: &Call) -> Result<bool, Fault> {
        Ok(refused("shutdown"))
    }

    async fn restart(_: &Call) -> Result<bool, Fault> {
        Ok(refused("restart"))
    }

    async fn getServerVersion(_: &Call) -> Result<Option<String>, Fault> {
        Ok(Some(VERSION.to_owned()))
    }

    async fn startMaintenance(_: &Call) -> Result<(), Fault> {
        Err(no_control())
    }

    async fn getServerDataAsString(call: &Call) -> Result<Option<String>, Fault> {
        let data = server_data(call)?;
        Ok(Some(in_words(&data, &call.app().publication.realm_name)))
    }

    async fn shutdown(_: &Call) -> Result<bool, Fault> {
        Ok(refused("shutdown"))
    }
}

fn refused(what: &str) -> bool {
    tracing::warn!("a {what} was asked for over SOAP and refused: it is done on the server's machine");
    false
}

fn no_control() -> Fault {
    Fault::server("access denied (\"java.lang.management.ManagementPermission\" \"control\")")
}

/// What the caller may see of it: everything, little, or, from another tenant, the name alone.
fn server_data(call: &Call) -> Result<ServerData, Fault> {
    let (app, actor) = (call.app(), call.actor()?);
    let named = ServerData { serverName: Some(SERVER_NAME.to_owned()), ..ServerData::default() };
    if actor.tenant != TenantId::SUPER {
        return Ok(named);
    }
    let named = ServerData { serverIp: Some(app.realm.policy.host_name.clone()), ..named };
    if !call.read(|tx, _| actor.may(tx, &[HOMEPAGE]))? {
        return Ok(named);
    }
    let Process { started_at, ready_at, data_dir, machine, .. } = app.process.clone();
    let engine = app.store.engine();
    Ok(ServerData {
        carbonVersion: Some(VERSION.to_owned()),
        dbDriverName: Some(engine.driver.to_owned()),
        dbName: Some(engine.name.to_owned()),
        dbURL: Some(engine.url),
        dbVersion: Some(engine.version.to_owned()),
        osName: Some(machine.system),
        osVersion: machine.system_version,
        registryType: Some("embedded".to_owned()),
        repoLocation: Some(data_dir),
        serverStartTime: Some(started_at.to_timestamp().replace('T', " ")),
        serverStartUpDuration: Some((ready_at.0.saturating_sub(started_at.0) / 1000).to_string()),
        serverUpTime: Some(up_time(started_at, call.now())),
        userCountry: machine.country,
        userHome: machine.home,
        userName: machine.user,
        // Every time that is written here is in it.
        userTimezone: Some("UTC".to_owned()),
        ..named
    })
}

fn up_time(since: Now, now: Now) -> ServerUpTime {
    let seconds = now.0.saturating_sub(since.0).max(0) / 1000;
    let small = |number: i64| i32::try_from(number).unwrap_or(i32::MAX);
    ServerUpTime {
        days: seconds / 86_400,
        hours: small(seconds / 3600 % 24),
        minutes: small(seconds / 60 % 60),
        seconds: small(seconds % 60),
    }
}

/// The data as the original's class prints itself.
fn in_words(data: &ServerData, product: &str) -> String {
    let rows = [
        ("JVM Name", &data.javaRuntimeName),
        ("JVM Version", &data.javaVMVersion),
        ("JVM Vendor", &data.javaVMVendor),
        ("Java Home", &data.javaHome),
        ("OS Name", &data.osName),
        ("OS Version", &data.osVersion),
        ("user.home", &data.userHome),
        ("user.timezone", &data.userTimezone),
        ("username", &data.userName),
        ("user.country", &data.userCountry),
        ("Axis2 Location", &data.axis2Location),
        ("Server Name", &data.serverName),
        ("Repository Location", &data.repoLocation),
    ];
    let rows = rows.map(|(name, value)| format!("{name}='{}'", value.as_deref().unwrap_or("null")));
    format!("{}, {product} version ='{VERSION}'", rows.join(", "))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_time_since_the_start_is_taken_apart() {
        let time = up_time(Now(5_000), Now(5_000 + ((3 * 24 + 4) * 3600 + 5 * 60 + 6) * 1000 + 999));
        assert_eq!(time, ServerUpTime { days: 3, hours: 4, minutes: 5, seconds: 6 });
        assert_eq!(up_time(Now(5_000), Now(4_000)), ServerUpTime::default());
    }

    #[test]
    fn what_there_is_no_counterpart_for_reads_null() {
        let data = ServerData { osName: Some("Linux".into()), ..ServerData::default() };
        let text = in_words(&data, "WSO2 Identity Server");
        assert!(text.starts_with(
            "JVM Name='null', JVM Version='null', JVM Vendor='null', Java Home='null', OS Name='Linux', "
        ));
        assert!(text.ends_with(", Repository Location='null', WSO2 Identity Server version ='5.3.0'"));
    }
}
