//! What an app says of its customers.

use super::model::Person;
use crate::conversations::{self, Inbound, Sender};
use crate::customers::{self, Claim, ClaimKind, Told};
use crate::db::Tx;
use crate::error::{Error, Result};
use crate::portal;
use crate::realtime::Topic;
use crate::text;
use crate::web::forms::Errors;

/// The e-mail and phone that were sent, as they are kept. They have been checked.
pub fn contact_of(person: &Person) -> [Option<String>; 2] {
    let mut checked = Errors::default();
    let of = |value: &Option<String>| value.clone().unwrap_or_default();
    [checked.email("email", &of(&person.email)), checked.phone("phone", &of(&person.phone))]
}

/// Makes the customer or brings them up to date, and gives what the app has said of them by now. Only what the app has `verified`
/// becomes the record's: whoever writes from an address that the record has joins it.
pub fn store_person(
    tx: &mut Tx,
    inbound: &Inbound,
    [email, phone]: &[Option<String>; 2],
    verified: bool,
) -> Result<Told> {
    let (email, phone, region) = (email.as_deref(), phone.as_deref(), &inbound.addressing.phone_region);
    let (channel, address) = (inbound.channel, &inbound.sender.address);
    let before = customers::store::told_of(tx, channel, address)?;
    let named = keep_name(tx, inbound)?;
    let who = conversations::identify(tx, &named)?;
    if verified {
        if let Some(before) = &before {
            customers::store::forget_told(tx, who.customer, before, email, phone, region)?;
        }
        customers::store::fill_contact(tx, who.customer, email, phone, region)?;
    }
    customers::store::note_told(tx, who.account, email, phone)?;
    tx.publish(Topic::Customer(who.customer));
    customers::store::told_of(tx, channel, address)?.ok_or(Error::NotFound)
}

/// Who speaks, as the app says. It is the company's own and vouches for its IDs. For an e-mail and a phone it has to say so:
/// apps pass on what their users type, and nobody gets into another person's record by typing their address.
pub fn sender(errors: &mut Errors, external_id: &str, person: &Person) -> Sender {
    if external_id.is_empty() || external_id.chars().count() > 200 || text::clean(external_id) != external_id {
        errors.add("external_id", "api-external-id");
    }
    let of = |value: &Option<String>| value.clone().unwrap_or_default();
    let known = Sender {
        address: external_id.to_owned(),
        external_id: Some(external_id.to_owned()),
        display_name: errors.optional_line("name", &of(&person.name)),
        ..Sender::default()
    };
    let (email, phone) = (errors.email("email", &of(&person.email)), errors.phone("phone", &of(&person.phone)));
    if person.verified {
        return Sender { email, phone, ..known };
    }
    let claim = |kind, value: Option<String>| value.map(|value| Claim { kind, value });
    let claims = [claim(ClaimKind::Email, email), claim(ClaimKind::Phone, phone)];
    Sender { claims: claims.into_iter().flatten().collect(), ..known }
}

/// A message without a name leaves the account's name as it is.
pub fn keep_name(tx: &mut Tx, inbound: &Inbound) -> Result<Inbound> {
    let mut inbound = inbound.clone();
    if inbound.sender.display_name.is_empty()
        && let Some(seat) = portal::seat_of(tx, inbound.channel, &inbound.sender.address)?
    {
        inbound.sender.display_name = seat.display_name;
    }
    Ok(inbound)
}
