//! Entries → JSON: the keys we know in a fixed order, then the others as they came.

use serde::ser::{Serialize, SerializeMap, Serializer};
use serde_json::{Map, Value};

use super::entries::Entries;
use super::entry::{Check, RuleEntry, Status, TableEntry};
use super::{FORMAT, RESERVED};

impl Serialize for Status {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self.word())
    }
}

impl Serialize for RuleEntry {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut object = Object::begin(serializer, self.extra.as_map())?;
        object.put("status", Some(&self.status))?;
        object.put("completed_at", self.completed_at.as_deref())?;
        object.put("result", self.result.as_ref())?;
        object.put("fingerprint", self.fingerprint.as_ref())?;
        object.put("data_version", self.data_version.as_deref())?;
        object.put("run_id", self.run_id.as_deref())?;
        object.put("verified", self.verified.as_ref())?;
        object.put("check", self.check.as_ref())?;
        object.end()
    }
}

impl Serialize for Check {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl Serialize for TableEntry {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut object = Object::begin(serializer, Some(&self.extra))?;
        object.put("status", Some(&self.status))?;
        object.put("started_at", self.started_at.as_ref())?;
        object.put("completed_at", self.completed_at.as_ref())?;
        object.put("rules", Some(&Rules(self)))?;
        object.end()
    }
}

struct Rules<'t>(&'t TableEntry);

impl Serialize for Rules<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_map(&self.0.rules)
    }
}

impl Serialize for Entries {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut object = Object::begin(serializer, Some(&self.others))?;
        object.put(RESERVED, Some(&Reserved(self)))?;
        for (name, table) in &self.tables {
            object.put(name, Some(table))?;
        }
        object.end()
    }
}

struct Reserved<'e>(&'e Entries);

impl Serialize for Reserved<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut object = Object::begin(serializer, Some(&self.0.reserved))?;
        object.put("format", Some(&FORMAT))?;
        object.put("run", self.0.run.as_ref())?;
        object.end()
    }
}

/// An object of which some keys are ours and the rest came from the file.
struct Object<'m, M> {
    members: M,
    extra: Option<&'m Map<String, Value>>,
}

impl<'m, M: SerializeMap> Object<'m, M> {
    fn begin<S: Serializer<SerializeMap = M>>(
        serializer: S,
        extra: Option<&'m Map<String, Value>>,
    ) -> Result<Self, S::Error> {
        let members = serializer.serialize_map(None)?;
        Ok(Self { members, extra })
    }

    /// A known key whose value was not understood is in `extra`, which then has the word.
    fn put<T: Serialize + ?Sized>(&mut self, key: &str, value: Option<&T>) -> Result<(), M::Error> {
        match value {
            Some(value) if self.extra.is_none_or(|extra| !extra.contains_key(key)) => {
                self.members.serialize_entry(key, value)
            }
            _ => Ok(()),
        }
    }

    fn end(mut self) -> Result<M::Ok, M::Error> {
        for (key, value) in self.extra.into_iter().flatten() {
            self.members.serialize_entry(key, value)?;
        }
        self.members.end()
    }
}
