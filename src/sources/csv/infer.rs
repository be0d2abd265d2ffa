//! What type the values of a column have in common.

use super::ColumnType;
use super::moment::moment;
use super::records::Field;

/// The narrowest type of the values seen so far: a lattice, so the order of rows does not matter.
///
/// A type is taken only if every value keeps its meaning in it: `007` and `+5` are text, because
/// identifiers must stay as written, and so is a mixture of fractions and integers beyond a double.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Inferred {
    /// Only NULL.
    Nothing,
    Boolean,
    /// Exact as a double, too.
    Integer,
    /// Beyond ±2⁵³, where doubles have gaps.
    WideInteger,
    Double,
    Date,
    Timestamp,
    TimestampTz,
    Text,
}

const MAX_EXACT_DOUBLE: u64 = 1 << 53;

impl Inferred {
    /// The type of one field.
    pub(super) fn of(field: Field) -> Self {
        match field.raw {
            [] if field.quoted => Self::Text,
            [] => Self::Nothing,
            [b'-' | b'0'..=b'9', ..] => number(field.raw)
                .or_else(|| moment(field.raw))
                .unwrap_or(Self::Text),
            text if text.eq_ignore_ascii_case(b"true") || text.eq_ignore_ascii_case(b"false") => {
                Self::Boolean
            }
            _ => Self::Text,
        }
    }

    /// The narrowest type that holds both.
    pub(super) fn join(self, other: Self) -> Self {
        use Inferred::*;
        match (self, other) {
            (one, same) if one == same => one,
            (Nothing, one) | (one, Nothing) => one,
            (Integer, WideInteger) | (WideInteger, Integer) => WideInteger,
            (Integer, Double) | (Double, Integer) => Double,
            (Date, Timestamp) | (Timestamp, Date) => Timestamp,
            _ => Text,
        }
    }

    pub(super) fn column_type(self) -> ColumnType {
        match self {
            Self::Boolean => ColumnType::Boolean,
            Self::Integer | Self::WideInteger => ColumnType::Integer,
            Self::Double => ColumnType::Double,
            Self::Date => ColumnType::Date,
            Self::Timestamp => ColumnType::Timestamp,
            Self::TimestampTz => ColumnType::TimestampTz,
            Self::Text | Self::Nothing => ColumnType::Text,
        }
    }
}

/// A number as JSON writes it; `None` for other text.
fn number(text: &[u8]) -> Option<Inferred> {
    let (whole, rest) = split_digits(text.strip_prefix(b"-").unwrap_or(text));
    if whole.is_empty() || (whole.len() > 1 && whole[0] == b'0') {
        return None;
    }
    match rest {
        [] => integer(text),
        [b'.', b'0'..=b'9', ..] | [b'e' | b'E', ..] => double(text),
        _ => None,
    }
}

/// The digits at the beginning, and what follows them.
pub(super) fn split_digits(text: &[u8]) -> (&[u8], &[u8]) {
    text.split_at(text.iter().take_while(|byte| byte.is_ascii_digit()).count())
}

fn integer(text: &[u8]) -> Option<Inferred> {
    const SURELY_EXACT_DIGITS: usize = 15;
    if text.len() <= SURELY_EXACT_DIGITS {
        return Some(Inferred::Integer);
    }
    let value: i64 = str::from_utf8(text).ok()?.parse().ok()?;
    Some(if value.unsigned_abs() <= MAX_EXACT_DOUBLE {
        Inferred::Integer
    } else {
        Inferred::WideInteger
    })
}

/// Engines disagree whether a number beyond the doubles is infinite or an error, so it stays text.
fn double(text: &[u8]) -> Option<Inferred> {
    let value: f64 = str::from_utf8(text).ok()?.parse().ok()?;
    value.is_finite().then_some(Inferred::Double)
}

#[cfg(test)]
mod tests {
    use super::Inferred::{self, *};
    use super::*;

