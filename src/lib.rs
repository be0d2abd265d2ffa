//! Data Validator: data-quality rules in YAML, run as few SQL queries on the engine that holds the data.
//!
//! The way of the data, and where it is:
//!
//! ```
//! use data_validator::DataValidator;
//! # let folder = tempfile::tempdir()?;
//! # let path = folder.path().join("rules.yaml");
//! # std::fs::write(folder.path().join("people.csv"), "id,name\n1,Ada\n2,\n")?;
//! # std::fs::write(&path, "version: '1.0'
//! # pipeline: {state_file: state.json}
//! # tables:
//! #   - name: people
//! #     source: people.csv
//! #     rules:
//! #       - {name: named, rule_type: completeness, column: name, threshold: 0.9}
//! # ")?;
//! let mut validator = DataValidator::from_path(&path)?;
//! let summary = validator.validate_table("people")?;
//! assert_eq!(summary.failed_rules, 1);
//! assert_eq!(summary.results[0].message, "Rule 'named': 1/2 failed records (success rate: 50.00%, threshold: 90.00%)");
//!
//! // The result is recorded, and reused until the rule or the file changes.
//! assert!(validator.is_rule_completed("people", "named")?);
//! assert!(validator.validate_table("people")?.results[0].reused);
//! validator.reset_rule_state("people", "named")?;
//! assert!(!validator.validate_table("people")?.results[0].reused);
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```
//!
//! | step | module |
//! | --- | --- |
//! | YAML text → what is ready to run | [`config`] |
//! | a source as named → files and columns | [`sources`] |
//! | a rule → questions; answers → counts | [`rules`] |
//! | questions → scans → SQL | [`plan`] |
//! | SQL → engine → counts | [`engines`], [`run`] |
//! | counts → verdict → summary | [`run`] |
//! | results ↔ what is recorded of them | [`state`] |
//! | summaries → report | [`report`] |
//! | arguments → all of it → exit code | [`cli`] |

pub mod cli;
pub mod config;
pub mod engines;
pub mod error;
pub mod interrupt;
mod parallel;
pub mod plan;
pub mod report;
pub mod rules;
pub mod run;
pub mod selection;
pub mod similar;
pub mod sources;
pub mod state;
pub mod validator;
mod whole_file;

pub use config::Config;
pub use error::{Error, ErrorKind};
pub use run::result::{RuleResult, Status, Summary};
pub use selection::Selection;
pub use validator::DataValidator;
