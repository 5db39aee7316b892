//! The small answers about a service: `?info` and `?xsd`.

use super::contract::Service;
use super::prefixes::BeanPrefixes;
use super::writer::push_escaped;
use super::wsdl::Schemas;
use std::fmt::Write as _;

/// The page behind `?info`: name, links and operations.
#[must_use]
pub fn page(service: &Service) -> String {
    let name = service.name;
    let mut out = format!(
        "<!DOCTYPE html>\n<html lang=\"en\"><head><title>Service Information</title></head><body>\n\
         <h3>{name}</h3>\n<p><a href=\"{name}?wsdl\">WSDL</a> <a href=\"{name}?wsdl2\">WSDL 2.0</a> \
         <a href=\"{name}?xsd\">Schema</a></p>\n<p>Operations:</p>\n<ul>\n"
    );
    for operation in service.operations {
        let _ = writeln!(out, "<li>{}</li>", operation.name);
    }
    out.push_str("</ul>\n</body></html>\n");
    out
}

/// One schema of a service by its number; the schemas of the types come first, then that of the elements.
#[must_use]
pub fn schema(service: &Service, id: usize, prefixes: &BeanPrefixes) -> Option<String> {
    let schemas = Schemas::of(service, prefixes);
    let declarations = schemas.declarations();
    let all = schemas.render(service, 0);
    let document = all.split_inclusive("</xs:schema>\n").nth(id)?;
    Some(document.replacen(
        "<xs:schema ",
        &format!("<xs:schema xmlns:xs=\"http://www.w3.org/2001/XMLSchema\"{declarations} "),
        1,
    ))
}

/// An error page of the container, whose title and heading clients look for.
#[must_use]
pub fn error_page(status: u16, reason: &str, message: &str) -> String {
    let mut text = String::new();
    push_escaped(&mut text, message);
    format!(
        "<!DOCTYPE html>\n<html lang=\"en\"><head><title>Error {status}</title></head><body>\n\
         <h1>Error {status} - {reason}</h1>\n<p>{text}</p>\n</body></html>\n"
    )
}
