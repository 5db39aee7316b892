//! Claims that are to be written, before anything is. Knows the names of claims and no user.

use super::is_identity;
use crate::domain::catalogue::{Catalogue, ROLE};
use std::sync::Arc;

/// Claims to write: a value sets, none removes. The last one wins when a claim is given twice.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Changes(Vec<(Arc<str>, Option<String>)>);

impl Changes {
    /// What is to happen to a claim.
    #[must_use]
    pub fn get(&self, uri: &str) -> Option<Option<&str>> {
        self.0.iter().find(|(known, _)| **known == *uri).map(|(_, value)| value.as_deref())
    }

    /// Plans a change, in place of an earlier one to the same claim.
    pub fn set(&mut self, uri: impl Into<Arc<str>>, value: Option<String>) {
        let uri = uri.into();
        match self.0.iter_mut().find(|(known, _)| *known == uri) {
            Some((_, planned)) => *planned = value,
            None => self.0.push((uri, value)),
        }
    }

    /// The same changes under the names of the local claims they mean, so that the rules meet a claim however it was
    /// called. What an external claim says of an identity claim is kept in its attribute, as in the original.
    pub(super) fn of_local_claims(self, catalogue: &Catalogue) -> Self {
        let mut resolved = Self(Vec::with_capacity(self.0.len()));
        // A row of a form that was left empty names no claim; the original passes over it as well.
        for (uri, value) in self.0.into_iter().filter(|(uri, _)| !uri.trim().is_empty()) {
            let local = catalogue.find(&uri).filter(|claim| !claim.is(ROLE) && !is_identity(&claim.uri));
            match local.filter(|_| !is_identity(&uri)) {
                Some(claim) if *claim.uri != *uri => resolved.set(claim.uri.as_str(), value),
                _ => resolved.set(uri, value),
            }
        }
        resolved
    }

    /// Leaves a claim as it is.
    pub fn remove(&mut self, uri: &str) {
        self.0.retain(|(known, _)| **known != *uri);
    }

    /// Whether nothing is to change.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// Every change.
    pub fn iter(&self) -> impl Iterator<Item = (&str, Option<&str>)> {
        self.0.iter().map(|(uri, value)| (&**uri, value.as_deref()))
    }
}
