//! `mutants`: whether the suite finds the faults of wrong engines.

use std::collections::{BTreeMap, BTreeSet};

use anyhow::ensure;

use crate::arguments::{MEMORY_LIMIT_MIB, Mutants};
use crate::case::Case;
use crate::case::collection;
use crate::mutants::{Mutant, all, named};
use crate::outcome::{CaseResult, Outcome};
use crate::settings::Settings;
use crate::suite::job::EngineChoice;
use crate::suite::{Limits, Options, Suite, describe};

/// Runs the case that has to find the fault of each mutant; whether all are found.
///
/// # Errors
/// When there is no mutant of a name that is asked for, or the suite cannot be run.
pub fn mutants(arguments: &Mutants) -> anyhow::Result<bool> {
    for name in &arguments.only {
        named(name)?;
    }
    let is_chosen = |mutant: &&Mutant| {
        arguments.only.is_empty() || arguments.only.iter().any(|name| name == mutant.name)
    };
    let mut engines = Engines::new(arguments);
    let mut found = 0;
    let mut tried = 0;
    for mutant in all().filter(is_chosen) {
        let engine = engines.of(mutant.engine)?;
        tried += 1;
        found += usize::from(engine.is_found(mutant)?);
        if arguments.every_case {
            engine.tell_all_that_find(mutant)?;
        }
    }
    ensure!(tried > 0, "there are no mutants");
    println!(
        "\n{found} of {tried} faults are found; seed {}",
        engines.seed
    );
    Ok(found == tried)
}

/// The engines that mutants are made of, each with the service it needs.
struct Engines {
    limits: Limits,
    seed: u64,
    started: BTreeMap<&'static str, Engine>,
}

struct Engine {
    suite: Suite,
    /// How cases ended on the engine itself.
    without_fault: BTreeMap<String, Outcome>,
}

impl Engines {
    fn new(arguments: &Mutants) -> Self {
        Self {
            limits: Limits {
                time: arguments.time_limit,
                memory_bytes: MEMORY_LIMIT_MIB << 20,
            },
            seed: arguments.seed.unwrap_or_else(|| fastrand::u64(..)),
            started: BTreeMap::new(),
        }
    }

    fn of(&mut self, name: &'static str) -> anyhow::Result<&mut Engine> {
        if !self.started.contains_key(name) {
            let engine = EngineChoice {
                name: name.to_owned(),
                plugin: None,
                mutant: None,
            };
            let description = describe(&engine, self.limits)?;
            let options = Options {
                engine,
                settings: Settings::of_engine(name)?,
                settings_file: None,
                seed: self.seed,
                repeat: 1,
                limits: self.limits,
                is_strict: true,
            };
            let started = Engine {
                suite: Suite::start(options, description)?,
                without_fault: BTreeMap::new(),
            };
            self.started.insert(name, started);
        }
        match self.started.get_mut(name) {
            Some(engine) => Ok(engine),
            None => unreachable!("it was put in"),
        }
    }
}

impl Engine {
    /// Whether the case that has to find the fault does, and passes without it; tells so.
    fn is_found(&mut self, mutant: &Mutant) -> anyhow::Result<bool> {
        let case = collection::named(mutant.caught_by)?;
        let passes = self.without_fault(&case) == Outcome::Pass;
        let result = self.with_fault(&case, mutant);
        let is_found = passes && matches!(result.outcome, Outcome::Fail(_));
        let word = if is_found { "found " } else { "MISSED" };
        println!("{word} {}: {}", mutant.name, mutant.wrong);
        let why = result.outcome.why().unwrap_or_default();
        println!(
            "       {}: {} {}",
            case.id,
            result.outcome.word(),
            why.lines().next().unwrap_or_default()
        );
        if !passes {
            let otherwise = self.without_fault(&case);
            println!(
                "       it does not pass on {} itself: {} {}",
                mutant.engine,
                otherwise.word(),
                otherwise.why().unwrap_or_default()
            );
        }
        Ok(is_found)
    }

    /// Tells which cases find the fault.
    fn tell_all_that_find(&mut self, mutant: &Mutant) -> anyhow::Result<()> {
        let mut found = BTreeSet::new();
        for case in collection::all()? {
            if self.without_fault(&case) == Outcome::Pass
                && matches!(self.with_fault(&case, mutant).outcome, Outcome::Fail(_))
            {
                found.insert(case.id);
            }
        }
        for case in found {
            println!("       found by {case}");
        }
        Ok(())
    }

    fn without_fault(&mut self, case: &Case) -> Outcome {
        if let Some(outcome) = self.without_fault.get(&case.id) {
            return outcome.clone();
        }
        let outcome = self.suite.run(case).outcome;
        self.without_fault.insert(case.id.clone(), outcome.clone());
        outcome
    }

    fn with_fault(&mut self, case: &Case, mutant: &Mutant) -> CaseResult {
        self.suite.mutate(Some(mutant.name));
        let result = self.suite.run(case);
        self.suite.mutate(None);
        result
    }
}
