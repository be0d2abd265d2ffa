//! What a result depends on, apart from the data.

use serde_json::{Map, Value, json};
use sha2::{Digest, Sha256};

use super::canonical::write_object;
use crate::config::{Config, Rule, SourceSpec, Table};
use crate::engines::registry;
use crate::hex::hex;
use crate::rules::rule_type;

/// All inputs of a result except the data, by name; equal inputs give equal results.
///
/// The inputs are kept by name, so that a difference can be named. What only judges the counts
/// (threshold, severity), describes or selects the rule is not among them, and neither is the SQL,
/// which may change for the same meaning.
#[derive(Clone, Debug, PartialEq)]
pub struct Fingerprint {
    inputs: Map<String, Value>,
    hash: String,
}

/// The inputs that all rules of a table share.
#[derive(Debug)]
pub struct TableInputs<'c> {
    config: &'c Config,
    inputs: Map<String, Value>,
}

impl<'c> TableInputs<'c> {
    pub fn of(table: &Table, config: &'c Config) -> Self {
        let engine = config.engines.get(&table.engine);
        let engine_type = engine.map_or("", |engine| &engine.engine_type);
        let described = registry::describe(engine_type);
        let harmless = described
            .as_ref()
            .map(|described| described.harmless_options.clone())
            .unwrap_or_default();
        let options = engine
            .map(|engine| engine.config.options.clone())
            .unwrap_or_default();
        let options: Map<String, Value> = options
            .into_iter()
            .filter(|(name, _)| !harmless.contains(name))
            .collect();
        let inputs = json!({
            "table_where": table.scope,
            "engine": engine_type,
            "engine_options": options,
            "engine_semantics": described.map(|described| described.semantics),
            "source": source_identity(table, config),
        });
        let Value::Object(inputs) = without_secrets(inputs, config) else {
            return Self {
                config,
                inputs: Map::new(),
            };
        };
        Self { config, inputs }
    }
}

impl Fingerprint {
    pub fn of(rule: &Rule, shared: &TableInputs<'_>) -> Self {
        let mut inputs = rule.check.inputs();
        inputs.insert("rule_type".into(), rule.rule_type.into());
        inputs.insert(
            "semantics".into(),
            rule_type(rule.rule_type)
                .map(|rule_type| rule_type.semantics)
                .into(),
        );
        inputs.insert("where".into(), json!(rule.scope));
        inputs.insert("if_column_exists".into(), rule.if_column_exists.into());
        let mut inputs = match without_secrets(Value::Object(inputs), shared.config) {
            Value::Object(inputs) => inputs,
            _ => Map::new(),
        };
        inputs.extend(
            shared
                .inputs
                .iter()
                .map(|(name, value)| (name.clone(), value.clone())),
        );
        let mut canonical = Vec::with_capacity(512);
        write_object(&inputs, &mut canonical);
        Self {
            hash: hex(&Sha256::digest(canonical)),
            inputs,
        }
    }

    pub fn inputs(&self) -> &Map<String, Value> {
        &self.inputs
    }

    /// Enough of the hash to tell rules apart by eye.
    pub fn short(&self) -> &str {
        &self.hash[..8]
    }

    /// The name of an input that is not as it was recorded.
    pub fn difference(&self, recorded: &Map<String, Value>) -> Option<String> {
        let differs = |name: &&String| self.inputs.get(*name) != recorded.get(*name);
        self.inputs
            .keys()
            .chain(recorded.keys())
            .find(differs)
            .cloned()
    }
}

/// Where the rows are, relative to the config and without credentials.
fn source_identity(table: &Table, config: &Config) -> Value {
    let relative = |path: &std::path::Path| {
        let folder = config.file.parent().unwrap_or(path);
        path.strip_prefix(folder)
            .unwrap_or(path)
            .to_string_lossy()
            .into_owned()
    };
    match &table.source {
        SourceSpec::Files(files) => json!({
            "path": relative(&files.path),
            "format": files.format.map(|format| format!("{format:?}")),
            "delimiter": files.delimiter,
            "quote": files.quote,
            "schema": files.schema.iter().map(|(name, of)| (name.clone(), of.to_string().into())).collect::<Map<String, Value>>(),
        }),
        SourceSpec::Table(name) => json!({
            "table": name.parts().collect::<Vec<_>>(),
            "database": config.engines.get(&table.engine).map(|engine| {
                let connection = &engine.config.connection;
                connection.get("database").and_then(Value::as_str).map(|path| relative(path.as_ref()))
            }),
        }),
        SourceSpec::Query(query) => json!({ "query": query }),
    }
}

/// The value with every text that holds a secret replaced by its hash.
fn without_secrets(value: Value, config: &Config) -> Value {
    match value {
        value if config.secrets.is_empty() => value,
        Value::String(text) if config.secrets.redact(&text) != text => {
            format!("sha256:{}", hex(&Sha256::digest(&text))).into()
        }
        Value::Object(fields) => Value::Object(
            fields
                .into_iter()
                .map(|(name, value)| (name, without_secrets(value, config)))
                .collect(),
        ),
        Value::Array(items) => Value::Array(
            items
                .into_iter()
                .map(|item| without_secrets(item, config))
                .collect(),
        ),
        other => other,
    }
}
