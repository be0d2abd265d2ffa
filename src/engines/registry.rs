//! The one table of engines that are linked into this program.

use data_validator_plugin::{Description, Engine};

/// A line of the table: the name a config uses, and how the engine is made.
struct Entry {
    name: &'static str,
    make: fn() -> Box<dyn Engine>,
}

const ENGINES: &[Entry] = &[
    #[cfg(feature = "duckdb")]
    Entry {
        name: "duckdb",
        make: || Box::<data_validator_duckdb::DuckDb>::default(),
    },
];

/// The engine of that name.
pub fn engine(name: &str) -> Option<Box<dyn Engine>> {
    ENGINES
        .iter()
        .find(|entry| entry.name == name)
        .map(|entry| (entry.make)())
}

/// What the engine of that name says of itself; opens no connection.
pub fn describe(name: &str) -> Option<Description> {
    engine(name).map(|engine| engine.describe())
}

/// The names of all engines.
pub fn names() -> Vec<String> {
    ENGINES.iter().map(|entry| entry.name.to_owned()).collect()
}
