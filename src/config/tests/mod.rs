//! Tests of the config, by what a user writes and what comes of it.

use std::fs;
use std::path::PathBuf;

use data_validator_plugin::{Capabilities, ConfigKey, ConfigKind, Description, Dialect};
use tempfile::TempDir;

use super::load::load_with;
use super::{Config, LoadOptions, Rule};
use crate::engines::catalog::Catalog;
use crate::engines::kind::{EngineKind, Origin};

mod bad_files;
mod bad_keys;
mod bad_parameters;
mod bad_rules;
mod bad_yaml;
mod engines;
mod interpolation;
mod merge_order;
mod outputs;
mod places;
mod positions_property;
mod python_package;
mod resolved;
mod schema;
mod secrets;
mod source_urls;
mod sources;
mod state_in_engine;
mod untrusted;
mod value_builder;

/// A folder with the files of one test.
pub struct Folder(TempDir);

impl Folder {
    /// A folder with a config of this text.
    pub fn new(config: impl AsRef<[u8]>) -> Self {
        let folder = Self(TempDir::new().expect("a temporary folder"));
        folder.write("config.yaml", config);
        folder
    }

    pub fn write(&self, name: &str, text: impl AsRef<[u8]>) {
        fs::write(self.path(name), text).expect("a file in a temporary folder");
    }

    pub fn path(&self, name: &str) -> PathBuf {
        self.0.path().join(name)
    }

    /// Loads the config; errors are shown without the folder's path. The JSON Schema has to agree.
    pub fn load(&self, options: &LoadOptions) -> Result<Config, String> {
        let file = self.path("config.yaml");
        let loaded =
            load_with(&file, options, catalog()).map_err(|errors| self.shown(&errors.to_string()));
        schema::hold_against_file(&file, options, &loaded);
        loaded
    }

    pub fn shown(&self, text: &str) -> String {
        text.replace(&format!("{}/", self.0.path().display()), "")
    }
}

/// The errors of a config of this text.
pub fn errors(config: impl AsRef<[u8]>) -> String {
    Folder::new(config)
        .load(&LoadOptions::default())
        .expect_err("the config is wrong")
}

/// A config of this text that has no errors.
pub fn config(text: &str) -> Config {
    Folder::new(text)
        .load(&LoadOptions::default())
        .unwrap_or_else(|errors| panic!("{errors}"))
}

/// The rule of this text, in flow style, or the errors of a config with it.
pub fn rule(text: &str) -> Result<Rule, String> {
    let mut config = Folder::new(format!("tables: [{{name: t, rules: [\n{text}\n]}}]"))
        .load(&LoadOptions::default())?;
    Ok(config.tables.remove(0).rules.remove(0))
}

/// Two engines of no known kind, since what is linked in depends on how the crate is built.
fn kinds() -> [EngineKind; 2] {
    let kind = |name| {
        EngineKind::new(describe(name), Origin::LinkedIn, || {
            unreachable!("a config opens no engine")
        })
    };
    ["embedded", "server"].map(kind)
}

fn catalog() -> Catalog {
    Catalog::of(kinds())
}

fn describe(name: &str) -> Description {
    let key = |name: &str, kind, required| ConfigKey {
        name: name.into(),
        kind,
        required,
        help: String::new(),
    };
    let connection = match name {
        "embedded" => vec![
            key("database", ConfigKind::Path, false),
            key("read_only", ConfigKind::Boolean, false),
        ],
        _ => vec![
            key("host", ConfigKind::Text, true),
            key("port", ConfigKind::Integer, false),
            key("password", ConfigKind::Secret, false),
        ],
    };
    Description {
        name: name.into(),
        version: "1.0.0".into(),
        engine_version: "1".into(),
        semantics: 1,
        dialect: Dialect::ansi(),
        capabilities: Capabilities {
            embedded: name == "embedded",
            publish: name == "server",
            ..Capabilities::default()
        },
        publication_setup: None,
        harmless_options: Vec::new(),
        safe_options: vec!["threads".into()],
        connection,
    }
}
