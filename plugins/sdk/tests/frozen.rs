//! The binary interface is frozen: what is in a version of it stays as it is.

use std::fs;
use std::path::{Path, PathBuf};

use data_validator_plugin::abi::version::{MAJOR, MINOR};

use crate::c_compiler::folder;
use crate::layout::Sides;

/// The folder of each frozen version, oldest first: its header, and its interface as text.
fn frozen() -> Vec<PathBuf> {
    let entries = fs::read_dir(folder("frozen")).unwrap();
    let mut folders: Vec<PathBuf> = entries
        .map(|entry| entry.unwrap().path())
        .filter(|path| path.is_dir())
        .collect();
    folders.sort_by_key(|folder| minor_of(folder));
    folders
}

/// The folder with the header as it was when version 1.0 was frozen.
pub fn frozen_header() -> PathBuf {
    folder("frozen/1.0")
}

fn minor_of(folder: &Path) -> u32 {
    let version = folder.file_name().unwrap().to_str().unwrap();
    let minor = version.strip_prefix(&format!("{MAJOR}."));
    minor
        .and_then(|minor| minor.parse().ok())
        .unwrap_or_else(|| panic!("{version} is no version of major {MAJOR}"))
}

/// The interface of a frozen version as it is written down.
fn table(folder: &Path) -> String {
    let text = fs::read_to_string(folder.join("abi.txt")).unwrap();
    let lines = text.lines().filter(|line| !line.starts_with('#'));
    lines.map(|line| format!("{line}\n")).collect()
}

/// How an interface differs from the one that is written down.
#[derive(Debug, Default, PartialEq, Eq)]
struct Differences {
    /// What programs and plugins that exist would stumble over.
    broken: Vec<String>,
    /// What came at the end, as it has to.
    new: Vec<String>,
}

/// Structs that are passed whole or belong to others' standards, and never grow.
const NEVER_GROW: &[&str] = &[
    "struct DvString",
    "struct DvText",
    "struct ArrowSchema",
    "struct ArrowArray",
    "struct ArrowArrayStream",
];

fn differences(frozen: &str, current: &str) -> Differences {
    let mut differences = Differences::default();
    let current = sections(current);
    for (name, (head, members)) in sections(frozen) {
        let Some((head_now, members_now)) = current
            .iter()
            .find(|(known, _)| *known == name)
            .map(|(_, section)| section)
        else {
            differences.broken.push(format!("{name} is gone"));
            continue;
        };
        let kept = members
            .iter()
            .zip(members_now)
            .take_while(|(was, is)| was == is)
            .count();
        if kept < members.len() {
            let is = members_now.get(kept).map_or("nothing", |line| line.trim());
            differences.broken.push(format!(
                "{name}: where '{}' was, there is '{is}'",
                members[kept].trim()
            ));
            continue;
        }
        let added = &members_now[kept..];
        let may_grow = !NEVER_GROW.contains(&name.as_str());
        if !added.is_empty() && !may_grow
            || alignment(&head) != alignment(head_now)
            || added.is_empty() && head != *head_now
        {
            differences.broken.push(format!("'{head}' is '{head_now}'"));
        } else {
            differences
                .new
                .extend(added.iter().map(|line| format!("{name}: {}", line.trim())));
        }
    }
    differences
}

/// A section: its first line, and the lines below.
type Section = (String, Vec<String>);

/// The sections by name, in order.
fn sections(text: &str) -> Vec<(String, Section)> {
    let mut sections: Vec<(String, Section)> = Vec::new();
    for line in text.lines() {
        match sections.last_mut() {
            Some((_, (_, lines))) if line.starts_with("  ") => lines.push(line.to_owned()),
            _ => {
                let name = line.split(',').next().unwrap_or(line);
                sections.push((name.to_owned(), (line.to_owned(), Vec::new())));
            }
        }
    }
    sections
}

fn alignment(head: &str) -> &str {
    head.rsplit(", ").next().unwrap_or_default()
}

