//! The two floors: a server of the same kind that answers a fixed page, and the page's rows asked for bare.

use std::io::{BufRead, BufReader};
use std::net::SocketAddr;
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use actix_web::{App, HttpResponse, HttpServer, web};

use crate::data::{Direct, Set};
use crate::drive::{Ask, Taken, drive, drive_apart};

/// Another process of this program, which serves pages of any size with the web server that the desk has, and nothing
/// besides: no session, no database, no template, no compression.
pub struct Fixed {
    child: Child,
    address: SocketAddr,
}

/// The longest fixed page.
const LONGEST: usize = 2_000_000;
/// How often bare statements are run.
const TIMES: usize = 60;

pub fn serve_fixed() {
    actix_web::rt::System::new().block_on(async {
        let page = web::Bytes::from(vec![b'x'; LONGEST]);
        let answer = move |size: web::Path<usize>| {
            let page = page.slice(..size.into_inner().min(LONGEST));
            async move { HttpResponse::Ok().content_type("text/html; charset=utf-8").body(page) }
        };
        let server = HttpServer::new(move || App::new().route("/{size}", web::get().to(answer.clone())));
        let server = server.bind("127.0.0.1:0").expect("a port");
        println!("{}", server.addrs()[0]);
        server.run().await.expect("served");
    });
}

impl Fixed {
    pub fn start() -> Self {
        let program = std::env::current_exe().expect("this program");
        let mut child = Command::new(program).arg("--fixed").stdout(Stdio::piped()).spawn().expect("it starts");
        let mut line = String::new();
        BufReader::new(child.stdout.take().expect("its output")).read_line(&mut line).expect("a line");
        Self { child, address: line.trim().parse().expect("an address") }
    }

    /// The median time of a page of this size, in milliseconds.
    pub async fn page(&self, bytes: u64, connections: usize) -> f64 {
        let ask = move |_| Ask::get(format!("/{bytes}"), "");
        drive(self.address, connections, Duration::from_millis(400), ask).await.within(50.0)
    }

    /// A page of this size, asked for over one connection by a thread of its own.
    pub async fn page_apart(&self, bytes: u64, time: Duration) -> Taken {
        drive_apart(self.address, 1, time, move |_| Ask::get(format!("/{bytes}"), "")).await
    }

    pub fn stop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

impl Drop for Fixed {
    fn drop(&mut self) {
        self.stop();
    }
}

/// The median time of a page's statements, each prepared once, in milliseconds. `$1` is each of `ids` in turn. `None`:
/// that page has no floor here.
pub async fn bare(set: &Set, statements: &[String], ids: &[i64]) -> Option<f64> {
    if statements.is_empty() {
        return None;
    }
    let id = |n: usize| ids.get(n % ids.len().max(1)).copied().unwrap_or_default();
    let mut taken = Taken::default();
    match set.connect().await {
        Direct::Sqlite(conn) => {
            let prepare = |sql: &String| conn.prepare(sql).unwrap_or_else(|error| panic!("{error}: {sql}"));
            let mut prepared: Vec<_> = statements.iter().map(prepare).collect();
            for n in 0..TIMES {
                let begun = Instant::now();
                for statement in &mut prepared {
                    if statement.parameter_count() > 0 {
                        statement.raw_bind_parameter(1, id(n)).expect("an ID");
                    }
                    let mut rows = statement.raw_query();
                    // The engine has made every column of a row when it gives the row.
                    while rows.next().expect("a row").is_some() {}
                }
                taken.note(begun.elapsed());
            }
        }
        Direct::Postgres(client) => {
            let mut prepared = vec![];
            for sql in statements {
                prepared.push(client.prepare(sql).await.unwrap_or_else(|error| panic!("{error}: {sql}")));
            }
            for n in 0..TIMES {
                let begun = Instant::now();
                for statement in &prepared {
                    let id = id(n);
                    let given: &[&(dyn tokio_postgres::types::ToSql + Sync)] =
                        if statement.params().is_empty() { &[] } else { &[&id] };
                    client.query(statement, given).await.expect("rows");
                }
                taken.note(begun.elapsed());
            }
        }
    }
    Some(Taken::join(vec![taken], Duration::ZERO).within(50.0))
}

/// Single rows put on disk one after the other by one connection that does nothing else.
pub async fn bare_writes(set: &Set, time: Duration) -> Taken {
    let direct = set.connect_to_write().await;
    direct.change("CREATE TABLE bench_floor (id BIGINT PRIMARY KEY, text TEXT NOT NULL)").await;
    let (begun, mut taken) = (Instant::now(), Taken::default());
    while begun.elapsed() < time {
        let asked = Instant::now();
        let id = taken.count();
        direct.change(&format!("INSERT INTO bench_floor VALUES ({id}, 'Message {id} under load')")).await;
        taken.note(asked.elapsed());
    }
    let lasted = begun.elapsed();
    direct.change("DROP TABLE bench_floor").await;
    Taken::join(vec![taken], lasted)
}
