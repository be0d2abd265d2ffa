//! Lines and columns of the keys and values of one YAML text.

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

/// A value: where it stands and what it holds.
#[derive(Debug)]
pub struct Node {
    /// Of a value in a mapping.
    pub key: Option<String>,
    /// Where the key begins; without a key, as `mark`.
    pub key_mark: Mark,
    pub mark: Mark,
    /// The items of a list, or the values of a mapping, sorted by key and each key once.
    pub children: Vec<Self>,
}

impl Node {
    fn child(&self, step: &Step) -> Option<&Self> {
        match step {
            Step::Key(key) => self.child_of(key),
            Step::Index(index) => self.children.get(*index).filter(|item| item.key.is_none()),
        }
    }

    fn child_of(&self, key: &str) -> Option<&Self> {
        let by_key = |child: &Self| child.key.as_deref().cmp(&Some(key));
        let at = self.children.binary_search_by(by_key).ok()?;
        Some(&self.children[at])
    }
}

/// Where the keys and values of one text stand.
#[derive(Debug)]
pub struct Positions {
    file: PathBuf,
    root: Option<Node>,
}

impl Positions {
    pub fn new(file: &Path, root: Option<Node>) -> Self {
        Self {
            file: file.to_owned(),
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
        let steps = path.steps().into_iter();
        let root = self.root.as_ref();
        steps.fold(root, |node, step| node?.child(step)).is_some()
    }

    /// The marks of the key and of the value, or twice the mark of what is nearest.
    fn walk(&self, path: &KeyPath) -> (Mark, Mark) {
        let Some(root) = &self.root else {
            return (Mark::START, Mark::START);
        };
        let mut node = root;
        for step in path.steps() {
            let Some(child) = node.child(step) else {
                let merged = match step {
                    Step::Key(_) => node.child_of(MERGE_KEY),
                    Step::Index(_) => None,
                };
                let nearest = merged.map_or(node.mark, |merged| merged.key_mark);
                return (nearest, nearest);
            };
            node = child;
        }
        (node.key_mark, node.mark)
    }

    fn location(&self, mark: Mark) -> Location {
        Location {
            file: self.file.clone(),
            line: mark.line,
            column: mark.column,
        }
    }
}
