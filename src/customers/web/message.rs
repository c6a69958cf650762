//! `/customers/{id}/message`: Callback, Contact customer, Message, Start conversation. Always a new conversation.

use actix_multipart::Multipart;
use actix_web::HttpResponse;
use actix_web::web::{Data, Path, Query};
use serde::Deserialize;

use super::{back_or, customer_url};
use crate::auth::Operator;
use crate::channels::email::address;
use crate::channels::{self, Channel, ChannelKind, WritesFirst, registry};
use crate::config::Config;
use crate::conversations::{self, Outgoing, Window};
use crate::customers::views::{AccountChoice, MessageForm, MessagePage, Stop};
use crate::customers::{ChannelAccount, Customer, find, store};
use crate::db::types::{AccountId, ChannelId, CustomerId};
use crate::db::{Conn, Db};
use crate::error::{Error, Result, Said};
use crate::files::{self, Files, Limits};
use crate::mails::{self, Typed};
use crate::messages;
use crate::tags::TagPath;
use crate::templates::{self, Offer, Picker};
use crate::web::forms::{self, Errors, LINES};
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
    needed_tags: Vec<TagPath>,
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
    let form = MessageForm { token: forms::new_token(), back: back.into_inner().back, ..MessageForm::default() };
    hx.page(&page(sh, ways, form, Errors::default()))
}

/// `POST /customers/{id}/message`.
#[expect(clippy::too_many_arguments, reason = "each is a part of the request")]
pub async fn send(
    by: Operator,
    sh: Shell,
    hx: Hx,
    db: Data<Db>,
    config: Data<Config>,
    store: Data<Files>,
    id: Path<CustomerId>,
    upload: Multipart,
) -> Result<HttpResponse> {
    let (id, reader) = (id.into_inner(), by.clone());
    let ways = db.read(move |conn| ways(conn, &reader, id)).await?;
    let upload = files::accept(&db, &store, upload, &limits(&ways.accounts)).await?;
    let form = MessageForm {
        account: upload.field("account").to_owned(),
        tag: upload.field("tag").to_owned(),
        body: upload.field("body").to_owned(),
        mail: Typed {
            sender: upload.field("sender").to_owned(),
            subject: upload.field("subject").to_owned(),
            bcc: upload.field("bcc").to_owned(),
        },
        template: templates::Typed::of(|name| upload.field(name)),
        token: upload.field("form_token").to_owned(),
        back: upload.field("back").to_owned(),
    };
    let mut errors = Errors::default();
    // Without scripts: the fields of a template are asked for.
    if upload.get("fields").is_some() {
        return hx.page(&page(sh, ways, form, errors));
    }
    // The same form sent twice is answered as the first time.
    let token = Some(form.token.clone()).filter(|token| uuid::Uuid::parse_str(token).is_ok());
    if let Some(uuid) = token.clone()
        && db.read(move |conn| Ok(messages::find_by_client_uuid(conn, id, &uuid)?.is_some())).await?
    {
        return hx.done("toast-conversation-started", &format!("/inbox/{id}"));
    }
    // Whether it can be used is for the service to say.
    let account = account(&ways, &form.account);
    if account.is_none() && ways.stop.is_none() {
        errors.add("account", "customers-message-account");
    }
    let tag = conversations::chosen_tag(&ways.needed_tags, &form.tag).unwrap_or_else(|said| {
        errors.add("tag", said);
        None
    });
    let template = template(&ways, account, &form.template, &mut errors);
    let body = errors.lines("body", &form.body, LINES);
    if body.is_empty() && upload.files.is_empty() && template == Wanted::Text {
        errors.add("body", "customers-message-empty");
    }
    let mail = match ways.accounts.iter().find(|choice| Some(choice.id) == account && choice.is_mail()) {
        Some(_) => Some(form.mail.parse(&mut errors, &ways.senders, true)),
        None => None,
    };
    let (Some(account), true) = (account, errors.is_empty()) else {
        return hx.invalid(&page(sh, ways, form, errors));
    };
    let sender = mail.as_ref().map(|mail| mail.from.clone());
    let mut out = Outgoing { body, files: upload.files, client_uuid: token, tag, ..Outgoing::default() };
    out.extra.mail = mail;
    if let Wanted::Template(filled) = template {
        // What stands in the field of the free text was not asked for.
        out.body.clear();
        out.extra.template = Some(filled);
    }
    let (reader, region) = (by.clone(), config.phone_region.clone());
    let sent = db
        .write(move |tx| {
            let customer = find(tx, &by.scope(), id)?;
            let account = match (&sender, AccountChoice::phone_channel(account)) {
                (Some(sender), _) => conversations::mail_account(tx, &customer, sender)?,
                (None, Some(channel)) => conversations::phone_account(tx, &customer, channel, &region)?,
                (None, None) => crate::customers::store::find_account(tx, account)?,
            };
            conversations::start(tx, &by, &customer, &account, &out)
        })
        .await;
    match sent {
        Ok(_) => hx.done("toast-conversation-started", &format!("/inbox/{id}")),
        Err(Error::Refused(said)) => {
            // The state of things changed between the page and the button.
            let ways = db.read(move |conn| self::ways(conn, &reader, id)).await?;
            hx.invalid(&page(sh, ways, form, Errors::one(conversations::field_of(&said), said)))
        }
        Err(other) => Err(other),
    }
}

