//! Instances behind a plain nginx, as many installations will have them.

use std::collections::BTreeMap;
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use reqwest::Method;
use reqwest::multipart::{Form, Part};
use serde_json::json;
use tempfile::TempDir;
use uuid::Uuid;

use crate::busy::{answered, sent};
use crate::support::process::{Process, serve};
use crate::support::{Client, Content, Database, OPERATOR, PASSWORD, eventually};

/// A free port of this machine, free a moment ago.
pub fn free_port() -> u16 {
    TcpListener::bind("127.0.0.1:0").expect("a port").local_addr().expect("an address").port()
}

/// Waits until somebody listens.
pub fn listening(address: SocketAddr, child: &mut Child) {
    let since = Instant::now();
    while TcpStream::connect(address).is_err() {
        assert!(child.try_wait().expect("its state").is_none(), "it has ended");
        assert!(since.elapsed() < Duration::from_secs(60), "nobody listens on {address}");
        std::thread::sleep(Duration::from_millis(20));
    }
}

/// A process that ends with the test.
pub struct Killed(pub Child);

impl Drop for Killed {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

/// nginx in front of some instances: one after the other, no stickiness, and the next one when one does not answer.
struct Balancer {
    address: SocketAddr,
    _process: Killed,
}

impl Balancer {
    fn start(folder: &Path, instances: &[SocketAddr]) -> Balancer {
        let port = free_port();
        let servers: String = instances.iter().map(|at| format!("server {at} max_fails=1 fail_timeout=2s; ")).collect();
        let conf = format!(
            "daemon off; master_process off; pid {folder}/nginx.pid; error_log {folder}/error.log;
             events {{ worker_connections 1024; }}
             http {{
               access_log off; client_max_body_size 30m;
               client_body_temp_path {folder}/body; proxy_temp_path {folder}/proxy; fastcgi_temp_path {folder}/f;
               uwsgi_temp_path {folder}/u; scgi_temp_path {folder}/s;
               upstream desk {{ {servers} keepalive 32; }}
               server {{
                 listen 127.0.0.1:{port};
                 location / {{
                   proxy_pass http://desk;
                   proxy_http_version 1.1;
                   proxy_set_header Connection '';
                   proxy_set_header Host $http_host;
                   proxy_set_header X-Forwarded-For $remote_addr;
                   proxy_set_header X-Forwarded-Proto $scheme;
                   add_header X-Instance $upstream_addr always;
                 }}
               }}
             }}",
            folder = folder.display()
        );
        let file = folder.join("nginx.conf");
        std::fs::write(&file, conf).expect("written");
        let mut child = Command::new("nginx")
            .arg("-p")
            .arg(folder)
            .arg("-c")
            .arg(&file)
            .stderr(Stdio::null())
            .spawn()
            .expect("nginx is installed");
        let address = SocketAddr::from(([127, 0, 0, 1], port));
        listening(address, &mut child);
        Balancer { address, _process: Killed(child) }
    }
}

struct Site {
    balancer: Balancer,
    instances: Vec<Process>,
    database: Database,
    _data: TempDir,
}

impl Site {
    fn of(count: usize) -> Site {
        let data = tempfile::tempdir().expect("a folder");
        let database = Database::create(Content::Staff, data.path());
        assert!(!database.is_sqlite(), "set TEST_DATABASE_URL to a PostgreSQL server");
        let mut instances = vec![];
        for _ in 0..count {
            let mut command = serve(data.path(), &database);
            command.args(["--trusted-proxy", "127.0.0.1"]).env("SWITCHBOARD_CONNECTIONS", "4");
            instances.push(Process::start(command));
        }
        let addresses: Vec<SocketAddr> = instances.iter().map(|process| process.address).collect();
        let balancer = Balancer::start(data.path(), &addresses);
        database.connect().execute(
            "INSERT INTO channels (kind, name, public_key, enabled, created_at) \
             VALUES ('web_chat', 'Shop', 'shop', TRUE, '2026-01-05 09:00:00')",
        );
        Site { balancer, instances, database, _data: data }
    }

    fn number(&self, sql: &str) -> i64 {
        self.database.connect().number(sql).expect("a number")
    }

    async fn sign_in(&self) -> Client {
        let client = Client::new(self.balancer.address);
        let login = answered(async || client.get("/login").await).await;
        let fields = [("email", OPERATOR), ("password", PASSWORD)];
        answered(async || client.submit(&login, "form", &fields).await).await.assert_status(303);
        client
    }

