//! `run`: the cases on one engine.

use anyhow::Context;

use crate::arguments::Run;
use crate::case::collection::selected;
use crate::report::{EngineSeen, Results, text};
use crate::settings::Settings;
use crate::suite::job::EngineChoice;
use crate::suite::{Limits, Options, Suite, describe};

/// Runs the cases and reports; whether all ended as expected.
///
/// # Errors
/// When the suite cannot be run, or its report not be written.
pub fn run(arguments: &Run) -> anyhow::Result<bool> {
    let cases = selected(&arguments.only)?;
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
    let mut suite = Suite::start(options, description.clone())?;
    let mut results = Vec::new();
    for case in &cases {
        let result = suite.run(case);
        text::tell(&result);
        results.push(result);
    }
    let badges = suite.badges(&results, arguments.only.is_empty());
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
