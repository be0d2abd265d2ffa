//! The config as it is written: known keys with the right types, before anything is looked up.
//!
//! Which keys there are, and what each takes, is listed in [`super::keys`].

use std::path::Path;
use std::time::Duration;

use serde_json::Map;
use serde_yaml::Value;

use super::data_version::DataVersionDocument;
use super::fields::Fields;
use super::findings::Findings;
use super::path::KeyPath;
use super::samples::Samples;
use super::{OnEmpty, Severity, retry};
use crate::engines::catalog::PluginFile;
use crate::engines::retry::Policy;
use crate::parallel;

/// A config as written.
pub struct Document<'a> {
    pub metadata: Map<String, serde_json::Value>,
    pub pipeline: Fields<'a>,
    pub outputs: Fields<'a>,
    /// What the Python tool took for Databricks.
    pub dqx: Fields<'a>,
    pub plugins: Vec<PluginDocument>,
    pub engine: Option<EngineDocument<'a>>,
    pub engines: Vec<(&'a str, EngineDocument<'a>)>,
    pub tables: Vec<TableDocument<'a>>,
    pub global_rules: Vec<RuleDocument<'a>>,
    pub require_sql_rules: bool,
}

/// A plugin file as written.
pub struct PluginDocument {
    pub path: KeyPath,
    file: String,
    sha256: Option<String>,
}

impl PluginDocument {
    /// Whether somebody else than who wrote the config names the file.
    pub fn is_from_elsewhere(&self, findings: &Findings) -> bool {
        findings.places().is_from_elsewhere(&self.path.key("path"))
    }

    /// The file as seen from the config's folder.
    pub fn file(&self, folder: &Path) -> PluginFile {
        PluginFile {
            path: folder.join(&self.file),
            sha256: self.sha256.clone(),
        }
    }
}

/// An engine as written.
pub struct EngineDocument<'a> {
    pub path: KeyPath,
    pub engine_type: Option<String>,
    pub connection_params: Fields<'a>,
    pub options: Map<String, serde_json::Value>,
    /// How failed calls are repeated: the options that are the host's.
    pub retry: Policy,
}

/// A table as written.
pub struct TableDocument<'a> {
    pub path: KeyPath,
    pub name: Option<String>,
    pub engine: Option<String>,
    pub source: Option<&'a Value>,
    pub scope: Option<String>,
    pub data_version: DataVersionDocument,
    pub samples: Samples,
    pub tags: Vec<String>,
    pub description: Option<String>,
    /// Whether anything is written under `rules`, be it right or wrong.
    pub has_rules: bool,
    pub rules: Vec<RuleDocument<'a>>,
}

/// A rule as written.
#[derive(Clone)]
pub struct RuleDocument<'a> {
    pub name: Option<String>,
    pub rule_type: Option<String>,
    pub threshold: Option<f64>,
    pub max_failed: Option<u64>,
    pub warn_threshold: Option<f64>,
    pub severity: Severity,
    pub scope: Option<String>,
    pub on_empty: OnEmpty,
    pub timeout: Option<Duration>,
    pub enabled: bool,
    pub tags: Vec<String>,
    pub description: Option<String>,
    /// What a rule type reads itself, with [`RuleDocument::parameters`].
    pub fields: Fields<'a>,
    pub parameters: Fields<'a>,
}

impl<'a> Document<'a> {
    pub fn read(mut root: Fields<'a>) -> Self {
        check_version(&mut root);
        let document = Self {
            metadata: root.open("metadata"),
            pipeline: root.section("pipeline"),
            outputs: root.section("outputs"),
            dqx: root.section("dqx"),
            plugins: read_plugins(&mut root),
            engine: root
                .was_given("engine")
                .then(|| EngineDocument::read(root.section("engine"))),
            engines: read_engines(root.section("engines")),
            tables: read_tables(&mut root),
            global_rules: read_rules(&mut root, "global_rules"),
            require_sql_rules: root.optional("require_sql_rules").unwrap_or_default(),
        };
        root.finish();
        document
    }
}

impl<'a> EngineDocument<'a> {
    /// What holds when the key `engine` is not given.
    pub fn absent(findings: &'a Findings) -> Self {
        Self::read(Fields::absent(findings, KeyPath::default().key("engine")))
    }

