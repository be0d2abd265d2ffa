//! The engines that a config can choose.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use crate::similar::did_you_mean;

use super::discover::{Folder, folders};
use super::kind::{EngineKind, Origin};
use super::library;
use super::library_file::LoadError;
use super::registry;

/// Engines by name: those linked in, those of plugin files that somebody named, and those that are
/// found where plugins lie.
#[derive(Clone, Debug, Default)]
pub struct Catalog {
    kinds: Vec<Arc<EngineKind>>,
    folders: Vec<Folder>,
    /// Whether a plugin that somebody named was refused, which may be the one that is missed later.
    has_refused: bool,
}

/// A plugin file that somebody named.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct PluginFile {
    pub path: PathBuf,
    /// What the SHA-256 of its bytes has to be, in hex.
    pub sha256: Option<String>,
}

impl Catalog {
    /// The engines of this program, and the folders that are searched for others; `search_path` is what
    /// `DATA_VALIDATOR_PLUGIN_PATH` says.
    pub fn new(search_path: Option<&str>) -> Self {
        Self {
            kinds: registry::linked_in().into_iter().map(Arc::new).collect(),
            folders: folders(search_path),
            has_refused: false,
        }
    }

    /// These engines, and no folders.
    pub fn of(kinds: impl IntoIterator<Item = EngineKind>) -> Self {
        Self {
            kinds: kinds.into_iter().map(Arc::new).collect(),
            ..Self::default()
        }
    }

    /// Loads a plugin that somebody named. It takes the place of an engine of its name that is linked in.
    ///
    /// # Errors
    /// When it is refused, or another file that was named is an engine of its name too.
    pub fn add(&mut self, file: &PluginFile) -> Result<Arc<EngineKind>, LoadError> {
        let added = self.try_add(file);
        self.has_refused |= added.is_err();
        added
    }

    fn try_add(&mut self, file: &PluginFile) -> Result<Arc<EngineKind>, LoadError> {
        let kind = Arc::new(library::load(file)?);
        let name = &kind.description.name;
        let same = self
            .kinds
            .iter_mut()
            .find(|known| known.description.name == *name);
        match same {
            None => self.kinds.push(Arc::clone(&kind)),
            Some(known) => match &known.origin {
                Origin::LinkedIn => *known = Arc::clone(&kind),
                // The same file named twice, as in the config and on the command line.
                origin if *origin == kind.origin => {}
                Origin::File { path, .. } => {
                    return Err(LoadError::new(
                        format!(
                            "loading the plugin '{}': it is the engine '{name}', and so is '{}'",
                            file.path.display(),
                            path.display()
                        ),
                        "name one of them",
                    ));
                }
            },
        }
        Ok(kind)
    }

    /// The engine of that name, loaded from where plugins lie if it is none of those that are known.
    ///
    /// # Errors
    /// When there is none; the hint says where it was looked for, and why what was found is refused.
    pub fn find(&mut self, name: &str) -> Result<Arc<EngineKind>, LoadError> {
        if let Some(known) = self.known(name) {
            return Ok(known);
        }
        let mut looked = Vec::new();
        for folder in &self.folders {
            let Some(path) = folder.file_of(name) else {
                continue;
            };
            if !path.exists() {
                looked.push(format!("{}: no", path.display()));
                continue;
            }
            match load_as(name, &path) {
                Ok(kind) => {
                    let kind = Arc::new(kind);
                    self.kinds.push(Arc::clone(&kind));
                    return Ok(kind);
                }
                Err(error) => looked.push(error.to_string()),
            }
        }
        Err(self.not_found(name, &looked))
    }

    /// The name of the engine that is used where a config names none.
    pub fn default_name(&self) -> Option<&str> {
        self.kinds
            .first()
            .map(|kind| kind.description.name.as_str())
    }

    /// Whether a plugin that somebody named was refused.
    pub fn has_refused(&self) -> bool {
        self.has_refused
    }

    /// The engines that are known by now.
    pub fn kinds(&self) -> &[Arc<EngineKind>] {
        &self.kinds
    }

    /// All plugin files where plugins lie, with what each is or why it is refused.
    pub fn found(&self) -> Vec<(PathBuf, Result<EngineKind, LoadError>)> {
        let files = self.folders.iter().flat_map(Folder::files);
        files
            .map(|(name, path)| {
                let kind = load_as(&name, &path);
                (path, kind)
            })
            .collect()
    }

    /// Where plugins lie, in the order of the search.
    pub fn folders(&self) -> &[Folder] {
        &self.folders
    }

    fn known(&self, name: &str) -> Option<Arc<EngineKind>> {
        let named = |kind: &&Arc<EngineKind>| kind.description.name == name;
        self.kinds.iter().find(named).map(Arc::clone)
    }

    fn not_found(&self, name: &str, looked: &[String]) -> LoadError {
        let names = self.kinds.iter().map(|kind| kind.description.name.as_str());
        let known = names.clone().collect::<Vec<_>>();
        let is_of_python = registry::OF_THE_PYTHON_PACKAGE.contains(&name);
        let near = did_you_mean(name, names).filter(|_| !is_of_python);
        let mut hint = near.unwrap_or_else(|| match &known[..] {
            [] => "this program was built without engines; name a plugin".to_owned(),
            known => format!("known: {}", known.join(", ")),
        });
        if !looked.is_empty() {
            hint = format!(
                "{hint}; as a plugin it was looked for here:\n    {}",
                looked.join("\n    ")
            );
        }
        let message = match is_of_python {
            true => format!("engine type '{name}' of the Python package is not here"),
            false => format!("unknown engine type '{name}'"),
        };
        LoadError::new(message, hint)
    }
}

/// Loads the plugin that the file's name says it is.
fn load_as(name: &str, path: &Path) -> Result<EngineKind, LoadError> {
    let kind = library::load(&PluginFile {
        path: path.to_owned(),
        sha256: None,
    })?;
    if kind.description.name != name {
        return Err(LoadError::new(
            format!(
                "loading the plugin '{}': it is the engine '{}', and its file's name says '{name}'",
                path.display(),
                kind.description.name
            ),
            "rename the file",
        ));
    }
    Ok(kind)
}
