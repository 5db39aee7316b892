//! A server of its own for a test, and a client that writes and reads bytes: what is on the wire is what is tested.

use rustls::pki_types::pem::PemObject as _;
use rustls::pki_types::{CertificateDer, ServerName};
use rustls::{ClientConfig, RootCertStore, SupportedProtocolVersion};
use soapstone::config::Settings;
use soapstone::domain::Now;
use soapstone::domain::clock::ManualClock;
use soapstone::transport::{Server, StartError};
use std::path::{Path, PathBuf};
use std::sync::{Arc, OnceLock};
use std::time::Duration;
use tokio::io::{AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio_rustls::TlsConnector;
use tokio_rustls::client::TlsStream;

/// A test that hangs is a test that fails.
pub const PATIENCE: Duration = Duration::from_secs(30);

/// A folder that is gone after the test.
pub struct Folder(pub PathBuf);

impl Folder {
    pub fn new() -> Self {
        let path = std::env::temp_dir().join(format!("soapstone-test-{}", uuid::Uuid::new_v4()));
        Self(path)
    }

    /// A folder with a certificate that was made once for all tests: making one takes a while.
    pub fn with_certificate() -> Self {
        static MADE: OnceLock<(String, String)> = OnceLock::new();
        let (certificate, key) = MADE.get_or_init(|| {
            let scratch = Self::new();
            std::fs::create_dir_all(&scratch.0).unwrap();
            let files = soapstone::transport::tls::Files {
                certificate: scratch.0.join("cert.pem"),
                key: scratch.0.join("key.pem"),
                own: true,
            };
            soapstone::transport::tls::make_if_missing(&files, "localhost").unwrap();
            let read = |path| std::fs::read_to_string(path).unwrap();
            (read(&files.certificate), read(&files.key))
        });
        let folder = Self::new();
        std::fs::create_dir_all(&folder.0).unwrap();
        std::fs::write(folder.0.join("tls-cert.pem"), certificate).unwrap();
        std::fs::write(folder.0.join("tls-key.pem"), key).unwrap();
        folder
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        let _ = std::fs::remove_dir_all(&self.0);
    }
}

/// Settings for any free ports.
pub fn settings(folder: &Path) -> Settings {
    Settings { data_dir: folder.to_owned(), https_port: 0, http_port: 0, ..Settings::default() }
}

/// A running server with its folder and its clock, which stands still.
pub struct Running {
    pub server: Server,
    pub folder: Folder,
    pub clock: Arc<ManualClock>,
}

pub fn clock() -> Arc<ManualClock> {
    Arc::new(ManualClock::at(Now(1_700_000_000_000)))
}

impl Running {
    pub async fn start() -> Self {
        Self::with(|_| {}).await
    }

    /// With changed settings.
    pub async fn with(change: impl FnOnce(&mut Settings)) -> Self {
        Self::of(Folder::with_certificate(), change).await.unwrap()
    }

    /// On a folder that is there already.
    pub async fn of(folder: Folder, change: impl FnOnce(&mut Settings)) -> Result<Self, StartError> {
        let mut settings = settings(&folder.0);
        change(&mut settings);
        let clock = clock();
        let server = Server::start(&settings, clock.clone()).await?;
        Ok(Self { server, folder, clock })
    }

    /// Stops the server and keeps its folder.
    pub async fn stop(self) -> Folder {
        within(self.server.stop()).await;
        self.folder
    }

    /// A connection to the HTTPS listener.
    pub async fn connect(&self) -> Wire<TlsStream<TcpStream>> {
        self.connect_with(rustls::ALL_VERSIONS).await.unwrap()
    }

    /// A connection of a client that speaks those versions of TLS only; the certificate is checked.
    pub async fn connect_with(
        &self,
        versions: &[&'static SupportedProtocolVersion],
    ) -> std::io::Result<Wire<TlsStream<TcpStream>>> {
        let pem = std::fs::read(self.folder.0.join("tls-cert.pem")).unwrap();
        let mut roots = RootCertStore::empty();
        roots.add(CertificateDer::from_pem_slice(&pem).unwrap()).unwrap();
        let provider = Arc::new(rustls::crypto::aws_lc_rs::default_provider());
        let config = ClientConfig::builder_with_provider(provider)
            .with_protocol_versions(versions)
            .unwrap()
            .with_root_certificates(roots)
            .with_no_client_auth();
        let stream = TcpStream::connect(self.server.https()).await?;
        let name = ServerName::try_from("localhost").unwrap();
        let stream = within(TlsConnector::from(Arc::new(config)).connect(name, stream)).await?;
        Ok(Wire(stream))
    }

    /// A connection to the plain listener.
    pub async fn connect_plain(&self) -> Wire<TcpStream> {
        Wire(TcpStream::connect(self.server.http()).await.unwrap())
    }

    /// Asks once, on a connection of its own.
    pub async fn ask(&self, request: &str) -> Answer {
        let mut wire = self.connect().await;
        wire.send(request.as_bytes()).await;
        wire.answer().await
    }
}

/// Waits, but not forever.
pub async fn within<T>(work: impl Future<Output = T>) -> T {
    tokio::time::timeout(PATIENCE, work).await.expect("this took too long")
}

/// One connection.
pub struct Wire<S>(pub S);

/// One answer as it was written.
#[derive(Debug, Clone)]
pub struct Answer {
    pub status: u16,
    /// Status line and headers, as written.
    pub head: String,
    pub body: String,
}

impl Answer {
    /// A header's value; the name exactly as written, since some clients compare it so.
    pub fn header(&self, name: &str) -> Option<&str> {
        self.headers(name).into_iter().next()
    }

    pub fn headers(&self, name: &str) -> Vec<&str> {
        self.head.lines().filter_map(|line| line.strip_prefix(name)?.strip_prefix(": ")).collect()
    }
}

impl<S: AsyncRead + AsyncWrite + Unpin> Wire<S> {
    pub async fn send(&mut self, bytes: &[u8]) {
        within(async {
            self.0.write_all(bytes).await.unwrap();
            self.0.flush().await.unwrap();
        })
        .await;
    }

    /// Reads up to the end of a head.
    pub async fn head(&mut self) -> String {
        let mut head = Vec::new();
        while !head.ends_with(b"\r\n\r\n") {
            let byte = within(self.0.read_u8()).await;
            head.push(
                byte.unwrap_or_else(|error| panic!("{error} after {:?}", String::from_utf8_lossy(&head))),
            );
        }
        String::from_utf8(head).unwrap()
    }

    /// Reads one answer with its body.
    pub async fn answer(&mut self) -> Answer {
        let head = self.head().await;
        let status = head.split(' ').nth(1).unwrap().parse().unwrap();
        let mut answer = Answer { status, head, body: String::new() };
        assert_eq!(answer.header("Transfer-Encoding"), None, "answers are written with their length");
        let length = answer.header("Content-Length").map_or(0, |length| length.parse().unwrap());
        let mut body = vec![0; length];
        within(self.0.read_exact(&mut body)).await.unwrap();
        answer.body = String::from_utf8(body).unwrap();
        answer
    }

    /// Whether the server closes the connection without another byte. A missing goodbye of TLS is one, too.
    pub async fn is_closed(&mut self) -> bool {
        let mut rest = Vec::new();
        let _ = within(self.0.read_to_end(&mut rest)).await;
        rest.is_empty()
    }
}

/// `admin:admin`
pub const ADMIN: &str = "Authorization: Basic YWRtaW46YWRtaW4=\r\n";

/// A SOAP 1.1 call of `UserProfileMgtService`, as bytes for the wire.
pub fn profile_call(operation: &str, arguments: &str, headers: &str) -> String {
    let body = format!(
        "<e:Envelope xmlns:e=\"http://schemas.xmlsoap.org/soap/envelope/\" \
         xmlns:m=\"http://mgt.profile.user.identity.carbon.wso2.org\" \
         xmlns:x=\"http://mgt.profile.user.identity.carbon.wso2.org/xsd\"><e:Body>\
         <m:{operation}>{arguments}</m:{operation}></e:Body></e:Envelope>"
    );
    format!(
        "POST /services/UserProfileMgtService HTTP/1.1\r\nHost: localhost\r\nContent-Type: text/xml; charset=UTF-8\r\n\
         SOAPAction: \"urn:{operation}\"\r\n{headers}Content-Length: {}\r\n\r\n{body}",
        body.len()
    )
}

/// Sets one claim of a user.
pub fn set_claim(user: &str, uri: &str, value: &str, headers: &str) -> String {
    let arguments = format!(
        "<m:username>{user}</m:username><m:profile><x:fieldValues><x:claimUri>{uri}</x:claimUri>\
         <x:fieldValue>{value}</x:fieldValue></x:fieldValues><x:profileName>default</x:profileName></m:profile>"
    );
    profile_call("setUserProfile", &arguments, headers)
}

/// Reads a user's profile.
pub fn get_profile(user: &str, headers: &str) -> String {
    let arguments = format!("<m:username>{user}</m:username><m:profileName>default</m:profileName>");
    profile_call("getUserProfile", &arguments, headers)
}

/// A SOAP call of the administrator: `payload` goes into the Body.
pub async fn call(running: &Running, service: &str, payload: &str) -> Answer {
    let body = format!(
        "<e:Envelope xmlns:e=\"http://schemas.xmlsoap.org/soap/envelope/\"><e:Body>{payload}</e:Body></e:Envelope>"
    );
    let request = format!(
        "POST /services/{service} HTTP/1.1\r\nHost: localhost\r\nContent-Type: text/xml; charset=UTF-8\r\n{ADMIN}\
         Content-Length: {}\r\n\r\n{body}",
        body.len()
    );
    running.ask(&request).await
}

/// Adds a user of the password `Old@1234`, with a mail address.
pub async fn add_user(running: &Running, name: &str) {
    let payload = format!(
        "<s:addUser xmlns:s=\"http://service.ws.um.carbon.wso2.org\" xmlns:c=\"http://common.mgt.user.carbon.wso2.org/xsd\">\
         <s:userName>{name}</s:userName><s:credential>Old@1234</s:credential><s:claims>\
         <c:claimURI>http://wso2.org/claims/emailaddress</c:claimURI><c:value>{name}@example.org</c:value></s:claims>\
         <s:profileName>default</s:profileName><s:requirePasswordChange>false</s:requirePasswordChange></s:addUser>"
    );
    let answer = call(running, "RemoteUserStoreManagerService", &payload).await;
    assert!(matches!(answer.status, 200 | 202), "{}", answer.body);
}

/// Adds a role with one permission and one member.
pub async fn add_role(running: &Running, role: &str, member: &str, permission: &str) {
    let payload = format!(
        "<s:addRole xmlns:s=\"http://service.ws.um.carbon.wso2.org\" xmlns:p=\"http://dao.service.ws.um.carbon.wso2.org/xsd\">\
         <s:roleName>{role}</s:roleName><s:userList>{member}</s:userList><s:permissions><p:action>ui.execute</p:action>\
         <p:resourceId>{permission}</p:resourceId></s:permissions></s:addRole>"
    );
    let answer = call(running, "RemoteUserStoreManagerService", &payload).await;
    assert!(matches!(answer.status, 200 | 202), "{}", answer.body);
}

/// Sets account policies.
pub async fn govern(running: &Running, settings: &[(&str, &str)]) {
    let rows: String = settings
        .iter()
        .map(|(name, value)| {
            format!("<g:configurations><m:name>{name}</m:name><m:value>{value}</m:value></g:configurations>")
        })
        .collect();
    let payload = format!(
        "<g:updateConfigurations xmlns:g=\"http://governance.identity.carbon.wso2.org\" \
         xmlns:m=\"http://model.common.application.identity.carbon.wso2.org/xsd\">{rows}</g:updateConfigurations>"
    );
    let answer = call(running, "IdentityGovernanceAdminService", &payload).await;
    assert_eq!(answer.status, 200, "{}", answer.body);
}

/// One claim of a user, as an administrator reads it.
pub async fn claim(running: &Running, user: &str, uri: &str) -> String {
    let payload = format!(
        "<s:getUserClaimValuesForClaims xmlns:s=\"http://service.ws.um.carbon.wso2.org\"><s:userName>{user}</s:userName>\
         <s:claims>{uri}</s:claims><s:profileName>default</s:profileName></s:getUserClaimValuesForClaims>"
    );
    let answer = call(running, "RemoteUserStoreManagerService", &payload).await;
    assert_eq!(answer.status, 200, "{}", answer.body);
    let value = answer.body.split(":value>").nth(1).and_then(|rest| rest.split('<').next());
    value.unwrap_or("").to_owned()
}

/// Forces a reset and returns the code that the administrator hands over.
pub async fn force_offline(running: &Running, user: &str) -> String {
    govern(running, &[("Recovery.AdminPasswordReset.Offline", "true")]).await;
    force(running, user).await;
    let code = claim(running, user, "http://wso2.org/claims/oneTimePassword").await;
    assert_eq!(code.len(), 6, "{code}");
    code
}

/// Forces a reset by whatever option is on.
pub async fn force(running: &Running, user: &str) {
    let uri = "http://wso2.org/claims/identity/adminForcedPasswordReset";
    assert_eq!(running.ask(&set_claim(user, uri, "true", ADMIN)).await.status, 202);
}
