//! Rows of exports, and the customers of one, some at a time.

use std::collections::HashMap;

use diesel::prelude::*;

use super::model::{Export, Format, LIFE, LISTS, Line, Reason, State, View};
use crate::auth::Supervisor;
use crate::channels::{self, ChannelKind};
use crate::customers;
use crate::db::page::{Cursor, PAGE, Page};
use crate::db::schema::{channel_accounts as accounts, customers as people, exports, files};
use crate::db::sql::{Limited, among, past};
use crate::db::types::{ChannelId, CustomerId, ExportId, FileId, StaffId, UtcTime};
use crate::db::{Conn, Tx};
use crate::error::Result;
use crate::fields;
use crate::funnels;
use crate::inbox;
use crate::lists;
use crate::web::times::Clock;

/// Customers that are looked at in one read.
const STRETCH: i64 = 1_000;
/// Exports that are marked as expired in one write.
const AT_ONCE: i64 = 100;

pub fn insert(tx: &mut Tx, by: StaffId, format: Format, view: &View, total: i64) -> Result<ExportId> {
    Ok(diesel::insert_into(exports::table)
        .values((
            exports::staff_id.eq(by),
            exports::format.eq(format),
            exports::view.eq(view.address()),
            exports::state.eq(State::Making),
            exports::rows_total.eq(total),
            exports::created_at.eq(UtcTime::now()),
        ))
        .returning(exports::id)
        .get_result(&mut **tx)?)
}

pub fn find(conn: &mut Conn, id: ExportId) -> Result<Export> {
    Ok(exports::table.find(id).select(Export::as_select()).one(conn)?)
}

/// A page of exports, newest first: an admin sees everybody's, a supervisor their own of lists.
pub fn page(conn: &mut Conn, by: &Supervisor, cursor: Option<Cursor>) -> Result<Page<Export>> {
    let mut query = exports::table.select(Export::as_select()).into_boxed();
    if by.admin().is_none() {
        query = query.filter(exports::staff_id.eq(by.id()).and(exports::view.like(format!("{LISTS}%"))));
    }
    if let Some(cursor) = cursor {
        query = query.filter(past("exports.created_at, exports.id", cursor));
    }
    query = if cursor.is_some_and(|cursor| cursor.back) {
        query.order((exports::created_at.asc(), exports::id.asc()))
    } else {
        query.order((exports::created_at.desc(), exports::id.desc()))
    };
    let rows = query.at_most(PAGE + 1).load(conn)?;
    Ok(Page::new(rows, cursor, |row: &Export| (row.created_at, row.id.0)))
}

/// The hash of a file's content.
pub fn content(conn: &mut Conn, id: FileId) -> Result<String> {
    Ok(files::table.find(id).select(files::sha256).one(conn)?)
}

/// Begins an export that is not done yet, and says which attempt this is.
pub fn begin(tx: &mut Tx, id: ExportId) -> Result<Option<Export>> {
    let waiting = exports::table.filter(exports::id.eq(id).and(exports::state.eq(State::Making)));
    let begun = diesel::update(waiting)
        .set((exports::attempt.eq(exports::attempt + 1), exports::rows_done.eq(0)))
        .execute(&mut **tx)?;
    if begun == 0 { Ok(None) } else { find(tx, id).map(Some) }
}

/// Takes back that an attempt was begun: the next one is that attempt.
pub fn give_back(tx: &mut Tx, export: &Export) -> Result<()> {
    let mine = exports::table
        .filter(exports::id.eq(export.id).and(exports::attempt.eq(export.attempt)))
        .filter(exports::state.eq(State::Making));
    diesel::update(mine).set(exports::attempt.eq(exports::attempt - 1)).execute(&mut **tx)?;
    Ok(())
}

