//! Lines and columns of the keys and values of one YAML text.

use std::collections::HashMap;
use std::path::{Path, PathBuf};

use super::diagnostic::Location;
use super::merge::MERGE_KEY;
use super::path::{KeyPath, Step};

/// Line and column in a text, counted from 1, the column in characters.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Mark {
    pub line: usize,
    pub column: usize,
}

impl Mark {
    pub const START: Self = Self { line: 1, column: 1 };

    /// The place of a byte that begins a character.
    pub fn at(text: &str, offset: usize) -> Self {
        let before = &text[..offset];
        let line_start = before.rfind('\n').map_or(0, |at| at + 1);
        Self {
            line: before.matches('\n').count() + 1,
            column: before[line_start..].chars().count() + 1,
        }
    }
}

/// A value: where it begins and what it holds.
#[derive(Debug)]
pub struct Node {
    pub mark: Mark,
    pub children: Children,
}

/// What a value holds; numbers are indices into the list of all nodes.
#[derive(Debug)]
pub enum Children {
    None,
    Items(Vec<usize>),
    Keys(HashMap<String, (Mark, usize)>),
}

/// Where the keys and values of one text stand.
#[derive(Debug)]
pub struct Positions {
    file: PathBuf,
    nodes: Vec<Node>,
    root: Option<usize>,
}

impl Positions {
    pub fn new(file: &Path, nodes: Vec<Node>, root: Option<usize>) -> Self {
        Self {
            file: file.to_owned(),
            nodes,
            root,
        }
    }

    pub fn file(&self) -> &Path {
        &self.file
    }

    /// Where the value begins, or the nearest value around it: what an alias or `<<` brought in
    /// is found at the alias.
    pub fn of_value(&self, path: &KeyPath) -> Location {
        self.location(self.walk(path).1)
    }

    /// Where the key of the value begins, for an item of a list the item.
    pub fn of_key(&self, path: &KeyPath) -> Location {
        self.location(self.walk(path).0)
    }

    /// Whether the text itself has a value at the path.
    pub fn has(&self, path: &KeyPath) -> bool {
        let mut node = self.root;
        for step in path.steps() {
            node = node.and_then(|node| match (&self.nodes[node].children, step) {
                (Children::Keys(keys), Step::Key(key)) => keys.get(key).map(|(_, child)| *child),
                (Children::Items(items), Step::Index(index)) => items.get(*index).copied(),
                _ => None,
            });
        }
        node.is_some()
    }

    /// The marks of the key and of the value, or twice the mark of what is nearest.
    fn walk(&self, path: &KeyPath) -> (Mark, Mark) {
        let Some(mut node) = self.root.map(|root| &self.nodes[root]) else {
            return (Mark::START, Mark::START);
        };
        let mut key_mark = node.mark;
        for step in path.steps() {
            let next = match (&node.children, step) {
                (Children::Keys(keys), Step::Key(key)) => match keys.get(key) {
                    Some(found) => Some(*found),
                    None => {
                        return keys
                            .get(MERGE_KEY)
                            .map_or((node.mark, node.mark), |(mark, _)| (*mark, *mark));
                    }
                },
                (Children::Items(items), Step::Index(index)) => items
                    .get(*index)
                    .map(|item| (self.nodes[*item].mark, *item)),
                _ => None,
            };
            let Some((mark, child)) = next else {
                return (node.mark, node.mark);
            };
            key_mark = mark;
            node = &self.nodes[child];
        }
        (key_mark, node.mark)
    }

    fn location(&self, mark: Mark) -> Location {
        Location {
            file: self.file.clone(),
            line: mark.line,
            column: mark.column,
        }
    }
}
