//! Rule types of the Python package that Databricks alone can judge.
//!
//! A config with them loads, so that it serves both programs; a rule ends as an error, and never as a
//! pass that nobody checked.

use std::sync::Arc;

use serde::Serialize;

use super::{Answers, Check, Counts, Facts, RuleError, RuleType, Subject};
use crate::config::fields::RuleFields;
use crate::plan::question::Question;

/// They stand beside the table of rule types, since nobody should choose one.
pub const RULE_TYPES: &[RuleType] = &[
    rule_type("unity_catalog_lineage"),
    rule_type("delta_quality"),
    rule_type("workspace_permission"),
];

const fn rule_type(name: &'static str) -> RuleType {
    RuleType {
        name,
        about: "of the Python package: Databricks alone judges it, and here the rule ends as an error",
        subject: Subject::Anything,
        parameters: &[],
        semantics: 1,
        read,
    }
}

#[derive(Debug, Serialize)]
struct OnDatabricksAlone;

fn read(rule: &mut RuleFields<'_>) -> Option<Arc<dyn Check>> {
    rule.own_keys_of_any_type();
    Some(Arc::new(OnDatabricksAlone))
}

impl Check for OnDatabricksAlone {
    fn questions(&self, _facts: &Facts<'_>) -> Result<Vec<Question>, RuleError> {
        Err(RuleError::OnDatabricksAlone)
    }

    fn judge(&self, _facts: &Facts<'_>, _answers: &Answers<'_>) -> Result<Counts, RuleError> {
        Err(RuleError::OnDatabricksAlone)
    }
}
