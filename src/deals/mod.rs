//! The built-in CRM: pipelines of stages, and customers' deals on them.
//!
//! - A customer may have several deals, each on one stage. They go with their customer.
//! - A stage is open, or one of the two ends: won, lost. That is for people to read; nothing here goes by it.
//! - A pipeline has one currency, in which its deals' amounts are. Another one changes no amount.
//! - Two may change one deal at one moment: who has not seen what the other did is asked, as with the fields of a customer.
//! - A pipeline or a stage that has deals is not deleted.
//! - Here stands no scope: who asks for a customer's deals has found the customer.

mod actions;
mod model;
mod store;

pub use actions::{
    By, add, add_once, add_pipeline, add_stage, delete, delete_pipeline, delete_stage, edit, edit_pipeline, edit_stage,
    move_pipeline, move_stage, move_to, stands_where_seen,
};
pub use model::{
    AMOUNT, CURRENCY, Deal, DealStage, DealTyped, NAME, NewDeal, NewPipeline, NewStage, Pipeline, PipelineTyped,
    Placed, StageKind, StageTyped, path, placed,
};
pub use store::{all, deals_in, find, find_deal, of_customer};

use crate::db::Conn;
use crate::db::types::CustomerId;
use crate::error::Result;

/// What a customer has, each on its stage. `None`: there are no pipelines, and so no deals.
pub fn shown(conn: &mut Conn, customer: CustomerId) -> Result<Option<Vec<Placed>>> {
    let pipelines = all(conn)?;
    if pipelines.is_empty() {
        return Ok(None);
    }
    Ok(Some(placed(of_customer(conn, customer)?, &pipelines)))
}
