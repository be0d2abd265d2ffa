//! All engines, each on the same tables.

use std::cell::Cell;
use std::collections::BTreeMap;
use std::fmt;
use std::num::NonZeroUsize;

use clap::ValueEnum;
use data_validator::DataValidator;
use data_validator::plan::FormName;
use data_validator::run::settings::RunSettings;
use data_validator_harness::oracle::format::Form;
use data_validator_harness::oracle::reported::reported;
use data_validator_harness::oracle::rule::Check;
use data_validator_harness::oracle::table::Table;
use data_validator_harness::oracle::verdict::Outcome;
use data_validator_harness::oracle::{NOW, evaluate};
use data_validator_harness::random::case::Case;
use data_validator_harness::random::{config, parquet_file, statements};
use data_validator_harness::{Server, ServerSettings};
use jiff::tz::TimeZone;
use serde_json::{Value, json};
use tokio::runtime::Runtime;

use super::difference::Difference;
use super::sqlite;
use crate::support::Workspace;

/// An engine and where it finds the rows.
#[derive(Clone, Copy, Debug)]
struct Place {
    /// Its name in the config, and for people.
    name: &'static str,
    rows: Rows,
    /// Whether the engine lacks what a check needs: it has to say so then, and to give no number.
    lacks: fn(&Check, &Table) -> bool,
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
        lacks: |_, _| false,
    },
    Place {
        name: "datafusion",
        rows: Rows::File,
        lacks: |_, _| false,
    },
    Place {
        name: "postgres, streamed",
        rows: Rows::File,
        lacks: |check, _| is_about_json(check),
    },
    Place {
        name: "postgres",
        rows: Rows::Postgres,
        lacks: |check, _| is_about_json(check),
    },
    Place {
        name: "sqlite",
        rows: Rows::Sqlite,
        lacks: sqlite::lacks,
    },
];

fn is_about_json(check: &Check) -> bool {
    matches!(check, Check::Format(format) if format.parameters.format == Form::Json)
}

/// The engines, with what they need to live.
pub struct Engines {
    server: Server,
    client: tokio_postgres::Client,
    runtime: Runtime,
    sqlite_plugin: Workspace,
    places: Vec<Place>,
    /// How many batches there were, for names.
    batches: Cell<usize>,
}

/// How many cases and rules each engine was asked about.
#[derive(Debug, Default)]
pub struct Checked {
    by_engine: BTreeMap<&'static str, Asked>,
}

#[derive(Clone, Copy, Debug, Default)]
struct Asked {
    cases: usize,
    rules: usize,
    judged: usize,
    /// Rules to which any answer is right.
    open: usize,
}

impl Engines {
    /// All of them, or the one of that name.
    pub fn start(only: Option<&str>) -> Self {
        let mut places = PLACES.to_vec();
        places.retain(|place| only.is_none_or(|name| place.name == name));
        let names: Vec<&str> = PLACES.iter().map(|place| place.name).collect();
        assert!(!places.is_empty(), "{only:?} is none of {names:?}");
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
            places,
            batches: Cell::new(0),
        }
    }

    /// Has every engine judge the cases, or the one of that name, and gives what differs from the oracle.
    ///
    /// All cases are asked in the form of the first.
    pub fn check(
        &self,
        cases: &[Case],
        only: Option<&str>,
        checked: &mut Checked,
    ) -> Result<Vec<Difference>, String> {
        let workspace = Workspace::new();
        let batch = self.batches.replace(self.batches.get() + 1);
        let schema = format!("batch_{batch}");
        self.write(cases, &workspace, &schema);
        let tables: Vec<(usize, &Place, Case)> = cases
            .iter()
            .enumerate()
            .flat_map(|(number, case)| {
                let parts = self
                    .places
                    .iter()
                    .filter(|place| only.is_none_or(|name| place.name == name))
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
                    Rows::File => json!({"path": format!("t{number}.parquet")}),
                    Rows::Postgres => json!({"schema": schema, "table": format!("t{number}")}),
                    Rows::Sqlite => json!({"table": format!("t{number}")}),
                };
                let name = format!("{} {number}", place.name);
                let mut table = json!({
                    "name": name,
                    "engine": place.name,
                    "source": source,
                    "rules": config::rules(&name, &source, &part.table, &part.rules),
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
    /// What of a case can be asked here, with columns of the types that they have here.
    fn part(&self, case: &Case) -> Option<Case> {
        match self.rows {
            Rows::File => Some(case.clone()),
            Rows::Postgres => Some(Case {
                table: statements::stored(&case.table),
                ..case.clone()
            }),
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
    counted.cases += 1;
    assert_eq!(results.len(), part.rules.len());
    let mut differences = Vec::new();
    for (rule, result) in part.rules.iter().zip(results) {
        let expected = match (place.lacks)(&rule.check, &part.table) {
            true => Outcome::Unjudged,
            false => evaluate(&part.table, part.scope.as_ref(), rule),
        };
        let found = reported(&serde_json::to_value(result).unwrap());
        counted.rules += 1;
        counted.judged += usize::from(found != Outcome::Unjudged);
        if expected == Outcome::Open {
            counted.open += 1;
            continue;
        }
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
    /// Each engine judged many of the rules that it was asked, and few were open.
    pub fn assert_each_engine_answered(&self) {
        for asked in self.by_engine.values() {
            assert!(asked.judged * 2 > asked.rules, "{self}");
            assert!(asked.open * 50 < asked.rules, "{self}");
        }
    }
}

impl fmt::Display for Checked {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (engine, asked) in &self.by_engine {
            let Asked {
                cases,
                rules,
                judged,
                open,
            } = asked;
            writeln!(
                f,
                "{engine}: {cases} cases, {rules} rules, {judged} of them judged, {open} open"
            )?;
        }
        Ok(())
    }
}
