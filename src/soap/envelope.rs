//! Envelopes of SOAP 1.1 and 1.2: told apart by the content type, checked against their namespace, and written
//! with the prefixes that clients of the original look for.

use super::addressing::{self, Addressing};
use super::fault::{Code, Fault};
use super::writer::{Writer, push_escaped};
use super::xml::{Document, Element};

/// Namespace of SOAP 1.1 envelopes.
pub const SOAP11: &str = "http://schemas.xmlsoap.org/soap/envelope/";
/// Namespace of SOAP 1.2 envelopes.
pub const SOAP12: &str = "http://www.w3.org/2003/05/soap-envelope";

/// The version of SOAP that a conversation speaks.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Version {
    /// SOAP 1.1, `text/xml`.
    V11,
    /// SOAP 1.2, `application/soap+xml`.
    V12,
}

impl Version {
    /// The envelope namespace.
    #[must_use]
    pub fn namespace(self) -> &'static str {
        match self {
            Self::V11 => SOAP11,
            Self::V12 => SOAP12,
        }
    }

    /// The media type of messages.
    #[must_use]
    pub fn media_type(self) -> &'static str {
        match self {
            Self::V11 => "text/xml",
            Self::V12 => "application/soap+xml",
        }
    }
}

/// A message that was read as an envelope.
#[derive(Debug)]
pub struct Envelope<'d> {
    /// Its version.
    pub version: Version,
    header: Option<Element<'d>>,
    body: Element<'d>,
}

impl<'d> Envelope<'d> {
    /// Reads the envelope of a document. `declared` is what the content type says; without it the envelope decides.
    ///
    /// # Errors
    /// The version faults of the original, in the version to answer with.
    pub fn read(document: &'d Document<'d>, declared: Option<Version>) -> Result<Self, (Version, Fault)> {
        let answer_in = declared.unwrap_or(Version::V11);
        let refuse = |code, text: &str| Err((answer_in, Fault::new(code, text)));
        let Some(root) = document.root() else { return refuse(Code::Sender, "The message is empty") };
        if root.local() != "Envelope" {
            let found = root.local();
            let text = format!("First Element must contain the local name, Envelope , but found {found}");
            return refuse(Code::Sender, &text);
        }
        let version = match root.namespace() {
            SOAP11 => Version::V11,
            SOAP12 => Version::V12,
            _ => {
                return refuse(
                    Code::VersionMismatch,
                    "Only SOAP 1.1 or SOAP 1.2 messages are supported in the system",
                );
            }
        };
        if declared.is_some_and(|declared| declared != version) {
            return refuse(
                Code::VersionMismatch,
                "Transport level information does not match with SOAP Message namespace URI",
            );
        }
        let Some(body) = root.child(version.namespace(), "Body") else {
            return Err((version, Fault::new(Code::Sender, "The envelope has no Body")));
        };
        Ok(Self { version, header: root.child(version.namespace(), "Header"), body })
    }

    /// The request element: the first child of the Body; later ones are ignored.
    #[must_use]
    pub fn payload(&self) -> Option<Element<'d>> {
        self.body.children().next()
    }

    /// The WS-Addressing headers, if there are any.
    #[must_use]
    pub fn addressing(&self) -> Option<Addressing> {
        Addressing::read(self.header?)
    }

    /// Refuses a header that must be understood by this node and is not.
    ///
    /// # Errors
    /// The `MustUnderstand` fault, naming the header.
    pub fn check_must_understand(&self) -> Result<(), Fault> {
        let envelope = self.version.namespace();
        for block in self.header.into_iter().flat_map(Element::children) {
            let demanded = block.attribute(envelope, "mustUnderstand").unwrap_or("0").trim();
            if !matches!(demanded, "1" | "true") || addressing::is_namespace(block.namespace()) {
                continue;
            }
            let role = match self.version {
                Version::V11 => block.attribute(envelope, "actor"),
                Version::V12 => block.attribute(envelope, "role"),
            };
            let ours = match role.unwrap_or("").trim() {
                "" | "http://schemas.xmlsoap.org/soap/actor/next" => true,
                role => {
                    role == "http://www.w3.org/2003/05/soap-envelope/role/next"
                        || role == "http://www.w3.org/2003/05/soap-envelope/role/ultimateReceiver"
                }
            };
            if ours {
                return Err(Fault::must_understand(block.namespace(), block.local()));
            }
        }
        Ok(())
    }
}

/// Whether an element is an envelope of a version that is spoken.
#[must_use]
pub fn is_envelope(root: Element<'_>) -> bool {
    root.is(SOAP11, "Envelope") || root.is(SOAP12, "Envelope")
}

