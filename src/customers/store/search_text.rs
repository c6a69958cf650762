//! What a customer is found by: one column that search compares.

use diesel::prelude::*;

use crate::channels::ChannelKind;
use crate::db::Tx;
use crate::db::schema::{channel_accounts as accounts, channels, customers};
use crate::db::sql::Limited;
use crate::db::types::CustomerId;
use crate::error::Result;
use crate::text;

/// What a customer is found by.
pub struct FoundBy<'a> {
    pub id: CustomerId,
    pub name_folded: &'a str,
    pub real_name: &'a str,
    pub phone_digits: Option<&'a str>,
    pub email_folded: Option<&'a str>,
    pub external_id: Option<&'a str>,
    /// Username and address in each channel.
    pub accounts: &'a [(&'a str, &'a str, ChannelKind)],
}

/// The text that search compares: one thing a line, each once.
pub fn search_text(by: &FoundBy) -> String {
    let mut lines = vec![by.name_folded.to_owned(), text::fold(by.real_name)];
    lines.extend([by.phone_digits, by.email_folded].into_iter().flatten().map(str::to_owned));
    lines.extend(by.external_id.map(text::fold));
    for (username, address, kind) in by.accounts {
        lines.push(text::fold(username));
        // The address of a web-chat visitor is a random number of ours: nobody searches it, and it would match by chance.
        if *kind != ChannelKind::WebChat {
            lines.push(text::fold(address));
        }
    }
    lines.push(by.id.to_string());
    let mut kept: Vec<&str> = Vec::with_capacity(lines.len());
    for line in &lines {
        if !line.is_empty() && !kept.contains(&line.as_str()) {
            kept.push(line);
        }
    }
    kept.join("\n")
}

/// Makes anew what the customer can be found by.
pub fn refresh_search_text(tx: &mut Tx, id: CustomerId) -> Result<()> {
    type Row = (String, String, Option<String>, Option<String>, Option<String>);
    let (name, real_name, phone, email, external): Row = customers::table
        .find(id)
        .select((
            customers::name_folded,
            customers::real_name,
            customers::phone_digits,
            customers::email_folded,
            customers::external_id,
        ))
        .one(tx)?;
    let known: Vec<(String, String, ChannelKind)> = accounts::table
        .inner_join(channels::table)
        .filter(accounts::customer_id.eq(id))
        .order(accounts::id)
        .select((accounts::username, accounts::address, channels::kind))
        .load(&mut **tx)?;
    let accounts: Vec<_> = known.iter().map(|(name, address, kind)| (name.as_str(), address.as_str(), *kind)).collect();
    let text = search_text(&FoundBy {
        id,
        name_folded: &name,
        real_name: &real_name,
        phone_digits: phone.as_deref(),
        email_folded: email.as_deref(),
        external_id: external.as_deref(),
        accounts: &accounts,
    });
    diesel::update(customers::table.find(id)).set(customers::search_text.eq(text)).execute(&mut **tx)?;
    Ok(())
}
