//! What proves the data of a table: two runs of the program, and what was written between them.

use std::fmt::Write as _;

use data_validator_harness::{Server, ServerSettings, eventually};
use data_validator_plugin::{Call, Session};
use serde_json::{Value, json};

use crate::support::{Outcome, Workspace, connect, rule};

fn session(server: &Server) -> Box<dyn Session> {
    connect("postgres", &json!({"url": server.url()})).unwrap()
}

fn write(session: &mut dyn Session, statements: &[&str]) {
    for sql in statements {
        if let Err(error) = session.execute(sql, &Call::default()) {
            panic!("{sql}: {error}");
        }
    }
}

/// A server of the test's own, where nobody else moves the snapshot, with a table and one that no rule reads.
struct Home {
    server: Server,
    workspace: Workspace,
}

impl Home {
    fn new(statements: &[&str]) -> Self {
        let server = Server::start_own(&ServerSettings::default());
        let mut session = session(&server);
        let tables = [
            "CREATE TABLE t AS SELECT 1 AS id, 'a' AS name",
            "CREATE TABLE unrelated AS SELECT 1 AS id",
        ];
        write(&mut *session, &tables);
        write(&mut *session, statements);
        Self {
            server,
            workspace: Workspace::new(),
        }
    }

    fn write(&self, statements: &[&str]) {
        write(&mut *session(&self.server), statements);
    }

    /// Runs one rule on a source with this data version; gives the rule's result.
    fn run(&self, source: &str, data_version: &str) -> Value {
        self.run_as(source, data_version, "", &[])
    }

    fn run_as(&self, source: &str, data_version: &str, params: &str, arguments: &[&str]) -> Value {
        let mut config = String::new();
        writeln!(
            config,
            "pipeline: {{state_file: state.json}}
engine: {{type: postgres, connection_params: {{url: '${{env:URL}}'{params}}}}}
tables:
  - name: t
    source: {source}
    data_version: {data_version}
    rules:
      - {{name: id, rule_type: range, column: id, parameters: {{min_value: 1}}}}"
        )
        .unwrap();
        self.workspace.write("rules.yaml", config);
        let command = [&["rules.yaml", "--output", "report.json"], arguments].concat();
        let mut command = self.workspace.command(&command);
        let outcome = self.workspace.finish(command.env("URL", self.server.url()));
        assert_eq!(outcome.code, Some(0), "{outcome:?}");
        let result = rule(&self.workspace.json("report.json"), "t", "id").clone();
        // What is taken over was asked of nobody.
        assert_eq!(
            result["reused"] == true,
            result["attempts"] == 0,
            "{result}"
        );
        result
    }
}

fn reason(result: &Value) -> &str {
    result["reason"].as_str().unwrap()
}

/// Whether the result was taken over, for a reason that begins like this.
fn is_reused(result: &Value, kind: &str) -> bool {
    result["reused"] == true
        && reason(result).starts_with("reused (rule ")
        && reason(result).contains(&format!(", data {kind}:"))
}

#[test]
fn what_nobody_wrote_to_is_not_read_again() {
    let home = Home::new(&[]);
    assert_eq!(reason(&home.run("t", "auto")), "new");
    // The server itself writes a little after its start.
    eventually("a run without a write before it", || {
        is_reused(&home.run("t", "auto"), "pg").then_some(())
    });
    home.write(&[
        "INSERT INTO t VALUES (0, 'b')",
        "DELETE FROM t WHERE id = 0",
    ]);
    let after = home.run("t", "snapshot");
    assert_eq!(reason(&after), "re-run: data may have changed");
}

#[test]
fn rows_that_are_what_they_were_are_proven_by_their_hash_whatever_else_was_written() {
    let home = Home::new(&[]);
    assert_eq!(reason(&home.run("t", "content")), "new");
    home.write(&["INSERT INTO unrelated VALUES (2)"]);
    let unrelated = home.run("t", "content");
    assert!(is_reused(&unrelated, "pg"), "{unrelated}");
    home.write(&["UPDATE t SET name = ''"]);
    assert_eq!(reason(&home.run("t", "content")), "re-run: data changed");
    home.write(&["UPDATE t SET name = NULL"]);
    assert_eq!(reason(&home.run("t", "content")), "re-run: data changed");
    home.write(&[
        "UPDATE t SET name = 'other'",
        "UPDATE t SET name = NULL",
        "VACUUM FULL t",
    ]);
    let back = home.run("t", "content");
    assert_eq!(back["reused"], true, "{back}");
    home.write(&["INSERT INTO t SELECT * FROM t"]);
    assert_eq!(reason(&home.run("t", "content")), "re-run: data changed");
    home.write(&["ALTER TABLE t ALTER id TYPE bigint"]);
    assert_eq!(reason(&home.run("t", "content")), "re-run: data changed");
}

