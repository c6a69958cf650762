//! Search against a plain comparison of everybody: 1,500 terms of every kind, on a demo's customers, by either plan.

use switchboard::auth::CustomerScope;
use switchboard::db::Db;
use switchboard::search::store::{Limits, find};
use switchboard::search::{Query, Term};

use crate::demo_large;

const CUSTOMERS: u64 = 500;
const TERMS: usize = 1_500;

/// Parts of what customers are found by, in every script and form, and terms that nobody has.
fn terms(all: &[(i64, String)]) -> Vec<String> {
    let cut = |text: &str, from: usize, length: usize| text.chars().skip(from).take(length).collect::<String>();
    let part = |n: usize| {
        let text = &all[n * 7 % all.len()].1;
        let lines: Vec<&str> = text.lines().collect();
        let line = lines[n / all.len() % lines.len()];
        cut(line, n % 5, 3 + n % 9)
    };
    let absent = |n: usize| format!("{}{n}zq", part(n));
    let repeated = |n: usize| char::from(b'0' + u8::try_from(n % 10).unwrap()).to_string().repeat(3 + n % 3);
    let odd = |n: usize| format!("{}%_\\\"'", cut(&part(n), 0, 2));
    let made = (0..).map(|n| match n % 10 {
        0 => absent(n),
        1 => repeated(n),
        2 => part(n).to_uppercase(),
        3 => odd(n),
        4 => format!("+{}", part(n)),
        _ => part(n),
    });
    made.filter(|term| matches!(Query::parse(term), Query::Term(_))).take(TERMS).collect()
}

fn plain(all: &[(i64, String)], term: &Term) -> Vec<i64> {
    let holds = |text: &str| term.needles().iter().any(|needle| text.contains(needle));
    all.iter().filter(|(_, text)| holds(text)).map(|(id, _)| *id).collect()
}

#[actix_web::test]
async fn every_answer_to_1500_terms_equals_a_plain_comparison() {
    let loaded = demo_large::load_sized(11, (CUSTOMERS, 1_000, 2_000)).await;
    let mut direct = loaded.database.connect();
    let text = |id| direct.text(&format!("SELECT search_text FROM customers WHERE id = {id}")).expect("a customer");
    let all: Vec<(i64, String)> = (1..=i64::try_from(CUSTOMERS).unwrap()).zip((1..=CUSTOMERS).map(text)).collect();
    let terms = terms(&all);
    assert_eq!(terms.len(), TERMS);
    let db = Db::open(loaded.database.url(), 1).expect("the database");
    let (found, nothing) = db
        .read(move |conn| {
            let (mut found, mut nothing) = (0, 0);
            for typed in &terms {
                let Query::Term(term) = Query::parse(typed) else { continue };
                let expected = plain(&all, &term);
                if expected.is_empty() {
                    nothing += 1
                } else {
                    found += 1
                }
                // All candidates; then as a common term, walking the newest, with the fall back to all.
                for limits in [Limits { shown: 1_000, ..Limits::default() }, Limits { common: 3, newest: 60, shown: 5 }]
                {
                    let hits = find(conn, &CustomerScope::system(), &term, &limits)?;
                    let mut ids: Vec<i64> = hits.rows.iter().map(|hit| hit.id.0).collect();
                    ids.sort_unstable();
                    ids.dedup();
                    let shown = usize::try_from(limits.shown).unwrap();
                    assert_eq!(ids.len(), expected.len().min(shown), "{typed} {limits:?}");
                    assert_eq!(hits.more, expected.len() > shown, "{typed} {limits:?}");
                    assert!(ids.iter().all(|id| expected.contains(id)), "{typed} {limits:?}");
                }
            }
            Ok((found, nothing))
        })
        .await
        .expect("searched");
    assert!(found > 900 && nothing > 200, "terms of both kinds: {found} {nothing}");
    db.close();
}
