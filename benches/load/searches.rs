//! Search by terms of every kind, each answer compared with that of a plain comparison of everybody.

use std::collections::HashMap;
use std::time::{Duration, Instant};

use crate::Options;
use crate::data::Set;
use crate::drive::{Ask, Line, Taken};
use crate::floors::Fixed;
use crate::report::Report;
use crate::server::Server;
use crate::terms::{Everybody, SHOWN, needles, terms};

/// After so long no further term is searched for.
const LONGEST: Duration = Duration::from_secs(300);

/// What each term of a kind took.
type OfKind = (&'static str, Vec<(Duration, String)>);

/// The customers that a page of results shows, in its order.
fn shown(page: &str) -> Vec<i64> {
    let links = page.split("data-result href=\"/customers/").skip(1);
    links.filter_map(|rest| rest.split('"').next()?.parse().ok()).collect()
}

pub async fn measure(options: &Options, set: &Set, server: &mut Server, fixed: &Fixed, report: &mut Report) {
    let all = set.connect().await.searched().await;
    let everybody = Everybody::new(&all);
    let terms = terms(&all, options.terms);
    let by_id: HashMap<i64, &str> = all.iter().map(|row| (row.id, row.text.as_str())).collect();
    let (mut wrong, mut kinds): (Vec<String>, Vec<OfKind>) = (vec![], vec![]);
    let begun = Instant::now();
    let (mut whole, mut taken) = (Duration::ZERO, Taken::default());
    let mut line = Line::open(server.address).await;
    for (kind, term) in &terms {
        if begun.elapsed() > LONGEST {
            break;
        }
        let query: String = form_urlencoded::byte_serialize(term.as_bytes()).collect();
        let ask = Ask::get(format!("/search?q={query}"), &server.cookie);
        let asked = Instant::now();
        let answer = line.send(&ask).await;
        let time = asked.elapsed();
        whole += time;
        if let Some((200, body)) = &answer
            && let Some(why) = compare(&everybody, &by_id, term, &shown(&String::from_utf8_lossy(body)))
        {
            wrong.push(format!("{term}: {why}"));
        }
        taken.answered(time, answer);
        match kinds.iter_mut().find(|(known, _)| known == kind) {
            Some((_, times)) => times.push((time, term.clone())),
            None => kinds.push((kind, vec![(time, term.clone())])),
        }
    }
    let searched = taken.count();
    eprintln!("{searched} terms compared in {:.0} s", begun.elapsed().as_secs_f64());
    let taken = Taken::join(vec![taken], whole);
    let floor = fixed.page(taken.bytes_each(), 1).await;
    report.taken(set, "search, all terms", taken, Some(floor), None);
    for (kind, times) in kinds {
        let mut taken = Taken::default();
        times.iter().for_each(|(time, _)| taken.note(*time));
        let slowest = times.iter().max().map(|(time, term)| format!("{term} ({:.1} ms)", time.as_secs_f64() * 1000.0));
        let whole = times.iter().map(|(time, _)| *time).sum();
        report.taken(set, &format!("search, {kind}"), Taken::join(vec![taken], whole), None, None);
        report.text(set, &format!("slowest of the searches, {kind}"), slowest.unwrap_or_default());
    }
    report.text(
        set,
        "search answers that differ from a plain comparison",
        format!("{} of {searched} ({} terms were to be searched)", wrong.len(), terms.len()),
    );
    wrong.iter().take(10).for_each(|line| eprintln!("WRONG {line}"));
    report.memory(set, "after the searches", server);
}

/// What is wrong with an answer. Of a term that more hold than a page shows, which of them are shown is the desk's choice.
fn compare(everybody: &Everybody, by_id: &HashMap<i64, &str>, term: &str, shown: &[i64]) -> Option<String> {
    let needles = needles(term);
    let holding = everybody.holding(&needles);
    if shown.len() != holding.len().min(SHOWN) {
        return Some(format!("{} shown of {}", shown.len(), holding.len()));
    }
    if holding.len() <= SHOWN && !shown.iter().all(|id| holding.contains(id)) {
        return Some("others are shown".into());
    }
    let holds =
        |id: &i64| by_id.get(id).is_some_and(|text| needles.iter().any(|needle| text.contains(needle.as_str())));
    (!shown.iter().all(holds)).then(|| "somebody does not hold it".into())
}
