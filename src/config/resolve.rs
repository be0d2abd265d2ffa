//! From a config as written to one that can be run.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use super::diagnostic::Place;
use super::document::{Document, EngineDocument, RuleDocument, TableDocument};
use super::engine::{self, Engine};
use super::fields::Home;
use super::findings::Findings;
use super::path::KeyPath;
use super::rule::{self, Scope};
use super::secrets::Secrets;
use super::sources::GivenSources;
use super::table::{self, Shared};
use super::untrusted::Guard;
use super::{DEFAULT_ENGINE, EngineSettings, Rule, StateInEngine, Table};
use crate::engines::catalog::Catalog;
use crate::parallel;

/// What the command line and the program say about resolving.
pub struct Settings<'a> {
    pub folder: &'a Path,
    pub sources: &'a GivenSources,
    /// What looks at a config from a stranger.
    pub guard: Option<&'a Guard<'a>>,
    pub require_sources: bool,
    /// The one of `engines` that `--engine` makes the default.
    pub default_engine: Option<&'a str>,
    /// The state, where it is in an engine.
    pub state: Option<&'a StateInEngine>,
}

/// Resolves all engines and tables; the findings tell whether they can be run.
pub fn resolve(
    document: Document<'_>,
    findings: &Findings,
    settings: &Settings<'_>,
    catalog: &mut Catalog,
    secrets: &mut Secrets,
) -> (BTreeMap<String, EngineSettings>, Vec<Table>) {
    let Document {
        engine,
        engines,
        tables,
        global_rules,
        require_sql_rules,
        ..
    } = document;
    let engines = resolve_engines(
        engine, engines, &tables, findings, settings, catalog, secrets,
    );
    refuse_state_elsewhere(settings.state, &engines, findings);
    let used = used_engines(&tables);
    let names: Vec<&str> = tables
        .iter()
        .filter_map(|table| table.name.as_deref())
        .collect();
    settings.sources.refuse_unknown(&names, findings);
    refuse_duplicate_tables(&tables, findings);
    let shared = Shared {
        findings,
        folder: settings.folder,
        engines: &engines,
        global_documents: &global_rules,
        global_rules: resolve_global_rules(
            &used,
            &engines,
            settings.folder,
            &global_rules,
            require_sql_rules,
            findings,
        ),
        sources: settings.sources,
        guard: settings.guard,
        require_sources: settings.require_sources,
        require_sql_rules,
    };
    let tables = parallel::map(tables, |table| table::resolve(table, &shared));
    let tables: Vec<Table> = tables.into_iter().flatten().collect();
    refuse_references_elsewhere(&tables, findings);
    let engines = engines
        .into_iter()
        .filter_map(|(name, engine)| Some((name, engine.settings?)))
        .collect();
    (engines, tables)
}

/// Names of the engines that hold tables; without a table, the default one stands for them.
fn used_engines(tables: &[TableDocument<'_>]) -> BTreeSet<String> {
    let name = |table: &TableDocument<'_>| {
        table
            .engine
            .clone()
            .unwrap_or_else(|| DEFAULT_ENGINE.to_owned())
    };
    let mut used: BTreeSet<String> = tables.iter().map(name).collect();
    if used.is_empty() {
        used.insert(DEFAULT_ENGINE.to_owned());
    }
    used
}

/// The global rules by engine, since an engine's dialect decides what is valid SQL.
fn resolve_global_rules<'e>(
    used: &BTreeSet<String>,
    engines: &'e BTreeMap<String, Engine>,
    folder: &Path,
    rules: &[RuleDocument<'_>],
    require_sql: bool,
    findings: &Findings,
) -> BTreeMap<&'e str, Vec<Rule>> {
    let used = engines.iter().filter(|(name, _)| used.contains(*name));
    used.map(|(name, engine)| {
        let rules = rules.iter().cloned();
        let home = Home {
            dialect: &engine.dialect,
            engines,
            folder,
        };
        let resolve = |rule| rule::resolve(rule, Scope::Global, require_sql, home, findings);
        (name.as_str(), rules.filter_map(resolve).collect())
    })
    .collect()
}

