//! The inbox: list, tabs, filters, cards, conversation, composer, customer bar.

use std::time::Duration;

use reqwest::multipart::Form;
use switchboard::channels::ChannelKind;
use switchboard::conversations::{Inbound, Sender};
use switchboard::db::types::{ChannelId, CustomerId};
use switchboard::realtime::Topic;

use crate::support::desk::Letter;
use crate::support::{
    ADMIN, Client, Events, OPERATOR, Page, SECOND_OPERATOR, SUPERVISOR, TestApp, eventually, spawn_app,
};

/// A channel of this kind.
fn channel(app: &TestApp, kind: ChannelKind) -> i64 {
    app.execute(&format!(
        "INSERT INTO channels (kind, name, public_key, enabled, created_at) \
         VALUES ('{kind}', 'Shop {kind}', 'key-{kind}', TRUE, '2026-01-01 10:00:00')"
    ));
    app.number("SELECT MAX(id) FROM channels")
}

/// A message comes in; returns its customer.
async fn write(app: &TestApp, channel: i64, address: &str, name: &str, body: &str) -> i64 {
    let inbound = Inbound {
        channel: ChannelId(channel),
        sender: Sender { address: address.into(), display_name: name.into(), ..Sender::default() },
        body: body.into(),
        files: vec![],
        client_uuid: None,
        visit: None,
        bot: true,
        addressing: app.addressing(),
    };
    app.receives_this(inbound).await.customer.0
}

async fn desk() -> (TestApp, i64) {
    let app = spawn_app().await;
    let channel = channel(&app, ChannelKind::WebChat);
    (app, channel)
}

fn conversation(app: &TestApp, customer: i64) -> String {
    app.number(&format!("SELECT MAX(id) FROM conversations WHERE customer_id = {customer}")).to_string()
}

async fn close(client: &Client, conversation: &str) {
    client
        .post_form(&format!("/conversations/{conversation}/closure"), &[("reason", "solved")])
        .await
        .assert_status(303);
}

fn bind(app: &TestApp, customer: i64, email: &str) {
    let staff = app.staff_id(email);
    app.execute(&format!("UPDATE customers SET responsible_id = {staff} WHERE id = {customer}"));
}

/// Sends what the composer of this page holds, with these fields.
async fn say(client: &Client, customer: i64, page: &Page, fields: &[(&str, &str)]) -> Page {
    let mut filled = page.form("#composer").filled(fields);
    for name in ["shown", "from"] {
        let css = format!("input[form=composer][name={name}]");
        if page.has(&css) && !fields.iter().any(|(field, _)| *field == name) {
            filled.push((name.into(), page.attribute(&css, "value")));
        }
    }
    let form = filled.into_iter().fold(Form::new(), |form, (name, value)| form.text(name, value));
    client.post_multipart(&format!("/inbox/{customer}/messages"), form).await
}

fn names(page: &Page) -> Vec<String> {
    page.select(".cc-a")
}

/// LIST-36, LIST-37, LIST-38, LIST-41, LIST-42, LIST-43, LIST-44: tabs, their counts, and filters on top of them.
#[actix_web::test]
async fn tabs_narrow_the_list_and_filters_narrow_the_tabs() {
    let (app, shop) = desk().await;
    let anna = write(&app, shop, "a1", "Anna", "hello").await;
    let boris = write(&app, shop, "a2", "Boris", "hello").await;
    write(&app, shop, "a3", "Anna Free", "hello").await;
    bind(&app, anna, OPERATOR);
    bind(&app, boris, SECOND_OPERATOR);
    app.execute(&format!("UPDATE customers SET unread_count = 0 WHERE id = {boris}"));
    let operator = app.sign_in(OPERATOR).await;
    let tab = async |query: &str| names(&operator.get(&format!("/inbox{query}")).await);
    assert_eq!(tab("").await, ["Anna Free", "Boris", "Anna"]);
    assert_eq!(tab("?tab=unanswered").await, ["Anna Free", "Anna"]);
    assert_eq!(tab("?tab=mine").await, ["Anna"]);
    assert_eq!(tab("?tab=others").await, ["Boris"]);
    assert_eq!(tab("?tab=free").await, ["Anna Free"]);
    assert_eq!(tab("?search=ANNA").await, ["Anna Free", "Anna"]);
    assert_eq!(tab("?tab=mine&search=anna").await, ["Anna"]);
    assert_eq!(tab("?tab=others&search=anna").await, Vec::<String>::new());
    let page = operator.get("/inbox").await;
    assert_eq!(page.select(".pane-tabs .count"), ["3", "2", "1", "1", "1"]);
}

/// LIST-47, LIST-48, LIST-49, LIST-50, LIST-51: substrings of the name, of the messenger's address, and of the number.
#[actix_web::test]
async fn filters_match_parts() {
    let app = spawn_app().await;
    let shop = channel(&app, ChannelKind::Telegram);
    let named = write(&app, shop, "x", "Vasya1988", "hello").await;
    write(&app, shop, "7771988777", "Someone", "hello").await;
    write(&app, shop, "y", "O'Neil 100%_", "hello").await;
    app.execute(&format!("UPDATE customers SET email = '1988@mail.test', email_folded = '1988@mail.test', search_text = search_text || '1988@mail.test', search_pairs = -1 WHERE id = {}", named + 2));
    let operator = app.sign_in(OPERATOR).await;
    let search = async |query: &str| names(&operator.get(&format!("/inbox?{query}")).await);
    assert_eq!(search("search=1988").await, ["Someone", "Vasya1988"]);
    assert_eq!(search("search=VASYA").await, ["Vasya1988"]);
    assert_eq!(search("search=y").await, ["O'Neil 100%_", "Vasya1988"]);
    assert_eq!(search("search=%25_").await, ["O'Neil 100%_"]);
    assert_eq!(search("search=%27%20OR%201%3D1").await, Vec::<String>::new());
    // As people write them.
    assert_eq!(search("search=%2B7%20771%20988-777").await, ["Someone"]);
    app.execute(&format!("UPDATE channel_accounts SET username = 'northfan' WHERE customer_id = {}", named + 1));
    app.execute(&format!(
        "UPDATE customers SET search_text = search_text || 'northfan', search_pairs = -1 WHERE id = {}",
        named + 1
    ));
    assert_eq!(search("search=%40NorthFan").await, ["Someone"]);
    for id in [10, 110, 100, 210, 11] {
        app.execute(&format!(
            "INSERT INTO customers (id, name, name_folded, search_text, last_activity_at, created_at) \
             VALUES ({id}, 'N{id}', 'n{id}', 'n{id}\n{id}', '2026-01-01 10:00:00', '2026-01-01 10:00:00')"
        ));
    }
    assert_eq!(search("customer_id=10").await, ["N210", "N110", "N100", "N10"]);
    assert_eq!(search("customer_id=210").await, ["N210"]);
    assert_eq!(search("customer_id=none").await, Vec::<String>::new());
    let region = operator.htmx("/inbox/cards?typed=1&tab=all&search=vasya", "div#cards").await;
    region.assert_region("cards");
    assert_eq!(region.header("hx-replace-url"), "/inbox?search=vasya");
}

