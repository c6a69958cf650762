//! Customers' identities in channels.

use std::collections::HashMap;

use diesel::prelude::*;
use diesel::sql_types::{BigInt, Bool, Nullable, Text, Timestamp};

use super::search_text::refresh_search_text;
use crate::customers::model::ChannelAccount;
use crate::db::schema::{channel_accounts as accounts, customers};
use crate::db::sql::{Limited, Sql, among};
use crate::db::types::{AccountId, ChannelId, CustomerId, MessageId, UtcTime};
use crate::db::{Conn, Tx};
use crate::error::Result;
use crate::text;

/// How exactly it is noted when an account was seen last: a write for each message of a lively talk says nothing more.
const SEEN: chrono::Duration = chrono::Duration::minutes(1);

pub fn accounts_of(conn: &mut Conn, id: CustomerId) -> Result<Vec<ChannelAccount>> {
    Ok(accounts::table
        .filter(accounts::customer_id.eq(id))
        .order(accounts::id)
        .select(ChannelAccount::as_select())
        .load(conn)?)
}

pub fn find_account(conn: &mut Conn, id: AccountId) -> Result<ChannelAccount> {
    Ok(accounts::table.find(id).select(ChannelAccount::as_select()).one(conn)?)
}

/// How far each of these accounts has read.
pub fn read_by(conn: &mut Conn, ids: &[AccountId]) -> Result<HashMap<AccountId, MessageId>> {
    if ids.is_empty() {
        return Ok(HashMap::new());
    }
    let known = accounts::table.filter(among(conn, accounts::id, ids.iter().copied()));
    let read: Vec<_> = known.select((accounts::id, accounts::read_message_id)).load(conn)?;
    Ok(read.into_iter().collect())
}

pub fn find_account_by_address(conn: &mut Conn, channel: ChannelId, address: &str) -> Result<Option<ChannelAccount>> {
    Ok(accounts::table
        .filter(accounts::channel_id.eq(channel).and(accounts::address.eq(address)))
        .select(ChannelAccount::as_select())
        .one(conn)
        .optional()?)
}

/// The provider knows whoever has this account under another address than people wrote. The phone of the profile stays as
/// they wrote it, and an address that somebody has already is theirs.
pub fn correct_address(tx: &mut Tx, id: AccountId, address: &str) -> Result<()> {
    let account = find_account(tx, id)?;
    if find_account_by_address(tx, account.channel_id, address)?.is_some() {
        return Ok(());
    }
    put_address(tx, &account, address)?;
    refresh_search_text(tx, account.customer_id)
}

fn put_address(tx: &mut Tx, account: &ChannelAccount, address: &str) -> Result<()> {
    let found_by = account_found_by(&account.username, address);
    diesel::update(accounts::table.find(account.id))
        .set((accounts::address.eq(address), accounts::found_by.eq(found_by)))
        .execute(&mut **tx)?;
    Ok(())
}

/// Gives an account another address. The phone of the profile follows where it was the old one.
pub fn set_address(tx: &mut Tx, account: &ChannelAccount, address: &str, phone_region: &str) -> Result<()> {
    put_address(tx, account, address)?;
    let phone = format!("+{address}");
    let is_phone = address.bytes().all(|b| b.is_ascii_digit());
    if let Some(digits) = text::phone_digits(&phone, phone_region).filter(|_| is_phone) {
        let same = customers::table
            .filter(customers::id.eq(account.customer_id))
            .filter(customers::phone_digits.eq(account.address.as_str()));
        diesel::update(same)
            .set((customers::phone.eq(&phone), customers::phone_digits.eq(&digits)))
            .execute(&mut **tx)?;
    }
    refresh_search_text(tx, account.customer_id)
}

/// What an account is found by where its names are not plain ASCII, which both engines compare as [`text::fold`] does: user name
/// and address, folded, a line each.
pub fn account_found_by(username: &str, address: &str) -> Option<String> {
    let is_plain = username.is_ascii() && address.is_ascii();
    (!is_plain).then(|| format!("{}\n{}", text::fold(username), text::fold(address)))
}

/// A channel's words on somebody's identity there.
pub struct NewAccount<'a> {
    pub channel: ChannelId,
    pub address: &'a str,
    pub display_name: &'a str,
    pub username: &'a str,
    pub avatar_url: Option<&'a str>,
}

pub fn insert_account(tx: &mut Tx, customer: CustomerId, new: &NewAccount) -> Result<AccountId> {
    let now = UtcTime::now();
    Ok(diesel::insert_into(accounts::table)
        .values((
            accounts::customer_id.eq(customer),
            accounts::channel_id.eq(new.channel),
            accounts::address.eq(new.address),
            accounts::display_name.eq(new.display_name),
            accounts::username.eq(new.username),
            accounts::avatar_url.eq(new.avatar_url),
            accounts::created_at.eq(now),
            accounts::last_seen_at.eq(now),
            accounts::found_by.eq(account_found_by(new.username, new.address)),
        ))
        .returning(accounts::id)
        .get_result(&mut **tx)?)
}

