//! Rows of events, and the leases of channels that one instance works on.

use bytes::Bytes;
use diesel::dsl::exists;
use diesel::prelude::*;
use diesel::sql_types::BigInt;

use crate::channels::RawEvent;
use crate::db::schema::{
    channel_accounts as accounts, channels, customers, hook_events as events, message_reactions as reactions, messages,
};
use crate::db::sql::{Limited, Sql, among};
use crate::db::types::{AccountId, ChannelId, CustomerId, FileId, HookEventId, MessageId, UtcTime};
use crate::db::{Conn, Tx};
use crate::error::Result;
use crate::text;

/// Events that are read together, and bytes of them: a larger one is read alone.
const TOGETHER: i64 = 50;
const BYTES: i64 = 8 * 1024 * 1024;
/// Events whose files are fetched together: the slowest of them holds up the others.
const FETCHED: i64 = 4;

/// An event that waits to be read.
#[derive(Debug)]
pub struct Waiting {
    pub id: HookEventId,
    pub body: Bytes,
    pub received_at: UtcTime,
    pub tries: i32,
    /// What it says is written down, but for files that could not be had.
    pub lacks_files: bool,
}

/// The reason why such an event is read again.
pub const LACKS_FILES: &str = "a file cannot be had at the moment";

#[derive(QueryableByName)]
struct Size {
    #[diesel(sql_type = BigInt)]
    id: i64,
    #[diesel(sql_type = BigInt)]
    bytes: i64,
}

/// Keeps what has come; an event that is known is passed over. Gives how many are new.
pub fn insert(tx: &mut Tx, channel: ChannelId, new: &[RawEvent]) -> Result<usize> {
    let now = UtcTime::now();
    let mut count = 0;
    for event in new {
        let known: Option<HookEventId> = events::table
            .filter(events::channel_id.eq(channel).and(events::dedupe_key.eq(&event.key)))
            .select(events::id)
            .one(tx)
            .optional()?;
        if known.is_some() {
            continue;
        }
        diesel::insert_into(events::table)
            .values((
                events::channel_id.eq(channel),
                events::dedupe_key.eq(&event.key),
                events::body.eq(&event.body),
                events::received_at.eq(now),
                events::not_before.eq(now),
            ))
            .execute(&mut **tx)?;
        count += 1;
    }
    Ok(count)
}

/// Channels that are switched on and have something to read now, or files to fetch.
pub fn channels_waiting(conn: &mut Conn, now: UtcTime) -> Result<Vec<(ChannelId, Work)>> {
    // One look into the index a channel, however many wait, and none for a channel on pause.
    let due = || {
        events::table
            .filter(events::channel_id.eq(channels::id).and(events::read_at.is_null()).and(events::not_before.le(now)))
    };
    let unread = exists(due().filter(events::error.is_null().or(events::error.ne(LACKS_FILES))));
    let unread: Vec<ChannelId> =
        channels::table.filter(channels::enabled.and(unread)).select(channels::id).load(conn)?;
    let lacking = exists(due().filter(events::error.eq(LACKS_FILES)));
    let lacking: Vec<ChannelId> =
        channels::table.filter(channels::enabled.and(lacking)).select(channels::id).load(conn)?;
    let unread = unread.into_iter().map(|id| (id, Work::Reading));
    Ok(unread.chain(lacking.into_iter().map(|id| (id, Work::Fetching))).collect())
}

/// The oldest events of a channel that wait for this work, as many as may be in memory together; at least one, if there
/// is any.
pub fn waiting(conn: &mut Conn, channel: ChannelId, work: Work, now: UtcTime) -> Result<Vec<Waiting>> {
    let (which, count) = match work {
        Work::Fetching => ("error = $3", FETCHED),
        Work::Reading | Work::Polling => ("(error IS NULL OR error <> $3)", TOGETHER),
    };
    // Neither engine reads a body to know its length.
    let sizes: Vec<Size> = Sql::new(format!(
        "SELECT id, CAST(length(body) AS BIGINT) AS bytes FROM hook_events \
         WHERE channel_id = $1 AND read_at IS NULL AND not_before <= $2 AND {which} ORDER BY id LIMIT $4"
    ))
    .bind(channel.0)
    .bind(now)
    .bind(LACKS_FILES)
    .bind(count)
    .load(conn)?;
    if sizes.is_empty() {
        return Ok(vec![]);
    }
    let rows: Vec<Row> = events::table
        .filter(among(conn, events::id, together(&sizes)))
        .order(events::id)
        .select((events::id, events::body, events::received_at, events::tries, events::error))
        .load(conn)?;
    let waiting = |(id, body, received_at, tries, error): Row| Waiting {
        id,
        body: Bytes::from(body),
        received_at,
        tries,
        lacks_files: error.as_deref() == Some(LACKS_FILES),
    };
    Ok(rows.into_iter().map(waiting).collect())
}

/// Number, body, time of arrival, tries and error.
type Row = (HookEventId, Vec<u8>, UtcTime, i32, Option<String>);

