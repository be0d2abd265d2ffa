//! Clean and quarantined rows: which ones, where they go, and what keeps them from going there.

use std::collections::BTreeSet;
use std::fs;

use data_validator_plugin::{Call, Engine, EngineConfig};
use serde_json::json;

use crate::engines::{server, with_server};
use crate::samples::{ROWS, config};
use crate::support::{Outcome, Workspace};

const FILES: &str =
    "outputs: {clean: \"clean/{table}.parquet\", quarantine: \"bad_{table}.parquet\"}";

pub fn filter(workspace: &Workspace, arguments: &[&str]) -> Outcome {
    let mut command = workspace.command(&["filter", "c.yaml"]);
    workspace.finish(with_server(command.args(arguments)))
}

/// The rows of a relation of DuckDB as text, sorted.
pub fn rows(workspace: &Workspace, database: Option<&str>, from: &str) -> Vec<String> {
    let connection = match database {
        Some(name) => duckdb::Connection::open(workspace.path(name)).unwrap(),
        None => duckdb::Connection::open_in_memory().unwrap(),
    };
    let mut statement = connection
        .prepare(&format!(
            "SELECT concat_ws('|', *COLUMNS(*)) FROM (SELECT coalesce(CAST(COLUMNS(*) AS VARCHAR), 'NULL') FROM {from})"
        ))
        .unwrap_or_else(|error| panic!("{from}: {error}"));
    let rows = statement
        .query_map([], |row| row.get::<_, String>(0))
        .unwrap();
    let mut rows: Vec<String> = rows.map(Result::unwrap).collect();
    rows.sort();
    rows
}

/// The rows of a file as text, sorted; zero without the sign that some engines keep.
pub fn parquet(workspace: &Workspace, file: &str) -> Vec<String> {
    let from = format!("'{}'", workspace.path(file).display());
    let rows = rows(workspace, None, &from);
    let unsigned = rows.iter().map(|row| row.replace("|-0.0|", "|0.0|"));
    unsigned.collect()
}

/// The rows of a query on the server as text, sorted.
pub fn on_server(sql: &str) -> Vec<String> {
    let engine = data_validator_postgres::Postgres;
    let mut config = EngineConfig::default();
    config
        .connection
        .insert("url".into(), server().url().into());
    let call = Call {
        operation: u64::MAX,
    };
    let mut session = engine.connect(&config, &call).unwrap();
    if !sql.starts_with("SELECT") {
        session.execute(sql, &call).unwrap();
        return Vec::new();
    }
    let mut stream = session.query(sql, &call).unwrap();
    let table = data_validator_harness::table(&mut *stream).unwrap();
    let text = |row: Vec<Option<String>>| {
        let cells = row
            .into_iter()
            .map(|cell| cell.unwrap_or_else(|| "NULL".into()));
        cells.collect::<Vec<_>>().join("|")
    };
    let mut rows: Vec<String> = table.rows.into_iter().map(text).collect();
    rows.sort();
    rows
}

