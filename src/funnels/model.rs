//! Funnels and blocks as they are and as they are typed.

use std::sync::Arc;

use diesel::prelude::*;
use serde::Deserialize;

use crate::db::schema::{funnel_blocks, funnel_entries};
use crate::db::types::{ChannelId, CustomerId, FunnelBlockId, FunnelId, UtcTime};
use crate::error::Said;
use crate::quick_replies;
use crate::text_enum;
use crate::web::forms::Errors;

/// The longest name of a funnel or a block, in characters: it must fit on a chip.
pub const NAME: usize = 60;
/// The longest text of a block, in characters: every messenger takes it, with a name in it.
pub const TEXT: usize = 2_000;

text_enum!(
    /// Where a funnel begins with new customers.
    Starts {
        Nowhere = "nowhere",
        Everywhere = "everywhere",
        /// In the channels that it names.
        Chosen = "chosen",
    }
);

impl Starts {
    /// The id of its name in `locales/`.
    pub fn name_key(&self) -> &'static str {
        match self {
            Starts::Nowhere => "funnel-starts-nowhere",
            Starts::Everywhere => "funnel-starts-everywhere",
            Starts::Chosen => "funnel-starts-chosen",
        }
    }
}

/// One of the bot's flows.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Funnel {
    pub id: FunnelId,
    pub name: String,
    pub enabled: bool,
    pub starts: Starts,
    /// Those of [`Starts::Chosen`].
    pub channels: Vec<ChannelId>,
    /// In their order.
    pub blocks: Vec<FunnelBlock>,
}

impl Funnel {
    pub fn block(&self, id: FunnelBlockId) -> Option<&FunnelBlock> {
        self.blocks.iter().find(|block| block.id == id)
    }

    /// What people call a block of it.
    pub fn path(&self, block: &FunnelBlock) -> String {
        format!("{} / {}", self.name, block.name)
    }
}

/// A customer's one place in a flow.
#[derive(Clone, Debug, PartialEq, Eq, Queryable, QueryableByName, Selectable)]
#[diesel(table_name = funnel_blocks)]
pub struct FunnelBlock {
    pub id: FunnelBlockId,
    pub funnel_id: FunnelId,
    pub name: String,
    /// What the bot says to whoever enters; empty: nothing.
    pub text: String,
    /// Where the customer's next message leads.
    pub next_id: Option<FunnelBlockId>,
}

impl FunnelBlock {
    /// What the bot says to somebody of this name.
    pub fn said_to(&self, customer: &str) -> String {
        quick_replies::filled(&self.text, &[("name", customer)])
    }
}

/// What people call a block: Welcome / Greeting. `None`: it is not there any more.
pub fn path(all: &[Arc<Funnel>], id: FunnelBlockId) -> Option<String> {
    all.iter().find_map(|funnel| Some(funnel.path(funnel.block(id)?)))
}

/// Where a customer is, and where they may be.
#[derive(Clone, Debug)]
pub struct Place {
    pub block: Option<FunnelBlockId>,
    /// Those that have blocks.
    pub funnels: Vec<Arc<Funnel>>,
}

impl Place {
    pub fn is_at(&self, block: &FunnelBlock) -> bool {
        self.block == Some(block.id)
    }
}

/// A customer came into a block.
#[derive(Clone, Debug, PartialEq, Eq, Queryable, Selectable)]
#[diesel(table_name = funnel_entries)]
pub struct Entry {
    pub customer_id: CustomerId,
    pub block_id: FunnelBlockId,
    pub entered_at: UtcTime,
}

/// The form of a funnel, as it came.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct FunnelTyped {
    pub name: String,
    pub enabled: bool,
    pub starts: String,
    pub channels: Vec<ChannelId>,
}

/// The same, checked.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NewFunnel {
    pub name: String,
    pub enabled: bool,
    pub starts: Starts,
    pub channels: Vec<ChannelId>,
}

impl FunnelTyped {
    /// What the form says; of a field that may stand there several times, each.
    pub fn of(pairs: &[(String, String)]) -> Self {
        let all = |name: &'static str| pairs.iter().filter(move |(key, _)| key == name).map(|(_, value)| value);
        let one = |name: &'static str| all(name).next().cloned().unwrap_or_default();
        let mut channels: Vec<ChannelId> = all("channel").filter_map(|id| id.parse().ok()).collect();
        channels.sort_unstable();
        channels.dedup();
        Self { name: one("name"), enabled: one("enabled") == "true", starts: one("starts"), channels }
    }

    /// `there`: the channels that there are.
    pub fn parse(&self, there: &[ChannelId]) -> Result<NewFunnel, Errors> {
        let mut errors = Errors::default();
        let name = name(&mut errors, &self.name);
        let starts = Starts::parse(&self.starts).unwrap_or_else(|| {
            errors.add("starts", "funnel-starts-missing");
            Starts::Nowhere
        });
        let chosen = self.channels.iter().copied().filter(|id| starts == Starts::Chosen && there.contains(id));
        let channels: Vec<ChannelId> = chosen.collect();
        if starts == Starts::Chosen && channels.is_empty() {
            errors.add("starts", "funnel-channels-missing");
        }
        errors.or(NewFunnel { name, enabled: self.enabled, starts, channels })
    }
}

