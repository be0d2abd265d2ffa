//! Arrow arrays in the binary form of COPY.
//!
//! Form: <https://www.postgresql.org/docs/current/sql-copy.html>, and each type's `_recv` function.

use arrow::array::{Array, ArrayRef, AsArray};
use arrow::compute::{CastOptions, cast, cast_with_options};
use arrow::datatypes::{
    DataType, Date32Type, Decimal128Type, Decimal256Type, Field, Float32Type, Float64Type,
    Int16Type, Int32Type, Int64Type, Time64MicrosecondType, TimeUnit, TimestampMicrosecondType,
};
use data_validator_plugin::{EngineError, ErrorClass};

use crate::decimal;

/// 2000-01-01, where PostgreSQL counts from, in days and microseconds since 1970-01-01.
const EPOCH_DAYS: i32 = 10_957;
const EPOCH_MICROS: i64 = EPOCH_DAYS as i64 * 86_400_000_000;

/// What a file begins with: the signature, no flags, no extension.
pub const HEADER: &[u8] = b"PGCOPY\n\xff\r\n\0\0\0\0\0\0\0\0\0";
/// What it ends with.
pub const TRAILER: &[u8] = &[0xff, 0xff];

/// A column of the table that takes the rows in.
pub struct Target {
    name: String,
    /// What PostgreSQL calls the type.
    pub type_name: String,
    /// What the values are made before they are written.
    form: DataType,
}

impl Target {
    /// The column for an Arrow column; a type without a place is `unsupported`.
    pub fn of(field: &Field) -> Result<Self, EngineError> {
        let (type_name, form) = place(field.data_type()).ok_or_else(|| {
            let message = format!(
                "column '{}' is of the Arrow type {}, for which PostgreSQL has no place here; \
                 cast it to text where it comes from, or leave it out",
                field.name(),
                field.data_type()
            );
            EngineError::new(ErrorClass::Unsupported, message)
        })?;
        Ok(Self {
            name: field.name().clone(),
            type_name,
            form,
        })
    }

    /// The values in the form they are written from.
    pub fn prepare(&self, values: &ArrayRef) -> Result<ArrayRef, EngineError> {
        let wrong = |why: &str| {
            let message = format!("column '{}': {why}", self.name);
            EngineError::new(ErrorClass::Data, message)
        };
        if has_parts_of_microseconds(values).map_err(|error| wrong(&error.to_string()))? {
            return Err(wrong(
                "a time has more than six digits behind the second; round it where it comes from",
            ));
        }
        let exact = CastOptions {
            safe: false,
            ..CastOptions::default()
        };
        cast_with_options(values, &self.form, &exact).map_err(|error| wrong(&error.to_string()))
    }
}

/// PostgreSQL's type and the Arrow type that is written as it.
fn place(data_type: &DataType) -> Option<(String, DataType)> {
    let micros = TimeUnit::Microsecond;
    let (name, form) = match data_type {
        DataType::Boolean => ("boolean", DataType::Boolean),
        DataType::Int8 | DataType::Int16 | DataType::UInt8 => ("smallint", DataType::Int16),
        DataType::Int32 | DataType::UInt16 => ("integer", DataType::Int32),
        DataType::Int64 | DataType::UInt32 => ("bigint", DataType::Int64),
        DataType::UInt64 => ("numeric(20,0)", DataType::Decimal128(20, 0)),
        DataType::Float16 | DataType::Float32 => ("real", DataType::Float32),
        DataType::Float64 => ("double precision", DataType::Float64),
        DataType::Decimal32(digits, scale)
        | DataType::Decimal64(digits, scale)
        | DataType::Decimal128(digits, scale) => {
            let form = DataType::Decimal128(*digits, *scale);
            return Some((numeric(*digits, *scale), form));
        }
        DataType::Decimal256(digits, scale) => {
            return Some((numeric(*digits, *scale), data_type.clone()));
        }
        DataType::Utf8 | DataType::LargeUtf8 | DataType::Utf8View | DataType::Null => {
            ("text", DataType::LargeUtf8)
        }
        DataType::Binary
        | DataType::LargeBinary
        | DataType::BinaryView
        | DataType::FixedSizeBinary(_) => ("bytea", DataType::LargeBinary),
        DataType::Date32 | DataType::Date64 => ("date", DataType::Date32),
        DataType::Time32(_) | DataType::Time64(_) => ("time", DataType::Time64(micros)),
        DataType::Timestamp(_, None) => ("timestamp", DataType::Timestamp(micros, None)),
        DataType::Timestamp(_, Some(zone)) => (
            "timestamp with time zone",
            DataType::Timestamp(micros, Some(zone.clone())),
        ),
        DataType::Dictionary(_, values) => return place(values),
        DataType::RunEndEncoded(_, values) => return place(values.data_type()),
        _ => return None,
    };
    Some((name.to_owned(), form))
}

