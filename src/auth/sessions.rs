//! Sessions in the database: only the hash of their key is stored, they end when idle or old, and they can be revoked.

use std::collections::HashMap;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use actix_session::Session;
use actix_session::storage::{LoadError, SaveError, SessionKey, SessionStore, UpdateError, generate_session_key};
use actix_web::cookie::time::Duration as CookieDuration;
use diesel::prelude::*;
use sha2::{Digest, Sha256};

use super::model::{SessionRow, Unread};
use super::store::{self, UnreadOf};
use crate::config::Config;
use crate::db::types::{StaffId, UtcTime};
use crate::db::{Conn, Db, Tx, kept};
use crate::error::{Error, Result};

/// The name of the cookie that holds the key of a session.
pub const COOKIE: &str = "switchboard";

/// The number of the staff member who is signed in.
pub const KEY_STAFF: &str = "staff";
/// Address and browser, as they were at sign-in.
pub const KEY_IP: &str = "ip";
pub const KEY_USER_AGENT: &str = "user_agent";
/// A random word that tells one's own session from the others: the key itself is not ours to see.
pub const KEY_MARK: &str = "mark";

/// Who it is, read along with the session: a request goes to the database once for both. Never stored.
pub(super) const KEY_VISITOR: &str = "visitor";
/// The same of their [`Unread`] messages.
pub(super) const KEY_UNREAD: &str = "unread";

/// A session is marked as seen at most this often: a page view is no write.
const SEEN_EVERY: chrono::Duration = chrono::Duration::seconds(60);

/// What is stored of a secret that only its holder knows.
pub fn hash_key(key: &str) -> String {
    hex::encode(Sha256::digest(key.as_bytes()))
}

/// actix-session's store, on our database.
#[derive(Clone)]
pub struct Sessions {
    db: Db,
    idle: chrono::Duration,
    max: chrono::Duration,
}

impl Sessions {
    pub fn new(db: Db, config: &Config) -> Self {
        Self { db, idle: config.session_idle, max: config.session_max }
    }

    /// The session of this hash, and its person's unread messages. It is kept: a page asks for several things at once, and
    /// mostly no thread has to be woken for it. Who has just written is read afresh (`web::own_writes`).
    async fn find(&self, key_hash: &str) -> Result<(Arc<Option<Open>>, Unread)> {
        let (kept, key_hash) = (format!("session {key_hash}"), key_hash.to_owned());
        if let Some(found) = self.db.kept::<Option<Open>>(&kept)
            && let Some(unread) = unread_of(&found).map_or(Some(Unread::default()), |unread| unread.kept(&self.db))
        {
            return Ok((found, unread));
        }
        let look = move |conn: &mut Conn| {
            let found = kept::briefly(kept.clone(), || Open::find(conn, &key_hash))?;
            let unread = unread_of(&found).map(|unread| unread.count(conn)).transpose()?;
            Ok((found, unread.unwrap_or_default()))
        };
        self.db.look(look).await
    }
}

fn unread_of(found: &Option<Open>) -> Option<&UnreadOf> {
    found.as_ref()?.unread.as_ref()
}

/// A session as each request needs it.
struct Open {
    last_seen_at: UtcTime,
    expires_at: UtcTime,
    state: State,
    /// `None`: nobody is signed in with it who may work here.
    unread: Option<UnreadOf>,
    /// Whether a request has taken it on itself to mark the session as seen.
    is_noted: AtomicBool,
}

impl Open {
    fn find(conn: &mut Conn, key_hash: &str) -> Result<Option<Self>> {
        let Some((row, staff)) = store::find_session(conn, key_hash)? else { return Ok(None) };
        let mut state: State = serde_json::from_str(&row.state).map_err(|e| Error::Internal(e.to_string()))?;
        let mut unread = None;
        if let Some(staff) = staff {
            unread = Some(UnreadOf::staff(&staff));
            let visitor = store::visit_of(conn, staff)?;
            let visitor = serde_json::to_string(&visitor).map_err(|e| Error::Internal(e.to_string()))?;
            state.insert(KEY_VISITOR.to_owned(), visitor);
        }
        let (last_seen_at, expires_at) = (row.last_seen_at, row.expires_at);
        Ok(Some(Self { last_seen_at, expires_at, state, unread, is_noted: AtomicBool::new(false) }))
    }
}

type State = HashMap<String, String>;

/// Takes out what [`Sessions::load`] puts in besides what is stored.
fn forget_the_read(state: &mut State) {
    state.remove(KEY_VISITOR);
    state.remove(KEY_UNREAD);
}

/// actix-session stores each value as JSON.
fn text_of(state: &State, key: &str) -> String {
    state.get(key).and_then(|json| serde_json::from_str(json).ok()).unwrap_or_default()
}

fn staff_of(state: &State) -> Option<StaffId> {
    state.get(KEY_STAFF).and_then(|json| json.parse().ok())
}

impl SessionStore for Sessions {
    async fn load(&self, key: &SessionKey) -> Result<Option<State>, LoadError> {
        let key_hash = hash_key(key.as_ref());
        let (found, unread) = self.find(&key_hash).await.map_err(|e| LoadError::Other(e.into()))?;
        let now = UtcTime::now();
        let lasts = |open: &&Open| open.expires_at > now && open.last_seen_at.plus(self.idle) > now;
        let Some(open) = found.as_ref().as_ref().filter(lasts) else { return Ok(None) };
        if open.last_seen_at.plus(SEEN_EVERY) < now && !open.is_noted.swap(true, Ordering::Relaxed) {
            let staff = staff_of(&open.state);
            let touched = self.db.write(move |tx| {
                tx.concerns_nothing_kept();
                if let Some(staff) = staff {
                    store::note_seen(tx, staff, now)?;
                }
                Ok(store::touch_session(tx, &key_hash, now)?)
            });
            // Whether the time was noted does not decide whether the page is shown.
            if let Err(error) = touched.await {
                tracing::warn!(%error, "a session was not marked as seen");
            }
        }
        let mut state = open.state.clone();
        let unread = serde_json::to_string(&unread).map_err(|e| LoadError::Other(e.into()))?;
        state.insert(KEY_UNREAD.to_owned(), unread);
        Ok(Some(state))
    }

