//! One Chromium, in the words of the person who sits before it.

use std::net::SocketAddr;
use std::path::Path;
use std::time::{Duration, Instant};

use serde_json::{Value, json};
use thirtyfour::prelude::*;
use thirtyfour::{ChromiumLikeCapabilities, LoggingPrefsLogLevel};

use super::{chromedriver, pictures};
use crate::app::PASSWORD;

/// Longer than anything takes on a busy machine; what takes so long has failed.
const PATIENCE: Duration = Duration::from_secs(60);

#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Scripts {
    On,
    Off,
}

/// What a browser brings along.
#[derive(Clone, Copy)]
pub struct Look {
    pub scripts: Scripts,
    /// What it asks for in Accept-Language.
    pub language: &'static str,
    /// What the system prefers.
    pub dark: bool,
    pub size: (u32, u32),
}

impl Default for Look {
    fn default() -> Look {
        Look { scripts: Scripts::On, language: "en", dark: false, size: (1280, 900) }
    }
}

/// The browser's way to the desk.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Network {
    Usual,
    /// Each answer takes so many milliseconds longer.
    Slow(u32),
    Offline,
}

#[derive(Clone)]
pub struct Browser {
    /// For what this type has no word for.
    pub driver: WebDriver,
    origin: String,
    pub(super) look: Look,
}

impl Browser {
    /// Opens a browser with an empty profile. Journeys ask their desk for one.
    pub async fn open(desk: SocketAddr, look: Look) -> Browser {
        let driver = WebDriver::new(chromedriver::url(), capabilities(look).expect("capabilities"))
            .await
            .expect("Chromium, which `tests/run` installs, did not start");
        // For axe, on large pages.
        driver.set_script_timeout(2 * PATIENCE).await.expect("time for scripts");
        let browser = Browser { driver, origin: format!("http://{desk}"), look };
        browser.turn(look.size, look.dark).await;
        browser
    }

    /// A command of the DevTools protocol.
    pub async fn devtools(&self, command: &str, params: Value) -> Value {
        self.driver.cdp().send_raw(command, params).await.unwrap_or_else(|error| panic!("{command}: {error}"))
    }

    /// Opens a path of the desk, or a whole address.
    pub async fn goto(&self, path: &str) {
        let url = if path.starts_with('/') { format!("{}{path}", self.origin) } else { path.to_owned() };
        self.driver.goto(&url).await.unwrap_or_else(|error| panic!("{url}: {error}"));
    }

    /// Gives the page another width and another preference of the system, without loading it again.
    pub async fn turn(&self, size: (u32, u32), dark: bool) {
        self.resize(size).await;
        self.shade(dark).await;
    }

    /// Gives the page another width.
    pub async fn resize(&self, (width, height): (u32, u32)) {
        let screen = json!({ "width": width, "height": height, "deviceScaleFactor": 1, "mobile": width < 600 });
        // A window does not get narrower than Chromium's own controls; this does.
        self.devtools("Emulation.setDeviceMetricsOverride", screen).await;
    }

    /// Gives the system another preference.
    pub async fn shade(&self, dark: bool) {
        let scheme = if dark { "dark" } else { "light" };
        let features = json!({ "features": [{ "name": "prefers-color-scheme", "value": scheme }] });
        self.devtools("Emulation.setEmulatedMedia", features).await;
    }

    /// From now on the browser reaches the desk like this.
    pub async fn network(&self, network: Network) {
        let (offline, latency) = match network {
            Network::Usual => (false, 0),
            Network::Slow(latency) => (false, latency),
            Network::Offline => (true, 0),
        };
        self.devtools("Network.enable", json!({})).await;
        let conditions =
            json!({ "offline": offline, "latency": latency, "downloadThroughput": -1, "uploadThroughput": -1 });
        self.devtools("Network.emulateNetworkConditions", conditions).await;
    }

    /// Requests of the page whose path ends so stay under way from now on, until [`Browser::let_go`].
    pub async fn hold(&self, path_ends: &str) {
        let script = "const end = END, own = window.fetch; window.held = []; \
            window.fetch = async (url, asked) => { \
                if (new URL(url, location.href).pathname.endsWith(end)) { \
                    await new Promise((go) => { held.push(go); asked?.signal?.addEventListener('abort', go); }); \
                } \
                return own(url, asked); \
            }; \
            window.letGo = () => { window.fetch = own; for (const go of held) go(); };";
        self.script(&script.replace("END", &json!(path_ends).to_string())).await;
    }

