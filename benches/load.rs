//! `cargo bench --bench load`: what a request costs, as a ratio.
//!
//! Servers take turns under the same load in one run: a bare hyper and rustls server that sends the bytes of Soapstone's
//! answer, its head included, from memory, Soapstone reading a profile of thirty fields (the same one again and again, and another user's each
//! time, first of as many as it remembers and then of more), and Soapstone writing a claim durably, each write a new value, again of the same user and of another one each
//! time. Kept-alive TLS connections, basic authentication on every request. Counted are requests per second of processor
//! time of the *server* process, so that the load generator, which runs beside it, does not blur the result. Rounds
//! alternate; printed are the median ratio and its spread. Everything is started on one core where `taskset` can do that,
//! so that nobody pays for waking another core. `cargo bench --bench load -- apart` starts the servers on one core and
//! the generator on another, `-- free` lets them run on every core; both show what the clock says as well. `cargo test`
//! tries it all for a moment.
#![expect(clippy::unwrap_used, clippy::indexing_slicing, reason = "a measurement stops at what is wrong")]

#[path = "../tests/support/mod.rs"]
mod support;

use http_body_util::Full;
use hyper::body::Bytes;
use hyper::header::{HeaderMap, HeaderName, HeaderValue};
use hyper::service::service_fn;
use hyper::{Request, Response, StatusCode};
use hyper_util::rt::TokioIo;
use rustls::pki_types::pem::PemObject;
use rustls::pki_types::{CertificateDer, PrivateKeyDer, ServerName};
use std::convert::Infallible;
use std::io::{BufRead, BufReader};
use std::net::SocketAddr;
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, Instant};
use support::client::{Answer, Client, basic, envelope};
use support::installation::Installation;
use support::measurement::{Wanted, wanted};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio_rustls::{TlsAcceptor, TlsConnector};

/// How much there is of everything, and how long it goes on.
#[derive(Clone, Copy)]
struct Scale {
    /// Users beside tom, with the same profile: more than are remembered.
    users: u64,
    /// As many as are remembered.
    few: u64,
    connections: &'static [usize],
    rounds: usize,
    round: Duration,
}

fn main() {
    let mut arguments = std::env::args().skip(1);
    let first = arguments.next();
    if first.as_deref() == Some("bare") {
        let file = |name: Option<String>| std::path::PathBuf::from(name.unwrap());
        let (certificate, key, body) =
            (file(arguments.next()), file(arguments.next()), file(arguments.next()));
        return bare(&certificate, &key, Recorded::read(&body));
    }
    let cores = match first.as_deref() {
        Some("free") => Cores::Every,
        Some("apart") => Cores::Apart,
        _ => Cores::One,
    };
    match wanted("load") {
        Wanted::Figures => {
            let (connections, round) = (&[16, 64], Duration::from_secs(3));
            measure(cores, Scale { users: 20_000, few: 1_000, connections, rounds: 5, round });
        }
        // Beside other tests, which need the cores as well.
        Wanted::Trial => {
            let (connections, round) = (&[2], Duration::from_millis(100));
            measure(Cores::Every, Scale { users: 20, few: 10, connections, rounds: 1, round });
        }
        Wanted::Nothing => {}
    }
}

/// Where servers and generator run.
#[derive(Clone, Copy, PartialEq)]
enum Cores {
    /// All of them on the first.
    One,
    /// The servers on the first, the generator on the second.
    Apart,
    /// Wherever there is room.
    Every,
}

/// Holds all threads of a process to one core.
fn hold(pid: u32, core: usize) {
    let asked =
        Command::new("taskset").args(["-a", "-c", "-p", &core.to_string(), &pid.to_string()]).output();
    match asked {
        Ok(output) if output.status.success() => {}
        other => println!("process {pid} runs on every core: {other:?}"),
    }
}

/// An answer to be given again and again.
#[derive(Clone)]
struct Recorded {
    status: StatusCode,
    headers: HeaderMap,
    body: Bytes,
}

