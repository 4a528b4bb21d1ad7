//! The program `rauditctl`: auditctl's commands, for the kernel's audit or for rauditd, whichever decides.
//!
//! Exit codes are auditctl's: 0 done, 1 no arguments, a rules file not loaded, rules that may not change, or no such signal,
//! 2 no daemon to signal, 4 without the right to do it, 255 any other error.

mod augenrules;
mod batch;
mod check;
mod explain;
mod message;
mod replace;
mod rules_file;
mod show;
mod signal;
mod status_json;
mod words;

pub use signal::names as signals;

use crate::capability::may_control_audit;
use crate::client::sending_failed;
use crate::protocol::{Equivalence, Features, StatusChange, feature};
use crate::{Client, Error};
use nix::errno::Errno;
use raudit_rules::command::{self, Context, Setting, Step};
use raudit_rules::{Change, Field, FieldId, Rule, RuleSet, print};
use raudit_tables::errno;
use std::ffi::OsString;
use std::fmt;
use std::io::{self, Write};
use std::os::unix::ffi::OsStringExt;
use std::path::Path;
use std::process::ExitCode;

/// The end of every command line that failed.
const TRAILER: &str = "There was an error while processing parameters";
const DISABLED: &str = "The audit system is disabled";
const IMMUTABLE: &str = "The audit system is in immutable mode, no rule changes allowed";

/// Says where rules would run on this machine, a line each for people. This room knows nothing of BPF; the door does.
pub type Tiers<'a> = &'a dyn Fn(&RuleSet) -> Vec<String>;

/// Runs the program with these arguments, of which the first is the program's name: called `augenrules`, it is that.
pub fn main(mut args: impl Iterator<Item = OsString>, tiers: Tiers<'_>) -> ExitCode {
    let name = args.next().unwrap_or_default();
    let args: Vec<Vec<u8>> = args.map(OsString::into_vec).collect();
    let args: Vec<&[u8]> = args.iter().map(Vec::as_slice).collect();
    let code = if augenrules::is_called(&name) {
        augenrules::run(&name, &args)
    } else {
        let is_auditctl = Path::new(&name).file_name().is_some_and(|name| name == "auditctl");
        offline(&args, tiers).unwrap_or_else(|| run(&args, is_auditctl))
    };
    ExitCode::from(code)
}

/// What needs no audit system, and so no right to control it: the exit code, if it is asked for.
fn offline(args: &[&[u8]], tiers: Tiers<'_>) -> Option<u8> {
    match args {
        [b"--check", files @ ..] => Some(check::run(files)),
        [b"--explain", words @ ..] => Some(explain::run(words, tiers)),
        _ => None,
    }
}

fn run(args: &[&[u8]], is_auditctl: bool) -> u8 {
    if args.is_empty() {
        return show::usage().map_or(1, |()| 1);
    }
    let open_to_all = matches!(args, [b"-h" | b"--help"]) || (args == [b"-l"] && nix::unistd::geteuid().is_root());
    if !open_to_all && !may_control_audit("self") {
        complain("You must be root to run this program.");
        return 4;
    }
    let mut session = Session { is_auditctl, ..Session::start() };
    if matches!(args, [b"--status-json"]) {
        return finish(session.show_json(), false);
    }
    let parsed = command::parse(args, Context { features: session.features, line: None });
    parsed.warnings.iter().for_each(|warning| complain(&warning.text));
    let steps = match parsed.steps {
        Ok(steps) => steps,
        Err(error) => {
            error.lines.iter().for_each(|line| complain(line));
            complain(TRAILER);
            return 255;
        }
    };
    if let [Step::ReadFile(file)] = steps.as_slice() {
        return rules_file::load(&mut session, Path::new(&OsString::from_vec(file.clone())));
    }
    let changes_rules = steps.iter().any(|step| matches!(step, Step::Add(..) | Step::Delete(_)));
    if changes_rules && session.is_immutable() {
        complain(IMMUTABLE);
        return 1;
    }
    finish(session.execute(&steps), changes_rules)
}

/// Says what failed, if something did; the exit code.
fn finish(result: Result<(), Failure>, changes_rules: bool) -> u8 {
    match result {
        Ok(()) => 0,
        Err(Failure::Disabled) => {
            complain(DISABLED);
            u8::from(changes_rules)
        }
        Err(Failure::Coded(code, line)) => {
            complain(&line);
            code
        }
        Err(Failure::Line(line)) => {
            complain(&line);
            complain(TRAILER);
            255
        }
    }
}

/// Says what is wrong. Nothing can be done if even that fails.
fn complain(line: &str) {
    drop(writeln!(io::stderr(), "{line}"));
}

/// Why a step failed.
enum Failure {
    /// Nobody listens: the kernel was started with audit off.
    Disabled,
    /// For the reason in this line, and with an exit code of its own.
    Coded(u8, String),
    /// For the reason in this line.
    Line(String),
}

