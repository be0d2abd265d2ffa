//! How many cases are tried: a test run takes some, the environment asks for more, or for a part of them.

use std::env;
use std::ops::Range;

/// The number that the environment has under this name.
///
/// # Panics
/// When it is none.
pub fn number(variable: &str, default: u64) -> u64 {
    match env::var(variable) {
        Ok(text) => text
            .parse()
            .unwrap_or_else(|_| panic!("{variable}={text} is no number")),
        Err(_) => default,
    }
}

/// The numbers of cases: of all of them, or of the part that `SLICE` names, such as 3/10.
///
/// # Panics
/// When `SLICE` is nothing of the kind.
pub fn slice(count: u64) -> Range<u64> {
    let Ok(text) = env::var("SLICE") else {
        return 0..count;
    };
    let parts = text.split_once('/').and_then(|(part, parts)| {
        let (part, parts): (u64, u64) = (part.parse().ok()?, parts.parse().ok()?);
        (1..=parts).contains(&part).then_some((part, parts))
    });
    let Some((part, parts)) = parts else {
        panic!("SLICE={text} is no part such as 3/10");
    };
    count * (part - 1) / parts..count * part / parts
}

/// Every so-many-th case is taken: as the environment's `EVERY` says, 1 being all, else as the test does.
///
/// # Panics
/// When `EVERY` is no number from 1.
pub fn every(else_every: usize) -> usize {
    match usize::try_from(number("EVERY", else_every as u64)) {
        Ok(every) if every > 0 => every,
        other => panic!("EVERY: {other:?} is no number from 1"),
    }
}

/// Every so-many-th number below `count`, or the part of these that `SLICE` names.
///
/// # Panics
/// When `EVERY` or `SLICE` is nothing of the kind.
pub fn chosen(count: usize, else_every: usize) -> Vec<usize> {
    let numbers: Vec<usize> = (0..count).step_by(every(else_every)).collect();
    let part = slice(numbers.len() as u64);
    numbers[part.start as usize..part.end as usize].to_vec()
}
