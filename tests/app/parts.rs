//! Messages that leave in several parts: what a receipt of one says of the whole, and what "Retry now" sends.

use std::time::Duration;

use reqwest::multipart::Part;
use serde_json::{Value, json};
use switchboard::db::types::UtcTime;
use wiremock::ResponseTemplate;

use crate::support::desk::{reached, read_all, say};
use crate::support::whatsapp::{SETTINGS, WhatsApp, compose, connect, customer, error, happens, status};
use crate::support::{Client, OPERATOR, TestApp, eventually, spawn_app_with};
use crate::viber;

const STATE: &str = "SELECT state FROM deliveries";
/// How long a part is on its way of which something is heard meanwhile.
const UNDER_WAY: Duration = Duration::from_secs(7);

struct Desk {
    whatsapp: WhatsApp,
    app: TestApp,
    operator: Client,
    anna: i64,
}

/// A text and a paper to Anna; the two calls are answered so.
async fn two_parts(answers: [ResponseTemplate; 2]) -> Desk {
    let whatsapp = WhatsApp::start().await;
    let settings = whatsapp.settings();
    let app = spawn_app_with(move |config| {
        settings(config);
        config.provider_patience = Duration::from_secs(30);
    })
    .await;
    connect(&app, &SETTINGS).await;
    let anna = customer(&app, "79011234567").await;
    let operator = app.sign_in(OPERATOR).await;
    whatsapp.answers(answers);
    // Too long to stand below the paper.
    let long = "я".repeat(1100);
    let fields = [("mode", "reply"), ("text", long.as_str())];
    let paper = Some(("bill.pdf", b"%PDF-1.7 bill".to_vec()));
    compose(&operator, anna, &fields, paper).await.assert_status(303);
    Desk { whatsapp, app, operator, anna }
}

impl Desk {
    /// WhatsApp tells what became of a part, and the desk has heard it.
    async fn hears(&self, told: Value) {
        happens(&self.app, told).await;
        read_all(&self.app).await;
    }

    fn state(&self) -> Option<String> {
        self.app.text(STATE)
    }

    async fn retries(&self) {
        let page = self.operator.get(&format!("/inbox/{}", self.anna)).await;
        self.operator.submit(&page, ".msg.is-fail form[action$=retry]", &[]).await.assert_status(303);
    }

    /// What was sent, by its types.
    fn types(&self) -> Vec<String> {
        self.whatsapp.sent().iter().map(|sent| sent["type"].as_str().unwrap_or_default().to_owned()).collect()
    }

    async fn calls(&self, count: usize) {
        eventually(&format!("{count} calls"), async || (self.whatsapp.sent().len() == count).then_some(())).await;
    }
}

fn accepted(id: &str) -> ResponseTemplate {
    ResponseTemplate::new(200).set_body_json(json!({ "messages": [{ "id": id }] }))
}

fn failed(id: &str) -> Value {
    let mut failed = status(id, "failed");
    failed["statuses"][0]["errors"] = json!([{ "code": 131051, "title": "Unsupported message type" }]);
    failed
}

/// Rule 16: the text was read, the paper was refused: that stays red, and the paper alone goes again.
#[actix_web::test]
async fn a_receipt_hides_no_failure() {
    let desk = two_parts([accepted("wamid.T"), error(400, 131053, "Media upload error")]).await;
    reached(&desk.app, "failed").await;
    for word in ["delivered", "read"] {
        desk.hears(status("wamid.T", word)).await;
    }
    assert_eq!(desk.state().as_deref(), Some("failed"));
    let page = desk.operator.get(&format!("/inbox/{}", desk.anna)).await;
    page.assert_has(".msg.is-fail").assert_says("Media upload error").assert_has(".cc-bad");
    desk.retries().await;
    reached(&desk.app, "sent").await;
    assert_eq!(desk.types(), ["text", "document", "document"]);
    desk.hears(status("wamid.OUT1", "delivered")).await;
    assert_eq!(desk.state().as_deref(), Some("delivered"), "as far as the part that lags");
    desk.hears(status("wamid.OUT1", "read")).await;
    assert_eq!(desk.state().as_deref(), Some("read"));
}

