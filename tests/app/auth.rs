//! Signing in and out, sessions and their limits, writes from other sites.

use std::time::Duration;

use reqwest::Method;
use switchboard::config::Config;
use switchboard::web::routes;

use crate::support::{ADMIN, Client, OPERATOR, PASSWORD, Page, spawn_app, spawn_app_with};

async fn try_to_sign_in(client: &Client, email: &str, password: &str) -> Page {
    let login = client.get("/login").await;
    client.submit(&login, "form", &[("email", email), ("password", password)]).await
}

#[actix_web::test]
async fn a_wrong_password_and_an_unknown_person_are_told_the_same() {
    let app = spawn_app().await;
    let wrong = try_to_sign_in(&app.anonymous(), OPERATOR, "not the password").await;
    wrong.assert_status(422).assert_has("[role=alert]");
    let unknown = try_to_sign_in(&app.anonymous(), "nobody@desk.test", PASSWORD).await;
    unknown.assert_status(422);
    assert_eq!(wrong.select("[role=alert]"), unknown.select("[role=alert]"));
    // What was typed is kept, the password is not.
    assert_eq!(wrong.attribute("#email", "value"), OPERATOR);
    wrong.assert_silent_about("not the password");
}

#[actix_web::test]
async fn empty_and_strange_input_is_told_at_its_field() {
    let app = spawn_app().await;
    let client = app.anonymous();
    try_to_sign_in(&client, "", "").await.assert_status(422).assert_has("#email-err").assert_has("#password-err");
    for email in ["' OR 1=1 --", "<script>alert(1)</script>", "\u{202e}olga@desk.test", "😀"] {
        let answer = try_to_sign_in(&client, email, "x").await;
        answer.assert_status(422).assert_lacks("main script");
    }
    client.post_form("/login", &[]).await.assert_status(422);
}

#[actix_web::test]
async fn e_mail_addresses_are_compared_without_case() {
    let app = spawn_app().await;
    try_to_sign_in(&app.anonymous(), " Operator@DESK.test ", PASSWORD).await.assert_redirect("/");
}

#[actix_web::test]
async fn a_disabled_account_neither_signs_in_nor_stays_signed_in() {
    let app = spawn_app().await;
    let operator = app.sign_in(OPERATOR).await;
    app.execute("UPDATE staff SET disabled_at = '2026-01-06 09:00:00' WHERE email = 'operator@desk.test'");
    operator.get("/").await.assert_redirect("/login");
    try_to_sign_in(&app.anonymous(), OPERATOR, PASSWORD).await.assert_status(422);
}

/// A command runs in a process of its own, of which the desk is not told.
#[actix_web::test]
async fn who_is_disabled_by_a_command_is_out_within_a_second() {
    let app = spawn_app().await;
    let operator = app.sign_in(OPERATOR).await;
    operator.get("/").await.assert_status(200);
    app.direct().execute("UPDATE staff SET disabled_at = '2026-01-06 09:00:00' WHERE email = 'operator@desk.test'");
    tokio::time::sleep(Duration::from_millis(1_100)).await;
    operator.get("/").await.assert_redirect("/login");
}

#[actix_web::test]
async fn guessing_is_slowed_down_for_the_account_and_nobody_else() {
    let app = spawn_app().await;
    let client = app.anonymous();
    for _ in 0..5 {
        try_to_sign_in(&client, OPERATOR, "a wrong guess").await.assert_status(422);
    }
    let late = try_to_sign_in(&client, OPERATOR, PASSWORD).await;
    late.assert_status(429);
    assert!(late.header("retry-after").parse::<u64>().is_ok_and(|seconds| seconds > 0));
    try_to_sign_in(&client, ADMIN, PASSWORD).await.assert_status(303);
}

