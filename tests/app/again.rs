//! A form without scripts that met a database that does not answer: the page that says so holds it once more.

use reqwest::multipart::{Form, Part};
use switchboard::channels::registry;
use switchboard::web::again::is_secret;

use crate::support::desk::Person;
use crate::support::holding::hold;
use crate::support::{
    ADMIN, OPERATOR, PASSWORD, Page, TestApp, eventually, spawn_app, spawn_app_with, spawn_embedded_app,
};

/// One line and several, with what HTML would take for its own.
const NOTE: &str = "Ring twice,\r\nthen \"wait\" <b>&amp; see</b>";

/// A desk whose database another process holds.
struct Locked<'a>(&'a TestApp, crate::support::database::Direct);

impl<'a> Locked<'a> {
    fn new(app: &'a TestApp) -> Self {
        let mut other = app.direct();
        other.execute("BEGIN EXCLUSIVE");
        Self(app, other)
    }

    fn unlock(mut self) {
        self.1.execute("ROLLBACK");
        assert!(self.0.is_sqlite());
    }
}

fn assert_keeps(page: &Page, button: &str) {
    page.assert_status(503).assert_says(button).assert_has("form.again button[type=submit]");
    assert_eq!(page.header("retry-after"), "1");
}

#[actix_web::test]
async fn what_was_typed_is_sent_again_with_one_button() {
    let app = spawn_embedded_app().await;
    let client = app.sign_in(OPERATOR).await;
    let form = client.get("/companies/new").await;
    let locked = Locked::new(&app);
    let fields = [("name", "Northwind Traders"), ("note", NOTE)];
    let refused = client.submit(&form, "form[action='/companies/new']", &fields).await;
    assert_keeps(&refused, "Send again");
    refused.assert_says("What you wrote").assert_has("form.again textarea[name=note]");
    refused.assert_has("form.again input[type=hidden][name=form_token]");
    locked.unlock();
    client.submit(&refused, "form.again", &[]).await.assert_status(303);
    let kept = app.text("SELECT name || '|' || note FROM companies").expect("a company");
    assert_eq!(kept.replace('\r', ""), format!("Northwind Traders|{}", NOTE.replace('\r', "")));
    // The same once more: the token is spent.
    client.submit(&refused, "form.again", &[]).await.assert_status(303);
    assert_eq!(app.number("SELECT count(*) FROM companies"), 1);
}

/// A reply with a file: the text is kept, the file has to be chosen again, and nothing was sent meanwhile.
#[actix_web::test]
async fn a_reply_is_kept_without_its_file() {
    let app = spawn_embedded_app().await;
    let id = app.customer(Person::named("Anna"));
    let client = app.sign_in(OPERATOR).await;
    let uuid = uuid::Uuid::new_v4().to_string();
    let locked = Locked::new(&app);
    let reply = || Form::new().text("client_uuid", uuid.clone()).text("mode", "reply").text("text", NOTE);
    let large = Part::bytes(vec![b'a'; 400 * 1024]).file_name("bill.txt");
    let refused =
        client.post_multipart(&format!("/inbox/{id}/messages"), reply().part("file", large).text("late", "x")).await;
    assert_keeps(&refused, "Send again");
    refused.assert_says("Choose the files again").assert_has("form.again[enctype='multipart/form-data']");
    refused.assert_has("form.again input[type=file][name=file][multiple]");
    let filled = refused.form("form.again").filled(&[]);
    let value = |name: &str| filled.iter().find(|(field, _)| field == name).map(|(_, value)| value.replace('\r', ""));
    assert_eq!(value("text"), Some(NOTE.replace('\r', "")));
    assert_eq!((value("mode"), value("client_uuid")), (Some("reply".into()), Some(uuid.clone())));
    assert_eq!(value("late"), None, "what comes after a large file is not kept");
    locked.unlock();
    assert_eq!(app.number("SELECT count(*) FROM messages"), 0);
}

