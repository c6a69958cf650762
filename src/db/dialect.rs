//! Every place where the two engines differ.

use diesel::prelude::*;
use diesel::sql_query;
use diesel::sql_types::Text;

use diesel::pg::PgConnection;

use super::{Conn, Failure};
use crate::realtime::Topic;

/// The engine's channel for announcements between instances.
pub const NOTIFY_CHANNEL: &str = "switchboard";

/// Tells other instances, with the commit. On the embedded engine there are none.
pub(super) fn notify(conn: &mut Conn, topics: &[Topic]) -> QueryResult<()> {
    if let Conn::Postgres(_) = conn {
        for topic in topics {
            sql_query("SELECT pg_notify($1, $2)")
                .bind::<Text, _>(NOTIFY_CHANNEL)
                .bind::<Text, _>(topic.encode())
                .execute(conn)?;
        }
    }
    Ok(())
}

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

/// Refreshes the planner's figures, fully: a sampled run chose plans six times slower.
pub fn analyze(conn: &mut Conn) -> QueryResult<()> {
    sql_query("ANALYZE").execute(conn).map(drop)
}

/// A connection that hears what other instances announce.
pub struct Listener(PgConnection);

impl Listener {
    /// Connects to PostgreSQL and listens.
    pub fn open(url: &str) -> Result<Self, Failure> {
        let mut conn = PgConnection::establish(url)?;
        sql_query(format!("LISTEN {NOTIFY_CHANNEL}")).execute(&mut conn)?;
        Ok(Self(conn))
    }

    /// What has arrived since the last call. Does not wait.
    pub fn drain(&mut self) -> Result<Vec<String>, Failure> {
        // diesel's iterator only hands out what libpq has read; a statement makes it read.
        sql_query("SELECT 1").execute(&mut self.0)?;
        let mut heard = vec![];
        for notice in self.0.notifications_iter() {
            heard.push(notice?.payload);
        }
        Ok(heard)
    }
}
