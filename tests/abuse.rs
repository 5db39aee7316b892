//! What hostile and broken clients send: the specified answer, no trace, and a server that goes on serving.

#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

mod support;

use std::io::{Read, Write};
use std::process::Command;
use support::client::{Answer, basic, envelope, read_answer, request};
use support::installation::Installation;
use support::soap::{add_user, claim, fault, profile};

const GIVEN_NAME: &str = "http://wso2.org/claims/givenname";
const MGT: &str = "http://mgt.profile.user.identity.carbon.wso2.org";

struct Bench {
    server: Installation,
}

impl Bench {
    fn new() -> Self {
        let bench = Self { server: Installation::start(&[]) };
        assert_eq!(add_user(bench.server.client(), "tom", "Tom@1234", None).status, 202);
        bench.set("as before");
        bench
    }

    fn set(&self, value: &str) {
        let payload = profile("tom", &[(GIVEN_NAME, value)]);
        assert_eq!(
            self.server.client().admin("UserProfileMgtService", "setUserProfile", &payload).status,
            202
        );
    }

    /// Posts a body to the profile service as the administrator.
    fn post(&self, body: &[u8]) -> Answer {
        let authorization = basic("admin", "admin");
        let headers = [
            ("Content-Type", "text/xml;charset=UTF-8"),
            ("SOAPAction", "\"urn:setUserProfile\""),
            ("Authorization", authorization.as_str()),
        ];
        self.server.client().send("POST", "/services/UserProfileMgtService", &headers, body)
    }

    fn resident_kib(&self) -> u64 {
        let status = std::fs::read_to_string(format!("/proc/{}/status", self.server.pid())).unwrap();
        let resident = status.lines().find_map(|line| line.strip_prefix("VmRSS:")).unwrap();
        resident.trim().trim_end_matches(" kB").parse().unwrap()
    }

    /// Nothing was changed, and the next caller is served.
    fn stands(&self) {
        assert_eq!(claim(self.server.client(), "tom", GIVEN_NAME).as_deref(), Some("as before"));
    }
}

fn setting(value: &str) -> String {
    envelope(&profile("tom", &[(GIVEN_NAME, value)]))
}

#[test]
fn broken_documents_are_refused_whole() {
    let bench = Bench::new();
    let good = setting("changed");
    let bomb = "<!DOCTYPE lolz [<!ENTITY a \"lol\"><!ENTITY b \"&a;&a;&a;&a;&a;&a;&a;&a;&a;&a;\">]>";
    let external = "<!DOCTYPE a [<!ENTITY x SYSTEM \"file:///etc/passwd\">]>";
    let nested = "<a>".repeat(20_000) + &"</a>".repeat(20_000);
    let attributes: String = (0..2_000).map(|number| format!(" a{number}=\"\"")).collect();
    for (name, body) in [
        ("truncated", good.get(..good.len() - 20).unwrap().to_owned()),
        ("unbalanced", good.replace("</mgt:username>", "</mgt:usernam>")),
        ("entity bomb", bomb.to_owned() + &good.replace("changed", "&b;")),
        ("external entity", external.to_owned() + &good.replace("changed", "&x;")),
        ("undefined entity", good.replace("changed", "&nbsp;")),
        ("deep", good.replace("changed", &nested)),
        ("wide", good.replace("<mgt:username>", &format!("<mgt:username{attributes}>"))),
        ("control character", good.replace("changed", "&#1;")),
        ("raw control character", good.replace("changed", "\u{1}")),
        (
            "unbound prefix",
            good.replace("<xsd:claimUri>", "<zzz:claimUri>").replace("</xsd:claimUri>", "</zzz:claimUri>"),
        ),
        ("two roots", format!("{good}<again/>")),
        ("text behind", format!("{good}and more")),
        ("empty", " ".to_owned()),
        ("no XML", "%PDF-1.4 and so on".to_owned()),
        ("many elements", good.replace("changed", &"<a/>".repeat(300_000))),
    ] {
        let answer = bench.post(body.as_bytes());
        let text = answer.text();
        assert_eq!(answer.status, 500, "{name}: {text}");
        assert!(text.contains("<soapenv:Fault"), "{name}: {text}");
        assert!(!text.contains("<faultcode></faultcode>"), "{name}: {text}");
        assert!(!text.contains("root:"), "{name}: {text}");
    }
    bench.stands();
}

