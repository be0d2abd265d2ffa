//! Arrow's types and the interface's logical types.

use data_validator_plugin::{Column, LogicalType, Schema};
use datafusion::arrow::datatypes::{DataType, Schema as ArrowSchema, TimeUnit};

/// The columns of an Arrow schema.
pub fn logical_schema(schema: &ArrowSchema) -> Schema {
    let columns = schema.fields().iter().map(|field| Column {
        name: field.name().clone(),
        logical_type: logical_type(field.data_type()),
    });
    Schema {
        columns: columns.collect(),
    }
}

/// What the values of an Arrow type are.
pub fn logical_type(data_type: &DataType) -> LogicalType {
    match data_type {
        DataType::Boolean => LogicalType::Boolean,
        DataType::Float16 | DataType::Float32 => LogicalType::Float,
        DataType::Float64 => LogicalType::Double,
        DataType::Utf8 | DataType::LargeUtf8 | DataType::Utf8View => LogicalType::Text,
        DataType::Binary
        | DataType::LargeBinary
        | DataType::BinaryView
        | DataType::FixedSizeBinary(_) => LogicalType::Binary,
        DataType::Date32 | DataType::Date64 => LogicalType::Date,
        DataType::Timestamp(_, None) => LogicalType::Timestamp,
        DataType::Timestamp(_, Some(_)) => LogicalType::TimestampTz,
        DataType::Time32(_) | DataType::Time64(_) => LogicalType::Time,
        DataType::Decimal32(precision, scale)
        | DataType::Decimal64(precision, scale)
        | DataType::Decimal128(precision, scale)
        | DataType::Decimal256(precision, scale) => match u8::try_from(*scale) {
            Ok(scale) => LogicalType::Decimal {
                precision: *precision,
                scale,
            },
            Err(_) => LogicalType::Other(data_type.to_string()),
        },
        DataType::Dictionary(_, values) => logical_type(values),
        DataType::RunEndEncoded(_, values) => logical_type(values.data_type()),
        other if other.is_integer() => LogicalType::Integer,
        other => LogicalType::Other(other.to_string()),
    }
}

/// How values that come as text, from CSV or a publication, are kept; `None` for a type that has no
/// text form here.
pub fn stored_type(logical_type: &LogicalType) -> Option<DataType> {
    const MAX_DIGITS: u8 = 38;
    Some(match logical_type {
        LogicalType::Boolean => DataType::Boolean,
        LogicalType::Integer => DataType::Int64,
        LogicalType::Float => DataType::Float32,
        LogicalType::Double => DataType::Float64,
        LogicalType::Decimal { precision, scale } if (1..=MAX_DIGITS).contains(precision) => {
            let scale = i8::try_from(*scale).ok()?;
            DataType::Decimal128(*precision, scale)
        }
        LogicalType::Text => DataType::Utf8,
        LogicalType::Date => DataType::Date32,
        LogicalType::Timestamp => DataType::Timestamp(TimeUnit::Microsecond, None),
        LogicalType::TimestampTz => {
            DataType::Timestamp(TimeUnit::Microsecond, Some("+00:00".into()))
        }
        _ => return None,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_type_is_what_its_values_are() {
        let dictionary =
            DataType::Dictionary(Box::new(DataType::UInt16), Box::new(DataType::Utf8View));
        let decimal = |precision, scale| LogicalType::Decimal { precision, scale };
        let cases = [
            (DataType::UInt64, LogicalType::Integer),
            (DataType::Int8, LogicalType::Integer),
            (dictionary, LogicalType::Text),
            (DataType::Decimal128(18, 3), decimal(18, 3)),
            (DataType::Decimal256(76, 10), decimal(76, 10)),
            (
                DataType::Timestamp(TimeUnit::Nanosecond, Some("Europe/Paris".into())),
                LogicalType::TimestampTz,
            ),
            (
                DataType::Timestamp(TimeUnit::Second, None),
                LogicalType::Timestamp,
            ),
            (DataType::FixedSizeBinary(16), LogicalType::Binary),
            (DataType::Null, LogicalType::Other("Null".into())),
        ];
        for (data_type, expected) in cases {
            assert_eq!(logical_type(&data_type), expected, "{data_type}");
        }
        let list = DataType::new_list(DataType::Int64, true);
        assert!(matches!(logical_type(&list), LogicalType::Other(_)));
    }
}