/// LIST-104, LIST-105, LIST-106, LIST-107, LIST-108, LIST-109, LIST-110, LIST-111, LIST-112: what a card shows.
#[actix_web::test]
async fn a_card_says_who_where_whose_and_when() {
    let (app, shop) = desk().await;
    let mine = write(&app, shop, "a1", "Mine <b>Bold</b>", "hello").await;
    let theirs = write(&app, shop, "a2", "Theirs", "hello").await;
    let free = write(&app, shop, "a3", "Free", "hello").await;
    bind(&app, mine, OPERATOR);
    bind(&app, theirs, SECOND_OPERATOR);
    app.execute(&format!("UPDATE customers SET blocked = TRUE WHERE id = {theirs}"));
    app.execute(&format!("UPDATE customers SET paused = TRUE WHERE id = {free}"));
    let page = app.sign_in(OPERATOR).await.get("/inbox").await;
    let card = |id: i64, part: &str| page.select(&format!("#k{id} {part}"));
    page.assert_has(&format!("#k{mine} .av .ch-web_chat")).assert_has(&format!("#k{mine} time[datetime]"));
    assert_eq!(card(mine, ".cc-a"), ["Mine <b>Bold</b>"]);
    assert_eq!(card(mine, ".mine"), ["Your customer"]);
    assert_eq!(card(theirs, ".flag"), ["Blocked"]);
    assert!(card(theirs, ".cc-f")[0].contains("Otto Operator"));
    assert_eq!(card(free, ".flag"), ["Paused"]);
    assert_eq!(card(free, ".cc-f"), ["Web chat"]);
    assert_eq!(page.attribute(&format!("#k{mine} .cc-a"), "href"), format!("/inbox/{mine}"));
}

/// LIST-113, LIST-114, LIST-115, LIST-116, LIST-117, LIST-118: the mark before the last message.
#[actix_web::test]
async fn the_last_message_carries_a_mark() {
    let (app, shop) = desk().await;
    let id = write(&app, shop, "a1", "Anna", "hello").await;
    let operator = app.sign_in(OPERATOR).await;
    let mark = async |client: &Client| client.get("/inbox").await.select(&format!("#k{id} .cc-m b"))[0].clone();
    assert_eq!(mark(&operator).await, "Customer:");
    let page = operator.get(&format!("/inbox/{id}")).await;
    say(&operator, id, &page, &[("text", "Good day")]).await.assert_status(303);
    assert_eq!(mark(&operator).await, "You:");
    assert_eq!(mark(&app.sign_in(SUPERVISOR).await).await, format!("{OPERATOR}:"));
    let page = operator.get(&format!("/inbox/{id}")).await;
    say(&operator, id, &page, &[("text", "For us"), ("mode", "comment")]).await.assert_status(303);
    assert_eq!(mark(&operator).await, "Comment:");
    app.execute(&format!(
        "UPDATE customers SET last_message_kind = 'customer', last_message_attachment = TRUE WHERE id = {id}"
    ));
    assert_eq!(mark(&operator).await, "Attachment:");
}

/// The composer speaks to people by the first of their names; a comment goes to nobody, and is not sent.
#[actix_web::test]
async fn the_composer_says_what_becomes_of_the_text() {
    let (app, shop) = desk().await;
    let id = write(&app, shop, "a1", "Anna Kowalska", "hello").await;
    let page = app.sign_in(OPERATOR).await.get(&format!("/inbox/{id}")).await;
    let text = "#composer textarea[name=text]";
    assert_eq!(page.attribute(text, "placeholder"), "Write to Anna");
    assert_eq!(page.attribute(text, "data-said-note"), "Comment for staff only");
    assert_eq!(page.raw_texts("#composer [type=submit] .as-reply").concat().trim(), "Send");
    assert_eq!(page.raw_texts("#composer [type=submit] .as-note").concat().trim(), "Add comment");
}

/// LIST-39, LIST-40, LIST-120, LIST-121, LIST-122, LIST-129: opening reads for all; "Mark as unread" brings it back.
#[actix_web::test]
async fn opening_a_conversation_reads_it_for_all() {
    let (app, shop) = desk().await;
    let id = write(&app, shop, "a1", "Anna", "hello").await;
    let (operator, second) = (app.sign_in(OPERATOR).await, app.sign_in(SECOND_OPERATOR).await);
    let card = second.get("/inbox?tab=unanswered").await;
    assert_eq!(names(&card), ["Anna"]);
    let page = operator.get(&card.attribute(".cc-a", "href")).await;
    page.assert_status(200).assert_says("hello").assert_has("#side .kv").assert_has("#thread #composer");
    assert_eq!(names(&second.get("/inbox?tab=unanswered").await), Vec::<String>::new());
    operator.get(&format!("/inbox/{id}/menu")).await.assert_says("Mark as unread").assert_lacks("a.danger");
    operator.post_form(&format!("/inbox/{id}/unread"), &[]).await.assert_redirect("/inbox");
    assert_eq!(names(&second.get("/inbox?tab=unanswered").await), ["Anna"]);
    second.get("/inbox").await.assert_has(&format!("#k{id} .unread"));
    second.post_form(&format!("/inbox/{id}/read"), &[]).await.assert_redirect("/inbox");
    assert_eq!(app.number(&format!("SELECT unread_count FROM customers WHERE id = {id}")), 0);
}

