//! What is left of a pattern once everything not portable is gone, so that rendering cannot fail.

use regex_syntax::hir::{Class, ClassUnicode, Hir, HirKind, Look};

use super::PatternError;

#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Node {
    /// Empty for the pattern that matches nothing but the empty text; never contains NUL.
    Literal(String),
    /// Empty for the pattern that never matches.
    Class(ClassUnicode),
    Anchor(Anchor),
    Repeat {
        node: Box<Self>,
        min: u32,
        max: Option<u32>,
    },
    Sequence(Vec<Self>),
    Choice(Vec<Self>),
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Anchor {
    TextStart,
    TextEnd,
    LineStart,
    LineEnd,
    WordBoundary,
    NotWordBoundary,
}

impl Node {
    pub(super) fn from_hir(hir: &Hir) -> Result<Self, PatternError> {
        match hir.kind() {
            HirKind::Empty => Ok(Self::Literal(String::new())),
            HirKind::Literal(literal) => literal_from_utf8(&literal.0),
            HirKind::Class(Class::Unicode(class)) => Ok(Self::Class(class.clone())),
            // The class of no characters is one of bytes.
            HirKind::Class(Class::Bytes(class)) => class
                .to_unicode_class()
                .map(Node::Class)
                .ok_or_else(not_text),
            HirKind::Look(look) => anchor_from_look(*look).map(Node::Anchor),
            HirKind::Capture(capture) => Self::from_hir(&capture.sub),
            HirKind::Repetition(repetition) => Ok(Self::Repeat {
                node: Box::new(Self::from_hir(&repetition.sub)?),
                min: repetition.min,
                max: repetition.max,
            }),
            HirKind::Concat(parts) => from_hirs(parts).map(Node::Sequence),
            HirKind::Alternation(branches) => from_hirs(branches).map(Node::Choice),
        }
    }

    /// Whether the pattern can match without a character.
    pub(super) fn can_be_empty(&self) -> bool {
        match self {
            Self::Literal(text) => text.is_empty(),
            Self::Class(_) => false,
            Self::Anchor(_) => true,
            Self::Repeat { node, min, .. } => *min == 0 || node.can_be_empty(),
            Self::Sequence(nodes) => nodes.iter().all(Self::can_be_empty),
            Self::Choice(nodes) => nodes.iter().any(Self::can_be_empty),
        }
    }

    /// Whether this node is `wanted`, or one inside it.
    pub(super) fn contains(&self, wanted: &dyn Fn(&Self) -> bool) -> bool {
        wanted(self)
            || match self {
                Self::Literal(_) | Self::Class(_) | Self::Anchor(_) => false,
                Self::Repeat { node, .. } => node.contains(wanted),
                Self::Sequence(nodes) | Self::Choice(nodes) => {
                    nodes.iter().any(|node| node.contains(wanted))
                }
            }
    }
}

fn from_hirs(hirs: &[Hir]) -> Result<Vec<Node>, PatternError> {
    hirs.iter().map(Node::from_hir).collect()
}

fn literal_from_utf8(bytes: &[u8]) -> Result<Node, PatternError> {
    let text = str::from_utf8(bytes).map_err(|_| not_text())?;
    if text.contains('\0') {
        return Err(PatternError::new("a pattern cannot ask for NUL")
            .hint("PostgreSQL cannot hold this character in a text"));
    }
    Ok(Node::Literal(text.to_owned()))
}

/// `\b` is parsed as Unicode-aware, and is ASCII from here on.
fn anchor_from_look(look: Look) -> Result<Anchor, PatternError> {
    match look {
        Look::Start => Ok(Anchor::TextStart),
        Look::End => Ok(Anchor::TextEnd),
        Look::StartLF => Ok(Anchor::LineStart),
        Look::EndLF => Ok(Anchor::LineEnd),
        Look::WordAscii | Look::WordUnicode => Ok(Anchor::WordBoundary),
        Look::WordAsciiNegate | Look::WordUnicodeNegate => Ok(Anchor::NotWordBoundary),
        _ => Err(PatternError::new(
            "only `^`, `$`, `\\A`, `\\z`, `\\b` and `\\B` are portable",
        )),
    }
}

fn not_text() -> PatternError {
    PatternError::new("the pattern can match what is not text")
}