impl fmt::Display for Failure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Disabled => f.write_str(DISABLED),
            Self::Coded(_, line) | Self::Line(line) => f.write_str(line),
        }
    }
}

impl From<io::Error> for Failure {
    fn from(error: io::Error) -> Self {
        Self::Line(format!("cannot write to standard output ({})", errno::reason(&error)))
    }
}

/// A request that failed, in auditctl's words.
fn failed(request: &str, error: &Error) -> Failure {
    match error.errno() {
        Some(Errno::ECONNREFUSED) => Failure::Disabled,
        Some(Errno::EEXIST) if error.text().is_none() => {
            Failure::Line(format!("Error sending {request} request (Rule exists)"))
        }
        _ => Failure::Line(sending_failed(request, error)),
    }
}

/// The connection and what is known about the other end.
struct Session {
    client: Result<Client, Error>,
    features: u32,
    enabled: u32,
    /// The kernel was started with audit off.
    disabled: bool,
    /// The program was called by auditctl's name.
    is_auditctl: bool,
}

impl Session {
    /// Connects to rauditd if it answers, else to the kernel. Failures are told when something is asked.
    fn start() -> Self {
        let mut client = Client::connect();
        let mut session = Self {
            client: Err(Error::Closed("status")),
            features: feature::ALL,
            enabled: 0,
            disabled: false,
            is_auditctl: false,
        };
        match client.as_mut().map(Client::status) {
            Ok(Ok(status)) => {
                session.features = status.feature_bitmap;
                session.enabled = status.enabled;
            }
            Ok(Err(error)) if error.errno() == Some(Errno::ECONNREFUSED) => session.disabled = true,
            Ok(Err(error @ (Error::Timeout { .. } | Error::Closed(_)))) => client = Err(error),
            _ => {}
        }
        session.client = client;
        session
    }

    fn is_immutable(&self) -> bool {
        self.enabled == 2
    }

    fn execute(&mut self, steps: &[Step]) -> Result<(), Failure> {
        steps.iter().try_for_each(|step| self.step(step))
    }

    fn client(&mut self) -> Result<&mut Client, Failure> {
        self.client.as_mut().map_err(|error| Failure::Coded(1, error.to_string()))
    }

    fn step(&mut self, step: &Step) -> Result<(), Failure> {
        match step {
            Step::Help => Ok(show::usage()?),
            Step::Version => Ok(show::version(self.is_auditctl)?),
            Step::Status(interpret) => self.show_status(*interpret),
            Step::List { interpret, key } => self.list(*interpret, key),
            Step::ListHits => {
                let hits = self.client()?.hits().map_err(|e| failed("rule list data", &e))?;
                if !hits.is_empty() && hits.iter().all(|(_, count)| count.is_none()) {
                    complain("Hits are counted for rules that BPF serves; kernel audit does not count them");
                }
                Ok(show::hits(&hits)?)
            }
            Step::Add(rule, prepend) => self.add(rule, *prepend),
            Step::Delete(rule) => self.delete(rule),
            Step::DeleteAll(key) => self.delete_all(key),
            Step::Set(setting, value) => self.set(*setting, *value),
            Step::ShowSettings => {
                let status = self.client()?.status().map_err(|e| failed("status", &e))?;
                Ok(show::status(&status, false)?)
            }
            Step::ResetLost => self.reset_lost(),
            Step::ResetBacklogWaitTimeActual => self.reset_wait_time(),
            Step::LoginUidImmutable => {
                let bit = Features::LOGINUID_IMMUTABLE;
                let features = Features { mask: bit, features: bit, lock: bit };
                self.client()?.set_features(&features).map_err(|e| match failed("feature", &e) {
                    Failure::Line(_) => Failure::Line(format!("Error setting feature ({})", e.reason())),
                    other => other,
                })
            }
            Step::Trim => self.client()?.trim().map_err(|e| failed_command("trim subtrees", &e)),
            Step::MakeEquivalent(mount, subtree) => {
                let trees = Equivalence { mount: mount.clone(), subtree: subtree.clone() };
                self.client()?.make_equivalent(&trees).map_err(|e| failed_command("make_equivalent", &e))
            }
            Step::Signal(name) => signal::send(self.client()?, name),
            Step::Message(text) => {
                let record = message::user_record(text);
                let kind = raudit_record::Kind::USER;
                self.client()?.user_message(kind, &record).map_err(|e| failed("user message", &e))
            }
            // Only meaningful in a rules file, which looks for them itself.
            Step::IgnoreErrors | Step::ContinueOnErrors => Ok(()),
            Step::ReadFile(_) => Err(Failure::Line("Error - nested rule files not supported".into())),
        }
    }

