//! A text index on SQLite, filled beside the load by a thread of its own.
//!
//! It takes the longest of all that can be done beside the rows, so it begins with the first of them, whenever the rows
//! that it is of are written. A temporary database has the texts and the index over them. It lies where sorted pieces lie,
//! under no name, and is gone when its connection ends, however that ends. A text index consists of plain tables, of some
//! ten thousand blocks for a million texts: when the load is done they are copied as they are.

use std::thread::{self, JoinHandle};

use diesel::result::{DatabaseErrorKind, Error as Sql, QueryResult};
use rusqlite::Connection;

use super::feed::{as_diesel, insert};
use super::rows::Rows;

/// A text index, and whose.
pub struct TextIndex {
    pub name: &'static str,
    pub table: &'static str,
    /// The columns of the table that it is made of: the row's number, then the texts.
    pub columns: &'static [&'static str],
}

/// The tables that hold what a text index knows; a third one has its settings.
const PARTS: [&str; 2] = ["data", "idx"];
/// Bytes that are gathered before they are written as a piece, which is joined with others later: many times the default,
/// which suits one customer at a time.
const PIECE: u32 = 16 << 20;
/// An index that is being filled.
pub(super) struct Filling {
    index: &'static TextIndex,
    thread: JoinHandle<rusqlite::Result<Connection>>,
}

impl TextIndex {
    /// Begins to fill the index that `makes` makes, with numbers of rows and their texts.
    pub(super) fn fill(&'static self, makes: String, texts: impl Iterator<Item = Rows> + Send + 'static) -> Filling {
        let fill = move || {
            let Self { name, table, columns } = self;
            let mut beside = Connection::open("")?;
            // Nothing of it need outlive a failure: the load is begun again then.
            beside.execute_batch(&format!(
                "PRAGMA journal_mode = OFF; PRAGMA synchronous = OFF; PRAGMA cache_size = -16384; \
                 CREATE TABLE {table} ({}); {makes}",
                columns.join(", ").replacen(',', " INTEGER PRIMARY KEY,", 1)
            ))?;
            let whole = beside.transaction()?;
            for rows in texts {
                insert(&whole, &rows, table, columns)?;
            }
            whole.commit()?;
            // All at once and in the order of the table. Each statement that gives rows to the index ends a piece, and so
            // does a row whose number is below the one before: to join these takes longer than all the rest.
            beside.execute_batch(&format!(
                "INSERT INTO {name} ({name}, rank) VALUES ('hashsize', {PIECE}); \
                 INSERT INTO {name} ({name}) VALUES ('rebuild'); \
                 INSERT INTO {name} ({name}) VALUES ('optimize')"
            ))?;
            lift(&beside, name)?;
            Ok(beside)
        };
        Filling { index: self, thread: thread::spawn(fill) }
    }
}

/// The row of an index's blocks that says of which pieces it is made (FTS5's `fts5_index.c`, "Structure records").
const STRUCTURE: i64 = 10;

/// Puts the one piece that an index is made of on the level that it would have, had the index grown customer by customer.
///
/// FTS5 joins the sixteen pieces of a level into one of the next, at the latest when the sixteenth is added and while whoever
/// adds it waits. Where the piece of a load lies is among the smallest: after some hundred new customers one of them waited
/// for a million to be written again, 1.4 seconds.
fn lift(conn: &Connection, name: &str) -> rusqlite::Result<()> {
    let of = format!("{name}_data WHERE id = {STRUCTURE}");
    let structure: Vec<u8> = conn.query_row(&format!("SELECT block FROM {of}"), [], |row| row.get(0))?;
    let Some(lifted) = lifted(&structure) else { return Ok(()) };
    conn.execute(&format!("UPDATE {name}_data SET block = ?1 WHERE id = {STRUCTURE}"), [lifted])?;
    Ok(())
}

/// A level for each threefold of a page, as pieces grow from level to level.
const GROWTH: u64 = 3;

