//! Every place where the two engines differ.

use diesel::connection::{AnsiTransactionManager, SimpleConnection, TransactionManager};
use diesel::prelude::*;
use diesel::sql_query;
use diesel::sql_types::{Array, Bool, Nullable, Text};

use diesel::pg::{Pg, PgConnection};
use diesel::query_builder::{AstPass, QueryFragment, QueryId};

use super::sql::Sql;
use super::{Conn, Failure};
use crate::text::like_escape;

/// The engine's channel for announcements between instances.
const NOTIFY_CHANNEL: &str = "switchboard";

/// Any number: desks hold it together, and alone whoever takes their database apart.
const DESKS: i64 = 7_364_281_191;

/// Which engine: for the few statements that cannot be one text.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Engine {
    Sqlite,
    Postgres,
}

/// The engine behind this connection.
pub fn engine(conn: &Conn) -> Engine {
    match conn {
        Conn::Sqlite(_) => Engine::Sqlite,
        Conn::Postgres(_) => Engine::Postgres,
    }
}

/// What `f` asks is planned for its values, and on one core. After some rounds PostgreSQL plans once for all values, and for
/// a pattern of LIKE that is a guess: a list by name took a second where it takes thirty milliseconds. Its helpers take longer
/// to start than the rows of a page to read: a list by a tag took 200 ms with them. What is asked after it keeps its plan,
/// which spares a tenth of a millisecond or two for each statement. Outside a transaction `f` has one
/// of its own, which begins on the same way as the settings.
pub fn planned_for_values<T, E: From<diesel::result::Error>>(
    conn: &mut Conn,
    f: impl FnOnce(&mut Conn) -> Result<T, E>,
) -> Result<T, E> {
    let Conn::Postgres(pg) = conn else { return f(conn) };
    let is_within = AnsiTransactionManager::transaction_manager_status_mut(pg).transaction_depth()?.is_some();
    if !is_within {
        AnsiTransactionManager::begin_transaction_sql(pg, &format!("BEGIN; {PLAN_FOR_VALUES}"))?;
        let answer = f(conn);
        match &answer {
            Ok(_) => Conn::commit_transaction(conn)?,
            Err(_) => Conn::rollback_transaction(conn)?,
        }
        return answer;
    }
    pg.batch_execute(PLAN_FOR_VALUES)?;
    let answer = f(conn)?;
    if let Conn::Postgres(pg) = conn {
        pg.batch_execute("SET LOCAL plan_cache_mode = auto")?;
    }
    Ok(answer)
}

const PLAN_FOR_VALUES: &str =
    "SET LOCAL plan_cache_mode = force_custom_plan; SET LOCAL max_parallel_workers_per_gather = 0";

/// The condition that a column of folded text holds a folded text. SQLite looks for the bytes, which takes a fifth of the
/// time that LIKE takes for its letters; PostgreSQL's trigram index knows LIKE alone.
pub fn contains(conn: &Conn, sql: &mut Sql, column: &str, text: &str) -> String {
    match engine(conn) {
        Engine::Sqlite => format!("instr({column}, {}) > 0", sql.put(text)),
        Engine::Postgres => {
            format!("{column} LIKE {} ESCAPE '\\'", sql.put(format!("%{}%", like_escape(text))))
        }
    }
}

/// The tables of whose indexes SQLite keeps samples.
const SAMPLED: [&str; 2] = ["customers", "conversations"];

/// Whether SQLite keeps samples of this index. It prepares a statement again for each value that it could compare with
/// them. Where customers and conversations are filtered that pays; everywhere else it took a fifth of a page's time, and
/// no page that was measured is slower without. What belongs to one customer or account is little, whoever it is: to look
/// that up in samples took a tenth of the writing thread's time for a message, and a twelfth.
pub fn is_sampled(table: &str, index: &str) -> bool {
    SAMPLED.contains(&table) && !index.ends_with("_customer") && !index.ends_with("_account")
}

/// How many seconds lie between two columns of times, as text: those that a clock without a fraction shows, so that both
/// engines count the same.
pub fn seconds_between(conn: &Conn, from: &str, until: &str) -> String {
    match engine(conn) {
        // Without the fraction: SQLite would round it.
        Engine::Sqlite => format!("(unixepoch(substr({until}, 1, 19)) - unixepoch(substr({from}, 1, 19)))"),
        Engine::Postgres => {
            format!("CAST(EXTRACT(EPOCH FROM date_trunc('second', {until}) - date_trunc('second', {from})) AS BIGINT)")
        }
    }
}

/// A column of JSON, as text, without this key of its object.
pub fn without_key(conn: &Conn, sql: &mut Sql, json: &str, key: &str) -> String {
    match engine(conn) {
        Engine::Sqlite => format!("json_remove({json}, {})", sql.put(format!("$.{key}"))),
        Engine::Postgres => format!("CAST(CAST({json} AS JSONB) - {} AS TEXT)", sql.put(key)),
    }
}

/// What locks the row that a statement reads, at its end, but for rows that point there. SQLite writes one call at a time.
pub fn row_lock(conn: &Conn) -> &'static str {
    match engine(conn) {
        Engine::Sqlite => "",
        Engine::Postgres => " FOR NO KEY UPDATE",
    }
}