/// LIST-131, LIST-132, LIST-133, LIST-134: the sidebar counts all messages for admins, own customers' for operators.
#[actix_web::test]
async fn the_sidebar_counts_unread_messages() {
    let (app, shop) = desk().await;
    let mine = write(&app, shop, "a1", "Anna", "one").await;
    write(&app, shop, "a1", "Anna", "two").await;
    write(&app, shop, "a2", "Boris", "three").await;
    bind(&app, mine, OPERATOR);
    let count = async |email: &str| app.sign_in(email).await.get("/").await.select("#nav-unread [aria-hidden]");
    assert_eq!(count(ADMIN).await, ["3"]);
    assert_eq!(count(OPERATOR).await, ["2"]);
    assert_eq!(count(SECOND_OPERATOR).await, Vec::<String>::new());
}

/// LIST-134: an operator's number counts their own customers; titles and notifications tell of free ones, too, whom any operator
/// could take. Not where they are given out automatically, and not besides a number that counts everybody.
#[actix_web::test]
async fn operators_are_told_of_free_customers() {
    let (app, shop) = desk().await;
    let mine = write(&app, shop, "a1", "Anna", "one").await;
    write(&app, shop, "a2", "Boris", "two").await;
    let theirs = write(&app, shop, "a3", "Clara", "three").await;
    bind(&app, mine, OPERATOR);
    bind(&app, theirs, SECOND_OPERATOR);
    let told = async |email: &str| {
        let page = app.sign_in(email).await.get("/shell/unread").await;
        let badge = page.select("[aria-hidden]").concat();
        let [number, title, words] =
            ["data-told", "data-title", "data-words"].map(|name| page.attribute("#nav-unread", name));
        [badge, number, title, words]
    };
    assert_eq!(told(OPERATOR).await, ["1", "2", "2", "1 unread\n1 unread from free customers"]);
    assert_eq!(told(ADMIN).await, ["3", "3", "3", "3 unread"]);
    app.execute(&format!("UPDATE customers SET unread_count = 0 WHERE id = {mine}"));
    assert_eq!(told(OPERATOR).await, ["", "1", "1", "1 unread from free customers"]);
    app.execute("INSERT INTO settings (key, value) VALUES ('distribute_conversations', 'true')");
    // Whoever comes online is given what waits, sooner or later.
    let [badge, _, title, words] = told(OPERATOR).await;
    assert_eq!(badge, title);
    assert!(!words.contains("free"), "{words}");
}

/// LIST-125, LIST-126: a card's menu offers what the role may do.
#[actix_web::test]
async fn a_cards_menu_fits_the_role() {
    let (app, shop) = desk().await;
    let id = write(&app, shop, "a1", "Anna", "hello").await;
    let operator = app.sign_in(OPERATOR).await;
    operator.get("/inbox").await.assert_has(&format!("#k{id} button[popovertarget=m-card][hx-get='/inbox/{id}/menu']"));
    let asked = operator.get(&format!("/inbox/{id}/menu")).await;
    asked.assert_says("Ask to block").assert_silent_about("Delete customer");
    operator.submit(&asked, "#menu_block_form", &[("reason", "Insults")]).await.assert_redirect("/inbox");
    assert_eq!(app.number("SELECT count(*) FROM block_requests"), 1);
    let menu = async |email: &str| app.sign_in(email).await.get(&format!("/inbox/{id}/menu")).await;
    menu(OPERATOR).await.assert_silent_about("Ask to block").assert_lacks("#menu_block_form");
    menu(SUPERVISOR)
        .await
        .assert_has(&format!("form[action='/customers/{id}/block']"))
        .assert_silent_about("Delete customer");
    app.execute(&format!("UPDATE customers SET blocked = TRUE WHERE id = {id}"));
    menu(OPERATOR).await.assert_silent_about("Unblock").assert_silent_about("as unread");
}

/// LIST-121, LIST-122, LIST-125, LIST-126, LIST-127: a card's menu marks as read and unread, blocks, unblocks and
/// deletes by its own forms, each of which leads back to the list that it was opened on.
#[actix_web::test]
async fn a_cards_menu_does_what_it_says() {
    let (app, shop) = desk().await;
    let id = write(&app, shop, "a1", "Anna", "hello").await;
    let (list, here) = ("/inbox?tab=free", format!("/inbox/{id}?tab=free"));
    let admin = app.sign_in(ADMIN).await.with_header("hx-current-url", &app.url(&here));
    let menu = async || admin.get(&format!("/inbox/{id}/menu")).await;
    let unread = || app.number(&format!("SELECT unread_count FROM customers WHERE id = {id}"));
    let form = |deed: &str| format!("form[action='/inbox/{id}/{deed}']");
    assert_eq!(unread(), 1);
    admin.submit(&menu().await, &form("read"), &[]).await.assert_redirect(list);
    assert_eq!(unread(), 0);
    let marked = menu().await;
    marked.assert_says("Mark as unread");
    admin.submit(&marked, &form("unread"), &[]).await.assert_redirect(list);
    assert_eq!(unread(), 1);
    assert_eq!(names(&admin.get("/inbox?tab=unanswered").await), ["Anna"]);

    let block = menu().await;
    block.assert_has("button[commandfor=d-menu-block][command=show-modal]");
    block.assert_has("hx-partial[hx-target='#card-dialogs'] dialog#d-menu-block #menu_block_form");
    let action = block.form("#menu_block_form").action;
    let wrong = admin.htmx_post(&action, "form#menu_block_form", &[("reason", " "), ("expires", "7d")]).await;
    wrong.assert_status(422).assert_silent_about("<html").assert_has("#menu_block_form textarea[aria-invalid=true]");
    wrong.assert_has("option[value='7d'][selected]");
    for _ in 0..2 {
        admin.submit(&block, "#menu_block_form", &[("reason", "Spam")]).await.assert_redirect(&here);
    }
    assert_eq!(app.number("SELECT count(*) FROM blocks WHERE lifted_at IS NULL"), 1);
    let unblock = menu().await;
    for _ in 0..2 {
        admin
            .submit(&unblock, &format!("form[action='/customers/{id}/block/delete']"), &[])
            .await
            .assert_redirect(&here);
    }
    assert_eq!(app.number("SELECT count(*) FROM blocks WHERE lifted_at IS NULL"), 0);

    let delete = admin.get(&menu().await.attribute("a.danger", "href")).await;
    delete.assert_says("Anna");
    let records = delete.select("#records")[0].clone();
    admin.submit(&delete, "#delete_form", &[("count", "0")]).await.assert_status(422);
    admin.submit(&delete, "#delete_form", &[("count", &records)]).await.assert_redirect(list);
    assert_eq!(app.number("SELECT count(*) FROM customers"), 0);
    assert_eq!(app.number("SELECT count(*) FROM messages"), 0);
    admin.get(&format!("/inbox/{id}")).await.assert_status(404);
}

