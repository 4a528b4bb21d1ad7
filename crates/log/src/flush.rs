//! Forcing what was written to the disk.

use raudit_config::Flush;
use std::fs::File;
use std::io;
use std::sync::Arc;
use std::sync::mpsc::{Receiver, Sender, SyncSender, TrySendError, channel, sync_channel};
use std::thread::JoinHandle;

/// Counts records, and has the file synced every so many of them.
#[derive(Debug)]
pub struct Flusher {
    every: usize,
    since: usize,
    thread: Option<Thread>,
    waits: bool,
}

/// The thread of `incremental_async`.
#[derive(Debug)]
struct Thread {
    /// Holds one request: while one waits, another for the same file adds nothing.
    requests: Option<SyncSender<Request>>,
    errors: Receiver<io::Error>,
    handle: Option<JoinHandle<()>>,
}

/// What the thread is asked for.
#[derive(Debug)]
enum Request {
    Sync(Arc<File>),
    /// To say that it holds no file any more.
    Tell(Sender<()>),
}

impl Flusher {
    /// A flusher for one of the ways of auditd.conf. `Data` and `Sync` are properties of the open file: see
    /// [`crate::create::open`].
    ///
    /// # Errors
    /// No thread could be started.
    pub fn new(flush: Flush, freq: usize) -> io::Result<Self> {
        let every = match flush {
            Flush::Incremental | Flush::IncrementalAsync => freq,
            Flush::None | Flush::Data | Flush::Sync => 0,
        };
        let thread = if flush == Flush::IncrementalAsync && every > 0 { Some(Thread::start()?) } else { None };
        Ok(Self { every, since: 0, thread, waits: flush == Flush::Incremental })
    }

    /// Takes note of `records` written to `file`, and syncs if it is time.
    ///
    /// # Errors
    /// What `fsync` gave, this time or (in a thread) an earlier time.
    pub fn wrote(&mut self, file: &Arc<File>, records: usize) -> io::Result<()> {
        if self.every == 0 {
            return Ok(());
        }
        self.since = self.since.saturating_add(records);
        if self.since < self.every {
            return self.earlier();
        }
        self.since = 0;
        if self.waits {
            return file.sync_data();
        }
        if let Some(requests) = self.thread.as_ref().and_then(|thread| thread.requests.as_ref())
            && let Err(TrySendError::Disconnected(_)) = requests.try_send(Request::Sync(Arc::clone(file)))
        {
            file.sync_data()?;
        }
        self.earlier()
    }

    /// Syncs what is not yet, because no more will be written to `file`. Nobody holds the file any more then but the caller: its space
    /// is free as soon as it is removed.
    ///
    /// # Errors
    /// What `fsync` gives.
    pub fn finish(&mut self, file: &File) -> io::Result<()> {
        if let Some(thread) = &self.thread {
            thread.wait();
        }
        match std::mem::take(&mut self.since) {
            0 => Ok(()),
            _ => file.sync_data(),
        }
    }

    fn earlier(&self) -> io::Result<()> {
        match self.thread.as_ref().and_then(|thread| thread.errors.try_recv().ok()) {
            Some(error) => Err(error),
            None => Ok(()),
        }
    }
}

impl Thread {
    fn start() -> io::Result<Self> {
        let (requests, jobs) = sync_channel::<Request>(1);
        let (report, errors): (Sender<io::Error>, _) = channel();
        let handle = std::thread::Builder::new().name("flush".into()).spawn(move || {
            for job in jobs {
                let result = match job {
                    Request::Sync(file) => file.sync_data(),
                    Request::Tell(whom) => {
                        // who asked may have died
                        let _ = whom.send(());
                        Ok(())
                    }
                };
                if let Err(error) = result
                    && report.send(error).is_err()
                {
                    return;
                }
            }
        })?;
        Ok(Self { requests: Some(requests), errors, handle: Some(handle) })
    }

    /// Waits until all that was asked for is done.
    fn wait(&self) {
        let (tell, told) = channel();
        if let Some(requests) = &self.requests
            && requests.send(Request::Tell(tell)).is_ok()
        {
            // an error means that the thread is gone, and with it what it held
            let _ = told.recv();
        }
    }
}

impl Drop for Thread {
    /// Waits for the last sync.
    fn drop(&mut self) {
        drop(self.requests.take());
        if let Some(handle) = self.handle.take() {
            // A panic there has been printed; there is nothing left to sync.
            drop(handle.join());
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::io::Write;

    /// A file on which fsync fails: a pipe.
    fn unsyncable() -> Arc<File> {
        let (_, writer) = io::pipe().unwrap();
        Arc::new(File::from(std::os::fd::OwnedFd::from(writer)))
    }

    #[test]
    fn syncs_every_freq_records_and_reports_failure() {
        let file = unsyncable();
        let mut flusher = Flusher::new(Flush::Incremental, 3).unwrap();
        let results: Vec<bool> = [1, 1, 1, 2, 1, 9].iter().map(|n| flusher.wrote(&file, *n).is_ok()).collect();
        assert_eq!(results, [true, true, false, true, false, false]);
        for flush in [Flush::None, Flush::Data, Flush::Sync] {
            assert!(Flusher::new(flush, 1).unwrap().wrote(&file, 5).is_ok());
        }
    }

    #[test]
    fn a_failure_in_the_thread_is_reported_later() {
        let file = unsyncable();
        let mut flusher = Flusher::new(Flush::IncrementalAsync, 1).unwrap();
        let start = std::time::Instant::now();
        while flusher.wrote(&file, 1).is_ok() {
            assert!(start.elapsed().as_secs() < 10, "no error came");
        }
        let mut good = tempfile::tempfile().unwrap();
        good.write_all(b"x").unwrap();
        let mut flusher = Flusher::new(Flush::IncrementalAsync, 1).unwrap();
        let good = Arc::new(good);
        assert!((0..100).all(|_| flusher.wrote(&good, 1).is_ok()));
    }

    #[test]
    fn a_file_that_is_finished_is_held_by_nobody() {
        let mut flusher = Flusher::new(Flush::IncrementalAsync, 1).unwrap();
        for _ in 0..50 {
            let file = Arc::new(tempfile::tempfile().unwrap());
            (0..3).for_each(|_| flusher.wrote(&file, 1).unwrap());
            flusher.finish(&file).unwrap();
            assert_eq!(Arc::strong_count(&file), 1);
        }
    }
}
