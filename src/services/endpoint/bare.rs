//! Calls without an envelope: queries, forms, JSON and request elements by themselves.

use super::super::message::Form;
use super::{Exchange, Reply, Target, Unknown, Wrapping, located, refuse};
use crate::services::{Published, Work, metadata};
use crate::soap::addressing::ReplyTo;
use crate::soap::answer::Format;
use crate::soap::xml::{Document, Malformed};
use crate::soap::{Arguments, Fault, rest};
use hyper::StatusCode;

impl Exchange<'_> {
    /// GET, forms, bare XML and JSON: parameters become the request element that an envelope would carry.
    pub(super) fn without_envelope(&self, body: &[u8]) -> Result<Work, Box<Unknown>> {
        let format = self.incoming.bare_format();
        if self.incoming.form == Form::Xml {
            return match self.incoming.read(body) {
                Ok(text) => self.bare_element(&format, Document::parse(&text.xml)),
                Err(fault) => Ok(refuse(&format, &fault).into()),
            };
        }
        let (published, rest) = match self.bare_service(&format) {
            Ok(found) => found,
            Err(refused) => return Ok(*refused),
        };
        let service = published.contract;
        let Some(operation) = service.operation(rest) else { return Ok(self.no_bare_operation(&format)) };
        let text = match self.incoming.form {
            Form::Json => self
                .incoming
                .read(body)
                .and_then(|text| rest::from_json(service, operation, &text.xml).map_err(Fault::malformed)),
            _ => self.incoming.pairs(body).map(|pairs| rest::from_pairs(service, operation, &pairs)),
        };
        let target = Target { published, operation };
        let refused = |fault: &Fault| Ok(target.fault(&format, fault, None).into());
        let text = match text {
            Ok(text) => text,
            Err(fault) => return refused(&fault),
        };
        match Document::parse(&text) {
            Ok(document) => self.perform_bare(target, &document, &format),
            Err(malformed) => refused(&Fault::malformed(malformed)),
        }
    }

    /// A request element without an envelope; it names its operation where the path does not.
    pub(super) fn bare_element(
        &self,
        format: &Format,
        document: Result<Document<'_>, Malformed>,
    ) -> Result<Work, Box<Unknown>> {
        let (published, rest) = match self.bare_service(format) {
            Ok(found) => found,
            Err(refused) => return Ok(*refused),
        };
        let document = match document {
            Ok(document) => document,
            Err(malformed) => return Ok(refuse(format, &Fault::malformed(malformed)).into()),
        };
        let service = published.contract;
        let by_name = || service.operation(document.root()?.local());
        match service.operation(rest).or_else(by_name) {
            Some(operation) => self.perform_bare(Target { published, operation }, &document, format),
            None => Ok(self.no_bare_operation(format)),
        }
    }

    /// The service of a call without an envelope and what follows its name in the path, or the answer that there is none.
    fn bare_service(&self, format: &Format) -> Result<(&'static Published, &str), Box<Work>> {
        if !self.app.publication.without_envelope {
            let text = "Calls without an envelope are switched off";
            return Err(Box::new(metadata::page(StatusCode::NOT_FOUND, "Not Found", text).into()));
        }
        located(self.incoming.path).ok_or_else(|| {
            Box::new(refuse(format, &Fault::no_such_service(&self.incoming.address(), false)).into())
        })
    }

    fn no_bare_operation(&self, format: &Format) -> Work {
        refuse(format, &Fault::no_such_operation(&self.incoming.address(), None)).into()
    }

    fn perform_bare(
        &self,
        target: Target,
        document: &Document<'_>,
        format: &Format,
    ) -> Result<Work, Box<Unknown>> {
        let reply = Reply { format, addressing: None, to: ReplyTo::Caller };
        self.perform(target, Arguments::new(document.root()), Wrapping::None, reply)
    }
}
