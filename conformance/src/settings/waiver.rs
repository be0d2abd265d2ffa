//! A case that is accepted to fail.

use anyhow::ensure;
use serde::Deserialize;

/// A case that is accepted to fail, and why. One that passes all the same is told, so that no waiver stays
/// longer than its reason.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Waiver {
    pub case: String,
    #[serde(default)]
    pub reason: String,
    /// Where it is followed up.
    #[serde(default)]
    pub issue: Option<String>,
}

impl Waiver {
    /// # Errors
    /// When there is no reason.
    pub fn check(&self) -> anyhow::Result<()> {
        ensure!(
            !self.reason.trim().is_empty(),
            "the waiver of '{}' has no reason; say why the case may fail",
            self.case
        );
        Ok(())
    }

    /// The reason as a report shows it.
    pub fn told(&self) -> String {
        match &self.issue {
            Some(issue) => format!("{} ({issue})", self.reason),
            None => self.reason.clone(),
        }
    }
}
