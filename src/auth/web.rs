//! Signing in and out, presence status, theme and language.

use actix_session::Session;
use actix_web::http::StatusCode;
use actix_web::http::header;
use actix_web::web::{Data, Form, Query};
use actix_web::{HttpRequest, HttpResponse};
use serde::Deserialize;
use serde_json::json;

use super::sessions::{KEY_IP, KEY_MARK, KEY_STAFF, KEY_USER_AGENT};
use super::throttle::Throttle;
use super::{Operator, Presence, Theme, Visit, passwords, store};
use crate::audit;
use crate::config::Config;
use crate::conversations;
use crate::db::types::{StaffId, UtcTime};
use crate::db::{Db, Tx};
use crate::error::{Error, Result};
use crate::realtime::Topic;
use crate::secrets::{Secrets, random_token};
use crate::settings;
use crate::staff;
use crate::web::address::{client_ip, own_path, referring_path};
use crate::web::forms::Errors;
use crate::web::i18n::Lang;
use crate::web::page::{Hx, ascii_json, html_response};
use crate::web::shell::{self, Bare, Shell};
use crate::web::sign_in::{self, AgainPage, LoginPage, Words};
use crate::{error::Said, text};

#[derive(Deserialize)]
pub struct Next {
    #[serde(default)]
    next: String,
}

#[derive(Deserialize)]
pub struct LoginForm {
    #[serde(default)]
    email: String,
    #[serde(default)]
    password: String,
    #[serde(default)]
    next: String,
    /// What was written when the session had ended, sealed.
    #[serde(default)]
    words: String,
}

/// `GET /login`. Whoever is signed in goes on.
pub async fn login_page(req: HttpRequest, hx: Hx, db: Data<Db>, query: Query<Next>) -> Result<HttpResponse> {
    if Visit::of(&req).await.is_ok() {
        return Ok(see_other(own_path(&query.next)));
    }
    hx.page(&LoginPage {
        bare: Bare::of(&req),
        business: db.read(settings::business_name).await?,
        email: String::new(),
        next: query.into_inner().next,
        errors: Errors::default(),
        words: None,
    })
}

/// `POST /login`.
pub async fn login(
    req: HttpRequest,
    hx: Hx,
    db: Data<Db>,
    secrets: Data<Secrets>,
    throttle: Data<Throttle>,
    session: Session,
    form: Form<LoginForm>,
) -> Result<HttpResponse> {
    let form = form.into_inner();
    let email = staff::sign_in_name(&form.email);
    let business = db.read(settings::business_name).await?;
    let again = |status, errors| {
        hx.with_status(
            status,
            &LoginPage {
                bare: Bare::of(&req),
                business: business.clone(),
                email: form.email.clone(),
                next: form.next.clone(),
                errors,
                words: Words::open(&secrets, &form.words).map(|(_, words)| words),
            },
        )
    };
    let mut errors = Errors::default();
    if email.is_empty() {
        errors.add("email", "login-email-missing");
    }
    if form.password.is_empty() {
        errors.add("password", "login-password-missing");
    }
    if !errors.is_empty() {
        return again(StatusCode::UNPROCESSABLE_ENTITY, errors);
    }
    if let Err(Error::TooMany(seconds)) = throttle.sign_in(&email, client_ip(&req)) {
        let said = Said::from("login-throttled").with("seconds", seconds);
        let mut answer = again(StatusCode::TOO_MANY_REQUESTS, Errors::one("", said))?;
        answer.headers_mut().insert(header::RETRY_AFTER, header::HeaderValue::from(seconds));
        return Ok(answer);
    }
    match check(&db, email.clone(), form.password.clone()).await? {
        None => {
            tracing::warn!(%email, address = %client_ip(&req), "a sign-in was refused");
            again(StatusCode::UNPROCESSABLE_ENTITY, Errors::one("", "login-wrong"))
        }
        Some(id) => {
            let address = client_ip(&req).to_string();
            db.write(move |tx| arrive(tx, id, &email, &address)).await?;
            // Afterwards: nobody is signed in without an entry that says so.
            begin(&req, &session, id)?;
            let mut answer = match Words::open(&secrets, &form.words) {
                Some((of, Words { again, .. })) if of == id => {
                    let (sh, next) = (Shell::of(&req, &*Visit::of(&req).await?), own_path(&form.next).to_owned());
                    hx.page(&AgainPage { sh, again, next })?
                }
                _ => see_other(own_path(&form.next)),
            };
            answer.add_cookie(&sign_in::remember(&secrets, id)).map_err(|e| Error::Internal(e.to_string()))?;
            Ok(answer)
        }
    }
}

