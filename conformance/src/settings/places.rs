//! What stands for `{folder}`, `{name}`, `{service}` and `{env:NAME}` in the settings.

use std::path::{Path, PathBuf};

use anyhow::{Context, bail};
use data_validator_plugin::EngineConfig;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

/// The places of one case.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Places {
    pub folder: PathBuf,
    /// Letters, digits and `_`, so that it can be a schema.
    pub name: String,
    /// The service's address, if there is a service.
    pub service: Option<String>,
}

impl Places {
    /// A text with everything in its place.
    ///
    /// # Errors
    /// When it names what there is not.
    pub fn fill(&self, text: &str) -> anyhow::Result<String> {
        let mut filled = text
            .replace("{folder}", &self.folder.to_string_lossy())
            .replace("{name}", &self.name);
        if filled.contains("{service}") {
            let Some(service) = &self.service else {
                bail!("'{text}' names the service, and the settings have none; add [service]");
            };
            filled = filled.replace("{service}", service);
        }
        with_environment(&filled)
    }

    /// The settings of a session.
    ///
    /// # Errors
    /// As [`fill`](Self::fill).
    pub fn config(
        &self,
        connection: &Map<String, Value>,
        options: &Map<String, Value>,
    ) -> anyhow::Result<EngineConfig> {
        Ok(EngineConfig {
            connection: self.map(connection)?,
            options: self.map(options)?,
        })
    }

    /// A path with everything in its place.
    ///
    /// # Errors
    /// As [`fill`](Self::fill).
    pub fn path(&self, path: &Path) -> anyhow::Result<PathBuf> {
        Ok(self.fill(&path.to_string_lossy())?.into())
    }

    fn map(&self, map: &Map<String, Value>) -> anyhow::Result<Map<String, Value>> {
        let filled = map.iter().map(|(key, value)| {
            let value = match value {
                Value::String(text) => self.fill(text)?.into(),
                other => other.clone(),
            };
            Ok((key.clone(), value))
        });
        filled.collect()
    }
}

/// A text with variables of the environment in the places `{env:NAME}`.
///
/// # Errors
/// When there is no such variable.
pub fn with_environment(text: &str) -> anyhow::Result<String> {
    let mut filled = text.to_owned();
    while let Some(start) = filled.find("{env:") {
        let length = filled[start..]
            .find('}')
            .with_context(|| format!("'{text}' has no '}}' after '{{env:'"))?;
        let name = &filled[start + "{env:".len()..start + length];
        let value = std::env::var(name)
            .with_context(|| format!("'{text}' needs the variable {name} of the environment"))?;
        filled.replace_range(start..=start + length, &value);
    }
    Ok(filled)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_there_is_not_is_told() {
        let places = Places {
            folder: "/f".into(),
            name: "c1".into(),
            service: None,
        };
        assert_eq!(places.fill("{folder}/x {name}").unwrap(), "/f/x c1");
        assert_eq!(
            places.fill("{service}").unwrap_err().to_string(),
            "'{service}' names the service, and the settings have none; add [service]"
        );
        let missing = places.fill("{env:NO_SUCH_VARIABLE_OF_MINE}").unwrap_err();
        assert!(missing.to_string().contains("NO_SUCH_VARIABLE_OF_MINE"));
    }
}
