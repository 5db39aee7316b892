//! The namespace declarations in force, by prefix (Namespaces in XML 1.0). Names lead to indices into the document's
//! list of namespaces, so that no name of a namespace is ever copied or compared to resolve another.

/// Declarations in force at one place. Real messages have a dozen, or with gSOAP one for each namespace of the whole
/// program, 88 for our services alone; every name that is resolved is looked for among all of them.
const MAX_BINDINGS: usize = 256;

/// What `xml` is bound to, always.
pub(super) const XML: &str = "http://www.w3.org/XML/1998/namespace";
/// What `xmlns` is bound to, always.
pub(super) const XMLNS: &str = "http://www.w3.org/2000/xmlns/";

/// The namespaces that every document starts with: none, and those of the reserved prefixes.
pub(super) const KNOWN: [&str; 3] = ["", XML, XMLNS];

#[derive(Debug)]
struct Binding<'a> {
    /// Empty for the default namespace.
    prefix: &'a str,
    namespace: u32,
}

/// Why a declaration does not come into force.
#[derive(Debug)]
pub(super) enum BadBinding {
    /// The prefix or the namespace is one of those that belong together and to nobody else.
    Reserved,
    /// There are as many as there may be.
    TooMany {
        /// How many that is.
        limit: usize,
    },
}

/// The declarations of the elements that are open.
#[derive(Debug)]
pub(super) struct Scopes<'a> {
    bindings: Vec<Binding<'a>>,
}

/// Where the scopes of an element begin.
#[derive(Debug, Clone, Copy)]
pub(super) struct Mark(usize);

impl<'a> Scopes<'a> {
    pub(super) fn new() -> Self {
        let reserved = [Binding { prefix: "xml", namespace: 1 }, Binding { prefix: "xmlns", namespace: 2 }];
        let mut bindings = Vec::with_capacity(16);
        bindings.extend(reserved);
        Self { bindings }
    }

    /// To be taken before an element declares anything.
    pub(super) fn mark(&self) -> Mark {
        Mark(self.bindings.len())
    }

    /// Forgets what was declared since.
    pub(super) fn leave(&mut self, mark: Mark) {
        self.bindings.truncate(mark.0);
    }

    /// Declares a prefix, the empty one for the default; `namespace` is the name that `index` leads to.
    pub(super) fn declare(&mut self, prefix: &'a str, namespace: &str, index: u32) -> Result<(), BadBinding> {
        match (prefix, namespace) {
            ("xml", XML) => return Ok(()),
            ("xml" | "xmlns", _) => return Err(BadBinding::Reserved),
            ("", _) => {}
            (_, XML | XMLNS) => return Err(BadBinding::Reserved),
            _ => {}
        }
        if self.bindings.len() >= MAX_BINDINGS + 2 {
            return Err(BadBinding::TooMany { limit: MAX_BINDINGS });
        }
        self.bindings.push(Binding { prefix, namespace: if namespace.is_empty() { 0 } else { index } });
        Ok(())
    }

    /// The namespace of a prefix; `None` when nothing declares it.
    pub(super) fn of_prefix(&self, prefix: &str) -> Option<u32> {
        if prefix.is_empty() { None } else { self.find(prefix) }
    }

    /// The namespace of elements without a prefix.
    pub(super) fn of_no_prefix(&self) -> u32 {
        self.find("").unwrap_or(0)
    }

    fn find(&self, prefix: &str) -> Option<u32> {
        self.bindings.iter().rev().find(|binding| binding.prefix == prefix).map(|binding| binding.namespace)
    }
}
