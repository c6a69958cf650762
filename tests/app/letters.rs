//! Letters that capitals write in another way, and those that one database knows and another does not.

use switchboard::customers::mend_search;

use crate::support::desk::{Letter, Person};
use crate::support::{Client, OPERATOR, spawn_app};

async fn in_inbox(client: &Client, typed: &str) -> Vec<String> {
    client.get(&format!("/inbox?search={typed}")).await.select(".cc .cc-a")
}

async fn in_contacts(client: &Client, typed: &str) -> Vec<String> {
    client.get(&format!("/contacts?q={typed}")).await.select("#contact_list .cc-a")
}

/// Spellings, each of which finds the other.
const GREEK: [&str; 2] = ["Γιώργος Παπαδόπουλος", "ΠΑΠΑΔΌΠΟΥΛΟΣ"];
const GERMAN: [&str; 2] = ["Straße GmbH", "STRASSE"];

/// SEARCH-05, CONT-09, LIST-47: a final sigma and a sharp s are found in capitals, and capitals by them, wherever one searches.
#[actix_web::test]
async fn greek_and_german_names_are_found_in_capitals() {
    let app = spawn_app().await;
    for name in [GREEK[0], GERMAN[0]] {
        app.customer(Person::named(name));
    }
    let client = app.sign_in(OPERATOR).await;
    for [name, typed] in [GREEK, GERMAN] {
        for typed in [typed, name] {
            assert_eq!(in_inbox(&client, typed).await, [name], "{typed}");
            assert_eq!(in_contacts(&client, typed).await, [name], "{typed}");
            client.get(&format!("/search?q={typed}")).await.assert_silent_about("Nothing found");
        }
    }
}

/// SEARCH-05: whoever was stored before an upgrade is found so after it, once the desk has gone through all customers; it does so
/// once.
#[actix_web::test]
async fn who_was_folded_by_an_older_rule_is_folded_anew() {
    let app = spawn_app().await;
    let telegram = app.channel("telegram");
    let id = app.writes(Letter { channel: telegram, address: "КЛИЕНТ-7", name: GREEK[0], ..Letter::default() }).await;
    app.execute(
        &format!(
            "UPDATE customers SET name_folded = 'γιώργος παπαδόπουλος', \
         search_text = 'γιώργος παπαδόπουλος' || CHR10 || 'клиент-7' || CHR10 || '{id}' WHERE id = {id}"
        )
        .replace("CHR10", if app.is_sqlite() { "char(10)" } else { "chr(10)" }),
    );
    app.execute("UPDATE channel_accounts SET found_by = NULL");
    // So many that it takes several steps, and one far behind the others.
    for _ in 0..9 {
        app.execute(
            "INSERT INTO customers (name, name_folded, search_text, last_activity_at, created_at) \
             SELECT name, name_folded, search_text, last_activity_at, created_at FROM customers",
        );
    }
    app.execute("UPDATE customers SET id = 25000 WHERE id = (SELECT MAX(id) FROM customers)");
    app.execute("INSERT INTO settings (key, value) VALUES ('refolded_customers', '0')");
    mend_search(&app.db).await.expect("mended");
    let left = "SELECT COUNT(*) FROM customers WHERE name_folded LIKE '%ς%' OR search_text LIKE '%ς%'";
    assert_eq!(app.number(left), 0);
    assert_eq!(app.number("SELECT COUNT(*) FROM customers WHERE name_folded = 'γιώργοσ παπαδόπουλοσ'"), 512);
    assert_eq!(app.number("SELECT COUNT(*) FROM settings WHERE key = 'refolded_customers'"), 0);
    assert_eq!(app.number("SELECT COUNT(*) FROM customers WHERE search_pairs = -1"), 0);
    let client = app.sign_in(OPERATOR).await;
    assert_eq!(in_inbox(&client, "клиент-7").await, [GREEK[0]]);
    app.execute("UPDATE customers SET name_folded = 'ς'");
    mend_search(&app.db).await.expect("nothing to mend");
    assert_eq!(app.number("SELECT COUNT(*) FROM customers WHERE name_folded = 'ς'"), 512);
}

/// The same for both engines.
const UPGRADE: &str = include_str!("../../migrations/sqlite/2026-11-29-001210_letters_of_capitals/up.sql");