/// An account, and what a message that comes through it must know of its customer.
#[derive(Clone, Debug, QueryableByName)]
pub struct KnownAccount {
    #[diesel(sql_type = BigInt)]
    pub account: AccountId,
    #[diesel(sql_type = BigInt)]
    pub customer: CustomerId,
    #[diesel(sql_type = Text)]
    display_name: String,
    #[diesel(sql_type = Text)]
    username: String,
    #[diesel(sql_type = Timestamp)]
    last_seen_at: UtcTime,
    #[diesel(sql_type = Bool)]
    unsubscribed: bool,
    /// The customer's name, and whether staff wrote it.
    #[diesel(sql_type = Text)]
    pub name: String,
    #[diesel(sql_type = Bool)]
    pub name_edited: bool,
    #[diesel(sql_type = Bool)]
    pub blocked: bool,
    /// There is a message of theirs, or to them.
    #[diesel(sql_type = Bool)]
    pub has_messages: bool,
}

impl KnownAccount {
    /// Whether the channel says anything that is not known, or nothing was heard of them for [`SEEN`].
    pub fn is_news(&self, said: &NewAccount) -> bool {
        self.unsubscribed
            || self.display_name != said.display_name
            || self.username != said.username
            || self.last_seen_at.until(UtcTime::now()) > SEEN
    }
}

pub fn known_account(conn: &mut Conn, channel: ChannelId, address: &str) -> Result<Option<KnownAccount>> {
    let known = Sql::new(
        "SELECT a.id AS account, a.customer_id AS customer, a.display_name, a.username, a.last_seen_at, \
         a.unsubscribed_at IS NOT NULL AS unsubscribed, c.name, c.name_edited, c.blocked, \
         c.last_message_id IS NOT NULL AS has_messages \
         FROM channel_accounts a JOIN customers c ON c.id = a.customer_id WHERE a.channel_id = $1 AND a.address = $2",
    );
    Ok(known.bind(channel.0).bind(address).get_result(conn).optional()?)
}

/// Takes over what the channel says with a message of `wrote_at`. Who writes is there again, unless they have said since that
/// they leave: the message is late.
pub fn update_account(tx: &mut Tx, id: AccountId, new: &NewAccount, wrote_at: UtcTime) -> Result<()> {
    Sql::new(
        "UPDATE channel_accounts SET display_name = $1, username = $2, last_seen_at = $3, found_by = $4, \
         unsubscribed_at = CASE WHEN subscription_told_at > $5 THEN unsubscribed_at END WHERE id = $6",
    )
    .bind(new.display_name)
    .bind(new.username)
    .bind(UtcTime::now())
    .bind(account_found_by(new.username, new.address))
    .bind(wrote_at)
    .bind(id.0)
    .execute(&mut **tx)?;
    Ok(())
}

/// What a company's app has said of an account of its own.
#[derive(Clone, Debug, QueryableByName)]
pub struct Told {
    #[diesel(sql_type = BigInt)]
    pub customer: CustomerId,
    /// Empty: nothing was said.
    #[diesel(sql_type = Text)]
    pub name: String,
    #[diesel(sql_type = Nullable<Text>)]
    pub email: Option<String>,
    #[diesel(sql_type = Nullable<Text>)]
    pub phone: Option<String>,
    #[diesel(sql_type = Timestamp)]
    pub created_at: UtcTime,
}

/// What the app of this channel has said of whoever it knows by this address.
pub fn told_of(conn: &mut Conn, channel: ChannelId, address: &str) -> Result<Option<Told>> {
    let told = Sql::new(
        "SELECT customer_id AS customer, display_name AS name, told_email AS email, told_phone AS phone, created_at \
         FROM channel_accounts WHERE channel_id = $1 AND address = $2",
    );
    Ok(told.bind(channel.0).bind(address).get_result(conn).optional()?)
}

/// Keeps what an app says of an account now; what it leaves out stays.
pub fn note_told(tx: &mut Tx, id: AccountId, email: Option<&str>, phone: Option<&str>) -> Result<()> {
    if let Some(email) = email {
        diesel::update(accounts::table.find(id)).set(accounts::told_email.eq(email)).execute(&mut **tx)?;
    }
    if let Some(phone) = phone {
        diesel::update(accounts::table.find(id)).set(accounts::told_phone.eq(phone)).execute(&mut **tx)?;
    }
    Ok(())
}
