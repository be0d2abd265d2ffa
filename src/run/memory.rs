//! What a table's validation knows from earlier runs and leaves to later ones.

use std::sync::{PoisonError, RwLock, RwLockReadGuard, RwLockWriteGuard};

use super::prepare::PrepareError;
use super::result::{RuleResult, Status};
use crate::config::{Config, DataVersionMode, Rule, Table};
use crate::engines::connection::{Connection, Limits};
use crate::engines::retry::Attempts;
use crate::sources::{Found, SourceError};
use crate::state::data_version::{Digests, FilesVersion};
use crate::state::fingerprint::{Fingerprint, TableInputs};
use crate::state::reuse::Decision;
use crate::state::{Proven, RunState};

/// The state as one table sees it; without a state it remembers and records nothing.
pub struct Memory<'a> {
    state: Option<&'a RwLock<RunState>>,
    table: &'a Table,
    rules: &'a [&'a Rule],
    fingerprints: Vec<Fingerprint>,
    data: Data,
    digests: Digests,
    /// Why each rule is run.
    reasons: Vec<String>,
    /// Whether each rule's result was taken over without proof.
    unproven: Vec<bool>,
}

/// What is known of the data.
enum Data {
    Unknown,
    /// The config says it.
    Given(String),
    Files(FilesVersion),
    /// Holds for one session: what keeps others from writing may end with it.
    Relation {
        token: String,
        session: u64,
    },
}

