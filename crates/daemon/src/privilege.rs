//! What rauditd may do after its start, and the one thread that may do more.
//!
//! Capabilities and "no new privileges" belong to a thread (capabilities(7)), and a thread passes its own on to those it starts and the
//! programs it executes. So the thread of [`Root`] is started first and keeps what root has, because programs start from there that
//! auditd starts with all of root's rights: the plugin host, helpers of auditd.conf, the mailer, an upgraded rauditd. All others begin after
//! [`confine`]. Within one address space that is no wall (docs/security.md); it keeps what reads hostile data from what it never needs.

use caps::{CapSet, Capability, CapsHashSet};
use crossbeam_channel::{Sender, bounded};
use nix::sys::prctl;
use std::io;
use std::process::{Child, Command};
use std::thread::Builder;

/// With any backend: to be the audit daemon; user messages by way of the control socket; to end the collector, which is nobody's; the log's
/// group and modes; files and processes of others, to look up what a record says.
const ALWAYS: [Capability; 7] = [
    Capability::CAP_AUDIT_CONTROL,
    Capability::CAP_AUDIT_WRITE,
    Capability::CAP_KILL,
    Capability::CAP_CHOWN,
    Capability::CAP_FOWNER,
    Capability::CAP_DAC_READ_SEARCH,
    Capability::CAP_SYS_PTRACE,
];

/// For BPF: maps, programs and links, and looking them up by number (SYS_ADMIN: whether a link is gone, what skipped programs an earlier
/// rauditd left); memory for them before 5.11; addresses in /proc/kallsyms.
const BPF: [Capability; 5] = [
    Capability::CAP_BPF,
    Capability::CAP_PERFMON,
    Capability::CAP_SYS_ADMIN,
    Capability::CAP_SYS_RESOURCE,
    Capability::CAP_SYSLOG,
];

/// Gives up what this thread and those it starts do not need. `bpf`: whether BPF may capture.
///
/// # Errors
/// The kernel refuses, or this process did not have what it needs.
pub fn confine(bpf: bool) -> io::Result<()> {
    let failed = |e: caps::errors::CapsError| io::Error::other(e.to_string());
    let held = caps::read(None, CapSet::Permitted).map_err(failed)?;
    let wanted = ALWAYS.iter().chain(BPF.iter().filter(|_| bpf));
    // where root has less, as in a container, there is less to keep
    let kept: CapsHashSet = wanted.copied().filter(|capability| held.contains(capability)).collect();
    caps::set(None, CapSet::Effective, &kept).map_err(failed)?;
    caps::set(None, CapSet::Permitted, &kept).map_err(failed)?;
    prctl::set_no_new_privs()?;
    Ok(())
}

/// Keeps this process's memory, which holds what the log holds, out of core files and other debuggers than root's.
pub fn hide_memory() -> io::Result<()> {
    Ok(prctl::set_dumpable(false)?)
}

type Job = Box<dyn FnOnce() + Send>;

/// The thread that keeps root's rights. It ends with the last of these.
#[derive(Clone, Debug)]
pub struct Root {
    jobs: Sender<Job>,
}

impl Root {
    /// Starts the thread; to be called before [`confine`].
    pub fn start() -> io::Result<Self> {
        let (jobs, todo) = bounded::<Job>(0);
        Builder::new().name("root".into()).spawn(move || todo.into_iter().for_each(|job| job()))?;
        Ok(Self { jobs })
    }

    /// Starts a program from this thread, which lives as long as rauditd: programs may ask to die with the thread that started them.
    ///
    /// # Errors
    /// The program cannot be started.
    pub fn spawn(&self, mut command: Command) -> io::Result<Child> {
        let gone = || io::Error::other("the thread that has root's rights is gone");
        let (tell, told) = bounded(1);
        // who asked waits for it
        let start = move || drop(tell.send(command.spawn()));
        self.jobs.send(Box::new(start)).map_err(|_| gone())?;
        told.recv().map_err(|_| gone())?
    }

    /// Has a job done in a thread of its own that has root's rights, and waits for what comes of it.
    ///
    /// # Errors
    /// There is no thread for it, or it died.
    pub fn run<T: Send + 'static>(&self, job: impl FnOnce() -> T + Send + 'static) -> io::Result<T> {
        let gone = |_| io::Error::other("the thread that has root's rights is gone");
        let (tell, told) = bounded(1);
        let start = move || {
            // who asked waits for it
            drop(tell.send(Builder::new().name("root-job".into()).spawn(job)));
        };
        self.jobs.send(Box::new(start)).map_err(|_| io::Error::other("the thread that has root's rights is gone"))?;
        let thread = told.recv().map_err(gone)??;
        thread.join().map_err(|_| io::Error::other("the thread that had root's rights for this died"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::fs;

    /// A line of this thread's status.
    fn status(key: &str) -> String {
        let text = fs::read_to_string("/proc/thread-self/status").unwrap();
        text.lines().find_map(|line| line.strip_prefix(key)).unwrap().trim().to_owned()
    }

    #[test]
    fn a_confined_thread_has_little_and_roots_thread_all() {
        if !nix::unistd::geteuid().is_root() {
            println!("SKIPPED: needs root");
            return;
        }
        // in a thread, since there is no way back
        let test = || {
            let before = status("CapPrm:");
            let root = Root::start().unwrap();
            confine(false).unwrap();
            let bits = |set: &[Capability]| set.iter().fold(0, |bits, capability| bits | capability.bitmask());
            let now = |key: &str| u64::from_str_radix(&status(key), 16).unwrap();
            let had = u64::from_str_radix(&before, 16).unwrap();
            assert_eq!((now("CapPrm:"), now("CapEff:")), (bits(&ALWAYS) & had, bits(&ALWAYS) & had));
            assert_eq!(status("NoNewPrivs:"), "1");
            // what confined threads start is confined
            let child = std::thread::spawn(|| (status("CapPrm:"), status("NoNewPrivs:"))).join().unwrap();
            assert_eq!(child, (status("CapPrm:"), "1".into()));
            let free = root.run(|| (status("CapPrm:"), status("NoNewPrivs:"))).unwrap();
            assert_eq!(free, (before, "0".into()));
            assert!(root.run(|| std::panic::resume_unwind(Box::new("of a job"))).is_err());
            assert_eq!(root.run(|| 7).unwrap(), 7, "it outlives a job that dies");
        };
        std::thread::spawn(test).join().unwrap();
    }
}
