//! Engines from plugin files: loaded, refused, and run like those that are linked in.

use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::process::Command;

use data_validator_harness::library::built_library;
use serde_json::Value;
use sha2::{Digest, Sha256};

use crate::support::{Workspace, lasting, repository, rule};

/// Compiles a C source of the tests, or of what was written into the workspace, to a plugin file.
fn compiled(workspace: &Workspace, source: &Path, name: &str, flags: &[&str]) -> PathBuf {
    let library = workspace.path(name);
    let compiler = std::env::var_os("CC").unwrap_or_else(|| "cc".into());
    succeed(
        Command::new(compiler)
            .args([
                "-std=gnu11",
                "-Wall",
                "-Wextra",
                "-Werror",
                "-Wno-unused-function",
            ])
            .args(["-shared", "-fPIC", "-fvisibility=hidden"])
            .args(flags)
            .arg("-I")
            .arg(repository().join("plugins/sdk/include"))
            .arg("-o")
            .arg(&library)
            .arg(source),
        "install a C compiler, or set CC",
    );
    library
}

/// The plugin of the tests, with that mistake.
fn misbehaving(workspace: &Workspace, mistake: &str) -> PathBuf {
    let source = repository().join("tests/plugin_sources/misbehaving.c");
    let flag = format!("-DMISTAKE={mistake}");
    compiled(workspace, &source, "plugin.so", &[&flag])
}

fn succeed(command: &mut Command, advice: &str) {
    let output = command
        .output()
        .unwrap_or_else(|error| panic!("{command:?}: {error}; {advice}"));
    assert!(
        output.status.success(),
        "{command:?} failed; {advice}\n{}{}",
        String::from_utf8_lossy(&output.stdout),
        String::from_utf8_lossy(&output.stderr)
    );
}

/// What `plugin inspect` says of a file that is refused.
fn refused(workspace: &Workspace, file: &str) -> String {
    let outcome = workspace.run(&["plugin", "inspect", file]);
    assert_eq!(outcome.code, Some(2), "{outcome:?}");
    outcome.stderr.split("stopped:").next().unwrap().to_owned()
}

/// The report of a run of one rule on the engine of a plugin.
fn report_of(workspace: &Workspace, plugin: &Path, engine: &str) -> Value {
    workspace.write(
        "rules.yaml",
        format!(
            "plugins: [{{path: '{}'}}]
engine: {{type: {engine}}}
tables: [{{name: t, source: t, rules: [{{name: r, rule_type: completeness, column: id}}]}}]",
            plugin.display()
        ),
    );
    let outcome = workspace.run(&["rules.yaml", "--output", "report.json"]);
    assert!(matches!(outcome.code, Some(0 | 1 | 3)), "{outcome:?}");
    workspace.json("report.json")
}

fn message(report: &Value) -> String {
    rule(report, "t", "r")["message"]
        .as_str()
        .unwrap()
        .to_owned()
}

#[test]
fn duckdb_gives_the_same_report_linked_in_and_from_a_file() {
    let workspace = Workspace::new();
    let plugin = built_library("data-validator-duckdb-library");
    let config = repository().join("examples/flights/flights.yaml");
    let run = |state: &str, more: &[&str]| {
        let report = format!("{state}.report.json");
        let mut arguments = vec![config.to_str().unwrap(), "--state", state];
        arguments.extend(["--output", &report, "--now", "2026-01-01T00:00:00Z"]);
        arguments.extend(more);
        let outcome = workspace.run(&arguments);
        assert_eq!(outcome.code, Some(1), "{outcome:?}");
        workspace.json(&report)
    };
    let linked_in = run("linked_in.json", &[]);
    let from_file = run("from_file.json", &["--plugin", plugin.to_str().unwrap()]);
    let origin = |report: &Value| report["provenance"]["engines"][0]["plugin"]["path"].clone();
    assert_eq!(origin(&linked_in), Value::Null);
    assert_eq!(origin(&from_file), plugin.to_str().unwrap());
    assert_eq!(lasting(linked_in), lasting(from_file));
}

