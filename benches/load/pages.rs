//! Pages, each busy over many connections and quiet over one.

use form_urlencoded::byte_serialize;

use crate::Options;
use crate::data::{Direct, Set};
use crate::drive::{Ask, Line, Taken, drive};
use crate::floors::{Fixed, bare};
use crate::report::Report;
use crate::server::Server;

/// A page: its name, its addresses (one after the other), and the statements that fetch its rows alone, where `$1` is
/// one of the customers whose pages are asked for.
struct Page {
    name: &'static str,
    paths: Vec<String>,
    sql: Vec<String>,
    /// Whether it is also measured over many connections.
    is_busy: bool,
}

/// What the addresses need of the data.
struct Known {
    customers: i64,
    regular: i64,
    conversation: i64,
    operator: i64,
    /// A member of the staff who has closed no conversation.
    idle: i64,
    /// A day after which a twentieth of all conversations has been closed.
    day: String,
    common_tag: i64,
    rare_tag: i64,
    subject: i64,
    /// The block of a funnel and the stage of a pipeline with the most customers.
    block: i64,
    stage: i64,
    /// First and last names, of three letters and more, as people type them.
    names: Vec<String>,
}

impl Known {
    async fn of(direct: &Direct) -> Self {
        let conversation = "SELECT conversation_id FROM attachments a JOIN messages m ON m.id = a.message_id \
                            ORDER BY a.id LIMIT 1";
        // The demo gives one of those after the first third a conversation of 20,000 messages, or of what is there.
        let regular = "SELECT customer_id FROM conversations k WHERE customer_id BETWEEN \
                       (SELECT max(id) / 3 FROM customers) AND (SELECT max(id) / 3 + 50 FROM customers) \
                       ORDER BY (SELECT count(*) FROM messages m WHERE m.conversation_id = k.id) DESC LIMIT 1";
        let day = "SELECT substr(CAST(opened_at AS TEXT), 1, 10) FROM conversations WHERE status = 'closed' \
                   ORDER BY closed_at DESC LIMIT 1 OFFSET (SELECT max(id) / 20 FROM conversations)";
        let customers = direct.number("SELECT max(id) FROM customers").await;
        Self {
            customers,
            names: names(direct, customers).await,
            regular: direct.number(regular).await,
            conversation: direct.number(conversation).await,
            operator: direct.number("SELECT id FROM staff WHERE email = 'operator@demo.example'").await,
            idle: direct.number("SELECT id FROM staff WHERE email = 'admin@demo.example'").await,
            day: direct.text(day).await,
            common_tag: direct.number("SELECT id FROM customer_tags WHERE name = 'VIP'").await,
            rare_tag: direct.number("SELECT id FROM customer_tags WHERE name = 'Founder'").await,
            subject: direct.number("SELECT max(id) FROM conversation_tags").await,
            block: direct.number(&most("block_id", "funnel_places")).await,
            stage: direct.number(&most("stage_id", "deals")).await,
        }
    }

    /// Customers from all over, in an order that jumps.
    fn spread(&self) -> Vec<i64> {
        (0..997).map(|n| jumping(n, self.customers)).collect()
    }

    /// A list narrowed by each of the names.
    fn named(&self, name: &'static str, path: &str) -> Page {
        let query = |name: &String| byte_serialize(name.as_bytes()).collect::<String>();
        let paths = self.names.iter().map(|name| format!("{path}{}", query(name))).collect();
        Page { name, paths, sql: vec![], is_busy: false }
    }

    /// A list narrowed by each of many parts of numbers.
    fn numbered(&self, name: &'static str, path: &str, digits: u32) -> Page {
        let least = 10_i64.pow(digits - 1);
        let parts = (0..TYPED).map(|n| least + jumping(n, 9 * least) - 1);
        Page { name, paths: parts.map(|part| format!("{path}{part}")).collect(), sql: vec![], is_busy: false }
    }

    fn of_each(&self, path: impl Fn(i64) -> String) -> Vec<String> {
        self.spread().into_iter().map(path).collect()
    }
}

