//! What is known of the data of a relation that rules read.

use data_validator_plugin::{Call, EngineError, ErrorClass, Relation, Schema, Session};

use super::prepare::PrepareError;
use super::reach::Reach;
use crate::config::DataVersionMode;
use crate::engines::connection::{Connection, Limits};
use crate::engines::decode::only_value;
use crate::engines::retry::Attempts;
use crate::plan::custom_sql::SqlQuery;
use crate::plan::sql;
use crate::sources::{Found, SourceError};
use crate::state::data_version::{FilesVersion, KnownDigests};
use crate::state::proof::{self, Tokens};

/// What is known of the data.
pub enum Data {
    /// Nothing, for this reason.
    Unknown(String),
    /// The config says it.
    Given(String),
    Files(FilesVersion),
    Relation(RelationVersion),
}

/// Tokens of what a session of an engine reads.
pub struct RelationVersion {
    tokens: Tokens,
    mode: DataVersionMode,
    /// As of [`Asked`].
    is_moved: bool,
    relation: Relation,
    engine: String,
    session: u64,
    /// Whether rows that were read are known to be those of the tokens: a snapshot holds as long as the session
    /// does, and other tokens were asked for again.
    is_checked: bool,
}

/// What is asked about the data of a relation.
#[derive(Clone, Copy)]
pub struct Asked<'a> {
    pub mode: &'a DataVersionMode,
    pub content: KnownContent<'a>,
    /// Whether results are recorded where the data is: the engine's own token is then another one with each.
    pub is_moved: bool,
}

/// The hash of the rows that was recorded beside a snapshot.
pub type KnownContent<'k> = &'k dyn Fn(&str) -> Option<String>;

/// The tokens that hold for what is read now, or why there is none.
type Answer = Result<Tokens, String>;

impl Data {
    /// Looks at the data of a source before rules read it.
    ///
    /// # Errors
    /// When a file cannot be read, or the source not be attached.
    pub fn look(
        found: &Found<'_>,
        asked: Asked<'_>,
        name: &str,
        connection: &mut Connection,
        limits: Limits<'_>,
        digests: &mut KnownDigests,
    ) -> Result<(Self, Attempts), PrepareError> {
        // What was asked before is told apart.
        connection.take_hardest();
        let known = match (found.paths(), asked.mode) {
            (_, DataVersionMode::None) => Self::Unknown("'data_version' is none".to_owned()),
            (Some(paths), mode) if !matches!(mode, DataVersionMode::Sql(_)) => {
                let version = FilesVersion::read(paths, &found.format(), mode, digests);
                Self::Files(version.map_err(|error| SourceError::unreadable(found, &error))?)
            }
            (_, DataVersionMode::Value(value)) => Self::Given(proof::token("value", value)),
            _ => {
                let attached = connection.attach(name, &found.source()?, limits);
                let relation = attached.result.map_err(|error| PrepareError::Engine {
                    what: found.describe(),
                    error: Box::new(error),
                    attempts: Box::new(attached.attempts),
                })?;
                Self::ask(connection, limits, relation, asked)
            }
        };
        Ok((known, connection.take_hardest()))
    }

    fn ask(
        connection: &mut Connection,
        limits: Limits<'_>,
        relation: Relation,
        asked: Asked<'_>,
    ) -> Self {
        match tokens(connection, limits, &relation, asked) {
            Ok(tokens) => Self::Relation(RelationVersion {
                is_checked: is_snapshot(asked.mode, &tokens),
                tokens,
                mode: asked.mode.clone(),
                is_moved: asked.is_moved,
                relation,
                engine: connection.name().to_owned(),
                session: connection.session_number(),
            }),
            Err(why) => Self::Unknown(why),
        }
    }

    /// Asks again, after rows were read, whether they are those that the tokens are of. The session may be another
    /// one, and what a view reads may have changed meanwhile.
    pub fn check(&mut self, reach: &mut Reach<'_>, limits: Limits<'_>) {
        let Self::Relation(version) = self else {
            return;
        };
        let still_holds = reach.opened(&version.engine).is_some_and(|connection| {
            let before = &version.tokens;
            let content = |snapshot: &str| {
                let is_known = before.first().is_some_and(|known| known == snapshot);
                before.get(1).filter(|_| is_known).cloned()
            };
            let asked = Asked {
                mode: &version.mode,
                content: &content,
                is_moved: version.is_moved,
            };
            let is_same_session =
                |connection: &Connection| connection.session_number() == version.session;
            is_same_session(connection)
                && tokens(connection, limits, &version.relation, asked).as_ref() == Ok(before)
                && is_same_session(connection)
        });
        match still_holds {
            true => version.is_checked = true,
            false => *self = Self::Unknown("the data changed while it was read".to_owned()),
        }
    }

