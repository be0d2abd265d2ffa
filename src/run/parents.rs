//! The other relations that a table's rules read, attached beside it.

use crate::config::{Config, Rule, SourceSpec, Table};
use crate::engines::connection::{Connection, Limits};
use crate::rules::{Reference, Relative, RuleError};
use crate::sources;

/// The relations that references lead to, or why they do not.
#[derive(Debug, Default)]
pub struct Parents(Vec<(String, Result<Relative, RuleError>)>);

impl Parents {
    /// Attaches what these rules refer to. What cannot be had is told by the rules that need it.
    pub fn attach(
        connection: &mut Connection,
        limits: Limits<'_>,
        config: &Config,
        table: &Table,
        rules: &[&Rule],
    ) -> Self {
        let mut parents = Self::default();
        for reference in rules.iter().filter_map(|rule| rule.check.reference()) {
            if parents.position(reference).is_none() {
                let name = attached_name(table, parents.0.len());
                let parent = attach(connection, limits, config, reference, &name);
                let failed = |why| {
                    RuleError::Unfit(format!("the referenced table '{}': {why}", reference.table))
                };
                let parent = parent.map_err(failed);
                parents.0.push((reference.table.clone(), parent));
            }
        }
        parents
    }

    /// The relation of a reference.
    ///
    /// # Errors
    /// Why there is none.
    pub fn of(&self, reference: &Reference) -> Result<&Relative, RuleError> {
        match self.position(reference).and_then(|index| self.0.get(index)) {
            Some((_, parent)) => parent.as_ref().map_err(Clone::clone),
            None => Err(RuleError::Unfit(format!(
                "the referenced table '{}' was not attached",
                reference.table
            ))),
        }
    }

    fn position(&self, reference: &Reference) -> Option<usize> {
        self.0
            .iter()
            .position(|(table, _)| *table == reference.table)
    }
}

/// Lets the relations of a table go.
pub fn detach(connection: &mut Connection, table: &Table, rules: &[&Rule]) {
    let references = rules.iter().filter_map(|rule| rule.check.reference());
    for number in 0..references.count() {
        connection.detach(&attached_name(table, number));
    }
}

/// No table of a config has a name with a tab; a line break would break the SQL that is shown.
fn attached_name(table: &Table, number: usize) -> String {
    format!("{number}\t{}", table.name)
}

fn attach(
    connection: &mut Connection,
    limits: Limits<'_>,
    config: &Config,
    reference: &Reference,
    name: &str,
) -> Result<Relative, String> {
    let known = config
        .tables
        .iter()
        .find(|known| known.name == reference.table);
    let spec = match known {
        Some(known) => known.source.clone(),
        None => match reference.relation() {
            Some(relation) => SourceSpec::Table(relation),
            None => return Err("its name is none of a relation".to_owned()),
        },
    };
    let source = sources::find(&spec)
        .and_then(|found| found.source())
        .map_err(|error| error.to_string())?;
    let relation = connection.attach(name, &source, limits);
    let relation = relation.result.map_err(|error| error.to_string())?;
    let schema = connection.call(limits, |session, call| session.schema(&relation, call));
    let schema = schema.result.map_err(|error| error.to_string())?;
    Ok(Relative { relation, schema })
}
