//! `--format ocsf`: events in the Open Cybersecurity Schema Framework, version 1.8. docs/json.md says which become which class.
//!
//! * [`class`]: the class and activity of an event; [`objects`]: users, processes, files, endpoints
//! * [`common`]: what all events have; here: what each class has of its own
//!
//! A class is only taken where the event has what the class requires; else it is a base event. All fields are also in
//! `unmapped`.

mod class;
mod common;
mod objects;
#[cfg(test)]
mod tests;

use super::facts::{Facts, Reading};
use super::writer::Writer;
use class::{Activity, BASE, Class};
use common::{classification, device, event_name, metadata, occurrence, unmapped};
use raudit_record::Kind;
use raudit_record::names::Names;
use std::io::{self, Write};

/// Writes events in OCSF.
#[derive(Debug)]
pub(super) struct Ocsf {
    names: Names,
    /// What a class adds, until it is known that the event has all of it.
    own: Writer,
}

impl Ocsf {
    /// With the names to use where records were not enriched.
    pub(super) fn new(names: Names) -> Self {
        Self { names, own: Writer::default() }
    }

    /// Appends an event; of a large one the first part goes there.
    ///
    /// # Errors
    /// What writing gives.
    pub(super) fn event(&mut self, facts: &Facts<'_>, out: &mut Writer, to: &mut impl Write) -> io::Result<()> {
        let wanted = Activity::of(facts);
        let main = facts.main();
        // where a class lacks something, the base event has all it needs
        let activity = [wanted, BASE].into_iter().find(|&activity| {
            self.own.clear();
            self.own.open();
            main.is_some_and(|main| self.class(activity, facts, main).is_some())
        });
        let activity = activity.unwrap_or(BASE);
        out.open();
        classification(activity, out);
        occurrence(facts, out);
        metadata(facts, out);
        device(facts, out);
        out.rest_of_object(&self.own, to)?;
        unmapped(facts, out, to)?;
        out.close();
        out.end_line();
        Ok(())
    }

    /// Writes what a class has of its own; none if the event lacks what it requires.
    fn class(&mut self, activity: Activity, facts: &Facts<'_>, main: &Reading<'_>) -> Option<()> {
        let class = activity.class;
        let is_launch = class == Class::Process && activity.number == 1 && main.kind == Kind::SYSCALL;
        objects::actor(facts, main, is_launch, &mut self.names, &mut self.own);
        match class {
            Class::Base => Some(()),
            Class::File => self.file(activity, facts),
            Class::KernelExtension => self.driver(facts, main),
            Class::Process => self.process(activity, facts, main),
            Class::EventLog => {
                self.own.text_member("log_name", b"audit");
                Some(())
            }
            Class::AccountChange => self.account(facts, main),
            Class::Authentication => self.authentication(activity, facts, main),
            Class::AuthorizeSession => {
                let context = main.text("selected-context")?;
                self.own.array("privileges", |out| out.lossy(&context));
                self.account(facts, main)
            }
            Class::Group => {
                let (id, name) =
                    (main.text("id").or_else(|| main.text("gid")), main.text("grp").or_else(|| main.text("acct")));
                let first = id.as_ref().or(name.as_ref())?;
                let known = id.as_ref().and_then(|id| facts.group(&mut self.names, id));
                self.own.object("group", |out| {
                    out.text_member(if id.is_some() { "uid" } else { "name" }, first);
                    if let Some(name) = name.as_ref().or(known.as_ref()).filter(|_| id.is_some()) {
                        out.text_member("name", name);
                    }
                });
                Some(())
            }
            Class::Network => self.network(facts),
            Class::Application => {
                let unit = main.text("unit")?;
                self.own.object("app", |out| out.text_member("name", &unit));
                Some(())
            }
        }
    }

    /// The path that the call is about: of a renaming the old name, and the new one as what came of it.
    fn file(&mut self, activity: Activity, facts: &Facts<'_>) -> Option<()> {
        const RENAME: u64 = 5;
        let items = || facts.records.iter().filter(|record| record.kind == Kind::PATH && record.text("name").is_some());
        let of_kind = |kind: &[u8]| items().find(|item| item.text("nametype").is_some_and(|name| &*name == kind));
        let is_parent = |item: &&Reading<'_>| item.text("nametype").is_some_and(|kind| &*kind == b"PARENT");
        let first = of_kind(b"DELETE").or_else(|| of_kind(b"CREATE")).or_else(|| of_kind(b"NORMAL"));
        let item = first.or_else(|| items().find(|item| !is_parent(item))).or_else(|| items().next())?;
        objects::file("file", item, facts, &mut self.names, &mut self.own);
        if let Some(new) = of_kind(b"CREATE").filter(|_| activity.number == RENAME) {
            objects::file("file_result", new, facts, &mut self.names, &mut self.own);
        }
        Some(())
    }

