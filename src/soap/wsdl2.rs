//! WSDL 2.0 descriptions (`?wsdl2`), from the same declaration.

use super::contract::{Output, Service};
use super::prefixes::BeanPrefixes;
use super::writer::push_attribute;
use super::wsdl::{Lines, Schemas, fault_name, faults};

/// The WSDL 2.0 description of a service whose addresses begin with `base`.
#[must_use]
pub fn render(service: &Service, base: &str, prefixes: &BeanPrefixes) -> String {
    let schemas = Schemas::of(service, prefixes);
    let name = service.name;
    let mut out = Lines::new();
    out.open(format_args!(
        "<wsdl2:description xmlns:wsdl2=\"http://www.w3.org/ns/wsdl\" xmlns:tns=\"{target}\" xmlns:ns=\"{schema}\" \
         xmlns:wsoap=\"http://www.w3.org/ns/wsdl/soap\" xmlns:whttp=\"http://www.w3.org/ns/wsdl/http\" \
         xmlns:wsaw=\"http://www.w3.org/2006/05/addressing/wsdl\" xmlns:xs=\"http://www.w3.org/2001/XMLSchema\"{declarations} \
         targetNamespace=\"{target}\">",
        target = service.target_namespace,
        schema = service.schema_namespace,
        declarations = schemas.declarations(),
    ));
    out.line(format_args!("<wsdl2:documentation>{name}</wsdl2:documentation>"));
    out.open("<wsdl2:types>");
    let indent = out.indent;
    out.out.push_str(&schemas.render(service, indent));
    out.close("</wsdl2:types>");
    interface(&mut out, service);
    bindings(&mut out, service);
    endpoints(&mut out, name, base);
    out.close("</wsdl2:description>");
    out.out
}

/// What can be asked, and what can go wrong.
fn interface(out: &mut Lines, service: &Service) {
    out.open("<wsdl2:interface name=\"ServiceInterface\">");
    for fault in faults(service) {
        let fault = fault_name(service, fault);
        out.line(format_args!("<wsdl2:fault name=\"{fault}\" element=\"ns:{fault}\"/>"));
    }
    for operation in service.operations {
        let op = operation.name;
        let pattern = if operation.is_robust() { "robust-in-only" } else { "in-out" };
        out.open(format_args!(
            "<wsdl2:operation name=\"{op}\" style=\"http://www.w3.org/ns/wsdl/style/rpc\" \
             pattern=\"http://www.w3.org/ns/wsdl/{pattern}\">"
        ));
        out.line(format_args!("<wsdl2:input element=\"ns:{op}\" wsaw:Action=\"urn:{op}\"/>"));
        match operation.output {
            Output::Value(_) => {
                out.line(format_args!(
                    "<wsdl2:output element=\"ns:{op}Response\" wsaw:Action=\"urn:{op}Response\"/>"
                ));
            }
            Output::Nil => {
                out.line(format_args!("<wsdl2:output element=\"#none\" wsaw:Action=\"urn:{op}Response\"/>"))
            }
            Output::Nothing => {}
        }
        for fault in operation.faults {
            let fault = fault_name(service, fault);
            out.line(format_args!("<wsdl2:outfault ref=\"tns:{fault}\" wsaw:Action=\"urn:{op}{fault}\"/>"));
        }
        out.close("</wsdl2:operation>");
    }
    out.close("</wsdl2:interface>");
}

/// How it is asked: with either version of SOAP, or without an envelope.
fn bindings(out: &mut Lines, service: &Service) {
    let (name, soap) = (service.name, "http://www.w3.org/ns/wsdl/soap");
    for (binding, kind, extra) in [
        ("Soap11Binding", soap, " wsoap:version=\"1.1\""),
        ("Soap12Binding", soap, " wsoap:version=\"1.2\""),
        ("HttpBinding", "http://www.w3.org/ns/wsdl/http", " whttp:methodDefault=\"POST\""),
    ] {
        out.open(format_args!(
            "<wsdl2:binding name=\"{name}{binding}\" interface=\"tns:ServiceInterface\" type=\"{kind}\"{extra}>"
        ));
        for operation in service.operations {
            let op = operation.name;
            let how = if binding == "HttpBinding" {
                format!("whttp:location=\"{op}\"")
            } else {
                format!("wsoap:action=\"urn:{op}\"")
            };
            out.line(format_args!("<wsdl2:operation ref=\"tns:{op}\" {how}/>"));
        }
        out.close("</wsdl2:binding>");
    }
}

/// Where it is asked.
fn endpoints(out: &mut Lines, name: &str, base: &str) {
    let mut address = String::new();
    push_attribute(&mut address, base);
    out.open(format_args!("<wsdl2:service name=\"{name}\" interface=\"tns:ServiceInterface\">"));
    for (endpoint, binding) in [
        ("HttpsSoap11Endpoint", "Soap11Binding"),
        ("HttpsSoap12Endpoint", "Soap12Binding"),
        ("HttpsEndpoint", "HttpBinding"),
    ] {
        out.line(format_args!(
            "<wsdl2:endpoint name=\"{name}{endpoint}\" binding=\"tns:{name}{binding}\" \
             address=\"{address}{name}.{name}{endpoint}/\"/>"
        ));
    }
    out.close("</wsdl2:service>");
}
