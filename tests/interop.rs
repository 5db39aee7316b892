//! Clients that are not ours, and habits of clients that cannot be installed everywhere.

#![expect(clippy::unwrap_used, reason = "a test stops at what is wrong")]

mod support;

use std::io::Write;
use std::process::Command;
use support::client::{basic, envelope, read_answer, request};
use support::installation::Installation;
use support::soap::{claim, profile};

const GIVEN_NAME: &str = "http://wso2.org/claims/givenname";

fn with_tom() -> Installation {
    let server = Installation::start(&[]);
    server.must(&["user", "add", "tom", "--password-stdin"], "Tom@1234");
    server.must(&["role", "add", "login", "--permission", "/permission/admin/login", "--user", "tom"], "");
    server
}

/// A test that lacks an outside program says so; where everything must run, it fails.
fn skipped(why: &str) {
    assert!(std::env::var_os("SOAPSTONE_TEST_ALL").is_none(), "{why}");
    eprintln!("skipped: {why}");
}

/// What every foreign client does, once with basic authentication and once with the session cookie of
/// `AuthenticationAdmin`. Each prints a line for each, in this order; what is right it judges itself.
const TASKS: [&str; 7] = [
    "profile",
    "users and roles",
    "identity provider",
    "resident options",
    "mail template",
    "typed fault",
    "wrong password",
];

/// Whether a program starts and ends well.
fn runs(program: &str, arguments: &[&str]) -> bool {
    Command::new(program).args(arguments).output().is_ok_and(|output| output.status.success())
}

/// Has a foreign client do everything against a server of its own.
fn converse(client: &mut Command) {
    let server = with_tom();
    let output = client
        .arg(format!("https://localhost:{}", server.client().https.port()))
        .arg(server.data().join("tls-cert.pem"))
        .output()
        .unwrap();
    let said = String::from_utf8_lossy(&output.stdout);
    assert!(output.status.success(), "{said}\n{}", String::from_utf8_lossy(&output.stderr));
    let expected = ["basic", "cookie"].map(|way| TASKS.map(|task| format!("{way}: {task}"))).concat();
    assert_eq!(said.lines().collect::<Vec<_>>(), expected);
}

/// The Python that has the clients.
fn python() -> &'static str {
    let own = "target/interop/venv/bin/python";
    if std::path::Path::new(own).exists() { own } else { "python3" }
}

#[test]
fn zeep_works_through_the_served_documents() {
    if !runs(python(), &["-c", "import zeep"]) {
        return skipped(
            "needs zeep: python3 -m venv target/interop/venv && target/interop/venv/bin/pip install zeep",
        );
    }
    converse(Command::new(python()).arg("tests/interop/zeep/client.py"));
}

#[test]
fn suds_works_through_the_served_documents() {
    if !runs(python(), &["-c", "import suds"]) {
        return skipped("needs suds: target/interop/venv/bin/pip install suds-community");
    }
    converse(Command::new(python()).arg("tests/interop/suds/client.py"));
}

#[test]
fn php_works_through_the_served_documents() {
    if !runs("php", &["-r", "new ReflectionClass('SoapClient');"]) {
        return skipped("needs PHP with SOAP: apt-get install php-cli php-soap");
    }
    converse(Command::new("php").arg("tests/interop/php/client.php"));
}

#[test]
fn perl_works_without_the_documents() {
    if !runs("perl", &["-MSOAP::Lite", "-MLWP::Protocol::https", "-e", "1"]) {
        return skipped(
            "needs Perl with SOAP::Lite: apt-get install libsoap-lite-perl liblwp-protocol-https-perl",
        );
    }
    converse(Command::new("perl").arg("tests/interop/perl/client.pl"));
}

/// Has a script converse that uses a package of node.
fn node(package: &str, script: &str) {
    if !runs("node", &["-e", &format!("require('./target/interop/node/node_modules/{package}')")]) {
        return skipped(&format!("needs node: npm install --prefix target/interop/node --no-save {package}"));
    }
    converse(Command::new("node").arg(script));
}

#[test]
fn node_soap_works_through_the_served_documents() {
    node("soap", "tests/interop/node-soap/client.mjs");
}

#[test]
fn strong_soap_works_through_the_served_documents() {
    node("strong-soap", "tests/interop/strong-soap/client.mjs");
}

#[test]
fn gsoap_works_when_compiled_from_the_served_documents() {
    let library = "echo '#include <stdsoap2.h>' | cc -DWITH_OPENSSL -fsyntax-only -x c -";
    if !(runs("wsdl2h", &["-V"]) && runs("soapcpp2", &["-V"]) && runs("sh", &["-c", library])) {
        return skipped(
            "needs gSOAP and a C compiler: apt-get install gsoap libgsoap-dev libssl-dev zlib1g-dev gcc",
        );
    }
    converse(Command::new("sh").arg("tests/interop/gsoap/client.sh"));
}

