//! WSDL 1.1 documents, generated from the declaration in the way Axis2 lays them out.
//!
//! One self-contained document; imports name every foreign namespace a schema uses; ports in the order SOAP 1.1,
//! SOAP 1.2, HTTP: clients take the first, and some know nothing but what is inline.

use super::contract::{Field, Kind, Operation, Output, Service, Shape, Type};
use super::prefixes::BeanPrefixes;
use super::writer::push_attribute;
use std::fmt::{Display, Write as _};

/// Namespace of the services whose request elements stand outside their target namespace.
const AXIS2: &str = "http://org.apache.axis2/xsd";

/// The schema part of a document: namespaces, prefixes and types of a service.
pub(super) struct Schemas {
    pub(super) schema_namespace: &'static str,
    pub(super) namespaces: Vec<&'static str>,
    /// Theirs, in the same order.
    prefixes: Vec<String>,
    types: Vec<&'static Type>,
}

impl Schemas {
    pub(super) fn of(service: &Service, prefixes: &BeanPrefixes) -> Self {
        let types = service.types();
        let mut namespaces: Vec<&'static str> = Vec::new();
        for bean in &types {
            if !namespaces.contains(&bean.namespace) {
                namespaces.push(bean.namespace);
            }
        }
        let prefixes = prefixes.each(namespaces.iter().copied());
        Self { schema_namespace: service.schema_namespace, namespaces, prefixes, types }
    }

    fn prefix(&self, namespace: &str) -> &str {
        let position = self.namespaces.iter().position(|known| *known == namespace);
        position.and_then(|position| self.prefixes.get(position)).map_or("", String::as_str)
    }

    pub(super) fn qualified(&self, shape: Shape) -> String {
        match shape.kind {
            Kind::Simple(name) => format!("xs:{name}"),
            Kind::Bean(bean) => format!("{}:{}", self.prefix(bean.namespace), bean.name),
        }
    }

    /// `xmlns:axN` declarations of all bean namespaces.
    pub(super) fn declarations(&self) -> String {
        let mut out = String::new();
        for namespace in &self.namespaces {
            let _ = write!(out, " xmlns:{}=\"{namespace}\"", self.prefix(namespace));
        }
        out
    }

    /// Every schema, the one of the request elements last.
    pub(super) fn render(&self, service: &Service, indent: usize) -> String {
        let mut out = Lines { out: String::new(), indent };
        for namespace in self.bases_first() {
            self.type_schema(&mut out, namespace);
        }
        self.element_schema(&mut out, service);
        out.out
    }

