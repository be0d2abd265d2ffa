//! Where what is.

use std::fmt::Write;
use std::path::{Path, PathBuf};

use sha2::{Digest, Sha256};

/// The folder of the tables.
#[derive(Clone, Debug)]
pub struct Layout {
    pub root: PathBuf,
}

const OWN: &str = "_data_validator";
const EMPTY: &str = "%";

impl Layout {
    pub fn own(&self) -> PathBuf {
        self.root.join(OWN)
    }

    pub fn manifests(&self) -> PathBuf {
        self.own().join("manifests")
    }

    pub fn manifest(&self, sequence: u64) -> PathBuf {
        self.manifests().join(format!("{sequence:020}.json"))
    }

    pub fn keys(&self) -> PathBuf {
        self.own().join("keys")
    }

    pub fn key(&self, key: &str) -> PathBuf {
        self.keys().join(format!("{}.json", file_name(key)))
    }

    pub fn staging(&self) -> PathBuf {
        self.own().join("staging")
    }

    pub fn writers_lock(&self) -> PathBuf {
        self.own().join("publish.lock")
    }

    pub fn readers_lock(&self) -> PathBuf {
        self.own().join("readers.lock")
    }

    pub fn schema(&self, schema: &str) -> PathBuf {
        self.root.join(file_name(schema))
    }

    pub fn table(&self, schema: &str, table: &str) -> PathBuf {
        self.schema(schema).join(file_name(table))
    }

    pub fn table_schema(&self, schema: &str, table: &str) -> PathBuf {
        self.table(schema, table).join("schema.json")
    }

    /// The folder of a table by its key in a manifest.
    pub fn table_of_key(&self, key: &str) -> PathBuf {
        self.root.join(Path::new(key))
    }
}

/// A table's name in a manifest: its folder below the root.
pub fn table_key(schema: &str, table: &str) -> String {
    format!("{}/{}", file_name(schema), file_name(table))
}

/// A name as that of a file, different for different names also where file names know no case: lower-case
/// letters, digits, `-` and `_` stand as they are, other bytes as `%` and two digits. A leading `_` is
/// reserved. What becomes too long for a file name ends in a hash.
pub fn file_name(name: &str) -> String {
    const MAX_BYTES: usize = 150;
    if name.is_empty() {
        return EMPTY.to_owned();
    }
    let mut encoded = String::with_capacity(name.len());
    for (index, byte) in name.bytes().enumerate() {
        match byte {
            b'a'..=b'z' | b'0'..=b'9' | b'-' => encoded.push(char::from(byte)),
            b'_' if index > 0 => encoded.push('_'),
            other => push_byte(&mut encoded, other),
        }
    }
    if encoded.len() > MAX_BYTES {
        encoded.truncate(MAX_BYTES);
        encoded.push('~');
        for byte in Sha256::digest(name.as_bytes()) {
            push_byte(&mut encoded, byte);
        }
        encoded.retain(|c| c != '%');
    }
    encoded
}

/// The name of which [`file_name`] made this, if it was not too long.
pub fn name_of(file_name: &str) -> Option<String> {
    if file_name == EMPTY {
        return Some(String::new());
    }
    let mut bytes = Vec::with_capacity(file_name.len());
    let mut rest = file_name.as_bytes();
    while let [first, after @ ..] = rest {
        rest = after;
        match first {
            b'%' => {
                let (digits, after) = rest.split_at_checked(2)?;
                bytes.push(u8::from_str_radix(str::from_utf8(digits).ok()?, 16).ok()?);
                rest = after;
            }
            other => bytes.push(*other),
        }
    }
    String::from_utf8(bytes).ok()
}

fn push_byte(text: &mut String, byte: u8) {
    // Writing to a text cannot fail.
    let _ = write!(text, "%{byte:02x}");
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_becomes_a_file_name_and_back() {
        for name in [
            "results",
            "Weird NAME",
            "../x",
            "_own",
            "é😀",
            "a%41",
            ".",
            "",
        ] {
            let encoded = file_name(name);
            assert!(!encoded.contains(['/', '.', 'N']), "{encoded}");
            assert!(!encoded.starts_with('_'), "{encoded}");
            assert_eq!(name_of(&encoded).as_deref(), Some(name));
        }
        assert_ne!(file_name("A"), file_name("a"));
    }

    #[test]
    fn long_names_stay_different() {
        let long = "x".repeat(1000);
        let other = format!("{long}y");
        assert_ne!(file_name(&long), file_name(&other));
        assert!(file_name(&long).len() < 240);
    }
}
