//! Random tables and rules, held against the oracle.

use super::Performance;
use super::trouble::{Done, Trouble};
use crate::case::step::session::Random;

impl Performance<'_> {
    pub(super) fn random(&mut self, _random: &Random) -> Done {
        Err(Trouble::Error("not there yet".into()))
    }
}
