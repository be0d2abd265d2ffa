//! From the events of a YAML parser to positions and values, without recursion.
//!
//! `libyaml-safer` is a port of the parser inside `serde_yaml`, so both accept the same texts. It
//! runs first and also refuses what would make a reader explode: deep nesting, aliases that
//! multiply, several documents.

use std::collections::HashMap;
use std::io::BufReader;
use std::path::Path;

use libyaml_safer::{Event, EventData, Parser, ScalarStyle};
use serde_yaml::Value;

use super::diagnostic::{Diagnostic, Location, Place};
use super::position_builder::{PositionBuilder, Size};
use super::positions::{Mark, Positions};
use super::text::{BYTE_ORDER_MARK, MAX_BYTES};
use super::value_builder::ValueBuilder;

/// Lists and mappings inside one another; `serde_yaml` gives up at 128.
const MAX_DEPTH: usize = 100;

/// What a look at the events gave.
pub struct Marked {
    pub positions: Positions,
    /// Keys that are given twice.
    pub duplicates: Vec<Diagnostic>,
    pub end: End,
}

/// How the events ended.
pub enum End {
    /// With the value, unless it is left to `serde_yaml`.
    Complete(Option<Value>),
    /// The text must not be read any further.
    Refused(Diagnostic),
    Syntax(Diagnostic),
}

/// Finds the positions of a text, and mostly its value.
pub fn mark(file: &Path, text: &str) -> Marked {
    let scannable = scannable(text);
    let mut reader = Reader {
        file,
        builder: PositionBuilder::new(file),
        values: ValueBuilder::default(),
        characters: text.chars().count() as u64,
        anchors: HashMap::new(),
        aliased: 0,
        documents: 0,
    };
    // Of several byte order marks, the two parsers skip different ones.
    if scannable.trim_end() != text.trim_end() || text.starts_with(BYTE_ORDER_MARK) {
        reader.values.leave();
    }
    let end = reader.take_all(&scannable);
    let (positions, duplicates) = reader.builder.finish();
    Marked {
        positions,
        duplicates,
        end,
    }
}

/// The text in a form on which the parser does not panic, with all columns kept: version 0.3 does
/// when a text ends without a line break, and when a comma follows a tag.
fn scannable(text: &str) -> String {
    let mut scannable = String::with_capacity(text.len() + 1);
    if text.contains('!') {
        for word in text.split_inclusive(char::is_whitespace) {
            let tag_and_comma = word.find('!').is_some_and(|at| word[at..].contains(','));
            if tag_and_comma {
                scannable.push_str(&word.replace('!', "_"));
            } else {
                scannable.push_str(word);
            }
        }
    } else {
        scannable.push_str(text);
    }
    scannable.push('\n');
    scannable
}

struct Reader<'f> {
    file: &'f Path,
    builder: PositionBuilder,
    values: ValueBuilder,
    /// How many the text has, without the line break that is added for the parser.
    characters: u64,
    anchors: HashMap<String, Size>,
    /// The weight of all that aliases stand for.
    aliased: usize,
    documents: usize,
}

