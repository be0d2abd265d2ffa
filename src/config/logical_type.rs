//! Types of columns as a config names them.

use std::collections::BTreeMap;

use data_validator_plugin::LogicalType;

use crate::similar::did_you_mean;

use super::fields::Fields;

/// The types without arguments.
const TYPES: &[(&str, LogicalType)] = &[
    ("boolean", LogicalType::Boolean),
    ("integer", LogicalType::Integer),
    ("double", LogicalType::Double),
    ("text", LogicalType::Text),
    ("date", LogicalType::Date),
    ("timestamp", LogicalType::Timestamp),
    ("timestamptz", LogicalType::TimestampTz),
];

/// The most digits that every engine has room for.
const MOST_DIGITS: u8 = 38;

/// Types of columns by their names.
pub fn read_columns(mut columns: Fields<'_>) -> BTreeMap<String, LogicalType> {
    let mut types = BTreeMap::new();
    for (column, _) in columns.entries() {
        let Some(name) = columns.optional::<String>(column) else {
            continue;
        };
        match parse(&name) {
            Some(logical_type) => {
                types.insert(column.to_owned(), logical_type);
            }
            None => {
                let (message, hint) = unknown(&name);
                columns.refuse(column, &format!("{message} of column '{column}'"), &hint);
            }
        }
    }
    columns.finish();
    types
}

/// What is said of a type that is not known, and what to write.
pub fn unknown(name: &str) -> (String, String) {
    let known = || {
        format!(
            "known: {}, decimal(PRECISION,SCALE)",
            names().collect::<Vec<_>>().join(", ")
        )
    };
    let hint = did_you_mean(name, names()).unwrap_or_else(known);
    (format!("unknown type '{name}'"), hint)
}

/// The type of that name.
pub fn parse(name: &str) -> Option<LogicalType> {
    let name = name.trim().to_ascii_lowercase();
    if let Some((_, known)) = TYPES.iter().find(|(known, _)| *known == name) {
        return Some(known.clone());
    }
    let (precision, scale) = name
        .strip_prefix("decimal(")?
        .strip_suffix(')')?
        .split_once(',')?;
    let (precision, scale) = (precision.trim().parse().ok()?, scale.trim().parse().ok()?);
    ((1..=MOST_DIGITS).contains(&precision) && scale <= precision)
        .then_some(LogicalType::Decimal { precision, scale })
}

/// Whether values of the one type are of the other, which a config names: it has one word for doubles of 32 bits
/// and of 64, and one for whole numbers, which some engines keep as decimals.
pub fn is_of(found: &LogicalType, wanted: &LogicalType) -> bool {
    use LogicalType as T;
    let is_kept_as = matches!(
        (found, wanted),
        (T::Float, T::Double) | (T::Decimal { scale: 0, .. }, T::Integer)
    );
    found == wanted || is_kept_as
}

/// The names of the types without arguments.
pub fn names() -> impl Iterator<Item = &'static str> {
    TYPES.iter().map(|(name, _)| *name)
}
