//! Ten thousand small tables, four rules each.

use std::fs;
use std::path::{Path, PathBuf};

use anyhow::Context;
use duckdb::Connection;

use crate::arguments::{ByHand, Case};
use crate::engine::Engine;
use crate::engine::datafusion::DataFusion;
use crate::engine::duckdb::{counts, literal, open_to_make, parquet, partial};
use crate::fused::query;
use crate::rule::{Bound, Check, Config, Key, Rule, Table};

const TABLES: u32 = 10_000;
const ROWS: u32 = 100;

/// Where the config of the tables in a folder is.
pub fn config(folder: &Path) -> PathBuf {
    folder.join("many.yaml")
}

/// The names of the tables.
pub fn names() -> impl Iterator<Item = String> {
    (0..TABLES).map(|number| format!("table_{number:05}"))
}

/// The rules of each table.
pub fn rules() -> Vec<Rule> {
    let complete = Check::Completeness {
        column: "day".into(),
    };
    let unique = Check::Uniqueness {
        key: Key::Column("id".into()),
    };
    let range = Check::range("amount", Bound::Integer(0), Bound::Integer(1_000));
    vec![
        Rule::new("day_complete".into(), complete),
        Rule::new("id_unique".into(), unique),
        Rule::new("amount_range".into(), range),
        Rule::new("code_pattern".into(), Check::pattern("code", "^C[0-9]{4}$")),
    ]
}

/// Makes the tables and their config in a folder, which is there whole or not at all.
pub fn make(folder: &Path) -> anyhow::Result<()> {
    let partial = partial(folder);
    if partial.exists() {
        fs::remove_dir_all(&partial)
            .with_context(|| format!("removing the unfinished {}", partial.display()))?;
    }
    fs::create_dir_all(&partial).with_context(|| format!("making {}", partial.display()))?;
    let connection = open_to_make()?;
    for (number, name) in names().enumerate() {
        let path = file(&partial, &name);
        let copy = format!(
            "COPY ({}) TO {} (FORMAT parquet)",
            select(number),
            literal(&path.to_string_lossy())
        );
        connection
            .execute_batch(&copy)
            .with_context(|| format!("making {}", path.display()))?;
    }
    let tables = names().map(|name| Table {
        source: Some(format!("{name}.parquet")),
        name,
        rules: rules(),
    });
    Config::new(tables.collect()).write(&config(&partial))?;
    fs::rename(&partial, folder)
        .with_context(|| format!("moving the tables to {}", folder.display()))?;
    println!(
        "{}: {TABLES} tables of {ROWS} rows, {} rules each",
        folder.display(),
        rules().len()
    );
    Ok(())
}

/// The failing counts of all tables, with one query for each in one connection.
pub fn fused(folder: &Path, by_hand: ByHand) -> anyhow::Result<Vec<i64>> {
    by_hand.engine.ensure_can_take(Case::Many)?;
    match by_hand.engine {
        Engine::Datafusion => {
            let datafusion = DataFusion::start()?;
            each(folder, |name, path, rules| {
                datafusion.name_file(name, path)?;
                datafusion.counts(&query(rules, name, by_hand))
            })
        }
        _ => {
            let connection = Connection::open_in_memory().context("opening DuckDB")?;
            each(folder, |_, path, rules| {
                let query = query(rules, &parquet(path)?, by_hand);
                counts(&connection, &query).context("asking DuckDB")
            })
        }
    }
}

fn each(
    folder: &Path,
    ask: impl Fn(&str, &Path, &[Rule]) -> anyhow::Result<Vec<i64>>,
) -> anyhow::Result<Vec<i64>> {
    let rules = rules();
    let mut all = Vec::new();
    for name in names() {
        let path = file(folder, &name);
        let counts = ask(&name, &path, &rules);
        all.extend(counts.with_context(|| format!("reading {}", path.display()))?);
    }
    Ok(all)
}

fn file(folder: &Path, name: &str) -> PathBuf {
    folder.join(format!("{name}.parquet"))
}

/// Table `number`: every tenth has an amount below 0, every 25th a number twice, every 40th days that
/// are missing.
fn select(number: usize) -> String {
    let amount = if number.is_multiple_of(10) { "-1" } else { "1" };
    let repeated = if number.is_multiple_of(25) {
        "i // 2 * 2"
    } else {
        "i"
    };
    let missing = if number.is_multiple_of(40) {
        "i % 5 = 0"
    } else {
        "FALSE"
    };
    format!(
        "SELECT {repeated} AS id, 'C' || lpad((i * 37 % 10000)::VARCHAR, 4, '0') AS code,
                CASE WHEN i = 3 THEN {amount} ELSE i * 7.5 END::DOUBLE AS amount,
                CASE WHEN {missing} THEN NULL ELSE DATE '2026-01-01' + (i % 30)::INTEGER END AS day
         FROM range({ROWS}) AS rows(i)"
    )
}
