//! A visitor's message, with files.

use actix_multipart::Multipart;
use actix_web::http::header;
use actix_web::web::Data;
use actix_web::{HttpRequest, HttpResponse};
use uuid::Uuid;

use super::no_store;
use crate::auth::throttle::Throttle;
use crate::chat::details::{self, Geo};
use crate::chat::identity::Caller;
use crate::chat::model::{self, About, Settings};
use crate::conversations::{self, Inbound, Sender, VisitDetails};
use crate::customers::Addressing;
use crate::db::types::MessageId;
use crate::db::{Db, Tx};
use crate::error::{Result, Said};
use crate::files::{self, Arrived, Files, Limits, Upload};
use crate::funnels;
use crate::messages;
use crate::portal;
use crate::web::address::client_ip;
use crate::web::errors::field_json;
use crate::web::forms::Errors;
use crate::web::shell::Shell;

/// `POST /chat/{key}/messages`: a form of `text`, `file`, `client_uuid`, `page`, `referrer`, and what the visitor says
/// about themselves: `name`, `email`, `phone`.
#[expect(clippy::too_many_arguments, reason = "each is a part of the request")]
pub async fn send(
    caller: Caller,
    req: HttpRequest,
    db: Data<Db>,
    stored: Data<Files>,
    addressing: Data<Addressing>,
    geo: Data<Geo>,
    throttle: Data<Throttle>,
    form: Multipart,
) -> Result<HttpResponse> {
    let (network, lang) = (client_ip(&req), Shell::language_of(&req));
    let spend = |bytes| throttle.upload(network, bytes);
    let length = req.headers().get(header::CONTENT_LENGTH).and_then(|value| value.to_str().ok()?.parse().ok());
    let form = files::arrive(&stored, form, length, &Limits::of(caller.channel.kind), &spend).await?;
    let mut errors = Errors::default();
    let body = errors.lines("text", form.field("text"), messages::LONGEST);
    if body.is_empty() && !form.has_files() {
        errors.add("text", "chat-message-empty");
    }
    if Uuid::parse_str(form.field("client_uuid")).is_err() {
        errors.add("client_uuid", "error-bad-request");
    }
    let about = ToldOfThemselves::read(&caller, &form);
    if form.has_files()
        && errors.is_empty()
        && let Some((field, said)) = missing_now(&db, &caller, &about).await?
    {
        errors.add(field, said);
    }
    if let Some((field, said)) = errors.first() {
        form.discard(&stored).await;
        return Ok(field_json(lang, field, said));
    }
    let form = form.keep(&db, &stored).await?;
    let visit = details::of(&req, &geo, form.field("page"), form.field("referrer"));
    let inbound = Inbound { bot: funnels::are_on(&db).await, ..inbound(&caller, &form, body, visit, &addressing) };
    match db.write(move |tx| store_message(tx, &about, inbound.clone())).await? {
        Ok(id) => Ok(no_store().json(serde_json::json!({ "id": id }))),
        Err((field, said)) => Ok(field_json(lang, field, &said)),
    }
}

/// What is missing of a first message, as long as nobody has written in between: files are not kept for it.
async fn missing_now(db: &Db, caller: &Caller, told: &ToldOfThemselves) -> Result<Option<(&'static str, Said)>> {
    let Err(missing) = &told.asked else { return Ok(None) };
    if told.vouched {
        return Ok(None);
    }
    let (channel, address) = (caller.channel.id, caller.address.clone());
    let seat = db.read(move |conn| portal::seat_of(conn, channel, &address)).await?;
    Ok(seat.is_none().then(|| missing.clone()))
}

/// What a form says of its visitor. Whether they are asked before their first message, only the write can tell: it is
/// where their account is looked for.
struct ToldOfThemselves {
    /// Of somebody who has written before, or for whom their site vouches.
    known: About,
    /// Of anybody else: as they were asked.
    asked: Result<About, (&'static str, Said)>,
    vouched: bool,
}

impl ToldOfThemselves {
    fn read(caller: &Caller, form: &Arrived) -> Self {
        let settings = Settings::of(&caller.channel, String::new());
        let parse = |errors: &mut Errors, asked| {
            About::parse(errors, asked, form.field("name"), form.field("email"), form.field("phone"))
        };
        let mut errors = Errors::default();
        let asked = parse(&mut errors, Some(&settings));
        let missing = errors.first().map(|(field, said)| (field, said.clone()));
        Self {
            known: parse(&mut Errors::default(), None),
            asked: missing.map_or(Ok(asked), Err),
            vouched: caller.external_id().is_some(),
        }
    }
}

fn inbound(caller: &Caller, form: &Upload, body: String, visit: VisitDetails, addressing: &Addressing) -> Inbound {
    Inbound {
        channel: caller.channel.id,
        sender: Sender {
            address: caller.address.clone(),
            external_id: caller.external_id().map(str::to_owned),
            ..Sender::default()
        },
        body,
        files: form.files.clone(),
        client_uuid: Some(form.field("client_uuid").to_ascii_lowercase()),
        visit: Some(visit),
        bot: false,
        addressing: addressing.clone(),
    }
}

/// The message's number, or what is missing of a first one.
fn store_message(
    tx: &mut Tx,
    told: &ToldOfThemselves,
    mut inbound: Inbound,
) -> Result<Result<MessageId, (&'static str, Said)>> {
    tx.concerns_one_customer();
    let seat = portal::seat_of(tx, inbound.channel, &inbound.sender.address)?;
    let about = match &told.asked {
        _ if seat.is_some() || told.vouched => &told.known,
        Ok(asked) => asked,
        Err(missing) => return Ok(Err(missing.clone())),
    };
    inbound.sender.display_name = model::display_name(seat.as_ref(), told.vouched, &about.name);
    // The signature is on the external ID alone: an address beside it may be anybody's: nobody joins by it, and it
    // does not become the record's, which its owner would join.
    inbound.sender.claims = about.claims();
    Ok(Ok(conversations::receive(tx, &inbound)?.message))
}
