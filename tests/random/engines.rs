//! All engines, each on the same tables.

use std::cell::Cell;
use std::collections::BTreeMap;
use std::fmt;
use std::num::NonZeroUsize;

use clap::ValueEnum;
use data_validator::DataValidator;
use data_validator::plan::FormName;
use data_validator::run::settings::RunSettings;
use data_validator_harness::oracle::verdict::Outcome;
use data_validator_harness::oracle::{NOW, evaluate};
use data_validator_harness::random::case::Case;
use data_validator_harness::random::{config, parquet_file, statements};
use data_validator_harness::{Server, ServerSettings};
use jiff::tz::TimeZone;
use serde_json::{Value, json};
use tokio::runtime::Runtime;

use super::difference::{Difference, outcome};
use super::sqlite;
use crate::support::Workspace;

/// An engine and where it finds the rows.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Place {
    /// Its name in the config, and for people.
    name: &'static str,
    rows: Rows,
}

/// What holds the rows.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Rows {
    File,
    Postgres,
    Sqlite,
}

const PLACES: &[Place] = &[
    Place {
        name: "duckdb",
        rows: Rows::File,
    },
    Place {
        name: "datafusion",
        rows: Rows::File,
    },
    Place {
        name: "postgres, streamed",
        rows: Rows::File,
    },
    Place {
        name: "postgres",
        rows: Rows::Postgres,
    },
    Place {
        name: "sqlite",
        rows: Rows::Sqlite,
    },
];

/// The engines, with what they need to live.
pub struct Engines {
    server: Server,
    client: tokio_postgres::Client,
    runtime: Runtime,
    sqlite_plugin: Workspace,
    /// How many batches there were, for names.
    batches: Cell<usize>,
}

/// How many cases and rules each engine was asked about, and how many of the rules it judged.
#[derive(Debug, Default)]
pub struct Checked {
    by_engine: BTreeMap<&'static str, [usize; 3]>,
}

impl Engines {
    pub fn start() -> Self {
        let server = Server::start(&ServerSettings::default());
        let runtime = tokio::runtime::Builder::new_multi_thread()
            .worker_threads(1)
            .enable_all()
            .build()
            .unwrap();
        let url = server.url();
        let connecting = tokio_postgres::connect(&url, tokio_postgres::NoTls);
        let (client, connection) = runtime.block_on(connecting).unwrap();
        runtime.spawn(connection);
        let sqlite_plugin = Workspace::new();
        crate::sqlite::build(&sqlite_plugin.path(""));
        Self {
            server,
            client,
            runtime,
            sqlite_plugin,
            batches: Cell::new(0),
        }
    }

    /// Has every engine judge the cases, and gives what differs from the oracle.
    ///
    /// All cases are asked in the form of the first.
    pub fn check(&self, cases: &[Case], checked: &mut Checked) -> Result<Vec<Difference>, String> {
        let workspace = Workspace::new();
        let batch = self.batches.replace(self.batches.get() + 1);
        let schema = format!("batch_{batch}");
        self.write(cases, &workspace, &schema);
        let tables: Vec<(usize, &Place, Case)> = cases
            .iter()
            .enumerate()
            .flat_map(|(number, case)| {
                let parts = PLACES
                    .iter()
                    .map(move |place| (number, place, place.part(case)));
                parts.filter_map(|(number, place, part)| Some((number, place, part?)))
            })
            .collect();
        let written = self.config(&tables, &schema);
        let file = workspace.write("random.yaml", written);
        let mut validator = DataValidator::from_path(file).map_err(|errors| errors.to_string())?;
        let form = cases[0].form.as_deref();
        let settings = RunSettings {
            form: form.map(|name| FormName::from_str(name, false).unwrap()),
            jobs: NonZeroUsize::new(2),
            now: Some(NOW.to_zoned(TimeZone::UTC).unwrap().timestamp()),
            ..RunSettings::default()
        };
        let outcome = validator.validate(&settings, &mut |_| ()).unwrap();
        drop(validator);
        self.run(&format!("DROP SCHEMA {schema} CASCADE"));
        assert_eq!(outcome.summaries.len(), tables.len());
        let mut differences = Vec::new();
        for ((number, place, part), summary) in tables.iter().zip(&outcome.summaries) {
            differences.extend(compared(*number, place, part, &summary.results, checked));
        }
        Ok(differences)
    }

