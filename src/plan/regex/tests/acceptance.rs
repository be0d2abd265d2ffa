use super::super::{Extent, Flavour, Pattern, PatternError};
use super::parsed;

fn refused(text: &str) -> PatternError {
    match Pattern::parse(text) {
        Ok(_) => panic!("{text} should be refused"),
        Err(error) => error,
    }
}

#[test]
fn what_is_not_portable_is_refused_where_it_stands() {
    for (text, offset, message) in [
        ("a(?=b)", 1, "look-around is not portable"),
        ("(?<!a)b", 0, "look-around is not portable"),
        (r"(a)\1", 3, "back-references are not portable"),
        (
            r"a\b{start}",
            1,
            "the start and the end of a word are not portable",
        ),
        (
            r"\<a",
            0,
            "the start and the end of a word are not portable",
        ),
        (
            r"a\b{end-half}",
            1,
            "the start and the end of a word are not portable",
        ),
        (r"(?u)\w", 2, "the flag `u` is not portable"),
        (r"a(?i-u:b)", 5, "the flag `u` is not portable"),
        ("(?mR)a$", 3, "the flag `R` is not portable"),
        ("a{256}", 1, "a repetition can count to 255 at most"),
        ("a{256,}", 1, "a repetition can count to 255 at most"),
        ("a{0,300}", 1, "a repetition can count to 255 at most"),
        (
            "(?:a{101}b){10}",
            4,
            "nested repetitions can multiply to 1000 at most",
        ),
        ("a(b", 1, "unclosed group"),
        ("a)", 1, "unopened group"),
        ("*a", 0, "repetition operator missing expression"),
        (r"\p{Nope}", 0, "Unicode property not found"),
        (r"a\Z", 1, "unrecognized escape sequence"),
    ] {
        let error = refused(text);
        assert_eq!(
            (error.to_string().as_str(), error.offset),
            (message, Some(offset)),
            "{text}"
        );
    }
}

#[test]
fn what_is_wrong_as_a_whole_has_no_offset() {
    for (text, message) in [
        (
            &*"a".repeat(10_001),
            "the pattern has 10001 bytes, at most 10000 are allowed",
        ),
        ("a\0", "a pattern cannot ask for NUL"),
        (r"[\x00]", "a pattern cannot ask for NUL"),
    ] {
        let error = refused(text);
        assert_eq!((error.message.as_str(), error.offset), (message, None));
    }
}

#[test]
fn what_an_engine_compiles_slowly_weighs_more() {
    for (text, weight) in [
        (r"\p{L}{20}", 13_540),
        ("(?:a*){250}", 10_500),
        (&*r"\ba?".repeat(10), 10_410),
        ("(?:^a?){20}", 20_820),
        ("(?:(?:^|a)b){20}", 20_040),
        (r"(?:\ba\bb\bc\bd)+", 12_012),
        (r"(?:\b|a){6}", 12_006),
    ] {
        let message = format!(
            "the pattern is too complex: its weight is {weight}, at most 10000 is portable"
        );
        assert_eq!(refused(text).message, message, "{text}");
    }
}

#[test]
fn hints_say_what_to_write() {
    for (text, hint) in [
        (
            "(?!a)",
            "use a second rule, with `negate: true` for what must not match",
        ),
        (r"\b{start}", r"use `\b`, which is either of them"),
        ("(?R)$", r"write `\r?$` with the flag `m`"),
        ("a{300}", "nest two repetitions, as in `(?:a{100}){3}`"),
    ] {
        assert_eq!(refused(text).hint.as_deref(), Some(hint));
    }
}

#[test]
fn patterns_of_everyday_use_are_accepted() {
    let octet = "(?:25[0-5]|2[0-4][0-9]|1?[0-9]{1,2})";
    let group = "[0-9a-fA-F]{1,4}";
    let ipv6: Vec<String> = (1..8)
        .map(|before| format!("(?:{group}:){{{before}}}(?::{group}){{1,{}}}", 8 - before))
        .collect();
    for text in [
        r"^[\w.%+-]+@[\w-]+(?:\.[\w-]+)*\.\p{L}{2,}$".to_owned(),
        format!(r"^{octet}(?:\.{octet}){{3}}$"),
        format!("^(?:{}|(?:{group}:){{7}}{group}|::)$", ipv6.join("|")),
        r"^(?i)https?://[^\s/?#]+(?:/[^\s?#]*)?(?:\?[^\s#]*)?(?:#\S*)?$".to_owned(),
        r"\b(?:error|warning|fatal)\b".to_owned(),
        "a{255}".repeat(39),
        r"(?m)^\S+=\S*$".to_owned(),
    ] {
        parsed(&text);
    }
}

#[test]
fn deep_patterns_compile_or_are_refused() {
    let nested = |depth| format!("{}a{}", "(?:b|".repeat(depth), "c)?".repeat(depth));
    for text in [nested(24), format!("a{}", "{0,1}".repeat(98))] {
        let rendered = parsed(&text).render(Flavour::RustRegex, Extent::Full);
        assert!(regex::Regex::new(&rendered).is_ok(), "{rendered}");
    }
    assert_eq!(
        refused(&nested(50)).message,
        "the pattern is nested too deeply"
    );
}
