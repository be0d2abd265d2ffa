//! Random tables and rules, and what engines need of them.
//!
//! | module | what is in it |
//! | --- | --- |
//! | [`case`] | a table with its rules, and the file that keeps it |
//! | [`tables`], [`rules`] | what is drawn; `pools`, `bounds`, `expressions`, `patterns` are what it is drawn from |
//! | [`shrink`] | the smallest case that still fails |
//! | [`config`] | rules as a config |
//! | [`mod@part`] | what is left of a case for an engine that has not all types |
//! | [`parquet_file`], [`statements`] | a table as a file, and as SQL |

mod bounds;
pub mod case;
pub mod config;
mod draws;
mod expressions;
pub mod parquet_file;
pub mod part;
mod patterns;
mod pools;
mod row_rules;
pub mod rules;
pub mod shrink;
pub mod statements;
mod table_rules;
pub mod tables;
mod two_sided_rules;

use proptest::collection::vec;
use proptest::prelude::*;
use proptest::strategy::ValueTree;
use proptest::test_runner::{RngAlgorithm, TestRng, TestRunner};

use case::Case;
use draws::Draws;

/// The most rules of a table.
const MOST_RULES: usize = 8;

/// The case that depends on these numbers alone.
///
/// # Panics
/// When none can be drawn.
pub fn drawn(seed: u64, number: u64) -> Case {
    let mut bytes = [0; 32];
    bytes[..8].copy_from_slice(&seed.to_le_bytes());
    bytes[8..16].copy_from_slice(&number.to_le_bytes());
    let rng = TestRng::from_seed(RngAlgorithm::ChaCha, &bytes);
    let mut runner = TestRunner::new_with_rng(ProptestConfig::default(), rng);
    match cases().new_tree(&mut runner) {
        Ok(tree) => tree.current(),
        Err(why) => panic!("drawing case {number}: {why}"),
    }
}

/// Cases, which become plainer when they are shrunk.
pub fn cases() -> impl Strategy<Value = Case> {
    let rules = vec(vec(any::<u16>(), rules::NUMBERS_A_RULE), 1..=MOST_RULES);
    (tables::columns(), tables::rows(), rules, any::<[u16; 12]>()).prop_map(
        |(columns, rows, rules, numbers)| {
            let table = tables::table(&columns, &rows);
            let mut draws = Draws::new(&numbers);
            let row_group = draws.pick(&[1000, 8, 3, 1]);
            let scope = draws
                .once_in(4)
                .then(|| expressions::expression(&mut draws, &table));
            Case {
                why: None,
                form: None,
                row_group,
                scope,
                rules: rules
                    .iter()
                    .map(|numbers| rules::rule(numbers, &table))
                    .collect(),
                table,
            }
        },
    )
}
