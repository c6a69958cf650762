//! Lists narrowed by a name, a number or a tag give what a plain comparison of everybody gives, in their order, whether
//! few fit or thousands.

use diesel::prelude::*;
use diesel::sql_types::BigInt;

use switchboard::auth::CustomerScope;
use switchboard::customers::ListedCustomer;
use switchboard::customers::filter::Asked;
use switchboard::customers::make_pairs;
use switchboard::customers::store::{by_name, list};
use switchboard::db::page::{NameCursor, Page};
use switchboard::db::sql::Sql;
use switchboard::db::types::StaffId;
use switchboard::db::{Conn, Db};
use switchboard::text::fold;
use switchboard::web::times::Clock;
use switchboard::{inbox, search};

use crate::demo_large;

#[derive(QueryableByName)]
struct Row {
    #[diesel(sql_type = BigInt)]
    id: i64,
}

const BY_ACTIVITY: &str = "c.last_activity_at DESC, c.id DESC";
/// Those that begin with the text come first, then those whose later words do, by these; then others in its script, as far as
/// Latin and Cyrillic go, and all others.
fn by_alphabet(conn: &Conn) -> String {
    let space = if matches!(conn, Conn::Sqlite(_)) { "INSTR" } else { "STRPOS" };
    let space = format!("{space}(c.name_folded, ' ')");
    let later = format!("SUBSTR(c.name_folded, {space} + 1)");
    let part = format!(
        "CASE WHEN c.name_folded LIKE SUBSTR($1, 2) ESCAPE '\\' THEN 0 \
         WHEN {space} > 0 AND {later} LIKE SUBSTR($1, 2) ESCAPE '\\' THEN 1 \
         WHEN (c.name_folded < 'ͰͰ') = ($1 < '%ͰͰ') AND (c.name_folded < '⺀') = ($1 < '%⺀') THEN 2 ELSE 3 END"
    );
    format!("{part}, CASE {part} WHEN 1 THEN {later} ELSE '' END, c.name_folded, c.id")
}

/// The first 51 customers of a condition in which `$1` is a pattern.
fn plain(conn: &mut Conn, condition: &str, text: &str, order: &str) -> Vec<i64> {
    let sql = format!("SELECT c.id FROM customers c WHERE {condition} ORDER BY {order} LIMIT 51");
    let sql = Sql::new(sql).bind(format!("%{}%", fold(text)));
    sql.load::<Row>(conn).expect("rows").into_iter().map(|row| row.id).collect()
}

/// The same without the one that says that a page follows.
fn page(mut ids: Vec<i64>) -> Vec<i64> {
    ids.truncate(50);
    ids
}

fn in_inbox(conn: &mut Conn, filter: &str, text: &str) -> Vec<i64> {
    let query = serde_json::from_value(serde_json::json!({ filter: text })).expect("a query");
    let query: inbox::model::ListQuery = query;
    let rows = inbox::store::rows(conn, &viewer(), &query.filter()).expect("rows");
    rows.iter().map(|row| row.id.0).collect()
}

