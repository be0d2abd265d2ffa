//! One table from its source to its summary.
//!
//! [`prepare`] attaches the source and plans the scans, [`ask`] runs them, [`verdict`] judges the
//! counts, [`result`] is what comes out.

pub mod ask;
mod data;
pub mod filter;
pub mod masking;
pub mod memory;
pub mod merge;
pub mod others;
pub mod planning;
pub mod prepare;
pub mod reach;
pub mod result;
pub mod samples;
pub mod settings;
pub mod table;
pub mod verdict;
pub mod workers;