impl Reader<'_> {
    fn take_all(&mut self, text: &str) -> End {
        let mut parser = Parser::new();
        // In pieces, or the parser would hold the whole text as characters.
        parser.set_input(BufReader::new(text.as_bytes()));
        loop {
            match parser.parse() {
                Ok(Event {
                    data: EventData::StreamEnd,
                    ..
                }) => return End::Complete(std::mem::take(&mut self.values).finish()),
                Ok(event) => {
                    if let Err(diagnostic) = self.take(event) {
                        return End::Refused(diagnostic);
                    }
                }
                Err(error) => {
                    let mark = error.problem_mark().map_or(Mark::START, mark_of);
                    return End::Syntax(self.error(mark, error.problem(), "correct the YAML here"));
                }
            }
        }
    }

    fn take(&mut self, event: Event) -> Result<(), Diagnostic> {
        let mark = mark_of(event.start_mark);
        if is_tagged(&event.data) || self.ends_in_a_block(&event) {
            self.values.leave();
        }
        match event.data {
            EventData::DocumentStart { .. } => {
                self.documents += 1;
                if self.documents > 1 {
                    let hint = "keep one document in the file; '---' begins another";
                    return Err(self.error(mark, "a second YAML document begins here", hint));
                }
            }
            EventData::Scalar {
                anchor,
                value,
                style,
                ..
            } => {
                let size = Size {
                    weight: 1 + value.len(),
                    depth: 0,
                };
                let absent = value.is_empty() && style == ScalarStyle::Plain;
                self.builder.scalar(mark, &value, absent, size);
                self.values.scalar(value, style);
                self.anchors.extend(anchor.map(|anchor| (anchor, size)));
            }
            EventData::Alias { anchor } => {
                let size = self.repeat(&anchor, mark)?;
                self.builder.alias(mark, size);
                self.values.leave();
            }
            EventData::SequenceStart { anchor, .. } => {
                self.check_depth(1, mark)?;
                self.builder.begin_list(mark, anchor);
                self.values.begin();
            }
            EventData::MappingStart { anchor, .. } => {
                self.check_depth(1, mark)?;
                self.builder.begin_mapping(mark, anchor);
                self.values.begin();
            }
            EventData::SequenceEnd => {
                self.end();
                self.values.end_list();
            }
            EventData::MappingEnd => {
                self.end();
                self.values.end_mapping();
            }
            _ => {}
        }
        Ok(())
    }

    /// Whether the text ends in a block text, to which the added line break would belong.
    fn ends_in_a_block(&self, event: &Event) -> bool {
        let EventData::Scalar { style, .. } = event.data else {
            return false;
        };
        let block = matches!(style, ScalarStyle::Literal | ScalarStyle::Folded);
        block && event.end_mark.index >= self.characters
    }

    fn end(&mut self) {
        if let Some((Some(anchor), size)) = self.builder.end() {
            self.anchors.insert(anchor, size);
        }
    }

    fn check_depth(&self, added: usize, mark: Mark) -> Result<(), Diagnostic> {
        if self.builder.depth() + added <= MAX_DEPTH {
            return Ok(());
        }
        let message = format!("nested more than {MAX_DEPTH} levels deep");
        Err(self.error(mark, message, "a config needs less than ten levels"))
    }

    /// The size of what an alias stands for. Written out, the aliases must not be more text than
    /// a file may have: `serde_yaml` counts aliases, but not what is behind them.
    fn repeat(&mut self, anchor: &str, mark: Mark) -> Result<Size, Diagnostic> {
        if self.builder.is_inside(anchor) {
            let message = format!("alias '*{anchor}' stands inside the value it repeats");
            return Err(self.error(mark, message, "write the value out"));
        }
        let Some(size) = self.anchors.get(anchor).copied() else {
            let message = format!("alias '*{anchor}' has no anchor before it");
            let hint =
                format!("mark the value to repeat with '&{anchor}', or put the text in quotes");
            return Err(self.error(mark, message, &hint));
        };
        self.check_depth(size.depth, mark)?;
        self.aliased = self.aliased.saturating_add(size.weight);
        if self.aliased > MAX_BYTES {
            let message = format!(
                "the aliases up to here repeat more than {} MB",
                MAX_BYTES / 1_000_000
            );
            return Err(self.error(mark, message, "use fewer aliases, or write the values out"));
        }
        Ok(size)
    }

    fn error(&self, mark: Mark, message: impl Into<String>, hint: &str) -> Diagnostic {
        let location = Location {
            file: self.file.to_owned(),
            line: mark.line,
            column: mark.column,
        };
        Diagnostic::error(Place::Text(location), message, hint)
    }
}

fn is_tagged(event: &EventData) -> bool {
    match event {
        EventData::Scalar { tag, .. }
        | EventData::SequenceStart { tag, .. }
        | EventData::MappingStart { tag, .. } => tag.is_some(),
        _ => false,
    }
}

fn mark_of(mark: libyaml_safer::Mark) -> Mark {
    let from_one = |from_zero: u64| {
        usize::try_from(from_zero)
            .unwrap_or(usize::MAX)
            .saturating_add(1)
    };
    Mark {
        line: from_one(mark.line),
        column: from_one(mark.column),
    }
}
