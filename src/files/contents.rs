//! The folder or bucket of contents. What comes in waits under `incoming` until its row is there; then it is moved to its
//! place, which is its hash. So a content without a row is one that a crash left behind, or none.

use std::path::{Path as FsPath, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use futures_util::stream::{BoxStream, StreamExt};
use object_store::aws::AmazonS3Builder;
use object_store::buffered::BufWriter;
use object_store::local::LocalFileSystem;
use object_store::path::Path;
use object_store::prefix::PrefixStore;
use object_store::{BackoffConfig, ObjectStore, ObjectStoreExt, RetryConfig};
use sha2::{Digest, Sha256};
use tokio::io::AsyncWriteExt;
use uuid::Uuid;

use super::sniff::{self, HEAD};
use crate::config::{self, Config};
use crate::db::types::UtcTime;
use crate::error::{Error, Result};

/// Bytes that are written at once.
const CHUNK: usize = 256 * 1024;
/// The same to a bucket, where all parts but the last have 5 MiB at least:
/// <https://docs.aws.amazon.com/AmazonS3/latest/userguide/qfacts.html>.
const BUCKET_CHUNK: usize = 5 * 1024 * 1024;
/// How long a request to a bucket is repeated.
const BUCKET_PATIENCE: Duration = Duration::from_secs(10);

/// Where what has not arrived whole lies.
const INCOMING: &str = "incoming";

/// Where contents are kept. Cheap to clone.
#[derive(Clone, Debug)]
pub struct Files {
    store: Arc<dyn ObjectStore>,
    /// Where it is, if it is a folder.
    folder: Option<PathBuf>,
    /// Bytes that are written at once.
    chunk: usize,
}

/// A file on its way in.
pub struct Incoming {
    upload: BufWriter,
    place: Path,
    digest: Sha256,
    head: Vec<u8>,
    text: bool,
    size: u64,
}

/// A content that has arrived whole, and waits for its row.
pub struct Content {
    pub sha256: String,
    /// In bytes.
    pub size: u64,
    pub content_type: &'static str,
    /// Where it waits.
    place: Path,
}

impl Files {
    /// Opens what the settings name: a bucket, a folder, or by default the folder `files` of the data folder. A folder is
    /// made; whether a bucket answers is only known when it is used.
    pub fn open(config: &Config) -> Result<Self> {
        match config.files.as_deref() {
            Some(url) if url.starts_with("s3://") => Self::in_bucket(url, std::env::vars()),
            Some(folder) => Self::in_folder(FsPath::new(folder)),
            None => Self::in_folder(&config.data.join("files")),
        }
    }

    fn in_folder(folder: &FsPath) -> Result<Self> {
        config::make_folder(folder)
            .map_err(|e| Error::Internal(format!("the folder {} cannot be made: {e}", folder.display())))?;
        let store = LocalFileSystem::new_with_prefix(folder)?.with_fsync(true);
        Ok(Self { store: Arc::new(store), folder: Some(folder.to_owned()), chunk: CHUNK })
    }

    /// `s3://bucket/folder`; keys, region and endpoint come from the environment, by the names that every such tool has:
    /// those of `vars` that begin with `AWS_`.
    pub fn in_bucket(url: &str, vars: impl IntoIterator<Item = (String, String)>) -> Result<Self> {
        let folder = url.trim_start_matches("s3://").split_once('/').map(|(_, folder)| folder).unwrap_or_default();
        let retry = RetryConfig { backoff: BackoffConfig::default(), max_retries: 3, retry_timeout: BUCKET_PATIENCE };
        let mut builder = AmazonS3Builder::new().with_retry(retry).with_url(url);
        for (name, value) in vars.into_iter().filter(|(name, _)| name.starts_with("AWS_")) {
            // What is for other tools is passed over.
            if let Ok(key) = name.to_ascii_lowercase().parse() {
                builder = builder.with_config(key, value);
            }
        }
        let store = PrefixStore::new(builder.build()?, Path::from(folder));
        Ok(Self { store: Arc::new(store), folder: None, chunk: BUCKET_CHUNK })
    }

    /// Whether files can be stored here: puts an empty one and removes it.
    pub async fn probe(&self) -> Result<()> {
        let place = Path::from(format!("{INCOMING}/{}", Uuid::new_v4()));
        self.store.put(&place, Bytes::new().into()).await?;
        Ok(self.store.delete(&place).await?)
    }

    /// Begins to take a file. What is small is sent in one piece, at its end.
    pub async fn begin(&self) -> Result<Incoming> {
        let place = Path::from(format!("{INCOMING}/{}", Uuid::new_v4()));
        let upload = BufWriter::with_capacity(self.store.clone(), place.clone(), self.chunk).with_max_concurrency(2);
        Ok(Incoming { upload, place, digest: Sha256::new(), head: vec![], text: true, size: 0 })
    }

    /// Takes the end of what has come in. `name` tells apart what the bytes leave open. It is to be kept
    /// ([`super::actions::keep`]) or discarded; what a crash leaves is removed after a day.
    pub async fn arrived(&self, incoming: Incoming, name: &str) -> Result<Content> {
        let content_type = incoming.content_type(name);
        let Incoming { mut upload, place, digest, size, .. } = incoming;
        upload
            .shutdown()
            .await
            .map_err(|error| object_store::Error::Generic { store: "files", source: error.into() })?;
        Ok(Content { sha256: hex::encode(digest.finalize()), size, content_type, place })
    }

    /// The same of bytes that are already here: a mail's attachment, a file fetched from a messenger.
    pub async fn put(&self, bytes: &[u8], name: &str) -> Result<Content> {
        let mut incoming = self.begin().await?;
        for chunk in bytes.chunks(CHUNK) {
            incoming.write(chunk).await?;
        }
        self.arrived(incoming, name).await
    }

    /// Moves a content to the place that its row names; over an equal one, too.
    pub(super) async fn settle(&self, content: &Content, name: &str) -> Result<()> {
        Ok(self.store.rename(&content.place, &place_of(name)).await?)
    }

    /// Throws away what has arrived and is not wanted.
    pub(super) async fn discard(&self, contents: impl IntoIterator<Item = &Content>) {
        for content in contents {
            if let Err(error) = self.store.delete(&content.place).await {
                tracing::warn!(%error, "a file that was refused stays for a day");
            }
        }
    }

    /// A content as it is read.
    pub async fn read(&self, sha256: &str) -> Result<BoxStream<'static, Result<Bytes>>> {
        let found = self.store.get(&place_of(sha256)).await?;
        Ok(found.into_stream().map(|chunk| chunk.map_err(Error::from)).boxed())
    }

    /// A whole content, for those who must have it at once.
    pub async fn bytes(&self, sha256: &str) -> Result<Bytes> {
        Ok(self.store.get(&place_of(sha256)).await?.bytes().await?)
    }

    /// Removes the content of this name, if it is there.
    pub(super) async fn remove(&self, name: &str) -> Result<()> {
        match self.store.delete(&place_of(name)).await {
            Ok(()) | Err(object_store::Error::NotFound { .. }) => Ok(()),
            Err(error) => Err(error.into()),
        }
    }

    /// The names of all contents at their places that lie there since before `before`, as the store lists them.
    pub(super) fn names(&self, before: UtcTime) -> BoxStream<'static, Result<String>> {
        let is_content = move |meta: &object_store::ObjectMeta| {
            let name = meta.location.filename().unwrap_or_default();
            // Other things may lie in a folder: a content is named by its hash.
            let is_hash = name.get(..64).is_some_and(|hash| hash.bytes().all(|byte| byte.is_ascii_hexdigit()));
            is_hash && meta.location == place_of(name) && UtcTime::from(meta.last_modified) < before
        };
        let listed = self.store.list(None).filter_map(move |meta| {
            let name = match meta {
                Ok(meta) if is_content(&meta) => meta.location.filename().map(|name| Ok(name.to_owned())),
                Ok(_) => None,
                Err(error) => Some(Err(Error::from(error))),
            };
            std::future::ready(name)
        });
        listed.boxed()
    }

    /// Removes what a crash left half taken, or taken and not kept.
    pub async fn remove_unfinished(&self, before: UtcTime) -> Result<()> {
        let mut found = self.store.list(Some(&Path::from(INCOMING)));
        while let Some(meta) = found.next().await.transpose()? {
            if UtcTime::from(meta.last_modified) < before {
                self.store.delete(&meta.location).await?;
            }
        }
        match &self.folder {
            Some(folder) => remove_staged(&folder.join(INCOMING), before)
                .await
                .map_err(|error| object_store::Error::Generic { store: "files", source: error.into() }.into()),
            None => Ok(()),
        }
    }
}

