//! `GET /customers/{id}`: the profile and its tabs.

use actix_web::HttpResponse;
use actix_web::web::{Data, Path, Query};
use serde::Deserialize;

use crate::auth::{CustomerScope, Operator};
use crate::blacklist::BlockForm;
use crate::channels;
use crate::companies;
use crate::conversations;
use crate::customers::store::profile;
use crate::customers::store::{self, Belongings};
use crate::customers::views::{
    ConversationRow, Edited, Field, Fields, Head, InteractionTab, ProfilePage, Selected, Tab, TagsTab,
};
use crate::customers::{Customer, StoredClaim};
use crate::db::page::Cursor;
use crate::db::types::{ConversationId, CustomerId, StaffId};
use crate::db::{Conn, Db};
use crate::deals;
use crate::error::{Error, Result};
use crate::fields::{self, At};
use crate::funnels;
use crate::staff;
use crate::tags;
use crate::templates::Picker;
use crate::web::address::back_or;
use crate::web::forms;
use crate::web::page::Hx;
use crate::web::shell::Shell;

use super::choices::{choices, offers};
use super::edit::Now;

#[derive(Deserialize)]
#[serde(default)]
#[derive(Default)]
pub struct Asked {
    tab: String,
    conversation: Option<String>,
    at: String,
    /// The dialog that is open from the start.
    dialog: String,
    /// The field whose form is open.
    edit: String,
    /// The custom field, by its number; the variable, by its name; or a new one.
    custom: String,
    variable: String,
    add: String,
    /// Where their form leads.
    back: String,
}

impl Asked {
    /// The tab Profile for a form that came from another page.
    pub fn back_to(back: &str) -> Self {
        Self { back: back.to_owned(), ..Self::default() }
    }

    pub fn of_tab(tab: &str) -> Self {
        Self { tab: tab.to_owned(), ..Self::default() }
    }

    /// The value whose form is open.
    fn value(&self) -> Option<At> {
        if let Ok(id) = self.custom.parse() {
            return Some(At::Field(id));
        }
        if self.add == "variable" {
            return Some(At::New);
        }
        (!self.variable.is_empty()).then(|| At::Variable(self.variable.clone()))
    }
}

pub async fn page(
    by: Operator,
    sh: Shell,
    hx: Hx,
    db: Data<Db>,
    id: Path<CustomerId>,
    asked: Query<Asked>,
) -> Result<HttpResponse> {
    let asked = asked.into_inner();
    let (edited, value) = (Field::parse(&asked.edit), asked.value());
    let mut page = load(&by, sh, &db, id.into_inner(), asked).await?;
    if let (Some(field), Tab::Fields(fields)) = (edited, &mut page.tab) {
        fields.edited = Some(Edited::open(field, &fields.now));
    }
    if let (Some(at), Tab::Fields(fields)) = (value, &mut page.tab) {
        fields.values.open(at);
    }
    hx.page(&page)
}

/// The page as the database has it now.
pub async fn load(by: &Operator, mut sh: Shell, db: &Db, id: CustomerId, asked: Asked) -> Result<ProfilePage> {
    sh.live = format!("/live?customer={id}");
    let (by, dialog) = (by.clone(), asked.dialog.clone());
    let (head, tab) = db
        .read(move |conn| {
            let (customer, request_waits) = profile::find(conn, &by.scope(), id)?;
            let tab = match asked.tab.as_str() {
                "tags" => Tab::Tags(tags_tab(conn, &customer)?),
                "interaction" => Tab::Interaction(Box::new(interaction_tab(conn, &by.scope(), &customer, &asked)?)),
                _ => Tab::Fields(Box::new(fields_tab(conn, &by, &customer, &asked.back)?)),
            };
            Ok((head(conn, &by, customer, request_waits)?, tab))
        })
        .await?;
    let block = BlockForm::offered(&sh, &head.customer, head.request_waits, super::customer_url(id))
        .map(|form| BlockForm { is_open: dialog == "block", ..form });
    Ok(ProfilePage { sh, head, tab, token: forms::new_token(), dialog, block })
}

