//! What an operation answered, written as its response element.

use super::contract::{Kind, Operation, Output};
use super::fault::Fault;
use super::value::Value;
use super::writer::{Prefix, Writer};
use std::pin::Pin;

/// An answer in the making.
pub type Answering<'a> = Pin<Box<dyn Future<Output = Result<(), Fault>> + Send + 'a>>;

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
