//! What the panel asks for. Errors are JSON, in the language that the panel names.

mod send;

pub use send::send;

use actix_web::http::header;
use actix_web::web::{Data, Json, Path, Query};
use actix_web::{HttpRequest, HttpResponse};
use serde::Deserialize;
use uuid::Uuid;

use super::identity::{self, Caller, Open, Visitor};
use super::model::{self, About, Hello, Look, Rating, ReadMark, Session, Settings, Told, Typing, View};
use crate::auth::CustomerScope;
use crate::channels::Channel;
use crate::conversations;
use crate::db::Db;
use crate::db::types::{AttachmentId, MessageId, UtcTime};
use crate::error::{Error, Result};
use crate::files::{self, Files};
use crate::portal::{self, At};
use crate::realtime::{Topic, sse};
use crate::secrets::Secrets;
use crate::settings;
use crate::text;
use crate::web::forms::Errors;
use crate::web::i18n::Lang;
use crate::web::shell::Shell;

/// Messages of one look.
const LOOK: i64 = 40;

/// `POST /chat/{key}/session`: begins a visit, or takes up an earlier one.
pub async fn session(open: Open, db: Data<Db>, secrets: Data<Secrets>, hello: Json<Hello>) -> Result<HttpResponse> {
    let channel = open.0;
    let address = if hello.external_id.is_empty() {
        // A token that is not ours is forgotten without a word: the visitor begins anew.
        identity::address_of(&secrets, &channel, &hello.token).filter(|address| Uuid::parse_str(address).is_ok())
    } else {
        Some(vouched(&secrets, &channel, &hello)?)
    };
    let address = address.unwrap_or_else(identity::new_address);
    let (id, asked) = (channel.id, address.clone());
    let (seat, online, business) = db
        .read(move |conn| {
            let seat = portal::seat_of(conn, id, &asked)?;
            Ok((seat, portal::somebody_is_online(conn)?, settings::business_name(conn)?))
        })
        .await?;
    let answer = Session {
        token: identity::token(&secrets, &channel, &address)?,
        known: seat.is_some(),
        vouched: !hello.external_id.is_empty(),
        name: seat.map(|seat| seat.display_name).unwrap_or_default(),
        online,
        settings: Settings::of(&channel, business),
    };
    Ok(no_store().json(answer))
}

/// The address of a visitor whom the site vouches for; a wrong signature is told, so that the site's maker sees it.
fn vouched(secrets: &Secrets, channel: &Channel, hello: &Hello) -> Result<String> {
    let secret = identity::identity_secret(secrets, channel)?;
    let fits = !secret.is_empty()
        && hello.external_id.chars().count() <= 200
        && text::clean(&hello.external_id) == hello.external_id;
    let address = fits.then(|| identity::vouched_address(&secret, &hello.external_id, &hello.hmac)).flatten();
    address.ok_or_else(|| Error::Invalid("chat-identity".into()))
}

/// `GET /chat/{key}/messages?after=…` or `?before=…`; without either the newest.
pub async fn messages(
    visitor: Visitor,
    req: HttpRequest,
    db: Data<Db>,
    secrets: Data<Secrets>,
    look: Query<Look>,
) -> Result<HttpResponse> {
    let at = match (look.after, look.before) {
        (Some(id), _) => At::After(id),
        (None, Some(id)) => At::Before(id),
        (None, None) => At::End,
    };
    let seat = visitor.seat.clone();
    let (view, online) = db
        .read(move |conn| {
            let view = seat.map(|seat| portal::view(conn, &seat, at, LOOK)).transpose()?;
            Ok((view, portal::somebody_is_online(conn)?))
        })
        .await?;
    Ok(no_store().json(drawn(&secrets, Shell::language_of(&req), &visitor, view, online)))
}

fn drawn(secrets: &Secrets, lang: Lang, visitor: &Visitor, view: Option<portal::View>, online: bool) -> View {
    let (Some(view), Some(seat)) = (view, &visitor.seat) else {
        return View {
            messages: vec![],
            more: false,
            seen: MessageId(0),
            read: MessageId(0),
            online,
            conversation: None,
        };
    };
    let draw = |said| model::message(secrets, lang, &visitor.channel.public_key, seat.account, said);
    View {
        messages: view.messages.into_iter().map(draw).collect(),
        more: view.more,
        seen: view.seen,
        read: view.read,
        online,
        conversation: view.conversation.map(model::Conversation::from),
    }
}

