//! `data-validator state`: what earlier runs recorded.

use super::Failure;
use super::args::state::{State, StateArguments, StateInit};
use super::exit::Exit;
use crate::DataValidator;
use crate::config;
use crate::run::settings::RunSettings;
use crate::validator::StatePlace;

mod export;
mod gc;
mod import;
mod show;

pub fn state(command: &State) -> Result<Exit, Failure> {
    let arguments = match command {
        State::Show(arguments) | State::Reset(arguments) => &arguments.config,
        State::Export(arguments) => &arguments.config,
        State::Import(arguments) => &arguments.config,
        State::Gc(arguments) => &arguments.config,
        State::Init(arguments) => &arguments.config,
    };
    let config = config::load(&arguments.file(), &arguments.load_options(false));
    let validator = config.map(DataValidator::from_config)?;
    match command {
        State::Show(arguments) => show::show(&validator, arguments),
        State::Reset(arguments) => reset(&validator, arguments),
        State::Export(arguments) => export::export(&validator, arguments),
        State::Import(arguments) => import::import(&validator, arguments),
        State::Gc(arguments) => gc::gc(&validator, arguments),
        State::Init(arguments) => init(&validator, arguments),
    }
}

fn reset(validator: &DataValidator, arguments: &StateArguments) -> Result<Exit, Failure> {
    let settings = arguments.state.settings();
    let (what, there) = match (&arguments.table, &arguments.rule) {
        (Some(table), Some(rule)) => (
            format!("rule '{rule}' of table '{table}'"),
            validator.reset(&settings, |state| state.reset_rule(table, rule))?,
        ),
        (Some(table), None) => (
            format!("table '{table}'"),
            validator.reset(&settings, |state| state.reset_table(table))?,
        ),
        (None, _) => (
            "everything".to_owned(),
            validator.reset(&settings, |state| state.reset_all())?,
        ),
    };
    let done = if there {
        "is forgotten"
    } else {
        "was not recorded"
    };
    anstream::println!("{what} {done}");
    Ok(Exit::Passed)
}

fn init(validator: &DataValidator, arguments: &StateInit) -> Result<Exit, Failure> {
    let settings = RunSettings::default();
    if arguments.print_sql {
        anstream::print!("{}", validator.state_setup_sql(&settings)?);
        return Ok(Exit::Passed);
    }
    validator.set_up_state(&settings)?;
    if let Some(StatePlace::Engine(place)) = validator.state_place(&settings) {
        anstream::println!("{place}: its tables are there");
    }
    Ok(Exit::Passed)
}