/// Has a client converse whose stubs a framework of Java generates from the served documents.
fn java(framework: &str) {
    let library = format!("target/interop/{framework}/lib");
    let programs = [("javac", "-version"), ("curl", "--version")];
    if !(programs.iter().all(|(program, flag)| runs(program, &[flag]))
        && std::path::Path::new(&library).exists())
    {
        return skipped(&format!(
            "needs a JDK, Maven and curl: mvn -f tests/interop/java/{framework} dependency:copy-dependencies"
        ));
    }
    converse(Command::new("sh").args(["tests/interop/java/client.sh", framework]));
}

#[test]
fn axis1_works_when_generated_from_documents_changed_as_for_the_original() {
    java("axis1");
}

#[test]
fn axis2_works_when_generated_from_the_served_documents() {
    java("axis2");
}

#[test]
fn cxf_works_when_generated_from_the_served_documents() {
    java("cxf");
}

#[test]
fn metro_works_when_generated_from_documents_changed_as_for_the_original() {
    java("metro");
}

/// A foreign application: signs its requests, verifies our answers with xmlsec1, signs users in and out.
#[test]
fn pysaml2_signs_users_in_and_out() {
    if !(runs(python(), &["-c", "import saml2"]) && runs("xmlsec1", &["--version"])) {
        return skipped(
            "needs pysaml2 and xmlsec1: target/interop/venv/bin/pip install pysaml2; apt-get install xmlsec1",
        );
    }
    let mut server = Installation::new(&["--config", "soapstone.toml"]);
    let key = rcgen::KeyPair::generate_rsa_for(&rcgen::PKCS_RSA_SHA256, rcgen::RsaKeySize::_2048).unwrap();
    let certificate = rcgen::CertificateParams::new(vec!["sp.example".to_owned()]).unwrap();
    let write = |name: &str, text: &str| std::fs::write(server.folder().join(name), text).unwrap();
    write("sp-key.pem", &key.serialize_pem());
    write("sp-cert.pem", &certificate.self_signed(&key).unwrap().pem());
    write(
        "soapstone.toml",
        "[[service_provider]]\nissuer = \"https://sp.example\"\nconsumer_urls = [\"https://sp.example/acs\"]\n\
         certificate_file = \"sp-cert.pem\"\nverify_requests = true\nclaims = [\"http://wso2.org/claims/emailaddress\"]\n\
         logout_response_url = \"https://sp.example/slo\"\n\
         [[service_provider]]\nissuer = \"https://sealed.example\"\nconsumer_urls = [\"https://sealed.example/acs\"]\n\
         certificate_file = \"sp-cert.pem\"\nverify_requests = true\nencrypt_assertion = true\n",
    );
    server.run();
    let claim = "http://wso2.org/claims/emailaddress=tom@example.org";
    server.must(&["user", "add", "tom", "--password-stdin", "--claim", claim], "Tom@1234");
    let output = Command::new(python())
        .arg("tests/interop/pysaml2/application.py")
        .arg(format!("https://localhost:{}", server.client().https.port()))
        .args([server.data().join("tls-cert.pem"), server.folder().to_owned()])
        .output()
        .unwrap();
    let said = String::from_utf8_lossy(&output.stdout);
    assert!(output.status.success(), "{said}\n{}\n{}", String::from_utf8_lossy(&output.stderr), server.log());
    let expected = [
        "login by redirect",
        "login by form",
        "unsigned request",
        "replayed request",
        "altered answer",
        "encrypted answer",
        "logout by redirect",
        "logout by form",
    ];
    assert_eq!(said.lines().collect::<Vec<_>>(), expected);
}

fn set_name(server: &Installation, value: &str, headers: &[(&str, &str)]) -> Vec<u8> {
    let authorization = basic("admin", "admin");
    let mut all = vec![
        ("Content-Type", "text/xml; charset=utf-8"),
        ("SOAPAction", "\"urn:setUserProfile\""),
        ("Authorization", authorization.as_str()),
    ];
    all.extend_from_slice(headers);
    let body = envelope(&profile("tom", &[(GIVEN_NAME, value)]));
    let port = server.client().https.port();
    request("POST", "/services/UserProfileMgtService", "localhost", port, &all, body.as_bytes())
}

