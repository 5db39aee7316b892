//! Real proxies in front of an application, with the configurations in `fixtures/forward-auth` as they stand: only the
//! addresses in them are replaced.

use crate::application;
use crate::support::client::{Answer, Client, request};
use crate::support::visitor::Browser;
use crate::support::world::{World, certificate};
use std::io::{Read, Write};
use std::net::{Ipv4Addr, SocketAddr, TcpListener, TcpStream};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

/// What a browser may claim of itself, in every spelling that an application could take for the proxy's.
const FORGED: [(&str, &str); 7] = [
    ("Remote-User", "admin"),
    ("Remote-Name", "admin"),
    ("Remote-Email", "admin@example.org"),
    ("Remote-Groups", "admin"),
    ("Remote-Tenant", "admin.example"),
    ("Remote_User", "admin"),
    ("remote_groups", "admin"),
];

/// A proxy: where its program is, and how it is started with its documented configuration.
pub struct Kind {
    program: &'static str,
    documented: &'static str,
    start: fn(Setting) -> Command,
}

pub const NGINX: Kind =
    Kind { program: "/usr/sbin/nginx", documented: "fixtures/forward-auth/nginx.conf", start: nginx };
pub const CADDY: Kind =
    Kind { program: "/usr/bin/caddy", documented: "fixtures/forward-auth/Caddyfile", start: caddy };
pub const TRAEFIK: Kind = Kind {
    program: "target/interop/venv/bin/traefik",
    documented: "fixtures/forward-auth/traefik.yml",
    start: traefik,
};

/// What a proxy is started with.
struct Setting {
    /// A folder of its own.
    folder: PathBuf,
    /// The documented configuration; it has the server's address instead of the example's.
    documented: String,
    /// Where it is to listen.
    port: u16,
    /// Where the application listens.
    application: u16,
    certificate: String,
    key: String,
}

/// A running proxy in front of an application; it ends when dropped.
pub struct Proxy {
    process: Child,
    client: Client,
    /// What browsers call it.
    pub origin: String,
}

impl Drop for Proxy {
    fn drop(&mut self) {
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}

/// A server with tom and a proxy in front of a page; `None`, with the reason told, without its program. With a role, the
/// proxy asks for it as the documents say.
pub fn house(kind: &Kind, role: Option<&str>) -> Option<(World, Proxy)> {
    if !Path::new(kind.program).exists() {
        let why = format!("needs {}: see .ci/run", kind.program);
        assert!(std::env::var_os("SOAPSTONE_TEST_ALL").is_none(), "{why}");
        eprintln!("skipped: {why}");
        return None;
    }
    let port = free_port();
    let world = World::configured(&[], |settings| {
        settings.forward_auth_origins = vec![format!("https://localhost:{port}")];
    });
    let proxy = Proxy::start(kind, &world, port, role);
    Some((world, proxy))
}

impl Proxy {
    /// Starts one and waits until it sends visitors to the login.
    fn start(kind: &Kind, world: &World, port: u16, role: Option<&str>) -> Self {
        let folder = world.folder.path().join("proxy");
        std::fs::create_dir_all(&folder).unwrap();
        let mut documented = std::fs::read_to_string(kind.documented).unwrap();
        documented = replaced(&documented, "https://sso.example.org:9443", world.public_url());
        if let Some(role) = role {
            let asked = ["/forward-auth/check", "/forward-auth/redirect"]
                .into_iter()
                .find(|path| documented.contains(path))
                .unwrap();
            documented = replaced(&documented, asked, &format!("{asked}?role={role}"));
        }
        let (certificate, key) = certificate();
        let setting = Setting {
            folder,
            documented,
            port,
            application: application::start(),
            certificate: certificate.display().to_string(),
            key: key.display().to_string(),
        };
        let mut command = (kind.start)(setting);
        let process = command.stdin(Stdio::null()).spawn().unwrap();
        let address = SocketAddr::from((Ipv4Addr::LOCALHOST, port));
        let client = Client::new(address, address, certificate);
        let mut started = Self { process, client, origin: format!("https://localhost:{port}") };
        let until = Instant::now() + Duration::from_secs(20);
        while !started.sends_away() {
            assert!(Instant::now() < until, "the proxy does not answer");
            assert!(started.process.try_wait().unwrap().is_none(), "the proxy has ended");
            std::thread::yield_now();
        }
        started
    }

