//! A client that controls every byte it sends, over TLS or plain TCP, and shows every byte of the answer.

use rustls::pki_types::pem::PemObject;
use rustls::pki_types::{CertificateDer, ServerName};
use rustls::{ClientConfig, ClientConnection, RootCertStore, StreamOwned};
use std::io::{Read, Write};
use std::net::{SocketAddr, TcpStream};
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

/// A connection, TLS or not.
pub trait Stream: Read + Write + Send {}
impl<T: Read + Write + Send> Stream for T {}

/// An answer, taken apart.
#[derive(Debug, Clone)]
pub struct Answer {
    /// Status code.
    pub status: u16,
    /// Headers as they came.
    pub headers: Vec<(String, String)>,
    /// The body, chunks joined.
    pub body: Vec<u8>,
    /// Whether `100 Continue` came first.
    pub continued: bool,
}

impl Answer {
    /// The value of a header.
    pub fn header(&self, name: &str) -> Option<&str> {
        self.headers
            .iter()
            .find(|(known, _)| known.eq_ignore_ascii_case(name))
            .map(|(_, value)| value.as_str())
    }

    /// Every value of a header.
    pub fn all<'a>(&'a self, name: &'a str) -> impl Iterator<Item = &'a str> {
        let named = self.headers.iter().filter(move |(known, _)| known.eq_ignore_ascii_case(name));
        named.map(|(_, value)| value.as_str())
    }

    /// The `Location` header, spelt as clients of the original look for it.
    pub fn location(&self) -> &str {
        let exact = self.headers.iter().find(|(name, _)| name == "Location");
        &exact.unwrap_or_else(|| panic!("no Location in {} {:?}", self.status, self.headers)).1
    }

    /// The body as text; UTF-16 with a mark is decoded.
    pub fn text(&self) -> String {
        match self.body.as_slice() {
            [0xfe, 0xff, rest @ ..] => {
                let units: Vec<u16> =
                    rest.chunks(2).map(|two| u16::from_be_bytes([two[0], two[1]])).collect();
                String::from_utf16(&units).unwrap()
            }
            bytes => String::from_utf8_lossy(bytes).into_owned(),
        }
    }

    /// The value of a cookie that the answer sets.
    pub fn cookie(&self, name: &str) -> Option<String> {
        let set = self.headers.iter().filter(|(known, _)| known.eq_ignore_ascii_case("Set-Cookie"));
        set.filter_map(|(_, value)| value.split(';').next()?.split_once('='))
            .find(|(known, _)| *known == name)
            .map(|(_, value)| value.to_owned())
    }
}

/// Where to connect, and which certificate to expect.
#[derive(Debug, Clone)]
pub struct Client {
    /// HTTPS listener.
    pub https: SocketAddr,
    /// Plain listener.
    pub http: SocketAddr,
    tls: Arc<ClientConfig>,
}

impl Client {
    /// A client that trusts exactly the certificate of a data directory.
    pub fn new(https: SocketAddr, http: SocketAddr, certificate: &Path) -> Self {
        let provider = Arc::new(rustls::crypto::aws_lc_rs::default_provider());
        let mut roots = RootCertStore::empty();
        roots.add(CertificateDer::from_pem_file(certificate).unwrap()).unwrap();
        let tls = ClientConfig::builder_with_provider(provider)
            .with_safe_default_protocol_versions()
            .unwrap()
            .with_root_certificates(roots)
            .with_no_client_auth();
        Self { https, http, tls: Arc::new(tls) }
    }

    /// Opens a connection.
    pub fn connect(&self, secure: bool) -> Box<dyn Stream> {
        let tcp = TcpStream::connect(if secure { self.https } else { self.http }).unwrap();
        tcp.set_read_timeout(Some(Duration::from_secs(60))).unwrap();
        if !secure {
            return Box::new(tcp);
        }
        let name = ServerName::try_from("localhost").unwrap();
        Box::new(StreamOwned::new(ClientConnection::new(Arc::clone(&self.tls), name).unwrap(), tcp))
    }