/// Many accounts tried from one address are slowed down as one; whoever comes from elsewhere is not.
#[actix_web::test]
async fn an_address_that_tries_many_accounts_is_slowed_down() {
    let app = spawn_app_with(|config| config.trusted_proxies = vec!["127.0.0.1".parse().expect("an address")]).await;
    let (guesser, other) = ("203.0.113.7", "203.0.113.8");
    let from = |address| app.anonymous().with_header("x-forwarded-for", address);
    let mut tries = 0;
    let late = loop {
        let answer = try_to_sign_in(&from(guesser), &format!("nobody{tries}@desk.test"), "a guess").await;
        if answer.status.as_u16() == 429 {
            break answer;
        }
        answer.assert_status(422);
        tries += 1;
        assert!(tries < 90, "never slowed down");
    };
    assert!(tries >= 30, "an office shares an address: {tries}");
    assert!(late.header("retry-after").parse::<u64>().is_ok_and(|seconds| seconds > 0));
    // All at once: on a slow machine the time for one more passes while another is answered.
    let more = (0..6).map(async |_| try_to_sign_in(&from(guesser), OPERATOR, PASSWORD).await.status.as_u16());
    let more = futures_util::future::join_all(more).await;
    assert!(more.iter().filter(|status| **status == 429).count() >= 4, "{more:?}");
    try_to_sign_in(&from(other), OPERATOR, PASSWORD).await.assert_status(303);
}

#[actix_web::test]
async fn the_cookie_is_out_of_reach_for_scripts_and_other_sites() {
    let app = spawn_app().await;
    let signed_in = try_to_sign_in(&app.anonymous(), OPERATOR, PASSWORD).await;
    let cookies = signed_in.headers.get_all("set-cookie").iter().map(|cookie| cookie.to_str().expect("text"));
    let cookies: Vec<&str> = cookies.collect();
    assert!(cookies.iter().any(|cookie| cookie.starts_with("switchboard=")), "{cookies:?}");
    for cookie in cookies {
        for flag in ["HttpOnly", "SameSite=Lax", "Path=/"] {
            assert!(cookie.contains(flag), "{cookie} lacks {flag}");
        }
        assert!(!cookie.contains("Secure"), "plain HTTP on this machine: {cookie}");
    }
    let app = spawn_app_with(|config| config.public_url = Some("https://desk.example".into())).await;
    let page = try_to_sign_in(&app.anonymous(), OPERATOR, PASSWORD).await;
    assert!(page.header("set-cookie").contains("Secure"));
}

/// Every cookie keeps to TLS where the browser speaks it: to us by the address in the settings, or to a proxy that is
/// trusted.
#[actix_web::test]
async fn every_cookie_keeps_to_tls() {
    let app = spawn_app_with(|config| config.trusted_proxies = vec!["127.0.0.1".parse().expect("an address")]).await;
    for (proto, secure) in [("http", false), ("https", true)] {
        let signed_in =
            try_to_sign_in(&app.anonymous().with_header("x-forwarded-proto", proto), OPERATOR, PASSWORD).await;
        let operator = app.sign_in(OPERATOR).await.with_header("x-forwarded-proto", proto);
        let saved = operator.post_form("/presence", &[("presence", "away")]).await;
        for (page, name) in [(&signed_in, "switchboard="), (&saved, "toast=")] {
            let cookies: Vec<&str> =
                page.headers.get_all("set-cookie").iter().filter_map(|c| c.to_str().ok()).collect();
            assert!(cookies.iter().any(|cookie| cookie.starts_with(name)), "{cookies:?}");
            for cookie in cookies {
                assert_eq!(cookie.matches("Secure").count(), usize::from(secure), "{proto}: {cookie}");
            }
        }
    }
}

