//! A form with files.

mod reading;

use actix_multipart::Multipart;
use reading::{Stopped, Taking, drain, read};

use super::actions;
use super::contents::{Content, Files};
use super::model::StoredFile;
use crate::channels::FileLimits as Limits;
use crate::db::Db;
use crate::error::{Error, Result, Said};

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

/// A form whose files have arrived, and of which nothing is kept yet: whoever nobody knows is judged first.
pub struct Arrived {
    upload: Upload,
    contents: Vec<(Content, String)>,
}

impl Arrived {
    /// What was typed into a field; empty if it is not there.
    pub fn field(&self, name: &str) -> &str {
        self.upload.field(name)
    }

    pub fn has_files(&self) -> bool {
        !self.contents.is_empty()
    }

    /// Keeps its files.
    pub async fn keep(mut self, db: &Db, files: &Files) -> Result<Upload> {
        if self.has_files() {
            self.upload.files = actions::keep(db, files, self.contents).await?;
        }
        Ok(self.upload)
    }

    /// Throws its files away.
    pub async fn discard(&self, files: &Files) {
        files.discard(self.contents.iter().map(|(content, _)| content)).await;
    }
}

/// Counts bytes, and may refuse more of them.
pub type Spend<'a> = &'a dyn Fn(u64) -> Result<()>;

/// A form up to this long is counted as its files come: words pass whatever was sent before.
const SHORT: u64 = 64 * 1024;

/// Reads a form of somebody whom nobody knows. It fails as [`accept`] does. A long one is counted before it is read, by the
/// length that its sender names: whoever has to wait hears how long, and loses nothing by asking.
pub async fn arrive(
    files: &Files,
    mut form: Multipart,
    length: Option<u64>,
    limits: &Limits,
    spend: Spend<'_>,
) -> Result<Arrived> {
    let named = length.filter(|length| *length > SHORT);
    if let Some(length) = named
        && let Err(error) = spend(length)
    {
        return Err(after(Stopped::Refused(error), form).await);
    }
    let spend: Spend<'_> = if named.is_some() { &|_| Ok(()) } else { spend };
    match arrived_in(&Taking { files, limits, spend }, &mut form).await {
        (upload, Ok(contents)) => Ok(Arrived { upload, contents }),
        (_, Err(stopped)) => Err(after(stopped, form).await),
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
    match arrived_in(&Taking { files, limits, spend: &|_| Ok(()) }, &mut form).await {
        (upload, Ok(contents)) => Ok((Arrived { upload, contents }.keep(db, files).await?, None)),
        (upload, Err(stopped @ Stopped::File(_))) => Ok((upload, Some(after(stopped, form).await))),
        (_, Err(stopped)) => Err(after(stopped, form).await),
    }
}

/// What was typed, and the files, which wait to be kept, unless reading ended early.
async fn arrived_in(taking: &Taking<'_>, form: &mut Multipart) -> (Upload, Result<Vec<(Content, String)>, Stopped>) {
    let (mut upload, mut arrived) = (Upload::default(), vec![]);
    let read = read(taking, form, &mut upload.fields, &mut arrived).await;
    if read.is_err() {
        // What came before it in the same form is not wanted either.
        taking.files.discard(arrived.iter().map(|(content, _)| content)).await;
    }
    (upload, read.map(|()| arrived))
}

/// The error that ended reading. The sender is to hear of it, so what else comes is read and thrown away.
async fn after(stopped: Stopped, form: Multipart) -> Error {
    match stopped {
        Stopped::Refused(error) | Stopped::File(error) => {
            drain(form).await;
            error
        }
        Stopped::Broken(error) => Error::BadRequest(error),
    }
}

#[cfg(test)]
mod tests {
    use std::cell::Cell;

    use actix_web::http::header::{CONTENT_TYPE, HeaderMap, HeaderValue};
    use bytes::Bytes;
    use futures_util::stream;

    use super::*;
    use crate::channels::ChannelKind;
    use crate::config::Config;

    fn form(files: &[Bytes]) -> Multipart {
        let mut parts = vec![Bytes::from("--b\r\nContent-Disposition: form-data; name=\"text\"\r\n\r\nHello\r\n")];
        for file in files {
            let head = "--b\r\nContent-Disposition: form-data; name=\"file\"; filename=\"a.txt\"\r\n\r\n";
            parts.extend([Bytes::from(head), file.clone(), Bytes::from("\r\n")]);
        }
        parts.push(Bytes::from("--b--\r\n"));
        let mut headers = HeaderMap::new();
        headers.insert(CONTENT_TYPE, HeaderValue::from_static("multipart/form-data; boundary=b"));
        Multipart::new(&headers, stream::iter(parts.into_iter().map(Ok)))
    }

    fn kept_in(folder: &std::path::Path) -> usize {
        let waiting = std::fs::read_dir(folder.join("files/incoming"));
        waiting.map_or(0, |entries| entries.filter(|entry| entry.as_ref().is_ok_and(|e| e.path().is_file())).count())
    }

    /// Bytes of strangers are counted as they come, small files as what they take on a disk; once somebody has no more of
    /// them, nothing of the form stays. What has arrived is nowhere kept until it is judged.
    #[actix_web::test]
    async fn strangers_spend_what_they_send() {
        let data = tempfile::tempdir().unwrap();
        let files = Files::open(&Config { data: data.path().to_owned(), ..Config::default() }).unwrap();
        let (spent, limits) = (Cell::new(0), Limits::of(ChannelKind::WebChat));
        let spend = |bytes| {
            spent.set(spent.get() + bytes);
            if spent.get() > 100_000 { Err(Error::TooMany(7)) } else { Ok(()) }
        };
        let (small, large) = (Bytes::from("small"), Bytes::from(vec![b'a'; 50_000]));
        let arrived = arrive(&files, form(&[small, large.clone()]), None, &limits, &spend).await.unwrap();
        assert_eq!((spent.get(), arrived.field("text"), arrived.has_files()), (54_096, "Hello", true));
        assert_eq!(kept_in(data.path()), 2);
        arrived.discard(&files).await;
        assert_eq!(kept_in(data.path()), 0);
        let refused = arrive(&files, form(&[large.clone(), large.clone()]), None, &limits, &spend).await;
        assert!(matches!(refused, Err(Error::TooMany(7))));
        assert_eq!(kept_in(data.path()), 0);
        // A length that is named is all that counts.
        spent.set(0);
        let named = |length| arrive(&files, form(std::slice::from_ref(&large)), Some(length), &limits, &spend);
        named(90_000).await.unwrap().discard(&files).await;
        assert_eq!(spent.get(), 90_000);
        assert!(matches!(named(70_000).await, Err(Error::TooMany(7))));
        assert_eq!(kept_in(data.path()), 0);
    }
}
