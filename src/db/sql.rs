//! Statements that stay prepared.
//!
//! diesel prepares anew whatever it cannot tell apart by type: each `sql_query`, each `update`, each `eq_any` on SQLite,
//! each `sql` literal. At a list page's pace that is a third of its time. The pieces here are told apart by their text, so whoever
//! writes one sees to it that there are few texts: what changes from person to person is bound, never written.

use diesel::expression::{AppearsOnTable, Expression, SelectableExpression, ValidGrouping, is_aggregate};
use diesel::prelude::*;
use diesel::query_builder::{AsQuery, AstPass, Query, QueryFragment, QueryId};
use diesel::query_dsl::methods::LoadQuery;
use diesel::sql_types::{BigInt, Bool, Nullable, Text, Timestamp, Untyped};

use super::dialect::{Engine, engine};
use super::page::{Cursor, NameCursor};
use super::types::UtcTime;
use super::{Backend, Conn};

/// A whole statement: its text and its values, which are `$1`, `$2` … in the text, each as often as wanted. Rows are
/// read by the names of their columns, as from `sql_query`.
#[derive(Clone, Debug, Default)]
pub struct Sql {
    pub text: String,
    values: Vec<Value>,
}

/// A value of a statement.
#[derive(Clone, Debug)]
pub enum Value {
    Int(i64),
    Text(String),
    Time(UtcTime),
    Flag(bool),
    /// An id or none.
    Maybe(Option<i64>),
    MaybeText(Option<String>),
}

impl From<Option<String>> for Value {
    fn from(value: Option<String>) -> Self {
        Self::MaybeText(value)
    }
}

impl From<bool> for Value {
    fn from(value: bool) -> Self {
        Self::Flag(value)
    }
}

impl From<Option<i64>> for Value {
    fn from(value: Option<i64>) -> Self {
        Self::Maybe(value)
    }
}

impl From<&str> for Value {
    fn from(value: &str) -> Self {
        Self::Text(value.to_owned())
    }
}

impl From<i64> for Value {
    fn from(value: i64) -> Self {
        Self::Int(value)
    }
}

impl From<String> for Value {
    fn from(value: String) -> Self {
        Self::Text(value)
    }
}

impl From<UtcTime> for Value {
    fn from(value: UtcTime) -> Self {
        Self::Time(value)
    }
}

impl Sql {
    pub fn new(text: impl Into<String>) -> Self {
        Self { text: text.into(), values: vec![] }
    }

    /// The next value.
    pub fn bind(mut self, value: impl Into<Value>) -> Self {
        self.values.push(value.into());
        self
    }

    /// Takes a value and returns what stands for it in the text.
    pub fn put(&mut self, value: impl Into<Value>) -> String {
        self.values.push(value.into());
        format!("${}", self.values.len())
    }
}

impl Sql {
    /// What tells this question from every other one: the text and its values.
    pub fn key(&self) -> String {
        format!("{} {:?}", self.text, self.values)
    }
}

impl QueryFragment<Backend> for Sql {
    fn walk_ast<'b>(&'b self, mut out: AstPass<'_, 'b, Backend>) -> QueryResult<()> {
        let mut parts = self.text.split('$');
        out.push_sql(parts.next().unwrap_or_default());
        for part in parts {
            let end = part.find(|c: char| !c.is_ascii_digit()).unwrap_or(part.len());
            let (number, rest) = part.split_at(end);
            let value = number.parse::<usize>().ok().and_then(|n| self.values.get(n.wrapping_sub(1)));
            match value {
                Some(Value::Int(value)) => out.push_bind_param::<BigInt, _>(value)?,
                Some(Value::Text(value)) => out.push_bind_param::<Text, _>(value)?,
                Some(Value::Time(value)) => out.push_bind_param::<Timestamp, _>(value)?,
                Some(Value::Flag(value)) => out.push_bind_param::<Bool, _>(value)?,
                Some(Value::Maybe(value)) => out.push_bind_param::<Nullable<BigInt>, _>(value)?,
                Some(Value::MaybeText(value)) => out.push_bind_param::<Nullable<Text>, _>(value)?,
                None => return Err(diesel::result::Error::QueryBuilderError(format!("no value ${number}").into())),
            }
            out.push_sql(rest);
        }
        Ok(())
    }
}

impl QueryId for Sql {
    type QueryId = ();
    const HAS_STATIC_QUERY_ID: bool = false;
}

impl Query for Sql {
    type SqlType = Untyped;
}

impl RunQueryDsl<Conn> for Sql {}

/// How long SQLite's lists are made, by repeating their last value: each length is a statement of its own.
const LENGTHS: [usize; 6] = [1, 4, 16, 51, 102, 404];

