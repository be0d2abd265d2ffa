//! Runs of all kinds, and what they have to say.

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::fs;
use std::num::NonZeroUsize;
use std::path::PathBuf;
use std::thread;
use std::time::Duration;

use data_validator::config::Reuse;
use data_validator::interrupt::{Interrupt, Signal};
use data_validator::run::settings::{Progress, RunSettings};
use data_validator::{DataValidator, RuleResult, Selection, Status, Summary};
use fastrand::Rng;

use super::edits;
use super::home::Home;
use super::world::{Row, TABLES, World};

/// How much was checked.
#[derive(Debug, Default)]
pub struct Told {
    runs: u64,
    pub judged: u64,
    pub reused: u64,
    died: u64,
    stopped: u64,
    edited: u64,
}

/// What happens during a run, at so manyth step of it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Incident {
    Nothing,
    /// The process dies: what the disk has at that moment is what the next run finds.
    Dies,
    /// It is stopped in good order.
    Stops,
    /// Somebody writes to a relation at any time; such a run does not repeat itself.
    Edit,
}

/// Runs the config in some way; what a run says of data that nobody wrote to meanwhile is what one without a
/// state says, and right after a whole run everything is taken over.
pub fn run(
    world: &mut World,
    random: &mut Rng,
    log: &mut Vec<String>,
    (told, fresh): (&mut Told, &mut Fresh),
) -> Result<(), String> {
    let incident = match random.u8(..10) {
        0..3 => Incident::Dies,
        3 => Incident::Stops,
        4 if world.home.can_change_during_a_run() => Incident::Edit,
        _ => Incident::Nothing,
    };
    let settings = settings(world, random);
    let step = random.usize(..2 * TABLES + 1);
    log.push(format!(
        "run of {:?}, no_resume {}, reuse {:?}, id {:?}; at step {step}: {incident:?}",
        settings.selection.tables, settings.no_resume, settings.reuse, settings.run_id
    ));
    told.runs += 1;
    let done = validate(world, &settings, incident, step, random);
    fresh.evaluate(world, random);
    match incident {
        Incident::Dies => told.died += 1,
        Incident::Stops => told.stopped += 1,
        Incident::Edit => told.edited += 1,
        Incident::Nothing => {}
    }
    let unsure: BTreeSet<&String> = done.written.iter().collect();
    for (name, result) in &done.results {
        // What a stopped run did not come to is not judged.
        if unsure.contains(&name.0)
            || (incident == Incident::Stops && result.status == Status::Error)
        {
            continue;
        }
        told.judged += 1;
        told.reused += u64::from(result.reused);
        let (said, right) = (Verdict::of(result), fresh.verdict(world, name));
        if said != right {
            return Err(format!(
                "{name:?}: the run says {said:?} [{}], and one without a state {right:?}",
                result.reason
            ));
        }
    }
    let is_whole = incident == Incident::Nothing && settings.selection.tables.is_empty();
    if is_whole && world.home.proves_what_is_unchanged() && random.bool() {
        let plain = RunSettings {
            state: settings.state.clone(),
            ..RunSettings::default()
        };
        let again = validate(world, &plain, Incident::Nothing, 0, random);
        let judged = again
            .results
            .iter()
            .filter(|(_, it)| it.status != Status::Error);
        for (name, result) in judged {
            if !result.reused {
                return Err(format!("{name:?} ran again: {}", result.reason));
            }
        }
    }
    Ok(())
}

fn settings(world: &World, random: &mut Rng) -> RunSettings {
    let tables = match random.u8(..4) {
        0 => vec![format!("t{}", random.usize(..TABLES))],
        _ => Vec::new(),
    };
    RunSettings {
        selection: Selection {
            tables,
            ..Selection::default()
        },
        state: Some(world.home.workspace.path("state.json")),
        no_resume: random.u8(..8) == 0,
        reuse: (random.u8(..8) == 0).then_some(Reuse::Never),
        run_id: (random.u8(..6) == 0).then(|| "an id".to_owned()),
        jobs: NonZeroUsize::new(random.usize(1..3)),
        ..RunSettings::default()
    }
}

/// What runs without a state say of a table, by all that it depends on.
#[derive(Debug, Default)]
pub struct Fresh(HashMap<String, BTreeMap<String, Verdict>>);

impl Fresh {
    /// Asks about the tables that were never as they are.
    fn evaluate(&mut self, world: &mut World, random: &mut Rng) {
        let is_new = |number: &usize| !self.0.contains_key(&world.all_of(*number));
        let new: Vec<usize> = (0..TABLES).filter(is_new).collect();
        if new.is_empty() {
            return;
        }
        let settings = RunSettings {
            selection: Selection {
                tables: new.iter().map(|number| format!("t{number}")).collect(),
                ..Selection::default()
            },
            ..RunSettings::default()
        };
        let done = validate(world, &settings, Incident::Nothing, 0, random);
        for number in new {
            let name = format!("t{number}");
            let own = done.results.iter().filter(|((table, _), _)| *table == name);
            let verdicts = own.map(|((_, rule), result)| (rule.clone(), Verdict::of(result)));
            self.0.insert(world.all_of(number), verdicts.collect());
        }
    }

