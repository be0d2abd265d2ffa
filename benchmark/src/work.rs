//! What a pair of processes works on.

use std::env;
use std::ffi::OsString;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context, ensure};

use crate::arguments::{Case, Place};
use crate::counts::qualified;
use crate::rule::Rule;
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
    /// The work of a case on tables that are there.
    pub fn of_case(case: Case, path: &Path) -> anyhow::Result<Self> {
        let fused = vec![case.name().into(), path.into()];
        Ok(match case {
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
        })
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

/// The tables of a case, made by a process of their own where they are missing.
pub fn tables(case: Case, path: Option<&Path>, place: &Place) -> anyhow::Result<PathBuf> {
    let name = match case {
        Case::Flights => return flights_table(30, path, place),
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

fn make(case: Case, path: &Path, options: &[String]) -> anyhow::Result<()> {
    if let Some(folder) = path.parent() {
        fs::create_dir_all(folder).with_context(|| format!("making {}", folder.display()))?;
    }
    let status = Command::new(itself()?)
        .args(["make", case.name()])
        .arg(path)
        .args(options)
        .status()
        .with_context(|| format!("starting to make {}", path.display()))?;
    ensure!(
        status.success(),
        "making {} ended with {status}",
        path.display()
    );
    Ok(())
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
