//! Tells service providers that a session ended: a signed LogoutRequest, posted from here, as IS 5.3.0 does
//! (LogoutRequestSender). Notices are rows, so none is lost; what does not arrive is tried again a few times.

use crate::domain::service_provider::{self, DASHBOARD, ServiceProvider};
use crate::domain::{Clock, Error, Realm, Tenant, resident_idp, single_sign_on};
use crate::saml::{self, Subject, binding};
use crate::store::single_sign_on::NoticeRow;
use crate::store::{Store, aside};
use crate::web::{Signers, signer_of, unsigned};
use rustls::pki_types::ServerName;
use rustls::{ClientConfig, RootCertStore};
use std::sync::Arc;
use std::time::Duration;
use tokio::io::{AsyncRead, AsyncReadExt as _, AsyncWrite, AsyncWriteExt as _};
use tokio::net::TcpStream;
use tokio::sync::{OnceCell, watch};
use tokio_rustls::TlsConnector;

/// Pause between two looks.
const POLL: Duration = Duration::from_secs(5);
/// A service provider that takes longer is told later.
const TIMEOUT: Duration = Duration::from_secs(10);

/// What it takes to tell somebody.
pub struct Courier {
    store: Store,
    realm: Arc<Realm>,
    clock: Arc<dyn Clock>,
    signers: Arc<Signers>,
    /// Made when the first one is told over HTTPS: reading what the system trusts takes longer than starting.
    tls: OnceCell<TlsConnector>,
}

impl Courier {
    /// A courier who trusts what the system trusts.
    pub fn new(store: Store, realm: Arc<Realm>, clock: Arc<dyn Clock>, signers: Arc<Signers>) -> Self {
        Self { store, realm, clock, signers, tls: OnceCell::new() }
    }

    /// Works until the server stops.
    pub async fn run(self, mut stop: watch::Receiver<bool>) {
        loop {
            tokio::select! {
                _ = stop.wait_for(|stopping| *stopping) => return,
                () = tokio::time::sleep(POLL) => {}
            }
            if let Err(error) = self.deliver_due().await {
                tracing::error!(%error, "logout notices could not be delivered");
            }
        }
    }

    /// Delivers what is due.
    async fn deliver_due(&self) -> Result<(), Error> {
        let now = self.clock.now();
        for notice in self.store.read(|tx| single_sign_on::due_notices(tx, now))? {
            let arrived = match self.letter(&notice).await {
                Ok(None) => true,
                // One that cannot be written is no reason to keep the others back.
                Err(error) => {
                    let provider = notice.provider;
                    tracing::error!(%error, provider, "a logout notice could not be written");
                    false
                }
                Ok(Some((url, body))) => match tokio::time::timeout(TIMEOUT, self.post(&url, &body)).await {
                    Ok(Ok(())) => true,
                    Ok(Err(why)) => {
                        tracing::warn!(%url, %why, "a service provider could not be told of a logout");
                        false
                    }
                    Err(_) => {
                        tracing::warn!(%url, "a service provider took too long to be told of a logout");
                        false
                    }
                },
            };
            let now = self.clock.now();
            self.store.write(move |tx| single_sign_on::conclude_notice(tx, now, &notice, arrived)).await?;
        }
        Ok(())
    }

