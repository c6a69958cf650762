//! One's own profile: name, language, theme, password, sessions.

use actix_session::Session;
use actix_web::HttpResponse;
use actix_web::web::{Data, Form, Path};
use serde::Deserialize;

use crate::auth::sessions::{self, mark_of};
use crate::auth::throttle::Throttle;
use crate::auth::{Operator, Theme, passwords};
use crate::config::Config;
use crate::db::Db;
use crate::error::{Error, Result, Said};
use crate::settings::views::profile::ProfilePage;
use crate::staff;
use crate::web::forms::Errors;
use crate::web::i18n::Lang;
use crate::web::page::Hx;
use crate::web::shell::Shell;

const HERE: &str = "/settings/profile";

/// `GET /settings/profile`.
pub async fn page(
    by: Operator,
    sh: Shell,
    hx: Hx,
    db: Data<Db>,
    config: Data<Config>,
    session: Session,
) -> Result<HttpResponse> {
    hx.page(&load(&by, sh, &db, &config, &session).await?)
}

async fn load(by: &Operator, sh: Shell, db: &Db, config: &Config, session: &Session) -> Result<ProfilePage> {
    let (id, idle, mark) = (by.id(), config.session_idle, mark_of(session));
    let (member, sessions) =
        db.read(move |conn| Ok((staff::find(conn, id)?, sessions::open_of(conn, id, idle, &mark)?))).await?;
    Ok(ProfilePage {
        name: member.name,
        language: member.language.as_deref().and_then(Lang::parse),
        theme: sh.theme,
        errors: Errors::default(),
        password_errors: Errors::default(),
        sessions,
        sh,
    })
}

#[derive(Deserialize, Default)]
#[serde(default)]
pub struct ProfileForm {
    name: String,
    language: String,
    theme: String,
}

/// `POST /settings/profile`.
pub async fn save(
    by: Operator,
    sh: Shell,
    hx: Hx,
    db: Data<Db>,
    config: Data<Config>,
    session: Session,
    form: Form<ProfileForm>,
) -> Result<HttpResponse> {
    let mut errors = Errors::default();
    let name = errors.line("name", &form.name, "staff-name-missing");
    let (language, theme) = (Lang::parse(&form.language), Theme::parse(&form.theme).unwrap_or(Theme::Auto));
    if !errors.is_empty() {
        let page = load(&by, sh, &db, &config, &session).await?;
        return hx.invalid(&ProfilePage { name: form.name.clone(), language, theme, errors, ..page });
    }
    db.write(move |tx| staff::save_profile(tx, &by, &name, language, theme)).await?;
    hx.done("toast-saved", HERE)
}

#[derive(Deserialize, Default)]
#[serde(default)]
pub struct PasswordForm {
    old: String,
    password: String,
    again: String,
}

/// `POST /settings/profile/password`. Tries count as tries to sign in: an open session is no place to guess from.
#[expect(clippy::too_many_arguments, reason = "each is a part of the request")]
pub async fn change_password(
    by: Operator,
    sh: Shell,
    hx: Hx,
    db: Data<Db>,
    config: Data<Config>,
    throttle: Data<Throttle>,
    session: Session,
    form: Form<PasswordForm>,
) -> Result<HttpResponse> {
    let form = form.into_inner();
    let mut errors = Errors::default();
    let password = staff::new_password(&mut errors, &form.password, &form.again);
    if form.old.is_empty() {
        errors.add("old", "password-old-missing");
    }
    if errors.is_empty() {
        if let Err(Error::TooMany(seconds)) = throttle.password(by.id()) {
            errors.add("old", Said::from("login-throttled").with("seconds", seconds));
        } else if !is_right(&db, &by, form.old).await? {
            errors.add("old", "password-old-wrong");
        }
    }
    if !errors.is_empty() {
        let page = load(&by, sh, &db, &config, &session).await?;
        return hx.invalid(&ProfilePage { password_errors: errors, ..page });
    }
    let (hash, mark, me, lang) = (passwords::hash_later(password).await?, mark_of(&session), by.clone(), sh.lang);
    db.write(move |tx| staff::change_own_password(tx, &me, &hash, &mark)).await?;
    let fresh = load(&by, sh, &db, &config, &session);
    hx.updated(lang, "toast-password-changed", HERE, fresh).await
}

async fn is_right(db: &Db, by: &Operator, typed: String) -> Result<bool> {
    let id = by.id();
    let stored = db.read(move |conn| staff::password_hash(conn, id)).await?;
    passwords::verify_later(typed, stored).await
}

/// `POST /settings/profile/sessions/{id}/end`.
pub async fn end_session(
    by: Operator,
    sh: Shell,
    hx: Hx,
    db: Data<Db>,
    config: Data<Config>,
    session: Session,
    id: Path<i64>,
) -> Result<HttpResponse> {
    let (id, me) = (id.into_inner(), by.clone());
    db.write(move |tx| staff::end_own_session(tx, &me, id)).await?;
    hx.updated(sh.lang, "toast-session-ended", HERE, load(&by, sh, &db, &config, &session)).await
}

/// `POST /settings/profile/sessions/end-others`.
pub async fn end_others(
    by: Operator,
    sh: Shell,
    hx: Hx,
    db: Data<Db>,
    config: Data<Config>,
    session: Session,
) -> Result<HttpResponse> {
    let (mark, me) = (mark_of(&session), by.clone());
    db.write(move |tx| staff::end_other_sessions(tx, &me, &mark)).await?;
    hx.updated(sh.lang, "toast-sessions-ended", HERE, load(&by, sh, &db, &config, &session)).await
}
