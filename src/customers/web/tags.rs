//! `POST /customers/{id}/tags`.

use std::str::FromStr;

use actix_web::HttpResponse;
use actix_web::web::{Data, Form, Path};
use serde::Deserialize;

use super::customer_url;
use super::profile::{Asked, load};
use crate::auth::Operator;
use crate::customers::{actions, find};
use crate::db::Db;
use crate::db::types::{CustomerId, CustomerTagId};
use crate::error::{Error, Result};
use crate::tags;
use crate::web::page::Hx;
use crate::web::shell::Shell;

/// A form that puts a mark on and takes one off: a tag, or a list.
#[derive(Deserialize)]
pub struct Change {
    /// The one to put on.
    #[serde(default)]
    add: String,
    /// The one to take away.
    #[serde(default)]
    remove: String,
    #[serde(default)]
    pub(super) back: String,
}

impl Change {
    /// What is put on, and what is taken off. `unknown`: what is said of anything else.
    pub(super) fn parse<T: FromStr>(&self, unknown: &'static str) -> Result<(Option<T>, Option<T>)> {
        let one = |typed: &str| match typed.trim() {
            "" => Ok(None),
            number => number.parse().map(Some).map_err(|_| Error::Invalid(unknown.into())),
        };
        let (add, remove) = (one(&self.add)?, one(&self.remove)?);
        if add.is_none() && remove.is_none() { Err(Error::Invalid(unknown.into())) } else { Ok((add, remove)) }
    }
}

/// Whether the profile asks, which shows the change where it stands; another page is fetched again.
pub(super) fn asks_for_profile(hx: &Hx) -> bool {
    hx.region.as_deref() == Some("profile")
}

pub async fn change(
    by: Operator,
    sh: Shell,
    hx: Hx,
    db: Data<Db>,
    id: Path<CustomerId>,
    form: Form<Change>,
) -> Result<HttpResponse> {
    let (id, form) = (id.into_inner(), form.into_inner());
    let (add, remove): (Option<CustomerTagId>, Option<CustomerTagId>) = form.parse("customers-tag-unknown")?;
    let who = by.clone();
    db.write(move |tx| {
        let customer = find(tx, &who.scope(), id)?;
        if let Some(tag) = add {
            if !tags::customer_tags(tx)?.iter().any(|known| known.id == tag) {
                return Err(Error::Invalid("customers-tag-unknown".into()));
            }
            actions::add_tag(tx, &who, &customer, tag)?;
        }
        if let Some(tag) = remove {
            actions::remove_tag(tx, &who, &customer, tag)?;
        }
        Ok(())
    })
    .await?;
    if asks_for_profile(&hx) {
        return hx.changed(&load(&by, sh.clone(), &db, id, Asked::of_tab("tags")).await?, &sh.t("toast-saved"));
    }
    hx.done("toast-saved", &hx.back(&form.back, format!("{}?tab=tags", customer_url(id))))
}
