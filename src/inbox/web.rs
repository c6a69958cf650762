//! The page, its regions, and what is done with a conversation.

mod actions;
mod bulk;
mod displays;
mod panel;
pub mod saved;
mod send;
mod slash;

use actix_web::HttpResponse;
use actix_web::http::StatusCode;
use actix_web::http::header::{HeaderName, HeaderValue};
use actix_web::web::{Data, Path, Query};
use askama::Template;
use serde::Deserialize;

use super::list::{self, ListView};
use super::load::{self, State};
use super::model::{Filter, ListQuery, PlaceQuery, Spot};
use super::slash as slash_choices;
use super::views::{
    Beside, CardsFragment, ComposerFragment, ComposerView, DialogsFragment, DialogsView, HeadFragment, HeadView,
    HereFragment, HereView, InboxPage, LogFragment, MenuFragment, MenuView, Open, Place as PlaceView, SideFragment,
    SideView, WindowFragment, WindowView,
};
use crate::auth::Operator;
use crate::commands;
use crate::customers;
use crate::db::Db;
use crate::db::types::{ConversationId, CustomerId};
use crate::error::{Error, Result};
use crate::realtime::Doing;
use crate::realtime::presence::Presences;
use crate::staff;
use crate::web::page::{Hx, html_response, region_with};
use crate::web::shell::Shell;

pub use actions::{pin, presence, read, unread};
pub use bulk::{bulk, bulk_form};
pub use displays::{display, preview, save_display, save_preview};
pub use panel::panel;
pub use send::send;
pub use slash::slash;

/// `GET /inbox`.
pub async fn inbox(by: Operator, sh: Shell, hx: Hx, db: Data<Db>, query: Query<ListQuery>) -> Result<HttpResponse> {
    let filter = query.filter();
    let clock = sh.clock;
    let list = db.read(move |conn| list::load(conn, &by, clock, filter)).await?;
    hx.page(&InboxPage { list: ListView::new(&sh, list), open: None, sh })
}

/// `GET /inbox/{customer}`: whoever opens it where it ends reads it for all.
#[expect(clippy::too_many_arguments, reason = "each is a part of the request")]
pub async fn open(
    by: Operator,
    sh: Shell,
    hx: Hx,
    db: Data<Db>,
    presences: Data<Presences>,
    id: Path<CustomerId>,
    list: Query<ListQuery>,
    place: Query<PlaceQuery>,
    chosen: Query<Chosen>,
) -> Result<HttpResponse> {
    let (id, filter, spot) = (id.into_inner(), list.filter(), place.spot());
    mark_read(&by, &db, id, spot).await?;
    let mut page = page(by.clone(), sh, &db, &presences, id, filter, spot, None).await?;
    if let Some(open) = &mut page.open {
        chosen.put_into(&by, &db, open).await?;
    }
    hx.page(&page)
}

/// What was chosen from the page of quick replies and commands, for the composer.
#[derive(Default, Deserialize)]
#[serde(default)]
pub struct Chosen {
    reply: String,
    command: String,
}

impl Chosen {
    async fn put_into(&self, by: &Operator, db: &Db, open: &mut Open) -> Result<()> {
        let (by, customer) = (by.clone(), open.customer.clone());
        if let Ok(id) = self.reply.parse() {
            let prepared = db.read(move |conn| slash_choices::prepared(conn, &by, &customer, id)).await;
            if let Some((text, files)) = if_there(prepared)? {
                (open.composer.text, open.composer.quick) = (text, files);
                open.composer.is_fresh = true;
            }
        } else if let Ok(id) = self.command.parse()
            && let Some(command) = if_there(db.read(move |conn| commands::find(conn, id)).await)?
        {
            open.composer.text = format!("/{} ", command.name);
            open.composer.is_fresh = true;
        }
        Ok(())
    }
}

/// What was found; nothing if it is gone meanwhile, or never was.
fn if_there<T>(found: Result<T>) -> Result<Option<T>> {
    match found {
        Ok(found) => Ok(Some(found)),
        Err(Error::NotFound) => Ok(None),
        Err(other) => Err(other),
    }
}

/// Reads for all what is unread of a customer, where the page will show it.
async fn mark_read(by: &Operator, db: &Db, id: CustomerId, spot: Spot) -> Result<()> {
    let scope = by.scope();
    let customer = db.look(move |conn| customers::find(conn, &scope, id)).await?;
    if customer.is_unread() {
        db.write(move |tx| {
            tx.concerns_one_customer();
            if load::shows_end(tx, &customer, spot.place)? {
                customers::actions::mark_read(tx, id)?;
            }
            Ok(())
        })
        .await?;
    }
    Ok(())
}