    fn read(mut fields: Fields<'a>) -> Self {
        let retry = retry::read(fields.section("options"));
        let mut options = fields.open("options");
        options.retain(|name, _| !retry::is_hosts(name));
        let engine = Self {
            path: fields.path().clone(),
            engine_type: fields.optional("type"),
            connection_params: fields.section("connection_params"),
            options,
            retry,
        };
        fields.finish();
        engine
    }
}

impl<'a> TableDocument<'a> {
    fn read(mut fields: Fields<'a>) -> Self {
        let table = Self {
            path: fields.path().clone(),
            name: read_name(&mut fields),
            engine: fields.optional("engine"),
            source: fields.value("source"),
            scope: fields.optional("where"),
            data_version: DataVersionDocument::read(&mut fields),
            samples: Samples::read(&mut fields),
            tags: fields.texts("tags").unwrap_or_default(),
            description: fields.optional("description"),
            has_rules: !is_empty(fields.value("rules")),
            rules: read_rules(&mut fields, "rules"),
        };
        fields.finish();
        table
    }
}

impl<'a> RuleDocument<'a> {
    fn read(mut fields: Fields<'a>) -> Self {
        Self {
            name: read_name(&mut fields),
            rule_type: fields.required("rule_type"),
            threshold: fields.optional("threshold"),
            max_failed: fields.optional("max_failed"),
            warn_threshold: fields.optional("warn_threshold"),
            severity: fields.optional("severity").unwrap_or_default(),
            scope: fields.optional("where"),
            on_empty: fields.optional("on_empty").unwrap_or_default(),
            timeout: fields.duration("timeout"),
            enabled: fields.optional("enabled").unwrap_or(true),
            tags: fields.texts("tags").unwrap_or_default(),
            description: fields.optional("description"),
            parameters: fields.section("parameters"),
            fields,
        }
    }
}

fn read_name(fields: &mut Fields<'_>) -> Option<String> {
    let name: String = fields.required("name")?;
    if name.trim().is_empty() || name.chars().any(char::is_control) {
        fields.refuse(
            "name",
            "a name must be one line of text that is not empty",
            "give it a name to be found by",
        );
        return None;
    }
    Some(name)
}

fn read_engines<'a>(mut engines: Fields<'a>) -> Vec<(&'a str, EngineDocument<'a>)> {
    let mut read = Vec::new();
    for (name, _) in engines.entries() {
        read.push((name, EngineDocument::read(engines.section(name))));
    }
    engines.finish();
    read
}

/// The plugin files that the config names.
pub fn read_plugins(root: &mut Fields<'_>) -> Vec<PluginDocument> {
    let plugins = root.mappings("plugins").unwrap_or_default();
    let read = |mut fields: Fields<'_>| {
        let path = fields.path().clone();
        let file = fields.required("path");
        let sha256 = fields.optional::<String>("sha256");
        let is_hash =
            |text: &String| text.len() == 64 && text.chars().all(|c| c.is_ascii_hexdigit());
        if sha256.as_ref().is_some_and(|text| !is_hash(text)) {
            fields.refuse(
                "sha256",
                "a SHA-256 is 64 hexadecimal digits",
                "take it from 'data-validator plugin inspect FILE' or from sha256sum",
            );
        }
        fields.finish();
        Some(PluginDocument {
            path,
            file: file?,
            sha256,
        })
    };
    plugins.into_iter().filter_map(read).collect()
}

fn read_tables<'a>(root: &mut Fields<'a>) -> Vec<TableDocument<'a>> {
    if !root.was_given("tables") {
        root.required::<Value>("tables");
        return Vec::new();
    }
    let Some(tables) = root.mappings("tables") else {
        return Vec::new();
    };
    if is_empty(root.value("tables")) {
        root.refuse(
            "tables",
            "'tables' is empty",
            "name at least one table with its rules",
        );
    }
    parallel::map(tables, TableDocument::read)
}

fn read_rules<'a>(fields: &mut Fields<'a>, key: &str) -> Vec<RuleDocument<'a>> {
    fields
        .mappings(key)
        .unwrap_or_default()
        .into_iter()
        .map(RuleDocument::read)
        .collect()
}

fn is_empty(list: Option<&Value>) -> bool {
    list.is_none_or(|value| value.as_sequence().is_some_and(Vec::is_empty))
}

fn check_version(root: &mut Fields<'_>) {
    let known = match root.value("version") {
        None => true,
        Some(Value::String(text)) => text == "1.0",
        Some(value) => value.as_f64() == Some(1.0),
    };
    if !known {
        root.refuse(
            "version",
            "this version of the config format is not known",
            "write version: \"1.0\"",
        );
    }
}