    /// Where a notice goes, and the form; nowhere when the service provider is gone or does not want it.
    async fn letter(&self, notice: &NoticeRow) -> Result<Option<(String, String)>, Error> {
        let found = self.store.read(|tx| {
            let found = service_provider::by_id(tx, notice.provider)?;
            let Some((owner, provider)) = found else { return Ok::<_, Error>(None) };
            let own = resident_idp::saml(tx, &self.realm, &owner)?;
            Ok(Some((owner, provider, own)))
        })?;
        let wants = |(_, provider, _): &(Tenant, ServiceProvider, _)| {
            provider.single_logout && provider.issuer != DASHBOARD
        };
        let Some((owner, provider, own)) = found.filter(wants) else { return Ok(None) };
        let url = provider.logout_request_url.as_ref().or(provider.logout_response_url.as_ref());
        let url = url.map_or(provider.usual_url(), String::as_str).to_owned();
        let subject = Subject {
            name_id: &notice.name_id,
            format: &provider.name_id_format,
            session_index: Some(&notice.session_index),
            authenticated_at: 0,
            attributes: &[],
        };
        let now = self.clock.now();
        let until = now.plus_minutes(single_sign_on::MINUTES).0;
        let key = self.signers.of(&owner).await?;
        let signer = signer_of(&key, &provider);
        let made = saml::logout_request(now.0, &own.entity_id, &url, &subject, until, Some(signer));
        let message = made.map_err(unsigned)?;
        let mut form = form_urlencoded::Serializer::new(String::new());
        let body = form.append_pair("SAMLRequest", &binding::posted(&message)).finish();
        Ok(Some((url, body)))
    }

    async fn post(&self, url: &str, body: &str) -> Result<(), String> {
        let (scheme, rest) = url.split_once("://").ok_or("it has no web address")?;
        // What follows a line break would be a request of somebody else's making.
        if !service_provider::is_one_word(url) {
            return Err("its address has blanks or line breaks in it".to_owned());
        }
        let (authority, path) = rest.split_at(rest.find('/').unwrap_or(rest.len()));
        let path = if path.is_empty() { "/" } else { path };
        let is_tls = scheme == "https";
        let (host, port) = match authority.rsplit_once(':') {
            Some((host, port)) => (host, port.parse().map_err(|_| "its address has no port")?),
            None => (authority, if is_tls { 443 } else { 80 }),
        };
        let tcp = TcpStream::connect((host, port)).await.map_err(|error| error.to_string())?;
        let request = format!(
            "POST {path} HTTP/1.1\r\nHost: {authority}\r\nContent-Type: application/x-www-form-urlencoded\r\n\
             Content-Length: {}\r\nConnection: close\r\n\r\n{body}",
            body.len()
        );
        if is_tls {
            let name = ServerName::try_from(host.to_owned()).map_err(|error| error.to_string())?;
            let trusting = || async {
                aside(trusting_the_system)
                    .await
                    .unwrap_or_else(|| Err(std::io::Error::other("a task panicked")))
            };
            let tls = self.tls.get_or_try_init(trusting).await.map_err(|error| error.to_string())?;
            let stream = tls.connect(name, tcp).await.map_err(|error| error.to_string())?;
            exchange(stream, &request).await
        } else {
            exchange(tcp, &request).await
        }
    }
}

fn trusting_the_system() -> std::io::Result<TlsConnector> {
    let mut roots = RootCertStore::empty();
    roots.add_parsable_certificates(rustls_native_certs::load_native_certs().certs);
    let provider = Arc::new(rustls::crypto::aws_lc_rs::default_provider());
    let config = ClientConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .map_err(std::io::Error::other)?
        .with_root_certificates(roots)
        .with_no_client_auth();
    Ok(TlsConnector::from(Arc::new(config)))
}

