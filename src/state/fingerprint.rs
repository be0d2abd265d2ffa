//! What a result depends on, apart from the data.

use serde::Serialize;
use serde_json::{Map, Value, json};
use sha2::{Digest, Sha256};

use super::json_text::JsonText;
use crate::config::{Config, Rule, SourceSpec, Table};
use crate::plan::custom_sql::SqlExpression;
use crate::rules::{Check, rule_type};

/// The inputs whose own members are told apart when something changed.
const GROUPS: [&str; 2] = ["parameters", "table"];

/// All inputs of a result except the data, by name; equal inputs give equal results.
///
/// The inputs are kept by name, so that a difference can be named. What only judges the counts
/// (threshold, severity), describes or selects the rule is not among them, and neither is the SQL,
/// which may change for the same meaning.
#[derive(Clone, Debug, PartialEq)]
pub struct Fingerprint {
    inputs: JsonText,
    short: String,
}

/// As they are recorded.
#[derive(Serialize)]
struct Inputs<'r> {
    rule_type: &'r str,
    semantics: Option<u32>,
    parameters: &'r dyn Check,
    #[serde(rename = "where", skip_serializing_if = "Option::is_none")]
    scope: Option<&'r SqlExpression>,
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    if_column_exists: bool,
    table: &'r JsonText,
    #[serde(skip_serializing_if = "Option::is_none")]
    other: Option<RelationInputs<'r>>,
}

/// As they are recorded with each rule that reads the relation; what can be long as its hash.
#[derive(Serialize)]
struct RelationInputs<'t> {
    #[serde(skip_serializing_if = "Option::is_none")]
    table_where: Option<&'t SqlExpression>,
    engine: &'t str,
    #[serde(skip_serializing_if = "Option::is_none")]
    engine_options: Option<String>,
    engine_semantics: Option<u32>,
    source: String,
}

/// The inputs that all rules of a table share.
#[derive(Debug)]
pub struct TableInputs<'c> {
    config: &'c Config,
    table: &'c Table,
    inputs: JsonText,
}

impl<'c> TableInputs<'c> {
    pub fn of(table: &'c Table, config: &'c Config) -> Self {
        let scope = table.scope.as_ref();
        let inputs = RelationInputs::of(&table.source, scope, &table.engine, config);
        Self {
            config,
            table,
            inputs: JsonText::of(&inputs),
        }
    }
}

impl<'t> RelationInputs<'t> {
    fn of(
        source: &SourceSpec,
        scope: Option<&'t SqlExpression>,
        engine: &str,
        config: &'t Config,
    ) -> Self {
        let settings = config.engines.get(engine);
        let described = settings.map(|engine| &engine.kind.description);
        let harmless = described
            .map(|described| described.harmless_options.clone())
            .unwrap_or_default();
        let options = settings
            .map(|engine| engine.config.options.clone())
            .unwrap_or_default();
        let options: Map<String, Value> = options
            .into_iter()
            .filter(|(name, _)| !harmless.contains(name))
            .collect();
        Self {
            table_where: scope,
            engine: described.map_or("", |described| &described.name),
            engine_options: (!options.is_empty()).then(|| hash_of(&Value::Object(options))),
            engine_semantics: described.map(|described| described.semantics),
            source: hash_of(&source_identity(source, engine, config)),
        }
    }
}

impl Fingerprint {
    pub fn of(rule: &Rule, shared: &TableInputs<'_>) -> Self {
        let other = rule.check.other().map(|other| {
            let place = other.place(shared.table, shared.config);
            let scope = other.scope.as_ref();
            RelationInputs::of(place.source, scope, place.engine, shared.config)
        });
        let inputs = JsonText::of(&Inputs {
            rule_type: rule.rule_type,
            semantics: rule_type(rule.rule_type).map(|rule_type| rule_type.semantics),
            parameters: &*rule.check,
            scope: rule.scope.as_ref(),
            if_column_exists: rule.if_column_exists,
            table: &shared.inputs,
            other,
        });
        let inputs = without_secrets(inputs, shared.config);
        let short = hex::encode(&Sha256::digest(inputs.as_str())[..4]);
        Self { inputs, short }
    }

    pub fn inputs(&self) -> &JsonText {
        &self.inputs
    }

    /// Enough of the hash to tell rules apart by eye.
    pub fn short(&self) -> &str {
        &self.short
    }

    /// The name of an input that is not as it was recorded.
    pub fn difference(&self, recorded: &JsonText) -> Option<String> {
        if self.inputs.as_str() == recorded.as_str() {
            return None;
        }
        let (now, before) = (by_name(&self.inputs), by_name(recorded));
        let mut names = now.keys().chain(before.keys());
        names
            .find(|name| now.get(*name) != before.get(*name))
            .cloned()
    }
}

/// Half a SHA-256, which is still more than chance brings about.
fn hash_of(value: &Value) -> String {
    hex::encode(&Sha256::digest(value.to_string())[..16])
}

/// The inputs, those of groups too.
fn by_name(inputs: &JsonText) -> Map<String, Value> {
    let mut by_name: Map<String, Value> = inputs.read().unwrap_or_default();
    for group in GROUPS {
        if let Some(Value::Object(members)) = by_name.get(group).cloned() {
            by_name.shift_remove(group);
            by_name.extend(members);
        }
    }
    by_name
}

/// Where the rows are, relative to the config and without credentials.
fn source_identity(source: &SourceSpec, engine: &str, config: &Config) -> Value {
    let relative = |path: &std::path::Path| {
        let folder = config.file.parent().unwrap_or(path);
        path.strip_prefix(folder)
            .unwrap_or(path)
            .to_string_lossy()
            .into_owned()
    };
    match source {
        SourceSpec::Files(files) => json!({
            "path": relative(&files.path),
            "format": files.format.map(|format| format!("{format:?}")),
            "delimiter": files.delimiter,
            "quote": files.quote,
            "schema": files.schema.iter().map(|(name, of)| (name.clone(), of.to_string().into())).collect::<Map<String, Value>>(),
        }),
        SourceSpec::Table(name) => json!({
            "table": name.parts().collect::<Vec<_>>(),
            "database": config.engines.get(engine).map(|engine| {
                let connection = &engine.config.connection;
                connection.get("database").and_then(Value::as_str).map(|path| relative(path.as_ref()))
            }),
        }),
        SourceSpec::Query(query) => json!({ "query": query }),
    }
}

/// The inputs with every text that holds a secret replaced by its hash.
fn without_secrets(inputs: JsonText, config: &Config) -> JsonText {
    if config.secrets.is_empty() {
        return inputs;
    }
    let mut value: Value = inputs.read().unwrap_or_default();
    hash_secrets(&mut value, config);
    JsonText::of(&value)
}

fn hash_secrets(value: &mut Value, config: &Config) {
    match value {
        Value::String(text) if config.secrets.redact(text) != *text => {
            *text = format!("sha256:{}", hex::encode(Sha256::digest(&*text)));
        }
        Value::Object(fields) => fields
            .values_mut()
            .for_each(|field| hash_secrets(field, config)),
        Value::Array(items) => items.iter_mut().for_each(|item| hash_secrets(item, config)),
        _ => {}
    }
}
