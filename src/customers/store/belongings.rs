//! What belongs to one customer beside their row, in one statement: each of its own would be a way to PostgreSQL and back.

use std::sync::Arc;

use diesel::prelude::*;
use diesel::sql_types::{BigInt, Text};

use crate::customers::model::{ClaimKind, Handle, StoredClaim};
use crate::db::Conn;
use crate::db::sql::Sql;
use crate::db::types::{CustomerId, CustomerTagId};
use crate::error::Result;
use crate::tags::{self, CustomerTag};

/// What a customer's page shows beside the customer.
#[derive(Default)]
pub struct Belongings {
    /// By name.
    pub tags: Vec<Arc<CustomerTag>>,
    /// As they were entered.
    pub handles: Vec<Handle>,
    /// In the order in which they were typed.
    pub claims: Vec<StoredClaim>,
    /// Contact details are missing, and somebody has to get them.
    pub is_pending: bool,
}

#[derive(QueryableByName)]
struct Row {
    #[diesel(sql_type = Text)]
    part: String,
    #[diesel(sql_type = BigInt)]
    id: i64,
    #[diesel(sql_type = Text)]
    word: String,
    #[diesel(sql_type = Text)]
    value: String,
    #[diesel(sql_type = Text)]
    folded: String,
}

const ALL: &str = "SELECT 'tag' AS part, l.tag_id AS id, '' AS word, '' AS value, '' AS folded \
     FROM customer_tag_links l WHERE l.customer_id = $1 \
     UNION ALL SELECT 'handle', h.id, h.label, h.value, '' FROM customer_handles h WHERE h.customer_id = $1 \
     UNION ALL SELECT 'claim', c.id, c.kind, c.value, c.value_folded FROM contact_claims c WHERE c.customer_id = $1 \
     UNION ALL SELECT 'pending', p.id, '', '', '' FROM pending_actions p WHERE p.customer_id = $1 AND p.done_at IS NULL";

/// Reads them.
pub fn belongings_of(conn: &mut Conn, customer: CustomerId) -> Result<Belongings> {
    let mut rows: Vec<Row> = Sql::new(ALL).bind(customer.0).load(conn)?;
    rows.sort_unstable_by_key(|row| row.id);
    let mut all = Belongings::default();
    let mut tags: Vec<CustomerTagId> = vec![];
    for Row { part, id, word, value, folded } in rows {
        match part.as_str() {
            "tag" => tags.push(CustomerTagId(id)),
            "handle" => all.handles.push(Handle { customer_id: customer, label: word, value }),
            "pending" => all.is_pending = true,
            _ => {
                all.claims.extend(ClaimKind::parse(&word).map(|kind| StoredClaim {
                    id,
                    kind,
                    value,
                    value_folded: folded,
                }));
            }
        }
    }
    if !tags.is_empty() {
        all.tags = tags::customer_tags(conn)?;
        all.tags.retain(|tag| tags.contains(&tag.id));
    }
    Ok(all)
}