fn page(sh: Shell, ways: Ways, form: MessageForm, errors: Errors) -> MessagePage {
    let back = back_or(&form.back, customer_url(ways.customer.id));
    let Ways { customer, accounts, stop, needed_tags, offers, .. } = ways;
    let picker = Picker::new(offers).with(form.template.clone(), errors.clone());
    MessagePage { sh, customer, accounts, stop, needed_tags, form, errors, back, picker }
}

/// What goes out.
#[derive(PartialEq)]
enum Wanted {
    Text,
    Template(channels::Template),
    /// Something is wrong with the template.
    Nothing,
}

/// The template that was chosen, if one was, or if there has to be one.
fn template(ways: &Ways, account: Option<AccountId>, typed: &templates::Typed, errors: &mut Errors) -> Wanted {
    let Some(choice) = ways.accounts.iter().find(|choice| Some(choice.id) == account) else { return Wanted::Text };
    if !choice.needs_template && typed.template.trim().is_empty() {
        return Wanted::Text;
    }
    if typed.chosen(&ways.offers).is_some_and(|offer| offer.template.channel_id != choice.channel_id) {
        errors.add("template", "template-other-channel");
        return Wanted::Nothing;
    }
    typed.parse(errors, &ways.offers).map_or(Wanted::Nothing, Wanted::Template)
}

/// The templates that can be sent through those of these that can be used.
pub fn offers(conn: &mut Conn, accounts: &[AccountChoice]) -> Result<Vec<Offer>> {
    let mut channels = channels::enabled(conn)?;
    channels.retain(|channel| accounts.iter().any(|one| one.stop.is_none() && one.channel_id == channel.id));
    templates::offers(conn, &channels)
}

/// The account that was chosen; the only one needs no choice.
fn account(ways: &Ways, typed: &str) -> Option<AccountId> {
    match ways.accounts.as_slice() {
        [only] if typed.is_empty() => Some(only.id),
        _ => typed.parse().ok().filter(|id| ways.known.contains(id)),
    }
}

/// The strictest of the channels that may be meant.
fn limits(usable: &[AccountChoice]) -> Limits {
    let strictest = usable.iter().map(|account| Limits::of(account.kind)).min_by_key(|limits| limits.file);
    strictest.unwrap_or_else(|| Limits::of(ChannelKind::WebChat))
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
        Some(Stop { said, way: way_on(conn, by, &customer)? })
    };
    let needed_tags = conversations::missing_tag(conn, None)?;
    let offers = offers(conn, &accounts)?;
    Ok(Ways { customer, accounts, known, stop, senders, needed_tags, offers })
}

