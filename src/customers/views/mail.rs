//! Write to E-mail.

use askama::Template;

use crate::mails::Typed;
use crate::tags::TagPath;
use crate::web::forms::Errors;
use crate::web::page::Regions;
use crate::web::shell::Shell;

/// `/mails/new`.
#[derive(Template)]
#[template(path = "mails/new.html", blocks = ["mail_form"])]
pub struct NewMailPage {
    pub sh: Shell,
    /// Addresses that mails can be sent from.
    pub senders: Vec<String>,
    pub email: String,
    /// The name of somebody new.
    pub newcomer: String,
    pub typed: Typed,
    pub body: String,
    /// Tags of which one has to be chosen.
    pub needed_tags: Vec<TagPath>,
    pub tag: String,
    pub token: String,
    pub errors: Errors,
}

impl NewMailPage {
    pub fn new(sh: Shell, senders: Vec<String>) -> Self {
        Self {
            sh,
            senders,
            email: String::new(),
            newcomer: String::new(),
            typed: Typed::default(),
            body: String::new(),
            needed_tags: vec![],
            tag: String::new(),
            token: String::new(),
            errors: Errors::default(),
        }
    }
}

impl Regions for NewMailPage {
    fn region(&self, id: &str) -> Option<askama::Result<String>> {
        (id == "mail_form").then(|| self.as_mail_form().render())
    }
}
