//! Commands: what staff run from the composer.

use actix_web::HttpResponse;
use actix_web::web::{Data, Form, Path};

use crate::auth::Admin;
use crate::commands::{self, Typed};
use crate::db::Db;
use crate::db::types::CommandId;
use crate::error::{Error, Result};
use crate::secrets::{Secrets, random_token};
use crate::settings::hold;
use crate::settings::views::commands::{CommandDeletePage, CommandPage, CommandsPage};
use crate::web::forms;
use crate::web::meanwhile::Meets;
use crate::web::page::Hx;
use crate::web::shell::Shell;

const HERE: &str = "/settings/commands";

fn url_of(id: CommandId) -> String {
    format!("{HERE}/{id}")
}

/// `GET /settings/commands`.
pub async fn list(_: Admin, sh: Shell, hx: Hx, db: Data<Db>) -> Result<HttpResponse> {
    hx.page(&CommandsPage { sh, all: db.read(commands::list).await? })
}

/// `GET /settings/commands/new`.
pub async fn new(_: Admin, sh: Shell, hx: Hx) -> Result<HttpResponse> {
    let typed = Typed { form_token: forms::new_token(), ..Typed::default() };
    hx.page(&CommandPage::new(sh, None, typed))
}

async fn load(sh: Shell, db: &Db, id: CommandId) -> Result<CommandPage> {
    let command = db.read(move |conn| commands::find(conn, id)).await?;
    let typed = Typed::from(&command);
    Ok(CommandPage::new(sh, Some(command), typed))
}

/// `GET /settings/commands/{id}`.
pub async fn page(_: Admin, sh: Shell, hx: Hx, db: Data<Db>, id: Path<CommandId>) -> Result<HttpResponse> {
    hx.page(&load(sh, &db, id.into_inner()).await?)
}

/// `POST /settings/commands`: the secret is shown this once.
pub async fn add(
    by: Admin,
    sh: Shell,
    hx: Hx,
    db: Data<Db>,
    secrets: Data<Secrets>,
    form: Form<Typed>,
) -> Result<HttpResponse> {
    let typed = form.into_inner();
    let new = match typed.parse() {
        Ok(new) => new,
        Err(errors) => return hx.invalid(&CommandPage { errors, ..CommandPage::new(sh, None, typed) }),
    };
    let secret = random_token();
    let (sealed, token) = (secrets.seal(&secret)?, typed.form_token.clone());
    let added = db
        .write(
            move |tx| {
                if forms::spend(tx, &token)? { commands::add(tx, &by, &new, &sealed).map(Some) } else { Ok(None) }
            },
        )
        .await;
    match added {
        // The secret is in this answer alone, but the address is the command's: whoever reloads finds what they have made.
        Ok(Some(id)) => hx.page_at(&url_of(id), &CommandPage { secret, ..load(sh, &db, id).await? }),
        // The same form once more: its secret has been shown.
        Ok(None) => hx.done("toast-saved", HERE),
        Err(Error::Refused(said)) => {
            let errors = forms::Errors::one("name", said);
            hx.invalid(&CommandPage { errors, ..CommandPage::new(sh, None, typed) })
        }
        Err(other) => Err(other),
    }
}

/// `POST /settings/commands/{id}`.
pub async fn edit(
    by: Admin,
    sh: Shell,
    hx: Hx,
    db: Data<Db>,
    id: Path<CommandId>,
    form: Form<Typed>,
) -> Result<HttpResponse> {
    let (id, typed) = (id.into_inner(), form.into_inner());
    let page = load(sh, &db, id).await?;
    let new = match typed.parse() {
        Ok(new) => new,
        Err(errors) => return hx.invalid(&CommandPage { typed, errors, ..page }),
    };
    let seen = typed.version.clone();
    let edited = db.write(move |tx| {
        hold(tx)?;
        match new.clone().since(&seen, &commands::find(tx, id)?.checked()) {
            Ok(new) => commands::edit(tx, &by, id, &new).map(Ok),
            Err(over) => Ok(Err(over)),
        }
    });
    match edited.await {
        Ok(Ok(())) => hx.done("toast-saved", HERE),
        Ok(Err(over)) => hx.invalid(&CommandPage { typed: over.form(), errors: over.errors, ..page }),
        Err(Error::Refused(said)) => {
            hx.invalid(&CommandPage { typed, errors: forms::Errors::one("name", said), ..page })
        }
        Err(other) => Err(other),
    }
}

/// `POST /settings/commands/{id}/secret`: a new one, shown this once.
pub async fn secret(
    by: Admin,
    sh: Shell,
    hx: Hx,
    db: Data<Db>,
    secrets: Data<Secrets>,
    id: Path<CommandId>,
) -> Result<HttpResponse> {
    let (id, secret) = (id.into_inner(), random_token());
    let sealed = secrets.seal(&secret)?;
    db.write(move |tx| commands::renew_secret(tx, &by, id, &sealed)).await?;
    hx.page(&CommandPage { secret, ..load(sh, &db, id).await? })
}

/// `POST /settings/commands/{id}/pause`.
pub async fn pause(by: Admin, hx: Hx, db: Data<Db>, id: Path<CommandId>) -> Result<HttpResponse> {
    switch(by, hx, db, id.into_inner(), false).await
}

/// `POST /settings/commands/{id}/enable`.
pub async fn enable(by: Admin, hx: Hx, db: Data<Db>, id: Path<CommandId>) -> Result<HttpResponse> {
    switch(by, hx, db, id.into_inner(), true).await
}

async fn switch(by: Admin, hx: Hx, db: Data<Db>, id: CommandId, on: bool) -> Result<HttpResponse> {
    db.write(move |tx| commands::switch(tx, &by, id, on)).await?;
    hx.done("toast-saved", &url_of(id))
}

/// `GET /settings/commands/{id}/delete`.
pub async fn ask(_: Admin, sh: Shell, hx: Hx, db: Data<Db>, id: Path<CommandId>) -> Result<HttpResponse> {
    let id = id.into_inner();
    let command = db.read(move |conn| commands::find(conn, id)).await?;
    hx.page(&CommandDeletePage { sh, command })
}

/// `POST /settings/commands/{id}/delete`.
pub async fn delete(by: Admin, hx: Hx, db: Data<Db>, id: Path<CommandId>) -> Result<HttpResponse> {
    let id = id.into_inner();
    db.write(move |tx| commands::delete(tx, &by, id)).await?;
    hx.done("toast-command-deleted", HERE)
}
