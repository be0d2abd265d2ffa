//! The hash of a relation's content: another one for other rows, the same for the same rows in any order.

use data_validator::engines::registry;
use data_validator::plan::sql;
use data_validator_harness::{Server, ServerSettings, table};
use data_validator_plugin::{Call, Session, Source};
use serde_json::json;

use crate::support::connect;

/// A session of each engine.
fn sessions(server: &Server) -> Vec<(String, Box<dyn Session>)> {
    let session = |name: &str| {
        let connection = match name {
            "postgres" => json!({"url": server.url()}),
            _ => json!({}),
        };
        (name.to_owned(), connect(name, &connection).unwrap())
    };
    ["duckdb", "datafusion", "postgres"].map(session).into()
}

fn hash(engine: &str, session: &mut dyn Session, query: &str) -> String {
    let kinds = registry::linked_in();
    let kind = kinds
        .iter()
        .find(|it| it.description.name == engine)
        .unwrap();
    let call = Call::default();
    let source = Source::Query(query.to_owned());
    let relation = session.attach("t", &source, &call).unwrap();
    let schema = session.schema(&relation, &call).unwrap();
    let sql = sql::content(&kind.description.dialect, &relation, &schema).unwrap();
    let mut rows = session
        .query(&sql, &call)
        .unwrap_or_else(|error| panic!("{engine}: {sql}: {error}"));
    let hash = table(&mut *rows).unwrap_or_else(|error| panic!("{engine}: {sql}: {error}"));
    hash.value().to_owned()
}

/// Each of these queries has other rows, so all hashes differ.
fn all_differ(engine: &str, session: &mut dyn Session, queries: &[String]) {
    let hashes: Vec<String> = queries
        .iter()
        .map(|query| hash(engine, session, query))
        .collect();
    for (first, one) in hashes.iter().enumerate() {
        for (second, other) in hashes.iter().enumerate().skip(first + 1) {
            assert_ne!(
                one, other,
                "{engine}: {}\nand {}",
                queries[first], queries[second]
            );
        }
    }
}

fn texts(rows: &str) -> String {
    format!(
        "SELECT CAST(a AS VARCHAR) AS a, CAST(b AS VARCHAR) AS b FROM (VALUES {rows}) AS v(a, b)"
    )
}

#[test]
fn null_empty_texts_borders_of_columns_and_repeated_rows_make_a_difference() {
    let server = Server::start(&ServerSettings::default());
    let mut queries: Vec<String> = [
        "('', '')",
        "('', ''), ('', '')",
        "('', ''), ('', ''), ('', '')",
        "(NULL, '')",
        "('', NULL)",
        "(CAST(NULL AS VARCHAR), CAST(NULL AS VARCHAR))",
        "('ab', '')",
        "('a', 'b')",
        "('', 'ab')",
        "('b', 'a')",
        "('-', '')",
        "('', '-')",
        "('a,', 'b')",
        "('a', ',b')",
        "('1:a', '')",
        "('a1:b', '')",
        "('a', 'b'), ('a', 'b')",
        "('a', 'b'), ('c', 'd')",
        "('a', 'd'), ('c', 'b')",
        "('a', 'b'), ('c', 'd'), ('c', 'd')",
        "('a', 'b'), ('a', 'b'), ('c', 'd')",
        "('é', '')",
        "('e', '')",
    ]
    .map(texts)
    .into();
    queries.push(format!("{} WHERE a = 'b'", texts("('a', 'b')")));
    for (engine, mut session) in sessions(&server) {
        all_differ(&engine, &mut *session, &queries);
    }
}

#[test]
fn the_order_of_rows_makes_none() {
    let server = Server::start(&ServerSettings::default());
    for (engine, mut session) in sessions(&server) {
        let mut hash = |rows| hash(&engine, &mut *session, &texts(rows));
        let rows = "('a', 'b'), ('c', NULL), ('', 'b'), ('a', 'b')";
        let before = hash(rows);
        assert_eq!(before, hash(rows), "{engine}");
        let turned = "('', 'b'), ('a', 'b'), ('a', 'b'), ('c', NULL)";
        assert_eq!(before, hash(turned), "{engine}");
    }
}

