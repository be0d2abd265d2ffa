//! From files, environment and command line to a config that can be run.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

use serde_yaml::{Mapping, Value};
use sha2::{Digest, Sha256};

use crate::engines::catalog::{Catalog, PluginFile};
use crate::engines::discover::{SEARCH_PATH, named_files};
use crate::similar::did_you_mean;

use super::diagnostic::{ConfigErrors, Diagnostic, Level, Location, Place};
use super::document::{Document, PluginDocument, read_plugins};
use super::fields::Fields;
use super::fields::wording::words;
use super::findings::Findings;
use super::interpolate::{Filling, interpolate};
use super::path::KeyPath;
use super::places::Places;
use super::positions::Positions;
use super::resolve::{Settings, resolve};
use super::secrets::Secrets;
use super::sources::{GivenSources, SourcesFile};
use super::untrusted::{Guard, Untrusted, refuse_link};
use super::{Config, Outputs, Pipeline, environment, text, yaml};

/// What goes into a config besides its file.
#[derive(Clone, Debug, Default)]
pub struct LoadOptions {
    /// All variables of the environment: `VALIDATOR_…` replace values, `${env:…}` asks for any.
    pub environment: BTreeMap<String, String>,
    /// Values for `${param:…}`.
    pub params: BTreeMap<String, String>,
    /// A file that maps tables to sources.
    pub sources: Option<PathBuf>,
    /// Sources by table, which win over the file of sources.
    pub overrides: Vec<(String, String)>,
    /// The default engine: a name from `engines`, or else an engine type.
    pub engine: Option<String>,
    /// Plugin files besides those that the config names.
    pub plugins: Vec<PathBuf>,
    /// Set where the config is a stranger's, with what it is allowed all the same.
    pub untrusted: Option<Untrusted>,
    /// Whether a table without a source is an error, as it is when the config is run.
    pub require_sources: bool,
}

impl LoadOptions {
    /// The process' environment, and nothing else; the config is to be run.
    pub fn from_process() -> Self {
        let environment = std::env::vars_os().filter_map(|(name, value)| {
            Some((name.into_string().ok()?, value.into_string().ok()?))
        });
        Self {
            environment: environment.collect(),
            require_sources: true,
            ..Self::default()
        }
    }
}

/// Reads a config and all that goes into it.
///
/// # Errors
/// All findings at once, when at least one of them is an error.
pub fn load(file: &Path, options: &LoadOptions) -> Result<Config, ConfigErrors> {
    let search_path = options.environment.get(SEARCH_PATH);
    load_with(file, options, Catalog::new(search_path.map(String::as_str)))
}

/// As [`load`], with the engines to choose from.
pub fn load_with(
    file: &Path,
    options: &LoadOptions,
    catalog: Catalog,
) -> Result<Config, ConfigErrors> {
    let mut loader = Loader::new(options, catalog);
    let config = loader.read(file);
    if config.is_some() {
        loader.warn_of_unused_params();
    }
    let Loader {
        secrets,
        mut diagnostics,
        ..
    } = loader;
    for diagnostic in &mut diagnostics {
        diagnostic.message = secrets.redact(&diagnostic.message).into_owned();
        diagnostic.hint = diagnostic
            .hint
            .take()
            .map(|hint| secrets.redact(&hint).into_owned());
    }
    diagnostics.sort_by(|one, other| {
        (&one.place, one.level, &one.message).cmp(&(&other.place, other.level, &other.message))
    });
    // Global rules are read for each engine, and say the same each time.
    diagnostics.dedup();
    match config {
        Some(config)
            if diagnostics
                .iter()
                .all(|diagnostic| diagnostic.level == Level::Warning) =>
        {
            Ok(Config {
                secrets,
                warnings: diagnostics,
                ..config
            })
        }
        _ => Err(ConfigErrors(diagnostics)),
    }
}

/// The plugin files that a config names, whatever else is in it.
///
/// # Errors
/// When it cannot be read as a config.
pub fn plugins_of(file: &Path, options: &LoadOptions) -> Result<Vec<PluginFile>, ConfigErrors> {
    let mut loader = Loader::new(options, Catalog::default());
    let folder = folder_of(file);
    let Some((mut value, positions, _)) = loader.read_mapping(file, "a config", "'tables:'") else {
        return Err(ConfigErrors(loader.diagnostics));
    };
    let findings = loader.interpolate(&mut value, Places::new(positions), &folder);
    let plugins = read_plugins(&mut Fields::of(&findings, &value));
    let mut diagnostics = findings.into_diagnostics();
    diagnostics.retain(|diagnostic| diagnostic.level == Level::Error);
    match diagnostics[..] {
        [] => Ok(plugins.iter().map(|plugin| plugin.file(&folder)).collect()),
        _ => Err(ConfigErrors(diagnostics)),
    }
}

