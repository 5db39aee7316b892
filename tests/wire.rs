//! The acceptance table of the wire: every row of `fixtures/wire/cases.tsv` is sent and its answer checked.
//!
//! Columns: id; which server (`visible` and `hidden` by HideAdminServiceWSDLs, `host` with a configured host name);
//! method (`POST/1.0` speaks HTTP/1.0); path, on the plain listener behind `http:`; headers between ` | `; body, with
//! `gzip:`, `chunked:`, `bom:`, `utf16:`, `latin1:`, `crlf:` (`~` is a line end), `nest:N`, `size:N`; status; content
//! type or `*`; what the answer contains, between ` && `: `!x` it must not, `<empty>` no body, `code:x` a fault code by
//! name, `hdr:Name value` a header, `order:a,b` texts in this order, `every:element:a,b` so in each of these elements, `robust:op` an operation without output.
//! `{https}` and `{http}` are ports, `{S01}` the session of that row, `{admin-session}` one of a login.
#![expect(clippy::unwrap_used, reason = "a test stops at what is wrong")]

mod support;

use std::collections::HashMap;
use std::io::Write;
use support::client::{Answer, Client, read_answer, request};
use support::installation::Installation;
use support::soap::claim;

struct Case {
    columns: Vec<String>,
}

impl Case {
    fn column(&self, index: usize) -> &str {
        self.columns.get(index).map_or("", String::as_str)
    }
    fn id(&self) -> &str {
        self.column(0)
    }
}

fn cases() -> Vec<Case> {
    let text = std::fs::read_to_string("fixtures/wire/cases.tsv").unwrap();
    let rows = text.lines().filter(|line| !line.starts_with('#') && !line.is_empty());
    rows.map(|row| Case { columns: row.split('\t').map(str::to_owned).collect() }).collect()
}

/// Users and tenants that the rows speak of.
fn prepare(server: &Installation) {
    let add = |name: &str, password: &str, rest: &[&str]| {
        let mut arguments = vec!["user", "add", name, "--password-stdin"];
        arguments.extend_from_slice(rest);
        server.must(&arguments, password);
    };
    add("tom", "Tom@1234", &["--claim", "emailaddress=tom@example.org"]);
    add("viewer", "Viewer@1234", &[]);
    add("colon", "a:b:c", &[]);
    server.must(
        &[
            "role",
            "add",
            "login",
            "--permission",
            "/permission/admin/login",
            "--user",
            "tom",
            "--user",
            "colon",
        ],
        "",
    );
    server.must(
        &[
            "role",
            "add",
            "viewers",
            "--user",
            "viewer",
            "--permission",
            "/permission/admin/login",
            "--permission",
            "/permission/admin/manage/identity/idpmgt/view",
        ],
        "",
    );
    for domain in ["acme.example", "dead.example"] {
        server.must(&["tenant", "add", domain, "--password-stdin"], "acmepw");
    }
    server.must(&["user", "add", "amy", "--password-stdin", "--tenant", "acme.example"], "Amy@1234");
    server.must(&["tenant", "deactivate", "dead.example"], "");
}

fn bytes_of(body: &str) -> Vec<u8> {
    let Some((kind, rest)) = body.split_once(':') else { return body.as_bytes().to_vec() };
    match kind {
        "gzip" => {
            let mut encoder = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::default());
            encoder.write_all(rest.as_bytes()).unwrap();
            encoder.finish().unwrap()
        }
        "chunked" => rest.as_bytes().to_vec(),
        "bom" => [b"\xef\xbb\xbf", rest.as_bytes()].concat(),
        "utf16" => {
            let units = std::iter::once(0xfeff).chain(rest.encode_utf16());
            units.flat_map(u16::to_be_bytes).collect()
        }
        "latin1" => rest.chars().map(|c| u8::try_from(u32::from(c)).unwrap()).collect(),
        "crlf" => rest.replace('~', "\r\n").into_bytes(),
        "nest" => {
            let depth = rest.parse().unwrap();
            let inside = format!("{}{}", "<a>".repeat(depth), "</a>".repeat(depth));
            let wrapper = format!(
                "<m:isReadOnlyUserStore xmlns:m=\"http://mgt.profile.user.identity.carbon.wso2.org\">{inside}</m:isReadOnlyUserStore>"
            );
            support::client::envelope(&wrapper).into_bytes()
        }
        "size" => vec![b'a'; rest.parse().unwrap()],
        _ => body.as_bytes().to_vec(),
    }
}

