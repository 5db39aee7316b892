//! WS-Addressing, final (2005/08) and submission (2004/08): what a request says, what is wrong with it, and the
//! headers of the answer. Answers carry them only when the request did, in its version.

use super::envelope::Version;
use super::fault::{Code, Fault, Problem};
use super::writer::push_escaped;
use super::xml::Element;

/// The final namespace.
pub const FINAL: &str = "http://www.w3.org/2005/08/addressing";
/// The namespace of the submission that older clients speak.
pub const SUBMISSION: &str = "http://schemas.xmlsoap.org/ws/2004/08/addressing";

/// Action of faults that operations do not declare.
const FAULT_ACTION: &str = "http://www.w3.org/2005/08/addressing/soap/fault";
/// Action of the faults of WS-Addressing itself.
const ADDRESSING_FAULT_ACTION: &str = "http://www.w3.org/2005/08/addressing/fault";
/// Action of both in the submission.
const SUBMISSION_FAULT_ACTION: &str = "http://schemas.xmlsoap.org/ws/2004/08/addressing/fault";

const INVALID: &str =
    "A header representing a Message Addressing Property is not valid and the message cannot be processed";
const MISSING: &str = "A required header representing a Message Addressing Property is not present";

/// Whether a header block of that namespace is understood here.
#[must_use]
pub fn is_namespace(namespace: &str) -> bool {
    namespace == FINAL || namespace == SUBMISSION
}

/// The addressing headers of a request.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Addressing {
    submission: bool,
    /// `wsa:Action`.
    pub action: Option<String>,
    /// `wsa:To`.
    pub to: Option<String>,
    message_id: Option<String>,
    reply_to: Option<String>,
    fault_to: Option<String>,
}

/// Where the answer goes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ReplyTo {
    /// Back on the same connection.
    Caller,
    /// Nowhere: the operation is carried out and answered with an empty 202.
    Nobody,
}

impl Addressing {
    /// Reads the headers; `None` when the message has none of them. Of a message with those of both versions, which some
    /// clients send to be understood by everybody, the final ones count (Axis2, `AddressingInHandler`).
    pub(super) fn read(header: Element<'_>) -> Option<Self> {
        let blocks = |namespace| header.children().filter(move |block| block.namespace() == namespace);
        let submission = blocks(FINAL).next().is_none();
        let mut found = Self { submission, ..Self::default() };
        let mut any = false;
        for block in blocks(found.namespace()) {
            any = true;
            let text = || Some(block.text().trim().to_owned());
            let address =
                || block.child(block.namespace(), "Address").map(|address| address.text().trim().to_owned());
            match block.local() {
                "Action" => found.action = text(),
                "To" => found.to = text(),
                "MessageID" => found.message_id = text(),
                "ReplyTo" => found.reply_to = address(),
                "FaultTo" => found.fault_to = address(),
                _ => {}
            }
        }
        any.then_some(found)
    }

