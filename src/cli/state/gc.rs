//! `data-validator state gc`.

use crate::DataValidator;
use crate::cli::Failure;
use crate::cli::args::state::StateGc;
use crate::cli::exit::Exit;

pub fn gc(validator: &DataValidator, arguments: &StateGc) -> Result<Exit, Failure> {
    let settings = arguments.state.settings();
    let age = arguments.older_than;
    let (garbage, verb) = match arguments.dry_run {
        true => (validator.state_garbage(&settings, age)?, "would remove"),
        false => (validator.collect_state_garbage(&settings, age)?, "removed"),
    };
    for warning in &garbage.warnings {
        anstream::eprintln!("warning: {warning}");
    }
    for part in &garbage.parts {
        anstream::println!("{verb} {} {} ({} bytes)", part.count, part.what, part.bytes);
    }
    if garbage.parts.is_empty() {
        anstream::println!("there is nothing to remove");
    }
    Ok(Exit::Passed)
}
