//! What signing in and each request read and write.

use diesel::prelude::*;
use diesel::sql_types::BigInt;
use serde::{Deserialize, Serialize};

use super::model::{Presence, Role, SessionRow, Theme, Unread};
use crate::db::schema::{sessions, settings, staff};
use crate::db::sql::{Limited, Sql};
use crate::db::types::{StaffId, UtcTime};
use crate::db::{Conn, Db, Tx, kept};
use crate::web::i18n::Lang;

/// What a request needs to know of whoever makes it.
#[derive(Serialize, Deserialize)]
pub struct Visitor {
    pub staff: StaffRow,
    pub sees_others: bool,
    pub default_language: Option<Lang>,
}

/// Everything about a staff member that each of their requests needs, with the numbers of unread messages; `None` if they
/// may not work here any more.
pub fn visitor(conn: &mut Conn, id: StaffId) -> QueryResult<Option<(Visitor, Unread)>> {
    let Some(staff) = find_enabled(conn, id)? else { return Ok(None) };
    let unread = UnreadOf::staff(&staff).count(conn)?;
    Ok(Some((visit_of(conn, staff)?, unread)))
}

/// The same of a staff member who is known to be enabled, but for the numbers.
pub fn visit_of(conn: &mut Conn, staff: StaffRow) -> QueryResult<Visitor> {
    let (sees_others, default_language) = of_everybody(conn)?;
    Ok(Visitor { staff, sees_others, default_language })
}

/// A staff row as a request needs it.
#[derive(Queryable, Serialize, Deserialize)]
pub struct StaffRow {
    pub id: StaffId,
    pub email: String,
    pub name: String,
    pub role: Role,
    pub language: Option<String>,
    pub theme: Theme,
    pub presence: Presence,
}

type StaffColumns = (staff::id, staff::email, staff::name, staff::role, staff::language, staff::theme, staff::presence);
const STAFF: StaffColumns =
    (staff::id, staff::email, staff::name, staff::role, staff::language, staff::theme, staff::presence);

pub fn find_enabled(conn: &mut Conn, id: StaffId) -> QueryResult<Option<StaffRow>> {
    staff::table.filter(staff::id.eq(id)).filter(staff::disabled_at.is_null()).select(STAFF).one(conn).optional()
}

/// Number, password hash and whether the account is enabled.
pub fn credentials(conn: &mut Conn, email: &str) -> QueryResult<Option<(StaffId, Option<String>, bool)>> {
    let row: Option<(StaffId, Option<String>, Option<UtcTime>)> = staff::table
        .filter(staff::email.eq(email))
        .select((staff::id, staff::password_hash, staff::disabled_at))
        .one(conn)
        .optional()?;
    Ok(row.map(|(id, hash, disabled)| (id, hash, disabled.is_none())))
}

/// What the installation decides for everybody: whether operators see others' customers (yes unless switched off), and
/// the language of those who have chosen none.
pub fn of_everybody(conn: &mut Conn) -> QueryResult<(bool, Option<Lang>)> {
    let rows = kept::settled("settings of everybody".into(), || {
        settings::table
            .filter(settings::key.eq("operators_see_others").or(settings::key.eq("default_language")))
            .select((settings::key, settings::value))
            .load::<(String, String)>(conn)
    })?;
    let value = |key: &str| rows.iter().find(|(name, _)| name == key).map(|(_, value)| value.as_str());
    Ok((value("operators_see_others") != Some("false"), value("default_language").and_then(Lang::parse)))
}

/// The badge counts no further.
const BADGE: i64 = 1_000;

#[derive(QueryableByName)]
struct Sum {
    #[diesel(sql_type = BigInt)]
    n: i64,
    #[diesel(sql_type = BigInt)]
    customers: i64,
}

/// Free customers, while nobody is given them automatically.
const FREE: &str = " AND responsible_id IS NULL AND NOT EXISTS \
                    (SELECT 1 FROM settings WHERE key = 'distribute_conversations' AND value = 'true')";

