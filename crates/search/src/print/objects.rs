//! Events as JSON objects, one on a line: in a form of our own, or in one of those that others have agreed on.

use super::Format;
use super::ecs::Ecs;
use super::facts::Facts;
use super::json::Json;
use super::ocsf::Ocsf;
use super::writer::Writer;
use crate::event::Event;
use raudit_record::Interpreter;
use raudit_record::interpret::Escape;
use raudit_record::names::Names;
use std::io::{self, Write};

/// Writes events as objects.
#[derive(Debug)]
pub(super) struct Objects {
    json: Json,
    ecs: Ecs,
    ocsf: Ocsf,
    out: Writer,
}

impl Objects {
    /// With the names of this host where records were not enriched.
    pub(super) fn new() -> Self {
        // JSON has escapes of its own
        let interpreter = Interpreter::new(Names::new()).escaping(Escape::Raw);
        let json = Json::new(interpreter);
        Self { json, ecs: Ecs::new(Names::new()), ocsf: Ocsf::new(Names::new()), out: Writer::default() }
    }

    /// Writes the line of an event, a long one in pieces.
    ///
    /// # Errors
    /// What writing gives.
    pub(super) fn write(&mut self, format: Format, event: &Event, to: &mut impl Write) -> io::Result<()> {
        self.out.clear();
        match format {
            Format::Ecs => self.ecs.event(&Facts::of(event), &mut self.out),
            Format::Ocsf => self.ocsf.event(&Facts::of(event), &mut self.out, to)?,
            _ => self.json.event(event, &mut self.out, to)?,
        }
        to.write_all(self.out.bytes())
    }
}