    async fn visitor(&self) -> Client {
        let http = Client::new(self.balancer.address);
        let hello = || http.request(Method::POST, "/chat/shop/session").json(&json!({}));
        let hello = answered(async || http.page(hello()).await).await;
        hello.assert_status(200);
        http.with_header("authorization", &format!("Bearer {}", hello.json()["token"].as_str().expect("a token")))
    }
}

/// Signed in once, at work on all three: pages, a form, live events, files.
#[actix_web::test]
#[ignore = "needs TEST_DATABASE_URL"]
async fn one_session_works_on_all_behind_a_balancer() {
    let site = Site::of(3);
    let operator = site.sign_in().await;
    let mut by_instance = BTreeMap::new();
    for number in 0..30 {
        let page = answered(async || operator.get("/companies").await).await;
        page.assert_status(200);
        *by_instance.entry(page.header("x-instance").to_owned()).or_insert(0) += 1;
        if number % 10 == 0 {
            let name = format!("Company {number}");
            let made = answered(async || operator.post_form("/companies/new", &[("name", &name)]).await).await;
            made.assert_status(303);
            answered(async || operator.get("/companies").await).await.assert_says(&name);
        }
    }
    assert_eq!(by_instance.len(), 3, "{by_instance:?}");

    // A stream on each: whatever instance takes the message, all hear of it.
    let mut streams = vec![];
    for _ in 0..3 {
        let mut stream = operator.events("/live").await;
        stream.until("sync").await;
        streams.push(stream);
    }
    let visitor = site.visitor().await;
    let bytes = b"%PDF-1.7 an invoice".to_vec();
    let form = Form::new()
        .text("client_uuid", Uuid::new_v4().to_string())
        .text("text", "Is this mine?")
        .part("files", Part::bytes(bytes.clone()).file_name("invoice.pdf"));
    visitor.post_multipart("/chat/shop/messages", form).await.assert_status(200);
    for stream in &mut streams {
        stream.until("inbox").await;
    }
    // What one has stored, every one hands out.
    for instance in &site.instances {
        let file = operator.at(instance.address).get("/files/1").await;
        file.assert_status(200);
        assert_eq!(file.bytes.as_ref(), bytes);
    }
}

/// One of two and one of three is killed under load. Whoever is turned away tries once more and gets through; what was
/// acknowledged is there, once.
#[actix_web::test]
#[ignore = "needs TEST_DATABASE_URL"]
async fn one_is_killed_and_nobody_who_tries_twice_sees_it() {
    for count in [2, 3] {
        let mut site = Site::of(count);
        let operator = site.sign_in().await;
        let stop = std::rc::Rc::new(std::cell::Cell::new(false));
        let count_said = std::rc::Rc::new(std::cell::Cell::new(0));
        let mut workers = vec![];
        for number in 0..8 {
            let (visitor, operator) = (site.visitor().await, operator.clone());
            let (stop, count_said) = (stop.clone(), count_said.clone());
            workers.push(actix_web::rt::spawn(async move {
                let (mut said, mut again) = (vec![], 0);
                while !stop.get() {
                    let uuid = Uuid::new_v4().to_string();
                    let text = format!("{number}: {uuid}");
                    let post = || {
                        let form = Form::new().text("client_uuid", uuid.clone()).text("text", text.clone());
                        visitor.request(Method::POST, "/chat/shop/messages").multipart(form)
                    };
                    again += twice(post).await;
                    said.push(uuid);
                    count_said.set(count_said.get() + 1);
                    again += twice(|| operator.request(Method::GET, "/inbox")).await;
                    // All visitors share an address here, and nobody gets through more often than the throttle allows.
                    tokio::time::sleep(Duration::from_millis(100)).await;
                }
                (said, again)
            }));
        }
        eventually("messages before it", async || (count_said.get() >= 16).then_some(())).await;
        site.instances.remove(0).kill();
        let before = count_said.get();
        eventually("messages after it", async || (count_said.get() >= before + 40).then_some(())).await;
        stop.set(true);
        let mut all = vec![];
        for worker in workers {
            all.extend(worker.await.expect("nobody saw an error").0);
        }
        let kept = "SELECT count(*) FROM messages WHERE client_uuid IS NOT NULL";
        assert_eq!(site.number(kept), i64::try_from(all.len()).expect("a number"), "each once, with {count} instances");
        for uuid in &all {
            let text = format!("SELECT count(*) FROM messages WHERE body LIKE '%{uuid}'");
            assert_eq!(site.number(&text), 1, "{uuid}");
        }
        // Nobody is left waiting: jobs and deliveries go on with the others.
        let due = site.database.jobs_due();
        eventually("no job due", async || (site.number(&due) == 0).then_some(())).await;
    }
}

/// Asks, and once more if that fails; a desk that is busy for a moment has not failed. Returns how often it asked again.
async fn twice(request: impl Fn() -> reqwest::RequestBuilder) -> u32 {
    let first = sent(&request).await;
    if first.as_ref().is_ok_and(|answer| answer.status().is_success()) {
        return 0;
    }
    let second = sent(&request).await.expect("an answer at the second try");
    assert!(second.status().is_success(), "{first:?}, then {second:?}");
    1
}
