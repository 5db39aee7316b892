//! Faults: what a client reads when something went wrong, in the words of the original.
//!
//! The texts of the engine itself are all here. Faults of services carry the domain's text and, where the
//! operation declares an exception, its typed detail.

use super::contract::Type;
use super::value::Bean;

/// A SOAP fault, before it is written for a version.
#[derive(Debug)]
pub struct Fault {
    /// Who is to blame.
    pub code: Code,
    /// The text a client reads.
    pub reason: String,
    /// The declared exception, for operations that may carry it.
    pub detail: Option<Box<dyn Detail>>,
    /// WS-Addressing: the property that was wrong.
    pub problem: Option<Problem>,
}

/// The fault code.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Code {
    /// `Server` in SOAP 1.1, `Receiver` in 1.2.
    Server,
    /// `Client` in SOAP 1.1, `Sender` in 1.2.
    Sender,
    /// Raised by name only: the local part in the envelope's namespace, whatever the version
    /// (`50977`, `MustUnderstand`, and `Client` for what was not found).
    Named(&'static str),
    /// `VersionMismatch`.
    VersionMismatch,
    /// A fault of WS-Addressing, in its namespace.
    Addressing(&'static str),
}

/// What WS-Addressing reports beside its fault.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Problem {
    /// `ProblemHeaderQName`, a header of WS-Addressing by local name.
    Header(&'static str),
    /// `ProblemAction`, the action nobody supports.
    Action(String),
}

/// A declared exception as the detail of a fault.
pub trait Detail: std::fmt::Debug + Send + Sync {
    /// Its type.
    fn declared_type(&self) -> &'static Type;
    /// Writes its properties.
    fn write(&self, writer: &mut super::Writer);
}

impl<B: Bean + std::fmt::Debug + Send + Sync> Detail for B {
    fn declared_type(&self) -> &'static Type {
        B::TYPE
    }
    fn write(&self, writer: &mut super::Writer) {
        self.write_properties(writer);
    }
}

/// Authentication failed (`AuthenticationHandler`).
pub const NOT_AUTHENTICATED: &str = "50977";
/// The user store failed while authenticating.
pub const AUTHENTICATION_ERROR: &str = "50976";
/// The permission is missing.
pub const NOT_PERMITTED: &str = "50978";

impl Fault {
    /// A fault without detail.
    pub fn new(code: Code, reason: impl Into<String>) -> Self {
        Self { code, reason: reason.into(), detail: None, problem: None }
    }

    /// `soapenv:Server` with that text.
    pub fn server(reason: impl Into<String>) -> Self {
        Self::new(Code::Server, reason)
    }

    /// A declared exception with its message.
    pub fn declared(reason: impl Into<String>, exception: impl Detail + 'static) -> Self {
        Self { detail: Some(Box::new(exception)), ..Self::server(reason) }
    }

    /// Axis2's word for an exception without a message.
    #[must_use]
    pub fn unknown() -> Self {
        Self::server("unknown")
    }

    /// What robust operations answer for a wrong wrapper or parameter.
    #[must_use]
    pub fn invocation(operation: &str) -> Self {
        Self::server(format!("Exception occurred while trying to invoke service method {operation}"))
    }

    /// The request element stands in another namespace than the schema's.
    #[must_use]
    pub fn namespace_mismatch(required: &str, found: &str) -> Self {
        let found = if found.is_empty() { "none" } else { found };
        Self::server(format!("namespace mismatch require {required} found {found}"))
    }

    /// An empty body for an operation that has parameters.
    #[must_use]
    pub fn wrong_number_of_arguments() -> Self {
        Self::server("wrong number of arguments")
    }

    /// No such service; `over_http` when it exists but not on this transport.
    #[must_use]
    pub fn no_such_service(address: &str, over_http: bool) -> Self {
        let code = if over_http { Code::Server } else { Code::Named("Client") };
        Self::new(code, format!("The service cannot be found for the endpoint reference (EPR) {address}"))
    }

    /// No such operation.
    #[must_use]
    pub fn no_such_operation(address: &str, action: Option<&str>) -> Self {
        let action = action.unwrap_or("null");
        Self::new(
            Code::Named("Client"),
            format!(
                "The endpoint reference (EPR) for the Operation not found is {address} and the WSA Action = {action}. \
                 If this EPR was previously reachable, please contact the server administrator."
            ),
        )
    }

    /// A header that had to be understood was not.
    #[must_use]
    pub fn must_understand(namespace: &str, local: &str) -> Self {
        Self::new(
            Code::Named("MustUnderstand"),
            format!("Must Understand check failed for header {namespace} : {local}"),
        )
    }

    /// Wrong name or password.
    #[must_use]
    pub fn invalid_credentials() -> Self {
        Self::new(
            Code::Named(NOT_AUTHENTICATED),
            "Access Denied. Authentication failed - Invalid credentials provided.",
        )
    }

    /// A scheme nobody handles, an inactive tenant.
    #[must_use]
    pub fn authentication_failure() -> Self {
        Self::new(Code::Named(NOT_AUTHENTICATED), "Authentication failure")
    }

    /// An unknown tenant, or a failure while authenticating.
    #[must_use]
    pub fn authentication_error() -> Self {
        Self::new(
            Code::Named(AUTHENTICATION_ERROR),
            "Access Denied. Authentication failed - System error occurred. Please check server logs for more details.",
        )
    }

    /// The caller holds none of the operation's permissions.
    #[must_use]
    pub fn access_denied() -> Self {
        Self::new(Code::Named(NOT_PERMITTED), "Access Denied.")
    }

    /// The operation is for the super tenant alone.
    #[must_use]
    pub fn super_tenant_only() -> Self {
        Self::new(
            Code::Named("WSO2CarbonTenantAuthorizationFailure"),
            "Denied accessing super tenant service.",
        )
    }

    /// The bytes are no message; the text is the parser's.
    #[must_use]
    pub fn malformed(why: impl std::fmt::Display) -> Self {
        Self::new(Code::Sender, why.to_string())
    }
}
