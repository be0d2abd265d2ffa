//! Random sequences of calls, crashes and reopenings against a map in memory.

use std::collections::BTreeMap;
use std::time::Duration;

use proptest::prelude::*;

use super::{AT, Folder, entry, has, run};
use crate::state::{RunRecord, Status, Store, peek};

#[derive(Clone, Debug)]
enum Step {
    Put(usize, Vec<(usize, u32)>),
    Start(usize),
    Complete(usize),
    ResetRule(usize, usize),
    ResetTable(usize),
    ResetAll,
    Begin(u32),
    End,
    Crash,
    Close,
    /// From here on every call is followed by a snapshot, or none is.
    Snapshots(bool),
}

#[derive(Default)]
struct Model {
    tables: BTreeMap<String, (Status, BTreeMap<String, u32>)>,
    run: Option<RunRecord>,
}

const NAMES: [&str; 4] = ["a", "rules", "b \"c\"", "ü\n"];

fn steps() -> impl Strategy<Value = Vec<Step>> {
    let name = 0..NAMES.len();
    let rules = proptest::collection::vec((name.clone(), 0..9_u32), 1..4);
    let step = prop_oneof![
        6 => (name.clone(), rules).prop_map(|(table, rules)| Step::Put(table, rules)),
        2 => name.clone().prop_map(Step::Start),
        2 => name.clone().prop_map(Step::Complete),
        2 => (name.clone(), name.clone()).prop_map(|(table, rule)| Step::ResetRule(table, rule)),
        1 => name.prop_map(Step::ResetTable),
        1 => Just(Step::ResetAll),
        1 => (0..9_u32).prop_map(Step::Begin),
        1 => Just(Step::End),
        3 => Just(Step::Crash),
        2 => Just(Step::Close),
        1 => any::<bool>().prop_map(Step::Snapshots),
    ];
    proptest::collection::vec(step, 1..40)
}

impl Model {
    fn apply(&mut self, step: &Step) {
        match step {
            Step::Put(table, rules) => {
                let table = self.table(*table);
                for (rule, number) in rules {
                    table.1.insert(NAMES[*rule].to_owned(), *number);
                }
            }
            Step::Start(table) => self.table(*table).0 = Status::InProgress,
            Step::Complete(table) => self.table(*table).0 = Status::Completed,
            Step::ResetRule(table, rule) => {
                if let Some(table) = self.tables.get_mut(NAMES[*table])
                    && table.1.remove(NAMES[*rule]).is_some()
                {
                    table.0 = Status::InProgress;
                }
            }
            Step::ResetTable(table) => {
                self.tables.remove(NAMES[*table]);
            }
            Step::ResetAll => *self = Self::default(),
            Step::Begin(number) => self.run = Some(run(&number.to_string())),
            Step::End => {
                if let Some(run) = &mut self.run {
                    run.ended_at = Some(AT.to_owned());
                }
            }
            Step::Crash | Step::Close | Step::Snapshots(_) => {}
        }
    }

    fn table(&mut self, table: usize) -> &mut (Status, BTreeMap<String, u32>) {
        self.tables.entry(NAMES[table].to_owned()).or_default()
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 96, ..ProptestConfig::default() })]

    #[test]
    fn the_state_is_what_was_recorded(steps in steps()) {
        let folder = Folder::new();
        let mut model = Model::default();
        let mut state = folder.open();
        for step in &steps {
            model.apply(step);
            match step {
                Step::Put(table, rules) => {
                    let entries = rules.iter().map(|(rule, number)| (NAMES[*rule].to_owned(), entry(*number)));
                    state.put_rules(NAMES[*table], entries.collect()).unwrap();
                }
                Step::Start(table) => state.start_table(NAMES[*table], AT).unwrap(),
                Step::Complete(table) => state.complete_table(NAMES[*table], AT).unwrap(),
                Step::ResetRule(table, rule) => {
                    state.reset_rule(NAMES[*table], NAMES[*rule]).unwrap();
                }
                Step::ResetTable(table) => {
                    state.reset_table(NAMES[*table]).unwrap();
                }
                Step::ResetAll => {
                    state.reset_all().unwrap();
                }
                Step::Begin(number) => state.begin_run(run(&number.to_string())).unwrap(),
                Step::End => state.end_run(AT).unwrap(),
                Step::Crash => {
                    drop(state);
                    state = folder.open();
                }
                Step::Close => {
                    prop_assert!(state.close().unwrap().is_empty());
                    prop_assert!(folder.files().iter().all(|name| name == "state.json"));
                    state = folder.open();
                }
                Step::Snapshots(always) => {
                    state.saving.snapshot_every = if *always { Duration::ZERO } else { Duration::MAX };
                }
            }
            prop_assert!(state.warnings().is_empty());
            prop_assert_eq!(state.last_run(), model.run.as_ref());
            prop_assert_eq!(state.entries.tables.len(), model.tables.len());
            for (table, (status, rules)) in &model.tables {
                let found = state.table(table).unwrap();
                prop_assert_eq!(found.status, *status);
                prop_assert_eq!(found.rules.len(), rules.len());
                for (rule, number) in rules {
                    prop_assert!(has(&state, table, rule, *number));
                }
            }
            let seen = peek(&folder.state()).unwrap();
            prop_assert_eq!(seen.last_run.as_ref(), state.last_run());
            prop_assert!(state.entries.tables.iter().all(|(name, table)| seen.tables[name] == *table));
        }
    }
}
