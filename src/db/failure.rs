//! What can go wrong with the database itself.

use std::sync::Arc;

use diesel::result::{ConnectionError, DatabaseErrorKind, Error as Sql};

/// A failure of the database. Bad input is not one: that is `Error::Invalid` and its like.
#[derive(Debug, thiserror::Error)]
pub enum Failure {
    /// Too many calls wait, or no connection came free in time: answered 503 with Retry-After.
    #[error("the database is overloaded, try again later")]
    Busy,
    /// The server is stopping.
    #[error("the database is closed")]
    Closed,
    /// The commit failed, so nothing of the change was saved.
    #[error("the change was not saved: {0}")]
    NotSaved(Arc<str>),
    /// What a call had read was changed before it wrote: on PostgreSQL calls run side by side. It is made again.
    #[error("what was read has changed meanwhile")]
    Overtaken,
    /// The engine cannot be reached.
    #[error("no connection to the database: {0}")]
    Unreachable(String),
    /// The schema is newer than this program.
    #[error(
        "this database belongs to a newer version of Switchboard (it has the migration {0}, which this version does not know). Install that version, or restore a backup made before the upgrade"
    )]
    TooNew(String),
    /// A migration did not run.
    #[error("the database could not be brought up to date: {0}")]
    Migration(String),
    /// A call panicked: a bug. It changed nothing.
    #[error("panic in a database call: {0}")]
    Panic(String),
    /// A statement failed.
    #[error("database: {0}")]
    Sql(Sql),
}

impl From<Sql> for Failure {
    fn from(error: Sql) -> Self {
        match error {
            Sql::DatabaseError(DatabaseErrorKind::ClosedConnection, info) => {
                Failure::Unreachable(info.message().into())
            }
            other => Failure::Sql(other),
        }
    }
}

impl From<ConnectionError> for Failure {
    fn from(error: ConnectionError) -> Self {
        // libpq says it in several lines, and the log is read by the line.
        Failure::Unreachable(crate::text::clean(&error.to_string()))
    }
}

impl Failure {
    /// Whether the same call can succeed when it is made again at once.
    /// 40001 has a kind in diesel, 40P01 (deadlock) has none.
    pub(super) fn is_conflict(&self) -> bool {
        match self {
            Failure::Overtaken => true,
            Failure::Sql(Sql::DatabaseError(DatabaseErrorKind::SerializationFailure, _)) => true,
            Failure::Sql(Sql::DatabaseError(DatabaseErrorKind::Unknown, info)) => {
                info.message().starts_with("deadlock detected")
            }
            // Two writers raced past the same check; the second try sees the other's row, or that what it names is gone.
            Failure::Sql(Sql::DatabaseError(
                DatabaseErrorKind::UniqueViolation | DatabaseErrorKind::ForeignKeyViolation,
                _,
            )) => true,
            _ => false,
        }
    }

    /// Whether it is not a matter of the one thing that a statement was about: the engine is away or full, or two calls
    /// met. Then the whole call fails, and is made again.
    pub(super) fn is_of_the_call(&self) -> bool {
        let is_broken = matches!(self, Failure::Panic(_));
        is_broken || self.is_temporary() || (self.is_conflict() && !self.is_duplicate())
    }

    /// Whether a unique index refused the row.
    pub fn is_duplicate(&self) -> bool {
        matches!(self, Failure::Sql(Sql::DatabaseError(DatabaseErrorKind::UniqueViolation, _)))
    }

    /// Whether waiting may help: the client is told to try again.
    pub fn is_temporary(&self) -> bool {
        match self {
            Failure::Busy | Failure::Closed | Failure::Overtaken | Failure::NotSaved(_) | Failure::Unreachable(_) => {
                true
            }
            Failure::Sql(Sql::DatabaseError(_, info)) => {
                let text = info.message();
                [
                    "locked",
                    "full",
                    "No space left",
                    "readonly",
                    "read-only transaction",
                    "terminating connection",
                    "server closed",
                    "disk I/O",
                    "unable to open",
                    "no connection",
                    "shutting down",
                    "starting up",
                ]
                .iter()
                .any(|sign| text.contains(sign))
            }
            Failure::Sql(Sql::BrokenTransactionManager) => true,
            _ => false,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(kind: DatabaseErrorKind, message: &str) -> Failure {
        Failure::from(Sql::DatabaseError(kind, Box::new(message.to_owned())))
    }

    /// What is gone by the time it is named: the call is made again as a whole, for what it had read holds no more.
    #[test]
    fn who_names_what_has_just_gone_tries_again() {
        let gone = of(DatabaseErrorKind::ForeignKeyViolation, "violates foreign key constraint");
        assert!(gone.is_conflict() && gone.is_of_the_call() && !gone.is_duplicate() && !gone.is_temporary());
        let there = of(DatabaseErrorKind::UniqueViolation, "duplicate key value");
        assert!(there.is_conflict() && !there.is_of_the_call() && there.is_duplicate());
        let wrong = of(DatabaseErrorKind::NotNullViolation, "null value");
        assert!(!wrong.is_conflict() && !wrong.is_of_the_call());
    }
}
