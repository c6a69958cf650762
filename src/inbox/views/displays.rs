//! What a person's inbox shows, to be chosen.

use std::sync::Arc;

use askama::Template;

use crate::fields::CustomField;
use crate::inbox::model::display::{Display, Hideable, Part};
use crate::web::page::Regions;
use crate::web::shell::Shell;

/// Of what it is chosen.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Which {
    Card,
    Chat,
}

/// The form of what an inbox shows.
pub struct DisplayForm {
    pub which: Which,
    pub display: Arc<Display>,
    /// Custom fields that profiles show.
    pub fields: Vec<Arc<CustomField>>,
    /// Where the form leads.
    pub back: String,
}

impl DisplayForm {
    fn title_key(&self) -> &'static str {
        match self.which {
            Which::Card => "display-card",
            Which::Chat => "display-chat",
        }
    }

    fn action(&self) -> &'static str {
        match self.which {
            Which::Card => "/inbox/preview",
            Which::Chat => "/inbox/display",
        }
    }

    fn has_field(&self, field: &CustomField) -> bool {
        self.display.fields.contains(&field.id)
    }
}

/// `/inbox/preview` and `/inbox/display`.
#[derive(Template)]
#[template(path = "inbox/display.html")]
pub struct DisplayPage {
    pub sh: Shell,
    pub form: DisplayForm,
}

/// The form over the inbox.
#[derive(Template)]
#[template(path = "inbox/display_dialog.html")]
struct Dialog<'a> {
    sh: &'a Shell,
    form: &'a DisplayForm,
}

impl Regions for DisplayPage {
    fn region(&self, id: &str) -> Option<askama::Result<String>> {
        (id == "display-dialog").then(|| Dialog { sh: &self.sh, form: &self.form }.render())
    }
}
