//! From a message to the line of the log, byte for byte as auditd writes it.

use crate::Kind;
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
    prefixes: Prefixes,
}

/// What lines begin with, `[node=NAME ]type=TYPE msg=`, remembered for the types used last, each in the place its number gives it.
#[derive(Debug)]
struct Prefixes([(Kind, Vec<u8>); PREFIXES]);

/// As many as there are types of one kernel event in a row.
const PREFIXES: usize = 64;

impl Default for Prefixes {
    fn default() -> Self {
        Self(std::array::from_fn(|_| (Kind::UNNAMED, Vec::new())))
    }
}

impl Prefixes {
    fn push(&mut self, kind: Kind, node: Option<&[u8]>, out: &mut Vec<u8>) {
        let Some((known, prefix)) = self.0.get_mut(kind.0 as usize % PREFIXES) else { return };
        if *known != kind || prefix.is_empty() {
            *known = kind;
            prefix.clear();
            if let Some(node) = node {
                prefix.extend_from_slice(b"node=");
                prefix.extend_from_slice(node);
                prefix.push(b' ');
            }
            prefix.extend_from_slice(b"type=");
            kind.push(prefix);
            prefix.extend_from_slice(b" msg=");
        }
        out.extend_from_slice(prefix);
    }
}

impl Formatter {
    /// A formatter for `log_format` and, unless `name_format = none`, the name of this machine.
    pub fn new(format: Format, node: Option<Vec<u8>>) -> Self {
        Self { format, node, enricher: Enricher::default(), prefixes: Prefixes::default() }
    }

    /// With other names than this host's, for tests.
    #[must_use]
    pub fn with_names(mut self, names: crate::names::Names) -> Self {
        self.enricher = Enricher::new(names);
        self
    }

    /// Appends the line of one record, without its newline. `text` is what [`Message::text`](crate::Message::text) is.
    ///
    /// `[node=NAME ]type=TYPE msg=TEXT`, newlines as blanks, one blank at the end taken off, cut at a NUL and at auditd's
    /// limits (8,937 bytes, 9,192 with a node). With [`Format::Enriched`] the translations follow if there are any.
    pub fn line(&mut self, kind: Kind, text: &[u8], out: &mut Vec<u8>) {
        let start = out.len();
        let limit = self.limit();
        self.prefixes.push(kind, self.node.as_deref(), out);
        let text_start = out.len();
        let end = memchr::memchr(0, text).unwrap_or(text.len());
        out.extend_from_slice(text.get(..end).unwrap_or_default());
        out.truncate(start + limit);
        let mut rest = out.get_mut(text_start..).unwrap_or_default();
        while let Some(at) = memchr::memchr(b'\n', rest) {
            let (line, after) = rest.split_at_mut(at + 1);
            if let Some(end) = line.last_mut() {
                *end = b' ';
            }
            rest = after;
        }
        if out.last() == Some(&b' ') && out.len() > start {
            out.pop();
        }
        if self.format == Format::Enriched {
            self.enricher.append(kind, text_start.min(out.len()), start + LONGEST_MESSAGE + LONGEST_NODE, out);
        }
    }

    fn limit(&self) -> usize {
        // One byte of auditd's buffer is the NUL.
        LONGEST_MESSAGE - RESERVE - 1 + if self.node.is_some() { LONGEST_NODE } else { 0 }
    }
}

#[cfg(test)]
mod tests;
