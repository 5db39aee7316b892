//! A declared service for the tests of the codec: every kind of operation and of property, and nothing of ours.

use super::answer::{Answer, Format};
use super::arguments::Arguments;
use super::contract::Operation;
use super::fault::Fault;
use super::reply::{Answered, Nil};
use super::stencil::{Vary, Varying};
use super::xml::Document;
use crate::{dto, service};

dto! {
    /// A place that boats call at; the base of the others, in a namespace of its own.
    pub struct Place in "http://map.example/xsd" {
        name: Option<String>,
    }

    /// A boat.
    pub struct Boat in "http://ferry.example/xsd" extends Place {
        crew: Option<Vec<Option<String>>>,
        length: i32,
        license: crate::soap::Binary,
        open: bool,
        stops: Vec<Option<Place>>,
        tonnage: i64,
    }

    /// Of which there are many that differ by name only.
    pub struct Port in "http://ferry.example/xsd" {
        depth: i32,
        name: Varying,
        open: bool,
    }

    /// The declared exception.
    pub struct FerryException in "http://ferry.example/xsd" extends Place {
        code: Option<String>,
    }
}

impl Vary for Port {
    fn varying(&mut self) -> &mut Varying {
        &mut self.name
    }
}

service! {
    /// Keeps ferries.
    pub FerryService in "http://ferry.example" with (), each ([faults FerryException] [needs "/permission/ferry"]) {
        fn find(name: Option<String>, limit: i32) -> Option<Boat>;
        fn fleet(names: Vec<Option<String>>, open: bool, tonnage: i64) -> Vec<Option<Boat>>;
        fn names() -> Vec<Option<String>>;
        fn rename(old: Option<String>, new: Option<String>);
        fn launch(boat: Option<Boat>) -> Nil;
    }
}

/// The operation of that name.
pub fn operation(name: &str) -> &'static Operation {
    CONTRACT.operation(name).unwrap()
}

/// What an operation answers to a request element, as XML.
pub fn call(name: &str, request: &str) -> Result<String, Fault> {
    call_for(Format::Bare("application/xml"), name, request)
}

/// What an operation answers to a request element, as JSON.
pub fn call_for_json(name: &str, request: &str) -> Result<String, Fault> {
    call_for(Format::Json("application/json"), name, request)
}

fn call_for(format: Format, name: &str, request: &str) -> Result<String, Fault> {
    let document = Document::parse(request).unwrap();
    let answer = Answer::begin(format, &CONTRACT.types(), operation(name), None);
    let mut answering = invoke::<Echo>((), operation(name), Arguments::new(document.root()), answer);
    let mut context = std::task::Context::from_waker(std::task::Waker::noop());
    match answering.as_mut().poll(&mut context) {
        std::task::Poll::Ready(Answered { answer, done, .. }) => {
            done.map(|()| String::from_utf8(answer.finish()).unwrap())
        }
        std::task::Poll::Pending => panic!("an echo waits for nothing"),
    }
}

/// A behaviour that repeats what it was told.
#[derive(Debug)]
pub struct Echo;

impl Operations for Echo {
    async fn find((): &(), name: Option<String>, limit: i32) -> Result<Option<Boat>, Fault> {
        let base = Place { name };
        Ok(Some(Boat { base, length: limit, ..Boat::default() }))
    }
    async fn fleet(
        (): &(),
        names: Vec<Option<String>>,
        open: bool,
        tonnage: i64,
    ) -> Result<Vec<Option<Boat>>, Fault> {
        let boat = |name| Some(Boat { base: Place { name }, open, tonnage, ..Boat::default() });
        Ok(names.into_iter().map(boat).collect())
    }
    async fn names((): &()) -> Result<Vec<Option<String>>, Fault> {
        Ok(Vec::new())
    }
    async fn rename((): &(), old: Option<String>, new: Option<String>) -> Result<(), Fault> {
        if old == new { Err(Fault::server("nothing to do")) } else { Ok(()) }
    }
    async fn launch((): &(), boat: Option<Boat>) -> Result<Nil, Fault> {
        match boat {
            Some(_) => Ok(Nil),
            None => Err(Fault::declared("no boat", FerryException::default())),
        }
    }
}