    /// Whether it asks the server already: they listen before they have read everything.
    fn sends_away(&self) -> bool {
        if TcpStream::connect(self.client.https).is_err() {
            return false;
        }
        let mut stream = self.client.connect(true);
        let asked = request("GET", "/", "localhost", self.client.https.port(), &[], b"");
        let mut head = [0; 12];
        stream.write_all(&asked).is_ok() && stream.read_exact(&mut head).is_ok() && head == *b"HTTP/1.1 302"
    }

    /// Asks for an address of the application with the cookies of a browser, which pretends to be the administrator.
    pub fn open(&self, browser: &Browser, path: &str) -> Answer {
        browser.at(&self.client).send("GET", path, &FORGED, "")
    }
}

/// nginx: the documented part inside of a configuration that says where the rest is kept.
fn nginx(setting: Setting) -> Command {
    let Setting { folder, port, application, .. } = &setting;
    let server = replaced(&setting.documented, "listen 443 ssl;", &format!("listen 127.0.0.1:{port} ssl;"));
    let server = replaced(&server, "app.example.org", "localhost");
    let server = replaced(&server, "/etc/ssl/app.pem", &setting.certificate);
    let server = replaced(&server, "/etc/ssl/app.key", &setting.key);
    let server = replaced(&server, "http://127.0.0.1:8080", &format!("http://127.0.0.1:{application}"));
    let configuration = format!(
        "daemon off; master_process off; pid nginx.pid; error_log stderr warn; events {{}}\n\
         http {{ access_log off; client_body_temp_path t1; proxy_temp_path t2; fastcgi_temp_path t3; \
         uwsgi_temp_path t4; scgi_temp_path t5;\n{server}\n}}\n"
    );
    std::fs::write(folder.join("nginx.conf"), configuration).unwrap();
    let mut command = Command::new(NGINX.program);
    command.arg("-p").arg(folder).args(["-c", "nginx.conf", "-e", "stderr"]);
    command
}

/// Caddy: the documented site with a certificate of the test's, and no other doings.
fn caddy(setting: Setting) -> Command {
    let Setting { folder, port, application, certificate, key, .. } = &setting;
    let own = format!("https://localhost:{port} {{\n\tbind 127.0.0.1\n\ttls {certificate} {key}");
    let site = replaced(&setting.documented, "app.example.org {", &own);
    let site = replaced(&site, "/etc/caddy/soapstone-tls-cert.pem", certificate);
    let site = replaced(&site, "127.0.0.1:8080", &format!("127.0.0.1:{application}"));
    let configuration = format!(
        "{{\n\tadmin off\n\tauto_https disable_redirects\n\tskip_install_trust\n\tlog {{\n\t\tlevel ERROR\n\t}}\n}}\n{site}\n"
    );
    std::fs::write(folder.join("Caddyfile"), configuration).unwrap();
    let mut command = Command::new(CADDY.program);
    command.args(["run", "--adapter", "caddyfile", "--config"]).arg(folder.join("Caddyfile"));
    // It keeps what it remembers below the home of its user.
    command.env("HOME", folder).env("XDG_DATA_HOME", folder).env("XDG_CONFIG_HOME", folder);
    command
}

/// Traefik: the documented file beside one with a certificate of the test's.
fn traefik(setting: Setting) -> Command {
    let Setting { folder, port, application, certificate, key, .. } = &setting;
    let site = replaced(&setting.documented, "app.example.org", "localhost");
    let site = replaced(&site, "/etc/traefik/soapstone-tls-cert.pem", certificate);
    let site = replaced(&site, "http://127.0.0.1:8080", &format!("http://127.0.0.1:{application}"));
    let own = format!("tls:\n  certificates:\n    - certFile: {certificate}\n      keyFile: {key}\n");
    let read = folder.join("dynamic");
    std::fs::create_dir_all(&read).unwrap();
    std::fs::write(read.join("soapstone.yml"), site).unwrap();
    std::fs::write(read.join("certificate.yml"), own).unwrap();
    let mut command = Command::new(TRAEFIK.program);
    command.arg(format!("--entryPoints.websecure.address=127.0.0.1:{port}"));
    command.arg(format!("--providers.file.directory={}", read.display()));
    command.args([
        "--log.level=ERROR",
        "--global.checkNewVersion=false",
        "--global.sendAnonymousUsage=false",
    ]);
    command
}

/// A text with the test's word for an example's, which must be there.
fn replaced(text: &str, example: &str, own: &str) -> String {
    assert!(text.contains(example), "the documented configuration says nothing of {example}");
    text.replace(example, own)
}

/// A port that was free a moment ago.
fn free_port() -> u16 {
    TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).unwrap().local_addr().unwrap().port()
}
