//! Open live pages: how much they hold, and how soon a change reaches them.

use std::cell::RefCell;
use std::rc::Rc;
use std::time::{Duration, Instant};

use http_body_util::BodyExt;

use crate::Options;
use crate::data::Set;
use crate::drive::{Ask, Line, Taken};
use crate::report::Report;
use crate::server::Server;
use crate::writes;

/// Customers whose conversations the pages show, and events a second: each customer gets one a second, so that an
/// event can be told from the one before.
const CUSTOMERS: usize = 20;
/// The first of their numbers: other visitors than those of the writes.
const FIRST: usize = 100_000;

/// When each customer's latest message was sent, and what the pages took to hear of it.
#[derive(Default)]
struct Heard {
    sent: Vec<Option<Instant>>,
    taken: Taken,
    pages: usize,
}

pub async fn measure(options: &Options, set: &Set, server: &mut Server, report: &mut Report) {
    let pages = options.pages;
    let before = server.rss_anon();
    let heard = Rc::new(RefCell::new(Heard { sent: vec![None; CUSTOMERS], ..Heard::default() }));
    let mut visitors = vec![];
    for number in 0..CUSTOMERS {
        let mut line = Line::open(server.address).await;
        let token = writes::visitor(&mut line, FIRST + number).await;
        line.page(&writes::message(&token, FIRST + number)).await;
        visitors.push((line, token));
    }
    let newest = set.connect().await.number("SELECT max(id) FROM customers").await;
    let ids: Vec<i64> = (0..CUSTOMERS).map(|n| newest - i64::try_from(CUSTOMERS - 1 - n).unwrap_or(0)).collect();
    let mut followers = vec![];
    for page in 0..pages {
        let place = page % CUSTOMERS;
        let ask = Ask::get(format!("/live?customer={}", ids[place]), &server.cookie);
        let mut line = Line::open(server.address).await;
        let answer = line.start(&ask).await.expect("a stream");
        assert_eq!(answer.status().as_u16(), 200);
        followers.push(tokio::task::spawn_local(follow(answer.into_body(), line, place, heard.clone())));
    }
    tokio::time::sleep(Duration::from_secs(2)).await;
    let opened = heard.borrow().pages;
    let mut most = server.rss_anon();
    let rounds = options.seconds.max(5);
    let mut written = Taken::default();
    for _ in 0..rounds {
        for (place, (line, token)) in visitors.iter_mut().enumerate() {
            let begun = Instant::now();
            // Measured from here on: pages may hear of it before its writer has the answer.
            heard.borrow_mut().sent[place] = Some(begun);
            let answer = line.send(&writes::message(token, FIRST + place)).await;
            written.answered(begun.elapsed(), answer);
            let pause = Duration::from_millis(1000 / CUSTOMERS as u64);
            tokio::time::sleep(pause.saturating_sub(begun.elapsed())).await;
        }
        most = most.max(server.rss_anon());
    }
    tokio::time::sleep(Duration::from_secs(1)).await;
    followers.iter().for_each(tokio::task::JoinHandle::abort);
    let mut taken = std::mem::take(&mut heard.borrow_mut().taken);
    let expected = opened * usize::try_from(rounds).unwrap_or(5);
    taken.errors = pages - opened + expected.saturating_sub(taken.count());
    report.text(set, "live pages open", format!("{opened} of {pages}; {} of {expected} events heard", taken.count()));
    report.text(set, "RssAnon before and with live pages", format!("{} and {} MB", before / 1024, most / 1024));
    let lasted = Duration::from_secs(rounds);
    report.taken(set, "messages posted, live pages open", Taken::join(vec![written], lasted), None, None);
    report.taken(set, "event to page", Taken::join(vec![taken], lasted), None, None);
}

async fn follow(mut body: hyper::body::Incoming, line: Line, place: usize, heard: Rc<RefCell<Heard>>) {
    let mut is_open = false;
    let mut last = None;
    while let Some(Ok(frame)) = body.frame().await {
        let Some(data) = frame.data_ref() else { continue };
        let text = String::from_utf8_lossy(data);
        let mut heard = heard.borrow_mut();
        if !is_open && text.contains("event: sync") {
            is_open = true;
            heard.pages += 1;
        }
        if text.contains("event: chat") && heard.sent[place].is_some() && heard.sent[place] != last {
            last = heard.sent[place];
            let time = last.map(|sent| sent.elapsed()).unwrap_or_default();
            heard.taken.note(time);
        }
    }
    drop(line);
}
