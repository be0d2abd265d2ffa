use std::path::Path;

use data_validator_plugin::{LogicalType, TableName};

use super::Folder;
use crate::config::{Config, FileKind, FilesSpec, LoadOptions, SourceSpec};

fn config(source: &str) -> String {
    format!(
        "tables:\n  - name: a\n    source: {source}\n    rules: [{{name: r, rule_type: completeness, column: c}}]\n"
    )
}

fn source(source: &str) -> SourceSpec {
    let mut config = load(&Folder::new(config(source)));
    config.tables.remove(0).source
}

fn load(folder: &Folder) -> Config {
    folder
        .load(&LoadOptions::default())
        .unwrap_or_else(|errors| panic!("{errors}"))
}

fn errors(source: &str) -> String {
    Folder::new(config(source))
        .load(&LoadOptions::default())
        .expect_err("a wrong source")
}

fn table(name: &str) -> SourceSpec {
    let mut parts: Vec<String> = name.split('|').map(str::to_owned).collect();
    let table = parts.pop().unwrap_or_default();
    let schema = parts.pop();
    SourceSpec::Table(TableName {
        catalog: parts.pop(),
        schema,
        table,
    })
}

#[test]
fn known_endings_are_files() {
    for text in [
        "x.csv",
        "x.TSV",
        "a/x.json",
        "x.ndjson",
        "x.jsonl",
        "x.arrow",
        "/a/*.parquet",
        "a.b/x[1-3].csv",
    ] {
        let folder = Folder::new(config(text));
        let SourceSpec::Files(files) = &load(&folder).tables[0].source else {
            panic!("{text} is a file")
        };
        assert_eq!(files.path, folder.path(text));
        assert_eq!(files.format, None);
    }
}

#[test]
fn folders_are_files() {
    let folder = Folder::new(config("data"));
    assert_eq!(load(&folder).tables[0].source, table("data"));
    std::fs::create_dir(folder.path("data")).expect("a folder");
    assert!(
        matches!(&load(&folder).tables[0].source, SourceSpec::Files(files) if files.path == folder.path("data"))
    );
    assert!(matches!(source("nothing/"), SourceSpec::Files(_)));
}

#[test]
fn other_texts_are_relations() {
    assert_eq!(source("customers"), table("customers"));
    assert_eq!(source("public.customers"), table("public|customers"));
    assert_eq!(source("db.public._c$1"), table("db|public|_c$1"));
    assert_eq!(source("a.b.c.d"), table("a.b.c.d"));
    assert_eq!(source("'my table.x'"), table("my table.x"));
}

#[test]
fn path_that_is_taken_as_a_relation_is_a_warning() {
    let config = load(&Folder::new(config("data/customers.txt")));
    assert_eq!(config.tables[0].source, table("data/customers.txt"));
    insta::assert_snapshot!(config.warnings[0].message, @"'data/customers.txt' is taken as the name of a relation");
}