/// A reply takes a queued conversation, is stored once, and whatever is wrong with it the words stay.
#[actix_web::test]
async fn a_reply_goes_out_once_and_words_are_never_lost() {
    let (app, shop) = desk().await;
    let id = write(&app, shop, "a1", "Anna", "hello").await;
    let operator = app.sign_in(OPERATOR).await;
    let page = operator.get(&format!("/inbox/{id}")).await;
    let sent = || app.number("SELECT COUNT(*) FROM messages WHERE kind = 'staff'");
    let words = "Grüße <script>alert(1)</script> محمد 🙂";
    say(&operator, id, &page, &[("text", words)]).await.assert_redirect(&format!("/inbox/{id}"));
    say(&operator, id, &page, &[("text", words)]).await.assert_redirect(&format!("/inbox/{id}"));
    assert_eq!(sent(), 1);
    assert_eq!(app.number("SELECT assignee_id FROM conversations"), app.staff_id(OPERATOR));
    assert_eq!(app.number(&format!("SELECT responsible_id FROM customers WHERE id = {id}")), app.staff_id(OPERATOR));
    let page = operator.get(&format!("/inbox/{id}")).await;
    page.assert_says(words).assert_lacks(".log script").assert_says("Taken by you");

    let empty = say(&operator, id, &page, &[("text", " \n ")]).await;
    empty.assert_status(422).assert_says("Write a message or attach a file.");
    let long = "я".repeat(10_001);
    let refused = say(&operator, id, &page, &[("text", &long)]).await;
    refused.assert_status(422).assert_says("Use at most");
    assert!(refused.text.contains(&long));
    assert_eq!(sent(), 1);

    close(&operator, &conversation(&app, id)).await;
    let late = say(&operator, id, &page, &[("text", "Too late")]).await;
    late.assert_status(422).assert_says("This conversation is closed");
    assert!(late.form("#composer").fields.contains(&("text".into(), "Too late".into())));
    assert_eq!(sent(), 1);
}

/// A colleague's newer answer holds a reply back, shows itself, and asks.
#[actix_web::test]
async fn a_reply_over_a_colleague_is_held_back() {
    let (app, shop) = desk().await;
    let id = write(&app, shop, "a1", "Anna", "hello").await;
    let (one, two) = (app.sign_in(SUPERVISOR).await, app.sign_in(ADMIN).await);
    let (first, stale) = (one.get(&format!("/inbox/{id}")).await, two.get(&format!("/inbox/{id}")).await);
    say(&one, id, &first, &[("text", "It ships today")]).await.assert_status(303);
    let held = say(&two, id, &stale, &[("text", "It ships tomorrow")]).await;
    held.assert_status(422).assert_says("Sam Supervisor has answered meanwhile").assert_says("It ships today");
    assert_eq!(app.number("SELECT COUNT(*) FROM messages WHERE kind = 'staff'"), 1);
    say(&two, id, &stale, &[("text", "It ships tomorrow"), ("over", "1")]).await.assert_status(303);
    assert_eq!(app.number("SELECT COUNT(*) FROM messages WHERE kind = 'staff'"), 2);
}

/// Take, transfer and close from the inbox: its dialogs hold the forms, keep what was typed, and lead back here.
#[actix_web::test]
async fn conversations_are_taken_handed_over_and_closed() {
    let (app, shop) = desk().await;
    let id = write(&app, shop, "a1", "Anna", "hello").await;
    let (open, here) = (conversation(&app, id), format!("/inbox/{id}"));
    let (operator, second) = (app.sign_in(OPERATOR).await, app.sign_in(SECOND_OPERATOR).await);
    let page = operator.get(&here).await;
    let queued = page.attribute("[data-dialogs]", "hx-get");
    operator.get(&queued).await.assert_status(204);
    operator.submit(&page, "#take", &[]).await.assert_redirect(&here);
    operator.submit(&page, "#take", &[]).await.assert_redirect(&here);
    second.get(&here).await.assert_says("comments only").assert_lacks("input[value=reply]").assert_lacks("#d-transfer");
    let fresh = operator.get(&queued).await;
    fresh.assert_region(&format!("dialogs-{id}")).assert_has("dialog#d-transfer #transfer_form option[value='']");
    fresh.assert_has("#transfer_form [name=to][autofocus]").assert_has("#close_form [name=reason][autofocus]");

    let page = operator.get(&here).await;
    page.assert_has("button[popovertarget=m-conv]")
        .assert_has("#m-conv[popover] button[commandfor=d-transfer][command=show-modal]")
        .assert_has("#m-conv[popover] button[commandfor=d-close][command=show-modal]");
    let (to, long) = (app.staff_id(SECOND_OPERATOR).to_string(), "x".repeat(1001));
    let action = page.form("dialog#d-transfer form").action;
    assert_eq!(action, format!("/conversations/{open}/transfer"));
    let fields = [("to", to.as_str()), ("note", long.as_str()), ("back", here.as_str())];
    let wrong = operator.htmx_post(&action, "form#transfer_form", &fields).await;
    wrong.assert_status(422).assert_silent_about("<html").assert_has("#transfer_form textarea[aria-invalid=true]");
    wrong
        .assert_has(&format!("option[value='{to}'][selected]"))
        .assert_has(&format!("input[name=back][value='{here}']"));
    assert!(wrong.text.contains(&long));
    let nobody = operator.submit(&page, "#d-transfer form", &[("to", "999999")]).await;
    nobody.assert_status(422).assert_says("Choose a colleague");
    let fields = [("to", to.as_str()), ("note", "Knows it"), ("back", here.as_str())];
    let done = operator.htmx_post(&action, "form#transfer_form", &fields).await;
    done.assert_status(200);
    assert!(done.header("hx-location").contains(&format!("\"{here}\"")), "{}", done.header("hx-location"));

    let page = second.get(&here).await;
    page.assert_says("Transferred by Olga Operator to you").assert_says("Knows it").assert_has("input[value=reply]");
    let elsewhere = [("reason", "customer_blocked"), ("note", "Done"), ("back", "https://elsewhere.example/")];
    let wrong = second.submit(&page, "#d-close form", &elsewhere).await;
    wrong.assert_status(422).assert_says("Choose a reason").assert_says("Done").assert_silent_about("elsewhere");
    second.submit(&page, "#d-close form", &[("reason", "solved"), ("note", "Done")]).await.assert_redirect(&here);
    let over = second.get(&here).await;
    over.assert_says("Closed by you: Solved").assert_has("a[href^='/customers/'][href*='message']");
    over.assert_lacks("#d-close").assert_lacks("#d-transfer");
}