/// The first, and those after it that are not too large with it.
fn together(sizes: &[Size]) -> Vec<i64> {
    let mut sum = 0;
    let fits = |(at, size): &(usize, &Size)| {
        sum += size.bytes;
        *at == 0 || sum <= BYTES
    };
    sizes.iter().enumerate().take_while(fits).map(|(_, size)| size.id).collect()
}

/// They have been read: their bytes go.
pub fn set_read(tx: &mut Tx, ids: &[HookEventId]) -> Result<()> {
    diesel::update(events::table.filter(events::id.eq_any(ids)))
        .set((events::read_at.eq(UtcTime::now()), events::body.eq(Vec::<u8>::new())))
        .execute(&mut **tx)?;
    Ok(())
}

/// It cannot be read, and will not be: its bytes stay, with the reason.
pub fn set_unreadable(tx: &mut Tx, id: HookEventId, why: &str) -> Result<()> {
    diesel::update(events::table.find(id))
        .set((events::read_at.eq(UtcTime::now()), events::error.eq(why)))
        .execute(&mut **tx)?;
    Ok(())
}

/// It is read again later.
pub fn set_later(tx: &mut Tx, id: HookEventId, at: UtcTime, why: &str) -> Result<()> {
    diesel::update(events::table.find(id))
        .set((events::not_before.eq(at), events::tries.eq(events::tries + 1), events::error.eq(why)))
        .execute(&mut **tx)?;
    Ok(())
}

/// Forgets the keys of what was read before, some at a time; true while there may be more.
pub fn forget_read(tx: &mut Tx, before: UtcTime) -> Result<bool> {
    let old: Vec<HookEventId> =
        events::table.filter(events::read_at.lt(before)).select(events::id).at_most(1000).load(&mut **tx)?;
    diesel::delete(events::table.filter(events::id.eq_any(&old))).execute(&mut **tx)?;
    Ok(old.len() == 1000)
}

/// The work on a channel that one instance does.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Work {
    Polling,
    Reading,
    /// Of files that did not come in time, beside the reading.
    Fetching,
}

/// Takes a lease on the work, or renews one's own, until `until`. False: another instance has it.
pub fn lease(tx: &mut Tx, work: Work, channel: ChannelId, owner: &str, now: UtcTime, until: UtcTime) -> Result<bool> {
    let row = channels::table.filter(channels::id.eq(channel));
    let changed = match work {
        Work::Polling => diesel::update(row.filter(
            channels::poll_until.is_null().or(channels::poll_until.lt(now)).or(channels::poll_owner.eq(owner)),
        ))
        .set((channels::poll_owner.eq(owner), channels::poll_until.eq(until)))
        .execute(&mut **tx)?,
        Work::Reading => diesel::update(row.filter(
            channels::read_until.is_null().or(channels::read_until.lt(now)).or(channels::read_owner.eq(owner)),
        ))
        .set((channels::read_owner.eq(owner), channels::read_until.eq(until)))
        .execute(&mut **tx)?,
        Work::Fetching => diesel::update(row.filter(
            channels::fetch_until.is_null().or(channels::fetch_until.lt(now)).or(channels::fetch_owner.eq(owner)),
        ))
        .set((channels::fetch_owner.eq(owner), channels::fetch_until.eq(until)))
        .execute(&mut **tx)?,
    };
    Ok(changed > 0)
}

/// Gives the work back.
pub fn release(tx: &mut Tx, work: Work, channel: ChannelId, owner: &str) -> Result<()> {
    let row = channels::table.filter(channels::id.eq(channel));
    match work {
        Work::Polling => diesel::update(row.filter(channels::poll_owner.eq(owner)))
            .set(channels::poll_until.eq(None::<UtcTime>))
            .execute(&mut **tx)?,
        Work::Reading => diesel::update(row.filter(channels::read_owner.eq(owner)))
            .set(channels::read_until.eq(None::<UtcTime>))
            .execute(&mut **tx)?,
        Work::Fetching => diesel::update(row.filter(channels::fetch_owner.eq(owner)))
            .set(channels::fetch_until.eq(None::<UtcTime>))
            .execute(&mut **tx)?,
    };
    Ok(())
}

/// Where polling goes on.
pub fn cursor(conn: &mut Conn, channel: ChannelId) -> Result<Option<String>> {
    Ok(channels::table.find(channel).select(channels::poll_cursor).one(conn)?)
}

pub fn set_cursor(tx: &mut Tx, channel: ChannelId, cursor: &str) -> Result<()> {
    diesel::update(channels::table.find(channel)).set(channels::poll_cursor.eq(cursor)).execute(&mut **tx)?;
    Ok(())
}

/// Whether the picture of whoever has this address should be fetched: nobody knows them yet. One that could not be had is not
/// asked for again with each of their messages.
pub fn wants_avatar(conn: &mut Conn, channel: ChannelId, address: &str) -> Result<bool> {
    let known = accounts::table.filter(accounts::channel_id.eq(channel).and(accounts::address.eq(address)));
    let known: Option<AccountId> = known.select(accounts::id).one(conn).optional()?;
    Ok(known.is_none())
}

