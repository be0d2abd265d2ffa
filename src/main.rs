//! The command `data-validator`.

use std::process::ExitCode;

fn main() -> ExitCode {
    data_validator::cli::main(std::env::args_os()).into()
}
