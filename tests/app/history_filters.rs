//! History by its filters gives what a plain comparison of all conversations gives, whether hardly any fit or thousands.

use diesel::prelude::*;
use diesel::sql_types::BigInt;

use switchboard::auth::CustomerScope;
use switchboard::db::page::Cursor;
use switchboard::db::sql::Sql;
use switchboard::db::types::StaffId;
use switchboard::db::{Conn, Db};
use switchboard::history;
use switchboard::web::times::Clock;

use crate::demo_large;

#[derive(QueryableByName)]
struct Row {
    #[diesel(sql_type = BigInt)]
    id: i64,
}

/// Each filter with the condition on a conversation `k` that it stands for: what hardly any fit, and thousands.
const HISTORY: [(&str, &str, &str); 11] = [
    ("operator", "1", "k.assignee_id = 1"),
    ("operator", "3", "k.assignee_id = 3"),
    ("channel", "2", "k.channel_id = 2"),
    ("rating", "low", "k.rating <= 3"),
    ("rating", "none", "k.rating IS NULL"),
    ("tag", "10", "k.id IN (SELECT conversation_id FROM conversation_tag_links WHERE tag_id = 10)"),
    ("tag", "999", "k.id IN (SELECT conversation_id FROM conversation_tag_links WHERE tag_id = 999)"),
    ("customer", "77", "CAST(k.customer_id AS TEXT) LIKE '%77%'"),
    ("part", "1", PART_OF_1),
    ("part", "3", PART_OF_3),
    ("", "", "1 = 1"),
];

/// What an operator finds of their own: of one who had a part in little, and in much.
const PART_OF_1: &str = "(k.assignee_id = 1 OR k.closed_by_id = 1 OR k.customer_id IN (SELECT id FROM customers WHERE \
                         responsible_id = 1))";
const PART_OF_3: &str = "(k.assignee_id = 3 OR k.closed_by_id = 3 OR k.customer_id IN (SELECT id FROM customers WHERE \
                         responsible_id = 3))";

/// Each filter, alone and within periods that hold few, many and all conversations, page by page, on both
/// of its tabs.
#[actix_web::test]
async fn history_by_each_filter_equals_a_plain_comparison() {
    let loaded = demo_large::load_sized(15, (4_000, 8_000, 16_000)).await;
    let db = Db::open(loaded.database.url(), 1).expect("the database");
    let mut direct = loaded.database.connect();
    let mut nth = |place: i64| {
        let days = "SELECT SUBSTR(CAST(opened_at AS TEXT), 1, 10) AS day FROM conversations ORDER BY opened_at";
        direct.text(&format!("SELECT day FROM ({days} LIMIT 1 OFFSET {place}) AS days")).expect("a day")
    };
    let (early, later, late) = (nth(2_000), nth(2_300), nth(6_500));
    let periods = [("", ""), (&*early, &*later), (&*early, &*late), ("", &*early), (&*late, "")];
    let mut wrong = vec![];
    let (closed, open) = ("k.status = 'closed'", "k.status <> 'closed'");
    for (tab, by, is_on_it, at, day) in [
        ("history", "", closed, "k.closed_at", "k.opened_at"),
        ("history", "ended", closed, "k.closed_at", "k.closed_at"),
        ("active", "ended", open, "k.last_message_at", "k.opened_at"),
    ] {
        for (filter, value, condition) in HISTORY {
            // Nothing that is active has a rating: a filter by it goes for History alone.
            let condition = if tab == "active" && filter == "rating" { "1 = 1" } else { condition };
            for (from, to) in periods {
                let mut asked = serde_json::json!({ "tab": tab, "by": by, "from": from, "to": to });
                if !filter.is_empty() {
                    asked[filter] = value.into();
                }
                let mut plain = format!("SELECT k.id FROM conversations k WHERE {is_on_it} AND {condition}");
                if !from.is_empty() {
                    plain += &format!(" AND CAST({day} AS TEXT) >= '{from}'");
                }
                if !to.is_empty() {
                    plain += &format!(" AND SUBSTR(CAST({day} AS TEXT), 1, 10) <= '{to}'");
                }
                plain += &format!(" ORDER BY {at} DESC, k.id DESC LIMIT 120");
                let compare = move |conn: &mut Conn| {
                    let plain: Vec<i64> = Sql::new(plain).load::<Row>(conn)?.into_iter().map(|row| row.id).collect();
                    Ok((in_history(conn, asked, plain.len()), plain))
                };
                let (found, plain) = db.read(compare).await.expect("compared");
                if found != plain {
                    wrong.push(format!(
                        "{tab} {by}, {filter} {value}, {from} to {to}: {} of {}",
                        found.len(),
                        plain.len()
                    ));
                }
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    db.close();
}

/// The first conversations of a list of History, as many pages of it as hold so many.
fn in_history(conn: &mut Conn, asked: serde_json::Value, wanted: usize) -> Vec<i64> {
    let part_of = asked["part"].as_str().map(|id| StaffId(id.parse().expect("a number")));
    let asked: history::model::Asked = serde_json::from_value(asked).expect("a query");
    let filter = history::model::Filter { part_of, ..asked.parse(&Clock::now(chrono_tz::Tz::UTC)).0 };
    let (mut found, mut cursor) = (vec![], None);
    loop {
        let page = history::store::page(conn, &CustomerScope::system(), &filter, cursor).expect("a page");
        found.extend(page.rows.iter().map(|(row, _)| row.id.0));
        cursor = page.next.as_deref().and_then(Cursor::decode);
        if cursor.is_none() || found.len() >= wanted {
            found.truncate(wanted.max(1));
            return found;
        }
    }
}
