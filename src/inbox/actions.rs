//! Pinning: what a person arranges for themselves.

use super::store::pins;
use crate::auth::Operator;
use crate::db::Tx;
use crate::db::types::CustomerId;
use crate::error::{Error, Result, Said};
use crate::realtime::Topic;

/// Customers whom one person pins at the most: they stand on the first page, whatever its length.
const MOST: usize = 50;

/// Pins a customer for this person alone, or takes the pin away.
pub fn pin(tx: &mut Tx, by: &Operator, customer: CustomerId, pinned: bool) -> Result<()> {
    if !pinned {
        pins::delete(tx, by.id(), customer)?;
    } else {
        let there = pins::of(tx, by.id())?;
        if !there.contains(&customer) && there.len() >= MOST {
            return Err(Error::Refused(Said::from("refused-pins").with("limit", MOST)));
        }
        pins::insert(tx, by.id(), customer)?;
    }
    tx.publish(Topic::Staff(by.id()));
    Ok(())
}