    /// Sends bytes on a connection of their own and reads one answer.
    pub fn raw(&self, secure: bool, bytes: &[u8]) -> Answer {
        let mut stream = self.connect(secure);
        stream.write_all(bytes).unwrap();
        stream.flush().unwrap();
        read_answer(&mut *stream)
    }

    /// A request of which everything is sent but the last byte. Its body must not be empty.
    pub fn hold(&self, method: &str, path: &str, headers: &[(&str, &str)], body: &[u8]) -> Held {
        let mut bytes = request(method, path, "localhost", self.https.port(), headers, body);
        let last = bytes.pop().expect("a request has a last byte");
        let mut stream = self.connect(true);
        stream.write_all(&bytes).unwrap();
        stream.flush().unwrap();
        Held { stream, last }
    }

    /// A request with a body; `Host`, `Connection: close` and `Content-Length` are added.
    pub fn send(&self, method: &str, path: &str, headers: &[(&str, &str)], body: &[u8]) -> Answer {
        self.raw(true, &request(method, path, "localhost", self.https.port(), headers, body))
    }

    /// A GET.
    pub fn get(&self, path: &str, headers: &[(&str, &str)]) -> Answer {
        self.send("GET", path, headers, b"")
    }

    /// A posted form.
    pub fn post_form(&self, path: &str, headers: &[(&str, &str)], fields: &[(&str, &str)]) -> Answer {
        let body = form_urlencoded::Serializer::new(String::new()).extend_pairs(fields).finish();
        let mut all = vec![("Content-Type", "application/x-www-form-urlencoded")];
        all.extend_from_slice(headers);
        self.send("POST", path, &all, body.as_bytes())
    }

    /// A SOAP 1.1 call with basic authentication; `payload` goes into the Body.
    pub fn soap(&self, service: &str, operation: &str, payload: &str, user: &str, password: &str) -> Answer {
        let authorization = basic(user, password);
        let action = format!("\"urn:{operation}\"");
        let headers = [
            ("Content-Type", "text/xml;charset=UTF-8"),
            ("SOAPAction", action.as_str()),
            ("Authorization", authorization.as_str()),
        ];
        self.send("POST", &format!("/services/{service}"), &headers, envelope(payload).as_bytes())
    }

    /// As [`Client::soap`], as the administrator.
    pub fn admin(&self, service: &str, operation: &str, payload: &str) -> Answer {
        self.soap(service, operation, payload, "admin", "admin")
    }
}

/// A request that the server has, but for its last byte: nothing is left to do but to answer it.
pub struct Held {
    stream: Box<dyn Stream>,
    last: u8,
}

impl Held {
    /// Sends the rest and reads the answer.
    pub fn release(mut self) -> Answer {
        self.stream.write_all(&[self.last]).unwrap();
        self.stream.flush().unwrap();
        read_answer(&mut *self.stream)
    }
}

/// Lets requests go at the same instant, as nearly as threads can. Their answers, in the order of the requests.
pub fn release_all(held: Vec<Held>) -> Vec<Answer> {
    let barrier = std::sync::Barrier::new(held.len());
    std::thread::scope(|scope| {
        let release = |held: Held| {
            let barrier = &barrier;
            scope.spawn(move || {
                barrier.wait();
                held.release()
            })
        };
        let threads: Vec<_> = held.into_iter().map(release).collect();
        threads.into_iter().map(|thread| thread.join().unwrap()).collect()
    })
}

/// The header for basic authentication.
pub fn basic(user: &str, password: &str) -> String {
    use base64::Engine as _;
    let token = base64::engine::general_purpose::STANDARD.encode(format!("{user}:{password}"));
    format!("Basic {token}")
}

/// A SOAP 1.1 envelope around a payload.
pub fn envelope(payload: &str) -> String {
    format!(
        "<soapenv:Envelope xmlns:soapenv=\"http://schemas.xmlsoap.org/soap/envelope/\"><soapenv:Header/>\
         <soapenv:Body>{payload}</soapenv:Body></soapenv:Envelope>"
    )
}

