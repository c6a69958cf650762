//! `demo`: a data set of any size, the same for the same seed, true in every column, on both engines.

use std::path::Path;

use switchboard::config::Config;
use switchboard::db::Db;
use switchboard::db::types::UtcTime;
use switchboard::demo::{self, Size};
use switchboard::files::Files;
use switchboard::search::store::{Limits, find};
use switchboard::secrets::Secrets;

use crate::support::database::{Content, Database, Direct};

const SIZE: (u64, u64, u64) = (400, 900, 5_000);

fn size(seed: u64) -> Size {
    let ends_at = UtcTime::from_micros(1_795_000_000_000_000).expect("a moment");
    Size { customers: SIZE.0, conversations: SIZE.1, messages: SIZE.2, seed, ends_at }
}

async fn prepare(url: &str, folder: &Path) -> Result<demo::Parts, String> {
    let config = Config { data: folder.to_owned(), ..Config::default() };
    let files = Files::open(&config).expect("a file store");
    let secrets = Secrets::load(&config.key_path()).expect("a key");
    let db = Db::open(url, 2).expect("the database");
    let parts = demo::prepare_large(&db, &files, &secrets).await.map_err(|e| e.to_string());
    db.close();
    parts
}

pub struct Loaded {
    pub database: Database,
    _folder: tempfile::TempDir,
}

async fn load(seed: u64) -> Loaded {
    load_sized(seed, SIZE).await
}

/// A fresh database with so many customers, conversations and messages.
pub async fn load_sized(seed: u64, (customers, conversations, messages): (u64, u64, u64)) -> Loaded {
    let folder = tempfile::tempdir().expect("a folder");
    let database = Database::create(Content::Nobody, folder.path());
    let parts = prepare(database.url(), folder.path()).await.expect("an empty database");
    let url = database.url().to_owned();
    let size = Size { customers, conversations, messages, ..size(seed) };
    demo::fill_large(&url, &size, &parts, &mut |_, _, _| ()).expect("loaded");
    Loaded { database, _folder: folder }
}

/// Everything that was made by chance, as one text.
fn rows(direct: &mut Direct) -> Vec<String> {
    let tables = [
        (
            "customers",
            "name || '|' || COALESCE(phone, '') || '|' || search_text || '|' || last_message_text || '|' || created_at || unread_count",
        ),
        (
            "conversations",
            "status || '|' || opened_at || '|' || last_message_at || '|' || COALESCE(rating, 0) || '|' || COALESCE(page_url, '')",
        ),
        (
            "messages",
            "conversation_id || '|' || kind || '|' || body || '|' || created_at || '|' || COALESCE(event, '')",
        ),
    ];
    let text = |direct: &mut Direct, table: &str, row: &str, id: u64| {
        direct.text(&format!("SELECT {row} FROM {table} WHERE id = {id}")).unwrap_or_default()
    };
    tables
        .iter()
        .flat_map(|(table, row)| (1..=60).map(|id| text(direct, table, row, id * 6)).collect::<Vec<_>>())
        .collect()
}

#[actix_web::test]
async fn the_same_seed_makes_the_same_rows_and_another_others() {
    let (one, same, other) = (load(7).await, load(7).await, load(8).await);
    let [one, same, other] = [&one, &same, &other].map(|loaded| rows(&mut loaded.database.connect()));
    assert_eq!(one, same);
    assert_ne!(one, other);
}

/// Both engines hold the same: whichever runs this test compares with what the other one had.
#[actix_web::test]
async fn the_rows_of_a_seed_are_known() {
    use sha2::{Digest, Sha256};
    let loaded = load(7).await;
    let digest = hex::encode(Sha256::digest(rows(&mut loaded.database.connect()).join("\n")));
    assert_eq!(digest, "d2ad97099f43dac39017c8b195e8be605b164e4af84b08a457ecd61889518919");
}

