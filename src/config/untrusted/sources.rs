//! Where a stranger's config may say that rows are: files in its folder, and relations where the user said.

use std::path::Path;

use data_validator_plugin::{Dialect, TableName};
use serde_yaml::Value;

use super::confined::lies_within;
use super::{Guard, SQL_HINT, is_of_the_file, refusal_of_file, refuse_link};
use crate::config::fields::wording::shortened;
use crate::config::findings::Findings;
use crate::config::path::KeyPath;
use crate::config::source::{self, Refusal};
use crate::config::{FilesSpec, SourceSpec};
use crate::sources::SourceError;
use crate::sources::files::find;

/// A source as it stands in a document.
pub struct Written<'w> {
    pub value: &'w Value,
    pub path: KeyPath,
    pub findings: &'w Findings,
    /// Where relative paths start from.
    pub folder: &'w Path,
}

impl Written<'_> {
    /// The source that is meant; gives `None` after leaving a diagnostic.
    pub fn read(&self, dialect: &Dialect) -> Option<SourceSpec> {
        source::read(self.value, &self.path, self.findings, self.folder, dialect)
    }

    /// A key of the source that is text, with its path; the whole source where it is one text itself.
    fn text(&self, key: &str) -> Option<(&str, KeyPath)> {
        match self.value {
            Value::String(text) => Some((text, self.path.clone())),
            value => Some((value.get(key)?.as_str()?, self.path.key(key))),
        }
    }

    /// As [`Written::text`], for what is from the file.
    fn strangers_text(&self, key: &str) -> Option<(&str, KeyPath)> {
        self.text(key)
            .filter(|(_, path)| is_of_the_file(path, self.findings))
    }
}

impl Guard<'_> {
    /// Reads the source that counts for a table of this engine, unless it is refused.
    pub fn read_source(
        &self,
        written: &Written<'_>,
        engine: &str,
        dialect: &Dialect,
    ) -> Option<SourceSpec> {
        if let Some((path, (message, hint))) = self.refusal(written) {
            written.findings.at_value(&path, message, hint);
            return None;
        }
        let source = written.read(dialect)?;
        let refuse = |(message, hint): Refusal, key: &str| {
            let path = written
                .text(key)
                .map_or_else(|| written.path.clone(), |(_, path)| path);
            written.findings.at_value(&path, message, hint);
        };
        match source {
            SourceSpec::Files(files) if written.strangers_text("path").is_some() => {
                let files = self.confined(files);
                let leads_out = |error: &Refusal| refuse(error.clone(), "path");
                let files = find_inside(files).inspect_err(leads_out).ok()?;
                Some(SourceSpec::Files(files))
            }
            SourceSpec::Files(_) => {
                let admitted = self.users_source(source);
                admitted
                    .inspect_err(|error| refuse(error.clone(), "path"))
                    .ok()
            }
            SourceSpec::Table(name) => {
                let mut keys = ["table", "schema", "catalog"].into_iter();
                if keys.any(|key| written.strangers_text(key).is_some())
                    && let Some(refusal) = self.refusal_of_relation(&name, engine)
                {
                    refuse(refusal, "table");
                    return None;
                }
                Some(SourceSpec::Table(name))
            }
            // One that is from the file was refused above.
            SourceSpec::Query(_) => Some(source),
        }
    }

    /// Whether something else than the engine's own words is wrong with a source that does not count.
    pub fn is_refused(&self, written: &Written<'_>) -> bool {
        self.refusal(written).is_some()
    }

    /// A source that the user names. In the config's folder a link that leads out would still be the stranger's.
    ///
    /// # Errors
    /// There is such a link on the way to the files.
    pub fn users_source(&self, source: SourceSpec) -> Result<SourceSpec, Refusal> {
        // What is hidden and was named so is meant.
        let is_hidden = |path: &Path| {
            let path = std::path::absolute(path).ok();
            let below = path
                .as_deref()
                .and_then(|path| path.strip_prefix(&self.folder).ok());
            let mut names = below.into_iter().flatten();
            names.any(|name| name.to_string_lossy().starts_with('.'))
        };
        match source {
            SourceSpec::Files(files)
                if lies_within(&files.path, &self.folder) && !is_hidden(&files.path) =>
            {
                find_inside(self.confined(files)).map(SourceSpec::Files)
            }
            SourceSpec::Files(files) => {
                refuse_link(&files.path, &self.folder).map(|()| SourceSpec::Files(files))
            }
            other => Ok(other),
        }
    }

    /// What is wrong with a source as it is written, before anything outside of the folder is looked at.
    fn refusal(&self, written: &Written<'_>) -> Option<(KeyPath, Refusal)> {
        if let Some((text, path)) = written.strangers_text("path")
            && let Some(refusal) = refusal_of_file(&written.folder.join(text), &self.folder)
        {
            return Some((path, refusal));
        }
        let query = written
            .value
            .is_mapping()
            .then(|| written.strangers_text("query"));
        let (_, path) = query.flatten()?;
        let message = "a source's query is custom SQL, which can read whatever the engine can, so an untrusted \
                       config must not have one";
        Some((path, (message.to_owned(), SQL_HINT.to_owned())))
    }

    fn refusal_of_relation(&self, name: &TableName, engine: &str) -> Option<Refusal> {
        let shown = shortened(&name.parts().collect::<Vec<_>>().join("."));
        if !self.is_given(engine) {
            let message = format!(
                "'{shown}' is a relation, and which database to read is not for an untrusted config to choose"
            );
            let hint = "name files in the config's folder, or choose the engine with --engine, or its connection \
                        with VALIDATOR_ENGINE__CONNECTION_PARAMS__…";
            return Some((message, hint.to_owned()));
        }
        // An engine may take a name that it does not know for a path.
        let is_path = |part: &str| part.contains(['/', '\\', '.', ':', '*', '?', '[']);
        name.parts().any(is_path).then(|| {
            let message =
                format!("the relation '{shown}' of an untrusted config could be taken for a file");
            (
                message,
                "rename it, or name it with --override TABLE=RELATION".to_owned(),
            )
        })
    }

    fn confined(&self, files: FilesSpec) -> FilesSpec {
        FilesSpec {
            within: Some(self.folder.clone()),
            ..files
        }
    }
}

/// Looks for the files now, so that one that must not be read is told with its place; all else is told by the run.
fn find_inside(files: FilesSpec) -> Result<FilesSpec, Refusal> {
    match find(&files) {
        Err(SourceError::Refused(message)) => Err((message, "name other files".to_owned())),
        _ => Ok(files),
    }
}
