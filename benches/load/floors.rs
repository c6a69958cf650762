//! The two floors: a server of the same kind that answers a fixed page, and the page's rows asked for bare.

use std::io::{BufRead, BufReader};
use std::net::SocketAddr;
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use actix_web::{App, HttpResponse, HttpServer, web};
use diesel::prelude::*;

use crate::Options;
use crate::data::{Direct, Set};
use crate::drive::{Ask, Taken, drive};

/// Another process of this program, which serves pages of any size with the web server that the desk has, and nothing
/// besides: no session, no database, no template, no compression.
pub struct Fixed {
    child: Child,
    address: SocketAddr,
}

/// The longest fixed page.
const LONGEST: usize = 2_000_000;

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
    pub async fn start(_: &Options) -> Self {
        let program = std::env::current_exe().expect("this program");
        let mut child = Command::new(program).arg("--fixed").stdout(Stdio::piped()).spawn().expect("it starts");
        let mut line = String::new();
        BufReader::new(child.stdout.take().expect("its output")).read_line(&mut line).expect("a line");
        Self { child, address: line.trim().parse().expect("an address") }
    }

    /// The median time of a page of this size, in milliseconds.
    pub async fn page(&self, bytes: u64, connections: usize) -> f64 {
        let taken =
            drive(self.address, connections, Duration::from_millis(400), move |_| Ask::get(format!("/{bytes}"), ""))
                .await;
        taken.within(50.0)
    }

    pub fn stop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// The median time of a page's statements, each prepared once, in milliseconds. `None`: that page has no floor here.
pub fn bare(set: &Set, statements: &[String]) -> Option<f64> {
    if statements.is_empty() {
        return None;
    }
    let mut direct = set.connect();
    let mut taken = Taken::default();
    for _ in 0..60 {
        let begun = Instant::now();
        for sql in statements {
            run(&mut direct, sql);
        }
        taken.note(begun.elapsed());
    }
    Some(Taken::join(vec![taken], Duration::ZERO).within(50.0))
}

/// A statement that stays prepared, whose rows are read and thrown away.
struct Bare<'a>(&'a str);

impl<DB: diesel::backend::Backend> diesel::query_builder::QueryFragment<DB> for Bare<'_> {
    fn walk_ast<'b>(&'b self, mut out: diesel::query_builder::AstPass<'_, 'b, DB>) -> QueryResult<()> {
        out.push_sql(self.0);
        Ok(())
    }
}

impl diesel::query_builder::QueryId for Bare<'_> {
    type QueryId = ();
    const HAS_STATIC_QUERY_ID: bool = false;
}

impl diesel::query_builder::Query for Bare<'_> {
    type SqlType = diesel::sql_types::BigInt;
}

impl<C> RunQueryDsl<C> for Bare<'_> {}

fn run(direct: &mut Direct, sql: &str) {
    // The first column is a number; the engine reads the others for the sum.
    let _: Vec<i64> = match direct {
        Direct::Sqlite(conn) => Bare(sql).load(conn),
        Direct::Postgres(conn) => Bare(sql).load(conn),
    }
    .unwrap_or_else(|error| panic!("{error}: {sql}"));
}
