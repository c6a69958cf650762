//! `/resends`: the settings, the runs, and stopping one.

use actix_web::HttpResponse;
use actix_web::web::{Data, Form, Path, Query};

use super::model::Typed;
use super::views::{Line, NewResendPage, ResendForm, ResendsPage};
use super::{actions, store};
use crate::auth::Supervisor;
use crate::db::Db;
use crate::db::types::ResendId;
use crate::error::{Error, Result};
use crate::staff;
use crate::web::forms::{self, Errors};
use crate::web::page::Hx;
use crate::web::shell::Shell;

const HERE: &str = "/resends";

/// `GET /resends/new`: the settings, and how many messages they mean.
pub async fn form(_: Supervisor, sh: Shell, hx: Hx, db: Data<Db>, typed: Query<Typed>) -> Result<HttpResponse> {
    let mut typed = typed.into_inner();
    if typed.since.is_empty() && typed.interval.is_empty() {
        typed = Typed::usual(&sh.clock);
    }
    typed.form_token = forms::new_token();
    hx.page(&page(sh, &db, typed, Errors::default()).await?)
}

async fn page(sh: Shell, db: &Db, typed: Typed, errors: Errors) -> Result<NewResendPage> {
    let (asked, wrong) = match typed.parse(&sh.clock) {
        Ok(asked) => (Some(asked), Errors::default()),
        Err(errors) => (None, errors),
    };
    let (count, kinds, going) = db
        .read(move |conn| {
            let count = asked.map(|asked| store::count(conn, &asked)).transpose()?;
            Ok((count, store::kinds(conn)?, store::going(conn)?))
        })
        .await?;
    let errors = if errors.is_empty() { wrong } else { errors };
    Ok(NewResendPage { sh, form: ResendForm { typed, kinds, count, is_going: going.is_some(), errors } })
}

/// `POST /resends`.
pub async fn start(by: Supervisor, sh: Shell, hx: Hx, db: Data<Db>, form: Form<Typed>) -> Result<HttpResponse> {
    let typed = form.into_inner();
    let asked = match typed.parse(&sh.clock) {
        Ok(asked) => asked,
        Err(errors) => return hx.invalid(&page(sh, &db, typed, errors).await?),
    };
    let token = typed.form_token.clone();
    let started = db
        .write(move |tx| {
            if forms::spend(tx, &token)? {
                actions::start(tx, &by, &asked)?;
            }
            Ok(())
        })
        .await;
    match started {
        Ok(()) => hx.done("toast-resend-started", HERE),
        Err(Error::Refused(said)) => hx.invalid(&page(sh, &db, typed, Errors::one("", said)).await?),
        Err(other) => Err(other),
    }
}

/// `GET /resends`: the newest runs.
pub async fn list(_: Supervisor, sh: Shell, hx: Hx, db: Data<Db>) -> Result<HttpResponse> {
    let (runs, mut tallies, names) = db
        .read(|conn| {
            let runs = store::newest(conn)?;
            let mut people: Vec<_> = runs.iter().filter_map(|run| run.staff_id).collect();
            people.sort_unstable();
            people.dedup();
            Ok((store::tallies(conn, &runs)?, staff::names(conn, &people)?, runs))
        })
        .await
        .map(|(tallies, names, runs)| (runs, tallies, names))?;
    let is_going = runs.iter().any(|run| run.ended_at.is_none());
    let lines = runs.into_iter().map(|run| Line {
        tally: tallies.remove(&run.id).unwrap_or_default(),
        by: run.staff_id.and_then(|id| names.get(&id).cloned()).unwrap_or_default(),
        run,
    });
    hx.page(&ResendsPage { lines: lines.collect(), is_going, sh })
}

/// `POST /resends/{id}/stop`.
pub async fn stop(by: Supervisor, hx: Hx, db: Data<Db>, id: Path<ResendId>) -> Result<HttpResponse> {
    let id = id.into_inner();
    let is_stopped = db.write(move |tx| actions::stop(tx, &by, id)).await?;
    hx.done(if is_stopped { "toast-resend-stopped" } else { "toast-done-already" }, HERE)
}