    /// The version's namespace.
    #[must_use]
    pub fn namespace(&self) -> &'static str {
        if self.submission { SUBMISSION } else { FINAL }
    }

    /// The checks that need no operation: the action is there and is the one of the transport.
    ///
    /// # Errors
    /// The addressing faults of the original.
    pub fn check_action(&self, soap_action: Option<&str>) -> Result<(), Fault> {
        let Some(action) = &self.action else {
            // The submission leaves the action to the transport.
            return if self.submission { Ok(()) } else { Err(missing("Action")) };
        };
        match soap_action {
            Some(transport) if !transport.is_empty() && transport != action => {
                Err(Fault { problem: Some(Problem::Header("Action")), ..invalid("ActionMismatch") })
            }
            _ => Ok(()),
        }
    }

    /// The checks once the operation is known. `answers` tells whether it has an output message.
    ///
    /// # Errors
    /// The addressing faults of the original, and the refusal to call back other addresses.
    pub fn check_reply(&self, answers: bool) -> Result<ReplyTo, Fault> {
        for address in [&self.reply_to, &self.fault_to].into_iter().flatten() {
            if !is_anonymous(address) && !is_none(address) {
                return Err(invalid("OnlyAnonymousAddressSupported"));
            }
        }
        if self.reply_to.as_deref().is_some_and(is_none) {
            return Ok(ReplyTo::Nobody);
        }
        if self.submission {
            // Without a ReplyTo the submission has nowhere to answer to; the original executes and says 202.
            return Ok(if self.reply_to.is_some() { ReplyTo::Caller } else { ReplyTo::Nobody });
        }
        if answers && self.message_id.is_none() {
            return Err(missing("MessageID"));
        }
        Ok(ReplyTo::Caller)
    }

    /// The fault for an action that no operation has.
    #[must_use]
    pub fn unsupported_action(&self) -> Fault {
        let action = self.action.clone().unwrap_or_default();
        Fault {
            problem: Some(Problem::Action(action)),
            ..Fault::new(
                Code::Addressing("ActionNotSupported"),
                "The [action] cannot be processed at the receiver.",
            )
        }
    }

    /// The header element of an answer with that action.
    #[must_use]
    pub fn answer_headers(&self, action: &str) -> String {
        self.headers(action, "")
    }

    /// The header element of a fault in an envelope of that version; `declared` is the action of the operation's own fault.
    /// SOAP 1.1 has no other place for what was wrong with the headers, and the submission has none at all.
    #[must_use]
    pub fn fault_headers(&self, fault: &Fault, declared: Option<String>, version: Version) -> String {
        let problem = fault.problem.as_ref().filter(|_| version == Version::V11 && !self.submission);
        let detail =
            problem.map(|problem| ["<wsa:FaultDetail>", &element(problem), "</wsa:FaultDetail>"].concat());
        self.headers(&self.fault_action(fault, declared), &detail.unwrap_or_default())
    }

    /// The action of the answer that carries `fault`; `declared` is the action of the operation's own fault.
    fn fault_action(&self, fault: &Fault, declared: Option<String>) -> String {
        match (fault.code, declared) {
            (Code::Addressing(_), _) if !self.submission => ADDRESSING_FAULT_ACTION.to_owned(),
            (Code::Addressing(_), _) => SUBMISSION_FAULT_ACTION.to_owned(),
            (_, Some(declared)) => declared,
            (_, None) if !self.submission => FAULT_ACTION.to_owned(),
            (_, None) => SUBMISSION_FAULT_ACTION.to_owned(),
        }
    }

    fn headers(&self, action: &str, rest: &str) -> String {
        let mut out = format!("<soapenv:Header xmlns:wsa=\"{}\">", self.namespace());
        if self.submission {
            out.push_str("<wsa:To>");
            out.push_str(SUBMISSION);
            out.push_str("/role/anonymous</wsa:To><wsa:MessageID>urn:uuid:");
            out.push_str(&uuid::Uuid::new_v4().to_string());
            out.push_str("</wsa:MessageID>");
        }
        out.push_str("<wsa:Action>");
        push_escaped(&mut out, action);
        out.push_str("</wsa:Action>");
        if let Some(id) = &self.message_id {
            out.push_str("<wsa:RelatesTo>");
            push_escaped(&mut out, id);
            out.push_str("</wsa:RelatesTo>");
        }
        out.push_str(rest);
        out.push_str("</soapenv:Header>");
        out
    }
}

/// What was wrong, as an element.
pub(super) fn element(problem: &Problem) -> String {
    match problem {
        Problem::Header(name) => format!("<wsa:ProblemHeaderQName>wsa:{name}</wsa:ProblemHeaderQName>"),
        Problem::Action(action) => {
            let mut out = String::from("<wsa:ProblemAction><wsa:Action>");
            push_escaped(&mut out, action);
            out.push_str("</wsa:Action></wsa:ProblemAction>");
            out
        }
    }
}

/// The code of which a code of WS-Addressing is a kind, where SOAP has room to say so (WS-Addressing 1.0, SOAP binding, §6.4.1).
pub(super) fn kind_of(code: &str) -> Option<&'static str> {
    matches!(code, "ActionMismatch" | "OnlyAnonymousAddressSupported").then_some("InvalidAddressingHeader")
}

fn invalid(code: &'static str) -> Fault {
    Fault::new(Code::Addressing(code), INVALID)
}

fn missing(header: &'static str) -> Fault {
    Fault {
        problem: Some(Problem::Header(header)),
        ..Fault::new(Code::Addressing("MessageAddressingHeaderRequired"), MISSING)
    }
}

fn is_anonymous(address: &str) -> bool {
    address == "http://www.w3.org/2005/08/addressing/anonymous"
        || address == "http://schemas.xmlsoap.org/ws/2004/08/addressing/role/anonymous"
}

