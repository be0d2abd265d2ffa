use super::super::LoadOptions;
use super::super::load::load_with;
use super::{Folder, catalog, errors};

fn error_of(folder: &Folder, name: &str) -> String {
    let loaded = load_with(&folder.path(name), &LoadOptions::default(), catalog());
    folder.shown(&loaded.expect_err("the file is no config").to_string())
}

#[test]
fn missing_file() {
    insta::assert_snapshot!(error_of(&Folder::new(""), "nothing.yaml"), @"
    nothing.yaml: error: no such file
      help: give the path of a YAML file
    ");
}

#[test]
fn folder_instead_of_a_file() {
    let folder = Folder::new("");
    std::fs::create_dir(folder.path("configs")).expect("a folder");
    insta::assert_snapshot!(error_of(&folder, "configs"), @"
    configs: error: a folder, not a file
      help: give the path of a YAML file in it
    ");
}

#[test]
fn file_that_is_too_large_is_not_read() {
    let folder = Folder::new("");
    let file = std::fs::File::create(folder.path("large.yaml")).expect("a file");
    file.set_len(1 << 40).expect("a sparse file");
    insta::assert_snapshot!(error_of(&folder, "large.yaml"), @"
    large.yaml: error: larger than 10 MB, which a config never is
      help: give the path of a config, not of data
    ");
}

#[test]
fn bytes_that_are_not_utf8_have_a_place() {
    insta::assert_snapshot!(errors(b"version: '1.0'\nmetadata: {\xc3\xa4: \xe4}"), @"
    config.yaml:2:15: error: not UTF-8: byte 0xe4 at offset 30
      help: save the file as UTF-8
    ");
}

#[test]
fn utf16_is_recognised() {
    insta::assert_snapshot!(errors(b"\xff\xfet\0a\0b\0"), @"
    config.yaml:1:1: error: not UTF-8: byte 0xff at offset 0
      help: the file looks like UTF-16; save it as UTF-8
    ");
}

#[test]
fn byte_order_mark_is_no_part_of_the_text() {
    insta::assert_snapshot!(errors("\u{feff}tabels: []"), @"
    config.yaml:1:1: error: 'tables' is missing in the file
      help: add 'tables: …'
    config.yaml:1:1: error: unknown key 'tabels'
      help: did you mean 'tables'?
    ");
}

#[test]
fn empty_file() {
    insta::assert_snapshot!(errors(""), @"
    config.yaml:1:1: error: the file is empty
      help: begin with a key such as 'tables:'
    ");
}

#[test]
fn file_with_comments_only() {
    insta::assert_snapshot!(errors("# nothing yet\n---\n"), @"
    config.yaml:1:1: error: the file is empty
      help: begin with a key such as 'tables:'
    ");
}

#[test]
fn list_instead_of_a_mapping() {
    insta::assert_snapshot!(errors("# tables\n- name: a\n"), @"
    config.yaml:2:1: error: a config is a mapping, found a list
      help: begin with a key such as 'tables:'
    ");
}

#[test]
fn text_instead_of_a_mapping() {
    insta::assert_snapshot!(errors("tables"), @"
    config.yaml:1:1: error: a config is a mapping, found the text 'tables'
      help: begin with a key such as 'tables:'
    ");
}
