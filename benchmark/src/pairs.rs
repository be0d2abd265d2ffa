//! Pairs of processes: the fused query and Data Validator, in turn, on the same work.

use std::path::PathBuf;
use std::process::Command;

use anyhow::Context;
use tempfile::TempDir;

use crate::counts::{Counts, ensure_same, of_line, of_report};
use crate::process::{Usage, run};
use crate::spread::{Spread, spread};
use crate::work::{Work, itself};

/// What each process of some pairs took.
#[derive(Debug)]
pub struct Pair {
    pub fused: Usage,
    pub validator: Usage,
}

/// Two programs that are run in pairs.
#[derive(Debug)]
pub struct Rivals {
    validator: PathBuf,
    /// Given to `data-validator run` behind its other arguments.
    options: Vec<String>,
    folder: TempDir,
}

/// A program's medians.
#[derive(Clone, Copy, Debug)]
pub struct Medians {
    pub wall_seconds: f64,
    pub cpu_seconds: f64,
    pub peak_mib: f64,
}

impl Rivals {
    pub fn new(validator: PathBuf, options: Vec<String>) -> anyhow::Result<Self> {
        let folder = tempfile::tempdir().context("making a temporary folder")?;
        Ok(Self {
            validator,
            options,
            folder,
        })
    }

    /// Runs both once, and makes sure that they count alike.
    pub fn ensure_same_counts(&self, work: &Work) -> anyhow::Result<()> {
        let (_, fused) = self.fused(work)?;
        let (_, validator) = self.validator(work)?;
        ensure_same(&fused, &validator)
    }

    /// Runs that many pairs, `told` after each; who goes first alternates. Every run's counts are
    /// compared, so what is measured always is the same work.
    pub fn run(
        &self,
        work: &Work,
        pairs: u32,
        mut told: impl FnMut(u32, &Pair),
    ) -> anyhow::Result<Vec<Pair>> {
        (1..=pairs)
            .map(|number| {
                let (fused, validator) = if number % 2 == 1 {
                    let fused = self.fused(work)?;
                    (fused, self.validator(work)?)
                } else {
                    let validator = self.validator(work)?;
                    (self.fused(work)?, validator)
                };
                ensure_same(&fused.1, &validator.1)?;
                let pair = Pair {
                    fused: fused.0,
                    validator: validator.0,
                };
                told(number, &pair);
                Ok(pair)
            })
            .collect()
    }

    fn fused(&self, work: &Work) -> anyhow::Result<(Usage, Counts)> {
        let output = self.folder.path().join("fused.txt");
        let mut command = Command::new(itself()?);
        command.arg("fused").args(&work.fused);
        let usage = run(&mut command, &[0], &output)?;
        Ok((usage, of_line(&output, &work.rules)?))
    }

    /// An exit code of 1 says that rules failed, which they should.
    fn validator(&self, work: &Work) -> anyhow::Result<(Usage, Counts)> {
        let report = self.folder.path().join("report.json");
        let mut command = Command::new(&self.validator);
        command
            .arg("run")
            .args(&work.validator)
            .arg("--output")
            .arg(&report)
            .args(&self.options);
        let output = self.folder.path().join("validator.txt");
        let usage = run(&mut command, &[0, 1], &output)?;
        Ok((usage, of_report(&report)?))
    }
}

impl Pair {
    /// How the wall time of Data Validator stands to that of the fused query.
    pub fn ratio(&self) -> f64 {
        self.validator.wall.as_secs_f64() / self.fused.wall.as_secs_f64()
    }
}

/// The spread of the pairs' ratios.
pub fn ratios(pairs: &[Pair]) -> Option<Spread> {
    spread(pairs.iter().map(Pair::ratio))
}

/// The medians of one side of the pairs.
pub fn medians(pairs: &[Pair], side: impl Fn(&Pair) -> Usage) -> Option<Medians> {
    let median = |number: &dyn Fn(Usage) -> f64| {
        spread(pairs.iter().map(|pair| number(side(pair)))).map(|spread| spread.median)
    };
    Some(Medians {
        wall_seconds: median(&|usage| usage.wall.as_secs_f64())?,
        cpu_seconds: median(&|usage| usage.cpu.as_secs_f64())?,
        peak_mib: median(&|usage| usage.peak_bytes as f64 / f64::from(1 << 20))?,
    })
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;

    fn usage(milliseconds: u64) -> Usage {
        Usage {
            wall: Duration::from_millis(milliseconds),
            cpu: Duration::from_millis(2 * milliseconds),
            peak_bytes: milliseconds << 20,
        }
    }

    #[test]
    fn the_ratio_is_of_each_pair_and_not_of_the_medians() {
        let pairs = [(100, 50), (400, 100), (1000, 900)].map(|(fused, validator)| Pair {
            fused: usage(fused),
            validator: usage(validator),
        });
        let ratios = ratios(&pairs).unwrap();
        assert_eq!(
            (ratios.median, ratios.least, ratios.greatest),
            (0.5, 0.25, 0.9)
        );
        let fused = medians(&pairs, |pair| pair.fused).unwrap();
        assert_eq!(
            (fused.wall_seconds, fused.cpu_seconds, fused.peak_mib),
            (0.4, 0.8, 400.0)
        );
    }
}
