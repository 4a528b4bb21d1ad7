//! What libbpf has to say. It is kept instead of printed; when a load fails the verifier's reason is in it.

use libbpf_rs::PrintLevel;
use std::sync::{Mutex, PoisonError};

/// Bytes kept: a verifier log's end, where the reason stands.
const KEPT: usize = 64 * 1024;

static LOG: Mutex<String> = Mutex::new(String::new());

fn keep(_: PrintLevel, text: String) {
    let mut log = LOG.lock().unwrap_or_else(PoisonError::into_inner);
    log.push_str(&text);
    if let Some(surplus) = log.len().checked_sub(KEPT)
        && let Some(cut) = (surplus..log.len()).find(|&at| log.is_char_boundary(at))
    {
        log.drain(..cut);
    }
}

/// Keeps libbpf's messages from now on.
pub fn capture() {
    libbpf_rs::set_print(Some((PrintLevel::Warn, keep)));
}

/// What was said since the last call.
pub fn take() -> String {
    std::mem::take(&mut LOG.lock().unwrap_or_else(PoisonError::into_inner))
}

/// The verifier's reason in a log: the line before its statistics.
pub fn reason(log: &str) -> Option<&str> {
    let end = log.lines().position(|l| l.starts_with("processed "))?;
    log.lines().take(end).filter(|l| !l.is_empty() && !l.starts_with(';')).last()
}

/// The program that could not be loaded.
pub fn refused(log: &str) -> Option<&str> {
    let line = log.lines().find(|l| l.contains("': failed to load"))?;
    line.split('\'').nth(1)
}

#[cfg(test)]
mod tests {
    #[test]
    fn the_reason_stands_before_the_statistics() {
        let log = "; code\n1: (07) r1 += 8\nR1 is bad\nprocessed 5 insns (limit 1)\nlibbpf: failed\n";
        assert_eq!(super::reason(log), Some("R1 is bad"));
        assert_eq!(super::reason("nothing"), None);
        assert_eq!(super::refused("x\nlibbpf: prog 'part_bind': failed to load: -EACCES\n"), Some("part_bind"));
        assert_eq!(super::refused(log), None);
    }
}
