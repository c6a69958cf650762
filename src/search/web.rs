//! `GET /search`.

use actix_web::HttpResponse;
use actix_web::web::{Data, Query as UrlQuery};
use serde::Deserialize;

use super::model::Query;
use super::results::{Results, results};
use super::store::Limits;
use super::views::SearchPage;
use crate::auth::Operator;
use crate::db::Db;
use crate::error::Result;
use crate::text;
use crate::web::page::Hx;
use crate::web::shell::Shell;

/// Results in the dropdown; the page has the rest.
const DROPDOWN: i64 = 10;

#[derive(Deserialize)]
pub struct Typed {
    #[serde(default)]
    q: String,
}

/// The search page; to htmx the dropdown under a search bar (`search-results`, `search-results-2`) or the page's own
/// list (`found`).
pub async fn search(by: Operator, sh: Shell, hx: Hx, db: Data<Db>, typed: UrlQuery<Typed>) -> Result<HttpResponse> {
    let query = Query::parse(&typed.q);
    let is_dropdown = hx.region.as_deref().is_some_and(|id| id.starts_with("search-results"));
    let limits = if is_dropdown { Limits { shown: DROPDOWN, ..Limits::default() } } else { Limits::default() };
    let results = match query.term().cloned() {
        // Who was found is read again by the same rights: who has gone meanwhile is left out.
        Some(term) => db.look(move |conn| results(conn, &by, &term, &limits)).await?,
        None => Results::default(),
    };
    let sh = Shell { q: text::clean(&typed.q), ..sh };
    hx.page(&SearchPage::new(sh, query, results))
}
