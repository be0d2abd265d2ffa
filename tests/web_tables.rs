//! Runs on the files of a web server that fails.
//!
//! `RUNS=500 SEED=1 cargo test --workspace --test tests -- web_tables::` tries more than a test run does.

use std::fs::File;
use std::time::{Duration, SystemTime};

use data_validator_harness::sample::number;
use data_validator_harness::{WebFault, WebManners, WebServer};
use serde_json::Value;

use crate::support::{Outcome, Workspace, rule};

/// A server of two files, and a config of two rules on each.
struct Home {
    workspace: Workspace,
    server: WebServer,
}

impl Home {
    fn new(options: &str) -> Self {
        let workspace = Workspace::new();
        workspace.write(
            "rules.yaml",
            format!(
                "pipeline: {{state_file: state.json}}
engine: {{type: datafusion, connection_params: {{url: '${{env:URL}}'}}, options: {{retry_delay: 0.001, max_delay: 0.01{options}}}}}
tables:
  - &table
    name: orders
    source: orders
    rules:
      - {{name: at_least, rule_type: range, column: n, parameters: {{min_value: 3}}, severity: warning}}
      - {{name: unique, rule_type: uniqueness, column: n}}
  - {{<<: *table, name: sales, source: {{schema: sales, table: orders}}}}"
            ),
        );
        let home = Self {
            server: WebServer::of(&workspace.path("web")),
            workspace,
        };
        home.write("orders", [1, 2, 3]);
        home.write("sales/orders", [3, 3, 4]);
        home
    }

    /// Written an hour before this moment.
    fn write(&self, name: &str, numbers: [i64; 3]) {
        let path = self.workspace.write(&format!("web/{name}.parquet"), "");
        let rows = numbers.map(|number| format!("({number})")).join(", ");
        let sql = format!(
            "COPY (FROM (VALUES {rows}) AS t(n)) TO '{}'",
            path.display()
        );
        let database = duckdb::Connection::open_in_memory().unwrap();
        database.execute_batch(&sql).unwrap();
        let file = File::options().write(true).open(&path).unwrap();
        let an_hour_ago = SystemTime::now() - Duration::from_secs(3600);
        file.set_modified(an_hour_ago).unwrap();
    }

    fn run(&self) -> (Outcome, Value) {
        let mut command = self
            .workspace
            .command(&["rules.yaml", "--output", "report.json"]);
        command.env("URL", self.server.url());
        let outcome = self.workspace.finish(&mut command);
        (outcome, self.workspace.json("report.json"))
    }
}

/// Failed and all rows of the four rules.
fn counts(report: &Value) -> Vec<(i64, i64)> {
    let places = [
        ("orders", "at_least"),
        ("orders", "unique"),
        ("sales", "at_least"),
        ("sales", "unique"),
    ];
    let count = |value: &Value| value.as_i64().unwrap();
    let of = |(table, name)| {
        let result = rule(report, table, name);
        (
            count(&result["failed_count"]),
            count(&result["total_count"]),
        )
    };
    places.map(of).to_vec()
}

const RIGHT: [(i64, i64); 4] = [(2, 3), (0, 3), (0, 3), (1, 3)];

#[test]
fn a_server_that_is_unavailable_for_a_while_is_waited_out() {
    let home = Home::new("");
    let unavailable = || Some(WebFault::Status(503, None));
    // Connecting, then the first table, then a scan.
    home.server.fail([
        unavailable(),
        None,
        unavailable(),
        None,
        None,
        unavailable(),
    ]);
    let (outcome, report) = home.run();
    assert_eq!(outcome.code, Some(1), "{outcome:?}");
    assert_eq!(counts(&report), RIGHT);
    let asked = rule(&report, "orders", "unique");
    assert!(asked["attempts"].as_u64().unwrap() >= 2, "{asked}");
    assert!(asked["last_error"].to_string().contains("503"), "{asked}");
}

#[test]
fn what_a_server_refused_runs_when_it_is_back() {
    let home = Home::new(", max_retries: 2");
    home.server.behave(WebManners {
        unavailable: Some("/sales"),
        ..WebManners::default()
    });
    let (outcome, report) = home.run();
    assert_eq!(outcome.code, Some(3), "{outcome:?}");
    assert_eq!(counts(&report)[..2], RIGHT[..2]);
    let refused = rule(&report, "sales", "unique");
    assert_eq!(refused["status"], "error", "{refused}");
    assert_eq!(refused["attempts"], 3, "{refused}");
    assert!(
        refused["last_error"].to_string().contains("503"),
        "{refused}"
    );
    home.server.behave(WebManners::default());
    let (outcome, report) = home.run();
    assert_eq!(outcome.code, Some(1), "{outcome:?}");
    assert_eq!(counts(&report), RIGHT);
    assert_eq!(
        rule(&report, "orders", "unique")["reused"],
        true,
        "{report}"
    );
}

#[test]
fn a_file_is_read_again_only_when_its_tag_is_another() {
    let home = Home::new("");
    home.run();
    let (_, report) = home.run();
    assert_eq!(counts(&report), RIGHT);
    for table in ["orders", "sales"] {
        assert_eq!(rule(&report, table, "unique")["reused"], true, "{report}");
    }
    home.write("orders", [3, 3, 3]);
    let (outcome, report) = home.run();
    assert_eq!(counts(&report), [(0, 3), (2, 3), (0, 3), (1, 3)]);
    let again = rule(&report, "orders", "unique");
    assert!(
        again["reason"]
            .to_string()
            .contains("data may have changed"),
        "{again} {outcome:?}"
    );
    assert_eq!(rule(&report, "sales", "unique")["reused"], true, "{report}");
}

#[test]
fn faults_at_random_change_no_count() {
    let mut random = fastrand::Rng::with_seed(number("SEED", 1));
    let runs = number("RUNS", 12);
    let mut faults_met = 0;
    for run in 0..runs {
        let home = Home::new(", max_retries: 40");
        let faults: Vec<_> = (0..200)
            .map(|_| match random.u8(0..20) {
                0 | 1 => Some(WebFault::Status(503, None)),
                2 => Some(WebFault::Status(429, Some(0))),
                3 => Some(WebFault::Reset),
                4 => Some(WebFault::CutBody),
                _ => None,
            })
            .collect();
        home.server.fail(faults.clone());
        let (outcome, report) = home.run();
        let requests = home.server.requests().len();
        faults_met += faults.iter().take(requests).flatten().count();
        assert_eq!(outcome.code, Some(1), "run {run}: {outcome:?}");
        assert_eq!(counts(&report), RIGHT, "run {run}");
        let (outcome, report) = home.run();
        assert_eq!(outcome.code, Some(1), "run {run}, again: {outcome:?}");
        assert_eq!(counts(&report), RIGHT, "run {run}, again");
    }
    println!("{runs} runs, {faults_met} faults");
    assert!(faults_met as u64 > runs, "{faults_met} faults");
}