/// Sends a request and looks at nothing but the status: a page or a redirect is what service providers answer a form.
async fn exchange(mut stream: impl AsyncRead + AsyncWrite + Unpin, request: &str) -> Result<(), String> {
    stream.write_all(request.as_bytes()).await.map_err(|error| error.to_string())?;
    stream.flush().await.map_err(|error| error.to_string())?;
    let mut head = Vec::new();
    let mut buffer = [0_u8; 256];
    while head.len() < 16 {
        match stream.read(&mut buffer).await {
            Ok(0) => break,
            Ok(count) => head.extend_from_slice(buffer.get(..count).unwrap_or_default()),
            Err(error) => return Err(error.to_string()),
        }
    }
    let line = String::from_utf8_lossy(&head).into_owned();
    let status = line.split_whitespace().nth(1).and_then(|status| status.parse::<u16>().ok());
    match status {
        Some(200..=399) => Ok(()),
        Some(status) => Err(format!("it answered {status}")),
        None => Err("it answered no HTTP".to_owned()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::clock::{ManualClock, SystemClock};
    use crate::domain::session::{self, Kind};
    use crate::domain::{Now, fixture::World};
    use crate::saml::scratch::own_key as signer;
    use crate::saml::{Asked, Message, SigningKey};
    use crate::store::Tx;
    use tokio::net::TcpListener;

    /// What it wants to be told in.
    const SHA512: &str = "http://www.w3.org/2001/04/xmldsig-more#rsa-sha512";

    /// Somebody signed in at a service provider whose session has just ended.
    fn ended(url: &str) -> World {
        let world = World::new();
        let provider = ServiceProvider {
            issuer: "sp".into(),
            consumer_urls: vec!["http://127.0.0.1:1/acs".into()],
            logout_request_url: Some(url.to_owned()),
            single_logout: true,
            signing_algorithm: Some(SHA512.into()),
            ..ServiceProvider::default()
        };
        let tom = world.find("tom");
        let now = world.now();
        world.write(move |tx| {
            service_provider::settle(tx, &[provider])?;
            let (tenant, provider) = service_provider::find(tx, None, "sp")?.unwrap();
            let actor = crate::domain::Actor::of(&tenant, &tom, "tom");
            let id = session::open(tx, now, Kind::Browser, &actor, 15)?;
            single_sign_on::join(tx, id.reveal(), &provider, "tom")?;
            session::close(tx, id.reveal())
        });
        world
    }

    fn waiting(world: &World) -> Vec<(i64, i64)> {
        world.read(|tx: &mut Tx<'_>| {
            Ok(tx.query("SELECT attempts, due_at FROM logout_notice", &[], |row| {
                Ok((row.int(0)?, row.int(1)?))
            })?)
        })
    }

    fn courier(world: &World, clock: Arc<dyn Clock>, signer: &Arc<SigningKey>) -> Courier {
        let (store, realm) = (world.store.clone(), Arc::clone(&world.realm));
        let signers = Signers::new(Arc::clone(signer), store.clone(), Arc::clone(&realm), Arc::clone(&clock));
        Courier::new(store, realm, clock, Arc::new(signers))
    }

    /// The store of a world blocks, which nobody may do inside of a runtime.
    fn runtime() -> tokio::runtime::Runtime {
        tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap()
    }

    #[test]
    fn a_service_provider_is_told_by_a_signed_message_that_the_session_ended() {
        let runtime = runtime();
        let listener = runtime.block_on(TcpListener::bind("127.0.0.1:0")).unwrap();
        let port = listener.local_addr().unwrap().port();
        let world = ended(&format!("http://127.0.0.1:{port}/slo"));
        let key = signer();
        let courier = courier(&world, Arc::new(SystemClock), &key);
        let answering = async {
            let (mut stream, _) = listener.accept().await.unwrap();
            let mut text = String::new();
            loop {
                let mut buffer = [0_u8; 4096];
                let count = stream.read(&mut buffer).await.unwrap();
                text.push_str(std::str::from_utf8(&buffer[..count]).unwrap());
                let length = text.split("Content-Length: ").nth(1).and_then(|rest| rest.lines().next());
                let body = text.split("\r\n\r\n").nth(1).map_or(0, str::len);
                if length.is_some_and(|length| length.parse::<usize>().unwrap() == body) {
                    break;
                }
            }
            stream.write_all(b"HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n").await.unwrap();
            text
        };
        let both = async { tokio::join!(courier.deliver_due(), answering) };
        let (delivered, text) = runtime.block_on(both);
        delivered.unwrap();
        assert!(text.starts_with("POST /slo HTTP/1.1\r\n"), "{text}");
        let body = text.split("\r\n\r\n").nth(1).unwrap();
        let (_, value) = form_urlencoded::parse(body.as_bytes()).next().unwrap();
        let message = Message::read(&binding::decode(binding::Binding::Post, &value).unwrap()).unwrap();
        message.verify(&key.public()).unwrap();
        let text = binding::decode(binding::Binding::Post, &value).unwrap();
        assert!(text.contains(&format!("<ds:SignatureMethod Algorithm=\"{SHA512}\"")), "{text}");
        let Asked::SignOut(request) = message.asked else { panic!("{text}") };
        assert_eq!((request.name_id.as_str(), request.session_indexes.len()), ("tom", 1));
        assert_eq!(waiting(&world), []);
    }

    #[test]
    fn who_cannot_be_reached_is_tried_again_later_and_not_for_ever() {
        let runtime = runtime();
        // Nobody listens there.
        let world = ended("http://127.0.0.1:1/slo");
        let clock = Arc::new(ManualClock::at(Now(1_000)));
        let courier = courier(&world, Arc::clone(&clock) as Arc<dyn Clock>, &signer());
        runtime.block_on(courier.deliver_due()).unwrap();
        assert_eq!(waiting(&world), [(1, 11_000)]);
        runtime.block_on(courier.deliver_due()).unwrap();
        assert_eq!(waiting(&world), [(1, 11_000)], "not before its time");
        for attempt in 2..=4 {
            clock.advance(1_000_000);
            runtime.block_on(courier.deliver_due()).unwrap();
            assert_eq!(waiting(&world)[0].0, attempt);
        }
        clock.advance(1_000_000);
        runtime.block_on(courier.deliver_due()).unwrap();
        assert_eq!(waiting(&world), []);
    }

    /// The messages of a tenant cannot be signed any more once `secret.key` is another one.
    #[test]
    fn a_notice_that_cannot_be_written_keeps_no_other_one_back() {
        let world = ended("http://127.0.0.1:1/slo");
        let acme = world.tenant("acme.com").0;
        world.write(move |tx| {
            let (_, first) = service_provider::find(tx, None, "sp")?.unwrap();
            let second = ServiceProvider { issuer: "second".into(), ..first.clone() };
            service_provider::settle(tx, &[first, second])?;
            for sql in [
                "UPDATE service_provider SET tenant_id = $1 WHERE issuer = 'second'",
                "INSERT INTO tenant_key (tenant_id, private_key, certificate) VALUES ($1, 'of another key', '')",
                "INSERT INTO logout_notice (provider_id, name_id, session_index, due_at, attempts) \
                 SELECT id, 'eve', 'of hers', 0, 0 FROM service_provider WHERE tenant_id = $1",
            ] {
                tx.execute(sql, &[acme.into()])?;
            }
            Ok(())
        });
        let courier = courier(&world, Arc::new(ManualClock::at(Now(1_000))), &signer());
        runtime().block_on(courier.deliver_due()).unwrap();
        assert_eq!(waiting(&world), [(1, 11_000), (1, 11_000)], "both were tried and will be again");
    }

    /// One that was registered before such addresses were refused, or is in a file.
    #[test]
    fn an_address_with_more_than_an_address_in_it_is_never_connected_to() {
        let runtime = runtime();
        let listener = runtime.block_on(TcpListener::bind("127.0.0.1:0")).unwrap();
        let port = listener.local_addr().unwrap().port();
        let world = ended(&format!("http://127.0.0.1:{port}/slo HTTP/1.1\r\nX-More: y\r\n\r\nSET x y\r\n"));
        let courier = courier(&world, Arc::new(ManualClock::at(Now(1_000))), &signer());
        let connected = async {
            tokio::select! {
                biased;
                _ = listener.accept() => true,
                _ = courier.deliver_due() => false,
            }
        };
        assert!(!runtime.block_on(connected));
    }
}
