//! The job of an export.

use super::make;
use super::model::{Make, TRIES};
use crate::error::Result;
use crate::jobs::{Ctx, Job};

impl Job for Make {
    const NAME: &'static str = "export.make";
    const TRIES: i32 = TRIES;

    fn unique_key(&self) -> Option<String> {
        Some(self.export.to_string())
    }

    async fn run(self, ctx: &Ctx) -> Result<()> {
        make::make(ctx, self).await
    }
}