/// The whole page with a conversation, and with another composer than an empty one after words that did not pass.
#[expect(clippy::too_many_arguments, reason = "what a page is made of, each once")]
async fn page(
    by: Operator,
    mut sh: Shell,
    db: &Db,
    presences: &Presences,
    id: CustomerId,
    mut filter: Filter,
    spot: Spot,
    composer: Option<ComposerView>,
) -> Result<InboxPage> {
    filter.open = Some(id);
    let at = presences.at(id, by.id());
    let (types, clock) = (presences.customer_types(id), sh.clock);
    let (list, state, log, known, colleagues) = db
        .read(move |conn| {
            let customer = customers::find(conn, &by.scope(), id)?;
            let log = load::log(conn, &by, &customer, spot)?;
            let known = load::known(conn, &by, customer.clone())?;
            let state = load::state(conn, &by, customer, spot.conversation)?;
            Ok((list::load(conn, &by, clock, filter)?, state, log, known, staff::serving(conn)?))
        })
        .await?;
    sh.live = format!("/live?customer={id}");
    let names: Vec<_> = colleagues.iter().map(|c| (c.id, c.name.clone())).collect();
    let beside = Beside::of(&list.filter.at(&list.filter.page()), id);
    let open = Open {
        customer: state.customer.clone(),
        log: PlaceView::new(&sh, &state.customer, &log, beside.clone()),
        composer: composer.unwrap_or_else(|| ComposerView::new(&state, beside.clone())),
        here: here_view(&sh, id, &at, types, &names),
        side: SideView::new(known, beside.clone()),
        dialogs: DialogsView::new(&sh, &state, colleagues, &beside),
        head: HeadView::new(state, beside),
    };
    Ok(InboxPage { list: ListView::new(&sh, list), open: Some(Box::new(open)), sh })
}

/// `GET /inbox/cards`.
pub async fn cards(by: Operator, sh: Shell, db: Data<Db>, query: Query<ListQuery>) -> Result<HttpResponse> {
    let (filter, typed, clock) = (query.filter(), query.is_typed(), sh.clock);
    let list = db.read(move |conn| list::load(conn, &by, clock, filter)).await?;
    let url = list.filter.at(&list.filter.page());
    let mut answer = fragment(&CardsFragment { sh: &sh, list: &ListView::new(&sh, list) })?;
    if typed && let Ok(url) = HeaderValue::from_str(&url) {
        answer.headers_mut().insert(HeaderName::from_static("hx-replace-url"), url);
    }
    Ok(answer)
}

/// `GET /inbox/{customer}/menu`.
pub async fn menu(by: Operator, sh: Shell, hx: Hx, db: Data<Db>, id: Path<CustomerId>) -> Result<HttpResponse> {
    let menu = MenuView::new(&sh, state(by, &db, id.into_inner(), None).await?, &hx.here);
    fragment(&MenuFragment { sh: &sh, menu: &menu })
}

/// `GET /inbox/{customer}/dialogs`: nothing if they are as they were, so that nobody's words are touched.
pub async fn dialogs(
    by: Operator,
    sh: Shell,
    hx: Hx,
    db: Data<Db>,
    id: Path<CustomerId>,
    shown: Query<Shown>,
) -> Result<HttpResponse> {
    let id = id.into_inner();
    let of = shown.conversation();
    let (state, colleagues) = db
        .read(move |conn| {
            let customer = customers::find(conn, &by.scope(), id)?;
            Ok((load::state(conn, &by, customer, of)?, staff::serving(conn)?))
        })
        .await?;
    let dialogs = DialogsView::new(&sh, &state, colleagues, &Beside::of(&hx.here, id));
    if dialogs.state == shown.state {
        return Ok(HttpResponse::NoContent().finish());
    }
    fragment(&DialogsFragment { sh: &sh, dialogs: &dialogs })
}

/// `GET /inbox/{customer}/head`.
pub async fn head(
    by: Operator,
    sh: Shell,
    hx: Hx,
    db: Data<Db>,
    id: Path<CustomerId>,
    shown: Query<Shown>,
) -> Result<HttpResponse> {
    let state = state(by, &db, id.into_inner(), shown.conversation()).await?;
    let (customer, beside) = (state.customer.clone(), Beside::of(&hx.here, state.customer.id));
    fragment(&HeadFragment { sh: &sh, head: &HeadView::new(state, beside), customer: &customer })
}

/// `GET /inbox/{customer}/log`.
pub async fn log(
    by: Operator,
    sh: Shell,
    hx: Hx,
    db: Data<Db>,
    id: Path<CustomerId>,
    place: Query<PlaceQuery>,
) -> Result<HttpResponse> {
    let id = id.into_inner();
    let view = log_view(&by, &sh, &db, id, place.spot(), Beside::of(&hx.here, id)).await?;
    fragment(&LogFragment { sh: &sh, place: &view })
}

