//! Whether files have columns that can be read as those of one table.

use std::path::Path;

use data_validator_plugin::EngineError;
use datafusion::arrow::datatypes::{DataType, Schema};

use super::bad_file;
use crate::column_type::logical_type;

/// Refuses a file whose columns, `found`, cannot be read as those of the first file.
pub fn check_fit(
    path: &Path,
    found: &Schema,
    expected: &Schema,
    first: &Path,
) -> Result<(), EngineError> {
    fits(found, expected).map_err(|difference| differs(path, first, &difference))
}

/// The first difference, if there is one.
fn fits(found: &Schema, expected: &Schema) -> Result<(), String> {
    for column in expected.fields() {
        let name = column.name();
        let Ok(other) = found.field_with_name(name) else {
            return Err(format!("there is no column '{name}'"));
        };
        if !holds(column.data_type(), other.data_type()) {
            return Err(format!(
                "column '{name}' is {} and not {}",
                logical_type(other.data_type()),
                logical_type(column.data_type())
            ));
        }
    }
    Ok(())
}

/// Whether a column of the first type keeps all values of the other, or says of a value that it does not.
fn holds(column: &DataType, other: &DataType) -> bool {
    use DataType::{
        Decimal128, Float32, Float64, Int8, Int16, Int32, Timestamp, UInt8, UInt16, UInt32,
    };
    match (column, other) {
        (column, other) if column == other => true,
        (Float64, Float32 | Int8 | Int16 | Int32 | UInt8 | UInt16 | UInt32) => true,
        (Float32, Float64) => false,
        (Decimal128(digits, scale), Decimal128(other_digits, other_scale)) => {
            let whole = i16::from(*digits) - i16::from(*scale);
            let other_whole = i16::from(*other_digits) - i16::from(*other_scale);
            scale >= other_scale && whole >= other_whole
        }
        // `TimeUnit` is ordered from seconds to nanoseconds.
        (Timestamp(unit, zone), Timestamp(other_unit, other_zone)) => {
            unit >= other_unit && zone.is_some() == other_zone.is_some()
        }
        (column, other) if is_plain(column) && is_plain(other) => {
            logical_type(column) == logical_type(other)
        }
        _ => false,
    }
}

/// Whether DataFusion casts the type to another one of its kind without losing anything unsaid.
fn is_plain(data_type: &DataType) -> bool {
    use data_validator_plugin::LogicalType::{Binary, Integer, Text};
    matches!(logical_type(data_type), Integer | Text | Binary)
}

fn differs(path: &Path, first: &Path, difference: &str) -> EngineError {
    bad_file(
        path,
        format_args!(
            "{difference} as in {}; read files of other columns as a table of their own",
            first.display()
        ),
    )
}

#[cfg(test)]
mod tests {
    use datafusion::arrow::datatypes::TimeUnit;

    use super::*;

    #[test]
    fn a_type_holds_another_where_no_value_changes() {
        use DataType::{Decimal128, Float32, Float64, Int32, Int64, Timestamp, Utf8, Utf8View};
        assert!(holds(&Int32, &Int64), "what is too large is an error");
        assert!(holds(&Utf8View, &Utf8));
        assert!(holds(&Float64, &Float32));
        assert!(!holds(&Float32, &Float64));
        assert!(!holds(&Int64, &Float64), "a fraction would be cut off");
        assert!(!holds(&Int64, &Utf8));
        assert!(holds(&Decimal128(10, 2), &Decimal128(8, 2)));
        assert!(!holds(&Decimal128(10, 2), &Decimal128(10, 3)));
        let timestamp = |unit| Timestamp(unit, None);
        assert!(holds(
            &timestamp(TimeUnit::Nanosecond),
            &timestamp(TimeUnit::Second)
        ));
        assert!(!holds(
            &timestamp(TimeUnit::Second),
            &timestamp(TimeUnit::Nanosecond)
        ));
    }
}
