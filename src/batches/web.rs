//! `/batches`: what is going, what was done, and stopping it. They are started where customers are marked.

use actix_web::HttpResponse;
use actix_web::web::{Data, Path};

use super::views::{BatchesPage, Failed, Line};
use super::{actions, store};
use crate::auth::Operator;
use crate::customers;
use crate::db::Db;
use crate::db::types::BatchId;
use crate::error::Result;
use crate::staff;
use crate::web::page::Hx;
use crate::web::shell::Shell;

/// `GET /batches`: everybody sees their own; supervisors see all.
pub async fn list(by: Operator, sh: Shell, hx: Hx, db: Data<Db>) -> Result<HttpResponse> {
    let of = if by.supervisor().is_some() { None } else { Some(by.id()) };
    let (batches, failures, known, names) = db
        .read(move |conn| {
            let batches = store::newest(conn, of)?;
            let failures = store::failures(conn, &batches)?;
            let mut ids: Vec<_> = failures.iter().map(|(_, customer, _)| *customer).collect();
            ids.sort_unstable();
            ids.dedup();
            let mut people: Vec<_> = batches.iter().filter_map(|batch| batch.staff_id).collect();
            people.sort_unstable();
            people.dedup();
            let known = customers::store::find_many(conn, &by.scope(), &ids)?;
            Ok((batches, failures, known, staff::names(conn, &people)?))
        })
        .await?;
    let lines = batches.into_iter().map(|batch| Line {
        failures: failures
            .iter()
            .filter(|(of, _, _)| *of == batch.id)
            .map(|(_, id, why)| Failed { id: *id, customer: known.get(id).cloned(), why: *why })
            .collect(),
        by: batch.staff_id.and_then(|id| names.get(&id).cloned()).unwrap_or_default(),
        batch,
    });
    hx.page(&BatchesPage { lines: lines.collect(), sh })
}

/// `POST /batches/{id}/stop`.
pub async fn stop(by: Operator, hx: Hx, db: Data<Db>, id: Path<BatchId>) -> Result<HttpResponse> {
    let id = id.into_inner();
    let is_stopped = db.write(move |tx| actions::stop(tx, &by, id)).await?;
    hx.done(if is_stopped { "toast-resend-stopped" } else { "toast-done-already" }, "/batches")
}
