//! The way in.

use crate::app::OPERATOR;
use crate::support::{Look, Scripts, journey};

#[actix_web::test]
async fn core_an_operator_signs_in_and_sees_home() {
    journey(async |desk| {
        let browser = desk.browser().await;
        browser.goto("/login").await;
        browser.axe().await;
        browser.sign_in(OPERATOR).await;
        browser.wait_for("h1").await;
        assert_eq!(browser.path().await, "/");
        browser.axe().await;
        browser.screenshot("home").await;
    })
    .await;
}

#[actix_web::test]
async fn signing_in_needs_no_scripts() {
    journey(async |desk| {
        let browser = desk.open(Look { scripts: Scripts::Off, ..Look::default() }).await;
        browser.sign_in(OPERATOR).await;
        browser.wait_for("h1").await;
        assert_eq!(browser.path().await, "/");
    })
    .await;
}

#[actix_web::test]
async fn the_login_page_holds_in_the_dark_in_russian_and_on_a_phone() {
    journey(async |desk| {
        let browser = desk.open(Look { language: "ru", dark: true, size: (390, 844), ..Look::default() }).await;
        browser.goto("/login").await;
        browser.axe().await;
        assert_eq!(browser.script("return matchMedia('(prefers-color-scheme: dark)').matches").await, true);
        assert_eq!(browser.script("return innerWidth").await, 390);
        assert_eq!(browser.script("return document.documentElement.scrollWidth <= innerWidth").await, true);
    })
    .await;
}
