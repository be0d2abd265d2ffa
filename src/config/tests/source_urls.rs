//! Sources that are URLs.

use super::{Folder, errors};
use crate::config::LoadOptions;

fn refused(source: &str) -> String {
    errors(format!(
        "tables: [{{name: t, source: {source}, rules: [{{name: r, rule_type: completeness, column: c}}]}}]"
    ))
}

#[test]
fn object_stores_are_told_not_to_be_built_in() {
    insta::assert_snapshot!(refused("'s3://bucket/data/*.parquet'"), @"
    config.yaml:1:28: error: 's3://bucket/data/*.parquet' lies on S3, which this version does not read: object stores are not built in
      help: copy the files to this machine and name their path, or read them with {query: …} on an engine whose options reach them
    ");
    insta::assert_snapshot!(refused("{path: 'abfss://c@account.dfs.core.windows.net/x.csv', format: csv}"), @"
    config.yaml:1:35: error: 'abfss://c@account.dfs.core.windows.net/x.csv' lies on Azure storage, which this version does not read: object stores are not built in
      help: copy the files to this machine and name their path, or read them with {query: …} on an engine whose options reach them
    ");
}

#[test]
fn every_scheme_is_refused_with_or_without_an_ending() {
    for scheme in [
        "s3",
        "gs",
        "az",
        "abfss",
        "https",
        "http",
        "hdfs",
        "S3",
        "hf",
        "unknown+x",
    ] {
        for rest in ["a/b.parquet", "a/b", "a/"] {
            for source in [
                format!("'{scheme}://{rest}'"),
                format!("{{path: '{scheme}://{rest}', format: csv}}"),
            ] {
                let told = refused(&source);
                assert!(
                    told.contains("by this version") || told.contains("not built in"),
                    "{source}: {told}"
                );
                assert!(
                    told.contains("copy the files") && told.contains("{query: …}"),
                    "{source}: {told}"
                );
                assert_eq!(told.matches("error:").count(), 1, "{source}: {told}");
            }
        }
    }
}

#[test]
fn a_file_url_names_the_path_to_write() {
    insta::assert_snapshot!(refused("'file:///data/x.csv'"), @"
    config.yaml:1:28: error: 'file:///data/x.csv' is a URL, and a source is a path
      help: write the path itself: /data/x.csv
    ");
    insta::assert_snapshot!(refused("{path: 'file://localhost/data/x.csv'}"), @"
    config.yaml:1:35: error: 'file://localhost/data/x.csv' is a URL, and a source is a path
      help: write the path itself: /data/x.csv
    ");
}

#[test]
fn a_file_on_a_web_server_is_a_table_of_datafusion() {
    insta::assert_snapshot!(refused("'https://example.com/data/orders.parquet'"), @"
    config.yaml:1:28: error: 'https://example.com/data/orders.parquet' lies on a web server, which this version does not read: object stores are not built in
      help: copy the files to this machine and name their path, or read them with {query: …} on an engine whose options reach them; NAME.parquet is {table: NAME} of {type: datafusion, connection_params: {url: 'https://HOST/FOLDER'}}
    ");
}

#[test]
fn a_login_in_a_url_is_not_shown() {
    let told = refused("'https://user:hunter2@example.com/x.csv?sig=hunter3'");
    assert!(told.contains("'https://example.com/x.csv'"), "{told}");
    assert!(!told.contains("hunter"), "{told}");
}

#[test]
fn overrides_and_files_of_sources_are_no_way_round() {
    let folder =
        Folder::new("tables: [{name: t, rules: [{name: r, rule_type: completeness, column: c}]}]");
    folder.write("sources.yaml", "t: gs://bucket/x.csv");
    let options = LoadOptions {
        sources: Some(folder.path("sources.yaml")),
        overrides: vec![("t".into(), "s3://bucket/x.csv".into())],
        ..LoadOptions::default()
    };
    insta::assert_snapshot!(folder.load(&options).expect_err("URLs"), @"
    sources.yaml:1:4: error: 'gs://bucket/x.csv' lies on Google Cloud Storage, which this version does not read: object stores are not built in
      help: copy the files to this machine and name their path, or read them with {query: …} on an engine whose options reach them
    --override t=s3://bucket/x.csv: error: 's3://bucket/x.csv' lies on S3, which this version does not read: object stores are not built in
      help: copy the files to this machine and name their path, or read them with {query: …} on an engine whose options reach them
    ");
}