fn resolve_engines(
    default: Option<EngineDocument<'_>>,
    named: Vec<(&str, EngineDocument<'_>)>,
    tables: &[TableDocument<'_>],
    findings: &Findings,
    settings: &Settings<'_>,
    catalog: &mut Catalog,
    secrets: &mut Secrets,
) -> BTreeMap<String, Engine> {
    let mut resolve =
        |written| engine::resolve(written, findings, catalog, settings.folder, secrets);
    let mut engines = BTreeMap::new();
    for (name, written) in named {
        if name == DEFAULT_ENGINE {
            let message = format!("'{DEFAULT_ENGINE}' is the name of what stands under 'engine'");
            findings.at_key(&written.path, message, "give this engine another name");
        }
        engines.insert(name.to_owned(), resolve(written));
    }
    let needed = used_engines(tables).contains(DEFAULT_ENGINE);
    match (
        settings
            .default_engine
            .and_then(|name| engines.get(name).cloned()),
        default,
    ) {
        (Some(chosen), _) => {
            engines.insert(DEFAULT_ENGINE.to_owned(), chosen);
        }
        (None, Some(written)) => {
            engines.insert(DEFAULT_ENGINE.to_owned(), resolve(written));
        }
        (None, None) if needed => {
            engines.insert(
                DEFAULT_ENGINE.to_owned(),
                resolve(EngineDocument::absent(findings)),
            );
        }
        (None, None) => {}
    }
    engines
}

/// The engine of a state is known, and one that publishes.
fn refuse_state_elsewhere(
    state: Option<&StateInEngine>,
    engines: &BTreeMap<String, Engine>,
    findings: &Findings,
) {
    let Some(StateInEngine { engine: name, .. }) = state else {
        return;
    };
    let path = KeyPath::default().key("pipeline").key("state");
    match engines.get(name) {
        None => {
            let hint = match &*engines
                .keys()
                .map(String::as_str)
                .collect::<Vec<_>>()
                .join(", ")
            {
                "" => "describe it under 'engine' or 'engines'".to_owned(),
                known => format!("known: {known}"),
            };
            findings.at_value(&path, format!("unknown engine '{name}'"), hint);
        }
        Some(Engine {
            settings: Some(settings),
            ..
        }) if !settings.kind.description.capabilities.publish => {
            let message =
                format!("the engine '{name}' cannot hold a state, since it does not publish");
            let hint =
                "name another one of 'engines', or keep the state in a file with 'state_file'";
            findings.at_value(&path, message, hint);
        }
        Some(_) => {}
    }
}

fn refuse_duplicate_tables(tables: &[TableDocument<'_>], findings: &Findings) {
    let mut seen = BTreeMap::new();
    for table in tables {
        let Some(name) = table.name.as_deref() else {
            continue;
        };
        let path = table.path.key("name");
        let line = findings.places().in_file(&path).line;
        if let Some(first) = seen.get(name) {
            let hint = format!("put all rules under one of them; the first is on line {first}");
            findings.at_value(&path, format!("table '{name}' is named twice"), hint);
        } else {
            seen.insert(name, line);
        }
    }
}

/// What one query reads beside the table has to be on its engine.
fn refuse_references_elsewhere(tables: &[Table], findings: &Findings) {
    for table in tables {
        for rule in &table.rules {
            let beside = rule.check.other().filter(|other| other.is_beside);
            let known = beside.and_then(|other| other.table_among(tables));
            if let Some(known) = known.filter(|known| known.engine != table.engine) {
                let message = format!(
                    "the referenced table '{}' is on engine '{}', and table '{}' on '{}'",
                    known.name, known.engine, table.name, table.engine
                );
                let place = Place::Text(rule.location.clone());
                findings.error(place, message, "give both tables one engine");
            }
        }
    }
}