    const ALL: [Inferred; 9] = [
        Nothing,
        Boolean,
        Integer,
        WideInteger,
        Double,
        Date,
        Timestamp,
        TimestampTz,
        Text,
    ];

    fn of(text: &str, quoted: bool) -> Inferred {
        let raw = text.as_bytes();
        Inferred::of(Field { raw, quoted })
    }

    /// Each of the texts, parted by `|`, has the type, in quotes as well as without.
    #[track_caller]
    fn assert_each(expected: Inferred, texts: &str) {
        for text in texts.split('|') {
            assert_eq!(of(text, false), expected, "{text}");
            assert_eq!(of(text, true), expected, "quoted {text}");
        }
    }

    #[test]
    fn only_an_unquoted_empty_field_is_null() {
        assert_eq!(of("", false), Nothing);
        assert_eq!(of("", true), Text);
    }

    #[test]
    fn booleans_are_the_two_words_in_any_case() {
        assert_each(Boolean, "true|false|TRUE|False|tRuE");
        assert_each(Text, "t|yes|truex| true|true ");
    }

    #[test]
    fn integers_have_64_bits_and_no_leading_zero_or_plus() {
        assert_each(Integer, "0|-0|7|-12|999999999999999|-999999999999999");
        assert_each(Integer, "9007199254740992|-9007199254740992");
        assert_each(WideInteger, "9007199254740993|-9007199254740993");
        assert_each(WideInteger, "9223372036854775807|-9223372036854775808");
        assert_each(Text, "9223372036854775808|-9223372036854775809");
        assert_each(
            Text,
            "007|-01|00|+5|-|--1| 5|5 |1_000|0x1|٣|000000000000000001",
        );
    }

    #[test]
    fn doubles_are_finite_numbers_as_json_writes_them() {
        assert_each(Double, "1.5|-0.25|0.0|1e9|1E9|1e+9|2.5e-3|1e308|1e-400");
        assert_each(Text, ".5|5.|-.5|01.5|+1.5|1.5.2|1,5|1.-5|1.5 |1._5|1.5f");
        assert_each(Text, "1e|1e+|1e1.5|e9|1.e9|1ee9|1e9 |1e 9");
        assert_each(Text, "NaN|nan|inf|-inf|Infinity|-Infinity");
        assert_each(Text, "1e309|-1.8e308|1e99999999999999999999");
        assert_each(Text, &format!("{}.5", "9".repeat(310)));
    }

    #[test]
    fn dates_and_times_are_moments() {
        assert_each(Date, "2024-02-29");
        assert_each(Timestamp, "2024-02-29 10:00");
        assert_each(TimestampTz, "2024-02-29 10:00:00Z");
        assert_each(Text, "2024-02-30|2024-02-29 10|2024-02");
    }

    #[test]
    fn few_pairs_have_a_common_type_other_than_text() {
        assert_eq!(Integer.join(WideInteger), WideInteger);
        assert_eq!(Integer.join(Double), Double);
        assert_eq!(Date.join(Timestamp), Timestamp);
        assert_eq!(WideInteger.join(Double), Text);
        assert_eq!(Timestamp.join(TimestampTz), Text);
        let pairs = ALL
            .iter()
            .flat_map(|one| ALL.iter().map(move |other| (*one, *other)));
        let common = pairs.filter(|(one, other)| one != other && one.join(*other) != Text);
        assert_eq!(
            common.count(),
            2 * (3 + 7),
            "three pairs, and NULL with each type but text"
        );
    }

    #[test]
    fn the_order_of_values_does_not_matter() {
        for a in ALL {
            assert_eq!(a.join(a), a);
            assert_eq!(a.join(Nothing), a);
            assert_eq!(a.join(Text), Text);
            for b in ALL {
                assert_eq!(a.join(b), b.join(a), "{a:?} {b:?}");
                for c in ALL {
                    assert_eq!(a.join(b).join(c), a.join(b.join(c)), "{a:?} {b:?} {c:?}");
                }
            }
        }
    }
}