/// Removes what a folder's writer was in the middle of: it writes to a name with `#` and a number behind it, which its own
/// list passes over ("list_hides_incomplete_uploads" of <https://docs.rs/object_store>).
async fn remove_staged(folder: &FsPath, before: UtcTime) -> std::io::Result<()> {
    let mut entries = match tokio::fs::read_dir(folder).await {
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => return Ok(()),
        entries => entries?,
    };
    while let Some(entry) = entries.next_entry().await? {
        let modified = chrono::DateTime::<chrono::Utc>::from(entry.metadata().await?.modified()?);
        if entry.file_name().to_string_lossy().contains('#') && UtcTime::from(modified) < before {
            tokio::fs::remove_file(entry.path()).await?;
        }
    }
    Ok(())
}

impl Incoming {
    /// Takes the next bytes.
    pub async fn write(&mut self, bytes: &[u8]) -> Result<()> {
        self.upload.put(Bytes::copy_from_slice(bytes)).await?;
        self.digest.update(bytes);
        self.text = self.text && sniff::is_text(bytes);
        let wanted = HEAD.saturating_sub(self.head.len()).min(bytes.len());
        self.head.extend_from_slice(bytes.get(..wanted).unwrap_or_default());
        self.size += u64::try_from(bytes.len()).unwrap_or(u64::MAX);
        Ok(())
    }

    /// Its type by what has come so far. `name` tells apart what the bytes leave open.
    pub fn content_type(&self, name: &str) -> &'static str {
        sniff::content_type(&self.head, self.text, name)
    }

    /// Bytes so far.
    pub fn size(&self) -> u64 {
        self.size
    }

    /// Throws away what has come.
    pub async fn abort(mut self) -> Result<()> {
        Ok(self.upload.abort().await?)
    }
}

/// `ab/abcd…`: no folder grows too large.
fn place_of(name: &str) -> Path {
    Path::from(format!("{}/{name}", name.get(..2).unwrap_or("00")))
}