#[test]
fn what_is_not_committed_is_not_seen_until_it_is() {
    let home = Home::new(&[]);
    let mut writer = session(&home.server);
    for ends_with_commit in [false, true] {
        writer.begin(&Call::default()).unwrap();
        write(&mut *writer, &["INSERT INTO t VALUES (7, 'uncommitted')"]);
        home.run("t", "content");
        let meanwhile = eventually("a run without a write before it", || {
            let result = home.run("t", "auto");
            is_reused(&result, "pg").then_some(result)
        });
        assert_eq!(meanwhile["total_count"], 1, "{meanwhile}");
        home.run_as("t", "content", "", &["--no-resume"]);
        match ends_with_commit {
            false => writer.rollback(&Call::default()).unwrap(),
            true => writer.commit(&Call::default()).unwrap(),
        }
        let after = home.run("t", "content");
        match ends_with_commit {
            false => assert_eq!(after["reused"], true, "{after}"),
            true => assert_eq!(reason(&after), "re-run: data changed"),
        }
    }
}

#[test]
fn after_a_crash_of_the_server_only_a_hash_proves_the_rows() {
    let mut home = Home::new(&[]);
    home.run("t", "content");
    home.server.kill();
    home.server.restart();
    let result = home.run("t", "content");
    assert!(is_reused(&result, "pg"), "{result}");
    home.run_as("t", "auto", "", &["--no-resume"]);
    home.server.kill();
    home.server.restart();
    let result = home.run("t", "auto");
    assert_eq!(reason(&result), "re-run: data may have changed");
}

#[test]
fn a_view_and_a_query_are_proven_by_the_hash_of_their_rows_alone() {
    let home = Home::new(&["CREATE VIEW v AS SELECT id, name FROM t WHERE id < 100"]);
    for source in ["v", "{query: 'SELECT id FROM v'}"] {
        home.run(source, "auto");
        let unknown = home.run(source, "auto");
        let begin = "re-run: data version not known: ";
        assert!(reason(&unknown).starts_with(begin), "{unknown}");
        let hint = "; 'data_version: content' hashes the rows instead";
        assert!(reason(&unknown).ends_with(hint), "{unknown}");
        home.run(source, "content");
        let same = home.run(source, "content");
        assert!(is_reused(&same, "content"), "{same}");
        home.write(&[
            "INSERT INTO unrelated VALUES (3)",
            "INSERT INTO t VALUES (100)",
        ]);
        let same = home.run(source, "content");
        assert!(is_reused(&same, "content"), "{same}");
        home.write(&["INSERT INTO t VALUES (3, 'c')"]);
        let changed = home.run(source, "content");
        assert_eq!(reason(&changed), "re-run: data changed");
    }
}

#[test]
fn a_view_whose_rows_are_others_each_time_is_read_each_time() {
    let home = Home::new(&["CREATE VIEW v AS SELECT 1 AS id, random() AS r"]);
    home.run("v", "content");
    // No hash holds from before the scan to after it.
    let again = home.run("v", "content");
    assert_eq!(
        reason(&again),
        "re-run: data version not known: it was not when the result was recorded"
    );
}

#[test]
fn a_role_that_may_not_ask_is_told_why_its_rules_run() {
    let home = Home::new(&[
        "CREATE ROLE reader LOGIN",
        "GRANT SELECT ON t TO reader",
        "REVOKE EXECUTE ON FUNCTION pg_control_system() FROM PUBLIC",
    ]);
    let run = |data_version| home.run_as("t", data_version, ", user: reader", &[]);
    run("auto");
    let result = run("auto");
    let begin = "re-run: data version not known: the server does not tell what proves it";
    assert!(reason(&result).starts_with(begin), "{result}");
    assert!(reason(&result).contains("pg_control_system"), "{result}");
    run("content");
    let result = run("content");
    assert!(is_reused(&result, "content"), "{result}");
}

