//! A mail server that keeps what it is given and misbehaves on request.
//!
//! It speaks HELO/EHLO, STARTTLS and implicit TLS with a certificate of its own, AUTH PLAIN and LOGIN, and refuses
//! or drops what its script says. Tests await [`SmtpSink::next`] instead of sleeping.

#![expect(dead_code, reason = "each test file uses the part of it that it needs")]

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use std::collections::VecDeque;
use std::net::SocketAddr;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;
use tokio::io::{AsyncBufReadExt, AsyncRead, AsyncWrite, AsyncWriteExt, BufReader};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::mpsc;
use tokio::task::JoinHandle;
use tokio_rustls::TlsAcceptor;

/// What the server offers and demands.
#[derive(Debug, Clone, Copy, Default)]
pub struct Offer {
    /// Announce STARTTLS.
    pub starttls: bool,
    /// Speak TLS from the first byte.
    pub implicit_tls: bool,
    /// The account without which no mail is taken.
    pub account: Option<(&'static str, &'static str)>,
    /// Announce AUTH LOGIN only, as old servers do.
    pub login_only: bool,
    /// Announce a way to log in that only others know.
    pub login_of_others: bool,
    /// Show a certificate as `openssl req -x509` makes it: that of an authority, without a name of the server.
    pub authority: bool,
}

