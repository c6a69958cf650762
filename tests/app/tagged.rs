//! The customers of a tag, who stand in an index of their own.

use crate::support::desk::{Letter, Person};
use crate::support::{OPERATOR, SUPERVISOR, spawn_app};

const NAMES: &str = "tbody .who bdi";

/// CUST-01, CUST-06: they stand by their last activity, page by page, whoever was tagged first and whoever has written since.
#[actix_web::test]
async fn customers_of_a_tag_stand_by_their_last_activity() {
    let app = spawn_app().await;
    let vip = app.tag("VIP", 1);
    app.customer(Person { name: "Not tagged", idle: 5, ..Person::default() });
    let quiet: Vec<String> = (1..=54).map(|days| format!("Quiet for {days:02}")).collect();
    for (days, name) in (1..=54).rev().zip(quiet.iter().rev()) {
        let id = app.customer(Person { name, age: 60, idle: days, ..Person::default() });
        app.execute(&format!("INSERT INTO customer_tag_links (customer_id, tag_id) VALUES ({id}, {vip})"));
    }
    let channel = app.channel("telegram");
    let letter = |address, name| Letter { channel, address, name, ..Letter::default() };
    let anna = app.writes(letter("1", "Anna")).await;
    let boris = app.writes(letter("2", "Boris")).await;
    let operator = app.sign_in(OPERATOR).await;
    for id in [boris, anna] {
        operator.post_form(&format!("/customers/{id}/tags"), &[("add", &vip.to_string())]).await.assert_status(303);
    }
    let list = format!("/customers?period=all&tag={vip}");
    let wanted = |first: &[&str]| {
        let all: Vec<String> = first.iter().map(|name| (*name).to_owned()).chain(quiet.clone()).collect();
        (all[..50].to_vec(), all[50..].to_vec())
    };
    let page = operator.get(&list).await;
    assert_eq!(page.select(NAMES), wanted(&["Boris", "Anna"]).0);

    app.writes(letter("1", "Anna")).await;
    let (first, second) = wanted(&["Anna", "Boris"]);
    let page = operator.get(&list).await;
    page.assert_says("56 of 57 customers").assert_lacks("a[rel=prev]");
    assert_eq!(page.select(NAMES), first);
    let next = operator.get(&page.attribute("a[rel=next]", "href")).await;
    assert_eq!(next.select(NAMES), second);
    next.assert_lacks("a[rel=next]");
    assert_eq!(operator.get(&next.attribute("a[rel=prev]", "href")).await.select(NAMES), first);

    operator.post_form(&format!("/customers/{anna}/tags"), &[("remove", &vip.to_string())]).await.assert_status(303);
    assert_eq!(operator.get(&list).await.select(NAMES), wanted(&["Boris"]).0);
}

/// CUST-06: where others' customers are hidden, a tag shows one's own and the free ones.
#[actix_web::test]
async fn a_tag_shows_nobody_who_is_hidden() {
    let app = spawn_app().await;
    let vip = app.tag("VIP", 1);
    let (me, other) = (app.staff_id(OPERATOR), app.staff_id(SUPERVISOR));
    for (name, responsible) in [("Mine", Some(me)), ("Free", None), ("Another's", Some(other))] {
        let id = app.customer(Person { name, responsible, ..Person::default() });
        app.execute(&format!("INSERT INTO customer_tag_links (customer_id, tag_id) VALUES ({id}, {vip})"));
    }
    app.execute("INSERT INTO settings (key, value) VALUES ('operators_see_others', 'false')");
    let page = app.sign_in(OPERATOR).await.get(&format!("/customers?period=all&tag={vip}")).await;
    assert_eq!(page.select(NAMES), ["Free", "Mine"]);
}
