//! What a declared service looks like: the tables that the macros of `declare.rs` fill and everything else reads.

use std::fmt;

/// An admin service.
#[derive(Debug)]
pub struct Service {
    /// Name in URLs and WSDL, e.g. `UserProfileMgtService`.
    pub name: &'static str,
    /// `targetNamespace` of the WSDL.
    pub target_namespace: &'static str,
    /// Namespace of request and response elements; differs from the target namespace for some services.
    pub schema_namespace: &'static str,
    /// An open service needs no login for any operation and shows its WSDL even when the others are hidden.
    pub open: bool,
    /// Every operation, in the order of the declaration.
    pub operations: &'static [Operation],
}

impl Service {
    /// The operation of exactly that name.
    #[must_use]
    pub fn operation(&self, name: &str) -> Option<&'static Operation> {
        self.operations.iter().find(|operation| operation.name == name)
    }

    /// The operation that a SOAP action names: `urn:<op>` or the bare name; a URI tail is no action.
    #[must_use]
    pub fn operation_by_action(&self, action: &str) -> Option<&'static Operation> {
        self.operation(action.strip_prefix("urn:").unwrap_or(action))
    }

    /// Every bean type that an operation can reach, in the order they are met.
    #[must_use]
    pub fn types(&self) -> Vec<&'static Type> {
        let mut found = Vec::new();
        for operation in self.operations {
            for parameter in operation.parameters {
                collect((parameter.shape)(), &mut found);
            }
            if let Output::Value(shape) = operation.output {
                collect(shape(), &mut found);
            }
            for fault in operation.faults {
                visit(fault, &mut found);
            }
        }
        found
    }
}

fn collect(shape: Shape, found: &mut Vec<&'static Type>) {
    if let Kind::Bean(bean) = shape.kind {
        visit(bean, found);
    }
}

fn visit(bean: &'static Type, found: &mut Vec<&'static Type>) {
    if bean.is_opaque() {
        return;
    }
    if found.iter().any(|known| known.is(bean)) {
        return;
    }
    found.push(bean);
    if let Some(base) = bean.base {
        visit(base, found);
    }
    for field in bean.fields {
        collect((field.shape)(), found);
    }
}

/// One operation of a service.
#[derive(Debug)]
pub struct Operation {
    /// Name, and name of the request element.
    pub name: &'static str,
    /// Parameters in declared order, which is the order they are matched in.
    pub parameters: &'static [Field],
    /// What it answers.
    pub output: Output,
    /// The declared exceptions.
    pub faults: &'static [&'static Type],
    /// Any one of these permissions suffices. Empty for open operations.
    pub permissions: &'static [&'static str],
    /// What the original asks for, where that is less than we think right; empty where it is the same.
    pub original_permissions: &'static [&'static str],
    /// May be called without credentials.
    pub open: bool,
    /// Only for callers of the super tenant.
    pub super_tenant: bool,
}

impl Operation {
    /// Void without output message: success is an empty 202, and declared faults lose their typed detail.
    #[must_use]
    pub fn is_robust(&self) -> bool {
        matches!(self.output, Output::Nothing)
    }
}

/// What an operation answers.
#[derive(Debug, Clone, Copy)]
pub enum Output {
    /// A value, in an element `return`.
    Value(fn() -> Shape),
    /// Void, robust in-only: 202 without a body.
    Nothing,
    /// Void, in-out: 200 with a nil `return`.
    Nil,
}

/// A parameter of an operation or a property of a bean.
#[derive(Debug, Clone, Copy)]
pub struct Field {
    /// Wire name.
    pub name: &'static str,
    /// What it holds; a function, since beans may contain themselves.
    pub shape: fn() -> Shape,
}

/// Type, repetition and nillability of a value.
#[derive(Debug, Clone, Copy)]
pub struct Shape {
    /// The type of one element.
    pub kind: Kind,
    /// Whether `xsi:nil` is allowed: everything but Java's primitives.
    pub nillable: bool,
    /// Whether it is an array.
    pub many: bool,
}

/// The type of an element.
#[derive(Debug, Clone, Copy)]
pub enum Kind {
    /// A type of XML Schema, by its local name.
    Simple(&'static str),
    /// A declared bean.
    Bean(&'static Type),
}

/// A bean type: `{namespace}name` with its own properties, after those of its base.
pub struct Type {
    /// Local name.
    pub name: &'static str,
    /// Namespace, `http://<reversed package>/xsd`.
    pub namespace: &'static str,
    /// Own properties, in Axis2's order (by name).
    pub fields: &'static [Field],
    /// The type it extends.
    pub base: Option<&'static Type>,
    /// Whether its class is abstract.
    pub is_abstract: bool,
}

impl Type {
    /// Whether the schema says nothing of it but that it is something: an exception of Java's own, declared in the
    /// namespace of XML Schema.
    #[must_use]
    pub fn is_opaque(&self) -> bool {
        self.namespace == "http://www.w3.org/2001/XMLSchema"
    }

    /// Whether this is `java.lang.Exception` itself, which Axis2 publishes and writes in a way of its own: what stands in
    /// the fault's element is named like it.
    #[must_use]
    pub fn is_plain_exception(&self) -> bool {
        self.name == "Exception"
    }

    /// Whether both declare the same type. Constants have no address of their own, so names decide.
    #[must_use]
    pub fn is(&self, other: &Type) -> bool {
        self.name == other.name && self.namespace == other.namespace
    }
}

impl fmt::Debug for Type {
    // Types may contain themselves; the name says enough.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{{{}}}{}", self.namespace, self.name)
    }
}
