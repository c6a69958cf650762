//! A desk with something on it: channels, customers who write, staff who answer.

use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};

use reqwest::multipart::{Form, Part};
use switchboard::conversations::{self, Inbound, Sender, VisitDetails};
use switchboard::customers::Claim;
use switchboard::db::types::ChannelId;
use switchboard::error::Error;

use super::{Client, Page, TestApp, eventually};

/// A person to store past the product.
#[derive(Clone, Copy, Default)]
pub struct Person<'a> {
    pub name: &'a str,
    pub phone: &'a str,
    pub email: &'a str,
    pub responsible: Option<i64>,
    /// Days since they were first seen, and since their last activity.
    pub age: i64,
    pub idle: i64,
    pub blocked: bool,
}

impl<'a> Person<'a> {
    pub fn named(name: &'a str) -> Self {
        Self { name, ..Self::default() }
    }
}

fn quoted(text: &str) -> String {
    if text.is_empty() { "NULL".into() } else { format!("'{}'", text.replace('\'', "''")) }
}

/// A moment as both engines read it.
pub fn moment(days_ago: i64) -> String {
    let at = switchboard::db::types::UtcTime::now().utc() - chrono::Duration::days(days_ago);
    at.format("%Y-%m-%d %H:%M:%S%.6f").to_string()
}

impl TestApp {
    /// An enabled channel of this kind, named by its kind.
    pub fn channel(&self, kind: &str) -> i64 {
        static COUNT: AtomicU32 = AtomicU32::new(0);
        let key = COUNT.fetch_add(1, Ordering::Relaxed);
        self.execute(&format!(
            "INSERT INTO channels (kind, name, public_key, enabled, created_at) \
             VALUES ('{kind}', '{kind} {key}', 'key-{key}', TRUE, '2026-01-05 09:00:00')"
        ));
        self.number("SELECT MAX(id) FROM channels")
    }

    /// Stores a customer as an import would, and returns their number.
    pub fn customer(&self, person: Person) -> i64 {
        let digits = switchboard::text::phone_digits(person.phone, "RU").unwrap_or_default();
        let (name, email) = (switchboard::text::fold(person.name), switchboard::text::fold(person.email));
        self.execute(&format!(
            "INSERT INTO customers (name, name_folded, phone, phone_digits, email, email_folded, responsible_id, \
             blocked, search_text, last_activity_at, created_at) \
             VALUES ({}, {}, {}, {}, {}, {}, {}, {}, '', '{}', '{}')",
            quoted(person.name),
            quoted(&name),
            quoted(person.phone),
            quoted(&digits),
            quoted(person.email),
            quoted(&email),
            person.responsible.map_or("NULL".into(), |id| id.to_string()),
            person.blocked,
            moment(person.idle),
            moment(person.age),
        ));
        let id = self.number("SELECT MAX(id) FROM customers");
        let lines: Vec<String> =
            [name, digits, email, id.to_string()].into_iter().filter(|line| !line.is_empty()).collect();
        self.execute(&format!("UPDATE customers SET search_text = {} WHERE id = {id}", quoted(&lines.join("\n"))));
        id
    }

    /// A customer tag.
    pub fn tag(&self, name: &str, hue: i32) -> i64 {
        let folded = switchboard::text::fold(name);
        self.execute(&format!(
            "INSERT INTO customer_tags (name, name_folded, hue, created_at) \
             VALUES ({}, {}, {hue}, '2026-01-05 09:00:00')",
            quoted(name),
            quoted(&folded),
        ));
        self.number("SELECT MAX(id) FROM customer_tags")
    }

    /// A list with these customers on it.
    pub fn list(&self, name: &str, members: &[i64]) -> i64 {
        self.execute(&format!(
            "INSERT INTO customer_lists (name, name_folded, created_at) VALUES ({}, {}, '2026-01-05 09:00:00')",
            quoted(name),
            quoted(&switchboard::text::fold(name)),
        ));
        let id = self.number("SELECT MAX(id) FROM customer_lists");
        for member in members {
            self.execute(&format!("INSERT INTO customer_list_links (customer_id, list_id) VALUES ({member}, {id})"));
        }
        id
    }

    /// An enabled funnel of these blocks, each of which leads to the next, that begins everywhere; the numbers of the blocks.
    pub fn funnel(&self, name: &str, texts: &[(&str, &str)]) -> Vec<i64> {
        let now = "'2026-01-05 09:00:00'";
        self.execute(&format!(
            "INSERT INTO funnels (name, name_folded, position, enabled, starts, created_at) VALUES ({}, {}, \
             (SELECT COUNT(*) FROM funnels), TRUE, 'everywhere', {now})",
            quoted(name),
            quoted(&switchboard::text::fold(name)),
        ));
        let mut made: Vec<i64> = vec![];
        for (position, (name, said)) in texts.iter().enumerate() {
            self.execute(&format!(
                "INSERT INTO funnel_blocks (funnel_id, name, name_folded, position, text, created_at) \
                 SELECT MAX(id), {}, {}, {position}, '{said}', {now} FROM funnels",
                quoted(name),
                quoted(&switchboard::text::fold(name)),
            ));
            let id = self.number("SELECT MAX(id) FROM funnel_blocks");
            if let Some(before) = made.last() {
                self.execute(&format!("UPDATE funnel_blocks SET next_id = {id} WHERE id = {before}"));
            }
            made.push(id);
        }
        self.db.written_elsewhere();
        made
    }

