mod acceptance;
mod oracle;
mod rendering;

use super::Pattern;

fn parsed(text: &str) -> Pattern {
    Pattern::parse(text).unwrap_or_else(|error| panic!("{text}: {error}"))
}