/// `column IN (…)`, for ids.
pub fn among<C>(conn: &Conn, column: C, ids: impl IntoIterator<Item = impl Into<i64>>) -> Among<C> {
    let ids = ids.into_iter().map(Into::into);
    let ids = match engine(conn) {
        // Of nothing, nothing: no row has this number.
        Engine::Sqlite => List::Ids(lengthened(ids.collect(), -1)),
        Engine::Postgres => List::Array(array(ids)),
    };
    Among { column, list: ids }
}

/// `column IN (…)`, for one text or some.
pub fn among_texts<C>(column: C, texts: &[String]) -> Among<C> {
    Among { column, list: List::Texts(lengthened(texts.to_vec(), String::new())) }
}

/// That a column is one of these texts, of which there are a few.
pub fn one_of_texts(sql: &mut Sql, column: &str, texts: &[String]) -> String {
    let texts: Vec<String> = lengthened(texts.to_vec(), String::new()).into_iter().map(|text| sql.put(text)).collect();
    format!("{column} IN ({})", texts.join(", "))
}

/// That a column is one of these numbers, as text, of as many as there may be: one value, whatever their number.
pub fn one_of(conn: &Conn, sql: &mut Sql, column: &str, ids: impl IntoIterator<Item = i64>) -> String {
    match engine(conn) {
        Engine::Sqlite => {
            let ids: Vec<i64> = ids.into_iter().collect();
            let ids = sql.put(serde_json::to_string(&ids).unwrap_or_default());
            format!("{column} IN (SELECT value FROM json_each({ids}))")
        }
        Engine::Postgres => format!("{column} = ANY (CAST({} AS bigint[]))", sql.put(array(ids.into_iter()))),
    }
}

fn lengthened<T: Clone>(mut list: Vec<T>, none: T) -> Vec<T> {
    let longest = LENGTHS[LENGTHS.len() - 1];
    let length = LENGTHS.into_iter().find(|length| *length >= list.len());
    let length = length.unwrap_or_else(|| list.len().next_multiple_of(longest));
    let last = list.last().cloned().unwrap_or(none);
    list.resize(length, last);
    list
}

/// As PostgreSQL reads an array.
fn array(ids: impl Iterator<Item = i64>) -> String {
    let mut text = String::from("{");
    for id in ids {
        if text.len() > 1 {
            text.push(',');
        }
        text.push_str(&id.to_string());
    }
    text.push('}');
    text
}

/// See [`among`] and [`among_texts`].
#[derive(Clone, Debug)]
pub struct Among<C> {
    column: C,
    list: List,
}

#[derive(Clone, Debug)]
enum List {
    Ids(Vec<i64>),
    Texts(Vec<String>),
    /// One value, whatever their number. With a value for each, PostgreSQL plans anew each time: it cannot tell that the
    /// plan for any values would be as good. A bound array is what diesel has for PostgreSQL alone, so this is its text.
    Array(String),
}

impl<C: QueryFragment<Backend>> QueryFragment<Backend> for Among<C> {
    fn walk_ast<'b>(&'b self, mut out: AstPass<'_, 'b, Backend>) -> QueryResult<()> {
        self.column.walk_ast(out.reborrow())?;
        let before = |place: usize| if place == 0 { " IN (" } else { ", " };
        match &self.list {
            List::Ids(ids) => {
                for (place, id) in ids.iter().enumerate() {
                    out.push_sql(before(place));
                    out.push_bind_param::<BigInt, _>(id)?;
                }
                out.push_sql(")");
            }
            List::Texts(texts) => {
                for (place, text) in texts.iter().enumerate() {
                    out.push_sql(before(place));
                    out.push_bind_param::<Text, _>(text)?;
                }
                out.push_sql(")");
            }
            List::Array(ids) => {
                out.push_sql(" = ANY (CAST(");
                out.push_bind_param::<Text, _>(ids)?;
                out.push_sql(" AS bigint[]))");
            }
        }
        Ok(())
    }
}

/// A condition written as text.
#[derive(Clone, Debug)]
pub struct Condition(Sql);

impl Sql {
    /// As a condition in a query of diesel's.
    pub fn condition(self) -> Condition {
        Condition(self)
    }
}

impl QueryFragment<Backend> for Condition {
    fn walk_ast<'b>(&'b self, out: AstPass<'_, 'b, Backend>) -> QueryResult<()> {
        self.0.walk_ast(out)
    }
}

/// That a conversation is open, as the partial indexes say it: of a bound word SQLite does not know that they apply.
pub fn is_open() -> Condition {
    Sql::new("conversations.status <> 'closed'").condition()
}

/// The rows of a list past a cursor: time and id compared as one value, which an index answers.
pub fn past(columns: &str, cursor: Cursor) -> Condition {
    let sign = if cursor.back { ">" } else { "<" };
    Sql::new(format!("({columns}) {sign} ($1, $2)")).bind(cursor.at).bind(cursor.id).condition()
}

