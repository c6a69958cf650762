//! `POST /customers/{id}/tags`.

use actix_web::HttpResponse;
use actix_web::web::{Data, Form, Path};
use serde::Deserialize;

use super::customer_url;
use crate::auth::Operator;
use crate::customers::{actions, find};
use crate::db::Db;
use crate::db::types::{CustomerId, CustomerTagId};
use crate::error::{Error, Result};
use crate::tags;
use crate::web::address::back_or;
use crate::web::page::Hx;

#[derive(Deserialize)]
pub struct Change {
    /// The tag to put on.
    #[serde(default)]
    add: String,
    /// The tag to take away.
    #[serde(default)]
    remove: String,
    #[serde(default)]
    back: String,
}

pub async fn change(
    by: Operator,
    hx: Hx,
    db: Data<Db>,
    id: Path<CustomerId>,
    form: Form<Change>,
) -> Result<HttpResponse> {
    let (id, form) = (id.into_inner(), form.into_inner());
    let unknown = || Error::Invalid("customers-tag-unknown".into());
    let tag = |typed: &str| match typed.trim() {
        "" => Ok(None),
        number => number.parse::<CustomerTagId>().map(Some).map_err(|_| unknown()),
    };
    let (add, remove) = (tag(&form.add)?, tag(&form.remove)?);
    if add.is_none() && remove.is_none() {
        return Err(unknown());
    }
    db.write(move |tx| {
        let customer = find(tx, &by.scope(), id)?;
        if let Some(tag) = add {
            if !tags::customer_tags(tx)?.iter().any(|known| known.id == tag) {
                return Err(Error::Invalid("customers-tag-unknown".into()));
            }
            actions::add_tag(tx, &by, &customer, tag)?;
        }
        if let Some(tag) = remove {
            actions::remove_tag(tx, &by, &customer, tag)?;
        }
        Ok(())
    })
    .await?;
    hx.done("toast-saved", &back_or(&form.back, format!("{}?tab=tags", customer_url(id))))
}
