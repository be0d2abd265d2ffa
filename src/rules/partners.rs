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
