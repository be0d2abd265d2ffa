//! The command `data-validator-job`, with the arguments of the Python tool's job.

use std::process::ExitCode;

fn main() -> ExitCode {
    data_validator::cli::job(std::env::args_os()).into()
}
