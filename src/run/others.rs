//! The other relations that a table's rules read, attached beside it or on another engine.

use std::sync::Arc;

use super::reach::Reach;
use crate::config::{Config, Rule, Table};
use crate::engines::connection::Limits;
use crate::plan::other_rows::OtherRows;
use crate::rules::{Other, RuleError};
use crate::sources;

/// The relations that rules lead to, or why they do not.
#[derive(Debug, Default)]
pub struct Others(Vec<(Other, Result<Arc<OtherRows>, RuleError>)>);

impl Others {
    /// Attaches what these rules read besides the table. What cannot be had is told by the rules that need it.
    pub fn attach(
        reach: &mut Reach<'_>,
        limits: Limits<'_>,
        config: &Config,
        table: &Table,
        rules: &[&Rule],
    ) -> Self {
        let attached = of_rules(rules)
            .into_iter()
            .enumerate()
            .map(|(number, other)| {
                let rows = attach(reach, limits, config, table, other, number);
                let failed = |why| RuleError::Unfit(format!("{}: {why}", other.describe()));
                (other.clone(), rows.map(Arc::new).map_err(failed))
            });
        Self(attached.collect())
    }

    /// The rows of another relation.
    ///
    /// # Errors
    /// Why there are none.
    pub fn of(&self, other: &Other) -> Result<&Arc<OtherRows>, RuleError> {
        match self.0.iter().find(|(known, _)| known == other) {
            Some((_, rows)) => rows.as_ref().map_err(Clone::clone),
            None => Err(RuleError::Unfit(format!(
                "{} was not attached",
                other.describe()
            ))),
        }
    }
}

/// The other relations that these rules read, each once.
pub fn of_rules<'r>(rules: &[&'r Rule]) -> Vec<&'r Other> {
    let mut others: Vec<&Other> = Vec::new();
    for other in rules.iter().filter_map(|rule| rule.check.other()) {
        if !others.contains(&other) {
            others.push(other);
        }
    }
    others
}

/// Lets the relations of a table go.
pub fn detach(reach: &mut Reach<'_>, config: &Config, table: &Table, rules: &[&Rule]) {
    for (number, other) in of_rules(rules).into_iter().enumerate() {
        if let Some(connection) = reach.opened(other.place(table, config).engine) {
            connection.detach(&attached_name(table, number));
        }
    }
}

/// No table of a config has a name with a tab; a line break would break the SQL that is shown.
pub fn attached_name(table: &Table, number: usize) -> String {
    format!("{number}\t{}", table.name)
}

fn attach(
    reach: &mut Reach<'_>,
    limits: Limits<'_>,
    config: &Config,
    table: &Table,
    other: &Other,
    number: usize,
) -> Result<OtherRows, String> {
    let place = other.place(table, config);
    let source = sources::find(place.source)
        .and_then(|found| found.source())
        .map_err(|error| error.to_string())?;
    let is_elsewhere = reach.connection.name() != place.engine;
    let connection = reach
        .to(place.engine, config)
        .map_err(|error| error.to_string())?;
    let relation = connection.attach(&attached_name(table, number), &source, limits);
    let relation = relation.result.map_err(|error| error.to_string())?;
    let schema = connection.call(limits, |session, call| session.schema(&relation, call));
    Ok(OtherRows {
        engine: place.engine.to_owned(),
        is_elsewhere,
        relation,
        schema: schema.result.map_err(|error| error.to_string())?,
        scope: other.scope.clone(),
    })
}
