//! What a missing value means to a rule that judges values.

use crate::config::fields::Fields;
use crate::config::key::{Key, Kind};

use super::Counts;

/// What a rule that judges values does with NULL.
pub const KEY: Key = Key::optional(
    "nulls",
    Kind::one_of::<Nulls>(),
    "What a missing value does: `pass`, it does not fail; `fail`, it fails; `exclude`, only records with a value are \
     judged.",
)
.or("pass");

/// What an expression that is UNKNOWN does.
pub const KEY_OF_EXPRESSIONS: Key = Key {
    about: "For expressions, what a record does for which it is UNKNOWN: `pass`, it does not fail; `fail`, it fails; \
            `exclude`, only the other records are judged.",
    ..KEY
};

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
