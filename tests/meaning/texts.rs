//! Rules about texts.

use super::check;

/// Rows of one column `s` with these texts and NULL.
fn texts(texts: &[&str]) -> String {
    let values: Vec<String> = texts
        .iter()
        .map(|text| format!("('{}')", text.replace('\'', "''")))
        .collect();
    format!(
        "SELECT * FROM (VALUES {}, (NULL)) AS t(s)",
        values.join(", ")
    )
}

#[test]
fn lists_of_texts_are_compared_with_letter_case_or_without() {
    let rows = texts(&[
        "EWR", "ewr", "jfk ", "", "Straße", "STRASSE", "ÉTÉ", "été", "a|b", "it's",
    ]);
    check(
        &rows,
        &[
            (
                "rule_type: accepted_values, column: s, parameters: {values: [EWR, 'été', 'a|b', \"it's\"]}",
                "11 6 1",
            ),
            (
                "rule_type: accepted_values, column: s, parameters: {values: [EWR, 'été', 'a|b', \"it's\"], case_sensitive: false}",
                "11 4 1",
            ),
            (
                "rule_type: rejected_values, column: s, parameters: {values: ['', 'straße', jfk], case_sensitive: false}",
                "11 2 1",
            ),
            (
                "rule_type: rejected_values, column: s, parameters: {values: ['', jfk]}",
                "11 1 1",
            ),
            (
                "rule_type: accepted_values, column: s, parameters: {values: [1]}",
                "error: write it in quotes",
            ),
        ],
    );
}

#[test]
fn length_counts_scalar_values() {
    let rows = texts(&["", "a", "é", "e\u{301}", "😀", "👨‍👩‍👧", "abc", "日本"]);
    check(
        &rows,
        &[
            (
                "rule_type: length, column: s, parameters: {equals: 1}",
                "9 5 1",
            ),
            (
                "rule_type: length, column: s, parameters: {min: 1}",
                "9 1 1",
            ),
            (
                "rule_type: length, column: s, parameters: {max: 2, nulls: fail}",
                "9 3 1",
            ),
            (
                "rule_type: length, column: s, parameters: {min: 2, max: 4}",
                "9 5 1",
            ),
            (
                "rule_type: length, column: s, parameters: {min: 5, max: 5}",
                "9 7 1",
            ),
        ],
    );
    check(
        "SELECT 1 AS s",
        &[(
            "rule_type: length, column: s, parameters: {min: 1}",
            "error: a length needs text",
        )],
    );
}

/// Texts that are of a format and others that are not.
fn check_format(format: &str, right: &[&str], wrong: &[&str]) {
    let all = [right, wrong].concat();
    let rule = format!("rule_type: format, column: s, parameters: {{format: {format}}}");
    let only_right = format!(
        "rule_type: format, column: s, where: \"s IS NOT NULL\", parameters: {{format: {format}}}"
    );
    let total = all.len() + 1;
    check(
        &texts(&all),
        &[(&rule, &format!("{total} {} 1", wrong.len()))],
    );
    check(
        &texts(right),
        &[(&only_right, &format!("{} 0 0", right.len()))],
    );
}

#[test]
fn formats_are_the_published_ones() {
    check_format(
        "email",
        &[
            "a@b",
            "first.last+tag@sub.example.com",
            "x'y@example.co",
            "a@1.2",
        ],
        &[
            "", "a", "@b", "a@", "a b@c.d", "a@b..c", "a@-b.c", "a@b-.c", "é@b.c", "a@b.c\n",
            "a@@b",
        ],
    );
    check_format(
        "uuid",
        &[
            "123e4567-e89b-12d3-a456-426614174000",
            "00000000-0000-0000-0000-000000000000",
            "ABCDEF01-2345-6789-ABCD-EF0123456789",
        ],
        &[
            "",
            "123e4567e89b12d3a456426614174000",
            "{123e4567-e89b-12d3-a456-426614174000}",
            "123e4567-e89b-12d3-a456-42661417400",
            "g23e4567-e89b-12d3-a456-426614174000",
        ],
    );
    check_format(
        "ipv4",
        &["0.0.0.0", "255.255.255.255", "192.168.1.10"],
        &[
            "",
            "256.1.1.1",
            "1.2.3",
            "1.2.3.4.5",
            "01.2.3.4",
            "1.2.3.4 ",
            "a.b.c.d",
        ],
    );
    check_format(
        "ipv6",
        &[
            "::",
            "::1",
            "2001:db8::8a2e:370:7334",
            "1:2:3:4:5:6:7:8",
            "::ffff:192.0.2.1",
            "1:2:3:4:5:6:7::",
            "fe80::",
        ],
        &[
            "",
            ":",
            ":::",
            "1::2::3",
            "1:2:3:4:5:6:7",
            "12345::",
            "1:2:3:4:5:6:7:8:9",
            "fe80::1%eth0",
            "::g",
            "::256.1.1.1",
        ],
    );
    check_format(
        "url",
        &[
            "http://example.com",
            "HTTPS://user:pw@example.com:8080/a/b?c=d&e#f",
            "http://[::1]:80/",
            "http://1.2.3.4",
            "https://a/%20",
        ],
        &[
            "",
            "example.com",
            "ftp://example.com",
            "http://",
            "http:///a",
            "http://a b",
            "http://example.com/ü",
            "javascript:alert(1)",
            "http://[::1",
            "http://a/%2",
        ],
    );
    check_format(
        "date",
        &["2024-02-29", "0001-01-01", "9999-12-31", "2000-02-29"],
        &[
            "",
            "2023-02-29",
            "1900-02-29",
            "2024-13-01",
            "2024-04-31",
            "24-01-01",
            "2024-1-1",
            "0000-01-01",
            "2024-01-01T00:00:00",
        ],
    );
    check_format(
        "datetime",
        &[
            "2024-02-29T23:59:59Z",
            "2024-02-29 00:00",
            "2024-01-01T10:00:00.123456+05:30",
            "2024-01-01 10:00:00-08",
        ],
        &[
            "",
            "2024-01-01",
            "2024-01-01T24:00:00",
            "2024-01-01T10:00Z",
            "2024-01-01T10:60:00",
            "2024-01-01T10:00:00.1234567",
            "2023-02-29T10:00:00",
            "2024-01-01T10:00:00 UTC",
        ],
    );
}

