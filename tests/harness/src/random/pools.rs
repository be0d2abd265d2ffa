//! Values that a column of a type is filled from, the plain ones first.

use crate::oracle::value::{ColumnType, Unit};

const INTEGERS: &[i128] = &[
    0,
    1,
    2,
    3,
    -1,
    5,
    10,
    7,
    -2,
    20,
    100,
    127,
    -128,
    128,
    255,
    256,
    32_767,
    -32_768,
    65_535,
    65_536,
    2_147_483_647,
    -2_147_483_648,
    2_147_483_648,
    4_294_967_295,
    4_294_967_296,
    9_007_199_254_740_992,
    9_007_199_254_740_993,
    i64::MAX as i128,
    i64::MIN as i128,
    i64::MAX as i128 - 1,
    i64::MAX as i128 + 1,
    u64::MAX as i128,
];

const DOUBLES: &[&str] = &[
    "0",
    "1",
    "-1",
    "1.5",
    "0.1",
    "2",
    "-0",
    "NaN",
    "inf",
    "-inf",
    "0.30000000000000004",
    "0.3",
    "1e308",
    "-1e308",
    "5e-324",
    "9007199254740993",
    "1e-7",
    "-1.5",
    "2.0000000001",
    "100",
];

const FLOATS: &[&str] = &[
    "0", "1", "-1", "1.5", "0.1", "2", "-0", "NaN", "inf", "-inf", "0.3", "3.4e38", "-3.4e38",
    "1e-45", "16777216", "16777218", "100",
];

const TEXTS: &[&str] = &[
    "a",
    "b",
    "",
    "A",
    "abc",
    "0",
    "1",
    "10",
    "é",
    "e\u{301}",
    "😀",
    " a",
    "a ",
    "a\nb",
    "\n",
    "a\n",
    "\t",
    "Z",
    "ß",
    "İ",
    "\u{212A}",
    "\u{17F}",
    "\u{FF21}",
    "\u{FFFF}",
    "'",
    "\"",
    "\\",
    "%",
    "_",
    "$",
    "NULL",
    "null",
    "true",
    "NaN",
    "2020-01-01",
    "\u{1}",
    "\u{7F}",
    "\u{200B}",
    "\u{FEFF}",
    "\u{A0}",
    "👨\u{200D}👩\u{200D}👧",
    "٣",
    "a.b",
    "a-b",
    "foo bar",
    "Straße",
    "aaaaaaaaaaaa",
    "aaaaaaaaaaaab",
    "a text that is longer than what is kept of a text in the statistics of a file, which are 64 bytes: 1",
    "a text that is longer than what is kept of a text in the statistics of a file, which are 64 bytes: 2",
    "😀😀😀😀😀😀😀😀😀😀😀😀😀😀😀😀😀😀",
    "2020-02-30",
    "2020-01-01T12:30:00Z",
    "2020-01-01 12:30",
    "1.5",
    "-7",
    "+7",
    "1e5",
    "9223372036854775808",
    "TRUE",
    "Infinity",
    "127.0.0.1",
    "01.2.3.4",
    "::1",
    "550e8400-e29b-41d4-a716-446655440000",
    "550E8400E29B41D4A716446655440000",
    "a@b",
    "first.last+tag@sub.example.com",
    "a@b..c",
    "a@-b.c",
    "é@b.c",
    "a@b@c",
    "http://example.com",
    "HTTPS://user:pw@example.com:8080/a/b?c=d&e#f",
    "http://[::1]:80/",
    "http://a/%2",
    "https://a/%20?%C3%A9#x?/",
    "http://example.com/é",
    "http://a:123456",
    "ftp://a",
    "{}",
    "[1, 2.5e3, \"a,]\", null, true]",
    "{\"a\": 1,}",
    "\"\\ud800\"",
    "\"\\ud83d\\ude00\"",
    "01",
    " 1",
    "1 ",
    "-0",
    "+0.00",
    "123.45",
    "00123.4500",
    "0.123",
    ".5",
    "5.",
    ".",
    "-",
    "-9223372036854775808",
    "000009223372036854775807",
    "1_000",
    "0x10",
    "1e400",
    "-inf",
    "fALSE",
    "yes",
    "2020-01-01T24:00",
    "2020-02-29 23:59:59.123456",
    "2020-02-29T23:59:59.1234567",
    "2020-01-01T12:30:00+05:30",
    "2020-01-01T12:30:00-15:59",
    "2020-01-01T12:30:00+16:00",
    "2020-01-01T12:30Z",
    "1.2.3.4 ",
    "256.1.1.1",
    "::ffff:192.0.2.1",
    "1::2::3",
    "fe80::1%eth0",
    "ΑΣ",
    "ας",
    "STRASSE",
    "\u{1E9E}",
    "ǅ",
    "ǆ",
];

