//! `GET /customers`.

use std::collections::HashMap;

use actix_web::HttpResponse;
use actix_web::web::{Data, Query};

use crate::auth::Operator;
use crate::channels::{self, registry};
use crate::customers::filter::Asked;
use crate::customers::store::{self, list};
use crate::customers::views::{CustomersPage, Row};
use crate::db::Db;
use crate::db::page::Cursor;
use crate::error::Result;
use crate::staff;
use crate::tags;
use crate::web::page::Hx;
use crate::web::shell::Shell;

pub async fn list(by: Operator, sh: Shell, hx: Hx, db: Data<Db>, asked: Query<Asked>) -> Result<HttpResponse> {
    let (scope, clock) = (by.scope(), sh.clock);
    let (filter, cursor) = (asked.filter(), Cursor::decode(&asked.at));
    let wanted = filter.clone();
    let (page, shown, total, tags, mut rows_tags, names, channels) = db
        .read(move |conn| {
            let page = list::page(conn, &scope, &wanted, &clock, cursor)?;
            // A first page without a next one has been counted by reading it.
            let is_whole = page.next.is_none() && page.previous.is_none();
            let here = i64::try_from(page.rows.len()).unwrap_or_default();
            let shown = if is_whole { here } else { list::count(conn, &scope, &wanted, &clock)? };
            let total = if wanted.is_narrow() { list::count_all(conn, &scope)? } else { shown };
            let ids: Vec<_> = page.rows.iter().map(|row| row.id).collect();
            let staff: Vec<_> = page.rows.iter().filter_map(|row| row.responsible_id).collect();
            let names = staff::names(conn, &staff)?;
            Ok((
                page,
                shown,
                total,
                tags::customer_tags(conn)?,
                store::tags_of(conn, &ids)?,
                names,
                channels::enabled(conn)?,
            ))
        })
        .await?;
    let me = by.id();
    let page = page.map(|customer| Row {
        tags: rows_tags.remove(&customer.id).unwrap_or_default(),
        is_mine: customer.responsible_id == Some(me),
        responsible: responsible(&names, customer.responsible_id),
        customer,
    });
    let writes = registry::open_to_phones(&channels);
    hx.page(&CustomersPage { sh, filter, page, tags, shown, total, writes })
}

fn responsible<K: std::hash::Hash + Eq>(names: &HashMap<K, String>, id: Option<K>) -> String {
    id.and_then(|id| names.get(&id).cloned()).unwrap_or_default()
}
