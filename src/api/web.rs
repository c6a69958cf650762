//! The routes of `/api/v1`.

use actix_multipart::Multipart;
use actix_web::web::{Data, Path, Query};
use actix_web::{FromRequest, HttpMessage, HttpRequest, HttpResponse};
use serde::Deserialize;
use uuid::Uuid;

use super::body::Body;
use super::guard::App;
use super::model::{
    self, Conversation, Conversations, Customer, Events, Messages, NewMessage, NewMessageForm, Person, Problem, Rating,
};
use super::model::{ReadMark, Stored, Typing};
use super::people::{contact_of, keep_name, sender, store_person};
use crate::auth::CustomerScope;
use crate::conversations::{self, Inbound};
use crate::customers::{self, Addressing};
use crate::db::Db;
use crate::db::types::{AttachmentId, ConversationId, MessageId};
use crate::error::{Error, Result};
use crate::files::{self, Files, Limits, StoredFile};
use crate::portal::{self, At};
use crate::realtime::Topic;
use crate::web::errors::field_json;
use crate::web::forms::Errors;
use crate::web::shell::Shell;
use crate::{app_events, funnels, messages};

/// Rows of one answer.
const PAGE: i64 = 100;
/// Conversations of one answer.
const CONVERSATIONS: i64 = 50;

#[utoipa::path(get, path = "/api/v1/customers/{external_id}", tag = "customers",
    params(("external_id" = String, Path, description = "The app's own ID")),
    responses((status = 200, body = Customer), (status = 404, body = Problem)))]
pub async fn customer(app: App, db: Data<Db>, external_id: Path<String>) -> Result<HttpResponse> {
    let (channel, address) = (app.channel.id, external_id.to_string());
    let told = db.read(move |conn| customers::store::told_of(conn, channel, &address)?.ok_or(Error::NotFound)).await?;
    Ok(HttpResponse::Ok().json(Customer::of(told, &external_id)))
}

/// Makes the customer or brings them up to date. Whatever is left out stays as it is.
///
/// An e-mail or phone that is `verified` becomes the record's. It takes the place of the one that the app said before, unless staff
/// have changed it or another customer has the new one. Without `verified` staff see it as unverified. A name that staff have edited stays. The answer holds what the app itself has said.
#[utoipa::path(put, path = "/api/v1/customers/{external_id}", tag = "customers", request_body = Person,
    params(("external_id" = String, Path, description = "The app's own ID")),
    responses((status = 200, body = Customer), (status = 413, body = Problem), (status = 422, body = Problem)))]
pub async fn put_customer(
    app: App,
    req: HttpRequest,
    db: Data<Db>,
    addressing: Data<Addressing>,
    external_id: Path<String>,
    body: Body<Person>,
) -> Result<HttpResponse> {
    let person = body.read()?;
    let lang = Shell::language_of(&req);
    let mut errors = Errors::default();
    let sender = sender(&mut errors, &external_id, &person);
    if let Some((field, said)) = errors.first() {
        return Ok(field_json(lang, field, said));
    }
    let contact = contact_of(&person);
    let inbound = Inbound {
        channel: app.channel.id,
        sender,
        body: String::new(),
        files: vec![],
        client_uuid: None,
        visit: None,
        bot: false,
        addressing: addressing.get_ref().clone(),
    };
    let verified = person.verified;
    let told = db
        .write(move |tx| {
            tx.concerns_one_customer();
            store_person(tx, &inbound, &contact, verified)
        })
        .await?;
    Ok(HttpResponse::Ok().json(Customer::of(told, &external_id)))
}

#[utoipa::path(get, path = "/api/v1/customers/{external_id}/conversations", tag = "conversations",
    params(("external_id" = String, Path, description = "The app's own ID")),
    responses((status = 200, body = Conversations), (status = 404, body = Problem)))]
pub async fn conversations_of(app: App, db: Data<Db>, external_id: Path<String>) -> Result<HttpResponse> {
    let seat = app.seat(&db, &external_id).await?;
    let found = db.read(move |conn| portal::conversations(conn, &seat, CONVERSATIONS)).await?;
    let conversations = found.into_iter().map(Conversation::from).collect();
    Ok(HttpResponse::Ok().json(Conversations { conversations }))
}

#[utoipa::path(get, path = "/api/v1/conversations/{id}", tag = "conversations", params(("id" = i64, Path)),
    responses((status = 200, body = Conversation), (status = 404, body = Problem)))]
