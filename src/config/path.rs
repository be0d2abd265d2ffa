//! Where a value sits inside a YAML document.

use std::sync::Arc;

/// The steps from the document's root to a value; paths share the steps that they have in common.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct KeyPath(Option<Arc<Link>>);

/// The last step of a path, and the path before it.
#[derive(Debug, PartialEq, Eq)]
struct Link {
    before: KeyPath,
    step: Step,
}

/// One step: into a mapping or into a list.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Step {
    Key(String),
    Index(usize),
}

impl KeyPath {
    /// The path one key further.
    #[must_use]
    pub fn key(&self, key: &str) -> Self {
        self.then(Step::Key(key.to_owned()))
    }

    /// The path one list item further.
    #[must_use]
    pub fn index(&self, index: usize) -> Self {
        self.then(Step::Index(index))
    }

    /// The steps, from the root on.
    pub fn steps(&self) -> Vec<&Step> {
        let mut steps: Vec<&Step> = self.last_first().collect();
        steps.reverse();
        steps
    }

    /// What a message calls the value at this path.
    pub fn name(&self) -> String {
        let key = self.last_first().find_map(|step| match step {
            Step::Key(key) => Some(key),
            Step::Index(_) => None,
        });
        match (self.last(), key) {
            (Some(Step::Key(key)), _) => format!("'{key}'"),
            (_, Some(list)) => format!("an item of '{list}'"),
            (_, None) => "the file".to_owned(),
        }
    }

    /// Whether the value at this path is the one at `other` or lies inside it.
    pub fn is_within(&self, other: &Self) -> bool {
        self.steps().starts_with(&other.steps())
    }

    fn last(&self) -> Option<&Step> {
        self.last_first().next()
    }

    fn last_first(&self) -> impl Iterator<Item = &Step> {
        let links = std::iter::successors(self.0.as_deref(), |link| link.before.0.as_deref());
        links.map(|link| &link.step)
    }

    fn then(&self, step: Step) -> Self {
        let before = self.clone();
        Self(Some(Arc::new(Link { before, step })))
    }
}

/// A path on the way down through a value: it costs nothing until it is asked for.
pub enum Trail<'t> {
    Root,
    Key(&'t Self, &'t str),
    Index(&'t Self, usize),
}

impl Trail<'_> {
    pub fn to_path(&self) -> KeyPath {
        match self {
            Self::Root => KeyPath::default(),
            Self::Key(before, key) => before.to_path().key(key),
            Self::Index(before, index) => before.to_path().index(*index),
        }
    }
}
