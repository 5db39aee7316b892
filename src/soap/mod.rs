//! The SOAP codec: envelopes, values, faults, WSDL. Pure: bytes and declarations in, bytes out.
//!
//! A service is declared once with [`crate::dto!`] and [`crate::service!`]; the tables of [`contract`] are what
//! everything else reads. A request of any form (SOAP, plain XML, form, query, JSON) becomes one element tree
//! ([`xml::Document`]), its operation is found, and only when the operation is invoked are its [`Arguments`] read.

pub mod addressing;
pub mod answer;
mod arguments;
pub mod charset;
pub mod contract;
mod date_time;
mod declare;
pub mod envelope;
mod fault;
#[cfg(test)]
mod ferries;
pub mod form;
pub mod info;
mod kept;
pub mod mime;
mod prefixes;
mod reply;
pub mod rest;
mod stencil;
mod value;
mod writer;
pub mod wsdl;
pub mod wsdl2;
pub mod xml;

pub use arguments::Arguments;
pub use date_time::DateTime;
pub use fault::{Code, Detail, Fault, Problem};
pub use kept::Kept;
pub use prefixes::BeanPrefixes;
pub use reply::{Answered, Answering, Nil, Reply, bad_arguments};
pub use stencil::{Filled, Stencil, Vary, Varying};
pub use value::{
    AnyType, Bean, Binary, Boxed, Date, Found, Place, Value, bean_shape, read_bean, wire_name, write_bean,
};
pub use writer::{Prefix, Writer, push_attribute, push_escaped, push_json_text};