/// Writes the start of an answer up to and including `<soapenv:Body>`; the payload follows.
pub fn open(writer: &mut Writer, version: Version, charset: &str, headers: Option<&str>) {
    writer.raw("<?xml version='1.0' encoding='");
    writer.raw(charset);
    writer.raw("'?><soapenv:Envelope xmlns:soapenv=\"");
    writer.raw(version.namespace());
    writer.raw("\">");
    if let Some(headers) = headers {
        writer.raw(headers);
    }
    writer.raw("<soapenv:Body>");
}

/// Writes the end of an answer.
pub fn close(writer: &mut Writer) {
    writer.raw("</soapenv:Body></soapenv:Envelope>");
}

/// Writes a fault as the payload of an envelope; `wsa` is the namespace of codes of WS-Addressing.
pub fn write_fault(
    writer: &mut Writer,
    version: Version,
    fault: &Fault,
    wsa: &str,
    detail: Option<&dyn Fn(&mut Writer)>,
) {
    let code = match (fault.code, version) {
        (Code::Server, Version::V11) => "soapenv:Server".into(),
        (Code::Server, Version::V12) => "soapenv:Receiver".into(),
        (Code::Sender, Version::V11) => "soapenv:Client".into(),
        (Code::Sender, Version::V12) => "soapenv:Sender".into(),
        (Code::VersionMismatch, _) => "soapenv:VersionMismatch".into(),
        (Code::Named(local), _) => format!("axis2ns1:{local}"),
        (Code::Addressing(local), Version::V11) => format!("wsa:{local}"),
        (Code::Addressing(_), Version::V12) => "soapenv:Sender".into(),
    };
    // SOAP 1.2 knows five codes; what others there are stand below one of them.
    let subcode = match (fault.code, version) {
        (Code::Addressing(local), Version::V12) => subcode(local),
        _ => String::new(),
    };
    writer.raw("<soapenv:Fault");
    let declared = match fault.code {
        Code::Named(_) => Some(("axis2ns1", version.namespace())),
        Code::Addressing(_) => Some(("wsa", wsa)),
        _ => None,
    };
    if let Some((prefix, namespace)) = declared {
        for part in [" xmlns:", prefix, "=\"", namespace, "\""] {
            writer.raw(part);
        }
    }
    let mut reason = String::with_capacity(fault.reason.len());
    push_escaped(&mut reason, &fault.reason);
    let (before, end, between, after, name) = match version {
        Version::V11 => ("><faultcode>", "</faultcode>", "<faultstring>", "</faultstring>", "detail"),
        Version::V12 => (
            "><soapenv:Code><soapenv:Value>",
            "</soapenv:Value>",
            "</soapenv:Code><soapenv:Reason><soapenv:Text xml:lang=\"en-US\">",
            "</soapenv:Text></soapenv:Reason>",
            "soapenv:Detail",
        ),
    };
    for part in [before, &code, end, &subcode, between, &reason, after, "<", name] {
        writer.raw(part);
    }
    let problem = fault.problem.as_ref().filter(|_| version == Version::V12);
    if detail.is_none() && problem.is_none() {
        writer.raw("/>");
    } else {
        writer.raw(">");
        if let Some(detail) = detail {
            detail(writer);
        }
        if let Some(problem) = problem {
            writer.raw(&addressing::element(problem));
        }
        for part in ["</", name, ">"] {
            writer.raw(part);
        }
    }
    writer.raw("</soapenv:Fault>");
}

/// A code of WS-Addressing below the one it is a kind of.
fn subcode(local: &str) -> String {
    let around = |code: &str, inside: &str| {
        format!("<soapenv:Subcode><soapenv:Value>wsa:{code}</soapenv:Value>{inside}</soapenv:Subcode>")
    };
    let own = around(local, "");
    match addressing::kind_of(local) {
        Some(kind) => around(kind, &own),
        None => own,
    }
}

#[cfg(test)]
mod tests {
    use super::super::fault::Problem;
    use super::*;

    fn envelope(namespace: &str, inside: &str) -> String {
        format!("<e:Envelope xmlns:e='{namespace}'>{inside}</e:Envelope>")
    }

    fn refusal(text: &str, declared: Option<Version>) -> (Version, Code, String) {
        let document = Document::parse(text).unwrap();
        let (version, fault) = Envelope::read(&document, declared).unwrap_err();
        (version, fault.code, fault.reason)
    }