/// The columns that an attempt writes, if no other one has replaced it.
#[derive(AsChangeset)]
#[diesel(table_name = exports)]
struct Progress {
    state: State,
    reason: Option<Reason>,
    rows_done: Option<i64>,
    rows_total: Option<i64>,
    size: Option<i64>,
    file_id: Option<FileId>,
    ended_at: Option<UtcTime>,
    valid_until: Option<UtcTime>,
}

impl Progress {
    fn to(state: State) -> Self {
        let ended_at = (state != State::Making).then(UtcTime::now);
        Self {
            state,
            reason: None,
            rows_done: None,
            rows_total: None,
            size: None,
            file_id: None,
            ended_at,
            valid_until: None,
        }
    }

    /// False: the attempt has been replaced, or the export is over.
    fn write(self, tx: &mut Tx, export: &Export) -> Result<bool> {
        let mine = exports::table
            .filter(exports::id.eq(export.id).and(exports::attempt.eq(export.attempt)))
            .filter(exports::state.eq(State::Making));
        Ok(diesel::update(mine).set(self).execute(&mut **tx)? > 0)
    }
}

/// How far an attempt has come.
pub fn progress(tx: &mut Tx, export: &Export, done: i64, total: i64) -> Result<bool> {
    Progress { rows_done: Some(done), rows_total: Some(total), ..Progress::to(State::Making) }.write(tx, export)
}

/// Its file is there.
pub fn ready(tx: &mut Tx, export: &Export, done: i64, file: FileId, size: i64) -> Result<bool> {
    let until = UtcTime::now().plus(LIFE);
    let made = Progress {
        rows_done: Some(done),
        rows_total: Some(done),
        size: Some(size),
        file_id: Some(file),
        valid_until: Some(until),
        ..Progress::to(State::Ready)
    };
    made.write(tx, export)
}

pub fn too_large(tx: &mut Tx, export: &Export) -> Result<bool> {
    Progress::to(State::TooLarge).write(tx, export)
}

pub fn fail(tx: &mut Tx, export: &Export, reason: Reason) -> Result<bool> {
    Progress { reason: Some(reason), ..Progress::to(State::Failed) }.write(tx, export)
}

/// Lets go of files whose time is over, some at a time; says of how many.
pub fn expire(tx: &mut Tx, now: UtcTime) -> Result<usize> {
    let over: Vec<ExportId> = exports::table
        .filter(exports::state.eq(State::Ready).and(exports::valid_until.le(now)))
        .select(exports::id)
        .at_most(AT_ONCE)
        .load(&mut **tx)?;
    let over = among(tx, exports::id, over);
    Ok(diesel::update(exports::table.filter(over))
        .set((exports::state.eq(State::Expired), exports::file_id.eq(None::<FileId>)))
        .execute(&mut **tx)?)
}

/// How many customers are on the list, to the last one.
pub fn count(conn: &mut Conn, by: &Supervisor, view: &View, clock: &Clock) -> Result<i64> {
    match view {
        View::Customers(filter) => customers::list::count_exactly(conn, &by.scope(), filter, clock),
        View::Inbox(filter) => inbox::count_exactly(conn, &viewer(by, clock), filter),
        View::List(id) => lists::count(conn, &by.scope(), *id),
    }
}

fn viewer(by: &Supervisor, clock: &Clock) -> inbox::Viewer {
    inbox::Viewer { scope: by.scope(), me: by.id(), clock: *clock }
}

/// The highest number that a customer has: whoever comes later is not in the file.
pub fn last_customer(conn: &mut Conn) -> Result<i64> {
    customers::finding::newest(conn)
}

/// The next customers behind `after`, up to `last`; none behind the last one. However few of them are on the list, a read
/// is short.
pub fn stretch(conn: &mut Conn, after: i64, last: i64) -> Result<Vec<CustomerId>> {
    Ok(people::table
        .filter(people::id.gt(after).and(people::id.le(last)))
        .order(people::id)
        .select(people::id)
        .at_most(STRETCH)
        .load(conn)?)
}