/// LIST-112: what staff write for each other is no activity of the customer's, who keep their place in the list.
#[actix_web::test]
async fn a_comment_moves_nobody_up_the_list() {
    let (app, shop) = desk().await;
    let anna = write(&app, shop, "a1", "Anna", "hello").await;
    write(&app, shop, "a2", "Boris", "hello").await;
    let active = format!("SELECT CAST(last_activity_at AS VARCHAR(40)) FROM customers WHERE id = {anna}");
    let before = app.text(&active);
    let operator = app.sign_in(OPERATOR).await;
    let page = operator.get(&format!("/inbox/{anna}")).await;
    say(&operator, anna, &page, &[("text", "For us"), ("mode", "comment")]).await.assert_status(303);
    assert_eq!(app.text(&active), before);
    let list = operator.get("/inbox").await;
    assert_eq!(list.select(".cc-a"), ["Boris", "Anna"]);
    list.assert_says("For us");
    write(&app, shop, "a1", "Anna", "anybody there?").await;
    assert_eq!(operator.get("/inbox").await.select(".cc-a"), ["Anna", "Boris"]);
}

/// SEARCH-40, SEARCH-45: the chat history holds all conversations, with the comments that were added to them.
#[actix_web::test]
async fn history_holds_comments() {
    let (app, shop) = desk().await;
    let operator = app.sign_in(OPERATOR).await;
    let id = write(&app, shop, "a1", "Anna", "hello").await;
    let here = format!("/inbox/{id}");
    for words in ["Mind the <b>dog</b>", "She moved"] {
        write(&app, shop, "a1", "Anna", "again").await;
        let page = operator.get(&here).await;
        say(&operator, id, &page, &[("text", words), ("mode", "comment")]).await.assert_status(303);
        close(&operator, &conversation(&app, id)).await;
    }
    let history = operator.get(&here).await;
    assert_eq!(history.select(".log .is-note .said"), ["Mind the <b>dog</b>", "She moved"]);
    let second = conversation(&app, id);
    let one = operator.get(&format!("/conversations/{second}")).await;
    assert_eq!(one.select(".log .is-note .said"), ["She moved"]);
}

/// CUST-32, CUST-33, CUST-34, CUST-35, CUST-36: one scroll over all conversations, with their edges, back and forth.
#[actix_web::test]
async fn history_is_one_scroll() {
    let (app, shop) = desk().await;
    let operator = app.sign_in(OPERATOR).await;
    let id = write(&app, shop, "a1", "Anna", "first 0").await;
    for round in 0..3 {
        for n in 1..40 {
            write(&app, shop, "a1", "Anna", &format!("round {round} message {n}")).await;
        }
        close(&operator, &conversation(&app, id)).await;
    }
    let page = operator.get(&format!("/inbox/{id}")).await;
    page.assert_says("round 2 message 39")
        .assert_silent_about("round 1 message 1 ")
        .assert_says("More message history");
    assert_eq!(page.count(".convo[id$='-end']"), 2);
    assert!(page.select(".convo").iter().any(|words| words.contains("started")));
    assert!(page.select(".convo").iter().any(|words| words.contains("ended")));
    let older = page.attribute("[id^='older-'] a", "hx-get");
    let more = operator.htmx(&older, &format!("div#messages-{id}")).await;
    more.assert_says("round 2 message 39").assert_says("round 1 message 1");
    let plain = operator.get(&page.attribute("[id^='older-'] a", "href")).await;
    let said = |page: &Page, words: &str| page.select(".log .said").iter().any(|line| line == words);
    assert!(said(&plain, "round 1 message 20") && !said(&plain, "round 2 message 39"));
    let next = operator.get(&plain.attribute("#newer a", "href")).await;
    next.assert_status(200);
    let first = app.number("SELECT MIN(id) FROM conversations");
    let at = operator.get(&format!("/inbox/{id}?at={first}")).await;
    at.assert_says("first 0").assert_says("Next conversation");
    let next = operator.get(&at.attribute("#newer a", "href")).await;
    next.assert_says("round 1 message 1").assert_silent_about("first 0");
}

/// CUST-34: of two conversations at the same time each ends once, where it was closed, and not where the other one goes on.
#[actix_web::test]
async fn a_conversation_ends_once_in_the_log() {
    let (app, shop) = desk().await;
    let operator = app.sign_in(OPERATOR).await;
    let anna = write(&app, shop, "a", "Anna", "Chat one").await;
    let chat = conversation(&app, anna);
    let other = channel(&app, ChannelKind::App);
    let second = write(&app, other, "b", "Anna", "App one").await;
    for table in ["channel_accounts", "conversations", "messages"] {
        app.execute(&format!("UPDATE {table} SET customer_id = {anna} WHERE customer_id = {second}"));
    }
    app.execute(&format!("UPDATE customers SET active_count = 2 WHERE id = {anna}"));
    write(&app, shop, "a", "Anna", "Chat two").await;
    write(&app, other, "b", "Anna", "App two").await;
    write(&app, shop, "a", "Anna", "Chat three").await;
    close(&operator, &chat).await;
    write(&app, other, "b", "Anna", "App three").await;
    let log = async || {
        let page = operator.get(&format!("/inbox/{anna}")).await;
        let lines = page.select("[id^='messages-'] .said, [id^='messages-'] .convo[id$='-end']");
        lines.iter().map(|line| line.split(':').next().unwrap_or_default().to_owned()).collect::<Vec<_>>()
    };
    let ended = ["Chat one", "App one", "Chat two", "App two", "Chat three", "Closed by you", "App three"];
    assert_eq!(log().await, ended);
    // A closing that is told by no message stands there, too.
    app.execute("DELETE FROM messages WHERE kind = 'system'");
    assert_eq!(log().await, ended);
}

