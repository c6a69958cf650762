//! Moving an installation from the embedded engine to PostgreSQL.
//!
//! Every table that both have is copied, so a new one needs nothing here. A row travels as JSON in which each value is
//! text in one form for both engines. Afterwards both sides are read in the order of the primary key and compared row by
//! row, before indexes and foreign keys are made. Until all of that is done, a mark in the settings says that the
//! database holds half a move: the desk refuses to start on it, and a second run begins again.

use diesel::connection::SimpleConnection;
use diesel::prelude::*;
use diesel::r2d2::ManageConnection;
use diesel::sql_query;
use diesel::sql_types::{BigInt, Bool, Nullable, Text};

use super::bulk::{Bulk, Scope};
use super::conn::{Access, Conn, Connector, is_sqlite};
use super::schema::settings;
use super::{Failure, migrate, serve_alone};
use crate::error::{Error, Result};

/// The mark of half a move; its value are the statements that make what was put away.
const UNFINISHED: &str = "move_unfinished";
/// Bytes of rows that are sent at once, more or less.
const PIECE: usize = 1 << 20;
/// Rows that PostgreSQL hands out at once to be compared.
const FETCH: usize = 5_000;

/// How far a move is: what it does, how many of it, of how many.
pub type Progress<'a> = &'a mut dyn FnMut(&str, u64, u64);

/// Refuses a database that holds half a move.
pub fn require_finished(conn: &mut Conn) -> Result<()> {
    let mark: Option<String> = settings::table.find(UNFINISHED).select(settings::value).first(conn).optional()?;
    if mark.is_none() {
        Ok(())
    } else {
        failed("a move to this database was interrupted: run `switchboard move` again")
    }
}

/// Copies all rows of the SQLite file to an empty PostgreSQL database and returns how many they are.
pub fn run(from: &str, to: &str, progress: Progress) -> Result<u64> {
    if !is_sqlite(from) {
        return failed("this installation uses PostgreSQL already");
    }
    if is_sqlite(to) {
        return failed("the way leads to PostgreSQL only: --to postgres://user@host/database");
    }
    if !std::path::Path::new(from).exists() {
        return failed(format!("there is no database {from}"));
    }
    let _alone = serve_alone(from)?;
    migrate::run(from)?;
    migrate::run(to)?;
    let mut source = open_alone(from)?;
    require_finished(&mut source)?;
    let mut target = Bulk::open(to)?;
    let tables = tables(&mut source, target.conn())?;
    let earlier = begun(target.conn(), &tables)?;
    let names: Vec<&str> = tables.iter().map(|table| table.name.as_str()).filter(|name| *name != "settings").collect();
    let makes = target.put_away(&Scope { loaded: &names, emptied: &[], sparse: &[] }, earlier, mark)?;
    target.conn().batch_execute(&format!("DELETE FROM settings WHERE key <> '{UNFINISHED}'"))?;
    let mut rows = 0;
    for table in &tables {
        let count = number(&mut source, &format!("SELECT count(*) AS n FROM {}", table.quoted()))?;
        rows += count;
        copy(&mut source, target.conn(), table, count, progress)?;
    }
    for table in &tables {
        compare(&mut source, target.conn(), table, progress)?;
    }
    target.make_again(&makes, &mut |place, of| progress("indexes and foreign keys", place, of))?;
    progress("the planner's figures", 0, 0);
    target.finish()?;
    target.number_on(&given(&mut source, &tables)?)?;
    diesel::delete(settings::table.find(UNFINISHED)).execute(target.conn())?;
    Ok(rows)
}

fn failed<T>(why: impl Into<String>) -> Result<T> {
    Err(Error::Internal(why.into()))
}

/// Opens the file for us alone, and keeps it so: what somebody wrote meanwhile would be lost.
fn open_alone(url: &str) -> Result<Conn> {
    let mut conn = Connector::to(url, Access::Write).connect()?.conn;
    conn.batch_execute("PRAGMA busy_timeout = 500; PRAGMA locking_mode = EXCLUSIVE")?;
    match conn.batch_execute("BEGIN IMMEDIATE") {
        Ok(()) => Ok(conn),
        Err(_) => failed(format!("somebody has {url} open: stop the desk first")),
    }
}

