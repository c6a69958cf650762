//! Too much, too slow, too many: each is told so, and nobody else waits for it.

use std::time::{Duration, Instant};

use reqwest::Method;
use reqwest::multipart::Form;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

use crate::support::process::{Process, serve};
use crate::support::{Client, Content, Database, OPERATOR, PASSWORD, TestApp, eventually, spawn_app, spawn_app_with};

/// A page comes within so many seconds: at the best of five, since this machine does other things at the same time.
async fn comes_within<T>(seconds: u64, page: impl AsyncFn() -> T) -> T {
    let mut took = vec![];
    for _ in 0..5 {
        let since = Instant::now();
        let came = page().await;
        took.push(since.elapsed());
        if since.elapsed() < Duration::from_secs(seconds) {
            return came;
        }
    }
    panic!("{took:?}");
}

async fn quick(app: &TestApp, client: &Client) {
    comes_within(2, async || {
        client.get("/companies").await.assert_status(200);
    })
    .await;
    app.anonymous().get("/login").await.assert_status(200);
}

/// Sends the head of a form and its first bytes past every client library.
async fn begin(app: &TestApp, head: &str) -> TcpStream {
    let mut socket = TcpStream::connect(app.address).await.expect("connected");
    let head = format!("{head}\r\nHost: {}\r\n", app.address);
    socket.write_all(head.as_bytes()).await.expect("sent");
    socket
}

/// What comes back, until the other side has nothing more to say.
async fn answer(socket: &mut TcpStream, within: Duration) -> String {
    let mut said = vec![];
    let read = tokio::time::timeout(within, async {
        let mut chunk = [0; 4096];
        loop {
            match socket.read(&mut chunk).await {
                Ok(0) | Err(_) => return,
                Ok(count) => said.extend_from_slice(&chunk[..count]),
            }
            if said.windows(4).any(|end| end == b"\r\n\r\n") {
                return;
            }
        }
    });
    read.await.expect("an answer, or the end of the connection");
    String::from_utf8_lossy(&said).into_owned()
}

/// A body larger than its form can be: 413 with the limit in words, for pages, regions and programs.
#[actix_web::test]
async fn too_large_a_body_is_told_the_limit() {
    let app = spawn_app().await;
    let client = app.sign_in(OPERATOR).await;
    let large = "x".repeat(300 * 1024);
    let page = client.post_form("/companies/new", &[("name", "Large"), ("note", &large)]).await;
    page.assert_status(413).assert_says("The limit is 256 KB");
    let toast = client.htmx_post("/companies/new", "main#app", &[("note", &large)]).await;
    toast.assert_status(413);
    assert!(toast.header("hx-trigger").contains("256 KB"), "{:?}", toast.headers);
    app.channel("web_chat");
    let session = format!("/chat/{}/session", app.text("SELECT public_key FROM channels").expect("a key"));
    let json = client.page(client.request(Method::POST, &session).json(&large)).await;
    json.assert_status(413);
    assert_eq!(json.json()["error"]["code"], "too_large");
    // A field of a form with files, which is read piece by piece.
    let customer = app.customer(crate::support::desk::Person::named("Anna"));
    let form = Form::new().text("text", large.clone());
    client.post_multipart(&format!("/inbox/{customer}/messages"), form).await.assert_status(413);
    // Much more than would fit between the two sides: the sender still hears why.
    let huge = "x".repeat(8 * 1024 * 1024);
    client.post_form("/companies/new", &[("note", &huge)]).await.assert_status(413);
    assert_eq!(app.number("SELECT count(*) FROM companies"), 0);
}

/// A form that stops half way, and one that comes drop by drop: both end in time, and leave nothing.
#[actix_web::test]
async fn a_body_that_does_not_come_ends() {
    const PAUSE: Duration = Duration::from_secs(3);
    let app = spawn_app_with(|config| config.body_pause = PAUSE).await;
    let client = app.sign_in(OPERATOR).await;
    let form = "POST /login HTTP/1.1\r\nContent-Type: application/x-www-form-urlencoded\r\nContent-Length: 1000";
    let mut stopped = begin(&app, form).await;
    stopped.write_all(b"\r\nemail=a").await.expect("sent");
    let said = answer(&mut stopped, Duration::from_secs(30)).await;
    assert!(said.starts_with("HTTP/1.1 408"), "{said}");

    let mut dripping = begin(&app, form).await;
    dripping.write_all(b"\r\n").await.expect("sent");
    let since = Instant::now();
    let dripped = async {
        while since.elapsed() < Duration::from_secs(60) {
            if dripping.write_all(b"x").await.is_err() {
                break;
            }
            let mut ready = [0; 1];
            let peeked = tokio::time::timeout(Duration::from_millis(100), dripping.peek(&mut ready)).await;
            if peeked.is_ok() {
                break;
            }
        }
    };
    dripped.await;
    // Twice the pause, and what a busy machine takes.
    assert!(since.elapsed() < Duration::from_secs(20), "{:?}", since.elapsed());
    let said = answer(&mut dripping, Duration::from_secs(10)).await;
    assert!(said.starts_with("HTTP/1.1 408"), "{said}");
    quick(&app, &client).await;
}

