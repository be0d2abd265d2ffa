//! The arguments as written.

use std::path::PathBuf;

use clap::{Args, Parser, Subcommand, ValueEnum};

use crate::engine::Engine;

/// Measures Data Validator in pairs with hand-written SQL, and makes the tables for it.
#[derive(Debug, Parser)]
#[command(name = "data-validator-benchmark", version, max_term_width = 100)]
pub struct Arguments {
    #[command(subcommand)]
    pub command: Command,
}

#[derive(Debug, Subcommand)]
pub enum Command {
    /// Make the tables of a case
    #[command(subcommand)]
    Make(Make),
    /// Copy the table of a case into a PostgreSQL database, where one of its name is replaced
    Load {
        #[arg(value_enum)]
        case: Case,
        /// The table that 'make' made
        path: PathBuf,
        /// The database: postgresql://USER@HOST/DATABASE
        url: String,
    },
    /// Count with one hand-written query and print the counts: the partner process of a pair
    Fused {
        /// A case, or a config whose rules are turned into one query
        #[arg(value_name = "CASE|CONFIG")]
        what: String,
        /// The table, the folder of the tables, or the URL of the database that has the table
        #[arg(value_name = "PATH|URL")]
        place: PathBuf,
        #[command(flatten)]
        by_hand: ByHand,
    },
    /// Compare a run of Data Validator with the hand-written query, in pairs of processes
    Compare(Compare),
    /// Measure each way to ask the questions of the twenty rules, in this process
    Forms {
        /// The table that 'make flights' made
        path: PathBuf,
        /// How often each way is measured; the best counts
        #[arg(long, value_name = "TIMES", default_value_t = 3, value_parser = positive)]
        times: u32,
    },
    /// Measure growth: 1, 10 and 100 million rows, then 10, 100 and 1,000 rules on ten million
    Growth(Growth),
}

#[derive(Debug, Subcommand)]
pub enum Make {
    /// The flights of the example, thirty times: ten million rows
    Flights {
        path: PathBuf,
        #[arg(long, default_value_t = 30, value_parser = positive)]
        copies: u32,
    },
    /// A million rows of 80 columns, and a config of 226 rules beside them
    Wide { path: PathBuf },
    /// Ten thousand small tables and their config
    Many { folder: PathBuf },
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum Case {
    /// Ten million rows, twenty rules
    Flights,
    /// A million rows, 80 columns, 226 rules
    Wide,
    /// Ten thousand tables of a hundred rows, four rules each
    Many,
}

/// What both sides count with, and how the query is written by hand there.
#[derive(Args, Clone, Copy, Debug, Default)]
pub struct ByHand {
    /// What both sides count with
    #[arg(long, value_enum, default_value_t)]
    pub engine: Engine,
    /// Count keys by hand in subqueries: the rest of the query then runs in parallel on PostgreSQL
    #[arg(long)]
    pub keys_apart: bool,
}

impl Case {
    pub fn name(self) -> &'static str {
        match self {
            Self::Flights => "flights",
            Self::Wide => "wide",
            Self::Many => "many",
        }
    }
}

#[derive(Args, Debug)]
pub struct Compare {
    #[arg(value_enum)]
    pub case: Case,
    /// The table, or for 'many' the folder of the tables; made when it is missing
    pub path: Option<PathBuf>,
    #[command(flatten)]
    pub by_hand: ByHand,
    /// How many pairs are measured
    #[arg(long, value_name = "NUMBER", default_value_t = 10, value_parser = positive)]
    pub pairs: u32,
    /// Measure once for each of these numbers, given to Data Validator as --jobs
    #[arg(long, value_name = "NUMBER", num_args = 1..)]
    pub jobs: Vec<u32>,
    #[command(flatten)]
    pub place: Place,
}

#[derive(Args, Debug)]
pub struct Growth {
    /// How many pairs are measured for each line
    #[arg(long, value_name = "NUMBER", default_value_t = 3, value_parser = positive)]
    pub pairs: u32,
    /// The tables: so many copies of the flights, 336,776 rows each
    #[arg(long, value_name = "NUMBER", num_args = 0.., default_values_t = [3, 30, 300], value_parser = positive)]
    pub copies: Vec<u32>,
    /// How many rules are asked about ten million rows; the fused query takes long for 1,000
    #[arg(long, value_name = "NUMBER", num_args = 0.., default_values_t = [10, 100, 1_000], value_parser = positive)]
    pub rules: Vec<u32>,
    #[command(flatten)]
    pub place: Place,
}

/// Where the tables are and what is measured on them.
#[derive(Args, Debug)]
pub struct Place {
    /// Where tables are looked for and made [default: data-validator-benchmark in the temporary folder]
    #[arg(long)]
    pub folder: Option<PathBuf>,
    /// The program that is measured [default: data-validator beside this one]
    #[arg(long, value_name = "PROGRAM")]
    pub validator: Option<PathBuf>,
}

impl Place {
    pub fn folder(&self) -> PathBuf {
        self.folder
            .clone()
            .unwrap_or_else(|| std::env::temp_dir().join("data-validator-benchmark"))
    }
}

fn positive(text: &str) -> Result<u32, String> {
    let number = text.parse::<u32>().ok().filter(|number| *number > 0);
    number.ok_or_else(|| "it is not a whole number from 1".to_owned())
}
