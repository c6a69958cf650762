//! XOAUTH2 against Dovecot, which asks a double of the provider whose each access token is.

use std::sync::{Arc, Mutex};
use std::time::Duration;

use serde_json::json;
use wiremock::matchers::any;
use wiremock::{Mock, MockServer, Request, Respond, ResponseTemplate};

use crate::app::{ADMIN, OPERATOR, spawn_app_with};
use crate::desk::{Desk, fields, multipart};
use crate::lab::{self, MailLab};

struct State {
    own: String,
    /// What is given for the refresh token.
    given: &'static str,
    /// The only one that is good.
    good: &'static str,
    /// Forms that asked for a token.
    asked: Vec<String>,
}

/// The provider: `/token` gives access tokens, `/introspect` tells whose they are.
#[derive(Clone)]
struct Provider(Arc<Mutex<State>>);

impl Provider {
    fn set(&self, given: &'static str, good: &'static str) {
        let mut state = self.0.lock().unwrap();
        (state.given, state.good) = (given, good);
    }

    fn asked(&self) -> Vec<String> {
        self.0.lock().unwrap().asked.clone()
    }
}

impl Respond for Provider {
    fn respond(&self, request: &Request) -> ResponseTemplate {
        let mut state = self.0.lock().unwrap();
        let body = String::from_utf8_lossy(&request.body).into_owned();
        if request.url.path() == "/token" {
            state.asked.push(body);
            let token = json!({ "access_token": state.given, "token_type": "Bearer", "expires_in": 3600 });
            return ResponseTemplate::new(200).set_body_json(token);
        }
        let about = url::form_urlencoded::parse(body.as_bytes()).find(|(name, _)| name == "token");
        let answer = match about {
            Some((_, token)) if token == state.good => json!({ "active": true, "username": state.own }),
            _ => json!({ "active": false }),
        };
        ResponseTemplate::new(200).set_body_json(answer)
    }
}

/// A mailbox without a password: a token is got with the refresh token, and mails are read and sent with it. One that
/// the server refuses is said to be so before anything is stored and, later, on the health line; the next one, once the
/// provider gives a good one, is used at once.
#[actix_web::test]
async fn a_mailbox_is_reached_by_tokens() {
    let (own, anna) = (lab::mailbox("tokens"), lab::mailbox("tokensanna"));
    let state = State { own: own.clone(), given: "token-1", good: "another", asked: vec![] };
    let provider = Provider(Arc::new(Mutex::new(state)));
    let server = MockServer::start().await;
    Mock::given(any()).respond_with(provider.clone()).mount(&server).await;
    let lab = Arc::new(MailLab::start_asking(&format!("{}/introspect", server.uri())));
    let tokens = format!("{}/token", server.uri());
    let app = spawn_app_with(move |config| {
        config.providers.insert("mail_tokens".into(), tokens.clone());
    })
    .await;
    let admin = app.sign_in(ADMIN).await;
    let form = admin.get("/settings/channels/new/email").await;
    let mut typed = fields(&lab, &own, "");
    typed.retain(|(name, _)| !["login", "password"].contains(name));
    typed.extend([
        ("login", "xoauth2"),
        ("token_url", "https://provider.example/token"),
        ("client_id", "desk"),
        ("client_secret", "hush"),
        ("refresh_token", "refresh-1"),
    ]);
    let refused = admin.submit(&form, "form#new-channel", &typed).await;
    refused.assert_status(422).assert_says("IMAP: ");
    assert_eq!(app.number("SELECT count(*) FROM channels"), 0);

    provider.set("token-1", "token-1");
    let answer = admin.submit(&form, "form#new-channel", &typed).await;
    assert_eq!(answer.status.as_u16(), 303, "{} {}", answer.text, lab.log());
    let asked = provider.asked();
    assert!(asked[0].contains("grant_type=refresh_token") && asked[0].contains("refresh_token=refresh-1"), "{asked:?}");

    let desk = Desk { app, lab, own };
    let from = format!("{anna}@customer.test");
    desk.writes(&from, "tokens1@customer.test", "", "Where is my order?");
    desk.until_messages(1).await;
    let operator = desk.app.sign_in(OPERATOR).await;
    let says = async |text: &str| {
        let page = operator.get(&format!("/inbox/{}", desk.customer())).await;
        multipart(&operator, &page, "form#composer", &[("text", text)]).await.assert_status(303);
    };
    says("On its way").await;
    desk.arrived(&anna, 1).await;

    // The provider takes the token back, and gives no better one yet.
    provider.set("token-2", "none");
    desk.lab.stop_dovecot();
    desk.lab.start_dovecot();
    says("It arrives tomorrow").await;
    // It may have been tried again by now.
    desk.until("a refusal", "SELECT count(DISTINCT code) FROM delivery_attempts WHERE code = 'login'", 1).await;
    let channel = desk.app.number("SELECT id FROM channels");
    let page = admin.get(&format!("/settings/channels/{channel}")).await;
    page.assert_has("#health .dot.is-bad").assert_says("Failing, last failure");
    assert_eq!(desk.lab.mails(&anna).len(), 1);

    provider.set("token-3", "token-3");
    desk.arrived(&anna, 2).await;
    desk.writes(&from, "tokens2@customer.test", "", "Thank you");
    desk.until_messages(2).await;
    let fine = async || admin.get(&format!("/settings/channels/{channel}")).await.count("#health .dot.is-ok") == 1;
    let since = std::time::Instant::now();
    while !fine().await {
        assert!(since.elapsed() < Duration::from_secs(60), "the channel is well again");
        tokio::time::sleep(Duration::from_millis(100)).await;
    }
}
