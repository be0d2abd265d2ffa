//! Where a value sits inside a YAML document.

/// The steps from the document's root to a value.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct KeyPath(Vec<Step>);

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

    pub fn steps(&self) -> &[Step] {
        &self.0
    }

    /// What a message calls the value at this path.
    pub fn name(&self) -> String {
        let key = self.0.iter().rev().find_map(|step| match step {
            Step::Key(key) => Some(key),
            Step::Index(_) => None,
        });
        match (self.last_key(), key) {
            (Some(key), _) => format!("'{key}'"),
            (None, Some(list)) => format!("an item of '{list}'"),
            (None, None) => "the file".to_owned(),
        }
    }

    /// Whether the value at this path is the one at `other` or lies inside it.
    pub fn is_within(&self, other: &Self) -> bool {
        self.0.starts_with(&other.0)
    }

    fn last_key(&self) -> Option<&str> {
        match self.0.last() {
            Some(Step::Key(key)) => Some(key),
            _ => None,
        }
    }

    fn then(&self, step: Step) -> Self {
        let mut steps = self.0.clone();
        steps.push(step);
        Self(steps)
    }
}