    /// The namespaces of the type schemas, each after those whose types its own extend: Tcl's WS::Client reads a document
    /// once and takes none that extends a type it has not seen yet. The original has no order; its hash tables decide.
    fn bases_first(&self) -> Vec<&'static str> {
        let mut ordered = Vec::new();
        let mut waiting: Vec<_> =
            self.namespaces.iter().copied().filter(|namespace| *namespace != self.schema_namespace).collect();
        while !waiting.is_empty() {
            let next = waiting.iter().position(|namespace| !self.extends(namespace, &waiting));
            ordered.push(waiting.remove(next.unwrap_or(0)));
        }
        ordered
    }

    /// Whether a type of the namespace extends one of another of those.
    fn extends(&self, namespace: &str, others: &[&str]) -> bool {
        let own = self.types.iter().filter(|bean| bean.namespace == namespace);
        own.filter_map(|bean| bean.base)
            .any(|base| base.namespace != namespace && others.contains(&base.namespace))
    }

    fn type_schema(&self, out: &mut Lines, namespace: &str) {
        let own: Vec<_> = self.types.iter().filter(|bean| bean.namespace == namespace).collect();
        let mut used: Vec<&str> = Vec::new();
        for bean in &own {
            let fields = bean.fields.iter().filter_map(|field| match (field.shape)().kind {
                Kind::Bean(other) => Some(other.namespace),
                Kind::Simple(_) => None,
            });
            for other in fields.chain(bean.base.map(|base| base.namespace)) {
                if other != namespace && !used.contains(&other) {
                    used.push(other);
                }
            }
        }
        out.open(schema_tag(namespace));
        for other in used {
            out.line(format_args!("<xs:import namespace=\"{other}\"/>"));
        }
        self.complex_types(out, namespace);
        out.close("</xs:schema>");
    }

    fn complex_types(&self, out: &mut Lines, namespace: &str) {
        for bean in self.types.iter().filter(|bean| bean.namespace == namespace) {
            let kind = if bean.is_abstract { "abstract=\"true\" " } else { "" };
            out.open(format_args!("<xs:complexType {kind}name=\"{}\">", bean.name));
            if let Some(base) = bean.base {
                let base = self.qualified(super::bean_shape(base));
                out.open("<xs:complexContent>");
                out.open(format_args!("<xs:extension base=\"{base}\">"));
            }
            self.sequence(out, bean.fields);
            if bean.base.is_some() {
                out.close("</xs:extension>");
                out.close("</xs:complexContent>");
            }
            out.close("</xs:complexType>");
        }
    }

    fn element_schema(&self, out: &mut Lines, service: &Service) {
        out.open(schema_tag(self.schema_namespace));
        for namespace in &self.namespaces {
            if *namespace != self.schema_namespace {
                out.line(format_args!("<xs:import namespace=\"{namespace}\"/>"));
            }
        }
        for fault in faults(service) {
            let shape = match fault.is_opaque() {
                true => <super::AnyType as super::Value>::shape(),
                false => super::bean_shape(fault),
            };
            let name = fault_name(service, fault);
            out.open(format_args!("<xs:element name=\"{name}\">"));
            out.open("<xs:complexType>");
            out.open("<xs:sequence>");
            let inside = if fault.is_plain_exception() { &name } else { fault.name };
            out.line(self.element(inside, shape));
            out.close("</xs:sequence>");
            out.close("</xs:complexType>");
            out.close("</xs:element>");
        }
        for operation in service.operations {
            self.wrapper(out, operation.name, operation.parameters);
            if let Output::Value(shape) = operation.output {
                let reply = [Field { name: "return", shape }];
                self.wrapper(out, &format!("{}Response", operation.name), &reply);
            }
        }
        self.complex_types(out, self.schema_namespace);
        out.close("</xs:schema>");
    }

    fn wrapper(&self, out: &mut Lines, name: &str, fields: &[Field]) {
        out.open(format_args!("<xs:element name=\"{name}\">"));
        out.open("<xs:complexType>");
        self.sequence(out, fields);
        out.close("</xs:complexType>");
        out.close("</xs:element>");
    }

    fn sequence(&self, out: &mut Lines, fields: &[Field]) {
        if fields.is_empty() {
            out.line("<xs:sequence/>");
            return;
        }
        out.open("<xs:sequence>");
        for field in fields {
            out.line(self.element(field.name, (field.shape)()));
        }
        out.close("</xs:sequence>");
    }

    fn element(&self, name: &str, shape: Shape) -> String {
        let many = if shape.many { "maxOccurs=\"unbounded\" " } else { "" };
        let nillable = if shape.nillable { " nillable=\"true\"" } else { "" };
        format!(
            "<xs:element {many}minOccurs=\"0\" name=\"{name}\"{nillable} type=\"{}\"/>",
            self.qualified(shape)
        )
    }
}

fn schema_tag(namespace: &str) -> String {
    format!(
        "<xs:schema attributeFormDefault=\"qualified\" elementFormDefault=\"qualified\" targetNamespace=\"{namespace}\">"
    )
}

/// The declared exceptions of a service, each once.
pub(super) fn faults(service: &Service) -> Vec<&'static Type> {
    let mut found: Vec<&'static Type> = Vec::new();
    for fault in service.operations.iter().flat_map(|operation| operation.faults) {
        if !found.iter().any(|known| known.is(fault)) {
            found.push(fault);
        }
    }
    found
}

/// Name of the message and element of a declared exception.
#[must_use]
pub fn fault_name(service: &Service, fault: &Type) -> String {
    format!("{}{}", service.name, fault.name)
}

