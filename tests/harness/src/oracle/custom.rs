//! custom: what an SQL expression or a query says.

use serde::{Deserialize, Serialize};

use super::counts::{Counts, Nulls, count_rows, judged};
use super::expression::Expression;
use super::table::Row;

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Custom {
    pub expression: Expression,
    pub parameters: Parameters,
    /// How the expression is put to the engine.
    pub asked_as: AskedAs,
}

#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Parameters {
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub nulls: Option<Nulls>,
}

/// The SQL around the expression.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum AskedAs {
    /// The expression alone: a row fails where it is FALSE.
    Expression,
    /// `SELECT COUNT(*) FROM {table} WHERE expression`: a row fails where it is TRUE.
    Count,
    /// `SELECT * FROM {table} WHERE expression`, each row of which is failed.
    FailedRows,
}

impl Custom {
    pub fn counts(&self, rows: &[Row<'_>]) -> Counts {
        let truth = |row: &Row<'_>| self.expression.evaluate(row);
        match self.asked_as {
            AskedAs::Expression => {
                count_rows(rows, self.parameters.nulls, |row| judged(truth(row)))
            }
            // The query says what UNKNOWN means: `WHERE` leaves it out.
            AskedAs::Count | AskedAs::FailedRows => {
                count_rows(rows, None, |row| judged(Some(truth(row) != Some(true))))
            }
        }
    }
}
