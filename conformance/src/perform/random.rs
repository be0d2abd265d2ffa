//! Random tables and rules, held against the oracle.

use data_validator::{RuleResult, Status};
use data_validator_harness::oracle::format::Form;
use data_validator_harness::oracle::reported::reported;
use data_validator_harness::oracle::rule::Check;
use data_validator_harness::oracle::value::ColumnType;
use data_validator_harness::oracle::verdict::Outcome;
use data_validator_harness::oracle::{NOW, evaluate};
use data_validator_harness::random::case::Case;
use data_validator_harness::random::part::part;
use data_validator_harness::random::statements::stored;
use data_validator_harness::random::{config, drawn, parquet_file, shrink};
use data_validator_plugin::{Dialect, FileFormat, Source};
use jiff::tz::TimeZone;
use serde_json::{Value, json};

use super::Performance;
use super::tables::{Way, bring, in_config};
use super::trouble::{Done, fail};
use crate::case::step::session::Random;
use crate::case::table::TypedTable;

/// A rule whose result is not what the oracle says.
struct Difference {
    /// The number of its table.
    table: usize,
    told: String,
}

impl Performance<'_> {
    pub(super) fn random(&mut self, random: &Random) -> Done {
        let seed = self.job.seed;
        let reads_parquet = self.reads_parquet();
        let cases: Vec<(u64, Case)> = (0..random.tables)
            .map(|number| (number, alone(drawn(seed, number))))
            .filter_map(|(number, case)| match reads_parquet {
                true => Some((number, case)),
                false => Some((number, in_sql(&case)?)),
            })
            .collect();
        let tables: Vec<Case> = cases.iter().map(|(_, case)| case.clone()).collect();
        let Some(found) = self.differences(&tables)?.into_iter().next() else {
            return Ok(());
        };
        let (number, case) = &cases[found.table];
        let small = shrink::shrunk(case.clone(), |case| {
            let differences = self.differences(std::slice::from_ref(case));
            differences.is_ok_and(|found| !found.is_empty())
        });
        let told = self.differences(std::slice::from_ref(&small))?;
        let told = told.into_iter().next().map_or(found.told, |it| it.told);
        let small = small
            .to_yaml()
            .map_err(|error| anyhow::anyhow!("{error}"))?;
        fail(format!(
            "table {number} of seed {seed}: {told}\nthe smallest table with it:\n{small}"
        ))
    }

    fn reads_parquet(&self) -> bool {
        let formats = self.sessions.engine.describe().capabilities.file_formats;
        formats.iter().any(|format| format == "parquet")
    }

    /// Judges the tables by their rules.
    fn differences(&mut self, cases: &[Case]) -> Done<Vec<Difference>> {
        let mut tables = Vec::new();
        for (number, case) in cases.iter().enumerate() {
            let name = self.free_name(number);
            let source = in_config(&self.bring_drawn(&name, case)?);
            let mut table = json!({
                "name": name,
                "source": source,
                "rules": config::rules(&name, &source, &case.table, &case.rules),
            });
            if let Some(scope) = &case.scope {
                table["where"] = json!(config::sql(&case.table, scope));
            }
            tables.push(table);
        }
        let text = config::yaml(&self.config_of(&tables));
        let now = NOW.to_zoned(TimeZone::UTC);
        let now = now.map_err(|error| anyhow::anyhow!("{error}"))?.timestamp();
        let results = self.validated(&text, now)?;
        let all: Vec<&RuleResult> = results.iter().flatten().collect();
        let judged = all.iter().filter(|it| it.status != Status::Error);
        let judged = judged.count();
        if cases.len() > 1 && judged * 2 < all.len() {
            return fail(format!("of {} rules {judged} are judged", all.len()));
        }
        let dialect = self.sessions.engine.describe().dialect;
        let mut differences = Vec::new();
        for (table, (case, results)) in cases.iter().zip(&results).enumerate() {
            let told = compared(case, results, &dialect)?;
            differences.extend(told.into_iter().map(|told| Difference { table, told }));
        }
        Ok(differences)
    }

    /// A name that no table has.
    fn free_name(&mut self, number: usize) -> String {
        self.named += 1;
        format!("drawn_{number}_{}", self.named)
    }

    fn bring_drawn(&mut self, name: &str, case: &Case) -> Done<Source> {
        if self.reads_parquet() {
            let path = self.job.places.folder.join(format!("{name}.parquet"));
            parquet_file::write(&path, &case.table, case.row_group);
            return Ok(Source::Files {
                format: FileFormat::Parquet,
                paths: vec![path],
            });
        }
        let way = match self.job.tables {
            Some(_) => Way::Command,
            None => Way::Statements,
        };
        let table = TypedTable::drawn(name, &case.table);
        bring(&mut self.sessions, self.job, way, &table)
    }
}

/// The case without another engine beside the one that is asked.
fn alone(mut case: Case) -> Case {
    for rule in &mut case.rules {
        if let Check::Reconcile(reconcile) = &mut rule.check {
            reconcile.parameters.with.engine = None;
        }
    }
    case
}

/// What of a case can be made with SQL, with columns of the types that they have there.
fn in_sql(case: &Case) -> Option<Case> {
    let case = part(case, |column| column.column_type != ColumnType::Binary)?;
    Some(Case {
        table: stored(&case.table),
        ..case
    })
}

/// What differs from the oracle.
fn compared(case: &Case, results: &[RuleResult], dialect: &Dialect) -> Done<Vec<String>> {
    let mut differences = Vec::new();
    for (rule, result) in case.rules.iter().zip(results) {
        let expected = match lacks(&rule.check, dialect) {
            true => Outcome::Unjudged,
            false => evaluate(&case.table, case.scope.as_ref(), rule),
        };
        let as_json: Value =
            serde_json::to_value(result).map_err(|error| anyhow::anyhow!("{error}"))?;
        let found = reported(&as_json);
        // A form that fails is asked again in the plain one, which must not happen either.
        let failed_once = result.last_error.is_some() && found != Outcome::Unjudged;
        if expected != Outcome::Open && (found != expected || failed_once) {
            let error = result.last_error.clone().unwrap_or_default();
            differences.push(format!(
                "a rule of the type {}\n  should give {expected:?}\n  and gives   {found:?}\n  {} {error}",
                result.rule_type, result.message
            ));
        }
    }
    Ok(differences)
}

/// Whether the engine cannot judge it, as its dialect says.
fn lacks(check: &Check, dialect: &Dialect) -> bool {
    match check {
        Check::Format(format) if format.parameters.format == Form::Json => {
            dialect.is_json.is_none()
        }
        _ => false,
    }
}
