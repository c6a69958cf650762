//! `GET /history` and `GET /conversations/{id}`.

use std::sync::Arc;

use actix_web::HttpResponse;
use actix_web::web::{Data, Path, Query};
use serde::Deserialize;

use super::model::{Asked, Filter};
use super::store;
use super::views::{ConversationPage, HistoryPage, Line};
use crate::auth::Operator;
use crate::blacklist::BlockForm;
use crate::channels::{self, Channel};
use crate::conversations::views::{CloseForm, TransferForm};
use crate::conversations::{self, Conversation};
use crate::customers::{self, Customer};
use crate::db::page::{Cursor, Page};
use crate::db::types::{ConversationId, ConversationTagId, MessageId, StaffId};
use crate::db::{Conn, Db};
use crate::error::Result;
use crate::messages::thread::{self, Thread};
use crate::messages::views::LogView;
use crate::staff;
use crate::tags::{self, TagPath};
use crate::web::forms;
use crate::web::page::Hx;
use crate::web::shell::Shell;

/// Messages that the page of a conversation shows at once.
const SHOWN: i64 = 100;

/// What the list shows.
struct List {
    page: Page<Line>,
    active: i64,
    staff: Arc<Vec<(StaffId, String)>>,
    channels: Vec<Channel>,
    tags: Vec<Arc<TagPath>>,
}

/// `GET /history`: conversations, active or closed. Of everybody for those who oversee; operators find what they had a part in.
pub async fn list(by: Operator, sh: Shell, hx: Hx, db: Data<Db>, asked: Query<Asked>) -> Result<HttpResponse> {
    let asked = asked.into_inner();
    let (filter, errors) = asked.parse(&sh.clock);
    let filter = Filter { part_of: by.supervisor().is_none().then(|| by.id()), ..filter };
    let cursor = Cursor::decode(&asked.at);
    let tab = filter.tab;
    // The tags that a row has may be a moment younger than its words; on PostgreSQL two of four round trips are spared.
    let list = db.look(move |conn| read_list(conn, &by, &filter, cursor)).await?;
    hx.page(&HistoryPage {
        sh,
        tab,
        asked,
        errors,
        lines: list.page.rows,
        active: list.active,
        previous: list.page.previous,
        next: list.page.next,
        staff: list.staff,
        channels: list.channels,
        tags: list.tags,
    })
}

fn read_list(conn: &mut Conn, by: &Operator, filter: &Filter, cursor: Option<Cursor>) -> Result<List> {
    let scope = by.scope();
    let found = store::page(conn, &scope, filter, cursor)?;
    let ids: Vec<_> = found.rows.iter().map(|(row, _)| row.id).collect();
    let (channels, staff) = (channels::list(conn)?, staff::choices(conn)?);
    let tags = tags::paths(conn)?;
    let mut tagged = conversations::store::tags_of(conn, &ids)?;
    let lines = found.rows.into_iter().map(|(row, customer)| {
        let channel = channels.iter().find(|channel| channel.id == row.channel_id);
        let operator = row.assignee_id.and_then(|id| staff.iter().find(|(other, _)| *other == id));
        Line {
            customer,
            kind: channel.map_or("", |channel| channel.kind.as_str()),
            channel: channel.map(|channel| channel.name.clone()).unwrap_or_default(),
            operator: operator.map(|(_, name)| name.clone()).unwrap_or_default(),
            tags: tagged.remove(&row.id).map(|own| with_paths(&tags, &own)).unwrap_or_default(),
            conversation: row,
        }
    });
    let page = Page { rows: lines.collect(), next: found.next, previous: found.previous };
    Ok(List { page, active: store::count_active(conn, &scope, filter.part_of)?, staff, channels, tags })
}

/// These tags by their whole paths.
fn with_paths(all: &[Arc<TagPath>], own: &[ConversationTagId]) -> Vec<Arc<TagPath>> {
    all.iter().filter(|path| own.contains(&path.tag.id)).cloned().collect()
}

#[derive(Deserialize)]
#[serde(default)]
#[derive(Default)]
pub struct Shown {
    /// Messages before this one.
    before: String,
}

/// What the page of a conversation shows.
struct Read {
    customer: Customer,
    conversation: Conversation,
    channel: Channel,
    assignee: String,
    thread: Thread,
    tags: Vec<Arc<TagPath>>,
    other_tags: Vec<Arc<TagPath>>,
    previous: Option<ConversationId>,
    next: Option<ConversationId>,
    work: Option<(TransferForm, CloseForm)>,
    may_message: bool,
    request_waits: bool,
}

/// `GET /conversations/{id}`.
pub async fn conversation(
    by: Operator,
    mut sh: Shell,
    hx: Hx,
    db: Data<Db>,
    id: Path<ConversationId>,
    shown: Query<Shown>,
) -> Result<HttpResponse> {
    let id = id.into_inner();
    let before: Option<MessageId> = shown.before.parse().ok();
    let read = db.read(move |conn| read(conn, &by, id, before)).await?;
    let block = BlockForm::offered(&sh, &read.customer, read.request_waits, format!("/conversations/{id}"));
    sh.live = format!("/live?customer={}", read.customer.id);
    let log = LogView::new(&sh, &read.customer, &read.thread).rated_once();
    hx.page(&ConversationPage {
        log,
        customer: read.customer,
        conversation: read.conversation,
        channel: read.channel,
        assignee: read.assignee,
        tags: read.tags,
        other_tags: read.other_tags,
        previous: read.previous,
        next: read.next,
        work: read.work,
        block,
        may_message: read.may_message,
        request_waits: read.request_waits,
        before: before.map(|id| id.to_string()).unwrap_or_default(),
        token: forms::new_token(),
        sh,
    })
}

fn read(conn: &mut Conn, by: &Operator, id: ConversationId, before: Option<MessageId>) -> Result<Read> {
    let scope = by.scope();
    let (conversation, customer) = conversations::store::find_with_customer(conn, &scope, id)?;
    let (previous, next) = store::neighbours(conn, &conversation)?;
    let all = tags::paths(conn)?;
    let own = conversations::store::tags_of(conn, &[id])?.remove(&id).unwrap_or_default();
    let (tags, other_tags) = all.into_iter().partition(|path| own.contains(&path.tag.id));
    let assignee = staff::names(conn, conversation.assignee_id.as_slice())?.into_values().next().unwrap_or_default();
    let is_workable = conversation.is_open() && conversations::actions::may_work(by, &customer, &conversation).is_ok();
    let (colleagues, here) = (staff::serving(conn)?, format!("/conversations/{id}"));
    let needed = conversations::missing_tag(conn, Some(id))?;
    let work = is_workable.then(|| {
        (TransferForm::new(&conversation, colleagues, here.clone()), CloseForm::new(&conversation, needed, here))
    });
    Ok(Read {
        channel: channels::find(conn, conversation.channel_id)?,
        thread: thread::of_conversation(conn, &customer, &conversation, before, SHOWN)?,
        may_message: conversations::may_write_mail(by, &customer).is_ok()
            && (!customer.is_active() || conversations::has_mail_way(conn, &customer)?),
        request_waits: customers::store::profile::request_waits(conn, customer.id)?,
        assignee,
        tags,
        other_tags,
        previous,
        next,
        work,
        customer,
        conversation,
    })
}