#[test]
fn unreadable_files_are_refused() {
    insta::assert_snapshot!(errors("x.csv.zst"), @"
    config.yaml:3:13: error: zst files are not read by this version
      help: use one of csv, tsv, json, ndjson, jsonl, parquet, arrow
    ");
    insta::assert_snapshot!(errors("{path: x.csv.gz}"), @"
    config.yaml:3:20: error: gz files are not read by this version
      help: use one of csv, tsv, json, ndjson, jsonl, parquet, arrow
    ");
}

#[test]
fn mapping_says_how_files_are_read() {
    let source = source(
        r#"{path: /x.txt, format: csv, options: {delimiter: "\t", quote: "'", schema: {a: integer, b: 'decimal(10, 2)'}}}"#,
    );
    let schema = [
        ("a", LogicalType::Integer),
        (
            "b",
            LogicalType::Decimal {
                precision: 10,
                scale: 2,
            },
        ),
    ];
    assert_eq!(
        source,
        SourceSpec::Files(FilesSpec {
            path: "/x.txt".into(),
            format: Some(FileKind::Csv),
            delimiter: Some(b'\t'),
            quote: Some(b'\''),
            schema: schema
                .map(|(name, logical_type)| (name.to_owned(), logical_type))
                .into(),
            within: None,
        })
    );
}

#[test]
fn mapping_names_a_table_or_a_query() {
    assert_eq!(
        source("{table: 'a.b', schema: s, catalog: c}"),
        table("c|s|a.b")
    );
    assert_eq!(
        source("{query: 'SELECT 1;'}"),
        SourceSpec::Query("SELECT 1".into())
    );
}

#[test]
fn wrong_mappings() {
    insta::assert_snapshot!(errors("{path: a.csv, table: b}"), @"
    config.yaml:3:13: error: a source has exactly one of path, table, query, found path and table
      help: keep the one that says where the rows are
    ");
    insta::assert_snapshot!(errors("{format: csv}"), @"
    config.yaml:3:13: error: a source has exactly one of path, table, query, found none
      help: keep the one that says where the rows are
    ");
    insta::assert_snapshot!(errors("{path: a.txt}"), @"
    config.yaml:3:13: error: the ending of 'path' tells no format
      help: add 'format', one of csv, tsv, json, ndjson, jsonl, parquet, arrow
    ");
    insta::assert_snapshot!(errors("{path: a.csv, format: cvs}"), @"
    config.yaml:3:35: error: unknown format 'cvs'
      help: did you mean 'csv'?
    ");
    insta::assert_snapshot!(errors("{path: a.parquet, options: {delimiter: ','}}"), @"
    config.yaml:3:52: error: 'delimiter' does not apply to Parquet files
      help: remove it
    ");
    insta::assert_snapshot!(errors("{path: a.csv, options: {delimiter: ';;', quote: ü, skema: 1}}"), @r#"
    config.yaml:3:48: error: 'delimiter' must be one ASCII character, found ';;'
      help: such as "," or "\t"
    config.yaml:3:61: error: 'quote' must be one ASCII character, found 'ü'
      help: such as "," or "\t"
    config.yaml:3:64: error: unknown key 'skema'
      help: did you mean 'schema'?
    "#);
    insta::assert_snapshot!(errors("{path: a.csv, options: {schema: {a: integr, b: 'decimal(99,1)'}}}"), @"
    config.yaml:3:49: error: unknown type 'integr' of column 'a'
      help: did you mean 'integer'?
    config.yaml:3:60: error: unknown type 'decimal(99,1)' of column 'b'
      help: known: boolean, integer, double, text, date, timestamp, timestamptz, decimal(PRECISION,SCALE)
    ");
    insta::assert_snapshot!(errors("{table: a, catalog: c}"), @"
    config.yaml:3:33: error: 'catalog' is given without 'schema'
      help: add the schema that the table is in
    ");
    insta::assert_snapshot!(errors("{query: 'DELETE FROM a'}"), @"
    config.yaml:3:21: error: 'query': the SQL would change data (DELETE); only queries that read are run
      help: write one SELECT
    ");
    insta::assert_snapshot!(errors("{query: 'SELECT * FROM {table}'}"), @"
    config.yaml:3:21: error: '{table}' has no meaning in a source
      help: name the relation that the query reads
    ");
    insta::assert_snapshot!(errors("[a.csv]"), @"
    config.yaml:3:13: error: a source is a text or a mapping, found a list
      help: give a path, the name of a relation, or one of path, table, query
    ");
    insta::assert_snapshot!(errors("''"), @"
    config.yaml:3:13: error: the source is empty
      help: give a path or the name of a relation
    ");
}

#[test]
fn file_of_sources_has_its_own_folder_and_places() {
    let folder = Folder::new(config("x"));
    std::fs::create_dir(folder.path("sources")).expect("a folder");
    folder.write(
        "sources/sources.json",
        "{\n\t\"a\": \"${param:day}.csv\"\n}",
    );
    let mut options = LoadOptions {
        sources: Some(folder.path("sources/sources.json")),
        ..LoadOptions::default()
    };
    options.params.insert("day".into(), "monday".into());
    let config = folder
        .load(&options)
        .unwrap_or_else(|errors| panic!("{errors}"));
    assert!(
        matches!(&config.tables[0].source, SourceSpec::Files(files) if files.path == folder.path("sources/monday.csv"))
    );

    folder.write(
        "sources/sources.json",
        "{\n\t\"a\": {\"path\": 5},\n\t\"bb\": \"x\", \"a\": 1}",
    );
    insta::assert_snapshot!(folder.load(&options).expect_err("wrong sources"), @"
    sources/sources.json:2:16: error: 'path' must be text, found the number 5
      help: put it in quotes
    sources/sources.json:3:2: error: unknown table 'bb'
      help: tables of the config: a
    sources/sources.json:3:13: error: key 'a' is given twice
      help: keep one of them; the first is on line 2
    --param day: warning: the parameter 'day' is not used
      help: write ${param:day} where it is meant
    ");
}

#[test]
fn override_starts_from_the_working_directory() {
    let folder = Folder::new(config("x"));
    let overrides = vec![("a".to_owned(), "data/new.csv".to_owned())];
    let config = folder
        .load(&LoadOptions {
            overrides,
            ..LoadOptions::default()
        })
        .expect("a config");
    assert!(
        matches!(&config.tables[0].source, SourceSpec::Files(files) if files.path == Path::new("data/new.csv"))
    );
}

#[test]
fn wrong_overrides() {
    let overrides = vec![
        ("aa".to_owned(), "x.csv".to_owned()),
        ("a".to_owned(), "x.gz".to_owned()),
    ];
    let options = LoadOptions {
        overrides,
        sources: Some("nothing.yaml".into()),
        ..LoadOptions::default()
    };
    insta::assert_snapshot!(Folder::new(config("x")).load(&options).expect_err("wrong overrides"), @"
    nothing.yaml: error: no such file
      help: give the path of a YAML file
    --override a=x.gz: error: gz files are not read by this version
      help: use one of csv, tsv, json, ndjson, jsonl, parquet, arrow
    --override aa=x.csv: error: unknown table 'aa'
      help: did you mean 'a'?
    ");
}