/// SEARCH-37, CONT-30, CONT-31, CONT-32: the ways from and to the conversation.
#[actix_web::test]
async fn ways_lead_on() {
    let (app, shop) = desk().await;
    let id = write(&app, shop, "a1", "Anna", "hello").await;
    let page = app.sign_in(OPERATOR).await.get(&format!("/inbox/{id}")).await;
    page.assert_has(&format!(".pane-list a[href='/contacts/new?back=/inbox/{id}']"));
    page.assert_has(&format!(".pane-list a[href='/contacts?back=/inbox/{id}']"));
    page.assert_has(&format!("#side a[href='/customers/{id}/edit?back=%2Finbox%2F{id}']"));
    page.assert_says("Contact details are missing.");
    assert_eq!(page.select(".cc-a[aria-current]"), ["Anna"]);
}

/// What a person may not see is not there, in no region and for no deed.
#[actix_web::test]
async fn others_customers_stay_hidden_where_the_setting_says_so() {
    let (app, shop) = desk().await;
    let id = write(&app, shop, "a1", "Anna", "hello").await;
    bind(&app, id, SECOND_OPERATOR);
    app.execute("INSERT INTO settings (key, value) VALUES ('operators_see_others', 'false')");
    let operator = app.sign_in(OPERATOR).await;
    let hidden = operator.get(&format!("/inbox/{id}")).await.status.as_u16() == 404;
    assert!(hidden || app.text("SELECT value FROM settings").is_none(), "a hidden customer opened");
    for region in ["menu", "head", "log", "composer", "side", "here", "dialogs"] {
        operator.get(&format!("/inbox/{id}/{region}")).await.assert_status(404);
        operator.get(&format!("/inbox/999999/{region}")).await.assert_status(404);
        operator.get(&format!("/inbox/x/{region}")).await.assert_status(404);
    }
    let open = conversation(&app, id);
    for deed in ["assignment", "transfer", "closure"] {
        let fields = [("to", ""), ("reason", "solved")];
        operator.post_form(&format!("/conversations/{open}/{deed}"), &fields).await.assert_status(404);
    }
    for deed in ["read", "unread"] {
        operator.post_form(&format!("/inbox/{id}/{deed}"), &[]).await.assert_status(404);
    }
    operator.post_form(&format!("/inbox/{id}/presence"), &[("doing", "here")]).await.assert_status(404);
    let form = Form::new().text("text", "hello");
    operator.post_multipart(&format!("/inbox/{id}/messages"), form).await.assert_status(404);
    assert_eq!(names(&operator.get("/inbox").await), Vec::<String>::new());
}

/// Who is here and who is typing; a visible page reads what it shows.
#[actix_web::test]
async fn colleagues_see_each_other() {
    let (app, shop) = desk().await;
    let id = write(&app, shop, "a1", "Anna", "hello").await;
    let (operator, second) = (app.sign_in(OPERATOR).await, app.sign_in(SECOND_OPERATOR).await);
    let presence = format!("/inbox/{id}/presence");
    let shown = app.number("SELECT MAX(id) FROM messages").to_string();
    operator.post_form(&presence, &[("doing", "here"), ("shown", &shown)]).await.assert_status(204);
    assert_eq!(app.number(&format!("SELECT unread_count FROM customers WHERE id = {id}")), 0);
    let here = format!("/inbox/{id}/here");
    second.get(&here).await.assert_says("Olga Operator is here");
    operator.get(&here).await.assert_silent_about("Olga");
    operator.post_form(&presence, &[("mode", "reply")]).await.assert_status(204);
    second.get(&here).await.assert_says("Olga Operator is typing");
    operator.post_form(&presence, &[("doing", "gone")]).await.assert_status(204);
    second.get(&here).await.assert_silent_about("Olga");
    operator.post_form(&presence, &[("doing", "dancing")]).await.assert_status(400);
}

/// Presence and typing arrive by themselves: two people with the same customer open hear of each other, and of the
/// customer's typing; nobody hears of themselves.
#[actix_web::test]
async fn presence_is_live() {
    let (app, shop) = desk().await;
    let id = write(&app, shop, "a1", "Anna", "hello").await;
    let (olga, sam) = (app.sign_in(OPERATOR).await, app.sign_in(SUPERVISOR).await);
    let stream = format!("/live?customer={id}");
    let (mut at_olga, mut at_sam) = (olga.events(&stream).await, sam.events(&stream).await);
    assert_eq!((at_olga.next().await.name, at_sam.next().await.name), ("sync".into(), "sync".into()));
    let (presence, here) = (format!("/inbox/{id}/presence"), format!("/inbox/{id}/here"));
    let hears = async |events: &mut Events| while events.next().await.name != "presence" {};

    olga.post_form(&presence, &[("doing", "here")]).await.assert_status(204);
    hears(&mut at_sam).await;
    sam.get(&here).await.assert_says("Olga Operator is here");
    while let Some(event) = at_olga.within(Duration::from_millis(400)).await {
        assert_ne!(event.name, "presence", "her own presence is told to her");
    }
    sam.post_form(&presence, &[("mode", "comment")]).await.assert_status(204);
    hears(&mut at_olga).await;
    olga.get(&here).await.assert_says("Sam Supervisor is typing");
    olga.post_form(&presence, &[("mode", "reply")]).await.assert_status(204);
    hears(&mut at_sam).await;
    sam.get(&here).await.assert_says("Olga Operator is typing");
    olga.post_form(&presence, &[("doing", "gone")]).await.assert_status(204);
    hears(&mut at_sam).await;
    sam.get(&here).await.assert_silent_about("Olga Operator");

    app.db.spread(Topic::CustomerTyping(CustomerId(id), true));
    for (client, events) in [(&olga, &mut at_olga), (&sam, &mut at_sam)] {
        hears(events).await;
        eventually("the customer's typing", async || {
            // It is told for a few seconds.
            app.db.spread(Topic::CustomerTyping(CustomerId(id), true));
            client.get(&here).await.text.contains("Customer is typing").then_some(())
        })
        .await;
    }
}

