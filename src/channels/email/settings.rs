//! How a mailbox is reached, and as whom the desk writes from it.

use serde::{Deserialize, Serialize};

use crate::error::{Error, Result};
use crate::text_enum;

text_enum!(
    /// How a connection to a mail server is protected.
    Security {
        /// TLS from the first byte: ports 993 and 465.
        Tls = "tls",
        /// Plain at first, then upgraded: ports 143 and 587. Without the upgrade nothing is sent.
        StartTls = "starttls",
        /// Not at all: for servers on this machine only.
        Plain = "plain",
    }
);
text_enum!(
    /// How the desk proves that the mailbox is its own.
    Login {
        Password = "password",
        /// An access token, renewed with a refresh token (SASL XOAUTH2): Google Workspace, Microsoft 365.
        XOAuth2 = "xoauth2",
    }
);

/// Where a server listens.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Server {
    pub host: String,
    pub port: u16,
    pub security: Security,
}

impl Default for Server {
    fn default() -> Self {
        Self { host: String::new(), port: 0, security: Security::Tls }
    }
}

impl Server {
    /// Whether the server is this very machine: the only one to which a password may go unprotected.
    pub fn is_loopback(&self) -> bool {
        let host = self.host.trim_matches(['[', ']']);
        host.eq_ignore_ascii_case("localhost")
            || host.parse::<std::net::IpAddr>().is_ok_and(|address| address.is_loopback())
    }
}

/// Where access tokens come from.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct TokenSource {
    /// The provider's token endpoint, as `https://oauth2.googleapis.com/token`.
    pub token_url: String,
    pub client_id: String,
    /// Asked for with each renewal; empty: what the refresh token was granted.
    pub scope: String,
}

/// The settings of a mailbox; its secrets stand apart, sealed ([`MailSecrets`]).
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct MailSettings {
    pub imap: Server,
    pub smtp: Server,
    pub user: String,
    pub login: Login,
    pub tokens: TokenSource,
    /// The folder that is read.
    pub folder: String,
    /// As whom staff may write. The first is what a composer offers first.
    pub senders: Vec<String>,
    /// The name beside the address. Empty: the address alone.
    pub display_name: String,
    /// Plain text below each message.
    pub signature: String,
    /// Whether mails that were taken are marked read on the server.
    pub mark_read: bool,
    /// A certificate authority that is trusted besides the public ones, in PEM.
    pub root_certificate: String,
    /// Seconds after which a server that says nothing is given up.
    pub timeout: u64,
    /// Seconds between looks into the folder, whatever IDLE tells.
    pub poll: u64,
}

impl Default for MailSettings {
    fn default() -> Self {
        Self {
            imap: Server::default(),
            smtp: Server::default(),
            user: String::new(),
            login: Login::Password,
            tokens: TokenSource::default(),
            folder: "INBOX".into(),
            senders: vec![],
            display_name: String::new(),
            signature: String::new(),
            mark_read: false,
            root_certificate: String::new(),
            timeout: 30,
            poll: 60,
        }
    }
}

impl MailSettings {
    /// The form that the database keeps.
    pub fn to_json(&self) -> Result<String> {
        serde_json::to_string(self).map_err(|e| Error::Internal(e.to_string()))
    }

    /// Reads what [`to_json`](Self::to_json) made; what an older version did not know gets its default.
    pub fn from_json(json: &str) -> Self {
        serde_json::from_str(json).unwrap_or_default()
    }

    /// The address that is written from where nobody chose one.
    pub fn first_sender(&self) -> &str {
        self.senders.first().map_or(self.user.as_str(), String::as_str)
    }

    /// The sender that an address is, with or without a token.
    pub fn sender_of(&self, address: &str) -> Option<&str> {
        let plain = super::address::without_token(address);
        let is = |wanted: &str| self.senders.iter().find(|own| own.eq_ignore_ascii_case(wanted));
        is(address).or_else(|| is(&plain)).map(String::as_str)
    }

    /// Whether an address is one of this mailbox, its token aside.
    pub fn is_own(&self, address: &str) -> bool {
        let plain = super::address::without_token(address);
        self.sender_of(address).is_some() || [address, &plain].iter().any(|one| self.user.eq_ignore_ascii_case(one))
    }
}

/// What proves who the desk is. Sealed in the database, never shown again.
#[derive(Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct MailSecrets {
    pub password: String,
    pub client_secret: String,
    pub refresh_token: String,
}

impl MailSecrets {
    /// The text that is sealed.
    pub fn to_json(&self) -> Result<String> {
        serde_json::to_string(self).map_err(|e| Error::Internal(e.to_string()))
    }

    /// Reads what [`to_json`](Self::to_json) made.
    pub fn from_json(json: &str) -> Self {
        serde_json::from_str(json).unwrap_or_default()
    }
}

impl std::fmt::Debug for MailSecrets {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("MailSecrets(…)")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn settings_of_an_older_version_are_read() {
        let old = MailSettings::from_json(r#"{"user":"a@b.test","imap":{"host":"mail.b.test"},"was":"here"}"#);
        assert_eq!(
            (old.user.as_str(), old.imap.host.as_str(), old.folder.as_str()),
            ("a@b.test", "mail.b.test", "INBOX")
        );
        assert_eq!(MailSettings::from_json(&old.to_json().unwrap()), old);
    }

    #[test]
    fn only_this_machine_is_loopback() {
        let at = |host: &str| Server { host: host.into(), ..Server::default() }.is_loopback();
        assert!(at("localhost") && at("127.0.0.1") && at("[::1]") && at("127.9.9.9"));
        assert!(!at("localhost.evil.test") && !at("10.0.0.1") && !at("mail.example"));
    }

    #[test]
    fn secrets_do_not_show_in_logs() {
        let secrets = MailSecrets { password: "hunter2".into(), ..MailSecrets::default() };
        assert!(!format!("{secrets:?}").contains("hunter2"));
    }

    #[test]
    fn own_addresses_are_known_with_their_token() {
        let senders = vec!["Support@shop.test".into(), "support+sales@shop.test".into()];
        let own = MailSettings { senders, ..MailSettings::default() };
        assert_eq!(own.sender_of("support+sales+k3@shop.test"), Some("support+sales@shop.test"));
        assert_eq!(own.sender_of("support+sales@shop.test"), Some("support+sales@shop.test"));
        assert!(own.is_own("support+k3@SHOP.test") && !own.is_own("anna@shop.test"));
    }
}
