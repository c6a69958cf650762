//! What each person's inbox shows, and what cards need for it beyond a customer's own row.

use std::collections::HashMap;
use std::sync::Arc;

use diesel::prelude::*;

use crate::customers;
use crate::db::schema::{customers as people, inbox_displays as displays};
use crate::db::sql::{Limited, Sql, among};
use crate::db::types::{CustomerId, StaffId};
use crate::db::{Conn, Tx, kept};
use crate::error::Result;
use crate::fields;
use crate::inbox::model::display::{Display, Part};
use crate::tags::CustomerTag;

/// What this person's inbox shows. Kept: no page of the inbox is without it, and it hardly changes.
pub fn of(conn: &mut Conn, me: StaffId) -> Result<Arc<Display>> {
    kept::settled(format!("inbox display of {me}"), || {
        let row: Option<(String, String)> =
            displays::table.find(me).select((displays::card, displays::hidden)).one(conn).optional()?;
        Ok(row.map_or_else(Display::default, |(card, hidden)| Display::stored(&card, &hidden)))
    })
}

pub fn put(tx: &mut Tx, me: StaffId, display: &Display) -> Result<()> {
    let row = Sql::new(
        "INSERT INTO inbox_displays (staff_id, card, hidden) VALUES ($1, $2, $3) \
         ON CONFLICT (staff_id) DO UPDATE SET card = excluded.card, hidden = excluded.hidden",
    );
    row.bind(me.0).bind(display.card()).bind(display.hidden()).execute(&mut **tx)?;
    Ok(())
}

/// What stands on cards beyond the default, by customer.
#[derive(Default)]
pub struct More {
    pub tags: HashMap<CustomerId, Vec<Arc<CustomerTag>>>,
    contacts: HashMap<CustomerId, (Option<String>, Option<String>)>,
    /// Names of custom fields, in their order, and what customers have under them.
    names: Vec<String>,
    values: HashMap<CustomerId, Vec<fields::Variable>>,
}

impl More {
    /// Reads what is shown and nothing else: a query for each sort of it, whatever the number of cards.
    pub fn of(conn: &mut Conn, display: &Display, ids: &[CustomerId]) -> Result<Self> {
        let mut more = Self::default();
        if ids.is_empty() {
            return Ok(more);
        }
        if display.shows(Part::Tags) {
            more.tags = customers::store::tags_of(conn, ids)?;
        }
        if display.shows(Part::Phone) || display.shows(Part::Email) {
            let rows: Vec<(CustomerId, Option<String>, Option<String>)> = people::table
                .filter(among(conn, people::id, ids.iter().copied()))
                .select((people::id, people::phone, people::email))
                .load(conn)?;
            let shown = |part, contact: Option<String>| contact.filter(|_| display.shows(part));
            let contact = |(id, phone, email)| (id, (shown(Part::Phone, phone), shown(Part::Email, email)));
            more.contacts = rows.into_iter().map(contact).collect();
        }
        if !display.fields.is_empty() {
            let shown = fields::declared(conn)?.into_iter().filter(|f| f.is_shown && display.fields.contains(&f.id));
            more.names = shown.map(|field| field.name.clone()).collect();
            more.values = fields::values_under(conn, ids, &more.names)?;
        }
        Ok(more)
    }

    /// Phone, e-mail and custom fields of a customer that have a value, each with its name; contacts need none.
    pub fn facts(&mut self, id: CustomerId) -> Vec<(String, String)> {
        let (phone, email) = self.contacts.remove(&id).unwrap_or_default();
        let contacts = [phone, email].into_iter().flatten().map(|value| (String::new(), value));
        let own = self.values.remove(&id).unwrap_or_default();
        let value =
            |name: &String| own.iter().find(|value| value.name == *name).map(|v| (name.clone(), v.value.clone()));
        contacts.chain(self.names.iter().filter_map(value)).collect()
    }
}
