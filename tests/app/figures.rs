//! The planner's figures on SQLite: a desk that has grown by itself has them, and its lists keep their plans.

use switchboard::db::{Db, figures};

use crate::support::database::Direct;
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
    let of_one = "SELECT count(*) FROM sqlite_stat4 WHERE idx LIKE '%\\_customer' ESCAPE '\\'";
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
