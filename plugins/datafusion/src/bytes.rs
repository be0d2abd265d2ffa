//! Numbers of bytes as users write them.

/// The number of bytes that a text such as `256MB` or `1.5 GiB` means; units of 1000 unless they have an `i`.
pub fn parse_bytes(text: &str) -> Result<u64, String> {
    const UNITS: &[(&str, u64)] = &[
        ("", 1),
        ("b", 1),
        ("kb", 1000),
        ("mb", 1000_u64.pow(2)),
        ("gb", 1000_u64.pow(3)),
        ("tb", 1000_u64.pow(4)),
        ("kib", 1 << 10),
        ("mib", 1 << 20),
        ("gib", 1 << 30),
        ("tib", 1 << 40),
    ];
    let refused = || format!("'{text}' is no number of bytes; write it as 256MB or 2GiB");
    let text = text.trim();
    let digits = text.find(|c: char| !c.is_ascii_digit() && c != '.');
    let (number, unit) = text.split_at(digits.unwrap_or(text.len()));
    let unit = unit.trim().to_ascii_lowercase();
    let (_, factor) = UNITS
        .iter()
        .find(|(name, _)| *name == unit)
        .ok_or_else(refused)?;
    if let Ok(whole) = number.parse::<u64>() {
        return whole
            .checked_mul(*factor)
            .filter(|bytes| *bytes > 0)
            .ok_or_else(refused);
    }
    let number: f64 = number.parse().map_err(|_| refused())?;
    #[expect(
        clippy::cast_precision_loss,
        reason = "units are powers that doubles hold"
    )]
    let bytes = number * *factor as f64;
    #[expect(
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        reason = "the number is positive and its fraction of a byte is of no interest"
    )]
    let bytes = bytes as u64;
    Some(bytes).filter(|bytes| *bytes > 0).ok_or_else(refused)
}

#[cfg(test)]
mod tests {
    use super::parse_bytes;

    #[test]
    fn units_are_decimal_or_binary() {
        assert_eq!(parse_bytes("256MB"), Ok(256_000_000));
        assert_eq!(parse_bytes("2 GiB"), Ok(2 << 30));
        assert_eq!(parse_bytes("1.5kb"), Ok(1500));
        assert_eq!(parse_bytes("4096"), Ok(4096));
    }

    #[test]
    fn other_texts_are_refused() {
        for text in [
            "",
            "MB",
            "1XB",
            "-1MB",
            "0",
            "1.2.3MB",
            "99999999999TB",
            "80%",
        ] {
            assert!(parse_bytes(text).is_err(), "{text}");
        }
    }
}