/// Filters of the panel, and what they mean.
const CHOSEN: &[(&str, &str)] = &[
    ("tag=1", "c.id IN (SELECT customer_id FROM customer_tag_links WHERE tag_id = 1)"),
    ("tag=40&tag=39", "c.id IN (SELECT customer_id FROM customer_tag_links WHERE tag_id IN (39, 40))"),
    (
        "tag=1&not_tag=2",
        "c.id IN (SELECT customer_id FROM customer_tag_links WHERE tag_id = 1) \
        AND c.id NOT IN (SELECT customer_id FROM customer_tag_links WHERE tag_id = 2)",
    ),
    (
        "channel=1&channel=2&tab=free",
        "c.responsible_id IS NULL \
        AND c.id IN (SELECT customer_id FROM channel_accounts WHERE channel_id IN (1, 2))",
    ),
    ("unanswered=1&responsible=free", "c.unread_count > 0 AND c.responsible_id IS NULL"),
    (
        "tag=3&search=an&tab=unanswered",
        "c.unread_count > 0 AND c.name_folded LIKE '%an%' \
        AND c.id IN (SELECT customer_id FROM customer_tag_links WHERE tag_id = 3)",
    ),
    (
        "registered_after=2025-11-01&registered_before=2026-06-01",
        "c.created_at >= '2025-11-01 00:00:00' \
        AND c.created_at < '2026-06-01 00:00:00'",
    ),
    ("registered_before=1999-01-01", "FALSE"),
    ("funnel_block=1", "c.id IN (SELECT customer_id FROM funnel_places WHERE block_id = 1)"),
    (
        "funnel_block=3&funnel_block=2&tag=1",
        "c.id IN (SELECT customer_id FROM funnel_places WHERE block_id IN (2, 3)) \
        AND c.id IN (SELECT customer_id FROM customer_tag_links WHERE tag_id = 1)",
    ),
    ("deal_stage=1", "c.id IN (SELECT customer_id FROM deals WHERE stage_id = 1)"),
    (
        "deal_stage=4&deal_stage=2&tag=1",
        "c.id IN (SELECT customer_id FROM deals WHERE stage_id IN (2, 4)) \
        AND c.id IN (SELECT customer_id FROM customer_tag_links WHERE tag_id = 1)",
    ),
];

fn viewer() -> inbox::Viewer {
    inbox::Viewer { scope: CustomerScope::system(), me: StaffId(3), clock: Clock::now(chrono_tz::Tz::UTC) }
}

fn by_query(conn: &mut Conn, query: &str) -> Vec<i64> {
    let filter = inbox::ListQuery::parse(query).filter();
    let rows = inbox::store::rows(conn, &viewer(), &filter).expect("rows");
    rows.iter().map(|row| row.id.0).collect()
}

fn counted_whole(conn: &mut Conn, query: &str) -> i64 {
    let filter = inbox::ListQuery::parse(query).filter();
    inbox::count_exactly(conn, &viewer(), &filter).expect("a count")
}

fn counted_plain(conn: &mut Conn, condition: &str) -> i64 {
    let sql = Sql::new(format!("SELECT COUNT(*) AS id FROM customers c WHERE {condition}"));
    sql.load::<Row>(conn).expect("a count")[0].id
}

fn in_customers(conn: &mut Conn, asked: Asked) -> Vec<i64> {
    let filter = Asked { period: "all".into(), ..asked }.filter();
    let clock = Clock::now(chrono_tz::Tz::UTC);
    let found = list::page(conn, &CustomerScope::system(), &filter, &clock, None).expect("a page");
    let all = numbers(&found.page);
    // What is said to be exact is.
    assert!(found.count > found.counted_to || found.page.next.is_some() || found.count == all.len() as i64);
    all
}

/// How many customers have this text in their names, as the page says it.
fn counted(conn: &mut Conn, text: &str) -> String {
    let filter = Asked { period: "all".into(), name: text.into(), ..Asked::default() }.filter();
    let clock = Clock::now(chrono_tz::Tz::UTC);
    let found = list::page(conn, &CustomerScope::system(), &filter, &clock, None).expect("a page");
    if found.count > found.counted_to { format!("{}+", found.counted_to) } else { found.count.to_string() }
}

fn numbers(page: &Page<ListedCustomer>) -> Vec<i64> {
    page.rows.iter().map(|row| row.id.0).collect()
}

fn in_contacts(conn: &mut Conn, name: &str) -> Vec<i64> {
    numbers(&contacts(conn, name, None))
}

fn contacts(conn: &mut Conn, name: &str, cursor: Option<&NameCursor>) -> Page<ListedCustomer> {
    by_name::by_name(conn, &CustomerScope::system(), &fold(name), false, cursor).expect("a page")
}

