//! The desk and its mailbox: what customers write arrives, what staff write leaves, and both stay together.

use std::sync::Arc;
use std::time::{Duration, Instant};

use switchboard::channels::email::parse;

use crate::app::{ADMIN, Client, OPERATOR, Page, SUPERVISOR, TestApp, spawn_app};
use crate::lab::{self, MailLab, PASSWORD};

/// A desk with one mailbox, through the form that admins fill in.
pub struct Desk {
    pub app: TestApp,
    pub lab: Arc<MailLab>,
    /// The local part of the mailbox.
    pub own: String,
}

impl Desk {
    async fn new(word: &str) -> Self {
        let (app, lab, own) = (spawn_app().await, lab::shared(), lab::mailbox(word));
        let admin = app.sign_in(ADMIN).await;
        let page = admin.get("/settings/channels/new/email").await;
        page.assert_status(200);
        let answer = admin.submit(&page, "form#new-channel", &fields(&lab, &own, PASSWORD)).await;
        assert_eq!(answer.status.as_u16(), 303, "{}", answer.text);
        Self { app, lab, own }
    }

    pub fn address(&self) -> String {
        format!("{}@support.test", self.own)
    }

    /// Somebody writes; `head` are further header lines.
    pub fn writes(&self, from: &str, id: &str, head: &str, body: &str) {
        let raw = format!(
            "Message-ID: <{id}>\r\nFrom: Anna Petrova <{from}>\r\nTo: {}\r\nSubject: Order 5\r\n{head}\r\n{body}\r\n",
            self.address()
        );
        self.lab.deliver(from, &self.address(), raw.as_bytes());
    }

    /// Waits for a number that a query gives.
    pub async fn until(&self, what: &str, sql: &str, wanted: i64) {
        let since = Instant::now();
        loop {
            let found = self.app.number(sql);
            if found == wanted {
                return;
            }
            let log = || self.app.text("SELECT last_error FROM channels").unwrap_or_default();
            assert!(since.elapsed() < Duration::from_secs(40), "{what}: {found}, not {wanted}; {}", log());
            tokio::time::sleep(Duration::from_millis(100)).await;
        }
    }

    pub async fn until_messages(&self, count: i64) {
        self.until("messages of customers", "SELECT count(*) FROM messages WHERE kind = 'customer'", count).await;
    }

    pub async fn arrived(&self, local: &str, count: usize) -> Vec<Vec<u8>> {
        let since = Instant::now();
        loop {
            let mails = self.lab.mails(local);
            if mails.len() >= count {
                return mails;
            }
            assert!(since.elapsed() < Duration::from_secs(40), "{count} mails for {local}");
            tokio::time::sleep(Duration::from_millis(100)).await;
        }
    }

    pub fn customer(&self) -> i64 {
        self.app.number("SELECT max(id) FROM customers")
    }
}

pub fn fields<'a>(lab: &'a MailLab, own: &'a str, password: &'a str) -> Vec<(&'a str, &'a str)> {
    // Kept for as long as the test process lives: forms want borrowed words.
    let leaked = |text: String| -> &'static str { Box::leak(text.into_boxed_str()) };
    vec![
        ("name", "Support mailbox"),
        ("imap_host", "localhost"),
        ("imap_port", leaked(lab.imaps.to_string())),
        ("imap_security", "tls"),
        ("smtp_host", "localhost"),
        ("smtp_port", leaked(lab.submission.to_string())),
        ("smtp_security", "starttls"),
        ("user", own),
        ("login", "password"),
        ("password", password),
        ("senders", leaked(format!("{own}@support.test\n{own}+sales@support.test"))),
        ("display_name", "Shop"),
        ("root_certificate", leaked(lab.ca.clone())),
    ]
}

pub async fn multipart(client: &Client, page: &Page, form: &str, fields: &[(&str, &str)]) -> Page {
    let form = page.form(form);
    let mut parts = reqwest::multipart::Form::new();
    for (name, value) in form.filled(fields) {
        parts = parts.text(name, value);
    }
    client.post_multipart(&form.action, parts).await
}