/// The staff member with this e-mail and password, if the account is enabled.
async fn check(db: &Db, email: String, password: String) -> Result<Option<StaffId>> {
    let found = db.read(move |conn| Ok(store::credentials(conn, &email)?)).await?;
    let stored = found.as_ref().and_then(|(_, hash, _)| hash.clone());
    let right = passwords::verify_later(password, stored).await?;
    Ok(found.filter(|(_, _, enabled)| right && *enabled).map(|(id, _, _)| id))
}

/// Somebody signs in from this address: they are there, are given what waits, and the log says so.
pub fn arrive(tx: &mut Tx, id: StaffId, email: &str, address: &str) -> Result<()> {
    store::arrive(tx, id)?;
    conversations::ask_distribution(tx)?;
    audit::record_of(tx, id, email, "signed_in", &json!({ "address": address }))
}

/// Starts the session of a person who has proved who they are.
pub fn begin(req: &HttpRequest, session: &Session, id: StaffId) -> Result<()> {
    // A new key: one that somebody planted before sign-in is worth nothing afterwards.
    session.renew();
    let agent = req.headers().get(header::USER_AGENT).and_then(|v| v.to_str().ok()).unwrap_or_default();
    let fill = |key, value: String| session.insert(key, value).map_err(|e| Error::Internal(e.to_string()));
    fill(KEY_IP, client_ip(req).to_string())?;
    fill(KEY_USER_AGENT, text::preview(agent, 300))?;
    fill(KEY_MARK, random_token())?;
    session.insert(KEY_STAFF, id.0).map_err(|e| Error::Internal(e.to_string()))
}

/// `POST /logout`.
pub async fn logout(by: Operator, db: Data<Db>, config: Data<Config>, session: Session) -> Result<HttpResponse> {
    let idle = config.session_idle;
    db.write(move |tx| {
        let now = UtcTime::now();
        // Another browser of theirs may still be at work.
        if store::open_sessions(tx, by.id(), now, now.plus(-idle))?.len() <= 1 {
            store::set_presence(tx, by.id(), Presence::Offline)?;
        }
        audit::record(tx, &by, "signed_out", None)
    })
    .await?;
    session.purge();
    Ok(HttpResponse::SeeOther()
        .insert_header((header::LOCATION, "/login"))
        .cookie(sign_in::forget())
        .insert_header(("Clear-Site-Data", "\"cache\""))
        .finish())
}

#[derive(Deserialize)]
pub struct PresenceForm {
    presence: Presence,
}

/// `POST /presence`.
pub async fn presence(
    by: Operator,
    mut sh: Shell,
    req: HttpRequest,
    hx: Hx,
    db: Data<Db>,
    form: Form<PresenceForm>,
) -> Result<HttpResponse> {
    let (id, presence) = (by.id(), form.presence);
    db.write(move |tx| {
        store::set_presence(tx, id, presence)?;
        store::note_seen(tx, id, UtcTime::now())?;
        tx.publish(Topic::Staff(id));
        conversations::ask_distribution(tx)
    })
    .await?;
    if !hx.is_htmx {
        return hx.done("toast-presence", referring_path(&req));
    }
    sh.me.presence = presence;
    let toast = serde_json::json!({ "toast": sh.t("toast-presence").as_ref() }).to_string();
    let mut answer = html_response(StatusCode::OK, shell::presence_region(sh)?);
    let toast = header::HeaderValue::from_str(&ascii_json(&toast)).map_err(|e| Error::Internal(e.to_string()))?;
    answer.headers_mut().insert(header::HeaderName::from_static("hx-trigger"), toast);
    Ok(answer)
}

#[derive(Deserialize)]
pub struct Preferences {
    theme: Option<Theme>,
    language: Option<Lang>,
}

/// `POST /preferences`.
pub async fn preferences(
    by: Operator,
    req: HttpRequest,
    hx: Hx,
    db: Data<Db>,
    form: Form<Preferences>,
) -> Result<HttpResponse> {
    let (id, theme, language) = (by.id(), form.theme, form.language.map(|l| l.as_str()));
    db.write(move |tx| Ok(store::set_preferences(tx, id, theme, language)?)).await?;
    let back = referring_path(&req).to_owned();
    if hx.is_htmx {
        // Language and theme are the frame's: the whole page comes anew.
        return Ok(HttpResponse::Ok().insert_header(("HX-Redirect", back)).finish());
    }
    Ok(see_other(&back))
}

fn see_other(to: &str) -> HttpResponse {
    HttpResponse::SeeOther().insert_header((header::LOCATION, to)).finish()
}
