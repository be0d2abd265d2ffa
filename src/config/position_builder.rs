//! Builds positions from values as they begin and end.

use std::collections::hash_map::Entry;
use std::path::{Path, PathBuf};

use super::diagnostic::{Diagnostic, Location, Place};
use super::positions::{Children, Mark, Node, Positions};

/// Positions of a text that is being read.
pub struct PositionBuilder {
    file: PathBuf,
    nodes: Vec<Node>,
    root: Option<usize>,
    open: Vec<Open>,
    /// Keys that are given twice.
    pub duplicates: Vec<Diagnostic>,
}

/// How much a value is with its aliases written out.
#[derive(Clone, Copy, Default)]
pub struct Size {
    /// Characters and values.
    pub weight: usize,
    /// Lists and mappings inside one another.
    pub depth: usize,
}

/// A list or mapping whose end has not come yet.
struct Open {
    node: usize,
    anchor: Option<String>,
    inside: Size,
    /// Of a mapping: the key whose value comes next.
    key: Option<Key>,
}

/// A key; one that is not a scalar has no name, and its value no position.
struct Key {
    name: Option<String>,
    mark: Mark,
}

impl PositionBuilder {
    pub fn new(file: &Path) -> Self {
        Self {
            file: file.to_owned(),
            nodes: Vec::new(),
            root: None,
            open: Vec::new(),
            duplicates: Vec::new(),
        }
    }

    /// How many lists and mappings are open.
    pub fn depth(&self) -> usize {
        self.open.len()
    }

    /// Whether one of the open lists and mappings has the anchor.
    pub fn is_inside(&self, anchor: &str) -> bool {
        self.open
            .iter()
            .any(|open| open.anchor.as_deref() == Some(anchor))
    }

    /// A list or mapping begins.
    pub fn begin(&mut self, mark: Mark, children: Children, anchor: Option<String>) {
        let node = self.add(mark, children);
        self.open.push(Open {
            node,
            anchor,
            inside: Size::default(),
            key: None,
        });
    }

    /// The innermost list or mapping ends; gives its anchor and its size.
    pub fn end(&mut self) -> Option<(Option<String>, Size)> {
        let Open {
            node,
            anchor,
            inside,
            ..
        } = self.open.pop()?;
        let size = Size {
            weight: 1 + inside.weight,
            depth: 1 + inside.depth,
        };
        self.place(node, size, None);
        Some((anchor, size))
    }

    /// A scalar, which may be a key.
    pub fn scalar(&mut self, mark: Mark, text: String, absent: bool, size: Size) {
        // An absent value has no place of its own, but its key has.
        let key_mark = self
            .open
            .last()
            .and_then(|open| open.key.as_ref())
            .map(|key| key.mark);
        let node = self.add(key_mark.filter(|_| absent).unwrap_or(mark), Children::None);
        self.place(node, size, Some(text));
    }

    pub fn alias(&mut self, mark: Mark, size: Size) {
        let node = self.add(mark, Children::None);
        self.place(node, size, None);
    }

    pub fn finish(self) -> Positions {
        Positions::new(&self.file, self.nodes, self.root)
    }

    fn add(&mut self, mark: Mark, children: Children) -> usize {
        self.nodes.push(Node { mark, children });
        self.nodes.len() - 1
    }

    /// Puts a finished value into what is around it.
    fn place(&mut self, node: usize, size: Size, text: Option<String>) {
        let mark = self.nodes[node].mark;
        let Some(parent) = self.open.last_mut() else {
            self.root.get_or_insert(node);
            return;
        };
        parent.inside.weight = parent.inside.weight.saturating_add(size.weight);
        parent.inside.depth = parent.inside.depth.max(size.depth);
        match &mut self.nodes[parent.node].children {
            Children::None => {}
            Children::Items(items) => items.push(node),
            Children::Keys(keys) => match parent.key.take() {
                None => parent.key = Some(Key { name: text, mark }),
                Some(Key { name: None, .. }) => {}
                Some(Key {
                    name: Some(name),
                    mark,
                }) => match keys.entry(name) {
                    Entry::Vacant(entry) => {
                        entry.insert((mark, node));
                    }
                    Entry::Occupied(entry) => {
                        let place = Place::Text(Location {
                            file: self.file.clone(),
                            line: mark.line,
                            column: mark.column,
                        });
                        let message = format!("key '{}' is given twice", entry.key());
                        let hint = format!(
                            "keep one of them; the first is on line {}",
                            entry.get().0.line
                        );
                        self.duplicates
                            .push(Diagnostic::error(place, message, hint));
                    }
                },
            },
        }
    }
}
