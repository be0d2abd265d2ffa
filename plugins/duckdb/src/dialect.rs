//! DuckDB's SQL as data.

use data_validator_plugin::dialect::TypeNames;
use data_validator_plugin::{Costs, Dialect, RegexFlavour};

pub fn dialect() -> Dialect {
    Dialect {
        parser: "duckdb".into(),
        identifier_quote: '"',
        backslash_escapes: false,
        count_where: "count(CASE WHEN {condition} THEN 1 END)".into(),
        regex_search: "regexp_matches({value}, {pattern})".into(),
        regex_flavour: RegexFlavour::Re2,
        is_nan: "isnan({value})".into(),
        text_by_code_point: "CAST({value} AS VARCHAR) COLLATE \"C\"".into(),
        type_names: TypeNames {
            boolean: "BOOLEAN".into(),
            integer: "BIGINT".into(),
            float: "FLOAT".into(),
            double: "DOUBLE".into(),
            text: "VARCHAR".into(),
            date: "DATE".into(),
            timestamp: "TIMESTAMP".into(),
            timestamp_tz: "TIMESTAMPTZ".into(),
        },
        max_select_items: 128,
        count_distinct_bitmap: Some("bit_count(bitstring_agg({value}, {min}, {max}))".into()),
        estimated_rows: None,
        estimated_values: None,
        costs: costs(),
    }
}

/// From `data-validator-benchmark forms`: ten million rows in Parquet, two cores.
fn costs() -> Costs {
    Costs {
        query: 1_500_000.0,
        count_column: 0.8,
        condition: 2.0,
        pattern: 25.0,
        filter: 2.0,
        group_few: 3.0,
        group_many: 100.0,
        count_distinct: 55.0,
        bitmap: 11.0,
    }
}
