//! Staff: adding by one-time link, roles, disabling, new passwords, own profile.

use crate::support::{ADMIN, Client, OPERATOR, PASSWORD, SUPERVISOR, TestApp, spawn_app, spawn_empty_app};

const NEW_PASSWORD: &str = "a wholly new password";

fn path_of(link: &str) -> String {
    link[link.find("/welcome/").expect("a link")..].to_owned()
}

/// Adds a person through the page and returns the path of their link.
async fn add(admin: &Client, email: &str, role: &str) -> String {
    let form = admin.get("/settings/staff/new").await;
    let shown = admin.submit(&form, "#new-staff", &[("email", email), ("name", "New Person"), ("role", role)]).await;
    shown.assert_status(200);
    path_of(&shown.attribute("#link", "value"))
}

async fn sign_in_with(app: &TestApp, email: &str, password: &str) -> u16 {
    app.anonymous().post_form("/login", &[("email", email), ("password", password)]).await.status.as_u16()
}

/// Whoever comes by a link has signed in like anybody else: it is in the log, with their address.
#[actix_web::test]
async fn a_link_sets_the_first_password_once_and_signs_in() {
    let app = spawn_app().await;
    let admin = app.sign_in(ADMIN).await;
    let link = add(&admin, "New@Desk.test", "supervisor").await;
    let person = app.anonymous();
    let page = person.get(&link).await;
    page.assert_status(200).assert_says("New Person").assert_says("new@desk.test");
    let done = person.submit(&page, "#welcome", &[("password", NEW_PASSWORD), ("again", NEW_PASSWORD)]).await;
    done.assert_redirect("/");
    person.get("/settings/profile").await.assert_status(200).assert_says("New Person");
    let noted = format!(
        "SELECT detail FROM audit_events WHERE event = 'signed_in' AND actor = 'new@desk.test' AND staff_id = {}",
        app.staff_id("new@desk.test")
    );
    assert_eq!(app.text(&noted).as_deref(), Some(r#"{"address":"127.0.0.1"}"#));
    app.anonymous().get(&link).await.assert_status(410).assert_says("was used");
    let late = app.anonymous().post_form(&link, &[("password", PASSWORD), ("again", PASSWORD)]).await;
    late.assert_status(410);
    assert_eq!(sign_in_with(&app, "new@desk.test", NEW_PASSWORD).await, 303);
}

#[actix_web::test]
async fn passwords_are_long_enough_and_typed_twice() {
    let app = spawn_app().await;
    let link = add(&app.sign_in(ADMIN).await, "new@desk.test", "operator").await;
    let (person, long) = (app.anonymous(), "x".repeat(201));
    let page = person.get(&link).await;
    for (password, again, at) in [
        ("", "", "#password-err"),
        ("short", "short", "#password-err"),
        (long.as_str(), long.as_str(), "#password-err"),
        (NEW_PASSWORD, "something else", "#again-err"),
    ] {
        let answer = person.submit(&page, "#welcome", &[("password", password), ("again", again)]).await;
        answer.assert_status(422).assert_has(at);
    }
    assert_eq!(app.number("SELECT count(*) FROM staff WHERE password_hash IS NULL"), 1);
}

#[actix_web::test]
async fn an_expired_and_an_unknown_link_say_so() {
    let app = spawn_app().await;
    let link = add(&app.sign_in(ADMIN).await, "new@desk.test", "operator").await;
    app.execute("UPDATE staff_links SET expires_at = '2026-01-01 00:00:00'");
    app.anonymous().get(&link).await.assert_status(410).assert_says("expired");
    for token in ["nonsense", "%00", "'; DROP TABLE staff; --", "%E2%80%AE"] {
        app.anonymous().get(&format!("/welcome/{token}")).await.assert_status(404);
    }
}

#[actix_web::test]
async fn the_first_link_makes_the_first_admin() {
    let app = spawn_empty_app().await;
    let token = app.db.write(switchboard::staff::first_admin_link).await.unwrap().unwrap();
    let person = app.anonymous();
    let page = person.get(&format!("/welcome/{token}")).await;
    let wrong = person.submit(&page, "#welcome", &[("name", ""), ("email", "no"), ("password", "x")]).await;
    wrong.assert_status(422).assert_has("#name-err").assert_has("#email-err").assert_has("#password-err");
    let fields = [("name", "Ада"), ("email", "ada@desk.test"), ("password", NEW_PASSWORD), ("again", NEW_PASSWORD)];
    person.submit(&page, "#welcome", &fields).await.assert_redirect("/");
    person.get("/settings/staff").await.assert_status(200).assert_says("Ада");
    let noted = "SELECT COUNT(*) FROM audit_events WHERE event = 'signed_in' AND actor = 'ada@desk.test'";
    assert_eq!(app.number(noted), 1);
    app.anonymous().post_form(&format!("/welcome/{token}"), &fields).await.assert_status(410);
    assert_eq!(app.number("SELECT count(*) FROM staff"), 1);
}

/// Several copies of the desk that start on one empty database print a link each: all of them work until one has made the
/// first admin. Those whose day is over go when the next is made.
#[actix_web::test]
async fn any_first_link_makes_the_first_admin() {
    let app = spawn_empty_app().await;
    let link = async || app.db.write(switchboard::staff::first_admin_link).await.unwrap().expect("a link");
    let of_yesterday = link().await;
    app.execute("UPDATE staff_links SET expires_at = '2026-01-01 00:00:00'");
    let (one, other) = (link().await, link().await);
    let person = app.anonymous();
    person.get(&format!("/welcome/{of_yesterday}")).await.assert_status(404);
    person.get(&format!("/welcome/{other}")).await.assert_status(200);
    let page = person.get(&format!("/welcome/{one}")).await;
    let fields = [("name", "Ada"), ("email", "ada@desk.test"), ("password", NEW_PASSWORD), ("again", NEW_PASSWORD)];
    person.submit(&page, "#welcome", &fields).await.assert_redirect("/");
    let late = [("name", "Eve"), ("email", "eve@desk.test"), ("password", NEW_PASSWORD), ("again", NEW_PASSWORD)];
    app.anonymous().get(&format!("/welcome/{other}")).await.assert_status(410);
    app.anonymous().post_form(&format!("/welcome/{other}"), &late).await.assert_status(410);
    assert_eq!(app.number("SELECT count(*) FROM staff"), 1);
}

#[actix_web::test]
async fn a_form_sent_twice_adds_one_person() {
    let app = spawn_app().await;
    let admin = app.sign_in(ADMIN).await;
    let form = admin.get("/settings/staff/new").await;
    let fields = [("email", "new@desk.test"), ("role", "operator")];
    admin.submit(&form, "#new-staff", &fields).await.assert_status(200);
    admin.submit(&form, "#new-staff", &fields).await.assert_redirect("/settings/staff");
    assert_eq!(app.number("SELECT count(*) FROM staff WHERE email = 'new@desk.test'"), 1);
}

#[actix_web::test]
async fn what_does_not_fit_is_told_at_its_field_and_kept() {
    let app = spawn_app().await;
    let admin = app.sign_in(ADMIN).await;
    let form = admin.get("/settings/staff/new").await;
    let long = "x".repeat(201);
    for (email, name, role, at) in [
        ("", "N", "operator", "#email-err"),
        ("not an address", "N", "operator", "#email-err"),
        (OPERATOR, "N", "operator", "#email-err"),
        ("OPERATOR@desk.test", "N", "operator", "#email-err"),
        ("a@desk.test", long.as_str(), "operator", "#name-err"),
        ("a@desk.test", "<b>Bold</b>", "owner", "#role-err"),
    ] {
        let answer = admin.submit(&form, "#new-staff", &[("email", email), ("name", name), ("role", role)]).await;
        answer.assert_status(422).assert_has(at);
        assert_eq!(answer.attribute("#name", "value"), name);
    }
    assert_eq!(app.number("SELECT count(*) FROM staff"), 4);
}

#[actix_web::test]
async fn disabling_ends_sessions_at_once_and_enabling_lets_in_again() {
    let app = spawn_app().await;
    let (admin, operator) = (app.sign_in(ADMIN).await, app.sign_in(OPERATOR).await);
    let url = format!("/settings/staff/{}", app.staff_id(OPERATOR));
    let asked = format!("{url}/disable");
    admin.get(&url).await.assert_has(&format!("a[href='{asked}']"));
    let page = admin.get(&asked).await;
    page.assert_says("no open conversations").assert_lacks("#to");
    admin.submit(&page, "#disable", &[]).await.assert_redirect(&url);
    operator.get("/").await.assert_redirect("/login");
    assert_eq!(sign_in_with(&app, OPERATOR, PASSWORD).await, 422);
    let page = admin.get(&url).await;
    admin.submit(&page, "#enable", &[]).await.assert_redirect(&url);
    assert_eq!(sign_in_with(&app, OPERATOR, PASSWORD).await, 303);
    assert_eq!(app.number("SELECT count(*) FROM audit_events WHERE event IN ('staff.disabled', 'staff.enabled')"), 2);
}

#[actix_web::test]
async fn an_admin_is_always_left() {
    let app = spawn_app().await;
    let admin = app.sign_in(ADMIN).await;
    let (own, url) = (app.staff_id(ADMIN), format!("/settings/staff/{}", app.staff_id(ADMIN)));
    admin.post_form(&format!("{url}/disable"), &[]).await.assert_status(409);
    admin.post_form(&url, &[("name", "Ada"), ("role", "operator")]).await.assert_status(422);
    // Two admins: the other one can be taken down, but not the one who is left.
    app.staff("second-admin@desk.test", "admin");
    let second = app.sign_in("second-admin@desk.test").await;
    second.post_form(&url, &[("name", "Ada"), ("role", "supervisor")]).await.assert_status(303);
    admin.get("/settings/staff").await.assert_status(403);
    assert_eq!(app.text(&format!("SELECT role FROM staff WHERE id = {own}")).as_deref(), Some("supervisor"));
    let left = app.staff_id("second-admin@desk.test");
    second.post_form(&format!("/settings/staff/{left}/disable"), &[]).await.assert_status(409);
}

/// An admin changes the address that a person signs in with; a taken or wrong one is told at its field.
#[actix_web::test]
async fn an_e_mail_is_changed() {
    let app = spawn_app().await;
    let (admin, operator) = (app.sign_in(ADMIN).await, app.sign_in(OPERATOR).await);
    let url = format!("/settings/staff/{}", app.staff_id(OPERATOR));
    let page = admin.get(&url).await;
    for (bad, said) in
        [(SUPERVISOR, "is here already"), ("no address", "name@example.com"), ("a@b", "name@example.com")]
    {
        let answer = admin.submit(&page, "#edit-staff", &[("email", bad), ("name", "<b>Kept</b>")]).await;
        answer.assert_status(422).assert_has("#email[aria-invalid][autofocus]");
        assert!(answer.select("#email-err").concat().contains(said), "{bad}: {said}");
        assert_eq!(answer.attribute("#email", "value"), bad);
        assert_eq!(answer.attribute("#name", "value"), "<b>Kept</b>");
    }
    admin.submit(&page, "#edit-staff", &[("email", " Olga.New@Desk.test ")]).await.assert_status(303);
    operator.get("/settings/profile").await.assert_status(200).assert_says("olga.new@desk.test");
    assert_eq!(sign_in_with(&app, OPERATOR, PASSWORD).await, 422);
    assert_eq!(sign_in_with(&app, "olga.new@DESK.test", PASSWORD).await, 303);
    // Their own address admins change, too; their own role is not even offered.
    let own = format!("/settings/staff/{}", app.staff_id(ADMIN));
    let page = admin.get(&own).await;
    page.assert_lacks("#edit-staff [name=role]");
    admin.submit(&page, "#edit-staff", &[("email", "ada@desk.test")]).await.assert_status(303);
    assert_eq!(app.text("SELECT role FROM staff WHERE email = 'ada@desk.test'").as_deref(), Some("admin"));
}

/// With htmx the section of the page changes in place, and a toast says what was done.
#[actix_web::test]
async fn settings_change_in_place() {
    let app = spawn_app().await;
    let (admin, operator) = (app.sign_in(ADMIN).await, app.sign_in(OPERATOR).await);
    let section = "div#section";
    let url = format!("/settings/staff/{}", app.staff_id(OPERATOR));
    let saved = admin.htmx_post(&url, section, &[("name", "Ольга"), ("role", "supervisor")]).await;
    saved.assert_region("edit-staff").assert_says("Ольга");
    assert_eq!(saved.header("hx-trigger"), r#"{"toast":"Saved"}"#);
    let wrong = admin.htmx_post(&url, section, &[("name", ""), ("role", "supervisor")]).await;
    wrong.assert_status(422).assert_has("#name[autofocus][aria-invalid]");
    assert!(!wrong.text.contains("<html"));
    admin.htmx_post(&format!("{url}/disable"), section, &[]).await.assert_region("enable");
    operator.get("/").await.assert_redirect("/login");
    admin.htmx_post(&format!("{url}/enable"), section, &[]).await.assert_region("to-disable");
    let link = admin.htmx_post(&format!("{url}/reset"), section, &[]).await;
    link.assert_region("link");
    assert!(link.attribute("#link", "value").contains("/welcome/"));
    let added = admin.htmx_post("/settings/staff", section, &[("email", "n@desk.test"), ("role", "operator")]).await;
    added.assert_region("link");

    let (own, there) = (app.sign_in(SUPERVISOR).await, app.sign_in(SUPERVISOR).await);
    let left = own.htmx_post("/settings/profile/sessions/end-others", section, &[]).await;
    left.assert_region("sessions");
    assert_eq!(left.count("#sessions li"), 1);
    there.get("/").await.assert_redirect("/login");
    let wrong = own.htmx_post("/settings/profile/password", section, &[("old", "x"), ("password", "short")]).await;
    wrong.assert_status(422).assert_has("#new-password[aria-invalid]");
}

#[actix_web::test]
async fn a_new_password_by_link_ends_the_sessions_of_the_old() {
    let app = spawn_app().await;
    let (admin, operator) = (app.sign_in(ADMIN).await, app.sign_in(OPERATOR).await);
    let page = admin.get(&format!("/settings/staff/{}", app.staff_id(OPERATOR))).await;
    let shown = admin.submit(&page, "#reset", &[]).await;
    shown.assert_status(200);
    operator.get("/").await.assert_redirect("/login");
    let link = path_of(&shown.attribute("#link", "value"));
    let fields = [("password", NEW_PASSWORD), ("again", NEW_PASSWORD)];
    app.anonymous().post_form(&link, &fields).await.assert_redirect("/");
    assert_eq!(sign_in_with(&app, OPERATOR, PASSWORD).await, 422);
    assert_eq!(sign_in_with(&app, OPERATOR, NEW_PASSWORD).await, 303);
}

#[actix_web::test]
async fn an_admin_sees_and_ends_sessions_of_others() {
    let app = spawn_app().await;
    let (admin, operator) = (app.sign_in(ADMIN).await, app.sign_in(OPERATOR).await);
    let page = admin.get(&format!("/settings/staff/{}", app.staff_id(OPERATOR))).await;
    assert_eq!(page.count("#sessions li"), 1);
    admin.submit(&page, "#sessions form", &[]).await.assert_status(303);
    operator.get("/").await.assert_redirect("/login");
}

#[actix_web::test]
async fn unknown_people_are_not_there() {
    let app = spawn_app().await;
    let admin = app.sign_in(ADMIN).await;
    for path in ["/settings/staff/999999", "/settings/staff/abc", "/settings/staff/99999999999999999999"] {
        admin.get(path).await.assert_status(404);
        admin.post_form(path, &[("name", "x"), ("role", "operator")]).await.assert_status(404);
    }
}

#[actix_web::test]
async fn everybody_edits_their_own_profile() {
    let app = spawn_app().await;
    for email in [OPERATOR, SUPERVISOR] {
        let person = app.sign_in(email).await;
        let page = person.get("/settings/profile").await;
        let fields = [("name", " Ольга\u{202e} 😀 "), ("language", "ru"), ("theme", "dark")];
        person.submit(&page, "#profile", &fields).await.assert_redirect("/settings/profile");
        let page = person.get("/settings/profile").await;
        page.assert_has("html[lang=ru][data-bs-theme=dark]").assert_says("Мой профиль");
        assert_eq!(page.attribute("#name", "value"), "Ольга 😀");
        person.submit(&page, "#profile", &[("name", "  ")]).await.assert_status(422).assert_has("#name-err");
    }
}

#[actix_web::test]
async fn changing_the_password_asks_for_the_old_one_and_ends_other_sessions() {
    let app = spawn_app().await;
    let (here, there) = (app.sign_in(OPERATOR).await, app.sign_in(OPERATOR).await);
    let page = here.get("/settings/profile").await;
    let wrong = [("old", "not it at all"), ("password", NEW_PASSWORD), ("again", NEW_PASSWORD)];
    here.submit(&page, "#password", &wrong).await.assert_status(422).assert_has("#old-err");
    let right = [("old", PASSWORD), ("password", NEW_PASSWORD), ("again", NEW_PASSWORD)];
    here.submit(&page, "#password", &right).await.assert_redirect("/settings/profile");
    here.get("/settings/profile").await.assert_status(200);
    there.get("/settings/profile").await.assert_redirect("/login");
    assert_eq!(sign_in_with(&app, OPERATOR, NEW_PASSWORD).await, 303);
}
