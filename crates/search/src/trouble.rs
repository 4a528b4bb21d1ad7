//! Why a program has no answer, or not the whole one, and how it says so.

use crate::event::Record;
use crate::items::Unreadable;
use crate::source::SearchError;
use raudit_record::interpret::Escape;
use std::io::{self, Write};

/// Why there is no answer, or not the whole one.
pub(crate) enum Trouble {
    /// This has to be said.
    Said(String),
    /// This has to be said of a checkpoint, and the exit code is this.
    Checkpoint(u8, String),
    /// Standard output is a closed pipe.
    ReaderGone,
}

impl From<SearchError> for Trouble {
    fn from(error: SearchError) -> Self {
        match error {
            SearchError::Output(e) if e.kind() == io::ErrorKind::BrokenPipe => Self::ReaderGone,
            error => Self::Said(error.to_string()),
        }
    }
}

impl From<io::Error> for Trouble {
    fn from(error: io::Error) -> Self {
        SearchError::Output(error).into()
    }
}

/// Said when events were skipped, so that nobody takes silence for absence.
pub(crate) fn malformed_note(skipped: u64) -> String {
    let events = if skipped == 1 { "event" } else { "events" };
    format!("Skipped {skipped} malformed {events}")
}

/// Names a record that cannot be read.
///
/// # Errors
/// What writing gives.
pub(crate) fn say_malformed(why: Unreadable, record: &Record<'_>, notes: &mut dyn Write) -> io::Result<()> {
    write!(notes, "Malformed event skipped, rc={}. ", why.0)?;
    notes.write_all(&Escape::Tty.show(record.text()))?;
    writeln!(notes)
}