/// Gives an account its picture, and its customer too where they have none.
pub fn set_avatar(tx: &mut Tx, account: AccountId, customer: CustomerId, file: FileId) -> Result<()> {
    let url = format!("/avatars/{account}");
    diesel::update(accounts::table.find(account))
        .set((accounts::avatar_file_id.eq(file), accounts::avatar_url.eq(&url)))
        .execute(&mut **tx)?;
    diesel::update(customers::table.filter(customers::id.eq(customer).and(customers::avatar_url.is_null())))
        .set(customers::avatar_url.eq(&url))
        .execute(&mut **tx)?;
    Ok(())
}

/// The account of this address, with its customer.
pub fn account(conn: &mut Conn, channel: ChannelId, address: &str) -> Result<Option<(AccountId, CustomerId)>> {
    Ok(accounts::table
        .filter(accounts::channel_id.eq(channel).and(accounts::address.eq(address)))
        .select((accounts::id, accounts::customer_id))
        .one(conn)
        .optional()?)
}

/// Whether the customer wants to hear from us there, as they said at `at`; true if that changed. What they said before
/// their last word changes nothing.
pub fn set_subscribed(tx: &mut Tx, account: AccountId, subscribed: bool, at: UtcTime) -> Result<bool> {
    let row = accounts::table.filter(accounts::id.eq(account));
    let newer = row.filter(accounts::subscription_told_at.is_null().or(accounts::subscription_told_at.le(at)));
    if diesel::update(newer).set(accounts::subscription_told_at.eq(at)).execute(&mut **tx)? == 0 {
        return Ok(false);
    }
    let changed = if subscribed {
        diesel::update(row.filter(accounts::unsubscribed_at.is_not_null()))
            .set(accounts::unsubscribed_at.eq(None::<UtcTime>))
            .execute(&mut **tx)?
    } else {
        diesel::update(row.filter(accounts::unsubscribed_at.is_null()))
            .set(accounts::unsubscribed_at.eq(at))
            .execute(&mut **tx)?
    };
    Ok(changed > 0)
}

/// What a channel adds to a stored message.
#[derive(Debug, Default, PartialEq, Eq, AsChangeset)]
#[diesel(table_name = messages)]
pub struct Addition {
    pub reply_to_id: Option<MessageId>,
    pub forwarded_from: Option<String>,
    pub unsupported: Option<String>,
    pub sent_at: Option<UtcTime>,
}

/// Adds it, as far as there is any.
pub fn complete(tx: &mut Tx, id: MessageId, addition: &Addition) -> Result<()> {
    if *addition != Addition::default() {
        diesel::update(messages::table.find(id)).set(addition).execute(&mut **tx)?;
    }
    Ok(())
}

/// What of the message cannot be shown now.
pub fn set_unsupported(tx: &mut Tx, id: MessageId, unsupported: Option<&str>) -> Result<()> {
    diesel::update(messages::table.find(id)).set(messages::unsupported.eq(unsupported)).execute(&mut **tx)?;
    Ok(())
}

/// The message says something else since `at`; what it said first is kept. False: it says that already, or something newer.
pub fn edit(tx: &mut Tx, id: MessageId, customer: CustomerId, body: &str, at: UtcTime) -> Result<bool> {
    let (now, first, last): (String, Option<String>, Option<UtcTime>) =
        messages::table.find(id).select((messages::body, messages::first_body, messages::edited_at)).one(tx)?;
    let is_old = last.is_some_and(|last| last > at);
    // Said once more later, it is what counts against an edit between the two that is still on its way.
    let is_known = now == body && last.is_none_or(|last| last == at);
    if is_old || is_known {
        return Ok(false);
    }
    diesel::update(messages::table.find(id))
        .set((messages::body.eq(body), messages::edited_at.eq(at), messages::first_body.eq(first.unwrap_or(now))))
        .execute(&mut **tx)?;
    diesel::update(customers::table.filter(customers::id.eq(customer).and(customers::last_message_id.eq(id))))
        .set(customers::last_message_text.eq(text::preview(body, 120)))
        .execute(&mut **tx)?;
    Ok(true)
}

/// What somebody thinks of a message since `at`; empty takes it back. False: they have said something newer. What was taken
/// back stays as an empty one, for its time.
pub fn react(tx: &mut Tx, message: MessageId, account: AccountId, emoji: &str, at: UtcTime) -> Result<bool> {
    let own = reactions::table.filter(reactions::message_id.eq(message).and(reactions::account_id.eq(account)));
    let last: Option<UtcTime> = own.select(reactions::created_at).one(tx).optional()?;
    match last {
        Some(last) if last > at => return Ok(false),
        Some(_) => {
            let said = (reactions::emoji.eq(emoji), reactions::created_at.eq(at));
            diesel::update(own).set(said).execute(&mut **tx)?;
        }
        None => {
            diesel::insert_into(reactions::table)
                .values((
                    reactions::message_id.eq(message),
                    reactions::account_id.eq(account),
                    reactions::emoji.eq(emoji),
                    reactions::created_at.eq(at),
                ))
                .execute(&mut **tx)?;
        }
    }
    Ok(true)
}
