//! Values that Arrow has no type for, as PostgreSQL writes them.
//!
//! The binary forms are those of each type's `_send` function in `src/backend/utils/adt`.

use std::net::{Ipv4Addr, Ipv6Addr};

/// Writes the text of a binary value; `None` for what is no value of the type.
pub type TextForm = fn(&[u8]) -> Option<String>;

/// A version byte and the text.
pub fn jsonb(bytes: &[u8]) -> Option<String> {
    match bytes {
        [1, text @ ..] => std::str::from_utf8(text).ok().map(str::to_owned),
        _ => None,
    }
}

pub fn uuid(bytes: &[u8]) -> Option<String> {
    let bytes: [u8; 16] = bytes.try_into().ok()?;
    let digits = format!("{:032x}", u128::from_be_bytes(bytes));
    let (a, b, c, d, e) = (
        &digits[..8],
        &digits[8..12],
        &digits[12..16],
        &digits[16..20],
        &digits[20..],
    );
    Some(format!("{a}-{b}-{c}-{d}-{e}"))
}

pub fn hardware_address(bytes: &[u8]) -> Option<String> {
    let parts: Vec<String> = bytes.iter().map(|byte| format!("{byte:02x}")).collect();
    matches!(parts.len(), 6 | 8).then(|| parts.join(":"))
}

/// Family, bits of the mask, whether it is a `cidr`, number of bytes, the bytes.
pub fn network_address(bytes: &[u8]) -> Option<String> {
    let [_, mask, is_cidr, _, address @ ..] = bytes else {
        return None;
    };
    let (text, all) = if let Ok(four) = <[u8; 4]>::try_from(address) {
        (Ipv4Addr::from(four).to_string(), 32)
    } else {
        let sixteen = <[u8; 16]>::try_from(address).ok()?;
        (Ipv6Addr::from(sixteen).to_string(), 128)
    };
    Some(match *mask == all && *is_cidr == 0 {
        true => text,
        false => format!("{text}/{mask}"),
    })
}

/// Number of bits, and the bits from the highest on.
pub fn bits(bytes: &[u8]) -> Option<String> {
    let (count, bytes) = bytes.split_first_chunk::<4>()?;
    let count = usize::try_from(i32::from_be_bytes(*count)).ok()?;
    let mut text: String = bytes.iter().map(|byte| format!("{byte:08b}")).collect();
    (text.len() >= count).then(|| {
        text.truncate(count);
        text
    })
}

/// Microseconds of the day, and seconds west of Greenwich.
pub fn time_with_zone(bytes: &[u8]) -> Option<String> {
    let (micros, zone) = bytes.split_first_chunk::<8>()?;
    let micros = i64::from_be_bytes(*micros);
    let zone = -i32::from_be_bytes(zone.try_into().ok()?);
    let (seconds, fraction) = (micros / 1_000_000, micros % 1_000_000);
    let mut text = format!(
        "{:02}:{:02}:{:02}",
        seconds / 3600,
        seconds / 60 % 60,
        seconds % 60
    );
    if fraction != 0 {
        text = format!("{text}.{fraction:06}")
            .trim_end_matches('0')
            .to_owned();
    }
    let sign = if zone < 0 { '-' } else { '+' };
    let (hours, minutes, rest) = (zone.abs() / 3600, zone.abs() / 60 % 60, zone.abs() % 60);
    text = format!("{text}{sign}{hours:02}");
    if minutes != 0 || rest != 0 {
        text = format!("{text}:{minutes:02}");
    }
    if rest != 0 {
        text = format!("{text}:{rest:02}");
    }
    Some(text)
}

/// One byte.
pub fn character(bytes: &[u8]) -> Option<String> {
    match bytes {
        [0] => Some(String::new()),
        [byte] if byte.is_ascii() => Some(char::from(*byte).to_string()),
        [byte] => Some(format!("\\{byte:03o}")),
        _ => None,
    }
}
