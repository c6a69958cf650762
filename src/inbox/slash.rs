//! What a slash in the composer offers: quick replies, filled in for this customer, and commands.

use askama::Template;

use crate::auth::Operator;
use crate::commands::{self, Command};
use crate::customers::{self, Customer};
use crate::db::Conn;
use crate::db::types::{CustomerId, QuickReplyId};
use crate::error::Result;
use crate::quick_replies::{self, FileRef, ReplyFile, Words};
use crate::text;
use crate::web::page::Regions;
use crate::web::shell::Shell;

/// Characters of a text that the list shows.
const PREVIEW: usize = 90;

/// A quick reply as it would be sent.
pub struct Prepared {
    pub id: QuickReplyId,
    pub shortcut: String,
    pub body: String,
    pub files: Vec<ReplyFile>,
}

impl Prepared {
    pub fn preview(&self) -> String {
        match (self.body.is_empty(), self.files.first()) {
            (true, Some(file)) => file.file.name.clone(),
            _ => text::preview(&self.body, PREVIEW),
        }
    }
}

/// Whatever fits to what was typed.
pub struct Choices {
    pub commands: Vec<Command>,
    pub replies: Vec<Prepared>,
}

impl Choices {
    pub fn count(&self) -> i64 {
        i64::try_from(self.commands.len() + self.replies.len()).unwrap_or(i64::MAX)
    }

    pub fn is_empty(&self) -> bool {
        self.count() == 0
    }
}

/// What fits to `q`.
pub fn choices(
    conn: &mut Conn,
    by: &Operator,
    id: CustomerId,
    q: &str,
    with_commands: bool,
    limit: i64,
) -> Result<(Customer, Choices)> {
    let customer = customers::find(conn, &by.scope(), id)?;
    let commands = if with_commands { commands::matching(conn, q, limit)? } else { vec![] };
    let replies = quick_replies::matching(conn, by, q, limit)?;
    let ids: Vec<_> = replies.iter().map(|reply| reply.id).collect();
    let mut files = quick_replies::files_of(conn, &ids)?;
    let words = Words { customer: &customer.name, me: &by.me().name };
    let replies = replies.into_iter().map(|reply| Prepared {
        id: reply.id,
        body: reply.filled(words),
        files: files.remove(&reply.id).unwrap_or_default(),
        shortcut: reply.shortcut,
    });
    let replies = replies.collect();
    Ok((customer, Choices { commands, replies }))
}

/// One quick reply, filled in; nothing if it is not this person's to use.
pub fn prepared(
    conn: &mut Conn,
    by: &Operator,
    customer: &Customer,
    id: QuickReplyId,
) -> Result<(String, Vec<(FileRef, String)>)> {
    let reply = quick_replies::find(conn, by, id)?;
    let files = quick_replies::files_of(conn, &[id])?.remove(&id).unwrap_or_default();
    let words = Words { customer: &customer.name, me: &by.me().name };
    let files = files.into_iter().map(|file| (file.name_in_form(), file.file.name)).collect();
    Ok((reply.filled(words), files))
}

/// `/inbox/{customer}/slash`.
#[derive(Template)]
#[template(path = "inbox/slash.html")]
pub struct SlashPage {
    pub sh: Shell,
    pub customer: Customer,
    pub q: String,
    pub choices: Choices,
}

/// The list under the composer.
#[derive(Template)]
#[template(path = "inbox/slash_list.html")]
struct List<'a> {
    sh: &'a Shell,
    choices: &'a Choices,
}

impl Regions for SlashPage {
    fn region(&self, id: &str) -> Option<askama::Result<String>> {
        (id == "slash-list").then(|| List { sh: &self.sh, choices: &self.choices }.render())
    }
}