/// LIST-47, LIST-48, LIST-49, LIST-50, LIST-51: among so many that texts and tags are rare, in between and common.
#[actix_web::test]
async fn every_narrowed_list_equals_a_plain_comparison() {
    let loaded = demo_large::load_sized(11, (12_000, 12_000, 24_000)).await;
    let db = Db::open(loaded.database.url(), 1).expect("the database");
    let compare = |conn: &mut Conn| {
        let by_alphabet = by_alphabet(conn);
        for text in ["an", "е", "Anna", "анн", "mail", "crm-", "王", "79", "1234", "zqzq", "100%", "a_b"] {
            let named = "c.name_folded LIKE $1 ESCAPE '\\'";
            let addressed = "EXISTS (SELECT 1 FROM channel_accounts a JOIN channels h ON h.id = a.channel_id WHERE \
                 a.customer_id = c.id AND (LOWER(a.address) LIKE $1 ESCAPE '\\' AND h.kind <> 'web_chat' \
                 OR LOWER(a.username) LIKE $1 ESCAPE '\\'))";
            let pattern = text.replace('%', "\\%").replace('_', "\\_");
            let either = plain(conn, &format!("({named} OR {addressed})"), &pattern, BY_ACTIVITY);
            assert_eq!(in_inbox(conn, "search", text), either, "the inbox by {text}");
            let found = in_customers(conn, Asked { name: text.into(), ..Asked::default() });
            assert_eq!(found, page(plain(conn, named, &pattern, BY_ACTIVITY)), "customers by {text}");
            assert_eq!(in_contacts(conn, text), page(plain(conn, named, &pattern, &by_alphabet)), "contacts by {text}");
        }
        for number in ["1", "12", "123", "1199", "11999", "99999"] {
            let holding = plain(conn, "CAST(c.id AS TEXT) LIKE $1", number, BY_ACTIVITY);
            assert_eq!(in_inbox(conn, "customer_id", number), holding, "the inbox by {number}");
            let found = in_customers(conn, Asked { id: number.into(), ..Asked::default() });
            assert_eq!(found, page(holding), "customers by {number}");
        }
        for tag in ["1", "2", "40"] {
            let tagged =
                format!("$1 = $1 AND c.id IN (SELECT customer_id FROM customer_tag_links WHERE tag_id = {tag})");
            let found = in_customers(conn, Asked { tag: tag.into(), ..Asked::default() });
            assert_eq!(found, page(plain(conn, &tagged, "", BY_ACTIVITY)), "customers of the tag {tag}");
        }
        for (filters, condition) in CHOSEN {
            for (sort, order) in [("", BY_ACTIVITY), ("&sort=created", "c.created_at DESC, c.id DESC")] {
                let query = format!("{filters}{sort}");
                let wanted = plain(conn, &format!("$1 = $1 AND {condition}"), "", order);
                assert_eq!(by_query(conn, &query), wanted, "the inbox by {query}");
                assert_eq!(counted_whole(conn, &query), counted_plain(conn, condition), "all of the inbox by {query}");
            }
        }
        Ok(())
    };
    db.read(compare).await.expect("compared");
    db.close();
}

/// PostgreSQL's index of activity holds the beginning of a search text alone; what stands behind it is found.
#[actix_web::test]
async fn what_stands_far_back_in_a_long_text_is_found() {
    let loaded = demo_large::load_sized(16, (3_000, 3_000, 3_000)).await;
    let db = Db::open(loaded.database.url(), 1).expect("the database");
    let mut direct = loaded.database.connect();
    let newest = "(SELECT id FROM customers ORDER BY last_activity_at DESC, id DESC LIMIT 1)";
    let id = direct.number(&format!("SELECT id FROM customers WHERE id = {newest}")).expect("a customer");
    let long = format!("{}\nfar@mail.example", "я".repeat(400));
    direct.execute(&format!("UPDATE customers SET search_text = '{long}', search_pairs = -1 WHERE id = {id}"));
    // So many hold it that the newest are walked.
    let search::Query::Term(term) = search::Query::parse("mail") else { panic!("a term") };
    let found = db.read(move |conn| {
        search::store::find(conn, &CustomerScope::system(), &term, &search::store::Limits::default())
    });
    let found = found.await.expect("found");
    assert!(found.more && found.rows.iter().any(|hit| hit.id.0 == id), "{} rows", found.rows.len());
    db.close();
}

