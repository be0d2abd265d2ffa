//! Measures Data Validator in pairs with hand-written SQL, and makes the tables for it.
//!
//! `compare` answers how a run stands to one fused query that asks the same. Both run as processes of
//! their own, in turn, on the same rows and in the same version of an engine, and must give the same
//! counts. `forms` measures the ways to ask one question on DuckDB, and `growth` what more rows and more
//! rules cost there.
//!
//! This process opens no engine while it measures, and stays small: on Linux a child's peak memory begins
//! at what its parent had.

use std::io::Write;
use std::process::ExitCode;

use anyhow::Context;
use clap::Parser;

use arguments::{Arguments, Command, Make};

mod arguments;
mod compare;
mod counts;
mod engine;
mod flights;
mod forms;
mod fused;
mod growth;
mod load;
mod many;
mod pairs;
mod process;
mod rule;
mod server;
mod spread;
mod wide;
mod work;

/// As in Data Validator: with the system's allocator, the hand-written query would be slower on DataFusion.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

fn main() -> ExitCode {
    match run(Arguments::parse().command) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("error: {error:#}");
            ExitCode::FAILURE
        }
    }
}

fn run(command: Command) -> anyhow::Result<()> {
    match command {
        Command::Make(Make::Flights { path, copies }) => flights::make(&path, copies),
        Command::Make(Make::Wide { path }) => wide::make(&path),
        Command::Make(Make::Many { folder }) => many::make(&folder),
        Command::Load { case, path, url } => load::load(case, &path, &url),
        Command::Fused {
            what,
            place,
            by_hand,
        } => {
            let mut counts = String::new();
            for count in fused::counts(&what, &place, by_hand)? {
                counts += &format!("{count} ");
            }
            writeln!(std::io::stdout(), "{}", counts.trim_end()).context("writing the counts")
        }
        Command::Compare(arguments) => compare::compare(&arguments),
        Command::Forms { path, times } => forms::measure(&path, times),
        Command::Growth(arguments) => growth::measure(&arguments),
    }
}