/// The rows of a list by name past a cursor, in the same way.
pub fn past_name(columns: &str, cursor: &NameCursor) -> Condition {
    let sign = if cursor.back { "<" } else { ">" };
    Sql::new(format!("({columns}) {sign} ($1, $2)")).bind(cursor.name.as_str()).bind(cursor.id).condition()
}

/// Limits that stand in the text. diesel binds the number of its own `limit` and `first`, and SQLite prepares a statement
/// with a bound limit anew each time it is run, to plan for that number: an eighth of a list page's time.
pub trait Limited: AsQuery + Sized {
    /// The first rows, for `load`.
    fn at_most(self, limit: i64) -> AtMost<Self::Query> {
        AtMost { query: self.as_query(), limit }
    }

    /// The first row.
    fn one<'query, U>(self, conn: &mut Conn) -> QueryResult<U>
    where
        One<Self::Query>: LoadQuery<'query, Conn, U>,
    {
        One(self.as_query()).get_result(conn)
    }
}

impl<Q: AsQuery> Limited for Q {}

/// See [`Limited::at_most`].
#[derive(Clone, Copy, Debug)]
pub struct AtMost<Q> {
    query: Q,
    limit: i64,
}

/// See [`Limited::one`].
#[derive(Clone, Copy, Debug)]
pub struct One<Q>(Q);

impl<Q: QueryFragment<Backend>> QueryFragment<Backend> for AtMost<Q> {
    fn walk_ast<'b>(&'b self, mut out: AstPass<'_, 'b, Backend>) -> QueryResult<()> {
        self.query.walk_ast(out.reborrow())?;
        out.push_sql(" LIMIT ");
        out.push_sql(&self.limit.to_string());
        Ok(())
    }
}

impl<Q: QueryFragment<Backend>> QueryFragment<Backend> for One<Q> {
    fn walk_ast<'b>(&'b self, mut out: AstPass<'_, 'b, Backend>) -> QueryResult<()> {
        self.0.walk_ast(out.reborrow())?;
        out.push_sql(" LIMIT 1");
        Ok(())
    }
}

impl<Q> QueryId for AtMost<Q> {
    type QueryId = ();
    const HAS_STATIC_QUERY_ID: bool = false;
}

impl<Q: QueryId> QueryId for One<Q> {
    type QueryId = One<Q::QueryId>;
    const HAS_STATIC_QUERY_ID: bool = Q::HAS_STATIC_QUERY_ID;
}

impl<Q: Query> Query for AtMost<Q> {
    type SqlType = Q::SqlType;
}

impl<Q: Query> Query for One<Q> {
    type SqlType = Q::SqlType;
}

impl<Q> RunQueryDsl<Conn> for AtMost<Q> {}
impl<Q> RunQueryDsl<Conn> for One<Q> {}

/// How many rows a query gives: it must have a limit of its own.
pub fn count_of<Q>(query: Q) -> CountOf<Q> {
    CountOf(query)
}

/// See [`count_of`].
#[derive(Clone, Copy, Debug)]
pub struct CountOf<Q>(Q);

impl<Q: QueryFragment<Backend>> QueryFragment<Backend> for CountOf<Q> {
    fn walk_ast<'b>(&'b self, mut out: AstPass<'_, 'b, Backend>) -> QueryResult<()> {
        out.push_sql("SELECT count(*) FROM (");
        self.0.walk_ast(out.reborrow())?;
        out.push_sql(") AS counted");
        Ok(())
    }
}

impl<Q> QueryId for CountOf<Q> {
    type QueryId = ();
    const HAS_STATIC_QUERY_ID: bool = false;
}

impl<Q> Query for CountOf<Q> {
    type SqlType = BigInt;
}

impl<Q> RunQueryDsl<Conn> for CountOf<Q> {}

macro_rules! condition {
    ($name:ident $(<$c:ident>)?) => {
        impl$(<$c>)? Expression for $name$(<$c>)? {
            type SqlType = Bool;
        }
        impl$(<$c>)? QueryId for $name$(<$c>)? {
            type QueryId = ();
            const HAS_STATIC_QUERY_ID: bool = false;
        }
        impl<QS, $($c)?> SelectableExpression<QS> for $name$(<$c>)? where Self: AppearsOnTable<QS> {}
        impl<GB, $($c)?> ValidGrouping<GB> for $name$(<$c>)? {
            type IsAggregate = is_aggregate::Never;
        }
    };
}
condition!(Among<C>);
condition!(Condition);
impl<QS, C: AppearsOnTable<QS>> AppearsOnTable<QS> for Among<C> {}
impl<QS> AppearsOnTable<QS> for Condition {}
