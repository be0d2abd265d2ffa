//! Rows that become visible together, once, or not at all.
//!
//! State, results and quarantined rows in an engine's own tables are written this way alone, so the
//! host needs no transactions of the engine and no engine needs another one's protocol.

use serde::{Deserialize, Serialize};
use serde_json::Number;

use crate::schema::Schema;
use crate::source::TableName;

/// What is to become visible in one step.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Publication {
    /// Names what is published, once and for ever: publishing under a key again changes nothing. The
    /// engine notes it in the same step, where [`Session::outcome`](crate::Session::outcome) finds it.
    pub key: String,
    /// Keeps out a writer that has been replaced; `None` where there is one writer.
    #[serde(default)]
    pub fence: Option<Fence>,
    /// Tables that are made in the same step, before anything else; one that is there stays as it is. A
    /// publication that makes tables also makes the place where keys and fences are noted: a first one of
    /// this kind sets a database up, and the others need no right to make anything.
    #[serde(default)]
    pub create: Vec<NewTable>,
    /// What happens to each table, in this order. A table is in it once.
    pub tables: Vec<Replacement>,
}

/// The right to write, which the engine checks and notes in the same step as the rows.
///
/// Noted is the highest fence of a scope that ever published. A publication passes with a higher
/// number, or with the noted number and holder.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Fence {
    /// What the right is for, such as the id of a state.
    pub scope: String,
    /// Who has it: two writers that chose the same number are told apart by this.
    pub holder: String,
    /// Rises each time that the right changes hands.
    pub number: u64,
}

/// A table that is made if it is missing.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct NewTable {
    pub table: TableName,
    /// Its columns, all of which may be NULL; of the types boolean, integer, double, text and timestamp.
    pub schema: Schema,
}

/// Rows of one table that go and rows that come; the table exists already.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Replacement {
    pub table: TableName,
    /// Each row of the table goes whose values in these columns are those of some row here; NULL is
    /// the same as NULL. Rows that are inserted by this publication stay.
    #[serde(default)]
    pub delete: Rows,
    #[serde(default)]
    pub insert: Rows,
}

/// Values of named columns.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Rows {
    pub columns: Vec<String>,
    /// As many values in each as there are columns.
    pub rows: Vec<Vec<Scalar>>,
}

/// A value; the column's type says what becomes of it. Dates and times are ISO 8601 text.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(untagged)]
pub enum Scalar {
    Null,
    Boolean(bool),
    /// A whole or a finite binary number.
    Number(Number),
    Text(String),
}

/// What became of a publication.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "status", rename_all = "snake_case")]
#[non_exhaustive]
pub enum Outcome {
    /// All of it is visible and durable, from now on or since an earlier call with its key.
    Published,
    /// Nothing of it is or will be visible: the right to write is another's.
    Fenced {
        /// The fence that is noted.
        by: Fence,
    },
}

impl From<&str> for Scalar {
    fn from(text: &str) -> Self {
        Self::Text(text.to_owned())
    }
}

impl From<u64> for Scalar {
    fn from(number: u64) -> Self {
        Self::Number(number.into())
    }
}
