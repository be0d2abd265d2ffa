//! `data-validator check-connection`.

use super::Failure;
use super::args::CheckConnection;
use super::exit::Exit;
use crate::DataValidator;
use crate::config;

pub fn check_connection(arguments: &CheckConnection) -> Result<Exit, Failure> {
    let config = config::load(
        &arguments.config.file(),
        &arguments.config.load_options(false),
    )?;
    let mut validator = DataValidator::from_config(config);
    let names: Vec<String> = validator.config().engines.keys().cloned().collect();
    for name in names {
        let description = validator.check_connection(&name)?;
        let capabilities = &description.capabilities;
        anstream::println!(
            "{name}: connected to {} {}",
            description.name,
            description.engine_version
        );
        anstream::println!("  plugin version      {}", description.version);
        anstream::println!(
            "  reads files         {}",
            capabilities.file_formats.join(", ")
        );
        anstream::println!(
            "  read-only sessions  {}",
            if capabilities.read_only_sessions {
                "yes"
            } else {
                "no"
            }
        );
    }
    Ok(Exit::Passed)
}
