//! Lines of other machines: written as they came, and answered when they are on disk.

use super::Writer;
use crate::work::{Lines, Outcome};
use raudit_dispatch::frame::{self, Version};
use raudit_record::Kind;
use std::sync::atomic::Ordering;

impl Writer {
    /// Writes a batch, has it dispatched if `distribute_network` says so, and tells who sent it what became of it.
    pub(super) fn write_remote(&mut self, batch: Lines) {
        let Lines { text, count, answer } = batch;
        if self.distributes_network && self.feeder.is_wanted() {
            let mut frames = Vec::new();
            for line in text.split(|&byte| byte == b'\n').filter(|line| !line.is_empty()) {
                // a record too long for a frame is still written to disk
                let _ = frame::push(&mut frames, Version::Line, kind_of(line), line);
            }
            self.dispatch(frames, count as u64);
        }
        self.lines = text;
        let put = self.put(count);
        self.written.records.fetch_add(count as u64, Ordering::Relaxed);
        let is_low = if let super::Sink::Log(log) = &self.sink { log.is_low() } else { false };
        let (lost, why) = put.map_or_else(|e| (e.records, Some(e.why)), |()| (0, None));
        // one that has gone meanwhile needs no answer
        drop(answer.send(Outcome { on_disk: count.saturating_sub(lost), is_low, why }));
    }
}

/// The type of a line, as far as a table has its name.
fn kind_of(line: &[u8]) -> Kind {
    let mut words = line.splitn(3, |&byte| byte == b' ');
    let found = words.find_map(|word| word.strip_prefix(b"type="));
    found.map_or(Kind::UNNAMED, Kind::from_log)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_type_stands_in_front_or_after_the_node() {
        assert_eq!(kind_of(b"type=SYSCALL msg=audit(1.2:3): type=PATH"), Kind::SYSCALL);
        assert_eq!(kind_of(b"node=a.b type=PATH msg=audit(1.2:3):"), Kind::PATH);
        assert_eq!(kind_of(b"node=a"), Kind::UNNAMED);
    }
}
