//! Funnels and their blocks.

use std::collections::HashMap;
use std::fmt::Display;
use std::sync::Arc;

use askama::Template;

use super::moved::Moved;
use super::section_is_region;
use crate::channels::Channel;
use crate::db::types::{ChannelId, FunnelBlockId};
use crate::fields::Step;
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

    fn has_focus(&self, funnel: &Funnel, step: Step, is_first: &bool, is_last: &bool) -> bool {
        Moved::has_focus(self.moved.as_ref(), funnel.id.0, step, is_first, is_last)
    }
}

/// What was typed into the form of a block that did not pass, and into which; every other form shows what is stored.
#[derive(Clone, Debug, Default)]
pub struct TypedBlock {
    /// The id of the form's element; empty if all is well.
    pub form: String,
    pub typed: BlockTyped,
    pub errors: Errors,
}

impl TypedBlock {
    /// The form of a new block.
    pub const NEW: &str = "new-block";

    /// The form of the block with this number.
    pub fn of(id: impl Display) -> String {
        format!("block-{id}")
    }
}

/// One form of a block as it is shown.
struct BlockForm<'a> {
    id: String,
    action: String,
    /// Before the names of its fields.
    prefix: String,
    typed: BlockTyped,
    errors: Option<&'a Errors>,
    is_open: bool,
    /// Where it may lead.
    others: Vec<&'a FunnelBlock>,
}

impl BlockForm<'_> {
    fn error(&self, field: &str, sh: &Shell) -> String {
        self.errors.map(|errors| errors.of(field, sh.lang)).unwrap_or_default()
    }

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
    pub block: TypedBlock,
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

    fn has_focus(&self, block: &FunnelBlock, step: Step, is_first: &bool, is_last: &bool) -> bool {
        Moved::has_focus(self.moved.as_ref(), block.id.0, step, is_first, is_last)
    }

    fn new_form(&self) -> BlockForm<'_> {
        let action = format!("/settings/funnels/{}/blocks", self.funnel.id);
        let stored = BlockTyped { form_token: self.token.clone(), ..BlockTyped::default() };
        self.form(TypedBlock::NEW.into(), action, "new-".into(), stored, None)
    }

    fn form_of(&self, block: &FunnelBlock) -> BlockForm<'_> {
        let action = format!("/settings/funnels/{}/blocks/{}", self.funnel.id, block.id);
        self.form(TypedBlock::of(block.id), action, format!("b{}-", block.id), block.into(), Some(block.id))
    }

    fn form(
        &self,
        id: String,
        action: String,
        prefix: String,
        stored: BlockTyped,
        own: Option<FunnelBlockId>,
    ) -> BlockForm<'_> {
        let is_open = self.block.form == id;
        BlockForm {
            id,
            action,
            prefix,
            typed: if is_open { self.block.typed.clone() } else { stored },
            errors: is_open.then_some(&self.block.errors),
            is_open,
            others: self.funnel.blocks.iter().filter(|block| Some(block.id) != own).collect(),
        }
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
