//! The planner's figures on SQLite: a desk that has grown by itself has them, and its lists keep their plans.

use diesel::prelude::*;
use diesel::sql_query;
use diesel::sql_types::Text;
use switchboard::db::{Conn, Db, figures};

use crate::support::database::Direct;
use crate::support::desk::Letter;
use crate::support::{TestApp, spawn_embedded_app};
use crate::{demo_large, plans};

/// What the planner knows of tables, and of which indexes it has samples.
fn known(direct: &mut Direct) -> (String, String) {
    // The settings hold the mark of the load while its figures are gathered.
    let figures = "SELECT group_concat(idx || ' ' || stat, '; ') FROM (SELECT * FROM sqlite_stat1 WHERE idx IS NOT NULL \
                   AND tbl NOT LIKE '%fts%' AND tbl NOT LIKE '%schema%' AND tbl <> 'settings' \
                   AND CAST(stat AS INTEGER) > 0 ORDER BY idx)";
    let sampled = "SELECT group_concat(tbl) FROM (SELECT DISTINCT tbl FROM sqlite_stat4 ORDER BY tbl)";
    (direct.text(figures).unwrap_or_default(), direct.text(sampled).unwrap_or_default())
}

#[actix_web::test]
async fn a_desk_that_grew_from_nothing_gets_figures_and_keeps_its_plans() {
    let loaded = demo_large::load_sized(5, (3_000, 6_000, 20_000)).await;
    let db = Db::open(loaded.database.url(), 1).expect("the database");
    if !loaded.database.is_sqlite() {
        assert!(figures::refresh(&db).await.expect("nothing to do").is_empty());
        db.close();
        return;
    }
    assert!(figures::refresh(&db).await.expect("looked").is_empty(), "a load leaves nothing to gather");
    let mut direct = loaded.database.connect();
    let after_load = known(&mut direct);
    // The same rows as if they had come one by one: nobody has ever gathered figures.
    direct.execute("DROP TABLE sqlite_stat1; DROP TABLE sqlite_stat4");
    let gathered = figures::refresh(&db).await.expect("gathered");
    assert!(gathered.iter().any(|index| index == "messages_customer"), "{gathered:?}");
    assert_eq!(known(&mut direct), after_load);
    assert_eq!(after_load.1, "conversations,customers");
    let of_one = "SELECT count(*) FROM sqlite_stat4 WHERE idx LIKE '%\\_customer' ESCAPE '\\' OR idx LIKE '%\\_account' ESCAPE '\\'";
    assert_eq!(direct.number(of_one), Some(0), "of what belongs to one customer there are no samples");
    assert!(figures::refresh(&db).await.expect("looked").is_empty(), "once is enough");
    db.close();
    plans::hold(&loaded).await;
}

/// Only what has grown is read again, and what was known of the others stays.
#[actix_web::test]
async fn only_a_table_that_has_doubled_is_read_again() {
    let loaded = demo_large::load_sized(6, (300, 600, 2_000)).await;
    if !loaded.database.is_sqlite() {
        return;
    }
    let db = Db::open(loaded.database.url(), 1).expect("the database");
    let mut direct = loaded.database.connect();
    let copied = "customer_id, conversation_id, channel_id, kind, body, created_at";
    let grow = format!("INSERT INTO messages ({copied}) SELECT {copied} FROM messages");
    direct.execute(&format!("{grow} LIMIT 1900"));
    assert!(figures::refresh(&db).await.expect("looked").is_empty());
    direct.execute(&format!("{grow} LIMIT 200"));
    let gathered = figures::refresh(&db).await.expect("gathered");
    assert!(!gathered.is_empty() && gathered.iter().all(|index| index.starts_with("messages_")), "{gathered:?}");
    assert!(figures::refresh(&db).await.expect("looked").is_empty());
    db.close();
}

/// So many people write a message each, and have written before if the desk knows them.
async fn write(app: &TestApp, channel: i64, people: usize) {
    let messages = (0..people).map(async |number| {
        let address = format!("visitor {number}");
        app.receives(Letter { channel, address: &address, body: "A word", ..Letter::default() }).await
    });
    futures_util::future::join_all(messages).await;
}

/// People write, day by day, and nothing else fills the desk: its figures are those of a full look, at each age.
#[actix_web::test]
async fn a_desk_that_people_fill_has_true_figures_at_each_age() {
    let app = spawn_embedded_app().await;
    let channel = app.channel("web_chat");
    let mut direct = app.direct();
    write(&app, channel, 100).await;
    let gathered = figures::refresh(&app.db).await.expect("gathered");
    for index in ["customers_activity", "channel_accounts_customer", "conversations_customer", "messages_customer"] {
        assert!(gathered.iter().any(|name| name == index), "{index} is missing: {gathered:?}");
    }
    let first = known(&mut direct);
    direct.execute("ANALYZE");
    assert_eq!(known(&mut direct).0, first.0);
    // Their words, and that a conversation has begun.
    assert!(first.0.contains("messages_customer 200 2"), "{}", first.0);

    write(&app, channel, 100).await;
    write(&app, channel, 100).await;
    assert!(figures::refresh(&app.db).await.expect("looked").is_empty(), "twice as many is not more than twice");
    write(&app, channel, 100).await;
    let gathered = figures::refresh(&app.db).await.expect("gathered");
    assert!(!gathered.is_empty() && gathered.iter().all(|index| index.starts_with("messages_")), "{gathered:?}");
    let second = known(&mut direct);
    assert!(second.0.contains("messages_customer 500 5"), "{}", second.0);
    direct.execute("ANALYZE");
    assert_eq!(known(&mut direct).0, second.0);
}

/// How the desk's open connection would look for a row of a table of the test.
fn plan(conn: &mut Conn) -> switchboard::error::Result<String> {
    #[derive(QueryableByName)]
    struct Line {
        #[diesel(sql_type = Text)]
        detail: String,
    }
    // An explanation alone does not look whether the schema is another one meanwhile.
    sql_query("SELECT max(small) FROM grown").execute(conn)?;
    let lines: Vec<Line> =
        sql_query("EXPLAIN QUERY PLAN SELECT * FROM grown WHERE small = 1 AND large = 1").load(conn)?;
    Ok(lines.into_iter().map(|line| line.detail).collect())
}

/// What one connection has gathered, all others know at once.
#[actix_web::test]
async fn open_connections_know_new_figures_at_once() {
    let app = spawn_embedded_app().await;
    let db = Db::open(app.db.url(), 1).expect("the database");
    let mut direct = app.direct();
    direct.execute(
        "CREATE TABLE grown (small, large); CREATE INDEX by_small ON grown (small); \
                    CREATE INDEX by_large ON grown (large)",
    );
    let rows = |count: i64| {
        format!(
            "WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < {count}) \
                                     INSERT INTO grown"
        )
    };
    direct.execute(&format!("{} SELECT i % 2, i FROM n", rows(100)));
    figures::refresh(&db).await.expect("gathered");
    let before = db.read(plan).await.expect("a plan");
    assert!(before.contains("by_large"), "{before}");
    direct.execute(&format!("{} SELECT 2 + i, 1 FROM n", rows(2_000)));
    let gathered = figures::refresh(&db).await.expect("gathered");
    assert_eq!(gathered, ["by_large", "by_small"], "of the table that has grown");
    let after = db.read(plan).await.expect("a plan");
    assert!(after.contains("by_small"), "{after}");
    assert_eq!(direct.number("SELECT count(*) FROM sqlite_schema WHERE type = 'view'"), Some(0));
    db.close();
}