/// The names of tags and lists are folded anew by the upgrade itself; where two become one, both stay, and it goes on.
#[actix_web::test]
async fn the_upgrade_folds_names_anew() {
    let app = spawn_app().await;
    let tag = |name: &str| {
        app.execute(&format!(
            "INSERT INTO customer_tags (name, name_folded, hue, created_at) VALUES ('{name}', '{name}', 1, \
             '2026-01-05 09:00:00')"
        ));
    };
    ["φίλος", "straße", "strasse", "maß ss", "mass ß"].into_iter().for_each(tag);
    let updates = UPGRADE.split(';').map(str::trim).filter(|statement| statement.starts_with("UPDATE"));
    updates.for_each(|statement| app.execute(statement));
    for (folded, is_there) in
        [("φίλοσ", true), ("φίλος", false), ("straße", true), ("strasse", true), ("maß ss", true), ("mass ß", true)]
    {
        let there = app.number(&format!("SELECT COUNT(*) FROM customer_tags WHERE name_folded = '{folded}'"));
        assert_eq!(there == 1, is_there, "{folded}");
    }
}

/// The same for both engines.
const ADDRESSES: &str = include_str!("../../migrations/sqlite/2026-11-30-000010_letters_of_addresses/up.sql");

/// е and ё are one letter in names, and two in addresses: anybody may have the other domain. Either is found by both; whoever was
/// there before the upgrade is told apart after it.
#[actix_web::test]
async fn one_letter_tells_two_addresses_apart() {
    let app = spawn_app().await;
    let mail = app.channel("email");
    let person = |address, name| Letter { channel: mail, address, email: address, name, ..Letter::default() };
    let known = app.writes(person("info@берёза.рф", "Anna")).await;
    let other = app.writes(person("info@береза.рф", "Boris")).await;
    assert_ne!(known, other);
    let client = app.sign_in(OPERATOR).await;
    for typed in ["info@берёза.рф", "info@береза.рф"] {
        let mut found = in_inbox(&client, typed).await;
        found.sort();
        assert_eq!(found, ["Anna", "Boris"], "{typed}");
    }

    app.execute("UPDATE customers SET email_folded = 'info@береза.рф'");
    app.execute(&format!(
        "INSERT INTO contact_claims (customer_id, kind, value, value_folded, created_at) VALUES \
         ({known}, 'email', 'Ёж@почта.рф', 'еж@почта.рф', '2026-01-05 09:00:00'), \
         ({other}, 'email', 'ёж@почта.рф', 'еж@почта.рф', '2026-01-05 09:00:00'), \
         ({other}, 'email', 'ёж@почта.рф', 'ёж@почта.рф', '2026-01-06 09:00:00')"
    ));
    app.execute(ADDRESSES);
    mend_search(&app.db).await.expect("mended");
    for (id, folded) in [(known, "info@берёза.рф"), (other, "info@береза.рф")] {
        let stored = app.text(&format!("SELECT email_folded FROM customers WHERE id = {id}"));
        assert_eq!(stored.as_deref(), Some(folded));
    }
    let claims = |id| {
        app.number(&format!(
            "SELECT COUNT(*) FROM contact_claims WHERE customer_id = {id} AND value_folded = 'ёж@почта.рф'"
        ))
    };
    assert_eq!((claims(known), claims(other)), (1, 1));
    assert_eq!(app.number("SELECT COUNT(*) FROM settings WHERE key = 'refolded_customers'"), 0);
}

/// LIST-47: an address in capitals that are not ASCII is found by small letters and the other way round, with either database.
#[actix_web::test]
async fn addresses_are_found_in_any_script_and_case() {
    let app = spawn_app().await;
    let telegram = app.channel("telegram");
    let person = |address, name| Letter { channel: telegram, address, name, ..Letter::default() };
    app.writes(person("КЛИЕНТ-Ёж", "Anna")).await;
    app.writes(person("ＡＢＣ-9", "Boris")).await;
    app.writes(person("Plain-5", "Clara")).await;
    let client = app.sign_in(OPERATOR).await;
    for (typed, name) in [
        ("клиент-еж", "Anna"),
        ("КЛИЕНТ-ЁЖ", "Anna"),
        ("abc-9", "Boris"),
        ("ａｂｃ-9", "Boris"),
        ("plain-5", "Clara"),
        ("PLAIN-5", "Clara"),
    ] {
        assert_eq!(in_inbox(&client, typed).await, [name], "{typed}");
    }
    app.execute("UPDATE channels SET kind = 'web_chat'");
    assert!(in_inbox(&client, "plain-5").await.is_empty());
}
