//! The values of a table, and the types of its columns.

use std::cmp::Ordering;
use std::fmt;
use std::mem::discriminant;
use std::str::FromStr;

use bigdecimal::{BigDecimal, ToPrimitive};
use jiff::civil::{Date, DateTime, Time};
use serde::{Deserialize, Serialize};

/// How a column keeps its values.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ColumnType {
    Boolean,
    Int8,
    Int16,
    Int32,
    Int64,
    Uint8,
    Uint16,
    Uint32,
    Uint64,
    Float,
    Double,
    Decimal {
        precision: u8,
        scale: u8,
    },
    Text(TextForm),
    Date,
    /// Without a zone.
    Timestamp(Unit),
    /// A moment, which a file shows in this zone.
    TimestampTz(Unit, String),
    Time,
    Binary,
}

/// How a file keeps text; it is the same text.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum TextForm {
    Plain,
    Large,
    View,
    Dictionary,
}

/// What a timestamp counts.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Unit {
    Milliseconds,
    Microseconds,
    Nanoseconds,
}

/// One value.
#[derive(Clone, Debug)]
pub enum Value {
    Null,
    Boolean(bool),
    Integer(i128),
    Float(f32),
    Double(f64),
    Decimal(BigDecimal),
    Text(String),
    Date(Date),
    /// With or without a zone: in UTC.
    Timestamp(DateTime),
    Time(Time),
    /// As hexadecimal digits.
    Binary(String),
}

impl ColumnType {
    /// The value that this text stands for in a column of the type; no text is NULL.
    ///
    /// # Panics
    /// When the text is no value of the type.
    pub fn value(&self, text: Option<&str>) -> Value {
        let Some(text) = text else {
            return Value::Null;
        };
        match self {
            Self::Boolean => Value::Boolean(parsed(text)),
            Self::Int8
            | Self::Int16
            | Self::Int32
            | Self::Int64
            | Self::Uint8
            | Self::Uint16
            | Self::Uint32
            | Self::Uint64 => Value::Integer(parsed(text)),
            Self::Float => Value::Float(parsed(text)),
            Self::Double => Value::Double(parsed(text)),
            Self::Decimal { .. } => Value::Decimal(parsed(text)),
            Self::Text(_) => Value::Text(text.to_owned()),
            Self::Date => Value::Date(parsed(text)),
            Self::Timestamp(_) | Self::TimestampTz(..) => Value::Timestamp(parsed(text)),
            Self::Time => Value::Time(parsed(text)),
            Self::Binary => Value::Binary(text.to_owned()),
        }
    }

    pub fn is_integer(&self) -> bool {
        use ColumnType::{Int8, Int16, Int32, Int64, Uint8, Uint16, Uint32, Uint64};
        matches!(
            self,
            Int8 | Int16 | Int32 | Int64 | Uint8 | Uint16 | Uint32 | Uint64
        )
    }

    /// Whether it keeps whole or decimal numbers.
    pub fn is_exact(&self) -> bool {
        self.is_integer() || matches!(self, Self::Decimal { .. })
    }

    /// Whether the values are of one kind, however they are kept.
    pub fn is_same_kind(&self, other: &Self) -> bool {
        (self.is_exact() && other.is_exact()) || discriminant(self) == discriminant(other)
    }

    /// The word of a config for values of the kind; for some there is none.
    pub fn word(&self) -> Option<String> {
        Some(match self {
            Self::Boolean => "boolean".into(),
            integer if integer.is_integer() => "integer".into(),
            Self::Float | Self::Double => "double".into(),
            Self::Decimal { precision, scale } => format!("decimal({precision},{scale})"),
            Self::Text(_) => "text".into(),
            Self::Date => "date".into(),
            Self::Timestamp(_) => "timestamp".into(),
            Self::TimestampTz(..) => "timestamptz".into(),
            _ => return None,
        })
    }

    /// Whether it keeps whole numbers.
    pub fn is_whole(&self) -> bool {
        self.is_integer() || matches!(self, Self::Decimal { scale: 0, .. })
    }

    /// Whether the values are of the type that has this word in a config.
    pub fn is_called(&self, word: &str) -> bool {
        self.word().as_deref() == Some(word) || (word == "integer" && self.is_whole())
    }

    pub fn is_text(&self) -> bool {
        matches!(self, Self::Text(_))
    }