fn is_none(address: &str) -> bool {
    address == "http://www.w3.org/2005/08/addressing/none"
}

#[cfg(test)]
mod tests {
    use super::super::xml::Document;
    use super::*;

    const ANONYMOUS: &str = "http://www.w3.org/2005/08/addressing/anonymous";

    fn read(namespace: &str, blocks: &str) -> Option<Addressing> {
        let text = format!("<h xmlns:wsa='{namespace}'>{blocks}</h>");
        let document = Document::parse(&text).unwrap();
        Addressing::read(document.root().unwrap())
    }

    fn with(namespace: &str, blocks: &str) -> Addressing {
        read(namespace, blocks).unwrap()
    }

    fn reply_to(address: &str) -> String {
        format!("<wsa:ReplyTo><wsa:Address> {address} </wsa:Address></wsa:ReplyTo>")
    }

    #[test]
    fn a_message_without_such_headers_has_no_addressing() {
        assert_eq!(read(FINAL, "<Action>urn:find</Action><x:Action xmlns:x='urn:x'/>"), None);
        assert_eq!(with(FINAL, "<wsa:Action> urn:find\n</wsa:Action>").action.as_deref(), Some("urn:find"));
    }

    #[test]
    fn the_action_must_be_that_of_the_transport_unless_that_one_is_empty() {
        let found = with(FINAL, "<wsa:Action>urn:find</wsa:Action>");
        for transport in [None, Some(""), Some("urn:find")] {
            assert!(found.check_action(transport).is_ok(), "{transport:?}");
        }
        let fault = found.check_action(Some("urn:names")).unwrap_err();
        assert_eq!(fault.code, Code::Addressing("ActionMismatch"));
        assert_eq!(
            fault.reason,
            "A header representing a Message Addressing Property is not valid and the message cannot be processed"
        );
        assert_eq!(fault.problem, Some(Problem::Header("Action")));
    }

    #[test]
    fn the_final_version_demands_an_action_and_the_submission_does_not() {
        let fault = with(FINAL, "<wsa:MessageID>1</wsa:MessageID>").check_action(None).unwrap_err();
        assert_eq!(fault.code, Code::Addressing("MessageAddressingHeaderRequired"));
        assert_eq!(
            fault.reason,
            "A required header representing a Message Addressing Property is not present"
        );
        assert_eq!(fault.problem, Some(Problem::Header("Action")));
        assert!(with(SUBMISSION, "<wsa:MessageID>1</wsa:MessageID>").check_action(None).is_ok());
    }

    #[test]
    fn an_operation_that_answers_demands_a_message_id() {
        let found = with(FINAL, "<wsa:Action>urn:find</wsa:Action>");
        let fault = found.check_reply(true).unwrap_err();
        assert_eq!(fault.code, Code::Addressing("MessageAddressingHeaderRequired"));
        assert_eq!(fault.problem, Some(Problem::Header("MessageID")));
        assert_eq!(found.check_reply(false).unwrap(), ReplyTo::Caller);
        let found = with(FINAL, "<wsa:MessageID>1</wsa:MessageID>");
        assert_eq!(found.check_reply(true).unwrap(), ReplyTo::Caller);
    }

    #[test]
    fn an_answer_goes_back_or_nowhere_and_never_to_another_address() {
        let id = "<wsa:MessageID>1</wsa:MessageID>";
        let found = with(FINAL, &[id, &reply_to(ANONYMOUS)].concat());
        assert_eq!(found.check_reply(true).unwrap(), ReplyTo::Caller);
        let found = with(FINAL, &[id, &reply_to("http://www.w3.org/2005/08/addressing/none")].concat());
        assert_eq!(found.check_reply(true).unwrap(), ReplyTo::Nobody);
        let elsewhere = reply_to("http://169.254.169.254/");
        for header in [elsewhere.clone(), elsewhere.replace("ReplyTo", "FaultTo")] {
            for namespace in [FINAL, SUBMISSION] {
                let fault = with(namespace, &[id, &header].concat()).check_reply(true).unwrap_err();
                assert_eq!(fault.code, Code::Addressing("OnlyAnonymousAddressSupported"), "{header}");
            }
        }
    }

