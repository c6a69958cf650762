//! `/inbox/bulk`: what is to be done to the marked customers, or to all who match; a count first, then the deed.

use actix_web::HttpResponse;
use actix_web::web::{Data, Form, Query};

use crate::auth::Operator;
use crate::batches::{self, Action, Batch, Deed, Whom};
use crate::blacklist;
use crate::customers::{self, Addressing};
use crate::db::{Conn, Db};
use crate::error::{Error, Result};
use crate::inbox::list::viewer;
use crate::inbox::model::{BulkQuery, Task};
use crate::inbox::store;
use crate::inbox::views::{BulkForm, BulkPage};
use crate::lists;
use crate::tags;
use crate::web::forms::{self, Errors};
use crate::web::page::Hx;
use crate::web::shell::Shell;
use crate::web::times::Clock;
use crate::web::toast::Toast;

type Pairs = Vec<(String, String)>;

/// `GET /inbox/bulk`: whom it is about and how many they are, and what belongs to the action.
pub async fn bulk_form(by: Operator, sh: Shell, hx: Hx, db: Data<Db>, pairs: Query<Pairs>) -> Result<HttpResponse> {
    let asked = BulkQuery::of(&pairs, &hx.here);
    if let Some(task) = asked.task {
        task.actions().iter().try_for_each(|action| action.require(&by))?;
    }
    hx.page(&page(by, sh, &db, asked, Errors::default()).await?)
}

async fn page(by: Operator, sh: Shell, db: &Db, asked: BulkQuery, errors: Errors) -> Result<BulkPage> {
    let clock = sh.clock;
    let (asked, count, tags, lists) = db
        .read(move |conn| {
            let whom = whom(conn, &by, clock, &asked)?;
            let count = batches::count(conn, &whom.found)?;
            let tags = if asked.task == Some(Task::Tags) { tags::customer_tags(conn)? } else { vec![] };
            let lists = if asked.task == Some(Task::Lists) { lists::all(conn)? } else { vec![] };
            Ok((asked, count, tags, lists))
        })
        .await?;
    Ok(BulkPage { form: BulkForm { asked, count, tags, lists, errors, token: forms::new_token() }, sh })
}

fn whom(conn: &mut Conn, by: &Operator, clock: Clock, asked: &BulkQuery) -> Result<Whom> {
    if asked.task == Some(Task::DeleteUnsubscribed) {
        return Ok(Whom { found: customers::store::unsubscribed(&by.scope()), marked: vec![] });
    }
    if asked.is_all {
        let found = store::whole::all(conn, &viewer(by, clock), &asked.filter)?;
        return Ok(Whom { found, marked: vec![] });
    }
    Ok(Whom { found: store::whole::marked(conn, &by.scope(), &asked.rows), marked: asked.rows.clone() })
}

/// `POST /inbox/bulk`.
pub async fn bulk(
    by: Operator,
    sh: Shell,
    hx: Hx,
    db: Data<Db>,
    addressing: Data<Addressing>,
    form: Form<Pairs>,
) -> Result<HttpResponse> {
    let asked = BulkQuery::of(&form, &hx.here);
    let action = asked.action.ok_or_else(|| Error::BadRequest("no such action".into()))?;
    action.require(&by)?;
    let deed = match deed(action, &asked) {
        Ok(deed) => deed,
        Err(errors) => return hx.invalid(&page(by, sh, &db, asked, errors).await?),
    };
    let (who, words, clock) = (by.clone(), asked.clone(), sh.clock);
    let those = db
        .read(move |conn| {
            let expected = action.deletes().then(|| words.number().unwrap_or(-1));
            let whom = whom(conn, &who, clock, &words)?;
            batches::read(conn, &whom, expected)
        })
        .await?;
    let (who, token) = (by.clone(), asked.form_token.clone());
    let started = db
        .write(move |tx| {
            if !forms::spend(tx, &token)? {
                return Ok(None);
            }
            batches::start(tx, &who, &deed, &those, &addressing).map(Some)
        })
        .await;
    match started {
        Ok(batch) => on(&hx, batch.as_ref(), &asked.way_back()),
        // Nothing is unread, say: what was wanted is so.
        Err(Error::Refused(said)) if said.key == "bulk-none" && asked.is_all => hx.done("toast-bulk-none", &asked.back),
        Err(Error::Refused(said)) => {
            let field = match said.key {
                "bulk-number-wrong" => "count",
                "bulk-tags-missing" => "tag",
                "bulk-lists-missing" => "list",
                _ => "",
            };
            hx.invalid(&page(by, sh, &db, asked, Errors::one(field, said)).await?)
        }
        Err(other) => Err(other),
    }
}

/// What belongs to the action, or what is wrong with it.
fn deed(action: Action, asked: &BulkQuery) -> Result<Deed, Errors> {
    let mut errors = Errors::default();
    if !asked.is_all && asked.rows.is_empty() {
        errors.add("", "bulk-none");
    }
    let mut reason = String::new();
    if action == Action::Block {
        reason = errors.lines("reason", &asked.reason, blacklist::REASON);
        if reason.is_empty() {
            errors.add("reason", "blacklist-reason-missing");
        }
    }
    let (mut tags, mut lists) = (vec![], vec![]);
    if matches!(action, Action::AddTags | Action::RemoveTags) {
        tags = asked.tags.clone();
        if tags.is_empty() {
            errors.add("tag", "bulk-tags-missing");
        }
    }
    if matches!(action, Action::AddToLists | Action::RemoveFromLists) {
        lists = asked.lists.clone();
        if lists.is_empty() {
            errors.add("list", "bulk-lists-missing");
        }
    }
    errors.or(Deed { action, reason, tags, lists })
}

/// On to the list; to the batch itself where something was left undone.
fn on(hx: &Hx, batch: Option<&Batch>, back: &str) -> Result<HttpResponse> {
    match batch {
        Some(batch) if batch.ended_at.is_none() => hx.done("toast-bulk-started", back),
        Some(batch) if batch.failed > 0 => hx.done("toast-bulk-partly", "/batches"),
        Some(batch) => hx.done(Toast::of_many("toast-bulk-done-to", batch.done), back),
        // The form was sent before.
        None => hx.done("toast-bulk-done", back),
    }
}
