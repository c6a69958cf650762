//! Conversation tags, up to three levels.

use actix_web::HttpResponse;
use actix_web::web::{Data, Form, Path};
use serde::Deserialize;

use super::refusal;
use crate::auth::Admin;
use crate::db::Db;
use crate::db::types::ConversationTagId;
use crate::error::Result;
use crate::settings::views::tags::{ConversationTagsPage, TagDeletePage, Typed};
use crate::tags;
use crate::web::forms::{self, Errors};
use crate::web::page::Hx;
use crate::web::shell::Shell;

const HERE: &str = "/settings/conversation-tags";

/// `GET /settings/conversation-tags`.
pub async fn list(_: Admin, sh: Shell, hx: Hx, db: Data<Db>) -> Result<HttpResponse> {
    hx.page(&load(sh, &db).await?)
}

async fn load(sh: Shell, db: &Db) -> Result<ConversationTagsPage> {
    with_typed(sh, db, Typed::default(), forms::new_token()).await
}

async fn with_typed(sh: Shell, db: &Db, typed: Typed, token: String) -> Result<ConversationTagsPage> {
    let (all, counts) = db.read(|conn| Ok((tags::conversation_tags(conn)?, tags::conversations_with(conn)?))).await?;
    Ok(ConversationTagsPage { sh, tree: tags::tree(all), counts, typed, token })
}

#[derive(Deserialize, Default)]
#[serde(default)]
pub struct TagForm {
    name: String,
    /// The number of the tag above; empty at the top.
    parent: String,
    form_token: String,
}

impl TagForm {
    fn parent(&self) -> Result<Option<ConversationTagId>, Errors> {
        match self.parent.trim() {
            "" => Ok(None),
            number => number.parse().map(Some).map_err(|_| Errors::one("name", "tag-parent-wrong")),
        }
    }

    fn parse(&self) -> Result<(Option<ConversationTagId>, String), Errors> {
        let parent = self.parent()?;
        let mut errors = Errors::default();
        let name = tags::tag_name(&mut errors, &self.name);
        errors.or((parent, name))
    }

    /// A form for a new tag, at the top or below another one.
    fn typed(&self, errors: Errors) -> Typed {
        let form = self.parent().ok().flatten().map_or(Typed::NEW.to_owned(), Typed::below);
        Typed { form, name: self.name.clone(), errors, ..Typed::default() }
    }
}

/// `POST /settings/conversation-tags`.
pub async fn add(by: Admin, sh: Shell, hx: Hx, db: Data<Db>, form: Form<TagForm>) -> Result<HttpResponse> {
    let token = form.form_token.clone();
    let outcome = match form.parse() {
        Err(errors) => Err(errors),
        Ok((parent, name)) => {
            let added = db.write(move |tx| {
                if forms::spend(tx, &token)? {
                    tags::add_conversation_tag(tx, &by, parent, &name)?;
                }
                Ok(())
            });
            refusal("name", added.await)?
        }
    };
    match outcome {
        Ok(()) => hx.updated(sh.lang, "toast-tag-added", HERE, load(sh, &db)).await,
        Err(errors) => {
            if let Some(above) = form.parent().ok().flatten() {
                db.read(move |conn| tags::find_conversation_tag(conn, above)).await?;
            }
            hx.invalid(&with_typed(sh, &db, form.typed(errors), form.form_token.clone()).await?)
        }
    }
}

/// `POST /settings/conversation-tags/{id}`.
pub async fn rename(
    by: Admin,
    sh: Shell,
    hx: Hx,
    db: Data<Db>,
    id: Path<ConversationTagId>,
    form: Form<TagForm>,
) -> Result<HttpResponse> {
    let id = id.into_inner();
    let outcome = match form.parse() {
        Err(errors) => Err(errors),
        Ok((_, name)) => refusal("name", db.write(move |tx| tags::rename_conversation_tag(tx, &by, id, &name)).await)?,
    };
    match outcome {
        Ok(()) => hx.updated(sh.lang, "toast-saved", HERE, load(sh, &db)).await,
        Err(errors) => {
            db.read(move |conn| tags::find_conversation_tag(conn, id)).await?;
            let typed = Typed { form: Typed::of(id), ..form.typed(errors) };
            hx.invalid(&with_typed(sh, &db, typed, forms::new_token()).await?)
        }
    }
}

/// `GET /settings/conversation-tags/{id}/delete`: what goes with it, before it goes.
pub async fn ask(_: Admin, sh: Shell, hx: Hx, db: Data<Db>, id: Path<ConversationTagId>) -> Result<HttpResponse> {
    let id = id.into_inner();
    let (tag, (below, count)) =
        db.read(move |conn| Ok((tags::find_conversation_tag(conn, id)?, tags::in_branch(conn, id)?))).await?;
    let conversations = if count > 999 {
        sh.t("tag-delete-many-conversations").to_string()
    } else {
        sh.tn("tag-delete-conversations", count)
    };
    let mut consequences = vec![conversations];
    if below > 0 {
        consequences.push(sh.tn("tag-delete-below", below));
    }
    let action = format!("{HERE}/{id}/delete");
    hx.page(&TagDeletePage { sh, name: tag.name, consequences, back: HERE, action })
}

/// `POST /settings/conversation-tags/{id}/delete`.
pub async fn delete(by: Admin, hx: Hx, db: Data<Db>, id: Path<ConversationTagId>) -> Result<HttpResponse> {
    let id = id.into_inner();
    db.write(move |tx| tags::delete_conversation_tag(tx, &by, id)).await?;
    hx.done("toast-tag-deleted", HERE)
}
