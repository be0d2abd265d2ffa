//! What a table's validation knows from earlier runs and leaves to later ones.

use std::collections::BTreeSet;
use std::sync::{PoisonError, RwLock, RwLockReadGuard, RwLockWriteGuard};

use sha2::{Digest, Sha256};

use super::prepare::PrepareError;
use super::reach::Reach;
use super::result::{RuleResult, Status};
use super::{others, samples};
use crate::config::{Config, DataVersionMode, Rule, Table};
use crate::engines::connection::{Connection, Limits};
use crate::engines::retry::Attempts;
use crate::hex::hex;
use crate::rules::Other;
use crate::sources::{self, Found, SourceError};
use crate::state::data_version::{FilesVersion, KnownDigests};
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
    /// The other relations that rules read.
    others: Vec<(&'a Other, Data)>,
    digests: KnownDigests,
    /// Why each rule is run.
    reasons: Vec<String>,
    /// Whether each rule's result was taken over without proof.
    unproven: Vec<bool>,
    /// So many failing rows of a rule are recorded with its result.
    kept_rows: u32,
    /// Results that are recorded when their failing rows are known.
    waiting: BTreeSet<usize>,
}

/// What is known of the data.
enum Data {
    Unknown,
    /// The config says it.
    Given(String),
    Files(FilesVersion),
    /// Holds for one session of an engine: what keeps others from writing may end with it.
    Relation {
        token: String,
        engine: String,
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
            others: Vec::new(),
            digests: KnownDigests::before(digests),
            reasons: vec![String::new(); rules.len()],
            unproven: vec![false; rules.len()],
            kept_rows: state.map_or(0, |state| read(state).kept_rows()),
            waiting: BTreeSet::new(),
        }
    }

    /// Finds what proves the data of the source and of the other relations, before anything is read for the
    /// rules; gives what asking the engine took.
    ///
    /// # Errors
    /// When a file of the source cannot be read, or its engine not be reached. Of another relation nothing is
    /// known then, and the rules that read it will tell why.
    pub fn look_at_data(
        &mut self,
        found: &Found<'_>,
        reach: &mut Reach<'_>,
        config: &Config,
        limits: Limits<'_>,
    ) -> Result<Attempts, PrepareError> {
        let mut attempts = Attempts::default();
        if self.state.is_none() {
            return Ok(attempts);
        }
        let Table {
            name, data_version, ..
        } = self.table;
        let mut look = Look {
            limits,
            digests: &mut self.digests,
            attempts: &mut attempts,
        };
        self.data = look.at(found, data_version, name, reach.connection)?;
        for (number, other) in others::of_rules(self.rules).into_iter().enumerate() {
            let place = other.place(self.table, config);
            let name = others::attached_name(self.table, number);
            let data = match (sources::find(place.source), reach.to(place.engine, config)) {
                (Ok(found), Ok(connection)) => {
                    let mut look = Look {
                        limits,
                        digests: &mut self.digests,
                        attempts: &mut Attempts::default(),
                    };
                    look.at(&found, place.data_version, &name, connection)
                        .unwrap_or(Data::Unknown)
                }
                _ => Data::Unknown,
            };
            self.others.push((other, data));
        }
        self.forget_what_the_state_moves();
        Ok(attempts)
    }

    /// A token of an engine is another one with each result that is recorded there, so it tells nothing.
    fn forget_what_the_state_moves(&mut self) {
        let Some(state) = self.state.map(read) else {
            return;
        };
        let others = self.others.iter_mut().map(|(_, data)| data);
        for data in others.chain([&mut self.data]) {
            if let Data::Relation { engine, .. } = data
                && state.is_in_engine(engine)
            {
                *data = Data::Unknown;
            }
        }
    }

    /// Notes which sessions the answers came from. From another one than the data was looked at in, they
    /// may be about other data.
    pub fn note_sessions(&mut self, reach: &mut Reach<'_>) {
        let others = self.others.iter_mut().map(|(_, data)| data);
        for data in others.chain([&mut self.data]) {
            if let Data::Relation {
                engine, session, ..
            } = data
                && reach.opened(engine).map(|it| it.session_number()) != Some(*session)
            {
                *data = Data::Unknown;
            }
        }
    }

    /// What proves the data that a rule reads, of all relations that it reads.
    fn token(&self, rule: &Rule, token_of: impl Fn(&Data) -> Option<String>) -> Option<String> {
        let own = token_of(&self.data)?;
        let Some(other) = rule.check.other() else {
            return Some(own);
        };
        let (_, data) = self.others.iter().find(|(known, _)| *known == other)?;
        Some(combined(&own, &token_of(data)?))
    }

    /// Puts in the results that are taken over.
    pub fn take_over(&mut self, results: &mut [Option<RuleResult>]) {
        let Some(state) = self.state else { return };
        let mut taken = Vec::new();
        for (index, rule) in self.rules.iter().enumerate() {
            if results[index].is_some() {
                continue;
            }
            let fingerprint = &self.fingerprints[index];
            let table_scope = self.table.scope.as_ref();
            let not_reusable = rule.not_reusable().or_else(|| table_scope?.not_reusable());
            let token = self.token(rule, |data| data.token().map(str::to_owned));
            let token = token.as_deref();
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

    /// So many failing rows of a rule are recorded with its result.
    pub fn kept_rows(&self) -> u32 {
        self.kept_rows
    }

    /// Records the results of these rules, except those whose failing rows are recorded with them. A result that
    /// could not be judged is not recorded, so that the next run asks again.
    pub fn record(&mut self, indices: &[usize], results: &mut [Option<RuleResult>]) {
        let waits = |index: &usize| {
            let result = results[*index].as_ref();
            self.kept_rows > 0 && result.is_some_and(|it| !it.reused && samples::has_failing(it))
        };
        let (waiting, ready): (Vec<usize>, Vec<usize>) = indices.iter().partition(|it| waits(it));
        self.waiting.extend(waiting);
        self.record_now(&ready, results);
    }

    /// Records the results that waited for their failing rows, except those whose rows could not be read.
    pub fn record_waiting(&mut self, unread: &[usize], results: &mut [Option<RuleResult>]) {
        let mut waiting = std::mem::take(&mut self.waiting);
        waiting.retain(|index| !unread.contains(index));
        let waiting: Vec<usize> = waiting.into_iter().collect();
        self.record_now(&waiting, results);
    }

    fn record_now(&mut self, indices: &[usize], results: &mut [Option<RuleResult>]) {
        let Some(state) = self.state else { return };
        if indices.is_empty() {
            return;
        }
        for &index in indices {
            if let Some(result) = results[index].as_mut().filter(|result| !result.reused) {
                result.reason.clone_from(&self.reasons[index]);
                result.fingerprint = Some(self.fingerprints[index].short().to_owned());
            }
        }
        let token = |index: &usize| self.token(self.rules[*index], Data::token_if_it_holds);
        let tokens: Vec<Option<String>> = indices.iter().map(token).collect();
        let proven: Vec<Proven<'_>> = indices
            .iter()
            .zip(&tokens)
            .filter_map(|(&index, token)| {
                let result = results[index]
                    .as_ref()
                    .filter(|result| result.status != Status::Error)?;
                Some(Proven {
                    rule: self.rules[index],
                    result,
                    fingerprint: &self.fingerprints[index],
                    data_version: token.as_deref(),
                    verified: self.unproven[index].then_some(false),
                    rows: (!result.reused).then(|| first(&result.samples, self.kept_rows)),
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
        state.keep_digests(table, std::mem::take(&mut self.digests).after());
        let judged = |result: &RuleResult| result.status != Status::Error;
        if all_selected && results.iter().flatten().all(judged) && !state.is_table_completed(table)
        {
            state.complete_table(table);
        }
    }
}

/// The first rows, so many at most.
fn first<T>(rows: &[T], most: u32) -> &[T] {
    let most = usize::try_from(most).unwrap_or(usize::MAX);
    &rows[..rows.len().min(most)]
}

/// Looks at data.
struct Look<'l> {
    limits: Limits<'l>,
    digests: &'l mut KnownDigests,
    attempts: &'l mut Attempts,
}

impl Look<'_> {
    fn at(
        &mut self,
        found: &Found<'_>,
        mode: &DataVersionMode,
        name: &str,
        connection: &mut Connection,
    ) -> Result<Data, PrepareError> {
        Ok(match (found.paths(), mode) {
            (_, DataVersionMode::None) => Data::Unknown,
            (Some(paths), mode) => {
                let version = FilesVersion::read(paths, &found.format(), mode, self.digests);
                Data::Files(version.map_err(|error| SourceError::unreadable(found, &error))?)
            }
            (None, DataVersionMode::Value(value)) => Data::Given(format!("value:{value}")),
            (None, _) => {
                let source = found.source()?;
                let version = connection.call(self.limits, |session, call| {
                    let relation = session.attach(name, &source, call)?;
                    session.data_version(&relation, call)
                });
                *self.attempts = version.attempts;
                let failed = |error| PrepareError::Engine {
                    what: found.describe(),
                    error: Box::new(error),
                    attempts: Box::new(self.attempts.clone()),
                };
                let token = version.result.map_err(failed)?;
                token.map_or(Data::Unknown, |token| Data::Relation {
                    token,
                    engine: connection.name().to_owned(),
                    session: connection.session_number(),
                })
            }
        })
    }
}

/// One token for two relations.
fn combined(own: &str, other: &str) -> String {
    let both = Sha256::digest(format!("{own}\0{other}"));
    format!("both:{}", hex(&both[..16]))
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
