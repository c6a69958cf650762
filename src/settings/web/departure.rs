//! Somebody goes: who takes over what they have.

use actix_session::Session;
use actix_web::HttpResponse;
use actix_web::web::{Data, Form, Path};
use serde::Deserialize;

use super::staff::load;
use crate::auth::Admin;
use crate::config::Config;
use crate::conversations::{self, Holdings};
use crate::db::Db;
use crate::db::types::StaffId;
use crate::error::{Error, Result};
use crate::settings::views::staff::DeparturePage;
use crate::staff;
use crate::web::forms::Errors;
use crate::web::page::Hx;
use crate::web::shell::Shell;

/// `GET /settings/staff/{id}/disable`. Of somebody who is disabled already it asks who takes over what they still have.
pub async fn ask(_: Admin, sh: Shell, hx: Hx, db: Data<Db>, id: Path<StaffId>) -> Result<HttpResponse> {
    hx.page(&page(sh, &db, id.into_inner()).await?)
}

async fn page(sh: Shell, db: &Db, id: StaffId) -> Result<DeparturePage> {
    if id == sh.me.id {
        return Err(Error::refused("staff-own-account"));
    }
    let (member, held, mut colleagues) =
        db.read(move |conn| Ok((staff::find(conn, id)?, Holdings::of(conn, id)?, staff::serving(conn)?))).await?;
    colleagues.retain(|colleague| colleague.id != id);
    Ok(DeparturePage { sh, member, held, colleagues, to: String::new(), errors: Errors::default() })
}

#[derive(Deserialize, Default)]
#[serde(default)]
pub struct DepartureForm {
    /// Empty: nobody.
    to: String,
}

/// `POST /settings/staff/{id}/disable`.
#[expect(clippy::too_many_arguments, reason = "each is a part of the request")]
pub async fn disable(
    by: Admin,
    sh: Shell,
    hx: Hx,
    db: Data<Db>,
    config: Data<Config>,
    session: Session,
    id: Path<StaffId>,
    form: Form<DepartureForm>,
) -> Result<HttpResponse> {
    let (id, to) = (id.into_inner(), form.into_inner().to);
    // What is no number names nobody.
    let chosen = (!to.is_empty()).then(|| StaffId(to.parse().unwrap_or_default()));
    match db.write(move |tx| conversations::dismiss(tx, &by, id, chosen)).await {
        Ok(was_enabled) => {
            let url = format!("/settings/staff/{id}");
            let toast = if was_enabled { "toast-staff-disabled" } else { "toast-staff-handed-over" };
            hx.updated(sh.lang, toast, &url, load(sh, &db, &config, &session, id)).await
        }
        Err(Error::Invalid(said)) => {
            let page = page(sh, &db, id).await?;
            hx.invalid(&DeparturePage { to, errors: Errors::one("to", said), ..page })
        }
        Err(other) => Err(other),
    }
}