    pub fn is_floating(&self) -> bool {
        matches!(self, Self::Float | Self::Double)
    }

    pub fn is_timestamp(&self) -> bool {
        matches!(self, Self::Timestamp(_) | Self::TimestampTz(..))
    }
}

/// What a text stands for.
///
/// # Panics
/// When it stands for nothing of the kind.
pub fn parsed<T: FromStr>(text: &str) -> T {
    match text.parse() {
        Ok(value) => value,
        Err(_) => panic!("'{text}' is no {}", std::any::type_name::<T>()),
    }
}

impl Value {
    pub fn is_null(&self) -> bool {
        matches!(self, Self::Null)
    }

    /// A whole or decimal number.
    pub fn as_exact(&self) -> Option<BigDecimal> {
        match self {
            Self::Integer(number) => Some((*number).into()),
            Self::Decimal(number) => Some(number.clone()),
            _ => None,
        }
    }

    /// A number as a double, the nearest one.
    pub fn as_double(&self) -> Option<f64> {
        match self {
            Self::Float(number) => Some((*number).into()),
            Self::Double(number) => Some(*number),
            Self::Integer(number) => number.to_f64(),
            // Its own conversion is not always the nearest.
            Self::Decimal(number) => Some(parsed(&number.to_string())),
            _ => None,
        }
    }

    pub fn is_nan(&self) -> bool {
        match self {
            Self::Float(number) => number.is_nan(),
            Self::Double(number) => number.is_nan(),
            _ => false,
        }
    }

    /// How two values of one column stand to each other; `None` where one of them is NULL or NaN.
    ///
    /// There is one zero, and text goes by code point.
    ///
    /// # Panics
    /// When the values are not of one type.
    pub fn order(&self, other: &Self) -> Option<Ordering> {
        match (self, other) {
            (Self::Null, _) | (_, Self::Null) => None,
            (Self::Boolean(one), Self::Boolean(other)) => Some(one.cmp(other)),
            (Self::Integer(one), Self::Integer(other)) => Some(one.cmp(other)),
            (Self::Float(one), Self::Float(other)) => one.partial_cmp(other),
            (Self::Double(one), Self::Double(other)) => one.partial_cmp(other),
            (Self::Decimal(one), Self::Decimal(other)) => Some(one.cmp(other)),
            (Self::Text(one), Self::Text(other)) => Some(one.chars().cmp(other.chars())),
            (Self::Date(one), Self::Date(other)) => Some(one.cmp(other)),
            (Self::Timestamp(one), Self::Timestamp(other)) => Some(one.cmp(other)),
            (Self::Time(one), Self::Time(other)) => Some(one.cmp(other)),
            (Self::Binary(one), Self::Binary(other)) => Some(one.cmp(other)),
            _ => panic!("{self:?} and {other:?} are not of one type"),
        }
    }

    /// Whether two values of one column are the same key: NaN equals NaN, and -0 equals 0.
    pub fn is_same_key(&self, other: &Self) -> bool {
        (self.is_nan() && other.is_nan()) || self.order(other) == Some(Ordering::Equal)
    }
}

/// As a report shows it: numbers with their digits, of which fifty are enough, and there is one zero.
impl fmt::Display for Value {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let plain = |number: &BigDecimal| match number.digits() > 50 {
            true => number.with_prec(50).normalized().to_plain_string(),
            false => number.normalized().to_plain_string(),
        };
        let floating = |number: f64, shortest: String| match number {
            number if number.is_nan() => "NaN".to_owned(),
            f64::INFINITY => "Infinity".to_owned(),
            f64::NEG_INFINITY => "-Infinity".to_owned(),
            _ => plain(&parsed(&shortest)),
        };
        let text = match self {
            Self::Null => "NULL".to_owned(),
            Self::Boolean(value) => value.to_string(),
            Self::Integer(number) => number.to_string(),
            Self::Float(number) => floating(f64::from(*number), number.to_string()),
            Self::Double(number) => floating(*number, number.to_string()),
            Self::Decimal(number) => plain(number),
            Self::Text(text) | Self::Binary(text) => text.clone(),
            Self::Date(date) => date.to_string(),
            Self::Timestamp(at) => at.to_string(),
            Self::Time(time) => time.to_string(),
        };
        f.write_str(&text)
    }
}