/// Text in lines, four blanks a level.
pub(super) struct Lines {
    pub(super) out: String,
    pub(super) indent: usize,
}

impl Lines {
    pub(super) fn new() -> Self {
        // Documents are ten to a hundred kilobytes long.
        Self { out: String::with_capacity(32 * 1024), indent: 0 }
    }
    pub(super) fn line(&mut self, text: impl Display) {
        for _ in 0..self.indent {
            self.out.push_str("    ");
        }
        let _ = writeln!(self.out, "{text}");
    }
    pub(super) fn open(&mut self, text: impl Display) {
        self.line(text);
        self.indent += 1;
    }
    pub(super) fn close(&mut self, text: impl Display) {
        self.indent = self.indent.saturating_sub(1);
        self.line(text);
    }
}

/// The three ways to call a service, in the order of their ports.
const BINDINGS: [(&str, &str); 3] = [
    ("Soap11Binding", "HttpsSoap11Endpoint"),
    ("Soap12Binding", "HttpsSoap12Endpoint"),
    ("HttpBinding", "HttpsEndpoint"),
];

/// The WSDL of a service whose addresses begin with `base`, e.g. `https://localhost:9443/services/`.
#[must_use]
pub fn render(service: &Service, base: &str, prefixes: &BeanPrefixes) -> String {
    let schemas = Schemas::of(service, prefixes);
    let own = service.schema_namespace == service.target_namespace;
    // Messages and bindings stand in the target namespace, elements in the schema's.
    let (target, element) = match (own, service.schema_namespace) {
        (true, _) => ("ns", "ns"),
        (false, AXIS2) => ("tns", "ns1"),
        (false, _) => ("tns", "ns"),
    };
    let mut out = Lines::new();
    let mut root = String::from("<wsdl:definitions xmlns:wsdl=\"http://schemas.xmlsoap.org/wsdl/\"");
    if !own {
        let _ = write!(root, " xmlns:tns=\"{}\"", service.target_namespace);
    }
    if service.schema_namespace != AXIS2 {
        let _ = write!(root, " xmlns:ns=\"{}\"", service.schema_namespace);
    }
    let _ = write!(
        root,
        " xmlns:ns1=\"{AXIS2}\" xmlns:wsaw=\"http://www.w3.org/2006/05/addressing/wsdl\" \
         xmlns:mime=\"http://schemas.xmlsoap.org/wsdl/mime/\" xmlns:http=\"http://schemas.xmlsoap.org/wsdl/http/\" \
         xmlns:xs=\"http://www.w3.org/2001/XMLSchema\" xmlns:soap12=\"http://schemas.xmlsoap.org/wsdl/soap12/\" \
         xmlns:soap=\"http://schemas.xmlsoap.org/wsdl/soap/\"{} targetNamespace=\"{}\">",
        schemas.declarations(),
        service.target_namespace
    );
    out.open(&root);
    out.line(format_args!("<wsdl:documentation>{}</wsdl:documentation>", service.name));
    out.open("<wsdl:types>");
    let indent = out.indent;
    out.out.push_str(&schemas.render(service, indent));
    out.close("</wsdl:types>");
    messages(&mut out, service, element);
    port_type(&mut out, service, target);
    for binding in BINDINGS {
        bind(&mut out, service, target, binding.0);
    }
    out.open(format_args!("<wsdl:service name=\"{}\">", service.name));
    for (binding, port) in BINDINGS {
        let name = service.name;
        out.open(format_args!("<wsdl:port name=\"{name}{port}\" binding=\"{target}:{name}{binding}\">"));
        let mut location = String::new();
        push_attribute(&mut location, base);
        let kind = address_prefix(binding);
        out.line(format_args!("<{kind}:address location=\"{location}{name}.{name}{port}/\"/>"));
        out.close("</wsdl:port>");
    }
    out.close("</wsdl:service>");
    out.close("</wsdl:definitions>");
    out.out
}

