//! The few rows that stand before the load: staff, channels, companies, tags, a funnel, a pipeline.

use super::{Size, Stage, company, names, person};
use crate::auth::Role;
use crate::channels::ChannelKind;
use crate::db::Tx;
use crate::db::types::ConversationTagId;
use crate::demo::{self, people, store};
use crate::error::Result;
use crate::files::StoredFile;

/// Their tables, emptied before a load.
pub const TABLES: &[&str] = &[
    "staff",
    "channels",
    "companies",
    "customer_tags",
    "conversation_tags",
    "funnel_channels",
    "funnel_blocks",
    "funnels",
    "deal_stages",
    "pipelines",
];

/// Operators beyond those of the small demo.
const MORE_OPERATORS: u64 = 34;

/// Writes them. `hash` is that of everybody's password, `sealed` a secret for the channels.
pub fn set(tx: &mut Tx, size: &Size, hash: &str, sealed: &str, files: [&StoredFile; 2]) -> Result<Stage> {
    let mut staff = vec![];
    for (email, name, role) in people::STAFF {
        let presence = if *role == Role::Operator { "online" } else { "offline" };
        staff.push((store::staff(tx, email, name, *role, hash, presence)?, (*name).to_owned()));
    }
    for number in 0..MORE_OPERATORS.min(size.customers / 1000) {
        let (email, name) = (format!("operator{}@demo.example", number + 5), person::staff_name(size.seed, number));
        staff.push((store::staff(tx, &email, &name, Role::Operator, hash, "offline")?, name));
    }
    let mut channels = vec![];
    for kind in person::KINDS {
        // Those that need a provider's account are not connected.
        let is_open = matches!(kind, ChannelKind::WebChat | ChannelKind::App);
        let key = match kind {
            ChannelKind::WebChat => demo::WEB_CHAT_KEY.to_owned(),
            kind => format!("{}-{}", demo::WEB_CHAT_KEY, kind.as_str()),
        };
        let name = if kind == ChannelKind::WebChat { "northwind.example" } else { "Northwind" };
        channels.push(store::channel(tx, kind, name, &key, is_open, is_open.then_some(sealed))?);
    }
    let count = usize::try_from((size.customers / 400).clamp(1, 2_000)).unwrap_or(1);
    let companies = (0..count).map(|place| store::company(tx, &company(place), "")).collect::<Result<_>>()?;
    let mut tags = vec![];
    for (name, hue) in names::TAGS.iter().zip((1..=8).cycle()) {
        tags.push(store::customer_tag(tx, name, hue)?);
    }
    let mut subjects: Vec<ConversationTagId> = vec![];
    for (name, above) in people::SUBJECTS {
        let parent = above.and_then(|place| subjects.get(place).copied());
        subjects.push(store::subject(tx, name, parent)?);
    }
    let blocks = store::funnel(tx, people::FUNNEL, people::BLOCKS)?;
    let deal_stages = store::pipeline(tx, people::PIPELINE, people::DEAL_STAGES)?;
    let [picture, invoice] = files.map(|file| (file.file_id, file.name.clone()));
    Ok(Stage {
        staff,
        operators: people::OPERATORS.start,
        channels,
        companies,
        tags,
        subjects,
        blocks,
        deal_stages,
        picture,
        invoice,
    })
}
