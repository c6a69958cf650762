//! Reading a folder of a mail server. Nothing is marked or moved unless the settings say so: mails are peeked at.

use std::time::Duration;

use async_imap::types::{Capability, Uid};
use async_imap::{Authenticator, Client, Session};
use chrono::NaiveDate;
use futures_util::TryStreamExt;
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::net::TcpStream;
use tokio::time::timeout;
use tokio_rustls::TlsConnector;
use tokio_rustls::rustls::pki_types::ServerName;

use super::proof::{self, Proof};
use super::settings::{Security, Server};
use super::tokens;
use crate::channels::Failure;

/// Bytes of the largest mail that is taken whole: 25 MB of files, a third more on their way, and some text.
pub const LARGEST: u32 = 36 * 1024 * 1024;
/// Bytes of the beginning of a larger one.
const BEGINNING: u32 = 256 * 1024;
/// How slow a line may be, in bytes a second.
const SLOWEST: u64 = 50_000;

trait Wire: AsyncRead + AsyncWrite + Unpin + Send + std::fmt::Debug {}
impl<T: AsyncRead + AsyncWrite + Unpin + Send + std::fmt::Debug> Wire for T {}
type Stream = Box<dyn Wire>;

/// How a folder is reached.
#[derive(Clone)]
pub struct ImapWay {
    pub server: Server,
    pub proof: Proof,
    pub folder: String,
    pub root_certificate: String,
    pub patience: Duration,
}

/// An open folder.
pub struct Folder {
    session: Session<Stream>,
    patience: Duration,
    can_idle: bool,
    /// Numbers of mails mean what they meant only while this stays the same (RFC 3501, 2.3.1.1).
    pub validity: u32,
    /// The number that the next mail will get, or one below it.
    pub next_uid: u32,
}

/// A mail's bytes.
pub struct RawMail {
    pub bytes: Vec<u8>,
    /// It was larger than [`LARGEST`], and this is its beginning.
    pub is_cut: bool,
}

impl Folder {
    /// Connects, proves who we are, and opens the folder.
    pub async fn open(way: &ImapWay) -> Result<Self, Failure> {
        let mut session = login(way).await?;
        let can_idle = within(way.patience, session.capabilities()).await?.has(&Capability::Atom("IDLE".into()));
        let opened = within(way.patience, session.select(encoded(&way.folder))).await;
        let folder = opened.map_err(|f| Failure { words: format!("{}: {}", way.folder, f.words), ..f })?;
        let validity = folder.uid_validity.unwrap_or_default();
        let next_uid = match folder.uid_next {
            Some(next) => next,
            // `*` is the newest mail. Without that the archive would be taken for news.
            None => {
                let newest = within(way.patience, session.uid_search("UID *")).await?.into_iter().max();
                newest.unwrap_or_default().saturating_add(1)
            }
        };
        Ok(Self { session, patience: way.patience, can_idle, validity, next_uid })
    }

    /// Numbers of mails above `after`, in order.
    pub async fn uids_after(&mut self, after: Uid) -> Result<Vec<Uid>, Failure> {
        // A server shows what is new when it is asked whether there is something.
        within(self.patience, self.session.noop()).await?;
        let query = format!("UID {}:*", after.saturating_add(1));
        let found = within(self.patience, self.session.uid_search(query)).await?;
        // `*` is the newest mail, even if it lies below the range.
        let mut uids: Vec<Uid> = found.into_iter().filter(|uid| *uid > after).collect();
        uids.sort_unstable();
        Ok(uids)
    }

    /// Numbers of mails that came on `since` or later, in order.
    pub async fn uids_since(&mut self, since: NaiveDate, only_unread: bool) -> Result<Vec<Uid>, Failure> {
        let unread = if only_unread { "UNSEEN " } else { "" };
        let query = format!("{unread}SINCE {}", since.format("%d-%b-%Y"));
        let mut uids: Vec<Uid> = within(self.patience, self.session.uid_search(query)).await?.into_iter().collect();
        uids.sort_unstable();
        Ok(uids)
    }

    /// A mail, or nothing if it has gone.
    pub async fn fetch(&mut self, uid: Uid) -> Result<Option<RawMail>, Failure> {
        let Some(size) = self.size(uid).await? else { return Ok(None) };
        let is_cut = size > LARGEST;
        // Whatever size the server told, no more than this is read.
        let wanted = if is_cut { BEGINNING } else { LARGEST };
        let patience = self.patience + Duration::from_secs(u64::from(size.min(wanted)) / SLOWEST);
        let mails = self.session.uid_fetch(uid.to_string(), format!("(UID BODY.PEEK[]<0.{wanted}>)"));
        let mails: Vec<_> = within(patience, async { mails.await?.try_collect().await }).await?;
        let found = mails.iter().find(|f| f.uid == Some(uid)).and_then(|f| f.body());
        let bytes = found.ok_or_else(nothing_given)?.to_vec();
        Ok(Some(RawMail { bytes, is_cut }))
    }

