//! Rows of PostgreSQL as Arrow arrays: every built-in scalar type, from its binary form.
//!
//! | PostgreSQL | Arrow |
//! | --- | --- |
//! | `bool`, `int2`, `int4`, `int8`, `float4`, `float8` | the same width |
//! | `oid` | `UInt32` |
//! | `numeric(p,s)` with at most 38 digits | `Decimal128(p,s)` |
//! | other `numeric` | `Utf8`, as PostgreSQL writes it, which is exact |
//! | `text`, `varchar`, `name`, enums, `json`, `xml` | `Utf8` |
//! | `char(n)` | `Utf8` without the padding |
//! | `bytea` | `Binary` |
//! | `date`, `time`, `timestamp`, `timestamptz` | `Date32`, `Time64(µs)`, `Timestamp(µs)`, the last in UTC |
//! | `interval` | `Interval(MonthDayNano)` |
//! | `jsonb`, `uuid`, `timetz`, `inet`, `cidr`, `macaddr`, `macaddr8`, `bit`, `varbit`, `"char"` | `Utf8`, as PostgreSQL writes it |

use std::sync::Arc;

use arrow::array::{
    ArrayBuilder, ArrayRef, BinaryBuilder, BooleanBuilder, Date32Builder, Decimal128Builder,
    Float32Builder, Float64Builder, Int16Builder, Int32Builder, Int64Builder,
    IntervalMonthDayNanoBuilder, StringBuilder, Time64MicrosecondBuilder,
    TimestampMicrosecondBuilder, UInt32Builder,
};
use arrow::datatypes::{DataType, Field, IntervalMonthDayNano, IntervalUnit, TimeUnit};
use data_validator_plugin::{EngineError, ErrorClass};
use tokio_postgres::types::{Kind, Type};

use crate::decimal::Numeric;
use crate::text_forms::{self, TextForm};
use crate::type_names::precision_and_scale;

/// 2000-01-01, where PostgreSQL counts from, in days and microseconds since 1970-01-01.
const EPOCH_DAYS: i32 = 10_957;
const EPOCH_MICROS: i64 = EPOCH_DAYS as i64 * 86_400_000_000;

/// The zone as an offset, which is read without a list of zones too.
const UTC: &str = "+00:00";

/// One column of a result while its values come.
pub struct Column {
    name: String,
    values: Values,
}

enum Values {
    Boolean(BooleanBuilder),
    Int16(Int16Builder),
    Int32(Int32Builder),
    Int64(Int64Builder),
    Unsigned(UInt32Builder),
    Float32(Float32Builder),
    Float64(Float64Builder),
    /// With precision and scale.
    Decimal(Decimal128Builder, u8, i8),
    Text(StringBuilder),
    Padded(StringBuilder),
    Form(StringBuilder, TextForm),
    Binary(BinaryBuilder),
    Date(Date32Builder),
    Time(Time64MicrosecondBuilder),
    Timestamp(TimestampMicrosecondBuilder),
    TimestampTz(TimestampMicrosecondBuilder),
    Interval(IntervalMonthDayNanoBuilder),
}

impl Column {
    /// A column of that type; a type without an Arrow form is `unsupported`.
    pub fn new(name: &str, base: &Type, modifier: i32) -> Result<Self, EngineError> {
        let values = Values::of(base, modifier).ok_or_else(|| {
            let message = format!(
                "column '{name}' is of type {}, which has no form here; cast it, for instance to text",
                base.name()
            );
            EngineError::new(ErrorClass::Unsupported, message)
        })?;
        Ok(Self {
            name: name.to_owned(),
            values,
        })
    }

    pub fn field(&self) -> Field {
        Field::new(&self.name, self.values.data_type(), true)
    }

    /// Takes a value in its binary form.
    pub fn push(&mut self, value: Option<&[u8]>) -> Result<(), EngineError> {
        let Some(bytes) = value else {
            self.values.push_null();
            return Ok(());
        };
        self.values.push(bytes).ok_or_else(|| {
            let what = match &self.values {
                Values::Decimal(..) => "NaN",
                Values::Date(_) | Values::Timestamp(_) | Values::TimestampTz(_) => {
                    "infinity, or a time beyond the year 294246,"
                }
                Values::Interval(_) => "an interval longer than 292 years of hours",
                Values::Text(_) | Values::Padded(_) => "text that is not UTF-8",
                _ => "a value of another form than its type has",
            };
            let message = format!(
                "column '{}' has {what} which cannot be read; cast it to text",
                self.name
            );
            EngineError::new(ErrorClass::Data, message)
        })
    }

