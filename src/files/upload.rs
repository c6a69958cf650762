//! A form with files, read as it comes.

use actix_multipart::{Field, Multipart, MultipartError};
use bytes::Bytes;
use futures_util::StreamExt;

use super::model::{StoredFile, clean_name};
use super::store::{self, Content, Files};
use crate::channels::FileLimits as Limits;
use crate::db::Db;
use crate::error::{Error, Result, Said};

/// Bytes of one field that is no file, and fields of one form.
const FIELD: usize = 256 * 1024;
const FIELDS: usize = 60;
/// What is read and thrown away after a refusal, so that the sender hears it instead of a broken connection.
const DRAIN: u64 = 64 * 1024 * 1024;

/// What a form held.
#[derive(Debug, Default)]
pub struct Upload {
    fields: Vec<(String, String)>,
    /// In the order of the form.
    pub files: Vec<StoredFile>,
}

impl Upload {
    /// What was typed into a field; empty if it is not there.
    pub fn field(&self, name: &str) -> &str {
        self.get(name).unwrap_or_default()
    }

    /// The same, knowing whether it was there.
    pub fn get(&self, name: &str) -> Option<&str> {
        self.fields.iter().find(|(field, _)| field == name).map(|(_, value)| value.as_str())
    }

    /// Every value of a field that may be there several times.
    pub fn all<'a>(&'a self, name: &'a str) -> impl Iterator<Item = &'a str> {
        self.fields.iter().filter(move |(field, _)| field == name).map(|(_, value)| value.as_str())
    }
}

/// Reads a form, storing its files. A file that is too large or of a type that is not taken fails the whole:
/// [`Error::TooLarge`], or [`Error::Invalid`] with a sentence for people.
pub async fn accept(db: &Db, files: &Files, mut form: Multipart, limits: &Limits) -> Result<Upload> {
    let (fields, contents) = match read(files, &mut form, limits).await {
        Ok(read) => read,
        Err(Stopped::Refused(error)) => {
            drain(form).await;
            return Err(error);
        }
        Err(Stopped::Broken(error)) => return Err(Error::BadRequest(error)),
    };
    if contents.is_empty() {
        return Ok(Upload { fields, files: vec![] });
    }
    let contents = std::sync::Arc::new(contents);
    let files = db
        .write(move |tx| {
            contents.iter().map(|(content, name)| store::keep(tx, content, name)).collect::<Result<Vec<_>>>()
        })
        .await?;
    Ok(Upload { fields, files })
}

type Read = (Vec<(String, String)>, Vec<(Content, String)>);

/// Why reading a form ended early.
enum Stopped {
    /// What was read does not pass; the rest can still be read.
    Refused(Error),
    /// The form itself cannot be read on: its reader panics when it is asked once more.
    Broken(String),
}

impl From<Error> for Stopped {
    fn from(error: Error) -> Self {
        Self::Refused(error)
    }
}

impl From<MultipartError> for Stopped {
    fn from(error: MultipartError) -> Self {
        Self::Broken(error.to_string())
    }
}

async fn read(files: &Files, form: &mut Multipart, limits: &Limits) -> Result<Read, Stopped> {
    let (mut fields, mut contents) = (vec![], vec![]);
    let mut total = 0;
    while let Some(field) = form.next().await {
        let mut field = field?;
        let name = field.name().unwrap_or_default().to_owned();
        let file_name = field.content_disposition().and_then(|d| d.get_filename()).map(str::to_owned);
        match file_name {
            None if fields.len() < FIELDS => fields.push((name, text_of(&mut field).await?)),
            None => return Err(Error::BadRequest("too many fields".into()).into()),
            Some(file_name) => {
                let Some(content) = file_of(files, &mut field, &file_name, limits, total).await? else { continue };
                total += content.size;
                if contents.len() == limits.count {
                    return Err(Error::Invalid(Said::from("file-too-many").with("count", limits.count)).into());
                }
                contents.push((content, clean_name(&file_name)));
            }
        }
    }
    Ok((fields, contents))
}

/// One file, or nothing for a file field that was left empty.
async fn file_of(
    files: &Files,
    field: &mut Field,
    name: &str,
    limits: &Limits,
    before: u64,
) -> Result<Option<Content>, Stopped> {
    let mut incoming = files.begin().await?;
    while let Some(chunk) = field.next().await {
        let chunk: Bytes = match chunk {
            Ok(chunk) => chunk,
            Err(error) => {
                incoming.abort().await?;
                return Err(error.into());
            }
        };
        let size = incoming.size() + u64::try_from(chunk.len()).unwrap_or(u64::MAX);
        let limit =
            if size > limits.file { Some(limits.file) } else { (before + size > limits.total).then_some(limits.total) };
        if let Some(limit) = limit {
            incoming.abort().await?;
            return Err(Error::TooLarge(usize::try_from(limit).unwrap_or(usize::MAX)).into());
        }
        incoming.write(&chunk).await?;
    }
    if incoming.size() == 0 {
        incoming.abort().await?;
        // Browsers send an empty part for a file field in which nothing was chosen.
        return if name.is_empty() { Ok(None) } else { Err(Error::Invalid(said("file-empty", name)).into()) };
    }
    let content = files.finish(incoming, name).await?;
    if !limits.takes(content.content_type) {
        return Err(Error::Invalid(said("file-type", name)).into());
    }
    let limit = limits.of_type(content.content_type);
    if content.size > limit {
        return Err(Error::TooLarge(usize::try_from(limit).unwrap_or(usize::MAX)).into());
    }
    Ok(Some(content))
}

fn said(key: &'static str, name: &str) -> Said {
    Said::from(key).with("name", clean_name(name))
}

async fn text_of(field: &mut Field) -> Result<String, Stopped> {
    let bytes = field.bytes(FIELD).await.map_err(|_| Error::TooLarge(FIELD))??;
    Ok(String::from_utf8(bytes.to_vec()).map_err(|_| Error::BadRequest("a field is not UTF-8".into()))?)
}

async fn drain(mut form: Multipart) {
    let mut thrown = 0;
    while let Some(Ok(mut field)) = form.next().await {
        while let Some(Ok(chunk)) = field.next().await {
            thrown += u64::try_from(chunk.len()).unwrap_or(u64::MAX);
            if thrown > DRAIN {
                return;
            }
        }
    }
}