/// A table that both engines have.
struct Table {
    name: String,
    /// Names and kinds.
    columns: Vec<(String, Kind)>,
    /// What the rows are ordered by.
    key: Vec<String>,
}

/// What a column holds.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Kind {
    Number,
    Flag,
    Text,
    Time,
    Bytes,
    Float,
}

impl Kind {
    fn of(postgres: &str) -> Option<Self> {
        Some(match postgres {
            "bigint" | "integer" | "smallint" => Self::Number,
            "boolean" => Self::Flag,
            "text" | "character varying" => Self::Text,
            "timestamp without time zone" => Self::Time,
            "bytea" => Self::Bytes,
            "double precision" => Self::Float,
            _ => return None,
        })
    }

    /// A value as text, the same on both.
    fn on_sqlite(self, column: &str) -> String {
        match self {
            // Times have no fraction, or up to nine digits of one.
            Self::Time => format!(
                "CASE WHEN length({column}) = 19 THEN {column} || '.000000' ELSE substr({column} || '000000', 1, 26) END"
            ),
            Self::Bytes => format!("CASE WHEN {column} IS NULL THEN NULL ELSE '\\x' || lower(hex({column})) END"),
            Self::Float => format!("CASE WHEN {column} IS NULL THEN NULL ELSE printf('%!.17g', {column}) END"),
            Self::Number | Self::Flag | Self::Text => format!("CAST({column} AS TEXT)"),
        }
    }

    fn on_postgres(self, column: &str) -> String {
        match self {
            Self::Time => format!("to_char({column}, 'YYYY-MM-DD HH24:MI:SS.US')"),
            Self::Bytes => format!("'\\x' || encode({column}, 'hex')"),
            Self::Flag => format!("CASE {column} WHEN TRUE THEN '1' WHEN FALSE THEN '0' END"),
            Self::Number | Self::Text | Self::Float => format!("{column}::text"),
        }
    }
}

impl Table {
    fn quoted(&self) -> String {
        format!("\"{}\"", self.name)
    }

    fn list(&self, of: impl Fn(&str, Kind) -> String) -> String {
        self.columns.iter().map(|(name, kind)| of(&format!("\"{name}\""), *kind)).collect::<Vec<_>>().join(", ")
    }

    /// The order that both engines agree on.
    fn order(&self, on_postgres: bool) -> String {
        let is_text = |column: &str| self.columns.iter().any(|(name, kind)| name == column && *kind == Kind::Text);
        let part = |column: &String| {
            let collate = if on_postgres && is_text(column) { " COLLATE \"C\"" } else { "" };
            format!("\"{column}\"{collate}")
        };
        self.key.iter().map(part).collect::<Vec<_>>().join(", ")
    }

    /// The rows that travel: settings but the mark.
    fn whose(&self) -> String {
        if self.name == "settings" { format!(" WHERE key <> '{UNFINISHED}'") } else { String::new() }
    }
}

#[derive(QueryableByName)]
struct ColumnRow {
    #[diesel(sql_type = Text)]
    table_name: String,
    #[diesel(sql_type = Text)]
    name: String,
    #[diesel(sql_type = Text)]
    kind: String,
    #[diesel(sql_type = Bool)]
    is_key: bool,
}

#[derive(QueryableByName)]
struct Line {
    #[diesel(sql_type = Text)]
    line: String,
}

#[derive(QueryableByName)]
struct Count {
    #[diesel(sql_type = Nullable<BigInt>)]
    n: Option<i64>,
}

#[derive(QueryableByName)]
struct Given {
    #[diesel(sql_type = Text)]
    table_name: String,
    #[diesel(sql_type = BigInt)]
    last: i64,
}

fn number(conn: &mut Conn, sql: &str) -> Result<u64> {
    let found: Count = sql_query(sql).get_result(conn)?;
    Ok(found.n.and_then(|n| u64::try_from(n).ok()).unwrap_or_default())
}