    /// The head of a mail, or nothing if it has gone: for one whose whole the server does not give.
    pub async fn head(&mut self, uid: Uid) -> Result<Option<Vec<u8>>, Failure> {
        if self.size(uid).await?.is_none() {
            return Ok(None);
        }
        let heads = self.session.uid_fetch(uid.to_string(), format!("(UID BODY.PEEK[HEADER]<0.{BEGINNING}>)"));
        let heads: Vec<_> = within(self.patience, async { heads.await?.try_collect().await }).await?;
        let found = heads.iter().find(|f| f.uid == Some(uid)).and_then(|f| f.header());
        Ok(Some(found.ok_or_else(nothing_given)?.to_vec()))
    }

    /// Bytes of a mail, or nothing if it has gone.
    async fn size(&mut self, uid: Uid) -> Result<Option<u32>, Failure> {
        let sizes = self.session.uid_fetch(uid.to_string(), "(UID RFC822.SIZE)");
        let sizes: Vec<_> = within(self.patience, async { sizes.await?.try_collect().await }).await?;
        let size = sizes.iter().find(|f| f.uid == Some(uid)).and_then(|f| f.size);
        if size.is_none() && within(self.patience, self.session.uid_search(format!("UID {uid}"))).await?.contains(&uid)
        {
            return Err(nothing_given());
        }
        Ok(size)
    }

    /// Marks mails read.
    pub async fn mark_read(&mut self, uids: &[Uid]) -> Result<(), Failure> {
        let set = uids.iter().map(ToString::to_string).collect::<Vec<_>>().join(",");
        if set.is_empty() {
            return Ok(());
        }
        let marks = self.session.uid_store(set, "+FLAGS.SILENT (\\Seen)");
        let _: Vec<_> = within(self.patience, async { marks.await?.try_collect().await }).await?;
        Ok(())
    }

    /// Waits until the server tells of something new, or for so long. Servers without IDLE are simply left alone.
    pub async fn wait(mut self, long: Duration) -> Result<Self, Failure> {
        if !self.can_idle {
            tokio::time::sleep(long).await;
            within(self.patience, self.session.noop()).await?;
            return Ok(self);
        }
        let mut idle = self.session.idle();
        within(self.patience, idle.init()).await?;
        {
            // The crate starts its clock anew with each "still here" of the server, so this one counts.
            let (news, _stop) = idle.wait_with_timeout(long);
            if let Ok(Err(error)) = timeout(long, news).await {
                return Err(of(&error));
            }
        }
        let session = within(self.patience, idle.done()).await?;
        Ok(Self { session, ..self })
    }

    /// Says goodbye.
    pub async fn close(mut self) {
        let _ = timeout(Duration::from_secs(2), self.session.logout()).await;
    }
}

/// Names of the folders, for a choice.
pub async fn folders(way: &ImapWay) -> Result<Vec<String>, Failure> {
    let mut session = login(way).await?;
    let listed = session.list(Some(""), Some("*"));
    let names: Vec<_> = within(way.patience, async { listed.await?.try_collect().await }).await?;
    let _ = timeout(Duration::from_secs(2), session.logout()).await;
    Ok(names.iter().map(|name: &async_imap::types::Name| name.name().to_owned()).collect())
}

async fn login(way: &ImapWay) -> Result<Session<Stream>, Failure> {
    let client = connect(way).await?;
    let proving = async {
        match &way.proof {
            Proof::Password { user, password } => {
                client.login(user, password).await.map_err(|(error, _)| login_failed(&error, ""))
            }
            Proof::Token { user, token } => {
                let mut said = String::new();
                let first = Some(Proof::xoauth2(user, token));
                let answer = client.authenticate("XOAUTH2", XOAuth2 { first, said: &mut said }).await;
                answer.map_err(|(error, _)| {
                    tokens::forget(token);
                    login_failed(&error, &said)
                })
            }
        }
    };
    timeout(way.patience, proving).await.map_err(|_| late(way.patience))?
}

async fn connect(way: &ImapWay) -> Result<Client<Stream>, Failure> {
    let server = &way.server;
    if server.security == Security::Plain && !server.is_loopback() {
        return Err(Failure::again("tls", "a connection without TLS is made to this machine only"));
    }
    let host = server.host.trim_matches(['[', ']']);
    let reaching =
        timeout(way.patience, TcpStream::connect((host, server.port))).await.map_err(|_| late(way.patience))?;
    let tcp = reaching.map_err(|e| Failure::again("connection", e.to_string()))?;
    match server.security {
        Security::Plain => greeted(Client::new(Box::new(tcp) as Stream), way.patience).await,
        Security::Tls => greeted(Client::new(encrypt(way, tcp).await?), way.patience).await,
        Security::StartTls => {
            let mut plain = greeted(Client::new(tcp), way.patience).await?;
            within(way.patience, plain.run_command_and_check_ok("STARTTLS", None)).await?;
            Ok(Client::new(encrypt(way, plain.into_inner()).await?))
        }
    }
}

