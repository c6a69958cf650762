//! Pages of signing in.

use askama::Template;

use crate::web::forms::Errors;
use crate::web::page::Regions;
use crate::web::shell::Bare;

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
}

impl Regions for LoginPage {
    fn region(&self, id: &str) -> Option<askama::Result<String>> {
        (id == "login_form").then(|| self.as_login_form().render())
    }
}
