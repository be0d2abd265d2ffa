//! Documents are written by known rules, in many styles, noting where each key and value begins;
//! what is read back must be the same value at the same places.

use std::path::Path;

use proptest::collection::vec;
use proptest::prelude::*;
use serde_yaml::{Mapping, Value};

use crate::config::path::KeyPath;
use crate::config::positions::Mark;
use crate::config::yaml::read;

/// A value with the style it is written in.
#[derive(Clone, Debug)]
enum Tree {
    Scalar(String, Style),
    List(Vec<Self>, Style),
    Map(Vec<(String, Self)>, Style),
}

#[derive(Clone, Copy, Debug, PartialEq)]
enum Style {
    Plain,
    Single,
    Double,
    /// Over several lines.
    Lines,
}

fn style() -> impl Strategy<Value = Style> {
    prop_oneof![
        Just(Style::Plain),
        Just(Style::Single),
        Just(Style::Double),
        Just(Style::Lines)
    ]
}

fn tree() -> impl Strategy<Value = Tree> {
    let scalar = ("[k-pé世🎈]{1,4}( [k-p!]{1,3}){0,2}", style())
        .prop_map(|(text, style)| Tree::Scalar(text, style));
    scalar.prop_recursive(4, 40, 5, |inner| {
        prop_oneof![
            (vec(inner.clone(), 0..5), style()).prop_map(|(items, style)| Tree::List(items, style)),
            (vec(inner, 0..5), style()).prop_map(|(values, style)| {
                let keys = values
                    .into_iter()
                    .enumerate()
                    .map(|(index, value)| (format!("kä{index}"), value));
                Tree::Map(keys.collect(), style)
            }),
        ]
    })
}

struct Writer {
    text: String,
    line_end: &'static str,
    /// Path, place of the key, place of the value.
    places: Vec<(KeyPath, Mark, Mark)>,
}

impl Writer {
    fn mark(&self) -> Mark {
        Mark::at(&self.text, self.text.len())
    }

    fn line(&mut self, indent: usize) {
        self.text.push_str(self.line_end);
        self.text.push_str(&" ".repeat(indent));
    }

    /// Writes a value; `key` is where its key stands, `flow` whether brackets are open.
    fn value(&mut self, tree: &Tree, path: &KeyPath, key: Option<Mark>, indent: usize, flow: bool) {
        let mark = self.mark();
        self.places.push((path.clone(), key.unwrap_or(mark), mark));
        match tree {
            Tree::Scalar(text, Style::Plain) => self.text.push_str(text),
            Tree::Scalar(text, Style::Single) => self.text.push_str(&format!("'{text}'")),
            Tree::Scalar(text, Style::Lines) if !flow => {
                self.text.push_str("|-");
                self.line(indent + 1);
                self.text.push_str(text);
            }
            Tree::Scalar(text, _) => self.text.push_str(&format!("\"{text}\"")),
            Tree::List(items, style) if flow || items.is_empty() || *style == Style::Plain => {
                self.text.push('[');
                for (index, item) in items.iter().enumerate() {
                    self.separator(index, *style, indent);
                    self.value(item, &path.index(index), None, indent, true);
                }
                self.text.push(']');
            }
            Tree::Map(entries, style) if flow || entries.is_empty() || *style == Style::Plain => {
                self.text.push('{');
                for (index, (name, value)) in entries.iter().enumerate() {
                    self.separator(index, *style, indent);
                    let key = self.key(name, *style);
                    self.value(value, &path.key(name), Some(key), indent, true);
                }
                self.text.push('}');
            }
            Tree::List(items, _) => {
                for (index, item) in items.iter().enumerate() {
                    if index > 0 {
                        self.line(indent);
                    }
                    self.text.push_str("- ");
                    self.value(item, &path.index(index), None, indent + 2, false);
                }
            }
            Tree::Map(entries, style) => {
                for (index, (name, value)) in entries.iter().enumerate() {
                    if index > 0 {
                        self.line(indent);
                    }
                    let key = self.key(name, *style);
                    if is_block(value) {
                        self.text.push_str("# why");
                        self.line(indent + 3);
                    }
                    self.value(value, &path.key(name), Some(key), indent + 3, false);
                }
            }
        }
    }

    fn separator(&mut self, index: usize, style: Style, indent: usize) {
        if index > 0 {
            self.text.push_str(", ");
        }
        if style == Style::Lines {
            self.line(indent.saturating_sub(index));
        }
    }

    fn key(&mut self, name: &str, style: Style) -> Mark {
        let mark = self.mark();
        match style {
            Style::Single => self.text.push_str(&format!("'{name}': ")),
            Style::Double => self.text.push_str(&format!("\"{name}\" : ")),
            Style::Plain | Style::Lines => self.text.push_str(&format!("{name}:   ")),
        }
        mark
    }
}

fn is_block(tree: &Tree) -> bool {
    match tree {
        Tree::Scalar(..) => false,
        Tree::List(items, style) => !items.is_empty() && *style != Style::Plain,
        Tree::Map(entries, style) => !entries.is_empty() && *style != Style::Plain,
    }
}

fn value_of(tree: &Tree) -> Value {
    match tree {
        Tree::Scalar(text, _) => text.clone().into(),
        Tree::List(items, _) => Value::Sequence(items.iter().map(value_of).collect()),
        Tree::Map(entries, _) => {
            let entries = entries
                .iter()
                .map(|(name, value)| (name.clone().into(), value_of(value)));
            Value::Mapping(Mapping::from_iter(entries))
        }
    }
}

proptest! {
    #[test]
    fn keys_and_values_are_found_where_they_were_written(tree in tree(), windows in any::<bool>()) {
        let line_end = if windows { "\r\n" } else { "\n" };
        let mut writer = Writer { text: format!("# a{line_end}"), line_end, places: Vec::new() };
        writer.value(&tree, &KeyPath::default(), None, 0, false);
        let mut diagnostics = Vec::new();
        let read = read(Path::new("f"), &writer.text, &mut diagnostics);
        prop_assert!(diagnostics.is_empty(), "{:?} in\n{}", diagnostics, writer.text);
        let (value, positions) = read.expect("a value");
        prop_assert_eq!(value, value_of(&tree));
        for (path, key, mark) in writer.places {
            let (found_key, found) = (positions.of_key(&path), positions.of_value(&path));
            prop_assert_eq!((found_key.line, found_key.column), (key.line, key.column), "key {:?} in\n{}", path, writer.text);
            prop_assert_eq!((found.line, found.column), (mark.line, mark.column), "value {:?} in\n{}", path, writer.text);
        }
    }

    #[test]
    fn no_text_makes_the_reader_panic(text in "([a-c!&*|>\"'{}\\[\\]:,#%@?\\-\\\\ \t\r\n]|é|\u{85}|\u{2028}|<<|---\n|\\\\x4|!!str|- |: ){0,40}") {
        let _ = read(Path::new("f"), &text, &mut Vec::new());
    }
}
