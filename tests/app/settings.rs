//! Settings: tags, channels, general.

use reqwest::multipart::Form;

use crate::support::{ADMIN, Client, OPERATOR, Page, eventually, spawn_app};

#[actix_web::test]
async fn settings_lead_to_the_first_section_and_show_what_the_role_may() {
    let app = spawn_app().await;
    let (admin, operator) = (app.sign_in(ADMIN).await, app.sign_in(OPERATOR).await);
    operator.get("/settings").await.assert_redirect("/settings/profile");
    let theirs = operator.get("/settings/profile").await;
    assert_eq!(theirs.attributes(".tabs a", "href"), ["/settings/profile", "/settings/quick-replies"]);
    let page = admin.get("/settings/general").await;
    assert_eq!(page.count(".tabs a"), 16);
    assert_eq!(page.select(".tabs a[aria-current]"), ["General"]);
    // What PRODUCT.md, section 2, names leads somewhere.
    page.assert_has(".tabs a[href='/lists']");
    admin.get("/settings/lists").await.assert_redirect("/lists");
}

/// Rule 7: the rules have a page: whether new conversations are given out, and which operator is given those of which channels.
#[actix_web::test]
async fn rules_say_who_is_given_what() {
    let app = spawn_app().await;
    let (shop, olga) = (app.channel("app"), app.staff_id(OPERATOR));
    app.channel("telegram");
    let admin = app.sign_in(ADMIN).await;
    let chosen = [("channel", &*shop.to_string())];
    admin.post_form(&format!("/settings/staff/{olga}/channels"), &chosen).await.assert_status(303);
    let page = admin.get("/settings/rules").await;
    let name = app.text(&format!("SELECT name FROM channels WHERE id = {shop}")).unwrap();
    let mut serves = page.select("#serving td:nth-child(2)");
    serves.sort();
    assert_eq!(serves, ["Of all channels", &name]);
    page.assert_has(&format!("#serving a[href='/settings/staff/{olga}#channels']"));
    admin.submit(&page, "#rules", &[("distribute", "true"), ("require_tag", "true")]).await.assert_status(303);
    // Neither page of settings takes the other's away.
    let general = admin.get("/settings/general").await;
    admin.submit(&general, "#general", &[("business_name", "Northwind")]).await.assert_status(303);
    let page = admin.get("/settings/rules").await;
    page.assert_has("input[name=distribute][checked]").assert_has("input[name=require_tag][checked]");
    let region = admin.htmx_post("/settings/rules", "div#section", &[("require_tag", "true")]).await;
    region.assert_region("rules").assert_lacks("input[name=distribute][checked]");
    assert_eq!(app.text("SELECT value FROM settings WHERE key = 'business_name'").as_deref(), Some("Northwind"));
    let log = admin.get("/settings/audit").await;
    log.assert_says("New conversations are given out automatically");
    app.sign_in(OPERATOR).await.get("/settings/rules").await.assert_status(403);
}