/// Rule 16: nobody knows whether the paper was sent; that the text was read is no answer to it.
#[actix_web::test]
async fn a_receipt_answers_no_doubt() {
    let nonsense = ResponseTemplate::new(200).set_body_string("<html>welcome to the wifi</html>");
    let desk = two_parts([accepted("wamid.T"), nonsense]).await;
    reached(&desk.app, "unknown").await;
    desk.hears(status("wamid.T", "read")).await;
    assert_eq!(desk.state().as_deref(), Some("unknown"));
}

/// Rule 16: a part that waits for its turn stays in the queue, whatever becomes of the one before; and what had failed
/// is told once the rest has left.
#[actix_web::test]
async fn a_receipt_takes_nothing_out_of_the_queue() {
    for (told, whole) in [(status("wamid.T", "delivered"), "sent"), (failed("wamid.T"), "failed")] {
        let busy = error(400, 131056, "Too many messages to this customer").insert_header("retry-after", "3600");
        let desk = two_parts([accepted("wamid.T"), busy]).await;
        let waits = "SELECT count(*) FROM deliveries WHERE state = 'queued' AND attempts = 1";
        eventually("it waits", async || (desk.app.number(waits) == 1).then_some(())).await;
        desk.hears(told).await;
        assert_eq!(desk.state().as_deref(), Some("queued"));
        desk.app.execute("UPDATE deliveries SET not_before = '2026-01-01 00:00:00'");
        reached(&desk.app, whole).await;
        assert_eq!(desk.types(), ["text", "document", "document"]);
        if whole == "failed" {
            desk.operator.get(&format!("/inbox/{}", desk.anna)).await.assert_says("Unsupported message type");
            desk.retries().await;
            reached(&desk.app, "sent").await;
            assert_eq!(desk.types(), ["text", "document", "document", "text"]);
        }
    }
}

/// Rule 16: a receipt that comes while the next part is on its way changes nothing of how that ends.
#[actix_web::test]
async fn a_receipt_ends_no_try() {
    let slow = error(400, 131053, "Media upload error").set_delay(UNDER_WAY);
    let desk = two_parts([accepted("wamid.T"), slow]).await;
    desk.calls(2).await;
    desk.hears(status("wamid.T", "delivered")).await;
    assert_eq!(desk.state().as_deref(), Some("sending"));
    reached(&desk.app, "failed").await;
    assert_eq!(desk.app.number("SELECT count(*) FROM delivery_attempts WHERE outcome IS NULL"), 0);
}

/// Rule 16: the text came back while the paper was on its way. The message is red, and the text goes again, it alone.
#[actix_web::test]
async fn what_came_back_meanwhile_goes_again() {
    let slow = accepted("wamid.P").set_delay(UNDER_WAY);
    let desk = two_parts([accepted("wamid.T"), slow]).await;
    desk.calls(2).await;
    desk.hears(failed("wamid.T")).await;
    assert_eq!(desk.state().as_deref(), Some("sending"));
    reached(&desk.app, "failed").await;
    desk.hears(status("wamid.P", "read")).await;
    assert_eq!(desk.state().as_deref(), Some("failed"));
    desk.operator.get(&format!("/inbox/{}", desk.anna)).await.assert_says("Unsupported message type");
    desk.retries().await;
    reached(&desk.app, "sent").await;
    assert_eq!(desk.types(), ["text", "document", "text"]);
    desk.hears(status("wamid.OUT1", "read")).await;
    assert_eq!(desk.state().as_deref(), Some("read"));
}

/// Rule 16: nobody knew whether the text was sent, and somebody has found that it was: the paper, which had not been
/// tried yet, follows.
#[actix_web::test]
async fn what_was_found_does_not_go_again() {
    let nonsense = ResponseTemplate::new(200).set_body_string("<html>welcome to the wifi</html>");
    let desk = two_parts([nonsense, accepted("wamid.P")]).await;
    reached(&desk.app, "unknown").await;
    let page = desk.operator.get(&format!("/inbox/{}", desk.anna)).await;
    desk.operator.submit(&page, ".msg.is-fail form[action$=arrival]", &[]).await.assert_status(303);
    reached(&desk.app, "sent").await;
    assert_eq!(desk.types(), ["text", "document"]);
}