    fn show_status(&mut self, interpret: bool) -> Result<(), Failure> {
        let client = self.client()?;
        let status = client.status().map_err(|e| failed("status", &e))?;
        show::status(&status, interpret)?;
        match client.features() {
            Ok(features) => show::features(&features)?,
            // Kernels before 3.13 have none.
            Err(e) if e.errno() == Some(Errno::EINVAL) => {}
            Err(e) => return Err(failed("features", &e)),
        }
        match client.describe() {
            Ok(text) => Ok(show::bytes(&text)?),
            Err(e) if e.errno() == Some(Errno::EINVAL) => Ok(()),
            Err(e) => Err(failed("description", &e)),
        }
    }

    fn show_json(&mut self) -> Result<(), Failure> {
        let text = status_json::text(self.client()?).map_err(|e| failed("status", &e))?;
        Ok(show::bytes(&text)?)
    }

    fn list(&mut self, interpret: bool, key: &[u8]) -> Result<(), Failure> {
        let rules = self.client()?.rules().map_err(|e| failed("rule list data", &e))?;
        Ok(show::rules(&rules, interpret, key)?)
    }

    fn add(&mut self, rule: &Rule, prepend: bool) -> Result<(), Failure> {
        let client = self.client()?;
        with_legacy_dir(rule, |rule| client.add_rule(rule, prepend)).map_err(|e| failed("add rule data", &e))
    }

    fn delete(&mut self, rule: &Rule) -> Result<(), Failure> {
        let client = self.client()?;
        with_legacy_dir(rule, |rule| client.delete_rule(rule)).map_err(|e| failed("delete rule data", &e))
    }

    /// Deletes the rules with this key: at once where that is offered, else one by one up to the first that cannot be deleted.
    /// Then lists what is left.
    fn delete_all(&mut self, key: &[u8]) -> Result<(), Failure> {
        let client = self.client()?;
        let mut rules = client.rules().map_err(|e| failed("rule list data", &e))?;
        rules.retain(|rule| print::key_contains(rule, key));
        let deleted = if rules.len() > 1 && client.begin_batch().map_err(|e| failed("rule data", &e))? {
            let changes: Vec<Change> = rules.into_iter().map(Change::Delete).collect();
            client.change_rules(&changes).map_err(|(_, error)| error)
        } else {
            rules.iter().try_for_each(|rule| client.delete_rule(rule))
        };
        deleted.map_err(|e| match failed("delete rule", &e) {
            Failure::Disabled => Failure::Disabled,
            _ => Failure::Line(format!("Error deleting rule ({})", e.reason())),
        })?;
        self.list(false, key)
    }

    fn set(&mut self, setting: Setting, value: u32) -> Result<(), Failure> {
        let mut change = StatusChange::default();
        let (member, name) = match setting {
            Setting::Enabled => (&mut change.enabled, "enable"),
            Setting::Failure => (&mut change.failure, "failure mode"),
            Setting::RateLimit => (&mut change.rate_limit, "rate limit"),
            Setting::BacklogLimit => (&mut change.backlog_limit, "backlog limit"),
            Setting::BacklogWaitTime => (&mut change.backlog_wait_time, "backlog wait time"),
        };
        *member = Some(value);
        self.client()?.set_status(&change).map(drop).map_err(|e| failed(name, &e))
    }

    fn reset_lost(&mut self) -> Result<(), Failure> {
        if self.features & feature::LOST_RESET == 0 {
            return Err(Failure::Line("Field option not supported by kernel: reset-lost".into()));
        }
        let change = StatusChange { reset_lost: true, ..StatusChange::default() };
        let lost = self.client()?.set_status(&change).map_err(|e| failed("lost reset", &e))?;
        complain(&format!("lost: {lost}"));
        Ok(())
    }

    fn reset_wait_time(&mut self) -> Result<(), Failure> {
        let change = StatusChange { reset_backlog_wait_time_actual: true, ..StatusChange::default() };
        let waited = self.client()?.set_status(&change).map_err(|e| failed("backlog wait time actual reset", &e))?;
        complain(&format!("backlog_wait_time_actual: {waited}"));
        Ok(())
    }
}

/// As [`failed`], for what auditctl calls a command.
fn failed_command(command: &str, error: &Error) -> Failure {
    match failed(command, error) {
        Failure::Line(_) => Failure::Line(format!("Error sending {command} command ({})", error.reason())),
        other => other,
    }
}

/// Old kernels know no directory watches: what they refuse so is asked again as a path.
fn with_legacy_dir(rule: &Rule, mut ask: impl FnMut(&Rule) -> Result<(), Error>) -> Result<(), Error> {
    let refused = match ask(rule) {
        Err(error) if error.errno() == Some(Errno::EINVAL) => error,
        other => return other,
    };
    let Some((first @ Field { id: FieldId::DIR, .. }, rest)) = rule.fields.split_first() else {
        return Err(refused);
    };
    let mut fields = vec![Field { id: FieldId::WATCH, ..first.clone() }];
    fields.extend_from_slice(rest);
    ask(&Rule { fields, ..rule.clone() }).map_err(|_| refused)
}