/// `POST /chat/{key}/about`: whether what a visitor says about themselves will do, every field at once. Nothing is kept: it
/// comes again with their first message.
pub async fn about(caller: Caller, req: HttpRequest, told: Json<Told>) -> HttpResponse {
    let mut errors = Errors::default();
    About::parse(
        &mut errors,
        Some(&Settings::of(&caller.channel, String::new())),
        &told.name,
        &told.email,
        &told.phone,
    );
    crate::web::errors::fields_json(Shell::language_of(&req), &errors)
        .unwrap_or_else(|| HttpResponse::NoContent().finish())
}

/// `POST /chat/{key}/typing`. Nobody hears of a blocked visitor.
pub async fn typing(visitor: Visitor, db: Data<Db>, said: Json<Typing>) -> Result<HttpResponse> {
    if let Some(seat) = visitor.seat.filter(|seat| !seat.blocked) {
        db.spread(Topic::CustomerTyping(seat.customer, said.typing));
    }
    Ok(HttpResponse::NoContent().finish())
}

/// `POST /chat/{key}/read`.
pub async fn read(visitor: Visitor, db: Data<Db>, mark: Json<ReadMark>) -> Result<HttpResponse> {
    let seat = visitor.seat()?.clone();
    let up_to = mark.up_to;
    db.write(move |tx| {
        tx.concerns_one_customer();
        if portal::note_read(tx, &seat, up_to)? && !seat.blocked {
            tx.publish(Topic::Customer(seat.customer));
        }
        Ok(())
    })
    .await?;
    Ok(HttpResponse::NoContent().finish())
}

/// `POST /chat/{key}/rating`: once the conversation has ended; the last word counts.
pub async fn rating(visitor: Visitor, req: HttpRequest, db: Data<Db>, rated: Json<Rating>) -> Result<HttpResponse> {
    let seat = visitor.seat()?.clone();
    let mut errors = Errors::default();
    let comment = errors.lines("comment", &rated.comment, 2000);
    if !(1..=5).contains(&rated.rating) {
        errors.add("rating", "error-rating");
    }
    if let Some((field, said)) = errors.first() {
        return Ok(crate::web::errors::field_json(Shell::language_of(&req), field, said));
    }
    let (id, stars) = (rated.conversation, rated.rating);
    db.write(move |tx| {
        let conversation = portal::rateable(tx, &seat, id)?;
        conversations::actions::rate(tx, &conversation, stars, &comment)?;
        tx.publish(Topic::Visitor(seat.account));
        Ok(())
    })
    .await?;
    Ok(HttpResponse::NoContent().finish())
}

/// `GET /chat/{key}/events`: `chat`, `typing` and `sync`, without any content.
pub async fn events(visitor: Visitor, req: HttpRequest, db: Data<Db>) -> Result<HttpResponse> {
    let account = visitor.seat()?.account;
    let names = move |topic: &Topic| match topic {
        Topic::Visitor(id) if *id == account => Some("chat"),
        Topic::StaffTyping(id) if *id == account => Some("typing"),
        _ => None,
    };
    Ok(sse::stream(&req, db.subscribe(), names))
}

#[derive(Deserialize)]
pub struct Pass {
    #[serde(default)]
    pass: String,
}

/// `GET /chat/{key}/files/{attachment}?pass=…`: the pass was given with the message that carries the file.
pub async fn file(
    _open: Open,
    db: Data<Db>,
    stored: Data<Files>,
    secrets: Data<Secrets>,
    path: Path<(String, AttachmentId)>,
    pass: Query<Pass>,
) -> Result<HttpResponse> {
    let id = path.1;
    if !identity::opens(&secrets, &pass.pass, id, UtcTime::now()) {
        return Err(Error::NotFound);
    }
    let found = db.read(move |conn| files::store::find(conn, &CustomerScope::system(), id)).await?;
    files::web::answer(&stored, &found).await
}

fn no_store() -> actix_web::HttpResponseBuilder {
    let mut answer = HttpResponse::Ok();
    answer.insert_header((header::CACHE_CONTROL, "no-store"));
    answer
}
