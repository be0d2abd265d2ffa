//! What an engine must be able to say for a question, and whether its dialect does.

use std::fmt;

use data_validator_plugin::{Dialect, LogicalType, RegexFlavour};

use super::question::{Computation, Condition, Count, Operand, Question, ReadAs};

/// Something that an engine may lack.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Ability {
    Patterns,
    TextLength,
    Json,
    /// Timestamps without zone beside those with one.
    Moments,
    /// Numbers made of dates and timestamps.
    Calendar,
    ExactSums,
    Deviations,
}

impl Ability {
    /// What the question needs and the engine lacks, if there is something.
    pub fn lacking(question: &Question, dialect: &Dialect) -> Option<Self> {
        needed(question)
            .into_iter()
            .find(|ability| !ability.is_in(dialect))
    }

    fn is_in(self, dialect: &Dialect) -> bool {
        match self {
            Self::Patterns => dialect.regex_flavour != RegexFlavour::None,
            Self::TextLength => dialect.text_length.is_some(),
            Self::Json => dialect.is_json.is_some(),
            Self::Moments => dialect.moment_in_utc.is_some(),
            Self::Calendar => {
                dialect.days_since_epoch.is_some() && dialect.microseconds_since_epoch.is_some()
            }
            Self::ExactSums => dialect.exact_sum.is_some(),
            Self::Deviations => dialect.stddev_samp.is_some() && dialect.stddev_pop.is_some(),
        }
    }
}

fn needed(question: &Question) -> Vec<Ability> {
    let mut needed = Vec::new();
    match &question.count {
        Count::Rows(condition) => condition.each(&mut |condition| match condition {
            Condition::Matches { .. } | Condition::MatchesNative { .. } => {
                needed.push(Ability::Patterns);
            }
            Condition::Length { .. } => needed.push(Ability::TextLength),
            Condition::IsJson(_) => needed.push(Ability::Json),
            Condition::CompareColumns { left, right, .. } => {
                let is_moment =
                    |read_as| matches!(read_as, ReadAs::MomentOfDate | ReadAs::MomentOfTimestamp);
                if is_moment(left.read_as) || is_moment(right.read_as) {
                    needed.push(Ability::Moments);
                }
            }
            _ => {}
        }),
        Count::Value { computation, .. } => match computation {
            Computation::ExactSum { .. } => needed.push(Ability::ExactSums),
            Computation::Deviation { .. } => needed.push(Ability::Deviations),
            Computation::Extreme { of, .. } | Computation::Ranked { of, .. } => {
                if is_in_calendar(of) {
                    needed.push(Ability::Calendar);
                }
            }
            Computation::FiniteSum => {}
        },
        Count::Pairs { pairing, .. } => {
            let pairs = pairing.keys.iter().chain(&pairing.columns);
            let is_moment = |operand: &Operand| {
                matches!(
                    operand.read_as,
                    ReadAs::MomentOfDate | ReadAs::MomentOfTimestamp
                )
            };
            let mut operands = pairs.flat_map(|pair| [&pair.left, &pair.right]);
            needed.extend(operands.any(is_moment).then_some(Ability::Moments));
        }
        Count::Keys { .. } | Count::Orphans { .. } | Count::Query { .. } => {}
    }
    needed
}

fn is_in_calendar(logical_type: &LogicalType) -> bool {
    matches!(
        logical_type,
        LogicalType::Date | LogicalType::Timestamp | LogicalType::TimestampTz
    )
}

/// As the end of "the engine …".
impl fmt::Display for Ability {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Patterns => "has no patterns",
            Self::TextLength => "does not count the characters of a text",
            Self::Json => "cannot tell what is JSON",
            Self::Moments => "has no zone for timestamps without one",
            Self::Calendar => "makes no numbers of dates",
            Self::ExactSums => "has no exact sums",
            Self::Deviations => "has no standard deviations",
        })
    }
}
