//! Every route with every role: the table of routes is the matrix of rights, and the server keeps to it.

use reqwest::Method;
use switchboard::auth::Role;
use switchboard::auth::rights::Right;
use switchboard::web::routes::{Entry, TABLE};

use crate::support::desk::{reached, say};
use crate::support::telegram::{Telegram, customer, desk, error};
use crate::support::{ADMIN, Client, OPERATOR, SECOND_OPERATOR, SUPERVISOR, spawn_app_with};

/// Signing out would end the walk.
const LAST: &str = "/logout";

/// What the gate says, seen from outside.
#[derive(Debug, PartialEq, Eq)]
enum Gate {
    /// Through: whatever the handler says of the dummy ids.
    Open,
    /// Sign in first.
    SignIn,
    Forbidden,
}

/// The path with something in each gap. No such thing exists.
fn address(path: &str) -> String {
    let mut out = String::new();
    let mut rest = path;
    while let Some((before, after)) = rest.split_once('{') {
        let (gap, after) = after.split_once('}').expect("a closed gap");
        out.push_str(before);
        out.push_str(match gap {
            "kind" => "web_chat",
            "key" | "name" => "nothing",
            _ => "999999",
        });
        rest = after;
    }
    out + rest
}

/// Asks for a route and reads the status only: streams never end.
async fn ask(client: &Client, entry: &Entry) -> (u16, String) {
    let method = match entry.method {
        "Get" => Method::GET,
        "Post" => Method::POST,
        "Head" => Method::HEAD,
        "Put" => Method::PUT,
        "Patch" => Method::PATCH,
        "Delete" => Method::DELETE,
        other => panic!("the walk does not know {other}"),
    };
    let mut request = client.request(method.clone(), &address(entry.path));
    if method != Method::GET {
        request = request.form(&[("nothing", "at all")]);
    }
    let answer = request.send().await.unwrap_or_else(|error| panic!("{} {}: {error}", entry.method, entry.path));
    let location = answer.headers().get("location").and_then(|v| v.to_str().ok()).unwrap_or_default();
    (answer.status().as_u16(), location.to_owned())
}

async fn gate(client: &Client, entry: &Entry, as_whom: &str) -> Gate {
    let (status, location) = ask(client, entry).await;
    let what = format!("{} {} as {as_whom}: {status} {location}", entry.method, entry.path);
    assert!(status < 500, "{what}");
    // The visitor's and the program's own proof is missing, which is not a matter of the role.
    let is_own_proof = matches!(entry.right, Right::Visitor | Right::App);
    match status {
        403 => Gate::Forbidden,
        401 if !is_own_proof => Gate::SignIn,
        303 if location.starts_with("/login") => Gate::SignIn,
        _ => Gate::Open,
    }
}

fn expected(entry: &Entry, role: Option<Role>) -> Gate {
    match (entry.right.allows(role), role) {
        (true, _) => Gate::Open,
        (false, None) => Gate::SignIn,
        (false, Some(_)) => Gate::Forbidden,
    }
}

/// PERM: each route answers each role as the table says, and nobody who is not signed in gets past it.
#[actix_web::test]
async fn every_route_keeps_to_the_table() {
    let app = spawn_app_with(|config| config.demo = true).await;
    let mut wrong = vec![];
    for (role, email) in [
        (None, "nobody"),
        (Some(Role::Operator), OPERATOR),
        (Some(Role::Supervisor), SUPERVISOR),
        (Some(Role::Admin), ADMIN),
    ] {
        let client = if role.is_some() { app.sign_in(email).await } else { app.anonymous() };
        for entry in TABLE.iter().filter(|entry| entry.path != LAST) {
            let (found, wanted) = (gate(&client, entry, email).await, expected(entry, role));
            if found != wanted {
                wrong.push(format!("{} {} as {email}: {found:?}, not {wanted:?}", entry.method, entry.path));
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

/// A page that needs a person leads to sign-in; a change is refused.
#[actix_web::test]
async fn nobody_is_led_to_sign_in() {
    let app = spawn_app_with(|_| ()).await;
    let client = app.anonymous();
    for entry in TABLE.iter().filter(|e| matches!(e.right, Right::Operator | Right::Supervisor | Right::Admin)) {
        let (status, location) = ask(&client, entry).await;
        let led = status == 303 && location.starts_with("/login");
        let refused = status == 401;
        let fits = if entry.method == "Get" { led || (refused && entry.path == "/live") } else { led || refused };
        assert!(fits, "{} {}: {status} {location}", entry.method, entry.path);
    }
}

/// A person who is disabled meanwhile is nobody from the next request on.
#[actix_web::test]
async fn a_disabled_person_is_nobody() {
    let app = spawn_app_with(|_| ()).await;
    let client = app.sign_in(ADMIN).await;
    client.get("/settings/staff").await.assert_status(200);
    app.execute(&format!("UPDATE staff SET disabled_at = '2026-01-01 00:00:00' WHERE email = '{ADMIN}'"));
    for entry in TABLE.iter().filter(|e| e.right == Right::Admin) {
        assert_eq!(gate(&client, entry, "a disabled admin").await, Gate::SignIn, "{}", entry.path);
    }
}

/// A role that is taken away is gone at the next request.
#[actix_web::test]
async fn a_lost_role_is_lost_at_once() {
    let app = spawn_app_with(|_| ()).await;
    let client = app.sign_in(ADMIN).await;
    client.get("/settings/staff").await.assert_status(200);
    app.execute(&format!("UPDATE staff SET role = 'operator' WHERE email = '{ADMIN}'"));
    for entry in TABLE.iter().filter(|e| e.right == Right::Admin) {
        assert_eq!(gate(&client, entry, "a former admin").await, Gate::Forbidden, "{}", entry.path);
    }
}

/// PRODUCT, "write first, answer: own and free": an operator does not send again what a colleague has written in theirs,
/// and is not offered to.
#[actix_web::test]
async fn a_colleagues_message_is_not_sent_again() {
    let telegram = Telegram::start().await;
    let (app, _) = desk(&telegram).await;
    let anna = customer(&app, &telegram, 42).await;
    let (operator, second) = (app.sign_in(OPERATOR).await, app.sign_in(SECOND_OPERATOR).await);
    telegram.answers([error(400, "Bad Request: chat not found")]);
    say(&second, anna, "hello?", vec![]).await.assert_status(303);
    reached(&app, "failed").await;
    let url = format!("/deliveries/{}/retry", app.number("SELECT id FROM deliveries"));
    let button = format!("form[action='{url}']");
    let log = operator.get(&format!("/inbox/{anna}")).await;
    log.assert_says("Bad Request: chat not found").assert_lacks(&button);
    operator.post_form(&url, &[]).await.assert_status(409);
    assert_eq!(app.text("SELECT state FROM deliveries").as_deref(), Some("failed"));
    app.sign_in(SUPERVISOR).await.get(&format!("/inbox/{anna}")).await.assert_has(&button);
    second.get(&format!("/inbox/{anna}")).await.assert_has(&button);
    // Nobody's is everybody's.
    app.execute("UPDATE conversations SET assignee_id = NULL; UPDATE customers SET responsible_id = NULL");
    operator.get(&format!("/inbox/{anna}")).await.assert_has(&button);
    operator.post_form(&url, &[]).await.assert_status(303);
    reached(&app, "sent").await;
}
