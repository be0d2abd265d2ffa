//! What can still be read of a state file that is torn or corrupt.

use serde::Deserialize;
use serde_json::Value;

use super::comments::{blank_comments, string_length};
use crate::state::RESERVED;
use crate::state::entries::Entries;
use crate::state::entry::{Origin, RuleEntry, Status};

/// The rules that are whole, each with its table; a table does not count as completed.
///
/// In a file of ours only entries whose check is right are taken, for what else looks like one may have
/// slipped out of its place. A foreign file has nothing to check, so its entries are taken up to the damage.
pub(super) fn salvage(bytes: &[u8]) -> Entries {
    let ours = bytes
        .windows(RESERVED.len())
        .any(|window| window == RESERVED.as_bytes());
    // We write no comments, and behind a lost quote the text of a string could look like one.
    let text = match ours {
        true => bytes.to_vec(),
        false => blank_comments(bytes),
    };
    let damage = first_damage(&text);
    let is_wanted =
        |entry: &RuleEntry, table: &str, rule: &str, end: usize| match entry.origin(table, rule) {
            Origin::Ours => true,
            Origin::Foreign => !ours && end <= damage && is_completed_rule(entry),
            Origin::Damaged => false,
        };
    let mut entries = Entries::default();
    let mut opened = String::new();
    let mut table: Option<String> = None;
    let mut at = 0;
    while at < text.len() {
        // Every quote is tried, for behind damage nobody knows which of them begin a string.
        let Some((key, value_at)) = key_of_object(&text, at) else {
            at += 1;
            continue;
        };
        at = value_at;
        if key == RESERVED {
            if let Some((value, length)) = read::<Value>(&text[at..]) {
                entries.reserve(value);
                at += length;
            }
        } else if key == "rules" {
            table = Some(opened);
        } else if let Some(table) = &table
            && let Some((entry, length)) = read::<RuleEntry>(&text[at..])
            && is_wanted(&entry, table, &key, at + length)
        {
            let table = entries.tables.entry(table.clone()).or_default();
            table.put(key.clone(), entry);
            at += length;
        }
        opened = key;
    }
    entries
}

/// A table looks similar, but has rules.
fn is_completed_rule(entry: &RuleEntry) -> bool {
    entry.status == Status::Completed && !entry.extra.contains_key("rules")
}

/// The key that begins here and where its object begins, if that is what stands here.
fn key_of_object(text: &[u8], at: usize) -> Option<(String, usize)> {
    if text[at] != b'"' {
        return None;
    }
    let length = string_length(&text[at..]);
    let after = text.get(at + length..)?.trim_ascii_start();
    let value = after.strip_prefix(b":")?.trim_ascii_start();
    if value.first() != Some(&b'{') {
        return None;
    }
    let key = serde_json::from_slice(&text[at..at + length]).ok()?;
    Some((key, text.len() - value.len()))
}

/// The value at the beginning of the text and how long it is.
fn read<'t, T: Deserialize<'t>>(text: &'t [u8]) -> Option<(T, usize)> {
    let mut values = serde_json::Deserializer::from_slice(text).into_iter();
    let value = values.next()?.ok()?;
    Some((value, values.byte_offset()))
}

/// Where the text stops being JSON.
fn first_damage(text: &[u8]) -> usize {
    let Err(error) = serde_json::from_slice::<serde::de::IgnoredAny>(text) else {
        return text.len();
    };
    let lines = text.split_inclusive(|byte| *byte == b'\n');
    let before: usize = lines
        .take(error.line().saturating_sub(1))
        .map(<[u8]>::len)
        .sum();
    (before + error.column()).saturating_sub(1)
}
