//! The kernel's socket.

use super::registration::Registration;
use crate::markers::Markers;
use crate::say;
use crate::work::{Outbox, Work};
use nix::poll::{PollFd, PollFlags, PollTimeout, poll};
use raudit_netlink::receiver::Receiver;
use raudit_record::Records;
use std::os::fd::AsFd;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::thread::JoinHandle;

/// Records of one batch.
const BATCH: usize = 512;
/// How often the thread looks whether it should stop.
const LOOK_MS: u16 = 100;

/// The running source.
#[derive(Debug)]
pub struct Source {
    stop: Arc<AtomicBool>,
    overruns: Arc<AtomicU64>,
    thread: JoinHandle<Receiver>,
}

impl Source {
    /// Starts to read a registered receiver, and every so many seconds (0: never) makes sure that it still is.
    pub fn start(
        receiver: Receiver,
        out: Outbox,
        markers: Markers,
        registration: Registration,
    ) -> std::io::Result<Self> {
        let stop = Arc::new(AtomicBool::new(false));
        let overruns = Arc::new(AtomicU64::new(0));
        let (flag, count) = (Arc::clone(&stop), Arc::clone(&overruns));
        let thread = std::thread::Builder::new()
            .name("netlink".into())
            .spawn(move || read(receiver, registration, &out, &markers, &flag, &count))?;
        Ok(Self { stop, overruns, thread })
    }

    /// How often the kernel found our socket full.
    pub fn overruns(&self) -> u64 {
        self.overruns.load(Ordering::Relaxed)
    }

    /// Resigns as the audit daemon after reading what is there.
    pub fn stop(self) {
        self.stop.store(true, Ordering::Relaxed);
        drop(self.thread.join());
    }
}

fn read(
    mut receiver: Receiver,
    mut registration: Registration,
    out: &Outbox,
    markers: &Markers,
    stop: &AtomicBool,
    overruns: &AtomicU64,
) -> Receiver {
    let mut records = Records::default();
    loop {
        let stopping = stop.load(Ordering::Relaxed);
        if stopping && let Err(e) = receiver.unregister() {
            say::error(e.to_string());
        }
        // once resigned nothing more comes, so the rest is finite; before, the flood may never end
        let interrupted = || !stopping && (stop.load(Ordering::Relaxed) || registration.is_due());
        drain(&mut receiver, &mut records, out, markers, interrupted);
        overruns.store(receiver.overruns(), Ordering::Relaxed);
        if stopping {
            return receiver;
        }
        for record in registration.tick(std::process::id(), || receiver.register()) {
            // the writer outlives its sources
            out.send(Work::Records(record.into()));
        }
        // a signal is as good a reason to look as data
        let _ = poll(&mut [PollFd::new(receiver.as_fd(), PollFlags::POLLIN)], PollTimeout::from(LOOK_MS));
    }
}

/// Takes what is there, until it is time to do something else.
fn drain(receiver: &mut Receiver, records: &mut Records, out: &Outbox, markers: &Markers, enough: impl Fn() -> bool) {
    loop {
        let more = match receiver.recv_batch(records, BATCH) {
            Ok(batch) => batch.more,
            Err(e) => {
                say::error(e.to_string());
                std::thread::sleep(std::time::Duration::from_millis(u64::from(LOOK_MS)));
                false
            }
        };
        markers.filter(records);
        // the writer outlives its sources
        if !out.send_records(records) {
            return;
        }
        if !more || enough() {
            return;
        }
    }
}
