//! Values that a report does not show.

use hmac::{Hmac, KeyInit, Mac};
use serde_json::Value;
use sha2::Sha256;

use crate::config::Mask;

/// What stands in place of a value.
const HIDDEN: &str = "***";

/// So many bytes of a hash tell values apart, and do not fill the line.
const SHOWN_BYTES: usize = 16;

/// The value as a report shows it; NULL shows itself, since it has no value to hide.
///
/// With a key it is the beginning of the HMAC-SHA256 of the value's text, so that equal values can be told
/// without being known.
pub fn masked(value: &Value, mask: &Mask) -> Value {
    if value.is_null() {
        return Value::Null;
    }
    // A key of any length is one.
    let keyed = mask.key.as_ref();
    let Some(mut hash) = keyed.and_then(|key| Hmac::<Sha256>::new_from_slice(key.as_bytes()).ok())
    else {
        return HIDDEN.into();
    };
    match value {
        Value::String(text) => hash.update(text.as_bytes()),
        other => hash.update(other.to_string().as_bytes()),
    }
    let bytes = hash.finalize().into_bytes();
    format!("hmac:{}", hex::encode(&bytes[..SHOWN_BYTES])).into()
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Test case 2 of RFC 4231.
    #[test]
    fn a_keyed_mask_is_an_hmac() {
        let mask = Mask {
            key: Some("Jefe".into()),
            ..Mask::default()
        };
        assert_eq!(
            masked(&"what do ya want for nothing?".into(), &mask),
            "hmac:5bdcc146bf60754e6a042426089575c7"
        );
        assert_eq!(masked(&12.into(), &mask), masked(&"12".into(), &mask));
    }

    #[test]
    fn a_mask_without_key_hides_all_but_null() {
        let mask = Mask::default();
        assert_eq!(masked(&1.into(), &mask), HIDDEN);
        assert_eq!(masked(&Value::Null, &mask), Value::Null);
    }
}