#[test]
fn rows_are_split_alike_on_all_engines() {
    let workspace = Workspace::new();
    workspace.write("t.csv", ROWS);
    fs::create_dir(workspace.path("clean")).unwrap();
    let of = |engine: &str| {
        workspace.write(
            "c.yaml",
            config(engine, FILES, "    where: \"id IS NULL OR id < 7\""),
        );
        let outcome = filter(&workspace, &[]);
        assert_eq!(outcome.code, Some(0), "{outcome:?}");
        let said = "t: 1 clean → clean/t.parquet, 9 quarantined → bad_t.parquet\n";
        assert_eq!(outcome.stdout, said, "{engine}");
        (
            parquet(&workspace, "clean/t.parquet"),
            parquet(&workspace, "bad_t.parquet"),
        )
    };
    let expected = of("duckdb");
    insta::assert_snapshot!(expected.0.join("\n"), @"1|a@x.org|10.50|0.1|2026-01-01|2026-01-01 10:00:00|true|a");
    insta::assert_snapshot!(expected.1.join("\n"), @r#"
    2|NULL|0.00|0.5|2026-01-02|2026-01-02 10:00:00.5|false|a|["has_both","one_id"]
    2|b@x.org|-1.00|0.25|2026-01-03|2026-01-03 10:00:00|true|B|["amount","no_b"]
    2|b@x.org|-1.00|0.25|2026-01-03|2026-01-03 10:00:00|true|B|["one_id","one_key","one_id_of_b","amount","no_b"]
    2|b@x.org|-1.00|1.5|2026-01-03|NULL|true|B|["one_id","one_key","one_id_of_b","amount","ratio","no_b"]
    3|é@x.org|99.99|nan|NULL|2026-01-04 10:00:00|NULL|b|["ratio","no_b","sql"]
    4|no address|5.00|0.0|2026-01-05|2026-01-05 10:00:00|true|NULL|["email"]
    5|quoted, "twice"|7.25|NULL|1999-12-31|2026-01-06 10:00:00|false|z|["day","email"]
    6|f@x.org|NULL|2.5|2026-01-07|2026-01-07 10:00:00|true|b|["has_both","amount","ratio","no_b"]
    NULL|g@x.org|3.00|0.75|2026-01-08|2026-01-08 10:00:00|true|Z|["has_id"]
    "#);
    for engine in ["duckdb", "datafusion", "postgres"] {
        assert_eq!(of(engine), expected, "{engine}");
    }
    let left: BTreeSet<String> = fs::read_dir(workspace.path(""))
        .unwrap()
        .map(|entry| entry.unwrap().file_name().to_string_lossy().into_owned())
        .collect();
    assert_eq!(
        left,
        ["bad_t.parquet", "c.yaml", "clean", "t.csv"]
            .map(String::from)
            .into()
    );
}

#[test]
fn tables_of_an_engine_get_the_rows_that_files_get() {
    let workspace = Workspace::new();
    workspace.write("t.csv", ROWS);
    fs::create_dir(workspace.path("clean")).unwrap();
    workspace.write("c.yaml", config("duckdb", FILES, ""));
    assert_eq!(filter(&workspace, &[]).code, Some(0));
    let files = (
        parquet(&workspace, "clean/t.parquet"),
        parquet(&workspace, "bad_t.parquet"),
    );
    drop(duckdb::Connection::open(workspace.path("d.duckdb")).unwrap());
    let outputs = "outputs: {clean: \"good_{table}\", quarantine: \"main.bad_{table}\"}";
    let database = "{type: duckdb, connection_params: {database: d.duckdb, read_only: false}}";
    let text = config("duckdb", outputs, "").replace("{type: duckdb}", database);
    workspace.write("c.yaml", text);
    for _ in 0..2 {
        let outcome = filter(&workspace, &[]);
        assert_eq!(outcome.code, Some(0), "{outcome:?}");
        let found = ["good_t", "bad_t"].map(|name| rows(&workspace, Some("d.duckdb"), name));
        assert_eq!((&found[0], &found[1]), (&files.0, &files.1));
    }
    on_server("CREATE SCHEMA IF NOT EXISTS filtered");
    let outputs =
        "outputs: {clean: \"filtered.good_{table}\", quarantine: \"filtered.bad_{table}\"}";
    workspace.write("c.yaml", config("postgres", outputs, ""));
    for _ in 0..2 {
        let outcome = filter(&workspace, &[]);
        assert_eq!(outcome.code, Some(0), "{outcome:?}");
        let keys = "SELECT id, email, amount, failed_rules FROM filtered.bad_t";
        let bad = rows(
            &workspace,
            Some("d.duckdb"),
            "(SELECT id, email, amount, failed_rules FROM bad_t)",
        );
        assert_eq!(on_server(keys), bad);
        let count = on_server("SELECT count(*) AS n FROM filtered.good_t");
        assert_eq!(count, [files.0.len().to_string()]);
    }
}

#[test]
fn rows_of_a_table_and_a_file_are_of_one_moment() {
    let workspace = Workspace::new();
    workspace.write("t.csv", ROWS);
    on_server("CREATE SCHEMA IF NOT EXISTS half");
    let outputs = "outputs: {clean: \"clean_{table}.parquet\", quarantine: \"half.bad_{table}\"}";
    workspace.write("c.yaml", config("postgres", outputs, ""));
    let outcome = filter(&workspace, &[]);
    assert_eq!(outcome.code, Some(0), "{outcome:?}");
    let clean = parquet(&workspace, "clean_t.parquet").len();
    let bad = on_server("SELECT id FROM half.bad_t").len();
    assert_eq!(clean + bad, 11);
    let outputs = "outputs: {clean: \"half.good_{table}\", quarantine: \"bad_{table}.parquet\"}";
    workspace.write("c.yaml", config("postgres", outputs, ""));
    let outcome = filter(&workspace, &[]);
    assert_eq!(outcome.code, Some(0), "{outcome:?}");
    assert_eq!(parquet(&workspace, "bad_t.parquet").len(), bad);
}

#[test]
fn a_rule_that_cannot_be_judged_keeps_rows_from_being_written() {
    let workspace = Workspace::new();
    workspace.write("t.csv", "a,b\n1,x\n2,\n");
    workspace.write("u.csv", "a,b\n1,x\n2,\n");
    let rules = "rules: [{name: r, rule_type: completeness, column: b}]";
    workspace.write(
        "c.yaml",
        format!(
            "outputs: {{clean: \"{{table}}_clean.parquet\"}}
tables:
  - name: t
    source: t.csv
    rules:
      - {{name: r, rule_type: completeness, column: b}}
      - {{name: wrong, rule_type: range, column: b, parameters: {{min_value: 1}}}}
  - {{name: u, source: u.csv, {rules}}}
"
        ),
    );
    let outcome = filter(&workspace, &[]);
    assert_eq!(outcome.code, Some(3), "{outcome:?}");
    insta::assert_snapshot!(outcome.stderr, @r#"
    error: filtering table 't': nothing was written; Rule 'wrong' could not be judged: min_value 1 does not fit column 'b' of type text; write the bound in quotes to compare as text or date, or cast the column in a custom rule
      help: mend the rules, or write the rows all the same with --allow-unjudged
    incomplete: at least one rule could not be judged (exit code 3)
    "#);
    assert!(!workspace.path("t_clean.parquet").exists());
    assert_eq!(parquet(&workspace, "u_clean.parquet"), ["1|x"]);
    let outcome = filter(&workspace, &["--allow-unjudged"]);
    assert_eq!(outcome.code, Some(3), "{outcome:?}");
    assert_eq!(parquet(&workspace, "t_clean.parquet"), ["1|x"]);
}

#[test]
fn a_rule_that_names_no_rows_leaves_its_records_where_they_are() {
    let workspace = Workspace::new();
    workspace.write("t.csv", "a\n1\n2\n");
    workspace.write(
        "c.yaml",
        r#"
pipeline: {state_file: state.json}
outputs: {clean: clean.parquet, quarantine: bad.parquet}
tables:
  - name: t
    source: t.csv
    rules:
      - {name: count, rule_type: custom, expression: "SELECT COUNT(*) FROM {table} WHERE a > 1"}
      - {name: "odd \"name\", 'too'", rule_type: range, column: a, parameters: {min_value: 2}}
      - {name: rows, rule_type: custom, expression: "SELECT a FROM {table}", parameters: {returns: failed_rows}}
"#,
    );
    let outcome = filter(&workspace, &[]);
    assert_eq!(outcome.code, Some(0), "{outcome:?}");
    insta::assert_snapshot!(outcome.stdout, @r#"
    t: 1 clean → clean.parquet, 1 quarantined → bad.parquet
      rule 'count' names no rows: its 1 failed records are among those written
      rule 'rows' names no rows: its 2 failed records are among those written
    "#);
    assert_eq!(parquet(&workspace, "clean.parquet"), ["2"]);
    assert!(!workspace.path("state.json").exists());
    let names = json!(["odd \"name\", 'too'"]).to_string();
    assert_eq!(parquet(&workspace, "bad.parquet"), [format!("1|{names}")]);
}

#[test]
fn without_failing_rows_the_quarantine_is_empty_and_there() {
    let workspace = Workspace::new();
    workspace.write("t.csv", "a\n1\n");
    for engine in ["duckdb", "datafusion"] {
        workspace.write(
            "c.yaml",
            format!("engine: {{type: {engine}}}\noutputs: {{quarantine: bad.parquet}}\ntables: [{{name: t, source: t.csv, rules: [{{name: r, rule_type: completeness, column: a}}]}}]"),
        );
        let outcome = filter(&workspace, &[]);
        assert_eq!(
            outcome.stdout, "t: 1 clean not written, 0 quarantined → bad.parquet\n",
            "{outcome:?}"
        );
        assert!(parquet(&workspace, "bad.parquet").is_empty());
        fs::remove_file(workspace.path("bad.parquet")).unwrap();
    }
}

/// What is said to a config with these outputs and tables.
fn refused(outputs: &str, tables: &str) -> String {
    let workspace = Workspace::new();
    workspace.write("t.csv", "a,failed_rules\n1,x\n");
    workspace.write("u.csv", "a\n1\n");
    workspace.write("in/old.parquet", "");
    workspace.write(
        "c.yaml",
        format!("outputs: {outputs}\ntables: [{tables}]\n"),
    );
    let outcome = filter(&workspace, &[]);
    assert!(matches!(outcome.code, Some(2 | 4)), "{outcome:?}");
    outcome.stderr
}

#[test]
fn places_that_would_lose_rows_are_refused() {
    let rules = "rules: [{name: r, rule_type: completeness, column: a}]";
    let table = |name: &str, source: &str| format!("{{name: {name}, source: {source}, {rules}}}");
    let (t, u) = (table("t", "t.csv"), table("u", "u.csv"));
    let key = "foreign_key, parameters: {references: {table: main.planes, columns: [a]}}";
    let several = [
        refused("{}", &t),
        refused("{clean: c.parquet}", &format!("{t}, {u}")),
        refused("{clean: c.parquet, quarantine: c.parquet}", &u),
        refused("{clean: orders}", &table("u", "main.orders")),
        refused("{clean: in/new.parquet}", &table("u", "\"in/*.parquet\"")),
        refused("{clean: none/c.parquet}", &u),
        refused("{quarantine: bad.parquet}", &t),
        refused("{quarantine: bad}", &u),
        refused("{clean: clean.csv}", &u),
        refused("{clean: \"{table}.parquet\"}", &table("../u", "u.csv")),
        refused("{metrics: dq.results}", &u),
        refused("{clean: Planes}", &u.replace("completeness", key)),
    ];
    insta::assert_snapshot!(several.join("\n"), @r#"
    error: the config says nowhere to write rows
      help: set outputs.clean, outputs.quarantine or both
    stopped: the command or the config is wrong; nothing was validated (exit code 2)

    c.yaml:1:11: warning: 'c.parquet' is one place for the rows of 2 tables
      help: put '{table}' into it, which stands for the name of the table
    error: rows of table 't' and of table 'u' would both be written to c.parquet
      help: put '{table}' into the output, which stands for the name of the table
    stopped: the command or the config is wrong; nothing was validated (exit code 2)

    error: clean and quarantined rows of table 'u' would both be written to c.parquet
      help: give each a place of its own
    stopped: the command or the config is wrong; nothing was validated (exit code 2)

    error: writing to orders would change what table 'u' reads
      help: give the rows a place that no table reads
    stopped: the command or the config is wrong; nothing was validated (exit code 2)

    error: writing to in/new.parquet would change what table 'u' reads
      help: give the rows a place that no table reads
    stopped: the command or the config is wrong; nothing was validated (exit code 2)

    error: writing none/c.parquet: its folder does not exist
      help: make the folder, or choose another path
    not written: the report, the state or rows could not be written (exit code 4)

    error: filtering table 't': it has a column 'failed_rules', which the quarantined rows get
      help: give the column another name in a source that is a query
    stopped: the command or the config is wrong; nothing was validated (exit code 2)

    error: filtering table 'u': writing tables: looking up what became of 'filter': a database in memory keeps nothing; name a 'database' file
    stopped: the command or the config is wrong; nothing was validated (exit code 2)

    c.yaml:1:18: error: 'clean.csv' is neither a table nor a Parquet file
      help: end the path in .parquet, or name a table of the engine
    stopped: the command or the config is wrong; nothing was validated (exit code 2)

    error: the name of table '../u' cannot be put into the path '{table}.parquet'
      help: give the table another name
    stopped: the command or the config is wrong; nothing was validated (exit code 2)

    c.yaml:1:11: warning: 'metrics' is read, but nothing is written there by this version yet
      help: expect the report alone
    error: the config says nowhere to write rows
      help: set outputs.clean, outputs.quarantine or both
    stopped: the command or the config is wrong; nothing was validated (exit code 2)

    error: writing to Planes would change what table 'u' reads
      help: give the rows a place that no table reads
    stopped: the command or the config is wrong; nothing was validated (exit code 2)
    "#);
}

#[test]
fn an_engine_that_replaces_no_tables_says_what_to_do() {
    let workspace = Workspace::new();
    workspace.write("u.csv", "a\n1\n");
    workspace.write(
        "c.yaml",
        "engine: {type: datafusion}\noutputs: {clean: good}\ntables: [{name: u, source: u.csv, rules: [{name: r, rule_type: completeness, column: a}]}]",
    );
    let outcome = filter(&workspace, &[]);
    assert_eq!(outcome.code, Some(2), "{outcome:?}");
    insta::assert_snapshot!(outcome.stderr, @r#"
    error: filtering table 'u': the engine 'datafusion' replaces no tables in one transaction
      help: write to a file, whose name ends in .parquet
    stopped: the command or the config is wrong; nothing was validated (exit code 2)
    "#);
}
