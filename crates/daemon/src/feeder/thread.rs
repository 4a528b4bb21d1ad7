//! The feeder's thread: batches to raudispd, and raudispd kept alive.

use super::child::{Host, Starter};
use super::{Batch, Command};
use crate::say;
use crossbeam_channel::{Receiver, RecvTimeoutError, select};
use nix::sys::signal::Signal;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, Instant};

/// How often an idle raudispd is looked at.
const LOOK: Duration = Duration::from_secs(1);
/// The first pause before raudispd is started again; each is twice the one before.
const PAUSE: Duration = Duration::from_millis(100);
/// The longest.
const LONGEST_PAUSE: Duration = Duration::from_secs(60);

/// Works until the queue ends, then stops raudispd.
pub fn run(batches: &Receiver<Batch>, commands: &Receiver<Command>, starter: &Starter, lost: &AtomicU64) {
    let mut work = Work { batches, commands, undone: None };
    let mut pause = PAUSE;
    loop {
        let begun = Instant::now();
        let failure = starter.start().map_err(|e| e.to_string()).and_then(|host| work.serve(host));
        let Err(why) = failure else { return };
        if begun.elapsed() > LONGEST_PAUSE {
            pause = PAUSE;
        }
        let program = starter.program.display();
        say::error(format!("the plugin host {program} does not run ({why}): plugins get no events for {pause:?}"));
        if !work.pauses(pause) {
            break;
        }
        pause = (pause * 2).min(LONGEST_PAUSE);
    }
    let left = work.undone.into_iter().chain(batches.try_iter()).map(|(_, records)| records).sum();
    lost.fetch_add(left, Ordering::Relaxed);
}

/// What there is to do, whichever raudispd does it.
struct Work<'a> {
    batches: &'a Receiver<Batch>,
    commands: &'a Receiver<Command>,
    /// What the last raudispd did not take.
    undone: Option<Batch>,
}

impl Work<'_> {
    /// Feeds a raudispd until the queue ends; an error says why it came to an end before.
    fn serve(&mut self, mut host: Host) -> Result<(), String> {
        let why = loop {
            if let Some(batch) = self.undone.take()
                && let Err(e) = host.write(&batch.0)
            {
                // it may have passed on a part of it: what is sent twice is better than not at all
                self.undone = Some(batch);
                break Some(e.to_string());
            }
            select! {
                recv(self.batches) -> batch => match batch {
                    Ok(batch) => self.undone = Some(batch),
                    Err(_) => break None,
                },
                recv(self.commands) -> command => match command {
                    Ok(Command::Reload) => host.signal(Signal::SIGHUP),
                    Ok(Command::Resume) => host.signal(Signal::SIGUSR2),
                    // the queue ends as well, after what is in it
                    Err(_) => match self.batches.recv() {
                        Ok(batch) => self.undone = Some(batch),
                        Err(_) => break None,
                    },
                },
                default(LOOK) => {}
            }
            if self.undone.is_none()
                && let Some(status) = host.ended()
            {
                break Some(status.to_string());
            }
        };
        match why {
            Some(why) => {
                host.kill();
                Err(why)
            }
            None => {
                host.stop();
                Ok(())
            }
        }
    }

    /// Waits; false when the queue has ended meanwhile. Batches wait too, and when there are too many the writer counts what it drops.
    fn pauses(&self, pause: Duration) -> bool {
        let until = Instant::now() + pause;
        loop {
            match self.commands.recv_deadline(until) {
                // it reads its settings when it starts
                Ok(_) => {}
                Err(RecvTimeoutError::Timeout) => return true,
                Err(RecvTimeoutError::Disconnected) => return false,
            }
        }
    }
}