async fn encrypt(way: &ImapWay, tcp: TcpStream) -> Result<Stream, Failure> {
    let host = way.server.host.trim_matches(['[', ']']).to_owned();
    let name = ServerName::try_from(host).map_err(|e| Failure::again("tls", e.to_string()))?;
    let connector = TlsConnector::from(proof::tls(&way.root_certificate)?);
    let shaking = timeout(way.patience, connector.connect(name, tcp)).await.map_err(|_| late(way.patience))?;
    Ok(Box::new(shaking.map_err(|e| Failure::again("tls", e.to_string()))?))
}

/// The server speaks first.
async fn greeted<S: Wire>(mut client: Client<S>, patience: Duration) -> Result<Client<S>, Failure> {
    match timeout(patience, client.read_response()).await {
        Ok(Ok(Some(_))) => Ok(client),
        Ok(Ok(None)) => Err(Failure::again("connection", "the server hung up")),
        Ok(Err(error)) => Err(Failure::again("connection", error.to_string())),
        Err(_) => Err(late(patience)),
    }
}

/// SASL XOAUTH2: a refusal comes as a question, in JSON, and is answered by nothing.
struct XOAuth2<'a> {
    first: Option<String>,
    said: &'a mut String,
}

impl Authenticator for XOAuth2<'_> {
    type Response = String;

    fn process(&mut self, challenge: &[u8]) -> String {
        self.first.take().unwrap_or_else(|| {
            *self.said = String::from_utf8_lossy(challenge).into_owned();
            String::new()
        })
    }
}

/// A folder's name as IMAP writes it (RFC 3501, 5.1.3): what is not ASCII in a base64 of UTF-16.
fn encoded(name: &str) -> String {
    use base64::Engine;
    use base64::engine::general_purpose::STANDARD_NO_PAD;
    let mut out = String::new();
    let mut odd: Vec<u8> = vec![];
    let flush = |odd: &mut Vec<u8>, out: &mut String| {
        if !odd.is_empty() {
            out.push('&');
            out.push_str(&STANDARD_NO_PAD.encode(&odd).replace('/', ","));
            out.push('-');
            odd.clear();
        }
    };
    for c in name.chars() {
        if (' '..='~').contains(&c) {
            flush(&mut odd, &mut out);
            out.push(c);
            if c == '&' {
                out.push('-');
            }
        } else {
            odd.extend(c.encode_utf16(&mut [0; 2]).iter().flat_map(|unit| unit.to_be_bytes()));
        }
    }
    flush(&mut odd, &mut out);
    out
}

async fn within<T>(
    patience: Duration,
    doing: impl Future<Output = async_imap::error::Result<T>>,
) -> Result<T, Failure> {
    match timeout(patience, doing).await {
        Ok(done) => done.map_err(|error| of(&error)),
        Err(_) => Err(late(patience)),
    }
}

/// The mail is there, and the server refuses it or cannot read it. The crate ends a list without a word when the server
/// says NO, as if there were nothing.
fn nothing_given() -> Failure {
    Failure::again("answer", "the server gave nothing of it")
}

fn late(patience: Duration) -> Failure {
    Failure::again("timeout", format!("no answer within {} s", patience.as_secs()))
}

fn login_failed(error: &async_imap::error::Error, said: &str) -> Failure {
    let failure = of(error);
    let words = if said.is_empty() { failure.words } else { format!("{} {said}", failure.words) };
    Failure::again("login", words).of_channel()
}

fn of(error: &async_imap::error::Error) -> Failure {
    use async_imap::error::Error;
    let (code, words) = match error {
        Error::No(said) => ("no", spoken(said)),
        Error::Bad(said) => ("bad", spoken(said)),
        Error::Io(io) => ("connection", io.to_string()),
        Error::ConnectionLost => ("connection", "the server hung up".into()),
        other => ("answer", other.to_string()),
    };
    Failure::again(code, words)
}

/// The crate gives the server's words as `code: …, info: Some("…")`.
fn spoken(said: &str) -> String {
    let info = said.split_once("info: Some(\"").and_then(|(_, rest)| rest.rsplit_once("\")"));
    info.map_or(said, |(words, _)| words).to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn folders_are_named_as_imap_writes_them() {
        assert_eq!(encoded("INBOX"), "INBOX");
        assert_eq!(encoded("R&D"), "R&-D");
        assert_eq!(encoded("Входящие/a"), "&BBIERQQ+BDQETwRJBDgENQ-/a");
        assert_eq!(encoded("~peter/mail/台北/日本語"), "~peter/mail/&U,BTFw-/&ZeVnLIqe-");
    }

    #[test]
    fn the_server_s_own_words_are_told() {
        assert_eq!(
            spoken("code: None, info: Some(\"[AUTHENTICATIONFAILED] Authentication failed.\")"),
            "[AUTHENTICATIONFAILED] Authentication failed."
        );
        assert_eq!(spoken("something else"), "something else");
    }

    #[tokio::test]
    async fn without_tls_no_password_leaves_this_machine() {
        let way = ImapWay {
            server: Server { host: "mail.example".into(), port: 143, security: Security::Plain },
            proof: Proof::Password { user: "a".into(), password: "b".into() },
            folder: "INBOX".into(),
            root_certificate: String::new(),
            patience: Duration::from_secs(1),
        };
        assert_eq!(Folder::open(&way).await.err().map(|f| f.code), Some("tls".into()));
    }
}
