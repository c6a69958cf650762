//! New conversations that are given to operators by themselves (PRODUCT, rule 7), and who counts as being there.

use futures_util::future::join_all;
use switchboard::realtime::Topic;

use crate::support::desk::Letter;
use crate::support::{ADMIN, Client, OPERATOR, SECOND_OPERATOR, SUPERVISOR, TestApp, eventually, spawn_app};
use crate::webchat;

/// Switches it on through its page.
async fn switch_on(app: &TestApp) {
    let admin = app.sign_in(ADMIN).await;
    let page = admin.get("/settings/rules").await;
    page.assert_lacks("input[name=distribute][checked]");
    let fields = page.form("#rules").filled(&[("distribute", "true")]);
    let fields: Vec<(&str, &str)> = fields.iter().map(|(name, value)| (name.as_str(), value.as_str())).collect();
    admin.post_form("/settings/rules", &fields).await.assert_status(303);
    admin.get("/settings/rules").await.assert_has("input[name=distribute][checked]");
}

/// Somebody new writes; the conversation's number.
async fn writes(app: &TestApp, channel: i64, name: &str) -> i64 {
    let received = app.receives(Letter { channel, address: name, name, body: "Hello", ..Letter::default() }).await;
    received.conversation.expect("a conversation").0
}

/// Whose it is: 0 while it is queued.
fn assignee(app: &TestApp, conversation: i64) -> i64 {
    app.number(&format!("SELECT COALESCE(assignee_id, 0) FROM conversations WHERE id = {conversation}"))
}

/// Whose it becomes: at once, so long before the work that comes round.
async fn given(app: &TestApp, conversation: i64) -> i64 {
    eventually("it is given to somebody", async || Some(assignee(app, conversation)).filter(|who| *who != 0)).await
}

/// Whose it is when everything is given that can be: 0 while it is queued.
async fn left_with(app: &TestApp, conversation: i64) -> i64 {
    switchboard::conversations::distribute_waiting(&app.db).await.unwrap();
    assignee(app, conversation)
}

/// Somebody new writes; whose conversation it becomes.
async fn given_to(app: &TestApp, channel: i64, name: &str) -> i64 {
    given(app, writes(app, channel, name).await).await
}

async fn close(by: &Client, conversation: i64) {
    by.post_form(&format!("/conversations/{conversation}/closure"), &[("reason", "solved")]).await.assert_status(303);
}

/// Nobody has been seen for a while: browsers are closed, the chosen status stays.
fn all_go_home(app: &TestApp) {
    app.execute("UPDATE staff SET seen_at = '2026-01-05 09:00:00'");
}

/// Rule 7: off until an admin switches it on.
#[actix_web::test]
async fn nothing_is_given_out_unless_it_is_switched_on() {
    let app = spawn_app().await;
    let channel = app.channel("app");
    app.sign_in(OPERATOR).await;
    let before = writes(&app, channel, "anna").await;
    assert_eq!(left_with(&app, before).await, 0);
    switch_on(&app).await;
    assert_eq!(given_to(&app, channel, "boris").await, app.staff_id(OPERATOR));
    assert_eq!(given(&app, before).await, app.staff_id(OPERATOR), "what has waited since before");
}

/// Rule 7: the operator with the fewest gets it, of two with as many the first one; a free customer is theirs from then on,
/// the log and the audit log say that it was the program, and the inbox shows it as active.
#[actix_web::test]
async fn the_one_with_the_fewest_gets_it() {
    let app = spawn_app().await;
    switch_on(&app).await;
    let channel = app.channel("app");
    let (olga, otto) = (app.staff_id(OPERATOR), app.staff_id(SECOND_OPERATOR));
    let browser = app.sign_in(OPERATOR).await;
    app.sign_in(SECOND_OPERATOR).await;
    app.sign_in(SUPERVISOR).await;
    let mut shares = vec![];
    for name in ["anna", "boris", "clara", "dora"] {
        shares.push(given_to(&app, channel, name).await);
    }
    assert_eq!(shares, [olga, otto, olga, otto]);
    let of_anna = "SELECT responsible_id FROM customers WHERE name = 'anna'";
    assert_eq!(app.number(of_anna), olga);
    assert_eq!(app.number("SELECT COUNT(*) FROM conversations WHERE status = 'active' AND taken_at IS NOT NULL"), 4);
    assert_eq!(
        app.number("SELECT COUNT(*) FROM audit_events WHERE event = 'conversation.distributed' AND staff_id IS NULL"),
        4
    );
    let anna = app.number("SELECT id FROM customers WHERE name = 'anna'");
    browser.get(&format!("/inbox/{anna}")).await.assert_says("automatically");
}

