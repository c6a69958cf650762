//! Search by terms of every kind, each answer compared with that of a plain comparison of everybody.

use std::collections::HashMap;
use std::time::{Duration, Instant};

use crate::Options;
use crate::data::{Searched, Set};
use crate::drive::{Ask, Line, Taken};
use crate::report::Report;
use crate::server::Server;

/// What each term of a kind took.
type OfKind = (&'static str, Vec<(Duration, String)>);

/// Terms, with what kind each is of.
fn terms(all: &[Searched], count: usize) -> Vec<(&'static str, String)> {
    let mut found: Vec<(&'static str, String)> = vec![];
    let each = count / 10;
    // Places that jump over the whole list.
    let at = |n: usize| &all[n * 7_919_017 % all.len()].text;
    let cut = |text: &str, from: usize, length: usize| -> String { text.chars().skip(from).take(length).collect() };
    let line = |n: usize, fits: fn(&str) -> bool| at(n).lines().find(|line| fits(line)).map(str::to_owned);
    let is_digits = |line: &str| line.len() > 8 && line.bytes().all(|b| b.is_ascii_digit());
    let cyrillic = |line: &str| line.chars().any(|c| ('а'..='я').contains(&c));
    let chinese = |line: &str| line.chars().any(|c| ('\u{4e00}'..='\u{9fff}').contains(&c)) && line.chars().count() > 2;
    let latin = |line: &str| line.len() > 6 && line.bytes().all(|b| b.is_ascii_lowercase() || b == b' ');
    let mut n = 0;
    let mut fill = |kind: &'static str, count: usize, make: &dyn Fn(usize) -> Option<String>| {
        let mut made = 0;
        for _ in 0..count * 200 {
            n += 1;
            if let Some(term) = make(n).filter(|term| term.trim().chars().count() >= 3) {
                found.push((kind, term));
                made += 1;
            }
            if made == count {
                break;
            }
        }
    };
    fill("whole names", each, &|n| line(n, latin));
    fill("three letters", each, &|n| line(n, latin).map(|line| cut(&line, n % (line.len() - 3), 3)));
    fill("parts of names", each, &|n| line(n, latin).map(|line| cut(&line, n % 3, 5)));
    fill("Cyrillic", each, &|n| line(n, cyrillic).map(|line| cut(&line, n % 4, 3 + n % 5)));
    fill("Chinese", each, &|n| line(n, chinese).map(|line| cut(&line, 0, 3)));
    fill("phones", each, &|n| line(n, is_digits));
    fill("some digits", each, &|n| line(n, is_digits).map(|line| cut(&line, n % 4, 3 + n % 5)));
    fill("repeated digits", each, &|n| {
        Some(char::from(b'0' + u8::try_from(n % 10).unwrap_or(0)).to_string().repeat(3 + n / 10 % 4))
    });
    fill("e-mail", each, &|n| at(n).lines().find(|line| line.contains('@')).map(|line| cut(line, n % 5, 6 + n % 12)));
    fill("absent", count - each * 9, &|n| Some(format!("zq{}x{n}", n % 10)));
    found
}

/// How many customers hold the term, and which, up to one more than a page shows.
fn plain<'a>(all: &'a [Searched], needles: &[String]) -> (usize, HashMap<i64, &'a str>) {
    let mut found = HashMap::new();
    let mut count = 0;
    for row in all {
        if needles.iter().any(|needle| row.text.contains(needle.as_str())) {
            count += 1;
            if count <= 51 {
                found.insert(row.id, row.text.as_str());
            }
        }
    }
    (count, found)
}

/// The customers that a page of results shows, in its order.
fn shown(page: &str) -> Vec<i64> {
    let links = page.split("data-result href=\"/customers/").skip(1);
    links.filter_map(|rest| rest.split('"').next()?.parse().ok()).collect()
}

pub async fn measure(options: &Options, set: &Set, server: &Server, report: &mut Report) {
    let all = set.connect().searched();
    let by_id: HashMap<i64, &str> = all.iter().map(|row| (row.id, row.text.as_str())).collect();
    let terms = terms(&all, options.terms);
    let local = tokio::task::LocalSet::new();
    let (mut wrong, mut kinds): (Vec<String>, Vec<OfKind>) = (vec![], vec![]);
    let begun = Instant::now();
    let mut whole = Duration::ZERO;
    let taken = local
        .run_until(async {
            let (mut line, mut taken) = (Line::open(server.address).await, Taken::default());
            for (kind, term) in &terms {
                let query: String = url::form_urlencoded::byte_serialize(term.as_bytes()).collect();
                let ask = Ask::get(format!("/search?q={query}"), &server.cookie);
                let asked = Instant::now();
                let answer = line.send(&ask).await;
                let time = asked.elapsed();
                whole += time;
                taken.note(time);
                match kinds.iter_mut().find(|(known, _)| known == kind) {
                    Some((_, times)) => times.push((time, term.clone())),
                    None => kinds.push((kind, vec![(time, term.clone())])),
                }
                let Some((200, body)) = answer else {
                    taken.errors += 1;
                    continue;
                };
                taken.bytes += body.len() as u64;
                if let Some(why) = compare(&all, &by_id, term, &shown(&String::from_utf8_lossy(&body))) {
                    wrong.push(format!("{term}: {why}"));
                }
            }
            taken
        })
        .await;
    eprintln!("{} terms compared in {:.0} s", terms.len(), begun.elapsed().as_secs_f64());
    report.taken(set, "search, all terms", Taken::join(vec![taken], whole), None, None);
    for (kind, times) in kinds {
        let mut taken = Taken::default();
        times.iter().for_each(|(time, _)| taken.note(*time));
        let slowest = times.iter().max().map(|(_, term)| term.clone()).unwrap_or_default();
        report.taken(
            set,
            &format!("search, {kind} (slowest: {slowest})"),
            Taken::join(vec![taken], times.iter().map(|(time, _)| *time).sum()),
            None,
            None,
        );
    }
    report.text(
        set,
        "search answers that differ from a plain comparison",
        format!("{} of {}", wrong.len(), terms.len()),
    );
    wrong.iter().take(10).for_each(|line| eprintln!("WRONG {line}"));
}

/// What is wrong with an answer.
fn compare(all: &[Searched], by_id: &HashMap<i64, &str>, term: &str, shown: &[i64]) -> Option<String> {
    let switchboard::search::Query::Term(parsed) = switchboard::search::Query::parse(term) else {
        return (!shown.is_empty()).then(|| "too short, yet found".into());
    };
    let needles: Vec<String> = parsed.needles().iter().map(|needle| (*needle).to_owned()).collect();
    let (count, found) = plain(all, &needles);
    if shown.len() != count.min(50) {
        return Some(format!("{} shown of {count}", shown.len()));
    }
    if count <= 50 && !shown.iter().all(|id| found.contains_key(id)) {
        return Some("others are shown".into());
    }
    let holds =
        |id: &i64| by_id.get(id).is_some_and(|text| needles.iter().any(|needle| text.contains(needle.as_str())));
    (!shown.iter().all(holds)).then(|| "somebody does not hold it".into())
}