/// A scale below zero is new in PostgreSQL 15, so such a column has no limits.
fn numeric(digits: u8, scale: i8) -> String {
    match scale {
        0.. => format!("numeric({digits},{scale})"),
        _ => "numeric".into(),
    }
}

/// Whether a value would be cut off.
fn has_parts_of_microseconds(values: &ArrayRef) -> Result<bool, arrow::error::ArrowError> {
    let counts_nanos = matches!(
        values.data_type(),
        DataType::Timestamp(TimeUnit::Nanosecond, _) | DataType::Time64(TimeUnit::Nanosecond)
    );
    if !counts_nanos {
        return Ok(false);
    }
    let nanos = cast(values, &DataType::Int64)?;
    let nanos = nanos.as_primitive::<Int64Type>();
    Ok(nanos.iter().flatten().any(|nanos| nanos % 1000 != 0))
}

/// Writes a row, of columns that were prepared.
pub fn write_row(columns: &[ArrayRef], row: usize, bytes: &mut Vec<u8>) {
    // More than PostgreSQL's most columns, 1600, is refused when the table is made.
    bytes.extend_from_slice(
        &u16::try_from(columns.len())
            .unwrap_or(u16::MAX)
            .to_be_bytes(),
    );
    for column in columns {
        if column.is_null(row) {
            bytes.extend_from_slice(&(-1_i32).to_be_bytes());
            continue;
        }
        let at = bytes.len();
        bytes.extend_from_slice(&[0; 4]);
        write_value(column, row, bytes);
        let length = u32::try_from(bytes.len() - at - 4).unwrap_or(u32::MAX);
        bytes[at..at + 4].copy_from_slice(&length.to_be_bytes());
    }
}

fn write_value(column: &ArrayRef, row: usize, bytes: &mut Vec<u8>) {
    match column.data_type() {
        DataType::Boolean => bytes.push(column.as_boolean().value(row).into()),
        DataType::Int16 => put(
            bytes,
            &column.as_primitive::<Int16Type>().value(row).to_be_bytes(),
        ),
        DataType::Int32 => put(
            bytes,
            &column.as_primitive::<Int32Type>().value(row).to_be_bytes(),
        ),
        DataType::Int64 => put(
            bytes,
            &column.as_primitive::<Int64Type>().value(row).to_be_bytes(),
        ),
        DataType::Float32 => {
            put(
                bytes,
                &column
                    .as_primitive::<Float32Type>()
                    .value(row)
                    .to_be_bytes(),
            );
        }
        DataType::Float64 => {
            put(
                bytes,
                &column
                    .as_primitive::<Float64Type>()
                    .value(row)
                    .to_be_bytes(),
            );
        }
        DataType::Decimal128(_, scale) => {
            let value = column.as_primitive::<Decimal128Type>().value(row);
            decimal::encode(&value.to_string(), *scale, bytes);
        }
        DataType::Decimal256(_, scale) => {
            let value = column.as_primitive::<Decimal256Type>().value(row);
            decimal::encode(&value.to_string(), *scale, bytes);
        }
        DataType::LargeUtf8 => put(bytes, column.as_string::<i64>().value(row).as_bytes()),
        DataType::LargeBinary => put(bytes, column.as_binary::<i64>().value(row)),
        DataType::Date32 => {
            let days = column.as_primitive::<Date32Type>().value(row);
            // Out of PostgreSQL's range either way, which the server says.
            put(bytes, &days.saturating_sub(EPOCH_DAYS).to_be_bytes());
        }
        DataType::Time64(_) => {
            let micros = column.as_primitive::<Time64MicrosecondType>().value(row);
            put(bytes, &micros.to_be_bytes());
        }
        _ => {
            let micros = column.as_primitive::<TimestampMicrosecondType>().value(row);
            put(bytes, &micros.saturating_sub(EPOCH_MICROS).to_be_bytes());
        }
    }
}

fn put(bytes: &mut Vec<u8>, value: &[u8]) {
    bytes.extend_from_slice(value);
}
