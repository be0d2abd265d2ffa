//! The state of one run: what earlier runs recorded, and what this one does.

use std::time::Duration;

use jiff::Timestamp;
use serde_json::{Map, Value};

use super::data_version::Digests;
use super::entry::{Origin, RuleEntry, RunRecord, Status};
use super::error::StateError;
use super::fingerprint::Fingerprint;
use super::proof::DataVersion;
use super::recall::{self, Proof};
use super::reuse::{Circumstances, Decision, decide};
use super::store::Store;
use crate::config::{Reuse, Rule};
use crate::run::result::RuleResult;

/// The key of a table's entry that keeps the content hashes of its files.
const DIGESTS: &str = "file_digests";

/// How a run treats what earlier runs left.
#[derive(Clone, Debug)]
pub struct RunOptions {
    /// The run's id, if the user gave one.
    pub run_id: Option<String>,
    /// Continue nothing and take nothing over.
    pub start_anew: bool,
    pub reuse: Reuse,
    /// A run that died and is younger than this is continued.
    pub resume_window: Duration,
    /// An older result is not taken over into a new run.
    pub max_age: Option<Duration>,
}

/// The state of one run.
#[derive(Debug)]
pub struct RunState {
    store: Box<dyn Store>,
    options: RunOptions,
    run_id: String,
    /// Whether an earlier process began this run.
    resumed: bool,
    /// Whether the state knows of this run.
    begun: bool,
    now: Timestamp,
    /// Why records are not saved any more.
    failure: Option<StateError>,
}

/// A result with what proves it.
#[derive(Clone, Copy, Debug)]
pub struct Proven<'a> {
    pub rule: &'a Rule,
    pub result: &'a RuleResult,
    pub fingerprint: &'a Fingerprint,
    pub data_version: Option<&'a str>,
    /// False for a result that was taken over without proof.
    pub verified: Option<bool>,
    /// Rows that fail the rule; `None` where those that are kept stay, since the result was taken over.
    pub rows: Option<&'a [Map<String, Value>]>,
}

impl RunState {
    /// Begins a run, or continues the newest one if it died not long ago.
    pub fn begin(store: Box<dyn Store>, options: RunOptions, now: Timestamp) -> Self {
        let unfinished = store
            .last_run()
            .filter(|run| run.ended_at.is_none() && !options.start_anew)
            .cloned();
        let young = |run: &RunRecord| {
            super::instant(&run.started_at).is_some_and(|began| {
                now.duration_since(began).unsigned_abs() <= options.resume_window
            })
        };
        let continued = match &options.run_id {
            Some(id) => unfinished.filter(|run| run.id == *id),
            None => unfinished.filter(young),
        };
        let resumed = continued.is_some();
        let run_id = continued
            .map(|run| run.id)
            .or_else(|| options.run_id.clone())
            .unwrap_or_else(new_run_id);
        Self {
            store,
            options,
            run_id,
            resumed,
            begun: resumed,
            now,
            failure: None,
        }
    }

    /// Notes the run before its first record: one that takes everything over leaves the state alone.
    fn ensure_begun(&mut self) {
        if !std::mem::replace(&mut self.begun, true) {
            let begun = self.store.begin_run(RunRecord {
                id: self.run_id.clone(),
                started_at: written(self.now),
                ended_at: None,
            });
            self.note(begun);
        }
    }

    pub fn run_id(&self) -> &str {
        &self.run_id
    }

    /// The run that is continued, if one is.
    pub fn resumed_from(&self) -> Option<&str> {
        self.resumed.then_some(&*self.run_id)
    }

    /// So many failing rows of a rule are kept with its result.
    pub fn kept_rows(&self) -> u32 {
        self.store.kept_rows()
    }

    /// Whether what is recorded is written where that engine's data is.
    pub fn is_in_engine(&self, engine: &str) -> bool {
        self.store.engine() == Some(engine)
    }

    /// What the store wants the user to know.
    pub fn warnings(&self) -> &[String] {
        self.store.warnings()
    }

    /// The content hashes that are known of a table's files.
    pub fn digests(&self, table: &str) -> Digests {
        let known = self
            .store
            .table(table)
            .and_then(|entry| entry.extra.get(DIGESTS));
        known
            .and_then(|known| serde_json::from_value(known.clone()).ok())
            .unwrap_or_default()
    }

    /// Whether a rule's recorded result is taken over.
    pub fn decide(
        &self,
        table: &str,
        rule: &Rule,
        fingerprint: &Fingerprint,
        data_version: Result<&DataVersion, &str>,
        not_reusable: Option<&str>,
    ) -> Decision {
        if self.options.start_anew {
            return Decision::Run {
                why: "nothing is taken over in this run".into(),
            };
        }
        let entry = self.store.rule(table, &rule.name);
        decide(
            entry.map(|entry| (entry, entry.origin(table, &rule.name))),
            Circumstances {
                reuse: self.options.reuse,
                is_resumed: entry.is_some_and(|entry| self.is_of_resumed_run(entry)),
                fingerprint,
                data_version,
                not_reusable,
                too_old: entry.is_some_and(|entry| self.is_too_old(entry)),
            },
        )
    }

