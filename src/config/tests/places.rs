use std::path::Path;

use crate::config::path::{KeyPath, Step};
use crate::config::positions::Positions;
use crate::config::yaml::read;

fn positions(text: &str) -> Positions {
    let mut diagnostics = Vec::new();
    let read = read(Path::new("f"), text, &mut diagnostics);
    assert!(diagnostics.is_empty(), "{diagnostics:?}");
    read.expect("a value").1
}

/// A path such as `tables.0.name`.
fn path(text: &str) -> KeyPath {
    text.split('.').filter(|step| !step.is_empty()).fold(
        KeyPath::default(),
        |path, step| match step.parse() {
            Ok(index) => path.index(index),
            Err(_) => path.key(step),
        },
    )
}

/// Line and column of a key and of its value.
fn place(text: &str, path_text: &str) -> (String, String) {
    let (positions, path) = (positions(text), path(path_text));
    (
        positions.of_key(&path).to_string(),
        positions.of_value(&path).to_string(),
    )
}

fn at(key: &str, value: &str) -> (String, String) {
    (format!("f:{key}"), format!("f:{value}"))
}

#[test]
fn lines_and_columns_count_from_one() {
    assert_eq!(place("a: 1\nb:\n  c: 2\n", "b.c"), at("3:3", "3:6"));
    assert_eq!(place("a: 1\n", ""), at("1:1", "1:1"));
}

#[test]
fn columns_count_characters_not_bytes() {
    assert_eq!(
        place("{ä: 'ößü', 世界: '🎈', c: 1}", "c"),
        at("1:21", "1:24")
    );
}

#[test]
fn carriage_returns_are_part_of_the_line_end() {
    assert_eq!(place("a: 1\r\n\r\nb: 2\r\n", "b"), at("3:1", "3:4"));
}

#[test]
fn tabs_count_as_one_character() {
    assert_eq!(place("a:\t1\nb:\t\t2\t# c\nc: 3", "b"), at("2:1", "2:5"));
}

#[test]
fn items_of_lists() {
    let text = "a:\n- b: 1\n-   c: 2\n- - d\n  - e\n";
    assert_eq!(place(text, "a"), at("1:1", "2:1"));
    assert_eq!(place(text, "a.1"), at("3:5", "3:5"));
    assert_eq!(place(text, "a.1.c"), at("3:5", "3:8"));
    assert_eq!(place(text, "a.2.1"), at("5:5", "5:5"));
}

#[test]
fn flow_style() {
    let text = "a: [\n{b: 1,\n  'c d': [x,\"y\"]\n},\n]\nb: {c: 2\n}\n";
    assert_eq!(place(text, "a.0"), at("2:1", "2:1"));
    assert_eq!(place(text, "a.0.c d.1"), at("3:13", "3:13"));
    assert_eq!(place(text, "b.c"), at("6:5", "6:8"));
}

#[test]
fn json_is_yaml() {
    assert_eq!(
        place("{\n\t\"a\": {\n\t\t\"b\":1\n\t}\n}", "a.b"),
        at("3:3", "3:7")
    );
}

#[test]
fn texts_of_several_lines() {
    let text = "a: |\n  x\n\n  y\nb: >-\n  z\nc: \"p\n\n  q\"\nd: plain\n  text\ne: 1\n";
    assert_eq!(place(text, "a"), at("1:1", "1:4"));
    assert_eq!(place(text, "b"), at("5:1", "5:4"));
    assert_eq!(place(text, "c"), at("7:1", "7:4"));
    assert_eq!(place(text, "e"), at("12:1", "12:4"));
}

#[test]
fn absent_value_is_found_at_its_key() {
    assert_eq!(place("a: 1\nb:\nc: {d: , e}\n", "b"), at("2:1", "2:1"));
    assert_eq!(place("a: 1\nb:\nc: {d: , e}\n", "c.e"), at("3:10", "3:10"));
}

#[test]
fn alias_is_found_where_it_stands() {
    let text = "x: &x {y: {z: 1}}\na: *x\n";
    assert_eq!(place(text, "x.y.z"), at("1:12", "1:15"));
    assert_eq!(place(text, "a"), at("2:1", "2:4"));
    assert_eq!(place(text, "a.y.z"), at("2:4", "2:4"));
}

#[test]
fn merged_key_is_found_at_the_merge() {
    let text = "x: &x {y: 1}\na:\n  b: 2\n  <<: *x\n";
    assert_eq!(place(text, "a.y"), at("4:3", "4:3"));
    assert_eq!(place(text, "a.b"), at("3:3", "3:6"));
}

#[test]
fn unknown_path_is_found_at_what_is_around_it() {
    assert_eq!(place("a:\n  - b: 1\n", "a.0.c.d"), at("2:5", "2:5"));
    assert_eq!(place("a:\n  - b: 1\n", "a.7"), at("2:3", "2:3"));
    assert_eq!(place("a: 1\n", "a.b"), at("1:4", "1:4"));
}

#[test]
fn exclamation_marks_before_commas_do_not_move_anything() {
    assert_eq!(
        place("a: [x!,'y!z, ', \"a !b,c\"]\nb: 1", "a.2"),
        at("1:17", "1:17")
    );
    assert_eq!(place("a: \"x != y, z\"\nb: 1", "b"), at("2:1", "2:4"));
}

#[test]
fn last_step_of_a_path() {
    assert_eq!(
        path("a.0").steps(),
        [&Step::Key("a".into()), &Step::Index(0)]
    );
}
