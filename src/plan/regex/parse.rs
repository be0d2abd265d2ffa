//! From the text of a pattern to its portable form.

use regex_syntax::ast::{
    self, Assertion, AssertionKind, Ast, ClassAscii, ClassAsciiKind, ClassBracketed, ClassPerl,
    ClassPerlKind, ClassSet, ClassSetItem, Flag, Flags, FlagsItemKind, GroupKind, Repetition,
    RepetitionKind, RepetitionRange,
};
use regex_syntax::hir::translate::Translator;

use super::PatternError;
use super::node::Node;
use super::weight::check_weight;

const MAX_TEXT_BYTES: usize = 10_000;
/// Rendering may add a group per level, and the crate `regex` stops at 250.
const MAX_NESTING: u32 = 100;
/// PostgreSQL's largest repetition count.
const MAX_REPEAT: u32 = 255;
/// RE2's largest product of counts that are nested in each other.
const MAX_NESTED_REPEAT: u32 = 1000;

pub(super) fn parse(text: &str) -> Result<Node, PatternError> {
    if text.len() > MAX_TEXT_BYTES {
        return Err(PatternError::new(format!(
            "the pattern has {} bytes, at most {MAX_TEXT_BYTES} are allowed",
            text.len()
        )));
    }
    let mut ast = ast::parse::ParserBuilder::new()
        .nest_limit(MAX_NESTING)
        .build()
        .parse(text)
        .map_err(|error| syntax_error(&error))?;
    make_portable(&mut ast, 1)?;
    let hir = Translator::new()
        .translate(text, &ast)
        .map_err(|error| PatternError::new(error.kind().to_string()).at(error.span()))?;
    let root = Node::from_hir(&hir)?;
    check_weight(&root)?;
    Ok(root)
}

fn syntax_error(error: &ast::Error) -> PatternError {
    let wrong = match error.kind() {
        ast::ErrorKind::UnsupportedLookAround => PatternError::new("look-around is not portable")
            .hint("use a second rule, with `negate: true` for what must not match"),
        ast::ErrorKind::UnsupportedBackreference => PatternError::new(
            "back-references are not portable",
        )
        .hint("write the repeated text out, or set 'native: true' where the engine has them"),
        ast::ErrorKind::NestLimitExceeded(_) => {
            PatternError::new("the pattern is nested too deeply")
        }
        kind => PatternError::new(kind.to_string()),
    };
    wrong.at(error.span())
}

/// Replaces what is Unicode-aware by its ASCII form, and refuses what some engine cannot do;
/// `repeats` is the product of the counts around `ast`.
fn make_portable(ast: &mut Ast, repeats: u32) -> Result<(), PatternError> {
    match ast {
        Ast::ClassPerl(class) => {
            *ast = Ast::class_bracketed(ClassBracketed {
                span: class.span,
                negated: false,
                kind: ClassSet::Item(ClassSetItem::Ascii(ascii_class(class))),
            });
        }
        Ast::ClassBracketed(class) => make_set_portable(&mut class.kind),
        Ast::Assertion(assertion) => check_assertion(assertion)?,
        Ast::Flags(set) => check_flags(&set.flags)?,
        Ast::Repetition(repetition) => {
            let repeats = check_repetition(repetition, repeats)?;
            make_portable(&mut repetition.ast, repeats)?;
        }
        Ast::Group(group) => {
            match &group.kind {
                GroupKind::NonCapturing(flags) => check_flags(flags)?,
                // Without captures, translation can flatten what is nested.
                GroupKind::CaptureIndex(_) | GroupKind::CaptureName { .. } => {
                    let flags = Flags {
                        span: group.span,
                        items: Vec::new(),
                    };
                    group.kind = GroupKind::NonCapturing(flags);
                }
            }
            make_portable(&mut group.ast, repeats)?;
        }
        Ast::Alternation(alternation) => {
            for branch in &mut alternation.asts {
                make_portable(branch, repeats)?;
            }
        }
        Ast::Concat(concat) => {
            for part in &mut concat.asts {
                make_portable(part, repeats)?;
            }
        }
        Ast::Empty(_) | Ast::Literal(_) | Ast::Dot(_) | Ast::ClassUnicode(_) => {}
    }
    Ok(())
}