    /// The values so far, of which none is kept.
    pub fn finish(&mut self) -> ArrayRef {
        self.values.builder().finish()
    }
}

impl Values {
    fn of(base: &Type, modifier: i32) -> Option<Self> {
        let form = |form: TextForm| Some(Self::Form(StringBuilder::new(), form));
        Some(match *base {
            Type::BOOL => Self::Boolean(BooleanBuilder::new()),
            Type::INT2 => Self::Int16(Int16Builder::new()),
            Type::INT4 => Self::Int32(Int32Builder::new()),
            Type::INT8 => Self::Int64(Int64Builder::new()),
            Type::OID => Self::Unsigned(UInt32Builder::new()),
            Type::FLOAT4 => Self::Float32(Float32Builder::new()),
            Type::FLOAT8 => Self::Float64(Float64Builder::new()),
            Type::NUMERIC => return decimal(modifier).or_else(|| form(numeric_text)),
            Type::TEXT | Type::VARCHAR | Type::NAME | Type::JSON | Type::XML | Type::UNKNOWN => {
                Self::Text(StringBuilder::new())
            }
            Type::BPCHAR => Self::Padded(StringBuilder::new()),
            Type::BYTEA => Self::Binary(BinaryBuilder::new()),
            Type::DATE => Self::Date(Date32Builder::new()),
            Type::TIME => Self::Time(Time64MicrosecondBuilder::new()),
            Type::TIMESTAMP => Self::Timestamp(TimestampMicrosecondBuilder::new()),
            Type::TIMESTAMPTZ => {
                Self::TimestampTz(TimestampMicrosecondBuilder::new().with_timezone(UTC))
            }
            Type::INTERVAL => Self::Interval(IntervalMonthDayNanoBuilder::new()),
            Type::JSONB => return form(text_forms::jsonb),
            Type::UUID => return form(text_forms::uuid),
            Type::TIMETZ => return form(text_forms::time_with_zone),
            Type::INET | Type::CIDR => return form(text_forms::network_address),
            Type::MACADDR | Type::MACADDR8 => return form(text_forms::hardware_address),
            Type::BIT | Type::VARBIT => return form(text_forms::bits),
            Type::CHAR => return form(text_forms::character),
            _ => match base.kind() {
                Kind::Enum(_) => Self::Text(StringBuilder::new()),
                Kind::Domain(base) => return Self::of(base, modifier),
                _ => return None,
            },
        })
    }

    fn data_type(&self) -> DataType {
        match self {
            Self::Boolean(_) => DataType::Boolean,
            Self::Int16(_) => DataType::Int16,
            Self::Int32(_) => DataType::Int32,
            Self::Int64(_) => DataType::Int64,
            Self::Unsigned(_) => DataType::UInt32,
            Self::Float32(_) => DataType::Float32,
            Self::Float64(_) => DataType::Float64,
            Self::Decimal(_, precision, scale) => DataType::Decimal128(*precision, *scale),
            Self::Text(_) | Self::Padded(_) | Self::Form(..) => DataType::Utf8,
            Self::Binary(_) => DataType::Binary,
            Self::Date(_) => DataType::Date32,
            Self::Time(_) => DataType::Time64(TimeUnit::Microsecond),
            Self::Timestamp(_) => DataType::Timestamp(TimeUnit::Microsecond, None),
            Self::TimestampTz(_) => {
                DataType::Timestamp(TimeUnit::Microsecond, Some(Arc::from(UTC)))
            }
            Self::Interval(_) => DataType::Interval(IntervalUnit::MonthDayNano),
        }
    }

    fn builder(&mut self) -> &mut dyn ArrayBuilder {
        match self {
            Self::Boolean(it) => it,
            Self::Int16(it) => it,
            Self::Int32(it) => it,
            Self::Int64(it) => it,
            Self::Unsigned(it) => it,
            Self::Float32(it) => it,
            Self::Float64(it) => it,
            Self::Decimal(it, ..) => it,
            Self::Text(it) | Self::Padded(it) | Self::Form(it, _) => it,
            Self::Binary(it) => it,
            Self::Date(it) => it,
            Self::Time(it) => it,
            Self::Timestamp(it) | Self::TimestampTz(it) => it,
            Self::Interval(it) => it,
        }
    }

