//! Every truncation and every flipped bit of a state file with a hundred rules, and of a journal with as many.
//!
//! A test run takes a part of them, spread evenly; `EVERY=1 cargo test -p data-validator --lib hundred_rules` takes
//! all, and `SLICE=3/10` beside it the third tenth.

use std::collections::BTreeSet;
use std::fs;
use std::ops::Range;
use std::thread;

use data_validator_harness::sample::chosen;
use indexmap::IndexMap;

use super::{AT, Folder, copy_folder, entry, run};
use crate::state::{Origin, StateErrorKind, Status, Store, TableEntry, peek};

const TABLES: u32 = 4;
const RULES: u32 = 25;

/// A test run takes every so-many-th damage; a prime, so that each bit of a byte has its turn.
const FLIPS: usize = 199;
const CUTS: usize = 41;

/// All damages that are taken are read; so many-th ones are also opened and closed, which writes.
const OPENED: usize = 101;

const STATE: &str = "state.json";
const JOURNAL: &str = "state.json.journal";

type Tables = IndexMap<String, TableEntry>;
type Rules = BTreeSet<(String, String)>;

/// A state with a hundred rules, and one of its files.
struct Whole {
    folder: Folder,
    name: &'static str,
    bytes: Vec<u8>,
    tables: Tables,
}

impl Whole {
    /// With all rules in the state file, whose tables are completed.
    fn state_file() -> Self {
        let folder = Folder::new();
        let mut state = folder.open();
        state.begin_run(run("one")).unwrap();
        for table in 0..TABLES {
            put_table(&mut state, table);
        }
        state.close().unwrap();
        Self::of(folder, STATE)
    }

    /// With all rules in the journal, whose tables are completed.
    fn journal() -> Self {
        let folder = Folder::new();
        let mut state = folder.open();
        state.begin_run(run("one")).unwrap();
        for table in 0..TABLES {
            put_table(&mut state, table);
        }
        drop(state);
        Self::of(folder, JOURNAL)
    }

    fn of(folder: Folder, name: &'static str) -> Self {
        let tables = peek(&folder.state()).unwrap().tables;
        let bytes = fs::read(folder.path(name)).unwrap();
        let whole = Self {
            folder,
            name,
            bytes,
            tables,
        };
        assert_eq!(whole.rules().len(), (TABLES * RULES) as usize);
        whole
    }

    fn rules(&self) -> Rules {
        let tables = self.tables.iter();
        tables
            .flat_map(|(table, entry)| entry.rules.keys().map(|rule| (table.clone(), rule.clone())))
            .collect()
    }

    /// Checks every damage of the file with these numbers on all processors.
    fn check(&self, taken: &[usize], damage: impl Fn(usize) -> Damage + Sync) {
        let workers = thread::available_parallelism().map_or(1, usize::from);
        let damage = &damage;
        thread::scope(|scope| {
            for worker in 0..workers {
                scope.spawn(move || {
                    let copy = Folder::new();
                    copy_folder(self.folder.directory.path(), copy.directory.path());
                    for number in taken.iter().skip(worker).step_by(workers) {
                        self.check_one(&copy, *number, &damage(*number));
                    }
                });
            }
        });
    }

    fn check_one(&self, copy: &Folder, number: usize, damage: &Damage) {
        let what = &damage.what;
        fs::write(copy.path(self.name), &damage.bytes).unwrap();
        let tables = match peek(&copy.state()) {
            Ok(contents) => contents.tables,
            Err(error) => {
                assert_eq!(error.kind, StateErrorKind::Newer, "{what}");
                return;
            }
        };
        let left = self.left(&tables, what);
        let lost = self
            .rules()
            .into_iter()
            .find(|rule| !left.contains(rule) && !damage.may_lose.contains(rule));
        assert_eq!(lost, None, "{what}: lost");
        if number.is_multiple_of(OPENED) {
            let opened = Folder::new();
            copy_folder(copy.directory.path(), opened.directory.path());
            let state = opened.open();
            assert!(state.entries.tables == tables, "{what}: opened");
            state.close().unwrap();
            let again = peek(&opened.state()).unwrap().tables;
            assert_eq!(self.left(&again, what), left, "{what}: closed");
        }
    }

    /// The rules that are as they were put; nothing else may look like that.
    fn left(&self, tables: &Tables, what: &str) -> Rules {
        let mut left = Rules::new();
        for (table, found) in tables {
            for (rule, entry) in &found.rules {
                match entry.origin(table, rule) {
                    Origin::Ours => {
                        let put = self
                            .tables
                            .get(table)
                            .and_then(|table| table.rules.get(rule));
                        assert!(
                            put == Some(entry),
                            "{what}: {table}.{rule} is not as it was put"
                        );
                        left.insert((table.clone(), rule.clone()));
                    }
                    Origin::Foreign => {
                        assert_ne!(entry.status, Status::Completed, "{what}: {table}.{rule}");
                    }
                    Origin::Damaged => {}
                }
            }
        }
        left
    }
}

/// A file that is not what was written.
struct Damage {
    what: String,
    bytes: Vec<u8>,
    may_lose: Rules,
}

fn put_table(state: &mut impl Store, table: u32) {
    let name = format!("t{table}");
    state.start_table(&name, AT).unwrap();
    let rules = (0..RULES).map(|rule| (format!("r{rule}"), entry(table * RULES + rule)));
    state.put_rules(&name, rules.collect()).unwrap();
    state.complete_table(&name, AT).unwrap();
}

