use super::super::{Extent, Flavour};
use super::parsed;

fn rendered(text: &str, extent: Extent) -> [String; 3] {
    [Flavour::Re2, Flavour::RustRegex, Flavour::PostgresAre]
        .map(|flavour| parsed(text).render(flavour, extent))
}

fn matches(text: &str, value: &str) -> bool {
    let rendered = parsed(text).render(Flavour::RustRegex, Extent::Search);
    regex::Regex::new(&rendered).unwrap().is_match(value)
}

#[test]
fn readable_patterns_stay_as_they_are() {
    for text in [
        "abc",
        "^[0-9A-Z]{2}$",
        "^N[0-9A-Z]+$",
        "^2013-[0-9]{2}-[0-9]{2}T",
        r"^\$[0-9]+\.[0-9]{2}$",
        "[^\\n]*a?b+c{2,}d{2,3}",
        r"[\[-\^]",
    ] {
        assert_eq!(rendered(text, Extent::Search), [text; 3]);
    }
}

#[test]
fn classes_are_ascii_and_written_out() {
    for (text, same_everywhere) in [
        (r"\d", "[0-9]"),
        (r"\D", "[^0-9]"),
        (r"\w", "[0-9A-Z_a-z]"),
        (r"\s", r"[\t-\r ]"),
        (r"[\d.-]", r"[\--.0-9]"),
        (r"[^\w ]", "[^ 0-9A-Z_a-z]"),
        (r"[\D]", "[^0-9]"),
        ("[[:alpha:]]", "[A-Za-z]"),
        ("[[:^digit:]a]", "[^0-9]"),
        (r"[\w--\d]", "[A-Z_a-z]"),
        ("a.b", r"a[^\n]b"),
        ("(?i)a1", "[Aa]1"),
    ] {
        assert_eq!(
            rendered(text, Extent::Search),
            [same_everywhere; 3],
            "{text}"
        );
    }
}

#[test]
fn each_flavour_gets_its_own_spelling() {
    for (text, re2, rust, postgres) in [
        ("é", r"\x{E9}", r"\x{E9}", r"\u00E9"),
        (
            "[😀-😂]",
            r"[\x{1F600}-\x{1F602}]",
            r"[\x{1F600}-\x{1F602}]",
            r"[\U0001F600-\U0001F602]",
        ),
        (
            r"[\x00-\x1F]",
            r"[\x{0}-\x{1F}]",
            r"[\x{0}-\x{1F}]",
            r"[\u0001-\u001F]",
        ),
        (
            r"[^\x00-\x1F]",
            r"[^\x{0}-\x{1F}]",
            r"[^\x{0}-\x{1F}]",
            r"[^\u0001-\u001F]",
        ),
        (r"[^\x00]", r"[^\x{0}]", r"[^\x{0}]", "."),
        ("(?s).", "(?s:.)", "(?s:.)", "."),
        (
            r"[^\s\S]",
            r"[^\x{0}-\x{10FFFF}]",
            r"[^\x{0}-\x{10FFFF}]",
            "(?:(?!))",
        ),
        (
            "(?m)^a$",
            "(?m:^)a(?m:$)",
            "(?m:^)a(?m:$)",
            r"(?<![^\n])a(?![^\n])",
        ),
        ("a|b?", "(a|b?)", "a|b?", "a|b?"),
    ] {
        assert_eq!(
            rendered(text, Extent::Search),
            [re2, rust, postgres],
            "{text}"
        );
    }
}

#[test]
fn word_boundaries_are_ascii() {
    let [re2, rust, postgres] = rendered(r"\ba", Extent::Search);
    assert_eq!([re2, rust], [r"\ba", r"(?-u:\b)a"]);
    assert_eq!(
        postgres,
        "(?:(?<=[0-9A-Za-z_])(?![0-9A-Za-z_])|(?<![0-9A-Za-z_])(?=[0-9A-Za-z_]))a"
    );
    assert!(matches(r"a\b", "aé"));
    assert!(!matches(r"a\b", "ab"));
}

#[test]
fn no_match_begins_within_a_character() {
    let [re2, rust, postgres] = rendered(r"\B", Extent::Search);
    assert_eq!([re2, rust], [r"^(?s:.)*(\B)", r"^(?s:.)*((?-u:\B))"]);
    assert_eq!(
        postgres,
        "(?:(?<=[0-9A-Za-z_])(?=[0-9A-Za-z_])|(?<![0-9A-Za-z_])(?![0-9A-Za-z_]))"
    );
    assert!(!matches(r"\B", "aéa"));
}

#[test]
fn full_extent_holds_for_each_branch() {
    assert_eq!(rendered("ab", Extent::Full), ["^(?:ab)$"; 3]);
    assert_eq!(
        rendered("ab|cd", Extent::Full),
        ["^(ab|cd)$", "^(?:ab|cd)$", "^(?:ab|cd)$"]
    );
    assert_eq!(rendered("", Extent::Full), ["^(?:(?:))$"; 3]);
}

#[test]
fn duckdb_gets_a_capturing_group_where_it_would_rewrite_wrongly() {
    for (text, re2) in [
        ("^^", "(^^)"),
        ("a^b", "(a^b)"),
        ("$a", "($a)"),
        ("ab|ab", "(ab|ab)"),
        ("x(?:ab|ab)", "(x(?:ab|ab))"),
        ("^ab", "^ab"),
        ("ab$", "ab$"),
        ("^$", "^$"),
    ] {
        assert_eq!(parsed(text).render(Flavour::Re2, Extent::Search), re2);
    }
}

#[test]
fn datafusion_gets_a_capturing_group_around_a_backslash() {
    for (text, rust) in [
        (r"\\", r"(\\)"),
        (r"^a\\|b", r"(^a\\|b)"),
        (r"[\\a]", r"[\\a]"),
    ] {
        assert_eq!(
            parsed(text).render(Flavour::RustRegex, Extent::Search),
            rust
        );
    }
}

#[test]
fn structure_survives() {
    for (text, expected) in [
        ("", "(?:)"),
        ("()", "(?:)"),
        ("(a)(b)", "ab"),
        ("(?P<year>[0-9]{4})-?", "[0-9]{4}-?"),
        ("(?:ab)*", "(?:ab)*"),
        ("a**", "(?:a*)*"),
        ("a*?b{2}?", "a*b{2}"),
        ("(?U)a*", "a*"),
        ("(?x) a b # c", "ab"),
        ("(?:^)*", "(?:^)?"),
        ("a{0}b{1}", "b"),
        ("(?:ab|cd|)e", "(?:ab|cd|(?:))e"),
        (r"\*\*\*=a\{1\}", r"\*\*\*=a\{1\}"),
    ] {
        assert_eq!(
            parsed(text).render(Flavour::RustRegex, Extent::Search),
            expected,
            "{text}"
        );
    }
}

#[test]
fn the_text_is_kept_as_written() {
    assert_eq!(parsed(r"(\d+) ?").as_str(), r"(\d+) ?");
}
