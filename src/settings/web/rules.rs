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
use crate::web::forms::Errors;
use crate::web::meanwhile::{Meets, Over};
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
        let rules = rules(conn)?;
        let at_most = limit(&rules);
        let version = rules.version();
        Ok(RulesPage { sh, rules, version, at_most, errors: Errors::default(), serving })
    })
    .await
}

/// The limit as its field shows it.
fn limit(rules: &Rules) -> String {
    rules.at_most.map(|most| most.to_string()).unwrap_or_default()
}

#[derive(Deserialize, Default)]
#[serde(default)]
pub struct RulesForm {
    distribute: String,
    at_most: String,
    require_tag: String,
    version: String,
}

/// `POST /settings/rules`.
pub async fn save(by: Admin, sh: Shell, hx: Hx, db: Data<Db>, form: Form<RulesForm>) -> Result<HttpResponse> {
    let form = form.into_inner();
    let (distribute, require_tag) = (form.distribute == "true", form.require_tag == "true");
    let at_most = match Rules::parse_at_most(&form.at_most) {
        Ok(at_most) => at_most,
        Err(said) => {
            let page = load(sh, &db).await?;
            let rules = Rules { distribute, require_tag, ..page.rules };
            let errors = Errors::one("at_most", said);
            return hx.invalid(&RulesPage { rules, version: form.version, at_most: form.at_most, errors, ..page });
        }
    };
    let new = Rules { distribute, at_most, require_tag };
    let saved = db.write(move |tx| {
        hold(tx)?;
        match new.since(&form.version, &rules(tx)?) {
            Ok(new) => save_rules(tx, &by, new).map(Ok),
            Err(over) => Ok(Err(over)),
        }
    });
    if let Err(Over { typed: rules, version, errors }) = saved.await? {
        let at_most = limit(&rules);
        return hx.invalid(&RulesPage { rules, version, at_most, errors, ..load(sh, &db).await? });
    }
    hx.updated(sh.lang, "toast-saved", HERE, load(sh, &db)).await
}
