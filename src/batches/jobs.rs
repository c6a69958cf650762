//! The job of a batch: some customers a step.

use super::actions;
use super::model::Step;
use crate::customers::Addressing;
use crate::db::Tx;
use crate::error::Result;
use crate::jobs::{Ctx, Job};

impl Job for Step {
    const NAME: &'static str = "batch.step";

    async fn run(self, ctx: &Ctx) -> Result<()> {
        let addressing = Addressing::new(&ctx.config, &ctx.secrets);
        ctx.db.write(move |tx| actions::step(tx, self, &addressing)).await
    }

    fn died(self, tx: &mut Tx) -> Result<bool> {
        actions::broke(tx, self.batch).map(|()| true)
    }
}
