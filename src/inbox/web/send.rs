//! `POST /inbox/{customer}/messages`: a reply or a comment. Whatever goes wrong, the words stay.

use actix_multipart::Multipart;
use actix_web::HttpResponse;
use actix_web::http::StatusCode;
use actix_web::web::{Data, Path};
use uuid::Uuid;

use super::super::load;
use super::super::model::{ListQuery, PlaceQuery, Spot};
use super::super::views::{Beside, ComposerView};
use super::{composer_and_log, log_view, page};
use crate::auth::Operator;
use crate::channels::{Channel, ChannelKind};
use crate::commands;
use crate::conversations::{self, Outgoing, Sent};
use crate::customers;
use crate::db::Db;
use crate::db::types::{ConversationId, CustomerId};
use crate::error::{Error, Result, Said};
use crate::files::{self, Files, Upload};
use crate::mails::{self, Typed};
use crate::messages::{self, Message};
use crate::quick_replies::{self, FileRef};
use crate::realtime::presence::Presences;
use crate::staff;
use crate::templates::{self, Offer};
use crate::web::forms::{self, Errors};
use crate::web::page::Hx;
use crate::web::shell::Shell;

/// Files of quick replies that one message takes.
const QUICK_FILES: usize = 20;

/// What became of the words.
enum Outcome {
    Sent,
    /// A colleague has answered meanwhile.
    Held(Box<Message>, String),
    /// The text begins with this word, as a command does, and calls none.
    NoCommand(String),
    /// Why they did not pass.
    Refused(Said),
    /// More fields were wanted.
    Asked,
}

#[expect(clippy::too_many_arguments, reason = "what a request holds, each once")]
pub async fn send(
    by: Operator,
    sh: Shell,
    hx: Hx,
    db: Data<Db>,
    stored: Data<Files>,
    presences: Data<Presences>,
    id: Path<CustomerId>,
    form: Multipart,
) -> Result<HttpResponse> {
    let id = id.into_inner();
    let reader = by.clone();
    let limits = db.read(move |conn| load::limits(conn, &reader, id)).await?;
    let form = files::accept_form(&db, &stored, form, &limits).await?;
    let of: Option<ConversationId> = form.field("conversation").parse().ok();
    let state = super::state(by.clone(), &db, id, of).await?;
    let mut errors = Errors::default();
    let read = read(&form, state.channel.as_ref(), &state.offers, &mut errors);
    let outcome = match with_quick(&by, &db, &form, read).await? {
        Err(said) => Outcome::Refused(said),
        // Without scripts: the fields of a template are asked for.
        Ok(_) if form.get("fields").is_some() => Outcome::Asked,
        Ok(out) => pass_on(&by, &db, id, of, Meant::of(&form), out).await?,
    };
    if !hx.is_htmx && matches!(outcome, Outcome::Sent) {
        return hx.done("toast-sent", &state.address());
    }
    let beside = Beside::of(&hx.here, id);
    let mut composer = ComposerView::new(&super::state(by.clone(), &db, id, of).await?, beside.clone());
    // Whoever comments goes on commenting until they say otherwise: with the focus still in the field, a second comment would
    // have gone to the customer.
    composer.is_comment |= form.field("mode") == "comment";
    composer.is_fresh = true;
    if !matches!(outcome, Outcome::Sent) {
        let (by, named) = (by.clone(), quick_of(&form));
        composer.quick = db.read(move |conn| quick_replies::names_of(conn, &by, &named)).await?;
    }
    let status = match outcome {
        Outcome::Sent => StatusCode::OK,
        Outcome::Asked => {
            keep(&mut composer, &form, Errors::default());
            StatusCode::OK
        }
        Outcome::Held(newer, author) => {
            keep(&mut composer, &form, errors);
            composer.hold_for_newer(&sh, &newer, &author);
            // Answered before: it is not asked again.
            composer.answered.extend(is_plain(&form).then_some("plain"));
            StatusCode::UNPROCESSABLE_ENTITY
        }
        Outcome::NoCommand(word) => {
            keep(&mut composer, &form, errors);
            composer.hold_for_slash(&sh, &word);
            StatusCode::UNPROCESSABLE_ENTITY
        }
        Outcome::Refused(said) => {
            keep(&mut composer, &form, errors);
            composer.error = sh.say(&said);
            StatusCode::UNPROCESSABLE_ENTITY
        }
    };
    let place = PlaceQuery::from(form.field("from"));
    let spot = Spot { place, conversation: of, is_whole: form.field("whole") == "1" };
    if hx.is_htmx {
        let log = log_view(&by, &sh, &db, id, spot, beside).await?;
        return composer_and_log(&sh, status, &composer, &log);
    }
    let whole = page(by, sh, &db, &presences, id, ListQuery::default().filter(), spot, Some(composer)).await?;
    hx.with_status(status, &whole)
}

