//! Plugins that were built elsewhere, from the frozen header or the SDK alone, are certified by one command.

use std::path::{Path, PathBuf};
use std::process::Command;

use crate::support::Workspace;

fn repository() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("..")
}

/// The example in C, copied and built with nothing of this repository but the header of version 1.0.
fn c_example(workspace: &Workspace) -> PathBuf {
    let folder = workspace.path("my_engine");
    std::fs::create_dir(&folder).unwrap();
    for file in std::fs::read_dir(repository().join("plugins/example-c")).unwrap() {
        let file = file.unwrap();
        std::fs::copy(file.path(), folder.join(file.file_name())).unwrap();
    }
    let header = "data_validator_plugin.h";
    let frozen = repository().join("plugins/sdk/frozen/1.0").join(header);
    std::fs::copy(frozen, folder.join(header)).unwrap();
    succeed(Command::new("make").arg("SDK=.").current_dir(&folder));
    folder.join("libsqlite_engine.so")
}

fn succeed(command: &mut Command) {
    let output = command.output().unwrap();
    assert!(
        output.status.success(),
        "{command:?}: {}",
        String::from_utf8_lossy(&output.stderr)
    );
}

/// Runs the suite on a plugin with the settings of the example in C; it has to reach the badge `core`.
fn assert_certified(workspace: &Workspace, plugin: &Path, name: &str) {
    let plugin = plugin.to_str().unwrap();
    let arguments = [
        "run",
        "--plugin",
        plugin,
        "--config",
        "my_engine/conform.toml",
    ];
    let outcome = workspace.run(
        &[
            &arguments[..],
            &["--strict", "--jobs", "2", "--report", "report"],
        ]
        .concat(),
    );
    assert_eq!(outcome.code, Some(0), "{outcome:?}");
    let results = workspace.results();
    assert_eq!(results["engine"]["name"], name);
    let badges = results["badges"].as_array().unwrap();
    let core = badges
        .iter()
        .find(|badge| badge["level"] == "core")
        .unwrap();
    assert_eq!(core["standing"], "reached", "{core}");
    assert_eq!(core["aimed_for"], true);
    assert!(core["passed"].as_u64() > Some(20), "{core}");
}

#[test]
fn a_plugin_in_c_that_was_built_with_the_frozen_header() {
    let workspace = Workspace::new();
    let plugin = c_example(&workspace);
    assert_certified(&workspace, &plugin, "sqlite");
}

#[test]
fn a_plugin_in_rust_that_was_built_with_the_sdk_alone() {
    let workspace = Workspace::new();
    let bridged = c_example(&workspace);
    let begun = workspace.run(&["validator", "plugin", "new", "bridge", "--lang", "rust"]);
    assert_eq!(begun.code, Some(0), "{begun:?}");
    let folder = workspace.path("bridge");
    let source = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/plugin_sources/bridge.rs");
    std::fs::copy(source, folder.join("src/lib.rs")).unwrap();
    let target = concat!(env!("CARGO_TARGET_TMPDIR"), "/bridge");
    succeed(
        Command::new(env!("CARGO"))
            .args(["build", "--target-dir", target])
            .env("BRIDGED_PLUGIN", &bridged)
            .current_dir(&folder),
    );
    let plugin = Path::new(target).join("debug/libbridge_engine.so");
    assert_certified(&workspace, &plugin, "bridge");
}
