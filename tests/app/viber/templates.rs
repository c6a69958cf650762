//! Templates that are written by hand, as Viber has them.

use serde_json::json;

use super::double::{Viber, anna, desk};
use crate::support::desk::{Person, reached, send_first};
use crate::support::whatsapp::compose;
use crate::support::{ADMIN, OPERATOR};

/// SEND-24, SEND-25, SEND-26, SEND-27: templates of Viber are written by hand in Settings, with title and signature, and
/// go out as the text that they come to: as an answer, and as a first message to somebody who has written before. To a
/// phone number a bot writes nothing.
#[actix_web::test]
async fn a_template_goes_out_as_its_text() {
    let viber = Viber::start().await;
    let (app, id) = desk(&viber, &[]).await;
    let anna = anna(&app, &viber).await;
    let admin = app.sign_in(ADMIN).await;
    admin.get("/settings/templates").await.assert_has(&format!("a[href='/settings/templates/new?channel={id}']"));
    let form = admin.get(&format!("/settings/templates/new?channel={id}")).await;
    let typed = [
        ("name", "order_ready"),
        ("language", "en"),
        ("title", "Order {{1}}"),
        ("body", "Dear {{1}}, it is here until {{2}}."),
        ("signature", "Northwind"),
        ("state", "approved"),
    ];
    admin.submit(&form, "form#template", &typed).await.assert_redirect("/settings/templates");
    let template = app.number("SELECT id FROM message_templates").to_string();
    let filled = [("template", template.as_str()), ("title_1", "12"), ("body_1", "Анна"), ("body_2", "Friday")];
    let reads = "Order 12\n\nDear Анна, it is here until Friday.\n\nNorthwind";

    let operator = app.sign_in(OPERATOR).await;
    let answer = [filled.as_slice(), &[("mode", "template")]].concat();
    compose(&operator, anna, &answer, None).await.assert_redirect(&format!("/inbox/{anna}"));
    reached(&app, "sent").await;
    assert_eq!((&viber.sent()[0]["type"], viber.texts()), (&json!("text"), vec![reads.to_owned()]));
    let lacking = compose(&operator, anna, &[("mode", "template"), filled[0], filled[1], filled[2]], None).await;
    lacking.assert_status(422).assert_has("#body_2[aria-invalid]");

    app.execute("UPDATE conversations SET status = 'closed', closed_at = '2026-11-01 10:00:00'");
    app.execute("UPDATE customers SET active_count = 0");
    let page = operator.get(&format!("/customers/{anna}/message")).await;
    page.assert_has("textarea[name=body]").assert_has("select[name=template]");
    // Words of one's own would be lost beside it.
    let both = send_first(&operator, &page, &[filled.as_slice(), &[("body", "By the way")]].concat()).await;
    both.assert_status(422).assert_has("#m-body[aria-invalid]").assert_says("No other words can go with a template.");
    assert_eq!((both.select("#m-body"), viber.texts().len()), (vec!["By the way".to_owned()], 1));
    send_first(&operator, &page, &filled).await.assert_redirect(&format!("/inbox/{anna}"));
    reached(&app, "sent").await;
    assert_eq!(viber.texts(), [reads, reads]);
    assert_eq!(app.text("SELECT origin FROM conversations ORDER BY id DESC LIMIT 1").as_deref(), Some("outgoing"));

    let stranger = app.customer(Person { phone: "+7 901 123-45-67", ..Person::named("Boris") });
    let page = operator.get(&format!("/customers/{stranger}/message")).await;
    page.assert_lacks("select[name=template]").assert_lacks("textarea[name=body]");
    operator.get("/customers/new/viber").await.assert_says("writes to phone numbers now");
}
