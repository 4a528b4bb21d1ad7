//! Reports over the events of a log: what raureport prints.
//!
//! * [`Report`]: which there are, and what stands over each
//! * `choose`: which events belong to one
//! * `rows`: one line for each of them; `tally`: or how often each value comes; `cells`: how these are written
//! * `series`: how often each value comes in each period
//! * `made`: any of these; `counter`: what each thread does with an event
//! * [`overview`]: the report without a name, 25 lines of counts
//! * `picture`: a page or a plot to look at
//! * `coverage`: which rules of a set fired
//! * `times`: from when to when each log reaches
//! * `texts`: a table of very many texts; `container`: where an event says in which it happened
//! * `names`: how users, calls and types are called
pub mod cells;
pub(crate) mod choose;
mod container;
pub(crate) mod counter;
pub(crate) mod coverage;
pub(crate) mod made;
mod names;
pub mod overview;
pub(crate) mod picture;
pub(crate) mod rows;
pub(crate) mod series;
pub(crate) mod tally;
mod texts;
pub(crate) mod times;

use crate::items::Wanted;

/// A report on one kind of event or value.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
#[allow(missing_docs, reason = "their titles say it")]
pub enum Report {
    Avc,
    Authentication,
    Command,
    Config,
    Crypto,
    Event,
    File,
    Host,
    Integrity,
    Key,
    Login,
    Accounts,
    Mac,
    Anomaly,
    Pid,
    Response,
    Syscall,
    Times,
    Terminal,
    Tty,
    User,
    Virt,
    Executable,
}

/// What stands over a report, and over its summary.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Frame {
    title: &'static str,
    /// The names of the columns.
    columns: &'static str,
    /// How long the lines over and under them are.
    rules: (usize, usize),
    summary: &'static str,
    /// What is counted, and how long its lines are.
    counted: (&'static str, usize),
}

impl Report {
    /// The option that asks for it, in its long form.
    pub(crate) fn named(long: &str) -> Option<Self> {
        Some(match long {
            "avc" => Self::Avc,
            "auth" => Self::Authentication,
            "comm" => Self::Command,
            "config" => Self::Config,
            "crypto" => Self::Crypto,
            "event" => Self::Event,
            "file" => Self::File,
            "host" => Self::Host,
            "integrity" => Self::Integrity,
            "key" => Self::Key,
            "login" => Self::Login,
            "mods" => Self::Accounts,
            "mac" => Self::Mac,
            "anomaly" => Self::Anomaly,
            "pid" => Self::Pid,
            "response" => Self::Response,
            "syscall" => Self::Syscall,
            "log" => Self::Times,
            "terminal" => Self::Terminal,
            "tty" => Self::Tty,
            "user" => Self::User,
            "virt" => Self::Virt,
            "executable" => Self::Executable,
            _ => return None,
        })
    }

    /// What has to be read of an event. A record that lacks it drops the event, so this is what aureport reads.
    pub(crate) fn wanted(self) -> Wanted {
        let always = Wanted::PID.and(Wanted::SUCCESS);
        let where_from = Wanted::TERMINAL.and(Wanted::HOST);
        always.and(match self {
            Self::Avc => Wanted::COMM.and(Wanted::SUBJECT).and(Wanted::OBJECT).and(Wanted::DECISIONS),
            Self::Authentication => where_from.and(Wanted::EXE).and(Wanted::UID).and(Wanted::ACCOUNT),
            Self::Login | Self::Accounts => where_from.and(Wanted::EXE).and(Wanted::AUID).and(Wanted::ACCOUNT),
            Self::Mac | Self::Integrity | Self::Config | Self::Crypto | Self::Event => Wanted::AUID,
            Self::Virt | Self::Response | Self::Times => Wanted::default(),
            Self::File => Wanted::FILES.and(Wanted::PARENTS).and(Wanted::EXE).and(Wanted::AUID),
            Self::Host => Wanted::HOST.and(Wanted::AUID),
            Self::Pid => Wanted::EXE.and(Wanted::AUID),
            Self::Syscall => Wanted::COMM.and(Wanted::AUID),
            Self::Terminal | Self::Executable => where_from.and(Wanted::EXE).and(Wanted::AUID),
            Self::User => where_from.and(Wanted::EXE).and(Wanted::UID).and(Wanted::AUID),
            Self::Command => where_from.and(Wanted::COMM).and(Wanted::AUID),
            Self::Anomaly => where_from.and(Wanted::EXE).and(Wanted::COMM).and(Wanted::AUID),
            Self::Key => Wanted::EXE.and(Wanted::KEYS).and(Wanted::AUID),
            Self::Tty => Wanted::SESSION.and(Wanted::AUID).and(Wanted::TERMINAL).and(Wanted::COMM),
        })
    }

