//! When and how what was put reaches the disk.

use std::fs;
use std::io;
use std::time::{Duration, Instant};

use super::crash_point::crash_point;
use super::journal::{Journal, Sync};
use super::load::JOURNAL_FORMAT;
use super::options::{Durability, OpenOptions, ResultsPlace};
use super::result_files;
use super::settle::{Settled, replace, settle};
use super::snapshot::{Content, Version, render_head, with_head};
use super::store::FileState;
use crate::state::StateError;
use crate::state::entries::Entries;
use crate::state::record::{Base, Record};

/// Between two snapshots passes at least so many times what the last one cost; the next costs more by as much as was
/// recorded meanwhile.
const REST: u32 = 400;

/// A snapshot during a run is for who reads the file, so it need not come more often.
const SNAPSHOT_EVERY: Duration = Duration::from_secs(5);

/// What is on the disk, and how more gets there.
#[derive(Debug)]
pub(super) struct Saving {
    durability: Durability,
    results: ResultsPlace,
    /// Without it, the whole file is replaced where a journal would be made durable.
    pub appends: bool,
    /// The state file as we left it; `None` if there is none.
    version: Option<Version>,
    pub journal: Option<Journal>,
    /// How the state file begins, if we wrote it.
    head: Option<Vec<u8>>,
    /// What the state file does not have.
    due: Due,
    snapshot_at: Instant,
    pub snapshot_every: Duration,
    /// Why nothing more is saved, once that is so.
    failure: Option<StateError>,
}

/// What only memory and journal have.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Due {
    Nothing,
    /// The run, and no table.
    Run,
    Everything,
}

impl Saving {
    pub(super) fn new(options: &OpenOptions, appends: bool, settled: &Settled) -> io::Result<Self> {
        Ok(Self {
            durability: options.durability,
            results: options.results,
            appends,
            version: settled.version.clone(),
            journal: None,
            head: Some(render_head(&settled.entries)?),
            due: Due::Nothing,
            snapshot_at: Instant::now(),
            snapshot_every: SNAPSHOT_EVERY,
            failure: None,
        })
    }
}

impl FileState {
    /// Leaves the state file alone, with everything in it; what the user should know comes back.
    ///
    /// # Errors
    /// When it cannot be saved. What the journal has is then found by who opens the state next.
    pub fn close(mut self) -> Result<Vec<String>, StateError> {
        let failure = self.saving.failure.take();
        if failure.is_some() {
            // The whole state in a new file needs nothing of the file that failed.
            self.saving.journal = None;
        }
        if self.saving.due > Due::Nothing {
            let was_failing = failure.is_some();
            self.save().map_err(|error| failure.unwrap_or(error))?;
            if was_failing {
                let _ = fs::remove_file(self.place.journal());
            }
        }
        self.remove_unnamed_results();
        Ok(self.warnings)
    }

    /// What could not be removed goes when the state is closed another time.
    fn remove_unnamed_results(&self) {
        let unnamed = self.result_files.unnamed(&self.entries).unwrap_or_default();
        if !unnamed.is_empty() && self.is_file_ours().unwrap_or(false) {
            let _ = result_files::remove(&unnamed);
        }
    }

    /// Makes the records true: on the disk, and in memory even where the disk refuses them.
    pub(super) fn keep(&mut self, mut records: Vec<Record>, sync: Sync) -> Result<(), StateError> {
        if records.is_empty() {
            return Ok(());
        }
        let sync = match self.saving.durability {
            Durability::Strict => Sync::Now,
            Durability::Batch => sync,
        };
        let appended = match self.saving.failure {
            None => self.write(&mut records, sync),
            Some(_) => Ok(()),
        };
        for record in records {
            let due = match &record {
                Record::Run(_) => Due::Run,
                _ => Due::Everything,
            };
            self.saving.due = self.saving.due.max(due);
            self.entries.apply(record);
        }
        appended
            .and_then(|()| self.save_if_time(sync))
            .inspect_err(|error| self.saving.failure = Some(error.clone()))
    }

    /// Writes the records where they outlive this process, if that is possible before the state file is replaced.
    fn write(&mut self, records: &mut [Record], sync: Sync) -> Result<(), StateError> {
        if self.saving.results == ResultsPlace::External {
            (self.result_files.put(&self.place, records))
                .map_err(|error| StateError::not_saved(&self.place.file, &error))?;
        }
        match self.saving.appends {
            true => self.append(records, sync),
            false => Ok(()),
        }
    }

    fn append(&mut self, records: &[Record], sync: Sync) -> Result<(), StateError> {
        if self.saving.journal.is_none() {
            self.begin_journal(records)?;
        }
        let Some(journal) = &mut self.saving.journal else {
            return Ok(());
        };
        let appended = journal.append(&self.place, records, sync);
        crash_point();
        appended.map_err(|error| StateError::not_saved(&self.place.file, &error))
    }