impl From<&Funnel> for FunnelTyped {
    fn from(funnel: &Funnel) -> Self {
        Self {
            name: funnel.name.clone(),
            enabled: funnel.enabled,
            starts: funnel.starts.to_string(),
            channels: funnel.channels.clone(),
        }
    }
}

/// The form of a block, as it came.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(default)]
pub struct BlockTyped {
    pub name: String,
    pub text: String,
    /// Empty: the flow ends here.
    pub next: String,
    pub form_token: String,
}

/// The same, checked.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NewBlock {
    pub name: String,
    pub text: String,
    pub next: Option<FunnelBlockId>,
}

impl BlockTyped {
    /// For a block of this funnel. `own`: the one that is changed, which leads to another one or to none.
    pub fn parse(&self, funnel: &Funnel, own: Option<FunnelBlockId>) -> Result<NewBlock, Errors> {
        let mut errors = Errors::default();
        let name = name(&mut errors, &self.name);
        let text = errors.lines("text", &self.text, TEXT);
        let next = self.next.parse().ok().filter(|id| funnel.block(*id).is_some() && Some(*id) != own);
        if next.is_none() && !self.next.trim().is_empty() {
            errors.add("next", "funnel-next-unknown");
        }
        errors.or(NewBlock { name, text, next })
    }
}

impl From<&FunnelBlock> for BlockTyped {
    fn from(block: &FunnelBlock) -> Self {
        Self {
            name: block.name.clone(),
            text: block.text.clone(),
            next: block.next_id.map(|id| id.to_string()).unwrap_or_default(),
            form_token: String::new(),
        }
    }
}

/// The name of a funnel or a block, which must be there.
pub fn name(errors: &mut Errors, typed: &str) -> String {
    let name = errors.line("name", typed, "funnel-name-missing");
    if name.chars().count() > NAME {
        errors.add("name", Said::from("error-too-long").with("limit", NAME));
    }
    name
}

#[cfg(test)]
mod tests {
    use super::*;

    fn funnel() -> Funnel {
        let block = |id| FunnelBlock {
            id: FunnelBlockId(id),
            funnel_id: FunnelId(1),
            name: format!("B{id}"),
            text: "Hi, {name}! {me}".into(),
            next_id: None,
        };
        Funnel {
            id: FunnelId(1),
            name: "Welcome".into(),
            enabled: true,
            starts: Starts::Nowhere,
            channels: vec![],
            blocks: vec![block(1), block(2)],
        }
    }

    #[test]
    fn a_block_leads_to_another_one_of_its_funnel() {
        let next = |next: &str| BlockTyped { name: "A".into(), next: next.into(), ..BlockTyped::default() };
        let parsed = |typed: &str| next(typed).parse(&funnel(), Some(FunnelBlockId(1)));
        assert_eq!(parsed("2").unwrap().next, Some(FunnelBlockId(2)));
        assert_eq!(parsed(" ").unwrap().next, None);
        for wrong in ["1", "3", "x"] {
            assert!(parsed(wrong).unwrap_err().has("next"), "{wrong}");
        }
    }

    #[test]
    fn a_funnel_of_chosen_channels_names_some() {
        let pairs = |fields: &[(&str, &str)]| {
            FunnelTyped::of(&fields.iter().map(|(k, v)| ((*k).into(), (*v).into())).collect::<Vec<_>>())
        };
        let there = [ChannelId(3), ChannelId(5)];
        let chosen =
            pairs(&[("name", "A"), ("starts", "chosen"), ("channel", "5"), ("channel", "9"), ("enabled", "true")]);
        let parsed = chosen.parse(&there).unwrap();
        assert_eq!((parsed.channels, parsed.enabled), (vec![ChannelId(5)], true));
        let everywhere = pairs(&[("name", "A"), ("starts", "everywhere"), ("channel", "5")]).parse(&there).unwrap();
        assert_eq!((everywhere.channels, everywhere.enabled), (vec![], false));
        assert!(
            pairs(&[("name", "A"), ("starts", "chosen"), ("channel", "9")]).parse(&there).unwrap_err().has("starts")
        );
        assert!(pairs(&[("name", "A")]).parse(&there).unwrap_err().has("starts"));
    }

    #[test]
    fn the_bot_knows_the_customers_name() {
        let funnel = funnel();
        assert_eq!(funnel.blocks[0].said_to("Anna {me}"), "Hi, Anna {me}! {me}");
        assert_eq!(path(&[Arc::new(funnel)], FunnelBlockId(2)).as_deref(), Some("Welcome / B2"));
    }
}
