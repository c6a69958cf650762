//! The folder or bucket of contents, and the rows that name them.

use std::path::Path as FsPath;
use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use diesel::prelude::*;
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

use super::model::{Attachment, StoredFile};
use super::sniff::{self, HEAD};
use crate::auth::CustomerScope;
use crate::config::Config;
use crate::db::schema::{
    attachments, channel_accounts as accounts, exports, files, mail_pictures, mails, quick_reply_files as prepared,
};
use crate::db::sql::Limited;
use crate::db::types::{AccountId, AttachmentId, CustomerId, FileId, MessageId, UtcTime};
use crate::db::{Conn, Tx};
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

/// A content that has arrived; its name in the store is its hash.
pub struct Content {
    pub sha256: String,
    pub size: u64,
    pub content_type: &'static str,
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
        std::fs::create_dir_all(folder)
            .map_err(|e| Error::Internal(format!("the folder {} cannot be made: {e}", folder.display())))?;
        let store = LocalFileSystem::new_with_prefix(folder)?.with_fsync(true);
        Ok(Self { store: Arc::new(store), chunk: CHUNK })
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
        Ok(Self { store: Arc::new(store), chunk: BUCKET_CHUNK })
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

    /// Keeps what has come in, under its hash. `name` tells apart what the bytes leave open.
    pub async fn finish(&self, incoming: Incoming, name: &str) -> Result<Content> {
        let Incoming { mut upload, place, digest, head, text, size } = incoming;
        upload
            .shutdown()
            .await
            .map_err(|error| object_store::Error::Generic { store: "files", source: error.into() })?;
        let sha256 = hex::encode(digest.finalize());
        // Over an equal content too: its time is then new, and the sweep passes it over.
        self.store.rename(&place, &place_of(&sha256)).await?;
        Ok(Content { sha256, size, content_type: sniff::content_type(&head, text, name) })
    }

