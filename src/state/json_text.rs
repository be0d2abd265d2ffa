//! JSON values kept as their text: nearly all are compared or copied, and few looked into.

use serde::{Deserialize, Deserializer, Serialize, Serializer};
use serde_json::Value;
use serde_json::value::{RawValue, to_raw_value};

/// A JSON value as it is written.
#[derive(Clone, Debug)]
pub struct JsonText(Box<RawValue>);

impl JsonText {
    /// The value on one line; `null` for what JSON cannot hold.
    pub fn of(value: &(impl Serialize + ?Sized)) -> Self {
        let text = to_raw_value(value);
        // What was written grew by doubling, and an allocator may leave it the room; a copy has none.
        Self(text.as_deref().unwrap_or(RawValue::NULL).to_owned())
    }

    pub fn as_str(&self) -> &str {
        self.0.get()
    }

    pub fn is_null(&self) -> bool {
        self.as_str() == "null"
    }

    pub fn is_object(&self) -> bool {
        self.as_str().starts_with('{')
    }

    /// The value; `None` when it is not of that type.
    pub fn read<'t, T: Deserialize<'t>>(&'t self) -> Option<T> {
        serde_json::from_str(self.as_str()).ok()
    }

    /// The same value on one line, where somebody else wrote it in another way.
    pub fn rewritten(&self) -> Option<Self> {
        self.read::<Value>().as_ref().map(Self::of)
    }
}

impl PartialEq for JsonText {
    fn eq(&self, other: &Self) -> bool {
        let value = |text: &Self| text.read::<Value>();
        self.as_str() == other.as_str() || value(self).is_some_and(|it| value(other) == Some(it))
    }
}

impl Serialize for JsonText {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        self.0.serialize(serializer)
    }
}

impl<'de> Deserialize<'de> for JsonText {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        Box::deserialize(deserializer).map(Self)
    }
}
