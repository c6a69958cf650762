//! Where a refusal to write first leads: to what is open with the customer, or to the customer.

use super::customer_url;
use super::recipient::Recipient;
use crate::auth::Operator;
use crate::conversations;
use crate::customers::Customer;
use crate::customers::views::WayOn;
use crate::db::Conn;
use crate::error::{Result, Said};

/// Whether a refusal is because of who the customer is, or what is open with them.
pub fn is_about_customer(said: &Said) -> bool {
    matches!(said.key, "refused-active" | "refused-blocked" | "refused-customer-not-yours" | "refused-unsubscribed")
}

/// The open conversation: one's own to go on in, a colleague's to look at.
pub fn of_active(conn: &mut Conn, by: &Operator, customer: &Customer) -> Result<Option<WayOn>> {
    let active = conversations::store::of_customer::active(conn, customer, by.id())?;
    Ok(active.map(|(id, who)| {
        if who == Some(by.id()) {
            (format!("/inbox/{}?at={id}", customer.id), "customers-go-to-conversation")
        } else {
            (format!("/conversations/{id}"), "customers-see-conversation")
        }
    }))
}

/// Whoever is known under the address that was typed, and the way to what is open with them, else to their profile.
pub fn of_known(conn: &mut Conn, by: &Operator, to: &Recipient, sender: &str) -> Result<Option<(Customer, WayOn)>> {
    let Some(customer) = to.known(conn, by, sender)? else { return Ok(None) };
    let way = of_active(conn, by, &customer)?.unwrap_or((customer_url(customer.id), "search-profile"));
    Ok(Some((customer, way)))
}
