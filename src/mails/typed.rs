//! What staff type to make a message a mail.

use crate::channels::email::MailSettings;
use crate::channels::email::address;
use crate::channels::{self, Channel, ChannelKind};
use crate::error::Said;
use crate::web::forms::{Errors, is_email};

/// The most blind copies of one mail.
const BCC: usize = 50;

/// What was typed.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Typed {
    pub sender: String,
    pub subject: String,
    pub bcc: String,
}

/// Whether an offered sender is the one that was typed.
pub fn is_chosen(sender: impl AsRef<str>, typed: impl AsRef<str>) -> bool {
    sender.as_ref() == typed.as_ref()
}

/// The addresses that mails can be sent from now, each with its channel: only those that admins connected.
pub fn senders(channels: &[Channel]) -> Vec<(String, Channel)> {
    let mails = channels.iter().filter(|channel| channel.kind == ChannelKind::Email && channel.enabled);
    mails
        .flat_map(|channel| {
            let all = MailSettings::from_json(&channel.settings).senders;
            all.into_iter().map(|sender| (sender, channel.clone()))
        })
        .collect()
}

impl Typed {
    /// Whether something was written that only a mail can carry. A sender may be chosen in advance.
    pub fn is_more_than_a_sender(&self) -> bool {
        !self.subject.trim().is_empty() || !self.bcc.trim().is_empty()
    }

    /// Checked: a sender that is offered, a subject unless it may be left to the chain, addresses that are some.
    pub fn parse(&self, errors: &mut Errors, offered: &[(String, Channel)], needs_subject: bool) -> channels::Mail {
        let from = match offered {
            [(only, _)] if self.sender.is_empty() => only.clone(),
            _ => self.sender.trim().to_owned(),
        };
        if !offered.iter().any(|(sender, _)| *sender == from) {
            errors.add("sender", "mail-sender-missing");
        }
        let subject = if needs_subject {
            errors.line("subject", &self.subject, "mail-subject-missing")
        } else {
            errors.optional_line("subject", &self.subject)
        };
        let mut bcc: Vec<String> = vec![];
        let typed = self.bcc.split([',', ';', ' ', '\n', '\r', '\t']).map(str::trim).filter(|typed| !typed.is_empty());
        for one in typed {
            match address::normal(one).filter(|address| is_email(address)) {
                Some(address) if !bcc.contains(&address) => bcc.push(address),
                Some(_) => {}
                None => errors.add("bcc", Said::from("mail-bcc-wrong").with("address", one)),
            }
        }
        if bcc.len() > BCC {
            errors.add("bcc", Said::from("mail-bcc-many").with("limit", BCC));
        }
        channels::Mail { from, subject, bcc, ..channels::Mail::default() }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::db::types::{ChannelId, UtcTime};

    fn parsed(typed: &Typed, needs_subject: bool) -> (channels::Mail, Errors) {
        let senders = vec!["support@shop.test".into(), "sales@shop.test".into()];
        let channel = Channel {
            id: ChannelId(1),
            kind: ChannelKind::Email,
            name: "Mail".into(),
            public_key: "key".into(),
            enabled: true,
            secret: None,
            settings: MailSettings { senders, ..MailSettings::default() }.to_json().unwrap(),
            last_success_at: None,
            last_error_at: None,
            last_error: None,
            created_at: UtcTime::now(),
        };
        let mut errors = Errors::default();
        let mail = typed.parse(&mut errors, &super::senders(&[channel]), needs_subject);
        (mail, errors)
    }

    /// SEND-42, SEND-43, SEND-45: only connected senders, a subject, one or several blind copies.
    #[test]
    fn what_is_typed_is_checked() {
        let typed = Typed {
            sender: "sales@shop.test".into(),
            subject: "Hello".into(),
            bcc: "a@b.test, C@D.test;a@b.test".into(),
        };
        let (mail, errors) = parsed(&typed, true);
        assert!(errors.is_empty());
        assert_eq!((mail.from.as_str(), mail.bcc), ("sales@shop.test", vec!["a@b.test".into(), "c@d.test".into()]));
        for (wrong, field) in [
            (Typed { sender: "boss@shop.test".into(), ..typed.clone() }, "sender"),
            (Typed { sender: String::new(), ..typed.clone() }, "sender"),
            (Typed { subject: " ".into(), ..typed.clone() }, "subject"),
            (Typed { bcc: "a@b.test, nobody".into(), ..typed.clone() }, "bcc"),
            (Typed { bcc: (0..60).map(|n| format!("a{n}@b.test ")).collect(), ..typed.clone() }, "bcc"),
        ] {
            assert!(parsed(&wrong, true).1.has(field), "{wrong:?}");
        }
        assert!(parsed(&Typed { subject: String::new(), ..typed }, false).1.is_empty());
    }
}