/// A page of fifty cards, each with its box, is small, and goes on after its last one.
#[actix_web::test]
async fn a_page_of_cards_is_small() {
    let (app, _) = desk().await;
    for id in 1..=120 {
        app.execute(&format!(
            "INSERT INTO customers (id, name, name_folded, search_text, channel_kind, last_message_kind, last_message_text, unread_count, last_activity_at, created_at) \
             VALUES ({id}, 'Customer number {id}', 'customer number {id}', 'customer number {id}\n{id}', 'web_chat', 'customer', 'Hello, where is my parcel number {id}?', {}, '2026-01-01 10:00:00', '2026-01-01 10:00:00')",
            id % 3
        ));
    }
    let operator = app.sign_in(OPERATOR).await;
    let page = operator.get("/inbox").await;
    assert_eq!(names(&page).len(), 50);
    assert!(page.bytes.len() < 73_000, "{} bytes", page.bytes.len());
    let next = operator.get(&page.attribute(".cc-more a", "href")).await;
    assert_eq!(names(&next)[0], "Customer number 70");
    let deeper = operator.htmx(&page.attribute(".cc-more a", "hx-get"), "div#cards").await;
    assert_eq!(names(&deeper).len(), 100);
    let last = operator.get(&next.attribute(".cc-more a", "href")).await;
    assert_eq!(names(&last).len(), 20);
    last.assert_lacks(".cc-more");
}

/// Two conversations of one customer are open: the composer answers the one that is shown, says which, and leads to the
/// other; without a choice it answers the newest.
#[actix_web::test]
async fn the_composer_answers_the_conversation_that_is_shown() {
    let (app, shop) = desk().await;
    let anna = write(&app, shop, "a", "Anna", "one").await;
    let first = conversation(&app, anna);
    let second_anna = write(&app, channel(&app, ChannelKind::App), "b", "Anna", "two").await;
    let second = conversation(&app, second_anna);
    for table in ["channel_accounts", "conversations", "messages"] {
        app.execute(&format!("UPDATE {table} SET customer_id = {anna} WHERE customer_id = {second_anna}"));
    }
    app.execute(&format!("UPDATE customers SET active_count = 2 WHERE id = {anna}"));
    let operator = app.sign_in(OPERATOR).await;
    let newest = operator.get(&format!("/inbox/{anna}")).await;
    newest.assert_has(&format!("#composer input[name=conversation][value='{second}']"));
    newest.assert_says(&format!("Answers conversation {second}"));
    let other = newest.attribute(".c-which a", "href");
    assert_eq!(other, format!("/inbox/{anna}?at={first}"));
    let listed = operator.get(&format!("/inbox/{anna}?tab=free")).await;
    assert_eq!(listed.attribute(".c-which a", "href"), format!("/inbox/{anna}?tab=free&at={first}"));
    let shown = operator.get(&other).await;
    shown.assert_has(&format!("#composer input[name=conversation][value='{first}']"));
    for region in [".composer-area", "#m-conv form", "header.pane-h[hx-get]", "[data-dialogs]"] {
        shown.assert_has(region);
    }
    shown.assert_has(&format!("#take[action='/conversations/{first}/assignment']"));
    let asks_again = shown.attribute(".composer-area", "hx-get");
    operator.get(&asks_again).await.assert_status(204);
    say(&operator, anna, &shown, &[("text", "To the first"), ("mode", "reply")]).await.assert_status(303);
    say(&operator, anna, &newest, &[("text", "To the second"), ("mode", "reply")]).await.assert_status(303);
    for (text, id) in [("To the first", &first), ("To the second", &second)] {
        assert_eq!(&app.number(&format!("SELECT conversation_id FROM messages WHERE body = '{text}'")).to_string(), id);
    }
    // What was written for a conversation that has been closed meanwhile goes into no other one, and is not lost.
    let shown = operator.get(&other).await;
    close(&operator, &first).await;
    let refused = say(&operator, anna, &shown, &[("text", "Too late"), ("mode", "reply")]).await;
    refused.assert_status(422).assert_says("This conversation is closed.");
    assert_eq!(refused.select("#composer textarea"), ["Too late"]);
    assert_eq!(app.number("SELECT COUNT(*) FROM messages WHERE body = 'Too late'"), 0);
}

/// After a comment the next words are a comment, too, and never the customer's by surprise; after an answer they are for the
/// customer. A comment that did not pass stays one.
#[actix_web::test]
async fn whoever_comments_goes_on_commenting() {
    let (app, shop) = desk().await;
    let anna = write(&app, shop, "a", "Anna", "Hello").await;
    let operator = app.sign_in(OPERATOR).await;
    let page = operator.get(&format!("/inbox/{anna}")).await;
    let send = async |text: &str, mode: &str| {
        let filled = page.form("#composer").filled(&[("text", text), ("mode", mode)]);
        let form = filled.into_iter().fold(Form::new(), |form, (name, value)| form.text(name, value));
        let request = operator.request(reqwest::Method::POST, &format!("/inbox/{anna}/messages"));
        let request = request.header("HX-Request", "true").header("HX-Request-Type", "partial").multipart(form);
        operator.page(request).await
    };
    let refused = send("", "comment").await;
    refused.assert_status(422).assert_has("input[name=mode][value=comment][checked]");
    let sent = send("Between us", "comment").await;
    sent.assert_status(200).assert_has("input[name=mode][value=comment][checked]");
    let page = operator.get(&format!("/inbox/{anna}")).await;
    page.assert_has("#composer input[name=mode][value=reply][checked]");
    let answer = page.form("#composer").filled(&[("text", "Hello Anna"), ("mode", "reply")]);
    let form = answer.into_iter().fold(Form::new(), |form, (name, value)| form.text(name, value));
    let request = operator.request(reqwest::Method::POST, &format!("/inbox/{anna}/messages"));
    let request = request.header("HX-Request", "true").header("HX-Request-Type", "partial").multipart(form);
    let sent = operator.page(request).await;
    sent.assert_status(200).assert_has("input[name=mode][value=reply][checked]");
    sent.assert_lacks("input[name=mode][value=comment][checked]");
}

/// CONT-32: the plus in the contact details leads to the form of the contact, and back.
#[actix_web::test]
async fn the_plus_edits_the_contact() {
    let (app, shop) = desk().await;
    let anna = write(&app, shop, "a", "Anna", "Hello").await;
    let operator = app.sign_in(OPERATOR).await;
    let page = operator.get(&format!("/inbox/{anna}")).await;
    let plus = ".sec-w > a[aria-label='Edit contact details']";
    assert!(page.attribute(&format!("{plus} use"), "href").ends_with("#plus"));
    let form = operator.get(&page.attribute(plus, "href")).await;
    form.assert_status(200);
    let saved = operator.submit(&form, "#edit_form", &[("phone", "+7 901 788-07-95")]).await;
    saved.assert_redirect(&format!("/inbox/{anna}"));
    operator.get(&format!("/inbox/{anna}")).await.assert_says("+7 901 788-07-95");
}