/// Whether the fault code is this name, in the namespace of the envelope it travels in.
fn has_code(body: &str, code: &str) -> bool {
    let closing = [format!(":{code}</faultcode>"), format!(":{code}</soapenv:Value>")];
    let Some(at) = closing.iter().find_map(|end| body.find(end.as_str())) else { return false };
    let Some((_, prefix)) = body.get(..at).and_then(|before| before.rsplit_once('>')) else { return false };
    let envelope =
        body.split("<soapenv:Envelope xmlns:soapenv=\"").nth(1).and_then(|rest| rest.split('"').next());
    envelope.is_some_and(|namespace| body.contains(&format!("xmlns:{prefix}=\"{namespace}\"")))
}

/// Whether texts, set apart by commas, follow each other.
fn is_in_order(body: &str, texts: &str) -> bool {
    let mut rest = body;
    texts.split(',').all(|text| match rest.split_once(text) {
        Some((_, after)) => {
            rest = after;
            true
        }
        None => false,
    })
}

struct Run<'a> {
    client: &'a Client,
    sessions: HashMap<String, String>,
}

impl Run<'_> {
    fn filled(&self, text: &str) -> String {
        let mut text = text
            .replace("{https}", &self.client.https.port().to_string())
            .replace("{http}", &self.client.http.port().to_string());
        for (id, cookie) in &self.sessions {
            text = text.replace(&format!("{{{id}}}"), cookie);
        }
        text
    }

    fn send(&self, case: &Case) -> Answer {
        let (secure, path) = match case.column(3).strip_prefix("http:") {
            Some(path) => (false, path),
            None => (true, case.column(3)),
        };
        let headers: Vec<(String, String)> = case
            .column(4)
            .split(" | ")
            .filter(|header| !header.is_empty())
            .map(|header| header.split_once(':').unwrap())
            .map(|(name, value)| (name.to_owned(), self.filled(value.trim())))
            .collect();
        let mut headers: Vec<(&str, &str)> =
            headers.iter().map(|(name, value)| (name.as_str(), value.as_str())).collect();
        let body = bytes_of(case.column(5));
        let port = if secure { self.client.https.port() } else { self.client.http.port() };
        let method = case.column(2);
        let mut bytes = if method == "POST/1.0" {
            let whole = String::from_utf8(request("POST", path, "localhost", port, &headers, &body)).unwrap();
            whole.replace("HTTP/1.1", "HTTP/1.0").into_bytes()
        } else if case.column(5).starts_with("chunked:") {
            headers.push(("Transfer-Encoding", "chunked"));
            let head = String::from_utf8(request(method, path, "localhost", port, &headers, b"")).unwrap();
            let head = head.replace("Content-Length: 0\r\n", "");
            let (first, second) = body.split_at(body.len() / 2);
            let mut bytes = head.into_bytes();
            for chunk in [first, second, b""] {
                bytes.extend_from_slice(format!("{:x}\r\n", chunk.len()).as_bytes());
                bytes.extend_from_slice(chunk);
                bytes.extend_from_slice(b"\r\n");
            }
            bytes
        } else {
            request(method, path, "localhost", port, &headers, &body)
        };
        let mut stream = self.client.connect(secure);
        if headers.iter().any(|(name, _)| *name == "Expect") {
            let body = bytes.split_off(bytes.len() - body.len());
            stream.write_all(&bytes).unwrap();
            stream.flush().unwrap();
            let mut first = [0; 25];
            stream.read_exact(&mut first).unwrap();
            assert!(first.starts_with(b"HTTP/1.1 100"), "no 100 Continue before the body");
            bytes = body;
        }
        // A server may answer and close before it has read everything.
        let _ = stream.write_all(&bytes).and_then(|()| stream.flush());
        read_answer(&mut *stream)
    }

    fn judge(&self, case: &Case, answer: &Answer) -> Result<(), String> {
        let status: u16 = case.column(6).parse().unwrap();
        if answer.status != status {
            return Err(format!("status {} instead of {status}", answer.status));
        }
        let squeezed = |text: &str| text.to_lowercase().replace("; ", ";");
        let wanted = case.column(7);
        let found = answer.header("Content-Type").unwrap_or("");
        if wanted != "*" && squeezed(found) != squeezed(wanted) {
            return Err(format!("content type {found}"));
        }
        let body = answer.text();
        for demand in case.column(8).split(" && ").filter(|demand| !demand.is_empty()) {
            let demand = self.filled(demand);
            if !self.holds(&demand, answer, &body) {
                return Err(format!("{demand} does not hold"));
            }
        }
        Ok(())
    }

    fn holds(&self, demand: &str, answer: &Answer, body: &str) -> bool {
        if let Some(demand) = demand.strip_prefix('!') {
            return !self.holds(demand, answer, body);
        }
        if demand == "<empty>" {
            return answer.body.is_empty();
        }
        if let Some(code) = demand.strip_prefix("code:") {
            return has_code(body, code);
        }
        if let Some(header) = demand.strip_prefix("hdr:") {
            let (name, value) = header.split_once(' ').unwrap_or((header, ""));
            return answer
                .headers
                .iter()
                .any(|(known, found)| known.eq_ignore_ascii_case(name) && found.contains(value));
        }
        if let Some(texts) = demand.strip_prefix("order:") {
            return is_in_order(body, texts);
        }
        if let Some((element, children)) = demand.strip_prefix("every:").and_then(|rest| rest.split_once(':'))
        {
            let (opening, closing) = (format!(":{element} "), format!(":{element}>"));
            let inside = body.split(&opening).skip(1).filter_map(|part| part.split(&closing).next());
            return body.contains(&opening) && inside.into_iter().all(|part| is_in_order(part, children));
        }
        if let Some(operation) = demand.strip_prefix("robust:") {
            let start = body.find(&format!("<wsdl:operation name=\"{operation}\">")).unwrap();
            let end = start + body[start..].find("</wsdl:operation>").unwrap();
            let declaration = &body[start..end];
            return declaration.contains("<wsdl:input ")
                && declaration.contains("<wsdl:fault ")
                && !declaration.contains("<wsdl:output");
        }
        body.contains(demand)
    }
}

