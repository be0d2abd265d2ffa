//! The command `data-validator-job`, with the arguments of the Python tool's job.

use std::process::ExitCode;

/// Thousands of rules are many small values: this takes a third less time than the system's allocator.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

fn main() -> ExitCode {
    data_validator::cli::job(std::env::args_os()).into()
}
