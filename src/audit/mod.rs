//! Who did what: a row in the transaction of the change itself.

mod store;

use crate::auth::Operator;
use crate::db::Tx;
use crate::db::types::CustomerId;
use crate::error::Result;

/// Records `event` (a short stable word such as "customer.blocked") by the person whose proof is given.
pub fn record(tx: &mut Tx, by: &Operator, event: &str, customer: Option<CustomerId>) -> Result<()> {
    store::insert(tx, Some(by.id()), &by.me().email, event, customer, "{}")
}

/// The same with more to tell, as JSON.
pub fn record_with(
    tx: &mut Tx,
    by: &Operator,
    event: &str,
    customer: Option<CustomerId>,
    detail: &serde_json::Value,
) -> Result<()> {
    store::insert(tx, Some(by.id()), &by.me().email, event, customer, &detail.to_string())
}

/// Records what the program or somebody unknown did: `actor` says who, in a word ("system", "command line", an address).
pub fn record_as(tx: &mut Tx, actor: &str, event: &str, customer: Option<CustomerId>) -> Result<()> {
    store::insert(tx, None, actor, event, customer, "{}")
}