/// Rule 7: the customer's responsible comes first, however many they have; while they are away somebody else gets it, and
/// the customer stays theirs.
#[actix_web::test]
async fn the_responsible_comes_first() {
    let app = spawn_app().await;
    switch_on(&app).await;
    let channel = app.channel("app");
    let (olga, otto) = (app.staff_id(OPERATOR), app.staff_id(SECOND_OPERATOR));
    let browser = app.sign_in(OPERATOR).await;
    let first = writes(&app, channel, "anna").await;
    given(&app, first).await;
    given_to(&app, channel, "boris").await;
    app.sign_in(SECOND_OPERATOR).await;
    close(&browser, first).await;
    assert_eq!(given_to(&app, channel, "clara").await, otto);
    assert_eq!(given_to(&app, channel, "dora").await, olga);
    assert_eq!(given_to(&app, channel, "anna").await, olga, "she has more, and Anna is hers");
    browser.post_form("/presence", &[("presence", "away")]).await;
    let of_anna =
        "SELECT MAX(v.id) FROM conversations v JOIN customers c ON c.id = v.customer_id WHERE c.name = 'anna'";
    close(&browser, app.number(of_anna)).await;
    assert_eq!(given_to(&app, channel, "anna").await, otto);
    assert_eq!(app.number("SELECT responsible_id FROM customers WHERE name = 'anna'"), olga);
}

/// Rule 7: who may serve the channel. Everybody may, until an admin chooses channels on the person's page.
#[actix_web::test]
async fn some_serve_some_channels_only() {
    let app = spawn_app().await;
    switch_on(&app).await;
    let (shop, post) = (app.channel("app"), app.channel("telegram"));
    let (olga, otto) = (app.staff_id(OPERATOR), app.staff_id(SECOND_OPERATOR));
    app.sign_in(OPERATOR).await;
    app.sign_in(SECOND_OPERATOR).await;
    let admin = app.sign_in(ADMIN).await;
    let path = format!("/settings/staff/{olga}");
    let chosen = format!("{path}/channels");
    admin.post_form(&chosen, &[("channel", &post.to_string())]).await.assert_status(303);
    let page = admin.get(&path).await;
    assert_eq!(page.attributes("#staff-channels input[checked]", "value"), [post.to_string()]);
    for name in ["anna", "boris"] {
        assert_eq!(given_to(&app, shop, name).await, otto);
    }
    assert_eq!(given_to(&app, post, "clara").await, olga);
    for wrong in ["999", "x"] {
        admin.post_form(&chosen, &[("channel", wrong)]).await.assert_status(422).assert_says("no longer here");
    }
    assert_eq!(app.number("SELECT COUNT(*) FROM staff_channels"), 1, "what was there stays");
    app.sign_in(OPERATOR).await.post_form(&chosen, &[]).await.assert_status(403);
    admin.post_form(&chosen, &[]).await.assert_status(303);
    assert_eq!(app.number("SELECT COUNT(*) FROM staff_channels"), 0);
}

/// Rule 7: whoever comes online by the link that sets their password is given what waits like anybody else, and not only when
/// the work comes round.
#[actix_web::test]
async fn who_comes_by_a_link_is_given_what_waits() {
    let app = spawn_app().await;
    switch_on(&app).await;
    let channel = app.channel("app");
    let waiting = writes(&app, channel, "anna").await;
    assert_eq!(left_with(&app, waiting).await, 0);
    let admin = app.sign_in(ADMIN).await;
    let form = admin.get("/settings/staff/new").await;
    let fields = [("email", "new@desk.test"), ("name", "New Person"), ("role", "operator")];
    let link = admin.submit(&form, "#new-staff", &fields).await.attribute("#link", "value");
    let link = &link[link.find("/welcome/").expect("a link")..];
    let mut changes = app.db.subscribe();
    let password = [("password", "a wholly new password"), ("again", "a wholly new password")];
    app.anonymous().post_form(link, &password).await.assert_redirect("/");
    let asked = std::iter::from_fn(|| changes.try_recv().ok()).any(|topic| topic == Topic::Distribution);
    assert!(asked, "nobody was told to give out what waits");
    assert_eq!(given(&app, waiting).await, app.staff_id("new@desk.test"));
}

