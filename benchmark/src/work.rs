//! What a pair of processes works on.

use std::env;
use std::ffi::OsString;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context, bail, ensure};

use crate::arguments::{ByHand, Case, Place};
use crate::counts::qualified;
use crate::engine::Engine;
use crate::rule::{Config, Rule};
use crate::{flights, many, wide};

/// One piece of work for both sides of a pair.
#[derive(Debug)]
pub struct Work {
    /// The rules, each behind its table's name, in the order of the fused query's counts.
    pub rules: Vec<String>,
    /// What `fused` is called with.
    pub fused: Vec<OsString>,
    /// What `data-validator run` is called with.
    pub validator: Vec<OsString>,
}

impl Work {
    /// The work of a case on files that are there.
    pub fn on_files(case: Case, by_hand: ByHand, path: &Path) -> anyhow::Result<Self> {
        let fused = vec![case.name().into(), path.into()];
        let work = match case {
            Case::Flights => Self {
                fused,
                ..Self::on_flights(&flights::config(), &flights::rules()?, path)
            },
            Case::Wide => Self {
                rules: names(wide::TABLE, &wide::rules()),
                fused,
                validator: vec![
                    wide::config(path).into(),
                    "--override".into(),
                    assigned(wide::TABLE, path),
                ],
            },
            Case::Many => {
                let rules = many::rules();
                Self {
                    rules: many::names()
                        .flat_map(|table| names(&table, &rules))
                        .collect(),
                    fused,
                    validator: vec![many::config(path).into()],
                }
            }
        };
        let engine: [OsString; 2] = ["--engine".into(), by_hand.engine.name().into()];
        Ok(Self {
            fused: [work.fused, options(by_hand)].concat(),
            validator: [work.validator, engine.into()].concat(),
            ..work
        })
    }

    /// The work of a case on a table of a PostgreSQL server; its config is written into the folder.
    pub fn on_server(
        case: Case,
        by_hand: ByHand,
        url: &str,
        folder: &Path,
    ) -> anyhow::Result<Self> {
        let (table, rules) = only_table(case)?;
        let config = folder.join(format!("{}.yaml", case.name()));
        let fused: Vec<OsString> = vec![case.name().into(), url.into()];
        let work = Self {
            rules: names(table, &rules),
            fused: [fused, options(by_hand)].concat(),
            // Its engine stands in the config, with its address.
            validator: vec![config.clone().into()],
        };
        Config::on_postgres(url, table, rules).write(&config)?;
        Ok(work)
    }

    /// The work of a config with these rules on a table of flights.
    pub fn on_flights(config: &Path, rules: &[Rule], path: &Path) -> Self {
        Self {
            rules: names(flights::TABLE, rules),
            fused: vec![config.into(), path.into()],
            validator: vec![
                config.into(),
                "--override".into(),
                assigned(flights::TABLE, path),
            ],
        }
    }
}

/// The table of a case that has one, and its rules.
pub fn only_table(case: Case) -> anyhow::Result<(&'static str, Vec<Rule>)> {
    match case {
        Case::Flights => Ok((flights::TABLE, flights::rules()?)),
        Case::Wide => Ok((wide::TABLE, wide::rules())),
        Case::Many => bail!("'many' has many tables"),
    }
}

/// The tables of a case, made by a process of their own where they are missing.
pub fn tables(
    case: Case,
    engine: Engine,
    path: Option<&Path>,
    place: &Place,
) -> anyhow::Result<PathBuf> {
    let name = match case {
        Case::Flights => return flights_table(engine.copies(), path, place),
        Case::Wide => "wide.parquet",
        Case::Many => "many",
    };
    let path = path.map_or_else(|| place.folder().join(name), Path::to_path_buf);
    let config = match case {
        Case::Many => many::config(&path),
        _ => wide::config(&path),
    };
    if !path.exists() || !config.exists() {
        make(case, &path, &[])?;
    }
    Ok(path)
}

/// A table with that many copies of the flights.
pub fn flights_table(copies: u32, path: Option<&Path>, place: &Place) -> anyhow::Result<PathBuf> {
    let path = path.map_or_else(
        || place.folder().join(format!("flights{copies}.parquet")),
        Path::to_path_buf,
    );
    if !path.exists() {
        make(
            Case::Flights,
            &path,
            &["--copies".into(), copies.to_string()],
        )?;
    }
    Ok(path)
}

/// The program that is measured.
pub fn validator(place: &Place) -> anyhow::Result<PathBuf> {
    let path = match &place.validator {
        Some(path) => path.clone(),
        None => itself()?.with_file_name(format!("data-validator{}", env::consts::EXE_SUFFIX)),
    };
    ensure!(
        path.exists(),
        "there is no {}; build it with 'cargo build', or name another with --validator",
        path.display()
    );
    Ok(path)
}

/// This program.
pub fn itself() -> anyhow::Result<PathBuf> {
    env::current_exe().context("finding this program")
}

/// Copies the table of a case into a PostgreSQL database, in a process of its own.
pub fn load_apart(case: Case, path: &Path, url: &str) -> anyhow::Result<()> {
    let mut command = Command::new(itself()?);
    command.args(["load", case.name()]).arg(path).arg(url);
    finish(
        &mut command,
        &format!("copying {} into PostgreSQL", path.display()),
    )
}

fn make(case: Case, path: &Path, options: &[String]) -> anyhow::Result<()> {
    if let Some(folder) = path.parent() {
        fs::create_dir_all(folder).with_context(|| format!("making {}", folder.display()))?;
    }
    let mut command = Command::new(itself()?);
    command.args(["make", case.name()]).arg(path).args(options);
    finish(&mut command, &format!("making {}", path.display()))
}

fn finish(command: &mut Command, what: &str) -> anyhow::Result<()> {
    let status = command
        .status()
        .with_context(|| format!("starting a process for {what}"))?;
    ensure!(status.success(), "{what} ended with {status}");
    Ok(())
}

/// What says to the fused query's process how it is written.
fn options(by_hand: ByHand) -> Vec<OsString> {
    let mut options = vec!["--engine".into(), by_hand.engine.name().into()];
    if by_hand.keys_apart {
        options.push("--keys-apart".into());
    }
    options
}

fn names(table: &str, rules: &[Rule]) -> Vec<String> {
    rules
        .iter()
        .map(|rule| qualified(table, &rule.name))
        .collect()
}

fn assigned(table: &str, path: &Path) -> OsString {
    let mut text = OsString::from(table);
    text.push("=");
    text.push(path);
    text
}
