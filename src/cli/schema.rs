//! `data-validator schema`.

use super::Failure;
use super::exit::Exit;
use crate::config::schema;
use crate::engines::registry;
use crate::error::Error;

pub fn schema() -> Result<Exit, Failure> {
    let schema = schema::schema(&registry::linked_in());
    let text = serde_json::to_string_pretty(&schema)
        .map_err(|error| Error::output(format!("writing the schema: {error}"), "report this"))?;
    anstream::println!("{text}");
    Ok(Exit::Passed)
}
