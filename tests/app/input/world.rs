//! A desk with one of everything that a form can name: made anew whenever a form has used it up.

use std::collections::BTreeMap;
use std::net::{IpAddr, Ipv4Addr};

use reqwest::Method;
use reqwest::multipart::Form;
use switchboard::auth::sessions::hash_key;
use uuid::Uuid;

use crate::support::{Client, Direct, SECOND_OPERATOR, TestApp, desk::moment, spawn_app_with};

/// What a refusal must leave as it is. Sessions, jobs and the use of tokens go their own way; files that nobody keeps are swept.
const TABLES: &[&str] = &[
    "api_tokens",
    "app_events",
    "attachments",
    "audit_events",
    "block_requests",
    "blocks",
    "channel_accounts",
    "channels",
    "command_runs",
    "commands",
    "companies",
    "contact_claims",
    "conversation_tag_links",
    "conversation_tags",
    "conversations",
    "custom_fields",
    "customer_handles",
    "customer_list_links",
    "customer_lists",
    "customer_tag_links",
    "customer_tags",
    "customer_variables",
    "customers",
    "deal_stages",
    "deals",
    "exports",
    "field_places",
    "form_tokens",
    "funnel_blocks",
    "funnel_channels",
    "funnel_entries",
    "funnel_places",
    "funnels",
    "inbox_displays",
    "messages",
    "pending_actions",
    "pipelines",
    "quick_replies",
    "quick_reply_files",
    "saved_filters",
    "settings",
    "staff",
    "staff_channels",
    "staff_links",
];

const APP_TOKEN: &str = "token-of-the-app";
const CHAT: &str = "shop";

pub struct World {
    pub app: TestApp,
    direct: Direct,
    /// Numbers and words by what they name.
    things: BTreeMap<&'static str, String>,
    rounds: u32,
    calls: std::cell::Cell<u32>,
}

impl World {
    pub async fn new() -> World {
        let app = spawn_app_with(|config| {
            config.demo = true;
            // Every call comes from an address of its own, so that no limit stands between it and its form.
            config.trusted_proxies = vec![IpAddr::V4(Ipv4Addr::LOCALHOST)];
        })
        .await;
        let direct = app.direct();
        let mut world = World { app, direct, things: BTreeMap::new(), rounds: 0, calls: 0.into() };
        world.connect();
        world.refill();
        world
    }

    /// The channels that visitors and the app use; they stay.
    fn connect(&mut self) {
        self.direct.execute(&format!(
            "INSERT INTO channels (kind, name, public_key, enabled, created_at) \
               VALUES ('web_chat', 'Shop', '{CHAT}', TRUE, '2026-01-05 09:00:00'); \
             INSERT INTO channels (kind, name, public_key, enabled, created_at) \
               VALUES ('app', 'App', 'app', TRUE, '2026-01-05 09:00:00'); \
             INSERT INTO api_tokens (channel_id, name, token_hash, created_at) \
               SELECT id, 'server', '{}', '2026-01-05 09:00:00' FROM channels WHERE kind = 'app'",
            hash_key(APP_TOKEN)
        ));
        self.things.insert("key", CHAT.into());
        self.things.insert("kind", "web_chat".into());
        self.things.insert("field", "note".into());
    }

    /// One more of everything, each with a name of its own.
    pub fn refill(&mut self) {
        self.rounds += 1;
        let (round, now) = (self.rounds, moment(0));
        let token = format!("link-{round}");
        let sql = [people(round, &now), belongings(round, &now), staff(round, &now, &hash_key(&token))].concat();
        self.direct.execute(&sql.join("; "));
        for (thing, query) in numbers(round) {
            let number = self.direct.number(&query).unwrap_or_else(|| panic!("no {thing}"));
            self.things.insert(thing, number.to_string());
        }
        self.direct.execute(&format!("DELETE FROM customers WHERE name = 'gone {round}'"));
        // All this went past the product, which keeps what every page shows.
        self.app.db.written_elsewhere();
        self.things.insert("token", token);
        self.things.insert("external_id", format!("u-{round}"));
    }

    /// What a good link or form says for this thing.
    pub fn thing(&self, what: &str) -> &str {
        self.things.get(what).unwrap_or_else(|| panic!("the world has no {what}"))
    }

