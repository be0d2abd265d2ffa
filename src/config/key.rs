//! Keys of a config: what each is called, takes and means.
//!
//! They are the one description that the reader, its messages, the JSON Schema and the reference of the rule types
//! are made from. Those of the config itself are in [`super::keys`], those of a rule type in its file.

use super::fields::wording::choices_of;

/// One key that a mapping can have.
#[derive(Clone, Copy, Debug)]
pub struct Key {
    pub name: &'static str,
    pub kind: Kind,
    pub is_required: bool,
    /// What holds where the key is not given, as YAML.
    pub default: Option<&'static str>,
    /// For a user, in Markdown.
    pub about: &'static str,
}

/// What the value of a key is.
#[derive(Clone, Copy, Debug)]
pub enum Kind {
    Text,
    Boolean,
    Number,
    Integer,
    /// A number from 0 to 1.
    Rate,
    /// A whole number from 0 to this.
    Count(u64),
    /// A number of seconds.
    Seconds,
    /// A span of time such as `12h`, or a number of seconds.
    Duration,
    /// The version of the config format.
    Version,
    /// One of a few words.
    OneOf(fn() -> Vec<String>),
    /// The name of a column's type.
    ColumnType,
    /// The name of an engine.
    EngineType,
    /// The name of a rule type.
    RuleType,
    /// A finite number or a text.
    Bound,
    /// A list of texts.
    Texts,
    /// A list of numbers, texts and booleans.
    Constants,
    Anything,
    /// A mapping with these keys.
    Mapping(&'static [Key]),
    /// A list of mappings with these keys.
    Mappings(&'static [Key]),
    /// A mapping with these keys and any others.
    Open(&'static [Key]),
    /// A mapping from names of the user's choice to values of a kind.
    Named(&'static Self),
    /// An engine with its settings.
    Engine,
    /// The `connection_params` that the type of an engine has.
    ConnectionParams,
    /// The rules of a table.
    Rules,
    /// Rules that run on every table.
    GlobalRules,
    /// The `parameters` that the type of a rule has.
    Parameters,
    /// A value of any of these kinds.
    Either(&'static [Self]),
    /// What a feature that is yet to come will need.
    Later(&'static str),
}

impl Key {
    pub const fn optional(name: &'static str, kind: Kind, about: &'static str) -> Self {
        Self {
            name,
            kind,
            is_required: false,
            default: None,
            about,
        }
    }

    pub const fn required(name: &'static str, kind: Kind, about: &'static str) -> Self {
        Self {
            is_required: true,
            ..Self::optional(name, kind, about)
        }
    }

    /// A key that may be left out, which means the same as this YAML.
    pub const fn or(self, default: &'static str) -> Self {
        Self {
            default: Some(default),
            ..self
        }
    }

    /// A key whose feature is yet to come.
    pub const fn later(name: &'static str, feature: &'static str) -> Self {
        Self::optional(name, Kind::Later(feature), feature)
    }
}

impl Kind {
    /// The words that serde reads as a `T`.
    pub const fn one_of<T: serde::de::DeserializeOwned>() -> Self {
        Self::OneOf(choices_of::<T>)
    }
}
