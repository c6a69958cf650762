//! `/welcome/{token}`.

use askama::Template;

use crate::staff::Invitation;
use crate::web::forms::Errors;
use crate::web::page::Regions;
use crate::web::shell::Bare;

#[derive(Template)]
#[template(path = "welcome/welcome.html")]
pub struct WelcomePage {
    pub bare: Bare,
    pub token: String,
    pub invitation: Invitation,
    pub email: String,
    pub name: String,
    pub errors: Errors,
}

impl Regions for WelcomePage {}
