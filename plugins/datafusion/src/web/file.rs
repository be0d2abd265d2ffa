//! One file on a web server, as it was when it was found.

use std::fmt;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, SystemTime};

use async_trait::async_trait;
use data_validator_plugin::{EngineError, ErrorClass};
use futures::StreamExt;
use futures::stream::{self, BoxStream};
use object_store::http::HttpStore;
use object_store::path::Path as StorePath;
use object_store::{
    CopyOptions, Error, GetOptions, GetResult, ListResult, MultipartUpload, ObjectMeta,
    ObjectStore, PutMultipartOptions, PutOptions, PutPayload, PutResult, Result,
};
use sha2::{Digest, Sha256};
use url::Url;

/// A store that has this file alone, under every name. What the server gives of another file is an error.
#[derive(Debug)]
pub struct WebFile {
    store: Arc<HttpStore>,
    location: StorePath,
    url: Url,
    found: ObjectMeta,
    number: u64,
}

/// Many servers make an `ETag` of the size and of a time in seconds; one that is as old as this is not made again.
const SETTLED: Duration = Duration::from_secs(60);

/// How many files were found, for each has a number of its own.
static FOUND: AtomicU64 = AtomicU64::new(0);

impl WebFile {
    /// # Errors
    /// `unsupported` where the server says nothing by which another file could be told from this one.
    pub fn new(
        store: Arc<HttpStore>,
        location: StorePath,
        url: Url,
        found: ObjectMeta,
    ) -> std::result::Result<Self, EngineError> {
        if found.e_tag.is_none() && modified(&found).is_none() {
            let message = format!(
                "{url}: the server gives neither ETag nor Last-Modified, so that nobody could tell whether the file \
                 changes while it is read"
            );
            return Err(EngineError::new(ErrorClass::Unsupported, message));
        }
        Ok(Self {
            store,
            location,
            url,
            found,
            number: FOUND.fetch_add(1, Ordering::Relaxed),
        })
    }

    pub fn url(&self) -> &Url {
        &self.url
    }

    /// Unlike any other file that was found, also of the same name: DataFusion remembers footers by name.
    pub fn number(&self) -> u64 {
        self.number
    }

    /// The file under a name that no other one has.
    pub fn meta(&self) -> ObjectMeta {
        ObjectMeta {
            location: StorePath::from(format!("{}/{}", self.number, self.location)),
            ..self.found.clone()
        }
    }

    /// Proves by a strong `ETag` (RFC 9110, section 8.8.3) that the file is the same.
    ///
    /// # Errors
    /// Why there is none.
    pub fn version(&self) -> std::result::Result<String, EngineError> {
        let none =
            |why: &str| EngineError::new(ErrorClass::Unsupported, format!("{why} of {}", self.url));
        let tag = self
            .found
            .e_tag
            .as_deref()
            .filter(|tag| tag.starts_with('"'));
        let tag = tag.ok_or_else(|| none("the server gives no strong ETag"))?;
        let modified = modified(&self.found);
        if modified.is_some_and(|modified| !is_settled(modified, SystemTime::now())) {
            return Err(none("a minute has not passed since the last change"));
        }
        let told = format!("{}\n{tag}\n{modified:?}\n{}", self.url, self.found.size);
        let hash: [u8; 32] = Sha256::digest(told).into();
        let (halves, _) = hash.as_chunks::<16>();
        Ok(format!("etag:{:032x}", u128::from_be_bytes(halves[0])))
    }

    fn is_same(&self, other: &ObjectMeta) -> bool {
        let found = &self.found;
        (&found.e_tag, found.size, found.last_modified)
            == (&other.e_tag, other.size, other.last_modified)
    }
}

/// `None` where the server did not say, which the library gives as the beginning of 1970.
fn modified(found: &ObjectMeta) -> Option<SystemTime> {
    let modified = SystemTime::from(found.last_modified);
    (modified != SystemTime::UNIX_EPOCH).then_some(modified)
}

fn is_settled(modified: SystemTime, now: SystemTime) -> bool {
    now.duration_since(modified).is_ok_and(|age| age >= SETTLED)
}

impl fmt::Display for WebFile {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.url.fmt(formatter)
    }
}

fn only_read<T>() -> Result<T> {
    Err(Error::NotSupported {
        source: "files of a web server are only read".into(),
    })
}

#[async_trait]
impl ObjectStore for WebFile {
    async fn get_opts(&self, _: &StorePath, options: GetOptions) -> Result<GetResult> {
        let got = self.store.get_opts(&self.location, options).await?;
        if self.is_same(&got.meta) {
            return Ok(got);
        }
        let message = format!("{}: the file has changed since it was attached", self.url);
        Err(Error::Generic {
            store: "HTTP",
            source: Box::new(EngineError::new(ErrorClass::Data, message)),
        })
    }

    async fn put_opts(&self, _: &StorePath, _: PutPayload, _: PutOptions) -> Result<PutResult> {
        only_read()
    }

    async fn put_multipart_opts(
        &self,
        _: &StorePath,
        _: PutMultipartOptions,
    ) -> Result<Box<dyn MultipartUpload>> {
        only_read()
    }

    fn delete_stream(
        &self,
        _: BoxStream<'static, Result<StorePath>>,
    ) -> BoxStream<'static, Result<StorePath>> {
        stream::once(async { only_read() }).boxed()
    }

    fn list(&self, _: Option<&StorePath>) -> BoxStream<'static, Result<ObjectMeta>> {
        stream::once(async { only_read() }).boxed()
    }

    async fn list_with_delimiter(&self, _: Option<&StorePath>) -> Result<ListResult> {
        only_read()
    }

    async fn copy_opts(&self, _: &StorePath, _: &StorePath, _: CopyOptions) -> Result<()> {
        only_read()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_settles_a_minute_after_its_change() {
        let changed = SystemTime::UNIX_EPOCH + Duration::from_secs(1_000_000);
        for (seconds, settled) in [(0, false), (59, false), (60, true), (1000, true)] {
            assert_eq!(
                is_settled(changed, changed + Duration::from_secs(seconds)),
                settled
            );
        }
        let ahead = changed + Duration::from_secs(1);
        assert!(!is_settled(ahead, changed), "its clock is ahead of ours");
    }
}