    /// Waits until one of them is under way.
    pub async fn wait_until_held(&self) {
        self.wait("a request that is held", async || self.script("return held.length > 0").await == json!(true)).await;
    }

    /// Lets them go.
    pub async fn let_go(&self) {
        self.script("letGo()").await;
    }

    /// Opens the sample site and the panel of its web chat. From then on everything is seen and done inside the panel.
    pub async fn open_chat(&self) {
        self.enter_panel().await;
        self.wait_in_panel("#write, #about, #rate").await;
    }

    /// The same, without waiting for an answer to it.
    pub async fn enter_panel(&self) {
        self.open_site().await;
        self.press_launcher().await;
    }

    /// The sample site with its launcher.
    pub async fn open_site(&self) {
        // The launcher hides in a closed shadow tree, as from any script of its host.
        let opened = "{ const attach = Element.prototype.attachShadow; \
            Element.prototype.attachShadow = function (how) { return attach.call(this, { ...how, mode: 'open' }); }; }";
        self.devtools("Page.addScriptToEvaluateOnNewDocument", json!({ "source": opened })).await;
        self.goto("/demo").await;
        self.in_launcher("button").await;
    }

    /// Opens the panel, and goes into it.
    pub async fn press_launcher(&self) {
        self.in_launcher("button").await.click().await.expect("the launcher is clicked");
        self.enter_open_panel().await;
    }

    /// Goes into the panel that is open.
    pub async fn enter_open_panel(&self) {
        let since = Instant::now();
        loop {
            let entered = self.in_launcher("iframe:not([hidden])").await.enter_frame().await;
            let Err(error) = entered else { return };
            self.pause(since, || format!("the panel, to enter it ({error})")).await;
        }
    }

    /// Marks the panel, seen from the host's page: a new one is told from it.
    pub async fn mark_panel(&self) {
        let mark =
            "document.querySelector('[data-switchboard]').shadowRoot.querySelector('iframe').dataset.old = 'old'";
        self.script(mark).await;
    }

    /// Enters a panel that the launcher has made in place of the marked one, which did not load.
    pub async fn enter_new_panel(&self) {
        let found = "return document.querySelector('[data-switchboard]').shadowRoot.querySelector('iframe').dataset.old ?? 'new'";
        self.wait("the launcher makes another panel", async || self.script(found).await == json!("new")).await;
        self.enter_open_panel().await;
        self.wait_in_panel("#write").await;
    }

    /// Waits for something that the panel shows once it knows the visitor. Until then the launcher may put another panel in
    /// its place, which has to be entered.
    pub async fn wait_in_panel(&self, css: &str) {
        self.wait(&format!("{css} in the panel"), async || {
            let sees = self.sees(css).await;
            if !sees {
                self.driver.enter_default_frame().await.expect("the host's page");
                self.enter_open_panel().await;
            }
            sees
        })
        .await;
    }

    /// Nothing whose address holds this comes through from now on; of an empty text, all does again.
    pub async fn block(&self, part: &str) {
        self.devtools("Network.enable", json!({})).await;
        let urls: Vec<String> = if part.is_empty() { vec![] } else { vec![format!("*{part}*")] };
        self.devtools("Network.setBlockedURLs", json!({ "urls": urls })).await;
    }

    /// Waits for an element of the launcher.
    async fn in_launcher(&self, css: &str) -> WebElement {
        let find = format!(
            "return document.querySelector('[data-switchboard]')?.shadowRoot?.querySelector({}) ?? null",
            json!(css)
        );
        let since = Instant::now();
        loop {
            let found = self.driver.execute(&find, vec![]).await.expect("the page is asked");
            if let Ok(element) = found.element() {
                return element;
            }
            self.pause(since, || format!("{css} of the launcher")).await;
        }
    }

    /// Signs in through the login page.
    pub async fn sign_in(&self, email: &str) {
        self.sign_in_with(email, PASSWORD).await;
    }

    /// The same with another password than everybody's.
    pub async fn sign_in_with(&self, email: &str, password: &str) {
        self.goto("/login").await;
        self.fill("input[name=email]", email).await;
        self.fill("input[name=password]", password).await;
        self.click("form button:not([type=button])").await;
        self.wait("the login page is left", async || !self.path().await.starts_with("/login")).await;
    }

