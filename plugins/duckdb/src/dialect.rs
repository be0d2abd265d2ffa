//! DuckDB's SQL as data.

use data_validator_plugin::dialect::TypeNames;
use data_validator_plugin::{Dialect, RegexFlavour};

pub fn dialect() -> Dialect {
    Dialect {
        parser: "duckdb".into(),
        identifier_quote: '"',
        backslash_escapes: false,
        count_where: "count(CASE WHEN {condition} THEN 1 END)".into(),
        regex_search: "regexp_matches({value}, {pattern})".into(),
        regex_flavour: RegexFlavour::Re2,
        is_nan: "isnan({value})".into(),
        text_by_code_point: "{value}".into(),
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
        max_select_items: 1000,
    }
}
