//! Random patterns against a matcher so simple that it is right by inspection.

use std::collections::BTreeSet;

use proptest::prelude::*;
use proptest::sample::select;

use super::super::{Extent, Flavour, Pattern};

#[derive(Clone, Debug)]
enum Shape {
    One(Class),
    Start,
    End,
    LineStart,
    LineEnd,
    WordBoundary {
        negated: bool,
    },
    Sequence(Vec<Self>),
    Choice(Vec<Self>),
    Repeat {
        shape: Box<Self>,
        min: u32,
        max: Option<u32>,
    },
}

/// How a class of characters is written, and what it means.
type Class = (&'static str, fn(char) -> bool);

const CLASSES: [Class; 18] = [
    ("a", |c| c == 'a'),
    ("é", |c| c == 'é'),
    (r"\n", |c| c == '\n'),
    (r"\.", |c| c == '.'),
    (".", |c| c != '\n'),
    ("(?s:.)", |_| true),
    (r"\d", is_digit),
    (r"\D", |c| !is_digit(c)),
    (r"\w", is_word),
    (r"\W", |c| !is_word(c)),
    (r"\s", is_space),
    (r"\S", |c| !is_space(c)),
    ("[^a]", |c| c != 'a'),
    (r"[\Dé]", |c| !is_digit(c)),
    (r"[^\W_]", |c| is_word(c) && c != '_'),
    ("[[:^alpha:]]", |c| !c.is_ascii_alphabetic()),
    ("(?i:[a-c])", |c| matches!(c, 'a'..='c' | 'A'..='C')),
    (r"\p{Lowercase}", char::is_lowercase),
];

fn is_digit(c: char) -> bool {
    c.is_ascii_digit()
}

fn is_word(c: char) -> bool {
    c.is_ascii_alphanumeric() || c == '_'
}

fn is_space(c: char) -> bool {
    matches!(c, '\t' | '\n' | '\x0B' | '\x0C' | '\r' | ' ')
}

impl Shape {
    fn text(&self) -> String {
        let joined = |shapes: &[Self], separator| {
            shapes
                .iter()
                .map(Self::text)
                .collect::<Vec<_>>()
                .join(separator)
        };
        match self {
            Self::One((text, _)) => (*text).to_owned(),
            Self::Start => "^".to_owned(),
            Self::End => "$".to_owned(),
            Self::LineStart => "(?m:^)".to_owned(),
            Self::LineEnd => "(?m:$)".to_owned(),
            Self::WordBoundary { negated } => if *negated { r"\B" } else { r"\b" }.to_owned(),
            Self::Sequence(parts) => format!("(?:{})", joined(parts, "")),
            Self::Choice(branches) => format!("({})", joined(branches, "|")),
            Self::Repeat { shape, min, max } => {
                let max = max.map(|max| max.to_string()).unwrap_or_default();
                format!("(?:{}){{{min},{max}}}", shape.text())
            }
        }
    }

    /// Where a match can end when it can begin at any of `starts`.
    fn ends(&self, value: &[char], starts: &BTreeSet<usize>) -> BTreeSet<usize> {
        let holding = |condition: &dyn Fn(usize) -> bool| {
            starts.iter().copied().filter(|&at| condition(at)).collect()
        };
        let word = |at: Option<usize>| at.and_then(|at| value.get(at)).is_some_and(|&c| is_word(c));
        match self {
            Self::One((_, contains)) => starts
                .iter()
                .filter(|&&at| value.get(at).is_some_and(|&c| contains(c)))
                .map(|at| at + 1)
                .collect(),
            Self::Start => holding(&|at| at == 0),
            Self::End => holding(&|at| at == value.len()),
            Self::LineStart => holding(&|at| at == 0 || value[at - 1] == '\n'),
            Self::LineEnd => holding(&|at| at == value.len() || value[at] == '\n'),
            Self::WordBoundary { negated } => {
                holding(&|at| (word(at.checked_sub(1)) == word(Some(at))) == *negated)
            }
            Self::Sequence(parts) => parts
                .iter()
                .fold(starts.clone(), |starts, part| part.ends(value, &starts)),
            Self::Choice(branches) => branches
                .iter()
                .flat_map(|branch| branch.ends(value, starts))
                .collect(),
            Self::Repeat { shape, min, max } => {
                let required =
                    (0..*min).fold(starts.clone(), |starts, _| shape.ends(value, &starts));
                // Without a maximum, more rounds than characters find nothing new.
                let optional = max.map_or(value.len(), |max| (max - min) as usize);
                (0..optional).fold(required, |ends, _| &ends | &shape.ends(value, &ends))
            }
        }
    }

    fn matches(&self, value: &str, extent: Extent) -> bool {
        let value: Vec<char> = value.chars().collect();
        match extent {
            Extent::Search => !self.ends(&value, &(0..=value.len()).collect()).is_empty(),
            Extent::Full => self
                .ends(&value, &BTreeSet::from([0]))
                .contains(&value.len()),
        }
    }
}

fn shape() -> impl Strategy<Value = Shape> {
    let anchor = select(vec![
        Shape::Start,
        Shape::End,
        Shape::LineStart,
        Shape::LineEnd,
        Shape::WordBoundary { negated: false },
        Shape::WordBoundary { negated: true },
    ]);
    let leaf = prop_oneof![3 => select(&CLASSES).prop_map(Shape::One), 1 => anchor];
    leaf.prop_recursive(4, 12, 3, |inner| {
        let some = |least| prop::collection::vec(inner.clone(), least..4);
        let counts = (0..3_u32, prop::option::of(0..3_u32));
        prop_oneof![
            2 => some(0).prop_map(Shape::Sequence),
            1 => some(1).prop_map(Shape::Choice),
            1 => (inner.clone(), counts).prop_map(|(shape, (min, more))| Shape::Repeat {
                shape: Box::new(shape),
                min,
                max: more.map(|more| min + more),
            }),
        ]
    })
}

fn value() -> impl Strategy<Value = String> {
    let character = select(vec!['a', 'b', 'B', '0', '_', ' ', '.', '\n', 'é', '😀']);
    prop::collection::vec(character, 0..6).prop_map(String::from_iter)
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 1000, failure_persistence: None, ..Default::default() })]

    #[test]
    fn rendered_patterns_match_what_the_written_ones_mean(shape in shape(), value in value()) {
        let Ok(pattern) = Pattern::parse(&shape.text()) else {
            return Err(TestCaseError::reject("too many anchors"));
        };
        for extent in [Extent::Search, Extent::Full] {
            let rendered = pattern.render(Flavour::RustRegex, extent);
            let regex = regex::Regex::new(&rendered).expect("an accepted pattern compiles");
            prop_assert_eq!(
                regex.is_match(&value),
                shape.matches(&value, extent),
                "{} became {}", pattern.as_str(), rendered
            );
        }
    }
}