pub async fn conversation(app: App, db: Data<Db>, id: Path<ConversationId>) -> Result<HttpResponse> {
    let channel = app.channel.id;
    let found = db.read(move |conn| portal::conversation_of(conn, channel, *id)).await?;
    Ok(HttpResponse::Ok().json(Conversation::from(found)))
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub struct Look {
    after: Option<MessageId>,
    before: Option<MessageId>,
}

/// The newest hundred, or those after or before a message.
#[utoipa::path(get, path = "/api/v1/customers/{external_id}/messages", tag = "messages",
    params(("external_id" = String, Path, description = "The app's own ID"), ("after" = Option<i64>, Query), ("before" = Option<i64>, Query)),
    responses((status = 200, body = Messages), (status = 404, body = Problem)))]
pub async fn messages(app: App, db: Data<Db>, external_id: Path<String>, look: Query<Look>) -> Result<HttpResponse> {
    let seat = app.seat(&db, &external_id).await?;
    let at = match (look.after, look.before) {
        (Some(id), _) => At::After(id),
        (None, Some(id)) => At::Before(id),
        (None, None) => At::End,
    };
    let view = db.read(move |conn| portal::view(conn, &seat, at, PAGE)).await?;
    let messages = view.messages.into_iter().map(model::Message::from).collect();
    Ok(HttpResponse::Ok().json(Messages { messages, more: view.more, seen: view.seen.0 }))
}

/// A message of the customer: JSON, or a form of `client_uuid`, `text` and up to ten `file`s of 20 MB.
#[utoipa::path(post, path = "/api/v1/customers/{external_id}/messages", tag = "messages",
    request_body(content((NewMessage = "application/json"), (NewMessageForm = "multipart/form-data"))),
    params(("external_id" = String, Path, description = "The app's own ID")),
    responses((status = 201, body = Stored), (status = 200, body = Stored, description = "Stored before"),
        (status = 413, body = Problem), (status = 422, body = Problem)))]
pub async fn send(
    app: App,
    req: HttpRequest,
    db: Data<Db>,
    stored: Data<Files>,
    addressing: Data<Addressing>,
    external_id: Path<String>,
    payload: actix_web::web::Payload,
) -> Result<HttpResponse> {
    let lang = Shell::language_of(&req);
    let (new, attached) = body_of(&app, &req, &db, &stored, payload).await?;
    let mut errors = Errors::default();
    let sender = sender(&mut errors, &external_id, &Person { name: new.name.clone(), ..Person::default() });
    let body = errors.lines("text", &new.text, messages::LONGEST);
    if body.is_empty() && attached.is_empty() {
        errors.add("text", "chat-message-empty");
    }
    if Uuid::parse_str(&new.client_uuid).is_err() {
        errors.add("client_uuid", "api-client-uuid");
    }
    if let Some((field, said)) = errors.first() {
        return Ok(field_json(lang, field, said));
    }
    let inbound = Inbound {
        channel: app.channel.id,
        sender,
        body,
        files: attached,
        client_uuid: Some(new.client_uuid.to_ascii_lowercase()),
        visit: None,
        bot: funnels::are_on(&db).await,
        addressing: addressing.get_ref().clone(),
    };
    let received = db
        .write(move |tx| {
            tx.concerns_one_customer();
            let inbound = keep_name(tx, &inbound)?;
            conversations::receive(tx, &inbound)
        })
        .await?;
    let answer = Stored { id: received.message.0, is_new: received.is_new };
    Ok(if received.is_new { HttpResponse::Created() } else { HttpResponse::Ok() }.json(answer))
}

async fn body_of(
    app: &App,
    req: &HttpRequest,
    db: &Db,
    stored: &Files,
    payload: actix_web::web::Payload,
) -> Result<(NewMessage, Vec<StoredFile>)> {
    if !req.content_type().starts_with("multipart/") {
        let body = Body::from_request(req, &mut payload.into_inner()).await?;
        return Ok((body.read()?, vec![]));
    }
    let form = Multipart::new(req.headers(), payload);
    let form = files::accept(db, stored, form, &Limits::of(app.channel.kind)).await?;
    let new = NewMessage {
        client_uuid: form.field("client_uuid").to_owned(),
        text: form.field("text").to_owned(),
        name: form.get("name").map(str::to_owned),
    };
    Ok((new, form.files))
}

