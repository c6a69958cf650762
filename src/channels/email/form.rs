//! The form that connects a mailbox.

use super::settings::{Login, MailSettings, Security, Server, TokenSource};
use super::{address, proof};
use crate::channels::form::is_on;
use crate::channels::{Checked, Field, FieldKind, Problem, Values};
use crate::error::Said;
use crate::http::is_web_address;

const PROTECTION: FieldKind = FieldKind::Choice(&[
    ("tls", "channel-mail-tls"),
    ("starttls", "channel-mail-starttls"),
    ("plain", "channel-mail-plain"),
]);
const LOGIN: FieldKind =
    FieldKind::Choice(&[("password", "channel-mail-login-password"), ("xoauth2", "channel-mail-login-xoauth2")]);

/// The most senders of one mailbox.
const SENDERS: usize = 20;

pub const FORM: &[Field] = &[
    Field::new("imap_host", "channel-mail-host", FieldKind::Line).group("channel-mail-imap").required(),
    Field::new("imap_port", "channel-mail-port", FieldKind::Number)
        .hint("channel-mail-port-hint")
        .group("channel-mail-imap")
        .first(),
    Field::new("imap_security", "channel-mail-security", PROTECTION).group("channel-mail-imap").first(),
    Field::new("smtp_host", "channel-mail-host", FieldKind::Line).group("channel-mail-smtp").required(),
    Field::new("smtp_port", "channel-mail-port", FieldKind::Number)
        .hint("channel-mail-port-hint")
        .group("channel-mail-smtp")
        .first(),
    Field::new("smtp_security", "channel-mail-security", PROTECTION).group("channel-mail-smtp").first(),
    Field::new("user", "channel-mail-user", FieldKind::Line).hint("channel-mail-user-hint").required(),
    Field::new("login", "channel-mail-login", LOGIN).first(),
    Field::new("password", "channel-mail-password", FieldKind::Secret).hint("channel-mail-password-hint").first(),
    Field::new("senders", "channel-mail-senders", FieldKind::Lines(5_000)).hint("channel-mail-senders-hint").first(),
    Field::new("display_name", "channel-mail-display-name", FieldKind::Line).first(),
    Field::new("signature", "channel-mail-signature", FieldKind::Lines(2_000)),
    Field::new("folder", "channel-mail-folder", FieldKind::Line).hint("channel-mail-folder-hint"),
    Field::new("mark_read", "channel-mail-mark-read", FieldKind::Switch),
    Field::new("token_url", "channel-mail-token-url", FieldKind::Url).group("channel-mail-tokens").first(),
    Field::new("client_id", "channel-mail-client-id", FieldKind::Line).group("channel-mail-tokens").first(),
    Field::new("client_secret", "channel-mail-client-secret", FieldKind::Secret).group("channel-mail-tokens").first(),
    Field::new("refresh_token", "channel-mail-refresh-token", FieldKind::Secret).group("channel-mail-tokens").first(),
    Field::new("scope", "channel-mail-scope", FieldKind::Line).group("channel-mail-tokens"),
    Field::new("root_certificate", "channel-mail-root", FieldKind::Lines(20_000))
        .hint("channel-mail-root-hint")
        .first(),
];

