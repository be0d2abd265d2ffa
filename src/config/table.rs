//! From a table as written to a table that can be run.

use std::collections::BTreeMap;
use std::path::Path;

use data_validator_plugin::{Dialect, TableName};

use crate::similar::did_you_mean;

use super::document::{RuleDocument, TableDocument};
use super::engine::Engine;
use super::fields::Home;
use super::findings::Findings;
use super::path::KeyPath;
use super::rule::{self, Scope, read_scope};
use super::sources::GivenSources;
use super::untrusted::Guard;
use super::{DEFAULT_ENGINE, Rule, SourceSpec, Table};

/// What tables share.
pub struct Shared<'a> {
    pub findings: &'a Findings,
    pub folder: &'a Path,
    pub engines: &'a BTreeMap<String, Engine>,
    /// The global rules as written, and by engine as they can be run there.
    pub global_documents: &'a [RuleDocument<'a>],
    pub global_rules: BTreeMap<&'a str, Vec<Rule>>,
    pub sources: &'a GivenSources,
    pub guard: Option<&'a Guard<'a>>,
    pub require_sources: bool,
    pub require_sql_rules: bool,
}

/// Resolves a table with its own and the global rules; gives `None` after leaving a diagnostic.
pub fn resolve(written: TableDocument<'_>, shared: &Shared<'_>) -> Option<Table> {
    let findings = shared.findings;
    let engine_name = written.engine.as_deref().unwrap_or(DEFAULT_ENGINE);
    let engine = find_engine(engine_name, &written.path, shared);
    let dialect = engine.map_or_else(Dialect::ansi, |engine| engine.dialect.clone());
    let scope = read_scope(written.scope.as_deref(), &written.path, &dialect, findings);
    let source = resolve_source(&written, engine_name, &dialect, shared);
    let data_version =
        (written.data_version.clone()).resolve(source.as_ref(), engine, &written.path, findings);
    check_names(&written, shared);
    let home = Home {
        dialect: &dialect,
        engines: shared.engines,
        folder: shared.folder,
    };
    let own_rules: Vec<Rule> = written
        .rules
        .into_iter()
        .filter_map(|rule| {
            rule::resolve(rule, Scope::Table, shared.require_sql_rules, home, findings)
        })
        .collect();
    let global_rules = shared
        .global_rules
        .get(engine_name)
        .into_iter()
        .flatten()
        .cloned();
    let name = written.name?;
    engine?;
    Some(Table {
        source: source.unwrap_or_else(|| relation_of_the_name(&name)),
        name,
        engine: engine_name.to_owned(),
        scope,
        data_version,
        samples: written.samples,
        tags: written.tags,
        description: written.description,
        rules: own_rules.into_iter().chain(global_rules).collect(),
        location: findings.places().in_file(&written.path.key("name")),
    })
}

fn find_engine<'e>(name: &str, path: &KeyPath, shared: &Shared<'e>) -> Option<&'e Engine> {
    let engine = shared.engines.get(name);
    if engine.is_none() {
        let known: Vec<&str> = shared.engines.keys().map(String::as_str).collect();
        let near = did_you_mean(name, known.iter().copied());
        let hint = near.unwrap_or_else(|| match known[..] {
            [] => format!("describe it under 'engines', as '{name}: {{type: …}}'"),
            _ => format!("known: {}", known.join(", ")),
        });
        shared.findings.at_value(
            &path.key("engine"),
            format!("unknown engine '{name}'"),
            hint,
        );
    }
    engine
}

fn resolve_source(
    written: &TableDocument<'_>,
    engine: &str,
    dialect: &Dialect,
    shared: &Shared<'_>,
) -> Option<SourceSpec> {
    let name = written.name.as_deref().unwrap_or_default();
    let in_config = written
        .source
        .map(|value| (value, written.path.key("source")));
    let given = in_config.is_some() || shared.sources.names(name);
    if shared.require_sources && !given && written.name.is_some() {
        let message = format!("table '{name}' has no source");
        let hint = format!("add 'source:' to it, or give --sources FILE or --override {name}=PATH");
        shared
            .findings
            .at_value(&written.path.key("name"), message, hint);
    }
    shared
        .sources
        .of_table(name, in_config, shared, engine, dialect)
}

/// What stands for the source of a table that is only linted.
fn relation_of_the_name(table: &str) -> SourceSpec {
    SourceSpec::Table(TableName {
        catalog: None,
        schema: None,
        table: table.to_owned(),
    })
}

/// A table has rules, and their names are unique in it, the global ones included.
fn check_names(written: &TableDocument<'_>, shared: &Shared<'_>) {
    let findings = shared.findings;
    let table = written.name.as_deref().unwrap_or_default();
    if !written.has_rules && shared.global_documents.is_empty() {
        let hint = "add 'rules:', or 'global_rules:'";
        findings.at_value(
            &written.path.key("name"),
            format!("table '{table}' has no rules"),
            hint,
        );
    }
    let mut seen = BTreeMap::new();
    for rule in shared.global_documents.iter().chain(&written.rules) {
        let Some(name) = &rule.name else { continue };
        let path = rule.fields.path();
        let Some(first) = seen.get(name) else {
            seen.insert(name, path);
            continue;
        };
        let line = findings.places().in_file(&first.key("name")).line;
        let message = format!("rule '{name}' is named twice in table '{table}'");
        let hint = format!("give it another name; the first is on line {line}");
        findings.at_value(&path.key("name"), message, hint);
    }
}
