//! The shape of the repository, so that it stays easy to find one's way in.

use std::fs;

use crate::support::{files_below, repository};

#[test]
fn files_are_short() {
    let mut lengths: Vec<(usize, String)> = ["src", "plugins", "benchmark", "conformance", "tests"]
        .iter()
        .flat_map(|folder| files_below(&repository().join(folder), &[".rs"]))
        .map(|path| {
            (
                fs::read_to_string(&path).unwrap().lines().count(),
                path.display().to_string(),
            )
        })
        .collect();
    lengths.sort();
    assert!(
        lengths.len() > 50,
        "only {} files were found",
        lengths.len()
    );
    let (longest, name) = &lengths[lengths.len() - 1];
    assert!(
        *longest <= 500,
        "{name} has {longest} lines; split it by responsibility"
    );
    let (median, name) = &lengths[lengths.len() / 2];
    assert!(
        *median <= 130,
        "the median file, {name}, has {median} lines"
    );
}

#[test]
fn names_say_what_is_in_a_file() {
    const NOTHING_SAID: &[&str] = &[
        "utils", "util", "helpers", "helper", "common", "misc", "imp", "core", "manager", "types",
    ];
    // DuckDB's type names are what that file is about.
    const ALLOWED: &[&str] = &["plugins/duckdb/src/types.rs"];
    for path in ["src", "plugins"]
        .iter()
        .flat_map(|folder| files_below(&repository().join(folder), &[".rs"]))
    {
        let stem = path.file_stem().unwrap().to_string_lossy().into_owned();
        let of_tests = path.components().any(|part| part.as_os_str() == "tests");
        let allowed = of_tests || ALLOWED.iter().any(|allowed| path.ends_with(allowed));
        assert!(
            allowed || !NOTHING_SAID.contains(&stem.as_str()),
            "{} says nothing; name what is in it",
            path.display()
        );
    }
}

#[test]
fn the_host_names_an_engine_in_the_registry_alone() {
    for path in files_below(&repository().join("src"), &[".rs"]) {
        if path.ends_with("engines/registry.rs") {
            continue;
        }
        let text = fs::read_to_string(&path).unwrap();
        let tests_aside = text.split("#[cfg(test)]").next().unwrap_or_default();
        let names = tests_aside
            .lines()
            .filter(|line| !line.trim_start().starts_with("//"));
        let found = names
            .filter(|line| {
                [
                    "data_validator_duckdb",
                    "data_validator_postgres",
                    "data_validator_datafusion",
                ]
                .iter()
                .any(|engine| line.contains(engine))
            })
            .collect::<Vec<_>>();
        assert!(found.is_empty(), "{}: {found:?}", path.display());
    }
}

#[test]
fn unsafe_code_stands_where_it_is_allowed() {
    const ALLOWED: &[&str] = &[
        "plugins/sdk/src/abi/",
        "plugins/sdk/tests/",
        "plugins/datafusion/src/stream.rs",
        "plugins/datafusion/tests/support.rs",
        "plugins/duckdb/src/engine.rs",
        "plugins/duckdb/src/statement_count.rs",
        "plugins/postgres/src/arrow_border.rs",
        "plugins/duckdb/src/stream.rs",
        "src/cli/heap.rs",
        "src/engines/decode.rs",
        "src/engines/library.rs",
        "src/engines/parquet_file.rs",
    ];
    let word = concat!("uns", "afe {");
    for path in ["src", "plugins"]
        .iter()
        .flat_map(|folder| files_below(&repository().join(folder), &[".rs"]))
    {
        let allowed = ALLOWED
            .iter()
            .any(|allowed| path.display().to_string().contains(allowed));
        assert!(
            allowed || !fs::read_to_string(&path).unwrap().contains(word),
            "{}",
            path.display()
        );
    }
}

#[test]
fn libraries_are_loaded_in_one_place() {
    let loads = |path: &std::path::PathBuf| {
        let text = fs::read_to_string(path).unwrap();
        text.contains(concat!("lib", "loading::")) || text.contains(concat!("dl", "open("))
    };
    let mut files = files_below(&repository().join("src"), &[".rs"]);
    files.retain(loads);
    assert_eq!(files, [repository().join("src/engines/library.rs")]);
}

#[test]
fn every_test_file_is_part_of_the_test_binary() {
    let main = fs::read_to_string(repository().join("tests/main.rs")).unwrap();
    for path in files_below(&repository().join("tests"), &[".rs"]) {
        // A crate of its own.
        if path.starts_with(repository().join("tests/harness")) {
            continue;
        }
        let stem =
            |path: &std::path::Path| path.file_stem().unwrap().to_string_lossy().into_owned();
        let folder = path.parent().unwrap();
        let (module, parent) = match (stem(&path).as_str(), folder.ends_with("tests")) {
            ("main", _) => continue,
            ("mod", _) => (stem(folder), main.clone()),
            (module, true) => (module.to_owned(), main.clone()),
            (module, false) => {
                let parent = fs::read_to_string(folder.join("mod.rs")).unwrap();
                (module.to_owned(), parent)
            }
        };
        assert!(
            parent.contains(&format!("mod {module};")),
            "{} is never compiled",
            path.display()
        );
    }
}
