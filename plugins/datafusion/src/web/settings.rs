//! How a web server is reached.

use std::fmt;
use std::net::IpAddr;
use std::time::Duration;

use data_validator_plugin::EngineError;
use url::{Host, Url};

use crate::config::refused;

/// The keys `url` and `token` of `connection_params`, and an option.
#[derive(Clone)]
pub struct WebSettings {
    /// A folder on the server; its path does not end with a slash.
    pub url: Url,
    /// Sent as the bearer token of RFC 6750.
    pub token: Option<String>,
    /// Of one request, to the last byte of its answer.
    pub request_timeout: Duration,
}

/// Without the token.
impl fmt::Debug for WebSettings {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "WebSettings({})", self.url)
    }
}

impl WebSettings {
    /// # Errors
    /// The URL is none of a folder on a web server, or the token would be sent for all to read.
    pub fn new(
        url: &str,
        token: Option<String>,
        request_timeout: Duration,
    ) -> Result<Self, EngineError> {
        let mut url = Url::parse(url).map_err(|error| {
            refused(format!(
                "'url' is no URL: {error}; write https://HOST/FOLDER"
            ))
        })?;
        if !matches!(url.scheme(), "http" | "https") {
            let message = format!(
                "'url' is of the scheme '{}'; http and https are read",
                url.scheme()
            );
            return Err(refused(message));
        }
        if !url.username().is_empty() || url.password().is_some() {
            let message = "'url' has a user or a password in it; give a bearer token as 'token'";
            return Err(refused(message));
        }
        if url.query().is_some() || url.fragment().is_some() {
            let message = "'url' has a part behind '?' or '#'; give the URL of a folder alone";
            return Err(refused(message));
        }
        if token.is_some() && url.scheme() == "http" && !is_this_machine(&url) {
            let message = "'token' would be sent unencrypted; write https in 'url'";
            return Err(refused(message));
        }
        if let Ok(mut path) = url.path_segments_mut() {
            path.pop_if_empty();
        }
        Ok(Self {
            url,
            token,
            request_timeout,
        })
    }
}

fn is_this_machine(url: &Url) -> bool {
    match url.host() {
        Some(Host::Domain(name)) => name == "localhost",
        Some(Host::Ipv4(address)) => IpAddr::from(address).is_loopback(),
        Some(Host::Ipv6(address)) => IpAddr::from(address).is_loopback(),
        None => false,
    }
}

#[cfg(test)]
mod tests {
    use data_validator_plugin::ErrorClass;

    use super::*;

    fn settings(url: &str, token: Option<&str>) -> Result<WebSettings, EngineError> {
        WebSettings::new(url, token.map(str::to_owned), Duration::from_secs(1))
    }

    #[test]
    fn a_folder_is_the_same_with_a_slash_behind_it() {
        for url in ["https://a.example/b", "https://a.example/b/"] {
            assert_eq!(settings(url, None).unwrap().url.path(), "/b", "{url}");
        }
        assert!(settings("http://a.example", None).is_ok());
    }

    #[test]
    fn what_is_no_folder_on_a_web_server_is_told_apart() {
        for (url, told) in [
            ("a/b", "no URL"),
            ("ftp://a.example/b", "scheme 'ftp'"),
            ("https://me:hunter2@a.example", "give a bearer token"),
            ("https://me@a.example", "give a bearer token"),
            ("https://a.example/b?sig=hunter2", "'?' or '#'"),
            ("https://a.example/b#c", "'?' or '#'"),
        ] {
            let error = settings(url, None).unwrap_err();
            assert_eq!(error.class, ErrorClass::Config, "{url}");
            assert!(error.message.contains(told), "{}", error.message);
            assert!(!error.message.contains("hunter2"), "{}", error.message);
        }
    }

    #[test]
    fn a_token_is_encrypted_unless_it_stays_on_this_machine() {
        for url in [
            "https://a.example",
            "http://127.0.0.1:80",
            "http://[::1]",
            "http://localhost",
        ] {
            let settings = settings(url, Some("hunter2")).unwrap();
            assert!(!format!("{settings:?}").contains("hunter2"));
        }
        let error = settings("http://a.example", Some("hunter2")).unwrap_err();
        assert!(error.message.contains("https"), "{}", error.message);
    }
}
