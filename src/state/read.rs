//! JSON → entries, forgiving: what does not fit is kept as it is, and counts for nothing.

use indexmap::IndexMap;
use serde::de::{Deserialize, Deserializer, Error, MapAccess};
use serde_json::{Map, Value};

use super::entries::Entries;
use super::entry::{Check, RuleEntry, Status, TableEntry};
use super::json_text::JsonText;
use super::lenient::{FromObject, Lenient};
use super::{RESERVED, migrate};

impl FromObject for RuleEntry {
    fn from_object<'de, A: MapAccess<'de>>(mut members: A) -> Result<Self, A::Error> {
        let mut entry = Self::default();
        while let Some(key) = members.next_key::<String>()? {
            entry.extra.remove(&key);
            if key == "result" {
                let text: JsonText = members.next_value()?;
                entry.result = Some(text).filter(|text| !text.is_null());
                continue;
            }
            if key == "fingerprint" {
                let text: JsonText = members.next_value()?;
                if text.is_object() {
                    entry.fingerprint = Some(text);
                } else {
                    entry.extra.insert(key, text.read().unwrap_or_default());
                }
                continue;
            }
            let misfit = match (key.as_str(), members.next_value()?) {
                ("status", Value::String(word)) => match Status::parse(&word) {
                    Some(status) => set(&mut entry.status, status),
                    None => Some(Value::String(word)),
                },
                ("completed_at", Value::String(text)) => {
                    set(&mut entry.completed_at, Some(text.into()))
                }
                ("data_version", Value::String(text)) => {
                    set(&mut entry.data_version, Some(text.into()))
                }
                ("run_id", Value::String(text)) => set(&mut entry.run_id, Some(text.into())),
                ("verified", Value::Bool(verified)) => set(&mut entry.verified, Some(verified)),
                ("check", Value::String(text)) => match Check::parse(&text) {
                    Some(check) => set(&mut entry.check, Some(check)),
                    None => Some(Value::String(text)),
                },
                (_, value) => Some(value),
            };
            if let Some(value) = misfit {
                if key == "status" {
                    entry.status = Status::InProgress;
                }
                entry.extra.insert(key, value);
            }
        }
        Ok(entry)
    }
}

impl FromObject for TableEntry {
    fn from_object<'de, A: MapAccess<'de>>(mut members: A) -> Result<Self, A::Error> {
        let mut entry = Self::default();
        while let Some(key) = members.next_key::<String>()? {
            entry.extra.shift_remove(&key);
            let misfit = if key == "rules" {
                match members.next_value()? {
                    Lenient::Object(Rules(rules)) => set(&mut entry.rules, rules),
                    Lenient::Other(value) => Some(value),
                }
            } else {
                match (key.as_str(), members.next_value()?) {
                    ("status", Value::String(word)) => match Status::parse(&word) {
                        Some(status) => set(&mut entry.status, status),
                        None => Some(Value::String(word)),
                    },
                    ("started_at", Value::String(text)) => set(&mut entry.started_at, Some(text)),
                    ("completed_at", Value::String(text)) => {
                        set(&mut entry.completed_at, Some(text))
                    }
                    (_, value) => Some(value),
                }
            };
            if let Some(value) = misfit {
                if key == "status" {
                    entry.status = Status::InProgress;
                }
                entry.extra.insert(key, value);
            }
        }
        Ok(entry)
    }
}

/// The rules of a table; what is no object among them records nothing.
struct Rules(IndexMap<String, RuleEntry>);

impl FromObject for Rules {
    fn from_object<'de, A: MapAccess<'de>>(mut members: A) -> Result<Self, A::Error> {
        let mut table = TableEntry::default();
        while let Some((name, value)) = members.next_entry()? {
            if let Lenient::Object(entry) = value {
                table.put(name, entry);
            }
        }
        table.rules.shrink_to_fit();
        Ok(Self(table.rules))
    }
}

impl FromObject for Entries {
    fn from_object<'de, A: MapAccess<'de>>(mut members: A) -> Result<Self, A::Error> {
        let mut entries = Self::default();
        while let Some(name) = members.next_key::<String>()? {
            if name == RESERVED {
                entries.reserve(members.next_value()?);
                continue;
            }
            entries.tables.shift_remove(&name);
            entries.others.shift_remove(&name);
            match members.next_value()? {
                Lenient::Object(table) => {
                    entries.tables.insert(name, table);
                }
                Lenient::Other(Value::String(word)) => {
                    entries.migrated = true;
                    if let Some(table) = migrate::table_of(&word) {
                        entries.tables.insert(name, table);
                    }
                }
                Lenient::Other(value) => {
                    entries.others.insert(name, value);
                }
            }
        }
        Ok(entries)
    }
}

impl Entries {
    /// Takes over what stands under the reserved key; a format number stays for who decides about it.
    pub(super) fn reserve(&mut self, value: Value) {
        let mut object = match value {
            Value::Object(object) => object,
            other => Map::from_iter([("format".to_owned(), other)]),
        };
        if let Some(run) = object.shift_remove("run") {
            self.run = serde_json::from_value(run).ok();
        }
        self.reserved = object;
    }
}

impl<'de> Deserialize<'de> for Entries {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        object(deserializer)
    }
}

impl<'de> Deserialize<'de> for TableEntry {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        object(deserializer)
    }
}

impl<'de> Deserialize<'de> for RuleEntry {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        object(deserializer)
    }
}

fn object<'de, T: FromObject, D: Deserializer<'de>>(deserializer: D) -> Result<T, D::Error> {
    match Lenient::deserialize(deserializer)? {
        Lenient::Object(value) => Ok(value),
        Lenient::Other(_) => Err(D::Error::custom("it is not an object")),
    }
}

/// Sets the place; nothing is left that did not fit.
fn set<T>(place: &mut T, value: T) -> Option<Value> {
    *place = value;
    None
}
