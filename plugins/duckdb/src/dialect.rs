//! DuckDB's SQL as data.

use data_validator_plugin::dialect::TypeNames;
use data_validator_plugin::{ContentHash, Costs, Dialect, RegexFlavour};

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
        // A kill while DuckDB 1.5.6 writes its log can leave inserted row groups in a table that was there
        // before, without the rest of the transaction; a table that was not committed goes with them.
        replace_table: Some("CREATE OR REPLACE TABLE {table} AS {query}".into()),
        lock_table: None,
        write_parquet: Some("COPY ({query}) TO {path} (FORMAT parquet, USE_TMP_FILE false)".into()),
        text_length: Some("length({value})".into()),
        is_json: Some(IS_JSON.into()),
        moment_in_utc: Some("CAST({value} AS TIMESTAMPTZ)".into()),
        days_since_epoch: Some("date_diff('day', DATE '1970-01-01', {value})".into()),
        microseconds_since_epoch: Some("epoch_us({value})".into()),
        exact_sum: Some("CAST(sum(CAST({value} AS DECIMAL(38,{scale}))) AS VARCHAR)".into()),
        stddev_samp: Some("stddev_samp({value})".into()),
        stddev_pop: Some("stddev_pop({value})".into()),
        estimated_rows: None,
        estimated_values: None,
        content_hash: Some(content_hash()),
        costs: costs(),
    }
}

/// The length keeps the values of a row apart, and NULL from a text. A cast to VARCHAR keeps all digits of a number;
/// what it does not tell of a nested value, such as the member of a union, DuckDB's own hash does. Each half of the
/// 128 bits of a row is summed by itself, exactly.
fn content_hash() -> ContentHash {
    ContentHash {
        value: "CASE WHEN {value} IS NULL THEN '-' ELSE \
                concat(hash({value}), ':', strlen(CAST({value} AS VARCHAR)), ':', CAST({value} AS VARCHAR)) END"
            .into(),
        query: "SELECT concat_ws('.', count(*), sum(CAST(h >> 64 AS UBIGINT)), \
                sum(CAST(h & 18446744073709551615 AS UBIGINT))) \
                FROM (SELECT md5_number(concat({values})) AS h FROM {relation}) AS hashes"
            .into(),
    }
}

/// `json_valid` takes a comma behind the last item and the names of what is no number, so what is not in a
/// string is looked at again.
const IS_JSON: &str = r#"(json_valid({value}) AND NOT regexp_matches(regexp_replace({value}, '"(?:[^"\\]|\\.)*"', '0', 'g'), ',\s*[\]}]|[Nn][Aa][Nn]|[Ii][Nn][Ff]'))"#;

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
