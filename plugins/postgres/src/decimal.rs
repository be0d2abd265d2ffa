//! PostgreSQL's binary form of a `numeric`, exactly.
//!
//! Form: number of digits, weight of the first, sign, digits behind the point, and the digits to the base of
//! ten thousand, all in 16 bits
//! (<https://github.com/postgres/postgres/blob/REL_15_STABLE/src/backend/utils/adt/numeric.c>, `numeric_send`).

const NEGATIVE: u16 = 0x4000;
const NAN: u16 = 0xC000;
const INFINITY: u16 = 0xD000;
const NEGATIVE_INFINITY: u16 = 0xF000;

/// A number as it came.
pub struct Numeric<'b> {
    sign: u16,
    /// The first digit counts so many times ten thousand to this power.
    weight: i16,
    /// Digits behind the point that are shown.
    shown: u16,
    digits: &'b [[u8; 2]],
}

impl<'b> Numeric<'b> {
    /// Reads the binary form; `None` for what is none.
    pub fn read(bytes: &'b [u8]) -> Option<Self> {
        let (words, rest) = bytes.as_chunks::<2>();
        let [count, weight, sign, shown, digits @ ..] = words else {
            return None;
        };
        let whole = rest.is_empty() && digits.len() == usize::from(u16::from_be_bytes(*count));
        whole.then(|| Self {
            sign: u16::from_be_bytes(*sign),
            weight: i16::from_be_bytes(*weight),
            shown: u16::from_be_bytes(*shown),
            digits,
        })
    }

    /// The number as a multiple of `10^-scale`; `None` where it is none, or has too many digits.
    pub fn unscaled(&self, scale: u32) -> Option<i128> {
        let mut sum: i128 = 0;
        for (index, digit) in self.digits.iter().enumerate() {
            let digit = i128::from(u16::from_be_bytes(*digit));
            let power = 4 * (i32::from(self.weight) - i32::try_from(index).ok()?)
                + i32::try_from(scale).ok()?;
            let factor = 10_i128.checked_pow(power.unsigned_abs());
            let part = match (power >= 0, factor) {
                (true, Some(factor)) => digit.checked_mul(factor)?,
                (false, Some(factor)) if digit % factor == 0 => digit / factor,
                _ if digit == 0 => 0,
                _ => return None,
            };
            sum = sum.checked_add(part)?;
        }
        match self.sign {
            0 => Some(sum),
            NEGATIVE => Some(-sum),
            _ => None,
        }
    }

    /// The number as PostgreSQL writes it.
    pub fn text(&self) -> String {
        match self.sign {
            NAN => return "NaN".into(),
            INFINITY => return "Infinity".into(),
            NEGATIVE_INFINITY => return "-Infinity".into(),
            _ => {}
        }
        let group = |place: i32| {
            let index = usize::try_from(i32::from(self.weight) - place).ok();
            let digit = index.and_then(|index| self.digits.get(index));
            digit.map_or(0, |digit| u16::from_be_bytes(*digit))
        };
        let whole: String = (0..=i32::from(self.weight.max(0)))
            .rev()
            .map(|place| format!("{:04}", group(place)))
            .collect();
        let whole = whole.trim_start_matches('0');
        let groups_behind = i32::from(self.shown).div_euclid(4) + 1;
        let mut behind: String = (1..=groups_behind)
            .map(|place| format!("{:04}", group(-place)))
            .collect();
        behind.truncate(self.shown.into());
        let sign = if self.sign == NEGATIVE { "-" } else { "" };
        let whole = if whole.is_empty() { "0" } else { whole };
        match behind.is_empty() {
            true => format!("{sign}{whole}"),
            false => format!("{sign}{whole}.{behind}"),
        }
    }
}

/// The binary form of `unscaled`, a whole number in digits, times `10^-scale`.
pub fn encode(unscaled: &str, scale: i8, bytes: &mut Vec<u8>) {
    let (sign, digits) = match unscaled.strip_prefix('-') {
        Some(digits) => (NEGATIVE, digits),
        None => (0, unscaled),
    };
    let behind = usize::from(scale.max(0).unsigned_abs());
    let mut digits = digits.to_owned();
    digits.extend(std::iter::repeat_n(
        '0',
        usize::from(scale.min(0).unsigned_abs()),
    ));
    // Both sides of the point in whole groups of four.
    let missing = (behind + 1).saturating_sub(digits.len());
    digits.insert_str(0, &"0".repeat(missing));
    let whole = digits.len() - behind;
    let before = (4 - whole % 4) % 4;
    let after = (4 - behind % 4) % 4;
    let padded = format!("{}{digits}{}", "0".repeat(before), "0".repeat(after));
    let groups: Vec<u16> = padded
        .as_bytes()
        .chunks(4)
        .map(|group| {
            group
                .iter()
                .fold(0, |sum, digit| sum * 10 + u16::from(digit - b'0'))
        })
        .collect();
    let first = groups.iter().position(|group| *group != 0);
    let last = groups.iter().rposition(|group| *group != 0);
    let (significant, weight) = match (first, last) {
        (Some(first), Some(last)) => (
            &groups[first..=last],
            ((whole + before) / 4) as i64 - 1 - first as i64,
        ),
        _ => (&groups[..0], 0),
    };
    let sign = if significant.is_empty() { 0 } else { sign };
    let head = [
        significant.len() as u16,
        weight as i16 as u16,
        sign,
        behind as u16,
    ];
    for word in head.iter().chain(significant) {
        bytes.extend_from_slice(&word.to_be_bytes());
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_encoded_reads_as_the_same_number() {
        let cases = [
            ("0", 0, "0"),
            ("0", 3, "0.000"),
            ("1", 0, "1"),
            ("-1", 4, "-0.0001"),
            ("12345", 2, "123.45"),
            ("-123456789", 5, "-1234.56789"),
            ("10000", 0, "10000"),
            ("5", -3, "5000"),
            (
                "99999999999999999999999999999999999999",
                0,
                "99999999999999999999999999999999999999",
            ),
            (
                "-99999999999999999999999999999999999999",
                37,
                "-9.9999999999999999999999999999999999999",
            ),
            ("1", 38, "0.00000000000000000000000000000000000001"),
        ];
        for (unscaled, scale, text) in cases {
            let mut bytes = Vec::new();
            encode(unscaled, scale, &mut bytes);
            let numeric = Numeric::read(&bytes).unwrap();
            assert_eq!(numeric.text(), text);
            if let Ok(scale) = u32::try_from(scale) {
                let value = numeric.unscaled(scale).unwrap();
                assert_eq!(value.to_string(), unscaled, "{text}");
            }
        }
    }

    #[test]
    fn a_number_with_too_many_digits_is_no_multiple() {
        let mut bytes = Vec::new();
        encode("12345", 3, &mut bytes);
        let numeric = Numeric::read(&bytes).unwrap();
        assert_eq!(numeric.unscaled(2), None);
        assert_eq!(numeric.unscaled(3), Some(12345));
        assert_eq!(numeric.unscaled(38), None);
        assert!(Numeric::read(&bytes[1..]).is_none());
    }

    #[test]
    fn what_is_no_number_has_a_name() {
        for (sign, text) in [
            (NAN, "NaN"),
            (INFINITY, "Infinity"),
            (NEGATIVE_INFINITY, "-Infinity"),
        ] {
            let bytes = [[0, 0], [0, 0], sign.to_be_bytes(), [0, 0]].concat();
            let numeric = Numeric::read(&bytes).unwrap();
            assert_eq!(numeric.text(), text);
            assert_eq!(numeric.unscaled(0), None);
        }
    }
}
