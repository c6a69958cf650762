//! The job of a run: posted once, signed.

use std::time::Duration;

use futures_util::StreamExt;
use serde_json::{Value, json};

use super::model::{Command, Run};
use super::store::RunRow;
use super::{actions, answer, store};
use crate::auth::CustomerScope;
use crate::conversations;
use crate::customers;
use crate::db::{Conn, Tx};
use crate::error::Result;
use crate::http;
use crate::jobs::{self, Ctx, Job};
use crate::staff;

/// How long the server may take.
const PATIENCE: Duration = Duration::from_secs(20);
/// Bytes of an answer that are read.
const ANSWER: usize = 64 * 1024;

impl Job for Run {
    const NAME: &'static str = "command.run";

    async fn run(self, ctx: &Ctx) -> Result<()> {
        let id = self.run;
        // It counts as posted from here on: what fails before leaves it waiting, and it is tried again.
        let begun = ctx.db.write(move |tx| if actions::begin(tx, id)? { load(tx, id) } else { Ok(None) });
        // It was posted before, or its command or its customer has gone meanwhile, and the run with them.
        let Some((command, body)) = begun.await? else { return Ok(()) };
        let outcome = post(ctx, &command, id, body.to_string()).await;
        if let Err(words) = &outcome {
            tracing::info!(command = command.name, run = id, words, "a command failed");
        }
        ctx.db.write_patiently(move |tx| actions::finish(tx, id, &outcome)).await
    }

    fn died(self, tx: &mut Tx) -> Result<bool> {
        actions::died(tx, self.run).map(|()| true)
    }
}

/// The command and what its server is told.
fn load(conn: &mut Conn, id: i64) -> Result<Option<(Command, Value)>> {
    let Some(row) = store::find_run(conn, id)? else { return Ok(None) };
    let command = store::find(conn, row.command_id)?;
    let body = told(conn, &command, &row)?;
    Ok(Some((command, body)))
}

fn told(conn: &mut Conn, command: &Command, row: &RunRow) -> Result<Value> {
    let scope = CustomerScope::system();
    let customer = customers::find(conn, &scope, row.customer_id)?;
    let conversation = conversations::store::find(conn, &scope, row.conversation_id)?;
    let channel = crate::channels::find(conn, conversation.channel_id)?;
    let by = match row.staff_id {
        Some(id) => staff::names(conn, &[id])?.remove(&id),
        None => None,
    };
    let parameters: Value = serde_json::from_str(&row.parameters).unwrap_or_default();
    Ok(json!({
        "command": command.name,
        "run": row.id,
        "at": row.created_at.rfc3339(),
        "parameters": parameters,
        "customer": {
            "id": customer.id, "name": customer.name, "external_id": customer.external_id,
            "phone": customer.phone, "email": customer.email,
        },
        "conversation": { "id": conversation.id, "channel": channel.name, "messenger": channel.kind.as_str() },
        "staff": { "id": row.staff_id, "name": by },
    }))
}

/// `Err`: why it failed, for people.
async fn post(ctx: &Ctx, command: &Command, run: i64, body: String) -> Result<String, String> {
    let secret = ctx.secrets.open(&command.secret).map_err(|e| e.to_string())?;
    let name = ("Switchboard-Command", run);
    let post = jobs::Post { url: &command.url, secret: &secret, name, body, patience: PATIENCE };
    let response = jobs::post(&ctx.net, &ctx.config, post).await?;
    let status = response.status();
    let mut stream = response.bytes_stream();
    let mut bytes: Vec<u8> = vec![];
    while let Some(chunk) = stream.next().await {
        bytes.extend_from_slice(&chunk.map_err(|e| http::reason(&e))?);
        if bytes.len() > ANSWER {
            return Err(format!("the answer is larger than {} KB", ANSWER / 1024));
        }
    }
    if !status.is_success() {
        let words = answer::error(&bytes).map(|words| format!(": {words}")).unwrap_or_default();
        return Err(format!("the server answered {status}{words}"));
    }
    answer::lines(&bytes)
}
