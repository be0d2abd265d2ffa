//! One behaviour of an engine: the rule it checks, what is done, what has to come of it.
//!
//! A case is a Markdown file, `cases/GROUP/BEHAVIOUR.md`: a heading, paragraphs that say what the behaviour is
//! and why it matters, and one `yaml` block, a [`Body`].

pub mod collection;
pub mod judging;
mod markdown;
pub mod publication;
pub mod step;
pub mod table;

use std::collections::BTreeMap;

use anyhow::Context;
use serde::{Deserialize, Serialize};

use publication::PublicationTemplate;
use step::Step;
use table::{TableTemplate, TypedTable};

/// One case.
#[derive(Clone, Debug)]
pub struct Case {
    /// `group/behaviour`, which never changes.
    pub id: String,
    pub title: String,
    /// What the behaviour is, as Markdown.
    pub text: String,
    pub body: Body,
}

/// What a case does.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Body {
    /// The rule of the interface that is checked, as the interface words it.
    pub checks: String,
    pub level: Level,
    /// What an engine has to declare, or the settings to have, for the case to say anything.
    #[serde(default)]
    pub requires: Vec<Requirement>,
    /// Tables with rows that are there before the steps are done, by name.
    #[serde(default)]
    pub tables: BTreeMap<String, TableTemplate>,
    /// What the steps publish, by name.
    #[serde(default)]
    pub publications: BTreeMap<String, PublicationTemplate>,
    /// Done one after another; the first that comes out otherwise ends the case.
    pub steps: Vec<Step>,
}

/// The badge that a case belongs to; badges are independent.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Level {
    /// Answers questions, and says what went wrong.
    Core,
    /// Makes things visible together or not at all.
    Transactional,
    /// Comes through faults.
    Resilient,
}

/// What a case needs.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Requirement {
    /// The engine publishes.
    Publish,
    /// The engine has transactions.
    Transactions,
    /// Transactions hold changes of tables too.
    TransactionalDdl,
    /// The settings say what takes the engine away for a while.
    Away,
    /// The settings say what a proxy before the service looks for.
    Wire,
    /// The engine copies rows that come from elsewhere.
    Ingest,
    /// The engine gives rows while they are made.
    Streams,
    /// The engine reads files of some format.
    Files,
    /// A session can refuse to write.
    ReadOnlySessions,
    /// The engine has regular expressions.
    Patterns,
    /// The engine counts the characters of a text.
    TextLength,
    /// The engine tells what is JSON.
    Json,
    /// The engine has standard deviations.
    Deviations,
    /// The engine counts time since 1970.
    Moments,
    /// A double can be NaN, an infinity and a zero with a sign.
    OddDoubles,
    /// The settings have a kind of session of this name.
    Session(String),
}

impl Body {
    /// The tables that are there before the steps are done.
    ///
    /// # Errors
    /// When one is not of the form.
    pub fn tables(&self) -> anyhow::Result<Vec<TypedTable>> {
        let tables = self.tables.iter();
        tables.map(|(name, table)| table.table(name)).collect()
    }
}

impl Level {
    /// All of them, in the order of reports.
    pub const ALL: [Self; 3] = [Self::Core, Self::Transactional, Self::Resilient];

    /// The word for it.
    pub fn word(self) -> &'static str {
        match self {
            Self::Core => "core",
            Self::Transactional => "transactional",
            Self::Resilient => "resilient",
        }
    }
}

impl Case {
    /// Reads a case; `id` is where its file lies.
    ///
    /// # Errors
    /// When it is not of the form, naming the file and what is wrong.
    pub fn parse(id: &str, source: &str) -> anyhow::Result<Self> {
        let parse = || -> anyhow::Result<Self> {
            let parts = markdown::parts(source)?;
            let yaml = serde_yaml::Deserializer::from_str(&parts.yaml);
            // Steps are maps of one key, as everybody writes them, and no tags of YAML.
            let body: Body = serde_yaml::with::singleton_map_recursive::deserialize(yaml)
                .context("the yaml block")?;
            body.tables()?;
            for step in &body.steps {
                step.check(&body)?;
            }
            Ok(Self {
                id: id.to_owned(),
                title: parts.title,
                text: parts.text,
                body,
            })
        };
        parse().with_context(|| format!("reading the case {id}.md"))
    }

    /// The case's group.
    pub fn group(&self) -> &str {
        self.id.split('/').next().unwrap_or_default()
    }
}
