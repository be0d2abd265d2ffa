//! How many: the parameters `min`, `max` and `equals` of rules that count.

use serde::Serialize;

use crate::config::fields::Fields;

/// What a count may be.
#[derive(Clone, Copy, Debug, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Size {
    Equals(u64),
    Between { min: Option<u64>, max: Option<u64> },
}

impl Size {
    /// Reads what is given of them; `what` is counted.
    pub fn read(parameters: &mut Fields<'_>, what: &str) -> Option<Self> {
        let min: Option<u64> = parameters.optional("min");
        let max: Option<u64> = parameters.optional("max");
        let equals: Option<u64> = parameters.optional("equals");
        let among_others = parameters.was_given("min") || parameters.was_given("max");
        match (min, max, equals) {
            (_, _, Some(_)) if among_others => {
                let message = "'equals' stands beside 'min' or 'max'";
                parameters.refuse("equals", message, "keep 'equals' alone, or the others");
                None
            }
            (_, _, Some(equals)) => Some(Self::Equals(equals)),
            (None, None, None) => {
                let message = format!("the number of {what} has no bound");
                parameters.refuse_unless_refused(&message, "give 'min', 'max', or 'equals'");
                None
            }
            (Some(min), Some(max), None) if min > max => {
                let message = format!("min {min} is more than max {max}");
                parameters.refuse("min", &message, "swap them");
                None
            }
            (min, max, None) => Some(Self::Between { min, max }),
        }
    }

    /// The least and the greatest count that passes.
    pub fn bounds(self) -> (Option<u64>, Option<u64>) {
        match self {
            Self::Equals(equals) => (Some(equals), Some(equals)),
            Self::Between { min, max } => (min, max),
        }
    }
}
