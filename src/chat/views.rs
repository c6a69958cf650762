//! The panel's page, and the sample site.

use askama::Template;

use crate::web::assets;
use crate::web::i18n::Lang;
use crate::web::page::Regions;

/// `/chat/{key}/frame`: an empty panel with every word that its script may say.
#[derive(Template)]
#[template(path = "chat/frame.html")]
pub struct Frame {
    pub lang: Lang,
    /// `light`, `dark` or empty: as the device says.
    pub theme: &'static str,
    pub key: String,
    pub title: String,
    /// `#rrggbb`.
    pub accent: String,
    /// Sites that may talk to the panel, one after the other; empty: any.
    pub origins: String,
}

impl Regions for Frame {}

impl Frame {
    pub fn t(&self, key: &str) -> std::rc::Rc<str> {
        self.lang.t(key)
    }

    /// "4 of 5".
    pub fn star(&self, n: &i32) -> String {
        self.lang.t("chat-rate-star").replace("{n}", &n.to_string())
    }

    /// "{n} KB", of a key that names a unit.
    pub fn size(&self, key: &str) -> String {
        self.lang.with(key, "number", "{n}")
    }

    pub fn asset(&self, name: &str) -> &'static str {
        assets::url(name)
    }
}

/// `/demo`: a small shop with the widget on it.
#[derive(Template)]
#[template(path = "chat/demo.html")]
pub struct Demo {
    /// The channel whose widget it shows.
    pub key: Option<String>,
    pub css: &'static str,
    pub icon: &'static str,
}

impl Regions for Demo {}
