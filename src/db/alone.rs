//! One desk on one SQLite file: several hear of each other's writes by PostgreSQL only, and each would do the same work.

use std::fs::{File, OpenOptions, TryLockError};
use std::io::{Read, Write};
use std::path::{Path, PathBuf};

use diesel::pg::PgConnection;

use super::conn::is_sqlite;
use super::{Address, dialect};
use crate::error::{Error, Result};

/// The right to serve a database. A lock of the operating system: it ends with the process, however that ends.
#[derive(Debug)]
pub struct Alone {
    #[expect(dead_code, reason = "the lock is held as long as the file is open")]
    file: Option<File>,
}

/// Takes it; refuses while another process has it. Commands that do something and end do not ask for it, unless nobody else may
/// work meanwhile.
pub fn serve_alone(database: &str) -> Result<Alone> {
    if !is_sqlite(database) {
        return Ok(Alone { file: None });
    }
    let path = beside(Path::new(database));
    let told = |e: std::io::Error| Error::Internal(format!("{}: {e}", path.display()));
    let mut file = OpenOptions::new().read(true).write(true).create(true).truncate(false).open(&path).map_err(told)?;
    match file.try_lock() {
        Ok(()) => {}
        Err(TryLockError::WouldBlock) => {
            let mut process = String::new();
            // Some systems do not let others read what is locked.
            let _ = file.read_to_string(&mut process);
            let process = if process.is_empty() { String::new() } else { format!(" (process {})", process.trim()) };
            return Err(Error::Internal(format!("another desk is running on {database}{process}: stop it first")));
        }
        // A file system without locks: it is as it was before there was this one.
        Err(TryLockError::Error(error)) => {
            tracing::warn!(%error, "{} cannot be locked: see to it that one desk alone runs on it", path.display());
            return Ok(Alone { file: None });
        }
    }
    file.set_len(0).and_then(|()| writeln!(file, "{}", std::process::id())).map_err(told)?;
    Ok(Alone { file: Some(file) })
}

/// The right to take a database apart: nobody serves it meanwhile, on PostgreSQL either.
pub struct Sole {
    #[expect(dead_code, reason = "the locks are held as long as these are open")]
    locks: (Alone, Option<PgConnection>),
}

/// Takes it; refuses while a desk runs.
pub fn work_alone(address: &Address) -> Result<Sole> {
    let alone = serve_alone(&address.url)?;
    if is_sqlite(&address.url) {
        return Ok(Sole { locks: (alone, None) });
    }
    match dialect::hold_desks_off(address.direct())? {
        Some(conn) => Ok(Sole { locks: (alone, Some(conn)) }),
        // Its address may hold a password.
        None => Err(Error::Internal("another desk is running on this database: stop it first".into())),
    }
}

/// The lock's file, beside the real one: two names may lead to one database. Before that is made its folder has to do.
fn beside(database: &Path) -> PathBuf {
    let real = database.canonicalize().unwrap_or_else(|_| {
        let folder = database.parent().and_then(|folder| folder.canonicalize().ok());
        folder.and_then(|folder| Some(folder.join(database.file_name()?))).unwrap_or_else(|| database.to_owned())
    });
    let mut name = real.into_os_string();
    name.push(".lock");
    name.into()
}
