//! `GET /customers`.

use std::collections::HashMap;

use actix_web::HttpResponse;
use actix_web::web::{Data, Query};

use crate::auth::Operator;
use crate::channels::{self, WritesFirst, registry};
use crate::customers::filter::Asked;
use crate::customers::store::{self, list};
use crate::customers::views::{CustomersPage, Row};
use crate::db::Db;
use crate::db::page::Cursor;
use crate::error::Result;
use crate::mails;
use crate::staff;
use crate::tags;
use crate::web::page::Hx;
use crate::web::shell::Shell;

pub async fn list(by: Operator, sh: Shell, hx: Hx, db: Data<Db>, asked: Query<Asked>) -> Result<HttpResponse> {
    let (scope, clock) = (by.scope(), sh.clock);
    let (filter, cursor) = (asked.filter(), Cursor::decode(&asked.at));
    let wanted = filter.clone();
    let (listing, total, tags, mut rows_tags, names, channels) = db
        .read(move |conn| {
            let listing = list::page(conn, &scope, &wanted, &clock, cursor)?;
            let total = if wanted.is_narrow() { list::count_all(conn, &scope)? } else { listing.count };
            let page = &listing.page;
            let ids: Vec<_> = page.rows.iter().map(|row| row.id).collect();
            let staff: Vec<_> = page.rows.iter().filter_map(|row| row.responsible_id).collect();
            let names = staff::names(conn, &staff)?;
            let (tags, of_rows) = (tags::customer_tags(conn)?, store::tags_of(conn, &ids)?);
            Ok((listing, total, tags, of_rows, names, channels::enabled(conn)?))
        })
        .await?;
    let me = by.id();
    let (shown, shown_to) = (listing.count, listing.counted_to);
    let page = listing.page.map(|customer| Row {
        tags: rows_tags.remove(&customer.id).unwrap_or_default(),
        is_mine: customer.responsible_id == Some(me),
        responsible: responsible(&names, customer.responsible_id),
        customer,
    });
    let (writes, mails) = (registry::open_to_phones(&channels), !mails::senders(&channels).is_empty());
    let by_external_id = channels.iter().any(|channel| registry::first(channel) == Some(WritesFirst::ExternalId));
    let unread_id = asked.unread_id();
    hx.page(&CustomersPage { sh, filter, unread_id, page, tags, shown, shown_to, total, writes, mails, by_external_id })
}

fn responsible<K: std::hash::Hash + Eq>(names: &HashMap<K, String>, id: Option<K>) -> String {
    id.and_then(|id| names.get(&id).cloned()).unwrap_or_default()
}