    #[test]
    fn without_a_content_type_the_envelope_says_its_version() {
        for (namespace, version) in [(SOAP11, Version::V11), (SOAP12, Version::V12)] {
            let text = envelope(namespace, "<e:Body/>");
            let document = Document::parse(&text).unwrap();
            assert_eq!(Envelope::read(&document, None).unwrap().version, version);
            assert_eq!(Envelope::read(&document, Some(version)).unwrap().version, version);
        }
    }

    #[test]
    fn an_envelope_of_another_version_than_the_content_type_is_refused_in_that_of_the_content_type() {
        let words = "Transport level information does not match with SOAP Message namespace URI";
        for (namespace, declared) in [(SOAP12, Version::V11), (SOAP11, Version::V12)] {
            let found = refusal(&envelope(namespace, "<e:Body/>"), Some(declared));
            assert_eq!(found, (declared, Code::VersionMismatch, words.into()));
        }
    }

    #[test]
    fn an_envelope_of_no_version_is_refused() {
        let found = refusal(&envelope("urn:soap", "<e:Body/>"), Some(Version::V12));
        let words = "Only SOAP 1.1 or SOAP 1.2 messages are supported in the system";
        assert_eq!(found, (Version::V12, Code::VersionMismatch, words.into()));
    }

    #[test]
    fn another_root_than_an_envelope_is_refused_by_its_name() {
        let (version, code, reason) = refusal("<foo/>", None);
        assert_eq!((version, code), (Version::V11, Code::Sender));
        assert_eq!(reason, "First Element must contain the local name, Envelope , but found foo");
    }

    #[test]
    fn a_body_of_another_namespace_is_no_body() {
        let text = envelope(SOAP12, "<Body/>");
        assert_eq!(refusal(&text, None), (Version::V12, Code::Sender, "The envelope has no Body".into()));
    }

    #[test]
    fn the_request_is_the_first_element_of_the_first_body() {
        let text = envelope(SOAP11, "<e:Body> <!-- c --> <a/><b/></e:Body><e:Body><c/></e:Body>");
        let document = Document::parse(&text).unwrap();
        assert_eq!(Envelope::read(&document, None).unwrap().payload().unwrap().local(), "a");
        let text = envelope(SOAP11, "<e:Header/><e:Body/>");
        let document = Document::parse(&text).unwrap();
        let envelope = Envelope::read(&document, None).unwrap();
        assert!(envelope.payload().is_none() && envelope.addressing().is_none());
    }

    fn understood(namespace: &str, block: &str) -> Result<(), String> {
        let text = envelope(namespace, &format!("<e:Header>{block}</e:Header><e:Body/>"));
        let document = Document::parse(&text).unwrap();
        let envelope = Envelope::read(&document, None).unwrap();
        envelope.check_must_understand().map_err(|fault| {
            assert_eq!(fault.code, Code::Named("MustUnderstand"));
            fault.reason
        })
    }

    #[test]
    fn a_header_that_must_be_understood_is_refused_by_its_name() {
        for demanded in ["1", "true", " 1 "] {
            assert_eq!(
                understood(
                    SOAP11,
                    &format!("<s:Security xmlns:s='urn:wsse' e:mustUnderstand='{demanded}'/>")
                ),
                Err("Must Understand check failed for header urn:wsse : Security".into())
            );
        }
    }

    #[test]
    fn a_header_that_is_optional_or_known_or_for_others_is_left_alone() {
        for block in [
            "<s:A xmlns:s='urn:s'/>",
            "<s:A xmlns:s='urn:s' e:mustUnderstand='0'/>",
            "<s:A xmlns:s='urn:s' mustUnderstand='1'/>",
            "<s:A xmlns:s='urn:s' e:mustUnderstand='1' e:actor='urn:somebody'/>",
            "<w:To xmlns:w='http://www.w3.org/2005/08/addressing' e:mustUnderstand='1'/>",
        ] {
            assert_eq!(understood(SOAP11, block), Ok(()), "{block}");
        }
        let other = "<s:A xmlns:s='urn:s' e:mustUnderstand='true' e:role='urn:somebody'/>";
        assert_eq!(understood(SOAP12, other), Ok(()));
    }

    #[test]
    fn a_header_for_the_next_node_is_for_us() {
        for (namespace, role) in [
            (SOAP11, "e:actor='http://schemas.xmlsoap.org/soap/actor/next'"),
            (SOAP12, "e:role='http://www.w3.org/2003/05/soap-envelope/role/next'"),
            (SOAP12, "e:role='http://www.w3.org/2003/05/soap-envelope/role/ultimateReceiver'"),
        ] {
            let block = format!("<s:A xmlns:s='urn:s' e:mustUnderstand='1' {role}/>");
            assert!(understood(namespace, &block).is_err(), "{role}");
        }
    }

