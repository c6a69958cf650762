//! Pages of the settings. What stands below their tabs is one region: forms change it in place.

pub mod api_tokens;
pub mod ask;
pub mod channels;
pub mod commands;
pub mod custom_fields;
pub mod funnels;
pub mod moved;
pub mod part;
pub mod pipelines;
pub mod profile;
pub mod quick_replies;
pub mod rules;
pub mod staff;
pub mod tags;
pub mod templates;

use askama::Template;

use super::General;
use crate::jobs::Dead;
use crate::web::forms::Errors;
use crate::web::i18n::Lang;
use crate::web::shell::Shell;

/// Sections of the settings that belong together.
pub struct Group {
    /// The message that names them.
    pub name: &'static str,
    /// The address of each, and the message that names it.
    pub sections: &'static [(&'static str, &'static str)],
}

/// The sections that a person may use.
pub fn groups(is_admin: bool) -> &'static [Group] {
    const ALL: &[Group] = &[
        Group {
            name: "settings-own",
            sections: &[
                ("/settings/profile", "settings-profile"),
                ("/settings/quick-replies", "settings-quick-replies"),
            ],
        },
        Group {
            name: "nav-conversations",
            sections: &[
                ("/settings/channels", "settings-channels"),
                ("/settings/rules", "settings-rules"),
                ("/settings/conversation-tags", "settings-conversation-tags"),
                ("/settings/templates", "settings-templates"),
                ("/settings/commands", "settings-commands"),
                ("/settings/funnels", "settings-funnels"),
            ],
        },
        Group {
            name: "nav-customers",
            sections: &[
                ("/settings/custom-fields", "settings-custom-fields"),
                ("/settings/customer-tags", "settings-customer-tags"),
                ("/lists", "nav-lists"),
                ("/settings/pipelines", "settings-pipelines"),
            ],
        },
        Group {
            name: "settings-desk",
            sections: &[
                ("/settings/staff", "settings-staff"),
                ("/settings/general", "settings-general"),
                ("/settings/api-tokens", "tokens-title"),
                ("/settings/audit", "settings-audit"),
            ],
        },
    ];
    if is_admin { ALL } else { &ALL[..1] }
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
    /// What it was opened over.
    pub version: String,
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
