//! The sign-in page. To whoever sent a form without scripts after their session had ended it shows what they wrote, and keeps
//! it: signed in once more, they can send it.
//!
//! The words travel with the page, sealed, and are stored nowhere. They are given back to the person who was signed in last
//! in that browser, and to nobody else.

use actix_web::HttpRequest;
use actix_web::cookie::{Cookie, SameSite};
use actix_web::web::Data;
use askama::Template;
use serde::{Deserialize, Serialize};

use super::again::Again;
use super::forms::Errors;
use super::page::Regions;
use super::shell::{Bare, Shell};
use crate::db::types::StaffId;
use crate::secrets::Secrets;

/// Names who was signed in last in a browser, signed.
const LAST: &str = "switchboard_last";
/// The longest form that a sign-in page carries, in characters, sealed: the form that brings it back has its limit.
const LONGEST: usize = 200 * 1024;

/// `/login`.
#[derive(Template)]
#[template(path = "auth/login.html", blocks = ["login_form"])]
pub struct LoginPage {
    pub bare: Bare,
    /// Whose desk this is; may be empty.
    pub business: String,
    pub email: String,
    pub next: String,
    pub errors: Errors,
    /// What was written when the session had ended.
    pub words: Option<Words>,
}

impl Regions for LoginPage {
    fn region(&self, id: &str) -> Option<askama::Result<String>> {
        (id == "login_form").then(|| self.as_login_form().render())
    }
}

/// What was written, for whoever has signed in again.
#[derive(Template)]
#[template(path = "auth/again.html")]
pub struct AgainPage {
    pub sh: Shell,
    pub again: Again,
    /// The page on which it was written.
    pub next: String,
}

impl Regions for AgainPage {}

/// A form that met the end of its session.
pub struct Words {
    pub again: Again,
    /// The same for the page after signing in; empty: nobody knows whose it is.
    pub sealed: String,
}

#[derive(Serialize, Deserialize)]
struct Sealed {
    of: i64,
    form: Again,
}

impl Words {
    /// Of a form with anything that a person has written. `of`: who was signed in last in its browser.
    pub fn of(form: Again, of: Option<(StaffId, Secrets)>) -> Option<Words> {
        form.fields.iter().any(|field| field.is_prose()).then_some(())?;
        let Some((id, secrets)) = of else { return Some(Words { again: form, sealed: String::new() }) };
        let whole = Sealed { of: id.0, form };
        let sealed = serde_json::to_string(&whole).ok().and_then(|json| secrets.seal(&json).ok());
        let sealed = sealed.filter(|sealed| sealed.len() <= LONGEST).unwrap_or_default();
        Some(Words { again: whole.form, sealed })
    }

    /// What to do with them.
    fn said(&self) -> &'static str {
        if self.sealed.is_empty() { "words-copy" } else { "words-kept" }
    }

    /// As the sign-in page has sent them, with whose they are.
    pub fn open(secrets: &Secrets, sealed: &str) -> Option<(StaffId, Words)> {
        let whole: Sealed = serde_json::from_str(&secrets.open(sealed).ok()?).ok()?;
        Some((StaffId(whole.of), Words { again: whole.form, sealed: sealed.to_owned() }))
    }
}

/// Leaves with a browser who has signed in.
pub fn remember(secrets: &Secrets, id: StaffId) -> Cookie<'static> {
    let signed = secrets.sign(LAST, &id.to_string());
    Cookie::build(LAST, signed).path("/").http_only(true).same_site(SameSite::Lax).finish()
}

/// Takes that back: whoever signs out leaves nothing.
pub fn forget() -> Cookie<'static> {
    let mut cookie = Cookie::build(LAST, "").path("/").http_only(true).same_site(SameSite::Lax).finish();
    cookie.make_removal();
    cookie
}

/// Who was signed in last in this browser, with what their words are sealed with.
pub fn last(req: &HttpRequest) -> Option<(StaffId, Secrets)> {
    let secrets = req.app_data::<Data<Secrets>>()?.as_ref().clone();
    let id = secrets.verify(LAST, req.cookie(LAST)?.value())?.parse().ok()?;
    Some((id, secrets))
}
