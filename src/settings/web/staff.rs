//! Staff, for admins.

use actix_session::Session;
use actix_web::web::{Data, Form, Path};
use actix_web::{HttpRequest, HttpResponse};
use serde::Deserialize;

use crate::auth::sessions::{self, mark_of};
use crate::auth::{Admin, Role};
use crate::channels;
use crate::config::Config;
use crate::conversations::{self, Holdings};
use crate::db::Db;
use crate::db::types::{ChannelId, StaffId};
use crate::error::{Error, Result};
use crate::settings::views::staff::{NewStaffPage, StaffLinkPage, StaffMemberPage, StaffPage};
use crate::staff::{self, EditedStaff, NewStaff};
use crate::web::address::base_url;
use crate::web::forms::{self, Errors};
use crate::web::page::Hx;
use crate::web::shell::Shell;

const HERE: &str = "/settings/staff";

fn url_of(id: StaffId) -> String {
    format!("{HERE}/{id}")
}

/// `GET /settings/staff`.
pub async fn list(_: Admin, sh: Shell, hx: Hx, db: Data<Db>) -> Result<HttpResponse> {
    let (all, last_seen) = db.read(|conn| Ok((staff::list(conn)?, staff::last_seen(conn)?))).await?;
    hx.page(&StaffPage { sh, all, last_seen })
}

/// `GET /settings/staff/new`.
pub async fn new(_: Admin, sh: Shell, hx: Hx) -> Result<HttpResponse> {
    hx.page(&NewStaffPage {
        sh,
        email: String::new(),
        name: String::new(),
        role: Role::Operator,
        token: forms::new_token(),
        errors: Errors::default(),
    })
}

#[derive(Deserialize, Default)]
#[serde(default)]
pub struct StaffForm {
    email: String,
    name: String,
    role: String,
    form_token: String,
}

/// `POST /settings/staff`. Shows the one-time link; the same form sent again leads to the list.
pub async fn add(
    by: Admin,
    req: HttpRequest,
    sh: Shell,
    hx: Hx,
    db: Data<Db>,
    form: Form<StaffForm>,
) -> Result<HttpResponse> {
    let form = form.into_inner();
    let (role, token) = (Role::parse(&form.role), form.form_token.clone());
    let again = |sh, errors| {
        let (email, name, token) = (form.email.clone(), form.name.clone(), form.form_token.clone());
        hx.invalid(&NewStaffPage { sh, email, name, role: role.unwrap_or(Role::Operator), token, errors })
    };
    let Some(known_role) = role else { return again(sh, Errors::one("role", "staff-role-missing")) };
    let new = match NewStaff::parse(&form.email, &form.name, known_role) {
        Ok(new) => new,
        Err(errors) => return again(sh, errors),
    };
    let name = new.name.clone();
    let added = db
        .write(move |tx| if forms::spend(tx, &token)? { staff::add(tx, &by, &new).map(Some) } else { Ok(None) })
        .await;
    match added {
        Ok(Some(added)) => {
            let link = format!("{}/welcome/{}", base_url(&req), added.token);
            hx.page(&StaffLinkPage { sh, id: added.id, name, link })
        }
        Ok(None) => hx.done("toast-saved", HERE),
        Err(Error::Refused(said)) => again(sh, Errors::one("email", said)),
        Err(other) => Err(other),
    }
}

/// `GET /settings/staff/{id}`.
pub async fn member(
    _: Admin,
    sh: Shell,
    hx: Hx,
    db: Data<Db>,
    config: Data<Config>,
    session: Session,
    id: Path<StaffId>,
) -> Result<HttpResponse> {
    hx.page(&load(sh, &db, &config, &session, id.into_inner()).await?)
}

pub(super) async fn load(
    sh: Shell,
    db: &Db,
    config: &Config,
    session: &Session,
    id: StaffId,
) -> Result<StaffMemberPage> {
    let (idle, mark) = (config.session_idle, mark_of(session));
    let (member, sessions, all, chosen, (left, is_handing_over)) = db
        .read(move |conn| {
            let (member, sessions) = (staff::find(conn, id)?, sessions::open_of(conn, id, idle, &mark)?);
            let left = match member.is_enabled() {
                true => (None, false),
                false => (Some(Holdings::of(conn, id)?), conversations::is_handing_over(conn, id)?),
            };
            Ok((member, sessions, channels::list(conn)?, staff::channels_of(conn, id)?, left))
        })
        .await?;
    Ok(StaffMemberPage {
        sh,
        name: member.name.clone(),
        email: member.email.clone(),
        role: member.role,
        member,
        errors: Errors::default(),
        left: left.filter(|left| !left.is_empty()),
        is_handing_over,
        sessions,
        channels: all.into_iter().map(|one| (chosen.contains(&one.id), one)).collect(),
    })
}

