//! From a message to the line of the log, byte for byte as auditd writes it.

use crate::Message;
use crate::enrich::Enricher;

/// `log_format`: with or without translations of ids, system calls and addresses.
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq)]
pub enum Format {
    /// What the kernel said.
    Raw,
    /// What the kernel said, 0x1D, and translations that are only true on this machine now.
    #[default]
    Enriched,
}

/// Longest record (`MAX_AUDIT_MESSAGE_LENGTH`, libaudit.h).
const LONGEST_MESSAGE: usize = 8970;
/// What auditd keeps free of it for what follows.
const RESERVE: usize = 32;
/// Room for the name of a machine, which comes on top (`_POSIX_HOST_NAME_MAX`).
const LONGEST_NODE: usize = 255;

/// Makes lines of messages. One per writing thread: it remembers names and reuses its buffers.
#[derive(Debug)]
pub struct Formatter {
    format: Format,
    node: Option<Vec<u8>>,
    enricher: Enricher,
}

impl Formatter {
    /// A formatter for `log_format` and, unless `name_format = none`, the name of this machine.
    pub fn new(format: Format, node: Option<Vec<u8>>) -> Self {
        Self { format, node, enricher: Enricher::default() }
    }

    /// With other names than this host's, for tests.
    #[must_use]
    pub fn with_names(mut self, names: crate::names::Names) -> Self {
        self.enricher = Enricher::new(names);
        self
    }

    /// Appends one line without its newline.
    ///
    /// `[node=NAME ]type=TYPE msg=TEXT`, newlines as blanks, one blank at the end taken off, cut at a NUL and at auditd's
    /// limits (8,937 bytes, 9,192 with a node). With [`Format::Enriched`] the translations follow if there are any.
    pub fn line(&mut self, message: &Message, out: &mut Vec<u8>) {
        let start = out.len();
        let limit = self.limit();
        if let Some(node) = &self.node {
            out.extend_from_slice(b"node=");
            out.extend_from_slice(node);
            out.push(b' ');
        }
        out.extend_from_slice(b"type=");
        message.kind.push(out);
        out.extend_from_slice(b" msg=");
        let text_start = out.len();
        let end = memchr::memchr(0, &message.text).unwrap_or(message.text.len());
        out.extend_from_slice(message.text.get(..end).unwrap_or_default());
        out.truncate(start + limit);
        for byte in out.iter_mut().skip(text_start).filter(|byte| **byte == b'\n') {
            *byte = b' ';
        }
        if out.last() == Some(&b' ') && out.len() > start {
            out.pop();
        }
        if self.format == Format::Enriched {
            self.enricher.append(message.kind, text_start.min(out.len()), start + LONGEST_MESSAGE + LONGEST_NODE, out);
        }
    }

    fn limit(&self) -> usize {
        // One byte of auditd's buffer is the NUL.
        LONGEST_MESSAGE - RESERVE - 1 + if self.node.is_some() { LONGEST_NODE } else { 0 }
    }
}

#[cfg(test)]
mod tests;
