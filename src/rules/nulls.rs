//! What a missing value means to a rule that judges values.

use crate::config::fields::Fields;

use super::Counts;

/// The parameter `nulls`.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, serde::Deserialize, serde::Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Nulls {
    /// A missing value does not fail.
    #[default]
    Pass,
    /// A missing value fails.
    Fail,
    /// Only records with a value are judged.
    Exclude,
}

impl Nulls {
    pub fn read(parameters: &mut Fields<'_>) -> Self {
        parameters.optional("nulls").unwrap_or_default()
    }

    /// Counts of a rule in which `failed` values fail and `missing` records have none, of `total` records.
    pub fn counts(self, total: u64, failed: u64, missing: u64) -> Counts {
        Counts {
            total,
            failed: match self {
                Self::Fail => failed + missing,
                Self::Pass | Self::Exclude => failed,
            },
            missing,
            excluded: match self {
                Self::Exclude => missing,
                Self::Pass | Self::Fail => 0,
            },
            ..Counts::default()
        }
    }
}
