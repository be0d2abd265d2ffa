//! Rows of another relation than the table's own.

use std::hash::{Hash, Hasher};

use data_validator_plugin::{Relation, Schema};

use super::custom_sql::SqlExpression;
use super::sql::Rows;

/// Rows of another relation than the table's own, ready to be read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct OtherRows {
    /// The engine that reads them, by its name in the config.
    pub engine: String,
    /// Whether that is another one than the table's.
    pub is_elsewhere: bool,
    pub relation: Relation,
    pub schema: Schema,
    /// Only rows for which this is TRUE are looked at.
    pub scope: Option<SqlExpression>,
}

impl OtherRows {
    pub fn rows(&self) -> Rows<'_> {
        Rows {
            relation: &self.relation,
            schema: &self.schema,
            scope: self.scope.as_ref(),
        }
    }
}

/// By what tells relations apart; their columns follow from it.
impl Hash for OtherRows {
    fn hash<H: Hasher>(&self, state: &mut H) {
        self.engine.hash(state);
        self.relation.hash(state);
        self.scope.hash(state);
    }
}
