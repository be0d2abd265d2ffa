//! What is written where, and that it is the same each time.

use std::fs;
use std::process::Stdio;

use serde_json::Value;

use crate::support::{Workspace, lasting, repository};

const CONFIG: &str = r#"
version: "1.0"
tables:
  - name: t
    source: t.csv
    rules:
      - {name: good, rule_type: completeness, column: b}
      - {name: bad, rule_type: completeness, column: a}
      - {name: tolerable, rule_type: completeness, column: a, severity: warning}
      - {name: broken, rule_type: completeness, column: none}
      - {name: "off <&>", rule_type: completeness, column: a, enabled: false}
"#;

fn workspace() -> Workspace {
    let workspace = Workspace::new();
    workspace.write("t.csv", "a,b\n1,x\n,y\n");
    workspace.write("c.yaml", CONFIG);
    workspace
}

#[test]
fn two_runs_differ_in_the_volatile_fields_only() {
    let workspace = Workspace::new();
    let config = repository().join("examples/flights/flights.yaml");
    let report = |name: &str| {
        let state = format!("{name}.state");
        workspace.run(&[
            config.to_str().unwrap(),
            "--state",
            &state,
            "--output",
            name,
        ]);
        workspace.json(name)
    };
    let (first, second) = (report("first.json"), report("second.json"));
    assert_ne!(first, second);
    assert_eq!(lasting(first), lasting(second));
}

#[test]
fn with_now_and_a_run_id_two_reports_are_the_same_bytes() {
    let workspace = workspace();
    let report = |name: &str| {
        let now = ["--now", "2026-01-01T00:00:00Z", "--run-id", "r1"];
        workspace.run(&[&["c.yaml", "--output", name], &now[..]].concat());
        fs::read_to_string(workspace.path(name)).unwrap()
    };
    let (first, xml) = (report("1.json"), report("1.xml"));
    assert_eq!(first, report("2.json"));
    assert_eq!(xml, report("2.xml"));
    assert!(
        first.contains("\"validation_timestamp\": \"2026-01-01T00:00:00Z\""),
        "{first}"
    );
    assert!(!first.contains("execution_time_ms"), "{first}");
}

#[test]
fn json_has_the_fields_of_the_python_tool_first() {
    let workspace = workspace();
    workspace.run(&["c.yaml", "--output", "r.json"]);
    let report = workspace.json("r.json");
    let keys = |value: &Value| {
        value
            .as_object()
            .unwrap()
            .keys()
            .cloned()
            .collect::<Vec<_>>()
    };
    let first = [
        "validation_timestamp",
        "engine_type",
        "total_tables",
        "overall_stats",
        "table_results",
    ];
    assert_eq!(keys(&report)[..5], first);
    let table = &report["table_results"]["t"];
    assert_eq!(
        keys(table)[..5],
        [
            "total_rules",
            "passed_rules",
            "failed_rules",
            "success_rate",
            "execution_time_ms"
        ]
    );
    assert_eq!(
        keys(&table["rules"][0])[..6],
        [
            "name",
            "type",
            "passed",
            "success_rate",
            "message",
            "severity"
        ]
    );
    let counts = [
        "total_rules",
        "passed_rules",
        "failed_rules",
        "warning_rules",
        "error_rules",
        "unjudged_rules",
        "skipped_rules",
    ];
    assert_eq!(
        counts.map(|count| table[count].as_u64().unwrap()),
        [5, 1, 2, 1, 1, 1, 1]
    );
    assert_eq!(
        report["provenance"]["config_hash"].as_str().unwrap().len(),
        64
    );
    assert_eq!(
        report["provenance"]["engines"][0]["engine_version"],
        "1.5.6"
    );
}