    /// The same kind of thing, somebody else's; a number that nobody has where everything belongs to everybody.
    pub fn foreign(&self, what: &str) -> &str {
        self.things.get(format!("foreign_{what}").as_str()).map_or("888888", String::as_str)
    }

    /// How many rows each table has, in one text.
    pub fn rows(&mut self) -> String {
        let counts: Vec<String> =
            TABLES.iter().map(|table| format!("'{table} ' || (SELECT count(*) FROM {table})")).collect();
        self.direct.text(&counts.join(" || ', ' || ")).expect("counts")
    }

    /// A client that comes from another address with each call.
    pub fn elsewhere(&self, client: &Client) -> Client {
        let call = self.calls.get() + 1;
        self.calls.set(call);
        let [_, a, b, c] = call.to_be_bytes();
        client.with_header("x-forwarded-for", &format!("10.{a}.{b}.{c}"))
    }

    /// A visitor who has written, and with that has a conversation.
    pub async fn visitor(&mut self) -> Client {
        let http = self.elsewhere(&self.app.anonymous());
        let session = http
            .page(
                http.request(Method::POST, &format!("/chat/{CHAT}/session"))
                    .body("{}")
                    .header("content-type", "application/json"),
            )
            .await;
        session.assert_status(200);
        let token = session.json()["token"].as_str().expect("a token").to_owned();
        let visitor = http.with_header("authorization", &format!("Bearer {token}"));
        let hello = Form::new().text("client_uuid", Uuid::new_v4().to_string()).text("text", "Hello");
        visitor.post_multipart(&format!("/chat/{CHAT}/messages"), hello).await.assert_status(200);
        visitor
    }

    /// The company's own program.
    pub fn program(&self) -> Client {
        self.app.anonymous().with_header("authorization", &format!("Bearer {APP_TOKEN}"))
    }
}

/// The number of one of the people of a round, as SQL.
fn customer(who: &str, round: u32) -> String {
    format!("(SELECT id FROM customers WHERE name = '{who} {round}')")
}

/// The number of the colleague who has the foreign ones.
fn second() -> String {
    format!("(SELECT id FROM staff WHERE email = '{SECOND_OPERATOR}')")
}

/// Somebody of one's own, somebody of a colleague, and somebody who will be gone; with what they have said.
fn people(round: u32, now: &str) -> Vec<String> {
    let people = ["own", "foreign", "gone"].map(|who| {
        format!(
            "INSERT INTO customers (name, name_folded, search_text, last_activity_at, created_at) \
             VALUES ('{who} {round}', '{who} {round}', '{who} {round}', '{now}', '{now}')"
        )
    });
    let customer = |who: &str| customer(who, round);
    let shop = format!("(SELECT id FROM channels WHERE public_key = '{CHAT}')");
    let second = second();
    let account = |who: &str| {
        format!(
            "INSERT INTO channel_accounts (customer_id, channel_id, address, display_name, created_at, last_seen_at) \
             VALUES ({}, {shop}, '{}', '{who}', '{now}', '{now}')",
            customer(who),
            Uuid::new_v4()
        )
    };
    let conversation = |who: &str, status: &str, assignee: &str| {
        format!(
            "INSERT INTO conversations (customer_id, channel_id, account_id, status, origin, assignee_id, opened_at, last_message_at) \
             SELECT customer_id, channel_id, id, '{status}', 'incoming', {assignee}, '{now}', '{now}' \
             FROM channel_accounts WHERE customer_id = {}",
            customer(who)
        )
    };
    let mut sql = people.to_vec();
    sql.extend([
        format!("UPDATE customers SET responsible_id = {second} WHERE name = 'foreign {round}'"),
        account("own"),
        account("foreign"),
        conversation("own", "queued", "NULL"),
        conversation("foreign", "active", &second),
        format!(
            "UPDATE customers SET active_count = 1, unread_count = 1, channel_id = {shop}, channel_kind = 'web_chat' \
                 WHERE name IN ('own {round}', 'foreign {round}')"
        ),
        format!(
            "INSERT INTO messages (customer_id, conversation_id, channel_id, kind, body, has_attachments, created_at) \
                 SELECT customer_id, id, channel_id, 'customer', 'hello', FALSE, '{now}' FROM conversations \
                 WHERE customer_id = {}",
            customer("own")
        ),
        format!(
            "INSERT INTO contact_claims (customer_id, kind, value, value_folded, created_at) \
                 VALUES ({}, 'email', 'c@example.com', 'c@example.com', '{now}')",
            customer("own")
        ),
        format!(
            "INSERT INTO block_requests (customer_id, reason, created_at) VALUES ({}, 'Insults', '{now}')",
            customer("own")
        ),
    ]);
    sql
}

