//! Two columns of which the values are compared: what both are read as, so that no engine chooses a cast.

use data_validator_plugin::LogicalType;

use crate::plan::condition::MOST_DIGITS;
use crate::plan::question::ReadAs;

/// The digits that a whole number has at most, of 64 bits without a sign.
const DIGITS_OF_INTEGERS: u8 = 20;

/// What values of two types are read as where the types are one, or both exact numbers.
pub fn of_one_kind(one: &LogicalType, other: &LogicalType) -> Option<(ReadAs, ReadAs)> {
    use LogicalType as T;
    let both = |read_as| Some((read_as, read_as));
    match (one, other) {
        (T::Integer | T::Decimal { .. }, T::Integer | T::Decimal { .. }) => {
            Some((exact(one, other), exact(other, one)))
        }
        (T::Text, T::Text) => both(ReadAs::TextByCodePoint),
        (T::Timestamp, T::Timestamp) => both(ReadAs::Timestamp),
        (T::TimestampTz, T::TimestampTz) => both(ReadAs::Moment),
        (T::Other(_), _) => None,
        (one, other) if one == other && !one.can_be_nan() => both(ReadAs::Itself),
        _ => None,
    }
}

/// What values of two types are read as where they are compared; `None` where they are not.
pub fn of_comparable(one: &LogicalType, other: &LogicalType) -> Option<(ReadAs, ReadAs)> {
    use LogicalType as T;
    let of_numbers =
        |of: &T| of.can_be_nan() || matches!(of, T::Integer | T::Decimal { scale: 0, .. });
    of_one_kind(one, other).or_else(|| {
        Some(match (one, other) {
            (one, other) if of_numbers(one) && of_numbers(other) => {
                (ReadAs::Double, ReadAs::Double)
            }
            (T::Date, T::Timestamp) => (ReadAs::TimestampOfDate, ReadAs::Timestamp),
            (T::Timestamp, T::Date) => (ReadAs::Timestamp, ReadAs::TimestampOfDate),
            (T::Date, T::TimestampTz) => (ReadAs::MomentOfDate, ReadAs::Moment),
            (T::TimestampTz, T::Date) => (ReadAs::Moment, ReadAs::MomentOfDate),
            (T::Timestamp, T::TimestampTz) => (ReadAs::MomentOfTimestamp, ReadAs::Moment),
            (T::TimestampTz, T::Timestamp) => (ReadAs::Moment, ReadAs::MomentOfTimestamp),
            _ => return None,
        })
    })
}

/// An exact number beside one that may have more digits behind the point, which engines give both.
fn exact(of: &LogicalType, other: &LogicalType) -> ReadAs {
    let ((whole, of_column), (_, scale)) = (digits(of), digits(other));
    match of_column < scale && whole + scale > MOST_DIGITS {
        true => ReadAs::Decimal { scale, of_column },
        false => ReadAs::Itself,
    }
}

/// The digits before and behind the point.
fn digits(of: &LogicalType) -> (u8, u8) {
    match of {
        LogicalType::Decimal { precision, scale } => (precision.saturating_sub(*scale), *scale),
        _ => (DIGITS_OF_INTEGERS, 0),
    }
}
