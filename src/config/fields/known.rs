//! Which keys a mapping has.

use crate::config::key::{Key, Kind};
use crate::config::keys;
use crate::similar::did_you_mean;

/// The keys of one mapping.
#[derive(Clone)]
pub enum Known<'a> {
    /// These alone.
    Keys(&'static [Key]),
    /// Those of a rule type, and those that every rule type has, which no message lists.
    Parameters(&'static [Key]),
    /// What an engine declares.
    Names(Vec<&'a str>),
    /// Any keys, among them these.
    Open(&'static [Key]),
    /// Names of the user's choice, each with a value of this kind.
    Named(&'static Kind),
}

impl Known<'_> {
    /// The keys of what stands under a key.
    pub(super) fn below(&self, key: &str) -> Self {
        let kind = match self {
            Self::Named(kind) => Some(*kind),
            _ => self.find(key).map(|key| &key.kind),
        };
        kind.and_then(of_kind).unwrap_or(Self::Keys(&[]))
    }

    /// Whether the mapping can have the key.
    pub(super) fn allows(&self, key: &str) -> bool {
        match self {
            Self::Open(_) | Self::Named(_) => true,
            Self::Names(names) => names.contains(&key),
            Self::Keys(_) | Self::Parameters(_) => self.lists(key),
        }
    }

    /// Whether the key is one of those with a meaning of their own.
    pub(super) fn lists(&self, key: &str) -> bool {
        self.find(key).is_some()
    }

    /// What the key is for that a later version will have.
    pub(super) fn feature_to_come(&self, key: &str) -> Option<&'static str> {
        match self.find(key)?.kind {
            Kind::Later(feature) => Some(feature),
            _ => None,
        }
    }

    /// What may be meant by a key that is not known.
    pub(super) fn near(&self, key: &str) -> String {
        let built = |keys: &'static [Key]| {
            let built = |key: &&Key| !matches!(key.kind, Kind::Later(_));
            keys.iter().filter(built).map(|key| key.name)
        };
        let listed: Vec<&str> = match self {
            Self::Names(names) => names.clone(),
            _ => built(self.own()).collect(),
        };
        let all = listed.iter().copied().chain(built(self.common()));
        did_you_mean(key, all).unwrap_or_else(|| match listed[..] {
            [] if matches!(self, Self::Parameters(_)) => {
                "rules of this type have no parameters".to_owned()
            }
            [] => "no keys are known here".to_owned(),
            _ => format!("known keys: {}", listed.join(", ")),
        })
    }

    fn find(&self, name: &str) -> Option<&'static Key> {
        let mut keys = self.own().iter().chain(self.common());
        keys.find(|key| key.name == name)
    }

    fn common(&self) -> &'static [Key] {
        match self {
            Self::Parameters(_) => keys::COMMON_PARAMETERS,
            _ => &[],
        }
    }

    fn own(&self) -> &'static [Key] {
        match self {
            Self::Keys(keys) | Self::Parameters(keys) | Self::Open(keys) => keys,
            Self::Names(_) | Self::Named(_) => &[],
        }
    }
}

/// The keys of a value of that kind, if it is a mapping or has mappings in it.
fn of_kind(kind: &'static Kind) -> Option<Known<'static>> {
    Some(match kind {
        Kind::Mapping(keys) | Kind::Mappings(keys) => Known::Keys(keys),
        Kind::Open(keys) => Known::Open(keys),
        Kind::Named(kind) => Known::Named(kind),
        Kind::Engine => Known::Keys(keys::ENGINE),
        Kind::Rules | Kind::GlobalRules => Known::Keys(keys::RULE),
        // Known once the type of the engine or rule is.
        Kind::ConnectionParams | Kind::Parameters => Known::Open(&[]),
        Kind::Either(kinds) => return kinds.iter().find_map(of_kind),
        _ => return None,
    })
}