/// What stands above every tab.
fn head(conn: &mut Conn, by: &Operator, customer: Customer, request_waits: bool) -> Result<Head> {
    let active = conversations::store::of_customer::active(conn, &customer, by.id())?;
    let accounts = choices(conn, by, &customer)?;
    let picker = Picker::new(offers(conn, &accounts)?);
    let block = if customer.blocked { profile::current_block(conn, customer.id)? } else { None };
    let responsible = match customer.responsible_id {
        Some(id) => staff::names(conn, &[id])?.remove(&id).unwrap_or_default(),
        None => String::new(),
    };
    Ok(Head {
        is_mine: customer.responsible_id == Some(by.id()),
        goes_to: active.filter(|(_, who)| *who == Some(by.id())).map(|(id, _)| id),
        active: active.map(|(id, _)| id),
        responsible,
        needed_tags: conversations::missing_tag(conn, None)?,
        accounts,
        picker,
        block,
        request_waits: request_waits && !customer.blocked,
        customer,
    })
}

fn fields_tab(conn: &mut Conn, by: &Operator, customer: &Customer, back: &str) -> Result<Fields> {
    let Belongings { tags, lists, variables, handles, claims, is_pending, block, .. } =
        store::belongings_of(conn, customer.id)?;
    let lookalikes = profile::duplicates(conn, &by.scope(), customer, &claims)?;
    let company = match customer.company_id {
        Some(id) => Some(companies::store::find(conn, id)?),
        None => None,
    };
    let company_name = company.as_ref().map(|company| company.name.clone()).unwrap_or_default();
    Ok(Fields {
        now: Now::with(customer, &handles, company_name).form(String::new()),
        edited: None,
        values: fields::values(conn, customer.id, variables, &back_or(back, ""))?,
        companies: companies::store::offered(conn)?,
        handles,
        company,
        tags,
        lists,
        place: funnels::place_among_all(conn, block)?,
        deals: deals::shown(conn, customer.id)?,
        is_pending,
        claims: StoredClaim::unknown(customer, claims),
        lookalikes,
        visit: conversations::store::of_customer::last_visit(conn, customer)?,
        staff: bindable(conn, by, customer)?,
    })
}

/// Whom this person may bind the customer to.
fn bindable(conn: &mut Conn, by: &Operator, customer: &Customer) -> Result<Vec<(StaffId, String)>> {
    if by.supervisor().is_some() {
        return Ok(staff::serving(conn)?.into_iter().map(|member| (member.id, member.name)).collect());
    }
    let is_own_or_free = customer.responsible_id.is_none_or(|id| id == by.id());
    Ok(if is_own_or_free { vec![(by.id(), by.me().name.clone())] } else { vec![] })
}

fn tags_tab(conn: &mut Conn, customer: &Customer) -> Result<TagsTab> {
    let on = store::tags_of(conn, &[customer.id])?.remove(&customer.id).unwrap_or_default();
    let mut others = tags::customer_tags(conn)?;
    others.retain(|tag| !on.contains(tag));
    Ok(TagsTab { on, others })
}

fn interaction_tab(
    conn: &mut Conn,
    scope: &CustomerScope,
    customer: &Customer,
    asked: &Asked,
) -> Result<InteractionTab> {
    let cursor = Cursor::decode(&asked.at);
    let page = conversations::store::of_customer::page(conn, customer, cursor)?;
    let (rated, stars) = conversations::store::of_customer::ratings(conn, customer, &page)?;
    let selected = match asked.conversation.as_deref().filter(|typed| !typed.is_empty()) {
        Some(number) => Some(number.parse::<ConversationId>().map_err(|_| Error::NotFound)?),
        None => None,
    };
    let selected = match selected {
        Some(id) => Some(conversations::store::find(conn, scope, id)?),
        None => None,
    };
    if selected.as_ref().is_some_and(|conversation| conversation.customer_id != customer.id) {
        return Err(Error::NotFound);
    }
    let shown = page.rows.iter().chain(&selected);
    let people: Vec<_> = shown.clone().flat_map(|c| [c.assignee_id, c.closed_by_id]).flatten().collect();
    let names = staff::names(conn, &people)?;
    let kinds = channels::list(conn)?;
    let row = |conversation| ConversationRow::of(conversation, &names, &kinds);
    Ok(InteractionTab {
        at: if cursor.is_some() { asked.at.clone() } else { String::new() },
        selected: selected.map(|conversation| Selected {
            closed_by: conversation.closed_by_id.and_then(|id| names.get(&id).cloned()),
            row: row(conversation),
        }),
        page: page.map(row),
        rated,
        stars,
    })
}
