//! Comments in JSON, which JSON does not have and people write.

/// The text with `// …` and `/* … */` outside of strings replaced by spaces, so that positions stay.
pub(super) fn blank_comments(text: &[u8]) -> Vec<u8> {
    let mut blanked = text.to_vec();
    let mut at = 0;
    while at < text.len() {
        let rest = &text[at..];
        let length = match rest {
            [b'"', ..] => string_length(rest),
            [b'/', b'/', ..] => {
                let end = rest.iter().position(|byte| *byte == b'\n');
                blank(&mut blanked[at..], end.unwrap_or(rest.len()))
            }
            [b'/', b'*', after @ ..] => {
                let end = after.windows(2).position(|pair| pair == b"*/");
                blank(&mut blanked[at..], end.map_or(rest.len(), |end| end + 4))
            }
            _ => 1,
        };
        at += length;
    }
    blanked
}

/// How many bytes the string takes that begins here, with its quotes.
pub(super) fn string_length(text: &[u8]) -> usize {
    let mut at = 1;
    while at < text.len() {
        match text[at] {
            b'"' => return at + 1,
            b'\\' => at += 2,
            _ => at += 1,
        }
    }
    // An escape at the very end points behind it.
    text.len()
}

/// Line ends stay, so that an error names the right line.
fn blank(text: &mut [u8], length: usize) -> usize {
    for byte in &mut text[..length] {
        if *byte != b'\n' {
            *byte = b' ';
        }
    }
    length
}
