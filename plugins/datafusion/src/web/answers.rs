//! What a web server answers, in the classes of the interface: the one place where that is decided.

use std::error::Error;
use std::time::Duration;

use async_trait::async_trait;
use data_validator_plugin::{Diagnostics, EngineError, ErrorClass};
use object_store::HeaderMap;
use object_store::client::{
    ClientOptions, HttpClient, HttpConnector, HttpError, HttpErrorKind, HttpRequest, HttpResponse,
    HttpService, ReqwestConnector,
};

/// Connects as the library does; what is not success comes back as an [`EngineError`] within its errors.
#[derive(Debug)]
pub struct Connector;

impl HttpConnector for Connector {
    fn connect(&self, options: &ClientOptions) -> object_store::Result<HttpClient> {
        let client = ReqwestConnector::default().connect(options)?;
        Ok(HttpClient::new(Classified(client)))
    }
}

#[derive(Debug)]
struct Classified(HttpClient);

#[async_trait]
impl HttpService for Classified {
    async fn call(&self, request: HttpRequest) -> Result<HttpResponse, HttpError> {
        let attempted = format!("{} {}", request.method(), request.uri());
        match self.0.execute(request).await {
            Ok(response) if response.status().is_success() => Ok(response),
            Ok(response) => {
                let status = response.status();
                let error = refusal(status.as_u16(), &status.to_string(), response.headers());
                let error = error.context(attempted);
                Err(HttpError::new(HttpErrorKind::Unknown, error))
            }
            Err(error) => {
                let failed = no_answer(&error).context(attempted);
                Err(HttpError::new(error.kind(), failed))
            }
        }
    }
}

/// The HTTP status within an error, if the server answered.
pub fn status_of(error: &EngineError) -> Option<i64> {
    error.diagnostics.as_ref()?.vendor_code
}

/// An answer that is no success. Statuses: <https://www.rfc-editor.org/rfc/rfc9110#section-15>.
fn refusal(status: u16, told: &str, headers: &HeaderMap) -> EngineError {
    let (class, advice) = match status {
        401 | 403 | 407 => (ErrorClass::Auth, "; check 'token' in connection_params"),
        404 | 410 => (
            ErrorClass::NotFound,
            "; check the table's name and 'url' in connection_params",
        ),
        408 | 425 | 429 | 500 | 502..=504 => (ErrorClass::Unavailable, ""),
        412 | 416 => (
            ErrorClass::Data,
            ": the file has changed since it was attached",
        ),
        507 => (ErrorClass::Resource, ""),
        _ => (ErrorClass::Unsupported, ""),
    };
    let mut error = EngineError::new(class, format!("the server answers {told}{advice}"));
    error.retry_after = retry_after(headers);
    error.diagnostics = Some(Box::new(Diagnostics {
        vendor_code: Some(status.into()),
        ..Diagnostics::default()
    }));
    error
}

/// In seconds; the other form, a date, is of the server's clock, and not followed.
fn retry_after(headers: &HeaderMap) -> Option<Duration> {
    let seconds = headers.get("retry-after")?.to_str().ok()?.trim().parse();
    seconds.ok().map(Duration::from_secs)
}

fn no_answer(error: &HttpError) -> EngineError {
    let told = innermost(error).to_string();
    // No other attempt makes a certificate valid.
    let class = match told.contains("certificate") {
        true => ErrorClass::Auth,
        false => ErrorClass::Unavailable,
    };
    EngineError::new(class, told)
}

fn innermost<'e>(error: &'e (dyn Error + 'static)) -> &'e (dyn Error + 'static) {
    error.source().map_or(error, innermost)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_status_decides_the_class() {
        for (status, class) in [
            (401, ErrorClass::Auth),
            (403, ErrorClass::Auth),
            (404, ErrorClass::NotFound),
            (405, ErrorClass::Unsupported),
            (410, ErrorClass::NotFound),
            (416, ErrorClass::Data),
            (429, ErrorClass::Unavailable),
            (500, ErrorClass::Unavailable),
            (501, ErrorClass::Unsupported),
            (503, ErrorClass::Unavailable),
        ] {
            let error = refusal(status, "so", &HeaderMap::new());
            assert_eq!(error.class, class, "{status}");
            assert_eq!(status_of(&error), Some(status.into()));
        }
    }

    #[test]
    fn the_server_says_when_to_come_again() {
        for (text, seconds) in [
            ("7", Some(7)),
            (" 0 ", Some(0)),
            ("-1", None),
            ("1.5", None),
            ("99999999999999999999", None),
            ("Sat, 28 Nov 2026 18:00:00 GMT", None),
        ] {
            let mut headers = HeaderMap::new();
            headers.insert("retry-after", text.parse().unwrap());
            let error = refusal(503, "so", &headers);
            assert_eq!(
                error.retry_after,
                seconds.map(Duration::from_secs),
                "{text}"
            );
        }
    }
}