/// The same of these tables of a statement; rows that somebody else holds are left out.
pub fn free_rows_lock(conn: &Conn, tables: &str) -> String {
    match engine(conn) {
        Engine::Sqlite => String::new(),
        Engine::Postgres => format!(" FOR NO KEY UPDATE OF {tables} SKIP LOCKED"),
    }
}

/// Holds words until the transaction ends: whoever else holds one of them waits for that. Gives whether others may have
/// written meanwhile. SQLite writes one call at a time.
pub fn hold_words(conn: &mut Conn, words: impl IntoIterator<Item = String>) -> QueryResult<bool> {
    if engine(conn) == Engine::Sqlite {
        return Ok(false);
    }
    let mut waited = false;
    for word in words {
        Sql::new("SELECT pg_advisory_xact_lock(hashtextextended($1, 0))").bind(word).execute(conn)?;
        waited = true;
    }
    Ok(waited)
}

/// Entries that are read of an index without samples: of most, nearly all, and of the messages' a tenth, where each customer
/// and conversation has a few. The limit also keeps SQLite from taking samples.
const ENTRIES: u32 = 1_000_000;

/// Refreshes the planner's figures, as good as fully: a run over few entries chose plans six times slower.
pub fn analyze(conn: &mut Conn) -> QueryResult<()> {
    #[derive(QueryableByName)]
    struct Named {
        #[diesel(sql_type = Text)]
        table: String,
        #[diesel(sql_type = Nullable<Text>)]
        index: Option<String>,
    }
    if engine(conn) == Engine::Postgres {
        return sql_query("ANALYZE").execute(conn).map(drop);
    }
    let all: Vec<Named> = sql_query(
        "SELECT t.name AS \"table\", i.name AS \"index\" FROM pragma_table_list t LEFT JOIN pragma_index_list(t.name) i \
         WHERE t.schema = 'main' AND t.type = 'table' AND t.name NOT LIKE 'sqlite\\_%' ESCAPE '\\'",
    )
    .load(conn)?;
    for Named { table, index } in all {
        let entries = if index.as_ref().is_some_and(|index| is_sampled(&table, index)) { 0 } else { ENTRIES };
        let name = index.unwrap_or(table);
        conn.batch_execute(&format!("PRAGMA analysis_limit = {entries}; ANALYZE {name}"))?;
    }
    conn.batch_execute("PRAGMA analysis_limit = 0")
}

/// A connection that tells other instances something.
pub(super) struct Speaker(PgConnection);

impl Speaker {
    pub fn open(url: &str) -> Result<Self, Failure> {
        Ok(Self(PgConnection::establish(url)?))
    }

    /// Each notice holds less than 8,000 bytes.
    pub fn say(&mut self, notices: &[String]) -> Result<(), Failure> {
        Notices(notices).execute(&mut self.0)?;
        Ok(())
    }
}

/// What is sent after each commit: it stays prepared.
struct Notices<'a>(&'a [String]);

impl QueryFragment<Pg> for Notices<'_> {
    fn walk_ast<'b>(&'b self, mut out: AstPass<'_, 'b, Pg>) -> QueryResult<()> {
        out.push_sql("SELECT count(pg_notify(");
        out.push_bind_param::<Text, _>(NOTIFY_CHANNEL)?;
        out.push_sql(", notice)) FROM unnest(");
        out.push_bind_param::<Array<Text>, _>(self.0)?;
        out.push_sql(") AS notice");
        Ok(())
    }
}

impl QueryId for Notices<'_> {
    type QueryId = Notices<'static>;
    const HAS_STATIC_QUERY_ID: bool = true;
}

impl RunQueryDsl<PgConnection> for Notices<'_> {}

/// A connection that hears what other instances announce.
pub struct Listener(PgConnection);

impl Listener {
    /// Connects to PostgreSQL and listens. As long as it does, [`hold_desks_off`] finds a desk there.
    pub fn open(url: &str) -> Result<Self, Failure> {
        let mut conn = PgConnection::establish(url)?;
        sql_query(format!("LISTEN {NOTIFY_CHANNEL}")).execute(&mut conn)?;
        conn.batch_execute(&format!("SELECT pg_try_advisory_lock_shared({DESKS})"))?;
        Ok(Self(conn))
    }

    /// What has arrived since the last call. Does not wait.
    pub fn drain(&mut self) -> Result<Vec<String>, Failure> {
        // diesel's iterator only hands out what libpq has read; a statement makes it read.
        self.0.batch_execute("SELECT 1")?;
        let mut heard = vec![];
        for notice in self.0.notifications_iter() {
            heard.push(notice?.payload);
        }
        Ok(heard)
    }
}

/// A connection to PostgreSQL that has the place of all desks as long as it is open. `None`: a desk runs there.
pub(super) fn hold_desks_off(url: &str) -> Result<Option<PgConnection>, Failure> {
    #[derive(QueryableByName)]
    struct Answer {
        #[diesel(sql_type = Bool)]
        is_free: bool,
    }
    let mut conn = PgConnection::establish(url)?;
    let answer: Answer = sql_query(format!("SELECT pg_try_advisory_lock({DESKS}) AS is_free")).get_result(&mut conn)?;
    Ok(answer.is_free.then_some(conn))
}
