//! Engines that change values on their way.

use std::sync::Arc;

use data_validator_plugin::{Call, Column, EngineError, LogicalType, Relation, Session, Source};

use super::Mutant;
use crate::interpose::Interpose;

pub const MUTANTS: &[Mutant] = &[
    Mutant {
        name: "drops_the_zone",
        wrong: "it gives moments as dates and times without zone",
        engine: "duckdb",
        caught_by: "types/moments_keep_their_zone",
        make: || {
            Arc::new(Reads(|column, it| match column {
                LogicalType::TimestampTz => Some(format!("CAST({it} AS TIMESTAMP)")),
                _ => None,
            }))
        },
    },
    Mutant {
        name: "rounds_decimals",
        wrong: "it rounds the last digit of decimals",
        engine: "duckdb",
        caught_by: "types/decimals_are_not_rounded",
        make: || {
            Arc::new(Reads(|column, it| match column {
                LogicalType::Decimal { precision, scale } if *scale > 0 => Some(format!(
                    "CAST(round({it}, {}) AS DECIMAL({precision},{scale}))",
                    scale - 1
                )),
                _ => None,
            }))
        },
    },
    Mutant {
        name: "takes_empty_text_for_null",
        wrong: "it gives NULL for an empty text",
        engine: "duckdb",
        caught_by: "types/empty_text_is_not_null",
        make: || {
            Arc::new(Reads(|column, it| {
                of_text(column, format!("nullif({it}, '')"))
            }))
        },
    },
    Mutant {
        name: "ignores_case",
        wrong: "texts that differ in the case of a letter are the same to it",
        engine: "duckdb",
        caught_by: "rules/uniqueness_of_text_is_exact",
        make: || Arc::new(Reads(|column, it| of_text(column, format!("lower({it})")))),
    },
    Mutant {
        name: "reads_whole_numbers_as_doubles",
        wrong: "it gives whole numbers as doubles, so that large ones lose digits",
        engine: "duckdb",
        caught_by: "types/whole_numbers_keep_64_bits",
        make: || {
            Arc::new(Reads(|column, it| match column {
                LogicalType::Integer => Some(format!("CAST({it} AS DOUBLE)")),
                _ => None,
            }))
        },
    },
    Mutant {
        name: "cuts_microseconds",
        wrong: "it gives timestamps in milliseconds",
        engine: "duckdb",
        caught_by: "types/timestamps_keep_microseconds",
        make: || {
            Arc::new(Reads(|column, it| match column {
                LogicalType::Timestamp => Some(format!("date_trunc('milliseconds', {it})")),
                _ => None,
            }))
        },
    },
    Mutant {
        name: "takes_nan_for_null",
        wrong: "it gives NULL for NaN",
        engine: "duckdb",
        caught_by: "types/doubles_can_be_nan_and_infinite",
        make: || {
            Arc::new(Reads(|column, it| match column {
                LogicalType::Double => Some(format!("CASE WHEN NOT isnan({it}) THEN {it} END")),
                _ => None,
            }))
        },
    },
    Mutant {
        name: "says_that_data_never_changes",
        wrong: "it gives the same token for changed data",
        engine: "duckdb",
        caught_by: "state/changed_data_has_another_token",
        make: || Arc::new(SaysThatDataNeverChanges),
    },
];

fn of_text(column: &LogicalType, read: String) -> Option<String> {
    matches!(column, LogicalType::Text).then_some(read)
}

/// Reads columns of a type as another expression of them.
struct Reads(fn(&LogicalType, &str) -> Option<String>);

impl Interpose for Reads {
    fn attach(
        &self,
        session: &mut dyn Session,
        name: &str,
        source: &Source,
        call: &Call,
    ) -> Result<Relation, EngineError> {
        let relation = session.attach(name, source, call)?;
        let schema = session.schema(&relation, call)?;
        let quoted = |name: &str| format!("\"{}\"", name.replace('"', "\"\""));
        let read = |column: &Column| {
            let column_name = quoted(&column.name);
            let read = (self.0)(&column.logical_type, &column_name)?;
            Some(format!("{read} AS {column_name}"))
        };
        let replaced: Vec<String> = schema.columns.iter().filter_map(read).collect();
        if replaced.is_empty() {
            return Ok(relation);
        }
        let sql = format!(
            "(SELECT * REPLACE ({}) FROM {}) AS {}",
            replaced.join(", "),
            relation.sql,
            quoted(name)
        );
        Ok(Relation { sql })
    }
}

struct SaysThatDataNeverChanges;

impl Interpose for SaysThatDataNeverChanges {
    fn data_version(
        &self,
        _session: &mut dyn Session,
        _relation: &Relation,
        _call: &Call,
    ) -> Result<Option<String>, EngineError> {
        Ok(Some("1".into()))
    }
}