struct Loader<'a> {
    options: &'a LoadOptions,
    catalog: Catalog,
    secrets: Secrets,
    used_params: BTreeSet<String>,
    /// The folder of a stranger's config, canonical; links in it that lead out are not read.
    confined_to: Option<PathBuf>,
    diagnostics: Vec<Diagnostic>,
}

impl<'a> Loader<'a> {
    fn new(options: &'a LoadOptions, catalog: Catalog) -> Self {
        Self {
            options,
            catalog,
            secrets: Secrets::default(),
            used_params: BTreeSet::new(),
            confined_to: None,
            diagnostics: Vec::new(),
        }
    }

    /// Reads what can be read; the diagnostics tell whether it can be run.
    fn read(&mut self, file: &Path) -> Option<Config> {
        let folder = folder_of(file);
        let mut guard = match self.options.untrusted {
            None => None,
            Some(_) => {
                let guard = Guard::of(&folder, self.options.engine.as_deref());
                Some(guard.map_err(|error| self.diagnostics.push(error)).ok()?)
            }
        };
        self.confined_to = guard.as_ref().map(|guard| guard.folder().to_owned());
        let sources = GivenSources {
            file: self
                .options
                .sources
                .as_deref()
                .and_then(|file| self.read_sources(file)),
            overrides: self.options.overrides.clone(),
        };
        let Some((mut value, positions, hash)) = self.read_mapping(file, "a config", "'tables:'")
        else {
            self.diagnostics.extend(sources.into_diagnostics());
            return None;
        };
        let mut places = Places::new(positions);
        environment::apply(
            &self.options.environment,
            &mut value,
            &mut places,
            &mut self.diagnostics,
        );
        let default_engine = self.choose_engine(&mut value, &mut places);
        let findings = self.interpolate(&mut value, places, &folder);
        let document = Document::read(Fields::of(&findings, &value));
        let metadata = document.metadata.clone();
        let pipeline = Pipeline::read(document.pipeline.clone(), &folder, file);
        let outputs = Outputs::read(
            document.outputs.clone(),
            document.dqx.clone(),
            &folder,
            document.tables.len(),
        );
        self.load_plugins(&document.plugins, &findings, &folder);
        if let Some(guard) = &mut guard {
            guard.check(&document, default_engine, &findings, &mut self.catalog);
        }
        let settings = Settings {
            folder: &folder,
            sources: &sources,
            guard: guard.as_ref(),
            require_sources: self.options.require_sources,
            default_engine,
            state: pipeline.state_in_engine.as_ref(),
        };
        let (engines, tables) = resolve(
            document,
            &findings,
            &settings,
            &mut self.catalog,
            &mut self.secrets,
        );
        self.diagnostics.extend(findings.into_diagnostics());
        self.diagnostics.extend(sources.into_diagnostics());
        let file = file.to_owned();
        Some(Config {
            file,
            hash,
            metadata,
            pipeline,
            outputs,
            engines,
            tables,
            secrets: Secrets::default(),
            confined_to: self.confined_to.clone(),
            warnings: Vec::new(),
        })
    }

