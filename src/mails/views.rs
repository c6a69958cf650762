//! A mail as pages show it.

use askama::Template;

use super::model::Mail;
use crate::channels::email::address::Person;
use crate::web::page::Regions;
use crate::web::shell::Shell;

/// What stands around the words of a message that was a mail.
#[derive(Clone, Debug)]
pub struct MailHead {
    pub subject: String,
    pub from: String,
    pub to: String,
    pub cc: String,
    /// For staff only.
    pub bcc: String,
    pub quoted: String,
    pub is_cut: bool,
    pub has_look: bool,
    pub has_original: bool,
}

impl From<&Mail> for MailHead {
    fn from(mail: &Mail) -> Self {
        let all = |people: &[Person]| people.iter().map(Person::shown).collect::<Vec<_>>().join(", ");
        Self {
            subject: mail.subject.clone(),
            from: mail.sender.shown(),
            to: all(&mail.recipients),
            cc: all(&mail.copies),
            bcc: mail.bcc.join(", "),
            quoted: mail.quoted.clone(),
            is_cut: mail.is_cut,
            has_look: mail.html.is_some(),
            has_original: mail.original.is_some(),
        }
    }
}

/// `/mails/{message}`: the look that its sender gave it.
#[derive(Template)]
#[template(path = "mails/page.html")]
pub struct MailPage {
    pub sh: Shell,
    pub mail: Mail,
    pub head: MailHead,
    /// Pictures from elsewhere wait to be asked for.
    pub has_remote: bool,
    /// They were asked for.
    pub shows_remote: bool,
}

impl Regions for MailPage {}