    /// A pipeline in euros with these stages; their numbers.
    pub fn pipeline(&self, name: &str, stages: &[&str]) -> Vec<i64> {
        let now = "'2026-01-05 09:00:00'";
        self.execute(&format!(
            "INSERT INTO pipelines (name, name_folded, currency, position, created_at) VALUES ({}, {}, 'EUR', \
             (SELECT COUNT(*) FROM pipelines), {now})",
            quoted(name),
            quoted(&switchboard::text::fold(name)),
        ));
        let stage = |(position, name): (usize, &&str)| {
            self.execute(&format!(
                "INSERT INTO deal_stages (pipeline_id, name, name_folded, hue, position, kind, created_at) \
                 SELECT MAX(id), {}, {}, 1, {position}, 'open', {now} FROM pipelines",
                quoted(name),
                quoted(&switchboard::text::fold(name)),
            ));
            self.number("SELECT MAX(id) FROM deal_stages")
        };
        let made = stages.iter().enumerate().map(stage).collect();
        self.db.written_elsewhere();
        made
    }

    /// A customer's deal on a stage.
    pub fn deal(&self, customer: i64, stage: i64, title: &str) -> i64 {
        self.execute(&format!(
            "INSERT INTO deals (customer_id, stage_id, title, created_by_id, created_at, moved_at) \
             SELECT {customer}, {stage}, {}, MIN(id), '2026-01-05 09:00:00', '2026-01-05 09:00:00' FROM staff",
            quoted(title),
        ));
        self.number("SELECT MAX(id) FROM deals")
    }

    /// Somebody writes; returns the customer's number.
    pub async fn writes(&self, letter: Letter<'_>) -> i64 {
        let received = self.receives(letter).await;
        received.customer.0
    }

    /// Somebody writes, with all that becomes of it.
    pub async fn receives(&self, letter: Letter<'_>) -> conversations::Received {
        self.receives_this(letter.inbound(self)).await
    }

    /// The same for a message that is put together elsewhere. A channel would bring it again where the database is busy
    /// for a moment: on a machine with much to do, connections come slowly.
    pub async fn receives_this(&self, inbound: Inbound) -> conversations::Received {
        let inbound = Arc::new(inbound);
        eventually("the message is received", async || {
            let inbound = inbound.clone();
            match self.db.write(move |tx| conversations::receive(tx, &inbound)).await {
                Ok(received) => Some(received),
                Err(Error::Db(failure)) if failure.is_temporary() => None,
                Err(error) => panic!("the message is not received: {error:?}"),
            }
        })
        .await
    }
}

/// A message from outside.
#[derive(Clone, Debug, Default)]
pub struct Letter<'a> {
    pub channel: i64,
    pub address: &'a str,
    pub name: &'a str,
    pub body: &'a str,
    /// What the channel vouches for.
    pub phone: &'a str,
    pub email: &'a str,
    /// What the sender typed.
    pub claims: Vec<Claim>,
    pub visit: Option<VisitDetails>,
}

impl Letter<'_> {
    pub fn inbound(&self, app: &TestApp) -> Inbound {
        let known = |text: &str| Some(text.to_owned()).filter(|text| !text.is_empty());
        Inbound {
            channel: ChannelId(self.channel),
            sender: Sender {
                address: self.address.into(),
                display_name: self.name.into(),
                phone: known(self.phone),
                email: known(self.email),
                claims: self.claims.clone(),
                ..Sender::default()
            },
            body: if self.body.is_empty() { "hello".into() } else { self.body.into() },
            files: vec![],
            client_uuid: None,
            visit: self.visit.clone(),
            bot: true,
            addressing: app.addressing(),
        }
    }
}

/// The form for a first message, filled in and sent as a browser does.
pub async fn send_first(client: &Client, page: &Page, fields: &[(&str, &str)]) -> Page {
    let form = page.form("form#message_form");
    let mut parts = reqwest::multipart::Form::new();
    for (name, value) in form.filled(fields) {
        parts = parts.text(name, value);
    }
    client.post_multipart(&form.action, parts).await
}

/// Sends what the composer holds, with this text and these files.
pub async fn say(client: &Client, customer: i64, text: &str, files: Vec<Part>) -> Page {
    let page = client.get(&format!("/inbox/{customer}")).await;
    say_from(client, &page, customer, text, files).await
}

/// Sends what the composer of this page holds: a page that was opened earlier has not seen what came since.
pub async fn say_from(client: &Client, page: &Page, customer: i64, text: &str, files: Vec<Part>) -> Page {
    // What the page offered when it was opened may not be what is offered now.
    let mut filled = page.form("#composer").filled(&[("text", text), ("mode", "reply")]);
    for name in ["shown", "from"] {
        filled.push((name.into(), page.attribute(&format!("input[form=composer][name={name}]"), "value")));
    }
    let form = filled.into_iter().fold(Form::new(), |form, (name, value)| form.text(name, value));
    let form = files.into_iter().fold(form, |form, file| form.part("file", file));
    client.post_multipart(&format!("/inbox/{customer}/messages"), form).await
}

/// Waits until the newest delivery is in this state.
pub async fn reached(app: &TestApp, state: &str) {
    let sql = "SELECT state FROM deliveries ORDER BY id DESC LIMIT 1";
    eventually(&format!("the delivery is {state}"), async || (app.text(sql).as_deref() == Some(state)).then_some(()))
        .await;
}

/// Waits until everything that providers have told is read.
pub async fn read_all(app: &TestApp) {
    let sql = "SELECT count(*) FROM hook_events WHERE read_at IS NULL";
    eventually("all events are read", async || (app.number(sql) == 0).then_some(())).await;
}
