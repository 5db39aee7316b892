//! The arguments of an operation: matched in declared order, skipping, by local name (Axis2's BeanUtil).

use super::contract::{Operation, Service};
use super::fault::Fault;
use super::value::Found;
use super::xml::Element;

/// The request element of an operation, not yet read: arguments are decoded only after authorisation.
#[derive(Debug, Clone, Copy)]
pub struct Arguments<'d> {
    wrapper: Option<Element<'d>>,
}

impl<'d> Arguments<'d> {
    /// The request element, or nothing for an empty body.
    #[must_use]
    pub fn new(wrapper: Option<Element<'d>>) -> Self {
        Self { wrapper }
    }

    /// Finds the elements of each parameter.
    ///
    /// # Errors
    /// The original's faults for a wrong namespace, an empty body and an element that fits no parameter.
    pub fn assign(self, service: &Service, operation: &Operation) -> Result<Vec<Found<'d>>, Fault> {
        let parameters = operation.parameters;
        let Some(wrapper) = self.wrapper else {
            return if parameters.is_empty() {
                Ok(Vec::new())
            } else {
                Err(Fault::wrong_number_of_arguments())
            };
        };
        if wrapper.namespace() != service.schema_namespace {
            return Err(Fault::namespace_mismatch(service.schema_namespace, wrapper.namespace()));
        }
        let mut assigned = vec![Found::absent(); parameters.len()];
        let mut position = 0;
        let mut children = wrapper.children().peekable();
        while position < parameters.len() {
            let Some(child) = children.next() else { break };
            let positional = child.local().starts_with("arg") || child.local().starts_with("item");
            while !positional && parameters.get(position).is_some_and(|field| field.name != child.local()) {
                position += 1;
            }
            let (Some(parameter), Some(slot)) = (parameters.get(position), assigned.get_mut(position)) else {
                // The original runs off its list here; the text is that of its runtime.
                return Err(Fault::server(parameters.len().to_string()));
            };
            let mut length = 1;
            if (parameter.shape)().many {
                while children.next_if(|next| next.local() == child.local()).is_some() {
                    length += 1;
                }
            }
            *slot = Found::run(child.and_following(), length);
            position += 1;
        }
        Ok(assigned)
    }
}