#[test]
fn a_state_file_with_a_flipped_bit_loses_what_the_bit_is_in() {
    let whole = Whole::state_file();
    let places = places(&whole.bytes);
    let taken = chosen(whole.bytes.len() * 8, FLIPS);
    whole.check(&taken, |bit| {
        let bytes = flipped(&whole.bytes, bit);
        let mut may_lose = around(&places, bit / 8);
        may_lose.extend(twice(&bytes));
        let what = format!("bit {bit}");
        Damage {
            what,
            bytes,
            may_lose,
        }
    });
    println!(
        "0 of {} flipped bits did harm, of {}",
        taken.len(),
        whole.bytes.len() * 8
    );
}

#[test]
fn a_state_file_that_is_cut_keeps_what_stood_before() {
    let whole = Whole::state_file();
    let places = places(&whole.bytes);
    let taken = chosen(whole.bytes.len(), CUTS);
    whole.check(&taken, |length| Damage {
        what: format!("cut at {length}"),
        bytes: whole.bytes[..length].to_vec(),
        may_lose: rules_of(places.iter().filter(|place| place.bytes.end > length)),
    });
    println!(
        "0 of {} cuts did harm, of {}",
        taken.len(),
        whole.bytes.len()
    );
}

#[test]
fn a_journal_with_a_flipped_bit_keeps_what_stood_before() {
    let whole = Whole::journal();
    let lines = lines(&whole.bytes);
    let taken = chosen(whole.bytes.len() * 8, FLIPS);
    whole.check(&taken, |bit| Damage {
        what: format!("bit {bit}"),
        bytes: flipped(&whole.bytes, bit),
        may_lose: rules_of(lines.iter().filter(|line| line.bytes.end > bit / 8)),
    });
    println!(
        "0 of {} flipped bits did harm, of {}",
        taken.len(),
        whole.bytes.len() * 8
    );
}

#[test]
fn a_journal_that_is_cut_keeps_what_stood_before() {
    let whole = Whole::journal();
    let lines = lines(&whole.bytes);
    let taken = chosen(whole.bytes.len(), CUTS);
    whole.check(&taken, |length| Damage {
        what: format!("cut at {length}"),
        bytes: whole.bytes[..length].to_vec(),
        may_lose: rules_of(lines.iter().filter(|line| line.bytes.end > length)),
    });
    println!(
        "0 of {} cuts did harm, of {}",
        taken.len(),
        whole.bytes.len()
    );
}

fn flipped(bytes: &[u8], bit: usize) -> Vec<u8> {
    let mut flipped = bytes.to_vec();
    flipped[bit / 8] ^= 1 << (bit % 8);
    flipped
}

/// Where a rule stands in a file.
struct Place {
    table: String,
    rule: String,
    bytes: Range<usize>,
}

fn rules_of<'p>(places: impl Iterator<Item = &'p Place>) -> Rules {
    places
        .map(|place| (place.table.clone(), place.rule.clone()))
        .collect()
}

/// The rule in whose entry the byte is; between entries, those of its table.
fn around(places: &[Place], byte: usize) -> Rules {
    let hit: Vec<&Place> = places
        .iter()
        .filter(|place| place.bytes.contains(&byte))
        .collect();
    if !hit.is_empty() {
        return rules_of(hit.into_iter());
    }
    let next = places.iter().find(|place| place.bytes.start > byte);
    let last = places.iter().rfind(|place| place.bytes.end <= byte);
    let tables: Vec<&str> = next
        .into_iter()
        .chain(last)
        .map(|place| place.table.as_str())
        .collect();
    rules_of(
        places
            .iter()
            .filter(|place| tables.contains(&place.table.as_str())),
    )
}

/// The rules that stand in a file twice, since a name became another one's: the last of them counts.
fn twice(bytes: &[u8]) -> Rules {
    let mut once = Rules::new();
    let rules = places(bytes)
        .into_iter()
        .map(|place| (place.table, place.rule));
    rules.filter(|rule| !once.insert(rule.clone())).collect()
}

/// The entries of a state file as it is laid out: a table begins with two spaces, its rules with six.
fn places(bytes: &[u8]) -> Vec<Place> {
    let text = String::from_utf8_lossy(bytes);
    let mut places: Vec<Place> = Vec::new();
    let (mut table, mut at) = (String::new(), 0);
    for line in text.split_inclusive('\n') {
        let spaces = line.len() - line.trim_start().len();
        let key = line
            .trim_start()
            .strip_prefix('"')
            .and_then(|rest| rest.split_once("\": {"));
        match (spaces, key) {
            (2, Some((name, _))) => name.clone_into(&mut table),
            (6, Some((rule, _))) => places.push(Place {
                table: table.clone(),
                rule: rule.to_owned(),
                bytes: at..at,
            }),
            (6, None) if line.trim_start().starts_with('}') => {
                if let Some(place) = places.last_mut() {
                    place.bytes.end = at + "      }".len();
                }
            }
            _ => {}
        }
        at += line.len();
    }
    places
}

/// The lines of a journal that put a rule.
fn lines(bytes: &[u8]) -> Vec<Place> {
    let text = std::str::from_utf8(bytes).unwrap();
    let mut at = 0;
    let mut places = Vec::new();
    for line in text.split_inclusive('\n') {
        let value: (String, serde_json::Value) = serde_json::from_str(line).unwrap();
        let name = |key: &str| value.1["put"][key].as_str().map(str::to_owned);
        if let (Some(table), Some(rule)) = (name("table"), name("rule")) {
            let bytes = at..at + line.len();
            places.push(Place { table, rule, bytes });
        }
        at += line.len();
    }
    places
}
