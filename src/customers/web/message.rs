//! `/customers/{id}/message`: Callback, Contact customer, Message, Start conversation. Always a new conversation.

use std::sync::Arc;

use actix_multipart::Multipart;
use actix_web::HttpResponse;
use actix_web::web::{Data, Path, Query};
use serde::Deserialize;

use super::choices::{choices, offers};
use super::customer_url;
use super::first::{self, Rules, Templates};
use super::way_on;
use crate::auth::Operator;
use crate::channels::{self, Channel, ChannelKind};
use crate::conversations::{self, Destination, Outgoing};
use crate::customers::views::{AccountChoice, MessageForm, MessagePage, Stop, TypedFirst};
use crate::customers::{Addressing, ChannelAccount, Customer, find, store};
use crate::db::types::{AccountId, CustomerId};
use crate::db::{Conn, Db, Tx};
use crate::error::{Error, Result, Said};
use crate::files::{self, Files, Limits};
use crate::mails;
use crate::messages;
use crate::tags::TagPath;
use crate::templates::{Offer, Picker};
use crate::web::address::back_or;
use crate::web::forms::Errors;
use crate::web::page::Hx;
use crate::web::shell::Shell;

#[derive(Deserialize)]
pub struct Back {
    #[serde(default)]
    back: String,
}

/// What is known before anything is typed.
struct Ways {
    customer: Customer,
    accounts: Vec<AccountChoice>,
    /// Those too that cannot be used now.
    known: Vec<AccountId>,
    stop: Option<Stop>,
    /// Addresses that mails can be sent from.
    senders: Vec<(String, Channel)>,
    /// Tags of which one has to be chosen.
    needed_tags: Vec<Arc<TagPath>>,
    /// Templates of the channels that can be used now.
    offers: Vec<Offer>,
}

/// `GET /customers/{id}/message`.
pub async fn form(
    by: Operator,
    sh: Shell,
    hx: Hx,
    db: Data<Db>,
    id: Path<CustomerId>,
    back: Query<Back>,
) -> Result<HttpResponse> {
    let id = id.into_inner();
    let ways = db.read(move |conn| ways(conn, &by, id)).await?;
    let form = MessageForm { account: String::new(), back: back.into_inner().back, first: TypedFirst::blank() };
    hx.page(&page(sh, ways, form, Errors::default()))
}

/// `POST /customers/{id}/message`.
#[expect(clippy::too_many_arguments, reason = "each is a part of the request")]
pub async fn send(
    by: Operator,
    sh: Shell,
    hx: Hx,
    db: Data<Db>,
    addressing: Data<Addressing>,
    stored: Data<Files>,
    id: Path<CustomerId>,
    upload: Multipart,
) -> Result<HttpResponse> {
    let (id, reader) = (id.into_inner(), by.clone());
    let ways = db.read(move |conn| ways(conn, &reader, id)).await?;
    let upload = files::accept_form(&db, &stored, upload, &limits(&ways.accounts)).await?;
    let (account, back) = (upload.field("account").to_owned(), upload.field("back").to_owned());
    let mut form = MessageForm { account, back, first: TypedFirst::of(&upload) };
    let mut errors = Errors::default();
    // Without scripts: the fields of a template are asked for.
    if upload.get("fields").is_some() {
        return hx.page(&page(sh, ways, form, errors));
    }
    // The same form sent twice is answered as the first time.
    if let Some(uuid) = form.first.once()
        && db.read(move |conn| Ok(messages::find_by_client_uuid(conn, id, &uuid)?.is_some())).await?
    {
        return hx.done("toast-conversation-started", &format!("/inbox/{id}"));
    }
    // Whether it can be used is for the service to say.
    let account = account_of(&ways, &form.account);
    if account.is_none() && ways.stop.is_none() {
        errors.add("account", "customers-message-account");
    }
    let out = first::read(&form.first, upload, &rules(&ways, account), &mut errors);
    let (Some(account), true) = (account, errors.is_empty()) else {
        return hx.invalid(&page(sh, ways, form, errors));
    };
    let (reader, plain) = (by.clone(), form.first.plain);
    let sent = db
        .write(move |tx| {
            first::hold_commands(tx, &out.body, plain)?;
            let customer = find(tx, &by.scope(), id)?;
            let account = stored_account(tx, &customer, account, &out, &addressing)?;
            conversations::start(tx, &by, &customer, &account, &out)
        })
        .await;
    match sent {
        Ok(_) => hx.done("toast-conversation-started", &format!("/inbox/{id}")),
        Err(Error::Refused(said)) => {
            // The state of things changed between the page and the button.
            let ways = db.read(move |conn| self::ways(conn, &reader, id)).await?;
            form.first.asks_plain = first::is_question(&said);
            hx.invalid(&page(sh, ways, form, first::refused(said)))
        }
        Err(other) => Err(other),
    }
}