/// Whatever is done with a conversation, the list beside it stays as it is: tab and search are in the address that it goes back
/// to, with scripts and without, and in the regions that are fetched anew.
#[actix_web::test]
async fn the_list_stays_beside_what_is_done() {
    let app = spawn_app().await;
    let channel = app.channel("web_chat");
    let letter = Letter { channel, address: "anna", name: "Anna", body: "Hello", ..Letter::default() };
    let anna = app.writes(letter).await;
    let client = app.sign_in(OPERATOR).await;
    let (list, here) = ("/inbox?tab=free&search=ann", format!("/inbox/{anna}?tab=free&search=ann"));
    let page = client.get(&here).await;
    let way_back = |page: &Page| page.attribute("[aria-label='Back to the list']", "href");
    assert_eq!(way_back(&page), list);
    for form in ["#take", "#transfer-form", "#close-form", "#block-form"] {
        for back in page.attributes(&format!("{form} input[name=back]"), "value") {
            assert_eq!(back, here, "{form}");
        }
    }
    // A page with scripts fetches its regions anew, and says where it is.
    let url = app.url(&here);
    let scripted = client.with_header("hx-current-url", &url).with_header("hx-request", "true");
    let head = scripted.get(&format!("/inbox/{anna}/head")).await;
    assert_eq!((way_back(&head), head.attribute("#take input[name=back]", "value")), (list.to_owned(), here.clone()));
    // The list was searched since that form was drawn.
    let other = app.url(&format!("/inbox/{anna}?tab=all&search=anna"));
    let scripted = client.with_header("hx-current-url", &other).with_header("hx-request", "true");
    let taken = scripted.submit(&page, "#take", &[]).await;
    assert!(
        taken
            .header("hx-location")
            .contains("/inbox/{anna}?tab=all&search=anna".replace("{anna}", &anna.to_string()).as_str())
    );
}

/// A list is an address: the ways to other conversations with the customer, and to other parts of what was said, keep it.
#[actix_web::test]
async fn other_places_stay_beside_the_same_list() {
    let app = spawn_app().await;
    let channel = app.channel("web_chat");
    let client = app.sign_in(OPERATOR).await;
    let letter = |body| Letter { channel, address: "anna", name: "Anna", body, ..Letter::default() };
    let anna = app.writes(letter("Hello")).await;
    let first = conversation(&app, anna);
    for _ in 0..60 {
        app.writes(letter("And more")).await;
    }
    close(&client, &first).await;
    for _ in 0..60 {
        app.writes(letter("Once more")).await;
    }
    let list = format!("/inbox/{anna}?tab=free&search=ann");
    let page = client.get(&list).await;
    let (region, older) = (page.attribute("[id^='messages-']", "hx-get"), "[id^='older-'] a");
    assert!(page.attribute(older, "href").starts_with(&format!("{list}&before=")));
    let previous = format!("{list}&at={first}");
    assert_eq!(page.attributes("#side .mini a[href*='at=']", "href"), std::slice::from_ref(&previous));
    let there = client.get(&previous).await;
    let ways = there.attributes("#newer a", "href");
    assert_eq!(ways, [format!("{list}&at={}", conversation(&app, anna)), list.clone()]);
    // A page with scripts fetches its regions anew, and says where it is.
    let scripted = client.with_header("hx-current-url", &app.url(&previous)).with_header("hx-request", "true");
    let log = scripted.get(&there.attribute("[id^='messages-']", "hx-get")).await;
    assert_eq!(log.attributes("#newer a", "href"), ways);
    let side = scripted.get(&format!("/inbox/{anna}/side")).await;
    assert_eq!(side.attributes(".mini a[href*='at=']", "href"), [previous]);
    assert!(scripted.get(&region).await.attribute(older, "href").starts_with(&format!("{list}&before=")));
}

/// LIST-36: an empty tab says how customers come to it; that all has been sent is said only of all customers.
#[actix_web::test]
async fn an_empty_tab_says_how_it_fills() {
    let app = spawn_app().await;
    let client = app.sign_in(OPERATOR).await;
    let sent = "Every message has been sent";
    client.get("/inbox").await.assert_says("No customers here yet");
    client.get("/inbox?tab=mine").await.assert_says("Take a conversation, and its customer is yours.");
    client.get("/inbox?tab=others").await.assert_says("No customers of others");
    client.get("/inbox?failed=1").await.assert_says(sent);
    client.get("/inbox?tab=mine&failed=1").await.assert_says("Nobody matches").assert_silent_about(sent);
}

/// LIST-47, LIST-49: a messenger's phone number is found as people in Russia type it, from its 8, whole and on the way to its end; who has
/// those very digits is found, too, and nobody else.
#[actix_web::test]
async fn a_number_is_found_as_it_is_typed_from_its_8() {
    let app = spawn_app().await;
    let channel = app.channel("whatsapp");
    for (address, name) in
        [("79123456789", "Russian"), ("48912345600", "Has the digits"), ("35912345678", "Has the rest")]
    {
        app.writes(Letter { channel, address, name, ..Letter::default() }).await;
    }
    let operator = app.sign_in(OPERATOR).await;
    for (typed, wanted) in [
        ("8 912 345-67-89", vec!["Russian"]),
        ("89123456789", vec!["Russian"]),
        ("8 (912) 345-67", vec!["Russian"]),
        ("8912345", vec!["Has the digits", "Russian"]),
        ("8 912 345", vec!["Has the digits", "Russian"]),
        ("+7 912 345", vec!["Russian"]),
        ("912345", vec!["Has the digits", "Has the rest", "Russian"]),
    ] {
        let typed: String = url::form_urlencoded::byte_serialize(typed.as_bytes()).collect();
        for more in ["", "&sort=created"] {
            let mut found = operator.get(&format!("/inbox?search={typed}{more}")).await.select(".cc .cc-a");
            found.sort_unstable();
            assert_eq!(found, wanted, "{typed}{more}");
        }
    }
}
