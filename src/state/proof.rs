//! What proves the data that a rule reads, of all relations that it reads.

use std::fmt;

use sha2::{Digest, Sha256};

/// Tokens of the data of one relation. Each of them proves by itself that the data is unchanged, if it is equal.
pub type Tokens = Vec<String>;

/// Stands between the tokens of one relation, and between relations; no token has a space.
const TOKENS: &str = " ";
const RELATIONS: &str = " & ";

/// Kinds of tokens that are equal exactly as long as the data is; others may change without it.
const EXACT: &[&str] = &["content", "stat", "value", "sql"];

/// The tokens of each relation that a rule reads, its own table first.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DataVersion(Vec<Tokens>);

/// A token of this kind for a text, which may be a secret.
pub fn token(kind: &str, text: &str) -> String {
    format!("{kind}:{}", hex::encode(&Sha256::digest(text)[..16]))
}

/// A token as an engine made it.
pub fn of_engine(text: &str) -> String {
    match text.contains(char::is_whitespace) {
        true => token("engine", text),
        false => text.to_owned(),
    }
}

fn kind(token: &str) -> &str {
    token.split(':').next().unwrap_or(token)
}

impl DataVersion {
    pub fn of(relations: Vec<Tokens>) -> Self {
        Self(relations)
    }

    /// As it was written.
    pub fn parse(written: &str) -> Self {
        let relations = written.split(RELATIONS);
        let tokens = |relation: &str| relation.split(TOKENS).map(str::to_owned).collect();
        Self(relations.map(tokens).collect())
    }

    /// Whether the data is proven to be the same: that of each relation by a token.
    pub fn proves(&self, other: &Self) -> bool {
        self.0.len() == other.0.len()
            && self.0.iter().zip(&other.0).all(|(one, other)| {
                let mut tokens = one.iter();
                tokens.any(|token| !token.is_empty() && other.contains(token))
            })
    }

    /// How another one differs that does not prove the same data.
    pub fn difference(&self, other: &Self) -> &'static str {
        let exact = |tokens: &Tokens| -> Vec<String> {
            let exact = tokens.iter().filter(|token| EXACT.contains(&kind(token)));
            exact.cloned().collect()
        };
        let differs = self.0.iter().zip(&other.0).any(|(one, other)| {
            let (one, other) = (exact(one), exact(other));
            let same_kind = |token: &String| other.iter().any(|it| kind(it) == kind(token));
            one.iter().any(same_kind) && !one.iter().any(|token| other.contains(token))
        });
        match differs {
            true => "data changed",
            false => "data may have changed",
        }
    }

    /// A token that begins with this, of the relation of that number, where it stands beside another one.
    pub fn beside(&self, relation: usize, known: &str, prefix: &str) -> Option<&str> {
        let tokens = self.0.get(relation)?;
        let is_same = tokens.iter().any(|token| token == known);
        let mut tokens = tokens.iter().filter(|_| is_same);
        tokens.find(|it| it.starts_with(prefix)).map(String::as_str)
    }

    /// As an eye can compare it.
    pub fn shortened(&self) -> String {
        let relation = |tokens: &Tokens| {
            let tokens = tokens.iter().map(|token| shortened(token));
            tokens.collect::<Vec<_>>().join(TOKENS)
        };
        let relations: Vec<String> = self.0.iter().map(relation).collect();
        relations.join(RELATIONS)
    }
}

impl fmt::Display for DataVersion {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let relations: Vec<String> = self.0.iter().map(|tokens| tokens.join(TOKENS)).collect();
        formatter.write_str(&relations.join(RELATIONS))
    }
}

/// A token with its hash cut.
fn shortened(token: &str) -> String {
    match token.split_once(':') {
        Some((kind, hash)) if hash.len() > 12 => {
            format!("{kind}:{}", hash.chars().take(8).collect::<String>())
        }
        _ => token.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn version(written: &str) -> DataVersion {
        DataVersion::parse(written)
    }

    #[test]
    fn one_equal_token_of_each_relation_proves_the_data() {
        let before = version("pg:1 content:a & pg:1 content:b");
        assert!(before.proves(&version("pg:1 & pg:1")));
        assert!(before.proves(&version("pg:2 content:a & pg:1")));
        assert!(!before.proves(&version("pg:2 content:b & pg:2 content:a")));
        assert!(!before.proves(&version("pg:1")));
        assert!(!before.proves(&version("pg:1 & pg:1 & pg:1")));
        assert!(!version("").proves(&version("")));
    }

    #[test]
    fn only_what_is_a_token_of_the_data_itself_says_that_it_changed() {
        let before = version("pg:1 content:a");
        assert_eq!(before.difference(&version("pg:2")), "data may have changed");
        let other = version("pg:2 content:b");
        assert_eq!(before.difference(&other), "data changed");
        assert_eq!(
            version("value:1").difference(&version("sql:1")),
            "data may have changed"
        );
    }

    #[test]
    fn what_an_engine_says_stays_one_token() {
        assert_eq!(of_engine("pg:749:751:750"), "pg:749:751:750");
        let odd = of_engine("a & b");
        assert_eq!(version(&odd).to_string(), odd);
        assert!(!version(&odd).proves(&version("a & b")));
    }
}