#[actix_web::test]
async fn sign_in_leads_to_the_page_that_was_asked_for_and_never_off_the_site() {
    let app = spawn_app().await;
    let client = app.anonymous();
    let refused = client.get("/settings/profile?a=b").await;
    assert_eq!(refused.location(), "/login?next=%2Fsettings%2Fprofile%3Fa%3Db");
    let login = client.follow(&refused).await;
    let answer = client.submit(&login, "form", &[("email", OPERATOR), ("password", PASSWORD)]).await;
    assert_eq!(answer.location(), "/settings/profile?a=b");
    for next in ["//evil.test", "https://evil.test", "/\\evil.test", "javascript:alert(1)", "/\tevil", "evil"] {
        let fields = [("email", OPERATOR), ("password", PASSWORD), ("next", next)];
        let answer = spawn_app().await.anonymous().post_form("/login", &fields).await;
        assert_eq!(answer.location(), "/", "for {next:?}");
    }
}

#[actix_web::test]
async fn a_session_ends_when_idle_and_when_old() {
    let app = spawn_app().await;
    let idle = app.sign_in(OPERATOR).await;
    app.execute("UPDATE sessions SET last_seen_at = '2026-01-01 00:00:00'");
    idle.get("/").await.assert_redirect("/login");
    let old = app.sign_in(ADMIN).await;
    old.get("/settings/profile").await.assert_status(200);
    app.execute("UPDATE sessions SET expires_at = '2026-01-01 00:00:00'");
    old.get("/settings/profile").await.assert_redirect("/login");
}

#[actix_web::test]
async fn only_a_hash_of_the_session_key_is_stored() {
    let app = spawn_app().await;
    let page = try_to_sign_in(&app.anonymous(), OPERATOR, PASSWORD).await;
    let cookie = page.header("set-cookie").to_owned();
    let stored = app.text("SELECT key_hash FROM sessions").expect("a session");
    assert_eq!(stored.len(), 64);
    assert!(!cookie.contains(&stored));
}

#[actix_web::test]
async fn own_sessions_are_listed_and_ended() {
    let app = spawn_app().await;
    let firefox = "Mozilla/5.0 (X11; Linux x86_64; rv:128.0) Gecko/20100101 Firefox/128.0";
    let here = app.sign_in(OPERATOR).await;
    let there = app.anonymous().with_header("user-agent", firefox);
    try_to_sign_in(&there, OPERATOR, PASSWORD).await.assert_status(303);
    let page = here.get("/settings/profile").await;
    page.assert_status(200).assert_says("Firefox, Linux").assert_says("127.0.0.1");
    assert_eq!(page.count("#sessions li"), 2);
    assert_eq!(page.count("#sessions li .flag.is-ok"), 1, "one of them is this one");
    here.submit(&page, "#sessions li form", &[]).await.assert_redirect("/settings/profile");
    there.get("/").await.assert_redirect("/login");
    here.get("/settings/profile").await.assert_status(200).assert_silent_about("Firefox");
}

#[actix_web::test]
async fn sign_out_everywhere_else_spares_this_session() {
    let app = spawn_app().await;
    let here = app.sign_in(OPERATOR).await;
    let (second, third, somebody) =
        (app.sign_in(OPERATOR).await, app.sign_in(OPERATOR).await, app.sign_in(ADMIN).await);
    here.post_form("/settings/profile/sessions/end-others", &[]).await.assert_status(303);
    here.get("/settings/profile").await.assert_status(200);
    somebody.get("/settings/profile").await.assert_status(200);
    second.get("/settings/profile").await.assert_redirect("/login");
    third.get("/settings/profile").await.assert_redirect("/login");
}

#[actix_web::test]
async fn nobody_ends_a_session_of_somebody_else_by_its_number() {
    let app = spawn_app().await;
    let (operator, admin) = (app.sign_in(OPERATOR).await, app.sign_in(ADMIN).await);
    let id = app.number("SELECT MAX(id) FROM sessions WHERE staff_id = (SELECT id FROM staff WHERE role = 'admin')");
    operator.post_form(&format!("/settings/profile/sessions/{id}/end"), &[]).await.assert_status(404);
    operator.post_form("/settings/profile/sessions/999999/end", &[]).await.assert_status(404);
    admin.get("/settings/staff").await.assert_status(200);
}