    #[test]
    fn the_submission_answers_only_who_says_where() {
        let anonymous = reply_to("http://schemas.xmlsoap.org/ws/2004/08/addressing/role/anonymous");
        assert_eq!(with(SUBMISSION, &anonymous).check_reply(true).unwrap(), ReplyTo::Caller);
        assert_eq!(
            with(SUBMISSION, "<wsa:Action>x</wsa:Action>").check_reply(true).unwrap(),
            ReplyTo::Nobody
        );
    }

    #[test]
    fn the_answer_names_its_action_and_the_message_it_relates_to() {
        let found = with(FINAL, "<wsa:MessageID>a&lt;b</wsa:MessageID>");
        assert_eq!(
            found.answer_headers("urn:findResponse"),
            "<soapenv:Header xmlns:wsa=\"http://www.w3.org/2005/08/addressing\"><wsa:Action>urn:findResponse</wsa:Action>\
             <wsa:RelatesTo>a&lt;b</wsa:RelatesTo></soapenv:Header>"
        );
        assert!(!with(FINAL, "<wsa:Action>x</wsa:Action>").answer_headers("y").contains("RelatesTo"));
    }

    #[test]
    fn the_answer_to_the_submission_has_its_namespace_and_an_id_of_its_own() {
        let found = with(SUBMISSION, "<wsa:MessageID>1</wsa:MessageID>");
        let (first, second) = (found.answer_headers("urn:x"), found.answer_headers("urn:x"));
        assert!(first.starts_with("<soapenv:Header xmlns:wsa=\"http://schemas.xmlsoap.org/ws/2004/08/addressing\"><wsa:To>http://schemas.xmlsoap.org/ws/2004/08/addressing/role/anonymous</wsa:To><wsa:MessageID>urn:uuid:"), "{first}");
        assert_ne!(first, second);
    }

    #[test]
    fn an_action_that_nobody_has_is_named() {
        let fault = with(FINAL, "<wsa:Action>urn:sink</wsa:Action>").unsupported_action();
        assert_eq!(fault.code, Code::Addressing("ActionNotSupported"));
        assert_eq!(fault.reason, "The [action] cannot be processed at the receiver.");
        assert_eq!(fault.problem, Some(Problem::Action("urn:sink".into())));
    }

    #[test]
    fn the_action_of_a_fault_tells_who_raised_it() {
        let declared = || Some("urn:findFerryException".to_owned());
        let (plain, own) = (Fault::server("x"), missing("Action"));
        let last = with(FINAL, "<wsa:Action>x</wsa:Action>");
        assert_eq!(last.fault_action(&plain, None), "http://www.w3.org/2005/08/addressing/soap/fault");
        assert_eq!(last.fault_action(&plain, declared()), "urn:findFerryException");
        assert_eq!(last.fault_action(&own, declared()), "http://www.w3.org/2005/08/addressing/fault");
        let first = with(SUBMISSION, "<wsa:Action>x</wsa:Action>");
        for fault in [&plain, &own] {
            let action = first.fault_action(fault, None);
            assert_eq!(action, "http://schemas.xmlsoap.org/ws/2004/08/addressing/fault");
        }
    }

    #[test]
    fn what_was_wrong_is_a_header_where_soap_has_no_other_place_for_it() {
        let problem =
            "<wsa:FaultDetail><wsa:ProblemHeaderQName>wsa:Action</wsa:ProblemHeaderQName></wsa:FaultDetail>";
        let told = |namespace, version| {
            let found = with(namespace, "<wsa:Action>x</wsa:Action>");
            found.fault_headers(&missing("Action"), None, version).contains(problem)
        };
        assert!(told(FINAL, Version::V11));
        assert!(!told(FINAL, Version::V12) && !told(SUBMISSION, Version::V11));
    }

    #[test]
    fn of_a_message_with_headers_of_both_versions_the_final_ones_count() {
        let old = format!(
            "<o:Action xmlns:o='{SUBMISSION}'>urn:old</o:Action><o:To xmlns:o='{SUBMISSION}'>x</o:To>"
        );
        for blocks in [["<wsa:Action>urn:new</wsa:Action>", &old], [&old, "<wsa:Action>urn:new</wsa:Action>"]]
        {
            let found = with(FINAL, &blocks.concat());
            assert_eq!((found.action.as_deref(), found.namespace()), (Some("urn:new"), FINAL));
            assert_eq!(found.to, None);
        }
    }
}