/// Heads that never end, and connections that never begin: they are closed, and pages go on meanwhile.
#[actix_web::test]
async fn connections_that_say_nothing_do_no_harm() {
    let app = spawn_app().await;
    let client = app.sign_in(OPERATOR).await;
    let mut idle = vec![];
    for number in 0..300 {
        let mut socket = TcpStream::connect(app.address).await.expect("connected");
        if number % 3 == 0 {
            socket.write_all(b"GET /login HTTP/1.1\r\nX-Slow: ").await.expect("sent");
        }
        idle.push(socket);
    }
    quick(&app, &client).await;
    // Half a head is not waited for longer than five seconds.
    let said = answer(&mut idle[0], Duration::from_secs(20)).await;
    assert!(said.is_empty() || said.starts_with("HTTP/1.1 408"), "{said}");
    quick(&app, &client).await;
}

/// Ten thousand connections that say nothing, or as many as this machine allows: people sign in and work meanwhile,
/// memory stays small, and they are closed after a while. The server has raised its own limit of open files from a few.
#[cfg(target_os = "linux")]
#[actix_web::test]
async fn a_crowd_that_says_nothing_does_no_harm() {
    // Some are the test's own.
    const OTHERS: u64 = 500;
    let data = tempfile::tempdir().expect("a folder");
    let database = Database::create(Content::Staff, data.path());
    let few = |command: &std::process::Command| {
        let mut limited = std::process::Command::new("sh");
        limited.args(["-c", "ulimit -Sn 300; exec \"$0\" \"$@\""]).arg(command.get_program()).args(command.get_args());
        limited.envs(command.get_envs().filter_map(|(name, value)| Some((name, value?))));
        limited
    };
    let desk = Process::start(few(&serve(data.path(), &database)));
    let before = (desk.memory(), desk.open_files());
    let limit = rlimit::increase_nofile_limit(u64::MAX).expect("a limit");
    let crowd = limit.saturating_sub(OTHERS).min(10_000);
    let mut idle = vec![];
    for _ in 0..crowd {
        idle.push(TcpStream::connect(desk.address).await.expect("connected"));
    }
    let files = desk.open_files();
    let client = comes_within(5, async || {
        let client = desk.client();
        let login = client.get("/login").await;
        client.submit(&login, "form", &[("email", OPERATOR), ("password", PASSWORD)]).await.assert_status(303);
        client.get("/companies").await.assert_status(200);
        client
    })
    .await;
    let memory = desk.memory();
    eprintln!("{crowd} connections: {} MB before, {memory} MB with them, {files} open files", before.0);
    // On a slow machine the first are closed before the last have come.
    assert!(files > 400, "more than the limit that it was started with: {files}");
    // 16 KB each, and what a sign-in takes.
    assert!(memory < before.0 + 60 + crowd * 16 / 1024, "{memory} MB after {} MB", before.0);
    // Nobody is waited for for ever.
    eventually("they are closed", async || (desk.open_files() < before.1 + 100).then_some(())).await;
    client.get("/companies").await.assert_status(200);
    drop(idle);
}

/// Two hundred open pages that nobody reads: a change reaches the one that is read, and pages go on.
#[actix_web::test]
async fn streams_that_nobody_reads_do_no_harm() {
    let app = spawn_app().await;
    let client = app.sign_in(OPERATOR).await;
    let mut unread = vec![];
    for _ in 0..200 {
        unread.push(client.events("/live").await);
    }
    let mut read = client.events("/live").await;
    assert_eq!(read.next().await.name, "sync");
    let channel = app.channel("web_chat");
    for number in 0..50 {
        let address = format!("visitor-{number}");
        app.writes(crate::support::desk::Letter { channel, address: &address, ..Default::default() }).await;
    }
    read.until("inbox").await;
    quick(&app, &client).await;
    drop(unread);
    quick(&app, &client).await;
}

/// Open pages that are closed are let go of at once, not when next something is told to them: a desk where people go from
/// page to page does not go on telling those that they left.
#[cfg(target_os = "linux")]
#[actix_web::test]
async fn pages_that_went_away_are_let_go() {
    let data = tempfile::tempdir().expect("a folder");
    let database = Database::create(Content::Staff, data.path());
    let desk = Process::start(serve(data.path(), &database));
    let client = desk.client();
    let login = client.get("/login").await;
    client.submit(&login, "form", &[("email", OPERATOR), ("password", PASSWORD)]).await.assert_status(303);
    let before = desk.open_files();
    let mut open = vec![];
    for _ in 0..50 {
        let mut page = client.events("/live").await;
        assert_eq!(page.next().await.name, "sync");
        open.push(page);
    }
    let meanwhile = desk.open_files();
    assert!(meanwhile >= before + 40, "{before} files, then {meanwhile}");
    let since = Instant::now();
    drop(open);
    eventually("they are let go", async || (desk.open_files() < before + 10).then_some(())).await;
    // Before the next sign of life could find them gone.
    assert!(since.elapsed() < Duration::from_secs(12), "{:?}", since.elapsed());
}
