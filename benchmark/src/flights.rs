//! The flights of the example, many times over, and their twenty rules.
//!
//! Each copy `i` has its `dep_delay` increased by `i % 7`, and `flight_id` numbers the rows. The rows
//! of the copies stand in the order of a cross join, which decides how well the file compresses and
//! which row groups statistics can rule out.

use std::path::{Path, PathBuf};

use anyhow::Context;

use crate::engine::duckdb::{counts, literal, open_to_make, parquet, write_parquet};
use crate::rule::{Config, Rule};

/// The name of the table in the config and in the fused query.
pub const TABLE: &str = "flights";

const FLIGHTS: &str = concat!(
    env!("CARGO_MANIFEST_DIR"),
    "/../examples/flights/flights.parquet"
);

/// The config with the twenty rules.
pub fn config() -> PathBuf {
    PathBuf::from(concat!(env!("CARGO_MANIFEST_DIR"), "/flights30.yaml"))
}

/// The twenty rules.
pub fn rules() -> anyhow::Result<Vec<Rule>> {
    let config: Config = serde_yaml::from_str(include_str!("../flights30.yaml"))
        .context("reading benchmark/flights30.yaml")?;
    let table = config.tables.into_iter().next();
    Ok(table.map(|table| table.rules).unwrap_or_default())
}

/// Makes the table with that many copies of each flight.
pub fn make(path: &Path, copies: u32) -> anyhow::Result<()> {
    let connection = open_to_make()?;
    let select = format!(
        "SELECT row_number() OVER () - 1 AS flight_id,
                flights.* REPLACE (flights.dep_delay + copies.i % 7 AS dep_delay)
         FROM read_parquet({}) AS flights CROSS JOIN range({copies}) AS copies(i)",
        literal(FLIGHTS),
    );
    write_parquet(&connection, &select, path)?;
    let rows = format!("SELECT count(*) FROM {}", parquet(path)?);
    let rows = counts(&connection, &rows).with_context(|| format!("reading {}", path.display()))?;
    println!("{}: {} rows", path.display(), rows[0]);
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::arguments::ByHand;
    use crate::fused::query;

    /// What a good engineer writes by hand for DuckDB.
    const FUSED: &str = include_str!("../flights30.sql");

    #[test]
    fn the_hand_written_query_asks_what_the_twenty_rules_ask() {
        let rules = rules().unwrap();
        assert_eq!(rules.len(), 20);
        let words = |text: &str| text.split_whitespace().collect::<Vec<_>>().join(" ");
        let statement = FUSED.split_once("SELECT").unwrap().1;
        assert_eq!(
            words(&format!("SELECT {statement}")).trim_end_matches(';'),
            words(&query(&rules, TABLE, ByHand::default()))
        );
    }
}
