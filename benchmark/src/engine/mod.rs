//! The engines that pairs run on.

use anyhow::bail;
use clap::ValueEnum;

use crate::arguments::Case;

pub mod datafusion;
pub mod duckdb;
pub mod postgres;

/// What both sides of a pair count with.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, ValueEnum)]
pub enum Engine {
    /// In each process, on a Parquet file
    #[default]
    Duckdb,
    /// In each process, on a Parquet file
    Datafusion,
    /// A server of the comparison's own, on a table
    Postgres,
}

impl Engine {
    /// What a config calls it.
    pub fn name(self) -> &'static str {
        match self {
            Self::Duckdb => "duckdb",
            Self::Datafusion => "datafusion",
            Self::Postgres => "postgres",
        }
    }

    /// Refuses a case that says nothing about the engine.
    pub fn ensure_can_take(self, case: Case) -> anyhow::Result<()> {
        if (self, case) == (Self::Postgres, Case::Many) {
            bail!(
                "'many' cannot be compared on PostgreSQL: it measures opening ten thousand files, \
                 and PostgreSQL reads none; compare 'flights' or 'wide'"
            );
        }
        Ok(())
    }

    /// How many copies of the flights are counted where nobody names a table.
    pub fn copies(self) -> u32 {
        match self {
            Self::Duckdb | Self::Datafusion => 30,
            // Two million rows, which a server's memory holds.
            Self::Postgres => 6,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_a_server_refuses_a_case_and_says_what_to_take() {
        for engine in Engine::value_variants() {
            for case in Case::value_variants() {
                let is_refused = (*engine, *case) == (Engine::Postgres, Case::Many);
                assert_eq!(engine.ensure_can_take(*case).is_err(), is_refused);
            }
        }
        let error = Engine::Postgres.ensure_can_take(Case::Many).unwrap_err();
        assert!(error.to_string().contains("compare 'flights' or 'wide'"));
    }
}
