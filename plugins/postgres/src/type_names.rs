//! PostgreSQL's types as logical types.

use data_validator_plugin::LogicalType;
use tokio_postgres::types::{Kind, Type};

/// The precision and scale of a `numeric(p,s)`, from the modifier of a column; `None` without them.
///
/// The modifier is `(precision << 16 | scale) + 4`, where the scale is a number of eleven bits with a sign:
/// <https://github.com/postgres/postgres/blob/REL_15_STABLE/src/backend/utils/adt/numeric.c>.
pub fn precision_and_scale(modifier: i32) -> Option<(i32, i32)> {
    let packed = modifier.checked_sub(4).filter(|packed| *packed >= 0)?;
    let scale = ((packed & 0x7ff) ^ 0x400) - 0x400;
    Some(((packed >> 16) & 0xffff, scale))
}

/// Digits of a `numeric` that has no limit of its own, as far as a bound that it is compared with goes.
const UNLIMITED: LogicalType = LogicalType::Decimal {
    precision: 38,
    scale: 18,
};

/// The logical type of a column.
///
/// A `numeric` without limits is a decimal of 38 digits, 18 of them behind the point: the values stay what
/// they are, and a bound is compared with them exactly unless it has more digits than that.
pub fn logical_type(base: &Type, modifier: i32) -> LogicalType {
    match *base {
        Type::BOOL => LogicalType::Boolean,
        Type::INT2 | Type::INT4 | Type::INT8 | Type::OID => LogicalType::Integer,
        Type::FLOAT4 => LogicalType::Float,
        Type::FLOAT8 => LogicalType::Double,
        Type::NUMERIC => precision_and_scale(modifier).map_or(UNLIMITED, decimal),
        Type::TEXT | Type::VARCHAR | Type::BPCHAR | Type::NAME => LogicalType::Text,
        Type::DATE => LogicalType::Date,
        Type::TIMESTAMP => LogicalType::Timestamp,
        Type::TIMESTAMPTZ => LogicalType::TimestampTz,
        Type::TIME => LogicalType::Time,
        Type::BYTEA => LogicalType::Binary,
        _ => match base.kind() {
            Kind::Enum(_) => LogicalType::Text,
            Kind::Domain(base) => logical_type(base, modifier),
            _ => LogicalType::Other(base.name().to_owned()),
        },
    }
}

/// A scale below zero rounds left of the point, where a bound of whole numbers is exact too.
fn decimal((precision, scale): (i32, i32)) -> LogicalType {
    const MOST_DIGITS_BEHIND_THE_POINT: u8 = 38;
    match u8::try_from(scale.max(0)) {
        Ok(scale) if scale <= MOST_DIGITS_BEHIND_THE_POINT => LogicalType::Decimal {
            precision: u8::try_from(precision.max(i32::from(scale))).unwrap_or(u8::MAX),
            scale,
        },
        _ => UNLIMITED,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_modifier_of_a_numeric_holds_its_digits() {
        let modifier = |precision: i32, scale: i32| (precision << 16 | scale & 0x7ff) + 4;
        for (precision, scale) in [(12, 2), (38, 38), (1000, 1000), (3, -2), (2, 5)] {
            assert_eq!(
                precision_and_scale(modifier(precision, scale)),
                Some((precision, scale))
            );
        }
        assert_eq!(precision_and_scale(-1), None);
        let of = |precision, scale| logical_type(&Type::NUMERIC, modifier(precision, scale));
        let decimal = |precision, scale| LogicalType::Decimal { precision, scale };
        assert_eq!(of(12, 2), decimal(12, 2));
        assert_eq!(of(38, 38), decimal(38, 38));
        assert_eq!(of(3, -2), decimal(3, 0));
        assert_eq!(of(2, 5), decimal(5, 5));
        assert_eq!(of(500, 10), decimal(255, 10));
        assert_eq!(of(500, 100), UNLIMITED);
        assert_eq!(logical_type(&Type::NUMERIC, -1), UNLIMITED);
        assert_eq!(
            logical_type(&Type::UUID, -1),
            LogicalType::Other("uuid".into())
        );
    }
}
