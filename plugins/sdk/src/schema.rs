//! Columns and their types, in words that every engine shares.

use std::fmt;

use serde::{Deserialize, Serialize};

/// The columns of a relation, in the relation's order.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Schema {
    pub columns: Vec<Column>,
}

/// One column of a relation.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Column {
    pub name: String,
    #[serde(rename = "type")]
    pub logical_type: LogicalType,
}

/// What the values of a column are, apart from how an engine stores them.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum LogicalType {
    Boolean,
    /// Any whole number, of any width and sign.
    Integer,
    /// A 32-bit binary floating-point number; can be NaN.
    Float,
    /// A 64-bit binary floating-point number; can be NaN.
    Double,
    /// An exact decimal number of at most `precision` digits, `scale` of them behind the point.
    Decimal {
        precision: u8,
        scale: u8,
    },
    Text,
    Date,
    /// A date and time without zone.
    Timestamp,
    /// A moment: a date and time with zone.
    TimestampTz,
    Time,
    Binary,
    /// A type that no rule judges by value; the engine's own name for it.
    Other(String),
}

impl fmt::Display for LogicalType {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Boolean => f.write_str("boolean"),
            Self::Integer => f.write_str("integer"),
            Self::Float => f.write_str("float"),
            Self::Double => f.write_str("double"),
            Self::Decimal { precision, scale } => write!(f, "decimal({precision},{scale})"),
            Self::Text => f.write_str("text"),
            Self::Date => f.write_str("date"),
            Self::Timestamp => f.write_str("timestamp"),
            Self::TimestampTz => f.write_str("timestamp with time zone"),
            Self::Time => f.write_str("time"),
            Self::Binary => f.write_str("binary"),
            Self::Other(name) => f.write_str(name),
        }
    }
}

impl LogicalType {
    /// Whether a value can be NaN.
    pub fn can_be_nan(&self) -> bool {
        matches!(self, Self::Float | Self::Double)
    }
}

impl Schema {
    /// The column of that name, compared exactly.
    pub fn column(&self, name: &str) -> Option<&Column> {
        self.columns.iter().find(|column| column.name == name)
    }
}