#[test]
fn bytes_of_another_charset_are_refused() {
    let bench = Bench::new();
    let mut latin = setting("Jos").into_bytes();
    let at = latin.windows(3).position(|window| window == b"Jos").unwrap();
    latin.insert(at + 3, 0xe9);
    let answer = bench.post(&latin);
    assert!(fault(&answer).contains("Invalid UTF-8"), "{}", answer.text());
    bench.stands();
}

#[test]
fn too_much_is_refused_and_memory_stays_bounded() {
    let bench = Bench::new();
    let mut stream = bench.server.client().connect(true);
    let head = "POST /services/UserProfileMgtService HTTP/1.1\r\nHost: localhost\r\nContent-Type: text/xml\r\n\
                SOAPAction: \"urn:setUserProfile\"\r\nContent-Length: 104857600\r\n\r\n";
    stream.write_all(head.as_bytes()).unwrap();
    let block = vec![b'a'; 1 << 20];
    for _ in 0..100 {
        // The server may have answered and closed long before.
        if stream.write_all(&block).is_err() {
            break;
        }
    }
    let mut answer = [0; 12];
    if stream.read_exact(&mut answer).is_ok() {
        assert_eq!(&answer, b"HTTP/1.1 413");
    }
    // Zipped: small on the wire, large inside.
    let mut zipper = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::best());
    for _ in 0..64 {
        zipper.write_all(&block).unwrap();
    }
    let zipped = zipper.finish().unwrap();
    let headers = [
        ("Content-Type", "text/xml"),
        ("SOAPAction", "\"urn:setUserProfile\""),
        ("Content-Encoding", "gzip"),
    ];
    let answer = bench.server.client().send("POST", "/services/UserProfileMgtService", &headers, &zipped);
    assert_eq!(answer.status, 413);
    let long = "x".repeat(20_000);
    let answer = bench.server.client().get("/dashboard", &[("X-Long", &long)]);
    assert!(matches!(answer.status, 400 | 431), "{}", answer.status);
    let kib = bench.resident_kib();
    assert!(kib < 150_000, "{kib} KiB resident");
    bench.stands();
}

#[test]
fn names_that_nobody_has_leave_no_trace_in_memory() {
    let bench = Bench::new();
    let client = bench.server.client();
    let name = |number: usize| format!("n{number}{}", "a".repeat(1_000_000));
    let form = [("Content-Type", "application/x-www-form-urlencoded")];
    let metadata = |number| {
        let body = format!("tenantDomain={}", name(number));
        assert_eq!(client.send("POST", "/identity/metadata/saml2", &form, body.as_bytes()).status, 404);
    };
    (0..4).for_each(metadata);
    let before = bench.resident_kib();
    // No login among them: what is remembered is forgotten with the next change.
    (4..94).for_each(metadata);
    let more = bench.resident_kib().saturating_sub(before);
    assert!(more < 40_000, "{more} KiB more than before");
    bench.stands();
}

#[test]
fn nobody_is_made_to_count_for_long() {
    let bench = Bench::new();
    let client = bench.server.client();
    let include = "<i:Include xmlns:i=\"http://www.w3.org/2004/08/xop/include\" href=\"cid:z\"/>";
    let include_often = |times: usize| {
        let root = setting("X").replace(">X<", &format!(">{}<", include.repeat(times)));
        let body = format!(
            "--MB\r\nContent-Type: text/xml\r\n\r\n{root}\r\n--MB\r\nContent-ID: <z>\r\n\r\n\r\n--MB--"
        );
        let authorization = basic("admin", "admin");
        let headers = [
            ("Content-Type", "multipart/related; boundary=MB; type=\"text/xml\""),
            ("SOAPAction", "\"urn:setUserProfile\""),
            ("Authorization", authorization.as_str()),
        ];
        client.send("POST", "/services/UserProfileMgtService", &headers, body.as_bytes())
    };
    assert_eq!(include_often(1000).status, 202);
    bench.set("as before");
    let answer = include_often(1001);
    assert!(fault(&answer).contains("Included attachment count limit (1000) Exceeded"), "{}", answer.text());
    let form = [("Content-Type", "application/x-www-form-urlencoded")];
    for (path, status) in
        [("/commonauth", 413), ("/samlsso", 413), ("/services/UserProfileMgtService/getUserProfile", 500)]
    {
        let answer = client.send("POST", path, &form, "a&".repeat(10_001).as_bytes());
        assert_eq!(answer.status, status, "{path}: {}", answer.text());
    }
    bench.stands();
}

