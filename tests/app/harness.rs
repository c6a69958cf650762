//! The harness itself: what every other test leans on.

use crate::support::{ADMIN, OPERATOR, SECOND_OPERATOR, SUPERVISOR, spawn_app, spawn_app_with, spawn_empty_app};

#[actix_web::test]
async fn each_test_has_a_database_of_its_own() {
    let (one, other) = (spawn_app().await, spawn_app().await);
    one.staff("extra@desk.test", "operator");
    assert_eq!(one.number("SELECT count(*) FROM staff"), 5);
    assert_eq!(other.number("SELECT count(*) FROM staff"), 4);
    assert_eq!(spawn_empty_app().await.number("SELECT count(*) FROM staff"), 0);
}

#[actix_web::test]
async fn every_role_signs_in_and_a_stranger_does_not() {
    let app = spawn_app().await;
    for email in [ADMIN, SUPERVISOR, OPERATOR, SECOND_OPERATOR] {
        app.sign_in(email).await;
    }
    app.anonymous().get("/").await.assert_redirect("/login");
}

#[actix_web::test]
async fn a_restarted_server_has_the_same_data() {
    let mut app = spawn_app_with(|config| config.listen = "127.0.0.1:0".into()).await;
    app.staff("extra@desk.test", "operator");
    app.restart().await;
    app.sign_in("extra@desk.test").await;
}