/// Passwords and keys are on no page; htmx keeps its page by itself, and other sites' forms are none of ours.
#[actix_web::test]
async fn secrets_and_strangers_forms_are_not_offered() {
    let app = spawn_embedded_app().await;
    let client = app.sign_in(ADMIN).await;
    let locked = Locked::new(&app);
    let change = [("old", PASSWORD), ("password", "a new and long secret"), ("again", "a new and long secret")];
    let refused = client.post_form("/settings/profile/password", &change).await;
    refused.assert_status(503).assert_lacks("form.again").assert_silent_about("secret").assert_silent_about(PASSWORD);
    let toast = client.htmx_post("/companies/new", "main#app", &[("name", "Northwind Traders")]).await;
    toast.assert_status(503).assert_silent_about("Northwind Traders");
    let foreign = client.with_header("origin", "https://evil.example").with_header("sec-fetch-site", "cross-site");
    let refused = foreign.post_form("/companies/new", &[("name", "Northwind Traders")]).await;
    refused.assert_status(400).assert_silent_about("Northwind Traders");
    locked.unlock();
}

/// The session cannot be looked up: no body has been read by then, and yet nothing is lost. The language is the
/// browser's.
#[actix_web::test]
async fn nothing_is_lost_where_not_even_the_session_is_found() {
    let app = spawn_app_with(|config| config.connections = 1).await;
    let client = app.sign_in(OPERATOR).await.with_header("accept-language", "ru");
    let holder = hold(&app.db).await;
    let refused = client.post_form("/companies/new", &[("name", "Северный ветер"), ("note", NOTE)]).await;
    assert_keeps(&refused, "Отправить снова");
    refused.assert_says("Северный ветер").assert_says("Ваш текст");
    holder.let_go().await;
    // With one connection alone, what goes on in the background may be in the way; the token makes one company of it.
    eventually("it is taken", async || (client.submit(&refused, "form.again", &[]).await.status == 303).then_some(()))
        .await;
    assert_eq!(app.number("SELECT count(*) FROM companies WHERE name = 'Северный ветер'"), 1);
}

/// Every field for a password, in the templates as in the forms of channels, is known as one.
#[test]
fn every_field_of_a_password_is_a_secret() {
    let mut names = vec![];
    for template in ["auth/login.html", "settings/profile.html", "welcome/password.html"] {
        let path = format!("{}/templates/{template}", env!("CARGO_MANIFEST_DIR"));
        let text = std::fs::read_to_string(path).expect("a template");
        let controls =
            text.lines().filter(|line| line.contains("type=\"password\"") || line.contains("kind=\"password\""));
        names.extend(controls.map(|line| {
            let name = line.split_once(" name=\"").or_else(|| line.split_once("ui::text(sh, \""));
            let name = name.or_else(|| line.split_once("ui::text(bare, \"")).expect("a name").1;
            name.split('"').next().unwrap_or_default().to_owned()
        }));
    }
    assert_eq!(names.len(), 6, "{names:?}");
    let of_channels = registry::all().iter().flat_map(|connector| connector.form());
    names.extend(of_channels.filter(|field| field.is_secret()).map(|field| field.name.to_owned()));
    assert!(names.iter().any(|name| name == "verify_token"), "{names:?}");
    for name in names {
        assert!(is_secret(&name), "{name}");
    }
    for name in ["form_token", "text", "client_uuid", "note"] {
        assert!(!is_secret(name), "{name}");
    }
}

