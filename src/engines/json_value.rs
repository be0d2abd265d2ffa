//! Values of an engine as JSON, the same for the same value from every engine.

use arrow::array::{Array, ArrayRef, AsArray};
use arrow::compute::cast;
use arrow::datatypes::{DataType, Float32Type, Float64Type, Int64Type, TimeUnit, UInt64Type};
use arrow::util::display::{ArrayFormatter, FormatOptions};
use jiff::Timestamp;
use serde_json::Value;

/// The values of a column.
///
/// Numbers are numbers, except decimals and what is not finite, which are text, as all else is: dates and times
/// by ISO 8601, a moment in UTC, bytes in hexadecimal digits.
pub fn json_values(column: &ArrayRef) -> Vec<Value> {
    let value = reader(column);
    (0..column.len())
        .map(|row| match column.is_null(row) {
            true => Value::Null,
            false => value(row),
        })
        .collect()
}

/// What gives the value of a row, which is not NULL.
fn reader(column: &ArrayRef) -> Box<dyn Fn(usize) -> Value> {
    let as_type = |data_type: &DataType| cast(column, data_type).ok();
    match column.data_type() {
        DataType::Boolean => {
            let values = column.as_boolean().clone();
            Box::new(move |row| Value::Bool(values.value(row)))
        }
        DataType::UInt64 => {
            let values = column.as_primitive::<UInt64Type>().clone();
            Box::new(move |row| values.value(row).into())
        }
        data_type if data_type.is_integer() => match as_type(&DataType::Int64) {
            Some(values) => {
                Box::new(move |row| values.as_primitive::<Int64Type>().value(row).into())
            }
            None => text(column),
        },
        DataType::Float32 => {
            let values = column.as_primitive::<Float32Type>().clone();
            // By its shortest digits, 0.1 and not 0.10000000149011612.
            Box::new(move |row| double(values.value(row).to_string().parse().unwrap_or(f64::NAN)))
        }
        DataType::Float64 => {
            let values = column.as_primitive::<Float64Type>().clone();
            Box::new(move |row| double(values.value(row)))
        }
        DataType::Utf8 | DataType::LargeUtf8 | DataType::Utf8View | DataType::Dictionary(..) => {
            match as_type(&DataType::LargeUtf8) {
                Some(values) => Box::new(move |row| values.as_string::<i64>().value(row).into()),
                None => text(column),
            }
        }
        DataType::Timestamp(unit, zone) => {
            let in_utc = zone.is_some();
            let nanoseconds = nanoseconds_in(*unit);
            match as_type(&DataType::Int64) {
                Some(values) => Box::new(move |row| {
                    let since = i128::from(values.as_primitive::<Int64Type>().value(row));
                    moment(since * nanoseconds, in_utc)
                }),
                None => text(column),
            }
        }
        _ => text(column),
    }
}

/// A value in the form that Arrow shows it in.
fn text(column: &ArrayRef) -> Box<dyn Fn(usize) -> Value> {
    let column = column.clone();
    Box::new(move |row| {
        let options = FormatOptions::default();
        let formatted = ArrayFormatter::try_new(&column, &options)
            .and_then(|formatter| formatter.value(row).try_to_string());
        formatted.map_or(Value::Null, Value::String)
    })
}

fn double(value: f64) -> Value {
    match value {
        // One zero for both.
        0.0 => 0.0.into(),
        value if value.is_finite() => value.into(),
        value if value.is_nan() => "NaN".into(),
        value if value > 0.0 => "Infinity".into(),
        _ => "-Infinity".into(),
    }
}

fn nanoseconds_in(unit: TimeUnit) -> i128 {
    match unit {
        TimeUnit::Second => 1_000_000_000,
        TimeUnit::Millisecond => 1_000_000,
        TimeUnit::Microsecond => 1_000,
        TimeUnit::Nanosecond => 1,
    }
}

fn moment(nanoseconds: i128, in_utc: bool) -> Value {
    let Ok(moment) = Timestamp::from_nanosecond(nanoseconds) else {
        return "beyond the year 9999".into();
    };
    let text = moment.to_string();
    match in_utc {
        true => text.into(),
        false => text.trim_end_matches('Z').into(),
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use arrow::array::{
        BinaryArray, Date32Array, Decimal128Array, Float32Array, Float64Array, Int32Array,
        StringArray, StringViewArray, TimestampMicrosecondArray, TimestampMillisecondArray,
        UInt64Array,
    };
    use serde_json::json;

    use super::*;

    fn values(array: impl Array + 'static) -> Vec<Value> {
        json_values(&(Arc::new(array) as ArrayRef))
    }

    #[test]
    fn numbers_are_numbers_and_what_json_lacks_is_text() {
        assert_eq!(
            values(Int32Array::from(vec![Some(-1), None])),
            [json!(-1), json!(null)]
        );
        assert_eq!(values(UInt64Array::from(vec![u64::MAX])), [json!(u64::MAX)]);
        assert_eq!(values(Float32Array::from(vec![0.1])), [json!(0.1)]);
        let doubles = [-0.0, 1.5, f64::NAN, f64::NEG_INFINITY];
        assert_eq!(
            values(Float64Array::from(doubles.to_vec())),
            [json!(0.0), json!(1.5), json!("NaN"), json!("-Infinity")]
        );
        let decimals = Decimal128Array::from(vec![150]).with_precision_and_scale(10, 2);
        assert_eq!(values(decimals.unwrap()), [json!("1.50")]);
    }

    #[test]
    fn text_and_moments_are_the_same_in_every_array() {
        assert_eq!(
            values(StringArray::from(vec!["é"])),
            values(StringViewArray::from(vec!["é"]))
        );
        let millis = TimestampMillisecondArray::from(vec![1_500, -253_000_000_000_000]);
        let micros = TimestampMicrosecondArray::from(vec![1_500_000, -253_000_000_000_000_000]);
        assert_eq!(values(millis.clone()), values(micros));
        assert_eq!(values(millis.clone())[0], json!("1970-01-01T00:00:01.5"));
        assert_eq!(
            values(millis.with_timezone("+00:00"))[0],
            json!("1970-01-01T00:00:01.5Z")
        );
        assert_eq!(values(Date32Array::from(vec![0])), [json!("1970-01-01")]);
        assert_eq!(
            values(BinaryArray::from(vec![&[0_u8, 255][..]])),
            [json!("00ff")]
        );
    }
}