/// The bytes of a request.
pub fn request(
    method: &str,
    path: &str,
    host: &str,
    port: u16,
    headers: &[(&str, &str)],
    body: &[u8],
) -> Vec<u8> {
    let mut out = format!("{method} {path} HTTP/1.1\r\n");
    if !headers.iter().any(|(name, _)| name.eq_ignore_ascii_case("host")) {
        out.push_str(&format!("Host: {host}:{port}\r\n"));
    }
    for (name, value) in headers {
        out.push_str(&format!("{name}: {value}\r\n"));
    }
    out.push_str(&format!("Connection: close\r\nContent-Length: {}\r\n\r\n", body.len()));
    [out.as_bytes(), body].concat()
}

/// Reads one answer; a close without TLS goodbye is an end like any other.
pub fn read_answer(stream: &mut dyn Stream) -> Answer {
    let mut bytes = Vec::new();
    let mut continued = false;
    loop {
        if let Some(head) = find(&bytes, b"\r\n\r\n") {
            let text = String::from_utf8(bytes[..head].to_vec()).unwrap();
            let mut lines = text.split("\r\n");
            let status: u16 = lines.next().unwrap().split(' ').nth(1).unwrap().parse().unwrap();
            bytes.drain(..head + 4);
            if status == 100 {
                continued = true;
                continue;
            }
            let headers: Vec<(String, String)> = lines
                .filter_map(|line| line.split_once(':'))
                .map(|(name, value)| (name.to_owned(), value.trim().to_owned()))
                .collect();
            let mut answer = Answer { status, headers, body: Vec::new(), continued };
            answer.body = read_body(stream, bytes, &answer);
            return answer;
        }
        assert!(
            more(stream, &mut bytes),
            "the connection ended without an answer: {:?}",
            String::from_utf8_lossy(&bytes)
        );
    }
}

fn read_body(stream: &mut dyn Stream, mut bytes: Vec<u8>, answer: &Answer) -> Vec<u8> {
    if let Some(length) = answer.header("Content-Length").and_then(|text| text.parse::<usize>().ok()) {
        while bytes.len() < length {
            assert!(more(stream, &mut bytes), "the body is cut off");
        }
        bytes.truncate(length);
        return bytes;
    }
    if answer.header("Transfer-Encoding") == Some("chunked") {
        let mut body = Vec::new();
        loop {
            while find(&bytes, b"\r\n").is_none() {
                assert!(more(stream, &mut bytes), "a chunk is cut off");
            }
            let line = find(&bytes, b"\r\n").unwrap();
            let size =
                usize::from_str_radix(std::str::from_utf8(&bytes[..line]).unwrap().trim(), 16).unwrap();
            while bytes.len() < line + 2 + size + 2 {
                assert!(more(stream, &mut bytes), "a chunk is cut off");
            }
            body.extend_from_slice(&bytes[line + 2..line + 2 + size]);
            bytes.drain(..line + 2 + size + 2);
            if size == 0 {
                return body;
            }
        }
    }
    if matches!(answer.status, 204 | 304) {
        return Vec::new();
    }
    while more(stream, &mut bytes) {}
    bytes
}

fn more(stream: &mut dyn Stream, bytes: &mut Vec<u8>) -> bool {
    let mut buffer = [0; 16 * 1024];
    match stream.read(&mut buffer) {
        Ok(0) => false,
        Ok(count) => {
            bytes.extend_from_slice(&buffer[..count]);
            true
        }
        Err(error) if error.kind() == std::io::ErrorKind::UnexpectedEof => false,
        Err(error)
            if matches!(
                error.kind(),
                std::io::ErrorKind::ConnectionReset | std::io::ErrorKind::BrokenPipe
            ) =>
        {
            false
        }
        Err(error) => panic!("reading an answer: {error}"),
    }
}

fn find(haystack: &[u8], needle: &[u8]) -> Option<usize> {
    haystack.windows(needle.len()).position(|window| window == needle)
}