impl Recorded {
    /// Leaves an answer for [`Recorded::read`].
    fn write(file: &Path, answer: &Answer) {
        let mut bytes = format!("{}\n", answer.status).into_bytes();
        for (name, value) in &answer.headers {
            // Those that hyper adds.
            if !["connection", "content-length", "date"].contains(&name.to_lowercase().as_str()) {
                bytes.extend(format!("{name}: {value}\n").bytes());
            }
        }
        bytes.push(b'\n');
        bytes.extend(&answer.body);
        std::fs::write(file, bytes).unwrap();
    }

    fn read(file: &Path) -> Self {
        let bytes = std::fs::read(file).unwrap();
        let end = bytes.windows(2).position(|two| two == b"\n\n").unwrap();
        let head = String::from_utf8(bytes[..end].to_vec()).unwrap();
        let (status, lines) = head.split_once('\n').unwrap();
        let headers = lines.lines().map(|line| {
            let (name, value) = line.split_once(": ").unwrap();
            (name.parse::<HeaderName>().unwrap(), value.parse::<HeaderValue>().unwrap())
        });
        let (status, headers) = (status.parse().unwrap(), headers.collect());
        Self { status, headers, body: bytes[end + 2..].to_vec().into() }
    }

    fn response(&self) -> Response<Full<Bytes>> {
        let mut response = Response::new(Full::new(self.body.clone()));
        *response.status_mut() = self.status;
        *response.headers_mut() = self.headers.clone();
        response
    }
}

/// The yardstick: the same bytes, from memory.
fn bare(certificate: &Path, key: &Path, answer: Recorded) {
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build().unwrap();
    runtime.block_on(async move {
        let chain = vec![CertificateDer::from_pem_file(certificate).unwrap()];
        let key = PrivateKeyDer::from_pem_file(key).unwrap();
        let provider = Arc::new(rustls::crypto::aws_lc_rs::default_provider());
        let config = rustls::ServerConfig::builder_with_provider(provider)
            .with_safe_default_protocol_versions()
            .unwrap()
            .with_no_client_auth()
            .with_single_cert(chain, key)
            .unwrap();
        let acceptor = TlsAcceptor::from(Arc::new(config));
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
        println!("https listening on {}", listener.local_addr().unwrap());
        loop {
            let (stream, _) = listener.accept().await.unwrap();
            let (acceptor, answer) = (acceptor.clone(), answer.clone());
            tokio::spawn(async move {
                let _ = stream.set_nodelay(true);
                let Ok(stream) = acceptor.accept(stream).await else { return };
                let service = service_fn(move |request: Request<hyper::body::Incoming>| {
                    let response = answer.response();
                    async move {
                        // The request is read, as any server must.
                        let _ = http_body_util::BodyExt::collect(request.into_body()).await;
                        Ok::<_, Infallible>(response)
                    }
                });
                let _ = hyper::server::conn::http1::Builder::new()
                    .title_case_headers(true)
                    .serve_connection(TokioIo::new(stream), service)
                    .await;
            });
        }
    });
}

struct Bare {
    process: Child,
    address: SocketAddr,
}

