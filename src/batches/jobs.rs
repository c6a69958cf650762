//! The job of a batch: some customers a step.

use super::actions;
use super::model::Step;
use crate::error::Result;
use crate::jobs::{Ctx, Job};

impl Job for Step {
    const NAME: &'static str = "batch.step";

    async fn run(self, ctx: &Ctx) -> Result<()> {
        ctx.db.write(move |tx| actions::step(tx, self)).await
    }
}
