//! What the catalogue has an idea of, as the dialect asks for it.

use data_validator_plugin::quote::fill;

use crate::support::{Home, native, query, ways};

/// The estimated rows of what stands behind `FROM`, and the estimated different values of a column.
fn estimates(home: &Home, relation: &str, column: &str) -> Vec<(Option<String>, Option<String>)> {
    let dialect = native().describe().dialect;
    let (relation, column) = (dialect.string(relation), dialect.string(column));
    let places = [("relation", &*relation), ("column", &*column)];
    let rows = fill(dialect.estimated_rows.as_deref().unwrap(), &places);
    let values = fill(dialect.estimated_values.as_deref().unwrap(), &places);
    let sql = format!("SELECT {rows}, {values}");
    let rows = ways().into_iter().map(|(_, engine)| {
        let mut session = home.session(&*engine);
        query(&mut *session, &sql).unwrap().rows.remove(0)
    });
    rows.map(|row| (row[0].clone(), row[1].clone())).collect()
}

fn told(rows: &str, values: &str) -> Vec<(Option<String>, Option<String>)> {
    vec![(Some(rows.into()), Some(values.into())); ways().len()]
}

fn unknown() -> Vec<(Option<String>, Option<String>)> {
    vec![(None, None); ways().len()]
}

#[test]
fn a_table_that_was_analyzed_has_estimates() {
    let home = Home::new(
        "CREATE TABLE \"it's\" AS SELECT i, (i % 7)::text AS \"a'b\", i % 7000 AS many FROM generate_series(1, 9000) AS s(i);
         ANALYZE \"it's\"",
    );
    assert_eq!(estimates(&home, "\"it's\"", "a'b"), told("9000", "7"));
    // Where nearly all differ, the catalogue keeps their share in the rows.
    assert_eq!(estimates(&home, "\"it's\"", "i"), told("9000", "9000"));
}

#[test]
fn a_partitioned_table_has_the_estimates_of_all_its_parts() {
    let home = Home::new(
        "CREATE TABLE parts (k int, t text) PARTITION BY LIST (k);
         CREATE TABLE part_0 PARTITION OF parts FOR VALUES IN (0);
         CREATE TABLE part_1 PARTITION OF parts FOR VALUES IN (1);
         INSERT INTO parts SELECT i % 2, (i % 10)::text FROM generate_series(1, 1000) AS s(i);
         ANALYZE parts",
    );
    assert_eq!(estimates(&home, "\"parts\"", "t"), told("1000", "10"));
}

#[test]
fn what_the_catalogue_does_not_know_has_none() {
    let home = Home::new(
        "CREATE TABLE fresh (t text) WITH (autovacuum_enabled = false);
         INSERT INTO fresh SELECT 'x' FROM generate_series(1, 1000);
         CREATE VIEW seen AS SELECT * FROM fresh",
    );
    for relation in [
        "\"fresh\"",
        "\"seen\"",
        "\"nowhere\"",
        "(SELECT 'x' AS t\n) AS \"q\"",
    ] {
        assert_eq!(estimates(&home, relation, "t"), unknown(), "{relation}");
    }
}