    fn verdict(&self, world: &World, (table, rule): &(String, String)) -> Verdict {
        let number = table[1..].parse().unwrap();
        self.0[&world.all_of(number)][rule].clone()
    }
}

/// Results by table and rule, and the tables whose data somebody wrote to meanwhile.
struct Done {
    results: BTreeMap<(String, String), RuleResult>,
    written: Vec<String>,
}

fn validate(
    world: &mut World,
    settings: &RunSettings,
    incident: Incident,
    step: usize,
    random: &mut Rng,
) -> Done {
    let file = world.home.workspace.write("rules.yaml", world.config());
    let mut validator = DataValidator::from_path(file).unwrap();
    let interrupt = Interrupt::default();
    let settings = RunSettings {
        interrupt: interrupt.clone(),
        ..settings.clone()
    };
    let edit = (incident == Incident::Edit).then(|| Edit::draw(world, random));
    let mut steps = 0;
    let mut disk = None;
    let home = &world.home;
    let outcome = thread::scope(|scope| {
        if let Some(edit) = &edit {
            scope.spawn(|| edit.perform(home));
        }
        validator.validate(&settings, &mut |progress| {
            let counts = !matches!(progress, Progress::Waits(_));
            let happens = counts && steps == step;
            steps += usize::from(counts);
            match incident {
                Incident::Dies if happens => disk = Some(Disk::read(home)),
                Incident::Stops if happens => interrupt.request(Signal::Interrupt),
                _ => {}
            }
        })
    });
    let outcome = outcome.unwrap_or_else(|error| panic!("{error}"));
    assert!(outcome.state_error.is_none(), "{:?}", outcome.state_error);
    drop(validator);
    if let Some(disk) = disk {
        disk.write();
    }
    let written = edit.as_ref().map(|edit| world.readers(edit.relation));
    if let Some(edit) = edit {
        world.has_now(edit.relation, edit.last);
    }
    let results = |summary: Summary| {
        let table = summary.table_name;
        let named = move |result: RuleResult| ((table.clone(), result.rule_name.clone()), result);
        summary.results.into_iter().map(named)
    };
    Done {
        results: outcome.summaries.into_iter().flat_map(results).collect(),
        written: written.unwrap_or_default(),
    }
}

/// Somebody writes to a relation while it may be read, and perhaps takes that back.
struct Edit {
    relation: usize,
    after: Duration,
    first: Vec<Row>,
    later: Duration,
    last: Vec<Row>,
    seed: u64,
}

impl Edit {
    fn draw(world: &World, random: &mut Rng) -> Self {
        let (relation, first) = edits::other_rows(world, random);
        let last = match random.bool() {
            true => world.relations[relation].clone(),
            false => first.clone(),
        };
        let mut pause = || Duration::from_micros(random.u64(..6000));
        Self {
            relation,
            after: pause(),
            first,
            later: pause(),
            last,
            seed: random.u64(..),
        }
    }

    fn perform(&self, home: &Home) {
        let mut random = Rng::with_seed(self.seed);
        for (pause, rows) in [(self.after, &self.first), (self.later, &self.last)] {
            thread::sleep(pause);
            home.write(self.relation, rows, &mut random);
        }
    }
}

/// What the files of a state hold at a moment.
struct Disk(Vec<(PathBuf, Option<Vec<u8>>)>);

impl Disk {
    fn read(home: &Home) -> Self {
        let files = ["state.json", "state.json.journal"];
        let files = files.map(|name| home.workspace.path(name));
        let read = |path: PathBuf| {
            let bytes = fs::read(&path).ok();
            (path, bytes)
        };
        Self(files.into_iter().map(read).collect())
    }

    fn write(self) {
        for (path, bytes) in self.0 {
            match bytes {
                Some(bytes) => fs::write(path, bytes).unwrap(),
                None => drop(fs::remove_file(path)),
            }
        }
    }
}

/// What may not differ.
#[derive(Clone, Debug, PartialEq)]
struct Verdict {
    status: Status,
    passed: bool,
    /// Failed, total, missing and excluded.
    counts: [u64; 4],
    message: String,
}

impl Verdict {
    fn of(result: &RuleResult) -> Self {
        Self {
            status: result.status,
            passed: result.passed,
            counts: [
                result.failed_count,
                result.total_count,
                result.missing_count,
                result.excluded_count,
            ],
            message: result.message.clone(),
        }
    }
}