#[test]
fn the_answer_of_a_query_of_the_user_proves_what_it_says() {
    let home = Home::new(&[
        "CREATE TABLE loads AS SELECT TIMESTAMP '2026-01-01 00:00:00' AS at",
        "CREATE VIEW v AS SELECT * FROM t",
    ]);
    let run = |sql: &str| home.run("v", &format!("{{sql: '{sql}'}}"));
    let (of_loads, of_table) = ("SELECT max(at) FROM loads", "SELECT count(*) FROM {table}");
    run(of_loads);
    home.write(&["UPDATE t SET name = 'the query does not say'"]);
    let result = run(of_loads);
    assert!(is_reused(&result, "sql"), "{result}");
    home.write(&["INSERT INTO loads VALUES ('2026-01-01 00:00:00.000001')"]);
    assert_eq!(reason(&run(of_loads)), "re-run: data changed");
    assert_eq!(reason(&run(of_table)), "re-run: data changed");
    assert!(is_reused(&run(of_table), "sql"));
    for (sql, told) in [
        ("SELECT nothing FROM loads", "the query of 'data_version': "),
        ("SELECT at FROM loads", "should give one row with one value"),
        ("SELECT 1, 2", "should give one row with one value"),
        ("SELECT NULL", "the query of 'data_version' gave NULL"),
    ] {
        let result = run(sql);
        assert!(
            reason(&result).starts_with("re-run: data version not known: "),
            "{result}"
        );
        assert!(reason(&result).contains(told), "{result}");
    }
}

#[test]
fn a_rule_that_reads_two_relations_is_proven_by_tokens_of_both() {
    let home = Home::new(&["CREATE VIEW parents AS SELECT id, 1 AS one FROM unrelated"]);
    let run = || {
        home.workspace.write(
            "rules.yaml",
            "pipeline: {state_file: state.json}
engine: {type: postgres, connection_params: {url: '${env:URL}'}}
tables:
  - name: t
    source: t
    data_version: content
    rules:
      - {name: id, rule_type: foreign_key, column: id, parameters: {references: {table: parents, columns: [id]}}}
  - {name: parents, source: parents, data_version: content, rules: [{name: n, rule_type: row_count, parameters: {min: 1}}]}
",
        );
        let mut command = home
            .workspace
            .command(&["rules.yaml", "--output", "report.json"]);
        let outcome = home.workspace.finish(command.env("URL", home.server.url()));
        assert_eq!(outcome.code, Some(0), "{outcome:?}");
        rule(&home.workspace.json("report.json"), "t", "id").clone()
    };
    assert_eq!(reason(&run()), "new");
    let same = run();
    assert!(is_reused(&same, "pg"), "{same}");
    assert!(reason(&same).contains(" & content:"), "{same}");
    home.write(&["INSERT INTO unrelated VALUES (2)"]);
    assert_eq!(reason(&run()), "re-run: data changed");
    home.write(&["INSERT INTO t VALUES (2, 'b')"]);
    assert_eq!(reason(&run()), "re-run: data changed");
    assert_eq!(run()["reused"], true);
}

/// Runs a config without a server; gives the result of the rule.
fn run_files(workspace: &Workspace, config: &str) -> Value {
    workspace.write("rules.yaml", config);
    let outcome = workspace.run(&[
        "rules.yaml",
        "--state",
        "state.json",
        "--output",
        "report.json",
    ]);
    assert_eq!(outcome.code, Some(0), "{outcome:?}");
    rule(&workspace.json("report.json"), "t", "id").clone()
}

const RULES: &str = "rules: [{name: id, rule_type: range, column: id, parameters: {min_value: 1}}]";

#[test]
fn a_view_of_duckdb_that_reads_a_file_is_proven_by_its_rows() {
    let workspace = Workspace::new();
    let file = workspace.write("f.csv", "id,name\n1,a\n2,\n");
    let database = duckdb::Connection::open(workspace.path("d.duckdb")).unwrap();
    let view = format!("CREATE VIEW v AS FROM read_csv('{}')", file.display());
    database.execute_batch(&view).unwrap();
    drop(database);
    let run = |source: &str, data_version: &str| {
        let config = format!(
            "engine: {{connection_params: {{database: d.duckdb}}}}
tables: [{{name: t, source: {source}, data_version: {data_version}, {RULES}}}]"
        );
        run_files(&workspace, &config)
    };
    for source in ["v", "{query: SELECT * FROM v WHERE id > 1}"] {
        run(source, "auto");
        let unknown = run(source, "auto");
        assert!(
            reason(&unknown).contains("it is no table of the database file"),
            "{unknown}"
        );
        run(source, "content");
        let same = run(source, "content");
        assert!(is_reused(&same, "content"), "{same}");
        workspace.write("f.csv", "id,name\n2,\n1,a\n");
        let turned = run(source, "content");
        assert!(is_reused(&turned, "content"), "{turned}");
        workspace.write("f.csv", "id,name\n1,a\n2,b\n");
        assert_eq!(reason(&run(source, "content")), "re-run: data changed");
        workspace.write("f.csv", "id,name\n1,a\n2,\n");
    }
}