/// CONT-15, CONT-16, CONT-17: a mail from somebody new makes a customer with their name and address, and a conversation.
#[actix_web::test]
async fn a_mail_makes_a_customer_and_a_conversation() {
    let desk = Desk::new("first").await;
    desk.writes("anna@customer.test", "first1@customer.test", "", "Where is my order?");
    desk.until_messages(1).await;
    assert_eq!(desk.app.text("SELECT name FROM customers").as_deref(), Some("Anna Petrova"));
    assert_eq!(desk.app.text("SELECT email FROM customers").as_deref(), Some("anna@customer.test"));
    let operator = desk.app.sign_in(OPERATOR).await;
    let page = operator.get(&format!("/inbox/{}", desk.customer())).await;
    page.assert_says("Where is my order?").assert_says("Order 5");
    assert_eq!(desk.lab.read_count(&desk.own), 0, "nothing is marked on the server");
}

#[actix_web::test]
async fn a_wrong_password_is_told_before_anything_is_stored() {
    let (app, lab) = (spawn_app().await, lab::shared());
    let admin = app.sign_in(ADMIN).await;
    let page = admin.get("/settings/channels/new/email").await;
    let answer = admin.submit(&page, "form#new-channel", &fields(&lab, "wrong", "guess")).await;
    answer.assert_status(422).assert_says("IMAP: ").assert_says("Authentication failed");
    assert_eq!(app.number("SELECT count(*) FROM channels"), 0);
}

/// SEND-34, SEND-36: an answer leaves with the chain in its head and comes back into the same conversation; a chain
/// that is not named, and one that was closed, begin conversations of their own.
#[actix_web::test]
async fn answers_find_their_conversation_and_never_by_subject() {
    let desk = Desk::new("thread").await;
    let anna = lab::mailbox("threadanna");
    let from = format!("{anna}@customer.test");
    desk.writes(&from, "t1@customer.test", "", "Where is it?");
    desk.until_messages(1).await;
    let operator = desk.app.sign_in(OPERATOR).await;
    let page = operator.get(&format!("/inbox/{}", desk.customer())).await;
    multipart(&operator, &page, "form#composer", &[("text", "On its way.")]).await.assert_status(303);
    let sent = parse(&desk.arrived(&anna, 1).await[0]);
    assert_eq!((sent.subject.as_str(), sent.text.as_str()), ("Re: Order 5", "On its way."));
    assert_eq!(sent.in_reply_to, ["t1@customer.test"]);
    let reply_to = sent.reply_to.clone().unwrap().address;
    assert!(reply_to.starts_with(&format!("{}+", desk.own)), "{reply_to}");

    desk.writes(&from, "t2@customer.test", &format!("In-Reply-To: <{}>\r\n", sent.message_id), "Thanks");
    desk.until_messages(2).await;
    assert_eq!(desk.app.number("SELECT count(*) FROM conversations"), 1, "by name");
    let raw =
        format!("Message-ID: <t3@customer.test>\r\nFrom: <{from}>\r\nTo: {reply_to}\r\nSubject: x\r\n\r\nAnd more\r\n");
    desk.lab.deliver(&from, &reply_to, raw.as_bytes());
    desk.until_messages(3).await;
    assert_eq!(desk.app.number("SELECT count(*) FROM conversations"), 1, "by token");
    desk.writes(&from, "t4@customer.test", "", "Something else");
    desk.until_messages(4).await;
    assert_eq!(desk.app.number("SELECT count(*) FROM conversations"), 2, "the same subject is not the same chain");

    let first = desk.app.number("SELECT min(id) FROM conversations");
    operator.post_form(&format!("/conversations/{first}/closure"), &[("reason", "solved")]).await.assert_status(303);
    desk.writes(&from, "t5@customer.test", "In-Reply-To: <t2@customer.test>\r\n", "One more thing");
    desk.until_messages(5).await;
    assert_eq!(desk.app.number("SELECT count(*) FROM conversations"), 3, "a closed chain begins anew");
    // Another answer to the same mail of ours, by its name and by its token: the chain goes on where it has begun anew.
    desk.writes(&from, "t7@customer.test", &format!("In-Reply-To: <{}>\r\n", sent.message_id), "And another");
    desk.until_messages(6).await;
    let raw =
        format!("Message-ID: <t8@customer.test>\r\nFrom: <{from}>\r\nTo: {reply_to}\r\nSubject: x\r\n\r\nThe last\r\n");
    desk.lab.deliver(&from, &reply_to, raw.as_bytes());
    desk.until_messages(7).await;
    assert_eq!(desk.app.number("SELECT count(*) FROM conversations"), 3, "one follows a closed one");
    // Somebody else who answers in the chain does not speak for Anna.
    desk.writes("stranger@customer.test", "t6@customer.test", "In-Reply-To: <t5@customer.test>\r\n", "Me too");
    desk.until_messages(8).await;
    assert_eq!(desk.app.number("SELECT count(*) FROM conversations"), 4);
    assert_eq!(desk.app.number("SELECT count(*) FROM customers"), 2);
}

