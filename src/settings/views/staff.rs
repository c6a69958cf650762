//! Staff: the list, one person, a new one, one who goes, a one-time link.

use std::collections::HashMap;

use askama::Template;

use super::section_is_region;
use crate::auth::Role;
use crate::auth::sessions::OpenSession;
use crate::channels::Channel;
use crate::conversations::Holdings;
use crate::db::types::{StaffId, UtcTime};
use crate::staff::StaffMember;
use crate::web::forms::Errors;
use crate::web::shell::Shell;

/// `/settings/staff`.
#[derive(Template)]
#[template(path = "settings/staff.html", blocks = ["section"])]
pub struct StaffPage {
    pub sh: Shell,
    pub all: Vec<StaffMember>,
    pub last_seen: HashMap<StaffId, UtcTime>,
}

/// `/settings/staff/new`.
#[derive(Template)]
#[template(path = "settings/staff_new.html", blocks = ["section"])]
pub struct NewStaffPage {
    pub sh: Shell,
    pub email: String,
    pub name: String,
    pub role: Role,
    pub token: String,
    pub errors: Errors,
}

/// `/settings/staff/{id}`.
#[derive(Template)]
#[template(path = "settings/staff_member.html", blocks = ["section"])]
pub struct StaffMemberPage {
    pub sh: Shell,
    pub member: StaffMember,
    pub name: String,
    pub email: String,
    pub role: Role,
    pub errors: Errors,
    /// What somebody who is disabled still has.
    pub left: Option<Holdings>,
    /// That is on its way to whoever takes over.
    pub is_handing_over: bool,
    pub sessions: Vec<OpenSession>,
    /// All that there are, and whether each is chosen for this person.
    pub channels: Vec<(bool, Channel)>,
}

/// `/settings/staff/{id}/disable`: who takes over what somebody has.
#[derive(Template)]
#[template(path = "settings/staff_departure.html", blocks = ["section"])]
pub struct DeparturePage {
    pub sh: Shell,
    pub member: StaffMember,
    pub held: Holdings,
    /// Whoever may take over.
    pub colleagues: Vec<StaffMember>,
    /// What was chosen.
    pub to: String,
    pub errors: Errors,
}

/// The one time that a link is shown.
#[derive(Template)]
#[template(path = "settings/staff_link.html", blocks = ["section"])]
pub struct StaffLinkPage {
    pub sh: Shell,
    pub id: StaffId,
    pub name: String,
    pub link: String,
}

impl StaffPage {
    fn total(&self) -> i64 {
        i64::try_from(self.all.len()).unwrap_or(i64::MAX)
    }
}

impl DeparturePage {
    fn url(&self) -> String {
        format!("/settings/staff/{}", self.member.id)
    }

    /// The message id of the button.
    fn deed(&self) -> &'static str {
        if self.member.is_enabled() { "staff-disable" } else { "staff-hand-over" }
    }
}

impl StaffMemberPage {
    fn sessions_base(&self) -> String {
        format!("/settings/staff/{}/sessions", self.member.id)
    }
}

section_is_region!(StaffPage, NewStaffPage, StaffMemberPage, DeparturePage, StaffLinkPage);
