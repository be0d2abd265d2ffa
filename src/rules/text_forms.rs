//! Regular expressions of the portable subset for numbers, dates and times in texts.
//!
//! Each has to match the whole text. They stand for no engine's parser: `2023-02-29` is no date, whatever
//! an engine's cast makes of it.

/// A date of the years 1 to 9999 in the Gregorian calendar: `YYYY-MM-DD`.
pub const DATE: &str = concat!(
    "(?:(?:[1-9][0-9]{3}|0[1-9][0-9]{2}|00[1-9][0-9]|000[1-9])-(?:",
    "(?:0[13578]|1[02])-(?:0[1-9]|[12][0-9]|3[01])|",
    "(?:0[469]|11)-(?:0[1-9]|[12][0-9]|30)|",
    "02-(?:0[1-9]|1[0-9]|2[0-8]))|",
    // The 29th of February.
    "(?:[0-9]{2}(?:0[48]|[2468][048]|[13579][26])|(?:0[48]|[2468][048]|[13579][26])00)-02-29)",
);

/// `HH:MM`
const MINUTES: &str = "(?:[01][0-9]|2[0-3]):[0-5][0-9]";

/// `:SS`, with up to six digits behind a point.
const SECONDS: &str = r":[0-5][0-9](?:\.[0-9]{1,6})?";

/// `Z`, `±HH` or `±HH:MM`, less than 16 hours.
const ZONE: &str = "(?:Z|[+-](?:0[0-9]|1[0-5])(?::[0-5][0-9])?)";

/// A date, alone or with a time behind `T` or a space.
pub fn timestamp() -> String {
    format!("{DATE}(?:[ T]{MINUTES}(?:{SECONDS})?)?")
}

/// As [`timestamp`], or with seconds and a zone.
pub fn timestamp_with_zone() -> String {
    format!("{DATE}(?:[ T]{MINUTES}(?:{SECONDS}{ZONE}?)?)?")
}

/// A date and a time, with a zone or without.
pub fn date_and_time() -> String {
    format!("{DATE}[ T]{MINUTES}(?:{SECONDS}{ZONE}?)?")
}

/// A whole number from -2^63 to 2^63 - 1, with a sign or without, and with leading zeros.
pub fn integer() -> String {
    let positive = up_to("9223372036854775807");
    let negative = up_to("9223372036854775808");
    format!(r"(?:\+?0*{positive}|-0*{negative})")
}

/// A decimal with so many digits before and behind the point at most, leading and trailing zeros aside.
pub fn decimal(precision: u8, scale: u8) -> String {
    let digits = |most: u8| match most {
        0 => String::new(),
        most => format!("[0-9]{{0,{most}}}"),
    };
    let (whole, fraction) = (digits(precision - scale), digits(scale));
    // At least one digit stands on one side of the point.
    format!(
        r"[+-]?(?:0+{whole}|{some_whole})(?:\.{fraction}0*)?|[+-]?0*\.(?:{some_fraction}0*|0+)",
        some_whole = some(&whole),
        some_fraction = some(&fraction),
    )
}

/// The pattern of digits with at least one of them; for none, what never matches.
fn some(digits: &str) -> String {
    match digits {
        "" => "[^\\s\\S]".to_owned(),
        digits => digits.replacen("{0,", "{1,", 1),
    }
}

/// A number as programs write it, rounded to the nearest double, or NaN or an infinity.
pub const DOUBLE: &str = concat!(
    r"[+-]?(?:[0-9]+(?:\.[0-9]*)?|\.[0-9]+)(?:[eE][+-]?[0-9]+)?|",
    "[+-]?(?:[Ii][Nn][Ff](?:[Ii][Nn][Ii][Tt][Yy])?|[Nn][Aa][Nn])",
);

/// True or false in any letter case.
pub const BOOLEAN: &str = "[Tt][Rr][Uu][Ee]|[Ff][Aa][Ll][Ss][Ee]";

/// The whole numbers up to this one, without sign and leading zeros, in a way that has no ambiguity: shorter
/// ones, or such that a digit is smaller and those before it are equal.
fn up_to(most: &str) -> String {
    let mut branches = vec![format!("[0-9]{{1,{}}}", most.len() - 1)];
    for (index, digit) in most.char_indices() {
        let rest = most.len() - index - 1;
        let below = match digit {
            '0' => continue,
            // A leading zero makes it one of the shorter ones.
            '1' if index == 0 => continue,
            '1' => "0".to_owned(),
            digit => format!(
                "[{}-{}]",
                if index == 0 { '1' } else { '0' },
                char::from(digit as u8 - 1)
            ),
        };
        let rest = match rest {
            0 => String::new(),
            rest => format!("[0-9]{{{rest}}}"),
        };
        branches.push(format!("{}{below}{rest}", &most[..index]));
    }
    branches.push(most.to_owned());
    format!("(?:{})", branches.join("|"))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The whole text, as the crate `regex` sees it.
    fn matches(pattern: &str, text: &str) -> bool {
        regex::Regex::new(&format!("^(?:{pattern})$"))
            .unwrap()
            .is_match(text)
    }

    #[test]
    fn dates_are_those_of_the_calendar() {
        let date = regex::Regex::new(&format!("^(?:{DATE})$")).unwrap();
        for year in [0, 1, 4, 99, 100, 400, 1900, 2000, 2023, 2024, 9999] {
            for month in 0..=13 {
                for day in 0..=32 {
                    let text = format!("{year:04}-{month:02}-{day:02}");
                    let is_one = year > 0 && jiff::civil::Date::new(year, month, day).is_ok();
                    assert_eq!(date.is_match(&text), is_one, "{text}");
                }
            }
        }
    }

    #[test]
    fn integers_are_those_of_64_bits() {
        let integer = integer();
        for text in [
            "0",
            "-0",
            "+7",
            "007",
            "9223372036854775807",
            "-9223372036854775808",
            "000009223372036854775807",
            "8999999999999999999",
            "1000000000000000000",
        ] {
            assert!(matches(&integer, text), "{text}");
            assert!(text.parse::<i64>().is_ok(), "{text}");
        }
        for text in [
            "9223372036854775808",
            "-9223372036854775809",
            "9300000000000000000",
            "10000000000000000000",
            "",
            "-",
            "1.0",
            " 1",
            "1e3",
            "٣",
        ] {
            assert!(!matches(&integer, text), "{text}");
        }
    }

    #[test]
    fn decimals_have_so_many_digits() {
        let five_two = decimal(5, 2);
        for text in [
            "0",
            "123.45",
            "-123.4",
            "00123.4500",
            ".5",
            "1.",
            "+0.00",
            "123",
            ".000",
            "0.5",
        ] {
            assert!(matches(&five_two, text), "{text}");
        }
        for text in ["1234", "0.123", ".", "", "1,5", "1e2", "-", "12345.6"] {
            assert!(!matches(&five_two, text), "{text}");
        }
        let whole = decimal(2, 0);
        assert!(matches(&whole, "12") && matches(&whole, "12.0") && matches(&whole, "0.0"));
        assert!(!matches(&whole, "123") && !matches(&whole, "0.5"));
        let fraction = decimal(2, 2);
        assert!(matches(&fraction, "0.12") && matches(&fraction, "-.1") && matches(&fraction, "0"));
        assert!(!matches(&fraction, "1.0"));
    }
}
