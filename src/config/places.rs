//! Where each value of a document came from.

use std::path::Path;

use serde_yaml::Value;

use super::diagnostic::{Location, Place};
use super::path::KeyPath;
use super::positions::Positions;

/// Places of a document's values: in its file, or wherever a value of the file was replaced.
pub struct Places {
    positions: Positions,
    replaced: Vec<(KeyPath, Place)>,
    readings: Vec<(KeyPath, SecondReading)>,
}

/// Another value that a text can mean, for a reader that cannot use the first one: `"${env:N}"` is
/// text, but can be meant as a number; `N=5` in the environment is a number, but can be meant as text.
pub struct SecondReading {
    pub value: Value,
    /// What to show of the value in messages, when it may be secret.
    pub shown: Option<String>,
}

impl Places {
    pub fn new(positions: Positions) -> Self {
        Self {
            positions,
            replaced: Vec::new(),
            readings: Vec::new(),
        }
    }

    /// Notes that the value at the path came from elsewhere.
    pub fn replace(&mut self, path: KeyPath, place: Place) {
        self.readings.retain(|(known, _)| !known.is_within(&path));
        self.replaced.push((path, place));
    }

    pub fn add_reading(&mut self, path: KeyPath, reading: SecondReading) {
        self.readings.push((path, reading));
    }

    pub fn reading(&self, path: &KeyPath) -> Option<&SecondReading> {
        self.readings
            .iter()
            .rev()
            .find(|(known, _)| known == path)
            .map(|(_, reading)| reading)
    }

    pub fn file(&self) -> &Path {
        self.positions.file()
    }

    /// Whether the value itself, or one that it is part of, came from elsewhere than the file.
    pub fn is_from_elsewhere(&self, path: &KeyPath) -> bool {
        let mut replaced = self.replaced.iter();
        replaced.any(|(replaced, _)| path.is_within(replaced))
    }

    pub fn of_value(&self, path: &KeyPath) -> Place {
        self.elsewhere(path)
            .unwrap_or_else(|| Place::Text(self.positions.of_value(path)))
    }

    pub fn of_key(&self, path: &KeyPath) -> Place {
        self.elsewhere(path)
            .unwrap_or_else(|| Place::Text(self.positions.of_key(path)))
    }

    /// The place in the file, or of what is nearest in it when the value came from elsewhere.
    pub fn in_file(&self, path: &KeyPath) -> Location {
        self.positions.of_value(path)
    }

    fn elsewhere(&self, path: &KeyPath) -> Option<Place> {
        let replaced = self
            .replaced
            .iter()
            .rev()
            .find(|(replaced, _)| path.is_within(replaced));
        // A mapping that the file lacks is there because something in it came from elsewhere.
        let brought_in = || {
            let inside = self
                .replaced
                .iter()
                .rev()
                .find(|(replaced, _)| replaced.is_within(path));
            inside.filter(|_| !self.positions.has(path))
        };
        replaced.or_else(brought_in).map(|(_, place)| place.clone())
    }
}
