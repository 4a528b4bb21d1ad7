//! The kernel's records of rules that only follow names for BPF: they are nobody's business; but when the kernel ends one, because the
//! directory of its name is gone, the rules that watch the name end with it.

use nix::sys::eventfd::{EfdFlags, EventFd};
use raudit_record::{Kind, Message};
use std::os::fd::{AsFd, BorrowedFd};
use std::sync::Arc;

/// From the thread that reads the kernel's records to the one that keeps the rules: a marker has ended.
#[derive(Clone, Debug)]
pub struct Ended(Arc<EventFd>);

impl Ended {
    /// Not said yet.
    pub fn new() -> nix::Result<Self> {
        EventFd::from_flags(EfdFlags::EFD_CLOEXEC | EfdFlags::EFD_NONBLOCK).map(|fd| Self(Arc::new(fd)))
    }

    /// Says so.
    fn say(&self) {
        // it fails only when it has been said 2^64 times
        let _ = self.0.write(1);
    }

    /// Whether it was said since this was last asked.
    pub fn take(&self) -> bool {
        self.0.read().is_ok()
    }

    /// Leaves out records of markers, and tells of those the kernel has ended.
    pub fn filter(&self, messages: &mut Vec<Message>) {
        for message in messages.extract_if(.., |m| is_of_marker(m)) {
            if has(&message.text, b" path=") || has(&message.text, b" dir=") {
                self.say();
            }
        }
    }
}

impl AsFd for Ended {
    fn as_fd(&self) -> BorrowedFd<'_> {
        self.0.as_fd()
    }
}

/// `op=add_rule key="rauditd" list=4 res=1` and its like: the exit list's rules with the markers' key.
fn is_of_marker(message: &Message) -> bool {
    message.kind == Kind::CONFIG_CHANGE && has(&message.text, b" key=\"rauditd\" list=4 ")
}

fn has(text: &[u8], part: &[u8]) -> bool {
    text.windows(part.len()).any(|window| window == part)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn change(body: &str) -> Message {
        Message { kind: Kind::CONFIG_CHANGE, text: format!("audit(1.000:1): {body}").into_bytes() }
    }

    #[test]
    fn records_of_markers_are_left_out_and_their_end_is_told() {
        let ended = Ended::new().unwrap();
        let mut messages = vec![
            change("auid=0 ses=1 subj=kernel op=add_rule key=\"rauditd\" list=4 res=1"),
            change("auid=0 ses=1 subj=kernel op=add_rule key=\"rauditd2\" list=4 res=1"),
            change("auid=0 ses=1 subj=kernel op=add_rule key=\"rauditd\" list=1 res=1"),
        ];
        ended.filter(&mut messages);
        assert_eq!(messages.len(), 2);
        assert!(!ended.take());
        messages = vec![change("auid=0 ses=1 op=remove_rule path=\"/a b\" key=\"rauditd\" list=4 res=1")];
        ended.filter(&mut messages);
        assert!(messages.is_empty() && ended.take() && !ended.take());
    }
}
