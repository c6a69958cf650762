//! What is said on standard output and standard error. Either may be closed or full, which ends no command in a panic.

use std::fmt::Display;
use std::io::{self, ErrorKind, Write};

use crate::error::{Error, Result};

/// Says it on standard output. Whoever has closed the other end wants no more: that is no failure.
pub fn say(text: impl Display) -> Result<()> {
    said(print(text))
}

/// The same, for whoever has to know that nobody hears it.
pub fn print(text: impl Display) -> io::Result<()> {
    writeln!(io::stdout().lock(), "{text}")
}

/// What came of printing.
pub fn said(outcome: io::Result<()>) -> Result<()> {
    match outcome {
        Err(error) if error.kind() == ErrorKind::BrokenPipe => Ok(()),
        outcome => outcome.map_err(|error| Error::Internal(format!("standard output: {error}"))),
    }
}

/// Says it on standard error. That nobody hears it can be told to nobody.
pub fn note(text: impl Display) {
    let _ = writeln!(io::stderr().lock(), "{text}");
}