/// With the files of quick replies that were chosen for it.
async fn with_quick(
    by: &Operator,
    db: &Db,
    form: &Upload,
    out: Result<Outgoing, Said>,
) -> Result<Result<Outgoing, Said>> {
    let (Ok(mut out), by, named) = (out.clone(), by.clone(), quick_of(form)) else { return Ok(out) };
    if form.field("mode") == "template" {
        return Ok(Ok(out));
    }
    match db.read(move |conn| quick_replies::pick_files(conn, &by, &named)).await {
        Ok(files) => out.files.extend(files),
        Err(Error::Refused(said)) => return Ok(Err(said)),
        Err(other) => return Err(other),
    }
    if out.body.is_empty() && out.files.is_empty() {
        return Ok(Err("inbox-message-empty".into()));
    }
    Ok(Ok(out))
}

fn quick_of(form: &Upload) -> Vec<FileRef> {
    form.all("quick").filter_map(FileRef::parse).take(QUICK_FILES).collect()
}

/// What the form says: a template, or text and files, in a channel of mails with what makes it one.
fn read(form: &Upload, channel: Option<&Channel>, offers: &[Offer], errors: &mut Errors) -> Result<Outgoing, Said> {
    if let Some(said) = &form.refused {
        return Err(said.clone());
    }
    if form.field("mode") == "template" {
        return as_template(form, offers, errors);
    }
    written(form).and_then(|out| as_mail(out, form, channel))
}

/// A template that is filled in. What is wrong with its fields stands at them.
fn as_template(form: &Upload, offers: &[Offer], errors: &mut Errors) -> Result<Outgoing, Said> {
    let mut out = Outgoing { files: form.files.clone(), ..handed(form) };
    if form.get("fields").is_some() {
        return Ok(out);
    }
    match templates::Typed::of(|name| form.field(name)).parse(errors, offers) {
        Some(filled) => {
            out.extra.template = Some(filled);
            Ok(out)
        }
        None => Err("template-incomplete".into()),
    }
}

/// With what makes it a mail, in a channel of mails.
fn as_mail(mut out: Outgoing, form: &Upload, channel: Option<&Channel>) -> Result<Outgoing, Said> {
    let Some(channel) = channel.filter(|channel| channel.kind == ChannelKind::Email) else { return Ok(out) };
    // An older page, or a comment, leaves all of it to the chain.
    if form.get("sender").is_none() || form.field("mode") == "comment" {
        return Ok(out);
    }
    let mut errors = Errors::default();
    let mail = mail_of(form).parse(&mut errors, &mails::senders(std::slice::from_ref(channel)), false);
    match errors.first() {
        Some((_, said)) => Err(said.clone()),
        None => {
            out.extra.mail = Some(mail);
            Ok(out)
        }
    }
}

fn mail_of(form: &Upload) -> Typed {
    let of = |name: &str| form.field(name).to_owned();
    Typed { sender: of("sender"), subject: of("subject"), bcc: of("bcc") }
}

/// What was typed stays, with the name under which it is stored once.
fn keep(composer: &mut ComposerView, form: &Upload, errors: Errors) {
    composer.is_template |= form.field("mode") == "template" && composer.picker.is_some();
    composer.picker =
        composer.picker.take().map(|picker| picker.with(templates::Typed::of(|name| form.field(name)), errors));
    if let Some(mail) = &mut composer.mail {
        mail.typed = mail_of(form);
        mail.is_open = !mail.typed.bcc.is_empty() || !mail.typed.subject.is_empty();
    }
    composer.text = form.field("text").chars().take(messages::LONGEST * 2).collect();
    if Uuid::parse_str(form.field("client_uuid")).is_ok() {
        composer.client_uuid = form.field("client_uuid").to_owned();
    }
}