/// Where to go when nothing can be sent: the open conversation, or the contact details.
fn way_on(conn: &mut Conn, by: &Operator, customer: &Customer) -> Result<Option<(String, &'static str)>> {
    let active = conversations::store::of_customer::active(conn, &by.scope(), customer.id)?;
    Ok(match active {
        Some((_, who)) if who == Some(by.id()) => {
            Some((format!("/inbox/{}", customer.id), "customers-go-to-conversation"))
        }
        Some((id, _)) => Some((format!("/conversations/{id}"), "customers-see-conversation")),
        None => None,
    })
}

/// Every account of a customer, and why it cannot be written to, if it cannot.
pub fn choices(conn: &mut Conn, by: &Operator, customer: &Customer) -> Result<Vec<AccountChoice>> {
    let accounts = store::accounts_of(conn, customer.id)?;
    let channels = channels::list(conn)?;
    let mut found = vec![];
    for account in &accounts {
        let Some(channel) = channels.iter().find(|channel| channel.id == account.channel_id) else { continue };
        // Who writes decides through which mailbox: one choice for all of them.
        if channel.kind == ChannelKind::Email {
            continue;
        }
        let stop = match conversations::may_write_first(conn, by, customer, account) {
            Ok(()) => None,
            Err(Error::Refused(said)) => Some(said),
            Err(other) => return Err(other),
        };
        // A visitor's address is a random number of ours.
        let address = if !account.username.is_empty() {
            account.username.clone()
        } else if channel.kind == ChannelKind::WebChat {
            String::new()
        } else {
            account.address.clone()
        };
        found.push(AccountChoice {
            id: account.id,
            kind: channel.kind,
            channel: channel.name.clone(),
            address,
            stop,
            senders: vec![],
            channel_id: channel.id,
            needs_template: conversations::window(conn, channel.kind, Some(account.id))? == Window::Closed,
        });
    }
    if let Some(phone) = &customer.phone {
        let by_number = channels.iter().filter(|channel| {
            let connector = registry::find(channel.kind).filter(|_| channel.enabled);
            connector.is_some_and(|connector| connector.abilities().first == WritesFirst::Phone)
                && !accounts.iter().any(|account| account.channel_id == channel.id)
        });
        for channel in by_number {
            let stop = match conversations::may_write_to_phone(by, customer, channel) {
                Ok(()) => None,
                Err(Error::Refused(said)) => Some(said),
                Err(other) => return Err(other),
            };
            found.push(AccountChoice {
                id: AccountChoice::by_phone(channel.id),
                kind: channel.kind,
                channel: channel.name.clone(),
                address: phone.clone(),
                stop,
                senders: vec![],
                channel_id: channel.id,
                needs_template: conversations::window(conn, channel.kind, None)? == Window::Closed,
            });
        }
    }
    let senders: Vec<String> = mails::senders(&channels).into_iter().map(|(sender, _)| sender).collect();
    if let Some(address) = customer.email.clone().filter(|_| !senders.is_empty()) {
        let normal = address::normal(&address).unwrap_or_default();
        let is_gone = |account: &&ChannelAccount| account.address == normal && account.unsubscribed_at.is_some();
        let stop = match conversations::may_write_mail(by, customer) {
            Ok(()) if accounts.iter().any(|account| is_gone(&account)) => Some("refused-unsubscribed".into()),
            Ok(()) => None,
            Err(Error::Refused(said)) => Some(said),
            Err(other) => return Err(other),
        };
        found.push(AccountChoice {
            id: AccountId(0),
            kind: ChannelKind::Email,
            channel: String::new(),
            address,
            stop,
            senders,
            channel_id: ChannelId(0),
            needs_template: false,
        });
    }
    Ok(found)
}