    fn written(version: Version, fault: &Fault) -> String {
        let mut writer = Writer::xml(&[]);
        write_fault(&mut writer, version, fault, addressing::FINAL, None);
        writer.finish()
    }

    #[test]
    fn a_fault_of_soap_11_has_code_text_and_an_empty_detail() {
        assert_eq!(
            written(Version::V11, &Fault::server("a<b")),
            "<soapenv:Fault><faultcode>soapenv:Server</faultcode><faultstring>a&lt;b</faultstring><detail/></soapenv:Fault>"
        );
    }

    #[test]
    fn a_fault_of_soap_12_has_its_own_names() {
        assert_eq!(
            written(Version::V12, &Fault::server("a<b")),
            "<soapenv:Fault><soapenv:Code><soapenv:Value>soapenv:Receiver</soapenv:Value></soapenv:Code><soapenv:Reason>\
             <soapenv:Text xml:lang=\"en-US\">a&lt;b</soapenv:Text></soapenv:Reason><soapenv:Detail/></soapenv:Fault>"
        );
    }

    #[test]
    fn every_code_has_its_spelling_in_both_versions() {
        for (code, eleven, twelve) in [
            (Code::Sender, "soapenv:Client", "soapenv:Sender"),
            (Code::VersionMismatch, "soapenv:VersionMismatch", "soapenv:VersionMismatch"),
            (Code::Named("50977"), "axis2ns1:50977", "axis2ns1:50977"),
            (Code::Addressing("ActionMismatch"), "wsa:ActionMismatch", "soapenv:Sender"),
        ] {
            let fault = Fault::new(code, "x");
            assert!(written(Version::V11, &fault).contains(&format!("<faultcode>{eleven}</faultcode>")));
            assert!(
                written(Version::V12, &fault).contains(&format!("<soapenv:Value>{twelve}</soapenv:Value>"))
            );
        }
    }

    #[test]
    fn the_prefix_of_a_code_is_declared_where_it_is_used() {
        let named = written(Version::V12, &Fault::new(Code::Named("50978"), "x"));
        assert!(named.starts_with(&format!("<soapenv:Fault xmlns:axis2ns1=\"{SOAP12}\">")), "{named}");
        let addressing = written(Version::V11, &Fault::new(Code::Addressing("A"), "x"));
        assert!(addressing.starts_with("<soapenv:Fault xmlns:wsa=\"http://www.w3.org/2005/08/addressing\">"));
    }

    #[test]
    fn a_fault_of_addressing_tells_what_was_wrong_where_soap_has_a_place_for_it() {
        let header =
            Fault { problem: Some(Problem::Header("Action")), ..Fault::new(Code::Addressing("A"), "x") };
        assert!(written(Version::V11, &header).ends_with("<detail/></soapenv:Fault>"));
        assert!(written(Version::V12, &header).ends_with(
            "<soapenv:Detail><wsa:ProblemHeaderQName>wsa:Action</wsa:ProblemHeaderQName></soapenv:Detail></soapenv:Fault>"
        ));
        let problem = Some(Problem::Action("urn:<".into()));
        let action = Fault { problem, ..Fault::new(Code::Addressing("A"), "x") };
        assert!(written(Version::V12, &action).ends_with(
            "<soapenv:Detail><wsa:ProblemAction><wsa:Action>urn:&lt;</wsa:Action></wsa:ProblemAction></soapenv:Detail></soapenv:Fault>"
        ));
    }

    #[test]
    fn codes_of_addressing_stand_below_one_that_soap_12_knows() {
        let code = |local| {
            let text = written(Version::V12, &Fault::new(Code::Addressing(local), "x"));
            let (_, code) = text.split_once("<soapenv:Code>").unwrap();
            code.split_once("</soapenv:Code>").unwrap().0.to_owned()
        };
        let sender = "<soapenv:Value>soapenv:Sender</soapenv:Value><soapenv:Subcode><soapenv:Value>wsa:";
        assert_eq!(
            code("ActionNotSupported"),
            [sender, "ActionNotSupported</soapenv:Value></soapenv:Subcode>"].concat()
        );
        assert_eq!(
            code("ActionMismatch"),
            [
                sender,
                "InvalidAddressingHeader</soapenv:Value><soapenv:Subcode><soapenv:Value>wsa:ActionMismatch\
                 </soapenv:Value></soapenv:Subcode></soapenv:Subcode>"
            ]
            .concat()
        );
    }
}