/// Rule 7: nobody there, so it waits. Who is away, or has closed the browser, is not there, whatever they chose. Whoever
/// comes online gets what waits, and two who are there share it.
#[actix_web::test]
async fn what_waits_is_given_to_whoever_comes() {
    let app = spawn_app().await;
    switch_on(&app).await;
    let channel = app.channel("app");
    let (olga, otto) = (app.staff_id(OPERATOR), app.staff_id(SECOND_OPERATOR));
    let (one, other) = (app.sign_in(OPERATOR).await, app.sign_in(SECOND_OPERATOR).await);
    one.post_form("/presence", &[("presence", "away")]).await;
    other.post_form("/presence", &[("presence", "offline")]).await;
    let anna = writes(&app, channel, "anna").await;
    assert_eq!(left_with(&app, anna).await, 0);
    one.post_form("/presence", &[("presence", "online")]).await;
    assert_eq!(given(&app, anna).await, olga);
    all_go_home(&app);
    let waiting = [
        writes(&app, channel, "boris").await,
        writes(&app, channel, "clara").await,
        writes(&app, channel, "dora").await,
    ];
    left_with(&app, waiting[0]).await;
    assert_eq!(waiting.map(|id| assignee(&app, id)), [0, 0, 0]);
    // Both at once: somebody may be giving out still, for what was written last.
    let seen = "presence = 'online', seen_at = (SELECT MAX(last_seen_at) FROM sessions)";
    app.execute(&format!("UPDATE staff SET {seen} WHERE id IN ({olga}, {otto})"));
    other.post_form("/presence", &[("presence", "online")]).await;
    given(&app, waiting[2]).await;
    assert_eq!(waiting.map(|id| assignee(&app, id)), [otto, olga, otto]);
}

/// Rule 7: many that come while nobody is there are given in the order they came, to whoever comes: of those who wrote first,
/// nobody waits longer than who wrote last.
#[actix_web::test]
async fn all_that_waits_is_given_in_its_order() {
    let app = spawn_app().await;
    switch_on(&app).await;
    let channel = app.channel("app");
    for n in 0..45 {
        writes(&app, channel, &format!("customer {n}")).await;
    }
    app.sign_in(OPERATOR).await;
    eventually("all are given", async || {
        (app.number("SELECT COUNT(*) FROM conversations WHERE status = 'queued'") == 0).then_some(())
    })
    .await;
    let early = "SELECT COUNT(*) FROM messages a JOIN messages b ON a.id < b.id AND a.conversation_id > b.conversation_id \
                 WHERE a.event LIKE '%\"distributed\"%' AND b.event LIKE '%\"distributed\"%'";
    assert_eq!(app.number(early), 0);
}

/// Sets the limit through the page.
async fn limit(admin: &Client, at_most: &str) -> crate::support::Page {
    let page = admin.get("/settings/rules").await;
    admin.submit(&page, "#rules", &[("at_most", at_most)]).await
}

