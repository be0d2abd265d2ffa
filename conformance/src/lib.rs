//! Proves that an engine behaves, with real faults and cases that are data.
//!
//! | module | what is in it |
//! | --- | --- |
//! | [`command`], [`arguments`] | the command line: what to run, exit codes |
//! | [`case`] | one behaviour: what is checked, what is done, what has to come of it |
//! | [`settings`] | `conform.toml`: how the engine is reached, what takes it away, what is waived |
//! | [`suite`] | runs each case in a process of its own and says how it ended |
//! | [`perform`] | what that process does |
//! | [`interpose`] | an engine with something in between: what records its SQL, and a fault |
//! | [`mutants`] | engines with one fault each, which the suite has to find |
//! | [`outcome`] | how a case can end |
//! | [`report`] | one file for each format |
//!
//! The suite's process loads no engine's session and survives whatever a case does; a case's process is
//! killed when it takes too long. What a case needs from the suite, such as that a server is killed, it asks
//! for ([`suite::link`]).

pub mod arguments;
pub mod case;
pub mod command;
pub mod interpose;
pub mod mutants;
pub mod outcome;
pub mod perform;
pub mod report;
pub mod settings;
pub mod suite;
