//! Faults of a server that pass: a run waits them out, and its report says how often it asked.

use std::io::{BufRead, BufReader};
use std::process::{Child, Stdio};

use data_validator_harness::{Server, ServerSettings, eventually};
use data_validator_plugin::{Call, Session};
use serde_json::{Value, json};

use crate::support::{Workspace, connect, rule};

/// A server with a table of two rows, and a config of one rule on it.
struct Home {
    server: Server,
    workspace: Workspace,
    /// The session of somebody else.
    other: Box<dyn Session>,
}

impl Home {
    /// `options` are those of the engine, besides quick retries.
    fn new(options: &str) -> Self {
        let server = Server::start_own(&ServerSettings::default());
        let workspace = Workspace::new();
        workspace.write(
            "rules.yaml",
            format!(
                "engine: {{type: postgres, connection_params: {{url: '${{env:URL}}', application_name: a_run}}, \
                 options: {{max_retries: 100, retry_delay: 0.02, max_delay: 0.1{options}}}}}
tables:
  - name: t
    source: t
    rules:
      - {{name: at_least, rule_type: range, column: a, parameters: {{min_value: 2}}, severity: warning}}"
            ),
        );
        let mut other = session(&server.url());
        execute(
            &mut *other,
            "CREATE TABLE t AS SELECT 1 AS a UNION ALL SELECT 2",
        );
        Self {
            server,
            workspace,
            other,
        }
    }

    fn start(&self, url: &str) -> Child {
        let mut command = self
            .workspace
            .command(&["rules.yaml", "--output", "report.json"]);
        command.env("URL", url).stdout(Stdio::null());
        command.stderr(Stdio::piped()).spawn().unwrap()
    }

    /// The rule's result of a run that came to its end.
    fn end(&self, mut run: Child) -> Value {
        assert_eq!(run.wait().unwrap().code(), Some(0));
        let report = self.workspace.json("report.json");
        let result = rule(&report, "t", "at_least").clone();
        assert_eq!(
            (&result["failed_count"], &result["total_count"]),
            (&json!(1), &json!(2)),
            "{result}"
        );
        result
    }
}

fn session(url: &str) -> Box<dyn Session> {
    connect("postgres", &json!({"url": url})).unwrap()
}

/// Gives how many rows it changed.
fn execute(session: &mut dyn Session, sql: &str) -> Option<u64> {
    let done = session.execute(sql, &Call::default());
    done.unwrap_or_else(|error| panic!("{sql}: {error}"))
}

/// The first warning of a run.
fn first_warning(run: &mut Child) -> (String, BufReader<std::process::ChildStderr>) {
    let mut told = BufReader::new(run.stderr.take().unwrap());
    let mut line = String::new();
    told.read_line(&mut line).unwrap();
    (line, told)
}

#[track_caller]
fn assert_waited(result: &Value, last_error: &str) {
    assert!(result["attempts"].as_u64().unwrap() > 1, "{result}");
    let told = result["last_error"].as_str().unwrap();
    assert!(told.contains(last_error), "{told}");
}

#[test]
fn a_table_that_is_locked_is_asked_again_until_it_is_free() {
    let mut home = Home::new(", lock_timeout: 50ms");
    home.other.begin(&Call::default()).unwrap();
    execute(&mut *home.other, "LOCK TABLE t IN ACCESS EXCLUSIVE MODE");
    let mut run = home.start(&home.server.url());
    let (warning, _told) = first_warning(&mut run);
    assert!(warning.contains("lock timeout"), "{warning}");
    home.other.rollback(&Call::default()).unwrap();
    assert_waited(&home.end(run), "lock timeout");
}

#[test]
fn a_backend_that_an_administrator_ends_is_replaced() {
    let mut home = Home::new("");
    home.other.begin(&Call::default()).unwrap();
    execute(&mut *home.other, "LOCK TABLE t IN ACCESS EXCLUSIVE MODE");
    let mut run = home.start(&home.server.url());
    let mut administrator = session(&home.server.url());
    execute(&mut *administrator, "CREATE TABLE ended (pid int)");
    let end = "INSERT INTO ended SELECT pid FROM pg_stat_activity WHERE CASE \
               WHEN application_name = 'a_run' AND wait_event_type = 'Lock' THEN pg_terminate_backend(pid) \
               END";
    eventually("a backend that waits for the table", || {
        (execute(&mut *administrator, end) == Some(1)).then_some(())
    });
    let (warning, _told) = first_warning(&mut run);
    assert!(warning.contains("terminating connection"), "{warning}");
    home.other.rollback(&Call::default()).unwrap();
    assert_waited(&home.end(run), "terminating connection");
}

