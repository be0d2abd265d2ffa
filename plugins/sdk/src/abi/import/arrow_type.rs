//! Format strings of the Arrow C data interface as logical types.

use crate::schema::LogicalType;

/// The logical type of values of an Arrow format.
pub(super) fn logical_type(format: &str) -> LogicalType {
    match format {
        "b" => LogicalType::Boolean,
        "c" | "C" | "s" | "S" | "i" | "I" | "l" | "L" => LogicalType::Integer,
        "e" | "f" => LogicalType::Float,
        "g" => LogicalType::Double,
        "u" | "U" | "vu" => LogicalType::Text,
        "z" | "Z" | "vz" => LogicalType::Binary,
        "tdD" | "tdm" => LogicalType::Date,
        "tts" | "ttm" | "ttu" | "ttn" => LogicalType::Time,
        other => parametric(other).unwrap_or_else(|| LogicalType::Other(other.to_owned())),
    }
}

fn parametric(format: &str) -> Option<LogicalType> {
    if let Some(decimal) = format.strip_prefix("d:") {
        let mut parts = decimal.split(',');
        return Some(LogicalType::Decimal {
            precision: parts.next()?.parse().ok()?,
            scale: parts.next()?.parse().ok()?,
        });
    }
    if format.starts_with("w:") {
        return Some(LogicalType::Binary);
    }
    let (unit, zone) = format.strip_prefix("ts")?.split_once(':')?;
    if !matches!(unit, "s" | "m" | "u" | "n") {
        return None;
    }
    Some(if zone.is_empty() {
        LogicalType::Timestamp
    } else {
        LogicalType::TimestampTz
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn formats_with_parameters_are_read() {
        let decimal = |precision, scale| LogicalType::Decimal { precision, scale };
        assert_eq!(logical_type("d:18,3"), decimal(18, 3));
        assert_eq!(logical_type("d:76,10,256"), decimal(76, 10));
        assert_eq!(logical_type("d:5,-2"), LogicalType::Other("d:5,-2".into()));
        assert_eq!(logical_type("tsu:"), LogicalType::Timestamp);
        assert_eq!(logical_type("tsn:Europe/Paris"), LogicalType::TimestampTz);
        assert_eq!(logical_type("w:16"), LogicalType::Binary);
        assert_eq!(logical_type("+l"), LogicalType::Other("+l".into()));
    }
}
