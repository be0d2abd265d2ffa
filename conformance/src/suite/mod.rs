//! Runs each case in a process of its own, and says how it ended.

pub mod job;
pub mod link;
mod memory;
mod process;
mod requirements;
mod service;

use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::Instant;

use anyhow::Context;
use data_validator_plugin::Description;
use tempfile::TempDir;

use crate::case::{Case, Level};
use crate::outcome::{CaseResult, Outcome};
use crate::report::badge::{self, Badge};
use crate::settings::Settings;
use crate::settings::places::Places;
use job::{EngineChoice, Job};
pub use process::Limits;
use process::Performed;
use service::Service;

/// How the suite is run.
#[derive(Clone, Debug)]
pub struct Options {
    pub engine: EngineChoice,
    pub settings: Settings,
    /// Where the settings come from, for the line that reproduces a case.
    pub settings_file: Option<PathBuf>,
    pub seed: u64,
    /// How often each case is run.
    pub repeat: u32,
    /// A case that takes more is killed.
    pub limits: Limits,
    /// Skips that the settings do not foresee, and what could not be run, count as failures.
    pub is_strict: bool,
}

impl Options {
    /// What results say of each badge of an engine that says this of itself; `is_whole` says whether all cases
    /// of a level were chosen to be run.
    pub fn badges(
        &self,
        description: &Description,
        results: &[CaseResult],
        is_whole: impl Fn(Level) -> bool,
    ) -> Vec<Badge> {
        let judged = Level::ALL.map(|level| {
            let lack = badge::lack_of(level, description, &self.settings);
            let aimed_for = self.settings.badges.contains(&level);
            badge::judge(level, aimed_for, lack, is_whole(level), results)
        });
        judged.into()
    }
}

/// The suite for one engine, with the service it needs.
pub struct Suite {
    options: Options,
    description: Description,
    service: Option<Service>,
    folder: TempDir,
}

impl Suite {
    /// Starts the service of an engine that says this of itself.
    ///
    /// # Errors
    /// When the service cannot be started.
    pub fn start(options: Options, description: Description) -> anyhow::Result<Self> {
        let service = options.settings.service.as_ref().map(Service::start);
        Ok(Self {
            description,
            service: service.transpose()?,
            folder: TempDir::with_prefix("conformance-")
                .context("making a folder for the cases")?,
            options,
        })
    }

    /// Runs one case, as often as the options say, to its first end that is not expected.
    pub fn run(&mut self, case: &Case) -> CaseResult {
        let began = Instant::now();
        let mut seed = self.options.seed;
        let mut performed = self.try_case(case, seed);
        for _ in 1..self.options.repeat {
            if !self.is_expected(case, &performed.outcome) {
                break;
            }
            seed = seed.wrapping_add(1);
            performed = self.try_case(case, seed);
        }
        let Performed { outcome, sql } = performed;
        CaseResult {
            case: case.id.clone(),
            title: case.title.clone(),
            level: case.body.level,
            checks: case.body.checks.clone(),
            is_expected: self.is_expected(case, &outcome),
            reproduce: self.reproduce(case, seed),
            sql,
            seconds: began.elapsed(),
            outcome,
        }
    }

    /// From now on the cases are run on the engine with that fault, or on the engine itself.
    pub fn mutate(&mut self, mutant: Option<&str>) {
        self.options.engine.mutant = mutant.map(str::to_owned);
    }

    fn try_case(&mut self, case: &Case, seed: u64) -> Performed {
        let without_sql = |outcome| Performed {
            outcome,
            sql: Vec::new(),
        };
        let skipped = requirements::missing(case, &self.description, &self.options.settings);
        if let Some(outcome) = skipped {
            return without_sql(outcome);
        }
        let performed = self.perform(case, seed);
        let Performed { outcome, sql } =
            performed.unwrap_or_else(|error| without_sql(Outcome::Error(format!("{error:#}"))));
        let outcome = match (self.options.settings.waiver_of(&case.id), outcome) {
            (Some(waiver), Outcome::Fail(why)) => {
                Outcome::Waived(format!("{}: {why}", waiver.told()))
            }
            (Some(_), Outcome::Pass) => {
                Outcome::Fail("it passes, although it is waived; take the waiver back".into())
            }
            (_, outcome) => outcome,
        };
        Performed { outcome, sql }
    }

    /// Whether that end is what the settings let expect.
    fn is_expected(&self, case: &Case, outcome: &Outcome) -> bool {
        let foreseen = self.options.settings.foresees_skip_of(&case.id);
        match outcome {
            Outcome::Pass => !(self.options.is_strict && foreseen),
            Outcome::Waived(_) => true,
            Outcome::Skip(_) => !self.options.is_strict || foreseen,
            Outcome::NotRun(_) => !self.options.is_strict,
            Outcome::Fail(_) | Outcome::Error(_) => false,
        }
    }

    fn perform(&mut self, case: &Case, seed: u64) -> anyhow::Result<Performed> {
        // A name of its own in this process, whichever suite of it runs the case.
        static RUN: AtomicU32 = AtomicU32::new(1);
        let run = RUN.fetch_add(1, Ordering::Relaxed);
        let name = format!("case_{}_{run}", std::process::id());
        let folder = self.folder.path().join(&name);
        std::fs::create_dir(&folder).with_context(|| format!("making {}", folder.display()))?;
        let settings = &self.options.settings;
        let job = Job {
            case: case.id.clone(),
            engine: self.options.engine.clone(),
            settings: settings.engine.clone(),
            sessions: settings.sessions.clone(),
            prepare: settings.prepare.clone(),
            tables: settings.tables.clone(),
            away: settings.away.clone(),
            wire: settings.wire.clone(),
            places: Places {
                service: self.service.as_ref().map(Service::address),
                folder: folder.clone(),
                name,
            },
            seed,
        };
        let performed = process::perform(&job, self.options.limits, self.service.as_mut())?;
        if let Some(service) = &mut self.service {
            service.bring_back()?;
        }
        remove(&folder);
        Ok(performed)
    }

    /// The command that runs a case alone.
    fn reproduce(&self, case: &Case, seed: u64) -> String {
        let engine = match &self.options.engine.plugin {
            Some(path) => format!("--plugin {}", path.display()),
            None => format!("--engine {}", self.options.engine.name),
        };
        let settings = match &self.options.settings_file {
            Some(path) => format!(" --config {}", path.display()),
            None => String::new(),
        };
        format!(
            "data-validator-conformance run {engine}{settings} --only {} --seed {seed}",
            case.id
        )
    }
}

/// What an engine says of itself, asked in a process of its own.
///
/// # Errors
/// When it cannot be loaded or does not answer.
pub fn describe(engine: &EngineChoice, limits: Limits) -> anyhow::Result<Description> {
    process::describe(engine, limits)
}

/// What a killed case left open may still be written to; then it goes with the suite's folder.
fn remove(folder: &Path) {
    let _ = std::fs::remove_dir_all(folder);
}
