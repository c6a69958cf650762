//! Handing a mail to a server, step by step: until its text has been sent nothing has left, and every failure may be
//! tried again; once the text is out and no answer comes, nobody can tell.

use std::time::Duration;

use lettre::Address;
use lettre::transport::smtp::Error;
use lettre::transport::smtp::authentication::{Credentials, Mechanism};
use lettre::transport::smtp::client::{AsyncSmtpConnection, Certificate, TlsParameters};
use lettre::transport::smtp::commands::{Data, Mail, Rcpt};
use lettre::transport::smtp::extension::{ClientId, Extension, MailParameter};
use tokio::time::timeout;

use super::compose::Composed;
use super::nature::{is_gone, status_in};
use super::proof::Proof;
use super::settings::{Security, Server};
use super::tokens;
use crate::channels::{Failure, Way};

/// How slow a line may be, in bytes a second.
const SLOWEST: u64 = 50_000;

/// How a server is reached.
#[derive(Clone)]
pub struct SmtpWay {
    pub server: Server,
    pub proof: Proof,
    pub root_certificate: String,
    pub patience: Duration,
}

/// Hands the mail over. The customer, who comes first, and all blind copies must be taken, or none is sent to.
pub async fn send(way: &SmtpWay, mail: &Composed) -> Result<(), Failure> {
    let mut connection = open(way).await?;
    let outcome = hand_over(way, &mut connection, mail).await;
    let _ = timeout(Duration::from_secs(2), connection.abort()).await;
    outcome
}

/// Whether the server lets us in.
pub async fn check(way: &SmtpWay) -> Result<(), Failure> {
    let mut connection = open(way).await?;
    let _ = timeout(way.patience, connection.quit()).await;
    Ok(())
}

async fn hand_over(way: &SmtpWay, connection: &mut AsyncSmtpConnection, mail: &Composed) -> Result<(), Failure> {
    let (to, copies) = mail.recipients.split_first().ok_or_else(|| Failure::permanent("address", "no recipient"))?;
    let mut options = vec![];
    if mail.recipients.iter().chain([&mail.from]).any(|address| !address.to_string().is_ascii()) {
        if !connection.server_info().supports_feature(Extension::SmtpUtfEight) {
            return Err(Failure::permanent("smtputf8", "the server takes no addresses beyond ASCII"));
        }
        options.push(MailParameter::SmtpUtfEight);
    }
    step(way, connection.command(Mail::new(Some(mail.from.clone()), options))).await?;
    recipient(way, connection, to).await.map_err(|failure| match failure.way {
        Way::Permanent if status_in(&failure.words).is_some_and(is_gone) => {
            Failure { way: Way::Unsubscribed, ..failure }
        }
        _ => failure,
    })?;
    for copy in copies {
        recipient(way, connection, copy)
            .await
            .map_err(|failure| Failure { words: format!("bcc {copy}: {}", failure.words), ..failure })?;
    }
    step(way, connection.command(Data)).await?;
    let length = u64::try_from(mail.bytes.len()).unwrap_or(u64::MAX);
    let patience = way.patience + Duration::from_secs(length / SLOWEST);
    match timeout(patience, connection.message(&mail.bytes)).await {
        Ok(Ok(_)) => Ok(()),
        Ok(Err(error)) if error.status().is_some() => Err(of_answer(&error)),
        Ok(Err(error)) => Err(Failure::new("connection", reason(&error), Way::Unknown)),
        Err(_) => Err(Failure::new("timeout", "no answer after the text was sent", Way::Unknown)),
    }
}

async fn recipient(way: &SmtpWay, connection: &mut AsyncSmtpConnection, address: &Address) -> Result<(), Failure> {
    step(way, connection.command(Rcpt::new(address.clone(), vec![]))).await.map(drop)
}

/// Whatever fails at the door concerns the whole channel, and no mail is at fault: each goes out once the door is open.
async fn open(way: &SmtpWay) -> Result<AsyncSmtpConnection, Failure> {
    connected(way).await.map_err(|failure| match failure.way {
        Way::Permanent => Failure::until_mended(failure.code, failure.words),
        _ => failure.of_channel(),
    })
}

async fn connected(way: &SmtpWay) -> Result<AsyncSmtpConnection, Failure> {
    let server = &way.server;
    if server.security == Security::Plain && !server.is_loopback() {
        return Err(Failure::again("tls", "a connection without TLS is made to this machine only"));
    }
    let hello = ClientId::default();
    let at = (server.host.trim_matches(['[', ']']), server.port);
    let wrapped = if server.security == Security::Tls { Some(tls(way)?) } else { None };
    let connecting = AsyncSmtpConnection::connect_tokio1(at, Some(way.patience), &hello, wrapped, None);
    let mut connection = step(way, connecting).await?;
    if server.security == Security::StartTls {
        step(way, connection.starttls(tls(way)?, &hello)).await?;
    }
    let (mechanisms, credentials): (&[_], _) = match &way.proof {
        Proof::Password { user, password } => {
            (&[Mechanism::Plain, Mechanism::Login], Credentials::new(user.clone(), password.clone()))
        }
        Proof::Token { user, token } => (&[Mechanism::Xoauth2], Credentials::new(user.clone(), token.clone())),
    };
    // A server on this machine may let everybody in.
    let asks = connection.server_info().get_auth_mechanism(mechanisms).is_some();
    if asks || !server.is_loopback() {
        let login = connection.auth(mechanisms, &credentials);
        step(way, login).await.map_err(|failure| {
            if let Proof::Token { token, .. } = &way.proof {
                tokens::forget(token);
            }
            Failure { code: "login".into(), ..failure }
        })?;
    }
    Ok(connection)
}

fn tls(way: &SmtpWay) -> Result<TlsParameters, Failure> {
    let host = way.server.host.trim_matches(['[', ']']).to_owned();
    let mut builder = TlsParameters::builder(host);
    if !way.root_certificate.trim().is_empty() {
        let root = Certificate::from_pem(way.root_certificate.as_bytes());
        builder = builder.add_root_certificate(root.map_err(|e| Failure::again("certificate", reason(&e)))?);
    }
    builder.build_rustls().map_err(|e| Failure::again("tls", reason(&e)))
}

/// A step before the text: it ends in time, and its failure leaves nothing behind.
async fn step<T>(way: &SmtpWay, doing: impl Future<Output = Result<T, Error>>) -> Result<T, Failure> {
    match timeout(way.patience, doing).await {
        Ok(Ok(done)) => Ok(done),
        Ok(Err(error)) if error.status().is_some() => Err(of_answer(&error)),
        Ok(Err(error)) => {
            let code = if error.is_timeout() {
                "timeout"
            } else if error.is_tls() {
                "tls"
            } else {
                "connection"
            };
            Err(Failure::again(code, reason(&error)))
        }
        Err(_) => Err(Failure::again("timeout", format!("no answer within {} s", way.patience.as_secs()))),
    }
}

/// The server has spoken: 4xx may be tried again, 5xx not.
fn of_answer(error: &Error) -> Failure {
    let code = error.status().map(|code| code.to_string()).unwrap_or_default();
    let said = reason(error);
    let words = if said.starts_with(&code) { said } else { format!("{code} {said}") };
    let way = if error.is_permanent() { Way::Permanent } else { Way::Again(None) };
    Failure::new(code, words, way)
}

/// The innermost words: the outer ones only name the step.
fn reason(error: &dyn std::error::Error) -> String {
    let mut inner = error;
    while let Some(source) = inner.source() {
        inner = source;
    }
    inner.to_string()
}