/// SEND-04, SEND-05, SEND-06, SEND-38 to SEND-51: a letter with sender, subject and blind copies goes out although a
/// conversation is active; staff see the copies, the customer does not.
#[actix_web::test]
async fn a_letter_is_written_first_with_blind_copies() {
    let desk = Desk::new("write").await;
    let [anna, boss, law] = ["writeanna", "writeboss", "writelaw"].map(lab::mailbox);
    let from = format!("{anna}@customer.test");
    desk.writes(&from, "w1@customer.test", "", "Hello?");
    desk.until_messages(1).await;
    let customer = desk.customer();
    let supervisor = desk.app.sign_in(SUPERVISOR).await;
    let page = supervisor.get(&format!("/customers/{customer}/message")).await;
    page.assert_says("Select a sender").assert_says("Your message").assert_says("Bcc");
    let sales = format!("{}+sales@support.test", desk.own);
    let bcc = format!("{boss}@customer.test, {law}@customer.test");
    let words = [("sender", sales.as_str()), ("subject", "Your contract"), ("bcc", &bcc), ("body", "Here it is.")];
    let answer = multipart(&supervisor, &page, "form#message_form", &[("subject", ""), ("body", "x")]).await;
    answer.assert_status(422).assert_says("Enter a subject.");
    let wrong = [("sender", "ceo@support.test"), ("subject", "x"), ("body", "x")];
    multipart(&supervisor, &page, "form#message_form", &wrong).await.assert_status(422);
    multipart(&supervisor, &page, "form#message_form", &words).await.assert_status(303);
    for local in [&anna, &boss, &law] {
        let raw = desk.arrived(local, 1).await.remove(0);
        let mail = parse(&raw);
        assert_eq!((mail.subject.as_str(), mail.from.unwrap().address), ("Your contract", sales.clone()));
        let text = String::from_utf8_lossy(&raw).into_owned();
        let others: Vec<_> = [&boss, &law].into_iter().filter(|other| *other != local).collect();
        assert!(others.iter().all(|other| !text.contains(other.as_str())), "{text}");
    }
    assert_eq!(desk.app.number("SELECT count(*) FROM conversations WHERE origin = 'outgoing'"), 1);
    let operator = desk.app.sign_in(OPERATOR).await;
    for client in [&supervisor, &operator] {
        client
            .get(&format!("/inbox/{customer}"))
            .await
            .assert_says("Your contract")
            .assert_says(&boss)
            .assert_says(&law);
    }
}

/// LIST-04, LIST-130, SEND-09: "Write to E-mail" makes the customer and sends the letter.
#[actix_web::test]
async fn somebody_new_is_written_to() {
    let desk = Desk::new("newcomer").await;
    let boris = lab::mailbox("newcomerboris");
    let operator = desk.app.sign_in(OPERATOR).await;
    operator.get("/customers").await.assert_says("Write to E-mail");
    let page = operator.get("/mails/new").await;
    let to = format!("{boris}@customer.test");
    let words = [("email", to.as_str()), ("name", "Boris"), ("subject", "Welcome"), ("body", "Good day")];
    multipart(&operator, &page, "form#newcomer_form", &[("email", "nobody"), ("subject", "x"), ("body", "x")])
        .await
        .assert_status(422);
    multipart(&operator, &page, "form#newcomer_form", &words).await.assert_status(303);
    multipart(&operator, &page, "form#newcomer_form", &words).await.assert_status(303);
    let mails = desk.arrived(&boris, 1).await;
    assert_eq!(parse(&mails[0]).subject, "Welcome");
    desk.until("sent", "SELECT count(*) FROM deliveries WHERE state = 'sent'", 1).await;
    assert_eq!(desk.lab.mails(&boris).len(), 1, "sent twice, done once");
    assert_eq!(desk.app.text("SELECT name FROM customers").as_deref(), Some("Boris"));
    // The answer finds the conversation that we began.
    let id = parse(&mails[0]).message_id;
    desk.writes(&to, "n1@customer.test", &format!("In-Reply-To: <{id}>\r\n"), "Thank you");
    desk.until_messages(1).await;
    assert_eq!(desk.app.number("SELECT count(*) FROM conversations"), 1);
    assert_eq!(desk.app.number("SELECT count(*) FROM customers"), 1);
}