/// `POST /settings/staff/{id}`.
#[expect(clippy::too_many_arguments, reason = "each is a part of the request")]
pub async fn edit(
    by: Admin,
    sh: Shell,
    hx: Hx,
    db: Data<Db>,
    config: Data<Config>,
    session: Session,
    id: Path<StaffId>,
    form: Form<StaffForm>,
) -> Result<HttpResponse> {
    let (id, form) = (id.into_inner(), form.into_inner());
    let page = load(sh.clone(), &db, &config, &session, id).await?;
    // One's own role is shown, not sent; an older page sends no e-mail.
    let role = if form.role.is_empty() { Some(page.member.role) } else { Role::parse(&form.role) };
    let email = if form.email.is_empty() { &page.member.email } else { &form.email };
    let parsed = match role {
        None => Err(Errors::one("role", "staff-role-missing")),
        Some(role) => EditedStaff::parse(email, &form.name, role),
    };
    let errors = match parsed {
        Err(errors) => errors,
        Ok(edited) => match db.write(move |tx| staff::edit(tx, &by, id, &edited)).await {
            Ok(()) => return hx.updated(sh.lang, "toast-saved", HERE, load(sh, &db, &config, &session, id)).await,
            Err(Error::Refused(said)) if said.key == "staff-email-taken" => Errors::one("email", said),
            Err(Error::Refused(said)) => Errors::one("role", said),
            Err(other) => return Err(other),
        },
    };
    let role = role.unwrap_or(page.member.role);
    hx.invalid(&StaffMemberPage { name: form.name, email: form.email, role, errors, ..page })
}

/// `POST /settings/staff/{id}/channels`: whose new conversations they are given.
#[expect(clippy::too_many_arguments, reason = "each is a part of the request")]
pub async fn choose_channels(
    by: Admin,
    sh: Shell,
    hx: Hx,
    db: Data<Db>,
    config: Data<Config>,
    session: Session,
    id: Path<StaffId>,
    form: Form<Vec<(String, String)>>,
) -> Result<HttpResponse> {
    let id = id.into_inner();
    let sent = form.iter().filter(|(name, value)| name == "channel" && !value.is_empty());
    // What is no number names no channel.
    let chosen: Vec<ChannelId> = sent.map(|(_, value)| ChannelId(value.parse().unwrap_or_default())).collect();
    match db.write(move |tx| staff::choose_channels(tx, &by, id, &chosen)).await {
        Ok(()) => hx.updated(sh.lang, "toast-saved", &url_of(id), load(sh, &db, &config, &session, id)).await,
        Err(Error::Refused(said)) => {
            let page = load(sh, &db, &config, &session, id).await?;
            hx.invalid(&StaffMemberPage { errors: Errors::one("channel", said), ..page })
        }
        Err(other) => Err(other),
    }
}

/// `POST /settings/staff/{id}/enable`.
pub async fn enable(
    by: Admin,
    sh: Shell,
    hx: Hx,
    db: Data<Db>,
    config: Data<Config>,
    session: Session,
    id: Path<StaffId>,
) -> Result<HttpResponse> {
    let id = id.into_inner();
    db.write(move |tx| staff::enable(tx, &by, id)).await?;
    hx.updated(sh.lang, "toast-staff-enabled", &url_of(id), load(sh, &db, &config, &session, id)).await
}

/// `POST /settings/staff/{id}/reset`: a link to set a new password, shown once.
pub async fn reset(
    by: Admin,
    req: HttpRequest,
    sh: Shell,
    hx: Hx,
    db: Data<Db>,
    id: Path<StaffId>,
) -> Result<HttpResponse> {
    let id = id.into_inner();
    let (token, name) = db
        .write(move |tx| {
            let token = staff::reset(tx, &by, id)?;
            Ok((token, staff::find(tx, id)?.name))
        })
        .await?;
    hx.page(&StaffLinkPage { sh, id, name, link: format!("{}/welcome/{token}", base_url(&req)) })
}

/// `POST /settings/staff/{id}/sessions/{session}/end`.
pub async fn end_session(
    by: Admin,
    sh: Shell,
    hx: Hx,
    db: Data<Db>,
    config: Data<Config>,
    session: Session,
    path: Path<(StaffId, i64)>,
) -> Result<HttpResponse> {
    let (id, ended) = path.into_inner();
    db.write(move |tx| staff::end_session_of(tx, &by, id, ended)).await?;
    hx.updated(sh.lang, "toast-session-ended", &url_of(id), load(sh, &db, &config, &session, id)).await
}