#[test]
#[cfg(target_pointer_width = "64")]
fn frozen_versions_stay_as_they_are() {
    let current = Sides::all().in_rust();
    for folder in frozen() {
        let Differences { broken, .. } = differences(&table(&folder), &current);
        assert!(
            broken.is_empty(),
            "the binary interface of major {MAJOR} is frozen, and this changes it:\n  {}\n\
             Programs and plugins that exist would read and call the wrong things without noticing. Undo it, or \
             add what is needed at the end. If it cannot be helped, that is a new major: another entry symbol, \
             another header and another table beside these, while major {MAJOR} goes on to be loaded.",
            broken.join("\n  ")
        );
    }
}

#[test]
#[cfg(target_pointer_width = "64")]
fn what_is_new_is_frozen_with_a_minor_of_its_own() {
    let newest = frozen().pop().unwrap();
    let current = Sides::all().in_rust();
    let Differences { new, .. } = differences(&table(&newest), &current);
    assert!(
        new.is_empty(),
        "this is new at the end of the interface, which is allowed in a new minor:\n  {}\n\
         Raise MINOR and DV_ABI_MINOR, and freeze it: put the header and this text, as abi.txt, into the folder \
         frozen/{MAJOR}.{}\n\n{current}",
        new.join("\n  "),
        minor_of(&newest) + 1,
    );
    assert_eq!(table(&newest), current);
    assert_eq!(minor_of(&newest), MINOR);
}

#[test]
#[cfg(target_pointer_width = "64")]
fn each_frozen_header_is_the_interface_that_was_frozen_with_it() {
    for folder in frozen() {
        let table = table(&folder);
        assert_eq!(
            Sides::all().in_c(&folder, &table),
            table,
            "{}",
            folder.display()
        );
    }
}

#[test]
fn what_is_added_at_the_end_is_new_and_all_else_breaks() {
    let frozen = "struct DvCall, size 16, alignment 8\n  0 8 size_t struct_size\n  8 8 uint64_t operation\n\
                  struct DvString, size 16, alignment 8\n  0 8 const char * ptr\nnumbers of an effect\n  0 DV_A\n  1 DV_B\n";
    let changed = |from: &str, to: &str| {
        assert!(frozen.contains(from), "{from}");
        differences(frozen, &frozen.replace(from, to))
    };
    assert_eq!(differences(frozen, frozen), Differences::default());
    let grown = changed(
        "size 16, alignment 8\n  0 8 size_t struct_size\n  8 8 uint64_t operation\n",
        "size 24, alignment 8\n  0 8 size_t struct_size\n  8 8 uint64_t operation\n  16 8 uint64_t deadline\n",
    );
    assert_eq!(grown.new, ["struct DvCall: 16 8 uint64_t deadline"]);
    assert!(grown.broken.is_empty(), "{grown:?}");
    let grown = changed("  1 DV_B\n", "  1 DV_B\n  2 DV_C\n");
    assert_eq!(grown.new, ["numbers of an effect: 2 DV_C"]);
    for (from, to) in [
        ("  8 8 uint64_t operation", "  8 8 int64_t operation"),
        ("  8 8 uint64_t operation", "  16 8 uint64_t operation"),
        (
            "  8 8 uint64_t operation",
            "  8 4 uint32_t flags\n  16 8 uint64_t operation",
        ),
        ("  8 8 uint64_t operation\n", ""),
        (
            "struct DvCall, size 16, alignment 8",
            "struct DvCall, size 24, alignment 8",
        ),
        (
            "struct DvCall, size 16, alignment 8",
            "struct DvCall, size 16, alignment 16",
        ),
        (
            "  0 8 const char * ptr\n",
            "  0 8 const char * ptr\n  8 8 size_t len\n",
        ),
        ("  0 DV_A\n  1 DV_B", "  0 DV_B\n  1 DV_A"),
        ("  1 DV_B", "  2 DV_B"),
        ("numbers of an effect\n  0 DV_A\n  1 DV_B\n", ""),
    ] {
        assert_eq!(changed(from, to).broken.len(), 1, "{from} became {to}");
    }
}
