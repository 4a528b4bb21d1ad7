//! Which class of OCSF an event belongs to, and which of its activities it is.

use crate::print::facts::Facts;
use raudit_record::Kind;

/// A class of OCSF that events are put into.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(super) enum Class {
    /// What none of the others fits.
    Base,
    /// 1001
    File,
    /// 1002
    KernelExtension,
    /// 1007
    Process,
    /// 1008
    EventLog,
    /// 3001
    AccountChange,
    /// 3002
    Authentication,
    /// 3003
    AuthorizeSession,
    /// 3006
    Group,
    /// 4001
    Network,
    /// 6002
    Application,
}

impl Class {
    /// `class_uid`
    pub(super) fn number(self) -> u64 {
        match self {
            Self::Base => 0,
            Self::File => 1001,
            Self::KernelExtension => 1002,
            Self::Process => 1007,
            Self::EventLog => 1008,
            Self::AccountChange => 3001,
            Self::Authentication => 3002,
            Self::AuthorizeSession => 3003,
            Self::Group => 3006,
            Self::Network => 4001,
            Self::Application => 6002,
        }
    }

    /// `class_name`
    pub(super) fn name(self) -> &'static str {
        match self {
            Self::Base => "Base Event",
            Self::File => "File System Activity",
            Self::KernelExtension => "Kernel Extension Activity",
            Self::Process => "Process Activity",
            Self::EventLog => "Event Log Activity",
            Self::AccountChange => "Account Change",
            Self::Authentication => "Authentication",
            Self::AuthorizeSession => "Authorize Session",
            Self::Group => "Group Management",
            Self::Network => "Network Activity",
            Self::Application => "Application Lifecycle",
        }
    }
}

/// What happened: the class, `activity_id`, `activity_name`.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(super) struct Activity {
    pub(super) class: Class,
    pub(super) number: u64,
    pub(super) name: &'static str,
}

/// `activity_id` of what a class has no number for.
const OTHER: u64 = 99;

/// An event that belongs to no class.
pub(super) const BASE: Activity = Activity { class: Class::Base, number: OTHER, name: "Other" };

impl Activity {
    /// Of an event, by its system call or by the type of its record.
    pub(super) fn of(facts: &Facts<'_>) -> Self {
        let call = facts.record(Kind::SYSCALL);
        let found = match call {
            Some(record) => record.call().and_then(|call| of_call(call, facts)),
            None => facts.records.first().and_then(|record| of_kind(record.kind, facts)),
        };
        found.map_or(BASE, |(class, number, name)| Self { class, number, name })
    }
}