/// The value of this column that most rows of a table have.
fn most(column: &str, table: &str) -> String {
    format!("SELECT {column} FROM {table} GROUP BY {column} ORDER BY count(*) DESC, {column} LIMIT 1")
}

/// Names and parts of numbers that are typed into a filter, one after the other.
const TYPED: i64 = 97;

/// One number up to `most` after the other, from all over.
fn jumping(n: i64, most: i64) -> i64 {
    1 + n * 7_919_017 % most
}

/// A word of the names of customers from all over, now the first, now the last.
async fn names(direct: &Direct, customers: i64) -> Vec<String> {
    let mut found = vec![];
    for n in 0..TYPED {
        let name = direct.text(&format!("SELECT name FROM customers WHERE id = {}", jumping(n, customers))).await;
        let mut words = name.split_whitespace().filter(|word| word.chars().count() >= 3);
        let word = if n % 2 == 0 { words.next() } else { words.next_back() };
        found.extend(word.map(str::to_owned));
    }
    found
}

const NEWEST: &str = "ORDER BY c.last_activity_at DESC, c.id DESC LIMIT 51";

const TALKS: &str = "SELECT k.id, k.* FROM conversations k";

/// A page at one address, with the statements that are its floor.
fn page(name: &'static str, path: &str, sql: &[&str]) -> Page {
    let sql = sql.iter().map(|sql| (*sql).to_owned()).collect();
    Page { name, paths: vec![path.to_owned()], sql, is_busy: false }
}

fn busy(page: Page) -> Page {
    Page { is_busy: true, ..page }
}

fn pages(known: &Known, older: &str) -> Vec<Page> {
    let mut pages = lists_of_customers(known);
    pages.extend(history(known));
    pages.extend(single(known, older));
    pages
}

fn lists_of_customers(known: &Known) -> Vec<Page> {
    let rows = format!("SELECT c.id, c.* FROM customers c {NEWEST}");
    let tags = format!(
        "SELECT l.tag_id, t.* FROM customer_tag_links l JOIN customer_tags t ON t.id = l.tag_id WHERE l.customer_id IN \
         (SELECT c.id FROM customers c {NEWEST})"
    );
    let Known { common_tag, rare_tag, block, stage, .. } = known;
    vec![
        busy(page("inbox", "/inbox", &[&rows])),
        page("inbox, compressed", "/inbox", &[&rows]),
        page("inbox, unanswered", "/inbox?tab=unanswered", &[]),
        page("inbox, mine", "/inbox?tab=mine", &[]),
        page("inbox, others", "/inbox?tab=others", &[]),
        page("inbox, free", "/inbox?tab=free", &[]),
        known.named("inbox, by name", "/inbox?search="),
        known.numbered("inbox, number holds four digits", "/inbox?customer_id=", 4),
        page("inbox, block of a funnel", &format!("/inbox?funnel_block={block}"), &[]),
        page("inbox, stage of a deal", &format!("/inbox?deal_stage={stage}"), &[]),
        busy(page("customers", "/customers?period=all", &[&rows, &tags])),
        page("customers, this week", "/customers", &[]),
        page("customers, common tag", &format!("/customers?period=all&tag={common_tag}"), &[]),
        page("customers, rare tag", &format!("/customers?period=all&tag={rare_tag}"), &[]),
        known.named("customers, by name", "/customers?period=all&name="),
        known.numbered("customers, number holds three digits", "/customers?period=all&id=", 3),
        known.numbered("customers, number holds five digits", "/customers?period=all&id=", 5),
        busy(page(
            "contacts",
            "/contacts",
            &["SELECT c.id, c.* FROM customers c ORDER BY c.name_folded, c.id LIMIT 51"],
        )),
        known.named("contacts, by name", "/contacts?q="),
    ]
}

