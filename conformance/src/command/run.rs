//! `run`: the cases on one engine.

use std::collections::BTreeMap;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Mutex, PoisonError};
use std::thread;

use anyhow::Context;
use data_validator_plugin::Description;

use crate::arguments::Run;
use crate::case::Case;
use crate::case::collection::{all, selected};
use crate::outcome::CaseResult;
use crate::report::badge::Badge;
use crate::report::{EngineSeen, Results, text};
use crate::settings::Settings;
use crate::suite::job::EngineChoice;
use crate::suite::{Limits, Options, Suite, describe};

/// Runs the cases and reports; whether all ended as expected.
///
/// # Errors
/// When the suite cannot be run, or its report not be written.
pub fn run(arguments: &Run) -> anyhow::Result<bool> {
    let mut cases = selected(&arguments.only)?;
    let Run { level, .. } = arguments;
    cases.retain(|case| level.is_empty() || level.contains(&case.body.level));
    let plugin = arguments.engine.plugin.as_ref().map(|path| {
        path.canonicalize()
            .with_context(|| format!("finding the plugin {}", path.display()))
    });
    let mut engine = EngineChoice {
        name: arguments.engine.engine.clone().unwrap_or_default(),
        plugin: plugin.transpose()?,
        mutant: None,
    };
    let limits = Limits {
        time: arguments.time_limit,
        memory_bytes: arguments.memory_limit << 20,
    };
    let description = describe(&engine, limits)?;
    engine.name.clone_from(&description.name);
    let settings = match &arguments.config {
        Some(path) => Settings::read(path)?,
        None => Settings::of_engine(&engine.name)?,
    };
    settings.check_names(&all()?)?;
    if let Some(folder) = &arguments.report {
        std::fs::create_dir_all(folder)
            .with_context(|| format!("making the folder {}", folder.display()))?;
    }
    let seed = arguments.seed.unwrap_or_else(|| fastrand::u64(..));
    let options = Options {
        engine: engine.clone(),
        settings,
        settings_file: arguments.config.clone(),
        seed,
        repeat: arguments.repeat,
        limits,
        is_strict: arguments.strict,
    };
    let (results, badges) = run_all(&cases, &options, &description, arguments)?;
    let seen = EngineSeen {
        name: engine.name,
        version: description.version,
        engine_version: description.engine_version,
        plugin: engine.plugin,
    };
    let results = Results::new(seen, seed, badges, results);
    text::tell_all(&results);
    if let Some(folder) = &arguments.report {
        results.write(folder)?;
    }
    Ok(results.expected)
}

/// Runs all cases, several side by side if that is asked for; what came of each, in their order, and of the badges.
fn run_all(
    cases: &[Case],
    options: &Options,
    description: &Description,
    arguments: &Run,
) -> anyhow::Result<(Vec<CaseResult>, Vec<Badge>)> {
    // Each has a service of its own.
    let suites = (0..arguments.jobs).map(|_| Suite::start(options.clone(), description.clone()));
    let mut suites: Vec<Suite> = suites.collect::<anyhow::Result<_>>()?;
    let next = AtomicUsize::new(0);
    let results = Mutex::new(BTreeMap::new());
    thread::scope(|scope| {
        for suite in &mut suites {
            scope.spawn(|| {
                while let Some((place, case)) = take(cases, &next) {
                    let result = suite.run(case);
                    let mut results = results.lock().unwrap_or_else(PoisonError::into_inner);
                    text::tell(&result);
                    results.insert(place, result);
                }
            });
        }
    });
    let results = results.into_inner().unwrap_or_else(PoisonError::into_inner);
    let results: Vec<CaseResult> = results.into_values().collect();
    let badges = options.badges(description, &results, |level| arguments.is_whole(level));
    Ok((results, badges))
}

/// The next case that nobody has begun, and its place.
fn take<'c>(cases: &'c [Case], next: &AtomicUsize) -> Option<(usize, &'c Case)> {
    let place = next.fetch_add(1, Ordering::Relaxed);
    Some((place, cases.get(place)?))
}
