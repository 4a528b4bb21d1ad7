//! BPF is made ready aside. To try what the kernel offers, to load programs and to attach them takes from a second to half a minute;
//! the kernel captures meanwhile, and requests are answered.

use super::bpf::{Outlook, Side};
use super::install;
use nix::sys::eventfd::{EfdFlags, EventFd};
use raudit_netlink::Client;
use raudit_rules::RuleSet;
use std::io;
use std::os::fd::{AsFd, BorrowedFd};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering::Relaxed};
use std::sync::mpsc::{Receiver, channel};
use std::thread::{Builder, JoinHandle};

/// What came of it.
#[derive(Debug)]
#[allow(clippy::large_enum_variant, reason = "one for each takeover")]
pub enum Outcome {
    /// BPF captures by the rules it was given.
    Captures(Outlook),
    /// BPF does not serve every rule exactly: why.
    Inexact(String),
    /// A step failed: which, and why.
    Failed(String),
}

/// The BPF side in a thread of its own.
#[derive(Debug)]
pub struct Takeover {
    thread: JoinHandle<Option<(Side, Outcome)>>,
    /// The rules it was given.
    rules: RuleSet,
    /// Readable when it is over.
    over: Arc<EventFd>,
    cancelled: Arc<AtomicBool>,
}

impl Takeover {
    /// Begins with these rules, of which those `in_force` are to be followed now. The side is lent: until it is over, what is left
    /// answers for what was counted before.
    pub fn begin(side: &mut Side, rules: RuleSet, in_force: RuleSet) -> io::Result<Self> {
        let over = Arc::new(EventFd::from_flags(EfdFlags::EFD_CLOEXEC | EfdFlags::EFD_NONBLOCK)?);
        let cancelled = Arc::new(AtomicBool::new(false));
        let (lend, lent) = channel();
        let (bell, stop, given) = (Arc::clone(&over), Arc::clone(&cancelled), rules.clone());
        let work = move || {
            let _bell = Bell(bell);
            run(&lent, [&in_force, &given], &stop)
        };
        let thread = Builder::new().name("bpf-takeover".into()).spawn(work)?;
        // the thread waits for it
        drop(lend.send(side.lend()));
        Ok(Self { thread, rules, over, cancelled })
    }

    /// Whether [`end`](Self::end) need not wait; said once.
    pub fn is_over(&self) -> bool {
        self.over.read().is_ok()
    }

    /// The next step that can be left out is.
    pub fn cancel(&self) {
        self.cancelled.store(true, Relaxed);
    }

    /// Waits for the end: the side, what came of it, and of which rules. `None` when the thread has panicked.
    pub fn end(self) -> Option<(Side, Outcome, RuleSet)> {
        let (side, outcome) = self.thread.join().ok()??;
        Some((side, outcome, self.rules))
    }
}

impl AsFd for Takeover {
    fn as_fd(&self) -> BorrowedFd<'_> {
        self.over.as_fd()
    }
}

/// Rings when the thread ends, in whichever way.
struct Bell(Arc<EventFd>);

impl Drop for Bell {
    fn drop(&mut self) {
        // it fails only when it has rung 2^64 times
        let _ = self.0.write(1);
    }
}

fn run(lent: &Receiver<Side>, rules: [&RuleSet; 2], cancelled: &AtomicBool) -> Option<(Side, Outcome)> {
    let mut side = lent.recv().ok()?;
    let outcome = make_ready(&mut side, rules, cancelled);
    Some((side, outcome))
}

fn make_ready(side: &mut Side, [rules, kept]: [&RuleSet; 2], cancelled: &AtomicBool) -> Outcome {
    let outlook = side.outlook(rules);
    if !outlook.exact {
        return Outcome::Inexact(outlook.why_not());
    }
    if cancelled.load(Relaxed) {
        return Outcome::Failed("rauditd is about to stop".into());
    }
    let installed = Client::kernel()
        .map_err(|e| e.to_string())
        .and_then(|mut kernel| install(side, &mut kernel, &outlook, rules, kept));
    match installed {
        Ok(()) => Outcome::Captures(outlook),
        Err(why) => Outcome::Failed(why),
    }
}
