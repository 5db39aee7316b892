//! The SoapUI project in `fixtures/soapui`, sent as SoapUI sends it, request by request.
#![expect(clippy::unwrap_used, clippy::panic, reason = "a test stops at the first thing that is wrong")]

mod support;

use std::collections::BTreeMap;
use std::io::Read;
use support::browser::{is_refused, signed_in};
use support::client::{Answer, Client, basic};
use support::installation::Installation;
use support::soap::result;
use support::tree::Element;

const PROJECT: &str = "fixtures/soapui/forced-password-reset-soapui-project.xml";

/// A request of the project.
struct Request {
    path: String,
    action: String,
    one_way: bool,
    authorization: String,
    body: String,
}

struct Project<'c> {
    client: &'c Client,
    requests: BTreeMap<String, Request>,
}

fn text<'e>(element: &'e Element, name: &str) -> &'e str {
    element.find(name).unwrap().text.trim()
}

fn attribute<'e>(element: &'e Element, name: &str) -> &'e str {
    element.attribute(&format!("{{}}{name}")).unwrap()
}

fn children<'e>(element: &'e Element, name: &'e str) -> impl Iterator<Item = &'e Element> {
    element.children.iter().filter(move |child| child.name == name)
}

impl<'c> Project<'c> {
    /// Reads the project, and compares what SoapUI took from the documents with what they say today.
    fn read(client: &'c Client) -> Self {
        let project = Element::parse(&std::fs::read_to_string(PROJECT).unwrap()).unwrap();
        let mut requests = BTreeMap::new();
        for interface in children(&project, "interface") {
            let document = attribute(interface, "definition");
            let document = client.get(document.strip_prefix("https://localhost:9443").unwrap(), &[]).text();
            let binding = attribute(interface, "bindingName").split_once('}').unwrap().1;
            assert!(document.contains(&format!("<wsdl:binding name=\"{binding}\"")), "{binding}");
            for operation in children(interface, "operation") {
                let (name, action) = (attribute(operation, "name"), attribute(operation, "action"));
                assert!(document.contains(&format!("soapAction=\"{action}\"")), "{action}");
                let one_way = attribute(operation, "isOneWay") == "true";
                let declared = document.split_once(&format!("<wsdl:operation name=\"{name}\"")).unwrap().1;
                let declared = declared.split_once("</wsdl:operation>").unwrap().0;
                assert_eq!(!declared.contains("<wsdl:output"), one_way, "{name}");
                for call in children(operation, "call") {
                    let endpoint = text(call, "endpoint").strip_prefix("https://localhost:9443").unwrap();
                    let port = client.https.port();
                    let address = format!("https://localhost:{port}{endpoint}");
                    assert!(document.contains(&format!("location=\"{address}\"")), "{address}: {document}");
                    let credentials = call.find("credentials").unwrap();
                    let request = Request {
                        path: endpoint.to_owned(),
                        action: format!("\"{action}\""),
                        one_way,
                        authorization: basic(text(credentials, "username"), text(credentials, "password")),
                        body: call.find("request").unwrap().text.clone(),
                    };
                    requests.insert(attribute(call, "name").to_owned(), request);
                }
            }
        }
        Self { client, requests }
    }

    /// Sends a request with the headers of SoapUI; it must be answered as the documents say.
    fn send(&self, name: &str) -> Answer {
        let request = self.requests.get(name).unwrap_or_else(|| panic!("no request {name:?}"));
        let headers = [
            ("Accept-Encoding", "gzip,deflate"),
            ("Content-Type", "text/xml;charset=UTF-8"),
            ("SOAPAction", request.action.as_str()),
            ("User-Agent", "Apache-HttpClient/4.1.1 (java 1.5)"),
            ("Authorization", request.authorization.as_str()),
        ];
        let mut answer = self.client.send("POST", &request.path, &headers, request.body.as_bytes());
        if answer.header("content-encoding") == Some("gzip") {
            let mut body = Vec::new();
            flate2::read::GzDecoder::new(&*answer.body).read_to_end(&mut body).unwrap();
            answer.body = body;
        }
        let expected = if request.one_way { 202 } else { 200 };
        assert_eq!(answer.status, expected, "{name}: {}", answer.text());
        answer
    }
}

#[test]
fn every_request_of_the_project_does_what_its_name_says() {
    let mut server = Installation::start(&[]);
    let client = server.client().clone();
    let project = Project::read(&client);
    let enters = || signed_in(&client, "tom", "Tom@1234");
    let is_refused = || is_refused(&client, "tom", "Tom@1234");
    project.send("1 add tom");
    project.send("2 add test role");
    enters();
    assert!(project.send("look at tom").text().contains("tom@example.org"));
    for choice in [
        "3a choose: recovery mail",
        "3b choose: one-time password by mail",
        "3c choose: offline one-time password",
    ] {
        project.send(choice);
        let options = project.send("look at the options").text();
        assert!(options.contains("Recovery.AdminPasswordReset"), "{options}");
        project.send("4 force the reset");
        assert!(is_refused(), "{choice}");
        let code = result(&project.send("5 read the offline one-time password"));
        assert_eq!(code.is_some_and(|code| code.len() == 6), choice.starts_with("3c"), "{choice}");
        project.send("cancel the reset");
        enters();
    }
    project.send("clean up: delete tom");
    project.send("clean up: delete test role");
    assert!(is_refused());
    assert_eq!(project.requests.len(), 12, "and there is none that was not sent");
    assert!(server.stop());
}