/// Rows that contradict others, by what they say.
const WRONG: &[(&str, &str)] = &[
    (
        "the last message",
        "SELECT count(*) FROM customers c WHERE COALESCE(last_message_id, 0) <> \
         COALESCE((SELECT max(id) FROM messages m WHERE m.customer_id = c.id AND m.kind <> 'system'), 0)",
    ),
    (
        "kind, author, time and file of the last message",
        "SELECT count(*) FROM customers c JOIN messages m ON m.id = c.last_message_id WHERE m.kind <> c.last_message_kind \
         OR COALESCE(m.author_id, 0) <> COALESCE(c.last_message_author_id, 0) OR m.created_at <> c.last_activity_at \
         OR m.has_attachments <> c.last_message_attachment",
    ),
    (
        "active conversations",
        "SELECT count(*) FROM customers c WHERE active_count <> \
         (SELECT count(*) FROM conversations v WHERE v.customer_id = c.id AND v.status <> 'closed')",
    ),
    (
        "unread messages: those after the last answer in what is open",
        "SELECT count(*) FROM customers c WHERE unread_count <> (SELECT count(*) FROM messages m \
         JOIN conversations v ON v.id = m.conversation_id WHERE m.customer_id = c.id AND v.status <> 'closed' \
         AND m.kind = 'customer' AND m.id > COALESCE((SELECT max(s.id) FROM messages s \
         WHERE s.conversation_id = v.id AND s.kind = 'staff'), 0))",
    ),
    (
        "blocks",
        "SELECT count(*) FROM customers c WHERE blocked <> EXISTS (SELECT 1 FROM blocks b WHERE b.customer_id = c.id)",
    ),
    (
        "when those of a tag were active",
        "SELECT count(*) FROM customer_tag_links l JOIN customers c ON c.id = l.customer_id \
         WHERE l.active_at IS NULL OR l.active_at <> c.last_activity_at",
    ),
    (
        "the last block that a customer has entered",
        "SELECT count(*) FROM customers c LEFT JOIN funnel_places p ON p.customer_id = c.id WHERE COALESCE(p.block_id, 0) <> \
         COALESCE((SELECT max(block_id) FROM funnel_entries e WHERE e.customer_id = c.id \
         AND e.entered_at >= c.created_at), 0)",
    ),
    (
        "pending contact details",
        "SELECT count(*) FROM customers c WHERE (phone IS NULL AND email IS NULL) <> \
         EXISTS (SELECT 1 FROM pending_actions p WHERE p.customer_id = c.id)",
    ),
    (
        "messages in the order of their numbers",
        "SELECT count(*) FROM messages a JOIN messages b ON b.conversation_id = a.conversation_id AND b.id = a.id + 1 \
         WHERE b.created_at < a.created_at",
    ),
    (
        "the first reply",
        "SELECT count(*) FROM conversations v WHERE first_reply_at <> \
         (SELECT min(created_at) FROM messages m WHERE m.conversation_id = v.id AND m.kind = 'staff')",
    ),
    (
        "the end",
        "SELECT count(*) FROM conversations v WHERE (status = 'closed') <> (closed_at IS NOT NULL) OR last_message_at <> \
         (SELECT max(created_at) FROM messages m WHERE m.conversation_id = v.id)",
    ),
    (
        "queued ones, which nobody has",
        "SELECT count(*) FROM conversations WHERE (status = 'queued') <> (assignee_id IS NULL AND status <> 'closed')",
    ),
    (
        "attachments",
        "SELECT count(*) FROM messages m WHERE has_attachments <> EXISTS (SELECT 1 FROM attachments a WHERE a.message_id = m.id)",
    ),
    (
        "nobody older than their messages",
        "SELECT count(*) FROM messages m JOIN customers c ON c.id = m.customer_id WHERE m.created_at < c.created_at",
    ),
];

