//! Funnels and their blocks.

use std::collections::HashMap;
use std::sync::Arc;

use askama::Template;

use super::moved::{Focus, Moved};
use super::part::{PartForm, TypedPart, form_of};
use super::section_is_region;
use crate::channels::Channel;
use crate::db::types::{ChannelId, FunnelBlockId};
use crate::funnels::{BlockTyped, Funnel, FunnelBlock, FunnelTyped, NAME, Starts, TEXT};
use crate::web::forms::Errors;
use crate::web::shell::Shell;

/// `/settings/funnels`.
#[derive(Template)]
#[template(path = "settings/funnels.html", blocks = ["section"])]
pub struct FunnelsPage {
    pub sh: Shell,
    pub all: Vec<Arc<Funnel>>,
    /// The name of a new one that did not pass.
    pub typed: String,
    pub errors: Errors,
    pub moved: Option<Moved>,
    pub token: String,
}

impl FunnelsPage {
    fn blocks(&self, funnel: &Funnel) -> i64 {
        i64::try_from(funnel.blocks.len()).unwrap_or(i64::MAX)
    }

    fn focus(&self, funnel: &Funnel, is_first: &bool, is_last: &bool) -> Focus {
        Moved::focus(self.moved.as_ref(), funnel.id, is_first, is_last)
    }
}

/// The form of a new block.
pub const NEW: &str = "new-block";
/// Before the number of the block of a form.
pub const BLOCK: &str = "block";

type BlockForm<'a> = PartForm<'a, BlockTyped>;

impl BlockForm<'_> {
    fn leads_to(&self, block: &FunnelBlock) -> bool {
        self.typed.next.parse() == Ok(block.id)
    }
}

/// `/settings/funnels/{id}`.
#[derive(Template)]
#[template(path = "settings/funnel.html", blocks = ["section"])]
pub struct FunnelPage {
    pub sh: Shell,
    pub funnel: Arc<Funnel>,
    pub channels: Vec<Channel>,
    pub typed: FunnelTyped,
    pub errors: Errors,
    pub block: TypedPart<BlockTyped>,
    /// How many customers are in each block.
    pub counts: HashMap<FunnelBlockId, i64>,
    pub moved: Option<Moved>,
    pub token: String,
}

impl FunnelPage {
    fn count(&self, block: &FunnelBlock) -> i64 {
        self.counts.get(&block.id).copied().unwrap_or(0)
    }

    fn is_start(&self, starts: &Starts) -> bool {
        self.typed.starts == starts.as_str()
    }

    fn is_chosen(&self, id: &ChannelId) -> bool {
        self.typed.channels.contains(id)
    }

    /// The channels that the bot talks in, and those that are chosen.
    fn offered(&self) -> Vec<&Channel> {
        let fits =
            |channel: &&Channel| channel.kind != crate::channels::ChannelKind::Email || self.is_chosen(&channel.id);
        self.channels.iter().filter(fits).collect()
    }

    fn next_of(&self, block: &FunnelBlock) -> String {
        let next = block.next_id.and_then(|id| self.funnel.block(id));
        next.map(|next| self.sh.ta("funnel-next-is", "name", &next.name)).unwrap_or_default()
    }

    fn focus(&self, block: &FunnelBlock, is_first: &bool, is_last: &bool) -> Focus {
        Moved::focus(self.moved.as_ref(), block.id, is_first, is_last)
    }

    fn new_form(&self) -> BlockForm<'_> {
        let action = format!("/settings/funnels/{}/blocks", self.funnel.id);
        let stored = BlockTyped { form_token: self.token.clone(), ..BlockTyped::default() };
        self.block.shown(NEW.into(), action, "new-".into(), stored)
    }

    fn form_of(&self, block: &FunnelBlock) -> BlockForm<'_> {
        let action = format!("/settings/funnels/{}/blocks/{}", self.funnel.id, block.id);
        self.block.shown(form_of(BLOCK, block.id), action, format!("b{}-", block.id), block.into())
    }

    /// Where the block of a form may lead: not to itself.
    fn others(&self, form: &BlockForm) -> Vec<&FunnelBlock> {
        self.funnel.blocks.iter().filter(|block| form_of(BLOCK, block.id) != form.id).collect()
    }
}

/// Asks before a funnel or a block goes: what goes with it is said first.
#[derive(Template)]
#[template(path = "settings/funnel_delete.html", blocks = ["section"])]
pub struct FunnelDeletePage {
    pub sh: Shell,
    pub name: String,
    /// `None`: the whole funnel.
    pub customers: Option<i64>,
    pub back: String,
    pub action: String,
}

impl FunnelDeletePage {
    fn count(&self) -> i64 {
        self.customers.unwrap_or(0)
    }
}

section_is_region!(FunnelsPage, FunnelPage, FunnelDeletePage);
