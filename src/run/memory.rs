//! What a table's validation knows from earlier runs and leaves to later ones.

use std::collections::BTreeSet;
use std::sync::{PoisonError, RwLock, RwLockReadGuard, RwLockWriteGuard};

use super::data::{Asked, Data};
use super::prepare::PrepareError;
use super::reach::Reach;
use super::result::{RuleResult, Status};
use super::{others, samples};
use crate::config::{Config, DataVersionMode, Rule, Table};
use crate::engines::connection::Limits;
use crate::engines::retry::Attempts;
use crate::rules::Other;
use crate::sources::{self, Found};
use crate::state::data_version::KnownDigests;
use crate::state::fingerprint::{Fingerprint, TableInputs};
use crate::state::proof::{DataVersion, Tokens};
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
            data: Data::Unknown(NOBODY_LOOKED.to_owned()),
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
        if self.state.is_none() {
            return Ok(Attempts::default());
        }
        let Table {
            name, data_version, ..
        } = self.table;
        let recorded = match self.asks_for_content(config) {
            true => self.recorded(),
            false => Vec::new(),
        };
        let content_of = |relation: usize| {
            let recorded = &recorded;
            move |snapshot: &str| {
                let mut known = recorded.iter();
                let token = known.find_map(|it| it.beside(relation, snapshot, "content:"));
                token.map(str::to_owned)
            }
        };
        let connection = &mut *reach.connection;
        let digests = &mut self.digests;
        let is_moved = |engine: &str| {
            let state = self.state.map(read);
            state.is_some_and(|state| state.is_in_engine(engine))
        };
        let asked = Asked {
            mode: data_version,
            content: &content_of(0),
            is_moved: is_moved(connection.name()),
        };
        let (data, attempts) = Data::look(found, asked, name, connection, limits, digests)?;
        self.data = data;
        for (number, other) in others::of_rules(self.rules).into_iter().enumerate() {
            let place = other.place(self.table, config);
            let name = others::attached_name(self.table, number);
            let data = match (sources::find(place.source), reach.to(place.engine, config)) {
                (Ok(found), Ok(connection)) => {
                    let asked = Asked {
                        mode: place.data_version,
                        content: &content_of(1),
                        is_moved: is_moved(connection.name()),
                    };
                    match Data::look(&found, asked, &name, connection, limits, digests) {
                        Ok((data, _)) => data,
                        Err(error) => Data::Unknown(error.to_string()),
                    }
                }
                (Err(error), _) => Data::Unknown(error.to_string()),
                (_, Err(error)) => Data::Unknown(error.to_string()),
            };
            self.others.push((other, data));
        }
        Ok(attempts)
    }

    /// Whether rows may have to be hashed.
    fn asks_for_content(&self, config: &Config) -> bool {
        let others = others::of_rules(self.rules).into_iter();
        let mut modes = others.map(|other| other.place(self.table, config).data_version);
        let own = &self.table.data_version;
        *own == DataVersionMode::Content || modes.any(|mode| *mode == DataVersionMode::Content)
    }

    /// What the results of the rules were counted on that are recorded, each once.
    fn recorded(&self) -> Vec<DataVersion> {
        let mut versions = Vec::new();
        let Some(state) = self.state else {
            return versions;
        };
        let state = read(state);
        for (rule, fingerprint) in self.rules.iter().zip(&self.fingerprints) {
            let version = state.data_version(&self.table.name, rule, fingerprint);
            versions.extend(version.filter(|version| !versions.contains(version)));
        }
        versions
    }

    /// Asks, after rows were read, whether they are those that were looked at.
    pub fn check_data(&mut self, reach: &mut Reach<'_>, limits: Limits<'_>) {
        if self.state.is_none() {
            return;
        }
        self.data.check(reach, limits);
        for (_, data) in &mut self.others {
            data.check(reach, limits);
        }
    }

    /// What proves the data of all relations that rules read; each is looked at once, for all rules.
    fn versions(&self, tokens: impl Fn(&Data) -> Result<Tokens, &str>) -> Versions<'a> {
        let own = tokens(&self.data).map_err(str::to_owned);
        let beside = |(other, data): &(&'a Other, Data)| {
            let both = own.clone().and_then(|own| {
                let found = tokens(data);
                let found = found.map_err(|why| format!("{}: {why}", other.describe()))?;
                Ok(DataVersion::of(vec![own, found]))
            });
            (*other, both)
        };
        Versions {
            beside: self.others.iter().map(beside).collect(),
            own: own.clone().map(|own| DataVersion::of(vec![own])),
        }
    }

    /// Puts in the results that are taken over.
    pub fn take_over(&mut self, results: &mut [Option<RuleResult>]) {
        let Some(state) = self.state else { return };
        let versions = self.versions(Data::tokens);
        let mut taken = Vec::new();
        for (index, rule) in self.rules.iter().enumerate() {
            if results[index].is_some() {
                continue;
            }
            let fingerprint = &self.fingerprints[index];
            let table_scope = self.table.scope.as_ref();
            let not_reusable = rule.not_reusable().or_else(|| table_scope?.not_reusable());
            let version = versions.of(rule);
            let decision =
                read(state).decide(&self.table.name, rule, fingerprint, version, not_reusable);
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
                self.reasons[index] =
                    "re-run: the record has no result that can be read".to_owned();
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
        let versions = self.versions(Data::tokens_of_what_was_read);
        let version = |index: &usize| {
            let version = versions.of(self.rules[*index]).ok();
            version.map(DataVersion::to_string)
        };
        let versions: Vec<Option<String>> = indices.iter().map(version).collect();
        let proven: Vec<Proven<'_>> = indices
            .iter()
            .zip(&versions)
            .filter_map(|(&index, version)| {
                let result = results[index]
                    .as_ref()
                    .filter(|result| result.status != Status::Error)?;
                Some(Proven {
                    rule: self.rules[index],
                    result,
                    fingerprint: &self.fingerprints[index],
                    data_version: version.as_deref(),
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

const NOBODY_LOOKED: &str = "nobody looked at it";

/// What proves the data that rules read, or why nothing does.
struct Versions<'a> {
    own: Result<DataVersion, String>,
    /// That of the table and of another relation.
    beside: Vec<(&'a Other, Result<DataVersion, String>)>,
}

impl Versions<'_> {
    /// Of all relations that a rule reads.
    fn of(&self, rule: &Rule) -> Result<&DataVersion, &str> {
        let version = match rule.check.other() {
            None => &self.own,
            Some(other) => {
                let mut beside = self.beside.iter();
                let known = beside.find(|(known, _)| *known == other);
                known.map(|(_, version)| version).ok_or(NOBODY_LOOKED)?
            }
        };
        version.as_ref().map_err(String::as_str)
    }
}

/// The first rows, so many at most.
fn first<T>(rows: &[T], most: u32) -> &[T] {
    let most = usize::try_from(most).unwrap_or(usize::MAX);
    &rows[..rows.len().min(most)]
}

/// The state is whole between any two calls, so a panic elsewhere does not spoil it.
fn read(state: &RwLock<RunState>) -> RwLockReadGuard<'_, RunState> {
    state.read().unwrap_or_else(PoisonError::into_inner)
}

fn write(state: &RwLock<RunState>) -> RwLockWriteGuard<'_, RunState> {
    state.write().unwrap_or_else(PoisonError::into_inner)
}
