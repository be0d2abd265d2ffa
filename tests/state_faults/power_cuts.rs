//! After a power cut at any moment the state is one that was promised to be on the disk, or a later one.

use std::collections::HashSet;
use std::collections::hash_map::DefaultHasher;
use std::hash::{Hash, Hasher};

use data_validator::state::{FileState, OpenOptions, RuleEntry, Store, peek};
use data_validator_harness::faulty_disk::Call;
use data_validator_harness::faulty_disk::power_cut::{Disk, Files};
use data_validator_harness::sample::{chosen, every};

use super::{
    ALL, Home, Recorded, Scenario, assert_none_falsely_completed, is_record, put, recorded,
};
use crate::support::Workspace;

/// A test run tears files at every so-many-th byte.
const EVERY: usize = 97;

/// All that may be left is read; so many-th ones are also opened, and the program runs on so many-th ones.
const OPENED: usize = 41;
const RUN: usize = 1999;

#[test]
fn a_fresh_run_survives_a_power_cut() {
    survives_power_cuts(Scenario::Fresh);
}

#[test]
fn a_resumed_run_survives_a_power_cut() {
    survives_power_cuts(Scenario::Resume);
}

#[test]
fn a_run_that_replaces_its_state_file_survives_a_power_cut() {
    survives_power_cuts(Scenario::Compaction);
}

#[test]
fn a_run_after_a_reset_survives_a_power_cut() {
    survives_power_cuts(Scenario::Reset);
}

#[test]
fn a_run_with_results_beside_its_state_survives_a_power_cut() {
    survives_power_cuts(Scenario::External);
}

fn survives_power_cuts(scenario: Scenario) {
    let home = Home::new(scenario);
    let calls: Vec<&Call> = home.calls.iter().filter(|call| is_kept(call)).collect();
    let mut disk = Disk::with(&home.start);
    let mut what = After {
        home: &home,
        folder: Workspace::new(),
        promised: home.recorded_before(),
        seen: Vec::new(),
        met: HashSet::new(),
    };
    what.see(&disk);
    let cuts: HashSet<usize> = chosen(calls.len(), 1).into_iter().collect();
    for (number, call) in calls.iter().enumerate() {
        if scenario == Scenario::Resume && is_record(call) {
            let now = what.look(&disk.seen());
            assert_eq!(
                what.promised.len(),
                now.len(),
                "what was recorded before call {number} is not yet durable"
            );
        }
        disk.apply(call);
        what.see(&disk);
        let of_journal = call.path.ends_with("state.json.journal");
        let is_promise = match call.name.as_str() {
            "fsync" => call.path == home.folder(),
            "fdatasync" => of_journal && disk.keeps_name("state.json.journal"),
            _ => false,
        };
        if is_promise {
            what.promised = what.look(&disk.seen());
        }
        if cuts.contains(&number) {
            disk.after_power_cut(every(EVERY), &mut |files| what.check(&files, number, call));
        }
    }
    assert_eq!(what.promised.len(), ALL, "the end of a run is durable");
    println!(
        "{scenario:?}: 0 of {} states after a power cut are unsound, at {} calls",
        what.met.len(),
        cuts.len()
    );
}

/// The lock and the files of the probe say nothing.
fn is_kept(call: &Call) -> bool {
    let name = call.path.file_name().unwrap_or_default().to_string_lossy();
    !name.ends_with(".lock") && !name.contains(".probe") && call.result >= 0
}

/// What is looked at after a power cut.
struct After<'h> {
    home: &'h Home,
    folder: Workspace,
    /// On the disk for certain.
    promised: Recorded,
    /// All that was recorded at any time.
    seen: Vec<((String, String), RuleEntry)>,
    met: HashSet<u64>,
}

impl After<'_> {
    fn see(&mut self, disk: &Disk) {
        for rule in self.look(&disk.seen()) {
            if !self.seen.contains(&rule) {
                self.seen.push(rule);
            }
        }
    }

    fn look(&self, files: &Files) -> Recorded {
        put(&self.folder, files);
        recorded(&self.folder.path("state.json"))
    }

    fn check(&mut self, files: &Files, number: usize, call: &Call) {
        let mut hasher = DefaultHasher::new();
        (files, self.promised.len()).hash(&mut hasher);
        if !self.met.insert(hasher.finish()) {
            return;
        }
        put(&self.folder, files);
        let path = self.folder.path("state.json");
        let lengths: Vec<(&String, usize)> = files
            .iter()
            .map(|(name, content)| (name, content.len()))
            .collect();
        let what = format!(
            "{:?}, after call {number}, {} {}, left: {lengths:?}",
            self.home.scenario,
            call.name,
            call.path.display()
        );
        let contents = peek(&path).unwrap_or_else(|error| panic!("{what}: {error}"));
        assert!(!contents.is_damaged, "{what}: the state file is damaged");
        assert_none_falsely_completed(&path, &what);
        let left = recorded(&path);
        let lost = self.promised.keys().find(|rule| !left.contains_key(rule));
        assert_eq!(lost, None, "{what}: lost");
        let is_false = |rule: &((String, String), RuleEntry)| !self.seen.contains(rule);
        let false_one = left.into_iter().find(is_false);
        assert_eq!(false_one, None, "{what}: never recorded");
        if self.met.len().is_multiple_of(OPENED) {
            let state = FileState::open(&path, &OpenOptions::default())
                .unwrap_or_else(|error| panic!("{what}: {error}"));
            assert!(
                state.entries().tables == contents.tables,
                "{what}: opened, it says something else"
            );
            state.close().unwrap();
            let closed = peek(&path).unwrap();
            assert!(
                closed.tables == contents.tables,
                "{what}: closed, it says something else"
            );
        }
        if self.met.len().is_multiple_of(RUN) {
            self.home.put(files);
            self.home.assert_ends_like_a_fresh_run(&what);
        }
    }
}
