//! Pages of the settings. What stands below their tabs is one region: forms change it in place.

pub mod ask;
pub mod channels;
pub mod commands;
pub mod custom_fields;
pub mod funnels;
pub mod moved;
pub mod pipelines;
pub mod profile;
pub mod quick_replies;
pub mod staff;
pub mod tags;
pub mod templates;

use askama::Template;

use super::General;
use crate::jobs::Dead;
use crate::web::forms::Errors;
use crate::web::i18n::Lang;
use crate::web::shell::Shell;

/// The sections of the settings that a person may use: address and the message that names it.
pub fn sections(is_admin: bool) -> &'static [(&'static str, &'static str)] {
    const ALL: &[(&str, &str)] = &[
        ("/settings/profile", "settings-profile"),
        ("/settings/quick-replies", "settings-quick-replies"),
        ("/settings/staff", "settings-staff"),
        ("/settings/channels", "settings-channels"),
        ("/settings/templates", "settings-templates"),
        ("/settings/custom-fields", "settings-custom-fields"),
        ("/settings/customer-tags", "settings-customer-tags"),
        ("/settings/conversation-tags", "settings-conversation-tags"),
        ("/settings/commands", "settings-commands"),
        ("/settings/funnels", "settings-funnels"),
        ("/settings/pipelines", "settings-pipelines"),
        ("/settings/general", "settings-general"),
        ("/settings/audit", "settings-audit"),
    ];
    if is_admin { ALL } else { &ALL[..2] }
}

/// Whether an option is the chosen one: words, hues.
pub fn same<T: PartialEq + ?Sized>(one: &T, other: &T) -> bool {
    one == other
}

/// Whether this language was chosen; nobody has to choose one.
pub fn speaks(chosen: &Option<Lang>, lang: &Lang) -> bool {
    chosen.as_ref() == Some(lang)
}

/// `/settings/general`.
#[derive(Template)]
#[template(path = "settings/general.html", blocks = ["section"])]
pub struct GeneralPage {
    pub sh: Shell,
    pub general: General,
    /// Work that has failed for good.
    pub dead: Vec<Dead>,
    pub errors: Errors,
}

/// The region of every page of the settings: its section.
macro_rules! section_is_region {
    ($($page:ty),+) => {
        $(impl crate::web::page::Regions for $page {
            fn region(&self, id: &str) -> Option<askama::Result<String>> {
                (id == "section").then(|| self.as_section().render())
            }
        })+
    };
}
use section_is_region;

section_is_region!(GeneralPage);