/// PHP closes the TCP connection as soon as it has written a one-way call.
#[test]
fn a_call_is_carried_out_although_the_client_hangs_up_at_once() {
    let server = with_tom();
    for round in 0..20 {
        let value = format!("Tom {round}");
        {
            let mut stream = server.client().connect(true);
            stream.write_all(&set_name(&server, &value, &[])).unwrap();
            stream.flush().unwrap();
        }
        let stored =
            (0..200).find(|_| claim(server.client(), "tom", GIVEN_NAME).as_deref() == Some(value.as_str()));
        assert!(stored.is_some(), "round {round}: the update is lost");
    }
}

/// .NET waits for `100 Continue`, also when the answer will be 401.
#[test]
fn continue_comes_before_the_body_even_without_credentials() {
    let server = with_tom();
    let body =
        envelope("<m:isReadOnlyUserStore xmlns:m=\"http://mgt.profile.user.identity.carbon.wso2.org\"/>");
    let head = [
        ("Content-Type", "text/xml; charset=utf-8"),
        ("SOAPAction", "\"urn:isReadOnlyUserStore\""),
        ("Expect", "100-continue"),
    ];
    let port = server.client().https.port();
    let mut bytes =
        request("POST", "/services/UserProfileMgtService", "localhost", port, &head, body.as_bytes());
    let rest = bytes.split_off(bytes.len() - body.len());
    let mut stream = server.client().connect(true);
    stream.write_all(&bytes).unwrap();
    stream.flush().unwrap();
    let mut first = [0; 25];
    std::io::Read::read_exact(&mut stream, &mut first).unwrap();
    assert_eq!(&first, b"HTTP/1.1 100 Continue\r\n\r\n");
    stream.write_all(&rest).unwrap();
    stream.flush().unwrap();
    let answer = read_answer(&mut *stream);
    assert_eq!(answer.status, 401);
    assert_eq!(answer.header("WWW-Authenticate"), Some("Basic realm=\"WSO2 Identity Server\""));
}

/// suds, SOAP::Lite and SoapUI send the first request without credentials and repeat it on the same connection.
#[test]
fn a_challenged_client_repeats_on_the_same_connection() {
    let server = with_tom();
    let body =
        envelope("<m:isReadOnlyUserStore xmlns:m=\"http://mgt.profile.user.identity.carbon.wso2.org\"/>");
    let authorization = basic("admin", "admin");
    let mut stream = server.client().connect(true);
    for (header, status) in [(("X-Nothing", "here"), 401), (("Authorization", authorization.as_str()), 200)] {
        let head = [
            ("Content-Type", "text/xml; charset=utf-8"),
            ("SOAPAction", "\"urn:isReadOnlyUserStore\""),
            header,
        ];
        let port = server.client().https.port();
        let bytes =
            request("POST", "/services/UserProfileMgtService", "localhost", port, &head, body.as_bytes());
        let bytes = String::from_utf8(bytes).unwrap().replace("Connection: close", "Connection: keep-alive");
        stream.write_all(bytes.as_bytes()).unwrap();
        stream.flush().unwrap();
        assert_eq!(read_answer(&mut *stream).status, status);
    }
}

/// Perl's SOAP::WSDL writes every element in the operation's namespace; Mono writes nil for everything it does not set.
#[test]
fn odd_but_living_spellings_are_understood() {
    let server = with_tom();
    let wrong_namespaces = "<setUserProfile xmlns=\"http://mgt.profile.user.identity.carbon.wso2.org\"><username>tom</username>\
        <profile><fieldValues><claimUri>http://wso2.org/claims/givenname</claimUri><fieldValue>Perl</fieldValue></fieldValues>\
        <profileName>default</profileName></profile></setUserProfile>";
    let all_nil = "<setUserProfile xmlns=\"http://mgt.profile.user.identity.carbon.wso2.org\" \
        xmlns:xsi=\"http://www.w3.org/2001/XMLSchema-instance\"><username>tom</username><profile>\
        <fieldValues xmlns=\"http://mgt.profile.user.identity.carbon.wso2.org/xsd\"><claimUri>http://wso2.org/claims/givenname</claimUri>\
        <displayName xsi:nil=\"true\" /><fieldValue>Mono</fieldValue><regEx xsi:nil=\"true\" /></fieldValues>\
        <profileConifuration xsi:nil=\"true\" xmlns=\"http://mgt.profile.user.identity.carbon.wso2.org/xsd\" />\
        <profileName xmlns=\"http://mgt.profile.user.identity.carbon.wso2.org/xsd\">default</profileName></profile></setUserProfile>";
    for (payload, value) in [(wrong_namespaces, "Perl"), (all_nil, "Mono")] {
        let answer = server.client().admin("UserProfileMgtService", "setUserProfile", payload);
        assert_eq!(answer.status, 202, "{}", answer.text());
        assert_eq!(claim(server.client(), "tom", GIVEN_NAME).as_deref(), Some(value));
    }
}
