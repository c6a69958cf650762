//! What the customers' stories are told with.

use super::dialogues::Tongue;
use super::fill::Contents;
use crate::channels::ChannelKind;
use crate::db::types::{
    AccountId, ChannelId, CompanyId, ConversationTagId, CustomerId, CustomerListId, CustomerTagId, DealStageId,
    FunnelBlockId, StaffId, UtcTime,
};
use crate::error::{Error, Result};

/// The business around them.
pub struct Stage<'a> {
    pub now: UtcTime,
    pub staff: Vec<StaffId>,
    pub channels: Vec<(ChannelId, ChannelKind)>,
    pub companies: Vec<CompanyId>,
    pub tags: Vec<CustomerTagId>,
    /// Each with every how manieth customer is on it.
    pub lists: Vec<(CustomerListId, usize)>,
    pub subjects: Vec<ConversationTagId>,
    pub blocks: Vec<FunnelBlockId>,
    pub deal_stages: Vec<DealStageId>,
    pub contents: &'a Contents,
}

/// A customer with what their conversations need of them.
#[derive(Clone, Copy)]
pub struct Hero {
    pub number: usize,
    pub id: CustomerId,
    pub account: AccountId,
    pub channel: (ChannelId, ChannelKind),
    pub tongue: Tongue,
    pub operator: usize,
    pub responsible: Option<StaffId>,
}

/// The entry at a place of a list that goes round.
pub fn pick<T: Copy>(list: &[T], at: usize) -> Result<T> {
    list.get(at % list.len().max(1)).copied().ok_or_else(|| Error::Internal("the demo lacks a part".into()))
}
