//! A person the business talks to: one record a person.

use crate::auth::CustomerScope;
use crate::db::Conn;
use crate::db::types::CustomerId;
use crate::error::{Error, Result};

/// Refuses, as if it did not exist, a customer that the scope does not show.
pub fn require_visible(conn: &mut Conn, scope: &CustomerScope, id: CustomerId) -> Result<()> {
    let _ = (conn, scope, id);
    Err(Error::NotFound)
}
