//! Reuse against a fresh evaluation: data, rules and the state are edited at random, runs die and are continued,
//! and what a run says is always what a run without a state says of the same data.
//!
//! `SEQUENCES=100000 SEED=7 SLICE=1/2 cargo test -p data-validator --test tests staleness` goes further than the few
//! sequences of a test run. One that fails is told by its number: `ONLY=123` repeats it alone.

mod edits;
mod home;
mod runs;
mod world;

use data_validator_harness::sample::{number, slice};

use home::Kind;
use runs::{Fresh, Told};
use world::World;

/// So many steps make a sequence; each is an edit or a run.
const STEPS: usize = 12;

#[test]
fn files_are_never_taken_for_what_they_were() {
    check(Kind::Files, 160);
}

#[test]
fn folders_are_never_taken_for_what_they_were() {
    check(Kind::Folder, 60);
}

#[test]
fn tables_of_a_database_file_are_never_taken_for_what_they_were() {
    check(Kind::DuckDb, 40);
}

#[test]
fn tables_of_a_server_are_never_taken_for_what_they_were() {
    check(Kind::Postgres, 20);
    check(Kind::PostgresContent, 20);
}

fn check(kind: Kind, default: u64) {
    let seed = number("SEED", 1);
    let numbers = match number("ONLY", u64::MAX) {
        u64::MAX => slice(number("SEQUENCES", default)),
        only => only..only + 1,
    };
    let mut told = Told::default();
    let mut fresh = Fresh::default();
    println!("SEED={seed}, sequences {numbers:?} on {kind:?}");
    for sequence in numbers {
        let mut random =
            fastrand::Rng::with_seed(seed ^ sequence.wrapping_mul(0x9e37_79b9_7f4a_7c15));
        let mut world = World::draw(kind, &mut random);
        let mut log = vec![format!("sequence {sequence} on {kind:?}")];
        for _ in 0..STEPS {
            match random.u8(..10) {
                0..3 => log.push(edits::of_data(&mut world, &mut random)),
                3..5 => log.push(edits::of_rules(&mut world, &mut random)),
                5 => log.push(edits::of_state(&world, &mut random)),
                _ => {
                    let run = runs::run(&mut world, &mut random, &mut log, (&mut told, &mut fresh));
                    run.unwrap_or_else(|wrong| panic!("{wrong}\nSEED={seed}\n{}", log.join("\n")));
                }
            }
        }
    }
    println!("{told:?}");
    assert!(told.reused > 0 && told.judged > 0, "{told:?}");
}
