//! The JSON of the interface: the forms that the header shows are read and written.

use std::path::PathBuf;

use data_validator_plugin::{
    Column, CsvFormat, EngineConfig, FileFormat, LogicalType, Outcome, Publication, Schema, Source,
    Statistics, TableName,
};
use serde::de::DeserializeOwned;
use serde_json::{Value, json};

fn read<T: DeserializeOwned>(value: Value) -> T {
    serde_json::from_value(value).unwrap()
}

#[test]
fn sources_have_the_form_that_the_header_shows() {
    let table = TableName {
        catalog: None,
        schema: Some("main".into()),
        table: "t".into(),
    };
    let files = |format| Source::Files {
        format,
        paths: vec![PathBuf::from("/a.parquet")],
    };
    let csv = FileFormat::Csv(CsvFormat {
        delimiter: b',',
        quote: b'"',
        schema: Schema {
            columns: vec![Column {
                name: "a".into(),
                logical_type: LogicalType::Integer,
            }],
        },
    });
    for (source, form) in [
        (
            Source::Table(table),
            json!({"table": {"catalog": null, "schema": "main", "table": "t"}}),
        ),
        (
            Source::Query("SELECT 1".into()),
            json!({"query": "SELECT 1"}),
        ),
        (
            files(FileFormat::Parquet),
            json!({"files": {"format": "parquet", "paths": ["/a.parquet"]}}),
        ),
        (
            files(FileFormat::Json),
            json!({"files": {"format": "json", "paths": ["/a.parquet"]}}),
        ),
        (
            files(FileFormat::Arrow),
            json!({"files": {"format": "arrow", "paths": ["/a.parquet"]}}),
        ),
        (
            files(csv),
            json!({"files": {
                "format": {"csv": {
                    "delimiter": ",",
                    "quote": "\"",
                    "schema": {"columns": [{"name": "a", "type": "integer"}]}
                }},
                "paths": ["/a.parquet"]
            }}),
        ),
    ] {
        assert_eq!(serde_json::to_value(&source).unwrap(), form);
        assert_eq!(read::<Source>(form), source);
    }
}

#[test]
fn types_are_the_texts_that_they_are_shown_as() {
    let decimal = |precision, scale| LogicalType::Decimal { precision, scale };
    for (logical_type, form) in [
        (LogicalType::Boolean, json!("boolean")),
        (LogicalType::Integer, json!("integer")),
        (LogicalType::Float, json!("float")),
        (LogicalType::Double, json!("double")),
        (decimal(38, 0), json!("decimal(38,0)")),
        (LogicalType::Text, json!("text")),
        (LogicalType::Date, json!("date")),
        (LogicalType::Timestamp, json!("timestamp")),
        (LogicalType::TimestampTz, json!("timestamp with time zone")),
        (LogicalType::Time, json!("time")),
        (LogicalType::Binary, json!("binary")),
        (LogicalType::Other("text".into()), json!({"other": "text"})),
    ] {
        assert_eq!(serde_json::to_value(&logical_type).unwrap(), form);
        assert_eq!(read::<LogicalType>(form), logical_type);
    }
}

#[test]
fn a_type_of_a_newer_plugin_is_one_that_no_rule_judges() {
    for name in ["uuid", "decimal(300,2)", "decimal(x)"] {
        assert_eq!(
            read::<LogicalType>(json!(name)),
            LogicalType::Other(name.into())
        );
    }
}

#[test]
fn members_that_are_left_out_or_not_known_do_no_harm() {
    let source: Source = read(json!({"table": {"table": "t", "branch": "main"}}));
    assert!(matches!(
        source,
        Source::Table(TableName { schema: None, .. })
    ));
    let part = json!({"rows": 1, "columns": {"a": {"mean": 2}}, "bytes": 7});
    let statistics: Statistics = read(json!({"parts": [part, {"rows": 2}]}));
    assert_eq!(statistics.parts[0].columns["a"].nulls, None);
    assert_eq!(statistics.rows(), 3);
    // Without its parts it would prove that there are no rows.
    assert!(serde_json::from_value::<Statistics>(json!({"rows": 1})).is_err());
    assert!(read::<EngineConfig>(json!({})) == EngineConfig::default());
    let publication = json!({"key": "k", "tables": [{"table": {"table": "t"}}], "urgent": true});
    assert_eq!(
        read::<Publication>(publication).tables[0].insert.rows.len(),
        0
    );
}

#[test]
fn a_publication_has_the_form_that_the_header_shows() {
    let form = json!({
        "key": "5f3a",
        "fence": {"scope": "state-1", "holder": "run-7", "number": 3},
        "create": [{
            "table": {"catalog": null, "schema": null, "table": "results"},
            "schema": {"columns": [{"name": "rule", "type": "text"}]}
        }],
        "tables": [{
            "table": {"catalog": null, "schema": null, "table": "results"},
            "delete": {"columns": ["rule"], "rows": [["id_check"], [null]]},
            "insert": {"columns": ["rule", "n"], "rows": [["x", 0], [true, -0.1], ["", u64::MAX]]}
        }]
    });
    let publication: Publication = read(form.clone());
    assert_eq!(serde_json::to_value(&publication).unwrap(), form);
}

#[test]
fn outcomes_have_the_forms_that_the_header_shows() {
    let fence = json!({"scope": "s", "holder": "h", "number": 9});
    for form in [
        json!({"status": "published"}),
        json!({"status": "fenced", "by": fence}),
    ] {
        let outcome: Outcome = read(form.clone());
        assert_eq!(serde_json::to_value(&outcome).unwrap(), form);
    }
}