    /// Signs out through the account menu.
    pub async fn sign_out(&self) {
        self.click(".user-btn").await;
        self.click_text(".menu:popover-open button", "Log out").await;
        self.wait_for("input[name=password]").await;
    }

    /// Path and query of the page.
    pub async fn path(&self) -> String {
        let url = self.driver.current_url().await.expect("an address");
        url[url::Position::BeforePath..].to_owned()
    }

    pub async fn wait_for_path(&self, path: &str) {
        self.wait(&format!("the path {path}"), async || self.path().await == path).await;
    }

    /// Waits until a visible element matches and returns the first.
    pub async fn find(&self, css: &str) -> WebElement {
        let since = Instant::now();
        loop {
            for element in self.all(css).await {
                if element.is_displayed().await.unwrap_or(false) {
                    return element;
                }
            }
            self.pause(since, || format!("something visible that matches {css}")).await;
        }
    }

    /// Clicks the first visible match; again if the page was changing under the pointer.
    pub async fn click(&self, css: &str) {
        self.click_one(css, "").await;
    }

    /// Clicks the first visible match that says this.
    pub async fn click_text(&self, css: &str, text: &str) {
        self.click_one(css, text).await;
    }

    /// Clicks what a menu offers; opens the menu again if the page has changed under it meanwhile.
    pub async fn click_in_menu(&self, button: &str, says: &str, item: &str) {
        let since = Instant::now();
        loop {
            if !self.sees(".menu:popover-open").await {
                self.click_one(button, says).await;
            }
            let Err(failure) = self.try_click(".menu:popover-open .dropdown-item", item).await else { return };
            self.pause(since, || format!("{item:?} in the menu of {says:?}{failure}")).await;
        }
    }

    async fn click_one(&self, css: &str, text: &str) {
        let since = Instant::now();
        while let Err(failure) = self.try_click(css, text).await {
            self.pause(since, || format!("something to click that matches {css} and says {text:?}{failure}")).await;
        }
    }

    /// Clicks the first visible match that says this and lets itself be clicked; else says why none did.
    async fn try_click(&self, css: &str, text: &str) -> Result<(), String> {
        let mut failure = String::new();
        for element in self.all(css).await {
            let shown = element.is_displayed().await.unwrap_or(false);
            if !shown || !element.text().await.unwrap_or_default().contains(text) {
                continue;
            }
            match element.click().await {
                Ok(()) => return Ok(()),
                Err(error) => failure = format!(" ({error})"),
            }
        }
        Err(failure)
    }

    /// Moves the pointer over the first visible match; again if the page was changing under it.
    pub async fn hover(&self, css: &str) {
        let since = Instant::now();
        loop {
            let element = self.find(css).await;
            let moved = self.driver.action_chain().move_to_element_center(&element).perform().await;
            let Err(error) = moved else { return };
            self.pause(since, || format!("{css}, to move over it ({error})")).await;
        }
    }

    /// Puts the window away, so that the page is hidden, or brings it back.
    pub async fn minimise(&self, away: bool) {
        let window = self.devtools("Browser.getWindowForTarget", json!({})).await;
        let state = if away { "minimized" } else { "normal" };
        let bounds = json!({ "windowId": window["windowId"], "bounds": { "windowState": state } });
        self.devtools("Browser.setWindowBounds", bounds).await;
        self.wait(state, async || self.script("return document.hidden").await == json!(away)).await;
    }

    /// Replaces what a field holds, by typing; again if the page has put another field there meanwhile.
    pub async fn fill(&self, css: &str, text: &str) {
        let since = Instant::now();
        loop {
            let field = self.find(css).await;
            let typed = async {
                field.clear().await?;
                field.send_keys(text).await
            };
            let Err(error) = typed.await else { return };
            self.pause(since, || format!("{css}, to fill it ({error})")).await;
        }
    }

    /// Types into whatever has the focus; `Key` and text may be joined with `+`.
    pub async fn press(&self, keys: impl Into<thirtyfour::TypingData>) {
        self.driver.action_chain().send_keys(keys).perform().await.expect("keys pressed");
    }