    async fn save(&self, mut state: State, _: &CookieDuration) -> Result<SessionKey, SaveError> {
        forget_the_read(&mut state);
        let key = generate_session_key();
        let now = UtcTime::now();
        let (key_hash, expires_at) = (hash_key(key.as_ref()), now.plus(self.max));
        let json = serde_json::to_string(&state).map_err(|e| SaveError::Serialization(e.into()))?;
        self.db
            .write(move |tx| {
                let row = SessionRow {
                    key_hash: key_hash.clone(),
                    staff_id: staff_of(&state),
                    state: json.clone(),
                    ip: text_of(&state, KEY_IP),
                    user_agent: text_of(&state, KEY_USER_AGENT),
                    created_at: now,
                    last_seen_at: now,
                    expires_at,
                };
                Ok(store::insert_session(tx, &row)?)
            })
            .await
            .map_err(|e| SaveError::Other(e.into()))?;
        Ok(key)
    }

    async fn update(&self, key: SessionKey, mut state: State, ttl: &CookieDuration) -> Result<SessionKey, UpdateError> {
        forget_the_read(&mut state);
        let key_hash = hash_key(key.as_ref());
        let json = serde_json::to_string(&state).map_err(|e| UpdateError::Serialization(e.into()))?;
        let staff = staff_of(&state);
        let there = self
            .db
            .write(move |tx| Ok(store::update_session(tx, &key_hash, &json, staff)?))
            .await
            .map_err(|e| UpdateError::Other(e.into()))?;
        if there {
            return Ok(key);
        }
        // Revoked meanwhile: what was to be stored begins a new session, without the old one's person.
        let rest = state.into_iter().filter(|(name, _)| name != KEY_STAFF).collect();
        self.save(rest, ttl).await.map_err(|e| UpdateError::Other(e.into()))
    }

    async fn update_ttl(&self, _: &SessionKey, _: &CookieDuration) -> Result<(), anyhow::Error> {
        // `load` keeps the times.
        Ok(())
    }

    async fn delete(&self, key: &SessionKey) -> Result<(), anyhow::Error> {
        let key_hash = hash_key(key.as_ref());
        self.db.write(move |tx| Ok(store::delete_session(tx, &key_hash)?)).await?;
        Ok(())
    }
}

/// A session that works, as its owner and the admins see it.
#[derive(Clone, Debug)]
pub struct OpenSession {
    pub id: i64,
    pub ip: String,
    pub browser: String,
    pub system: String,
    pub created_at: UtcTime,
    pub last_seen_at: UtcTime,
    /// Whether the request that asks came in this session.
    pub is_this: bool,
}

/// A staff member's sessions, the latest first. `mark` is that of the session that asks (`KEY_MARK`).
pub fn open_of(conn: &mut Conn, id: StaffId, idle: chrono::Duration, mark: &str) -> QueryResult<Vec<OpenSession>> {
    let now = UtcTime::now();
    let rows = store::open_sessions(conn, id, now, now.plus(-idle))?;
    let parser = woothee::parser::Parser::new();
    let shown = |(id, row): (i64, SessionRow)| {
        let agent = parser.parse(&row.user_agent);
        // What the parser does not know it calls UNKNOWN.
        let known = |word: Option<&str>| word.filter(|w| *w != "UNKNOWN").unwrap_or_default().to_owned();
        OpenSession {
            id,
            browser: known(agent.as_ref().map(|a| a.name)),
            system: known(agent.as_ref().map(|a| a.os)),
            is_this: is_marked(&row.state, mark),
            ip: row.ip,
            created_at: row.created_at,
            last_seen_at: row.last_seen_at,
        }
    };
    Ok(rows.into_iter().map(shown).collect())
}

/// The mark of the session that asks; empty in one that was begun before there were marks.
pub fn mark_of(session: &Session) -> String {
    session.get(KEY_MARK).ok().flatten().unwrap_or_default()
}

/// Whether this stored state is that of the session with this mark.
fn is_marked(state: &str, mark: &str) -> bool {
    !mark.is_empty() && serde_json::from_str::<State>(state).is_ok_and(|state| text_of(&state, KEY_MARK) == mark)
}

/// Ends one session of a staff member; false if there is none of this number.
pub fn end(tx: &mut Tx, staff: StaffId, id: i64) -> QueryResult<bool> {
    store::end_session(tx, staff, id)
}

/// Ends all sessions of a staff member but the one with this mark; an empty mark spares none.
pub fn end_all_but(tx: &mut Tx, staff: StaffId, mark: &str) -> QueryResult<()> {
    for (id, _) in store::sessions_of(tx, staff)?.into_iter().filter(|(_, row)| !is_marked(&row.state, mark)) {
        store::end_session(tx, staff, id)?;
    }
    Ok(())
}

/// Deletes sessions that have run out; who has none left is offline.
pub async fn delete_ended(db: &Db, config: &Config) -> crate::error::Result<()> {
    let idle = config.session_idle;
    db.write(move |tx| {
        let now = UtcTime::now();
        if store::delete_ended_sessions(tx, now, now.plus(-idle))? > 0 {
            store::leave_without_session(tx)?;
        }
        Ok(())
    })
    .await
}
