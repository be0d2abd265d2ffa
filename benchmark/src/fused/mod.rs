//! The partner of a pair: one query per table that counts all, as a good engineer writes it.

use std::fs;
use std::path::Path;

use anyhow::{Context, bail};
use clap::ValueEnum;

use crate::arguments::{ByHand, Case};
use crate::engine::datafusion::DataFusion;
use crate::engine::postgres::Postgres;
use crate::engine::{Engine, duckdb};
use crate::rule::{Config, Rule};
use crate::{flights, many, wide};

mod query;

pub use query::{filter, query, repeated};

/// The failing counts of a case, or of a config with one table, in the order of the rules. The place is
/// the table, the folder of the tables, or the URL of the database that has the table.
pub fn counts(what: &str, place: &Path, by_hand: ByHand) -> anyhow::Result<Vec<i64>> {
    match Case::from_str(what, false) {
        Ok(Case::Flights) => ask(flights::TABLE, place, &flights::rules()?, by_hand),
        Ok(Case::Wide) => ask(wide::TABLE, place, &wide::rules(), by_hand),
        Ok(Case::Many) => many::fused(place, by_hand),
        Err(_) => {
            let text = fs::read_to_string(what).with_context(|| format!("reading {what}"))?;
            let config: Config =
                serde_yaml::from_str(&text).with_context(|| format!("reading {what}"))?;
            let [table] = &*config.tables else {
                bail!(
                    "{what} has {} tables; a fused query is about one",
                    config.tables.len()
                );
            };
            ask(&table.name, place, &table.rules, by_hand)
        }
    }
}

fn ask(table: &str, place: &Path, rules: &[Rule], by_hand: ByHand) -> anyhow::Result<Vec<i64>> {
    let query = query(rules, table, by_hand);
    let about_file = || format!("asking the fused query about {}", place.display());
    match by_hand.engine {
        Engine::Duckdb => {
            let connection = duckdb::open(table, place)?;
            duckdb::counts(&connection, &query).with_context(about_file)
        }
        Engine::Datafusion => {
            let datafusion = DataFusion::start()?;
            datafusion.name_file(table, place)?;
            datafusion.counts(&query).with_context(about_file)
        }
        Engine::Postgres => {
            let url = place.to_str().context("the URL is not UTF-8")?;
            let counts = Postgres::connect(url)?.counts(&query);
            // The URL may have a password.
            counts.with_context(|| format!("asking the fused query about the table {table}"))
        }
    }
}