#[test]
fn junit_tells_failures_errors_and_skips_apart() {
    let workspace = workspace();
    let xml = |fail_on: &str| {
        workspace.run(&[
            "c.yaml",
            "--output",
            "junit=r.xml",
            "--fail-on",
            fail_on,
            "--now",
            "2026-01-01T00:00:00Z",
        ]);
        fs::read_to_string(workspace.path("r.xml")).unwrap()
    };
    insta::assert_snapshot!(xml("error"), @r#"
    <?xml version="1.0" encoding="UTF-8"?>
    <testsuites name="data-validator" tests="5" skipped="1" failures="1" errors="1">
        <testsuite name="t" tests="5" skipped="1" errors="1" failures="1">
            <testcase name="good" classname="t.completeness"/>
            <testcase name="bad" classname="t.completeness">
                <failure message="Rule &apos;bad&apos;: 1/2 failed records (success rate: 50.00%, none may fail)"/>
            </testcase>
            <testcase name="tolerable" classname="t.completeness">
                <system-out>Rule &apos;tolerable&apos;: 1/2 failed records (success rate: 50.00%, none may fail)</system-out>
            </testcase>
            <testcase name="broken" classname="t.completeness">
                <error message="Rule &apos;broken&apos; could not be judged: column &apos;none&apos; does not exist; see the table&apos;s columns for the right name"/>
            </testcase>
            <testcase name="off &lt;&amp;&gt;" classname="t.completeness">
                <skipped message="Rule &apos;off &lt;&amp;&gt;&apos; skipped: it is disabled"/>
            </testcase>
        </testsuite>
    </testsuites>
    "#);
    assert!(xml("warning").contains("failures=\"2\""));
    assert!(xml("never").contains("failures=\"0\" errors=\"1\""));
}

#[test]
fn a_report_can_go_to_stdout_alone() {
    let workspace = workspace();
    let outcome = workspace.run(&["c.yaml", "--output", "-"]);
    let report: Value = serde_json::from_str(&outcome.stdout).unwrap();
    assert_eq!(report["total_tables"], 1);
}

#[test]
fn a_path_that_cannot_be_written_is_found_before_the_work() {
    let workspace = workspace();
    workspace.write("folder/file", "");
    for (path, why) in [
        (
            "none/r.json",
            "writing the report none/r.json: its folder does not exist",
        ),
        ("json=folder", "writing the report folder: it is a folder"),
    ] {
        let outcome = workspace.run(&["c.yaml", "--output", path]);
        assert_eq!(outcome.code, Some(4), "{outcome:?}");
        assert!(outcome.stderr.contains(why), "{outcome:?}");
        assert_eq!(outcome.stdout, "");
    }
}

#[test]
fn a_full_disk_leaves_the_old_report_and_says_so() {
    let workspace = workspace();
    workspace.write("r.json", "the old report");
    // A file may not grow beyond zero blocks: every write of the report fails, as on a full disk.
    let shell = format!(
        "ulimit -f 0; trap '' XFSZ; exec {} c.yaml --output r.json",
        env!("CARGO_BIN_EXE_data-validator")
    );
    let mut command = std::process::Command::new("bash");
    command
        .args(["-c", &shell])
        .current_dir(workspace.path(""))
        .stdin(Stdio::null());
    let outcome = workspace.finish(&mut command);
    assert_eq!(outcome.code, Some(4), "{outcome:?}");
    assert!(
        outcome
            .stderr
            .contains("writing the report r.json: File too large"),
        "{outcome:?}"
    );
    assert!(
        outcome.stdout.contains("'bad': 1/2 failed"),
        "the verdicts are shown all the same: {outcome:?}"
    );
    assert_eq!(
        fs::read_to_string(workspace.path("r.json")).unwrap(),
        "the old report"
    );
    let left: Vec<_> = fs::read_dir(workspace.path(""))
        .unwrap()
        .map(|entry| entry.unwrap().file_name())
        .collect();
    assert!(
        left.iter()
            .all(|name| !name.to_string_lossy().starts_with(".unfinished-")),
        "{left:?}"
    );
}

#[cfg(unix)]
#[test]
fn a_new_report_follows_the_umask_and_a_link_stays_a_link() {
    use std::os::unix::fs::PermissionsExt;
    let workspace = workspace();
    workspace.write("real.json", "");
    std::os::unix::fs::symlink("real.json", workspace.path("link.json")).unwrap();
    workspace.run(&["c.yaml", "--output", "link.json", "--output", "new.json"]);
    assert!(workspace.path("link.json").is_symlink());
    assert_eq!(workspace.json("real.json")["total_tables"], 1);
    let plain = workspace.write("plain", "");
    let mode = |path| fs::metadata(path).unwrap().permissions().mode();
    assert_eq!(mode(workspace.path("new.json")), mode(plain));
}
