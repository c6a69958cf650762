//! What belongs to one customer beside their row, in one statement: each of its own would be a way to PostgreSQL and back.

use std::sync::Arc;

use diesel::prelude::*;
use diesel::sql_types::{BigInt, Text};

use crate::customers::model::{ClaimKind, Handle, Lists, StoredClaim};
use crate::db::Conn;
use crate::db::sql::Sql;
use crate::db::types::{CustomerId, CustomerListId, CustomerTagId, FunnelBlockId};
use crate::error::Result;
use crate::fields::Variable;
use crate::lists;
use crate::tags::{self, CustomerTag};

/// What a customer's page shows beside the customer.
pub struct Belongings {
    /// By name.
    pub tags: Vec<Arc<CustomerTag>>,
    pub lists: Lists,
    /// Values of custom fields and of keys that nobody declared, by name.
    pub variables: Vec<Variable>,
    /// As they were entered.
    pub handles: Vec<Handle>,
    /// In the order in which they were typed.
    pub claims: Vec<StoredClaim>,
    /// Contact details are missing, and somebody has to get them.
    pub is_pending: bool,
    /// Nothing reaches them any more in the channel where they were last in touch.
    pub has_left: bool,
    /// The funnel block that they are in.
    pub block: Option<FunnelBlockId>,
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
     UNION ALL SELECT 'list', m.list_id, '', '', '' FROM customer_list_links m WHERE m.customer_id = $1 \
     UNION ALL SELECT 'variable', 0, v.name, v.value, '' FROM customer_variables v WHERE v.customer_id = $1 \
     UNION ALL SELECT 'handle', h.id, h.label, h.value, '' FROM customer_handles h WHERE h.customer_id = $1 \
     UNION ALL SELECT 'claim', c.id, c.kind, c.value, c.value_folded FROM contact_claims c WHERE c.customer_id = $1 \
     UNION ALL SELECT 'block', f.block_id, '', '', '' FROM funnel_places f WHERE f.customer_id = $1 \
     UNION ALL SELECT 'left', c.id, '', '', '' FROM customers c JOIN channel_accounts a \
     ON a.customer_id = c.id AND a.channel_id = c.channel_id AND a.unsubscribed_at IS NOT NULL WHERE c.id = $1 \
     UNION ALL SELECT 'pending', p.id, '', '', '' FROM pending_actions p WHERE p.customer_id = $1 AND p.done_at IS NULL";

/// Reads them.
pub fn belongings_of(conn: &mut Conn, customer: CustomerId) -> Result<Belongings> {
    let mut rows: Vec<Row> = Sql::new(ALL).bind(customer.0).load(conn)?;
    rows.sort_unstable_by(|a, b| (a.id, &a.word).cmp(&(b.id, &b.word)));
    let (mut own_tags, mut own_lists) = (vec![], vec![]);
    let (mut variables, mut handles, mut claims) = (vec![], vec![], vec![]);
    let (mut is_pending, mut has_left, mut block) = (false, false, None);
    for Row { part, id, word, value, folded } in rows {
        match part.as_str() {
            "tag" => own_tags.push(CustomerTagId(id)),
            "list" => own_lists.push(CustomerListId(id)),
            "variable" => variables.push(Variable { name: word, value }),
            "handle" => handles.push(Handle { customer_id: customer, label: word, value }),
            "pending" => is_pending = true,
            "left" => has_left = true,
            "block" => block = Some(FunnelBlockId(id)),
            _ => {
                let claim = |kind| StoredClaim { id, kind, value, value_folded: folded };
                claims.extend(ClaimKind::parse(&word).map(claim));
            }
        }
    }
    let mut tags = if own_tags.is_empty() { vec![] } else { tags::customer_tags(conn)? };
    tags.retain(|tag| own_tags.contains(&tag.id));
    let (on, others) = lists::all(conn)?.into_iter().partition(|list| own_lists.contains(&list.id));
    Ok(Belongings { tags, lists: Lists { on, others }, variables, handles, claims, is_pending, has_left, block })
}
