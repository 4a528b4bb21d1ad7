//! Records on their way to raudispd: a queue that never holds up the writer, and the child that reads it.

use crate::say;
use crossbeam_channel::{Receiver, Sender, TrySendError, bounded};
use std::io::{BufRead, BufReader, Read, Write};
use std::os::fd::OwnedFd;
use std::os::unix::net::UnixStream;
use std::path::Path;
use std::process::{Child, ChildStderr, Command, Stdio};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::thread::JoinHandle;
use std::time::{Duration, Instant};

/// Batches of frames that may wait for raudispd, which has queues of its own for each plugin.
const WAITING: usize = 64;
/// How long raudispd may take to stop its plugins when its input ends.
const STOP: Duration = Duration::from_secs(10);

/// The longest line of raudispd's, or of a plugin's, that is passed on in one piece.
const LINE_MAX: u64 = 4096;

/// Frames, how many records they are.
type Batch = (Vec<u8>, u64);

/// The writer's side: hands batches over without waiting.
#[derive(Debug)]
pub struct Feeder {
    queue: Option<Sender<Batch>>,
    thread: Option<JoinHandle<()>>,
    lost: Arc<AtomicU64>,
    told: u64,
}

impl Feeder {
    /// Nothing to dispatch to.
    pub fn none() -> Self {
        Self { queue: None, thread: None, lost: Arc::default(), told: 0 }
    }

    /// Starts raudispd with auditd.conf's directory. Without it the log is still written: a message, not an error.
    /// For a `daemon` raudispd and its plugins have no standard output, and their complaints become ours.
    pub fn start(program: &Path, config_dir: &Path, daemon: bool) -> Self {
        let lost = Arc::new(AtomicU64::new(0));
        let started = spawn(program, config_dir, daemon).and_then(|(child, stream)| {
            let (queue, batches) = bounded(WAITING);
            let count = Arc::clone(&lost);
            let thread = std::thread::Builder::new()
                .name("feeder".into())
                .spawn(move || feed(&batches, stream, child, &count))?;
            Ok((queue, thread))
        });
        match started {
            Ok((queue, thread)) => Self { queue: Some(queue), thread: Some(thread), lost, told: 0 },
            Err(e) => {
                say::error(format!("cannot start the plugin host {}: {e}; plugins get no events", program.display()));
                Self::none()
            }
        }
    }

    /// Whether frames are wanted at all.
    pub fn is_wanted(&self) -> bool {
        self.queue.is_some()
    }

    /// Hands over frames; when raudispd is behind they are dropped and counted.
    pub fn send(&mut self, frames: Vec<u8>, records: u64) {
        let Some(queue) = &self.queue else { return };
        match queue.try_send((frames, records)) {
            Ok(()) => {}
            Err(TrySendError::Full(_)) => drop(self.lost.fetch_add(records, Ordering::Relaxed)),
            Err(TrySendError::Disconnected(_)) => {
                say::error("the plugin host has ended; plugins get no events");
                self.queue = None;
            }
        }
        let lost = self.lost.load(Ordering::Relaxed);
        if lost >= self.told.max(1) * 2 {
            self.told = lost;
            say::warning(format!(
                "plugins are behind: {lost} records were not dispatched so far (they are in the log)"
            ));
        }
    }

    /// Ends the stream and waits for raudispd, a bounded time. Returns how many records were not dispatched.
    pub fn stop(mut self) -> u64 {
        self.queue = None;
        if let Some(thread) = self.thread.take() {
            drop(thread.join());
        }
        self.lost.load(Ordering::Relaxed)
    }
}

fn spawn(program: &Path, config_dir: &Path, daemon: bool) -> std::io::Result<(Child, UnixStream)> {
    let (ours, theirs) = UnixStream::pair()?;
    let mut command = Command::new(program);
    command.env_remove(crate::upgrade::FOLLOWS);
    command.arg("-c").arg(config_dir).stdin(Stdio::from(OwnedFd::from(theirs)));
    if daemon {
        // what started us may wait until nobody has its standard output and error any more
        command.stdout(Stdio::null()).stderr(Stdio::piped());
    }
    let mut child = command.spawn()?;
    if let Some(said) = child.stderr.take() {
        std::thread::Builder::new().name("raudispd".into()).spawn(move || relay(said))?;
    }
    Ok((child, ours))
}

/// The thread: says what raudispd and its plugins say.
fn relay(said: ChildStderr) {
    let mut said = BufReader::new(said);
    let mut line = Vec::new();
    while said.by_ref().take(LINE_MAX).read_until(b'\n', &mut line).is_ok_and(|len| len > 0) {
        say::warning(String::from_utf8_lossy(&line).trim_end());
        line.clear();
    }
}

/// The thread: writes batches until the queue ends or raudispd is gone.
fn feed(batches: &Receiver<Batch>, mut stream: UnixStream, mut child: Child, lost: &AtomicU64) {
    // at the end a plugin host that does not read must not keep the daemon from stopping
    drop(stream.set_write_timeout(Some(STOP)));
    for (frames, records) in batches {
        if let Err(e) = stream.write_all(&frames) {
            lost.fetch_add(records, Ordering::Relaxed);
            say::error(format!("cannot write to the plugin host: {e}"));
            break;
        }
    }
    drop(stream);
    let deadline = Instant::now() + STOP;
    while let Ok(None) = child.try_wait() {
        if Instant::now() > deadline {
            say::warning("the plugin host did not end in time and is killed");
            drop(child.kill());
            drop(child.wait());
            return;
        }
        std::thread::sleep(Duration::from_millis(10));
    }
}