/// Whoever has as many as the rules allow is given no more, as if they were not there; a customer of theirs goes to somebody
/// else, and stays theirs. What waits comes as soon as there is room, and by hand anybody takes as many as they like.
#[actix_web::test]
async fn nobody_is_given_more_than_the_limit() {
    let app = spawn_app().await;
    switch_on(&app).await;
    let admin = app.sign_in(ADMIN).await;
    for wrong in ["0", "1001", "-1", "1.5", "many"] {
        let answer = limit(&admin, wrong).await;
        answer.assert_status(422).assert_has("#at_most[aria-invalid]").assert_has("input[name=distribute][checked]");
        assert_eq!(answer.attribute("#at_most", "value"), wrong);
    }
    limit(&admin, "2").await.assert_status(303);
    assert_eq!(admin.get("/settings/rules").await.attribute("#at_most", "value"), "2");
    let channel = app.channel("app");
    let (olga, otto) = (app.staff_id(OPERATOR), app.staff_id(SECOND_OPERATOR));
    let browser = app.sign_in(OPERATOR).await;
    let anna = writes(&app, channel, "anna").await;
    given(&app, anna).await;
    given_to(&app, channel, "boris").await;
    close(&browser, anna).await;
    assert_eq!(given_to(&app, channel, "clara").await, olga);
    let (anna, dora) = (writes(&app, channel, "anna").await, writes(&app, channel, "dora").await);
    assert_eq!((left_with(&app, anna).await, left_with(&app, dora).await), (0, 0), "Olga has two");
    app.sign_in(SECOND_OPERATOR).await;
    assert_eq!((given(&app, anna).await, given(&app, dora).await), (otto, otto));
    assert_eq!(app.number("SELECT responsible_id FROM customers WHERE name = 'anna'"), olga);
    let (emil, frida) = (writes(&app, channel, "emil").await, writes(&app, channel, "frida").await);
    assert_eq!(left_with(&app, emil).await, 0, "everybody has two");
    browser.post_form(&format!("/conversations/{emil}/assignment"), &[]).await.assert_status(303);
    assert_eq!(left_with(&app, frida).await, 0, "Olga has three");
    limit(&admin, "").await.assert_status(303);
    assert_eq!(given(&app, frida).await, otto, "without a limit, whoever has fewer");
}

/// Rule 7: whoever comes back to a page that was open all the time is found within the half minute.
#[actix_web::test]
async fn who_comes_back_is_found() {
    let app = spawn_app().await;
    switch_on(&app).await;
    let channel = app.channel("app");
    app.sign_in(OPERATOR).await;
    all_go_home(&app);
    let anna = writes(&app, channel, "anna").await;
    assert_eq!(left_with(&app, anna).await, 0);
    app.execute("UPDATE staff SET seen_at = (SELECT MAX(last_seen_at) FROM sessions)");
    assert_eq!(left_with(&app, anna).await, app.staff_id(OPERATOR));
}

/// Rule 7: closing one asks for what waits. What was handed back to the queue is not given to the same person
/// again, however long they are alone; whoever else comes gets it.
#[actix_web::test]
async fn closing_one_gives_the_next() {
    let app = spawn_app().await;
    switch_on(&app).await;
    let channel = app.channel("app");
    let olga = app.staff_id(OPERATOR);
    let browser = app.sign_in(OPERATOR).await;
    let (anna, boris) = (writes(&app, channel, "anna").await, writes(&app, channel, "boris").await);
    assert_eq!((given(&app, anna).await, given(&app, boris).await), (olga, olga));
    all_go_home(&app);
    let (clara, dora) = (writes(&app, channel, "clara").await, writes(&app, channel, "dora").await);
    app.execute("UPDATE staff SET seen_at = (SELECT MAX(last_seen_at) FROM sessions)");
    close(&browser, anna).await;
    assert_eq!((given(&app, clara).await, given(&app, dora).await), (olga, olga));
    browser.post_form(&format!("/conversations/{boris}/transfer"), &[("to", "queue"), ("note", "")]).await;
    close(&browser, clara).await;
    assert_eq!(left_with(&app, boris).await, 0, "Olga has handed it back");
    app.sign_in(SECOND_OPERATOR).await;
    assert_eq!(given(&app, boris).await, app.staff_id(SECOND_OPERATOR));
}