/// Staff see for six seconds that the customer is typing.
#[utoipa::path(post, path = "/api/v1/customers/{external_id}/typing", tag = "messages", request_body = Typing,
    params(("external_id" = String, Path, description = "The app's own ID")),
    responses((status = 204), (status = 404, body = Problem), (status = 413, body = Problem),
        (status = 422, body = Problem)))]
pub async fn typing(app: App, db: Data<Db>, external_id: Path<String>, body: Body<Typing>) -> Result<HttpResponse> {
    let said = body.read()?;
    let seat = app.seat(&db, &external_id).await?;
    if !seat.blocked {
        db.spread(Topic::CustomerTyping(seat.customer, said.typing));
    }
    Ok(HttpResponse::NoContent().finish())
}

#[utoipa::path(post, path = "/api/v1/customers/{external_id}/read", tag = "messages", request_body = ReadMark,
    params(("external_id" = String, Path, description = "The app's own ID")),
    responses((status = 204), (status = 404, body = Problem), (status = 413, body = Problem),
        (status = 422, body = Problem)))]
pub async fn read(app: App, db: Data<Db>, external_id: Path<String>, body: Body<ReadMark>) -> Result<HttpResponse> {
    let mark = body.read()?;
    let seat = app.seat(&db, &external_id).await?;
    db.write(move |tx| {
        tx.concerns_one_customer();
        if portal::note_read(tx, &seat, MessageId(mark.up_to))? && !seat.blocked {
            tx.publish(Topic::Customer(seat.customer));
        }
        Ok(())
    })
    .await?;
    Ok(HttpResponse::NoContent().finish())
}

/// Once the conversation has ended; the last rating counts.
#[utoipa::path(post, path = "/api/v1/conversations/{id}/rating", tag = "conversations", request_body = Rating,
    params(("id" = i64, Path)),
    responses((status = 204), (status = 404, body = Problem), (status = 409, body = Problem), (status = 413, body = Problem),
        (status = 422, body = Problem)))]
pub async fn rating(
    app: App,
    req: HttpRequest,
    db: Data<Db>,
    id: Path<ConversationId>,
    body: Body<Rating>,
) -> Result<HttpResponse> {
    let rated = body.read()?;
    let lang = Shell::language_of(&req);
    let mut errors = Errors::default();
    let comment = errors.lines("comment", &rated.comment, 2000);
    if !(1..=5).contains(&rated.rating) {
        errors.add("rating", "error-rating");
    }
    if let Some((field, said)) = errors.first() {
        return Ok(field_json(lang, field, said));
    }
    let channel = app.channel.id;
    db.write(move |tx| {
        let conversation = portal::rateable_in(tx, channel, *id)?;
        conversations::actions::rate(tx, &conversation, rated.rating, &comment)
    })
    .await?;
    Ok(HttpResponse::NoContent().finish())
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub struct After {
    after: i64,
}

/// What has happened since, a hundred at a time. Events are kept for 30 days.
#[utoipa::path(get, path = "/api/v1/events", tag = "events", params(("after" = Option<i64>, Query)),
    responses((status = 200, body = Events)))]
pub async fn events(app: App, db: Data<Db>, after: Query<After>) -> Result<HttpResponse> {
    let channel = app.channel.id;
    let mut found = db.read(move |conn| app_events::since(conn, channel, after.after, PAGE + 1)).await?;
    let limit = usize::try_from(PAGE).unwrap_or(usize::MAX);
    let more = found.len() > limit;
    found.truncate(limit);
    Ok(HttpResponse::Ok().json(Events { events: found.iter().map(app_events::Event::json).collect(), more }))
}

/// A file of a message.
#[utoipa::path(get, path = "/api/v1/files/{id}", tag = "messages", params(("id" = i64, Path)),
    responses((status = 200, content_type = "application/octet-stream"), (status = 404, body = Problem)))]
pub async fn file(app: App, db: Data<Db>, stored: Data<Files>, id: Path<AttachmentId>) -> Result<HttpResponse> {
    let channel = app.channel.id;
    let found = db
        .read(move |conn| {
            let found = files::store::find(conn, &CustomerScope::system(), *id)?;
            if portal::is_public_in(conn, channel, found.message)? { Ok(found) } else { Err(Error::NotFound) }
        })
        .await?;
    files::web::answer(&stored, &found).await
}