    fn push_null(&mut self) {
        match self {
            Self::Boolean(it) => it.append_null(),
            Self::Int16(it) => it.append_null(),
            Self::Int32(it) => it.append_null(),
            Self::Int64(it) => it.append_null(),
            Self::Unsigned(it) => it.append_null(),
            Self::Float32(it) => it.append_null(),
            Self::Float64(it) => it.append_null(),
            Self::Decimal(it, ..) => it.append_null(),
            Self::Text(it) | Self::Padded(it) | Self::Form(it, _) => it.append_null(),
            Self::Binary(it) => it.append_null(),
            Self::Date(it) => it.append_null(),
            Self::Time(it) => it.append_null(),
            Self::Timestamp(it) | Self::TimestampTz(it) => it.append_null(),
            Self::Interval(it) => it.append_null(),
        }
    }

    /// `None` for bytes that are no value which the array can hold.
    fn push(&mut self, bytes: &[u8]) -> Option<()> {
        match self {
            Self::Boolean(it) => it.append_value(bytes == [1]),
            Self::Int16(it) => it.append_value(i16::from_be_bytes(bytes.try_into().ok()?)),
            Self::Int32(it) => it.append_value(i32::from_be_bytes(bytes.try_into().ok()?)),
            Self::Int64(it) => it.append_value(i64::from_be_bytes(bytes.try_into().ok()?)),
            Self::Unsigned(it) => it.append_value(u32::from_be_bytes(bytes.try_into().ok()?)),
            Self::Float32(it) => it.append_value(f32::from_be_bytes(bytes.try_into().ok()?)),
            Self::Float64(it) => it.append_value(f64::from_be_bytes(bytes.try_into().ok()?)),
            Self::Decimal(it, _, scale) => {
                it.append_value(Numeric::read(bytes)?.unscaled(u32::try_from(*scale).ok()?)?);
            }
            Self::Text(it) => it.append_value(std::str::from_utf8(bytes).ok()?),
            Self::Padded(it) => {
                it.append_value(std::str::from_utf8(bytes).ok()?.trim_end_matches(' '));
            }
            Self::Form(it, form) => it.append_value(form(bytes)?),
            Self::Binary(it) => it.append_value(bytes),
            Self::Date(it) => {
                let days = i32::from_be_bytes(bytes.try_into().ok()?);
                let is_finite = days != i32::MIN && days != i32::MAX;
                it.append_value(days.checked_add(EPOCH_DAYS).filter(|_| is_finite)?);
            }
            Self::Time(it) => it.append_value(i64::from_be_bytes(bytes.try_into().ok()?)),
            Self::Timestamp(it) | Self::TimestampTz(it) => {
                let micros = i64::from_be_bytes(bytes.try_into().ok()?);
                let is_finite = micros != i64::MIN && micros != i64::MAX;
                it.append_value(micros.checked_add(EPOCH_MICROS).filter(|_| is_finite)?);
            }
            Self::Interval(it) => it.append_value(interval(bytes)?),
        }
        Some(())
    }
}

fn decimal(modifier: i32) -> Option<Values> {
    let (precision, scale) = precision_and_scale(modifier)?;
    let (precision, scale) = (u8::try_from(precision).ok()?, i8::try_from(scale).ok()?);
    let builder = Decimal128Builder::new()
        .with_precision_and_scale(precision, scale)
        .ok()?;
    // One below zero is rare, and as text it is exact too.
    (scale >= 0).then_some(Values::Decimal(builder, precision, scale))
}

fn numeric_text(bytes: &[u8]) -> Option<String> {
    Numeric::read(bytes).map(|numeric| numeric.text())
}

/// Microseconds, days, months.
fn interval(bytes: &[u8]) -> Option<IntervalMonthDayNano> {
    let (micros, rest) = bytes.split_first_chunk::<8>()?;
    let (days, months) = rest.split_first_chunk::<4>()?;
    Some(IntervalMonthDayNano::new(
        i32::from_be_bytes(months.try_into().ok()?),
        i32::from_be_bytes(*days),
        i64::from_be_bytes(*micros).checked_mul(1000)?,
    ))
}