/// All tables of the product. Fails if the two engines differ, or a column is of a kind that nobody knows to move.
fn tables(source: &mut Conn, target: &mut Conn) -> Result<Vec<Table>> {
    let rows: Vec<ColumnRow> = sql_query(
        "SELECT c.table_name::text AS table_name, c.column_name::text AS name, c.data_type::text AS kind, \
         EXISTS (SELECT 1 FROM pg_index i JOIN pg_attribute a ON a.attrelid = i.indrelid AND a.attnum = ANY (i.indkey) \
         WHERE i.indisprimary AND i.indrelid = quote_ident(c.table_name)::regclass AND a.attname = c.column_name) AS is_key \
         FROM information_schema.columns c JOIN information_schema.tables t \
         ON t.table_schema = c.table_schema AND t.table_name = c.table_name AND t.table_type = 'BASE TABLE' \
         WHERE c.table_schema = current_schema() AND c.table_name <> '__diesel_schema_migrations' AND c.is_generated = 'NEVER' \
         ORDER BY c.table_name, c.ordinal_position",
    )
    .load(target)?;
    let mut tables: Vec<Table> = vec![];
    for row in rows {
        let kind = Kind::of(&row.kind);
        let Some(kind) = kind else { return failed(format!("{}.{} is {}", row.table_name, row.name, row.kind)) };
        if tables.last().is_none_or(|table| table.name != row.table_name) {
            tables.push(Table { name: row.table_name, columns: vec![], key: vec![] });
        }
        if let Some(table) = tables.last_mut() {
            if row.is_key {
                table.key.push(row.name.clone());
            }
            table.columns.push((row.name, kind));
        }
    }
    let there: Vec<Line> = sql_query(
        "SELECT m.name || '.' || i.name AS line FROM sqlite_schema m JOIN pragma_table_info(m.name) i WHERE m.type = 'table' \
         AND m.name NOT LIKE 'sqlite_%' AND m.name <> '__diesel_schema_migrations' AND m.name NOT IN \
         (SELECT v.name || s.column1 FROM sqlite_schema v, (VALUES (''), ('_data'), ('_idx'), ('_docsize'), ('_config'), ('_content')) s \
         WHERE v.sql LIKE 'CREATE VIRTUAL TABLE%')",
    )
    .load(source)?;
    let mut there: Vec<String> = there.into_iter().map(|line| line.line).collect();
    let mut here: Vec<String> = tables
        .iter()
        .flat_map(|table| table.columns.iter().map(move |(column, _)| format!("{}.{column}", table.name)))
        .collect();
    there.sort_unstable();
    here.sort_unstable();
    if let Some(odd) = here.iter().find(|name| !there.contains(name)).or(there.iter().find(|name| !here.contains(name)))
    {
        return failed(format!("only one of the two databases has {odd}"));
    }
    if let Some(table) = tables.iter().find(|table| table.key.is_empty()) {
        return failed(format!("{} has no primary key", table.name));
    }
    Ok(tables)
}

/// The last numbers that were given in each table that gives none again.
fn given(source: &mut Conn, tables: &[Table]) -> Result<Vec<(String, u64)>> {
    let last: Vec<Given> = sql_query("SELECT name AS table_name, seq AS last FROM sqlite_sequence").load(source)?;
    let moved = last.into_iter().filter(|given| tables.iter().any(|table| table.name == given.table_name));
    Ok(moved.map(|given| (given.table_name, given.last.try_into().unwrap_or_default())).collect())
}

/// What an interrupted move has put away. Fails if the target holds anything else.
fn begun(target: &mut Conn, tables: &[Table]) -> Result<Vec<String>> {
    let mark: Option<String> = settings::table.find(UNFINISHED).select(settings::value).first(target).optional()?;
    if let Some(makes) = mark {
        return Ok(serde_json::from_str(&makes).unwrap_or_default());
    }
    for table in tables {
        if number(
            target,
            &format!("SELECT count(*) AS n FROM (SELECT 1 FROM {} LIMIT 1) AS one_of_them", table.quoted()),
        )? > 0
        {
            return failed(format!("the target is not empty: there are rows in {}", table.name));
        }
    }
    Ok(vec![])
}

fn mark(conn: &mut Conn, makes: &[String]) -> QueryResult<()> {
    let json = serde_json::to_string(makes).map_err(|e| diesel::result::Error::SerializationError(e.into()))?;
    diesel::delete(settings::table.find(UNFINISHED)).execute(conn)?;
    diesel::insert_into(settings::table)
        .values((settings::key.eq(UNFINISHED), settings::value.eq(json)))
        .execute(conn)
        .map(drop)
}