/// The structure of one piece, some levels up. `None`: of another kind, or high enough.
///
/// Four bytes that change with the settings, how many levels, how many pieces, how many pages were written; then the levels
/// from the lowest: how many of its pieces are being joined, how many there are, and of each its number, its first and its last page.
/// Numbers are SQLite's: seven bits a byte, the highest bit says that another follows.
fn lifted(structure: &[u8]) -> Option<Vec<u8>> {
    let mut at = 4;
    let mut next = || {
        let mut number = 0_u64;
        // A ninth byte would have eight bits: no number here is so large.
        for _ in 0..8 {
            let byte = *structure.get(at)?;
            at += 1;
            number = number << 7 | u64::from(byte & 0x7f);
            if byte < 0x80 {
                return Some((number, at));
            }
        }
        None
    };
    let ((levels, counted), (1, _), (_, head)) = (next()?, next()?, next()?) else { return None };
    for _ in 1..levels {
        let ((0, _), (0, _)) = (next()?, next()?) else { return None };
    }
    let ((0, _), (1, _), _, (first, _)) = (next()?, next()?, next()?, next()?) else { return None };
    let (last, _) = next()?;
    let wanted = u64::from((last.checked_sub(first)? + 1).checked_ilog(GROWTH)?) + 1;
    let more = usize::try_from(wanted.checked_sub(levels)?).ok()?;
    let levels = u8::try_from(wanted).ok().filter(|levels| *levels < 0x80 && counted == 5)?;
    let mut lifted = structure[..4].to_vec();
    lifted.push(levels);
    lifted.extend(&structure[counted..head]);
    lifted.extend(std::iter::repeat_n([0, 0], more).flatten());
    lifted.extend(&structure[head..]);
    Some(lifted)
}

/// An index that is filled.
pub(super) struct Filled {
    index: &'static TextIndex,
    beside: Connection,
}

impl Filling {
    /// Waits until it is filled.
    pub(super) fn wait(self) -> QueryResult<Filled> {
        let panicked = |_| {
            let what = format!("the thread that fills {} has panicked", self.index.name);
            Sql::DatabaseError(DatabaseErrorKind::Unknown, Box::new(what))
        };
        let beside = self.thread.join().map_err(panicked)?.map_err(as_diesel)?;
        Ok(Filled { index: self.index, beside })
    }
}

impl Filled {
    /// Replaces what the file has of the index, which nobody else may have locked.
    pub(super) fn hand_over(self, path: &str) -> QueryResult<()> {
        let name = self.index.name;
        let copy = || {
            self.beside.execute("ATTACH ?1 AS whole", [path])?;
            self.beside.execute_batch("PRAGMA whole.synchronous = OFF; BEGIN")?;
            for part in PARTS {
                self.beside.execute_batch(&format!(
                    "DELETE FROM whole.{name}_{part}; INSERT INTO whole.{name}_{part} SELECT * FROM main.{name}_{part}"
                ))?;
            }
            self.beside.execute_batch("COMMIT")
        };
        copy().map_err(as_diesel)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// One piece of 14,546 pages on the second level.
    const LARGE: [u8; 14] = [0, 0, 0, 7, 2, 1, 0xf2, 0x19, 0, 0, 0, 1, 5, 1];

    #[test]
    fn a_large_piece_is_lifted_and_a_small_one_is_not() {
        let large = [&LARGE[..], &[0xf1, 0x52]].concat();
        let lifted = lifted(&large).expect("lifted");
        assert_eq!(lifted[..8], [0, 0, 0, 7, 9, 1, 0xf2, 0x19]);
        assert_eq!(lifted[8..24], [0; 16]);
        assert_eq!(lifted[24..], [0, 1, 5, 1, 0xf1, 0x52]);
        assert_eq!(super::lifted(&[&LARGE[..], &[1]].concat()), None, "a page");
    }

    #[test]
    fn what_is_not_one_piece_stays_as_it_is() {
        for structure in
            [&[][..], &[0; 4], &[0; 12], &[0, 0, 0, 0, 1, 2, 0, 0, 2, 1, 1, 1, 2, 1, 1], &LARGE, &[0xff; 30]]
        {
            assert_eq!(lifted(structure), None, "{structure:?}");
        }
    }
}
