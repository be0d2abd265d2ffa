//! Whether a recorded result is taken over or the rule runs, and why.

use super::entry::{Origin, RuleEntry, Status};
use super::fingerprint::Fingerprint;
use super::proof::DataVersion;
use crate::config::Reuse;

/// What becomes of a rule.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Decision {
    /// Its recorded result is taken over.
    Take {
        why: String,
        /// The record has no proof that it fits; the next run will not take it.
        unproven: bool,
    },
    /// It runs.
    Run { why: String },
}

/// What a decision looks at besides the record.
#[derive(Clone, Copy, Debug)]
pub struct Circumstances<'a> {
    pub reuse: Reuse,
    /// The run that is continued made the record.
    pub is_resumed: bool,
    pub fingerprint: &'a Fingerprint,
    /// What proves the data, or why nothing does.
    pub data_version: Result<&'a DataVersion, &'a str>,
    /// Why the result of the rule is not reusable in principle.
    pub not_reusable: Option<&'a str>,
    /// The record is older than results may be.
    pub too_old: bool,
}

/// Such a result may be of rows that changed while they were read.
const NOT_KNOWN_THEN: &str = "data version not known: it was not when the result was recorded";

/// Decides on a rule with this record.
pub fn decide(record: Option<(&RuleEntry, Origin)>, now: Circumstances<'_>) -> Decision {
    let Some((entry, origin)) = record else {
        return run("new");
    };
    let complete = entry.status == Status::Completed && entry.result.is_some();
    match origin {
        Origin::Damaged => run("the record is damaged"),
        _ if !complete => run("it was not completed"),
        Origin::Foreign if now.reuse == Reuse::Never => run("reuse is never"),
        Origin::Foreign => Decision::Take {
            why: "taken over once from a record without proof".into(),
            unproven: true,
        },
        Origin::Ours => decide_own(entry, now),
    }
}

fn decide_own(entry: &RuleEntry, now: Circumstances<'_>) -> Decision {
    let before = entry.data_version.as_deref().map(DataVersion::parse);
    let (before, data) = (before.as_ref(), now.data_version);
    let unchanged = matches!((before, data), (Some(before), Ok(data)) if before.proves(data));
    let take = |word: &str| {
        let rule = now.fingerprint.short();
        let data = data.ok().or(before);
        let data = data.map_or_else(|| "not known".to_owned(), DataVersion::shortened);
        Decision::Take {
            why: format!("{word} (rule {rule}, data {data})"),
            unproven: false,
        }
    };
    if entry.verified == Some(false) {
        return run("its record was taken over without proof");
    }
    let Some(recorded) = &entry.fingerprint else {
        return run("the record has no fingerprint");
    };
    if let Some(name) = now.fingerprint.difference(recorded) {
        return run(&format!("{name} changed"));
    }
    if now.reuse == Reuse::Never {
        return run("reuse is never");
    }
    if now.is_resumed {
        return match (before, data) {
            _ if unchanged => take("resumed"),
            (Some(before), Ok(data)) => run(before.difference(data)),
            (None, Ok(_)) => run(NOT_KNOWN_THEN),
            (_, Err(_)) => take("resumed, data not re-checked"),
        };
    }
    match (now.reuse, now.not_reusable) {
        (Reuse::Never, _) => run("reuse is never"),
        _ if now.too_old => run("older than max_age"),
        (_, Some(why)) => run(why),
        (Reuse::Recorded, _) => take("reused as recorded"),
        (Reuse::Verified, _) if unchanged => take("reused"),
        (Reuse::Verified, _) => match (before, data) {
            (Some(before), Ok(data)) => run(before.difference(data)),
            (_, Err(why)) => run(&format!("data version not known: {why}")),
            (None, Ok(_)) => run(NOT_KNOWN_THEN),
        },
    }
}

fn run(why: &str) -> Decision {
    Decision::Run {
        why: why.to_owned(),
    }
}