    /// Presses keys at once, such as `Key::Control + Key::Enter`, where the focus is.
    pub async fn chord(&self, keys: impl Into<thirtyfour::TypingData>) {
        let keys: thirtyfour::TypingData = keys.into();
        let keys = keys.to_string();
        let since = Instant::now();
        loop {
            let pressed = async { self.driver.active_element().await?.send_keys(keys.as_str()).await };
            let Err(error) = pressed.await else { return };
            self.pause(since, || format!("something that has the focus, for keys ({error})")).await;
        }
    }

    /// Presses Tab until the focus is on a match, as one does without a mouse.
    pub async fn tab_to(&self, css: &str) {
        for _ in 0..80 {
            self.press(Key::Tab).await;
            if self.has_focus(css).await {
                return;
            }
        }
        panic!("Tab does not reach {css} at {}", self.path().await);
    }

    /// Whether a match has the focus.
    pub async fn has_focus(&self, css: &str) -> bool {
        self.script(&format!("return document.activeElement?.matches({}) ?? false", json!(css))).await == json!(true)
    }

    pub async fn wait_for_focus(&self, css: &str) {
        self.wait(&format!("the focus on {css}"), async || self.has_focus(css).await).await;
    }

    /// Chooses an option by its text.
    pub async fn choose(&self, css: &str, option: &str) {
        self.click_one(&format!("{css} option"), option).await;
    }

    /// Hands files to a file field.
    pub async fn upload(&self, css: &str, file: &Path) {
        let file = file.to_str().expect("a path in UTF-8");
        let since = Instant::now();
        loop {
            let handed = async { self.driver.find(By::Css(css)).await?.send_keys(file).await };
            let Err(error) = handed.await else { return };
            self.pause(since, || format!("{css}, for a file ({error})")).await;
        }
    }

    /// Pastes words and a file at once, and says whether the page has taken them: else the browser puts the words there.
    pub async fn paste(&self, css: &str, words: &str, file: &str) -> bool {
        let script = format!(
            "const clipboardData = new DataTransfer(); if ({words}) clipboardData.setData('text/plain', {words}); \
             clipboardData.items.add(new File(['bytes'], {file}, {{ type: 'image/png' }})); \
             const event = new ClipboardEvent('paste', {{ clipboardData, bubbles: true, cancelable: true }}); \
             return !document.querySelector({css}).dispatchEvent(event)",
            words = json!(words),
            file = json!(file),
            css = json!(css),
        );
        self.script(&script).await == json!(true)
    }

    /// Waits until some match contains this text.
    pub async fn wait_for_text(&self, css: &str, text: &str) {
        let since = Instant::now();
        loop {
            let texts = self.texts(css).await;
            if texts.iter().any(|found| found.contains(text)) {
                return;
            }
            self.pause(since, || format!("{text:?} in {css}; it says {texts:?}")).await;
        }
    }

    /// Waits until a field holds exactly this.
    pub async fn wait_for_value(&self, css: &str, value: &str) {
        let holds = format!("return document.querySelector({})?.value", json!(css));
        let since = Instant::now();
        loop {
            let found = self.script(&holds).await;
            if found == value {
                return;
            }
            self.pause(since, || format!("{value:?} in {css}; it holds {found}")).await;
        }
    }

    /// Waits until something visible matches.
    pub async fn wait_for(&self, css: &str) {
        self.find(css).await;
    }

    /// Waits until nothing visible matches.
    pub async fn wait_until_gone(&self, css: &str) {
        self.wait(&format!("no visible {css}"), async || !self.sees(css).await).await;
    }

    /// Waits for anything else.
    pub async fn wait(&self, what: &str, mut happened: impl AsyncFnMut() -> bool) {
        let since = Instant::now();
        while !happened().await {
            self.pause(since, || what.to_owned()).await;
        }
    }

    /// Whether something visible matches now.
    pub async fn sees(&self, css: &str) -> bool {
        for element in self.all(css).await {
            if element.is_displayed().await.unwrap_or(false) {
                return true;
            }
        }
        false
    }

    /// What every match says now, without the marks that keep names of other scripts apart.
    pub async fn texts(&self, css: &str) -> Vec<String> {
        let mut texts = vec![];
        for element in self.all(css).await {
            // Gone since it was found.
            let Ok(text) = element.text().await else { continue };
            texts.push(text.replace(['\u{2066}', '\u{2067}', '\u{2068}', '\u{2069}'], ""));
        }
        texts
    }