    fn driver(&mut self, facts: &Facts<'_>, main: &Reading<'_>) -> Option<()> {
        let module = facts.record(Kind::KERN_MODULE).or(Some(main))?.text("name")?;
        self.own.object("driver", |out| {
            out.object("file", |out| {
                out.text_member("name", &module);
                out.number_member("type_id", 1);
            });
        });
        Some(())
    }

    /// The process that is launched, ended or traced.
    fn process(&mut self, activity: Activity, facts: &Facts<'_>, main: &Reading<'_>) -> Option<()> {
        if main.kind == Kind::SYSCALL && activity.number == 1 {
            self.own.number_member("launch_type_id", 3);
        }
        if main.kind != Kind::SYSCALL
            && let Some(command) = main.text("cmd")
        {
            return self.command(&command, facts, main);
        }
        if let Some(target) = facts.record(Kind::OBJ_PID) {
            let pid = target.number("opid")?;
            self.own.object("process", |out| {
                out.number_member("pid", pid);
                if let Some(name) = target.text("ocomm") {
                    out.text_member("name", &name);
                }
                let _is_known = objects::user("user", objects::id(target, "ouid"), facts, &mut self.names, out);
            });
            return Some(());
        }
        let by_argument = match main.call() {
            Some("kill" | "tkill" | "tgkill") => Some("a0"),
            Some("ptrace") => Some("a1"),
            _ => None,
        };
        if let Some(argument) = by_argument {
            // a group of processes has a negative number
            let pid =
                facts.argument(argument).and_then(|pid| u32::try_from(pid).ok()).filter(|pid| pid.cast_signed() > 0)?;
            self.own.object("process", |out| out.number_member("pid", u64::from(pid)));
            return Some(());
        }
        objects::process("process", main.number("pid")?, facts, main, &mut self.names, &mut self.own);
        Some(())
    }

    /// What `sudo` is asked to run. Which process becomes of it is not said: it is called by the event.
    fn command(&mut self, command: &[u8], facts: &Facts<'_>, main: &Reading<'_>) -> Option<()> {
        let parent = main.number("pid")?;
        self.own.object("process", |out| {
            out.text_member("uid", event_name(facts.event.id).as_bytes());
            out.text_member("cmd_line", command);
            if let Some(directory) = main.text("cwd") {
                out.text_member("working_directory", &directory);
            }
            out.object("parent_process", |out| out.number_member("pid", parent));
        });
        Some(())
    }

    /// The account that is changed.
    fn account(&mut self, facts: &Facts<'_>, main: &Reading<'_>) -> Option<()> {
        let who = main.text("acct").or_else(|| objects::id(main, "id"));
        let is_known = objects::user("user", who, facts, &mut self.names, &mut self.own);
        let _is_remote = objects::remote(main, &mut self.own);
        is_known.then_some(())
    }

    fn authentication(&mut self, activity: Activity, facts: &Facts<'_>, main: &Reading<'_>) -> Option<()> {
        const ACCOUNT_SWITCH: u64 = 7;
        let of_login = || objects::id(main, "auid").or_else(|| objects::id(main, "uid"));
        let who = main.text("acct").or_else(|| objects::id(main, "id")).or_else(of_login);
        if !objects::user("user", who, facts, &mut self.names, &mut self.own) {
            return None;
        }
        let out = &mut self.own;
        let program = main.text("exe");
        let service = program.as_deref().and_then(|exe| exe.rsplit(|&byte| byte == b'/').next());
        out.object("service", |out| out.text_member("name", service.unwrap_or(b"login")));
        if objects::remote(main, out) {
            out.name("is_remote");
            out.boolean(true);
        }
        let terminal = main.text("terminal").or_else(|| main.text("tty"));
        let session = objects::id(main, "ses");
        out.object_if_any("session", |out| {
            if let Some(session) = &session {
                out.text_member("uid", session);
            }
            if let Some(terminal) = terminal.filter(|terminal| &**terminal != b"(none)") {
                out.text_member("terminal", &terminal);
            }
        });
        if activity.number == ACCOUNT_SWITCH {
            out.number_member("account_switch_type_id", 1);
        }
        Some(())
    }

    fn network(&mut self, facts: &Facts<'_>) -> Option<()> {
        const INBOUND: u64 = 1;
        const OUTBOUND: u64 = 2;
        let address = facts.address()?;
        let (name, direction) = match facts.main()?.call()? {
            "connect" | "sendto" | "sendmsg" | "sendmmsg" => ("dst_endpoint", OUTBOUND),
            "bind" => ("dst_endpoint", 0),
            _ => ("src_endpoint", INBOUND),
        };
        self.own.object("connection_info", |out| out.number_member("direction_id", direction));
        objects::endpoint(name, &address, &mut self.own).then_some(())
    }
}