/// What a data set has some of.
const PRESENT: &[(&str, &str)] = &[
    ("queued", "SELECT count(*) FROM conversations WHERE status = 'queued'"),
    ("active", "SELECT count(*) FROM conversations WHERE status = 'active'"),
    ("ratings", "SELECT count(*) FROM conversations WHERE rating IS NOT NULL"),
    ("blocked", "SELECT count(*) FROM customers WHERE blocked"),
    ("paused", "SELECT count(*) FROM customers WHERE paused"),
    ("requests to block", "SELECT count(*) FROM block_requests"),
    ("tags", "SELECT count(*) FROM customer_tag_links"),
    ("claims", "SELECT count(*) FROM contact_claims"),
    ("customers in the first block", "SELECT count(*) FROM funnel_places WHERE block_id = 1"),
    ("customers in the last block", "SELECT count(*) FROM funnel_places WHERE block_id = 3"),
    ("customers in none", "SELECT count(*) FROM customers WHERE id NOT IN (SELECT customer_id FROM funnel_places)"),
    ("deals on the first stage", "SELECT count(*) FROM deals WHERE stage_id = 1"),
    ("deals that are won", "SELECT count(*) FROM deals WHERE stage_id = 3"),
    ("deals without an amount", "SELECT count(*) FROM deals WHERE amount IS NULL"),
];

#[actix_web::test]
async fn every_column_tells_the_truth() {
    let loaded = load(3).await;
    let mut direct = loaded.database.connect();
    let mut number = |sql: &str| direct.number(sql).unwrap_or_default();
    let (customers, conversations, messages) = SIZE;
    for (table, count) in [("customers", customers), ("conversations", conversations), ("messages", messages)] {
        assert_eq!(number(&format!("SELECT count(*) FROM {table}")), i64::try_from(count).unwrap(), "{table}");
    }
    for (what, wrong) in WRONG {
        assert_eq!(number(wrong), 0, "{what}");
    }
    for (what, there) in PRESENT {
        assert!(number(there) > 0, "no {what}");
    }
}

/// On SQLite neither what a column may hold nor where it points is asked while rows are loaded: it is asked here.
#[actix_web::test]
async fn every_row_keeps_the_rules_of_its_table() {
    let loaded = load(3).await;
    if !loaded.database.is_sqlite() {
        return;
    }
    let mut direct = loaded.database.connect();
    assert_eq!(direct.text("SELECT group_concat(integrity_check) FROM pragma_integrity_check").as_deref(), Some("ok"));
    assert_eq!(direct.number("SELECT count(*) FROM pragma_foreign_key_check"), Some(0));
    // Fails if the text index holds anything but what the customers' texts say.
    direct.execute("INSERT INTO customers_fts (customers_fts, rank) VALUES ('integrity-check', 1)");
}

/// What search compares is made by the same rule as for every other customer, and phones by the same normaliser.
#[actix_web::test]
async fn customers_are_found_as_others_are() {
    let loaded = load(3).await;
    let db = Db::open(loaded.database.url(), 2).expect("the database");
    let rows = |column: &'static str| {
        let mut direct = loaded.database.connect();
        (1..=80).map(|id| direct.text(&format!("SELECT {column} FROM customers WHERE id = {id}"))).collect::<Vec<_>>()
    };
    let (phones, digits) = (rows("phone"), rows("phone_digits"));
    let loaded_texts = (rows("search_text"), rows("search_pairs"));
    db.write(|tx| {
        (1..=80)
            .try_for_each(|id| switchboard::customers::refresh_search_text(tx, switchboard::db::types::CustomerId(id)))
    })
    .await
    .expect("refreshed");
    assert_eq!((rows("search_text"), rows("search_pairs")), loaded_texts);
    let parsed: Vec<_> = phones
        .iter()
        .map(|phone| phone.as_deref().and_then(|phone| switchboard::text::phone_digits(phone, "RU")))
        .collect();
    assert_eq!(parsed, digits);
    let term = |typed: &str| match switchboard::search::Query::parse(typed) {
        switchboard::search::Query::Term(term) => term,
        other => panic!("{other:?}"),
    };
    let name = rows("name").into_iter().flatten().next().expect("a name");
    let found = db
        .read(move |conn| {
            let scope = switchboard::auth::CustomerScope::system();
            find(conn, &scope, &term(&name), &Limits::default())
        })
        .await
        .expect("found");
    assert!(!found.rows.is_empty(), "the text index is filled");
    db.close();
}