impl Drop for Bare {
    fn drop(&mut self) {
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}

/// Starts one that gives this answer, and looks whether it does.
fn start_bare(data: &Path, folder: &Path, answer: &Answer) -> Bare {
    let file = folder.join("answer");
    Recorded::write(&file, answer);
    let mut process = Command::new(std::env::current_exe().unwrap())
        .arg("bare")
        .args([data.join("tls-cert.pem"), data.join("tls-key.pem"), file])
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    let mut line = String::new();
    BufReader::new(process.stdout.take().unwrap()).read_line(&mut line).unwrap();
    let address = line.trim().strip_prefix("https listening on ").unwrap().parse().unwrap();
    let given = Client::new(address, address, &data.join("tls-cert.pem")).get("/", &[]);
    let of = |answer: &Answer| {
        let mut lines: Vec<_> =
            answer.headers.iter().map(|(name, value)| (name.clone(), value.len())).collect();
        lines.sort();
        (answer.status, lines, answer.body.clone())
    };
    assert_eq!(of(&given), of(answer), "the bytes are not the same");
    Bare { process, address }
}

/// Processor time that a process has used, in seconds.
fn processor_seconds(pid: u32) -> f64 {
    let stat = std::fs::read_to_string(format!("/proc/{pid}/stat")).unwrap();
    let fields: Vec<&str> = stat.rsplit(')').next().unwrap().split_whitespace().collect();
    let ticks: f64 = [fields[11], fields[12]].iter().map(|text| text.parse::<f64>().unwrap()).sum();
    ticks / 100.0
}

fn resident_kib(pid: u32) -> u64 {
    let status = std::fs::read_to_string(format!("/proc/{pid}/status")).unwrap();
    let line = status.lines().find(|line| line.starts_with("VmRSS")).unwrap();
    line.split_whitespace().nth(1).unwrap().parse().unwrap()
}

/// What is asked of a server.
#[derive(Clone)]
struct Load {
    address: SocketAddr,
    pid: u32,
    head: String,
    /// The body; `{n}` is another number in every request, `{few}` one of the first few users, `{user}` one of all.
    body: String,
    status: &'static [u8],
}

/// One round: requests answered, per wall second and per processor second of the server.
async fn round(load: &Load, connections: usize, scale: Scale, tls: &TlsConnector) -> (f64, f64) {
    static NUMBER: AtomicU64 = AtomicU64::new(1_000_000);
    let answered = Arc::new(AtomicU64::new(0));
    let before = processor_seconds(load.pid);
    let began = Instant::now();
    let mut tasks = Vec::new();
    for _ in 0..connections {
        let (load, tls, answered) = (load.clone(), tls.clone(), Arc::clone(&answered));
        tasks.push(tokio::spawn(async move {
            let mut left = 0;
            let mut stream = None;
            while began.elapsed() < scale.round {
                if left == 0 {
                    // The server closes a connection after two hundred requests.
                    let tcp = TcpStream::connect(load.address).await.unwrap();
                    tcp.set_nodelay(true).unwrap();
                    let name = ServerName::try_from("localhost").unwrap();
                    stream = Some(tls.connect(name, tcp).await.unwrap());
                    left = 199;
                }
                left -= 1;
                let number = NUMBER.fetch_add(1, Ordering::Relaxed);
                let user = |of: u64| format!("user{}", number % of);
                let body = load.body.replace("{n}", &number.to_string());
                let body = body.replace("{user}", &user(scale.users)).replace("{few}", &user(scale.few));
                let request = format!("{}Content-Length: {}\r\n\r\n{body}", load.head, body.len());
                let stream = stream.as_mut().unwrap();
                stream.write_all(request.as_bytes()).await.unwrap();
                read_answer(stream, load.status).await;
                answered.fetch_add(1, Ordering::Relaxed);
            }
        }));
    }
    for task in tasks {
        task.await.unwrap();
    }
    let wall = began.elapsed().as_secs_f64();
    let used = processor_seconds(load.pid) - before;
    let count = answered.load(Ordering::Relaxed) as f64;
    (count / wall, count / used.max(0.01))
}

async fn read_answer<S: AsyncReadExt + Unpin>(stream: &mut S, status: &[u8]) {
    let mut bytes = Vec::with_capacity(16 * 1024);
    let mut buffer = [0; 16 * 1024];
    loop {
        let count = stream.read(&mut buffer).await.unwrap();
        assert!(count > 0, "closed: {}", String::from_utf8_lossy(&bytes));
        bytes.extend_from_slice(&buffer[..count]);
        let Some(head) = bytes.windows(4).position(|window| window == b"\r\n\r\n") else { continue };
        assert!(bytes.starts_with(status), "{}", String::from_utf8_lossy(&bytes));
        let text = String::from_utf8_lossy(&bytes[..head]).to_lowercase();
        let length: usize =
            text.split("content-length: ").nth(1).unwrap().split("\r\n").next().unwrap().parse().unwrap();
        if bytes.len() >= head + 4 + length {
            return;
        }
    }
}

fn head(service: &str, operation: &str) -> String {
    format!(
        "POST /services/{service} HTTP/1.1\r\nHost: localhost\r\nContent-Type: text/xml;charset=UTF-8\r\n\
         SOAPAction: \"urn:{operation}\"\r\nAuthorization: {}\r\n",
        basic("admin", "admin")
    )
}

/// Thirty fields: claims that are not shown by default are made to be, as an administrator would; and so many users beside
/// tom who have a value of each.
fn show_thirty_fields(data: &Path, users: u64) {
    let database = rusqlite::Connection::open(data.join("soapstone.db")).unwrap();
    database
        .execute(
            "INSERT OR REPLACE INTO claim_property (claim_id, name, value) \
             SELECT c.id, 'SupportedByDefault', 'true' FROM claim c JOIN claim_dialect d ON d.id = c.dialect_id \
             JOIN claim_property p ON p.claim_id = c.id AND p.name = 'DisplayName' \
             WHERE d.tenant_id = -1234 AND d.uri = 'http://wso2.org/claims' AND c.uri NOT LIKE '%identity%' \
             AND c.uri NOT LIKE '%/role' AND NOT EXISTS (SELECT 1 FROM claim_property s WHERE s.claim_id = c.id \
             AND s.name = 'SupportedByDefault' AND s.value = 'true') \
             ORDER BY c.position LIMIT 30 - (SELECT count(*) FROM claim_property s JOIN claim c ON c.id = s.claim_id \
             JOIN claim_dialect d ON d.id = c.dialect_id WHERE d.tenant_id = -1234 AND s.name = 'SupportedByDefault' AND s.value = 'true')",
            [],
        )
        .unwrap();
    database
        .execute(
            "WITH RECURSIVE number(n) AS (SELECT 0 UNION ALL SELECT n + 1 FROM number WHERE n + 1 < ?1) \
             INSERT INTO user (tenant_id, domain, name, folded, credential, created_at, password_changed_at) \
             SELECT -1234, 'PRIMARY', 'user' || n, 'user' || n, '', 0, 0 FROM number",
            [i64::try_from(users).unwrap()],
        )
        .unwrap();
    database
        .execute(
            "INSERT OR REPLACE INTO user_attribute (user_id, profile, name, value) \
             SELECT u.id, 'default', a.attribute, 'value of ' || a.attribute FROM user u, claim_attribute a JOIN claim_property p \
             ON p.claim_id = a.claim_id WHERE (u.folded = 'tom' OR u.folded LIKE 'user%') AND p.name = 'SupportedByDefault' AND p.value = 'true'",
            [],
        )
        .unwrap();
    database.execute("UPDATE area_version SET version = version + 1", []).unwrap();
}

/// What is compared: the load and its yardstick, by their places.
const COMPARED: [(&str, usize, usize); 5] = [
    ("getUserProfile of the same user", 1, 0),
    ("getUserProfile of one of 1,000 users in turn", 2, 0),
    ("getUserProfile of one of 20,000 users in turn", 3, 0),
    ("durable setUserProfile of the same user", 5, 4),
    ("durable setUserProfile of one of 20,000 users in turn", 6, 4),
];

fn measure(cores: Cores, scale: Scale) {
    if cores != Cores::Every {
        // What is started from here on finds one core, and sets up its threads for it.
        hold(std::process::id(), 0);
    }
    let mut server = Installation::new(&[]);
    server.quiet();
    // The first start makes the data directory and the key of the listener.
    server.run();
    assert!(server.stop());
    server.must(&["user", "add", "tom", "--password-stdin"], "Tom@1234");
    show_thirty_fields(&server.data(), scale.users);
    let began = Instant::now();
    server.run();
    println!("ready to serve {} ms after the process was started", began.elapsed().as_millis());
    let client = server.client().clone();
    let get = "<m:getUserProfile xmlns:m=\"http://mgt.profile.user.identity.carbon.wso2.org\"><m:username>tom</m:username>\
               <m:profileName>default</m:profileName></m:getUserProfile>";
    let answer = client.admin("UserProfileMgtService", "getUserProfile", get);
    assert_eq!(answer.text().matches("UserFieldDTO\"").count(), 30, "{}", answer.text());
    println!(
        "getUserProfile answers {} bytes; {} KiB resident",
        answer.body.len(),
        resident_kib(server.pid())
    );
    let set = support::soap::profile("tom", &[("http://wso2.org/claims/givenname", "Tom {n}")]);
    let bare = start_bare(&server.data(), server.folder(), &answer);
    let accepted = client.admin("UserProfileMgtService", "setUserProfile", &set);
    let empty = start_bare(&server.data(), server.folder(), &accepted);
    let load = |address, pid, operation, body: &str, status| Load {
        address,
        pid,
        head: head("UserProfileMgtService", operation),
        body: envelope(body),
        status,
    };
    let [get_other, set_other] = [get, &set].map(|body| body.replace(">tom<", ">{user}<"));
    let get_few = get.replace(">tom<", ">{few}<");
    let loads = [
        load(bare.address, bare.process.id(), "getUserProfile", get, b"HTTP/1.1 200".as_slice()),
        load(client.https, server.pid(), "getUserProfile", get, b"HTTP/1.1 200"),
        load(client.https, server.pid(), "getUserProfile", &get_few, b"HTTP/1.1 200"),
        load(client.https, server.pid(), "getUserProfile", &get_other, b"HTTP/1.1 200"),
        load(empty.address, empty.process.id(), "setUserProfile", &set, b"HTTP/1.1 202"),
        load(client.https, server.pid(), "setUserProfile", &set, b"HTTP/1.1 202"),
        load(client.https, server.pid(), "setUserProfile", &set_other, b"HTTP/1.1 202"),
    ];
    let provider = Arc::new(rustls::crypto::aws_lc_rs::default_provider());
    let mut roots = rustls::RootCertStore::empty();
    roots.add(CertificateDer::from_pem_file(server.data().join("tls-cert.pem")).unwrap()).unwrap();
    let config = rustls::ClientConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .unwrap()
        .with_root_certificates(roots)
        .with_no_client_auth();
    let tls = TlsConnector::from(Arc::new(config));
    if cores == Cores::Apart {
        hold(std::process::id(), 1);
    }
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build().unwrap();
    for connections in scale.connections {
        let mut ratios = vec![(Vec::new(), Vec::new()); COMPARED.len()];
        for number in 0..=scale.rounds {
            let rates: Vec<(f64, f64)> =
                loads.iter().map(|load| runtime.block_on(round(load, *connections, scale, &tls))).collect();
            // The first round warms caches.
            if number == 0 {
                continue;
            }
            for ((_, load, bare), (by_processor, by_clock)) in COMPARED.iter().zip(&mut ratios) {
                by_processor.push(rates[*load].1 / rates[*bare].1);
                by_clock.push(rates[*load].0 / rates[*bare].0);
            }
            let shown: Vec<String> =
                rates.iter().map(|(wall, used)| format!("{used:.0} ({wall:.0}/s)")).collect();
            println!("{connections} connections, requests per processor second: {}", shown.join(", "));
        }
        for ((name, ..), (by_processor, by_clock)) in COMPARED.iter().zip(&mut ratios) {
            let by_clock = match cores {
                // The clock would count the generator's work too.
                Cores::One => String::new(),
                Cores::Apart | Cores::Every => format!(", {} by the clock", spread(by_clock)),
            };
            let by_processor = spread(by_processor);
            println!(
                "{connections} connections: {name} at {by_processor} of bare by processor time{by_clock}"
            );
        }
    }
    println!("{} KiB resident at the end", resident_kib(server.pid()));
}

fn spread(values: &mut [f64]) -> String {
    values.sort_by(f64::total_cmp);
    format!("{:.2} ({:.2} to {:.2})", values[values.len() / 2], values[0], values[values.len() - 1])
}
