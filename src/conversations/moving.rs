//! A customer goes by another address in a channel: a new telephone number, for example.

use super::actions::tell;
use super::store;
use crate::customers;
use crate::db::Tx;
use crate::db::types::ChannelId;
use crate::error::Result;
use crate::messages::Event;

/// Takes over a new address, unless somebody else has it, and says so to staff. Somebody whom nobody knows has nothing
/// to move.
pub fn moved(tx: &mut Tx, channel: ChannelId, from: &str, to: &str, phone_region: &str) -> Result<()> {
    let Some(account) = customers::store::find_account_by_address(tx, channel, from)? else { return Ok(()) };
    let moved = customers::store::find_account_by_address(tx, channel, to)?.is_none();
    if moved {
        customers::store::set_address(tx, &account, to, phone_region)?;
    }
    let open = store::open_of_account(tx, account.customer_id, account.id)?;
    let event = Event::AddressChanged { from: from.to_owned(), to: to.to_owned(), moved };
    tell(tx, account.customer_id, open, channel, event)?;
    Ok(())
}
