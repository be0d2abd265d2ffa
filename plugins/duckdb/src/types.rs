//! DuckDB's type names as logical types.

use data_validator_plugin::LogicalType;

/// The logical type of a column whose type DuckDB calls `name`.
pub fn logical_type(name: &str) -> LogicalType {
    match name {
        "BOOLEAN" => LogicalType::Boolean,
        "TINYINT" | "SMALLINT" | "INTEGER" | "BIGINT" | "HUGEINT" | "UTINYINT" | "USMALLINT"
        | "UINTEGER" | "UBIGINT" | "UHUGEINT" => LogicalType::Integer,
        "FLOAT" => LogicalType::Float,
        "DOUBLE" => LogicalType::Double,
        "VARCHAR" => LogicalType::Text,
        "DATE" => LogicalType::Date,
        "TIMESTAMP" | "TIMESTAMP_S" | "TIMESTAMP_MS" | "TIMESTAMP_NS" => LogicalType::Timestamp,
        "TIMESTAMP WITH TIME ZONE" => LogicalType::TimestampTz,
        "TIME" | "TIME WITH TIME ZONE" | "TIME_NS" => LogicalType::Time,
        "BLOB" => LogicalType::Binary,
        other if other.starts_with("ENUM(") => LogicalType::Text,
        other => decimal(other).unwrap_or_else(|| LogicalType::Other(other.to_owned())),
    }
}

fn decimal(name: &str) -> Option<LogicalType> {
    let (precision, scale) = name
        .strip_prefix("DECIMAL(")?
        .strip_suffix(')')?
        .split_once(',')?;
    Some(LogicalType::Decimal {
        precision: precision.parse().ok()?,
        scale: scale.trim().parse().ok()?,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_with_parameters_are_read() {
        assert_eq!(
            logical_type("DECIMAL(18,3)"),
            LogicalType::Decimal {
                precision: 18,
                scale: 3
            }
        );
        assert_eq!(logical_type("ENUM('a', 'b')"), LogicalType::Text);
        assert_eq!(
            logical_type("INTEGER[]"),
            LogicalType::Other("INTEGER[]".into())
        );
    }
}
