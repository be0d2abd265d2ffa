//! Engines whose dialect says something else than they should, so that rules give other answers.

use std::sync::Arc;

use data_validator_plugin::{Description, Dialect};

use super::Mutant;
use crate::interpose::Interpose;

pub const MUTANTS: &[Mutant] = &[
    Mutant {
        name: "counts_null_as_failed",
        wrong: "it counts rows for which a condition is unknown as if it were true",
        engine: "duckdb",
        caught_by: "rules/missing_is_not_failed",
        make: || {
            Arc::new(Says(|dialect| {
                dialect.count_where =
                    "count(CASE WHEN ({condition}) IS NOT FALSE THEN 1 END)".into();
            }))
        },
    },
    Mutant {
        name: "takes_a_pattern_for_the_whole_text",
        wrong: "a pattern has to fit the whole text, and is not looked for in it",
        engine: "duckdb",
        caught_by: "rules/pattern_is_found_anywhere",
        make: || {
            Arc::new(Says(|dialect| {
                dialect.regex_search = "regexp_full_match({value}, {pattern})".into();
            }))
        },
    },
    Mutant {
        name: "orders_text_by_letters",
        wrong: "it orders texts without regard to the case of letters",
        engine: "duckdb",
        caught_by: "rules/range_of_text_is_by_code_point",
        make: || {
            Arc::new(Says(|dialect| {
                dialect.text_by_code_point = "lower(CAST({value} AS VARCHAR))".into();
            }))
        },
    },
    Mutant {
        name: "counts_bytes",
        wrong: "it counts the bytes of a text for its characters",
        engine: "duckdb",
        caught_by: "rules/length_counts_characters",
        make: || {
            Arc::new(Says(|dialect| {
                dialect.text_length = Some("strlen({value})".into());
            }))
        },
    },
    Mutant {
        name: "sums_in_doubles",
        wrong: "it adds whole numbers as doubles",
        engine: "duckdb",
        caught_by: "rules/sums_of_whole_numbers_are_exact",
        make: || {
            Arc::new(Says(|dialect| {
                let sum =
                    "CAST(CAST(sum(CAST({value} AS DOUBLE)) AS DECIMAL(38,{scale})) AS VARCHAR)";
                dialect.exact_sum = Some(sum.into());
            }))
        },
    },
    Mutant {
        name: "has_one_deviation",
        wrong: "its standard deviation of a sample is that of a population",
        engine: "duckdb",
        caught_by: "rules/deviations_of_a_sample_and_of_all",
        make: || {
            Arc::new(Says(|dialect| {
                dialect.stddev_samp.clone_from(&dialect.stddev_pop);
            }))
        },
    },
    Mutant {
        name: "takes_no_double_for_nan",
        wrong: "it says of NaN that it is none",
        engine: "duckdb",
        caught_by: "rules/comparison_with_nan_fails",
        make: || {
            Arc::new(Says(|dialect| {
                dialect.is_nan = "({value} IS DISTINCT FROM {value})".into();
            }))
        },
    },
];

/// Says something else in its dialect.
struct Says(fn(&mut Dialect));

impl Interpose for Says {
    fn describe(&self, mut described: Description) -> Description {
        (self.0)(&mut described.dialect);
        described
    }
}
