//! `/inbox/preview` and `/inbox/display`: what a person's inbox shows, as a dialog over it or as a page.

use std::collections::HashMap;

use actix_web::HttpResponse;
use actix_web::web::{Data, Form};

use crate::auth::Operator;
use crate::db::Db;
use crate::db::types::CustomFieldId;
use crate::error::Result;
use crate::fields;
use crate::inbox::store::displays;
use crate::inbox::views::{DisplayForm, DisplayPage, Which};
use crate::web::address::back_or;
use crate::web::page::Hx;
use crate::web::shell::Shell;

/// What is ticked, by name.
type Ticked = HashMap<String, String>;

/// `GET /inbox/preview`: the parts of a card.
pub async fn preview(by: Operator, sh: Shell, hx: Hx, db: Data<Db>) -> Result<HttpResponse> {
    hx.page(&page(&by, sh, &hx, &db, Which::Card).await?)
}

/// `GET /inbox/display`: the kinds of messages in the chat.
pub async fn display(by: Operator, sh: Shell, hx: Hx, db: Data<Db>) -> Result<HttpResponse> {
    hx.page(&page(&by, sh, &hx, &db, Which::Chat).await?)
}

async fn page(by: &Operator, sh: Shell, hx: &Hx, db: &Db, which: Which) -> Result<DisplayPage> {
    let me = by.id();
    let (display, mut fields) = db.read(move |conn| Ok((displays::of(conn, me)?, fields::declared(conn)?))).await?;
    fields.retain(|field| field.is_shown);
    let form = DisplayForm { which, display, fields, back: back_or(&hx.here, "/inbox") };
    Ok(DisplayPage { sh, form })
}

/// `POST /inbox/preview`.
pub async fn save_preview(by: Operator, hx: Hx, db: Data<Db>, ticked: Form<Ticked>) -> Result<HttpResponse> {
    save(&by, &hx, &db, Which::Card, ticked.into_inner()).await
}

/// `POST /inbox/display`.
pub async fn save_display(by: Operator, hx: Hx, db: Data<Db>, ticked: Form<Ticked>) -> Result<HttpResponse> {
    save(&by, &hx, &db, Which::Chat, ticked.into_inner()).await
}

async fn save(by: &Operator, hx: &Hx, db: &Db, which: Which, ticked: Ticked) -> Result<HttpResponse> {
    let me = by.id();
    let back = back_or(ticked.get("back").map_or("", String::as_str), "/inbox");
    db.write(move |tx| {
        let now = (*displays::of(tx, me)?).clone();
        let display = match which {
            Which::Card => {
                let fields: Vec<CustomFieldId> = fields::declared(tx)?.iter().map(|field| field.id).collect();
                now.with_card(&ticked, &fields)
            }
            Which::Chat => now.with_kinds(&ticked),
        };
        displays::put(tx, me, &display)
    })
    .await?;
    hx.done("toast-saved", &back)
}