pub fn check(typed: &Values) -> Result<Checked, Vec<Problem>> {
    let mut problems = vec![];
    let of = |name: &str| typed.get(name).map(|value| value.trim()).unwrap_or_default();
    let login = Login::parse(of("login")).unwrap_or(Login::Password);
    let settings = MailSettings {
        imap: server(&mut problems, typed, "imap_host", "imap_port", "imap_security", [993, 143]),
        smtp: server(&mut problems, typed, "smtp_host", "smtp_port", "smtp_security", [465, 587]),
        user: of("user").to_owned(),
        login,
        tokens: TokenSource {
            token_url: of("token_url").to_owned(),
            client_id: of("client_id").to_owned(),
            scope: of("scope").to_owned(),
        },
        folder: Some(of("folder")).filter(|folder| !folder.is_empty()).unwrap_or("INBOX").to_owned(),
        senders: senders(&mut problems, of("senders"), of("user")),
        display_name: of("display_name").to_owned(),
        signature: of("signature").to_owned(),
        mark_read: is_on(of("mark_read")),
        root_certificate: of("root_certificate").to_owned(),
        ..MailSettings::default()
    };
    if login == Login::XOAuth2 {
        if !is_web_address(&settings.tokens.token_url) {
            problems.push(Problem::new("token_url", "channel-mail-token-url-missing"));
        }
        if settings.tokens.client_id.is_empty() {
            problems.push(Problem::new("client_id", "channel-mail-client-id-missing"));
        }
    }
    if proof::roots_in(&settings.root_certificate).is_err() {
        problems.push(Problem::new("root_certificate", "channel-mail-root-wrong"));
    }
    let secrets = ["password", "client_secret", "refresh_token"]
        .into_iter()
        .filter_map(|name| {
            typed.get(name).filter(|value| !value.is_empty()).map(|value| (name.to_owned(), value.clone()))
        })
        .collect();
    match settings.to_json() {
        Ok(settings) if problems.is_empty() => Ok(Checked { settings, secrets }),
        Ok(_) => Err(problems),
        Err(_) => Err(vec![Problem::new("", "error-internal")]),
    }
}

/// What proves who the desk is to servers that were other ones before.
pub fn asked_again(was: &MailSettings, now: &MailSettings) -> &'static [&'static str] {
    let hosts = |of: &MailSettings| [of.imap.host.to_lowercase(), of.smtp.host.to_lowercase()];
    match now.login {
        Login::Password if hosts(was) != hosts(now) => &["password"],
        Login::XOAuth2 if was.tokens.token_url != now.tokens.token_url => &["client_secret", "refresh_token"],
        // What the refresh token brings is shown there.
        Login::XOAuth2 if hosts(was) != hosts(now) => &["refresh_token"],
        _ => &[],
    }
}

pub fn typed(settings: &str) -> Values {
    let settings = MailSettings::from_json(settings);
    let server = |name: &str, server: &Server| {
        let port = if server.port == 0 { String::new() } else { server.port.to_string() };
        [
            (format!("{name}_host"), server.host.clone()),
            (format!("{name}_port"), port),
            (format!("{name}_security"), server.security.to_string()),
        ]
    };
    let rest = [
        ("user", settings.user.clone()),
        ("login", settings.login.to_string()),
        ("token_url", settings.tokens.token_url.clone()),
        ("client_id", settings.tokens.client_id.clone()),
        ("scope", settings.tokens.scope.clone()),
        ("folder", settings.folder.clone()),
        ("senders", settings.senders.join("\n")),
        ("display_name", settings.display_name.clone()),
        ("signature", settings.signature.clone()),
        ("mark_read", if settings.mark_read { "1" } else { "" }.to_owned()),
        ("root_certificate", settings.root_certificate.clone()),
    ];
    let named = rest.into_iter().map(|(name, value)| (name.to_owned(), value));
    server("imap", &settings.imap).into_iter().chain(server("smtp", &settings.smtp)).chain(named).collect()
}

/// `usual`: the ports of TLS and of the others.
fn server(
    problems: &mut Vec<Problem>,
    typed: &Values,
    host: &'static str,
    port: &'static str,
    security: &'static str,
    usual: [u16; 2],
) -> Server {
    let of = |name: &str| typed.get(name).map(|value| value.trim()).unwrap_or_default();
    let security_typed = Security::parse(of(security)).unwrap_or(Security::Tls);
    let usual = if security_typed == Security::Tls { usual[0] } else { usual[1] };
    let number = if of(port).is_empty() { Some(usual) } else { of(port).parse().ok().filter(|port| *port > 0) };
    if number.is_none() {
        problems.push(Problem::new(port, "channel-mail-port-wrong"));
    }
    let server = Server { host: of(host).to_owned(), port: number.unwrap_or(usual), security: security_typed };
    let odd = |c: char| c.is_whitespace() || c.is_control() || matches!(c, '/' | '@' | '?' | '#');
    if server.host.contains(odd) {
        problems.push(Problem::new(host, "channel-mail-host-wrong"));
    } else if security_typed == Security::Plain && !server.is_loopback() {
        problems.push(Problem::new(security, "channel-mail-plain-elsewhere"));
    }
    server
}

