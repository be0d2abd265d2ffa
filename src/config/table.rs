//! From a table as written to a table that can be run.

use std::collections::BTreeMap;
use std::path::Path;

use data_validator_plugin::TableName;

use crate::similar::did_you_mean;

use super::document::{RuleDocument, TableDocument};
use super::engine::Engine;
use super::findings::Findings;
use super::path::KeyPath;
use super::rule::{self, Scope, read_scope};
use super::sources::GivenSources;
use super::{DEFAULT_ENGINE, Rule, SourceSpec, Table};

/// What tables share.
pub struct Shared<'a> {
    pub findings: &'a Findings,
    pub folder: &'a Path,
    pub engines: &'a BTreeMap<String, Engine>,
    pub global_rules: &'a [RuleDocument<'a>],
    pub sources: &'a GivenSources,
    pub require_sources: bool,
    pub require_sql_rules: bool,
}

/// Resolves a table with its own and the global rules; gives `None` after leaving a diagnostic.
pub fn resolve(written: TableDocument<'_>, shared: &Shared<'_>) -> Option<Table> {
    let findings = shared.findings;
    let name = written.name?;
    let name_path = written.path.key("name");
    let (engine_name, engine) = find_engine(written.engine, &written.path, shared)?;
    let dialect = &engine.dialect;
    if !written.has_rules && shared.global_rules.is_empty() {
        findings.at_value(
            &name_path,
            format!("table '{name}' has no rules"),
            "add 'rules:', or 'global_rules:'",
        );
    }
    refuse_duplicates(&name, &written.rules, shared);
    let scope = read_scope(written.scope.as_deref(), &written.path, dialect, findings);
    let source = shared.sources.of_table(
        &name,
        written
            .source
            .map(|value| (value, written.path.key("source"))),
        shared,
        dialect,
    );
    if source.is_none()
        && shared.require_sources
        && written.source.is_none()
        && !shared.sources.names(&name)
    {
        let hint = format!("add 'source:' to it, or give --sources FILE or --override {name}=PATH");
        findings.at_value(&name_path, format!("table '{name}' has no source"), hint);
    }
    let global_rules = resolve_rules(shared.global_rules.to_vec(), Scope::Global, engine, shared);
    let own_rules = resolve_rules(written.rules, Scope::Table, engine, shared);
    Some(Table {
        source: source.unwrap_or_else(|| {
            SourceSpec::Table(TableName {
                catalog: None,
                schema: None,
                table: name.clone(),
            })
        }),
        name,
        engine: engine_name,
        scope,
        tags: written.tags,
        rules: own_rules.into_iter().chain(global_rules).collect(),
        location: findings.places().in_file(&name_path),
    })
}

/// Resolves rules for the tables of one engine.
pub fn resolve_rules(
    rules: Vec<RuleDocument<'_>>,
    scope: Scope,
    engine: &Engine,
    shared: &Shared<'_>,
) -> Vec<Rule> {
    rules
        .into_iter()
        .filter_map(|rule| {
            rule::resolve(
                rule,
                scope,
                shared.require_sql_rules,
                &engine.dialect,
                shared.findings,
            )
        })
        .collect()
}

fn find_engine<'e>(
    name: Option<String>,
    path: &KeyPath,
    shared: &Shared<'e>,
) -> Option<(String, &'e Engine)> {
    let name = name.unwrap_or_else(|| DEFAULT_ENGINE.to_owned());
    if let Some(engine) = shared.engines.get(&name) {
        return Some((name, engine));
    }
    let known = shared.engines.keys().map(String::as_str);
    let hint = did_you_mean(&name, known.clone()).unwrap_or_else(|| {
        format!(
            "name one of 'engines': {}",
            known.collect::<Vec<_>>().join(", ")
        )
    });
    shared.findings.at_value(
        &path.key("engine"),
        format!("unknown engine '{name}'"),
        hint,
    );
    None
}

/// Names of rules are unique in a table, the global ones included.
fn refuse_duplicates(table: &str, rules: &[RuleDocument<'_>], shared: &Shared<'_>) {
    let mut seen = BTreeMap::new();
    for rule in shared.global_rules.iter().chain(rules) {
        let Some(name) = &rule.name else { continue };
        let path = rule.fields.path().key("name");
        let line = shared.findings.places().in_file(&path).line;
        if let Some(first) = seen.get(name) {
            let message = format!("rule '{name}' is named twice in table '{table}'");
            let hint = format!("give it another name; the first is on line {first}");
            shared.findings.at_value(&path, message, hint);
        } else {
            seen.insert(name.clone(), line);
        }
    }
}
