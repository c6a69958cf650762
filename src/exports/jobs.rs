//! The job of an export.

use super::make;
use super::model::Make;
use crate::error::Result;
use crate::jobs::{Ctx, Job};

impl Job for Make {
    const NAME: &'static str = "export.make";
    /// An export counts its attempts itself, and ends by them: a job that died before would leave it "being made" for ever.
    const TRIES: i32 = i32::MAX;
    const PLACES: usize = 2;

    fn unique_key(&self) -> Option<String> {
        Some(self.export.to_string())
    }

    async fn run(self, ctx: &Ctx) -> Result<()> {
        make::make(ctx, self).await
    }
}
