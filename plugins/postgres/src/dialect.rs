//! PostgreSQL's SQL as data.

use data_validator_plugin::dialect::TypeNames;
use data_validator_plugin::{ContentHash, Costs, Dialect, RegexFlavour};

pub fn dialect() -> Dialect {
    Dialect {
        parser: "postgres".into(),
        identifier_quote: '"',
        // Each session sets `standard_conforming_strings`.
        backslash_escapes: false,
        // A tenth faster than counting a CASE.
        count_where: "count(*) FILTER (WHERE {condition})".into(),
        // The cast takes the padding of `char(n)` off, which is not part of its value, and reads enums. Some
        // collations have no patterns.
        regex_search: "CAST({value} AS TEXT) COLLATE \"C\" ~ {pattern}".into(),
        regex_flavour: RegexFlavour::PostgresAre,
        is_nan: "{value} = CAST('NaN' AS DOUBLE PRECISION)".into(),
        text_by_code_point: "CAST({value} AS TEXT) COLLATE \"C\"".into(),
        type_names: TypeNames {
            boolean: "BOOLEAN".into(),
            integer: "BIGINT".into(),
            float: "REAL".into(),
            double: "DOUBLE PRECISION".into(),
            text: "TEXT".into(),
            date: "DATE".into(),
            timestamp: "TIMESTAMP".into(),
            timestamp_tz: "TIMESTAMPTZ".into(),
        },
        // A target list has 1664 at most.
        max_select_items: 1600,
        count_distinct_bitmap: None,
        replace_table: None,
        lock_table: Some("LOCK TABLE {table} IN EXCLUSIVE MODE".into()),
        write_parquet: None,
        text_length: Some("char_length(CAST({value} AS TEXT))".into()),
        // PostgreSQL 16 is the first that can tell without an error.
        is_json: None,
        moment_in_utc: Some("({value} AT TIME ZONE 'UTC')".into()),
        days_since_epoch: Some("({value} - DATE '1970-01-01')".into()),
        // `extract` gives a numeric, which holds all digits.
        microseconds_since_epoch: Some(
            "CAST(extract(epoch FROM {value}) * 1000000 AS BIGINT)".into(),
        ),
        exact_sum: Some("CAST(sum(CAST({value} AS NUMERIC)) AS TEXT)".into()),
        stddev_samp: Some("stddev_samp({value})".into()),
        stddev_pop: Some("stddev_pop({value})".into()),
        estimated_rows: Some(format!(
            "(SELECT CAST(NULLIF(greatest(reltuples, 0), 0) AS BIGINT) FROM pg_catalog.pg_class \
             WHERE oid = {RELATION})"
        )),
        estimated_values: Some(format!(
            "(SELECT CAST(CASE WHEN n_distinct < 0 THEN -n_distinct * reltuples ELSE n_distinct END AS BIGINT) \
             FROM pg_catalog.pg_stats \
             JOIN pg_catalog.pg_namespace ON nspname = schemaname \
             JOIN pg_catalog.pg_class ON relnamespace = pg_namespace.oid AND relname = tablename \
             WHERE pg_class.oid = {RELATION} AND attname = {{column}} AND reltuples > 0 AND n_distinct <> 0 \
             ORDER BY inherited DESC LIMIT 1)"
        )),
        content_hash: Some(content_hash()),
        costs: costs(),
    }
}

/// A row as it is sent in binary: NULL has a length of its own, and no setting has a say. `OFFSET 0` keeps the planner
/// from hashing each row twice. Each half of 128 bits is summed by itself, exactly.
fn content_hash() -> ContentHash {
    ContentHash {
        value: "{value}".into(),
        query: "SELECT concat_ws('.', count(*), \
                sum(CAST(CAST('x' || substr(h, 1, 16) AS bit(64)) AS bigint)), \
                sum(CAST(CAST('x' || substr(h, 17, 16) AS bit(64)) AS bigint))) \
                FROM (SELECT encode(sha256(record_send(ROW({values}))), 'hex') AS h FROM {relation} OFFSET 0) AS hashes"
            .into(),
    }
}

/// A relation's number; a query in brackets has none.
const RELATION: &str =
    "pg_catalog.to_regclass(CASE WHEN {relation} NOT LIKE '(%' THEN {relation} END)";

/// From two million rows of 100 bytes on PostgreSQL 15 with two cores and all rows in memory. What shares a
/// scan costs what it adds to it, and what scans by itself costs its scan too.
fn costs() -> Costs {
    Costs {
        query: 500_000.0,
        count_column: 3.0,
        condition: 4.0,
        pattern: 210.0,
        filter: 31.0,
        group_few: 60.0,
        group_many: 330.0,
        count_distinct: 300.0,
        bitmap: 300.0,
    }
}
