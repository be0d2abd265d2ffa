//! What people do between two runs, and during one.

use std::fs;
use std::path::{Path, PathBuf};

use data_validator::DataValidator;
use data_validator::run::settings::RunSettings;
use fastrand::Rng;
use serde_json::Value;

use super::world::{self, Row, TABLES, World};

/// Changes the rows of a relation, or writes the same ones again; says what it did.
pub fn of_data(world: &mut World, random: &mut Rng) -> String {
    let (relation, rows) = other_rows(world, random);
    let same = match rows == world.relations[relation] {
        true => ", the same",
        false => "",
    };
    world.home.write(relation, &rows, random);
    world.has_now(relation, rows);
    format!("relation {relation} is written{same}")
}

/// A relation, and the rows that it gets.
pub fn other_rows(world: &World, random: &mut Rng) -> (usize, Vec<Row>) {
    let relation = random.usize(..TABLES);
    let mut rows = world.relations[relation].clone();
    let place = random.usize(..rows.len().max(1));
    match random.u8(..7) {
        0 if !rows.is_empty() => {
            rows.remove(place);
        }
        1 => rows.insert(place.min(rows.len()), world::row(random)),
        2 => rows = world.former[random.usize(..world.former.len())].clone(),
        3 => rows = world.relations[random.usize(..TABLES)].clone(),
        4 => {}
        _ if !rows.is_empty() => rows[place] = world::row(random),
        _ => {}
    }
    (relation, rows)
}

/// Changes a table or a rule; says what it did.
pub fn of_rules(world: &mut World, random: &mut Rng) -> String {
    if random.u8(..12) == 0 {
        world.external = !world.external;
        return format!("results are external: {}", world.external);
    }
    let number = random.usize(..TABLES);
    let table = &mut world.tables[number];
    let what = match (random.u8(..12), table.rules.len()) {
        (0, _) => {
            table.relation = random.usize(..TABLES);
            format!("it reads relation {}", table.relation)
        }
        (1, _) => {
            table.scope = random.bool().then(|| random.u8(..10));
            format!("its scope is {:?}", table.scope)
        }
        (2, 2..) => {
            let rule = table.rules.remove(random.usize(..table.rules.len()));
            format!("rule {} is gone", rule.name)
        }
        (3, ..5) => {
            let rule = world::rule(number, &table.rules, random);
            let what = format!("rule {} is new", rule.name);
            table.rules.push(rule);
            what
        }
        (4, 2..) => {
            let last = table.rules.len() - 1;
            let name = table.rules[0].name.clone();
            table.rules[0].name = std::mem::replace(&mut table.rules[last].name, name);
            "two rules change names".to_owned()
        }
        (choice, rules) => {
            let rule = &mut table.rules[random.usize(..rules)];
            match choice {
                5 => rule.threshold = world::threshold(random),
                6 => rule.is_warning = !rule.is_warning,
                7 => rule.scope = random.bool().then(|| random.u8(..10)),
                8 => rule.description = Some(format!("{}", random.u8(..))),
                9 => rule.column = ["a", "b"][random.usize(..2)],
                _ => rule.check = world::check(number, random),
            }
            format!("{rule:?}")
        }
    };
    format!("table t{number}: {what}")
}

/// Resets, deletes, tears or edits the state; says what it did.
pub fn of_state(world: &World, random: &mut Rng) -> String {
    let workspace = &world.home.workspace;
    let (state, journal) = (
        workspace.path("state.json"),
        workspace.path("state.json.journal"),
    );
    match random.u8(..9) {
        8 => edit_result_files(&workspace.path("state.json.results"), random),
        0 => {
            let _ = fs::remove_file(&state);
            "the state is deleted".to_owned()
        }
        1 => {
            let _ = fs::remove_file(&journal);
            "the journal is deleted".to_owned()
        }
        2 => match fs::read(&journal) {
            Ok(bytes) => {
                let length = random.usize(..=bytes.len());
                fs::write(&journal, &bytes[..length]).unwrap();
                format!("the journal is cut to {length} of {} bytes", bytes.len())
            }
            Err(_) => "there is no journal to cut".to_owned(),
        },
        3 | 4 => reset(world, random),
        _ => edit_by_hand(&state, random),
    }
}

/// Damages, removes or exchanges a file of results.
fn edit_result_files(folder: &Path, random: &mut Rng) -> String {
    let files = fs::read_dir(folder).into_iter().flatten();
    let mut files: Vec<PathBuf> = files.map(|file| file.unwrap().path()).collect();
    files.sort();
    if files.is_empty() {
        return "there is no file of results to edit".to_owned();
    }
    let [one, other] = [0; 2].map(|_| &files[random.usize(..files.len())]);
    match random.u8(..3) {
        0 => fs::remove_file(one).unwrap(),
        1 => fs::write(one, &fs::read(other).unwrap()[1..]).unwrap(),
        _ => fs::write(one, fs::read(other).unwrap()).unwrap(),
    }
    format!("a file of results is changed: {}", one.display())
}

fn reset(world: &World, random: &mut Rng) -> String {
    let workspace = &world.home.workspace;
    let file = workspace.write("rules.yaml", world.config());
    let validator = DataValidator::from_path(file).unwrap();
    let settings = RunSettings {
        state: Some(workspace.path("state.json")),
        ..RunSettings::default()
    };
    let table = format!("t{}", random.usize(..TABLES));
    let there = match random.u8(..3) {
        0 => validator.reset(&settings, |state| state.reset_rule(&table, "r0")),
        1 => validator.reset(&settings, |state| state.reset_table(&table)),
        _ => validator.reset(&settings, |state| state.reset_all()),
    };
    format!("something of {table} or all is reset: {there:?}")
}

/// Changes what an entry says, or puts it under another name.
fn edit_by_hand(state: &Path, random: &mut Rng) -> String {
    let read = fs::read(state).ok();
    let Some(mut written) = read.and_then(|bytes| serde_json::from_slice::<Value>(&bytes).ok())
    else {
        return "there is no state to edit".to_owned();
    };
    let table = format!("t{}", random.usize(..TABLES));
    let Some(rules) = written[&table]["rules"]
        .as_object_mut()
        .filter(|it| !it.is_empty())
    else {
        return format!("the state has nothing of {table} to edit");
    };
    let names: Vec<String> = rules.keys().cloned().collect();
    let one = names[random.usize(..names.len())].clone();
    let what = match random.u8(..4) {
        0 => {
            let count = &mut rules[&one]["result"]["failed_count"];
            *count = (count.as_u64().unwrap_or_default() + 1).into();
            "has another count"
        }
        1 => {
            let passed = &mut rules[&one]["result"]["passed"];
            *passed = (!passed.as_bool().unwrap_or_default()).into();
            "has another verdict"
        }
        2 => {
            let other = names[random.usize(..names.len())].clone();
            let entry = rules[&other].clone();
            rules[&one] = entry;
            "is a copy of another rule's"
        }
        _ => {
            rules[&one]["data_version"] = "content:00000000000000000000000000000000".into();
            "is of other data"
        }
    };
    fs::write(state, serde_json::to_vec_pretty(&written).unwrap()).unwrap();
    format!("the entry of {table}.{one} {what}")
}