/// The questions for a staff member's numbers of unread messages. No more customers than [`kept::reach`] says are added up: the
/// badge says "999+" long before. The one for free customers is the same for every operator, so that one of them asks it for all.
pub struct UnreadOf {
    own: Sql,
    free: Option<Sql>,
}

impl UnreadOf {
    pub fn staff(staff: &StaffRow) -> Self {
        let mut own = Sql::default();
        if staff.role != Role::Operator {
            own.text = sum_of("");
            return Self { own, free: None };
        }
        let theirs = format!(" AND responsible_id = {}", own.put(staff.id.0));
        own.text = sum_of(&theirs);
        Self { own, free: Some(Sql::new(sum_of(FREE))) }
    }

    pub fn count(&self, conn: &mut Conn) -> QueryResult<Unread> {
        let mut added_up = |sql: &Sql| {
            // Each of them has one message at least, however many one that is read takes away.
            let outlives = |sum: &Sum| u64::try_from(sum.customers - BADGE).unwrap_or(0);
            kept::answer_outliving(sql.key(), outlives, || sql.clone().get_result(conn)).map(|sum| sum.n)
        };
        let free = self.free.as_ref().map(&mut added_up).transpose()?;
        Ok(Unread { own: added_up(&self.own)?, free: free.unwrap_or_default() })
    }

    /// The numbers, if nobody has to be asked for them.
    pub fn kept(&self, db: &Db) -> Option<Unread> {
        let known = |sql: &Sql| Some(db.kept::<Sum>(&sql.key())?.n);
        let free = self.free.as_ref().map_or(Some(0), known)?;
        Some(Unread { own: known(&self.own)?, free })
    }
}

/// The unread messages of the customers whom a condition names, added up.
fn sum_of(these: &str) -> String {
    format!(
        "SELECT CAST(COALESCE(SUM(unread_count), 0) AS BIGINT) AS n, CAST(count(*) AS BIGINT) AS customers FROM \
         (SELECT unread_count FROM customers WHERE unread_count > 0{these} LIMIT {}) AS u",
        kept::reach(BADGE)
    )
}

/// A session, and the staff member whose it is, if they may work here.
pub fn find_session(conn: &mut Conn, key_hash: &str) -> QueryResult<Option<(SessionRow, Option<StaffRow>)>> {
    sessions::table
        .left_join(staff::table.on(sessions::staff_id.eq(staff::id.nullable()).and(staff::disabled_at.is_null())))
        .filter(sessions::key_hash.eq(key_hash))
        .select((SessionRow::as_select(), STAFF.nullable()))
        .one(conn)
        .optional()
}

pub fn insert_session(tx: &mut Tx, row: &SessionRow) -> QueryResult<()> {
    diesel::insert_into(sessions::table).values(row).execute(&mut **tx).map(drop)
}

pub fn update_session(tx: &mut Tx, key_hash: &str, state: &str, staff_id: Option<StaffId>) -> QueryResult<bool> {
    diesel::update(sessions::table.filter(sessions::key_hash.eq(key_hash)))
        .set((sessions::state.eq(state), sessions::staff_id.eq(staff_id)))
        .execute(&mut **tx)
        .map(|n| n > 0)
}

pub fn touch_session(tx: &mut Tx, key_hash: &str, now: UtcTime) -> QueryResult<()> {
    diesel::update(sessions::table.filter(sessions::key_hash.eq(key_hash)))
        .set(sessions::last_seen_at.eq(now))
        .execute(&mut **tx)
        .map(drop)
}

pub fn delete_session(tx: &mut Tx, key_hash: &str) -> QueryResult<()> {
    diesel::delete(sessions::table.filter(sessions::key_hash.eq(key_hash))).execute(&mut **tx).map(drop)
}

/// Sessions of a staff member, the latest first, with their numbers.
pub fn sessions_of(conn: &mut Conn, id: StaffId) -> QueryResult<Vec<(i64, SessionRow)>> {
    sessions::table
        .filter(sessions::staff_id.eq(id))
        .select((sessions::id, SessionRow::as_select()))
        .order((sessions::last_seen_at.desc(), sessions::id.desc()))
        .load(conn)
}