#[actix_web::test]
async fn what_comes_back_fails_the_message_and_the_account() {
    let desk = Desk::new("back").await;
    let operator = desk.app.sign_in(OPERATOR).await;
    let page = operator.get("/mails/new").await;
    let words = [("email", "gone@bounce.test"), ("subject", "Hello"), ("body", "Are you there?")];
    multipart(&operator, &page, "form#newcomer_form", &words).await.assert_status(303);
    desk.until("failed", "SELECT count(*) FROM deliveries WHERE state = 'failed'", 1).await;
    let words = desk.app.text("SELECT error FROM deliveries").unwrap_or_default();
    assert!(words.contains("mailbox does not exist"), "{words}");
    assert_eq!(desk.app.number("SELECT count(*) FROM channel_accounts WHERE unsubscribed_at IS NOT NULL"), 1);
    assert_eq!(desk.app.number("SELECT count(*) FROM messages WHERE kind = 'customer'"), 0, "a bounce is no message");
}

#[actix_web::test]
async fn machines_open_nothing_and_the_same_mail_is_stored_once() {
    let desk = Desk::new("machines").await;
    desk.writes("robot@customer.test", "m1@customer.test", "Auto-Submitted: auto-replied\r\n", "I am away");
    desk.writes(&desk.address(), "m2@customer.test", "", "Our own mail, in a circle");
    desk.writes("anna@customer.test", "m3@customer.test", "", "Hello");
    desk.writes("anna@customer.test", "m3@customer.test", "", "Hello");
    desk.writes("anna@customer.test", "m4@customer.test", "", "Are you there?");
    desk.until_messages(2).await;
    assert_eq!(desk.app.number("SELECT count(*) FROM customers"), 1);
    assert_eq!(desk.app.number("SELECT count(*) FROM conversations"), 2);
    assert_eq!(desk.app.number("SELECT count(*) FROM deliveries"), 0, "nothing is answered by itself");
}

/// The look of a mail is made harmless, in a frame that may do nothing; the original can be had.
#[actix_web::test]
async fn a_mail_is_shown_as_it_looks_without_what_harms() {
    let desk = Desk::new("look").await;
    let raw = format!(
        "Message-ID: <look1@customer.test>\r\nFrom: Anna <anna@customer.test>\r\nTo: {}\r\nSubject: Look\r\nMIME-Version: 1.0\r\n\
         Content-Type: multipart/related; boundary=b\r\n\r\n--b\r\nContent-Type: text/html\r\n\r\n<p onclick=\"x()\">Hello <b>you</b>\
         <script>alert(1)</script><img src=\"cid:a@b\"><img src=\"https://track.test/1.gif\"></p>\r\n--b\r\n\
         Content-Type: image/png\r\nContent-ID: <a@b>\r\nContent-Transfer-Encoding: base64\r\n\r\niVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==\r\n--b--\r\n",
        desk.address()
    );
    desk.lab.deliver("anna@customer.test", &desk.address(), raw.as_bytes());
    desk.until_messages(1).await;
    let id = desk.app.number("SELECT id FROM messages WHERE kind = 'customer'");
    let operator = desk.app.sign_in(OPERATOR).await;
    operator
        .get(&format!("/inbox/{}", desk.customer()))
        .await
        .assert_says("Hello you")
        .assert_says("Show original look");
    operator.get(&format!("/mails/{id}")).await.assert_says("Show pictures").assert_has("iframe[sandbox]");
    let look = operator.get(&format!("/mails/{id}/look")).await;
    let policy = look.header("content-security-policy").to_owned();
    assert!(
        policy.contains("default-src 'none'") && policy.contains("sandbox") && !policy.contains("https:"),
        "{policy}"
    );
    let html = &look.text;
    assert!(html.contains("<b>you</b>") && html.contains("data:image/png;base64,"), "{html}");
    assert!(!html.contains("script") && !html.contains("onclick") && !html.contains("track.test"), "{html}");
    let asked = operator.get(&format!("/mails/{id}/look?pictures=shown")).await;
    assert!(
        asked.text.contains("https://track.test/1.gif") && asked.header("content-security-policy").contains("https:")
    );
    let original = operator.get(&format!("/mails/{id}/original")).await;
    assert!(original.text.contains("Message-ID: <look1@customer.test>"));
    assert!(original.header("content-disposition").starts_with("attachment"));
    desk.app.anonymous().get(&format!("/mails/{id}/look")).await.assert_redirect("/login");
}
