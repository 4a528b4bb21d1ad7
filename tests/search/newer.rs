//! In what Debian's ausearch, 3.0.9, is known to differ on logs that auditd recorded: because 4.2 does otherwise, or we do.
//!
//! A difference is undone as narrowly as it is known. Where records come together or are shown that are not there, both programs
//! are asked again, about the log without them. Words that differ are compared with what stands in their place.

use crate::harness::{Case, Reason, SKIPPED, has};
use crate::reports;

pub const REASONS: &[Reason] = &[
    Reason {
        name: "login",
        why: "LOGIN and its SYSCALL are one event, as in 4.2; 3.0.9 splits them: the same without LOGIN",
        explains: |case| case.log_has(is_login),
        undo: |case| case.leave_out("login", is_login),
    },
    Reason {
        name: "apparmor",
        why: "AppArmor's AVC records are shown; ausearch drops every event that has one: the same without them",
        explains: |case| case.log_has(is_apparmor),
        undo: |case| case.leave_out("apparmor", is_apparmor),
    },
    Reason {
        name: "unnamed",
        why: "a socket without a name is one; ausearch drops its event where hosts or files are asked for: the same without them",
        explains: |case| has(&case.theirs.err, "sun_path len too short"),
        undo: |case| {
            case.leave_out("unnamed", |line| {
                line.trim_end().split('\x1d').next().is_some_and(|line| line.ends_with(" saddr=0100"))
            })
        },
    },
    Reason {
        name: "uringop",
        why: "io_uring's operations are found by their fields, as in 4.2: the same without them",
        explains: |case| {
            let is_shown = case.program == "aureport" || lines(&case.ours.out) != lines(&case.theirs.out);
            is_shown && case.log_has(is_operation)
        },
        undo: |case| case.leave_out("uringop", is_operation),
    },
    Reason {
        name: "daemon",
        why: "users asked for by name are found in the daemon's own records, too: the same without them",
        explains: |case| {
            let is_number = |word: &str| word.trim_start_matches('-').bytes().all(|byte| byte.is_ascii_digit());
            case.args.windows(2).any(|pair| USERS.contains(&pair[0].as_str()) && !is_number(&pair[1]))
        },
        undo: |case| case.leave_out("daemon", |line| is_of(line, "DAEMON_")),
    },
    Reason {
        name: "terminals",
        why: "the uid of TTY and of records of integrity is read; ausearch takes it for 0: the same without them",
        explains: |case| ["-ui", "--uid", "-ua", "--uid-all"].iter().any(|option| case.asks(option)),
        undo: |case| case.leave_out("terminals", |line| is_of(line, "TTY ") || is_of(line, "INTEGRITY_")),
    },
    SKIPPED,
    reports::NEW_SUMMARIES,
    reports::POLICIES,
    reports::ITS_END,
    reports::RECORDED,
    Reason {
        name: "-i: clone",
        why: "the flags of clone are its first argument, as in 4.2",
        explains: is_interpreted,
        undo: |case| {
            case.take_words(|pair| {
                pair.our_line.contains(" syscall=clone ") && (pair.start("a0=0x", "a0=") || pair.start("a2=", "a2=0x"))
            });
        },
    },
    Reason {
        name: "-i: faccessat2",
        why: "its flags are named, as in 4.2",
        explains: is_interpreted,
        undo: |case| {
            case.take_words(|pair| pair.our_line.contains(" syscall=faccessat2 ") && pair.start("a3=0x", "a3=AT_"));
        },
    },
    Reason {
        name: "-i: openat2",
        why: "oflag is octal, as the kernel writes it, as in 4.2; 3.0.9 reads it as hexadecimal",
        explains: is_interpreted,
        undo: |case| case.take_words(|pair| pair.start("oflag=O_", "oflag=O_")),
    },
    Reason {
        name: "-i: seccomp",
        why: "killing the process and killing the thread have names of their own, as in 4.2",
        explains: is_interpreted,
        undo: |case| {
            case.take_words(|pair| {
                pair.our_line.starts_with("type=SECCOMP ")
                    && (pair.are("code=kill", "code=kill-process") || pair.are("code=kill", "code=kill-thread"))
            });
        },
    },
    Reason {
        name: "-i: io_uring",
        why: "the list of rules for io_uring has a name, as in 4.2",
        explains: is_interpreted,
        undo: |case| case.take_words(|pair| pair.are("list=unknown-list(7)", "list=io_uring")),
    },
    Reason {
        name: "-i: message",
        why: "a message that has no fields is shown; ausearch loses it",
        explains: is_interpreted,
        undo: |case| {
            case.take_words(|pair| {
                pair.theirs.trim_end() == "msg=" && pair.start("msg=", "msg='") && pair.ours.matches('=').count() == 1
            });
        },
    },
    Reason {
        name: "-i: labels",
        why: "the commas of a label behind two blanks stay, as in 4.2",
        explains: is_interpreted,
        undo: |case| {
            case.take_words(|pair| {
                pair.our_line.contains("  scontext=")
                    && pair.ours.trim_end_matches(',') == pair.theirs.trim_end_matches(' ')
                    && pair.ours.contains("context=")
            });
        },
    },
    Reason {
        name: "denials",
        why: "the address of a refused connection is found where it is; ausearch shows the field of the same number of another record",
        explains: is_normal,
        undo: |case| {
            case.take_words(|pair| {
                pair.our_line.contains("accessed-mac-policy-controlled-object")
                    && (pair.start("x86_64", "{ saddr_fam=") || pair.are("x86_64", "127.0.0.1"))
            });
        },
    },
    Reason {
        name: "policies",
        why: "which module a policy was loaded for is shown, as in 4.2",
        explains: is_normal,
        undo: |case| {
            case.take_words(|pair| pair.our_line.contains("loaded-selinux-policy") && pair.are("", "selinux"));
        },
    },
    Reason {
        name: "mac-config",
        why: "the kind of object of a module's configuration is security-policy, as in 4.2",
        explains: |case| case.asks("csv"),
        undo: |case| case.take_words(|pair| pair.are("mac-config", "security-policy")),
    },
    Reason {
        name: "killed",
        why: "one process is one, and text has their numbers, as in 4.2",
        explains: is_normal,
        undo: |case| {
            case.take_words(|pair| {
                let (words, numbers) = pair.ours.split_once('(').unwrap_or((pair.ours, ""));
                ["", "killed-pid", "killed-list-of-pids"].contains(&words.trim_end_matches([' ', ',']))
                    && ["", "killed-list-of-pids"].contains(&pair.theirs.trim_end_matches([' ', ',']))
                    && ["killed-list-of-pids", "accessed-mac-policy-controlled-object"]
                        .iter()
                        .any(|action| pair.their_line.contains(action))
                    && numbers.bytes().all(|byte| byte.is_ascii_digit() || b",.) ".contains(&byte))
            });
        },
    },
    Reason {
        name: "renamed",
        why: "the new name of a file that did not exist is shown, as in 4.2",
        explains: is_normal,
        undo: |case| {
            case.take_words(|pair| {
                let is_name = if pair.ours.ends_with(',') {
                    pair.theirs == ","
                } else {
                    pair.theirs.is_empty() && pair.ours.starts_with("to ")
                };
                is_name && pair.our_line.contains("renamed")
            });
        },
    },
    Reason {
        name: "rules",
        why: "a rule without a key is named by its list, as in 4.2",
        explains: is_normal,
        undo: |case| {
            case.take_words(|pair| {
                let lists = ["exit", "exclude", "user", "task", "filesystem", "io_uring"];
                (pair.our_line.contains("add_rule") || pair.our_line.contains("remove_rule"))
                    && lists.iter().any(|list| pair.are("", list))
            });
        },
    },
    Reason {
        name: "calls",
        why: "calls and records that came after 3.0.9 have an action, as in 4.2, and what it is done to follows",
        explains: is_normal,
        undo: |case| {
            case.take_words(|pair| {
                let actions = ["opened-file", "mounted", "adjusted-security-policy-of", "io_uring-operation"];
                ["triggered-audit-rule", "did-unknown"].iter().any(|action| pair.their_line.contains(action))
                    && actions.iter().any(|action| pair.our_line.contains(action))
            });
            case.take_words(|pair| pair.our_line.contains(",URINGOP,") && pair.are("unknown", "audit-rule"));
        },
    },
    Reason {
        name: "links",
        why: "a link that looks like an attack is named, as in 4.2",
        explains: is_normal,
        undo: |case| {
            case.take_words(|pair| {
                pair.our_line.contains("used-suspcious-link")
                    && ["", "unknown"].contains(&pair.theirs.trim_end_matches(','))
            });
        },
    },
    Reason {
        name: "fchown",
        why: "fchown names no file, as in 4.2",
        explains: is_normal,
        undo: |case| {
            case.take_words(|pair| {
                let ours = pair.ours.trim_end_matches([' ', ',']);
                pair.our_line.contains("changed-file-ownership-of")
                    && (ours.is_empty() || pair.are("directory", "file"))
            });
        },
    },
];

const USERS: [&str; 8] = ["-ui", "-ue", "-ul", "-ua", "--uid", "--uid-effective", "--loginuid", "--uid-all"];

fn is_login(line: &str) -> bool {
    is_of(line, "LOGIN ")
}

fn is_operation(line: &str) -> bool {
    is_of(line, "URINGOP ")
}

fn lines(text: &[u8]) -> usize {
    text.iter().filter(|&&byte| byte == b'\n').count()
}

fn is_apparmor(line: &str) -> bool {
    is_of(line, "AVC ") && line.contains("): apparmor=")
}

/// Whether a record's type begins so.
fn is_of(line: &str, kind: &str) -> bool {
    let behind_node = line.strip_prefix("node=").and_then(|line| line.split_once(' ')).map(|(_, rest)| rest);
    behind_node.unwrap_or(line).strip_prefix("type=").is_some_and(|line| line.starts_with(kind))
}

fn is_interpreted(case: &Case) -> bool {
    case.args.iter().any(|arg| arg == "-i" || arg.starts_with("interp"))
}

fn is_normal(case: &Case) -> bool {
    case.asks("csv") || case.asks("text")
}
