//! A process that is killed while it publishes leaves all of a publication or nothing of it.

use std::fs;
use std::io::{BufRead, BufReader};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::thread;
use std::time::Duration;

use data_validator_plugin::{
    Call, Column, LogicalType, Outcome, Publication, Replacement, Rows, Schema,
};
use serde_json::{Value, json};

use crate::support::{connect, in_each_way, made_table, rows, table, ways};

const KILLS: u32 = 60;

/// The program of `examples/`, which cargo builds with the tests.
fn program() -> PathBuf {
    let tests = std::env::current_exe().unwrap();
    let folder = tests.parent().and_then(Path::parent).unwrap();
    folder.join("examples").join(format!(
        "publish_until_killed{}",
        std::env::consts::EXE_SUFFIX
    ))
}

fn made_tables(folder: &Path) {
    let column = |name: &str, logical_type| Column {
        name: name.into(),
        logical_type,
    };
    let number = || column("number", LogicalType::Integer);
    for (name, columns) in [
        ("results", vec![number()]),
        (
            "quarantine",
            vec![number(), column("text", LogicalType::Text)],
        ),
    ] {
        made_table(folder, &table(None, name), Schema { columns });
    }
}

/// The number of the last publication by the rows that can be seen, which have to be whole.
fn visible(session: &mut dyn data_validator_plugin::Session) -> u64 {
    let sql = "SELECT (SELECT count(*) FROM results) AS a, (SELECT coalesce(max(number), 0) FROM results) AS b, \
               number, count(*) FROM quarantine GROUP BY number ORDER BY number";
    let groups = rows(session, sql).unwrap();
    let parse = |text: &str| text.parse::<u64>().unwrap();
    let Some(last) = groups.last() else {
        assert_eq!(rows(session, "SELECT * FROM results").unwrap().len(), 0);
        return 0;
    };
    let number = parse(&last[2]);
    assert_eq!(last[0], "1", "one row stands in for the one before");
    assert_eq!(
        parse(&last[1]),
        number,
        "both tables show the same publication"
    );
    let first = (number / 10 * 10).max(1);
    let expected: Vec<u64> = (first..=number).collect();
    let numbers: Vec<u64> = groups.iter().map(|group| parse(&group[2])).collect();
    assert_eq!(numbers, expected);
    assert!(groups.iter().all(|group| group[3] == "3"), "{groups:?}");
    number
}

#[test]
fn a_killed_publisher_leaves_whole_publications_and_the_outcome_agrees() {
    let folder = tempfile::tempdir().unwrap();
    made_tables(folder.path());
    let sessions = ways()
        .into_iter()
        .map(|(_, engine)| connect(&*engine, &json!({"path": folder.path()}), &Value::Null));
    let mut sessions: Vec<_> = sessions.collect();
    let mut last = 0;
    for kill in 0..KILLS {
        let mut child = Command::new(program())
            .arg(folder.path())
            .arg((last + 1).to_string())
            .stdout(Stdio::piped())
            .spawn()
            .unwrap();
        let mut told = BufReader::new(child.stdout.take().unwrap()).lines();
        let mut heard = last;
        for _ in 0..=kill % 4 {
            heard = told
                .next()
                .expect("the program publishes")
                .unwrap()
                .parse()
                .unwrap();
        }
        // At some moment of the next publication, another one each time.
        thread::sleep(Duration::from_micros(u64::from(kill) * 337 % 12_000));
        child.kill().unwrap();
        child.wait().unwrap();
        heard = told
            .map_while(Result::ok)
            .last()
            .map_or(heard, |line| line.parse().unwrap());
        for session in &mut sessions {
            let seen = visible(&mut **session);
            assert!(
                seen == heard || seen == heard + 1,
                "heard of {heard}, saw {seen}"
            );
            let mut outcome = |number: u64| {
                session
                    .outcome(&format!("key-{number}"), &Call::default())
                    .unwrap()
            };
            assert_eq!(outcome(seen), Some(Outcome::Published));
            assert_eq!(outcome(seen + 1), None);
            assert_eq!(
                outcome(1),
                Some(Outcome::Published),
                "a key is known for ever"
            );
            last = seen;
        }
    }
    assert!(last >= u64::from(KILLS));
}

#[test]
fn readers_see_whole_publications_while_others_publish() {
    let folder = tempfile::tempdir().unwrap();
    made_tables(folder.path());
    let mut child = Command::new(program())
        .arg(folder.path())
        .arg("1")
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    let mut told = BufReader::new(child.stdout.take().unwrap()).lines();
    told.next().expect("the program publishes").unwrap();
    for (_, engine) in ways() {
        let mut session = connect(&*engine, &json!({"path": folder.path()}), &Value::Null);
        let mut before = 0;
        for _ in 0..100 {
            let seen = visible(&mut *session);
            assert!(seen >= before);
            before = seen;
        }
    }
    child.kill().unwrap();
    child.wait().unwrap();
}

/// What each step leaves behind when the process dies after it.
#[test]
fn the_next_writer_finishes_or_ignores_what_a_dead_one_left() {
    in_each_way(|engine| {
        let folder = tempfile::tempdir().unwrap();
        made_tables(folder.path());
        let mut session = connect(engine, &json!({"path": folder.path()}), &Value::Null);
        let inserting = |number: u64| Publication {
            key: format!("key-{number}"),
            fence: None,
            create: Vec::new(),
            tables: vec![Replacement {
                table: table(None, "results"),
                delete: Rows::default(),
                insert: Rows {
                    columns: vec!["number".into()],
                    rows: vec![vec![number.into()]],
                },
            }],
        };
        let mut publish = |number: u64| {
            let outcome = session
                .publish(&inserting(number), &Call::default())
                .unwrap();
            assert_eq!(outcome, Outcome::Published);
            rows(&mut *session, "SELECT number FROM results ORDER BY number")
                .unwrap()
                .concat()
        };
        assert_eq!(publish(1), ["1"]);
        let own = folder.path().join("_data_validator");
        // The first two made the tables.
        let manifest = own.join("manifests/00000000000000000003.json");
        let part = folder
            .path()
            .join("public/results/part-00000000000000000004-0.parquet");
        // A part that no manifest names, as of a writer that died before it linked one.
        fs::write(&part, "half a part").unwrap();
        // A staged file that has its name already, of which the staged name was not removed.
        fs::hard_link(&manifest, own.join("staging/next")).unwrap();
        // A manifest whose key was not noted yet.
        fs::remove_file(own.join("keys/key-1.json")).unwrap();
        assert_eq!(publish(1), ["1"], "the key is known by the manifest");
        fs::remove_file(own.join("keys/key-1.json")).unwrap();
        assert_eq!(publish(2), ["1", "2"]);
        assert_eq!(
            publish(1),
            ["1", "2"],
            "it was noted before the next manifest came"
        );
        assert!(!part.exists(), "what nobody reads is removed");
        assert_eq!(fs::read_dir(own.join("staging")).unwrap().count(), 0);
        fs::remove_file(own.join("keys/key-2.json")).unwrap();
        let outcome = session.outcome("key-2", &Call::default()).unwrap();
        assert_eq!(outcome, Some(Outcome::Published));
    });
}
