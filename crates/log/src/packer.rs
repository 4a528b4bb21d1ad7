//! The thread that compresses. It only writes temporary files: names are given by the writer, which alone renames, so that a rotation
//! may run meanwhile.

use crate::compress::{Job, Stays, compress};
use std::fs::File;
use std::io;
use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::mpsc::{Receiver, Sender, channel};
use std::thread::JoinHandle;
use std::time::Duration;

/// How long the writer waits at most for what it has cancelled: the thread looks after each chunk.
const PATIENCE: Duration = Duration::from_secs(1);

/// What the thread is asked for.
#[derive(Debug)]
enum Request {
    Pack(Job),
    /// To have the names in a directory on disk.
    Sync(PathBuf),
    /// To hold no archive any more. What was removed is freed here, not in the writer.
    Forget,
}

/// What the thread has to say.
#[derive(Debug)]
pub enum Outcome {
    /// The job's temporary file is complete and on disk, or there is none.
    Packed(Result<(), Stays>),
    /// The directory's names are on disk.
    Synced(io::Result<()>),
}

/// The writer's end. There is one job at a time.
#[derive(Debug)]
pub struct Packer {
    requests: Option<Sender<Request>>,
    outcomes: Receiver<Outcome>,
    cancel: Arc<AtomicBool>,
    handle: Option<JoinHandle<()>>,
}

impl Packer {
    /// Starts the thread.
    ///
    /// # Errors
    /// No thread could be started.
    pub fn start() -> io::Result<Self> {
        let (requests, jobs) = channel();
        let (report, outcomes) = channel();
        let run = move || serve(&jobs, &report);
        let handle = std::thread::Builder::new().name("compress".into()).spawn(run)?;
        Ok(Self { requests: Some(requests), outcomes, cancel: Arc::default(), handle: Some(handle) })
    }

    /// Compresses `archive`; ends with [`Outcome::Packed`].
    pub fn pack(&mut self, archive: File, to: PathBuf, group: u32, floor: u64) {
        self.cancel = Arc::default();
        self.ask(Request::Pack(Job { archive, to, group, floor, cancel: Arc::clone(&self.cancel) }));
    }

    /// Has the names in `dir` on disk; ends with [`Outcome::Synced`].
    pub fn sync(&self, dir: PathBuf) {
        self.ask(Request::Sync(dir));
    }

    /// Lets go of the last archive.
    pub fn forget(&self) {
        self.ask(Request::Forget);
    }

    fn ask(&self, request: Request) {
        if let Some(requests) = &self.requests {
            // The thread lives as long as we.
            drop(requests.send(request));
        }
    }

    /// What has become of the job, if that is known already.
    pub fn outcome(&self) -> Option<Outcome> {
        self.outcomes.try_recv().ok()
    }

    /// Has the job end at once, and waits for that, but not long.
    pub fn cancel(&self) -> Option<Outcome> {
        self.cancel.store(true, Ordering::Relaxed);
        self.outcomes.recv_timeout(PATIENCE).ok()
    }
}

impl Drop for Packer {
    /// Waits for the thread: nothing half done is left.
    fn drop(&mut self) {
        self.cancel.store(true, Ordering::Relaxed);
        drop(self.requests.take());
        if let Some(handle) = self.handle.take() {
            // A panic there has been printed.
            drop(handle.join());
        }
    }
}

fn serve(requests: &Receiver<Request>, report: &Sender<Outcome>) {
    // Only when nobody else wants the processor, or the disk (its priority follows). Where that is refused it works all the same.
    let _ = rustix::process::setpriority_process(None, 19);
    let mut held = None;
    for request in requests {
        let outcome = match request {
            Request::Pack(job) => {
                let result = compress(&job);
                held = Some(job.archive);
                Outcome::Packed(result)
            }
            Request::Sync(dir) => Outcome::Synced(File::open(dir).and_then(|dir| dir.sync_all())),
            Request::Forget => {
                held = None;
                continue;
            }
        };
        if report.send(outcome).is_err() {
            return;
        }
    }
    drop(held);
}