/// Rule 16: a part that came back and arrived after all leaves no mark; the message is as far as the other.
#[actix_web::test]
async fn what_arrives_after_all_is_well() {
    let desk = two_parts([accepted("wamid.T"), accepted("wamid.P")]).await;
    reached(&desk.app, "sent").await;
    desk.hears(failed("wamid.T")).await;
    assert_eq!(desk.state().as_deref(), Some("failed"));
    desk.hears(status("wamid.T", "delivered")).await;
    assert_eq!(desk.state().as_deref(), Some("sent"));
}

/// Rule 16: what takes long is its sender's as long as it takes: each part begins with a whole lease.
#[actix_web::test]
async fn a_long_message_stays_its_senders() {
    let slow = |id, seconds| accepted(id).set_delay(Duration::from_secs(seconds));
    let desk = two_parts([slow("wamid.T", 4), slow("wamid.P", 12)]).await;
    desk.calls(1).await;
    let since = tokio::time::Instant::now();
    // Enough for the first part alone.
    let until = UtcTime::now().plus(chrono::Duration::seconds(7)).utc();
    desk.app.execute(&format!("UPDATE deliveries SET leased_until = '{}'", until.format("%Y-%m-%d %H:%M:%S%.6f")));
    desk.calls(2).await;
    // That lease would be over by then, and freed.
    tokio::time::sleep_until(since + Duration::from_millis(8_500)).await;
    assert_eq!(desk.state().as_deref(), Some("sending"));
    reached(&desk.app, "sent").await;
    assert_eq!(desk.types(), ["text", "document"]);
}

/// Rule 16: where the lease has run out all the same, people decide how it goes on: the part that was on its way is noted, and
/// the next one does not leave behind their backs.
#[actix_web::test]
async fn what_is_in_other_hands_is_sent_no_further() {
    let desk = two_parts([accepted("wamid.T").set_delay(UNDER_WAY), accepted("wamid.P")]).await;
    desk.calls(1).await;
    desk.app.execute("UPDATE deliveries SET leased_until = '2026-01-01 00:00:00'");
    reached(&desk.app, "unknown").await;
    let noted = "SELECT count(*) FROM message_refs WHERE provider_id = 'wamid.T'";
    eventually("the text is noted", async || (desk.app.number(noted) == 1).then_some(())).await;
    // Longer than the pause between two parts.
    tokio::time::sleep(Duration::from_secs(2)).await;
    assert_eq!((desk.types(), desk.state().as_deref()), (vec!["text".to_owned()], Some("unknown")));
    desk.retries().await;
    reached(&desk.app, "sent").await;
    assert_eq!(desk.types(), ["text", "document"]);
}

/// The same with Viber: it has shown the text and refused the file.
#[actix_web::test]
async fn viber_has_seen_one_part_only() {
    let double = viber::double::Viber::start().await;
    let (app, _) = viber::double::desk(&double, &[]).await;
    let anna = viber::double::anna(&app, &double).await;
    let operator = app.sign_in(OPERATOR).await;
    let text = json!({ "status": 0, "status_message": "ok", "message_token": 4_912_661_846_655_238_900_u64 });
    double.answers([ResponseTemplate::new(200).set_body_json(text), viber::double::status(3, "badData")]);
    let paper = Part::bytes(&b"%PDF-1.7 bill"[..]).file_name("bill.pdf");
    say(&operator, anna, "Your bill", vec![paper]).await.assert_status(303);
    reached(&app, "failed").await;
    double.tells(&app, &viber::double::became("seen", "4912661846655238900")).await;
    read_all(&app).await;
    assert_eq!(app.text(STATE).as_deref(), Some("failed"));
    let page = operator.get(&format!("/inbox/{anna}")).await;
    operator.submit(&page, ".msg.is-fail form[action$=retry]", &[]).await.assert_status(303);
    reached(&app, "sent").await;
    let types: Vec<Value> = double.sent().iter().map(|sent| sent["type"].clone()).collect();
    assert_eq!(types, ["text", "file", "file"]);
}
