//! One's own profile.

use askama::Template;

use super::section_is_region;
use crate::auth::Theme;
use crate::auth::sessions::OpenSession;
use crate::web::forms::Errors;
use crate::web::i18n::Lang;
use crate::web::shell::Shell;

/// `/settings/profile`.
#[derive(Template)]
#[template(path = "settings/profile.html", blocks = ["section"])]
pub struct ProfilePage {
    pub sh: Shell,
    pub name: String,
    pub language: Option<Lang>,
    pub theme: Theme,
    pub errors: Errors,
    pub password_errors: Errors,
    pub sessions: Vec<OpenSession>,
}

impl ProfilePage {
    fn sessions_base(&self) -> &'static str {
        "/settings/profile/sessions"
    }
}

section_is_region!(ProfilePage);
