//! Commands.

use askama::Template;

use super::section_is_region;
use crate::commands::{Command, Typed};
use crate::web::forms::Errors;
use crate::web::shell::Shell;

/// `/settings/commands`.
#[derive(Template)]
#[template(path = "settings/commands.html", blocks = ["section"])]
pub struct CommandsPage {
    pub sh: Shell,
    pub all: Vec<Command>,
}

/// `/settings/commands/new` and `/settings/commands/{id}`.
#[derive(Template)]
#[template(path = "settings/command.html", blocks = ["section"])]
pub struct CommandPage {
    pub sh: Shell,
    /// `None`: a new one.
    pub command: Option<Command>,
    pub typed: Typed,
    pub errors: Errors,
    /// Shown this once; empty: not now.
    pub secret: String,
}

impl CommandPage {
    pub fn new(sh: Shell, command: Option<Command>, typed: Typed) -> Self {
        Self { sh, command, typed, errors: Errors::default(), secret: String::new() }
    }

    fn action(&self) -> String {
        match &self.command {
            Some(command) => format!("/settings/commands/{}", command.id),
            None => "/settings/commands".into(),
        }
    }
}

/// `/settings/commands/{id}/delete`.
#[derive(Template)]
#[template(path = "settings/command_delete.html", blocks = ["section"])]
pub struct CommandDeletePage {
    pub sh: Shell,
    pub command: Command,
}

section_is_region!(CommandsPage, CommandPage, CommandDeletePage);
