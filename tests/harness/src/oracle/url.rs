//! The address of a page, part by part.

use std::net::Ipv6Addr;
use std::str::FromStr;

/// `http://` or `https://`, perhaps a user and `@`, a host, perhaps a port, and perhaps a path, `?` and a query, `#`
/// and a fragment.
pub fn is_url(text: &str) -> bool {
    let Some((scheme, rest)) = text.split_once("://") else {
        return false;
    };
    let (rest, fragment) = cut(rest, "#");
    let (rest, query) = cut(rest, "?");
    let (authority, path) = cut(rest, "/");
    let (user, place) = match authority.split_once('@') {
        Some((user, place)) => (user, place),
        None => ("", authority),
    };
    ["http", "https"].contains(&scheme.to_ascii_lowercase().as_str())
        && is_made_of(user, ":")
        && is_place(place)
        && is_made_of(path, ":@/")
        && is_made_of(query, ":@/?")
        && is_made_of(fragment, ":@/?")
}

/// What stands before the mark, and behind it.
fn cut<'t>(text: &'t str, mark: &str) -> (&'t str, &'t str) {
    text.split_once(mark).unwrap_or((text, ""))
}

/// A host, and perhaps a port of up to five digits.
fn is_place(text: &str) -> bool {
    let (is_host, behind) = match text.strip_prefix('[').and_then(|rest| rest.split_once(']')) {
        Some((address, behind)) => (Ipv6Addr::from_str(address).is_ok(), behind),
        None => {
            let end = text.find(':').unwrap_or(text.len());
            let (name, behind) = text.split_at(end);
            let has_marks = name.bytes().any(|c| b"!$&'()*+,;=".contains(&c));
            (
                !name.is_empty() && is_made_of(name, "") && !has_marks,
                behind,
            )
        }
    };
    let is_port = |port: &str| {
        (1..=5).contains(&port.len()) && port.bytes().all(|digit| digit.is_ascii_digit())
    };
    is_host && (behind.is_empty() || behind.strip_prefix(':').is_some_and(is_port))
}

/// Letters, digits, marks that may stand anywhere, these other ones, and `%` with two hexadecimal digits.
fn is_made_of(text: &str, others: &str) -> bool {
    let mut parts = text.split('%');
    let is_plain = |c: u8| {
        c.is_ascii_alphanumeric()
            || b"-._~!$&'()*+,;=".contains(&c)
            || others.as_bytes().contains(&c)
    };
    let first = parts.next().unwrap_or_default();
    first.bytes().all(is_plain)
        && parts.all(|part| {
            let is_escape = part.bytes().take(2).filter(u8::is_ascii_hexdigit).count() == 2;
            is_escape && part.bytes().all(is_plain)
        })
}
