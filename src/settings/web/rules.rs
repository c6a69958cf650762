//! `/settings/rules`: what happens to conversations by itself, and what they need.

use actix_web::HttpResponse;
use actix_web::web::{Data, Form};
use serde::Deserialize;

use crate::auth::{Admin, Role};
use crate::channels;
use crate::db::Db;
use crate::error::Result;
use crate::settings::views::rules::{RulesPage, Serving};
use crate::settings::{Rules, hold, rules, save_rules};
use crate::staff;
use crate::web::meanwhile::Meets;
use crate::web::page::Hx;
use crate::web::shell::Shell;

const HERE: &str = "/settings/rules";

/// `GET /settings/rules`.
pub async fn page(_: Admin, sh: Shell, hx: Hx, db: Data<Db>) -> Result<HttpResponse> {
    hx.page(&load(sh, &db).await?)
}

async fn load(sh: Shell, db: &Db) -> Result<RulesPage> {
    db.read(|conn| {
        let (all, of) = (channels::list(conn)?, staff::channels_by_staff(conn)?);
        let names = |id| -> Vec<String> {
            let chosen = of.get(&id).map(Vec::as_slice).unwrap_or_default();
            all.iter().filter(|channel| chosen.contains(&channel.id)).map(|channel| channel.name.clone()).collect()
        };
        let operators = staff::list(conn)?.into_iter().filter(|one| one.is_enabled() && one.role == Role::Operator);
        let serving = operators.map(|member| Serving { channels: names(member.id), member }).collect();
        Ok(RulesPage { sh, rules: rules(conn)?, serving })
    })
    .await
}

#[derive(Deserialize, Default)]
#[serde(default)]
pub struct RulesForm {
    distribute: String,
    require_tag: String,
    version: String,
}

/// `POST /settings/rules`.
pub async fn save(by: Admin, sh: Shell, hx: Hx, db: Data<Db>, form: Form<RulesForm>) -> Result<HttpResponse> {
    let new = Rules { distribute: form.distribute == "true", require_tag: form.require_tag == "true" };
    db.write(move |tx| {
        hold(tx)?;
        // Switches agree, whoever has turned them.
        let new = new.since(&form.version, &rules(tx)?).unwrap_or_else(|over| over.typed);
        save_rules(tx, &by, new)
    })
    .await?;
    hx.updated(sh.lang, "toast-saved", HERE, load(sh, &db)).await
}
