//! Engines on which a rule gives another answer.

use super::Mutant;

pub const MUTANTS: &[Mutant] = &[];