async fn log_view(by: &Operator, sh: &Shell, db: &Db, id: CustomerId, spot: Spot, beside: Beside) -> Result<PlaceView> {
    let by = by.clone();
    let (customer, log) = db
        .read(move |conn| {
            let customer = customers::find(conn, &by.scope(), id)?;
            let log = load::log(conn, &by, &customer, spot)?;
            Ok((customer, log))
        })
        .await?;
    Ok(PlaceView::new(sh, &customer, &log, beside))
}

/// What a region shows already.
#[derive(Default, Deserialize)]
#[serde(default)]
pub struct Shown {
    state: String,
    conversation: String,
}

impl Shown {
    /// The conversation that it is about.
    fn conversation(&self) -> Option<ConversationId> {
        self.conversation.parse().ok()
    }
}

/// `GET /inbox/{customer}/composer`: nothing if it is as it was, so that nobody's words are touched.
pub async fn composer(
    by: Operator,
    sh: Shell,
    hx: Hx,
    db: Data<Db>,
    id: Path<CustomerId>,
    shown: Query<Shown>,
) -> Result<HttpResponse> {
    let id = id.into_inner();
    let composer = ComposerView::new(&state(by, &db, id, shown.conversation()).await?, Beside::of(&hx.here, id));
    if composer.state == shown.state {
        return Ok(HttpResponse::NoContent().finish());
    }
    fragment(&ComposerFragment { sh: &sh, composer: &composer })
}

/// `GET /inbox/{customer}/window`: how long free text may still be written.
pub async fn window(
    by: Operator,
    sh: Shell,
    db: Data<Db>,
    id: Path<CustomerId>,
    shown: Query<Shown>,
) -> Result<HttpResponse> {
    let state = state(by, &db, id.into_inner(), shown.conversation()).await?;
    match WindowView::new(&state) {
        Some(window) => fragment(&WindowFragment { sh: &sh, window: &window }),
        None => Ok(HttpResponse::NoContent().finish()),
    }
}

/// `GET /inbox/{customer}/side`.
pub async fn side(by: Operator, sh: Shell, hx: Hx, db: Data<Db>, id: Path<CustomerId>) -> Result<HttpResponse> {
    let id = id.into_inner();
    let known = db
        .read(move |conn| {
            let customer = customers::find(conn, &by.scope(), id)?;
            load::known(conn, &by, customer)
        })
        .await?;
    fragment(&SideFragment { sh: &sh, side: &SideView::new(known, Beside::of(&hx.here, id)) })
}

/// `GET /inbox/{customer}/here`.
pub async fn here(
    by: Operator,
    sh: Shell,
    db: Data<Db>,
    presences: Data<Presences>,
    id: Path<CustomerId>,
) -> Result<HttpResponse> {
    let id = id.into_inner();
    let (at, types) = (presences.at(id, by.id()), presences.customer_types(id));
    let scope = by.scope();
    let people: Vec<_> = at.iter().map(|(id, _)| *id).collect();
    let names = db
        .read(move |conn| {
            customers::require_visible(conn, &scope, id)?;
            staff::names(conn, &people)
        })
        .await?;
    let names: Vec<_> = names.into_iter().collect();
    fragment(&HereFragment { sh: &sh, here: &here_view(&sh, id, &at, types, &names) })
}

fn here_view(
    sh: &Shell,
    id: CustomerId,
    at: &[(crate::db::types::StaffId, Doing)],
    types: bool,
    names: &[(crate::db::types::StaffId, String)],
) -> HereView {
    let mut lines = vec![];
    if types {
        lines.push(sh.t("inbox-customer-types").to_string());
    }
    for (staff, doing) in at {
        let Some((_, name)) = names.iter().find(|(id, _)| id == staff) else { continue };
        let key = if *doing == Doing::Typing { "inbox-types" } else { "inbox-is-here" };
        lines.push(sh.ta(key, "name", crate::text::isolate(name)));
    }
    HereView { customer: id, lines }
}

async fn state(by: Operator, db: &Db, id: CustomerId, shown: Option<ConversationId>) -> Result<State> {
    db.read(move |conn| {
        let customer = customers::find(conn, &by.scope(), id)?;
        load::state(conn, &by, customer, shown)
    })
    .await
}

fn fragment(template: &impl Template) -> Result<HttpResponse> {
    Ok(html_response(StatusCode::OK, template.render()?))
}

/// A composer's answer, with the log beside it.
fn composer_and_log(sh: &Shell, status: StatusCode, composer: &ComposerView, log: &PlaceView) -> Result<HttpResponse> {
    let region = ComposerFragment { sh, composer }.render()?;
    let log_html = LogFragment { sh, place: log }.render()?;
    let title = format!("{} · {} · Switchboard", composer.name, sh.t("nav-inbox"));
    let target = format!("messages-{}", log.customer);
    Ok(html_response(status, region_with(&title, region, &[(&target, log_html)])))
}
