//! Collects what is wrong with one document, so that all of it is shown at once.

use std::sync::{Mutex, PoisonError};

use super::diagnostic::{Diagnostic, Place};
use super::path::KeyPath;
use super::places::Places;

/// The findings about one document, and the places they are about.
pub struct Findings {
    places: Places,
    diagnostics: Mutex<Vec<Diagnostic>>,
}

impl Findings {
    pub fn new(places: Places) -> Self {
        Self {
            places,
            diagnostics: Mutex::default(),
        }
    }

    pub fn places(&self) -> &Places {
        &self.places
    }

    /// An error about a value.
    pub fn at_value(&self, path: &KeyPath, message: impl Into<String>, hint: impl Into<String>) {
        self.error(self.places.of_value(path), message, hint);
    }

    /// An error about a key.
    pub fn at_key(&self, path: &KeyPath, message: impl Into<String>, hint: impl Into<String>) {
        self.error(self.places.of_key(path), message, hint);
    }

    pub fn error(&self, place: Place, message: impl Into<String>, hint: impl Into<String>) {
        self.push(Diagnostic::error(place, message, hint));
    }

    /// A warning about a key.
    pub fn warn_at_key(&self, path: &KeyPath, message: impl Into<String>, hint: impl Into<String>) {
        let place = self.places.of_key(path);
        self.push(Diagnostic::warning(place, message, hint));
    }

    pub fn into_diagnostics(self) -> Vec<Diagnostic> {
        let diagnostics = self.diagnostics.into_inner();
        diagnostics.unwrap_or_else(PoisonError::into_inner)
    }

    fn push(&self, diagnostic: Diagnostic) {
        let diagnostics = self.diagnostics.lock();
        diagnostics
            .unwrap_or_else(PoisonError::into_inner)
            .push(diagnostic);
    }
}