/// One address a line. Without any, the user is the sender, if it is an address.
fn senders(problems: &mut Vec<Problem>, typed: &str, user: &str) -> Vec<String> {
    let mut found: Vec<String> = vec![];
    for line in typed.lines().map(str::trim).filter(|line| !line.is_empty()) {
        match address::normal(line) {
            Some(address) if !address::takes_token(&address) => {
                problems.push(Problem::new("senders", Said::from("channel-mail-sender-long").with("line", line)));
            }
            Some(address) if !found.contains(&address) => found.push(address),
            Some(_) => {}
            None => problems.push(Problem::new("senders", Said::from("channel-mail-sender-wrong").with("line", line))),
        }
    }
    if found.is_empty() && !problems.iter().any(|problem| problem.field == "senders") {
        match address::normal(user).filter(|address| address::takes_token(address)) {
            Some(address) => found.push(address),
            None => problems.push(Problem::new("senders", "channel-mail-senders-missing")),
        }
    }
    if found.len() > SENDERS {
        problems.push(Problem::new("senders", Said::from("channel-mail-senders-many").with("limit", SENDERS)));
    }
    found
}

#[cfg(test)]
mod tests {
    use super::*;

    fn filled(change: &[(&str, &str)]) -> Values {
        let mut typed: Values = [
            ("imap_host", "mail.shop.test"),
            ("smtp_host", "mail.shop.test"),
            ("smtp_security", "starttls"),
            ("user", "Support@shop.test"),
            ("password", "hunter2"),
        ]
        .into_iter()
        .map(|(name, value)| (name.to_owned(), value.to_owned()))
        .collect();
        typed.extend(change.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())));
        typed
    }

    fn wrong(change: &[(&str, &str)]) -> &'static str {
        check(&filled(change)).unwrap_err()[0].field
    }

    #[test]
    fn what_is_left_out_has_a_good_default() {
        let checked = check(&filled(&[])).unwrap();
        let settings = MailSettings::from_json(&checked.settings);
        assert_eq!((settings.imap.port, settings.smtp.port), (993, 587));
        assert_eq!(
            (settings.senders.as_slice(), settings.folder.as_str()),
            (["support@shop.test".to_owned()].as_slice(), "INBOX")
        );
        assert!(!settings.mark_read && !checked.settings.contains("hunter2"));
        assert_eq!(checked.secrets.get("password").map(String::as_str), Some("hunter2"));
        let again = check(&typed(&checked.settings)).unwrap();
        assert_eq!(again.settings, checked.settings, "what is shown says the same when it is saved");
    }

    #[test]
    fn each_mistake_is_told_at_its_field() {
        assert_eq!(wrong(&[("imap_port", "99999")]), "imap_port");
        assert_eq!(wrong(&[("smtp_port", "mail")]), "smtp_port");
        assert_eq!(wrong(&[("imap_host", "https://mail.shop.test")]), "imap_host");
        assert_eq!(wrong(&[("imap_security", "plain")]), "imap_security");
        assert_eq!(wrong(&[("user", "support"), ("senders", "")]), "senders");
        assert_eq!(wrong(&[("senders", "support@shop.test\nnobody")]), "senders");
        assert_eq!(wrong(&[("login", "xoauth2")]), "token_url");
        assert_eq!(wrong(&[("root_certificate", "x")]), "root_certificate");
        assert!(check(&filled(&[("imap_host", "localhost"), ("imap_security", "plain")])).is_ok());
    }
}