/// Without scripts, a session that has ended swallows no words: the sign-in page shows them, and whoever signs in again as the
/// same person sends them with one button. Nobody else is shown them, and nothing of them is stored.
#[actix_web::test]
async fn what_was_written_outlives_the_session() {
    let app = spawn_app().await;
    let (client, other) = (app.sign_in(OPERATOR).await, app.sign_in(OPERATOR).await);
    let form = client.get("/companies/new").await;
    let fields = [("name", "Northwind Traders"), ("note", NOTE)];
    let end = || {
        app.execute("DELETE FROM sessions");
        app.db.written_elsewhere();
    };
    end();
    let refused = client.submit(&form, "form[action='/companies/new']", &fields).await;
    refused.assert_status(401).assert_says("You were signed out. What you wrote is kept below");
    refused.assert_lacks("textarea:not([readonly])").assert_lacks("textarea b");
    let shown: Vec<String> =
        refused.raw_texts("textarea[readonly]").iter().map(|text| text.replace('\r', "")).collect();
    assert_eq!(shown, ["Northwind Traders".to_owned(), NOTE.replace('\r', "")]);
    refused.assert_has("label[for^=words-]");
    assert!(!refused.attribute("[name=words]", "value").is_empty());

    // A wrong password keeps them; somebody else goes on without them.
    let sign_in = |email, password| [("email", email), ("password", password)];
    let wrong = client.submit(&refused, "#login_form", &sign_in(OPERATOR, "not mine")).await;
    wrong.assert_status(422).assert_says("Northwind Traders");
    client.submit(&wrong, "#login_form", &sign_in(ADMIN, PASSWORD)).await.assert_status(303);

    end();
    let refused = other.submit(&form, "form[action='/companies/new']", &fields).await;
    let again = other.submit(&refused, "#login_form", &sign_in(OPERATOR, PASSWORD)).await;
    again.assert_status(200).assert_says("What you wrote is not sent yet").assert_has("form.again textarea[name=note]");
    assert_eq!(app.number("SELECT count(*) FROM companies"), 0);
    other.submit(&again, "form.again", &[]).await.assert_status(303);
    let kept = app.text("SELECT name || '|' || note FROM companies").expect("a company");
    assert_eq!(kept.replace('\r', ""), format!("Northwind Traders|{}", NOTE.replace('\r', "")));
}

/// A message of one word is one, too. A button, a form with a password, a page with scripts and another site's form are
/// answered as ever; and sealed words are of use for nobody who has changed them, or has signed out.
#[actix_web::test]
async fn only_what_people_write_is_kept_for_them() {
    let app = spawn_app().await;
    let id = app.customer(Person::named("Anna"));
    let client = app.sign_in(OPERATOR).await;
    app.execute("DELETE FROM sessions");
    app.db.written_elsewhere();
    let path = format!("/inbox/{id}/messages");
    let word = || Form::new().text("client_uuid", "x").text("mode", "reply").text("text", "Shipped");
    let file = Part::bytes(vec![b'a'; 1024]).file_name("bill.txt");
    let kept = client.post_multipart(&path, word().part("file", file)).await;
    kept.assert_status(401).assert_says("Shipped").assert_has("#login_form [name=words]");
    assert_eq!(kept.select("textarea").len(), 1, "the other fields are no words");
    let sealed = kept.attribute("[name=words]", "value");
    let changed = [("email", OPERATOR), ("password", PASSWORD), ("words", &*sealed.replace(['a', 'b'], "c"))];
    client.post_form("/login", &changed).await.assert_redirect("/");

    client.post_form("/logout", &[]).await.assert_status(303);
    let unknown = client.post_form(&path, &[("text", "Two words")]).await;
    unknown.assert_status(401).assert_says("copy it, sign in").assert_says("Two words");
    assert_eq!(unknown.attribute("[name=words]", "value"), "");
    client.post_form(&format!("/customers/{id}/pin"), &[]).await.assert_lacks("#login_form");
    let secret = [("old", "a b"), ("password", "c d"), ("again", "c d")];
    client
        .post_form("/settings/profile/password", &secret)
        .await
        .assert_lacks("#login_form")
        .assert_silent_about("c d");
    client.htmx_post(&path, "div#composer", &[("text", "Two words")]).await.assert_silent_about("Two words");
}