/// Those of them that have neither run out nor been idle since `idle_since`.
pub fn open_sessions(
    conn: &mut Conn,
    id: StaffId,
    now: UtcTime,
    idle_since: UtcTime,
) -> QueryResult<Vec<(i64, SessionRow)>> {
    let mut all = sessions_of(conn, id)?;
    all.retain(|(_, row)| row.expires_at > now && row.last_seen_at > idle_since);
    Ok(all)
}

pub fn end_session(tx: &mut Tx, staff: StaffId, id: i64) -> QueryResult<bool> {
    let own = sessions::table.filter(sessions::id.eq(id).and(sessions::staff_id.eq(staff)));
    diesel::delete(own).execute(&mut **tx).map(|n| n > 0)
}

/// Sessions that have run out.
pub fn delete_ended_sessions(tx: &mut Tx, now: UtcTime, idle_since: UtcTime) -> QueryResult<usize> {
    diesel::delete(sessions::table.filter(sessions::expires_at.lt(now).or(sessions::last_seen_at.lt(idle_since))))
        .execute(&mut **tx)
}

/// Whoever signs in is there: offline becomes online, and away stays away.
pub fn arrive(tx: &mut Tx, id: StaffId) -> QueryResult<()> {
    note_seen(tx, id, UtcTime::now())?;
    let absent = staff::table.find(id).filter(staff::presence.eq(Presence::Offline));
    diesel::update(absent).set(staff::presence.eq(Presence::Online)).execute(&mut **tx).map(drop)
}

/// How long somebody is taken to be there after their last sign of life. An open page gives one within each minute.
const HERE: chrono::Duration = chrono::Duration::seconds(120);

/// Whoever was seen later than this is there.
pub fn here_since() -> UtcTime {
    UtcTime::now().plus(-HERE)
}

/// Notes that somebody has a page of the desk open, or uses one. Of several open pages the first to say it within half
/// a minute does.
pub fn note_seen(tx: &mut Tx, id: StaffId, now: UtcTime) -> QueryResult<()> {
    let lately = now.plus(-chrono::Duration::seconds(30));
    let not_noted = staff::table.find(id).filter(staff::seen_at.is_null().or(staff::seen_at.lt(lately)));
    diesel::update(not_noted).set(staff::seen_at.eq(now)).execute(&mut **tx).map(drop)
}

/// How many are there: online by their own choice, and seen lately.
pub fn online(conn: &mut Conn) -> QueryResult<i64> {
    staff::table
        .filter(staff::presence.eq(Presence::Online).and(staff::disabled_at.is_null()))
        .filter(staff::seen_at.gt(here_since()))
        .count()
        .get_result(conn)
}

/// Whoever has no session any more is not there.
pub fn leave_without_session(tx: &mut Tx) -> QueryResult<usize> {
    let signed_in =
        sessions::table.filter(sessions::staff_id.is_not_null()).select(sessions::staff_id.assume_not_null());
    let gone = staff::table.filter(staff::presence.ne(Presence::Offline).and(staff::id.ne_all(signed_in)));
    diesel::update(gone).set(staff::presence.eq(Presence::Offline)).execute(&mut **tx)
}

pub fn set_presence(tx: &mut Tx, id: StaffId, presence: Presence) -> QueryResult<()> {
    diesel::update(staff::table.find(id)).set(staff::presence.eq(presence)).execute(&mut **tx).map(drop)
}

pub fn set_preferences(tx: &mut Tx, id: StaffId, theme: Option<Theme>, language: Option<&str>) -> QueryResult<()> {
    if let Some(theme) = theme {
        diesel::update(staff::table.find(id)).set(staff::theme.eq(theme)).execute(&mut **tx)?;
    }
    if let Some(language) = language {
        diesel::update(staff::table.find(id)).set(staff::language.eq(language)).execute(&mut **tx)?;
    }
    Ok(())
}
