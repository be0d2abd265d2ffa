//! Which engines a stranger's config may choose, and what it may set of them.

use std::collections::BTreeSet;

use data_validator_plugin::{ConfigKey, ConfigKind, Description};

use super::{Guard, is_of_the_file};
use crate::config::DEFAULT_ENGINE;
use crate::config::document::{Document, EngineDocument};
use crate::config::findings::Findings;
use crate::engines::catalog::Catalog;

impl<'a> Guard<'a> {
    pub(super) fn check_engines(
        &mut self,
        document: &Document<'a>,
        default_engine: Option<&'a str>,
        findings: &Findings,
        catalog: &mut Catalog,
    ) {
        let default = document
            .engine
            .iter()
            .map(|engine| (DEFAULT_ENGINE, engine));
        let named = document
            .engines
            .iter()
            .map(|(name, engine)| (*name, engine));
        let mut users_choice = BTreeSet::new();
        for (name, engine) in default.chain(named) {
            if self.is_type_given(engine, findings) {
                users_choice.extend(engine.engine_type.clone());
            }
            if self.is_connection_given(engine, findings) {
                self.given_engines.insert(name);
            }
        }
        if default_engine.is_some_and(|name| self.given_engines.contains(name)) {
            self.given_engines.insert(DEFAULT_ENGINE);
        }
        catalog.look_only_for(users_choice);
        let default = document
            .engine
            .iter()
            .map(|engine| (DEFAULT_ENGINE, engine));
        let named = document
            .engines
            .iter()
            .map(|(name, engine)| (*name, engine));
        for (name, engine) in default.chain(named) {
            self.check_engine(name, engine, findings, catalog);
        }
    }

    /// Whether the user chose the engine or something of its connection.
    pub(super) fn is_given(&self, engine: &str) -> bool {
        self.given_engines.contains(engine)
    }

    fn is_type_given(&self, engine: &EngineDocument<'_>, findings: &Findings) -> bool {
        let named = engine
            .engine_type
            .as_deref()
            .filter(|name| Some(*name) == self.named_engine);
        named.is_some() || !is_of_the_file(&engine.path.key("type"), findings)
    }

    fn is_connection_given(&self, engine: &EngineDocument<'_>, findings: &Findings) -> bool {
        let params = &engine.connection_params;
        let mut keys = params.entries().into_iter();
        self.is_type_given(engine, findings)
            || keys.any(|(key, _)| !is_of_the_file(&params.path().key(key), findings))
    }

    fn check_engine(
        &self,
        name: &str,
        engine: &EngineDocument<'_>,
        findings: &Findings,
        catalog: &Catalog,
    ) {
        let engine_type = engine.engine_type.as_deref().or(catalog.default_name());
        let kinds = catalog.kinds().iter();
        let kind = kinds
            .map(|kind| &kind.description)
            .find(|known| Some(&*known.name) == engine_type);
        if let Some(description) = kind
            && !description.capabilities.embedded
            && engine.engine_type.is_some()
            && !self.is_given(name)
        {
            let message = format!(
                "the engine '{}' asks a server, and which one is not for an untrusted config to choose",
                description.name
            );
            let hint = format!(
                "choose it with --engine {}, or give its connection as in {}",
                description.name,
                variable(engine, "connection_params", "host")
            );
            findings.at_value(&engine.path.key("type"), message, hint);
        }
        refuse_params(
            engine,
            kind.map_or(&[], |known| &known.connection),
            findings,
        );
        refuse_options(engine, kind, findings);
    }
}

/// A connection leads to files and servers, with the user's rights and passwords.
fn refuse_params(engine: &EngineDocument<'_>, keys: &[ConfigKey], findings: &Findings) {
    let params = &engine.connection_params;
    for (key, value) in params.entries() {
        let path = params.path().key(key);
        let is_path = keys
            .iter()
            .any(|known| known.name == key && known.kind == ConfigKind::Path);
        let is_no_file = is_path && value.as_str() == Some(":memory:");
        if value.is_null() || is_no_file || !is_of_the_file(&path, findings) {
            continue;
        }
        findings.at_key(
            &path,
            format!("'{key}' is part of a connection, which an untrusted config must not choose"),
            format!("give it as {}", variable(engine, "connection_params", key)),
        );
    }
}

/// Options load extensions, name folders and lift limits, unless the engine declares them harmless.
fn refuse_options(engine: &EngineDocument<'_>, kind: Option<&Description>, findings: &Findings) {
    let known: &[String] = kind.map_or(&[], |known| &known.safe_options);
    for key in engine.options.keys().filter(|key| !known.contains(key)) {
        let path = engine.path.key("options").key(key);
        if !is_of_the_file(&path, findings) {
            continue;
        }
        let message = format!("the option '{key}' is none that an untrusted config may set");
        let hint = match known {
            [] => format!("give it as {}", variable(engine, "options", key)),
            known => format!(
                "give it as {}; an untrusted config may set {}",
                variable(engine, "options", key),
                known.join(", ")
            ),
        };
        findings.at_key(&path, message, hint);
    }
}

/// The variable of the environment that sets a key of an engine.
fn variable(engine: &EngineDocument<'_>, section: &str, key: &str) -> String {
    format!(
        "{}=…",
        crate::config::environment::variable(&engine.path.key(section).key(key))
    )
}