#[test]
fn json_is_told_by_the_engines_that_can() {
    let right = [
        "{}",
        "[1, 2.5e3, \"a,]\", null, true]",
        " \"x\" ",
        "{\"a\": {\"b\": [\"NaN\", \"\\u00e9\"]}}",
        "1e999",
        "\"\\ud83d\\ude00\"",
    ];
    let wrong = [
        "",
        "[1,]",
        "{\"a\": 1,}",
        "NaN",
        "-Infinity",
        "[inf]",
        "01",
        "'a'",
        "{a: 1}",
        "[1] 2",
        "\"\\ud800\"",
        "nul",
        "/**/1",
        "\"a",
    ];
    let rows = texts(&[&right[..], &wrong[..]].concat());
    let workspace = crate::support::Workspace::new();
    super::write_tables(&workspace, &[("t", &rows)]);
    let rule_text = "      - {name: r, rule_type: format, column: s, parameters: {format: json}}\n";
    for (engine, expected) in [
        (
            "duckdb",
            format!("{} {} 1", right.len() + wrong.len() + 1, wrong.len()),
        ),
        (
            "datafusion",
            format!("{} {} 1", right.len() + wrong.len() + 1, wrong.len()),
        ),
        ("postgres", "error: cannot tell what is JSON".to_owned()),
    ] {
        super::run_on(&workspace, engine, &[("t", &rows)], "", rule_text);
        let report = workspace.json("report.json");
        let result = crate::support::rule(&report, "t", "r");
        assert_eq!(super::compare(result, &expected), Ok(()), "{engine}");
    }
}

#[test]
fn what_is_castable_is_fixed_and_no_engines_cast() {
    let rows = texts(&[
        "0",
        "-9223372036854775808",
        "9223372036854775808",
        "007",
        "1.5",
        "-.5",
        "1e3",
        "NaN",
        "Infinity",
        "true",
        "FALSE",
        "t",
        "2024-02-29",
        "2023-02-29",
        "2024-02-29 10:00",
        "2024-02-29T10:00:00.5Z",
        "",
        " 1",
        "1_000",
        "0x10",
        "123.456",
        "١",
    ]);
    let of = |name: &str, failed: u64| {
        (
            format!("rule_type: castable, column: s, parameters: {{type: '{name}'}}"),
            format!("23 {failed} 1"),
        )
    };
    let cases = [
        of("integer", 22 - 3),
        of("decimal(5,2)", 22 - 4),
        of("decimal(38,3)", 22 - 7),
        of("double", 22 - 10),
        of("boolean", 22 - 2),
        of("date", 22 - 1),
        of("timestamp", 22 - 2),
        of("timestamptz", 22 - 3),
    ];
    let cases: Vec<_> = cases
        .iter()
        .map(|(rule, expected)| (rule.as_str(), expected.as_str()))
        .collect();
    check(&rows, &cases);
    check(
        "SELECT 1::BIGINT AS i, DATE '2024-01-01' AS d",
        &[
            (
                "rule_type: castable, column: i, parameters: {type: integer}",
                "1 0 0",
            ),
            (
                "rule_type: castable, column: i, parameters: {type: double}",
                "error: a cast needs text",
            ),
            (
                "rule_type: castable, column: d, parameters: {type: date}",
                "1 0 0",
            ),
        ],
    );
}