fn copy(source: &mut Conn, target: &mut Conn, table: &Table, count: u64, progress: Progress) -> Result<()> {
    let what = format!("copying {}", table.name);
    let objects = table.list(|column, kind| format!("'{}', {}", column.trim_matches('"'), kind.on_sqlite(column)));
    let rows = format!(
        "SELECT json_object({objects}) AS line FROM {}{} ORDER BY {}",
        table.quoted(),
        table.whose(),
        table.order(false)
    );
    let columns = table.list(|column, _| column.to_owned());
    let insert = format!(
        "INSERT INTO {0} ({columns}) SELECT {columns} FROM json_populate_recordset(NULL::{0}, $1::json)",
        table.quoted()
    );
    let mut send = |piece: &mut String| {
        if piece.is_empty() {
            return Ok(());
        }
        piece.push(']');
        let sent = sql_query(&insert).bind::<Text, _>(&*piece).execute(target).map(drop);
        piece.clear();
        sent.map_err(|error| Error::Internal(format!("{}: {}", table.name, Failure::from(error))))
    };
    let (mut piece, mut done) = (String::new(), 0);
    for row in sql_query(rows).load_iter::<Line, _>(source)? {
        piece.push(if piece.is_empty() { '[' } else { ',' });
        piece.push_str(&row?.line);
        done += 1;
        if piece.len() >= PIECE {
            send(&mut piece)?;
            progress(&what, done, count);
        }
    }
    send(&mut piece)?;
    progress(&what, done, count);
    Ok(())
}

/// Reads both sides in the same order. Whatever differs is named and ends the move.
fn compare(source: &mut Conn, target: &mut Conn, table: &Table, progress: Progress) -> Result<()> {
    let what = format!("comparing {}", table.name);
    let (from, whose) = (table.quoted(), table.whose());
    let here = format!(
        "SELECT json_array({}) AS line FROM {from}{whose} ORDER BY {}",
        table.list(|column, kind| kind.on_sqlite(column)),
        table.order(false)
    );
    let there = format!(
        "DECLARE moved NO SCROLL CURSOR FOR SELECT to_json(ARRAY[{}]::text[])::text AS line FROM {from}{whose} ORDER BY {}",
        table.list(|column, kind| kind.on_postgres(column)),
        table.order(true)
    );
    target.transaction(|target| {
        sql_query(there).execute(target)?;
        let mut moved = vec![].into_iter();
        let mut fetch = |target: &mut Conn| -> Result<Option<String>> {
            if moved.len() == 0 {
                moved = sql_query(format!("FETCH {FETCH} FROM moved")).load::<Line>(target)?.into_iter();
            }
            Ok(moved.next().map(|line: Line| line.line))
        };
        let mut done = 0;
        for row in sql_query(here).load_iter::<Line, _>(source)? {
            let (ours, theirs) = (row?.line, fetch(target)?);
            if !theirs.as_ref().is_some_and(|theirs| is_same(table, &ours, theirs)) {
                return failed(format!(
                    "{} differs: {ours} came as {}",
                    table.name,
                    theirs.as_deref().unwrap_or("nothing")
                ));
            }
            done += 1;
            if done % 50_000 == 0 {
                progress(&what, done, 0);
            }
        }
        match fetch(target)? {
            Some(more) => failed(format!("{} has a row too many: {more}", table.name)),
            None => {
                progress(&what, done, done);
                Ok(sql_query("CLOSE moved").execute(target).map(drop)?)
            }
        }
    })
}

/// Whether two rows say the same; mostly they are the same text.
fn is_same(table: &Table, ours: &str, theirs: &str) -> bool {
    if ours == theirs {
        return true;
    }
    let values = |json| serde_json::from_str::<Vec<Option<String>>>(json).unwrap_or_default();
    let (ours, theirs) = (values(ours), values(theirs));
    let number = |text: &Option<String>| text.as_deref().and_then(|text| text.parse::<f64>().ok());
    ours.len() == table.columns.len()
        && theirs.len() == ours.len()
        && table.columns.iter().zip(&ours).zip(&theirs).all(|(((_, kind), a), b)| {
            a == b || (*kind == Kind::Float && number(a).is_some() && number(a) == number(b))
        })
}
