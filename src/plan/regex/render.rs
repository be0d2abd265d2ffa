//! From the portable form of a pattern to the text that an engine reads.

use regex_syntax::hir::{ClassUnicode, ClassUnicodeRange};

use super::node::{Anchor, Node};
use super::{Extent, Flavour};

/// What has to be escaped outside and inside of brackets, in at least one flavour.
const SPECIAL: &str = r"\.+*?()|[]{}^$";
const SPECIAL_IN_CLASS: &str = r"\[]^-";

pub(super) fn render(root: &Node, flavour: Flavour, extent: Extent) -> String {
    let (start, end) = frame(root, flavour, extent);
    let mut out = String::from(start);
    push_node(&mut out, root, Place::Alone, flavour);
    out.push_str(end);
    out
}

/// What stands before and after the pattern as a whole.
fn frame(root: &Node, flavour: Flavour, extent: Extent) -> (&'static str, &'static str) {
    // Optimisers that turn a pattern into LIKE leave one in a capturing group alone.
    let shielded = match flavour {
        Flavour::Re2 => misread_by_duckdb(root),
        Flavour::RustRegex => misread_by_datafusion(root),
        Flavour::PostgresAre | Flavour::None => false,
    };
    match extent {
        Extent::Full if shielded => ("^(", ")$"),
        Extent::Full => ("^(?:", ")$"),
        Extent::Search if found_within_characters(root, flavour) => ("^(?s:.)*(", ")"),
        Extent::Search if shielded => ("(", ")"),
        Extent::Search => ("", ""),
    }
}

/// RE2 and the crate `regex` find `\B` also between the bytes of one character, unless what is
/// before it has to match as whole characters.
fn found_within_characters(root: &Node, flavour: Flavour) -> bool {
    flavour != Flavour::PostgresAre
        && root.contains(&|node| matches!(node, Node::Anchor(Anchor::NotWordBoundary)))
}

/// DuckDB 1.5 rewrites a sequence of literals and text anchors, even when an anchor is not at its
/// end (`a^b`, `^^`) and when RE2 has made the sequence of a choice (`ab|ab`).
fn misread_by_duckdb(root: &Node) -> bool {
    let Node::Sequence(nodes) = root else {
        return matches!(root, Node::Choice(_));
    };
    nodes.iter().enumerate().any(|(index, node)| match node {
        Node::Anchor(Anchor::TextStart) => index > 0,
        Node::Anchor(Anchor::TextEnd) => index + 1 < nodes.len(),
        Node::Choice(_) => true,
        _ => false,
    })
}

/// DataFusion 55 forgets that a backslash is an escape in LIKE.
fn misread_by_datafusion(root: &Node) -> bool {
    root.contains(&|node| matches!(node, Node::Literal(text) if text.contains('\\')))
}

/// What is around a node, and so whether it needs a group.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Place {
    Alone,
    InSequence,
    Repeated,
}

fn needs_group(node: &Node, place: Place) -> bool {
    match node {
        Node::Literal(text) => place == Place::Repeated && text.chars().nth(1).is_some(),
        Node::Class(_) => false,
        Node::Anchor(_) | Node::Repeat { .. } | Node::Sequence(_) => place == Place::Repeated,
        Node::Choice(_) => place != Place::Alone,
    }
}

fn push_node(out: &mut String, node: &Node, place: Place, flavour: Flavour) {
    if needs_group(node, place) {
        out.push_str("(?:");
        push_node(out, node, Place::Alone, flavour);
        out.push(')');
        return;
    }
    match node {
        Node::Literal(text) if text.is_empty() => out.push_str("(?:)"),
        Node::Literal(text) => text
            .chars()
            .for_each(|c| push_char(out, c, SPECIAL, flavour)),
        Node::Class(class) => push_class(out, class, flavour),
        Node::Anchor(anchor) => out.push_str(anchor_text(*anchor, flavour)),
        Node::Repeat { node, min, max } => {
            push_node(out, node, Place::Repeated, flavour);
            push_quantifier(out, *min, *max);
        }
        Node::Sequence(nodes) => {
            for node in nodes {
                push_node(out, node, Place::InSequence, flavour);
            }
        }
        Node::Choice(nodes) => {
            for (index, node) in nodes.iter().enumerate() {
                if index > 0 {
                    out.push('|');
                }
                push_node(out, node, Place::Alone, flavour);
            }
        }
    }
}

