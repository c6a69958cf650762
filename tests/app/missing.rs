//! Pages that are not there, or not for whoever asks.

use crate::support::{ADMIN, OPERATOR, Page, spawn_app};

/// The desk around what went wrong: the sidebar, the search, and two ways on.
fn assert_within_the_desk(page: &Page, status: &str) {
    page.assert_has(".nav-side a[href='/inbox']").assert_has("#global-search").assert_has("#presence");
    page.assert_has(".blank a.btn-primary[href='/inbox']").assert_has(".blank a[href='/']").assert_says(status);
    page.assert_lacks(".login");
}

/// Somebody who is signed in stays at the desk, in their own language and theme, whether no route knows the address, no
/// customer has the number, or their role forbids the page.
#[actix_web::test]
async fn whoever_is_signed_in_meets_an_error_at_the_desk() {
    let app = spawn_app().await;
    let (admin, operator) = (app.sign_in(ADMIN).await, app.sign_in(OPERATOR).await);
    for address in ["/nothing/here", "/customers/999999"] {
        let page = admin.get(address).await;
        page.assert_status(404).assert_says("Page not found");
        assert_within_the_desk(&page, "Error 404");
    }
    let forbidden = operator.get("/settings/staff").await;
    forbidden.assert_status(403).assert_says("Not allowed");
    assert_within_the_desk(&forbidden, "Error 403");
    app.execute("UPDATE staff SET language = 'ru', theme = 'dark'");
    let russian = operator.get("/nothing/here").await;
    russian.assert_status(404).assert_has("html[lang=ru][data-bs-theme=dark]").assert_says("Страница не найдена");
}

/// Whoever is not signed in learns nothing of the desk.
#[actix_web::test]
async fn whoever_is_not_signed_in_meets_an_error_alone() {
    let app = spawn_app().await;
    let page = app.anonymous().get("/nothing/here").await;
    page.assert_status(404).assert_has(".login h1").assert_lacks(".nav-side").assert_says("Error 404");
}