const DATES: &[&str] = &[
    "2020-01-01",
    "2020-02-29",
    "2020-02-28",
    "2020-03-01",
    "1970-01-01",
    "1969-12-31",
    "2000-01-01",
    "2021-12-31",
    "0001-01-01",
    "9999-12-31",
    "1582-10-10",
    "1900-02-28",
    "2262-04-12",
];

const MILLIS: &[&str] = &[
    "2020-01-01T00:00:00",
    "2020-01-01T00:00:00.001",
    "2020-01-01T12:30:00",
    "1970-01-01T00:00:00",
    "1969-12-31T23:59:59.999",
    "2020-02-29T23:59:59",
    "2021-03-28T01:30:00",
    "2021-10-31T00:30:00",
    "1900-01-01T00:00:00",
    "2200-01-01T00:00:00",
];

const MICROS: &[&str] = &[
    "2020-01-01T00:00:00.000001",
    "1969-12-31T23:59:59.999999",
    "2020-01-01T00:00:00.001001",
];

/// Not for nanoseconds, which end in the year 2262.
const FAR_MOMENTS: &[&str] = &[
    "0001-01-01T00:00:00",
    "9999-12-31T23:59:59.999",
    "9999-12-30T00:00:00",
];

const TIMES: &[&str] = &["00:00:00", "12:00:00", "23:59:59.999999", "00:00:00.000001"];

const BYTES: &[&str] = &[
    "00",
    "",
    "ff",
    "0001",
    "61",
    "c3a9",
    "00ff00ff00ff00ff00ff00ff00ff00ff",
];

/// The values of a type.
pub fn of(column_type: &ColumnType) -> Vec<String> {
    let texts = |lists: &[&[&str]]| -> Vec<String> {
        lists
            .concat()
            .iter()
            .map(|text| (*text).to_owned())
            .collect()
    };
    let integers = |min: i128, max: i128| -> Vec<String> {
        let fitting = INTEGERS
            .iter()
            .filter(|number| (min..=max).contains(*number));
        fitting.map(ToString::to_string).collect()
    };
    match column_type {
        ColumnType::Boolean => texts(&[&["false", "true"]]),
        ColumnType::Int8 => integers(i8::MIN.into(), i8::MAX.into()),
        ColumnType::Int16 => integers(i16::MIN.into(), i16::MAX.into()),
        ColumnType::Int32 => integers(i32::MIN.into(), i32::MAX.into()),
        ColumnType::Int64 => integers(i64::MIN.into(), i64::MAX.into()),
        ColumnType::Uint8 => integers(0, u8::MAX.into()),
        ColumnType::Uint16 => integers(0, u16::MAX.into()),
        ColumnType::Uint32 => integers(0, u32::MAX.into()),
        ColumnType::Uint64 => integers(0, u64::MAX.into()),
        ColumnType::Float => texts(&[FLOATS]),
        ColumnType::Double => texts(&[DOUBLES]),
        ColumnType::Decimal { precision, scale } => decimals(*precision, *scale),
        ColumnType::Text(_) => texts(&[TEXTS]),
        ColumnType::Date => texts(&[DATES]),
        ColumnType::Timestamp(unit) | ColumnType::TimestampTz(unit, _) => match unit {
            Unit::Milliseconds => texts(&[MILLIS, FAR_MOMENTS]),
            Unit::Microseconds => texts(&[MILLIS, MICROS, FAR_MOMENTS]),
            Unit::Nanoseconds => texts(&[MILLIS, MICROS]),
        },
        ColumnType::Time => texts(&[TIMES]),
        ColumnType::Binary => texts(&[BYTES]),
    }
}

/// Small numbers, the smallest step, and the largest.
fn decimals(precision: u8, scale: u8) -> Vec<String> {
    let unscaled = [0_i128, 1, -1, 2, 5, 10, 100, 150, 149, 151, -150, 1_000_000]
        .into_iter()
        .chain([
            10_i128.pow(precision.into()) - 1,
            1 - 10_i128.pow(precision.into()),
        ])
        .chain([
            10_i128.pow(u32::from(precision) - 1),
            12_345_678_901_234_567_890,
        ]);
    unscaled
        .filter(|digits| digits.abs() < 10_i128.pow(precision.into()))
        .map(|digits| scaled(digits, scale))
        .collect()
}

fn scaled(digits: i128, scale: u8) -> String {
    let sign = if digits < 0 { "-" } else { "" };
    let scale = usize::from(scale);
    let digits = format!("{:0>width$}", digits.unsigned_abs(), width = scale + 1);
    let (whole, part) = digits.split_at(digits.len() - scale);
    match part {
        "" => format!("{sign}{whole}"),
        part => format!("{sign}{whole}.{part}"),
    }
}
