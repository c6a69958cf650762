//! What providers tell, between its coming and its reading: in what portions it is read, and what is not given at all.

use switchboard::realtime::Topic;
use tokio::io::{AsyncBufReadExt, AsyncWriteExt, BufReader};
use tokio::net::{TcpListener, TcpStream};

use crate::support::telegram::{Telegram, desk};
use crate::support::{OPERATOR, TestApp, eventually, spawn_app};

/// Events that wait are read in portions of a few megabytes, large ones alone: fifty mails with their files together would
/// be more than a small machine has.
#[actix_web::test]
async fn large_events_are_read_one_by_one() {
    const MB: usize = 1024 * 1024;
    let telegram = Telegram::start().await;
    let (app, channel) = desk(&telegram).await;
    app.execute("UPDATE channels SET enabled = FALSE");
    for (n, size) in [5 * MB, 5 * MB, 9 * MB, 1, 1, 1].into_iter().enumerate() {
        let (before, after) = (format!(r#"{{"update_id":{n},"padding":""#), r#""}"#);
        let body = match app.is_sqlite() {
            true => format!("CAST('{before}' || replace(hex(zeroblob({size})), '00', 'x') || '{after}' AS BLOB)"),
            false => format!("convert_to('{before}' || repeat('x', {size}) || '{after}', 'UTF8')"),
        };
        app.execute(&format!(
            "INSERT INTO hook_events (channel_id, dedupe_key, body, received_at, not_before) \
             VALUES ({channel}, 'large {n}', {body}, '2026-01-05 09:00:00', '2026-01-05 09:00:00')"
        ));
    }
    app.execute("UPDATE channels SET enabled = TRUE");
    let unread = "SELECT count(*) FROM hook_events WHERE read_at IS NULL";
    eventually("all is read", async || (app.number(unread) == 0).then_some(())).await;
    assert_eq!(app.number("SELECT count(*) FROM hook_events WHERE error IS NOT NULL OR length(body) > 0"), 0);
    // Each portion is written at one moment.
    let portions = "SELECT count(DISTINCT read_at) FROM hook_events";
    assert_eq!(app.number(portions), 4, "the three large ones, and the small ones together");
}

/// A mail server with four mails. Of the second it gives the head alone, of the third nothing.
struct Imap;

const MAILS: u32 = 4;

impl Imap {
    /// Where it listens.
    async fn start() -> u16 {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let port = listener.local_addr().unwrap().port();
        actix_web::rt::spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                actix_web::rt::spawn(Self::talk(stream));
            }
        });
        port
    }

    async fn talk(stream: TcpStream) {
        let mut stream = BufReader::new(stream);
        let _ = stream.write_all(b"* OK here\r\n").await;
        let mut line = String::new();
        while stream.read_line(&mut line).await.is_ok_and(|read| read > 0) {
            let (tag, command) = line.trim().split_once(' ').unwrap();
            let (told, end) = Self::answer(command);
            if stream.write_all(format!("{told}{tag} {end}\r\n").as_bytes()).await.is_err() {
                return;
            }
            line.clear();
        }
    }

    fn answer(command: &str) -> (String, &'static str) {
        let words: Vec<&str> = command.split(' ').collect();
        let told = match words[..] {
            ["CAPABILITY"] => "* CAPABILITY IMAP4rev1\r\n".into(),
            ["SELECT", ..] => {
                format!("* {MAILS} EXISTS\r\n* OK [UIDVALIDITY 7] x\r\n* OK [UIDNEXT {}] x\r\n", MAILS + 1)
            }
            ["UID", "SEARCH", "UID", from] => {
                let from = from.trim_end_matches(":*").parse().unwrap();
                let found: String = (from..=MAILS).map(|uid| format!(" {uid}")).collect();
                format!("* SEARCH{found}\r\n")
            }
            ["UID", "SEARCH", ..] => "* SEARCH 1 2 3 4\r\n".into(),
            ["UID", "FETCH", uid, _, part] => {
                let head = format!(
                    "Message-ID: <{uid}@customer.test>\r\nFrom: Anna <anna@customer.test>\r\nTo: shop@support.test\r\n\
                     Subject: Order {uid}\r\n\r\n"
                );
                let is_head = part.contains("HEADER");
                let gives = match uid {
                    "2" => is_head || part.contains("SIZE"),
                    "3" => false,
                    _ => true,
                };
                if !gives {
                    return (String::new(), "NO [SERVERBUG] the mail is damaged");
                }
                let mail = if is_head { head } else { format!("{head}Where is it?\r\n") };
                let what = match part.contains("SIZE") {
                    true => format!("RFC822.SIZE {}", mail.len()),
                    false if is_head => format!("BODY[HEADER]<0> {{{}}}\r\n{mail}", mail.len()),
                    false => format!("BODY[]<0> {{{}}}\r\n{mail}", mail.len()),
                };
                format!("* {uid} FETCH (UID {uid} {what})\r\n")
            }
            _ => String::new(),
        };
        (told, "OK done")
    }
}

/// A mailbox at that server.
fn mailbox(app: &TestApp, port: u16) {
    let settings = serde_json::json!({
        "imap": { "host": "127.0.0.1", "port": port, "security": "plain" }, "user": "shop@support.test",
        "senders": ["shop@support.test"], "poll": 0, "timeout": 5,
    });
    app.execute(&format!(
        "INSERT INTO channels (kind, name, public_key, enabled, settings, created_at) \
         VALUES ('email', 'Mailbox', 'mailbox', TRUE, '{settings}', '2026-01-05 09:00:00')"
    ));
    app.db.announce(Topic::Channels);
}

/// A mail that the server does not give, however often it is asked, does not stand before those that follow: staff see who
/// wrote and that there is more in the mailbox; where even that is not given, the channel's page tells.
#[actix_web::test]
async fn a_mail_that_is_not_given_holds_up_no_other() {
    let app = spawn_app().await;
    mailbox(&app, Imap::start().await);
    let came = "SELECT count(*) FROM messages WHERE kind = 'customer'";
    eventually("three mails", async || (app.number(came) == 3).then_some(())).await;
    let operator = app.sign_in(OPERATOR).await;
    let page = operator.get(&format!("/inbox/{}", app.number("SELECT id FROM customers"))).await;
    page.assert_says("Order 2").assert_says("Not shown here: the mail itself, which the mail server does not give");
    assert_eq!(app.number("SELECT count(*) FROM messages WHERE unsupported IS NOT NULL"), 1);
    let told = "SELECT count(*) FROM channels WHERE \
                last_error = 'the server does not give mail 3 of the folder: look for it there' AND poll_cursor LIKE '7 4 %'";
    eventually("it is told", async || (app.number(told) == 1).then_some(())).await;
    eventually("it is well", async || {
        (app.number("SELECT count(*) FROM channels WHERE last_success_at > last_error_at") == 1).then_some(())
    })
    .await;
}
