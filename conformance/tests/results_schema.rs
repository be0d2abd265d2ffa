//! The JSON Schema of `results.json`.

use std::path::Path;

use boon::{Compiler, Schemas};
use serde_json::{Value, json};

use crate::support::Workspace;

/// Why the results are not of the form, if they are not.
pub fn refusal(results: &Value) -> Option<String> {
    let file = Path::new(env!("CARGO_MANIFEST_DIR")).join("results.schema.json");
    let text = std::fs::read_to_string(file).unwrap();
    let (mut schemas, mut compiler) = (Schemas::new(), Compiler::new());
    let schema = serde_json::from_str(&text).unwrap();
    compiler
        .add_resource("results.schema.json", schema)
        .unwrap();
    let index = compiler.compile("results.schema.json", &mut schemas);
    let index = index.unwrap_or_else(|error| panic!("{error:#}"));
    let refused = schemas.validate(results, index).err();
    refused.map(|error| format!("{error:#}"))
}

#[test]
fn it_says_what_is_missing_wrong_or_too_much() {
    let workspace = Workspace::new();
    let only = ["--only", "transactions/rollback", "--report", "report"];
    let outcome = workspace.run(&[&["run", "--engine", "duckdb"], &only[..]].concat());
    assert_eq!(outcome.code, Some(0), "{outcome:?}");
    // Reading them holds them against the schema.
    let results = workspace.results();
    for (pointer, value) in [
        ("/results/0/outcome", json!("passed")),
        ("/results/0/case", json!("no group")),
        ("/results/0", json!({"case": "a/b"})),
        ("/badges/0/standing", json!("reached")),
        ("/counts/PASS", json!(-1)),
        ("/engine/plugin", json!(7)),
        ("/schema_version", json!(2)),
    ] {
        let mut wrong = results.clone();
        *wrong.pointer_mut(pointer).unwrap() = value;
        assert!(refusal(&wrong).is_some(), "{pointer}");
    }
    let mut more = results.clone();
    more["more"] = json!(1);
    assert!(refusal(&more).is_some());
}
