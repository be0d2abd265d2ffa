//! Tables of a PostgreSQL server with what only such a server has: collations, and functions of its users.

use std::sync::OnceLock;

use data_validator_harness::{Server, ServerSettings};
use data_validator_plugin::{Call, Session};
use serde_json::json;

use crate::support::{Outcome, Workspace, connect, rule};

fn server() -> &'static Server {
    static SERVER: OnceLock<Server> = OnceLock::new();
    SERVER.get_or_init(|| Server::start(&ServerSettings::default()))
}

/// A schema of a test's own.
struct Schema(String);

impl Schema {
    /// A schema of that name in which these statements were run.
    fn new(name: &str, statements: &[&str]) -> Self {
        let schema = Self(format!("{name}_{}", std::process::id()));
        let mut session = session();
        run(&mut *session, &format!("CREATE SCHEMA {}", schema.0));
        run(&mut *session, &format!("SET search_path TO {}", schema.0));
        for statement in statements {
            run(&mut *session, statement);
        }
        schema
    }

    /// Runs a config for the tables of this schema.
    fn check(&self, workspace: &Workspace, tables: &str, arguments: &[&str]) -> Outcome {
        let connection = format!(
            "{{url: '${{env:URL}}', options: '-c search_path={}'}}",
            self.0
        );
        workspace.write(
            "rules.yaml",
            format!("engine: {{type: postgres, connection_params: {connection}}}\n{tables}"),
        );
        let mut command =
            workspace.command(&[&["rules.yaml", "--output", "report.json"], arguments].concat());
        workspace.finish(command.env("URL", server().url()))
    }
}

impl Drop for Schema {
    fn drop(&mut self) {
        if !std::thread::panicking() {
            run(&mut *session(), &format!("DROP SCHEMA {} CASCADE", self.0));
        }
    }
}

fn session() -> Box<dyn Session> {
    connect("postgres", &json!({"url": server().url()})).unwrap()
}

fn run(session: &mut dyn Session, sql: &str) {
    if let Err(error) = session.execute(sql, &Call::default()) {
        panic!("{sql}: {error}");
    }
}

#[test]
fn texts_are_told_apart_by_their_characters_whatever_collation_a_column_has() {
    let schema = Schema::new(
        "collations",
        &[
            "CREATE COLLATION any_case (provider = icu, locale = 'und-u-ks-level2', deterministic = false)",
            "CREATE TABLE names (name text COLLATE any_case, day int)",
            "INSERT INTO names VALUES ('a', 1), ('A', 1), ('a', 1), ('b', 1), ('B', 2), (NULL, 2)",
        ],
    );
    let rules = "
    rules:
      - {name: one_name, rule_type: uniqueness, column: name}
      - {name: one_name_a_day, rule_type: uniqueness, columns: [name, day]}
      - {name: small, rule_type: pattern, column: name, parameters: {pattern: '^[a-z]$'}}
      - {name: behind_capitals, rule_type: range, column: name, parameters: {min_value: 'a'}}
      - {name: not_empty, rule_type: completeness, column: name, parameters: {empty_is_missing: true}}
";
    let workspace = Workspace::new();
    workspace.write("names.csv", "name,day\na,1\nA,1\na,1\nb,1\nB,2\n,2\n");
    workspace.write(
        "files.yaml",
        format!("tables:\n  - name: t\n    source: names.csv{rules}"),
    );
    let files = workspace.run(&["files.yaml", "--output", "files.json"]);
    assert_eq!(files.code, Some(1), "{files:?}");
    let tables = format!("tables:\n  - name: t\n    source: names{rules}");
    // In each form that a question has, since each compares in its own way.
    for form in ["conditional", "distinct-values", "groups"] {
        let outcome = schema.check(&workspace, &tables, &["--form", form]);
        assert_eq!(outcome.code, Some(1), "{outcome:?}");
        let report = workspace.json("report.json");
        for (name, failed) in [
            ("one_name", 1),
            ("one_name_a_day", 1),
            ("small", 2),
            ("behind_capitals", 2),
            ("not_empty", 1),
        ] {
            let result = rule(&report, "t", name);
            assert_eq!(result["failed_count"], failed, "{form} {result}");
            let of_files = rule(&workspace.json("files.json"), "t", name).clone();
            assert_eq!(
                result["failed_count"], of_files["failed_count"],
                "{form} {name}"
            );
            assert_eq!(result["metadata"], of_files["metadata"], "{form} {name}");
        }
    }
}

#[test]
fn a_rule_that_calls_a_function_of_a_user_is_never_reused() {
    let schema = Schema::new(
        "functions",
        &[
            "CREATE TABLE orders AS SELECT 1 AS id",
            "CREATE TABLE limits AS SELECT 0 AS least",
            "CREATE FUNCTION is_allowed(id int) RETURNS boolean STABLE LANGUAGE sql AS \
             'SELECT id > (SELECT least FROM limits)'",
        ],
    );
    let tables = "
pipeline: {state_file: state.json}
tables:
  - name: t
    source: orders
    rules:
      - {name: own_function, rule_type: custom, expression: 'is_allowed(id)'}
      - {name: own_in_a_query, rule_type: custom, expression: 'SELECT count(*) FROM {table} WHERE NOT is_allowed(id)'}
      - {name: own_in_where, rule_type: completeness, column: id, where: 'is_allowed(id)'}
      - {name: built_in, rule_type: custom, expression: 'abs(id) > 0'}
";
    let workspace = Workspace::new();
    let first = schema.check(&workspace, tables, &[]);
    assert_eq!(first.code, Some(0), "{first:?}");
    // The table of the rules is as it was, and what the function reads is not.
    let mut session = session();
    run(
        &mut *session,
        &format!("UPDATE {}.limits SET least = 1", schema.0),
    );
    let again = schema.check(&workspace, tables, &["--reuse", "recorded"]);
    assert_eq!(again.code, Some(1), "{again:?}");
    let report = workspace.json("report.json");
    for (name, failed) in [
        ("own_function", 1),
        ("own_in_a_query", 1),
        ("own_in_where", 0),
    ] {
        let result = rule(&report, "t", name);
        assert_eq!(result["reused"], false, "{result}");
        assert_eq!(result["failed_count"], failed, "{result}");
        assert_eq!(
            result["reason"],
            "re-run: its SQL calls a function that may depend on more than its arguments",
            "{result}"
        );
    }
    assert_eq!(rule(&report, "t", "own_in_where")["total_count"], 0);
    let built_in = rule(&report, "t", "built_in");
    assert_eq!(built_in["reused"], true, "{built_in}");
}