/// CONT-07: names that begin with the text come first, then those whose last name does, then those that hold it; pages go
/// through all parts, there and back, and leave nobody out.
#[actix_web::test]
async fn contacts_by_a_name_are_paged_through_all_parts() {
    let loaded = demo_large::load_sized(12, (3_000, 3_000, 3_000)).await;
    let db = Db::open(loaded.database.url(), 1).expect("the database");
    let walk = |conn: &mut Conn| {
        for text in ["an", "ann", "а", "王", "na"] {
            let order = by_alphabet(conn);
            let holds = format!("SELECT c.id FROM customers c WHERE c.name_folded LIKE $1 ORDER BY {order}");
            let all = Sql::new(holds).bind(format!("%{text}%")).load::<Row>(conn).expect("rows");
            let all: Vec<i64> = all.into_iter().map(|row| row.id).collect();
            let mut forth = vec![contacts(conn, text, None)];
            while let Some(next) = forth.last().and_then(|page| page.next.clone()) {
                forth.push(contacts(conn, text, NameCursor::decode(&next).as_ref()));
            }
            assert!(all.len() > 50 || text == "王", "{text}: {}", all.len());
            assert_eq!(forth.iter().flat_map(numbers).collect::<Vec<_>>(), all, "{text}");
            let mut back = vec![];
            let mut previous = forth.last().and_then(|page| page.previous.clone());
            while let Some(cursor) = previous {
                let page = contacts(conn, text, NameCursor::decode(&cursor).as_ref());
                previous = page.previous.clone();
                back.push(numbers(&page));
            }
            back.reverse();
            let before_the_last = all.len() - forth.last().map_or(0, |page| page.rows.len());
            assert_eq!(back.concat(), all[..before_the_last], "{text}, backwards");
        }
        Ok(())
    };
    db.read(walk).await.expect("walked");
    db.close();
}

/// What few hold is counted, of what many hold the page says "50+".
#[actix_web::test]
async fn a_name_that_few_have_is_counted_exactly() {
    let loaded = demo_large::load_sized(13, (3_000, 3_000, 3_000)).await;
    let db = Db::open(loaded.database.url(), 1).expect("the database");
    let mut direct = loaded.database.connect();
    for id in 1..=73 {
        direct.execute(&format!(
            "UPDATE customers SET name = 'Quillon', name_folded = 'quillon', search_text = 'quillon', search_pairs = -1 WHERE id = {}",
            id * 7
        ));
    }
    if !loaded.database.is_sqlite() {
        direct.execute("ANALYZE customers");
    }
    let count = |conn: &mut Conn| {
        assert_eq!(counted(conn, "quillon"), "73");
        assert_eq!(counted(conn, "qzqzq"), "0");
        assert_eq!(counted(conn, "a"), "50+");
        Ok(())
    };
    db.read(count).await.expect("counted");
    db.close();
}

/// Whoever was there before the bits of their texts is found as others are; the desk makes the bits past them.
#[actix_web::test]
async fn customers_without_bits_are_found_and_get_them() {
    let loaded = demo_large::load_sized(14, (500, 500, 500)).await;
    let db = Db::open(loaded.database.url(), 1).expect("the database");
    let mut direct = loaded.database.connect();
    let bits = "SELECT SUM(search_pairs % 1000003) FROM customers";
    let before = direct.text(bits);
    direct.execute("UPDATE customers SET search_pairs = -1");
    let found = db.read(|conn| Ok(in_inbox(conn, "search", "anna"))).await.expect("found");
    assert!(!found.is_empty());
    make_pairs(&db).await.expect("made");
    // PostgreSQL never asks for them.
    assert_eq!(direct.text(bits) == before, loaded.database.is_sqlite());
    let again = db.read(|conn| Ok(in_inbox(conn, "search", "anna"))).await.expect("found");
    assert_eq!(again, found);
    db.close();
}
