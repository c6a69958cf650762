//! The job of a run: one message a step.

use super::actions;
use super::model::Step;
use crate::db::Tx;
use crate::error::Result;
use crate::jobs::{Ctx, Job};

impl Job for Step {
    const NAME: &'static str = "resend.step";

    async fn run(self, ctx: &Ctx) -> Result<()> {
        ctx.db.write(move |tx| actions::step(tx, self)).await
    }

    fn died(self, tx: &mut Tx) -> Result<bool> {
        actions::broke(tx, self.resend).map(|()| true)
    }
}