#[test]
fn a_place_among_the_connections_is_waited_for() {
    let mut home = Home::new("");
    let login = format!(
        "CREATE ROLE narrow LOGIN CONNECTION LIMIT 1 {}",
        home.server.password_clause()
    );
    execute(&mut *home.other, &login);
    execute(&mut *home.other, "GRANT SELECT ON t TO narrow");
    let url = as_role(&home.server.url(), "narrow");
    let holder = session(&url);
    let mut run = home.start(&url);
    let (warning, _told) = first_warning(&mut run);
    assert!(warning.contains("too many connections"), "{warning}");
    drop(holder);
    assert_waited(&home.end(run), "too many connections");
}

#[test]
fn a_deadlock_in_which_the_run_is_ended_is_tried_again() {
    let mut home = Home::new("");
    execute(&mut *home.other, "CREATE TABLE u AS SELECT 1 AS a");
    // The table is read behind a view, which takes the locks in this order.
    execute(&mut *home.other, "ALTER TABLE t RENAME TO base");
    let view =
        "CREATE VIEW t AS SELECT a FROM base WHERE a IS NOT NULL OR EXISTS (SELECT 1 FROM u)";
    execute(&mut *home.other, view);
    let other = &mut *home.other;
    // Who looks first for a deadlock is the one that is ended.
    execute(other, "SET deadlock_timeout = '1h'");
    other.begin(&Call::default()).unwrap();
    execute(other, "LOCK TABLE u IN ACCESS EXCLUSIVE MODE");
    let mut run = home.start(&home.server.url());
    let mut observer = session(&home.server.url());
    execute(&mut *observer, "CREATE TABLE seen (pid int)");
    let waits = "INSERT INTO seen SELECT pid FROM pg_stat_activity AS run WHERE application_name = 'a_run' \
                 AND wait_event_type = 'Lock' AND EXISTS (SELECT 1 FROM pg_locks WHERE pid = run.pid \
                 AND granted AND relation = 'base'::regclass)";
    eventually("a run that has one table and waits for the other", || {
        (execute(&mut *observer, waits) == Some(1)).then_some(())
    });
    execute(&mut *home.other, "LOCK TABLE base IN ACCESS EXCLUSIVE MODE");
    let (warning, _told) = first_warning(&mut run);
    assert!(warning.contains("deadlock detected"), "{warning}");
    home.other.rollback(&Call::default()).unwrap();
    assert_waited(&home.end(run), "deadlock detected");
}

/// Reading fails so on a standby, whose snapshot the first server made void; a function says the same here, as long as
/// the run has its snapshot.
#[test]
fn a_serialization_failure_is_tried_again() {
    let mut home = Home::new("");
    let other = &mut *home.other;
    execute(other, "ALTER TABLE t RENAME TO base");
    execute(other, "CREATE TABLE busy (a int)");
    execute(other, "INSERT INTO busy VALUES (1)");
    let function = "CREATE FUNCTION ready() RETURNS boolean LANGUAGE plpgsql AS $$ BEGIN \
                    IF EXISTS (SELECT 1 FROM busy) THEN RAISE serialization_failure; END IF; RETURN true; END $$";
    execute(other, function);
    execute(other, "CREATE VIEW t AS SELECT a FROM base WHERE ready()");
    let mut run = home.start(&home.server.url());
    let (warning, _told) = first_warning(&mut run);
    assert!(warning.contains("serialization_failure"), "{warning}");
    execute(&mut *home.other, "DELETE FROM busy");
    assert_waited(&home.end(run), "serialization_failure");
}

/// The address with another user.
fn as_role(url: &str, role: &str) -> String {
    let (scheme, rest) = url.split_once("://").unwrap();
    let (login, place) = rest.split_once('@').unwrap();
    let password = login
        .split_once(':')
        .map(|(_, password)| format!(":{password}"));
    format!("{scheme}://{role}{}@{place}", password.unwrap_or_default())
}
