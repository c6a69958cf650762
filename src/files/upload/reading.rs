//! Reading a form as it comes: nothing holds a file whole.

use actix_multipart::{Field, Multipart, MultipartError};
use bytes::Bytes;
use futures_util::StreamExt;

use super::Spend;
use crate::channels::FileLimits as Limits;
use crate::error::{Error, Result, Said};
use crate::files::contents::{Content, Files, Incoming};
use crate::files::model::clean_name;

/// Bytes of one field that is no file, and fields of one form.
const FIELD: usize = 256 * 1024;
const FIELDS: usize = 60;
/// What the smallest file takes on a disk.
const BLOCK: u64 = 4096;
/// What is read and thrown away after a refusal, so that the sender hears it instead of a broken connection.
const DRAIN: u64 = 64 * 1024 * 1024;

/// Where files are taken to, and what of them.
pub(super) struct Taking<'a> {
    pub files: &'a Files,
    pub limits: &'a Limits,
    pub spend: Spend<'a>,
}

/// Why reading a form ended early.
pub(super) enum Stopped {
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
pub(super) async fn read(
    taking: &Taking<'_>,
    form: &mut Multipart,
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
                let content = file_of(taking, &mut field, &file_name, before).await?;
                arrived.extend(content.map(|content| (content, clean_name(&file_name))));
            }
        }
    }
    Ok(())
}

/// One file, or nothing for a file field that was left empty. `before`: files before it in the form, and their bytes.
async fn file_of(
    taking: &Taking<'_>,
    field: &mut Field,
    name: &str,
    before: (usize, u64),
) -> Result<Option<Content>, Stopped> {
    let mut incoming = taking.files.begin().await?;
    match taken(taking, field, &mut incoming, name, before).await {
        Ok(true) => Ok(Some(taking.files.arrived(incoming, name).await?)),
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
    taking: &Taking<'_>,
    field: &mut Field,
    incoming: &mut Incoming,
    name: &str,
    (count, bytes): (usize, u64),
) -> Result<bool, Stopped> {
    let limits = taking.limits;
    while let Some(chunk) = field.next().await {
        let chunk: Bytes = chunk?;
        let more = u64::try_from(chunk.len()).unwrap_or(u64::MAX);
        let size = incoming.size() + more;
        if size > limits.file {
            return Err(too_large(limits.file));
        }
        if bytes + size > limits.total {
            return Err(too_large(limits.total));
        }
        (taking.spend)(if incoming.size() == 0 { more.max(BLOCK) } else { more })?;
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

/// Reads on and throws away, for a while.
pub(super) async fn drain(mut form: Multipart) {
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