fn address_prefix(binding: &str) -> &'static str {
    match binding {
        "Soap11Binding" => "soap",
        "Soap12Binding" => "soap12",
        _ => "http",
    }
}

fn messages(out: &mut Lines, service: &Service, element: &str) {
    let mut message = |name: &str, part: &str| {
        out.open(format_args!("<wsdl:message name=\"{name}\">"));
        out.line(format_args!("<wsdl:part name=\"parameters\" element=\"{element}:{part}\"/>"));
        out.close("</wsdl:message>");
    };
    for operation in service.operations {
        message(&format!("{}Request", operation.name), operation.name);
        if let Output::Value(_) = operation.output {
            let name = format!("{}Response", operation.name);
            message(&name, &name);
        }
    }
    for fault in faults(service) {
        let name = fault_name(service, fault);
        message(&name, &name);
    }
    // A void operation with an output message has one without a part.
    for operation in service.operations.iter().filter(|operation| matches!(operation.output, Output::Nil)) {
        out.line(format_args!("<wsdl:message name=\"{}Response\"/>", operation.name));
    }
}

fn port_type(out: &mut Lines, service: &Service, target: &str) {
    out.open(format_args!("<wsdl:portType name=\"{}PortType\">", service.name));
    for operation in service.operations {
        let name = operation.name;
        out.open(format_args!("<wsdl:operation name=\"{name}\">"));
        out.line(format_args!("<wsdl:input message=\"{target}:{name}Request\" wsaw:Action=\"urn:{name}\"/>"));
        if !operation.is_robust() {
            out.line(format_args!(
                "<wsdl:output message=\"{target}:{name}Response\" wsaw:Action=\"urn:{name}Response\"/>"
            ));
        }
        for fault in operation.faults {
            let fault = fault_name(service, fault);
            out.line(format_args!(
                "<wsdl:fault message=\"{target}:{fault}\" name=\"{fault}\" wsaw:Action=\"urn:{name}{fault}\"/>"
            ));
        }
        out.close("</wsdl:operation>");
    }
    out.close("</wsdl:portType>");
}

fn bind(out: &mut Lines, service: &Service, target: &str, binding: &str) {
    let service_name = service.name;
    out.open(format_args!(
        "<wsdl:binding name=\"{service_name}{binding}\" type=\"{target}:{service_name}PortType\">"
    ));
    let prefix = address_prefix(binding);
    if prefix == "http" {
        out.line("<http:binding verb=\"POST\"/>");
    } else {
        out.line(format_args!(
            "<{prefix}:binding transport=\"http://schemas.xmlsoap.org/soap/http\" style=\"document\"/>"
        ));
    }
    for operation in service.operations {
        bind_operation(out, service, operation, prefix);
    }
    out.close("</wsdl:binding>");
}

fn bind_operation(out: &mut Lines, service: &Service, operation: &Operation, prefix: &str) {
    let name = operation.name;
    let http = prefix == "http";
    let body = if http {
        "<mime:content type=\"text/xml\" part=\"parameters\"/>".to_owned()
    } else {
        format!("<{prefix}:body use=\"literal\"/>")
    };
    out.open(format_args!("<wsdl:operation name=\"{name}\">"));
    if http {
        out.line(format_args!("<http:operation location=\"{name}\"/>"));
    } else {
        out.line(format_args!("<{prefix}:operation soapAction=\"urn:{name}\" style=\"document\"/>"));
    }
    let ends: &[&str] = if operation.is_robust() { &["input"] } else { &["input", "output"] };
    for end in ends {
        out.open(format_args!("<wsdl:{end}>"));
        out.line(&body);
        out.close(format_args!("</wsdl:{end}>"));
    }
    for fault in operation.faults.iter().filter(|_| !http) {
        let fault = fault_name(service, fault);
        out.open(format_args!("<wsdl:fault name=\"{fault}\">"));
        out.line(format_args!("<{prefix}:fault use=\"literal\" name=\"{fault}\"/>"));
        out.close("</wsdl:fault>");
    }
    out.close("</wsdl:operation>");
}