/// Those of a stretch who are on the list.
pub fn listed(
    conn: &mut Conn,
    by: &Supervisor,
    view: &View,
    clock: &Clock,
    stretch: &[CustomerId],
) -> Result<Vec<CustomerId>> {
    match view {
        View::Customers(filter) => customers::list::among_these(conn, &by.scope(), filter, clock, stretch),
        View::Inbox(filter) => inbox::among_these(conn, &viewer(by, clock), filter, stretch),
        View::List(id) => lists::among_these(conn, &by.scope(), *id, stretch),
    }
}

/// These customers as the file shows them, with their custom fields and variables if it has columns for them.
pub fn lines(conn: &mut Conn, ids: Vec<CustomerId>, with_values: bool) -> Result<Vec<Line>> {
    if ids.is_empty() {
        return Ok(vec![]);
    }
    let mut values = if with_values { fields::values_of(conn, &ids)? } else { HashMap::new() };
    let accounts = accounts_of(conn, &ids)?;
    let (blocks, mut entries) = (funnels::places_of(conn, &ids)?, funnels::entries_of(conn, &ids)?);
    let channels: HashMap<ChannelId, (ChannelKind, String)> =
        channels::list(conn)?.into_iter().map(|channel| (channel.id, (channel.kind, channel.name))).collect();
    let rows: Vec<Row> =
        people::table.filter(among(conn, people::id, ids)).order(people::id).select(Row::as_select()).load(conn)?;
    let line = |row: Row| Line {
        values: values.remove(&row.id).unwrap_or_default(),
        block: blocks.get(&row.id).copied(),
        entries: entries.remove(&row.id).unwrap_or_default(),
        ..row.line(&accounts, &channels)
    };
    Ok(rows.into_iter().map(line).collect())
}

#[derive(Queryable, Selectable)]
#[diesel(table_name = people)]
struct Row {
    id: CustomerId,
    name: String,
    channel_id: Option<ChannelId>,
    channel_kind: Option<ChannelKind>,
    created_at: UtcTime,
    last_activity_at: UtcTime,
    avatar_url: Option<String>,
    source_tag: String,
}

#[derive(Queryable, Selectable)]
#[diesel(table_name = accounts)]
struct Account {
    id: i64,
    customer_id: CustomerId,
    channel_id: ChannelId,
    address: String,
    last_seen_at: UtcTime,
}

fn accounts_of(conn: &mut Conn, ids: &[CustomerId]) -> Result<HashMap<CustomerId, Vec<Account>>> {
    let found: Vec<Account> = accounts::table
        .filter(among(conn, accounts::customer_id, ids.iter().copied()))
        .select(Account::as_select())
        .load(conn)?;
    let mut of: HashMap<CustomerId, Vec<Account>> = HashMap::with_capacity(ids.len());
    for account in found {
        of.entry(account.customer_id).or_default().push(account);
    }
    Ok(of)
}

impl Row {
    fn line(
        self,
        accounts: &HashMap<CustomerId, Vec<Account>>,
        channels: &HashMap<ChannelId, (ChannelKind, String)>,
    ) -> Line {
        // The channel of the latest contact comes first.
        let place =
            |account: &&Account| (Some(account.channel_id) == self.channel_id, account.last_seen_at, account.id);
        let main = accounts.get(&self.id).and_then(|own| own.iter().max_by_key(place));
        let channel = main.and_then(|account| channels.get(&account.channel_id));
        Line {
            id: self.id,
            messenger: channel.map(|(kind, _)| *kind).or(self.channel_kind),
            channel: channel.map(|(_, name)| name.clone()).unwrap_or_default(),
            address: main.map(|account| account.address.clone()).unwrap_or_default(),
            first_contact: self.created_at,
            last_activity: self.last_activity_at,
            avatar_url: self.avatar_url.unwrap_or_default(),
            block: None,
            entries: vec![],
            source_tag: self.source_tag,
            name: self.name,
            values: vec![],
        }
    }
}
