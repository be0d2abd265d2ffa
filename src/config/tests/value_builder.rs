//! What the parser's events give must be what `serde_yaml` reads.

use std::path::Path;

use proptest::prelude::*;
use serde_yaml::Value;

use crate::config::lenient::FirstOfDuplicates;
use crate::config::marks::{End, mark};

/// The value that the events give, or `None` where it is left to `serde_yaml`.
fn from_events(text: &str) -> Option<Value> {
    match mark(Path::new("f"), text).end {
        End::Complete(value) => value,
        End::Refused(diagnostic) | End::Syntax(diagnostic) => panic!("{diagnostic}"),
    }
}

fn from_serde_yaml(text: &str) -> Value {
    let FirstOfDuplicates(value) = serde_yaml::from_str(text).expect(text);
    value
}

#[test]
fn scalars_have_the_types_that_serde_yaml_gives_them() {
    let plain = "~ null Null NULL nUll true True TRUE tRue false False FALSE yes no on off \
        0 -0 +0 00 007 -007 +007 0.0 007.5 1 -1 +1 +-1 --1 1_000 18446744073709551615 \
        9223372036854775808 -9223372036854775808 0x1F -0x1F +0x1F 0xG 0o17 0o8 0b11 -0b11 0x 0x+1 \
        1.5 -1.5 +1.5 .5 -.5 +.5 5. . .. ... 1e5 1E-5 -1e5 1e400 -1e400 1e 0e0 \
        .inf -.inf +.inf .Inf .INF .nan .NaN .NAN -.nan .nAn inf nan infinity NaN \
        2026-01-31 12:30:00 2026-01-31T12:00:00Z 1.2.3 1/2 5% - -a +a .a 1a \
        550e8400-e29b-41d4-a716-446655440000 12345678901234567890abcdefg <<x";
    for text in plain.split(' ') {
        for written in [text.to_owned(), format!("'{text}'"), format!("\"{text}\"")] {
            let text = format!("a: {written}\nb: [{written}]\n{written}: c\n");
            let read: Result<FirstOfDuplicates, _> = serde_yaml::from_str(&text);
            if let Ok(FirstOfDuplicates(value)) = read {
                assert_eq!(from_events(&text), Some(value), "{text}");
            }
        }
    }
}

#[test]
fn texts_of_several_lines_keep_their_line_breaks() {
    for header in ["|", "|-", "|+", ">", ">-", ">+", "|2", ">1-"] {
        for end in ["\n", "\n\n", "\n\n\n", "\r\n"] {
            let block = format!("a: {header}\n  x\n\n  y\n   z{end}");
            let text = format!("{block}b: 1");
            assert_eq!(from_events(&text), Some(from_serde_yaml(&text)), "{text:?}");
            // The parser is given a line break more than there is.
            assert_eq!(from_events(&block), None, "{block:?}");
        }
    }
}

#[test]
fn what_is_rare_is_left_to_serde_yaml() {
    for text in [
        "a: !tag 1\n",
        "a: !tag {}\n",
        "a: !!str 1\n",
        "a: ! 1\n",
        "- &a 1\n- *a\n",
        "<<: {a: 1}\n",
        "a: {\"\\x3c<\": {b: 1}}\n",
        "a: 123456789012345678901\n",
        "a: -9223372036854775809\n",
        "a: 0x10000000000000000\n",
        "a: [x!,y]\n",
        "a: |\n  x",
    ] {
        assert_eq!(from_events(text), None, "{text}");
    }
}

/// Longer than what the parser reads at once, and with characters that end in the next piece.
#[test]
fn long_texts_are_read_whole() {
    for shift in 0..4 {
        let words = "世é🎈a ".repeat(5_000);
        let text = format!("{}a: {words}\nb: [1, 2]\n", "#".repeat(shift) + "\n");
        assert_eq!(from_events(&text), Some(from_serde_yaml(&text)));
    }
}

proptest! {
    #[test]
    fn any_text_has_the_value_that_serde_yaml_reads(text in "([a-c!&*|>\"'{}\\[\\]:,#%@?0-9.+\\-\\\\ \t\r\n]|é|\u{85}|\u{2028}|\u{feff}|<<|true|null|0x|1e5|!!str|- |: |a: |\n  |, |\n){0,40}") {
        if let End::Complete(Some(value)) = mark(Path::new("f"), &text).end {
            let read = serde_yaml::from_str(&text).map(|read: FirstOfDuplicates| read.0);
            prop_assert_eq!(read.ok(), Some(value));
        }
    }
}
