//! DataFusion's SQL as data.

use data_validator_plugin::dialect::TypeNames;
use data_validator_plugin::{ContentHash, Costs, Dialect, RegexFlavour};

pub fn dialect() -> Dialect {
    Dialect {
        parser: "generic".into(),
        identifier_quote: '"',
        backslash_escapes: false,
        count_where: "count(*) FILTER (WHERE {condition})".into(),
        regex_search: format!("{}({{value}}, {{pattern}})", crate::matches::NAME),
        regex_flavour: RegexFlavour::RustRegex,
        is_nan: "isnan({value})".into(),
        text_by_code_point: "{value}".into(),
        type_names: TypeNames {
            boolean: "BOOLEAN".into(),
            integer: "BIGINT".into(),
            float: "REAL".into(),
            double: "DOUBLE".into(),
            text: "VARCHAR".into(),
            date: "DATE".into(),
            // Without a precision they count nanoseconds, which end in the year 2262.
            timestamp: "TIMESTAMP(6)".into(),
            timestamp_tz: "TIMESTAMP(6) WITH TIME ZONE".into(),
        },
        max_select_items: 128,
        count_distinct_bitmap: Some(format!(
            "{}({{value}}, {{min}}, {{max}})",
            crate::bitmap::NAME
        )),
        estimated_rows: None,
        estimated_values: None,
        replace_table: None,
        lock_table: None,
        write_parquet: None,
        text_length: Some("character_length({value})".into()),
        is_json: Some(format!("{}({{value}})", crate::json_text::NAME)),
        moment_in_utc: Some("CAST({value} AS TIMESTAMP(6) WITH TIME ZONE)".into()),
        days_since_epoch: Some("CAST(CAST({value} AS DATE) AS INT)".into()),
        microseconds_since_epoch: Some(
            "CAST(CAST({value} AS TIMESTAMP(6) WITH TIME ZONE) AS BIGINT)".into(),
        ),
        // Decimals of 256 bits, since those of 128 overflow without a word.
        exact_sum: Some("CAST(sum(CAST({value} AS DECIMAL(76,{scale}))) AS VARCHAR)".into()),
        stddev_samp: Some("stddev_samp({value})".into()),
        stddev_pop: Some("stddev_pop({value})".into()),
        content_hash: Some(content_hash()),
        costs: costs(),
    }
}

fn content_hash() -> ContentHash {
    ContentHash {
        value: "{value}".into(),
        query: format!(
            "SELECT {}({{values}}) FROM {{relation}}",
            crate::content_hash::NAME
        ),
    }
}

/// Measured on ten million rows in Parquet, two cores. A pattern costs so little where a batch has few different
/// values; where it has many, no other form is quicker.
fn costs() -> Costs {
    Costs {
        query: 1_000_000.0,
        count_column: 2.0,
        condition: 1.6,
        pattern: 3.0,
        filter: 4.0,
        group_few: 7.0,
        group_many: 130.0,
        count_distinct: 60.0,
        bitmap: 6.0,
    }
}
