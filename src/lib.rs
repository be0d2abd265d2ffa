//! Data Validator: data-quality rules in YAML, run as few SQL queries on the engine that holds the data.
//!
//! The way of the data, and where it is:
//!
//! | step | module |
//! | --- | --- |
//! | YAML text → what is ready to run | [`config`] |
//! | a source as named → files and columns | [`sources`] |
//! | a rule → questions; answers → counts | [`rules`] |
//! | questions → scans → SQL | [`plan`] |
//! | SQL → engine → counts | [`engines`], [`run`] |
//! | counts → verdict → summary | [`run`] |
//! | summaries → report | [`report`] |
//! | arguments → all of it → exit code | [`cli`] |

pub mod cli;
pub mod config;
pub mod engines;
pub mod error;
pub mod interrupt;
pub mod plan;
pub mod report;
pub mod rules;
pub mod run;
pub mod selection;
pub mod similar;
pub mod sources;
pub mod state;
pub mod validator;

pub use config::Config;
pub use error::{Error, ErrorKind};
pub use run::result::{RuleResult, Status, Summary};
pub use selection::Selection;
pub use validator::DataValidator;