/// PRODUCT, section 2: one page has the tokens of all apps, with their last use, and revokes them.
#[actix_web::test]
async fn all_tokens_stand_on_one_page() {
    let app = spawn_app().await;
    let admin = app.sign_in(ADMIN).await;
    let empty = admin.get("/settings/api-tokens").await;
    empty.assert_says("No apps yet").assert_has("a[href='/settings/channels/new/app']");
    let (shop, game) = (app.channel("app"), app.channel("app"));
    app.channel("telegram");
    admin.get("/settings/api-tokens").await.assert_says("No tokens.").assert_lacks("table");
    for (channel, name, used, revoked) in [
        (shop, "server", "'2026-01-06 09:00:00'", "NULL"),
        (game, "robot", "NULL", "NULL"),
        (game, "old robot", "NULL", "'2026-01-06 09:00:00'"),
    ] {
        app.execute(&format!(
            "INSERT INTO api_tokens (channel_id, name, token_hash, created_at, last_used_at, revoked_at) \
             VALUES ({channel}, '{name}', 'hash of {name}', '2026-01-05 09:00:00', {used}, {revoked})"
        ));
    }
    app.execute(&format!("UPDATE channels SET enabled = FALSE WHERE id = {game}"));
    let page = admin.get("/settings/api-tokens").await;
    assert_eq!(page.select("tbody td:first-child"), ["server", "robot"]);
    assert_eq!(page.count("tbody .flag"), 1, "the channel on pause");
    page.assert_says("never used").assert_silent_about("hash of");
    let links: Vec<String> = [shop, game].map(|id| format!("/settings/channels/{id}#tokens")).to_vec();
    assert_eq!(page.attributes("#section > p a", "href"), links);
    // Asked first, as on the page of a channel: a program is cut off for good.
    let ask = admin.get(&page.attributes("tbody td:last-child a", "href")[1]).await;
    ask.assert_says("Revoke robot").assert_has("#section a.btn[href='/settings/api-tokens']");
    assert_eq!(admin.get("/settings/api-tokens").await.select("tbody td:first-child"), ["server", "robot"]);
    admin.submit(&ask, "#ask", &[]).await.assert_redirect("/settings/api-tokens");
    assert_eq!(admin.get("/settings/api-tokens").await.select("tbody td:first-child"), ["server"]);
    admin.submit(&ask, "#ask", &[]).await.assert_status(404);
    app.sign_in(OPERATOR).await.get("/settings/api-tokens").await.assert_status(403);
}

#[actix_web::test]
async fn customer_tags_are_added_renamed_recoloured_and_deleted() {
    let app = spawn_app().await;
    let admin = app.sign_in(ADMIN).await;
    let page = admin.get("/settings/customer-tags").await;
    page.assert_says("No customer tags yet");
    let fields = [("name", "VIP"), ("hue", "3")];
    admin.submit(&page, "#new-tag", &fields).await.assert_redirect("/settings/customer-tags");
    admin.submit(&page, "#new-tag", &fields).await.assert_redirect("/settings/customer-tags");
    assert_eq!(app.number("SELECT count(*) FROM customer_tags"), 1, "sent twice, done once");
    let page = admin.get("/settings/customer-tags").await;
    page.assert_says("0 customers").assert_has(".tagx.u3");
    let id = app.number("SELECT id FROM customer_tags");
    let form = format!("#tag-{id}");
    admin.submit(&page, &form, &[("name", "Опт"), ("hue", "8")]).await.assert_status(303);
    let page = admin.get("/settings/customer-tags").await;
    page.assert_says("Опт").assert_has("summary .tagx.u8");
    for bad in [[("name", ""), ("hue", "1")], [("name", "x"), ("hue", "9")], [("name", "x"), ("hue", "red")]] {
        admin.submit(&page, &form, &bad).await.assert_status(422);
    }
    let ask = admin.get(&format!("/settings/customer-tags/{id}/delete")).await;
    ask.assert_says("No customer carries this tag.");
    admin.submit(&ask, "#delete-tag", &[]).await.assert_redirect("/settings/customer-tags");
    assert_eq!(app.number("SELECT count(*) FROM customer_tags"), 0);
    admin.get(&format!("/settings/customer-tags/{id}/delete")).await.assert_status(404);
}

