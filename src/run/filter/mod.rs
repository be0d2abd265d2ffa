//! Writes the rows of a table that fail no rule to one place, and those that fail some to another.
//!
//! All rules are judged first, and then the rows are split by the conditions that the counts come from. A row
//! count that is not the rule's stops the writing, so what is written is what was judged.

use std::cell::Cell;

use data_validator_plugin::{EngineError, ErrorClass, Transactions};
use jiff::Timestamp;

use super::memory::Memory;
use super::planning::PlanOptions;
use super::prepare::{Prepared, Preparing, prepare};
use super::reach::Reach;
use super::result::{RuleResult, Status};
use super::samples::failing_rows;
use super::table;
use crate::config::{Config, Rule, Table, Target};
use crate::engines::connection::{Connection, Limits};
use crate::error::{Error, ErrorKind};
use crate::plan::failing::Failing;
use crate::plan::sql;
use crate::sources;
use files::Files;
use places::Places;
use staged::Split;
use tally::Tally;

mod files;
mod new_file;
mod part;
pub mod places;
mod staged;
mod streamed;
mod tally;

/// The column of quarantined rows with the names of the rules that a row fails, as a JSON list.
pub const FAILED_RULES: &str = "failed_rules";

/// What a table is filtered with.
pub struct Means<'a, 'r> {
    pub config: &'a Config,
    pub reach: &'a mut Reach<'r>,
    pub limits: Limits<'a>,
    /// Whether rows are written although rules could not be judged.
    pub allow_unjudged: bool,
    /// The moment that counts as now.
    pub now: Timestamp,
}

/// What was written of a table.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Filtered {
    pub table: String,
    pub places: Places,
    pub clean_rows: u64,
    pub quarantined_rows: u64,
    /// Rules with failed records that name no rows, so that these are among the clean ones.
    pub without_rows: Vec<(String, u64)>,
    /// Rules that could not be judged, in words.
    pub unjudged: Vec<String>,
}

/// Judges the rules and writes the rows.
///
/// # Errors
/// When a rule cannot be judged, or a place not be written; then each place has the rows it had before, except
/// that of two files the first may have been replaced.
pub fn filter(
    means: Means<'_, '_>,
    table: &Table,
    rules: &[&Rule],
    places: &Places,
) -> Result<Filtered, Error> {
    let attempted = format!("filtering table '{}'", table.name);
    let Means {
        config,
        reach,
        limits,
        allow_unjudged,
        now,
    } = means;
    let rules: Vec<&Rule> = rules.iter().copied().filter(|rule| rule.enabled).collect();
    let found =
        sources::find(&table.source).map_err(|error| Error::unjudged(&attempted, &error))?;
    let preparing = Preparing {
        reach,
        limits,
        config,
        options: PlanOptions::default(),
        now,
        others_of: &rules,
    };
    let prepared = prepare(preparing, table, &found, &rules)
        .map_err(|error| Error::unjudged(&attempted, &error))?;
    let mut results: Vec<Option<RuleResult>> = rules.iter().map(|_| None).collect();
    let wanted: Vec<usize> = (0..rules.len()).collect();
    let mut memory = Memory::new(None, config, table, &rules);
    table::run_scans(reach, limits, &prepared, &wanted, &mut results, &mut memory);
    let judged = Judged::of(&rules, results, &prepared, &attempted)?;
    if !(judged.unjudged.is_empty() || allow_unjudged) {
        return Err(Error {
            kind: ErrorKind::Unjudged,
            message: format!(
                "{attempted}: nothing was written; {}",
                judged.unjudged.join("; ")
            ),
            hint: Some(
                "mend the rules, or write the rows all the same with --allow-unjudged".into(),
            ),
        });
    }
    let tally = write(
        reach.connection,
        limits,
        &prepared,
        &judged,
        places,
        &attempted,
    )?;
    Ok(Filtered {
        table: table.name.clone(),
        places: places.clone(),
        clean_rows: tally.clean(),
        quarantined_rows: tally.quarantined(),
        without_rows: judged.without_rows,
        unjudged: judged.unjudged,
    })
}

