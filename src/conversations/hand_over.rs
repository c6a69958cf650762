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

impl HandOver {
    /// Under which an order waits: of one person the last one counts.
    pub(super) fn key(from: StaffId) -> String {
        from.to_string()
    }
}

impl Job for HandOver {
    const NAME: &'static str = "staff.hand_over";

    fn unique_key(&self) -> Option<String> {
        Some(Self::key(self.from))
    }

    async fn run(self, ctx: &Ctx) -> Result<()> {
        while ctx.db.write(move |tx| departure::go_on(tx, self)).await? {}
        Ok(())
    }
}