fn make_set_portable(set: &mut ClassSet) {
    match set {
        ClassSet::Item(item) => make_item_portable(item),
        ClassSet::BinaryOp(operation) => {
            make_set_portable(&mut operation.lhs);
            make_set_portable(&mut operation.rhs);
        }
    }
}

fn make_item_portable(item: &mut ClassSetItem) {
    match item {
        ClassSetItem::Perl(class) => *item = ClassSetItem::Ascii(ascii_class(class)),
        ClassSetItem::Bracketed(class) => make_set_portable(&mut class.kind),
        ClassSetItem::Union(union) => union.items.iter_mut().for_each(make_item_portable),
        ClassSetItem::Empty(_)
        | ClassSetItem::Literal(_)
        | ClassSetItem::Range(_)
        | ClassSetItem::Ascii(_)
        | ClassSetItem::Unicode(_) => {}
    }
}

/// POSIX classes are ASCII for `regex-syntax` in Unicode mode too, unlike `\d`, `\s` and `\w`.
fn ascii_class(class: &ClassPerl) -> ClassAscii {
    ClassAscii {
        span: class.span,
        kind: match class.kind {
            ClassPerlKind::Digit => ClassAsciiKind::Digit,
            ClassPerlKind::Space => ClassAsciiKind::Space,
            ClassPerlKind::Word => ClassAsciiKind::Word,
        },
        negated: class.negated,
    }
}

fn check_assertion(assertion: &Assertion) -> Result<(), PatternError> {
    match assertion.kind {
        AssertionKind::StartLine
        | AssertionKind::EndLine
        | AssertionKind::StartText
        | AssertionKind::EndText
        | AssertionKind::WordBoundary
        | AssertionKind::NotWordBoundary => Ok(()),
        AssertionKind::WordBoundaryStart
        | AssertionKind::WordBoundaryEnd
        | AssertionKind::WordBoundaryStartAngle
        | AssertionKind::WordBoundaryEndAngle
        | AssertionKind::WordBoundaryStartHalf
        | AssertionKind::WordBoundaryEndHalf => Err(PatternError::new(
            "the start and the end of a word are not portable",
        )
        .at(&assertion.span)
        .hint(r"use `\b`, which is either of them")),
    }
}

fn check_flags(flags: &Flags) -> Result<(), PatternError> {
    for item in &flags.items {
        let wrong = match item.kind {
            FlagsItemKind::Flag(Flag::Unicode) => PatternError::new("the flag `u` is not portable")
                .hint(r"`\d`, `\s`, `\w` and `\b` are always ASCII, `\p{L}` is any letter"),
            FlagsItemKind::Flag(Flag::CRLF) => PatternError::new("the flag `R` is not portable")
                .hint(r"write `\r?$` with the flag `m`"),
            FlagsItemKind::Negation | FlagsItemKind::Flag(_) => continue,
        };
        return Err(wrong.at(&item.span));
    }
    Ok(())
}

/// Gives the product of the counts including that of `repetition`.
fn check_repetition(repetition: &Repetition, repeats: u32) -> Result<u32, PatternError> {
    let count = match repetition.op.kind {
        RepetitionKind::ZeroOrOne | RepetitionKind::ZeroOrMore | RepetitionKind::OneOrMore => 1,
        RepetitionKind::Range(
            RepetitionRange::Exactly(count)
            | RepetitionRange::AtLeast(count)
            | RepetitionRange::Bounded(_, count),
        ) => count.max(1),
    };
    let wrong = if count > MAX_REPEAT {
        PatternError::new(format!("a repetition can count to {MAX_REPEAT} at most"))
            .hint("nest two repetitions, as in `(?:a{100}){3}`")
    } else if repeats * count > MAX_NESTED_REPEAT {
        PatternError::new(format!(
            "nested repetitions can multiply to {MAX_NESTED_REPEAT} at most"
        ))
    } else {
        return Ok(repeats * count);
    };
    Err(wrong.at(&repetition.op.span))
}