/// An interrupted load is told, refused by the desk, and made whole by running it again; indexes and all. Stopped while
/// the rows go in, before the indexes, and when everything but the planner's figures is there.
#[actix_web::test]
async fn an_interrupted_load_is_told_and_begun_again() {
    let whole = rows(&mut load(7).await.database.connect());
    for place in ["customers", "indexes", "the planner's figures"] {
        interrupt_and_begin_again(place, &whole).await;
    }
}

async fn interrupt_and_begin_again(place: &str, whole: &[String]) {
    let folder = tempfile::tempdir().expect("a folder");
    let database = Database::create(Content::Nobody, folder.path());
    let indexes = match database.is_sqlite() {
        true => {
            "SELECT group_concat(name) FROM (SELECT name FROM sqlite_schema WHERE type IN ('index', 'trigger') ORDER BY name)"
        }
        false => {
            "SELECT string_agg(name, ',' ORDER BY name) FROM (SELECT indexname AS name FROM pg_indexes WHERE schemaname = 'public' \
             UNION ALL SELECT conname FROM pg_constraint WHERE contype = 'f') AS names"
        }
    };
    let before = database.connect().text(indexes);
    let parts = prepare(database.url(), folder.path()).await.expect("an empty database");
    let url = database.url().to_owned();
    // Stopped in the middle, as a killed process is.
    let stopped = std::panic::catch_unwind(std::panic::AssertUnwindSafe(|| {
        demo::fill_large(&url, &size(7), &parts, &mut |what, _, _| assert_ne!(what, place, "stopped on purpose"))
    }));
    assert!(stopped.is_err(), "it went on");
    if place != "the planner's figures" {
        assert_ne!(database.connect().text(indexes), before);
    }
    let db = Db::open(&url, 2).expect("the database");
    let refused = demo::require_finished(&db).await.expect_err("it is not finished").to_string();
    assert!(refused.contains("interrupted") && !refused.contains('\n'), "{refused}");
    db.close();
    drop(db);
    let parts = prepare(&url, folder.path()).await.expect("begun again");
    demo::fill_large(&url, &size(7), &parts, &mut |_, _, _| ()).expect("loaded");
    assert_eq!(database.connect().text(indexes), before, "everything that was put away is back");
    let db = Db::open(&url, 2).expect("the database");
    demo::require_finished(&db).await.expect("finished");
    db.close();
    drop(db);
    assert_eq!(rows(&mut database.connect()), whole);
    if database.is_sqlite() {
        database.connect().execute("INSERT INTO customers_fts (customers_fts, rank) VALUES ('integrity-check', 1)");
    }
    let refused = prepare(&url, folder.path()).await.err().expect("a demo is there");
    assert!(refused.contains("already"), "{refused}");
}

#[actix_web::test]
async fn real_data_and_impossible_sizes_are_refused() {
    let folder = tempfile::tempdir().expect("a folder");
    let database = Database::create(Content::Staff, folder.path());
    let refused = prepare(database.url(), folder.path()).await.err().expect("staff are real data");
    assert!(refused.contains("real data"), "{refused}");
    for (customers, conversations, messages) in [(0, 0, 0), (10, 10, 9), (10, 0, 5), (10, 10, u64::from(u32::MAX) + 1)]
    {
        let size = Size { customers, conversations, messages, ..size(1) };
        assert!(size.check().is_err(), "{size:?}");
    }
}
