//! JSON: values one behind the other, or one array.

use std::fs;
use std::path::PathBuf;

use data_validator_plugin::{Call, ErrorClass, FileFormat, LogicalType, Source};

use crate::support::{attach, class_of, count, in_each_session, rows, type_of};

fn json(paths: &[PathBuf]) -> Source {
    Source::Files {
        format: FileFormat::Json,
        paths: paths.to_vec(),
    }
}

#[test]
fn lines_and_an_array_are_the_same_table() {
    let folder = tempfile::tempdir().unwrap();
    let lines = folder.path().join("lines.json");
    let array = folder.path().join("array.json");
    let values = [
        r#"{"Id": 1, "name": "a", "price": 1, "ok": true, "nothing": null, "tags": ["x"]}"#,
        r#"{"name": "", "Id": null, "price": 2.5, "ok": false, "late": "é\n😀"}"#,
    ];
    fs::write(&lines, values.join("\n")).unwrap();
    fs::write(&array, format!(" [{}]\n", values.join(",\n"))).unwrap();
    in_each_session(|session| {
        for path in [&lines, &array] {
            let relation = attach(session, &json(std::slice::from_ref(path)));
            let sql = format!("SELECT \"Id\", name, price, ok, nothing, late FROM {relation}");
            assert_eq!(
                rows(session, &sql).unwrap(),
                [
                    ["1", "a", "1.0", "true", "NULL", "NULL"],
                    ["NULL", "", "2.5", "false", "NULL", "é\n😀"],
                ]
            );
            let columns = [
                ("Id", LogicalType::Integer),
                ("price", LogicalType::Double),
                ("nothing", LogicalType::Text),
                ("ok", LogicalType::Boolean),
            ];
            for (name, logical_type) in columns {
                assert_eq!(type_of(session, &relation, name), logical_type);
            }
            assert_eq!(count(session, &relation, "TRUE"), 2);
        }
    });
}

#[test]
fn columns_come_in_the_order_in_which_they_came_up() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("a.json");
    fs::write(&path, r#"{"z": 1, "y": 2} {"a": 3, "z": 4}"#).unwrap();
    in_each_session(|session| {
        let relation = attach(session, &json(std::slice::from_ref(&path)));
        let read = rows(session, &format!("SELECT * FROM {relation}")).unwrap();
        assert_eq!(read, [["1", "2", "NULL"], ["4", "NULL", "3"]]);
    });
}

#[test]
fn a_column_of_numbers_and_texts_is_text() {
    let folder = tempfile::tempdir().unwrap();
    let paths = [("a.json", r#"{"v": 1.50}"#), ("b.json", r#"{"v": "x"}"#)].map(|(name, text)| {
        let path = folder.path().join(name);
        fs::write(&path, text).unwrap();
        path
    });
    in_each_session(|session| {
        let relation = attach(session, &json(&paths));
        let read = rows(session, &format!("SELECT v FROM {relation} ORDER BY v")).unwrap();
        assert_eq!(read, [["1.50"], ["x"]]);
    });
}

#[test]
fn what_is_no_json_is_bad_data() {
    let folder = tempfile::tempdir().unwrap();
    for (index, text) in [
        &b"{\"a\": 1}\n{\"a\": "[..],
        b"[{\"a\": 1}",
        b"[{\"a\": 1}] x",
        b"[{\"a\": 1},]",
        b"{\"a\": 1,}",
        b"{\"a\": \"\xff\"}",
        b"1",
        b"",
        b"[]",
        b"id,name\n1,a\n",
    ]
    .iter()
    .enumerate()
    {
        let path = folder.path().join(format!("{index}.json"));
        fs::write(&path, text).unwrap();
        in_each_session(|session| {
            let attached =
                session.attach("t", &json(std::slice::from_ref(&path)), &Call::default());
            assert_eq!(class_of(attached), ErrorClass::Data, "{index}");
        });
    }
    in_each_session(|session| {
        let missing = json(&[folder.path().join("missing.json")]);
        let attached = session.attach("t", &missing, &Call::default());
        assert_eq!(class_of(attached), ErrorClass::NotFound);
    });
}

#[test]
fn a_large_array_is_read_in_pieces() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("a.json");
    let values: Vec<String> = (0..200_000)
        .map(|id| format!("{{\"id\": {id}, \"text\": \"{}\"}}", "x".repeat(60)))
        .collect();
    fs::write(&path, format!("[{}]", values.join(","))).unwrap();
    in_each_session(|session| {
        let relation = attach(session, &json(std::slice::from_ref(&path)));
        assert_eq!(count(session, &relation, "id >= 0"), 200_000);
        // Few rows are wanted, and the reading stops.
        assert_eq!(
            rows(session, &format!("SELECT id FROM {relation} LIMIT 3"))
                .unwrap()
                .len(),
            3
        );
    });
}
