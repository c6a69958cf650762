//! Rows of lists.

use std::sync::Arc;

use diesel::prelude::*;

use super::model::CustomerList;
use crate::db::schema::customer_lists;
use crate::db::{Conn, kept};
use crate::error::Result;

/// All lists, by name.
pub fn all(conn: &mut Conn) -> Result<Vec<Arc<CustomerList>>> {
    let all = kept::settled("customer lists".into(), || -> QueryResult<Vec<Arc<CustomerList>>> {
        let rows: Vec<CustomerList> =
            customer_lists::table.order(customer_lists::name_folded).select(CustomerList::as_select()).load(conn)?;
        Ok(rows.into_iter().map(Arc::new).collect())
    });
    Ok(all?.to_vec())
}