fn history(known: &Known) -> Vec<Page> {
    let Known { operator, idle, day, subject, .. } = known;
    vec![
        busy(page(
            "history, closed",
            "/history?tab=history",
            &[&format!("{TALKS} WHERE k.status = 'closed' ORDER BY k.closed_at DESC, k.id DESC LIMIT 51")],
        )),
        busy(page(
            "history, active",
            "/history",
            &[&format!("{TALKS} WHERE k.status <> 'closed' ORDER BY k.last_message_at DESC, k.id DESC LIMIT 51")],
        )),
        page("history, of an operator", &format!("/history?tab=history&operator={operator}"), &[]),
        page("history, of who closed nothing", &format!("/history?tab=history&operator={idle}"), &[]),
        page("history, of a day", &format!("/history?tab=history&from={day}&to={day}"), &[]),
        page("history, rated low", "/history?tab=history&rating=low", &[]),
        page("history, by subject", &format!("/history?tab=history&tag={subject}"), &[]),
    ]
}

/// Pages of one customer or conversation, and those that are no lists.
fn single(known: &Known, older: &str) -> Vec<Page> {
    let Known { regular, conversation, .. } = known;
    vec![
        busy(Page {
            name: "profile with its history",
            paths: known.of_each(|id| format!("/customers/{id}?tab=interaction")),
            sql: vec![
                "SELECT c.id, c.* FROM customers c WHERE c.id = $1".to_owned(),
                format!("{TALKS} WHERE k.customer_id = $1 ORDER BY k.opened_at DESC, k.id DESC LIMIT 51"),
            ],
            is_busy: true,
        }),
        Page { name: "profile", paths: known.of_each(|id| format!("/customers/{id}")), sql: vec![], is_busy: false },
        Page {
            name: "inbox with a conversation",
            paths: known.of_each(|id| format!("/inbox/{id}")),
            sql: vec![],
            is_busy: false,
        },
        page("home", "/", &[]),
        page("blacklist", "/blacklist", &[]),
        page("a conversation of 20,000 messages", &format!("/inbox/{regular}"), &[]),
        page("its next 50", older, &[]),
        page("one conversation", &format!("/conversations/{conversation}"), &[]),
    ]
}

/// The address that the button "Older" of a conversation asks.
async fn older(server: &Server, customer: i64) -> String {
    let page = Line::open(server.address).await.page(&Ask::get(format!("/inbox/{customer}"), &server.cookie)).await;
    let address = page.split("hx-get=\"").find(|rest| rest.contains("/log?older="));
    let address = address.and_then(|rest| rest.split('"').next()).filter(|address| address.contains("/log?older="));
    address.unwrap_or_else(|| panic!("the conversation of customer {customer} has no older messages")).to_owned()
}

pub async fn measure(options: &Options, set: &Set, server: &mut Server, fixed: &Fixed, report: &mut Report) {
    let known = Known::of(&set.connect().await).await;
    let older = older(server, known.regular).await;
    for page in pages(&known, &older) {
        let cookie = server.cookie.clone();
        let compressed = page.name.ends_with("compressed");
        let ask = move |paths: &[String], number: usize| {
            let ask = Ask::get(paths[number % paths.len()].clone(), &cookie);
            if compressed { ask.with("accept-encoding", "gzip, deflate, br, zstd") } else { ask }
        };
        // Those that jump about in the data.
        if page.paths.len() > 1 {
            set.read_through().await;
        }
        // The first look fills the caches, and says how large the page is.
        let paths = page.paths.clone();
        let warm = drive(server.address, 1, options.time() / 8, {
            let ask = ask.clone();
            move |n| ask(&paths, n)
        })
        .await;
        let sql = bare(set, &page.sql, &known.spread()).await;
        for connections in [1, options.connections] {
            if connections > 1 && !page.is_busy {
                continue;
            }
            let paths = page.paths.clone();
            let taken: Taken = drive(server.address, connections, options.time(), {
                let ask = ask.clone();
                move |n| ask(&paths, n)
            })
            .await;
            let floor = fixed.page(warm.bytes_each(), connections).await;
            let name = if connections > 1 {
                format!("{}, {connections} connections", page.name)
            } else {
                page.name.to_owned()
            };
            report.taken(set, &name, taken, Some(floor), sql.filter(|_| connections == 1));
        }
        server.rss_anon();
    }
    report.memory(set, "after the pages", server);
}