    /// Runs a script and returns its value. It is exempt from the page's security policy.
    pub async fn script(&self, script: &str) -> Value {
        let answer = self.driver.execute(script, vec![]).await;
        answer.unwrap_or_else(|error| panic!("{script}: {error}")).json().clone()
    }

    /// Takes a picture into `target/screenshots`.
    pub async fn screenshot(&self, name: &str) {
        let file = pictures().join(format!("{name}.png"));
        self.driver.screenshot(&file).await.unwrap_or_else(|error| panic!("{}: {error}", file.display()));
    }

    /// What the console has said since it was last asked.
    pub async fn console(&self) -> Vec<String> {
        let entries = self.driver.browser_log().await.unwrap_or_default();
        entries.into_iter().map(|entry| format!("{} {}", entry.level, entry.message)).collect()
    }

    /// Forgets errors that the journey has brought about on purpose.
    pub async fn forget_console(&self) {
        self.console().await;
    }

    pub async fn assert_clean_console(&self) {
        let wrong = self.console_errors().await;
        assert!(wrong.is_empty(), "the console says:\n{wrong:#?}");
    }

    /// Errors of scripts, of the content security policy and missing files since the console was last asked.
    pub async fn console_errors(&self) -> Vec<String> {
        let mut said = self.console().await;
        // Chromium reports each refused form as if a file were missing, and each request that met a busy desk: the page asks
        // again by itself.
        let is_usual =
            |line: &str| [422, 503].iter().any(|code| line.contains(&format!("responded with a status of {code}")));
        said.retain(|line| line.starts_with("SEVERE") && !is_usual(line));
        said
    }

    /// What a failed journey leaves for whoever looks into it.
    pub async fn leave_evidence(&self, name: &str) {
        let folder = pictures();
        // The browser itself may be what failed.
        let _ = self.driver.screenshot(&folder.join(format!("{name}.png"))).await;
        let source = self.driver.source().await.unwrap_or_default();
        let _ = std::fs::write(folder.join(format!("{name}.html")), source);
        let path = self.driver.current_url().await.map(String::from).unwrap_or_default();
        eprintln!("at {path}; see target/screenshots/{name}.png; console: {:#?}", self.console().await);
    }

    pub async fn quit(self) {
        let _ = self.driver.quit().await;
    }

    async fn all(&self, css: &str) -> Vec<WebElement> {
        // Between two pages there may be no document to ask.
        self.driver.find_all(By::Css(css)).await.unwrap_or_default()
    }

    async fn pause(&self, since: Instant, what: impl FnOnce() -> String) {
        if since.elapsed() > PATIENCE {
            panic!("waited {} s at {} for {}", PATIENCE.as_secs(), self.path().await, what());
        }
        tokio::time::sleep(Duration::from_millis(40)).await;
    }
}

fn capabilities(look: Look) -> WebDriverResult<thirtyfour::ChromeCapabilities> {
    let mut chrome = DesiredCapabilities::chrome();
    // Where chromedriver would not look; elsewhere it finds the browser itself.
    if Path::new("/usr/bin/chromium").exists() {
        chrome.set_binary("/usr/bin/chromium")?;
    }
    let (width, height) = look.size;
    for argument in [
        "--headless=new",
        // Chromium has no sandbox as root and in most containers; it only opens pages of this test.
        "--no-sandbox",
        "--disable-gpu",
        "--disable-dev-shm-usage",
        "--disable-quic",
        "--no-first-run",
        "--disable-background-networking",
        "--disable-component-update",
        "--disable-sync",
        "--hide-scrollbars",
        &format!("--window-size={width},{height}"),
        &format!("--lang={}", look.language),
    ] {
        chrome.add_arg(argument)?;
    }
    let mut preferences = json!({
        "intl.accept_languages": look.language,
        "credentials_enable_service": false,
        "profile.password_manager_leak_detection": false,
    });
    if look.scripts == Scripts::Off {
        preferences["profile.managed_default_content_settings.javascript"] = json!(2);
    }
    chrome.add_experimental_option("prefs", preferences)?;
    chrome.set_browser_log_level(LoggingPrefsLogLevel::All)?;
    Ok(chrome)
}