#[test]
fn every_row_of_the_table_is_answered_as_it_says() {
    let cases = cases();
    let mut failures = Vec::new();
    let mut run_rows = 0;
    for (kind, flags) in [
        ("visible", &[][..]),
        ("hidden", &["--config", "soapstone.toml"]),
        ("host", &["--host-name", "localhost"]),
    ] {
        let mut server = Installation::new(flags);
        std::fs::write(server.folder().join("soapstone.toml"), "hide_admin_service_wsdls = true\n").unwrap();
        server.run();
        prepare(&server);
        let mut run = Run { client: server.client(), sessions: HashMap::new() };
        let login = run.client.admin(
            "AuthenticationAdmin",
            "login",
            "<a:login xmlns:a=\"http://authentication.services.core.carbon.wso2.org\"><a:username>admin</a:username>\
             <a:password>admin</a:password></a:login>",
        );
        run.sessions.insert("admin-session".to_owned(), login.cookie("JSESSIONID").unwrap());
        for case in cases.iter().filter(|case| case.column(1) == kind) {
            run_rows += 1;
            let answer = run.send(case);
            if let Some(cookie) = answer.cookie("JSESSIONID") {
                run.sessions.insert(case.id().to_owned(), cookie);
            }
            if let Err(why) = run.judge(case, &answer) {
                failures.push(format!(
                    "{}: {why}\n    {:?}\n    {}",
                    case.id(),
                    answer.headers,
                    answer.text()
                ));
            }
        }
    }
    assert_eq!(run_rows, cases.len(), "every row belongs to one of the servers");
    assert!(failures.is_empty(), "{} of {run_rows} rows:\n{}", failures.len(), failures.join("\n"));
}

/// A server with the users of the table, and its rows by id.
struct Table {
    server: Installation,
    cases: Vec<Case>,
}

impl Table {
    fn new() -> Self {
        let mut server = Installation::new(&[]);
        server.run();
        prepare(&server);
        Self { server, cases: cases() }
    }

    /// Sends a row, which must be answered as it says; `change` may touch its columns before.
    fn row(&self, id: &str, change: impl Fn(&mut Vec<String>)) -> Answer {
        let mut columns = self.cases.iter().find(|case| case.id() == id).unwrap().columns.clone();
        change(&mut columns);
        let (case, run) = (Case { columns }, Run { client: self.server.client(), sessions: HashMap::new() });
        let answer = run.send(&case);
        let judged = run.judge(&case, &answer);
        assert_eq!(judged, Ok(()), "{id}: {}", answer.text());
        answer
    }

    fn given_name(&self) -> Option<String> {
        claim(self.server.client(), "tom", GIVEN_NAME)
    }
}

const GIVEN_NAME: &str = "http://wso2.org/claims/givenname";

