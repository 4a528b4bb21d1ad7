//! Every field with every operator, a good and a bad value, on every list.

use crate::cases::{Case, Theme};

/// Fields with a value they take and values they do not.
const FIELDS: &[(&str, &str, &[&str])] = &[
    ("uid", "0", &["nosuchuser"]),
    ("euid", "root", &["-"]),
    ("suid", "1", &["x1"]),
    ("fsuid", "2", &["unset"]),
    ("auid", "1000", &["nosuchuser"]),
    ("loginuid", "unset", &["+1"]),
    ("gid", "0", &["nosuchgroup"]),
    ("egid", "root", &["-"]),
    ("sgid", "1", &["x1"]),
    ("fsgid", "2", &["-1"]),
    ("obj_uid", "0", &["nosuchuser"]),
    ("obj_gid", "0", &["nosuchgroup"]),
    ("pid", "1", &["init", "-1"]),
    ("ppid", "1", &["x"]),
    ("pers", "8", &["x"]),
    ("msgtype", "USER_LOGIN", &["NOSUCH", "-1"]),
    ("arch", "b64", &["b99", "vax"]),
    ("a0", "1", &["x"]),
    ("a1", "0x10", &["--1"]),
    ("a2", "-1", &["unset"]),
    ("a3", "010", &["EPERM"]),
    ("exit", "-EPERM", &["ENOSUCH"]),
    ("success", "1", &["yes"]),
    ("devmajor", "8", &["x"]),
    ("devminor", "1", &["-1"]),
    ("inode", "42", &["x"]),
    ("path", "/etc/passwd", &["relative", "/etc/"]),
    ("dir", "/etc", &["relative", "/no/such/directory"]),
    ("perm", "wa", &["q", "rwxar"]),
    ("filetype", "file", &["door"]),
    ("fstype", "tracefs", &["ext4"]),
    ("exe", "/usr/bin/id", &["relative", "/usr/"]),
    ("subj_user", "u", &[]),
    ("subj_role", "r", &[]),
    ("subj_type", "t", &[]),
    ("subj_sen", "s0", &[]),
    ("subj_clr", "s1", &[]),
    ("obj_user", "u", &[]),
    ("obj_role", "r", &[]),
    ("obj_type", "t", &[]),
    ("obj_lev_low", "s0", &[]),
    ("obj_lev_high", "s1", &[]),
    ("sessionid", "5", &["x"]),
    ("saddr_fam", "2", &["46", "inet"]),
    ("field_compare", "1", &["26", "x"]),
    ("key", "k", &[]),
    ("nosuch", "1", &[]),
];

const OPERATORS: [&str; 8] = ["=", "!=", "<", "<=", ">", ">=", "&", "&="];
const LISTS: [&str; 6] = ["task", "exit", "user", "exclude", "filesystem", "io_uring"];

fn case(line: String) -> Case {
    Case { given: vec![format!("> {line}")], ..Case::default() }
}

/// Three themes: operators on the exit list, lists with the first operator, values that are wrong.
pub fn themes() -> Vec<Theme> {
    let mut operators = Vec::new();
    let mut lists = Vec::new();
    let mut wrong = Vec::new();
    for (field, good, bad) in FIELDS {
        let home = match *field {
            "msgtype" => "exclude",
            "fstype" => "filesystem",
            _ => "exit",
        };
        operators.extend(OPERATORS.map(|op| case(format!("-a always,{home} -F {field}{op}{good}"))));
        lists.extend(LISTS.map(|list| case(format!("-a never,{list} -F {field}={good}"))));
        wrong.extend(bad.iter().map(|value| case(format!("-a always,{home} -F {field}={value}"))));
        wrong.push(case(format!("-a always,{home} -F {field}=")));
        wrong.push(case(format!("-a always,{home} -F {field}")));
    }
    [("field x operator", operators), ("field x list", lists), ("field x bad value", wrong)]
        .map(|(name, cases)| Theme { name: name.to_owned(), cases, path: None })
        .into()
}