    /// Makes the tables that are no files, and the files.
    fn write(&self, cases: &[Case], workspace: &Workspace, schema: &str) {
        let mut sql = format!("CREATE SCHEMA {schema};\n");
        for (number, case) in cases.iter().enumerate() {
            let file = workspace.path(&format!("t{number}.parquet"));
            parquet_file::write(&file, &case.table, case.row_group);
            sql += &statements::postgres(&format!("{schema}.t{number}"), &case.table);
        }
        self.run(&sql);
        let parts = cases.iter().map(sqlite::part).enumerate();
        let parts = parts.filter_map(|(number, part)| Some((number, part?)));
        sqlite::write(&workspace.path("sqlite.db"), parts);
    }

    fn run(&self, sql: &str) {
        let ran = self.runtime.block_on(self.client.batch_execute(sql));
        ran.unwrap_or_else(|error| panic!("{error:?}\n{sql}"));
    }

    fn config(&self, tables: &[(usize, &Place, Case)], schema: &str) -> String {
        let postgres = json!({"type": "postgres", "connection_params": {"url": self.server.url()}});
        let plugin = self.sqlite_plugin.path("libsqlite_engine.so");
        let head = json!({
            "version": "1.0",
            "plugins": [{"path": plugin.to_str().unwrap()}],
            "engines": {
                "duckdb": {"type": "duckdb"},
                "datafusion": {"type": "datafusion"},
                "postgres, streamed": postgres,
                "postgres": postgres,
                "sqlite": {"type": "sqlite", "connection_params": {"database": "sqlite.db"}},
            },
        });
        let tables: Vec<Value> = tables
            .iter()
            .map(|(number, place, part)| {
                let source = match place.rows {
                    Rows::File => json!(format!("t{number}.parquet")),
                    Rows::Postgres => json!({"schema": schema, "table": format!("t{number}")}),
                    Rows::Sqlite => json!({"table": format!("t{number}")}),
                };
                let name = format!("{} {number}", place.name);
                let mut table = json!({
                    "name": name,
                    "engine": place.name,
                    "source": source,
                    "rules": config::rules(&name, &part.table, &part.rules),
                });
                if let Some(scope) = &part.scope {
                    table["where"] = json!(config::sql(&part.table, scope));
                }
                table
            })
            .collect();
        let mut whole = head;
        whole["tables"] = Value::Array(tables);
        config::yaml(&whole)
    }
}

impl Place {
    /// What of a case can be asked here.
    fn part(&self, case: &Case) -> Option<Case> {
        match self.rows {
            Rows::File | Rows::Postgres => Some(case.clone()),
            Rows::Sqlite => sqlite::part(case),
        }
    }
}

fn compared(
    number: usize,
    place: &Place,
    part: &Case,
    results: &[data_validator::RuleResult],
    checked: &mut Checked,
) -> Vec<Difference> {
    let counted = checked.by_engine.entry(place.name).or_default();
    counted[0] += 1;
    assert_eq!(results.len(), part.rules.len());
    let mut differences = Vec::new();
    for (rule, result) in part.rules.iter().zip(results) {
        let expected = evaluate(&part.table, part.scope.as_ref(), rule);
        let found = outcome(result);
        counted[1] += 1;
        counted[2] += usize::from(found != Outcome::Unjudged);
        // A form that fails is asked again in the plain one, which must not happen either.
        let failed_once = result.last_error.is_some() && found != Outcome::Unjudged;
        if found != expected || failed_once {
            let error = result.last_error.clone().unwrap_or_default();
            differences.push(Difference {
                case: number,
                engine: place.name,
                rule: format!("{} of {}", result.rule_name, result.rule_type),
                expected,
                found,
                message: format!("{} {error}", result.message),
            });
        }
    }
    differences
}

impl Checked {
    /// Each engine judged rules, and most of those that it was asked.
    pub fn assert_each_engine_answered(&self) {
        for place in PLACES {
            let [_, asked, judged] = self.by_engine.get(place.name).copied().unwrap_or_default();
            assert!(judged * 2 > asked, "{self}");
        }
    }
}

impl fmt::Display for Checked {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (engine, [cases, asked, judged]) in &self.by_engine {
            writeln!(
                f,
                "{engine}: {cases} cases, {asked} rules, {judged} of them judged"
            )?;
        }
        Ok(())
    }
}
