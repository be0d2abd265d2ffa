//! Builds positions from values as they begin and end.

use std::path::{Path, PathBuf};

use super::diagnostic::{Diagnostic, Location, Place};
use super::positions::{Mark, Node, Positions};

/// Positions of a text that is being read.
pub struct PositionBuilder {
    file: PathBuf,
    /// Values whose list or mapping goes on, those of the innermost one last.
    finished: Vec<Node>,
    root: Option<Node>,
    open: Vec<Open>,
    duplicates: Vec<Diagnostic>,
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
    mark: Mark,
    anchor: Option<String>,
    inside: Size,
    /// Where its values begin among the finished ones.
    start: usize,
    next: Next,
}

/// What comes next in a list or mapping.
enum Next {
    Item,
    Key,
    /// A key that is not a scalar has no name, and its value no position.
    ValueOf(Option<String>, Mark),
}

impl PositionBuilder {
    pub fn new(file: &Path) -> Self {
        Self {
            file: file.to_owned(),
            finished: Vec::new(),
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

    pub fn begin_list(&mut self, mark: Mark, anchor: Option<String>) {
        self.begin(mark, anchor, Next::Item);
    }

    pub fn begin_mapping(&mut self, mark: Mark, anchor: Option<String>) {
        self.begin(mark, anchor, Next::Key);
    }

    fn begin(&mut self, mark: Mark, anchor: Option<String>, next: Next) {
        self.open.push(Open {
            mark,
            anchor,
            inside: Size::default(),
            start: self.finished.len(),
            next,
        });
    }

    /// The innermost list or mapping ends; gives its anchor and its size.
    pub fn end(&mut self) -> Option<(Option<String>, Size)> {
        let ended = self.open.pop()?;
        let children = self.children_of(&ended);
        let size = Size {
            weight: 1 + ended.inside.weight,
            depth: 1 + ended.inside.depth,
        };
        self.place(ended.mark, children, size, None);
        Some((ended.anchor, size))
    }

    /// A scalar, which may be a key.
    pub fn scalar(&mut self, mark: Mark, text: &str, absent: bool, size: Size) {
        // An absent value has no place of its own, but its key has.
        let mark = match self.open.last().map(|open| &open.next) {
            Some(Next::ValueOf(_, key_mark)) if absent => *key_mark,
            _ => mark,
        };
        self.place(mark, Vec::new(), size, Some(text));
    }

    pub fn alias(&mut self, mark: Mark, size: Size) {
        self.place(mark, Vec::new(), size, None);
    }

    /// The positions, and the keys that are given twice, also where a text breaks off.
    pub fn finish(mut self) -> (Positions, Vec<Diagnostic>) {
        while let Some(broken_off) = self.open.pop() {
            self.children_of(&broken_off);
        }
        (Positions::new(&self.file, self.root), self.duplicates)
    }

    /// Takes the values of the innermost list or mapping from the finished ones.
    fn children_of(&mut self, innermost: &Open) -> Vec<Node> {
        let mut children: Vec<Node> = self.finished.drain(innermost.start..).collect();
        if !matches!(innermost.next, Next::Item) {
            children.sort_by(|one, other| one.key.cmp(&other.key));
            children.dedup_by(|later, first| self.is_given_twice(later, first));
        }
        children
    }

    /// Puts a finished value into what is around it.
    fn place(&mut self, mark: Mark, children: Vec<Node>, size: Size, text: Option<&str>) {
        let mut node = Node {
            key: None,
            key_mark: mark,
            mark,
            children,
        };
        let Some(parent) = self.open.last_mut() else {
            self.root.get_or_insert(node);
            return;
        };
        parent.inside.weight = parent.inside.weight.saturating_add(size.weight);
        parent.inside.depth = parent.inside.depth.max(size.depth);
        match &mut parent.next {
            Next::Item => self.finished.push(node),
            Next::Key => parent.next = Next::ValueOf(text.map(str::to_owned), mark),
            Next::ValueOf(name, key_mark) => {
                node.key = name.take();
                node.key_mark = *key_mark;
                if node.key.is_some() {
                    self.finished.push(node);
                }
                parent.next = Next::Key;
            }
        }
    }

    fn is_given_twice(&mut self, later: &Node, first: &Node) -> bool {
        if later.key != first.key {
            return false;
        }
        let place = Place::Text(Location {
            file: self.file.clone(),
            line: later.key_mark.line,
            column: later.key_mark.column,
        });
        let key = later.key.as_deref().unwrap_or_default();
        let message = format!("key '{key}' is given twice");
        let hint = format!(
            "keep one of them; the first is on line {}",
            first.key_mark.line
        );
        self.duplicates
            .push(Diagnostic::error(place, message, hint));
        true
    }
}
