//! The command `data-validator-conformance`.

use std::process::ExitCode;

/// The program's own, so that a whole run inside the suite is what a user runs.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

fn main() -> ExitCode {
    data_validator_conformance::command::main(std::env::args_os())
}