    /// Keeps bytes that are already here: a mail's attachment, a file fetched from a messenger.
    pub async fn put(&self, bytes: &[u8], name: &str) -> Result<Content> {
        let mut incoming = self.begin().await?;
        for chunk in bytes.chunks(CHUNK) {
            incoming.write(chunk).await?;
        }
        self.finish(incoming, name).await
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

    /// Removes a content that lies there since before `before`; true if it is gone.
    pub async fn remove(&self, sha256: &str, before: UtcTime) -> Result<bool> {
        let place = place_of(sha256);
        match self.store.head(&place).await {
            Ok(meta) if UtcTime::from(meta.last_modified) < before => self.store.delete(&place).await?,
            Ok(_) => return Ok(false),
            Err(object_store::Error::NotFound { .. }) => {}
            Err(error) => return Err(error.into()),
        }
        Ok(true)
    }

    /// Removes what a crash left half taken.
    pub async fn remove_unfinished(&self, before: UtcTime) -> Result<()> {
        let mut found = self.store.list(Some(&Path::from(INCOMING)));
        while let Some(meta) = found.next().await.transpose()? {
            if UtcTime::from(meta.last_modified) < before {
                self.store.delete(&meta.location).await?;
            }
        }
        Ok(())
    }
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
fn place_of(sha256: &str) -> Path {
    Path::from(format!("{}/{sha256}", sha256.get(..2).unwrap_or("00")))
}

/// The row of a content, made or made young again: what is young is not swept.
pub fn keep(tx: &mut Tx, content: &Content, name: &str) -> Result<StoredFile> {
    let size = i64::try_from(content.size).unwrap_or(i64::MAX);
    let now = UtcTime::now();
    let known: Option<(FileId, String)> = files::table
        .filter(files::sha256.eq(&content.sha256))
        .select((files::id, files::content_type))
        .one(tx)
        .optional()?;
    let (id, content_type) = match known {
        Some((id, content_type)) => {
            diesel::update(files::table.find(id)).set(files::created_at.eq(now)).execute(&mut **tx)?;
            (id, content_type)
        }
        None => {
            let id = diesel::insert_into(files::table)
                .values((
                    files::sha256.eq(&content.sha256),
                    files::size.eq(size),
                    files::content_type.eq(content.content_type),
                    files::created_at.eq(now),
                ))
                .returning(files::id)
                .get_result(&mut **tx)?;
            (id, content.content_type.to_owned())
        }
    };
    Ok(StoredFile { file_id: id, sha256: content.sha256.clone(), size, content_type, name: name.to_owned() })
}

/// A file on a message of a customer that the scope shows.
pub fn find(conn: &mut Conn, scope: &CustomerScope, id: AttachmentId) -> Result<Attachment> {
    let found: Attachment = attachments::table
        .inner_join(files::table)
        .filter(attachments::id.eq(id))
        .select((
            attachments::id,
            attachments::message_id,
            attachments::customer_id,
            attachments::name,
            files::sha256,
            files::size,
            files::content_type,
        ))
        .one(conn)
        .optional()?
        .ok_or(Error::NotFound)?;
    crate::customers::require_visible(conn, scope, found.customer)?;
    Ok(found)
}

/// The picture of a customer that the scope shows.
pub fn find_avatar(conn: &mut Conn, scope: &CustomerScope, account: AccountId) -> Result<Attachment> {
    let (customer, sha256, size, content_type): (CustomerId, String, i64, String) = accounts::table
        .inner_join(files::table)
        .filter(accounts::id.eq(account))
        .select((accounts::customer_id, files::sha256, files::size, files::content_type))
        .one(conn)
        .optional()?
        .ok_or(Error::NotFound)?;
    crate::customers::require_visible(conn, scope, customer)?;
    let (id, message) = (AttachmentId(0), MessageId(0));
    Ok(Attachment { id, message, customer, name: "avatar".into(), sha256, size, content_type })
}

/// Contents that no message has named since `before`: number and hash, some at a time, those behind `after`.
pub fn unused(conn: &mut Conn, before: UtcTime, after: FileId) -> Result<Vec<(FileId, String)>> {
    let used = attachments::table.filter(attachments::file_id.eq(files::id)).select(attachments::id);
    let shown = accounts::table.filter(accounts::avatar_file_id.eq(files::id.nullable())).select(accounts::id);
    let looks = mails::table.filter(mails::html_file_id.eq(files::id.nullable())).select(mails::message_id);
    let originals = mails::table.filter(mails::original_file_id.eq(files::id.nullable())).select(mails::message_id);
    let pictures = mail_pictures::table.filter(mail_pictures::file_id.eq(files::id)).select(mail_pictures::message_id);
    let ready = prepared::table.filter(prepared::file_id.eq(files::id)).select(prepared::reply_id);
    let exported = exports::table.filter(exports::file_id.eq(files::id.nullable())).select(exports::id);
    Ok(files::table
        .filter(files::created_at.lt(before).and(files::id.gt(after)))
        .filter(diesel::dsl::not(diesel::dsl::exists(ready)))
        .filter(diesel::dsl::not(diesel::dsl::exists(exported)))
        .filter(diesel::dsl::not(diesel::dsl::exists(looks)))
        .filter(diesel::dsl::not(diesel::dsl::exists(originals)))
        .filter(diesel::dsl::not(diesel::dsl::exists(pictures)))
        .filter(diesel::dsl::not(diesel::dsl::exists(used)))
        .filter(diesel::dsl::not(diesel::dsl::exists(shown)))
        .select((files::id, files::sha256))
        .order(files::id)
        .at_most(200)
        .load(conn)?)
}

/// Forgets a content if it is still unused.
pub fn forget(tx: &mut Tx, id: FileId, before: UtcTime) -> Result<bool> {
    let used: Option<AttachmentId> =
        attachments::table.filter(attachments::file_id.eq(id)).select(attachments::id).one(tx).optional()?;
    let shown: Option<AccountId> =
        accounts::table.filter(accounts::avatar_file_id.eq(id)).select(accounts::id).one(tx).optional()?;
    let of_mail: Option<MessageId> = mails::table
        .filter(mails::html_file_id.eq(id).or(mails::original_file_id.eq(id)))
        .select(mails::message_id)
        .one(tx)
        .optional()?;
    let in_mail: Option<MessageId> = mail_pictures::table
        .filter(mail_pictures::file_id.eq(id))
        .select(mail_pictures::message_id)
        .one(tx)
        .optional()?;
    let ready: Option<i64> =
        prepared::table.filter(prepared::file_id.eq(id)).select(prepared::reply_id).one(tx).optional()?;
    let exported: Option<i64> =
        exports::table.filter(exports::file_id.eq(id)).select(exports::id).one(tx).optional()?;
    let in_mails = of_mail.is_some() || in_mail.is_some();
    if used.is_some() || shown.is_some() || in_mails || ready.is_some() || exported.is_some() {
        return Ok(false);
    }
    let gone =
        diesel::delete(files::table.filter(files::id.eq(id).and(files::created_at.lt(before)))).execute(&mut **tx)?;
    Ok(gone > 0)
}
