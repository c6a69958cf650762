//! The rest of what somebody leaves, in the background.

use serde::{Deserialize, Serialize};

use super::departure;
use crate::db::types::StaffId;
use crate::error::Result;
use crate::jobs::{Ctx, Job};

/// Hands over whatever is left.
#[derive(Clone, Copy, Debug, Serialize, Deserialize)]
pub struct HandOver {
    pub(super) from: StaffId,
    pub(super) to: Option<StaffId>,
}

impl Job for HandOver {
    const NAME: &'static str = "staff.hand_over";

    async fn run(self, ctx: &Ctx) -> Result<()> {
        while ctx.db.write(move |tx| departure::some(tx, self)).await? {}
        Ok(())
    }
}