#[test]
fn a_slow_client_holds_nobody_else_up_and_is_let_go() {
    let mut server = Installation::new(&["--config", "soapstone.toml"]);
    std::fs::write(server.folder().join("soapstone.toml"), "header_seconds = 1\nbody_seconds = 1\n").unwrap();
    server.run();
    let head = "POST /services/UserProfileMgtService HTTP/1.1\r\nHost: localhost\r\nContent-Type: text/xml\r\n\
                SOAPAction: \"\"\r\nContent-Length: 100\r\n\r\nonly a little";
    let mut slow = server.client().connect(true);
    slow.write_all(head.as_bytes()).unwrap();
    slow.flush().unwrap();
    let mut silent = server.client().connect(true);
    silent.write_all(b"POST /services").unwrap();
    silent.flush().unwrap();
    // Somebody else is served meanwhile.
    assert_eq!(server.client().get("/services/UserProfileMgtService?wsdl", &[]).status, 200);
    assert_eq!(read_answer(&mut *slow).status, 408);
    let mut rest = Vec::new();
    let _ = silent.read_to_end(&mut rest);
    assert!(rest.is_empty() || rest.starts_with(b"HTTP/1.1 408"), "{}", String::from_utf8_lossy(&rest));
}

#[test]
fn wrong_names_and_values_get_the_faults_of_the_original() {
    let bench = Bench::new();
    let client = bench.server.client();
    let admin = |operation: &str, payload: &str| client.admin("UserProfileMgtService", operation, payload);
    let get = |inside: &str| format!("<m:getUserProfile xmlns:m=\"{MGT}\">{inside}</m:getUserProfile>");
    let text = |answer: Answer| fault(&answer);

    let elsewhere = get("").replace(MGT, "urn:elsewhere");
    assert_eq!(
        text(admin("getUserProfile", &elsewhere)),
        format!("namespace mismatch require {MGT} found urn:elsewhere")
    );
    let unknown = get("<m:username>nobody</m:username><m:profileName>default</m:profileName>");
    assert_eq!(
        text(admin("getUserProfile", &unknown)),
        "UserNotFound: User nobodydoes not exist in: PRIMARY"
    );
    let domain = get("<m:username>NOSUCH/tom</m:username><m:profileName>default</m:profileName>");
    assert_eq!(text(admin("getUserProfile", &domain)), "Invalid Domain Name");
    assert_eq!(text(admin("getUserProfile", &get(""))), "Invalid input parameters");
    // A repeated or misplaced argument runs off the end of the list.
    let repeated = get("<m:username>tom</m:username><m:username>admin</m:username>");
    assert_eq!(admin("getUserProfile", &repeated).status, 500);
    let reversed = get("<m:profileName>default</m:profileName><m:username>tom</m:username>");
    assert_eq!(text(admin("getUserProfile", &reversed)), "Invalid input parameters");
    // An unknown service and an unknown operation are told before anybody asks who calls.
    let answer = client.soap("Nope", "x", "<x/>", "admin", "wrong");
    assert!(
        fault(&answer)
            .starts_with("The service cannot be found for the endpoint reference (EPR) https://localhost")
    );
    let answer = client.soap("UserProfileMgtService", "zzz", "<x/>", "admin", "wrong");
    assert!(fault(&answer).contains("for the Operation not found is"));
    for (user, password) in [("admin", "wrong"), ("nobody", "wrong"), ("tom", "wrong")] {
        let answer = client.soap("UserProfileMgtService", "getUserProfile", &get(""), user, password);
        assert_eq!(fault(&answer), "Access Denied. Authentication failed - Invalid credentials provided.");
    }
    // Base64 that is none.
    let headers = [
        ("Content-Type", "text/xml"),
        ("SOAPAction", "\"urn:getUserProfile\""),
        ("Authorization", "Basic ?!?"),
    ];
    let answer =
        client.send("POST", "/services/UserProfileMgtService", &headers, envelope(&get("")).as_bytes());
    assert_eq!(answer.status, 401);
    bench.stands();
}

