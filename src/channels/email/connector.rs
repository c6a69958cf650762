//! E-mail as a kind of channel.

use std::time::Duration;

use async_trait::async_trait;
use bytes::Bytes;

use super::address::{self, Person};
use super::compose::{self, Letter};
use super::imap::{Folder, ImapWay};
use super::proof::Proof;
use super::receive::{self, Mailbox};
use super::settings::{Login, MailSettings};
use super::smtp::{self, SmtpWay};
use super::{form, tokens};
use crate::channels::inbound::Event;
use crate::channels::json::joined;
use crate::channels::{
    Abilities, ChannelKind, Checked, Connector, Failure, Field, FileLimits, Link, MB, Outbound, Pace, Polling, Problem,
    Receipt, Receives, Takes, Values, WritesFirst,
};

/// The connector of mailboxes.
pub struct Email;

static ABILITIES: Abilities = Abilities {
    text: 100_000,
    files: FileLimits { file: 25 * MB, total: 25 * MB, count: 20, takes: Takes::Anything },
    outbox: true,
    first: WritesFirst::Email,
    window: None,
    templates: None,
    mail: true,
    chains: true,
    idempotent: false,
    pace: Pace { channel: Duration::from_millis(200), recipient: Duration::from_secs(1) },
};

#[async_trait]
impl Connector for Email {
    fn kind(&self) -> ChannelKind {
        ChannelKind::Email
    }

    fn form(&self) -> &'static [Field] {
        form::FORM
    }

    fn check(&self, typed: &Values) -> Result<Checked, Vec<Problem>> {
        form::check(typed)
    }

    fn asked_again(&self, was: &str, now: &str) -> &'static [&'static str] {
        form::asked_again(&MailSettings::from_json(was), &MailSettings::from_json(now))
    }

    fn typed(&self, settings: &str) -> Values {
        form::typed(settings)
    }

    fn connect_hint(&self) -> &'static str {
        "channel-connect-email-hint"
    }

    fn abilities(&self) -> &'static Abilities {
        &ABILITIES
    }

    fn receives(&self, link: &Link) -> Receives {
        // A row that an import or a test has made may name no server yet.
        let settings: MailSettings = link.settings();
        if settings.imap.host.is_empty() { Receives::Elsewhere } else { Receives::Polling }
    }

    async fn test(&self, link: &Link) -> Result<String, Failure> {
        let settings: MailSettings = link.settings();
        let of = |server: &str, failure: Failure| Failure { words: format!("{server}: {}", failure.words), ..failure };
        let imap = imap_way(link, &settings).await?;
        let folder = Folder::open(&imap).await.map_err(|failure| of("IMAP", failure))?;
        folder.close().await;
        smtp::check(&smtp_way(link, &settings).await?).await.map_err(|failure| of("SMTP", failure))?;
        Ok(settings.first_sender().to_owned())
    }

    fn polling(&self, link: &Link) -> Option<Box<dyn Polling>> {
        Some(Box::new(Mailbox::new(link)))
    }

    fn read(&self, link: &Link, raw: &Bytes) -> Result<Vec<Event>, String> {
        receive::read(&link.settings(), raw)
    }

    async fn send(&self, link: &Link, out: &Outbound, _: usize) -> Result<Receipt, Failure> {
        let settings: MailSettings = link.settings();
        let letter = letter(&settings, out).await?;
        let message_id = letter.message_id.clone();
        // Files of 25 MB are encoded: not on a thread that others wait for.
        let composed = tokio::task::spawn_blocking(move || compose::compose(&letter)).await;
        let composed = composed.map_err(|e| Failure::permanent("mail", e.to_string()))??;
        smtp::send(&smtp_way(link, &settings).await?, &composed).await?;
        Ok(Receipt { provider_id: message_id, address: None })
    }
}

async fn letter(settings: &MailSettings, out: &Outbound) -> Result<Letter, Failure> {
    let mail = out.extra.mail.clone().unwrap_or_default();
    let from = if mail.from.is_empty() { settings.first_sender().to_owned() } else { mail.from };
    // A form may have been open while an admin took the address away.
    if !settings.senders.contains(&from) {
        return Err(Failure::permanent("sender", format!("{from} is not an address of this mailbox any more")));
    }
    let mut files = vec![];
    for file in &out.files {
        let bytes = file.content.bytes().await.map_err(|e| Failure::again("file", e.to_string()))?;
        files.push(compose::File { name: file.name.clone(), content_type: file.content_type.clone(), bytes });
    }
    Ok(Letter {
        message_id: address::message_id(&out.key, &from),
        from: Person { name: joined([&out.author, &settings.display_name], ", "), address: from },
        to: address::reached(&out.to).to_owned(),
        bcc: mail.bcc,
        subject: mail.subject,
        text: out.text.clone(),
        signature: settings.signature.clone(),
        references: mail.references,
        token: mail.token,
        files,
        is_automatic: false,
    })
}

async fn proof(link: &Link, settings: &MailSettings) -> Result<Proof, Failure> {
    let user = settings.user.clone();
    Ok(match settings.login {
        Login::Password => Proof::Password { user, password: link.secret("password").to_owned() },
        Login::XOAuth2 => Proof::Token { user, token: tokens::access(link, &settings.tokens).await? },
    })
}

pub async fn imap_way(link: &Link, settings: &MailSettings) -> Result<ImapWay, Failure> {
    Ok(ImapWay {
        server: settings.imap.clone(),
        proof: proof(link, settings).await?,
        folder: settings.folder.clone(),
        root_certificate: settings.root_certificate.clone(),
        patience: Duration::from_secs(settings.timeout.max(1)),
    })
}

async fn smtp_way(link: &Link, settings: &MailSettings) -> Result<SmtpWay, Failure> {
    Ok(SmtpWay {
        server: settings.smtp.clone(),
        proof: proof(link, settings).await?,
        root_certificate: settings.root_certificate.clone(),
        patience: Duration::from_secs(settings.timeout.max(1)),
    })
}