    /// Makes the engine of the command line the default one; gives its name when it is one of `engines`.
    fn choose_engine(&mut self, root: &mut Value, places: &mut Places) -> Option<&'a str> {
        let name = self.options.engine.as_deref()?;
        let named = root
            .get("engines")
            .is_some_and(|engines| engines.get(name).is_some());
        let mapping = root.as_mapping_mut()?;
        if named {
            mapping.shift_remove("engine");
            return Some(name);
        }
        let written_type = mapping.get("engine").and_then(|engine| engine.get("type"));
        if written_type.and_then(Value::as_str) != Some(name) {
            let engine = Mapping::from_iter([("type".into(), name.into())]);
            mapping.insert("engine".into(), Value::Mapping(engine));
            let place = Place::CommandLine(format!("--engine {name}"));
            places.replace(KeyPath::default().key("engine"), place);
            // What the environment says is of the user's engine, and not of the one in the file.
            let variables = environment::below("ENGINE", &self.options.environment);
            environment::apply(&variables, root, places, &mut self.diagnostics);
        }
        None
    }

    /// Loads the plugins that config, command line and environment name; so that one that is refused is told
    /// whether or not its engine is used.
    fn load_plugins(&mut self, written: &[PluginDocument], findings: &Findings, folder: &Path) {
        let is_untrusted = self.options.untrusted.is_some();
        for plugin in written {
            if is_untrusted && !plugin.is_from_elsewhere(findings) {
                continue;
            }
            if let Err(error) = self.catalog.add(&plugin.file(folder)) {
                findings.at_value(&plugin.path.key("path"), error.message, error.hint);
            }
        }
        let search_path = self.options.environment.get(SEARCH_PATH);
        let given = self.options.plugins.iter().map(|path| {
            let place = Place::CommandLine(format!("--plugin {}", path.display()));
            (path.clone(), place)
        });
        let named = named_files(search_path.map(String::as_str))
            .map(|path| (path, Place::Environment(SEARCH_PATH.to_owned())));
        for (path, place) in given.chain(named) {
            let file = PluginFile { path, sha256: None };
            if let Err(error) = self.catalog.add(&file) {
                self.diagnostics
                    .push(Diagnostic::error(place, error.message, error.hint));
            }
        }
    }

    fn read_sources(&mut self, file: &Path) -> Option<SourcesFile> {
        let (mut value, positions, _) =
            self.read_mapping(file, "a file of sources", "'TABLE: SOURCE'")?;
        let folder = folder_of(file);
        let findings = self.interpolate(&mut value, Places::new(positions), &folder);
        Some(SourcesFile {
            value,
            findings,
            folder,
        })
    }

    /// A file that holds a mapping: the mapping, its positions and the hash of the file.
    fn read_mapping(
        &mut self,
        file: &Path,
        what: &str,
        example: &str,
    ) -> Option<(Value, Positions, String)> {
        let (value, positions, hash) = self.read_value(file)?;
        let root = positions.of_value(&KeyPath::default());
        let start = Location {
            line: 1,
            column: 1,
            ..root.clone()
        };
        let (location, message) = match &value {
            Value::Mapping(_) => return Some((value, positions, hash)),
            Value::Null => (start, "the file is empty".to_owned()),
            other => (root, format!("{what} is a mapping, found {}", words(other))),
        };
        let hint = format!("begin with a key such as {example}");
        let diagnostic = Diagnostic::error(Place::Text(location), message, hint);
        self.diagnostics.push(diagnostic);
        None
    }

    fn read_value(&mut self, file: &Path) -> Option<(Value, Positions, String)> {
        if let Some(folder) = &self.confined_to
            && let Err((message, hint)) = refuse_link(file, folder)
        {
            let place = Place::File(file.to_owned());
            self.diagnostics
                .push(Diagnostic::error(place, message, hint));
            return None;
        }
        let read = text::read_bytes(file).and_then(|bytes| {
            Ok((
                text::decode(file, &bytes)?.to_owned(),
                hex::encode(Sha256::digest(&bytes)),
            ))
        });
        match read {
            Ok((text, hash)) => {
                let (value, positions) = yaml::read(file, &text, &mut self.diagnostics)?;
                Some((value, positions, hash))
            }
            Err(diagnostic) => {
                self.diagnostics.push(diagnostic);
                None
            }
        }
    }

    fn interpolate(&mut self, value: &mut Value, places: Places, folder: &Path) -> Findings {
        let mut filling = Filling {
            environment: &self.options.environment,
            params: &self.options.params,
            folder,
            untrusted: self.options.untrusted.as_ref(),
            secrets: &mut self.secrets,
            used_params: &mut self.used_params,
        };
        interpolate(value, places, &mut filling)
    }

    fn warn_of_unused_params(&mut self) {
        for name in self
            .options
            .params
            .keys()
            .filter(|name| !self.used_params.contains(*name))
        {
            let place = Place::CommandLine(format!("--param {name}"));
            let used = self.used_params.iter().map(String::as_str);
            let hint = did_you_mean(name, used)
                .unwrap_or_else(|| format!("write ${{param:{name}}} where it is meant"));
            self.diagnostics.push(Diagnostic::warning(
                place,
                format!("the parameter '{name}' is not used"),
                hint,
            ));
        }
    }
}

/// The folder that relative paths in a file start from; empty for the working directory.
fn folder_of(file: &Path) -> PathBuf {
    file.parent().map(Path::to_owned).unwrap_or_default()
}