/// Signing in is being there; a status that somebody chose stays; the last session that ends takes it along.
#[actix_web::test]
async fn presence_follows_the_sessions() {
    let app = spawn_app().await;
    let id = app.staff_id(OPERATOR);
    let presence = || app.text(&format!("SELECT presence FROM staff WHERE id = {id}")).expect("a status");
    assert_eq!(presence(), "offline");
    let first = app.sign_in(OPERATOR).await;
    assert_eq!(presence(), "online");
    first.post_form("/presence", &[("presence", "away")]).await;
    let second = app.sign_in(OPERATOR).await;
    assert_eq!(presence(), "away");
    second.post_form("/logout", &[]).await.assert_status(303);
    assert_eq!(presence(), "away", "the first browser is still there");
    app.execute("UPDATE sessions SET last_seen_at = '2020-01-01 00:00:00'");
    switchboard::auth::sessions::delete_ended(&app.db, &Config::default()).await.expect("the sweep");
    assert_eq!(presence(), "offline");
    let third = app.sign_in(OPERATOR).await;
    third.post_form("/logout", &[]).await.assert_status(303);
    assert_eq!(presence(), "offline");
}

#[actix_web::test]
async fn sign_out_ends_the_session_on_the_server() {
    let app = spawn_app().await;
    let operator = app.sign_in(OPERATOR).await;
    operator.post_form("/logout", &[]).await.assert_redirect("/login");
    assert_eq!(app.number("SELECT count(*) FROM sessions"), 0);
    operator.get("/").await.assert_redirect("/login");
}

#[actix_web::test]
async fn a_write_from_another_site_is_refused() {
    let app = spawn_app().await;
    let operator = app.sign_in(OPERATOR).await;
    let foreign = [("Origin", "https://evil.test"), ("Sec-Fetch-Site", "cross-site")];
    for (name, value) in foreign {
        let request = operator.with_header("origin", "https://evil.test").request(Method::POST, "/logout");
        operator.page(request.header(name, value)).await.assert_status(400);
    }
    operator.get("/settings/profile").await.assert_status(200);
}

#[actix_web::test]
async fn settings_routes_answer_each_role_as_the_table_says() {
    let app = spawn_app().await;
    let operator = app.sign_in(OPERATOR).await;
    let paths = routes::TABLE.iter().filter(|r| r.path.starts_with("/settings") && r.right.as_str() == "admin");
    let mut seen = 0;
    for route in paths {
        let path =
            route.path.replace("{kind}", "app").replace("{id}", "1").replace("{session}", "1").replace("{token}", "1");
        let answer = match route.method {
            "Get" => operator.get(&path).await,
            _ => operator.post_form(&path, &[]).await,
        };
        answer.assert_status(403);
        seen += 1;
    }
    assert!(seen > 20, "{seen} routes");
}

/// htmx is sent to the sign-in page with the page that asked, whatever part of it was asked for; only a path of this desk is
/// taken for one.
#[actix_web::test]
async fn an_ended_session_leads_back_to_the_page_that_asked() {
    let app = spawn_app().await;
    let stranger = app.anonymous();
    let ask = async |from: &str| {
        let request = stranger.request(Method::GET, "/inbox/7/composer").header("HX-Request", "true");
        stranger.page(request.header("HX-Current-URL", from)).await
    };
    let refused = ask("https://desk.example/inbox/7?tab=free").await;
    refused.assert_status(401);
    assert_eq!(refused.header("hx-redirect"), "/login?next=%2Finbox%2F7%3Ftab%3Dfree");
    for from in ["https://desk.example//evil.example/", "nonsense", ""] {
        assert_eq!(ask(from).await.header("hx-redirect"), "/login?next=%2F", "{from:?}");
    }
}
