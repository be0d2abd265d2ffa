//! Sources that are URLs, which this version does not read.

use super::fields::wording::shortened;
use super::source::Refusal;

/// Schemes of object stores and web servers, with what a user calls the place.
const STORES: &[(&str, &str)] = &[
    ("s3", "S3"),
    ("s3a", "S3"),
    ("s3n", "S3"),
    ("gs", "Google Cloud Storage"),
    ("gcs", "Google Cloud Storage"),
    ("r2", "Cloudflare R2"),
    ("az", "Azure storage"),
    ("azure", "Azure storage"),
    ("abfs", "Azure storage"),
    ("abfss", "Azure storage"),
    ("wasb", "Azure storage"),
    ("wasbs", "Azure storage"),
    ("adl", "Azure storage"),
    ("hdfs", "HDFS"),
    ("webhdfs", "HDFS"),
    ("http", "a web server"),
    ("https", "a web server"),
    ("ftp", "a file server"),
    ("sftp", "a file server"),
    ("hf", "Hugging Face"),
];

/// Refuses a source that is a URL: as a path it would only not be found, and as a relation neither.
///
/// # Errors
/// Message and hint.
pub fn refuse_url(text: &str) -> Result<(), Refusal> {
    let Some((scheme, rest)) = text.split_once("://") else {
        return Ok(());
    };
    if !is_scheme(scheme) {
        return Ok(());
    }
    let scheme = scheme.to_ascii_lowercase();
    let shown = shortened(&without_login(text));
    if scheme == "file" {
        let path = rest.strip_prefix("localhost").unwrap_or(rest);
        let message = format!("'{shown}' is a URL, and a source is a path");
        return Err((
            message,
            format!("write the path itself: {}", shortened(path)),
        ));
    }
    let mut hint = "copy the files to this machine and name their path, or read them with {query: …} on an engine \
                    whose options reach them"
        .to_owned();
    if matches!(&*scheme, "http" | "https") {
        hint.push_str(
            "; NAME.parquet is {table: NAME} of {type: datafusion, connection_params: {url: 'https://HOST/FOLDER'}}",
        );
    }
    let store = STORES.iter().find(|(known, _)| *known == scheme);
    let message = match store {
        Some((_, place)) => format!(
            "'{shown}' lies on {place}, which this version does not read: object stores are not built in"
        ),
        None => format!("'{shown}' is a URL, and URLs are not read by this version"),
    };
    Err((message, hint))
}

/// As RFC 3986, section 3.1 has it; one letter is a drive.
fn is_scheme(text: &str) -> bool {
    let begins = text.starts_with(|first: char| first.is_ascii_alphabetic());
    let is_part = |c: char| c.is_ascii_alphanumeric() || matches!(c, '+' | '-' | '.');
    begins && text.len() > 1 && text.chars().all(is_part)
}

/// The URL without what may be a password before its host, and without what may be a token behind its path.
fn without_login(url: &str) -> String {
    let url = url.split(['?', '#']).next().unwrap_or_default();
    match url.split_once("://") {
        Some((scheme, rest)) => {
            let (authority, path) = rest.split_at(rest.find('/').unwrap_or(rest.len()));
            let host = match authority.rsplit_once('@') {
                Some((login, host)) if login.contains(':') => host,
                _ => authority,
            };
            format!("{scheme}://{host}{path}")
        }
        None => url.to_owned(),
    }
}
