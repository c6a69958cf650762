//! Adding, changing, disabling, one-time links, passwords, sessions. Each change is audited and announced.

use serde_json::json;

use super::model::{EditedStaff, Invitation, NewStaff, StaffMember, sign_in_name};
use super::store;
use crate::audit;
use crate::auth::{Admin, Operator, Role, Theme, passwords, sessions};
use crate::channels;
use crate::db::types::{ChannelId, StaffId, UtcTime};
use crate::db::{Conn, Tx, dialect};
use crate::error::{Error, Result};
use crate::realtime::Topic;
use crate::secrets::random_token;
use crate::web::i18n::Lang;

/// What whoever takes an admin away, or makes the first one, holds until the end.
const ADMINS: &str = "admins";

/// How long a one-time link works.
const LINK: chrono::Duration = chrono::Duration::hours(24);

/// The hash of a password that is long enough. Slow on purpose.
pub fn checked_hash(password: &str) -> Result<String> {
    if !(passwords::SHORTEST..=passwords::LONGEST).contains(&password.chars().count()) {
        let (shortest, longest) = (passwords::SHORTEST, passwords::LONGEST);
        return Err(Error::Internal(format!("a password has {shortest} to {longest} characters")));
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

/// A staff member who was added, and the token of the link with which they set their password.
pub struct Added {
    pub id: StaffId,
    pub token: String,
}

/// Adds a staff member.
pub fn add(tx: &mut Tx, by: &Admin, new: &NewStaff) -> Result<Added> {
    let id = insert(tx, new, None)?;
    changed(tx, by, id, "staff.added")?;
    Ok(Added { id, token: link(tx, Some(id))? })
}

/// Changes name, e-mail and role. Their own role nobody changes, and an admin is always left. Sessions go on: whoever is
/// signed in has shown who they are.
pub fn edit(tx: &mut Tx, by: &Admin, id: StaffId, edited: &EditedStaff) -> Result<()> {
    let member = store::find(tx, id)?;
    if member.email != edited.email && store::email_taken(tx, &edited.email)? {
        return Err(Error::refused("staff-email-taken"));
    }
    if member.role != edited.role {
        if id == by.id() {
            return Err(Error::refused("staff-own-role"));
        }
        require_another_admin(tx, &member)?;
    }
    store::update(tx, id, edited)?;
    audit::record_with(tx, by, "staff.edited", None, &difference(id, &member, edited))?;
    tx.publish(Topic::Staff(id));
    Ok(())
}

/// Rights, and what somebody signs in with: who got them from whom is what the log is asked for.
fn difference(id: StaffId, before: &StaffMember, now: &EditedStaff) -> serde_json::Value {
    let mut detail = json!({ "staff": id });
    if before.role != now.role {
        detail["role"] = json!(now.role.as_str());
        detail["role_was"] = json!(before.role.as_str());
    }
    if before.email != now.email {
        detail["email"] = json!(now.email);
        detail["email_was"] = json!(before.email);
    }
    detail
}

/// Chooses the channels whose new conversations somebody is given; none: every channel's. It decides nothing about what they
/// see.
pub fn choose_channels(tx: &mut Tx, by: &Admin, id: StaffId, chosen: &[ChannelId]) -> Result<()> {
    store::find(tx, id)?;
    let mut chosen = chosen.to_vec();
    chosen.sort_unstable();
    chosen.dedup();
    if channels::names(tx, &chosen)?.len() < chosen.len() {
        return Err(Error::refused("staff-channel-unknown"));
    }
    store::set_channels(tx, id, &chosen)?;
    audit::record_with(tx, by, "staff.channels_chosen", None, &json!({ "staff": id, "channels": chosen }))?;
    tx.publish(Topic::Staff(id));
    Ok(())
}

/// Refuses a person's sign-in and ends their sessions and links.
pub fn disable(tx: &mut Tx, by: &Admin, id: StaffId) -> Result<()> {
    let member = store::find(tx, id)?;
    if id == by.id() {
        return Err(Error::refused("staff-own-account"));
    }
    require_another_admin(tx, &member)?;
    store::set_disabled(tx, id, Some(UtcTime::now()))?;
    store::delete_links(tx, id)?;
    store::end_sessions(tx, id)?;
    changed(tx, by, id, "staff.disabled")
}

/// Lets a person sign in again. Of one who can already nothing is noted.
pub fn enable(tx: &mut Tx, by: &Admin, id: StaffId) -> Result<()> {
    if store::find(tx, id)?.is_enabled() {
        return Ok(());
    }
    store::set_disabled(tx, id, None)?;
    changed(tx, by, id, "staff.enabled")
}

/// Ends a person's sessions and returns the token of a link to set a new password. The old password works until then.
pub fn reset(tx: &mut Tx, by: &Admin, id: StaffId) -> Result<String> {
    let member = store::find(tx, id)?;
    if !member.is_enabled() {
        return Err(Error::refused("staff-is-disabled"));
    }
    if id == by.id() {
        return Err(Error::refused("staff-own-password"));
    }
    store::end_sessions(tx, id)?;
    changed(tx, by, id, "staff.password_reset")?;
    link(tx, Some(id))
}

/// Ends one session of somebody.
pub fn end_session_of(tx: &mut Tx, by: &Admin, id: StaffId, session: i64) -> Result<()> {
    end_session(tx, by, id, session)
}

/// Ends one of one's own sessions.
pub fn end_own_session(tx: &mut Tx, by: &Operator, session: i64) -> Result<()> {
    end_session(tx, by, by.id(), session)
}

/// Ends all of one's own sessions but the one with this mark.
pub fn end_other_sessions(tx: &mut Tx, by: &Operator, mark: &str) -> Result<()> {
    sessions::end_all_but(tx, by.id(), mark)?;
    changed(tx, by, by.id(), "session.others_ended")
}

fn end_session(tx: &mut Tx, by: &Operator, id: StaffId, session: i64) -> Result<()> {
    if !sessions::end(tx, id, session)? {
        return Err(Error::NotFound);
    }
    changed(tx, by, id, "session.ended")
}

/// Stores what a person sets for themselves.
pub fn save_profile(tx: &mut Tx, by: &Operator, name: &str, language: Option<Lang>, theme: Theme) -> Result<()> {
    store::set_profile(tx, by.id(), name, language, theme)?;
    changed(tx, by, by.id(), "staff.profile_edited")
}

/// Stores a person's own new password and ends their other sessions: whoever knew the old one is out.
pub fn change_own_password(tx: &mut Tx, by: &Operator, hash: &str, mark: &str) -> Result<()> {
    store::set_password_hash(tx, by.id(), hash)?;
    sessions::end_all_but(tx, by.id(), mark)?;
    changed(tx, by, by.id(), "staff.password_changed")
}

/// What the link with this token is good for now.
pub fn invitation(conn: &mut Conn, token: &str) -> Result<Invitation> {
    let now = UtcTime::now();
    let Some(link) = store::find_link(conn, token)? else { return Ok(Invitation::Unknown) };
    if link.used_at.is_some() {
        return Ok(Invitation::Used);
    }
    if link.expires_at <= now {
        return Ok(Invitation::Expired);
    }
    match link.staff_id {
        // Somebody was added by the command line meanwhile: the door is closed.
        None if store::any(conn)? => Ok(Invitation::Used),
        None => Ok(Invitation::FirstAdmin),
        Some(id) => {
            let member = store::find(conn, id)?;
            Ok(if member.is_enabled() { Invitation::Password(member) } else { Invitation::Expired })
        }
    }
}

/// Spends a link that makes the first admin.
pub fn accept_first_admin(tx: &mut Tx, token: &str, new: &NewStaff, hash: &str) -> Result<StaffId> {
    // Of two who open two links at the same moment the second waits here, and comes too late.
    dialect::hold_words(tx, [ADMINS.to_owned()])?;
    let Invitation::FirstAdmin = invitation(tx, token)? else { return Err(Error::refused("welcome-used")) };
    spend(tx, token)?;
    let id = insert(tx, new, Some(hash))?;
    audit::record_of(tx, id, &new.email, "staff.first_admin", &json!({ "staff": id }))?;
    tx.publish(Topic::Staff(id));
    Ok(id)
}

/// Spends a link that sets a password: whose, and their e-mail. Sessions that were begun with the old one end.
pub fn accept_password(tx: &mut Tx, token: &str, hash: &str) -> Result<(StaffId, String)> {
    let Invitation::Password(member) = invitation(tx, token)? else { return Err(Error::refused("welcome-used")) };
    spend(tx, token)?;
    store::set_password_hash(tx, member.id, hash)?;
    store::end_sessions(tx, member.id)?;
    audit::record_of(tx, member.id, &member.email, "staff.password_set", &json!({ "staff": member.id }))?;
    tx.publish(Topic::Staff(member.id));
    Ok((member.id, member.email))
}

/// Adds a staff member; without a password the token of their one-time link is returned.
pub fn add_from_command_line(tx: &mut Tx, new: &NewStaff, password_hash: Option<&str>) -> Result<Option<String>> {
    if store::email_taken(tx, &new.email)? {
        return Err(Error::Internal(format!("{} is already a staff member", new.email)));
    }
    let id = insert(tx, new, password_hash)?;
    audit::record_as(tx, "command line", "staff.added", None, &json!({ "staff": id }))?;
    tx.publish(Topic::Staff(id));
    if password_hash.is_some() { Ok(None) } else { link(tx, Some(id)).map(Some) }
}

/// Refuses a staff member's sign-in and ends their sessions; false: it was refused before.
pub fn disable_from_command_line(tx: &mut Tx, email: &str) -> Result<(StaffId, bool)> {
    let id = known(tx, email)?;
    let member = store::find(tx, id)?;
    if !member.is_enabled() {
        return Ok((id, false));
    }
    if require_another_admin(tx, &member).is_err() {
        return Err(Error::Internal(format!("{email} is the last enabled admin; add another one first")));
    }
    store::set_disabled(tx, id, Some(UtcTime::now()))?;
    store::delete_links(tx, id)?;
    store::end_sessions(tx, id)?;
    tx.publish(Topic::Staff(id));
    audit::record_as(tx, "command line", "staff.disabled", None, &json!({ "staff": id }))?;
    Ok((id, true))
}

/// Lets a staff member sign in again; false: they could before.
pub fn enable_from_command_line(tx: &mut Tx, email: &str) -> Result<bool> {
    let id = known(tx, email)?;
    if store::find(tx, id)?.is_enabled() {
        return Ok(false);
    }
    store::set_disabled(tx, id, None)?;
    tx.publish(Topic::Staff(id));
    audit::record_as(tx, "command line", "staff.enabled", None, &json!({ "staff": id }))?;
    Ok(true)
}

/// Ends a staff member's sessions and returns the token of a link to set a new password.
pub fn reset_from_command_line(tx: &mut Tx, email: &str) -> Result<String> {
    let id = known(tx, email)?;
    if !store::find(tx, id)?.is_enabled() {
        return Err(Error::Internal(format!("{email} is disabled: run `staff enable {email}` first")));
    }
    store::end_sessions(tx, id)?;
    audit::record_as(tx, "command line", "staff.password_reset", None, &json!({ "staff": id }))?;
    link(tx, Some(id))
}

fn known(tx: &mut Tx, email: &str) -> Result<StaffId> {
    match store::by_email(tx, &sign_in_name(email)) {
        Ok(member) => Ok(member.id),
        Err(Error::NotFound) => Err(Error::Internal(format!("nobody here has the e-mail {email}"))),
        Err(other) => Err(other),
    }
}

/// Who, what, to whom.
fn changed(tx: &mut Tx, by: &Operator, id: StaffId, event: &str) -> Result<()> {
    audit::record_with(tx, by, event, None, &json!({ "staff": id }))?;
    tx.publish(Topic::Staff(id));
    Ok(())
}

fn insert(tx: &mut Tx, new: &NewStaff, hash: Option<&str>) -> Result<StaffId> {
    if store::email_taken(tx, &new.email)? {
        return Err(Error::refused("staff-email-taken"));
    }
    store::insert(tx, new, hash)
}

/// Somebody must be left who can let others in.
fn require_another_admin(tx: &mut Tx, member: &StaffMember) -> Result<()> {
    let is_needed = member.role == Role::Admin && member.is_enabled();
    if !is_needed {
        return Ok(());
    }
    // Two who disable each other at the same moment: the second waits here, and finds itself alone.
    dialect::hold_words(tx, [ADMINS.to_owned()])?;
    if store::another_admin(tx, member.id)? { Ok(()) } else { Err(Error::refused("staff-last-admin")) }
}

fn spend(tx: &mut Tx, token: &str) -> Result<()> {
    let link = store::find_link(tx, token)?.ok_or(Error::NotFound)?;
    store::use_link(tx, link.id, UtcTime::now())
}

fn link(tx: &mut Tx, id: Option<StaffId>) -> Result<String> {
    let (token, now) = (random_token(), UtcTime::now());
    store::insert_link(tx, id, &token, now, now.plus(LINK))?;
    Ok(token)
}
