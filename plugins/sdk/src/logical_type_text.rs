//! A logical type as it stands in JSON: the text it is shown as.
//!
//! A type that no rule judges is `{"other": NAME}`. A text that is no type known here is taken for
//! such a name, so that a newer plugin can have types of its own.

use serde::{Deserialize, Deserializer, Serialize, Serializer};

use crate::schema::LogicalType;

/// The types that have no arguments.
const PLAIN: &[LogicalType] = &[
    LogicalType::Boolean,
    LogicalType::Integer,
    LogicalType::Float,
    LogicalType::Double,
    LogicalType::Text,
    LogicalType::Date,
    LogicalType::Timestamp,
    LogicalType::TimestampTz,
    LogicalType::Time,
    LogicalType::Binary,
];

#[derive(Serialize, Deserialize)]
#[serde(untagged)]
enum Written {
    Known(String),
    Named { other: String },
}

impl Serialize for LogicalType {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let written = match self {
            Self::Other(name) => Written::Named {
                other: name.clone(),
            },
            known => Written::Known(known.to_string()),
        };
        written.serialize(serializer)
    }
}

impl<'de> Deserialize<'de> for LogicalType {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        Ok(match Written::deserialize(deserializer)? {
            Written::Named { other } => Self::Other(other),
            Written::Known(text) => PLAIN
                .iter()
                .find(|plain| plain.to_string() == text)
                .cloned()
                .or_else(|| decimal(&text))
                .unwrap_or(Self::Other(text)),
        })
    }
}

fn decimal(text: &str) -> Option<LogicalType> {
    let (precision, scale) = text
        .strip_prefix("decimal(")?
        .strip_suffix(')')?
        .split_once(',')?;
    Some(LogicalType::Decimal {
        precision: precision.parse().ok()?,
        scale: scale.parse().ok()?,
    })
}
