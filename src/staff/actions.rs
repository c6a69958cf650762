//! Adding, disabling, new passwords.

use super::model::NewStaff;
use super::store;
use crate::audit;
use crate::auth::passwords;
use crate::db::Tx;
use crate::db::types::{StaffId, UtcTime};
use crate::error::{Error, Result};
use crate::secrets::random_token;
use crate::text;

/// How long a one-time link works.
const LINK: chrono::Duration = chrono::Duration::hours(24);

/// The hash of a password that is long enough. Slow on purpose.
pub fn checked_hash(password: &str) -> Result<String> {
    if password.chars().count() < passwords::SHORTEST {
        return Err(Error::Internal(format!("a password has at least {} characters", passwords::SHORTEST)));
    }
    passwords::hash(password)
}

/// The token of a link that makes the first admin; `None` once there is any staff.
pub fn first_admin_link(tx: &mut Tx) -> Result<Option<String>> {
    if store::any(tx)? {
        return Ok(None);
    }
    link(tx, None).map(Some)
}

/// Adds a staff member; without a password the token of their one-time link is returned.
pub fn add_from_command_line(tx: &mut Tx, new: &NewStaff, password_hash: Option<&str>) -> Result<Option<String>> {
    let id = store::insert(tx, new, password_hash).map_err(|e| match e {
        Error::Db(failure) if failure.is_duplicate() => {
            Error::Internal(format!("{} is already a staff member", new.email))
        }
        other => other,
    })?;
    audit::record_as(tx, "command line", "staff.added", None)?;
    if password_hash.is_some() { Ok(None) } else { link(tx, Some(id)).map(Some) }
}

/// Refuses a staff member's sign-in and ends their sessions.
pub fn disable_from_command_line(tx: &mut Tx, email: &str) -> Result<()> {
    let id = known(tx, email)?;
    store::set_disabled(tx, id, Some(UtcTime::now()))?;
    store::end_sessions(tx, id)?;
    audit::record_as(tx, "command line", "staff.disabled", None)
}

/// Ends a staff member's sessions and returns the token of a link to set a new password.
pub fn reset_from_command_line(tx: &mut Tx, email: &str) -> Result<String> {
    let id = known(tx, email)?;
    store::end_sessions(tx, id)?;
    audit::record_as(tx, "command line", "staff.password_reset", None)?;
    link(tx, Some(id))
}

fn known(tx: &mut Tx, email: &str) -> Result<StaffId> {
    match store::by_email(tx, &text::fold(email)) {
        Ok(member) => Ok(member.id),
        Err(Error::NotFound) => Err(Error::Internal(format!("nobody here has the e-mail {email}"))),
        Err(other) => Err(other),
    }
}

fn link(tx: &mut Tx, id: Option<StaffId>) -> Result<String> {
    let (token, now) = (random_token(), UtcTime::now());
    store::insert_link(tx, id, &token, now, now.plus(LINK))?;
    Ok(token)
}
