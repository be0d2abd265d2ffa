//! Values of two engines in a form in which equal ones are equal.

use std::str::FromStr;
use std::sync::Arc;

use arrow::array::{
    Array, ArrayRef, AsArray, BooleanArray, Decimal256Array, Float64Array, LargeStringArray,
};
use arrow::compute::{CastOptions, cast_with_options};
use arrow::datatypes::{
    DataType, Decimal256Type, DecimalType, Float64Type, Int64Type, TimeUnit, i256,
};
use bigdecimal::BigDecimal;
use data_validator_plugin::{EngineError, ErrorClass};

use crate::plan::pairing::Kind;

/// All digits that an exact number can have.
const MOST_DIGITS: u8 = 76;

const NANOSECONDS_A_DAY: i128 = 86_400_000_000_000;

/// The values of one column of a batch.
#[derive(Clone, Debug)]
pub enum Values {
    Boolean(BooleanArray),
    /// Whole numbers of a unit: of the last digit behind the point, or of a nanosecond.
    Exact(Decimal256Array),
    Double(Float64Array),
    Text(LargeStringArray),
}

impl Values {
    /// Reads a column of an engine.
    ///
    /// # Errors
    /// `data` for a value that is none of the kind, such as a number with more digits than its type says.
    pub fn of(array: &ArrayRef, kind: Kind) -> Result<Self, EngineError> {
        let plain = |of: &DataType| cast(array, of);
        Ok(match kind {
            Kind::Boolean => Self::Boolean(plain(&DataType::Boolean)?.as_boolean().clone()),
            Kind::Double => Self::Double(
                plain(&DataType::Float64)?
                    .as_primitive::<Float64Type>()
                    .clone(),
            ),
            Kind::Text => Self::Text(plain(&DataType::LargeUtf8)?.as_string::<i64>().clone()),
            Kind::Exact { scale } => Self::Exact(exact(array, scale)?),
            Kind::InTime => Self::Exact(nanoseconds(array)?),
        })
    }

    /// The type of the arrays of a kind.
    pub fn data_type(kind: Kind) -> DataType {
        match kind {
            Kind::Boolean => DataType::Boolean,
            Kind::Double => DataType::Float64,
            Kind::Text => DataType::LargeUtf8,
            Kind::Exact { scale } => decimal(scale),
            Kind::InTime => decimal(0),
        }
    }

    pub fn array(&self) -> ArrayRef {
        match self {
            Self::Boolean(array) => Arc::new(array.clone()),
            Self::Exact(array) => Arc::new(array.clone()),
            Self::Double(array) => Arc::new(array.clone()),
            Self::Text(array) => Arc::new(array.clone()),
        }
    }

    pub fn is_null(&self, row: usize) -> bool {
        match self {
            Self::Boolean(array) => array.is_null(row),
            Self::Exact(array) => array.is_null(row),
            Self::Double(array) => array.is_null(row),
            Self::Text(array) => array.is_null(row),
        }
    }
}

/// The double that is nearest to an exact number.
pub fn nearest(value: i256, scale: u8) -> f64 {
    let text = Decimal256Type::format_decimal(value, MOST_DIGITS, signed(scale));
    text.parse().unwrap_or(f64::NAN)
}

fn decimal(scale: u8) -> DataType {
    DataType::Decimal256(MOST_DIGITS, signed(scale))
}

/// A scale has two digits.
fn signed(scale: u8) -> i8 {
    i8::try_from(scale).unwrap_or(i8::MAX)
}

fn exact(array: &ArrayRef, scale: u8) -> Result<Decimal256Array, EngineError> {
    let own_scale = match array.data_type() {
        DataType::Utf8 | DataType::LargeUtf8 | DataType::Utf8View => {
            return exact_of_text(array, scale);
        }
        DataType::Decimal32(_, scale)
        | DataType::Decimal64(_, scale)
        | DataType::Decimal128(_, scale)
        | DataType::Decimal256(_, scale) => *scale,
        _ => 0,
    };
    if own_scale > signed(scale) {
        return Err(too_many_digits(scale));
    }
    Ok(cast(array, &decimal(scale))?
        .as_primitive::<Decimal256Type>()
        .clone())
}

/// Numbers that an engine gives as text, with all their digits.
fn exact_of_text(array: &ArrayRef, scale: u8) -> Result<Decimal256Array, EngineError> {
    let texts = cast(array, &DataType::LargeUtf8)?;
    let value = |text: &str| {
        let number = BigDecimal::from_str(text).map_err(|_| {
            let message =
                format!("'{text}' is no number that can be compared; leave it out with 'where'");
            EngineError::new(ErrorClass::Data, message)
        })?;
        let whole = number.with_scale(scale.into());
        if whole != number {
            return Err(too_many_digits(scale));
        }
        let (digits, _) = whole.into_bigint_and_exponent();
        i256::from_string(&digits.to_string()).ok_or_else(|| too_many_digits(scale))
    };
    let values = texts.as_string::<i64>().iter();
    let values = values.map(|text| text.map(value).transpose());
    let values: Decimal256Array = values.collect::<Result<_, _>>()?;
    values
        .with_precision_and_scale(MOST_DIGITS, signed(scale))
        .map_err(|error| invalid(&error))
}

fn too_many_digits(scale: u8) -> EngineError {
    let message = format!(
        "a number has more digits than can be compared, {scale} of them behind the point; round it in a source \
         that is a query"
    );
    EngineError::new(ErrorClass::Data, message)
}

/// Nanoseconds since 1970-01-01 in UTC, or since midnight.
fn nanoseconds(array: &ArrayRef) -> Result<Decimal256Array, EngineError> {
    let of_unit = |unit: TimeUnit| match unit {
        TimeUnit::Second => 1_000_000_000,
        TimeUnit::Millisecond => 1_000_000,
        TimeUnit::Microsecond => 1_000,
        TimeUnit::Nanosecond => 1,
    };
    let (whole, factor) = match array.data_type() {
        DataType::Date32 => (cast(array, &DataType::Int32)?, NANOSECONDS_A_DAY),
        DataType::Time32(unit) => (cast(array, &DataType::Int32)?, of_unit(*unit)),
        DataType::Date64 => (array.clone(), of_unit(TimeUnit::Millisecond)),
        DataType::Time64(unit) | DataType::Timestamp(unit, _) => (array.clone(), of_unit(*unit)),
        DataType::Null => (array.clone(), 1),
        other => {
            let message =
                format!("the engine gives a date or time as {other}, which is not compared");
            return Err(EngineError::new(ErrorClass::Unsupported, message));
        }
    };
    let whole = cast(&whole, &DataType::Int64)?;
    let whole = whole.as_primitive::<Int64Type>();
    let values =
        whole.unary::<_, Decimal256Type>(|value| i256::from_i128(i128::from(value) * factor));
    values
        .with_precision_and_scale(MOST_DIGITS, 0)
        .map_err(|error| invalid(&error))
}

fn cast(array: &ArrayRef, of: &DataType) -> Result<ArrayRef, EngineError> {
    let options = CastOptions {
        safe: false,
        ..CastOptions::default()
    };
    cast_with_options(array, of, &options).map_err(|error| invalid(&error))
}

fn invalid(error: &arrow::error::ArrowError) -> EngineError {
    let message = format!("a column cannot be compared: {error}");
    EngineError::new(ErrorClass::Data, message)
}
