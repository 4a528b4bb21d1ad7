//! Other machines: what the collector hands over.
//!
//! The collector is another process ([`raudit_remote`]); a thread here reads its link, gives records to the writer, and says what
//! became of them. One that has ended is started again.

mod group;
mod receiver;
mod records;
mod voice;

use crate::alarm::{self, Alarm};
use crate::privilege::Root;
use crate::say;
use crate::work::Outbox;
use raudit_config::AuditdConf;
use raudit_remote::process::THIS_PROGRAM;
use raudit_remote::{Process, Settings};
use receiver::Receiver;
use std::path::Path;
use std::thread::JoinHandle;

/// What control asks of the thread.
#[derive(Debug)]
enum Command {
    Settings(Settings),
    Stop,
}

/// Receives from other machines, if auditd.conf says so.
#[derive(Debug)]
pub struct Remote {
    conf: AuditdConf,
    work: Outbox,
    /// The collector starts with root's rights, to bind its port.
    root: Root,
    running: Option<Running>,
}

#[derive(Debug)]
struct Running {
    commands: Alarm<Command>,
    thread: JoinHandle<()>,
}

impl Remote {
    /// Listens where auditd.conf says.
    ///
    /// # Errors
    /// Why it cannot.
    pub fn start(conf: &AuditdConf, work: Outbox, root: Root) -> Result<Self, String> {
        let mut remote = Self { conf: conf.clone(), work, root, running: None };
        if let Some(settings) = Settings::of(conf)? {
            remote.listen(settings)?;
        }
        Ok(remote)
    }

    fn listen(&mut self, settings: Settings) -> Result<(), String> {
        let process = start(&settings, &self.root)?;
        let cannot = |e: &dyn std::fmt::Display| format!("cannot listen for other machines: {e}");
        let (commands, inbox) = alarm::channel().map_err(|e| cannot(&e))?;
        say::notice(format!("listening for other machines on port {}", settings.port));
        let receiver = Receiver::new(process, settings, self.work.clone(), inbox, self.root.clone());
        let thread = std::thread::Builder::new().name("remote".into()).spawn(move || receiver.run());
        self.running = Some(Running { commands, thread: thread.map_err(|e| cannot(&e))? });
        Ok(())
    }

    /// Takes what can be taken of new settings; returns the keys that changed and wait for a restart. As auditd, it begins to listen
    /// when a port was added, and keeps the one it has.
    pub fn reconfigure(&mut self, new: &AuditdConf) -> Vec<&'static str> {
        let waiting = Settings::need_restart(&self.conf, new);
        if self.running.is_none() {
            self.conf = AuditdConf { local_events: self.conf.local_events, ..new.clone() };
            if let Err(e) = Settings::of(&self.conf).and_then(|settings| settings.map_or(Ok(()), |s| self.listen(s))) {
                say::error(format!("{e}; nobody is listened to"));
            }
            return waiting.into_iter().filter(|&key| key == "local_events").collect();
        }
        match (Settings::reloaded(&self.conf, new), &self.running) {
            (Ok(Some(settings)), Some(running)) => running.commands.tell(Command::Settings(settings)),
            (Err(e), _) => say::error(format!("{e}; other machines are received from as before")),
            _ => {}
        }
        waiting
    }

    /// Tells all senders that we end, and waits until what they sent is dealt with.
    pub fn stop(&mut self) {
        let Some(running) = self.running.take() else { return };
        running.commands.tell(Command::Stop);
        if running.thread.join().is_err() {
            say::error("the thread that receives from other machines ended in disorder");
        }
    }
}

fn start(settings: &Settings, root: &Root) -> Result<Process, String> {
    Process::start(Path::new(THIS_PROGRAM), settings, &|command| root.spawn(command), &mut voice::say)
}