    /// What proves the data as it was looked at.
    pub fn tokens(&self) -> Result<Tokens, &str> {
        match self {
            Self::Unknown(why) => Err(why),
            Self::Given(token) => Ok(vec![token.clone()]),
            Self::Files(version) => Ok(version.token.iter().cloned().collect()),
            Self::Relation(version) => Ok(version.tokens.clone()),
        }
    }

    /// What proves the data that was read since.
    pub fn tokens_of_what_was_read(&self) -> Result<Tokens, &str> {
        match self {
            Self::Files(version) if !version.still_holds() => Err("a file changed meanwhile"),
            Self::Relation(version) if !version.is_checked => Err("nothing was read"),
            _ => self.tokens(),
        }
    }
}

fn tokens(
    connection: &mut Connection,
    limits: Limits<'_>,
    relation: &Relation,
    asked: Asked<'_>,
) -> Answer {
    let dialect = connection.description().dialect.clone();
    let snapshot = |connection: &mut Connection| -> Result<String, String> {
        if asked.is_moved {
            return Err("what is recorded in its engine moves the token of it".to_owned());
        }
        let answer = connection.call(limits, |session, call| session.data_version(relation, call));
        match answer.result {
            Ok(Some(token)) => Ok(proof::of_engine(&token)),
            Ok(None) => Err("the engine has no token of it".to_owned()),
            Err(error) => Err(error.to_string()),
        }
    };
    match asked.mode {
        DataVersionMode::Sql(query) => {
            let sql = query.over(&format!("SELECT * FROM {}", relation.sql), "*");
            let answer = connection.call(limits, |session, call| value_of(session, call, &sql));
            match answer.result {
                Ok(Some(value)) => Ok(vec![of_answer(query, &value)]),
                Ok(None) => Err("the query of 'data_version' gave NULL".to_owned()),
                Err(error) => Err(format!("the query of 'data_version': {error}")),
            }
        }
        DataVersionMode::Content => {
            let snapshot = snapshot(connection).ok();
            let known = snapshot.as_deref().and_then(asked.content);
            let content = match known {
                Some(known) => Ok(known),
                None => {
                    let answer = connection.call(limits, |session, call| {
                        let schema = session.schema(relation, call)?;
                        let Some(sql) = sql::content(&dialect, relation, &schema) else {
                            return Ok(None);
                        };
                        let hash = value_of(session, call, &sql)?;
                        Ok(hash.map(|hash| of_rows(&schema, &hash)))
                    });
                    match answer.result {
                        Ok(Some(hash)) => Ok(hash),
                        Ok(None) => Err("the engine has no hash of rows".to_owned()),
                        Err(error) => Err(format!("hashing the rows: {error}")),
                    }
                }
            };
            match (snapshot, content) {
                (Some(snapshot), Ok(content)) => Ok(vec![snapshot, content]),
                (Some(snapshot), Err(_)) => Ok(vec![snapshot]),
                (None, content) => content.map(|content| vec![content]),
            }
        }
        DataVersionMode::Auto => snapshot(connection)
            .map(|token| vec![token])
            .map_err(|why| format!("{why}; 'data_version: content' hashes the rows instead")),
        _ => snapshot(connection).map(|token| vec![token]),
    }
}

fn is_snapshot(mode: &DataVersionMode, tokens: &Tokens) -> bool {
    match mode {
        DataVersionMode::Sql(_) => false,
        DataVersionMode::Content => tokens.len() > 1,
        _ => true,
    }
}

fn value_of(
    session: &mut dyn Session,
    call: &Call,
    sql: &str,
) -> Result<Option<String>, EngineError> {
    let mut stream = session.query(sql, call)?;
    only_value(&mut *stream)?.ok_or_else(|| {
        EngineError::new(
            ErrorClass::Data,
            "the query should give one row with one value",
        )
    })
}

/// Equal answers of different queries are different tokens.
fn of_answer(query: &SqlQuery, value: &str) -> String {
    proof::token("sql", &format!("{}\0{value}", query.as_sql()))
}

/// The names and types of the columns belong to what rules read.
fn of_rows(schema: &Schema, hash: &str) -> String {
    let columns: Vec<(&str, String)> = schema
        .columns
        .iter()
        .map(|column| (&*column.name, column.logical_type.to_string()))
        .collect();
    proof::token("content", &format!("{columns:?}\0{hash}"))
}
