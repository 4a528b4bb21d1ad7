//! What the log asks for beyond itself: the administrator's programs, mail, and taking the machine down (auditd.conf(5), actions).

use crate::alarm::{Alarm, Event};
use crate::privilege::Root;
use crate::say;
use raudit_config::Action;
use raudit_log::{Notice, Occasion, Order};
use std::ffi::OsStr;
use std::io::{self, Write};
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread::Builder;

/// The mailer every system has under this name; reads a message with its headers (`-t`).
const MAILER: &str = "/usr/lib/sendmail";
/// Changes the run level.
const INIT: &str = "/sbin/init";
/// Writes to the terminals of those who are logged in (wall(1)).
const WALL: &str = "/usr/bin/wall";

/// Carries out orders, none of which may hold up the writer.
#[derive(Clone, Debug)]
pub struct Orders {
    root: Root,
    alarm: Alarm,
    /// The machine is being taken down: once is enough.
    leaving: Arc<AtomicBool>,
}

impl Orders {
    /// Programs start from `root`; what control has to know goes to `alarm`.
    pub fn new(root: Root, alarm: Alarm) -> Self {
        Self { root, alarm, leaving: Arc::default() }
    }

    /// Begins to carry out an order.
    pub fn carry_out(&self, order: Order) {
        let alarm = self.alarm.clone();
        match order {
            Order::Run { program: helper, resume } => self.start(move || {
                if let Err(e) = end_of(&helper, program(&helper).spawn()) {
                    let cost = if resume { " - logging suspended" } else { "" };
                    say::alert(format!("Audit daemon failed to exec {}: {e}{cost}", helper.display()));
                } else if resume {
                    alarm.tell(Event::HelperEnded);
                }
            }),
            Order::Mail { to, subject, text } => self.start(move || {
                if let Err(e) = mail(&to, subject, &text) {
                    say::error(format!("cannot send mail to {to}: {e}"));
                }
            }),
            Order::Wall(text) => self.start(move || {
                if let Err(e) = feed(WALL, &mut program(WALL), text) {
                    say::warning(format!("cannot warn those who are logged in: {e}"));
                }
            }),
            Order::Single => self.change_run_level("1"),
            Order::Halt => self.change_run_level("0"),
        }
    }

    /// Carries out `single` or `halt` of an `overflow_action`.
    pub fn take_down_machine(&self, action: &Action) {
        let order = match action {
            Action::Halt => Order::Halt,
            Action::Single => Order::Single,
            _ => return,
        };
        say::alert(Notice::Leaving(Occasion::Overflow, action.clone()).to_string());
        self.carry_out(order);
    }

    /// The machine goes, and the daemon stops.
    fn change_run_level(&self, level: &'static str) {
        if self.leaving.swap(true, Ordering::Relaxed) {
            return;
        }
        let alarm = self.alarm.clone();
        self.start(move || {
            if let Err(e) = end_of(Path::new(INIT), program(INIT).arg(level).spawn()) {
                say::alert(format!("cannot change to run level {level}: {e}"));
            }
            alarm.tell(Event::Stop);
        });
    }

    /// Does it in a thread, which waits for the program to end.
    fn start(&self, work: impl FnOnce() + Send + 'static) {
        let started = self.root.run(|| Builder::new().name("order".into()).spawn(work).map(drop));
        if let Err(e) = started.and_then(|thread| thread) {
            say::alert(format!("cannot start a thread for an action of auditd.conf: {e}"));
        }
    }
}

/// Waits for a program that was started. That it fails is said, and its own business.
fn end_of(program: &Path, started: io::Result<Child>) -> io::Result<()> {
    let status = started?.wait()?;
    if !status.success() {
        say::warning(format!("{} ended with {status}", program.display()));
    }
    Ok(())
}

/// A program without environment, as auditd starts them.
fn program(path: impl AsRef<OsStr>) -> Command {
    let mut command = Command::new(path);
    command.env_clear();
    command
}

fn mail(to: &str, subject: &str, text: &str) -> io::Result<()> {
    let message = format!("To: {to}\nFrom: root\nSubject: {subject}\n\n{text}\n");
    feed(MAILER, program(MAILER).arg("-t").arg(format!("-f{to}")), &message)
}

/// Runs a program with this as its input.
fn feed(name: &str, command: &mut Command, input: &str) -> io::Result<()> {
    let mut child =
        command.stdin(Stdio::piped()).spawn().map_err(|e| io::Error::new(e.kind(), format!("{name}: {e}")))?;
    let written = child.stdin.take().map_or(Ok(()), |mut stdin| stdin.write_all(input.as_bytes()));
    match child.wait()? {
        status if status.success() => written,
        status => Err(io::Error::other(format!("{name} ended with {status}"))),
    }
}