#[test]
fn what_a_row_writes_is_there_and_what_it_is_refused_is_not() {
    let table = Table::new();
    for (id, name) in [
        ("F05", "José"),
        ("R18", "Thomas"),
        ("W07", "Tom"),
        ("F05", "José"),
        ("V07", "Tom"),
        ("R18", "Thomas"),
    ] {
        table.row(id, |_| {});
        assert_eq!(table.given_name().as_deref(), Some(name), "{id}");
    }
    for id in ["R17", "S14"] {
        table.row(id, |_| {});
        assert_eq!(table.given_name().as_deref(), Some("Thomas"), "{id}");
    }
    // A body whose end is missing is not carried out, however complete the operation looks.
    table.row("F15", |columns| {
        columns[4] = columns[4].replace("isReadOnlyUserStore", "setUserProfile");
        columns[5] = table
            .cases
            .iter()
            .find(|case| case.id() == "W07")
            .unwrap()
            .column(5)
            .replace("</soapenv:Envelope>", "");
    });
    assert_eq!(table.given_name().as_deref(), Some("Thomas"));
}

#[test]
fn a_reply_address_elsewhere_is_never_called() {
    let table = Table::new();
    let elsewhere = std::net::TcpListener::bind(("127.0.0.1", 0)).unwrap();
    let port = elsewhere.local_addr().unwrap().port().to_string();
    table.row("W08", |columns| {
        assert!(columns[5].contains("19999"));
        columns[5] = columns[5].replace("19999", &port);
    });
    elsewhere.set_nonblocking(true).unwrap();
    assert!(elsewhere.accept().is_err_and(|error| error.kind() == std::io::ErrorKind::WouldBlock));
}

#[test]
fn the_resident_identity_provider_can_be_written_back_as_it_was_read() {
    let table = Table::new();
    let read = || {
        let payload = "<idp:getResidentIdP xmlns:idp=\"http://mgt.idp.carbon.wso2.org\"/>";
        let text =
            table.server.client().admin("IdentityProviderMgtService", "getResidentIdP", payload).text();
        let (_, bean) = text.split_once("<ns:return").unwrap();
        bean.split_once("</ns:return>").unwrap().0.to_owned()
    };
    let before = read();
    assert!(before.contains("Recovery.ExpiryTime"), "{before}");
    table.row("V03", |columns| {
        let (head, rest) = columns[5].split_once("<idp:identityProvider>").unwrap();
        let (_, tail) = rest.split_once("</idp:identityProvider>").unwrap();
        columns[5] = format!("{head}<idp:identityProvider{before}</idp:identityProvider>{tail}");
    });
    assert_eq!(read(), before);
    // Without properties at all, as the row stands, the policies keep their values.
    table.row("V03", |_| {});
    table.row("V04", |columns| columns[5] = columns[5].replace("1440", "77"));
    let connectors = table.server.client().admin(
        "IdentityGovernanceAdminService",
        "getConnectorList",
        "<gov:getConnectorList xmlns:gov=\"http://governance.identity.carbon.wso2.org\"/>",
    );
    let text = connectors.text();
    let expiry = text
        .split("<")
        .skip_while(|part| !part.contains(">Recovery.ExpiryTime"))
        .find(|part| part.contains(":value>"));
    assert!(expiry.is_some_and(|part| part.ends_with(":value>77")), "{text}");
}

#[test]
fn a_tenants_administrator_reaches_the_tenants_users_only() {
    let table = Table::new();
    let client = table.server.client();
    table.server.must(&["user", "add", "amy", "--password-stdin"], "Amy@1234");
    let option = "Recovery.AdminPasswordReset.Offline";
    for tenant in ["acme.example", "carbon.super"] {
        table.server.must(&["governance", "set", "--tenant", tenant, option, "true"], "");
    }
    table.row("P14", |_| {});
    let locked = |user: &str, password: &str| {
        let payload = "<s:getUserClaimValuesForClaims xmlns:s=\"http://service.ws.um.carbon.wso2.org\"><s:userName>amy</s:userName>\
            <s:claims>http://wso2.org/claims/identity/accountLocked</s:claims><s:profileName>default</s:profileName></s:getUserClaimValuesForClaims>";
        let answer = client.soap(
            "RemoteUserStoreManagerService",
            "getUserClaimValuesForClaims",
            payload,
            user,
            password,
        );
        assert_eq!(answer.status, 200, "{}", answer.text());
        answer.text().contains(":value>true<")
    };
    assert!(locked("admin@acme.example", "acmepw"));
    assert!(!locked("admin", "admin"));
}