impl<'a> Memory<'a> {
    pub fn new(
        state: Option<&'a RwLock<RunState>>,
        config: &Config,
        table: &'a Table,
        rules: &'a [&'a Rule],
    ) -> Self {
        let fingerprints = match state {
            Some(_) => {
                let shared = TableInputs::of(table, config);
                rules
                    .iter()
                    .map(|rule| Fingerprint::of(rule, &shared))
                    .collect()
            }
            None => Vec::new(),
        };
        let digests = state
            .as_ref()
            .map(|state| read(state).digests(&table.name))
            .unwrap_or_default();
        Self {
            state,
            table,
            rules,
            fingerprints,
            data: Data::Unknown,
            digests,
            reasons: vec![String::new(); rules.len()],
            unproven: vec![false; rules.len()],
        }
    }

    /// Finds what proves the data of the source, before anything is read for the rules; gives what
    /// asking the engine took.
    ///
    /// # Errors
    /// When a file cannot be read, or the engine not be reached.
    pub fn look_at_data(
        &mut self,
        found: &Found<'_>,
        connection: &mut Connection,
        limits: Limits<'_>,
    ) -> Result<Attempts, PrepareError> {
        let mut attempts = Attempts::default();
        if self.state.is_none() {
            return Ok(attempts);
        }
        self.data = match (found.paths(), &self.table.data_version) {
            (_, DataVersionMode::None) => Data::Unknown,
            (Some(paths), mode) => {
                let version = FilesVersion::read(paths, &found.format(), mode, &mut self.digests);
                Data::Files(version.map_err(|error| SourceError::unreadable(found, &error))?)
            }
            (None, DataVersionMode::Value(value)) => Data::Given(format!("value:{value}")),
            (None, _) => {
                let source = found.source()?;
                let name = &self.table.name;
                let version = connection.call(limits, |session, call| {
                    let relation = session.attach(name, &source, call)?;
                    session.data_version(&relation, call)
                });
                attempts = version.attempts;
                let failed = |error| PrepareError::Engine {
                    what: found.describe(),
                    error: Box::new(error),
                    attempts: Box::new(attempts.clone()),
                };
                version
                    .result
                    .map_err(failed)?
                    .map_or(Data::Unknown, |token| Data::Relation {
                        token,
                        session: connection.session_number(),
                    })
            }
        };
        Ok(attempts)
    }

    /// Notes which session the answers came from. From another one than the data was looked at in, they
    /// may be about other data.
    pub fn note_session(&mut self, number: u64) {
        if matches!(self.data, Data::Relation { session, .. } if session != number) {
            self.data = Data::Unknown;
        }
    }

    /// Puts in the results that are taken over.
    pub fn take_over(&mut self, results: &mut [Option<RuleResult>]) {
        let Some(state) = self.state else { return };
        let token = self.data.token();
        let mut taken = Vec::new();
        for (index, rule) in self.rules.iter().enumerate() {
            if results[index].is_some() {
                continue;
            }
            let fingerprint = &self.fingerprints[index];
            let table_scope = self.table.scope.as_ref();
            let not_reusable = rule.not_reusable().or_else(|| table_scope?.not_reusable());
            let decision =
                read(state).decide(&self.table.name, rule, fingerprint, token, not_reusable);
            let (why, unproven) = match decision {
                Decision::Run { why } => {
                    self.reasons[index] = if why == "new" {
                        why
                    } else {
                        format!("re-run: {why}")
                    };
                    continue;
                }
                Decision::Take { why, unproven } => (why, unproven),
            };
            let Some((mut result, judged_otherwise)) = read(state).recall(&self.table.name, rule)
            else {
                self.reasons[index] = "re-run: the record has no result".to_owned();
                continue;
            };
            if unproven || judged_otherwise.is_some() {
                taken.push(index);
            }
            self.unproven[index] = unproven;
            result.reused = true;
            result.reason = judged_otherwise.map_or(why.clone(), |how| format!("{why}; {how}"));
            result.fingerprint = Some(fingerprint.short().to_owned());
            results[index] = Some(result);
        }
        if results.iter().any(Option::is_none) {
            write(state).start_table(&self.table.name);
        }
        self.record(&taken, results);
    }

    /// Records the results of these rules. A result that could not be judged is not recorded, so that
    /// the next run asks again.
    pub fn record(&mut self, indices: &[usize], results: &mut [Option<RuleResult>]) {
        let Some(state) = self.state else { return };
        if indices.is_empty() {
            return;
        }
        let token = self.data.token_if_it_holds();
        for &index in indices {
            if let Some(result) = results[index].as_mut().filter(|result| !result.reused) {
                result.reason.clone_from(&self.reasons[index]);
                result.fingerprint = Some(self.fingerprints[index].short().to_owned());
            }
        }
        let proven: Vec<Proven<'_>> = indices
            .iter()
            .filter_map(|&index| {
                let result = results[index]
                    .as_ref()
                    .filter(|result| result.status != Status::Error)?;
                Some(Proven {
                    rule: self.rules[index],
                    result,
                    fingerprint: &self.fingerprints[index],
                    data_version: token.as_deref(),
                    verified: self.unproven[index].then_some(false),
                })
            })
            .collect();
        write(state).record(&self.table.name, &proven);
    }

    /// Notes that the table is done, when all its rules are, also those that were not selected.
    pub fn complete(&mut self, results: &[Option<RuleResult>]) {
        let all_selected = self.rules.len() == self.table.rules.len();
        let Some(state) = self.state else { return };
        let mut state = write(state);
        let table = &self.table.name;
        state.keep_digests(table, std::mem::take(&mut self.digests));
        let judged = |result: &RuleResult| result.status != Status::Error;
        if all_selected && results.iter().flatten().all(judged) && !state.is_table_completed(table)
        {
            state.complete_table(table);
        }
    }
}

/// The state is whole between any two calls, so a panic elsewhere does not spoil it.
fn read(state: &RwLock<RunState>) -> RwLockReadGuard<'_, RunState> {
    state.read().unwrap_or_else(PoisonError::into_inner)
}

fn write(state: &RwLock<RunState>) -> RwLockWriteGuard<'_, RunState> {
    state.write().unwrap_or_else(PoisonError::into_inner)
}

impl Data {
    fn token(&self) -> Option<&str> {
        match self {
            Self::Unknown => None,
            Self::Files(version) => version.token.as_deref(),
            Self::Given(token) | Self::Relation { token, .. } => Some(token),
        }
    }

    /// The token, unless files were changed since it was made: then nothing is known of what was read.
    fn token_if_it_holds(&self) -> Option<String> {
        let holds = match self {
            Self::Files(version) => version.still_holds(),
            Self::Unknown | Self::Given(_) | Self::Relation { .. } => true,
        };
        self.token().filter(|_| holds).map(str::to_owned)
    }
}