/// What the rules say of the table.
struct Judged<'r> {
    /// The rows that fail each rule that names rows, and how many there are.
    failing: Vec<(&'r str, Failing)>,
    counted: Vec<(&'r str, u64)>,
    without_rows: Vec<(String, u64)>,
    unjudged: Vec<String>,
}

impl<'r> Judged<'r> {
    fn of(
        rules: &[&'r Rule],
        results: Vec<Option<RuleResult>>,
        prepared: &Prepared<'_>,
        attempted: &str,
    ) -> Result<Self, Error> {
        let mut judged = Self {
            failing: Vec::new(),
            counted: Vec::new(),
            without_rows: Vec::new(),
            unjudged: Vec::new(),
        };
        for (rule, result) in rules.iter().zip(results) {
            let Some(result) = result else {
                let why = format!("Rule '{}' was not asked to the end", rule.name);
                judged.unjudged.push(why);
                continue;
            };
            match result.status {
                Status::Skipped => continue,
                Status::Error => {
                    judged.unjudged.push(result.message);
                    continue;
                }
                Status::Passed | Status::Failed => {}
            }
            let failing = failing_rows(rule, &prepared.facts(rule));
            match failing.map_err(|error| Error::unjudged(attempted, &error))? {
                Some(failing) => {
                    judged.failing.push((&rule.name, failing));
                    judged.counted.push((&rule.name, result.failed_count));
                }
                None if result.failed_count > 0 => {
                    judged
                        .without_rows
                        .push((rule.name.clone(), result.failed_count));
                }
                None => {}
            }
        }
        Ok(judged)
    }
}

fn write(
    connection: &mut Connection,
    limits: Limits<'_>,
    prepared: &Prepared<'_>,
    judged: &Judged<'_>,
    places: &Places,
    attempted: &str,
) -> Result<Tally, Error> {
    let description = connection.description().clone();
    let dialect = &description.dialect;
    let has_column = |name: &str| {
        let mut columns = prepared.schema.columns.iter();
        columns.any(|column| column.name.eq_ignore_ascii_case(name))
    };
    if has_column(FAILED_RULES) {
        let message = format!(
            "{attempted}: it has a column '{FAILED_RULES}', which the quarantined rows get"
        );
        return Err(Error::usage(
            message,
            "give the column another name in a source that is a query",
        ));
    }
    let can_stage = description.capabilities.transactions == Transactions::Ddl;
    let has_table = places.each().any(|place| matches!(place, Target::Table(_)));
    if has_table && !can_stage {
        let engine = &description.name;
        let message =
            format!("{attempted}: the engine '{engine}' replaces no tables in one transaction");
        return Err(Error::usage(
            message,
            "write to a file, whose name ends in .parquet",
        ));
    }
    let files = Files::beside(places)?;
    let parts = files.parts(places);
    let sql = sql::with_failed_rules(
        dialect,
        prepared.whole_rows(),
        &prepared.schema,
        &judged.failing,
        FAILED_RULES,
    );
    let is_writing = Cell::new(false);
    let split = Split {
        sql: &sql,
        columns: &sql::select_columns(dialect, &prepared.schema),
        names: &dialect.identifier(FAILED_RULES),
        counted: &judged.counted,
        is_writing: &is_writing,
    };
    // What is written replaces all there was, so that it can be written again when an answer is lost.
    let written = connection.call(limits, |session, call| {
        if can_stage && (has_table || dialect.write_parquet.is_some()) {
            return staged::write(session, call, dialect, &split, &parts);
        }
        let mut tally = Tally::default();
        let mut stream = session.query(&sql, call)?;
        streamed::write(&mut *stream, &parts, &mut |rules, rows| {
            tally.add(rules, rows);
        })?;
        let checked = tally.check(split.counted);
        checked.map_err(|why| EngineError::new(ErrorClass::Data, why))?;
        Ok(tally)
    });
    let tally = written.result.map_err(|error| match is_writing.get() {
        true => Error::output(
            format!("{attempted}: {error}"),
            "check the place, its columns, the rights to it and the free space, and run again",
        ),
        false => Error::engine(attempted, &error),
    })?;
    files.take_their_places(attempted)?;
    Ok(tally)
}