/// One misbehaviour, used up by the first conversation that reaches its place.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Fault {
    /// Greet with this line, for example `421 4.3.2 busy`, and hang up.
    Greeting(&'static str),
    /// Greet with a line that never ends.
    EndlessGreeting,
    /// Answer MAIL FROM with this line.
    Sender(&'static str),
    /// Answer RCPT TO with this line.
    Recipient(&'static str),
    /// Answer the end of the message with this line.
    Message(&'static str),
    /// Take the message and hang up without a word: the client cannot know whether it was taken.
    DropAfterData,
    /// Never answer the message.
    SilentAfterData,
    /// Take that long to answer the message.
    SlowAfterData(Duration),
}

/// A mail that was taken.
#[derive(Debug, Clone)]
pub struct Received {
    /// Sender of the envelope.
    pub from: String,
    /// Recipients of the envelope.
    pub to: Vec<String>,
    /// Header and body as they came, without dot-stuffing.
    pub data: String,
    /// Whether the connection was encrypted.
    pub encrypted: bool,
    /// Who had logged in.
    pub user: Option<String>,
    /// Number of the connection, counted from 1.
    pub connection: usize,
}

/// The server; it stops listening when dropped or stopped.
pub struct SmtpSink {
    address: SocketAddr,
    shared: Arc<Shared>,
    mails: mpsc::UnboundedReceiver<Received>,
    listening: JoinHandle<()>,
}

struct Shared {
    offer: Offer,
    tls: TlsAcceptor,
    certificate: String,
    faults: Mutex<VecDeque<Fault>>,
    connections: AtomicUsize,
    logins: Mutex<Vec<String>>,
    mails: mpsc::UnboundedSender<Received>,
}

impl SmtpSink {
    /// Starts on a free port of the loopback interface.
    pub async fn start(offer: Offer) -> Self {
        Self::start_on(0, offer).await
    }

    /// Starts on that port, for example where one was stopped before.
    pub async fn start_on(port: u16, offer: Offer) -> Self {
        let listener = TcpListener::bind(("127.0.0.1", port)).await.unwrap();
        let address = listener.local_addr().unwrap();
        let (tls, certificate) = certificate(offer.authority);
        let (sender, mails) = mpsc::unbounded_channel();
        let shared = Arc::new(Shared {
            offer,
            tls,
            certificate,
            faults: Mutex::default(),
            connections: AtomicUsize::new(0),
            logins: Mutex::default(),
            mails: sender,
        });
        let server = Arc::clone(&shared);
        let listening = tokio::spawn(async move {
            let mut conversations = tokio::task::JoinSet::new();
            while let Ok((stream, _)) = listener.accept().await {
                let number = server.connections.fetch_add(1, Ordering::SeqCst) + 1;
                let shared = Arc::clone(&server);
                conversations.spawn(async move {
                    // A client that hangs up in the middle is part of the game.
                    let _ = serve(&shared, stream, number).await;
                });
            }
        });
        Self { address, shared, mails, listening }
    }

    /// A port on which nobody listens.
    pub async fn unused_port() -> u16 {
        TcpListener::bind(("127.0.0.1", 0)).await.unwrap().local_addr().unwrap().port()
    }

    /// Where it listens.
    pub fn port(&self) -> u16 {
        self.address.port()
    }

    /// The certificate it shows, in PEM; it is valid for `localhost`.
    pub fn certificate(&self) -> String {
        self.shared.certificate.clone()
    }

    /// Adds a misbehaviour to the script.
    pub fn fail(&self, fault: Fault) {
        self.shared.faults.lock().unwrap().push_back(fault);
    }

    /// Connections so far.
    pub fn connections(&self) -> usize {
        self.shared.connections.load(Ordering::SeqCst)
    }

    /// User names that were presented, right or wrong.
    pub fn logins(&self) -> Vec<String> {
        self.shared.logins.lock().unwrap().clone()
    }

    /// The next mail; waits for it, but not for ever.
    pub async fn next(&mut self) -> Received {
        let mail = tokio::time::timeout(Duration::from_secs(60), self.mails.recv()).await;
        mail.expect("a mail should have come").expect("the sink is listening")
    }

    /// The mails that were taken and not yet looked at.
    pub fn waiting(&mut self) -> Vec<Received> {
        std::iter::from_fn(|| self.mails.try_recv().ok()).collect()
    }

    /// Stops listening and ends the conversations.
    pub async fn stop(self) {
        self.listening.abort();
        let _ = self.listening.await;
    }
}

impl Received {
    /// A header field, decoded; the first of that name.
    pub fn header(&self, name: &str) -> Option<String> {
        let (head, _) = self.data.split_once("\r\n\r\n")?;
        let unfolded = head.replace("\r\n ", " ").replace("\r\n\t", " ");
        let value = unfolded.lines().find_map(|line| {
            let (field, value) = line.split_once(':')?;
            field.eq_ignore_ascii_case(name).then(|| value.trim().to_owned())
        })?;
        Some(decode_words(&value))
    }

    /// The subject, decoded.
    pub fn subject(&self) -> String {
        self.header("Subject").unwrap_or_default()
    }

    /// The body, decoded, with line feeds only.
    pub fn body(&self) -> String {
        let body = self.data.split_once("\r\n\r\n").map_or("", |(_, body)| body);
        let bytes = match self.header("Content-Transfer-Encoding").unwrap_or_default().as_str() {
            "base64" => STANDARD.decode(body.split_whitespace().collect::<String>()).unwrap(),
            "quoted-printable" => quoted_printable(body),
            _ => body.as_bytes().to_vec(),
        };
        String::from_utf8(bytes).unwrap().replace("\r\n", "\n")
    }
}

/// RFC 2047 words; blanks between two of them are no text.
fn decode_words(text: &str) -> String {
    let mut out = String::new();
    let mut rest = text;
    while let Some((before, from)) = rest.split_once("=?") {
        let mut parts = from.splitn(4, '?');
        let (_, encoding, word) = (parts.next().unwrap(), parts.next().unwrap(), parts.next().unwrap());
        let between_two_words = !out.is_empty() && before.trim().is_empty();
        if !between_two_words {
            out.push_str(before);
        }
        let bytes = match encoding {
            "b" | "B" => STANDARD.decode(word).unwrap(),
            _ => quoted_printable(&word.replace('_', " ")),
        };
        out.push_str(&String::from_utf8(bytes).unwrap());
        rest = parts.next().unwrap().strip_prefix('=').unwrap();
    }
    out + rest
}

fn quoted_printable(text: &str) -> Vec<u8> {
    let joined = text.replace("=\r\n", "");
    let mut bytes = joined.bytes();
    let mut out = Vec::new();
    while let Some(byte) = bytes.next() {
        if byte == b'=' {
            let hex = [bytes.next().unwrap(), bytes.next().unwrap()];
            out.push(u8::from_str_radix(std::str::from_utf8(&hex).unwrap(), 16).unwrap());
        } else {
            out.push(byte);
        }
    }
    out
}

fn certificate(authority: bool) -> (TlsAcceptor, String) {
    let names = if authority { Vec::new() } else { vec!["localhost".to_owned()] };
    let mut params = rcgen::CertificateParams::new(names).unwrap();
    if authority {
        params.is_ca = rcgen::IsCa::Ca(rcgen::BasicConstraints::Unconstrained);
    }
    let pair = rcgen::KeyPair::generate().unwrap();
    let made = params.self_signed(&pair).unwrap();
    let key = tokio_rustls::rustls::pki_types::PrivateKeyDer::try_from(pair.serialize_der()).unwrap();
    let provider = Arc::new(tokio_rustls::rustls::crypto::aws_lc_rs::default_provider());
    let config = tokio_rustls::rustls::ServerConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .unwrap()
        .with_no_client_auth()
        .with_single_cert(vec![made.der().clone()], key)
        .unwrap();
    (TlsAcceptor::from(Arc::new(config)), made.pem())
}

trait Stream: AsyncRead + AsyncWrite + Unpin + Send {}
impl<T: AsyncRead + AsyncWrite + Unpin + Send> Stream for T {}

/// One conversation.
struct Talk<'s> {
    shared: &'s Shared,
    stream: BufReader<Box<dyn Stream>>,
    encrypted: bool,
    user: Option<String>,
    connection: usize,
}

async fn serve(shared: &Shared, stream: TcpStream, connection: usize) -> std::io::Result<()> {
    let mut stream: Box<dyn Stream> = Box::new(stream);
    let encrypted = shared.offer.implicit_tls;
    if encrypted {
        stream = Box::new(shared.tls.accept(stream).await?);
    }
    let mut talk = Talk { shared, stream: BufReader::new(stream), encrypted, user: None, connection };
    if let Some(Fault::Greeting(line)) = talk.fault(|fault| matches!(fault, Fault::Greeting(_))) {
        return talk.say(line).await;
    }
    if talk.fault(|fault| *fault == Fault::EndlessGreeting).is_some() {
        talk.stream.get_mut().write_all(b"220 ").await?;
        loop {
            talk.stream.get_mut().write_all(&[b'x'; 4096]).await?;
        }
    }
    talk.say("220 sink ESMTP").await?;
    let (mut from, mut to) = (String::new(), Vec::new());
    while let Some(line) = talk.hear().await? {
        let command = line.to_ascii_uppercase();
        if command.starts_with("EHLO") {
            let mut offers = vec!["250-sink", "250-8BITMIME"];
            if shared.offer.starttls && !talk.encrypted {
                offers.push("250-STARTTLS");
            }
            if shared.offer.account.is_some() {
                offers.push(match shared.offer {
                    Offer { login_of_others: true, .. } => "250-AUTH XOAUTH2 GSSAPI",
                    Offer { login_only: true, .. } => "250-AUTH LOGIN",
                    _ => "250-AUTH PLAIN LOGIN",
                });
            }
            offers.push("250 SIZE 1000000");
            talk.say(&offers.join("\r\n")).await?;
        } else if command.starts_with("HELO") || command == "RSET" || command == "NOOP" {
            talk.say("250 ok").await?;
        } else if command == "STARTTLS" {
            talk.say("220 go ahead").await?;
            let plain = std::mem::replace(&mut talk.stream, BufReader::new(Box::new(tokio::io::empty())));
            talk.stream = BufReader::new(Box::new(shared.tls.accept(plain.into_inner()).await?));
            talk.encrypted = true;
        } else if command.starts_with("AUTH ") {
            talk.log_in(&line).await?;
        } else if command.starts_with("MAIL FROM:") {
            to.clear();
            from = address(&line);
            match talk.fault(|fault| matches!(fault, Fault::Sender(_))) {
                Some(Fault::Sender(line)) => talk.say(line).await?,
                _ if shared.offer.account.is_some() && talk.user.is_none() => {
                    talk.say("530 5.7.0 authentication required").await?;
                }
                _ => talk.say("250 ok").await?,
            }
        } else if command.starts_with("RCPT TO:") {
            match talk.fault(|fault| matches!(fault, Fault::Recipient(_))) {
                Some(Fault::Recipient(line)) => talk.say(line).await?,
                _ => {
                    to.push(address(&line));
                    talk.say("250 ok").await?;
                }
            }
        } else if command == "DATA" {
            talk.say("354 go on").await?;
            let data = talk.message().await?;
            let after = talk.fault(|fault| {
                use Fault::{DropAfterData, Message, SilentAfterData, SlowAfterData};
                matches!(fault, Message(_) | DropAfterData | SilentAfterData | SlowAfterData(_))
            });
            match after {
                Some(Fault::Message(line)) => {
                    talk.say(line).await?;
                    continue;
                }
                Some(Fault::SilentAfterData) => std::future::pending().await,
                Some(Fault::SlowAfterData(time)) => tokio::time::sleep(time).await,
                _ => {}
            }
            let (encrypted, user) = (talk.encrypted, talk.user.clone());
            let mail = Received { from: from.clone(), to: to.clone(), data, encrypted, user, connection };
            let _ = shared.mails.send(mail);
            if after == Some(Fault::DropAfterData) {
                return Ok(());
            }
            talk.say("250 2.0.0 taken").await?;
        } else if command == "QUIT" {
            return talk.say("221 bye").await;
        } else {
            talk.say("502 5.5.1 not known here").await?;
        }
    }
    Ok(())
}

impl Talk<'_> {
    /// The next fault of the script, if it belongs here.
    fn fault(&self, here: impl Fn(&Fault) -> bool) -> Option<Fault> {
        let mut faults = self.shared.faults.lock().unwrap();
        if faults.front().is_some_and(here) { faults.pop_front() } else { None }
    }

    async fn say(&mut self, line: &str) -> std::io::Result<()> {
        self.stream.get_mut().write_all(format!("{line}\r\n").as_bytes()).await?;
        self.stream.get_mut().flush().await
    }

    async fn hear(&mut self) -> std::io::Result<Option<String>> {
        let mut line = String::new();
        if self.stream.read_line(&mut line).await? == 0 {
            return Ok(None);
        }
        Ok(Some(line.trim_end_matches(['\r', '\n']).to_owned()))
    }

    async fn message(&mut self) -> std::io::Result<String> {
        let mut data = String::new();
        while let Some(line) = self.hear().await? {
            if line == "." {
                return Ok(data);
            }
            data.push_str(line.strip_prefix('.').unwrap_or(&line));
            data.push_str("\r\n");
        }
        Err(std::io::ErrorKind::UnexpectedEof.into())
    }

    async fn log_in(&mut self, line: &str) -> std::io::Result<()> {
        let words: Vec<&str> = line.split(' ').collect();
        let (user, password) =
            if words.get(1).is_some_and(|mechanism| mechanism.eq_ignore_ascii_case("PLAIN")) {
                let answer = match words.get(2) {
                    Some(initial) => (*initial).to_owned(),
                    None => self.ask("334 ").await?,
                };
                let decoded = decode(&answer);
                let mut parts = decoded.split('\0').skip(1);
                (parts.next().unwrap_or_default().to_owned(), parts.next().unwrap_or_default().to_owned())
            } else {
                let user = decode(&self.ask("334 VXNlcm5hbWU6").await?);
                (user, decode(&self.ask("334 UGFzc3dvcmQ6").await?))
            };
        self.shared.logins.lock().unwrap().push(user.clone());
        if self.shared.offer.account == Some((user.as_str(), password.as_str())) {
            self.user = Some(user);
            self.say("235 2.7.0 welcome").await
        } else {
            self.say("535 5.7.8 wrong user or password").await
        }
    }

    async fn ask(&mut self, line: &str) -> std::io::Result<String> {
        self.say(line).await?;
        Ok(self.hear().await?.unwrap_or_default())
    }
}

fn decode(base64: &str) -> String {
    String::from_utf8(STANDARD.decode(base64).unwrap_or_default()).unwrap_or_default()
}

fn address(line: &str) -> String {
    line.split_once('<')
        .and_then(|(_, rest)| rest.split_once('>'))
        .map_or("", |(address, _)| address)
        .to_owned()
}
