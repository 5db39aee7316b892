//! WS-Addressing, final (2005/08) and submission (2004/08): what a request says, what is wrong with it, and the
//! headers of the answer. Answers carry them only when the request did.

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
    /// Reads the headers; `None` when the message has none of them.
    pub(super) fn read(header: Element<'_>) -> Option<Self> {
        let mut found = Self::default();
        let mut any = false;
        for block in header.children().filter(|block| is_namespace(block.namespace())) {
            any = true;
            found.submission = block.namespace() == SUBMISSION;
            let text = || Some(block.text().trim().to_owned());
            let address =
                || block.child(block.namespace(), "Address").map(|address| address.text().trim().to_owned());
            match block.local() {
                "Action" => found.action = text(),
                "MessageID" => found.message_id = text(),
                "ReplyTo" => found.reply_to = address(),
                "FaultTo" => found.fault_to = address(),
                _ => {}
            }
        }
        any.then_some(found)
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
        let namespace = if self.submission { SUBMISSION } else { FINAL };
        let mut out = format!("<soapenv:Header xmlns:wsa=\"{namespace}\">");
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
        out.push_str("</soapenv:Header>");
        out
    }
}

/// The action of the answer that carries `fault`; `declared` is the action of the operation's own fault.
#[must_use]
pub fn fault_action(fault: &Fault, declared: Option<String>) -> String {
    match (fault.code, declared) {
        (Code::Addressing(_), _) => ADDRESSING_FAULT_ACTION.to_owned(),
        (_, Some(declared)) => declared,
        (_, None) => FAULT_ACTION.to_owned(),
    }
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
