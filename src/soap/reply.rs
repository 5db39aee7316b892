//! What an operation answered, written as its response element.

use super::answer::Answer;
use super::contract::{Kind, Operation, Output};
use super::fault::Fault;
use super::value::Value;
use super::writer::{Prefix, Writer};
use std::pin::Pin;

/// An operation at work.
pub type Answering<C> = Pin<Box<dyn Future<Output = Answered<C>> + Send>>;

/// What an operation came to, with what it was given.
#[derive(Debug)]
pub struct Answered<C> {
    /// The call.
    pub call: C,
    /// The answer; complete where the operation did not refuse.
    pub answer: Answer,
    /// Whether it refused.
    pub done: Result<(), Fault>,
}

/// The reply of a void operation that has an output message: 200 with a nil `return`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Nil;

/// What an operation can answer: a value, nothing, or nil.
pub trait Reply {
    /// How the contract declares it.
    const OUTPUT: Output;
    /// Writes the response element.
    fn write(&self, operation: &Operation, schema_namespace: &str, writer: &mut Writer);
}

impl Reply for () {
    const OUTPUT: Output = Output::Nothing;
    fn write(&self, _: &Operation, _: &str, _: &mut Writer) {}
}

impl Reply for Nil {
    const OUTPUT: Output = Output::Nil;
    fn write(&self, operation: &Operation, schema_namespace: &str, writer: &mut Writer) {
        wrap(operation, schema_namespace, writer, false, |writer| writer.nil(Prefix::Service, "return"));
    }
}

impl<T: Value> Reply for T {
    const OUTPUT: Output = Output::Value(T::shape);
    fn write(&self, operation: &Operation, schema_namespace: &str, writer: &mut Writer) {
        let shape = T::shape();
        // Axis2 declares the bean namespaces on the wrapper of an array, on the return element of a single bean.
        let declare = shape.many && matches!(shape.kind, Kind::Bean(_));
        wrap(operation, schema_namespace, writer, declare, |writer| {
            Value::write(self, writer, Prefix::Service, "return");
        });
    }
}

fn wrap(
    operation: &Operation,
    schema_namespace: &str,
    writer: &mut Writer,
    declare: bool,
    content: impl FnOnce(&mut Writer),
) {
    if writer.is_json() {
        writer.object(&[operation.name, "Response"].concat(), content);
    } else {
        writer.response(operation.name, schema_namespace, declare, content);
    }
}

/// Argument faults of robust operations all read alike.
#[must_use]
pub fn bad_arguments(operation: &Operation, fault: Fault) -> Fault {
    if operation.is_robust() { Fault::invocation(operation.name) } else { fault }
}

#[cfg(test)]
mod tests {
    use super::super::fault::Code;
    use super::super::ferries::{call, call_for_json, operation};
    use super::*;

    const NS: &str = "http://ferry.example";

    #[test]
    fn a_void_operation_with_an_output_answers_nil() {
        let answer = call("launch", &format!("<launch xmlns='{NS}'><boat/></launch>")).unwrap();
        assert_eq!(
            answer,
            "<ns:launchResponse xmlns:ns=\"http://ferry.example\"><ns:return \
             xmlns:xsi=\"http://www.w3.org/2001/XMLSchema-instance\" xsi:nil=\"true\"/></ns:launchResponse>"
        );
        let json = call_for_json("launch", &format!("<launch xmlns='{NS}'><boat/></launch>")).unwrap();
        assert_eq!(json, "{\"launchResponse\":{\"return\":null}}");
    }

    #[test]
    fn a_robust_operation_answers_nothing() {
        let answer =
            call("rename", &format!("<rename xmlns='{NS}'><old>a</old><new>b</new></rename>")).unwrap();
        assert_eq!(answer, "");
    }

    #[test]
    fn an_empty_array_is_a_wrapper_without_children() {
        let request = format!("<names xmlns='{NS}'/>");
        assert_eq!(call("names", &request).unwrap(), format!("<ns:namesResponse xmlns:ns=\"{NS}\"/>"));
        assert_eq!(call_for_json("names", &request).unwrap(), "{\"namesResponse\":{\"return\":[]}}");
    }

    #[test]
    fn an_array_of_beans_declares_their_namespaces_on_the_wrapper_once() {
        let request = format!(
            "<fleet xmlns='{NS}'><names>a</names><names>b</names><open>1</open><tonnage>0</tonnage></fleet>"
        );
        let answer = call("fleet", &request).unwrap();
        let start = "<ns:fleetResponse xmlns:ns=\"http://ferry.example\" xmlns:ax2301=\"http://ferry.example/xsd\" \
                     xmlns:ax2302=\"http://map.example/xsd\"><ns:return \
                     xmlns:xsi=\"http://www.w3.org/2001/XMLSchema-instance\" xsi:type=\"ax2301:Boat\">";
        assert!(answer.starts_with(start), "{answer}");
        assert_eq!(answer.matches("xmlns:ax2301").count(), 1);
        assert_eq!(answer.matches("<ns:return ").count(), 2);
    }

    #[test]
    fn a_single_bean_declares_the_namespaces_itself() {
        let answer = call("find", &format!("<find xmlns='{NS}'><limit>7</limit></find>")).unwrap();
        assert!(
            answer.starts_with("<ns:findResponse xmlns:ns=\"http://ferry.example\"><ns:return xmlns:ax2301="),
            "{answer}"
        );
        assert!(answer.contains("<ax2301:length>7</ax2301:length>"), "{answer}");
    }

    #[test]
    fn a_robust_operation_tells_nothing_of_what_was_wrong_with_its_arguments() {
        for request in ["<rename xmlns='urn:other'/>", "<rename xmlns='http://ferry.example'><x/></rename>"] {
            let fault = call("rename", request).unwrap_err();
            assert_eq!(fault.reason, "Exception occurred while trying to invoke service method rename");
        }
        let kept = bad_arguments(operation("find"), Fault::new(Code::Sender, "why"));
        assert_eq!((kept.code, &*kept.reason), (Code::Sender, "why"));
    }

    #[test]
    fn what_a_robust_operation_itself_refuses_is_told() {
        let request = format!("<rename xmlns='{NS}'><old>a</old><new>a</new></rename>");
        assert_eq!(call("rename", &request).unwrap_err().reason, "nothing to do");
    }
}
