//! Engines of this repository that do one thing wrong, which shows that the suite would see it.
//!
//! Each is a real engine with the fault in between, and names the case that has to fail on it.

mod cancelling;
mod errors;
mod process;
mod publishing;
mod rows;
mod rules;
mod transactions;
mod values;

use std::sync::Arc;

use anyhow::Context;

use crate::interpose::Interpose;

/// An engine with one fault.
pub struct Mutant {
    pub name: &'static str,
    /// What it does wrong, as a sentence.
    pub wrong: &'static str,
    /// The engine that it is made of.
    pub engine: &'static str,
    /// The case that has to fail.
    pub caught_by: &'static str,
    pub make: fn() -> Arc<dyn Interpose>,
}

/// All of them.
pub fn all() -> impl Iterator<Item = &'static Mutant> {
    [
        transactions::MUTANTS,
        publishing::MUTANTS,
        rows::MUTANTS,
        values::MUTANTS,
        rules::MUTANTS,
        errors::MUTANTS,
        cancelling::MUTANTS,
        process::MUTANTS,
    ]
    .into_iter()
    .flatten()
}

/// The one of that name.
///
/// # Errors
/// When there is none.
pub fn named(name: &str) -> anyhow::Result<&'static Mutant> {
    let found = all().find(|mutant| mutant.name == name);
    found.with_context(|| {
        let names: Vec<&str> = all().map(|mutant| mutant.name).collect();
        format!(
            "there is no mutant '{name}'; there are {}",
            names.join(", ")
        )
    })
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;
    use crate::case::collection;

    #[test]
    fn each_has_a_name_of_its_own_and_a_case_that_there_is() {
        let names: BTreeSet<&str> = all().map(|mutant| mutant.name).collect();
        assert_eq!(names.len(), all().count());
        for mutant in all() {
            collection::named(mutant.caught_by).unwrap();
        }
    }
}