/// What an admin has set up.
fn belongings(round: u32, now: &str) -> Vec<String> {
    vec![
        format!(
            "INSERT INTO companies (name, name_folded, created_at) VALUES ('Company {round}', 'company {round}', '{now}')"
        ),
        format!("INSERT INTO custom_fields (name, created_at) VALUES ('Field {round}', '{now}')"),
        format!(
            "INSERT INTO customer_tags (name, name_folded, hue, created_at) VALUES ('Tag {round}', 'tag {round}', 1, '{now}')"
        ),
        format!(
            "INSERT INTO customer_lists (name, name_folded, created_at) VALUES ('List {round}', 'list {round}', '{now}')"
        ),
        format!(
            "INSERT INTO conversation_tags (name, name_folded, created_at) VALUES ('Topic {round}', 'topic {round}', '{now}')"
        ),
        format!(
            "INSERT INTO quick_replies (shortcut, shortcut_folded, body, search, created_at) \
                 VALUES ('reply-{round}', 'reply-{round}', 'Hello', 'hello', '{now}')"
        ),
        format!(
            "INSERT INTO funnels (name, name_folded, position, created_at) VALUES ('Funnel {round}', 'funnel {round}', {round}, '{now}')"
        ),
        format!(
            "INSERT INTO funnel_blocks (funnel_id, name, name_folded, position, text, created_at) \
                 SELECT id, 'Block {round}', 'block {round}', 0, 'Hello', '{now}' FROM funnels WHERE name = 'Funnel {round}'"
        ),
        format!(
            "INSERT INTO pipelines (name, name_folded, currency, position, created_at) \
                 VALUES ('Pipeline {round}', 'pipeline {round}', 'EUR', {round}, '{now}')"
        ),
        format!(
            "INSERT INTO deal_stages (pipeline_id, name, name_folded, hue, position, kind, created_at) \
                 SELECT id, 'Stage {round}', 'stage {round}', 1, 0, 'open', '{now}' FROM pipelines \
                 WHERE name = 'Pipeline {round}'"
        ),
        // A stage that has a deal would not go.
        format!(
            "INSERT INTO deal_stages (pipeline_id, name, name_folded, hue, position, kind, created_at) \
                 SELECT MIN(id), 'Taken {round}', 'taken {round}', 1, 0, 'open', '{now}' FROM pipelines"
        ),
        format!(
            "INSERT INTO deals (customer_id, stage_id, title, created_by_id, created_at, moved_at) \
                 SELECT {}, id, 'Chairs', {}, '{now}', '{now}' FROM deal_stages WHERE name = 'Taken {round}'",
            customer("own", round),
            second()
        ),
        // Shared, of somebody else: for admins to change, and for nobody beside them.
        format!(
            "INSERT INTO saved_filters (owner_id, name, name_folded, shared, query, created_at) \
                 SELECT id, 'Filter {round}', 'filter {round}', TRUE, 'tab=free', '{now}' FROM staff \
                 WHERE email = '{SECOND_OPERATOR}'"
        ),
        format!(
            "INSERT INTO commands (name, name_folded, about, url, secret, parameters, created_at) \
                 VALUES ('command-{round}', 'command-{round}', '', 'https://x.example', '', '[]', '{now}')"
        ),
        format!(
            "INSERT INTO channels (kind, name, public_key, enabled, created_at) \
                 VALUES ('{}', 'Channel {round}', 'channel-{round}', TRUE, '{now}')",
            if round.is_multiple_of(2) { "web_chat" } else { "app" }
        ),
        format!(
            "INSERT INTO channels (kind, name, public_key, enabled, created_at) \
             VALUES ('app', 'App {round}', 'app-{round}', TRUE, '{now}')"
        ),
        format!(
            "INSERT INTO api_tokens (channel_id, name, token_hash, created_at) \
                 SELECT id, 'token', 'hash-{round}', '{now}' FROM channels WHERE public_key = 'app-{round}'"
        ),
    ]
}

