//! The traits an engine implements.

use std::fmt;
use std::sync::Arc;

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use crate::abi::arrow::{ArrowArray, ArrowSchema};
use crate::description::Description;
use crate::error::EngineError;
use crate::publication::{Outcome, Publication};
use crate::schema::Schema;
use crate::source::Source;
use crate::statistics::Statistics;

/// An engine: what executes queries. One value serves all threads.
pub trait Engine: Send + Sync {
    /// What the engine is, speaks and can do.
    ///
    /// # Behavior
    /// - needs no connection and opens nothing
    /// - gives the same answer each time
    fn describe(&self) -> Description;

    /// Opens a session.
    ///
    /// # Behavior
    /// - tries once; only the host retries
    /// - creates no data store that is missing: that is `not_found`
    /// - an unknown or malformed setting is `config`
    fn connect(&self, config: &EngineConfig, call: &Call) -> Result<Box<dyn Session>, EngineError>;
}

/// One open connection. Usable from any thread, one call at a time.
pub trait Session: Send {
    /// Makes a source readable in a `FROM` clause.
    ///
    /// # Behavior
    /// - reads metadata at most; rows stay where they are
    /// - `name` is unique in the session; a second call with it replaces the first source
    /// - a missing file or relation is `not_found`, a file of another format is `data`
    fn attach(&mut self, name: &str, source: &Source, call: &Call)
    -> Result<Relation, EngineError>;

    /// The columns of a relation.
    ///
    /// # Behavior
    /// - reads no rows
    fn schema(&mut self, relation: &Relation, call: &Call) -> Result<Schema, EngineError>;

    /// What is exactly known of the relation without reading rows, at least of these columns; `None` where
    /// nothing is.
    ///
    /// # Behavior
    /// - reads no rows
    /// - describes all rows that the relation has now, and each once
    /// - bounds may be wider than the values, never narrower; a column that some part lacks has none
    fn statistics(
        &mut self,
        _relation: &Relation,
        _columns: &[&str],
        _call: &Call,
    ) -> Result<Option<Statistics>, EngineError> {
        Ok(None)
    }

    /// Copies the rows of an attached source, with these columns, to where the session reads them faster;
    /// `None` where it has no such place. The copy goes with the session.
    ///
    /// # Behavior
    /// - the copy has the same rows, values and types
    /// - memory stays within the engine's limit
    /// - `name` is the one the source was attached by
    fn materialise(
        &mut self,
        _name: &str,
        _relation: &Relation,
        _columns: &[&str],
        _call: &Call,
    ) -> Result<Option<Relation>, EngineError> {
        Ok(None)
    }

    /// Copies rows that come from elsewhere, such as files that another engine reads, to where this session
    /// reads them. The copy goes with the session.
    ///
    /// # Requires
    /// - [`Capabilities::ingest`](crate::Capabilities::ingest)
    ///
    /// # Behavior
    /// - the copy has the same rows, values and types; a type that the engine lacks is `unsupported`, and
    ///   the message names the column
    /// - memory holds some batches, never all rows
    /// - after an error there is no copy
    /// - `name` is unique among the attached sources; a second call with it replaces the first copy
    fn ingest(
        &mut self,
        name: &str,
        _rows: &mut dyn BatchStream,
        _call: &Call,
    ) -> Result<Relation, EngineError> {
        Err(EngineError::cannot_ingest(name))
    }

    /// Forgets a source and the copy of its rows.
    ///
    /// # Behavior
    /// - a name that is not attached is none the less forgotten
    fn detach(&mut self, _name: &str, _call: &Call) -> Result<(), EngineError> {
        Ok(())
    }

    /// A token of the relation's data: an equal one proves that the data is unchanged, an unequal one
    /// proves nothing. `None` where the engine has no such proof; an error of the class `unsupported` or `auth` does
    /// not end the run, and its message tells the user why there is none.
    ///
    /// # Behavior
    /// - reads no rows
    /// - stays the same as long as what queries of the session read stays the same
    /// - never gives an equal token for changed data, so not for a view, whose tables are not known
    fn data_version(
        &mut self,
        relation: &Relation,
        call: &Call,
    ) -> Result<Option<String>, EngineError>;