    /// The state file is there before its journal, so that a missing one is always one that was deleted.
    fn begin_journal(&mut self, records: &[Record]) -> Result<(), StateError> {
        if self.saving.version.is_none() {
            self.save()?;
        }
        let run = match records {
            [Record::Run(run), ..] => Some(run),
            _ => self.entries.run.as_ref(),
        };
        let base = Base {
            format: JOURNAL_FORMAT,
            base: (self.saving.version.as_ref()).map_or_else(String::new, |it| it.sha.clone()),
            run: run.cloned(),
        };
        let begun = Journal::create(&self.place).and_then(|mut journal| {
            crash_point();
            journal.append(&self.place, &[Record::Base(base)], Sync::Soon)?;
            crash_point();
            Ok(journal)
        });
        let journal = begun.map_err(|error| StateError::not_saved(&self.place.file, &error))?;
        self.saving.journal = Some(journal);
        Ok(())
    }

    fn save_if_time(&mut self, sync: Sync) -> Result<(), StateError> {
        if self.saving.failure.is_some() {
            return Ok(());
        }
        if !self.saving.appends {
            return match sync {
                Sync::Now => self.save(),
                Sync::Soon | Sync::Never => Ok(()),
            };
        }
        if self.saving.snapshot_at.elapsed() < self.saving.snapshot_every {
            return Ok(());
        }
        if let Err(error) = self.save() {
            if self.saving.journal.is_none() {
                return Err(error);
            }
            // The journal still has everything; the last attempt is at the end.
            self.saving.snapshot_every = Duration::MAX;
            self.warnings.push(error.to_string());
        }
        Ok(())
    }

    /// Replaces the state file, unless somebody else wrote to it.
    fn save(&mut self) -> Result<(), StateError> {
        match self.is_file_ours()? {
            true => self.replace_file(),
            false => self.yield_to_edit(),
        }
    }

    /// Whether the state file is as we left it.
    fn is_file_ours(&self) -> Result<bool, StateError> {
        let is_ours = match &self.saving.version {
            Some(version) => version.is_current(&self.place),
            None => fs::exists(&self.place.file).map(|exists| !exists),
        };
        is_ours.map_err(|error| StateError::not_saved(&self.place.file, &error))
    }

    /// Puts other entries in the place of all, in one step.
    ///
    /// # Errors
    /// When that could not be done; the file is then as it was.
    pub(super) fn keep_all(&mut self, entries: Entries) -> Result<(), StateError> {
        if !self.is_file_ours()? {
            let why = "somebody edited it meanwhile";
            let hint = "look at what is in it now, and do this again";
            return Err(StateError::path("replacing", &self.place.file, why, hint));
        }
        let before = std::mem::replace(&mut self.entries, entries);
        self.saving.due = Due::Everything;
        self.replace_file().inspect_err(|_| {
            self.entries = before;
            self.saving.due = Due::Nothing;
        })
    }

    fn replace_file(&mut self) -> Result<(), StateError> {
        let failed = |error: io::Error| StateError::not_saved(&self.place.file, &error);
        let began = Instant::now();
        let journal = self.saving.journal.as_mut();
        let head = render_head(&self.entries).map_err(failed)?;
        let spliced = match (self.saving.due, &self.saving.head) {
            (Due::Run, Some(old)) => with_head(&self.place, old, &head),
            _ => None,
        };
        let content = spliced.map_or(Content::Entries(&self.entries), Content::Text);
        let replaced = replace(&self.place, &content, journal).map_err(failed)?;
        self.saving.version = Some(replaced.version);
        self.saving.head = Some(head);
        replaced.is_durable.map_err(failed)?;
        self.saving.journal = None;
        self.saving.due = Due::Nothing;
        self.saving.snapshot_at = Instant::now();
        self.saving.snapshot_every = SNAPSHOT_EVERY.max(began.elapsed() * REST);
        Ok(())
    }

    /// Goes on with what somebody else wrote, as if this process had died and was started again.
    fn yield_to_edit(&mut self) -> Result<(), StateError> {
        let had_journal = self.saving.journal.take().is_some();
        let Settled {
            entries,
            version,
            warnings,
        } = settle(&self.place)?;
        if !had_journal {
            self.warnings.push(format!(
                "{}: it was edited or deleted during a run, so that counts and not what the run recorded",
                self.place.file.display()
            ));
        }
        self.warnings.extend(warnings);
        let run = std::mem::replace(&mut self.entries, entries).run;
        self.entries.run = run.or(self.entries.run.take());
        self.saving.version = version;
        // The run is in memory and not in that file, so nothing can be spliced.
        self.saving.head = None;
        self.saving.due = Due::Nothing;
        self.saving.snapshot_at = Instant::now();
        Ok(())
    }
}