/// A colleague with a link to come in by, and a session.
fn staff(round: u32, now: &str, hash: &str) -> Vec<String> {
    vec![
        format!(
            "INSERT INTO staff (email, name, role, created_at) VALUES ('victim{round}@desk.test', 'Victim', 'operator', '{now}')"
        ),
        format!(
            "INSERT INTO staff_links (staff_id, token_hash, created_at, expires_at) \
                 SELECT id, '{hash}', '{now}', '{}' FROM staff WHERE email = 'victim{round}@desk.test'",
            moment(-1)
        ),
        format!(
            "INSERT INTO sessions (key_hash, staff_id, state, created_at, last_seen_at, expires_at) \
                 SELECT 'session-{round}', id, '{{}}', '{now}', '{now}', '{}' FROM staff WHERE email = 'victim{round}@desk.test'",
            moment(-1)
        ),
    ]
}

/// What finds the number of each thing of a round.
fn numbers(round: u32) -> Vec<(&'static str, String)> {
    let customer = |who: &str| customer(who, round);
    vec![
        ("customer", customer("own")),
        ("foreign_customer", customer("foreign")),
        ("gone_customer", customer("gone")),
        ("conversation", format!("SELECT max(id) FROM conversations WHERE customer_id = {}", customer("own"))),
        (
            "foreign_conversation",
            format!("SELECT max(id) FROM conversations WHERE customer_id = {}", customer("foreign")),
        ),
        ("account", format!("SELECT max(id) FROM channel_accounts WHERE customer_id = {}", customer("own"))),
        (
            "foreign_account",
            format!("SELECT max(id) FROM channel_accounts WHERE customer_id = {}", customer("foreign")),
        ),
        ("claim", "SELECT max(id) FROM contact_claims".into()),
        ("request", "SELECT max(id) FROM block_requests".into()),
        ("company", format!("SELECT id FROM companies WHERE name = 'Company {round}'")),
        ("custom_field", format!("SELECT id FROM custom_fields WHERE name = 'Field {round}'")),
        ("customer_tag", format!("SELECT id FROM customer_tags WHERE name = 'Tag {round}'")),
        ("customer_list", format!("SELECT id FROM customer_lists WHERE name = 'List {round}'")),
        ("conversation_tag", format!("SELECT id FROM conversation_tags WHERE name = 'Topic {round}'")),
        ("quick_reply", format!("SELECT id FROM quick_replies WHERE shortcut = 'reply-{round}'")),
        ("funnel", format!("SELECT id FROM funnels WHERE name = 'Funnel {round}'")),
        ("funnel_block", format!("SELECT id FROM funnel_blocks WHERE name = 'Block {round}'")),
        ("pipeline", format!("SELECT id FROM pipelines WHERE name = 'Pipeline {round}'")),
        ("deal_stage", format!("SELECT id FROM deal_stages WHERE name = 'Stage {round}'")),
        ("deal", format!("SELECT max(id) FROM deals WHERE customer_id = {}", customer("own"))),
        ("saved_filter", format!("SELECT id FROM saved_filters WHERE name = 'Filter {round}'")),
        ("command", format!("SELECT id FROM commands WHERE name = 'command-{round}'")),
        ("channel", format!("SELECT id FROM channels WHERE public_key = 'channel-{round}'")),
        ("app_channel", format!("SELECT id FROM channels WHERE public_key = 'app-{round}'")),
        ("api_token", format!("SELECT id FROM api_tokens WHERE token_hash = 'hash-{round}'")),
        ("staff", format!("SELECT id FROM staff WHERE email = 'victim{round}@desk.test'")),
        ("session", format!("SELECT id FROM sessions WHERE key_hash = 'session-{round}'")),
        ("colleague", second()),
    ]
}