/// The message that the form holds.
fn written(form: &Upload) -> Result<Outgoing, Said> {
    let mut errors = Errors::default();
    let body = errors.lines("text", form.field("text"), messages::LONGEST);
    if !errors.is_empty() {
        return Err(Said::from("error-too-long").with("limit", messages::LONGEST));
    }
    Ok(Outgoing { body, files: form.files.clone(), ..handed(form) })
}

/// What comes along with every message.
fn handed(form: &Upload) -> Outgoing {
    Outgoing {
        shown: form.field("shown").parse().ok(),
        over_colleague: form.field("over") == "1",
        client_uuid: Uuid::parse_str(form.field("client_uuid")).ok().map(|id| id.to_string()),
        ..Outgoing::default()
    }
}

/// `of`: the conversation that the composer stood for. While it was being written to, it may have been closed; words for
/// it go into no other one.
async fn pass_on(
    by: &Operator,
    db: &Db,
    id: CustomerId,
    of: Option<ConversationId>,
    meant: Meant,
    out: Outgoing,
) -> Result<Outcome> {
    let by = by.clone();
    let done = db
        .write(move |tx| {
            let customer = customers::find(tx, &by.scope(), id)?;
            let state = load::state(tx, &by, customer, of)?;
            let known = out.client_uuid.as_deref().map(|uuid| known(tx, id, uuid)).transpose()?.unwrap_or_default();
            if known {
                return Ok(Outcome::Sent);
            }
            let open = state.conversation.filter(|open| of.is_none_or(|of| of == open.id));
            let Some(conversation) = open else {
                return Err(Error::refused(if state.customer.blocked { "refused-blocked" } else { "refused-closed" }));
            };
            // Whatever the composer was set to: what calls a command is for nobody to read.
            if let Some(call) = commands::call_of(tx, &out.body)? {
                if !out.files.is_empty() {
                    return Err(Error::refused("command-no-files"));
                }
                if let Some(uuid) = &out.client_uuid
                    && !forms::spend(tx, uuid)?
                {
                    return Ok(Outcome::Sent);
                }
                commands::run(tx, &by, &conversation, &call)?;
                return Ok(Outcome::Sent);
            }
            if meant == Meant::Comment {
                conversations::comment(tx, &by, &conversation, &out)?;
                return Ok(Outcome::Sent);
            }
            if meant == Meant::Reply
                && let Some(word) = commands::looks_like_call(&out.body)
            {
                return Ok(Outcome::NoCommand(word.to_owned()));
            }
            tx.concerns_one_customer();
            match conversations::reply(tx, &by, &conversation, &out)? {
                Sent::Message(_) => Ok(Outcome::Sent),
                Sent::HeldBack(newer) => {
                    let people: Vec<_> = newer.author_id.into_iter().collect();
                    let author = staff::names(tx, &people)?.into_values().next().unwrap_or_default();
                    Ok(Outcome::Held(newer, author))
                }
            }
        })
        .await;
    match done {
        Err(Error::Refused(said)) => Ok(Outcome::Refused(said)),
        other => other,
    }
}

/// What the words are for.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Meant {
    Reply,
    /// For the customer as they are, though they look like a command.
    PlainReply,
    Comment,
}

impl Meant {
    fn of(form: &Upload) -> Self {
        match form.field("mode") {
            "comment" => Meant::Comment,
            _ if is_plain(form) => Meant::PlainReply,
            _ => Meant::Reply,
        }
    }
}

fn is_plain(form: &Upload) -> bool {
    form.field("plain") == "1"
}

fn known(tx: &mut crate::db::Tx, id: CustomerId, uuid: &str) -> Result<bool> {
    Ok(crate::messages::find_by_client_uuid(tx, id, uuid)?.is_some())
}
