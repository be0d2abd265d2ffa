//! Patterns as the host renders them for the crate `regex`, whatever DataFusion's optimiser makes of them.

use data_validator_datafusion::DataFusion;
use data_validator_plugin::{Engine, ErrorClass, quote::fill};
use datafusion::arrow::array::StringArray;

use crate::support::{array, attach, class_of, in_each_session, parquet, rows, write_parquet};

const VALUES: [&str; 24] = [
    "", "a", "ab", "abc", "a.b", "a%b", "a_b", "a\\b", "\\", "a\nb", "\n", "é", "aé", "😀", "ABC",
    "0", "it's", "^", "$", "a b", "%", "_", "ab\n", "aéa",
];

/// With what the optimiser turns into LIKE, `=` or IN, and what stands in the way of that.
const PATTERNS: [&str; 46] = [
    "(?:)",
    "a",
    "^a",
    "a$",
    "^a$",
    "^(?:a)$",
    "^(?:(?:))$",
    "^$",
    "^^",
    "$$",
    "a^b",
    "$a",
    "ab|ab",
    "a|b|c|d|e",
    "^(a|ab)$",
    "^(?:a|ab)$",
    "^(?:abc|é)$",
    "a%b",
    "^a%b$",
    "^(a%b|_)$",
    "_",
    "%",
    "^_$",
    r"^(?:\\)$",
    r"^(\\)$",
    r"(\\)",
    r"(^a\\|b)",
    r"[\\a]",
    r"\.",
    r"a\.b",
    "a[^\\n]b",
    "(?s:.)",
    "^(?s:.)$",
    "(?m:^)b",
    "a(?m:$)",
    r"(?-u:\b)a",
    r"^(?s:.)*((?-u:\B))",
    r"^(?:\x{E9})$",
    r"\x{1F600}",
    "^[0-9A-Z]{1,3}$",
    r"[^\x{0}-\x{10FFFF}]",
    "^(?:a*)*$",
    "it's",
    r"^(?:\^)$",
    r"\$",
    ".*",
];

/// The search as the dialect writes it.
fn matches(value: &str, pattern: &str) -> String {
    let dialect = DataFusion::default().describe().dialect;
    let pattern = dialect.string(pattern);
    fill(
        &dialect.regex_search,
        &[("value", value), ("pattern", &pattern)],
    )
}

#[test]
fn a_pattern_that_is_none_is_not_valid_sql() {
    in_each_session(|session| {
        for sql in [
            format!("SELECT {}", matches("'a'", "(")),
            format!(
                "SELECT {} FROM (SELECT concat('a', value) AS v FROM range(0, 2))",
                matches("v", r"a\b(?=c)")
            ),
            format!("SELECT {} FROM range(0, 2)", matches("value", "a")),
        ] {
            assert_eq!(
                class_of(rows(session, &sql)),
                ErrorClass::InvalidSql,
                "{sql}"
            );
        }
    });
}

#[test]
fn a_pattern_may_come_from_a_column() {
    in_each_session(|session| {
        let sql = "SELECT data_validator_matches(v, p) AS found FROM (VALUES ('ab', '^a'), ('ab', '^b'), (NULL, 'a'), ('a', NULL)) AS t(v, p)";
        assert_eq!(
            rows(session, sql).unwrap(),
            [["true"], ["false"], ["NULL"], ["NULL"]]
        );
    });
}

#[test]
fn the_engine_finds_what_the_crate_finds() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("a.parquet");
    let values = VALUES.iter().copied().map(Some).chain([None]);
    write_parquet(&path, vec![("v", array(StringArray::from_iter(values)))]);
    in_each_session(|session| {
        let relation = attach(session, &parquet(std::slice::from_ref(&path)));
        for pattern in PATTERNS {
            let found = matches("v", pattern);
            let sql = format!(
                "SELECT v, {found} AS a, CASE WHEN {found} THEN 1 ELSE 0 END AS b, NOT ({found}) AS c FROM {relation}"
            );
            let expected = regex::Regex::new(pattern).unwrap();
            for row in rows(session, &sql).unwrap() {
                let [value, found, counted, not] = row.try_into().unwrap();
                // The text NULL is not among the values.
                let expected = match value.as_str() {
                    "NULL" => ["NULL", "0", "NULL"],
                    text if expected.is_match(text) => ["true", "1", "false"],
                    _ => ["false", "0", "true"],
                };
                assert_eq!(
                    [&*found, &*counted, &*not],
                    expected,
                    "{pattern:?} in {value:?}"
                );
            }
            let filtered =
                rows(session, &format!("SELECT v FROM {relation} WHERE {found}")).unwrap();
            let found = VALUES.iter().filter(|value| expected.is_match(value));
            assert_eq!(
                filtered
                    .iter()
                    .map(|row| row[0].as_str())
                    .collect::<Vec<_>>(),
                found.copied().collect::<Vec<_>>(),
                "{pattern:?}"
            );
        }
    });
}