/// With htmx both tag pages and the general settings change in place; what does not fit stays in its own form.
#[actix_web::test]
async fn sections_change_in_place() {
    let app = spawn_app().await;
    let admin = app.sign_in(ADMIN).await;
    let section = "div#section";
    for url in ["/settings/customer-tags", "/settings/conversation-tags"] {
        let added = admin.htmx_post(url, section, &[("name", "Опт"), ("hue", "3")]).await;
        added.assert_region("new-tag").assert_says("Опт").assert_has("details");
        assert_eq!(added.attribute("#name", "value"), "");
        assert_eq!(added.header("hx-trigger"), r#"{"toast":"Tag added"}"#);
        let taken = admin.htmx_post(url, section, &[("name", "ОПТ"), ("hue", "8")]).await;
        taken.assert_status(422).assert_has("#name[aria-invalid][autofocus]").assert_lacks("details[open]");
        assert_eq!(taken.attribute("#name", "value"), "ОПТ");
        let id = app.number(&format!("SELECT MAX(id) FROM {}", &url[10..].replace('-', "_")));
        let wrong = admin.htmx_post(&format!("{url}/{id}"), section, &[("name", ""), ("hue", "1")]).await;
        wrong.assert_status(422).assert_has("details[open] [aria-invalid]").assert_lacks("#name[aria-invalid]");
        let renamed = admin.htmx_post(&format!("{url}/{id}"), section, &[("name", "Retail"), ("hue", "8")]).await;
        renamed.assert_region("new-tag").assert_says("Retail").assert_lacks("[aria-invalid]");
    }
    let top = app.number("SELECT MAX(id) FROM conversation_tags").to_string();
    let below = [("name", ""), ("parent", top.as_str())];
    let wrong = admin.htmx_post("/settings/conversation-tags", section, &below).await;
    wrong.assert_status(422).assert_has(&format!("details[open] #below-{top} [aria-invalid]"));
    let hueless = admin.htmx_post("/settings/customer-tags", section, &[("name", "x"), ("hue", "9")]).await;
    hueless.assert_status(422).assert_says("Choose a colour.");
    let nameless = admin.htmx_post("/settings/channels/new/app", section, &[("name", "")]).await;
    nameless.assert_status(422).assert_has("#new-channel #name[aria-invalid]");
    assert!(!nameless.text.contains("<html"));
    let connected = admin.htmx_post("/settings/channels/new/app", section, &[("name", "Shop")]).await;
    connected.assert_region("shown").assert_says("Shop");
    let saved = admin.htmx_post("/settings/general", section, &[("business_name", "Northwind")]).await;
    saved.assert_region("general");
    assert_eq!(saved.attribute("#business_name", "value"), "Northwind");
}

#[actix_web::test]
async fn a_name_is_taken_once_whatever_its_case() {
    let app = spawn_app().await;
    let admin = app.sign_in(ADMIN).await;
    for (name, status) in [("Ёлка", 303), ("елка", 422), ("  ЁЛКА ", 422), ("<b>\"'", 303), (&*"y".repeat(61), 422)]
    {
        let answer = admin.post_form("/settings/customer-tags", &[("name", name), ("hue", "1")]).await;
        assert_eq!(answer.status.as_u16(), status, "{name}");
        if status == 422 {
            answer.assert_has("#name-err");
            assert_eq!(answer.attribute("#name", "value"), name);
        }
    }
    admin.get("/settings/customer-tags").await.assert_lacks("summary b");
}

#[actix_web::test]
async fn conversation_tags_have_three_levels_and_go_with_those_below() {
    let app = spawn_app().await;
    let admin = app.sign_in(ADMIN).await;
    let url = "/settings/conversation-tags";
    let mut parent = String::new();
    for name in ["Delivery", "Late", "Courier"] {
        admin.post_form(url, &[("name", name), ("parent", &parent)]).await.assert_redirect(url);
        parent = app.number(&format!("SELECT id FROM conversation_tags WHERE name = '{name}'")).to_string();
    }
    admin.post_form(url, &[("name", "Fourth"), ("parent", &parent)]).await.assert_status(422);
    admin.post_form(url, &[("name", "delivery")]).await.assert_status(422);
    // The same word below another tag is another tag.
    let late = app.number("SELECT id FROM conversation_tags WHERE name = 'Late'").to_string();
    admin.post_form(url, &[("name", "Delivery"), ("parent", &late)]).await.assert_redirect(url);
    admin.post_form(url, &[("name", "x"), ("parent", "999999")]).await.assert_status(404);
    admin.post_form(url, &[("name", "x"), ("parent", "abc")]).await.assert_status(422);
    admin.post_form(&format!("{url}/{late}"), &[("name", "Too late")]).await.assert_redirect(url);
    let page = admin.get(url).await;
    assert_eq!(page.select("summary bdi"), ["Delivery", "Too late", "Courier", "Delivery"]);
    page.assert_lacks(&format!("#below-{parent}"));
    let top = app.number("SELECT id FROM conversation_tags WHERE parent_id IS NULL");
    let ask = admin.get(&format!("{url}/{top}/delete")).await;
    ask.assert_says("3 tags below it go, too.");
    admin.submit(&ask, "#delete-tag", &[]).await.assert_redirect(url);
    assert_eq!(app.number("SELECT count(*) FROM conversation_tags"), 0);
}

#[actix_web::test]
async fn a_web_chat_is_connected_and_set_up() {
    let app = spawn_app().await;
    let admin = app.sign_in(ADMIN).await;
    let form = admin.get("/settings/channels/new/web_chat").await;
    let shown = admin.submit(&form, "#new-channel", &[("name", "Shop site")]).await;
    let secret = shown.assert_status(200).attribute("#shown-value", "value");
    assert!(secret.len() >= 40);
    let stored = app.text("SELECT secret FROM channels").expect("a secret");
    assert!(!stored.contains(&secret), "sealed");
    let (id, key) = (app.number("SELECT id FROM channels"), app.text("SELECT public_key FROM channels").unwrap());
    let url = format!("/settings/channels/{id}");
    let page = admin.get(&url).await;
    page.assert_silent_about(&secret).assert_says(&format!("data-channel=\"{key}\" async></script>"));
    page.assert_says(&format!("src=\"http://{}/chat/widget.js\"", app.address));
    let fields = [
        ("origins", "https://Shop.example/\nhttps://www.shop.example"),
        ("greeting", "Здравствуйте <b>😀</b>"),
        ("ask_email", "required"),
        ("position", "start"),
        ("accent", "#7b1fa2"),
    ];
    admin.submit(&page, "#channel", &fields).await.assert_redirect(&url);
    let settings: serde_json::Value =
        serde_json::from_str(&app.text("SELECT settings FROM channels").unwrap()).unwrap();
    assert_eq!(settings["origins"], serde_json::json!(["https://shop.example", "https://www.shop.example"]));
    assert_eq!((settings["ask_email"].as_str(), settings["ask_phone"].as_str()), (Some("required"), Some("hidden")));
    let page = admin.get(&url).await;
    for (field, value, at) in [
        ("name", " ", "#name-err"),
        ("origins", "shop.example", "#origins-err"),
        ("accent", "#ffffff", "#accent-err"),
        ("greeting", &*"x".repeat(501), "#greeting-err"),
    ] {
        admin.submit(&page, "#channel", &[(field, value)]).await.assert_status(422).assert_has(at);
    }
    assert_eq!(app.number("SELECT count(*) FROM audit_events WHERE event LIKE 'channel.%'"), 2);
}

#[actix_web::test]
async fn a_channel_is_paused_and_only_an_unused_one_goes() {
    let app = spawn_app().await;
    let admin = app.sign_in(ADMIN).await;
    admin.post_form("/settings/channels/new/web_chat", &[("name", "Site")]).await.assert_status(200);
    let url = format!("/settings/channels/{}", app.number("SELECT id FROM channels"));
    let page = admin.get(&url).await;
    admin.submit(&page, "#pause", &[]).await.assert_redirect(&url);
    assert_eq!(app.number("SELECT count(*) FROM channels WHERE enabled"), 0);
    admin.get("/settings/channels").await.assert_says("Paused");
    let page = admin.get(&url).await;
    admin.submit(&page, "#enable", &[]).await.assert_redirect(&url);
    app.execute(
        "INSERT INTO customers (name, name_folded, search_text, last_activity_at, created_at) \
         VALUES ('A', 'a', 'a', '2026-01-01 00:00:00', '2026-01-01 00:00:00'); \
         INSERT INTO channel_accounts (customer_id, channel_id, address, created_at, last_seen_at) \
         SELECT customers.id, channels.id, 'x', '2026-01-01 00:00:00', '2026-01-01 00:00:00' FROM customers, channels",
    );
    admin.get(&url).await.assert_lacks("#disconnect");
    admin.post_form(&format!("{url}/disconnect"), &[]).await.assert_status(409);
    app.execute("DELETE FROM channel_accounts");
    let ask = admin.get(&admin.get(&url).await.attribute("#disconnect", "href")).await;
    ask.assert_says("This cannot be undone.");
    admin.submit(&ask, "#ask", &[]).await.assert_redirect("/settings/channels");
    assert_eq!(app.number("SELECT count(*) FROM channels"), 0);
    admin.get(&url).await.assert_status(404);
}

#[actix_web::test]
async fn an_app_gets_tokens_that_are_shown_once() {
    let app = spawn_app().await;
    let admin = app.sign_in(ADMIN).await;
    let form = admin.get("/settings/channels/new/app").await;
    admin.submit(&form, "#new-channel", &[("name", "Shop app")]).await.assert_status(200).assert_has("#shown-value");
    let url = format!("/settings/channels/{}", app.number("SELECT id FROM channels"));
    let page = admin.get(&url).await;
    let shown = admin.submit(&page, "#new-token", &[("name", "warehouse robot")]).await;
    let token = shown.assert_status(200).attribute("#shown-value", "value");
    let stored = app.text("SELECT token_hash FROM api_tokens").unwrap();
    assert_eq!(stored, switchboard::auth::sessions::hash_key(&token));
    admin.submit(&page, "#new-token", &[("name", "warehouse robot")]).await.assert_redirect(&url);
    assert_eq!(app.number("SELECT count(*) FROM api_tokens"), 1, "sent twice, done once");
    admin.submit(&page, "#new-token", &[("name", "")]).await.assert_status(422).assert_has("#token-name-err");
    let page = admin.get(&url).await;
    page.assert_silent_about(&token).assert_says("warehouse robot");
    let bad = [("webhook_url", "https://user:pass@shop.example")];
    admin.submit(&page, "#channel", &bad).await.assert_status(422).assert_has("#webhook_url-err");
    let good = [("webhook_url", "https://shop.example/hook")];
    admin.submit(&page, "#channel", &good).await.assert_redirect(&url);
    let before = app.text("SELECT secret FROM channels").unwrap();
    // What cannot be undone asks first; what is shown once can be copied.
    let ask = admin.get(&page.attribute("#secret", "href")).await;
    ask.assert_says("Make a new secret for Shop app").assert_has(&format!("#section a.btn[href='{url}']"));
    assert_eq!(app.text("SELECT secret FROM channels").unwrap(), before);
    let shown = admin.submit(&ask, "#ask", &[]).await;
    shown.assert_status(200).assert_has("#shown-value").assert_has("button[data-copy-from='shown-value']");
    assert_ne!(app.text("SELECT secret FROM channels").unwrap(), before);
    let ask = admin.get(&page.attribute("#tokens li a", "href")).await;
    ask.assert_says("Revoke warehouse robot");
    admin.submit(&ask, "#ask", &[]).await.assert_redirect(&url);
    admin.get(&page.attribute("#tokens li a", "href")).await.assert_status(404);
    assert_eq!(app.number("SELECT count(*) FROM api_tokens WHERE revoked_at IS NULL"), 0);
    admin.get(&url).await.assert_silent_about("warehouse robot");
}

#[actix_web::test]
async fn kinds_that_cannot_be_connected_are_not_there() {
    let app = spawn_app().await;
    let admin = app.sign_in(ADMIN).await;
    for kind in ["carrier_pigeon", "fax", "WEB_CHAT"] {
        admin.get(&format!("/settings/channels/new/{kind}")).await.assert_status(404);
    }
    for path in ["/settings/channels/1", "/settings/channels/1/pause", "/settings/channels/1/tokens"] {
        admin.post_form(path, &[("name", "x")]).await.assert_status(404);
    }
}

#[actix_web::test]
async fn general_settings_hold_for_everybody() {
    let app = spawn_app().await;
    let admin = app.sign_in(ADMIN).await;
    let page = admin.get("/settings/general").await;
    page.assert_has("input[name=operators_see_others][checked]");
    let fields = [("business_name", "Northwind"), ("language", "ru"), ("operators_see_others", "false")];
    admin.submit(&page, "#general", &fields).await.assert_redirect("/settings/general");
    assert_eq!(app.text("SELECT value FROM settings WHERE key = 'operators_see_others'").as_deref(), Some("false"));
    let page = admin.get("/settings/general").await;
    page.assert_lacks("input[name=operators_see_others][checked]").assert_has("html[lang=ru]");
    assert_eq!(page.attribute("#business_name", "value"), "Northwind");
    let long = "x".repeat(201);
    admin
        .submit(&page, "#general", &[("business_name", &long)])
        .await
        .assert_status(422)
        .assert_has("#business_name-err");
}

/// Work that has failed for good is shown to admins, who have it tried again. A kind of work that this version does not
/// know is left to the newer one that does.
#[actix_web::test]
async fn dead_work_is_seen_and_tried_again() {
    let app = spawn_app().await;
    app.execute(
        "INSERT INTO jobs (name, payload, run_at, tries, created_at, dead_at, last_error) VALUES \
         ('app_event.deliver', '{\"event\":999}', '2026-01-01 10:00:00', 10, '2026-01-01 10:00:00', \
          '2026-01-01 11:00:00', 'webhook: the app answered 500'); \
         INSERT INTO jobs (name, payload, run_at, tries, created_at) VALUES \
         ('of.a.newer.version', '{}', '2026-01-01 10:00:00', 0, '2026-01-01 10:00:00')",
    );
    let admin = app.sign_in(ADMIN).await;
    let page = admin.get("/settings/general").await;
    page.assert_says("webhook: the app answered 500").assert_says("10 tries").assert_lacks("#work-2");
    admin.submit(&page, "#work form[action$=again]", &[]).await.assert_redirect("/settings/general");
    // Its event is gone meanwhile, so there is nothing to do.
    let left = "SELECT COUNT(*) FROM jobs WHERE name = 'app_event.deliver'";
    eventually("it is done", async || (app.number(left) == 0).then_some(())).await;
    let unknown = "SELECT COUNT(*) FROM jobs WHERE tries = 0 AND dead_at IS NULL AND leased_until IS NULL";
    assert_eq!(app.number(unknown), 1);
    admin.post_form("/settings/work/1/again", &[]).await.assert_status(404);
    assert_eq!(app.number("SELECT COUNT(*) FROM audit_events WHERE event = 'job.tried_again'"), 1);
}

/// Instances that start together ask a provider once.
#[actix_web::test]
async fn a_start_sets_a_channel_up_once() {
    let app = spawn_app().await;
    app.execute(
        "INSERT INTO channels (kind, name, public_key, enabled, secret, created_at) \
         VALUES ('telegram', 'Bot', 'bot', TRUE, 'cannot be read', '2026-01-05 09:00:00')",
    );
    let start = |tx: &mut switchboard::db::Tx| switchboard::settings::set_up_all(tx, Some("https://desk.example"));
    app.db.write(move |tx| start(tx).and_then(|()| start(tx))).await.unwrap();
    assert_eq!(app.number("SELECT COUNT(*) FROM jobs WHERE name = 'channel.set_up'"), 1);
}

/// Two admins change the same settings from pages of the same moment. What the second has not touched stays as the first has
/// saved it; what both have changed is asked about, with both values; saved once more, it goes through.
#[actix_web::test]
async fn an_older_page_undoes_nothing() {
    let app = spawn_app().await;
    let (one, other) = (app.sign_in(ADMIN).await, app.sign_in(ADMIN).await);
    let value = |key: &str| app.text(&format!("SELECT value FROM settings WHERE key = '{key}'")).unwrap_or_default();

    let page = one.get("/settings/general").await;
    other.submit(&page, "#general", &[("business_name", "Northwind")]).await.assert_status(303);
    one.submit(&page, "#general", &[("language", "ru")]).await.assert_status(303);
    assert_eq!((value("business_name"), value("default_language")), ("Northwind".into(), "ru".into()));

    let asked = one.submit(&page, "#general", &[("business_name", "Globex"), ("language", "en")]).await;
    // The desk speaks Russian by now.
    asked.assert_status(422).assert_says("Тем временем кто-то другой записал сюда «Northwind».");
    asked.assert_says("Тем временем кто-то другой записал сюда «Русский».");
    assert_eq!(asked.attribute("#business_name", "value"), "Globex");
    assert_eq!((value("business_name"), value("default_language")), ("Northwind".into(), "ru".into()));
    one.submit(&asked, "#general", &[]).await.assert_status(303);
    assert_eq!((value("business_name"), value("default_language")), ("Globex".into(), "en".into()));
    // The same as a colleague has saved asks nobody.
    one.submit(&page, "#general", &[("business_name", "Globex"), ("language", "en")]).await.assert_status(303);

    let page = one.get("/settings/rules").await;
    other.submit(&page, "#rules", &[("distribute", "true")]).await.assert_status(303);
    one.submit(&page, "#rules", &[("require_tag", "true")]).await.assert_status(303);
    assert_eq!((value("distribute_conversations"), value("require_conversation_tag")), ("true".into(), "true".into()));
}

/// The same of a channel's settings, a quick reply, a template and a command.
#[actix_web::test]
async fn an_older_page_undoes_nothing_of_what_is_set_up() {
    let app = spawn_app().await;
    let (one, other) = (app.sign_in(ADMIN).await, app.sign_in(ADMIN).await);
    let (chat, viber) = (app.channel("web_chat"), app.channel("viber"));
    app.execute(&format!("UPDATE channels SET secret = 'sealed' WHERE id = {viber}"));
    app.db.written_elsewhere();
    let template = [("channel", &*viber.to_string()), ("name", "ready"), ("language", "en"), ("body", "It is ready")];
    one.post_form("/settings/templates", &[&template[..], &[("state", "pending")]].concat()).await.assert_status(303);
    let command = [("name", "refund"), ("about", "Back"), ("url", "https://shop.example/r"), ("parameters", "order")];
    one.post_form("/settings/commands", &command).await.assert_status(200);
    let id = |table: &str| app.number(&format!("SELECT MAX(id) FROM {table}"));
    let reply = Form::new().text("shortcut", "hi").text("body", "Good day").text("shared", "true");
    one.post_multipart("/settings/quick-replies", reply).await.assert_status(303);
    let cases = [
        (format!("/settings/channels/{chat}"), "#channel", ("name", "Our site"), ("greeting", "Hello!")),
        (
            format!("/settings/quick-replies/{}", id("quick_replies")),
            "#quick-reply",
            ("shortcut", "hey"),
            ("body", "Hey"),
        ),
        (
            format!("/settings/templates/{}", id("message_templates")),
            "#template",
            ("body", "Ready"),
            ("state", "paused"),
        ),
        (
            format!("/settings/commands/{}", id("commands")),
            "#command",
            ("about", "Money"),
            ("parameters", "order\nwhy?"),
        ),
    ];
    for (url, css, (first, his), (second, hers)) in cases {
        let page = one.get(&url).await;
        let send = async |by: &Client, page: &Page, fields: &[(&str, &str)]| {
            if css != "#quick-reply" {
                return by.submit(page, css, fields).await;
            }
            let filled = page.form(css).filled(fields).into_iter();
            by.post_multipart(&url, filled.fold(Form::new(), |form, (name, value)| form.text(name, value))).await
        };
        send(&other, &page, &[(first, his)]).await.assert_status(303);
        send(&one, &page, &[(second, hers)]).await.assert_status(303);
        let kept = one.get(&url).await;
        let shown = kept.form(css).filled(&[]);
        for (name, value) in [(first, his), (second, hers)] {
            let now = shown.iter().find(|(field, _)| field == name).map(|(_, now)| now.as_str());
            assert_eq!(now, Some(value), "{url}: {name}");
        }
        let asked = send(&one, &page, &[(first, "other")]).await;
        asked.assert_status(422).assert_says("Somebody else").assert_says(&format!("“{his}”"));
        send(&one, &asked, &[]).await.assert_status(303);
    }
}