fn push_quantifier(out: &mut String, min: u32, max: Option<u32>) {
    match (min, max) {
        (0, None) => out.push('*'),
        (1, None) => out.push('+'),
        (0, Some(1)) => out.push('?'),
        (min, None) => out.push_str(&format!("{{{min},}}")),
        (min, Some(max)) if min == max => out.push_str(&format!("{{{min}}}")),
        (min, Some(max)) => out.push_str(&format!("{{{min},{max}}}")),
    }
}

/// A class that reaches to the end of Unicode, as negated ones do, is written by what it leaves out.
fn push_class(out: &mut String, class: &ClassUnicode, flavour: Flavour) {
    let mut listed = class.clone();
    let negated = class
        .ranges()
        .last()
        .is_some_and(|range| range.end() == char::MAX);
    if negated {
        listed.negate();
    }
    if flavour == Flavour::PostgresAre {
        // No text holds NUL there.
        let nul = ClassUnicodeRange::new('\0', '\0');
        listed.difference(&ClassUnicode::new([nul]));
    }
    if listed.ranges().is_empty() {
        out.push_str(if negated {
            any_character(flavour)
        } else {
            no_character(flavour)
        });
        return;
    }
    out.push_str(if negated { "[^" } else { "[" });
    for range in listed.ranges() {
        push_char(out, range.start(), SPECIAL_IN_CLASS, flavour);
        if range.end() > range.start() {
            out.push('-');
            push_char(out, range.end(), SPECIAL_IN_CLASS, flavour);
        }
    }
    out.push(']');
}

fn push_char(out: &mut String, c: char, special: &str, flavour: Flavour) {
    match c {
        '\n' => out.push_str(r"\n"),
        '\r' => out.push_str(r"\r"),
        '\t' => out.push_str(r"\t"),
        ' '..='~' => {
            if special.contains(c) {
                out.push('\\');
            }
            out.push(c);
        }
        _ => out.push_str(&code_point(u32::from(c), flavour)),
    }
}

fn code_point(code: u32, flavour: Flavour) -> String {
    match flavour {
        Flavour::Re2 | Flavour::RustRegex | Flavour::None => format!("\\x{{{code:X}}}"),
        Flavour::PostgresAre if code <= 0xFFFF => format!("\\u{code:04X}"),
        Flavour::PostgresAre => format!("\\U{code:08X}"),
    }
}

fn any_character(flavour: Flavour) -> &'static str {
    match flavour {
        Flavour::Re2 | Flavour::RustRegex | Flavour::None => "(?s:.)",
        Flavour::PostgresAre => ".",
    }
}

fn no_character(flavour: Flavour) -> &'static str {
    match flavour {
        Flavour::Re2 | Flavour::RustRegex | Flavour::None => r"[^\x{0}-\x{10FFFF}]",
        Flavour::PostgresAre => "(?:(?!))",
    }
}

fn anchor_text(anchor: Anchor, flavour: Flavour) -> &'static str {
    match (anchor, flavour) {
        (Anchor::TextStart, _) => "^",
        (Anchor::TextEnd, _) => "$",
        (Anchor::LineStart, Flavour::Re2 | Flavour::RustRegex | Flavour::None) => "(?m:^)",
        (Anchor::LineEnd, Flavour::Re2 | Flavour::RustRegex | Flavour::None) => "(?m:$)",
        (Anchor::LineStart, Flavour::PostgresAre) => r"(?<![^\n])",
        (Anchor::LineEnd, Flavour::PostgresAre) => r"(?![^\n])",
        (Anchor::WordBoundary, Flavour::Re2 | Flavour::None) => r"\b",
        (Anchor::NotWordBoundary, Flavour::Re2 | Flavour::None) => r"\B",
        (Anchor::WordBoundary, Flavour::RustRegex) => r"(?-u:\b)",
        (Anchor::NotWordBoundary, Flavour::RustRegex) => r"(?-u:\B)",
        (Anchor::WordBoundary, Flavour::PostgresAre) => {
            "(?:(?<=[0-9A-Za-z_])(?![0-9A-Za-z_])|(?<![0-9A-Za-z_])(?=[0-9A-Za-z_]))"
        }
        (Anchor::NotWordBoundary, Flavour::PostgresAre) => {
            "(?:(?<=[0-9A-Za-z_])(?=[0-9A-Za-z_])|(?<![0-9A-Za-z_])(?![0-9A-Za-z_]))"
        }
    }
}
