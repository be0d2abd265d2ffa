//! Values that must never be shown.

use std::borrow::Cow;
use std::fmt;

/// Shorter values are not looked for: they occur everywhere by chance.
const SHORTEST: usize = 4;

/// What is shown in place of a secret.
const MASK: &str = "***";

/// Values that came from `${env:…}` and `${file:…}`, and settings that an engine declares secret.
#[derive(Clone, Default)]
pub struct Secrets {
    /// Longest first, so that a secret inside another one leaves nothing behind.
    values: Vec<String>,
}

impl Secrets {
    /// Notes a value, also in the forms in which a driver may repeat it.
    pub fn add(&mut self, value: &str) {
        self.add_form(value.to_owned());
        self.add_form(percent_encoded(value));
        if let Some(password) = password_of_url(value) {
            self.add_form(percent_decoded(password));
            self.add_form(password.to_owned());
        }
        self.values
            .sort_by_key(|value| std::cmp::Reverse(value.len()));
    }

    pub fn is_empty(&self) -> bool {
        self.values.is_empty()
    }

    /// The text with every secret masked.
    pub fn redact<'t>(&self, text: &'t str) -> Cow<'t, str> {
        let mut redacted = Cow::Borrowed(text);
        for value in &self.values {
            if redacted.contains(value.as_str()) {
                redacted = Cow::Owned(redacted.replace(value.as_str(), MASK));
            }
        }
        redacted
    }

    fn add_form(&mut self, form: String) {
        if form.chars().count() >= SHORTEST && !self.values.contains(&form) {
            self.values.push(form);
        }
    }
}

/// Shows nothing, since a debug dump goes to logs.
impl fmt::Debug for Secrets {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Secrets(***)")
    }
}

/// As in a URL, where all but unreserved characters are escaped (RFC 3986, section 2.3).
fn percent_encoded(value: &str) -> String {
    let mut encoded = String::with_capacity(value.len());
    for byte in value.bytes() {
        if byte.is_ascii_alphanumeric() || b"-._~".contains(&byte) {
            encoded.push(char::from(byte));
        } else {
            encoded.push_str(&format!("%{byte:02X}"));
        }
    }
    encoded
}

fn percent_decoded(value: &str) -> String {
    let mut decoded = Vec::with_capacity(value.len());
    let mut rest = value.as_bytes();
    while let Some((&first, after)) = rest.split_first() {
        let escaped = after
            .get(..2)
            .filter(|_| first == b'%')
            .and_then(|digits| std::str::from_utf8(digits).ok())
            .and_then(|digits| u8::from_str_radix(digits, 16).ok());
        decoded.push(escaped.unwrap_or(first));
        rest = if escaped.is_some() {
            &after[2..]
        } else {
            after
        };
    }
    String::from_utf8_lossy(&decoded).into_owned()
}

/// The password in `scheme://user:password@host`.
fn password_of_url(value: &str) -> Option<&str> {
    let authority = value.split_once("://")?.1.split(['/', '?', '#']).next()?;
    let (user_info, _host) = authority.rsplit_once('@')?;
    Some(user_info.split_once(':')?.1)
}