/// Rule 7: what is handed back goes to somebody else who is there at once, though its customer is bound to whoever had it; whoever
/// takes it by hand may have it again.
#[actix_web::test]
async fn what_is_handed_back_is_given_to_somebody_else() {
    let app = spawn_app().await;
    switch_on(&app).await;
    let channel = app.channel("app");
    let (olga, otto) = (app.staff_id(OPERATOR), app.staff_id(SECOND_OPERATOR));
    let (one, other) = (app.sign_in(OPERATOR).await, app.sign_in(SECOND_OPERATOR).await);
    let anna = writes(&app, channel, "anna").await;
    assert_eq!((given(&app, anna).await, app.number("SELECT responsible_id FROM customers")), (olga, olga));
    let transfer = format!("/conversations/{anna}/transfer");
    one.post_form(&transfer, &[("to", "queue"), ("note", "")]).await.assert_status(303);
    assert_eq!(given(&app, anna).await, otto);
    other.post_form("/presence", &[("presence", "away")]).await;
    one.post_form("/presence", &[("presence", "away")]).await;
    other.post_form(&transfer, &[("to", "queue"), ("note", "")]).await.assert_status(303);
    assert_eq!(left_with(&app, anna).await, 0);
    one.post_form(&format!("/conversations/{anna}/assignment"), &[]).await.assert_status(303);
    assert_eq!(assignee(&app, anna), olga);
}

/// Rule 7: many at one moment: each conversation is given once, and all have as many.
#[actix_web::test]
async fn many_at_once_are_shared_evenly() {
    let app = spawn_app().await;
    switch_on(&app).await;
    let channel = app.channel("app");
    app.sign_in(OPERATOR).await;
    app.sign_in(SECOND_OPERATOR).await;
    let names: Vec<String> = (0..10).map(|n| format!("customer {n}")).collect();
    let opened = join_all(names.iter().map(|name| writes(&app, channel, name))).await;
    join_all(opened.iter().map(|id| given(&app, *id))).await;
    let of = |email: &str| {
        let id = app.staff_id(email);
        app.number(&format!("SELECT COUNT(*) FROM conversations WHERE assignee_id = {id} AND status = 'active'"))
    };
    assert_eq!((of(OPERATOR), of(SECOND_OPERATOR)), (5, 5));
    assert_eq!(app.number("SELECT COUNT(*) FROM audit_events WHERE event = 'conversation.distributed'"), 10);
}

/// Rule 7: two who come online at one moment are not given the same conversation.
#[actix_web::test]
async fn two_who_come_at_once_share_what_waits() {
    let app = spawn_app().await;
    switch_on(&app).await;
    let channel = app.channel("app");
    let (one, other) = (app.sign_in(OPERATOR).await, app.sign_in(SECOND_OPERATOR).await);
    for browser in [&one, &other] {
        browser.post_form("/presence", &[("presence", "away")]).await;
    }
    let mut opened = vec![];
    for name in ["anna", "boris", "clara", "dora"] {
        opened.push(writes(&app, channel, name).await);
    }
    let comes = |browser: Client| async move {
        browser.post_form("/presence", &[("presence", "online")]).await.assert_status(303);
    };
    join_all([comes(one), comes(other)]).await;
    join_all(opened.iter().map(|id| given(&app, *id))).await;
    assert_eq!(app.number("SELECT COUNT(*) FROM conversations WHERE status = 'active'"), 4);
    assert_eq!(app.number("SELECT COUNT(*) FROM audit_events WHERE event = 'conversation.distributed'"), 4);
}

/// The chat on a site says that nobody is there once all browsers are closed, and not before: who has signed in is there,
/// and so is whoever uses a page again.
#[actix_web::test]
async fn the_chat_knows_when_nobody_is_there() {
    let app = spawn_app().await;
    webchat::channel(&app, "{}");
    let online = async || webchat::says_online(&app).await;
    assert!(!online().await);
    let browser = app.sign_in(OPERATOR).await;
    assert!(online().await);
    all_go_home(&app);
    app.execute("UPDATE sessions SET last_seen_at = '2026-11-01 09:00:00'");
    assert!(!online().await);
    let long_ago = app.text("SELECT presence FROM staff WHERE email = 'operator@desk.test'");
    assert_eq!(long_ago.as_deref(), Some("online"), "what they chose stays");
    let lately = switchboard::db::types::UtcTime::now().plus(-chrono::Duration::minutes(5));
    app.execute(&format!("UPDATE sessions SET last_seen_at = '{}'", lately.utc().format("%Y-%m-%d %H:%M:%S")));
    browser.get("/").await.assert_status(200);
    assert!(online().await);
}
