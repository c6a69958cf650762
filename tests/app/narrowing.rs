//! Lists narrowed by a name, a number or a tag give what a plain comparison of everybody gives, in their order, whether
//! few fit or thousands.

use diesel::prelude::*;
use diesel::sql_types::BigInt;

use switchboard::auth::CustomerScope;
use switchboard::customers::filter::Asked;
use switchboard::customers::store::list;
use switchboard::db::sql::Sql;
use switchboard::db::types::StaffId;
use switchboard::db::{Conn, Db};
use switchboard::inbox;
use switchboard::text::fold;
use switchboard::web::times::Clock;

use crate::demo_large;

#[derive(QueryableByName)]
struct Row {
    #[diesel(sql_type = BigInt)]
    id: i64,
}

const BY_ACTIVITY: &str = "c.last_activity_at DESC, c.id DESC";
const BY_NAME: &str = "c.name_folded, c.id";

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
    let rows = inbox::store::rows(conn, &CustomerScope::system(), StaffId(3), &query.filter()).expect("rows");
    rows.iter().map(|row| row.id.0).collect()
}

fn in_customers(conn: &mut Conn, asked: Asked) -> Vec<i64> {
    let filter = Asked { period: "all".into(), ..asked }.filter();
    let clock = Clock::now(chrono_tz::Tz::UTC);
    let page = list::page(conn, &CustomerScope::system(), &filter, &clock, None).expect("a page");
    page.rows.iter().map(|row| row.id.0).collect()
}

fn in_contacts(conn: &mut Conn, name: &str) -> Vec<i64> {
    let page = list::by_name(conn, &CustomerScope::system(), &fold(name), None).expect("a page");
    page.rows.iter().map(|row| row.id.0).collect()
}

/// LIST-47, LIST-48, LIST-49, LIST-50, LIST-51: among so many that texts and tags are rare, in between and common.
#[actix_web::test]
async fn every_narrowed_list_equals_a_plain_comparison() {
    let loaded = demo_large::load_sized(11, (12_000, 12_000, 24_000)).await;
    let db = Db::open(loaded.database.url(), 1).expect("the database");
    let compare = |conn: &mut Conn| {
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
            assert_eq!(in_contacts(conn, text), page(plain(conn, named, &pattern, BY_NAME)), "contacts by {text}");
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
        Ok(())
    };
    db.read(compare).await.expect("compared");
    db.close();
}
