//! How a journey is written:
//!
//! ```ignore
//! #[actix_web::test]
//! async fn an_operator_answers() {
//!     journey(async |desk| {
//!         let browser = desk.browser().await;                        // scripts on, English, light, 1280x900
//!         browser.sign_in(OPERATOR).await;
//!         browser.click("nav a[href='/customers']").await;
//!         browser.wait_for_text("h1", "Customers").await;
//!         browser.axe().await;
//!         let plain = desk.open(Look { scripts: Scripts::Off, ..Look::default() }).await;
//!     })
//!     .await;
//! }
//! ```
//!
//! A journey that fails leaves `target/screenshots/failed-<test>-<browser>.png` and `.html`. One that succeeds must
//! also have a clean console: errors of scripts, of the content security policy and missing files fail it.

// Journeys use their part of this.
#![allow(dead_code)]

mod browser;
mod checks;
mod chromedriver;

use std::cell::RefCell;
use std::panic::{AssertUnwindSafe, resume_unwind};
use std::path::PathBuf;
use std::sync::OnceLock;

use futures_util::FutureExt;
use switchboard::files::Files;
use switchboard::secrets::Secrets;
use tokio::sync::Semaphore;

pub use browser::{Browser, Look, Network, Scripts};

use crate::app::{TestApp, spawn_app, spawn_app_with, spawn_empty_app_with};

/// A desk and the browsers that look at it.
pub struct Desk {
    pub app: TestApp,
    browsers: RefCell<Vec<Browser>>,
}

impl Desk {
    /// A browser as most people have it.
    pub async fn browser(&self) -> Browser {
        self.open(Look::default()).await
    }

    /// A browser with a look of its own.
    pub async fn open(&self, look: Look) -> Browser {
        let browser = Browser::open(self.app.address, look).await;
        self.browsers.borrow_mut().push(browser.clone());
        browser
    }

    fn opened(&self) -> Vec<Browser> {
        self.browsers.borrow().clone()
    }
}

/// The key of the web chat of [`with_web_chat`].
pub const WEB_CHAT: &str = "shop";

/// A desk with a web chat of these settings (JSON), which its sample site shows: see [`Browser::open_chat`].
pub async fn with_web_chat(settings: &str) -> TestApp {
    let app = spawn_app_with(|config| config.demo = true).await;
    app.execute(&format!(
        "INSERT INTO channels (kind, name, public_key, enabled, settings, created_at) \
         VALUES ('web_chat', 'Northwind care', '{WEB_CHAT}', TRUE, '{settings}', '2026-01-05 09:00:00')"
    ));
    app
}

/// The desk of `serve --demo`, with its sample site.
pub async fn with_demo() -> TestApp {
    let app = spawn_empty_app_with(|config| config.demo = true).await;
    let config = switchboard::config::Config { data: app.data(), ..Default::default() };
    let files = Files::open(&config).expect("a file store");
    let secrets = Secrets::load(&config.key_path()).expect("a key");
    switchboard::demo::fill(&app.db, &files, &secrets).await.expect("the demo");
    // As `serve --demo` does, for the reports.
    let clock = switchboard::web::times::Clock::now(chrono_tz::Tz::UTC);
    switchboard::reports::count_days(&app.db, clock).await.expect("its days are counted");
    app
}

/// Runs a journey on a desk of its own.
pub async fn journey(body: impl AsyncFnOnce(&Desk)) {
    journey_on(spawn_app().await, async |desk: &mut Desk| body(desk).await).await;
}

/// The same on a desk that the test has made itself, and may stop and start.
pub async fn journey_on(app: TestApp, body: impl AsyncFnOnce(&mut Desk)) {
    // Two at once, however many threads the tests have: more browsers than cores only time out.
    static TURNS: OnceLock<Semaphore> = OnceLock::new();
    let _turn = TURNS.get_or_init(|| Semaphore::new(2)).acquire().await.expect("a turn");
    let mut desk = Desk { app, browsers: RefCell::default() };
    let mut outcome = AssertUnwindSafe(body(&mut desk)).catch_unwind().await;
    if outcome.is_ok() {
        let consoles = async {
            for browser in desk.opened() {
                browser.assert_clean_console().await;
            }
        };
        outcome = AssertUnwindSafe(consoles).catch_unwind().await;
    }
    for (number, browser) in desk.opened().into_iter().enumerate() {
        if outcome.is_err() {
            browser.leave_evidence(&format!("failed-{}-{}", test_name(), number + 1)).await;
        }
        browser.quit().await;
    }
    if let Err(panic) = outcome {
        resume_unwind(panic);
    }
}

/// The name of the running test, as a file name.
fn test_name() -> String {
    std::thread::current().name().unwrap_or("test").replace("::", "-")
}

/// Where pictures go.
fn pictures() -> PathBuf {
    let folder = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("target/screenshots");
    std::fs::create_dir_all(&folder).expect("target/screenshots");
    folder
}