    /// The data that the recorded result of a rule with this fingerprint was counted on.
    pub fn data_version(
        &self,
        table: &str,
        rule: &Rule,
        fingerprint: &Fingerprint,
    ) -> Option<DataVersion> {
        let entry = self.store.rule(table, &rule.name)?;
        let is_same_rule = entry.origin(table, &rule.name) == Origin::Ours
            && (entry.fingerprint.as_ref())
                .is_some_and(|recorded| fingerprint.difference(recorded).is_none());
        let version = entry.data_version.as_deref().filter(|_| is_same_rule);
        version.map(DataVersion::parse)
    }

    /// The recorded result of a rule, judged anew, and what changed in how it is judged.
    pub fn recall(&self, table: &str, rule: &Rule) -> Option<(RuleResult, Option<String>)> {
        recall::recall(rule, &*self.store.result(table, &rule.name)?)
    }

    pub fn start_table(&mut self, table: &str) {
        self.ensure_begun();
        let at = written(Timestamp::now());
        let started = self.store.start_table(table, &at);
        self.note(started);
    }

    /// Records results; they survive a kill of the process when this returns.
    pub fn record(&mut self, table: &str, results: &[Proven<'_>]) {
        let at = written(Timestamp::now());
        let entry = |proven: &Proven<'_>| {
            // What was taken over keeps the data it was counted on, and its age.
            let before =
                (self.store.rule(table, &proven.rule.name)).filter(|_| proven.result.reused);
            let data_version =
                before.map_or(proven.data_version, |entry| entry.data_version.as_deref());
            let at = before
                .and_then(|entry| entry.completed_at.as_deref())
                .unwrap_or(&at);
            let run_id = before
                .and_then(|entry| entry.run_id.as_deref())
                .unwrap_or(&self.run_id);
            let proof = Proof {
                fingerprint: proven.fingerprint,
                data_version,
                run_id,
                at,
                verified: proven.verified,
            };
            (
                proven.rule.name.clone(),
                recall::entry(proven.rule, proven.result, proof),
            )
        };
        let entries: Vec<(String, RuleEntry)> = results.iter().map(entry).collect();
        if !entries.is_empty() {
            self.ensure_begun();
            for proven in results {
                if let Some(rows) = proven.rows {
                    let rule = &proven.rule.name;
                    self.store.keep_rows(table, rule, rows.to_vec());
                }
            }
            let put = self.store.put_rules(table, entries);
            self.note(put);
        }
    }

    /// Notes that all rules of a table are done.
    pub fn complete_table(&mut self, table: &str) {
        let completed = self.store.complete_table(table, &written(Timestamp::now()));
        self.note(completed);
    }

    /// Keeps the content hashes of a table's files.
    pub fn keep_digests(&mut self, table: &str, digests: Digests) {
        let known = serde_json::to_value(digests.kept()).unwrap_or_default();
        if self
            .store
            .table(table)
            .and_then(|entry| entry.extra.get(DIGESTS))
            != Some(&known)
        {
            let kept = self.store.put_note(table, DIGESTS, known);
            self.note(kept);
        }
    }

    pub fn is_table_completed(&self, table: &str) -> bool {
        self.store
            .table(table)
            .is_some_and(|entry| entry.status == Status::Completed)
    }

    /// Ends the run, unless it was stopped and is to be continued, and leaves the state whole; gives
    /// what the user should know of that.
    ///
    /// # Errors
    /// When something could not be saved, now or before.
    pub fn finish(mut self, completed: bool) -> Result<Vec<String>, StateError> {
        if completed && self.begun {
            let ended = self.store.end_run(&written(Timestamp::now()));
            self.note(ended);
        }
        let closed = self.store.close();
        self.failure.map_or(closed, Err)
    }

    /// Whether the run that is continued made the record; another run may have had its id before.
    fn is_of_resumed_run(&self, entry: &RuleEntry) -> bool {
        let at = |text: Option<&str>| text.and_then(super::instant);
        let began = at((self.store.last_run()).map(|run| &*run.started_at));
        self.resumed
            && entry.run_id.as_deref() == Some(&self.run_id)
            && at(entry.completed_at.as_deref()) >= began
    }

    fn is_too_old(&self, entry: &RuleEntry) -> bool {
        let completed = entry.completed_at.as_deref().and_then(super::instant);
        match (self.options.max_age, completed) {
            (Some(max_age), Some(at)) => self.now.duration_since(at).unsigned_abs() > max_age,
            (Some(_), None) => true,
            (None, _) => false,
        }
    }

    /// Keeps the first failure to save: the run goes on, and ends with it.
    fn note(&mut self, saved: Result<(), StateError>) {
        if let Err(error) = saved {
            self.failure.get_or_insert(error);
        }
    }
}

/// An id for a run, later ones being greater.
pub fn new_run_id() -> String {
    uuid::Uuid::now_v7().to_string()
}

/// A moment as the state file writes it: UTC without a zone.
fn written(at: Timestamp) -> String {
    let micros = Timestamp::from_microsecond(at.as_microsecond()).unwrap_or(at);
    micros.to_string().trim_end_matches('Z').to_owned()
}
