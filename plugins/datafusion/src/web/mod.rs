//! The Parquet files of a web server as tables: the table NAME is `URL/NAME.parquet`, and in a schema
//! `URL/SCHEMA/NAME.parquet`, where the URL is the connection's.
//!
//! Files are asked for by name alone, since HTTP has no list of them. A server has to answer `HEAD` and requests of
//! ranges, and to say by `ETag` or `Last-Modified` whether a file is still the same
//! (<https://www.rfc-editor.org/rfc/rfc9110>).

mod answers;
mod catalog;
mod file;
mod place;
mod settings;

use std::sync::Arc;
use std::time::Duration;

use data_validator_plugin::{EngineError, ErrorClass, TableName};
use datafusion::catalog::TableProvider;
use datafusion::common::DataFusionError;
use datafusion::execution::SessionState;
use object_store::http::{HttpBuilder, HttpStore};
use object_store::path::Path as StorePath;
use object_store::{
    ClientOptions, GetOptions, HeaderMap, HeaderValue, ObjectMeta, ObjectStore, RetryConfig,
};
use url::Url;

pub use catalog::WebCatalog;
pub use file::WebFile;
pub use settings::WebSettings;

use crate::config::refused;
use crate::error::engine_error;
use crate::session::DEFAULT_SCHEMA;
use crate::source::{FooterReader, with_canonical_values};
use place::Place;

/// A web server that has been reached.
#[derive(Debug)]
pub struct Server {
    url: Url,
    store: Arc<HttpStore>,
    /// What footers are read with; a session's own state would hold this server, and so itself.
    state: SessionState,
}

impl Server {
    /// Asks for the folder itself: a server that is there answers that in some way.
    pub async fn open(settings: WebSettings, state: SessionState) -> Result<Self, EngineError> {
        let WebSettings {
            url,
            token,
            request_timeout,
        } = settings;
        let server = Self {
            store: Arc::new(store(&url, token.as_deref(), request_timeout)?),
            url,
            state,
        };
        match server.head(&StorePath::default()).await {
            Err(error) if !is_answer_about_a_file(&error) => {
                let attempted = format_args!("connecting to {}", server.url);
                Err(error.context(attempted))
            }
            _ => Ok(server),
        }
    }

    /// The file of a table, as it is now.
    pub async fn file(&self, table: &TableName) -> Result<Arc<WebFile>, EngineError> {
        let location = location(table)?;
        let url = self.url_of(&location);
        let found = self.head(&location).await?;
        let file = WebFile::new(Arc::clone(&self.store), location, url, found)?;
        Ok(Arc::new(file))
    }

    /// A file as a table; reads its footer.
    pub async fn table(&self, file: Arc<WebFile>) -> Result<Arc<dyn TableProvider>, EngineError> {
        let reader = FooterReader::new(&self.state);
        let store = Arc::clone(&file) as Arc<dyn ObjectStore>;
        let columns = reader.columns(&store, &file.meta(), file.url()).await?;
        let place = Place::of(file, self.state.runtime_env())?;
        with_canonical_values(Arc::new(reader.table(&columns, place)))
    }

    async fn head(&self, location: &StorePath) -> Result<ObjectMeta, EngineError> {
        let head = GetOptions::new().with_head(true);
        let found = self.store.get_opts(location, head).await;
        found
            .map(|found| found.meta)
            .map_err(|error| engine_error(&DataFusionError::from(error)))
    }

    fn url_of(&self, location: &StorePath) -> Url {
        let mut url = self.url.clone();
        if let Ok(mut path) = url.path_segments_mut() {
            path.extend(location.parts());
        }
        url
    }
}

/// The host repeats what failed; a second loop below it would multiply its attempts.
fn store(url: &Url, token: Option<&str>, timeout: Duration) -> Result<HttpStore, EngineError> {
    let mut client = ClientOptions::new()
        .with_allow_http(url.scheme() == "http")
        .with_timeout(timeout);
    if let Some(token) = token {
        let mut value = HeaderValue::from_str(&format!("Bearer {token}")).map_err(|_| {
            refused("'token' has a character that no HTTP header can have; check it for line ends")
        })?;
        value.set_sensitive(true);
        let mut headers = HeaderMap::new();
        headers.insert("authorization", value);
        client = client.with_default_headers(headers);
    }
    HttpBuilder::new()
        .with_url(url.as_str())
        .with_client_options(client)
        .with_http_connector(answers::Connector)
        .with_retry(RetryConfig {
            max_retries: 0,
            ..RetryConfig::default()
        })
        .build()
        .map_err(|error| engine_error(&DataFusionError::from(error)))
}

/// Whether a server refused a file, and not the connection.
fn is_answer_about_a_file(error: &EngineError) -> bool {
    answers::status_of(error).is_some_and(|status| {
        (400..500).contains(&status) && error.class != ErrorClass::Unavailable
    })
}

fn location(table: &TableName) -> Result<StorePath, EngineError> {
    let schema = table
        .schema
        .as_deref()
        .filter(|schema| *schema != DEFAULT_SCHEMA);
    let file = format!("{}.parquet", table.table);
    let path = match schema {
        Some(schema) => format!("{schema}/{file}"),
        None => file,
    };
    StorePath::parse(&path).map_err(|error| {
        let message = format!("the table's name cannot be part of a URL: {error}");
        EngineError::new(ErrorClass::NotFound, message)
    })
}