type Found = Option<(Class, u64, &'static str)>;

fn of_call(call: &str, facts: &Facts<'_>) -> Found {
    Some(match call {
        "execve" | "execveat" => (Class::Process, 1, "Launch"),
        "exit" | "exit_group" => (Class::Process, 2, "Terminate"),
        "setuid" | "setreuid" | "setresuid" | "setfsuid" => (Class::Process, 5, "Set User ID"),
        "kill" | "tkill" | "tgkill" => return signal(call, facts),
        "ptrace" => return trace(facts),
        "init_module" | "finit_module" => (Class::KernelExtension, 1, "Load"),
        "delete_module" => (Class::KernelExtension, 2, "Unload"),
        "open" | "openat" | "openat2" | "creat" if creates(facts) => (Class::File, 1, "Create"),
        "open" | "openat" | "openat2" | "creat" | "open_by_handle_at" => (Class::File, 14, "Open"),
        "mkdir" | "mkdirat" | "mknod" | "mknodat" | "link" | "linkat" | "symlink" | "symlinkat" => {
            (Class::File, 1, "Create")
        }
        "read" | "readv" | "pread64" | "readlink" | "readlinkat" => (Class::File, 2, "Read"),
        "write" | "writev" | "pwrite64" | "truncate" | "ftruncate" | "fallocate" => (Class::File, 3, "Update"),
        "unlink" | "unlinkat" | "rmdir" => (Class::File, 4, "Delete"),
        "rename" | "renameat" | "renameat2" => (Class::File, 5, "Rename"),
        "utime" | "utimes" | "futimesat" | "utimensat" | "setxattr" | "lsetxattr" | "fsetxattr" | "removexattr"
        | "lremovexattr" | "fremovexattr" => (Class::File, 6, "Set Attributes"),
        "chmod" | "fchmod" | "fchmodat" | "fchmodat2" | "chown" | "fchown" | "lchown" | "fchownat" => {
            (Class::File, 7, "Set Security")
        }
        "stat" | "lstat" | "fstat" | "newfstatat" | "statx" | "access" | "faccessat" | "faccessat2" | "getxattr"
        | "lgetxattr" | "fgetxattr" => (Class::File, 8, "Get Attributes"),
        "mount" => (Class::File, 12, "Mount"),
        "umount" | "umount2" => (Class::File, 13, "Unmount"),
        "connect" => connect(facts),
        "accept" | "accept4" => (Class::Network, 1, "Open"),
        "sendto" | "sendmsg" | "sendmmsg" | "recvfrom" | "recvmsg" | "recvmmsg" => (Class::Network, 6, "Traffic"),
        "bind" => (Class::Network, OTHER, "Bind"),
        _ => return None,
    })
}

/// Whether the call has made a file.
fn creates(facts: &Facts<'_>) -> bool {
    facts
        .records
        .iter()
        .any(|record| record.kind == Kind::PATH && record.text("nametype").is_some_and(|kind| &*kind == b"CREATE"))
}

/// A signal that ends a process, or another.
fn signal(call: &str, facts: &Facts<'_>) -> Found {
    const SIGKILL: u64 = 9;
    const SIGTERM: u64 = 15;
    let which = facts.argument(if call == "tgkill" { "a2" } else { "a1" })?;
    Some(match which {
        SIGKILL | SIGTERM => (Class::Process, 2, "Terminate"),
        _ => (Class::Process, OTHER, "Signal"),
    })
}

fn trace(facts: &Facts<'_>) -> Found {
    // linux/ptrace.h: PTRACE_POKETEXT and POKEDATA, ATTACH, SEIZE
    Some(match facts.argument("a0")? {
        4 | 5 => (Class::Process, 4, "Inject"),
        16 | 0x4206 => (Class::Process, 3, "Open"),
        _ => (Class::Process, OTHER, "Trace"),
    })
}

/// A connection that is made, under way, refused, or failed.
fn connect(facts: &Facts<'_>) -> (Class, u64, &'static str) {
    match facts.main().and_then(|call| call.text("exit")).as_deref() {
        Some(exit) if exit == refused() => (Class::Network, 5, "Refuse"),
        Some(exit) if exit.starts_with(b"-") && !is_under_way(exit) => (Class::Network, 4, "Fail"),
        _ => (Class::Network, 1, "Open"),
    }
}

fn refused() -> Vec<u8> {
    format!("-{}", libc::ECONNREFUSED).into_bytes()
}

/// Whether what a call returned says that it has only begun.
pub(super) fn is_under_way(exit: &[u8]) -> bool {
    exit == format!("-{}", libc::EINPROGRESS).as_bytes()
}

fn of_kind(kind: Kind, facts: &Facts<'_>) -> Found {
    Some(match kind.name()? {
        "USER_LOGIN" => (Class::Authentication, 1, "Logon"),
        "USER_LOGOUT" => (Class::Authentication, 2, "Logoff"),
        "USER_START" if switches(facts) => (Class::Authentication, 7, "Account Switch"),
        "USER_START" => (Class::Authentication, OTHER, "Start Session"),
        "USER_END" => (Class::Authentication, OTHER, "End Session"),
        "USER_AUTH" => (Class::Authentication, OTHER, "Authenticate"),
        "USER_ACCT" => (Class::Authentication, OTHER, "Authorize"),
        "USER_ERR" => (Class::Authentication, OTHER, "Error"),
        "CRED_ACQ" => (Class::Authentication, OTHER, "Acquire Credentials"),
        "CRED_REFR" => (Class::Authentication, OTHER, "Refresh Credentials"),
        "CRED_DISP" => (Class::Authentication, OTHER, "Dispose of Credentials"),
        "LOGIN" => (Class::Authentication, OTHER, "Set Login User"),
        "USER_ROLE_CHANGE" => (Class::AuthorizeSession, 1, "Assign Privileges"),
        "ADD_USER" => (Class::AccountChange, 1, "Create"),
        "DEL_USER" => (Class::AccountChange, 6, "Delete"),
        "ACCT_LOCK" => (Class::AccountChange, 9, "Lock"),
        "ACCT_UNLOCK" => (Class::AccountChange, 12, "Unlock"),
        "USER_CHAUTHTOK" => (Class::AccountChange, 3, "Password Change"),
        "USER_MGMT" => (Class::AccountChange, OTHER, "Change"),
        "ADD_GROUP" => (Class::Group, 6, "Create"),
        "DEL_GROUP" => (Class::Group, 5, "Delete"),
        "GRP_MGMT" => (Class::Group, OTHER, "Change"),
        "GRP_CHAUTHTOK" => (Class::Group, OTHER, "Password Change"),
        "USER_CMD" => (Class::Process, 1, "Launch"),
        "ANOM_ABEND" => (Class::Process, 2, "Terminate"),
        "KERN_MODULE" => (Class::KernelExtension, 1, "Load"),
        "SERVICE_START" => (Class::Application, 3, "Start"),
        "SERVICE_STOP" => (Class::Application, 4, "Stop"),
        "DAEMON_START" => (Class::EventLog, 6, "Start"),
        "DAEMON_END" | "DAEMON_ABORT" => (Class::EventLog, 7, "Stop"),
        "DAEMON_ROTATE" => (Class::EventLog, 5, "Rotate"),
        _ => return None,
    })
}

/// Whether the program acts for another user.
pub(super) fn switches(facts: &Facts<'_>) -> bool {
    let program = facts.main().and_then(|record| record.text("exe"));
    let name = program.as_deref().and_then(|path| path.rsplit(|&byte| byte == b'/').next());
    matches!(name, Some(b"su" | b"sudo" | b"sudo-rs" | b"doas" | b"runuser" | b"pkexec"))
}