/// An error that ends a write in the middle leaves nothing of it.
#[test]
fn a_refused_write_leaves_nothing_half_done() {
    let bench = Bench::new();
    let payload = profile("tom", &[(GIVEN_NAME, "changed"), ("http://wso2.org/claims/nosuch", "x")]);
    let answer = bench.server.client().admin("UserProfileMgtService", "setUserProfile", &payload);
    assert_eq!(fault(&answer), "Error in obtaining claim mapping for user : tom");
    let roles = "<s:addUser xmlns:s=\"http://service.ws.um.carbon.wso2.org\"><s:userName>new</s:userName>\
        <s:credential>New@1234</s:credential><s:roleList>nosuch</s:roleList>\
        <s:requirePasswordChange>false</s:requirePasswordChange></s:addUser>";
    let answer = bench.server.client().admin("RemoteUserStoreManagerService", "addUser", roles);
    assert_eq!(fault(&answer), "External role is not exist : nosuch");
    let exists = "<s:isExistingUser xmlns:s=\"http://service.ws.um.carbon.wso2.org\"><s:userName>new</s:userName></s:isExistingUser>";
    let answer = bench.server.client().admin("RemoteUserStoreManagerService", "isExistingUser", exists);
    assert_eq!(support::soap::result(&answer).as_deref(), Some("false"));
    bench.stands();
}

#[test]
fn garbage_on_the_line_closes_that_line_only() {
    let bench = Bench::new();
    for garbage in
        [&b"\x16\x03\x01\x02\x00"[..], b"\0\0\0\0\r\n\r\n", b"GET / HTTP/9.9\r\n\r\n", b"\r\n\r\n\r\n\r\nX"]
    {
        for secure in [false, true] {
            let mut stream = bench.server.client().connect(secure);
            let _ = stream.write_all(garbage);
            let _ = stream.write_all(&request("GET", "/", "localhost", 1, &[], b""));
        }
    }
    bench.stands();
}

#[test]
fn a_second_server_on_the_same_data_says_so_and_ends() {
    let server = Installation::start(&[]);
    let output = server.command_line(&["serve", "--https-port", "0", "--http-port", "0"], "");
    assert!(!output.status.success());
    let said = String::from_utf8_lossy(&output.stderr);
    assert!(said.contains("another soapstone server already runs on"), "{said}");
}

#[test]
fn a_mistake_in_a_configuration_file_stops_the_start_with_its_place_and_a_hint() {
    let server = Installation::new(&[]);
    let file = |name: &str, text: &str| std::fs::write(server.folder().join(name), text).unwrap();
    file("typo.toml", "# a comment\nhttps_prot = 9443\n");
    file("kind.toml", "\nhttps_port = \"many\"\n");
    std::fs::create_dir(server.folder().join("conf")).unwrap();
    file(
        "conf/output-event-adapters.xml",
        "<outputEventAdaptersConfig>\n<adapterConfig type=\"email\">\n</outputEventAdaptersConfig>\n",
    );
    for (arguments, expected) in [
        (["--config", "typo.toml", "serve"], vec!["typo.toml:2:1", "https_prot", "hint:"]),
        (["--config", "kind.toml", "serve"], vec!["kind.toml:2:", "hint:"]),
        (["--config", "missing.toml", "serve"], vec!["missing.toml", "hint:"]),
        (["--config-dir", "conf", "serve"], vec!["output-event-adapters.xml:3:", "hint:"]),
        (["--bind", "0.0.0.0", "serve"], vec!["set-password", "hint:"]),
    ] {
        let output = server.command_line(&arguments, "");
        let said = String::from_utf8_lossy(&output.stderr).into_owned();
        assert!(!output.status.success(), "{arguments:?}");
        for text in expected {
            assert!(said.contains(text), "{arguments:?}: {text} is missing in {said}");
        }
    }
    // The same flags are accepted by the operator's own check.
    let output = Command::new(env!("CARGO_BIN_EXE_soapstone"))
        .args(["check-config", "--print-defaults"])
        .output()
        .unwrap();
    std::fs::write(server.folder().join("defaults.toml"), &output.stdout).unwrap();
    server.must(&["--config", "defaults.toml", "check-config"], "");
}
