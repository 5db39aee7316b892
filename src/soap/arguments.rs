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

#[cfg(test)]
mod tests {
    use super::super::ferries;
    use super::super::xml::Document;
    use super::*;

    /// The texts that were found for each parameter.
    fn assigned(operation: &str, request: &str) -> Result<Vec<Vec<String>>, String> {
        let document = Document::parse(request).unwrap();
        let found = Arguments::new(document.root()).assign(&ferries::CONTRACT, ferries::operation(operation));
        let texts = |found: Found<'_>| found.elements().map(|one| one.text().into_owned()).collect();
        found.map(|found| found.into_iter().map(texts).collect()).map_err(|fault| fault.reason)
    }

    fn wrapped(inside: &str) -> String {
        format!("<request xmlns='http://ferry.example'>{inside}</request>")
    }

    fn lists(expected: &[&[&str]]) -> Result<Vec<Vec<String>>, String> {
        Ok(expected.iter().map(|list| list.iter().map(|text| (*text).to_owned()).collect()).collect())
    }

    #[test]
    fn parameters_that_are_not_sent_are_skipped() {
        assert_eq!(assigned("find", &wrapped("<limit>3</limit>")), lists(&[&[], &["3"]]));
        assert_eq!(assigned("find", &wrapped("<name>a</name>")), lists(&[&["a"], &[]]));
        assert_eq!(assigned("find", &wrapped("")), lists(&[&[], &[]]));
        assert_eq!(assigned("names", &wrapped("<anything/>")), lists(&[]));
    }

    #[test]
    fn the_namespace_of_a_parameter_does_not_matter() {
        let inside = "<x:name xmlns:x='urn:foreign'>a</x:name><limit xmlns=''>3</limit>";
        assert_eq!(assigned("find", &wrapped(inside)), lists(&[&["a"], &["3"]]));
    }

    #[test]
    fn what_follows_the_last_parameter_is_ignored_even_a_parameter() {
        let inside = "<limit>3</limit><name>late</name><other/>";
        assert_eq!(assigned("find", &wrapped(inside)), lists(&[&[], &["3"]]));
    }

    #[test]
    fn an_unknown_or_belated_element_runs_off_the_list() {
        for inside in ["<nme>a</nme>", "<name>a</name><name>b</name>", "<Name>a</Name>"] {
            assert_eq!(assigned("find", &wrapped(inside)), Err("2".into()), "{inside}");
        }
        let belated = "<open>true</open><names>a</names>";
        assert_eq!(assigned("fleet", &wrapped(belated)), Err("3".into()));
    }

    #[test]
    fn generated_names_stand_for_the_parameter_at_their_place() {
        for inside in
            ["<arg0>a</arg0><arg1>3</arg1>", "<item>a</item><item>3</item>", "<argX>a</argX><limit>3</limit>"]
        {
            assert_eq!(assigned("find", &wrapped(inside)), lists(&[&["a"], &["3"]]), "{inside}");
        }
    }

    #[test]
    fn an_array_takes_the_elements_that_follow_each_other() {
        let inside = "<names>a</names><names>b</names><open>1</open><tonnage>5</tonnage>";
        assert_eq!(assigned("fleet", &wrapped(inside)), lists(&[&["a", "b"], &["1"], &["5"]]));
        let parted = "<names>a</names><open>1</open><names>b</names>";
        assert_eq!(assigned("fleet", &wrapped(parted)), Err("3".into()));
    }

    #[test]
    fn only_the_namespace_of_the_request_element_is_compared() {
        assert_eq!(assigned("find", "<fnd xmlns='http://ferry.example'/>"), lists(&[&[], &[]]));
        assert_eq!(
            assigned("find", "<find xmlns='urn:other'/>"),
            Err("namespace mismatch require http://ferry.example found urn:other".into())
        );
        assert_eq!(
            assigned("find", "<find/>"),
            Err("namespace mismatch require http://ferry.example found none".into())
        );
    }

    #[test]
    fn an_empty_body_calls_only_what_needs_no_arguments() {
        let assign = |name| Arguments::new(None).assign(&ferries::CONTRACT, ferries::operation(name));
        assert!(assign("names").unwrap().is_empty());
        assert_eq!(assign("find").unwrap_err().reason, "wrong number of arguments");
    }
}
