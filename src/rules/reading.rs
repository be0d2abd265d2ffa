//! What two columns are read as, so that their values can be compared and no engine chooses a cast.

use data_validator_plugin::{Column, LogicalType};

use crate::plan::question::ReadAs;

/// What each of both columns is read as; `None` where their values are not compared.
pub fn reading(left: &Column, right: &Column) -> Option<(ReadAs, ReadAs)> {
    use LogicalType as T;
    let exact = |of: &T| matches!(of, T::Integer | T::Decimal { .. });
    Some(match (&left.logical_type, &right.logical_type) {
        (left, right) if exact(left) && exact(right) => (ReadAs::Itself, ReadAs::Itself),
        (left, right)
            if (left.can_be_nan() || *left == T::Integer)
                && (right.can_be_nan() || *right == T::Integer) =>
        {
            (ReadAs::Double, ReadAs::Double)
        }
        (T::Text, T::Text) => (ReadAs::TextByCodePoint, ReadAs::TextByCodePoint),
        (T::Date, T::Timestamp) => (ReadAs::TimestampOfDate, ReadAs::Itself),
        (T::Timestamp, T::Date) => (ReadAs::Itself, ReadAs::TimestampOfDate),
        (T::Date, T::TimestampTz) => (ReadAs::MomentOfDate, ReadAs::Itself),
        (T::TimestampTz, T::Date) => (ReadAs::Itself, ReadAs::MomentOfDate),
        (T::Timestamp, T::TimestampTz) => (ReadAs::MomentOfTimestamp, ReadAs::Itself),
        (T::TimestampTz, T::Timestamp) => (ReadAs::Itself, ReadAs::MomentOfTimestamp),
        (T::Boolean, T::Boolean)
        | (T::Date, T::Date)
        | (T::Timestamp, T::Timestamp)
        | (T::TimestampTz, T::TimestampTz)
        | (T::Time, T::Time) => (ReadAs::Itself, ReadAs::Itself),
        _ => return None,
    })
}
