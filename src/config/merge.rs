//! Merge keys: `<<: *defaults` brings the keys of another mapping in.

use serde_yaml::{Mapping, Value};

use super::path::{KeyPath, Trail};

/// The key whose mapping is merged into the one it stands in.
pub const MERGE_KEY: &str = "<<";

/// Merges at all depths. `Value::apply_merge` would leave the `<<` of a merged mapping behind.
///
/// # Errors
/// The path of a `<<` that holds neither a mapping nor a list of mappings.
pub fn merge(value: &mut Value) -> Result<(), KeyPath> {
    merge_at(value, &Trail::Root)
}

fn merge_at(value: &mut Value, trail: &Trail<'_>) -> Result<(), KeyPath> {
    match value {
        Value::Sequence(items) => {
            for (index, item) in items.iter_mut().enumerate() {
                merge_at(item, &Trail::Index(trail, index))?;
            }
        }
        Value::Mapping(mapping) => {
            for (key, inner) in mapping.iter_mut() {
                merge_at(inner, &Trail::Key(trail, key.as_str().unwrap_or_default()))?;
            }
            match mapping.shift_remove(MERGE_KEY) {
                None => {}
                Some(Value::Mapping(merged)) => add_missing(mapping, merged),
                Some(Value::Sequence(several)) => {
                    for merged in several {
                        let Value::Mapping(merged) = merged else {
                            return Err(trail.to_path().key(MERGE_KEY));
                        };
                        add_missing(mapping, merged);
                    }
                }
                Some(_) => return Err(trail.to_path().key(MERGE_KEY)),
            }
        }
        _ => {}
    }
    Ok(())
}

fn add_missing(mapping: &mut Mapping, merged: Mapping) {
    for (key, value) in merged {
        mapping.entry(key).or_insert(value);
    }
}