#[test]
fn the_last_digit_of_a_value_and_the_sign_of_a_zero_make_a_difference() {
    let server = Server::start(&ServerSettings::default());
    let values = [
        "0.0",
        "-1 * CAST(0.0 AS DOUBLE PRECISION)",
        "1.0",
        "1.0000000000000002",
        "0.1",
        "CAST('NaN' AS DOUBLE PRECISION)",
        "NULL",
    ];
    let doubles = values.map(|value| format!("SELECT CAST({value} AS DOUBLE PRECISION) AS a"));
    let moments = ["00:00:00", "00:00:00.000001", "00:00:01"]
        .map(|time| format!("SELECT CAST('2026-01-01 {time}' AS TIMESTAMP(6)) AS a"));
    let decimals = ["1.00", "1.01", "-1.00"]
        .map(|value| format!("SELECT CAST({value} AS DECIMAL(38,2)) AS a"));
    for (engine, mut session) in sessions(&server) {
        // DataFusion's sources have no negative zero.
        let doubles = match &*engine {
            "datafusion" => [&doubles[..1], &doubles[2..]].concat(),
            _ => doubles.to_vec(),
        };
        // DuckDB has no TIMESTAMP with a precision; its own has that one.
        let moments = moments.clone().map(|query| match &*engine {
            "duckdb" => query.replace("TIMESTAMP(6)", "TIMESTAMP"),
            _ => query,
        });
        for queries in [&doubles[..], &moments, &decimals] {
            all_differ(&engine, &mut *session, queries);
        }
    }
}

#[test]
fn nested_values_are_told_apart() {
    let server = Server::start(&ServerSettings::default());
    for (engine, mut session) in sessions(&server) {
        let values: &[&str] = match &*engine {
            "duckdb" => &[
                "['a', 'b']",
                "['a, b']",
                "['a', NULL]",
                "['a', 'NULL']",
                "['a', '']",
                "{'x': 'a', 'y': NULL}",
                "{'x': NULL, 'y': 'a'}",
                "{'x': NULL, 'y': '''a'''}",
                "CAST(union_value(n := 1) AS UNION(n INTEGER, s VARCHAR))",
                "CAST(union_value(s := '1') AS UNION(n INTEGER, s VARCHAR))",
                "CAST('a\\x00' AS BLOB)",
                "CAST('a\\x01' AS BLOB)",
                "CAST('00000000-0000-0000-0000-000000000001' AS UUID)",
            ],
            "datafusion" => &[
                "(SELECT array_agg(x) FROM (VALUES ('a'), ('b')) AS v(x))",
                "(SELECT array_agg(x) FROM (VALUES ('a, b')) AS v(x))",
                "(SELECT array_agg(x) FROM (VALUES ('a'), (NULL)) AS v(x))",
                "(SELECT array_agg(x) FROM (VALUES ('a'), ('NULL')) AS v(x))",
                "struct('a', NULL)",
                "struct(NULL, 'a')",
            ],
            _ => &[
                "ARRAY['a', 'b']",
                "ARRAY['a, b']",
                "ARRAY['a', NULL]",
                "ARRAY['a', 'NULL']",
                "CAST('{\"a\": 1}' AS JSONB)",
                "CAST('{\"a\": \"1\"}' AS JSONB)",
                "CAST('1 day' AS INTERVAL)",
                "CAST('24 hours' AS INTERVAL)",
                "CAST('{1,2}' AS INT[])",
                "INET '10.0.0.1'",
                "INET '10.0.0.2'",
            ],
        };
        let queries: Vec<String> = values
            .iter()
            .map(|it| format!("SELECT {it} AS a"))
            .collect();
        all_differ(&engine, &mut *session, &queries);
    }
}

#[test]
fn many_rows_in_many_parts_are_all_seen() {
    let server = Server::start(&ServerSettings::default());
    const ROWS: u32 = 300_000;
    for (engine, mut session) in sessions(&server) {
        let (series, number) = match &*engine {
            "duckdb" => ("range(ROWS)", "range"),
            "datafusion" => ("generate_series(1, ROWS)", "value"),
            _ => ("generate_series(1, ROWS) AS n", "n"),
        };
        let series = series.replace("ROWS", &ROWS.to_string());
        let rows = |condition: &str| {
            format!(
                "SELECT {number} % 7 AS a, {number} AS b FROM {series} WHERE {number} {condition}"
            )
        };
        let mut hash = |condition: &str| hash(&engine, &mut *session, &rows(condition));
        let all = hash("> -1");
        assert_eq!(all, hash("> -2"), "{engine}");
        assert_ne!(all, hash("<> 123456"), "{engine}");
    }
}