    /// Runs exactly one statement that gives rows.
    ///
    /// # Behavior
    /// - more than one statement is `invalid_sql`, and none of them runs
    /// - a failure while rows are made comes out of this call or of the stream, never as a panic
    fn query<'s>(
        &'s mut self,
        sql: &str,
        call: &Call,
    ) -> Result<Box<dyn BatchStream + 's>, EngineError>;

    /// Runs exactly one statement to its end and says how many rows it changed, where the engine knows.
    ///
    /// # Requires
    /// - [`Capabilities::transactions`](crate::Capabilities::transactions), at least `dml`
    ///
    /// # Behavior
    /// - outside a transaction the statement is one of its own
    /// - more than one statement is `invalid_sql`, and none of them runs
    fn execute(&mut self, sql: &str, _call: &Call) -> Result<Option<u64>, EngineError> {
        let _ = sql;
        Err(EngineError::cannot_execute())
    }

    /// Begins a transaction, which lasts until `commit` or `rollback`.
    ///
    /// # Requires
    /// - [`Capabilities::transactions`](crate::Capabilities::transactions), at least `dml`
    ///
    /// # Behavior
    /// - a second one in a session is `invalid_state`
    fn begin(&mut self, _call: &Call) -> Result<(), EngineError> {
        Err(EngineError::has_no_transactions("beginning"))
    }

    /// Makes what the transaction did visible to all.
    ///
    /// # Requires
    /// - [`Capabilities::transactions`](crate::Capabilities::transactions), at least `dml`
    ///
    /// # Behavior
    /// - an answer means that all of it is durable
    /// - of a transaction in which a statement failed, and that the engine therefore gave up, it is an
    ///   error, and nothing is visible
    /// - outside a transaction it is `invalid_state`
    fn commit(&mut self, _call: &Call) -> Result<(), EngineError> {
        Err(EngineError::has_no_transactions("committing"))
    }

    /// Ends the transaction as if it had never been; so does the end of the session.
    ///
    /// # Requires
    /// - [`Capabilities::transactions`](crate::Capabilities::transactions), at least `dml`
    ///
    /// # Behavior
    /// - outside a transaction it is `invalid_state`
    fn rollback(&mut self, _call: &Call) -> Result<(), EngineError> {
        Err(EngineError::has_no_transactions("rolling back"))
    }

    /// Makes rows visible: all of them together, once, or none.
    ///
    /// # Requires
    /// - [`Capabilities::publish`](crate::Capabilities::publish)
    ///
    /// # Behavior
    /// - an answer means that it is durable
    /// - a key that was published before changes nothing and is `Published`
    /// - a fence that is not the right one changes nothing and is `Fenced`
    /// - after an error nothing is visible, or all of it: [`outcome`](Self::outcome) says which
    /// - a table that is missing, and that the publication does not make, is `not_found`
    /// - another writer in the way is `conflict`, and the call may be repeated
    fn publish(&mut self, publication: &Publication, call: &Call) -> Result<Outcome, EngineError> {
        let _ = call;
        Err(EngineError::cannot_publish(&publication.key))
    }

    /// What became of a publication whose answer was lost. `None` when nothing was published.
    ///
    /// # Requires
    /// - [`Capabilities::publish`](crate::Capabilities::publish)
    ///
    /// # Behavior
    /// - waits for a publication of that key that is still under way, in whatever session, so that
    ///   `None` means that it will not become visible later
    fn outcome(&mut self, key: &str, call: &Call) -> Result<Option<Outcome>, EngineError> {
        let _ = call;
        Err(EngineError::cannot_publish(key))
    }

    /// What stops calls of this session from another thread.
    ///
    /// # Behavior
    /// - costs little; the host asks for one with every call
    /// - serves all calls of the session, earlier and later ones
    /// - may outlive the session, and then does nothing
    fn canceller(&self) -> Box<dyn Cancel>;
}

/// Stops an operation of a session. Usable from any thread while a call of the session runs.
pub trait Cancel: Send + Sync {
    /// Asks the operation of that number, [`Call::operation`], to stop.
    ///
    /// # Behavior
    /// - returns without waiting for the operation, which ends as `cancelled` soon, or as if
    ///   nothing had been asked when it was done before
    /// - an operation that gives rows goes on until its stream ends or is dropped, and can be
    ///   cancelled until then
    /// - never stops an operation of another number: a late request does not hit the next statement
    /// - an operation that has not begun yet is `cancelled` when it begins
    /// - does nothing about an operation that ended, or that the session never had
    /// - leaves the session usable
    fn cancel(&self, operation: u64);
}

/// Rows on their way, a batch at a time. It borrows its session.
pub trait BatchStream {
    /// The columns, as an Arrow struct type.
    fn schema(&mut self) -> Result<ArrowSchema, EngineError>;

    /// The next batch as an Arrow struct array, or `None` at the end.
    fn next(&mut self) -> Result<Option<ArrowArray>, EngineError>;
}

impl<C: Cancel + ?Sized> Cancel for Arc<C> {
    fn cancel(&self, operation: u64) {
        (**self).cancel(operation);
    }
}

/// What every call to an engine carries.
#[derive(Clone, Debug, Default)]
pub struct Call {
    /// Number of the operation, unique in the process: it says in logs and to [`Cancel`] which
    /// statement is meant.
    pub operation: u64,
}

/// Something a session can read from, as text that fits behind `FROM`.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Relation {
    pub sql: String,
}

/// Settings of an engine after interpolation; values may be secret.
#[derive(Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct EngineConfig {
    /// How to reach the data: the keys that [`Description::connection`] lists.
    pub connection: Map<String, Value>,
    /// The engine's own options; open, and checked by the engine.
    pub options: Map<String, Value>,
}

/// Names the keys only: a value can be a password.
impl fmt::Debug for EngineConfig {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let keys = |map: &Map<String, Value>| map.keys().cloned().collect::<Vec<_>>();
        f.debug_struct("EngineConfig")
            .field("connection", &keys(&self.connection))
            .field("options", &keys(&self.options))
            .finish()
    }
}
