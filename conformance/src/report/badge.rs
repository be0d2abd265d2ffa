//! Badges: what a run of the suite proves of an engine.
//!
//! A badge stands for all cases of its level. It is reached when at least one of them passed, and each of the
//! others did too, or is about something that the engine does not declare. A case that fails keeps it away,
//! waived or not, and so does one that could not be run.

use data_validator_plugin::Description;
use serde::{Deserialize, Serialize};

use crate::case::Level;
use crate::outcome::{CaseResult, Outcome};
use crate::settings::Settings;

/// What a run says of one badge.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Badge {
    pub level: Level,
    /// Whether the settings say that the engine is to reach it.
    pub aimed_for: bool,
    pub standing: Standing,
    /// Why it is not reached, or not judged.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub why: Option<String>,
    /// Cases of the level that passed, that were skipped, and that were chosen to be run.
    pub passed: usize,
    pub skipped: usize,
    pub cases: usize,
}

/// Whether a badge is reached.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Standing {
    Reached,
    Missed,
    /// Only some of its cases were chosen to be run.
    NotJudged,
}

impl Badge {
    /// Whether the engine should have reached it, and did not.
    pub fn is_failure(&self) -> bool {
        self.aimed_for && self.standing == Standing::Missed
    }
}

/// What an engine lacks of what the badge of a level needs: without it, the cases that are left prove too little.
pub fn lack_of(level: Level, engine: &Description, settings: &Settings) -> Option<&'static str> {
    match level {
        Level::Transactional if !engine.capabilities.publish => {
            Some("the engine does not declare 'publish'")
        }
        Level::Resilient if settings.away.is_none() => {
            Some("the settings do not say what takes the engine away for a while; add 'away'")
        }
        _ => None,
    }
}

/// What the results say of a badge. `lacks` is what the engine lacks of what the badge needs; `is_whole` says
/// whether all cases of the level were chosen to be run.
pub fn judge(
    level: Level,
    aimed_for: bool,
    lacks: Option<&str>,
    is_whole: bool,
    results: &[CaseResult],
) -> Badge {
    let of_level: Vec<&CaseResult> = results.iter().filter(|it| it.level == level).collect();
    let count = |is: fn(&Outcome) -> bool| of_level.iter().filter(|it| is(&it.outcome)).count();
    let passed = count(|outcome| matches!(outcome, Outcome::Pass));
    let skipped = count(|outcome| matches!(outcome, Outcome::Skip(_)));
    let cases = of_level.len();
    let others = cases - passed - skipped;
    let (standing, why) = if others > 0 {
        let why = format!("{others} of {cases} cases did not pass");
        (Standing::Missed, Some(why))
    } else if let Some(lacks) = lacks {
        (Standing::Missed, Some(lacks.to_owned()))
    } else if !is_whole {
        let why = "only some of its cases were chosen to be run".to_owned();
        (Standing::NotJudged, Some(why))
    } else if passed == 0 {
        (Standing::Missed, Some("none of its cases was run".into()))
    } else {
        (Standing::Reached, None)
    };
    Badge {
        level,
        aimed_for,
        standing,
        why,
        passed,
        skipped,
        cases,
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;

    fn results(outcomes: &[Outcome]) -> Vec<CaseResult> {
        let result = |outcome: &Outcome| CaseResult {
            case: "group/case".into(),
            title: String::new(),
            level: Level::Core,
            checks: String::new(),
            outcome: outcome.clone(),
            is_expected: true,
            reproduce: String::new(),
            sql: Vec::new(),
            seconds: Duration::ZERO,
        };
        outcomes.iter().map(result).collect()
    }

    fn standing(outcomes: &[Outcome], lacks: Option<&str>, is_whole: bool) -> Standing {
        judge(Level::Core, true, lacks, is_whole, &results(outcomes)).standing
    }

    #[test]
    fn a_badge_needs_a_pass_and_nothing_but_passes_and_skips() {
        let skip = || Outcome::Skip("undeclared".into());
        let pass = || Outcome::Pass;
        assert_eq!(standing(&[pass(), skip()], None, true), Standing::Reached);
        for other in [
            Outcome::Fail("x".into()),
            Outcome::Waived("x".into()),
            Outcome::NotRun("x".into()),
            Outcome::Error("x".into()),
        ] {
            assert_eq!(standing(&[pass(), other], None, true), Standing::Missed);
        }
    }

    #[test]
    fn a_badge_of_which_nothing_ran_is_not_reached() {
        assert_eq!(standing(&[], None, true), Standing::Missed);
        let skip = Outcome::Skip("undeclared".into());
        assert_eq!(standing(&[skip], None, true), Standing::Missed);
    }

    #[test]
    fn some_of_its_cases_can_take_a_badge_away_and_not_give_it() {
        let fail = Outcome::Fail("x".into());
        assert_eq!(standing(&[Outcome::Pass], None, false), Standing::NotJudged);
        assert_eq!(standing(&[fail], None, false), Standing::Missed);
    }

    #[test]
    fn a_badge_is_not_reached_without_what_it_needs() {
        let lacks = Some("the engine does not declare 'publish'");
        assert_eq!(standing(&[Outcome::Pass], lacks, true), Standing::Missed);
    }
}
