//! Files of the repository that are made from the program.

use std::fs;

use crate::support::repository;

/// The variable that lets tests write what they would compare.
const REGENERATE: &str = "REGENERATE";

/// Holds a file of the repository against what it should be; with `REGENERATE=1` it is written.
pub fn hold(file: &str, wanted: &str) {
    let path = repository().join(file);
    if std::env::var_os(REGENERATE).is_some() {
        fs::write(&path, wanted).unwrap();
    }
    let found = fs::read_to_string(&path).unwrap_or_default();
    let differs = found
        .lines()
        .zip(wanted.lines())
        .position(|(one, other)| one != other);
    assert!(
        found == wanted,
        "{file} is not what the program makes, from line {} on; run {REGENERATE}=1 cargo test -p data-validator --test tests made_from",
        differs.map_or(
            found.lines().count().min(wanted.lines().count()),
            |line| line + 1
        )
    );
}
