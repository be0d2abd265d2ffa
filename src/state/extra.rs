//! Keys of an entry that nobody here knows.

use serde_json::{Map, Value};

/// Keys and values as they came. Nearly no entry has any, and then they take one word.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Extra(Option<Box<Map<String, Value>>>);

impl Extra {
    pub fn is_empty(&self) -> bool {
        self.as_map().is_none()
    }

    pub fn contains_key(&self, key: &str) -> bool {
        self.0.as_ref().is_some_and(|map| map.contains_key(key))
    }

    /// `None` where there is none.
    pub fn as_map(&self) -> Option<&Map<String, Value>> {
        self.0.as_deref().filter(|map| !map.is_empty())
    }

    pub fn iter(&self) -> impl Iterator<Item = (&String, &Value)> {
        self.0.iter().flat_map(|map| map.iter())
    }

    /// Puts a value at the end, or in the place of the one that has the key.
    pub fn insert(&mut self, key: String, value: Value) {
        self.0.get_or_insert_default().insert(key, value);
    }

    /// Takes a key out; the others keep their order.
    pub fn remove(&mut self, key: &str) {
        self.retain(|it| it != key);
    }

    pub fn retain(&mut self, mut stays: impl FnMut(&str) -> bool) {
        if let Some(map) = &mut self.0 {
            map.retain(|key, _| stays(key));
        }
    }
}