#[test]
fn a_query_of_datafusion_is_proven_by_its_rows() {
    let workspace = Workspace::new();
    let run = |data_version: &str| {
        let config = format!(
            "engine: {{type: datafusion}}
tables: [{{name: t, source: {{query: \"SELECT 1 AS id UNION ALL SELECT 2\"}}, data_version: {data_version}, {RULES}}}]"
        );
        run_files(&workspace, &config)
    };
    run("auto");
    let unknown = run("auto");
    assert!(
        reason(&unknown).contains("DataFusion has no snapshots"),
        "{unknown}"
    );
    run("content");
    let same = run("content");
    assert!(is_reused(&same, "content"), "{same}");
}

#[test]
fn files_have_their_own_proofs_and_the_users() {
    let workspace = Workspace::new();
    let run = |content: &str, data_version: &str| {
        workspace.write("t.csv", content);
        let config =
            format!("tables: [{{name: t, source: t.csv, data_version: {data_version}, {RULES}}}]");
        run_files(&workspace, &config)
    };
    let (one, other) = ("id\n1\n", "id\n2\n");
    run(one, "content");
    assert!(is_reused(&run(one, "auto"), "content"));
    assert_eq!(reason(&run(other, "auto")), "re-run: data changed");
    run(one, "{value: monday}");
    assert!(is_reused(&run(other, "{value: monday}"), "value"));
    assert_eq!(
        reason(&run(other, "{value: tuesday}")),
        "re-run: data changed"
    );
    let sql = "{sql: 'SELECT max(id) FROM {table}'}";
    run(one, sql);
    assert!(is_reused(&run("id\n1\n1\n", sql), "sql"));
    assert_eq!(reason(&run(other, sql)), "re-run: data changed");
    assert_eq!(
        reason(&run(other, "none")),
        "re-run: data version not known: 'data_version' is none"
    );
}

/// What `lint` says of a table with this.
fn lint(source: &str, data_version: &str, arguments: &[&str]) -> Outcome {
    let workspace = Workspace::new();
    workspace.write("t.csv", "id\n1\n");
    let config =
        format!("tables: [{{name: t, source: {source}, data_version: {data_version}, {RULES}}}]\n");
    workspace.write("rules.yaml", config);
    workspace.run(&[&["lint", "rules.yaml"], arguments].concat())
}

#[test]
fn what_a_source_cannot_have_is_told_by_lint() {
    for (source, data_version, told) in [
        ("t.csv", "snapshot", "and files have none"),
        (
            "{query: SELECT 1 AS id}",
            "snapshot",
            "and a query can read any",
        ),
        ("t", "stat", "looks at the size and time of files"),
        ("t", "yesterday", "must be one of"),
        (
            "t",
            "{}",
            "takes one word, or a mapping with either 'sql' or 'value'",
        ),
        ("t", "{sql: SELECT 1, value: x}", "either 'sql' or 'value'"),
        (
            "t",
            "{sql: DELETE FROM t}",
            "only queries that read are run",
        ),
        (
            "t",
            "{sql: 'SELECT 1; SELECT 2'}",
            "2 statements where one is meant",
        ),
        ("t", "{value: }", "either 'sql' or 'value'"),
    ] {
        let outcome = lint(source, data_version, &[]);
        assert_eq!(outcome.code, Some(2), "{data_version}: {outcome:?}");
        assert!(outcome.stderr.contains(told), "{data_version}: {outcome:?}");
    }
    for (source, data_version) in [
        ("t.csv", "content"),
        ("t.csv", "{sql: 'SELECT max(id) FROM {table}'}"),
        ("t", "snapshot"),
        ("t", "content"),
        ("{query: SELECT 1 AS id}", "content"),
    ] {
        let outcome = lint(source, data_version, &[]);
        assert_eq!(outcome.code, Some(0), "{data_version}: {outcome:?}");
    }
}

#[test]
fn the_sql_of_a_stranger_is_not_asked() {
    let outcome = lint("t.csv", "{sql: SELECT 1}", &["--untrusted"]);
    assert_eq!(outcome.code, Some(2), "{outcome:?}");
    assert!(outcome.stderr.contains("is custom SQL"), "{outcome:?}");
}
