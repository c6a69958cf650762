//! `/inbox/filters`: the panel of filters.

use actix_web::HttpResponse;
use actix_web::web::{Data, Query};
use serde::Deserialize;

use crate::auth::Operator;
use crate::db::Db;
use crate::error::Result;
use crate::inbox::choices::Choices;
use crate::inbox::model::{ListQuery, with_query};
use crate::inbox::store;
use crate::inbox::views::{FilterForm, FiltersPage};
use crate::staff;
use crate::web::page::Hx;
use crate::web::shell::Shell;

/// What is to be done with what is set.
#[derive(Default, Deserialize)]
#[serde(default)]
pub struct Wish {
    show: String,
    save: String,
}

/// `GET /inbox/filters`: the panel; or on to what it shows, by an address that says no more than what is set.
pub async fn panel(
    by: Operator,
    sh: Shell,
    hx: Hx,
    db: Data<Db>,
    query: Query<ListQuery>,
    wish: Query<Wish>,
) -> Result<HttpResponse> {
    let filter = query.filter();
    if !wish.show.is_empty() {
        return Ok(hx.on(&filter.at(&filter.page())));
    }
    if !wish.save.is_empty() {
        return Ok(hx.on(&with_query("/inbox/filters/new", &filter.query(filter.tab))));
    }
    let (choices, people, saved) = db
        .read(move |conn| Ok((Choices::load(conn)?, staff::serving(conn)?, store::saved::usable(conn, &by)?)))
        .await?;
    let people = people.into_iter().map(|person| (person.id, person.name)).collect();
    hx.page(&FiltersPage { form: FilterForm::new(filter, &choices, people, saved), sh })
}
