//! The state in tables of an engine: what is recorded there, and what survives kills, pauses and cuts.

use std::collections::BTreeSet;
use std::fmt::Write;
use std::fs;
use std::io::Read;
use std::ops::{Deref, DerefMut};
use std::process::{Child, Stdio};

use data_validator::engines::decode::{Cell, first_rows};
use data_validator_plugin::{Call, Session};
use serde_json::{Value, json};

use crate::support::{Outcome, Workspace, connect};

mod documents;
mod everywhere;
mod garbage;
mod kills;
mod postgres;

const TABLES: usize = 12;
const RULES: usize = 6;
/// Failing rows of a rule that are kept.
const ROWS: usize = 2;

/// The engines that can hold a state.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Kind {
    Postgres,
    DuckDb,
    DataFusion,
}

const KINDS: [Kind; 3] = [Kind::Postgres, Kind::DuckDb, Kind::DataFusion];

/// A run that does not outlive its test, not even stopped.
struct Running(Child);

impl Deref for Running {
    type Target = Child;

    fn deref(&self) -> &Child {
        &self.0
    }
}

impl DerefMut for Running {
    fn deref_mut(&mut self) -> &mut Child {
        &mut self.0
    }
}

impl Running {
    /// Waits for its end; gives its exit code and what it told.
    fn end(&mut self) -> (Option<i32>, String) {
        let mut told = String::new();
        let mut stderr = self.stderr.take().unwrap();
        stderr.read_to_string(&mut told).unwrap();
        (self.wait().unwrap().code(), told)
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        // It has ended already, unless the test fails.
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

/// A state of its own in an engine, over tables of CSV files.
struct Home {
    workspace: Workspace,
    kind: Kind,
    schema: String,
    connection: Value,
}

impl Home {
    /// A state that is set up.
    fn new(kind: Kind, name: &str) -> Self {
        let home = Self::bare(kind, name);
        let outcome = home.run(&["state", "init", "c.yaml"]);
        assert_eq!(outcome.code, Some(0), "{outcome:?}");
        home
    }

    /// A state without tables.
    fn bare(kind: Kind, name: &str) -> Self {
        let workspace = Workspace::new();
        let schema = format!("{name}_{}", std::process::id());
        let connection = match kind {
            Kind::Postgres => json!({
                "url": postgres::server().url(),
                "publication_schema": schema,
                "application_name": schema,
            }),
            Kind::DuckDb => {
                drop(duckdb::Connection::open(workspace.path("s.duckdb")).unwrap());
                json!({"database": workspace.path("s.duckdb"), "read_only": false})
            }
            Kind::DataFusion => {
                fs::create_dir(workspace.path("published")).unwrap();
                json!({"path": workspace.path("published")})
            }
        };
        let home = Self {
            workspace,
            kind,
            schema,
            connection,
        };
        for table in 0..TABLES {
            let rows: String = (0..40)
                .map(|row| format!("{row},{}\n", (row * 7 + table) % 11))
                .collect();
            let file = format!("t{table}.csv");
            home.workspace.write(&file, format!("id,n\n{rows}"));
        }
        home.configure(&home.connection);
        home
    }

    /// Writes the config, where the engine is reached like that.
    fn configure(&self, connection: &Value) {
        let engine = match self.kind {
            Kind::Postgres => "postgres",
            Kind::DuckDb => "duckdb",
            Kind::DataFusion => "datafusion",
        };
        let mut config = format!(
            "engines: {{keeper: {{type: {engine}, connection_params: {connection}, \
             options: {{max_retries: 60, retry_delay: 0.05, max_delay: 0.3}}}}}}\n\
             pipeline: {{state: {{engine: keeper, schema: {}, quarantine: {ROWS}}}}}\ntables:\n",
            self.schema
        );
        for table in 0..TABLES {
            let head = format!(
                "  - name: t{table}\n    source: t{table}.csv\n    mask: [id]\n    rules:\n      \
                 - {{name: r0, rule_type: uniqueness, column: n}}"
            );
            writeln!(config, "{head}").unwrap();
            for rule in 1..RULES {
                let bound = format!("{{max_value: {}}}", rule * 2);
                writeln!(
                    config,
                    "      - {{name: r{rule}, rule_type: range, column: n, parameters: {bound}}}"
                )
                .unwrap();
            }
        }
        self.workspace.write("c.yaml", config);
    }

    fn run(&self, arguments: &[&str]) -> Outcome {
        self.workspace.run(arguments)
    }

    fn report(&self, arguments: &[&str]) -> Value {
        let fixed = ["c.yaml", "--output", "r.json", "--fail-on", "never"];
        let outcome = self.run(&[&fixed, arguments].concat());
        assert_eq!(outcome.code, Some(0), "{:?}: {outcome:?}", self.kind);
        self.workspace.json("r.json")
    }

    fn start(&self, arguments: &[&str]) -> Running {
        let fixed = ["c.yaml", "--quiet", "--jobs", "1", "--fail-on", "never"];
        self.begin(&[&fixed, arguments].concat())
    }

    fn begin(&self, arguments: &[&str]) -> Running {
        let mut command = self.workspace.command(arguments);
        command.stdout(Stdio::null()).stderr(Stdio::piped());
        Running(command.spawn().unwrap())
    }

    fn reset(&self, arguments: &[&str]) -> String {
        let outcome = self.run(&[&["state", "reset", "c.yaml"], arguments].concat());
        assert_eq!(outcome.code, Some(0), "{:?}: {outcome:?}", self.kind);
        outcome.stdout
    }

    fn session(&self) -> Box<dyn Session> {
        let name = match self.kind {
            Kind::Postgres => "postgres",
            Kind::DuckDb => "duckdb",
            Kind::DataFusion => "datafusion",
        };
        connect(name, &self.connection).unwrap()
    }

    /// The rows of a query in which `{}` stands for the schema.
    fn rows(&self, sql: &str) -> Vec<Vec<Cell>> {
        let sql = sql.replace("{}", &self.schema);
        let mut session = self.session();
        let mut stream = session.query(&sql, &Call::default()).unwrap();
        first_rows(&mut *stream, usize::MAX).unwrap()
    }

    /// The one number that a query gives.
    fn number(&self, sql: &str) -> i128 {
        match &self.rows(sql)[..] {
            [row] => match row[..] {
                [Cell::Integer(number)] => number,
                _ => panic!("{sql}: {row:?}"),
            },
            rows => panic!("{sql}: {rows:?}"),
        }
    }

    fn execute(&self, sql: &str) {
        let sql = sql.replace("{}", &self.schema);
        if let Err(error) = self.session().execute(&sql, &Call::default()) {
            panic!("{sql}: {error}");
        }
    }

    fn results(&self) -> i128 {
        self.number("SELECT count(*) FROM {}.data_validator_results")
    }

    /// The rules that are recorded, each once and with its failing rows.
    fn recorded(&self) -> BTreeSet<(String, String)> {
        let rows = self.rows("SELECT table_name, rule_name FROM {}.data_validator_results");
        let recorded: BTreeSet<_> = (rows.iter())
            .map(|row| (text(&row[0]), text(&row[1])))
            .collect();
        assert_eq!(recorded.len(), rows.len(), "a result is there twice");
        let wrong = format!(
            "SELECT count(*) FROM {{}}.data_validator_results AS r LEFT JOIN \
             (SELECT result_key, count(*) AS n FROM {{}}.data_validator_quarantine GROUP BY result_key) AS q \
             ON q.result_key = r.key WHERE coalesce(q.n, 0) \
             <> CASE WHEN r.failed_count < {ROWS} THEN r.failed_count ELSE {ROWS} END"
        );
        assert_eq!(self.number(&wrong), 0, "a result and its rows do not fit");
        let alone = "SELECT count(*) FROM {}.data_validator_quarantine \
                     WHERE result_key NOT IN (SELECT key FROM {}.data_validator_results)";
        assert_eq!(self.number(alone), 0, "there are rows without a result");
        recorded
    }
}

impl Drop for Home {
    fn drop(&mut self) {
        if self.kind == Kind::Postgres && !std::thread::panicking() {
            self.execute("DROP SCHEMA IF EXISTS {} CASCADE");
        }
    }
}

fn text(cell: &Cell) -> String {
    match cell {
        Cell::Text(text) => text.clone(),
        other => panic!("{other:?}"),
    }
}

/// Table, rule, and why it was run or taken over.
fn reasons(report: &Value) -> Vec<(String, String, String)> {
    let tables = report["table_results"].as_object().unwrap().iter();
    tables
        .flat_map(|(table, result)| {
            let rules = result["rules"].as_array().unwrap().iter();
            rules.map(|rule| {
                let text = |key: &str| rule[key].as_str().unwrap().to_owned();
                (table.clone(), text("name"), text("reason"))
            })
        })
        .collect()
}

fn is_taken(reason: &str) -> bool {
    reason.starts_with("resumed") || reason.starts_with("reused")
}
