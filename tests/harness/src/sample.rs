//! A part of many cases, spread evenly: a test run takes some, `EVERY=1` takes all.

use std::env;

/// Every so-many-th case is taken: as the environment's `EVERY` says, else as the test does.
///
/// # Panics
/// When `EVERY` is no number.
pub fn every(else_every: usize) -> usize {
    let Ok(text) = env::var("EVERY") else {
        return else_every;
    };
    match text.parse() {
        Ok(every) if every > 0 => every,
        _ => panic!("EVERY={text} is no number from 1"),
    }
}

/// Every so-many-th number below `count`; `SLICE=3/10` in the environment takes the third tenth of them.
///
/// # Panics
/// When `EVERY` or `SLICE` is nothing of the kind.
pub fn chosen(count: usize, else_every: usize) -> Vec<usize> {
    let numbers: Vec<usize> = (0..count).step_by(every(else_every)).collect();
    let Ok(text) = env::var("SLICE") else {
        return numbers;
    };
    let parts = text
        .split_once('/')
        .map(|(part, parts)| (part.parse(), parts.parse()));
    match parts {
        Some((Ok(part), Ok(parts))) if (1..=parts).contains(&part) => {
            let end = |part: usize| numbers.len() * part / parts;
            numbers[end(part - 1)..end(part)].to_vec()
        }
        _ => panic!("SLICE={text} is no part such as 3/10"),
    }
}
