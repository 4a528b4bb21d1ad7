//! The records that were read, in a file of their own.

use crate::event::Record;
use crate::source::{SearchError, failed};
use std::fs::File;
use std::io::{self, BufWriter, Write};
use std::path::Path;

/// In the current directory.
const NAME: &str = "aulast.log";

/// That file, if it is asked for. When it can no longer be written, what is printed goes on.
#[derive(Debug, Default)]
pub(super) struct Extract {
    file: Option<BufWriter<File>>,
    error: Option<io::Error>,
}

impl Extract {
    /// Begins it anew.
    pub(super) fn create() -> Result<Self, SearchError> {
        let file = File::create(NAME).map_err(failed("opening", Path::new(NAME)))?;
        Ok(Self { file: Some(BufWriter::new(file)), error: None })
    }

    /// Adds a record without translations.
    pub(super) fn push(&mut self, record: &Record<'_>) {
        let Some(file) = &mut self.file else { return };
        self.error = file.write_all(record.text()).and_then(|()| file.write_all(b"\n")).err();
        if self.error.is_some() {
            self.file = None;
        }
    }

    /// Writes the rest; says if anything could not be written.
    pub(super) fn finish(mut self) -> Result<(), SearchError> {
        let rest = self.file.as_mut().map_or(Ok(()), Write::flush);
        self.error.map_or(rest, Err).map_err(failed("writing", Path::new(NAME)))
    }
}