#[test]
fn a_file_that_is_no_plugin_is_refused_with_what_it_is() {
    let workspace = Workspace::new();
    let whole = fs::read(misbehaving(&workspace, "NONE")).unwrap();
    workspace.write("text.so", "not a library");
    workspace.write("empty.so", "");
    workspace.write("half.so", &whole[..whole.len() / 2]);
    workspace.write("quarter.so", &whole[..whole.len() / 4]);
    // The number of the machine stands at byte 18 of an ELF file; 243 is RISC-V.
    let mut foreign = whole.clone();
    foreign[18] = 243;
    workspace.write("foreign.so", &foreign);
    let nothing = workspace.write(
        "nothing.c",
        "int nothing(void);\nint nothing(void) { return 0; }\n",
    );
    compiled(
        &workspace,
        &nothing,
        "nothing.so",
        &["-fvisibility=default"],
    );
    let newer = workspace.write(
        "newer.c",
        "int dv_plugin_init_v2(void);\nint dv_plugin_init_v2(void) { return 0; }\n",
    );
    compiled(&workspace, &newer, "newer.so", &["-fvisibility=default"]);
    let lacking = workspace.write(
        "lacking.c",
        "int elsewhere(void);\nint dv_plugin_init_v1(void);\nint dv_plugin_init_v1(void) { return elsewhere(); }\n",
    );
    compiled(
        &workspace,
        &lacking,
        "lacking.so",
        &["-fvisibility=default"],
    );
    fs::create_dir(workspace.path("folder.so")).unwrap();
    succeed(
        Command::new("mkfifo").arg(workspace.path("pipe.so")),
        "install coreutils",
    );
    let program = env!("CARGO_BIN_EXE_data-validator");
    let mut all = String::new();
    for file in [
        "missing.so",
        "folder.so",
        "pipe.so",
        "text.so",
        "empty.so",
        "half.so",
        "quarter.so",
        "foreign.so",
        "nothing.so",
        "newer.so",
        "lacking.so",
        program,
    ] {
        all += &refused(&workspace, file).replace(program, "PROGRAM");
    }
    insta::assert_snapshot!(all, @"
    error: loading the plugin 'missing.so': No such file or directory (os error 2)
      help: check the path, and that you may read it
    error: loading the plugin 'folder.so': it is not a file
      help: name the plugin file itself
    error: loading the plugin 'pipe.so': it is not a file
      help: name the plugin file itself
    error: loading the plugin 'text.so': it is not a shared library: it does not begin like one
      help: name the file that the plugin's build made
    error: loading the plugin 'empty.so': it is not a shared library: the file is empty
      help: name the file that the plugin's build made
    error: loading the plugin 'half.so': the file is cut off or damaged: Invalid ELF section header offset/size/alignment
      help: copy or build it again
    error: loading the plugin 'quarter.so': the file is cut off or damaged: Invalid ELF section header offset/size/alignment
      help: copy or build it again
    error: loading the plugin 'foreign.so': it is for riscv64, and this program for x86_64
      help: install the plugin for this machine
    error: loading the plugin 'nothing.so': it does not export 'dv_plugin_init_v1', so it is no plugin of Data Validator
      help: name another file; a plugin's author exports that symbol with export_engine! or DV_EXPORT
    error: loading the plugin 'newer.so': the plugin speaks version 2 of the plugin interface and this program version 1; install a plugin that was built for version 1
      help: see 'data-validator plugin list' for what is installed
    error: loading the plugin 'lacking.so': lacking.so: undefined symbol: elsewhere
      help: it lacks a library that it should be linked with; report it to the plugin's author
    error: loading the plugin 'PROGRAM': it does not export 'dv_plugin_init_v1', so it is no plugin of Data Validator
      help: name another file; a plugin's author exports that symbol with export_engine! or DV_EXPORT
    ");
}

#[test]
fn a_file_that_others_may_write_to_is_refused() {
    let workspace = Workspace::new();
    let file = misbehaving(&workspace, "NONE");
    let permit = |path: &Path, mode| {
        fs::set_permissions(path, fs::Permissions::from_mode(mode)).unwrap();
    };
    permit(&file, 0o666);
    let of_file = refused(&workspace, "plugin.so");
    permit(&file, 0o644);
    let folder = file.parent().unwrap();
    permit(folder, 0o777);
    let of_folder = refused(&workspace, "plugin.so");
    // The same further up.
    fs::create_dir(workspace.path("below")).unwrap();
    fs::copy(&file, workspace.path("below/plugin.so")).unwrap();
    let of_folder = of_folder + &refused(&workspace, "below/plugin.so");
    // Nobody may replace another one's file in such a folder.
    permit(folder, 0o1777);
    let outcome = workspace.run(&["plugin", "inspect", "plugin.so"]);
    assert_eq!(outcome.code, Some(0), "{outcome:?}");
    let folder = folder.canonicalize().unwrap();
    let of_folder = of_folder.replace(&folder.display().to_string(), "FOLDER");
    insta::assert_snapshot!(of_file + &of_folder, @"
    error: loading the plugin 'plugin.so': everybody may write to it, and so run code as you
      help: chmod o-w it, after you have made sure that it is what you installed
    error: loading the plugin 'plugin.so': everybody may replace it, since the folder FOLDER is writable for all
      help: chmod o-w the folder, or put the file into another one
    error: loading the plugin 'below/plugin.so': everybody may replace it, since the folder FOLDER is writable for all
      help: chmod o-w the folder, or put the file into another one
    ");
}

#[test]
fn a_plugin_that_is_defective_is_refused_with_its_defect() {
    let workspace = Workspace::new();
    let mut all = String::new();
    for mistake in [
        "NULL_FUNCTION",
        "OTHER_MAJOR",
        "BROKEN_JSON",
        "BAD_TEMPLATE",
        "EMPTY_TABLE",
    ] {
        misbehaving(&workspace, mistake);
        all += &refused(&workspace, "plugin.so");
    }
    insta::assert_snapshot!(all, @"
    error: loading the plugin 'plugin.so': the plugin has no query, which every plugin needs; it is defective
      help: ask the plugin's author for a version that fits this program
    error: loading the plugin 'plugin.so': the plugin speaks version 2 of the plugin interface and this program version 1; install a plugin that was built for version 1
      help: ask the plugin's author for a version that fits this program
    error: loading the plugin 'plugin.so': the plugin's answer to 'describe' cannot be read: EOF while parsing a value at line 1 column 9
      help: ask the plugin's author for a version that fits this program
    error: loading the plugin 'plugin.so': what it says of itself is not valid: dialect.count_where: 'count(*)' lacks {condition}
      help: report it to the plugin's author
    error: loading the plugin 'plugin.so': the plugin left its table empty, which every plugin needs; it is defective
      help: ask the plugin's author for a version that fits this program
    ");
}

#[test]
fn what_a_plugin_does_wrong_in_a_run_is_an_error_of_its_rule() {
    let workspace = Workspace::new();
    let mut all = String::new();
    for mistake in ["GARBAGE_UTF8", "UNKNOWN_CLASS", "FAILING_STREAM"] {
        let plugin = misbehaving(&workspace, mistake);
        all += &message(&report_of(&workspace, &plugin, "misbehaving"));
        all += "\n";
    }
    insta::assert_snapshot!(all, @"
    Rule 'r' could not be judged: reading table t: caf� is not UTF-8
    Rule 'r' could not be judged: reading table t: what is this (error class 4711, which this version does not know)
    Rule 'r' could not be judged: the third batch is lost
    ");
}

#[test]
fn a_plugin_that_ends_slowly_loses_nothing() {
    let workspace = Workspace::new();
    let plugin = misbehaving(&workspace, "SLOW_END");
    let report = report_of(&workspace, &plugin, "misbehaving");
    // All counts are 7: so many rows, and as many without a value.
    assert_eq!(rule(&report, "t", "r")["failed_count"], 7);
}

#[test]
fn a_pinned_plugin_is_loaded_only_as_it_was() {
    let workspace = Workspace::new();
    let plugin = misbehaving(&workspace, "NONE");
    let hash = hex::encode(Sha256::digest(fs::read(&plugin).unwrap()));
    let lint = |hash: &str| {
        workspace.write(
            "rules.yaml",
            format!(
                "plugins: [{{path: plugin.so, sha256: '{hash}'}}]
engine: {{type: misbehaving}}
tables: [{{name: t, rules: [{{name: r, rule_type: completeness, column: id}}]}}]"
            ),
        );
        workspace.run(&["lint", "rules.yaml"])
    };
    assert_eq!(lint(&hash).code, Some(0));
    assert_eq!(lint(&hash.to_uppercase()).code, Some(0));
    let other = "0".repeat(64);
    let outcome = lint(&other);
    assert_eq!(outcome.code, Some(2));
    let told = outcome
        .stderr
        .replace(&hash, "HASH")
        .replace(&other, "OTHER");
    assert_eq!(lint("abc").code, Some(2));
    insta::assert_snapshot!(told, @"
    rules.yaml:1:18: error: loading the plugin 'plugin.so': its SHA-256 is HASH, and the config says OTHER
      help: if the file was replaced on purpose, write its new hash into the config
    stopped: the command or the config is wrong; nothing was validated (exit code 2)
    ");
}

#[test]
fn two_plugins_of_one_name_are_refused_and_one_named_twice_is_not() {
    let workspace = Workspace::new();
    let plugin = misbehaving(&workspace, "NONE");
    fs::copy(&plugin, workspace.path("again.so")).unwrap();
    workspace.write(
        "rules.yaml",
        "plugins: [{path: plugin.so}, {path: again.so}]
engine: {type: misbehaving}
tables: [{name: t, rules: [{name: r, rule_type: completeness, column: id}]}]",
    );
    let outcome = workspace.run(&["lint", "rules.yaml"]);
    assert_eq!(outcome.code, Some(2));
    insta::assert_snapshot!(outcome.stderr, @"
    rules.yaml:1:37: error: loading the plugin 'again.so': it is the engine 'misbehaving', and so is 'plugin.so'
      help: name one of them
    stopped: the command or the config is wrong; nothing was validated (exit code 2)
    ");
    workspace.write(
        "rules.yaml",
        "plugins: [{path: plugin.so}, {path: plugin.so}]
engine: {type: misbehaving}
tables: [{name: t, rules: [{name: r, rule_type: completeness, column: id}]}]",
    );
    assert_eq!(workspace.run(&["lint", "rules.yaml"]).code, Some(0));
}

#[test]
fn plugins_are_found_where_plugins_lie() {
    let workspace = Workspace::new();
    let source = repository().join("tests/plugin_sources/misbehaving.c");
    fs::create_dir(workspace.path("mine")).unwrap();
    compiled(&workspace, &source, "mine/libmisbehaving_engine.so", &[]);
    compiled(&workspace, &source, "mine/libother_engine.so", &[]);
    workspace.write("mine/libtext_engine.so", "text");
    workspace.write(
        "rules.yaml",
        "engine: {type: misbehaving}\ntables: [{name: t, rules: [{name: r, rule_type: completeness, column: id}]}]",
    );
    let run = |arguments: &[&str], search_path: &str| {
        let mut command = workspace.command(arguments);
        command.env("DATA_VALIDATOR_PLUGIN_PATH", search_path);
        command.env("XDG_DATA_HOME", workspace.path("data"));
        workspace.finish(&mut command)
    };
    let mine = workspace.path("mine");
    let mine = mine.to_str().unwrap();
    assert_eq!(run(&["lint", "rules.yaml"], mine).code, Some(0));
    // Relative folders depend on where the program is started, which a stranger may choose.
    let outcome = run(&["lint", "rules.yaml"], "mine");
    assert_eq!(outcome.code, Some(2));
    assert!(
        outcome
            .stderr
            .contains("data/data-validator/plugins/libmisbehaving_engine.so: no"),
        "{outcome:?}"
    );
    let listed = run(&["plugin", "list"], mine);
    assert_eq!(listed.code, Some(0));
    for part in [
        "misbehaving    plugin 1        engine -        mine/libmisbehaving_engine.so\n",
        "refused: loading the plugin 'mine/libother_engine.so': it is the engine 'misbehaving', and its file's name says 'other'",
        "refused: loading the plugin 'mine/libtext_engine.so': it is not a shared library",
        "(DATA_VALIDATOR_PLUGIN_PATH)",
    ] {
        assert!(listed.stdout.contains(part), "{part} in {}", listed.stdout);
    }
}

#[test]
fn a_new_plugin_builds_and_loads_as_it_stands() {
    let workspace = Workspace::new();
    for language in ["c", "cpp", "rust"] {
        let name = format!("my_{language}");
        let outcome = workspace.run(&["plugin", "new", &name, "--lang", language]);
        assert_eq!(outcome.code, Some(0), "{outcome:?}");
        let folder = workspace.path(&name);
        let library = if language == "rust" {
            succeed(
                Command::new(env!("CARGO"))
                    .args(["build", "--target-dir"])
                    .arg(concat!(env!("CARGO_TARGET_TMPDIR"), "/new_plugin"))
                    .current_dir(&folder),
                "the crates of the plugin interface have to be there",
            );
            format!(
                "{}/new_plugin/debug/libmy_rust_engine.so",
                env!("CARGO_TARGET_TMPDIR")
            )
        } else {
            succeed(
                Command::new("make").current_dir(&folder),
                "install make and a C and C++ compiler",
            );
            format!("{name}/lib{name}_engine.so")
        };
        let outcome = workspace.run(&["plugin", "inspect", &library]);
        assert_eq!(outcome.code, Some(0), "{outcome:?}");
        let engine = format!("engine              {name}\n");
        assert!(outcome.stdout.contains(&engine), "{outcome:?}");
        let report = report_of(&workspace, &workspace.path(&library), &name);
        assert!(message(&report).contains("fill in"), "{report}");
    }
    let again = workspace.run(&["plugin", "new", "my_c", "--lang", "c"]);
    assert_eq!(again.code, Some(4), "{again:?}");
    let odd = workspace.run(&["plugin", "new", "My-C", "--lang", "c"]);
    assert_eq!(odd.code, Some(2), "{odd:?}");
}