fn page(sh: Shell, ways: Ways, form: MessageForm, errors: Errors) -> MessagePage {
    let back = back_or(&form.back, customer_url(ways.customer.id));
    let Ways { customer, accounts, stop, needed_tags, offers, .. } = ways;
    let picker = Picker::new(offers).with(form.first.template.clone(), errors.clone());
    MessagePage { sh, customer, accounts, stop, needed_tags, form, errors, back, picker }
}

fn ways(conn: &mut Conn, by: &Operator, id: CustomerId) -> Result<Ways> {
    let customer = find(conn, &by.scope(), id)?;
    let senders = mails::senders(&channels::enabled(conn)?);
    let mut accounts = choices(conn, by, &customer)?;
    let refusal = accounts.iter().find_map(|account| account.stop.clone());
    let known = accounts.iter().map(|account| account.id).collect();
    accounts.retain(|account| account.stop.is_none());
    let stop = if !accounts.is_empty() {
        None
    } else {
        let said = refusal.unwrap_or_else(|| Said::from("customers-message-no-channel"));
        Some(Stop { said, way: way_on::of_active(conn, by, &customer)? })
    };
    let needed_tags = conversations::missing_tag(conn, None)?;
    let offers = offers(conn, &accounts)?;
    Ok(Ways { customer, accounts, known, stop, senders, needed_tags, offers })
}

/// Of all channels that may be meant; what the chosen one does not take, the service refuses.
fn limits(usable: &[AccountChoice]) -> Limits {
    let each = usable.iter().map(|account| Limits::of(account.kind));
    each.reduce(Limits::or).unwrap_or_else(|| Limits::of(ChannelKind::WebChat))
}

/// The account that was chosen; the only one needs no choice.
fn account_of(ways: &Ways, typed: &str) -> Option<AccountId> {
    match ways.accounts.as_slice() {
        [only] if typed.is_empty() => Some(only.id),
        _ => typed.parse().ok().filter(|id| ways.known.contains(id)),
    }
}

fn rules(ways: &Ways, account: Option<AccountId>) -> Rules<'_> {
    let choice = ways.accounts.iter().find(|choice| Some(choice.id) == account);
    Rules {
        needed_tags: &ways.needed_tags,
        templates: choice.map(|choice| Templates {
            offers: &ways.offers,
            channel: Some(choice.channel_id),
            only: choice.needs_template,
        }),
        senders: choice.filter(|choice| choice.is_mail()).map(|_| ways.senders.as_slice()),
        choice: if ways.accounts.len() > 1 { "account" } else { "" },
    }
}

/// The account behind the choice: of a mail that of its sender's mailbox; one that may not be there yet.
fn stored_account(
    tx: &mut Tx,
    customer: &Customer,
    chosen: AccountId,
    out: &Outgoing,
    addressing: &Addressing,
) -> Result<ChannelAccount> {
    let to = match (&out.extra.mail, AccountChoice::channel_anew(chosen)) {
        (Some(mail), _) => Destination::by_mail(tx, &mail.from, customer.email.as_deref())?,
        (None, Some(channel)) => Destination::of_customer(tx, customer, channel, &addressing.phone_region)?,
        (None, None) => return store::find_account(tx, chosen),
    };
    to.account(tx, customer, addressing)
}
