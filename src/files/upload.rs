//! A form with files, read as it comes.

use actix_multipart::{Field, Multipart, MultipartError};
use bytes::Bytes;
use futures_util::StreamExt;

use super::actions;
use super::contents::{Content, Files, Incoming};
use super::model::{StoredFile, clean_name};
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
    /// Why there are none, although there were: of [`accept_form`].
    pub refused: Option<Said>,
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
pub async fn accept(db: &Db, files: &Files, form: Multipart, limits: &Limits) -> Result<Upload> {
    match taken_in(db, files, form, limits).await? {
        (upload, None) => Ok(upload),
        (_, Some(refused)) => Err(refused),
    }
}

/// The same of a form that comes back to whoever has filled it in: why its files are refused stands beside what was typed.
pub async fn accept_form(db: &Db, files: &Files, form: Multipart, limits: &Limits) -> Result<Upload> {
    Ok(match taken_in(db, files, form, limits).await? {
        (upload, None) => upload,
        (upload, Some(refused)) => Upload { refused: Some(refused.said()), ..upload },
    })
}

/// What a form held, and why its files are not kept, if they are not. In our forms the files stand last.
async fn taken_in(db: &Db, files: &Files, mut form: Multipart, limits: &Limits) -> Result<(Upload, Option<Error>)> {
    let (mut upload, mut arrived) = (Upload::default(), vec![]);
    let stopped = match read(files, &mut form, limits, &mut upload.fields, &mut arrived).await {
        Ok(()) => {
            if !arrived.is_empty() {
                upload.files = actions::keep(db, files, arrived).await?;
            }
            return Ok((upload, None));
        }
        Err(stopped) => stopped,
    };
    // What came before it in the same form is not wanted either.
    files.discard(arrived.iter().map(|(content, _)| content)).await;
    match stopped {
        Stopped::Refused(error) => {
            drain(form).await;
            Err(error)
        }
        Stopped::File(error) => {
            drain(form).await;
            Ok((upload, Some(error)))
        }
        Stopped::Broken(error) => Err(Error::BadRequest(error)),
    }
}

/// Why reading a form ended early.
enum Stopped {
    /// What was read does not pass; the rest can still be read.
    Refused(Error),
    /// So it is with a file.
    File(Error),
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

/// Reads a form to its end: into `fields` what was typed, and into `arrived` its files.
async fn read(
    files: &Files,
    form: &mut Multipart,
    limits: &Limits,
    fields: &mut Vec<(String, String)>,
    arrived: &mut Vec<(Content, String)>,
) -> Result<(), Stopped> {
    while let Some(field) = form.next().await {
        let mut field = field?;
        let name = field.name().unwrap_or_default().to_owned();
        let file_name = field.content_disposition().and_then(|d| d.get_filename()).map(str::to_owned);
        match file_name {
            None if fields.len() < FIELDS => fields.push((name, text_of(&mut field).await?)),
            None => return Err(Error::BadRequest("too many fields".into()).into()),
            Some(file_name) => {
                let before = (arrived.len(), arrived.iter().map(|(content, _)| content.size).sum());
                let content = file_of(files, &mut field, &file_name, limits, before).await?;
                arrived.extend(content.map(|content| (content, clean_name(&file_name))));
            }
        }
    }
    Ok(())
}

/// One file, or nothing for a file field that was left empty. `before`: files before it in the form, and their bytes.
async fn file_of(
    files: &Files,
    field: &mut Field,
    name: &str,
    limits: &Limits,
    before: (usize, u64),
) -> Result<Option<Content>, Stopped> {
    let mut incoming = files.begin().await?;
    match taken(field, &mut incoming, name, limits, before).await {
        Ok(true) => Ok(Some(files.arrived(incoming, name).await?)),
        Ok(false) => {
            incoming.abort().await?;
            Ok(None)
        }
        Err(stopped) => {
            // What it was is told, not that it could not be thrown away: then it is removed after a day.
            let _ = incoming.abort().await;
            Err(stopped)
        }
    }
}

/// Takes the bytes of a file as they come, and looks whether all of it may stay. False: nothing was chosen.
async fn taken(
    field: &mut Field,
    incoming: &mut Incoming,
    name: &str,
    limits: &Limits,
    (count, bytes): (usize, u64),
) -> Result<bool, Stopped> {
    while let Some(chunk) = field.next().await {
        let chunk: Bytes = chunk?;
        let size = incoming.size() + u64::try_from(chunk.len()).unwrap_or(u64::MAX);
        if size > limits.file {
            return Err(too_large(limits.file));
        }
        if bytes + size > limits.total {
            return Err(too_large(limits.total));
        }
        incoming.write(&chunk).await?;
    }
    if incoming.size() == 0 {
        // Browsers send an empty part for a file field in which nothing was chosen.
        return if name.is_empty() { Ok(false) } else { Err(Stopped::File(Error::Invalid(said("file-empty", name)))) };
    }
    if count == limits.count {
        return Err(Stopped::File(Error::Invalid(Said::from("file-too-many").with("count", limits.count))));
    }
    let content_type = incoming.content_type(name);
    if !limits.takes(content_type) {
        return Err(Stopped::File(Error::Invalid(said("file-type", name))));
    }
    let limit = limits.of_type(content_type);
    if incoming.size() > limit { Err(too_large(limit)) } else { Ok(true) }
}

fn too_large(limit: u64) -> Stopped {
    Stopped::File(Error::TooLarge(usize::try_from(limit).unwrap_or(usize::MAX)))
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
