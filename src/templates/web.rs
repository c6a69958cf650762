//! `GET /templates/fields`: the fields of a template while a form is filled in.

use std::collections::HashMap;

use actix_web::HttpResponse;
use actix_web::http::StatusCode;
use actix_web::web::{Data, Query};
use askama::Template;

use super::store;
use super::typed::Typed;
use super::views::{FieldsFragment, Picker, PreviewFragment};
use crate::auth::Operator;
use crate::channels;
use crate::db::Db;
use crate::db::types::ChannelId;
use crate::error::Result;
use crate::web::forms::Errors;
use crate::web::page::{Hx, html_response};
use crate::web::shell::Shell;

/// The fields of the template that was chosen, or only what it says so far.
pub async fn fields(
    _: Operator,
    sh: Shell,
    hx: Hx,
    db: Data<Db>,
    query: Query<HashMap<String, String>>,
) -> Result<HttpResponse> {
    let field = |name: &str| query.get(name).map(String::as_str).unwrap_or_default();
    let typed = Typed::of(field);
    let wanted: Vec<ChannelId> =
        field("template_channels").split(',').filter_map(|number| number.parse().ok()).collect();
    let offers = db
        .read(move |conn| {
            let mut channels = channels::enabled(conn)?;
            channels.retain(|channel| wanted.contains(&channel.id));
            store::offers(conn, &channels)
        })
        .await?;
    let picker = Picker::new(offers).with(typed, Errors::default());
    let html = match hx.region.as_deref() {
        Some("template_preview") => PreviewFragment { sh, picker }.render()?,
        _ => FieldsFragment { sh, picker }.render()?,
    };
    Ok(html_response(StatusCode::OK, html))
}