    /// What stands over its rows.
    pub(crate) fn heading(self) -> String {
        let Frame { title, columns, rules: (over, under), .. } = self.frame();
        if columns.is_empty() {
            return format!("{title}\n{}\n", "=".repeat(over));
        }
        format!("{title}\n{}\n# date time {columns}\n{}\n", "=".repeat(over), "=".repeat(under))
    }

    /// The names of its columns, but for date and time.
    pub(crate) fn columns(self) -> impl Iterator<Item = &'static str> {
        self.frame().columns.split_whitespace()
    }

    /// The first line of its rows in csv.
    pub(crate) fn csv_header(self) -> String {
        self.columns().fold("date,time".to_owned(), |names, name| names + "," + name) + "\n"
    }

    /// The names of the columns of its summary.
    pub(crate) fn summary_columns(self) -> Vec<&'static str> {
        vec!["total", self.frame().counted.0]
    }

    /// What stands over its summary.
    pub(crate) fn summary_heading(self) -> String {
        let Frame { summary, counted: (what, length), .. } = self.frame();
        let rule = "=".repeat(length);
        format!("{summary} Summary Report\n{rule}\ntotal  {what}\n{rule}\n")
    }

    fn frame(self) -> Frame {
        let frame = |title, columns, rules, summary, counted| Frame { title, columns, rules, summary, counted };
        match self {
            Self::Avc => frame(
                "AVC Report",
                "comm subj syscall class permission obj result event",
                (63, 63),
                "Avc Object",
                ("obj", 33),
            ),
            Self::Authentication => frame(
                "Authentication Report",
                "acct host term exe success event",
                (44, 44),
                "Authentication",
                ("acct", 29),
            ),
            Self::Command => frame("Command Report", "comm term host auid event", (36, 37), "Command", ("command", 33)),
            Self::Config => {
                frame("Config Change Report", "type auid success event", (35, 35), "Config Change", ("type", 28))
            }
            Self::Crypto => frame("Crypto Report", "auid type success event", (35, 35), "Crypto", ("type", 21)),
            Self::Event => frame("Event Report", "event type auid success", (35, 35), "Event", ("type", 22)),
            Self::File => frame("File Report", "file syscall success exe auid event", (47, 47), "File", ("file", 27)),
            Self::Host => frame("Host Report", "host syscall auid event", (35, 35), "Host", ("host", 27)),
            Self::Integrity => frame("Integrity Report", "type success event", (30, 30), "Integrity", ("type", 24)),
            Self::Key => frame("Key Report", "key success exe auid event", (47, 47), "Key", ("key", 27)),
            Self::Login => frame("Login Report", "auid host term exe success event", (44, 44), "Login", ("auid", 28)),
            Self::Accounts => frame(
                "Account Modifications Report",
                "auid addr term exe acct success event",
                (49, 49),
                "Acct Modification",
                ("type", 32),
            ),
            _ => self.other_frame(),
        }
    }

    fn other_frame(self) -> Frame {
        let frame = |title, columns, rules, summary, counted| Frame { title, columns, rules, summary, counted };
        match self {
            Self::Mac => frame("MAC Report", "auid type success event", (35, 35), "MAC", ("type", 18)),
            Self::Anomaly => {
                frame("Anomaly Report", "type exe term host auid event", (41, 41), "Anomaly", ("type", 22))
            }
            Self::Pid => frame("Process ID Report", "pid exe syscall auid event", (38, 38), "Pid", ("pid", 26)),
            Self::Response => {
                frame("Response to Anomaly Report", "type success event", (30, 30), "Anomaly Response", ("type", 31))
            }
            Self::Syscall => {
                frame("Syscall Report", "syscall pid comm auid event", (39, 39), "Syscall", ("syscall", 26))
            }
            Self::Terminal => {
                frame("Terminal Report", "term host exe auid event", (36, 36), "Terminal", ("terminal", 31))
            }
            Self::Tty => frame("TTY Report", "event auid term sess comm data", (47, 47), "TTY", ("auid", 26)),
            Self::User => frame("User ID Report", "auid term host exe event", (36, 36), "User", ("auid", 27)),
            Self::Virt => {
                frame("Virtualization Report", "type success event", (30, 30), "Virtualization", ("type", 29))
            }
            Self::Executable => {
                frame("Executable Report", "exe term host auid event", (36, 36), "Executable", ("file", 33))
            }
            _ => frame("Log Time Range Report", "", (21, 0), "Log Time Range", ("log", 31)),
        }
    }
}
